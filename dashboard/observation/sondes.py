"""Three addresses for machines: `/sante` (the process answers), `/pret` (it may be sent readers),
`/metriques` (its counters, for who holds `METRIQUES_JETON`). None has a figure or asks for log-in.
"""

from __future__ import annotations

import os
from typing import Any

from flask import Flask, Response, current_app, jsonify, request

from dashboard.erreurs import probleme, refuser
from dashboard.observation.compteurs import TYPE, Compteurs, jauge
from dashboard.observation.demandes import CLE_DES_COMPTEURS
from dashboard.regime import ConnexionNonConfiguree
from dashboard.session import depot_courant, verifier_regime
from data.application import MagasinIndisponible, transaction
from data.refus import typographier
from data.secret_session import egal, juger
from queries.depot import BaseIndisponible

AUDIT_ABSENT = "Les chiffres en vigueur n’ont pas encore été audités."
AUDIT_NON_CONCLUANT = "L’audit des chiffres en vigueur n’est pas concluant."


def enregistrer(server: Flask) -> None:
    """Add the probes to a server."""
    server.add_url_rule("/sante", "sante", _dire_la_sante)
    server.add_url_rule("/pret", "pret", _dire_si_pret)
    server.add_url_rule("/metriques", "metriques", _donner_les_metriques)


def chercher_empechement() -> str:
    """Why no reader should be sent here, in French; "" when nothing is against it.

    Asks the database, the latest publication and its audit, the application's store.
    """
    try:
        etat = depot_courant().etat()
        verifier_regime(etat)
        with transaction() as conn:
            conn.exec_driver_sql("SELECT 1")
    except (BaseIndisponible, ConnexionNonConfiguree, MagasinIndisponible) as erreur:
        return str(erreur)
    audit = etat.audit
    if audit is None or audit.publication != etat.publication:
        return AUDIT_ABSENT
    if audit.apres:
        return AUDIT_NON_CONCLUANT
    return ""


def _dire_la_sante() -> Response:
    return jsonify(statut="vivant")


def _dire_si_pret() -> Response:
    empechement = chercher_empechement()
    if empechement:
        return probleme("Service indisponible", empechement, 503, "pas-pret")
    return jsonify(statut="pret")


def _donner_les_metriques() -> Response:
    jeton = os.environ.get("METRIQUES_JETON", "").strip()
    # A token that is short or known opens nothing, as if there were none.
    if not jeton or juger("METRIQUES_JETON", jeton):
        return refuser(404)
    genre, _, donne = request.headers.get("Authorization", "").partition(" ")
    if genre.lower() != "bearer" or not egal(donne.strip(), jeton):
        reponse = probleme("Jeton nécessaire", "Cette adresse demande un jeton.", 401, "jeton")
        reponse.headers["WWW-Authenticate"] = 'Bearer realm="metriques"'
        return reponse
    compteurs: Compteurs | Any = current_app.extensions[CLE_DES_COMPTEURS]
    pret = jauge("passerelle_pret", float(not chercher_empechement()), typographier("Prêt : 1."))
    return Response(compteurs.ecrire() + pret, content_type=TYPE)
