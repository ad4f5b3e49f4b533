"""Connections to PostgreSQL: nobody waits for ever, nothing is shared between processes."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from data import application, liaison
from data import schema as t
from data.application import MagasinIndisponible
from queries.depot import BaseIndisponible, Depot
from tests.port import trouver_port
from tests.queries.recueil import Recueil, Reponses

Ouvrir = Callable[[], Depot]


@pytest.fixture
def ouvrir(url_base_postgresql: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ouvrir]:
    """Another process's way in, so to say, to an empty base; settings are read when it opens."""
    engine = t.ouvrir(url_base_postgresql)
    t.creer(engine)
    engine.dispose()
    monkeypatch.setenv("APPLICATION_URL", url_base_postgresql)
    application.creer()
    ouverts: list[Depot] = []

    def ouvrir() -> Depot:
        ouverts.append(Depot(url_base_postgresql))
        return ouverts[-1]

    yield ouvrir
    for depot in ouverts:
        depot._engine.dispose()
    application._ouvrir.cache_clear()


def lire(depot: Depot, requete: str) -> str:
    with depot._lecture() as conn:
        return str(conn.scalar(sa.text(requete)))


def fermer(url: str, *, ouverte: bool) -> None:
    """Refuse every connection to that base, and cut those there are; or let them in again."""
    adresse = sa.make_url(url)
    serveur = sa.create_engine(
        adresse.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool
    )
    with serveur.connect() as conn:
        conn.execute(sa.text(f"ALTER DATABASE {adresse.database} ALLOW_CONNECTIONS {ouverte}"))
        if not ouverte:
            coupees = sa.text(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = :nom"
            )
            conn.execute(coupees, {"nom": adresse.database}).all()


def test_ce_que_regle_une_connexion_du_web(ouvrir: Ouvrir) -> None:
    depot = ouvrir()
    assert lire(depot, "SHOW statement_timeout") == f"{liaison.DUREE_D_UNE_LECTURE}s"
    assert lire(depot, "SHOW transaction_read_only") == "on"
    assert lire(depot, "SHOW transaction_isolation") == "repeatable read"
    with pytest.raises(BaseIndisponible):
        lire(depot, "CREATE TABLE de_trop (x INTEGER)")
    with application.transaction() as conn:
        assert conn.scalar(sa.text("SHOW statement_timeout")) == f"{liaison.DUREE_D_UNE_LECTURE}s"


def test_un_import_n_a_pas_de_limite(url_base_postgresql: str) -> None:
    engine = t.ouvrir(url_base_postgresql)
    with engine.connect() as conn:
        assert conn.scalar(sa.text("SHOW statement_timeout")) == "0"
        assert conn.scalar(sa.text("SHOW default_transaction_read_only")) == "off"
    engine.dispose()


def test_une_lecture_trop_longue_est_arretee(
    ouvrir: Ouvrir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(liaison, "DUREE_D_UNE_LECTURE", 1)
    depot = ouvrir()
    with pytest.raises(BaseIndisponible, match="ne répond pas"):
        lire(depot, "SELECT pg_sleep(60)")
    assert lire(depot, "SELECT 1") == "1"


def test_qui_ne_trouve_pas_de_connexion_le_sait(
    ouvrir: Ouvrir, monkeypatch: pytest.MonkeyPatch
) -> None:
    for nom, valeur in (("CONNEXIONS", 1), ("DEBORDEMENT", 0), ("ATTENTE", 1)):
        monkeypatch.setattr(liaison, nom, valeur)
    application._ouvrir.cache_clear()
    depot = ouvrir()
    with depot._lecture(), pytest.raises(BaseIndisponible, match="ne répond pas"):
        lire(depot, "SELECT 1")
    assert lire(depot, "SELECT 1") == "1"
    with (
        application.transaction(),
        pytest.raises(MagasinIndisponible),
        application.transaction(),
    ):
        pass


def test_une_connexion_coupee_est_remplacee(ouvrir: Ouvrir, url_base_postgresql: str) -> None:
    depot = ouvrir()
    ancienne = lire(depot, "SELECT pg_backend_pid()")
    autre = t.ouvrir(url_base_postgresql)
    with autre.connect() as conn:
        # Waits until it is gone.
        assert conn.scalar(sa.text(f"SELECT pg_terminate_backend({ancienne}, 10000)"))
    autre.dispose()
    assert lire(depot, "SELECT pg_backend_pid()") != ancienne


def test_un_processus_issu_d_un_autre_a_ses_connexions(ouvrir: Ouvrir) -> None:
    """As gunicorn does it with `preload_app`: the parent has read, then forks its workers."""
    depot = ouvrir()
    mere = lire(depot, "SELECT pg_backend_pid()")
    lecture, ecriture = os.pipe()
    enfant = os.fork()
    if not enfant:
        try:
            os.write(ecriture, lire(depot, "SELECT pg_backend_pid()").encode())
        finally:
            os._exit(0)
    os.close(ecriture)
    os.waitpid(enfant, 0)
    with os.fdopen(lecture) as f:
        fille = f.read()
    assert fille.isdecimal()
    assert fille != mere
    assert lire(depot, "SELECT pg_backend_pid()") == mere


def test_plusieurs_lecteurs_a_la_fois_tiennent_dans_la_reserve(ouvrir: Ouvrir) -> None:
    depot = ouvrir()
    tous = liaison.CONNEXIONS + liaison.DEBORDEMENT
    ensemble = threading.Barrier(tous, timeout=30)
    vus: set[str] = set()

    def regarder() -> None:
        with depot._lecture() as conn:
            vus.add(str(conn.scalar(sa.text("SELECT pg_backend_pid()"))))
            ensemble.wait()

    fils = [threading.Thread(target=regarder) for _ in range(tous)]
    for f in fils:
        f.start()
    for f in fils:
        f.join()
    assert len(vus) == tous


@pytest.mark.parametrize("muet", [True, False])
def test_un_serveur_absent_ou_muet_se_dit(monkeypatch: pytest.MonkeyPatch, muet: bool) -> None:
    """A server that takes the connection and says nothing is given up as one that is not there."""
    monkeypatch.setattr(liaison, "ATTENTE", 2)
    with socket.socket() as prise:
        port = trouver_port()
        if muet:
            prise.bind(("127.0.0.1", port))
            prise.listen()
        depot = Depot(f"postgresql+psycopg://personne:rien@127.0.0.1:{port}/rien")
        with pytest.raises(BaseIndisponible, match="ne répond pas"):
            depot.etat()
        depot._engine.dispose()


def test_les_reglages_de_l_url_l_emportent(url_base_postgresql: str) -> None:
    url = sa.make_url(url_base_postgresql).update_query_dict(
        {"application_name": "essai", "options": "-c work_mem=1234kB"}
    )
    engine = t.ouvrir(url.render_as_string(hide_password=False), interactif=True)
    with engine.connect() as conn:
        assert conn.scalar(sa.text("SHOW application_name")) == "essai"
        assert conn.scalar(sa.text("SHOW work_mem")) == "1234kB"
        assert conn.scalar(sa.text("SHOW statement_timeout")) == f"{liaison.DUREE_D_UNE_LECTURE}s"
    engine.dispose()


def test_une_page_dit_que_la_base_est_indisponible(
    url_sqlite: str, url_base_postgresql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gone while the application runs: the API and the pages say so, then answer again."""
    from dashboard.serveur import creer_application

    recueil = Recueil()
    recueil.jeunes(16)
    Reponses(url_base_postgresql, recueil).depot._engine.dispose()
    monkeypatch.setenv("APPLICATION_URL", url_sqlite)
    client = creer_application(url_base_postgresql).server.test_client()
    adresse = "/api/v1/indicateurs/effectif?annee=2021-2022"
    assert client.get(adresse).status_code == 200
    fermer(url_base_postgresql, ouverte=False)
    reponse = client.get(adresse)
    assert reponse.status_code == 503
    assert "La base de données ne répond pas" in reponse.text
    fermer(url_base_postgresql, ouverte=True)
    assert client.get(adresse).status_code == 200
