"""The pages that are files too: what is filtered on the page, as CSV or XLSX.

The address of a file is that of its page with `.csv` or `.xlsx`; who asks is derived from the
session, as everywhere. A value that the page ignores with a notice is refused here.
"""

from __future__ import annotations

from flask import Flask, Response, abort, request

from dashboard.adresse import lire_adresse
from dashboard.erreurs import refuser
from dashboard.exports import en_csv, en_xlsx, nommer_fichier
from dashboard.openapi import FORMATS
from dashboard.pages import rapprochement
from dashboard.session import lecteur_courant
from data.refus import typographier
from queries.depot import Depot
from queries.rapprochement import lire


def enregistrer(server: Flask, depot: Depot) -> None:
    """Add the files to a server that `acces.enregistrer` already knows."""

    @server.get("/rapprochement.<any(csv, xlsx):format_>")
    def fichier_du_rapprochement(format_: str) -> Response:
        requete = request.query_string.decode("utf-8", "replace")
        ctx, avis = lire_adresse(rapprochement.CHEMIN, requete, depot, lecteur_courant())
        feuille = lire(depot, ctx.etat, ctx.lecteur)
        filtre, siens = rapprochement.lire_filtre(ctx.propres, feuille)
        if avis or siens:
            abort(refuser(400, typographier(" ".join([*avis, *siens]))))
        lignes = rapprochement.lignes_plates(filtre.garder(feuille.lignes), feuille, ctx)
        colonnes = rapprochement.COLONNES
        if format_ == "csv":
            corps = en_csv(lignes, colonnes)
        else:
            a_lire = rapprochement.notice(lignes, feuille, ctx)
            titre = "Passerelle – rapprochement"
            corps = en_xlsx(lignes, a_lire, titre, colonnes)
        morceaux = ["rapprochement", *(v for _, v in ctx.propres)]
        return _envoyer(corps, nommer_fichier(morceaux, format_), format_)


def _envoyer(corps: bytes, nom: str, format_: str) -> Response:
    reponse = Response(corps)
    suite = "; charset=utf-8" if format_ == "csv" else ""
    reponse.headers["Content-Type"] = FORMATS[format_] + suite
    reponse.headers["Content-Disposition"] = f'attachment; filename="{nom}"'
    return reponse
