"""What the person who typed `make` reads, and how the commands of the set-up are run."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

LIGNES_MONTREES = 25


class Arret(Exception):
    """The set-up cannot go on; its message tells the person, in French, what to do."""


def annoncer(message: str) -> None:
    """Prints one line of progress at once, even through a pipe."""
    print(f"▸ {message}", flush=True)


@contextmanager
def etape(message: str) -> Iterator[None]:
    """Announces a step, then how many seconds it took."""
    annoncer(f"{message}…")
    debut = time.monotonic()
    yield
    annoncer(f"  fait en {time.monotonic() - debut:.0f} s")


def executer(
    commande: Sequence[str | Path],
    *,
    echec: str,
    dossier: Path | None = None,
    ajouts: Mapping[str, str] | None = None,
    visible: bool = False,
) -> None:
    """Runs a command, silent unless `visible`; raises `Arret` with the end of its output."""
    acheve = subprocess.run(
        [str(mot) for mot in commande],
        cwd=dossier,
        env={**os.environ, **(ajouts or {})},
        stdin=subprocess.DEVNULL,
        stdout=None if visible else subprocess.PIPE,
        stderr=None if visible else subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if acheve.returncode != 0:
        fin = "\n".join((acheve.stdout or "").strip().splitlines()[-LIGNES_MONTREES:])
        raise Arret(f"{echec}\n{fin}".rstrip())
