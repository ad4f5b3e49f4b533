"""Who is logged in, at the head of every page; on demonstration data, the choice of a viewpoint."""

from __future__ import annotations

from typing import Any

from dash import html
from flask import render_template
from markupsafe import Markup

from dashboard.formulaires import jeton_csrf
from dashboard.points_de_vue import composer_points_de_vue
from dashboard.regime import connexion_exigee
from dashboard.session import session_courante
from data.comptes import ADMINISTRATEUR, ROLES
from queries.depot import Etat


def composer_identite(etat: Etat) -> Any:
    """What stands at the head of a page drawn by Dash: viewpoints, or the account."""
    if not connexion_exigee(etat):
        return composer_points_de_vue(etat)
    return html.Div(className="boite-identite", **{"data-html": str(ecrire_identite())})


def ecrire_identite() -> Markup:
    """Name, role, switch of exact figures, log-out; nothing for who has not logged in."""
    session = session_courante()
    if session is None or session.compte is None:
        return Markup("")
    compte = session.compte
    return Markup(
        render_template(
            "identite.html",
            compte=compte,
            role=ROLES[compte.role],
            administrateur=compte.role == ADMINISTRATEUR,
            chiffres_exacts=session.chiffres_exacts,
            enferme=session.mot_de_passe_a_changer,
            jeton_csrf=jeton_csrf(),
        )
    )
