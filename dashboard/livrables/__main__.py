"""The process that makes the files that wait, then ends: `python -m dashboard.livrables`."""

from __future__ import annotations

import os
import signal
import sys

from dashboard.livrables.fabrique import fabriquer
from data.application import MagasinIndisponible
from queries import travaux
from queries.depot import Depot

DUREE_AU_PLUS = 300
"""Seconds that one file may take: what takes longer will never end."""


def main() -> int:
    """Exit status: 0, nothing waits any more; 1, the store does not answer."""
    # The pages come first.
    os.nice(10)
    depot = Depot()
    try:
        while (travail := travaux.prendre()) is not None:
            signal.alarm(DUREE_AU_PLUS)
            fabriquer(travail, depot)
            signal.alarm(0)
    except MagasinIndisponible as erreur:
        print(erreur, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
