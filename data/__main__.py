"""Commands on the consolidated database: `python -m data …` (contract, interface, Commands)."""

from __future__ import annotations

import argparse
import getpass
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

import sqlalchemy as sa

from data import commandes_base, commandes_comptes, commandes_journal
from data import schema as t
from data.integrite import BaseAbimee, dire_la_panne, verifier, verifier_les_lignes
from data.refus import LivraisonRefusee, Refus

REFUSE, MAUVAIS_APPEL = 1, 2
REFUS_AFFICHES = 30


class _Analyseur(argparse.ArgumentParser):
    """Speaks French when the call is wrong."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        traductions = (
            ("the following arguments are required:", "il manque :"),
            ("unrecognized arguments:", "option inconnue :"),
            ("invalid choice:", "choix inconnu :"),
            ("invalid int value:", "nombre entier attendu :"),
            ("invalid float value:", "nombre attendu :"),
            ("expected one argument", "une valeur est attendue"),
            ("choose from", "choisir parmi"),
            ("argument", "option"),
        )
        for avant, apres in traductions:
            message = message.replace(avant, apres)
        self.exit(MAUVAIS_APPEL, f"Appel incorrect : {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit status: 0 done, 1 refused, 2 wrong call."""
    analyseur = _Analyseur(prog="python -m data", description="La base consolidée de Passerelle.")
    commandes = analyseur.add_subparsers(dest="commande", required=True, metavar="COMMANDE")

    demo = commandes.add_parser("demo", help="fabrique et charge les données de démonstration")
    demo.add_argument("--echelle", type=float, default=1.0, help="multiplie les jeunes")
    demo.add_argument("--annees", type=int, default=6, help="nombre d’années scolaires")
    demo.add_argument("--graine", type=int, default=2021)
    demo.add_argument("--departement", choices=["nord", "fictif"], default="nord")
    demo.set_defaults(agir=_demo)

    importer = commandes.add_parser("importer", help="charge une livraison")
    importer.add_argument("chemin", type=Path, metavar="CHEMIN")
    importer.add_argument(
        "--tolerer", action="store_true", help="charge les bonnes lignes malgré les refusées"
    )
    importer.add_argument("--rapport", type=Path, metavar="FICHIER.csv")
    importer.set_defaults(agir=_importer)

    modele = commandes.add_parser("modele", help="écrit des modèles de livraison vides")
    modele.add_argument("dossier", type=Path, metavar="DOSSIER")
    modele.set_defaults(agir=_modele)

    rapprochement = commandes.add_parser(
        "rapprochement", help="compare les chiffres imprimés et les chiffres calculés"
    )
    rapprochement.set_defaults(agir=_rapprocher)

    etat = commandes.add_parser("etat", help="livraisons, années, nombres de lignes")
    etat.set_defaults(agir=_etat)

    retirer = commandes.add_parser("retirer", help="efface pour de bon et publie à nouveau")
    retirer.add_argument("--association", required=True)
    retirer.add_argument("--usager")
    retirer.set_defaults(agir=_retirer)

    commandes_base.enregistrer(commandes)
    commandes_comptes.enregistrer(commandes)
    commandes_journal.enregistrer(commandes)

    options = analyseur.parse_args(arguments)
    agir: Callable[[argparse.Namespace], int] = options.agir
    try:
        return agir(options)
    except (t.BaseIncompatible, LivraisonRefusee) as erreur:
        print(str(erreur), file=sys.stderr)
        return REFUSE
    except sa.exc.ProgrammingError as erreur:
        droit = (
            "Ce rôle de PostgreSQL n’en a pas le droit : lancez la commande avec le compte "
            "propriétaire de la base."
        )
        print(droit if t.droit_insuffisant(erreur) else _dire(erreur), file=sys.stderr)
        return REFUSE
    except (sa.exc.DatabaseError, OSError, BaseAbimee) as erreur:
        print(_dire(erreur), file=sys.stderr)
        return REFUSE
    except KeyboardInterrupt:
        print("\nInterrompu : rien n’a été changé par la livraison en cours.", file=sys.stderr)
        return REFUSE


def _dire(erreur: Exception) -> str:
    """What stopped a command, in French; and where, for whoever maintains it, when nobody foresaw
    it. Its text may quote what was counted: it is not repeated."""
    if isinstance(erreur, BaseAbimee):
        return str(erreur)
    imprevue = (sa.exc.ProgrammingError, sa.exc.IntegrityError, sa.exc.DataError)
    if not isinstance(erreur, imprevue):
        return dire_la_panne(erreur)
    pile = traceback.extract_tb(erreur.__traceback__)
    ici = [x for x in pile if "site-packages" not in x.filename]
    lieux = " < ".join(f"{x.filename.rsplit('/', 1)[-1]}:{x.lineno}" for x in reversed(ici[-5:]))
    return (
        f"La base de données a refusé ce qui lui était demandé ({type(erreur).__name__}, {lieux}). "
        "Rien n’a été changé par la livraison en cours ; signalez-le à la personne qui tient "
        "l’application."
    )


def _demo(options: argparse.Namespace) -> int:
    from data.demo import engendrer
    from data.importation import importer
    from data.nomenclature import initialiser
    from data.progression import Affichage
    from data.refus import LivraisonRefusee

    engine = t.ouvrir()
    initialiser(engine)
    with engine.connect() as conn:
        if t.contient_du_reel(conn):
            raise LivraisonRefusee(
                "Refusé : cette base contient des données réelles, et la démonstration s’y "
                "mêlerait pour toujours. Donnez-lui une base à elle (DATABASE_URL). Rien n’a été "
                "modifié."
            )
    with tempfile.TemporaryDirectory(prefix="passerelle-demo-") as dossier:
        livraisons = engendrer(
            Path(dossier),
            annees=options.annees,
            echelle=options.echelle,
            graine=options.graine,
            departement=options.departement,
            progression=lambda texte: print(f"▸ {texte}", flush=True),
        )
        for rang, chemin in enumerate(livraisons, start=1):
            print(f"▸ Livraison {rang} sur {len(livraisons)} : {chemin.name}", flush=True)
            try:
                with Affichage() as affichage:
                    bilan = importer(
                        engine,
                        chemin,
                        operateur="démonstration",
                        synthetique=True,
                        progression=affichage,
                    )
            except LivraisonRefusee as refus:
                _montrer_refus(refus.message, refus.refus)
                return REFUSE
            if bilan.deja_chargee:
                print(f"  déjà chargée (livraison n° {bilan.numero})")
            shutil.rmtree(chemin, ignore_errors=True)
    print("▸ Données de démonstration prêtes (entièrement synthétiques).", flush=True)
    return 0


def _importer(options: argparse.Namespace) -> int:
    from data.importation import importer
    from data.nomenclature import initialiser
    from data.progression import Affichage
    from data.refus import LivraisonRefusee, MauvaisAppel

    engine = t.ouvrir()
    try:
        if not options.chemin.exists():
            raise MauvaisAppel(f"Ce chemin n’existe pas : {options.chemin}")
        initialiser(engine)
        with Affichage() as affichage:
            bilan = importer(
                engine,
                options.chemin,
                tolerer=options.tolerer,
                rapport=options.rapport,
                operateur=getpass.getuser(),
                progression=affichage,
            )
    except MauvaisAppel as erreur:
        print(erreur.message, file=sys.stderr)
        return MAUVAIS_APPEL
    except LivraisonRefusee as refus:
        _montrer_refus(refus.message, refus.refus)
        return REFUSE
    if bilan.deja_chargee:
        print(f"Déjà chargée (livraison n° {bilan.numero}). Rien n’a changé.")
        return 0
    print(f"Livraison n° {bilan.numero} chargée en {bilan.duree:.0f} s.")
    for nom, combien in bilan.comptes.items():
        print(f"  {nom} : {combien} ligne{'s' if combien > 1 else ''}")
    for texte in bilan.avertissements:
        print(f"  À noter : {texte}")
    if bilan.refus:
        print(f"Lignes refusées : {bilan.lignes_refusees}")
        _montrer_refus("", bilan.refus)
    return 0


def _montrer_refus(message: str, refus: Sequence[Refus]) -> None:
    """The reason, then the first refused rows: file, line, column, value, what to do."""
    if message:
        print(message, file=sys.stderr)
    for r in refus[:REFUS_AFFICHES]:
        print(
            f"  {r.fichier}, ligne {r.ligne}, colonne « {r.colonne} », valeur « {r.valeur} » : "
            f"{r.raison}. {r.que_faire}",
            file=sys.stderr,
        )
    if len(refus) > REFUS_AFFICHES:
        print(
            f"  … et {len(refus) - REFUS_AFFICHES} autres : « --rapport FICHIER.csv » les donne "
            "toutes.",
            file=sys.stderr,
        )


def _modele(options: argparse.Namespace) -> int:
    from data.modele import ecrire_modeles
    from data.refus import MauvaisAppel

    try:
        ecrits = ecrire_modeles(options.dossier)
    except MauvaisAppel as erreur:
        print(erreur.message, file=sys.stderr)
        return MAUVAIS_APPEL
    for chemin in ecrits:
        print(chemin)
    return 0


def _rapprocher(_: argparse.Namespace) -> int:
    from data.rapprochement import imprimer

    return imprimer(t.ouvrir(lecture_seule=True))


def _retirer(options: argparse.Namespace) -> int:
    from data.application import MagasinIndisponible, effacer_les_travaux
    from data.progression import Affichage
    from data.retrait import RetraitImpossible, retirer

    try:
        with Affichage() as affichage:
            retrait = retirer(
                t.ouvrir(), options.association, options.usager, progression=affichage
            )
    except RetraitImpossible as erreur:
        print(str(erreur), file=sys.stderr)
        return REFUSE
    print("Effacé ; les chiffres sont publiés à nouveau.")
    try:
        # They were computed with what is erased.
        effacer_les_travaux()
    except MagasinIndisponible as erreur:
        print(
            "Les fichiers préparés, qui comptent encore ce qui est effacé, n’ont pas pu l’être : "
            f"ils ne le seront qu’un jour après leur demande. {erreur}",
            file=sys.stderr,
        )
        return REFUSE
    if not retrait.complet:
        print(
            "Un lecteur retenait encore le journal de la base : relancez la commande quand "
            "personne ne consulte, pour que rien n’y reste.",
            file=sys.stderr,
        )
    return 0


def _etat(_: argparse.Namespace) -> int:
    engine = t.ouvrir(lecture_seule=True)
    verifier(engine, entierement=True)
    with engine.connect() as conn:
        if sa.inspect(conn).has_table(t.reponses.name):
            verifier_les_lignes(conn)
        livraisons = conn.execute(sa.select(t.livraisons).order_by(t.livraisons.c.numero)).all()
        print(f"Livraisons : {len(livraisons)}")
        for ligne in livraisons:
            nature = "synthétique" if ligne.synthetique else "réelle"
            comptes = ", ".join(f"{k} {v}" for k, v in sorted(ligne.comptes.items()))
            print(
                f"  n° {ligne.numero}, {ligne.recue_le:%d/%m/%Y %H:%M}, {nature}, "
                f"{ligne.operateur} : {comptes}"
            )
        a = t.accompagnements.c
        print("Accompagnements par année scolaire :")
        for annee, combien in conn.execute(
            sa.select(a.annee, sa.func.count()).group_by(a.annee).order_by(a.annee)
        ):
            print(f"  {annee}-{annee + 1} : {combien}")
        publication = conn.execute(
            sa.select(t.publications).order_by(t.publications.c.numero.desc()).limit(1)
        ).first()
        if publication:
            print(f"Publication n° {publication.numero}, {publication.date:%d/%m/%Y %H:%M}")
        _dire_l_audit(conn)
    return 0


def _dire_l_audit(conn: sa.Connection) -> None:
    audit = conn.execute(
        sa.select(t.audits).order_by(t.audits.c.publication.desc()).limit(1)
    ).first()
    if audit is None:
        print("Audit : aucun.")
        return
    rapport = audit.rapport
    bilans = rapport["bilans"].values()
    print(
        f"Audit de la publication n° {audit.publication} "
        f"({', '.join(rapport['annees'])}), {rapport['duree']:.0f} s :"
    )
    print(
        f"  petites cellules (1 à 4) essayées : {rapport['bilans']['departement']['cellules']}, "
        f"connues avec certitude avant retenue : {sum(b['avant'] for b in bilans)}, "
        f"après : {sum(b['apres'] for b in bilans)}"
    )
    print(
        f"  tables non diffusées : {rapport['retenues']} en tout, dont {rapport['nouvelles']} par "
        f"cet audit, sur {rapport['tables']} ; nombres d’ensemble arrondis : "
        f"{rapport['entetes_arrondis']}"
    )


if __name__ == "__main__":
    sys.exit(main())
