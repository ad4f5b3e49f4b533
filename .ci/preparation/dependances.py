"""What the application is made of: the list of its components, and what `docs/dependances.md` says.

`.venv/bin/python .ci/preparation/dependances.py FICHIER.json` writes the list of all the components
(SBOM, CycloneDX 1.5, JSON): versions and digests from the lock files, licences from what is
installed. Exit status 1 when the table of `docs/dependances.md` is not true.
"""

from __future__ import annotations

import ast
import functools
import importlib.metadata
import json
import re
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RACINE = Path(__file__).resolve().parents[2]
TABLE = Path("docs") / "dependances.md"
CASES = 5
LIGNE = re.compile(r"^\| `([^`]+)` \|(.+)\|$", re.MULTILINE)
VERROUS = {"requirements.txt": "required", "requirements-dev.txt": "excluded"}
"""Lock file → scope of what it has, in the words of CycloneDX. The first one wins."""

SERVIS = ("app.py", "dashboard", "data", "queries")
ESSAIS = ("tests", ".ci/preparation")

SPDX = {
    "Apache 2": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache License": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD 3-Clause License": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
"""What metadata say → identifier of SPDX. « BSD » alone: read in the files of those packages."""

EXPRESSIONS = {
    "nest-asyncio": "BSD-2-Clause",
    "numba": "BSD-2-Clause",
    "pyphen": "GPL-2.0-or-later OR LGPL-2.1-or-later OR MPL-1.1",
    "scipy": "BSD-3-Clause",
}
"""Packages whose metadata have a text, several licences to choose from, or « BSD » for another."""


@dataclass(frozen=True, slots=True)
class Composant:
    """`nature`: pypi or npm. `portee`: required (served) or excluded (tests). `empreintes`:
    algorithm of CycloneDX and hexadecimal digest."""

    nature: str
    nom: str
    version: str
    licence: str
    portee: str
    empreintes: tuple[tuple[str, str], ...]


def inventorier(racine: Path = RACINE) -> list[Composant]:
    """Every component locked that this machine needs, each once, in order."""
    composants: dict[tuple[str, str], Composant] = {}
    for fichier, portee in VERROUS.items():
        texte = (racine / fichier).read_text(encoding="utf-8").replace("\\\n", " ")
        for bloc in texte.splitlines():
            trouve = re.match(r"([\w.-]+)==(\S+)", bloc)
            if trouve is None:
                continue
            nom, version = trouve.groups()
            if ("pypi", nom) in composants or not _installe(nom):
                continue
            empreintes = tuple(("SHA-256", e) for e in re.findall(r"--hash=sha256:(\w+)", bloc))
            composants["pypi", nom] = Composant(
                "pypi", nom, version, lire_la_licence(nom), portee, empreintes
            )
    paquets = json.loads((racine / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for chemin, paquet in paquets.items():
        if chemin:
            nom = chemin.removeprefix("node_modules/")
            portee = "excluded" if paquet.get("dev") else "required"
            composants["npm", nom] = Composant(
                "npm", nom, paquet["version"], paquet["license"], portee, ()
            )
    return [composants[cle] for cle in sorted(composants)]


def lire_la_licence(nom: str) -> str:
    """Licence of an installed package, as an SPDX expression; "" when its metadata have none."""
    if nom in EXPRESSIONS:
        return EXPRESSIONS[nom]
    metadonnees = importlib.metadata.metadata(nom)
    classees = [
        c.rpartition("::")[2].strip()
        for c in metadonnees.get_all("Classifier") or []
        if c.startswith("License ::")
    ]
    dites = [
        x for champ in ("License-Expression", "License") for x in metadonnees.get_all(champ) or []
    ]
    for texte in [str(x) for x in (*dites, *classees)]:
        if texte and "\n" not in texte:
            return SPDX.get(texte, texte)
    return ""


def _installe(nom: str) -> bool:
    try:
        importlib.metadata.distribution(nom)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def lire_les_directes(racine: Path = RACINE) -> set[str]:
    """Names of what `pyproject.toml` and `package.json` ask for."""
    npm = json.loads((racine / "package.json").read_text(encoding="utf-8"))
    noms = set[str]().union(*lire_les_demandees(racine))
    return noms | set(npm["dependencies"]) | set(npm["devDependencies"])


def lire_les_demandees(racine: Path = RACINE) -> tuple[set[str], set[str]]:
    """Names of the Python packages that `pyproject.toml` asks for: to serve, for the tests."""
    projet = tomllib.loads((racine / "pyproject.toml").read_text(encoding="utf-8"))
    listes = projet["project"]["dependencies"], projet["dependency-groups"]["dev"]
    service, essais = (
        {re.split(r"[\[<>=~! ;]", texte)[0].lower() for texte in liste} for liste in listes
    )
    return service, essais


def lire_les_imports(chemin: Path) -> set[str]:
    """Names of the installed packages that a file, or any of a folder, imports anywhere in it."""
    fichiers = [chemin] if chemin.is_file() else sorted(chemin.rglob("*.py"))
    modules: set[str] = set()
    for fichier in fichiers:
        for noeud in ast.walk(ast.parse(fichier.read_text(encoding="utf-8"))):
            if isinstance(noeud, ast.Import):
                modules |= {alias.name.partition(".")[0] for alias in noeud.names}
            elif isinstance(noeud, ast.ImportFrom) and noeud.module and not noeud.level:
                modules.add(noeud.module.partition(".")[0])
    return {
        nom.lower().replace("_", "-") for m in modules for nom in _paquets_par_module().get(m, ())
    }


@functools.cache
def _paquets_par_module() -> Mapping[str, list[str]]:
    return importlib.metadata.packages_distributions()


def lister_les_oublis(racine: Path = RACINE) -> list[str]:
    """Packages that the code imports and that `pyproject.toml` does not ask for, in French."""
    service, essais = lire_les_demandees(racine)
    oublis: list[str] = []
    for dossiers, demandees in ((SERVIS, service), (ESSAIS, service | essais)):
        importees = set[str]().union(*(lire_les_imports(racine / nom) for nom in dossiers))
        oublis += [f"{nom} : importée sans être demandée" for nom in importees - demandees]
    return sorted(set(oublis))


def lire_la_table(racine: Path = RACINE) -> dict[str, list[str]]:
    """Name → the other cells of its row: use, why this one, version, release, licence."""
    texte = (racine / TABLE).read_text(encoding="utf-8")
    return {nom: [c.strip() for c in reste.split("|")] for nom, reste in LIGNE.findall(texte)}


def comparer(racine: Path = RACINE) -> list[str]:
    """What the table says that is not so, or leaves out, in French; nothing when it is true."""
    table, directes = lire_la_table(racine), lire_les_directes(racine)
    defauts = [f"{nom} : pas de ligne" for nom in sorted(directes - set(table))]
    defauts += [f"{nom} : n’est plus demandée" for nom in sorted(set(table) - directes)]
    defauts += lister_les_oublis(racine)
    for composant in inventorier(racine):
        cases = table.get(composant.nom)
        if cases is None or composant.nom not in directes:
            continue
        if len(cases) != CASES or not all(cases):
            defauts.append(f"{composant.nom} : une case manque")
        elif (cases[2], cases[4]) != (composant.version, composant.licence):
            defauts.append(f"{composant.nom} : {composant.version}, {composant.licence}")
    return defauts


def composer_sbom(racine: Path = RACINE) -> dict[str, Any]:
    """The list of components, in the form of CycloneDX 1.5; the same for the same lock files."""
    projet = tomllib.loads((racine / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": projet["name"],
                "name": projet["name"],
                "version": projet["version"],
                "licenses": [{"expression": projet["license"]}],
            }
        },
        "components": [_decrire(c) for c in inventorier(racine)],
    }


def _decrire(composant: Composant) -> dict[str, Any]:
    purl = f"pkg:{composant.nature}/{composant.nom.replace('@', '%40')}@{composant.version}"
    decrit: dict[str, Any] = {
        "type": "library",
        "bom-ref": purl,
        "name": composant.nom,
        "version": composant.version,
        "scope": composant.portee,
        "licenses": [{"expression": composant.licence}],
        "purl": purl,
    }
    if len(composant.empreintes) == 1:
        # Several: one for each platform's file, and which one is served is not known here.
        ((algorithme, empreinte),) = composant.empreintes
        decrit["hashes"] = [{"alg": algorithme, "content": empreinte}]
    return decrit


def main() -> int:
    """Write the SBOM to the file named, say what the table has wrong."""
    for nom in sys.argv[1:]:
        texte = json.dumps(composer_sbom(), ensure_ascii=False, indent=2)
        Path(nom).write_text(texte + "\n", encoding="utf-8")
        print(f"▸ {nom} : {len(inventorier())} composants")
    defauts = comparer()
    for defaut in defauts:
        print(f"docs/dependances.md : {defaut}", file=sys.stderr)
    return 1 if defauts else 0


if __name__ == "__main__":
    sys.exit(main())
