"""What attackers keep from one publication to the next.

A group whose records did not change keeps its number and what was known of it. A group whose
records changed is a new unknown, no further from the old one than the number of accompagnements
that changed in its context. An association knows every change of its own records. Contract,
confidentialité, « Audit at import ».
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from data.audit.charpente import Charpente
from data.audit.propagation import INFINI, Bornes, Nombres
from data.comptage import Matiere
from data.contextes import dresser
from data.treillis import FILTRES_PERMIS, TYPES_EXACTS

Rangs = npt.NDArray[np.int64]

_TU = 0xFFFF
"""As a lower bound: this cell was not kept. As an upper one: as many as one likes."""


@dataclass(frozen=True, slots=True)
class Souvenir:
    """Bounds an attacker had at an earlier publication, in the present frame, and the true
    numbers they were about. A cell that was not there: 0 to infinity, `su` False."""

    bornes: Bornes
    verite: Nombres
    su: npt.NDArray[np.bool_]

    def reprendre(self, changes: Rangs) -> Bornes:
        """What it still tells: `changes` (rows,) accompagnements that changed in each row since."""
        c = changes[:, None].astype(np.int32)
        bas, haut = self.bornes.bas - c, self.bornes.haut + c
        return Bornes(
            np.where(self.su, np.maximum(bas, 0), 0).astype(np.int32),
            np.where(self.su, haut, INFINI).astype(np.int32),
        )

    def completer(self, autre: Souvenir) -> None:
        """Take from another what this one has not, in place."""
        for siens, repris in (
            (self.bornes.bas, autre.bornes.bas),
            (self.bornes.haut, autre.bornes.haut),
            (self.verite, autre.verite),
        ):
            np.copyto(siens, repris, where=~self.su)
        np.logical_or(self.su, autre.su, out=self.su)


def ne_rien_savoir(charpente: Charpente) -> Souvenir:
    """What is kept by who was not there: nothing."""
    return Souvenir(
        Bornes.larges(charpente.forme),
        np.zeros(charpente.forme, dtype=np.int32),
        np.zeros(charpente.forme, dtype=bool),
    )


def emballer_souvenir(
    charpente: Charpente, bornes: Bornes, verite: Nombres, gardees: npt.NDArray[np.bool_] | None
) -> bytes:
    """Bounds and truth of these cells, (rows, columns) or (rows, 1) (None: all), compressed."""
    if gardees is None:
        gardees = np.ones((len(charpente.cles), 1), dtype=bool)
    qui = np.flatnonzero(gardees.any(axis=1))
    tues = ~np.broadcast_to(gardees, charpente.forme)[qui]
    entete = json.dumps(
        {
            "lignes": ["|".join(charpente.cles[i]) for i in qui.tolist()],
            "colonnes": [_nommer(r) for r in charpente.regions],
        }
    ).encode()
    n = np.where(tues, 0, verite[qui])
    bas = np.where(tues, _TU, np.minimum(n - bornes.bas[qui], _TU - 1))
    haut = np.where(tues, _TU, np.minimum(bornes.haut[qui] - n, _TU))
    corps = b"".join(x.tobytes() for x in (n.astype("<i4"), bas.astype("<u2"), haut.astype("<u2")))
    return zlib.compress(len(entete).to_bytes(4, "little") + entete + corps, 1)


def deballer_souvenir(contenu: bytes, charpente: Charpente) -> Souvenir:
    """Inverse of `emballer_souvenir`, on the rows and columns that still exist."""
    brut = zlib.decompress(contenu)
    fin = 4 + int.from_bytes(brut[:4], "little")
    entete: dict[str, Any] = json.loads(brut[4:fin])
    forme = (len(entete["lignes"]), len(entete["colonnes"]))
    taille = forme[0] * forme[1]
    n = np.frombuffer(brut, "<i4", taille, fin).reshape(forme)
    bas = np.frombuffer(brut, "<u2", taille, fin + 4 * taille).reshape(forme)
    haut = np.frombuffer(brut, "<u2", taille, fin + 6 * taille).reshape(forme)
    ligne = {"|".join(c): i for i, c in enumerate(charpente.cles)}
    colonne = {_nommer(r): i for i, r in enumerate(charpente.regions)}
    ls = [(i, ligne[x]) for i, x in enumerate(entete["lignes"]) if x in ligne]
    ks = [(i, colonne[x]) for i, x in enumerate(entete["colonnes"]) if x in colonne]
    souvenir = ne_rien_savoir(charpente)
    if not ls or not ks:
        return souvenir
    avant = np.ix_([a for a, _ in ls], [a for a, _ in ks])
    apres = np.ix_([b for _, b in ls], [b for _, b in ks])
    souvenir.verite[apres] = n[avant]
    souvenir.bornes.bas[apres] = n[avant] - bas[avant].astype(np.int32)
    souvenir.bornes.haut[apres] = n[avant] + haut[avant].astype(np.int32)
    souvenir.su[apres] = bas[avant] != _TU
    return souvenir


def _nommer(region: Any) -> str:
    """A region as a text that is the same in every process."""
    return str(
        sorted(
            (champ, sorted(str((x[0], sorted(x[1])) if isinstance(x, tuple) else x) for x in v))
            for champ, v in region
        )
    )


def signer(matieres: dict[str, Matiere]) -> bytes:
    """Who was counted, where, and a fingerprint of what was counted of them; compressed."""
    return zlib.compress(
        json.dumps(
            {
                p: {
                    "empreintes": _empreindre(m),
                    "places": {t: v for t, v in m.places.items() if t not in TYPES_EXACTS},
                    "profils": m.profils,
                }
                for p, m in matieres.items()
            }
        ).encode(),
        1,
    )


def lire_les_cles(signature: bytes) -> set[int]:
    """Keys of the accompagnements of a signature, of every population."""
    return {
        int(empreinte[:8], 16)
        for population in json.loads(zlib.decompress(signature)).values()
        for empreinte in population["empreintes"]
    }


def _empreindre(matiere: Matiere) -> list[str]:
    """Key and fingerprint of each accompagnement: changes when anything counted of it does."""
    debuts, colonnes = matiere.jeunes.indptr, matiere.jeunes.indices.astype("<i4")
    autres = list(zip(*matiere.places.values(), *matiere.profils.values(), strict=True))
    return [
        f"{cle:08x}"
        + hashlib.blake2b(
            colonnes[debuts[i] : debuts[i + 1]].tobytes() + repr(autres[i]).encode(),
            digest_size=8,
        ).hexdigest()
        for i, cle in enumerate(matiere.cles.tolist())
    ]


@dataclass(frozen=True, slots=True)
class _Lot:
    """Accompagnements of a population, of a signature or of now: those that the other has not."""

    population: str
    qui: list[int]
    places: dict[str, list[str | None]]
    profils: dict[str, list[str | None]]


class Changements:
    """Accompagnements that came, went or changed since a signature. The two are compared once,
    whoever asks what changed."""

    def __init__(
        self, signature: bytes, matieres: dict[str, Matiere], charpente: Charpente
    ) -> None:
        self._charpente = charpente
        self._lots: list[_Lot] = []
        anciens: dict[str, Any] = json.loads(zlib.decompress(signature))
        for population, matiere in matieres.items():
            ancien = anciens.get(population)
            if ancien is None:
                continue
            nouvelles = _empreindre(matiere)
            avant, apres = set(ancien["empreintes"]), set(nouvelles)
            for empreintes, autres, places, profils in (
                (ancien["empreintes"], apres, ancien["places"], ancien["profils"]),
                (nouvelles, avant, matiere.places, matiere.profils),
            ):
                qui = [i for i, e in enumerate(empreintes) if e not in autres]
                self._lots.append(_Lot(population, qui, places, profils))

    def compter(self, *, sauf: str = "") -> Rangs:
        """How many in each row, (rows,). `sauf`: association whose own do not count (it knows
        them)."""
        changes = np.zeros(len(self._charpente.cles), dtype=np.int64)
        for lot in self._lots:
            associations = lot.places["association"]
            qui = [i for i in lot.qui if associations[i] != sauf]
            _ajouter(changes, self._charpente, lot.population, qui, lot.places, lot.profils)
        self._charpente.remplir(changes)
        return changes


def _ajouter(
    changes: Rangs,
    charpente: Charpente,
    population: str,
    qui: list[int],
    places: dict[str, list[str | None]],
    profils: dict[str, list[str | None]],
) -> None:
    if not qui:
        return
    contextes = dresser(
        {t: [v[i] for i in qui] for t, v in places.items()},
        {p: [v[i] for i in qui] for p, v in profils.items()},
        tuple(x for x in FILTRES_PERMIS if x in places and x not in TYPES_EXACTS),
    )
    combien = np.bincount(contextes.lignes, minlength=len(contextes.cles))
    for cle, n in zip(contextes.cles, combien.tolist(), strict=True):
        ligne = charpente.numero.get((population, *cle))
        if ligne is not None:
            changes[ligne] += n


JEUNES, CROISES = "jeunes", "croises"
"""What is kept of the frame of a school year, and of that of its crossings."""

Lire = Callable[[str, str], bytes | None]
"""(kind, attacker) → what was kept of a school year, if anything was."""


class Passe:
    """What attackers kept of a school year at its last publication, in the frames of this one.

    Everything is read at once: attackers are tried on several threads, the connection is one's.
    """

    def __init__(
        self,
        lire: Lire,
        matieres: dict[str, Matiere],
        principale: Charpente,
        croisee: Charpente,
        associations: Sequence[str],
    ) -> None:
        signature = lire("signature", "")
        self._changements = (
            None if signature is None else Changements(signature, matieres, principale)
        )
        self._charpentes = {JEUNES: principale, CROISES: croisee}
        self._dans_la_principale = [principale.numero[cle] for cle in croisee.cles]
        self._contenus = {
            (genre, qui): lire(genre, qui)
            for genre in self._charpentes
            for qui in ("", *associations)
        }
        self._communs = {genre: self._deballer(genre, "") for genre in self._charpentes}

    def rappeler(self, association: str = "") -> dict[str, Bornes]:
        """What it still tells: to the reader of every protected number or to an association, of
        the others' youths. By frame; a frame of which nothing was kept is left out."""
        if self._changements is None:
            return {}
        changes = self._changements.compter(sauf=association)
        de = {JEUNES: changes, CROISES: changes[self._dans_la_principale]}
        souvenirs = {genre: self._se_souvenir(genre, association) for genre in de}
        return {g: s.reprendre(de[g]) for g, s in souvenirs.items() if s is not None}

    def _se_souvenir(self, genre: str, association: str) -> Souvenir | None:
        commun = self._communs[genre]
        if not association or commun is None:
            return commun
        if self._contenus[JEUNES, association] is None:
            # It was not there: everyone was one of the others.
            return commun
        sien = self._deballer(genre, association)
        if sien is not None:
            # Where it had nobody and knew no more than the reader of every number, nothing was
            # kept of its own.
            sien.completer(commun)
        return sien

    def _deballer(self, genre: str, qui: str) -> Souvenir | None:
        contenu = self._contenus[genre, qui]
        return None if contenu is None else deballer_souvenir(contenu, self._charpentes[genre])
