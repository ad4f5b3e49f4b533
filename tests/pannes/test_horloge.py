"""A clock that jumps does not open again what was closed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from data.application import creer, maintenant
from queries import partages
from queries.partages import PartageInconnu

QUI = "point-de-vue:departement"


@pytest.mark.parametrize("jours", [-20_000, -3_650, -1, 0, 1, 3_650, 20_000])
def test_un_lien_revoque_le_reste_quelle_que_soit_l_heure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, jours: int
) -> None:
    monkeypatch.setenv("APPLICATION_URL", f"sqlite:///{tmp_path / 'application.sqlite'}")
    creer()
    numero, jeton = partages.creer(QUI, "Fermé", {"diapos": []}, 1)
    assert partages.ouvrir(jeton).titre == "Fermé"
    partages.revoquer(numero, QUI)
    heure = maintenant() + dt.timedelta(days=jours)
    monkeypatch.setattr(partages, "maintenant", lambda: heure)
    with pytest.raises(PartageInconnu):
        partages.ouvrir(jeton)
    assert not partages.trouver(numero, QUI).ouvert
