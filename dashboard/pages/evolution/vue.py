"""What the page of evolution looks at: indicator, places, values, printed figures, read from the
address and asked of the answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard import choix, phrases
from dashboard.contexte import Contexte
from dashboard.filtres import LIEUX_ENSEMBLE
from data.catalogue import Indicateur
from data.imprimes import Imprime, Rupture, imprimes_de, lire_ruptures
from data.refus import typographier
from data.treillis import TYPES_CUMULABLES
from queries.comparaisons import referer
from queries.evolutions import (
    PERIODES,
    TOTAL,
    Cible,
    Suite,
    referer_suite,
    suivre,
)
from queries.lieux import nommer
from queries.question import Question
from queries.reponses import repondre

PARAMETRES = ("indicateur", "valeur", "periode")

PAR_DEFAUT = "effectif"

TAUX = "taux:"
"""Code of the group of answer rates."""

NOMMEES = 6
"""Most lines with a name and a colour of their own; the others stand behind, in grey."""

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


def lire_indicateur(ctx: Contexte) -> Indicateur:
    """The indicator an address asks for, or the number of youths."""
    return ctx.etat.catalogue[choix.lire(ctx, "indicateur", ctx.etat.catalogue, PAR_DEFAUT)]


def regarder(ctx: Contexte) -> Vue:
    """Everything the page says, asked of the answers."""
    s, etat = ctx.selection, ctx.etat
    ind = lire_indicateur(ctx)
    avis = choix.avertir(ctx, "indicateur", etat.catalogue)
    de_jeunes = ind.de_jeunes or ind.famille == "qualite_saisie"
    toutes = [(lieu, f) for lieu in s.lieux for f in (s.profils() if de_jeunes else [()])]
    cibles = tuple(toutes[:LIEUX_ENSEMBLE])
    cumulable = se_cumule(ind, ctx)
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


def se_cumule(ind: Indicateur, ctx: Contexte) -> bool:
    """Whether three-year cumuls exist of this indicator at every place chosen."""
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
        avec = [g for g in groupes if any(imprimes_de_la_suite(x, g, ctx) for x in g.suites)]
        vise = (avec or list(groupes))[0]
    if len(vise.suites) == 1 or len(cibles) > 1:
        return vise, choisir_tete(vise.suites)
    return vise, None


def choisir_tete(suites: Sequence[Suite]) -> Suite:
    """The suite a sentence is about: « oui » or the total, else the most frequent value."""
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
    return lignes, tuple(nommer_cible(x.cible, ctx) for x in lignes)


def nommer_cible(cible: Cible, ctx: Contexte) -> str:
    """A place, and the profile where several are side by side."""
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


def _sans_donnees(suite: Suite, annee: str) -> bool:
    """Whether nothing is known of a year: it is not in the database, or the question was not
    asked."""
    point = next((p for p in suite.points if p.annee == annee), None)
    return point is None or point.ligne.statut == "non_pose"


def reunir_imprimes(suite: Suite, ctx: Contexte) -> list[Imprime]:
    """Printed figures of the indicator at the place of a suite, in the years without data."""
    if not suite.points or suite.points[0].reponse.question.cumul:
        return []
    reponse, (lieu, filtres) = suite.points[0].reponse, suite.cible
    if filtres:
        return []
    toutes = imprimes_de(reponse.indicateur.id, reponse.population, lieu.type, lieu.code)
    return [x for x in toutes if x.annee not in ctx.etat.annees or _sans_donnees(suite, x.annee)]


def imprimes_de_la_suite(suite: Suite, groupe: Groupe, ctx: Contexte) -> list[Imprime]:
    """Those that say the very value of the suite, in the unit that is drawn."""
    siennes = () if suite.modalite in ("", TOTAL) else (suite.modalite,)
    return [
        x
        for x in reunir_imprimes(suite, ctx)
        if x.serie == suite.serie
        and x.modalites == siennes
        and not x.base
        and x.mesure == ("part" if groupe.parts else "effectif")
    ]


def adresser(vue: Vue, ctx: Contexte, **changements: str) -> str:
    """Address of the page with these parameters of its own; "" leaves one out."""
    ind = vue.indicateur.id
    actuels = {
        "indicateur": "" if ind == PAR_DEFAUT else ind,
        "valeur": vue.demande,
        "periode": "cumul" if vue.cumul else "",
    }
    return ctx.adresse(propres=[(n, v) for n, v in (actuels | changements).items() if v])


def titrer(vue: Vue) -> str:
    """Title of the card: indicator, and the value or the series drawn."""
    titre = vue.indicateur.titre
    if vue.valeur is not None and sum(len(g.suites) for g in vue.groupes) > 1:
        titre += f" : {vue.valeur.libelle}"
    elif vue.groupe is not None and len(vue.groupes) > 1:
        titre += f" : {vue.groupe.libelle}"
    return titre


def a_dessiner(vue: Vue, ctx: Contexte) -> bool:
    """Whether some year shows a number, were it as « moins de »."""
    return vue.groupe is not None and any(
        p.ligne.affichee or p.ligne.statut == "masque" for x in vue.lignes for p in x.points
    )


def trouver_rupture(vue: Vue, annees: Sequence[int]) -> Rupture | None:
    """The change of the forms, when the years drawn stand on both sides of it."""
    if vue.indicateur.unite in SANS_FICHES or not annees:
        return None
    for x in lire_ruptures():
        debut = int(x.annee.split("-")[0])
        if not x.indicateurs and min(annees) < debut <= max(annees):
            return x
    return None


def dater(vue: Vue, ctx: Contexte) -> list[int]:
    """Calendar years in which the years drawn begin, printed ones included."""
    rangs = {p.rang for x in vue.lignes for p in x.points}
    if vue.groupe is not None:
        for x in vue.lignes:
            rangs |= {rang_de(i.annee) for i in imprimes_de_la_suite(x, vue.groupe, ctx)}
    return sorted(rangs)


def rang_de(annee: str) -> int:
    """The calendar year a school year begins in."""
    return int(annee.split("-")[0])


def choisir_nommees(vue: Vue) -> list[Suite]:
    """The lines with a name: all of them, or those that matter most, in list order."""
    if len(vue.lignes) <= NOMMEES:
        return list(vue.lignes)
    # Of answer rates, those that are low are the ones to see.
    sens = 1 if vue.groupe is not None and vue.groupe.code == TAUX else -1
    grandes = sorted(vue.lignes, key=lambda x: sens * x.plus_grande())[:NOMMEES]
    return [x for x in vue.lignes if x in grandes]
