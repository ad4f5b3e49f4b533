"""An indicator over the years: the numbers of the answers, gaps said, printed figures apart."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from dashboard.courbes import Axe, Courbe, Marque, tracer
from dashboard.pages import evolution
from dashboard.pages.evolution import vue as vues
from data import imprimes
from data.catalogue import CHAPITRES
from data.imprimes import SOURCES, annee_scolaire, imprimes_de, lire_imprimes, lire_ruptures
from data.rapprochement import interdit, lire_chiffres
from data.refus import typographier
from queries.changements import part_changee
from queries.depot import Depot, Etat
from queries.evolutions import TOTAL, change_certain, dresser_bilan, mesurer
from queries.lecteur import Lecteur
from queries.lieux import lister, nommer
from queries.question import Question
from queries.reponses import Ligne, certain, repondre
from tests.dashboard.pages import (
    CHEF,
    DEPARTEMENT,
    HABILITE,
    INVITE,
    adresses,
    ecrire,
    figures,
    lisible,
    regarder,
)

LECTURES = [
    (DEPARTEMENT, ""),
    (DEPARTEMENT, "territoire=douai"),
    (DEPARTEMENT, "territoire=douai&territoire=lille"),
    (DEPARTEMENT, "college=lille-nina-simone"),
    (DEPARTEMENT, "association=itineraires&sexe=fille"),
    (INVITE, "territoire=lille"),
    (HABILITE, "college=lille-jean-zay"),
    (CHEF, "college=lille-nina-simone"),
    (CHEF, ""),
]


def _page(depot: Depot, requete: str, lecteur: Lecteur = DEPARTEMENT, **options: Any) -> list[Any]:
    return evolution.composer(regarder(depot, f"/evolution?{requete}", lecteur, **options))


def _vue(depot: Depot, requete: str, lecteur: Lecteur = DEPARTEMENT) -> vues.Vue:
    return vues.regarder(regarder(depot, f"/evolution?{requete}", lecteur))


@pytest.mark.parametrize(("lecteur", "requete"), LECTURES)
def test_every_point_is_a_row_of_the_answers(
    depot: Depot, etat: Etat, lecteur: Lecteur, requete: str
) -> None:
    for ind in etat.catalogue:
        vue = _vue(depot, f"{requete}&indicateur={ind}", lecteur)
        assert vue.avis == ()
        assert vue.lignes
        for suite in vue.lignes:
            lieu, filtres = suite.cible
            for point in suite.points:
                question = Question(ind, point.annee, lieu, "alses", filtres)
                (reponse,) = repondre([question], lecteur, depot)
                if suite.modalite == TOTAL:
                    attendu = sum(
                        x.valeur if x.effectif is None else x.effectif
                        for x in reponse.serie(suite.serie)
                    )
                    assert mesurer(point.ligne) == pytest.approx(attendu)
                else:
                    assert point.ligne == reponse.ligne(suite.modalite, suite.serie)


@pytest.mark.parametrize(("lecteur", "requete"), LECTURES)
@pytest.mark.parametrize("etroit", [False, True])
def test_a_masked_value_is_an_open_mark_that_no_line_joins(
    depot: Depot, etat: Etat, lecteur: Lecteur, requete: str, etroit: bool
) -> None:
    for ind in etat.catalogue:
        page = _page(depot, f"{requete}&indicateur={ind}", lecteur, etroit=etroit)
        for figure in figures(page):
            json.dumps(figure, allow_nan=False)
            for trace in figure["data"]:
                bulles = trace.get("hovertext") or [""] * len(trace["x"])
                for x, y, bulle in zip(trace["x"], trace["y"], bulles, strict=True):
                    masque = re.search(r"moins de \d", bulle.replace("<br>", " ")) is not None
                    if masque:
                        assert trace["marker"]["symbol"].endswith("-open")
                        assert "lines" not in trace["mode"]
                        assert y > 0
                    elif bulle and trace["marker"]["symbol"] != "star":
                        assert x in {int(a[:4]) for a in etat.annees}
                if "lines" in trace["mode"]:
                    assert trace["connectgaps"] is False
                    assert trace["x"] == list(range(trace["x"][0], trace["x"][-1] + 1))


@pytest.mark.parametrize(("lecteur", "requete"), LECTURES)
def test_a_change_is_asserted_only_when_it_is_certain(
    depot: Depot, etat: Etat, lecteur: Lecteur, requete: str
) -> None:
    vus = {True: 0, False: 0}
    for ind in etat.catalogue:
        vue = _vue(depot, f"{requete}&indicateur={ind}", lecteur)
        bilans = [b for b in map(dresser_bilan, vue.lignes) if b]
        for b in bilans:
            avant, apres = b.avant.ligne, b.apres.ligne
            vus[b.certain] += 1
            if b.certain and avant.part is not None:
                assert part_changee(avant, apres)
            elif b.certain and "arrondi" in (avant.statut, apres.statut):
                assert certain(avant, apres)
        texte = ecrire(_page(depot, f"{requete}&indicateur={ind}", lecteur))
        (phrase,) = re.findall(r'id="phrase-evolution">(.*?)</p>', texte)
        if not any(b.certain for b in bilans):
            assert "changements certains" not in phrase
            assert "un changement certain" not in phrase
        assert "None" not in texte
        assert not re.search(r"\bnan\b", texte.lower())
    assert vus[False]


@pytest.mark.parametrize(
    ("avant", "apres", "attendu"),
    [
        (Ligne("", "", "", "arrondi", 100), Ligne("", "", "", "arrondi", 105), False),
        (Ligne("", "", "", "arrondi", 100), Ligne("", "", "", "arrondi", 110), True),
        (Ligne("", "", "", "exact", 100), Ligne("", "", "", "exact", 101), True),
        (Ligne("", "", "", "exact", 100), Ligne("", "", "", "exact", 100), False),
        (
            Ligne("", "", "", "arrondi", None, valeur=8),
            Ligne("", "", "", "arrondi", valeur=9),
            False,
        ),
        (
            Ligne("", "", "", "arrondi", 100, 2, valeur=50),
            Ligne("", "", "", "arrondi", 200, 4, valeur=50),
            False,
        ),
        (
            Ligne("", "", "", "arrondi", 100, 4, valeur=25),
            Ligne("", "", "", "arrondi", 200, 4, valeur=50),
            True,
        ),
        (
            Ligne("", "", "", "arrondi", 50, 100, 50),
            Ligne("", "", "", "arrondi", 60, 100, 60),
            False,
        ),
        (
            Ligne("", "", "", "arrondi", 500, 1000, 50),
            Ligne("", "", "", "arrondi", 600, 1000, 60),
            True,
        ),
    ],
)
def test_what_is_certain(avant: Ligne, apres: Ligne, attendu: bool) -> None:
    assert change_certain(avant, apres) is attendu
    assert change_certain(apres, avant) is attendu


def test_a_question_that_was_not_asked_is_said_and_not_drawn(
    depot: Depot, etat: Etat, monkeypatch: pytest.MonkeyPatch
) -> None:
    annee = etat.annees[0]
    cle = (annee, "departement", "nord")
    connues = etat.non_poses.get(cle, frozenset())
    monkeypatch.setitem(etat.non_poses, cle, connues | {"situations.classe"})
    page = _page(depot, "indicateur=classe")
    texte = ecrire(page)
    assert f"Question non posée en {annee}" in texte
    assert texte.count("Question non posée cette année-là") == 11
    (figure,) = figures(page)
    rang = int(annee[:4])
    dessines = {
        x
        for t in figure["data"]
        if t.get("marker", {}).get("symbol") != "star"
        for x, y in zip(t["x"], t["y"], strict=True)
        if y is not None
    }
    assert dessines == {rang + 1}
    assert "question non posée" in [n["text"] for n in figure["layout"]["annotations"]]


# ---- printed figures


def test_printed_figures_stand_in_years_without_data_only(depot: Depot, etat: Etat) -> None:
    interdits = {x["id"] for x in lire_chiffres() if interdit(x)}
    assert interdits
    assert not interdits & {x.id for x in lire_imprimes()}
    vus = 0
    for requete in ("", "territoire=valenciennes", "association=itineraires"):
        for ind in etat.catalogue:
            vue = _vue(depot, f"{requete}&indicateur={ind}")
            ctx = regarder(depot, f"/evolution?{requete}&indicateur={ind}")
            assert vue.groupe is not None
            for suite in vue.lignes:
                for x in vues.imprimes_de_la_suite(suite, vue.groupe, ctx):
                    vus += 1
                    assert x.annee not in etat.annees
                    assert x.lieu == suite.cible[0].code
                    texte = ecrire(_page(depot, f"{requete}&indicateur={ind}"))
                    assert SOURCES[x.source] in texte
                    assert "Chiffres imprimés, pour les années sans données" in texte
    assert vus >= 10


def test_a_figure_that_must_not_be_reused_is_never_read(monkeypatch: pytest.MonkeyPatch) -> None:
    connu = lire_imprimes()[0]
    chiffres = [
        x | {"note": "Ne pas réutiliser."} if x["id"] == connu.id else x for x in lire_chiffres()
    ]
    monkeypatch.setattr(imprimes, "lire_chiffres", lambda: chiffres)
    lire_imprimes.cache_clear()
    try:
        assert connu.id not in {x.id for x in lire_imprimes()}
    finally:
        lire_imprimes.cache_clear()


def test_a_printed_figure_is_a_star_joined_to_nothing(depot: Depot) -> None:
    page = _page(depot, "indicateur=postes")
    (figure,) = figures(page)
    (etoiles,) = [t for t in figure["data"] if t.get("marker", {}).get("symbol") == "star"]
    assert etoiles["mode"] == "markers+text"
    assert sorted(etoiles["y"])[:2] == [40, 41]
    assert set(etoiles["x"]) >= {2018}
    assert "imprimé dans" in etoiles["hovertext"][0]
    texte = ecrire(page)
    assert "le nombre de professionnel.le.s passer de 40 (début 2019), à 73 ALSES" in texte
    assert "note de synthèse 2020 de l’APSN" in texte
    assert "★ 41 postes" in texte
    annees = figure["layout"]["xaxis"]["ticktext"]
    assert annees[0] == "2018-2019<br>(imprimé)"


def test_a_year_with_data_never_shows_a_printed_figure(depot: Depot, etat: Etat) -> None:
    annees = {x.annee for x in imprimes_de("effectif", "alses", "departement", "nord")}
    assert annees & set(etat.annees), "le test ne montre rien"
    texte = ecrire(_page(depot, "indicateur=effectif"))
    for annee in annees & set(etat.annees):
        assert f"{annee} (imprimé)" not in texte


def test_filtered_youths_have_no_printed_figure(depot: Depot) -> None:
    assert "imprimé" not in ecrire(_page(depot, "indicateur=demande&sexe=fille"))
    assert "Chiffres imprimés" in ecrire(_page(depot, "indicateur=sexe"))


@pytest.mark.parametrize(
    ("jour", "annee"),
    [("2019-07-15", "2018-2019"), ("2019-09-01", "2019-2020"), ("2019-01", "2018-2019")],
)
def test_a_day_is_in_a_school_year(jour: str, annee: str) -> None:
    assert annee_scolaire(jour) == annee


# ---- the change of the forms


def test_the_change_of_the_forms_is_marked_as_published(depot: Depot, etat: Etat) -> None:
    assert etat.annees[0] < "2021" < etat.annees[-1], "le test ne montre rien"
    (premiere, *_) = lire_ruptures()
    page = _page(depot, "indicateur=classe")
    texte = ecrire(page)
    assert "Un trait marque 2021-2022" in texte
    citation = lisible(typographier(premiere.citation))
    assert citation in texte
    assert "n'existait pas sur l'ancienne base de données" in texte.replace("’", "'")
    (figure,) = figures(page)
    traits = [f for f in figure["layout"]["shapes"] if f["type"] == "line"]
    assert [t["x0"] for t in traits] == [2020.5]
    autre = ecrire(_page(depot, "indicateur=sexe"))
    assert citation in autre
    assert "ancienne base" not in autre
    # Posts are no answers to a form.
    assert citation not in ecrire(_page(depot, "indicateur=postes"))


# ---- the address


def test_the_address_says_everything(depot: Depot) -> None:
    for adresse in (
        "/evolution",
        "/evolution?indicateur=postes&valeur=nombre%3Aplan_pauvrete",
        "/evolution?territoire=douai&territoire=lille&indicateur=demande&valeur=loisirs",
        "/evolution?indicateur=qualite_saisie&valeur=taux%3A",
    ):
        ctx = regarder(depot, adresse)
        vue = vues.regarder(ctx)
        assert vue.avis == ()
        assert vues.adresser(vue, ctx) == adresse
        for suite in set(adresses(ecrire(evolution.composer(ctx)))):
            if suite.startswith("/evolution"):
                assert vues.regarder(regarder(depot, suite)).avis == (), suite


def test_indicators_are_offered_as_in_the_report(depot: Depot, etat: Etat) -> None:
    texte = ecrire(_page(depot, ""))
    groupes = re.findall(r'<optgroup label="(.*?)">', texte)
    assert groupes == [f"{n} {titre}" for n, titre in CHAPITRES.values()]
    options = re.findall(r"<option[^>]*>(.*?)</option>", texte)
    attendues = [typographier(f"{i.numero} {i.titre}") for i in etat.catalogue.values()]
    assert options == [lisible(x) for x in attendues]


@pytest.mark.parametrize(
    ("requete", "mots"),
    [
        ("indicateur=atlantide", "Valeur inconnue pour « indicateur » : « atlantide », ignorée."),
        ("indicateur=sexe&valeur=autre", "Valeur inconnue pour « valeur » : « autre », ignorée."),
        ("periode=cumul", "Valeur inconnue pour « periode »"),
        ("indicateur=sexe&indicateur=age", "ne se donne qu’une fois"),
        (
            "&".join(f"territoire={t}" for t in ("douai", "lille", "cambrai", "vne"))
            + "&sexe=fille&sexe=garcon&indicateur=demande",
            "2 de plus sont laissés de côté",
        ),
    ],
)
def test_what_is_not_understood_is_said_and_ignored(depot: Depot, requete: str, mots: str) -> None:
    texte = ecrire(_page(depot, requete))
    assert mots in texte
    assert 'id="phrase-evolution"' in texte


def test_places_side_by_side_are_one_value_by_place(depot: Depot) -> None:
    vue = _vue(depot, "territoire=douai&territoire=lille&territoire=vne&indicateur=demande")
    assert vue.noms == ("Douai", "Lille", "VNE (Versant Nord-Est)")
    assert len({x.modalite for x in vue.lignes}) == 1
    noms = re.findall(
        r'<th scope="row">(.*?)</th>',
        ecrire(_page(depot, "territoire=douai&territoire=lille&indicateur=demande")),
    )
    assert noms == ["Douai", "Lille"]


def test_three_year_cumuls_are_offered_for_colleges(
    depot: Depot, etat: Etat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(etat, "cumuls", ("2019-2022",))
    requete = "college=lille-nina-simone&indicateur=demande&periode=cumul"
    vue = _vue(depot, requete)
    assert vue.cumul
    assert {p.annee for x in vue.lignes for p in x.points} == {"2019-2022"}
    texte = ecrire(_page(depot, requete))
    assert "Cumuls de trois ans" in texte
    (csv, _) = re.findall(r'href="(/api/v1[^"]*)"', texte)
    demandes = parse_qs(urlsplit(csv).query)
    assert demandes["annee"] == ["2019-2022"]
    assert "par" not in demandes
    assert "Cumuls de trois ans" not in ecrire(_page(depot, "territoire=lille&indicateur=demande"))


def test_files_hold_the_same_answers_year_by_year(depot: Depot, client: Any, etat: Etat) -> None:
    for requete in ("indicateur=sexe&territoire=douai&territoire=lille", "indicateur=postes"):
        texte = ecrire(_page(depot, requete))
        (csv, _) = re.findall(r'href="(/api/v1[^"]*)"', texte)
        assert parse_qs(urlsplit(csv).query)["par"] == ["annee"]
        reponse = client.get(csv.replace("format=csv", "format=json"))
        assert reponse.status_code == 200
        lignes = reponse.get_json()["lignes"]
        vue = _vue(depot, requete)
        assert {x["annee"] for x in lignes} == set(etat.annees)
        assert {x["lieu"] for x in lignes} == {lieu.code for lieu, _ in vue.cibles}


# ---- readers


def test_a_chef_meets_no_other_association_nor_college(depot: Depot, etat: Etat) -> None:
    autres = [
        nommer(etat, x)
        for type_ in ("association", "college")
        for x in lister(etat, DEPARTEMENT, type_)
        if "itineraires" not in x.code
    ]
    siens = {nommer(etat, x) for x in lister(etat, CHEF, "college")}
    for requete in (
        "indicateur=colleges_equipes",
        "association=aae&indicateur=sexe",
        "college=lille-jean-zay&indicateur=sexe",
        "indicateur=postes&territoire=lille",
    ):
        ctx = regarder(depot, f"/evolution?{requete}", CHEF)
        page = evolution.composer(ctx)
        lu = ecrire(page) + json.dumps(figures(page), ensure_ascii=False)
        lu += str([c.to_plotly_json() for c in evolution.barrer(ctx)])
        for nom in set(autres) - siens:
            assert nom not in lu, nom


def test_exact_numbers_are_marked(depot: Depot) -> None:
    requete = "association=itineraires&indicateur=sexe"
    assert "Chiffres exacts – ne pas diffuser." in ecrire(_page(depot, requete, CHEF))
    assert "Chiffres exacts" not in ecrire(_page(depot, requete))
    assert "Chiffres exacts" not in ecrire(_page(depot, "indicateur=sexe", CHEF))


# ---- the figure alone


def test_names_never_cover_one_another() -> None:
    courbes = [
        Courbe(f"Réponse {i}", [Marque(2020, y, "", "")], i)
        for i, y in enumerate((9, 9, 8, 1, 0, 0))
    ]
    figure = tracer(courbes, Axe([(2020, "2020-2021")], parts=True))
    noms = [t for t in figure["data"] if t["mode"] == "text"]
    hauteurs = sorted(t["y"][0] for t in noms)
    mise = figure["layout"]
    trace = mise["height"] - mise["margin"]["t"] - mise["margin"]["b"]
    par_px = mise["yaxis"]["range"][1] / trace
    ecarts = [b - a for a, b in pairwise(hauteurs)]
    assert min(ecarts) >= 17 * par_px
    assert hauteurs[0] > 0
    assert [t["text"][0].strip()[0] for t in noms] == ["●", "■", "◆", "▲", "▼", "✚"]


def test_a_year_that_is_missing_breaks_the_line() -> None:
    marques = [Marque(2018, 1, "", "a"), Marque(2019, 2, "", "b"), Marque(2021, 3, "", "c")]
    axe = Axe([(2018, "2018-2019"), (2019, "2019-2020"), (2021, "2021-2022")], parts=False)
    (ligne,) = tracer([Courbe("Ici", marques, 0)], axe)["data"]
    assert ligne["x"] == [2018, 2019, 2020, 2021]
    assert ligne["y"] == [1, 2, None, 3]
