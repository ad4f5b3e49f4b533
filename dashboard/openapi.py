"""The OpenAPI 3.1 document of the API, made from what the API itself checks."""

from __future__ import annotations

from typing import Any

from dashboard.exports import COLONNES, COLONNES_NUMERIQUES, DEFINITIONS
from dashboard.session import COOKIE
from data.catalogue import CHAPITRES, POPULATIONS
from data.treillis import CHAMP_DU_PROFIL, FILTRES_PERMIS, PROFILS
from queries.depot import Etat
from queries.lieux import GENRES_DE_POSTE, RESEAUX
from queries.reponses import STATUTS
from queries.selection import PAR, REFERENCES, VUES

FORMATS: dict[str, str] = {
    "json": "application/json",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Value of `format` → media type."""

_ANNEE = r"^\d{4}-\d{4}$"


def decrire(etat: Etat) -> dict[str, Any]:
    """The document. It depends on the closed lists of the database, never on the reader."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Passerelle",
            "version": "1.0.0",
            "summary": "Les accompagnements des ALSES, en lecture seule.",
            "description": (
                "Les mêmes réponses que les pages, sous les mêmes règles de confidentialité. "
                "Qui demande est reconnu par sa session ; un lieu hors de son périmètre est "
                "traité comme un lieu qui n’existe pas."
            ),
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{}, {"session": []}],
        "paths": {
            "/indicateurs": _chemin(
                "listerIndicateurs", "Le catalogue des indicateurs", "Catalogue"
            ),
            "/indicateurs/{id}": {"get": _indicateur(etat)},
            "/lieux": _chemin(
                "listerLieux",
                "Les lieux du périmètre, par genre",
                "Lieux",
                [
                    _parametre(
                        "annee",
                        "Année pour laquelle un chef de service a des collèges ; la dernière par "
                        "défaut.",
                        _annees(etat),
                        repetable=False,
                    )
                ],
            ),
            "/annees": _chemin("listerAnnees", "Les années scolaires et les cumuls", "Annees"),
            "/livraisons": _chemin("listerLivraisons", "Les livraisons chargées", "Livraisons"),
            "/openapi.json": _chemin("decrire", "Ce document", "Document"),
        },
        "components": {
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": COOKIE}},
            "responses": _refus(),
            "schemas": _schemas(etat),
        },
    }


def _chemin(
    operation: str, resume: str, schema: str, parametres: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    return {
        "get": {
            "operationId": operation,
            "summary": resume,
            **({"parameters": parametres} if parametres else {}),
            "responses": {
                "200": {
                    "description": resume,
                    "content": {
                        "application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}
                    },
                },
                "400": {"$ref": "#/components/responses/Refus"},
                "503": {"$ref": "#/components/responses/Indisponible"},
            },
        }
    }


def _parametre(
    nom: str, description: str, schema: dict[str, Any], *, repetable: bool = True
) -> dict[str, Any]:
    if repetable:
        return {
            "name": nom,
            "in": "query",
            "description": f"{description} Répétable : une réponse par valeur.",
            "schema": {"type": "array", "items": schema},
            "style": "form",
            "explode": True,
        }
    return {"name": nom, "in": "query", "description": description, "schema": schema}


def _liste(codes: Any, **autres: Any) -> dict[str, Any]:
    return {"type": "string", "enum": list(codes), **autres}


def _annees(etat: Etat) -> dict[str, Any]:
    return _liste((*etat.annees, *etat.cumuls))


def _indicateur(etat: Etat) -> dict[str, Any]:
    code = {"type": "string", "pattern": "^[a-z0-9-]+$"}
    parametres = [
        {
            "name": "id",
            "in": "path",
            "required": True,
            "description": "Code de l’indicateur.",
            "schema": _liste(etat.catalogue),
        },
        _parametre(
            "annee",
            "Année scolaire, ou cumul de trois ans (collèges seulement) ; la dernière par défaut.",
            _annees(etat),
        ),
        _parametre("territoire", "Code d’un territoire.", code),
        _parametre("association", "Code d’une association.", code),
        _parametre("college", "Code d’un collège.", code),
        _parametre("reseau", "Réseau d’éducation prioritaire.", _liste(RESEAUX)),
        _parametre("poste", "Type de poste du collège.", _liste(GENRES_DE_POSTE)),
        *(
            _parametre(
                profil,
                "Filtre de profil : deux au plus pour le département et les territoires, un "
                "ailleurs.",
                _liste(v.code for v in etat.listes[CHAMP_DU_PROFIL[profil]]),
            )
            for profil in PROFILS
        ),
        _parametre(
            "population",
            "Jeunes comptés ; sans effet quand l’indicateur a sa propre population.",
            _liste(POPULATIONS, default="alses"),
        ),
        _parametre("par", "Une réponse par valeur de ce découpage.", _liste(PAR), repetable=False),
        _parametre(
            "croiser",
            "Second indicateur d’un croisement.",
            _liste(i.id for i in etat.catalogue.values() if i.croisable),
            repetable=False,
        ),
        _parametre(
            "format", "Forme de la réponse.", _liste(FORMATS, default="json"), repetable=False
        ),
        _parametre(
            "reference",
            "Écrit par les pages ; sans effet ici.",
            _liste(REFERENCES),
            repetable=False,
        ),
        _parametre("vue", "Écrit par les pages ; sans effet ici.", _liste(VUES), repetable=False),
    ]
    fichier = {
        "Content-Disposition": {
            "description": "Nom du fichier (csv et xlsx).",
            "schema": {"type": "string"},
        }
    }
    return {
        "operationId": "repondre",
        "summary": "Les chiffres d’un indicateur",
        "description": (
            "Sans lieu : le département. Des lieux de genres différents se croisent, et seul "
            "association × territoire (et, en chiffres exacts, association × collège) est un lieu "
            "du treillis. Pour un chef de service, un collège désigne les jeunes de son "
            "association dans ce collège."
        ),
        "parameters": parametres,
        "responses": {
            "200": {
                "description": "Une ligne par valeur.",
                "headers": fichier,
                "content": {
                    FORMATS["json"]: {"schema": {"$ref": "#/components/schemas/Reponse"}},
                    FORMATS["csv"]: {"schema": {"type": "string"}},
                    FORMATS["xlsx"]: {},
                },
            },
            "400": {"$ref": "#/components/responses/Refus"},
            "404": {"$ref": "#/components/responses/Inconnu"},
            "503": {"$ref": "#/components/responses/Indisponible"},
        },
    }


def _refus() -> dict[str, Any]:
    contenu = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Probleme"}}}
    return {
        "Refus": {
            "description": "Paramètre inconnu, valeur inconnue ou question hors du treillis.",
            "content": contenu,
        },
        "Inconnu": {"description": "Cet indicateur n’existe pas.", "content": contenu},
        "Indisponible": {"description": "La base ne répond pas.", "content": contenu},
    }


def _objet(proprietes: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(proprietes),
        "properties": proprietes,
        "additionalProperties": False,
    }


def _tableau(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _schemas(etat: Etat) -> dict[str, Any]:
    texte = {"type": "string"}
    booleen = {"type": "boolean"}
    modalite = _objet({"code": texte, "libelle": texte})
    serie = _objet(
        {"code": texte, "libelle": texte, "multiple": booleen, "modalites": _tableau(modalite)}
    )
    lieu = {"code": texte, "nom": texte}
    return {
        "Reponse": _objet({"lignes": _tableau({"$ref": "#/components/schemas/Ligne"})}),
        "Ligne": _ligne(etat),
        "Catalogue": _objet(
            {
                "indicateurs": _tableau(
                    _objet(
                        {
                            "id": _liste(etat.catalogue),
                            "chapitre": _liste(CHAPITRES),
                            "numero": texte,
                            "titre": texte,
                            "question": texte,
                            "unite": texte,
                            "choix": texte,
                            "base": texte,
                            "population": _liste(["", *POPULATIONS]),
                            "croisable": booleen,
                            "note": texte,
                            "series": _tableau(serie),
                        }
                    )
                )
            }
        ),
        "Lieux": _objet(
            {
                "departement": _tableau(_objet(lieu)),
                "territoire": _tableau(_objet(lieu)),
                "association": _tableau(_objet({**lieu, "sigle": texte})),
                "association_territoire": _tableau(
                    _objet({**lieu, "association": texte, "territoire": texte})
                ),
                "college": _tableau(
                    _objet(
                        {**lieu, "commune": texte, "territoire": texte, "reseau": _liste(RESEAUX)}
                    )
                ),
                "reseau": _tableau(_objet(lieu)),
                "poste": _tableau(_objet(lieu)),
            }
        ),
        "Annees": _objet(
            {
                "annees": _tableau({"type": "string", "pattern": _ANNEE}),
                "cumuls": _tableau({"type": "string", "pattern": _ANNEE}),
            }
        ),
        "Livraisons": _objet(
            {
                "livraisons": _tableau(
                    _objet(
                        {
                            "numero": {"type": "integer"},
                            "date": {"type": "string", "format": "date"},
                            "synthetique": booleen,
                        }
                    )
                )
            }
        ),
        "Document": {"type": "object", "required": ["openapi", "info", "paths"]},
        "Probleme": _objet(
            {
                "type": {"type": "string", "format": "uri"},
                "title": texte,
                "status": {"type": "integer"},
                "detail": texte,
            }
        ),
    }


def _ligne(etat: Etat) -> dict[str, Any]:
    proprietes: dict[str, Any] = {}
    for colonne in COLONNES:
        schema: dict[str, Any] = {"type": "string"}
        if colonne in COLONNES_NUMERIQUES:
            schema = {"type": ["number", "null"], "minimum": 0}
        if colonne == "non_renseigne":
            schema["type"] = ["integer", "null"]
        if colonne == "part":
            schema["maximum"] = 100
        proprietes[colonne] = {**schema, "description": DEFINITIONS[colonne]}
    fermees: dict[str, list[str]] = {
        "indicateur": list(etat.catalogue),
        "population": ["", *POPULATIONS],
        "lieu_type": list(FILTRES_PERMIS),
        "statut": list(STATUTS),
        **{p: ["", *(v.code for v in etat.listes[CHAMP_DU_PROFIL[p]])] for p in PROFILS},
    }
    for colonne, codes in fermees.items():
        proprietes[colonne]["enum"] = codes
    proprietes["annee"]["pattern"] = _ANNEE
    return _objet(proprietes)
