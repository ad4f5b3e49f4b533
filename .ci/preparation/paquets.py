"""The Debian packages that the set-up needs and that only an administrator can install."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from console import Arret, annoncer, etape, executer

NAVIGATEURS = ("chromium", "chromium-browser", "google-chrome")
SERVEURS_POSTGRESQL = Path("/usr/lib/postgresql")
PANGO = {
    "libpango-1.0-0": "libpango-1.0.so.0",
    "libpangoft2-1.0-0": "libpangoft2-1.0.so.0",
    "libharfbuzz-subset0": "libharfbuzz-subset.so.0",
}
"""What writes PDF: package → the shared library that it holds."""


def trouver_manquants(*, essais: bool) -> list[str]:
    """Debian packages that this machine lacks to run Passerelle, or its tests when `essais`."""
    manquants = []
    if find_spec("ensurepip") is None:
        manquants.append(f"python{sys.version_info.major}.{sys.version_info.minor}-venv")
    if essais:
        if not any(shutil.which(nom) for nom in NAVIGATEURS):
            manquants.append("chromium")
        if not (shutil.which("initdb") or any(SERVEURS_POSTGRESQL.glob("*/bin/initdb"))):
            manquants.append("postgresql")
        if not any(Path("/usr/lib").glob("*/libatomic.so.1")):
            # The Node.js that Playwright brings along is linked to it.
            manquants.append("libatomic1")
        if not shutil.which("npm"):
            manquants.append("npm")
        manquants += trouver_pango()
    return manquants


def trouver_pango() -> list[str]:
    """Packages that this machine lacks to write PDF."""
    return [paquet for paquet, bibliotheque in PANGO.items() if not _se_charge(bibliotheque)]


def _se_charge(bibliotheque: str) -> bool:
    try:
        ctypes.CDLL(bibliotheque)
    except OSError:
        return False
    return True


def installer_si_possible(paquets: Iterable[str], sans: str) -> None:
    """Installs packages that one can do without; goes on when it cannot, saying what is lost
    (`sans`)."""
    noms = list(paquets)
    try:
        installer_paquets(noms, "make run")
    except Arret:
        annoncer(
            f"{sans} Pour y remédier, un administrateur peut lancer : "
            f"apt-get install --no-install-recommends {' '.join(noms)}"
        )


def installer_paquets(paquets: Iterable[str], commande: str) -> None:
    """Installs Debian packages as root or through a password-less sudo.

    Anyone else is told what to ask for, and to start `commande` again (raises `Arret`).
    """
    noms = list(paquets)
    if not noms:
        return
    prefixe = _trouver_droits()
    if prefixe is None:
        raise Arret(_demander(noms, commande))
    apt = [*prefixe, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]
    echec = f"L’installation des paquets Debian a échoué : {', '.join(noms)}."
    with etape(f"Installation des paquets Debian {', '.join(noms)}"):
        executer([*apt, "update"], echec=echec)
        executer([*apt, "install", "--no-install-recommends", *noms], echec=echec)


def _trouver_droits() -> list[str] | None:
    """What to put before `apt-get`, or None when this account may not install packages."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    essai = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return ["sudo", "-n"] if essai.returncode == 0 else None


def _demander(noms: list[str], commande: str) -> str:
    return (
        f"Il manque sur ce poste : {', '.join(noms)} (noms des paquets Debian).\n"
        "Votre compte n’a pas le droit de les installer. Demandez à un administrateur de lancer :\n"
        f"    apt-get install --no-install-recommends {' '.join(noms)}\n"
        f"puis relancez « {commande} »."
    )
