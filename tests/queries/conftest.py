"""What the tests of the query layer share: the secret of the rounding."""

from __future__ import annotations

import pytest

from tests.queries.protection import SECRET


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rounding of every test draws from the secret that `protection` reads it with."""
    monkeypatch.setenv("SECRET_ARRONDI", SECRET.decode())
