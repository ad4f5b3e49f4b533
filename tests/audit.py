"""A shorter audit, for the tests that read figures and do not ask what can be learned from them."""

from __future__ import annotations

import pytest

from data.audit import conduite, cumul, examen


def seul_lecteur(reglages: pytest.MonkeyPatch) -> None:
    """The audit tries the reader of every protected number, and nobody who knows more.

    Tables are withheld all the same, fewer of them, in a fifth of the time on a whole département.
    What the others would learn is tried in `tests/data/test_audit.py` and in `tests/attack`.
    """
    for module in (examen, conduite, cumul):
        reglages.setattr(module, "nommer_les_attaquants", lambda colleges, associations: [])
