"""So many requests answered at once in a process: the others wait, and so do slow clients.

A client that sends its request byte after byte holds the thread that reads it. Threads are many
(`dashboard.gunicorn`), and only read and wait; what they read is answered a few at a time, which
is also what the processor and the connections to the databases are sized for.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask

PLACES = 4
"""Requests that a process answers at once."""

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def ouvrir(server: Flask) -> None:
    """Have a server answer `PLACES` requests at once. After `MAX_CONTENT_LENGTH` is set."""
    au_plus = int(server.config["MAX_CONTENT_LENGTH"])
    server.wsgi_app = Guichet(server.wsgi_app, PLACES, au_plus)  # type: ignore[assignment, method-assign]


class Guichet:
    """A WSGI application behind a counter. `au_plus`: bytes of the longest body that is read ahead;
    a longer one is refused by what stands behind, without being read."""

    def __init__(self, application: Application, places: int, au_plus: int) -> None:
        self._application = application
        self._places = threading.BoundedSemaphore(places)
        self._au_plus = au_plus

    def __call__(self, environ: dict[str, Any], commencer: Callable[..., Any]) -> Iterable[bytes]:
        longueur = environ.get("CONTENT_LENGTH") or ""
        if longueur.isdecimal() and 0 < int(longueur) <= self._au_plus:
            environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(int(longueur)))
        with self._places:
            return self._application(environ, commencer)
