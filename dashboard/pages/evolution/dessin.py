"""The chart of the page of evolution, and the key of its marks."""

from __future__ import annotations

from markupsafe import Markup

from dashboard import balises as html
from dashboard import couleurs, graphiques
from dashboard.contexte import Contexte
from dashboard.courbes import MARQUES, Axe, Courbe, Marque, tracer
from dashboard.graphiques import SILENCES
from dashboard.nombres import (
    INSECABLE,
    couper,
    pluriel,
)
from dashboard.pages.evolution.mots import ecrire_imprime, sourcer
from dashboard.pages.evolution.vue import (
    MUETS,
    Vue,
    choisir_nommees,
    dater,
    imprimes_de_la_suite,
    rang_de,
    trouver_rupture,
)
from dashboard.pages.publications.mots import dire_periode
from data.catalogue import Indicateur
from data.imprimes import Imprime
from queries.evolutions import (
    Point,
)


def dessiner(vue: Vue, ctx: Contexte) -> graphiques.Figure:
    """The chart of what is looked at."""
    assert vue.groupe is not None
    groupe = vue.groupe
    nommees = choisir_nommees(vue)
    courbes = []
    for suite, nom in zip(vue.lignes, vue.noms, strict=True):
        rang = nommees.index(suite) if suite in nommees else None
        marques = [_marquer(p, nom, vue.indicateur) for p in suite.points]
        marques += [_marquer_imprime(x, nom) for x in imprimes_de_la_suite(suite, groupe, ctx)]
        courbes.append(Courbe(nom, [m for m in marques if m.y is not None], rang))
    if vue.reference:
        nom, suite = vue.reference
        marques = [_marquer(p, nom, vue.indicateur) for p in suite.points]
        courbes.append(Courbe(nom, [m for m in marques if m.y is not None], None, repere=True))
    rangs = dater(vue, ctx)
    connus = {p.rang for x in vue.lignes for p in x.points}
    duree = 3 if vue.cumul else 1
    annees = [(x, f"{x}-{x + duree}" + ("" if x in connus else "<br>(imprimé)")) for x in rangs]
    rupture = None if vue.cumul else trouver_rupture(vue, rangs)
    axe = Axe(
        annees,
        groupe.parts,
        (rang_de(rupture.annee) - 0.5, f"2021{INSECABLE}: nouvelle<br>interface de saisie")
        if rupture
        else None,
        _bandes(vue, ctx),
    )
    return tracer(courbes, axe, etroit=ctx.etroit)


def _marquer(point: Point, nom: str, ind: Indicateur) -> Marque:
    politique, ligne = point.reponse.politique, point.ligne
    base = next((x.base for x in point.reponse.lignes if x.base), 0) or 0
    y = graphiques.mesurer(ligne, politique.plancher, base)
    dit = graphiques.decrire(ligne, politique.plancher, exact=politique.exacte, unite=ind.unite)
    bulle = f"<b>{couper(nom, 42)}</b><br>{point.annee}{INSECABLE}: {couper(dit, 46)}"
    etiquette = graphiques.etiquette(ligne, politique.plancher, exact=politique.exacte)
    return Marque(point.rang, y, etiquette, bulle, masquee=ligne.statut == "masque")


def _marquer_imprime(x: Imprime, nom: str) -> Marque:
    ecrit = ecrire_imprime(x)
    source = couper(f"imprimé dans : {sourcer(x.source, '', x.pages)}", 46)
    bulle = f"<b>{couper(nom, 42)}</b><br>{dire_periode(x.periode)}{INSECABLE}: {ecrit}<br>{source}"
    court = f"{ecrit.rsplit(INSECABLE, 1)[0]}" if x.mesure == "effectif" else ecrit
    return Marque(rang_de(x.annee), x.valeur, court, bulle, imprimee=True)


def _bandes(vue: Vue, ctx: Contexte) -> list[tuple[int, str]]:
    """Years that no line answers for, all for the same reason."""
    par_rang: dict[int, set[str]] = {}
    for suite in vue.lignes:
        for p in suite.points:
            par_rang.setdefault(p.rang, set()).add(p.ligne.statut)
    return [
        (rang, SILENCES[next(iter(statuts))])
        for rang, statuts in par_rang.items()
        if len(statuts) == 1 and statuts <= set(MUETS)
    ]


def expliquer_marques(vue: Vue, ctx: Contexte) -> Markup:
    """What the marks mean: only those that are drawn."""
    statuts = {p.ligne.statut for x in vue.lignes for p in x.points}
    plancher = vue.lignes[0].points[0].reponse.politique.plancher
    mots: list[tuple[str, str]] = []
    lignes: list[Markup] = []
    nommees = choisir_nommees(vue)
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
    if any(imprimes_de_la_suite(x, vue.groupe, ctx) for x in vue.lignes):
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
