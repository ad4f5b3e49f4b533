"""The summary: every value of every indicator beside the reference, the largest gaps first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from dashboard import balises as html
from dashboard import pieds
from dashboard.nombres import points
from dashboard.pages.comparer.choix import numero
from dashboard.pages.comparer.panneaux import cellule, cellule_du_repere, notes
from dashboard.pages.comparer.vue import TRIS, Repere, Vue, lignes_a_montrer
from data.catalogue import Indicateur
from queries.ecarts import Ecart, Verdict, mesurer
from queries.question import Lieu
from queries.reponses import Ligne
from queries.sommes import compter

LIGNES_EN_VUE = 12
A_RETENIR = 5
SIGNES = {
    Verdict.FORT: "●",
    Verdict.CERTAIN: "◐",
    Verdict.ORDINAIRE: "○",
    Verdict.PETIT: "·",
}
LEGENDES = {
    Verdict.FORT: "au-delà du hasard (test de deux proportions à 95 %), et certain malgré "
    "l’arrondi",
    Verdict.CERTAIN: "certain malgré l’arrondi, mais le hasard peut suffire à l’expliquer",
    Verdict.ORDINAIRE: "le hasard ou l’arrondi peut suffire à l’expliquer",
    Verdict.PETIT: "moins de 30 jeunes d’un côté : pas de conclusion",
}


@dataclass(frozen=True, slots=True)
class Rangee:
    """One value of an indicator. `ecarts`: one a place, in their order."""

    ind: Indicateur
    ligne: Ligne
    ecarts: tuple[Ecart, ...]
    reperes: tuple[Repere | None, ...]

    @property
    def plus_grand(self) -> float:
        """Its largest gap in points; -1 when none is known."""
        return max((abs(e.points) for e in self.ecarts if e.points is not None), default=-1)


def ranger(vue: Vue) -> list[Rangee]:
    """Every value that can be compared, in the order asked for: the largest gap first, or as in
    the report."""
    rangees = []
    for ind in vue.indicateurs:
        reponses = [vue.reponses[ind.id, lieu] for lieu in vue.lieux]
        comptes = [compter(r) for r in reponses]
        reperes = [next(iter(vue.reperes[ind.id, lieu]), None) for lieu in vue.lieux]
        par_lieu = [{(x.serie, x.modalite): x for x in r.lignes} for r in reponses]
        miroirs = {(s.code, s.modalites[1].code) for s in ind.series if s.oui_non}
        for ligne in lignes_a_montrer(reponses[0]):
            cle = (ligne.serie, ligne.modalite)
            if cle in miroirs:
                continue
            ecarts = tuple(
                mesurer(
                    siennes[cle],
                    repere.ligne(ligne) if repere else None,
                    compte.get(cle),
                    repere.comptes.get(cle) if repere else None,
                )
                for siennes, compte, repere in zip(par_lieu, comptes, reperes, strict=True)
            )
            rangees.append(Rangee(ind, ligne, ecarts, tuple(reperes)))
    if vue.tri == "rapport":
        return rangees
    return sorted(rangees, key=lambda x: -x.plus_grand)


def composer(vue: Vue) -> Markup:
    """The summary: the leading gaps in words, then the table."""
    rangees = ranger(vue)
    retenus = retenir(vue, rangees)
    if retenus:
        tete: Any = html.Ol([html.Li(x) for x in retenus], className="changements retenus")
    else:
        tete = html.P(
            "Aucun écart au repère ne dépasse ce que le hasard et l’arrondi expliquent à eux "
            "seuls.",
            className="phrase",
        )
    morceaux: list[Any] = [html.H2("Les écarts au repère", id="titre-synthese")]
    if not any(r for x in rangees for r in x.reperes):
        morceaux.append(
            html.P(
                "Aucun repère n’est choisi, ou ces indicateurs n’en ont pas : les valeurs sont "
                "données sans écart.",
                className="phrase",
            )
        )
    else:
        morceaux += [tete, _legende()]
    morceaux += [_trier(vue), _tableau(vue, rangees[:LIGNES_EN_VUE])]
    if len(rangees) > LIGNES_EN_VUE:
        reste = rangees[LIGNES_EN_VUE:]
        morceaux.append(
            html.Details(
                [html.Summary(f"Les {len(reste)} autres lignes"), _tableau(vue, reste)],
                className="chiffres",
            )
        )
    reponses = list(vue.reponses.values())
    morceaux.append(html.Footer(html.P(pieds.espacer(notes(reponses))), className="pied-carte"))
    return html.Section(
        morceaux, className="carte", id="synthese", **{"aria-labelledby": "titre-synthese"}
    )


def retenir(vue: Vue, rangees: list[Rangee]) -> list[list[Any]]:
    """The largest gaps that are certain and beyond chance, in words."""
    forts = sorted(
        (
            (abs(e.points or 0), rang, x, e)
            for x in rangees
            for rang, e in enumerate(x.ecarts)
            if e.verdict is Verdict.FORT
        ),
        key=lambda f: -f[0],
    )
    return [_dire(vue, x, e, rang) for _, rang, x, e in forts[:A_RETENIR]]


def _dire(vue: Vue, x: Rangee, e: Ecart, rang: int) -> list[Any]:
    lieu, repere = vue.lieux[rang], x.reperes[rang]
    assert repere is not None
    assert e.repere is not None
    assert e.points is not None
    sens = "hausse" if e.points > 0 else "baisse"
    return [
        html.Span(
            f"{'▲' if e.points > 0 else '▼'} {_points(vue, x.ind, lieu, e, repere)}",
            className=f"ecart {sens}",
        ),
        html.Span(
            [
                html.Strong(vue.nom(lieu)),
                f" : « {x.ligne.libelle} », {cellule(e.ligne, vue.reponses[x.ind.id, lieu])} "
                f"contre {cellule(e.repere, repere.reponse)} ({repere.nom}) ",
                html.A(x.ind.titre, href=f"#comparer-{x.ind.id}"),
            ]
        ),
    ]


def _points(vue: Vue, ind: Indicateur, lieu: Lieu, e: Ecart, repere: Repere) -> str:
    exact = vue.reponses[ind.id, lieu].politique.exacte and repere.reponse.politique.exacte
    ecart = e.points or 0
    return "comme le repère" if abs(ecart) < 0.05 else points(ecart, exact=exact)


def _legende() -> Markup:
    return html.Ul(
        [
            html.Li(
                [html.Span(SIGNES[v], className="signe", **{"aria-hidden": "true"}), f" {texte}"]
            )
            for v, texte in LEGENDES.items()
        ],
        className="legende signes",
        **{"aria-label": "Ce que l’on peut dire d’un écart"},
    )


def _trier(vue: Vue) -> Markup:
    """The two orders of the table, the one in force being marked."""
    actuel = "rapport" if vue.tri == "rapport" else "ecart"
    return html.P(
        [
            "Ordre des lignes : ",
            *(
                morceau
                for code in ("ecart", "rapport")
                for morceau in (
                    html.Strong(TRIS[code])
                    if code == actuel
                    else html.Lien(
                        TRIS[code],
                        vue.ctx.adresse_avec("tri", *([] if code == "ecart" else [code])),
                    ),
                    " · " if code == "ecart" else "",
                )
            ),
        ],
        className="ordre",
    )


def _tableau(vue: Vue, rangees: list[Rangee]) -> Markup:
    """One row a value; the reference, then the places. References that differ from place to place
    stand in the cells."""
    communs = {r.nom for x in rangees for r in x.reperes if r}
    commun = len(communs) == 1
    tete = [html.Th("Réponse", scope="col")]
    if commun:
        tete.append(html.Th(f"Repère : {next(iter(communs))}", scope="col", className="nombre"))
    tete += [
        html.Th([numero(rang), " ", vue.nom(lieu)], scope="col", className="nombre")
        for rang, lieu in enumerate(vue.lieux)
    ]
    corps = []
    for x in rangees:
        cases = []
        if commun:
            repere = next((r for r in x.reperes if r), None)
            ligne = repere.ligne(x.ligne) if repere else None
            texte = cellule_du_repere(ligne, repere) if repere else "–"
            cases.append(html.Td(texte, className="nombre"))
        cases += [_case(vue, x, rang, e, commun=commun) for rang, e in enumerate(x.ecarts)]
        corps.append(
            html.Tr(
                [
                    html.Th([x.ligne.libelle, _rappeler(x)], scope="row"),
                    *cases,
                ]
            )
        )
    return html.Div(
        html.Table(
            [
                html.Caption(html.Span("Chaque réponse, lieu par lieu, avec l’écart au repère")),
                html.Thead(html.Tr(tete)),
                html.Tbody(corps),
            ],
            className="tableau compare",
        ),
        className="defile",
        tabIndex=0,
    )


def _rappeler(x: Rangee) -> Markup | None:
    """The indicator a value is of, where its name does not say it."""
    if x.ligne.libelle == x.ind.titre:
        return None
    return html.Span(x.ind.titre, className="depuis")


def _case(vue: Vue, x: Rangee, rang: int, e: Ecart, *, commun: bool) -> Markup:
    lieu, repere = vue.lieux[rang], x.reperes[rang]
    r = vue.reponses[x.ind.id, lieu]
    morceaux: list[Any] = [html.Span(cellule(e.ligne, r), className="valeur-comparee")]
    if e.repere is not None and repere is not None and e.ligne.affichee:
        suite = []
        if e.points is not None:
            suite.append(_points(vue, x.ind, lieu, e, repere))
        if not commun and e.repere.affichee:
            suite.append(f"{repere.nom} : {cellule(e.repere, repere.reponse)}")
        if e.verdict is not None:
            morceaux.append(
                html.Span(SIGNES[e.verdict], className="signe", **{"aria-hidden": "true"})
            )
        if suite:
            morceaux.append(html.Span(", ".join(suite), className="ecart-compare"))
        if e.verdict is not None:
            morceaux.append(html.Span(f", {e.verdict.value}", className="hors-vue"))
    fort = " fort" if e.verdict is Verdict.FORT else ""
    return html.Td(morceaux, className=f"nombre {e.ligne.statut}{fort}")
