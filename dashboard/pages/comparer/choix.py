"""What to compare: the bar (kind of place, year, youths, reference), then places and indicators.

Every choice is a native select whose values are the addresses they lead to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dash import html as composants
from markupsafe import Markup

from dashboard import balises as html
from dashboard import couleurs as c
from dashboard.contexte import Contexte
from dashboard.filtres import Barre
from dashboard.fragments import fragment
from dashboard.pages.comparer.vue import (
    INDICATEURS_ENSEMBLE,
    LIEUX_ENSEMBLE,
    TYPES_DE_COLLEGE,
    Vue,
    indicateurs_choisis,
    lieux_compares,
    propre_au_chef,
    repere_choisi,
)
from queries.lieux import lister, territoire_de
from queries.question import NORD, Lieu
from queries.selection import derniere_annee

GENRES = {
    "territoire": "Des territoires",
    "association": "Des associations",
    "college": "Des collèges",
    "association_territoire": "Des associations dans un territoire",
    "reseau": "REP, REP+ et hors éducation prioritaire",
    "poste": "Les types de poste",
}
PROPRES_AUX_LIEUX = ("comparables", "valeur", "tri", "repere")
"""Parameters of the page that mean nothing for another kind of place."""


def genre_de(lieu: Lieu) -> str:
    """Kind of place, as one chooses it."""
    return "college" if lieu.type in TYPES_DE_COLLEGE else lieu.type


def lister_genre(ctx: Contexte, genre: str) -> list[Lieu]:
    """The places of a kind inside the perimeter; for a chef de service a collège is the own
    association's records there."""
    if genre == "college" and propre_au_chef(ctx):
        siens = {x.code for x in lister(ctx.etat, ctx.lecteur, "college", ctx.selection.annee)}
        propres = lister(ctx.etat, ctx.lecteur, "association_college")
        return [x for x in propres if x.second in siens]
    return list(lister(ctx.etat, ctx.lecteur, genre, ctx.selection.annee))


def vers(ctx: Contexte, lieux: Sequence[Lieu], *, garder: bool = True) -> str:
    """Address of the comparison of these places; `garder`: they are of the same kind."""
    s = replace(ctx.selection, lieux=tuple(lieux) or (NORD,), annees=(ctx.selection.annee,))
    if garder:
        return ctx.adresse(s)
    if not all(x.type in TYPES_DE_COLLEGE for x in lieux):
        s = replace(s, annees=(derniere_annee(ctx.selection.annee),), filtres=s.filtres[:1])
    return ctx.adresse(s, [(n, v) for n, v in ctx.propres if n not in PROPRES_AUX_LIEUX])


def proposer(ctx: Contexte, genre: str) -> list[Lieu]:
    """Two places of a kind to begin with, near those compared when some are."""
    tous = lister_genre(ctx, genre)
    ici = lieux_compares(ctx)
    territoires = [territoire_de(ctx.etat, x) for x in ici]
    proches = [x for x in tous if x in ici or (territoire_de(ctx.etat, x) or "-") in territoires]
    return list(dict.fromkeys([*proches[:2], *tous]))[: 3 if genre == "reseau" else 2]


class BarreDeComparaison(Barre):
    """The bar of this page."""

    TITRE = "Choisir ce que l’on compare"
    CLASSE = "rang-principal comparer"

    def genre(self) -> composants.Div:
        """Kind of the places compared; never two kinds together."""
        ctx = self.ctx
        ici = lieux_compares(ctx)
        genre = genre_de(ici[0]) if ici else ""
        options = [("Choisir…", self.ctx.adresse())] if not genre else []
        actuel = self.ctx.adresse()
        for code, titre in GENRES.items():
            if not self.lecteur.voit_type(code):
                continue
            if code == genre:
                options.append((titre, actuel))
            elif len(lister_genre(ctx, code)) > 1 or (
                code == "association" and propre_au_chef(ctx)
            ):
                options.append((titre, vers(ctx, proposer(ctx, code), garder=False)))
        return self.choisir("genre", "Comparer", options, actuel)

    def reference(self) -> composants.Div:
        """What each place is compared with."""
        ctx = self.ctx
        actuel = repere_choisi(ctx)
        ici = lieux_compares(ctx)
        noms = {"departement": "Le Département"}
        if ici and all(x.type != "territoire" and territoire_de(ctx.etat, x) for x in ici):
            noms["territoire"] = "Le territoire de chacun"
        if ici and ici[0].type in TYPES_DE_COLLEGE:
            noms["comparables"] = "Les collèges comparables au premier"
        noms |= {
            "ps": "L’ensemble PS du même lieu",
            "annee_precedente": "L’année d’avant",
            "aucune": "Rien",
        }

        def adresse(code: str) -> str:
            autres = [(n, v) for n, v in ctx.propres if n != "repere"]
            propre = code in ("territoire", "comparables")
            commune = "departement" if propre else code
            return ctx.adresse(
                replace(self.s, reference=commune),
                [*autres, ("repere", code)] if propre else autres,
            )

        return self.choisir(
            "reference", "Repère", [(n, adresse(r)) for r, n in noms.items()], adresse(actuel)
        )

    def resume(self) -> str:
        """What is compared, in a few words."""
        return super().resume() if lieux_compares(self.ctx) else "Rien n’est encore comparé"

    def principaux(self) -> list[Any]:
        """What is compared, when, whose youths, with what."""
        return [self.genre(), self.annee(), self.population(), self.reference()]

    def seconds(self) -> list[Any]:
        """Profiles."""
        return self.profils()

    def intituler_les_seconds(self) -> str:
        """What opens the panel."""
        nombre = f" ({len(self.s.filtres)})" if self.nombre_de_filtres() else ""
        return f"Filtres de profil{nombre}"

    def etiquettes(self) -> list[Markup]:
        """None: places and indicators are chosen in the page."""
        return []

    def changer_de_vue(self) -> Markup | None:
        """Nothing to look at otherwise while nothing is compared."""
        return super().changer_de_vue() if lieux_compares(self.ctx) else None


def couleur(rang: int) -> str:
    """The colour of the n-th place, 0 first."""
    return c.LIEUX[rang % len(c.LIEUX)]


def numero(rang: int) -> Any:
    """The badge of the n-th place: its number on its colour."""
    return html.Span(str(rang + 1), className="rang-lieu", style={"background": couleur(rang)})


def choisir_lieux(vue: Vue) -> composants.Section:
    """One select a place (to put another in its stead), one to add; take off, put first."""
    ctx, lieux = vue.ctx, vue.lieux
    barre = Barre(ctx)
    tous = lister_genre(ctx, genre_de(lieux[0]))
    libres = [x for x in tous if x not in lieux]
    cases: list[Any] = []
    for rang, lieu in enumerate(lieux):

        def a_la_place(autre: Lieu, ou: int = rang) -> str:
            return vers(ctx, [*lieux[:ou], autre, *lieux[ou + 1 :]])

        nom = vue.nom(lieu)
        actions = []
        if rang:
            ordre = [lieu, *(x for x in lieux if x != lieu)]
            actions.append(
                html.Lien(
                    "Mettre en premier",
                    vers(ctx, ordre),
                    **{"aria-label": f"Mettre en premier : {nom}"},
                )
            )
        if len(lieux) > 1:
            actions.append(
                html.Lien(
                    "Retirer",
                    vers(ctx, [x for x in lieux if x != lieu]),
                    **{"aria-label": f"Retirer : {nom}"},
                )
            )
        cases.append(
            composants.Li(
                [
                    fragment(numero(rang), className="pastille-lieu"),
                    barre.choisir(
                        f"lieu-{rang + 1}",
                        f"Lieu {rang + 1}",
                        [(vue.nom(x), a_la_place(x)) for x in tous if x == lieu or x not in lieux],
                        a_la_place(lieu),
                    ),
                    fragment(*actions, className="actions-lieu"),
                ],
                className="lieu-compare",
            )
        )
    if libres and len(lieux) < LIEUX_ENSEMBLE:
        cases.append(
            composants.Li(
                barre.choisir(
                    "ajouter-lieu",
                    "Ajouter un lieu",
                    [("Choisir…", vers(ctx, lieux))]
                    + [(vue.nom(x), vers(ctx, [*lieux, x])) for x in libres],
                    vers(ctx, lieux),
                ),
                className="lieu-compare ajout",
            )
        )
    return composants.Section(
        [
            fragment(html.H2("Ce que l’on compare", id="titre-lieux")),
            composants.Ol(cases, className="lieux-compares"),
            _choisir_indicateurs(vue),
        ],
        className="carte choix-compares",
        **{"aria-labelledby": "titre-lieux"},
    )


def _choisir_indicateurs(vue: Vue) -> composants.Div:
    """The indicators, each removable, and one more to add."""
    ctx = vue.ctx
    choisis = [i.id for i in indicateurs_choisis(ctx)]
    chips = []
    for ind in vue.indicateurs:
        reste = [i for i in choisis if i != ind.id]
        croix = html.Span("×", className="croix", **{"aria-hidden": "true"})
        chips.append(
            html.Li(
                html.Lien(
                    [ind.titre, croix],
                    ctx.adresse_avec("indicateur", *reste),
                    title=f"Retirer {ind.titre}",
                )
                if reste
                else html.Span(ind.titre, className="etiquette-seule")
            )
        )
    sans = ctx.adresse_avec("indicateur", *choisis)
    morceaux: list[Any] = [
        fragment(
            html.H3("Indicateurs"),
            html.Ul(chips, className="etiquettes", **{"aria-label": "Indicateurs comparés"}),
        )
    ]
    if len(choisis) < INDICATEURS_ENSEMBLE:
        morceaux.append(
            Barre(ctx).choisir(
                "ajouter-indicateur",
                "Ajouter un indicateur",
                [("Choisir…", sans)]
                + [
                    (f"{i.numero} {i.titre}", ctx.adresse_avec("indicateur", *choisis, i.id))
                    for i in ctx.etat.catalogue.values()
                    if i.id not in choisis
                ],
                sans,
            )
        )
    return composants.Div(morceaux, className="indicateurs-compares")
