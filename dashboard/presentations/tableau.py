"""A chart as a table of its figures: how many, out of how many, which share; blanks in words.

From the same view as the bars (`bandes`): no number is here that is not shown there or in the
words under it.
"""

from __future__ import annotations

from markupsafe import Markup

from dashboard import balises as html
from dashboard.graphiques import Trace
from dashboard.nombres import nombre, pourcentage
from dashboard.presentations import bandes
from dashboard.presentations.vues import Dessin, VueDessinee
from queries.reponses import STATUTS, Ligne, intervalle


def dessiner(vue: VueDessinee) -> Markup:
    """A table for each chart of a view; nothing when it has none."""
    return html.joindre([_dessiner(d, n, vue) for n, d in enumerate(vue.dessins)])


def _dessiner(dessin: Dessin, rang: int, vue: VueDessinee) -> Markup:
    seule = len(dessin.traces) == 1
    noms = bandes.nommer_les_valeurs(vue)[rang]
    entetes = _colonnes(dessin.traces[0]) if seule else [t.nom for t in dessin.traces]
    rangs = []
    for i, ligne in enumerate(bandes.lister(dessin)):
        cellules = (
            _cellules(dessin.traces[0], i, len(entetes))
            if seule
            else [html.Td(_resumer(t, i), className="nombre") for t in dessin.traces]
        )
        intitule = html.Th(html.Span(ligne.libelle), scope="row")
        # What does not fit on a projector is taken off by this order: the last years stay.
        ordre = {"data-ordre": len(noms) - i} if vue.suivi else {}
        rangs.append(html.Tr([intitule, *cellules], **{"data-valeur": noms[i]}, **ordre))
    tete = [html.Th(vue.entete, scope="col")] + [
        html.Th(x, scope="col", className="nombre") for x in entetes
    ]
    return html.Table(
        [html.Caption(bandes.intituler(vue, dessin)), html.Thead(html.Tr(tete)), html.Tbody(rangs)],
        className="chiffres-diapo par-annee" if vue.suivi else "chiffres-diapo",
        style={"--rangs": len(rangs)},
        **{"data-chose": vue.entete.lower()},
    )


def _colonnes(trace: Trace) -> list[str]:
    """Only what some row has: events have a share and no number, an average neither."""
    voulues = [
        ("Nombre", lambda x: x.effectif is not None or x.valeur is not None),
        ("Sur", lambda x: x.base is not None and x.part is not None),
        ("Part", lambda x: x.part is not None),
    ]
    montrees = [x for x in trace.lignes if x.affichee]
    if trace.textes:
        return ["Valeur"]
    return [nom for nom, a in voulues if any(map(a, montrees))] or ["Valeur"]


def _cellules(trace: Trace, rang: int, combien: int) -> list[Markup]:
    ligne = trace.lignes[rang]
    if trace.textes or not ligne.affichee:
        return [html.Td(dire_le_blanc(trace, rang), className="nombre", colSpan=combien)]
    par_nom = {
        "Nombre": _dire_le_nombre(ligne),
        "Sur": "" if ligne.base is None or ligne.part is None else nombre(ligne.base),
        "Part": _dire_la_part(trace, ligne),
        "Valeur": trace.etiqueter(rang),
    }
    return [html.Td(par_nom[nom] or "–", className="nombre") for nom in _colonnes(trace)]


def _resumer(trace: Trace, rang: int) -> list[Markup]:
    """One trace among others: its share, and under it the number it comes from."""
    ligne = trace.lignes[rang]
    if trace.textes or not ligne.affichee:
        return [html.Span(dire_le_blanc(trace, rang))]
    forte = _dire_la_part(trace, ligne) or trace.etiqueter(rang)
    detail = ""
    if ligne.part is not None and ligne.effectif is not None:
        detail = nombre(ligne.effectif)
        if ligne.base is not None:
            detail += f" sur {nombre(ligne.base)}"
    return [html.Span(forte)] + (
        [html.Span(detail, className="detail")] if detail and detail != forte else []
    )


def dire_le_blanc(trace: Trace, rang: int) -> str:
    """A value that is not a number, in words."""
    ligne = trace.lignes[rang]
    if trace.textes:
        return trace.textes[rang]
    if ligne.statut == "masque" and ligne.note:
        return ligne.note
    return STATUTS[ligne.statut].format(plancher=trace.plancher)


def _dire_le_nombre(ligne: Ligne) -> str:
    if ligne.effectif is None:
        return "" if ligne.valeur is None else nombre(ligne.valeur)
    if ligne.statut != "arrondi":
        return nombre(ligne.effectif)
    bas, haut = intervalle(ligne.effectif, ligne.statut)
    return f"{nombre(ligne.effectif)} (de {nombre(bas)} à {nombre(haut)})"


def _dire_la_part(trace: Trace, ligne: Ligne) -> str:
    if ligne.part is None:
        return ""
    # A share of so few is said in numbers, here as beside the bars.
    if ligne.effectif is not None and ligne.base and ligne.base < trace.petits:
        return f"{nombre(ligne.effectif)} sur {nombre(ligne.base)}"
    if ligne.part == 0 and ligne.effectif:
        return f"moins de {pourcentage(0.1 if trace.exact else 1, exact=trace.exact)}"
    return pourcentage(ligne.part, exact=trace.exact)
