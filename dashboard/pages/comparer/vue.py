"""What the comparison shows: places, indicators, references, and every answer behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dashboard import couleurs as c
from dashboard.contexte import Contexte
from dashboard.nombres import INSECABLE, annee_lisible
from data.catalogue import Indicateur
from queries.comparaisons import annee_precedente, dans_l_ensemble
from queries.lecteur import Role
from queries.lieux import existe, lister, nommer, nommer_college, territoire_de
from queries.question import NORD, Lieu, Question
from queries.reponses import Ligne, Reponse, repondre
from queries.selection import derniere_annee
from queries.semblables import (
    PAR_DEFAUT,
    Portrait,
    Semblable,
    classer,
    colleges_du_lecteur,
    comparer,
    depeindre,
)
from queries.sommes import Comptes, additionner, compter

PARAMETRES = ("indicateur", "repere", "comparables", "valeur", "tri")
LIEUX_ENSEMBLE = 6
INDICATEURS_ENSEMBLE = 8
INDICATEURS_PAR_DEFAUT = ("sexe", "tranche_age", "demande")
TYPES_DE_COLLEGE = ("college", "association_college")
AUCUN = "aucun"
"""Value of `comparables` when all of them were taken off."""

REPERES = ("territoire", "comparables")
TRIS = {
    "ecart": "Les plus grands écarts d’abord",
    "rapport": "L’ordre du rapport",
    "taux": "Les collèges par taux",
}
Cle = tuple[str, str]
"""(series, modality)."""


@dataclass(frozen=True, slots=True)
class Repere:
    """What a place is compared with. `genre`: as the address says it. `somme`: the published
    parts of several answers, taken together."""

    genre: str
    nom: str
    reponse: Reponse
    comptes: Comptes
    somme: bool = False

    @property
    def couleur(self) -> str:
        """That of the marks."""
        return {
            "departement": c.ENCRE,
            "territoire": c.INSEE,
            "comparables": c.PASSE,
            "ps": c.ENSEMBLE_PS,
        }.get(self.genre, c.PASSE)

    def ligne(self, autre: Ligne) -> Ligne | None:
        """The same value of the reference."""
        for x in self.reponse.lignes:
            if (x.serie, x.modalite) == (autre.serie, autre.modalite):
                return x
        return None


@dataclass(slots=True)
class Comparables:
    """The collèges like the first one. `choisis`: those kept, in order; `autres`: the others that
    could be, the most alike first; `modifies`: whether someone chose them; `portrait`: of the
    first, None when it has no post."""

    cible: Lieu
    choisis: list[Semblable]
    autres: list[Semblable]
    modifies: bool = False
    portrait: Portrait | None = None

    @property
    def codes(self) -> list[str]:
        """Codes of the collèges kept."""
        return [s.portrait.lieu.second for s in self.choisis]

    @property
    def suffisent(self) -> bool:
        """Whether they are enough to be a reference."""
        return len(self.choisis) >= 2


@dataclass(slots=True)
class Vue:
    """One comparison, answered. `reperes`: (indicator, place) → its references, the first being
    the one that gaps are measured from."""

    ctx: Contexte
    lieux: tuple[Lieu, ...]
    indicateurs: tuple[Indicateur, ...]
    filtres: tuple[tuple[str, str], ...]
    repere: str
    tri: str
    avis: list[str]
    reponses: dict[tuple[str, Lieu], Reponse]
    reperes: dict[tuple[str, Lieu], tuple[Repere, ...]]
    comparables: Comparables | None = None

    @property
    def de_colleges(self) -> bool:
        """Whether collèges are compared."""
        return bool(self.lieux) and self.lieux[0].type in TYPES_DE_COLLEGE

    def nom(self, lieu: Lieu) -> str:
        """What a place is called here."""
        return nommer_ici(self.ctx, lieu)


def nommer_ici(ctx: Contexte, lieu: Lieu) -> str:
    """A chef's own collège goes without the name of the only association it may be."""
    if lieu.type == "association_college" and len(ctx.lecteur.associations) == 1:
        return nommer_college(ctx.etat, lieu.second)
    return nommer(ctx.etat, lieu)


def lieux_compares(ctx: Contexte) -> tuple[Lieu, ...]:
    """The places of the address, six at most; none when it names none."""
    lieux = ctx.selection.lieux
    return () if lieux == (NORD,) else lieux[:LIEUX_ENSEMBLE]


def indicateurs_choisis(ctx: Contexte, avis: list[str] | None = None) -> tuple[Indicateur, ...]:
    """Those of the address, in its order; a few when it names none."""
    catalogue = ctx.etat.catalogue
    avis = [] if avis is None else avis
    connus = []
    for nom in ctx.valeurs("indicateur"):
        if nom in catalogue:
            connus.append(catalogue[nom])
        else:
            avis.append(f"Indicateur inconnu : « {nom[:60]} », ignoré.")
    if len(connus) > INDICATEURS_ENSEMBLE:
        avis.append(
            f"Pas plus de {INDICATEURS_ENSEMBLE} indicateurs à la fois : les suivants sont ignorés."
        )
    return tuple(connus[:INDICATEURS_ENSEMBLE]) or tuple(
        catalogue[i] for i in INDICATEURS_PAR_DEFAUT if i in catalogue
    )


def _un_seul(ctx: Contexte, nom: str, possibles: Sequence[str], avis: list[str]) -> str:
    """The first value of a parameter that is one of these; "" when there is none."""
    trouve = ""
    for valeur in ctx.valeurs(nom):
        if valeur not in possibles:
            avis.append(
                f"Valeur inconnue pour « {nom} » : « {valeur[:60]} », ignorée. "
                f"Valeurs possibles : {', '.join(possibles)}."
            )
        trouve = trouve or (valeur if valeur in possibles else "")
    return trouve


def repere_choisi(ctx: Contexte, avis: list[str] | None = None) -> str:
    """What places are compared with: `territoire`, `comparables`, or the common `reference`."""
    avis = [] if avis is None else avis
    repere = _un_seul(ctx, "repere", REPERES, avis)
    lieux = lieux_compares(ctx)
    if repere == "comparables" and not (lieux and lieux[0].type in TYPES_DE_COLLEGE):
        avis.append("Les collèges comparables ne valent que pour des collèges : repère ignoré.")
        repere = ""
    if repere == "territoire" and not any(_dans_un_territoire(ctx, x) for x in lieux):
        avis.append("Ces lieux ne sont pas chacun dans un territoire : repère ignoré.")
        repere = ""
    return repere or ctx.selection.reference


def _dans_un_territoire(ctx: Contexte, lieu: Lieu) -> bool:
    return lieu.type != "territoire" and territoire_de(ctx.etat, lieu) is not None


def preparer(ctx: Contexte) -> Vue:
    """Everything the page shows but the funnel plot, asked together."""
    s = ctx.selection
    avis: list[str] = []
    if len(s.lieux) > LIEUX_ENSEMBLE:
        avis.append(f"Pas plus de {LIEUX_ENSEMBLE} lieux côte à côte : les suivants sont ignorés.")
    if len(s.annees) > 1:
        avis.append(
            f"On compare des lieux dans une année à la fois : seule {annee_lisible(s.annee)} "
            "est montrée."
        )
    profils = s.profils()
    if len(profils) > 1:
        avis.append("On compare sous un seul profil à la fois : seul le premier est gardé.")
    # What is left out of the page is left out of the addresses it leads to.
    ctx = replace(
        ctx,
        selection=replace(
            s,
            annees=(s.annee,),
            lieux=s.lieux[:LIEUX_ENSEMBLE],
            filtres=tuple((profil, (code,)) for profil, code in profils[0]),
        ),
    )
    lieux = lieux_compares(ctx)
    vue = Vue(
        ctx,
        lieux,
        indicateurs_choisis(ctx, avis),
        profils[0],
        repere_choisi(ctx, avis),
        _un_seul(ctx, "tri", tuple(TRIS), avis) or "ecart",
        avis,
        {},
        {},
    )
    if vue.tri == "taux" and not vue.de_colleges:
        avis.append("Le tri par taux ne vaut que pour des collèges : il est ignoré.")
        vue.tri = "ecart"
    if not lieux:
        return vue
    if vue.de_colleges:
        vue.comparables = _comparer(ctx, lieux[0], avis)
    _demander(vue)
    return vue


def colleges_comme(ctx: Contexte, lieux: Sequence[Lieu]) -> list[Lieu]:
    """The collèges of the perimeter, as places of the kind of these: an association's records in
    its collèges are compared with its own in the others."""
    if lieux[0].type == "association_college" and not propre_au_chef(ctx):
        associations = {x.association for x in lieux}
        return [
            x
            for x in lister(ctx.etat, ctx.lecteur, "association_college", ctx.selection.annee)
            if x.association in associations
        ]
    return colleges_du_lecteur(ctx.etat, ctx.lecteur, ctx.selection.annee)


def _comparer(ctx: Contexte, cible: Lieu, avis: list[str]) -> Comparables:
    """The collèges like the first: those of the address, else the five nearest."""
    annee, etat, lecteur = ctx.selection.annee, ctx.etat, ctx.lecteur
    lieux = {x.second: x for x in colleges_comme(ctx, (cible,))}
    lieux[cible.second] = cible
    portraits = {
        p.lieu.second: p for p in depeindre(lieux.values(), annee, etat, lecteur, ctx.depot)
    }
    voulus = ctx.valeurs("comparables")
    codes = []
    for code in voulus:
        if code in portraits and code != cible.second:
            codes.append(code)
        elif code not in (AUCUN, cible.second):
            avis.append(
                f"Collège inconnu parmi les comparables : « {code[:60]} », ignoré. Ne peuvent "
                "l’être que les collèges de votre périmètre avec un ALSES cette année-là."
            )
    if cible.second not in portraits:
        return Comparables(cible, [], [], bool(voulus))
    portrait = portraits[cible.second]
    proches = classer(portrait, portraits.values())
    if not codes and AUCUN not in voulus:
        return Comparables(cible, proches[:PAR_DEFAUT], proches[PAR_DEFAUT:], portrait=portrait)
    choisis = [comparer(portrait, portraits[x]) for x in codes]
    autres = [x for x in proches if x.portrait.lieu.second not in codes]
    return Comparables(cible, choisis, autres, True, portrait)


def poser(ctx: Contexte, ind: Indicateur, lieu: Lieu, filtres: tuple[Cle, ...]) -> Question:
    """The question of an indicator at a place, in the year looked at; what cannot be summed over
    three years is asked of the last of them."""
    s = ctx.selection
    annee = s.annee if ind.de_jeunes else derniere_annee(s.annee)
    profils = ind.de_jeunes or ind.famille == "qualite_saisie"
    return Question(ind.id, annee, lieu, s.population, filtres if profils else ())


def etendre(question: Question) -> list[Question]:
    """A place that has no three-year cumul is asked of each of the years."""
    if not question.cumul:
        return [question]
    debut = int(question.annee[:4])
    return [replace(question, annee=f"{a}-{a + 1}") for a in range(debut, debut + 3)]


Attendu = tuple[str, str, list[Question]]
"""Kind and name of a reference, and the questions whose answers make it."""


def _attendre(vue: Vue, question: Question, ind: Indicateur) -> list[Attendu]:
    """The references of one question, the one gaps are measured from first."""
    ctx, lieu = vue.ctx, question.lieu
    if ind.choix == "effectif" or vue.repere == "aucune":
        return []
    nord = ("departement", "Département", etendre(replace(question, lieu=NORD)))
    if vue.repere == "departement":
        return [nord]
    code = territoire_de(ctx.etat, lieu)
    la: list[Attendu] = []
    if code and lieu.type != "territoire":
        place = Lieu("territoire", code)
        la = [("territoire", nommer(ctx.etat, place), etendre(replace(question, lieu=place)))]
    if vue.repere == "territoire":
        return la or [nord]
    if vue.repere == "comparables" and vue.comparables:
        if not vue.comparables.suffisent:
            return [*la, nord]
        if not ind.de_jeunes or ind.unite != "jeune":
            return la or [nord]
        siens = [replace(question, lieu=x.portrait.lieu) for x in vue.comparables.choisis]
        return [("comparables", "Collèges comparables", siens)]
    if vue.repere == "annee_precedente":
        avant = annee_precedente(question, ind, ctx.etat)
        if avant and existe(ctx.etat, ctx.lecteur, lieu, avant.annee):
            return [("annee_precedente", avant.annee, [avant])]
    if vue.repere == "ps":
        ensemble = dans_l_ensemble(question, ind)
        if ensemble:
            return [("ps", "Ensemble PS", [ensemble])]
    return []


def _demander(vue: Vue) -> None:
    ctx = vue.ctx
    voulues = {
        (ind.id, lieu): poser(ctx, ind, lieu, vue.filtres)
        for ind in vue.indicateurs
        for lieu in vue.lieux
    }
    attendus = {
        cle: _attendre(vue, q, ctx.etat.catalogue[q.indicateur]) for cle, q in voulues.items()
    }
    toutes = list(
        dict.fromkeys(
            [*voulues.values(), *(q for a in attendus.values() for _, _, qs in a for q in qs)]
        )
    )
    lues = dict(zip(toutes, repondre(toutes, ctx.lecteur, ctx.depot), strict=True))
    vue.reponses = {cle: lues[q] for cle, q in voulues.items()}
    vue.reperes = {
        cle: tuple(assembler(genre, nom, [lues[q] for q in qs]) for genre, nom, qs in a if qs)
        for cle, a in attendus.items()
    }


def assembler(genre: str, nom: str, reponses: list[Reponse]) -> Repere:
    """A reference made of one answer, or of the published parts of several."""
    if len(reponses) == 1:
        return Repere(genre, nom, reponses[0], compter(reponses[0]))
    reponse, comptes = additionner(reponses)
    return Repere(genre, nom, reponse, comptes, True)


def lignes_a_montrer(reponse: Reponse) -> list[Ligne]:
    """The values a panel draws, in list order, their series told when there are several."""
    series = [s for s in reponse.indicateur.series if s.modalites]
    if reponse.indicateur.famille == "qualite_saisie":
        lignes = [x for x in reponse.lignes if x.modalite == "renseigne"]
        return [replace(x, libelle=x.libelle.split(" : ")[0]) for x in lignes]
    if not series:
        return list(reponse.lignes)
    sortie = []
    for serie in series:
        tete = f"{serie.libelle}{INSECABLE}: " if len(series) > 1 and serie.libelle else ""
        sortie += [replace(x, libelle=tete + x.libelle) for x in reponse.serie(serie.code)]
    return sortie


def propre_au_chef(ctx: Contexte) -> bool:
    """Whether the reader is a chef de service, whose collèges are the own association's."""
    return ctx.lecteur.role is Role.CHEF
