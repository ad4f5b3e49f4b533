"""What a link gives away: every byte sent to a guest, all links pooled, and a year later.

Contract, confidentialité: the stored answers of that link only, under the policy `partage`; nothing
about another place; the same figures whatever was imported since.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dashboard.presentations import figer
from dashboard.presentations.figer import Jeu
from dashboard.serveur import creer_application
from data import journal
from queries import partages
from queries.comparaisons import alentours, referer
from queries.depot import Depot
from queries.lecteur import Lecteur, Role
from queries.lieux import lister
from queries.presentations import Diapo, Presentation, Suivi, Variante, Vue
from queries.reponses import Ligne, repondre
from queries.selection import Selection, lire
from tests.attack.octets import Noms, chercher_noms, effacer_la_verite
from tests.attack.parcours import Recu
from tests.demonstration import FICTIVE, Demonstrations

ASSOCIATIONS = ("la-boussole", "rue-des-rencontres", "tremplin-des-monts", "l-escale")


@pytest.fixture(scope="module")
def fichier(demonstrations: Demonstrations) -> str:
    """An SQLite file: three years of a fictitious département."""
    return str(demonstrations.copier(*FICTIVE))


@pytest.fixture
def servir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., FlaskClient]]:
    """Makes the whole application on an SQLite file; the store of links is the test's own."""
    monkeypatch.setenv("APPLICATION_URL", f"sqlite:///{tmp_path / 'application.sqlite'}")
    yield lambda fichier: creer_application(f"sqlite:///{fichier}").server.test_client()
    assert journal.vider()


SUIVIS = ("effectif", "sexe", "demande")
"""Indicators followed over the years in each presentation."""


def presenter(depot: Depot, requete: str) -> Presentation:
    """Every indicator there is, at one place, and some of them over the years."""
    etat = depot.etat()
    graphiques = [Vue(i, requete) for i in etat.catalogue]
    graphiques += [Vue(i, requete, Suivi()) for i in SUIVIS]
    return Presentation("Tout", tuple(Diapo(variantes=(Variante("", (v,)),)) for v in graphiques))


def ouvrir(client: FlaskClient, jeu: Jeu) -> tuple[str, Recu]:
    """The token of a new link to these slides, and what whoever holds it receives."""
    _, jeton = partages.creer("essai", jeu.titre, figer.en_clair(jeu), jeu.livraison)
    return jeton, demander(client, jeton)


def demander(client: FlaskClient, jeton: str) -> Recu:
    reponse = client.get(f"/p/{jeton}")
    assert reponse.status_code == 200
    return Recu("page", "/p/…", 200, reponse.data, tuple(reponse.headers.items()))


def lignes(jeu: Jeu) -> Iterator[tuple[str, int, Ligne]]:
    """Indicator, floor and row of everything that is drawn."""
    for diapo in jeu.diapos:
        for variante in diapo.variantes:
            for vue in variante.vues:
                for dessin in vue.dessins:
                    for trace in (t for t in dessin.traces if t.nom != "INSEE"):
                        for ligne in trace.lignes:
                            yield vue.indicateur, trace.plancher, ligne


@pytest.mark.parametrize("association", ASSOCIATIONS)
def test_un_lien_ne_nomme_aucun_autre_lieu(
    servir: Callable[..., FlaskClient], fichier: str, association: str
) -> None:
    """The collège of a chef de service, by a link: no association, no other collège, own or not."""
    depot = Depot(f"sqlite:///{fichier}")
    noms = Noms.lire(fichier)
    lecteur = Lecteur(Role.CHEF, (association,))
    client = servir(fichier)
    vus = 0
    for lieu in list(lister(depot.etat(), lecteur.pour_partage(), "college"))[:6]:
        jeu = figer.figer(presenter(depot, f"college={lieu.code}"), lecteur, depot)
        assert {d.variantes[0].vues[0].lieu for d in jeu.diapos} == {("college", lieu.code)}
        dits = " ".join((*noms.colleges[lieu.code], *noms.territoires.values()))
        interdits = {
            *(m for a in noms.associations.items() for m in (a[0], *a[1])),
            *(m for c, n in noms.colleges.items() if c != lieu.code for m in (c, n[0])),
        }
        interdits = {m for m in interdits if m not in dits}
        assert len(interdits) > 20
        _, recu = ouvrir(client, jeu)
        assert list(chercher_noms([recu], interdits)) == []
        vus += 1
    assert vus > 1


def test_ce_qui_est_hors_du_perimetre_ne_se_partage_pas(fichier: str) -> None:
    """A collège of another association is as if it did not exist, and the owner is told."""
    depot = Depot(f"sqlite:///{fichier}")
    noms = Noms.lire(fichier)
    autre = sorted(set(noms.colleges) - noms.postes["l-escale"])[0]
    lecteur = Lecteur(Role.CHEF, ("l-escale",))
    jeu = figer.dessiner(presenter(depot, f"college={autre}"), lecteur.pour_partage(), depot)
    vues = [d.variantes[0].vues[0] for d in jeu.diapos]
    assert all(v.lieu == ("departement", "nord") and v.avis for v in vues)
    assert not any(
        v["avis"] for d in figer.en_clair(jeu)["diapos"] for v in d["variantes"][0]["vues"]
    )


@pytest.mark.parametrize("requete", ["", "territoire=", "college="])
def test_aucun_octet_d_un_lien_ne_depend_d_un_vrai_nombre(
    servir: Callable[..., FlaskClient], fichier: str, tmp_path: Path, requete: str
) -> None:
    """Take every true count away: the page of a link made by an habilité does not move."""
    noms = Noms.lire(fichier)
    if requete:
        codes = noms.territoires if requete == "territoire=" else noms.colleges
        requete += sorted(codes)[0]
    vide = str(shutil.copy(fichier, tmp_path / "sans-verite.sqlite"))
    effacer_la_verite(vide)
    pages = []
    for base in (fichier, vide):
        depot = Depot(f"sqlite:///{base}")
        jeu = figer.figer(presenter(depot, requete), Lecteur(Role.HABILITE), depot)
        jeton, recu = ouvrir(servir(base), jeu)
        # Names of slides are drawn at random.
        pages.append(re.sub(rb'"[0-9a-f]{8}"', b'""', recu.corps.replace(jeton.encode(), b"")))
    assert pages[0] == pages[1]


def test_tous_les_liens_reunis_disent_ce_que_lit_un_invite(fichier: str) -> None:
    """Pooled, links hold nothing that a guest's own reading of the lattice does not: what the audit
    attacks for « a holder of all links »."""
    depot = Depot(f"sqlite:///{fichier}")
    etat = depot.etat()
    invite = Lecteur(Role.INVITE)
    vues = 0
    for lecteur in (
        Lecteur(),
        Lecteur(Role.HABILITE),
        *(Lecteur(Role.CHEF, (a,)) for a in ASSOCIATIONS),
    ):
        for type_ in ("departement", "territoire", "association", "college"):
            for lieu in lister(etat, lecteur.pour_partage(), type_):
                requete = "" if type_ == "departement" else f"{type_}={lieu.code}"
                jeu = figer.figer(presenter(depot, requete), lecteur, depot)
                selection = lire({type_: [lieu.code]}, etat, invite).selection
                if type_ == "departement":
                    selection = lire({}, etat, invite).selection
                permises = _permises(selection, depot)
                for indicateur, plancher, ligne in lignes(jeu):
                    assert plancher >= 10
                    if ligne.affichee and ligne.effectif is not None:
                        assert ligne.effectif in permises[indicateur], (lieu, indicateur, ligne)
                        vues += 1
    assert vues > 1_000


def _permises(selection: Selection, depot: Depot) -> dict[str, set[float]]:
    """Indicator → every count a guest reads of it: here, at the Département, in each territoire,
    of the whole of PS; every year for those that are followed."""
    etat = depot.etat()
    invite = Lecteur(Role.INVITE)
    permises: dict[str, set[float]] = {}
    for ind in etat.catalogue.values():
        (question,) = selection.questions(ind)
        questions = [question, *alentours(question, ind, etat, invite)]
        for reference in ("departement", "ps"):
            autre = referer(question, reference, ind, etat)
            questions += [autre[1]] if autre else []
        if ind.id in SUIVIS:
            questions += [replace(q, annee=a) for q in questions for a in etat.annees]
        permises[ind.id] = {
            x.effectif
            for r in repondre(list(dict.fromkeys(questions)), invite, depot)
            for x in r.lignes
            if x.effectif is not None
        }
    return permises


def test_rien_ne_bouge_apres_un_import(
    servir: Callable[..., FlaskClient], fichier: str, base_demo: str
) -> None:
    """The link was made before; the base it is served from now holds other youths, elsewhere."""
    depot = Depot(f"sqlite:///{fichier}")
    jeton, avant = ouvrir(servir(fichier), figer.figer(presenter(depot, ""), Lecteur(), depot))
    autre = base_demo.removeprefix("sqlite:///")
    apres = demander(servir(autre), jeton)
    assert apres.corps == avant.corps
    neuf = Depot(base_demo)
    _, nouvelle = ouvrir(servir(autre), figer.figer(presenter(neuf, ""), Lecteur(), neuf))
    assert nouvelle.corps != avant.corps
