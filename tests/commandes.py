"""The command line, as a person runs it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests import RACINE

SECRET_DES_ESSAIS = "tiré au hasard pour les essais : 51c8e07d92ab4f36"
"""Rounding secret of the databases the tests build: the same base, the same figures, every time.
The attack suite tries others."""


def commander(url: str, *mots: str) -> None:
    """Runs `python -m data` on a database; fails with what it wrote when it does."""
    acheve = subprocess.run(
        [sys.executable, "-m", "data", *mots],
        cwd=RACINE,
        env={"SECRET_ARRONDI": SECRET_DES_ESSAIS, **os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    if acheve.returncode != 0:
        pytest.fail(f"python -m data {mots[0]} :\n{acheve.stderr[-3000:]}", pytrace=False)
