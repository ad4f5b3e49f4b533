"""T9: each protection taken away by itself must turn a named attack red.

A mutation is put in place in a process of its own, on modules already imported: the product has no
switch for it. `python -m tests.attack.mutations NOM` makes a small database if need be, attacks,
and exits 1 when the attack named is red (the mutation is caught), 0 when it is not.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.attack.campagne import Resultat, attaquer, lire_tout
from tests.attack.epreuves import repeter, sortir_du_perimetre, unir

SECRET = b"un secret pour les mutations, et pour elles seules"
ANNEE = "2021-2022"
INDICATEURS = frozenset({"effectif", "sexe", "classe", "anciennete", "mesure_connue", "mesures"})
PEU = frozenset({"effectif", "sexe", "mesures"})
"""Enough to see most mutations."""

ECHELLE = 0.15


def remplacer(original: Any, neuf: Any) -> None:
    """Put `neuf` wherever a module of the product holds `original`."""
    trouves = 0
    for nom, module in list(sys.modules.items()):
        if nom.split(".")[0] in ("data", "queries", "dashboard"):
            for attribut, valeur in list(vars(module).items()):
                if valeur is original:
                    setattr(module, attribut, neuf)
                    trouves += 1
    assert trouves, f"{original} n’est plus dans le produit : mutation à revoir"


def ne_pas_arrondir() -> None:
    """True numbers in place of the published ones."""
    from data.paquet import Publie
    from queries.depot import Depot
    from queries.lecteur import TOUTES

    lire = Depot.lire

    def mutee(self: Depot, publies: Any, exacts: Any = (), droits: Any = ()) -> Any:
        cles = list(publies)
        etat, p, e = lire(self, cles, [*exacts, *cles], (TOUTES,))
        for cle in cles:
            if isinstance(p.get(cle), Publie) and cle in e:
                p[cle] = replace(p[cle], p=[n / 5 for n in e[cle].n])
        return etat, p, e

    Depot.lire = mutee  # type: ignore[method-assign]


def servir_l_exact() -> None:
    """The exact table served to the Département."""
    from queries.lecteur import EXACT, Lecteur

    Lecteur.politique = lambda self, lieu: EXACT  # type: ignore[method-assign]


def oter_le_plancher() -> None:
    """No floor."""
    from queries.lecteur import PROTEGE

    object.__setattr__(PROTEGE, "plancher", 0)
    object.__setattr__(PROTEGE, "plancher_sensible", 0)


def oter_l_assiette() -> None:
    """No least base."""
    from queries.lecteur import PROTEGE

    object.__setattr__(PROTEGE, "assiette", 0)


def oter_le_plafond() -> None:
    """No cap by the base. The audit would refuse such numbers, which contradict its bounds: it
    looks at nothing, for the attack to be seen alone."""
    from data import arrondi

    ne_rien_retenir()

    originale = arrondi.publier_nombres
    remplacer(originale, lambda secret, n, sommes, plafonds: originale(secret, n, sommes, None))


def ouvrir_le_treillis() -> None:
    """Three profile filters together. The audit, whose frame has no room for them, looks at
    nothing."""
    from data import treillis

    ne_rien_retenir()

    treillis.FILTRES_PERMIS["departement"] = 3


def unir_les_lieux() -> None:
    """A total over several places, counted and not added up from published parts."""
    from dashboard import api

    repondre = api.repondre

    def mutee(questions: Any, lecteur: Any, depot: Any) -> Any:
        reponses = repondre(questions, lecteur, depot)
        if len({r.question.lieu for r in reponses}) < 2:
            return reponses
        total = replace(
            reponses[0].lignes[0],
            effectif=sum(r.lignes[0].effectif or 0 for r in reponses),
        )
        return [replace(reponses[0], lignes=(total,)), *reponses[1:]]

    api.repondre = mutee


def ignorer_le_perimetre() -> None:
    """Every place exists for everyone."""
    from queries import lieux
    from queries.lecteur import Lecteur

    originale = lieux.existe
    remplacer(
        originale, lambda etat, lecteur, lieu, annee=None: originale(etat, Lecteur(), lieu, annee)
    )


def changer_de_tirage() -> None:
    """Another secret at each import, which nothing recognises."""
    from data import temoin

    remplacer(temoin.reconnaitre, lambda _: secrets.token_bytes(32))


def ne_rien_retenir() -> None:
    """The audit looks at nothing."""
    from data import publication
    from data.audit.rapport import Rapport

    publication.auditer = lambda *_, **__: Rapport()  # type: ignore[attr-defined]


def _enumerer(url: str) -> list[Resultat]:
    c = lire_tout(
        url, SECRET, ("departement",), annees=[ANNEE], indicateurs=PEU, populations=["alses"]
    )
    e = c.ecarts["departement"]
    return [Resultat("T1 énumération", "Département", e.lignes, 0, e.fautes, "", tuple(e.exemples))]


def _savoir(url: str) -> list[Resultat]:
    c = lire_tout(url, SECRET, ("departement",), annees=[ANNEE], indicateurs=INDICATEURS)
    return [r for r in attaquer(c, paires=False, programmes=20) if r.attaque.startswith("T5")]


def _repeter(url: str) -> list[Resultat]:
    with tempfile.TemporaryDirectory() as dossier:
        autre = f"sqlite:///{Path(dossier) / 'passerelle.sqlite'}"
        fabriquer(autre)
        return [repeter(url, ANNEE, (autre,))]


MUTATIONS: dict[str, tuple[Callable[[], None], Callable[[str], list[Resultat]], bool]] = {
    "sans arrondi": (ne_pas_arrondir, _enumerer, False),
    "table exacte servie": (servir_l_exact, _enumerer, False),
    "sans plancher": (oter_le_plancher, _enumerer, False),
    "sans assiette": (oter_l_assiette, _enumerer, False),
    "sans plafond": (oter_le_plafond, _enumerer, True),
    "treillis ouvert": (ouvrir_le_treillis, lambda url: [unir(url, [ANNEE])], True),
    "unions de lieux": (unir_les_lieux, lambda url: [unir(url, [ANNEE])], False),
    "périmètre ignoré": (
        ignorer_le_perimetre,
        lambda url: sortir_du_perimetre(url, SECRET, ANNEE),
        False,
    ),
    "autre tirage à chaque import": (changer_de_tirage, _repeter, True),
    "sans retenue": (ne_rien_retenir, _savoir, True),
}
"""Name → what it does, the attack that must see it, whether the database is imported under it."""


def fabriquer(url: str, *, graine: int = 2021, echelle: float = ECHELLE, annees: int = 1) -> None:
    """A small fictional département, through the import of this very process."""
    from data import schema as t
    from data.demo import engendrer
    from data.importation import importer
    from data.nomenclature import initialiser

    engine = t.ouvrir(url)
    initialiser(engine)
    with tempfile.TemporaryDirectory() as dossier:
        for chemin in engendrer(
            Path(dossier), annees=annees, echelle=echelle, graine=graine, departement="fictif"
        ):
            importer(engine, chemin, operateur="attaque", synthetique=True)
    engine.dispose()


def lancer(nom: str, modele: Path) -> tuple[bool, str]:
    """Whether a mutation is caught, and by what; `modele`: a database made without mutation."""
    importee = MUTATIONS[nom][2]
    with tempfile.TemporaryDirectory() as dossier:
        base = Path(dossier) / "passerelle.sqlite"
        if not importee:
            shutil.copyfile(modele, base)
        environ = {
            **os.environ,
            "DATABASE_URL": f"sqlite:///{base}",
            "SECRET_ARRONDI": SECRET.decode(),
        }
        acheve = subprocess.run(
            [sys.executable, "-m", "tests.attack.mutations", nom],
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
    if acheve.returncode not in (0, 1) or "ROUGE" not in acheve.stdout + " VERT ROUGE":
        raise AssertionError(acheve.stderr[-3000:])
    if acheve.returncode == 1 and "ROUGE" not in acheve.stdout:
        raise AssertionError(f"{nom} : {acheve.stderr[-3000:]}")
    return acheve.returncode == 1, acheve.stdout.strip()


def _principal(nom: str) -> int:
    # Modules first: a mutation replaces what they hold.
    import dashboard.serveur
    import data.importation
    import data.publication
    import queries.selection

    assert all((dashboard.serveur, data.importation, data.publication, queries.selection))
    muter, attaque, importee = MUTATIONS[nom]
    muter()
    url = os.environ["DATABASE_URL"]
    if importee:
        fabriquer(url)
    resultats = attaque(url)
    rouges = [r for r in resultats if r.rouge]
    for r in rouges[:3]:
        print(f"ROUGE {r.attaque}, {r.role} : {max(r.connues, r.fausses)} sur {r.cellules}")
    if not rouges:
        print("VERT", ", ".join(dict.fromkeys(r.attaque for r in resultats)))
    return 1 if rouges else 0


if __name__ == "__main__":
    raise SystemExit(_principal(sys.argv[1]))
