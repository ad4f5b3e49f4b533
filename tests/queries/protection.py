"""What each reader may see of a true answer: the contract's number rule, read independently.

Written from the contract (confidentialité) with hashlib and cryptography alone; no module of the
project is imported here.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.queries.naif import Activite, Cellule, Demande, Jeunes, Terme, Verite, indicateurs

SECRET = b"un secret pour les tests de la publication"
ESTIMEE = "estimée"
"""Stands for a value that is estimated from published numbers: its presence is compared."""


@dataclass(frozen=True)
class Seuils:
    """Least base of a breakdown, least number shown, least of a sensitive value."""

    assiette: int
    plancher: int
    sensible: int


PROTEGE = Seuils(15, 5, 5)
PARTAGE = Seuils(25, 10, 15)


@dataclass(frozen=True)
class Attendue:
    """A row of an answer, as it must be."""

    serie: str
    modalite: str
    statut: str
    effectif: object = None
    base: object = None
    part: object = None
    valeur: object = None
    non_renseigne: object = None


def cle(identite: tuple[str, str, str]) -> int:
    """First 4 bytes of HMAC-SHA256(secret, association ‖ usager ‖ year)."""
    texte = "\u001f".join(identite).encode("utf-8")
    return int.from_bytes(hmac.new(SECRET, texte, hashlib.sha256).digest()[:4], "big")


def tirage(somme: int) -> Fraction:
    """u of a sum of keys: AES-256 under K = HMAC-SHA256(secret, « cellule »), over 2⁶⁴."""
    k = hmac.new(SECRET, b"cellule", hashlib.sha256).digest()
    bloc = (somme % 2**32).to_bytes(16, "big")
    chiffreur = Cipher(algorithms.AES(k), modes.ECB()).encryptor()
    sortie = chiffreur.update(bloc) + chiffreur.finalize()
    return Fraction(int.from_bytes(sortie[:8], "big"), 2**64)


def publier_groupe(identites: Iterable[tuple[str, str, str]], plafond: int | None = None) -> int:
    """p of a group of youths; `plafond`: the true number in its base."""
    groupe = list(identites)
    n = len(groupe)
    r = n % 5
    p = n - r
    if tirage(sum(cle(i) for i in groupe)) < Fraction(r, 5):
        p += 5
    return p if plafond is None else min(p, 5 * (plafond // 5))


def publier(jeunes: Jeunes, plafond: Jeunes | None = None) -> int:
    """p of these youths, capped by those of their base."""
    return publier_groupe((j.identite for j in jeunes), None if plafond is None else len(plafond))


def arrondir(valeur: Fraction, decimales: int = 0) -> float:
    """Halves up."""
    facteur = 10**decimales
    return float(Fraction((2 * valeur * facteur + 1) // 2, facteur))


def pour_cent(n: int, base: int, decimales: int = 0) -> float | None:
    return arrondir(Fraction(100 * n, base), decimales) if base else None


def sensible(q: Demande, modalite: str) -> bool:
    """Whether a value carries the higher floor (column `valeurs_sensibles`)."""
    noms = (q.indicateur,) if q.croiser is None else (q.indicateur, q.croiser)
    morceaux = modalite.split("|") if q.croiser else [modalite]
    return any(
        bool({"toutes", m} & ({*indicateurs()[nom]["valeurs_sensibles"].split("|")} - {""}))
        for nom, m in zip(noms, morceaux, strict=True)
    )


def entete(q: Demande) -> bool:
    """The headlines, exact for everyone (rule 7)."""
    return (
        q.lieu[0] in ("departement", "territoire")
        and not q.filtres
        and q.population_reelle in ("alses", "ps")
    )


def attendre_exact(verite: Verite, q: Demande) -> list[Attendue]:
    """The rows that an exact reader is given."""
    absent = verite.sans_objet(q)
    lignes = []
    for c in verite.cellules(q):
        vide = _vide(c, absent)
        if vide:
            lignes.append(vide)
        elif isinstance(c, Activite):
            part = pour_cent(c.effectif or 0, c.base or 0, 1) if c.part else None
            valeur = None if c.valeur is None else float(c.valeur)
            lignes.append(
                Attendue(
                    c.serie, c.modalite, "exact", c.effectif, c.base, part, valeur, c.manquants
                )
            )
        else:
            lignes.append(_exacte(q, c))
    return lignes


def _vide(c: Cellule | Activite, absent: bool) -> Attendue | None:
    """The statuses that bear on all readers, in the contract's order."""
    if c.non_pose:
        return Attendue(c.serie, c.modalite, "non_pose")
    if absent:
        return Attendue(c.serie, c.modalite, "sans_objet")
    return None


def _exacte(q: Demande, c: Cellule) -> Attendue:
    if q.indicateur == "effectif":
        return Attendue("", "", "exact", len(c.membres))
    if q.indicateur == "jeunes_par_poste":
        assert c.valeur is not None
        n = len(c.membres)
        valeur = arrondir(Fraction(n) / c.valeur, 1) if c.valeur else None
        return Attendue("", "", "exact", n, float(c.valeur), None, valeur)
    if _est_valeur(c):
        valeur = None if c.valeur is None else arrondir(c.valeur, 1)
        return Attendue(c.serie, c.modalite, "exact", valeur=valeur)
    if c.evenements is not None:
        part = pour_cent(c.evenements, c.total, 1)
        return Attendue(
            c.serie, c.modalite, "exact", c.evenements, c.total, part, None, c.manquants
        )
    n, base = len(c.membres), len(c.base)
    return Attendue(c.serie, c.modalite, "exact", n, base, pour_cent(n, base, 1), None, c.manquants)


def _est_valeur(c: Cellule) -> bool:
    return c.modalite in ("mediane", "interventions_par_jeune", "mois_sans_saisie")


def attendre_protege(verite: Verite, q: Demande, seuils: Seuils) -> list[Attendue]:
    """The rows that a reader under `protege` or `partage` is given."""
    absent = verite.sans_objet(q)
    lignes: list[Attendue] = []
    oui: Attendue | None = None
    for c in verite.cellules(q):
        vide = _vide(c, absent)
        if vide:
            lignes.append(vide)
            continue
        if isinstance(c, Activite):
            lignes.append(_activite(c, seuils))
            continue
        ligne = _protegee(verite, q, c, seuils, oui if c.complement else None)
        if c.complement and oui and ligne.statut == "masque" and seuils.plancher > 5:
            # A hidden « non » = base − « oui »: a shown « oui » would give it away.
            lignes[-1] = replace(oui, statut="non_diffuse", effectif=None, part=None)
        lignes.append(ligne)
        oui = ligne
    return lignes


def _activite(c: Activite, seuils: Seuils) -> Attendue:
    if c.membres is not None or c.arrondi_a_5:
        n = c.effectif or 0
        p = publier_groupe(c.membres) if c.membres is not None else 5 * ((n + 2) // 5)
        if p < seuils.plancher:
            return Attendue(c.serie, c.modalite, "masque")
        return Attendue(c.serie, c.modalite, "arrondi", p)
    if (c.base or 0) < c.minimum:
        return Attendue(c.serie, c.modalite, "refuse")
    part = pour_cent(c.effectif or 0, c.base or 0) if c.part else None
    valeur = None if c.valeur is None else float(c.valeur)
    return Attendue(c.serie, c.modalite, "exact", c.effectif, c.base, part, valeur, c.manquants)


def _effectif(q: Demande, jeunes: Jeunes, seuils: Seuils) -> tuple[str, int | None]:
    if entete(q):
        return "exact", len(jeunes)
    p = publier(jeunes)
    return ("arrondi", p) if p >= seuils.plancher else ("masque", None)


SANS_DETAIL = ("situation", "debut_coherent")
"""Answer rates given of large places as a whole, and of nothing smaller."""


def _detaillee(q: Demande) -> bool:
    ensembles = ("departement", "territoire", "association", "association_territoire")
    return bool(q.filtres) or q.lieu[0] not in ensembles


def _protegee(
    verite: Verite, q: Demande, c: Cellule, seuils: Seuils, oui: Attendue | None
) -> Attendue:
    if q.indicateur in ("effectif", "jeunes_par_poste"):
        statut, n = _effectif(q, c.membres, seuils)
        if q.indicateur == "effectif":
            return Attendue("", "", statut, n)
        assert c.valeur is not None
        valeur = arrondir(Fraction(n) / c.valeur, 1) if c.valeur and n is not None else None
        return Attendue("", "", statut, n, float(c.valeur), None, valeur)
    if q.indicateur == "qualite_saisie" and c.serie in SANS_DETAIL and _detaillee(q):
        return Attendue(c.serie, c.modalite, "non_diffuse")
    population = verite.choisir(q)
    base = publier(c.base, population)
    if base < seuils.assiette:
        return Attendue(c.serie, c.modalite, "refuse")
    if c.modalite == "mois_sans_saisie":
        assert c.valeur is not None
        return Attendue(c.serie, c.modalite, "exact", valeur=float(c.valeur))
    if c.modalite == "saisies_tardives":
        # Of everyone's interventions there, whatever the population and the filters (rule 6).
        if publier(c.membres, c.sur_place) < seuils.plancher:
            return Attendue(c.serie, c.modalite, "masque")
        if 2 * c.maximum > (c.evenements or 0):
            return Attendue(c.serie, c.modalite, "non_diffuse")
        part = pour_cent(c.evenements or 0, c.total)
        return Attendue(c.serie, c.modalite, "arrondi", part=part)
    if _est_valeur(c):
        # Arithmetic on the classes of intensity that are shown (rule 5).
        classes = verite.cellules(replace(q, indicateur="intensite"))[:-1]
        visible = any(
            publier(x.membres, x.base) >= seuils.plancher for x in classes if isinstance(x, Cellule)
        )
        return Attendue(c.serie, c.modalite, ESTIMEE if visible else "masque")
    plancher = seuils.sensible if sensible(q, c.modalite) else seuils.plancher
    if c.evenements is not None:
        p = publier(c.membres, c.base)
        if p < plancher:
            return Attendue(c.serie, c.modalite, "masque")
        if 2 * c.maximum > c.evenements:
            return Attendue(c.serie, c.modalite, "non_diffuse")
        part = pour_cent(c.evenements, c.total)
        return Attendue(c.serie, c.modalite, "arrondi", part=part)
    manquants = _manquants(q, c.termes)
    if oui is not None:
        if oui.statut == "masque" and seuils.plancher > 5:
            # « non » = base − « oui »: it would tell a hidden « oui » of 5 from one of 0.
            statut = "non_diffuse"
            return Attendue(c.serie, c.modalite, statut, base=base, non_renseigne=manquants)
        p = base - int(str(oui.effectif or 0))
    else:
        p = publier(c.membres, c.base)
    if p < plancher:
        return Attendue(c.serie, c.modalite, "masque", base=base, non_renseigne=manquants)
    return Attendue(c.serie, c.modalite, "arrondi", p, base, pour_cent(p, base), None, manquants)


def _manquants(q: Demande, termes: tuple[Terme, ...] | None) -> int | None:
    """Published population − published base, and the like for a restricted base."""
    if termes is None:
        return None
    total = 0
    for t in termes:
        if t.plafond is None:
            total += t.signe * (len(t.membres) if entete(q) else publier(t.membres))
        else:
            total += t.signe * publier(t.membres, t.plafond)
    return max(total, 0)
