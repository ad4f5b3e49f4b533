"""Forms as a browser sends them: the token of the page, the viewpoint chosen."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient

from tests.dashboard.pages import lisible


def choisir(client: FlaskClient, point_de_vue: str) -> None:
    """Look as somebody else from now on."""
    assert client.post("/point-de-vue", data={"point_de_vue": point_de_vue}).status_code == 303


def ouvrir(client: FlaskClient, adresse: str, statut: int = 200) -> str:
    """The HTML of a page, with ordinary spaces and characters."""
    reponse = client.get(adresse)
    assert reponse.status_code == statut
    return lisible(reponse.get_data(as_text=True))


def envoyer(client: FlaskClient, page: str, adresse: str, **champs: Any) -> Any:
    """Send a form of a page; `page`: where its token is read. The answer."""
    jetons = re.findall(
        r'name="jeton_csrf" value="([^"]+)"', client.get(page).get_data(as_text=True)
    )
    return client.post(adresse, data={"jeton_csrf": jetons[0] if jetons else "", **champs})
