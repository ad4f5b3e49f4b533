"""The methods page: whole, true to the rule, and silent about what is outside the perimeter."""

from __future__ import annotations

import datetime as dt
import html
import itertools
import re
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from dashboard.contexte import Contexte
from dashboard.coquille import LIENS_DU_PIED, METHODE, pied
from dashboard.pages import methode
from dashboard.pages.methode.audit import dire_duree
from dashboard.pages.methode.protection import BASE, BASE_PUBLIEE, EXEMPLE
from dashboard.plan import trouver
from data import schema as t
from data.lexique import lire_documents, lire_glossaire
from queries.depot import Depot
from queries.lecteur import PARTAGE, PROTEGE, Lecteur, Role
from queries.reponses import STATUTS
from queries.selection import lire
from tests.rapport import ASSOCIATIONS, COLLEGES, rediger

ITINERAIRES = Lecteur(Role.CHEF, ("itineraires",))
CAPEP = Lecteur(Role.CHEF, ("capep",))
LECTEURS = (Lecteur(), Lecteur(Role.HABILITE), Lecteur(Role.INVITE), CAPEP, ITINERAIRES)


@pytest.fixture(scope="module")
def copie(base_demo: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The demonstration database, its last audit replaced by an invented one."""
    fichier = tmp_path_factory.mktemp("methode") / "base.sqlite"
    shutil.copy(base_demo.removeprefix("sqlite:///"), fichier)
    url = f"sqlite:///{fichier}"
    with t.ouvrir(url).begin() as conn:
        conn.execute(sa.delete(t.audits))
        conn.execute(
            sa.insert(t.audits).values(
                publication=2, livraison=2, date=dt.datetime(2026, 9, 12), rapport=rediger()
            )
        )
    return url


@pytest.fixture(scope="module")
def depot(copie: str) -> Depot:
    return Depot(copie)


def ecrire(depot: Depot, lecteur: Lecteur | None = None) -> str:
    """The page, as HTML: what the sections and the table of contents hold."""
    lecteur = lecteur or Lecteur()
    etat = depot.etat()
    ctx = Contexte(lire({}, etat, lecteur).selection, etat, lecteur, depot, METHODE, False)
    morceaux = [
        str(getattr(c, "data-html", ""))
        for racine in methode.composer(ctx)
        for c in (racine, *racine._traverse())
    ]
    return "\n".join(morceaux)


def lisible(page: str) -> str:
    """Its words, spaces plain."""
    texte = html.unescape(re.sub(r"<[^>]*>", " ", page))
    return re.sub(r"[\s\u00a0\u202f]+", " ", texte)


def section(page: str, ancre: str) -> str:
    """The words of one section."""
    return lisible(page.split(f'id="{ancre}"')[1].split("</section>")[0])


def test_le_sommaire_mene_a_chaque_section_et_les_titres_s_emboitent(depot: Depot) -> None:
    page = ecrire(depot)
    ancres = re.findall(r'href="#([\w-]+)"', page)
    assert ancres == re.findall(r'<section id="([\w-]+)"', page)
    assert len(ancres) == 9
    assert {ancre for ancre, _ in LIENS_DU_PIED} <= set(ancres)
    assert trouver(METHODE).titre == "Méthode"
    niveaux = [int(n) for n in re.findall(r"<h([1-6])", page)]
    assert niveaux[0] == 1
    assert niveaux.count(1) == 1
    assert all(b <= a + 1 for a, b in itertools.pairwise(niveaux))


def test_le_pied_de_chaque_page_y_mene_et_garde_la_vue(depot: Depot) -> None:
    texte = pied(depot.etat(), "?territoire=douai")
    assert f'href="{METHODE}?territoire=douai#accessibilite"' in texte
    assert "non évaluée par un tiers" in texte


def test_chaque_tableau_a_une_legende_et_des_en_tetes(depot: Depot) -> None:
    tableaux = re.findall(r"<table.*?</table>", ecrire(depot), re.DOTALL)
    assert len(tableaux) >= 6
    for tableau in tableaux:
        assert re.search(r"<caption><span>[^<]{10,}</span></caption>", tableau)
        assert all("scope=" in entete for entete in re.findall(r"<th[ >][^>]*", tableau))
        colonnes = tableau.count('scope="col"')
        for rangee in re.findall(r"<tr>(?!<th[^>]*scope=\"col\").*?</tr>", tableau, re.DOTALL):
            assert len(re.findall(r"<t[hd][ >]", rangee)) == colonnes


def test_les_definitions_que_le_contrat_demande_y_sont(depot: Depot) -> None:
    compte = section(ecrire(depot), "compte")
    for mots in (
        "Un même enfant suivi par deux associations compte deux fois",
        "Les lieux ne sont pas datés",
        "Un collège qui devient REP+ est compté comme REP+ pour toutes les années",
        "à plus de 100 %",
        "un jeune né en 2008 a 13 ans en 2021-2022",
    ):
        assert mots in compte


def test_l_exemple_invente_suit_la_regle(depot: Depot) -> None:
    assert sum(vrai for _, vrai, _ in EXEMPLE) == BASE
    for vrai, publie in (*((v, p) for _, v, p in EXEMPLE), (BASE, BASE_PUBLIEE)):
        assert publie % 5 == 0
        assert abs(publie - vrai) <= 4
        assert publie <= 5 * (BASE // 5)
    assert PROTEGE.assiette <= BASE_PUBLIEE
    protection = section(ecrire(depot), "protection")
    assert "4e 13 15 31,7 % 38 %" in protection
    assert "inventés" in protection
    assert "ULIS / UPE2A 1 moins de 5 2,4 % –" in protection


def test_les_seuils_et_les_mots_sont_ceux_des_reponses(depot: Depot) -> None:
    protection = section(ecrire(depot), "protection")
    for mot in ("refuse", "non_diffuse", "non_pose", "sans_objet"):
        assert STATUTS[mot] in protection
    assert f"atteint {PROTEGE.assiette} jeunes ({PARTAGE.assiette} pour" in protection
    assert "chiffres exacts – ne pas diffuser" in protection


def test_ce_que_la_protection_coute_est_mesure_par_niveau(depot: Depot) -> None:
    cout = section(ecrire(depot), "cout")
    assert "(2021-2022, cumul 2019-2022)" in cout
    assert "Département 231 0,2 0,5 0,9" in cout
    assert "Collèges 3 911 2,6 8,4 19,5" in cout
    assert "dans un collège, de 2,6 points" in cout.replace(" et ", ", ")
    assert "Le pire écart est de 19,5 points, dans un collège" in cout


def test_l_audit_dit_ce_qu_il_a_trouve(depot: Depot) -> None:
    audit = section(ecrire(depot), "audit")
    assert "le 12 septembre 2026, pour la livraison n° 2 (publication n° 2)" in audit
    assert "Durée : 1 min 52 s" in audit
    assert "Lecteur de tous les chiffres protégés 500 21 0" in audit
    assert "Chefs d’établissement (2 groupes) 1 000 6 0" in audit
    assert "Associations avec leurs propres fiches (3 essayées) 900 60 0" in audit
    assert "Tableaux examinés : 90, dont 5 retirés" in audit
    assert "Tableaux retirés à ce jour, toutes années : 12" in audit
    assert "0 après l’audit" in audit


def test_un_audit_qui_laisse_savoir_le_dirait(copie: str, tmp_path: Path) -> None:
    fichier = shutil.copy(copie.removeprefix("sqlite:///"), tmp_path / "base.sqlite")
    url = f"sqlite:///{fichier}"
    with t.ouvrir(url).begin() as conn:
        conn.execute(sa.update(t.audits).values(rapport=rediger(apres=2)))
    audit = section(ecrire(Depot(url)), "audit")
    assert "2 petits nombres restent connus avec certitude" in audit
    assert "0 après l’audit" not in audit


def test_un_audit_qui_n_essaie_pas_tout_le_monde_le_dit(
    depot: Depot, copie: str, tmp_path: Path
) -> None:
    aveu = "n’est donc pas garanti"
    assert aveu not in section(ecrire(depot), "audit")
    fichier = shutil.copy(copie.removeprefix("sqlite:///"), tmp_path / "base.sqlite")
    url = f"sqlite:///{fichier}"
    rapport = rediger()
    rapport["bilans"] = {"departement": rapport["bilans"]["departement"]}
    with t.ouvrir(url).begin() as conn:
        conn.execute(sa.update(t.audits).values(rapport=rapport))
    audit = section(ecrire(Depot(url)), "audit")
    assert "le chef d’établissement et l’association n’ont pas été essayés" in audit
    assert aveu in audit


def test_sans_audit_la_page_le_dit(copie: str, tmp_path: Path) -> None:
    fichier = shutil.copy(copie.removeprefix("sqlite:///"), tmp_path / "base.sqlite")
    url = f"sqlite:///{fichier}"
    t.audits.drop(t.ouvrir(url))
    page = ecrire(Depot(url))
    assert "Aucun audit n’est encore enregistré" in section(page, "audit")
    assert "Aucun audit n’est encore enregistré" in section(page, "cout")
    assert "0 après" not in section(page, "audit")


@pytest.mark.parametrize(
    "lecteur", LECTEURS, ids=lambda x: "-".join((x.role.value, *x.associations))
)
def test_la_page_ne_nomme_aucun_attaquant(depot: Depot, lecteur: Lecteur) -> None:
    page = ecrire(depot, lecteur)
    for code in (*ASSOCIATIONS, *COLLEGES, "à ne pas montrer"):
        assert code not in page


@pytest.mark.parametrize("lecteur", [CAPEP, ITINERAIRES], ids=["capep", "itineraires"])
def test_un_chef_de_service_n_y_lit_le_nom_d_aucune_autre_association(
    depot: Depot, lecteur: Lecteur
) -> None:
    texte = lisible(ecrire(depot, lecteur))
    for code, association in depot.etat().geographie.associations.items():
        if code not in lecteur.associations:
            assert not re.search(rf"(?<!\w){re.escape(association['nom'])}(?!\w)", texte)
    siennes = section(ecrire(depot, lecteur), "sources")
    assert ("Itinéraires" in siennes) is (lecteur is ITINERAIRES)
    assert "2023-2024" in siennes


def test_le_nombre_de_fiches_d_une_livraison_n_y_est_pas(depot: Depot, copie: str) -> None:
    with t.ouvrir(copie, lecture_seule=True).connect() as conn:
        comptes = [n for c in conn.scalars(sa.select(t.livraisons.c.comptes)) for n in c.values()]
    grands = {n for n in comptes if n >= 1000}
    assert grands
    livraisons = section(ecrire(depot), "livraisons")
    nombres = {int(x.replace(" ", "")) for x in re.findall(r"\d+(?: \d{3})*", livraisons)}
    assert not grands & nombres
    assert "synthétique (démonstration)" in livraisons
    for livraison in depot.etat().livraisons:
        assert f"n° {livraison.numero} " in livraisons


def test_le_glossaire_est_complet_et_dans_l_ordre(depot: Depot) -> None:
    termes = [x.terme for x in lire_glossaire()]
    for mot in (
        *("ALSES", "Prévention Spécialisée", "Territoire", "REP, REP+", "ULIS", "UPE2A", "SEGPA"),
        *("Plan pauvreté", "APSN", "Chef de service", "Groupe d’appui", "ASE", "AEMO", "AED"),
        *("PJJ", "MDPH", "CHRS", "Base de Données Commune", "Accompagnement", "Intervention"),
        "Fiche",
    ):
        assert mot in termes
    assert termes == sorted(set(termes), key=lambda x: x.casefold().translate(SANS_ACCENT))
    glossaire = section(ecrire(depot), "glossaire")
    assert all(x.definition in glossaire for x in lire_glossaire())


SANS_ACCENT = str.maketrans("éèêàçôî", "eeeacoi")


def test_les_sources_n_ont_ni_adresse_ni_chiffre_interdit(depot: Depot) -> None:
    sources = section(ecrire(depot), "sources")
    assert all(d.titre in sources for d in lire_documents())
    assert "http" not in sources
    assert "@" not in sources


@pytest.mark.parametrize(
    ("secondes", "mots"), [(48.2, "48 s"), (112.4, "1 min 52 s"), (119.8, "2 min 0 s")]
)
def test_une_duree_se_lit(secondes: float, mots: str) -> None:
    assert dire_duree(secondes).replace("\u00a0", " ") == mots
