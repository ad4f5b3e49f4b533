"""The presentations of an owner: list, new, copy, archive, erase, kept as a file and loaded."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for

from dashboard.plan import PRESENTATIONS
from dashboard.presentations import reunion
from dashboard.presentations.site import rendre
from dashboard.session import etat_courant, lecteur_courant, proprietaire_courant, qui_courant
from data.journal import noter
from queries import partages, presentations
from queries.presentations import SANS_TITRE, Presentation, PresentationRefusee

ANNONCES = {
    "effacee": "La présentation est effacée, avec ses liens.",
    "archivee": "La présentation est dans les archives : ses liens restent ouverts.",
    "reprise": "La présentation est sortie des archives.",
    "copiee": "La présentation est copiée ; les liens de la première n’ont pas changé.",
}
"""What a request that led here has done."""


def enregistrer(pages: Blueprint) -> None:
    """Add these pages."""
    pages.add_url_rule("", "liste", _lister)
    pages.add_url_rule("/nouvelle", "nouvelle", _creer, methods=["POST"])
    pages.add_url_rule("/charger", "charger", _charger, methods=["POST"])
    pages.add_url_rule("/<int:numero>/dupliquer", "dupliquer", _dupliquer, methods=["POST"])
    pages.add_url_rule("/<int:numero>/archiver", "archiver", _archiver, methods=["POST"])
    pages.add_url_rule("/<int:numero>/effacer", "effacer", _effacer, methods=["GET", "POST"])
    pages.add_url_rule("/<int:numero>/fichier", "fichier", _telecharger)


def _lister() -> Response:
    return _montrer_la_liste()


def _montrer_la_liste(statut: int = 200, erreur: str = "", fichier: str = "") -> Response:
    archives = "archives" in request.args
    qui = proprietaire_courant()
    siennes = presentations.lister(qui, archivees=archives)
    ouverts = Counter(x.presentation for x in partages.lister_les_liens(qui) if x.ouvert)
    lecteur, etat = lecteur_courant(), etat_courant()
    return rendre(
        "presentations.html",
        PRESENTATIONS,
        statut,
        presentations=siennes,
        ouverts=ouverts,
        archives=archives,
        nombre_d_archives=0 if archives else len(presentations.lister(qui, archivees=True)),
        colleges=reunion.grouper_les_colleges(etat, lecteur),
        annees=tuple(reversed(etat.annees)),
        annonce=ANNONCES.get(request.args.get("fait", "")),
        erreur=erreur,
        fichier=fichier,
    )


def _creer() -> Any:
    titre = request.form.get("titre", "")
    la = presentations.garder(Presentation(titre or SANS_TITRE), proprietaire_courant())
    return redirect(url_for("atelier.presentation", numero=la.numero), 303)


def _charger() -> Any:
    """Load a presentation kept as a file; its text comes back when it cannot be read."""
    texte = request.form.get("fichier", "")
    try:
        la = presentations.garder(presentations.lire_le_fichier(texte), proprietaire_courant())
    except PresentationRefusee as refus:
        return _montrer_la_liste(400, str(refus), texte)
    return redirect(url_for("atelier.presentation", numero=la.numero, fait="charger"), 303)


def _dupliquer(numero: int) -> Any:
    presentations.dupliquer(numero, proprietaire_courant())
    return redirect(url_for("atelier.liste", fait="copiee"), 303)


def _archiver(numero: int) -> Any:
    archivee = request.form.get("archivee") != "non"
    presentations.archiver(numero, proprietaire_courant(), archivee=archivee)
    return redirect(url_for("atelier.liste", fait="archivee" if archivee else "reprise"), 303)


def _effacer(numero: int) -> Any:
    """Ask first, and say what goes with it; then erase for good."""
    qui = proprietaire_courant()
    la = presentations.trouver(numero, qui)
    if request.method == "POST":
        presentations.effacer(numero, qui)
        noter(qui_courant(), f"présentation n° {numero} effacée, avec ses liens")
        return redirect(url_for("atelier.liste", fait="effacee"), 303)
    siens = partages.lister_les_liens(qui, numero)
    return rendre(
        "presentation_effacer.html",
        PRESENTATIONS,
        presentation=la,
        liens=len(siens),
        ouverts=sum(x.ouvert for x in siens),
        traces=presentations.compter_les_traces(numero, qui),
    )


def _telecharger(numero: int) -> Response:
    la = presentations.trouver(numero, proprietaire_courant())
    reponse = Response(
        presentations.ecrire_le_fichier(la), content_type="application/json; charset=utf-8"
    )
    nom = f"passerelle-{abreger(la.titre)}.json"
    reponse.headers["Content-Disposition"] = f'attachment; filename="{nom}"'
    return reponse


def abreger(titre: str) -> str:
    """A title as a file's name holds it: « Réunion à Douai » → « reunion-a-douai »."""
    ascii_ = unicodedata.normalize("NFKD", titre).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_.lower()).strip("-")[:60].strip("-") or "presentation"
