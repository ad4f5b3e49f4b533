"""Log-in, log-out, passwords, the switch of exact figures: pages that need no script.

Contract, confidentialité, Access.
"""

from __future__ import annotations

import math
from typing import Any

from flask import Blueprint, Flask, Response, abort, make_response, redirect, request
from flask import render_template as rendre

from dashboard.erreurs import refuser
from dashboard.formulaires import (
    chemin_de_provenance,
    chemin_sur,
    exiger_formulaire,
    jeton_csrf,
    oublier_la_graine,
)
from dashboard.pieces import adresse_de_la_piece, adresses_des_feuilles
from dashboard.regime import connexion_exigee
from dashboard.reglages_oidc import intitule_du_fournisseur
from dashboard.session import (
    COOKIE,
    etat_courant,
    jeton_courant,
    oter_cookie,
    poser_cookie,
    session_courante,
)
from data import comptes
from data.comptes import ADMINISTRATEUR, DEPARTEMENT, Compte, CompteRefuse, IdentifiantsRefuses
from data.essais import TropDEssais
from data.journal import noter
from data.mots_de_passe import MotDePasseRefuse
from data.refus import typographier
from queries import sessions
from queries.sessions import MOT_DE_PASSE

REFUS = "Identifiant ou mot de passe incorrect."
ANNONCES = {
    "deconnexion": "Vous êtes déconnecté.",
    "mot-de-passe": "Votre mot de passe est changé. Connectez-vous.",
}
"""What a page that led here has done."""

_PAQUET = __name__.rpartition(".")[0]


def enregistrer(server: Flask) -> None:
    """Add the pages of log-in to a server."""
    pages = Blueprint("connexion", _PAQUET, template_folder="gabarits")
    pages.add_url_rule("/connexion", "connexion", _connexion, methods=["GET", "POST"])
    pages.add_url_rule("/deconnexion", "deconnexion", _deconnecter, methods=["POST"])
    pages.add_url_rule("/mot-de-passe", "mot_de_passe", _mot_de_passe, methods=["GET", "POST"])
    pages.add_url_rule("/lien/<jeton>", "lien", _lien, methods=["GET", "POST"])
    pages.add_url_rule("/habilitation", "habilitation", _habilitation, methods=["POST"])
    pages.add_app_template_filter(typographier, "fr")
    pages.add_app_template_global(jeton_csrf, "jeton_csrf")
    pages.add_app_template_global(adresse_de_la_piece, "adresse_de_la_piece")
    pages.add_app_template_global(adresses_des_feuilles, "adresses_des_feuilles")
    server.register_blueprint(pages)


def page(gabarit: str, statut: int = 200, **valeurs: Any) -> Response:
    """A page written on the server, kept by no cache."""
    reponse = make_response(rendre(gabarit, **valeurs), statut)
    reponse.headers["Cache-Control"] = "no-store"
    return reponse


def ouvrir(compte: Compte, moyen: str, suivant: str) -> Response:
    """Open a session for an account, under a new token, and go on (303)."""
    try:
        jeton = sessions.ouvrir_session(compte, moyen)
    except IdentifiantsRefuses:
        abort(refuser(403, "Ce compte n’est plus actif."))
    ancien = jeton_courant()
    if ancien:
        sessions.fermer_session(ancien)
    if not suivant or not chemin_sur(suivant):
        suivant = "/"
    if compte.role == ADMINISTRATEUR:
        suivant = "/comptes"
    reponse: Any = redirect(suivant, 303)
    poser_cookie(reponse, COOKIE, jeton)
    oublier_la_graine(reponse)
    reponse.headers["Cache-Control"] = "no-store"
    noter(f"{compte.identifiant} ({compte.role})", "connexion")
    return reponse


def dire_l_attente(secondes: float) -> str:
    """« 40 secondes », « 3 minutes »: rounded up."""
    if secondes <= 90:
        entier = max(1, math.ceil(secondes))
        return f"{entier} seconde{'s' if entier > 1 else ''}"
    return f"{math.ceil(secondes / 60)} minutes"


def exiger_la_connexion() -> None:
    """Refuse (404) pages of accounts where nobody has to log in."""
    if not connexion_exigee(etat_courant()):
        abort(refuser(404))


def _connexion() -> Response:
    if not connexion_exigee(etat_courant()):
        return _vers("/")
    suivant = request.values.get("suivant", "")
    if not chemin_sur(suivant):
        suivant = ""
    if request.method != "POST":
        if session_courante() is not None:
            return _vers(suivant or "/")
        return _page_de_connexion(suivant, annonce=ANNONCES.get(request.args.get("fait", ""), ""))
    exiger_formulaire()
    identifiant = request.form.get("identifiant", "")[:254]
    try:
        compte = comptes.verifier(
            identifiant, request.form.get("mot_de_passe", ""), request.remote_addr or ""
        )
    except TropDEssais as trop:
        noter(_nommer(identifiant), "connexion refusée : trop d’essais")
        return _ralentir("connexion.html", trop, suivant=suivant, identifiant=identifiant)
    except IdentifiantsRefuses:
        noter(_nommer(identifiant), "connexion refusée")
        return _page_de_connexion(suivant, identifiant=identifiant, erreur=REFUS, statut=401)
    return ouvrir(compte, MOT_DE_PASSE, suivant)


def _page_de_connexion(
    suivant: str, *, identifiant: str = "", erreur: str = "", annonce: str = "", statut: int = 200
) -> Response:
    return page(
        "connexion.html",
        statut,
        suivant=suivant,
        identifiant=identifiant,
        erreur=erreur,
        annonce=annonce,
        fournisseur=intitule_du_fournisseur(),
    )


def _ralentir(gabarit: str, trop: TropDEssais, **valeurs: Any) -> Response:
    """429: too many attempts, and when to try again; never whether the account exists."""
    secondes = trop.attente.total_seconds()
    reponse = page(
        gabarit,
        429,
        erreur=f"Trop d’essais. Réessayez dans {dire_l_attente(secondes)}.",
        fournisseur=intitule_du_fournisseur(),
        **valeurs,
    )
    reponse.headers["Retry-After"] = str(math.ceil(secondes))
    return reponse


def _deconnecter() -> Response:
    exiger_la_connexion()
    session = session_courante()
    if session is not None and session.compte is not None:
        exiger_formulaire()
        sessions.fermer_session(jeton_courant())
        noter(f"{session.compte.identifiant} ({session.compte.role})", "déconnexion")
    reponse = _vers("/connexion?fait=deconnexion")
    oter_cookie(reponse, COOKIE)
    return reponse


def _mot_de_passe() -> Response:
    """The holder changes the password: the first one, or any time."""
    exiger_la_connexion()
    session = session_courante()
    compte = session.compte if session is not None else None
    if session is None or compte is None:
        return _vers("/connexion")
    valeurs: dict[str, Any] = {"compte": compte, "premier": session.mot_de_passe_a_changer}
    if request.method != "POST":
        return page("mot_de_passe.html", **valeurs)
    exiger_formulaire()
    nouveau = request.form.get("nouveau", "")
    erreur = ""
    try:
        if nouveau != request.form.get("encore", ""):
            raise MotDePasseRefuse("Les deux nouveaux mots de passe sont différents.")
        comptes.changer_mot_de_passe(
            compte.numero, request.form.get("actuel", ""), nouveau, request.remote_addr or ""
        )
    except TropDEssais as trop:
        return _ralentir("mot_de_passe.html", trop, **valeurs)
    except IdentifiantsRefuses:
        erreur = "Le mot de passe actuel est incorrect."
    except MotDePasseRefuse as refus:
        erreur = str(refus)
    if erreur:
        return page("mot_de_passe.html", 400, erreur=erreur, **valeurs)
    noter(f"{compte.identifiant} ({compte.role})", "mot de passe changé")
    # Every session of the account is closed, this one too: its holder goes on under another.
    return ouvrir(compte, MOT_DE_PASSE, "/")


def _lien(jeton: str) -> Response:
    """A one-time link: its holder chooses a password."""
    exiger_la_connexion()
    compte = comptes.lire_lien(jeton)
    if compte is None:
        return page("lien_perdu.html", 404)
    valeurs: dict[str, Any] = {"compte": compte, "jeton": jeton}
    if request.method != "POST":
        return page("lien.html", **valeurs)
    exiger_formulaire()
    nouveau = request.form.get("nouveau", "")
    try:
        if nouveau != request.form.get("encore", ""):
            raise MotDePasseRefuse("Les deux mots de passe sont différents.")
        comptes.suivre_lien(jeton, nouveau)
    except MotDePasseRefuse as refus:
        return page("lien.html", 400, erreur=str(refus), **valeurs)
    except CompteRefuse:
        return page("lien_perdu.html", 404)
    noter(f"{compte.identifiant} ({compte.role})", "mot de passe choisi par un lien")
    return _vers("/connexion?fait=mot-de-passe")


def _habilitation() -> Response:
    """An agent with the habilitation switches exact figures on or off, for this session."""
    exiger_la_connexion()
    session = session_courante()
    if session is None or session.compte is None:
        abort(refuser(401))
    exiger_formulaire()
    compte = session.compte
    choix = request.form.get("chiffres_exacts", "")
    if choix not in ("oui", "non"):
        abort(refuser(400, "Choix attendu : « oui » ou « non »."))
    if choix == "oui" and not (compte.role == DEPARTEMENT and compte.habilitation):
        abort(refuser(403, "Votre compte n’est pas habilité à voir les chiffres exacts."))
    # First of all: what cannot be written does not happen.
    noter(
        f"{compte.identifiant} ({compte.role})",
        "chiffres exacts affichés" if choix == "oui" else "chiffres exacts masqués",
    )
    sessions.montrer_chiffres_exacts(jeton_courant(), choix == "oui")
    return _vers(chemin_de_provenance())


def _nommer(identifiant: str) -> str:
    """Who tried, for the journal: never what was typed, which may be a password."""
    try:
        return comptes.trouver(identifiant).identifiant
    except CompteRefuse:
        return "compte inconnu"


def _vers(adresse: str) -> Response:
    reponse: Any = redirect(adresse, 303)
    reponse.headers["Cache-Control"] = "no-store"
    return reponse
