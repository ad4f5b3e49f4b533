"""Presentations: made, changed, found by their owner alone, kept as files."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from dashboard.presentations import gestes
from dashboard.serveur import creer_application
from data import journal
from data.comptes import ADMINISTRATEUR
from queries import presentations
from queries.depot import Etat
from queries.lieux import colleges_de
from queries.presentations import (
    SIGNES_D_UN_TITRE,
    TEXTE,
    Diapo,
    Presentation,
    PresentationInconnue,
    Variante,
    Vue,
)
from tests import magasin
from tests.dashboard.atelier import Auteur, champs_de, etre


@pytest.fixture
def serveur(base_demo: str) -> Flask:
    """The whole application."""
    return creer_application(base_demo).server


def graphique(indicateur: str = "sexe", requete: str = "territoire=douai", **champs: Any) -> Diapo:
    return Diapo(variantes=(Variante("", (Vue(indicateur, requete),)),), **champs)


def trois() -> Presentation:
    return Presentation("Trois", (graphique("sexe"), graphique("age"), Diapo(TEXTE, "Fin")))


# ---- the list


def test_a_presentation_is_made_copied_put_away_and_erased(auteur: Auteur) -> None:
    assert "Aucune présentation pour l’instant" in auteur.lire("/presentations")
    reponse = auteur.envoyer("/presentations/nouvelle", titre="Réunion d'octobre")
    assert reponse.status_code == 303
    la = auteur.la_seule()
    assert reponse.location.endswith(f"/presentations/{la.numero}")
    assert "Réunion d’octobre" in auteur.lire("/presentations")

    auteur.envoyer(f"/presentations/{la.numero}/dupliquer")
    copie, _ = presentations.lister(auteur.proprietaire)
    assert copie.titre == "Réunion d'octobre (copie)"

    auteur.envoyer(f"/presentations/{copie.numero}/archiver")
    assert "(copie)" not in auteur.lire("/presentations")
    assert "(copie)" in auteur.lire("/presentations?archives=1")
    auteur.envoyer(f"/presentations/{copie.numero}/archiver", archivee="non")
    assert "(copie)" in auteur.lire("/presentations")

    assert "pour de bon" in auteur.lire(f"/presentations/{copie.numero}/effacer")
    assert auteur.trouver(copie.numero)
    auteur.envoyer(f"/presentations/{copie.numero}/effacer")
    with pytest.raises(PresentationInconnue):
        auteur.trouver(copie.numero)
    assert auteur.la_seule().numero == la.numero


CHEMINS = (
    "/presentations/{n}",
    "/presentations/{n}/apercu",
    "/presentations/{n}/effacer",
    "/presentations/{n}/fichier",
    "/presentations/{n}/diapos/{d}",
)
GESTES = (
    "/presentations/{n}",
    "/presentations/{n}/dupliquer",
    "/presentations/{n}/archiver",
    "/presentations/{n}/effacer",
    "/presentations/{n}/partager",
    "/presentations/{n}/diapos/{d}",
)


def test_another_owner_s_is_answered_as_none(serveur: Flask, auteur: Auteur) -> None:
    la = auteur.garder(trois())
    autre = etre(serveur, "chef:itineraires")
    cas = {"n": la.numero, "d": la.diapos[0].id}
    for absente in ({"n": 9999, "d": "x"}, {"n": 10**12, "d": "x"}):
        for chemin in CHEMINS:
            une = autre.client.get(chemin.format(**cas))
            aucune = autre.client.get(chemin.format(**absente))
            assert (une.status_code, une.data) == (404, aucune.data), chemin
        for chemin in GESTES:
            une = autre.envoyer(chemin.format(**cas), lieu="departement:nord")
            aucune = autre.envoyer(chemin.format(**absente), lieu="departement:nord")
            assert (une.status_code, une.data) == (404, aucune.data), chemin
    reponse = autre.ajouter("sexe", presentation=str(la.numero))
    assert reponse.status_code == 404
    assert auteur.trouver(la.numero) == la


def test_neither_a_guest_nor_an_administrator_of_accounts_comes_in(
    serveur: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    invite = serveur.test_client()
    invite.post("/point-de-vue", data={"point_de_vue": "invite"})
    for chemin in ("/presentations", "/presentations/ajouter?indicateur=sexe", "/presentations/a4"):
        assert invite.get(chemin).status_code == 403
    monkeypatch.setenv("CONNEXION", "exigee")
    magasin.ajouter("admin@nord.example", ADMINISTRATEUR)
    client = serveur.test_client()
    page = client.get("/connexion").get_data(as_text=True)
    jeton = re.findall(r'name="jeton_csrf" value="([^"]+)"', page)[0]
    reponse = client.post(
        "/connexion",
        data={
            "jeton_csrf": jeton,
            "identifiant": "admin@nord.example",
            "mot_de_passe": magasin.MOT_DE_PASSE,
        },
    )
    assert reponse.status_code == 303
    assert client.get("/presentations").status_code == 403


def test_a_form_of_another_page_is_refused(auteur: Auteur) -> None:
    la = auteur.garder(trois())
    for chemin in GESTES:
        chemin = chemin.format(n=la.numero, d=la.diapos[0].id)
        assert auteur.client.post(chemin, data={"jeton_csrf": "x"}).status_code == 403
    assert auteur.trouver(la.numero) == la


# ---- from a card


def test_a_card_leads_to_the_last_presentation_changed(auteur: Auteur, etat: Etat) -> None:
    auteur.garder(Presentation("Ancienne"))
    la = auteur.garder(Presentation("Récente"))
    page = auteur.lire("/presentations/ajouter?indicateur=sexe&territoire=douai")
    assert f'value="{la.numero}" checked' in page
    requete = re.findall(r'name="requete" value="([^"]*)"', page)[0]
    reponse = auteur.ajouter("sexe", requete, presentation=str(la.numero), geste="ajouter")
    assert reponse.status_code == 303
    (diapo,) = auteur.trouver(la.numero).diapos
    # The year is told: the slide is the same once another year is there.
    vue = Vue("sexe", f"annee={etat.annees[-1]}&territoire=douai")
    assert diapo.variantes == (Variante(f"Territoire de Douai, {etat.annees[-1]}", (vue,)),)
    suite = auteur.lire(reponse.location)
    assert "Graphique ajouté" in suite
    assert f'href="/situations?{vue.requete}#sexe"' in suite


def test_what_a_card_adds_to_is_not_overwritten(auteur: Auteur) -> None:
    la = auteur.garder(trois())
    auteur.garder(replace(la, titre="Changée ailleurs"))
    auteur.ajouter("classe", presentation=str(la.numero))
    gardee = auteur.trouver(la.numero)
    assert gardee.titre == "Changée ailleurs"
    assert [d.variantes[0].vues[0].indicateur for d in gardee.diapos if d.variantes] == [
        "sexe",
        "age",
        "classe",
    ]


def test_an_unknown_chart_or_value_is_said(auteur: Auteur) -> None:
    assert "n’existe pas" in auteur.lire("/presentations/ajouter?indicateur=rien", 404)
    assert auteur.ajouter("rien").status_code == 404
    page = auteur.lire("/presentations/ajouter?indicateur=sexe&territoire=mars")
    assert "Valeur inconnue pour « territoire » : « mars », ignorée" in page
    assert "Dans le département" in page


def test_a_full_presentation_says_so_and_loses_nothing(auteur: Auteur) -> None:
    la = auteur.garder(Presentation("Pleine", tuple(graphique() for _ in range(80))))
    reponse = auteur.ajouter("sexe", "territoire=douai", presentation=str(la.numero))
    assert reponse.status_code == 400
    page = reponse.get_data(as_text=True)
    assert "80 au plus" in page
    assert "territoire=douai" in page


def test_another_association_s_collège_does_not_exist(serveur: Flask, etat: Etat) -> None:
    """Neither to add, nor to read: the same answer as for a code that nobody has."""
    chef = etre(serveur, "chef:itineraires")
    siens = set(colleges_de(etat, ("itineraires",)))
    autre = next(c for c in etat.geographie.colleges if c not in siens)
    inconnu = "x" * len(autre)
    pages = [
        re.sub(
            r'data-diapo="\w+"',
            "",
            chef.lire(f"/presentations/ajouter?indicateur=effectif&college={c}").replace(c, "?"),
        )
        for c in (autre, inconnu)
    ]
    assert pages[0] == pages[1]
    for chemin in ("/presentations/a4?college={}", "/presentations/reunion?college={}"):
        reponses = [chef.client.get(chemin.format(c)) for c in (autre, inconnu)]
        assert reponses[0].status_code == reponses[1].status_code
        assert reponses[0].data == reponses[1].data
    envois = [chef.envoyer("/presentations/reunion", college=c) for c in (autre, inconnu)]
    assert [r.status_code for r in envois] == [404, 404]
    assert envois[0].data == envois[1].data
    nom = str(etat.geographie.colleges[autre]["nom"])
    # From a file, or kept while it was the owner's: it is not read either.
    la = chef.garder(Presentation("Ailleurs", (graphique("effectif", f"college={autre}"),)))
    for chemin in ("", "/apercu"):
        page = chef.lire(f"/presentations/{la.numero}{chemin}")
        assert "Valeur inconnue" in page
        assert nom not in page
    la = chef.garder(la.avec([graphique("effectif", "territoire=lille")]))
    envoi = chef.envoyer(
        f"/presentations/{la.numero}/diapos/{la.diapos[0].id}", lieu=f"college:{autre}", annee="?"
    )
    assert envoi.status_code == 400
    chef.envoyer(
        f"/presentations/{la.numero}",
        geste=f"variante:{la.diapos[0].id}:college:{autre}:{etat.annees[-1]}",
    )
    assert len(chef.trouver(la.numero).diapos[0].variantes) == 1


# ---- the edition


def test_what_is_typed_is_kept_whichever_button_is_pressed(auteur: Auteur) -> None:
    la = auteur.garder(trois())
    chemin = f"/presentations/{la.numero}"
    une, deux, fin = la.diapos
    champs = champs_de(auteur.lire(chemin))
    champs |= {
        "titre": "Conseil",
        f"d-{une.id}-titre": "Des filles",
        f"d-{une.id}-notes": "Dire\r\nbonjour",
        f"d-{deux.id}-forme": "tableau",
        f"d-{fin.id}-texte": "Merci",
    }
    reponse = auteur.envoyer(chemin, **champs, geste=f"monter:{fin.id}")
    assert reponse.status_code == 303
    gardee = auteur.trouver(la.numero)
    assert gardee.titre == "Conseil"
    assert [d.id for d in gardee.diapos] == [une.id, fin.id, deux.id]
    assert gardee.diapo(une.id).titre == "Des filles"
    assert gardee.diapo(une.id).notes == "Dire\nbonjour"
    assert gardee.diapo(deux.id).forme == "tableau"
    assert gardee.diapo(fin.id).texte == "Merci"
    suite = auteur.lire(reponse.location)
    # The focus follows the slide.
    assert re.search(rf'value="monter:{fin.id}"[^>]* autofocus', suite)


def test_the_title_proposed_is_the_sentence(auteur: Auteur) -> None:
    la = auteur.garder(Presentation("Une", (graphique("effectif", ""),)))
    assert 'placeholder="Dans le département' in auteur.lire(f"/presentations/{la.numero}")


def test_two_windows_that_do_not_touch_the_same_thing_are_both_kept(auteur: Auteur) -> None:
    la = auteur.garder(trois())
    chemin = f"/presentations/{la.numero}"
    une, deux, _ = la.diapos
    premiere, seconde = champs_de(auteur.lire(chemin)), champs_de(auteur.lire(chemin))
    premiere[f"d-{une.id}-notes"] = "de la première"
    seconde[f"d-{deux.id}-notes"] = "de la seconde"
    assert auteur.envoyer(chemin, **premiere, geste="enregistrer").status_code == 303
    assert auteur.envoyer(chemin, **seconde, geste="enregistrer").status_code == 303
    gardee = auteur.trouver(la.numero)
    assert gardee.diapo(une.id).notes == "de la première"
    assert gardee.diapo(deux.id).notes == "de la seconde"


def test_two_windows_that_touch_the_same_thing_lose_nothing(auteur: Auteur) -> None:
    la = auteur.garder(trois())
    chemin = f"/presentations/{la.numero}"
    une, deux, _ = la.diapos
    premiere, seconde = champs_de(auteur.lire(chemin)), champs_de(auteur.lire(chemin))
    premiere[f"d-{une.id}-titre"] = "Titre de la première"
    auteur.envoyer(chemin, **premiere, geste=f"retirer:{deux.id}")
    seconde[f"d-{une.id}-titre"] = "Titre de la seconde"
    seconde[f"d-{deux.id}-notes"] = "Notes d’une diapositive partie"
    reponse = auteur.envoyer(chemin, **seconde, geste="enregistrer")
    assert reponse.status_code == 409
    page = reponse.get_data(as_text=True)
    assert "modifiée dans une autre fenêtre" in page
    for texte in ("Titre de la première", "Titre de la seconde", "Notes d’une diapositive partie"):
        assert texte in page
    assert auteur.trouver(la.numero).diapo(une.id).titre == "Titre de la première"
    # What the page shows can be sent as it is: the author has seen both.
    assert auteur.envoyer(chemin, **champs_de(page), geste="enregistrer").status_code == 303
    assert auteur.trouver(la.numero).diapo(une.id).titre == "Titre de la seconde"


def test_too_long_a_text_comes_back(auteur: Auteur) -> None:
    la = auteur.garder(trois())
    chemin = f"/presentations/{la.numero}"
    champs = champs_de(auteur.lire(chemin))
    long = "é" * (SIGNES_D_UN_TITRE + 1)
    champs[f"d-{la.diapos[0].id}-titre"] = long
    reponse = auteur.envoyer(chemin, **champs, geste="enregistrer")
    assert reponse.status_code == 400
    page = reponse.get_data(as_text=True)
    assert "Raccourcissez-le" in page
    assert long in page
    assert auteur.trouver(la.numero) == la


def test_a_slide_taken_out_can_be_put_back_where_it_was(auteur: Auteur) -> None:
    la = auteur.garder(trois())
    chemin = f"/presentations/{la.numero}"
    deux = la.diapos[1]
    reponse = auteur.envoyer(chemin, geste=f"retirer:{deux.id}")
    assert deux not in auteur.trouver(la.numero).diapos
    page = auteur.lire(reponse.location)
    (annuler,) = re.findall(rf'value="(remettre:{deux.id}:\d)"', page)
    auteur.envoyer(chemin, geste=annuler)
    gardee = auteur.trouver(la.numero)
    assert gardee.diapos == la.diapos
    assert not gardee.retirees


def test_slides_taken_out_are_in_no_file(auteur: Auteur) -> None:
    la = auteur.garder(Presentation("Une", (Diapo(TEXTE, "Confidence"), Diapo(TEXTE, "Fin"))))
    auteur.envoyer(f"/presentations/{la.numero}", geste=f"retirer:{la.diapos[0].id}")
    assert "Confidence" not in auteur.lire(f"/presentations/{la.numero}/fichier")


def test_variants_are_proposed_added_ordered_and_taken_out(auteur: Auteur, etat: Etat) -> None:
    annee, avant = etat.annees[-1], etat.annees[-2]
    college = next(iter(etat.geographie.colleges))
    la = auteur.garder(
        Presentation("Une", (graphique("effectif", f"annee={annee}&college={college}"),))
    )
    chemin, diapo = f"/presentations/{la.numero}", la.diapos[0].id
    territoire = etat.geographie.colleges[college]["territoire"]
    page = auteur.lire(chemin)
    offertes = re.findall(rf'value="variante:{diapo}:([^"]*)"', page)
    assert f"territoire:{territoire}:{annee}" in offertes
    assert f"departement:nord:{annee}" in offertes
    assert f"college:{college}:{avant}" in offertes
    for offerte in (offertes[0], offertes[0], f"college:{college}:{avant}"):
        auteur.envoyer(chemin, geste=f"variante:{diapo}:{offerte}")
    variantes = auteur.trouver(la.numero).diapos[0].variantes
    assert [v.vues[0].requete for v in variantes] == [
        f"annee={annee}&college={college}",
        f"annee={annee}&territoire={territoire}",
        f"annee={avant}&college={college}",
    ]
    auteur.envoyer(chemin, geste=f"dabord:{diapo}:2")
    auteur.envoyer(chemin, geste=f"oter:{diapo}:1")
    restees = auteur.trouver(la.numero).diapos[0].variantes
    assert restees == (variantes[2], variantes[1])
    reponse = auteur.envoyer(f"{chemin}/diapos/{diapo}", lieu="reseau:rep", annee=annee)
    assert reponse.status_code == 303
    assert "reseau=rep" in auteur.trouver(la.numero).diapos[0].variantes[-1].vues[0].requete


ETRANGES = (
    *("", "monter", "monter:", "monter:x", "retirer:x:y:z", "remettre:x:999999999", "oter:{d}:-1"),
    *("oter:{d}:99999", "dabord:{d}:x", "variante:{d}:", "variante:{d}:a:b:c", "joindre:x:2"),
    *("separer:x", "variante:{d}:college:\x00:2022-2023", "remplacer:{d}:departement:nord:hier"),
    *("inconnu:{d}", ":::", "é" * 300),
)


def test_no_gesture_and_no_value_ever_fails(auteur: Auteur) -> None:
    la = auteur.garder(trois())
    chemin, d = f"/presentations/{la.numero}", la.diapos[0].id
    for geste in ETRANGES:
        reponse = auteur.envoyer(chemin, geste=geste.format(d=d), version="x")
        assert reponse.status_code == 303, geste
    assert auteur.trouver(la.numero).diapos == la.diapos
    for suite in ("?fait=x&ici=y", "?fait=retirer&ici=x&rang=z", "/apercu?voir=x:y"):
        auteur.lire(chemin + suite)
    auteur.lire(f"{chemin}/apercu?voir={d}:99")
    auteur.lire(f"{chemin}/diapos/x", 404)
    for choix in ("x", "-1", "9" * 30, "²"):
        assert auteur.ajouter("sexe", presentation=choix).status_code in (303, 404)
    champs = champs_de(auteur.lire(chemin)) | {"titre": "a\x00b"}
    assert auteur.envoyer(chemin, **champs, geste="enregistrer").status_code == 303
    assert auteur.trouver(la.numero).titre == "ab"


def test_two_charts_side_by_side_and_apart_again() -> None:
    la = Presentation(
        "Deux",
        (
            Diapo(
                titre="Qui",
                notes="une",
                variantes=(
                    Variante("Lille", (Vue("sexe", "territoire=lille"),)),
                    Variante("Nord", (Vue("sexe"),)),
                ),
            ),
            Diapo(
                notes="deux",
                variantes=(
                    Variante("Lille", (Vue("age", "territoire=lille"),)),
                    Variante("Nord", (Vue("age"),)),
                ),
            ),
        ),
    )
    jointe = gestes.joindre(la, la.diapos[0].id)
    (diapo,) = jointe.diapos
    assert diapo.titre == "Qui"
    assert diapo.notes == "une\ndeux"
    assert [[v.indicateur for v in x.vues] for x in diapo.variantes] == [["sexe", "age"]] * 2
    assert [x.vues[1].requete for x in diapo.variantes] == ["territoire=lille", ""]
    assert not gestes.peut_se_joindre(jointe, diapo.id)
    separee = gestes.separer(jointe, diapo.id)
    assert [d.variantes for d in separee.diapos] == [d.variantes for d in la.diapos]


def test_the_first_and_the_last_slide_stay_in_the_presentation() -> None:
    la = trois()
    assert gestes.monter(la, la.diapos[0].id) == la
    assert gestes.descendre(la, la.diapos[2].id) == la


# ---- the journal


def test_the_journal_says_what_was_looked_at_under_which_policy(serveur: Flask) -> None:
    chef = etre(serveur, "chef:itineraires")
    la = chef.garder(Presentation("Une", (graphique("effectif", "association=itineraires"),)))
    chef.lire(f"/presentations/{la.numero}/apercu")
    assert journal.vider()
    (entree,) = [e for e in journal.lire() if "itineraires" in e.quoi and "annee=" in e.quoi][:1]
    assert entree.qui == "point de vue chef:itineraires"
    assert entree.politique == "partage"
