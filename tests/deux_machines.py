"""Two web machines, a PostgreSQL and its streaming replica, a proxy; one machine dies under load.

`python -m tests.deux_machines [--secondes 60] [--clients 12]` needs root, `ip`, nginx, openssl and
PostgreSQL. Each is a host of its own: a network namespace on one bridge. The web machines read the
replica under the role that sees no record, and write accounts and sessions to the primary.
Clients log in through the proxy, then ask for figures whose right answers are known; one web
machine is killed, comes back, then the other. Printed: requests, those asked again, log-outs,
wrong figures, and whether what one machine writes the other one reads.
"""

from __future__ import annotations

import argparse
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import requests

from tests import RACINE
from tests.commandes import commander
from tests.postgresql import trouver_programmes

PREFIXE, PONT = "passerelle", "pass0"
RESEAU = "10.77.0"
HOTES = {"primaire": 10, "replique": 11, "web1": 21, "web2": 22}
HOTE = f"{RESEAU}.1:8443"
MANDATAIRE = f"https://{HOTE}"
PORT_WEB, PORT_BASE = 8050, 5432
COMME_POSTGRES = ("runuser", "-u", "postgres", "--")
"""PostgreSQL refuses to run as root."""

PATIENCE = 90.0
ESSAIS = 8
"""Times a client asks again, as a page does while the service does not answer."""

IDENTIFIANT = "agent@nord.example"
CODES_DE_PANNE = (502, 503, 504)


@dataclass
class Bilan:
    """What the clients saw."""

    reponses: int = 0
    repetees: int = 0
    perdues: int = 0
    deconnectes: int = 0
    faux: int = 0
    durees: list[float] = field(default_factory=list)


def executer(*mots: str | Path) -> None:
    """Run a command of the system. Raises CalledProcessError."""
    subprocess.run([str(m) for m in mots], check=True, capture_output=True)


def attendre(condition: Callable[[], bool], quoi: str) -> None:
    """Wait until it holds. Raises TimeoutError."""
    limite = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > limite:
            raise TimeoutError(quoi)
        time.sleep(0.1)


def adresse(hote: str) -> str:
    """Address of a host."""
    return f"{RESEAU}.{HOTES[hote]}"


@contextmanager
def monter_le_reseau() -> Iterator[None]:
    """A bridge, and a namespace for each host; removed at the end."""
    defaire_le_reseau()
    try:
        executer("ip", "link", "add", PONT, "type", "bridge")
        executer("ip", "addr", "add", f"{RESEAU}.1/24", "dev", PONT)
        executer("ip", "link", "set", PONT, "up")
        for hote in HOTES:
            espace, bout = f"{PREFIXE}-{hote}", f"v-{hote}"
            executer("ip", "netns", "add", espace)
            executer(
                "ip", "link", "add", bout, "type", "veth", "peer", "name", "eth0", "netns", espace
            )
            executer("ip", "link", "set", bout, "master", PONT, "up")
            executer("ip", "-n", espace, "addr", "add", f"{adresse(hote)}/24", "dev", "eth0")
            executer("ip", "-n", espace, "link", "set", "eth0", "up")
            executer("ip", "-n", espace, "link", "set", "lo", "up")
        yield
    finally:
        defaire_le_reseau()


def defaire_le_reseau() -> None:
    """Remove what an interrupted run may have left."""
    for hote in HOTES:
        subprocess.run(["ip", "netns", "del", f"{PREFIXE}-{hote}"], capture_output=True)
        subprocess.run(["ip", "link", "del", f"v-{hote}"], capture_output=True)
    subprocess.run(["ip", "link", "del", PONT], capture_output=True)


@contextmanager
def lancer(hote: str, mots: list[str | Path], dossier: Path, **env: str) -> Iterator[None]:
    """A program on a host, as long as the context lasts; its output in a file of `dossier`."""
    processus = demarrer(hote, mots, dossier, **env)
    try:
        yield
    finally:
        arreter(processus)


def demarrer(
    hote: str, mots: list[str | Path], dossier: Path, **env: str
) -> subprocess.Popen[bytes]:
    """Start a program on a host."""
    with (dossier / f"{hote}.journal").open("ab") as journal:
        return subprocess.Popen(
            ["ip", "netns", "exec", f"{PREFIXE}-{hote}", *(str(m) for m in mots)],
            cwd=RACINE if hote.startswith("web") else dossier,
            env={**os.environ, **env},
            stdout=journal,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def arreter(processus: subprocess.Popen[bytes], coup: int = signal.SIGTERM) -> None:
    """Stop a program and what it started."""
    try:
        os.killpg(processus.pid, coup)
        processus.wait(timeout=20)
    except subprocess.TimeoutExpired:
        os.killpg(processus.pid, signal.SIGKILL)
        processus.wait()
    except ProcessLookupError:
        pass


class Bases:
    """The primary and its replica, run by the account `postgres`."""

    def __init__(self, dossier: Path) -> None:
        self.dossier, self.programmes = dossier, trouver_programmes()
        self.mots_de_passe = {
            nom: secrets.token_urlsafe(18)
            for nom in ("passerelle", "passerelle_web", "passerelle_import")
        }
        compte = pwd.getpwnam("postgres")
        os.chown(dossier, compte.pw_uid, compte.pw_gid)

    def url(self, hote: str, role: str = "passerelle") -> str:
        """Of SQLAlchemy."""
        return (
            f"postgresql+psycopg://{role}:{self.mots_de_passe[role]}@{adresse(hote)}:{PORT_BASE}"
            "/postgres"
        )

    def preparer(self) -> None:
        """Make the cluster of the primary."""
        secret = self.dossier / "secret"
        secret.write_text(self.mots_de_passe["passerelle"])
        shutil.chown(secret, "postgres")
        donnees = self.dossier / "primaire"
        executer(
            *(*COMME_POSTGRES, self.programmes / "initdb", "-D", donnees, "-U", "passerelle"),
            *("--pwfile", secret, "--auth", "scram-sha-256"),
            *("--encoding", "UTF8", "--locale", "C.UTF-8"),
        )
        with (donnees / "pg_hba.conf").open("a") as regles:
            for base in ("all", "replication"):
                regles.write(f"host {base} all {RESEAU}.0/24 scram-sha-256\n")

    def copier(self) -> None:
        """Make the replica, from the primary that runs."""
        source = f"postgresql://passerelle:{self.mots_de_passe['passerelle']}@{adresse('primaire')}"
        executer(
            *("ip", "netns", "exec", f"{PREFIXE}-replique", *COMME_POSTGRES),
            *(self.programmes / "pg_basebackup", "-d", source, "-R", "-X", "stream"),
            *("-D", self.dossier / "replique"),
        )

    def commande(self, hote: str) -> list[str | Path]:
        """What starts the server of a host."""
        return [
            *(*COMME_POSTGRES, self.programmes / "postgres"),
            *("-D", self.dossier / hote, "-c", f"listen_addresses={adresse(hote)}"),
            *("-c", "unix_socket_directories=", "-c", "hot_standby_feedback=on"),
        ]

    def repond(self, hote: str) -> bool:
        """Whether its server answers."""
        try:
            psycopg.connect(self.url(hote).replace("+psycopg", ""), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


NGINX = """\
pid {dossier}/nginx.pid;
error_log {dossier}/nginx.journal crit;
events {{}}
http {{
  access_log off;
  client_body_temp_path {dossier}/corps; proxy_temp_path {dossier}/relais;
  fastcgi_temp_path {dossier}/f; uwsgi_temp_path {dossier}/u; scgi_temp_path {dossier}/s;
  upstream passerelle {{
    server {web1}:{port} max_fails=1 fail_timeout=2s;
    server {web2}:{port} max_fails=1 fail_timeout=2s;
  }}
  server {{
    listen {reseau}.1:8443 ssl;
    ssl_certificate {dossier}/certificat.pem;
    ssl_certificate_key {dossier}/cle.pem;
    location / {{
      proxy_pass http://passerelle;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_connect_timeout 2s;
      proxy_next_upstream error timeout;
    }}
  }}
}}
"""


@contextmanager
def mandater(dossier: Path) -> Iterator[None]:
    """nginx before the two web machines, with the directives of `docs/deploiement/nginx.conf`."""
    executer(
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
        *("-subj", "/CN=passerelle", "-addext", f"subjectAltName=IP:{RESEAU}.1"),
        *("-keyout", dossier / "cle.pem", "-out", dossier / "certificat.pem"),
    )
    reglages = dossier / "nginx.conf"
    reglages.write_text(
        NGINX.format(
            dossier=dossier,
            web1=adresse("web1"),
            web2=adresse("web2"),
            port=PORT_WEB,
            reseau=RESEAU,
        )
    )
    nginx = subprocess.Popen(["nginx", "-c", str(reglages), "-g", "daemon off;"])
    try:
        yield
    finally:
        nginx.terminate()
        nginx.wait()


class Web:
    """One web machine, which may die and come back."""

    def __init__(self, hote: str, dossier: Path, reglages: dict[str, str]) -> None:
        self.hote, self.dossier, self.reglages = hote, dossier, reglages
        self.processus: subprocess.Popen[bytes] | None = None

    def demarrer(self) -> None:
        """Start it, and wait until it says that it is ready."""
        gunicorn = Path(sys.executable).with_name("gunicorn")
        self.processus = demarrer(
            self.hote,
            [gunicorn, "app:server", "--config", "python:dashboard.gunicorn"]
            + ["--bind", f"{adresse(self.hote)}:{PORT_WEB}", "--log-level", "warning"],
            self.dossier,
            **self.reglages,
        )
        attendre(self.pret, f"{self.hote} n’est pas prêt : {self.dossier / self.hote}.journal")

    def pret(self) -> bool:
        """What `/pret` says."""
        try:
            return bool(requests.get(f"http://{adresse(self.hote)}:{PORT_WEB}/pret", timeout=5).ok)
        except requests.RequestException:
            return False

    def tuer(self) -> None:
        """As a power cut would."""
        if self.processus is not None:
            arreter(self.processus, signal.SIGKILL)
            self.processus = None


def ouvrir(dossier: Path) -> requests.Session:
    """A browser that believes the certificate of the proxy."""
    session = requests.Session()
    session.verify = str(dossier / "certificat.pem")
    # Else a bundle named in the environment is believed instead, and a proxy is asked.
    session.trust_env = False
    return session


def entrer(session: requests.Session, mot_de_passe: str) -> None:
    """Log in through the proxy."""
    page = session.get(f"{MANDATAIRE}/connexion", timeout=30).text
    jeton = re.search(r'name="jeton_csrf" value="([^"]+)"', page)
    assert jeton is not None, page[:300]
    reponse = session.post(
        f"{MANDATAIRE}/connexion",
        data={
            "jeton_csrf": jeton[1],
            "identifiant": IDENTIFIANT,
            "mot_de_passe": mot_de_passe,
        },
        allow_redirects=False,
        timeout=30,
    )
    assert reponse.status_code in (302, 303), reponse.text[:300]


class Client(threading.Thread):
    """Somebody who asks for known figures until told to stop, and again when nothing answers."""

    def __init__(
        self, session: requests.Session, mot_de_passe: str, justes: dict[str, str], bilan: Bilan
    ) -> None:
        super().__init__(daemon=True)
        self.session, self.justes, self.bilan = session, justes, bilan
        self.fini = threading.Event()
        entrer(self.session, mot_de_passe)

    def run(self) -> None:
        chemins = list(self.justes)
        rang = secrets.randbelow(len(chemins))
        while not self.fini.is_set():
            rang = (rang + 1) % len(chemins)
            self.demander(chemins[rang])

    def demander(self, chemin: str) -> None:
        """One question, asked as often as a page would."""
        debut = time.monotonic()
        for essai in range(ESSAIS):
            try:
                reponse = self.session.get(MANDATAIRE + chemin, timeout=30, allow_redirects=False)
            except requests.RequestException:
                reponse = None
            if reponse is not None and reponse.status_code not in CODES_DE_PANNE:
                break
            self.bilan.repetees += 1
            time.sleep(min(2**essai, 4) / 4)
        else:
            self.bilan.perdues += 1
            return
        assert reponse is not None
        self.bilan.reponses += 1
        self.bilan.durees.append(time.monotonic() - debut)
        if reponse.status_code in (301, 302, 303, 401):
            self.bilan.deconnectes += 1
        elif reponse.text != self.justes[chemin]:
            self.bilan.faux += 1


def creer_le_compte() -> str:
    """An agent who has changed the first password; returns the password."""
    from data import comptes

    premier, nouveau = comptes.ajouter(IDENTIFIANT, comptes.DEPARTEMENT), secrets.token_urlsafe(18)
    numero = comptes.trouver(IDENTIFIANT).numero
    comptes.changer_mot_de_passe(numero, premier, nouveau, "127.0.0.1")
    return nouveau


def choisir_les_chemins(session: requests.Session) -> dict[str, str]:
    """Questions and their answers, before anything fails; the same from each machine."""
    annees = session.get(f"{MANDATAIRE}/api/v1/annees", timeout=30).json()["annees"]
    lieux = session.get(f"{MANDATAIRE}/api/v1/lieux", timeout=30).json()
    codes = [x["code"] for x in lieux["territoire"]]
    chemins = [
        f"/api/v1/indicateurs/{i}?annee={annees[-1]}&territoire={code}"
        for i in ("effectif", "sexe", "classe", "objectifs")
        for code in codes
    ]
    return {c: session.get(MANDATAIRE + c, timeout=30).text for c in chemins}


def verifier_le_partage_de_l_ecrit(session: requests.Session) -> bool:
    """Whether both machines read what was written through one: the session and what is its."""
    lues = []
    for hote in ("web1", "web2"):
        reponse = session.get(
            f"http://{adresse(hote)}:{PORT_WEB}/presentations",
            headers={
                "Host": HOTE,
                "X-Forwarded-Proto": "https",
                "X-Forwarded-For": f"{RESEAU}.1",
                "Cookie": "; ".join(f"{c.name}={c.value}" for c in session.cookies),
            },
            allow_redirects=False,
            timeout=30,
        )
        lues.append(reponse.status_code)
    return lues == [200, 200]


def principal() -> int:
    """The whole trial. Returns the exit status."""
    lecture = argparse.ArgumentParser(prog="python -m tests.deux_machines", description=__doc__)
    lecture.add_argument("--secondes", type=int, default=60)
    lecture.add_argument("--clients", type=int, default=12)
    options = lecture.parse_args()
    manquants = [x for x in ("ip", "nginx", "openssl", "runuser") if shutil.which(x) is None]
    if os.geteuid() != 0 or manquants:
        manque = ", ".join(manquants) or "les droits de root"
        print(
            f"Il manque {manque} : un essai sur des machines séparées les demande.", file=sys.stderr
        )
        return 2
    with ExitStack() as pile:
        dossier = Path(pile.enter_context(tempfile.TemporaryDirectory(prefix="passerelle-deux-")))
        dossier.chmod(0o755)
        pile.enter_context(monter_le_reseau())
        return _essayer(pile, dossier, options.secondes, options.clients)


def _essayer(pile: ExitStack, dossier: Path, secondes: int, clients: int) -> int:
    bases = Bases(dossier)
    bases.preparer()
    pile.enter_context(lancer("primaire", bases.commande("primaire"), dossier))
    attendre(lambda: bases.repond("primaire"), "la base primaire ne répond pas")
    communs = {
        "SECRET_ARRONDI": secrets.token_hex(32),
        "SECRET_SESSION": secrets.token_hex(32),
        "MOT_DE_PASSE_WEB": bases.mots_de_passe["passerelle_web"],
        "MOT_DE_PASSE_IMPORT": bases.mots_de_passe["passerelle_import"],
        "CONNEXION": "exigee",
    }
    os.environ.update(communs)
    url = bases.url("primaire")
    os.environ["DATABASE_URL"] = os.environ["APPLICATION_URL"] = url
    commander(url, "migrer")
    commander(url, "roles")
    commander(
        bases.url("primaire", "passerelle_import"), "demo", "--annees", "1", "--echelle", "0.2"
    )
    mot_de_passe = creer_le_compte()
    bases.copier()
    pile.enter_context(lancer("replique", bases.commande("replique"), dossier))
    attendre(lambda: bases.repond("replique"), "la réplique ne répond pas")
    reglages = {
        "DATABASE_URL": bases.url("replique", "passerelle_web"),
        "APPLICATION_URL": bases.url("primaire", "passerelle_web"),
        "PROXYS": "1",
        "WEB_CONCURRENCY": "1",
    }
    machines = [Web(hote, dossier, reglages) for hote in ("web1", "web2")]
    for machine in machines:
        pile.callback(machine.tuer)
        machine.demarrer()
    pile.enter_context(mandater(dossier))
    temoin = ouvrir(dossier)
    attendre(lambda: _repond(temoin), "le mandataire ne répond pas")
    entrer(temoin, mot_de_passe)
    justes = choisir_les_chemins(temoin)
    partage = verifier_le_partage_de_l_ecrit(temoin)
    bilan = Bilan()
    foule = [Client(ouvrir(dossier), mot_de_passe, justes, bilan) for _ in range(clients)]
    for client in foule:
        client.start()
    for machine in machines:
        time.sleep(secondes / 4)
        machine.tuer()
        time.sleep(secondes / 4)
        machine.demarrer()
    for client in foule:
        client.fini.set()
    for client in foule:
        client.join()
    _dire(bilan, partage, clients)
    return int(bool(bilan.perdues or bilan.deconnectes or bilan.faux or not partage))


def _repond(session: requests.Session) -> bool:
    try:
        return bool(session.get(f"{MANDATAIRE}/sante", timeout=5).ok)
    except requests.RequestException:
        return False


def _dire(bilan: Bilan, partage: bool, clients: int) -> None:
    durees = sorted(bilan.durees) or [0.0]
    print(f"Clients : {clients} ; machines web tuées l’une après l’autre sous la charge : 2")
    print(f"Réponses : {bilan.reponses} ; demandes répétées : {bilan.repetees}")
    print(f"Perdues : {bilan.perdues} ; déconnectés : {bilan.deconnectes} ; faux : {bilan.faux}")
    print(f"Écrit par l’une, lu par l’autre : {'oui' if partage else 'NON'}")
    print(
        f"Attente (s) : médiane {durees[len(durees) // 2]:.2f}, "
        f"95 % {durees[int(len(durees) * 0.95)]:.2f}, pire {durees[-1]:.2f}"
    )


if __name__ == "__main__":
    raise SystemExit(principal())
