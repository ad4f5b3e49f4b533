"""Every printed figure and statement has its line, and the demonstration reaches all it can.

The statements are here, not beside `queries.enonces`: the database of every year the documents
speak of is long to build, and a file of tests goes to one process.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
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
from queries import enonces as e
from queries.depot import Depot, Etat
from queries.lecteur import Lecteur, Role
from queries.reponses import Ligne, Reponse
from tests.audit import seul_lecteur

DECLARATIONS = r.lire_declarations()
CHIFFRES = {c["id"]: c for c in r.lire_chiffres()}
CALCULES = [d for d in DECLARATIONS.values() if not d.calcul.startswith("n")]
"""Declared calculable: neither `non_exprimable` nor `ne_pas_reutiliser`."""


@pytest.fixture(scope="module")
def nord(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The Nord's years that the documents speak of, through the real import. Read it only.

    What is printed is about the Département: the audit tries its reader alone.
    """
    dossier = tmp_path_factory.mktemp("nord")
    engine = t.ouvrir(f"sqlite:///{dossier / 'passerelle.sqlite'}")
    with pytest.MonkeyPatch.context() as reglages:
        reglages.setenv("SECRET_ARRONDI", "tiré au hasard pour les essais : 7f3a9c5e1b8d4f60")
        seul_lecteur(reglages)
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


# --- the printed statements -----------------------------------------------------------------------

OPPOSES = {
    "premier": "rang_2",
    "rang_2": "premier",
    "rang_3": "premier",
    "premiers": "rang_3",
    "majoritaire": "faible",
    "meme_ordre": "egal",
    "ordre_inverse": "meme_ordre",
    "superieur": "inferieur",
    "inferieur": "superieur",
    "hausse": "baisse",
    "baisse": "hausse",
    "seul_inferieur": "superieur",
    "au_plus": "superieur",
    "egal": "double",
    "stable": "double",
    "double": "egal",
    "plus_du_double": "double",
    "fois": "egal",
    "faible": "tres_forte",
    "tres_faible": "tres_forte",
    "tres_forte": "faible",
    "nul": "tres_forte",
    "tous_presents": "nul",
    "equilibre": "majoritaire",
    "intervalle": "nul",
    "variable": "nul",
    "choix_unique": "choix_multiple",
    "choix_multiple": "choix_unique",
    "premier_des_lieux": "dernier_des_lieux",
    "dernier_des_lieux": "premier_des_lieux",
}
"""Relation → one that cannot be true where it is (in the demonstration, for `meme_ordre`)."""


class Reel(Depot):
    """The same database, taken for one of real records."""

    def etat(self) -> Etat:
        etat = super().etat()
        livraisons = (*etat.livraisons[:-1], replace(etat.livraisons[-1], synthetique=False))
        return replace(etat, livraisons=livraisons, livraison=livraisons[-1])


@pytest.fixture(scope="module")
def depot(nord: Engine) -> Depot:
    return Depot(nord.url.render_as_string(hide_password=False))


@pytest.fixture(scope="module")
def reel(nord: Engine) -> Depot:
    return Reel(nord.url.render_as_string(hide_password=False))


@pytest.fixture(scope="module")
def enonces(depot: Depot) -> list[e.Verification]:
    return e.verifier(depot, Lecteur())


def test_chaque_enonce_est_retrouve_explique_ou_dit_non_exprimable(
    enonces: list[e.Verification],
) -> None:
    assert [v.enonce.id for v in enonces] == [x.id for x in e.lire_enonces()]
    assert [v.enonce.id for v in enonces if v.verdict != v.enonce.verdict] == []
    bilan = e.compter(enonces)
    assert sum(bilan.par_verdict.values()) == bilan.total == 168
    assert bilan.par_verdict == {e.RETROUVE: 134, e.EXPLIQUE: 5, e.INEXPRIMABLE: 29}


def test_un_enonce_retrouve_l_est_sur_des_nombres_exacts(enonces: list[e.Verification]) -> None:
    for v in enonces:
        assert bool(v.controles) is v.enonce.evaluable
        assert all(c.exact for c in v.controles)
        if v.verdict == e.RETROUVE:
            assert all(c.vrai for c in v.controles), v.enonce.id
        if v.verdict == e.EXPLIQUE:
            assert [c.cle for c in v.controles if not c.vrai] == list(v.enonce.attendu)


def test_la_surete_est_dite_a_cote_et_ne_decide_de_rien(enonces: list[e.Verification]) -> None:
    bilan = e.compter(enonces)
    assert 0 < bilan.sures < bilan.certaines < bilan.par_verdict[e.RETROUVE]
    assert bilan.non_jugees > 0
    juges = {v.enonce.id: (v.certain, v.hasard) for v in enonces}
    assert juges["s-r21-monoparentale-inf-ps"] == (True, True)
    assert juges["s-n20-filles-hausse"] == (True, False)
    assert juges["s-r21-lieu-etab-majoritaire"] == (True, None)
    assert juges["s-r21-filles-lille-egal"] == (None, None)


@pytest.mark.parametrize(
    ("identifiant", "nombres"),
    [
        ("s-r21-publics-famille-douai", ["58.97", "28.03"]),
        ("s-r21-lieu-autres", ["14.41", "2.40"]),
        ("s-n20-rattachement-capep", ["66.67", "35.29"]),
        ("s-n20-collegiens-stable", ["52.00", "52.00"]),
        ("s-r21-monoparentale-sup-insee", ["33.00", "25.00"]),
        ("s-i23-hausse-colleges", ["93.00", "88.00"]),
    ],
)
def test_les_nombres_trouves_sont_donnes(
    enonces: list[e.Verification], identifiant: str, nombres: list[str]
) -> None:
    (v,) = [x for x in enonces if x.enonce.id == identifiant]
    c = v.controles[0]
    assert c.autre
    assert [f"{float(m.nombre):.2f}" for m in (c.mesure, c.autre)] == nombres


def test_une_relation_inversee_n_est_jamais_retrouvee(
    depot: Depot, enonces: list[e.Verification]
) -> None:
    inverses = []
    for v in enonces:
        if v.verdict == e.RETROUVE:
            code, arobase, ou = v.enonce.relation[0].partition("@")
            relation = (OPPOSES[code] + arobase + ou,)
            inverses.append(replace(v.enonce, relation=relation, degre="", valeur=(), unite=""))
    rejuges = e.verifier(depot, Lecteur(), inverses)
    assert len(rejuges) == 134
    assert [v.enonce.id for v in rejuges if v.verdict != e.A_EXPLIQUER] == []
    assert set(OPPOSES) == {v.enonce.relation[0] for v in enonces if v.verdict == e.RETROUVE} | {
        # Only beside another relation, or in an explained statement.
        *("double", "ordre_inverse"),
    }


def test_une_valeur_imprimee_fausse_n_est_pas_retrouvee(
    depot: Depot, enonces: list[e.Verification]
) -> None:
    faux = [
        replace(v.enonce, valeur=tuple(f"{float(x) + 1:g}" for x in v.enonce.valeur))
        for v in enonces
        if v.verdict == e.RETROUVE and v.enonce.valeur and "[" not in "".join(v.enonce.valeur)
        if not v.enonce.valeur[0].startswith("]")
    ]
    assert len(faux) > 40
    assert {v.verdict for v in e.verifier(depot, Lecteur(), faux)} == {e.A_EXPLIQUER}


def test_un_degre_de_trop_n_est_pas_retrouve(depot: Depot) -> None:
    ids = {"s-r21-monoparentale-inf-ps": "legerement", "s-n20-mixite": "largement"}
    gradues = [replace(x, degre=ids[x.id]) for x in e.lire_enonces() if x.id in ids]
    assert {v.verdict for v in e.verifier(depot, Lecteur(), gradues)} == {e.A_EXPLIQUER}


def test_des_donnees_renversees_ne_retrouvent_plus_les_enonces(
    depot: Depot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every number becomes what it is not: those who did not give the answer."""

    def renverser(x: Ligne) -> Ligne:
        if x.base and x.effectif is not None:
            return replace(x, effectif=x.base - x.effectif)
        return x

    repondre = e.repondre

    def repondre_a_l_envers(*args: object) -> Iterable[Reponse]:
        for reponse in repondre(*args):  # type: ignore[arg-type]
            yield replace(reponse, lignes=tuple(map(renverser, reponse.lignes)))

    monkeypatch.setattr(e, "repondre", repondre_a_l_envers)
    # Two values added up are not what the others are turned into.
    seuls = [x for x in e.lire_enonces() if "+" not in "".join(x.modalites)]
    retrouves = [v for v in e.verifier(depot, Lecteur(), seuls) if v.verdict == e.RETROUVE]
    # What is not about which number is the greater, or is not a share, holds either way.
    assert {v.enonce.relation[0] for v in retrouves} <= {
        *("egal", "stable", "equilibre", "tous_presents", "choix_multiple", "hausse", "variable"),
        "meme_ordre",
    }
    assert len(retrouves) < 15


def test_un_chef_de_service_n_a_aucun_nombre_des_autres(depot: Depot) -> None:
    autre = {v.enonce.id: v for v in e.verifier(depot, Lecteur(Role.CHEF, ("aae",)))}
    sien = {v.enonce.id: v for v in e.verifier(depot, Lecteur(Role.CHEF, ("itineraires",)))}
    tus = {i for i, v in autre.items() if v.verdict == e.HORS_PERIMETRE}
    for i in tus:
        assert (autre[i].controles, autre[i].certain, autre[i].hasard) == ((), None, None)
    for v in autre.values():
        lieux = {m.lieu for c in v.controles for m in (c.mesure, c.autre) if m and m.lieu}
        assert {x.type for x in lieux} <= {"departement", "territoire"}, v.enonce.id
    assert {i for i in tus if i.startswith("s-i23")} == {
        i for i, v in sien.items() if i.startswith("s-i23") and v.enonce.evaluable
    }
    assert sien["s-i23-hausse-colleges"].verdict == e.RETROUVE
    assert sien["s-n20-rattachement-capep"].verdict == e.HORS_PERIMETRE
    assert sien["s-r21-saisie-heterogene"].verdict == e.HORS_PERIMETRE
    for par_id in (autre, sien):
        assert sum(e.compter(par_id.values()).par_verdict.values()) == 168


def test_l_administrateur_des_comptes_n_a_aucun_nombre(depot: Depot) -> None:
    verdicts = Counter(v.verdict for v in e.verifier(depot, Lecteur(Role.ADMINISTRATEUR)))
    assert verdicts == {e.HORS_PERIMETRE: 139, e.INEXPRIMABLE: 29}


def test_sur_des_donnees_reelles_seuls_les_nombres_publies_repondent(
    reel: Depot, enonces: list[e.Verification]
) -> None:
    exacts = {v.enonce.id: v for v in enonces}
    verdicts: Counter[str] = Counter()
    for v in e.verifier(reel, Lecteur()):
        verdicts[v.verdict] += 1
        for m in (m for c in v.controles for m in (c.mesure, c.autre) if m and m.question):
            publie = m.question.indicateur in ("effectif", "conditions", "colleges_equipes")
            assert publie or m.ligne.statut != "exact", v.enonce.id
        if v.verdict == e.RETROUVE:
            assert all(c.exact or (c.jugement and c.jugement.certain) for c in v.controles)
            assert exacts[v.enonce.id].verdict in (e.RETROUVE, e.EXPLIQUE)
        if v.verdict == e.EXPLIQUE:
            assert exacts[v.enonce.id].verdict == e.EXPLIQUE
    assert verdicts[e.A_EXPLIQUER] == 0
    assert verdicts[e.NON_TRANCHE] > 20 < verdicts[e.RETROUVE]


def test_un_habilite_lit_les_chiffres_exacts_des_donnees_reelles(reel: Depot) -> None:
    verdicts = Counter(v.verdict for v in e.verifier(reel, Lecteur(Role.HABILITE)))
    assert verdicts == {e.RETROUVE: 134, e.EXPLIQUE: 5, e.INEXPRIMABLE: 29}


def test_un_enonce_d_une_annee_absente_reste_a_expliquer(base_demo: str) -> None:
    petite = {v.enonce.id: v for v in e.verifier(Depot(base_demo), Lecteur())}
    assert petite["s-i23-4e-sup"].verdict == e.A_EXPLIQUER
    assert "2023-2024" in petite["s-i23-4e-sup"].explication
    assert len(petite) == 168


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
