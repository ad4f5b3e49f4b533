"""The whole report of a place and a year: every chapter, every chart, every sentence.

One composition, whatever writes it: the page `/rapport`, DOCX, PDF.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.chiffres_cles import Chiffre, chiffrer
from dashboard.contexte import Contexte
from dashboard.nombres import INSECABLE, annee_lisible, date_longue
from dashboard.phrases import situer
from dashboard.presentations import vues
from dashboard.presentations.vues import VueDessinee
from data.application import maintenant
from data.catalogue import CHAPITRES
from data.refus import typographier
from queries.depot import Depot
from queries.lecteur import EXACT, Lecteur, Politique
from queries.lieux import nommer
from queries.question import Lieu
from queries.reponses import STATUTS
from queries.selection import Selection, ecrire

INTRODUCTION = "introduction"
"""Section that the author may comment before the chapters."""

BLANCS = ("refuse", "non_diffuse", "non_pose", "sans_objet")
"""Statuses of an answer of which nothing is shown."""

PHRASES_PAR_CHAPITRE = 3
"""Most sentences of a chapter in the summary."""


@dataclass(frozen=True, slots=True)
class Chapitre:
    """One chapter. `vues`: its charts that have something to show; `tues`: number and title of the
    others, with why. `essentiel`: first sentences of its first charts, without the place and year
    that all begin with. `commentaire`: the author's, "" when none."""

    code: str
    numero: str
    titre: str
    vues: tuple[VueDessinee, ...]
    tues: tuple[tuple[str, str], ...]
    commentaire: str = ""
    essentiel: tuple[str, ...] = ()

    @property
    def tues_par_raison(self) -> dict[str, list[str]]:
        """Why → titles of the charts that cannot be shown for that."""
        raisons: dict[str, list[str]] = {}
        for titre, raison in self.tues:
            raisons.setdefault(raison, []).append(titre)
        return raisons


@dataclass(frozen=True, slots=True)
class Rapport:
    """The report. `commentaires`: section (`introduction`, a chapter's code, an indicator's) →
    what the author wrote. `requete`: query string, without `?`, that asks for it. `chiffres`: those
    it opens on. `date_de_la_livraison`: French."""

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
    requete: str = ""
    chiffres: tuple[Chiffre, ...] = ()
    date_de_la_livraison: str = ""

    @property
    def exact(self) -> bool:
        """Whether it holds true counts, not to be passed on."""
        return self.politique == EXACT.nom


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
    debut = typographier(f"{situer(etat, lieu)} en ")
    chapitres = []
    for code, (numero, titre) in CHAPITRES.items():
        siennes = [dessinees[i.id] for i in catalogue if i.chapitre == code]
        montrees = tuple(v for v in siennes if v.montrees)
        chapitres.append(
            Chapitre(
                code,
                numero,
                titre,
                montrees,
                tuple(
                    (f"{v.numero}{INSECABLE}{v.titre}", _dire_pourquoi(v, lecteur.politique(lieu)))
                    for v in siennes
                    if not v.montrees
                ),
                dits.get(code, ""),
                tuple(_sans_le_lieu(v, debut) for v in montrees[:PHRASES_PAR_CHAPITRE]),
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
        ecrire(ctx.selection, etat, lecteur),
        tuple(chiffrer(ctx, annee)),
        date_longue(etat.livraison.date),
    )


def _dire_pourquoi(vue: VueDessinee, politique: Politique) -> str:
    """Why nothing of a chart is shown: the words of its blank."""
    statut = vue.statut if vue.statut in BLANCS else "masque"
    return STATUTS[statut].format(plancher=politique.plancher)


def _sans_le_lieu(vue: VueDessinee, debut: str) -> str:
    """« Dans le département en 2022-2023, les garçons… » → « Les garçons… »."""
    phrase, debut = vue.phrases[0], debut + annee_lisible(vue.annee)
    if not phrase.startswith(debut):
        return phrase
    suite = phrase[len(debut) :].lstrip(INSECABLE)
    reste = suite.lstrip(f" ,:{INSECABLE}")
    if suite.startswith(":") and reste[0].isdecimal():
        return f"{vue.titre}{INSECABLE}: {reste}"
    return f"{reste[0].upper()}{reste[1:]}"
