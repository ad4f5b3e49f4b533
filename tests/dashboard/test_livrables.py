"""Files to keep: what each holds, and that nothing protected is in any of them."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import docx
import openpyxl
import pptx
import pytest
from flask import Flask
from lxml import etree
from pptx.enum.shapes import MSO_SHAPE_TYPE

from dashboard.livrables import diaporama, document, noms, page_seule, pdf, rapport_html
from dashboard.livrables.mots import TUS
from dashboard.presentations import figer
from dashboard.presentations.figer import Jeu
from dashboard.presentations.vues import Dessin, VueDessinee
from dashboard.rapport.composition import Rapport, composer
from dashboard.serveur import creer_application
from data.journal import vider
from queries.depot import Depot, Etat
from queries.lecteur import Lecteur, Role
from queries.presentations import TEXTE, Diapo, Presentation, Variante, Vue
from queries.question import NORD, Lieu

LIEN = "https://passerelle.example/p/abcdefghijklmnopqrstuv"
COMMENTAIRE = "Une année de <b>reprise</b> & d’ouverture."
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
HABILITE = Lecteur(Role.HABILITE)


@pytest.fixture(scope="module")
def petit(etat: Etat) -> Lieu:
    """A place of few youths: a collège of the demonstration."""
    return Lieu("college", sorted(etat.geographie.colleges)[0])


@pytest.fixture(scope="module")
def presentation(etat: Etat, petit: Lieu) -> Presentation:
    """Every indicator, of the département, of a territoire, of a collège; words; two charts."""
    territoire = next(iter(etat.geographie.territoires))
    requetes = ("", f"territoire={territoire}", f"college={petit.code}")
    diapos = [
        Diapo(variantes=(Variante("", (Vue(i, requete),)),), id=f"d{rang}{lieu}")
        for lieu, requete in enumerate(requetes)
        for rang, i in enumerate(etat.catalogue)
    ]
    deux = Diapo(variantes=(Variante("", (Vue("sexe"), Vue("age"))),), notes="À dire.", id="deux")
    formes = Diapo(
        variantes=tuple(Variante("", (Vue("sexe", r),)) for r in requetes), forme="tableau"
    )
    mots = Diapo(TEXTE, "Ordre du jour", "Accueil\nQuestions")
    return Presentation("Groupe d'appui", (mots, deux, formes, *diapos))


@pytest.fixture(scope="module")
def jeu(presentation: Presentation, depot: Depot) -> Jeu:
    return figer.figer(presentation, Lecteur(), depot)


@pytest.fixture(scope="module")
def diapos(jeu: Jeu) -> bytes:
    return diaporama.ecrire(jeu, {"deux": "À dire."}, LIEN)


@pytest.fixture(scope="module", params=["departement", "college", "exact"])
def rapport(request: pytest.FixtureRequest, depot: Depot, etat: Etat, petit: Lieu) -> Rapport:
    lecteur = HABILITE if request.param == "exact" else Lecteur()
    lieu = NORD if request.param == "departement" else petit
    dits = {"introduction": COMMENTAIRE, "effectifs": "Deux postes ont ouvert."}
    return composer(lieu, etat.annees[-1], lecteur, depot, dits)


@pytest.fixture
def serveur(base_demo: str) -> Iterator[Flask]:
    yield creer_application(base_demo).server
    vider()


def dessins_de(vues: list[VueDessinee]) -> list[Dessin]:
    """Charts that have a bar, in order."""
    return [
        d
        for v in vues
        for d in v.dessins
        if any(x.affichee for trace in d.traces for x in trace.lignes)
    ]


def vues_en_graphiques(jeu: Jeu) -> list[VueDessinee]:
    return [v for d in jeu.diapos if d.forme == "graphique" for x in d.variantes for v in x.vues]


def verifier_les_graphiques(octets: bytes, dossier: str, dessins: list[Dessin]) -> int:
    """Every chart part holds the shown values of its chart and no other, in its XML and in its
    workbook. Returns how many values were hidden."""
    caches = 0
    with zipfile.ZipFile(io.BytesIO(octets)) as paquet:
        noms_ = [n for n in paquet.namelist() if re.fullmatch(rf"{dossier}/charts/chart.*\.xml", n)]
        noms_.sort(key=lambda n: int(re.findall(r"\d+", n)[-1]))
        assert len(noms_) == len(dessins) > 0
        for nom, dessin in zip(noms_, dessins, strict=True):
            racine = etree.fromstring(paquet.read(nom))
            liens = etree.fromstring(paquet.read(nom.replace("charts/", "charts/_rels/") + ".rels"))
            (cible,) = [x.get("Target") for x in liens]
            chemin = f"{dossier}/{cible.removeprefix('../')}".replace(f"{dossier}//", "")
            classeur = openpyxl.load_workbook(io.BytesIO(paquet.read(chemin.lstrip("/"))))
            (feuille,) = classeur.worksheets
            assert feuille.sheet_state == "visible"
            for j, (trace, serie) in enumerate(
                zip(dessin.traces, racine.iter(f"{C}ser"), strict=True), start=2
            ):
                attendues = {
                    i: x.part
                    if x.part is not None
                    else x.valeur
                    if x.valeur is not None
                    else x.effectif
                    for i, x in enumerate(trace.lignes)
                    if x.affichee
                }
                caches += len(trace.lignes) - len(attendues)
                points = serie.find(f"{C}val").iter(f"{C}pt")
                ecrites = {int(p.get("idx")): float(p.find(f"{C}v").text) for p in points}
                assert ecrites == attendues
                for i in range(len(trace.lignes)):
                    case = feuille.cell(i + 2, j)
                    assert case.value == attendues.get(i)
                    assert case.data_type in ("n", "s")
            dits = " ".join(x.text for x in racine.iter(f"{C}v") if "moins" in x.text)
            for x in dessin.traces[0].lignes:
                if x.statut == "masque" and not x.note:
                    assert "moins\u00a0de\u00a0" in dits
    return caches


def test_les_diapositives_ne_portent_aucune_valeur_protegee(diapos: bytes, jeu: Jeu) -> None:
    dessins = dessins_de(vues_en_graphiques(jeu))
    assert verifier_les_graphiques(diapos, "ppt", dessins) > 50


def test_une_valeur_sensible_est_dite_sous_son_propre_seuil(jeu: Jeu, etat: Etat) -> None:
    dits = {
        (etat.catalogue[v.indicateur].sensible(x.modalite), trace.etiqueter(i))
        for v in vues_en_graphiques(jeu)
        for d in v.dessins
        for trace in d.traces
        for i, x in enumerate(trace.lignes)
        if x.statut == "masque" and not x.note
    }
    assert dits == {(False, "<\u00a010"), (True, "<\u00a015")}


def test_les_diapositives_se_rouvrent_avec_titres_langue_et_textes_de_remplacement(
    diapos: bytes, jeu: Jeu
) -> None:
    rouverte = pptx.Presentation(io.BytesIO(diapos))
    assert rouverte.slide_width / rouverte.slide_height == pytest.approx(16 / 9, rel=0.001)
    pages = list(rouverte.slides)
    titres = [p.shapes.title.text_frame.text for p in pages]
    faces = [d.intituler(i) for d in jeu.diapos for i in range(max(1, len(d.variantes)))]
    assert titres == ["Groupe d’appui", *faces, diaporama.RETOUR]
    for page in pages:
        for forme in page.shapes:
            if forme.has_chart or forme.has_table or forme.shape_type == MSO_SHAPE_TYPE.PICTURE:
                assert len(forme._element.xpath(".//p:cNvPr")[0].get("descr")) > 20
            # Inside the slide.
            assert forme.left >= 0
            assert forme.left + forme.width <= rouverte.slide_width
            assert forme.top + forme.height <= rouverte.slide_height
        for passage in page._element.iter(f"{A}r"):
            assert passage.find(f"{A}rPr").get("lang") == "fr-FR"
    notes = [p.notes_slide.notes_text_frame.text for p in pages if p.has_notes_slide]
    assert notes == ["À dire."]
    derniere = " ".join(x.text_frame.text for x in pages[-1].shapes if x.has_text_frame)
    assert LIEN in derniere
    pied = " ".join(x.text_frame.text for x in pages[2].shapes if x.has_text_frame)
    assert "Source\u00a0:" in pied
    assert f"Données figées au {jeu.fige_le}" in pied
    assert "Données de démonstration" in " ".join(
        x.text_frame.text for x in pages[0].shapes if x.has_text_frame
    )


def test_des_diapositives_exactes_le_disent_sur_chaque_page_et_dans_leur_nom(
    presentation: Presentation, depot: Depot, petit: Lieu
) -> None:
    vue = Vue("sexe", f"college={petit.code}")
    seule = presentation.avec([Diapo(variantes=(Variante("", (vue,)),)), presentation.diapos[0]])
    exact = figer.dessiner(seule, HABILITE, depot)
    for page in pptx.Presentation(io.BytesIO(diaporama.ecrire(exact))).slides:
        textes = " ".join(x.text_frame.text for x in page.shapes if x.has_text_frame)
        assert "Chiffres exacts – ne pas diffuser" in textes
    nom = noms.nommer_la_presentation("É" * 300, ["exact"], "pptx")
    assert "chiffres-exacts-ne-pas-diffuser" in nom
    assert nom.endswith(".pptx")
    assert "exact" not in noms.nommer_la_presentation("Été", ["partage"], "pptx")


def test_une_etiquette_qui_ressemble_a_une_formule_reste_un_texte(jeu: Jeu) -> None:
    from dataclasses import replace

    diapo = next(d for d in jeu.diapos if d.variantes and d.variantes[0].vues[0].dessins)
    vue = diapo.variantes[0].vues[0]
    traces = tuple(
        replace(t, nom="=1+1", lignes=tuple(replace(x, libelle="=2+2") for x in t.lignes))
        for t in vue.dessins[0].traces
    )
    piegee = replace(vue, dessins=(Dessin("", traces),))
    face = replace(diapo.variantes[0], vues=(piegee,))
    octets = diaporama.ecrire(replace(jeu, diapos=(replace(diapo, variantes=(face,)),)))
    with zipfile.ZipFile(io.BytesIO(octets)) as paquet:
        (classeur,) = [n for n in paquet.namelist() if n.endswith(".xlsx")]
        feuille = openpyxl.load_workbook(io.BytesIO(paquet.read(classeur))).active
    assert feuille is not None
    assert {case.data_type for rang in feuille.iter_rows() for case in rang} <= {"s", "n"}
    assert feuille.cell(1, 2).value == "'=1+1"


def test_le_document_a_ses_titres_ses_graphiques_et_aucune_valeur_protegee(
    rapport: Rapport,
) -> None:
    octets = document.ecrire(rapport)
    vues = [v for c in rapport.chapitres for v in c.vues]
    verifier_les_graphiques(octets, "word", dessins_de(vues))
    lu = docx.Document(io.BytesIO(octets))
    niveaux = [
        (int(p.style.name[-1]), p.text) for p in lu.paragraphs if p.style.name.startswith("Heading")
    ]
    assert niveaux[0] == (1, "Introduction")
    assert all(b <= a + 1 for (a, _), (b, _) in pairwise(niveaux))
    assert [t for n, t in niveaux if n == 1][1:-1] == [
        f"{c.numero}. {c.titre}" for c in rapport.chapitres
    ]
    textes = [p.text for p in lu.paragraphs]
    assert COMMENTAIRE in textes
    for vue in vues:
        assert any(vue.phrases[0] in t for t in textes)
    entetes = [t for t in lu.tables if t.rows[0]._tr.find(f".//{W}tblHeader") is not None]
    assert len(entetes) == len(lu.tables) == sum(len(v.dessins) for v in vues)
    racine = lu.element
    assert all(
        len(x.get("descr")) > 20
        for x in racine.iter(
            "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
        )
    )
    assert 'w:lang w:val="fr-FR"' in lu.styles.element.xml
    liens = {x.get(f"{W}anchor") for x in racine.iter(f"{W}hyperlink")}
    assert liens == {x.get(f"{W}name") for x in racine.iter(f"{W}bookmarkStart")}
    assert "TOC" in "".join(x.text for x in racine.iter(f"{W}instrText"))
    tete = lu.sections[0].header.paragraphs[0].text
    assert ("Chiffres exacts – ne pas diffuser" in tete) is (rapport.politique == "exact")
    pied = lu.sections[0].footer.paragraphs[0].text
    assert "Source\u00a0: Base de Données Commune" in pied
    assert ("nombres arrondis au multiple de 5" in pied) is (rapport.politique != "exact")


def lire_le_pdf(octets: bytes) -> str:
    """The objects of a PDF, decompressed, as text."""
    morceaux = [octets]
    for brut in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", octets, re.DOTALL):
        try:
            morceaux.append(zlib.decompress(brut))
        except zlib.error:
            continue
    return b"\n".join(morceaux).decode("latin-1")


def test_le_pdf_est_balise_en_francais_et_a_son_titre(rapport: Rapport) -> None:
    octets = pdf.ecrire(rapport)
    assert octets.startswith(b"%PDF-1.7")
    lu = lire_le_pdf(octets)
    assert "/MarkInfo" in lu
    assert re.search(r"/Marked true", lu)
    assert "/StructTreeRoot" in lu
    assert re.search(r"/Lang \(fr\)", lu)
    assert "pdfuaid:part>1" in lu or 'pdfuaid:part="1"' in lu
    assert "/Outlines" in lu
    assert "/DisplayDocTitle true" in lu
    assert "/ToUnicode" in lu
    # Each figure is tied to the headings of its row and of its column.
    assert re.search(r"/S /TD\b[^>]*/Headers \[\(", lu)
    for balise in ("H1", "H2", "H3", "Table", "TH", "TD"):
        assert re.search(rf"/S /{balise}\b", lu), balise
    titre = f"{rapport.titre} – {rapport.annee}"
    assert titre.encode("utf-16-be").hex() in lu.lower() or titre in lu.encode("latin-1").decode(
        "utf-8", "replace"
    )


def test_le_pdf_ne_charge_rien_d_autre_que_ses_polices() -> None:
    weasyprint: Any = pdf._charger()
    chercheur = pdf._chercheur(weasyprint)
    for adresse in (
        "https://exemple.fr/a.png",
        "file:///etc/passwd",
        "data:text/plain,a",
        "passerelle-police:../../app.py",
        "passerelle-police:absente.woff2",
    ):
        with pytest.raises(ValueError, match="refusée"):
            chercheur.fetch(adresse)


def test_ce_que_l_on_imprime_dit_tout_et_n_ordonne_rien(rapport: Rapport) -> None:
    texte = pdf.composer(rapport)
    assert "&lt;b&gt;reprise&lt;/b&gt;" in texte
    assert "<script" not in texte
    assert not re.findall(r"(?:src|href)=\"(?!#)", texte)
    ids = re.findall(r' id="([^"]+)"', texte)
    assert len(ids) == len(set(ids))
    for chapitre in rapport.chapitres:
        assert f"chapitre-{chapitre.code}" in ids
        assert {v.indicateur for v in chapitre.vues} <= set(ids)
    assert {x.removeprefix("#") for x in re.findall(r'href="(#[^"]+)"', texte)} <= set(ids)
    assert ("Chiffres exacts – ne pas diffuser" in texte) is (rapport.politique == "exact")
    niveaux = [int(n) for n in re.findall(r"<h(\d)", texte)]
    assert niveaux[0] == 1
    assert all(b <= a + 1 for a, b in pairwise(niveaux))
    assert (TUS in rapport_html.ecrire(rapport)) is any(c.tues for c in rapport.chapitres)


def test_la_page_seule_ne_demande_rien_a_personne(serveur: Flask, jeu: Jeu) -> None:
    with serveur.test_request_context("/"):
        texte = page_seule.ecrire(jeu, LIEN).decode()
    politique = re.search(r'Content-Security-Policy" content="([^"]+)"', texte)
    assert politique is not None
    assert "default-src &#39;none&#39;" in politique[1]
    assert "script-src &#39;sha256-" in politique[1]
    assert "connect-src" not in politique[1]
    adresses = re.findall(r'(?:src|href|url\()=?"([^"]+)"', texte)
    assert {a for a in adresses if not a.startswith(("#", "data:"))} == {LIEN}
    assert "À dire." not in texte
    assert texte.count("data-diapo=") == len(jeu.diapos)
