"""Two indicators crossed: the numbers of the answers, and nothing certain beyond the rule."""

from __future__ import annotations

import re
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from scipy import stats

from dashboard import tableaux
from dashboard.pages import explorer
from dashboard.pages.explorer.mots import resumer_croisement
from dashboard.pages.explorer.tables import empiler
from dashboard.pages.explorer.vue import adresser
from dashboard.pages.explorer.vue import regarder as voir
from queries import croisements
from queries.consultation import ouvrir_releve
from queries.croisements import (
    ECART_MINIMAL,
    Croisement,
    Offre,
    croisables,
    croiser,
    lieu_croisable,
    offrir,
)
from queries.depot import Depot, Etat
from queries.lecteur import Lecteur
from queries.lieux import lister, nommer
from queries.question import NORD, Lieu, Question
from queries.reponses import repondre
from queries.residus import Bornes, seuil
from tests.dashboard.pages import (
    CHEF,
    DEPARTEMENT,
    HABILITE,
    INVITE,
    adresses,
    ecrire,
    ecrire_brut,
    regarder,
)

ITINERAIRES = Lieu("association", "itineraires")
LILLE = Lieu("territoire", "lille")
LECTURES = [
    (DEPARTEMENT, NORD),
    (DEPARTEMENT, LILLE),
    (DEPARTEMENT, ITINERAIRES),
    (INVITE, NORD),
    (INVITE, LILLE),
    (HABILITE, LILLE),
    (CHEF, ITINERAIRES),
]


def _croiser(depot: Depot, a: str, b: str, lecteur: Lecteur, lieu: Lieu) -> Croisement:
    etat = depot.etat()
    catalogue = etat.catalogue
    return croiser(catalogue[a], catalogue[b], etat.annees[-1], lieu, lecteur, depot)


def _tous(depot: Depot, lecteur: Lecteur, lieu: Lieu) -> list[Croisement]:
    etat = depot.etat()
    return [
        croiser(a, b, etat.annees[-1], lieu, lecteur, depot)
        for a, b in combinations(croisables(etat), 2)
    ]


@pytest.mark.parametrize(("lecteur", "lieu"), LECTURES)
def test_cells_are_the_rows_of_the_answer(depot: Depot, lecteur: Lecteur, lieu: Lieu) -> None:
    for x in _tous(depot, lecteur, lieu):
        question = Question(x.a.id, depot.etat().annees[-1], lieu, croiser=x.b.id)
        (reponse,) = repondre([question], lecteur, depot)
        assert [k.ligne for rang in x.cases for k in rang] == list(reponse.lignes)
        assert {(k.x, k.y) for rang in x.cases for k in rang} == {
            tuple(ligne.modalite.split("|")) for ligne in reponse.lignes
        }


@pytest.mark.parametrize(("lecteur", "lieu"), LECTURES)
def test_nothing_is_certain_beyond_the_rule(depot: Depot, lecteur: Lecteur, lieu: Lieu) -> None:
    certaines = 0
    for x in _tous(depot, lecteur, lieu):
        lignes, colonnes = ({m.code: m for m in marges} for marges in (x.lignes, x.colonnes))
        for k in x.certaines():
            certaines += 1
            r, c = lignes[k.x].bornes, colonnes[k.y].bornes
            assert k.ligne.statut in ("exact", "arrondi", "masque")
            assert x.total is not None
            assert min(r.bas, c.bas) >= 30
            attendu = r.milieu * c.milieu / x.total
            n = k.ligne.effectif if k.ligne.effectif is not None else k.bornes.milieu
            assert k.signe * (n - attendu) > 0
            if not x.politique.exacte:
                assert k.signe * (n - attendu) >= ECART_MINIMAL - 1
            if k.residu is not None:
                assert k.signe * k.residu > 1.96
            if k.ligne.statut == "masque":
                assert k.signe == -1
    if lieu == NORD:
        assert certaines, "rien n’est jamais certain : le test ne montre rien"


@pytest.mark.parametrize(("lecteur", "ecart"), [(DEPARTEMENT, 10), (INVITE, 10), (HABILITE, 0)])
def test_the_rule_is_asked_for_every_cell(
    depot: Depot, monkeypatch: pytest.MonkeyPatch, lecteur: Lecteur, ecart: int
) -> None:
    demandes: list[tuple[float, float]] = []

    def noter(*bornes: Bornes, limite: float, ecart: float) -> int:
        demandes.append((limite, ecart))
        return 0

    monkeypatch.setattr(croisements, "signe_certain", noter)
    x = _croiser(depot, "classe", "anciennete", lecteur, NORD)
    cases = [k for rang in x.cases for k in rang]
    essais = sum(k.ligne.affichee or k.ligne.statut == "masque" for k in cases)
    assert demandes == [(seuil(essais), ecart)] * len(cases)


def test_residuals_of_exact_numbers_are_those_of_the_reference(depot: Depot) -> None:
    vus = 0
    for x in _tous(depot, HABILITE, NORD):
        if x.a.series[0].multiple or x.b.series[0].multiple or not x.repondu:
            continue
        table = np.array([[k.ligne.effectif for k in rang] for rang in x.cases], dtype=float)
        garde_x, garde_y = table.sum(axis=1) > 0, table.sum(axis=0) > 0
        pleine = table[garde_x][:, garde_y]
        attendus = stats.contingency.expected_freq(pleine)
        total = pleine.sum()
        assert total == x.total
        trouves = np.array(
            [[np.nan if k.residu is None else k.residu for k in rang] for rang in x.cases]
        )[garde_x][:, garde_y]
        lignes, colonnes = pleine.sum(axis=1), pleine.sum(axis=0)
        reference = (pleine - attendus) / np.sqrt(
            attendus * np.outer(1 - lignes / total, 1 - colonnes / total)
        )
        assert np.allclose(trouves, reference)
        vus += 1
    assert vus > 50


@pytest.mark.parametrize(("lecteur", "lieu"), LECTURES)
def test_a_swapped_crossing_says_the_same(depot: Depot, lecteur: Lecteur, lieu: Lieu) -> None:
    for a, b in (("classe", "anciennete"), ("demande", "objectifs"), ("sexe", "configuration")):
        x = _croiser(depot, a, b, lecteur, lieu)
        y = _croiser(depot, b, a, lecteur, lieu)
        assert (x.lignes, x.colonnes, x.total) == (y.colonnes, y.lignes, y.total)
        for i, rang in enumerate(x.cases):
            for j, k in enumerate(rang):
                autre = y.cases[j][i]
                assert (k.ligne.effectif, k.ligne.statut) == (
                    autre.ligne.effectif,
                    autre.ligne.statut,
                )
                assert k.signe == autre.signe
                assert k.residu == pytest.approx(autre.residu)
                assert x.part(k, "ligne") == y.part(autre, "colonne")
                assert x.part(k, "colonne") == y.part(autre, "ligne")


@pytest.mark.parametrize(("lecteur", "lieu"), LECTURES)
def test_shares_are_arithmetic_on_published_numbers(
    depot: Depot, lecteur: Lecteur, lieu: Lieu
) -> None:
    for x in _tous(depot, lecteur, lieu):
        for marges, sens in ((x.lignes, "ligne"), (x.colonnes, "colonne")):
            autre = x.b if sens == "ligne" else x.a
            for i, m in enumerate(marges):
                rang = x.cases[i] if sens == "ligne" else [r[i] for r in x.cases]
                parts = [x.part(k, sens) for k in rang]
                for k, part in zip(rang, parts, strict=True):
                    if not k.ligne.affichee or m.base is None:
                        assert part is None
                if m.base is None:
                    assert m.pourquoi
                    continue
                assert m.base >= max(x.politique.assiette, 1)
                assert m.bornes.bas - 0.5 <= m.base or not m.masquees
                montres = [k.ligne.effectif for k in rang if k.ligne.effectif is not None]
                if not autre.series[0].multiple and not m.masquees:
                    assert m.base == sum(montres)
                    assert sum(p or 0 for p in parts) == pytest.approx(100, abs=len(parts))


def test_a_masked_cell_holds_no_number_and_is_hatched(depot: Depot) -> None:
    ctx = regarder(depot, "/explorer?indicateur=demande&croiser=classe")
    texte = ecrire(explorer.composer(ctx))
    masquees = re.findall(
        r'<td class="nombre chaud masque"[^>]*title="([^"]*)"[^>]*>(.*?)</td>', texte
    )
    assert masquees
    for bulle, contenu in masquees:
        assert contenu.startswith("< 5")
        assert "moins de 5 jeunes" in bulle
        assert "%" not in contenu + bulle


def test_stacked_bars_only_where_nothing_is_hidden(depot: Depot) -> None:
    dessines = 0
    for x in _tous(depot, DEPARTEMENT, NORD):
        adresse = f"/explorer?indicateur={x.a.id}&croiser={x.b.id}&dessin=barres"
        vue = voir(regarder(depot, adresse))
        texte = ecrire(explorer.composer(regarder(depot, adresse)))
        empilees = 'class="empilees"' in texte
        if not vue.croisement.repondu:
            continue
        assert empilees == tableaux.peut_empiler(empiler(vue))
        if empilees:
            dessines += 1
            assert all(k.ligne.affichee for rang in x.cases for k in rang)
            assert not x.b.series[0].multiple
        else:
            assert "Pas de barres empilées ici" in texte
    assert dessines


# ---- what is offered


@pytest.mark.parametrize(("lecteur", "lieu"), LECTURES)
def test_crossings_are_offered_by_what_can_be_shown(
    depot: Depot, etat: Etat, lecteur: Lecteur, lieu: Lieu
) -> None:
    releve = ouvrir_releve()
    offres = offrir(etat.annees[-1], lieu, etat, lecteur, depot)
    n = len(croisables(etat))
    assert len(offres) == n * (n - 1) // 2
    if lecteur.politique(lieu).exacte:
        assert all(o.montrees is None for o in offres)
        assert not releve, "un lecteur exact ne demande rien pour une liste de choix"
        return
    assert [o.part for o in offres] == sorted((o.part for o in offres), reverse=True)
    for o in offres[::9]:
        question = Question(o.a.id, etat.annees[-1], lieu, croiser=o.b.id)
        (reponse,) = repondre([question], lecteur, depot)
        assert o.montrees == sum(x.affichee for x in reponse.lignes)
        assert o.cases == len(reponse.lignes)
    assert len(releve) >= len(offres)


@pytest.mark.parametrize(
    ("montrees", "cases", "mots"),
    [
        (20, 20, "20 cases sur 20 montrées"),
        (12, 20, "12 cases sur 20 montrées, 8 cachées"),
        (19, 20, "19 cases sur 20 montrées, 1 cachée"),
        (1, 4, "1 case sur 4 montrée, 3 cachées"),
        (0, 4, "0 case sur 4 montrée, 4 cachées"),
    ],
)
def test_an_offer_says_how_much_of_it_is_hidden(
    etat: Etat, montrees: int, cases: int, mots: str
) -> None:
    a, b = croisables(etat)[:2]
    assert explorer.dire_offre(Offre(a, b, montrees, cases)).replace("\u00a0", " ") == mots


# ---- the address


def test_the_address_says_everything(depot: Depot) -> None:
    for adresse in (
        "/explorer",
        "/explorer?territoire=lille&indicateur=classe&croiser=sexe&sens=colonne&dessin=barres",
        "/explorer?association=itineraires&indicateur=objectifs&croiser=demande",
    ):
        vue = voir(regarder(depot, adresse))
        assert vue.avis == ()
        encore = voir(regarder(depot, adresser(vue)))
        assert encore.croisement == vue.croisement
        assert (encore.sens, encore.dessin) == (vue.sens, vue.dessin)
        for suite in set(adresses(ecrire(explorer.composer(vue.ctx)))):
            if suite.startswith("/explorer"):
                assert voir(regarder(depot, suite)).avis == (), suite


def test_swapping_twice_comes_back(depot: Depot) -> None:
    vue = voir(regarder(depot, "/explorer?indicateur=classe&croiser=sexe"))
    texte = ecrire(explorer.composer(vue.ctx))
    (suite,) = re.findall(
        r'href="([^"]*)"[^>]*>⇄', ecrire(explorer.composer(regarder(depot, adresser(vue))))
    )
    autre = voir(regarder(depot, suite))
    assert (autre.croisement.a.id, autre.croisement.b.id) == ("sexe", "classe")
    assert "Intervertir" in texte


@pytest.mark.parametrize(
    ("requete", "mots"),
    [
        ("indicateur=postes", "Valeur inconnue pour « indicateur » : « postes », ignorée."),
        ("croiser=<b>", "Valeur inconnue pour « croiser »"),
        ("sens=oblique", "Valeur inconnue pour « sens »"),
        ("dessin=camembert", "Valeur inconnue pour « dessin »"),
        ("indicateur=sexe&croiser=sexe", "deux indicateurs différents"),
        ("indicateur=sexe&indicateur=age", "Valeur inconnue pour « indicateur » : « age »"),
        ("indicateur=sexe&indicateur=classe", "ne se donne qu’une fois"),
        ("sexe=fille", "filtres de profil"),
        ("population=ps", "filtres de profil et de population"),
        ("college=lille-nina-simone", "voici celui de « Lille »"),
        ("reseau=rep", "voici celui de « Département du Nord »"),
        ("territoire=lille&territoire=douai", "voici celui de « Lille »"),
    ],
)
def test_what_a_crossing_does_not_have_is_said(depot: Depot, requete: str, mots: str) -> None:
    page = explorer.composer(regarder(depot, f"/explorer?{requete}"))
    texte = ecrire(page)
    assert mots in texte
    assert "<b>" not in ecrire_brut(page)
    assert 'id="titre-croisement"' in texte


def test_a_place_is_brought_back_to_one_that_is_crossed(etat: Etat) -> None:
    assert lieu_croisable(NORD, etat, DEPARTEMENT) == NORD
    assert lieu_croisable(Lieu("college", "lille-nina-simone"), etat, DEPARTEMENT) == LILLE
    propre = Lieu("association_college", "itineraires/lille-nina-simone")
    assert lieu_croisable(propre, etat, CHEF) == ITINERAIRES
    assert lieu_croisable(Lieu("poste", "autre"), etat, DEPARTEMENT) == NORD


# ---- readers


def test_a_chef_meets_no_other_association(depot: Depot, etat: Etat) -> None:
    autres = [nommer(etat, x) for x in lister(etat, DEPARTEMENT, "association") if x != ITINERAIRES]
    colleges = [nommer(etat, x) for x in lister(etat, DEPARTEMENT, "college")]
    for adresse in (
        "/explorer",
        "/explorer?association=itineraires",
        "/explorer?association=aae&indicateur=sexe&croiser=classe",
        "/explorer?territoire=lille",
    ):
        ctx = regarder(depot, adresse, CHEF)
        barre: Any = explorer.barrer(ctx)
        lu = ecrire(explorer.composer(ctx)) + str([c.to_plotly_json() for c in barre])
        for nom in [*autres, *colleges]:
            assert nom not in lu, nom


def test_exact_numbers_are_marked_and_only_for_those_entitled(depot: Depot) -> None:
    adresse = "/explorer?association=itineraires&indicateur=classe&croiser=sexe"
    for lecteur, exact in ((CHEF, True), (HABILITE, True), (DEPARTEMENT, False), (INVITE, False)):
        texte = ecrire(explorer.composer(regarder(depot, adresse, lecteur)))
        assert ("Chiffres exacts – ne pas diffuser" in texte) is exact
        parts = re.findall(r">(\d+(?:,\d)?) %", texte)
        assert parts or lecteur == INVITE
        assert all(("," in p) is exact for p in parts)
    texte = ecrire(explorer.composer(regarder(depot, adresse.replace("association", "x"), CHEF)))
    assert "Chiffres exacts" not in texte


def test_a_crossing_that_is_not_answered_says_why(
    depot: Depot, etat: Etat, monkeypatch: pytest.MonkeyPatch
) -> None:
    annee = etat.annees[-1]
    cle = (annee, "departement", "nord")
    connues = etat.non_poses.get(cle, frozenset())
    monkeypatch.setitem(etat.non_poses, cle, connues | {"situations.hebergement"})
    ctx = regarder(depot, "/explorer?indicateur=hebergement&croiser=sexe")
    texte = ecrire(explorer.composer(ctx))
    assert "question non posée cette année-là" in texte
    assert "<table" not in texte


def test_the_sentence_says_what_is_certain_or_that_nothing_is(depot: Depot) -> None:
    dites = set()
    for x in _tous(depot, DEPARTEMENT, NORD):
        adresse = f"/explorer?indicateur={x.a.id}&croiser={x.b.id}"
        vue = voir(regarder(depot, adresse))
        phrase = resumer_croisement(vue)
        if not x.repondu:
            continue
        certaine = bool(x.certaines())
        dites.add(certaine)
        assert ("aucun écart certain" in phrase) is not certaine
        assert ("-représentée" in phrase) is certaine
    assert dites == {True, False}
