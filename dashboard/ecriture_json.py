"""Components as JSON, written once: what is kept is not walked again each time it is sent."""

from __future__ import annotations

from typing import Any

import orjson

_OPTIONS = orjson.OPT_NON_STR_KEYS
_CACHES = (
    ("<", "\\u003c"),
    (">", "\\u003e"),
    ("/", "\\u002f"),
    ("\u2028", "\\u2028"),
    ("\u2029", "\\u2029"),
)
"""What plotly.io.json hides of its texts, and what it writes instead: done once, here."""

VIDE = b"[]"


def ecrire(valeur: Any) -> bytes:
    """The JSON that Dash would write of this value, byte for byte. Raises TypeError."""
    texte = orjson.dumps(valeur, default=_decrire, option=_OPTIONS).decode()
    for signe, cache in _CACHES:
        texte = texte.replace(signe, cache)
    return texte.encode()


def inserer(json: bytes) -> Any:
    """JSON already written, to put in what Dash will write."""
    return orjson.Fragment(json)


def tel_quel(valeur: Any) -> Any:
    """A value to put in what Dash will write, which has nothing left to describe: what it writes
    with loads numpy as soon as it meets a component."""
    return inserer(ecrire(valeur))


def ajouter(liste: bytes, valeur: Any) -> bytes:
    """The JSON of a list with one more value at its end."""
    virgule = b"" if liste == VIDE else b","
    return b"".join((liste[:-1], virgule, ecrire(valeur), b"]"))


def _decrire(objet: Any) -> Any:
    try:
        return objet.to_plotly_json()
    except AttributeError:
        raise TypeError(f"{type(objet).__name__} ne s’écrit pas en JSON") from None
