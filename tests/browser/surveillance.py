"""What a page must never do: write an error or a warning in the console, ask anything of another
host."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request, WebSocket

RESEAU = {"http", "https", "ws", "wss", "ftp"}
CHEZ_NOUS = {"127.0.0.1", "localhost"}


@dataclass
class Surveillance:
    """Errors and foreign requests of the pages it watches, in order."""

    erreurs: list[str] = field(default_factory=list)
    ailleurs: list[str] = field(default_factory=list)

    def suivre(self, page: Page) -> None:
        """Watches a page from now on."""
        page.on("console", self._noter_console)
        page.on("pageerror", lambda erreur: self.erreurs.append(f"exception : {erreur}"))
        page.on("request", self._noter_requete)
        page.on("websocket", self._noter_websocket)

    def verifier(self) -> None:
        """Fails when anything was noted."""
        assert not self.erreurs, (
            f"erreurs ou avertissements dans la console du navigateur : {self.erreurs}"
        )
        assert not self.ailleurs, f"requêtes vers un autre hôte : {self.ailleurs}"

    def _noter_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.erreurs.append(f"console : {message.text} ({message.location.get('url', '')})")

    def _noter_requete(self, requete: Request) -> None:
        self._noter_url(requete.url)

    def _noter_websocket(self, prise: WebSocket) -> None:
        self._noter_url(prise.url)

    def _noter_url(self, url: str) -> None:
        adresse = urlsplit(url)
        if adresse.scheme in RESEAU and adresse.hostname not in CHEZ_NOUS:
            self.ailleurs.append(url)
