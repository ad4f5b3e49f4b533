"""The identity provider: OpenID Connect, authorization code with PKCE (S256).

Contract, confidentialité, Access; OpenID Connect Core 1.0, §3.1; RFC 7636; RFC 9207. Nothing here
asks the provider before somebody wants to log in.
"""

from __future__ import annotations

import threading
import time
from functools import lru_cache
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from dashboard.reglages_oidc import (
    FournisseurIndisponible,
    IdentiteRefusee,
    Reglages,
    lire_reglages,
)
from data.secret_session import sceller

ALGORITHMES = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
"""Signatures by a key that the provider alone holds; never `none`, never a shared secret."""

PATIENCE = 5
"""Seconds that an answer of the provider may take."""

FRAICHEUR = 3600.0
"""Seconds during which its metadata and keys are kept."""

TOLERANCE = 60
"""Seconds between its clock and ours."""


class Fournisseur:
    """A provider, its metadata and keys kept for an hour. One per process and settings."""

    def __init__(self, reglages: Reglages) -> None:
        self.reglages = reglages
        self._verrou = threading.Lock()
        self._connu: dict[str, tuple[float, Any]] = {}

    def adresse_d_autorisation(self, etat: str, retour: str) -> str:
        """Where a person goes to log in. `etat`: `state`; `retour`: where they come back."""
        with self._session(retour) as session:
            try:
                adresse, _ = session.create_authorization_url(
                    self._metadonnee("authorization_endpoint"),
                    state=etat,
                    nonce=_nonce(etat),
                    code_verifier=_verificateur(etat),
                )
            except AuthlibBaseError as erreur:
                raise FournisseurIndisponible from erreur
        return str(adresse)

    def identifier(self, code: str, etat: str, retour: str, emetteur: str | None) -> str:
        """The verified e-mail address of the person who came back with this code.

        `emetteur`: the `iss` of the answer, when it has one. Raises FournisseurIndisponible,
        IdentiteRefusee.
        """
        if emetteur is not None and emetteur != self.reglages.emetteur:
            raise IdentiteRefusee("émetteur")
        with self._session(retour) as session:
            try:
                jetons = session.fetch_token(
                    self._metadonnee("token_endpoint"),
                    code=code,
                    grant_type="authorization_code",
                    code_verifier=_verificateur(etat),
                    timeout=PATIENCE,
                )
            except requests.RequestException as erreur:
                raise FournisseurIndisponible from erreur
            except (AuthlibBaseError, ValueError) as erreur:
                # The code was used already, or was never given to us.
                raise IdentiteRefusee("code") from erreur
            identite = self._lire_jeton(jetons, etat)
            if "email" not in identite:
                identite = {**self._userinfo(session, identite["sub"]), "sub": identite["sub"]}
        if identite.get("email_verified") is not True or not isinstance(identite.get("email"), str):
            raise IdentiteRefusee("adresse non vérifiée")
        return str(identite["email"])

    def _lire_jeton(self, jetons: Any, etat: str) -> dict[str, Any]:
        """The claims of the ID token, once its signature and all of them are checked."""
        texte = jetons.get("id_token")
        if not isinstance(texte, str):
            raise IdentiteRefusee("pas de jeton d’identité")
        try:
            lu = self._decoder(texte)
            revendications: Any = CodeIDToken(
                lu.claims,
                lu.header,
                {
                    "iss": {"essential": True, "value": self.reglages.emetteur},
                    "aud": {"essential": True, "value": self.reglages.client},
                },
                {
                    "nonce": _nonce(etat),
                    "client_id": self.reglages.client,
                    "access_token": jetons.get("access_token"),
                },
            )
            revendications.validate(leeway=TOLERANCE)
        except (AuthlibBaseError, JoseError, ValueError, TypeError) as erreur:
            raise IdentiteRefusee("jeton d’identité") from erreur
        return dict(revendications)

    def _decoder(self, texte: str) -> Any:
        try:
            return jwt.decode(texte, KeySet.import_key_set(self._cles()), algorithms=ALGORITHMES)
        except JoseError:
            # The provider may have changed its keys since.
            cles = KeySet.import_key_set(self._cles(anciennes=False))
            return jwt.decode(texte, cles, algorithms=ALGORITHMES)

    def _userinfo(self, session: OAuth2Session, sujet: str) -> dict[str, Any]:
        adresse = self._metadonnees().get("userinfo_endpoint")
        if not adresse:
            return {}
        try:
            reponse = session.get(adresse, timeout=PATIENCE)
            reponse.raise_for_status()
            lu = reponse.json()
        except (requests.RequestException, AuthlibBaseError, ValueError) as erreur:
            raise FournisseurIndisponible from erreur
        if not isinstance(lu, dict) or lu.get("sub") != sujet:
            raise IdentiteRefusee("sujet")
        return lu

    def _session(self, retour: str) -> OAuth2Session:
        return OAuth2Session(
            self.reglages.client,
            self.reglages.secret,
            scope="openid email",
            redirect_uri=retour,
            code_challenge_method="S256",
        )

    def _metadonnees(self) -> dict[str, Any]:
        emetteur = self.reglages.emetteur
        lues = self._lire(emetteur.rstrip("/") + "/.well-known/openid-configuration")
        if lues.get("issuer") != emetteur:
            raise FournisseurIndisponible("émetteur")
        return lues

    def _metadonnee(self, nom: str) -> str:
        adresse = self._metadonnees().get(nom)
        if not isinstance(adresse, str):
            raise FournisseurIndisponible(nom)
        return adresse

    def _cles(self, *, anciennes: bool = True) -> Any:
        return self._lire(self._metadonnee("jwks_uri"), anciennes=anciennes)

    def _lire(self, adresse: str, *, anciennes: bool = True) -> dict[str, Any]:
        """A JSON document of the provider, kept for a while."""
        with self._verrou:
            lu_a, document = self._connu.get(adresse, (0.0, None))
        if document is not None and anciennes and time.monotonic() - lu_a < FRAICHEUR:
            return dict(document)
        try:
            reponse = requests.get(adresse, timeout=PATIENCE, allow_redirects=False)
            reponse.raise_for_status()
            document = reponse.json()
        except (requests.RequestException, ValueError) as erreur:
            raise FournisseurIndisponible from erreur
        if not isinstance(document, dict):
            raise FournisseurIndisponible(adresse)
        with self._verrou:
            self._connu[adresse] = time.monotonic(), document
        return dict(document)


def fournisseur() -> Fournisseur | None:
    """The provider in force, or None."""
    reglages = lire_reglages()
    return None if reglages is None else _fournisseur(reglages)


@lru_cache(maxsize=8)
def _fournisseur(reglages: Reglages) -> Fournisseur:
    return Fournisseur(reglages)


def _nonce(etat: str) -> str:
    """Derived from `state` under our secret: nobody else can make it, and none is stored."""
    return sceller("oidc-nonce", etat)


def _verificateur(etat: str) -> str:
    return sceller("oidc-pkce", etat)
