"""Tables: the same answers as the charts, and territoires side by side.

They paste into a word processor as tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from dashboard import balises as html
from dashboard import couleurs as c
from dashboard.graphiques import decrire, etiquette
from dashboard.nombres import INSECABLE, nombre, pourcentage
from data.refus import typographier
from queries.reponses import STATUTS, Ligne, Reponse

ECART_DES_CENT = 4
"""Points by which rounded shares may miss 100 before a 100 % bar would mislead."""

VALEURS_EN_COLONNES = 6
LIEUX_EN_COLONNES = 9

Colonnes = Sequence[tuple[str, Reponse]]
"""Title and answer of each column (or row) of a table, all to the same indicator."""


AVERTISSEMENT = html.Span(
    [
        "peu de réponses",
        html.Span(" : moins de la moitié des réponses connues", className="hors-vue"),
    ],
    className="fragile",
    title="Moins de la moitié des réponses sont connues",
)


def avertir(lignes: Iterable[Ligne]) -> Markup | None:
    """The warning of these rows, when some rest on fewer than half of the answers."""
    return AVERTISSEMENT if any(x.fragile for x in lignes) else None


def _cellule(ligne: Ligne, plancher: int, *, exact: bool) -> str:
    return etiquette(ligne, plancher, exact=exact)


def donnees(colonnes: Colonnes) -> Markup:
    """Every value with its number and share; one group of columns per answer."""
    premiere = colonnes[0][1]
    series = [s for s in premiere.indicateur.series if premiere.serie(s.code)]
    avec_nombre = any(x.effectif is not None for _, r in colonnes for x in r.lignes)
    avec_part = any(x.part is not None for _, r in colonnes for x in r.lignes)
    avec_valeur = any(x.valeur is not None for _, r in colonnes for x in r.lignes)
    sous = [
        titre
        for titre, oui in (("Nombre", avec_nombre), ("Part", avec_part), ("Valeur", avec_valeur))
        if oui
    ] or ["Réponse"]
    tete = [
        html.Tr(
            [
                html.Th("Réponse", scope="col", rowSpan=2),
                *(
                    html.Th(
                        [titre, avertir(r.lignes)],
                        scope="colgroup",
                        colSpan=len(sous),
                        className="nombre",
                    )
                    for titre, r in colonnes
                ),
            ]
        ),
        html.Tr([html.Th(s, scope="col", className="nombre") for _ in colonnes for s in sous]),
    ]
    corps = []
    for serie in series:
        if len(series) > 1 and serie.libelle and len(premiere.serie(serie.code)) > 1:
            corps.append(
                html.Tr(
                    html.Th(serie.libelle, colSpan=1 + len(colonnes) * len(sous), scope="rowgroup"),
                    className="serie",
                )
            )
        for i, ligne in enumerate(premiere.serie(serie.code)):
            cases = []
            for _, reponse in colonnes:
                lignes = reponse.serie(serie.code)
                cases.extend(_cases(lignes[i] if i < len(lignes) else ligne, reponse, sous))
            corps.append(html.Tr([html.Th(ligne.libelle, scope="row"), *cases]))
    return html.Table([html.Thead(tete), html.Tbody(corps)], className="tableau donnees")


def _cases(ligne: Ligne, reponse: Reponse, sous: Sequence[str]) -> list[Markup]:
    plancher, exact = reponse.politique.plancher, reponse.politique.exacte
    if not ligne.affichee:
        texte = etiquette(ligne, plancher)
        if ligne.statut != "masque":
            texte = STATUTS[ligne.statut]
        return [html.Td(texte, className=f"nombre {ligne.statut}", colSpan=len(sous))]
    cases = []
    for colonne in sous:
        valeur = {"Nombre": ligne.effectif, "Part": ligne.part, "Valeur": ligne.valeur}.get(colonne)
        if valeur is None:
            texte = "–"
        elif colonne == "Part":
            texte = pourcentage(valeur, exact=exact)
        else:
            texte = nombre(valeur)
        cases.append(html.Td(texte, className="nombre"))
    return cases


def chaleur(colonnes: Colonnes, serie: str = "") -> Markup:
    """Places by values, the share in each cell, darker as it is greater.

    Long lists of values stand in rows, so that their labels can be read and nothing overflows.
    """
    premiere = colonnes[0][1]
    modalites = premiere.serie(serie)
    if len(modalites) > VALEURS_EN_COLONNES and len(colonnes) <= LIEUX_EN_COLONNES:
        return _chaleur_debout(colonnes, serie)
    tete = html.Tr(
        [
            html.Th("Territoire", scope="col"),
            *(html.Th(m.libelle, scope="col", className="nombre") for m in modalites),
        ]
    )
    corps = []
    for titre, reponse in colonnes:
        lignes = reponse.serie(serie)
        plancher = reponse.politique.plancher
        if lignes and len({x.statut for x in lignes}) == 1 and not lignes[0].affichee:
            cases = [
                html.Td(
                    _statut(lignes[0], plancher),
                    colSpan=len(modalites),
                    className=f"vide {lignes[0].statut}",
                )
            ]
        else:
            cases = [_case_chaude(titre, x, reponse) for x in lignes]
        corps.append(html.Tr([html.Th([titre, avertir(lignes)], scope="row"), *cases]))
    return html.Table([html.Thead(tete), html.Tbody(corps)], className="tableau chaleur")


def _chaleur_debout(colonnes: Colonnes, serie: str) -> Markup:
    """The same with values in rows and places in columns."""
    tete = html.Tr(
        [
            html.Th("Réponse", scope="col"),
            *(
                html.Th([titre, avertir(r.serie(serie))], scope="col", className="nombre")
                for titre, r in colonnes
            ),
        ]
    )
    corps = []
    rangees = zip(*(r.serie(serie) for _, r in colonnes), strict=True)
    for rangee in rangees:
        modalite = rangee[0]
        cases = [_case_chaude(t, x, r) for x, (t, r) in zip(rangee, colonnes, strict=True)]
        corps.append(html.Tr([html.Th(modalite.libelle, scope="row"), *cases]))
    return html.Table([html.Thead(tete), html.Tbody(corps)], className="tableau chaleur debout")


def _case_chaude(titre: str, ligne: Ligne, reponse: Reponse) -> Markup:
    """One cell, written out by hand: a page holds hundreds of them."""
    plancher, exact = reponse.politique.plancher, reponse.politique.exacte
    texte = decrire(ligne, plancher, exact=exact, unite=reponse.indicateur.unite)
    noms = f"{typographier(titre)} – {typographier(ligne.libelle)}"
    bulle = escape(f"{noms}{INSECABLE}: {texte}")
    chaud = ""
    if ligne.affichee:
        chaud = f' style="--chaleur:{min(ligne.part or 0, 100) / 100:.2f}"'
    contenu = escape(etiquette(ligne, plancher, exact=exact))
    return Markup(f'<td class="nombre chaud {ligne.statut}"{chaud} title="{bulle}">{contenu}</td>')


def _statut(ligne: Ligne, plancher: int) -> str:
    if ligne.statut == "masque":
        return f"moins de {plancher} partout"
    return STATUTS[ligne.statut]


def empilees(colonnes: Colonnes, serie: str = "") -> Markup:
    """One 100 % bar per place: for a single choice of at most six values, nothing masked."""
    premiere = colonnes[0][1]
    legende = html.Ul(
        [
            html.Li([html.Span(className="pastille", style={"background": couleur}), m.libelle])
            for m, couleur in zip(premiere.serie(serie), c.CATEGORIES, strict=False)
        ],
        className="legende",
    )
    lignes = []
    for titre, reponse in colonnes:
        exact = reponse.politique.exacte
        segments = [
            html.Span(
                html.Span(pourcentage(x.part or 0, exact=exact))
                if (x.part or 0) >= 7
                else html.Span(pourcentage(x.part or 0, exact=exact), className="hors-vue"),
                className="segment",
                style={
                    "flex": f"{x.part or 0} 0 0",
                    "background": couleur,
                    "color": c.ENCRE_SUR[couleur],
                },
                title=f"{titre} – {x.libelle}{INSECABLE}: {decrire(x, 5, exact=exact)}",
            )
            for x, couleur in zip(reponse.serie(serie), c.CATEGORIES, strict=False)
        ]
        lignes.append(
            html.Tr(
                [
                    html.Th([titre, avertir(reponse.serie(serie))], scope="row"),
                    html.Td(html.Div(segments, className="barre-empilee")),
                ]
            )
        )
    return html.Div(
        [legende, html.Table(html.Tbody(lignes), className="tableau empile")], className="empilees"
    )


def peut_empiler(colonnes: Colonnes, serie: str = "") -> bool:
    """Whether 100 % bars are honest here."""
    premiere = colonnes[0][1]
    if premiere.indicateur.choix != "unique" or len(premiere.serie(serie)) > len(c.CATEGORIES):
        return False
    for _, reponse in colonnes:
        parts = [x.part for x in reponse.serie(serie)]
        if any(p is None for p in parts):
            return False
        if abs(sum(p or 0 for p in parts) - 100) > ECART_DES_CENT:
            return False
    return True


def effectifs(colonnes: Colonnes) -> Markup:
    """One number per place (and series): youths, posts, actions."""
    premiere = colonnes[0][1]
    if len(premiere.lignes) > VALEURS_EN_COLONNES and len(colonnes) <= LIEUX_EN_COLONNES:
        return _effectifs_debout(colonnes)
    entetes: list[str] = []
    for x in premiere.lignes:
        serie = next((s.libelle for s in premiere.indicateur.series if s.code == x.serie), "")
        entetes.append(f"{serie}{INSECABLE}: {x.libelle}" if serie else x.libelle)
    tete = html.Tr(
        [
            html.Th("Territoire", scope="col"),
            *(html.Th(e, scope="col", className="nombre") for e in entetes),
        ]
    )
    corps = [
        html.Tr(
            [
                html.Th([titre, avertir(r.lignes)], scope="row"),
                *(
                    html.Td(
                        etiquette(x, r.politique.plancher, exact=r.politique.exacte),
                        className=f"nombre {x.statut}",
                    )
                    for x in r.lignes
                ),
            ]
        )
        for titre, r in colonnes
    ]
    return html.Table([html.Thead(tete), html.Tbody(corps)], className="tableau chaleur")


def _effectifs_debout(colonnes: Colonnes) -> Markup:
    """The same with values in rows, series by series, and places in columns."""
    premiere = colonnes[0][1]
    tete = html.Tr(
        [
            html.Th("Réponse", scope="col"),
            *(
                html.Th([titre, avertir(r.lignes)], scope="col", className="nombre")
                for titre, r in colonnes
            ),
        ]
    )
    corps = []
    for serie in premiere.indicateur.series:
        if serie.libelle and premiere.serie(serie.code):
            titre = html.Th(serie.libelle, colSpan=1 + len(colonnes), scope="rowgroup")
            corps.append(html.Tr(titre, className="serie"))
        for i, ligne in enumerate(premiere.serie(serie.code)):
            cases = [
                html.Td(
                    etiquette(x, r.politique.plancher, exact=r.politique.exacte),
                    className=f"nombre {x.statut}",
                )
                for r in (reponse for _, reponse in colonnes)
                for x in r.serie(serie.code)[i : i + 1]
            ]
            corps.append(html.Tr([html.Th(ligne.libelle, scope="row"), *cases]))
    return html.Table([html.Thead(tete), html.Tbody(corps)], className="tableau chaleur debout")
