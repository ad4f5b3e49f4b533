"""The Python environment: `.venv`, filled from a lock file whose every line carries its hashes."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from console import etape, executer

VERROU_SERVICE = "requirements.txt"
VERROU_ESSAIS = "requirements-dev.txt"


def preparer_environnement(racine: Path, *, essais: bool) -> None:
    """Makes `.venv` and installs the locked libraries, those of the tests too when `essais`.

    Does nothing when the stamp left by the last installation still fits the lock file.
    """
    venv = racine / ".venv"
    # The lock file of the tests contains the other one: installing it serves both.
    verrous = [VERROU_ESSAIS, VERROU_SERVICE] if essais else [VERROU_SERVICE]
    if all(_est_a_jour(venv, racine / verrou) for verrou in verrous):
        return
    if not (venv / "bin" / "python").exists() or not (venv / "bin" / "pip").exists():
        with etape("Création de l’environnement Python (.venv)"):
            executer(
                [sys.executable, "-m", "venv", "--clear", venv],
                echec="L’environnement Python n’a pas pu être créé.",
            )
    with etape("Installation des bibliothèques Python, une à deux minutes la première fois"):
        installer_verrou(venv, racine / verrous[0])
    for verrou in verrous:
        _temoin(venv, verrou).write_text(_empreinte(racine / verrou), encoding="ascii")


def installer_verrou(venv: Path, verrou: Path) -> None:
    """Installs exactly the files whose hashes `verrou` lists, never compiling anything."""
    options = [
        "--no-input",
        "--disable-pip-version-check",
        "--require-hashes",
        "--only-binary",
        ":all:",
    ]
    executer(
        [venv / "bin" / "python", "-m", "pip", "install", "--quiet", *options, "-r", verrou],
        echec=f"L’installation de {verrou.name} a échoué. Le réseau est-il accessible ?",
    )


def _est_a_jour(venv: Path, verrou: Path) -> bool:
    temoin = _temoin(venv, verrou.name)
    return (
        (venv / "bin" / "python").exists()
        and temoin.exists()
        and temoin.read_text(encoding="ascii") == _empreinte(verrou)
    )


def _temoin(venv: Path, verrou: str) -> Path:
    return venv / f".{verrou}.sha256"


def _empreinte(fichier: Path) -> str:
    return hashlib.sha256(fichier.read_bytes()).hexdigest()
