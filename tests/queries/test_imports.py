"""Imports run one way, and the web process carries no scientific library."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import RACINE

PAQUETS = ("dashboard", "queries", "data")
OUVERTS_A_QUERIES = {
    *("schema", "catalogue", "treillis", "paquet", "rapprochement", "lexique"),
    *("application", "comptes", "secret_session", "integrite"),
}
"""Modules of `data` that the query layer may import."""

LOURDS = ("pandas", "numpy", "numba", "scipy", "highspy", "openpyxl", "pptx", "docx", "weasyprint")


def fichiers(*noms: str) -> list[Path]:
    """Python files of packages and of the front door."""
    trouves: list[Path] = []
    for nom in noms:
        chemin = RACINE / nom
        trouves.extend([chemin] if chemin.is_file() else sorted(chemin.rglob("*.py")))
    return trouves


def imports(fichier: Path) -> Iterator[str]:
    """Dotted names that a file imports, anywhere in it; relative ones resolved."""
    paquet = fichier.relative_to(RACINE).with_suffix("").parts[:-1]
    for noeud in ast.walk(ast.parse(fichier.read_text(encoding="utf-8"))):
        if isinstance(noeud, ast.Import):
            yield from (alias.name for alias in noeud.names)
        elif isinstance(noeud, ast.ImportFrom):
            debut = paquet[: len(paquet) - noeud.level + 1] if noeud.level else ()
            module = ".".join([*debut, *([noeud.module] if noeud.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in noeud.names)


def racines(fichier: Path) -> set[str]:
    """Top-level packages that a file imports."""
    return {nom.split(".")[0] for nom in imports(fichier)}


def test_il_y_a_de_quoi_verifier() -> None:
    for paquet in PAQUETS:
        assert len(fichiers(paquet)) > 5


@pytest.mark.parametrize(
    ("paquet", "interdits"),
    [
        ("data", {"queries", "dashboard", "app", "tests"}),
        ("queries", {"dashboard", "app", "tests"}),
        ("dashboard", {"app", "tests"}),
        ("app.py", {"queries", "data", "tests"}),
    ],
)
def test_les_imports_vont_dans_un_seul_sens(paquet: str, interdits: set[str]) -> None:
    fautes = {
        str(f.relative_to(RACINE)): sorted(racines(f) & interdits)
        for f in fichiers(paquet)
        if racines(f) & interdits
    }
    assert fautes == {}


def _ouverts(fichier: Path) -> bool:
    """Whether all that a file takes from `data` is open to the query layer."""
    siens = {nom.split(".")[1] for nom in imports(fichier) if nom.startswith("data.")}
    return siens <= OUVERTS_A_QUERIES


def test_queries_n_importe_de_data_que_ce_qui_lui_est_ouvert() -> None:
    fautes = [str(f.relative_to(RACINE)) for f in fichiers("queries") if not _ouverts(f)]
    assert fautes == []


@pytest.mark.parametrize(
    ("bibliotheques", "permis"),
    [({"sqlalchemy", "psycopg"}, {"queries", "data"}), ({"dash", "flask"}, {"dashboard"})],
)
def test_chaque_bibliotheque_a_sa_maison(bibliotheques: set[str], permis: set[str]) -> None:
    fautes = [
        str(f.relative_to(RACINE))
        for paquet in PAQUETS
        if paquet not in permis
        for f in fichiers(paquet)
        if racines(f) & bibliotheques
    ]
    assert fautes == []


def test_ce_qui_dessine_une_page_ne_sait_pas_qui_demande() -> None:
    """Two people of one perimeter are sent the same answer (`dashboard.gardees`): nothing that
    draws it may read the request, nor the session."""
    modules = _nommer("dashboard")
    # What answers to addresses of files, beside the page that names them.
    del modules["dashboard.pages.publications.fichiers"]
    lus: set[str] = set()
    restent = {"dashboard.plan", "dashboard.cartes", "dashboard.coquille", "dashboard.adresse"}
    while restent:
        nom = restent.pop()
        lus.add(nom)
        demandes = set(imports(modules[nom]))
        assert not {x for x in demandes if x.startswith(("flask", "dashboard.session"))}, nom
        restent |= (demandes & modules.keys()) - lus
    assert "dashboard.pages.explorer" in lus


def _nommer(*paquets: str) -> dict[str, Path]:
    """Files of these packages, by the name of their module."""
    return {
        ".".join(f.relative_to(RACINE).with_suffix("").parts).removesuffix(".__init__"): f
        for f in fichiers(*paquets)
    }


def test_le_graphe_des_imports_n_a_pas_de_cercle() -> None:
    """Depth first over the modules of the three packages, imports at top level only."""
    modules = _nommer(*PAQUETS)
    suites = {nom: _voisins(f, modules) for nom, f in modules.items()}
    finis: set[str] = set()

    def descendre(nom: str, chemin: tuple[str, ...]) -> None:
        assert nom not in chemin, f"cercle : {' → '.join((*chemin, nom))}"
        if nom not in finis:
            for suivant in sorted(suites[nom]):
                descendre(suivant, (*chemin, nom))
            finis.add(nom)

    for nom in modules:
        descendre(nom, ())


def _voisins(fichier: Path, modules: dict[str, Path]) -> set[str]:
    """Modules that a file imports when it is loaded."""
    arbre = ast.parse(fichier.read_text(encoding="utf-8"))
    voisins: set[str] = set()
    for noeud in arbre.body:
        if isinstance(noeud, ast.Import):
            voisins |= {alias.name for alias in noeud.names}
        elif isinstance(noeud, ast.ImportFrom) and noeud.module and not noeud.level:
            complets = {f"{noeud.module}.{alias.name}" for alias in noeud.names}
            trouves = complets & modules.keys()
            # `from package import name`: the package itself only when name is not a module.
            voisins |= trouves if trouves == complets else trouves | {noeud.module}
    return voisins & modules.keys()


@pytest.mark.parametrize("module", ["queries", "dashboard.serveur", "app"])
def test_le_processus_web_ne_charge_rien_de_lourd(module: str, tmp_path: Path) -> None:
    """In a process of its own, so that nothing the tests imported counts."""
    charges = (
        "import importlib, pkgutil, sys\n"
        f"racine = importlib.import_module({module!r})\n"
        "for m in pkgutil.iter_modules(getattr(racine, '__path__', [])):\n"
        f"    importlib.import_module({module!r} + '.' + m.name)\n"
        f"print(*sorted(set({LOURDS!r}) & set(sys.modules)))"
    )
    acheve = subprocess.run(
        [sys.executable, "-c", charges],
        cwd=RACINE,
        env={
            "PATH": "/usr/bin:/bin",
            "DATABASE_URL": f"sqlite:///{tmp_path / 'base.sqlite'}",
            "APPLICATION_URL": f"sqlite:///{tmp_path / 'application.sqlite'}",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert acheve.returncode == 0, acheve.stderr[-2000:]
    assert acheve.stdout.split() == []
