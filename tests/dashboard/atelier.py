"""The workshop of presentations as a test uses it: someone at a browser without script."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from queries import presentations
from queries.presentations import Presentation
from tests.dashboard.pages import lisible


@dataclass
class Auteur:
    """Someone who writes presentations."""

    client: FlaskClient
    proprietaire: str

    def lire(self, chemin: str, statut: int = 200) -> str:
        """The text of a page, with ordinary spaces and characters."""
        reponse = self.client.get(chemin)
        assert reponse.status_code == statut, (chemin, reponse.status_code)
        return lisible(reponse.get_data(as_text=True))

    def envoyer(self, chemin: str, **champs: Any) -> TestResponse:
        """Send a form of the workshop."""
        if "jeton" not in self.__dict__:
            page = self.client.get("/presentations").get_data(as_text=True)
            self.__dict__["jeton"] = re.findall(r'name="jeton_csrf" value="([^"]+)"', page)[0]
        return self.client.post(chemin, data={"jeton_csrf": self.__dict__["jeton"], **champs})

    def garder(self, presentation: Presentation) -> Presentation:
        """Keep a presentation without a form."""
        return presentations.garder(presentation, self.proprietaire)

    def trouver(self, numero: int) -> Presentation:
        """A presentation as it is kept."""
        return presentations.trouver(numero, self.proprietaire)

    def la_seule(self) -> Presentation:
        """The presentation, when there is but one."""
        (une,) = presentations.lister(self.proprietaire)
        return une

    def ajouter(self, indicateur: str, requete: str = "", **champs: str) -> TestResponse:
        """Add a chart to a presentation."""
        return self.envoyer(
            "/presentations/ajouter", indicateur=indicateur, requete=requete, **champs
        )


def etre(serveur: Flask, point_de_vue: str = "departement") -> Auteur:
    """Someone of this viewpoint."""
    client = serveur.test_client()
    reponse = client.post("/point-de-vue", data={"point_de_vue": point_de_vue})
    assert reponse.status_code == 303
    perimetre = "departement" if point_de_vue == "habilite" else point_de_vue
    return Auteur(client, f"point-de-vue:{perimetre}")


def champs_de(page: str) -> dict[str, str]:
    """What the edition form holds when it is opened, as a browser would send it."""
    formulaire = page[
        page.index('id="edition"') : page.index("</form>", page.index('id="edition"'))
    ]
    champs = {}
    for balise in re.findall(r"<input[^>]*>", formulaire):
        nom = re.search(r'name="([^"]*)"', balise)
        valeur = re.search(r'value="([^"]*)"', balise)
        if nom:
            champs[nom[1]] = valeur[1] if valeur else ""
    for nom, valeur in re.findall(
        r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', formulaire, re.DOTALL
    ):
        champs[nom] = valeur.replace("\n", "\r\n")
    for nom, options in re.findall(
        r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', formulaire, re.DOTALL
    ):
        champs[nom] = re.findall(r'value="([^"]*)" selected', options)[0]
    champs.pop("jeton_csrf")
    return champs
