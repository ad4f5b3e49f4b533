"""`python -m tests.bench` (`make bench`): what a visitor and the machine feel.

`--base URL` measures a database already loaded (default: a small demonstration, made first);
`--mesures` chooses among them. `python -m tests.bench courbe` prints the cost curve,
`python -m tests.bench donnees` the import of 4.4 million interventions and the reading of chapters.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.bench import charge, courbe, donnees, machine, navigateur, pages, processus
from tests.commandes import commander

SEPARES = {"courbe": courbe.main, "donnees": donnees.main}
MESURES: dict[str, Callable[[str], None]] = {
    "pages": pages.mesurer,
    "charge": charge.mesurer,
    "navigateur": navigateur.mesurer,
    "processus": processus.mesurer,
}


def main() -> int:
    """Run what is asked; every measure by default."""
    if len(sys.argv) > 1 and sys.argv[1] in SEPARES:
        return SEPARES[sys.argv[1]](sys.argv[2:])
    analyseur = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    analyseur.add_argument("--base", metavar="URL")
    analyseur.add_argument("--mesures", nargs="+", choices=list(MESURES), default=list(MESURES))
    options = analyseur.parse_args()
    with tempfile.TemporaryDirectory(prefix="passerelle-bench-") as dossier:
        base = options.base
        if base is None:
            base = f"sqlite:///{Path(dossier) / 'base.sqlite'}"
            commander(base, "demo", "--annees", "2", "--echelle", "0.3")
        # What the measures write (sessions, journal) stays apart from the base.
        os.environ["APPLICATION_URL"] = f"sqlite:///{Path(dossier) / 'application.sqlite'}"
        os.environ["DATABASE_URL"] = base
        print(machine.decrire(), flush=True)
        for nom in options.mesures:
            MESURES[nom](base)
        print(f"À la fin : {machine.decrire()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
