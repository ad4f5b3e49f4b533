"""The A4 of a collège: one page to print and hand over, what a guest may see and nothing else."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, request
from markupsafe import Markup

from dashboard.connexion import page
from dashboard.erreurs import page_d_erreur
from dashboard.nombres import annee_lisible, date_longue
from dashboard.presentations import bandes, reunion
from dashboard.presentations.reunion import ACTIVITE, JEUNES, Etude
from dashboard.presentations.vues import VueDessinee
from dashboard.session import depot_courant, etat_courant, lecteur_courant
from data.application import maintenant
from data.refus import typographier
from queries.lieux import nommer
from queries.reponses import NOTE_ARRONDI
from queries.selection import annee_par_defaut

EN_BREF = ("effectif", "postes", "actions_nombre", "actions_participants")
"""What is said in one sentence each."""

LIGNES_PAR_COLONNE = 43
"""Lines of charts that one of the two columns holds on the page."""

LIGNES_D_UN_CADRE = 3.4
"""Lines that the title of a chart and the space around it take."""

SIGNES_PAR_LIGNE = 21
"""Signs of a value's name on one line."""

SIGNES_DU_PIED = 58
"""Signs of what is under a chart on one line."""

PLUS_LONG = 16
"""Most lines of one chart."""

_OU_ET_QUAND = re.compile(r"^.*?\d{4}-\d{4}\s*[,:]\s*")


@dataclass(frozen=True, slots=True)
class Cadre:
    """One chart of the page. `ou`: place and year when they are not those of the page.
    `reperes`: name and colour of what the bars are compared with."""

    titre: str
    ou: str
    reperes: tuple[tuple[str, str], ...]
    dessin: Markup
    pied: str
    lignes: float


def enregistrer(pages: Blueprint) -> None:
    """Add this page."""
    pages.add_url_rule("/a4", "a4", _imprimer)


def _imprimer() -> Any:
    etat, lecteur = etat_courant(), lecteur_courant()
    annee = request.args.get("annee", "")
    annee = annee if annee in etat.annees else annee_par_defaut(etat)
    try:
        college = reunion.lire_le_college(request.args.get("college", ""), annee, etat, lecteur)
    except reunion.CollegeInconnu as refus:
        lien = ("/presentations/reunion", "Choisir un collège")
        return page_d_erreur("Collège introuvable", str(refus), 404, lien)
    etude = reunion.etudier(college, annee, (*ACTIVITE, *JEUNES), lecteur, depot_courant())
    brefs = [etude.voir(i, (college, annee)) for i in EN_BREF]
    retenus = _retenir(etude, etat)
    une = next(iter(etude.dessinees.values()))
    return page(
        "a4.html",
        nom=reunion.nommer_seul(college, etat),
        code=college.code,
        situation=[
            str(etat.geographie.colleges[college.code]["commune"]),
            *reunion.situer(college, etat),
        ],
        annee=annee,
        brefs=[_abreger(v.phrases[0]) for v in brefs if v is not None],
        colonnes=retenus,
        vide=not any(retenus),
        source=une.source,
        protection=typographier(NOTE_ARRONDI),
        edite_le=date_longue(maintenant()),
        synthetique=etat.synthetique,
    )


def _abreger(phrase: str) -> str:
    """A sentence without the place and the year, which stand at the head of the page."""
    dite = _OU_ET_QUAND.sub("", phrase, count=1)
    return dite[:1].upper() + dite[1:]


def _retenir(etude: Etude, etat: Any) -> list[list[Cadre]]:
    """The charts that fit on one page, in two columns: those of the collège, then those of its
    territoire for what the collège cannot show."""
    ici = [(i, c) for i in JEUNES[1:] if (c := etude.choisir(i)) is not None]
    activite = [
        (i, (etude.college, etude.annee))
        for i in ("actions_thematique", "actions_objectifs")
        if etude.voir(i, (etude.college, etude.annee))
    ]
    montres = {i for i, _ in ici}
    autour = [
        (i, (etude.territoire, etude.annee))
        for i in JEUNES[1:]
        if i not in montres and etude.voir(i, (etude.territoire, etude.annee))
    ]
    colonnes: list[list[Cadre]] = [[], []]
    for indicateur, cible in [*ici[:5], *activite, *ici[5:], *autour]:
        vue = etude.voir(indicateur, cible)
        assert vue is not None
        ailleurs = []
        if cible[0] != etude.college:
            ailleurs.append(nommer(etat, cible[0]))
        if cible[1] != etude.annee:
            ailleurs.append(annee_lisible(cible[1]))
        cadre = _encadrer(vue, ", ".join(ailleurs))
        if cadre is None:
            continue
        colonne = min(colonnes, key=lambda x: sum(c.lignes for c in x))
        if sum(c.lignes for c in colonne) + cadre.lignes <= LIGNES_PAR_COLONNE:
            colonne.append(cadre)
    return colonnes


def _sans_les_zeros(vue: VueDessinee) -> VueDessinee:
    """Activity without the values that never occurred: they would fill the page."""
    dessins = []
    for dessin in vue.dessins:
        gardees = [
            i
            for i, x in enumerate(dessin.traces[0].lignes)
            if x.statut != "exact" or x.effectif or x.valeur
        ]
        traces = tuple(
            replace(
                t,
                lignes=[t.lignes[i] for i in gardees],
                textes=[t.textes[i] for i in gardees] if t.textes else t.textes,
            )
            for t in dessin.traces
        )
        if gardees:
            dessins.append(replace(dessin, traces=traces))
    return replace(vue, dessins=tuple(dessins))


def _encadrer(vue: VueDessinee, ou: str) -> Cadre | None:
    """A chart small enough to share the page; None when it is not."""
    vue = _sans_les_zeros(vue)
    # What holds for the whole page is at its foot.
    notes = [n for n in vue.notes if n != typographier(NOTE_ARRONDI)]
    pied = " ".join(t for t in (vue.base, *notes) if t)
    lignes = LIGNES_D_UN_CADRE + math.ceil(len(pied) / SIGNES_DU_PIED)
    reperes: dict[str, str] = {}
    for dessin in vue.dessins:
        reperes |= {t.nom: t.couleur for t in dessin.traces if t.repere}
        for ligne in dessin.traces[0].lignes:
            lignes += max(1, math.ceil(len(ligne.libelle) / SIGNES_PAR_LIGNE)) * 1.05
    if lignes > PLUS_LONG:
        return None
    return Cadre(
        vue.titre,
        ou,
        tuple(reperes.items()),
        bandes.dessiner(vue),
        vue.base,
        lignes + bool(reperes),
    )
