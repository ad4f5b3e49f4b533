"""What each role of PostgreSQL may do: the server itself refuses the rest."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from data import application, journal
from data import schema as t
from data.__main__ import main
from data.retrait import RetraitImpossible, retirer
from data.roles import LISIBLES, Compte, RolesImpossibles, accorder
from queries.depot import REGLAGE_DES_DROITS, Depot
from queries.lecteur import Lecteur, Role
from queries.question import NORD, Lieu, Question
from queries.reponses import Reponse, repondre
from tests import magasin
from tests.postgresql import ordonner
from tests.queries.livraisons import charger
from tests.queries.protection import SECRET
from tests.queries.recueil import Recueil

WEB, IMPORT = Compte("essai_web", "mot de passe 1"), Compte("essai_import", "mot’de'passe 2")
A, B = Lieu("association", "association-a"), Lieu("association", "association-b")
CHEF_A, CHEF_B = Lecteur(Role.CHEF, (A.code,)), Lecteur(Role.CHEF, (B.code,))
HABILITE, DEPARTEMENT = Lecteur(Role.HABILITE), Lecteur()


@dataclass(frozen=True)
class Base:
    """One base under its three accounts."""

    proprietaire: str
    web: str
    importation: str


def recueil() -> Recueil:
    r = Recueil()
    for nom in r.jeunes(23):
        r.acte(nom, "2021-10-04")
    for i in range(17):
        r.usager(f"b{i}", association="B")
        r.situation(f"b{i}", "2021-09-10", association="B", college="c2", classe="5e")
        r.acte(f"b{i}", association="B")
    return r


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_ARRONDI", SECRET.decode())


@pytest.fixture(scope="module")
def base(url_postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Base]:
    """A base with two associations in it, loaded by the role of the import."""
    ordonner(url_postgresql, "CREATE DATABASE essai_des_roles")
    url = sa.make_url(url_postgresql).set(database="essai_des_roles")

    def sous(compte: Compte) -> str:
        adresse = url.set(username=compte.nom, password=compte.mot_de_passe)
        return adresse.render_as_string(hide_password=False)

    adresses = Base(url.render_as_string(hide_password=False), sous(WEB), sous(IMPORT))
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("SECRET_ARRONDI", SECRET.decode())
        monkeypatch.setenv("DATABASE_URL", adresses.proprietaire)
        engine = t.ouvrir()
        accorder(engine, WEB, IMPORT)
        engine.dispose()
        ecrivain = t.ouvrir(adresses.importation)
        charger(ecrivain, [recueil().tableaux()], tmp_path_factory.mktemp("livraison"))
        ecrivain.dispose()
    try:
        yield adresses
    finally:
        ordonner(url_postgresql, "DROP DATABASE essai_des_roles WITH (FORCE)")
        for compte in (WEB, IMPORT):
            ordonner(url_postgresql, f"DROP ROLE {compte.nom}")


@pytest.fixture
def web(base: Base) -> Iterator[Engine]:
    engine = t.ouvrir(base.web)
    yield engine
    engine.dispose()


@pytest.fixture
def depot(base: Base) -> Iterator[Depot]:
    depot = Depot(base.web)
    yield depot
    depot._engine.dispose()


def demander(depot: Depot, lecteur: Lecteur, lieu: Lieu = NORD) -> Reponse:
    return repondre([Question("effectif", "2021-2022", lieu)], lecteur, depot)[0]


def droit_refuse(engine: Engine, ordre: str) -> bool:
    """Whether the server refuses that for want of a right."""
    try:
        with engine.begin() as conn:
            conn.execute(sa.text(ordre))
    except sa.exc.ProgrammingError as erreur:
        return isinstance(erreur.orig, psycopg.errors.InsufficientPrivilege)
    return False


INTERDITES = sorted(x.name for x in t.metadata.sorted_tables if x.name not in LISIBLES)


def test_aucune_table_de_fiches_n_est_lisible() -> None:
    """Whatever has a column that tells youths apart, or a free date of theirs."""
    de_personnes = {
        x.name
        for x in t.metadata.sorted_tables
        if {"usager", "naissance", "action"} & set(x.c.keys())
    }
    assert {"usagers", "situations", "interventions", "actions", "accompagnements"} <= de_personnes
    assert de_personnes <= set(INTERDITES)


@pytest.mark.parametrize("table", INTERDITES)
def test_l_application_ne_lit_aucune_fiche(web: Engine, table: str) -> None:
    for colonne in [c.name for c in t.metadata.tables[table].c]:
        assert droit_refuse(web, f"SELECT {colonne} FROM {table}")
    assert droit_refuse(web, f"SELECT count(*) FROM {table}")


@pytest.mark.parametrize("table", sorted(t.metadata.tables))
def test_l_application_n_ecrit_rien_de_la_base(web: Engine, table: str) -> None:
    colonne = next(c.name for c in t.metadata.tables[table].c)
    assert droit_refuse(web, f"DELETE FROM {table}")
    assert droit_refuse(web, f"UPDATE {table} SET {colonne} = {colonne}")
    assert droit_refuse(web, f"INSERT INTO {table} DEFAULT VALUES")
    assert droit_refuse(web, f"TRUNCATE {table}")
    assert droit_refuse(web, f"ALTER TABLE {table} ADD COLUMN de_trop TEXT")


def test_l_application_ne_voit_pas_combien_de_lignes_sont_venues(web: Engine) -> None:
    assert droit_refuse(web, "SELECT comptes FROM livraisons")
    assert not droit_refuse(web, "SELECT numero, recue_le, synthetique FROM livraisons")


def lire_les_exactes(engine: Engine, droits: str | None) -> set[str]:
    """Owners of every exact answer that a query without any filter returns."""
    with engine.begin() as conn:
        if droits is not None:
            conn.execute(
                sa.text("SELECT set_config(:nom, :droits, true)"),
                {"nom": REGLAGE_DES_DROITS, "droits": droits},
            )
        return set(conn.scalars(sa.text("SELECT association FROM reponses_exactes")))


def test_sans_filtre_la_base_ne_rend_que_ce_qui_est_permis(web: Engine, base: Base) -> None:
    """In one session after another of the same pooled connection: nothing lingers."""
    toutes = {"", A.code, B.code}
    assert lire_les_exactes(web, None) == set()
    assert lire_les_exactes(web, A.code) == {A.code}
    assert lire_les_exactes(web, None) == set()
    assert lire_les_exactes(web, B.code) == {B.code}
    assert lire_les_exactes(web, f"{A.code},{B.code}") == {A.code, B.code}
    for rien in ("", ",", " ", "association", f"{A.code} ", f"{A.code};{B.code}"):
        assert lire_les_exactes(web, rien) == set()
    assert lire_les_exactes(web, "*") == toutes
    for url in (base.proprietaire, base.importation):
        engine = t.ouvrir(url)
        assert lire_les_exactes(engine, None) == toutes
        engine.dispose()


def test_chacun_a_ses_chiffres_exacts_par_la_meme_connexion(depot: Depot) -> None:
    """Asked by one who may not, then by one who may, of one process: its memory does not mix."""
    attendus = [(CHEF_A, A, 23), (CHEF_B, B, 17), (HABILITE, A, 23), (HABILITE, B, 17)]
    for _ in range(2):
        for lecteur, lieu, nombre in attendus:
            reponse = demander(depot, lecteur, lieu)
            assert (reponse.lignes[0].statut, reponse.lignes[0].effectif) == ("exact", nombre)
    publie = demander(depot, DEPARTEMENT, A).lignes[0]
    assert (publie.statut, publie.effectif) in {("arrondi", 20), ("arrondi", 25)}
    cle = "2021-2022|alses|association|association-a|"
    for _ in range(2):
        assert depot.lire([], [cle], ())[2] == {}
        assert depot.lire([], [cle], CHEF_B.droits)[2] == {}
        assert set(depot.lire([], [cle], CHEF_A.droits)[2]) == {cle}


def test_ce_qu_un_lecteur_peut_avoir_d_exact() -> None:
    assert (CHEF_A.droits, HABILITE.droits, DEPARTEMENT.droits) == ((A.code,), ("*",), ())
    for lecteur in (CHEF_A, HABILITE):
        assert lecteur.pour_partage().droits == ()
    assert Lecteur(Role.ADMINISTRATEUR).droits == Lecteur(Role.INVITE).droits == ()


def test_l_application_entiere_sous_son_role(base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    from dashboard.serveur import creer_application
    from tests.dashboard.atelier import etre

    monkeypatch.setenv("DATABASE_URL", base.web)
    serveur = creer_application().server
    for point_de_vue in ("departement", "chef:association-a", "habilite"):
        client = etre(serveur, point_de_vue).client
        assert client.get("/situations").status_code == 200
        reponse = client.get(
            "/api/v1/indicateurs/effectif?annee=2021-2022&association=association-a"
        )
        assert reponse.status_code == 200, reponse.text
        exact = point_de_vue != "departement"
        assert ('"exact"' in reponse.text) is exact
        assert ("23" in reponse.text) is exact
    assert journal.vider()
    with t.ouvrir(base.proprietaire).begin() as conn:
        vus = set(conn.scalars(sa.text("SELECT qui FROM application.journal")))
    assert len(vus) >= 3


@pytest.fixture
def reelle(base: Base, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The delivery is not synthetic, and everything else is ready to serve it."""
    monkeypatch.setenv("SECRET_SESSION", "b0c5f1e29a7d4c63857e1f0ad92b64c38f7e5a1d")
    monkeypatch.setenv("DATABASE_URL", base.proprietaire)
    magasin.ajouter("admin@nord.example", "administrateur")
    engine = t.ouvrir()
    with engine.begin() as conn:
        avant = conn.scalar(sa.select(t.livraisons.c.synthetique))
        conn.execute(sa.update(t.livraisons).values(synthetique=False))
    yield
    with engine.begin() as conn:
        conn.execute(sa.update(t.livraisons).values(synthetique=avant))
    engine.dispose()
    with application.transaction() as conn:
        conn.execute(sa.delete(application.comptes))


def demarrer(monkeypatch: pytest.MonkeyPatch, url: str, magasin_url: str = "") -> None:
    """Start the application, its stores read with these accounts."""
    from dashboard import serveur

    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("APPLICATION_URL", magasin_url)
    serveur.demarrer(serveur.creer_application())


@pytest.mark.usefixtures("reelle")
def test_sur_des_donnees_reelles_un_compte_qui_lit_les_fiches_ne_sert_pas(
    base: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dashboard.regime import DemarrageRefuse

    demarrer(monkeypatch, base.web)
    for adresses in ((base.proprietaire,), (base.web, base.proprietaire)):
        with pytest.raises(DemarrageRefuse, match=r"lit les fiches.*roles.*passerelle_web"):
            demarrer(monkeypatch, *adresses)


@pytest.mark.usefixtures("reelle")
def test_une_seule_colonne_des_fiches_suffit_a_refuser(
    base: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dashboard.regime import DemarrageRefuse

    proprietaire = t.ouvrir(base.proprietaire)
    with proprietaire.begin() as conn:
        conn.execute(sa.text(f"GRANT SELECT (naissance) ON usagers TO {WEB.nom}"))
    try:
        with pytest.raises(DemarrageRefuse, match="lit les fiches"):
            demarrer(monkeypatch, base.web)
    finally:
        monkeypatch.setenv("DATABASE_URL", base.proprietaire)
        accorder(proprietaire, WEB, IMPORT)
        proprietaire.dispose()
    demarrer(monkeypatch, base.web)


@pytest.mark.usefixtures("reelle")
def test_des_donnees_reelles_qui_arrivent_ferment_un_compte_trop_puissant(
    base: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The demonstration was served by the owner; a real delivery has come since."""
    from dashboard.serveur import creer_application

    for url, attendu in ((base.proprietaire, 503), (base.web, 303)):
        monkeypatch.setenv("DATABASE_URL", url)
        assert creer_application().server.test_client().get("/").status_code == attendu


def test_la_demonstration_se_sert_avec_n_importe_quel_compte(
    base: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    for url in (base.proprietaire, base.web):
        demarrer(monkeypatch, url)


def test_le_journal_ne_se_recrit_pas(web: Engine) -> None:
    assert droit_refuse(web, "UPDATE application.journal SET qui = ''")
    assert droit_refuse(web, "UPDATE application.alembic_version SET version_num = ''")
    assert droit_refuse(web, "CREATE TABLE application.de_trop (x INTEGER)")
    assert droit_refuse(web, "CREATE TABLE de_trop (x INTEGER)")


def test_l_import_ne_touche_ni_aux_tables_ni_aux_comptes(base: Base) -> None:
    engine = t.ouvrir(base.importation)
    assert droit_refuse(engine, "SELECT * FROM application.comptes")
    assert droit_refuse(engine, "ALTER TABLE usagers ADD COLUMN de_trop TEXT")
    assert droit_refuse(engine, "DROP POLICY lecture_par_association ON reponses_exactes")
    with pytest.raises(RetraitImpossible, match="propriétaire"):
        retirer(engine, "A", "u0")
    with engine.begin() as conn:
        assert conn.scalar(sa.text("SELECT count(*) FROM usagers")) == 40
    engine.dispose()


def test_une_base_a_mettre_a_jour_demande_son_proprietaire(base: Base) -> None:
    proprietaire, ecrivain = t.ouvrir(base.proprietaire), t.ouvrir(base.importation)
    changer = f"UPDATE {t.TABLE_DES_REVISIONS} SET version_num = :etape"
    with proprietaire.begin() as conn:
        conn.execute(sa.text(changer), {"etape": "0003_rapprochements"})
    try:
        with pytest.raises(t.BaseIncompatible, match="propriétaire"):
            t.creer(ecrivain)
    finally:
        with proprietaire.begin() as conn:
            conn.execute(sa.text(changer), {"etape": t.REVISION})
        proprietaire.dispose()
        ecrivain.dispose()


def test_un_role_qui_passe_outre_est_refuse(base: Base) -> None:
    engine = t.ouvrir(base.proprietaire)
    with pytest.raises(RolesImpossibles, match="passe outre"):
        accorder(engine, Compte(str(engine.url.username)), IMPORT)
    with pytest.raises(RolesImpossibles, match="différer"):
        accorder(engine, WEB, Compte(WEB.nom))
    engine.dispose()


def test_un_autre_role_ne_rouvre_pas_les_fiches(
    base: Base, web: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", base.proprietaire)
    engine = t.ouvrir(base.proprietaire)
    with engine.begin() as conn:
        conn.execute(sa.text(f"GRANT {IMPORT.nom} TO {WEB.nom}"))
    with pytest.raises(RolesImpossibles, match="usagers"):
        accorder(engine, WEB, IMPORT)
    with engine.begin() as conn:
        conn.execute(sa.text(f"REVOKE {IMPORT.nom} FROM {WEB.nom}"))
        conn.execute(sa.text(f"GRANT SELECT ON usagers TO {WEB.nom}"))
    assert not droit_refuse(web, "SELECT * FROM usagers")
    accorder(engine, WEB, IMPORT)
    assert droit_refuse(web, "SELECT * FROM usagers")
    engine.dispose()


def test_la_commande(
    base: Base,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("DATABASE_URL", base.proprietaire)
    assert main(["roles", "--web", WEB.nom, "--import", IMPORT.nom]) == 0
    assert "aucune fiche" in capsys.readouterr().out
    monkeypatch.setenv("DATABASE_URL", base.web)
    assert main(["roles", "--web", WEB.nom, "--import", IMPORT.nom]) == 1
    assert "propriétaire" in capsys.readouterr().err
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'p.sqlite'}")
    assert main(["roles"]) == 1
    assert "PostgreSQL" in capsys.readouterr().err
    assert application.url_de_l_application().startswith("sqlite")
    assert os.listdir(tmp_path) == []


def test_une_restauration_ne_rouvre_rien(
    base: Base, web: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The rules come back with the rows; the rights, once the roles are given them again."""
    monkeypatch.setenv("DATABASE_URL", base.proprietaire)
    fichier = str(tmp_path / "sauvegarde")
    assert main(["sauvegarder", fichier]) == 0
    assert main(["restaurer", fichier, "--remplacer"]) == 0
    assert droit_refuse(web, "SELECT cle FROM reponses")
    assert droit_refuse(web, "SELECT * FROM application.comptes")
    assert main(["roles", "--web", WEB.nom, "--import", IMPORT.nom]) == 0
    assert not droit_refuse(web, "SELECT cle FROM reponses")
    assert lire_les_exactes(web, None) == set()
    assert lire_les_exactes(web, A.code) == {A.code}
    assert droit_refuse(web, "SELECT * FROM usagers")


def test_une_commande_sans_droit_le_dit_en_francais(
    base: Base, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", base.web)
    assert main(["etat"]) == 1
    assert "compte propriétaire" in capsys.readouterr().err
