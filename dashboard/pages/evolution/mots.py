"""The sentences of the page of evolution: from the first to the last year, only what is certain."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dashboard import phrases
from dashboard.contexte import Contexte
from dashboard.nombres import (
    INSECABLE,
    annee_lisible,
    enumerer,
    nombre,
    pluriel,
    points,
    pourcentage,
)
from dashboard.pages.evolution.vue import (
    MUETS,
    Vue,
    choisir_tete,
    dater,
    nommer_cible,
    rang_de,
    titrer,
    trouver_rupture,
)
from data.imprimes import SOURCES, Imprime
from queries.evolutions import (
    TOTAL,
    Bilan,
    Point,
    Suite,
    dresser_bilan,
)
from queries.reponses import STATUTS

CHANGEMENTS_CITES = 3
"""Most certain changes a sentence gives one by one."""

CHANGEMENTS_D_UN_TITRE = 2
"""Most that a title gives: of more, only the greatest."""


def ecrire_imprime(x: Imprime) -> str:
    """« ≈ 35 % », « 41 postes »: as printed."""
    decimales = len(f"{x.valeur:g}".partition(".")[2])
    valeur = nombre(x.valeur, decimales)
    environ = f"≈{INSECABLE}" if x.approximatif else ""
    return f"{environ}{valeur}{INSECABLE}{x.unite}"


def sourcer(source: str, section: str, pages: str) -> str:
    """Document, section and pages, in words."""
    morceaux = [SOURCES[source]]
    if section:
        morceaux.append(f"« {re.sub('<[^>]*>', '', section)} »")
    if pages:
        morceaux.append(f"p.{INSECABLE}{pages}")
    return ", ".join(morceaux)


def resumer_vue(vue: Vue, ctx: Contexte) -> str:
    """What the chart shows: from the first to the last year, what certainly changed."""
    trait = ctx.selection.vue != "tableau"
    return " ".join(phraser(vue, ctx, dater(vue, ctx), trait=trait))


def phraser(
    vue: Vue, ctx: Contexte, rangs: Sequence[int], *, trait: bool, isolee: bool = False
) -> list[str]:
    """The same, sentence by sentence; the first is about what changed. `rangs`: calendar years in
    which those shown begin. `trait`: whether an upright line marks the change of the forms.
    `isolee`: the first stands alone, as a title: short, and it names the indicator."""
    lieu = _situer(vue, ctx)
    if not vue.lignes:
        return [f"{lieu} : aucune année n’est disponible."]
    bilans = [dresser_bilan(x) for x in vue.lignes]
    morceaux = []
    if len(vue.lignes) == 1:
        morceaux.append(_resumer_une(vue, bilans[0], lieu, isolee=isolee))
    else:
        morceaux += _resumer_plusieurs(vue, bilans, lieu, isolee=isolee)
    morceaux += [f"{x}." for x in _dire_les_trous(vue, ctx)]
    if trouver_rupture(vue, rangs):
        if vue.cumul:
            texte = "Des cumuls réunissent des années d’avant et d’après 2021-2022, où"
        elif trait:
            texte = "Un trait marque 2021-2022, où"
        else:
            texte = "Attention à 2021-2022, où"
        morceaux.append(f"{texte} l’interface de saisie a changé.")
    return morceaux


def _situer(vue: Vue, ctx: Contexte) -> str:
    lieux = list(dict.fromkeys(lieu for lieu, _ in vue.cibles))
    if len(lieux) > 1:
        return "Lieu par lieu"
    tete = phrases.situer(ctx.etat, lieux[0])
    filtres = {f for _, f in vue.cibles}
    if len(filtres) == 1 and (seul := next(iter(filtres))):
        tete += f" ({phrases.nommer_filtres(seul, ctx.etat)})"
    return tete


def _resumer_une(vue: Vue, bilan: Bilan | None, lieu: str, *, isolee: bool) -> str:
    suite = vue.lignes[0]
    nom = f"« {vue.indicateur.titre} »" if not suite.modalite else f"« {suite.libelle} »"
    if isolee or suite.modalite in (TOTAL, suite.serie):
        nom = f"« {titrer(vue)} »"
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


def _resumer_plusieurs(
    vue: Vue, bilans: Sequence[Bilan | None], lieu: str, *, isolee: bool
) -> list[str]:
    noms = dict(zip(vue.lignes, vue.noms, strict=True))
    lignes = list(vue.lignes)
    if vue.valeur is None and len(lignes) == 2 and vue.indicateur.choix == "unique":
        # Of two answers one says the other.
        lignes = [choisir_tete(lignes)]
    connus = [b for b in bilans if b and b.suite in lignes]
    certains = sorted((b for b in connus if b.certain), key=lambda b: -abs(b.ecart))
    quoi = f", « {vue.valeur.libelle} »" if vue.valeur and vue.valeur.modalite else ""
    if isolee:
        quoi = f", « {titrer(vue)} »"
    if not connus:
        return [f"{lieu}{quoi} : {_pourquoi_rien(vue.lignes[0])}."]
    a = min((b.avant.annee for b in connus), key=rang_de)
    b = max((b.apres.annee for b in connus), key=rang_de)
    tete = f"{lieu}{quoi}, de {annee_lisible(a)} à {annee_lisible(b)} : "
    cites = []
    seul = isolee and len(certains) > CHANGEMENTS_D_UN_TITRE
    for x in certains[: 1 if seul else CHANGEMENTS_CITES]:
        annees = ""
        if (x.avant.annee, x.apres.annee) != (a, b):
            annees = f" de {x.avant.annee} à {x.apres.annee}"
        cites.append(
            f"« {noms[x.suite]} » {_ecrire_ecart(x)}{annees} "
            f"({_ecrire(x.avant, vue)} → {_ecrire(x.apres, vue)})"
        )
    reste = len(certains) - len(cites)
    if not certains:
        return [f"{tete}pas de changement certain."]
    mot = "un changement certain" if len(certains) == 1 else "changements certains"
    if seul:
        mot = f"{len(certains)} changements certains, dont le plus grand"
    phrase = f"{tete}{mot}, {enumerer(cites)}"
    if reste and not seul:
        phrase += f", et {reste} autre{'s' if reste > 1 else ''}"
    autres = len(lignes) - len(certains)
    if autres:
        chose = "lieu" if vue.valeur else "réponse"
        pour = f"l’autre {chose}" if autres == 1 else f"les {autres} autres {chose}s"
        if isolee:
            return [f"{phrase}.", f"Pas de changement certain pour {pour}."]
        phrase += f" ; pas de changement certain pour {pour}"
    return [f"{phrase}."]


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
            nom = nommer_cible(cible, ctx)
            par_raison.setdefault((statut, tuple(muettes)), []).append(nom)
    dites = []
    for (statut, toutes), noms in par_raison.items():
        mots = STATUTS[statut].removesuffix(" cette année-là")
        if len(noms) < len(vue.cibles):
            mots = f"{enumerer(noms)} : {mots[0].lower()}{mots[1:]}"
        dites.append(f"{mots} en {enumerer(toutes)}")
    return dites


def pourcentage_imprime(part: float) -> str:
    """A published share as it was printed: « 66,7 % », « 25 % »."""
    return f"{nombre(part)}{INSECABLE}%"
