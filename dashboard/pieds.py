"""The foot of a card: notes, source and delivery, files, pictures, link.

One way to write them, whatever the page (contract, interface, « A chart card »).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from markupsafe import Markup

from dashboard import balises as html
from dashboard.balises import Enfants
from dashboard.nombres import INSECABLE, date_longue, nombre, pluriel, pourcentage
from data.catalogue import Indicateur
from queries.depot import Etat
from queries.lecteur import Lecteur
from queries.reponses import (
    NOTE_ARRONDI,
    NOTE_EXACT,
    NOTE_FRAGILE,
    NOTE_MULTIPLE,
    Ligne,
    Reponse,
    compter_les_connues,
)

FICHIERS = (("csv", "CSV"), ("xlsx", "XLSX"))
IMAGES = (("png", "PNG"), ("svg", "SVG"))


def composer(notes: Sequence[Enfants], source: str, *reste: Enfants) -> Markup:
    """The foot. `notes`: one after the other; `source`: `dire_la_source`; `reste`: what follows."""
    return html.Footer(
        [
            html.P(espacer(notes), className="notes"),
            html.P(source, className="source"),
            *reste,
        ],
        className="pied-carte",
    )


def noter(
    indicateur: Indicateur, lignes: Iterable[Ligne], propres: Iterable[str], *, exacte: bool
) -> list[str]:
    """What must be known to read these rows. `propres`: notes of the chart itself, before those of
    its protection."""
    lues = list(lignes)
    notes = []
    if any(x.fragile for x in lues):
        notes.append(NOTE_FRAGILE)
    if any(s.multiple for s in indicateur.series):
        notes.append(NOTE_MULTIPLE)
    notes += propres
    if any(x.statut in ("arrondi", "masque") for x in lues):
        notes.append(NOTE_ARRONDI)
    if exacte:
        notes.append(NOTE_EXACT)
    return notes


def dire_la_base(reponse: Reponse) -> str:
    """« Base : environ 120 jeunes · non renseigné : 10, soit 8 %. », or "" when there is none."""
    ind = reponse.indicateur
    x = next((y for y in reponse.lignes if y.base or y.non_renseigne is not None), None)
    if x is None or not ind.de_jeunes or not x.base:
        return ""
    base = f"Base{INSECABLE}: {'' if reponse.politique.exacte else 'environ '}"
    base += pluriel(x.base, "jeune" if ind.unite == "jeune" else ind.unite)
    connues = compter_les_connues(ind, x)
    if connues is not None and x.non_renseigne is not None:
        total = connues[1]
        part = pourcentage(100 * x.non_renseigne / total) if total else ""
        base += (
            f" · non renseigné{INSECABLE}: {nombre(x.non_renseigne)}"
            f"{f', soit {part}' if part else ''}"
        )
    return f"{base}."


def espacer(notes: Iterable[Enfants]) -> list[Enfants]:
    """Notes one after the other, a space after each."""
    return [y for note in notes for y in (note, " ")]


def dire_la_source(etat: Etat, suite: str = "") -> str:
    """Where the figures come from, number and date of the delivery; `suite`: what ends it."""
    livraison = etat.livraison
    source = (
        f"Source{INSECABLE}: Base de Données Commune, livraison n°{INSECABLE}{livraison.numero} du "
        f"{date_longue(livraison.date)}"
    )
    if etat.synthetique:
        source += " – données de démonstration, synthétiques"
    return f"{source}{suite}."


def lister(outils: Iterable[Markup]) -> Markup:
    """The tools of a card."""
    return html.Ul([html.Li(x) for x in outils], className="outils")


def lier_les_fichiers(adresse: Callable[[str], str], libelle: str, suite: str = "") -> list[Markup]:
    """Links to the same answers as files. `adresse`: of a format; `libelle`: what they are, for
    who hears it, before the name of the format (`suite`: after it)."""
    return [
        html.A(
            titre,
            href=adresse(format_),
            download="",
            **{"aria-label": f"{libelle} en {titre}{suite}"},
        )
        for format_, titre in FICHIERS
    ]


def offrir_les_images(carte: str, libelle: str) -> list[Markup]:
    """Buttons that save the charts of a card (its identifier) as pictures."""
    return [
        html.Button(
            titre,
            type="button",
            className="lien",
            **{
                "data-image": format_,
                "data-carte": carte,
                "aria-label": f"{libelle} en {titre}",
            },
        )
        for format_, titre in IMAGES
    ]


def offrir_la_presentation(
    indicateur: str, requete: str, nom: str, lecteur: Lecteur, *, nommee: bool = False
) -> list[Markup]:
    """Link that puts a chart in a presentation; none for who cannot make one. `requete`: query
    string of what the chart looks at, without `?`. `nommee`: the link says which chart it is."""
    if not lecteur.auteur:
        return []
    suite = f"&{requete}" if requete else ""
    href = f"/presentations/ajouter?indicateur={indicateur}{suite}"
    if nommee:
        return [html.A(f"Ajouter {nom} à une présentation", href=href)]
    dit = "Ajouter à une présentation"
    return [html.A(dit, href=href, **{"aria-label": f"{dit} {nom}"})]


def copier_le_lien(adresse: str, nom: str) -> Markup:
    """Button that copies the address of a card."""
    return html.Button(
        "Copier le lien",
        type="button",
        className="lien",
        **{"data-lien": adresse, "aria-label": f"Copier le lien vers {nom}"},
    )
