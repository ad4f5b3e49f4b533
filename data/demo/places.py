"""The reference delivery of a département: its places, associations, posts and their conditions."""

from __future__ import annotations

from collections.abc import Sequence

from data.demo.departement import Departement
from data.demo.ecriture import Table, citer

_CONDITIONS = (
    "college",
    "association",
    "date",
    "anciennete_prevention",
    "anciennete_alses",
    "equipe_quartier",
    "convention",
    "projet_annuel",
    "local",
    "presentation",
)


def remplir_reference(dep: Departement) -> dict[str, Table]:
    """`territoires`, `associations`, `colleges`, `postes` and `conditions`, as tables of text."""
    return {
        "territoires": _tabuler(("code", "nom"), dep.territoires),
        "associations": _tabuler(("sigle", "nom"), dep.associations),
        "colleges": _tabuler(
            (
                "code",
                "nom",
                "commune",
                "territoire",
                "education_prioritaire",
                "latitude",
                "longitude",
            ),
            [
                (
                    c.code,
                    c.nom,
                    c.commune,
                    dep.territoires[c.territoire][0],
                    c.education_prioritaire,
                    c.latitude,
                    c.longitude,
                )
                for c in dep.colleges
            ],
        ),
        "postes": _tabuler(
            ("college", "association", "etp", "plan_pauvrete", "debut", "fin"),
            [
                (
                    dep.colleges[p.college].code,
                    dep.associations[p.association][0],
                    f"{p.etp:g}",
                    "oui" if p.plan_pauvrete else "non",
                    p.debut.isoformat(),
                    p.fin.isoformat() if p.fin else "",
                )
                for p in dep.postes
            ],
        ),
        "conditions": _tabuler(_CONDITIONS, dep.conditions),
    }


def _tabuler(colonnes: Sequence[str], lignes: Sequence[Sequence[str]]) -> Table:
    return {c: [citer(ligne[i]) for ligne in lignes] for i, c in enumerate(colonnes)}
