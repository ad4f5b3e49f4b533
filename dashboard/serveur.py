"""The server: Flask, Dash, the callbacks that turn an address into a page.

The address is the state. A change of filter changes the address; `tourner` rewrites the bar and,
when the page is another one, the page; `dessiner` fills the cards in view.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs

from dash import Dash, Input, Output, State, html, no_update, set_props
from flask import Flask, Response, request

from dashboard import api, cartes, coquille, session
from dashboard.balises import joindre
from dashboard.cartes import Contexte
from dashboard.filtres import Barre
from dashboard.memoire import Memoire
from dashboard.pages import accueil, chapitre, introuvable
from data.catalogue import CHAPITRES, Indicateur
from data.refus import typographier
from queries.depot import BaseIndisponible, Depot
from queries.lecteur import Lecteur
from queries.selection import PARAMETRES, Lue, lire

AN = 31_536_000
CARTES_RETENUES, BARRES_RETENUES = 300, 200
"""Most cards and filter bars a process keeps (about 25 kB and 40 kB each)."""

CARTES_AU_DEPART = 2
"""Cards drawn with their page, without waiting for the browser to say they are in view."""

SANS_PROFIL = frozenset({"actions"})


def creer_application(url: str | None = None) -> Dash:
    """The Dash application on this database (default: `DATABASE_URL`)."""
    server = Flask("passerelle")
    server.config["SEND_FILE_MAX_AGE_DEFAULT"] = AN
    server.config["COMPRESS_ALGORITHM"] = ["zstd", "br", "gzip"]
    depot = Depot(url)
    server.after_request(_proteger)
    session.enregistrer(server, depot)
    api.enregistrer(server, depot)
    racine = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    app = Dash(
        "passerelle",
        server=server,
        assets_folder=os.path.join(racine, "assets"),
        title="Passerelle",
        update_title=None,
        compress=True,
        suppress_callback_exceptions=True,
        index_string=coquille.INDEX,
        serve_locally=True,
    )
    app.layout = lambda: coquille.composer(_points_de_vue(depot))
    _enregistrer_rappels(app, depot)
    return app


def _proteger(reponse: Response) -> Response:
    """Figures are kept by no cache and no other site; only files that never change are."""
    if not request.path.startswith(("/assets/", "/_dash-component-suites/")):
        reponse.headers["Cache-Control"] = "no-store"
    reponse.headers["X-Content-Type-Options"] = "nosniff"
    reponse.headers["Referrer-Policy"] = "same-origin"
    return reponse


def _points_de_vue(depot: Depot) -> Any:
    try:
        etat = depot.etat()
    except BaseIndisponible:
        return html.Span()
    return session.composer_points_de_vue(etat)


def lire_adresse(requete: str | None, depot: Depot, lecteur: Lecteur) -> tuple[Lue, Any]:
    """The selection of a query string, and the state of the database it was read against."""
    etat = depot.etat()
    parametres = parse_qs((requete or "").lstrip("?"), keep_blank_values=False)
    lue = lire({k: v for k, v in parametres.items() if k in PARAMETRES}, etat, lecteur)
    for inconnu in sorted(set(parametres) - set(PARAMETRES)):
        lue.avis.append(f"Paramètre inconnu : « {inconnu[:60]} », ignoré.")
    return lue, etat


def composer_page(chemin: str, ctx: Contexte, plies: dict[str, str]) -> tuple[str, list[Any]]:
    """Title and content of a page."""
    nom = chemin.strip("/")
    if not nom:
        return "Vue d’ensemble", accueil.composer(ctx)
    if nom in CHAPITRES:
        return CHAPITRES[nom][1], chapitre.composer(nom, ctx, plies)
    return "Page introuvable", introuvable.composer()


def etat_du_dessin(requete: str | None, ctx: Contexte) -> str:
    """What a drawn card was drawn for: the browser gives it back, drawn cards are not redrawn."""
    largeur = "e" if ctx.etroit else ""
    return f"{ctx.chemin}{requete or ''}#{ctx.etat.publication}{largeur}"


def dessiner_cartes(
    indicateurs: Sequence[Indicateur], ctx: Contexte, memoire: Memoire[list[Any]]
) -> dict[str, list[Any]]:
    """Bodies of these cards, by indicator: those already drawn for the same reader and view, and
    the others, whose answers are asked together."""
    commun = (ctx.etat.publication, ctx.lecteur, ctx.selection, ctx.chemin, ctx.etroit)
    corps = {i.id: memoire.lire((*commun, i.id)) for i in indicateurs}
    for matiere in cartes.rassembler([i for i in indicateurs if corps[i.id] is None], ctx):
        nom = matiere.indicateur.id
        corps[nom] = memoire.garder((*commun, nom), cartes.remplir(matiere, ctx))
    return {nom: enfants or [] for nom, enfants in corps.items()}


def _enregistrer_rappels(app: Dash, depot: Depot) -> None:
    corps_dessines: Memoire[list[Any]] = Memoire(CARTES_RETENUES)
    barres_ecrites: Memoire[list[Any]] = Memoire(BARRES_RETENUES)

    @app.callback(
        Output("navigation", "data-html"),
        Output("barre", "children"),
        Output("avis", "children"),
        Output("contenu", "children"),
        Output("pied", "data-html"),
        Output("page", "data"),
        Output("titre", "data"),
        Output("dessinees", "data", allow_duplicate=True),
        Input("adresse", "pathname"),
        Input("adresse", "search"),
        State("page", "data"),
        State("etroit", "data"),
        prevent_initial_call="initial_duplicate",
    )
    def tourner(
        chemin: str | None, requete: str | None, page: Any, etroit: bool
    ) -> tuple[Any, ...]:
        chemin = chemin or "/"
        try:
            lecteur = session.lecteur_courant()
            lue, etat = lire_adresse(requete, depot, lecteur)
        except BaseIndisponible as erreur:
            return (
                no_update,
                no_update,
                [html.P(str(erreur))],
                no_update,
                no_update,
                None,
                ("Base indisponible – Passerelle"),
            )
        etroit = bool(etroit) or "Mobi" in request.headers.get("User-Agent", "")
        ctx = Contexte(lue.selection, etat, lecteur, depot, chemin, etroit)
        nom = chemin.strip("/")
        barre = Barre(lue.selection, etat, lecteur, chemin, profils=nom not in SANS_PROFIL)
        cle = (etat.publication, lecteur, lue.selection, chemin)
        ecrite = barres_ecrites.lire(cle) or barres_ecrites.garder(cle, barre.composer())
        plies = chapitre.plier(nom, ctx) if nom in CHAPITRES else {}
        dessinees: Any = no_update
        contenu: Any = no_update
        if page == [chemin, etat.publication] and nom in CHAPITRES:
            titre = CHAPITRES[nom][1]
            _retourner_chapitre(nom, ctx, plies)
        else:
            titre, contenu = composer_page(chemin, ctx, plies)
            dessinees = {}
            if nom in CHAPITRES:
                premieres = _montrer_les_premieres(contenu, nom, ctx, plies, corps_dessines)
                dessinees = dict.fromkeys(premieres, etat_du_dessin(requete, ctx))
        return (
            coquille.naviguer(chemin, requete or ""),
            ecrite,
            [html.P(typographier(texte)) for texte in lue.avis],
            contenu,
            coquille.pied(etat),
            [chemin, etat.publication],
            f"{titre} – {barre.resume()} – Passerelle",
            dessinees,
        )

    @app.callback(
        Output("dessinees", "data"),
        Input("visibles", "data"),
        Input("adresse", "search"),
        Input("etroit", "data"),
        State("adresse", "pathname"),
        State("dessinees", "data"),
    )
    def dessiner(
        visibles: list[str] | None,
        requete: str | None,
        etroit: bool,
        chemin: str | None,
        deja: Any,
    ) -> Any:
        chemin = chemin or "/"
        try:
            lecteur = session.lecteur_courant()
            lue, etat = lire_adresse(requete, depot, lecteur)
        except BaseIndisponible:
            return no_update
        ctx = Contexte(lue.selection, etat, lecteur, depot, chemin, bool(etroit))
        etat_voulu = etat_du_dessin(requete, ctx)
        connus = deja or {}
        a_faire = [
            etat.catalogue[i]
            for i in visibles or []
            if i in etat.catalogue
            and etat.catalogue[i].chapitre == chemin.strip("/")
            and connus.get(i) != etat_voulu
        ]
        if not a_faire:
            return no_update
        for nom, corps in dessiner_cartes(a_faire, ctx, corps_dessines).items():
            set_props(f"corps-{nom}", {"children": corps})
        return {**connus, **{i.id: etat_voulu for i in a_faire}}

    app.clientside_callback(
        "function () { return window.matchMedia('(max-width: 640px)').matches; }",
        Output("etroit", "data"),
        Input("adresse", "pathname"),
    )
    app.clientside_callback(
        "function (titre) { if (titre) { document.title = titre; } return titre; }",
        Output("annonce", "children"),
        Input("titre", "data"),
        prevent_initial_call=True,
    )


def _retourner_chapitre(nom: str, ctx: Contexte, plies: dict[str, str]) -> None:
    """The same chapter seen otherwise: what stands above the cards, which cards are folded."""
    set_props("tete-chapitre", {"data-html": str(joindre(chapitre.dire(nom, ctx, plies)))})
    set_props("index", {"data-html": str(chapitre.ecrire_index(nom, ctx, plies))})
    for ind in chapitre.indicateurs(nom, ctx):
        set_props(ind.id, {"className": cartes.classer(ind, plies)})


def _montrer_les_premieres(
    contenu: list[Any],
    nom: str,
    ctx: Contexte,
    plies: dict[str, str],
    memoire: Memoire[list[Any]],
) -> list[str]:
    """Draw the first cards at once: they are in view. Returns their indicators."""
    premieres = [i for i in chapitre.indicateurs(nom, ctx) if i.id not in plies]
    corps = dessiner_cartes(premieres[:CARTES_AU_DEPART], ctx, memoire)
    for composant in html.Div(contenu)._traverse():
        identifiant = getattr(composant, "id", None)
        if isinstance(identifiant, str) and identifiant.startswith("corps-"):
            composant.children = corps.get(identifiant.removeprefix("corps-"), composant.children)
    return list(corps)
