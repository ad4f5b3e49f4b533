"""Any indicator over the school years, by place: lines, printed figures of years without data, the
change of the forms in 2021, what certainly changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from dash import html as composants
from markupsafe import Markup

from dashboard import balises as html
from dashboard import choix, couleurs, graphiques, phrases
from dashboard.contexte import Contexte
from dashboard.courbes import MARQUES, Axe, Courbe, Marque, tracer
from dashboard.figures import encadrer
from dashboard.filtres import LIEUX_ENSEMBLE, Barre
from dashboard.fragments import fragment
from dashboard.nombres import (
    INSECABLE,
    annee_lisible,
    couper,
    date_longue,
    enumerer,
    nombre,
    pluriel,
    points,
    pourcentage,
)
from dashboard.pages.publications import PARAMETRE as DOCUMENT
from dashboard.pages.publications.mots import dire_periode
from data.catalogue import CHAPITRES, POPULATIONS, Indicateur
from data.imprimes import SOURCES, Imprime, Rupture, imprimes_de, lire_ruptures
from data.refus import typographier
from data.treillis import TYPES_CUMULABLES
from queries.comparaisons import referer
from queries.constantes import constantes_de
from queries.evolutions import (
    TOTAL,
    Bilan,
    Cible,
    Point,
    Suite,
    dresser_bilan,
    referer_suite,
    suivre,
)
from queries.lieux import nommer
from queries.question import Question
from queries.reponses import NOTE_ARRONDI, NOTE_EXACT, NOTE_MULTIPLE, STATUTS, repondre
from queries.selection import ecrire, ecrire_lieux

TITRE = "Évolution"
PARAMETRES = ("indicateur", "valeur", "periode")
PERIODES = {"annee": "Chaque année scolaire", "cumul": "Cumuls de trois ans"}
PAR_DEFAUT = "effectif"

TAUX = "taux:"
"""Code of the group of answer rates."""

NOMMEES = 6
"""Most lines with a name and a colour of their own; the others stand behind, in grey."""

CHANGEMENTS_CITES = 3
"""Most certain changes a sentence gives one by one."""

MUETS = ("non_pose", "sans_objet", "non_diffuse", "refuse")
"""Statuses of a year that does not answer."""

SANS_FICHES = ("poste", "collège")
"""Units that do not come from the forms whose interface changed."""

TETES = (TOTAL, "oui", "alses", "sans_salaire")
"""Values a sentence is about rather than the most frequent one."""


@dataclass(frozen=True, slots=True)
class Groupe:
    """Values drawn together: those of a series, or the answer rates. `parts`: in per cent."""

    code: str
    libelle: str
    parts: bool
    suites: tuple[Suite, ...]


@dataclass(frozen=True, slots=True)
class Vue:
    """What is looked at. `lignes`: the suites drawn and listed; `noms`: what each is called.
    `trop`: places beyond those drawn. `demande`: the value the address asks for."""

    indicateur: Indicateur
    cumul: bool
    cibles: tuple[Cible, ...]
    groupes: tuple[Groupe, ...]
    groupe: Groupe | None
    valeur: Suite | None
    lignes: tuple[Suite, ...]
    noms: tuple[str, ...]
    reference: tuple[str, Suite] | None
    trop: int
    avis: tuple[str, ...]
    demande: str


def barrer(ctx: Contexte) -> list[Any]:
    """The filter bar, without a year: all of them are drawn."""
    indicateur = _indicateur(ctx)
    profils = indicateur.de_jeunes or indicateur.famille == "qualite_saisie"
    return Barre(ctx, profils=profils, annees=False).composer()


def resumer(ctx: Contexte) -> str:
    """Indicator and places in a few words."""
    return typographier(f"{_indicateur(ctx).titre} – {Barre(ctx, annees=False).resume()}")


def composer(ctx: Contexte) -> list[Any]:
    """The page."""
    vue = regarder(ctx)
    tete = html.Header(
        [
            html.H1(TITRE),
            html.P(
                "Un indicateur d’une année à l’autre, ici ou en plusieurs lieux. Seuls les "
                "changements certains sont affirmés.",
                className="introduction",
            ),
        ],
        className="tete-page",
    )
    return [
        fragment(tete, choix.dire_avis(vue.avis), _choisir(vue, ctx)),
        composants.Section(
            _remplir(vue, ctx),
            id="evolution",
            className="carte corps-carte",
            **{"aria-labelledby": "titre-evolution"},
        ),
    ]


def _indicateur(ctx: Contexte) -> Indicateur:
    return ctx.etat.catalogue[choix.lire(ctx, "indicateur", ctx.etat.catalogue, PAR_DEFAUT)]


# ---- what is looked at


def regarder(ctx: Contexte) -> Vue:
    """Everything the page says, asked of the answers."""
    s, etat = ctx.selection, ctx.etat
    ind = _indicateur(ctx)
    avis = choix.avertir(ctx, "indicateur", etat.catalogue)
    de_jeunes = ind.de_jeunes or ind.famille == "qualite_saisie"
    toutes = [(lieu, f) for lieu in s.lieux for f in (s.profils() if de_jeunes else [()])]
    cibles = tuple(toutes[:LIEUX_ENSEMBLE])
    cumulable = _cumulable(ind, ctx)
    avis += choix.avertir(ctx, "periode", PERIODES if cumulable else ("annee",))
    cumul = cumulable and choix.lire(ctx, "periode", PERIODES) == "cumul"
    annees = etat.cumuls if cumul else etat.annees
    par_cible = suivre(ind, annees, cibles, s.population, etat, ctx.lecteur, ctx.depot)
    groupes = tuple(_grouper(ind, next((x for x in par_cible if x), [])))
    codes = {x.code for g in groupes for x in g.suites} | {g.code for g in groupes}
    avis += choix.avertir(ctx, "valeur", codes - {""})
    demande = choix.lire(ctx, "valeur", codes)
    groupe, valeur = _viser(groupes, demande, cibles, ctx)
    lignes, noms = _choisir_lignes(groupe, valeur, par_cible, ctx)
    return Vue(
        ind,
        cumul,
        cibles,
        groupes,
        groupe,
        valeur,
        lignes,
        noms,
        _referer(ind, lignes, valeur, ctx),
        len(toutes) - len(cibles),
        tuple(avis),
        demande,
    )


def _cumulable(ind: Indicateur, ctx: Contexte) -> bool:
    return (
        ind.de_jeunes
        and bool(ctx.etat.cumuls)
        and all(x.type in TYPES_CUMULABLES for x in ctx.selection.lieux)
    )


def _grouper(ind: Indicateur, suites: Sequence[Suite]) -> list[Groupe]:
    """Values by series; the series that have one value in per cent are drawn together."""
    series = {x.code: x for x in ind.series}
    par_code: dict[str, list[Suite]] = {}
    for suite in suites:
        serie = series.get(suite.serie)
        seule = serie is not None and len(serie.modalites) == 1 and ind.choix != "effectif"
        par_code.setdefault(TAUX if seule else f"{suite.serie}:", []).append(suite)
    groupes = []
    for code, siennes in par_code.items():
        serie = series.get(siennes[0].serie)
        libelle = serie.libelle if serie and code != TAUX else "Taux de réponse"
        parts = bool(serie and serie.modalites) and ind.choix != "effectif"
        groupes.append(Groupe(code, libelle, parts, tuple(siennes)))
    return groupes


def _viser(
    groupes: Sequence[Groupe], demande: str, cibles: Sequence[Cible], ctx: Contexte
) -> tuple[Groupe | None, Suite | None]:
    """The group drawn, and the one value of it when one was asked for or places are compared."""
    for groupe in groupes:
        for suite in groupe.suites:
            if suite.code == demande and (demande or len(groupe.suites) == 1):
                return groupe, suite
    if not groupes:
        return None, None
    vise = next((g for g in groupes if g.code == demande), None)
    if vise is None:
        # The first one, unless printed figures of years without data stand in another.
        avec = [g for g in groupes if any(_imprimes_de_la_suite(x, g, ctx) for x in g.suites)]
        vise = (avec or list(groupes))[0]
    if len(vise.suites) == 1 or len(cibles) > 1:
        return vise, _tete(vise.suites)
    return vise, None


def _tete(suites: Sequence[Suite]) -> Suite:
    tete = next((x for code in TETES for x in suites if x.modalite == code), None)
    return tete or max(suites, key=lambda x: x.plus_grande())


def _choisir_lignes(
    groupe: Groupe | None,
    valeur: Suite | None,
    par_cible: Sequence[Sequence[Suite]],
    ctx: Contexte,
) -> tuple[tuple[Suite, ...], tuple[str, ...]]:
    if groupe is None:
        return (), ()
    if valeur is None:
        court = groupe.code == TAUX
        noms = tuple(x.libelle.split(" : ")[0] if court else x.libelle for x in groupe.suites)
        return groupe.suites, noms
    lignes = tuple(
        x
        for suites in par_cible
        for x in suites
        if (x.serie, x.modalite) == (valeur.serie, valeur.modalite)
    )
    if len(lignes) == 1:
        return lignes, (valeur.libelle,)
    return lignes, tuple(_nommer_cible(x.cible, ctx) for x in lignes)


def _nommer_cible(cible: Cible, ctx: Contexte) -> str:
    lieu, filtres = cible
    morceaux = [nommer(ctx.etat, lieu)]
    if len(ctx.selection.profils()) > 1 and filtres:
        morceaux.append(phrases.nommer_filtres(filtres, ctx.etat))
    return typographier(" – ".join(morceaux))


def _referer(
    ind: Indicateur, lignes: Sequence[Suite], valeur: Suite | None, ctx: Contexte
) -> tuple[str, Suite] | None:
    """The same value for the Département or the whole of PS, beside a line that is alone."""
    s = ctx.selection
    if len(lignes) != 1 or s.reference not in ("departement", "ps"):
        return None
    if valeur is None or valeur.modalite == TOTAL or ind.choix == "effectif":
        return None
    trouvees: list[tuple[str, Question]] = []
    for point in lignes[0].points:
        reference = referer(point.reponse.question, s.reference, ind, ctx.etat)
        if reference:
            trouvees.append(reference)
    if not trouvees:
        return None
    reponses = repondre([q for _, q in trouvees], ctx.lecteur, ctx.depot)
    return trouvees[0][0], referer_suite(lignes[0], reponses)


# ---- printed figures


def _sans_donnees(suite: Suite, annee: str) -> bool:
    """Whether nothing is known of a year: it is not in the database, or the question was not
    asked."""
    point = next((p for p in suite.points if p.annee == annee), None)
    return point is None or point.ligne.statut == "non_pose"


def _imprimes(suite: Suite, ctx: Contexte) -> list[Imprime]:
    """Printed figures of the indicator at the place of a suite, in the years without data."""
    if not suite.points or suite.points[0].reponse.question.cumul:
        return []
    reponse, (lieu, filtres) = suite.points[0].reponse, suite.cible
    if filtres:
        return []
    toutes = imprimes_de(reponse.indicateur.id, reponse.population, lieu.type, lieu.code)
    return [x for x in toutes if x.annee not in ctx.etat.annees or _sans_donnees(suite, x.annee)]


def _imprimes_de_la_suite(suite: Suite, groupe: Groupe, ctx: Contexte) -> list[Imprime]:
    """Those that say the very value of the suite, in the unit that is drawn."""
    siennes = () if suite.modalite in ("", TOTAL) else (suite.modalite,)
    return [
        x
        for x in _imprimes(suite, ctx)
        if x.serie == suite.serie
        and x.modalites == siennes
        and not x.base
        and x.mesure == ("part" if groupe.parts else "effectif")
    ]


def _ecrire_imprime(x: Imprime) -> str:
    """« ≈ 35 % », « 41 postes »: as printed."""
    decimales = len(f"{x.valeur:g}".partition(".")[2])
    valeur = nombre(x.valeur, decimales)
    environ = f"≈{INSECABLE}" if x.approximatif else ""
    return f"{environ}{valeur}{INSECABLE}{x.unite}"


def _sourcer(source: str, section: str, pages: str) -> str:
    morceaux = [SOURCES[source]]
    if section:
        morceaux.append(f"« {re.sub('<[^>]*>', '', section)} »")
    if pages:
        morceaux.append(f"p.{INSECABLE}{pages}")
    return ", ".join(morceaux)


# ---- choices


def _adresse(vue: Vue, ctx: Contexte, **changements: str) -> str:
    """Address of the page with these parameters of its own; "" leaves one out."""
    ind = vue.indicateur.id
    actuels = {
        "indicateur": "" if ind == PAR_DEFAUT else ind,
        "valeur": vue.demande,
        "periode": "cumul" if vue.cumul else "",
    }
    return ctx.adresse(propres=[(n, v) for n, v in (actuels | changements).items() if v])


def _choisir(vue: Vue, ctx: Contexte) -> Markup:
    catalogue = ctx.etat.catalogue.values()
    selects = [
        choix.choisir(
            "indicateur",
            "Indicateur",
            [
                (
                    f"{numero} {titre}",
                    [
                        (
                            f"{i.numero} {i.titre}",
                            _adresse(vue, ctx, indicateur=i.id, valeur=""),
                            i.id == vue.indicateur.id,
                        )
                        for i in catalogue
                        if i.chapitre == code
                    ],
                )
                for code, (numero, titre) in CHAPITRES.items()
            ],
        )
    ]
    if sum(len(g.suites) for g in vue.groupes) > 1:
        selects.append(choix.choisir("valeur", "Réponse", _offrir_valeurs(vue, ctx)))
    if _cumulable(vue.indicateur, ctx):
        selects.append(
            choix.choisir(
                "periode",
                "Période",
                [
                    (
                        "",
                        [
                            (
                                mots,
                                _adresse(vue, ctx, periode="" if code == "annee" else code),
                                (code == "cumul") == vue.cumul,
                            )
                            for code, mots in PERIODES.items()
                        ],
                    )
                ],
            )
        )
    return html.Div(selects, className="outillage")


def _offrir_valeurs(vue: Vue, ctx: Contexte) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    plusieurs = len(vue.groupes) > 1
    ensemble = len(vue.cibles) == 1
    groupes = []
    for g in vue.groupes:
        options = []
        if ensemble and len(g.suites) > 1:
            code = g.code if plusieurs else ""
            ici = vue.valeur is None and vue.groupe is g
            options.append(("Toutes les réponses", _adresse(vue, ctx, valeur=code), ici))
        for x in g.suites:
            ici = vue.valeur is not None and x.code == vue.valeur.code
            options.append((x.libelle, _adresse(vue, ctx, valeur=x.code), ici))
        groupes.append((g.libelle if plusieurs else "", options))
    return groupes


# ---- the card


def _remplir(vue: Vue, ctx: Contexte) -> list[Any]:
    ind = vue.indicateur
    phrase = typographier(_resumer(vue, ctx))
    tete = html.Header(
        [
            html.Span(ind.numero, className="numero"),
            html.H2(_titrer(vue), id="titre-evolution"),
            html.P(ind.question, className="question"),
        ],
        className="tete-carte",
    )
    debut = fragment(tete, html.P(phrase, className="phrase", id="phrase-evolution"))
    fin = fragment(*_suite_de_la_carte(vue, ctx))
    if ctx.selection.vue == "tableau" or not _a_dessiner(vue, ctx):
        return [debut, fin]
    dessin = encadrer("graphe-evolution", dessiner(vue, ctx), phrase)
    return [debut, fragment(_cle(vue, ctx)), dessin, fin]


def _titrer(vue: Vue) -> str:
    titre = vue.indicateur.titre
    if vue.valeur is not None and sum(len(g.suites) for g in vue.groupes) > 1:
        titre += f" : {vue.valeur.libelle}"
    elif vue.groupe is not None and len(vue.groupes) > 1:
        titre += f" : {vue.groupe.libelle}"
    return titre


def _a_dessiner(vue: Vue, ctx: Contexte) -> bool:
    return vue.groupe is not None and any(
        p.ligne.affichee or p.ligne.statut == "masque" for x in vue.lignes for p in x.points
    )


def _rupture(vue: Vue, annees: Sequence[int]) -> Rupture | None:
    """The change of the forms, when the years drawn stand on both sides of it."""
    if vue.indicateur.unite in SANS_FICHES or not annees:
        return None
    for x in lire_ruptures():
        debut = int(x.annee.split("-")[0])
        if not x.indicateurs and min(annees) < debut <= max(annees):
            return x
    return None


def _rangs(vue: Vue, ctx: Contexte) -> list[int]:
    """Calendar years in which the years drawn begin, printed ones included."""
    rangs = {p.rang for x in vue.lignes for p in x.points}
    if vue.groupe is not None:
        for x in vue.lignes:
            rangs |= {_rang(i.annee) for i in _imprimes_de_la_suite(x, vue.groupe, ctx)}
    return sorted(rangs)


def _rang(annee: str) -> int:
    return int(annee.split("-")[0])


def dessiner(vue: Vue, ctx: Contexte) -> graphiques.Figure:
    """The chart of what is looked at."""
    assert vue.groupe is not None
    groupe = vue.groupe
    nommees = _nommees(vue)
    courbes = []
    for suite, nom in zip(vue.lignes, vue.noms, strict=True):
        rang = nommees.index(suite) if suite in nommees else None
        marques = [_marquer(p, nom, vue.indicateur) for p in suite.points]
        marques += [_marquer_imprime(x, nom) for x in _imprimes_de_la_suite(suite, groupe, ctx)]
        courbes.append(Courbe(nom, [m for m in marques if m.y is not None], rang))
    if vue.reference:
        nom, suite = vue.reference
        marques = [_marquer(p, nom, vue.indicateur) for p in suite.points]
        courbes.append(Courbe(nom, [m for m in marques if m.y is not None], None, repere=True))
    rangs = _rangs(vue, ctx)
    connus = {p.rang for x in vue.lignes for p in x.points}
    duree = 3 if vue.cumul else 1
    annees = [(x, f"{x}-{x + duree}" + ("" if x in connus else "<br>(imprimé)")) for x in rangs]
    rupture = None if vue.cumul else _rupture(vue, rangs)
    axe = Axe(
        annees,
        groupe.parts,
        (_rang(rupture.annee) - 0.5, f"2021{INSECABLE}: nouvelle<br>interface de saisie")
        if rupture
        else None,
        _bandes(vue, ctx),
    )
    return tracer(courbes, axe, etroit=ctx.etroit)


def _nommees(vue: Vue) -> list[Suite]:
    """The lines with a name: all of them, or those that matter most, in list order."""
    if len(vue.lignes) <= NOMMEES:
        return list(vue.lignes)
    # Of answer rates, those that are low are the ones to see.
    sens = 1 if vue.groupe is not None and vue.groupe.code == TAUX else -1
    grandes = sorted(vue.lignes, key=lambda x: sens * x.plus_grande())[:NOMMEES]
    return [x for x in vue.lignes if x in grandes]


def _marquer(point: Point, nom: str, ind: Indicateur) -> Marque:
    politique, ligne = point.reponse.politique, point.ligne
    base = next((x.base for x in point.reponse.lignes if x.base), 0) or 0
    y = graphiques.mesurer(ligne, politique.plancher, base)
    dit = graphiques.decrire(ligne, politique.plancher, exact=politique.exacte, unite=ind.unite)
    bulle = f"<b>{couper(nom, 42)}</b><br>{point.annee}{INSECABLE}: {couper(dit, 46)}"
    etiquette = graphiques.etiquette(ligne, politique.plancher, exact=politique.exacte)
    return Marque(point.rang, y, etiquette, bulle, masquee=ligne.statut == "masque")


def _marquer_imprime(x: Imprime, nom: str) -> Marque:
    ecrit = _ecrire_imprime(x)
    source = couper(f"imprimé dans : {_sourcer(x.source, '', x.pages)}", 46)
    bulle = f"<b>{couper(nom, 42)}</b><br>{dire_periode(x.periode)}{INSECABLE}: {ecrit}<br>{source}"
    court = f"{ecrit.rsplit(INSECABLE, 1)[0]}" if x.mesure == "effectif" else ecrit
    return Marque(_rang(x.annee), x.valeur, court, bulle, imprimee=True)


MOTS_DES_BANDES = {
    "non_pose": "question non posée",
    "sans_objet": "pas d’ALSES ici",
    "non_diffuse": "non diffusé",
    "refuse": "effectif trop faible",
}


def _bandes(vue: Vue, ctx: Contexte) -> list[tuple[int, str]]:
    """Years that no line answers for, all for the same reason."""
    par_rang: dict[int, set[str]] = {}
    for suite in vue.lignes:
        for p in suite.points:
            par_rang.setdefault(p.rang, set()).add(p.ligne.statut)
    return [
        (rang, MOTS_DES_BANDES[next(iter(statuts))])
        for rang, statuts in par_rang.items()
        if len(statuts) == 1 and statuts <= set(MUETS)
    ]


def _cle(vue: Vue, ctx: Contexte) -> Markup:
    """What the marks mean: only those that are drawn."""
    statuts = {p.ligne.statut for x in vue.lignes for p in x.points}
    plancher = vue.lignes[0].points[0].reponse.politique.plancher
    mots: list[tuple[str, str]] = []
    lignes: list[Markup] = []
    nommees = _nommees(vue)
    if ctx.etroit and len(nommees) > 1:
        # On a phone there is no room for the names beside the lines.
        for rang, suite in enumerate(nommees):
            couleur = {"color": couleurs.LIEUX[rang]}
            signe = html.Span(
                MARQUES[rang][1], className="signe", style=couleur, **{"aria-hidden": "true"}
            )
            lignes.append(html.Li([signe, vue.noms[vue.lignes.index(suite)]]))
    if "masque" in statuts:
        mots.append(("○", f"moins de {plancher}, dessiné à la moitié et relié à rien"))
    assert vue.groupe is not None
    if any(_imprimes_de_la_suite(x, vue.groupe, ctx) for x in vue.lignes):
        mots.append(("★", "chiffre imprimé dans un document, pour une année sans données"))
    if vue.reference:
        mots.append(("┄", f"{vue.reference[0]}, pour comparer"))
    caches = len(vue.lignes) - len(nommees)
    if caches:
        mots.append(
            (
                "–",
                f"en gris, {pluriel(caches, 'autre réponse', 'autres réponses')}, nommées au "
                "survol et dans le tableau",
            )
        )
    lignes += [
        html.Li([html.Span(signe, className="signe", **{"aria-hidden": "true"}), texte])
        for signe, texte in mots
    ]
    return html.Ul(lignes, className="legende") if lignes else Markup("")


# ---- sentences


def _resumer(vue: Vue, ctx: Contexte) -> str:
    """What the chart shows: from the first to the last year, what certainly changed."""
    lieu = _situer(vue, ctx)
    if not vue.lignes:
        return f"{lieu} : aucune année n’est disponible."
    bilans = [dresser_bilan(x) for x in vue.lignes]
    morceaux = []
    if len(vue.lignes) == 1:
        morceaux.append(_resumer_une(vue, bilans[0], lieu))
    else:
        morceaux.append(_resumer_plusieurs(vue, bilans, lieu))
    morceaux += [f"{x}." for x in _dire_les_trous(vue, ctx)]
    rangs = _rangs(vue, ctx)
    if _rupture(vue, rangs):
        if vue.cumul:
            texte = "Des cumuls réunissent des années d’avant et d’après 2021-2022, où"
        elif ctx.selection.vue == "tableau":
            texte = "Attention à 2021-2022, où"
        else:
            texte = "Un trait marque 2021-2022, où"
        morceaux.append(f"{texte} l’interface de saisie a changé.")
    return " ".join(morceaux)


def _situer(vue: Vue, ctx: Contexte) -> str:
    lieux = list(dict.fromkeys(lieu for lieu, _ in vue.cibles))
    if len(lieux) > 1:
        return "Lieu par lieu"
    tete = phrases.situer(ctx.etat, lieux[0])
    filtres = {f for _, f in vue.cibles}
    if len(filtres) == 1 and (seul := next(iter(filtres))):
        tete += f" ({phrases.nommer_filtres(seul, ctx.etat)})"
    return tete


def _resumer_une(vue: Vue, bilan: Bilan | None, lieu: str) -> str:
    suite = vue.lignes[0]
    nom = f"« {vue.indicateur.titre} »" if not suite.modalite else f"« {suite.libelle} »"
    if suite.modalite in (TOTAL, suite.serie):
        nom = f"« {_titrer(vue)} »"
    if bilan is None:
        return f"{lieu}, {nom} : {_pourquoi_rien(suite)}."
    avant, apres = _ecrire(bilan.avant, vue), _ecrire(bilan.apres, vue)
    a, b = annee_lisible(bilan.avant.annee), annee_lisible(bilan.apres.annee)
    if bilan.certain:
        de = "d’" if avant.startswith("environ") else "de "
        return (
            f"{lieu}, {nom} passe {de}{avant} en {a} à {apres} en {b} : "
            f"{_ecrire_ecart(bilan)}, un changement certain."
        )
    return f"{lieu}, pas de changement certain pour {nom}, de {a} ({avant}) à {b} ({apres})."


def _resumer_plusieurs(vue: Vue, bilans: Sequence[Bilan | None], lieu: str) -> str:
    noms = dict(zip(vue.lignes, vue.noms, strict=True))
    lignes = list(vue.lignes)
    if vue.valeur is None and len(lignes) == 2 and vue.indicateur.choix == "unique":
        # Of two answers one says the other.
        lignes = [_tete(lignes)]
    connus = [b for b in bilans if b and b.suite in lignes]
    certains = sorted((b for b in connus if b.certain), key=lambda b: -abs(b.ecart))
    quoi = f", « {vue.valeur.libelle} »" if vue.valeur and vue.valeur.modalite else ""
    if not connus:
        return f"{lieu}{quoi} : {_pourquoi_rien(vue.lignes[0])}."
    a = min((b.avant.annee for b in connus), key=_rang)
    b = max((b.apres.annee for b in connus), key=_rang)
    tete = f"{lieu}{quoi}, de {annee_lisible(a)} à {annee_lisible(b)} : "
    cites = []
    for x in certains[:CHANGEMENTS_CITES]:
        annees = ""
        if (x.avant.annee, x.apres.annee) != (a, b):
            annees = f" de {x.avant.annee} à {x.apres.annee}"
        cites.append(
            f"« {noms[x.suite]} » {_ecrire_ecart(x)}{annees} "
            f"({_ecrire(x.avant, vue)} → {_ecrire(x.apres, vue)})"
        )
    reste = len(certains) - len(cites)
    if not certains:
        return f"{tete}pas de changement certain."
    mot = "un changement certain" if len(certains) == 1 else "changements certains"
    phrase = f"{tete}{mot}, {enumerer(cites)}"
    if reste:
        phrase += f", et {reste} autre{'s' if reste > 1 else ''}"
    autres = len(lignes) - len(certains)
    if autres:
        chose = "lieu" if vue.valeur else "réponse"
        pour = f"l’autre {chose}" if autres == 1 else f"les {autres} autres {chose}s"
        phrase += f" ; pas de changement certain pour {pour}"
    return f"{phrase}."


def _pourquoi_rien(suite: Suite) -> str:
    if len(suite.montres()) == 1:
        p = suite.montres()[0]
        return f"une seule année est montrée, {annee_lisible(p.annee)} : rien à comparer"
    statuts = {p.ligne.statut for p in suite.points}
    if statuts == {"masque"}:
        plancher = suite.points[0].reponse.politique.plancher
        return f"moins de {plancher} chaque année"
    if len(statuts) == 1:
        texte = STATUTS[statuts.pop()]
        return texte[0].lower() + texte[1:]
    return "trop peu d’années sont montrées pour les comparer"


def _ecrire(point: Point, vue: Vue) -> str:
    """« 52 % », « environ 35 jeunes », « 40,5 »."""
    ligne = point.ligne
    if ligne.part is not None:
        return pourcentage(ligne.part, exact=point.reponse.politique.exacte)
    environ = "environ " if ligne.statut == "arrondi" else ""
    if ligne.valeur is not None or ligne.effectif is None:
        return f"{environ}{nombre(ligne.valeur or 0)}"
    return f"{environ}{pluriel(ligne.effectif, vue.indicateur.unite)}"


def _ecrire_ecart(bilan: Bilan) -> str:
    if bilan.avant.ligne.part is not None:
        return points(bilan.ecart, exact=bilan.apres.reponse.politique.exacte)
    signe = "+" if bilan.ecart > 0 else "−"
    return f"{signe}{INSECABLE}{nombre(round(abs(bilan.ecart), 1))}"


def _dire_les_trous(vue: Vue, ctx: Contexte) -> list[str]:
    """« Question non posée en 2019-2020 », « Douai : non diffusé en 2022-2023 »: the years in
    which no value of a place is answered, all for one reason."""
    par_raison: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for cible in vue.cibles:
        siennes = [x for x in vue.lignes if x.cible == cible]
        annees: dict[str, list[str]] = {}
        for rang, p in enumerate(siennes[0].points if siennes else ()):
            statuts = {x.points[rang].ligne.statut for x in siennes}
            if len(statuts) == 1 and statuts <= set(MUETS):
                annees.setdefault(p.ligne.statut, []).append(p.annee)
        for statut, muettes in annees.items():
            nom = _nommer_cible(cible, ctx)
            par_raison.setdefault((statut, tuple(muettes)), []).append(nom)
    dites = []
    for (statut, toutes), noms in par_raison.items():
        mots = STATUTS[statut].removesuffix(" cette année-là")
        if len(noms) < len(vue.cibles):
            mots = f"{enumerer(noms)} : {mots[0].lower()}{mots[1:]}"
        dites.append(f"{mots} en {enumerer(toutes)}")
    return dites


# ---- table and foot


def _suite_de_la_carte(vue: Vue, ctx: Contexte) -> list[Any]:
    if not vue.lignes:
        return []
    tableau = html.Div(_dresser(vue, ctx), className="defile", tabIndex=0)
    corps: list[Any] = []
    if vue.trop:
        corps.append(
            html.P(
                f"{LIEUX_ENSEMBLE} lieux ou profils au plus sont suivis ensemble : "
                f"{vue.trop} de plus sont laissés de côté.",
                className="raison",
            )
        )
    if ctx.selection.vue == "tableau":
        corps.append(tableau)
    else:
        corps.append(
            html.Details([html.Summary("Les chiffres en tableau"), tableau], className="chiffres")
        )
    corps += [_dire_rupture(vue, ctx), _lister_imprimes(vue, ctx), _pied(vue, ctx)]
    return corps


def _dresser(vue: Vue, ctx: Contexte) -> Markup:
    """Every line by year; printed figures of years without data in columns of their own."""
    assert vue.groupe is not None
    rangs = _rangs(vue, ctx)
    duree = 3 if vue.cumul else 1
    connus = {p.rang for x in vue.lignes for p in x.points}
    tete = html.Tr(
        [
            html.Th("Lieu" if len(vue.cibles) > 1 else "Réponse", scope="col"),
            *(
                html.Th(
                    f"{x}-{x + duree}" + ("" if x in connus else " (imprimé)"),
                    scope="col",
                    className="nombre",
                )
                for x in rangs
            ),
        ]
    )
    lignes = [*zip(vue.noms, vue.lignes, strict=True)]
    if vue.reference:
        lignes.append(vue.reference)
    corps = []
    for nom, suite in lignes:
        points_ = {p.rang: p for p in suite.points}
        imprimes = _imprimes_de_la_suite(suite, vue.groupe, ctx) if suite in vue.lignes else []
        cases = []
        for rang in rangs:
            siens = [x for x in imprimes if _rang(x.annee) == rang]
            cases.append(_case(points_.get(rang), siens))
        titre = vue.indicateur.titre if len(vue.cibles) == 1 and not suite.modalite else nom
        corps.append(html.Tr([html.Th(titre, scope="row"), *cases]))
    legende = html.Caption(html.Span(f"{_titrer(vue)}, par année scolaire"))
    return html.Table([legende, html.Thead(tete), html.Tbody(corps)], className="tableau evolution")


def _case(point: Point | None, imprimes: Sequence[Imprime]) -> Markup:
    if imprimes:
        textes = [f"★{INSECABLE}{_ecrire_imprime(x)}" for x in imprimes]
        if point is not None:
            textes.append(STATUTS[point.ligne.statut])
        return html.Td(" ; ".join(textes), className="nombre imprime")
    if point is None:
        return html.Td("–", className="nombre")
    ligne, politique = point.ligne, point.reponse.politique
    if not ligne.affichee:
        texte = STATUTS[ligne.statut].format(plancher=politique.plancher)
        classe = "masque chaud" if ligne.statut == "masque" else ligne.statut
        return html.Td(texte, className=f"nombre {classe}")
    texte = graphiques.etiquette(ligne, politique.plancher, exact=politique.exacte)
    suite = None
    if ligne.part is not None and ligne.effectif is not None:
        environ = f"≈{INSECABLE}" if ligne.statut == "arrondi" else ""
        suite = html.Span(f"{environ}{nombre(ligne.effectif)}", className="compte")
    return html.Td([texte, suite], className="nombre")


def _dire_rupture(vue: Vue, ctx: Contexte) -> Markup | None:
    """The change of the forms, as printed."""
    if not _rupture(vue, _rangs(vue, ctx)):
        return None
    siennes = [
        x for x in lire_ruptures() if not x.indicateurs or vue.indicateur.id in x.indicateurs
    ]
    return html.Div(
        [
            html.H3("Ce qui a changé en 2021-2022"),
            *(
                html.P(
                    f"{x.texte} « {x.citation.rstrip('.')} » ({_sourcer(x.source, '', x.pages)})."
                )
                for x in siennes
            ),
        ],
        className="a-lire",
    )


def _lister_imprimes(vue: Vue, ctx: Contexte) -> Markup | None:
    """Printed figures of years without data, with their quote; national ones beside them."""
    listes: dict[str, list[Any]] = {}
    for suite in vue.lignes:
        nom = _nommer_cible(suite.cible, ctx)
        listes.setdefault(nom, [])
        for x in _imprimes(suite, ctx):
            if x not in listes[nom]:
                listes[nom].append(x)
    plusieurs = len(vue.cibles) > 1
    lignes = [
        html.Li(_dire_imprime(x, vue.indicateur, nom if plusieurs else "", ctx))
        for nom, siens in listes.items()
        for x in siens
    ]
    constantes = constantes_de(vue.indicateur.id) if "insee" in vue.indicateur.comparaisons else ()
    libelles = {m.code: m.libelle for s in vue.indicateur.series for m in s.modalites}
    nationaux = [
        html.Li(
            f"{libelles.get(k.modalite, k.modalite)} : {pourcentage_imprime(k.part)}. {k.source}."
        )
        for k in constantes
    ]
    if not lignes and not nationaux:
        return None
    return html.Div(
        [
            *(
                [
                    html.H3("Chiffres imprimés, pour les années sans données"),
                    html.Ul(lignes, className="puces"),
                ]
                if lignes
                else []
            ),
            *(
                [html.H3("Repères nationaux"), html.Ul(nationaux, className="puces")]
                if nationaux
                else []
            ),
        ],
        className="a-lire",
    )


def pourcentage_imprime(part: float) -> str:
    """A published share as it was printed: « 66,7 % », « 25 % »."""
    return f"{nombre(part)}{INSECABLE}%"


def _dire_imprime(x: Imprime, ind: Indicateur, nom: str, ctx: Contexte) -> list[Any]:
    libelles = {m.code: m.libelle for s in ind.series for m in s.modalites}
    quoi = " + ".join(libelles.get(m, m) for m in x.modalites)
    base = f", parmi : {POPULATIONS[x.base]}" if x.base in POPULATIONS else ""
    tete = " – ".join(m for m in (nom, x.annee, quoi) if m)
    return [
        html.Strong(f"{tete} : {_ecrire_imprime(x)}{base}"),
        f" (imprimé pour « {dire_periode(x.periode)} »). ",
        f"« {x.citation.rstrip('.')} » : {_sourcer(x.source, x.section, x.pages)}.",
        f" {x.a_savoir} " if x.a_savoir else " ",
        html.Lien(
            "Voir ce qui est imprimé",
            ctx.adresse(propres=[(DOCUMENT, x.theme)], chemin="/publications") + f"#{x.carte}",
            **{"aria-label": f"Voir ce qui est imprimé : {_ecrire_imprime(x)}, {x.annee}"},
        ),
    ]


def _pied(vue: Vue, ctx: Contexte) -> Markup:
    ind = vue.indicateur
    reponses = [p.reponse for x in vue.lignes for p in x.points]
    statuts = {p.ligne.statut for x in vue.lignes for p in x.points}
    notes: list[Any] = []
    if any(s.multiple for s in ind.series):
        notes.append(html.Span(NOTE_MULTIPLE))
    if vue.cumul:
        notes.append(html.Span("Deux cumuls qui se suivent ont deux années en commun."))
    if statuts & {"arrondi", "masque"}:
        notes.append(html.Span(NOTE_ARRONDI, className="protection"))
    if any(r.politique.exacte for r in reponses):
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
            _outils(vue, ctx),
        ],
        className="pied-carte",
    )


def adresse_api(vue: Vue, ctx: Contexte, format_: str) -> str:
    """Address of the same answers as a file, year by year."""
    s, ind = ctx.selection, vue.indicateur
    paires = [("annee", a) for a in ctx.etat.cumuls] if vue.cumul else []
    paires += ecrire_lieux(dict.fromkeys(lieu for lieu, _ in vue.cibles), ctx.lecteur)
    if ind.de_jeunes or ind.famille == "qualite_saisie":
        paires += [(p, v) for p, valeurs in s.filtres for v in valeurs]
        paires.append(("population", s.population))
    if not vue.cumul:
        paires.append(("par", "annee"))
    paires.append(("format", format_))
    return f"/api/v1/indicateurs/{ind.id}?{urlencode(paires)}"


def _outils(vue: Vue, ctx: Contexte) -> Markup:
    ind = vue.indicateur
    nom = f"« {ind.titre} »"
    requete = ecrire(ctx.selection, ctx.etat, ctx.lecteur)
    outils = [
        html.A(
            titre,
            href=adresse_api(vue, ctx, format_),
            download="",
            **{"aria-label": f"Télécharger les chiffres {nom} en {titre}, année par année"},
        )
        for format_, titre in (("csv", "CSV"), ("xlsx", "XLSX"))
    ]
    if ctx.selection.vue != "tableau" and _a_dessiner(vue, ctx):
        outils += [
            html.Button(
                titre,
                type="button",
                className="lien",
                **{
                    "data-image": format_,
                    "data-carte": "evolution",
                    "aria-label": f"Télécharger le graphique {nom} en {titre}",
                },
            )
            for format_, titre in (("png", "PNG"), ("svg", "SVG"))
        ]
    outils += [
        html.Button(
            "Copier le lien",
            type="button",
            className="lien",
            **{"data-lien": _adresse(vue, ctx), "aria-label": f"Copier le lien vers {nom}"},
        ),
        html.Lien(
            f"Voir dans le chapitre {CHAPITRES[ind.chapitre][0]}",
            f"/{ind.chapitre}{'?' + requete if requete else ''}#{ind.id}",
        ),
    ]
    return html.Ul([html.Li(x) for x in outils], className="outils")
