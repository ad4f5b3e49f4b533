"""The front door: `gunicorn app:server`, or `python app.py`."""

import gc
import sys

# What starting makes is kept: looking for rubbish in it takes an eighth of the time to start.
gc.disable()

from dashboard.regime import DemarrageRefuse, MagasinIndisponible  # noqa: E402
from dashboard.serveur import creer_application, demarrer  # noqa: E402

ECHEC = 4
"""Exit status: with this one gunicorn stops, rather than starting the same worker for ever."""

try:
    app = creer_application()
    demarrer(app)
except (DemarrageRefuse, MagasinIndisponible) as refus:
    print(refus, file=sys.stderr)
    sys.exit(ECHEC)

server = app.server

# Dash sets itself up at the first request: done here, no two threads can do it at once. A file
# that needs no log-in, so that the guard lets the request through.
server.test_client().get("/assets/passerelle.css")

# Never looked at again, and so never copied in the memory of the processes forked from this one.
gc.freeze()
gc.enable()

if __name__ == "__main__":
    try:
        app.run(host="127.0.0.1", port=8050)
    except DemarrageRefuse as refus:
        print(refus, file=sys.stderr)
        sys.exit(ECHEC)
