"""A meeting prepared: a deck that has something to show, a preview that warns, one A4."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from dashboard.presentations import figer, reunion
from dashboard.presentations.marques import BIEN, PEU, RIEN, marquer
from dashboard.serveur import creer_application
from queries.depot import Depot, Etat
from queries.lecteur import Lecteur, Role
from queries.lieux import colleges_de
from queries.presentations import GRAPHIQUES, TEXTE, Diapo, Presentation, Variante, Vue
from tests.dashboard.atelier import Auteur, etre

DEPARTEMENT = Lecteur(Role.DEPARTEMENT)


@pytest.fixture
def serveur(base_demo: str) -> Flask:
    """The whole application."""
    return creer_application(base_demo).server


def test_a_deck_shows_something_on_every_slide(depot: Depot, etat: Etat) -> None:
    annee = etat.annees[-1]
    longueurs = set()
    for college in list(etat.geographie.colleges)[::4]:
        la = reunion.composer(college, annee, DEPARTEMENT, depot)
        assert la.diapos[0].genre == la.diapos[-1].genre == TEXTE
        assert str(etat.geographie.colleges[college]["nom"]) in la.diapos[0].titre
        assert la.diapos[-1].titre == "Questions et décisions"
        jeu = figer.figer(la, DEPARTEMENT, depot)
        assert len(jeu.diapos) == len(la.diapos)
        for diapo in jeu.diapos:
            for variante in diapo.variantes:
                assert marquer(variante).genre == BIEN, (college, diapo.intituler())
                assert not marquer(variante).avis
        longueurs.add(len(la.diapos))
    assert min(longueurs) > 4
    assert max(longueurs) <= 18


def test_a_deck_has_activity_then_youths_then_the_territoire(depot: Depot, etat: Etat) -> None:
    annee, avant = etat.annees[-1], etat.annees[-2]
    college = next(iter(etat.geographie.colleges))
    territoire = etat.geographie.colleges[college]["territoire"]
    la = reunion.composer(college, annee, DEPARTEMENT, depot)
    premieres = [d.variantes[0].vues[0] for d in la.diapos if d.genre == GRAPHIQUES]
    activite = [v for v in premieres if v.indicateur in reunion.ACTIVITE]
    jeunes = [v for v in premieres if v.indicateur in reunion.JEUNES]
    assert premieres == activite + jeunes
    assert all(f"college={college}" in v.requete for v in activite)
    du_territoire = [v for v in jeunes if f"territoire={territoire}" in v.requete]
    assert jeunes[-len(du_territoire) :] == du_territoire
    toutes = {v.vues[0].requete for d in la.diapos for v in d.variantes}
    assert {
        f"annee={annee}&college={college}",
        f"annee={annee}&territoire={territoire}",
        f"annee={annee}",
        f"annee={avant}&college={college}",
    } <= toutes


def test_a_chef_prepares_the_own_collèges_only(depot: Depot, etat: Etat) -> None:
    chef = Lecteur(Role.CHEF, ("itineraires",))
    annee = etat.annees[-1]
    siens = colleges_de(etat, ("itineraires",), annee)
    autre = next(c for c in etat.geographie.colleges if c not in siens)
    offerts = [c for _, groupe in reunion.grouper_les_colleges(etat, chef) for c, _ in groupe]
    assert set(siens) <= set(offerts)
    assert autre not in offerts or autre in colleges_de(etat, ("itineraires",))
    la = reunion.composer(siens[0], annee, chef, depot)
    # What is prepared is what a guest may see: nothing of it is the chef's own exact figures.
    for diapo in figer.figer(la, chef, depot).diapos:
        for variante in diapo.variantes:
            assert {v.politique for v in variante.vues} == {"partage"}
            assert not any(v.avis for v in variante.vues)
    for code, quand in ((autre, annee), ("inconnu", annee), (siens[0], "1999-2000"), ("", annee)):
        with pytest.raises(reunion.CollegeInconnu):
            reunion.composer(code, quand, chef, depot)


def test_two_requests_make_a_meeting(auteur: Auteur, etat: Etat) -> None:
    college = next(iter(etat.geographie.colleges))
    assert f'<option value="{college}"' in auteur.lire("/presentations")
    reponse = auteur.envoyer("/presentations/reunion", college=college, annee=etat.annees[-1])
    assert reponse.status_code == 303
    page = auteur.lire(reponse.location)
    assert "La réunion est prête" in page
    assert "Toutes les diapositives ont de quoi montrer" in page
    la = auteur.la_seule()
    assert page.count('class="carte vue-invitee"') == len(la.diapos)


def test_the_preview_says_what_will_show_little_and_what_would_show_more(
    auteur: Auteur, depot: Depot, etat: Etat
) -> None:
    annee = etat.annees[-1]
    college = next(iter(etat.geographie.colleges))
    territoire = etat.geographie.colleges[college]["territoire"]
    la = auteur.garder(
        Presentation(
            "Pauvre",
            (
                Diapo(variantes=(Variante("", (Vue("sexe", f"college={college}"),)),)),
                Diapo(variantes=(Variante("", (Vue("effectif"),)),)),
                Diapo(variantes=(Variante("", (Vue("disparu"),)),)),
            ),
        )
    )
    rien, bien = figer.figer(la, DEPARTEMENT, depot).diapos
    assert marquer(rien.variantes[0]).genre == RIEN
    assert marquer(bien.variantes[0]).genre == BIEN
    page = auteur.lire(f"/presentations/{la.numero}/apercu")
    assert "2 diapositives ne montreront rien." in page
    assert "Ne montrera rien : effectif trop faible pour être détaillé" in page
    assert "Ne montrera rien : cet indicateur n’existe plus" in page
    gestes = re.findall(rf'value="(remplacer:{la.diapos[0].id}:[^"]*)"', page)
    vise = f"remplacer:{la.diapos[0].id}:territoire:{territoire}:{annee}"
    assert vise in gestes or gestes == [f"remplacer:{la.diapos[0].id}:departement:nord:{annee}"]
    reponse = auteur.envoyer(f"/presentations/{la.numero}", geste=gestes[0], suite="apercu")
    assert reponse.location.startswith(f"/presentations/{la.numero}/apercu")
    assert "1 diapositive ne montrera rien." in auteur.lire(reponse.location)
    # What was there is still a variant: the author may come back to it.
    assert len(auteur.trouver(la.numero).diapos[0].variantes) == 2


def test_a_slide_that_shows_little_says_how_much(depot: Depot, etat: Etat) -> None:
    """Whichever: the count told is the count of values that can be read."""
    vus = []
    for territoire in etat.geographie.territoires:
        for ind in ("age", "classe", "hebergement", "demande", "ressources"):
            la = Presentation(
                "", (Diapo(variantes=(Variante("", (Vue(ind, f"territoire={territoire}"),)),)),)
            )
            (diapo,) = figer.figer(la, DEPARTEMENT, depot).diapos
            marque = marquer(diapo.variantes[0])
            if marque.genre == PEU:
                traces = [
                    t for d in diapo.variantes[0].vues[0].dessins for t in d.traces if not t.repere
                ]
                lignes = [x for trace in traces for x in trace.lignes]
                lues = sum(x.affichee for x in lignes)
                vus.append(marque.texte)
                assert re.findall(r"\d+", marque.texte) == [str(lues), str(len(lignes))]
    assert vus


def test_the_a4_says_where_it_comes_from_under_the_policy_of_guests(
    serveur: Flask, auteur: Auteur, etat: Etat
) -> None:
    siens = colleges_de(etat, ("itineraires",), etat.annees[-1])
    chemin = f"/presentations/a4?college={siens[0]}"
    page = auteur.lire(chemin)
    for texte in ("Source : Base de Données Commune", "arrondis au multiple de 5", "Fiche éditée"):
        assert texte in page
    assert etat.annees[-1] in page
    # The same sheet, whoever prints it.
    assert etre(serveur, "chef:itineraires").lire(chemin) == page
    assert etre(serveur, "habilite").lire(chemin) == page
    assert "ne pas diffuser" not in page


def test_an_a4_of_nowhere_is_refused(auteur: Auteur) -> None:
    for chemin in ("/presentations/a4", "/presentations/a4?college=x&annee=y"):
        auteur.lire(chemin, 404)


def test_no_true_count_of_a_small_group_is_on_the_a4s(auteur: Auteur, etat: Etat) -> None:
    """Youths are told by fives only; « moins de 10 » below the floor."""
    for college in list(etat.geographie.colleges)[::6]:
        page = auteur.lire(f"/presentations/a4?college={college}")
        for base in re.findall(r"Base : environ ([\d  ]+) jeunes", page):
            assert int(base.replace(" ", "")) % 5 == 0
            assert int(base.replace(" ", "")) >= 25
        for n in re.findall(r"nviron (\d+) jeunes accompagnés", page):
            assert int(n) % 5 == 0
            assert int(n) >= 10
