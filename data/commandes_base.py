"""Commands of who keeps the database: `migrer`, `roles`, `sauvegarder`, `restaurer`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from data import application, journal
from data import schema as t

REFUSE = 1
ROLE_WEB, ROLE_IMPORT = "passerelle_web", "passerelle_import"
MOT_DE_PASSE_WEB, MOT_DE_PASSE_IMPORT = "MOT_DE_PASSE_WEB", "MOT_DE_PASSE_IMPORT"
"""Settings that hold the passwords to give: a command line would show them."""

MAGASINS = ("base", "application", "journal")
"""What a backup may hold (`data.sauvegarde.enumerer`); the journal apart under SQLite only."""


def enregistrer(commandes: Any) -> None:
    """Add the commands to the sub-parsers of `python -m data`."""
    migrer = commandes.add_parser(
        "migrer", help="met la base et les chiffres publiés au niveau de cette version"
    )
    migrer.set_defaults(agir=_migrer)

    donner = commandes.add_parser(
        "roles", help="sous PostgreSQL : les droits de l’application et de l’import"
    )
    donner.add_argument("--web", default=ROLE_WEB, metavar="NOM", help="rôle de l’application")
    donner.add_argument(
        "--import", default=ROLE_IMPORT, metavar="NOM", dest="importation", help="rôle de l’import"
    )
    donner.set_defaults(agir=_donner_les_roles)

    sauver = commandes.add_parser(
        "sauvegarder", help="écrit tout dans un fichier, sauf les secrets"
    )
    sauver.add_argument("fichier", type=Path, metavar="FICHIER")
    sauver.add_argument("--remplacer", action="store_true", help="écrase ce fichier")
    sauver.set_defaults(agir=_sauvegarder)

    restaurer = commandes.add_parser("restaurer", help="rétablit ce qu’un fichier a gardé")
    restaurer.add_argument("fichier", type=Path, metavar="FICHIER")
    restaurer.add_argument("--remplacer", action="store_true", help="perd ce qui est en place")
    restaurer.add_argument(
        "--seulement",
        choices=MAGASINS,
        default="",
        help="ne rétablit que ce magasin et laisse les autres comme ils sont",
    )
    restaurer.set_defaults(agir=_restaurer)


def _migrer(_: argparse.Namespace) -> int:
    from data.importation import mettre_a_jour
    from data.progression import Affichage

    with Affichage() as affichage:
        publie = mettre_a_jour(t.ouvrir(), affichage)
    try:
        application.creer()
    except application.MagasinIndisponible as erreur:
        print(str(erreur), file=sys.stderr)
        return REFUSE
    journal.creer()
    if sa.make_url(t.url_de_la_base()).get_backend_name() == "postgresql":
        print("Lancez ensuite « python -m data roles » : une table nouvelle n’a pas de droits.")
    print("La base est à jour" + (" ; les chiffres sont publiés à nouveau." if publie else "."))
    return 0


def _donner_les_roles(options: argparse.Namespace) -> int:
    from data.roles import Compte, RolesImpossibles, accorder

    web = Compte(options.web, os.environ.get(MOT_DE_PASSE_WEB, ""))
    importation = Compte(options.importation, os.environ.get(MOT_DE_PASSE_IMPORT, ""))
    try:
        accorder(t.ouvrir(), web, importation)
    except (RolesImpossibles, application.MagasinIndisponible) as erreur:
        print(str(erreur), file=sys.stderr)
        return REFUSE
    print(f"« {web.nom} » lit les chiffres publiés, aucune fiche, et tient les comptes.")
    print(f"« {importation.nom} » charge les livraisons.")
    for compte, reglage in ((web, MOT_DE_PASSE_WEB), (importation, MOT_DE_PASSE_IMPORT)):
        if not compte.mot_de_passe:
            print(f"Mot de passe de « {compte.nom} » inchangé : {reglage} en donne un.")
    return 0


def _sauvegarder(options: argparse.Namespace) -> int:
    from data.sauvegarde import SauvegardeImpossible, sauvegarder

    try:
        titres = sauvegarder(options.fichier, remplacer=options.remplacer)
    except (SauvegardeImpossible, OSError) as erreur:
        print(f"Sauvegarde impossible. {erreur}", file=sys.stderr)
        return REFUSE
    print(f"Sauvegardé dans « {options.fichier} » : {', '.join(titres)}.")
    print(
        "Ce fichier contient les fiches : gardez-le comme la base. Il ne contient ni le secret de "
        "l’arrondi ni celui des sessions : gardez une copie du premier à part, sans lui tous les "
        "chiffres changeraient."
    )
    return 0


def _restaurer(options: argparse.Namespace) -> int:
    from data.sauvegarde import SauvegardeImpossible, restaurer

    try:
        titres = restaurer(
            options.fichier, remplacer=options.remplacer, seulement=options.seulement
        )
    except (SauvegardeImpossible, application.MagasinIndisponible, OSError) as erreur:
        print(f"Restauration impossible. {erreur}", file=sys.stderr)
        return REFUSE
    print(f"Rétabli depuis « {options.fichier} » : {', '.join(titres)}.")
    suites = [
        "Redémarrez l’application (et, sous PostgreSQL, lancez d’abord « python -m data roles »)."
    ]
    if options.seulement in ("", "base"):
        suites.append(
            "Le secret de l’arrondi n’était pas dans la sauvegarde : vérifiez que SECRET_ARRONDI "
            "est toujours le même. L’audit ne sait plus rien des chiffres publiés depuis : "
            "rechargez dans l’ordre les livraisons venues après la sauvegarde."
        )
    if options.seulement in ("", "application"):
        suites.append(
            "Chacun doit se reconnecter ; les comptes fermés et les liens de partage retirés "
            "depuis sont de nouveau ouverts : refermez-les."
        )
    print(" ".join(suites))
    return 0
