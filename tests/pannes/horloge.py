"""A clock that jumps back and forth under the served application (libfaketime)."""

from __future__ import annotations

import http.cookiejar
import os
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from queries import partages
from tests.pannes.bases import BaseSqlite
from tests.pannes.table import Constat
from tests.serveur import Serveur

BIBLIOTHEQUE = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
SAUTS = ("+0", "-1h", "+2h", "-1d", "+40d", "-3650d", "+3650d", "-20000d", "+20000d", "+0")
"""What the clock jumps by, one after the other, from the true time."""

PAGES = ("/", "/situations", "/rapport", "/presentations", "/qualite", "/api/v1/livraisons")


def sauter(modele: Path, dossier: Path) -> Constat:
    """Pages, sessions and links at each jump: nothing falls, and a revoked link stays closed."""
    constat = Constat("horloge qui saute")
    if not BIBLIOTHEQUE.exists():
        raise FileNotFoundError("libfaketime est absente (paquet Debian « faketime »).")
    base = BaseSqlite(modele, dossier / "base-horloge")
    decalage = dossier / "decalage"
    decalage.write_text("+0\n", encoding="ascii")
    magasin = f"sqlite:///{dossier}/application-horloge.sqlite"
    reglages = {
        "APPLICATION_URL": magasin,
        "LD_PRELOAD": str(BIBLIOTHEQUE),
        "FAKETIME_TIMESTAMP_FILE": str(decalage),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    navigateur = urllib.request.build_opener(
        urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    )

    def demander(chemin: str) -> tuple[int, str]:
        try:
            with navigateur.open(serveur.adresse + chemin, timeout=60) as reponse:
                return reponse.status, reponse.read().decode("utf-8", "replace")
        except urllib.error.HTTPError as erreur:
            return erreur.code, erreur.read().decode("utf-8", "replace")

    with pytest.MonkeyPatch.context() as ici:
        ici.setenv("DATABASE_URL", base.url)
        ici.setenv("APPLICATION_URL", magasin)
        with Serveur(base.url, **reglages) as serveur:
            qui = "point-de-vue:departement"
            contenu = {"diapos": []}
            revoque, jeton_revoque = partages.creer(qui, "Fermé", contenu, 1)
            partages.revoquer(revoque, qui)
            for saut in SAUTS:
                decalage.write_text(f"{saut}\n", encoding="ascii")
                os.utime(decalage)
                for page in PAGES:
                    statut, texte = demander(page)
                    bon = statut < 500 and "Traceback" not in texte
                    constat.noter(bon, f"{saut}, {page} : {statut}")
                statut, _ = demander(f"/p/{jeton_revoque}")
                constat.noter(statut in (404, 410), f"{saut}, lien révoqué : {statut}")
    constat.detail = f"{len(SAUTS)} sauts de −55 à +55 ans, {len(PAGES)} pages et un lien révoqué"
    return constat
