"""Links seen by their owner: opened, looked at, renewed, revoked; figures that never change."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from markupsafe import Markup

from dashboard.presentations import diapos, figer
from dashboard.serveur import creer_application
from data import application, journal
from data import schema as t
from data.application import maintenant, transaction
from queries import partages, presentations
from queries.depot import Depot, Etat
from queries.lecteur import Lecteur, Role
from queries.lieux import colleges_de
from queries.partages import JOURS_AU_PLUS, PartageInconnu
from queries.presentations import TEXTE, Diapo, Presentation, Variante, Vue
from tests.dashboard.atelier import Auteur, champs_de, etre


@pytest.fixture
def serveur(base_demo: str) -> Flask:
    """The whole application."""
    return creer_application(base_demo).server


@pytest.fixture
def la(auteur: Auteur) -> Presentation:
    """A presentation of two charts and a text, with notes."""
    return auteur.garder(
        Presentation(
            "Conseil d’automne",
            (
                Diapo(
                    notes="À taire",
                    variantes=(
                        Variante("", (Vue("effectif", ""),)),
                        Variante("Lille", (Vue("effectif", "territoire=lille"),)),
                    ),
                ),
                Diapo(variantes=(Variante("", (Vue("sexe", "territoire=lille"),)),)),
                Diapo(TEXTE, "Fin", "Merci"),
            ),
        )
    )


def ouvrir(auteur: Auteur, la: Presentation, **champs: str) -> tuple[str, str]:
    """Open a link: the page that shows it, and its path."""
    reponse = auteur.envoyer(f"/presentations/{la.numero}/partager", **champs)
    assert reponse.status_code == 200
    page = reponse.get_data(as_text=True)
    return page, re.findall(r"(/p/[\w-]{22})<", page)[0]


def test_a_link_is_shown_once_with_all_there_is_to_know(auteur: Auteur, la: Presentation) -> None:
    page, chemin = ouvrir(auteur, la, jours="7")
    assert "<svg" in page
    assert f"{chemin}?ecran=1" in page
    assert f"{chemin}/presentateur" in page
    assert "n’est montré qu’ici" in page
    (lien,) = partages.lister_les_liens(auteur.proprietaire, la.numero)
    assert dt.timedelta(days=6) < lien.expire_le - maintenant() <= dt.timedelta(days=7)
    jeton = chemin.removeprefix("/p/")
    for autre in (
        f"/presentations/{la.numero}",
        f"/presentations/partages/{lien.numero}",
        "/presentations",
    ):
        assert jeton not in auteur.lire(autre)
    with transaction() as conn:
        for ligne in conn.execute(sa.select(application.partages)):
            assert jeton not in json.dumps([str(x) for x in ligne])


def test_what_is_shared_holds_no_note(serveur: Flask, auteur: Auteur, la: Presentation) -> None:
    _, chemin = ouvrir(auteur, la)
    page = serveur.test_client().get(chemin).get_data(as_text=True)
    assert "Merci" in page
    assert "À taire" not in page
    (lien,) = partages.lister_les_liens(auteur.proprietaire)
    assert "À taire" in auteur.lire(f"/presentations/partages/{lien.numero}")


@pytest.mark.parametrize("jours", ["0", "31", "-1", "x", "9" * 40, "1,5", "²"])
def test_a_link_lasts_from_one_to_thirty_days(auteur: Auteur, la: Presentation, jours: str) -> None:
    reponse = auteur.envoyer(f"/presentations/{la.numero}/partager", jours=jours)
    assert reponse.status_code == 409
    assert f"1 à {JOURS_AU_PLUS} jours" in reponse.get_data(as_text=True)
    assert not partages.lister_les_liens(auteur.proprietaire)


def test_a_bad_duration_typed_in_the_edition_loses_nothing(
    auteur: Auteur, la: Presentation
) -> None:
    chemin = f"/presentations/{la.numero}"
    champs = champs_de(auteur.lire(chemin)) | {"titre": "Tapé", "jours": "400"}
    reponse = auteur.envoyer(chemin, **champs, geste="partager")
    assert reponse.status_code == 400
    page = reponse.get_data(as_text=True)
    assert "1 à 30 jours" in page
    assert champs_de(page)["titre"] == "Tapé"
    assert not partages.lister_les_liens(auteur.proprietaire)


def test_an_empty_presentation_is_not_shared(auteur: Auteur) -> None:
    vide = auteur.garder(Presentation("Vide"))
    assert auteur.envoyer(f"/presentations/{vide.numero}/partager").status_code == 409


def test_a_link_is_revoked_then_renewed(serveur: Flask, auteur: Auteur, la: Presentation) -> None:
    _, chemin = ouvrir(auteur, la)
    guest = serveur.test_client()
    avant = guest.get(chemin)
    assert avant.status_code == 200
    (lien,) = partages.lister_les_liens(auteur.proprietaire)
    vue = f"/presentations/partages/{lien.numero}"
    assert "Ouvert jusqu’au" in auteur.lire(vue)
    auteur.envoyer(f"{vue}/revoquer")
    assert guest.get(chemin).status_code == 404
    assert "Révoqué" in auteur.lire(vue)
    assert "Révoqué" in auteur.lire(f"/presentations/{la.numero}")
    reponse = auteur.envoyer(f"{vue}/renouveler", jours="3")
    assert reponse.status_code == 200
    nouveau = re.findall(r"(/p/[\w-]{22})<", reponse.get_data(as_text=True))[0]
    assert nouveau != chemin
    assert guest.get(chemin).status_code == 404
    # The same page, but for its own address.
    ancien, neuf = (x.rpartition("/")[2].encode() for x in (chemin, nouveau))
    assert guest.get(nouveau).data.replace(neuf, b"") == avant.data.replace(ancien, b"")


def test_the_frozen_view_stays_with_its_owner_when_the_link_is_over(
    serveur: Flask, auteur: Auteur, la: Presentation
) -> None:
    _, chemin = ouvrir(auteur, la)
    (lien,) = partages.lister_les_liens(auteur.proprietaire)
    with transaction() as conn:
        conn.execute(
            application.partages.update().values(expire_le=maintenant() - dt.timedelta(seconds=1))
        )
    assert serveur.test_client().get(chemin).status_code == 404
    page = auteur.lire(f"/presentations/partages/{lien.numero}")
    assert "Expiré le" in page
    assert "Dans le département" in page


def test_a_link_of_another_s_is_answered_as_none(
    serveur: Flask, auteur: Auteur, la: Presentation
) -> None:
    ouvrir(auteur, la)
    (lien,) = partages.lister_les_liens(auteur.proprietaire)
    autre = etre(serveur, "chef:itineraires")
    for suite in ("", "/renouveler", "/revoquer"):
        for absent in (9999, 10**12):
            chemins = [f"/presentations/partages/{n}{suite}" for n in (lien.numero, absent)]
            reponses = [autre.client.get(c) if not suite else autre.envoyer(c) for c in chemins]
            assert [r.status_code for r in reponses] == [404, 404]
            assert reponses[0].data == reponses[1].data
    assert partages.trouver(lien.numero, auteur.proprietaire).ouvert


def test_erasing_a_presentation_closes_its_links_and_keeps_nothing(
    serveur: Flask, auteur: Auteur, la: Presentation
) -> None:
    _, chemin = ouvrir(auteur, la)
    (lien,) = partages.lister_les_liens(auteur.proprietaire)
    autre = auteur.garder(Presentation("Autre", (Diapo(TEXTE, "Autre"),)))
    _, chemin_de_l_autre = ouvrir(auteur, autre)
    with transaction() as conn:
        heure = maintenant()
        conn.execute(
            application.conduites.insert().values(
                partage=lien.numero, version=1, pilote="", etat={}, modifiee_le=heure
            )
        )
        for garder in (True, False):
            conn.execute(
                application.traces.insert().values(
                    perimetre="departement",
                    auteur=auteur.proprietaire,
                    partage=lien.numero,
                    diapo="x",
                    indicateur="",
                    lieu="departement:nord",
                    annee="2022-2023",
                    genre="decision",
                    texte="Décidé",
                    garder=garder,
                    ecrite_le=heure,
                )
            )
    page = auteur.lire(f"/presentations/{la.numero}/effacer")
    assert "Son lien de partage cessera de fonctionner" in page
    assert "Une décision ou question" in page
    auteur.envoyer(f"/presentations/{la.numero}/effacer")
    assert serveur.test_client().get(chemin).status_code == 404
    assert serveur.test_client().get(chemin_de_l_autre).status_code == 200
    with pytest.raises(PartageInconnu):
        partages.trouver(lien.numero, auteur.proprietaire)
    with transaction() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(application.conduites)) == 0
        (trace,) = conn.execute(sa.select(application.traces)).all()
    assert (trace.garder, trace.partage) == (True, None)


def test_figures_are_the_same_after_an_import(
    base_demo: str, auteur: Auteur, la: Presentation, tmp_path: Path
) -> None:
    """Another base behind the same links: not a byte changes, where a new link says otherwise."""
    _, chemin = ouvrir(auteur, la)
    (lien,) = partages.lister_les_liens(auteur.proprietaire)
    copie = tmp_path / "copie.sqlite"
    shutil.copy(base_demo.removeprefix("sqlite:///"), copie)
    with sa.create_engine(f"sqlite:///{copie}").begin() as conn:
        conn.execute(t.reponses.delete().where(t.reponses.c.cle.like("%|territoire|lille|%")))
        assert conn.execute(sa.select(sa.func.count()).select_from(t.reponses)).scalar()
    autre_serveur = creer_application(f"sqlite:///{copie}").server
    avant = auteur.client.get(chemin)
    vue = auteur.lire(f"/presentations/partages/{lien.numero}")
    apres = etre(autre_serveur)
    assert apres.client.get(chemin).data == avant.data
    sans_jeton = re.compile(r'(name="jeton_csrf" value=)"[^"]*"')
    relue = apres.lire(f"/presentations/partages/{lien.numero}")
    assert sans_jeton.sub("", relue) == sans_jeton.sub("", vue)
    _, nouveau = ouvrir(apres, la)
    assert apres.client.get(nouveau).data != avant.data


def test_the_frozen_view_survives_the_store(depot: Depot, la: Presentation) -> None:
    jeu = figer.figer(la, Lecteur(), depot)
    relu = figer.lire_en_clair(json.loads(json.dumps(figer.en_clair(jeu))))
    assert json.dumps(figer.en_clair(relu)) == json.dumps(figer.en_clair(jeu))
    assert Markup("").join(diapos.ecrire(relu)) == Markup("").join(diapos.ecrire(jeu))


def test_a_chef_shares_what_a_guest_may_see_inside_the_own_perimeter(
    depot: Depot, etat: Etat
) -> None:
    chef = Lecteur(Role.CHEF, ("itineraires",))
    siens = colleges_de(etat, ("itineraires",), etat.annees[-1])
    autre = next(c for c in etat.geographie.colleges if c not in siens)
    la = Presentation(
        "",
        tuple(
            Diapo(variantes=(Variante("", (Vue("effectif", f"college={c}"),)),))
            for c in (*siens, autre)
        ),
    )
    vues = [d.variantes[0].vues[0] for d in figer.figer(la, chef, depot).diapos]
    departement = [
        d.variantes[0].vues[0] for d in figer.figer(la, Lecteur(Role.DEPARTEMENT), depot).diapos
    ]
    for vue, la_meme, college in zip(vues, departement, siens, strict=False):
        # The whole collège under `partage`, as the Département would share it.
        assert vue.politique == "partage"
        assert vue.lieu == ("college", college)
        assert (vue.grand, vue.dessins) == (la_meme.grand, la_meme.dessins)
        assert not vue.avis
    assert vues[-1].lieu == ("departement", "nord")
    assert vues[-1].avis
    assert departement[-1].lieu == ("college", autre)


def test_the_journal_says_what_became_of_links_and_no_figure(
    auteur: Auteur, la: Presentation
) -> None:
    ouvrir(auteur, la, jours="5")
    (lien,) = partages.lister_les_liens(auteur.proprietaire)
    vue = f"/presentations/partages/{lien.numero}"
    auteur.lire(vue)
    auteur.envoyer(f"{vue}/revoquer")
    auteur.envoyer(f"{vue}/renouveler")
    auteur.envoyer(f"/presentations/{la.numero}/effacer")
    assert journal.vider()
    evenements = [e.quoi for e in journal.lire() if not e.politique]
    assert sorted(evenements) == sorted(
        [
            f"lien de partage n° {lien.numero} créé : présentation n° {la.numero}, 5 jours",
            f"lien de partage n° {lien.numero} révoqué",
            f"lien de partage n° {lien.numero} renouvelé, 30 jours",
            f"présentation n° {la.numero} effacée, avec ses liens",
        ]
    )
    assert {e.politique for e in journal.lire()} <= {"", "partage"}


def test_le_journal_dit_qui_voit_une_vue_figee_et_ce_qu_elle_repond(
    auteur: Auteur, la: Presentation
) -> None:
    """By its link, from the presenter's window, found again by its owner, as a file."""
    _, chemin = ouvrir(auteur, la)
    (lien,) = partages.lister_les_liens(auteur.proprietaire)
    vue = f"/presentations/partages/{lien.numero}"
    fige = partages.trouver(lien.numero, auteur.proprietaire).contenu
    questions = figer.lire_en_clair(fige).questions
    assert questions
    gestes = {
        chemin: "présentation partagée consultée",
        f"{chemin}/presentateur": f"écran du présentateur : lien n° {lien.numero}",
        vue: f"vue figée n° {lien.numero} revue",
        f"/fichiers/partage/{lien.numero}.html": "fichier HTML d’une vue partagée",
        f"{chemin}/diapos.html": "fichier HTML d’une vue partagée",
    }
    assert journal.vider()
    vues = len(list(journal.lire()))
    for adresse, geste in gestes.items():
        auteur.lire(adresse)
        assert journal.vider()
        entrees = list(journal.lire())[vues:]
        vues += len(entrees)
        assert entrees[0].quoi.startswith(geste), adresse
        assert tuple(e.quoi for e in entrees[1:]) == questions, adresse
        assert {(e.politique, e.fichier) for e in entrees} == {("partage", ".html" in adresse)}


def test_a_chart_is_shared_at_once_from_its_card(serveur: Flask, auteur: Auteur) -> None:
    reponse = auteur.ajouter("effectif", "territoire=lille", geste="partager")
    assert reponse.status_code == 200
    chemin = re.findall(r"(/p/[\w-]{22})<", reponse.get_data(as_text=True))[0]
    page = serveur.test_client().get(chemin).get_data(as_text=True)
    assert "Sur le territoire de Lille" in page
    assert "Source" in page
    (une,) = presentations.lister(auteur.proprietaire)
    assert une.titre.startswith("Nombre de jeunes accompagnés – Lille")
