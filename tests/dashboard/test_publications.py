"""The page of the published documents: whole, quoted, sourced, the same for every reader."""

from __future__ import annotations

import csv
import html
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashboard import plan, protections
from dashboard.contexte import Contexte
from dashboard.pages import publications
from dashboard.pages.publications import dessin, fichiers, mots
from dashboard.pages.publications.carte import sources
from data.publications import lire
from data.rapprochement import interdit, lire_chiffres
from data.tableaux_publies import Graphique, Point
from queries.depot import Depot
from queries.lecteur import Lecteur, Role
from queries.selection import lire as lire_selection
from tests.browser.verification import ESPACE_ORDINAIRE, MILLIERS, POINT_DECIMAL

THEMES = [theme.code for theme in lire().themes]
LECTEURS = (
    Lecteur(),
    Lecteur(Role.HABILITE),
    Lecteur(Role.INVITE),
    Lecteur(Role.CHEF, ("capep",)),
    Lecteur(Role.CHEF, ("itineraires",)),
)


class Muet(Depot):
    """A database that nobody may ask anything."""

    def __init__(self) -> None:
        pass

    def __getattribute__(self, nom: str) -> Any:
        raise AssertionError(f"la page demande « {nom} » à la base")


def composer(depot: Depot, *documents: str, lecteur: Lecteur | None = None) -> list[Any]:
    lecteur = lecteur or Lecteur()
    etat = depot.etat()
    ctx = Contexte(
        lire_selection({}, etat, lecteur).selection,
        etat,
        lecteur,
        Muet(),
        "/publications",
        propres=tuple(("document", d) for d in documents),
    )
    return publications.composer(ctx)


def composants(page: list[Any]) -> Iterator[Any]:
    for racine in page:
        yield racine
        yield from racine._traverse()


def ecrire(page: list[Any]) -> str:
    """The page as HTML, charts apart."""
    return "\n".join(str(getattr(c, "data-html", "")) for c in composants(page))


def visible(page: str) -> str:
    """Its words, what is folded away left out."""
    return html.unescape(re.sub(r"<[^>]*>", "\n", re.sub(r"<details.*?</details>", "", page)))


@pytest.fixture(scope="module")
def depot(base_demo: str) -> Depot:
    return Depot(base_demo)


@pytest.fixture(scope="module")
def pages(depot: Depot) -> dict[str, str]:
    """Every theme, as HTML."""
    return {code: ecrire(composer(depot, code)) for code in THEMES}


def test_chaque_ligne_est_sur_la_page_une_fois_et_une_seule(pages: dict[str, str]) -> None:
    tout = "".join(pages.values())
    permis = [x["id"] for x in lire_chiffres() if not interdit(x)]
    assert Counter(re.findall(r'data-chiffre="([^"]+)"', tout)) == Counter(permis)
    lues = lire()
    affirmations = [x.id for t in lues.themes for x in t.affirmations]
    assert Counter(re.findall(r'data-affirmation="([^"]+)"', tout)) == Counter(affirmations)
    lignes = [f"{t.code}-{n}" for t in lues.tableaux.values() for n in range(1, len(t.lignes) + 1)]
    assert Counter(re.findall(r'data-ligne="([^"]+)"', tout)) == Counter(lignes)
    numeros = [str(c.numero) for c in lues.contradictions]
    assert re.findall(r'data-contradiction="(\d+)"', tout) == numeros


def test_rien_de_ce_qui_ne_doit_pas_etre_repris_n_est_sur_la_page(
    depot: Depot, pages: dict[str, str]
) -> None:
    tus = [x for x in lire_chiffres() if interdit(x)]
    assert len(tus) == 18
    for code, page in pages.items():
        texte = html.unescape(page) + str(composer(depot, code))
        for nom in (f"chiffres-{code}", f"affirmations-{code}"):
            texte += (fichiers.composer(nom, lire()) or b"").decode("utf-8-sig")
        for x in tus:
            assert x["id"] not in texte
            assert x["quote"] not in texte
            for categorie in x["category"].split(", "):
                if len(categorie) > len("mineures filles"):
                    assert categorie not in texte
        assert ("ni repris ni cités" in texte) is (code == "itineraires-services")
    services = visible(pages["itineraires-services"])
    assert "18 chiffres, qui décrivent" in services.replace("\u00a0", " ")


def lettre_a_lettre(texte: str) -> str:
    """What is printed, without the marks that say bold, exponent or title."""
    return re.sub(r"\*\*|</?sup>|</?strong>|^#+ ", "", texte)


def test_les_citations_sont_mot_a_mot(pages: dict[str, str]) -> None:
    lues = lire()
    for theme in lues.themes:
        page = pages[theme.code]
        cites = re.findall(r"<blockquote>(.*?)</blockquote>", page)
        cites += re.findall(r'<td class="cite">(.*?)</td>', page)
        dits = Counter(lettre_a_lettre(html.unescape(x)) for x in cites)
        for carte in theme.cartes:
            for citation in carte.citations:
                assert dits[lettre_a_lettre(citation)] >= 1, citation
            for x in carte.affirmations:
                assert dits[lettre_a_lettre(x.citation)] >= 1, x.citation
        for x in theme.chiffres:
            assert lettre_a_lettre(x.citation) in dits
        attendues = sum(len(c.citations) + len(c.affirmations) for c in theme.cartes)
        assert len(cites) == attendues


def test_chaque_carte_a_sa_source_et_sa_page(pages: dict[str, str]) -> None:
    for theme in lire().themes:
        cartes = re.findall(r'<p class="source">(.*?)</p>', pages[theme.code])
        assert len(cartes) == len(theme.cartes)
        for carte, source in zip(theme.cartes, cartes, strict=True):
            lu = html.unescape(source)
            assert lu.startswith("Source")
            documents = sources(carte, theme, lire())
            assert documents
            assert all(d.auteur in lu for d in documents)
            assert (f"p.\u00a0{carte.page}" in lu) is bool(carte.page)
    jeunes = pages["rapport-2021-2022"].split('id="titre-jeunes-2021"')[1]
    assert "p.\u00a07." in jeunes.split("</footer>")[0]


@pytest.mark.parametrize("code", THEMES)
def test_les_titres_s_emboitent_et_le_sommaire_mene_a_chaque_carte(depot: Depot, code: str) -> None:
    page = composer(depot, code)
    texte = ecrire(page)
    niveaux = [int(n) for n in re.findall(r"<h([1-6])", texte)]
    assert niveaux[0] == 1
    assert niveaux.count(1) == 1
    assert all(b <= a + 1 for a, b in itertools.pairwise(niveaux))
    ancres = re.findall(r'<li><a href="#([\w-]+)"', texte)
    cartes = [c.id for c in composants(page) if type(c).__name__ == "Section"]
    assert ancres == cartes
    ids = [c.id for c in composants(page) if isinstance(getattr(c, "id", None), str)]
    ids += re.findall(r' id="([\w-]+)"', texte)
    assert max(Counter(ids).values()) == 1


@pytest.mark.parametrize("code", THEMES)
def test_chaque_tableau_a_une_legende_et_des_en_tetes(pages: dict[str, str], code: str) -> None:
    tableaux = re.findall(r"<table.*?</table>", pages[code], re.DOTALL)
    assert tableaux
    for tableau in tableaux:
        assert re.search(r"<caption><span>[^<]{10,}</span></caption>", tableau)
        assert all("scope=" in entete for entete in re.findall(r"<th[ >][^>]*", tableau))
        colonnes = tableau.count('scope="col"')
        corps = tableau.split("<tbody>")[1]
        for rangee in re.findall(r"<tr.*?</tr>", corps, re.DOTALL):
            assert len(re.findall(r"<t[hd][ >]", rangee)) == colonnes
            assert rangee.count('scope="row"') == 1


@pytest.mark.parametrize("code", THEMES)
def test_la_typographie_est_francaise(pages: dict[str, str], code: str) -> None:
    lu = visible(pages[code])
    for motif in (ESPACE_ORDINAIRE, MILLIERS, POINT_DECIMAL, re.compile(r'.{0,20}".{0,20}')):
        assert motif.findall(lu) == []


@pytest.mark.parametrize("code", THEMES)
def test_chaque_graphique_est_dit_et_ecrit_ce_qui_est_imprime(depot: Depot, code: str) -> None:
    theme = lire().trouver(code)
    assert theme is not None
    figures = [c for c in composants(composer(depot, code)) if type(c).__name__ == "Figure"]
    graphiques = [g for c in theme.cartes for g in c.graphiques]
    assert len(figures) == len(graphiques)
    for figure, graphique in zip(figures, graphiques, strict=True):
        assert figure.role == "application"
        dit = getattr(figure, "aria-label")
        assert all(mots.ecrire_valeur(p) in dit for p in graphique.points)
        traces = [t for t in figure.children[0].children.figure["data"] if t["type"] == "bar"]
        barres = [x for t in traces for x in t["x"] if x is not None]
        assert sorted(barres) == sorted(float(p.valeur) for p in graphique.points)
        assert len({t["marker"]["color"] for t in traces}) == len(traces)


def test_ce_qui_n_est_pas_imprime_n_est_pas_zero() -> None:
    graphique = Graphique(
        "Essai",
        (
            Point("Filles", "2019", "40", "%", "part"),
            Point("Filles", "2020", "16.56", "%", "part", environ=True),
            Point("Garçons", "2020", "0", "%", "part"),
        ),
    )
    bloc = dessin.dessiner("essai", 1, graphique)
    traces = bloc.children[1].children[0].children.figure["data"]
    assert traces[0]["x"] == [40.0, None]
    assert traces[1]["x"] == [16.56, 0.0]
    assert traces[0]["text"] == ["40\u00a0%", "–"]
    assert traces[1]["text"] == ["≈\u00a016,56\u00a0%", "0\u00a0%"]
    legende = getattr(bloc.children[0], "data-html")
    assert "2019" in legende
    assert "2020" in legende


@pytest.mark.parametrize(
    ("valeur", "unite", "mesure", "environ", "attendu"),
    [
        ("2960", "jeunes", "effectif", False, "2\u202f960\u00a0jeunes"),
        ("1995", "année", "année", False, "1995"),
        ("16.56", "%", "part", False, "16,56\u00a0%"),
        ("-6", "points", "évolution en points", False, "−\u202f6\u00a0points"),
        ("6.44", "points", "évolution en points", False, "+\u202f6,44\u00a0points"),
        ("1", "postes", "effectif", False, "1\u00a0poste"),
        ("1", "ALSES", "effectif", False, "1\u00a0ALSES"),
        ("1", "an", "durée", False, "1\u00a0an"),
        ("450", "jeunes", "effectif", True, "environ 450\u00a0jeunes"),
        ("30", "inconnu", "effectif", False, "30"),
    ],
)
def test_les_valeurs_s_ecrivent_comme_elles_sont_imprimees(
    valeur: str, unite: str, mesure: str, environ: bool, attendu: str
) -> None:
    assert mots.ecrire_valeur(Point("", "", valeur, unite, mesure, environ)) == attendu


@pytest.mark.parametrize(
    ("periode", "attendu"),
    [
        ("2020-03-09", "9 mars 2020"),
        ("2019-07", "juillet 2019"),
        ("2021-2022", "2021-2022"),
        ("2022-2023 → 2023-2024", "de 2022-2023 à 2023-2024"),
        ("2020-S2", "second semestre 2020"),
    ],
)
def test_les_periodes_se_lisent(periode: str, attendu: str) -> None:
    assert mots.dire_periode(periode) == attendu


def test_aucune_periode_n_est_un_code(pages: dict[str, str]) -> None:
    lu = visible("".join(pages.values()))
    assert not re.search(r"\b(19|20)\d\d-\d\d\b(?!\d)", lu)
    assert "flyer" not in lu


def test_la_page_est_la_meme_pour_tous(depot: Depot) -> None:
    """Public facts: neither the reader nor the database changes anything of them."""
    for code in THEMES:
        assert len({str(composer(depot, code, lecteur=x)) for x in LECTEURS}) == 1


def test_un_document_inconnu_est_ignore_avec_un_avis(depot: Depot) -> None:
    defaut = ecrire(composer(depot))
    assert "Qu’est-ce qu’un ALSES" in defaut
    inconnu = ecrire(composer(depot, "atlantide<b>"))
    assert "Document inconnu\u00a0: «\u00a0atlantide&lt;b&gt;\u00a0», ignoré." in inconnu
    assert 'id="titre-definition"' in inconnu
    deux = ecrire(composer(depot, "note-2020", "depliant"))
    assert "Un seul document à la fois" in deux
    assert 'id="titre-reunions-2020"' in deux
    assert 'role="status"' not in defaut


def test_le_choix_garde_la_vue_et_dit_ou_l_on_est(depot: Depot) -> None:
    lecteur, etat = Lecteur(), depot.etat()
    selection = lire_selection({"territoire": ["douai"]}, etat, lecteur).selection
    ctx = Contexte(selection, etat, lecteur, depot, "/publications", False, ())
    texte = ecrire(publications.composer(ctx))
    liens = re.findall(r'href="(/publications\?[^"]+)"', texte)
    assert all("territoire=douai" in lien for lien in liens)
    themes = texte.split("</ul>")[0]
    assert themes.count("aria-current") == 1
    for code in THEMES:
        assert f"document={code}" in themes


def test_la_page_est_dans_le_menu_des_sources() -> None:
    page = plan.trouver("/publications")
    assert page.groupe == plan.SOURCES
    assert page.parametres == ("document",)
    assert page.barre(None) == []  # type: ignore[arg-type]


# ---- files


@pytest.fixture
def lecteur_de_fichiers() -> FlaskClient:
    server = Flask("essai")
    protections.enregistrer(server)
    fichiers.enregistrer(server)
    return server.test_client()


def lire_csv(corps: bytes) -> list[list[str]]:
    assert corps.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(corps.decode("utf-8-sig")), delimiter=";"))


def test_chaque_lien_de_telechargement_mene_a_un_fichier(
    lecteur_de_fichiers: FlaskClient, pages: dict[str, str]
) -> None:
    liens = re.findall(rf'href="({fichiers.RACINE}/[^"]+)"', "".join(pages.values()))
    assert len(liens) == len(set(liens)) == len(lire().tableaux) + 12
    for lien in liens:
        reponse = lecteur_de_fichiers.get(lien)
        assert reponse.status_code == 200, lien
        assert reponse.headers["Content-Disposition"].startswith("attachment; filename=")
        rangees = lire_csv(reponse.data)
        assert len(rangees) > 1
        assert len({len(x) for x in rangees}) == 1
        assert not any(re.match(r"\s*[=+@-]", c) for x in rangees for c in x), lien


def test_un_fichier_a_toutes_ses_lignes(lecteur_de_fichiers: FlaskClient) -> None:
    lues = lire()
    for theme in lues.themes:
        for siens, adresse in (
            (theme.chiffres, fichiers.adresse_des_chiffres(theme.code)),
            (theme.affirmations, fichiers.adresse_des_affirmations(theme.code)),
        ):
            reponse = lecteur_de_fichiers.get(adresse)
            if not siens:
                assert reponse.status_code == 404
                continue
            assert len(lire_csv(reponse.data)) == len(siens) + 1
    liste = lire_csv(lecteur_de_fichiers.get(fichiers.adresse_du_tableau("liste_2019")).data)
    assert liste[13][:4] == ["Fourmies", "Joliot Curie", "AEP", "0,5"]


@pytest.mark.parametrize(
    "nom", ["rien", "chiffres-structures", "liste_2019", "chiffres-", "..%2fx"]
)
def test_un_fichier_qui_n_existe_pas(lecteur_de_fichiers: FlaskClient, nom: str) -> None:
    assert lecteur_de_fichiers.get(f"{fichiers.RACINE}/{nom}.csv").status_code == 404
