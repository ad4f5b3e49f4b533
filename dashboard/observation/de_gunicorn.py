"""The log of gunicorn, in the form of the technical log."""

from __future__ import annotations

from typing import Any

from gunicorn.glogging import Logger

from dashboard.observation.ecriture import installer


class JournalDeGunicorn(Logger):
    """Where gunicorn would quote an address, what was sent or an exception, it does not.

    The application's lines have the same form, output and level (`--log-level`).
    """

    def setup(self, cfg: Any) -> None:
        """Called at start and at each reload of the settings."""
        super().setup(cfg)
        installer(self.loglevel, self.error_log.handlers)

    def debug(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Nothing: at this level gunicorn writes the address of each request."""

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """What could not be read as a request is not quoted, nor who sent it."""
        if msg.startswith("Invalid request"):
            super().warning("Demande illisible, refusée")
        else:
            super().warning(msg, *args, **kwargs)

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """A failure outside of the application: where, and not for which address."""
        self.error_log.error("Échec du serveur", exc_info=True)
