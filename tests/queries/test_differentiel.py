"""Random questions on random deliveries: what the package answers is what the contract says."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from data import schema as t
from queries.depot import Depot
from queries.lecteur import Lecteur
from queries.reponses import repondre
from tests.audit import seul_lecteur
from tests.queries.comparaison import (
    DEPARTEMENT,
    HABILITE,
    INVITE,
    comparer,
    poser,
    tirer_contextes,
)
from tests.queries.livraisons import Tirage, charger, tirer, vider
from tests.queries.naif import Base, Demande, Verite
from tests.queries.protection import (
    PARTAGE,
    PROTEGE,
    Attendue,
    attendre_exact,
    attendre_protege,
)

CONTEXTES = 6
"""Random contexts asked of each delivery, about fifty questions each."""

tirages = st.builds(
    Tirage,
    graine=st.integers(0, 10**6),
    jeunes=st.sampled_from([0, 1, 12, 60, 140]),
    annees=st.integers(1, 3),
    vides=st.sampled_from([0, 2, 2, 6]),
    absentes=st.sampled_from([0, 0, 6, 30]),
    melange=st.sampled_from([2, 4]),
    en_deux=st.booleans(),
    retour=st.booleans(),
)


@contextmanager
def base_chargee(url: str, tirage: Tirage) -> Iterator[tuple[Depot, Verite]]:
    """The database after these deliveries, and what is true of them."""
    livraisons = tirer(tirage)
    engine = t.ouvrir(url)
    vider(engine)
    with tempfile.TemporaryDirectory() as dossier:
        charger(engine, livraisons, Path(dossier))
    engine.dispose()
    depot = Depot(url)
    try:
        yield depot, Verite(Base(livraisons))
    finally:
        depot._engine.dispose()


def attendre(verite: Verite, q: Demande, lecteur: Lecteur) -> list[Attendue]:
    """What this reader must be given."""
    if lecteur is HABILITE:
        return attendre_exact(verite, q)
    return attendre_protege(verite, q, PARTAGE if lecteur is INVITE else PROTEGE)


@settings(
    max_examples=6,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(tirage=tirages, graine=st.integers(0, 10**6))
@example(tirage=Tirage(1, jeunes=140, vides=2, absentes=6), graine=1)
@example(tirage=Tirage(2, jeunes=140, vides=1, melange=2, retour=True), graine=2)
def test_les_reponses_sont_celles_du_contrat(url_base: str, tirage: Tirage, graine: int) -> None:
    """The whole audit withholds under SQLite, a shorter one under PostgreSQL: what one engine keeps
    for it the other does (`tests/data/test_importation.py`)."""
    with pytest.MonkeyPatch.context() as reglages:
        if url_base.startswith("postgresql"):
            seul_lecteur(reglages)
        _confronter(url_base, tirage, graine)


def _confronter(url_base: str, tirage: Tirage, graine: int) -> None:
    with base_chargee(url_base, tirage) as (depot, verite):
        if not verite.base.annees():
            return
        demandes = list(tirer_contextes(verite.base, graine, CONTEXTES))
        with t.ouvrir(url_base, lecture_seule=True).connect() as conn:
            auditees = frozenset(conn.scalars(sa.select(t.retenues.c.annee)))
        for lecteur in (HABILITE, DEPARTEMENT, INVITE):
            visibles = [
                q for q in demandes if lecteur is HABILITE or q.lieu[0] != "association_college"
            ]
            reponses = repondre([poser(q) for q in visibles], lecteur, depot)
            for q, reponse in zip(visibles, reponses, strict=True):
                comparer(reponse, attendre(verite, q, lecteur), q, auditees)


def test_les_tirages_ont_de_quoi_eprouver_la_saisie() -> None:
    """Late entries, youths without a situation, beginnings later than an intervention."""
    base = Base(tirer(Tirage(2, jeunes=140, vides=1, melange=2, retour=True)))
    assert len(base.tardives) > 20
    jeunes = [j for annee in base.annees() for j in base.jeunes(annee)]
    sans = [j for j in jeunes if not j.valeurs["situation"]]
    apres = [j for j in jeunes if j.valeurs["debut"] and not j.valeurs["debut_coherent"]]
    assert len(sans) > 20
    assert len(apres) > 20
