"""The journal of what each request showed: who, which questions, policy, file or not.

Contract, confidentialité, Access. The questions are those answered while the request was handled,
from the database or from what the process keeps (`queries.consultation`); they are written before
the answer leaves, and an answer whose questions cannot be written is refused.
"""

from __future__ import annotations

from flask import Flask, Response, g

from dashboard.erreurs import refuser
from dashboard.session import qui_courant
from data.application import maintenant
from data.journal import Entree, JournalIndisponible, inscrire
from queries.consultation import ouvrir_releve


def enregistrer(server: Flask) -> None:
    """Add the journal to a server."""
    server.before_request(_ouvrir)
    server.after_request(_inscrire)
    server.register_error_handler(JournalIndisponible, _indisponible)


def _ouvrir() -> None:
    g.passerelle_releve = ouvrir_releve()


def _inscrire(reponse: Response) -> Response:
    releve = g.get("passerelle_releve")
    if not releve or reponse.status_code >= 400:
        return reponse
    qui = qui_courant()
    quand = maintenant()
    fichier = "attachment" in reponse.headers.get("Content-Disposition", "")
    try:
        inscrire([Entree(qui, c.texte, c.politique.nom, fichier, quand) for c in releve])
    except JournalIndisponible as erreur:
        return _indisponible(erreur)
    return reponse


def _indisponible(erreur: JournalIndisponible) -> Response:
    return refuser(503, str(erreur), "journal")
