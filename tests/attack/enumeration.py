"""T1: ask everything a role can reach through the API, and hold each row against the rule.

What comes out is kept as arrays: one row per context of the lattice, one entry per row of answer.
The rule is recomputed here from the truth (contract, confidentialité, rules 1 to 7).
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from dashboard.serveur import creer_application
from tests.attack.groupes import (
    PROFILS,
    TOUS,
    Question,
    codes_du_champ,
    colonnes,
    connus,
    croisements,
    questions,
    valeurs_du_filtre,
)
from tests.attack.treillis import NORD, Carte, Entiers, Treillis
from tests.attack.verite import FACULTATIVES, Comptes, Jeunes, Verite, publier
from tests.queries.naif import indicateurs
from tests.queries.protection import PARTAGE, PROTEGE, Seuils

STATUTS = (
    *("absent", "exact", "arrondi", "masque", "refuse", "non_diffuse", "non_pose", "sans_objet"),
)
ABSENT, EXACT, ARRONDI, MASQUE, REFUSE, NON_DIFFUSE, NON_POSE, SANS_OBJET = range(8)
RIEN = -1
"""An empty number."""

SEUILS = {"departement": PROTEGE, "invite": PARTAGE}
GENRES = ("territoire", "association", "college", "reseau", "poste")
AU_PLUS = 1_500
"""Answers asked for at once."""


class Guichet:
    """The real application, asked as a browser would. `roles`: viewpoints, as it offers them."""

    def __init__(self, url: str) -> None:
        self._client = creer_application(url).server.test_client()
        self.demandes = 0

    def entrer(self, role: str) -> None:
        """Take a viewpoint of the demonstration: departement, habilite, chef:…, invite."""
        reponse = self._client.post("/point-de-vue", data={"point_de_vue": role, "suivant": "/"})
        assert reponse.status_code == 303, (
            role,
            reponse.status_code,
            reponse.get_data(as_text=True),
        )

    def lire(self, chemin: str, parametres: Mapping[str, Any] | None = None) -> tuple[int, bytes]:
        """Status and body of an address of the API; lists are repeated parameters."""
        self.demandes += 1
        reponse = self._client.get(f"/api/v1/{chemin}", query_string=_plier(parametres or {}))
        return reponse.status_code, reponse.data

    def lignes(self, indicateur: str, parametres: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Rows of an answer. Raises AssertionError when it is refused."""
        statut, corps = self.lire(f"indicateurs/{indicateur}", parametres)
        assert statut == 200, (indicateur, dict(parametres), statut, corps[:400])
        lignes: list[dict[str, Any]] = orjson.loads(corps)["lignes"]
        return lignes

    def json(self, chemin: str, **parametres: Any) -> Any:
        """A document of the API."""
        statut, corps = self.lire(chemin, parametres)
        assert statut == 200, (chemin, statut, corps[:400])
        return orjson.loads(corps)


def _plier(parametres: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (nom, v)
        for nom, valeur in parametres.items()
        for v in ([valeur] if isinstance(valeur, str) else valeur)
    ]


@cache
def places() -> dict[tuple[str, str, str], int]:
    """(indicator, series, modality) → entry of an answer's arrays."""
    rang: dict[tuple[str, str, str], int] = {}
    for q in questions():
        for m, _ in q.cellules:
            rang.setdefault((q.indicateur, q.serie, m), len(rang))
    return rang


@cache
def rangs(q: Question) -> slice:
    """Entries of a question."""
    debut = places()[q.indicateur, q.serie, q.cellules[0][0]]
    return slice(debut, debut + len(q.cellules))


@dataclass
class Recu:
    """Everything received for a year (or cumul) and population. Arrays: (rows, entries).

    `effectif`, `base`, `manquants`: −1 where empty; `part`: tenths of a per cent, −1; `statut`:
    index in `STATUTS`. `autres`: rows that are plain values (median, months…).
    """

    statut: npt.NDArray[np.uint8]
    effectif: Entiers
    base: Entiers
    part: Entiers
    manquants: Entiers
    autres: list[tuple[int, str, str, Any]] = field(default_factory=list)
    lignes: int = 0

    @classmethod
    def vide(cls, n: int) -> Recu:
        """Nothing received yet."""
        forme = (n, len(places()))
        return cls(
            np.zeros(forme, dtype=np.uint8),
            *(np.full(forme, RIEN, dtype=np.int32) for _ in range(4)),  # type: ignore[arg-type]
        )


def lister_demandes(
    carte: Carte, nom: str, annee: str, population: str
) -> Iterator[dict[str, Any]]:
    """Requests that cover every public context of an indicator, few at a time."""
    cumul = int(annee[5:]) - int(annee[:4]) == 3
    codes = {
        "territoire": carte.territoires,
        "association": carte.associations,
        "college": tuple(carte.territoire_du),
        "reseau": ("rep", "rep_plus", "hors"),
        "poste": ("plan_pauvrete", "autre"),
    }
    choix: list[tuple[dict[str, Any], int, int]] = [({}, 1, 2)]
    choix += [({g: codes[g]}, len(codes[g]), 2 if g == "territoire" else 1) for g in GENRES]
    choix.append(
        (
            {"association": codes["association"], "territoire": codes["territoire"]},
            len(carte.paires),
            1,
        )
    )
    if cumul:
        choix = [x for x in choix if "college" in x[0]]
    commun = {"annee": annee, "population": population}
    sans_filtre = nom in ("jeunes_par_poste", "actions_participants")
    for lieux, combien, permis in choix:
        for d in range(0 if sans_filtre else permis + 1) if not sans_filtre else (0,):
            for profils in itertools.combinations(PROFILS, d):
                filtres = {p: valeurs_du_filtre(p) for p in profils}
                par_lieu = int(np.prod([len(v) for v in filtres.values()], dtype=int))
                if combien * par_lieu <= AU_PLUS or len(lieux) != 1:
                    yield {**commun, **lieux, **filtres}
                    continue
                (genre,) = lieux
                pas = max(1, AU_PLUS // par_lieu)
                for k in range(0, combien, pas):
                    yield {**commun, genre: lieux[genre][k : k + pas], **filtres}


def enumerer(
    guichet: Guichet,
    treillis: Treillis,
    annee: str,
    population: str,
    indicateurs_: frozenset[str] | None = None,
) -> Recu:
    """Ask every question of youths (or these indicators) of a year and population, everywhere."""
    recu = Recu.vide(len(treillis))
    contextes = {
        (*lieu, *(dict(filtres).get(p, "") for p in PROFILS)): i
        for (lieu, filtres), i in treillis.rang.items()
    }
    cumul = int(annee[5:]) - int(annee[:4]) == 3
    propres = {q.indicateur: q.population for q in questions()}
    for nom in propres:
        if propres[nom] not in ("", population) or (cumul and nom == "qualite_saisie"):
            continue
        if indicateurs_ is not None and nom not in indicateurs_:
            continue
        entrees = {(s, m): j for (i, s, m), j in places().items() if i == nom}
        for demande in lister_demandes(treillis.carte, nom, annee, population):
            _ranger(
                recu, guichet.lignes(nom, demande), contextes, entrees, (nom, annee, population)
            )
    return recu


def _ranger(
    recu: Recu,
    lignes: list[dict[str, Any]],
    contextes: dict[tuple[str, ...], int],
    entrees: dict[tuple[str, str], int],
    attendu: tuple[str, str, str],
) -> None:
    recu.lignes += len(lignes)
    for x in lignes:
        assert (x["indicateur"], x["annee"], x["population"]) == attendu, x
        i = contextes[x["lieu_type"], x["lieu"], x["sexe"], x["age"], x["classe"], x["anciennete"]]
        j = entrees.get((x["serie"], x["modalite"]))
        if j is None:
            recu.autres.append((i, x["modalite"], x["statut"], x["valeur"]))
            continue
        assert recu.statut[i, j] == ABSENT, x
        recu.statut[i, j] = STATUTS.index(x["statut"])
        if x["effectif"] is not None:
            recu.effectif[i, j] = x["effectif"]
        if x["base"] is not None:
            recu.base[i, j] = x["base"]
        if x["part"] is not None:
            recu.part[i, j] = round(10 * x["part"])
        if x["non_renseigne"] is not None:
            recu.manquants[i, j] = x["non_renseigne"]


# --- The rule ------------------------------------------------------------------------------------


@dataclass
class Matiere:
    """What the rule needs of a year (or cumul) and population.

    `n`, `p`: true numbers and published ones before any cap (rows, columns). `evenements`,
    `plus_grand`: events of each entry, the most of one youth; `totaux`: events of the base.
    `non_pose`: (rows, entries); `sans_objet`: (rows,). `mois`: months without any entry by row.
    """

    n: Entiers
    p: Entiers
    evenements: Entiers
    plus_grand: Entiers
    totaux: Entiers
    non_pose: npt.NDArray[np.bool_]
    sans_objet: npt.NDArray[np.bool_]
    mois: Entiers
    population: str
    cumul: bool = False


def preparer(
    treillis: Treillis,
    verite: Verite,
    annees: Sequence[int],
    jeunes: Sequence[Jeunes],
    population: str,
    comptes: Sequence[Comptes] | None = None,
) -> Matiere:
    """Truth of a year (or of three), ready for the rule."""
    from tests.attack.verite import compter

    tables = comptes or [compter(treillis, j, population) for j in jeunes]
    n: Entiers = sum(c.n for c in tables)  # type: ignore[assignment]
    sommes: Entiers = sum(c.sommes for c in tables)  # type: ignore[assignment]
    lecture = "alses" if population == "alses" else "ps"
    evenements = np.zeros((len(treillis), len(places())), dtype=np.int64)
    plus_grand, totaux = evenements.copy(), evenements.copy()
    non_pose = np.ones((len(treillis), len(places())), dtype=bool)
    mois = np.zeros(len(treillis), dtype=np.int64)
    for j, c in zip(jeunes, tables, strict=True):
        dans = j.population[population]
        coo = c.appartenance.tocoo()
        for q in questions():
            if q.genre != "evenements":
                continue
            ici = rangs(q)
            parts = np.stack([_evenements(j, lecture, g) for _, g in q.cellules], axis=1)
            parts = parts * dans[:, None]
            evenements[:, ici] += np.asarray(c.appartenance @ parts)
            base = _evenements(j, lecture, q.base) * dans
            totaux[:, ici] += np.asarray(c.appartenance @ base)[:, None]
            for k in range(parts.shape[1]):
                np.maximum.at(plus_grand[:, ici.start + k], coo.row, parts[coo.col, k])
        non_pose &= _jamais_posees(treillis, j)
        ou = np.zeros(len(treillis), dtype=np.int64)
        np.bitwise_or.at(ou, coo.row, j.mois[coo.col])
        mois = np.array([12 - int(b).bit_count() for b in ou])
    sans_objet = np.zeros(len(treillis), dtype=bool)
    if population == "alses":
        avec = verite.colleges_avec_poste(list(annees))
        sans_objet = np.array(
            [lieu[0] == "college" and lieu[1] not in avec for lieu, _ in treillis.lignes]
        )
    return Matiere(
        n,
        publier(verite.secret, n, sommes),
        evenements,
        plus_grand,
        totaux,
        non_pose,
        sans_objet,
        mois,
        population,
        len(annees) > 1,
    )


def _evenements(jeunes: Jeunes, lecture: str, g: frozenset[Any]) -> Entiers:
    """Events of each youth that a group of events counts."""
    ((champ, valeurs, _),) = g
    champs = (champ,) if champ != "partenaires" else ("partenaires_territoire", "partenaires_hors")
    total = np.zeros(len(jeunes.cles), dtype=np.int64)
    for c in champs:
        garde = [i for i, v in enumerate(codes_du_champ(c)) if valeurs is None or v in valeurs]
        total += jeunes.evenements[lecture][c][:, garde].sum(axis=1)
    return total


def _jamais_posees(treillis: Treillis, jeunes: Jeunes) -> npt.NDArray[np.bool_]:
    """(rows, entries) no file brought any column of. A place with nobody: the département's."""
    absentes: dict[tuple[str, str], frozenset[str]] = {}
    vues: dict[tuple[str, str], dict[str, int]] = {}
    for type_, ici in jeunes.places.items():
        for k, lieu in enumerate(ici):
            if lieu is not None:
                deja = vues.setdefault((type_, lieu), dict.fromkeys(FACULTATIVES, 0))
                for forme in FACULTATIVES:
                    deja[forme] |= int(jeunes.posees[forme][k])
    for place, formes in vues.items():
        absentes[place] = frozenset(
            f"{forme}.{c}"
            for forme, bits in formes.items()
            for i, c in enumerate(FACULTATIVES[forme])
            if not bits >> i & 1
        )
    partout = absentes.get(NORD, frozenset())
    sortie = np.zeros((len(treillis), len(places())), dtype=bool)
    for i, (lieu, _) in enumerate(treillis.lignes):
        manque = absentes.get(lieu, partout)
        if manque and treillis.visibles[i]:
            for q in questions():
                if q.colonnes and q.colonnes <= manque:
                    sortie[i, rangs(q)] = True
    return sortie


def sensible(nom: str, modalite: str) -> bool:
    """Whether a value carries the higher floor."""
    sensibles = {*indicateurs()[nom]["valeurs_sensibles"].split("|")} - {""}
    return bool(sensibles & {"toutes", modalite})


def appliquer(
    treillis: Treillis,
    m: Matiere,
    seuils: Seuils,
    arrondies: npt.NDArray[np.bool_] | None = None,
) -> Recu:
    """What a reader under these thresholds must receive. `arrondies`: headlines that the audit
    took back to their rounded number."""
    rang = colonnes()
    sortie = Recu.vide(len(treillis))
    tous = m.n[:, 0]

    def p(g: frozenset[Any], plafond: frozenset[Any] = TOUS) -> Entiers:
        valeur: Entiers = np.minimum(m.p[:, rang[g]], 5 * (m.n[:, rang[plafond]] // 5))
        return valeur

    entete = treillis.entetes & (m.population != "collegiens")
    if arrondies is not None:
        entete &= ~arrondies
    plein = np.where(entete, tous, m.p[:, 0])
    detaillees = np.array([bool(f) or x[0] not in ENSEMBLES for x, f in treillis.lignes])
    for q in questions():
        if q.population not in ("", m.population) or (m.cumul and q.indicateur == "qualite_saisie"):
            continue
        ici = rangs(q)
        if q.indicateur == "effectif":
            j = ici.start
            sortie.statut[:, j] = np.where(
                entete, EXACT, np.where(plein < seuils.plancher, MASQUE, ARRONDI)
            )
            sortie.effectif[:, j] = np.where(sortie.statut[:, j] == MASQUE, RIEN, plein)
        else:
            _appliquer_serie(sortie, q, m, seuils, p, plein)
            if q.indicateur == "qualite_saisie" and q.serie in SANS_DETAIL:
                sortie.statut[:, ici][detaillees] = NON_DIFFUSE
                for nombres in (sortie.effectif, sortie.base, sortie.part, sortie.manquants):
                    nombres[:, ici][detaillees] = RIEN
        hors = m.sans_objet[:, None] & ~m.non_pose[:, ici]
        for masque, statut in ((m.non_pose[:, ici], NON_POSE), (hors, SANS_OBJET)):
            sortie.statut[:, ici][masque] = statut
            for nombres in (sortie.effectif, sortie.base, sortie.part, sortie.manquants):
                nombres[:, ici][masque] = RIEN
    sortie.statut[~treillis.visibles] = ABSENT
    for nombres in (sortie.effectif, sortie.base, sortie.part, sortie.manquants):
        nombres[~treillis.visibles] = RIEN
    return sortie


SANS_DETAIL = frozenset({"situation", "debut_coherent"})
ENSEMBLES = frozenset({"departement", "territoire", "association", "association_territoire"})
"""Answer rates that are given of these places as a whole, and of nothing smaller."""


def _appliquer_serie(
    sortie: Recu,
    q: Question,
    m: Matiere,
    seuils: Seuils,
    p: Callable[..., Entiers],
    plein: Entiers,
) -> None:
    ici = rangs(q)
    base = p(q.base)
    refuse = base < seuils.assiette
    manquants = np.zeros_like(base)
    if q.manquants is not None:
        manquants = plein - p(connus(q.manquants))
    elif q.indicateur in ("fonction_ecole", "demande_scolarite"):
        parent, large = ("origine", "origine_partenaires"), "etablissement_scolaire"
        if q.indicateur == "demande_scolarite":
            parent, large = ("demande", "demande"), "scolarite"
        question = next(x for x in questions() if x.indicateur == parent[1])
        cellule = dict(question.cellules)[large]
        manquants = plein - p(connus(parent[0])) + p(cellule, question.base) - p(q.base)
    manquants = np.maximum(manquants, 0)
    oui: Entiers | None = None
    for k, (modalite, g) in enumerate(q.cellules):
        j = ici.start + k
        n = p(g, q.base)
        plancher = seuils.sensible if sensible(q.indicateur, modalite) else seuils.plancher
        cache = np.zeros(len(n), dtype=bool)
        if modalite == q.deduit:
            assert oui is not None
            cache = (oui == RIEN) & (seuils.plancher > 5)
            n = base - np.maximum(oui, 0)
        masque = n < plancher
        statut = np.where(cache, NON_DIFFUSE, np.where(masque, MASQUE, ARRONDI))
        vu = (statut == ARRONDI) & ~refuse
        if q.genre == "evenements":
            seul = ~masque & (2 * m.plus_grand[:, j] > m.evenements[:, j])
            statut = np.where(seul, NON_DIFFUSE, statut)
            vu &= ~seul
            sortie.part[:, j] = np.where(
                vu, 10 * _pour_cent(m.evenements[:, j], m.totaux[:, j]), RIEN
            )
        else:
            sortie.effectif[:, j] = np.where(vu, n, RIEN)
            sortie.base[:, j] = np.where(refuse, RIEN, base)
            sortie.part[:, j] = np.where(vu, 10 * _pour_cent(n, base), RIEN)
            sortie.manquants[:, j] = np.where(refuse, RIEN, manquants)
        sortie.statut[:, j] = np.where(refuse, REFUSE, statut)
        oui = np.where(vu, n, RIEN)


def _pour_cent(n: Entiers, sur: Entiers) -> Entiers:
    sur = np.maximum(sur, 1)
    parts: Entiers = (200 * n + sur) // (2 * sur)
    return parts


@dataclass
class Ecarts:
    """What T1 found. `fautes`: rows that differ; `exemples`: the first of them, in words;
    `retenues`: tables withheld that the rule would answer; `repondues`: tables answered."""

    lignes: int = 0
    fautes: int = 0
    retenues: int = 0
    repondues: int = 0
    exemples: list[str] = field(default_factory=list)

    def __add__(self, autre: Ecarts) -> Ecarts:
        return Ecarts(
            self.lignes + autre.lignes,
            self.fautes + autre.fautes,
            self.retenues + autre.retenues,
            self.repondues + autre.repondues,
            [*self.exemples, *autre.exemples][:12],
        )


def comparer(treillis: Treillis, recu: Recu, attendu: Recu, m: Matiere, annee: str) -> Ecarts:
    """Every row received beside what the rule says.

    A withheld table (« non diffusé ») is legitimate where there would be something to withhold;
    a number derived from a withheld one may be empty.
    """
    for q in questions():
        # What was not asked is not judged.
        if (recu.statut[:, rangs(q)] == ABSENT).all():
            for x in (attendu.statut, attendu.effectif, attendu.base, attendu.part):
                x[:, rangs(q)] = ABSENT if x is attendu.statut else RIEN
            attendu.manquants[:, rangs(q)] = RIEN
    # « Non » and « oui » are withheld together, even where a guest was not given « non » anyway.
    retenu = (recu.statut == NON_DIFFUSE) & np.isin(
        attendu.statut, (ARRONDI, MASQUE, REFUSE, NON_DIFFUSE)
    )
    touchees = retenu.any(axis=1)
    ecarts = Ecarts(lignes=recu.lignes)
    faux = recu.statut != attendu.statut
    for a, b in (
        (recu.effectif, attendu.effectif),
        (recu.base, attendu.base),
        (recu.part, attendu.part),
        (recu.manquants, attendu.manquants),
    ):
        faux |= (a != b) & ~((a == RIEN) & (b == RIEN))
    # A withheld row carries no number; « non renseigné » may be silent in the same context.
    muet = (recu.effectif == RIEN) & (recu.part == RIEN)
    faux &= ~(retenu & muet)
    silence = (
        (recu.statut == attendu.statut)
        & (recu.effectif == attendu.effectif)
        & (recu.base == attendu.base)
        & (recu.part == attendu.part)
        & (recu.manquants == RIEN)
        & touchees[:, None]
    )
    faux &= ~silence
    noms = list(places())
    for i, j in np.argwhere(faux)[:6]:
        lieu, filtres = treillis.lignes[i]
        ecarts.exemples.append(
            f"{annee} {m.population} {'/'.join(lieu)} {dict(filtres) or ''} {noms[j]} : reçu "
            f"{STATUTS[recu.statut[i, j]]} {recu.effectif[i, j]}/{recu.base[i, j]} "
            f"({recu.part[i, j]}, nr {recu.manquants[i, j]}), règle "
            f"{STATUTS[attendu.statut[i, j]]} {attendu.effectif[i, j]}/{attendu.base[i, j]} "
            f"({attendu.part[i, j]}, nr {attendu.manquants[i, j]})"
        )
    ecarts.fautes = int(faux.sum())
    for q in questions():
        ici = rangs(q)
        prevues = np.isin(attendu.statut[:, ici], (ARRONDI, MASQUE, EXACT)).any(axis=1)
        ecarts.retenues += int((retenu[:, ici].any(axis=1) & prevues).sum())
        ecarts.repondues += int(prevues.sum())
    for i, nom, statut, valeur in recu.autres:
        assiette = np.minimum(m.p[i, 0], 5 * (m.n[i, 0] // 5)) >= 15
        bon = valeur is None or (assiette and float(valeur) >= 0)
        if nom == "mois_sans_saisie" and valeur is not None:
            sans_filtre = treillis.rang[treillis.lignes[i][0], ()]
            bon = bon and int(valeur) == int(_mois(m, sans_filtre))
        if not bon:
            ecarts.fautes += 1
            ecarts.exemples.append(f"{annee} {treillis.lignes[i]} {nom} : {statut} {valeur}")
    return ecarts


def _mois(m: Matiere, ligne: int) -> int:
    return int(m.mois[ligne])


# --- Crossings and participants ------------------------------------------------------------------

Croise = dict[tuple[tuple[str, str], str, str, str], tuple[str, int | None, int | None]]
"""(place, « a*b », x, y) → status, number, base."""


def enumerer_croisements(guichet: Guichet, carte: Carte, annee: str) -> Croise:
    """Every crossing, at every place that has some."""
    sortie: Croise = {}
    lieux: list[dict[str, Any]] = [
        {},
        {"territoire": carte.territoires},
        {"association": carte.associations},
    ]
    for a, b in croisements():
        for demande in lieux:
            parametres = {"annee": annee, "croiser": b.indicateur, **demande}
            for x in guichet.lignes(a.indicateur, parametres):
                gauche, droite = x["modalite"].split("|")
                lieu = (x["lieu_type"], x["lieu"])
                sortie[lieu, f"{a.indicateur}*{b.indicateur}", gauche, droite] = (
                    x["statut"],
                    x["effectif"],
                    x["base"],
                )
    return sortie


def comparer_croisements(
    croise: Croise,
    vrais: Mapping[tuple[str, str], Mapping[tuple[str, str, str], tuple[int, int, int]]],
    secret: bytes,
    seuils: Seuils,
    annee: str,
) -> Ecarts:
    """Crossings received beside the rule; a column never asked is another test's business."""
    ecarts = Ecarts(lignes=len(croise))
    cles = [(lieu, cle) for lieu, table in vrais.items() for cle in table]
    n = np.array([vrais[lieu][cle][0] for lieu, cle in cles])
    s = np.array([vrais[lieu][cle][1] for lieu, cle in cles])
    plafond = np.array([vrais[lieu][cle][2] for lieu, cle in cles])
    valeurs = np.minimum(publier(secret, n, s), 5 * (plafond // 5))
    p = dict(zip(cles, valeurs.tolist(), strict=True))
    tables: Counter[str] = Counter()
    for (lieu, nom, x, y), (statut, effectif, base) in croise.items():
        pb, pc = p[lieu, (nom, "", "")], p[lieu, (nom, x, y)]
        a, b = nom.split("*")
        haut = sensible(a, x) or sensible(b, y)
        plancher = seuils.sensible if haut else seuils.plancher
        if pb < seuils.assiette:
            attendu: tuple[Any, ...] = ("refuse", None, None)
        elif pc < plancher:
            attendu = ("masque", None, pb)
        else:
            attendu = ("arrondi", pc, pb)
        tables[f"{lieu}{nom}"] = int(pb >= seuils.assiette)
        if statut == "non_pose" and effectif is None and base is None:
            continue
        if statut == "non_diffuse" and effectif is None:
            ecarts.retenues += int(pb >= seuils.assiette and x == "")
            continue
        if (statut, effectif, base) != attendu:
            ecarts.fautes += 1
            ecarts.exemples.append(
                f"{annee} {lieu} {nom} {x}|{y} : reçu {(statut, effectif, base)}, règle {attendu}"
            )
    retenues = {(lieu, nom) for (lieu, nom, _, _), v in croise.items() if v[0] == "non_diffuse"}
    ecarts.retenues = sum(tables[f"{lieu}{nom}"] for lieu, nom in retenues)
    ecarts.repondues = sum(tables.values())
    return ecarts


def comparer_participants(
    guichet: Guichet, verite: Verite, carte: Carte, annee: int, seuils: Seuils
) -> Ecarts:
    """Participants of actions: distinct usagers by rules 1 to 4, newcomers to the nearest 5."""
    nom = f"{annee}-{annee + 1}"
    vrais = verite.participants(annee)
    ecarts = Ecarts()
    for demande in lister_demandes(carte, "actions_participants", nom, "alses"):
        demande.pop("population")
        for x in guichet.lignes("actions_participants", demande):
            ecarts.lignes += 1
            n, s, autres = vrais.get((x["lieu_type"], x["lieu"]), (0, 0, 0))
            p = 5 * ((autres + 2) // 5)
            if x["modalite"] == "suivis":
                p = int(publier(verite.secret, np.array([n]), np.array([s]))[0])
            attendu = ("masque", None) if p < seuils.plancher else ("arrondi", p)
            if x["statut"] not in ("non_pose", "non_diffuse") and (
                (x["statut"], x["effectif"]) != attendu
            ):
                ecarts.fautes += 1
                ecarts.exemples.append(f"{nom} {x} : règle {attendu}")
    return ecarts
