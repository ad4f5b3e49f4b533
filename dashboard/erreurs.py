"""Refusals and failures, in French: a page for a person, RFC 9457 for a program.

None of them quotes what was asked, a figure, a path or a trace (contract, confidentialité, Words).
"""

from __future__ import annotations

import html as echappement
import logging
from typing import Any

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException

from dashboard.observation.demandes import reference_courante
from dashboard.observation.ecriture import journaliser, situer
from dashboard.pieces import adresse_de_la_piece
from data.refus import typographier

TEXTES: dict[int, tuple[str, str]] = {
    400: ("Demande incorrecte", "Cette demande n’a pas pu être lue."),
    401: ("Connexion nécessaire", "Connectez-vous pour continuer."),
    403: ("Demande refusée", "Cette demande n’est pas permise."),
    404: ("Page introuvable", "Cette adresse n’existe pas."),
    405: ("Méthode refusée", "Cette adresse ne se demande pas de cette façon."),
    408: ("Demande trop lente", "La demande n’est pas arrivée entière. Réessayez."),
    413: ("Demande trop longue", "Cette demande est trop longue pour être lue."),
    414: ("Adresse trop longue", "Cette adresse est trop longue pour être lue."),
    415: ("Format refusé", "Cette adresse n’accepte pas ce format."),
    429: ("Trop de demandes", "Attendez un instant avant de recommencer."),
    431: ("En-têtes trop longs", "Les en-têtes de cette demande sont trop longs."),
    500: ("Erreur du serveur", "Quelque chose n’a pas fonctionné. L’erreur a été enregistrée."),
    503: ("Service indisponible", "Le service ne répond pas. Réessayez dans un instant."),
}
"""Status → title and sentence, when nothing more precise can be said."""

A_REESSAYER = frozenset({408, 429, 500, 502, 503, 504})
"""Statuses of what may well succeed a moment later, asked in the same way."""

SECONDES_AVANT_DE_REESSAYER = 5

RETOUR = ("/", "Retour à la vue d’ensemble")

_PAGE = """<!DOCTYPE html>
<html lang="fr">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>{titre} – Passerelle</title>
    <link rel="stylesheet" href="{feuille}">
  </head>
  <body class="erreur">
    <main>
      <h1>{titre}</h1>
      <p>{texte}</p>
{suite}      <p><a href="{adresse}">{libelle}</a></p>
    </main>{script}
  </body>
</html>
"""


# An empty address is that of the page itself: the view asked for, filters and all, unquoted.
_REESSAYER = """      <p><a class="reessayer" href="">Réessayer</a></p>
"""
_REVENIR = """      <p>Revenez à la page précédente avec votre navigateur : ce que vous aviez écrit
        y est encore.</p>
"""
_REFERENCE = """      <p class="reference">Référence à donner au support : {reference}</p>
"""
_RETABLIR = """
    <p id="retabli" role="status" aria-live="polite"></p>
    <script src="{piece}"></script>"""


def enregistrer(server: Flask) -> None:
    """Add the French answers to whatever nothing else answers."""
    server.register_error_handler(HTTPException, _refuser)
    server.register_error_handler(Exception, _echouer)


def page_d_erreur(titre: str, texte: str, statut: int, lien: tuple[str, str] = RETOUR) -> Response:
    """A page without a figure, that reads well when nothing else answers.

    `lien`: where to go, and its name. What may succeed later is asked again at the same address;
    on a service that is down (503) a script does so by itself as soon as it is back.
    """
    adresse, libelle = lien
    corps = _PAGE.format(
        titre=echappement.escape(typographier(titre)),
        texte=echappement.escape(typographier(texte)),
        adresse=echappement.escape(adresse),
        libelle=echappement.escape(typographier(libelle)),
        suite=_proposer(statut),
        feuille=adresse_de_la_piece("erreur.css"),
        script=_RETABLIR.format(piece=adresse_de_la_piece("erreur.js"))
        if statut == 503 and _lecture()
        else "",
    )
    return _finir(Response(corps, statut, content_type="text/html; charset=utf-8"))


def _proposer(statut: int) -> str:
    """What a person may do who wants the same thing again; who failed to get it has a reference."""
    if statut not in A_REESSAYER:
        return ""
    suite = _REESSAYER if _lecture() else _REVENIR
    reference = reference_courante() if statut == 500 else ""
    return suite + (_REFERENCE.format(reference=reference) if reference else "")


def _lecture() -> bool:
    return request.method in ("GET", "HEAD")


def probleme(titre: str, detail: str, statut: int, genre: str, **autres: Any) -> Response:
    """A refusal in the form of RFC 9457, in French."""
    corps = {
        "type": f"urn:passerelle:{genre}",
        "title": typographier(titre),
        "status": statut,
        "detail": typographier(detail),
        **autres,
    }
    reponse = Response(current_app.json.dumps(corps, ensure_ascii=False, sort_keys=False), statut)
    reponse.headers["Content-Type"] = "application/problem+json; charset=utf-8"
    return _finir(reponse)


def _finir(reponse: Response) -> Response:
    reponse.headers["Cache-Control"] = "no-store"
    if reponse.status_code == 503:
        reponse.headers["Retry-After"] = str(SECONDES_AVANT_DE_REESSAYER)
    return reponse


def refuser(statut: int, texte: str = "", genre: str = "demande") -> Response:
    """The refusal of this request, as a page or as a problem according to who asks."""
    titre, ordinaire = TEXTES.get(statut, TEXTES[500 if statut >= 500 else 400])
    if pour_un_programme():
        return probleme(titre, texte or ordinaire, statut, genre)
    return page_d_erreur(titre, texte or ordinaire, statut)


def pour_un_programme() -> bool:
    """Whether what asks is a program (the API, a callback), not a person who opens a page."""
    return request.path.startswith(("/api/", "/_")) or request.is_json


def _refuser(erreur: HTTPException) -> Response:
    if erreur.response is not None:
        # Made by whoever refused, or a redirection.
        return erreur.get_response()  # type: ignore[return-value]
    statut = erreur.code or 500
    if statut < 400:
        return erreur.get_response()  # type: ignore[return-value]
    reponse = refuser(statut)
    permises = getattr(erreur, "valid_methods", None)
    if permises:
        reponse.headers["Allow"] = ", ".join(sorted(permises))
    return reponse


def _echouer(erreur: Exception) -> Response:
    """A failure nobody foresaw: in the log where it happened, without the values at hand."""
    journaliser(logging.ERROR, "erreur imprévue", reference=reference_courante(), **situer(erreur))
    return refuser(500, genre="erreur")
