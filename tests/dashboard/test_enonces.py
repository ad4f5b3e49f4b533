"""What the data say of a printed statement, in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboard.enonces import dire_la_surete, dire_les_nombres
from queries import enonces as e
from queries.depot import Etat
from queries.question import Lieu, Question
from queries.relations import Controle, Mesure
from queries.reponses import Ligne

ICI = Question("objectifs", "2021-2022")
DOUAI = Lieu("territoire", "douai")
ENONCE = e.Enonce("s-1", "note-2020", indicateur="objectifs", population="alses", annee="2021-2022")


def mesure(question: Question | None, libelle: str, part: float, statut: str = "exact") -> Mesure:
    ligne = Ligne("", libelle, libelle, statut, part=part)
    return Mesure(question, libelle, libelle, ligne, ligne)


def verifier(*controles: Controle, verdict: str = e.RETROUVE) -> e.Verification:
    return e.Verification(ENONCE, verdict, "", controles, True, True)


SCOLARITE = mesure(ICI, "Scolarité", 66.0)


@pytest.mark.parametrize(
    ("autre", "phrase"),
    [
        (
            mesure(replace(ICI, lieu=DOUAI), "Scolarité", 52.47),
            "Scolarité : 66,0 % (Département du Nord), 52,5 % (Douai)",
        ),
        (
            mesure(replace(ICI, annee="2020-2021"), "Scolarité", 30),
            "Scolarité, Département du Nord : 66,0 % (2021-2022), 30,0 % (2020-2021)",
        ),
        (
            mesure(replace(ICI, population="ps"), "Scolarité", 48.25),
            "Scolarité, Département du Nord : 66,0 % (ALSES), 48,3 % (ensemble PS)",
        ),
        (
            mesure(replace(ICI, indicateur="demande"), "Scolarité", 51.6),
            "Scolarité, Département du Nord : 66,0 % (objectifs travaillés), "
            "51,6 % (demande principale)",
        ),
        (
            mesure(ICI, "Besoin de parler", 51.0),
            "Scolarité (Département du Nord) : 66,0 % ; Besoin de parler : 51,0 %",
        ),
        (
            mesure(None, "INSEE", 25),
            "Scolarité : 66,0 % (Département du Nord), 25,0 % (INSEE)",
        ),
        (None, "Scolarité (Département du Nord) : 66,0 %"),
    ],
)
def test_une_comparaison_dit_ses_deux_nombres(
    etat: Etat, autre: Mesure | None, phrase: str
) -> None:
    (lue,) = dire_les_nombres(verifier(Controle("superieur", SCOLARITE, autre, True)), etat)
    assert lue.replace("\u00a0", " ") == phrase


def test_un_nombre_arrondi_n_a_pas_de_decimale(etat: Etat) -> None:
    c = Controle("faible", mesure(ICI, "Scolarité", 66, "arrondi"), None, True)
    (lue,) = dire_les_nombres(verifier(c), etat)
    assert lue.endswith("66\u00a0%")


def test_ce_qui_n_est_pas_retrouve_est_dit_et_chaque_paire_une_fois(etat: Etat) -> None:
    douai = mesure(replace(ICI, lieu=DOUAI), "Scolarité", 52.47)
    vraie = Controle("superieur", SCOLARITE, douai, True)
    degre = Controle("legerement", SCOLARITE, douai, False)
    valeur = Controle("valeur", SCOLARITE, None, True)
    (lue,) = dire_les_nombres(verifier(vraie, degre, valeur), etat)
    assert lue.endswith("(Douai) (« légèrement » non retrouvé)")
    (lue,) = dire_les_nombres(verifier(replace(vraie, vrai=False), valeur), etat)
    assert lue.endswith("(Douai) (non retrouvé)")
    assert dire_les_nombres(verifier(), etat) == []


@pytest.mark.parametrize(
    ("certain", "hasard", "mots"),
    [
        (True, True, "au-delà du hasard"),
        (True, False, "le hasard peut l’expliquer"),
        (True, None, "Certain malgré l’arrondi."),
        (False, True, "ne suffisent pas"),
    ],
)
def test_la_surete_de_ce_qui_est_retrouve(certain: bool, hasard: bool | None, mots: str) -> None:
    v = replace(verifier(), certain=certain, hasard=hasard)
    assert mots in dire_la_surete(v)
    assert dire_la_surete(replace(v, verdict=e.EXPLIQUE)) == ""
    assert dire_la_surete(replace(v, certain=None)) == ""
