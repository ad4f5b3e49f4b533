"""Starts the process that makes files (`python -m dashboard.livrables`), apart from the server."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

RACINE = Path(__file__).resolve().parents[2]


def lancer() -> subprocess.Popen[bytes]:
    """Start one. It ends by itself, at once when enough of them are at work already.

    Raises OSError when the system refuses another process.
    """
    processus = subprocess.Popen(
        [sys.executable, "-m", "dashboard.livrables"],
        cwd=RACINE,
        stdin=subprocess.DEVNULL,
        # What stops a worker of the server does not stop a file that is half made.
        start_new_session=True,
    )
    # Somebody must take note of its end.
    threading.Thread(target=processus.wait, daemon=True).start()
    return processus
