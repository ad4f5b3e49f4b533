"""The command line, as a person runs it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests import RACINE


def commander(url: str, *mots: str) -> None:
    """Runs `python -m data` on a database; fails with what it wrote when it does."""
    acheve = subprocess.run(
        [sys.executable, "-m", "data", *mots],
        cwd=RACINE,
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    if acheve.returncode != 0:
        pytest.fail(f"python -m data {mots[0]} :\n{acheve.stderr[-3000:]}", pytrace=False)
