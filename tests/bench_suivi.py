"""« Suivez-moi », measured and never asserted: `python -m tests.bench_suivi`.

(a) Followers by HTTP that ask as the page does, on connections of their own; (b) real pages of a
browser. Both: the time from the presenter's move to each screen, on a server of two processes that
is killed and started again half-way. Every process is on this machine, the followers too.

`--essai` does the same with few followers and moves, to see that the bench itself works.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from playwright.async_api import Page, async_playwright
from playwright.async_api import TimeoutError as TropLong

from queries.depot import Depot
from queries.lecteur import Lecteur
from tests import RACINE, magasin
from tests.browser.conftest import NAVIGATEURS, OPTIONS
from tests.commandes import commander
from tests.presentations import Lien, de_la_reunion, partager
from tests.serveur import Serveur

FENETRE = "c0" * 12
DIAPOS = ("sexe", "demande", "cote", "mots", "effectif")
PAUSE = (0.9, 1.9)
"""Seconds between two moves."""

PATIENCE = 60.0
"""Seconds after the last move for every screen to be there."""


class Presentateur:
    """Leads as the presenter's page does: one move at a time, sent until it is received."""

    def __init__(self, adresse: str) -> None:
        self._adresse = adresse
        page = requests.get(f"{adresse}/presentateur", timeout=30).text
        (self._sceau,) = re.findall(r'data-sceau="(\w+)"', page)
        self.geste = 0
        self.envois = 0

    def envoyer(self, **corps: Any) -> dict[str, Any]:
        corps = {"pilote": FENETRE, "sceau": self._sceau, **corps}
        while True:
            self.envois += 1
            try:
                reponse = requests.post(f"{self._adresse}/conduire", json=corps, timeout=10)
                if reponse.status_code == 200:
                    recu: dict[str, Any] = reponse.json()
                    return recu
            except requests.RequestException:
                pass
            time.sleep(0.3)

    def prendre(self) -> None:
        self.envoyer(action="prendre", etat={"diapo": DIAPOS[0]})

    def bouger(self, diapo: str) -> int:
        """The version that the move makes."""
        self.geste += 1
        recu = self.envoyer(action="bouger", geste=self.geste, etat={"diapo": diapo})
        return int(recu["version"])


class Suiveur:
    """Asks where the presentation is, as `presentation-suivi.js` does."""

    def __init__(self, adresse: str, numero: int) -> None:
        parties = urlsplit(adresse)
        self._hote, self._port = parties.hostname or "", parties.port or 80
        self._chemin, self._numero = parties.path, numero
        self.version = -1
        self.etat: dict[str, Any] | None = None
        self.vues: dict[int, float] = {}
        self.demandes = 0
        self.echecs = 0

    async def suivre(self, fin: asyncio.Event) -> None:
        await asyncio.sleep(random.random())
        lecture = ecriture = None
        echecs = 0
        while not fin.is_set():
            try:
                if ecriture is None or ecriture.is_closing():
                    lecture, ecriture = await asyncio.open_connection(self._hote, self._port)
                assert lecture is not None
                dans, garder = await asyncio.wait_for(self._demander(lecture, ecriture), 10)
                echecs = 0
                if not garder:
                    ecriture.close()
            except (OSError, EOFError, TimeoutError, ValueError, IndexError):
                self.echecs += 1
                echecs += 1
                if ecriture is not None:
                    ecriture.close()
                    ecriture = None
                dans = min(700 * 1.7**echecs, 4000) * (0.7 + 0.6 * random.random())
            await asyncio.sleep(dans / 1000 * (0.85 + 0.3 * random.random()))

    async def _demander(
        self, lecture: asyncio.StreamReader, ecriture: asyncio.StreamWriter
    ) -> tuple[float, bool]:
        self.demandes += 1
        requete = f"{self._chemin}/suivi?v={self.version}&e=s{self._numero}"
        ecriture.write(f"GET {requete} HTTP/1.1\r\nHost: {self._hote}\r\n\r\n".encode())
        await ecriture.drain()
        tete = (await lecture.readuntil(b"\r\n\r\n")).decode().lower()
        longueur = int(re.findall(r"content-length: (\d+)", tete)[0])
        corps = json.loads(await lecture.readexactly(longueur))
        if " 200 " not in tete.split("\r\n", 1)[0]:
            raise ValueError
        if "etat" in corps and corps["version"] >= self.version:
            self.version, self.etat = corps["version"], corps["etat"]
            self.vues[self.version] = time.monotonic()
        return float(corps["dans"]), "connection: close" not in tete

    def vue(self, version: int) -> float | None:
        """When this version, or a later one, was known."""
        return min((quand for v, quand in self.vues.items() if v >= version), default=None)


@contextmanager
def salle() -> Iterator[tuple[Serveur, Lien]]:
    """A server on a copy of the demonstration database, and a shared presentation."""
    with tempfile.TemporaryDirectory() as dossier:
        copie = Path(dossier) / "passerelle.sqlite"
        url = f"sqlite:///{copie}"
        existante = RACINE / "data" / "base" / "passerelle.sqlite"
        if existante.exists():
            shutil.copy(existante, copie)
        else:
            commander(url, "demo", "--annees", "2", "--echelle", "0.3")
        with magasin.aupres_de(url):
            lien = partager(de_la_reunion(), "point-de-vue:departement", Lecteur(), Depot(url))
        with Serveur(url) as serveur:
            yield serveur, lien


async def mener(
    presentateur: Presentateur, serveur: Serveur, gestes: int
) -> tuple[list[tuple[float, int, str]], set[int], float]:
    """Moves: when sent, the version made, the slide; ranks of those that met the dead server;
    seconds it was away."""
    faits: list[tuple[float, int, str]] = []
    coupes: set[int] = set()
    absence = 0.0
    relance: asyncio.Task[None] | None = None
    for i in range(gestes):
        if i == gestes // 2:
            await asyncio.to_thread(serveur.tuer)
            mort = time.monotonic()
            relance = asyncio.create_task(asyncio.to_thread(serveur.demarrer))
        debut = time.monotonic()
        diapo = DIAPOS[(i + 1) % len(DIAPOS)]
        version = await asyncio.to_thread(presentateur.bouger, diapo)
        if i == gestes // 2:
            coupes.add(i)
            absence = time.monotonic() - mort
        faits.append((debut, version, diapo))
        await asyncio.sleep(random.uniform(*PAUSE))
    if relance is not None:
        await relance
    return faits, coupes, absence


def dire(nom: str, delais: list[float], manques: int = 0) -> None:
    if not delais:
        print(f"  {nom} : aucun délai mesuré")
        return
    rangs = statistics.quantiles(delais, n=100) if len(delais) > 1 else delais * 99
    print(
        f"  {nom} : médiane {statistics.median(delais):.2f} s, p95 {rangs[94]:.2f} s, "
        f"maximum {max(delais):.2f} s ({len(delais)} mesures"
        + (f", {manques} gestes dépassés par le suivant)" if manques else ")")
    )


async def mesurer_par_http(serveur: Serveur, lien: Lien, combien: int, gestes: int) -> None:
    adresse = f"{serveur.adresse}{lien}"
    presentateur = Presentateur(adresse)
    presentateur.prendre()
    fin = asyncio.Event()
    suiveurs = [Suiveur(adresse, i) for i in range(combien)]
    taches = [asyncio.create_task(s.suivre(fin)) for s in suiveurs]
    await asyncio.sleep(3)
    debut = time.monotonic()
    faits, coupes, absence = await mener(presentateur, serveur, gestes)
    duree = time.monotonic() - debut
    derniere, attendue = faits[-1][1], faits[-1][2]
    limite = time.monotonic() + PATIENCE
    while time.monotonic() < limite and any(s.version < derniere for s in suiveurs):
        await asyncio.sleep(0.1)
    fin.set()
    await asyncio.gather(*taches)
    delais: list[float] = []
    reprises: list[float] = []
    for i, (quand, version, _) in enumerate(faits):
        vues = [v - quand for s in suiveurs if (v := s.vue(version)) is not None]
        (reprises if i in coupes else delais).extend(vues)
    ensemble = sum(
        s.version == derniere and s.etat is not None and s.etat["diapo"] == attendue
        for s in suiveurs
    )
    versions = [v for _, v, _ in faits]
    perdus = gestes - len(set(versions))
    demandes = sum(s.demandes for s in suiveurs)
    print(f"{combien} suiveurs par HTTP, {gestes} gestes")
    dire("du geste à l’écran", delais)
    dire(f"serveur tué puis relancé (absent {absence:.1f} s)", reprises)
    print(f"  gestes perdus : {perdus} ({presentateur.envois - 1} envois)")
    print(f"  resynchronisés à la fin : {ensemble} sur {combien}")
    echecs = sum(s.echecs for s in suiveurs)
    print(f"  questions : {demandes / duree:.0f} par seconde, {echecs} échecs")


ESPION = """document.addEventListener('DOMContentLoaded', () => {
  window.vues = [];
  const noter = () => {
    const ici = document.querySelector('.diapo.courante');
    const nom = ici && ici.dataset.diapo;
    const derniere = window.vues[window.vues.length - 1];
    if (nom && (!derniere || derniere[1] !== nom)) { window.vues.push([Date.now(), nom]); }
  };
  new MutationObserver(noter).observe(document.body, {
    subtree: true, attributes: true, attributeFilter: ['class'] });
});"""


async def mesurer_par_navigateur(serveur: Serveur, lien: Lien, combien: int, gestes: int) -> None:
    adresse = f"{serveur.adresse}{lien}"
    presentateur = Presentateur(adresse)
    presentateur.prendre()
    executable = next(filter(None, map(shutil.which, NAVIGATEURS)), None)
    async with async_playwright() as playwright:
        navigateurs = [
            await playwright.chromium.launch(executable_path=executable, args=OPTIONS)
            for _ in range(2)
        ]
        pages: list[Page] = []
        for i in range(combien):
            contexte = await navigateurs[i % 2].new_context(viewport={"width": 390, "height": 844})
            page = await contexte.new_page()
            await page.add_init_script(ESPION)
            await page.goto(adresse, timeout=60_000)
            pages.append(page)
        # Date.now() is what the pages have: the moves are told on the same clock.
        ecart = time.time() - time.monotonic()
        faits, coupes, absence = await mener(presentateur, serveur, gestes)
        attendue = faits[-1][2]
        ensemble = 0
        for page in pages:
            try:
                await page.wait_for_function(
                    "nom => document.querySelector('.diapo.courante').dataset.diapo === nom",
                    arg=attendue,
                    timeout=PATIENCE * 1000,
                )
                ensemble += 1
            except TropLong:
                continue
        journaux = [await page.evaluate("window.vues") for page in pages]
        for navigateur in navigateurs:
            await navigateur.close()
    delais: list[float] = []
    reprises: list[float] = []
    depasses = 0
    for i, (quand, _, diapo) in enumerate(faits):
        debut = (quand + ecart) * 1000
        # A slide comes back after as many moves as there are slides: before that, it is this move.
        suivante = i + len(DIAPOS)
        fin = (faits[suivante][0] + ecart) * 1000 if suivante < gestes else float("inf")
        for vues in journaux:
            trouvee = next((t for t, nom in vues if nom == diapo and debut <= t < fin), None)
            if trouvee is None:
                depasses += 1
            else:
                (reprises if i in coupes else delais).append((trouvee - debut) / 1000)
    print(f"{combien} pages de navigateur, {gestes} gestes")
    dire("du geste à l’écran", delais, depasses)
    dire(f"serveur tué puis relancé (absent {absence:.1f} s)", reprises)
    print(f"  gestes perdus : {gestes - len({v for _, v, _ in faits})}")
    print(f"  resynchronisées à la fin : {ensemble} sur {combien}")


def principal() -> None:
    analyse = argparse.ArgumentParser(description=__doc__)
    analyse.add_argument("--essai", action="store_true", help="few followers, few moves")
    choix = analyse.parse_args()
    suiveurs, pages, gestes = (5, 2, 6) if choix.essai else (100, 30, 60)
    charge = ", ".join(f"{x:.1f}" for x in os.getloadavg())
    print(f"{os.cpu_count()} cœurs, charge avant la mesure : {charge}")
    with salle() as (serveur, lien):
        asyncio.run(mesurer_par_http(serveur, lien, suiveurs, gestes))
    with salle() as (serveur, lien):
        asyncio.run(mesurer_par_navigateur(serveur, lien, pages, gestes))


if __name__ == "__main__":
    principal()
