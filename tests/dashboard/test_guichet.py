"""Slow clients wait outside, and so many requests are answered at once."""

from __future__ import annotations

import contextlib
import io
import threading
from typing import Any

from dashboard.guichet import Guichet


class CorpsLent(io.RawIOBase):
    """A body that comes when it is allowed to."""

    def __init__(self, corps: bytes) -> None:
        self.vient = threading.Event()
        self._corps = corps

    def read(self, taille: int = -1) -> bytes:
        assert self.vient.wait(20)
        return self._corps[:taille]


def demander(guichet: Guichet, corps: Any = None, longueur: str = "") -> threading.Thread:
    environ = {"CONTENT_LENGTH": longueur, "wsgi.input": corps or io.BytesIO()}
    fil = threading.Thread(target=guichet, args=(environ, lambda *_: None), daemon=True)
    fil.start()
    return fil


def test_a_slow_body_holds_no_place() -> None:
    lus: list[bytes] = []

    def application(environ: dict[str, Any], _: Any) -> list[bytes]:
        lus.append(environ["wsgi.input"].read())
        return []

    guichet = Guichet(application, 1, 100)
    lents = [CorpsLent(b"lent") for _ in range(5)]
    fils = [demander(guichet, lent, "4") for lent in lents]
    rapide = demander(guichet, io.BytesIO(b"vite"), "4")
    rapide.join(20)
    assert lus == [b"vite"]
    for lent in lents:
        lent.vient.set()
    for fil in fils:
        fil.join(20)
    assert lus == [b"vite", *[b"lent"] * 5]


def test_a_body_too_long_is_not_read_ahead() -> None:
    corps = CorpsLent(b"x" * 101)
    vus: list[Any] = []

    def application(environ: dict[str, Any], _: Any) -> list[bytes]:
        vus.append(environ["wsgi.input"])
        return []

    demander(Guichet(application, 1, 100), corps, "101").join(20)
    assert vus == [corps]


def test_no_more_are_answered_at_once() -> None:
    dedans, plus = 0, 0
    compte, ensemble = threading.Lock(), threading.Barrier(3)

    def application(_: dict[str, Any], __: Any) -> list[bytes]:
        nonlocal dedans, plus
        with compte:
            dedans += 1
            plus = max(plus, dedans)
        # Passed only when three are inside at once.
        ensemble.wait(20)
        with compte:
            dedans -= 1
        return []

    guichet = Guichet(application, 3, 100)
    fils = [demander(guichet) for _ in range(9)]
    for fil in fils:
        fil.join(20)
    assert not any(fil.is_alive() for fil in fils)
    assert plus == 3


def test_a_failure_gives_its_place_back() -> None:
    def application(environ: dict[str, Any], _: Any) -> list[bytes]:
        if environ["CONTENT_LENGTH"] == "1":
            raise ZeroDivisionError
        return [b"oui"]

    guichet = Guichet(application, 1, 100)
    for _ in range(3):
        with contextlib.suppress(ZeroDivisionError):
            guichet({"CONTENT_LENGTH": "1", "wsgi.input": io.BytesIO(b"x")}, lambda *_: None)
    assert guichet({"CONTENT_LENGTH": "", "wsgi.input": io.BytesIO()}, lambda *_: None) == [b"oui"]
