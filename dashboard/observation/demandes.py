"""Every request, seen once: which route, which status, how long; a line of the technical log and
one more in the counters."""

from __future__ import annotations

import logging
import secrets
import string
import time
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, has_request_context, request

from dashboard.observation.compteurs import AUTRE, Compteurs
from dashboard.observation.ecriture import assurer, journaliser

CLE_DES_COMPTEURS = "passerelle_compteurs"
ENTETE = "X-Request-ID"
SONDES = ("/sante", "/pret", "/metriques")
"""What machines ask every few seconds, without a session: no figure there."""

METHODES = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

_REFERENCE, _ROUTE = "passerelle.reference", "passerelle.route"
_LONGUEUR = 12
_LETTRES = bytes(string.ascii_lowercase[i % 26].encode()[0] for i in range(256))


def tirer_reference() -> str:
    """What tells a request from all others. Letters only: it looks like no figure."""
    return secrets.token_bytes(_LONGUEUR).translate(_LETTRES).decode("ascii")


def reference_courante() -> str:
    """The reference of the current request; empty when there is none."""
    return str(request.environ.get(_REFERENCE, "")) if has_request_context() else ""


def observer(server: Flask, pages: Iterable[str]) -> None:
    """Watch every request. Last of all, once the routes are declared, before processes are forked.

    `pages`: paths that one route answers for all, and that are told apart.
    """
    assurer()
    connues = frozenset(pages)
    routes = {regle.rule for regle in server.url_map.iter_rules()}
    compteurs = Compteurs(routes | connues)
    server.extensions[CLE_DES_COMPTEURS] = compteurs

    def retenir_la_route() -> None:
        regle = request.url_rule
        chemin = request.path
        nom = chemin if chemin in connues else (regle.rule if regle is not None else AUTRE)
        request.environ[_ROUTE] = nom

    # Before any other: what those refuse has its route too.
    server.before_request_funcs.setdefault(None, []).insert(0, retenir_la_route)
    server.wsgi_app = _Observateur(server.wsgi_app, compteurs)  # type: ignore[assignment, method-assign]


class _Observateur:
    """The WSGI application, watched from outside: nothing that fails in it escapes."""

    def __init__(self, application: Callable[..., Any], compteurs: Compteurs) -> None:
        self._application = application
        self._compteurs = compteurs

    def __call__(self, environ: dict[str, Any], commencer: Callable[..., Any]) -> Any:
        debut = time.perf_counter()
        environ[_REFERENCE] = tirer_reference()
        statut = 500

        def noter(etat: str, entetes: list[tuple[str, str]], *autres: Any) -> Any:
            nonlocal statut
            statut = int(etat[:3])
            if statut >= 500:
                entetes = [*entetes, (ENTETE, environ[_REFERENCE])]
            return commencer(etat, entetes, *autres)

        try:
            return self._application(environ, noter)
        finally:
            self._finir(environ, statut, time.perf_counter() - debut)

    def _finir(self, environ: dict[str, Any], statut: int, duree: float) -> None:
        route, methode = environ.get(_ROUTE, AUTRE), environ.get("REQUEST_METHOD")
        self._compteurs.compter(route, statut, duree)
        if statut >= 500:
            niveau = logging.ERROR
        else:
            niveau = logging.DEBUG if route in SONDES else logging.INFO
        journaliser(
            niveau,
            "demande",
            methode=methode if methode in METHODES else AUTRE,
            route=route,
            statut=statut,
            duree_ms=round(duree * 1000, 1),
            reference=environ[_REFERENCE],
        )
