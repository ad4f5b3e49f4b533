"""The set-up behind `make`: `python3 .ci/preparation run|test|lint`; and, where the service is
installed, `python3 .ci/preparation ressources`: what the browser loads and Git ignores.

Needs nothing but the standard library of Python 3.11. Every step looks first whether its work
is done, so that a second call costs a fraction of a second.
"""

from __future__ import annotations

import os
import shutil
import socket
import sys
from pathlib import Path

from console import Arret
from demonstration import preparer_demonstration
from environnement import preparer_environnement
from paquets import (
    installer_paquets,
    installer_si_possible,
    trouver_manquants,
    trouver_pango,
)
from ressources import preparer_ressources

RACINE = Path(__file__).resolve().parents[2]
VERSION_MINIMALE = (3, 11)
CIBLES = ("run", "test", "lint", "ressources")


def preparer(cible: str) -> None:
    """Makes this machine ready for one target of `CIBLES`; raises `Arret` when it cannot."""
    if cible == "ressources":
        preparer_ressources(RACINE, essais=False, exigees=True)
        return
    installer_paquets(trouver_manquants(essais=cible == "test"), f"make {cible}")
    preparer_environnement(RACINE, essais=cible != "run")
    if cible == "lint":
        return
    preparer_ressources(RACINE, essais=cible == "test")
    if cible == "run":
        installer_si_possible(
            trouver_pango(),
            "Il manque Pango sur ce poste : tout marche, sauf les rapports en PDF (le document "
            "Word les remplace).",
        )
        verifier_port(int(os.environ.get("PORT") or 8050))
        preparer_demonstration(RACINE)


def verifier_port(port: int) -> None:
    """Raises `Arret` when another program already listens on `port`."""
    with socket.socket() as prise:
        prise.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            prise.bind(("127.0.0.1", port))
        except OSError as erreur:
            raise Arret(
                f"Le port {port} est déjà pris. Choisissez-en un autre : "
                f"« PORT={port + 10} make run »."
            ) from erreur


def choisir_python() -> None:
    """Starts again under a recent enough Python when `python3` is too old."""
    if sys.version_info >= VERSION_MINIMALE:
        return
    for mineure in (13, 12, 11):
        recent = shutil.which(f"python3.{mineure}")
        if recent:
            os.execv(recent, [recent, *sys.argv])
    sys.exit(
        "Passerelle demande Python 3.11 ou plus récent ; "
        f"ce poste a Python {sys.version_info[0]}.{sys.version_info[1]}."
    )


def main() -> int:
    """Exit code 0: ready; 1: cannot, the message says why; 2: wrong call."""
    choisir_python()
    if len(sys.argv) != 2 or sys.argv[1] not in CIBLES:
        print(f"Usage : python3 .ci/preparation {'|'.join(CIBLES)}", file=sys.stderr)
        return 2
    try:
        preparer(sys.argv[1])
    except Arret as arret:
        print(f"\n{arret}\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrompu. Relancez la commande pour reprendre.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
