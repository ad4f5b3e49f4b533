"""Forms: asked by a page of this site, and by nobody else; where to go afterwards.

A form of an account carries a token that only the holder of the session (before log-in: of a
cookie made for it) can have read (contract, confidentialité, Access).
"""

from __future__ import annotations

import re
import secrets
from typing import Any
from urllib.parse import urlsplit

from flask import Response, abort, g, request

from dashboard.erreurs import refuser
from dashboard.protections import meme_origine
from dashboard.session import (
    jeton_courant,
    nommer_cookie,
    oter_cookie,
    poser_cookie,
    session_courante,
)
from data.secret_session import egal, sceller

COOKIE = "passerelle_formulaire"
CHAMP = "jeton_csrf"
DUREE = 7200

_CHEMIN_SUR = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


def chemin_sur(suivant: str) -> bool:
    """Whether an address stays on this site whatever the browser makes of it."""
    if not _CHEMIN_SUR.fullmatch(suivant):
        return False
    try:
        parties = urlsplit(suivant)
    except ValueError:
        return False
    return not parties.scheme and not parties.netloc


def exiger_meme_origine() -> None:
    """Refuse (403) what another site asks."""
    if not meme_origine():
        abort(refuser(403, "Cette demande ne vient pas d’une page de Passerelle."))


def chemin_de_provenance() -> str:
    """The page of this site that the request comes from; « / » when it does not say."""
    try:
        venue = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return "/"
    chemin = venue.path + (f"?{venue.query}" if venue.query else "")
    return chemin if venue.netloc == request.host and chemin_sur(chemin) else "/"


def jeton_csrf() -> str:
    """The token that a form of the current caller must carry."""
    if session_courante() is not None:
        return sceller("csrf", f"session:{jeton_courant()}")
    graine = request.cookies.get(nommer_cookie(COOKIE), "")
    if not graine:
        if "passerelle_formulaire" not in g:
            g.passerelle_formulaire = secrets.token_urlsafe(16)
        graine = g.passerelle_formulaire
    return sceller("csrf", f"formulaire:{graine}")


def exiger_formulaire() -> None:
    """Refuse (403) a form that a page of this site did not make for this caller."""
    exiger_meme_origine()
    if not egal(request.form.get(CHAMP, ""), jeton_csrf()):
        abort(
            refuser(
                403,
                "Ce formulaire n’est plus valable : revenez à la page précédente, rechargez-la et "
                "recommencez (votre navigateur doit accepter les cookies).",
            )
        )


def garder_la_graine(reponse: Response) -> Response:
    """After a request: the cookie that its form answers to."""
    graine: Any = g.pop("passerelle_formulaire", None)
    if graine:
        poser_cookie(reponse, COOKIE, graine, duree=DUREE)
    return reponse


def oublier_la_graine(reponse: Response) -> None:
    """The caller has logged in: forms answer to the session from now on."""
    if request.cookies.get(nommer_cookie(COOKIE)):
        oter_cookie(reponse, COOKIE)
