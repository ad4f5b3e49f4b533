"""Every dependency is justified, and the list of components is whole."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from pathlib import Path

import pytest

import dependances
from tests import RACINE
from tests.test_outillage import NPM, lire_verrou

ANS_AU_PLUS = 3
"""A library that released nothing for longer is looked at again."""

COPYLEFT_FORT = re.compile(r"\b(?:AGPL|GPL)-")


def test_the_table_is_true() -> None:
    assert dependances.comparer() == []


def test_a_new_dependency_needs_a_row(tmp_path: Path) -> None:
    for nom in ("requirements.txt", "requirements-dev.txt", "package.json", "package-lock.json"):
        shutil.copy(RACINE / nom, tmp_path)
    (tmp_path / "docs").mkdir()
    shutil.copy(RACINE / dependances.TABLE, tmp_path / "docs")
    projet = (RACINE / "pyproject.toml").read_text(encoding="utf-8")
    ajoute = projet.replace('"alembic>=', '"nouvelle>=1",\n    "alembic>=')
    (tmp_path / "pyproject.toml").write_text(ajoute, encoding="utf-8")
    assert dependances.comparer(tmp_path) == ["nouvelle : pas de ligne"]


def test_none_is_unmaintained() -> None:
    aujourd_hui = dt.date.today()
    for nom, (*_, sortie, _licence) in dependances.lire_la_table().items():
        assert re.fullmatch(r"20\d\d-(?:0[1-9]|1[0-2])", sortie), nom
        mois = dt.date.fromisoformat(f"{sortie}-01")
        assert mois <= aujourd_hui < mois.replace(year=mois.year + ANS_AU_PLUS), nom


def test_the_list_of_components_has_all_that_is_served() -> None:
    sbom = dependances.composer_sbom()
    purls = {c["purl"] for c in sbom["components"]}
    assert len(purls) == len(sbom["components"])
    for nom, (version, _) in lire_verrou("requirements.txt").items():
        if nom not in ("brotlicffi", "colorama"):  # Other platforms.
            assert f"pkg:pypi/{nom}@{version}" in purls
    assert sum(p.startswith("pkg:npm/") for p in purls) == len([n for n in NPM if n])


@pytest.mark.parametrize("composant", dependances.inventorier(), ids=lambda c: c.nom)
def test_every_licence_is_known_and_lets_it_be_used(composant: dependances.Composant) -> None:
    assert re.fullmatch(r"\(?[\w.+-]+(?: (?:AND|OR|WITH) \(?[\w.+-]+\)?)*", composant.licence)
    choix = composant.licence.split(" OR ")
    assert not all(COPYLEFT_FORT.match(c) for c in choix)


def test_no_address_in_the_table() -> None:
    texte = (RACINE / dependances.TABLE).read_text(encoding="utf-8")
    assert not re.search(r"\w+://|\w\.(?:org|com|io)\b", texte)
