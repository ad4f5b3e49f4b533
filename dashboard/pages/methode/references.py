"""The glossary and the public documents (`data.lexique`)."""

from __future__ import annotations

from dashboard import balises as html
from dashboard.balises import Enfants
from dashboard.pages.methode.section import Section, definitions, paragraphes, tableau
from data.lexique import Document, Terme, lire_documents, lire_glossaire
from queries.lecteur import Lecteur


def composer_glossaire() -> Section:
    """Words of the trade, in alphabetical order."""
    return Section(
        "glossaire",
        "Glossaire",
        [
            definitions(
                *((t.terme, [_developper(t), t.definition]) for t in lire_glossaire()),
            )
        ],
    )


def _developper(terme: Terme) -> Enfants:
    return html.Strong(f"{terme.signification}. ") if terme.signification else ""


def composer_sources(lecteur: Lecteur) -> Section:
    """Public documents. One that bears the name of an association outside the perimeter is spoken
    of without it."""
    return Section(
        "sources",
        "Les sources",
        [
            *paragraphes(
                "L’application part de documents publics. Leurs chiffres sont repris tels qu’ils "
                "sont imprimés ; quand deux documents se contredisent, la contradiction est "
                "montrée, jamais corrigée. Ceux qui décrivent trop précisément quelques jeunes ne "
                "sont ni repris ni cités."
            ),
            tableau(
                "Documents publics",
                ("Titre", "Auteur", "Date", "Ce qu’il apporte"),
                [_decrire(d, lecteur) for d in lire_documents()],
            ),
        ],
    )


def _decrire(document: Document, lecteur: Lecteur) -> tuple[str, str, str, str]:
    d = document
    if d.association and lecteur.restreint and d.association not in lecteur.associations:
        return (d.anonyme, "une association", d.date, d.apport)
    return (d.titre, d.auteur, d.date, d.apport)
