"""The base remembers under which secret its figures were published, without holding it.

Under another secret every number would be drawn a second time, and the two together would tell too
much (contract, confidentialité, « The rule that makes a published number »): nothing is published
then, whatever command asks for it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator

import sqlalchemy as sa

from data import schema as t
from data.arrondi import cle, lire_secret
from data.faits import ecrire_annee
from data.refus import LivraisonRefusee

ARRONDI = "arrondi"
"""Name of the only witness there is."""

AUTRE_SECRET = (
    "Refusé : le secret de l’arrondi n’est pas celui sous lequel les chiffres de cette base ont "
    "été publiés. Publiés une seconde fois, sous un autre, ils en diraient trop. Remettez "
    "SECRET_ARRONDI (ou le fichier du secret, gardé près de la base) tel qu’il a été mis de côté. "
    "Rien n’a été modifié."
)


def reconnaitre(conn: sa.Connection) -> bytes:
    """The secret of the rounding, drawn if nothing was ever published here.

    Raises LivraisonRefusee when it is missing, or is not the one of what was published.
    """
    temoin = conn.scalar(sa.select(t.temoins.c.valeur).where(t.temoins.c.nom == ARRONDI))
    publiee = temoin is not None or bool(
        conn.scalar(sa.select(sa.func.count()).select_from(t.publications))
    )
    secret = lire_secret(tirer=not publiee)
    if secret is None:
        raise LivraisonRefusee(AUTRE_SECRET)
    attendu = _attester(secret) == temoin if temoin else _tient_les_cles(conn, secret)
    if not attendu:
        raise LivraisonRefusee(AUTRE_SECRET)
    return secret


def deposer(conn: sa.Connection, secret: bytes) -> None:
    """Remember this secret, if none is remembered yet."""
    if conn.scalar(sa.select(t.temoins.c.nom).where(t.temoins.c.nom == ARRONDI)) is None:
        conn.execute(sa.insert(t.temoins).values(nom=ARRONDI, valeur=_attester(secret)))


def _attester(secret: bytes) -> str:
    return hmac.digest(secret, b"temoin", hashlib.sha256).hex()


def _tient_les_cles(conn: sa.Connection, secret: bytes) -> bool:
    """Whether the keys that an earlier version's audit kept are of this secret, when it kept any:
    those who were counted then and still are have the same."""
    from data.audit.memoire import lire_les_cles

    s = t.savoirs.c
    gardees = {
        annee: lire_les_cles(bytes(contenu))
        for annee, contenu in conn.execute(
            sa.select(s.annee, s.contenu).where(s.genre == "signature")
        )
    }
    trouvees = [
        cle(secret, sigle, usager, annee) in gardees[annee]
        for annee, sigle, usager in _accompagnes(conn)
        if annee in gardees
    ]
    return any(trouvees) or not trouvees


def _accompagnes(conn: sa.Connection) -> Iterator[tuple[str, str, str]]:
    a, u, x = t.accompagnements.c, t.usagers.c, t.associations.c
    requete = sa.select(a.annee, x.sigle, u.usager).where(u.id == a.usager, x.id == u.association)
    for annee, sigle, usager in conn.execute(requete):
        yield ecrire_annee(annee), sigle, usager
