"""« Suivez-moi »: where a presentation is, asked by every screen several times in two seconds.

Plain HTTP: a school's proxy keeps back what is pushed. The answer is some bytes, read from the
store no more often than `MEMOIRE` in a process, and written in no journal: it has no figure.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import asdict, dataclass
from typing import Any

from flask import Response, jsonify, request

from dashboard.presentations.ecrans import ECRANS
from queries import conduites
from queries.conduites import Conduite, Suivi
from queries.partages import hacher

MEMOIRE = 0.15
"""Seconds during which a process answers what it has just read."""

LIENS_EN_MEMOIRE = 64
RYTHME, RYTHME_DU_PROJECTEUR, RYTHME_DU_REPOS = 700, 300, 1500
"""Milliseconds between two questions: of a phone; of the projector, which is one; while nobody
leads."""

ECRANS_AU_RYTHME = 200
"""Beyond that many screens, each asks less often: the server sees no more questions."""

SIGNES_D_UN_ECRAN = 24


@dataclass(frozen=True, slots=True)
class _Lu:
    quand: float
    suivi: Suivi
    ecrans: int


class _Memoire:
    """The last state read behind each link. Links that lead nowhere are not kept."""

    def __init__(self) -> None:
        self._lus: OrderedDict[str, _Lu] = OrderedDict()
        self._verrou = threading.Lock()

    def suivre(self, jeton: str) -> _Lu:
        cle = hacher(jeton)
        with self._verrou:
            lu = self._lus.get(cle)
        if lu is not None and time.monotonic() - lu.quand < MEMOIRE and lu.suivi.ouvert:
            return lu
        quand = time.monotonic()
        suivi = conduites.suivre(jeton)
        lu = _Lu(quand, suivi, ECRANS.compter(suivi.partage))
        with self._verrou:
            self._lus[cle] = lu
            self._lus.move_to_end(cle)
            while len(self._lus) > LIENS_EN_MEMOIRE:
                self._lus.popitem(last=False)
        return lu


_MEMOIRE = _Memoire()


def suivre(jeton: str) -> Response:
    """GET /p/<jeton>/suivi: the state when it is not the one known (`v`), and in how many
    milliseconds to ask again (`dans`)."""
    lu = _MEMOIRE.suivre(jeton)
    conduite = lu.suivi.conduite
    ecran = request.args.get("e", "")[:SIGNES_D_UN_ECRAN]
    if ecran:
        ECRANS.entendre(lu.suivi.partage, ecran)
    corps: dict[str, Any] = {"version": conduite.version, "dans": _rythmer(lu)}
    if request.args.get("v") != str(conduite.version):
        corps["etat"] = dire_l_etat(conduite)
    return jsonify(corps)


def dire_l_etat(conduite: Conduite) -> dict[str, Any] | None:
    """What the screens are told; None when nobody leads. Never who does."""
    if not conduite.en_cours or conduite.etat is None:
        return None
    return asdict(conduite.etat)


def _rythmer(lu: _Lu) -> int:
    if request.args.get("ecran"):
        return RYTHME_DU_PROJECTEUR
    rythme = RYTHME if lu.suivi.conduite.en_cours else RYTHME_DU_REPOS
    return max(rythme, RYTHME * lu.ecrans // ECRANS_AU_RYTHME)
