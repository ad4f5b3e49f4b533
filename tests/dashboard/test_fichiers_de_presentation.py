"""Presentations kept as files: they come back whole, and no file makes the reading fail."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.serveur import creer_application
from queries import presentations
from queries.evolutions import PERIODES
from queries.presentations import (
    FORMES,
    GRAPHIQUES,
    TEXTE,
    Diapo,
    Presentation,
    PresentationRefusee,
    Suivi,
    Variante,
    Vue,
    en_clair,
    lire_en_clair,
    lire_le_fichier,
)
from tests.dashboard.atelier import Auteur, etre


@pytest.fixture
def auteur(base_demo: str) -> Auteur:
    """Someone of the Département, at the whole application."""
    serveur: Flask = creer_application(base_demo).server
    return etre(serveur)


texte = st.text(max_size=60)
suivis = st.none() | st.builds(Suivi, st.sampled_from(sorted(PERIODES)), st.text(max_size=20))
vues = st.builds(Vue, st.text(min_size=1, max_size=20), texte, suivis)
variantes = st.builds(Variante, texte, st.lists(vues, min_size=1, max_size=2).map(tuple))
diapos = st.one_of(
    st.builds(
        Diapo,
        st.just(GRAPHIQUES),
        texte,
        notes=texte,
        variantes=st.lists(variantes, min_size=1, max_size=3).map(tuple),
        forme=st.sampled_from(sorted(FORMES)),
    ),
    st.builds(Diapo, st.just(TEXTE), texte, texte, texte),
)


@given(st.builds(Presentation, texte, st.lists(diapos, max_size=5).map(tuple)))
def test_a_presentation_survives_its_file(la: Presentation) -> None:
    lue = lire_en_clair(en_clair(la))
    assert [d.id for d in lue.diapos] == [d.id for d in la.diapos]
    assert lire_en_clair(json.loads(json.dumps(en_clair(lue)))) == lue
    assert lire_le_fichier(presentations.ecrire_le_fichier(lue)) == lue


feuilles = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
cles = st.sampled_from(
    ["titre", "diapos", "genre", "texte", "notes", "forme", "variantes", "nom", "vues", "id"]
    + ["indicateur", "requete", "format", "suivi", "periode", "valeur"]
)
json_quelconque = st.recursive(
    feuilles,
    lambda x: st.lists(x, max_size=4) | st.dictionaries(cles, x, max_size=5),
    max_leaves=25,
)


@settings(max_examples=300)
@given(json_quelconque)
def test_no_json_makes_the_reading_fail(contenu: Any) -> None:
    with suppress(PresentationRefusee):
        lire_le_fichier(json.dumps(contenu))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(contenu=st.builds(lambda d: {"diapos": d}, st.lists(json_quelconque, max_size=3)))
def test_nor_the_page_that_shows_what_was_read(auteur: Auteur, contenu: Any) -> None:
    reponse = auteur.envoyer("/presentations/charger", fichier=json.dumps(contenu))
    assert reponse.status_code in (303, 400)
    if reponse.status_code == 303:
        auteur.lire(reponse.location)


def test_a_file_is_downloaded_and_loaded_again(auteur: Auteur) -> None:
    la = auteur.garder(
        Presentation(
            "Réunion à l'été",
            (
                Diapo(variantes=(Variante("Douai", (Vue("sexe", "territoire=douai"),)),)),
                Diapo(TEXTE, "Fin", "Merci", "À dire"),
            ),
        )
    )
    reponse = auteur.client.get(f"/presentations/{la.numero}/fichier")
    disposition = reponse.headers["Content-Disposition"]
    assert disposition == 'attachment; filename="passerelle-reunion-a-l-ete.json"'
    fichier = reponse.get_data(as_text=True)
    envoi = auteur.envoyer("/presentations/charger", fichier="\ufeff" + fichier)
    assert envoi.status_code == 303
    relue, _ = presentations.lister(auteur.proprietaire)
    assert relue.numero != la.numero
    assert (relue.titre, relue.diapos) == (la.titre, la.diapos)


MAUVAIS = {
    "": "vide",
    "bonjour": "ligne 1, signe 1",
    '{"diapos": [': "est-il entier",
    "[" * 60_000: "n’est pas une présentation",
    "9" * 5000: "n’est pas une présentation",
    "3": "n’est pas une présentation",
    "{}": "pas de liste « diapos »",
    '{"diapos": [{"genre": "graphiques"}]}': "La diapositive 1 n’a pas de graphique",
    '{"diapos": [{"genre": "texte"}, {"genre": "film"}]}': "La diapositive 2 n’est pas lisible",
    '{"diapos": [{"forme": []}]}': "La diapositive 1 n’est pas lisible",
    '{"diapos": [{"genre": "texte", "titre": 3}]}': "« titre » n’est pas un texte",
}


@pytest.mark.parametrize("fichier", MAUVAIS)
def test_a_bad_file_says_what_is_wrong_and_comes_back(auteur: Auteur, fichier: str) -> None:
    reponse = auteur.envoyer("/presentations/charger", fichier=fichier)
    assert reponse.status_code == 400
    page = reponse.get_data(as_text=True).replace("\xa0", " ")
    assert MAUVAIS[fichier] in page
    assert fichier[:50].replace('"', "&#34;") in page
    assert not presentations.lister(auteur.proprietaire)
