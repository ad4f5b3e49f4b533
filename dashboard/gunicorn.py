"""How gunicorn serves the dashboard: `gunicorn app:server --config python:dashboard.gunicorn`.

`PORT` and `WEB_CONCURRENCY` come from the environment, as a Procfile platform sets them.
"""

from __future__ import annotations

import os
from typing import Any

from dashboard.observation.de_gunicorn import JournalDeGunicorn

bind = f"0.0.0.0:{os.environ.get('PORT') or 8050}"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
# Threads, so that clients who send slowly hold no worker: they read, and a few requests at a time
# are answered (`dashboard.guichet`). One is started when no other is free.
worker_class = "gthread"
threads = 32
# One copy of the code in memory, one set of counters, and one first request, which `app.py` asks,
# for all the workers. Forked, each opens its own connections to PostgreSQL: at most 8 to read,
# 8 to the store and one to the journal (`data.liaison.CONNEXIONS`).
preload_app = True
timeout = 60
# How long a stopping worker may take to end what it has begun.
graceful_timeout = 30
# Heartbeats on a disk can stall a worker; memory cannot.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
# What proxies say of the caller is believed by the application alone, when `PROXYS` says so.
forwarded_allow_ips = ""
# No remote control of the service.
control_socket_disable = True
# One JSON line for each request and failure, on stderr; no access log, which quotes addresses.
logger_class = JournalDeGunicorn
accesslog = None


def when_ready(serveur: Any) -> None:
    """Tells the person who started the service where to find it."""
    adresses = ", ".join(str(prise).replace("0.0.0.0", "127.0.0.1") for prise in serveur.LISTENERS)
    print(f"▸ Passerelle est prête : {adresses} (Ctrl-C pour arrêter)", flush=True)


def post_worker_init(worker: Any) -> None:
    """Each process checks the file of the database for itself, once it serves."""
    # Imported here: the settings are read before the application, and by gunicorn alone.
    from dashboard.session import CLE_DU_DEPOT

    depot = getattr(worker.wsgi, "extensions", {}).get(CLE_DU_DEPOT)
    if depot is not None:
        depot.surveiller()
