"""A chart as a spreadsheet holds it: categories, series, numbers; nothing that may not be shown.

A masked value is an empty cell, and its category says « moins de 10 » (contract, confidentialité:
no protected value in a workbook that leaves the server).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dashboard.graphiques import Trace, etiquette, mesurer
from dashboard.nombres import INSECABLE, nombre, pourcentage
from dashboard.presentations.vues import Dessin, VueDessinee
from data.refus import neutraliser, typographier
from queries.reponses import NOTE_EXACT

FRANCAIS = "[$-40C]"
"""Tells a format of numbers which language it is in."""


@dataclass(frozen=True, slots=True)
class Serie:
    """Numbers of one colour. `valeurs`: None where there is nothing to show. `textes`: what stands
    beside each bar. `particuliers`: position → that text where the format does not give it.
    `format`: of numbers, as Office writes them."""

    nom: str
    couleur: str
    valeurs: tuple[float | None, ...]
    textes: tuple[str, ...]
    particuliers: dict[int, str]
    format: str
    repere: bool = False


@dataclass(frozen=True, slots=True)
class Graphique:
    """One chart. `categories`: with why nothing stands beside them, when so; `libelles`: without.
    `bout`: end of the scale, shared by the charts of a view. `entete`: what the categories are."""

    titre: str
    categories: tuple[str, ...]
    libelles: tuple[str, ...]
    series: tuple[Serie, ...]
    bout: float
    entete: str = "Réponse"

    @property
    def vide(self) -> bool:
        """Whether no bar at all would be drawn."""
        return all(v is None for s in self.series for v in s.valeurs)

    def decrire(self) -> str:
        """Every value in words: « Filles : 45 % (Département 40 %) ; … »."""
        dits = []
        for i, libelle in enumerate(self.libelles):
            premiere, *autres = self.series
            suite = ", ".join(f"{s.nom} {s.textes[i]}" for s in autres)
            dits.append(
                f"{libelle}{INSECABLE}: {premiere.textes[i]}" + (f" ({suite})" if suite else "")
            )
        return f"{INSECABLE}; ".join(dits)


def preparer(vue: VueDessinee) -> list[Graphique]:
    """Every chart of a view."""
    montrees = [v for d in vue.dessins for t in d.traces for v in _valeurs(t) if v is not None]
    bout = max(montrees, default=0.0) or 1.0
    return [_preparer(d, bout, vue.entete) for d in vue.dessins]


def _preparer(dessin: Dessin, bout: float, entete: str) -> Graphique:
    series = tuple(_serie(t) for t in dessin.traces)
    libelles = tuple(texte_sur(x.libelle) for x in dessin.traces[0].lignes)
    categories = tuple(_annoter(x, dessin.traces, i) for i, x in enumerate(libelles))
    return Graphique(typographier(dessin.titre), categories, libelles, series, bout, entete)


def texte_sur(texte: str) -> str:
    """A text that no spreadsheet runs."""
    return neutraliser(typographier(texte))


def _valeurs(trace: Trace) -> list[float | None]:
    return [mesurer(x, 0, 0) if x.affichee else None for x in trace.lignes]


def _serie(trace: Trace) -> Serie:
    valeurs = _valeurs(trace)
    modele = next((x for x in trace.lignes if x.affichee), None)
    decimales = any(v is not None and not float(v).is_integer() for v in valeurs)
    if modele is not None and modele.part is not None:
        format_ = f'{FRANCAIS}{"0.0" if trace.exact else "0"}"{INSECABLE}%"'
    else:
        format_ = f"{FRANCAIS}#,##0{'.0' if decimales else ''}"
    textes = tuple(_etiqueter(trace, i) for i in range(len(trace.lignes)))
    particuliers = {
        i: texte
        for i, (texte, v) in enumerate(zip(textes, valeurs, strict=True))
        if v is not None and texte != _formater(v, trace, format_)
    }
    nom = texte_sur(trace.nom or "Part")
    if mot := _vide_pareillement(trace):
        nom = f"{nom} ({mot})"
    return Serie(nom, trace.couleur, tuple(valeurs), textes, particuliers, format_, trace.repere)


def _formater(valeur: float, trace: Trace, format_: str) -> str:
    if "%" in format_:
        return pourcentage(valeur, exact=trace.exact)
    return nombre(valeur, 1 if format_.endswith(".0") else 0)


def _etiqueter(trace: Trace, rang: int) -> str:
    """Beside a bar, or « moins de 10 » where there is none."""
    ligne = trace.lignes[rang]
    if not trace.textes and ligne.statut == "masque" and not ligne.note:
        return f"moins{INSECABLE}de{INSECABLE}{trace.plancher_de(rang)}"
    if trace.textes:
        return trace.textes[rang]
    return etiquette(ligne, trace.plancher, exact=trace.exact, petits=trace.petits)


def _vide_pareillement(trace: Trace) -> str:
    """Why a whole series has no bar, when it is the same for all its values; else ""."""
    statuts = {x.statut for x in trace.lignes}
    if len(statuts) > 1 or any(x.affichee for x in trace.lignes):
        return ""
    return _dire_le_vide(trace, 0)


def _dire_le_vide(trace: Trace, rang: int) -> str:
    ligne = trace.lignes[rang]
    if ligne.statut == "masque" and not ligne.note:
        return f"moins{INSECABLE}de{INSECABLE}{trace.plancher_de(rang)}"
    return trace.dire(rang, "jeune")


def _annoter(libelle: str, traces: Sequence[Trace], rang: int) -> str:
    """The category, and why a series has no bar there."""
    manques = [
        (t, _dire_le_vide(t, rang))
        for t in traces
        if not t.lignes[rang].affichee
        and not (len(traces) > 1 and _vide_pareillement(t))
        # A reference that knows nothing of a value says nothing of it.
        and not (t.repere and t.lignes[rang].statut != "masque")
    ]
    if not manques:
        return libelle
    if len({mot for _, mot in manques}) == 1 and len(manques) == len(traces):
        return f"{libelle} ({manques[0][1]})"
    return f"{libelle} ({', '.join(f'{t.nom}{INSECABLE}: {mot}' for t, mot in manques)})"


def avertir(politiques: Iterable[str]) -> str:
    """What each page of a file must say when one of its charts is exact, or ""."""
    return NOTE_EXACT if "exact" in politiques else ""
