"""Passwords: the rule a new one follows, how it is kept, how one is drawn.

Contract, confidentialité, Access: argon2id. No rule of composition: length is what counts. Spaces
and pasted passwords are welcome.
"""

from __future__ import annotations

import secrets
import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

LONGUEUR_MINIMALE, LONGUEUR_MAXIMALE = 12, 256
COURANTS = Path(__file__).parent / "reference" / "mots_de_passe_courants.txt"

_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
"""Without the letters and digits that are taken for one another."""

_hacheur = PasswordHasher()


class MotDePasseRefuse(ValueError):
    """A new password that does not follow the rule. French text, which does not repeat it."""


def juger(mot_de_passe: str, identifiant: str) -> None:
    """Raises MotDePasseRefuse when this account may not take this password."""
    normal = _normaliser(mot_de_passe)
    reduit = "".join(normal.casefold().split())
    compte = identifiant.casefold()
    if len(normal) < LONGUEUR_MINIMALE:
        raise MotDePasseRefuse(
            f"Le mot de passe doit avoir au moins {LONGUEUR_MINIMALE} caractères : quelques mots "
            "sans rapport entre eux font l’affaire."
        )
    if len(normal) > LONGUEUR_MAXIMALE:
        raise MotDePasseRefuse(
            f"Le mot de passe doit avoir au plus {LONGUEUR_MAXIMALE} caractères."
        )
    if reduit in (compte, compte.split("@")[0], compte[::-1]):
        raise MotDePasseRefuse("Le mot de passe ne peut pas être l’identifiant.")
    if len(set(reduit)) < 5 or reduit in _courants():
        raise MotDePasseRefuse(
            "Ce mot de passe est trop courant : choisissez-en un que personne d’autre n’aurait."
        )


def hacher(mot_de_passe: str) -> str:
    """The argon2id hash that is kept."""
    return _hacheur.hash(_normaliser(mot_de_passe))


def verifier(hache: str | None, mot_de_passe: str) -> bool:
    """Whether this is the password behind a hash; as long to say when there is no hash."""
    # What is too long is nobody's, and is not worth hashing whole.
    essaye = _normaliser(mot_de_passe[: LONGUEUR_MAXIMALE + 1])
    try:
        juste = _hacheur.verify(hache or _leurre(), essaye)
    except (Argon2Error, InvalidHashError):
        return False
    return juste and bool(hache) and len(mot_de_passe) <= LONGUEUR_MAXIMALE


def a_rehacher(hache: str) -> bool:
    """Whether a hash was made with parameters of another time."""
    return _hacheur.check_needs_rehash(hache)


def tirer() -> str:
    """A password drawn at random: five groups of four signs, about 100 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(5))


def _normaliser(mot_de_passe: str) -> str:
    # The same accents are not the same bytes on every keyboard.
    texte = unicodedata.normalize("NFKC", mot_de_passe)
    return texte.encode("utf-8", "replace").decode()


@cache
def _leurre() -> str:
    """A hash of nothing that anybody types."""
    return _hacheur.hash(secrets.token_hex(16))


@cache
def _courants() -> frozenset[str]:
    return frozenset(COURANTS.read_text(encoding="utf-8").split())
