"""Prepared files leave a day after they were asked for: erased when the server starts, then while
it serves, whether or not anyone asks for another."""

from __future__ import annotations

import time

from flask import Flask, Response, request

from data.application import MagasinIndisponible
from queries import travaux

PERIODE = 3_600.0
"""Seconds between two looks of a process at what is too old."""


class _Menage:
    """What one process remembers of its last look."""

    def __init__(self) -> None:
        self._prochain = 0.0

    def faire(self) -> None:
        """Erase what is too old, unless that was looked at lately. A store that does not answer is
        asked again after a while."""
        maintenant = time.monotonic()
        if maintenant < self._prochain:
            return
        self._prochain = maintenant + PERIODE
        try:
            travaux.purger()
        except MagasinIndisponible:
            return

    def apres(self, reponse: Response) -> Response:
        # Once the answer is sent: nobody waits for it. `/sante` touches no database.
        if request.endpoint != "sante":
            reponse.call_on_close(self.faire)
        return reponse


def enregistrer(server: Flask) -> None:
    """Erase what is too old, now and while this server answers."""
    menage = _Menage()
    menage.faire()
    server.after_request(menage.apres)
