"""The administrator's pages: who may log in, and as what (contract, confidentialité, Access).

Written on the server, without script. They show no figure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, abort, redirect, request, url_for

from dashboard.connexion import page
from dashboard.erreurs import refuser
from dashboard.formulaires import exiger_formulaire
from dashboard.regime import connexion_exigee
from dashboard.session import etat_courant, lecteur_courant, qui_courant, session_courante
from data import comptes
from data.comptes import CHEF, DEPARTEMENT, ROLES, Compte, CompteInconnu, CompteRefuse
from data.journal import noter
from queries.lecteur import Role

FAITS = {
    "modifie": "Le compte est modifié. Ses sessions sont fermées si ses droits ont changé.",
    "desactive": "Le compte est désactivé et ses sessions sont fermées.",
    "reactive": "Le compte est réactivé.",
    "sessions": "Les sessions du compte sont fermées.",
}
"""What the request before did, said by the page it led to."""

_PAQUET = __name__.rpartition(".")[0]


def enregistrer(server: Flask) -> None:
    """Add the pages of the accounts to a server."""
    pages = Blueprint("comptes", _PAQUET, template_folder="gabarits", url_prefix="/comptes")
    pages.before_request(_garder)
    pages.add_url_rule("", "liste", _liste)
    pages.add_url_rule("", "ajouter", _ajouter, methods=["POST"])
    pages.add_url_rule("/<int:numero>", "compte", _montrer)
    pages.add_url_rule("/<int:numero>", "modifier", _modifier, methods=["POST"])
    pages.add_url_rule("/<int:numero>/lien", "lien", _lien, methods=["POST"])
    for nom, agir, texte in (
        ("desactiver", comptes.desactiver, "désactivé"),
        ("reactiver", comptes.reactiver, "réactivé"),
        ("fermer-sessions", comptes.fermer_sessions, "sessions fermées"),
    ):
        pages.add_url_rule(f"/<int:numero>/{nom}", nom, _agir(agir, texte, nom), methods=["POST"])
    server.register_blueprint(pages)


def _garder() -> Any:
    """Nobody but an administrator, whatever let the request through."""
    if not connexion_exigee(etat_courant()):
        return refuser(404)
    if lecteur_courant().role is not Role.ADMINISTRATEUR:
        return refuser(403, "Cette page est réservée à l’administrateur des comptes.")
    if request.method == "POST":
        exiger_formulaire()
    return None


def _liste() -> Response:
    return _page_de_la_liste(annonce=FAITS.get(request.args.get("fait", ""), ""))


def _page_de_la_liste(statut: int = 200, **valeurs: Any) -> Response:
    return page(
        "comptes.html",
        statut,
        **{
            "comptes": comptes.lister(),
            "associations": _associations(),
            "roles": ROLES,
            "saisi": _saisir(None),
            **valeurs,
        },
    )


def _ajouter() -> Response:
    saisi = _lire_le_formulaire()
    try:
        mot_de_passe = comptes.ajouter(
            request.form.get("identifiant", ""),
            saisi["role"],
            nom=saisi["nom"],
            habilitation=saisi["habilitation"],
            associations=_verifier_les_associations(saisi["associations"]),
        )
    except CompteRefuse as refus:
        saisi["identifiant"] = request.form.get("identifiant", "")
        return _page_de_la_liste(400, erreur=str(refus), saisi=saisi)
    compte = comptes.trouver(request.form.get("identifiant", ""))
    noter(qui_courant(), f"compte ajouté : {_decrire(compte)}")
    return page("compte_ajoute.html", compte=compte, mot_de_passe=mot_de_passe)


def _montrer(numero: int) -> Response:
    return _page_du_compte(_trouver(numero), annonce=FAITS.get(request.args.get("fait", ""), ""))


def _page_du_compte(compte: Compte, statut: int = 200, **valeurs: Any) -> Response:
    session = session_courante()
    return page(
        "compte.html",
        statut,
        **{
            "compte": compte,
            "associations": _associations(),
            "roles": ROLES,
            "saisi": _saisir(compte),
            "soi_meme": bool(session and session.compte and session.compte.numero == compte.numero),
            **valeurs,
        },
    )


def _modifier(numero: int) -> Response:
    avant = _trouver(numero)
    saisi = _lire_le_formulaire()
    try:
        connues = _verifier_les_associations(saisi["associations"])
        apres = comptes.modifier(
            numero,
            role=saisi["role"],
            habilitation=saisi["habilitation"],
            associations=connues,
            nom=saisi["nom"],
        )
    except CompteRefuse as refus:
        return _page_du_compte(avant, 400, erreur=str(refus), saisi=saisi)
    noter(qui_courant(), f"compte modifié : {_decrire(apres)}")
    return _vers("comptes.compte", "modifie", numero=numero)


def _agir(agir: Callable[[int], object], texte: str, nom: str) -> Callable[[int], Response]:
    fait = {"desactiver": "desactive", "reactiver": "reactive", "fermer-sessions": "sessions"}[nom]

    def repondre(numero: int) -> Response:
        compte = _trouver(numero)
        qui = qui_courant()
        try:
            agir(numero)
        except CompteRefuse as refus:
            return _page_du_compte(compte, 400, erreur=str(refus))
        noter(qui, f"compte {compte.identifiant} : {texte}")
        return _vers("comptes.compte", fait, numero=numero)

    return repondre


def _lien(numero: int) -> Response:
    compte = _trouver(numero)
    try:
        jeton = comptes.creer_lien(numero)
    except CompteRefuse as refus:
        return _page_du_compte(compte, 400, erreur=str(refus))
    noter(qui_courant(), f"compte {compte.identifiant} : lien à usage unique")
    adresse = url_for("connexion.lien", jeton=jeton, _external=True)
    return page("lien_cree.html", compte=compte, adresse=adresse)


def _trouver(numero: int) -> Compte:
    try:
        return comptes.lire(numero)
    except CompteInconnu as inconnu:
        abort(refuser(404, str(inconnu)))


def _associations() -> list[tuple[str, str]]:
    """Code and name of the associations that the base knows."""
    connues = etat_courant().geographie.associations
    return sorted(((code, str(a["nom"])) for code, a in connues.items()), key=lambda x: x[1])


def _verifier_les_associations(codes: list[str]) -> list[str]:
    connues = dict(_associations())
    if any(c not in connues for c in codes):
        raise CompteRefuse("Une de ces associations n’est pas dans la base.")
    return codes


def _lire_le_formulaire() -> dict[str, Any]:
    """What the form says; what the chosen role has no use for is left out."""
    role = request.form.get("role", "")
    return {
        "identifiant": "",
        "nom": request.form.get("nom", ""),
        "role": role,
        "habilitation": role == DEPARTEMENT and request.form.get("habilitation") == "oui",
        "associations": request.form.getlist("association") if role == CHEF else [],
    }


def _saisir(compte: Compte | None) -> dict[str, Any]:
    if compte is None:
        return {
            "identifiant": "",
            "nom": "",
            "role": DEPARTEMENT,
            "habilitation": False,
            "associations": [],
        }
    return {
        "identifiant": compte.identifiant,
        "nom": compte.nom,
        "role": compte.role,
        "habilitation": compte.habilitation,
        "associations": list(compte.associations),
    }


def _decrire(compte: Compte) -> str:
    siennes = f" ({', '.join(compte.associations)})" if compte.associations else ""
    return f"{compte.identifiant}, {compte.libelle_du_role}{siennes}"


def _vers(page_: str, fait: str, **valeurs: Any) -> Response:
    reponse: Any = redirect(f"{url_for(page_, **valeurs)}?{urlencode({'fait': fait})}", 303)
    reponse.headers["Cache-Control"] = "no-store"
    return reponse
