"""One door between the database and the browser: `repondre`. What passes through it, and that
nothing passes beside it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.catalogue import POPULATIONS
from data.treillis import CHAMP_DU_PROFIL
from queries.depot import Depot
from queries.lecteur import PARTAGE, PROTEGE, Lecteur, Role
from queries.lieux import lister
from queries.question import Question, QuestionRefusee
from queries.reponses import STATUTS, Ligne, Reponse, repondre
from tests import RACINE
from tests.queries.test_imports import fichiers, imports

FERMES = (
    "data.paquet",
    "data.schema",
    "data.publication",
    "data.comptage",
    "data.cellules",
    "data.faits",
    "data.arrondi",
    "data.lecture",
    "data.importation",
    "queries.depot.Exact",
    "queries.depot.Publie",
    "queries.reponses.Exact",
    "queries.reponses.Publie",
)
"""What holds true counts, or leads to them: not for whoever draws."""

DU_DEPOT = {"Depot", "Etat", "Livraison", "BaseIndisponible"}
SECRETS_DU_DEPOT = {"_engine", "_lecture", "_chercher", "_actualiser", "contextes"}


def ecrans() -> list[Path]:
    return [*fichiers("dashboard"), *fichiers("app.py")]


def test_the_screens_import_nothing_that_holds_true_counts() -> None:
    fautes = {
        (str(f.relative_to(RACINE)), nom)
        for f in ecrans()
        for nom in imports(f)
        if any(nom == ferme or nom.startswith(f"{ferme}.") for ferme in FERMES)
    }
    assert fautes == set()


def test_the_screens_know_the_store_of_answers_by_its_state_only() -> None:
    noms = {
        nom.removeprefix("queries.depot.")
        for f in ecrans()
        for nom in imports(f)
        if nom.startswith("queries.depot.")
    }
    assert noms <= DU_DEPOT


def _attributs(fichier: Path) -> Iterator[tuple[str, str]]:
    """« depot.lire » → (depot, lire), for every attribute read in a file."""
    for noeud in ast.walk(ast.parse(fichier.read_text(encoding="utf-8"))):
        if isinstance(noeud, ast.Attribute):
            porteur = noeud.value
            nom = getattr(porteur, "id", getattr(porteur, "attr", ""))
            yield str(nom), noeud.attr


def test_the_screens_read_no_answer_by_themselves() -> None:
    fautes = [
        (str(f.relative_to(RACINE)), porteur, attribut)
        for f in ecrans()
        for porteur, attribut in _attributs(f)
        if attribut in SECRETS_DU_DEPOT or (attribut == "lire" and "depot" in porteur)
    ]
    assert fautes == []


def test_a_row_has_nowhere_to_hide_a_true_count() -> None:
    """A new field of a row or of an answer is a new way out: it is judged here first."""
    assert {f.name for f in fields(Ligne)} == {
        # `fragile` is read from the base and the « non renseigné » beside it.
        *("serie", "modalite", "libelle", "statut", "note", "fragile"),
        *("effectif", "base", "part", "valeur", "non_renseigne"),
    }
    assert {f.name for f in fields(Reponse)} == {
        *("question", "indicateur", "population", "politique", "lignes", "livraison"),
    }
    for classe in (Ligne, Reponse):
        assert not hasattr(classe, "__dict__") or "__slots__" in vars(classe)


@pytest.fixture(scope="module")
def depot(base_demo: str) -> Depot:
    """The demonstration database."""
    return Depot(base_demo)


ROLES = (Role.DEPARTEMENT, Role.INVITE, Role.CHEF)


@settings(
    max_examples=300,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(donnees=st.data())
def test_nothing_true_passes_the_door_for_who_is_not_entitled(
    depot: Depot, donnees: st.DataObject
) -> None:
    etat = depot.etat()
    tirer = donnees.draw
    role = tirer(st.sampled_from(ROLES))
    siennes: tuple[str, ...] = ()
    if role is Role.CHEF:
        siennes = (tirer(st.sampled_from(sorted(etat.geographie.associations))),)
    lecteur = Lecteur(role, siennes)
    annee = tirer(st.sampled_from([*etat.annees, *etat.cumuls]))
    genres = [
        *("departement", "territoire", "association", "association_territoire"),
        *("college", "reseau", "poste", "association_college"),
    ]
    lieux = list(lister(etat, lecteur, tirer(st.sampled_from(genres)), annee))
    if not lieux:
        return
    lieu = tirer(st.sampled_from(lieux))
    profils = tirer(st.lists(st.sampled_from(sorted(CHAMP_DU_PROFIL)), max_size=2, unique=True))
    filtres = tuple(
        (p, tirer(st.sampled_from([v.code for v in etat.listes[CHAMP_DU_PROFIL[p]]])))
        for p in profils
    )
    croisables = [i.id for i in etat.catalogue.values() if i.croisable]
    question = Question(
        tirer(st.sampled_from(sorted(etat.catalogue))),
        annee,
        lieu,
        tirer(st.sampled_from(sorted(POPULATIONS))),
        filtres,
        tirer(st.sampled_from([None, None, None, *croisables])),
    )
    try:
        (reponse,) = repondre([question], lecteur, depot)
    except QuestionRefusee:
        return
    _juger(reponse, lecteur)


def _juger(reponse: Reponse, lecteur: Lecteur) -> None:
    question, politique = reponse.question, reponse.politique
    if politique.exacte:
        assert lecteur.role is Role.CHEF
        assert question.lieu.association in lecteur.associations
        return
    assert politique == (PARTAGE if lecteur.role is Role.INVITE else PROTEGE)
    de_jeunes = reponse.indicateur.famille != "activite"
    tete = (
        question.lieu.type in ("departement", "territoire")
        and not question.filtres
        and reponse.population in ("alses", "ps")
    )
    for ligne in reponse.lignes:
        assert ligne.statut in STATUTS
        dits = (ligne.effectif, ligne.base, ligne.part, ligne.valeur, ligne.non_renseigne)
        if ligne.statut in ("refuse", "non_pose", "sans_objet"):
            assert dits == (None,) * 5
        if ligne.statut in ("masque", "non_diffuse"):
            assert (ligne.effectif, ligne.part, ligne.valeur) == (None,) * 3
        if not de_jeunes:
            continue
        nombre = reponse.indicateur.id in ("effectif", "jeunes_par_poste")
        if ligne.statut == "exact":
            assert (nombre and tete) or ligne.modalite == "mois_sans_saisie"
        elif ligne.effectif is not None:
            assert ligne.effectif % 5 == 0
            assert ligne.effectif >= politique.plancher
        if ligne.base is not None and not nombre:
            assert ligne.base % 5 == 0
            assert ligne.base >= politique.assiette
        if ligne.non_renseigne is not None and not tete:
            assert ligne.non_renseigne % 5 == 0
        if ligne.part is not None:
            assert ligne.part == int(ligne.part)
