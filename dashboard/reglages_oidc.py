"""Which identity provider the environment names, if any: what a page needs to know of it.

Apart from `dashboard.fournisseur`, whose libraries are slow to import: only where a provider is
named, and somebody logs in with it, are they.
"""

from __future__ import annotations

import os
from dataclasses import dataclass


class FournisseurIndisponible(RuntimeError):
    """The provider does not answer, or not as it should."""


class IdentiteRefusee(RuntimeError):
    """The provider answered, and what it says identifies nobody for us."""


@dataclass(frozen=True, slots=True)
class Reglages:
    """How the provider is reached: issuer, and what it knows us by."""

    emetteur: str
    client: str
    secret: str
    intitule: str


def lire_reglages() -> Reglages | None:
    """The provider that the environment names; None when it names none, or not wholly."""
    emetteur = os.environ.get("OIDC_EMETTEUR", "").strip()
    client = os.environ.get("OIDC_CLIENT_ID", "").strip()
    secret = os.environ.get("OIDC_CLIENT_SECRET", "").strip()
    if not (emetteur and client and secret):
        return None
    intitule = os.environ.get("OIDC_INTITULE", "").strip()
    return Reglages(emetteur, client, secret, intitule or "le compte de ma structure")


def intitule_du_fournisseur() -> str:
    """« Se connecter avec … »: what follows; empty without a provider."""
    reglages = lire_reglages()
    return "" if reglages is None else reglages.intitule
