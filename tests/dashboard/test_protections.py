"""Headers, content policy, refusal of odd requests: what protects the browser and the server."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import logging
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard import protections
from dashboard.exports import en_csv
from dashboard.observation import ecriture
from dashboard.serveur import creer_application
from data import schema as t
from tests.queries.livraisons import charger
from tests.queries.recueil import ASSOCIATIONS, COLLEGES, Recueil

ROUTES_D_ECRITURE = ("/point-de-vue", "/connexion", "/deconnexion", "/habilitation")


@pytest.fixture(scope="module")
def serveur(serveur_entier: Flask) -> Flask:
    """The whole application, as it is served, with two routes that fail as no route should."""

    def echouer() -> None:
        raise ValueError("2 garçons au collège /srv/base/passerelle.sqlite")

    serveur_entier.add_url_rule("/essai-de-panne", "panne", echouer)
    serveur_entier.add_url_rule("/api/v1/essai-de-panne", "panne_api", echouer)
    return serveur_entier


@pytest.fixture
def client(serveur: Flask) -> FlaskClient:
    """A caller without a session."""
    return serveur.test_client()


REPONSES: list[tuple[str, str, dict[str, Any], int]] = [
    ("GET", "/", {}, 200),
    ("GET", "/situations?territoire=douai", {}, 200),
    ("GET", "/api/v1/annees", {}, 200),
    ("GET", "/api/v1/indicateurs/sexe?format=csv", {}, 200),
    ("GET", "/api/v1/indicateurs/sexe?format=xlsx", {}, 200),
    ("GET", "/api/v1/indicateurs/sexe?sexe=x", {}, 400),
    ("GET", "/api/v1/indicateurs/rien", {}, 404),
    ("GET", "/api/v1/rien", {}, 404),
    ("GET", "/assets/rien.css", {}, 404),
    ("GET", "/assets/passerelle.css", {}, 200),
    ("GET", "/_dash-component-suites/rien/rien.js", {}, 404),
    ("GET", "/_dash-component-suites/dash/../../app.py", {}, 404),
    ("GET", "/_dash-layout", {}, 200),
    ("GET", "/_dash-dependencies", {}, 200),
    ("GET", "/_dash-update-component", {}, 405),
    ("POST", "/_dash-update-component", {"data": "x"}, 415),
    ("POST", "/_dash-update-component", {"json": {}}, 400),
    ("POST", "/", {"data": {"x": "1"}}, 405),
    ("POST", "/point-de-vue", {"data": {"point_de_vue": "roi"}}, 400),
    ("POST", "/point-de-vue", {"data": {"x": "1" * 300_000}}, 413),
    ("POST", "/point-de-vue", {"data": {"f": (io.BytesIO(b"x"), "x.csv")}}, 415),
    ("DELETE", "/api/v1/annees", {}, 405),
    ("GET", "/essai-de-panne", {}, 500),
    ("GET", "/api/v1/essai-de-panne", {}, 500),
]


def ouvrir(client: FlaskClient, methode: str, chemin: str, options: dict[str, Any]) -> Any:
    """One request; a file object in it is read from its beginning."""
    donnees = options.get("data")
    if isinstance(donnees, dict) and "f" in donnees:
        options = {"data": {"f": (io.BytesIO(b"x"), "x.csv")}}
    return client.open(chemin, method=methode, **options)


@pytest.mark.parametrize(("methode", "chemin", "options", "statut"), REPONSES)
def test_every_answer_has_the_headers(
    client: FlaskClient, methode: str, chemin: str, options: dict[str, Any], statut: int
) -> None:
    reponse = ouvrir(client, methode, chemin, options)
    assert reponse.status_code == statut
    entetes = reponse.headers
    assert entetes["X-Content-Type-Options"] == "nosniff"
    assert entetes["Referrer-Policy"] == "same-origin"
    assert entetes["Cross-Origin-Opener-Policy"] == "same-origin"
    assert entetes["Cross-Origin-Resource-Policy"] == "same-origin"
    assert entetes["X-Frame-Options"] == "DENY"
    assert "camera=()" in entetes["Permissions-Policy"]
    assert "frame-ancestors 'none'" in entetes["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in entetes
    if chemin == "/assets/passerelle.css":
        assert "max-age=31536000" in entetes["Cache-Control"]
    else:
        assert entetes["Cache-Control"] == "no-store"
        assert "Cookie" in entetes["Vary"]
    assert not re.search(r"[Ww]erkzeug|[Pp]ython|[Ff]lask|\d+\.\d+", entetes.get("Server", ""))


def test_an_unreachable_base_says_so_with_the_same_headers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APPLICATION_URL", f"sqlite:///{tmp_path / 'application.sqlite'}")
    client = creer_application(f"sqlite:///{tmp_path / 'absente.sqlite'}").server.test_client()
    reponse = client.get("/api/v1/annees")
    assert reponse.status_code == 503
    assert reponse.headers["Cache-Control"] == "no-store"
    assert reponse.headers["Content-Security-Policy"] == protections.RIEN
    assert str(tmp_path) not in reponse.get_data(as_text=True)


def test_https_is_kept_once_it_was_used(client: FlaskClient) -> None:
    reponse = client.get("/", base_url="https://passerelle.example")
    assert reponse.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_the_address_of_a_shared_page_is_told_to_nobody(client: FlaskClient) -> None:
    assert client.get("/p/un-jeton").headers["Referrer-Policy"] == "no-referrer"


def regles(client: FlaskClient, chemin: str) -> dict[str, str]:
    politique = client.get(chemin).headers["Content-Security-Policy"]
    return dict(regle.strip().split(" ", 1) for regle in politique.split(";"))


def test_the_content_policy_of_pages(client: FlaskClient) -> None:
    siennes = regles(client, "/")
    assert siennes["default-src"] == "'self'"
    for nom in ("object-src", "base-uri", "frame-ancestors", "frame-src", "worker-src"):
        assert siennes[nom] == "'none'"
    assert siennes["form-action"] == "'self'"
    for nom in ("script-src", "style-src", "connect-src", "default-src"):
        assert "unsafe" not in siennes[nom]
        assert "*" not in siennes[nom]
        assert "http" not in siennes[nom]


def test_the_scripts_of_the_page_are_those_of_the_policy(client: FlaskClient) -> None:
    """Every inline script that runs has its hash there; nothing else has one."""
    texte = client.get("/").get_data(as_text=True)
    scripts = re.findall(r"<script(?P<a>[^>]*)>(?P<c>.*?)</script>", texte, re.DOTALL)
    attendues = {
        "'sha256-" + base64.b64encode(hashlib.sha256(corps.encode()).digest()).decode() + "'"
        for attributs, corps in scripts
        if corps.strip() and "application/json" not in attributs
    }
    assert attendues
    assert set(regles(client, "/")["script-src"].split()) == {"'self'", *attendues}


def test_data_may_do_nothing_at_all(client: FlaskClient) -> None:
    for chemin in ("/api/v1/annees", "/_dash-layout", "/api/v1/indicateurs/sexe?format=csv"):
        assert regles(client, chemin)["default-src"] == "'none'"


# ---- callbacks


@pytest.fixture
def corps(client: FlaskClient) -> dict[str, Any]:
    """What the page sends when it turns to a chapter."""
    rappels = json.loads(client.get("/_dash-dependencies").data)
    rappel = next(r for r in rappels if "barre.children" in r["output"])
    valeurs = {"adresse.pathname": "/situations", "adresse.search": "", "etroit.data": False}

    def lire(entrees: list[dict[str, str]]) -> list[dict[str, Any]]:
        return [{**e, "value": valeurs.get(f"{e['id']}.{e['property']}")} for e in entrees]

    sorties = [x.rsplit(".", 1) for x in rappel["output"].strip(".").split("...")]
    return {
        "output": rappel["output"],
        "outputs": [{"id": a, "property": b} for a, b in sorties],
        "inputs": lire(rappel["inputs"]),
        "state": lire(rappel["state"]),
        "changedPropIds": ["adresse.search"],
    }


RAPPEL = "/_dash-update-component"


def test_a_callback_of_the_page_passes(client: FlaskClient, corps: dict[str, Any]) -> None:
    for entetes in (
        {},
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://localhost"},
    ):
        reponse = client.post(RAPPEL, json=corps, headers=entetes)
    assert reponse.status_code == 200, reponse.get_data(as_text=True)[:500]
    assert client.post(f"{RAPPEL}?endId=3", json=corps).status_code == 200


@pytest.mark.parametrize(
    "genre",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/json-patch+json",
        "",
    ],
)
def test_a_callback_is_json_or_nothing(
    client: FlaskClient, corps: dict[str, Any], genre: str
) -> None:
    """What a form of another site can send without asking first is refused."""
    for adresse in (RAPPEL, f"{RAPPEL}?endId=3"):
        reponse = client.post(adresse, data=json.dumps(corps), content_type=genre)
        assert reponse.status_code == 415
        assert reponse.get_json()["title"] == "Format refusé"


@pytest.mark.parametrize(
    "entetes",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://ailleurs.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    ],
)
def test_a_callback_comes_from_a_page_of_this_site(
    client: FlaskClient, corps: dict[str, Any], entetes: dict[str, str]
) -> None:
    reponse = client.post(RAPPEL, json=corps, headers=entetes)
    assert reponse.status_code == 403
    assert "ne vient pas d’une page de Passerelle" in reponse.get_json()["detail"]


def alterer(corps: dict[str, Any], chemin: str, valeur: Any) -> dict[str, Any]:
    """The same body with one thing otherwise; `chemin`: « inputs.0.value »."""
    autre: dict[str, Any] = json.loads(json.dumps(corps))
    cible: Any = autre
    *debut, fin = chemin.split(".")
    for pas in debut:
        cible = cible[int(pas)] if pas.isdecimal() else cible[pas]
    cible[int(fin) if fin.isdecimal() else fin] = valeur
    return autre


@pytest.mark.parametrize(
    ("chemin", "valeur"),
    [
        ("output", None),
        ("output", "inconnue.children"),
        ("output", ["barre.children"]),
        ("outputs", None),
        ("outputs", {}),
        ("outputs", []),
        ("outputs.0.id", "autre"),
        ("inputs", None),
        ("inputs", {}),
        ("inputs", []),
        ("inputs.0", None),
        ("inputs.0", [{"id": "adresse"}]),
        ("inputs.0.id", {"type": "x", "index": 1}),
        ("inputs.0.property", "search"),
        ("inputs.0.value", 12),
        ("inputs.0.value", {"a": 1}),
        ("inputs.1.value", ["?annee=2021-2022"]),
        ("inputs.1.value", "\ud800"),
        ("inputs.1.value", "?" + "a" * 9_000),
        ("state", None),
        ("state", "x"),
        ("state.0.value", 3),
        ("state.0.value", [["/situations"], "x"]),
        ("inputs.2.value", "oui"),
        ("changedPropIds", None),
        ("changedPropIds", {"a": 1}),
        ("changedPropIds", [3]),
    ],
)
def test_a_malformed_callback_is_refused(
    client: FlaskClient, corps: dict[str, Any], chemin: str, valeur: Any
) -> None:
    reponse = client.post(
        RAPPEL,
        data=json.dumps(alterer(corps, chemin, valeur)),
        content_type="application/json",
    )
    assert reponse.status_code == 400
    assert reponse.get_json()["title"] == "Demande incorrecte"


@pytest.mark.parametrize("brut", [b"", b"{", b"[]", b"null", b"3", b'"x"', b"\xff\xfe", b"{}"])
def test_what_is_not_an_object_is_refused(client: FlaskClient, brut: bytes) -> None:
    reponse = client.post(RAPPEL, data=brut, content_type="application/json")
    assert reponse.status_code == 400
    assert "Traceback" not in reponse.get_data(as_text=True)


json_quelconque = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda suite: (
        st.lists(suite, max_size=3) | st.dictionaries(st.text(max_size=6), suite, max_size=3)
    ),
    max_leaves=6,
)


@settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    chemin=st.sampled_from(
        ["output", "outputs", "inputs", "state", "changedPropIds"]
        + [f"inputs.{i}.value" for i in range(3)]
        + ["state.0.value", "inputs.0", "state.0", "outputs.0"]
    ),
    valeur=json_quelconque,
)
def test_no_body_makes_a_callback_fail(
    client: FlaskClient, corps: dict[str, Any], chemin: str, valeur: Any
) -> None:
    reponse = client.post(
        RAPPEL, data=json.dumps(alterer(corps, chemin, valeur)), content_type="application/json"
    )
    assert reponse.status_code in (200, 204, 400)


@settings(
    max_examples=100,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(visibles=json_quelconque, dessinees=json_quelconque)
def test_nor_what_it_says_it_has_drawn(client: FlaskClient, visibles: Any, dessinees: Any) -> None:
    rappels = json.loads(client.get("/_dash-dependencies").data)
    rappel = next(r for r in rappels if r["output"] == "dessinees.data")
    valeurs = {
        "adresse.pathname": "/situations",
        "visibles.data": visibles,
        "dessinees.data": dessinees,
    }
    demande = {
        "output": rappel["output"],
        "outputs": {"id": "dessinees", "property": "data"},
        **{
            genre: [
                {**e, "value": valeurs.get(f"{e['id']}.{e['property']}")} for e in rappel[genre]
            ]
            for genre in ("inputs", "state")
        },
        "changedPropIds": ["visibles.data"],
    }
    reponse = client.post(RAPPEL, data=json.dumps(demande), content_type="application/json")
    assert reponse.status_code in (200, 204, 400)


def test_an_address_that_changes_something_is_not_read(client: FlaskClient) -> None:
    """GET changes nothing: a link, a picture or a page fetched ahead cannot act for a person."""
    for chemin in ("/point-de-vue", "/deconnexion", RAPPEL):
        for methode in ("GET", "PUT", "DELETE"):
            reponse = client.open(chemin, method=methode)
            assert reponse.status_code == 405, (methode, chemin)
            assert "POST" in reponse.headers["Allow"]


def test_every_route_that_writes_refuses_other_sites(serveur: Flask, client: FlaskClient) -> None:
    ecritures = [
        regle
        for regle in serveur.url_map.iter_rules()
        if "POST" in (regle.methods or ()) and not regle.rule.startswith("/api/")
    ]
    assert {"/point-de-vue", RAPPEL} <= {r.rule for r in ecritures}
    for regle in ecritures:
        chemin = re.sub(r"<[^>]+>", "x", regle.rule)
        reponse = client.post(
            chemin,
            **({"json": {}} if chemin.startswith("/_") else {"data": {"x": "1"}}),
            headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://ailleurs.example"},
        )
        assert reponse.status_code >= 400, chemin


# ---- uploads, sizes


def routes(serveur: Flask) -> list[str]:
    return sorted({re.sub(r"<[^>]+>", "x", r.rule) for r in serveur.url_map.iter_rules()})


def test_no_address_takes_a_file(serveur: Flask, client: FlaskClient) -> None:
    for chemin in routes(serveur):
        for methode in ("POST", "PUT", "PATCH"):
            reponse = client.open(
                chemin, method=methode, data={"livraison": (io.BytesIO(b"a;b\n1;2\n"), "x.csv")}
            )
            assert reponse.status_code == 415, chemin
            assert "ligne de commande" in reponse.get_data(as_text=True)


def test_no_address_takes_a_long_body(serveur: Flask, client: FlaskClient) -> None:
    for chemin in routes(serveur):
        for genre in ("application/json", "application/x-www-form-urlencoded", "text/plain"):
            reponse = client.post(chemin, data=b"x" * 300_000, content_type=genre)
            assert reponse.status_code == 413, chemin


def test_nor_one_that_does_not_say_how_long_it_is(client: FlaskClient) -> None:
    reponse = client.post(
        RAPPEL,
        input_stream=io.BytesIO(b'{"output": "' + b"x" * 300_000 + b'"}'),
        content_type="application/json",
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert reponse.status_code == 413


# ---- failures


@pytest.mark.parametrize("chemin", ["/essai-de-panne", "/api/v1/essai-de-panne"])
def test_a_failure_says_nothing_of_what_it_was(
    client: FlaskClient, chemin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Its own output: another test may have had the log written elsewhere.
    ecrit = io.StringIO()
    sortie = logging.StreamHandler(ecrit)
    sortie.setFormatter(ecriture.EnJson())
    monkeypatch.setattr(logging.getLogger(ecriture.NOM), "handlers", [sortie])
    reponse = client.get(chemin)
    texte = reponse.get_data(as_text=True)
    assert reponse.status_code == 500
    assert "Erreur du serveur" in texte
    erreurs = ecrit.getvalue()
    for secret in ("Traceback", "ValueError", "garçons", "/srv", "passerelle.sqlite", ".py"):
        assert secret not in texte
    # In the log: where, never the values at hand.
    assert "ValueError" in erreurs
    assert "test_protections.py" in erreurs
    assert "garçons" not in erreurs
    if chemin.startswith("/api/"):
        assert reponse.mimetype == "application/problem+json"
        assert reponse.get_json()["status"] == 500
    else:
        assert '<html lang="fr">' in texte


def test_refusals_do_not_repeat_what_was_asked(client: FlaskClient) -> None:
    for chemin in (
        "/assets/<script>",
        "/_dash-component-suites/<script>/x.js",
        "/_dash-component-suites/dash/<script>",
        "/api/v1/<script>",
        "/api/v1/indicateurs/<script>",
    ):
        reponse = client.get(chemin)
        assert reponse.status_code == 404
        assert "<script>" not in reponse.get_data(as_text=True)


def test_pages_of_refusal_need_no_inline_style(client: FlaskClient) -> None:
    texte = client.get("/essai-de-panne").get_data(as_text=True)
    assert "style=" not in texte
    assert "<style" not in texte
    # Browsers keep a file for a year: its address changes with it.
    feuille = re.findall(r'href="(/assets/erreur\.css\?m=\d+)"', texte)
    assert client.get(feuille[0]).status_code == 200


# ---- formulas

FORMULES = (
    '=HYPERLINK("http://ailleurs.example";"x")',
    "+33 3 20",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(A1:A9)",
    "＝1+1",
    "＋1",
    "－1",
    "＠A1",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\u00a0=1+1",
    "\ufeff=1+1",
)
DANGEREUX = re.compile(r"[\t\r\n]|[\s\ufeff]*[=+\-@＝＋－＠]")


@pytest.mark.parametrize("texte", FORMULES)
def test_no_text_cell_runs_in_a_spreadsheet(texte: str) -> None:
    from dashboard.exports import COLONNES

    ligne: dict[str, Any] = dict.fromkeys(COLONNES, texte)
    ligne |= {"effectif": -5, "part": -2.5, "base": 35}
    lue = list(csv.reader(io.StringIO(en_csv([ligne]).decode("utf-8-sig")), delimiter=";"))[1]
    for colonne, cellule in zip(COLONNES, lue, strict=True):
        if colonne in ("effectif", "part", "base"):
            # Numbers stay numbers, negative ones too.
            assert cellule in ("-5", "-2,5", "35")
        else:
            assert cellule == f"'{texte}"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A base whose association and collège have formulas for names, loaded by the import."""
    dossier = tmp_path_factory.mktemp("hostile")
    recueil = Recueil()
    recueil.formes["associations"] = [{**ASSOCIATIONS[0], "nom": FORMULES[0]}, ASSOCIATIONS[1]]
    recueil.formes["colleges"] = [{"commune": "@Ville", **c, "nom": FORMULES[2]} for c in COLLEGES]
    for u in recueil.jeunes(40):
        recueil.acte(u)
    url = f"sqlite:///{dossier / 'base.sqlite'}"
    with pytest.MonkeyPatch.context() as reglages:
        reglages.setenv("SECRET_ARRONDI", "un secret pour les tests de la publication")
        reglages.setenv("APPLICATION_URL", f"sqlite:///{dossier / 'application.sqlite'}")
        engine = t.ouvrir(url)
        charger(engine, [recueil.tableaux()], dossier)
        engine.dispose()
        yield creer_application(url).server.test_client()


@pytest.mark.parametrize(
    "requete",
    [
        "association=a",
        "college=c1",
        "par=college",
        "par=association",
        "association=a&territoire=t1",
    ],
)
def test_hostile_names_loaded_by_the_import_run_nowhere(hostile: FlaskClient, requete: str) -> None:
    adresse = f"/api/v1/indicateurs/effectif?{requete}"
    brut = hostile.get(f"{adresse}&format=csv").get_data().decode("utf-8-sig")
    for ligne in list(csv.DictReader(io.StringIO(brut), delimiter=";")):
        for colonne, cellule in ligne.items():
            if colonne not in ("effectif", "base", "part", "valeur", "non_renseigne"):
                assert not DANGEREUX.match(cellule), (colonne, cellule)
    classeur = hostile.get(f"{adresse}&format=xlsx").get_data()
    with zipfile.ZipFile(io.BytesIO(classeur)) as fichiers:
        for nom in fichiers.namelist():
            texte = fichiers.read(nom).decode("utf-8")
            assert "<f>" not in texte
            assert "<f " not in texte
            assert "hyperlink" not in nom.lower()
    vus = 0
    for feuille in openpyxl.load_workbook(io.BytesIO(classeur)):
        for rangee in feuille.iter_rows():
            for case in rangee:
                assert case.data_type in ("s", "n"), case.value
                if isinstance(case.value, str) and DANGEREUX.match(case.value):
                    assert case.quotePrefix, case.value
                    vus += 1
    if requete in ("association=a", "college=c1"):
        assert vus
