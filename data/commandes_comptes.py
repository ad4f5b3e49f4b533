"""`python -m data comptes …`: who may log in (contract, interface, Commands).

Exit status: 0 done, 1 refused (nothing changed), 2 wrong call.
"""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Callable
from typing import Any

from data.refus import typographier

REFUSE, MAUVAIS_APPEL = 1, 2


def enregistrer(commandes: Any) -> None:
    """Add the command and its sub-commands to the sub-parsers of `python -m data`."""
    comptes = commandes.add_parser("comptes", help="les comptes : qui peut se connecter")
    actions = comptes.add_subparsers(dest="action", required=True, metavar="ACTION")

    ajouter = actions.add_parser("ajouter", help="ajoute un compte et donne son mot de passe")
    ajouter.add_argument("identifiant", metavar="ADRESSE", help="adresse électronique")
    ajouter.add_argument("--role", required=True, choices=["departement", "chef", "administrateur"])
    ajouter.add_argument("--nom", default="")
    ajouter.add_argument("--habilitation", action="store_true", help="peut voir les nombres exacts")
    ajouter.add_argument(
        "--association",
        action="append",
        default=[],
        metavar="CODE",
        help="d’un chef de service ; à répéter",
    )
    _ajouter_mot_de_passe(ajouter)
    _regler(ajouter, _ajouter)

    _regler(actions.add_parser("lister", help="les comptes et leurs droits"), _lister)

    mot_de_passe = actions.add_parser("mot-de-passe", help="donne un nouveau mot de passe")
    mot_de_passe.add_argument("identifiant", metavar="ADRESSE")
    _ajouter_mot_de_passe(mot_de_passe)
    _regler(mot_de_passe, _donner_mot_de_passe)

    for nom, aide, agir in (
        ("desactiver", "plus aucune connexion avec ce compte", _desactiver),
        ("reactiver", "le compte peut de nouveau se connecter", _reactiver),
        ("lien", "un lien à usage unique pour choisir un mot de passe", _creer_lien),
        ("fermer-sessions", "ferme les sessions ouvertes du compte", _fermer_sessions),
    ):
        analyseur = actions.add_parser(nom, help=aide)
        analyseur.add_argument("identifiant", metavar="ADRESSE")
        _regler(analyseur, agir)


def _ajouter_mot_de_passe(analyseur: Any) -> None:
    analyseur.add_argument(
        "--mot-de-passe-stdin",
        action="store_true",
        help="lit le mot de passe sur l’entrée standard, au lieu d’en tirer un",
    )


def _regler(analyseur: Any, agir: Callable[[argparse.Namespace], int]) -> None:
    def executer(options: argparse.Namespace) -> int:
        from data import application, comptes, journal
        from data.mots_de_passe import MotDePasseRefuse

        try:
            application.creer()
            return agir(options)
        except (comptes.CompteRefuse, MotDePasseRefuse, application.MagasinIndisponible) as refus:
            print(typographier(str(refus)), file=sys.stderr)
            return REFUSE
        finally:
            journal.vider()

    analyseur.set_defaults(agir=executer)


def _ajouter(options: argparse.Namespace) -> int:
    from data import comptes

    if options.association:
        _verifier_les_associations(options.association)
    premier = comptes.ajouter(
        options.identifiant,
        options.role,
        nom=options.nom,
        habilitation=options.habilitation,
        associations=options.association,
        mot_de_passe=_lire_mot_de_passe(options),
    )
    compte = comptes.trouver(options.identifiant)
    _noter(f"compte ajouté : {compte.identifiant}, {compte.libelle_du_role}")
    print(f"Compte ajouté : {compte.identifiant}, {compte.libelle_du_role}.")
    _dire_mot_de_passe(options, premier)
    return 0


def _lister(_: argparse.Namespace) -> int:
    from data import comptes

    trouves = comptes.lister()
    if not trouves:
        print("Aucun compte. « python -m data comptes ajouter » en fait un.")
    for c in trouves:
        details = [c.libelle_du_role, *c.associations]
        details.append("actif" if c.actif else "désactivé")
        if c.a_changer:
            details.append("premier mot de passe à changer")
        connecte = f"connecté le {c.connecte_le:%d/%m/%Y}" if c.connecte_le else "jamais connecté"
        nom = f" ({c.nom})" if c.nom else ""
        print(f"{c.identifiant}{nom} : {', '.join([*details, connecte])}")
    return 0


def _donner_mot_de_passe(options: argparse.Namespace) -> int:
    from data import comptes

    compte = comptes.trouver(options.identifiant)
    premier = comptes.donner_mot_de_passe(compte.numero, _lire_mot_de_passe(options))
    _noter(f"compte {compte.identifiant} : mot de passe donné")
    print(f"{compte.identifiant} : nouveau mot de passe, ses sessions sont fermées.")
    _dire_mot_de_passe(options, premier)
    return 0


def _desactiver(options: argparse.Namespace) -> int:
    from data import comptes

    compte = comptes.desactiver(comptes.trouver(options.identifiant).numero)
    _noter(f"compte {compte.identifiant} : désactivé")
    print(f"{compte.identifiant} : désactivé, ses sessions sont fermées.")
    return 0


def _reactiver(options: argparse.Namespace) -> int:
    from data import comptes

    compte = comptes.reactiver(comptes.trouver(options.identifiant).numero)
    _noter(f"compte {compte.identifiant} : réactivé")
    print(f"{compte.identifiant} : réactivé, avec le mot de passe qu’il avait.")
    return 0


def _creer_lien(options: argparse.Namespace) -> int:
    from data import comptes

    compte = comptes.trouver(options.identifiant)
    jeton = comptes.creer_lien(compte.numero)
    if not os.environ.get("SECRET_SESSION", "").strip():
        print(
            "À noter : SECRET_SESSION n’est pas défini ici. S’il l’est pour le serveur, ce lien "
            "n’y vaudra rien : relancez la commande avec le même.",
            file=sys.stderr,
        )
    _noter(f"compte {compte.identifiant} : lien à usage unique")
    print(f"Lien pour {compte.identifiant}, valable 24 heures et une seule fois, à donner de la")
    print("main à la main ; il se place après l’adresse du site :")
    print(f"/lien/{jeton}")
    return 0


def _fermer_sessions(options: argparse.Namespace) -> int:
    from data import comptes

    compte = comptes.trouver(options.identifiant)
    combien = comptes.fermer_sessions(compte.numero)
    _noter(f"compte {compte.identifiant} : sessions fermées")
    pluriel = "s" if combien > 1 else ""
    print(f"{compte.identifiant} : {combien} session{pluriel} fermée{pluriel}.")
    return 0


def _verifier_les_associations(codes: list[str]) -> None:
    """Raises CompteRefuse when one of these is not an association of the consolidated base."""
    import sqlalchemy as sa

    from data import comptes
    from data import schema as t

    engine = t.ouvrir(lecture_seule=True)
    try:
        with engine.connect() as conn:
            connus = sorted(conn.scalars(sa.select(t.associations.c.code)))
    except (sa.exc.OperationalError, sa.exc.ProgrammingError):
        connus = []
    finally:
        engine.dispose()
    if not connus:
        raise comptes.CompteRefuse("La base n’a encore aucune association : chargez une livraison.")
    inconnus = [c for c in codes if c not in connus]
    if inconnus:
        raise comptes.CompteRefuse(
            f"Association inconnue : {', '.join(inconnus)}. Codes possibles : {', '.join(connus)}."
        )


def _lire_mot_de_passe(options: argparse.Namespace) -> str | None:
    return sys.stdin.readline().rstrip("\r\n") if options.mot_de_passe_stdin else None


def _dire_mot_de_passe(options: argparse.Namespace, premier: str) -> None:
    if options.mot_de_passe_stdin:
        print("Il devra changer de mot de passe à la première connexion.")
        return
    print(f"Mot de passe : {premier}")
    print("Il n’est montré qu’ici et devra être changé à la première connexion.")


def _noter(quoi: str) -> None:
    from data import journal

    journal.noter(f"{getpass.getuser()} (ligne de commande)", quoi)
