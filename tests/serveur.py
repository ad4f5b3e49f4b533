"""The dashboard served by gunicorn on one port, which can be killed and started again there."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests import RACINE
from tests.port import trouver_port

SECONDES_DE_DEMARRAGE = 90


class Serveur:
    """Use as a context. `base`: URL of the consolidated database; `journal`: where its technical
    log goes, else to the standard error; the others are settings."""

    def __init__(self, base: str, *, journal: Path | None = None, **reglages: str) -> None:
        self.port = trouver_port()
        self.adresse = f"http://127.0.0.1:{self.port}"
        self._reglages = {"DATABASE_URL": base, "WEB_CONCURRENCY": "2", **reglages}
        self._journal = journal
        self._processus: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Serveur:
        self.demarrer()
        return self

    def __exit__(self, *_: object) -> None:
        self.tuer()

    @property
    def pid(self) -> int:
        """Of the master. Raises RuntimeError when it is not started."""
        if self._processus is None:
            raise RuntimeError("Le tableau de bord n’est pas démarré.")
        return self._processus.pid

    def demarrer(self) -> None:
        """Start, and wait until it answers. Raises RuntimeError when it does not."""
        commande = [sys.executable, "-m", "gunicorn", "app:server"]
        commande += ["--config", "python:dashboard.gunicorn"]
        commande += ["--bind", f"127.0.0.1:{self.port}", "--log-level", "warning"]
        with contextlib.ExitStack() as pile:
            journal = pile.enter_context(self._journal.open("ab")) if self._journal else None
            self._processus = subprocess.Popen(
                commande,
                cwd=RACINE,
                env={**os.environ, **self._reglages},
                stderr=journal,
                start_new_session=True,
            )
        limite = time.monotonic() + SECONDES_DE_DEMARRAGE
        while True:
            if self._processus.poll() is not None:
                raise RuntimeError("Le tableau de bord ne démarre pas (voir ci-dessus).")
            try:
                urllib.request.urlopen(f"{self.adresse}/assets/favicon.ico", timeout=10).close()
                return
            except (urllib.error.URLError, OSError):
                if time.monotonic() > limite:
                    raise RuntimeError("Le tableau de bord ne répond pas.") from None
                time.sleep(0.1)

    def tuer(self) -> None:
        """Kill it and its workers at once, as a power cut would."""
        if self._processus is not None:
            os.killpg(self._processus.pid, signal.SIGKILL)
            self._processus.wait()
            self._processus = None
