"""The filter bar: place, year, population always visible; profiles in a panel.

Each choice is a native select whose option values are the addresses they lead to: the server
knows the lattice, the browser only follows. Nobody meets « hors du treillis ».
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from markupsafe import Markup

from dashboard import balises
from dashboard.contexte import Contexte
from dashboard.fragments import fragment
from dashboard.nombres import INSECABLE, annee_lisible
from data.catalogue import POPULATIONS
from data.refus import typographier
from data.treillis import CHAMP_DU_PROFIL, FILTRES_PERMIS, PROFILS, TYPES_CUMULABLES
from queries.lecteur import Role
from queries.lieux import (
    GENRES_DE_POSTE,
    RESEAUX,
    existe,
    lister,
    nommer,
    nommer_college,
    territoire_de,
)
from queries.question import NORD, Lieu
from queries.selection import REFERENCES, annee_par_defaut

NOMS_DES_PROFILS = {
    "sexe": "Sexe",
    "age": "Classe d’âge",
    "classe": "Classe",
    "anciennete": "Ancienneté",
}
POPULATIONS_COURTES = {
    "alses": "Suivis par un ALSES",
    "ps": "Ensemble de la Prévention Spécialisée",
    "collegiens": "Collégiens (toute la Prévention Spécialisée)",
}
LIEUX_ENSEMBLE = 6
"""Most places, years or profile values side by side."""


class Barre:
    """Builds the bar of one view. `profils`: whether they apply; `annees`: whether it is of a year
    rather than of all of them. `TITRE`: of the sheet it is on a phone;
    `CLASSE`: of its first row.
    """

    TITRE = "Choisir ce que l’on regarde"
    CLASSE = "rang-principal"

    def __init__(self, ctx: Contexte, *, profils: bool = True, annees: bool = True) -> None:
        self.ctx = ctx
        self.s = ctx.selection
        self.etat = ctx.etat
        self.lecteur = ctx.lecteur
        self.avec_profils = profils
        self.avec_annees = annees

    def vers(self, **changements: Any) -> str:
        """Address of the view with these changes; what the lattice no longer allows is left out."""
        s = replace(self.s, **changements)
        permis = min(FILTRES_PERMIS[x.type] for x in s.lieux)
        filtres = s.filtres[:permis]
        annees = tuple(a for a in s.annees if a in self.etat.annees) or (
            annee_par_defaut(self.etat),
        )
        if all(x.type in TYPES_CUMULABLES for x in s.lieux):
            annees = s.annees
        lieux = tuple(
            x for x in s.lieux if all(existe(self.etat, self.lecteur, x, a) for a in annees)
        ) or (NORD,)
        return self.ctx.adresse(replace(s, filtres=filtres, annees=annees, lieux=lieux))

    def choisir(
        self,
        nom: str,
        titre: str,
        options: Iterable[tuple[str, str]],
        actuel: str,
        *,
        aide: str = "",
        inactif: bool = False,
    ) -> html.Div:
        """A labelled select; each option is (words, address)."""
        choix: list[dict[str, Any]] = []
        for t, v in options:
            if all(v != o["value"] for o in choix):
                choix.append({"label": typographier(t), "value": v})
        if all(actuel != o["value"] for o in choix):
            choix.insert(0, {"label": "–", "value": actuel})
        enfants: list[Any] = [
            html.Label(titre, htmlFor=f"choix-{nom}"),
            dbc.Select(
                id=f"choix-{nom}", options=choix, value=actuel, disabled=inactif, persistence=False
            ),
        ]
        if aide:
            enfants.append(html.P(aide, className="aide"))
        return html.Div(enfants, className="choix", **{"data-navigation": nom})

    def annee(self) -> html.Div:
        """School year; three-year cumuls where they exist."""
        annees = list(reversed(self.etat.annees))
        if all(x.type in TYPES_CUMULABLES for x in self.s.lieux):
            annees += list(reversed(self.etat.cumuls))
        return self.choisir(
            "annee",
            "Année scolaire",
            [(annee_lisible(a), self.vers(annees=(a,))) for a in annees],
            self.vers(annees=(self.s.annee,)),
        )

    def population(self) -> html.Div:
        """Whose youths."""
        return self.choisir(
            "population",
            "Jeunes",
            [(POPULATIONS_COURTES[p], self.vers(population=p)) for p in POPULATIONS],
            self.vers(),
        )

    def reference(self) -> html.Div:
        """What to compare with."""
        noms = {
            "departement": "Le Département",
            "ps": "L’ensemble PS",
            "annee_precedente": "L’année d’avant",
            "aucune": "Rien",
        }
        return self.choisir(
            "reference",
            "Comparer à",
            [(noms[r], self.vers(reference=r)) for r in REFERENCES],
            self.vers(),
        )

    def lieux(self) -> list[html.Div]:
        """Territoire, association and collège narrow one another; réseau and posts, other ways."""
        lieu, geo = self.s.lieu, self.etat.geographie
        territoire = territoire_de(self.etat, lieu) or ""
        association = lieu.association
        college = lieu.second if lieu.type in ("college", "association_college") else ""
        colleges = [
            x
            for x in lister(self.etat, self.lecteur, "college", self.s.annee)
            if (not territoire or geo.colleges[x.code]["territoire"] == territoire)
            and (not association or self._porte(association, x.code))
        ]
        sortie = [
            self.choisir(
                "territoire",
                "Territoire",
                [("Tout le département", self._au_territoire("", association))]
                + [
                    (nommer(self.etat, x), self._au_territoire(x.code, association))
                    for x in lister(self.etat, self.lecteur, "territoire")
                    if not association or self._paire(association, x.code) or x.code == territoire
                ],
                self._au_territoire(territoire if lieu.type != "association" else "", association)
                if not college
                else self._au_territoire(territoire, ""),
            ),
            self.choisir(
                "association",
                "Association",
                [("Toutes", self._au_territoire(territoire, ""))]
                + [
                    (nommer(self.etat, x), self._a_l_association(x.code, territoire))
                    for x in lister(self.etat, self.lecteur, "association")
                    if not territoire or self._paire(x.code, territoire) or x.code == association
                ],
                self._a_l_association(association, territoire)
                if association
                else self._au_territoire(territoire, ""),
            ),
            self.choisir(
                "college",
                "Collège",
                [("Tous", self._au_territoire(territoire, association))]
                + self._options_de_college([x.code for x in colleges]),
                self._au_college(college)
                if college
                else self._au_territoire(territoire, association),
            ),
        ]
        if self.lecteur.voit_type("reseau"):
            for type_, titre, noms in (
                ("reseau", "Éducation prioritaire", RESEAUX),
                ("poste", "Type de poste", GENRES_DE_POSTE),
            ):
                ici = lieu.code if lieu.type == type_ else ""
                sortie.append(
                    self.choisir(
                        type_,
                        titre,
                        [("Tous", self.vers(lieux=(NORD,)) if ici else self.vers())]
                        + [(n, self.vers(lieux=(Lieu(type_, code),))) for code, n in noms.items()],
                        self.vers(lieux=(Lieu(type_, ici),)) if ici else self.vers(),
                    )
                )
        return sortie

    @cached_property
    def _paires_de_territoire(self) -> frozenset[tuple[str, str]]:
        return frozenset(self.etat.geographie.paires_territoire())

    @cached_property
    def _paires_de_college(self) -> frozenset[tuple[str, str]]:
        return frozenset(self.etat.geographie.paires_college())

    def _paire(self, association: str, territoire: str) -> bool:
        return (association, territoire) in self._paires_de_territoire

    def _porte(self, association: str, college: str) -> bool:
        return (association, college) in self._paires_de_college

    def _au_territoire(self, territoire: str, association: str) -> str:
        if association:
            if territoire and self._paire(association, territoire):
                return self.vers(
                    lieux=(Lieu("association_territoire", f"{association}/{territoire}"),)
                )
            return self.vers(lieux=(Lieu("association", association),))
        return self.vers(lieux=(Lieu("territoire", territoire) if territoire else NORD,))

    def _a_l_association(self, association: str, territoire: str) -> str:
        type_ = self.s.lieu.type
        if territoire and type_ in ("territoire", "association_territoire"):
            return self._au_territoire(territoire, association)
        return self.vers(lieux=(Lieu("association", association),))

    def _options_de_college(self, codes: Sequence[str]) -> list[tuple[str, str]]:
        """One option a collège; their addresses differ by the code only."""
        if not codes:
            return []
        modele = self._au_college(codes[0])
        tous_pareils = self.lecteur.role is not Role.CHEF or len(self.lecteur.associations) == 1
        marque = f"college={codes[0]}"
        return [
            (
                nommer_college(self.etat, code),
                modele.replace(marque, f"college={code}")
                if tous_pareils
                else self._au_college(code),
            )
            for code in codes
        ]

    def _au_college(self, college: str) -> str:
        if self.lecteur.role is Role.CHEF:
            for a in self.lecteur.associations:
                if self._porte(a, college):
                    return self.vers(lieux=(Lieu("association_college", f"{a}/{college}"),))
        return self.vers(lieux=(Lieu("college", college),))

    def cotes(self) -> list[html.Div]:
        """Add a place or a year beside those already there."""
        s = self.s
        sortie = []
        types = {"departement": "territoire"}
        type_ = types.get(s.lieu.type, s.lieu.type)
        autres = [x for x in lister(self.etat, self.lecteur, type_, s.annee) if x not in s.lieux]
        if s.lieu != NORD and autres and len(s.lieux) < LIEUX_ENSEMBLE:
            sortie.append(
                self.choisir(
                    "cote",
                    "Mettre un lieu à côté",
                    [("Choisir…", self.vers())]
                    + [(nommer(self.etat, x), self.vers(lieux=(*s.lieux, x))) for x in autres],
                    self.vers(),
                )
            )
        annees = [a for a in reversed(self.etat.annees) if a not in s.annees]
        if self.avec_annees and annees and len(s.annees) < LIEUX_ENSEMBLE and len(s.lieux) == 1:
            sortie.append(
                self.choisir(
                    "autre-annee",
                    "Mettre une année à côté",
                    [("Choisir…", self.vers())]
                    + [(a, self.vers(annees=(*s.annees, a))) for a in annees],
                    self.vers(),
                )
            )
        return sortie

    def profils(self) -> list[Any]:
        """One select a profile; those the lattice closes are inactive, with the reason."""
        s = self.s
        permis = min(FILTRES_PERMIS[x.type] for x in s.lieux)
        actifs = dict(s.filtres)
        plein = len(actifs) >= permis
        combien = "un seul filtre de profil" if permis == 1 else "deux filtres de profil au plus"
        raison = (
            f"Pour ce lieu, {combien} à la fois{INSECABLE}: au-delà, les groupes seraient si "
            "petits que l’on reconnaîtrait des jeunes."
        )
        sortie: list[Any] = []
        for profil in PROFILS:
            valeurs = self.etat.listes[CHAMP_DU_PROFIL[profil]]
            sans = tuple(f for f in s.filtres if f[0] != profil)
            ferme = plein and profil not in actifs
            ordre = [*sans]

            def avec(code: str, autres: Sequence[Any] = ordre, nom: str = profil) -> str:
                tous = dict(autres) | {nom: (code,)}
                return self.vers(filtres=tuple((p, tous[p]) for p in PROFILS if p in tous))

            options = [("Tous", self.vers(filtres=sans))]
            if not ferme:
                options += [(v.libelle, avec(v.code)) for v in valeurs]
            ici = actifs.get(profil, ())
            actuel = avec(ici[0]) if len(ici) == 1 else self.vers(filtres=sans)
            if len(ici) > 1:
                actuel = self.vers()
            sortie.append(
                self.choisir(
                    profil,
                    NOMS_DES_PROFILS[profil],
                    options,
                    actuel,
                    inactif=ferme or not self.avec_profils,
                )
            )
        if not self.avec_profils:
            sortie.append(
                html.P("Les filtres de profil ne portent que sur les jeunes.", className="raison")
            )
        elif plein:
            sortie.append(html.P(raison, className="raison"))
        return sortie

    def etiquettes(self) -> list[Markup]:
        """What is filtered, each removable."""
        s = self.s
        sortie: list[tuple[str, str]] = []
        for lieu in s.lieux:
            if lieu != NORD:
                reste = tuple(x for x in s.lieux if x != lieu) or (NORD,)
                sortie.append((nommer(self.etat, lieu), self.vers(lieux=reste)))
        if len(s.annees) > 1 and self.avec_annees:
            for annee in s.annees:
                sortie.append((annee, self.vers(annees=tuple(a for a in s.annees if a != annee))))
        for profil, valeurs in s.filtres:
            for code in valeurs:
                libelle = next(
                    v.libelle for v in self.etat.listes[CHAMP_DU_PROFIL[profil]] if v.code == code
                )
                gardees = tuple(v for v in valeurs if v != code)
                filtres = tuple(
                    (p, gardees if p == profil else v)
                    for p, v in s.filtres
                    if p != profil or gardees
                )
                sortie.append(
                    (
                        f"{NOMS_DES_PROFILS[profil]}{INSECABLE}: {libelle}",
                        self.vers(filtres=filtres),
                    )
                )
        return [
            balises.Li(
                balises.Lien(
                    [nom, balises.Span("×", className="croix", **{"aria-hidden": "true"})],
                    href=adresse,
                    title=f"Retirer {nom}",
                )
            )
            for nom, adresse in sortie
        ]

    def resume(self) -> str:
        """Place and year in a few words, always visible on a phone."""
        lieux = " / ".join(nommer(self.etat, x) for x in self.s.lieux)
        if not self.avec_annees:
            return typographier(lieux)
        return typographier(f"{lieux} · {', '.join(self.s.annees)}")

    def nombre_de_filtres(self) -> int:
        """How many choices differ from the default, besides place and year."""
        return len(self.s.filtres) + (self.s.population != "alses")

    def principaux(self) -> list[Any]:
        """What is chosen most often, always visible."""
        return [
            *self.lieux()[:3],
            *([self.annee()] if self.avec_annees else []),
            self.population(),
        ]

    def seconds(self) -> list[Any]:
        """What is chosen less often, in a panel; nothing, no panel."""
        return [*self.lieux()[3:], *self.cotes(), self.reference(), *self.profils()]

    def intituler_les_seconds(self) -> str:
        """What opens the panel."""
        nombre = self.nombre_de_filtres()
        return f"Plus de filtres{f' ({nombre})' if nombre else ''}"

    def changer_de_vue(self) -> Markup | None:
        """Link from charts to tables, or back."""
        autre_vue = "tableau" if self.s.vue == "graphique" else "graphique"
        return balises.Lien(
            "Voir en tableaux" if autre_vue == "tableau" else "Voir en graphiques",
            self.vers(vue=autre_vue),
            className="autre-vue",
        )

    def composer(self) -> list[Any]:
        """The whole bar."""
        etiquettes = self.etiquettes()
        nombre = self.nombre_de_filtres()
        compte = f"Choisir{INSECABLE}({nombre})" if nombre else "Choisir"
        seconds = self.seconds()
        return [
            html.Div(
                [
                    html.P(self.resume(), className="resume-lieu"),
                    html.Button(
                        compte,
                        id="ouvrir-feuille",
                        type="button",
                        className="bouton",
                        **{"aria-expanded": "false", "aria-controls": "feuille"},
                    ),
                ],
                className="barre-etroite",
            ),
            html.Div(
                [
                    html.Div(
                        [
                            html.H2(
                                self.TITRE,
                                id="titre-feuille",
                                className="titre-feuille",
                            ),
                            html.Button(
                                "Fermer", id="fermer-feuille", type="button", className="bouton"
                            ),
                        ],
                        className="tete-feuille",
                    ),
                    html.Div(self.principaux(), className=self.CLASSE),
                    *(
                        [
                            html.Details(
                                [
                                    html.Summary(
                                        self.intituler_les_seconds(), id="plus-de-filtres"
                                    ),
                                    html.Div(seconds, className="rang-second"),
                                ],
                                id="panneau-filtres",
                                className="panneau",
                            )
                        ]
                        if seconds
                        else []
                    ),
                ],
                id="feuille",
                className="feuille",
            ),
            fragment(
                balises.Ul(etiquettes, className="etiquettes", **{"aria-label": "Filtres actifs"})
                if etiquettes
                else None,
                self.changer_de_vue(),
                className="rang-etiquettes",
            ),
        ]
