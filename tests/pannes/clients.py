"""Readers who go on asking while something fails under the service, and judge every answer."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import urlencode

from queries.depot import Etat
from tests.bench.pages import choisir_les_cartes, dresser_les_vues
from tests.bench.rappels import CHEMIN, Ecran, ParHttp, lire_rappels

INDISPONIBLE = ("ne répond pas", "introuvable", "abîmée", "Service indisponible")
"""What a page says while its database is away."""

_JETON = re.compile(rb'(jeton_csrf" value="|"end_id":")[^"]+')
"""What a page has of its own each time."""


class Demande(NamedTuple):
    """One request."""

    methode: str
    chemin: str
    corps: bytes | None = None

    def __str__(self) -> str:
        return f"{self.methode} {self.chemin} {(self.corps or b'')[:60].decode()}".strip()


class Vue(NamedTuple):
    """One answer. `debut`, `fin`: seconds of the monotonic clock; `statut` 0: none; `defaut`: what
    is wrong with it, "" when nothing is."""

    demande: Demande
    debut: float
    fin: float
    statut: int
    defaut: str


class Client(threading.Thread):
    """One reader: asks the same things in turn without a pause, on a connection that is kept."""

    def __init__(self, port: int, demandes: Sequence[Demande], cookie: str = "") -> None:
        super().__init__(daemon=True)
        self._lien = ParHttp(port)
        self._demandes = demandes
        self._entetes = {"Cookie": cookie} if cookie else {}
        self._fini = threading.Event()
        self.attendus = {demande: self._apprendre(demande) for demande in demandes}
        self.vues: list[Vue] = []

    def _apprendre(self, demande: Demande) -> bytes:
        """What this reader must be answered from now on. Raises RuntimeError unless it is a 200."""
        statut, corps = self._echanger(demande)
        if statut != 200:
            raise RuntimeError(f"{demande} : {statut} {corps[:300]!r}")
        return corps

    def run(self) -> None:
        while not self._fini.is_set():
            for demande in self._demandes:
                self.vues.append(self._regarder(demande))

    def finir(self) -> None:
        """Stop asking."""
        self._fini.set()
        self.join()
        self._lien.fermer()

    def tout_repondu(self, statut: int, instant: float) -> bool:
        """Whether everything it asks was answered with this status, by requests begun since."""
        recentes = itertools.takewhile(lambda v: v.debut >= instant, reversed(self.vues))
        return {v.demande for v in recentes if v.statut == statut} == set(self._demandes)

    def _echanger(self, demande: Demande) -> tuple[int, bytes]:
        entetes = dict(self._entetes)
        if demande.corps is not None:
            entetes["Content-Type"] = "application/json"
        statut, corps = self._lien.echanger(*demande, entetes)
        return statut, _JETON.sub(rb"\1", corps)

    def _regarder(self, demande: Demande) -> Vue:
        debut = time.monotonic()
        try:
            statut, corps = self._echanger(demande)
            defaut = self._juger(demande, statut, corps)
        except (OSError, http.client.HTTPException) as erreur:
            self._lien.fermer()
            statut, defaut = 0, f"pas de réponse ({type(erreur).__name__})"
        return Vue(demande, debut, time.monotonic(), statut, defaut and f"{demande} : {defaut}")

    def _juger(self, demande: Demande, statut: int, corps: bytes) -> str:
        texte = corps.decode("utf-8", "replace")
        if statut == 200:
            return "" if corps == self.attendus[demande] else f"une autre réponse : {texte[:300]}"
        if statut != 503 or "Traceback" in texte:
            return f"{statut} {texte[:300]}"
        dite = any(mots in texte for mots in INDISPONIBLE)
        return "" if dite else f"503 qui ne dit rien : {texte[:300]}"


def composer_les_demandes(port: int, etat: Etat) -> list[Demande]:
    """Pages, the API, and the callbacks that fill a page, then change its filter."""
    lien = ParHttp(port)
    ecran = Ecran(lire_rappels(lien), choisir_les_cartes(etat), etat.publication)
    lien.fermer()
    adresses = ("/", "/_dash-layout", "/rapport", "/presentations")
    donnees = (
        "annees",
        "lieux",
        "livraisons",
        "indicateurs/effectif",
        "indicateurs/sexe?par=annee",
    )
    return [
        *(Demande("GET", chemin) for chemin in adresses),
        *(Demande("GET", f"/api/v1/{chemin}") for chemin in donnees),
        Demande(*ecran.ouvrir(CHEMIN)),
        *(Demande(*d) for vue in dresser_les_vues(etat)[:2] for d in ecran.demandes(vue)),
    ]


def ouvrir_point_de_vue(port: int, valeur: str) -> str:
    """The cookie of a session opened for this viewpoint. Raises RuntimeError."""
    lien = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    with contextlib.closing(lien):
        genre = {"Content-Type": "application/x-www-form-urlencoded"}
        lien.request("POST", "/point-de-vue", urlencode({"point_de_vue": valeur}), genre)
        reponse = lien.getresponse()
        cookie = reponse.getheader("Set-Cookie", "").partition(";")[0]
        if reponse.status != 303 or not cookie:
            raise RuntimeError(f"point de vue « {valeur} » : {reponse.status}")
        return cookie


@contextmanager
def solliciter(clients: Sequence[Client]) -> Iterator[None]:
    """They ask as long as the context lasts."""
    for client in clients:
        client.start()
    try:
        yield
    finally:
        for client in clients:
            client.finir()
