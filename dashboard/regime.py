"""Whether log-in is required, and what forbids to serve (contract, confidentialité, Access).

Demonstration data are open to all, unless `CONNEXION=exigee`. Real data require log-in, and are
not served at all while nobody could log in, while the secret of the sessions is known or short, in
debug, or with an account of PostgreSQL that reads the youths' own records.
"""

from __future__ import annotations

import os

from data import comptes
from data.application import MagasinIndisponible
from data.application import lit_les_fiches as magasin_lit_les_fiches
from data.secret_session import juger_secret
from queries.depot import Depot, Etat

__all__ = [
    "ConnexionNonConfiguree",
    "DemarrageRefuse",
    "MagasinIndisponible",
    "chercher_obstacles",
    "connexion_exigee",
    "demonstration",
    "refuser_de_demarrer",
]

COMPTE_QUI_LIT_LES_FICHES = (
    "le compte de PostgreSQL lit les fiches des jeunes, ce que l’application n’a jamais à faire : "
    "lancez « python -m data roles » avec le compte propriétaire, puis donnez à l’application "
    "l’adresse du compte passerelle_web (DATABASE_URL, et APPLICATION_URL si elle est réglée)"
)
COMMANDE_DE_COMPTE = "python -m data comptes ajouter ADRESSE --role administrateur"
_NON = ("", "0", "false", "non", "no", "off", "none")


class ConnexionNonConfiguree(RuntimeError):
    """Log-in is required and cannot be: nothing may be answered. French text, for any reader."""

    def __init__(self) -> None:
        super().__init__(
            "La base contient des données réelles et la connexion n’est pas encore configurée : "
            "rien n’est affiché."
        )


class DemarrageRefuse(RuntimeError):
    """The application must not start. French text, for the operator."""


def demonstration(etat: Etat) -> bool:
    """Whether every delivery is synthetic: one real one is enough for the data to be real."""
    return etat.demonstration


def connexion_exigee(etat: Etat) -> bool:
    """Whether nothing is shown to a caller who has not logged in."""
    return not demonstration(etat) or os.environ.get("CONNEXION", "").strip().lower() == "exigee"


def chercher_obstacles(etat: Etat, depot: Depot, *, debogage: bool = False) -> list[str]:
    """What forbids to serve these data, in French; nothing when they may be served.

    `depot`: what they are read from. `debogage`: debug asked otherwise than by the environment.
    Raises BaseIndisponible, MagasinIndisponible.
    """
    obstacles = []
    if not demonstration(etat):
        if depot.lit_les_fiches() or magasin_lit_les_fiches():
            obstacles.append(COMPTE_QUI_LIT_LES_FICHES)
        if defaut := juger_secret():
            obstacles.append(
                f"{defaut} : tirez-en un au hasard (64 chiffres hexadécimaux) et gardez-le secret"
            )
        if debogage or demande_de_debogage():
            obstacles.append("le mode de débogage est demandé : il montrerait les données")
    if connexion_exigee(etat) and not comptes.il_y_en_a():
        obstacles.append(
            f"aucun compte actif : personne ne pourrait se connecter ({COMMANDE_DE_COMPTE})"
        )
    return obstacles


def refuser_de_demarrer(etat: Etat, depot: Depot, *, debogage: bool = False) -> None:
    """Raises DemarrageRefuse when something forbids to serve these data; BaseIndisponible,
    MagasinIndisponible."""
    obstacles = chercher_obstacles(etat, depot, debogage=debogage)
    if not obstacles:
        return
    pourquoi = "la connexion est exigée" if demonstration(etat) else "la base est réelle"
    raise DemarrageRefuse(
        f"Passerelle ne démarre pas ({pourquoi}) : " + " ; ".join(obstacles) + "."
    )


def demande_de_debogage() -> bool:
    """Whether the environment asks Flask or Dash for debug."""
    demandes = (os.environ.get("FLASK_DEBUG", ""), os.environ.get("DASH_DEBUG", ""))
    return any(x.strip().lower() not in _NON for x in demandes)
