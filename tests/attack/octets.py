"""What may be read in the bytes a reader is sent: numbers, names, and nothing that depends on what
the reader may not know.

Each check gives the faults it finds, in words; none means there is nothing to find. The rules are
read off the contract (confidentialité) and applied to the rows themselves; the truth, where it is
needed, is changed under the server (`effacer_la_verite`) to see whether any byte moves.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import openpyxl

from tests.attack.parcours import Recu
from tests.queries.naif import indicateurs
from tests.queries.protection import PARTAGE, PROTEGE, Seuils

NOMBRES = ("effectif", "base", "part", "valeur", "non_renseigne")
SEUILS = {"protege": PROTEGE, "partage": PARTAGE}
MUETS = ("refuse", "non_pose", "sans_objet")
ACTIVITE = frozenset(
    {"postes", "colleges_equipes", "conditions", "anciennete_alses"}
    | {nom for nom in indicateurs() if nom.startswith("actions_")}
)
"""Indicators that count actions, posts and collèges: exact for everyone (rule 7)."""

FORMES_DE_LA_BASE = (
    "usagers",
    "situations",
    "interventions",
    "accompagnements",
    "actions",
    "actions_usagers",
)


# ---- numbers


def lire_lignes(recu: Recu) -> list[dict[str, Any]]:
    """The rows of an answer of the API, whatever its format; none of a refusal."""
    if recu.statut != 200 or recu.sorte not in ("api", "fichier"):
        return []
    if recu.sorte == "api":
        lignes: list[dict[str, Any]] = recu.json()["lignes"]
        return lignes
    if recu.brut.startswith(b"PK"):
        feuille = openpyxl.load_workbook(io.BytesIO(recu.brut), read_only=True)["Données"]
        rangees = feuille.iter_rows(values_only=True)
        colonnes = [str(x) for x in next(rangees)]
        return [dict(zip(colonnes, rangee, strict=True)) for rangee in rangees]
    texte = recu.corps.decode("utf-8-sig")
    return [
        {nom: _nombre(x) if nom in NOMBRES else x for nom, x in ligne.items()}
        for ligne in csv.DictReader(io.StringIO(texte), delimiter=";")
    ]


def _nombre(cellule: str) -> float | None:
    return float(cellule.replace(",", ".")) if cellule else None


@dataclass
class Juge:
    """Holds every number under the rule of one policy. `vus`: how many rows of each status."""

    politique: str
    chef: str = ""
    vus: dict[str, int] = field(default_factory=dict)
    entetes: dict[tuple[str, str, str, str], float] = field(default_factory=dict)

    def juger(self, recus: Iterable[Recu]) -> Iterator[str]:
        """The faults of these answers, in order."""
        for recu in recus:
            for ligne in lire_lignes(recu):
                croisee = any(nom == "croiser" for nom, _ in recu.paires)
                for faute in self._juger_ligne(ligne, croisee=croisee):
                    yield f"{recu.demande}\n  {ligne}\n  {faute}"
            if recu.sorte in ("rappel", "page") and recu.statut == 200:
                for faute in self._juger_page(recu.texte()):
                    yield f"{recu.demande}\n  {faute}"

    def _exacte(self, ligne: Mapping[str, Any]) -> bool:
        """Whether the reader is entitled to the true counts of this place."""
        return bool(self.chef) and str(ligne["lieu_type"]).startswith("association")

    def _juger_ligne(self, ligne: Mapping[str, Any], *, croisee: bool) -> Iterator[str]:
        statut = ligne["statut"]
        self.vus[statut] = self.vus.get(statut, 0) + 1
        dits = {nom: ligne[nom] for nom in NOMBRES if ligne[nom] not in (None, "")}
        if self._exacte(ligne):
            if self.chef != str(ligne["lieu"]).split("/")[0]:
                yield "exact, d’une autre association"
            return
        if statut in MUETS and dits:
            yield "un nombre est donné là où rien ne doit l’être"
        if statut in ("masque", "non_diffuse") and {"effectif", "part", "valeur"} & set(dits):
            yield "un nombre est donné là où il est masqué"
        if ligne["indicateur"] in ACTIVITE:
            return
        if statut == "exact" and not self._entete(ligne):
            yield "exact, sans être une tête de rapport"
        yield from self._juger_nombres(ligne, dits, croisee=croisee)

    def _entete(self, ligne: Mapping[str, Any]) -> bool:
        if ligne["modalite"] == "mois_sans_saisie":
            return set(_dits(ligne)) <= {"valeur"}
        if ligne["indicateur"] not in ("effectif", "jeunes_par_poste"):
            return False
        if not _sans_filtre(ligne):
            return False
        if ligne["indicateur"] == "effectif":
            self.entetes[_contexte(ligne)] = float(ligne["effectif"])
        return True

    def _juger_nombres(
        self, ligne: Mapping[str, Any], dits: Mapping[str, Any], *, croisee: bool
    ) -> Iterator[str]:
        seuils = SEUILS[self.politique]
        effectif, base, part = (dits.get(x) for x in ("effectif", "base", "part"))
        if ligne["statut"] == "arrondi":
            if effectif is not None and (effectif % 5 or effectif < self._plancher(ligne, croisee)):
                yield "effectif qui n’est pas un multiple de 5 au-dessus du plancher"
            if part is not None and part != int(part):
                yield "part qui n’est pas entière"
        a_une_assiette = ligne["indicateur"] not in ("effectif", "jeunes_par_poste")
        if base is not None and a_une_assiette and (base % 5 or base < seuils.assiette):
            yield "base qui n’est pas un multiple de 5 au-dessus de l’assiette"
        manquants = dits.get("non_renseigne")
        if manquants is not None and manquants % 5:
            # Arithmetic on a headline, which is exact, and on published numbers.
            if not _sans_filtre(ligne):
                yield "non renseigné qui n’est pas un multiple de 5"
            else:
                tete = self.entetes.get(_contexte(ligne))
                if tete is not None and (tete - manquants) % 5:
                    yield "non renseigné qui ne se calcule pas des nombres publiés"

    def _plancher(self, ligne: Mapping[str, Any], croisee: bool) -> int:
        seuils: Seuils = SEUILS[self.politique]
        if croisee:
            return seuils.plancher
        sensibles = {*indicateurs()[ligne["indicateur"]]["valeurs_sensibles"].split("|")} - {""}
        sensible = bool({"toutes", ligne["modalite"]} & sensibles)
        return seuils.sensible if sensible else seuils.plancher

    def _juger_page(self, texte: str) -> Iterator[str]:
        """« environ 35 jeunes (entre 31 et 39) » wherever it is said: sentence, hover, table."""
        # « environ 22 jeunes accompagnés par ETP » is a ratio of published numbers.
        for nombre in re.findall(r"environ ([\d ]+) jeunes?\b(?! (?:accompagnés )?par )", texte):
            if int(nombre.replace(" ", "")) % 5:
                yield f"« environ {nombre} jeunes »"
        for bas, haut in re.findall(r"\(entre ([\d ]+) et ([\d ]+)\)", texte):
            un, autre = (int(x.replace(" ", "")) for x in (bas, haut))
            if (autre - 4) % 5 or un != max(autre - 8, 0):
                yield f"« entre {bas} et {haut} »"
        if not self.chef and "Chiffres exacts" in texte:
            yield "des chiffres exacts sont annoncés"


def _dits(ligne: Mapping[str, Any]) -> list[str]:
    return [nom for nom in NOMBRES if ligne[nom] not in (None, "")]


def _sans_filtre(ligne: Mapping[str, Any]) -> bool:
    """Whether a row is about one of the groups whose number the report prints (rule 7)."""
    return (
        ligne["lieu_type"] in ("departement", "territoire")
        and ligne["population"] in ("alses", "ps")
        and not any(ligne[x] for x in ("sexe", "age", "classe", "anciennete"))
    )


def _contexte(ligne: Mapping[str, Any]) -> tuple[str, str, str, str]:
    return (ligne["annee"], ligne["population"], ligne["lieu_type"], ligne["lieu"])


# ---- names


@dataclass(frozen=True)
class Noms:
    """What a base calls its associations and collèges."""

    associations: dict[str, tuple[str, str]]
    colleges: dict[str, tuple[str, str]]
    postes: dict[str, frozenset[str]]
    territoires: dict[str, str]

    @classmethod
    def lire(cls, fichier: str) -> Noms:
        """From the reference tables themselves."""
        with sqlite3.connect(f"file:{fichier}?mode=ro", uri=True) as conn:
            associations = {
                c: (s, n) for c, s, n in conn.execute("SELECT code, sigle, nom FROM associations")
            }
            colleges = {
                c: (n, v) for c, n, v in conn.execute("SELECT code, nom, commune FROM colleges")
            }
            territoires = dict(conn.execute("SELECT code, nom FROM territoires"))
            ids = dict(conn.execute("SELECT id, code FROM associations"))
            postes: dict[str, set[str]] = {code: set() for code in associations}
            for association, college in conn.execute("SELECT association, college FROM postes"):
                postes[ids[association]].add(college)
        return cls(
            associations, colleges, {a: frozenset(c) for a, c in postes.items()}, territoires
        )

    def interdits(self, association: str) -> list[str]:
        """Codes, sigles and names that a chef de service of this association never receives: of
        other associations, of collèges without a post of theirs. What is said of their own, or of
        a territoire, may be received whoever shares it."""
        siens = self.postes[association]
        etrangers = {c for c in self.colleges if c not in siens}
        mots = {
            x
            for code, (sigle, nom) in self.associations.items()
            if code != association
            for x in (code, sigle, nom)
        }
        mots |= etrangers | {self.colleges[c][0] for c in etrangers}
        permis = " ".join(
            [association, *self.associations[association], *self.territoires]
            + [*self.territoires.values()]
            + [x for c in siens for x in (c, *self.colleges[c])]
        )
        return sorted(m for m in mots if not _mot(m).search(permis))


def _mot(mot: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){re.escape(mot)}(?![\w-])")


def chercher_noms(recus: Iterable[Recu], interdits: Iterable[str]) -> Iterator[str]:
    """Where one of these words is read."""
    # The longest first, so that a name is found whole.
    mots = sorted(interdits, key=len, reverse=True)
    motif = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, mots))})(?![\w-])")
    for recu in recus:
        texte = recu.texte().replace("’", "'")
        for trouve in sorted(set(motif.findall(texte))):
            ou = texte.index(trouve)
            yield f"{recu.demande}\n  « {trouve} » : …{texte[max(0, ou - 60) : ou + 60]}…"
        for valeur in (v for nom, v in recu.entetes if nom != "Content-Security-Policy"):
            if motif.search(valeur):
                yield f"{recu.demande}\n  en-tête : {valeur}"


# ---- what does not depend on the truth


def effacer_la_verite(fichier: str, sauf: str = "") -> None:
    """Change everything a protected reader may not know: no true count, no form is left.

    `sauf`: code of the association whose exact answers stay. The published answers stay.
    """
    with sqlite3.connect(fichier) as conn:
        for forme in FORMES_DE_LA_BASE:
            conn.execute(f"DELETE FROM {forme}")
        effacees = conn.execute(
            "DELETE FROM reponses_exactes WHERE association <> ?", (sauf or "-",)
        ).rowcount
        conn.execute("UPDATE livraisons SET comptes = '{}'")
    assert effacees > 0


def resumer(recus: Iterable[Recu]) -> dict[str, str]:
    """Request → digest of its answer: status, body, headers but the date and the size (that of a
    workbook moves with the hour written in it)."""
    return {
        f"{rang} {recu.demande}": hashlib.sha256(
            b"\0".join([str(recu.statut).encode(), recu.corps, *_entetes(recu)])
        ).hexdigest()
        for rang, recu in enumerate(recus)
    }


IGNORES = ("Date", "Content-Length")


def _entetes(recu: Recu) -> list[bytes]:
    return [f"{nom}: {v}".encode() for nom, v in sorted(recu.entetes) if nom not in IGNORES]


def comparer(avant: Mapping[str, str], apres: Mapping[str, str]) -> list[str]:
    """Requests whose answers differ."""
    assert list(avant) == list(apres), "les deux parcours n’ont pas demandé la même chose"
    return [demande for demande in avant if avant[demande] != apres[demande]]
