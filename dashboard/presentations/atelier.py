"""Where presentations are made: `/presentations` (contract, interface). Who comes in, what is
refused, and which module answers; the pages themselves are in the modules beside."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, request

from dashboard.erreurs import page_d_erreur, refuser
from dashboard.formulaires import exiger_formulaire
from dashboard.presentations import ajout, edition, feuille, liens, liste, preparation
from dashboard.session import lecteur_courant
from queries.partages import PartageInconnu
from queries.presentations import (
    PresentationChangee,
    PresentationInconnue,
    PresentationRefusee,
)

_PAQUET = "dashboard"
RETOUR = ("/presentations", "Retour aux présentations")


def enregistrer(server: Flask) -> None:
    """Add the pages of the presentations to a server."""
    pages = Blueprint("atelier", _PAQUET, template_folder="gabarits", url_prefix="/presentations")
    pages.before_request(_garder)
    for module in (liste, ajout, preparation, feuille, edition, liens):
        module.enregistrer(pages)
    pages.register_error_handler(PresentationInconnue, _inconnue)
    pages.register_error_handler(PartageInconnu, _inconnue)
    pages.register_error_handler(PresentationRefusee, _refusee)
    pages.register_error_handler(PresentationChangee, _refusee)
    server.register_blueprint(pages)


def _garder() -> Any:
    if not lecteur_courant().auteur:
        return refuser(
            403,
            "Les présentations se préparent avec un compte du Département ou d’une association.",
        )
    if request.method == "POST":
        exiger_formulaire()
    return None


def _inconnue(erreur: Any) -> Response:
    return page_d_erreur("Présentation introuvable", str(erreur), 404, RETOUR)


def _refusee(erreur: Any) -> Response:
    return page_d_erreur("Rien n’a été changé", str(erreur), 409, RETOUR)
