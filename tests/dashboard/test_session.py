"""Who is asking: sessions, viewpoints, and the refusal to show real data without log-in."""

from __future__ import annotations

import datetime as dt
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from dashboard import acces, api, session
from dashboard.formulaires import chemin_sur
from dashboard.points_de_vue import (
    composer_points_de_vue,
    ecrire_point_de_vue,
    lire_point_de_vue,
    points_de_vue,
)
from dashboard.session import COOKIE, lecteur_courant
from data import application
from data import schema as t
from data.application import MagasinIndisponible
from queries.depot import Depot, Etat
from queries.lecteur import Lecteur, Role
from queries.sessions import fermer_session, lire_session, ouvrir_point_de_vue

CHEF = Lecteur(Role.CHEF, ("aae",))


@pytest.fixture(params=["sqlite", "postgresql"])
def magasin(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> sa.Engine:
    """The application's store where `DATABASE_URL` alone puts it, on each engine."""
    fixtures = {"sqlite": "url_sqlite", "postgresql": "url_base_postgresql"}
    monkeypatch.delenv("APPLICATION_URL")
    monkeypatch.setenv("DATABASE_URL", request.getfixturevalue(fixtures[request.param]))
    application.creer()
    return application._ouvrir(application.url_de_l_application())


def vieillir(magasin: sa.Engine, duree: dt.timedelta) -> None:
    """Make every session look unused for that long."""
    vue = dt.datetime.now(dt.UTC).replace(tzinfo=None) - duree
    with magasin.begin() as conn:
        conn.execute(sa.update(application.sessions).values(vue_le=vue))


def lire_lignes(magasin: sa.Engine) -> list[Any]:
    """Rows of the sessions."""
    with magasin.connect() as conn:
        return list(conn.execute(sa.select(application.sessions)))


def lecteur_de(jeton: str) -> Lecteur | None:
    """The reader behind a token."""
    trouvee = lire_session(jeton)
    return None if trouvee is None else trouvee.lecteur


def demander_point_de_vue(client: FlaskClient, valeur: str, **champs: str) -> Any:
    """Ask for a viewpoint, as the form of a page does."""
    return client.post("/point-de-vue", data={"point_de_vue": valeur, **champs})


def reconnaitre(serveur: Flask, client: FlaskClient) -> Lecteur:
    """The reader the server sees behind the client's cookie."""
    cookie = client.get_cookie(COOKIE)
    entetes = {"Cookie": f"{COOKIE}={cookie.value}"} if cookie else {}
    with serveur.test_request_context("/", headers=entetes):
        return lecteur_courant()


# The store


def test_une_session_rend_son_lecteur(magasin: sa.Engine) -> None:
    jeton = ouvrir_point_de_vue(CHEF)
    assert lecteur_de(jeton) == CHEF
    assert lecteur_de(ouvrir_point_de_vue(Lecteur())) == Lecteur()
    assert lire_session(jeton + "x") is None
    assert lire_session("") is None


def test_le_jeton_a_128_bits_et_n_est_pas_garde(magasin: sa.Engine) -> None:
    jetons = {ouvrir_point_de_vue(CHEF) for _ in range(5)}
    assert len(jetons) == 5
    assert all(len(j) == 22 for j in jetons)
    gardes = [str(valeur) for ligne in lire_lignes(magasin) for valeur in ligne]
    assert not any(j in g for j in jetons for g in gardes)


def test_une_session_se_ferme(magasin: sa.Engine) -> None:
    jeton, autre = ouvrir_point_de_vue(CHEF), ouvrir_point_de_vue(CHEF)
    fermer_session(jeton)
    fermer_session(jeton)
    assert lire_session(jeton) is None
    assert lecteur_de(autre) == CHEF


def test_douze_heures_de_repos(magasin: sa.Engine) -> None:
    jeton = ouvrir_point_de_vue(CHEF)
    vieillir(magasin, dt.timedelta(hours=11, minutes=59))
    assert lecteur_de(jeton) == CHEF
    # Having been read, it is young again.
    assert dt.datetime.now(dt.UTC).replace(tzinfo=None) - lire_lignes(magasin)[
        0
    ].vue_le < dt.timedelta(minutes=1)
    vieillir(magasin, dt.timedelta(hours=12, minutes=1))
    assert lire_session(jeton) is None
    ouvrir_point_de_vue(Lecteur())
    assert len(lire_lignes(magasin)) == 1, "ce qui est fini est oublié"


def test_le_magasin_est_a_part(magasin: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    consolidee = sa.make_url(t.url_de_la_base())
    if magasin.dialect.name == "postgresql":
        with magasin.connect() as conn:
            schemas = conn.scalars(
                sa.text(
                    "SELECT table_schema FROM information_schema.tables "
                    "WHERE table_name = 'sessions'"
                )
            ).all()
        assert schemas == ["application"]
    else:
        fichier = Path(str(magasin.url.database))
        assert fichier.name == "passerelle-application.sqlite"
        assert fichier.parent == Path(str(consolidee.database)).parent
        assert fichier.is_file()
        assert not Path(str(consolidee.database)).exists()
    monkeypatch.setenv("APPLICATION_URL", "postgres://u:m@h/b")
    assert application.url_de_l_application() == "postgresql+psycopg://u:m@h/b"


def test_plusieurs_processus_demarrent_ensemble(magasin: sa.Engine) -> None:
    """From nothing: threads of one process, as `test_migrations` does it with processes."""
    with magasin.begin() as conn:
        for table in reversed(application.metadata.sorted_tables):
            table.drop(conn)
        sa.Table(application.TABLE_DES_REVISIONS, sa.MetaData()).drop(conn)
    erreurs: list[Exception] = []

    def demarrer() -> None:
        try:
            application.creer()
        except Exception as erreur:
            erreurs.append(erreur)

    fils = [threading.Thread(target=demarrer) for _ in range(6)]
    for f in fils:
        f.start()
    for f in fils:
        f.join()
    assert erreurs == []
    assert lecteur_de(ouvrir_point_de_vue(CHEF)) == CHEF


def test_un_magasin_injoignable_se_dit_en_francais(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "fichier").write_text("")
    monkeypatch.setenv("APPLICATION_URL", f"sqlite:///{tmp_path / 'fichier' / 'x.sqlite'}")
    with pytest.raises(MagasinIndisponible, match="ne répond pas"):
        application.creer()


# Viewpoints


def test_sans_session_on_est_le_departement(serveur: Flask, client: FlaskClient) -> None:
    assert reconnaitre(serveur, client) == Lecteur(Role.DEPARTEMENT)
    client.set_cookie(COOKIE, "inconnu")
    assert reconnaitre(serveur, client) == Lecteur(Role.DEPARTEMENT)


def test_chaque_point_de_vue(serveur: Flask, client: FlaskClient, etat: Etat) -> None:
    offerts = dict(points_de_vue(etat))
    assert next(iter(offerts)) == "departement"
    assert {"habilite", "invite"} <= set(offerts)
    assert {v for v in offerts if v.startswith("chef:")} == {
        f"chef:{a}" for a in etat.geographie.associations
    }
    for valeur in offerts:
        reponse = demander_point_de_vue(client, valeur)
        assert reponse.status_code == 303
        lecteur = reconnaitre(serveur, client)
        assert ecrire_point_de_vue(lecteur) == valeur
        assert lecteur == lire_point_de_vue(valeur, etat)


def test_json_aussi(serveur: Flask, client: FlaskClient) -> None:
    reponse = client.post("/point-de-vue", json={"point_de_vue": "chef:aae", "suivant": "/?a=1"})
    assert (reponse.status_code, reponse.headers["Location"]) == (303, "/?a=1")
    assert reconnaitre(serveur, client) == CHEF


@pytest.mark.parametrize("corps", [{}, [], "x", {"point_de_vue": 3}, {"point_de_vue": ["chef"]}])
def test_json_de_travers(client: FlaskClient, corps: Any) -> None:
    reponse = client.post("/point-de-vue", json=corps)
    assert reponse.status_code == 400
    assert reponse.mimetype == "application/problem+json"


@pytest.mark.parametrize("valeur", ["", "chef", "chef:", "chef:inconnue", "admin", "departement:x"])
def test_point_de_vue_inconnu(serveur: Flask, client: FlaskClient, valeur: str) -> None:
    reponse = demander_point_de_vue(client, valeur)
    assert reponse.status_code == 400
    assert "chef:aae" in reponse.get_data(as_text=True)
    assert COOKIE not in reponse.headers.get("Set-Cookie", "")


def test_changer_ferme_la_session_d_avant(serveur: Flask, client: FlaskClient) -> None:
    demander_point_de_vue(client, "habilite")
    premier = client.get_cookie(COOKIE)
    demander_point_de_vue(client, "invite")
    assert premier is not None
    assert lire_session(premier.value) is None
    assert reconnaitre(serveur, client).role is Role.INVITE


def test_le_cookie_est_protege(client: FlaskClient) -> None:
    local = demander_point_de_vue(client, "invite").headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(local.split("; "))
    assert "Secure" not in local
    for adresse, attendu in (
        ("https://passerelle.example", True),
        ("http://127.0.0.1:8050", False),
        ("http://localhost.example", True),
    ):
        reponse = client.post("/point-de-vue", data={"point_de_vue": "invite"}, base_url=adresse)
        assert ("Secure" in reponse.headers["Set-Cookie"]) is attendu, adresse


@pytest.mark.parametrize(
    ("entetes", "statut"),
    [
        ({}, 303),
        ({"Origin": "http://localhost"}, 303),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "http://ailleurs.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:81"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"}, 403),
    ],
)
def test_un_autre_site_ne_change_rien(
    client: FlaskClient, entetes: dict[str, str], statut: int
) -> None:
    reponse = client.post("/point-de-vue", data={"point_de_vue": "habilite"}, headers=entetes)
    assert reponse.status_code == statut
    assert ("Set-Cookie" in reponse.headers) is (statut == 303)


SURS = ["/", "/situations", "/situations?annee=2021-2022&territoire=douai#sexe", "/a:b"]
DANGEREUX = [
    "//ailleurs.example",
    "///ailleurs.example",
    "/\\ailleurs.example",
    "\\\\ailleurs.example",
    "http://ailleurs.example",
    "https:ailleurs.example",
    "javascript:alert(1)",
    "situations",
    "/\tx",
    "/\n/ailleurs.example",
    "/a\\b",
    " /a",
    "/a b",
    "/a\x00",
]


@pytest.mark.parametrize("chemin", SURS)
def test_la_suite_est_un_chemin_du_site(client: FlaskClient, chemin: str) -> None:
    assert chemin_sur(chemin)
    reponse = demander_point_de_vue(client, "invite", suivant=chemin)
    assert (reponse.status_code, reponse.headers["Location"]) == (303, chemin)


@pytest.mark.parametrize("chemin", DANGEREUX)
def test_la_suite_ne_mene_nulle_part_ailleurs(client: FlaskClient, chemin: str) -> None:
    assert not chemin_sur(chemin)
    reponse = demander_point_de_vue(client, "invite", suivant=chemin)
    assert reponse.status_code == 400
    assert "Set-Cookie" not in reponse.headers
    assert "Location" not in reponse.headers


def test_sans_suite_on_revient_d_ou_l_on_vient(client: FlaskClient) -> None:
    for venue, suite in (
        ("http://localhost/situations?territoire=douai", "/situations?territoire=douai"),
        ("http://ailleurs.example/situations", "/"),
        ("http://localhost//ailleurs.example", "/"),
        ("", "/"),
    ):
        reponse = client.post(
            "/point-de-vue", data={"point_de_vue": "invite"}, headers={"Referer": venue}
        )
        assert reponse.headers["Location"] == suite, venue


def test_get_ne_change_rien(client: FlaskClient) -> None:
    assert client.get("/point-de-vue?point_de_vue=habilite").status_code == 405


def test_le_choix_se_compose(serveur: Flask, client: FlaskClient, etat: Etat) -> None:
    demander_point_de_vue(client, "chef:aae")
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    with serveur.test_request_context("/", headers={"Cookie": f"{COOKIE}={cookie.value}"}):
        composants = list(composer_points_de_vue(etat)._traverse())
    boutons = [x for x in composants if hasattr(x, "value")]
    assert [(b.value, b.children) for b in boutons] == points_de_vue(etat)
    assert {(b.type, b.name) for b in boutons} == {("submit", "point_de_vue")}
    actuels = [b.value for b in boutons if hasattr(b, "aria-current")]
    assert actuels == ["chef:aae"]
    (formulaire,) = [x for x in composants if hasattr(x, "action")]
    assert (formulaire.action, formulaire.method) == ("/point-de-vue", "post")


# Real data


@pytest.fixture
def serveur_reel(base_demo: str, tmp_path: Path) -> Flask:
    """A server on a base of which one delivery is not synthetic."""
    copie = tmp_path / "reelle.sqlite"
    source = sa.make_url(base_demo).database
    assert source is not None
    with sa.create_engine(base_demo).connect() as conn:
        conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(source, copie)
    engine = t.ouvrir(f"sqlite:///{copie}")
    with engine.begin() as conn:
        dernier = conn.scalar(sa.select(sa.func.max(t.livraisons.c.numero)))
        conn.execute(
            sa.update(t.livraisons)
            .where(t.livraisons.c.numero == dernier)
            .values(synthetique=False)
        )
    engine.dispose()
    server = Flask("essai")
    acces.enregistrer(server, Depot(f"sqlite:///{copie}"))
    api.enregistrer(server, server.extensions[session.CLE_DU_DEPOT])
    server.add_url_rule("/", "accueil", lambda: "chiffres")
    return server


def test_donnees_reelles_sans_connexion_tout_est_ferme(serveur_reel: Flask) -> None:
    client = serveur_reel.test_client()
    page = client.get("/")
    assert page.status_code == 503
    assert page.mimetype == "text/html"
    assert '<html lang="fr">' in page.text
    assert "la connexion n’est pas encore configurée" in page.text
    for adresse in ("/situations", "/assets/x.css", "/_dash-layout", "/nulle-part"):
        assert client.get(adresse).status_code == 503, adresse
    reponse = client.get("/api/v1/indicateurs/sexe")
    assert reponse.status_code == 503
    assert reponse.mimetype == "application/problem+json"
    assert "lignes" not in reponse.text
    choix = demander_point_de_vue(client, "habilite")
    assert choix.status_code == 503
    assert "Set-Cookie" not in choix.headers


def test_donnees_reelles_aucun_lecteur(serveur_reel: Flask) -> None:
    """Even where the guard of requests does not pass."""
    jeton = ouvrir_point_de_vue(Lecteur(Role.HABILITE))
    with (
        serveur_reel.test_request_context("/", headers={"Cookie": f"{COOKIE}={jeton}"}),
        pytest.raises(session.ConnexionNonConfiguree),
    ):
        lecteur_courant()


def test_donnees_reelles_aucun_choix_offert(serveur_reel: Flask) -> None:
    etat = serveur_reel.extensions[session.CLE_DU_DEPOT].etat()
    assert not list(composer_points_de_vue(etat)._traverse())


def test_base_vide_503_en_francais(url_sqlite: str) -> None:
    t.creer(t.ouvrir(url_sqlite))
    server = Flask("essai")
    depot = Depot(url_sqlite)
    acces.enregistrer(server, depot)
    api.enregistrer(server, depot)
    client = server.test_client()
    for adresse in ("indicateurs", "lieux", "annees", "livraisons", "openapi.json"):
        reponse = client.get(f"/api/v1/{adresse}")
        assert reponse.status_code == 503, adresse
        assert reponse.mimetype == "application/problem+json"
        assert "Aucune livraison" in reponse.json["detail"]
    assert client.get("/api/v1/indicateurs/sexe").status_code == 503
    assert demander_point_de_vue(client, "invite").status_code == 503
