"""The published facts as CSV files: the same for every reader, nothing from the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask import Flask, Response

from dashboard.erreurs import refuser
from dashboard.exports import ecrire_csv, nommer_fichier
from dashboard.pages.publications.mots import dire_lieux, dire_periode
from dashboard.pages.publications.tables import ecrire_cellule
from data.publications import Affirmation, Chiffre, Publications, lire

RACINE = "/publications/fichiers"

COLONNES_DES_CHIFFRES = (
    *("section", "mesure", "indicateur", "categorie", "population", "lieu", "periode"),
    *("valeur", "environ", "unite", "base", "citation", "remarque"),
)
COLONNES_DES_AFFIRMATIONS = (
    *("section", "indicateur", "categorie", "population", "lieu", "periode"),
    *("relation", "reference", "valeur", "unite", "citation", "remarque"),
)


def adresse_du_tableau(code: str) -> str:
    """Address of a printed table as a file."""
    return f"{RACINE}/{code.replace('_', '-')}.csv"


def adresse_des_chiffres(theme: str) -> str:
    """Address of the figures of a theme as a file."""
    return f"{RACINE}/chiffres-{theme}.csv"


def adresse_des_affirmations(theme: str) -> str:
    """Address of the statements of a theme as a file."""
    return f"{RACINE}/affirmations-{theme}.csv"


def enregistrer(server: Flask) -> None:
    """Add the files to a server. Who may reach the pages may reach them (`dashboard.acces`)."""
    server.add_url_rule(f"{RACINE}/<nom>.csv", "fichier_publie", _repondre)


def _repondre(nom: str) -> Response:
    contenu = composer(nom, lire())
    if contenu is None:
        return refuser(404, "Ce fichier n’existe pas.")
    reponse = Response(contenu, content_type="text/csv; charset=utf-8")
    nom = nommer_fichier(["publications", nom], "csv")
    reponse.headers["Content-Disposition"] = f'attachment; filename="{nom}"'
    return reponse


def composer(nom: str, lues: Publications) -> bytes | None:
    """The content of a file, None when there is none of this name."""
    for theme in lues.themes:
        if nom == f"chiffres-{theme.code}" and theme.chiffres:
            return ecrire_csv(COLONNES_DES_CHIFFRES, _decrire_chiffres(theme.chiffres))
        if nom == f"affirmations-{theme.code}" and theme.affirmations:
            return ecrire_csv(COLONNES_DES_AFFIRMATIONS, _decrire_affirmations(theme.affirmations))
    tableau = lues.tableaux.get(nom.replace("-", "_"))
    if tableau is None or nom != tableau.code.replace("_", "-"):
        return None
    return ecrire_csv(
        [c.titre for c in tableau.colonnes],
        (
            [
                x[c.champ] if c.genre == "citation" else _cellule(x[c.champ], c.genre)
                for c in tableau.colonnes
            ]
            for x in tableau.lignes
        ),
    )


def _cellule(texte: str, genre: str) -> str:
    if genre == "nombre":
        return texte.replace(".", ",")
    if genre == "documents":
        documents = lire().documents
        return " ; ".join(documents[code].court for code in texte.split("|") if code)
    return ecrire_cellule(texte, genre) if texte else ""


def _decrire_chiffres(chiffres: Iterable[Chiffre]) -> Iterable[Sequence[str]]:
    for x in chiffres:
        yield (
            x.section,
            x.mesure,
            x.indicateur,
            x.categorie,
            x.population,
            dire_lieux(x.lieu),
            dire_periode(x.periode),
            x.valeur.replace(".", ","),
            "oui" if x.environ else "non",
            x.unite,
            x.base,
            x.citation,
            x.note,
        )


def _decrire_affirmations(affirmations: Iterable[Affirmation]) -> Iterable[Sequence[str]]:
    for x in affirmations:
        yield (
            x.section,
            x.indicateur,
            ", ".join(x.categories),
            x.population,
            dire_lieux(x.lieux),
            dire_periode(x.periode),
            x.relation,
            x.reference,
            x.valeur.replace(".", ","),
            x.unite,
            x.citation,
            x.note,
        )
