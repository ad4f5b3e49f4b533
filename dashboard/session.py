"""Who is asking: derived on the server, from the session cookie, for every route and callback.

Contract, confidentialité, Access. On demonstration data a caller without a session is the
Département, and `POST /point-de-vue` chooses another viewpoint. On real data, as long as log-in is
not configured, every address answers 503.
"""

from __future__ import annotations

import html as echappement
import re
from typing import Any, NoReturn
from urllib.parse import urlsplit

from dash import html
from flask import Flask, Response, abort, current_app, g, has_request_context, redirect, request

from dashboard.nombres import INSECABLE
from data.refus import typographier
from queries import application
from queries.depot import BaseIndisponible, Depot, Etat
from queries.lecteur import Lecteur, Role

COOKIE = "passerelle_session"
CLE_DU_DEPOT = "passerelle_depot"
LOCAUX = frozenset({"localhost", "127.0.0.1", "[::1]"})
CONNEXION_A_CONFIGURER = (
    "La base contient des données réelles et la connexion n’est pas encore configurée : "
    "rien n’est affiché."
)

_CHEMIN_SUR = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")

_PAGE = """<!DOCTYPE html>
<html lang="fr">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>{titre} – Passerelle</title>
    <style>
      body {{ font: 1.1rem/1.5 system-ui, sans-serif; color: #1f2933; background: #fff;
              margin: 12vh auto; max-width: 36rem; padding: 0 1.5rem; }}
      h1 {{ font-size: 1.5rem; }}
    </style>
  </head>
  <body>
    <main>
      <h1>{titre}</h1>
      <p>{texte}</p>
    </main>
  </body>
</html>
"""


class ConnexionNonConfiguree(RuntimeError):
    """Real data, and nobody can log in yet: nothing may be answered. French text."""


def enregistrer(server: Flask, depot: Depot) -> None:
    """Add sessions to a server: the guard before every request and `POST /point-de-vue`."""
    server.extensions[CLE_DU_DEPOT] = depot
    application.creer()
    server.before_request(_garder)
    server.register_error_handler(ConnexionNonConfiguree, _indisponible)
    server.register_error_handler(BaseIndisponible, _indisponible)
    server.add_url_rule("/point-de-vue", "point_de_vue", _choisir, methods=["POST"])


def lecteur_courant() -> Lecteur:
    """The reader behind the current request. Raises ConnexionNonConfiguree, BaseIndisponible."""
    if "passerelle_lecteur" not in g:
        g.passerelle_lecteur = _reconnaitre()
    lecteur: Lecteur = g.passerelle_lecteur
    return lecteur


def points_de_vue(etat: Etat) -> list[tuple[str, str]]:
    """Value and French label of each viewpoint that demonstration data offer."""
    return [
        ("departement", "Département"),
        ("habilite", "Agent habilité du Département"),
        *(
            (f"chef:{code}", f"Chef de service – {a['nom']}")
            for code, a in etat.geographie.associations.items()
        ),
        ("invite", "Invité"),
    ]


def lire_point_de_vue(valeur: str, etat: Etat) -> Lecteur | None:
    """The reader a viewpoint stands for; None when there is no such viewpoint."""
    if valeur not in {code for code, _ in points_de_vue(etat)}:
        return None
    role, _, association = valeur.partition(":")
    return Lecteur(Role(role), (association,) if association else ())


def ecrire_point_de_vue(lecteur: Lecteur) -> str:
    """The value of the viewpoint of a reader, as `points_de_vue` writes it."""
    if lecteur.role is Role.CHEF:
        return f"chef:{lecteur.associations[0]}"
    return lecteur.role.value


def composer_points_de_vue(etat: Etat) -> Any:
    """The choice of a viewpoint, at the head of every page; nothing on real data.

    Plain submit buttons: no script, and the page that sends them is the one that comes back.
    """
    if not _demonstration(etat):
        return html.Span()
    actuel = "departement"
    if has_request_context():
        actuel = ecrire_point_de_vue(lecteur_courant())
    choix = points_de_vue(etat)
    libelle = dict(choix).get(actuel, "Département")
    return html.Details(
        [
            html.Summary(
                [html.Span(f"Point de vue{INSECABLE}: ", className="intitule"), libelle],
            ),
            html.Form(
                html.Ul(
                    [
                        html.Li(
                            html.Button(
                                texte,
                                type="submit",
                                name="point_de_vue",
                                value=valeur,
                                className="ici" if valeur == actuel else "",
                                **({"aria-current": "true"} if valeur == actuel else {}),
                            )
                        )
                        for valeur, texte in choix
                    ]
                ),
                action="/point-de-vue",
                method="post",
            ),
        ],
        className="points-de-vue",
    )


def chemin_sur(suivant: str) -> bool:
    """Whether an address stays on this site whatever the browser makes of it."""
    if not _CHEMIN_SUR.fullmatch(suivant):
        return False
    parties = urlsplit(suivant)
    return not parties.scheme and not parties.netloc


def page_d_erreur(titre: str, texte: str, statut: int) -> Response:
    """A page that needs nothing else: no script, no style sheet, no figure."""
    corps = _PAGE.format(
        titre=echappement.escape(typographier(titre)), texte=echappement.escape(typographier(texte))
    )
    reponse = Response(corps, statut, content_type="text/html; charset=utf-8")
    reponse.headers["Cache-Control"] = "no-store"
    return reponse


def probleme(titre: str, detail: str, statut: int, genre: str, **autres: Any) -> Response:
    """A refusal in the form of RFC 9457, in French."""
    corps = {
        "type": f"urn:passerelle:{genre}",
        "title": typographier(titre),
        "status": statut,
        "detail": typographier(detail),
        **autres,
    }
    reponse = Response(current_app.json.dumps(corps, ensure_ascii=False, sort_keys=False), statut)
    reponse.headers["Content-Type"] = "application/problem+json; charset=utf-8"
    reponse.headers["Cache-Control"] = "no-store"
    return reponse


def _depot() -> Depot:
    depot: Depot = current_app.extensions[CLE_DU_DEPOT]
    return depot


def _etat() -> Etat:
    """The publication this request is answered from, read once."""
    if "passerelle_etat" not in g:
        g.passerelle_etat = _depot().etat()
    etat: Etat = g.passerelle_etat
    return etat


def _demonstration(etat: Etat) -> bool:
    """Whether every delivery is synthetic: one real one is enough for the data to be real."""
    return all(x.synthetique for x in etat.livraisons)


def _reconnaitre() -> Lecteur:
    etat = _etat()
    if not _demonstration(etat):
        raise ConnexionNonConfiguree(CONNEXION_A_CONFIGURER)
    jeton = request.cookies.get(COOKIE)
    lecteur = application.lire_session(jeton) if jeton else None
    if lecteur is None or not set(lecteur.associations) <= set(etat.geographie.associations):
        return Lecteur()
    return lecteur


def _garder() -> None:
    """Nothing of a real base goes out before log-in exists: not a page, not a file."""
    try:
        etat = _etat()
    except BaseIndisponible:
        return  # What is asked says so in its own way.
    if not _demonstration(etat):
        raise ConnexionNonConfiguree(CONNEXION_A_CONFIGURER)


def _indisponible(erreur: Exception) -> Response:
    titre = "Service indisponible"
    if isinstance(erreur, ConnexionNonConfiguree):
        titre = "La connexion n’est pas encore configurée"
    if request.path.startswith("/api/"):
        return probleme(titre, str(erreur), 503, "indisponible")
    return page_d_erreur(titre, str(erreur), 503)


def _refuser(texte: str, statut: int) -> NoReturn:
    titre = {400: "Demande incorrecte", 403: "Demande refusée"}[statut]
    if request.is_json:
        abort(probleme(titre, texte, statut, "point-de-vue"))
    abort(page_d_erreur(titre, texte, statut))


def _meme_origine() -> bool:
    """Whether a change of state was asked by a page of this site (or by no page at all).

    Browsers say so themselves; no other site can make them lie.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origine = request.headers.get("Origin")
    return origine is None or urlsplit(origine).netloc == request.host


def _suivant(demande: Any) -> str:
    if demande:
        if not isinstance(demande, str) or not chemin_sur(demande):
            _refuser("L’adresse suivante doit être un chemin de ce site.", 400)
        return str(demande)
    venue = urlsplit(request.headers.get("Referer", ""))
    chemin = venue.path + (f"?{venue.query}" if venue.query else "")
    return chemin if venue.netloc == request.host and chemin_sur(chemin) else "/"


def _choisir() -> Any:
    """POST /point-de-vue: open a session for the viewpoint, then go on (303)."""
    if not _meme_origine():
        _refuser("Cette demande ne vient pas d’une page de Passerelle.", 403)
    donnees: Any = request.get_json(silent=True) if request.is_json else request.form
    if not hasattr(donnees, "get"):
        donnees = {}
    valeur, demande = donnees.get("point_de_vue"), donnees.get("suivant")
    etat = _etat()
    lecteur = lire_point_de_vue(valeur, etat) if isinstance(valeur, str) else None
    if lecteur is None:
        valides = ", ".join(code for code, _ in points_de_vue(etat))
        _refuser(f"Point de vue inconnu. Points de vue possibles : {valides}.", 400)
    suivant = _suivant(demande)
    ancien = request.cookies.get(COOKIE)
    if ancien:
        application.fermer_session(ancien)
    reponse = redirect(suivant, 303)
    reponse.set_cookie(
        COOKIE,
        application.ouvrir_session(lecteur),
        httponly=True,
        samesite="Lax",
        secure=_sans_port(request.host) not in LOCAUX,
    )
    reponse.headers["Cache-Control"] = "no-store"
    return reponse


def _sans_port(hote: str) -> str:
    return re.sub(r":\d+$", "", hote).lower()
