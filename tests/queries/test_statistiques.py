"""What chance and rounding explain: against scipy, and on identical collèges."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from data.arrondi import publier_nombres
from queries import statistiques as s
from queries.entonnoir import Position, situer, tracer

PARTS = st.floats(0.001, 0.999)


@given(st.integers(1, 400), PARTS, st.sampled_from(s.RISQUES))
def test_les_limites_exactes_sont_les_quantiles_de_la_loi_binomiale(
    n: int, p: float, risque: float
) -> None:
    bas, haut = s.limites(n, p, risque)
    loi = stats.binom(n, p)
    assert (bas, haut) == (loi.ppf(risque / 2), loi.ppf(1 - risque / 2))
    assert loi.cdf(bas - 1) <= risque / 2
    assert loi.sf(haut) <= risque / 2


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_une_part_nulle_ou_entiere_n_a_pas_de_variation(p: float) -> None:
    assert s.limites(40, p, 0.05) == (40 * p, 40 * p)
    assert s.limites_arrondies(40, p, 0.05)[0] == (35 if p else 0)


@given(st.integers(0, 3000), st.floats(0, 1))
def test_les_probabilites_font_un(n: int, p: float) -> None:
    assert math.fsum(s.binomiale(n, p)) == pytest.approx(1, abs=1e-9)
    assert math.fsum(s.arrondie(n, p)) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize(("n", "p"), [(42, 0.3), (17, 0.55), (63, 0.97), (20, 0.04)])
def test_la_loi_de_l_arrondi_est_celle_des_nombres_publies(n: int, p: float) -> None:
    """Against the rule that publishes: many groups, each with keys of its own."""
    combien = 60_000
    hasard = np.random.default_rng(20)
    vrais = hasard.binomial(n, p, combien)
    publies = publier_nombres(
        b"un secret pour cet essai",
        vrais,
        hasard.integers(0, 2**32, combien),
        np.full(combien, n),
    )
    attendues = s.arrondie(n, p)
    observees = np.bincount(publies // 5, minlength=len(attendues)) / combien
    assert len(observees) == len(attendues)
    assert np.abs(observees - attendues).max() < 0.008


@given(st.integers(3, 60).map(lambda k: 5 * k), PARTS, st.sampled_from(s.RISQUES))
def test_les_limites_arrondies_valent_pour_toute_base_que_l_arrondi_cache(
    base: int, p: float, risque: float
) -> None:
    bas, haut = s.limites_arrondies(base, p, risque)
    for vraie in range(base - 4, base + 5):
        loi = s.arrondie(vraie, p)
        dehors = math.fsum(q for k, q in enumerate(loi) if not bas <= 5 * k <= haut)
        assert dehors <= risque + 1e-9


@pytest.mark.parametrize("p", [0.04, 0.12, 0.3, 0.5, 0.8, 0.95])
@pytest.mark.parametrize("combien", [5, 74])
def test_des_colleges_pareils_restent_dans_les_limites(p: float, combien: int) -> None:
    """Identical collèges, the reference being what their published total says: at most 5 % of
    them outside of the 95 % limits, for exact and for protected readers."""
    hasard = np.random.default_rng(int(100 * p) + combien)
    tours = 20_000 // combien
    exacts = proteges = 0
    for _ in range(tours):
        bases = np.maximum(hasard.normal(42, 15, combien).astype(int), 12)
        vrais = hasard.binomial(bases, p)
        cles = hasard.integers(0, 2**32, (2, combien))
        secret = hasard.bytes(16)
        publies = publier_nombres(secret, vrais, cles[0], bases)
        publiees = publier_nombres(secret, bases, cles[1], None)
        reference = vrais.sum() / bases.sum()
        arrondie = (5 * round(vrais.sum() / 5)) / (5 * round(bases.sum() / 5))
        for x, n, xp, np_ in zip(
            vrais.tolist(), bases.tolist(), publies.tolist(), publiees.tolist(), strict=True
        ):
            exacts += situer(x, n, reference, arrondi=False).dehors
            proteges += situer(xp, np_, arrondie, arrondi=True).dehors
    assert exacts <= 0.05 * tours * combien
    assert proteges <= 0.05 * tours * combien


def test_les_limites_distinguent_un_college_qui_se_distingue() -> None:
    assert situer(30, 40, 0.3, arrondi=False) is Position.BIEN_AU_DESSUS
    assert situer(30, 40, 0.3, arrondi=True) is Position.BIEN_AU_DESSUS
    assert situer(5, 60, 0.5, arrondi=True) is Position.BIEN_AU_DESSOUS
    assert situer(12, 40, 0.3, arrondi=False) is Position.DANS


def test_sur_la_limite_on_est_dedans() -> None:
    bas, haut = s.limites(40, 0.3, 0.05)
    assert not situer(bas, 40, 0.3, arrondi=False).dehors
    assert not situer(haut, 40, 0.3, arrondi=False).dehors
    assert situer(bas - 1, 40, 0.3, arrondi=False) is Position.AU_DESSOUS
    assert situer(haut + 1, 40, 0.3, arrondi=False) is Position.AU_DESSUS


def test_les_lignes_du_graphique_sont_les_limites() -> None:
    for base, bas, haut in tracer(80, 0.37, 0.05, arrondi=False):
        loi = stats.binom(base, 0.37)
        assert bas == pytest.approx(100 * loi.ppf(0.025) / base)
        assert haut == pytest.approx(100 * loi.ppf(0.975) / base)
    arrondies = tracer(80, 0.37, 0.05, arrondi=True)
    assert [base for base, _, _ in arrondies] == list(range(15, 85, 5))


@given(
    st.integers(30, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    st.integers(30, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
)
def test_le_test_de_deux_proportions_est_celui_des_manuels(
    a: tuple[int, int], b: tuple[int, int]
) -> None:
    (x1, n1), (x2, n2) = a, b
    tableau = np.array([[x1, n1 - x1], [x2, n2 - x2]])
    if not tableau.sum(axis=0).all():
        assert not s.au_dela_du_hasard(x1, n1, x2, n2)
        return
    resultat = stats.chi2_contingency(tableau, correction=False)
    attendu = resultat.pvalue < 0.05 and resultat.expected_freq.min() >= 5
    if abs(resultat.pvalue - 0.05) > 1e-9 and abs(resultat.expected_freq.min() - 5) > 1e-9:
        assert s.au_dela_du_hasard(x1, n1, x2, n2) == attendu


def test_sous_trente_jeunes_on_ne_conclut_jamais() -> None:
    assert not s.au_dela_du_hasard(29, 29, 0, 3000)
    assert not s.au_dela_du_hasard(1500, 3000, 0, 29)
    assert s.au_dela_du_hasard(28, 30, 900, 3000)


def test_certain_est_ce_que_l_arrondi_ne_peut_pas_avoir_fait() -> None:
    departement = s.Compte(900, 3000, 4)
    assert s.certainement_autre(s.Compte(25, 45, 4), departement)
    assert not s.certainement_autre(s.Compte(15, 45, 4), departement)
    # Less than ten apart: never, whatever the shares.
    assert not s.certainement_autre(s.Compte(5, 60, 4), s.Compte(10, 15, 4))
    assert s.certainement_autre(s.Compte(8, 40), s.Compte(9, 40))
    # Each part that is summed may be four off.
    assert s.Compte(30, 90, 12).bornes() == (18 / 102, 42 / 78)
