"""A slide that follows something over the school years: the page of evolution's own lines, as a
guest may see them, kept, frozen, written as files, with a way back."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from dashboard.livrables import diaporama
from dashboard.livrables.series import preparer
from dashboard.pages import evolution, explorer
from dashboard.pages.evolution import vue as page_d_evolution
from dashboard.presentations import bandes, figer, suites, tableau, variantes, vues
from dashboard.presentations.edition import adresser
from dashboard.presentations.figer import Jeu
from dashboard.presentations.vues import VueDessinee
from dashboard.serveur import creer_application
from data.refus import typographier
from queries.depot import Depot, Etat
from queries.evolutions import PERIODES
from queries.lecteur import Lecteur
from queries.presentations import (
    Diapo,
    Presentation,
    PresentationRefusee,
    Suivi,
    Variante,
    Vue,
    en_clair,
    lire_en_clair,
)
from queries.question import NORD, Lieu
from queries.reponses import STATUTS
from queries.selection import lire_requete
from tests.dashboard.atelier import Auteur, etre
from tests.dashboard.pages import HABILITE, INVITE, adresses, ecrire, lisible, regarder
from tests.dashboard.test_livrables import dessins_de, verifier_les_graphiques, vues_en_graphiques

DOUAI = "territoire=douai"
FILLES = Vue("sexe", DOUAI, Suivi(valeur="fille"))


@pytest.fixture
def auteur(base_demo: str) -> Auteur:
    """Someone of the Département, at the whole application."""
    serveur: Flask = creer_application(base_demo).server
    return etre(serveur)


def dessiner(vue: Vue, depot: Depot, lecteur: Lecteur | None = None) -> VueDessinee:
    """The chart as a guest sees it, or another reader."""
    (dessinee,) = vues.dessiner([vue], lecteur or Lecteur().pour_partage(), depot)
    assert dessinee is not None
    return dessinee


def montrer(vue: Vue, **champs: Any) -> Diapo:
    return Diapo(variantes=(Variante("", (vue,)),), **champs)


def de_tout(etat: Etat) -> Presentation:
    """Every indicator, followed at a collège, in a territoire, in several, at the Département."""
    college = f"college={sorted(etat.geographie.colleges)[0]}"
    plusieurs = "&".join(f"territoire={t}" for t in sorted(etat.geographie.territoires)[:3])
    return Presentation(
        "Au fil des années",
        tuple(
            montrer(Vue(i, requete, Suivi()), id=f"s{rang}{lieu}")
            for lieu, requete in enumerate(("", DOUAI, college, plusieurs))
            for rang, i in enumerate(etat.catalogue)
        ),
    )


@pytest.fixture(scope="module")
def jeu(depot: Depot, etat: Etat) -> Jeu:
    """Those slides as a guest sees them, made by who has exact figures."""
    return figer.figer(de_tout(etat), HABILITE, depot)


def vues_de(jeu: Jeu) -> list[VueDessinee]:
    return [v for d in jeu.diapos for v in d.variantes[0].vues]


# ---- what is drawn


def test_every_row_is_a_year_of_the_answers(depot: Depot, etat: Etat, jeu: Jeu) -> None:
    """The lines are those of the page for the same reader: no number of another policy."""
    invite = Lecteur().pour_partage()
    montrees = muettes = 0
    for dessinee in vues_de(jeu):
        assert dessinee.suivi is not None
        selection = lire_requete(dessinee.requete, etat, invite).selection
        ind = etat.catalogue[dessinee.indicateur]
        suivie = suites.suivre(ind, dessinee.suivi, selection, etat, invite, depot)
        assert dessinee.politique == "partage"
        assert {t.plancher >= 10 for d in dessinee.dessins for t in d.traces} <= {True}
        pleines = [t for d in dessinee.dessins for t in d.traces if not t.repere]
        for trace, suite in zip(pleines, suivie.choisir(), strict=True):
            points = {p.annee: p.ligne for p in suite.points}
            assert [x.libelle for x in trace.lignes] == suivie.annees
            for ligne in trace.lignes:
                la = points[ligne.libelle]
                assert (ligne.statut, ligne.effectif, ligne.base, ligne.part, ligne.valeur) == (
                    *(la.statut, la.effectif, la.base, la.part, la.valeur),
                )
                montrees += ligne.affichee
                muettes += not ligne.affichee
    assert montrees > 100 < muettes


def test_a_silent_year_is_said_and_has_no_bar(jeu: Jeu) -> None:
    muettes = 0
    for dessinee in vues_de(jeu):
        ecrit = lisible(str(bandes.dessiner(dessinee)))
        for dessin in dessinee.dessins:
            pleines = [t for t in dessin.traces if not t.repere]
            for i, ligne in enumerate(pleines[0].lignes):
                statuts = {t.lignes[i].statut for t in pleines}
                if len(statuts) > 1 or not statuts <= bandes.SILENCES.keys():
                    continue
                muettes += 1
                (rang,) = [x for x in ecrit.split("<tr") if f">{ligne.libelle}<" in x]
                assert bandes.SILENCES[ligne.statut] in rang
                assert 'class="bande' not in rang
                assert STATUTS[ligne.statut] in lisible(str(tableau.dessiner(dessinee)))
    assert muettes


def test_the_first_sentence_is_a_title_and_names_what_is_followed(jeu: Jeu) -> None:
    for dessinee in vues_de(jeu):
        titre, *suite = dessinee.phrases
        assert typographier(dessinee.titre) in titre
        assert len(titre) < 300
        assert "Un trait marque" not in " ".join((titre, *suite))


def test_the_change_of_the_forms_is_still_said(depot: Depot, etat: Etat) -> None:
    dessinee = dessiner(Vue("sexe", "", Suivi()), depot)
    annees = [int(a[:4]) for a in etat.annees]
    dit = "Attention à 2021-2022, où l’interface de saisie a changé." in dessinee.phrases
    assert dit is (min(annees) < 2021 <= max(annees))


def test_at_most_three_answers_are_followed_and_the_others_are_told(depot: Depot) -> None:
    dessinee = dessiner(Vue("demande", "", Suivi()), depot)
    assert len(dessinee.dessins[0].traces) == suites.REPONSES_SUIVIES
    assert any("autres réponses se suivent sur la page Évolution" in n for n in dessinee.notes)


def test_places_side_by_side_are_one_value_by_place(depot: Depot) -> None:
    dessinee = dessiner(Vue("sexe", f"{DOUAI}&territoire=lille", Suivi(valeur="fille")), depot)
    assert [t.nom for t in dessinee.dessins[0].traces] == ["Douai", "Lille"]
    assert dessinee.nom == "Douai et Lille"


def test_a_year_outside_the_perimeter_is_no_claim_about_it(depot: Depot, etat: Etat) -> None:
    """Of two collèges of a chef, the years without a post of theirs say nothing."""
    dessinee = dessiner(Vue("sexe", DOUAI, Suivi()), depot)
    (dessin,) = dessinee.dessins
    trace = dessin.traces[0]
    ctx = regarder(depot, f"/evolution?indicateur=sexe&{DOUAI}&valeur=fille")
    (suite,) = page_d_evolution.regarder(ctx).lignes
    ailleurs = replace(suite, points=suite.points[:1])
    incomplete = suites._tracer(ailleurs, "X", trace.couleur, list(etat.annees))
    assert len(incomplete.lignes) == len(etat.annees)
    assert set(incomplete.textes[1:]) == {suites.SANS_ANNEE}
    assert STATUTS["sans_objet"] not in " ".join(incomplete.textes)


# ---- what is kept


@pytest.mark.parametrize("periode", [*PERIODES])
def test_what_is_followed_is_kept_in_a_file(periode: str) -> None:
    la = Presentation("x", (montrer(Vue("sexe", DOUAI, Suivi(periode, "fille"))),))
    assert lire_en_clair(json.loads(json.dumps(en_clair(la)))).diapos == la.diapos


def test_a_file_of_before_is_read(depot: Depot) -> None:
    contenu = en_clair(Presentation("x", (montrer(Vue("sexe", DOUAI)),)))
    (vue,) = contenu["diapos"][0]["variantes"][0]["vues"]
    del vue["suivi"]
    assert lire_en_clair(contenu).diapos[0].variantes[0].vues == (Vue("sexe", DOUAI),)
    jeu = figer.figer(lire_en_clair(contenu), Lecteur(), depot)
    fige = figer.en_clair(jeu)
    for champ in ("suivi", "depuis"):
        del fige["diapos"][0]["variantes"][0]["vues"][0][champ]
    assert figer.lire_en_clair(fige) == jeu


@pytest.mark.parametrize(
    "suivi", ["cumul", [], 3, {"periode": "mois"}, {"periode": []}, {"valeur": 3}, {"valeur": None}]
)
def test_another_way_to_follow_is_refused_and_says_so(suivi: Any) -> None:
    contenu = en_clair(Presentation("x", (montrer(FILLES),)))
    contenu["diapos"][0]["variantes"][0]["vues"][0]["suivi"] = suivi
    with pytest.raises(PresentationRefusee, match="La diapositive 1"):
        lire_en_clair(contenu)


def test_a_value_that_does_not_exist_is_told_to_its_author_only(depot: Depot) -> None:
    vue = Vue("sexe", DOUAI, Suivi(valeur="inconnue"))
    assert any("inconnue" in a for a in dessiner(vue, depot).avis)
    jeu = figer.figer(Presentation("x", (montrer(vue),)), Lecteur(), depot)
    assert "inconnue" not in json.dumps(figer.en_clair(jeu))


def test_the_frozen_view_survives_the_store(jeu: Jeu) -> None:
    assert figer.lire_en_clair(json.loads(json.dumps(figer.en_clair(jeu)))) == jeu


# ---- elsewhere


def test_variants_are_other_places_and_no_other_year(depot: Depot, etat: Etat) -> None:
    lecteur = Lecteur()
    college = Lieu("college", sorted(etat.geographie.colleges)[0])
    diapo = montrer(
        variantes.ecrire_la_vue(
            "sexe",
            lire_requete(f"college={college.code}", etat, lecteur).selection,
            etat,
            Suivi(valeur="fille"),
        )
    )
    proposees = variantes.proposer(diapo, etat, lecteur)
    lieux = [lieu for (lieu, _), _ in proposees]
    assert NORD in lieux
    assert college not in lieux
    for _, variante in proposees:
        assert all(v.suivi == Suivi(valeur="fille") for v in variante.vues)
        assert not re.search(r"\d{4}", variante.nom)
    premiere = diapo.variantes[0]
    assert variantes.deplacer(premiere, (college, etat.annees[0]), etat, lecteur) is None


# ---- from the cards, and back


def test_the_card_of_evolution_leads_to_the_same_and_back(auteur: Auteur, depot: Depot) -> None:
    for adresse in (
        "/evolution",
        f"/evolution?{DOUAI}&indicateur=sexe&valeur=fille",
        f"/evolution?{DOUAI}&territoire=lille&indicateur=demande&valeur=loisirs",
        "/evolution?sexe=fille&indicateur=demande",
        "/evolution?indicateur=qualite_saisie&valeur=taux%3A",
    ):
        ctx = regarder(depot, adresse)
        (lien,) = [
            x
            for x in adresses(ecrire(evolution.composer(ctx)))
            if x.startswith("/presentations/ajouter")
        ]
        page = auteur.lire(lien)
        assert "ignorée" not in page
        (retour,) = [x for x in adresses(page) if x.startswith("/evolution?")]
        assert page_d_evolution.regarder(regarder(depot, retour)).lignes == (
            page_d_evolution.regarder(ctx).lignes
        )
        demande = {n: v[-1] for n, v in parse_qs(urlsplit(lien).query).items()}
        champs = re.findall(r'name="(requete|periode|valeur)" value="([^"]*)"', page)
        champs = {n: v.replace("&amp;", "&") for n, v in champs}
        reponse = auteur.ajouter(demande["indicateur"], presentation="0", titre="Suivi", **champs)
        assert reponse.status_code == 303
        la = auteur.trouver(int(urlsplit(reponse.location).path.split("/")[-1]))
        (vue,) = la.diapos[0].variantes[0].vues
        assert vue.suivi is not None
        assert adresser(vue, depot.etat())[1] in {
            x.replace("&amp;", "&") for x in adresses(auteur.lire(reponse.location))
        }


def test_three_year_cumuls_are_followed_too(auteur: Auteur, etat: Etat) -> None:
    college = sorted(etat.geographie.colleges)[0]
    page = auteur.lire(
        f"/presentations/ajouter?indicateur=effectif&college={college}&periode=cumul"
    )
    # Without any cumul in the base the period is ignored, and the author is told.
    assert ("« periode »" in page) is (not etat.cumuls)
    assert (f"de {etat.cumuls[0]} à {etat.cumuls[-1]}" in page) if etat.cumuls[1:] else True


def test_another_place_is_chosen_without_a_year(auteur: Auteur) -> None:
    la = auteur.garder(Presentation("x", (montrer(FILLES, id="filles"),)))
    assert "Ajouter un autre lieu, diapositive 1" in auteur.lire(f"/presentations/{la.numero}")
    chemin = f"/presentations/{la.numero}/diapos/filles"
    assert 'name="annee"' not in auteur.lire(chemin)
    assert auteur.envoyer(chemin, lieu="territoire:douai").status_code == 400
    assert auteur.envoyer(chemin, lieu="territoire:lille").status_code == 303
    (diapo,) = auteur.trouver(la.numero).diapos
    assert [v.vues[0].suivi for v in diapo.variantes] == [FILLES.suivi] * 2


def test_a_crossing_offers_each_of_its_questions_and_says_why(depot: Depot) -> None:
    ctx = regarder(depot, f"/explorer?{DOUAI}")
    texte = ecrire(explorer.composer(ctx))
    liens = [x for x in adresses(texte) if x.startswith("/presentations/ajouter")]
    assert len(liens) == 2
    assert all(DOUAI in x and "periode=" not in x for x in liens)
    assert "pas leur croisement" in texte
    invite = ecrire(explorer.composer(regarder(depot, "/explorer", INVITE)))
    assert "/presentations/" not in invite
    assert "pas leur croisement" not in invite


# ---- what leaves


def test_the_presenter_s_own_figures_follow_the_same(base_demo: str, depot: Depot) -> None:
    exacte = dessiner(FILLES, depot, HABILITE)
    figee = dessiner(FILLES, depot)
    assert exacte.politique == "exact"
    (une,) = vues.dessiner([Vue(figee.indicateur, figee.requete, figee.suivi)], HABILITE, depot)
    assert une == exacte


def test_slides_of_years_carry_no_protected_value(jeu: Jeu) -> None:
    """Native charts and their workbooks: the shown values of each year, nothing else."""
    du_college = replace(jeu, diapos=tuple(d for d in jeu.diapos if d.id.endswith("2")))
    octets = diaporama.ecrire(du_college, {}, "http://passerelle.exemple/p/x")
    dessins = dessins_de(vues_en_graphiques(du_college))
    assert verifier_les_graphiques(octets, "ppt", dessins) > 0


def test_files_head_the_column_of_years_as_such(depot: Depot) -> None:
    assert {g.entete for g in preparer(dessiner(FILLES, depot))} == {"Année"}
    assert {g.entete for g in preparer(dessiner(Vue("sexe", DOUAI), depot))} == {"Réponse"}
