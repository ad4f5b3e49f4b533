"""Who is asking: derived on the server, from the session cookie, for every route and callback.

Contract, confidentialité, Access. Where log-in is required, the reader is derived from the account
as it is now. On demonstration data a caller without a session is the Département, and
`POST /point-de-vue` chooses another viewpoint.
"""

from __future__ import annotations

import re
from typing import Any

from flask import Response, abort, current_app, g, request

from dashboard.erreurs import refuser
from dashboard.regime import ConnexionNonConfiguree, chercher_obstacles, connexion_exigee
from queries import sessions
from queries.depot import Depot, Etat
from queries.lecteur import Lecteur, Role
from queries.sessions import POINT_DE_VUE, Session

COOKIE = "passerelle_session"
CLE_DU_DEPOT = "passerelle_depot"
LOCAUX = frozenset({"localhost", "127.0.0.1", "[::1]"})
SANS_ASSOCIATION = (
    "Aucune des associations de votre compte n’est dans la base : demandez à l’administrateur des "
    "comptes de vérifier le vôtre."
)
_CLE_DU_REGIME = "passerelle_regime_verifie"


def lecteur_courant() -> Lecteur:
    """The reader behind the current request.

    Raises ConnexionNonConfiguree, BaseIndisponible, MagasinIndisponible; refuses the request (401)
    when log-in is required and the caller has not logged in.
    """
    if "passerelle_lecteur" not in g:
        g.passerelle_lecteur = _reconnaitre()
    lecteur: Lecteur = g.passerelle_lecteur
    return lecteur


def session_courante() -> Session | None:
    """The open session behind the current request; None when there is none that holds here.

    A viewpoint holds where log-in is not required, an account where it is. Raises as
    `lecteur_courant`, but does not refuse.
    """
    if "passerelle_session" not in g:
        g.passerelle_session = _lire_session(etat_courant())
    session: Session | None = g.passerelle_session
    return session


def etat_courant() -> Etat:
    """The publication this request is answered from, read once. Raises BaseIndisponible."""
    if "passerelle_etat" not in g:
        g.passerelle_etat = depot_courant().etat()
    etat: Etat = g.passerelle_etat
    return etat


def depot_courant() -> Depot:
    """The answers that this server reads."""
    depot: Depot = current_app.extensions[CLE_DU_DEPOT]
    return depot


def qui_courant() -> str:
    """Who is asking, as the journal writes it: account or viewpoint, and role."""
    lecteur = lecteur_courant()
    session = session_courante()
    if session is not None and session.compte is not None:
        return f"{session.compte.identifiant} ({lecteur.role.value})"
    detail = "".join(f":{a}" for a in lecteur.associations)
    return f"point de vue {lecteur.role.value}{detail}"


def proprietaire_courant() -> str:
    """Whose the presentations are that are made now: an account's; on demonstration data, of all
    who try the same viewpoint."""
    session = session_courante()
    if session is not None and session.compte is not None:
        return f"compte:{session.compte.numero}"
    return f"point-de-vue:{perimetre_courant()}"


def perimetre_courant() -> str:
    """Who may read what is written now beside figures: those of the same perimeter."""
    return lecteur_courant().perimetre


def jeton_courant() -> str:
    """The token that the caller's cookie holds; empty when there is none."""
    return request.cookies.get(nommer_cookie(COOKIE), "")


def nommer_cookie(nom: str) -> str:
    """The name of a cookie: where it is secure, one that no other host can set."""
    return f"__Host-{nom}" if cookies_surs() else nom


def poser_cookie(reponse: Response, nom: str, valeur: str, *, duree: int | None = None) -> None:
    """Set a cookie of ours. `duree`: seconds; None, until the browser is closed."""
    reponse.set_cookie(
        nommer_cookie(nom),
        valeur,
        max_age=duree,
        httponly=True,
        samesite="Lax",
        secure=cookies_surs(),
        path="/",
    )


def oter_cookie(reponse: Response, nom: str) -> None:
    """Remove a cookie of ours."""
    reponse.delete_cookie(
        nommer_cookie(nom), httponly=True, samesite="Lax", secure=cookies_surs(), path="/"
    )


def cookies_surs() -> bool:
    """Whether cookies travel encrypted only: everywhere but on this very machine."""
    return re.sub(r":\d+$", "", request.host).lower() not in LOCAUX


def verifier_regime(etat: Etat) -> None:
    """Raises ConnexionNonConfiguree when these data may not be served.

    Looked at once for a publication: what is good then stays good.
    """
    if not connexion_exigee(etat):
        return
    verifie = (etat.publication, len(etat.livraisons))
    if current_app.extensions.get(_CLE_DU_REGIME) == verifie and not current_app.debug:
        return
    if chercher_obstacles(etat, depot_courant(), debogage=current_app.debug):
        raise ConnexionNonConfiguree
    current_app.extensions[_CLE_DU_REGIME] = verifie


def _reconnaitre() -> Lecteur:
    etat = etat_courant()
    verifier_regime(etat)
    session = session_courante()
    if not connexion_exigee(etat):
        return session.lecteur if session is not None else Lecteur()
    if session is None:
        abort(refuser(401, "Votre session est terminée : connectez-vous.", "connexion"))
    lecteur = session.lecteur
    if lecteur.role is not Role.CHEF:
        return lecteur
    siennes = tuple(a for a in lecteur.associations if a in etat.geographie.associations)
    if not siennes:
        abort(refuser(403, SANS_ASSOCIATION, "acces"))
    return Lecteur(Role.CHEF, siennes)


def _lire_session(etat: Etat) -> Session | None:
    verifier_regime(etat)
    jeton = jeton_courant()
    session = sessions.lire_session(jeton) if jeton else None
    if session is None or connexion_exigee(etat) is (session.moyen == POINT_DE_VUE):
        return None
    connues: Any = etat.geographie.associations
    if session.compte is None and not set(session.point_de_vue.associations) <= set(connues):
        return None
    return session
