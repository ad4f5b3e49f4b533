"""Makes the files of the whole report, one demand after the other, apart from the server.

A demand says what is asked and for whom: the reader was derived by the server when it was asked.
The questions answered are told to the journal before the file can be fetched.
"""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from dashboard.livrables.avancement import Avancer, entre
from dashboard.livrables.noms import PDF
from dashboard.rapport.composition import composer
from data.application import MagasinIndisponible, maintenant
from data.journal import Entree, JournalIndisponible, inscrire
from queries import travaux
from queries.consultation import ouvrir_releve
from queries.depot import BaseIndisponible, Depot
from queries.lecteur import Lecteur, Role
from queries.question import Lieu, QuestionRefusee
from queries.travaux import Travail

BATTEMENT = travaux.SILENCE.total_seconds() / 5
"""Seconds between two signs of life."""

INTERVALLE = 0.2
"""Least seconds between two steps that are told."""

ECHEC = (
    "Le fichier n’a pas pu être fait. Recommencez ; si cela se reproduit, prévenez "
    "l’administrateur du serveur, qui en trouvera la trace dans son journal."
)


def ecrire_la_demande(
    sorte: str, lieu: Lieu, annee: str, lecteur: Lecteur, qui: str, commentaires: Mapping[str, str]
) -> dict[str, Any]:
    """A demand, as the store keeps it. `sorte`: docx or pdf; `qui`: for the journal."""
    return {
        "sorte": sorte,
        "lieu": [lieu.type, lieu.code],
        "annee": annee,
        "lecteur": ecrire_le_lecteur(lecteur),
        "politique": lecteur.politique(lieu).nom,
        "qui": qui,
        "commentaires": dict(commentaires),
    }


def ecrire_le_lecteur(lecteur: Lecteur) -> dict[str, Any]:
    """A reader, as a demand keeps it."""
    return {
        "role": lecteur.role.value,
        "associations": list(lecteur.associations),
        "partage": lecteur.partage,
    }


def _lire_le_lecteur(contenu: Mapping[str, Any]) -> Lecteur:
    return Lecteur(
        Role(contenu["role"]), tuple(contenu["associations"]), partage=contenu["partage"]
    )


def fabriquer(travail: Travail, depot: Depot) -> None:
    """Make the file of a demand that was taken, or say why there is none.

    Raises MagasinIndisponible, when neither can be written.
    """
    with _battre(travail.id):
        try:
            octets = _ecrire(travail.demande, depot, _dire(travail.id))
        except Exception as erreur:
            travaux.echouer(travail.id, _expliquer(erreur))
            return
    travaux.finir(travail.id, octets)


def _ecrire(demande: Mapping[str, Any], depot: Depot, avancer: Avancer) -> bytes:
    avancer("Lecture des réponses", 2)
    releve = ouvrir_releve()
    rapport = composer(
        Lieu(*demande["lieu"]),
        demande["annee"],
        _lire_le_lecteur(demande["lecteur"]),
        depot,
        demande["commentaires"],
    )
    quand = maintenant()
    inscrire([Entree(demande["qui"], c.texte, c.politique.nom, True, quand) for c in releve])
    if demande["sorte"] == PDF:
        from dashboard.livrables import pdf

        return pdf.ecrire(rapport, entre(avancer, 10, 99))
    from dashboard.livrables import document

    return document.ecrire(rapport, entre(avancer, 10, 99))


def _expliquer(erreur: Exception) -> str:
    """Why there is no file, for who asked; the server's own trace tells where, without values."""
    from dashboard.livrables.pdf import PangoAbsent

    dites = (PangoAbsent, BaseIndisponible, MagasinIndisponible, JournalIndisponible)
    if isinstance(erreur, (*dites, QuestionRefusee)):
        return str(erreur)
    pile = traceback.extract_tb(erreur.__traceback__)
    lieux = " < ".join(f"{x.filename.rsplit('/', 1)[-1]}:{x.lineno}" for x in reversed(pile[-8:]))
    print(f"Fichier non fait, {type(erreur).__name__} : {lieux}", file=sys.stderr, flush=True)
    return ECHEC


def _dire(numero: str) -> Avancer:
    """Tells the store how far it is, not more often than a person can see."""
    dernier = 0.0

    def avancer(etape: str, fait: int) -> None:
        nonlocal dernier
        instant = time.monotonic()
        if instant - dernier >= INTERVALLE:
            dernier = instant
            travaux.avancer(numero, etape, fait)

    return avancer


@contextmanager
def _battre(numero: str) -> Iterator[None]:
    """Give signs of life meanwhile, however long a step is."""
    fini = threading.Event()

    def battre() -> None:
        while not fini.wait(BATTEMENT):
            try:
                travaux.battre(numero)
            except MagasinIndisponible:
                continue

    fil = threading.Thread(target=battre, daemon=True)
    fil.start()
    try:
        yield
    finally:
        fini.set()
        fil.join()
