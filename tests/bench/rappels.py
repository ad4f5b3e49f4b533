"""What the browser asks: pages, and the two callbacks of a change of filter.

The same requests go in process (the test client of Flask) or over HTTP (`http.client`).
"""

from __future__ import annotations

import http.client
import json
import secrets
from collections.abc import Mapping
from typing import Any, Protocol

CHEMIN = "/accompagnements"
CARTES = 10
"""A ten-chart page, all of it in view: more than any screen shows at once."""

JSON = {"Content-Type": "application/json", "Accept-Encoding": "gzip, deflate, br, zstd"}
"""Of the questions, whose answers are compressed as Chromium's are."""


class Porte(Protocol):
    """The way to a server."""

    def demander(self, methode: str, chemin: str, corps: bytes | None = None) -> bytes:
        """The body of the answer. Raises RuntimeError unless it is a 200."""


class EnProcessus:
    """The server in this very process."""

    def __init__(self, server: Any) -> None:
        self._client = server.test_client()

    def demander(self, methode: str, chemin: str, corps: bytes | None = None) -> bytes:
        reponse = self._client.open(
            chemin, method=methode, data=corps, headers=JSON if corps else None
        )
        return _verifier(chemin, reponse.status_code, reponse.data)


class ParHttp:
    """A connection that is kept, as a browser keeps its own."""

    def __init__(self, port: int) -> None:
        self._lien = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def demander(self, methode: str, chemin: str, corps: bytes | None = None) -> bytes:
        return _verifier(chemin, *self.echanger(methode, chemin, corps, JSON if corps else {}))

    def echanger(
        self, methode: str, chemin: str, corps: bytes | None, entetes: Mapping[str, str]
    ) -> tuple[int, bytes]:
        """Status and body. Raises OSError, http.client.HTTPException when there is no answer."""
        try:
            return self._echanger(methode, chemin, corps, entetes)
        except (http.client.RemoteDisconnected, ConnectionResetError):
            # A connection that the server had just closed: a browser asks again too.
            self._lien.close()
            return self._echanger(methode, chemin, corps, entetes)

    def _echanger(
        self, methode: str, chemin: str, corps: bytes | None, entetes: Mapping[str, str]
    ) -> tuple[int, bytes]:
        self._lien.request(methode, chemin, corps, dict(entetes))
        reponse = self._lien.getresponse()
        return reponse.status, reponse.read()

    def fermer(self) -> None:
        self._lien.close()


def _verifier(chemin: str, statut: int, corps: bytes) -> bytes:
    if statut != 200:
        raise RuntimeError(f"{chemin} : {statut} {corps[:300]!r}")
    return corps


class Ecran:
    """A person in front of one page: what changes when a filter does.

    `cartes`: indicators in view; `publication`: the one the page was made of.
    """

    def __init__(self, rappels: list[dict[str, Any]], cartes: list[str], publication: int) -> None:
        self._rappels = {r["output"]: r for r in rappels if not r["clientside_function"]}
        self._cartes, self._publication = cartes, publication
        # Dash writes in the address which loading of the page asks.
        self._ouverture = f"{secrets.token_hex(16)}~{secrets.token_hex(32)}"

    def changer(self, porte: Porte, requete: str) -> tuple[bytes, bytes]:
        """The two answers to a change of filter: bar and head; cards."""
        return tuple(porte.demander(*demande) for demande in self.demandes(requete))  # type: ignore[return-value]

    def demandes(self, requete: str, chemin: str = CHEMIN) -> list[tuple[str, str, bytes]]:
        """The two requests of a change of filter. `requete`: with its `?`."""
        valeurs = {
            "adresse.pathname": chemin,
            "adresse.search": requete,
            "page.data": [chemin, self._publication],
            "visibles.data": self._cartes,
            "dessinees.data": {},
            "etroit.data": False,
        }
        return [self._appel("barre.children", valeurs), self._appel("dessinees.data", valeurs)]

    def ouvrir(self, chemin: str, requete: str = "") -> tuple[str, str, bytes]:
        """The request that fills a page just opened."""
        valeurs = {
            "adresse.pathname": chemin,
            "adresse.search": requete,
            "page.data": None,
            "etroit.data": False,
        }
        return self._appel("barre.children", valeurs)

    def _appel(self, sortie: str, valeurs: dict[str, Any]) -> tuple[str, str, bytes]:
        nom = sortie if sortie in self._rappels else next(x for x in self._rappels if sortie in x)
        rappel = self._rappels[nom]
        sorties = [
            dict(zip(("id", "property"), n.rsplit(".", 1), strict=True))
            for n in nom.strip(".").split("...")
        ]
        corps = {
            "output": nom,
            "outputs": sorties if nom.startswith("..") else sorties[0],
            "changedPropIds": ["adresse.search"],
            **{
                genre: [
                    {**e, "value": valeurs.get(f"{e['id']}.{e['property']}")} for e in rappel[genre]
                ]
                for genre in ("inputs", "state")
            },
        }
        return (
            "POST",
            f"/_dash-update-component?endId={self._ouverture}",
            json.dumps(corps).encode(),
        )


def lire_rappels(porte: Porte) -> list[dict[str, Any]]:
    """What Dash says of its callbacks."""
    rappels: list[dict[str, Any]] = json.loads(porte.demander("GET", "/_dash-dependencies"))
    return rappels
