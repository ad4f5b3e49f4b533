"""The printed figures beside the computed ones, as a reader may have them.

While every delivery is synthetic, the figures that the publication kept (`data.rapprochement`) are
exact. On real data they are computed here, from the answers that the Département is given, whoever
reads: « concordant » when the true figure may, once rounded, be the printed one (contract,
confidentialité, Words). A figure about an association or a collège outside the reader's perimeter
is given as it is printed, and no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import Context
from dataclasses import dataclass, replace

from data.catalogue import POPULATIONS, Indicateur
from data.lexique import lire_documents
from data.rapprochement import (
    A_EXPLIQUER,
    EGAL,
    EXPLIQUE,
    NE_PAS_REUTILISER,
    NON_EXPRIMABLE,
    Declaration,
    Rapprochement,
    compter_postes,
    dresser,
    ecrire_ecart,
    ecrire_nombre,
    interdit,
    lire_chiffres,
    lire_declarations,
    rencontre,
)
from data.treillis import DEPARTEMENT
from queries.consultation import Consultation, relever
from queries.depot import Depot, Etat
from queries.encadrement import Encadrement, additionner, encadrer_nombre, encadrer_part
from queries.lecteur import Lecteur
from queries.lieux import existe, nomme_un_lieu_cache
from queries.question import Lieu, Question
from queries.reponses import STATUTS, Ligne, Reponse, repondre

NON_PUBLIE = "non_publie"
HORS_PERIMETRE = "hors_perimetre"

VERDICTS_EXACTS: dict[str, str] = {
    EGAL: "égal",
    A_EXPLIQUER: "différent",
    EXPLIQUE: "écart expliqué",
    NON_EXPRIMABLE: "non exprimable",
    HORS_PERIMETRE: "hors de votre périmètre",
}
VERDICTS_PUBLIES: dict[str, str] = {
    EGAL: "concordant",
    A_EXPLIQUER: "non concordant",
    EXPLIQUE: "écart expliqué",
    NON_PUBLIE: "chiffre non publié",
    NON_EXPRIMABLE: "non exprimable",
    HORS_PERIMETRE: "hors de votre périmètre",
}
"""State of a printed figure → its words, on demonstration data and on real ones."""

LECTEUR = Lecteur()
"""On real data: whose answers are compared, for everyone."""


@dataclass(frozen=True, slots=True)
class Feuille:
    """The reconciliation of one publication, for one reader.

    `lignes`: every figure that may be reused, in the order of the documents. `chiffres`: the
    printed ones, by id. `interdits`: how many must not be reused. `exact`: whether the computed
    figures are. `calcule`: whether there are any (a base of an older version has none).
    """

    lignes: tuple[Rapprochement, ...]
    chiffres: Mapping[str, Mapping[str, str]]
    interdits: int
    exact: bool
    calcule: bool

    @property
    def verdicts(self) -> dict[str, str]:
        """State → its words."""
        return VERDICTS_EXACTS if self.exact else VERDICTS_PUBLIES


@dataclass(frozen=True, slots=True)
class _Commune:
    """What does not depend on who reads. `consultations`: by id of the figure."""

    lignes: tuple[Rapprochement, ...]
    consultations: Mapping[str, tuple[Consultation, ...]]
    calcule: bool


def lire(depot: Depot, etat: Etat, lecteur: Lecteur) -> Feuille:
    """The reconciliation for this reader, computed once for a publication.

    The questions behind what is shown of real data are told to the journal. Raises
    `depot.BaseIndisponible`.
    """
    commune: _Commune | None = etat.gardes.get("rapprochement")
    if commune is None:
        commune = etat.gardes["rapprochement"] = _calculer(depot, etat)
    declarations = lire_declarations()
    chiffres = {c["id"]: c for c in lire_chiffres()}
    lignes = []
    for ligne in commune.lignes:
        if _dans_le_perimetre(ligne, declarations.get(ligne.id), etat, lecteur):
            relever(commune.consultations.get(ligne.id, ()))
            lignes.append(ligne)
        else:
            lignes.append(_taire(ligne))
    return Feuille(
        tuple(lignes),
        chiffres,
        len(chiffres) - len(lignes),
        etat.demonstration,
        commune.calcule,
    )


def _calculer(depot: Depot, etat: Etat) -> _Commune:
    declarations = lire_declarations()
    gardes = etat.rapprochements
    calculateur = None if etat.demonstration else _Calculateur(etat, declarations, depot)
    lignes = []
    for c in lire_chiffres():
        d = declarations.get(c["id"])
        if interdit(c) or (d and d.calcul == NE_PAS_REUTILISER):
            continue
        if calculateur is not None:
            lignes.append(calculateur.juger(c, d))
        else:
            lignes.append(dresser(c, *gardes.get(c["id"], ("", "", NON_EXPRIMABLE, ""))))
    if calculateur is not None:
        return _Commune(tuple(lignes), calculateur.consultations, True)
    return _Commune(tuple(lignes), {}, bool(gardes))


def _dans_le_perimetre(
    ligne: Rapprochement, d: Declaration | None, etat: Etat, lecteur: Lecteur
) -> bool:
    """Whether what the figure is about exists for the reader: its document, and its place."""
    if not lecteur.restreint:
        return True
    association = association_du_document(ligne.source)
    if association and association not in lecteur.associations:
        return False
    dits = f"{ligne.section} {ligne.citation} {ligne.explication}"
    if nomme_un_lieu_cache(dits, etat, lecteur):
        return False
    if d is None or d.lieu_type not in ("association", "college"):
        return True
    return existe(etat, lecteur, Lieu(d.lieu_type, d.lieu), d.annee)


def association_du_document(source: str) -> str:
    """Code of the association a document is about; "" when it is about the département."""
    return next((d.association for d in lire_documents() if d.code == source), "")


def _taire(ligne: Rapprochement) -> Rapprochement:
    """The printed figure alone: its section and its quote may name places."""
    return replace(
        ligne,
        section="",
        citation="",
        calcule="",
        ecart="",
        etat=HORS_PERIMETRE,
        explication="",
    )


# --- on real data ---------------------------------------------------------------------------------


class _NonPublie(Exception):
    """The published answers do not give the figure; the message says why."""


class _Calculateur:
    """Evaluates declarations against the answers that the Département is given."""

    def __init__(self, etat: Etat, declarations: Mapping[str, Declaration], depot: Depot) -> None:
        self.etat = etat
        self.declarations = declarations
        self.consultations: dict[str, tuple[Consultation, ...]] = {}
        posees = {
            d.id: self._questions(d)
            for d in declarations.values()
            if d.calcul not in (NON_EXPRIMABLE, NE_PAS_REUTILISER)
        }
        toutes = list(
            dict.fromkeys(q for siennes in posees.values() for q in siennes if self._existe(q))
        )
        # Told to the journal by who is shown them, each time.
        reponses = Context().run(repondre, toutes, LECTEUR, depot)
        self.reponses: dict[Question, Reponse] = dict(zip(toutes, reponses, strict=True))
        for identifiant, siennes in posees.items():
            self.consultations[identifiant] = tuple(
                Consultation(q, self.reponses[q].population, self.reponses[q].politique)
                for q in siennes
                if q in self.reponses
            )

    def juger(self, chiffre: Mapping[str, str], d: Declaration | None) -> Rapprochement:
        """One printed figure beside what the published answers say of it."""
        if d is None or d.calcul == NON_EXPRIMABLE:
            return dresser(chiffre, "", "", NON_EXPRIMABLE, d.explication if d else "")
        try:
            figure = self._calculer(d)
        except _NonPublie as absence:
            return dresser(chiffre, "", "", NON_PUBLIE, f"Non calculé : {absence}.")
        except ZeroDivisionError:
            texte = "Non calculé : la base peut être vide."
            return dresser(chiffre, "", "", NON_PUBLIE, texte)
        imprime = chiffre["value"]
        etat, explication = A_EXPLIQUER, ""
        if rencontre(figure.bas, figure.haut, d.critere or imprime):
            etat, explication = EGAL, "" if d.attendu else d.explication
        elif d.attendu and rencontre(figure.bas, figure.haut, d.attendu):
            etat, explication = EXPLIQUE, d.explication
        modele = imprime
        if figure.valeur.denominator > 1:
            modele += "0" if "." in imprime else ".0"
        calcule = ecrire_nombre(figure.valeur, modele)
        if figure.bas != figure.haut:
            bas, haut = (ecrire_nombre(x, modele) for x in (figure.bas, figure.haut))
            calcule = f"environ {calcule} (entre {bas} et {haut})"
        ecart = ecrire_ecart(figure.valeur, imprime, modele)
        return dresser(chiffre, calcule, ecart, etat, explication)

    def _existe(self, q: Question) -> bool:
        return q.annee in self.etat.annees and existe(self.etat, LECTEUR, q.lieu, q.annee)

    # which questions

    def _questions(self, d: Declaration) -> list[Question]:
        """Every question that a declaration rests on."""
        match d.calcul:
            case "rapport":
                return [
                    q for x in d.reference.split("/") for q in self._questions(self.declarations[x])
                ]
            case "minimum" | "maximum":
                lieux = [Lieu("territoire", x) for x in self.etat.geographie.territoires]
                return [q for lieu in lieux for q in self._en(d, d.annee, lieu)]
            case "valeur" | "ecart_annees" | "evolution" | "ecart_departement":
                lieu = Lieu(d.lieu_type, d.lieu)
                questions = self._en(d, d.annee, lieu)
                if d.calcul in ("ecart_annees", "evolution"):
                    questions += self._en(d, d.reference, lieu)
                if d.calcul == "ecart_departement":
                    questions += self._en(d, d.annee, Lieu("departement", DEPARTEMENT))
                return questions
        return []

    def _en(self, d: Declaration, annee: str, lieu: Lieu) -> list[Question]:
        population = d.population if d.population in POPULATIONS else "alses"
        questions = [Question(d.indicateur, annee, lieu, population)]
        if d.base in POPULATIONS:
            questions.append(Question("effectif", annee, lieu, d.base))
        elif d.base:
            questions.append(Question(d.base, annee, lieu, population))
        return questions

    # what they say

    def _calculer(self, d: Declaration) -> Encadrement:
        lieu = Lieu(d.lieu_type, d.lieu)
        match d.calcul:
            case "valeur":
                return self._valeur(d, d.annee, lieu)
            case "ecart_annees":
                return self._valeur(d, d.annee, lieu) - self._valeur(d, d.reference, lieu)
            case "evolution":
                avant = self._valeur(d, d.reference, lieu)
                quotient = self._valeur(d, d.annee, lieu).sur(avant)
                return (quotient - Encadrement.exact(1)).fois(100)
            case "ecart_departement":
                nord = self._valeur(d, d.annee, Lieu("departement", DEPARTEMENT))
                return self._valeur(d, d.annee, lieu) - nord
            case "minimum" | "maximum":
                garder = min if d.calcul == "minimum" else max
                valeurs = [
                    self._valeur(d, d.annee, Lieu("territoire", x))
                    for x in self.etat.geographie.territoires
                ]
                if not valeurs:
                    raise _NonPublie("aucun territoire")
                return Encadrement(
                    garder(x.valeur for x in valeurs),
                    garder(x.bas for x in valeurs),
                    garder(x.haut for x in valeurs),
                )
            case "rapport":
                haut, bas = (self._calculer(self.declarations[x]) for x in d.reference.split("/"))
                return haut.sur(bas)
            case "postes_au" | "postes_crees":
                return Encadrement.exact(compter_postes(self.etat.geographie.postes, d))
        raise _NonPublie("aucune question publiée ne le donne")

    def _reponse(self, question: Question) -> Reponse:
        if question.annee not in self.etat.annees:
            raise _NonPublie(f"aucune donnée en {question.annee}")
        if question not in self.reponses:
            raise _NonPublie("lieu absent de la base")
        return self.reponses[question]

    def _valeur(self, d: Declaration, annee: str, lieu: Lieu) -> Encadrement:
        questions = self._en(d, annee, lieu)
        reponse = self._reponse(questions[0])
        lignes = _choisir(reponse, d)
        if reponse.indicateur.famille == "evenements":
            if d.base or d.mesure != "part":
                raise _NonPublie("les interventions ne sont publiées qu’en parts")
            for ligne in lignes:
                _exiger(ligne)
            total = additionner(encadrer_part(x) for x in lignes if x.statut != "masque")
            if any(x.statut == "masque" for x in lignes):
                raise _NonPublie("moins de 5 jeunes")
            return total
        total = additionner(_encadrer(x, reponse.indicateur) for x in lignes)
        if d.mesure == "effectif":
            return total
        base = self._base(d, reponse, questions)
        quotient = total.sur(base)
        if d.mesure != "part":
            return quotient
        part = quotient.fois(100)
        return part.borner(100) if len(lignes) == 1 else part

    def _base(self, d: Declaration, reponse: Reponse, questions: list[Question]) -> Encadrement:
        if d.base:
            autre = self._reponse(questions[1])
            if d.base in POPULATIONS:
                return _encadrer(autre.lignes[0], autre.indicateur)
            return _encadrer_base(autre.serie()[0])
        return _encadrer_base(reponse.serie(d.serie)[0])


def _choisir(reponse: Reponse, d: Declaration) -> list[Ligne]:
    """The rows a figure adds up."""
    serie = reponse.serie(d.serie)
    if d.modalite in ("", "*"):
        return list(serie)
    codes = d.modalite.split("+")
    lignes = [x for x in serie if x.modalite in codes]
    if len(lignes) < len(codes):
        raise _NonPublie("réponse absente des listes")
    return lignes


def _exiger(ligne: Ligne) -> None:
    if not ligne.affichee and ligne.statut != "masque":
        raise _NonPublie(STATUTS[ligne.statut].lower())


def _encadrer(ligne: Ligne, indicateur: Indicateur) -> Encadrement:
    """What a count may stand for; a number of posts is what it is."""
    _exiger(ligne)
    if indicateur.famille == "activite" and ligne.effectif is None and ligne.valeur is not None:
        return Encadrement.exact(ligne.valeur)
    return encadrer_nombre(ligne.effectif or 0, ligne.statut)


def _encadrer_base(ligne: Ligne) -> Encadrement:
    _exiger(ligne)
    if ligne.base is None:
        raise _NonPublie("la base n’est pas publiée")
    return encadrer_nombre(ligne.base, "exact" if ligne.statut == "exact" else "arrondi")
