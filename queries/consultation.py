"""Which questions were answered while a request was handled: what the journal is told.

`repondre` writes down every question it answers, and whoever shows answers that were kept writes
theirs: nothing that shows figures can forget to. Never a figure (contract, confidentialité,
Access).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property, lru_cache

from queries.lecteur import Politique
from queries.question import Question
from queries.selection import ecrire_lieux, encoder


@dataclass(frozen=True)
class Consultation:
    """One question answered, and the policy it was answered under."""

    question: Question
    population: str
    politique: Politique

    @cached_property
    def texte(self) -> str:
        """The question as the API writes it: « sexe?annee=2021-2022&territoire=douai »."""
        return _ecrire(self)


@lru_cache(maxsize=16_384)
def _ecrire(consultation: Consultation) -> str:
    """The same pages are opened again and again: their questions are written once."""
    q = consultation.question
    paires = [("annee", q.annee), *ecrire_lieux([q.lieu]), *q.filtres]
    if consultation.population:
        paires.append(("population", consultation.population))
    if q.croiser:
        paires.append(("croiser", q.croiser))
    return f"{q.indicateur}?{encoder(paires)}"


Releve = dict[Consultation, None]
"""Consultations, in order, each once."""

_releve: ContextVar[Releve | None] = ContextVar("releve", default=None)


def ouvrir_releve() -> Releve:
    """Begin a record, which everything answered from now on in this context is added to."""
    releve: Releve = {}
    _releve.set(releve)
    return releve


@contextmanager
def ecouter() -> Iterator[Releve]:
    """What is answered inside, which the record in force is told of too: for whoever keeps answers
    and will show them again."""
    dedans: Releve = {}
    jeton = _releve.set(dedans)
    try:
        yield dedans
    finally:
        _releve.reset(jeton)
        relever(dedans)


def relever(consultations: Iterable[Consultation]) -> None:
    """Add to the record in force, if there is one."""
    releve = _releve.get()
    if releve is not None:
        releve.update(dict.fromkeys(consultations))
