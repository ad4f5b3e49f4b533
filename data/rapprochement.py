"""The printed figures beside the computed ones (contract, données §4; confidentialité, Words).

Every figure of `reference/chiffres_publies.csv` has one line in `reference/rapprochement.csv`
that says how it is computed, or why it is not. Its columns:

- `calcul`: `valeur`; `ecart_annees`, `evolution` (per cent), both from the year `reference`;
  `ecart_departement` (points); `minimum`, `maximum` over the territoires; `rapport` of the two
  figures named in `reference`; `postes_au`, `postes_crees` (posts of the whole département open on
  `date`, or that began within `date`); `conditions` (forms dated `date`); `revus` (share of the
  youths of `reference` met again); `non_exprimable`; `ne_pas_reutiliser`.
- `annee`, `population` (`activite` for what is not about youths), `lieu_type`, `lieu`,
  `indicateur`, `serie`: the question; `modalite`: one, several joined by `+`, `*` for all.
- `mesure`: `effectif`, `part` (per cent), `moyenne` (per answer of the base), `etp`, `college`.
- `base`: what a part is a share of, when not the indicator's own base (indicator or population).
- `critere`: interval that makes a printed word right (« plus de la moitié »: `]50;60]`); without
  it the computed figure is rounded as the printed one is.
- `attendu`: the figure (or interval) that `explication` accounts for when the printed one is not
  reached. Any other computed figure is « à expliquer ».

Figures come from the exact answers, so the reconciliation refuses a database with real records:
those are compared with the published answers (`queries.rapprochement`). A publication of
demonstration data keeps its own (`conserver`), for the web application reads answers only.

`reference/pages_imprimees.csv`: pages of a document from a line of its text on, where it has some.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache
from math import floor
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from data import schema as t
from data.catalogue import POPULATIONS, REFERENCE, Indicateur, charger
from data.paquet import Exact, MiseEnPage, deballer_activite, deballer_exact, vide_exact
from data.treillis import DEPARTEMENT, Geographie, ecrire_cle, lire_geographie

EGAL, EXPLIQUE, NON_EXPRIMABLE = "egal", "explique", "non_exprimable"
NE_PAS_REUTILISER, A_EXPLIQUER = "ne_pas_reutiliser", "a_expliquer"
ETATS: dict[str, str] = {
    EGAL: "égal",
    EXPLIQUE: "expliqué",
    NON_EXPRIMABLE: "non exprimable",
    NE_PAS_REUTILISER: "à ne pas réutiliser",
    A_EXPLIQUER: "à expliquer",
}
"""State of a printed figure → its label."""

_FINE, _INSECABLE = "\u202f", "\u00a0"
_LARGEUR = 140
"""Width of the table where there is no terminal, in characters."""


class RapprochementImpossible(Exception):
    """The figures cannot be compared; the message, in French, says why."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """One line of `rapprochement.csv`, every column as text."""

    id: str
    calcul: str
    annee: str
    date: str
    population: str
    lieu_type: str
    lieu: str
    indicateur: str
    serie: str
    modalite: str
    base: str
    mesure: str
    reference: str
    critere: str
    attendu: str
    explication: str


@dataclass(frozen=True, slots=True)
class Rapprochement:
    """A printed figure and what was computed for it; numbers as they are to be shown.

    `ecart`: computed less printed, with its sign; "" when nothing was computed. `etat`: key of
    `ETATS`. Of a figure that must not be reused, only `id`, `source` and `etat` are filled in.
    """

    id: str
    source: str
    section: str
    citation: str
    imprime: str
    calcule: str
    unite: str
    etat: str
    explication: str
    ecart: str = ""


def lire_chiffres() -> list[dict[str, str]]:
    """Every printed figure, in the order of the documents."""
    with (REFERENCE / "chiffres_publies.csv").open(encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def lire_declarations() -> dict[str, Declaration]:
    """How each printed figure is computed, by its id. ValueError: an id is there twice."""
    with (REFERENCE / "rapprochement.csv").open(encoding="utf-8", newline="") as f:
        lues = [Declaration(**ligne) for ligne in csv.DictReader(f)]
    declarations = {d.id: d for d in lues}
    if len(declarations) < len(lues):
        raise ValueError("un chiffre est déclaré deux fois dans rapprochement.csv")
    return declarations


@lru_cache(maxsize=1)
def _lire_pages() -> tuple[dict[str, str], ...]:
    with (REFERENCE / "pages_imprimees.csv").open(encoding="utf-8", newline="") as f:
        return tuple(csv.DictReader(f))


def trouver_page(chiffre: Mapping[str, str]) -> str:
    """Page of a printed figure, « 7 à 11 »; "" where the document has none that is known."""
    pages = ""
    for ligne in _lire_pages():
        suit = int(chiffre["seed_line"]) >= int(ligne["depuis_la_ligne"])
        if ligne["source"] == chiffre["source"] and suit:
            pages = ligne["pages"]
    return pages


def rapprocher(engine: Engine) -> list[Rapprochement]:
    """Every printed figure, in the order of the documents, beside the computed one.

    Raises RapprochementImpossible when the database is empty or holds real records.
    """
    with engine.connect() as conn:
        return _rapprocher(conn)


def conserver(conn: sa.Connection) -> None:
    """Keep the reconciliation of what is being published; real records leave none.

    Runs inside the transaction of the publication.
    """
    conn.execute(sa.delete(t.rapprochements))
    try:
        lignes = _rapprocher(conn)
    except RapprochementImpossible:
        return
    conn.execute(
        sa.insert(t.rapprochements),
        [
            {
                "id": x.id,
                "calcule": x.calcule,
                "ecart": x.ecart,
                "etat": x.etat,
                "explication": x.explication,
            }
            for x in lignes
        ],
    )


def _rapprocher(conn: sa.Connection) -> list[Rapprochement]:
    declarations = lire_declarations()
    _verifier_base(conn)
    calculateur = _Calculateur(conn, declarations)
    return [
        _juger(chiffre, declarations.get(chiffre["id"]), calculateur) for chiffre in lire_chiffres()
    ]


def _verifier_base(conn: sa.Connection) -> None:
    if not sa.inspect(conn).has_table(t.livraisons.name):
        raise RapprochementImpossible("La base est vide : chargez d’abord des données.")
    natures = set(conn.scalars(sa.select(t.livraisons.c.synthetique).distinct()))
    if not natures:
        raise RapprochementImpossible("La base est vide : chargez d’abord des données.")
    if not all(natures):
        raise RapprochementImpossible(
            "La base contient des fiches réelles : les chiffres exacts ne sont pas montrés."
        )


# --- computing ------------------------------------------------------------------------------------


class _Absent(Exception):
    """The database cannot answer; the message says what is missing."""


class _Calculateur:
    """Evaluates declarations against the exact answers of one database."""

    def __init__(self, conn: sa.Connection, declarations: Mapping[str, Declaration]) -> None:
        self.conn = conn
        self.declarations = declarations
        self.catalogue: dict[str, Indicateur] = charger(t.lire_listes(conn))
        self.geographie: Geographie = lire_geographie(conn)
        self.annees = set(conn.scalars(sa.select(t.reponses_exactes.c.annee).distinct()))
        self._exact = cache(self._lire_exact)
        self._activite = cache(self._lire_activite)
        self._page = cache(self._lire_page)
        self._calculs: dict[str, Callable[[Declaration], Fraction]] = {
            "valeur": lambda d: self._valeur(d, d.annee, d.lieu_type, d.lieu),
            "ecart_annees": self._ecart_annees,
            "evolution": lambda d: 100 * self._ecart_annees(d) / self._avant(d),
            "ecart_departement": lambda d: (
                self._valeur(d, d.annee, d.lieu_type, d.lieu)
                - self._valeur(d, d.annee, "departement", DEPARTEMENT)
            ),
            "minimum": lambda d: min(self._par_territoire(d)),
            "maximum": lambda d: max(self._par_territoire(d)),
            "rapport": self._rapport,
            "postes_au": lambda d: compter_postes(self.geographie.postes, d),
            "postes_crees": lambda d: compter_postes(self.geographie.postes, d),
            "conditions": self._conditions,
            "revus": self._revus,
        }

    def calculer(self, d: Declaration) -> Fraction:
        """The computed figure. Raises _Absent when the database does not hold what it needs."""
        try:
            return self._calculs[d.calcul](d)
        except ZeroDivisionError:
            raise _Absent("personne dans la base de ce chiffre") from None

    # answers of the lattice

    def _valeur(self, d: Declaration, annee: str, type_: str, lieu: str) -> Fraction:
        indicateur = self.catalogue[d.indicateur]
        serie = next(s for s in indicateur.series if s.code == d.serie)
        codes = [m.code for m in serie.modalites] if d.modalite == "*" else d.modalite.split("+")
        inconnues = sorted(set(codes) - {"", *(m.code for m in serie.modalites)})
        if inconnues:
            raise _Absent(f"réponse absente des listes : {', '.join(inconnues)}")
        colonnes = [indicateur.colonne(d.serie, code or None) for code in codes]
        contexte = annee, d.population, type_, lieu
        self._exiger(*contexte)
        if d.population == "activite":
            compte = self._activite(annee, type_, lieu)
            return sum((Fraction(str(compte.get(c, 0))) for c in colonnes), Fraction(0))
        famille = indicateur.famille
        total = Fraction(sum(self._compte(contexte, c, famille) for c in colonnes))
        if d.mesure == "effectif":
            return total
        part = total / self._base(d, contexte, indicateur)
        return 100 * part if d.mesure == "part" else part

    def _base(
        self, d: Declaration, contexte: tuple[str, str, str, str], indicateur: Indicateur
    ) -> int:
        annee, _, type_, lieu = contexte
        if d.base in POPULATIONS:
            return self._compte((annee, d.base, type_, lieu), "effectif", "jeunes")
        colonne = self.catalogue[d.base].colonne() if d.base else indicateur.colonne(d.serie)
        return self._compte(contexte, colonne, indicateur.famille)

    def _compte(self, contexte: tuple[str, str, str, str], colonne: str, famille: str) -> int:
        exact, page = self._exact(*contexte)
        if famille == "evenements":
            return exact.evenements[page.evenements[colonne]]
        return exact.n[page.jeunes[colonne]]

    def _exiger(self, annee: str, _: str, type_: str, lieu: str) -> None:
        if annee not in self.annees:
            raise _Absent(f"aucune donnée en {annee}")
        connus: dict[str, Collection[str]] = {
            "departement": (DEPARTEMENT,),
            "territoire": self.geographie.territoires.keys(),
            "association": self.geographie.associations.keys(),
            "college": self.geographie.colleges.keys(),
        }
        if lieu not in connus[type_]:
            raise _Absent(f"lieu absent de la base : {lieu}")

    def _lire_exact(
        self, annee: str, population: str, type_: str, lieu: str
    ) -> tuple[Exact, MiseEnPage]:
        r = t.reponses_exactes.c
        ligne = self.conn.execute(
            sa.select(r.mise_en_page, r.contenu).where(
                r.cle == ecrire_cle(annee, population, type_, lieu)
            )
        ).first()
        if ligne is None:
            if type_ == "departement":
                raise _Absent(f"aucun jeune en {annee}")
            page = self._exact(annee, population, "departement", DEPARTEMENT)[1]
            return vide_exact(page), page
        page = self._page(ligne.mise_en_page)
        return deballer_exact(ligne.contenu, page), page

    def _lire_activite(self, annee: str, type_: str, lieu: str) -> dict[str, float]:
        contenu = self.conn.scalar(
            sa.select(t.reponses_exactes.c.contenu).where(
                t.reponses_exactes.c.cle == ecrire_cle(annee, "activite", type_, lieu)
            )
        )
        if contenu is None:
            raise _Absent(f"aucune activité publiée en {annee} pour {lieu}")
        return deballer_activite(contenu)

    def _lire_page(self, numero: int) -> MiseEnPage:
        contenu = self.conn.scalar(
            sa.select(t.mises_en_page.c.contenu).where(t.mises_en_page.c.id == numero)
        )
        return MiseEnPage.lire(contenu or "")

    # between answers

    def _avant(self, d: Declaration) -> Fraction:
        return self._valeur(d, d.reference, d.lieu_type, d.lieu)

    def _ecart_annees(self, d: Declaration) -> Fraction:
        return self._valeur(d, d.annee, d.lieu_type, d.lieu) - self._avant(d)

    def _par_territoire(self, d: Declaration) -> list[Fraction]:
        if not self.geographie.territoires:
            raise _Absent("aucun territoire")
        return [self._valeur(d, d.annee, "territoire", x) for x in self.geographie.territoires]

    def _rapport(self, d: Declaration) -> Fraction:
        haut, bas = (self.calculer(self.declarations[x]) for x in d.reference.split("/"))
        return haut / bas

    # tables that the lattice only answers for on 1 January, or does not link between years

    def _conditions(self, d: Declaration) -> Fraction:
        """Per cent of the forms dated that day whose field `serie` is `modalite`."""
        c = t.conditions.c
        valeurs = list(
            self.conn.scalars(sa.select(c[d.serie]).where(c.date == dt.date.fromisoformat(d.date)))
        )
        if d.modalite == "<1":
            vrais = sum(v is not None and v < 1 for v in valeurs)
        elif d.modalite == "0":
            vrais = sum(v == 0 for v in valeurs)
        else:
            rang = {v.code: v.rang for v in t.lire_listes(self.conn)["oui_non"]}[d.modalite]
            vrais = sum(v == rang for v in valeurs)
        return Fraction(100 * vrais, len(valeurs))

    def _revus(self, d: Declaration) -> Fraction:
        """Per cent of the association's ALSES youths of `reference` met again in `annee`."""
        self._exiger(d.annee, d.population, d.lieu_type, d.lieu)
        association = self.geographie.associations[d.lieu]["id"]
        a = t.accompagnements.c

        def jeunes(annee: str) -> set[int]:
            return set(
                self.conn.scalars(
                    sa.select(a.usager).where(
                        a.annee == int(annee[:4]), a.association == association, a.alses
                    )
                )
            )

        avant = jeunes(d.reference)
        return Fraction(100 * len(avant & jeunes(d.annee)), len(avant))


def compter_postes(postes: Iterable[Mapping[str, Any]], d: Declaration) -> Fraction:
    """ETP, or number of collèges, of the posts that `postes_au` or `postes_crees` is about.

    `postes`: rows of `Geographie.postes`. A collège is new when it had no post before.
    """
    postes = list(postes)
    if d.calcul == "postes_au":
        jour = dt.date.fromisoformat(d.date)
        gardes = [p for p in postes if p["debut"] <= jour and (not p["fin"] or jour <= p["fin"])]
    else:
        premier, dernier = (dt.date.fromisoformat(x) for x in d.date.split("/"))
        gardes = [p for p in postes if premier <= p["debut"] <= dernier]
        if d.mesure == "college":
            deja = {p["college"] for p in postes if p["debut"] < premier}
            gardes = [p for p in gardes if p["college"] not in deja]
    if d.modalite == "plan_pauvrete":
        gardes = [p for p in gardes if p["plan_pauvrete"]]
    if d.mesure == "college":
        return Fraction(len({p["college"] for p in gardes}))
    return sum((Fraction(str(p["etp"])) for p in gardes), Fraction(0))


# --- comparing ------------------------------------------------------------------------------------


def _juger(
    chiffre: Mapping[str, str], d: Declaration | None, calculateur: _Calculateur
) -> Rapprochement:
    """One printed figure's state."""
    if interdit(chiffre) or (d and d.calcul == NE_PAS_REUTILISER):
        return Rapprochement(
            chiffre["id"], chiffre["source"], "", "", "", "", "", NE_PAS_REUTILISER, ""
        )
    calcule, ecart, etat = "", "", NON_EXPRIMABLE
    explication = d.explication if d else "Chiffre non déclaré."
    if d is None:
        etat = A_EXPLIQUER
    elif d.calcul != NON_EXPRIMABLE:
        try:
            valeur = calculateur.calculer(d)
            etat, explication = comparer(chiffre["value"], valeur, d)
            modele = _preciser(valeur, chiffre["value"], d, etat)
            calcule = ecrire_nombre(valeur, modele)
            ecart = ecrire_ecart(valeur, chiffre["value"], modele)
        except _Absent as absence:
            etat, explication = A_EXPLIQUER, f"Non calculé : {absence}."
    return dresser(chiffre, calcule, ecart, etat, explication)


def dresser(
    chiffre: Mapping[str, str], calcule: str, ecart: str, etat: str, explication: str
) -> Rapprochement:
    """What is said of a printed figure that may be reused."""
    imprime = chiffre["value"]
    if chiffre["unit"] != "année":
        imprime = ecrire_nombre(Fraction(Decimal(imprime)), imprime)
    if chiffre["approx"] == "true":
        imprime = f"≈{_INSECABLE}{imprime}"
    return Rapprochement(
        id=chiffre["id"],
        source=chiffre["source"],
        section=chiffre["section"],
        citation=chiffre["quote"],
        imprime=imprime,
        calcule=calcule,
        unite=chiffre["unit"],
        etat=etat,
        explication=explication,
        ecart=ecart,
    )


def interdit(chiffre: Mapping[str, str]) -> bool:
    """Whether the figure's note forbids to reuse it: counted, never shown."""
    return "ne pas réutiliser" in chiffre["note"].lower()


def comparer(imprime: str, calcule: Fraction, d: Declaration) -> tuple[str, str]:
    """State and explanation of a computed figure. `imprime`: as printed, with a decimal point."""
    if concorde(calcule, d.critere or imprime):
        return EGAL, "" if d.attendu else d.explication
    if d.attendu and concorde(calcule, d.attendu):
        return EXPLIQUE, d.explication
    return A_EXPLIQUER, "Ni égal au chiffre imprimé ni expliqué par une contradiction connue."


_INTERVALLE = re.compile(r"([\[\]])([-\d.,]+);([-\d.,]+)([\[\]])")


def concorde(calcule: Fraction, attendu: str) -> bool:
    """Whether the figure is in the interval (`]50;60]`), or equals the number once rounded."""
    intervalle = _INTERVALLE.fullmatch(attendu)
    if intervalle is None:
        return arrondir(calcule, _decimales(attendu)) == Fraction(Decimal(attendu))
    ouvre, gauche, droite, ferme = intervalle.groups()
    bas, haut = (Fraction(Decimal(x.replace(",", "."))) for x in (gauche, droite))
    return (bas <= calcule if ouvre == "[" else bas < calcule) and (
        calcule <= haut if ferme == "]" else calcule < haut
    )


def rencontre(bas: Fraction, haut: Fraction, attendu: str) -> bool:
    """Whether some figure between the two, both included, would be concordant."""
    intervalle = _INTERVALLE.fullmatch(attendu)
    bornes = intervalle.group(2, 3) if intervalle else (attendu, attendu)
    milieu = sum(Fraction(Decimal(x.replace(",", "."))) for x in bornes) / 2
    return concorde(bas, attendu) or concorde(haut, attendu) or bas < milieu < haut


def arrondir(valeur: Fraction, decimales: int) -> Fraction:
    """Rounded to that many decimals, halves away from zero."""
    echelle = 10**decimales
    entier = floor(abs(valeur) * echelle + Fraction(1, 2))
    return Fraction(entier if valeur >= 0 else -entier, echelle)


def _decimales(nombre: str) -> int:
    return len(nombre.partition(".")[2])


def ecrire_nombre(valeur: Fraction, modele: str) -> str:
    """In French, with as many decimals as `modele` has."""
    decimales = _decimales(modele)
    texte = f"{float(arrondir(valeur, decimales)):,.{decimales}f}"
    return texte.replace(",", _FINE).replace(".", ",").replace("-", "−")


def ecrire_ecart(valeur: Fraction, imprime: str, modele: str) -> str:
    """What the figure, rounded as `modele` is, has more than the printed one: « +3 », « 0 »."""
    ecart = arrondir(valeur, _decimales(modele)) - Fraction(Decimal(imprime))
    if not ecart:
        return "0"
    return ("+" if ecart > 0 else "") + ecrire_nombre(ecart, modele)


def _preciser(valeur: Fraction, imprime: str, d: Declaration, etat: str) -> str:
    """Rounded as printed; one decimal more when that rounding alone does not tell the state."""
    if valeur.denominator > 1 and (d.critere or etat != EGAL):
        return imprime + ("0" if "." in imprime else ".0")
    return imprime


# --- showing --------------------------------------------------------------------------------------


def imprimer(engine: Engine) -> int:
    """Print the table and the counts. Exit status: 1 when a figure is left to explain."""
    try:
        lignes = rapprocher(engine)
    except RapprochementImpossible as impossible:
        print(impossible)
        return 1
    largeur = shutil.get_terminal_size((_LARGEUR, 24)).columns
    for ligne in _dresser_table(lignes):
        print(_couper(ligne, largeur))
    comptes = Counter(x.etat for x in lignes)
    print()
    for etat, libelle in ETATS.items():
        if etat != A_EXPLIQUER or comptes[etat]:
            print(f"{libelle:<20}{comptes[etat]:>5}")
    print(f"{'total':<20}{len(lignes):>5}")
    return 1 if comptes[A_EXPLIQUER] else 0


def _dresser_table(lignes: list[Rapprochement]) -> list[str]:
    """Aligned lines, heading first; figures not to be reused are left out."""
    cellules = [("Chiffre", "Imprimé", "Calculé", "État", "Explication")]
    for x in lignes:
        if x.etat != NE_PAS_REUTILISER:
            imprime = f"{x.imprime}{_INSECABLE}{x.unite}"
            cellules.append((x.id, imprime, x.calcule, ETATS[x.etat], x.explication))
    a, b, c, e = (max(len(ligne[i]) for ligne in cellules) for i in range(4))
    return [
        f"{i:<{a}}  {p:>{b}}  {v:>{c}}  {s:<{e}}  {texte}".rstrip()
        for i, p, v, s, texte in cellules
    ]


def _couper(ligne: str, largeur: int) -> str:
    """Cut after a whole word, with an ellipsis, when wider than `largeur`."""
    if len(ligne) <= largeur:
        return ligne
    debut = ligne[: max(largeur - 1, 1)]
    coupe = debut[: debut.rfind(" ")] if " " in debut else debut
    return coupe.rstrip() + "…"
