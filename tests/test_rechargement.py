"""A reload under load loses no request (`python -m tests.rechargement` does more of them)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import rechargement


def test_a_reload_loses_no_request(
    base_demo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APPLICATION_URL", f"sqlite:///{tmp_path / 'application.sqlite'}")
    with rechargement.servir(base_demo, tmp_path) as service:
        avant = int(service.pid.read_text())
        bilan = rechargement.essayer(service, clients=4, tours=1)
        assert int(service.pid.read_text()) != avant
    assert bilan.reponses > 4
    assert bilan.echecs == []
