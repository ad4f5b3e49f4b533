"""The plan of the site: every page, in the order of the navigation.

A page is a function of what is looked at (`Contexte`). Some have parameters of their own beside
those every address has (`queries.selection.PARAMETRES`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from dashboard.contexte import Contexte
from dashboard.filtres import Barre
from dashboard.pages import (
    accueil,
    chapitre,
    comparer,
    evolution,
    explorer,
    introuvable,
    methode,
    publications,
    qualite,
    rapprochement,
)
from data.catalogue import CHAPITRES

ANALYSER, PRESENTER, SOURCES = "Analyser", "Présenter", "Sources et méthode"
"""Menus that pages stand in, after the chapters."""

MENUS = (ANALYSER, PRESENTER, SOURCES)

Composer = Callable[[Contexte], list[Any]]


def _barre(ctx: Contexte, *, profils: bool = True) -> list[Any]:
    return Barre(ctx, profils=profils).composer()


def _resumer(ctx: Contexte) -> str:
    return Barre(ctx).resume()


def _sans_barre(ctx: Contexte) -> list[Any]:
    return []


@dataclass(frozen=True, slots=True)
class Page:
    """`court`: its name in the navigation. `groupe`: the menu it stands in. `barre`: what stands
    above it to choose from. `parametres`: its own. `graphiques`: whether it draws charts.
    `resumer`: what is looked at, in a few words, when it has a bar. `a_part`: written on the
    server, apart from Dash."""

    chemin: str
    titre: str
    composer: Composer
    court: str = ""
    groupe: str = ""
    barre: Composer = _barre
    parametres: tuple[str, ...] = ()
    graphiques: bool = True
    resumer: Callable[[Contexte], str] = _resumer
    a_part: bool = False

    @property
    def nom(self) -> str:
        """What the navigation calls it."""
        return self.court or self.titre

    @property
    def chapitre(self) -> str:
        """Code of the chapter it is, or ""."""
        code = self.chemin.strip("/")
        return code if code in CHAPITRES else ""


COURTS = {
    "situations": "Situations",
    "familles": "Familles",
    "accompagnements": "Accompagnements",
    "actions": "Actions",
}

PAGES: tuple[Page, ...] = (
    Page("/", "Vue d’ensemble", accueil.composer),
    *(
        Page(
            f"/{code}",
            titre,
            partial(chapitre.composer, code),
            court=COURTS.get(code, ""),
            barre=partial(_barre, profils=code != "actions"),
        )
        for code, (_, titre) in CHAPITRES.items()
    ),
    Page(
        "/comparer",
        comparer.TITRE,
        comparer.composer,
        court=comparer.COURT,
        groupe=ANALYSER,
        barre=comparer.barre,
        parametres=comparer.PARAMETRES,
    ),
    Page(
        "/evolution",
        evolution.TITRE,
        evolution.composer,
        groupe=ANALYSER,
        barre=evolution.barrer,
        parametres=evolution.PARAMETRES,
        resumer=evolution.resumer,
    ),
    Page(
        "/explorer",
        explorer.TITRE,
        explorer.composer,
        court="Explorer",
        groupe=ANALYSER,
        barre=explorer.barrer,
        parametres=explorer.PARAMETRES,
        graphiques=False,
        resumer=explorer.resumer,
    ),
    Page(
        "/publications",
        publications.TITRE,
        publications.composer,
        groupe=SOURCES,
        barre=_sans_barre,
        parametres=(publications.PARAMETRE,),
        # Its first view has none: their script is not worth fetching before it is asked for.
        graphiques=False,
    ),
    Page(
        qualite.CHEMIN,
        qualite.TITRE,
        qualite.composer,
        groupe=SOURCES,
        barre=partial(_barre, profils=False),
        graphiques=False,
    ),
    Page(
        rapprochement.CHEMIN,
        rapprochement.TITRE,
        rapprochement.composer,
        groupe=SOURCES,
        barre=_sans_barre,
        parametres=rapprochement.PARAMETRES,
        graphiques=False,
    ),
    Page(
        "/methode",
        methode.TITRE,
        methode.composer,
        groupe=SOURCES,
        barre=_sans_barre,
        graphiques=False,
    ),
)

PRESENTATIONS = Page(
    "/presentations", "Présentations", _sans_barre, groupe=PRESENTER, graphiques=False, a_part=True
)
RAPPORT = Page("/rapport", "Rapport", _sans_barre, groupe=PRESENTER, graphiques=False, a_part=True)
TRACES = Page(
    "/traces",
    "Traces des réunions",
    _sans_barre,
    groupe=PRESENTER,
    graphiques=False,
    a_part=True,
)
NAVIGATION: tuple[Page, ...] = (*PAGES, PRESENTATIONS, RAPPORT, TRACES)
"""Every page that the navigation leads to: those of Dash, and those written apart from it."""

_PAR_CHEMIN = {p.chemin: p for p in PAGES}
INTROUVABLE = Page("", "Page introuvable", lambda ctx: introuvable.composer(), graphiques=False)


def trouver(chemin: str | None) -> Page:
    """The page of a path, with or without its last slash."""
    return _PAR_CHEMIN.get("/" + (chemin or "").strip("/"), INTROUVABLE)
