"""Two indicators crossed: heat table or stacked bars, per cent in row or in column, and what
certainly stands out. Crossings whose cells can mostly be shown are offered first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from dash import html as composants
from markupsafe import Markup

from dashboard import balises as html
from dashboard import choix, phrases, tableaux
from dashboard.contexte import Contexte
from dashboard.filtres import Barre
from dashboard.fragments import fragment
from dashboard.graphiques import decrire, etiquette
from dashboard.nombres import (
    INSECABLE,
    annee_lisible,
    date_longue,
    enumerer,
    nombre,
    pluriel,
    pourcentage,
)
from data.catalogue import CHAPITRES, Indicateur
from data.paquet import PAS
from data.refus import typographier
from queries.croisements import (
    SANS_BASE,
    Case,
    Croisement,
    Marge,
    Offre,
    croisables,
    croiser,
    lieu_croisable,
    offrir,
)
from queries.lieux import lister, nommer
from queries.question import NORD
from queries.reponses import NOTE_ARRONDI, NOTE_EXACT, STATUTS, Ligne, Reponse
from queries.selection import derniere_annee, ecrire_lieux

TITRE = "Croiser deux indicateurs"
PARAMETRES = ("indicateur", "croiser", "sens", "dessin")
SENS = {"ligne": "En ligne : chaque ligne fait 100 %", "colonne": "En colonne : chaque colonne"}
DESSINS = {"chaleur": "Tableau de chaleur", "barres": "Barres empilées à 100 %"}
CITEES = 3
"""Most certain differences the sentence gives."""

MARQUES = {1: ("▲", "sur-représenté, certain"), -1: ("▼", "sous-représenté, certain")}
"""Sign of a cell that certainly stands out → its mark, its words."""


@dataclass(frozen=True, slots=True)
class Vue:
    """What is looked at. `ctx`: the context, its place and year being ones crossings are answered
    for. `sens`: per cent in row or in column."""

    ctx: Contexte
    offres: tuple[Offre, ...]
    croisement: Croisement
    sens: str
    dessin: str
    avis: tuple[str, ...]


class BarreDeCroisement(Barre):
    """The choices a crossing has: a place and a year."""

    def principaux(self) -> list[Any]:
        """Place, year."""
        return [self.lieu(), self.annee()]

    def seconds(self) -> list[Any]:
        """Nothing else applies."""
        return []

    def etiquettes(self) -> list[Markup]:
        """The place is said by its choice."""
        return []

    def lieu(self) -> Any:
        """Every place that crossings are answered for, inside the perimeter."""
        lieux = [NORD, *lister(self.etat, self.lecteur, "territoire")]
        lieux += lister(self.etat, self.lecteur, "association")
        return self.choisir(
            "lieu",
            "Lieu",
            [(nommer(self.etat, x), self.vers(lieux=(x,))) for x in lieux],
            self.vers(),
        )


def barrer(ctx: Contexte) -> list[Any]:
    """The filter bar: a place and a year."""
    return BarreDeCroisement(_ramener(ctx)).composer()


def resumer(ctx: Contexte) -> str:
    """Place and year in a few words."""
    return Barre(_ramener(ctx)).resume()


def _ramener(ctx: Contexte) -> Contexte:
    """The context at a place and in a year that crossings are answered for."""
    s = ctx.selection
    lieu = lieu_croisable(s.lieu, ctx.etat, ctx.lecteur)
    autre = replace(
        s,
        annees=(derniere_annee(s.annee),),
        lieux=(lieu,),
        filtres=(),
        population="alses",
    )
    return replace(ctx, selection=autre)


def _avertir(ctx: Contexte, ramene: Contexte) -> list[str]:
    """What the address asks and a crossing does not have."""
    s, r = ctx.selection, ramene.selection
    avis = []
    if s.lieux != r.lieux:
        avis.append(
            "Un croisement se demande pour le département, un territoire ou une association : "
            f"voici celui de « {nommer(ctx.etat, r.lieu)} »."
        )
    if s.annees != r.annees:
        avis.append(f"Un croisement porte sur une seule année scolaire : {r.annee}.")
    if s.filtres or s.population != "alses":
        avis.append(
            "Un croisement porte sur tous les jeunes accompagnés par les ALSES : les filtres de "
            "profil et de population sont laissés de côté."
        )
    return avis


# ---- what is looked at


def regarder(ctx: Contexte) -> Vue:
    """Everything the page says, asked of the answers."""
    ramene = _ramener(ctx)
    avis = _avertir(ctx, ramene)
    etat, lecteur, depot = ctx.etat, ctx.lecteur, ctx.depot
    annee, lieu = ramene.selection.annee, ramene.selection.lieu
    offres = offrir(annee, lieu, etat, lecteur, depot)
    possibles = {i.id: i for i in croisables(etat)}
    for nom in ("indicateur", "croiser"):
        avis += choix.avertir(ctx, nom, possibles)
    avis += choix.avertir(ctx, "sens", SENS) + choix.avertir(ctx, "dessin", DESSINS)
    a = choix.lire(ctx, "indicateur", possibles)
    b = choix.lire(ctx, "croiser", possibles)
    if a and a == b:
        avis.append("On croise deux indicateurs différents : le second est remplacé.")
        b = ""
    a, b = _completer(a, b, offres)
    croisement = croiser(possibles[a], possibles[b], annee, lieu, lecteur, depot)
    return Vue(
        ramene,
        tuple(offres),
        croisement,
        choix.lire(ctx, "sens", SENS, "ligne"),
        choix.lire(ctx, "dessin", DESSINS, "chaleur"),
        tuple(avis),
    )


def _completer(a: str, b: str, offres: Sequence[Offre]) -> tuple[str, str]:
    """The two indicators: those asked for, the others from the first crossing offered."""
    if a and b:
        return a, b
    for o in offres:
        if not a and not b:
            lignes, colonnes = _orienter(o)
            return lignes.id, colonnes.id
        if (a or b) in (o.a.id, o.b.id):
            autre = o.b.id if (a or b) == o.a.id else o.a.id
            return (a, autre) if a else (autre, b)
    raise LookupError("aucun croisement")


def _orienter(o: Offre) -> tuple[Indicateur, Indicateur]:
    """Rows and columns of a crossing: the longer list in rows, so that its labels can be read."""
    longueurs = [len(i.series[0].modalites) for i in (o.a, o.b)]
    return (o.a, o.b) if longueurs[0] >= longueurs[1] else (o.b, o.a)


def composer(ctx: Contexte) -> list[Any]:
    """The page."""
    vue = regarder(ctx)
    tete = html.Header(
        [
            html.H1(TITRE),
            html.P(
                "Les réponses à une question selon les réponses à une autre, pour les jeunes "
                "accompagnés par les ALSES. Ce qui s’écarte du hasard est marqué, et seulement "
                "quand c’est certain.",
                className="introduction",
            ),
        ],
        className="tete-page",
    )
    return [
        fragment(tete, choix.dire_avis(vue.avis), _choisir(vue)),
        composants.Section(
            fragment(*_remplir(vue)),
            id="croisement",
            className="carte corps-carte",
            **{"aria-labelledby": "titre-croisement"},
        ),
    ]


# ---- choices


def _adresse(vue: Vue, **changements: str) -> str:
    """Address of the page with these parameters of its own; defaults are left out."""
    actuels = {
        "indicateur": vue.croisement.a.id,
        "croiser": vue.croisement.b.id,
        "sens": vue.sens,
        "dessin": vue.dessin,
    } | changements
    defauts = {("sens", "ligne"), ("dessin", "chaleur")}
    return vue.ctx.adresse(propres=[p for p in actuels.items() if p not in defauts])


def _choisir(vue: Vue) -> Markup:
    a, b = vue.croisement.a, vue.croisement.b
    return html.Div(
        [
            choix.choisir("croisement", "Croisement", _offrir(vue)),
            choix.choisir("indicateur", "En lignes", _lister(vue, a, b, "indicateur", "croiser")),
            choix.choisir("croiser", "En colonnes", _lister(vue, b, a, "croiser", "indicateur")),
            choix.choisir(
                "sens",
                "Pour cent",
                [("", [(m, _adresse(vue, sens=s), s == vue.sens) for s, m in SENS.items()])],
            ),
            choix.choisir(
                "dessin",
                "Dessin",
                [("", [(m, _adresse(vue, dessin=d), d == vue.dessin) for d, m in DESSINS.items()])],
            ),
            html.P(
                html.Lien(
                    "⇄ Intervertir lignes et colonnes",
                    _adresse(vue, indicateur=b.id, croiser=a.id),
                ),
                className="intervertir",
            ),
        ],
        className="outillage",
    )


def _offrir(vue: Vue) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """Every crossing, by how much of it can be shown."""
    ici = {vue.croisement.a.id, vue.croisement.b.id}
    groupes: dict[str, list[tuple[str, str, bool]]] = {}
    for o in vue.offres:
        lignes, colonnes = _orienter(o)
        mots = f"{lignes.titre} × {colonnes.titre}"
        if o.montrees is not None:
            mots += f" – {dire_offre(o)}"
        pareille = {o.a.id, o.b.id} == ici
        suite = {} if pareille else {"indicateur": lignes.id, "croiser": colonnes.id}
        groupes.setdefault(_classer(o), []).append((mots, _adresse(vue, **suite), pareille))
    return list(groupes.items())


def _classer(o: Offre) -> str:
    if o.montrees is None:
        return ""
    if o.montrees == o.cases:
        return "Toutes les cases sont montrées"
    if not o.montrees:
        return "Rien ne peut être montré ici"
    return "La plupart des cases" if o.part >= 0.5 else "Moins de la moitié des cases"


def dire_offre(o: Offre) -> str:
    """« 12 cases sur 20 montrées, 8 cachées »."""
    if o.montrees == o.cases:
        return f"{pluriel(o.cases, 'case')} sur {o.cases} montrées"
    caches = o.cases - (o.montrees or 0)
    return (
        f"{pluriel(o.montrees or 0, 'case')} sur {o.cases} "
        f"montrée{'s' if (o.montrees or 0) > 1 else ''}, {caches} cachée{'s' if caches > 1 else ''}"
    )


def _lister(
    vue: Vue, ici: Indicateur, autre: Indicateur, nom: str, second: str
) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """Indicators by chapter; taking the one of the other side swaps them."""
    groupes: dict[str, list[tuple[str, str, bool]]] = {}
    for i in croisables(vue.ctx.etat):
        suite = {nom: i.id} | ({second: ici.id} if i.id == autre.id else {})
        numero, titre = CHAPITRES[i.chapitre]
        groupes.setdefault(f"{numero} {titre}", []).append(
            (f"{i.numero} {i.titre}", _adresse(vue, **suite), i.id == ici.id)
        )
    return list(groupes.items())


# ---- the card


def _remplir(vue: Vue) -> list[Any]:
    x = vue.croisement
    titre = f"{x.a.titre} × {x.b.titre}"
    lieu = nommer(vue.ctx.etat, vue.ctx.selection.lieu)
    corps: list[Any] = [
        html.Header(
            [
                html.H2(titre, id="titre-croisement"),
                html.P(
                    f"{lieu}, {annee_lisible(vue.ctx.selection.annee)}",
                    className="question",
                ),
            ],
            className="tete-croisement",
        )
    ]
    if x.politique.exacte:
        corps.append(html.P("Chiffres exacts – ne pas diffuser.", className="bandeau exact"))
    corps.append(html.P(typographier(resumer_croisement(vue)), className="phrase"))
    if not x.repondu:
        return [*corps, _pied(vue)]
    if vue.ctx.selection.vue == "tableau":
        corps.append(_defiler(compter(vue)))
        return [*corps, _pied(vue)]
    rangees = empiler(vue)
    if vue.dessin == "barres" and tableaux.peut_empiler(rangees):
        corps.append(html.Div(tableaux.empilees(rangees), className="barres-croisees"))
    else:
        if vue.dessin == "barres":
            corps.append(html.P(_pourquoi_pas_de_barres(vue), className="raison"))
        corps += [_tourner(vue), _defiler(chauffer(vue)), _cle(vue)]
    corps.append(
        html.Details(
            [html.Summary("Les nombres en tableau"), _defiler(compter(vue))], className="chiffres"
        )
    )
    return [*corps, _pied(vue)]


def _tourner(vue: Vue) -> Markup | None:
    """Where no per cent of this way can be given, the other way; None where some can."""
    x, par_ligne = vue.croisement, vue.sens == "ligne"
    marges, autres = (x.lignes, x.colonnes) if par_ligne else (x.colonnes, x.lignes)
    if any(m.base is not None for m in marges) or all(m.pourquoi != "reponses" for m in marges):
        return None
    mot, autre = ("ligne", "colonne") if par_ligne else ("colonne", "ligne")
    lien = None
    if any(m.base is not None for m in autres):
        lien = html.Lien(f"Voir les parts en {autre}", _adresse(vue, sens=autre))
    return html.P(
        [
            f"Pas de parts en {mot} : trop de jeunes n’ont répondu qu’à une des deux questions. ",
            lien,
        ],
        className="raison",
    )


def _defiler(tableau: Markup) -> Markup:
    return html.Div(tableau, className="defile", tabIndex=0)


def resumer_croisement(vue: Vue) -> str:
    """What certainly stands out, or that nothing does."""
    x = vue.croisement
    lieu = phrases.situer(vue.ctx.etat, vue.ctx.selection.lieu)
    annee = vue.ctx.selection.annee
    if not x.repondu:
        statut = x.reponse.statut
        mots = STATUTS.get(statut, STATUTS["refuse"])
        texte = mots[0].lower() + mots[1:]
        if statut == "non_diffuse":
            texte += (
                " : recoupé avec d’autres, ce tableau laisserait connaître un très petit groupe"
            )
        return f"{lieu} en {annee} : {texte}."
    certaines = x.certaines()
    if not certaines:
        return (
            f"{lieu} en {annee}, aucun écart certain entre « {x.a.titre} » et « {x.b.titre} » : "
            "les différences que l’on voit peuvent venir du hasard ou de l’arrondi."
        )
    cites = [typographier(_dire_ecart(k, vue)) for k in _varier(certaines)]
    reste = len(certaines) - len(cites)
    phrase = f"{lieu} en {annee}, {cites[0]}"
    if cites[1:]:
        phrase += f". De même, {enumerer(cites[1:])}"
    if reste:
        phrase += (
            f". {reste} autre{'s cases s’écartent' if reste > 1 else ' case s’écarte'} "
            "avec certitude"
        )
    return f"{phrase}."


def _varier(certaines: Sequence[Case]) -> list[Case]:
    """The clearest differences, those above first, one a row and a column: what is below its share
    beside what is above says the same thing twice."""
    gardees: list[Case] = []
    for k in sorted(certaines, key=lambda k: -k.signe):
        if k.signe != gardees[0].signe if gardees else False:
            continue
        if all(k.x != g.x and k.y != g.y for g in gardees):
            gardees.append(k)
    return gardees[:CITEES]


def _dire_ecart(k: Case, vue: Vue) -> str:
    """« Exclusion » est sur-représenté chez « 3e » (35 %, contre 20 % pour l’ensemble)."""
    x = vue.croisement
    ligne, colonne = x.marge(k, "ligne"), x.marge(k, "colonne")
    dedans, de = (colonne, ligne) if vue.sens == "ligne" else (ligne, colonne)
    mot = "sur-représentée" if k.signe > 0 else "sous-représentée"
    phrase = f"la réponse « {dedans.libelle} » est {mot} parmi « {de.libelle} »"
    part, tous = x.part(k, vue.sens), x.part_d_ensemble(dedans)
    if part is None or tous is None:
        return phrase
    exact = x.politique.exacte
    return (
        f"{phrase} ({pourcentage(part, exact=exact)}, contre "
        f"{pourcentage(tous, exact=exact)} pour l’ensemble)"
    )


def chauffer(vue: Vue) -> Markup:
    """The heat table: per cents, the base of each row or column, marks of what stands out."""
    x, par_ligne = vue.croisement, vue.sens == "ligne"
    tete = [
        html.Th(x.a.titre, scope="col"),
        *(html.Th(m.libelle, scope="col", className="nombre") for m in x.colonnes),
        html.Th("Base" if par_ligne else "Ensemble", scope="col", className="nombre base"),
    ]
    corps = []
    for marge, rang in zip(x.lignes, x.cases, strict=True):
        bout = _base(marge, vue) if par_ligne else _ensemble(marge, vue)
        corps.append(
            html.Tr(
                [
                    html.Th(marge.libelle, scope="row"),
                    *(_case_chaude(k, vue) for k in rang),
                    html.Td(bout, className="nombre base"),
                ]
            )
        )
    bas = [_ensemble(m, vue) if par_ligne else _base(m, vue) for m in x.colonnes]
    corps.append(
        html.Tr(
            [
                html.Th("Ensemble" if par_ligne else "Base", scope="row"),
                *(html.Td(texte, className="nombre base") for texte in bas),
                html.Td(_environ(x.total or 0, vue), className="nombre base"),
            ],
            className="ensemble",
        )
    )
    sens = "chaque ligne fait 100 %" if par_ligne else "chaque colonne fait 100 %"
    autre = x.b if par_ligne else x.a
    if autre.series[0].multiple:
        sens = f"une {'ligne' if par_ligne else 'colonne'} peut dépasser 100 %, plusieurs réponses"
    legende = html.Caption(
        html.Span(f"{x.a.titre} en lignes, {x.b.titre} en colonnes, pour cent : {sens}")
    )
    return html.Table(
        [legende, html.Thead(html.Tr(tete)), html.Tbody(corps)],
        className="tableau chaleur croise",
    )


def _case_chaude(k: Case, vue: Vue) -> Markup:
    x = vue.croisement
    plancher, exact = x.politique.plancher, x.politique.exacte
    part, marge = x.part(k, vue.sens), x.marge(k, vue.sens)
    classe, style, texte = k.ligne.statut, {}, etiquette(k.ligne, plancher, exact=exact)
    if k.ligne.affichee:
        texte = "–" if part is None else _ecrire_part(part, k.ligne, exact=exact)
        classe = "sans-part" if part is None else classe
        if part is not None:
            style = {"--chaleur": f"{part / 100:.2f}"}
    enfants: list[Any] = [texte]
    if k.signe:
        marque, mots = MARQUES[k.signe]
        enfants += [
            html.Span(f"{INSECABLE}{marque}", className="marque", **{"aria-hidden": "true"}),
            html.Span(f" {mots}", className="hors-vue"),
        ]
    noms = f"{x.marge(k, 'ligne').libelle} – {x.marge(k, 'colonne').libelle}"
    bulle = f"{noms} : {_dire_case(k, marge, part, vue)}"
    return html.Td(enfants, className=f"nombre chaud {classe}", style=style, title=bulle)


def _ecrire_part(part: float, ligne: Ligne, *, exact: bool) -> str:
    """The per cent of a cell: « < 1 % » rather than a zero that stands for somebody."""
    return etiquette(replace(ligne, part=part), 0, exact=exact)


def _dire_case(k: Case, marge: Marge, part: float | None, vue: Vue) -> str:
    """A cell in words: its number, its per cent, how it stands out."""
    x = vue.croisement
    texte = decrire(replace(k.ligne, part=part), x.politique.plancher, exact=x.politique.exacte)
    if k.ligne.affichee and part is None:
        texte += f" ; {SANS_BASE[marge.pourquoi].lower()}"
    if k.residu is not None:
        texte += f" ; résidu {'+' if k.residu >= 0 else '−'}{nombre(abs(round(k.residu, 1)), 1)}"
    if k.signe:
        texte += f" ; {MARQUES[k.signe][1]}"
    return texte


def _base(marge: Marge, vue: Vue) -> str:
    """« ≈ 45 »; « – » without any."""
    if marge.base is None:
        return "–"
    # With masked cells the sum is no published number: it is given as roughly as they are.
    return _environ(PAS * round(marge.base / PAS) if marge.masquees else marge.base, vue)


def _environ(valeur: float, vue: Vue) -> str:
    exact = vue.croisement.politique.exacte
    return ("" if exact else f"≈{INSECABLE}") + nombre(valeur)


def _ensemble(marge: Marge, vue: Vue) -> str:
    part = vue.croisement.part_d_ensemble(marge)
    return "–" if part is None else pourcentage(part, exact=vue.croisement.politique.exacte)


def compter(vue: Vue) -> Markup:
    """The published number of each cell."""
    x = vue.croisement
    plancher, exact = x.politique.plancher, x.politique.exacte
    tete = html.Tr(
        [
            html.Th(x.a.titre, scope="col"),
            *(html.Th(m.libelle, scope="col", className="nombre") for m in x.colonnes),
        ]
    )
    corps = []
    for marge, rang in zip(x.lignes, x.cases, strict=True):
        cases = []
        for k in rang:
            classe = "masque chaud" if k.ligne.statut == "masque" else k.ligne.statut
            texte = etiquette(replace(k.ligne, part=None), plancher, exact=exact)
            if not k.ligne.affichee and k.ligne.statut != "masque":
                texte = STATUTS[k.ligne.statut]
            cases.append(html.Td(texte, className=f"nombre {classe}"))
        corps.append(html.Tr([html.Th(marge.libelle, scope="row"), *cases]))
    legende = html.Caption(
        html.Span(f"Nombre de jeunes : {x.a.titre} en lignes, {x.b.titre} en colonnes")
    )
    return html.Table(
        [legende, html.Thead(tete), html.Tbody(corps)], className="tableau chaleur croise"
    )


def empiler(vue: Vue) -> list[tuple[str, Reponse]]:
    """One answer a row (or column) of the table, its shares those of the row."""
    x = vue.croisement
    par_ligne = vue.sens == "ligne"
    marges, autres = (x.lignes, x.colonnes) if par_ligne else (x.colonnes, x.lignes)
    ind = x.b if par_ligne else x.a
    rangees = []
    for i, marge in enumerate(marges):
        rang = x.cases[i] if par_ligne else tuple(r[i] for r in x.cases)
        lignes = tuple(
            replace(
                k.ligne,
                serie="",
                modalite=autre.code,
                libelle=autre.libelle,
                part=x.part(k, vue.sens),
                base=marge.base,
            )
            for k, autre in zip(rang, autres, strict=True)
        )
        rangees.append((marge.libelle, replace(x.reponse, indicateur=ind, lignes=lignes)))
    return rangees


def _pourquoi_pas_de_barres(vue: Vue) -> str:
    x = vue.croisement
    ind = x.b if vue.sens == "ligne" else x.a
    if ind.series[0].multiple:
        raison = "plusieurs réponses sont possibles, leur total dépasse 100 %"
    elif len(ind.series[0].modalites) > 6:
        raison = "il y a plus de six réponses, que l’on ne distinguerait pas"
    else:
        raison = (
            "des cases sont cachées, ou leur total s’éloigne trop de 100 % à cause de l’arrondi"
        )
    return f"Pas de barres empilées ici : {raison}. Voici le tableau."


def _cle(vue: Vue) -> Markup:
    x = vue.croisement
    statuts = {k.ligne.statut for rang in x.cases for k in rang}
    mots = []
    if x.certaines():
        mots += [
            ("▲", "sur-représenté avec certitude"),
            ("▼", "sous-représenté avec certitude"),
        ]
    if "masque" in statuts:
        mots.append(("▨", f"moins de {x.politique.plancher} jeunes"))
    if any(m.pourquoi for m in (*x.lignes, *x.colonnes)):
        mots.append(("–", "pas de part : base trop petite, ou trop incertaine"))
    return html.Ul(
        [
            html.Li([html.Span(signe, className="signe", **{"aria-hidden": "true"}), texte])
            for signe, texte in mots
        ],
        className="legende",
    )


# ---- foot


def _pied(vue: Vue) -> Markup:
    x, ctx = vue.croisement, vue.ctx
    notes: list[Any] = []
    if x.repondu:
        exact = x.politique.exacte
        base = pluriel(x.total or 0, "jeune a répondu", "jeunes ont répondu")
        notes.append(html.Span(f"{'' if exact else 'Environ '}{base} aux deux questions."))
        notes += [html.Span(t) for t in _expliquer_les_bases(vue)]
        if not exact:
            notes.append(html.Span(NOTE_ARRONDI, className="protection"))
        else:
            notes.append(html.Strong(f"{NOTE_EXACT}.", className="exact"))
    livraison = ctx.etat.livraison
    source = (
        f"Source : Base de Données Commune, livraison n°{INSECABLE}{livraison.numero} du "
        f"{date_longue(livraison.date)}"
    )
    if ctx.etat.synthetique:
        source += " – données de démonstration, synthétiques"
    return html.Footer(
        [
            html.P([y for note in notes for y in (note, " ")], className="notes"),
            html.P(f"{source}.", className="source"),
            _outils(vue),
            _expliquer(),
        ],
        className="pied-carte",
    )


def _expliquer_les_bases(vue: Vue) -> list[str]:
    """What the per cents are a share of."""
    x, par_ligne = vue.croisement, vue.sens == "ligne"
    autre, mot = (x.b, "ligne") if par_ligne else (x.a, "colonne")
    marges = x.lignes if par_ligne else x.colonnes
    if autre.series[0].multiple:
        return [
            f"Base d’une {mot} : les jeunes de cette réponse, moins la part de ceux qui n’ont pas "
            f"répondu à l’autre question, car « {autre.titre} » admet plusieurs réponses."
        ]
    textes = [f"Base d’une {mot} : la somme de ses cases."]
    if any(m.masquees and m.base is not None for m in marges):
        textes.append(
            "Quand il y en a de masquées, c’est le milieu de ce que cette somme peut être."
        )
    return textes


def adresse_api(vue: Vue, format_: str) -> str:
    """Address of the same cells as a file."""
    x, ctx = vue.croisement, vue.ctx
    paires = [("annee", ctx.selection.annee), *ecrire_lieux(ctx.selection.lieux, ctx.lecteur)]
    paires += [("croiser", x.b.id), ("format", format_)]
    return f"/api/v1/indicateurs/{x.a.id}?{urlencode(paires)}"


def _outils(vue: Vue) -> Markup:
    nom = f"« {vue.croisement.a.titre} × {vue.croisement.b.titre} »"
    outils = [
        html.A(
            titre,
            href=adresse_api(vue, format_),
            download="",
            **{"aria-label": f"Télécharger les chiffres {nom} en {titre}"},
        )
        for format_, titre in (("csv", "CSV"), ("xlsx", "XLSX"))
    ]
    outils.append(
        html.Button(
            "Copier le lien",
            type="button",
            className="lien",
            **{"data-lien": _adresse(vue), "aria-label": f"Copier le lien vers {nom}"},
        )
    )
    return html.Ul([html.Li(x) for x in outils], className="outils")


def _expliquer() -> Markup:
    """How a difference is found certain."""
    return html.Details(
        [
            html.Summary("Quand un écart est-il certain ?"),
            html.Ul(
                [
                    html.Li(
                        "Une case est comparée à ce qu’elle serait si les deux questions étaient "
                        "sans lien : le total de sa ligne fois celui de sa colonne, divisé par le "
                        "nombre de réponses. Le « résidu » mesure l’écart, en écarts types."
                    ),
                    html.Li(
                        "L’écart doit tenir quels que soient les vrais nombres derrière les "
                        "nombres publiés (à 4 près), et atteindre 10 jeunes ; un chiffre exact "
                        "n’a pas cette réserve."
                    ),
                    html.Li(
                        "Il doit dépasser ce que le hasard donnerait : au plus une chance sur "
                        "vingt de se tromper une seule fois dans tout le tableau, et 30 jeunes au "
                        "moins de chaque côté de la comparaison."
                    ),
                    html.Li("Un écart n’est pas une cause."),
                ],
                className="puces",
            ),
        ],
        className="pourquoi",
    )
