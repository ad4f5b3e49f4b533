"""The server: Flask, Dash, the callbacks that turn an address into a page.

The address is the state. A change of filter changes the address; `tourner` rewrites the bar and,
when the page is another one, the page; `dessiner` fills the cards in view.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from dash import Dash, Input, Output, State, html, no_update, set_props
from flask import Flask, request
from markupsafe import Markup

from dashboard import (
    acces,
    api,
    cartes,
    consultations,
    coquille,
    ecriture_json,
    erreurs,
    fichiers,
    gardees,
    guichet,
    plan,
    protections,
    session,
)
from dashboard.adresse import lire_adresse
from dashboard.balises import joindre
from dashboard.contexte import Contexte
from dashboard.fragments import fragment
from dashboard.identite import composer_identite
from dashboard.livrables import routes as livrables
from dashboard.memoire import Memoire
from dashboard.observation import demandes, ecriture, sondes
from dashboard.pages import chapitre
from dashboard.pages.publications import fichiers as publications_fichiers
from dashboard.presentations import atelier, partage, site, traces
from dashboard.rapport import page as rapport
from dashboard.regime import refuser_de_demarrer
from data.application import MagasinIndisponible
from data.catalogue import Indicateur
from data.refus import typographier
from queries.consultation import Consultation, relever
from queries.depot import BaseIndisponible, Depot
from queries.selection import PARAMETRES

AN = 31_536_000
CARTES_RETENUES, BARRES_RETENUES = 300, 200
"""Most cards and filter bars a process keeps (about 25 kB and 40 kB each)."""

APART = r"^(presentation|erreur|plotly-basic)"
"""Files of `assets/` that the pages do not load at once: only those written apart from Dash ask for
them, or `plotly-config.js` does."""

CARTES_AU_DEPART = 2
"""Cards drawn with their page, without waiting for the browser to say they are in view."""


class Tableau(Dash):
    """The dashboard, which debug never opens on real data."""

    def run(self, *arguments: Any, **options: Any) -> None:
        """Serve, for development. Raises DemarrageRefuse."""
        ecriture.installer(logging.INFO)
        demarrer(self, debogage=bool(options.get("debug")) or bool(self.server.debug))
        super().run(*arguments, **options)

    def serve_layout(self) -> Any:
        """The shell, for who asks. Without a base that answers there is none, and the browser asks
        again: one that names nobody would stay so. Written here: what Dash writes with would load
        numpy in every process."""
        coque = coquille.composer(composer_identite(session.etat_courant()))
        return self.backend.make_response(ecriture_json.ecrire(coque), mimetype="application/json")

    def interpolate_index(self, **morceaux: Any) -> str:
        """The empty page, without the scripts that serve nothing here; it asks for the one of the
        charts when there will be some."""
        morceaux["scripts"] = coquille.alleger(morceaux["scripts"])
        texte: str = super().interpolate_index(**morceaux)
        avec = plan.trouver(request.path).graphiques and request.args.get("vue") != "tableau"
        return texte.replace("{%graphiques%}", coquille.annoncer_les_graphiques(montres=avec))


def demarrer(app: Dash, *, debogage: bool = False) -> None:
    """Make sure that what the database holds may be served, now.

    Raises DemarrageRefuse, MagasinIndisponible. A database that is empty, or does not answer, is
    no reason to refuse: nothing is shown of it, the operator is told.
    """
    depot = app.server.extensions[session.CLE_DU_DEPOT]
    try:
        refuser_de_demarrer(depot.etat(), depot, debogage=debogage)
    except BaseIndisponible as obstacle:
        print(obstacle, file=sys.stderr, flush=True)


def creer_application(url: str | None = None) -> Dash:
    """The Dash application on this database (default: `DATABASE_URL`)."""
    server = Flask("passerelle")
    server.config["SEND_FILE_MAX_AGE_DEFAULT"] = AN
    server.config["COMPRESS_ALGORITHM"] = ["zstd", "br", "gzip"]
    depot = Depot(url)
    protections.enregistrer(server)
    erreurs.enregistrer(server)
    acces.enregistrer(server, depot)
    consultations.enregistrer(server)
    sondes.enregistrer(server)
    gardees.enregistrer(server)
    api.enregistrer(server, depot)
    publications_fichiers.enregistrer(server)
    fichiers.enregistrer(server, depot)
    for module in (site, atelier, partage, rapport, traces, livrables):
        module.enregistrer(server)
    racine = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    app = Tableau(
        "passerelle",
        server=server,
        assets_folder=os.path.join(racine, "assets"),
        assets_ignore=APART,
        title="Passerelle",
        update_title=None,
        compress=True,
        suppress_callback_exceptions=True,
        index_string=coquille.INDEX,
        serve_locally=True,
        hooks={
            "request_pre": "() => window.preparerLesGraphiques && window.preparerLesGraphiques()"
        },
    )
    app.layout = coquille.composer(html.Span())
    _enregistrer_rappels(app, depot)
    protections.appliquer(app)
    guichet.ouvrir(server)
    demandes.observer(server, [page.chemin for page in plan.PAGES])
    return app


def garder_le_commun(requete: str | None) -> str:
    """The part of a query string that every page understands, with its `?`; "" when none."""
    paires = parse_qsl((requete or "").lstrip("?"))
    garde = urlencode([(nom, v) for nom, v in paires if nom in PARAMETRES])
    return f"?{garde}" if garde else ""


def etat_du_dessin(requete: str | None, ctx: Contexte) -> str:
    """What a drawn card was drawn for: the browser gives it back, drawn cards are not redrawn."""
    largeur = "e" if ctx.etroit else ""
    return f"{ctx.chemin}{requete or ''}#{ctx.etat.publication}{largeur}"


class Dessin(NamedTuple):
    """The body of a card as JSON, and the questions it answers: the journal has them each time."""

    corps: bytes
    consultations: tuple[Consultation, ...]


def dessiner_cartes(
    indicateurs: Sequence[Indicateur], ctx: Contexte, memoire: Memoire[Dessin]
) -> dict[str, bytes]:
    """Bodies of these cards as JSON, by indicator: those drawn already for this reader and view,
    and the others, whose answers are asked together."""
    commun = (ctx.etat.publication, ctx.lecteur, ctx.selection, ctx.chemin, ctx.etroit)
    gardes = {i.id: memoire.lire((*commun, i.id)) for i in indicateurs}
    dessins = {nom: dessin for nom, dessin in gardes.items() if dessin is not None}
    for dessin in dessins.values():
        relever(dessin.consultations)
    for matiere in cartes.rassembler([i for i in indicateurs if i.id not in dessins], ctx):
        nom = matiere.indicateur.id
        corps = ecriture_json.ecrire(cartes.remplir(matiere, ctx))
        dessin = Dessin(corps, matiere.consultations)
        dessins[nom] = memoire.garder((*commun, nom), dessin)
    return {i.id: dessins[i.id].corps for i in indicateurs}


def ajouter_les_traces(corps: dict[str, bytes], ctx: Contexte) -> dict[str, bytes]:
    """The same cards, with what was said in meetings of some of them. It is kept with no card:
    erased, it is nowhere. Figures do not wait for a store that does not answer."""
    try:
        dits = _lire_les_traces(ctx)
    except MagasinIndisponible:
        return corps
    gardees.permettre(lambda: _memes_traces(dits, ctx))
    return {
        nom: ecriture_json.ajouter(json, fragment(dits[nom])) if nom in dits else json
        for nom, json in corps.items()
    }


def _lire_les_traces(ctx: Contexte) -> dict[str, Markup]:
    if len(ctx.selection.lieux) > 1:
        return {}
    return traces.indexer(ctx.selection.lieu, ctx.selection.annee)


def _memes_traces(dits: dict[str, Markup], ctx: Contexte) -> bool:
    """Whether nothing else was said since, nor erased."""
    try:
        return _lire_les_traces(ctx) == dits
    except MagasinIndisponible:
        return False


def _enregistrer_rappels(app: Dash, depot: Depot) -> None:
    corps_dessines: Memoire[Dessin] = Memoire(CARTES_RETENUES)
    barres_ecrites: Memoire[bytes] = Memoire(BARRES_RETENUES)

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
        Input("etroit", "data"),
        State("page", "data"),
        prevent_initial_call="initial_duplicate",
    )
    def tourner(
        chemin: str | None, requete: str | None, etroit: bool, page: Any
    ) -> tuple[Any, ...]:
        etroit = bool(etroit) or gardees.telephone()
        # A base that does not answer is a 503: the browser keeps what it shows, and asks again.
        lecteur, etat = session.lecteur_courant(), session.etat_courant()
        ctx, avis = lire_adresse(chemin, requete, depot, lecteur, etroit=etroit, etat=etat)
        ici = plan.trouver(chemin)
        cle = (etat.publication, lecteur, ctx.selection, ctx.chemin, ctx.propres)
        ecrite = barres_ecrites.lire(cle)
        if ecrite is None:
            ecrite = barres_ecrites.garder(cle, ecriture_json.ecrire(ici.barre(ctx)))
        resume = f" – {ici.resumer(ctx)}" if ecrite != ecriture_json.VIDE else ""
        nom = ici.chapitre
        plies = chapitre.plier(nom, ctx) if nom else {}
        dessinees: Any = no_update
        contenu: Any = no_update
        if page == [chemin, etat.publication] and nom:
            _retourner_chapitre(nom, ctx, plies)
            gardees.permettre()
        elif nom:
            contenu = chapitre.composer(nom, ctx, plies)
            premieres = _montrer_les_premieres(contenu, nom, ctx, plies, corps_dessines)
            dessinees = dict.fromkeys(premieres, etat_du_dessin(requete, ctx))
        else:
            contenu, dessinees = ici.composer(ctx), {}
            gardees.permettre()
        commune = garder_le_commun(requete)
        return (
            coquille.naviguer(ici, commune),
            ecriture_json.inserer(ecrite),
            ecriture_json.tel_quel([html.P(typographier(texte)) for texte in avis]),
            contenu if contenu is no_update else ecriture_json.tel_quel(contenu),
            coquille.pied(etat, commune),
            [chemin, etat.publication],
            f"{ici.titre}{resume} – Passerelle",
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
        lecteur, etat = session.lecteur_courant(), session.etat_courant()
        ctx, _ = lire_adresse(chemin, requete, depot, lecteur, etroit=bool(etroit), etat=etat)
        etat_voulu = etat_du_dessin(requete, ctx)
        connus = deja or {}
        catalogue = ctx.etat.catalogue
        a_faire = [
            catalogue[i]
            for i in visibles or []
            if i in catalogue
            and catalogue[i].chapitre == ctx.chemin.strip("/")
            and connus.get(i) != etat_voulu
        ]
        if not a_faire:
            return no_update
        dessinees = ajouter_les_traces(dessiner_cartes(a_faire, ctx, corps_dessines), ctx)
        for nom, corps in dessinees.items():
            set_props(f"corps-{nom}", {"children": ecriture_json.inserer(corps)})
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
    memoire: Memoire[Dessin],
) -> list[str]:
    """Draw the first cards at once: they are in view. Returns their indicators."""
    premieres = [i for i in chapitre.indicateurs(nom, ctx) if i.id not in plies]
    corps = dessiner_cartes(premieres[:CARTES_AU_DEPART], ctx, memoire)
    corps = ajouter_les_traces(corps, ctx)
    for composant in html.Div(contenu)._traverse():
        identifiant = getattr(composant, "id", None)
        if isinstance(identifiant, str) and identifiant.startswith("corps-"):
            json = corps.get(identifiant.removeprefix("corps-"))
            if json is not None:
                composant.children = ecriture_json.inserer(json)
    return list(corps)
