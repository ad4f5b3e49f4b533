"""The rule that makes a published number of a true one (contract, confidentialité, rules 1–2).

One group of youths has one published number for ever: the draw depends on nothing but the sum
of the keys of its members and a secret that is never changed.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import overload

import numpy as np
import numpy.typing as npt
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from data.schema import CHEMIN_PAR_DEFAUT

Entiers = npt.NDArray[np.int64]
PAS = 5


@overload
def lire_secret() -> bytes: ...
@overload
def lire_secret(*, tirer: bool) -> bytes | None: ...
def lire_secret(*, tirer: bool = True) -> bytes | None:
    """The secret of the rounding: `SECRET_ARRONDI`, else a file kept beside the database.

    The file is made at first use, readable by its owner only (`tirer` False: it is not, and None
    says that there is no secret). It must be backed up and never changed: changing it would publish
    every number a second time (`data.temoin`).
    """
    texte = os.environ.get("SECRET_ARRONDI", "").strip()
    if texte:
        return texte.encode()
    chemin = Path(os.environ.get("FICHIER_SECRET_ARRONDI", CHEMIN_PAR_DEFAUT.parent / "secret"))
    try:
        return chemin.read_bytes().strip()
    except FileNotFoundError:
        if not tirer:
            return None
        chemin.parent.mkdir(parents=True, exist_ok=True)
        descripteur = os.open(chemin, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descripteur, "wb") as f:
            f.write(secrets.token_hex(32).encode())
        return chemin.read_bytes().strip()


def cle(secret: bytes, association: str, usager: str, annee: str) -> int:
    """32-bit key of an accompagnement: canonical sigle, pseudonym, school year."""
    message = "\x1f".join((association, usager, annee)).encode()
    return int.from_bytes(hmac.digest(secret, message, hashlib.sha256)[:4], "big")


def cles(secret: bytes, trios: Iterable[tuple[str, str, str]]) -> Entiers:
    """Keys of many accompagnements, (n,) in 0…2³²−1."""
    return np.fromiter((cle(secret, *t) for t in trios), dtype=np.int64)


def tirer(secret: bytes, sommes: Entiers) -> npt.NDArray[np.float64]:
    """u in [0, 1) of each sum of keys (taken modulo 2³²); same shape as `sommes`.

    u = first 8 bytes of AES-256(K, block of 16 bytes holding the sum, big-endian) / 2⁶⁴ with
    K = HMAC-SHA256(secret, « cellule »).
    """
    k = hmac.digest(secret, b"cellule", hashlib.sha256)
    blocs = np.zeros((sommes.size, 4), dtype=">u4")
    blocs[:, 3] = (sommes.reshape(-1) & 0xFFFFFFFF).astype(">u4")
    chiffre = Cipher(algorithms.AES(k), modes.ECB()).encryptor().update(blocs.tobytes())
    tetes = np.frombuffer(chiffre, dtype=">u8").reshape(-1, 2)[:, 0]
    u: npt.NDArray[np.float64] = tetes.astype(np.float64) / 2.0**64
    return u.reshape(sommes.shape)


def publier_nombres(
    secret: bytes, n: Entiers, sommes: Entiers, plafonds: Entiers | None
) -> Entiers:
    """Published numbers p of true counts n, all of one shape.

    `sommes`: sums of the keys of the members; `plafonds`: true base N under the same place, year
    and filters (None: no cap). p is a multiple of 5, within 4 of n, unbiased, at most 5·⌊N/5⌋.
    """
    reste = n % PAS
    p = n - reste
    ou = np.nonzero(reste)
    u = tirer(secret, sommes[ou])
    p[ou] += np.where(u < reste[ou] / PAS, PAS, 0)
    if plafonds is not None:
        p = np.minimum(p, PAS * (plafonds // PAS))
    return p
