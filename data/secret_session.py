"""The secret of the sessions: what makes a copy of the application's store open nothing.

`SECRET_SESSION` gives it; on demonstration data, where nobody has to set anything, one is drawn
and kept beside the store, readable by its owner only, so that every process has the same
(contract, confidentialité, Access). It is not the secret of the rounding, and may be changed: that
closes the sessions and the links.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets

from data.application import MagasinIndisponible, dossier_de_l_application

LONGUEUR_MINIMALE = 32
SIGNES_DIFFERENTS = 8
"""A secret of fewer different signs was typed, not drawn."""

FICHIER = "secret-session"
CONNUS = (
    "changeme",
    "change-me",
    "change_me",
    "changezmoi",
    "changez-moi",
    "a-changer",
    "a-remplacer",
    "replaceme",
    "motdepasse",
    "mot-de-passe",
    "password",
    "passerelle",
    "secret",
    "exemple",
    "example",
    "default",
    "azerty",
    "qwerty",
    "0123456789",
    "1234567890",
    "abcdefghij",
)
"""What is found in examples, hence known to everyone."""


def juger_secret() -> str:
    """What is wrong with `SECRET_SESSION` for real data, in French; empty when it is good."""
    return juger("SECRET_SESSION", _secret_donne())


def juger(nom: str, secret: str) -> str:
    """What is wrong with a secret, in French, under its name; empty when it is good."""
    if not secret:
        return f"{nom} est absent"
    if len(secret) < LONGUEUR_MINIMALE:
        return f"{nom} a moins de {LONGUEUR_MINIMALE} caractères"
    # « secret, secret… »: whatever its length, what is drawn does not repeat itself.
    repete = re.fullmatch(r"(.{1,16}?)\1+.{0,15}", secret, re.DOTALL)
    if repete or len(set(secret)) < SIGNES_DIFFERENTS:
        return f"{nom} répète les mêmes caractères"
    if any(connu in secret.lower() for connu in CONNUS):
        return f"{nom} ressemble à un exemple que tout le monde connaît"
    return ""


def sceller(usage: str, texte: str) -> str:
    """HMAC-SHA256 of a text under the secret, 64 hexadecimal digits; one key for each usage.

    Raises MagasinIndisponible when no secret is given and none can be kept.
    """
    cle = hmac.digest(_lire_secret(), usage.encode(), hashlib.sha256)
    return hmac.new(cle, texte.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def egal(un: str, autre: str) -> bool:
    """Whether two texts are the same, in a time that does not tell where they differ."""
    return hmac.compare_digest(
        un.encode("utf-8", "surrogatepass"), autre.encode("utf-8", "surrogatepass")
    )


def _secret_donne() -> str:
    return os.environ.get("SECRET_SESSION", "").strip()


def _lire_secret() -> bytes:
    donne = _secret_donne()
    if donne:
        return donne.encode("utf-8", "surrogatepass")
    chemin = dossier_de_l_application() / FICHIER
    try:
        if not chemin.exists():
            chemin.parent.mkdir(parents=True, exist_ok=True)
            # Written whole under another name, then given its own: nobody reads half of it.
            ebauche = chemin.with_name(f"{FICHIER}.{os.getpid()}.{secrets.token_hex(4)}")
            with os.fdopen(
                os.open(ebauche, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
            ) as f:
                f.write(secrets.token_hex(32).encode())
            try:
                os.link(ebauche, chemin)
            except FileExistsError:
                pass
            finally:
                ebauche.unlink()
        return chemin.read_bytes()
    except OSError as erreur:
        raise MagasinIndisponible from erreur
