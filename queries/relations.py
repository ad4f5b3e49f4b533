"""What a printed sentence says of numbers: « premier », « supérieur », « stable », « le double »…

Each relation is a function of a `Lecture` (what is measured, what it is compared with) that gives
one `Controle` a comparison. The words of degree have a stated threshold (`SEUILS`). Whether a
comparison is true is read from the computed numbers alone; how sure it is (published numbers,
chance) is told beside it and decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Protocol

from data.rapprochement import concorde
from queries.constats import Jugement, encadrer, juger, sens_certain
from queries.question import Lieu, Question
from queries.reponses import Ligne
from queries.statistiques import au_dela_d_une_constante, ordre_au_dela_du_hasard

LEGER = 5
"""Points, at most, of a gap called slight (« légèrement », « un peu »)."""
LARGE = 10
"""Points, at least, of a gap called large; or `LARGE_RAPPORT` times as much."""
LARGE_RAPPORT = Fraction(3, 2)
EGAL = 1
"""Points, at most, between two shares called equal (« identique », « quasi équivalent »)."""
STABLE = 2
"""Points, at most, that a share called stable moves by; per cent, for a number of youths."""
EQUILIBRE = 10
"""Points, at most, between the greatest and the least of shares called balanced."""
FAIBLE, TRES_FAIBLE, TRES_FORTE = 20, 5, 75
"""Per cent, at most or at least, of what is called low, very low, very high."""
VARIABLE = Fraction(3, 2)
"""Times, at least, that the greatest of numbers called uneven is the least."""
TOLERANCE = Fraction(1, 20)
"""By how much a printed ratio (« doublée », « 6 fois ») may be missed."""

SEUILS: tuple[tuple[str, str], ...] = (
    ("légèrement, un peu", f"{LEGER} points au plus"),
    ("largement", f"{LARGE} points au moins, ou une fois et demie"),
    ("égal, identique, équivalent", f"{EGAL} point au plus"),
    ("stable", f"{STABLE} points au plus ({STABLE} % pour un nombre de jeunes)"),
    ("équilibré", f"{EQUILIBRE} points au plus entre la plus grande part et la plus petite"),
    ("faible, peu nombreux", f"{FAIBLE} % au plus"),
    ("très faible", f"{TRES_FAIBLE} % au plus"),
    ("très forte proportion", f"{TRES_FORTE} % au moins"),
    ("majoritaire", "plus de 50 %, et devant toutes les autres réponses"),
    ("le double, 6 fois", "à 5 % près ; « plus du double » : plus de 2 fois"),
    ("hétérogène", "le plus grand vaut au moins une fois et demie le plus petit"),
)
"""Word of degree → what it is taken for, in French."""


@dataclass(frozen=True, slots=True)
class Mesure:
    """One number: a value (or several taken together) of the answer to a question.

    `ligne`: as it is computed; `publiee`: as it is published (None: hidden). `termes`: how many
    values are added up. `evenements`: counts events or activity, which chance is not judged of.
    `rapportee`: a share of another base than its question's own.
    `question` None: a published constant, in `ligne`.
    """

    question: Question | None
    modalite: str
    libelle: str
    ligne: Ligne
    publiee: Ligne | None
    termes: int = 1
    evenements: bool = False
    rapportee: bool = False

    @property
    def lieu(self) -> Lieu | None:
        """Where it is measured."""
        return self.question.lieu if self.question else None

    @property
    def en_pourcent(self) -> bool:
        """Whether the number is a share, per cent, rather than a count or an average."""
        return self.ligne.part is not None or bool(self.ligne.base and self._compte)

    @property
    def _compte(self) -> bool:
        return self.ligne.effectif is not None

    @property
    def nombre(self) -> Fraction:
        """The share, per cent, unrounded where it can be; else the average or the count."""
        x = self.ligne
        if x.base and x.effectif is not None:
            return 100 * Fraction(str(x.effectif)) / Fraction(str(x.base))
        for valeur in (x.part, x.valeur, x.effectif):
            if valeur is not None:
                return Fraction(str(valeur))
        raise ValueError(f"{self.libelle}: no number")


@dataclass(frozen=True, slots=True)
class Controle:
    """One comparison of a statement. `autre`: what `mesure` is compared with, if anything.

    `jugement`: None for what rounding never lets one assert (an equality, a balance, a ratio).
    """

    relation: str
    mesure: Mesure
    autre: Mesure | None
    vrai: bool
    jugement: Jugement | None = None

    @property
    def cle(self) -> str:
        """« superieur douai famille »: names the comparison within its statement."""
        lieu = self.mesure.lieu
        return f"{self.relation} {lieu.code if lieu else '-'} {self.mesure.modalite}"

    @property
    def exact(self) -> bool:
        """Whether no rounding stands between its numbers and the truth."""
        return all(m.ligne.statut == "exact" for m in (self.mesure, self.autre) if m)

    @property
    def ecart(self) -> Fraction | None:
        """Points (or units) from the other number."""
        return self.mesure.nombre - self.autre.nombre if self.autre else None


class Lecture(Protocol):
    """What a relation reads. `groupes`: one list of measures a place, in the order of the values.

    `autres`: the values that compete with a measure in the same answer. `face`: the same value in
    the reference. `toutes`: every value of the question at the place of a measure. `ailleurs`:
    the same value at the places compared. `valeurs`: as printed.
    """

    valeurs: tuple[str, ...]

    def groupes(self) -> list[list[Mesure]]: ...

    def autres(self, mesure: Mesure) -> list[Mesure]: ...

    def face(self, mesure: Mesure) -> Mesure: ...

    def toutes(self, mesure: Mesure) -> list[Mesure]: ...

    def ailleurs(self, mesure: Mesure) -> list[Mesure]: ...


Relation = Callable[[str, Lecture], list[Controle]]
"""Name of the relation, what is read → its comparisons."""


def mesures(lecture: Lecture) -> list[Mesure]:
    """Every measure, place after place."""
    return [m for groupe in lecture.groupes() for m in groupe]


# --- how sure -------------------------------------------------------------------------------------


def _sens(m: Mesure, autre: Mesure) -> int:
    """Which of two is certainly the greater from the published numbers: 1, −1, 0."""
    if autre.question is None:
        return _sens_constante(m, autre.nombre)
    if m.publiee is None or autre.publiee is None:
        return 0
    memes = _memes_gens(m, autre)
    return sens_certain(m.publiee, autre.publiee, termes=m.termes + autre.termes, memes=memes)


def _memes_gens(m: Mesure, autre: Mesure) -> bool:
    """Whether the two are values of one answer, or shares of one base."""
    a, b = m.question, autre.question
    if a is None or b is None:
        return False
    if m.rapportee and autre.rapportee:
        return replace(a, indicateur="") == replace(b, indicateur="")
    return a == b


def _sens_constante(m: Mesure, part: Fraction | int) -> int:
    if m.publiee is None:
        return 0
    bas, haut = encadrer(m.publiee, m.termes)
    return (bas > part) - (haut < part)


def _hasard_entre_valeurs(m: Mesure, autre: Mesure) -> bool | None:
    """Beyond chance, for two values of one answer."""
    a, b = m.ligne, autre.ligne
    if m.evenements or a.effectif is None or b.effectif is None or a.base != b.base:
        return None
    return ordre_au_dela_du_hasard(a.effectif, b.effectif)


def _hasard_ailleurs(m: Mesure, autre: Mesure) -> bool | None:
    """Beyond chance, for one value at two places, in two years or two populations."""
    a, b = m.question, autre.question
    if m.evenements or autre.evenements or not m.ligne.base or m.ligne.effectif is None:
        return None
    if b is None:
        part = float(autre.nombre) / 100
        return au_dela_d_une_constante(m.ligne.effectif, m.ligne.base, part)
    if a is None or a.indicateur != b.indicateur:
        return None
    if _contient(b, a):
        return juger(m.ligne, autre.ligne, contenue=True).hasard
    if _contient(a, b):
        return juger(autre.ligne, m.ligne, contenue=True).hasard
    return juger(m.ligne, autre.ligne).hasard


def _contient(grande: Question, petite: Question) -> bool:
    if grande.annee != petite.annee:
        return False
    lieu = grande.lieu == petite.lieu or grande.lieu.type == "departement"
    population = grande.population in (petite.population, "ps")
    return lieu and population and grande != petite


def _jugement(sens: int, voulu: int, hasard: bool | None, *, vrai: bool) -> Jugement:
    """Certain when the published numbers say `voulu` too (its contrary, of what is not true)."""
    return Jugement(sens == (voulu if vrai else -voulu), hasard)


# --- order of values ------------------------------------------------------------------------------


def _ranger(relation: str, m: Mesure, autres: Sequence[Mesure], rang: int) -> Controle:
    """Whether exactly `rang` − 1 of the others are above, and none is equal."""
    dessus = [x for x in autres if x.nombre > m.nombre]
    dessous = [x for x in autres if x.nombre < m.nombre]
    vrai = len(dessus) == rang - 1 and len(dessus) + len(dessous) == len(autres)
    if rang > 1 and dessus:
        voisine = min(dessus, key=lambda x: x.nombre)
    else:
        voisine = max(autres, key=lambda x: x.nombre)
    certain = all(_sens(m, x) == (-1 if x in dessus else 1) for x in autres)
    hasards = [_hasard_entre_valeurs(m, x) for x in autres]
    return Controle(relation, m, voisine, vrai, Jugement(certain, _tous(hasards)))


def _tous(hasards: Sequence[bool | None]) -> bool | None:
    if not hasards or None in hasards:
        return None
    return all(hasards)


def _rang(rang: int) -> Relation:
    def controler(relation: str, lecture: Lecture) -> list[Controle]:
        return [_ranger(relation, m, lecture.autres(m), rang) for m in mesures(lecture)]

    return controler


def _premiers(relation: str, lecture: Lecture) -> list[Controle]:
    """The values come first, in the order they are named."""
    return [
        _ranger(relation, m, lecture.autres(m), rang)
        for groupe in lecture.groupes()
        for rang, m in enumerate(groupe, 1)
    ]


def _majoritaire(relation: str, lecture: Lecture) -> list[Controle]:
    controles = []
    for m in mesures(lecture):
        autres = lecture.autres(m)
        seconde = max(autres, key=lambda x: x.nombre)
        hasard: bool | None = None
        if not m.evenements and m.ligne.effectif is not None and m.ligne.base:
            hasard = au_dela_d_une_constante(m.ligne.effectif, m.ligne.base, 0.5)
        vrai = m.nombre > 50 and m.nombre > seconde.nombre
        if vrai:
            certain = _sens_constante(m, 50) == 1 and all(_sens(m, x) == 1 for x in autres)
        else:
            certain = -1 in (_sens_constante(m, 50), _sens(m, seconde))
        controles.append(Controle(relation, m, seconde, vrai, Jugement(certain, hasard)))
    return controles


def _meme_ordre(relation: str, lecture: Lecture) -> list[Controle]:
    """Each value has the same rank here and in the reference."""
    controles = []
    for groupe in lecture.groupes():
        faces = [lecture.face(m) for m in groupe]
        for m, face in zip(groupe, faces, strict=True):
            ici = [x for x in groupe if x is not m]
            la = [x for x in faces if x is not face]
            vrai = _compter_dessus(m, ici) == _compter_dessus(face, la)
            certain = all(_sens(m, x) == _sens(face, y) != 0 for x, y in zip(ici, la, strict=True))
            hasards = [_hasard_entre_valeurs(m, x) for x in ici]
            hasards += [_hasard_entre_valeurs(face, x) for x in la]
            controles.append(Controle(relation, m, face, vrai, Jugement(certain, _tous(hasards))))
    return controles


def _compter_dessus(m: Mesure, autres: Sequence[Mesure]) -> tuple[int, int]:
    return (
        sum(x.nombre > m.nombre for x in autres),
        sum(x.nombre == m.nombre for x in autres),
    )


def _ordre_inverse(relation: str, lecture: Lecture) -> list[Controle]:
    """The two values are here in the order opposite to the reference's."""
    controles = []
    for a, b in lecture.groupes():
        c, d = lecture.face(a), lecture.face(b)
        vrai = (a.nombre - b.nombre) * (c.nombre - d.nombre) < 0
        certain = _sens(a, b) * _sens(c, d) < 0
        hasard = _tous([_hasard_entre_valeurs(a, b), _hasard_entre_valeurs(c, d)])
        jugement = Jugement(certain, hasard)
        controles += [Controle(relation, x, y, vrai, jugement) for x, y in ((a, c), (b, d))]
    return controles


# --- gap to a reference ---------------------------------------------------------------------------


def _comparer(sens: int) -> Relation:
    def controler(relation: str, lecture: Lecture) -> list[Controle]:
        return [_ecarter(relation, m, lecture.face(m), sens) for m in mesures(lecture)]

    return controler


def _ecarter(relation: str, m: Mesure, face: Mesure, sens: int) -> Controle:
    vrai = sens * (m.nombre - face.nombre) > 0
    jugement = _jugement(_sens(m, face), sens, _hasard_ailleurs(m, face), vrai=vrai)
    return Controle(relation, m, face, vrai, jugement)


def _au_plus(relation: str, lecture: Lecture) -> list[Controle]:
    controles = []
    for m in mesures(lecture):
        face = lecture.face(m)
        vrai = m.nombre <= face.nombre
        jugement = _jugement(_sens(m, face), -1, _hasard_ailleurs(m, face), vrai=vrai)
        controles.append(Controle(relation, m, face, vrai, jugement))
    return controles


def _seul_inferieur(relation: str, lecture: Lecture) -> list[Controle]:
    """Lower than the reference, and every other value (that somebody has) higher."""
    controles = []
    for m in mesures(lecture):
        for x in lecture.toutes(m):
            face = lecture.face(x)
            if x.nombre or face.nombre:
                sens = -1 if x.modalite == m.modalite else 1
                controles.append(_ecarter(relation, x, face, sens))
    return controles


def _tester(vrai: Callable[[Mesure, Mesure], bool]) -> Relation:
    """What rounding never lets one assert: no judgement."""

    def controler(relation: str, lecture: Lecture) -> list[Controle]:
        paires = [(m, lecture.face(m)) for m in mesures(lecture)]
        return [Controle(relation, m, face, vrai(m, face)) for m, face in paires]

    return controler


def _est_egal(m: Mesure, face: Mesure) -> bool:
    return abs(m.nombre - face.nombre) <= EGAL


def _est_stable(m: Mesure, face: Mesure) -> bool:
    ecart = abs(m.nombre - face.nombre)
    return ecart <= (STABLE if m.en_pourcent else face.nombre * STABLE / 100)


def _a_peu_pres(m: Mesure, face: Mesure, fois: Fraction) -> bool:
    return bool(face.nombre) and abs(m.nombre / face.nombre / fois - 1) <= TOLERANCE


def _fois(relation: str, lecture: Lecture) -> list[Controle]:
    (fois,) = (Fraction(x) for x in lecture.valeurs)
    return _tester(lambda m, face: _a_peu_pres(m, face, fois))(relation, lecture)


# --- level ----------------------------------------------------------------------------------------


def _seuil(seuil: int, sens: int) -> Relation:
    """At most (`sens` −1) or at least (1) so many per cent."""

    def controler(relation: str, lecture: Lecture) -> list[Controle]:
        controles = []
        for m in mesures(lecture):
            vrai = sens * (m.nombre - seuil) >= 0
            jugement = _jugement(_sens_constante(m, seuil), sens, None, vrai=vrai)
            controles.append(Controle(relation, m, None, vrai, jugement))
        return controles

    return controler


def _nul(relation: str, lecture: Lecture) -> list[Controle]:
    return [Controle(relation, m, None, m.nombre == 0) for m in mesures(lecture)]


def _tous_presents(relation: str, lecture: Lecture) -> list[Controle]:
    """Every value that the reference has is there."""
    return [
        Controle(relation, m, face, m.nombre > 0)
        for m in mesures(lecture)
        for face in (lecture.face(m),)
        if face.nombre
    ]


def _etendre(
    vrai: Callable[[Mesure, Mesure, tuple[str, ...]], bool], *, par_lieu: bool
) -> Relation:
    """A relation of the greatest and the least: of the values at a place, or of the places.
    ValueError when there is only one."""

    def controler(relation: str, lecture: Lecture) -> list[Controle]:
        groupes = lecture.groupes() if par_lieu else [mesures(lecture)]
        controles = []
        for groupe in groupes:
            if len(groupe) < 2:
                raise ValueError(f"{relation}: nothing to compare")
            haut = max(groupe, key=lambda m: m.nombre)
            bas = min(groupe, key=lambda m: m.nombre)
            controles.append(Controle(relation, haut, bas, vrai(haut, bas, lecture.valeurs)))
        return controles

    return controler


def _total(vrai: Callable[[Fraction], bool]) -> Relation:
    """A relation of the sum of the shares of every value."""

    def controler(relation: str, lecture: Lecture) -> list[Controle]:
        controles = []
        for groupe in lecture.groupes():
            total = sum((m.nombre for m in groupe), Fraction(0))
            haut = max(groupe, key=lambda m: m.nombre)
            controles.append(Controle(relation, haut, None, vrai(total)))
        return controles

    return controler


# --- order of places ------------------------------------------------------------------------------


def _des_lieux(sens: int) -> Relation:
    """The places named are all above (below) every other place compared."""

    def controler(relation: str, lecture: Lecture) -> list[Controle]:
        controles = []
        nommes = {m.lieu for m in mesures(lecture)}
        for m in mesures(lecture):
            autres = [x for x in lecture.ailleurs(m) if x.lieu not in nommes]
            voisin = max(autres, key=lambda x: sens * x.nombre)
            vrai = sens * (m.nombre - voisin.nombre) > 0
            certain = (
                all(_sens(m, x) == sens for x in autres) if vrai else _sens(m, voisin) == -sens
            )
            hasard = _hasard_ailleurs(m, voisin)
            controles.append(Controle(relation, m, voisin, vrai, Jugement(certain, hasard)))
        return controles

    return controler


RELATIONS: dict[str, tuple[str, Relation]] = {
    "premier": ("arrive en premier", _rang(1)),
    "rang_2": ("arrive en deuxième", _rang(2)),
    "rang_3": ("arrive en troisième", _rang(3)),
    "premiers": ("arrivent en tête, dans cet ordre", _premiers),
    "majoritaire": ("majoritaire", _majoritaire),
    "meme_ordre": ("même ordre", _meme_ordre),
    "ordre_inverse": ("ordre inversé", _ordre_inverse),
    "superieur": ("supérieur", _comparer(1)),
    "inferieur": ("inférieur", _comparer(-1)),
    "hausse": ("en hausse", _comparer(1)),
    "baisse": ("en baisse", _comparer(-1)),
    "seul_inferieur": ("seul inférieur", _seul_inferieur),
    "au_plus": ("non supérieur", _au_plus),
    "egal": ("égal", _tester(_est_egal)),
    "stable": ("stable", _tester(_est_stable)),
    "double": ("le double", _tester(lambda m, f: _a_peu_pres(m, f, Fraction(2)))),
    "plus_du_double": ("plus du double", _tester(lambda m, f: m.nombre > 2 * f.nombre)),
    "fois": ("tant de fois", _fois),
    "faible": ("faible", _seuil(FAIBLE, -1)),
    "tres_faible": ("très faible", _seuil(TRES_FAIBLE, -1)),
    "tres_forte": ("très forte proportion", _seuil(TRES_FORTE, 1)),
    "nul": ("nul", _nul),
    "tous_presents": ("tous présents", _tous_presents),
    "equilibre": (
        "équilibré",
        _etendre(lambda h, b, _: h.nombre - b.nombre <= EQUILIBRE, par_lieu=True),
    ),
    "intervalle": (
        "de … à …",
        _etendre(
            lambda h, b, v: concorde(b.nombre, v[0]) and concorde(h.nombre, v[1]), par_lieu=False
        ),
    ),
    "variable": (
        "hétérogène",
        _etendre(lambda h, b, _: h.nombre >= VARIABLE * b.nombre, par_lieu=False),
    ),
    "choix_unique": ("une seule réponse", _total(lambda total: total == 100)),
    "choix_multiple": ("plusieurs réponses", _total(lambda total: total > 100)),
    "premier_des_lieux": ("le plus fort des lieux", _des_lieux(1)),
    "dernier_des_lieux": ("le plus faible des lieux", _des_lieux(-1)),
}
"""Closed vocabulary of the relations: code → words, function."""


def graduer(degre: str, controle: Controle) -> Controle:
    """The comparison that a word of degree adds: whether the gap is as wide as it says.

    `degre`: a key of `DEGRES`. ValueError when there is nothing to compare with.
    """
    if controle.autre is None:
        raise ValueError(f"{controle.cle}: no gap to judge")
    a, b = controle.mesure.nombre, controle.autre.nombre
    vrai = DEGRES[degre][1](a, b)
    return Controle(degre, controle.mesure, controle.autre, vrai)


def _est_large(a: Fraction, b: Fraction) -> bool:
    return abs(a - b) >= LARGE or max(a, b) >= LARGE_RAPPORT * min(a, b)


DEGRES: dict[str, tuple[str, Callable[[Fraction, Fraction], bool]]] = {
    "legerement": ("légèrement", lambda a, b: abs(a - b) <= LEGER),
    "largement": ("largement", _est_large),
}
"""Words of degree: code → word, whether a gap deserves it."""
