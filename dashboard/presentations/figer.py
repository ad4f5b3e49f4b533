"""Freezing: every question of a presentation and of its variants, answered once as a guest would
be (contract, confidentialité, `partage`), with the delivery the answers come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.nombres import date_longue
from dashboard.presentations import vues
from dashboard.presentations.vues import VueDessinee
from data.application import maintenant
from data.refus import typographier
from queries.depot import Depot
from queries.lecteur import Lecteur
from queries.presentations import TEXTE, Diapo, Presentation


@dataclass(frozen=True, slots=True)
class VarianteDessinee:
    """One face of a slide. `vues`: one chart, or two side by side."""

    nom: str
    vues: tuple[VueDessinee, ...]


@dataclass(frozen=True, slots=True)
class DiapoDessinee:
    """A slide that asks nothing any more. `titre` empty: each variant has its own sentence."""

    id: str
    genre: str
    titre: str
    texte: str
    forme: str
    variantes: tuple[VarianteDessinee, ...]

    def intituler(self, variante: int = 0) -> str:
        """What is written largest: the author's title, or the sentence of the first chart."""
        if self.titre or not self.variantes:
            return self.titre
        return self.variantes[variante].vues[0].phrases[0]


@dataclass(frozen=True, slots=True)
class Jeu:
    """The slides of a presentation, answered. `fige_le`: date, French; `livraison`: its number."""

    titre: str
    diapos: tuple[DiapoDessinee, ...]
    livraison: int
    fige_le: str
    synthetique: bool

    @property
    def vues(self) -> list[VueDessinee]:
        """Its charts, of every slide and variant, in order."""
        return [v for d in self.diapos for x in d.variantes for v in x.vues]

    @property
    def questions(self) -> tuple[str, ...]:
        """What its charts answer, as the API writes it, each once."""
        return tuple(dict.fromkeys(f"{v.indicateur}?{v.requete}" for v in self.vues))

    def rang(self, diapo: str) -> int:
        """Position of a slide, 0 when it is not there."""
        return next((i for i, d in enumerate(self.diapos) if d.id == diapo), 0)


def dessiner(presentation: Presentation, lecteur: Lecteur, depot: Depot) -> Jeu:
    """The slides for this reader, now. Raises BaseIndisponible.

    A chart whose indicator does not exist any more is left out, a slide left empty too.
    """
    etat = depot.etat()
    diapos = [_dessiner_la_diapo(d, lecteur, depot) for d in presentation.diapos]
    return Jeu(
        presentation.titre,
        tuple(d for d in diapos if d is not None),
        etat.livraison.numero,
        date_longue(maintenant()),
        etat.synthetique,
    )


def _dessiner_la_diapo(diapo: Diapo, lecteur: Lecteur, depot: Depot) -> DiapoDessinee | None:
    variantes = []
    for v in diapo.variantes:
        dessinees = [x for x in vues.dessiner(v.vues, lecteur, depot) if x is not None]
        if dessinees:
            nom = v.nom or dessinees[0].legende
            variantes.append(VarianteDessinee(nom, tuple(dessinees)))
    if diapo.genre != TEXTE and not variantes:
        return None
    return DiapoDessinee(
        diapo.id,
        diapo.genre,
        typographier(diapo.titre),
        typographier(diapo.texte),
        diapo.forme,
        tuple(variantes),
    )


def figer(presentation: Presentation, lecteur: Lecteur, depot: Depot) -> Jeu:
    """The slides as a guest sees them, whoever shares. Raises BaseIndisponible."""
    return dessiner(presentation, lecteur.pour_partage(), depot)


def en_clair(jeu: Jeu) -> dict[str, Any]:
    """What the store keeps of a frozen view (`queries.partages`)."""
    return {
        "titre": jeu.titre,
        "livraison": jeu.livraison,
        "fige_le": jeu.fige_le,
        "synthetique": jeu.synthetique,
        "diapos": [
            {
                "id": d.id,
                "genre": d.genre,
                "titre": d.titre,
                "texte": d.texte,
                "forme": d.forme,
                "variantes": [
                    {"nom": v.nom, "vues": [vues.en_clair(vues.sans_avis(x)) for x in v.vues]}
                    for v in d.variantes
                ],
            }
            for d in jeu.diapos
        ],
    }


def lire_en_clair(contenu: Mapping[str, Any]) -> Jeu:
    """The view that the store keeps."""
    return Jeu(
        contenu["titre"],
        tuple(
            DiapoDessinee(
                d["id"],
                d["genre"],
                d["titre"],
                d["texte"],
                d["forme"],
                tuple(
                    VarianteDessinee(v["nom"], tuple(vues.lire_en_clair(x) for x in v["vues"]))
                    for v in d["variantes"]
                ),
            )
            for d in contenu["diapos"]
        ),
        contenu["livraison"],
        contenu["fige_le"],
        contenu["synthetique"],
    )
