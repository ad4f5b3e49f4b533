"""The page of the printed figures, its filters and its files."""

from __future__ import annotations

import csv
import html
import io
import re
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashboard import fichiers
from dashboard.adresse import lire_adresse
from dashboard.pages import rapprochement as page
from data import rapprochement as r
from queries.depot import Depot
from queries.lecteur import Lecteur, Role
from queries.rapprochement import lire
from tests.attack.octets import Noms, chercher_noms
from tests.attack.parcours import Recu

DEPARTEMENT = Lecteur()
CHIFFRES = {c["id"]: c for c in r.lire_chiffres()}
INTERDITS = {i for i, c in CHIFFRES.items() if r.interdit(c)}

Regarder = Callable[..., str]


@pytest.fixture
def regarder(depot: Depot) -> Regarder:
    """The page as HTML, for a query string and a reader."""

    def composer(requete: str = "", lecteur: Lecteur = DEPARTEMENT) -> str:
        ctx, _ = lire_adresse(page.CHEMIN, requete, depot, lecteur)
        morceaux = []
        for racine in page.composer(ctx):
            for x in [racine, *racine._traverse()]:
                morceaux.append(getattr(x, "data-html", None) or "")
                for option in getattr(x, "options", None) or ():
                    morceaux.append(f"<option>{option['label']} {option['value']}</option>")
        return "".join(morceaux)

    return composer


@pytest.fixture
def client(serveur: Flask, depot: Depot) -> FlaskClient:
    """A caller without a session, of a server that gives the files."""
    fichiers.enregistrer(serveur, depot)
    return serveur.test_client()


def rangs(texte: str) -> list[str]:
    """Each figure's row."""
    return re.findall(r'<tr><th scope="row">(?:(?!</tr>).)*data-titre="Verdict".*?</tr>', texte)


def lire_csv(corps: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(corps.decode("utf-8-sig")), delimiter=";"))


# --- the page -------------------------------------------------------------------------------------


def test_every_printed_figure_that_may_be_reused_has_its_row(regarder: Regarder) -> None:
    texte = regarder()
    assert len(rangs(texte)) == 401 - 18
    assert "Sur 401\u00a0chiffres imprimés" in texte
    assert 'class="grand">18<' in texte
    for identifiant in INTERDITS:
        assert str(html.escape(CHIFFRES[identifiant]["quote"])) not in texte


def test_a_row_has_the_page_the_quote_word_for_word_and_both_figures(regarder: Regarder) -> None:
    (rang,) = [x for x in rangs(regarder("?document=rapport-2021-2022")) if "Total 2960" in x]
    assert "«\u00a0Total 2960\u00a0»" in rang
    assert "p.\u00a07<" in rang
    assert "2\u202f960\u00a0jeunes" in rang
    assert 'class="verdict different"' in rang


def test_the_filters_are_in_the_address_and_add_up(regarder: Regarder, depot: Depot) -> None:
    feuille = lire(depot, depot.etat(), DEPARTEMENT)
    un = rangs(regarder("?document=note-2020"))
    assert len(un) == sum(x.source == "note-2020" for x in feuille.lignes) == 60
    chapitre = page.coder("La part des accompagnements ALSES")
    deux = rangs(regarder(f"?document=note-2020&chapitre={chapitre}"))
    assert 0 < len(deux) < len(un)
    trois = rangs(regarder(f"?document=note-2020&chapitre={chapitre}&verdict=different"))
    assert 0 < len(trois) <= len(deux)
    assert all('class="verdict different"' in x for x in trois)


def test_an_unknown_value_is_ignored_and_said(regarder: Regarder) -> None:
    texte = regarder("?document=note-2020&verdict=faux&chapitre=<script>")
    assert len(rangs(texte)) == 60
    assert "Valeur inconnue pour «\u00a0verdict\u00a0»\u00a0: «\u00a0faux\u00a0», ignorée." in texte
    assert "<script>" not in texte


def test_nothing_to_show_is_said(regarder: Regarder) -> None:
    chapitre = page.coder("Nombre d'ALSES")
    texte = regarder(f"?document=note-2020&chapitre={chapitre}")
    assert rangs(texte) == []
    assert "Aucun chiffre ne répond à ces choix." in texte


def test_tables_have_headers_and_captions(regarder: Regarder) -> None:
    texte = regarder()
    tableaux = re.findall(r"<table.*?</table>", texte)
    assert len(tableaux) == 6
    for tableau in tableaux:
        assert "<caption" in tableau
        assert 'scope="col"' in tableau
        assert 'scope="row"' in tableau


def test_chapters_have_codes_of_their_own_inside_a_document() -> None:
    vus: dict[tuple[str, str], str] = {}
    for c in CHIFFRES.values():
        cle = (c["source"], page.coder(c["section"]))
        assert cle[1]
        assert vus.setdefault(cle, c["section"]) == c["section"]


@pytest.mark.parametrize("texte", [c["section"] for c in CHIFFRES.values()][::7])
def test_titles_have_no_mark_of_their_transcription(texte: str) -> None:
    assert not re.search(r"[*<]|sup>|[,:]$", page.titrer(texte))


# --- who reads ------------------------------------------------------------------------------------


def test_a_chef_is_told_no_name_nor_figure_of_another_association(
    regarder: Regarder, client: FlaskClient, depot: Depot, base_demo: str
) -> None:
    noms = Noms.lire(base_demo.removeprefix("sqlite:///"))
    for association in noms.associations:
        lecteur = Lecteur(Role.CHEF, (association,))
        interdits = noms.interdits(association)
        assert len(interdits) > 10
        texte = regarder("", lecteur)
        client.post("/point-de-vue", data={"point_de_vue": f"chef:{association}"})
        fichier = client.get("/rapprochement.csv").data
        recus = [
            Recu("rappel", "page", 200, texte.encode()),
            Recu("fichier", "csv", 200, fichier),
        ]
        assert list(chercher_noms(recus, interdits)) == []
        hors = [x for x in lire_csv(fichier) if x["verdict"] == "hors de votre périmètre"]
        assert len(hors) == (0 if association == "itineraires" else 178)
        for x in hors:
            assert x["imprimé"]
            vides = ("calculé", "écart", "citation", "explication", "chapitre", "lieu")
            assert [x[c] for c in vides] == [""] * 6


def test_the_chef_of_the_association_has_its_figures(regarder: Regarder) -> None:
    texte = regarder("", Lecteur(Role.CHEF, ("itineraires",)))
    assert not [x for x in rangs(texte) if "hors de votre périmètre" in x]
    assert "Nina Simone" in texte


# --- the files ------------------------------------------------------------------------------------


def test_the_csv_holds_what_is_filtered(client: FlaskClient) -> None:
    reponse = client.get("/rapprochement.csv?document=rapport-2021-2022&verdict=different")
    assert reponse.status_code == 200
    assert reponse.data.startswith(b"\xef\xbb\xbf")
    assert "attachment" in reponse.headers["Content-Disposition"]
    assert reponse.headers["Cache-Control"] == "no-store"
    lignes = lire_csv(reponse.data)
    assert tuple(lignes[0]) == page.COLONNES
    assert {x["verdict"] for x in lignes} == {"différent"}
    assert {x["document"][:20] for x in lignes} == {"Les accompagnements "}
    (total,) = [x for x in lignes if x["citation"] == "Total 2960"]
    assert (total["imprimé"], total["page"]) == ("2960", "7")
    assert float(total["calculé"].replace(",", ".")) < 2960
    assert total["note"].startswith("Données de démonstration")


def test_numbers_are_numbers_with_a_decimal_comma(client: FlaskClient) -> None:
    lignes = lire_csv(client.get("/rapprochement.csv").data)
    assert len(lignes) == 383
    for x in lignes:
        for colonne in ("imprimé", "calculé", "écart"):
            assert re.fullmatch(r"(-?\d+(,\d+)?)?", x[colonne]), x


def test_no_cell_is_a_formula(client: FlaskClient) -> None:
    for x in lire_csv(client.get("/rapprochement.csv").data):
        for colonne, valeur in x.items():
            if not re.fullmatch(r"-?[\d,]+", valeur):
                assert not valeur.startswith(("=", "+", "-", "@")), (colonne, valeur)


def test_the_workbook_has_the_same_rows_and_nothing_hidden(client: FlaskClient) -> None:
    reponse = client.get("/rapprochement.xlsx?document=note-2020")
    classeur = openpyxl.load_workbook(io.BytesIO(reponse.data))
    assert [(f.title, f.sheet_state) for f in classeur] == [
        ("Données", "visible"),
        ("À lire", "visible"),
    ]
    valeurs = list(classeur["Données"].values)
    assert valeurs[0] == page.COLONNES
    assert len(valeurs) == 1 + 60
    lecture = dict(classeur["À lire"].values)
    assert lecture["Lignes"] == "60 sur 383"
    assert lecture["À ne pas réutiliser"].startswith("18 ")
    with zipfile.ZipFile(io.BytesIO(reponse.data)) as x:
        feuilles = b"".join(x.read(nom) for nom in x.namelist())
    for identifiant in INTERDITS:
        assert html.escape(CHIFFRES[identifiant]["quote"]).encode() not in feuilles


@pytest.mark.parametrize("requete", ["verdict=faux", "document=rien", "truc=1", "annee=1789-1790"])
def test_a_file_refuses_what_a_page_ignores(client: FlaskClient, requete: str) -> None:
    reponse = client.get(f"/rapprochement.csv?{requete}")
    assert reponse.status_code == 400
    assert "ignoré" in reponse.get_data(as_text=True)
