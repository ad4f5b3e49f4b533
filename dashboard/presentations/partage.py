"""The shared page: what a link shows, to anyone who holds it, and nothing else.

Contract, confidentialité: only the stored answers of that link. It knows neither the reader nor
the database of figures, and lists no place.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response

from dashboard.connexion import page
from dashboard.erreurs import page_d_erreur
from dashboard.presentations import diapos, figer
from data.journal import noter
from queries import partages
from queries.partages import Partage, PartageInconnu

_PAQUET = "dashboard"


def enregistrer(server: Flask) -> None:
    """Add the shared pages to a server."""
    pages = Blueprint("partage", _PAQUET, template_folder="gabarits", url_prefix="/p")
    pages.add_url_rule("/<jeton>", "montrer", _montrer)
    pages.register_error_handler(PartageInconnu, _inconnu)
    server.register_blueprint(pages)


def _inconnu(erreur: Any) -> Response:
    return page_d_erreur(
        "Lien non valable",
        f"{erreur} Demandez-en un nouveau à la personne qui vous l’a donné.",
        404,
    )


def _montrer(jeton: str) -> Response:
    partage = partages.ouvrir(jeton)
    noter(nommer_l_invite(partage), "présentation partagée consultée")
    jeu = figer.lire_en_clair(partage.contenu)
    return page("partage.html", jeu=jeu, diapos=diapos.ecrire(jeu), gel=diapos.dire_le_gel(jeu))


def nommer_l_invite(partage: Partage) -> str:
    """Who is asking, as the journal writes it."""
    return f"invité (lien n° {partage.numero})"
