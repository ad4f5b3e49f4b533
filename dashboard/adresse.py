"""What an address asks to look at: the parameters every page has, and those of its own."""

from __future__ import annotations

from urllib.parse import parse_qs

from dashboard import plan
from dashboard.contexte import Contexte
from queries.depot import Depot, Etat
from queries.lecteur import Lecteur
from queries.selection import PARAMETRES, lire


def lire_adresse(
    chemin: str | None,
    requete: str | None,
    depot: Depot,
    lecteur: Lecteur,
    *,
    etroit: bool = False,
    etat: Etat | None = None,
) -> tuple[Contexte, list[str]]:
    """What an address asks to look at, and what of it had to be ignored, in French.

    `etat`: the publication, when the caller has read it already. Raises BaseIndisponible.
    """
    etat = etat or depot.etat()
    chemin = chemin or "/"
    parametres = parse_qs((requete or "").lstrip("?"), keep_blank_values=False)
    lue = lire(parametres, etat, lecteur)
    siens = plan.trouver(chemin).parametres
    for inconnu in sorted(set(parametres) - {*PARAMETRES, *siens}):
        lue.avis.append(f"Paramètre inconnu : « {inconnu[:60]} », ignoré.")
    propres = tuple((nom, v) for nom in siens for v in parametres.get(nom, ()))
    return Contexte(lue.selection, etat, lecteur, depot, chemin, etroit, propres), lue.avis
