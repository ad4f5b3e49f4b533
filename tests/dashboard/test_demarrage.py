"""The application refuses to start on real data that it could not protect."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from dashboard import serveur
from dashboard.regime import ConnexionNonConfiguree, DemarrageRefuse
from data import schema as t
from tests import RACINE, magasin
from tests.port import trouver_port

SECRET = "b0c5f1e29a7d4c63857e1f0ad92b64c38f7e5a1d"
DEPART = [sys.executable, "-c", "import app"]


@pytest.fixture
def base_reelle(base_demo: str, tmp_path: Path) -> str:
    """A base of which one delivery is not synthetic."""
    with sa.create_engine(base_demo).connect() as conn:
        conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(base_demo.removeprefix("sqlite:///"), tmp_path / "passerelle.sqlite")
    url = f"sqlite:///{tmp_path / 'passerelle.sqlite'}"
    rendre_reelle(url)
    return url


@pytest.fixture(autouse=True)
def magasin_a_cote(monkeypatch: pytest.MonkeyPatch) -> None:
    """The store is where it is by default: beside the base."""
    monkeypatch.delenv("APPLICATION_URL", raising=False)


def rendre_reelle(url: str) -> None:
    engine = t.ouvrir(url)
    with engine.begin() as conn:
        dernier = sa.select(sa.func.max(t.livraisons.c.numero)).scalar_subquery()
        conn.execute(
            sa.update(t.livraisons)
            .where(t.livraisons.c.numero == dernier)
            .values(synthetique=False)
        )
    engine.dispose()


def demarrer(base: str, *commande: str, **reglages: str) -> subprocess.CompletedProcess[str]:
    """Start the application in a process of its own."""
    return subprocess.run(
        list(commande or DEPART),
        cwd=RACINE,
        env={**os.environ, "DATABASE_URL": base, **reglages},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def verifier_le_refus(acheve: subprocess.CompletedProcess[str], *mots: str) -> None:
    """Not zero, one French line on stderr, no traceback."""
    assert acheve.returncode != 0
    assert "Traceback" not in acheve.stderr
    (ligne,) = [x for x in acheve.stderr.splitlines() if x.startswith("Passerelle ne démarre pas")]
    for mot in mots:
        assert mot in ligne


def avec_un_compte(base: str) -> str:
    with magasin.aupres_de(base):
        magasin.ajouter("admin@nord.example", "administrateur")
    return base


def test_avec_un_compte_et_un_secret_on_demarre(base_reelle: str) -> None:
    acheve = demarrer(avec_un_compte(base_reelle), SECRET_SESSION=SECRET)
    assert (acheve.returncode, acheve.stderr) == (0, "")


def test_sans_compte(base_reelle: str) -> None:
    acheve = demarrer(base_reelle, SECRET_SESSION=SECRET)
    verifier_le_refus(acheve, "aucun compte actif", "python -m data comptes ajouter")


def test_un_compte_desactive_ne_compte_pas(base_reelle: str) -> None:
    with magasin.aupres_de(base_reelle):
        from data import comptes

        comptes.desactiver(magasin.ajouter("a@nord.example", "departement").numero)
    verifier_le_refus(demarrer(base_reelle, SECRET_SESSION=SECRET), "aucun compte actif")


@pytest.mark.parametrize(
    ("secret", "mots"),
    [
        ("", "est absent"),
        ("trop-court-0a1b2c3d", "moins de 32"),
        ("changeme" * 8, "répète"),
        ("please-changeme-9f8e7d6c5b4a3f2e1d0c", "exemple"),
        ("z" * 64, "répète"),
    ],
)
def test_un_secret_absent_court_ou_connu(base_reelle: str, secret: str, mots: str) -> None:
    acheve = demarrer(avec_un_compte(base_reelle), SECRET_SESSION=secret)
    verifier_le_refus(acheve, mots)
    assert not secret or secret not in acheve.stderr


@pytest.mark.parametrize("reglage", ["FLASK_DEBUG", "DASH_DEBUG"])
@pytest.mark.parametrize("valeur", ["1", "true", "True"])
def test_en_debogage(base_reelle: str, reglage: str, valeur: str) -> None:
    base = avec_un_compte(base_reelle)
    acheve = demarrer(base, SECRET_SESSION=SECRET, **{reglage: valeur})
    verifier_le_refus(acheve, "débogage")
    assert demarrer(base, SECRET_SESSION=SECRET, **{reglage: "0"}).returncode == 0


def test_run_en_debogage(base_reelle: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_SESSION", SECRET)
    monkeypatch.setenv("DATABASE_URL", avec_un_compte(base_reelle))
    app = serveur.creer_application(base_reelle)
    # Should the refusal fail, nothing is served for ever.
    monkeypatch.setattr(serveur.Dash, "run", lambda *_, **__: None)
    with pytest.raises(DemarrageRefuse, match="débogage"):
        app.run(debug=True)


@pytest.mark.parametrize("options", [["--config", "python:dashboard.gunicorn"], []])
def test_gunicorn_s_arrete(base_reelle: str, options: list[str]) -> None:
    """With its settings, and without: a worker that cannot start is not started for ever."""
    commande = [sys.executable, "-m", "gunicorn", "app:server", *options]
    commande += ["--bind", f"127.0.0.1:{trouver_port()}"]
    acheve = demarrer(base_reelle, *commande, SECRET_SESSION=SECRET)
    assert acheve.returncode != 0
    assert "Passerelle ne démarre pas (la base est réelle)" in acheve.stderr
    assert "Traceback" not in acheve.stderr


def test_python_app_py(base_reelle: str) -> None:
    verifier_le_refus(demarrer(base_reelle, sys.executable, "app.py"), "est absent", "aucun compte")


def test_la_demonstration_demarre_sans_rien(base_demo: str, tmp_path: Path) -> None:
    magasin_a_part = f"sqlite:///{tmp_path / 'application.sqlite'}"
    acheve = demarrer(base_demo, APPLICATION_URL=magasin_a_part)
    assert (acheve.returncode, acheve.stderr) == (0, "")


LOURDES = ("pandas", "scipy", "numpy", "numba", "highspy", "weasyprint", "docx", "pptx", "openpyxl")
"""Libraries that only an import or a file being made needs."""


def test_servir_ne_charge_aucune_bibliotheque_de_calcul_ni_de_fichier(
    base_demo: str, tmp_path: Path
) -> None:
    """In a process that answered a page, a change of filter, figures as JSON and as CSV."""
    programme = f"""
import sys, app
from tests.bench.rappels import Ecran, EnProcessus, lire_rappels
porte = EnProcessus(app.server)
ecran = Ecran(lire_rappels(porte), ["sexe"], 0)
porte.demander(*ecran.ouvrir("/situations"))
for demande in ecran.demandes("?territoire=douai", "/situations"):
    porte.demander(*demande)
for format in ("json", "csv"):
    porte.demander("GET", "/api/v1/indicateurs/sexe?format=" + format)
print(*sorted(set({LOURDES!r}) & set(sys.modules)))
"""
    magasin_a_part = f"sqlite:///{tmp_path / 'application.sqlite'}"
    acheve = demarrer(base_demo, sys.executable, "-c", programme, APPLICATION_URL=magasin_a_part)
    assert (acheve.returncode, acheve.stdout.strip(), acheve.stderr) == (0, "", "")


def test_la_connexion_exigee_sans_compte(base_demo: str, tmp_path: Path) -> None:
    magasin_a_part = f"sqlite:///{tmp_path / 'application.sqlite'}"
    acheve = demarrer(base_demo, APPLICATION_URL=magasin_a_part, CONNEXION="exigee")
    verifier_le_refus(acheve, "la connexion est exigée", "aucun compte actif")


# Real data that arrive while a demonstration is running


@pytest.fixture
def demonstration(
    base_demo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Flask, str]:
    """A server that has been answering on demonstration data, and its base."""
    shutil.copy(base_demo.removeprefix("sqlite:///"), tmp_path / "passerelle.sqlite")
    url = f"sqlite:///{tmp_path / 'passerelle.sqlite'}"
    monkeypatch.setenv("DATABASE_URL", url)
    server = serveur.creer_application(url).server
    assert server.test_client().get("/api/v1/indicateurs/sexe").status_code == 200
    return server, url


def publier_reelle(url: str) -> None:
    """As an import does: another publication."""
    rendre_reelle(url)
    engine = t.ouvrir(url)
    with engine.begin() as conn:
        derniere = conn.execute(
            sa.select(t.publications).order_by(t.publications.c.numero.desc()).limit(1)
        ).one()
        conn.execute(
            sa.insert(t.publications).values({**derniere._mapping, "numero": derniere.numero + 1})
        )
    engine.dispose()


def test_des_donnees_reelles_arrivent_tout_se_ferme(demonstration: tuple[Flask, str]) -> None:
    server, url = demonstration
    client = server.test_client()
    client.post("/point-de-vue", data={"point_de_vue": "habilite"})
    publier_reelle(url)
    for adresse in ("/", "/api/v1/indicateurs/sexe", "/_dash-layout", "/connexion", "/comptes"):
        reponse = client.get(adresse)
        assert reponse.status_code == 503, adresse
        assert "la connexion n’est pas encore configurée" in reponse.text


def test_des_donnees_reelles_arrivent_et_la_connexion_est_prete(
    demonstration: tuple[Flask, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, url = demonstration
    monkeypatch.setenv("SECRET_SESSION", SECRET)
    magasin.ajouter("agent@nord.example", "departement")
    client = server.test_client()
    client.post("/point-de-vue", data={"point_de_vue": "habilite"})
    publier_reelle(url)
    # Who was looking as an habilité has to log in like everyone.
    assert client.get("/api/v1/indicateurs/sexe").status_code == 401
    assert client.get("/").headers["Location"] == "/connexion"


def test_un_serveur_mis_en_debogage_se_ferme(
    base_reelle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_SESSION", SECRET)
    monkeypatch.setenv("DATABASE_URL", avec_un_compte(base_reelle))
    server = serveur.creer_application(base_reelle).server
    client = server.test_client()
    assert client.get("/").status_code == 303
    server.debug = True
    assert client.get("/").status_code == 503
    assert ConnexionNonConfiguree().args
