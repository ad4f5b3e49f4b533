"""Every printed figure has its line, and the demonstration reaches all those it can."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from data import rapprochement as r
from data import schema as t
from data.catalogue import POPULATIONS, charger
from data.demo import engendrer
from data.importation import importer
from data.nomenclature import initialiser

DECLARATIONS = r.lire_declarations()
CHIFFRES = {c["id"]: c for c in r.lire_chiffres()}
CALCULES = [d for d in DECLARATIONS.values() if not d.calcul.startswith("n")]
"""Declared calculable: neither `non_exprimable` nor `ne_pas_reutiliser`."""


@pytest.fixture(scope="module")
def nord(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The Nord's years that the documents speak of, through the real import. Read it only."""
    dossier = tmp_path_factory.mktemp("nord")
    engine = t.ouvrir(f"sqlite:///{dossier / 'passerelle.sqlite'}")
    with pytest.MonkeyPatch.context() as reglages:
        reglages.setenv("SECRET_ARRONDI", "tiré au hasard pour les essais : 7f3a9c5e1b8d4f60")
        initialiser(engine)
        for livraison in engendrer(dossier, annees=5):
            importer(engine, livraison, operateur="essai", synthetique=True)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def lignes(nord: Engine) -> dict[str, r.Rapprochement]:
    return {x.id: x for x in r.rapprocher(nord)}


# --- the declaration ------------------------------------------------------------------------------


def test_chaque_chiffre_imprime_a_sa_ligne_et_une_seule() -> None:
    assert len(CHIFFRES) == 401
    assert list(DECLARATIONS) == list(CHIFFRES)


def test_ce_que_la_note_interdit_est_declare_tel_et_rien_d_autre() -> None:
    declares = {d.id for d in DECLARATIONS.values() if d.calcul == r.NE_PAS_REUTILISER}
    assert declares == {i for i, c in CHIFFRES.items() if r.interdit(c)}
    assert len(declares) == 18


def test_ce_qui_ne_se_calcule_pas_dit_pourquoi() -> None:
    muets = [d.id for d in DECLARATIONS.values() if d.calcul == r.NON_EXPRIMABLE]
    assert muets
    assert [i for i in muets if not DECLARATIONS[i].explication] == []


@pytest.mark.parametrize("d", CALCULES, ids=lambda d: d.id)
def test_une_explication_ne_vaut_que_pour_un_ecart(d: r.Declaration) -> None:
    imprime = CHIFFRES[d.id]
    if d.attendu:
        assert d.explication
        if ";" not in d.attendu:
            assert not r.concorde(Fraction(d.attendu), d.critere or imprime["value"])
    if imprime["approx"] == "true":
        assert d.critere, "un chiffre approché dit ce qui rend le mot juste"


def test_les_questions_declarees_existent(base_sqlite: Engine) -> None:
    with base_sqlite.connect() as conn:
        catalogue = charger(t.lire_listes(conn))
    for d in (x for x in CALCULES if x.indicateur):
        (serie,) = [s for s in catalogue[d.indicateur].series if s.code == d.serie]
        codes = {m.code for m in serie.modalites}
        assert d.modalite in ("", "*") or set(d.modalite.split("+")) <= codes, d.id
        assert d.population in (*POPULATIONS, "activite"), d.id
        assert not d.base or d.base in (*POPULATIONS, *catalogue), d.id


def test_la_typographie_des_explications_est_francaise() -> None:
    for d in DECLARATIONS.values():
        assert not re.search(r" [:;?!%»]|« ", d.explication), d.id


# --- comparing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("calcule", "attendu", "vrai"),
    [
        (Fraction(1206, 2233) * 100, "54", True),
        (Fraction("51.55"), "51.6", True),
        (Fraction("51.549"), "51.6", False),
        (Fraction("-5.5"), "-6", True),
        (Fraction("-5.49"), "-6", False),
        (Fraction(50), "]50;60]", False),
        (Fraction("50.01"), "]50;60]", True),
        (Fraction(60), "]50;60]", True),
        (Fraction("58.5"), "[57;58,5[", False),
    ],
)
def test_un_chiffre_concorde_apres_arrondi_ou_dans_l_intervalle(
    calcule: Fraction, attendu: str, vrai: bool
) -> None:
    assert r.concorde(calcule, attendu) is vrai


@given(st.fractions(-1000, 1000), st.integers(0, 3))
def test_l_arrondi_est_le_plus_proche_et_symetrique(valeur: Fraction, decimales: int) -> None:
    arrondi = r.arrondir(valeur, decimales)
    assert abs(arrondi - valeur) <= Fraction(1, 2 * 10**decimales)
    assert (arrondi * 10**decimales).denominator == 1
    assert r.arrondir(-valeur, decimales) == -arrondi


def test_une_explication_ne_couvre_que_la_valeur_qu_elle_annonce() -> None:
    douai = DECLARATIONS["r21-postes-douai"]
    assert r.comparer("12", Fraction(12), douai)[0] == r.EGAL
    assert r.comparer("12", Fraction(10), douai) == (r.EXPLIQUE, douai.explication)
    assert r.comparer("12", Fraction(9), douai)[0] == r.A_EXPLIQUER
    assert r.comparer("12", Fraction(9), replace(douai, attendu=""))[0] == r.A_EXPLIQUER


# --- the demonstration ----------------------------------------------------------------------------


def test_la_demonstration_ne_laisse_rien_a_expliquer(lignes: dict[str, r.Rapprochement]) -> None:
    restants = [x for x in lignes.values() if x.etat == r.A_EXPLIQUER]
    assert restants == []
    assert list(lignes) == list(CHIFFRES)
    assert {x.id for x in lignes.values() if x.etat == r.EXPLIQUE} == {
        "p19-postes-plan-2021",
        "n20-nouveaux-colleges",
        "r21-postes-douai",
        "r21-plan-valenciennes",
        "r21-plan-vne",
        "r21-lieu-domicile-ratio",
        "i23-alses-simone-garcons",
        "i23-alses-croises-2022",
    }


@pytest.mark.parametrize(
    ("identifiant", "imprime", "calcule"),
    [
        ("n20-eleves-2020", "2\u202f233", "2\u202f233"),
        ("r21-age-12-evol", "6,44", "6,44"),
        ("r21-age-14-evol", "−6", "−6"),
        ("r21-mesures-effectif", "≈\u00a0450", "453"),
        ("r21-postes-douai", "12", "10"),
        ("p19-table-liste-total", "41", "41"),
        ("n20-sans-presentation", "≈\u00a050", "52,9"),
        ("fl-annee-groupe-reflexion", "1995", ""),
    ],
)
def test_les_nombres_sont_ecrits_a_la_precision_imprimee(
    lignes: dict[str, r.Rapprochement], identifiant: str, imprime: str, calcule: str
) -> None:
    assert (lignes[identifiant].imprime, lignes[identifiant].calcule) == (imprime, calcule)


@pytest.mark.parametrize(
    ("identifiant", "ecart"),
    [
        ("r21-jeunes", "0"),
        ("r21-postes-douai", "−2"),
        ("n20-sans-presentation", "+2,9"),
        ("fl-annee-groupe-reflexion", ""),
    ],
)
def test_l_ecart_est_celui_des_deux_nombres_ecrits(
    lignes: dict[str, r.Rapprochement], identifiant: str, ecart: str
) -> None:
    assert lignes[identifiant].ecart == ecart


def test_ce_qui_ne_doit_pas_etre_reutilise_est_compte_et_jamais_montre(
    nord: Engine, lignes: dict[str, r.Rapprochement], capsys: pytest.CaptureFixture[str]
) -> None:
    assert r.imprimer(nord) == 0
    sortie = capsys.readouterr().out
    interdits = [x for x in lignes.values() if x.etat == r.NE_PAS_REUTILISER]
    assert len(interdits) == 18
    for x in interdits:
        assert (x.section, x.citation, x.imprime, x.calcule, x.unite) == ("",) * 5
        assert f"{x.id} " not in sortie


@pytest.mark.parametrize("largeur", [60, 100, 200])
def test_la_table_tient_dans_le_terminal_et_finit_par_les_comptes(
    nord: Engine,
    largeur: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", str(largeur))
    r.imprimer(nord)
    sortie = capsys.readouterr().out.splitlines()
    assert max(map(len, sortie)) <= largeur
    comptes = [int(x.split()[-1]) for x in sortie[-5:]]
    assert sum(comptes[:4]) == comptes[4] == 401
    assert sortie[-1].startswith("total")


def test_un_chiffre_manque_est_a_expliquer_et_l_etat_de_sortie_le_dit(
    nord: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    faux = [c | {"value": "2961"} if c["id"] == "r21-jeunes" else c for c in r.lire_chiffres()]
    monkeypatch.setattr(r, "lire_chiffres", lambda: faux)
    assert r.imprimer(nord) == 1
    assert re.search(r"^à expliquer +1$", capsys.readouterr().out, re.MULTILINE)


def test_un_chiffre_non_declare_est_a_expliquer(
    nord: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    reste = {i: d for i, d in DECLARATIONS.items() if i != "r21-jeunes"}
    monkeypatch.setattr(r, "lire_declarations", lambda: reste)
    assert [x.id for x in r.rapprocher(nord) if x.etat == r.A_EXPLIQUER] == ["r21-jeunes"]


def test_une_annee_absente_laisse_ses_chiffres_a_expliquer(base_demo: str) -> None:
    petite = {x.id: x for x in r.rapprocher(t.ouvrir(base_demo, lecture_seule=True))}
    assert petite["i23-alses-eleves"].etat == r.A_EXPLIQUER
    assert "2023-2024" in petite["i23-alses-eleves"].explication


def test_une_base_vide_ou_reelle_est_refusee(
    base: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(r.RapprochementImpossible, match="vide"):
        r.rapprocher(base)
    livraison = {
        "numero": 1,
        "recue_le": sa.func.now(),
        "empreinte": "0" * 64,
        "operateur": "essai",
        "synthetique": False,
        "comptes": {},
        "refusees": 0,
        "avertissements": [],
    }
    with base.begin() as conn:
        conn.execute(sa.insert(t.livraisons).values(livraison))
    with pytest.raises(r.RapprochementImpossible, match="réelles"):
        r.rapprocher(base)
    assert r.imprimer(base) == 1
    assert "réelles" in capsys.readouterr().out


def test_une_publication_garde_ce_qu_elle_rapproche(base_demo: str) -> None:
    engine = t.ouvrir(base_demo, lecture_seule=True)
    with engine.connect() as conn:
        gardes = {x.id: x for x in conn.execute(sa.select(t.rapprochements))}
    lignes = r.rapprocher(engine)
    assert len(gardes) == len(lignes) == 401
    for x in lignes:
        garde = gardes[x.id]
        assert (garde.calcule, garde.ecart, garde.etat) == (x.calcule, x.ecart, x.etat)
        if x.etat == r.NE_PAS_REUTILISER:
            assert (garde.calcule, garde.ecart, garde.explication) == ("", "", "")


def test_une_livraison_reelle_efface_ce_qui_etait_rapproche(base_demo: str, tmp_path: Path) -> None:
    copie = shutil.copy(base_demo.removeprefix("sqlite:///"), tmp_path / "copie.sqlite")
    engine = t.ouvrir(f"sqlite:///{copie}")
    with engine.begin() as conn:
        dernier = sa.select(sa.func.max(t.livraisons.c.numero)).scalar_subquery()
        conn.execute(
            sa.update(t.livraisons)
            .where(t.livraisons.c.numero == dernier)
            .values(synthetique=False)
        )
        r.conserver(conn)
        assert conn.scalar(sa.select(sa.func.count()).select_from(t.rapprochements)) == 0
    engine.dispose()


def test_une_annee_sans_aucun_jeune_n_empeche_rien(base: Engine, tmp_path: Path) -> None:
    """A delivery of actions alone: the year is there, its youths are not."""
    importer(base, _action_seule(tmp_path), operateur="essai", synthetique=True)
    lignes = {x.id: x for x in r.rapprocher(base)}
    assert lignes["r21-jeunes"].explication == "Non calculé : aucun jeune en 2021-2022."
    assert lignes["r21-jeunes"].etat == r.A_EXPLIQUER


def _action_seule(dossier: Path) -> Path:
    livraison = dossier / "actions"
    livraison.mkdir()
    (livraison / "associations.csv").write_text("sigle;nom\nA;Association A\n", "utf-8")
    (livraison / "actions_ponctuelles.csv").write_text(
        "association;action;date\nA;1;2021-10-04\n", "utf-8"
    )
    return livraison


@pytest.mark.parametrize(
    ("imprime", "page"),
    [
        ("r21-jeunes", "7"),
        ("r21-filles-2020", "7 à 11"),
        ("r21-sans-salaire", "12 à 13"),
        ("n20-eleves-2020", "9 et suivantes"),
        ("fl-alses-postes", ""),
        ("i23-alses-eleves", ""),
    ],
)
def test_la_page_imprimee_est_celle_du_document(imprime: str, page: str) -> None:
    assert r.trouver_page(CHIFFRES[imprime]) == page


@given(
    st.fractions(-200, 200), st.fractions(0, 30), st.sampled_from(["12", "6.4", "-5", "]50;60]"])
)
def test_deux_bornes_rencontrent_ce_que_l_une_de_leurs_valeurs_atteint(
    bas: Fraction, ecart: Fraction, attendu: str
) -> None:
    haut = bas + ecart
    essayes = [bas + ecart * k / 400 for k in range(401)]
    if any(r.concorde(x, attendu) for x in essayes):
        assert r.rencontre(bas, haut, attendu)
    if r.rencontre(bas, haut, attendu):
        milieu = Fraction(55) if ";" in attendu else Fraction(attendu)
        assert r.concorde(min(max(milieu, bas), haut), attendu)
