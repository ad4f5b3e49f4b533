"""What protection costs: how far published shares stand from the true ones."""

from __future__ import annotations

from dashboard.nombres import INSECABLE, enumerer, nombre
from dashboard.pages.methode.section import Section, paragraphes, tableau
from queries.audits import Audit, Ecart

NIVEAUX = {
    "departement": "Département",
    "territoire": "Territoires",
    "association": "Associations",
    "college": "Collèges",
}
DANS = {
    "departement": "au niveau du département",
    "territoire": "dans un territoire",
    "association": "dans une association",
    "college": "dans un collège",
}
SANS_AUDIT = (
    "Aucun audit n’est encore enregistré pour ces données : cette section se remplira au prochain "
    "import."
)


def composer(audit: Audit | None) -> Section:
    """Gaps by level of place, as a table and in words."""
    return Section("cout", "Ce que la protection coûte", _dire(audit))


def _dire(audit: Audit | None) -> list[object]:
    debut = paragraphes(
        "Arrondir déplace un peu chaque pourcentage : presque rien quand les jeunes sont nombreux, "
        "plusieurs points quand ils sont une quarantaine. À chaque import, l’écart entre la part "
        "montrée et la vraie part est mesuré, sur toutes les parts montrées des jeunes "
        "accompagnés par les ALSES, sans filtre de profil."
    )
    mesures = [(n, audit.ecarts[n]) for n in NIVEAUX if n in audit.ecarts] if audit else []
    if audit is None or not mesures:
        return [*debut, *paragraphes(SANS_AUDIT)]
    return [
        *debut,
        tableau(
            f"Écart entre la part montrée et la vraie part, en points ({dire_annees(audit)})",
            (
                "Niveau",
                "Parts mesurées",
                "Écart médian",
                "95 fois sur 100, au plus",
                "Pire écart",
            ),
            [
                (
                    NIVEAUX[n],
                    nombre(e.parts),
                    nombre(e.mediane, 1),
                    nombre(e.centile_95, 1),
                    nombre(e.pire, 1),
                )
                for n, e in mesures
            ],
            nombres=True,
        ),
        *paragraphes(_resumer(mesures), CONSEIL),
    ]


CONSEIL = (
    "En pratique, la phrase au-dessus de chaque graphique dit si un écart est certain. Dans un "
    "collège, un pourcentage ne donne qu’un ordre de grandeur : le cumul de trois ans est plus sûr."
)


def _resumer(mesures: list[tuple[str, Ecart]]) -> str:
    phrases = [f"{DANS[n]}, de {dire_points(e.mediane)}" for n, e in mesures]
    pire = max(mesures, key=lambda m: m[1].pire)
    return (
        f"Une fois sur deux, l’écart est inférieur ou égal à ce qui suit : {enumerer(phrases)}. "
        f"Le pire écart est de {dire_points(pire[1].pire)}, {DANS[pire[0]]}."
    )


def dire_points(ecart: float) -> str:
    """« 1,5 point », « 2 points »."""
    return f"{nombre(ecart, 1)}{INSECABLE}point{'s' if ecart >= 2 else ''}"


def dire_annees(audit: Audit) -> str:
    """The years an audit examined: « 2023-2024 et 2024-2025, cumul 2022-2025 »."""
    simples = sorted(a for a in audit.annees if _duree(a) == 1)
    cumuls = sorted(a for a in audit.annees if _duree(a) > 1)
    if len(simples) > 2 and _se_suivent(simples):
        texte = f"de {simples[0]} à {simples[-1]}"
    else:
        texte = enumerer(simples)
    if cumuls:
        cumul = f"cumul{'s' if len(cumuls) > 1 else ''} {enumerer(cumuls)}"
        texte = f"{texte}, {cumul}" if texte else cumul
    return texte


def _duree(annee: str) -> int:
    debut, fin = annee.split("-")
    return int(fin) - int(debut)


def _se_suivent(annees: list[str]) -> bool:
    debuts = [int(a[:4]) for a in annees]
    return debuts == list(range(debuts[0], debuts[0] + len(debuts)))
