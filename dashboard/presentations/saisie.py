"""What an author typed, carried onto the presentation as it is kept now.

The form tells, for each field, a print of what it showed: what the author did not touch keeps what
another window wrote, what only the author touched is taken, and what both touched is a clash, shown
to the author with both texts. Nothing typed is lost.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from queries.presentations import FORMES, Diapo, Presentation

CHAMPS = ("titre", "texte", "notes", "forme")
TITRE = "titre"


@dataclass(slots=True)
class Saisie:
    """`presentation`: with what was typed. `heurts`: name of a field → what another window wrote
    there. `orphelines`: what was typed for slides that are not there any more."""

    presentation: Presentation
    heurts: dict[str, str] = field(default_factory=dict)
    orphelines: list[dict[str, str]] = field(default_factory=list)

    @property
    def sans_heurt(self) -> bool:
        """Whether it can be kept without asking."""
        return not self.heurts and not self.orphelines


def nommer_le_champ(diapo: str, champ: str) -> str:
    """Name of a field of a slide in the form."""
    return f"d-{diapo}-{champ}"


def empreindre(diapo: Diapo) -> str:
    """What the form shows of a slide, to be known again."""
    return ".".join(_hacher(getattr(diapo, champ)) for champ in CHAMPS)


def empreindre_le_titre(titre: str) -> str:
    """The same of the title."""
    return _hacher(titre)


def reporter(la: Presentation, formulaire: Mapping[str, str]) -> Saisie:
    """What a form says, on the presentation as it is kept."""
    saisie = Saisie(la)
    titre = _choisir(
        formulaire.get(TITRE), formulaire.get("titre-base", ""), la.titre, TITRE, saisie
    )
    diapos = [_reporter_la_diapo(d, formulaire, saisie) for d in la.diapos]
    saisie.presentation = replace(la, titre=titre, diapos=tuple(diapos))
    _relever_les_orphelines(la, formulaire, saisie)
    return saisie


def _reporter_la_diapo(diapo: Diapo, formulaire: Mapping[str, str], saisie: Saisie) -> Diapo:
    bases = _lire_les_bases(formulaire, diapo.id)
    valeurs: dict[str, Any] = {}
    for champ in CHAMPS:
        nom = nommer_le_champ(diapo.id, champ)
        tape = formulaire.get(nom)
        if champ == "forme" and tape not in FORMES:
            tape = None
        valeurs[champ] = _choisir(tape, bases.get(champ, ""), getattr(diapo, champ), nom, saisie)
    return replace(diapo, **valeurs)


def _choisir(tape: str | None, base: str, garde: str, nom: str, saisie: Saisie) -> str:
    if tape is None:
        return garde
    tape = _lisser(tape)
    if tape == garde or _hacher(tape) == base:
        return garde
    if _hacher(garde) != base:
        saisie.heurts[nom] = garde
    return tape


def _relever_les_orphelines(
    la: Presentation, formulaire: Mapping[str, str], saisie: Saisie
) -> None:
    presentes = {d.id for d in la.diapos}
    for nom in formulaire:
        if not (nom.startswith("d-") and nom.endswith("-base")):
            continue
        diapo = nom.removeprefix("d-").removesuffix("-base")
        if diapo in presentes:
            continue
        bases = _lire_les_bases(formulaire, diapo)
        tapes = {
            champ: _lisser(formulaire.get(nommer_le_champ(diapo, champ), ""))
            for champ in ("titre", "texte", "notes")
        }
        changes = {c: t for c, t in tapes.items() if t and _hacher(t) != bases.get(c, "")}
        if changes:
            saisie.orphelines.append(changes)


def _lire_les_bases(formulaire: Mapping[str, str], diapo: str) -> dict[str, str]:
    lues = formulaire.get(nommer_le_champ(diapo, "base"), "").split(".")
    return dict(zip(CHAMPS, lues, strict=False))


def _lisser(texte: str) -> str:
    return texte.replace("\r\n", "\n").strip()


def _hacher(texte: str) -> str:
    return hashlib.sha256(texte.encode("utf-8", "replace")).hexdigest()[:10]
