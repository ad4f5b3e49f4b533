"""What a reader is told of the printed figures, on demonstration data and on real ones."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from data import rapprochement as r
from data import schema as t
from queries.consultation import ouvrir_releve
from queries.depot import Depot
from queries.encadrement import Encadrement, encadrer_nombre
from queries.lecteur import PROTEGE, Lecteur, Role
from queries.rapprochement import HORS_PERIMETRE, NON_PUBLIE, Feuille, _Calculateur, lire
from tests.queries.livraisons import Tirage, charger, tirer

DEPARTEMENT = Lecteur()
CHEF = Lecteur(Role.CHEF, ("itineraires",))
AUTRE_CHEF = Lecteur(Role.CHEF, ("aae",))


@pytest.fixture(scope="module")
def demonstration(base_demo: str) -> Depot:
    return Depot(base_demo)


@pytest.fixture(scope="module")
def reelle(base_demo: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Depot]:
    """The same base, said to be real: what was kept of the exact figures is still in it."""
    copie = tmp_path_factory.mktemp("reelle") / "base.sqlite"
    shutil.copy(base_demo.removeprefix("sqlite:///"), copie)
    engine = t.ouvrir(f"sqlite:///{copie}")
    with engine.begin() as conn:
        conn.execute(sa.update(t.livraisons).values(synthetique=False))
    engine.dispose()
    depot = Depot(f"sqlite:///{copie}")
    yield depot
    depot._engine.dispose()


def feuille(depot: Depot, lecteur: Lecteur = DEPARTEMENT) -> Feuille:
    return lire(depot, depot.etat(), lecteur)


# --- on demonstration data ------------------------------------------------------------------------


def test_les_chiffres_gardes_sont_ceux_de_la_commande(demonstration: Depot, base_demo: str) -> None:
    donnes = feuille(demonstration)
    attendus = r.rapprocher(t.ouvrir(base_demo, lecture_seule=True))
    assert list(donnes.lignes) == [x for x in attendus if x.etat != r.NE_PAS_REUTILISER]
    assert (donnes.interdits, donnes.exact, donnes.calcule) == (18, True, True)


@pytest.mark.parametrize("lecteur", [DEPARTEMENT, CHEF, AUTRE_CHEF])
def test_ce_qui_ne_doit_pas_etre_reutilise_n_est_jamais_donne(
    demonstration: Depot, reelle: Depot, lecteur: Lecteur
) -> None:
    interdits = {c["id"] for c in r.lire_chiffres() if r.interdit(c)}
    for depot in (demonstration, reelle):
        lue = feuille(depot, lecteur)
        assert not interdits & {x.id for x in lue.lignes}
        assert lue.interdits == len(interdits) == 18


def test_un_chef_a_les_chiffres_calcules_de_son_association(demonstration: Depot) -> None:
    lignes = {x.id: x for x in feuille(demonstration, CHEF).lignes}
    assert lignes["i23-alses-eleves"].etat != HORS_PERIMETRE
    assert lignes["r21-jeunes"].calcule


def test_un_chef_n_a_que_l_imprime_de_ce_qui_concerne_une_autre_association(
    demonstration: Depot, reelle: Depot
) -> None:
    for depot in (demonstration, reelle):
        lignes = feuille(depot, AUTRE_CHEF).lignes
        autres = [x for x in lignes if x.source == "itineraires-2023-2024"]
        assert len(autres) == 178
        for x in autres:
            assert x.imprime
            assert x.etat == HORS_PERIMETRE
            assert (x.section, x.citation, x.calcule, x.ecart, x.explication) == ("",) * 5
        assert HORS_PERIMETRE not in {x.etat for x in lignes if x.source != "itineraires-2023-2024"}


def test_une_base_non_calibree_repond_sans_erreur(url_sqlite: str, tmp_path: Path) -> None:
    engine = t.ouvrir(url_sqlite)
    charger(engine, tirer(Tirage(3, jeunes=20)), tmp_path)
    engine.dispose()
    depot = Depot(url_sqlite)
    lue = feuille(depot)
    etats = {x.etat for x in lue.lignes}
    assert len(lue.lignes) == 383
    assert r.A_EXPLIQUER in etats
    assert r.EGAL not in {x.etat for x in lue.lignes if x.id.startswith("r21-jeunes")}


def test_une_base_d_avant_le_dit(url_sqlite: str, tmp_path: Path) -> None:
    engine = t.ouvrir(url_sqlite)
    charger(engine, tirer(Tirage(3, jeunes=12, annees=1)), tmp_path)
    t.rapprochements.drop(engine)
    engine.dispose()
    lue = feuille(Depot(url_sqlite))
    assert not lue.calcule
    assert {x.calcule for x in lue.lignes} == {""}


# --- on real data ---------------------------------------------------------------------------------


def test_sur_des_donnees_reelles_rien_ne_vient_des_chiffres_exacts(
    reelle: Depot, demonstration: Depot
) -> None:
    """What was kept is not read, and a rounded figure is said to be."""
    donnes = feuille(reelle)
    assert not donnes.exact
    exacts = {x.id: x for x in feuille(demonstration).lignes}
    declarations = r.lire_declarations()
    arrondis = 0
    for x in donnes.lignes:
        d = declarations[x.id]
        if not x.calcule or d.population == "activite" or d.calcul.startswith("postes"):
            continue
        if x.calcule.startswith("environ "):
            arrondis += 1
            continue
        # A headline: the number of youths of the département or of a territoire.
        assert (d.indicateur, d.mesure) == ("effectif", "effectif")
        assert d.lieu_type in ("departement", "territoire")
        assert x.calcule == exacts[x.id].calcule
    assert arrondis > 40


def test_ce_que_les_reponses_ne_disent_pas_n_est_pas_calcule(reelle: Depot) -> None:
    lignes = {x.id: x for x in feuille(reelle).lignes}
    for identifiant in ("n20-sans-experience-prev", "i23-alses-deja-connus"):
        assert lignes[identifiant].etat == NON_PUBLIE
        assert lignes[identifiant].calcule == ""
        assert lignes[identifiant].explication


def test_le_vrai_chiffre_est_dans_l_encadrement_et_le_verdict_en_decoule(
    reelle: Depot, base_demo: str
) -> None:
    """Whatever was published, the true figure is inside what is said of it."""
    declarations, chiffres = r.lire_declarations(), {c["id"]: c for c in r.lire_chiffres()}
    calculateur = _Calculateur(reelle.etat(), declarations, reelle)
    juges = {x.id: x for x in feuille(reelle).lignes}
    compares = 0
    with t.ouvrir(base_demo, lecture_seule=True).connect() as conn:
        exact = r._Calculateur(conn, declarations)
        for identifiant, juge in juges.items():
            if not juge.calcule:
                continue
            d = declarations[identifiant]
            vrai = exact.calculer(d)
            figure = calculateur._calculer(d)
            assert figure.bas <= vrai <= figure.haut, identifiant
            if r.concorde(vrai, d.critere or chiffres[identifiant]["value"]):
                assert juge.etat == r.EGAL, identifiant
            compares += 1
    assert compares > 60


def test_le_journal_sait_chaque_fois_ce_qui_est_montre(reelle: Depot) -> None:
    feuille(reelle)
    premier, second, chef = [], [], []
    for liste, lecteur in ((premier, DEPARTEMENT), (second, DEPARTEMENT), (chef, AUTRE_CHEF)):
        releve = ouvrir_releve()
        feuille(reelle, lecteur)
        liste.extend(releve)
    assert premier == second
    assert len(premier) > 40
    assert {c.politique for c in premier} == {PROTEGE}
    assert {c.question.lieu.association for c in chef} == {""}
    assert len(chef) < len(premier) or not any(c.question.lieu.association for c in premier)


# --- intervals ------------------------------------------------------------------------------------

entiers = st.integers(0, 400)


@st.composite
def publies(draw: st.DrawFn, moins: int = 0) -> tuple[int, Encadrement]:
    """A true count, and what is published of it: any of its two multiples of five."""
    n = draw(st.integers(moins, 400))
    p = 5 * (n // 5) + (5 if n % 5 and draw(st.booleans()) else 0)
    return n, encadrer_nombre(p, "arrondi") if p else encadrer_nombre(0, "masque")


@given(publies(), publies(moins=12), publies())
def test_l_arithmetique_garde_le_vrai_nombre(
    a: tuple[int, Encadrement], b: tuple[int, Encadrement], c: tuple[int, Encadrement]
) -> None:
    (x, ex), (y, ey), (z, ez) = a, b, c
    for vrai, encadre in (
        (Fraction(x), ex),
        (Fraction(x + z), ex + ez),
        (Fraction(x - z), ex - ez),
        (Fraction(100 * x, y), ex.sur(ey).fois(100)),
        (Fraction(x - z, y), (ex - ez).sur(ey)),
        (Fraction(min(100 * x, 100 * y), y), ex.sur(ey).fois(100).borner(100)),
    ):
        assert encadre.bas <= vrai <= encadre.haut
