"""Files as they are asked for and fetched: whose they are, under which policy, what goes wrong."""

from __future__ import annotations

import datetime as dt
import io
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import docx
import openpyxl
import pptx
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from dashboard.livrables import __main__ as atelier
from dashboard.livrables import fabrique, lancement, menage, pdf
from dashboard.livrables.pdf import PangoAbsent
from dashboard.presentations import figer
from dashboard.serveur import creer_application
from data import application as t
from data import journal
from data.application import maintenant, transaction
from queries import partages, presentations, travaux
from queries.depot import Depot, Etat
from queries.lecteur import Lecteur
from queries.presentations import Diapo, Presentation, Variante, Vue
from tests.commandes import SECRET_DES_ESSAIS

DEPARTEMENT = "point-de-vue:departement"
LANCER = lancement.lancer
"""The real one: the tests put another in its place."""


@pytest.fixture
def server(base_demo: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The whole server; files are made when a test says so."""
    monkeypatch.setenv("DATABASE_URL", base_demo)
    monkeypatch.setenv("SECRET_ARRONDI", SECRET_DES_ESSAIS)
    monkeypatch.setattr(lancement, "lancer", lambda: None)
    # The same as a process of its own, whose niceness would stay.
    monkeypatch.setattr("os.nice", lambda pas: 0)
    yield creer_application(base_demo).server
    journal.vider()


@pytest.fixture
def client(server: Flask) -> FlaskClient:
    return server.test_client()


@pytest.fixture
def chef(server: Flask, etat: Etat) -> FlaskClient:
    """A chef de service."""
    return regarder(server.test_client(), f"chef:{next(iter(etat.geographie.associations))}")


def regarder(client: FlaskClient, point_de_vue: str) -> FlaskClient:
    reponse = client.post("/point-de-vue", data={"point_de_vue": point_de_vue})
    assert reponse.status_code == 303
    return client


def vieillir() -> None:
    """Take every demand back, beyond a day."""
    with transaction() as conn:
        conn.execute(
            t.travaux.update().values(demande_le=maintenant() - travaux.VIE - dt.timedelta(hours=1))
        )


def compter() -> int:
    """Demands in the store, whoever may see them."""
    with transaction() as conn:
        return len(conn.execute(sa.select(t.travaux.c.id)).all())


def test_un_fichier_de_plus_d_un_jour_s_efface_au_demarrage(server: Flask, base_demo: str) -> None:
    with transaction() as conn:
        conn.execute(sa.delete(t.travaux))
    travaux.demander(DEPARTEMENT, "rapport.docx", "docx", {})
    travaux.demander(DEPARTEMENT, "rapport.pdf", "pdf", {})
    creer_application(base_demo)
    assert compter() == 2
    vieillir()
    creer_application(base_demo)
    assert compter() == 0


def test_un_fichier_de_plus_d_un_jour_s_efface_pendant_le_service(
    server: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody asks for another one; the probes of the supervision are enough."""
    client = server.test_client()
    travaux.demander(DEPARTEMENT, "rapport.docx", "docx", {})
    vieillir()
    client.get("/pret").close()
    assert compter() == 1
    heure = time.monotonic() + menage.PERIODE
    monkeypatch.setattr(menage.time, "monotonic", lambda: heure)
    client.get("/sante").close()
    assert compter() == 1
    client.get("/pret").close()
    assert compter() == 0


def test_un_menage_impossible_n_empeche_ni_de_demarrer_ni_de_servir(
    base_demo: str, monkeypatch: pytest.MonkeyPatch, server: Flask
) -> None:
    def refuser() -> int:
        raise t.MagasinIndisponible

    monkeypatch.setattr(travaux, "purger", refuser)
    assert creer_application(base_demo).server.test_client().get("/sante").status_code == 200


def jeton(client: FlaskClient) -> str:
    trouve = re.search(r'name="jeton_csrf" value="([^"]+)"', client.get("/fichiers").text)
    assert trouve is not None
    return trouve[1]


def demander(client: FlaskClient, sorte: str = "docx", requete: str = "") -> Any:
    return client.post(
        "/fichiers/rapport",
        data={"jeton_csrf": jeton(client), "sorte": sorte, "requete": requete},
    )


def fabriquer(client: FlaskClient, sorte: str = "docx", requete: str = "") -> str:
    """Ask for a report and have it made; the address of its page."""
    reponse = demander(client, sorte, requete)
    assert reponse.status_code == 303, reponse.text
    assert atelier.main() == 0
    return str(reponse.headers["Location"])


def test_un_rapport_se_demande_se_fait_et_se_prend(client: FlaskClient) -> None:
    adresse = str(demander(client).headers["Location"])
    assert client.get(f"{adresse}/etat").json == {
        "etat": "attente",
        "etape": travaux.ETAPE_D_ATTENTE,
        "fait": 0,
        "fini": False,
    }
    assert 'http-equiv="refresh"' in client.get(adresse).text
    assert client.get(f"{adresse}/fichier").status_code == 404
    assert atelier.main() == 0
    etat = client.get(f"{adresse}/etat").json
    assert etat is not None
    assert (etat["etat"], etat["fait"]) == ("pret", 100)
    page = client.get(adresse).text
    assert 'http-equiv="refresh"' not in page
    assert f'href="{adresse}/fichier"' in page
    fichier = client.get(f"{adresse}/fichier")
    assert fichier.status_code == 200
    assert fichier.data.startswith(b"PK")
    assert fichier.headers["Cache-Control"] == "no-store"
    assert "attachment" in fichier.headers["Content-Disposition"]
    assert "passerelle-rapport-" in fichier.headers["Content-Disposition"]
    assert adresse in client.get("/fichiers").text


def test_l_etape_avance_pendant_la_fabrication(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    dites: list[tuple[str, int]] = []
    monkeypatch.setattr(fabrique, "INTERVALLE", 0)
    monkeypatch.setattr(travaux, "avancer", lambda _, etape, fait: dites.append((etape, fait)))
    fabriquer(client, "pdf")
    faits = [fait for _, fait in dites]
    assert faits == sorted(faits)
    assert faits[0] < 10
    assert faits[-1] > 80
    assert any(e.startswith("Chapitre 3") for e, _ in dites)
    assert any(e.startswith("Mise en page") for e, _ in dites)


def test_le_fichier_d_un_autre_n_existe_pas(client: FlaskClient, chef: FlaskClient) -> None:
    adresse = fabriquer(client)
    for suite in ("", "/etat", "/fichier"):
        autrui = chef.get(adresse + suite)
        inconnu = chef.get("/fichiers/jamaisdemande" + suite)
        assert autrui.status_code == inconnu.status_code == 404
        assert autrui.data == inconnu.data
    assert adresse not in chef.get("/fichiers").text


def test_un_fichier_exact_n_est_rendu_qu_a_qui_voit_les_chiffres_exacts(
    server: Flask, etat: Etat
) -> None:
    college = sorted(etat.geographie.colleges)[0]
    habilite = regarder(server.test_client(), "habilite")
    adresse = fabriquer(habilite, requete=f"college={college}")
    assert "ne pas diffuser" in habilite.get(adresse).text
    prise = habilite.get(f"{adresse}/fichier")
    assert prise.status_code == 200
    assert "chiffres-exacts-ne-pas-diffuser" in prise.headers["Content-Disposition"]
    # The same service, which has not switched exact figures on.
    regarder(habilite, "departement")
    refus = habilite.get(f"{adresse}/fichier")
    assert refus.status_code == 403
    assert "demandez-le à nouveau" in refus.text


def test_les_commentaires_du_rapport_sont_ceux_du_perimetre(
    client: FlaskClient, chef: FlaskClient, etat: Etat
) -> None:
    association = next(iter(etat.geographie.associations))
    territoire, annee = next(iter(etat.geographie.territoires)), etat.annees[-1]
    with transaction() as conn:
        for perimetre in ("departement", f"chef:{association}"):
            conn.execute(
                t.commentaires.insert().values(
                    perimetre=perimetre,
                    auteur="quelqu’un",
                    lieu=f"territoire:{territoire}",
                    annee=annee,
                    section="introduction",
                    texte=f"Écrit pour {perimetre}.",
                    ecrit_le=maintenant(),
                )
            )
    for qui, dit, tu in (
        (client, "Écrit pour departement.", "Écrit pour chef"),
        (chef, f"Écrit pour chef:{association}.", "Écrit pour departement"),
    ):
        adresse = fabriquer(qui, requete=f"territoire={territoire}")
        lu = docx.Document(io.BytesIO(qui.get(f"{adresse}/fichier").data))
        textes = [p.text for p in lu.paragraphs]
        assert dit in textes
        assert not [x for x in textes if tu in x]


def test_un_chef_de_service_a_le_rapport_exact_de_son_association(
    chef: FlaskClient, etat: Etat
) -> None:
    sienne = next(iter(etat.geographie.associations))
    adresse = fabriquer(chef, requete=f"association={sienne}")
    prise = chef.get(f"{adresse}/fichier")
    assert "chiffres-exacts-ne-pas-diffuser" in prise.headers["Content-Disposition"]
    adresse = fabriquer(chef)
    prise = chef.get(f"{adresse}/fichier")
    assert "exacts" not in prise.headers["Content-Disposition"]


def test_un_lieu_hors_du_perimetre_est_refuse_comme_un_inconnu(
    chef: FlaskClient, etat: Etat
) -> None:
    sienne, autre = list(etat.geographie.associations)[:2]
    assert demander(chef, requete=f"association={sienne}").status_code == 303
    hors = demander(chef, requete=f"association={autre}")
    inconnue = demander(chef, requete="association=zzz")
    assert hors.status_code == inconnue.status_code == 400
    assert hors.text.replace(autre, "…") == inconnue.text.replace("zzz", "…")
    for lien in (f"/situations.xlsx?association={autre}", "/situations.xlsx?association=zzz"):
        assert chef.get(lien).status_code == 400


@pytest.mark.parametrize(
    ("formulaire", "statut"),
    [({"sorte": "odt"}, 400), ({"sorte": "docx", "jeton_csrf": "faux"}, 403)],
)
def test_une_demande_mal_faite_est_refusee(
    client: FlaskClient, formulaire: dict[str, str], statut: int
) -> None:
    valeurs = {"jeton_csrf": jeton(client), **formulaire}
    assert client.post("/fichiers/rapport", data=valeurs).status_code == statut
    assert travaux.lister(DEPARTEMENT) == []


def test_un_rapport_de_deux_lieux_est_refuse(client: FlaskClient, etat: Etat) -> None:
    un, deux = list(etat.geographie.territoires)[:2]
    reponse = demander(client, requete=f"territoire={un}&territoire={deux}")
    assert reponse.status_code == 400
    assert "un seul lieu" in reponse.text


def test_un_echec_est_dit_en_francais_et_sans_valeur(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def echouer(*_: object) -> None:
        raise KeyError("12 jeunes")

    monkeypatch.setattr(fabrique, "composer", echouer)
    adresse = fabriquer(client)
    page = client.get(adresse).text
    assert "n’a pas pu être fait" in page
    assert "Recommencez" in page
    sortie = capsys.readouterr().err
    assert "KeyError" in sortie
    assert "12 jeunes" not in page + sortie
    # It can be asked again from there.
    encore = client.post(f"{adresse}/encore", data={"jeton_csrf": jeton(client), "sorte": "docx"})
    assert encore.status_code == 303
    assert encore.headers["Location"] != adresse


def test_sans_pango_on_propose_le_document_word(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent() -> None:
        raise PangoAbsent

    monkeypatch.setattr(pdf, "_charger", absent)
    page = client.get(fabriquer(client, "pdf")).text
    assert "Pango" in page
    assert "Demander plutôt le document Word" in page


def test_un_serveur_tue_laisse_un_fichier_interrompu(client: FlaskClient) -> None:
    adresse = str(demander(client).headers["Location"])
    numero = adresse.rsplit("/", 1)[-1]
    # Taken by a process that gives no sign of life any more.
    assert travaux.prendre() is not None
    silence = maintenant() - travaux.SILENCE - dt.timedelta(seconds=1)
    with transaction() as conn:
        conn.execute(t.travaux.update().where(t.travaux.c.id == numero).values(vu_le=silence))
    page = client.get(adresse).text
    assert "interrompue" in page
    assert "Recommencez" in page
    assert client.get(f"{adresse}/etat").json["fini"] is True  # type: ignore[index]


def test_qui_attend_reveille_celui_qui_doit_faire(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    reveils: list[int] = []
    monkeypatch.setattr(lancement, "lancer", lambda: reveils.append(1))
    adresse = str(demander(client).headers["Location"])
    client.get(f"{adresse}/etat")
    assert len(reveils) == 2
    atelier.main()
    client.get(f"{adresse}/etat")
    assert len(reveils) == 2


def test_le_processus_a_part_fait_le_fichier(client: FlaskClient) -> None:
    adresse = str(demander(client).headers["Location"])
    assert LANCER().wait(timeout=120) == 0
    assert client.get(f"{adresse}/fichier").data.startswith(b"PK")


def test_le_journal_sait_qui_a_pris_quoi_sans_un_chiffre(client: FlaskClient) -> None:
    debut = maintenant() - dt.timedelta(seconds=1)
    adresse = fabriquer(client)
    client.get(f"{adresse}/fichier")
    assert journal.vider()
    entrees = list(journal.lire(depuis=debut, fichiers=True))
    assert any("sexe?annee=" in e.quoi for e in entrees)
    assert any(e.quoi.startswith("fichier passerelle-rapport-") for e in entrees)
    assert {e.qui for e in entrees} == {"point de vue departement"}
    assert {e.politique for e in entrees} <= {"protege", ""}


def test_le_classeur_d_un_chapitre_dit_ce_que_dit_l_api(client: FlaskClient, etat: Etat) -> None:
    territoire = next(iter(etat.geographie.territoires))
    reponse = client.get(f"/situations.xlsx?territoire={territoire}")
    assert reponse.status_code == 200
    classeur = openpyxl.load_workbook(io.BytesIO(reponse.data))
    assert classeur.sheetnames == ["Données", "À lire"]
    entetes, *lignes = classeur["Données"].iter_rows(values_only=True)
    ecrites = [dict(zip(entetes, ligne, strict=True)) for ligne in lignes]
    attendues = []
    for i in etat.catalogue.values():
        if i.chapitre == "situations":
            lues = client.get(f"/api/v1/indicateurs/{i.id}?territoire={territoire}").json
            assert lues is not None
            attendues += lues["lignes"]
    assert [{k: v if v != "" else None for k, v in x.items()} for x in attendues] == ecrites
    lecture = dict(classeur["À lire"].iter_rows(values_only=True, max_col=2))
    assert lecture["Chapitre"] == "1. Situations des collégiens"
    assert lecture["Lieu"] == etat.geographie.territoires[territoire]


def test_le_classeur_exact_le_dit_dans_son_nom(server: Flask) -> None:
    habilite = regarder(server.test_client(), "habilite")
    reponse = habilite.get("/situations.xlsx")
    assert "chiffres-exacts-ne-pas-diffuser" in reponse.headers["Content-Disposition"]
    feuille = openpyxl.load_workbook(io.BytesIO(reponse.data))["À lire"]
    assert "Chiffres exacts – ne pas diffuser." in [x.value for x in feuille["B"]]


@pytest.fixture
def creer(depot: Depot) -> Callable[[], tuple[int, int, str]]:
    """Keeps a presentation of the Département and shares it: numbers, token."""

    def faire() -> tuple[int, int, str]:
        diapo = Diapo(variantes=(Variante("", (Vue("sexe"),)),), notes="Pour moi seul.")
        la = presentations.garder(Presentation("Réunion", (diapo,)), DEPARTEMENT)
        jeu = figer.figer(la, Lecteur(), depot)
        partage, cle = partages.creer(
            DEPARTEMENT,
            la.titre,
            figer.en_clair(jeu),
            jeu.livraison,
            presentation=la.numero,
            notes={diapo.id: diapo.notes},
        )
        return la.numero, partage, cle

    return faire


def notes_et_textes(octets: bytes) -> tuple[list[str], str]:
    pages = pptx.Presentation(io.BytesIO(octets)).slides
    notes = [p.notes_slide.notes_text_frame.text for p in pages if p.has_notes_slide]
    textes = " ".join(x.text_frame.text for p in pages for x in p.shapes if x.has_text_frame)
    return notes, textes


def test_une_presentation_se_prend_avec_ses_notes_par_son_auteur_seul(
    client: FlaskClient, chef: FlaskClient, creer: Callable[[], tuple[int, int, str]]
) -> None:
    numero, partage, cle = creer()
    siennes = client.get(f"/fichiers/presentation/{numero}.pptx")
    notes, textes = notes_et_textes(siennes.data)
    assert notes == ["Pour moi seul."]
    assert "/p/" not in textes
    assert 'filename="passerelle-reunion.pptx"' in siennes.headers["Content-Disposition"]
    avec = client.post(
        f"/fichiers/partage/{partage}.pptx", data={"jeton_csrf": jeton(client), "jeton": cle}
    )
    notes, textes = notes_et_textes(avec.data)
    assert notes == ["Pour moi seul."]
    assert f"/p/{cle}" in textes
    page = client.get(f"/fichiers/partage/{partage}.html")
    assert page.headers["Content-Type"].startswith("text/html")
    assert "attachment" in page.headers["Content-Disposition"]
    for adresse in (f"presentation/{numero}.pptx", f"partage/{partage}.html"):
        assert chef.get(f"/fichiers/{adresse}").status_code == 404


def test_qui_a_le_lien_garde_ce_qu_il_montre_sans_les_notes(
    server: Flask, creer: Callable[[], tuple[int, int, str]]
) -> None:
    _, partage, cle = creer()
    invite = regarder(server.test_client(), "invite")
    notes, textes = notes_et_textes(invite.get(f"/p/{cle}/diapos.pptx").data)
    assert notes == []
    assert f"/p/{cle}" in textes
    page = invite.get(f"/p/{cle}/diapos.html")
    assert "Pour moi seul" not in page.text
    assert invite.get(f"/fichiers/partage/{partage}.pptx").status_code == 403
    partages.revoquer(partage, DEPARTEMENT)
    assert invite.get(f"/p/{cle}/diapos.html").status_code == 404
