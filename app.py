"""The front door: `gunicorn app:server`, or `python app.py`."""

from dashboard.serveur import creer_application

app = creer_application()
server = app.server

# Dash sets itself up at the first request: done here, no two threads can do it at once.
server.test_client().get("/")

if __name__ == "__main__":
    app.run(host="127.0.0.1", port=8050)
