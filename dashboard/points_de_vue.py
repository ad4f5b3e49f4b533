"""Viewpoints: on demonstration data, who one wants to be (contract, confidentialité, Access)."""

from __future__ import annotations

from typing import Any, NoReturn

from dash import html
from flask import Flask, abort, redirect, request

from dashboard.erreurs import page_d_erreur, probleme
from dashboard.formulaires import chemin_de_provenance, chemin_sur
from dashboard.nombres import INSECABLE
from dashboard.protections import meme_origine
from dashboard.regime import connexion_exigee
from dashboard.session import (
    COOKIE,
    etat_courant,
    jeton_courant,
    lecteur_courant,
    poser_cookie,
)
from queries import sessions
from queries.depot import Etat
from queries.lecteur import Lecteur, Role


def enregistrer(server: Flask) -> None:
    """Add `POST /point-de-vue` to a server."""
    server.add_url_rule("/point-de-vue", "point_de_vue", _choisir, methods=["POST"])


def points_de_vue(etat: Etat) -> list[tuple[str, str]]:
    """Value and French label of each viewpoint that demonstration data offer."""
    return [
        ("departement", "Département"),
        ("habilite", "Agent habilité du Département"),
        *(
            (f"chef:{code}", f"Chef de service – {a['nom']}")
            for code, a in etat.geographie.associations.items()
        ),
        ("invite", "Invité"),
    ]


def lire_point_de_vue(valeur: str, etat: Etat) -> Lecteur | None:
    """The reader a viewpoint stands for; None when there is no such viewpoint."""
    if valeur not in {code for code, _ in points_de_vue(etat)}:
        return None
    role, _, association = valeur.partition(":")
    return Lecteur(Role(role), (association,) if association else ())


def ecrire_point_de_vue(lecteur: Lecteur) -> str:
    """The value of the viewpoint of a reader, as `points_de_vue` writes it."""
    if lecteur.role is Role.CHEF:
        return f"chef:{lecteur.associations[0]}"
    return lecteur.role.value


def composer_points_de_vue(etat: Etat) -> Any:
    """The choice of a viewpoint, at the head of every page; nothing where log-in is required.

    Plain submit buttons: no script, and the page that sends them is the one that comes back.
    """
    if connexion_exigee(etat):
        return html.Span()
    actuel = ecrire_point_de_vue(lecteur_courant())
    choix = points_de_vue(etat)
    libelle = dict(choix).get(actuel, "Département")
    return html.Details(
        [
            html.Summary(
                [html.Span(f"Point de vue{INSECABLE}: ", className="intitule"), libelle],
            ),
            html.Form(
                html.Ul(
                    [
                        html.Li(
                            html.Button(
                                texte,
                                type="submit",
                                name="point_de_vue",
                                value=valeur,
                                className="ici" if valeur == actuel else "",
                                **({"aria-current": "true"} if valeur == actuel else {}),
                            )
                        )
                        for valeur, texte in choix
                    ]
                ),
                action="/point-de-vue",
                method="post",
            ),
        ],
        className="points-de-vue",
    )


def _refuser(texte: str, statut: int) -> NoReturn:
    titre = {400: "Demande incorrecte", 403: "Demande refusée"}[statut]
    if request.is_json:
        abort(probleme(titre, texte, statut, "point-de-vue"))
    abort(page_d_erreur(titre, texte, statut))


def _suivant(demande: Any) -> str:
    if demande:
        if not isinstance(demande, str) or not chemin_sur(demande):
            _refuser("L’adresse suivante doit être un chemin de ce site.", 400)
        return str(demande)
    return chemin_de_provenance()


def _choisir() -> Any:
    """POST /point-de-vue: open a session for the viewpoint, then go on (303)."""
    if not meme_origine():
        _refuser("Cette demande ne vient pas d’une page de Passerelle.", 403)
    etat = etat_courant()
    if connexion_exigee(etat):
        _refuser("Les points de vue n’existent que sur les données de démonstration.", 403)
    donnees: Any = request.get_json(silent=True) if request.is_json else request.form
    if not hasattr(donnees, "get"):
        donnees = {}
    valeur, demande = donnees.get("point_de_vue"), donnees.get("suivant")
    lecteur = lire_point_de_vue(valeur, etat) if isinstance(valeur, str) else None
    if lecteur is None:
        valides = ", ".join(code for code, _ in points_de_vue(etat))
        _refuser(f"Point de vue inconnu. Points de vue possibles : {valides}.", 400)
    suivant = _suivant(demande)
    ancien = jeton_courant()
    if ancien:
        sessions.fermer_session(ancien)
    reponse = redirect(suivant, 303)
    poser_cookie(reponse, COOKIE, sessions.ouvrir_point_de_vue(lecteur))  # type: ignore[arg-type]
    reponse.headers["Cache-Control"] = "no-store"
    return reponse
