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


@pytest.fixture
def copie(tmp_path: Path) -> Path:
    """A project that asks for the same, and whose code imports nothing yet."""
    for nom in (*dependances.VERROUS, "pyproject.toml", "package.json", "package-lock.json"):
        shutil.copy(RACINE / nom, tmp_path)
    (tmp_path / "docs").mkdir()
    shutil.copy(RACINE / dependances.TABLE, tmp_path / "docs")
    for nom in (*dependances.SERVIS, *dependances.ESSAIS):
        if nom.endswith(".py"):
            (tmp_path / nom).touch()
        else:
            (tmp_path / nom).mkdir(parents=True)
    return tmp_path


def test_a_new_dependency_needs_a_row(copie: Path) -> None:
    projet = copie / "pyproject.toml"
    texte = projet.read_text(encoding="utf-8")
    projet.write_text(
        texte.replace('"alembic>=', '"nouvelle>=1",\n    "alembic>='), encoding="utf-8"
    )
    assert dependances.comparer(copie) == ["nouvelle : pas de ligne"]


@pytest.mark.parametrize(
    "importation", ["import click", "from click.types import Path", "def f():\n    import click"]
)
def test_what_the_code_imports_is_asked_for(copie: Path, importation: str) -> None:
    (copie / "queries" / "x.py").write_text(importation + "\n", encoding="utf-8")
    assert dependances.comparer(copie) == ["click : importée sans être demandée"]


def test_what_serves_is_not_asked_for_by_the_tests_alone(copie: Path) -> None:
    for dossier in ("tests", "dashboard"):
        (copie / dossier / "x.py").write_text("import packaging, os, data\n", encoding="utf-8")
    assert dependances.lire_les_imports(copie / "tests") == {"packaging"}
    assert dependances.comparer(copie) == ["packaging : importée sans être demandée"]


def test_each_import_is_found_under_the_name_of_its_package() -> None:
    importees = dependances.lire_les_imports(RACINE / "dashboard")
    assert {"flask", "markupsafe", "werkzeug", "python-pptx", "authlib"} <= importees


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
