"""« Pourquoi ce chiffre ? »: complete on every card, and true of the forms that exist."""

from __future__ import annotations

import pytest

from dashboard import pourquoi
from data.formulaires import FORMULAIRES
from queries.depot import Depot, Etat
from queries.lecteur import Lecteur, Role
from queries.question import Question
from queries.reponses import Reponse, repondre

PARTOUT = {"Question", "Unité comptée", "Protection", "Livraison"}
DE_JEUNES = {"Population", "Formulaire et champ", "Base", "Ce qui est laissé de côté"}


@pytest.fixture(scope="module")
def reponses(depot: Depot, etat: Etat) -> list[Reponse]:
    annee = etat.annees[-1]
    return repondre([Question(i, annee) for i in etat.catalogue], Lecteur(), depot)


def test_chaque_carte_dit_tout(reponses: list[Reponse], etat: Etat) -> None:
    listes = 0
    for r in reponses:
        dits = {mot: sens for mot, sens in pourquoi.definir(r, etat) if sens}
        assert set(dits) >= PARTOUT
        assert str(r.livraison.numero) in str(dits["Livraison"])
        if r.indicateur.de_jeunes and r.indicateur.id != "effectif":
            assert set(dits) >= DE_JEUNES, r.indicateur.id
        if any(s.modalites for s in r.indicateur.series) and r.indicateur.famille != (
            "qualite_saisie"
        ):
            codes = str(dits["Liste des réponses"])
            for serie in r.indicateur.series:
                assert all(f"({m.code})" in codes for m in serie.modalites), r.indicateur.id
            listes += 1
    assert listes > 40


def test_les_champs_cites_existent(reponses: list[Reponse]) -> None:
    """A form and a column that a delivery really has."""
    formes = {nom: {c.nom for c in formulaire.colonnes} for nom, formulaire in FORMULAIRES.items()}
    formes["actions"] = formes["actions_ponctuelles"]
    cites = 0
    for r in reponses:
        for forme, colonnes in pourquoi.provenance(r.indicateur).items():
            assert forme in pourquoi.FORMULAIRES
            assert set(colonnes) <= formes[forme], (r.indicateur.id, forme)
            cites += len(colonnes)
    assert cites > 50


def test_la_protection_est_celle_du_lecteur(depot: Depot, etat: Etat) -> None:
    question = Question("mesures", etat.annees[-1])
    textes = {}
    for lecteur in (Lecteur(), Lecteur(Role.HABILITE), Lecteur(Role.INVITE)):
        (r,) = repondre([question], lecteur, depot)
        textes[lecteur.role] = str(dict(pourquoi.definir(r, etat))["Protection"])
    assert "rien sous 5" in textes[Role.DEPARTEMENT]
    assert textes[Role.HABILITE].startswith("Aucune")
    assert "rien sous 10" in textes[Role.INVITE]
    assert "rien sous 15" in textes[Role.INVITE]
