"""Pages of the site that are written on the server, apart from Dash: same head, same navigation."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, render_template, request
from markupsafe import Markup

from dashboard import coquille
from dashboard.connexion import page
from dashboard.plan import Page
from dashboard.points_de_vue import ecrire_point_de_vue, points_de_vue
from dashboard.regime import connexion_exigee
from dashboard.session import etat_courant, lecteur_courant


def enregistrer(server: Flask) -> None:
    """Add to a server what these pages are written with."""
    server.jinja_env.globals["points_de_vue_a_part"] = ecrire_points_de_vue


def rendre(
    gabarit: str, ici: Page, statut: int = 200, *, requete: str = "", **valeurs: Any
) -> Response:
    """A page of the site (`gabarits/site.html`), kept by no cache. `ici`: where it stands;
    `requete`: what the navigation keeps of its address, with its `?`."""
    navigation = Markup(coquille.naviguer(ici, requete))
    return page(gabarit, statut, ici=ici, navigation=navigation, **valeurs)


def ecrire_points_de_vue() -> Markup:
    """The choice of a viewpoint; nothing where log-in is required."""
    etat = etat_courant()
    if connexion_exigee(etat):
        return Markup("")
    choix = points_de_vue(etat)
    actuel = ecrire_point_de_vue(lecteur_courant())
    return Markup(
        render_template(
            "points_de_vue.html",
            choix=choix,
            actuel=actuel,
            libelle=dict(choix)[actuel],
            suivant=_rester(),
        )
    )


def _rester() -> str:
    """Where another viewpoint lands: this page when it is one of the site's, else the first of
    those it belongs to, which exists for everyone."""
    racine = "/" + request.path.split("/")[1]
    if request.method == "GET" and request.path == racine:
        return request.full_path.rstrip("?")
    return racine
