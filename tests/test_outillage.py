"""The repository's tooling: lock files, commands, and what the set-up does when things lack."""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import socket
import sqlite3
import tomllib
from pathlib import Path

import plotly.offline
import pytest
import sqlalchemy as sa
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from console import Arret
from demonstration import preparer_demonstration
from environnement import VERROU_ESSAIS, VERROU_SERVICE
from paquets import installer_paquets, installer_si_possible, trouver_manquants, trouver_pango
from ressources import preparer_ressources
from tests import RACINE
from tests.longs import LONGS
from tests.port import trouver_port

PROJET = tomllib.loads((RACINE / "pyproject.toml").read_text(encoding="utf-8"))
NPM = json.loads((RACINE / "package-lock.json").read_text(encoding="utf-8"))["packages"]


def lire_verrou(nom: str) -> dict[str, tuple[str, int]]:
    """Version and number of hashes of each library of a lock file."""
    verrouillees = {}
    for bloc in (RACINE / nom).read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        exigence, *empreintes = re.split(r"\s+--hash=sha256:", bloc.strip())
        lue = Requirement(exigence)
        (precise,) = lue.specifier
        assert precise.operator == "=="
        assert all(re.fullmatch(r"[0-9a-f]{64}", e) for e in empreintes)
        verrouillees[canonicalize_name(lue.name)] = (precise.version, len(empreintes))
    return verrouillees


@pytest.mark.parametrize("nom", [VERROU_SERVICE, VERROU_ESSAIS])
def test_chaque_bibliotheque_verrouillee_a_ses_empreintes(nom: str) -> None:
    assert all(nombre > 0 for _, nombre in lire_verrou(nom).values())


@pytest.mark.parametrize("nom", [VERROU_SERVICE, VERROU_ESSAIS, "package-lock.json", ".npmrc"])
def test_un_verrou_ne_porte_aucune_adresse(nom: str) -> None:
    texte = (RACINE / nom).read_text(encoding="utf-8")
    assert re.findall(r"\w+://|--(?:extra-)?index-url|--find-links|\w\.(?:org|com)\b", texte) == []


def test_les_dependances_declarees_sont_verrouillees() -> None:
    service, essais = lire_verrou(VERROU_SERVICE), lire_verrou(VERROU_ESSAIS)
    for texte, verrou in [
        *((t, service) for t in PROJET["project"]["dependencies"]),
        *((t, essais) for t in PROJET["dependency-groups"]["dev"]),
    ]:
        exigence = Requirement(texte)
        version, _ = verrou[canonicalize_name(exigence.name)]
        assert exigence.specifier.contains(version), texte


def test_le_verrou_des_essais_contient_celui_du_service() -> None:
    assert lire_verrou(VERROU_SERVICE).items() <= lire_verrou(VERROU_ESSAIS).items()


def test_plotly_du_navigateur_est_celui_de_python() -> None:
    version = NPM["node_modules/plotly.js-basic-dist-min"]["version"]
    assert version == plotly.offline.get_plotlyjs_version()


def test_chaque_paquet_npm_est_verifie_par_son_empreinte() -> None:
    paquets = {nom: paquet for nom, paquet in NPM.items() if nom}
    assert len(paquets) >= 4
    assert all(paquet["integrity"].startswith("sha512-") for paquet in paquets.values())


def test_le_makefile_a_les_commandes_annoncees() -> None:
    makefile = (RACINE / "Makefile").read_text(encoding="utf-8")
    cibles = set(re.findall(r"^(\w+):.*## .", makefile, flags=re.MULTILINE))
    assert cibles >= {"run", "test", "lint", "bench", "format", "aide"}


def test_le_procfile_et_l_integration_lancent_ce_qu_il_faut() -> None:
    assert (RACINE / "Procfile").read_text(encoding="utf-8").startswith("web: gunicorn app:server")
    assert os.access(RACINE / ".ci" / "run", os.X_OK)
    assert "make test" in (RACINE / ".ci" / "run").read_text(encoding="utf-8")


def test_un_compte_ordinaire_sait_quoi_demander(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "apt-get").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "apt-get").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(Arret) as arret:
        installer_paquets(["chromium", "postgresql"], "make test")
    message = str(arret.value)
    assert "administrateur" in message
    assert "apt-get install --no-install-recommends chromium postgresql" in message
    assert "« make test »" in message


def test_une_installation_debian_qui_echoue_est_dite(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "apt-get").write_text("#!/bin/sh\necho 'pas de reseau'\nexit 100\n")
    (tmp_path / "apt-get").chmod(0o755)
    env = shutil.which("env")
    assert env is not None
    (tmp_path / "env").symlink_to(env)
    (tmp_path / "sh").symlink_to("/bin/sh")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(Arret, match="pas de reseau"):
        installer_paquets(["chromium"], "make test")


def test_sans_pango_le_service_continue_et_les_essais_le_demandent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("paquets.PANGO", {"libpango-absent": "libpango-absente.so.9"})
    assert trouver_pango() == ["libpango-absent"]
    assert "libpango-absent" in trouver_manquants(essais=True)
    assert "libpango-absent" not in trouver_manquants(essais=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    installer_si_possible(trouver_pango(), "Sans Pango, pas de PDF.")
    dit = capsys.readouterr().out
    assert "Sans Pango, pas de PDF." in dit
    assert "apt-get install --no-install-recommends libpango-absent" in dit


def test_sans_npm_le_service_continue_et_les_essais_s_arretent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(RACINE / "package-lock.json", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    preparer_ressources(tmp_path, essais=False)
    assert "npm n’est pas installé" in capsys.readouterr().out
    assert not (tmp_path / "assets").exists()
    for demande in ({"essais": True}, {"essais": False, "exigees": True}):
        with pytest.raises(Arret, match="npm est introuvable"):
            preparer_ressources(tmp_path, **demande)


def poser_python(racine: Path, script: str) -> None:
    """Puts a shell script where the set-up expects the Python of `.venv`."""
    python = racine / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)


def test_une_demonstration_interrompue_ne_passe_pas_pour_une_base(tmp_path: Path) -> None:
    poser_python(tmp_path, 'touch "${DATABASE_URL#sqlite:///}"; exit 1')
    with pytest.raises(Arret, match="démonstration"):
        preparer_demonstration(tmp_path)
    assert not (tmp_path / "data" / "base" / "passerelle.sqlite").exists()


def test_la_demonstration_est_mise_en_place_une_seule_fois(tmp_path: Path) -> None:
    poser_python(
        tmp_path,
        'base="${DATABASE_URL#sqlite:///}"; echo base > "$base"; echo cle > "$base.cle"\n'
        f'echo "$@" >> "{tmp_path}/appels"',
    )
    preparer_demonstration(tmp_path)
    preparer_demonstration(tmp_path)
    base = tmp_path / "data" / "base"
    assert sorted(f.name for f in base.iterdir()) == ["passerelle.sqlite", "passerelle.sqlite.cle"]
    assert (tmp_path / "appels").read_text() == "-m data demo\n"


def test_une_base_deja_chargee_n_est_pas_touchee(tmp_path: Path) -> None:
    base = tmp_path / "data" / "base" / "passerelle.sqlite"
    base.parent.mkdir(parents=True)
    base.write_text("des livraisons")
    preparer_demonstration(tmp_path)
    assert base.read_text() == "des livraisons"


def test_un_port_pris_est_dit_avec_le_remede() -> None:
    preparation = runpy.run_path(str(RACINE / ".ci" / "preparation" / "__main__.py"))
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        prise.listen()
        port = prise.getsockname()[1]
        with pytest.raises(Arret, match=f"PORT={port + 10} make run"):
            preparation["verifier_port"](port)
    preparation["verifier_port"](trouver_port())


def test_une_base_de_test_est_vide_et_a_elle(url_base: str) -> None:
    moteur = sa.create_engine(url_base)
    with moteur.begin() as lien:
        assert sa.inspect(lien).get_table_names() == []
        lien.execute(sa.text("create table trace (n integer)"))
        lien.execute(sa.text("insert into trace values (1)"))
    with moteur.connect() as lien:
        assert lien.execute(sa.text("select n from trace")).scalar_one() == 1
    moteur.dispose()


def test_les_fichiers_commences_les_premiers_existent() -> None:
    assert [nom for nom in LONGS if not (RACINE / "tests" / f"{nom}.py").exists()] == []


def test_la_demonstration_des_tests_est_lisible(base_demo: str) -> None:
    fichier = sa.make_url(base_demo).database
    assert fichier is not None
    lien = sqlite3.connect(f"file:{fichier}?mode=ro", uri=True)
    assert lien.execute("select count(*) from livraisons").fetchone()[0] > 0
    lien.close()
