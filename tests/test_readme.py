"""The README tells the truth: its commands, settings and files exist."""

from __future__ import annotations

import re
import subprocess
import sys

from tests import RACINE

README = (RACINE / "README.md").read_text(encoding="utf-8")
SOURCES = [
    p
    for dossier in ("data", "queries", "dashboard", ".ci")
    for p in (RACINE / dossier).rglob("*.py")
]


def test_every_make_target_of_the_readme_exists() -> None:
    cibles = set(re.findall(r"^([a-z]+):", (RACINE / "Makefile").read_text(), re.MULTILINE))
    citees = set(re.findall(r"make ([a-z]+)", README.replace("Python ≥ 3.11 and make", "")))
    citees = {c for c in citees if f"`make {c}`" in README or f"\nmake {c}" in README}
    assert {"run", "test", "lint", "bench"} <= citees
    assert citees <= cibles


def test_every_data_command_of_the_readme_exists() -> None:
    aide = subprocess.run(
        [sys.executable, "-m", "data", "--help"],
        cwd=RACINE,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    citees = set(re.findall(r"python -m data ([a-z]+)", README))
    assert {"demo", "importer", "modele", "rapprochement", "etat", "retirer"} <= citees
    for commande in citees:
        assert re.search(rf"^\s+{commande}\s", aide, re.MULTILINE), commande


def test_every_setting_is_documented_and_every_documented_setting_is_read() -> None:
    documentees = set(re.findall(r"^\| `([A-Z_]+)` \|", README, re.MULTILINE))
    lues = {
        nom
        for source in SOURCES
        for nom in re.findall(
            r"os\.environ(?:\.get\(|\[|\.setdefault\()\s*\"([A-Z_]+)\"", source.read_text("utf-8")
        )
    }
    du_systeme = {"PATH", "COLUMNS", "HOME", "CI", "USER"}
    assert documentees <= lues
    assert lues - du_systeme <= documentees


def test_every_file_of_the_readme_exists() -> None:
    for chemin in re.findall(
        r"[`(]((?:data|queries|dashboard|assets|docs|tests)/[\w./-]+)[`)]", README
    ):
        if chemin.startswith("data/base"):
            continue
        assert (RACINE / chemin).exists(), chemin
