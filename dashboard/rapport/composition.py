"""The whole report of a place and a year: every chapter, every chart, every sentence.

One composition, whatever writes it: the page `/rapport`, DOCX, PDF.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.contexte import Contexte
from dashboard.nombres import date_longue
from dashboard.presentations import vues
from dashboard.presentations.vues import VueDessinee
from data.application import maintenant
from data.catalogue import CHAPITRES
from queries.depot import Depot
from queries.lecteur import Lecteur
from queries.lieux import nommer
from queries.question import Lieu
from queries.selection import Selection

INTRODUCTION = "introduction"
"""Section that the author may comment before the chapters."""


@dataclass(frozen=True, slots=True)
class Chapitre:
    """One chapter. `vues`: its charts that have something to show; `tues`: titles of the others,
    with why. `commentaire`: the author's, "" when none."""

    code: str
    numero: str
    titre: str
    vues: tuple[VueDessinee, ...]
    tues: tuple[tuple[str, str], ...]
    commentaire: str = ""


@dataclass(frozen=True, slots=True)
class Rapport:
    """The report. `commentaires`: section (`introduction`, a chapter's code, an indicator's) →
    what the author wrote."""

    titre: str
    lieu: Lieu
    nom: str
    annee: str
    chapitres: tuple[Chapitre, ...]
    politique: str
    livraison: int
    edite_le: str
    synthetique: bool
    commentaires: Mapping[str, str]


def composer(
    lieu: Lieu,
    annee: str,
    lecteur: Lecteur,
    depot: Depot,
    commentaires: Mapping[str, str] | None = None,
) -> Rapport:
    """The report of this place and school year for this reader. Raises BaseIndisponible,
    QuestionRefusee (a place outside the perimeter)."""
    etat = depot.etat()
    dits = dict(commentaires or {})
    ctx = Contexte(Selection((annee,), (lieu,)), etat, lecteur, depot, "/rapport")
    catalogue = [i for i in etat.catalogue.values() if i.chapitre in CHAPITRES]
    dessinees = dict(
        zip((i.id for i in catalogue), vues.dessiner_les_cartes(catalogue, ctx), strict=True)
    )
    chapitres = []
    for code, (numero, titre) in CHAPITRES.items():
        siennes = [dessinees[i.id] for i in catalogue if i.chapitre == code]
        chapitres.append(
            Chapitre(
                code,
                numero,
                titre,
                tuple(v for v in siennes if v.montrees),
                tuple((v.titre, v.phrases[0]) for v in siennes if not v.montrees),
                dits.get(code, ""),
            )
        )
    return Rapport(
        f"Les ALSES – {nommer(etat, lieu)}",
        lieu,
        nommer(etat, lieu),
        annee,
        tuple(chapitres),
        lecteur.politique(lieu).nom,
        etat.livraison.numero,
        date_longue(maintenant()),
        etat.synthetique,
        dits,
    )
