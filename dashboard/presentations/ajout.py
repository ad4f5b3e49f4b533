"""From a card: put its chart in a presentation, or share it at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode

from flask import Blueprint, Response, redirect, request, url_for
from markupsafe import Markup

from dashboard.plan import PRESENTATIONS
from dashboard.presentations import diapos, figer, liens, variantes
from dashboard.presentations.edition import adresser
from dashboard.presentations.marques import Marque, dire_l_avis, marquer
from dashboard.presentations.site import rendre
from dashboard.presentations.suites import suivre
from dashboard.session import (
    depot_courant,
    etat_courant,
    lecteur_courant,
    proprietaire_courant,
)
from queries import partages, presentations
from queries.presentations import (
    SANS_TITRE,
    SIGNES_D_UN_TITRE,
    Diapo,
    Presentation,
    PresentationChangee,
    PresentationRefusee,
    Suivi,
    Variante,
    Vue,
)
from queries.selection import PARAMETRES

ESSAIS = 5
INDICATEUR = "indicateur"


@dataclass(frozen=True, slots=True)
class Demande:
    """A chart that a card offers. `nom`: of its place and year. `avis`: what of its address had
    to be ignored."""

    vue: Vue
    forme: str
    avis: tuple[str, ...]
    titre: str
    nom: str
    retour: str

    @property
    def diapo(self) -> Diapo:
        """The slide it makes."""
        return Diapo(variantes=(Variante(self.nom, (self.vue,)),), forme=self.forme)


def enregistrer(pages: Blueprint) -> None:
    """Add these pages."""
    pages.add_url_rule("/ajouter", "ajouter", _repondre, methods=["GET", "POST"])


def _repondre() -> Any:
    if request.method == "POST":
        return _ajouter()
    return _proposer(_lire(request.args, _garder_les_parametres()))


def _garder_les_parametres() -> str:
    """The part of the address that says what the chart looks at."""
    return urlencode(
        [(n, v) for n in PARAMETRES for v in request.args.getlist(n) if v], encoding="utf-8"
    )


def _lire(parametres: Mapping[str, str], requete: str) -> Demande | None:
    """The chart of these parameters, as it can be shown to others; None when there is none.

    `periode`, of the page of evolution, tells a chart over the years."""
    etat, lecteur = etat_courant(), lecteur_courant()
    ind = etat.catalogue.get(parametres.get(INDICATEUR, ""))
    if ind is None:
        return None
    connus = {n: v for n, v in parse_qs(requete).items() if n in PARAMETRES}
    requete = urlencode([(n, v) for n, valeurs in connus.items() for v in valeurs])
    lue = variantes.lire_la_vue(Vue(ind.id, requete), etat, lecteur)
    s, avis, titre = lue.selection, lue.avis, ind.titre
    suivi = None
    if parametres.get("periode"):
        demande = Suivi(parametres["periode"], parametres.get("valeur", ""))
        suivie = suivre(ind, demande, s, etat, lecteur.pour_partage(), depot_courant())
        suivi, titre, avis = suivie.suivi, suivie.titre, [*avis, *suivie.vue.avis]
    return Demande(
        variantes.ecrire_la_vue(ind.id, s, etat, suivi),
        "tableau" if s.vue == "tableau" else "graphique",
        tuple(dire_l_avis(a) for a in avis),
        titre,
        variantes.nommer_la_selection(s, etat, suivie=suivi is not None),
        adresser(Vue(ind.id, requete, suivi), etat)[1],
    )


def _proposer(demande: Demande | None, statut: int = 200, erreur: str = "") -> Response:
    """Choose where the chart goes; it is shown as a guest will see it."""
    if demande is None:
        return rendre("presentation_ajout_inconnu.html", PRESENTATIONS, 404)
    siennes = presentations.lister(proprietaire_courant())
    choisie = request.form.get("presentation", str(siennes[0].numero) if siennes else "0")
    dessin, marque, titre = _dessiner(demande)
    return rendre(
        "presentation_ajout.html",
        PRESENTATIONS,
        statut,
        demande=demande,
        presentations=siennes,
        choisie=choisie,
        nouvelle=request.form.get("titre", titre),
        diapo=dessin,
        marque=marque,
        jours=partages.JOURS_AU_PLUS,
        erreur=erreur,
    )


def _dessiner(demande: Demande) -> tuple[Markup, Marque, str]:
    """The slide, what a guest will find on it, a title for a presentation of its own."""
    jeu = figer.figer(Presentation("", (demande.diapo,)), lecteur_courant(), depot_courant())
    (diapo,) = jeu.diapos
    vue = diapo.variantes[0].vues[0]
    titre = f"{demande.titre} – {vue.nom}, {vue.periode}"[:SIGNES_D_UN_TITRE]
    return diapos.ecrire_une(diapo, 0, jeu), marquer(diapo.variantes[0]), titre


def _ajouter() -> Any:
    """Add the chart to a presentation, new or not, or share it alone."""
    demande = _lire(request.form, request.form.get("requete", ""))
    if demande is None:
        return _proposer(None)
    qui = proprietaire_courant()
    diapo = demande.diapo
    try:
        if request.form.get("geste") == "partager":
            _, _, titre = _dessiner(demande)
            la = presentations.garder(Presentation(titre, (diapo,)), qui)
            return liens.partager(la)
        la = _garder(diapo, request.form.get("presentation", ""), qui)
    except PresentationRefusee as refus:
        return _proposer(demande, 400, str(refus))
    return redirect(
        url_for("atelier.presentation", numero=la.numero, fait="ajout", ici=diapo.id), 303
    )


def _garder(diapo: Diapo, choix: str, qui: str) -> Presentation:
    """Raises PresentationRefusee, PresentationInconnue, PresentationChangee."""
    numero = int(choix) if choix.isascii() and choix.isdigit() and len(choix) < 12 else 0
    if not numero:
        titre = request.form.get("titre", "").strip() or SANS_TITRE
        return presentations.garder(Presentation(titre, (diapo,)), qui)
    for _ in range(ESSAIS):
        la = presentations.trouver(numero, qui)
        try:
            return presentations.garder(la.avec([*la.diapos, diapo]), qui)
        except PresentationChangee:
            # Another window wrote at the same instant: a slide goes at the end all the same.
            continue
    raise PresentationChangee
