"""The link to a PostgreSQL server: its settings, and how long anyone waits for it.

A server that is gone is known of at once, or within seconds by the network. A frozen one (its disk
stands still, its machine is suspended) keeps its connections and never answers: only a clock on
this side tells.
"""

from __future__ import annotations

import select
import time
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import errors
from sqlalchemy import event

CONNEXIONS, DEBORDEMENT = 4, 4
"""Connections an engine keeps: one per request answered at once; more for a moment."""

ATTENTE, DUREE_DE_VIE, DUREE_D_UNE_LECTURE = 5, 1800, 10
"""Seconds: for a free connection or for the server to answer; before a connection is replaced;
longest statement of the web application."""

SILENCE = DUREE_D_UNE_LECTURE + 2
"""Seconds without a word from the server, after it should itself have cut the statement short."""

REPIT = 2.0
"""Seconds during which a server that let a connection wait in vain is not asked for another:
whoever comes next is told at once."""

MUET = "the server did not answer in time"


class Liaison(psycopg.Connection[Any]):
    """A connection on which nobody waits for ever: it is closed instead (OperationalError)."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """As psycopg's, no longer than `SILENCE`."""
        try:
            return super().wait(gen, interval, SILENCE if timeout is None else timeout)
        except errors._WaitTimeout as silence:
            if timeout is not None:
                raise
            self.pgconn.finish()
            raise psycopg.OperationalError(MUET) from silence


def regler(adresse: sa.URL, *, lecture_seule: bool, interactif: bool) -> dict[str, Any]:
    """Settings of an engine (`sqlalchemy.create_engine`). What the URL says prevails."""
    reglages = [x for x in (str(adresse.query.get("options", "")),) if x]
    if lecture_seule:
        reglages.append("-c default_transaction_read_only=on")
        # All that a transaction reads is of one publication.
        reglages.append("-c default_transaction_isolation=repeatable\\ read")
    if interactif:
        reglages.append(f"-c statement_timeout={1000 * DUREE_D_UNE_LECTURE}")
        reglages.append(f"-c idle_in_transaction_session_timeout={6000 * DUREE_D_UNE_LECTURE}")
    liaison: dict[str, Any] = {
        "connect_timeout": ATTENTE,
        "keepalives_idle": 30,
        "keepalives_interval": ATTENTE,
        "keepalives_count": 2,
        "application_name": "passerelle",
    }
    if interactif:
        liaison["tcp_user_timeout"] = 2000 * ATTENTE
    liaison = {nom: valeur for nom, valeur in liaison.items() if nom not in adresse.query}
    if reglages:
        liaison["options"] = " ".join(reglages)
    return {
        # A question asked for nothing costs a third of what most answers do: where a person waits,
        # the system is asked instead (`laisser_attendre_un_temps`).
        "pool_pre_ping": not interactif,
        "pool_size": CONNEXIONS,
        "max_overflow": DEBORDEMENT,
        "pool_timeout": ATTENTE,
        "pool_recycle": DUREE_DE_VIE,
        "connect_args": liaison,
    }


def laisser_attendre_un_temps(engine: sa.Engine) -> None:
    """Have nobody wait for ever on the connections of this engine, nor be given a dead one."""
    muet_depuis = -REPIT

    @event.listens_for(engine, "do_connect")
    def _relier(_: Any, __: Any, arguments: list[Any], options: dict[str, Any]) -> Liaison:
        nonlocal muet_depuis
        if time.monotonic() < muet_depuis + REPIT:
            raise psycopg.OperationalError(MUET)
        try:
            return Liaison.connect(*arguments, **options)
        except errors.ConnectionTimeout:
            muet_depuis = time.monotonic()
            raise

    @event.listens_for(engine, "checkout")
    def _eprouver(liaison: psycopg.Connection[Any], _: Any, __: Any) -> None:
        if liaison.closed or _a_parle(liaison):
            raise sa.exc.DisconnectionError("the server closed the connection")


def _a_parle(liaison: psycopg.Connection[Any]) -> bool:
    """Whether there is something to read from a connection that asked nothing: the end of it."""
    guet = select.poll()
    guet.register(liaison.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
    return bool(guet.poll(0))
