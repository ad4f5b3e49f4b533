"""Cards: what they say is what the answers hold, for every indicator and reader."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from markupsafe import Markup

from dashboard import balises, cartes, graphiques
from dashboard.contexte import Contexte
from dashboard.memoire import Memoire
from dashboard.nombres import FINE, INSECABLE
from dashboard.phrases import resumer
from dashboard.serveur import dessiner_cartes
from queries.depot import Depot
from queries.lecteur import Lecteur, Role
from queries.question import NORD, Lieu
from queries.reponses import Ligne
from queries.selection import Selection


@pytest.fixture(scope="module")
def depot(base_demo: str) -> Depot:
    return Depot(base_demo)


def _contexte(
    depot: Depot, lieu: Lieu = NORD, role: Role = Role.DEPARTEMENT, **autres: Any
) -> Contexte:
    etat = depot.etat()
    lecteur = Lecteur(role, ("itineraires",) if role is Role.CHEF else ())
    selection = Selection((etat.annees[-1],), (lieu,), **autres)
    return Contexte(selection, etat, lecteur, depot, "/situations")


LIEUX = [
    (NORD, Role.DEPARTEMENT),
    (NORD, Role.HABILITE),
    (NORD, Role.INVITE),
    (Lieu("territoire", "douai"), Role.DEPARTEMENT),
    (Lieu("association", "itineraires"), Role.CHEF),
    (Lieu("association_college", "itineraires/lille-nina-simone"), Role.CHEF),
    (Lieu("college", "lille-nina-simone"), Role.DEPARTEMENT),
    (Lieu("college", "lille-jean-zay"), Role.DEPARTEMENT),
]


def _composants(arbre: Any) -> Iterator[Any]:
    for enfant in arbre if isinstance(arbre, list) else [arbre]:
        yield enfant
        if hasattr(enfant, "_traverse"):
            yield from enfant._traverse()


@pytest.mark.parametrize(("lieu", "role"), LIEUX)
@pytest.mark.parametrize("vue", ["graphique", "tableau"])
def test_every_card_is_drawn_for_every_reader(
    depot: Depot, lieu: Lieu, role: Role, vue: str
) -> None:
    ctx = _contexte(depot, lieu, role, vue=vue)
    for matiere in cartes.rassembler(list(ctx.etat.catalogue.values()), ctx):
        corps = cartes.remplir(matiere, ctx)
        html = "".join(
            getattr(c, "data-html", "") for c in _composants(corps) if hasattr(c, "data-html")
        )
        assert 'class="phrase"' in html
        lu = re.sub(" +", " ", unescape(re.sub("<[^>]+>", "", html)))
        assert "None" not in html
        assert not re.search(r"\bnan\b", html.lower())
        for composant in _composants(corps):
            if type(composant).__name__ == "Figure":
                phrase = getattr(composant, "aria-label")
                assert phrase
                assert phrase in lu


def test_a_chart_withheld_for_the_departement_says_why_and_keeps_its_territoires(
    depot: Depot,
) -> None:
    ctx = _contexte(depot)
    (matiere,) = cartes.rassembler([ctx.etat.catalogue["hebergement"]], ctx)
    (tete,) = matiere.principales
    tue = tuple(
        Ligne(x.serie, x.modalite, x.libelle, "non_diffuse", note=x.note) for x in tete.lignes
    )
    retenue = replace(matiere, principales=(replace(tete, lignes=tue),))
    html = "".join(
        getattr(c, "data-html", "") for c in _composants(cartes.remplir(retenue, ctx))
    ).replace(INSECABLE, " ")
    assert "non diffusé : recoupé avec d’autres, ce tableau laisserait connaître" in html
    assert "Par territoire" in html
    assert "Douai" in html


@pytest.mark.parametrize(("lieu", "role"), LIEUX)
def test_sentences_quote_numbers_of_the_answer_only(depot: Depot, lieu: Lieu, role: Role) -> None:
    ctx = _contexte(depot, lieu, role)
    for m in cartes.rassembler(list(ctx.etat.catalogue.values()), ctx):
        if m.indicateur.choix not in ("unique", "multiple"):
            continue
        phrase = " ".join(resumer(m.principales[0], ctx.etat))
        parts = {
            float(x.replace(FINE, "").replace(",", "."))
            for x in re.findall(rf"([\d{FINE},]+){INSECABLE}%", phrase)
        }
        assert parts <= {x.part for x in m.principales[0].lignes if x.affichee}


def test_a_masked_value_is_a_hatched_bar_at_half_the_floor_and_holds_no_number() -> None:
    lignes = [
        Ligne("", "a", "A", "arrondi", 20, 40, 50),
        Ligne("", "b", "B", "masque", base=40),
    ]
    figure = graphiques.barres([graphiques.Trace("Ici", lignes, "#000000")])
    barre = figure["data"][0]
    assert barre["marker"]["pattern"]["shape"] == ["", "/"]
    assert barre["x"][1] == pytest.approx(100 * 2.5 / 40)
    assert "moins de 5" in barre["hovertext"][1]


def test_figures_hold_plain_json(depot: Depot) -> None:
    ctx = _contexte(depot)
    for matiere in cartes.rassembler(list(ctx.etat.catalogue.values()), ctx):
        for composant in _composants(cartes.remplir(matiere, ctx)):
            if type(composant).__name__ == "Graph":
                json.dumps(composant.figure, allow_nan=False)


def test_html_is_escaped() -> None:
    texte = balises.P(["<script>", Markup("<b>x</b>")], className='a"b')
    assert texte == '<p class="a&#34;b">&lt;script&gt;<b>x</b></p>'


def test_what_is_kept_for_one_reader_is_not_shown_to_another(depot: Depot) -> None:
    memoire: Memoire[list[Any]] = Memoire(50)
    lieu = Lieu("association", "itineraires")
    indicateur = depot.etat().catalogue["effectif"]
    departement = _contexte(depot, lieu)
    chef = _contexte(depot, lieu, Role.CHEF)
    premier = dessiner_cartes([indicateur], departement, memoire)
    second = dessiner_cartes([indicateur], chef, memoire)
    assert str(premier) != str(second)
    assert dessiner_cartes([indicateur], departement, memoire) == premier


def test_memory_forgets_the_least_recently_used() -> None:
    memoire: Memoire[int] = Memoire(2)
    memoire.garder("a", 1)
    memoire.garder("b", 2)
    assert memoire.lire("a") == 1
    memoire.garder("c", 3)
    assert memoire.lire("b") is None
    assert memoire.lire("a") == 1
