"""Where presentations are made: `/presentations` (contract, interface)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, redirect, request, url_for

from dashboard.erreurs import page_d_erreur, refuser
from dashboard.formulaires import exiger_formulaire
from dashboard.plan import PRESENTATIONS
from dashboard.presentations import diapos, figer
from dashboard.presentations.code_qr import dessiner_le_code
from dashboard.presentations.site import rendre
from dashboard.session import (
    depot_courant,
    lecteur_courant,
    proprietaire_courant,
    qui_courant,
)
from data.journal import noter
from queries import partages, presentations
from queries.lecteur import Role
from queries.partages import PartageInconnu
from queries.presentations import (
    Diapo,
    Presentation,
    PresentationChangee,
    PresentationInconnue,
    PresentationRefusee,
    Variante,
    Vue,
)

_PAQUET = "dashboard"
SANS_TITRE = "Présentation sans titre"


def enregistrer(server: Flask) -> None:
    """Add the pages of the presentations to a server."""
    pages = Blueprint("atelier", _PAQUET, template_folder="gabarits", url_prefix="/presentations")
    pages.before_request(_garder)
    pages.add_url_rule("", "liste", _lister)
    pages.add_url_rule("/ajouter", "ajouter", _ajouter, methods=["POST"])
    pages.add_url_rule("/<int:numero>", "presentation", _montrer)
    pages.add_url_rule("/<int:numero>/partager", "partager", _partager, methods=["POST"])
    pages.register_error_handler(PresentationInconnue, _inconnue)
    pages.register_error_handler(PartageInconnu, _inconnue)
    pages.register_error_handler(PresentationRefusee, _refusee)
    pages.register_error_handler(PresentationChangee, _refusee)
    server.register_blueprint(pages)


def _garder() -> Any:
    if lecteur_courant().role in (Role.INVITE, Role.ADMINISTRATEUR):
        return refuser(
            403,
            "Les présentations se préparent avec un compte du Département ou d’une association.",
        )
    if request.method == "POST":
        exiger_formulaire()
    return None


def _inconnue(erreur: Any) -> Response:
    return page_d_erreur("Présentation introuvable", str(erreur), 404)


def _refusee(erreur: Any) -> Response:
    return page_d_erreur("Présentation non enregistrée", str(erreur), 409)


def _lister() -> Response:
    siennes = presentations.lister(proprietaire_courant())
    return rendre("presentations.html", PRESENTATIONS, presentations=siennes)


def _ajouter() -> Response:
    """Add a chart to a presentation, new or not."""
    vue = Vue(request.form.get("indicateur", ""), request.form.get("requete", ""))
    numero = request.form.get("presentation", type=int) or 0
    qui = proprietaire_courant()
    la = presentations.trouver(numero, qui) if numero else Presentation(SANS_TITRE)
    la = la.avec([*la.diapos, Diapo(variantes=(Variante("", (vue,)),))])
    gardee = presentations.garder(la, qui)
    return redirect(url_for("atelier.presentation", numero=gardee.numero), 303)  # type: ignore[return-value]


def _montrer(numero: int) -> Response:
    la = presentations.trouver(numero, proprietaire_courant())
    jeu = figer.figer(la, lecteur_courant(), depot_courant())
    return rendre(
        "presentation.html",
        PRESENTATIONS,
        presentation=la,
        diapos=diapos.ecrire(jeu),
        partages=partages.lister(proprietaire_courant(), numero),
    )


def _partager(numero: int) -> Response:
    """Freeze a presentation and open a link to it, shown once."""
    qui = proprietaire_courant()
    la = presentations.trouver(numero, qui)
    jeu = figer.figer(la, lecteur_courant(), depot_courant())
    _, jeton = partages.creer(
        qui,
        la.titre,
        figer.en_clair(jeu),
        jeu.livraison,
        presentation=la.numero,
        notes={d.id: d.notes for d in la.diapos if d.notes},
    )
    noter(qui_courant(), f"lien de partage créé : présentation n° {la.numero}")
    adresse = url_for("partage.montrer", jeton=jeton, _external=True)
    return rendre(
        "lien_de_partage.html",
        PRESENTATIONS,
        presentation=la,
        adresse=adresse,
        code=dessiner_le_code(adresse),
    )
