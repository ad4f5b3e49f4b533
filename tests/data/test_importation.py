"""All or nothing, idempotent, one writer at a time (contract, données §1), on both engines."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from data import importation, verrou
from data import schema as t
from data.demo import engendrer
from data.ecriture import compter_posees
from data.formulaires import FORMULAIRES
from data.importation import Bilan, importer
from data.nomenclature import charger as charger_listes
from data.nomenclature import initialiser
from data.progression import Affichage
from data.refus import LivraisonRefusee, MauvaisAppel
from data.schema import ouvrir
from tests import RACINE
from tests.data.fabrique import (
    Formulaires,
    comparer,
    composer,
    ecrire_texte,
    en_archive,
    en_classeur,
    en_dossier,
    intervention,
    lire,
    photographier,
    restreindre,
    seulement,
    usager,
)

DepuisModele = Callable[[str, Callable[[Engine], object]], Engine]


def charger(base: Engine, dossier: Path, formulaires: Formulaires, **options: Any) -> Bilan:
    return importer(base, en_dossier(dossier, formulaires), operateur="Mme Essai", **options)


@pytest.fixture
def remplie(depuis_modele: DepuisModele, tmp_path: Path) -> Engine:
    """A database that holds the small delivery."""
    return depuis_modele("petite", lambda base: charger(base, tmp_path / "petite", composer()))


@pytest.fixture
def recalculs(monkeypatch: pytest.MonkeyPatch) -> list[set[int] | None]:
    """School years whose facts each import has recomputed."""
    vus: list[set[int] | None] = []
    vrai = importation.recalculer

    def recalculer(conn: sa.Connection, annees: set[int] | None, progression: Any) -> None:
        vus.append(annees)
        vrai(conn, annees, progression)

    monkeypatch.setattr(importation, "recalculer", recalculer)
    return vus


# --- What is written ----------------------------------------------------------------------------


def test_une_base_neuve_ne_contient_que_les_listes(base: Engine) -> None:
    assert {nom for nom, lignes in photographier(base).items() if lignes} == {"nomenclatures"}


def test_chaque_champ_d_une_petite_livraison(remplie: Engine) -> None:
    """Ranks, bit sets, dates, places: as the schema says, on both engines alike."""
    assert lire(remplie, "associations") == [
        {
            "id": 1,
            "sigle": "AAE",
            "nom": "Association d’Action Éducative",
            "code": "association-d-action-educative",
        },
        {"id": 2, "sigle": "BDJ", "nom": "Bouée des jeunes", "code": "bouee-des-jeunes"},
    ]
    assert lire(remplie, "colleges", code="douai-andre-canivez") == [
        {
            "code": "douai-andre-canivez",
            "nom": "André Canivez",
            "commune": "Douai",
            "territoire": "douai",
            "education_prioritaire": "rep_plus",
            "latitude": 50.371,
            "longitude": 3.08,
        }
    ]
    assert lire(remplie, "postes") == [
        {
            "college": "douai-andre-canivez",
            "association": 1,
            "debut": dt.date(2019, 9, 1),
            "plan_pauvrete": 1,
            "etp": 0.5,
            "fin": None,
        }
    ]
    (conditions,) = lire(remplie, "conditions")
    assert conditions["date"] == dt.date(2020, 3, 9)
    assert (conditions["anciennete_prevention"], conditions["anciennete_alses"]) == (1.5, None)
    assert (conditions["convention"], conditions["local"], conditions["presentation"]) == (3, 2, 0)
    u1, u2 = lire(remplie, "usagers")
    assert u1 == {
        "id": 1,
        "association": 1,
        "usager": "U1",
        "sexe": 1,
        "naissance": 2008,
        "debut": dt.date(2020, 10, 1),
        "territoire": "douai",
        "origine": 10,
        "fonction_ecole": 2,
        "demande": 1,
        "demande_scolarite": 4,
        "posees": 0b11111111,
    }
    assert (u2["debut"], u2["fonction_ecole"], u2["territoire"]) == (None, 0, "vne")
    (situation,) = lire(remplie, "situations")
    assert (situation["usager"], situation["date"]) == (1, dt.date(2021, 9, 15))
    assert (situation["classe"], situation["mesures"], situation["aides"]) == (3, 1, 0b1100)
    i1, i2 = lire(remplie, "interventions")
    assert i1 == {
        "association": 1,
        "intervention": "I1",
        "usager": 1,
        "date": dt.date(2021, 10, 4),
        "annee": 2021,
        "acteur": 1,
        "present": 1,
        "lieu": 1,
        "objectifs": 0b11,
        "modalites": 0,
        "famille": 1,
        "objectifs_famille": 0,
        "partenaires_territoire": 0,
        "partenaires_hors": 0,
        "posees": 0b10111,
    }
    assert (i2["usager"], i2["acteur"], i2["present"], i2["lieu"]) == (2, 2, 2, 3)
    ponctuelle, projet = lire(remplie, "actions")
    assert (ponctuelle["forme"], ponctuelle["debut"], ponctuelle["fin"]) == (
        "ponctuelle",
        dt.date(2021, 11, 20),
        None,
    )
    assert (ponctuelle["partenaires"], ponctuelle["autres_jeunes"]) == (0b11, 12)
    assert (projet["projet"], projet["fin"], projet["autres_jeunes"]) == (
        "Atelier radio",
        dt.date(2022, 5, 31),
        None,
    )
    assert [(p["forme"], p["usager"]) for p in lire(remplie, "actions_usagers")] == [
        ("ponctuelle", 1),
        ("ponctuelle", 2),
        ("projet", 1),
    ]
    assert {(a["annee"], a["usager"]) for a in lire(remplie, "accompagnements")} == {
        (2021, 1),
        (2021, 2),
    }
    assert lire(remplie, "reponses")


def test_le_journal_des_livraisons(base: Engine, tmp_path: Path) -> None:
    formulaires = composer()
    formulaires["usagers"][0]["remarque"] = "x"
    dossier = en_dossier(tmp_path / "l", formulaires)
    bilan = importer(base, dossier, operateur="Mme Essai", synthetique=True)
    (ligne,) = lire(base, "livraisons")
    assert ligne["comptes"] == bilan.comptes == {nom: len(x) for nom, x in formulaires.items()}
    assert (ligne["numero"], ligne["operateur"], ligne["synthetique"]) == (1, "Mme Essai", True)
    assert ligne["refusees"] == 0
    assert ligne["avertissements"] == bilan.avertissements
    assert "remarque" in bilan.avertissements[0]
    assert abs(ligne["recue_le"] - dt.datetime.now(dt.UTC).replace(tzinfo=None)) < dt.timedelta(
        minutes=5
    )
    empreintes = sorted(
        f"{f.stem} {hashlib.sha256(f.read_bytes()).hexdigest()}\n" for f in dossier.iterdir()
    )
    assert ligne["empreinte"] == hashlib.sha256("".join(empreintes).encode()).hexdigest()
    (publication,) = lire(base, "publications")
    assert publication["livraison"] == 1


def test_dossier_archive_et_classeur_disent_la_meme_chose(base: Engine, tmp_path: Path) -> None:
    charger(base, tmp_path / "a", composer())
    attendu = comparer(base)
    assert importer(base, en_archive(tmp_path / "b.zip", composer()), operateur="x").deja_chargee
    bilan = importer(base, en_classeur(tmp_path / "c.xlsx", composer()), operateur="x")
    assert (bilan.numero, bilan.deja_chargee) == (2, False)
    assert comparer(base) == attendu


def test_les_deux_moteurs_tiennent_la_meme_base(
    url_sqlite: str, url_base_postgresql: str, tmp_path: Path
) -> None:
    """Two associations of a fictional département, two years, then one of them corrected."""
    livraisons = engendrer(tmp_path / "d", annees=2, departement="fictif", echelle=0.2)
    restreindre(livraisons, "Tremplin", "Escale")
    corrigee = tmp_path / "corrigee"
    corrigee.mkdir()
    with (livraisons[-1] / "interventions.csv").open(encoding="utf-8-sig", newline="") as f:
        lignes = list(csv.DictReader(f, delimiter=";"))
    for ligne in lignes[::3]:
        del ligne["lieu"]
        ligne["present"] = "non"
    garde = [c for c in lignes[0] if c != "lieu"]
    (corrigee / "interventions.csv").write_text(ecrire_texte(lignes[::3], colonnes=garde))
    photos = []
    for url in (url_sqlite, url_base_postgresql):
        engine = ouvrir(url)
        initialiser(engine)
        for livraison in (*livraisons, corrigee):
            importer(engine, livraison, operateur="x")
        photos.append(
            {
                nom: lignes
                for nom, lignes in comparer(engine).items()
                # Packed answers are compared where they are made.
                if not nom.startswith(("reponses", "mises_en_page", "etats", "accompagnements"))
            }
        )
        engine.dispose()
    assert photos[0]["interventions"]
    for nom in photos[0]:
        assert _normaliser(photos[0][nom]) == _normaliser(photos[1][nom]), nom


def _normaliser(lignes: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return sorted(tuple(c.removesuffix(".0") for c in ligne) for ligne in lignes)


# --- Known keys, absent columns -----------------------------------------------------------------


def test_une_cle_connue_est_remplacee(remplie: Engine, tmp_path: Path) -> None:
    nouvelles = composer()
    nouvelles["interventions"][0]["lieu"] = "local"
    nouvelles["usagers"][0]["sexe"] = "garcon"
    nouvelles["situations"][0]["classe"] = "3e"
    nouvelles["actions_ponctuelles"][0]["usagers"] = "U2"
    nouvelles["postes"][0]["etp"] = "1"
    nouvelles["colleges"][0]["education_prioritaire"] = ""
    charger(remplie, tmp_path / "l", nouvelles)
    assert [i["lieu"] for i in lire(remplie, "interventions")] == [2, 3]
    assert [u["sexe"] for u in lire(remplie, "usagers")] == [2, 2]
    assert [s["classe"] for s in lire(remplie, "situations")] == [4]
    assert [p["usager"] for p in lire(remplie, "actions_usagers", forme="ponctuelle")] == [2]
    assert [p["etp"] for p in lire(remplie, "postes")] == [1.0]
    assert {c["education_prioritaire"] for c in lire(remplie, "colleges")} == {""}


@pytest.mark.parametrize(
    ("formulaire", "table", "colonne", "vide"),
    [
        ("interventions", "interventions", "objectifs", 0),
        ("usagers", "usagers", "naissance", None),
        ("usagers", "usagers", "demande_scolarite", 0),
        ("situations", "situations", "college", None),
        ("actions_ponctuelles", "actions", "autres_jeunes", None),
        ("actions_projet", "actions", "fin", None),
        ("postes", "postes", "fin", None),
        ("conditions", "conditions", "anciennete_prevention", None),
        ("colleges", "colleges", "latitude", None),
    ],
)
def test_colonne_absente_gardee_cellule_vide_effacee(
    remplie: Engine, tmp_path: Path, formulaire: str, table: str, colonne: str, vide: object
) -> None:
    if formulaire == "postes":
        avec_fin = [{**composer()["postes"][0], "fin": "2024-08-31"}]
        charger(remplie, tmp_path / "fin", {"postes": avec_fin})
    avant = lire(remplie, table)
    sans = composer()[formulaire][:1]
    del sans[0][colonne]
    charger(remplie, tmp_path / "sans", {formulaire: sans})
    assert lire(remplie, table) == avant
    videe = composer()[formulaire][:1]
    videe[0][colonne] = ""
    charger(remplie, tmp_path / "videe", {formulaire: videe})
    apres = lire(remplie, table)
    assert apres != avant
    assert next(x for x in apres if x not in avant)[colonne] == vide


def test_participants_gardes_sans_la_colonne_retires_par_une_cellule_vide(
    remplie: Engine, tmp_path: Path
) -> None:
    sans = composer()["actions_ponctuelles"]
    del sans[0]["usagers"]
    charger(remplie, tmp_path / "sans", {"actions_ponctuelles": sans})
    assert len(lire(remplie, "actions_usagers", forme="ponctuelle")) == 2
    vide = [{**composer()["actions_ponctuelles"][0], "usagers": " | "}]
    charger(remplie, tmp_path / "vide", {"actions_ponctuelles": vide})
    assert lire(remplie, "actions_usagers", forme="ponctuelle") == []
    assert len(lire(remplie, "actions_usagers", forme="projet")) == 1


def test_posees_s_accumulent(remplie: Engine, tmp_path: Path) -> None:
    """A bit per optional column that some delivery brought for the row, empty or not."""
    formulaire = FORMULAIRES["interventions"]
    charger(
        remplie,
        tmp_path / "l",
        {"interventions": [intervention("I1", modalites=""), intervention("I9", modalites="")]},
    )
    posees = {i["intervention"]: i["posees"] for i in lire(remplie, "interventions")}
    initiales = ["present", "lieu", "objectifs", "famille"]
    assert posees == {
        "I1": compter_posees(formulaire, [*initiales, "modalites"]),
        "I2": compter_posees(formulaire, initiales),
        "I9": compter_posees(formulaire, ["modalites"]),
    }
    charger(remplie, tmp_path / "u", {"usagers": [usager("U1", sexe=""), usager("U9", sexe="")]})
    assert {u["usager"]: u["posees"] for u in lire(remplie, "usagers")} == {
        "U1": 0b11111111,
        "U2": 0b11111111,
        "U9": 0b1,
    }


def test_le_sigle_reste_celui_du_premier_chargement(remplie: Engine, tmp_path: Path) -> None:
    charger(remplie, tmp_path / "l", {"associations": [{"sigle": "bdj", "nom": "La Bouée"}]})
    bdj = lire(remplie, "associations")[1]
    assert (bdj["sigle"], bdj["nom"], bdj["code"]) == ("BDJ", "La Bouée", "bouee-des-jeunes")


def test_codes_des_associations(base: Engine, tmp_path: Path) -> None:
    noms = [("BDJ", "Bouée des jeunes"), ("Autre", "Bouée des Jeunes !"), ("X 9", "…")]
    lignes = [{"sigle": s, "nom": n} for s, n in noms]
    charger(base, tmp_path / "l", {"associations": lignes})
    codes = [a["code"] for a in lire(base, "associations")]
    assert codes == ["bouee-des-jeunes", "autre", "x-9"]


def test_codes_de_lieu_faits_pour_les_adresses(base: Engine, tmp_path: Path) -> None:
    formulaires: Formulaires = {
        "territoires": [{"code": "Val d'Escaut", "nom": "VNE"}],
        "colleges": [
            {"code": "0590001A", "nom": "X", "commune": "Y", "territoire": "val d’escaut"}
        ],
    }
    charger(base, tmp_path / "l", formulaires)
    (college,) = lire(base, "colleges")
    assert (college["code"], college["territoire"]) == ("0590001a", "val-d-escaut")


def test_postes_sans_la_colonne_plan_pauvrete(base: Engine, tmp_path: Path) -> None:
    postes = composer()["postes"]
    del postes[0]["plan_pauvrete"]
    charger(base, tmp_path / "l", composer(postes=postes))
    charger(base, tmp_path / "m", {"postes": [{**postes[0], "plan_pauvrete": "", "etp": "1"}]})
    (poste,) = lire(base, "postes")
    assert (poste["plan_pauvrete"], poste["etp"]) == (0, 1.0)


# --- All or nothing -----------------------------------------------------------------------------


def test_deux_fois_la_meme_livraison(remplie: Engine, tmp_path: Path) -> None:
    avant = photographier(remplie)
    bilan = charger(remplie, tmp_path / "encore", composer())
    assert (bilan.numero, bilan.deja_chargee, bilan.comptes) == (1, True, {})
    assert photographier(remplie) == avant


def test_le_meme_contenu_autrement_range_ne_change_rien(remplie: Engine, tmp_path: Path) -> None:
    avant = comparer(remplie)
    formulaires = {nom: lignes[::-1] for nom, lignes in composer().items()}
    assert charger(remplie, tmp_path / "l", formulaires).numero == 2
    assert comparer(remplie) == avant


def test_une_ligne_refusee_refuse_tout(remplie: Engine, tmp_path: Path) -> None:
    avant = photographier(remplie)
    formulaires = {"interventions": [intervention("I8"), intervention("I9", acteur="x")]}
    with pytest.raises(LivraisonRefusee) as refus:
        charger(remplie, tmp_path / "l", formulaires)
    assert "1 ligne refusée" in refus.value.message
    assert photographier(remplie) == avant


def test_un_refus_en_bloc_ne_laisse_rien(remplie: Engine, tmp_path: Path) -> None:
    """Seen only while reading, after other forms were judged."""
    avant = photographier(remplie)
    dossier = en_dossier(tmp_path / "l", composer(usagers=[usager("U7")]))
    (dossier / "interventions.csv").write_text(
        ecrire_texte([intervention("I9")]) + ";;;;;;;;;;;;;;\n"
    )
    with pytest.raises(LivraisonRefusee):
        importer(remplie, dossier, operateur="x")
    assert photographier(remplie) == avant


@pytest.mark.parametrize("etape", ["ecrire", "recalculer", "publier"])
def test_une_panne_ne_laisse_rien(
    remplie: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, etape: str
) -> None:
    avant = photographier(remplie)
    vrai = getattr(importation, etape)

    def tomber(*args: Any, **options: Any) -> None:
        vrai(*args, **options)
        raise RuntimeError("panne")

    monkeypatch.setattr(importation, etape, tomber)
    nouvelle = composer(interventions=[intervention("I9")])
    with pytest.raises(RuntimeError):
        charger(remplie, tmp_path / "l", nouvelle)
    assert photographier(remplie) == avant
    monkeypatch.setattr(importation, etape, vrai)
    assert charger(remplie, tmp_path / "l", nouvelle).numero == 2


def test_tolerer_charge_les_bonnes_lignes(remplie: Engine, tmp_path: Path) -> None:
    formulaires = {
        "usagers": [usager("U7"), usager("U8", sexe="x", debut="y")],
        "interventions": [intervention("I7", "U7"), intervention("I8", "U8")],
    }
    bilan = charger(remplie, tmp_path / "l", formulaires, tolerer=True)
    assert bilan.comptes == {"usagers": 1, "interventions": 1}
    assert (len(bilan.refus), bilan.lignes_refusees) == (3, 2)
    assert {i["intervention"] for i in lire(remplie, "interventions")} == {"I1", "I2", "I7"}
    assert [x["refusees"] for x in lire(remplie, "livraisons")] == [0, 2]


def test_une_livraison_toleree_est_reprise_quand_ses_lignes_deviennent_bonnes(
    remplie: Engine, tmp_path: Path
) -> None:
    formulaires = {"interventions": [intervention("I7"), intervention("I8", "U8")]}
    assert charger(remplie, tmp_path / "l", formulaires, tolerer=True).numero == 2
    avant = photographier(remplie)
    encore = charger(remplie, tmp_path / "l", formulaires, tolerer=True)
    assert (encore.numero, encore.deja_chargee, encore.lignes_refusees) == (2, True, 1)
    assert photographier(remplie) == avant
    charger(remplie, tmp_path / "u", {"usagers": [usager("U8")]})
    reprise = charger(remplie, tmp_path / "l", formulaires)
    assert (reprise.numero, reprise.deja_chargee, reprise.comptes) == (
        4,
        False,
        {"interventions": 2},
    )
    assert charger(remplie, tmp_path / "l", formulaires).deja_chargee


# --- The report ---------------------------------------------------------------------------------


def test_rapport_des_refus(remplie: Engine, tmp_path: Path) -> None:
    rapport = tmp_path / "rapport.csv"
    formulaires = {"interventions": [intervention("I9", acteur="=1+1"), intervention("@I", "U9")]}
    with pytest.raises(LivraisonRefusee):
        charger(remplie, tmp_path / "l", formulaires, rapport=rapport)
    octets = rapport.read_bytes()
    assert octets.startswith(b"\xef\xbb\xbf")
    lignes = list(csv.reader(io.StringIO(octets.decode("utf-8-sig")), delimiter=";"))
    assert lignes[0] == ["fichier", "ligne", "colonne", "valeur", "raison", "que_faire"]
    assert "2 lignes refusées" in lignes[1][4].replace("\u00a0", " ")
    assert lignes[2][:4] == ["interventions.csv", "2", "acteur", "'=1+1"]
    assert lignes[3][:4] == ["interventions.csv", "3", "usager", "U9"]
    assert len(lignes) == 4


def test_rapport_d_un_refus_en_bloc_et_d_un_succes(base: Engine, tmp_path: Path) -> None:
    rapport = tmp_path / "rapport.csv"
    en_dossier(tmp_path / "l", composer())
    (tmp_path / "l" / "eleves.csv").write_text("x")
    with pytest.raises(LivraisonRefusee):
        importer(base, tmp_path / "l", operateur="x", rapport=rapport)
    assert "eleves.csv" in rapport.read_text(encoding="utf-8-sig")
    (tmp_path / "l" / "eleves.csv").unlink()
    importer(base, tmp_path / "l", operateur="x", rapport=rapport)
    assert len(rapport.read_text(encoding="utf-8-sig").splitlines()) == 1


def test_un_rapport_n_ecrase_pas_la_livraison(base: Engine, tmp_path: Path) -> None:
    dossier = en_dossier(tmp_path / "l", composer())
    for rapport in (dossier / "usagers.csv", tmp_path / "absent" / "r.csv", tmp_path):
        with pytest.raises(MauvaisAppel):
            importer(base, dossier, operateur="x", rapport=rapport)
    with pytest.raises(MauvaisAppel):
        importer(base, tmp_path / "nulle-part", operateur="x")


# --- One writer at a time, readers undisturbed --------------------------------------------------


def test_un_import_a_la_fois(
    remplie: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verrou.ecrire_seul.__wrapped__, "__defaults__", (0.2,))
    avant = photographier(remplie)
    with verrou.ecrire_seul(remplie), pytest.raises(LivraisonRefusee) as refus:
        charger(remplie, tmp_path / "l", composer(interventions=[intervention("I9")]))
    assert "Un autre import est en cours" in refus.value.message
    assert photographier(remplie) == avant


def test_un_import_attend_le_precedent(remplie: Engine, tmp_path: Path) -> None:
    pris, rendu = threading.Event(), threading.Event()

    def tenir() -> None:
        with verrou.ecrire_seul(remplie):
            pris.set()
            rendu.wait(10)

    fil = threading.Thread(target=tenir)
    fil.start()
    pris.wait(10)
    threading.Timer(0.3, rendu.set).start()
    bilan = charger(remplie, tmp_path / "l", composer(interventions=[intervention("I9")]))
    fil.join()
    assert bilan.numero == 2


def test_un_lecteur_ne_voit_jamais_la_moitie_d_un_import(
    remplie: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vu: list[tuple[int, int]] = []
    vrai = importation.publier

    def compter() -> tuple[int, int]:
        with remplie.connect() as conn:
            return tuple(
                conn.scalar(sa.select(sa.func.count()).select_from(table)) or 0
                for table in (t.interventions, t.livraisons)
            )  # type: ignore[return-value]

    def publier(*args: Any, **options: Any) -> int:
        vu.append(compter())
        return vrai(*args, **options)

    monkeypatch.setattr(importation, "publier", publier)
    charger(remplie, tmp_path / "l", composer(interventions=[intervention("I9")]))
    assert vu == [(2, 1)]
    assert compter() == (3, 2)


# --- Which years are redone ---------------------------------------------------------------------


def annees_refaites(
    base: Engine, dossier: Path, formulaires: Formulaires, recalculs: list[set[int] | None]
) -> set[int] | None:
    recalculs.clear()
    charger(base, dossier, formulaires)
    assert len(recalculs) <= 1
    return recalculs[0] if recalculs else set()


@pytest.fixture
def quatre_ans(depuis_modele: DepuisModele, tmp_path: Path) -> Engine:
    """U1 (debut known) and U2 (debut empty) both seen from 2020-2021 to 2022-2023."""
    interventions = [
        intervention(f"{u}-{annee}", u, date=f"{annee}-10-04")
        for u in ("U1", "U2")
        for annee in (2020, 2021, 2022)
    ]
    situations = [{**composer()["situations"][0], "date": "2020-09-15"}]
    formulaires = composer(
        interventions=interventions,
        situations=situations,
        actions_ponctuelles=None,
        actions_projet=None,
    )
    return depuis_modele("quatre_ans", lambda base: charger(base, tmp_path / "quatre", formulaires))


CHANGEMENTS: list[tuple[str, Formulaires, set[int] | None]] = [
    (
        "une intervention nouvelle",
        {"interventions": [intervention("N", "U1", date="2022-11-02")]},
        {2022},
    ),
    (
        "une intervention qui change d’année",
        {"interventions": [intervention("U1-2020", "U1", date="2022-11-02")]},
        {2020, 2022},
    ),
    (
        "une première intervention plus ancienne, debut vide",
        {"interventions": [intervention("N", "U2", date="2019-11-02")]},
        {2019, 2020, 2021, 2022},
    ),
    (
        "une première intervention plus ancienne, debut connu",
        {"interventions": [intervention("N", "U1", date="2019-11-02")]},
        {2019},
    ),
    (
        "la première intervention d’un debut vide, déplacée",
        {"interventions": [intervention("U2-2020", "U2", date="2021-05-02")]},
        {2020, 2021, 2022},
    ),
    (
        "une intervention rendue à un autre usager",
        {"interventions": [intervention("U2-2020", "U1", date="2020-10-04")]},
        {2020, 2021, 2022},
    ),
    ("une fiche corrigée", {"usagers": [usager("U1", sexe="garcon")]}, {2020, 2021, 2022}),
    ("une fiche inchangée", {"usagers": [usager("U1", sexe="fille")]}, set()),
    (
        "une situation nouvelle",
        {"situations": [{"association": "AAE", "usager": "U1", "date": "2021-09-01"}]},
        {2021, 2022},
    ),
    (
        "une situation inchangée",
        {"situations": [{"association": "AAE", "usager": "U1", "date": "2020-09-15"}]},
        set(),
    ),
    ("un territoire renommé", {"territoires": [{"code": "douai", "nom": "Douaisis"}]}, None),
    ("un poste changé", {"postes": [{**composer()["postes"][0], "etp": "1"}]}, None),
    ("des tables de référence inchangées", seulement("territoires", "colleges", "postes"), set()),
]


@pytest.mark.parametrize(
    ("formulaires", "attendu"),
    [c[1:] for c in CHANGEMENTS],
    ids=[c[0] for c in CHANGEMENTS],
)
def test_annees_refaites(
    quatre_ans: Engine,
    tmp_path: Path,
    recalculs: list[set[int] | None],
    formulaires: Formulaires,
    attendu: set[int] | None,
) -> None:
    """The years that a change touches, no other; and the facts are then the same as if every
    year had been recomputed."""
    assert annees_refaites(quatre_ans, tmp_path / "l", formulaires, recalculs) == attendu
    obtenus = lire(quatre_ans, "accompagnements")
    with quatre_ans.begin() as conn:
        importation.recalculer(conn, None, None)
    assert lire(quatre_ans, "accompagnements") == obtenus


def test_annees_des_actions(
    remplie: Engine, tmp_path: Path, recalculs: list[set[int] | None]
) -> None:
    action = {**composer()["actions_ponctuelles"][0], "date": "2022-09-01"}
    formulaires = {"actions_ponctuelles": [action]}
    assert annees_refaites(remplie, tmp_path / "l", formulaires, recalculs) == {2021, 2022}
    participants = {"actions_ponctuelles": [{**action, "usagers": "U1"}]}
    assert annees_refaites(remplie, tmp_path / "m", participants, recalculs) == {2022}


# --- Closed lists -------------------------------------------------------------------------------


def listes(dossier: Path, *remplacements: tuple[str, str]) -> Path:
    texte = (RACINE / "data" / "reference" / "nomenclatures.csv").read_text(encoding="utf-8")
    for ancien, nouveau in remplacements:
        assert ancien in texte
        texte = texte.replace(ancien, nouveau)
    chemin = dossier / "listes.csv"
    chemin.write_text(texte, encoding="utf-8")
    return chemin


def test_listes_changees_sans_changer_le_programme(
    remplie: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    avant = {(n["champ"], n["code"]): n["rang"] for n in lire(remplie, "nomenclatures")}
    chemin = listes(
        tmp_path,
        ("sexe,garcon,Garçon,,2", "sexe,autre,Autre,,2,déduit\nsexe,garcon,Jeune homme,,3"),
        ("lieu,local,Local,,2,imprimé\n", ""),
    )
    monkeypatch.setenv("NOMENCLATURES", str(chemin))
    charger(remplie, tmp_path / "l", {"usagers": [usager("U1", sexe="autre")]})
    charger(remplie, tmp_path / "m", {"usagers": [usager("U2", sexe="Jeune Homme")]})
    apres = {(n["champ"], n["code"]): n["rang"] for n in lire(remplie, "nomenclatures")}
    assert {c: r for c, r in apres.items() if c in avant} == avant
    assert set(apres) - set(avant) == {("sexe", "autre")}
    assert apres["sexe", "autre"] == 3
    assert ("lieu", "local") in apres
    assert [u["sexe"] for u in lire(remplie, "usagers")] == [3, 2]


def test_un_refus_ne_change_pas_les_listes(
    remplie: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    avant = photographier(remplie)
    monkeypatch.setenv("NOMENCLATURES", str(listes(tmp_path, ("Garçon", "Jeune homme"))))
    with pytest.raises(LivraisonRefusee):
        charger(remplie, tmp_path / "l", {"usagers": [usager("U1", sexe="x")]})
    assert photographier(remplie) == avant


def test_listes_illisibles(base: Engine, tmp_path: Path) -> None:
    for contenu in ("champ;code\nsexe;fille\n", "champ,code,libelle,groupe,ordre,provenance\na,b"):
        (tmp_path / "l.csv").write_text(contenu)
        with base.begin() as conn, pytest.raises(LivraisonRefusee):
            charger_listes(conn, tmp_path / "l.csv")
    with base.begin() as conn, pytest.raises(LivraisonRefusee):
        charger_listes(conn, tmp_path / "absent.csv")


def test_une_liste_a_63_codes_au_plus(base: Engine, tmp_path: Path) -> None:
    tetes = "champ,code,libelle,groupe,ordre,provenance\n"
    for nombre in (63, 64):
        lignes = "".join(f"essai,c{i},C {i},,{i},déduit\n" for i in range(1, nombre + 1))
        (tmp_path / "l.csv").write_text(tetes + lignes)
        if nombre == 63:
            with base.begin() as conn:
                assert charger_listes(conn, tmp_path / "l.csv")
        else:
            with base.begin() as conn, pytest.raises(LivraisonRefusee):
                charger_listes(conn, tmp_path / "l.csv")


# --- Killed at any instant ----------------------------------------------------------------------

_IMPORT = """
import sys
from data.importation import importer
from data.schema import ouvrir
importer(
    ouvrir(sys.argv[1]),
    sys.argv[2],
    operateur="x",
    progression=lambda *etape: print(*etape, flush=True),
)
print("fini", flush=True)
"""


def test_un_import_tue_laisse_l_ancienne_base_ou_la_nouvelle(url_base: str, tmp_path: Path) -> None:
    """SIGKILL a moment after steps drawn over the whole import, then an import left alone."""
    livraisons = engendrer(tmp_path / "d", annees=1, departement="fictif", echelle=0.3)
    restreindre(livraisons, "Tremplin")
    temoin = ouvrir(f"sqlite:///{tmp_path / 'temoin.sqlite'}")
    initialiser(temoin)
    etapes: list[str] = []
    for livraison in livraisons:
        etapes.clear()
        importer(temoin, livraison, operateur="x", progression=lambda *e: etapes.append(e[0]))
    attendu = {nom: len(lignes) for nom, lignes in photographier(temoin).items()}
    temoin.dispose()
    assert attendu["interventions"] > 1000

    engine = ouvrir(url_base)
    initialiser(engine)
    importer(engine, livraisons[0], operateur="x")
    ancienne = photographier(engine)
    commande = [sys.executable, "-c", _IMPORT, url_base, str(livraisons[1])]
    hasard = random.Random(7)
    ecriture = next(i for i, e in enumerate(etapes) if e.startswith("Écriture"))
    instants = sorted(hasard.sample(range(ecriture, len(etapes)), 4)) + [len(etapes) - 1]
    interrompus = 0
    for instant in instants:
        processus = subprocess.Popen(
            commande, cwd=RACINE, stdout=subprocess.PIPE, text=True, env={**os.environ}
        )
        assert processus.stdout
        for _ in range(instant + 1):
            assert processus.stdout.readline()
        time.sleep(hasard.uniform(0, 0.05))
        processus.kill()
        processus.communicate(timeout=60)
        photo = photographier(engine)
        if photo != ancienne:
            # The commit came before the signal: then everything is there.
            break
        interrompus += 1
    assert interrompus >= 2
    subprocess.run(commande, cwd=RACINE, check=True, capture_output=True, env={**os.environ})
    photo = photographier(engine)
    engine.dispose()
    assert {nom: len(lignes) for nom, lignes in photo.items()} == attendu


# --- On the terminal ----------------------------------------------------------------------------


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progression_sur_un_terminal_et_ailleurs(base: Engine, tmp_path: Path) -> None:
    for sortie in (_Terminal(), io.StringIO()):
        with Affichage(sortie) as affichage:
            charger(base, tmp_path / type(sortie).__name__, composer(), progression=affichage)
        texte = sortie.getvalue()
        assert "Examen des fichiers" in texte
        assert ("\r" in texte) == sortie.isatty()
