"""The API against its contract: same answers as the pages, strict, never wrong-footed."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.exports import COLONNES, ligne_plate
from dashboard.points_de_vue import lire_point_de_vue
from dashboard.session import COOKIE
from data.treillis import PROFILS
from queries import sessions
from queries.depot import Depot, Etat
from queries.lecteur import Lecteur, Role
from queries.lieux import lister
from queries.question import Lieu, Question
from queries.reponses import repondre
from queries.selection import PAR
from tests.dashboard.schema_json import verifier

ANNEE = "2021-2022"
CHEF = "chef:aae"
POINTS_DE_VUE = ("departement", "habilite", CHEF, "invite")


@pytest.fixture
def entrer(serveur: Flask) -> Callable[[str], FlaskClient]:
    """A caller under a viewpoint."""

    def ouvrir(point_de_vue: str) -> FlaskClient:
        client = serveur.test_client()
        client.post("/point-de-vue", data={"point_de_vue": point_de_vue})
        return client

    return ouvrir


def lire(client: FlaskClient, indicateur: str, **parametres: Any) -> list[dict[str, Any]]:
    """Rows of an answer that must be there."""
    reponse = client.get(f"/api/v1/indicateurs/{indicateur}?{urlencode(parametres, doseq=True)}")
    assert reponse.status_code == 200, reponse.text
    assert list(reponse.json) == ["lignes"]
    lignes: list[dict[str, Any]] = reponse.json["lignes"]
    return lignes


def refuser(client: FlaskClient, indicateur: str, **parametres: Any) -> str:
    """French detail of a refusal that must be a 400."""
    reponse = client.get(f"/api/v1/indicateurs/{indicateur}?{urlencode(parametres, doseq=True)}")
    assert reponse.status_code == 400, reponse.text
    return dire(reponse)


def dire(reponse: Any) -> str:
    """The detail of problem details, checked on the way."""
    assert reponse.mimetype == "application/problem+json"
    corps = reponse.json
    assert corps["status"] == reponse.status_code
    assert set(corps) == {"type", "title", "status", "detail"}
    assert "ignor" not in corps["detail"], "une API n’ignore rien"
    assert " :" not in corps["detail"], "espace insécable devant les deux-points"
    return str(corps["detail"])


def distincts(lignes: list[dict[str, Any]], colonne: str) -> list[str]:
    """Values of a column, in order, each once."""
    return list(dict.fromkeys(x[colonne] for x in lignes))


# Answers


def test_par_defaut_alses_derniere_annee_departement(client: FlaskClient) -> None:
    lignes = lire(client, "sexe")
    assert [x["modalite"] for x in lignes] == ["fille", "garcon"]
    for ligne in lignes:
        assert tuple(ligne) == COLONNES
        assert ligne["annee"] == ANNEE
        assert ligne["population"] == "alses"
        assert (ligne["lieu_type"], ligne["lieu"]) == ("departement", "nord")
        assert ligne["statut"] == "arrondi"
        assert ligne["effectif"] % 5 == 0
        assert ligne["base"] % 5 == 0
        assert isinstance(ligne["part"], int)
        assert "synthétiques" in ligne["note"]
        assert "multiple de 5" in ligne["note"]


def test_memes_reponses_que_la_couche_de_questions(
    entrer: Callable[[str], FlaskClient], depot: Depot, etat: Etat
) -> None:
    """Every indicator, every viewpoint: what `repondre` says, and nothing else."""
    for point_de_vue in POINTS_DE_VUE:
        client = entrer(point_de_vue)
        lecteur = lire_point_de_vue(point_de_vue, etat)
        assert lecteur is not None
        for id_ in etat.catalogue:
            lieu = Lieu("territoire", "flandres")
            (reponse,) = repondre([Question(id_, ANNEE, lieu)], lecteur, depot)
            attendu = ligne_plate(reponse, synthetique=True)
            assert lire(client, id_, territoire="flandres") == attendu, (point_de_vue, id_)


def test_un_lecteur_protege_ne_voit_que_des_multiples_de_5(
    entrer: Callable[[str], FlaskClient], etat: Etat
) -> None:
    for point_de_vue, plancher in (("departement", 5), ("invite", 10)):
        client = entrer(point_de_vue)
        for id_, indicateur in etat.catalogue.items():
            if not indicateur.de_jeunes:
                continue
            for ligne in lire(client, id_, par="college"):
                for colonne in ("effectif", "base"):
                    if ligne[colonne] is not None:
                        assert ligne[colonne] % 5 == 0
                if ligne["effectif"] is not None:
                    assert ligne["effectif"] >= plancher
                if ligne["statut"] in ("refuse", "non_pose", "sans_objet"):
                    chiffres = ("effectif", "base", "part", "valeur", "non_renseigne")
                    assert all(ligne[c] is None for c in chiffres)
                assert ligne["statut"] != "exact"


def test_un_lecteur_exact_voit_une_decimale_et_la_mise_en_garde(
    entrer: Callable[[str], FlaskClient],
) -> None:
    lignes = lire(entrer("habilite"), "classe")
    assert all(x["statut"] == "exact" for x in lignes)
    assert all("ne pas diffuser" in x["note"] for x in lignes)
    assert any(x["part"] != int(x["part"]) for x in lignes)
    assert sum(x["effectif"] for x in lignes) == lignes[0]["base"]


def test_effectif_exact_pour_tous_au_departement(
    client: FlaskClient,
    entrer: Callable[[str], FlaskClient],
    retenues: frozenset[tuple[str, str]],
) -> None:
    exacts = 0
    for par in ({}, {"par": "territoire"}):
        protege = lire(client, "effectif", **par)
        exact = lire(entrer("habilite"), "effectif", **par)
        assert len(protege) == len(exact)
        for donnee, vraie in zip(protege, exact, strict=True):
            cle = f"{ANNEE}|alses|{donnee['lieu_type']}|{donnee['lieu']}|"
            if (cle, "entete") not in retenues:
                assert (donnee["statut"], donnee["effectif"]) == ("exact", vraie["effectif"])
                exacts += 1
            elif (cle, "effectif") in retenues:
                assert (donnee["statut"], donnee["effectif"]) == ("non_diffuse", None)
            else:
                # A headline that tells an association of the others' few is rounded.
                assert donnee["statut"] == "arrondi"
                assert donnee["effectif"] % 5 == 0
                assert abs(donnee["effectif"] - vraie["effectif"]) < 5
    assert exacts


@pytest.mark.parametrize("par", PAR)
def test_par_donne_une_reponse_par_valeur(client: FlaskClient, etat: Etat, par: str) -> None:
    lignes = lire(client, "classe", par=par)
    if par == "annee":
        assert distincts(lignes, "annee") == list(etat.annees)
    elif par == "population":
        assert distincts(lignes, "population") == ["alses", "ps", "collegiens"]
    elif par in PROFILS:
        champ = {"age": "tranche_age"}.get(par, par)
        assert distincts(lignes, par) == [v.code for v in etat.listes[champ]]
    else:
        assert distincts(lignes, "lieu_type") == [par]
        attendus = [x.code for x in lister(etat, Lecteur(), par, ANNEE)]
        assert distincts(lignes, "lieu") == attendus


def test_les_parametres_repetes_font_plusieurs_reponses(client: FlaskClient) -> None:
    lignes = lire(
        client,
        "sexe",
        annee=["2020-2021", ANNEE],
        territoire=["douai", "lille"],
        population=["ps", "alses", "ps"],
    )
    assert distincts(lignes, "annee") == ["2020-2021", ANNEE]
    assert distincts(lignes, "lieu") == ["douai", "lille"]
    assert distincts(lignes, "population") == ["ps", "alses"]
    assert len(lignes) == 2 * 2 * 2 * 2
    assert len(lire(client, "sexe", territoire=["douai", "douai"])) == 2


def test_les_filtres_sont_ecrits_dans_la_ligne(client: FlaskClient) -> None:
    lignes = lire(client, "hebergement", sexe=["fille", "garcon"], age="10_13")
    assert distincts(lignes, "sexe") == ["fille", "garcon"]
    assert distincts(lignes, "age") == ["10_13"]
    assert distincts(lignes, "classe") == [""]
    lignes = lire(client, "hebergement", age="14_16", par="sexe")
    assert distincts(lignes, "sexe") == ["fille", "garcon"]


def test_association_et_territoire_se_combinent(client: FlaskClient) -> None:
    lignes = lire(client, "classe", association="aae", territoire="flandres")
    assert distincts(lignes, "lieu_type") == ["association_territoire"]
    assert distincts(lignes, "lieu") == ["aae/flandres"]


def test_une_association_se_nomme_par_son_sigle(client: FlaskClient, etat: Etat) -> None:
    sigle = str(etat.geographie.associations["bouee-des-jeunes"]["sigle"]).lower()
    assert sigle != "bouee-des-jeunes"
    assert lire(client, "classe", association=sigle) == lire(
        client, "classe", association="bouee-des-jeunes"
    )


def test_croisement(client: FlaskClient) -> None:
    lignes = lire(client, "sexe", croiser="classe", territoire="lille")
    assert distincts(lignes, "serie") == ["croisement"]
    assert {x["modalite"].split("|")[0] for x in lignes} == {"fille", "garcon"}
    assert all("classe" in x["note"] for x in lignes)
    assert any(x["effectif"] for x in lignes)


def test_population_d_un_indicateur_qui_a_la_sienne(client: FlaskClient) -> None:
    lignes = lire(client, "part_alses", population=["alses", "ps"])
    assert [x["population"] for x in lignes] == ["collegiens"] * 2
    assert distincts(lire(client, "postes", population="ps"), "population") == [""]
    for id_ in ("part_alses", "postes"):
        assert "treillis" in refuser(client, id_, par="population")


def test_cumul_des_colleges(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shared base has two years; here the catalogue of years says there is a cumul."""
    monkeypatch.setattr(Depot, "etat", _avec_cumul(Depot.etat))
    college = {"annee": CUMUL, "college": "dunkerque-lucie-aubrac"}
    assert distincts(lire(client, "sexe", **college), "annee") == [CUMUL]
    lignes = lire(client, "sexe", annee=[CUMUL, ANNEE], par="college", territoire="flandres")
    assert distincts(lignes, "annee") == [CUMUL, ANNEE]
    assert distincts(lignes, "lieu_type") == ["college"]
    for indicateur, parametres in (
        ("sexe", {"annee": CUMUL}),
        ("sexe", {"annee": CUMUL, "par": "territoire"}),
        ("sexe", {**college, "croiser": "classe"}),
        ("postes", college),
        ("qualite_saisie", college),
    ):
        assert "treillis" in refuser(client, indicateur, **parametres), (indicateur, parametres)


CUMUL = "2019-2022"


def _avec_cumul(etat: Callable[[Depot], Etat]) -> Callable[[Depot], Etat]:
    return lambda depot: replace(etat(depot), cumuls=(CUMUL,))


# Refusals


@pytest.mark.parametrize(
    ("parametres", "mots"),
    [
        ({"inconnu": "1"}, ["« inconnu »", "annee", "format"]),
        ({"annee": "1999-2000"}, ["« annee »", ANNEE]),
        ({"annee": ""}, ["« annee »", "vide"]),
        ({"territoire": "Douai"}, ["« territoire »", "douai"]),
        ({"college": "inconnu"}, ["« college »", "anzin-jules-ferry"]),
        ({"sexe": "autre"}, ["« sexe »", "fille, garcon"]),
        ({"age": "12"}, ["« age »", "10_13"]),
        ({"population": "tous"}, ["« population »", "alses, ps, collegiens"]),
        ({"par": "commune"}, ["« par »", "territoire, association, college"]),
        ({"croiser": "postes"}, ["« croiser »", "classe"]),
        ({"format": "xml"}, ["« format »", "json, csv, xlsx"]),
        ({"format": ["csv", "json"]}, ["« format »", "une fois"]),
        ({"par": ["sexe", "classe"]}, ["« par »", "une fois"]),
        ({"reference": "lune"}, ["« reference »", "departement"]),
        ({"vue": "lune"}, ["« vue »", "tableau"]),
    ],
)
def test_parametre_refuse_en_nommant_les_valides(
    client: FlaskClient, parametres: dict[str, Any], mots: list[str]
) -> None:
    detail = refuser(client, "hebergement", **parametres).replace("\u00a0", " ")
    for mot in mots:
        assert mot in detail


@pytest.mark.parametrize(
    ("indicateur", "parametres"),
    [
        ("classe", {"reseau": "rep", "poste": "autre"}),
        ("classe", {"territoire": "douai", "college": "anzin-jules-ferry"}),
        ("classe", {"association": "aae", "college": "dunkerque-lucie-aubrac"}),
        ("classe", {"association": "aae", "territoire": "cambrai"}),
        ("hebergement", {"sexe": "fille", "age": "10_13", "classe": "6e"}),
        ("hebergement", {"sexe": "fille", "age": "10_13", "par": "classe"}),
        ("hebergement", {"sexe": "fille", "age": "10_13", "college": "anzin-jules-ferry"}),
        ("hebergement", {"sexe": "fille", "age": "10_13", "par": "college"}),
        ("hebergement", {"sexe": "fille", "par": "sexe"}),
        ("hebergement", {"college": "anzin-jules-ferry", "par": "territoire"}),
        ("hebergement", {"croiser": "hebergement"}),
        ("hebergement", {"croiser": "classe", "sexe": "fille"}),
        ("hebergement", {"croiser": "classe", "population": "ps"}),
        ("hebergement", {"croiser": "classe", "college": "anzin-jules-ferry"}),
        ("postes", {"croiser": "classe"}),
        ("postes", {"sexe": "fille"}),
        ("actions_nombre", {"par": "classe"}),
        ("jeunes_par_poste", {"sexe": "fille"}),
    ],
)
def test_hors_du_treillis(client: FlaskClient, indicateur: str, parametres: dict[str, Any]) -> None:
    assert refuser(client, indicateur, **parametres).startswith("Question hors du treillis")


def test_indicateur_inconnu_404(client: FlaskClient) -> None:
    for adresse in ("inconnu", "Sexe", "sexe%00", "%C3%A9"):
        reponse = client.get(f"/api/v1/indicateurs/{adresse}")
        assert reponse.status_code == 404
        assert "qualite_saisie" in dire(reponse)


def test_autres_adresses_et_methodes(client: FlaskClient) -> None:
    for adresse in ("/api/v1/", "/api/v1/inconnu", "/api/v1/indicateurs/sexe/x"):
        reponse = client.get(adresse)
        assert reponse.status_code == 404
        dire(reponse)
    for adresse in ("annees", "indicateurs/sexe"):
        for envoyer in (client.post, client.put, client.patch, client.delete):
            reponse = envoyer(f"/api/v1/{adresse}")
            assert reponse.status_code == 405
            assert reponse.headers["Allow"] == "GET, HEAD, OPTIONS"
            dire(reponse)
        assert set(client.options(f"/api/v1/{adresse}").allow) == {"GET", "HEAD", "OPTIONS"}
    for adresse in ("indicateurs", "lieux", "annees", "livraisons", "openapi.json"):
        reponse = client.get(f"/api/v1/{adresse}?inconnu=1")
        assert reponse.status_code == 400
        dire(reponse)


def test_trop_de_reponses(client: FlaskClient, etat: Etat) -> None:
    parametres = {
        "annee": list(etat.annees),
        "college": list(etat.geographie.colleges),
        "population": ["alses", "ps", "collegiens"],
        "par": "classe",
    }
    assert "Trop de réponses" in refuser(client, "sexe", **parametres)


# The perimeter


def test_hors_du_perimetre_comme_inexistant(
    entrer: Callable[[str], FlaskClient], etat: Etat
) -> None:
    """Same status, same body, and only the reader's own places are named."""
    client = entrer(CHEF)
    autres = {
        "college": "anzin-jules-ferry",
        "association": "itineraires",
        "reseau": "rep",
        "poste": "autre",
    }
    for nom, ailleurs in autres.items():
        for suite in ("", "&format=csv", "&par=annee"):
            base = "/api/v1/indicateurs/sexe"
            un = client.get(f"{base}?{nom}={ailleurs}{suite}")
            autre = client.get(f"{base}?{nom}=nulle-part{suite}")
            assert un.status_code == autre.status_code == 400
            assert un.data == autre.data
            assert dict(un.headers) == dict(autre.headers)
            detail = dire(un)
            for code in etat.geographie.associations:
                assert code == "aae" or code not in re.findall(r"[a-z0-9-]+", detail)
            assert "anzin" not in detail
    for nom in ("territoire", "college"):
        un = client.get(f"/api/v1/indicateurs/sexe?association=itineraires&{nom}=nulle-part")
        autre = client.get(f"/api/v1/indicateurs/sexe?association=nulle-part&{nom}=nulle-part")
        assert (un.status_code, un.data) == (autre.status_code, autre.data)


def test_un_chef_ne_lit_que_les_siens(
    entrer: Callable[[str], FlaskClient], etat: Etat, retenues: frozenset[tuple[str, str]]
) -> None:
    client = entrer(CHEF)
    siens = {p["college"] for p in etat.geographie.postes if p["association"] == "aae"}
    assert 0 < len(siens) < len(etat.geographie.colleges)
    lignes = lire(client, "classe", par="college")
    assert distincts(lignes, "lieu_type") == ["association_college"]
    lus = {x.split("/")[1] for x in distincts(lignes, "lieu")}
    assert lus == {x["code"] for x in client.get("/api/v1/lieux").json["college"]}
    assert lus <= siens
    assert {x["statut"] for x in lignes} == {"exact"}
    assert distincts(lire(client, "classe", par="association"), "lieu") == ["aae"]
    college = sorted(lus)[0]
    une = lire(client, "classe", college=college)
    assert une == [x for x in lignes if x["lieu"] == f"aae/{college}"]
    assert une == lire(client, "classe", association="aae", college=college)
    # The Département and the territoires stay protected for a chef de service.
    for x in lire(client, "sexe", par="territoire"):
        retenue = (f"{ANNEE}|alses|territoire|{x['lieu']}|", "sexe") in retenues
        assert x["statut"] == ("non_diffuse" if retenue else "arrondi")
    for par in ("reseau", "poste"):
        assert par not in refuser(client, "classe", par=par).split("possibles")[1]


def test_les_lieux_sont_ceux_du_perimetre(
    client: FlaskClient, entrer: Callable[[str], FlaskClient], etat: Etat
) -> None:
    tous = client.get("/api/v1/lieux").json
    assert [x["code"] for x in tous["college"]] == list(etat.geographie.colleges)
    assert [x["code"] for x in tous["reseau"]] == ["rep", "rep_plus", "hors"]
    anzin = next(x for x in tous["college"] if x["code"] == "anzin-jules-ferry")
    assert anzin == {
        "code": "anzin-jules-ferry",
        "nom": "Jules Ferry",
        "commune": "Anzin",
        "territoire": "valenciennes",
        "reseau": "hors",
    }
    siens = entrer(CHEF).get("/api/v1/lieux").json
    assert [x["code"] for x in siens["association"]] == ["aae"]
    assert {x["association"] for x in siens["association_territoire"]} == {"aae"}
    assert siens["reseau"] == siens["poste"] == []
    assert len(siens["territoire"]) == len(tous["territoire"])
    assert "itineraires" not in str(siens)
    assert client.get("/api/v1/lieux?annee=2020-2021").status_code == 200
    for faux in ("annee=x", "annee=", "annee=2020-2021&annee=2021-2022", "territoire=douai"):
        assert client.get(f"/api/v1/lieux?{faux}").status_code == 400


def test_annees_et_livraisons(client: FlaskClient, etat: Etat) -> None:
    assert client.get("/api/v1/annees").json == {
        "annees": list(etat.annees),
        "cumuls": list(etat.cumuls),
    }
    livraisons = client.get("/api/v1/livraisons").json["livraisons"]
    assert [x["numero"] for x in livraisons] == [x.numero for x in etat.livraisons]
    for livraison in livraisons:
        assert set(livraison) == {"numero", "date", "synthetique"}, "aucun nombre de lignes"
        assert livraison["synthetique"] is True


def test_le_catalogue_est_entier(client: FlaskClient, etat: Etat) -> None:
    indicateurs = client.get("/api/v1/indicateurs").json["indicateurs"]
    assert [x["id"] for x in indicateurs] == list(etat.catalogue)
    assert len(indicateurs) == 50
    sexe = next(x for x in indicateurs if x["id"] == "sexe")
    assert [m["code"] for m in sexe["series"][0]["modalites"]] == ["fille", "garcon"]


# Files


def test_csv_memes_lignes_que_le_json(client: FlaskClient) -> None:
    reponse = client.get("/api/v1/indicateurs/sexe?territoire=douai&format=csv")
    assert reponse.status_code == 200
    assert reponse.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert reponse.headers["Content-Disposition"] == (
        'attachment; filename="passerelle-sexe-2021-2022-douai.csv"'
    )
    assert reponse.data.startswith(b"\xef\xbb\xbf")
    lues = list(csv.DictReader(io.StringIO(reponse.data.decode("utf-8-sig")), delimiter=";"))
    attendues = lire(client, "sexe", territoire="douai")
    ecrites = [
        {c: "" if v is None else str(v).replace(".", ",") if not isinstance(v, str) else v}
        for x in attendues
        for c, v in x.items()
    ]
    assert [{c: v} for x in lues for c, v in x.items()] == ecrites


def test_xlsx_memes_lignes_que_le_json(client: FlaskClient) -> None:
    reponse = client.get("/api/v1/indicateurs/sexe?par=territoire&format=xlsx")
    assert reponse.status_code == 200
    assert (
        'filename="passerelle-sexe-2021-2022-par-territoire.xlsx"'
        in (reponse.headers["Content-Disposition"])
    )
    classeur = openpyxl.load_workbook(io.BytesIO(reponse.data))
    lignes = list(classeur["Données"].iter_rows(min_row=2, values_only=True))
    attendues = [
        tuple(None if v == "" else v for v in x.values())
        for x in lire(client, "sexe", par="territoire")
    ]
    assert lignes == attendues
    lecture = {x[0]: x[1] for x in classeur["À lire"].iter_rows(values_only=True)}
    assert lecture["Question"] == "Qui sont les collégiens accompagnés\u00a0?"
    assert lecture["Lieu"].startswith("Cambrai, Douai")


def test_le_fichier_d_un_lecteur_protege_ne_porte_aucun_nombre_vrai(
    entrer: Callable[[str], FlaskClient],
) -> None:
    """Cell by cell: a protected file holds multiples of 5 and whole per cents only."""
    reponse = entrer("departement").get("/api/v1/indicateurs/classe?par=territoire&format=xlsx")
    feuille = openpyxl.load_workbook(io.BytesIO(reponse.data))["Données"]
    colonnes = {c: i for i, c in enumerate(COLONNES)}
    lignes = list(feuille.iter_rows(min_row=2, values_only=True))
    montrees = [x for x in lignes if x[colonnes["statut"]] == "arrondi"]
    assert montrees
    for x in lignes:
        for colonne in ("effectif", "base"):
            assert (x[colonnes[colonne]] or 0) % 5 == 0
        if x[colonnes["statut"]] != "arrondi":
            assert x[colonnes["effectif"]] is None
            assert x[colonnes["part"]] is None


def test_rien_n_est_garde_en_route(client: FlaskClient) -> None:
    for adresse in ("indicateurs/sexe", "indicateurs/sexe?format=xlsx", "lieux", "indicateurs/x"):
        reponse = client.get(f"/api/v1/{adresse}")
        assert reponse.headers["Cache-Control"] == "no-store"
        assert "Cookie" in reponse.headers["Vary"]
        assert reponse.headers["X-Content-Type-Options"] == "nosniff"


# The OpenAPI document


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    """The OpenAPI document."""
    reponse = client.get("/api/v1/openapi.json")
    assert reponse.status_code == 200
    corps: dict[str, Any] = reponse.json
    return corps


def parcourir(noeud: Any) -> Iterator[dict[str, Any]]:
    """Every object of a JSON document."""
    if isinstance(noeud, dict):
        yield noeud
    if isinstance(noeud, (dict, list)):
        for enfant in noeud.values() if isinstance(noeud, dict) else noeud:
            yield from parcourir(enfant)


def test_openapi_tient_debout(document: dict[str, Any], serveur: Flask) -> None:
    assert document["openapi"] == "3.1.0"
    routes = {
        re.sub(r"<\w+>", "{id}", r.rule.removeprefix("/api/v1"))
        for r in serveur.url_map.iter_rules()
        if r.rule.startswith("/api/v1") and "reste" not in r.arguments and r.rule != "/api/v1/"
    }
    assert set(document["paths"]) == routes
    operations = [chemin["get"] for chemin in document["paths"].values()]
    assert len({o["operationId"] for o in operations}) == len(operations)
    for objet in parcourir(document):
        if isinstance(objet.get("$ref"), str):
            cible: Any = document
            for morceau in objet["$ref"].removeprefix("#/").split("/"):
                cible = cible[morceau]


def test_openapi_dit_les_parametres_que_l_api_accepte(
    document: dict[str, Any], client: FlaskClient
) -> None:
    parametres = {
        p["name"]: p
        for p in document["paths"]["/indicateurs/{id}"]["get"]["parameters"]
        if p["in"] == "query"
    }
    detail = refuser(client, "sexe", inconnu="1")
    assert set(parametres) == set(re.findall(r"\w+", detail.split("possibles")[1]))
    for nom, parametre in parametres.items():
        repetable = parametre["schema"]["type"] == "array"
        schema = parametre["schema"]["items"] if repetable else parametre["schema"]
        codes = schema.get("enum", [])
        for code in codes:
            reponse = client.get(f"/api/v1/indicateurs/effectif?{nom}={code}")
            if reponse.status_code == 400:
                assert nom == "croiser", (nom, code)
        if codes and repetable:
            deux = urlencode({nom: codes[:2]}, doseq=True)
            assert client.get(f"/api/v1/indicateurs/effectif?{deux}").status_code == 200
        if codes and not repetable:
            assert "une fois" in refuser(client, "effectif", **{nom: codes[:2]})


@pytest.mark.parametrize(
    ("adresse", "schema"),
    [
        ("indicateurs", "Catalogue"),
        ("lieux", "Lieux"),
        ("annees", "Annees"),
        ("livraisons", "Livraisons"),
        ("openapi.json", "Document"),
        ("indicateurs/inconnu", "Probleme"),
        ("indicateurs/sexe?x=1", "Probleme"),
    ],
)
def test_les_reponses_suivent_le_document(
    entrer: Callable[[str], FlaskClient], document: dict[str, Any], adresse: str, schema: str
) -> None:
    for point_de_vue in POINTS_DE_VUE:
        corps = entrer(point_de_vue).get(f"/api/v1/{adresse}").json
        verifier(corps, {"$ref": f"#/components/schemas/{schema}"}, document)


def test_toutes_les_lignes_suivent_le_document(
    entrer: Callable[[str], FlaskClient], document: dict[str, Any], etat: Etat
) -> None:
    for point_de_vue in POINTS_DE_VUE:
        client = entrer(point_de_vue)
        for id_ in etat.catalogue:
            for par in ("annee", "college"):
                reponse = {"lignes": lire(client, id_, par=par)}
                verifier(reponse, {"$ref": "#/components/schemas/Reponse"}, document)


# Anything at all


VALEURS: dict[str, list[str]] = {
    "annee": ["2020-2021", ANNEE, "2019-2022", "2021"],
    "territoire": ["douai", "flandres", "nulle-part"],
    "association": ["aae", "itineraires", "bdj"],
    "college": ["anzin-jules-ferry", "dunkerque-lucie-aubrac", "x"],
    "reseau": ["rep", "hors"],
    "poste": ["plan_pauvrete", "autre"],
    "sexe": ["fille", "garcon"],
    "age": ["10_13", "14_16"],
    "classe": ["6e", "ulis_upe2a", "autre"],
    "anciennete": ["nouveau", "poursuivi"],
    "population": ["alses", "ps", "collegiens"],
    "reference": ["departement"],
    "vue": ["tableau"],
    "par": list(PAR),
    "croiser": ["classe", "sexe", "hebergement", "postes"],
    "format": ["json", "csv", "xlsx"],
}
PAIRES = st.one_of(
    st.sampled_from([(nom, v) for nom, valeurs in VALEURS.items() for v in valeurs]),
    st.tuples(st.sampled_from(sorted(VALEURS)), st.text(max_size=12)),
    st.tuples(st.text(max_size=6), st.text(max_size=6)),
)
INDICATEURS = (
    "effectif",
    "sexe",
    "mesures",
    "demande_objectifs",
    "lieu",
    "partenaires",
    "intensite",
    "avec_famille",
    "postes",
    "jeunes_par_poste",
    "actions_participants",
    "conditions",
    "anciennete_alses",
    "qualite_saisie",
)


@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    indicateur=st.sampled_from(INDICATEURS),
    paires=st.lists(PAIRES, max_size=4),
    role=st.sampled_from([r for r in Role if r is not Role.ADMINISTRATEUR]),
)
def test_rien_ne_fait_tomber_l_api(
    serveur: Flask,
    document: dict[str, Any],
    indicateur: str,
    paires: list[tuple[str, str]],
    role: Role,
) -> None:
    lecteur = Lecteur(role, ("aae",) if role is Role.CHEF else ())
    client = serveur.test_client()
    client.set_cookie(COOKIE, sessions.ouvrir_point_de_vue(lecteur))
    requete = urlencode([(n, v) for n, v in paires], errors="surrogatepass")
    reponse = client.get(f"/api/v1/indicateurs/{indicateur}?{requete}")
    assert reponse.status_code in (200, 400), reponse.text
    if reponse.status_code == 400:
        verifier(reponse.json, {"$ref": "#/components/schemas/Probleme"}, document)
        dire(reponse)
    elif reponse.mimetype == "application/json":
        verifier(reponse.json, {"$ref": "#/components/schemas/Reponse"}, document)
        if role in (Role.DEPARTEMENT, Role.INVITE):
            for ligne in reponse.json["lignes"]:
                assert ligne["lieu_type"] != "association_college"
                if ligne["statut"] == "arrondi" and ligne["effectif"] is not None:
                    assert ligne["effectif"] % 5 == 0
        if role is Role.CHEF:
            for ligne in reponse.json["lignes"]:
                assert ligne["lieu_type"] not in ("college", "reseau", "poste")
                if ligne["lieu_type"].startswith("association"):
                    assert ligne["lieu"].split("/")[0] == "aae"


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(requete=st.binary(max_size=60))
def test_des_octets_quelconques(serveur: Flask, requete: bytes) -> None:
    brute = requete.decode("latin-1").replace("#", "").replace("?", "")
    reponse = serveur.test_client().get("/api/v1/indicateurs/sexe", query_string=brute)
    assert reponse.status_code in (200, 400)
