"""What is said in meetings: who reads it, for how long, and what a link shows of it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from dashboard import prudence
from dashboard.presentations import figer
from dashboard.presentations import traces as pages
from dashboard.serveur import creer_application
from data import application, journal
from queries import partages, traces
from queries.depot import Depot, Etat
from queries.lecteur import Lecteur
from queries.partages import Partage, PartageInconnu
from queries.presentations import TEXTE, Diapo, Presentation, Variante, Vue
from queries.question import Lieu
from queries.traces import Sujet, TraceInconnue, TraceRefusee
from tests.dashboard.formulaires import choisir, envoyer, ouvrir
from tests.dashboard.pages import lisible

DOUAI = Lieu("territoire", "douai")
MOI = "point-de-vue:departement"
SEXE = Sujet("sexe", "territoire:douai", "2021-2022")


@pytest.fixture
def client(serveur_entier: Flask) -> FlaskClient:
    """A caller of the Département, the store of this test empty."""
    application.creer()
    return serveur_entier.test_client()


@pytest.fixture
def partage(client: FlaskClient, depot: Depot) -> tuple[Partage, str]:
    """A share of the Département: one chart, two side by side, words; and its token."""
    la = Presentation(
        "Groupe d’appui",
        (
            Diapo(variantes=(Variante("", (Vue("sexe", "territoire=douai"),)),), id="une"),
            Diapo(
                variantes=(
                    Variante(
                        "", (Vue("sexe", "territoire=douai"), Vue("demande", "territoire=douai"))
                    ),
                ),
                id="deux",
            ),
            Diapo(genre=TEXTE, titre="Merci", id="mots"),
        ),
    )
    jeu = figer.figer(la, Lecteur(), depot)
    numero, jeton = partages.creer(
        MOI, la.titre, figer.en_clair(jeu), jeu.livraison, perimetre="departement"
    )
    return partages.trouver(numero, MOI), jeton


def avancer(jours: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make it that much later, for what reads the clock of the traces."""
    apres = application.maintenant() + dt.timedelta(days=jours)
    monkeypatch.setattr(traces, "maintenant", lambda: apres)


def noter(client: FlaskClient, sous: Partage, texte: str, **champs: Any) -> Any:
    """Send the form under a slide."""
    donnees = {
        "partage": sous.numero,
        "diapo": "une",
        "genre": "decision",
        "texte": texte,
        **champs,
    }
    return envoyer(client, "/rapport?modifier=1", "/traces/ajouter", **donnees)


def textes(client: FlaskClient) -> list[str]:
    """What the page of traces shows, in order."""
    return re.findall(
        r'class="texte-libre"><strong>[^<]+</strong>(.*?)</p>', ouvrir(client, "/traces")
    )


def compter() -> int:
    with application.transaction() as conn:
        return int(
            conn.execute(sa.select(sa.func.count()).select_from(application.traces)).scalar()
        )


# Writing


def test_une_decision_est_gardee_sous_sa_diapositive(
    client: FlaskClient, partage: tuple[Partage, str], etat: Etat
) -> None:
    p, _ = partage
    assert noter(client, p, "Une permanence le mardi.").status_code == 303
    (trace,) = traces.lister("departement")
    assert (trace.partage, trace.diapo, trace.genre) == (p.numero, "une", "decision")
    # What it is about comes from the frozen view, not from what was sent.
    assert trace.sujet == Sujet("sexe", "territoire:douai", etat.annees[-1])
    assert (trace.dans_le_lien, trace.garder) == (False, False)
    page = ouvrir(client, "/traces")
    for morceau in ("Douai", "Ratio garçons / filles", "Décision :", "S’effacera le", "Absente du"):
        assert morceau in page


def test_d_une_diapositive_a_deux_graphiques_on_dit_lequel(
    client: FlaskClient, partage: tuple[Partage, str]
) -> None:
    p, _ = partage
    noter(client, p, "Sur la seconde.", diapo="deux", sujet="1")
    noter(client, p, "Sur les mots.", diapo="mots", genre="question")
    mots, seconde = traces.lister("departement")
    assert seconde.sujet.indicateur == "demande"
    assert (mots.sujet, mots.intitule) == (Sujet(), "Question")
    assert "Sans graphique" in ouvrir(client, "/traces")


@pytest.mark.parametrize(
    ("champs", "statut", "dit"),
    [
        ({"texte": "  "}, 409, "le texte est vide"),
        ({"texte": "m" * 2001}, 409, "2000 au plus"),
        ({"genre": "ragot"}, 409, "d’une décision ou d’une question"),
        ({"diapo": "autre"}, 404, "n’existe pas"),
        ({"partage": "999"}, 404, "n’existe pas"),
        ({"partage": "x"}, 404, "n’existe pas"),
        ({"jeton_csrf": "faux"}, 403, "n’est plus valable"),
    ],
)
def test_ce_qui_ne_va_pas_est_refuse(
    client: FlaskClient,
    partage: tuple[Partage, str],
    champs: dict[str, str],
    statut: int,
    dit: str,
) -> None:
    reponse = noter(client, partage[0], **{"texte": "Bonjour.", **champs})
    assert reponse.status_code == statut
    assert dit in lisible(reponse.get_data(as_text=True))
    assert compter() == 0


def test_on_n_ecrit_que_sous_un_partage_que_l_on_peut_presenter(
    client: FlaskClient, partage: tuple[Partage, str]
) -> None:
    p, _ = partage
    for autre in ("chef:aae", "invite"):
        choisir(client, autre)
        assert noter(client, p, "Bonjour.").status_code in (403, 404)
    assert compter() == 0
    assert traces.trouver_le_partage(p.numero, "compte:7", "departement") == p
    for perimetre in ("chef:aae", ""):
        with pytest.raises(PartageInconnu):
            traces.trouver_le_partage(p.numero, "compte:7", perimetre)
    # A share of before perimeters is its owner's alone.
    numero, _ = partages.creer(MOI, "Ancien", p.contenu, 1)
    assert traces.trouver_le_partage(numero, MOI, "departement").numero == numero
    for perimetre in ("departement", ""):
        with pytest.raises(PartageInconnu):
            traces.trouver_le_partage(numero, "compte:7", perimetre)


def test_le_formulaire_avertit_avant_que_l_on_ecrive(
    serveur_entier: Flask, partage: tuple[Partage, str]
) -> None:
    p, _ = partage
    jeu = figer.lire_en_clair(p.contenu)
    with serveur_entier.test_request_context("/"):
        un, deux, _ = (pages.ecrire_sous_la_diapo(p, d, "/traces") for d in jeu.diapos)
    assert un.index("reconnaître un enfant") < un.index("<textarea")
    assert "checked" not in re.sub(r'name="genre"[^>]+', "", un)
    assert "<select" not in un
    assert deux.count("<option") == 2


def test_ce_qui_pourrait_nommer_un_enfant_est_relu_puis_garde(
    client: FlaskClient, partage: tuple[Partage, str], capfd: pytest.CaptureFixture[str]
) -> None:
    p, _ = partage
    texte = "Le jeune Kévin, né le 12/03/2012."
    reponse = noter(client, p, texte, dans_le_lien="oui", genre="question")
    page = lisible(reponse.get_data(as_text=True))
    assert reponse.status_code == 200
    assert "« Kévin » ressemble au nom" in page
    assert "« 12/03/2012 » ressemble à une date de naissance" in page
    # Everything typed is given back.
    assert f">{texte}</textarea>" in page
    assert 'value="question" checked' in page
    assert 'name="dans_le_lien" value="oui" checked' in page
    assert compter() == 0
    assert noter(client, p, texte, confirme="oui").status_code == 303
    assert textes(client) == [texte]
    journal.vider()
    assert not [e for e in journal.lire() if "Kévin" in e.quoi]
    assert "Kévin" not in "".join(capfd.readouterr())


def test_un_script_recoit_les_memes_reponses(
    client: FlaskClient, partage: tuple[Partage, str]
) -> None:
    p, _ = partage
    page = client.get("/rapport?modifier=1").get_data(as_text=True)
    (jeton, *_) = re.findall(r'name="jeton_csrf" value="([^"]+)"', page)
    donnees = {"jeton_csrf": jeton, "partage": p.numero, "diapo": "une", "genre": "decision"}

    def envoyer_en_script(**autres: str) -> Any:
        entetes = {"Accept": "application/json"}
        return client.post("/traces/ajouter", data={**donnees, **autres}, headers=entetes)

    avant = envoyer_en_script(texte="Pour l’élève Zoé.")
    assert (avant.status_code, avant.json["a_confirmer"]) == (200, True)
    apres = envoyer_en_script(texte="Pour l’élève Zoé.", confirme="oui")
    assert apres.status_code == 200
    assert "Pour l’élève Zoé." in apres.json["html"]


@pytest.mark.parametrize(
    ("texte", "trouves"),
    [
        ("Voir l’élève Kévin demain", ["Kévin"]),
        ("la jeune Inès et M. Dupont", ["Inès", "Dupont"]),
        ("le jeune K. revient", ["K."]),
        ("Zoé B. a changé de classe", ["Zoé B."]),
        ("les initiales T.B. suffisent", ["T.B."]),
        ("né le 3 mars 2011", ["3 mars 2011"]),
        ("appeler le 06 12 34 56 78", ["06 12 34 56 78"]),
        ("écrire à zoe@exemple.fr", ["zoe@exemple.fr"]),
        ("Une permanence chaque mardi au collège, avec la CPE.", []),
        ("Les élèves. Nous revoyons les jeunes suivis à Douai en 2022-2023.", []),
        ("Au collège Anne Frank, 45 % des jeunes.", []),
    ],
)
def test_la_relecture(texte: str, trouves: list[str]) -> None:
    dits = prudence.relire(texte)
    assert [re.findall(r"« (.*?) »", d)[0] for d in dits] == trouves


# Who reads it


def garder(texte: str, perimetre: str = "departement", **autres: Any) -> int:
    """A trace about the youths of Douai, by sex, in 2021-2022."""
    valeurs: dict[str, Any] = {"sujet": SEXE, "partage": 1, "diapo": "une", **autres}
    sujet, partage, diapo = (valeurs.pop(x) for x in ("sujet", "partage", "diapo"))
    return traces.ajouter(perimetre, MOI, partage, diapo, sujet, "decision", texte, **valeurs)


def test_on_la_retrouve_sous_le_meme_graphique_l_annee_suivante(
    client: FlaskClient, partage: tuple[Partage, str], etat: Etat
) -> None:
    avant, apres = etat.annees
    garder("Dit l’an dernier.", sujet=Sujet("sexe", "territoire:lille", avant))
    garder("Dit cette année.", sujet=Sujet("sexe", "territoire:lille", apres))
    garder("Dit ailleurs.", sujet=Sujet("sexe", "territoire:douai", avant))
    garder("Dit d’autre chose.", sujet=Sujet("demande", "territoire:lille", avant))

    def lus(annee: str) -> list[str]:
        page = ouvrir(client, f"/rapport?territoire=lille&annee={annee}")
        (chapitre,) = re.findall(
            r'<section id="situations" .*?<section id="familles"', page, re.DOTALL
        )
        return re.findall(r'<span class="dit">(.*?)</span>', chapitre)

    assert lus(apres) == ["Dit cette année.", "Dit l’an dernier."]
    assert lus(avant) == ["Dit l’an dernier."]
    choisir(client, "habilite")
    assert lus(apres) == ["Dit cette année.", "Dit l’an dernier."]
    for autre in ("chef:aae", "invite"):
        choisir(client, autre)
        assert lus(apres) == []


def test_le_fragment_ne_dit_rien_quand_il_n_y_a_rien(
    serveur_entier: Flask, partage: tuple[Partage, str]
) -> None:
    garder("Dit.")
    with serveur_entier.test_request_context("/"):
        assert pages.ecrire_pour("sexe", DOUAI, "chef:aae") == ""
        assert pages.ecrire_pour("demande", DOUAI, "departement") == ""
        assert pages.ecrire_pour("sexe", DOUAI, "departement", annee="2020-2021") == ""
        dit = pages.ecrire_pour("sexe", DOUAI, "departement", annee="2022-2023")
    assert "Dit lors des réunions précédentes" in dit
    assert "2021-2022" in dit


def test_un_college_est_le_meme_en_reunion_et_chez_le_chef(
    serveur_entier: Flask, partage: tuple[Partage, str]
) -> None:
    garder("Dit au collège.", "chef:aae", sujet=Sujet("sexe", "college:x", "2021-2022"))
    with serveur_entier.test_request_context("/"):
        ici = pages.ecrire_pour("sexe", Lieu("association_college", "aae/x"), "chef:aae")
    assert "Dit au collège." in ici


def test_les_cartes_la_montrent_et_ne_la_retiennent_pas(
    client: FlaskClient, partage: tuple[Partage, str], etat: Etat
) -> None:
    def dessiner() -> str:
        corps = {
            "output": "dessinees.data",
            "outputs": {"id": "dessinees", "property": "data"},
            "inputs": [
                {"id": "visibles", "property": "data", "value": ["sexe"]},
                {"id": "adresse", "property": "search", "value": "?territoire=douai"},
                {"id": "etroit", "property": "data", "value": False},
            ],
            "changedPropIds": ["visibles.data"],
            "state": [
                {"id": "adresse", "property": "pathname", "value": "/situations"},
                {"id": "dessinees", "property": "data", "value": {}},
            ],
        }
        reponse = client.post("/_dash-update-component", json=corps)
        assert reponse.status_code == 200
        return lisible(str(reponse.json))

    assert "Dit sous la carte" not in dessiner()
    numero = garder("Dit sous la carte.", sujet=replace(SEXE, annee=etat.annees[-1]))
    assert "Dit sous la carte" in dessiner()
    traces.effacer(numero, "departement")
    assert "Dit sous la carte" not in dessiner()


def test_le_lien_ne_montre_que_ce_qui_est_coche(
    serveur_entier: Flask, partage: tuple[Partage, str]
) -> None:
    p, _ = partage
    garder("Entre nous.", partage=p.numero)
    garder("Pour tous.", partage=p.numero, dans_le_lien=True)
    garder("D’un autre lien.", partage=None, dans_le_lien=True)
    assert [x.texte for x in pages.du_lien(p)] == ["Pour tous."]
    with serveur_entier.test_request_context("/"):
        dits = pages.ecrire_du_lien(p)
    assert list(dits) == ["une"]
    assert "Pour tous." in dits["une"]
    assert "Entre nous" not in dits["une"]


# Changing, erasing


def test_on_la_modifie_et_on_la_garde_expres(
    client: FlaskClient, partage: tuple[Partage, str]
) -> None:
    numero = garder("Avant.")
    quand = traces.trouver(numero, "departement").ecrite_le
    adresse = f"/traces/{numero}/modifier"
    champs = {"genre": "question", "texte": "Après ?", "garder": "oui", "dans_le_lien": "oui"}
    assert envoyer(client, "/traces", adresse, **champs).status_code == 303
    trace = traces.trouver(numero, "departement")
    assert (trace.texte, trace.genre, trace.garder) == ("Après ?", "question", True)
    # To write again does not put off the day it goes.
    assert trace.ecrite_le == quand
    assert trace.efface_le is None
    page = ouvrir(client, "/traces")
    assert "Gardée au-delà de 12 mois." in page
    assert "Montrée dans le lien partagé." in page
    relue = envoyer(client, "/traces", adresse, genre="decision", texte="L’élève Zoé.")
    assert relue.status_code == 200
    assert f'action="{adresse}"' in relue.get_data(as_text=True)
    assert textes(client) == ["Après ?"]


def test_on_l_efface_pour_de_bon(client: FlaskClient, partage: tuple[Partage, str]) -> None:
    numero = garder("À oublier.", garder=True)
    assert envoyer(client, "/traces", f"/traces/{numero}/effacer").status_code == 303
    assert compter() == 0
    assert textes(client) == []


def test_celle_d_un_autre_perimetre_n_existe_pas(
    client: FlaskClient, partage: tuple[Partage, str]
) -> None:
    numero = garder("Chez eux.", "chef:aae")
    assert textes(client) == []
    for chemin in (f"/traces/{numero}", "/traces/999", f"/traces/{2**80}"):
        for geste in ("modifier", "effacer"):
            champs = {"genre": "decision", "texte": "Moi."}
            reponse = envoyer(client, "/rapport?modifier=1", f"{chemin}/{geste}", **champs)
            assert reponse.status_code == 404
    with pytest.raises(TraceInconnue):
        traces.trouver(numero, "departement")
    assert traces.trouver(numero, "chef:aae").texte == "Chez eux."


def test_un_invite_n_a_pas_de_traces(client: FlaskClient) -> None:
    choisir(client, "invite")
    assert "Les traces des réunions" in ouvrir(client, "/traces", 403)


# Twelve months


def test_au_bout_de_douze_mois_elle_n_est_plus_lue(
    serveur_entier: Flask, partage: tuple[Partage, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    p, _ = partage
    passee = garder("Passée.", partage=p.numero, dans_le_lien=True)
    garder("Gardée.", partage=p.numero, dans_le_lien=True, garder=True)
    avancer(364, monkeypatch)
    assert len(traces.du_lien(p.numero)) == 2
    avancer(366, monkeypatch)
    assert [x.texte for x in traces.du_lien(p.numero)] == ["Gardée."]
    assert [x.texte for x in traces.sous("departement", ["territoire:douai"])] == ["Gardée."]
    assert [x.texte for x in traces.de_la_diapo("departement", p.numero, "une")] == ["Gardée."]
    with pytest.raises(TraceInconnue):
        traces.trouver(passee, "departement")


@pytest.mark.parametrize("geste", ["demarrer", "lire", "ajouter", "modifier"])
def test_chaque_geste_efface_les_trop_vieilles(
    base_demo: str,
    client: FlaskClient,
    partage: tuple[Partage, str],
    monkeypatch: pytest.MonkeyPatch,
    geste: str,
) -> None:
    garder("Passée.")
    garder("Passée, d’un autre.", "chef:aae")
    gardee = garder("Gardée.", garder=True)
    avancer(400, monkeypatch)
    assert compter() == 3
    if geste == "demarrer":
        creer_application(base_demo)
    elif geste == "lire":
        assert textes(client) == ["Gardée."]
    elif geste == "ajouter":
        garder("Neuve.")
    else:
        traces.modifier(
            gardee, "departement", MOI, "decision", "Gardée.", dans_le_lien=False, garder=True
        )
    assert compter() == 1 + (geste == "ajouter")


def test_les_refus_sont_des_phrases() -> None:
    for texte, genre in (("", "decision"), ("m" * 2001, "decision"), ("Oui.", "autre")):
        with pytest.raises(TraceRefusee, match=r"\.$"):
            traces._verifier(genre, texte)


def test_un_numero_demesure_ne_designe_rien(partage: tuple[Partage, str]) -> None:
    with pytest.raises(TraceInconnue):
        traces.trouver(2**80, "departement")
    with pytest.raises(PartageInconnu):
        traces.trouver_le_partage(2**80, "quelqu’un", "departement")
