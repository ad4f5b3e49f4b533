"""The read-only API: same answers as the pages, same policies (contract, interface, API).

Nothing is ignored here: what a page forgives with a notice, the API refuses in French (RFC 9457).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException

from dashboard import openapi
from dashboard.erreurs import probleme
from dashboard.exports import en_csv, en_xlsx, lecture_de, ligne_plate, nommer_fichier
from dashboard.session import lecteur_courant
from data.catalogue import POPULATIONS, Indicateur
from data.treillis import PROFILS
from queries.depot import Depot, Etat
from queries.lecteur import Lecteur
from queries.lieux import lister, nommer
from queries.question import HorsTreillis, IndicateurInconnu, Question, QuestionRefusee
from queries.reponses import Reponse, repondre
from queries.selection import (
    PAR,
    PARAMETRES,
    PARAMETRES_DE_LIEU,
    Lue,
    annee_par_defaut,
    eclater,
    lire,
)

PARAMETRES_DE_REPONSE = (*PARAMETRES, "par", "croiser", "format")
PARAMETRES_UNIQUES = ("par", "croiser", "format", "reference", "vue")
REPONSES_AU_PLUS = 2_000
"""Most answers to one request: every collège of every year, several times over."""

HORS = "Question hors du treillis"
_IGNORE = re.compile(
    r" : « .{0,60} », ignorée(?=\. (?:Années|Valeurs|Populations|Références|Vues) )"
    r"| ; (?:il|« \w+ ») est ignoré(?=\.$)",
    re.DOTALL,
)
"""What a page adds to its notices, and the value it quotes: a place that does not exist and one
outside the perimeter are refused with the very same body."""


class ParametreRefuse(QuestionRefusee):
    """A parameter, or the value of one, is not among those there are."""


def enregistrer(server: Flask, depot: Depot) -> None:
    """Add the API to a server that `acces.enregistrer` already knows."""
    api = Blueprint("api", __name__, url_prefix="/api/v1")

    @api.get("/indicateurs")
    def indicateurs() -> Response:
        _verifier_parametres(())
        lecteur_courant()
        return _json({"indicateurs": [_decrire(i) for i in depot.etat().catalogue.values()]})

    @api.get("/lieux")
    def lieux() -> Response:
        _verifier_parametres(("annee",), uniques=("annee",))
        return _json(_lieux(depot.etat(), lecteur_courant(), request.args.get("annee")))

    @api.get("/annees")
    def annees() -> Response:
        _verifier_parametres(())
        lecteur_courant()
        etat = depot.etat()
        return _json({"annees": list(etat.annees), "cumuls": list(etat.cumuls)})

    @api.get("/livraisons")
    def livraisons() -> Response:
        _verifier_parametres(())
        lecteur_courant()
        return _json(
            {
                "livraisons": [
                    {
                        "numero": x.numero,
                        "date": f"{x.date:%Y-%m-%d}",
                        "synthetique": bool(x.synthetique),
                    }
                    for x in depot.etat().livraisons
                ]
            }
        )

    @api.get("/openapi.json")
    def document() -> Response:
        _verifier_parametres(())
        lecteur_courant()
        return _json(openapi.decrire(depot.etat()))

    @api.get("/indicateurs/<id_>")
    def indicateur(id_: str) -> Response:
        return _repondre(id_, depot)

    @api.get("/", defaults={"reste": ""})
    @api.get("/<path:reste>")
    def introuvable(reste: str) -> Response:
        return probleme(
            "Adresse inconnue",
            "Cette adresse n’existe pas. Voir /api/v1/openapi.json.",
            404,
            "introuvable",
        )

    api.register_error_handler(QuestionRefusee, _refuser)
    api.register_error_handler(HTTPException, _refuser_http)
    api.after_request(_proteger)
    server.register_blueprint(api)


def _json(corps: Any) -> Response:
    reponse = Response(current_app.json.dumps(corps, ensure_ascii=False, sort_keys=False))
    reponse.headers["Content-Type"] = "application/json; charset=utf-8"
    return reponse


def _proteger(reponse: Response) -> Response:
    """Answers depend on who asks, and are kept nowhere on the way."""
    reponse.headers["Cache-Control"] = "no-store"
    reponse.vary.add("Cookie")
    return reponse


def _refuser(erreur: QuestionRefusee) -> Response:
    if isinstance(erreur, IndicateurInconnu):
        return probleme("Indicateur inconnu", str(erreur), 404, "indicateur-inconnu")
    if isinstance(erreur, ParametreRefuse):
        return probleme("Paramètre refusé", str(erreur), 400, "parametre")
    if isinstance(erreur, HorsTreillis):
        return probleme(HORS, str(erreur), 400, "hors-treillis")
    return probleme("Question refusée", str(erreur), 400, "question")


def _refuser_http(erreur: HTTPException) -> Response:
    return probleme(
        "Demande refusée", "Cette demande n’a pas pu être lue.", erreur.code or 400, "demande"
    )


def _verifier_parametres(connus: Iterable[str], uniques: Iterable[str] = ()) -> None:
    """Raises ParametreRefuse on an unknown parameter, an empty value, one wrongly repeated."""
    connus = tuple(connus)
    for nom, valeurs in request.args.lists():
        if nom not in connus:
            suite = f"Paramètres possibles : {', '.join(connus)}." if connus else "Il n’y en a pas."
            raise ParametreRefuse(f"Paramètre inconnu : « {nom[:60]} ». {suite}")
        if not all(valeurs):
            raise ParametreRefuse(f"Le paramètre « {nom} » est vide.")
        if nom in uniques and len(valeurs) > 1:
            raise ParametreRefuse(f"Le paramètre « {nom} » ne se donne qu’une fois.")


def _valeur(nom: str, possibles: Iterable[str], defaut: str | None = None) -> str | None:
    valeur = request.args.get(nom, defaut)
    possibles = list(possibles)
    if valeur is not None and valeur not in possibles:
        raise ParametreRefuse(
            f"Valeur inconnue pour « {nom} ». Valeurs possibles : {', '.join(possibles)}."
        )
    return valeur


def _repondre(id_: str, depot: Depot) -> Response:
    lecteur = lecteur_courant()
    etat = depot.etat()
    indicateur = etat.catalogue.get(id_)
    if indicateur is None:
        raise IndicateurInconnu(
            f"Indicateur inconnu. Indicateurs possibles : {', '.join(etat.catalogue)}."
        )
    _verifier_parametres(PARAMETRES_DE_REPONSE, PARAMETRES_UNIQUES)
    format_ = _valeur("format", openapi.FORMATS, "json")
    par = _valeur("par", (p for p in PAR if p not in PARAMETRES_DE_LIEU or lecteur.voit_type(p)))
    croiser = _valeur("croiser", (i.id for i in etat.catalogue.values() if i.croisable))
    questions = _poser(indicateur, par, croiser, etat, lecteur)
    reponses = repondre(questions, lecteur, depot)
    lignes = [x for r in reponses for x in ligne_plate(r, synthetique=etat.synthetique)]
    if format_ == "json":
        return _json({"lignes": lignes})
    if format_ == "csv":
        corps = en_csv(lignes)
    else:
        corps = en_xlsx(lignes, lecture_de(reponses, etat), f"Passerelle – {indicateur.titre}")
    reponse = Response(corps)
    reponse.headers["Content-Type"] = openapi.FORMATS[format_ or "csv"] + (
        "; charset=utf-8" if format_ == "csv" else ""
    )
    nom = nommer_fichier(_nommer(reponses, par), format_ or "csv")
    reponse.headers["Content-Disposition"] = f'attachment; filename="{nom}"'
    return reponse


def _poser(
    indicateur: Indicateur, par: str | None, croiser: str | None, etat: Etat, lecteur: Lecteur
) -> list[Question]:
    """The questions a request asks, in the order of its parameters, each once."""
    parametres = dict(request.args.lists())
    annees = tuple(dict.fromkeys(parametres.get("annee", ())))
    cumuls = {a for a in annees if a in etat.cumuls}
    if cumuls and not indicateur.de_jeunes:
        raise HorsTreillis(f"{HORS} : cet indicateur ne se cumule pas sur trois ans.")
    lus = parametres
    if par == "college":
        # The cumul exists for collèges, and those are the places of every answer.
        lus = {**parametres, "annee": [a for a in annees if a not in cumuls]}
    lue = lire(lus, etat, lecteur)
    if lue.avis:
        _refuser_avis(lue)
    selection = replace(lue.selection, annees=annees or lue.selection.annees)
    sans_jeunes = not (indicateur.de_jeunes or indicateur.famille == "qualite_saisie")
    if sans_jeunes and (selection.filtres or par in PROFILS):
        raise HorsTreillis(
            f"{HORS} : les filtres de profil ne portent que sur les jeunes, et cet indicateur "
            "compte autre chose."
        )
    fixe = bool(indicateur.population) or indicateur.famille == "activite"
    if fixe and par == "population":
        raise HorsTreillis(f"{HORS} : cet indicateur n’a qu’une population.")
    populations = [selection.population]
    if not fixe:
        # Several populations are several answers; a selection, made for a page, keeps one.
        demandees = dict.fromkeys(parametres.get("population", ()))
        populations = [p for p in demandees if p in POPULATIONS] or populations
    questions: dict[Question, None] = {}
    for population in populations:
        for question in replace(selection, population=population).questions(indicateur, croiser):
            for posee in eclater(question, par, etat, lecteur) if par else [question]:
                questions[posee] = None
                if len(questions) > REPONSES_AU_PLUS:
                    raise ParametreRefuse(
                        f"Trop de réponses à la fois : {REPONSES_AU_PLUS} au plus. Demandez moins "
                        "d’années, de lieux ou de valeurs."
                    )
    return list(questions)


def _refuser_avis(lue: Lue) -> None:
    textes = [
        _IGNORE.sub("", avis).replace(
            "Valeurs possibles : .", "Aucune n’est possible dans votre périmètre."
        )
        for avis in lue.avis
    ]
    texte = " ".join(dict.fromkeys(textes))
    if any(x.startswith(HORS) for x in textes):
        raise HorsTreillis(texte)
    raise ParametreRefuse(texte)


def _nommer(reponses: list[Reponse], par: str | None) -> Iterator[str]:
    """Words of the name of a file: indicator, year, place, split."""
    premiere = reponses[0].question
    yield premiere.indicateur
    if premiere.croiser:
        yield premiere.croiser
    annees = {r.question.annee for r in reponses}
    yield premiere.annee if len(annees) == 1 else "plusieurs-annees"
    lieux = {r.question.lieu for r in reponses}
    if len(lieux) == 1:
        yield premiere.lieu.code
    elif par not in PARAMETRES_DE_LIEU:
        yield "plusieurs-lieux"
    if len({r.question.filtres for r in reponses}) == 1:
        yield from (code for _, code in premiere.filtres)
    if par:
        yield f"par-{par}"


def _decrire(indicateur: Indicateur) -> dict[str, Any]:
    return {
        "id": indicateur.id,
        "chapitre": indicateur.chapitre,
        "numero": indicateur.numero,
        "titre": indicateur.titre,
        "question": indicateur.question,
        "unite": indicateur.unite,
        "choix": indicateur.choix,
        "base": indicateur.base,
        "population": indicateur.population,
        "croisable": indicateur.croisable,
        "note": indicateur.note,
        "series": [
            {
                "code": s.code,
                "libelle": s.libelle,
                "multiple": s.multiple,
                "modalites": [{"code": m.code, "libelle": m.libelle} for m in s.modalites],
            }
            for s in indicateur.series
        ],
    }


def _lieux(etat: Etat, lecteur: Lecteur, annee: str | None) -> dict[str, list[dict[str, str]]]:
    if annee is not None and annee not in (*etat.annees, *etat.cumuls):
        raise ParametreRefuse(
            "Valeur inconnue pour « annee ». Années disponibles : "
            f"{', '.join((*etat.annees, *etat.cumuls))}."
        )
    geo = etat.geographie
    genres: dict[str, list[dict[str, str]]] = {}
    for type_ in (
        "departement",
        "territoire",
        "association",
        "association_territoire",
        "college",
        "reseau",
        "poste",
    ):
        genres[type_] = []
        for lieu in lister(etat, lecteur, type_, annee or annee_par_defaut(etat)):
            fiche = {"code": lieu.code, "nom": nommer(etat, lieu)}
            if type_ == "association":
                fiche["sigle"] = str(geo.associations[lieu.code]["sigle"])
            elif type_ == "association_territoire":
                fiche |= {"association": lieu.association, "territoire": lieu.second}
            elif type_ == "college":
                college = geo.colleges[lieu.code]
                fiche |= {
                    "nom": str(college["nom"]),
                    "commune": str(college["commune"]),
                    "territoire": str(college["territoire"]),
                    "reseau": str(college["education_prioritaire"] or "hors"),
                }
            genres[type_].append(fiche)
    return genres
