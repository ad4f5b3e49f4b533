"""A small identity provider, in a process of its own: `python -m tests.fournisseur PORT`.

Built on the server side of Authlib: authorization code, PKCE (S256) required, ID tokens signed
with a key drawn at start. Nobody types anything: who logs in is what `PUT /qui` said last. What
an honest provider would not do, the tests ask with `PUT /malice`.
"""

from __future__ import annotations

import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from flask import Flask, Response, jsonify, request
from joserfc.jwk import KeySet, RSAKey
from werkzeug.serving import make_server

from tests import RACINE
from tests.port import trouver_port

CLIENT, SECRET = "passerelle", "le-secret-du-client"


@dataclass
class Monde:
    """What the provider knows."""

    emetteur: str
    cle: Any = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "un"}))
    qui: dict[str, Any] = field(default_factory=dict)
    malice: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, Any] = field(default_factory=dict)
    jetons: dict[str, Any] = field(default_factory=dict)


class Client(ClientMixin):
    """Passerelle."""

    client_id = CLIENT

    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> None:
        return None

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri.endswith("/connexion/oidc/retour")

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class Code:
    """An authorization code, good once."""

    code: str
    redirect_uri: str
    scope: str
    nonce: str
    code_challenge: str
    code_challenge_method: str
    qui: dict[str, Any]
    auth_time: int = 0

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(time.time())

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


def composer(monde: Monde) -> Flask:
    """The provider as a Flask application."""
    app = Flask("fournisseur")

    def garder(jeton: dict[str, Any], demande: Any) -> None:
        monde.jetons[jeton["access_token"]] = demande.user

    serveur = AuthorizationServer(app, query_client=lambda _: Client(), save_token=garder)

    class Octroi(AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

        def save_authorization_code(self, code: str, request: Any) -> None:
            d = request.payload.data
            monde.codes[code] = Code(
                code,
                d["redirect_uri"],
                d["scope"],
                d.get("nonce", ""),
                d.get("code_challenge", ""),
                d.get("code_challenge_method", ""),
                dict(monde.qui),
            )

        def query_authorization_code(self, code: str, client: Any) -> Code | None:
            return monde.codes.get(code)

        def delete_authorization_code(self, authorization_code: Code) -> None:
            monde.codes.pop(authorization_code.code, None)

        def authenticate_user(self, authorization_code: Code) -> dict[str, Any]:
            return authorization_code.qui

    class Identite(OpenIDCode):
        def exists_nonce(self, nonce: str, request: Any) -> bool:
            return False

        def get_jwt_config(self, grant: Any = None, client: Any = None) -> dict[str, Any]:
            cle = RSAKey.generate_key(2048, {"kid": "un"}) if "cle" in monde.malice else monde.cle
            return {
                "key": cle.as_dict(private=True),
                "alg": "RS256",
                "iss": monde.malice.get("iss", monde.emetteur),
                "exp": monde.malice.get("exp", 300),
            }

        def get_audiences(self, request: Any) -> list[str]:
            return [monde.malice.get("aud", CLIENT)]

        def generate_user_info(self, user: dict[str, Any], scope: str) -> UserInfo:
            dits = {"sub": user["sub"]} if "sans_adresse" in monde.malice else user
            return UserInfo(**dits, **{k: v for k, v in monde.malice.items() if k == "azp"})

    serveur.register_grant(Octroi, [Identite(require_nonce=True), CodeChallenge(required=True)])

    @app.get("/.well-known/openid-configuration")
    def metadonnees() -> Response:
        return jsonify(
            issuer=monde.emetteur,
            authorization_endpoint=f"{monde.emetteur}/autoriser",
            token_endpoint=f"{monde.emetteur}/jeton",
            userinfo_endpoint=f"{monde.emetteur}/identite",
            jwks_uri=f"{monde.emetteur}/cles",
        )

    @app.get("/cles")
    def cles() -> Response:
        return jsonify(KeySet([monde.cle]).as_dict(private=False))

    @app.get("/autoriser")
    def autoriser() -> Any:
        octroi = serveur.get_consent_grant(end_user=monde.qui)
        return serveur.create_authorization_response(grant_user=monde.qui, grant=octroi)

    @app.post("/jeton")
    def jeton() -> Any:
        return serveur.create_token_response()

    @app.get("/identite")
    def identite() -> Response:
        porte = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return jsonify(monde.jetons[porte])

    @app.put("/qui")
    def qui() -> str:
        monde.qui = request.get_json()
        monde.malice = {}
        return ""

    @app.put("/malice")
    def malice() -> str:
        monde.malice = request.get_json()
        if "nouvelle_cle" in monde.malice:
            monde.cle = RSAKey.generate_key(2048, {"kid": secrets.token_hex(4)})
        return ""

    return app


@contextmanager
def lancer() -> Iterator[str]:
    """Starts the provider; gives its issuer."""
    port = trouver_port()
    emetteur = f"http://localhost:{port}"
    processus = subprocess.Popen([sys.executable, "-m", "tests.fournisseur", str(port)], cwd=RACINE)
    try:
        limite = time.monotonic() + 60
        while True:
            if processus.poll() is not None or time.monotonic() > limite:
                pytest.fail("Le fournisseur d’identité ne démarre pas.", pytrace=False)
            try:
                requests.get(f"{emetteur}/cles", timeout=5)
                break
            except requests.RequestException:
                time.sleep(0.1)
        yield emetteur
    finally:
        processus.terminate()
        processus.wait(timeout=10)


if __name__ == "__main__":
    numero = int(sys.argv[1])
    fournisseur = composer(Monde(f"http://localhost:{numero}"))
    make_server("localhost", numero, fournisseur, threaded=True).serve_forever()
