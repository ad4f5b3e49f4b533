"""A chart as a slide holds it: what is drawn, the sentence, where it comes from.

Made from answers for one reader, it asks nothing any more: frozen, it says the same a year later
(`en_clair`, `lire`). What is under it is a card's (`dashboard.cartes`), whatever draws it: screen,
file, paper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from dashboard import cartes, pieds
from dashboard.contexte import Contexte
from dashboard.graphiques import Trace
from dashboard.nombres import INSECABLE, annee_lisible
from dashboard.presentations.suites import Suivie, suivre
from data.catalogue import POPULATIONS, Indicateur
from data.refus import typographier
from queries.constantes import constantes_de
from queries.depot import Depot
from queries.lecteur import EXACT, Lecteur
from queries.lieux import nommer
from queries.presentations import Suivi, Vue
from queries.question import NORD
from queries.reponses import Ligne
from queries.selection import ecrire, lire_requete

PEU = 0.5
"""Share of the values below which a slide shows little."""


@dataclass(frozen=True, slots=True)
class Dessin:
    """One chart. `titre`: of the series, "" when the card has but one chart. All the traces list
    the same values in the same order; the first is what the slide is about."""

    titre: str
    traces: tuple[Trace, ...]


@dataclass(frozen=True, slots=True)
class VueDessinee:
    """One chart and what must be known to read it.

    `lieu`: kind and code; `nom`: what the place is called. `annee`: « 2021-2022 », the last one of
    a chart over the years, whose first is `depuis` and which `suivi` tells. `phrases`: the first is
    a title. `grand`: what is written large when the answer is one number. `statut`: of
    the answer. `montrees`: share of the values that can be read, 0 to 1. `avis`: what of the
    address had to be ignored.
    """

    indicateur: str
    numero: str
    titre: str
    question: str
    requete: str
    lieu: tuple[str, str]
    nom: str
    annee: str
    population: str
    unite: str
    phrases: tuple[str, ...]
    dessins: tuple[Dessin, ...]
    grand: str
    base: str
    notes: tuple[str, ...]
    source: str
    livraison: int
    politique: str
    statut: str
    montrees: float
    avis: tuple[str, ...] = ()
    depuis: str = ""
    suivi: Suivi | None = None

    @property
    def periode(self) -> str:
        """« 2021-2022 », « de 2019-2020 à 2023-2024 »."""
        if self.depuis in ("", self.annee):
            return annee_lisible(self.annee) if self.annee else ""
        fin = annee_lisible(self.annee).replace("cumul ", "cumuls ")
        return f"de {self.depuis} à {fin}"

    @property
    def entete(self) -> str:
        """What the rows of its charts are."""
        return "Année" if self.suivi else "Réponse"

    @property
    def legende(self) -> str:
        """Place, year, population: what stands under the title."""
        morceaux = (self.nom, self.periode, self.population)
        return f"{INSECABLE}· ".join(m for m in morceaux if m)

    @property
    def montre_peu(self) -> bool:
        """Whether whoever looks will find more blanks than figures."""
        return self.montrees < PEU


def dessiner(vues: Sequence[Vue], lecteur: Lecteur, depot: Depot) -> list[VueDessinee | None]:
    """These charts for this reader, in order; None where the indicator does not exist.

    Raises BaseIndisponible. What an address asks outside the reader's perimeter is ignored, and
    told (`avis`), as on a page.
    """
    etat = depot.etat()
    dessinees: list[VueDessinee | None] = []
    for vue in vues:
        indicateur = etat.catalogue.get(vue.indicateur)
        if indicateur is None:
            dessinees.append(None)
            continue
        lue = lire_requete(vue.requete, etat, lecteur)
        if vue.suivi is not None:
            suivie = suivre(indicateur, vue.suivi, lue.selection, etat, lecteur, depot)
            avis = tuple(dict.fromkeys((*lue.avis, *suivie.vue.avis)))
            dessinees.append(replace(_decrire_la_suite(suivie), requete=vue.requete, avis=avis))
            continue
        ctx = Contexte(lue.selection, etat, lecteur, depot, f"/{indicateur.chapitre}")
        (dessinee,) = dessiner_les_cartes([indicateur], ctx)
        dessinees.append(replace(dessinee, requete=vue.requete, avis=tuple(lue.avis)))
    return dessinees


def dessiner_les_cartes(indicateurs: Sequence[Indicateur], ctx: Contexte) -> list[VueDessinee]:
    """The charts of these indicators as a context looks at them, their answers asked together."""
    # The names of other places belong to the Département's own slides.
    matieres = cartes.rassembler(indicateurs, ctx, autour=ctx.selection.lieu == NORD)
    return [_decrire(matiere, ctx) for matiere in matieres]


def _decrire(matiere: cartes.Matiere, ctx: Contexte) -> VueDessinee:
    ind, reponse = matiere.indicateur, matiere.principales[0]
    lignes = [x for r in matiere.principales for x in r.lignes]
    dessins = [
        Dessin(serie.libelle if serie else "", tuple(traces))
        for serie, traces in cartes.tracer(matiere, ctx)
    ]
    un_nombre = not any(s.modalites for s in ind.series)
    return VueDessinee(
        ind.id,
        ind.numero,
        ind.titre,
        ind.question,
        ecrire(ctx.selection, ctx.etat, ctx.lecteur),
        (reponse.question.lieu.type, reponse.question.lieu.code),
        nommer(ctx.etat, reponse.question.lieu),
        reponse.question.annee,
        POPULATIONS.get(reponse.population, ""),
        ind.unite,
        tuple(typographier(p) for p in cartes.resumer(matiere, ctx.etat)),
        tuple(dessins),
        cartes.ecrire_en_grand(reponse) if un_nombre else "",
        typographier(pieds.dire_la_base(reponse)),
        tuple(typographier(n) for n in _noter(matiere)),
        typographier(pieds.dire_la_source(ctx.etat)),
        ctx.etat.livraison.numero,
        reponse.politique.nom,
        reponse.statut,
        sum(x.affichee for x in lignes) / len(lignes) if lignes else 0.0,
    )


def _decrire_la_suite(suivie: Suivie) -> VueDessinee:
    ind, ctx, annees = suivie.vue.indicateur, suivie.ctx, suivie.annees
    traces = suivie.tracer()
    lignes = [x for t in traces if not t.repere for x in t.lignes]
    reponses = suivie.reponses
    exacte = any(r.politique.exacte for r in reponses)
    return VueDessinee(
        ind.id,
        ind.numero,
        suivie.titre,
        ind.question,
        ecrire(ctx.selection, ctx.etat, ctx.lecteur),
        (suivie.lieu.type, suivie.lieu.code),
        suivie.nommer(),
        annees[-1] if annees else ctx.selection.annee,
        POPULATIONS.get(reponses[0].population, "") if reponses else "",
        ind.unite,
        tuple(typographier(p) for p in suivie.phraser()),
        (Dessin("", traces),) if traces else (),
        "",
        typographier(suivie.dire_la_base()),
        tuple(typographier(n) for n in suivie.noter()),
        typographier(pieds.dire_la_source(ctx.etat)),
        ctx.etat.livraison.numero,
        EXACT.nom if exacte or not reponses else reponses[0].politique.nom,
        suivie.statuer(),
        sum(x.affichee for x in lignes) / len(lignes) if lignes else 0.0,
        depuis=annees[0] if annees else "",
        suivi=suivie.suivi,
    )


def _noter(matiere: cartes.Matiere) -> list[str]:
    ind, r = matiere.indicateur, matiere.principales[0]
    lignes = [x for autre in matiere.principales for x in autre.lignes]
    sources = [f"{constante.source}." for constante in constantes_de(ind.id)]
    return pieds.noter(ind, lignes, sources, exacte=r.politique.exacte)


def en_clair(vue: VueDessinee) -> dict[str, Any]:
    """A drawn chart as JSON keeps it."""
    return asdict(vue)


def lire_en_clair(contenu: Mapping[str, Any]) -> VueDessinee:
    """The drawn chart that this JSON keeps (`en_clair`)."""
    connus = {f.name for f in fields(VueDessinee)}
    valeurs = {nom: v for nom, v in contenu.items() if nom in connus}
    suivi = contenu.get("suivi")
    dessins = tuple(
        Dessin(
            d["titre"],
            tuple(
                Trace(
                    **{
                        **trace,
                        "lignes": tuple(Ligne(**x) for x in trace["lignes"]),
                        "textes": tuple(trace["textes"]),
                        "planchers": tuple(trace.get("planchers", ())),
                    }
                )
                for trace in d["traces"]
            ),
        )
        for d in contenu["dessins"]
    )
    return VueDessinee(
        **{
            **valeurs,
            "lieu": tuple(contenu["lieu"]),
            "dessins": dessins,
            "suivi": Suivi(**suivi) if suivi else None,
            **{nom: tuple(contenu[nom]) for nom in ("phrases", "notes", "avis")},
        }
    )


def sans_avis(vue: VueDessinee) -> VueDessinee:
    """The same, without what was ignored: those who look did not write the address."""
    return replace(vue, avis=())
