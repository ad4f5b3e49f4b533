"""What the data say of a printed statement, in words: the numbers of its comparisons.

« Fille : 51,5 % (Valenciennes), 44,0 % (Département du Nord) ». Certainty is said beside, never in
the verdict: the report printed without it.
"""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.nombres import INSECABLE, nombre, pourcentage
from queries.depot import Etat
from queries.enonces import RETROUVE, Enonce, Verification
from queries.lieux import nommer
from queries.relations import DEGRES, Controle, Mesure
from queries.reponses import arrondir

GROUPES = {"alses": "ALSES", "ps": "ensemble PS", "collegiens": "collégiens"}
"""Population → how it is told apart from another one in brackets."""


def dire_les_nombres(verification: Verification, etat: Etat) -> list[str]:
    """One line a comparison, each once; one that does not hold ends with « non retrouvé ». Nothing
    when nothing was computed, or when the reader may not have it."""
    controles = verification.controles
    lignes: dict[frozenset[Mesure], str] = {}
    for c in controles:
        # Degree and printed numbers bear on comparisons that have a line of their own.
        if c.autre is None and any(x.mesure == c.mesure and x.autre for x in controles):
            continue
        paire = frozenset(m for m in (c.mesure, c.autre) if m)
        faux = [x for x in controles if not x.vrai and {x.mesure, x.autre} - {None} == paire]
        lignes.setdefault(paire, _dire(c, verification.enonce, etat) + _dementir(faux))
    return list(lignes.values())


def dire_la_surete(verification: Verification) -> str:
    """How sure what was found again is; "" of the rest, and where that is not judged."""
    v = verification
    if v.verdict != RETROUVE or v.certain is None:
        return ""
    if not v.certain:
        return "Les nombres publiés, arrondis ou masqués, ne suffisent pas à l’affirmer."
    if v.hasard is None:
        return "Certain malgré l’arrondi."
    if v.hasard:
        return "Certain malgré l’arrondi, et au-delà du hasard."
    return "Certain malgré l’arrondi, mais le hasard peut l’expliquer."


def _dementir(faux: Sequence[Controle]) -> str:
    """What of a line is not found: all of it, or its word of degree."""
    if not faux:
        return ""
    if all(x.relation in DEGRES for x in faux):
        return f" (« {DEGRES[faux[0].relation][0]} » non retrouvé)"
    return " (non retrouvé)"


def _dire(c: Controle, enonce: Enonce, etat: Etat) -> str:
    m, autre = c.mesure, c.autre
    if autre is None or (autre.question and _rivales(m, autre)):
        ou = ", ".join([_lieu(m, etat), *_distinguer(m, None, enonce, etat)])
        texte = f"{m.libelle} ({ou}){INSECABLE}: {_mesurer(m)}"
        if autre:
            texte += f"{INSECABLE}; {autre.libelle}{INSECABLE}: {_mesurer(autre)}"
        return texte
    ici, la = _distinguer(m, autre, enonce, etat), _distinguer(autre, m, enonce, etat)
    commun = f"{m.libelle}, {_lieu(m, etat)}"
    if autre.question is None or m.lieu != autre.lieu:
        commun = m.libelle
        ici, la = [_lieu(m, etat), *ici], [_lieu(autre, etat), *la]
    return (
        f"{commun}{INSECABLE}: {_mesurer(m)} ({', '.join(ici)}), "
        f"{_mesurer(autre)} ({', '.join(la)})"
    )


def _rivales(m: Mesure, autre: Mesure) -> bool:
    """Whether the two are different values of the same people."""
    a, b = m.question, autre.question
    memes = a and b and (a.lieu, a.annee, a.population) == (b.lieu, b.annee, b.population)
    return bool(memes) and m.libelle != autre.libelle


def _lieu(m: Mesure, etat: Etat) -> str:
    """« VNE (Versant Nord-Est) » → « VNE »; the name of a constant."""
    return nommer(etat, m.lieu).split(" (")[0] if m.lieu else m.libelle


def _distinguer(m: Mesure, face: Mesure | None, enonce: Enonce, etat: Etat) -> list[str]:
    """What tells a number apart from the other, and from the statement's own: year, population,
    question."""
    if m.question is None:
        return []
    ici = m.question
    la = face.question if face and face.question else ici
    mots = []
    if ici.annee != la.annee or ici.annee != enonce.annee:
        mots.append(ici.annee)
    if ici.population != la.population or ici.population != enonce.population:
        mots.append(GROUPES[ici.population])
    if ici.indicateur != la.indicateur:
        titre = etat.catalogue[ici.indicateur].titre
        mots.append(f"{titre[0].lower()}{titre[1:]}")
    return mots


def _mesurer(m: Mesure) -> str:
    if not m.en_pourcent:
        return nombre(float(m.nombre))
    exact = m.ligne.statut == "exact"
    return pourcentage(arrondir(float(m.nombre), 1 if exact else 0), exact=exact)
