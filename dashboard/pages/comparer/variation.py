"""The funnel plot: the collèges around a reference, and what chance alone would do."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from dash import html as composants
from markupsafe import Markup

from dashboard import balises as html
from dashboard import couleurs as c
from dashboard import graphiques, pieds
from dashboard.figures import encadrer
from dashboard.filtres import Barre
from dashboard.fragments import fragment
from dashboard.nombres import INSECABLE, enumerer, nombre, pourcentage
from dashboard.pages.comparer.choix import couleur, numero
from dashboard.pages.comparer.panneaux import cellule, notes
from dashboard.pages.comparer.vue import (
    Cle,
    Repere,
    Vue,
    assembler,
    colleges_comme,
    etendre,
    nommer_ici,
    poser,
)
from data.catalogue import Indicateur
from data.refus import typographier
from queries.entonnoir import Point, Position, placer, tracer
from queries.lieux import nommer, territoire_de
from queries.question import NORD, Lieu
from queries.reponses import STATUTS, Reponse, repondre
from queries.selection import derniere_annee
from queries.statistiques import MINIMUM, RISQUES

HAUTEUR = 460
POURQUOI_PAS_DE_CLASSEMENT = (
    "Ce tri n’est pas un palmarès. Avec 40 jeunes, deux collèges en tout point pareils diffèrent "
    "souvent de plus de 10 points par le seul hasard ; les plus petits sont presque toujours "
    "en tête et en queue. Seuls ceux qui sortent des limites se distinguent, et cela ne dit pas "
    "pourquoi."
)
CAUSES = (
    "Sortir des limites ne dit pas pourquoi : la population du collège, la façon de remplir les "
    "fiches ou une année particulière peuvent suffire."
)


@dataclass(slots=True)
class Entonnoir:
    """The funnel of one value, around the Département, or the territoire of the first place."""

    ind: Indicateur
    cle: Cle
    libelle: str
    repere: Repere
    reponses: list[Reponse]
    points: list[Point]

    @property
    def p(self) -> float | None:
        """The reference share, 0 to 1; None when it is not shown."""
        compte = self.repere.comptes.get(self.cle)
        return compte.part if compte else None

    @property
    def arrondi(self) -> bool:
        """Whether the collèges' numbers are rounded."""
        return any(not r.politique.exacte for r in self.reponses)


def valeurs_possibles(vue: Vue) -> dict[str, tuple[Indicateur, Cle, str]]:
    """Code → indicator, value and words of each share of youths that is compared."""
    sortie = {}
    for ind in vue.indicateurs:
        if ind.unite != "jeune" or ind.choix == "effectif":
            continue
        series = [s for s in ind.series if s.modalites]
        for serie in series:
            for m in serie.modalites[: 1 if serie.oui_non else None]:
                code = ".".join(x for x in (ind.id, serie.code, m.code) if x)
                tete = f"{serie.libelle} : " if len(series) > 1 and serie.libelle else ""
                qualite = ind.famille == "qualite_saisie"
                libelle = m.libelle if qualite else tete + m.libelle
                sortie[code] = (ind, (serie.code, m.code), libelle)
    return sortie


def preparer(vue: Vue) -> Entonnoir | None:
    """The funnel of the value chosen, else of the leading one; None when nothing compared is a
    share of youths."""
    possibles = valeurs_possibles(vue)
    ctx = vue.ctx
    voulue = ""
    for valeur in ctx.valeurs("valeur"):
        if valeur in possibles:
            voulue = voulue or valeur
        else:
            vue.avis.append(
                f"Valeur inconnue pour « valeur » : « {valeur[:60]} », ignorée. Seules les parts "
                "de jeunes des indicateurs comparés s’y prêtent."
            )
    if not possibles:
        return None
    premier = possibles[voulue or next(iter(possibles))][0]
    territoire = territoire_de(ctx.etat, vue.lieux[0]) if vue.repere == "territoire" else None
    autour = Lieu("territoire", territoire) if territoire else NORD
    lieux = [
        x
        for x in colleges_comme(ctx, vue.lieux)
        if not territoire or territoire_de(ctx.etat, x) == territoire
    ]
    compares = [x for x in vue.lieux if not territoire or territoire_de(ctx.etat, x) == territoire]
    lieux = list(dict.fromkeys([*compares, *lieux]))
    genre = "territoire" if territoire else "departement"
    nom = nommer(ctx.etat, autour) if territoire else "Département"
    de_reference = etendre(poser(ctx, premier, autour, vue.filtres))
    questions = [poser(ctx, premier, x, vue.filtres) for x in lieux]
    lues = repondre([*de_reference, *questions], ctx.lecteur, ctx.depot)
    repere = assembler(genre, nom, lues[: len(de_reference)])
    if not voulue:
        voulue = _en_tete(possibles, premier, repere)
    _, cle, libelle = possibles[voulue]
    reponses = lues[len(de_reference) :]
    entonnoir = Entonnoir(premier, cle, libelle, repere, reponses, [])
    entonnoir.points = placer(reponses, cle, entonnoir.p)
    return entonnoir


def _en_tete(
    possibles: dict[str, tuple[Indicateur, Cle, str]], ind: Indicateur, repere: Repere
) -> str:
    """The value of the greatest share at the reference."""
    siennes = [(code, cle) for code, (i, cle, _) in possibles.items() if i is ind]

    def part(paire: tuple[str, Cle]) -> float:
        compte = repere.comptes.get(paire[1])
        return compte.part if compte else -1

    return max(siennes, key=part)[0]


def composer(vue: Vue) -> composants.Section:
    """The card: choice of the value, sentence, chart, those that are not plotted, table."""
    e = preparer(vue)
    titre = html.H2("Les collèges et la variation ordinaire", id="titre-variation")
    if e is None:
        morceaux: list[Any] = [
            fragment(
                titre,
                html.P(
                    "Aucun des indicateurs comparés n’est une part de jeunes : il n’y a pas de "
                    "variation ordinaire à montrer.",
                    className="phrase",
                ),
            )
        ]
    else:
        phrase = dire(vue, e)
        morceaux = [
            fragment(
                titre,
                html.P(
                    f"« {e.libelle} » ({e.ind.titre}) : chaque point est un collège ; entre les "
                    "lignes, les différences sont celles que le seul hasard fait entre des "
                    "collèges pareils.",
                    className="question",
                ),
            ),
            _choisir_valeur(vue, e),
            fragment(html.P(phrase, className="phrase", id="phrase-variation"), _cumul(vue, e)),
        ]
        if e.p is not None and vue.ctx.selection.vue != "tableau" and _traces(e):
            morceaux.append(_figure(vue, e, phrase))
        morceaux.append(fragment(_non_places(vue, e), _liste(vue, e), _pied(vue, e)))
    return composants.Section(
        morceaux,
        id="variation",
        className="carte variation",
        **{"aria-labelledby": "titre-variation"},
    )


def _choisir_valeur(vue: Vue, e: Entonnoir) -> composants.Div:
    ctx = vue.ctx
    possibles = valeurs_possibles(vue)
    actuelle = next(c for c, (i, cle, _) in possibles.items() if i is e.ind and cle == e.cle)
    return Barre(ctx).choisir(
        "valeur",
        "Réponse montrée",
        [
            (f"{ind.titre} : {libelle}", ctx.adresse_avec("valeur", code))
            for code, (ind, _, libelle) in possibles.items()
        ],
        ctx.adresse_avec("valeur", actuelle),
    )


def _traces(e: Entonnoir) -> list[Point]:
    return [p for p in e.points if p.compte is not None]


def _noms(vue: Vue, points: list[Point]) -> str:
    return enumerer([nommer_ici(vue.ctx, p.lieu) for p in points])


def dire(vue: Vue, e: Entonnoir) -> str:
    """What the chart shows, in words: how many are ordinary, which are not."""
    if e.p is None:
        return typographier(
            f"La part de « {e.libelle} » n’est pas connue pour le repère ({e.repere.nom}) : les "
            "limites ne peuvent pas être tracées."
        )
    traces = _traces(e)
    repere = f"{e.repere.nom} : {pourcentage(100 * e.p, exact=not e.arrondi)}"
    if not traces:
        return typographier(f"Aucun collège ne peut être placé autour du repère ({repere}).")
    dehors = [p for p in traces if p.position is not None and p.position.dehors]
    dedans = len(traces) - len(dehors)
    if not dehors:
        tete = (
            f"Les {len(traces)} collèges placés sont" if len(traces) > 1 else "Le collège placé est"
        )
        return typographier(f"{tete} dans la variation ordinaire autour du repère ({repere}).")
    verbe = "est" if dedans < 2 else "sont"
    phrase = (
        f"{dedans} collège{'s' if dedans > 1 else ''} sur {len(traces)} {verbe} dans la variation "
        f"ordinaire autour du repère ({repere})."
    )
    for position in (p for p in Position if p.dehors):
        siens = [p for p in dehors if p.position is position]
        if siens:
            debut = position.value[0].upper() + position.value[1:]
            phrase += f" {debut} : {_noms(vue, siens)}."
    attendus = max(1, math.ceil(RISQUES[0] * len(traces)))
    phrase += (
        f" Le seul hasard en ferait sortir {'un' if attendus == 1 else attendus} au plus, en "
        f"moyenne, sur {len(traces)}."
    )
    return typographier(phrase)


def _cumul(vue: Vue, e: Entonnoir) -> Markup | None:
    """Three years together, offered when the year alone holds few youths."""
    ctx = vue.ctx
    annee = ctx.selection.annee
    if annee in ctx.etat.cumuls:
        return html.P(
            [
                f"Trois années ensemble, de {annee}. Le repère est la somme des "
                "nombres publiés de ces trois années. ",
                html.Lien(
                    f"Revenir à {derniere_annee(annee)}",
                    ctx.adresse(replace(ctx.selection, annees=(derniere_annee(annee),))),
                ),
            ],
            className="aide",
        )
    fin = int(annee.split("-")[1])
    cumul = next(
        (x for x in (f"{fin - 3}-{fin}", *reversed(ctx.etat.cumuls)) if x in ctx.etat.cumuls), None
    )
    if cumul is None:
        return None
    petits = sum(1 for p in _traces(e) if p.compte and p.compte.n < MINIMUM)
    texte = f"{petits} de ces collèges ont moins de {MINIMUM} réponses. " if petits > 1 else ""
    return html.P(
        [
            texte,
            html.Lien(
                f"Voir trois années ensemble ({cumul})",
                ctx.adresse(replace(ctx.selection, annees=(cumul,))),
            ),
            " : trois fois plus de jeunes, moins de hasard.",
        ],
        className="aide",
    )


def figurer(vue: Vue, e: Entonnoir) -> graphiques.Figure:
    """The funnel: limits, reference, one mark a place of the plane (collèges that share it are
    told together), the collèges compared by their number."""
    p = e.p or 0.0
    points = _traces(e)
    derniere = max(x.compte.n for x in points if x.compte) * 1.04 + 3
    donnees: list[dict[str, Any]] = []
    hautes: list[float] = [100 * p]
    for risque, tirets, nom in zip(
        RISQUES, ("solid", "dash"), ("Limites à 95 %", "Limites à 99,8 %"), strict=True
    ):
        limites = tracer(derniere, p, risque, arrondi=e.arrondi)
        hautes += [haut for _, _, haut in limites if limites]
        for rang in (1, 2):
            donnees.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "name": typographier(nom),
                    "legendgroup": nom,
                    "showlegend": rang == 1,
                    "x": [x[0] for x in limites],
                    "y": [x[rang] for x in limites],
                    "line": {"color": c.GRIS, "width": 1.5, "dash": tirets},
                    "hoverinfo": "skip",
                }
            )
    donnees.append(
        {
            "type": "scatter",
            "mode": "lines",
            "name": e.repere.nom,
            "x": [0, derniere],
            "y": [100 * p, 100 * p],
            "line": {"color": e.repere.couleur, "width": 2.5},
            "hoverinfo": "skip",
        }
    )
    donnees += _marques(vue, e, points)
    parts = [100 * x.compte.part for x in points if x.compte]
    sommet = min(max([*parts, 100 * p]) * 1.25 + 8, 104)
    mise = graphiques.cadre(HAUTEUR)
    mise["xaxis"] |= {
        "range": [0, derniere],
        "title": {"text": _abscisse(e), "standoff": 10, "font": {"size": 14}},
    }
    mise["yaxis"] |= {
        "range": [-2, sommet],
        "ticksuffix": f"{INSECABLE}%",
    }
    return {"data": donnees, "layout": mise}


def _abscisse(e: Entonnoir) -> str:
    unite = "réponses connues" if e.ind.base == "réponse connue" else "jeunes"
    return f"Nombre de {unite}" + (" (arrondi)" if e.arrondi else "")


def _marques(vue: Vue, e: Entonnoir, points: list[Point]) -> list[dict[str, Any]]:
    """Ordinary collèges, those outside, and those compared, numbered."""
    places: dict[tuple[float, float], list[Point]] = {}
    for x in points:
        assert x.compte is not None
        places.setdefault((x.compte.n, 100 * x.compte.part), []).append(x)
    rangs = {lieu: rang for rang, lieu in enumerate(vue.lieux)}
    groupes: dict[str, list[tuple[float, float, list[Point]]]] = {"dans": [], "hors": []}
    compares: list[tuple[float, float, list[Point], list[int]]] = []
    for (n, part), siens in places.items():
        numeros = [rangs[x.lieu] for x in siens if x.lieu in rangs]
        if numeros:
            compares.append((n, part, siens, numeros))
            continue
        hors = siens[0].position is not None and siens[0].position.dehors
        groupes["hors" if hors else "dans"].append((n, part, siens))
    allures = {
        "dans": ("Dans la variation ordinaire", c.PASSE, "circle", 10),
        "hors": ("En dehors", "#b3302a", "diamond", 13),
    }
    donnees: list[dict[str, Any]] = []
    for code, (nom, teinte, symbole, taille) in allures.items():
        if groupes[code]:
            donnees.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "name": nom,
                    "x": [n for n, _, _ in groupes[code]],
                    "y": [part for _, part, _ in groupes[code]],
                    "hovertext": [_bulle(vue, e, siens) for _, _, siens in groupes[code]],
                    "hoverinfo": "text",
                    "marker": {
                        "size": [taille + 2 * min(len(s) - 1, 5) for _, _, s in groupes[code]],
                        "symbol": symbole,
                        "color": teinte,
                        "opacity": 1,
                        "line": {"width": 1, "color": "#ffffff"},
                    },
                }
            )
    if compares:
        donnees.append(
            {
                "type": "scatter",
                "mode": "markers+text",
                "name": "Collèges comparés",
                "showlegend": False,
                "x": [n for n, *_ in compares],
                "y": [part for _, part, *_ in compares],
                "text": [
                    f"<b>{', '.join(str(r + 1) for r in numeros)}</b>" for *_, numeros in compares
                ],
                "textfont": {"size": 13, "color": "#ffffff"},
                "textposition": "middle center",
                "hovertext": [_bulle(vue, e, siens) for _, _, siens, _ in compares],
                "hoverinfo": "text",
                "marker": {
                    "size": [24 + 12 * (len(numeros) - 1) for *_, numeros in compares],
                    "color": [couleur(numeros[0]) for *_, numeros in compares],
                    "opacity": 1,
                    "line": {"width": 2, "color": "#ffffff"},
                },
            }
        )
    return donnees


def _bulle(vue: Vue, e: Entonnoir, siens: list[Point]) -> str:
    x = siens[0]
    r = next(r for r in e.reponses if r.question.lieu == x.lieu)
    noms = "<br>".join(f"<b>{nommer_ici(vue.ctx, p.lieu)}</b>" for p in siens)
    texte = graphiques.decrire(
        x.ligne, r.politique.plancher, exact=r.politique.exacte, petits=MINIMUM
    )
    position = f"<br>{x.position.value}" if x.position else ""
    return typographier(f"{noms}<br>{texte}{position}")


def _figure(vue: Vue, e: Entonnoir, phrase: str) -> composants.Div:
    figure = figurer(vue, e)
    return composants.Div(
        [
            encadrer("graphe-variation", figure, phrase),
            fragment(
                html.Ul(
                    [
                        html.Li([numero(rang), " ", vue.nom(lieu)])
                        for rang, lieu in enumerate(vue.lieux)
                        if any(p.lieu == lieu for p in e.points)
                    ],
                    className="legende compares",
                    **{"aria-label": "Collèges comparés"},
                )
            ),
        ]
    )


def _non_places(vue: Vue, e: Entonnoir) -> Markup | None:
    """The collèges whose share is not shown, status by status: listed, never plotted."""
    par_statut: dict[str, list[Point]] = {}
    for p in e.points:
        if p.compte is None:
            par_statut.setdefault(p.ligne.statut, []).append(p)
    if not par_statut:
        return None
    plancher = e.reponses[0].politique
    seuil = plancher.plancher_sensible if e.ind.sensible(e.cle[1]) else plancher.plancher
    rangs = []
    for statut in STATUTS:
        siens = par_statut.get(statut, [])
        if not siens:
            continue
        titre = STATUTS[statut].format(plancher=f"{seuil} jeunes")
        if statut == "exact":
            titre = "Aucune réponse connue"
        rangs.append(html.Li([html.Strong(f"{titre} : "), f"{_noms(vue, siens)}."]))
        bas = [p for p in siens if p.position is not None]
        if bas:
            rangs.append(
                html.Li(
                    f"Parmi eux, sous la limite basse quel que soit leur nombre : "
                    f"{_noms(vue, bas)}."
                )
            )
    return html.Div(
        [html.H3("Collèges qui ne sont pas placés"), html.Ul(rangs, className="puces")],
        className="non-places",
    )


def _liste(vue: Vue, e: Entonnoir) -> Markup | None:
    """The same as a table; sorted by rate when asked, with what that is worth."""
    points = _traces(e)
    if not points:
        return None
    ctx = vue.ctx
    par_taux = vue.tri == "taux"
    if par_taux:
        points = sorted(points, key=lambda p: -(p.compte.part if p.compte else 0))
    rangs = {lieu: rang for rang, lieu in enumerate(vue.lieux)}
    par_lieu = {r.question.lieu: r for r in e.reponses}
    corps = []
    for p in points:
        assert p.compte is not None
        r = par_lieu[p.lieu]
        marque = [numero(rangs[p.lieu]), " "] if p.lieu in rangs else []
        position = p.position.value if p.position else "–"
        dehors = p.position is not None and p.position.dehors
        corps.append(
            html.Tr(
                [
                    html.Th([*marque, nommer_ici(ctx, p.lieu)], scope="row"),
                    html.Td(nombre(p.compte.n), className="nombre"),
                    html.Td(cellule(p.ligne, r), className="nombre"),
                    html.Td(html.Strong(position) if dehors else position),
                ]
            )
        )
    sans = ctx.adresse_avec("tri")
    lien = (
        html.Lien("Revenir à l’ordre des communes", sans)
        if par_taux
        else html.Lien("Trier par taux", ctx.adresse_avec("tri", "taux"))
    )
    morceaux: list[Any] = [html.P([lien], className="ordre")]
    if par_taux:
        morceaux.append(html.P(POURQUOI_PAS_DE_CLASSEMENT, className="mise-en-garde"))
        if e.arrondi:
            morceaux.append(
                html.P(
                    "Et les nombres sont arrondis : entre deux collèges dont les nombres diffèrent "
                    "de moins de 10, l’ordre même n’est pas certain.",
                    className="mise-en-garde",
                )
            )
    entetes = (
        ("Collège", ""),
        ("Base" + (" (arrondie)" if e.arrondi else ""), "nombre"),
        (e.libelle, "nombre"),
        ("Autour du repère", ""),
    )
    morceaux.append(
        html.Div(
            html.Table(
                [
                    html.Caption(html.Span(f"{e.libelle} ({e.ind.titre}), collège par collège")),
                    html.Thead(html.Tr([html.Th(t, scope="col", className=k) for t, k in entetes])),
                    html.Tbody(corps),
                ],
                className="tableau compare",
            ),
            className="defile liste-variation",
            tabIndex=0,
        )
    )
    ouvert = {"open": True} if par_taux or ctx.selection.vue == "tableau" else {}
    return html.Details(
        [html.Summary("Les collèges en tableau"), *morceaux], className="chiffres liste", **ouvert
    )


def _pied(vue: Vue, e: Entonnoir) -> Markup:
    comment = (
        "Limites : quantiles exacts de la loi binomiale autour du repère, à 95 % et à 99,8 % "
        "(graphique en entonnoir, Spiegelhalter 2005). "
    )
    if e.arrondi:
        comment += (
            "Elles tiennent compte de la loi de l’arrondi, et valent pour toutes les bases que "
            "l’arrondi peut cacher. "
        )
    dessinee = e.p is not None and vue.ctx.selection.vue != "tableau" and _traces(e)
    return pieds.composer(
        [f"{comment}{CAUSES}", *notes(e.reponses)],
        pieds.dire_la_source(vue.ctx.etat),
        pieds.lister(pieds.offrir_les_images("variation", "Télécharger ce graphique"))
        if dessinee
        else None,
    )
