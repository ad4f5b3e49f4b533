"""A crossing as tables: per cents, numbers, rows to stack."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from markupsafe import Markup

from dashboard import balises as html
from dashboard.graphiques import decrire, etiquette
from dashboard.nombres import (
    INSECABLE,
    nombre,
    pourcentage,
)
from dashboard.pages.explorer.mots import MARQUES
from dashboard.pages.explorer.vue import Vue
from queries.croisements import (
    SANS_BASE,
    Case,
    Marge,
)
from queries.encadrement import PAS
from queries.reponses import STATUTS, Ligne, Reponse


def chauffer(vue: Vue) -> Markup:
    """The heat table: per cents, the base of each row or column, marks of what stands out."""
    x, par_ligne = vue.croisement, vue.sens == "ligne"
    tete = [
        html.Th(x.a.titre, scope="col"),
        *(html.Th(m.libelle, scope="col", className="nombre") for m in x.colonnes),
        html.Th("Base" if par_ligne else "Ensemble", scope="col", className="nombre base"),
    ]
    corps = []
    for marge, rang in zip(x.lignes, x.cases, strict=True):
        bout = _base(marge, vue) if par_ligne else _ensemble(marge, vue)
        corps.append(
            html.Tr(
                [
                    html.Th(marge.libelle, scope="row"),
                    *(_case_chaude(k, vue) for k in rang),
                    html.Td(bout, className="nombre base"),
                ]
            )
        )
    bas = [_ensemble(m, vue) if par_ligne else _base(m, vue) for m in x.colonnes]
    corps.append(
        html.Tr(
            [
                html.Th("Ensemble" if par_ligne else "Base", scope="row"),
                *(html.Td(texte, className="nombre base") for texte in bas),
                html.Td(_environ(x.total or 0, vue), className="nombre base"),
            ],
            className="ensemble",
        )
    )
    sens = "chaque ligne fait 100 %" if par_ligne else "chaque colonne fait 100 %"
    autre = x.b if par_ligne else x.a
    if autre.series[0].multiple:
        sens = f"une {'ligne' if par_ligne else 'colonne'} peut dépasser 100 %, plusieurs réponses"
    legende = html.Caption(
        html.Span(f"{x.a.titre} en lignes, {x.b.titre} en colonnes, pour cent : {sens}")
    )
    return html.Table(
        [legende, html.Thead(html.Tr(tete)), html.Tbody(corps)],
        className="tableau chaleur croise",
    )


def _case_chaude(k: Case, vue: Vue) -> Markup:
    x = vue.croisement
    plancher, exact = x.politique.plancher, x.politique.exacte
    part, marge = x.part(k, vue.sens), x.marge(k, vue.sens)
    classe, style, texte = k.ligne.statut, {}, etiquette(k.ligne, plancher, exact=exact)
    if k.ligne.affichee:
        texte = "–" if part is None else _ecrire_part(part, k.ligne, exact=exact)
        classe = "sans-part" if part is None else classe
        if part is not None:
            style = {"--chaleur": f"{part / 100:.2f}"}
    enfants: list[Any] = [texte]
    if k.signe:
        marque, mots = MARQUES[k.signe]
        enfants += [
            html.Span(f"{INSECABLE}{marque}", className="marque", **{"aria-hidden": "true"}),
            html.Span(f" {mots}", className="hors-vue"),
        ]
    noms = f"{x.marge(k, 'ligne').libelle} – {x.marge(k, 'colonne').libelle}"
    bulle = f"{noms} : {_dire_case(k, marge, part, vue)}"
    return html.Td(enfants, className=f"nombre chaud {classe}", style=style, title=bulle)


def _ecrire_part(part: float, ligne: Ligne, *, exact: bool) -> str:
    """The per cent of a cell: « < 1 % » rather than a zero that stands for somebody."""
    return etiquette(replace(ligne, part=part), 0, exact=exact)


def _dire_case(k: Case, marge: Marge, part: float | None, vue: Vue) -> str:
    """A cell in words: its number, its per cent, how it stands out."""
    x = vue.croisement
    texte = decrire(replace(k.ligne, part=part), x.politique.plancher, exact=x.politique.exacte)
    if k.ligne.affichee and part is None:
        texte += f" ; {SANS_BASE[marge.pourquoi].lower()}"
    if k.residu is not None:
        texte += f" ; résidu {'+' if k.residu >= 0 else '−'}{nombre(abs(round(k.residu, 1)), 1)}"
    if k.signe:
        texte += f" ; {MARQUES[k.signe][1]}"
    return texte


def _base(marge: Marge, vue: Vue) -> str:
    """« ≈ 45 »; « – » without any."""
    if marge.base is None:
        return "–"
    # With masked cells the sum is no published number: it is given as roughly as they are.
    return _environ(PAS * round(marge.base / PAS) if marge.masquees else marge.base, vue)


def _environ(valeur: float, vue: Vue) -> str:
    exact = vue.croisement.politique.exacte
    return ("" if exact else f"≈{INSECABLE}") + nombre(valeur)


def _ensemble(marge: Marge, vue: Vue) -> str:
    part = vue.croisement.part_d_ensemble(marge)
    return "–" if part is None else pourcentage(part, exact=vue.croisement.politique.exacte)


def compter(vue: Vue) -> Markup:
    """The published number of each cell."""
    x = vue.croisement
    plancher, exact = x.politique.plancher, x.politique.exacte
    tete = html.Tr(
        [
            html.Th(x.a.titre, scope="col"),
            *(html.Th(m.libelle, scope="col", className="nombre") for m in x.colonnes),
        ]
    )
    corps = []
    for marge, rang in zip(x.lignes, x.cases, strict=True):
        cases = []
        for k in rang:
            classe = "masque chaud" if k.ligne.statut == "masque" else k.ligne.statut
            texte = etiquette(replace(k.ligne, part=None), plancher, exact=exact)
            if not k.ligne.affichee and k.ligne.statut != "masque":
                texte = STATUTS[k.ligne.statut]
            cases.append(html.Td(texte, className=f"nombre {classe}"))
        corps.append(html.Tr([html.Th(marge.libelle, scope="row"), *cases]))
    legende = html.Caption(
        html.Span(f"Nombre de jeunes : {x.a.titre} en lignes, {x.b.titre} en colonnes")
    )
    return html.Table(
        [legende, html.Thead(tete), html.Tbody(corps)], className="tableau chaleur croise"
    )


def empiler(vue: Vue) -> list[tuple[str, Reponse]]:
    """One answer a row (or column) of the table, its shares those of the row."""
    x = vue.croisement
    par_ligne = vue.sens == "ligne"
    marges, autres = (x.lignes, x.colonnes) if par_ligne else (x.colonnes, x.lignes)
    ind = x.b if par_ligne else x.a
    rangees = []
    for i, marge in enumerate(marges):
        rang = x.cases[i] if par_ligne else tuple(r[i] for r in x.cases)
        lignes = tuple(
            replace(
                k.ligne,
                serie="",
                modalite=autre.code,
                libelle=autre.libelle,
                part=x.part(k, vue.sens),
                base=marge.base,
            )
            for k, autre in zip(rang, autres, strict=True)
        )
        rangees.append((marge.libelle, replace(x.reponse, indicateur=ind, lignes=lignes)))
    return rangees


def expliquer_marques(vue: Vue) -> Markup:
    """What the marks of the table mean: only those that are there."""
    x = vue.croisement
    statuts = {k.ligne.statut for rang in x.cases for k in rang}
    mots = []
    if x.certaines():
        mots += [
            ("▲", "sur-représenté avec certitude"),
            ("▼", "sous-représenté avec certitude"),
        ]
    if "masque" in statuts:
        mots.append(("▨", f"moins de {x.politique.plancher} jeunes"))
    if any(m.pourquoi for m in (*x.lignes, *x.colonnes)):
        mots.append(("–", "pas de part : base trop petite, ou trop incertaine"))
    return html.Ul(
        [
            html.Li([html.Span(signe, className="signe", **{"aria-hidden": "true"}), texte])
            for signe, texte in mots
        ],
        className="legende",
    )
