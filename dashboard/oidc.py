"""Log-in at an identity provider: going there, coming back (contract, confidentialité, Access).

Only accounts that the administrator made come in: the provider says who somebody is, never what
they may see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Flask, Response, abort, redirect, request, url_for

from dashboard.connexion import exiger_la_connexion, ouvrir, page
from dashboard.erreurs import refuser
from dashboard.formulaires import chemin_sur
from dashboard.reglages_oidc import FournisseurIndisponible, IdentiteRefusee
from dashboard.session import nommer_cookie, oter_cookie, poser_cookie
from data import comptes
from data.comptes import CompteInconnu
from data.journal import noter
from data.secret_session import egal
from queries import demandes_oidc
from queries.sessions import OIDC

if TYPE_CHECKING:
    from dashboard.fournisseur import Fournisseur

COOKIE = "passerelle_oidc"
"""Ties a log-in to the browser that began it."""

EN_PANNE = (
    "Le service de connexion de votre structure ne répond pas. Réessayez dans un instant, ou "
    "utilisez votre mot de passe si vous en avez un."
)
PERIMEE = "Cette demande de connexion n’est plus valable. Recommencez."
INCONNUE = (
    "Votre identité est confirmée, mais aucun compte actif de Passerelle n’y correspond. "
    "Adressez-vous à l’administrateur des comptes."
)
REFUSEE = "Le service de connexion n’a pas confirmé votre identité. Recommencez."


def enregistrer(server: Flask) -> None:
    """Add the way to the provider and back to a server."""
    server.add_url_rule("/connexion/oidc", "oidc", _partir)
    server.add_url_rule("/connexion/oidc/retour", "oidc_retour", _revenir)


def _exiger_le_fournisseur() -> Fournisseur:
    exiger_la_connexion()
    # Slow to import, and needed only where a provider is named.
    from dashboard.fournisseur import fournisseur

    trouve = fournisseur()
    if trouve is None:
        abort(refuser(404))
    return trouve


def _partir() -> Response:
    trouve = _exiger_le_fournisseur()
    suivant = request.args.get("suivant", "")
    etat = demandes_oidc.ouvrir_demande(suivant if chemin_sur(suivant) else "/")
    try:
        adresse = trouve.adresse_d_autorisation(etat, _retour())
    except FournisseurIndisponible:
        return _echec(EN_PANNE, 503)
    reponse: Any = redirect(adresse, 303)
    poser_cookie(reponse, COOKIE, etat, duree=int(demandes_oidc.DUREE.total_seconds()))
    reponse.headers["Cache-Control"] = "no-store"
    return reponse


def _revenir() -> Response:
    trouve = _exiger_le_fournisseur()
    etat = request.args.get("state", "")
    attendu = request.cookies.get(nommer_cookie(COOKIE), "")
    if not etat or not attendu or not egal(etat, attendu):
        return _echec(PERIMEE, 400)
    suivant = demandes_oidc.prendre_demande(etat)
    if suivant is None:
        return _echec(PERIMEE, 400)
    code = request.args.get("code", "")
    if not code:
        # The person gave up, or the provider refused.
        return _echec(REFUSEE, 403)
    try:
        adresse = trouve.identifier(code, etat, _retour(), request.args.get("iss"))
    except FournisseurIndisponible:
        return _echec(EN_PANNE, 503)
    except IdentiteRefusee:
        noter("compte inconnu", "connexion refusée par le fournisseur d’identité")
        return _echec(REFUSEE, 403)
    try:
        compte = comptes.trouver(adresse)
    except CompteInconnu:
        noter("compte inconnu", "connexion refusée : pas de compte à cette adresse")
        return _echec(INCONNUE, 403)
    if not compte.actif:
        noter(f"{compte.identifiant} ({compte.role})", "connexion refusée : compte désactivé")
        return _echec(INCONNUE, 403)
    reponse = ouvrir(compte, OIDC, suivant)
    oter_cookie(reponse, COOKIE)
    return reponse


def _retour() -> str:
    return url_for("oidc_retour", _external=True)


def _echec(texte: str, statut: int) -> Response:
    reponse = page("connexion_impossible.html", statut, texte=texte)
    oter_cookie(reponse, COOKIE)
    return reponse
