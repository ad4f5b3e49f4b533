"""What an answer shows, as facts without words: the leading value, how far it stands from a
reference, what changed, which territoires are above and below.

Each gap says whether it is certain whatever the rounding hides (contract, confidentialité, rule 5)
and whether it goes beyond chance (two-proportion test at 95 %, n ≥ 30).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from data.paquet import PAS
from queries.changements import bornes, part_changee
from queries.question import NORD, Lieu
from queries.reponses import Ligne, Reponse, arrondir, certain
from queries.statistiques import A_PRES, MINIMUM, au_dela_du_hasard, encadrer_rapport

AFFIRMATIVES = ("oui", "alses", "sans_salaire", "territoire")
"""Values a sentence is about when the question has two answers, one of which says no."""


@dataclass(frozen=True, slots=True)
class Jugement:
    """`certain`: whatever the rounding hides. `hasard`: beyond chance; None when it is not judged
    (fewer than 30, or events, which one youth may repeat)."""

    certain: bool
    hasard: bool | None = None


@dataclass(frozen=True, slots=True)
class Ecart:
    """A value against the same value elsewhere, or the year before."""

    ligne: Ligne
    autre: Ligne
    jugement: Jugement

    @property
    def points(self) -> float:
        """Points between the two shares, as they are shown: whole unless both are exact."""
        ici, la = self.ligne.part or 0, self.autre.part or 0
        if self.ligne.statut == self.autre.statut == "exact":
            return round(ici - la, 1)
        return arrondir(ici, 0) - arrondir(la, 0)


@dataclass(frozen=True, slots=True)
class Rangs:
    """Territoires whose share is certainly above or below, greatest gap first, among `sur`."""

    dessus: tuple[tuple[Lieu, Ligne], ...]
    dessous: tuple[tuple[Lieu, Ligne], ...]
    sur: int


@dataclass(frozen=True, slots=True)
class Constat:
    """What one series of an answer shows.

    `tete`: the value a sentence is about. `premiere`: whether it certainly comes first. `egales`:
    shown values not certainly below it (none when order is not the matter). `ecart`: to the
    reference; `evolution`: from the year before.
    """

    serie: str
    tete: Ligne
    premiere: bool = False
    egales: tuple[Ligne, ...] = ()
    ecart: Ecart | None = None
    evolution: Ecart | None = None
    rangs: Rangs | None = None

    @property
    def majorite(self) -> bool:
        """Whether the leading value is certainly more than half."""
        return bornes(self.tete)[0] > 50


def constater(
    reponse: Reponse,
    reference: Reponse | None = None,
    precedente: Reponse | None = None,
    alentours: Iterable[Reponse] = (),
) -> list[Constat]:
    """What each series of shares shows, series in order; series without a shown share are left out.

    `reference`, `precedente`, `alentours`: answers to the same question elsewhere or earlier.
    """
    autour = list(alentours)
    constats = []
    for serie in reponse.indicateur.series:
        lignes = [x for x in reponse.serie(serie.code) if x.part is not None]
        if not lignes:
            continue
        tete = choisir_la_tete(lignes)
        constats.append(
            Constat(
                serie.code,
                tete,
                _vient_en_tete(reponse, serie.code, tete),
                _egales(reponse, serie.code, tete),
                _ecarter(reponse, tete, reference, contenue=_contenue(reponse, reference)),
                _ecarter(reponse, tete, precedente, contenue=False),
                _ranger(reponse, tete, autour),
            )
        )
    return constats


def choisir_la_tete(lignes: Sequence[Ligne]) -> Ligne:
    """The value a sentence is about: the « yes » of a yes/no, the greatest share otherwise."""
    for ligne in lignes:
        if ligne.modalite in AFFIRMATIVES:
            return ligne
    return max(lignes, key=lambda x: x.part or 0)


def juger(ligne: Ligne, autre: Ligne, *, contenue: bool = False) -> Jugement:
    """How sure the difference between two shown shares is.

    `contenue`: the first group is part of the second; chance is then judged against the rest of it.
    """
    if ligne.effectif is None or autre.effectif is None:
        # Events: the whole per cents are those of true numbers.
        return Jugement(ligne.part != autre.part)
    if not ligne.base or not autre.base:
        return Jugement(False)
    x2, n2 = autre.effectif, autre.base
    if contenue:
        x2, n2 = max(x2 - ligne.effectif, 0), n2 - ligne.base
        x2 = min(x2, max(n2, 0))
    hasard: bool | None = None
    if min(ligne.base, n2) >= MINIMUM:
        hasard = au_dela_du_hasard(ligne.effectif, ligne.base, x2, n2)
    return Jugement(part_changee(autre, ligne), hasard)


def vis_a_vis(ligne: Ligne, autre: Reponse | None) -> Ligne | None:
    """The same value in another answer, when both shares are shown."""
    if autre is None or ligne.part is None:
        return None
    for x in autre.serie(ligne.serie):
        if x.modalite == ligne.modalite and x.part is not None:
            return x
    return None


def _contenue(reponse: Reponse, reference: Reponse | None) -> bool:
    """Whether the units of an answer are among those of its reference."""
    if reference is None or reference.question.annee != reponse.question.annee:
        return False
    lieu, autre = reponse.question.lieu, reference.question.lieu
    return lieu == autre or autre == NORD


def _ecarter(
    reponse: Reponse, tete: Ligne, autre: Reponse | None, *, contenue: bool
) -> Ecart | None:
    face = vis_a_vis(tete, autre)
    if face is None:
        return None
    jugement = juger(tete, face, contenue=contenue)
    if reponse.indicateur.famille in ("evenements", "activite"):
        # One youth has many interventions, an action is not drawn at random.
        jugement = Jugement(jugement.certain)
    return Ecart(tete, face, jugement)


def _egales(reponse: Reponse, serie: str, tete: Ligne) -> tuple[Ligne, ...]:
    if tete.modalite in AFFIRMATIVES:
        return ()
    return tuple(
        x
        for x in reponse.serie(serie)
        if x.modalite != tete.modalite and x.part and not _certainement_moins(x, tete)
    )


def _vient_en_tete(reponse: Reponse, serie: str, tete: Ligne) -> bool:
    """A masked value is between 0 and the floor: what is shown must be far enough above it."""
    autres = [x for x in reponse.serie(serie) if x.modalite != tete.modalite]
    masquee = Ligne(serie, "", "", "arrondi", 0, tete.base, 0)
    return all(
        _certainement_moins(masquee if x.statut == "masque" else x, tete)
        for x in autres
        if x.part is not None or x.statut == "masque"
    ) and not any(x.statut == "non_diffuse" for x in autres)


def _certainement_moins(ligne: Ligne, tete: Ligne) -> bool:
    if ligne.effectif is None or tete.effectif is None:
        return (ligne.part or 0) < (tete.part or 0)
    return certain(ligne, tete) and ligne.effectif < tete.effectif


def _ranger(reponse: Reponse, tete: Ligne, autour: Sequence[Reponse]) -> Rangs | None:
    """Against the answer's own share: for the département, or a territoire."""
    if reponse.question.lieu.type not in ("departement", "territoire"):
        return None
    dessus: list[tuple[Lieu, Ligne]] = []
    dessous: list[tuple[Lieu, Ligne]] = []
    sur = 0
    for r in autour:
        if r.question.lieu.type != "territoire" or r.question.lieu == reponse.question.lieu:
            continue
        sur += 1
        face = vis_a_vis(tete, r)
        if face is None or face.part == tete.part or not juger(face, tete).certain:
            continue
        (dessus if (face.part or 0) > (tete.part or 0) else dessous).append((r.question.lieu, face))
    if not sur:
        return None
    dessus.sort(key=lambda x: -(x[1].part or 0))
    dessous.sort(key=lambda x: x[1].part or 0)
    return Rangs(tuple(dessus), tuple(dessous), sur)


# --- what a printed statement compares ------------------------------------------------------------


def additionner(lignes: Sequence[Ligne], modalite: str, libelle: str) -> Ligne | None:
    """Several values of one series taken together: their numbers and shares added up.

    A masked value counts as zero (within the rounding of its term); None when one of them is
    hidden otherwise. Status exact when all are.
    """
    if any(not x.affichee and x.statut != "masque" for x in lignes):
        return None
    exacte = all(x.statut == "exact" for x in lignes)
    statut = "exact" if exacte else "arrondi"
    premiere = lignes[0]
    if any(x.effectif is None and x.statut != "masque" for x in lignes):
        parts = [x.part for x in lignes if x.part is not None]
        return Ligne(premiere.serie, modalite, libelle, statut, part=sum(parts) if parts else None)
    somme = sum(x.effectif or 0 for x in lignes)
    total = Ligne(premiere.serie, modalite, libelle, statut, somme, premiere.base)
    return rapporter(total, premiere.base)


def rapporter(ligne: Ligne, base: float | None) -> Ligne:
    """The same number as a share of another base (None: of nothing, the number alone)."""
    if not base or ligne.effectif is None:
        return replace(ligne, base=base, part=None if not base else ligne.part)
    decimales = 1 if ligne.statut == "exact" else 0
    return replace(ligne, base=base, part=arrondir(100 * ligne.effectif / base, decimales))


def sens_certain(ligne: Ligne, autre: Ligne, *, termes: int = 2, memes: bool = False) -> int:
    """1 when the first number (or share) is certainly the greater, −1 the smaller, 0 otherwise.

    `termes`: how many published numbers the two are made of, each known to within 4 (rule 5: two
    numbers are in order when 5 units a term apart; two shares, when no share fits both besides).
    `memes`: values of one answer, whose base is one: their numbers tell. Two bases published alike
    may differ.
    """
    if ligne.effectif is None or autre.effectif is None:
        # Events: the whole per cents are those of true numbers; a masked value has none.
        ici, la = ligne.part, autre.part
        return 0 if ici is None or la is None else (ici > la) - (ici < la)
    exactes = ligne.statut == autre.statut == "exact"
    marge = 0 if exactes else PAS * termes
    if memes or not (ligne.base or autre.base):
        ecart = ligne.effectif - autre.effectif
        return 0 if abs(ecart) < max(marge, 1) else (ecart > 0) - (ecart < 0)
    (a, b), (c, d) = encadrer(ligne, termes - 1), encadrer(autre, termes - 1)
    eloignees = abs((ligne.base or 0) - (autre.base or 0)) >= 2 * PAS
    if not (exactes or eloignees or abs(ligne.effectif - autre.effectif) >= marge):
        return 0
    return (a > d) - (b < c)


def encadrer(ligne: Ligne, termes: int = 1) -> tuple[float, float]:
    """Least and greatest share, per cent, that a line made of `termes` shown numbers may stand for.

    As `changements.bornes`, unrounded when exact. A line without a share: (0, 100).
    """
    if ligne.effectif is None or not ligne.base:
        return (0, 100) if ligne.part is None else (ligne.part, ligne.part)
    if ligne.statut == "exact":
        part = 100 * ligne.effectif / ligne.base
        return part, part
    return encadrer_rapport(ligne.effectif, ligne.base, A_PRES * termes, A_PRES, 100)
