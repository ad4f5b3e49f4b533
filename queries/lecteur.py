"""Who is asking, and under which policy each place is answered (contract, confidentialité)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from data.treillis import TYPES_D_ASSOCIATION
from queries.question import Lieu


class Role(Enum):
    """Kinds of reader."""

    DEPARTEMENT = "departement"
    HABILITE = "habilite"
    CHEF = "chef"
    INVITE = "invite"
    ADMINISTRATEUR = "administrateur"
    """Manages the accounts: no place exists for this reader, hence no figure."""


@dataclass(frozen=True, slots=True)
class Politique:
    """What a reader sees of a place. `assiette`: least published base of a breakdown.

    `plancher`: least published number shown; `plancher_sensible`: of sensitive values.
    """

    nom: str
    exacte: bool = False
    assiette: int = 15
    plancher: int = 5
    plancher_sensible: int = 5


TOUTES = "*"
"""In place of codes of associations: all of them, and the places that belong to none."""

EXACT = Politique("exact", exacte=True, assiette=0, plancher=0, plancher_sensible=0)
PROTEGE = Politique("protege")
PARTAGE = Politique("partage", assiette=25, plancher=10, plancher_sensible=15)


@dataclass(frozen=True, slots=True)
class Lecteur:
    """A reader. `associations`: codes of a chef de service's own; empty for the others.
    `partage`: what is read will be shown to others (a link, a meeting)."""

    role: Role = Role.DEPARTEMENT
    associations: tuple[str, ...] = ()
    partage: bool = False

    def pour_partage(self) -> Lecteur:
        """The same perimeter, read as a room or the holder of a link will (contract,
        confidentialité: the policy follows the reader, never the person who shares)."""
        return replace(self, partage=True)

    def politique(self, lieu: Lieu) -> Politique:
        """The policy of this reader for this place (which must be inside the perimeter)."""
        if self.partage or self.role in (Role.INVITE, Role.ADMINISTRATEUR):
            return PARTAGE
        if self.role is Role.HABILITE:
            return EXACT
        if self.role is Role.CHEF and lieu.association in self.associations:
            return EXACT
        return PROTEGE

    @property
    def restreint(self) -> bool:
        """Whether some places do not exist for this reader."""
        return self.role in (Role.CHEF, Role.ADMINISTRATEUR)

    @property
    def auteur(self) -> bool:
        """Whether this reader may write: presentations, comments, notes of meetings."""
        return self.role not in (Role.INVITE, Role.ADMINISTRATEUR)

    def exact_quelque_part(self) -> bool:
        """Whether this reader may see true counts somewhere."""
        return self.role in (Role.HABILITE, Role.CHEF) and not self.partage

    @property
    def droits(self) -> tuple[str, ...]:
        """Associations whose true counts this reader may see; `TOUTES` stands for everything."""
        if not self.exact_quelque_part():
            return ()
        return (TOUTES,) if self.role is Role.HABILITE else self.associations

    @property
    def perimetre(self) -> str:
        """Whose colleague this reader is: those who write, and read what is written, together."""
        # The same service, whatever the habilité has switched on.
        role = Role.DEPARTEMENT if self.role is Role.HABILITE else self.role
        return ":".join((role.value, *sorted(self.associations)))

    @property
    def par_association(self) -> bool:
        """Whether a collège means the own association's records there."""
        return self.role is Role.CHEF and not self.partage

    def voit_type(self, type_: str) -> bool:
        """Whether places of this kind may exist for this reader."""
        if self.role is Role.ADMINISTRATEUR:
            return False
        if type_ == "association_college":
            return self.exact_quelque_part()
        if self.role is Role.CHEF:
            return type_ in ("departement", "territoire", "college", *TYPES_D_ASSOCIATION)
        return True
