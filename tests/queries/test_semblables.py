"""Collèges like another one: the distance, and who it is reckoned among; sums of answers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.depot import Depot
from queries.ecarts import Verdict, juger, mesurer
from queries.lecteur import Lecteur, Role
from queries.question import NORD, Lieu, Question
from queries.reponses import Ligne, Reponse, repondre
from queries.semblables import Portrait, classer, colleges_du_lecteur, comparer, depeindre
from queries.sommes import additionner, compter
from queries.statistiques import Compte


def portrait(code: str, reseau: str = "hors", etp: float = 1, **autres: object) -> Portrait:
    valeurs = {"taille": 40.0, "taille_arrondie": False, "classes": (0.5, 0.5)} | autres
    return Portrait(Lieu("college", code), reseau, etp, **valeurs)  # type: ignore[arg-type]


PORTRAITS = st.builds(
    portrait,
    st.sampled_from("abcdef"),
    st.sampled_from(["rep", "rep_plus", "hors"]),
    st.sampled_from([0, 0.5, 1, 2]),
    taille=st.none() | st.integers(0, 90),
    classes=st.none() | st.sampled_from([(1.0, 0.0), (0.4, 0.6), (0.5, 0.5)]),
)


@given(PORTRAITS, PORTRAITS)
def test_la_distance_va_de_zero_a_un_et_dans_les_deux_sens(a: Portrait, b: Portrait) -> None:
    aller, retour = comparer(a, b), comparer(b, a)
    assert 0 <= aller.distance <= 1
    assert aller.distance == pytest.approx(retour.distance)


def test_la_distance_est_la_moyenne_que_la_page_dit() -> None:
    a = portrait("a", "rep", 1, taille=40, classes=(0.5, 0.3, 0.2))
    b = portrait("b", "rep_plus", 0.5, taille=30, classes=(0.4, 0.3, 0.3))
    trouve = comparer(a, b)
    assert trouve.ecarts == pytest.approx((0.5, 0.25, 0.1, 0.5))
    assert trouve.distance == pytest.approx(1.35 / 4)
    assert comparer(a, a).distance == 0


def test_ce_qui_n_est_pas_connu_compte_pour_moitie() -> None:
    trouve = comparer(portrait("a"), portrait("b", taille=None, classes=None))
    assert trouve.ecarts == (0, None, None, 0)
    assert trouve.distance == pytest.approx(0.25)


def test_les_plus_semblables_d_abord_et_jamais_le_college_lui_meme() -> None:
    cible = portrait("a")
    autres = [portrait("b", "rep"), cible, portrait("c"), portrait("d", etp=0.5)]
    assert [s.portrait.lieu.code for s in classer(cible, autres)] == ["c", "d", "b"]


@pytest.fixture(scope="module")
def depot(base_demo: str) -> Depot:
    return Depot(base_demo)


def test_un_chef_de_service_n_est_compare_qu_a_ses_colleges(depot: Depot) -> None:
    etat = depot.etat()
    annee = etat.annees[-1]
    chef = Lecteur(Role.CHEF, ("itineraires",))
    lieux = colleges_du_lecteur(etat, chef, annee)
    assert lieux
    assert all(x.type == "association_college" for x in lieux)
    assert {x.association for x in lieux} == {"itineraires"}
    tous = colleges_du_lecteur(etat, Lecteur(), annee)
    assert {x.type for x in tous} == {"college"}
    assert len(tous) > len(lieux)


def test_ce_qui_est_su_d_un_college_est_ce_que_le_lecteur_en_voit(depot: Depot) -> None:
    etat = depot.etat()
    annee = etat.annees[-1]
    lieux = colleges_du_lecteur(etat, Lecteur(), annee)
    proteges = depeindre(lieux, annee, etat, Lecteur(), depot)
    exacts = {p.lieu: p for p in depeindre(lieux, annee, etat, Lecteur(Role.HABILITE), depot)}
    assert proteges
    for p in proteges:
        assert p.taille is None or p.taille % 5 == 0
        assert p.taille is None or abs(p.taille - (exacts[p.lieu].taille or 0)) < 5
        assert p.etp == exacts[p.lieu].etp
    # A collège without a post that year is not among them.
    assert all(p.etp or exacts[p.lieu].taille is not None for p in proteges)


def _reponse(depot: Depot, *lignes: Ligne) -> Reponse:
    question = Question("demande", depot.etat().annees[-1], NORD)
    (reponse,) = repondre([question], Lecteur(), depot)
    return replace(reponse, lignes=lignes)


def test_une_somme_est_celle_des_nombres_publies(depot: Depot) -> None:
    a = _reponse(
        depot,
        Ligne("", "x", "X", "arrondi", 20, 40, 50),
        Ligne("", "y", "Y", "masque", base=40),
        Ligne("", "z", "Z", "arrondi", 10, 40, 25),
    )
    b = _reponse(
        depot,
        Ligne("", "x", "X", "arrondi", 10, 20, 50),
        Ligne("", "y", "Y", "arrondi", 10, 20, 50),
        Ligne("", "z", "Z", "non_diffuse", base=20),
    )
    somme, comptes = additionner([a, b])
    assert comptes == {("", "x"): Compte(30, 60, 8)}
    x, y, z = somme.lignes
    assert (x.part, x.base, x.effectif, x.statut) == (50, 60, None, "arrondi")
    # What one of them hides is not given: neither a number, nor « moins de 5 ».
    assert (y.statut, y.part, y.base) == ("refuse", None, None)
    assert (z.statut, z.part, z.base) == ("non_diffuse", None, None)


def test_on_ne_compte_ni_les_evenements_ni_le_non_d_un_oui_non(depot: Depot) -> None:
    annee = depot.etat().annees[-1]
    lieu, famille = repondre(
        [Question("lieu", annee, NORD), Question("avec_famille", annee, NORD)],
        Lecteur(Role.HABILITE),
        depot,
    )
    assert compter(lieu) == {}
    assert set(compter(famille)) == {("", "oui")}


def test_ce_que_l_on_peut_dire_d_un_ecart() -> None:
    nord = Compte(900, 3000, 4)
    assert juger(Compte(35, 60, 4), nord) is Verdict.FORT
    assert juger(Compte(20, 60, 4), nord) is Verdict.ORDINAIRE
    assert juger(Compte(12, 30), Compte(900, 3000)) is Verdict.ORDINAIRE
    assert juger(Compte(5, 55, 4), Compte(20, 3000, 4)) is Verdict.CERTAIN
    petit = mesurer(
        Ligne("", "x", "X", "arrondi", 15, 20, 75),
        Ligne("", "x", "X", "arrondi", 900, 3000, 30),
        Compte(15, 20, 4),
        nord,
    )
    assert (petit.points, petit.verdict) == (None, Verdict.PETIT)
    masque = mesurer(Ligne("", "x", "X", "masque", base=45), None, None, None)
    assert (masque.points, masque.verdict) == (None, None)
