"""The browser, the page watched for errors, and the dashboard served as in production."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests import RACINE
from tests.browser.accessibilite import relever_violations
from tests.browser.surveillance import Surveillance
from tests.commandes import commander
from tests.demonstration import TROIS_ANS, Demonstrations
from tests.port import trouver_port

NAVIGATEURS = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--font-render-hinting=none",
]
SECONDES_DE_DEMARRAGE = 60

ATTENTE, ATTENTE_D_UNE_PAGE = 30_000, 60_000
"""How long to wait for what is expected, and for a page, ms: other tests run meanwhile."""


@pytest.fixture(scope="session")
def navigateur() -> Iterator[Browser]:
    """Debian's Chromium, without a window; fails when there is none."""
    executable = next(filter(None, map(shutil.which, NAVIGATEURS)), None)
    if executable is None:
        pytest.fail(
            "Chromium est introuvable : « make test » l’installe, ou dit à qui le demander.",
            pytrace=False,
        )
    expect.set_options(timeout=ATTENTE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=OPTIONS)
        yield chromium
        chromium.close()


@pytest.fixture
def ouvrir_page(navigateur: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page of its own context: `ouvrir_page(largeur=390, hauteur=844, **options)`.

    Every page opened is watched; the test fails at its end if one of them wrote an error or a
    warning in the console, or asked anything of another host.
    """
    surveillance = Surveillance()
    contextes = []

    def ouvrir(largeur: int = 1280, hauteur: int = 800, **options: Any) -> Page:
        contexte = navigateur.new_context(
            locale="fr-FR",
            timezone_id="Europe/Paris",
            viewport={"width": largeur, "height": hauteur},
            **options,
        )
        contexte.set_default_timeout(ATTENTE_D_UNE_PAGE)
        contextes.append(contexte)
        contexte.on("page", surveillance.suivre)
        return contexte.new_page()

    yield ouvrir
    for contexte in contextes:
        contexte.close()
    surveillance.verifier()


@pytest.fixture
def page(ouvrir_page: Callable[..., Page]) -> Page:
    """One watched page, 1280 × 800 (see `ouvrir_page`)."""
    return ouvrir_page()


@pytest.fixture
def violations() -> Callable[[Page], list[dict[str, Any]]]:
    """axe-core: `assert violations(page) == []`."""
    return relever_violations


@pytest.fixture(scope="session")
def base_demo(demonstrations: Demonstrations) -> str:
    """URL of a demonstration database of three years, beside which no other test wrote."""
    return f"sqlite:///{demonstrations.copier(*TROIS_ANS)}"


@pytest.fixture(scope="session")
def serveur(base_demo: str) -> Iterator[str]:
    """Address of the dashboard, served by gunicorn on the demonstration database."""
    with servir(base_demo) as adresse:
        yield adresse


@pytest.fixture
def publier(base_demo: str, tmp_path: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    """Address of a dashboard on a copy of the database, and what publishes its answers anew
    without one association."""
    copie = tmp_path / "copie.sqlite"
    shutil.copy(base_demo.removeprefix("sqlite:///"), copie)
    url = f"sqlite:///{copie}"
    with servir(url) as adresse:
        yield adresse, lambda: commander(url, "retirer", "--association", "capep")


@contextmanager
def servir(base: str, **reglages: str) -> Iterator[str]:
    """Serves the dashboard on a database with gunicorn, under these settings; gives its
    address."""
    port = trouver_port()
    adresse = f"http://127.0.0.1:{port}"
    processus = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "app:server", "--config", "python:dashboard.gunicorn"]
        + ["--bind", f"127.0.0.1:{port}", "--log-level", "warning"],
        cwd=RACINE,
        env={**os.environ, "DATABASE_URL": base, "WEB_CONCURRENCY": "2", **reglages},
    )
    try:
        _attendre(processus, adresse)
        yield adresse
    finally:
        processus.terminate()
        try:
            processus.wait(timeout=10)
        except subprocess.TimeoutExpired:
            processus.kill()
            processus.wait()


def _attendre(processus: subprocess.Popen[bytes], adresse: str) -> None:
    limite = time.monotonic() + SECONDES_DE_DEMARRAGE
    while True:
        if processus.poll() is not None:
            pytest.fail("Le tableau de bord ne démarre pas (voir ci-dessus).", pytrace=False)
        try:
            urllib.request.urlopen(adresse, timeout=10).close()
            return
        except (urllib.error.URLError, OSError) as erreur:
            if time.monotonic() > limite:
                pytest.fail(f"Le tableau de bord ne répond pas : {erreur}", pytrace=False)
            time.sleep(0.1)
