"""The printed statements (« la mère est la plus mobilisée dans tous les territoires ») against the
answers: found again, explained, or not expressible (contract, données §4).

Every statement of the public documents has one line in `data/reference/enonces.csv`:

- `id`, `source`, `section`, `citation`: as printed; `page`: of the document, when it is known;
  `chapitre`: that of the application it belongs to (`catalogue.CHAPITRES`), or none.
- `verdict`: what is expected of the calibrated demonstration, one of `DECLARES`.
- `indicateur`, `serie`, `population`, `annee`: the question. `lieux`: typed codes joined by `|`
  (`territoire:douai`; `territoire:*` for all of them).
- `modalites`: joined by `|`, each a code, several added up (`4e+3e`), `*` for each, or a value of
  another indicator (`origine_groupe:publics`). `base`: what a share is a share of, when not the
  indicator's own base (an indicator, or a population). `parmi`: the values, or the places, that an
  order is judged among, when not all of those of the question.
- `relation`: names of `relations.RELATIONS` joined by `|`, all to be true; `premier@ps` and
  `premier@annee_precedente` bear on another population, on the year before. `degre`: a word of
  `relations.DEGRES`, which bears on the first relation.
- `reference`: what relations of comparison compare with: `departement`, `ps`, `alses`,
  `annee_precedente`, `insee`, or a population and an indicator (`alses:lieu`).
- `valeur`, `unite`: the printed numbers, checked too: shares (`%`), gaps (`points`), ratios
  (`fois`), numbers of anything else; one, or one a place and value; `]50;60]` for a word such as
  « près de ». Left out when another line, or the figures' own reconciliation, has them.
- `attendu`: comparisons known to be false, which `explication` accounts for; no other may be.

The computed numbers are exact while every delivery is synthetic; on real records they are those of
the reader, and what their rounding does not decide is said so (contract, confidentialité,
Reconciliation).
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from functools import lru_cache
from itertools import product

from data.catalogue import POPULATIONS, REFERENCE, Indicateur
from data.rapprochement import concorde
from data.treillis import FILTRES_PERMIS
from queries.constantes import constantes_de
from queries.constats import additionner, rapporter
from queries.depot import Depot, Etat
from queries.lecteur import Lecteur, Role
from queries.lieux import existe, lister
from queries.question import Lieu, Question, QuestionRefusee
from queries.relations import RELATIONS, Controle, Mesure, graduer, mesures
from queries.reponses import STATUTS, Ligne, Reponse, repondre
from queries.reponses import verifier as verifier_question

RETROUVE, EXPLIQUE, INEXPRIMABLE = "retrouve", "explique", "inexprimable"
NE_PAS_REUTILISER = "ne_pas_reutiliser"
A_EXPLIQUER, NON_TRANCHE, HORS_PERIMETRE = "a_expliquer", "non_tranche", "hors_perimetre"
DECLARES = (RETROUVE, EXPLIQUE, INEXPRIMABLE, NE_PAS_REUTILISER)
VERDICTS: dict[str, str] = {
    RETROUVE: "retrouvé",
    EXPLIQUE: "expliqué",
    INEXPRIMABLE: "non exprimable",
    NE_PAS_REUTILISER: "à ne pas réutiliser",
    A_EXPLIQUER: "à expliquer",
    NON_TRANCHE: "que les nombres arrondis ne tranchent pas",
    HORS_PERIMETRE: "hors de votre périmètre",
}
"""Verdict on a statement → its label. The last three are never declared: the data decide them."""

DECALAGES = ("ps", "alses", "annee_precedente")
"""What `@` may name in a relation."""


@dataclass(frozen=True, slots=True)
class Enonce:
    """One line of `enonces.csv`. Of one that must not be reused, only `id`, `source` and `verdict`
    are filled in."""

    id: str
    source: str
    page: str = ""
    section: str = ""
    chapitre: str = ""
    citation: str = ""
    verdict: str = INEXPRIMABLE
    indicateur: str = ""
    serie: str = ""
    modalites: tuple[str, ...] = ()
    base: str = ""
    parmi: tuple[str, ...] = ()
    population: str = ""
    annee: str = ""
    lieux: tuple[str, ...] = ()
    relation: tuple[str, ...] = ()
    degre: str = ""
    reference: str = ""
    valeur: tuple[str, ...] = ()
    unite: str = ""
    attendu: tuple[str, ...] = ()
    explication: str = ""

    @property
    def evaluable(self) -> bool:
        """Whether it is to be compared with the data."""
        return self.verdict in (RETROUVE, EXPLIQUE)


_LISTES = {f.name for f in fields(Enonce) if f.type == "tuple[str, ...]"}


@dataclass(frozen=True, slots=True)
class Verification:
    """A statement and what the data say of it.

    `controles`: the comparisons it is made of, with their numbers (none when nothing is computed,
    or when the reader may not have it). `certain`: whether the published numbers alone assert it;
    `hasard`: whether it goes beyond chance; both None when that is not judged, and neither decides
    the verdict on synthetic data: the report printed without them.
    """

    enonce: Enonce
    verdict: str
    explication: str
    controles: tuple[Controle, ...] = ()
    certain: bool | None = None
    hasard: bool | None = None

    @property
    def sure(self) -> bool:
        """Whether a sentence of the application would assert it, without « le hasard peut … »."""
        return bool(self.certain and self.hasard)


@dataclass(frozen=True, slots=True)
class Bilan:
    """How many statements there are of each verdict (`VERDICTS`, in order, zeros left out).

    `sures`: found again, certain and beyond chance; `certaines`: certain, whatever chance may do;
    `non_jugees`: found again, of a kind that certainty does not bear on (equality, balance…).
    """

    total: int
    par_verdict: Mapping[str, int]
    sures: int
    certaines: int
    non_jugees: int


# --- the table ------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def lire_enonces() -> tuple[Enonce, ...]:
    """Every printed statement, in the order of the documents. ValueError: an id is there twice."""
    with (REFERENCE / "enonces.csv").open(encoding="utf-8", newline="") as f:
        lus = tuple(_lire(ligne) for ligne in csv.DictReader(f))
    if len({e.id for e in lus}) < len(lus):
        raise ValueError("un énoncé est déclaré deux fois dans enonces.csv")
    return lus


def _lire(ligne: Mapping[str, str]) -> Enonce:
    if ligne["verdict"] == NE_PAS_REUTILISER:
        return Enonce(ligne["id"], ligne["source"], verdict=NE_PAS_REUTILISER)
    valeurs = {
        nom: tuple(x for x in texte.split("|") if x) if nom in _LISTES else texte
        for nom, texte in ligne.items()
    }
    return Enonce(**valeurs)  # type: ignore[arg-type]


# --- the answers ----------------------------------------------------------------------------------


def verifier(
    depot: Depot, lecteur: Lecteur, enonces: Iterable[Enonce] | None = None
) -> list[Verification]:
    """Every statement (or those given), in order, against the answers this reader may have.

    What bears on an association or a collège outside the perimeter is not computed for a reader
    whose perimeter is restricted. Raises `depot.BaseIndisponible`.
    """
    voulus = list(lire_enonces() if enonces is None else enonces)
    etat = depot.etat()
    calcul = publie = lecteur
    if all(livraison.synthetique for livraison in etat.livraisons):
        calcul, publie = Lecteur(Role.HABILITE), Lecteur()
    permis = [e for e in voulus if e.evaluable and _visible(e, etat, lecteur)]
    questions = dict.fromkeys(q for e in permis for q in _questions(e, etat, calcul))
    reponses = _Reponses(
        etat, _demander(questions, calcul, depot), _demander(questions, publie, depot)
    )
    vus = set(map(id, permis))
    return [
        _juger(e, reponses) if id(e) in vus else _taire(e, HORS_PERIMETRE if e.evaluable else "")
        for e in voulus
    ]


def choisir(
    verifications: Iterable[Verification],
    *,
    document: str = "",
    chapitre: str = "",
    verdict: str = "",
) -> list[Verification]:
    """Those of a document (`source`), of a chapter, of a verdict; "" for any."""
    return [
        v
        for v in verifications
        if document in ("", v.enonce.source)
        and chapitre in ("", v.enonce.chapitre)
        and verdict in ("", v.verdict)
    ]


def compter(verifications: Iterable[Verification]) -> Bilan:
    """The counts of some statements."""
    toutes = list(verifications)
    comptes = Counter(v.verdict for v in toutes)
    trouvees = [v for v in toutes if v.verdict == RETROUVE]
    return Bilan(
        total=len(toutes),
        par_verdict={code: comptes[code] for code in VERDICTS if comptes[code]},
        sures=sum(v.sure for v in trouvees),
        certaines=sum(v.certain is True for v in trouvees),
        non_jugees=sum(v.certain is None for v in trouvees),
    )


def _taire(enonce: Enonce, verdict: str = "") -> Verification:
    """A statement that is not computed: not expressible, not to be reused, out of the perimeter."""
    explication = "Ce lieu n’existe pas dans votre périmètre." if verdict else enonce.explication
    return Verification(enonce, verdict or enonce.verdict, explication)


def _visible(enonce: Enonce, etat: Etat, lecteur: Lecteur) -> bool:
    """Whether no place it bears on is out of the reader's perimeter."""
    if not lecteur.restreint:
        return True
    codes = (*enonce.lieux, *(p for p in enonce.parmi if _est_lieu(p)))
    # Every association (`association:*`): those of the département, not those of the perimeter.
    lieux = [x for c in codes for x in _developper(c, etat, Lecteur(Role.HABILITE), enonce.annee)]
    return all(existe(etat, lecteur, x, enonce.annee) for x in lieux)


def _demander(
    questions: Iterable[Question], lecteur: Lecteur, depot: Depot
) -> dict[Question, Reponse]:
    """The answers to those that may be asked."""
    etat = depot.etat()
    permises = []
    for q in questions:
        try:
            verifier_question(q, etat, lecteur)
        except QuestionRefusee:
            continue
        permises.append(q)
    return {r.question: r for r in repondre(permises, lecteur, depot)}


def _est_lieu(code: str) -> bool:
    return code.partition(":")[0] in FILTRES_PERMIS


def _developper(code: str, etat: Etat, lecteur: Lecteur, annee: str) -> list[Lieu]:
    """Places of a typed code: one, or all those of a kind."""
    type_, _, nom = code.partition(":")
    return list(lister(etat, lecteur, type_, annee)) if nom == "*" else [Lieu(type_, nom)]


def _questions(enonce: Enonce, etat: Etat, lecteur: Lecteur) -> Iterator[Question]:
    """Every question that a statement may need, and a few more."""
    lieux = [
        x
        for c in (*enonce.lieux, *(p for p in enonce.parmi if _est_lieu(p)))
        for x in _developper(c, etat, lecteur, enonce.annee)
    ]
    lus = [enonce.base, *(p.partition(":")[0] for p in (*enonce.modalites, *enonce.parmi))]
    indicateurs = {enonce.indicateur, *(i for i in lus if i in etat.catalogue)}
    if enonce.base in POPULATIONS:
        indicateurs.add("effectif")
    populations = {enonce.population, *(x for x in (enonce.base,) if x in POPULATIONS)}
    for lieu, indicateur, population in product(lieux, sorted(indicateurs), sorted(populations)):
        ici = Question(indicateur, enonce.annee, lieu, population)
        decalages = {nom.partition("@")[2] for nom in enonce.relation} - {""}
        for q in (ici, *(decaler(ici, d) for d in sorted(decalages))):
            yield q
            if enonce.reference and enonce.reference != "insee":
                yield decaler(q, enonce.reference)


def decaler(question: Question, vers: str) -> Question:
    """The same question for the département, another population, the year before; or, for a
    population and an indicator (`alses:demande`), another question about the same place."""
    if vers == "departement":
        return replace(question, lieu=Lieu("departement", "nord"))
    if vers == "annee_precedente":
        debut = int(question.annee[:4])
        return replace(question, annee=f"{debut - 1}-{debut}")
    population, _, indicateur = vers.partition(":")
    return replace(question, population=population, indicateur=indicateur or question.indicateur)


class _Absent(Exception):
    """The answers do not hold what a statement needs; the message says what, in French.

    `verdict`: what that makes of the statement.
    """

    def __init__(self, message: str, verdict: str = A_EXPLIQUER) -> None:
        super().__init__(message)
        self.verdict = verdict


@dataclass(slots=True)
class _Reponses:
    """The answers, as computed and as published."""

    etat: Etat
    calculees: Mapping[Question, Reponse]
    publiees: Mapping[Question, Reponse]

    def lire(self, question: Question) -> Reponse:
        """The computed answer. Raises _Absent."""
        if question in self.calculees:
            return self.calculees[question]
        if question.annee not in self.etat.annees:
            raise _Absent(f"aucune donnée en {question.annee}")
        raise _Absent("ce lieu n’est pas dans la base")


# --- one statement --------------------------------------------------------------------------------


@dataclass(slots=True)
class Contexte:
    """One relation of a statement, read from the answers: the `relations.Lecture` of its places,
    its values and its reference. `decalage`: what its `@` names."""

    enonce: Enonce
    reponses: _Reponses
    decalage: str = ""
    valeurs: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.valeurs = self.enonce.valeur

    def groupes(self) -> list[list[Mesure]]:
        """One list of measures a place, in the order of the values."""
        return [self._mesurer(q) for q in self._questions(self.enonce.lieux)]

    def autres(self, mesure: Mesure) -> list[Mesure]:
        """The values that compete with a measure at its place."""
        assert mesure.question
        if self._parmi_les_lieux:
            noms: Sequence[str] = ("*",)
        else:
            noms = self.enonce.parmi or ("*",)
        siens = set(mesure.modalite.split("+"))
        question = self._revenir(mesure)
        tous = [x for nom in noms for x in self._valeurs(question, nom)]
        return [x for x in tous if not siens & set(x.modalite.split("+"))]

    def toutes(self, mesure: Mesure) -> list[Mesure]:
        """Every value of the question at the place of a measure."""
        return self._valeurs(self._revenir(mesure), "*")

    def face(self, mesure: Mesure) -> Mesure:
        """The same value in the reference."""
        question = self._revenir(mesure)
        if self.enonce.reference == "insee":
            return self._constante(question, mesure)
        (face,) = self._valeurs(decaler(question, self.enonce.reference), mesure.modalite)
        return face

    def ailleurs(self, mesure: Mesure) -> list[Mesure]:
        """The same value at each of the places compared."""
        lieux = [p for p in self.enonce.parmi if _est_lieu(p)]
        trouves = (self._valeurs(q, mesure.modalite) for q in self._questions(lieux))
        return [x for (x,) in trouves if x.lieu != mesure.lieu]

    @property
    def _parmi_les_lieux(self) -> bool:
        return any(map(_est_lieu, self.enonce.parmi))

    def _questions(self, lieux: Iterable[str]) -> list[Question]:
        e, etat = self.enonce, self.reponses.etat
        reels = [x for c in lieux for x in _developper(c, etat, Lecteur(Role.HABILITE), e.annee)]
        questions = [Question(e.indicateur, e.annee, x, e.population) for x in reels]
        return [decaler(q, self.decalage) if self.decalage else q for q in questions]

    def _revenir(self, mesure: Mesure) -> Question:
        """The statement's own question, where a measure was made."""
        assert mesure.question
        return replace(mesure.question, indicateur=self.enonce.indicateur)

    def _mesurer(self, question: Question) -> list[Mesure]:
        noms = self.enonce.modalites or ("*",)
        return [x for nom in noms for x in self._valeurs(question, nom)]

    def _valeurs(self, question: Question, nom: str) -> list[Mesure]:
        """The measures that a name of value stands for: several for `*`."""
        indicateur, deux_points, codes = nom.rpartition(":")
        ici = replace(question, indicateur=indicateur) if deux_points else question
        reponse = self.reponses.lire(ici)
        serie = self.enonce.serie if ici.indicateur == self.enonce.indicateur else ""
        lignes = reponse.serie(serie)
        if codes == "*":
            return [self._mesure(ici, (x.modalite,)) for x in lignes]
        return [self._mesure(ici, tuple(codes.split("+")))]

    def _mesure(self, question: Question, codes: tuple[str, ...]) -> Mesure:
        calculee = self.reponses.lire(question)
        ligne = self._ligne(calculee, codes, self.reponses.calculees)
        if ligne is None:
            (statut, *_) = [
                x.statut for x in calculee.lignes if x.modalite in codes and not x.affichee
            ]
            mots = STATUTS[statut].format(plancher=calculee.politique.plancher)
            cache = statut in ("masque", "refuse", "non_diffuse")
            raise _Absent(f"{mots[0].lower()}{mots[1:]}", NON_TRANCHE if cache else A_EXPLIQUER)
        publiee = self.reponses.publiees.get(question)
        return Mesure(
            question,
            "+".join(codes),
            self._nommer(calculee, ligne),
            ligne,
            self._ligne(publiee, codes, self.reponses.publiees) if publiee else None,
            len(codes),
            _d_evenements(calculee.indicateur),
            bool(self.enonce.base),
        )

    def _ligne(
        self, reponse: Reponse, codes: tuple[str, ...], reponses: Mapping[Question, Reponse]
    ) -> Ligne | None:
        """The line of a value, or of several added up, on the base of the statement; None when
        hidden. A masked line of a published answer counts as zero: known to within 4."""
        indicateur = reponse.indicateur
        serie = self.enonce.serie if indicateur.id == self.enonce.indicateur else ""
        lignes = [x for x in reponse.serie(serie) if x.modalite in codes]
        if len(lignes) != len(codes):
            raise ValueError(f"{self.enonce.id} : modalité inconnue, {'+'.join(codes)}")
        if reponses is self.reponses.calculees and not all(x.affichee for x in lignes):
            return None
        libelle = " + ".join(x.libelle for x in lignes)
        ligne = additionner(lignes, "+".join(codes), libelle)
        if len(lignes) == 1 and lignes[0].affichee:
            (ligne,) = lignes
        if ligne is None or not self.enonce.base:
            return ligne
        return rapporter(ligne, self._base(reponse, reponses))

    def _base(self, reponse: Reponse, reponses: Mapping[Question, Reponse]) -> float | None:
        base = self.enonce.base
        if base in POPULATIONS:
            autre = replace(reponse.question, indicateur="effectif", population=base)
            return reponses[autre].lignes[0].effectif if autre in reponses else None
        autre = replace(reponse.question, indicateur=base)
        return reponses[autre].lignes[0].base if autre in reponses else None

    def _nommer(self, reponse: Reponse, ligne: Ligne) -> str:
        """What a number is called: its label, with that of its series when there are several; a
        number of youths given as a share of others, by the names of both."""
        base, serie = self.enonce.base, self.enonce.serie
        if base in POPULATIONS:
            ceux = POPULATIONS[reponse.question.population]
            return f"{ceux[0].upper()}{ceux[1:]}, part des {POPULATIONS[base]}"
        noms = {s.code: s.libelle for s in reponse.indicateur.series}
        if len(noms) < 2 or ligne.libelle.startswith(noms.get(serie, "")):
            return ligne.libelle
        return f"{noms[serie]}, {ligne.libelle[0].lower()}{ligne.libelle[1:]}"

    def _constante(self, question: Question, mesure: Mesure) -> Mesure:
        (constante,) = [
            c for c in constantes_de(question.indicateur) if c.modalite == mesure.modalite
        ]
        ligne = Ligne("", mesure.modalite, constante.libelle, "exact", part=constante.part)
        return Mesure(None, mesure.modalite, constante.libelle, ligne, ligne)


def _d_evenements(indicateur: Indicateur) -> bool:
    """Whether chance is not judged of: one youth has many interventions, posts are not drawn."""
    return indicateur.famille in ("evenements", "activite", "qualite_saisie")


def _juger(enonce: Enonce, reponses: _Reponses) -> Verification:
    """Every comparison of a statement, and what they make of it."""
    try:
        controles = tuple(controler(enonce, reponses))
    except _Absent as absence:
        return Verification(enonce, absence.verdict, f"Non calculé : {absence}.")
    certain, hasard = _resumer(controles)
    verdict, explication = _conclure(enonce, controles)
    return Verification(enonce, verdict, explication, controles, certain, hasard)


def controler(enonce: Enonce, reponses: _Reponses) -> list[Controle]:
    """The comparisons of one statement: relations, degree, printed numbers. Raises _Absent."""
    controles: list[Controle] = []
    for rang, nom in enumerate(enonce.relation):
        code, _, decalage = nom.partition("@")
        contexte = Contexte(enonce, reponses, decalage)
        siens = RELATIONS[code][1](nom, contexte)
        if rang == 0 and enonce.degre:
            siens += [graduer(enonce.degre, c) for c in siens]
        controles += siens
    if enonce.valeur and enonce.relation[0] not in ("intervalle", "fois"):
        controles += _verifier_valeurs(enonce, Contexte(enonce, reponses))
    return controles


def _verifier_valeurs(enonce: Enonce, contexte: Contexte) -> Iterator[Controle]:
    """The printed numbers, one for all or one a measure. Rounded ones are not checked here: the
    figures have a reconciliation of their own."""
    lues = mesures(contexte)
    if any(m.ligne.statut != "exact" for m in lues):
        return
    valeurs = enonce.valeur * len(lues) if len(enonce.valeur) == 1 else enonce.valeur
    for m, valeur in zip(lues, valeurs, strict=True):
        autre = contexte.face(m) if enonce.unite in ("points", "fois") else None
        if enonce.unite == "%":
            nombre = m.nombre
        elif autre is None:
            nombre = Fraction(str(m.ligne.effectif))
        else:
            nombre = m.nombre / autre.nombre if enonce.unite == "fois" else m.nombre - autre.nombre
        yield Controle("valeur", m, autre, concorde(nombre, valeur))


def _resumer(controles: Sequence[Controle]) -> tuple[bool | None, bool | None]:
    """Certain, and beyond chance: when every comparison that is judged is; None when none is."""
    juges = [c.jugement for c in controles if c.jugement]
    hasards = [j.hasard for j in juges]
    if not juges:
        return None, None
    return all(j.certain for j in juges), None if None in hasards else all(hasards)


def _conclure(enonce: Enonce, controles: Sequence[Controle]) -> tuple[str, str]:
    """Verdict and explanation. Rounded numbers decide only what they make certain."""
    faux = [c for c in controles if not c.vrai]
    if any(not c.exact and not (c.jugement and c.jugement.certain) for c in faux or controles):
        return NON_TRANCHE, ""
    if not faux:
        return RETROUVE, "" if enonce.attendu else enonce.explication
    if {c.cle for c in faux} <= set(enonce.attendu):
        return EXPLIQUE, enonce.explication
    return A_EXPLIQUER, "Ni retrouvé dans les données ni expliqué par une contradiction connue."
