"""Requests that no page sends: addresses, API, callbacks, forms. None may be answered 5xx."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.core.failures import FailureGroup
from werkzeug.test import TestResponse

from data.treillis import PROFILS
from queries.selection import PARAMETRES
from tests.pannes.mutations import HOSTILES
from tests.pannes.table import Constat

RAPPEL = "/_dash-update-component"
API = "API (document OpenAPI)"
CHIFFRES = "GET /indicateurs/{id}"
LIEUX = ("territoire", "association", "college")
EN_CLAIR = {"Accept-Encoding": "identity"}
"""Schemathesis reads the bodies of an application it calls in process as they come."""

FRANCAIS = re.compile(r"[àâçèéêîôù\xa0]|\b(?:cette|de|des|la|le|les|pas|une?)\b", re.I)
ANGLAIS = re.compile(r"\b(?:are|did|for|is|not|of|the|this|was|with)\b", re.I)
CITATION = re.compile(r"«.*?»", re.DOTALL)
TEXTES_HOSTILES = (
    *(texte for texte in HOSTILES if len(texte) < 300),
    *("x" * 9_000, "\x00", "\r\nSet-Cookie: a=b", "9" * 400, "-1", "%", "%zz", "../", "//ailleurs"),
    *(
        "2021-2022",
        "2021-2024",
        "9999-9999",
        "0-1",
        "2021",
        "territoire:douai",
        "{}",
        "[]",
        "\ud800",
    ),
)
FAUX_LIEUX = ("douai", "ailleurs", "nord", "0", "aae/x", "college:x", "rep", "rep_plus", "sans")
METHODES = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")

hostiles = st.one_of(st.sampled_from(TEXTES_HOSTILES), st.text(max_size=30))
"""Any text; half pairs of surrogates among them, which JSON can carry and no file can."""

scalaires = st.one_of(
    *(st.none(), st.booleans(), st.integers(), st.floats(), hostiles),
    *(st.just(2**70), st.just(1e308)),
)
quelconques = st.recursive(
    scalaires,
    lambda x: st.one_of(st.lists(x, max_size=4), st.dictionaries(hostiles, x, max_size=4)),
    max_leaves=8,
)
"""Any value that JSON can hold."""


@dataclass(slots=True)
class Terrain:
    """The whole application as a caller meets it, and what it says of itself."""

    client: FlaskClient
    lecteurs: list[FlaskClient]
    schema: schemathesis.BaseSchema
    rappels: list[dict[str, Any]]
    routes: list[tuple[str, frozenset[str]]]
    codes: dict[str, list[str]]
    jeton: str
    constat: Constat = field(default_factory=lambda: Constat("demandes"))
    statuts: Counter[int] = field(default_factory=Counter)

    @classmethod
    def dresser(cls, serveur: Flask) -> Terrain:
        """Ask the server what it offers, and hold a session with its forms' token."""
        client = serveur.test_client()
        page = client.get("/presentations").get_data(as_text=True)
        jeton = re.findall(r'name="jeton_csrf" value="([^"]+)"', page)[0]
        lieux = client.get("/api/v1/lieux").get_json()
        annees = client.get("/api/v1/annees").get_json()
        schema = _lire_le_document(serveur)
        codes = {genre: [x["code"] for x in lieux[genre]] for genre in (*LIEUX, "reseau", "poste")}
        codes["annee"] = [*annees["annees"], *annees["cumuls"]]
        for p in schema.raw_schema["paths"]["/indicateurs/{id}"]["get"]["parameters"]:
            valeur = p["schema"].get("items", p["schema"])
            codes.setdefault(p["name"], valeur.get("enum", []))
        rappels = json.loads(client.get("/_dash-dependencies").data)
        chef = codes["association"][0]
        return cls(
            client,
            [_entrer(serveur, x) for x in ("departement", "habilite", f"chef:{chef}", "invite")],
            schema,
            [r for r in rappels if not r["clientside_function"]],
            [(r.rule, frozenset(r.methods or ())) for r in serveur.url_map.iter_rules()],
            codes,
            jeton,
        )

    def juger(self, reponse: TestResponse, quoi: str, defaut: str = "") -> None:
        """Note what is wrong with an answer: what everyone may see, else `defaut`."""
        self.statuts[reponse.status_code] += 1
        corps = reponse.get_data()
        manque = f"{defaut} : {quoi}" if defaut else ""
        if reponse.status_code >= 500:
            manque = f"{reponse.status_code} : {quoi}"
        elif b"Traceback" in corps or b"werkzeug" in corps[:2_000].lower():
            manque = f"une trace dans la réponse : {quoi}"
        elif reponse.mimetype == "application/problem+json" and corps and b'"detail"' not in corps:
            manque = f"refus sans raison : {quoi}"
        self.constat.noter(not manque, manque[:1_500])

    def parametres(self) -> st.SearchStrategy[list[tuple[str, str]]]:
        """Query parameters: known names with their codes, with others', with anything."""

        def valeurs(nom: str) -> st.SearchStrategy[tuple[str, str]]:
            connues = self.codes.get(nom) or ["1"]
            return st.tuples(
                st.just(nom),
                st.one_of(
                    *(st.sampled_from(connues), st.sampled_from(connues)),
                    *(st.sampled_from(FAUX_LIEUX), hostiles),
                ),
            )

        noms = (*PARAMETRES, *PROFILS, "par", "croiser", "format", "indicateur", "lieu", "page")
        noms = (*noms, "plies", "suivant", "q", "depuis", "etape", "diapo", "slug", "secret")
        return st.lists(
            st.one_of(st.sampled_from(noms).flatmap(valeurs), st.tuples(hostiles, hostiles)),
            max_size=6,
        )

    def chemins(self) -> st.SearchStrategy[tuple[str, frozenset[str]]]:
        """Addresses of the server, with anything where they have a variable."""
        indicateurs = self.codes["id"]

        @st.composite
        def composer(tirer: st.DrawFn) -> tuple[str, frozenset[str]]:
            regle, methodes = tirer(st.sampled_from(self.routes))

            def remplir(variable: re.Match[str]) -> str:
                if variable.group(0).startswith("<int:"):
                    return str(tirer(st.one_of(st.integers(0, 3), st.integers(0, 2**80))))
                choix = st.one_of(st.sampled_from(indicateurs), hostiles)
                return quote(tirer(choix).encode("utf-8", "surrogatepass"), safe="/")

            return re.sub(r"<[^>]+>", remplir, regle), methodes

        return composer()

    def corps_de_rappel(self) -> st.SearchStrategy[Any]:
        """The body of a callback as the page sends it, with something wrong in it."""
        return _corps_de_rappel(self)


def _lire_le_document(serveur: Flask) -> schemathesis.BaseSchema:
    """The document that is served; its own address is left out by schemathesis.

    It cannot say the lattice: a question about figures that it allows may be refused (400).
    """
    sans_treillis = {
        "include-name": CHIFFRES,
        "checks": {"positive_data_acceptance": {"enabled": False}},
    }
    reglages = schemathesis.Config.from_dict({"operations": [sans_treillis]})
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", serveur, config=reglages)


def _entrer(serveur: Flask, point_de_vue: str) -> FlaskClient:
    client = serveur.test_client()
    reponse = client.post("/point-de-vue", data={"point_de_vue": point_de_vue})
    assert reponse.status_code < 400, reponse.text
    return client


def ecrire_requete(paires: list[tuple[str, str]]) -> str:
    """Pairs as a query string."""
    return urlencode(
        [
            (n.encode("utf-8", "surrogatepass"), v.encode("utf-8", "surrogatepass"))
            for n, v in paires
        ]
    )


@st.composite
def _corps_de_rappel(tirer: st.DrawFn, terrain: Terrain) -> Any:
    rappel = tirer(st.sampled_from(terrain.rappels))
    noms = rappel["output"].strip(".").split("...")
    sorties = [dict(zip(("id", "property"), n.rsplit(".", 1), strict=True)) for n in noms]
    chemins = ["/", *(r for r, _ in terrain.routes if "<" not in r), "/situations", "/explorer"]
    valeurs = {
        "adresse.pathname": st.one_of(st.sampled_from(chemins), hostiles),
        "adresse.search": terrain.parametres().map(lambda p: "?" + ecrire_requete(p)) | hostiles,
        "page.data": st.none() | st.tuples(st.sampled_from(chemins), st.integers()).map(list),
        "etroit.data": st.none() | st.booleans(),
        "visibles.data": st.lists(st.sampled_from(terrain.codes["id"]) | hostiles, max_size=3),
        "dessinees.data": st.none() | st.dictionaries(hostiles, hostiles, max_size=3),
    }

    def remplir(entrees: list[dict[str, str]]) -> list[dict[str, Any]]:
        return [
            {**e, "value": tirer(valeurs.get(f"{e['id']}.{e['property']}", hostiles))}
            for e in entrees
        ]

    corps: dict[str, Any] = {
        "output": rappel["output"],
        "outputs": sorties if rappel["output"].startswith("..") else sorties[0],
        "inputs": remplir(rappel["inputs"]),
        "state": remplir(rappel["state"]),
        "changedPropIds": ["adresse.search"],
    }
    for _ in range(tirer(st.integers(0, 2))):
        _abimer(tirer, corps)
    return corps


def _abimer(tirer: st.DrawFn, corps: Any) -> None:
    """Replace, remove or add something at any depth."""
    cible: Any = corps
    while True:
        cles = list(cible) if isinstance(cible, dict) else list(range(len(cible)))
        if not cles:
            return
        cle = tirer(st.sampled_from(cles))
        suite = cible[cle]
        if isinstance(suite, (dict, list)) and tirer(st.integers(0, 3)):
            cible = suite
            continue
        match tirer(st.integers(0, 3)):
            case 0:
                del cible[cle]
            case 1 if isinstance(cible, dict):
                cible[tirer(hostiles)] = tirer(quelconques)
            case _:
                cible[cle] = tirer(quelconques)
        return


# --- The trials ---------------------------------------------------------------------------------


def demander_une_adresse(terrain: Terrain) -> Callable[[st.DataObject], None]:
    """Any page, any query, any method."""

    def essayer(tirage: st.DataObject) -> None:
        chemin, _ = tirage.draw(terrain.chemins())
        requete = ecrire_requete(tirage.draw(terrain.parametres()))
        methode = (
            tirage.draw(st.sampled_from(METHODES)) if tirage.draw(st.integers(0, 4)) == 0 else "GET"
        )
        adresse = f"{chemin}?{requete}"
        reponse = terrain.client.open(adresse, method=methode)
        terrain.juger(reponse, f"{methode} {adresse!r}")

    return essayer


def demander_un_chiffre(terrain: Terrain) -> Callable[[st.DataObject], None]:
    """What schemathesis makes of the OpenAPI document, true to it or not, by any reader.

    Half of the questions are about places that exist: the document names none of them.
    """
    operations = [resultat.ok() for resultat in terrain.schema.get_all_operations()]
    # An operation that takes nothing is soon known: the others are asked as much as they take.
    tirees = [o for o in operations for _ in range(1 + len(list(o.iter_parameters())))]
    lieux = st.fixed_dictionaries(
        {},
        optional={
            genre: st.lists(st.sampled_from(terrain.codes[genre]), min_size=1, max_size=2)
            for genre in LIEUX
        },
    )

    def essayer(tirage: st.DataObject) -> None:
        operation = tirage.draw(st.sampled_from(tirees))
        mode = tirage.draw(st.sampled_from(schemathesis.GenerationMode))
        ou = tirage.draw(st.none() | lieux) if operation.label == CHIFFRES else None
        cas = tirage.draw(operation.as_strategy(mode, query=ou))
        _demander(terrain, cas, tirage.draw(st.sampled_from(terrain.lecteurs)))

    return essayer


def _demander(terrain: Terrain, cas: schemathesis.Case, client: FlaskClient) -> None:
    requete = cas.as_transport_kwargs(headers=EN_CLAIR)
    reponse = client.open(**requete)
    quoi = f"{requete['method']} {reponse.request.url!r}"
    terrain.juger(reponse, quoi, _comparer_au_document(cas, reponse) or _lire_le_refus(reponse))


def _comparer_au_document(cas: schemathesis.Case, reponse: TestResponse) -> str:
    """Every check of schemathesis: status, media type, headers, body, methods."""
    try:
        cas.validate_response(reponse)
    except FailureGroup as ecarts:
        return " ; ".join(str(ecart) for ecart in ecarts.exceptions)
    return ""


def _lire_le_refus(reponse: TestResponse) -> str:
    """What is wrong with a refusal: its form (RFC 9457), or its language."""
    if reponse.status_code < 400 or reponse.request.method == "HEAD":
        return ""
    if reponse.mimetype != "application/problem+json":
        return f"refus en {reponse.mimetype}"
    corps = reponse.get_json()
    if corps["status"] != reponse.status_code:
        return f"refus {reponse.status_code} qui se dit {corps['status']}"
    detail = CITATION.sub("", corps["detail"])
    if ANGLAIS.search(detail) or not FRANCAIS.search(detail):
        return f"refus qui n’est pas en français : {detail!r}"
    return ""


def appeler(terrain: Terrain) -> Callable[[st.DataObject], None]:
    """A callback of Dash with a body that no page sends."""

    def essayer(tirage: st.DataObject) -> None:
        corps = tirage.draw(terrain.corps_de_rappel() | quelconques)
        reponse = terrain.client.post(
            RAPPEL, data=json.dumps(corps), content_type="application/json"
        )
        terrain.juger(reponse, f"rappel {json.dumps(corps)}")

    return essayer


def envoyer_un_formulaire(terrain: Terrain) -> Callable[[st.DataObject], None]:
    """Any form or JSON body, to whatever takes one, with the token of the session or without."""
    routes = [r for r in terrain.routes if "POST" in r[1] and not r[0].startswith(("/_", "/api"))]
    noms = ("titre", "texte", "action", "genre", "diapo", "indicateur", "requete", "lieu", "annee")
    noms = (*noms, "college", "jours", "point_de_vue", "contenu", "version", "numero", "section")
    noms = (*noms, "identifiant", "mot_de_passe", "suivant", "ordre", "notes", "garder", "etat")

    def essayer(tirage: st.DataObject) -> None:
        regle, _ = tirage.draw(st.sampled_from(routes))
        entier = tirage.draw(st.integers(0, 3) | st.integers(0, 2**80))
        chemin = re.sub(r"<int:[^>]+>", str(entier), regle)
        chemin = re.sub(
            r"<[^>]+>", quote(tirage.draw(st.sampled_from(("a", "é", "x" * 300)))), chemin
        )
        champs = tirage.draw(
            st.dictionaries(st.sampled_from(noms) | hostiles, hostiles, max_size=5)
        )
        jeton = terrain.jeton if tirage.draw(st.integers(0, 4)) else "faux"
        if tirage.draw(st.integers(0, 5)) == 0:
            corps = tirage.draw(quelconques)
            texte = json.dumps(corps)
            reponse = terrain.client.post(
                chemin,
                data=texte,
                content_type="application/json",
                headers={"X-Jeton": terrain.jeton, "X-CSRF-Token": terrain.jeton},
            )
            terrain.juger(reponse, f"POST {chemin} {texte}")
            return
        corps_ecrit = ecrire_requete([("jeton_csrf", jeton), *champs.items()])
        reponse = terrain.client.post(
            chemin, data=corps_ecrit, content_type="application/x-www-form-urlencoded"
        )
        terrain.juger(reponse, f"POST {chemin} {corps_ecrit}")

    return essayer


EPREUVES: dict[str, Callable[[Terrain], Callable[[st.DataObject], None]]] = {
    "adresses": demander_une_adresse,
    API: demander_un_chiffre,
    "rappels de Dash": appeler,
    "formulaires": envoyer_un_formulaire,
}


@contextmanager
def _constater(terrain: Terrain, nom: str) -> Iterator[None]:
    """A line of the table for what is judged inside."""
    terrain.constat = Constat(f"demandes : {nom}")
    terrain.statuts = Counter()
    yield
    statuts = sorted(terrain.statuts.items())
    terrain.constat.detail = ", ".join(f"{n} réponses {statut}" for statut, n in statuts)


def eprouver_les_limites(terrain: Terrain) -> Constat:
    """Once each, the cases that schemathesis finds at the limits of what the document declares:
    bounds, types, patterns, every method, each parameter absent, strange or one too many."""
    with _constater(terrain, f"{API}, cas limites"):
        for resultat in terrain.schema.get_all_operations():
            operation = resultat.ok()
            for cas in terrain.schema.iter_coverage_cases(
                operation,
                generation_modes=list(schemathesis.GenerationMode),
                generation_config=terrain.schema.config.generation_for(operation=operation),
            ):
                _demander(terrain, cas, terrain.client)
    return terrain.constat


def eprouver(terrain: Terrain, nom: str, combien: int) -> Constat:
    """Try `combien` requests of that kind. Every one that fails is told, not the first alone."""
    essayer = EPREUVES[nom](terrain)

    @settings(
        max_examples=combien,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def tous(tirage: st.DataObject) -> None:
        essayer(tirage)

    with _constater(terrain, nom):
        tous()
    return terrain.constat
