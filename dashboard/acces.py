"""The guard: what is decided before every request, whoever answers it.

Contract, confidentialité, Access. Where log-in is required nothing but what dresses a page and
what serves to log in is answered to a caller without a session; a first password must be changed
before anything else; an administrator of accounts reaches the accounts and no figure.
"""

from __future__ import annotations

import os
import re
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, redirect, request
from werkzeug.middleware.proxy_fix import ProxyFix

from dashboard import comptes, connexion, formulaires, oidc, points_de_vue
from dashboard.erreurs import page_d_erreur, pour_un_programme, probleme, refuser
from dashboard.identite import ecrire_identite
from dashboard.observation.demandes import SONDES
from dashboard.regime import ConnexionNonConfiguree, connexion_exigee, demonstration
from dashboard.session import (
    CLE_DU_DEPOT,
    etat_courant,
    lecteur_courant,
    session_courante,
    verifier_regime,
)
from data.application import MagasinIndisponible, creer
from queries.depot import BaseIndisponible, Depot
from queries.lecteur import Role

HABITS = ("/assets/", "/_dash-component-suites/", "/_favicon.ico")
"""What dresses a page: the same for everyone, no figure."""

LIENS = re.compile(r"/p/[^/]+(?:/suivi|/diapos\.(?:pptx|html))?")
"""What a link leads to: whoever holds it needs no account to look, to follow and to keep a copy.
Who leads has one."""

PORTES = ("/connexion", "/deconnexion", "/lien/")
"""What serves to log in."""

RESERVE = "Votre compte gère les comptes : il ne donne accès à aucun chiffre."


def enregistrer(server: Flask, depot: Depot) -> None:
    """Add accounts, sessions and viewpoints to a server: the guard, and the pages of log-in."""
    server.extensions[CLE_DU_DEPOT] = depot
    creer()
    _croire_les_proxys(server)
    server.before_request(_garder)
    server.after_request(formulaires.garder_la_graine)
    for genre in (ConnexionNonConfiguree, BaseIndisponible, MagasinIndisponible):
        server.register_error_handler(genre, _indisponible)
    server.jinja_env.globals["identite"] = ecrire_identite
    for module in (points_de_vue, connexion, oidc, comptes):
        module.enregistrer(server)


def _croire_les_proxys(server: Flask) -> None:
    """Believe what proxies say of the caller only when told how many there are (`PROXYS`)."""
    texte = os.environ.get("PROXYS", "").strip() or "0"
    combien = int(texte) if texte.isdecimal() else 0
    if combien:
        server.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            server.wsgi_app, x_for=combien, x_proto=combien, x_host=combien
        )


def _garder() -> Any:
    if request.path in SONDES:
        return None
    chemin = request.path
    ouvert = chemin.startswith(HABITS) or _sous(chemin, PORTES) or _lien_de_partage()
    try:
        etat = etat_courant()
    except BaseIndisponible:
        if ouvert:
            return None
        # Nothing else is answered, not even an empty shell: back the next instant, the database
        # would be read by a request that nobody guarded.
        raise
    verifier_regime(etat)
    if ouvert or not connexion_exigee(etat):
        return None
    session = session_courante()
    if session is None:
        return _demander_la_connexion()
    if chemin == "/mot-de-passe":
        return None
    if session.mot_de_passe_a_changer:
        if _page():
            return redirect("/mot-de-passe", 303)
        return refuser(403, "Changez d’abord votre premier mot de passe.", "mot-de-passe")
    gere = _sous(chemin, ("/comptes",))
    administrateur = lecteur_courant().role is Role.ADMINISTRATEUR
    if administrateur and not gere:
        if _page():
            return page_d_erreur("Accès réservé", RESERVE, 403, lien=("/comptes", "Les comptes"))
        return refuser(403, RESERVE, "acces")
    if gere and not administrateur:
        return refuser(403, "Cette page est réservée à l’administrateur des comptes.", "acces")
    return None


def _sous(chemin: str, racines: tuple[str, ...]) -> bool:
    return any(chemin == r or chemin.startswith(r.rstrip("/") + "/") for r in racines)


def _lien_de_partage() -> bool:
    return request.method in ("GET", "HEAD") and bool(LIENS.fullmatch(request.path))


def _page() -> bool:
    """Whether a person opens a page, who may be sent to another one."""
    return request.method in ("GET", "HEAD") and not pour_un_programme()


def _demander_la_connexion() -> Response:
    if not _page():
        return refuser(401, "Votre session est terminée : connectez-vous.", "connexion")
    requete = request.query_string.decode("utf-8", "replace")
    voulue = request.path + (f"?{requete}" if requete else "")
    suite = f"?{urlencode({'suivant': voulue})}" if voulue != "/" else ""
    reponse: Any = redirect(f"/connexion{suite}", 303)
    reponse.headers["Cache-Control"] = "no-store"
    return reponse


def _indisponible(erreur: Exception) -> Response:
    titre, texte = "Service indisponible", str(erreur)
    if isinstance(erreur, ConnexionNonConfiguree):
        titre = "La connexion n’est pas encore configurée"
        if demonstration(etat_courant()):
            texte = "La connexion est exigée et il n’y a encore aucun compte : rien n’est affiché."
    if pour_un_programme():
        return probleme(titre, texte, 503, "indisponible")
    return page_d_erreur(titre, texte, 503)
