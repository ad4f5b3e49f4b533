"""The shared page: what a link shows, to anyone who holds it, and nothing else.

Contract, confidentialité: only the stored answers of that link. It knows neither the reader nor
the database of figures, and lists no place. `?ecran=1`: the same on a projector.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, request, url_for

from dashboard.connexion import page
from dashboard.erreurs import page_d_erreur, probleme
from dashboard.presentations import conduite, diapos, suivi, traces
from dashboard.presentations.code_qr import abreger, dessiner_le_code
from dashboard.presentations.ecrites import ecrire, inscrire_la_vue
from queries import conduites, partages
from queries.partages import Partage, PartageInconnu

_PAQUET = "dashboard"
_EN_DONNEES = ("partage.suivi", "partage.conduire", "partage.conduite", "partage.exacts")
"""Routes that a script asks."""


def enregistrer(server: Flask) -> None:
    """Add the shared pages to a server."""
    pages = Blueprint("partage", _PAQUET, template_folder="gabarits", url_prefix="/p")
    pages.add_url_rule("/<jeton>", "montrer", _montrer)
    pages.add_url_rule("/<jeton>/suivi", "suivi", suivi.suivre)
    conduite.ajouter(pages)
    pages.register_error_handler(PartageInconnu, _inconnu)
    server.register_blueprint(pages)


def _inconnu(erreur: Any) -> Response:
    titre = "Lien non valable"
    texte = f"{erreur} Demandez-en un nouveau à la personne qui vous l’a donné."
    if request.endpoint in _EN_DONNEES:
        return probleme(titre, texte, 404, "lien")
    return page_d_erreur(titre, texte, 404)


def _montrer(jeton: str) -> Response:
    partage = partages.ouvrir(jeton)
    ecrite = ecrire(partage)
    inscrire_la_vue(nommer_l_invite(partage), "présentation partagée consultée", ecrite.jeu)
    dits = traces.ecrire_du_lien(partage)
    menee = conduites.lire(partage.numero)
    ecran = bool(request.args.get("ecran"))
    adresse = url_for("partage.montrer", jeton=jeton, _external=True)
    return page(
        "partage.html",
        jeu=ecrite.jeu,
        diapos=ecrite.diapos,
        gel=diapos.dire_le_gel(ecrite.jeu),
        ecran=ecran,
        suivi=url_for("partage.suivi", jeton=jeton),
        version=menee.version,
        etat=suivi.dire_l_etat(menee),
        code=dessiner_le_code(adresse) if ecran else "",
        adresse=abreger(adresse),
        lien=url_for("partage.montrer", jeton=jeton),
        dits=[(d.intituler() or "Texte", dits[d.id]) for d in ecrite.jeu.diapos if d.id in dits],
    )


def nommer_l_invite(partage: Partage) -> str:
    """Who is asking, as the journal writes it."""
    return f"invité (lien n° {partage.numero})"
