"""Frozen views: what a link shows, as it was when the link was made (contract, confidentialité).

Every question of a presentation and of its variants is answered once, under the policy `partage`,
and kept with its delivery: the shared page asks nothing else. A link is a random token of 128
bits, stored hashed, with an end date and a way to revoke it; the view stays with its owner.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from data import application as t
from data.application import maintenant, transaction
from data.secret_session import sceller

JOURS_AU_PLUS = 30
OCTETS_DU_JETON = 16
SIGNES_DU_JETON = 22
"""Length of a token: URL-safe base 64."""

NUMERO_AU_PLUS = 2**31 - 1
"""Greatest number that a column of numbers holds on every engine."""


class PartageInconnu(LookupError):
    """There is no such link, or it is over. The same words for all."""

    def __init__(self) -> None:
        super().__init__("Ce lien n’existe pas, ou n’est plus valable.")


@dataclass(frozen=True, slots=True)
class Lien:
    """What a list of links says of each. Dates: UTC."""

    numero: int
    presentation: int | None
    titre: str
    livraison: int
    cree_le: dt.datetime
    expire_le: dt.datetime
    revoque: bool

    @property
    def ouvert(self) -> bool:
        """Whether it leads to its view now."""
        return not self.revoque and self.expire_le > maintenant()


@dataclass(frozen=True, slots=True)
class Partage:
    """A frozen view. `contenu`: its slides and answers (`dashboard.presentations.figer`). `notes`:
    slide → notes of who presents. `expire_le`: UTC; `ouvert`: whether its link works now.
    `perimetre`: whose colleagues may present it; "": its owner alone."""

    numero: int
    presentation: int | None
    proprietaire: str
    titre: str
    contenu: dict[str, Any]
    notes: dict[str, str]
    livraison: int
    cree_le: dt.datetime
    expire_le: dt.datetime
    revoque: bool
    perimetre: str = ""

    @property
    def ouvert(self) -> bool:
        """Whether its link leads to it."""
        return not self.revoque and self.expire_le > maintenant()


def creer(
    proprietaire: str,
    titre: str,
    contenu: Mapping[str, Any],
    livraison: int,
    *,
    presentation: int | None = None,
    notes: Mapping[str, str] | None = None,
    jours: int = JOURS_AU_PLUS,
    perimetre: str = "",
) -> tuple[int, str]:
    """Keep a view and open a link to it: its number, and the token, told once.

    `jours`: how long the link works, 1 to `JOURS_AU_PLUS`. `perimetre`: of whoever shares.
    Raises MagasinIndisponible.
    """
    jeton = secrets.token_urlsafe(OCTETS_DU_JETON)
    heure = maintenant()
    with transaction() as conn:
        fait = conn.execute(
            t.partages.insert().values(
                jeton_hache=hacher(jeton),
                presentation=presentation,
                proprietaire=proprietaire,
                perimetre=perimetre,
                titre=titre,
                contenu=dict(contenu),
                notes=dict(notes or {}),
                livraison=livraison,
                cree_le=heure,
                expire_le=heure + _duree(jours),
            )
        )
        (numero,) = fait.inserted_primary_key or (0,)
    return numero, jeton


def ouvrir(jeton: str) -> Partage:
    """The view a link leads to. Raises PartageInconnu when there is none, or it is over;
    MagasinIndisponible."""
    partage = _lire(t.partages.c.jeton_hache == hacher(jeton))
    if not partage.ouvert:
        raise PartageInconnu
    return partage


def trouver(numero: int, proprietaire: str) -> Partage:
    """A view of one's own, its link over or not. Raises PartageInconnu, MagasinIndisponible."""
    if not 0 < numero <= NUMERO_AU_PLUS:
        raise PartageInconnu
    return _lire(t.partages.c.id == numero, t.partages.c.proprietaire == proprietaire)


def lister(proprietaire: str, presentation: int | None = None) -> list[Partage]:
    """Views of an owner (of one presentation), the last first. Raises MagasinIndisponible."""
    conditions = [t.partages.c.proprietaire == proprietaire]
    if presentation is not None:
        conditions.append(t.partages.c.presentation == presentation)
    with transaction() as conn:
        lignes = conn.execute(
            sa.select(t.partages).where(*conditions).order_by(t.partages.c.id.desc())
        ).all()
    return [_de_la_base(x) for x in lignes]


def lister_les_liens(proprietaire: str, presentation: int | None = None) -> list[Lien]:
    """The same without the slides. Raises MagasinIndisponible."""
    c = t.partages.c
    conditions = [c.proprietaire == proprietaire]
    if presentation is not None:
        conditions.append(c.presentation == presentation)
    colonnes = (
        c.id,
        c.presentation,
        c.titre,
        c.livraison,
        c.cree_le,
        c.expire_le,
        c.jeton_hache.is_(None),
    )
    with transaction() as conn:
        lignes = conn.execute(sa.select(*colonnes).where(*conditions).order_by(c.id.desc())).all()
    return [Lien(*x) for x in lignes]


def revoquer(numero: int, proprietaire: str) -> None:
    """Close a link for good; the view stays. Raises PartageInconnu, MagasinIndisponible."""
    _changer(numero, proprietaire, jeton_hache=None)


def renouveler(numero: int, proprietaire: str, *, jours: int = JOURS_AU_PLUS) -> str:
    """Open a new link to the same view, figures unchanged; the one before is over. Its token.

    Raises PartageInconnu, MagasinIndisponible.
    """
    jeton = secrets.token_urlsafe(OCTETS_DU_JETON)
    _changer(
        numero,
        proprietaire,
        jeton_hache=hacher(jeton),
        expire_le=maintenant() + _duree(jours),
    )
    return jeton


def _duree(jours: int) -> dt.timedelta:
    if not 1 <= jours <= JOURS_AU_PLUS:
        raise ValueError(f"Un lien dure de 1 à {JOURS_AU_PLUS} jours.")
    return dt.timedelta(days=jours)


def hacher(jeton: str) -> str:
    """What the store keeps of a token. Raises PartageInconnu for what cannot be one."""
    if len(jeton) != SIGNES_DU_JETON:
        raise PartageInconnu
    return sceller("partage", jeton)


def _changer(numero: int, proprietaire: str, **valeurs: Any) -> None:
    if not 0 < numero <= NUMERO_AU_PLUS:
        raise PartageInconnu
    with transaction() as conn:
        fait = conn.execute(
            t.partages.update()
            .where(t.partages.c.id == numero, t.partages.c.proprietaire == proprietaire)
            .values(**valeurs)
        )
        if not fait.rowcount:
            raise PartageInconnu


def _lire(*conditions: Any) -> Partage:
    with transaction() as conn:
        ligne = conn.execute(sa.select(t.partages).where(*conditions)).one_or_none()
    if ligne is None:
        raise PartageInconnu
    return _de_la_base(ligne)


def _de_la_base(ligne: Any) -> Partage:
    return Partage(
        ligne.id,
        ligne.presentation,
        ligne.proprietaire,
        ligne.titre,
        ligne.contenu,
        ligne.notes,
        ligne.livraison,
        ligne.cree_le,
        ligne.expire_le,
        ligne.jeton_hache is None,
        ligne.perimetre,
    )
