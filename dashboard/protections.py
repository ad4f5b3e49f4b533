"""What protects the browser and the server: headers, content policy, refusal of odd requests.

Contract, confidentialité, Access. Every answer has these headers, errors included. The callbacks
of Dash accept nothing but JSON, from a page of this site, in the very shape the page sends: what
is malformed is refused in French before it reaches them. Nothing is ever uploaded here: deliveries
are loaded by the command line only, so a body with files is refused wherever it is sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from dash import Dash
from dash.exceptions import DependencyException, InvalidResourceError
from flask import Flask, Response, current_app, request

from dashboard.erreurs import refuser
from dashboard.formes import Forme, dessiner_formes

OCTETS_AU_PLUS = 256 * 1024
"""Longest body of a request. The longest a page sends (which cards are drawn) is about 4 kB."""

RAPPELS = "/_dash-update-component"
PUBLICS = ("/assets/", "/_dash-component-suites/")
"""Paths of files that never change and hold nothing of the data."""

LECTURES = ("GET", "HEAD", "OPTIONS")
_ECRITURES = "passerelle_ecritures"
UN_AN = 31_536_000
CAPTEURS = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "hid",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "serial",
    "usb",
)
"""What the pages never ask of a device."""

PERMISSIONS = ", ".join(f"{capteur}=()" for capteur in CAPTEURS)
STYLES_DU_CADRE = (
    # dash.dcc 4.4.1: buttons, lists of options, inputs, sliders, tabs, text areas, tooltips.
    "ITR5T9OwskhdqdsliUJRmgp9ltOFAHgXe1F7eRvGnmQ=",
    "0IJGrxhCP5NUIafylLkj5118xkZH1kp5FmNio7NOckI=",
    "Z8VokGxeiKThZOEmkdUgfW+jxbvItBwAXC8M1c4wqAM=",
    "VUA+tqvhK3niMn7AdszqidMFPRh9FLqxB2iINUrsiTw=",
    "Aq43X0SlmB69maWGob4rp/UuSHhwePalkRRExtsxOJ8=",
    "SkhFDxgIcEjMhRh19uSHWrkdnAlZ9rlskgr9yLsipa8=",
    "uDiOZWps1U7E8/0BTaQrclYMhVhRVE4dT0vb5X6nXOw=",
    "+QoPrsxO0auPnxSulD3bAr9CoDGgzv7YRfYE0vfxeQI=",
    "MJs2ke1SA6Cy3tTCZu2QH0rj0r//iNqU0idy9bM4leg=",
    "X2TqJwnIiE/ceDVeAdr7v7BOWBU6CEzE6qxlNzBzvBk=",
    # dash-renderer 4.4.1.
    "Do5Z9ZqsPvCQTUBQS9BnDm/2+on7omuzuLYk5sbA+2s=",
    # plotly.js: an empty sheet, whose rules it then adds through the object model.
    "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
)
"""SHA-256 of the style sheets that the scripts of the framework put in the page. Another version
of it has others: the browser tests find every one that is refused."""

RIEN = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""Content policy of what is not a page: data, files, scripts."""


def enregistrer(server: Flask) -> None:
    """Add the headers and the refusals. First of all: what is refused here reaches nothing else."""
    server.config["MAX_CONTENT_LENGTH"] = OCTETS_AU_PLUS
    server.config["MAX_FORM_MEMORY_SIZE"] = OCTETS_AU_PLUS
    server.config["MAX_FORM_PARTS"] = 100
    server.before_request(_garder)
    server.after_request(_proteger)


def appliquer(app: Dash) -> None:
    """The content policy and the shapes of the callbacks, once all of them are declared."""
    app.server.config["POLITIQUE_DE_CONTENU"] = composer_politique(app.csp_hashes())
    # A script that is not there: Dash would fail, or repeat what was asked, in English.
    for erreur in (DependencyException, InvalidResourceError):
        app.server.register_error_handler(erreur, lambda _: refuser(404))
    app.server.config["FORMES_DES_RAPPELS"] = dessiner_formes(app.callback_map)


def composer_politique(empreintes: Iterable[str]) -> str:
    """The Content-Security-Policy; `empreintes`: hashes of the framework's inline scripts."""
    regles = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", *empreintes]),
        "style-src": " ".join(["'self'", *(f"'sha256-{x}'" for x in STYLES_DU_CADRE)]),
        # plotly.js draws with `style` attributes whose values are those of the chart: no list of
        # hashes can hold them. They colour and place; they neither run nor load anything, since
        # images come from this site only.
        "style-src-attr": "'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "connect-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-src": "'none'",
        "frame-ancestors": "'none'",
        "worker-src": "'none'",
        "manifest-src": "'self'",
    }
    return "; ".join(f"{nom} {valeur}" for nom, valeur in regles.items())


def meme_origine() -> bool:
    """Whether a request was sent by a page of this site (or by no page at all).

    Browsers say so themselves; no other site can make them lie.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origine = request.headers.get("Origin")
    return origine is None or urlsplit(origine).netloc == request.host


def _proteger(reponse: Response) -> Response:
    """The headers of every answer, those of the most cautious when nothing says otherwise."""
    entetes = reponse.headers
    if not request.path.startswith(PUBLICS) or reponse.status_code >= 400:
        # Figures are kept by no cache; only files that never change are.
        entetes["Cache-Control"] = "no-store"
        reponse.vary.add("Cookie")
    entetes["X-Content-Type-Options"] = "nosniff"
    # The address of a shared page, or of a one-time link, is its key: no other page is told it.
    partage = request.path.startswith(("/p/", "/lien/"))
    entetes["Referrer-Policy"] = "no-referrer" if partage else "same-origin"
    entetes["Permissions-Policy"] = PERMISSIONS
    entetes["Cross-Origin-Opener-Policy"] = "same-origin"
    entetes["Cross-Origin-Resource-Policy"] = "same-origin"
    entetes["X-Frame-Options"] = "DENY"
    if reponse.mimetype == "text/html":
        politique = current_app.config.get("POLITIQUE_DE_CONTENU") or composer_politique(())
        entetes["Content-Security-Policy"] = politique
    else:
        entetes["Content-Security-Policy"] = RIEN
    if request.is_secure:
        entetes["Strict-Transport-Security"] = f"max-age={UN_AN}; includeSubDomains"
    return reponse


def _garder() -> Response | None:
    """Refuse what no page of this site sends. None lets the request through."""
    if request.method in LECTURES[:2] and request.path in _ecritures():
        # Dash answers any address it does not know with its page: these are known.
        reponse = refuser(405)
        reponse.headers["Allow"] = "POST, OPTIONS"
        return reponse
    if request.mimetype.startswith("multipart/"):
        return refuser(
            415,
            "Passerelle ne reçoit aucun fichier par cette voie : les livraisons se chargent par la "
            "ligne de commande.",
        )
    if (request.content_length or 0) > OCTETS_AU_PLUS:
        return refuser(413)
    if request.method not in LECTURES and not meme_origine():
        return refuser(403, "Cette demande ne vient pas d’une page de Passerelle.")
    if request.path.startswith(RAPPELS) and request.method == "POST":
        return _garder_rappel()
    return None


def _ecritures() -> frozenset[str]:
    """Paths that change something, hence are never read."""
    ecritures: frozenset[str] | None = current_app.extensions.get(_ECRITURES)
    if ecritures is None:
        methodes: dict[str, set[str]] = {}
        for regle in current_app.url_map.iter_rules():
            methodes.setdefault(regle.rule, set()).update(regle.methods or ())
        ecritures = frozenset(r for r, m in methodes.items() if "POST" in m and "GET" not in m)
        current_app.extensions[_ECRITURES] = ecritures
    return ecritures


def _garder_rappel() -> Response | None:
    if request.mimetype != "application/json":
        return refuser(415, "Cette adresse n’accepte que du JSON.")
    corps = request.get_json(silent=True)
    formes: dict[str, Forme] = current_app.config.get("FORMES_DES_RAPPELS", {})
    if not isinstance(corps, dict) or not isinstance(corps.get("output"), str):
        return refuser(400)
    forme = formes.get(corps["output"])
    if forme is None or not forme(corps):
        return refuser(400)
    return None
