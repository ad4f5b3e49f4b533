"""The truth behind every cell, counted from the forms in the database, and the rule applied to it.

Only to judge an attack, and to play what somebody knows on the side. Reads the tables of the forms
(usagers, situations, interventions, reference tables) and nothing that the package computed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from scipy import sparse

from tests.attack.groupes import (
    DES_ACTES,
    Groupe,
    codes_du_champ,
    colonnes,
    croisements,
)
from tests.attack.treillis import Carte, Entiers, Treillis
from tests.queries.naif import codes

POPULATIONS = ("alses", "ps", "collegiens")
FACULTATIVES = {
    "usagers": ("sexe", "naissance", "debut", "territoire", "origine", "fonction_ecole")
    + ("demande", "demande_scolarite"),
    "situations": ("college", "classe", "hebergement", "configuration", "mesures", "aides")
    + ("ressources",),
    "interventions": ("present", "lieu", "objectifs", "modalites", "famille")
    + ("objectifs_famille", "partenaires_territoire", "partenaires_hors"),
}
"""Optional columns of each form, in the contract's order: the bits of `posees`."""

Masque = npt.NDArray[np.bool_]


def publier(secret: bytes, n: Entiers, sommes: Entiers) -> Entiers:
    """p of true counts before any cap (rule 1); `sommes`: sums of keys, same shape."""
    k = hmac.new(secret, b"cellule", hashlib.sha256).digest()
    blocs = np.zeros((n.size, 16), dtype=np.uint8)
    blocs[:, 12:] = (sommes.ravel() % 2**32).astype(">u4").view(np.uint8).reshape(-1, 4)
    chiffre = Cipher(algorithms.AES(k), modes.ECB()).encryptor().update(blocs.tobytes())
    tetes = np.frombuffer(chiffre, dtype=">u8").reshape(-1, 2)[:, 0].astype(np.uint64)
    r = (n % 5).astype(np.int64)
    # u < r/5 with u = tete / 2**64, in whole numbers.
    seuils = np.array([0, *(-(-(i * 2**64) // 5) for i in range(1, 5))], dtype=np.uint64)
    haut = (r > 0) & (tetes.reshape(n.shape) < seuils[r])
    p: Entiers = n - r + 5 * haut
    return p


@dataclass
class Jeunes:
    """The accompagnements of one year. `bits`: reading (« alses », « ps ») → field → bit set of
    each youth; `actes`: reading → number of interventions; `evenements`: reading → field →
    interventions by value, (n, values)."""

    cles: Entiers
    places: dict[str, list[str | None]]
    profils: dict[str, list[str | None]]
    population: dict[str, Masque]
    bits: dict[str, dict[str, Entiers]]
    actes: dict[str, Entiers]
    evenements: dict[str, dict[str, Entiers]]
    posees: dict[str, Entiers]
    mois: Entiers

    def appartenance(self, g: Groupe, lecture: str) -> Masque:
        """Who is in a group."""
        dans = np.ones(len(self.cles), dtype=bool)
        for champ, valeurs, sauf in g:
            bits = self.bits[lecture][champ]
            masque = -1
            if valeurs is not None:
                masque = sum(1 << i for i, c in enumerate(codes_du_champ(champ)) if c in valeurs)
            dans &= ((bits & masque) != 0) != sauf
        return dans


class Verite:
    """What the forms of a database say. `secret`: of the rounding."""

    def __init__(self, url: str, secret: bytes) -> None:
        self.secret = secret
        moteur = sa.create_engine(url)
        with moteur.connect() as lien:

            def lire(requete: str) -> pd.DataFrame:
                return pd.read_sql(sa.text(requete), lien)

            self._usagers = lire("select * from usagers").sort_values("id", ignore_index=True)
            self._situations = lire("select * from situations")
            self._interventions = lire("select * from interventions").drop(
                columns=["annee", "intervention"]
            )
            self._postes = lire("select * from postes")
            self._colleges = lire("select * from colleges").set_index("code")
            self._associations = lire("select * from associations").set_index("id")
            self._territoires = lire("select * from territoires")
            listes = lire("select champ, code, rang from nomenclatures")
            self._participants = lire(
                "select a.debut, a.college, a.association, a.autres_jeunes, a.forme, a.action "
                "from actions a"
            )
            self._presents = lire("select forme, association, action, usager from actions_usagers")
        moteur.dispose()
        self._rangs = {(x.champ, x.code): int(x.rang) for x in listes.itertuples()}
        self._jours = pd.to_datetime(self._interventions["date"])
        self._debut = self._jours.dt.year - (self._jours.dt.month < 9)

    # --- Places ---------------------------------------------------------------------------------

    @cached_property
    def annees(self) -> list[int]:
        """School years (first year) with an intervention."""
        return sorted(int(a) for a in self._debut.unique())

    def postes(self, annee: int, *, janvier: bool) -> list[Any]:
        """Posts open on 1 January of the school year, or on any day of it."""
        du, au = dt.date(annee, 9, 1), dt.date(annee + 1, 8, 31)
        if janvier:
            du = au = dt.date(annee + 1, 1, 1)
        return [
            p
            for p in self._postes.itertuples()
            if _jour(p.debut) <= au and (p.fin is None or pd.isna(p.fin) or _jour(p.fin) >= du)
        ]

    def carte(self, annee: int) -> Carte:
        """The places of a year (first year of it)."""
        oui = self._rangs["oui_non", "oui"]
        genre: dict[str, str] = {}
        for p in self.postes(annee, janvier=True):
            if p.plan_pauvrete == oui:
                genre[p.college] = "plan_pauvrete"
            else:
                genre.setdefault(p.college, "autre")
        paires = {
            f"{self.code(p.association)}/{self._colleges.territoire[p.college]}"
            for p in self._postes.itertuples()
        }
        return Carte(
            tuple(self._territoires["code"]),
            tuple(self._associations["code"]),
            tuple(sorted(paires)),
            dict(self._colleges["territoire"]),
            {c: r or "hors" for c, r in self._colleges["education_prioritaire"].items()},
            genre,
        )

    def code(self, association: int) -> str:
        """Code of an association in URLs."""
        return str(self._associations.code[association])

    def colleges_avec_poste(self, annees: list[int], association: str = "") -> set[str]:
        """Collèges with a post (of the association) open on any day of these years."""
        return {
            p.college
            for a in annees
            for p in self.postes(a, janvier=False)
            if association in ("", self.code(p.association))
        }

    # --- Youths ---------------------------------------------------------------------------------

    def jeunes(self, annee: int) -> Jeunes:
        """The accompagnements of a school year."""
        choix = self._interventions[(self._debut == annee).to_numpy()].sort_values(
            "usager", kind="stable"
        )
        mois = self._jours[choix.index].dt.month.to_numpy()
        ids, rang = np.unique(choix["usager"].to_numpy(), return_inverse=True)
        n = len(ids)
        u = self._usagers.set_index("id").loc[ids]
        fin = dt.date(annee + 1, 8, 31).isoformat()
        s = self._situations[self._situations["date"].astype(str).str[:10] <= fin]
        s = s.sort_values("date").drop_duplicates("usager", keep="last")
        s = s.set_index("usager").reindex(ids)
        acteur = choix["acteur"].to_numpy()
        alses = acteur == self._rangs["acteur", "alses"]
        fiches: dict[str, Entiers] = {}
        for champ in ("sexe", "origine", "fonction_ecole", "demande", "demande_scolarite"):
            fiches[champ] = self._un(champ, u[champ].to_numpy())
        for champ in ("classe", "hebergement", "configuration"):
            fiches[champ] = self._un(champ, s[champ].fillna(0).to_numpy().astype(np.int64))
        for champ in ("mesures", "aides", "ressources"):
            fiches[champ] = self._plusieurs(champ, s[champ].fillna(0).to_numpy().astype(np.int64))
        fiches["acteur"] = _unir(n, rang, self._un("acteur", acteur))
        age = annee - u["naissance"].to_numpy(dtype=float)
        place = np.where(
            np.isnan(age), 0, 1 << (np.clip(np.nan_to_num(age, nan=9), 9, 17) - 9).astype(np.int64)
        )
        fiches["age"] = place.astype(np.int64)
        premieres = self._premieres.loc[ids].to_numpy()
        debut = np.array(
            [
                p if d is None or pd.isna(d) else str(d)[:10]
                for d, p in zip(u["debut"], premieres, strict=True)
            ]
        )
        neuf, ancien = (1 << codes("anciennete").index(c) for c in ("nouveau", "poursuivi"))
        fiches["anciennete"] = np.where(debut < f"{annee}-09-01", ancien, neuf).astype(np.int64)
        college = [None if x is None or pd.isna(x) else str(x) for x in s["college"]]
        fiches["college"] = np.array([c is not None for c in college], dtype=np.int64)
        sien = [None if x is None or pd.isna(x) else str(x) for x in u["territoire"]]
        fiches["territoire_usager"] = np.array([x is not None for x in sien], dtype=np.int64)
        fiches["debut"] = np.array(
            [not (d is None or pd.isna(d)) for d in u["debut"]], dtype=np.int64
        )
        fiches["situation"] = s["date"].notna().to_numpy().astype(np.int64)
        premiers = choix.groupby("usager")["date"].min().loc[ids].astype(str).str[:10]
        fiches["debut_coherent"] = np.array(
            [
                not (d is None or pd.isna(d)) and str(d)[:10] <= premier
                for d, premier in zip(u["debut"], premiers, strict=True)
            ],
            dtype=np.int64,
        )
        bits: dict[str, dict[str, Entiers]] = {}
        actes: dict[str, Entiers] = {}
        evenements: dict[str, dict[str, Entiers]] = {}
        for lecture, qui in (("alses", alses), ("ps", np.ones(len(rang), dtype=bool))):
            actes[lecture] = np.bincount(rang[qui], minlength=n)
            ici = dict(fiches)
            evenements[lecture] = {}
            for champ in DES_ACTES - {"intensite", "partenaires"}:
                brut = choix[champ].to_numpy()[qui].astype(np.int64)
                unique = champ in ("present", "lieu")
                valeurs = self._un(champ, brut) if unique else self._plusieurs(champ, brut)
                ici[champ] = _unir(n, rang[qui], valeurs)
                evenements[lecture][champ] = np.stack(
                    [
                        np.bincount(rang[qui], weights=(valeurs >> i) & 1, minlength=n)
                        for i in range(len(codes_du_champ(champ)))
                    ],
                    axis=1,
                ).astype(np.int64)
            ici["partenaires"] = ici["partenaires_territoire"] | ici["partenaires_hors"]
            classe = np.searchsorted([2, 5, 10, 20, 40], actes[lecture])
            ici["intensite"] = np.where(actes[lecture] > 0, 1 << classe, 0).astype(np.int64)
            bits[lecture] = ici
        posees = {
            "usagers": u["posees"].to_numpy().astype(np.int64),
            "situations": s["posees"].fillna(0).to_numpy().astype(np.int64),
            "interventions": _unir(n, rang, choix["posees"].to_numpy().astype(np.int64)),
        }
        du_college = sum(
            1 << i for i, c in enumerate(codes("classe")) if c in codes("classe", "collège")
        )
        associations = [self.code(a) for a in u["association"]]
        sigles = self._associations.sigle[u["association"]]
        nom = f"{annee}-{annee + 1}"
        cles = np.array(
            [
                int.from_bytes(
                    hmac.new(
                        self.secret, "\x1f".join((g, p, nom)).encode(), hashlib.sha256
                    ).digest()[:4],
                    "big",
                )
                for g, p in zip(sigles, u["usager"], strict=True)
            ],
            dtype=np.int64,
        )
        return Jeunes(
            cles,
            self._placer(annee, associations, college, sien),
            {
                "sexe": _decoder("sexe", fiches["sexe"]),
                "classe": _decoder("classe", fiches["classe"]),
                "anciennete": _decoder("anciennete", fiches["anciennete"]),
                "age": [_bande(int(b)) for b in fiches["age"]],
            },
            {
                "alses": actes["alses"] > 0,
                "ps": np.ones(n, dtype=bool),
                "collegiens": (fiches["classe"] & du_college) != 0,
                "autres": actes["alses"] == 0,
            },
            bits,
            actes,
            evenements,
            posees,
            _unir(n, rang, np.int64(1) << (mois.astype(np.int64) - 1)),
        )

    @cached_property
    def _premieres(self) -> pd.Series:
        return self._interventions.groupby("usager")["date"].min().astype(str).str[:10]

    def _un(self, champ: str, rangs: npt.NDArray[Any]) -> Entiers:
        """Bit set, in list order, of a single value held as its rank (0: none)."""
        return self._plusieurs(
            champ, np.where(rangs > 0, np.int64(1) << np.maximum(rangs.astype(np.int64) - 1, 0), 0)
        )

    def _plusieurs(self, champ: str, brut: Entiers) -> Entiers:
        """Bit set in list order of a bit set in rank order, « aucune » dropped beside another."""
        nom = {"present": "oui_non"}.get(champ, champ)
        nom = "partenaires" if champ.startswith("partenaires_") else nom
        sortie = np.zeros(len(brut), dtype=np.int64)
        for i, c in enumerate(codes_du_champ(champ)):
            sortie |= ((brut >> (self._rangs[nom, c] - 1)) & 1) << i
        if champ in ("mesures", "aides"):
            aucune = 1 << codes_du_champ(champ).index("aucune")
            sortie = np.where(sortie != aucune, sortie & ~aucune, sortie)
        return sortie

    def _placer(
        self,
        annee: int,
        associations: list[str],
        colleges: list[str | None],
        siens: list[str | None],
    ) -> dict[str, list[str | None]]:
        carte = self.carte(annee)
        territoires = [
            carte.territoire_du[c] if c else t for c, t in zip(colleges, siens, strict=True)
        ]
        paires = [f"{a}/{t}" for a, t in zip(associations, territoires, strict=True)]
        return {
            "departement": ["nord"] * len(colleges),
            "territoire": territoires,
            "association": list(associations),
            "association_territoire": [p if p in carte.paires else None for p in paires],
            "college": list(colleges),
            "reseau": [carte.reseau_du[c] if c else None for c in colleges],
            "poste": [carte.poste_du.get(c) if c else None for c in colleges],
        }

    def participants(self, annee: int) -> dict[tuple[str, str], tuple[int, int, int]]:
        """Place → distinct usagers of the year's actions, sum of their keys, newcomers."""
        du, au = f"{annee}-09-01", f"{annee + 1}-08-31"
        jours = self._participants["debut"].astype(str).str[:10]
        actions = self._participants[(jours >= du) & (jours <= au)]
        carte = self.carte(annee)
        ids = self._usagers.set_index("id")
        presents: dict[tuple[Any, ...], list[int]] = {}
        for x in self._presents.itertuples():
            presents.setdefault((x.forme, x.association, x.action), []).append(x.usager)
        qui: dict[tuple[str, str], set[int]] = {}
        autres: dict[tuple[str, str], int] = {}
        for x in actions.itertuples():
            a = self.code(x.association)
            lieux = [("departement", "nord"), ("association", a)]
            if isinstance(x.college, str):
                t = carte.territoire_du[x.college]
                lieux += [("college", x.college), ("territoire", t)]
                lieux += [("reseau", carte.reseau_du[x.college])]
                if x.college in carte.poste_du:
                    lieux.append(("poste", carte.poste_du[x.college]))
                if f"{a}/{t}" in carte.paires:
                    lieux.append(("association_territoire", f"{a}/{t}"))
            for lieu in lieux:
                qui.setdefault(lieu, set()).update(
                    presents.get((x.forme, x.association, x.action), [])
                )
                autres[lieu] = autres.get(lieu, 0) + int(
                    0 if pd.isna(x.autres_jeunes) else x.autres_jeunes
                )
        nom = f"{annee}-{annee + 1}"

        def cle(i: int) -> int:
            u = ids.loc[i]
            texte = "\x1f".join((self._associations.sigle[u["association"]], u["usager"], nom))
            return int.from_bytes(
                hmac.new(self.secret, texte.encode(), hashlib.sha256).digest()[:4], "big"
            )

        memoire = {i: cle(i) for i in qui.get(("departement", "nord"), set())}
        return {lieu: (len(q), sum(memoire[i] for i in q), autres[lieu]) for lieu, q in qui.items()}


@dataclass
class Comptes:
    """True counts of every row and column of a year and population; `sommes`: of the keys.

    `matrice`: (youths, columns); `lignes`, `qui`: memberships of rows.
    """

    n: Entiers
    sommes: Entiers
    matrice: Entiers
    appartenance: sparse.csr_array


def compter(treillis: Treillis, jeunes: Jeunes, population: str) -> Comptes:
    """Count a population of a year on the whole lattice."""
    lecture = "alses" if population == "alses" else "ps"
    dans = jeunes.population[population]
    matrice = np.stack([jeunes.appartenance(g, lecture) & dans for g in colonnes()], axis=1).astype(
        np.int64
    )
    lignes, qui = treillis.situer(jeunes.places, jeunes.profils)
    a = sparse.csr_array(
        (np.ones(len(lignes), dtype=np.int64), (lignes, qui)), shape=(len(treillis), len(dans))
    )
    return Comptes(
        np.asarray(a @ matrice), np.asarray(a @ (matrice * jeunes.cles[:, None])), matrice, a
    )


def croiser(
    jeunes: Jeunes, lieux: list[tuple[str, str]]
) -> dict[tuple[str, str], dict[tuple[str, str, str], tuple[int, int, int]]]:
    """Crossings of population `alses`: place → (« a*b », x, y) → n, sum of keys, base n.

    x = y = "": the base itself, whose base is everyone in the place.
    """
    dans = jeunes.population["alses"]
    sortie: dict[tuple[str, str], dict[tuple[str, str, str], tuple[int, int, int]]] = {}
    membres: dict[Groupe, Masque] = {}

    def qui(g: Groupe) -> Masque:
        if g not in membres:
            membres[g] = jeunes.appartenance(g, "alses")
        return membres[g]

    noms = {q.indicateur: q for paire in croisements() for q in paire}
    for type_, code in lieux:
        ici = dans & np.array([x == code for x in jeunes.places[type_]], dtype=bool)
        cles = jeunes.cles[ici].astype(np.float64)
        blocs = {
            nom: np.stack(
                [(qui(g) & qui(q.base))[ici] for g in (q.base, *(g for _, g in q.cellules))], 1
            ).astype(np.float64)
            for nom, q in noms.items()
        }
        table: dict[tuple[str, str, str], tuple[int, int, int]] = {}
        total = int(ici.sum())
        for a, b in croisements():
            va, vb = blocs[a.indicateur], blocs[b.indicateur]
            n = (va.T @ vb).astype(np.int64)
            s = (va.T @ (vb * cles[:, None])).astype(np.int64)
            nom = f"{a.indicateur}*{b.indicateur}"
            table[nom, "", ""] = (int(n[0, 0]), int(s[0, 0]), total)
            for i, (x, _) in enumerate(a.cellules, start=1):
                for j, (y, _) in enumerate(b.cellules, start=1):
                    table[nom, x, y] = (int(n[i, j]), int(s[i, j]), int(n[0, 0]))
        sortie[type_, code] = table
    return sortie


def _unir(n: int, rang: Entiers, valeurs: Entiers) -> Entiers:
    """Union of bit sets by group; `rang` ascending."""
    sortie = np.zeros(n, dtype=np.int64)
    if len(rang):
        debuts = np.flatnonzero(np.r_[True, np.diff(rang) > 0])
        sortie[rang[debuts]] = np.bitwise_or.reduceat(valeurs, debuts)
    return sortie


def _decoder(champ: str, bits: Entiers) -> list[str | None]:
    noms = codes_du_champ(champ)
    return [noms[int(b).bit_length() - 1] if b else None for b in bits]


def _bande(bit: int) -> str | None:
    if not bit:
        return None
    i = bit.bit_length() - 1
    return "moins_10" if i == 0 else "10_13" if i <= 4 else "14_16" if i <= 7 else "17_plus"


def _jour(texte: Any) -> dt.date:
    return dt.date.fromisoformat(str(texte)[:10])
