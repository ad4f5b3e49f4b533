"""What a slide draws of an indicator followed over the school years: the page of evolution's own
lines, one row a year, so that bars, tables and files hold them as they hold any chart.

Printed figures are left to the page: a slide shows answers only. A year that does not answer stays
a row with its status, never drawn as zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dashboard import couleurs as c
from dashboard import phrases, pieds
from dashboard.contexte import Contexte
from dashboard.graphiques import Trace
from dashboard.nombres import INSECABLE, enumerer, nombre, pluriel
from dashboard.pages.evolution import vue as evolution
from dashboard.pages.evolution.mots import phraser
from data.catalogue import Indicateur
from queries.depot import Depot, Etat
from queries.evolutions import Suite, dresser_bilan
from queries.lecteur import Lecteur
from queries.lieux import nommer
from queries.presentations import Suivi
from queries.question import NORD, Lieu
from queries.reponses import Ligne, Reponse
from queries.selection import Selection

REPONSES_SUIVIES = 3
"""Most answers of one question that a slide follows: more cannot be read from afar."""

LIEUX_NOMMES = 3
"""Most places a legend names."""

SANS_ANNEE = "–"
"""Written of a year in which a place does not exist for the reader."""


@dataclass(frozen=True, slots=True)
class Suivie:
    """An indicator followed, for one reader. `vue`: what the page of evolution looks at."""

    vue: evolution.Vue
    ctx: Contexte

    @property
    def lieu(self) -> Lieu:
        """The first place."""
        return self.ctx.selection.lieu

    @property
    def annees(self) -> list[str]:
        """Years (or cumuls) that are answered somewhere, in order."""
        connues = {p.annee for x in self.vue.lignes for p in x.points}
        return sorted(connues, key=evolution.rang_de)

    @property
    def titre(self) -> str:
        """Indicator, and the value or the series followed."""
        return evolution.titrer(self.vue)

    @property
    def suivi(self) -> Suivi:
        """What is followed, so that it can be asked again whatever is the first value then."""
        vue = self.vue
        code = vue.demande
        if vue.valeur is not None:
            code = vue.valeur.code
        elif vue.groupe is not None and len(vue.groupes) > 1:
            code = vue.groupe.code
        return Suivi("cumul" if vue.cumul else "annee", code)

    @property
    def reponses(self) -> list[Reponse]:
        """The answers behind the lines, each once."""
        return list({id(p.reponse): p.reponse for x in self.vue.lignes for p in x.points}.values())

    def nommer(self) -> str:
        """The places, and the profile that is counted there."""
        etat, lieux = self.ctx.etat, self.ctx.selection.lieux
        nom = enumerer([nommer(etat, x) for x in lieux])
        if len(lieux) > LIEUX_NOMMES:
            nom = f"{len(lieux)}{INSECABLE}lieux"
        profils = {f for _, f in self.vue.cibles}
        if len(profils) == 1 and (seul := next(iter(profils))):
            nom += f" ({phrases.nommer_filtres(seul, etat)})"
        return nom

    def phraser(self) -> list[str]:
        """The sentences of the page, where no mark stands at the change of the forms."""
        rangs = [evolution.rang_de(a) for a in self.annees]
        return phraser(self.vue, self.ctx, rangs, trait=False, isolee=True)

    def choisir(self) -> list[Suite]:
        """The lines drawn: every place, and of many answers those that changed most, then the
        greatest."""
        lignes = list(self.vue.lignes)
        if self.vue.valeur is not None or len(lignes) <= REPONSES_SUIVIES:
            return lignes
        bilans = [b for b in map(dresser_bilan, lignes) if b is not None and b.certain]
        changees = [b.suite for b in sorted(bilans, key=lambda b: -abs(b.ecart))]
        grandes = sorted(lignes, key=lambda x: -x.plus_grande())
        gardees = list(dict.fromkeys([*changees, *grandes]))[:REPONSES_SUIVIES]
        return [x for x in lignes if x in gardees]

    def dire_la_base(self) -> str:
        """« Base : de 85 à 240 jeunes environ, selon l’année. »; "" when it is of nobody."""
        ind = self.vue.indicateur
        bases = [x.base for s in self.vue.lignes for x in (p.ligne for p in s.points) if x.base]
        if not bases or not ind.de_jeunes:
            return ""
        unite = ind.unite if min(bases) == max(bases) == 1 else f"{ind.unite}s"
        environ = "" if all(r.politique.exacte for r in self.reponses) else " environ"
        if min(bases) == max(bases):
            return f"Base{INSECABLE}: {nombre(bases[0])} {unite}{environ}, chaque année."
        return (
            f"Base{INSECABLE}: de {nombre(min(bases))} à {nombre(max(bases))} {unite}{environ}, "
            "selon l’année."
        )

    def noter(self) -> list[str]:
        """What must be known to read the lines."""
        vue, lignes = self.vue, [p.ligne for x in self.vue.lignes for p in x.points]
        notes = []
        caches = len(vue.lignes) - len(self.choisir())
        if caches:
            notes.append(
                f"{pluriel(caches, 'autre réponse se suit', 'autres réponses se suivent')} sur la "
                "page Évolution de Passerelle"
            )
        if vue.trop:
            notes.append(
                f"{pluriel(vue.trop, 'lieu ou profil', 'lieux ou profils')} de plus, non suivis ici"
            )
        communes = ["Deux cumuls qui se suivent ont deux années en commun"] if vue.cumul else []
        exacte = any(r.politique.exacte for r in self.reponses)
        return notes + pieds.noter(vue.indicateur, lignes, communes, exacte=exacte)

    def statuer(self) -> str:
        """Status of the whole: why it is silent when every year is, else that of the last year."""
        reponses = self.reponses
        if not reponses:
            return "sans_objet"
        muets = [r.statut for r in reponses if r.statut in evolution.MUETS]
        return muets[-1] if len(muets) == len(reponses) else reponses[-1].statut

    def tracer(self) -> tuple[Trace, ...]:
        """One trace a line that has a name, one row a year; the reference beside one alone."""
        vue, annees = self.vue, self.annees
        nommees = self.choisir()
        noms = dict(zip(vue.lignes, vue.noms, strict=True))
        if len(nommees) == 1:
            (seule,) = nommees
            traces = [_tracer(seule, nommer(self.ctx.etat, self.lieu), self._couleur(), annees)]
        else:
            traces = [
                _tracer(x, noms[x], couleur, annees)
                for x, couleur in zip(nommees, c.LIEUX, strict=False)
            ]
        if vue.reference:
            nom, suite = vue.reference
            couleur = c.ENSEMBLE_PS if self.ctx.selection.reference == "ps" else c.DEPARTEMENT
            traces.append(replace(_tracer(suite, nom, couleur, annees), repere=True))
        return tuple(traces)

    def _couleur(self) -> str:
        if self.reponses[0].population == "ps":
            return c.ENSEMBLE_PS
        return c.DEPARTEMENT if self.lieu == NORD else c.LIEU


def suivre(
    indicateur: Indicateur,
    suivi: Suivi,
    selection: Selection,
    etat: Etat,
    lecteur: Lecteur,
    depot: Depot,
) -> Suivie:
    """The indicator over the years for this reader, at the places and profiles of a selection.

    Raises BaseIndisponible. What cannot be followed is ignored, and told (`vue.avis`).
    """
    propres = [("indicateur", indicateur.id), ("periode", suivi.periode)]
    propres += [("valeur", suivi.valeur)] if suivi.valeur else []
    ctx = Contexte(selection, etat, lecteur, depot, "/evolution", propres=tuple(propres))
    return Suivie(evolution.regarder(ctx), ctx)


def _tracer(suite: Suite, nom: str, couleur: str, annees: Sequence[str]) -> Trace:
    points = {p.annee: p for p in suite.points}
    reponse = suite.points[0].reponse
    politique = reponse.politique
    sensible = reponse.indicateur.sensible(suite.modalite)
    lignes = tuple(
        replace(points[a].ligne, modalite=a, libelle=a)
        if a in points
        else Ligne(suite.serie, a, a, "sans_objet")
        for a in annees
    )
    trace = Trace(
        nom,
        lignes,
        couleur,
        politique.plancher_sensible if sensible else politique.plancher,
        politique.exacte,
    )
    if len(points) == len(annees):
        return trace
    # The place does not exist for the reader in some of the years the others are followed in.
    textes = [trace.etiqueter(i) if a in points else SANS_ANNEE for i, a in enumerate(annees)]
    return replace(trace, textes=tuple(textes))
