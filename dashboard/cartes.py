"""The chart card of an indicator: sentence, chart, places side by side, table, source, files."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dash import html as composants
from markupsafe import Markup

from dashboard import balises as html
from dashboard import couleurs as c
from dashboard import graphiques, phrases, pieds, pourquoi, tableaux
from dashboard.contexte import Contexte
from dashboard.figures import encadrer
from dashboard.fragments import fragment
from dashboard.nombres import INSECABLE, annee_lisible, nombre
from data.catalogue import Indicateur, Serie
from data.refus import typographier
from queries.comparaisons import alentours, annee_precedente, referer
from queries.constantes import constantes_de
from queries.consultation import Consultation
from queries.depot import Etat
from queries.lieux import existe, nommer
from queries.question import NORD, Question
from queries.reponses import (
    NOTE_ARRONDI,
    NOTE_EXACT,
    NOTE_FRAGILE,
    NOTE_MULTIPLE,
    Ligne,
    Reponse,
    repondre,
)
from queries.selection import ecrire, ecrire_lieux, encoder

PAGES_IMPRIMEES = {"effectifs": "7", "situations": "7 à 11", "familles": "12 à 13"}
PLUS_DE_PHRASES = 6
"""Most answers side by side that a sentence speaks of."""

PAGES_ACCOMPAGNEMENTS = "14 à 25"


@dataclass(frozen=True, slots=True)
class Matiere:
    """The answers behind a card. `principales`: one per place, year and profile chosen."""

    indicateur: Indicateur
    principales: tuple[Reponse, ...]
    reference: tuple[str, Reponse] | None
    precedente: Reponse | None
    alentours: tuple[Reponse, ...]

    @property
    def consultations(self) -> tuple[Consultation, ...]:
        """The questions these answers are to, each once."""
        toutes = [*self.principales, *self.alentours]
        toutes += [self.reference[1]] if self.reference else []
        toutes += [self.precedente] if self.precedente else []
        return tuple(
            dict.fromkeys(Consultation(r.question, r.population, r.politique) for r in toutes)
        )


def rassembler(
    indicateurs: Sequence[Indicateur], ctx: Contexte, *, autour: bool = True
) -> list[Matiere]:
    """Every answer these cards need, asked together. `autour`: the places around too."""
    s, etat = ctx.selection, ctx.etat
    demandes: list[tuple[Indicateur, list[Question], Any, Question | None, list[Question]]] = []
    toutes: list[Question] = []
    for ind in indicateurs:
        principales = s.questions(ind)
        tete = principales[0]
        seule = len(principales) == 1
        reference = referer(tete, s.reference, ind, etat) if seule else None
        avant = annee_precedente(tete, ind, etat)
        # A collège is a chef's own in the years when a post of theirs is open there.
        if reference and not existe(etat, ctx.lecteur, reference[1].lieu, reference[1].annee):
            reference = None
        if avant and not existe(etat, ctx.lecteur, avant.lieu, avant.annee):
            avant = None
        voisins = alentours(tete, ind, etat, ctx.lecteur) if seule and autour else []
        demandes.append((ind, principales, reference, avant, voisins))
        toutes += principales
        toutes += [reference[1]] if reference else []
        toutes += [avant] if avant else []
        toutes += voisins
    toutes = list(dict.fromkeys(toutes))
    reponses = dict(zip(toutes, repondre(toutes, ctx.lecteur, ctx.depot), strict=True))
    return [
        Matiere(
            ind,
            tuple(reponses[q] for q in principales),
            (reference[0], reponses[reference[1]]) if reference else None,
            reponses[avant] if avant else None,
            tuple(reponses[q] for q in voisins),
        )
        for ind, principales, reference, avant, voisins in demandes
    ]


def classer(ind: Indicateur, plies: Container[str]) -> str:
    """Class of a card: folded away, or not."""
    return "carte pliee" if ind.id in plies else "carte"


def cadre(ind: Indicateur, plies: Container[str]) -> composants.Section:
    """The empty card, filled when it comes into view; `plies`: indicators folded away."""
    tete = fragment(
        html.Header(
            [
                html.Span(ind.numero, className="numero"),
                html.H2(ind.titre, id=f"titre-{ind.id}"),
                html.P(ind.question, className="question"),
            ],
            className="tete-carte",
        )
    )
    corps = composants.Div(
        composants.Div(className="attente", **{"aria-hidden": "true"}),
        id=f"corps-{ind.id}",
        className="corps-carte",
    )
    return composants.Section(
        [tete, corps],
        id=ind.id,
        className=classer(ind, plies),
        **{"aria-labelledby": f"titre-{ind.id}", "data-indicateur": ind.id},
    )


def nom_de_reponse(reponse: Reponse, ctx: Contexte) -> str:
    """What tells an answer from those beside it: place, year, profile."""
    s, q = ctx.selection, reponse.question
    morceaux = []
    if len(s.lieux) > 1 or (len(s.annees) == 1 and len(s.profils()) == 1):
        morceaux.append(nommer(ctx.etat, q.lieu))
    if len(s.annees) > 1:
        morceaux.append(annee_lisible(q.annee))
    if len(s.profils()) > 1:
        morceaux.append(phrases.nommer_filtres(q.filtres, ctx.etat))
    return typographier(f"{INSECABLE}· ".join(m for m in morceaux if m))


def remplir(matiere: Matiere, ctx: Contexte) -> list[Any]:
    """The body of a card."""
    ind = matiere.indicateur
    dites = [typographier(p) for p in resumer(matiere, ctx.etat)]
    phrase = " ".join(dites)
    colonnes = [(nom_de_reponse(r, ctx), r) for r in matiere.principales]
    if matiere.reference:
        colonnes.append(matiere.reference)
    corps: list[Any] = [ecrire_la_phrase(dites, f"phrase-{ind.id}")]
    if _a_quelque_chose(matiere.principales):
        if ctx.selection.vue == "tableau":
            corps.append(html.Div(tableaux.donnees(colonnes), className="defile", tabIndex=0))
        else:
            corps += _dessiner(matiere, ctx, phrase)
        corps += _autour(matiere, ctx)
        if ctx.selection.vue != "tableau":
            corps.append(
                html.Details(
                    [
                        html.Summary("Les chiffres en tableau"),
                        html.Div(tableaux.donnees(colonnes), className="defile", tabIndex=0),
                    ],
                    className="chiffres",
                )
            )
    elif _a_quelque_chose(matiere.alentours):
        # What is withheld of the place says nothing against its parts.
        corps += _autour(matiere, ctx)
    corps.append(_pied(matiere, ctx))
    return _assembler(corps)


def resumer(matiere: Matiere, etat: Etat) -> list[str]:
    """What a card says, sentence by sentence; of several answers, the leading value of each."""
    if len(matiere.principales) > 1:
        return [phrases.resumer(r, etat)[0] for r in matiere.principales[:PLUS_DE_PHRASES]]
    nom, reference = matiere.reference or ("", None)
    return phrases.resumer(
        matiere.principales[0], etat, reference, matiere.precedente, nom, matiere.alentours
    )


def ecrire_la_phrase(dites: Sequence[str], nom: str) -> Markup:
    """The first sentence stands out: it is read from the back of a room."""
    phrase = [html.Span(dites[0], className="tete")]
    if len(dites) > 1:
        phrase += [Markup(" "), html.Span(" ".join(dites[1:]), className="suite")]
    return html.P(phrase, className="phrase", id=nom)


def _a_quelque_chose(reponses: Sequence[Reponse]) -> bool:
    """Whether some row can be shown, were it as « moins de »."""
    return any(x.affichee or x.statut == "masque" for r in reponses for x in r.lignes)


def _assembler(morceaux: Sequence[Any]) -> list[Any]:
    """Components, the texts between two charts being one fragment."""
    sortie: list[Any] = []
    textes: list[Markup] = []
    for morceau in [*morceaux, None]:
        if isinstance(morceau, Markup):
            textes.append(morceau)
            continue
        if textes:
            sortie.append(fragment(*textes))
            textes = []
        if morceau is not None:
            sortie.append(morceau)
    return sortie


def tracer(matiere: Matiere, ctx: Contexte) -> list[tuple[Serie | None, list[graphiques.Trace]]]:
    """What the charts of a card draw: one list of traces per chart, and the series it is of when
    the card has one chart per series. A number is drawn with the places side by side: nothing when
    there is but one."""
    ind = matiere.indicateur
    series = [s for s in ind.series if s.modalites]
    if not series:
        traces = _traces_d_un_nombre(matiere, ctx)
        return [(None, traces)] if traces else []
    if ind.id == "demande_objectifs":
        return [(None, _traces_des_series(matiere))]
    if ind.famille == "qualite_saisie":
        lignes = [x for x in matiere.principales[0].lignes if x.modalite == "renseigne"]
        lignes = [replace(x, libelle=x.libelle.split(" : ")[0]) for x in lignes]
        r = matiere.principales[0]
        trace = graphiques.Trace(
            nom_de_reponse(r, ctx),
            lignes,
            _couleur(matiere, 0, ctx),
            r.politique.plancher,
            r.politique.exacte,
        )
        return [(None, [trace])]
    return [(s if len(series) > 1 else None, _traces(matiere, ctx, s)) for s in series]


def _dessiner(matiere: Matiere, ctx: Contexte, phrase: str) -> list[Any]:
    ind = matiere.indicateur
    dessins = tracer(matiere, ctx)
    if not any(s.modalites for s in ind.series):
        grands = html.Div(_grands_nombres(matiere, ctx), className="grands")
        figures = [graphiques.barres(traces, etroit=ctx.etroit) for _, traces in dessins]
        return [grands, *(_figure(ind, "", f, phrase) for f in figures)]
    if len(dessins) == 1:
        ((_, traces),) = dessins
        # The series of such a card are not what is drawn.
        melees = ind.id == "demande_objectifs" or ind.famille == "qualite_saisie"
        code = "" if melees else next(x.code for x in ind.series if x.modalites)
        figure = graphiques.barres(
            traces, unite="jeune" if melees else ind.unite, etroit=ctx.etroit
        )
        suite = [] if ind.id == "demande_objectifs" else _valeurs(matiere)
        return [_figure(ind, code, figure, phrase), *suite]
    maximum = max(x.part or x.effectif or x.valeur or 0 for x in matiere.principales[0].lignes)
    blocs = []
    for serie, traces in dessins:
        assert serie is not None
        figure = graphiques.barres(traces, unite=ind.unite, etroit=True, maximum=maximum)
        titre = composants.H3(serie.libelle, className="titre-serie")
        blocs.append(composants.Div([titre, _figure(ind, serie.code, figure, phrase)]))
    return [composants.Div(blocs, className="series"), *_valeurs(matiere)]


def _couleur(matiere: Matiere, rang: int, ctx: Contexte) -> str:
    if len(matiere.principales) > 1:
        return c.LIEUX[rang % len(c.LIEUX)]
    if matiere.principales[0].population == "ps":
        return c.ENSEMBLE_PS
    return c.DEPARTEMENT if ctx.selection.lieu == NORD else c.LIEU


def _traces(matiere: Matiere, ctx: Contexte, serie: Serie) -> list[graphiques.Trace]:
    traces = []
    for i, r in enumerate(matiere.principales[: len(c.LIEUX)]):
        traces.append(
            graphiques.Trace(
                nom_de_reponse(r, ctx),
                r.serie(serie.code),
                _couleur(matiere, i, ctx),
                r.politique.plancher,
                r.politique.exacte,
                planchers=_planchers(r, serie.code),
            )
        )
    if matiere.reference and matiere.indicateur.choix != "effectif":
        nom, r = matiere.reference
        couleur = {"Ensemble PS": c.ENSEMBLE_PS, "Département": c.DEPARTEMENT}.get(nom, c.PASSE)
        traces.append(
            graphiques.Trace(
                nom,
                r.serie(serie.code),
                couleur,
                r.politique.plancher,
                r.politique.exacte,
                repere=True,
                planchers=_planchers(r, serie.code),
            )
        )
    constantes = {
        k.modalite: k for k in constantes_de(matiere.indicateur.id) if k.serie == serie.code
    }
    if constantes and "insee" in matiere.indicateur.comparaisons:
        lignes = [
            Ligne(serie.code, m.code, m.libelle, "exact", part=constantes[m.code].part)
            if m.code in constantes
            else Ligne(serie.code, m.code, m.libelle, "non_pose")
            for m in serie.modalites
        ]
        traces.append(graphiques.Trace("INSEE", lignes, c.INSEE, exact=True, repere=True))
    return traces


def _planchers(reponse: Reponse, serie: str = "") -> tuple[int, ...]:
    """Floor of each row of a series; () when none is more sensitive than the others."""
    politique = reponse.politique
    planchers = tuple(
        politique.plancher_sensible
        if reponse.indicateur.sensible(x.modalite)
        else politique.plancher
        for x in reponse.serie(serie)
    )
    return planchers if set(planchers) - {politique.plancher} else ()


def _traces_des_series(matiere: Matiere) -> list[graphiques.Trace]:
    r = matiere.principales[0]
    return [
        graphiques.Trace(
            s.libelle,
            r.serie(s.code),
            couleur,
            r.politique.plancher,
            r.politique.exacte,
            planchers=_planchers(r, s.code),
        )
        for s, couleur in zip(matiere.indicateur.series, (c.PASSE, c.DEPARTEMENT), strict=False)
    ]


def _valeurs(matiere: Matiere) -> list[Any]:
    """Averages and medians beside the bars."""
    if len(matiere.principales) > 1:
        return []
    lignes = [x for x in matiere.principales[0].lignes if x.valeur is not None and x.serie != "etp"]
    return [
        html.P(
            [
                f"{x.libelle}{INSECABLE}: ",
                html.Strong(("environ " if x.statut == "arrondi" else "") + nombre(x.valeur or 0)),
                f" ({x.note})" if x.note else "",
            ],
            className="valeur",
        )
        for x in lignes
    ]


def _grands_nombres(matiere: Matiere, ctx: Contexte) -> list[Markup]:
    grands = []
    for r in matiere.principales[:6]:
        grands.append(
            html.P(
                [
                    html.Span(ecrire_en_grand(r), className="grand"),
                    html.Span(nom_de_reponse(r, ctx)),
                ],
                className="grand-nombre",
            )
        )
    return grands


def ecrire_en_grand(reponse: Reponse) -> str:
    """The number that an answer is: « ≈ 35 », « 2 960 », « < 5 »."""
    x = reponse.lignes[0]
    environ = f"≈{INSECABLE}" if x.statut == "arrondi" else ""
    return environ + graphiques.etiquette(x, reponse.politique.plancher)


def _traces_d_un_nombre(matiere: Matiere, ctx: Contexte) -> list[graphiques.Trace]:
    """A number has no values to draw: its places side by side are the chart."""
    seule = len(matiere.principales) == 1
    reponses = matiere.alentours if seule else matiere.principales
    reponses = tuple(r for r in reponses if r.question.lieu != NORD or len(reponses) == 1)
    if len(reponses) < 2:
        return []
    lignes = [
        replace(
            r.lignes[0],
            libelle=nommer(ctx.etat, r.question.lieu) if seule else nom_de_reponse(r, ctx),
        )
        for r in reponses
    ]
    return [
        graphiques.Trace(
            matiere.indicateur.titre,
            lignes,
            c.LIEU,
            reponses[0].politique.plancher,
            all(r.politique.exacte for r in reponses),
        )
    ]


def _figure(
    ind: Indicateur, serie: str, figure: graphiques.Figure, phrase: str
) -> composants.Figure:
    nom = f"graphe-{ind.id}" + (f"-{serie}" if serie else "")
    return encadrer(nom, figure, phrase)


def _autour(matiere: Matiere, ctx: Contexte) -> list[Any]:
    """Places side by side: 100 % bars where they are honest, else a heat table."""
    if len(matiere.alentours) < 2:
        return []
    ind = matiere.indicateur
    colonnes = [(nommer(ctx.etat, r.question.lieu), r) for r in matiere.alentours]
    titre = (
        "Par territoire"
        if ctx.selection.lieu.type in ("departement", "territoire", "reseau", "poste")
        else "Autour"
    )
    if not any(s.modalites for s in ind.series):
        return []
    sorties: list[Any] = [html.H3(titre, className="titre-autour")]
    if ind.choix == "effectif":
        sorties.append(html.Div(tableaux.effectifs(colonnes), className="defile", tabIndex=0))
        return sorties
    if ind.famille == "qualite_saisie":
        return []
    series = [s for s in ind.series if s.modalites]
    blocs = []
    for serie in series:
        titres = [html.H4(serie.libelle)] if len(series) > 1 else []
        if tableaux.peut_empiler(colonnes, serie.code):
            tableau: Any = tableaux.empilees(colonnes, serie.code)
        else:
            tableau = html.Div(
                tableaux.chaleur(colonnes, serie.code), className="defile", tabIndex=0
            )
        blocs.append(html.Div([*titres, tableau]))
    return [*sorties, html.Div(blocs, className="series" if len(series) > 1 else "")]


def _pied(matiere: Matiere, ctx: Contexte) -> Markup:
    ind, r = matiere.indicateur, matiere.principales[0]
    notes: list[Any] = []
    base = pieds.dire_la_base(r)
    if base:
        notes.append(html.Span(base))
    if any(y.fragile for autre in matiere.principales for y in autre.lignes):
        notes.append(html.Strong(NOTE_FRAGILE, className="alerte"))
    if any(s.multiple for s in ind.series):
        notes.append(html.Span(NOTE_MULTIPLE))
    if ind.famille == "evenements" and not r.politique.exacte:
        notes.append(html.Span("Parts calculées sur des événements, données en pour cent entiers."))
    for constante in constantes_de(ind.id):
        notes.append(html.Span(f"{constante.source}."))
    protege = any(y.statut in ("arrondi", "masque") for y in r.lignes)
    if protege:
        notes.append(html.Span(NOTE_ARRONDI, className="protection"))
    if r.politique.exacte:
        notes.append(html.Strong(NOTE_EXACT, className="exact"))
    page = PAGES_IMPRIMEES.get(
        ind.chapitre, PAGES_ACCOMPAGNEMENTS if ind.chapitre == "accompagnements" else ""
    )
    suite = f" · rapport imprimé 2021-2022, p.{INSECABLE}{page}" if page else ""
    return pieds.composer(
        notes,
        pieds.dire_la_source(ctx.etat, suite),
        _outils(matiere, ctx),
        pourquoi.expliquer(r, ctx.etat),
    )


def adresse_api(matiere: Matiere, ctx: Contexte, format_: str) -> str:
    """Address of the same answers as a file."""
    s, ind = ctx.selection, matiere.indicateur
    annees = dict.fromkeys(r.question.annee for r in matiere.principales)
    paires = [("annee", a) for a in annees]
    paires += ecrire_lieux(s.lieux, ctx.lecteur)
    if ind.de_jeunes or ind.famille == "qualite_saisie":
        paires += [(p, v) for p, valeurs in s.filtres for v in valeurs]
        paires.append(("population", s.population))
    paires.append(("format", format_))
    return f"/api/v1/indicateurs/{ind.id}?{encoder(paires)}"


def _outils(matiere: Matiere, ctx: Contexte) -> Markup:
    ind = matiere.indicateur
    requete = ecrire(ctx.selection, ctx.etat, ctx.lecteur)
    lien = f"{ctx.chemin}{'?' + requete if requete else ''}#{ind.id}"
    nom = f"« {ind.titre} »"
    outils = pieds.lier_les_fichiers(
        lambda format_: adresse_api(matiere, ctx, format_), f"Télécharger les chiffres {nom}"
    )
    if ctx.selection.vue != "tableau":
        outils += pieds.offrir_les_images(ind.id, f"Télécharger le graphique {nom}")
    outils += [
        html.Button(
            "Copier la phrase",
            type="button",
            className="lien",
            **{"data-texte": f"phrase-{ind.id}", "aria-label": f"Copier la phrase de {nom}"},
        ),
        pieds.copier_le_lien(lien, nom),
        *pieds.offrir_la_presentation(ind.id, requete, nom, ctx.lecteur),
    ]
    return pieds.lister(outils)
