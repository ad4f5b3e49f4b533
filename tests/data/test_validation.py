"""What is accepted of a row and what refuses it (contract, données §1, « Refused row by row »)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from data import schema as t
from data.catalogue import Valeur
from data.cellules import (
    Faute,
    lecteur_d_annee,
    lecteur_de_code,
    lecteur_de_codes,
    lecteur_de_date,
    lecteur_de_nombre,
    lire_entier,
)
from data.importation import Bilan, importer
from data.nomenclature import Liste, lire_fichier
from data.refus import LivraisonRefusee, Refus
from tests.data.conftest import Modeles
from tests.data.fabrique import (
    Formulaires,
    composer,
    en_classeur,
    en_dossier,
    intervention,
    lire,
    seulement,
    usager,
)

AUJOURD_HUI = dt.date(2026, 3, 15)


def charger(base: Engine, dossier: Path, formulaires: Formulaires, **options: Any) -> Bilan:
    return importer(
        base,
        en_dossier(dossier, formulaires),
        operateur="essai",
        aujourd_hui=AUJOURD_HUI,
        **options,
    )


@pytest.fixture
def remplie(modeles: Modeles, url_sqlite: str, tmp_path: Path) -> Iterator[Engine]:
    """A database that holds the small delivery."""
    modeles.copier(
        "validation", lambda base: charger(base, tmp_path / "petite", composer()), url_sqlite
    )
    engine = t.ouvrir(url_sqlite)
    yield engine
    engine.dispose()


def refuser(base: Engine, dossier: Path, formulaires: Formulaires) -> list[Refus]:
    with pytest.raises(LivraisonRefusee) as refus:
        charger(base, dossier, formulaires)
    assert refus.value.refus
    return refus.value.refus


def un_refus(base: Engine, dossier: Path, formulaires: Formulaires) -> Refus:
    refus = refuser(base, dossier, formulaires)
    assert len(refus) == 1, refus
    assert refus[0].raison
    assert refus[0].que_faire.endswith((".", "?", "…"))
    return refus[0]


def une_ligne(formulaire: str, **champs: Any) -> Formulaires:
    """The first row of that form of the small delivery, changed."""
    return {formulaire: [{**composer()[formulaire][0], **champs}]}


# --- One cell -----------------------------------------------------------------------------------

IMPOSSIBLES = [
    # Required values.
    ("usagers", "usager", "", "obligatoire"),
    ("usagers", "association", " \u00a0 ", "obligatoire"),
    ("interventions", "acteur", "", "obligatoire"),
    ("interventions", "date", "", "obligatoire"),
    ("colleges", "commune", "", "obligatoire"),
    ("actions_projet", "projet", "", "obligatoire"),
    # Codes.
    ("usagers", "sexe", "inconnu au bataillon", "inconnue"),
    ("usagers", "sexe", "fille|garcon", "Plusieurs"),
    ("usagers", "sexe", "NA", "pas une réponse"),
    ("usagers", "sexe", "-", "pas une réponse"),
    ("usagers", "sexe", "n/a", "pas une réponse"),
    ("situations", "mesures", "psy|magie", "inconnue"),
    ("situations", "mesures", "psy|NA", "pas une réponse"),
    ("interventions", "present", "peut-être", "inconnue"),
    ("colleges", "education_prioritaire", "REP++", "inconnue"),
    ("interventions", "lieu", "#N/A", "erreur"),
    ("interventions", "intervention", "#REF!", "erreur"),
    ("usagers", "usager", "#VALEUR!", "erreur"),
    ("usagers", "usager", "U" * 501, "trop long"),
    # Dates.
    ("interventions", "date", "04/10/21", "deux chiffres"),
    ("interventions", "date", "1989-12-31", "1990"),
    ("interventions", "date", "2027-03-16", "un an"),
    ("interventions", "date", "31/11/2021", "n’existe pas"),
    ("interventions", "date", "2021-02-29", "n’existe pas"),
    ("interventions", "date", "hier", "illisible"),
    ("interventions", "date", "44473", "illisible"),
    ("interventions", "date", "2021-10-04 15:30", "illisible"),
    ("usagers", "debut", "NA", "pas une réponse"),
    ("postes", "fin", "2018-08-31", "antérieure"),
    ("actions_projet", "fin", "2021-09-30", "antérieure"),
    # Numbers.
    ("actions_ponctuelles", "autres_jeunes", "-1", "négatif"),
    ("actions_ponctuelles", "autres_jeunes", "1,5", "non entier"),
    ("actions_ponctuelles", "autres_jeunes", "douze", "illisible"),
    ("actions_ponctuelles", "autres_jeunes", "9" * 5000, "démesuré"),
    ("postes", "etp", "0", "limites"),
    ("postes", "etp", "-1", "négatif"),
    ("postes", "etp", "1/2", "illisible"),
    ("postes", "etp", "nan", "pas une réponse"),
    ("colleges", "latitude", "95", "limites"),
    ("conditions", "anciennete_alses", "-2", "négatif"),
    ("usagers", "naissance", "08", "Année"),
    ("usagers", "naissance", "01/02/2008", "Année"),
    ("usagers", "naissance", "2027", "impossible"),
    # References.
    ("usagers", "association", "XYZ", "Association inconnue"),
    ("usagers", "territoire", "nulle-part", "Territoire inconnu"),
    ("usagers", "territoire", "NA", "Territoire inconnu"),
    ("situations", "college", "Jules Ferry", "Collège inconnu"),
    ("situations", "usager", "U9", "Usager inconnu"),
    ("situations", "usager", "u1", "Usager inconnu"),
    ("interventions", "usager", "U9", "Usager inconnu"),
    ("actions_ponctuelles", "usagers", "U1|U9", "Usager inconnu"),
    ("actions_ponctuelles", "usagers", "U8|U9", "2 usagers inconnus"),
    ("colleges", "territoire", "lille", "Territoire inconnu"),
    ("colleges", "code", "---", "inutilisable"),
    # Columns that need another.
    ("usagers", "origine", "jeune", "fonction_ecole"),
    ("usagers", "origine", "", "fonction_ecole"),
    ("usagers", "demande", "loisirs", "demande_scolarite"),
]


@pytest.mark.parametrize(
    ("formulaire", "colonne", "valeur", "raison"),
    IMPOSSIBLES,
    ids=[f"{f}.{c}={v[:20]}" for f, c, v, _ in IMPOSSIBLES],
)
def test_cellule_refusee(
    remplie: Engine, tmp_path: Path, formulaire: str, colonne: str, valeur: str, raison: str
) -> None:
    lignes = une_ligne(formulaire, **{colonne: valeur})
    refus = un_refus(remplie, tmp_path / "l", lignes)
    assert raison in refus.raison.replace("\u00a0", " ")
    assert (refus.fichier, refus.ligne) == (f"{formulaire}.csv", 2)
    if raison in ("fonction_ecole", "demande_scolarite"):
        assert refus.colonne == raison
    else:
        dite = valeur.strip()
        # A cell is repeated as far as a person would read it.
        dite = dite if len(dite) <= 200 else dite[:199] + "…"
        assert (refus.colonne, refus.valeur) == (colonne, dite)
    if raison == "pas une réponse":
        assert "vide" in refus.que_faire


def test_une_valeur_proche_est_proposee(remplie: Engine, tmp_path: Path) -> None:
    refus = un_refus(remplie, tmp_path / "l", une_ligne("interventions", lieu="etablisement"))
    assert "« etablissement »".replace(" ", "\u00a0") in refus.que_faire


def test_plusieurs_fautes_d_une_ligne_sont_toutes_dites(remplie: Engine, tmp_path: Path) -> None:
    refus = refuser(remplie, tmp_path / "l", une_ligne("usagers", sexe="x", debut="hier"))
    assert [r.colonne for r in refus] == ["debut", "sexe"]


ADMISES = [
    ("usagers", "sexe", "Fille", 1),
    ("usagers", "sexe", " GARÇON ", 2),
    ("usagers", "sexe", "", 0),
    ("usagers", "sexe", "fille|", 1),
    ("situations", "hebergement", "FAMILLE D’ACCUEIL", 5),
    ("situations", "mesures", "psy|aucune", 1 << 3),
    ("situations", "mesures", "aucune", 1),
    ("situations", "mesures", "psy||psy| pjj ", (1 << 3) | (1 << 4)),
    ("situations", "aides", "Bourse de collège|Aide à la cantine", 0b1100),
    ("situations", "college", "DOUAI-André-Canivez", "douai-andre-canivez"),
    ("usagers", "territoire", "val d'escaut", "vne"),
    ("usagers", "territoire", "VNE", "vne"),
    ("usagers", "naissance", "", None),
    ("usagers", "debut", "01/09/2021", dt.date(2021, 9, 1)),
    ("usagers", "debut", "1990-01-01", dt.date(1990, 1, 1)),
    ("usagers", "debut", "2027-03-15", dt.date(2027, 3, 15)),
    ("postes", "etp", "0,5", 0.5),
    ("postes", "etp", "1.0", 1.0),
    ("actions_ponctuelles", "autres_jeunes", "0", 0),
    ("actions_ponctuelles", "autres_jeunes", "12,0", 12),
    ("actions_ponctuelles", "autres_jeunes", "", None),
]


@pytest.mark.parametrize(
    ("formulaire", "colonne", "valeur", "attendu"),
    ADMISES,
    ids=[f"{f}.{c}={v}" for f, c, v, _ in ADMISES],
)
def test_cellule_admise(
    remplie: Engine, tmp_path: Path, formulaire: str, colonne: str, valeur: str, attendu: object
) -> None:
    charger(remplie, tmp_path / "l", une_ligne(formulaire, **{colonne: valeur}))
    table = "actions" if formulaire.startswith("actions") else formulaire
    lignes = lire(remplie, table)
    assert attendu in [ligne[colonne] for ligne in lignes]


def test_associations_par_sigle_ou_par_nom(remplie: Engine, tmp_path: Path) -> None:
    lignes = [
        {"association": nom, "usager": f"V{i}"}
        for i, nom in enumerate(["aae", "BOUÉE DES JEUNES", "Bouee  des\u00a0jeunes", "BDJ"])
    ]
    charger(remplie, tmp_path / "l", {"usagers": lignes})
    tenus = {u["usager"]: u["association"] for u in lire(remplie, "usagers")}
    assert [tenus[f"V{i}"] for i in range(4)] == [1, 2, 2, 2]


def test_un_nom_porte_par_deux_territoires_n_en_designe_aucun(
    base_sqlite: Engine, tmp_path: Path
) -> None:
    territoires = [{"code": "a", "nom": "Lille"}, {"code": "b", "nom": "LILLE"}]
    usagers = [usager("U1", territoire="Lille"), usager("U2", territoire="b")]
    formulaires = seulement("associations", territoires=territoires, usagers=usagers)
    assert un_refus(base_sqlite, tmp_path / "l", formulaires).ligne == 2


def test_un_code_l_emporte_sur_un_nom(base_sqlite: Engine, tmp_path: Path) -> None:
    territoires = [{"code": "nord", "nom": "Est"}, {"code": "est", "nom": "Nord"}]
    formulaires = composer(territoires=territoires + composer()["territoires"])
    formulaires["usagers"][0]["territoire"] = "Nord"
    charger(base_sqlite, tmp_path / "l", formulaires)
    assert lire(base_sqlite, "usagers")[0]["territoire"] == "nord"


def test_pseudonymes_rognes_et_sensibles_a_la_casse(remplie: Engine, tmp_path: Path) -> None:
    charger(remplie, tmp_path / "l", {"usagers": [usager(" u1 "), usager("U1", sexe="fille")]})
    assert {u["usager"] for u in lire(remplie, "usagers")} == {"u1", "U1", "U2"}


def test_un_entier_de_tableur_est_un_pseudonyme(remplie: Engine, tmp_path: Path) -> None:
    formulaires = {
        "usagers": [{"association": "AAE", "usager": 417}],
        "interventions": [
            {
                "association": "AAE",
                "intervention": 9.0,
                "usager": "417",
                "date": dt.datetime(2021, 12, 1, 8),
                "acteur": "ALSES",
            }
        ],
    }
    chemin = en_classeur(tmp_path / "l.xlsx", formulaires)
    importer(remplie, chemin, operateur="essai", aujourd_hui=AUJOURD_HUI)
    (ligne,) = lire(remplie, "interventions", intervention="9")
    assert ligne["date"] == dt.date(2021, 12, 1)
    (fiche,) = lire(remplie, "usagers", usager="417")
    assert fiche["id"] == ligne["usager"]


def test_une_ligne_toute_vide_est_laissee(remplie: Engine, tmp_path: Path) -> None:
    vide = dict.fromkeys(usager("U7", sexe="fille"), "")
    bilan = charger(remplie, tmp_path / "l", {"usagers": [usager("U7", sexe="fille"), vide]})
    assert bilan.comptes == {"usagers": 1}


# --- References ---------------------------------------------------------------------------------


def test_une_reference_de_la_livraison_suffit(base_sqlite: Engine, tmp_path: Path) -> None:
    assert charger(base_sqlite, tmp_path / "l", composer()).numero == 1


def test_une_reference_de_la_base_suffit(remplie: Engine, tmp_path: Path) -> None:
    charger(remplie, tmp_path / "l", {"interventions": [intervention("I9", "U2")]})
    assert len(lire(remplie, "interventions")) == 3


def test_les_refus_se_propagent(base_sqlite: Engine, tmp_path: Path) -> None:
    """A collège refused refuses what names it; a usager refused, its rows."""
    formulaires = composer()
    formulaires["colleges"][0]["latitude"] = "très au nord"
    formulaires["usagers"][1]["sexe"] = "?"
    refus = refuser(base_sqlite, tmp_path / "l", formulaires)
    assert {(r.fichier, r.ligne, r.colonne) for r in refus} == {
        ("colleges.csv", 2, "latitude"),
        ("postes.csv", 2, "college"),
        ("conditions.csv", 2, "college"),
        ("usagers.csv", 3, "sexe"),
        ("situations.csv", 2, "college"),
        ("interventions.csv", 3, "usager"),
        ("actions_ponctuelles.csv", 2, "college"),
    }


def test_un_usager_refuse_mais_deja_connu_garde_ses_lignes(remplie: Engine, tmp_path: Path) -> None:
    formulaires = {"usagers": [usager("U2", sexe="?")], "interventions": [intervention("I9", "U2")]}
    refus = un_refus(remplie, tmp_path / "l", formulaires)
    assert refus.fichier == "usagers.csv"


def test_un_usager_est_celui_de_son_association(remplie: Engine, tmp_path: Path) -> None:
    lignes = [intervention("I9", "U1", association="BDJ")]
    refus = un_refus(remplie, tmp_path / "l", {"interventions": lignes})
    assert refus.colonne == "usager"


# --- Keys ---------------------------------------------------------------------------------------


def test_cle_deux_fois_au_contenu_different(remplie: Engine, tmp_path: Path) -> None:
    lignes = [
        intervention("I7"),
        intervention("I8", date="2021-10-05"),
        intervention("I8", date="2021-10-06"),
        intervention("I9"),
        intervention("I8", date="2021-10-05"),
    ]
    refus = refuser(remplie, tmp_path / "l", {"interventions": lignes})
    assert [r.ligne for r in refus] == [3, 4, 6]
    assert {r.colonne for r in refus} == {"intervention"}
    assert "ligne 3" in refus[1].raison
    assert "ligne 4" in refus[0].raison


def test_cle_deux_fois_au_meme_contenu(remplie: Engine, tmp_path: Path) -> None:
    """Identical once read: a code and its label, two spellings of a date."""
    lignes = [
        intervention("I8", date="2021-10-05", lieu="domicile", objectifs="parler|loi"),
        intervention("I8 ", date="05/10/2021", lieu="Domicile", objectifs="loi|parler|loi"),
    ]
    lignes[1]["association"] = "Association d'action éducative"
    bilan = charger(remplie, tmp_path / "l", {"interventions": lignes})
    assert bilan.comptes == {"interventions": 1}
    assert len(lire(remplie, "interventions", intervention="I8")) == 1


@pytest.mark.parametrize(
    ("formulaire", "change"),
    [
        ("territoires", {"nom": "Autre"}),
        ("territoires", {"code": "DOUAI", "nom": "Autre"}),
        ("associations", {"sigle": "aae", "nom": "Autre"}),
        ("colleges", {"commune": "Autre"}),
        ("postes", {"etp": "1"}),
        ("conditions", {"local": "oui"}),
        ("usagers", {"sexe": "garcon"}),
        ("situations", {"classe": "3e"}),
        ("actions_ponctuelles", {"usagers": "U1"}),
        ("actions_projet", {"projet": "Autre"}),
    ],
)
def test_cle_de_chaque_formulaire(
    base_sqlite: Engine, tmp_path: Path, formulaire: str, change: dict[str, str]
) -> None:
    formulaires = composer()
    formulaires[formulaire].append({**formulaires[formulaire][0], **change})
    refus = [r for r in refuser(base_sqlite, tmp_path / "l", formulaires) if "clé" in r.raison]
    assert len(refus) == 2
    assert {r.fichier for r in refus} == {f"{formulaire}.csv"}


@pytest.mark.parametrize(
    ("formulaire", "change"),
    [
        ("postes", {"plan_pauvrete": "non", "etp": "1"}),
        ("postes", {"plan_pauvrete": "", "etp": "1"}),
        ("postes", {"debut": "2020-09-01", "etp": "1"}),
        ("conditions", {"date": "2021-03-09", "local": "oui"}),
        ("situations", {"date": "2021-10-15", "classe": "3e"}),
        ("usagers", {"association": "BDJ", "sexe": "garcon"}),
        ("actions_projet", {"action": "a1", "projet": "Autre"}),
    ],
)
def test_une_autre_cle_est_une_autre_ligne(
    base_sqlite: Engine, tmp_path: Path, formulaire: str, change: dict[str, str]
) -> None:
    formulaires = composer()
    formulaires[formulaire].append({**formulaires[formulaire][0], **change})
    attendu = len(formulaires[formulaire])
    assert charger(base_sqlite, tmp_path / "l", formulaires).comptes[formulaire] == attendu


def test_les_deux_formulaires_d_actions_ont_chacun_leurs_cles(remplie: Engine) -> None:
    assert [a["forme"] for a in lire(remplie, "actions")] == ["ponctuelle", "projet"]


# --- Ages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("naissance", "refusee"), [("2018", False), ("2019", True), ("1991", False), ("1990", True)]
)
def test_age_de_3_a_30_ans_dans_l_annee_d_une_intervention(
    remplie: Engine, tmp_path: Path, naissance: str, refusee: bool
) -> None:
    """Age on 1 January inside 2021-2022: end year − birth − 1."""
    formulaires = {
        "usagers": [usager("U9", naissance=naissance)],
        "interventions": [intervention("I9", "U9", date="2022-08-31")],
    }
    if not refusee:
        charger(remplie, tmp_path / "l", formulaires)
        return
    refus = refuser(remplie, tmp_path / "l", formulaires)
    assert [(r.fichier, r.colonne) for r in refus] == [
        ("usagers.csv", "naissance"),
        ("interventions.csv", "usager"),
    ]
    assert "2021-2022" in refus[0].raison


def test_age_juge_dans_chaque_annee(remplie: Engine, tmp_path: Path) -> None:
    formulaires = {
        "usagers": [usager("U9", naissance="2018")],
        "interventions": [
            intervention("I8", "U9", date="2021-09-01"),
            intervention("I9", "U9", date="2021-08-31"),
        ],
    }
    refus = refuser(remplie, tmp_path / "l", formulaires)
    assert refus[0].raison.startswith("Âge de 2 ans en 2020-2021")


def test_age_juge_avec_les_interventions_de_la_base(remplie: Engine, tmp_path: Path) -> None:
    refus = un_refus(remplie, tmp_path / "l", {"usagers": [usager("U1", naissance="2020")]})
    assert (refus.colonne, refus.valeur) == ("naissance", "2020")


def test_age_juge_sans_l_intervention_que_la_livraison_deplace(
    remplie: Engine, tmp_path: Path
) -> None:
    """The date that made the age impossible is corrected together with the year of birth."""
    formulaires = {
        "usagers": [usager("U1", naissance="2020")],
        "interventions": [intervention("I1", date="2024-10-04")],
    }
    charger(remplie, tmp_path / "l", formulaires)
    assert [a["age"] for a in lire(remplie, "accompagnements", usager=1)] == [4]


def test_age_juge_avec_la_naissance_de_la_base(remplie: Engine, tmp_path: Path) -> None:
    lignes = {"interventions": [intervention("I9", date="2010-10-04")]}
    refus = un_refus(remplie, tmp_path / "l", lignes)
    assert (refus.colonne, refus.valeur) == ("date", "2010-10-04")


def test_age_juge_avec_la_naissance_de_la_base_quand_la_colonne_manque(
    remplie: Engine, tmp_path: Path
) -> None:
    lignes = {
        "usagers": [usager("U1", sexe="fille")],
        "interventions": [intervention("I9", date="2010-10-04")],
    }
    assert un_refus(remplie, tmp_path / "l", lignes).colonne == "date"


def test_naissance_inconnue_naissance_sans_intervention(remplie: Engine, tmp_path: Path) -> None:
    lignes = {
        "usagers": [usager("U8", naissance=""), usager("U9", naissance="1950")],
        "interventions": [intervention("I9", "U8", date="1995-10-04")],
    }
    charger(remplie, tmp_path / "l", lignes)


def test_une_intervention_refusee_ne_fait_pas_un_age(remplie: Engine, tmp_path: Path) -> None:
    formulaires = {
        "usagers": [usager("U9", naissance="2018")],
        "interventions": [intervention("I9", "U9", date="2015-10-04", acteur="?")],
    }
    assert un_refus(remplie, tmp_path / "l", formulaires).colonne == "acteur"


# --- Columns that need another ------------------------------------------------------------------


@pytest.mark.parametrize("manquante", ["fonction_ecole", "origine"])
def test_parent_juge_apres_fusion(remplie: Engine, tmp_path: Path, manquante: str) -> None:
    """The missing column keeps what the database holds: U1 comes from a school."""
    bonne = {"origine": "etablissement_scolaire", "fonction_ecole": "professeur"}
    del bonne[manquante]
    charger(remplie, tmp_path / "bonne", {"usagers": [usager("U1", **bonne)]})
    mauvaise = {"origine": "jeune", "fonction_ecole": "professeur"}
    del mauvaise[manquante]
    pseudonyme = "U1" if manquante == "fonction_ecole" else "U2"
    refus = un_refus(remplie, tmp_path / "mauvaise", {"usagers": [usager(pseudonyme, **mauvaise)]})
    assert refus.colonne == next(iter(mauvaise))


def test_parent_d_une_fiche_nouvelle_sans_la_colonne(remplie: Engine, tmp_path: Path) -> None:
    ligne = usager("U9", demande_scolarite="exclusion")
    assert un_refus(remplie, tmp_path / "l", {"usagers": [ligne]}).colonne == "demande_scolarite"


def test_fin_gardee_par_la_base_avant_le_nouveau_debut(remplie: Engine, tmp_path: Path) -> None:
    ligne = {**composer()["actions_projet"][0], "debut": "2022-06-01"}
    del ligne["fin"]
    assert un_refus(remplie, tmp_path / "l", {"actions_projet": [ligne]}).colonne == "debut"


# --- Properties ---------------------------------------------------------------------------------


@given(st.data())
def test_toute_ecriture_d_un_libelle_est_reconnue(data: st.DataObject) -> None:
    """Case, spaces and apostrophes around any label of any list."""
    ligne = data.draw(st.sampled_from(_LIGNES))
    liste = _LISTES[ligne["champ"]]
    texte = data.draw(st.sampled_from([ligne["code"], ligne["libelle"]]))
    texte = data.draw(st.sampled_from([str.upper, str.lower, str.title, str]))(texte)
    texte = texte.replace("'", data.draw(st.sampled_from(["'", "’", "ʼ"])))
    texte = texte.replace(" ", data.draw(st.sampled_from([" ", "  ", "\u00a0", "\u202f"])))
    marge = data.draw(st.sampled_from(["", " ", "\u00a0\t"]))
    assert lecteur_de_code(liste)((marge + texte + marge).strip()) == liste.rang_du_code(
        ligne["code"]
    )


@given(st.lists(st.integers(0, 6), max_size=10), st.lists(st.sampled_from(["", " "]), max_size=3))
def test_plusieurs_valeurs_sont_un_ensemble(rangs: list[int], vides: list[str]) -> None:
    liste = _LISTES["mesures"]
    parts = [liste.valeurs[i].code for i in rangs] + vides
    attendu = 0
    for i in rangs:
        attendu |= 1 << (liste.valeurs[i].rang - 1)
    if attendu & ~1:
        attendu &= ~1
    assert lecteur_de_codes(liste)("|".join(parts)) == attendu


@given(st.dates(dt.date(1990, 1, 1), dt.date(2027, 3, 15)))
def test_toute_date_admise_se_relit(jour: dt.date) -> None:
    lire_date = lecteur_de_date(AUJOURD_HUI)
    assert lire_date(jour.isoformat()) == lire_date(jour.strftime("%d/%m/%Y")) == jour


@given(st.text(min_size=1))
def test_aucun_texte_ne_fait_echouer_la_lecture(texte: str) -> None:
    date = lecteur_de_date(AUJOURD_HUI)(texte)
    assert isinstance(date, (Faute, dt.date))
    annee = lecteur_d_annee(AUJOURD_HUI)(texte)
    assert isinstance(annee, (Faute, int))
    assert isinstance(lire_entier(texte), (Faute, int))
    assert isinstance(lecteur_de_nombre(0, 10)(texte), (Faute, float))
    assert isinstance(lecteur_de_code(_LISTES["sexe"])(texte), (Faute, int))
    assert isinstance(lecteur_de_codes(_LISTES["mesures"])(texte), (Faute, int))


_LIGNES = lire_fichier()
_LISTES = {
    champ: Liste(
        champ,
        tuple(
            Valeur(x["code"], x["libelle"], x["groupe"], int(x["ordre"]), i)
            for i, x in enumerate((x for x in _LIGNES if x["champ"] == champ), start=1)
        ),
    )
    for champ in {x["champ"] for x in _LIGNES}
}


def test_le_libelle_d_une_liste_ne_designe_qu_un_code() -> None:
    for ligne in _LIGNES:
        liste = _LISTES[ligne["champ"]]
        assert liste.rang(ligne["libelle"]) == liste.rang_du_code(ligne["code"]), ligne


def test_les_interventions_seules_sur_une_base_vide(base_sqlite: Engine, tmp_path: Path) -> None:
    refus = refuser(base_sqlite, tmp_path / "l", seulement("interventions"))
    assert {r.colonne for r in refus} == {"association"}
    with base_sqlite.connect() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(t.livraisons)) == 0
