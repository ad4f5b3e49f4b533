"""Prepare a meeting in two clicks, and see it as a guest before the meeting does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from markupsafe import Markup

from dashboard.plan import PRESENTATIONS
from dashboard.presentations import diapos, figer, reunion, variantes, vues
from dashboard.presentations.edition import DISPARU, apparier
from dashboard.presentations.figer import DiapoDessinee, Jeu, VarianteDessinee
from dashboard.presentations.marques import BIEN, RIEN, Marque, marquer, resumer
from dashboard.presentations.site import rendre
from dashboard.session import (
    depot_courant,
    etat_courant,
    lecteur_courant,
    proprietaire_courant,
    qui_courant,
)
from data.journal import noter
from queries import partages, presentations
from queries.depot import Depot, Etat
from queries.lecteur import Lecteur
from queries.presentations import Diapo
from queries.selection import annee_par_defaut

PROPOSITIONS_AU_PLUS = 3
ANNONCES = {
    "reunion": "La réunion est prête. Voici ce qu’un invité verra, diapositive par diapositive.",
    "remplacer": "La diapositive montre autre chose d’abord.",
    "dabord": "La diapositive montre autre chose d’abord.",
}


@dataclass(frozen=True, slots=True)
class Proposition:
    """What a slide might show instead. `geste`: as the form writes it."""

    geste: str
    nom: str
    marque: Marque


@dataclass(frozen=True, slots=True)
class DiapoVue:
    """A slide as a guest sees it. `ecrite`: one of its variants, of rank `voulue`; `variantes`:
    name and mark of each; `propositions`: when the first one shows little."""

    rang: int
    id: str
    ecrite: Markup | None
    voulue: int
    variantes: tuple[tuple[str, Marque], ...]
    propositions: tuple[Proposition, ...]

    @property
    def marque(self) -> Marque:
        """The mark of what is shown first."""
        return self.variantes[0][1] if self.variantes else Marque(BIEN)


def enregistrer(pages: Blueprint) -> None:
    """Add these pages."""
    pages.add_url_rule("/reunion", "reunion", _preparer, methods=["GET", "POST"])
    pages.add_url_rule("/<int:numero>/apercu", "apercu", _regarder)


def _preparer() -> Any:
    """Choose the collège; then make its presentation, and look at it."""
    etat, lecteur = etat_courant(), lecteur_courant()
    college = request.values.get("college", "")
    annee = request.values.get("annee", "")
    annee = annee if annee in etat.annees else annee_par_defaut(etat)
    erreur = ""
    if request.method == "POST":
        try:
            la = reunion.composer(college, annee, lecteur, depot_courant())
        except reunion.CollegeInconnu as refus:
            erreur = str(refus)
        else:
            gardee = presentations.garder(la, proprietaire_courant())
            noter(qui_courant(), f"réunion préparée : présentation n° {gardee.numero}")
            return redirect(url_for("atelier.apercu", numero=gardee.numero, fait="reunion"), 303)
    return rendre(
        "presentation_reunion.html",
        PRESENTATIONS,
        404 if erreur else 200,
        colleges=reunion.grouper_les_colleges(etat, lecteur),
        annees=tuple(reversed(etat.annees)),
        college=college,
        annee=annee,
        erreur=erreur,
    )


def _regarder(numero: int) -> Response:
    """The preview as a guest, with what to do about slides that will show little."""
    la = presentations.trouver(numero, proprietaire_courant())
    etat, lecteur, depot = etat_courant(), lecteur_courant(), depot_courant()
    jeu = figer.figer(la, lecteur, depot)
    dessinees = {d.id: d for d in jeu.diapos}
    voulue, _, rang = request.args.get("voir", "").partition(":")
    lues = [
        _voir(
            i,
            d,
            dessinees.get(d.id),
            int(rang) if d.id == voulue and rang.isascii() and rang.isdigit() else 0,
            jeu,
            (etat, lecteur, depot),
        )
        for i, d in enumerate(la.diapos)
    ]
    return rendre(
        "presentation_apercu.html",
        PRESENTATIONS,
        presentation=la,
        diapos=lues,
        resume=resumer(d.marque for d in lues),
        gel=diapos.dire_le_gel(jeu),
        annonce=ANNONCES.get(request.args.get("fait", "")),
        visee=request.args.get("ici", ""),
        jours=partages.JOURS_AU_PLUS,
    )


def _voir(
    rang: int,
    diapo: Diapo,
    dessinee: DiapoDessinee | None,
    voulue: int,
    jeu: Jeu,
    monde: tuple[Etat, Lecteur, Depot],
) -> DiapoVue:
    etat, _, _ = monde
    faces = [
        (v.nom or (face.nom if face else ""), marquer(face) if face else DISPARU)
        for v, face in apparier(diapo, dessinee, etat)
    ]
    ecrite = None
    if dessinee is not None:
        voulue = min(voulue, max(len(dessinee.variantes) - 1, 0))
        une = replace(dessinee, variantes=dessinee.variantes[voulue : voulue + 1])
        ecrite = diapos.ecrire_une(une, rang, jeu)
    pauvre = bool(faces) and faces[0][1].genre != BIEN
    propositions = _proposer(diapo, faces, monde) if pauvre else []
    return DiapoVue(rang, diapo.id, ecrite, voulue, tuple(faces), tuple(propositions))


def _proposer(
    diapo: Diapo, faces: list[tuple[str, Marque]], monde: tuple[Etat, Lecteur, Depot]
) -> list[Proposition]:
    """What would show more: its own variants, then the territoire, three years at once…"""
    etat, lecteur, depot = monde
    offertes = [
        Proposition(f"dabord:{diapo.id}:{i}", nom, marque)
        for i, (nom, marque) in enumerate(faces)
        if i
    ]
    for cible, variante in variantes.proposer(diapo, etat, lecteur):
        dessinees = vues.dessiner(variante.vues, lecteur.pour_partage(), depot)
        lues = tuple(x for x in dessinees if x is not None)
        if lues:
            geste = f"remplacer:{diapo.id}:{variantes.ecrire_la_cible(cible)}"
            marque = marquer(VarianteDessinee(variante.nom, lues))
            offertes.append(Proposition(geste, variante.nom, marque))
    bonnes = [p for p in offertes if p.marque.genre == BIEN]
    if not bonnes and faces[0][1].genre == RIEN:
        bonnes = [p for p in offertes if p.marque.genre != RIEN]
    return bonnes[:PROPOSITIONS_AU_PLUS]
