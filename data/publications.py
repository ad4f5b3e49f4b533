"""The published documents, as they are printed: figures, statements, tables, contradictions.

`reference/chiffres_publies.csv` has every printed figure; `reference/publications/` has what the
page « Publications » needs besides: its themes, the cards of each and the printed sections they
gather (`themes.csv`, `cartes.csv`, `sections.csv`), the statements (`affirmations.csv`), the
figures that are drawn together (`graphiques.csv`), the printed tables, the checks and the passages
that contradict each other. `notes.csv` replaces the working note of a figure or a statement by the
one to be read.

Nothing printed is ever altered; figures that must not be reused are counted, never given (contract,
données §4). No name of a person is in these files, and how long each new ALSES of 2020 had worked
is only there as a distribution: one professional stands behind each collège (contract,
confidentialité, rule 7). Everything is public and the same for every reader: nothing here comes
from the database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path

from data.catalogue import REFERENCE
from data.lexique import Document, lire_documents
from data.rapprochement import interdit, lire_chiffres
from data.tableaux_publies import (
    Graphique,
    Ligne,
    Point,
    PublicationsInvalides,
    Tableau,
    dessiner,
    exiger,
    lire_fichier,
    lire_tableaux,
    separer,
)

DOSSIER = REFERENCE / "publications"


@dataclass(frozen=True, slots=True)
class Chiffre:
    """One printed figure. `valeur`: as printed, with a decimal point; `environ`: the text says
    about; `base`: what a share is a share of; `contredit`: numbers of the contradictions."""

    id: str
    source: str
    section: str
    periode: str
    lieu: str
    population: str
    indicateur: str
    categorie: str
    mesure: str
    valeur: str
    unite: str
    environ: bool
    base: str
    citation: str
    note: str
    contredit: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Affirmation:
    """What a sentence says without a figure of its own: a rank, a comparison, a rule.

    `lieux`, `categories`: those it bears on; `relation` to `reference`; `valeur`: as printed.
    """

    id: str
    source: str
    section: str
    periode: str
    population: str
    indicateur: str
    categories: tuple[str, ...]
    lieux: tuple[str, ...]
    relation: str
    reference: str
    valeur: str
    unite: str
    citation: str
    note: str


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two passages that do not agree. `themes`: where they are read; `chiffres`: concerned."""

    numero: int
    titre: str
    texte: str
    themes: tuple[str, ...]
    chiffres: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Carte:
    """What stands together: figures of some printed sections, statements, charts, tables.

    `code`: its anchor, unique; `numero`: that of the printed section where there is one, else its
    rank; `page`: of the document, when it is known.
    """

    code: str
    numero: str
    titre: str
    presentation: str
    page: str
    chiffres: tuple[Chiffre, ...]
    affirmations: tuple[Affirmation, ...]
    graphiques: tuple[Graphique, ...]
    tableaux: tuple[Tableau, ...]
    contradictions: tuple[Contradiction, ...] = ()

    @property
    def citations(self) -> tuple[str, ...]:
        """What is printed, word for word, each once, in order: figures, then rows of tables."""
        toutes = [x.citation for x in self.chiffres]
        return tuple(dict.fromkeys([*toutes, *(x for t in self.tableaux for x in t.citations)]))


@dataclass(frozen=True, slots=True)
class Theme:
    """One view of the page: a document, a part of one, or what several say together.

    `document`: None when there are several; `tus`: figures that must not be reused.
    """

    code: str
    nom: str
    presentation: str
    document: Document | None
    cartes: tuple[Carte, ...]
    tus: int = 0

    @property
    def chiffres(self) -> tuple[Chiffre, ...]:
        """Its figures, in the order of its cards."""
        return tuple(x for c in self.cartes for x in c.chiffres)

    @property
    def affirmations(self) -> tuple[Affirmation, ...]:
        """Its statements, in the order of its cards."""
        return tuple(x for c in self.cartes for x in c.affirmations)


@dataclass(frozen=True, slots=True)
class Publications:
    """Everything, in order."""

    themes: tuple[Theme, ...]
    contradictions: tuple[Contradiction, ...]
    documents: Mapping[str, Document]

    @property
    def chiffres(self) -> dict[str, Chiffre]:
        """The figures that may be shown, by id."""
        return {x.id: x for t in self.themes for x in t.chiffres}

    @property
    def tableaux(self) -> dict[str, Tableau]:
        """The tables, by code."""
        return {t.code: t for theme in self.themes for c in theme.cartes for t in c.tableaux}

    def trouver(self, code: str) -> Theme | None:
        """The theme that an address names."""
        return next((t for t in self.themes if t.code == code), None)

    def lieu_de(self, chiffre: str) -> tuple[Theme, Carte]:
        """Theme and card that a figure is read in. KeyError: no such figure."""
        for theme in self.themes:
            for carte in theme.cartes:
                if any(x.id == chiffre for x in carte.chiffres):
                    return theme, carte
        raise KeyError(chiffre)


# --- reading --------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def lire() -> Publications:
    """Everything, read and checked once. Raises PublicationsInvalides."""
    return assembler(DOSSIER)


def assembler(dossier: Path) -> Publications:
    """The same from the files of a folder."""
    contradictions = _lire_contradictions(dossier)
    notes = {x["ligne"]: x["note"] for x in lire_fichier(dossier, "notes")}
    tous = lire_chiffres()
    chiffres = _lire_chiffres(tous, notes, contradictions)
    affirmations = _lire_affirmations(dossier, notes)
    documents = {d.code: d for d in lire_documents()}
    sections = _lire_sections(dossier)
    tout: list[Chiffre | Affirmation] = [*chiffres, *affirmations]
    for x in tout:
        exiger((x.source, x.section) in sections, f"{x.id} : section sans carte")
    inconnues = set(notes) - {x.id for x in tout}
    exiger(not inconnues, f"notes.csv : lignes inconnues, {sorted(inconnues)}")
    graphiques = _lire_graphiques(dossier, {x.id: x for x in chiffres})
    tableaux = lire_tableaux(dossier, documents)
    cartes: dict[str, list[Carte]] = {}
    for ligne in lire_fichier(dossier, "cartes"):
        code = ligne["code"]

        siens = tableaux.pop(code, [])
        cartes.setdefault(ligne["theme"], []).append(
            Carte(
                code,
                ligne["numero"],
                ligne["titre"],
                ligne["presentation"],
                ligne["page"],
                tuple(x for x in chiffres if sections[x.source, x.section] == code),
                tuple(x for x in affirmations if sections[x.source, x.section] == code),
                (
                    *graphiques.pop(code, ()),
                    *(g for t in siens for g in dessiner(t)),
                ),
                tuple(siens),
                contradictions if code == "passages" else (),
            )
        )
    exiger(not graphiques, f"graphiques.csv : cartes inconnues, {sorted(graphiques)}")
    exiger(not tableaux, f"tableaux sans carte : {sorted(tableaux)}")
    themes = tuple(
        Theme(
            ligne["code"],
            ligne["nom"],
            ligne["presentation"],
            documents[ligne["source"]] if ligne["source"] else None,
            tuple(cartes.pop(ligne["code"])),
        )
        for ligne in lire_fichier(dossier, "themes")
    )
    exiger(not cartes, f"cartes.csv : thèmes inconnus, {sorted(cartes)}")
    _exiger_unique((c.code for t in themes for c in t.cartes), "cartes.csv")
    dits = [x.id for t in themes for x in t.chiffres]
    exiger(sorted(dits) == sorted(x.id for x in chiffres), "un chiffre n’est dans aucune carte")
    return Publications(_compter_les_tus(themes, tous, sections), contradictions, documents)


def _compter_les_tus(
    themes: Sequence[Theme],
    tous: Iterable[Ligne],
    sections: Mapping[tuple[str, str], str],
) -> tuple[Theme, ...]:
    """The themes, each with how many of its figures must not be reused."""
    tus = Counter(sections[x["source"], x["section"]] for x in tous if interdit(x))
    return tuple(
        Theme(
            t.code,
            t.nom,
            t.presentation,
            t.document,
            t.cartes,
            sum(tus[c.code] for c in t.cartes),
        )
        for t in themes
    )


def _lire_chiffres(
    tous: Iterable[Ligne], notes: Mapping[str, str], contradictions: Sequence[Contradiction]
) -> tuple[Chiffre, ...]:
    contredits: dict[str, list[int]] = {}
    for c in contradictions:
        for id_ in c.chiffres:
            contredits.setdefault(id_, []).append(c.numero)
    chiffres = []
    for x in tous:
        if interdit(x):
            continue
        try:
            Decimal(x["value"])
        except InvalidOperation:
            raise PublicationsInvalides(
                f"{x['id']} : « {x['value']} » n’est pas un nombre"
            ) from None
        exiger(x["quote"] != "", f"{x['id']} : sans citation")
        chiffres.append(
            Chiffre(
                id=x["id"],
                source=x["source"],
                section=x["section"],
                periode=x["period"],
                lieu=x["scope"],
                population=x["population"],
                indicateur=x["indicator"],
                categorie=x["category"],
                mesure=x["measure"],
                valeur=x["value"],
                unite=x["unit"],
                environ=x["approx"] == "true",
                base=x["denominator"],
                citation=x["quote"],
                note=notes.get(x["id"], x["note"]).strip(),
                contredit=tuple(contredits.pop(x["id"], ())),
            )
        )
    _exiger_unique((x.id for x in chiffres), "chiffres_publies.csv")
    exiger(not contredits, f"contradictions.csv : chiffres inconnus, {sorted(contredits)}")
    return tuple(chiffres)


def _lire_affirmations(dossier: Path, notes: Mapping[str, str]) -> tuple[Affirmation, ...]:
    affirmations = [
        Affirmation(
            id=x["id"],
            source=x["source"],
            section=x["section"],
            periode=x["period"],
            population=x["population"],
            indicateur=x["indicator"],
            categories=separer(x["category"]),
            lieux=separer(x["scope"]),
            relation=x["relation"],
            reference=x["reference"],
            valeur=x["value"],
            unite=x["unit"],
            citation=x["quote"],
            note=notes.get(x["id"], x["note"]).strip(),
        )
        for x in lire_fichier(dossier, "affirmations")
        if not interdit(x)
    ]
    for x in affirmations:
        exiger(x.citation != "", f"{x.id} : sans citation")
    _exiger_unique((x.id for x in affirmations), "affirmations.csv")
    return tuple(affirmations)


def _lire_sections(dossier: Path) -> dict[tuple[str, str], str]:
    lignes = lire_fichier(dossier, "sections")
    _exiger_unique(((x["source"], x["section"]) for x in lignes), "sections.csv")
    return {(x["source"], x["section"]): x["carte"] for x in lignes}


def _lire_graphiques(
    dossier: Path, chiffres: Mapping[str, Chiffre]
) -> dict[str, tuple[Graphique, ...]]:
    points: dict[tuple[str, str], list[Point]] = {}
    for x in lire_fichier(dossier, "graphiques"):
        exiger(x["chiffre"] in chiffres, f"graphiques.csv : {x['chiffre']} ne peut être montré")
        c = chiffres[x["chiffre"]]
        points.setdefault((x["carte"], x["graphique"]), []).append(
            Point(x["ligne"], x["serie"], c.valeur, c.unite, c.mesure, c.environ, c.id)
        )
    sortie: dict[str, tuple[Graphique, ...]] = {}
    for (carte, titre), siens in points.items():
        # « 43 jeunes » and « 13 demandes » are both numbers; a number and a share are not compared.
        genres = {"%" if p.unite == "%" else "nombre" for p in siens}
        exiger(len(genres) == 1, f"graphiques.csv : « {titre} » mêle nombres et parts")
        _exiger_unique(((p.ligne, p.serie) for p in siens), f"graphiques.csv, « {titre} »")
        sortie[carte] = (*sortie.get(carte, ()), Graphique(titre, tuple(siens)))
    return sortie


def _lire_contradictions(dossier: Path) -> tuple[Contradiction, ...]:
    lues = tuple(
        Contradiction(
            int(x["numero"]),
            x["titre"],
            x["texte"],
            separer(x["themes"]),
            separer(x["chiffres"]),
        )
        for x in lire_fichier(dossier, "contradictions")
    )
    exiger(
        [c.numero for c in lues] == list(range(1, len(lues) + 1)), "contradictions.csv : numéros"
    )
    connus = {x["code"] for x in lire_fichier(dossier, "themes")}
    for c in lues:
        exiger(bool(c.themes) and set(c.themes) <= connus, f"contradiction {c.numero} : thèmes")
    return lues


def _exiger_unique(cles: Iterable[object], ou: str) -> None:
    doubles = [cle for cle, n in Counter(cles).items() if n > 1]
    exiger(not doubles, f"{ou} : en double, {doubles}")
