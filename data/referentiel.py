"""What a delivery may refer to: the places, associations and usagers of the database, then those
of the delivery's own good rows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import chain, count

import sqlalchemy as sa

from data import schema as t
from data.cellules import LAISSER_VIDE, Faute, est_sans_reponse
from data.nomenclature import ecrire_code, plier


@dataclass(slots=True)
class Appellations:
    """What names something: its code first, else its name when nothing else has the same."""

    codes: dict[str, int | str] = field(default_factory=dict)
    noms: dict[str, int | str | None] = field(default_factory=dict)

    def ajouter(self, cle: int | str, code: str, nom: str) -> None:
        """Learn a code and a name of `cle`. A name of two things names neither."""
        self.codes[code] = cle
        pli = plier(nom)
        self.noms[pli] = cle if self.noms.get(pli, cle) == cle else None

    def trouver(self, code: str, nom: str) -> int | str | None:
        """What is meant, or None."""
        trouve = self.codes.get(code)
        return self.noms.get(plier(nom)) if trouve is None else trouve


class Referentiel:
    """References of one import: read once, then completed form by form."""

    def __init__(self, conn: sa.Connection) -> None:
        self._territoires = Appellations()
        for code, nom in conn.execute(sa.select(t.territoires.c.code, t.territoires.c.nom)):
            self.ajouter_territoire(code, nom)
        self._associations = Appellations()
        self.sigles: dict[int, str] = {}
        self._codes_associations: set[str] = set()
        a = t.associations.c
        for id_, sigle, nom, code in conn.execute(sa.select(a.id, a.sigle, a.nom, a.code)):
            self._associations.ajouter(id_, plier(sigle), nom)
            self.sigles[id_] = sigle
            self._codes_associations.add(code)
        self._colleges: set[str] = set(conn.scalars(sa.select(t.colleges.c.code)))
        self.usagers: dict[tuple[int, str], int] = {}
        u = t.usagers.c
        for id_, association, usager in conn.execute(sa.select(u.id, u.association, u.usager)):
            self.usagers[association, usager] = id_
        self._prochain_usager = max(self.usagers.values(), default=0) + 1
        self.naissances: dict[int, int | None] = {}

    def ajouter_territoire(self, code: str, nom: str) -> None:
        """A territoire may now be referred to."""
        self._territoires.ajouter(code, code, nom)

    def ajouter_college(self, code: str) -> None:
        """A collège may now be referred to."""
        self._colleges.add(code)

    def ajouter_association(self, sigle: str, nom: str) -> tuple[int, str | None]:
        """An association may now be referred to: its id, and its code in URLs when it is new.

        The code comes from the name, else from the sigle when that is taken.
        """
        connu = self._associations.codes.get(plier(sigle))
        if connu is not None:
            self._associations.ajouter(connu, plier(sigle), nom)
            return int(connu), None
        id_ = max(self.sigles, default=0) + 1
        self.sigles[id_] = sigle
        self._associations.ajouter(id_, plier(sigle), nom)
        code = next(
            c
            for c in chain(
                (ecrire_code(nom), ecrire_code(sigle)), (f"association-{n}" for n in count(id_))
            )
            if c and c not in self._codes_associations
        )
        self._codes_associations.add(code)
        return id_, code

    def ajouter_usager(self, association: int, usager: str) -> int:
        """An usager may now be referred to: its id."""
        id_ = self.usagers.get((association, usager))
        if id_ is None:
            id_ = self._prochain_usager
            self._prochain_usager += 1
            self.usagers[association, usager] = id_
        return id_

    def lire_territoire(self, texte: str) -> str | Faute:
        """Code of the territoire that a code or a name refers to."""
        trouve = self._territoires.trouver(ecrire_code(texte), texte)
        if trouve is None:
            return _inconnu(texte, "Territoire inconnu", "territoires")
        return str(trouve)

    def lire_association(self, texte: str) -> int | Faute:
        """Id of the association that a sigle or a name refers to."""
        trouve = self._associations.trouver(plier(texte), texte)
        if trouve is None:
            return _inconnu(texte, "Association inconnue", "associations")
        return int(trouve)

    def lire_college(self, texte: str) -> str | Faute:
        """Code of the collège that this code names (names repeat: they name none)."""
        code = ecrire_code(texte)
        return code if code in self._colleges else _inconnu(texte, "Collège inconnu", "colleges")


def _inconnu(texte: str, raison: str, formulaire: str) -> Faute:
    if est_sans_reponse(texte):
        return Faute(raison, LAISSER_VIDE)
    precision = " (par son code)" if formulaire == "colleges" else ""
    return Faute(
        raison,
        f"Ajoutez-le{precision} au fichier « {formulaire} », ou corrigez : il n'est ni parmi les "
        "lignes acceptées de la livraison, ni dans la base.",
    )


def lire_cle_de_lieu(texte: str) -> str | Faute:
    """The code of a territoire or collège as it is stored: fit for URLs (contract, interface)."""
    code = ecrire_code(texte)
    if not re.search(r"[0-9a-z]", code):
        return Faute("Code inutilisable", "Écrivez un code fait de lettres et de chiffres.")
    return code
