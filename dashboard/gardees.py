"""Whole answers to the callbacks, kept as they were sent: asked again, they are sent again.

Thirty heads who open the same page ask the same thing within the minute. The key holds all that an
answer depends on: the publication, the reader (policy and perimeter), whether the device is a
phone, the encodings it accepts, and the very bytes of the question; not the query of its address,
where Dash writes which loading of the page asks, and which no callback reads. Nothing kept for one
reader is ever sent to another, and an import makes every key new. Only what a callback says may be
kept is, with what must still hold when it is sent again (what was said in meetings lives in the
store, not in the publication). The guard, the session and the journal see every request, kept
answer or not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable
from typing import NamedTuple

from flask import Flask, Response, current_app, g, request

from dashboard import session
from dashboard.memoire import Memoire
from dashboard.protections import RAPPELS
from queries.consultation import Releve, relever
from queries.depot import BaseIndisponible

CLE = "passerelle_gardees"
OCTETS_RETENUS = 8 * 2**20
"""Most bytes of answers, compressed, that a process keeps."""

QUESTION_AU_PLUS = 16 * 1024
"""Longest question whose answer is kept."""

Condition = Callable[[], bool]
"""Whether what is kept may still be sent."""


class Gardee(NamedTuple):
    """An answer as it left, the questions it answers (the journal has them each time) and what
    must still hold."""

    corps: bytes
    encodage: str | None
    consultations: Releve
    conditions: tuple[Condition, ...]


def enregistrer(server: Flask) -> None:
    """Add the memory to a server, after the guards and the journal: they come first."""
    server.extensions[CLE] = Memoire[Gardee](OCTETS_RETENUS, peser=lambda x: len(x.corps))
    server.before_request(_rendre)
    # Flask runs these last first: what is kept is what `flask_compress`, added later, made of it.
    server.after_request(_garder)


def telephone() -> bool:
    """Whether who asks says to be a phone."""
    return "Mobi" in request.headers.get("User-Agent", "")


def permettre(*conditions: Condition) -> None:
    """Let the answer being made be kept, and sent again as long as the conditions hold."""
    g.passerelle_gardable = conditions


def _cle() -> Hashable | None:
    """What the answer to this request depends on; None when it is not to be kept."""
    if not request.path.startswith(RAPPELS) or request.method != "POST":
        return None
    corps = request.get_data(cache=True)
    if len(corps) > QUESTION_AU_PLUS:
        return None
    try:
        etat, lecteur = session.etat_courant(), session.lecteur_courant()
    except BaseIndisponible:
        return None
    question = hashlib.sha256(corps).digest()
    return (
        etat.publication,
        lecteur,
        telephone(),
        request.headers.get("Accept-Encoding", ""),
        question,
    )


def _rendre() -> Response | None:
    g.passerelle_cle = cle = _cle()
    if cle is None:
        return None
    memoire: Memoire[Gardee] = current_app.extensions[CLE]
    gardee = memoire.lire(cle)
    if gardee is None or not all(tient() for tient in gardee.conditions):
        return None
    g.passerelle_cle = None
    relever(gardee.consultations)
    reponse = Response(gardee.corps, mimetype="application/json")
    if gardee.encodage:
        reponse.headers["Content-Encoding"] = gardee.encodage
        reponse.vary.add("Accept-Encoding")
    return reponse


def _garder(reponse: Response) -> Response:
    cle, conditions = g.get("passerelle_cle"), g.get("passerelle_gardable")
    if cle is None or conditions is None or reponse.status_code != 200:
        return reponse
    memoire: Memoire[Gardee] = current_app.extensions[CLE]
    consultations: Releve = dict(g.get("passerelle_releve") or {})
    memoire.garder(
        cle,
        Gardee(
            reponse.get_data(), reponse.headers.get("Content-Encoding"), consultations, conditions
        ),
    )
    return reponse
