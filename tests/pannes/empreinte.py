"""One fingerprint of a whole base: what « the same base, whole » means for every trial."""

from __future__ import annotations

import hashlib
import re

from sqlalchemy.engine import Engine

from tests.data.fabrique import photographier

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?")
_DUREE = re.compile(r"'(duree|secondes)': [0-9.e+-]+")


def prendre(engine: Engine) -> str:
    """SHA-256 of every row of every table. Two loads of the same delivery on the same base have
    the same: the instant they came and the seconds they took are left out."""
    resume = hashlib.sha256()
    for nom, lignes in sorted(photographier(engine).items()):
        resume.update(f"\n{nom}\n".encode())
        for ligne in lignes:
            texte = _DUREE.sub(r"'\1'", _INSTANT.sub("", "\x1f".join(ligne)))
            resume.update(texte.encode("utf-8", "surrogatepass") + b"\x1e")
    return resume.hexdigest()
