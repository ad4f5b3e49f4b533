"""The collèges like the first one: how it is reckoned, who they are, and how to change them."""

from __future__ import annotations

from typing import Any

from dash import html as composants
from markupsafe import Markup

from dashboard import balises as html
from dashboard.filtres import Barre
from dashboard.fragments import fragment
from dashboard.nombres import nombre
from dashboard.pages.comparer.choix import vers
from dashboard.pages.comparer.vue import AUCUN, LIEUX_ENSEMBLE, Comparables, Vue, nommer_ici
from queries.lieux import RESEAUX, nommer, territoire_de
from queries.question import Lieu
from queries.semblables import CRITERES, PAR_DEFAUT, Portrait, Semblable, comparer

FORMULE = (
    "Distance = moyenne de quatre écarts, chacun de 0 (pareil) à 1. "
    "Réseau : 0 si c’est le même, ½ entre REP et REP+, 1 entre l’un des deux et hors éducation "
    "prioritaire. "
    "Taille : |a − b| ÷ le plus grand des deux, en jeunes accompagnés par un ALSES. "
    "Classes : la moitié de la somme des écarts entre les parts de chaque classe. "
    "Postes : |a − b| ÷ le plus grand des deux, en équivalents temps plein au 1er janvier. "
    "Ce qui n’est pas connu compte pour ½ ; une classe masquée, pour la moitié du plancher."
)
TITRES = {
    "reseau": "Réseau",
    "taille": "Jeunes",
    "classes": "Classes",
    "postes": "ETP",
}


def composer(vue: Vue) -> composants.Section | None:
    """The card; None when collèges are not compared."""
    trouves = vue.comparables
    if trouves is None:
        return None
    nom = vue.nom(trouves.cible)
    morceaux: list[Any] = [
        fragment(
            html.H2("Collèges comparables", id="titre-comparables"),
            html.P(
                f"Les collèges de votre périmètre qui ressemblent le plus à {nom}, "
                "d’après ce que l’on sait d’eux.",
                className="question",
            ),
            html.Details(
                [html.Summary("Comment la ressemblance est calculée"), html.P(FORMULE)],
                className="pourquoi",
            ),
            _dire_le_nombre(vue, trouves),
            _tableau(vue, trouves),
            _suites(vue, trouves),
        )
    ]
    if trouves.autres:
        morceaux.append(_ajouter(vue, trouves))
    return composants.Section(
        morceaux,
        id="comparables",
        className="carte comparables",
        **{"aria-labelledby": "titre-comparables"},
    )


def _dire_le_nombre(vue: Vue, trouves: Comparables) -> Markup | None:
    if trouves.suffisent:
        return None
    code = territoire_de(vue.ctx.etat, trouves.cible)
    territoire = nommer(vue.ctx.etat, Lieu("territoire", code)) if code else "son territoire"
    return html.P(
        "Moins de deux collèges comparables restent dans votre périmètre : le repère est le "
        f"territoire ({territoire}) et le Département.",
        className="phrase",
    )


def _tableau(vue: Vue, trouves: Comparables) -> Markup | None:
    if not trouves.choisis:
        return None
    ctx = vue.ctx
    cible = trouves.portrait
    rangees = []
    if cible is not None:
        rangees.append(_rangee(vue, comparer(cible, cible), None))
    for x in trouves.choisis:
        code = x.portrait.lieu.second
        reste = [c for c in trouves.codes if c != code] or [AUCUN]
        rangees.append(_rangee(vue, x, ctx.adresse_avec("comparables", *reste)))
    tete = html.Tr(
        [
            html.Th("Collège", scope="col"),
            *(
                html.Th(TITRES[c], scope="col", className="" if c == "reseau" else "nombre")
                for c in CRITERES
            ),
            html.Th("Distance", scope="col", className="nombre"),
            html.Th("Changer", scope="col"),
        ]
    )
    return html.Div(
        html.Table(
            [
                html.Caption(
                    html.Span(
                        "Ce que l’on sait de chaque collège, et entre parenthèses l’écart au "
                        "premier, de 0 à 1"
                    )
                ),
                html.Thead(tete),
                html.Tbody(rangees),
            ],
            className="tableau compare",
        ),
        className="defile",
        tabIndex=0,
    )


def _rangee(vue: Vue, x: Semblable, sans: str | None) -> Markup:
    """One collège; `sans`: address without it, None for the one they are like."""
    portrait = x.portrait
    nom = nommer_ici(vue.ctx, portrait.lieu)
    dits = dict(zip(CRITERES, _dire(portrait), strict=True))
    cases = []
    for critere, ecart in zip(CRITERES, x.ecarts, strict=True):
        texte = dits[critere]
        if sans is not None:
            texte += f" ({'inconnu' if ecart is None else nombre(ecart, 2)})"
        cases.append(html.Td(texte, className="" if critere == "reseau" else "nombre"))
    action: Any = "–"
    if sans is not None:
        action = html.Lien("Retirer", sans, **{"aria-label": f"Retirer {nom} des comparables"})
    return html.Tr(
        [
            html.Th(html.Strong(nom) if sans is None else nom, scope="row"),
            *cases,
            html.Td("–" if sans is None else nombre(x.distance, 2), className="nombre"),
            html.Td(action),
        ]
    )


def _dire(p: Portrait) -> tuple[str, str, str, str]:
    taille = "non connu"
    if p.taille is not None:
        taille = ("environ " if p.taille_arrondie else "") + nombre(p.taille)
    classes = "connues" if p.classes is not None else "non connues"
    return RESEAUX[p.reseau], taille, classes, nombre(p.etp)


def _suites(vue: Vue, trouves: Comparables) -> Markup | None:
    """What to do with them."""
    ctx = vue.ctx
    liens = []
    if trouves.choisis:
        autres = [x.portrait.lieu for x in trouves.choisis]
        ensemble = [trouves.cible, *autres][:LIEUX_ENSEMBLE]
        if list(vue.lieux) != ensemble:
            liens.append(html.Lien("Les mettre côte à côte", vers(ctx, ensemble)))
    if trouves.suffisent and vue.repere != "comparables":
        liens.append(
            html.Lien("Les prendre pour repère", ctx.adresse_avec("repere", "comparables"))
        )
    if trouves.modifies:
        liens.append(
            html.Lien(
                f"Revenir aux {nombre(PAR_DEFAUT)} plus proches", ctx.adresse_avec("comparables")
            )
        )
    return html.Ul([html.Li(x) for x in liens], className="outils") if liens else None


def _ajouter(vue: Vue, trouves: Comparables) -> composants.Div:
    ctx = vue.ctx
    ici = ctx.adresse_avec("comparables", *(trouves.codes if trouves.modifies else ()))
    return Barre(ctx).choisir(
        "ajouter-comparable",
        "Ajouter un collège comparable (les plus proches d’abord)",
        [("Choisir…", ici)]
        + [
            (
                f"{nommer_ici(ctx, x.portrait.lieu)} ({nombre(x.distance, 2)})",
                ctx.adresse_avec("comparables", *trouves.codes, x.portrait.lieu.second),
            )
            for x in trouves.autres
        ],
        ici,
    )
