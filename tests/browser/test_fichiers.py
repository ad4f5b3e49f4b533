"""What a card gives away: its numbers as CSV and XLSX, its chart as PNG and SVG."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.browser.parcours import nombre_lu, ouvrir, phrase

VUES = (
    "/situations?annee=2021-2022&territoire=douai",
    "/situations?population=ps&sexe=fille",
    "/situations?association=capep&territoire=valenciennes",
)


def lire_tableau(page: Page, indicateur: str) -> dict[str, list[str]]:
    """Cells of the first answer of a card's table, by value."""
    page.locator(f"#{indicateur} .chiffres summary").click()
    lignes = page.locator(f"#{indicateur} .donnees tbody tr").all()
    return {
        ligne.locator("th").inner_text(): ligne.locator("td").all_inner_texts() for ligne in lignes
    }


@pytest.mark.parametrize("adresse", VUES)
@pytest.mark.parametrize("indicateur", ["age", "classe"])
def test_le_csv_et_le_classeur_disent_les_chiffres_de_la_carte(
    page: Page, serveur: str, adresse: str, indicateur: str
) -> None:
    ouvrir(page, serveur, f"{adresse}#{indicateur}")
    expect(phrase(page, indicateur)).to_be_visible()
    montres = lire_tableau(page, indicateur)
    assert len(montres) > 3
    liens = {
        nom: page.locator(f"#{indicateur} .outils a", has_text=nom).get_attribute("href")
        for nom in ("CSV", "XLSX")
    }
    reponse = page.request.get(f"{serveur}{liens['CSV']}")
    assert reponse.status == 200
    assert "text/csv" in reponse.headers["content-type"]
    corps = reponse.body().decode("utf-8-sig")
    lignes = list(csv.DictReader(io.StringIO(corps), delimiter=";"))
    assert {x["libelle"] for x in lignes} == set(montres)
    assert any(x["statut"] == "arrondi" for x in lignes)
    for ligne in lignes:
        cases = montres[ligne["libelle"]]
        if ligne["statut"] == "masque":
            assert cases[0].startswith("<")
            assert (ligne["effectif"], ligne["part"]) == ("", "")
        elif ligne["statut"] == "non_diffuse":
            assert not any(caractere.isdigit() for caractere in cases[0])
            assert (ligne["effectif"], ligne["part"]) == ("", "")
        else:
            assert ligne["statut"] == "arrondi"
            assert nombre_lu(cases[0]) == float(ligne["effectif"].replace(",", "."))
            assert nombre_lu(cases[1]) == float(ligne["part"].replace(",", "."))

    reponse = page.request.get(f"{serveur}{liens['XLSX']}")
    assert reponse.status == 200
    donnees = openpyxl.load_workbook(io.BytesIO(reponse.body()))["Données"]
    entetes, *rangs = donnees.iter_rows(values_only=True)
    part = entetes.index("part")
    assert [rang[entetes.index("libelle")] for rang in rangs] == [x["libelle"] for x in lignes]
    assert [rang[part] or "" for rang in rangs] == [
        float(x["part"].replace(",", ".")) if x["part"] not in ("", "0") else "" for x in lignes
    ]


def test_les_liens_de_fichiers_portent_la_vue(page: Page, serveur: str) -> None:
    ouvrir(page, serveur, "/situations?annee=2021-2022&territoire=douai&sexe=fille")
    lien = page.locator("#age .outils a", has_text="CSV").get_attribute("href")
    assert parse_qs(urlsplit(str(lien)).query) == {
        "annee": ["2021-2022"],
        "territoire": ["douai"],
        "sexe": ["fille"],
        "population": ["alses"],
        "format": ["csv"],
    }
    with page.expect_download() as attente:
        page.locator("#age .outils a", has_text="CSV").click()
    assert attente.value.suggested_filename.endswith(".csv")
    assert "douai" in attente.value.suggested_filename


@pytest.mark.parametrize("largeur", [1280, 390])
def test_le_graphique_s_enregistre_en_image(
    ouvrir_page: Callable[..., Page], serveur: str, tmp_path: Path, largeur: int
) -> None:
    page = ouvrir_page(largeur, 800)
    ouvrir(page, serveur, "/situations?territoire=douai")
    expect(page.locator("#sexe .js-plotly-plot .barlayer path").first).to_be_attached()
    fichiers = {}
    for format_ in ("svg", "png"):
        with page.expect_download() as attente:
            page.locator(f"#sexe [data-image={format_}]").click()
        assert attente.value.suggested_filename == f"passerelle-sexe.{format_}"
        fichiers[format_] = tmp_path / f"sexe.{format_}"
        attente.value.save_as(fichiers[format_])
        expect(page.locator("#annonce")).to_have_text("Image enregistrée")
    assert fichiers["png"].read_bytes().startswith(b"\x89PNG")
    assert fichiers["png"].stat().st_size > 20_000
    svg = fichiers["svg"].read_text(encoding="utf-8")
    ecrit = " ".join(re.sub(r"<[^>]+>", " ", svg).split())
    for texte in ("Ratio garçons", "territoire de Douai", "Base de Données Commune", "Garçon"):
        assert texte in ecrit, f"« {texte} » manque à l’image"
    assert "http" not in svg.replace("http://www.w3.org/", "")


def test_chaque_serie_s_enregistre(page: Page, serveur: str) -> None:
    ouvrir(page, serveur, "/actions")
    expect(page.locator("#actions_nombre .js-plotly-plot")).to_have_count(2)
    noms = []
    page.on("download", lambda d: noms.append(d.suggested_filename))
    page.locator("#actions_nombre [data-image=svg]").click()
    for _ in range(50):
        if len(noms) == 2:
            break
        page.wait_for_timeout(100)
    assert sorted(noms) == ["passerelle-actions_nombre-2.svg", "passerelle-actions_nombre.svg"]
