"""The one function that answers questions for a reader: `repondre`.

What leaves this module holds no true count unless the reader's policy for the place is `exact`.
Rules: contract, confidentialité, « The rule that makes a published number ».
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from data.catalogue import INTENSITES, ORIGINE_DES_CHAMPS, POPULATIONS, Indicateur, Modalite, Serie
from data.paquet import PAS, RETENU, SANS_PART, Exact, MiseEnPage, Publie, vide_exact, vide_publie
from data.treillis import (
    CHAMP_DU_PROFIL,
    FILTRES_PERMIS,
    TYPES_CROISABLES,
    TYPES_CUMULABLES,
    TYPES_SANS_DETAIL,
    ecrire_cle,
)
from queries.consultation import Consultation, relever
from queries.depot import Depot, Etat, Livraison
from queries.lecteur import Lecteur, Politique
from queries.lieux import existe
from queries.question import HorsTreillis, IndicateurInconnu, Question, QuestionRefusee

STATUTS: dict[str, str] = {
    "exact": "Chiffre exact",
    "arrondi": "Nombre arrondi au multiple de 5",
    "masque": "Moins de {plancher}",
    "refuse": "Effectif trop faible pour être détaillé",
    "non_diffuse": "Non diffusé",
    "non_pose": "Question non posée cette année-là",
    "sans_objet": "Pas d’ALSES ici cette année-là",
}
"""Status of a row → its words (contract, confidentialité, Words)."""

NOTE_ARRONDI = (
    "Nombres arrondis au multiple de 5 pour protéger les jeunes (à 4 près) ; "
    "les totaux peuvent différer de la somme des lignes."
)
NOTE_EXACT = "Chiffres exacts – ne pas diffuser"
NOTE_MULTIPLE = "Plusieurs réponses possibles : le total peut dépasser 100 %."
NOTE_FRAGILE = "Attention : moins de la moitié des réponses sont connues."
NOTE_UN_SEUL_JEUNE = "Un seul jeune pèse plus de la moitié de cette valeur."
ECART_CERTAIN = 2 * PAS
"""Least gap between two published numbers that is certain (rule 5)."""

PROFESSIONNELS_MINIMUM = 3
"""Fewest posts behind an answered `anciennete_alses` (rule 7)."""


@dataclass(frozen=True, slots=True)
class Ligne:
    """One value of an answer. What may not be shown is None.

    `effectif`, `base`: published numbers (multiples of 5), or exact ones for a reader entitled to
    them. `part`: per cent, whole, or one decimal when exact. `valeur`: a ratio, average, median.
    `statut`: a key of `STATUTS`. `fragile`: fewer than half of the answers behind it are known.
    """

    serie: str
    modalite: str
    libelle: str
    statut: str
    effectif: float | None = None
    base: float | None = None
    part: float | None = None
    valeur: float | None = None
    non_renseigne: int | None = None
    note: str = ""
    fragile: bool = False

    @property
    def affichee(self) -> bool:
        """Whether there is a number to show."""
        return self.statut in ("exact", "arrondi")


@dataclass(frozen=True, slots=True)
class Reponse:
    """The answer to one question.

    `population`: the one really used, "" when it does not apply. `politique`: the policy applied.
    `lignes`: in list order, every modality of every series, shown or not.
    """

    question: Question
    indicateur: Indicateur
    population: str
    politique: Politique
    lignes: tuple[Ligne, ...]
    livraison: Livraison

    @property
    def statut(self) -> str:
        """Status of the whole: that of its rows when they agree, else "exact" or "arrondi"."""
        statuts = {ligne.statut for ligne in self.lignes}
        if len(statuts) == 1:
            return statuts.pop()
        return "exact" if self.politique.exacte else "arrondi"

    def serie(self, code: str = "") -> tuple[Ligne, ...]:
        """Rows of one series."""
        return tuple(ligne for ligne in self.lignes if ligne.serie == code)

    def ligne(self, modalite: str, serie: str = "") -> Ligne:
        """The row of a modality. Raises KeyError."""
        for ligne in self.lignes:
            if ligne.modalite == modalite and ligne.serie == serie:
                return ligne
        raise KeyError(modalite)


def intervalle(effectif: float, statut: str) -> tuple[int, int]:
    """The whole numbers a shown count may stand for: (35, "arrondi") → (31, 39)."""
    n = int(effectif)
    return (n, n) if statut == "exact" else (max(n - PAS + 1, 0), n + PAS - 1)


def certain(avant: Ligne, apres: Ligne) -> bool:
    """Whether a change or an order between two counts is certain (rule 5)."""
    if avant.effectif is None or apres.effectif is None:
        return False
    ecart = abs(apres.effectif - avant.effectif)
    if avant.statut == apres.statut == "exact":
        return ecart > 0
    return ecart >= ECART_CERTAIN


def arrondir(valeur: float, decimales: int) -> float:
    """Halves up, as the printed report does."""
    facteur = float(10**decimales)
    return int(valeur * facteur + 0.5 + 1e-9) / facteur


def verifier(question: Question, etat: Etat, lecteur: Lecteur) -> Indicateur:
    """The indicator of a question that may be asked.

    Raises IndicateurInconnu, HorsTreillis or QuestionRefusee, in words fit for the reader.
    """
    try:
        indicateur = etat.catalogue[question.indicateur]
    except KeyError:
        raise IndicateurInconnu(f"Indicateur inconnu : « {question.indicateur} ».") from None
    lieu, filtres = question.lieu, question.filtres
    # The year first: the perimeter depends on it.
    if question.annee not in (*etat.annees, *etat.cumuls):
        raise QuestionRefusee(
            f"Année inconnue : « {question.annee} ». Années disponibles : {', '.join(etat.annees)}."
        )
    if not existe(etat, lecteur, lieu, question.annee):
        raise QuestionRefusee("Ce lieu n’existe pas dans votre périmètre.")
    if question.population not in POPULATIONS:
        raise QuestionRefusee(f"Population inconnue : « {question.population} ».")
    if question.cumul and lieu.type not in TYPES_CUMULABLES:
        raise HorsTreillis(
            "Question hors du treillis : le cumul de trois ans n’existe que pour les collèges."
        )
    if question.cumul and not indicateur.de_jeunes:
        raise HorsTreillis(
            "Question hors du treillis : cet indicateur ne se cumule pas sur trois ans."
        )
    if filtres and not (indicateur.de_jeunes or indicateur.famille == "qualite_saisie"):
        raise HorsTreillis(
            "Question hors du treillis : les filtres de profil ne portent que sur les jeunes."
        )
    permis = FILTRES_PERMIS[lieu.type]
    if len(filtres) > permis or len({f for f, _ in filtres}) < len(filtres):
        pluriel = "s" if permis > 1 else ""
        raise HorsTreillis(
            f"Question hors du treillis : {permis} filtre{pluriel} de profil au plus pour ce lieu."
        )
    for profil, code in filtres:
        if profil not in CHAMP_DU_PROFIL:
            raise QuestionRefusee(f"Filtre inconnu : « {profil} ».")
        if code not in {v.code for v in etat.listes[CHAMP_DU_PROFIL[profil]]}:
            raise QuestionRefusee(f"Valeur inconnue pour {profil} : « {code} ».")
    if question.croiser is not None:
        _verifier_croisement(question, etat, indicateur)
    return indicateur


def _verifier_croisement(question: Question, etat: Etat, indicateur: Indicateur) -> None:
    autre = etat.catalogue.get(question.croiser or "")
    if autre is None:
        raise QuestionRefusee(f"Indicateur inconnu : « {question.croiser} ».")
    if not (indicateur.croisable and autre.croisable) or indicateur.id == autre.id:
        croisables = ", ".join(i.id for i in etat.catalogue.values() if i.croisable)
        raise HorsTreillis(
            f"Question hors du treillis : on croise deux indicateurs parmi {croisables}."
        )
    if (
        question.lieu.type not in TYPES_CROISABLES
        or question.filtres
        or question.cumul
        or question.population != "alses"
    ):
        raise HorsTreillis(
            "Question hors du treillis : un croisement se demande pour le département, un "
            "territoire ou une association, population « alses », une année, sans filtre de profil."
        )


def repondre(questions: Iterable[Question], lecteur: Lecteur, depot: Depot) -> list[Reponse]:
    """Answer these questions for this reader, in order, all from one publication.

    Raises what `verifier` raises, and `depot.BaseIndisponible`.
    """
    demandees = list(questions)
    etat = depot.etat()
    prevues = [_prevoir(q, etat, lecteur) for q in demandees]
    lu, publies, exacts = depot.lire(
        (c for p in prevues for c in p.cles if not p.politique.exacte),
        (c for p in prevues for c in p.cles if p.politique.exacte),
        lecteur.droits,
    )
    if lu.publication != etat.publication:
        return repondre(demandees, lecteur, depot)
    relever(Consultation(p.question, p.population, p.politique) for p in prevues)
    return [_repondre(p, lu, exacts if p.politique.exacte else publies) for p in prevues]


@dataclass(frozen=True, slots=True)
class _Prevue:
    question: Question
    indicateur: Indicateur
    population: str
    politique: Politique
    cles: tuple[str, ...]


def _prevoir(question: Question, etat: Etat, lecteur: Lecteur) -> _Prevue:
    indicateur = verifier(question, etat, lecteur)
    lieu = question.lieu
    population = indicateur.population or question.population
    activite = ecrire_cle(question.annee, "activite", lieu.type, lieu.code)
    jeunes = ecrire_cle(question.annee, population, lieu.type, lieu.code, question.texte_filtres)
    cles: tuple[str, ...]
    if question.croiser is not None:
        cles = (ecrire_cle(question.annee, "croises", lieu.type, lieu.code),)
    elif indicateur.famille == "activite":
        cles, population = (activite,), ""
    elif indicateur.famille in ("jeunes_par_poste", "qualite_saisie"):
        cles = (jeunes, activite)
    else:
        cles = (jeunes,)
    return _Prevue(question, indicateur, population, lecteur.politique(lieu), cles)


def _repondre(prevue: _Prevue, etat: Etat, lus: dict[str, Any]) -> Reponse:
    question, indicateur = prevue.question, prevue.indicateur
    contenus = [lus.get(c) for c in prevue.cles]
    if question.croiser is not None:
        lignes = _croiser(prevue, etat, contenus[0])
    elif indicateur.famille == "activite":
        lignes = _activite(prevue, etat, contenus[0] or {})
    elif indicateur.famille == "jeunes_par_poste":
        lignes = _par_poste(prevue, etat, contenus)
    elif indicateur.famille == "qualite_saisie":
        lignes = _qualite(prevue, etat, contenus)
    elif indicateur.id == "effectif":
        lignes = (_effectif(prevue, _compte(prevue, etat, contenus[0])),)
    else:
        compte = _compte(prevue, etat, contenus[0])
        lignes = tuple(x for s in indicateur.series for x in _serie(prevue, etat, compte, s))
    absente = _sans_objet(prevue, etat)
    if absente:
        lignes = tuple(
            replace(_vide(x, "sans_objet"), note="") if x.statut != "non_pose" else x
            for x in lignes
        )
    lignes = tuple(
        replace(x, fragile=True) if x.non_renseigne and est_fragile(indicateur, x) else x
        for x in lignes
    )
    return Reponse(
        question, indicateur, prevue.population, prevue.politique, lignes, etat.livraison
    )


def compter_les_connues(indicateur: Indicateur, ligne: Ligne) -> tuple[float, float] | None:
    """How many answers are known, of how many; None when the row does not say.

    Where everyone is in the base, those who did not answer are in it too (contract, données §2.10).
    """
    if ligne.base is None or ligne.non_renseigne is None:
        return None
    base = next((s.base for s in indicateur.series if s.code == ligne.serie), ())
    dedans = indicateur.choix == "effectif" or (indicateur.famille == "jeunes" and not base)
    total = ligne.base if dedans else ligne.base + ligne.non_renseigne
    return total - ligne.non_renseigne, total


def est_fragile(indicateur: Indicateur, ligne: Ligne) -> bool:
    """Whether a row rests on fewer than half of the answers: it is shown with a warning."""
    connues = compter_les_connues(indicateur, ligne)
    return connues is not None and 2 * connues[0] < connues[1]


def _vide(ligne: Ligne, statut: str) -> Ligne:
    return Ligne(ligne.serie, ligne.modalite, ligne.libelle, statut)


def _sans_objet(prevue: _Prevue, etat: Etat) -> bool:
    """« pas d'ALSES ici cette année-là »: decided from the posts alone."""
    lieu = prevue.question.lieu
    if prevue.population != "alses" or lieu.type not in ("college", "association_college"):
        return False
    debut, fin = (int(x) for x in prevue.question.annee.split("-"))
    return not any(
        p["college"] == lieu.second and lieu.association in ("", p["association"])
        for annee in range(debut, fin)
        for p in etat.geographie.postes_de_l_annee(annee)
    )


class _Compte:
    """Numbers of one context as the reader may have them: `n(colonne)`.

    Exact for an exact reader, published otherwise; nothing else gets out. A number that the audit
    withheld (`retenu`) is not to be asked for.
    """

    __slots__ = ("contenu", "exact", "page")

    def __init__(self, contenu: Publie | Exact, page: MiseEnPage) -> None:
        self.contenu = contenu
        self.page = page
        self.exact = isinstance(contenu, Exact)

    def n(self, colonne: str) -> int:
        rang = self.page.jeunes[colonne]
        if isinstance(self.contenu, Exact):
            return self.contenu.n[rang]
        if colonne == "effectif" and self.contenu.entete is not None:
            return self.contenu.entete
        cinquieme = self.contenu.p[rang]
        if cinquieme == RETENU:
            raise ValueError(f"{colonne} is withheld")
        return PAS * cinquieme

    def retenu(self, *colonnes: str) -> bool:
        """Whether the audit withheld one of these numbers."""
        contenu = self.contenu
        return isinstance(contenu, Publie) and any(
            contenu.p[self.page.jeunes[c]] == RETENU
            and not (c == "effectif" and contenu.entete is not None)
            for c in colonnes
        )

    @property
    def entete(self) -> bool:
        return isinstance(self.contenu, Publie) and self.contenu.entete is not None

    def part(self, colonne: str) -> int | None:
        """Whole per cent of events of a published context; None when it is not given."""
        assert isinstance(self.contenu, Publie)
        part = self.contenu.parts[self.page.evenements[colonne]]
        return None if part == SANS_PART else part

    def evenements(self, colonne: str) -> int:
        assert isinstance(self.contenu, Exact)
        return self.contenu.evenements[self.page.evenements[colonne]]


def _compte(prevue: _Prevue, etat: Etat, contenu: Any) -> _Compte:
    page = etat.pages["jeunes"]
    if contenu is None:
        q = prevue.question
        entete = (
            not q.filtres
            and prevue.population != "collegiens"
            and q.lieu.type in ("departement", "territoire")
        )
        contenu = vide_exact(page) if prevue.politique.exacte else vide_publie(page, entete=entete)
    return _Compte(contenu, page)


def _plancher(prevue: _Prevue, modalite: str) -> int:
    politique = prevue.politique
    sensible = prevue.indicateur.sensible(modalite)
    return politique.plancher_sensible if sensible else politique.plancher


def _effectif(prevue: _Prevue, compte: _Compte) -> Ligne:
    libelle = prevue.indicateur.titre
    if compte.retenu("effectif"):
        return Ligne("", "", libelle, "non_diffuse")
    n = compte.n("effectif")
    if compte.exact or compte.entete:
        return Ligne("", "", libelle, "exact", effectif=n)
    if n < prevue.politique.plancher:
        return Ligne("", "", libelle, "masque")
    return Ligne("", "", libelle, "arrondi", effectif=n)


def _champ(serie: Serie, indicateur: Indicateur) -> str:
    """The field a series is about: that of its base, or of its values where the base is another
    question (answer rates) or everyone."""
    valeurs = serie.modalites[0].conditions if serie.modalites else ()
    conditions = valeurs if indicateur.famille == "qualite_saisie" else serie.base or valeurs
    return conditions[-1].champ if conditions else indicateur.champ


_COLONNES_DE_SAISIE = {
    "debut": "usagers.debut",
    "territoire_usager": "usagers.territoire",
    "college": "situations.college",
    "debut_coherent": "usagers.debut",
}
"""Fields that only the answer rates are about → form and column they come from."""


def _non_pose(question: Question, etat: Etat, indicateur: Indicateur, serie: Serie) -> bool:
    champ = _champ(serie, indicateur)
    origines = {
        ORIGINE_DES_CHAMPS.get(c) or _COLONNES_DE_SAISIE.get(c)
        for c in (
            ("partenaires_territoire", "partenaires_hors") if champ == "partenaires" else (champ,)
        )
    } - {None}
    return bool(origines) and _jamais_posees(question, etat, origines)


def _jamais_posees(question: Question, etat: Etat, colonnes: set[Any]) -> bool:
    debut, fin = (int(x) for x in question.annee.split("-"))
    lieu = question.lieu
    return all(
        colonnes <= etat.non_poses.get((f"{a}-{a + 1}", lieu.type, lieu.code), frozenset())
        for a in range(debut, fin)
    )


def _serie(prevue: _Prevue, etat: Etat, compte: _Compte, serie: Serie) -> tuple[Ligne, ...]:
    indicateur = prevue.indicateur
    if serie.code == "mediane":
        return (_mediane(prevue, etat, compte),)
    if _non_pose(prevue.question, etat, indicateur, serie):
        return _toutes(serie, "non_pose")
    if compte.retenu(indicateur.colonne(serie.code)) or _trop_detaillee(prevue, serie):
        return _toutes(serie, "non_diffuse")
    base = compte.n(indicateur.colonne(serie.code))
    if base < prevue.politique.assiette:
        return _toutes(serie, "refuse")
    if indicateur.famille == "evenements":
        return _evenements(prevue, compte, serie)
    manquants = _manquants(compte, serie)
    if serie.oui_non:
        return _oui_non(prevue, compte, serie, base, manquants)
    return tuple(
        _ligne(prevue, compte, serie.code, m, nombre, base, manquants)
        for m in serie.modalites
        for nombre in (_nombre(compte, indicateur.colonne(serie.code, m.code)),)
    )


def _trop_detaillee(prevue: _Prevue, serie: Serie) -> bool:
    """Whether a series without detail is asked in detail of protected numbers."""
    question = prevue.question
    return (
        serie.sans_detail
        and not prevue.politique.exacte
        and (bool(question.filtres) or question.lieu.type not in TYPES_SANS_DETAIL)
    )


def _nombre(compte: _Compte, colonne: str) -> int | None:
    """A number of a table; None when the audit withheld it."""
    return None if compte.retenu(colonne) else compte.n(colonne)


def _oui_non(
    prevue: _Prevue, compte: _Compte, serie: Serie, base: int, manquants: int | None
) -> tuple[Ligne, ...]:
    """« Oui », and « non » = base − « oui » (rule 5).

    Under a floor above five each would give the other away: when one of the two is under the
    floor, the other is not shown either (it may well be above: « moins de » would be untrue).
    """
    oui, non = serie.modalites
    n = _nombre(compte, prevue.indicateur.colonne(serie.code, oui.code))
    if n is None:
        return _toutes(serie, "non_diffuse")
    dessous = [x < _plancher(prevue, m.code) for x, m in ((n, oui), (base - n, non))]
    cache = prevue.politique.plancher > PAS and any(dessous)
    return tuple(
        _ligne(
            prevue,
            compte,
            serie.code,
            m,
            None if cache and not sous else x,
            base,
            manquants,
        )
        for m, x, sous in zip((oui, non), (n, base - n), dessous, strict=True)
    )


def _ligne(
    prevue: _Prevue,
    compte: _Compte,
    serie: str,
    modalite: Modalite,
    n: int | None,
    base: int,
    manquants: int | None,
) -> Ligne:
    """A value of a table; `n` None: not to be shown whatever it is."""
    if n is None:
        return Ligne(
            serie,
            modalite.code,
            modalite.libelle,
            "non_diffuse",
            base=base,
            non_renseigne=manquants,
        )
    if compte.exact:
        part = arrondir(100 * n / base, 1) if base else None
        return Ligne(
            serie, modalite.code, modalite.libelle, "exact", n, base, part, None, manquants
        )
    if n < _plancher(prevue, modalite.code):
        return Ligne(
            serie, modalite.code, modalite.libelle, "masque", base=base, non_renseigne=manquants
        )
    return Ligne(
        serie,
        modalite.code,
        modalite.libelle,
        "arrondi",
        n,
        base,
        arrondir(100 * n / base, 0),
        None,
        manquants,
    )


def _toutes(serie: Serie, statut: str) -> tuple[Ligne, ...]:
    return tuple(Ligne(serie.code, m.code, m.libelle, statut) for m in serie.modalites)


def _manquants(compte: _Compte, serie: Serie) -> int | None:
    if serie.non_renseigne is None or compte.retenu(*(c for _, c in serie.non_renseigne)):
        return None
    return max(sum(signe * compte.n(colonne) for signe, colonne in serie.non_renseigne), 0)


def _evenements(prevue: _Prevue, compte: _Compte, serie: Serie) -> tuple[Ligne, ...]:
    """Shares of interventions or mentions (rule 6)."""
    indicateur = prevue.indicateur
    lignes = []
    base = compte.evenements(indicateur.colonne()) if compte.exact else 0
    for m in serie.modalites:
        colonne = indicateur.colonne("", m.code)
        if compte.exact:
            n = compte.evenements(colonne)
            part = arrondir(100 * n / base, 1) if base else None
            manquants = None
            if indicateur.unite == "intervention":
                assert isinstance(compte.contenu, Exact)
                manquants = compte.contenu.interventions - base
            lignes.append(Ligne("", m.code, m.libelle, "exact", n, base, part, None, manquants))
            continue
        if compte.retenu(colonne):
            lignes.append(Ligne("", m.code, m.libelle, "non_diffuse"))
            continue
        donnee = compte.part(colonne)
        if compte.n(colonne) < _plancher(prevue, m.code):
            lignes.append(Ligne("", m.code, m.libelle, "masque"))
        elif donnee is None:
            # Five youths or more stand behind it: « moins de » would be untrue.
            lignes.append(Ligne("", m.code, m.libelle, "non_diffuse", note=NOTE_UN_SEUL_JEUNE))
        else:
            lignes.append(Ligne("", m.code, m.libelle, "arrondi", part=donnee))
    return tuple(lignes)


def _mediane(prevue: _Prevue, etat: Etat, compte: _Compte) -> Ligne:
    """Median number of interventions: true, or interpolated in the published classes."""
    libelle = "Médiane"
    if isinstance(compte.contenu, Exact):
        if not compte.n("effectif"):
            return Ligne("mediane", "mediane", libelle, "exact")
        return Ligne("mediane", "mediane", libelle, "exact", valeur=compte.contenu.mediane / 2)
    indicateur = etat.catalogue["intensite"]
    if _intensite_retenue(etat, compte):
        return Ligne("mediane", "mediane", libelle, "non_diffuse")
    if _tous(etat, compte) < prevue.politique.assiette:
        return Ligne("mediane", "mediane", libelle, "refuse")
    classes = []
    for code, _, haut in INTENSITES:
        n = compte.n(indicateur.colonne("", code))
        classes.append((n if n >= prevue.politique.plancher else 0, haut))
    valeur = _interpoler_mediane(classes)
    if valeur is None:
        return Ligne("mediane", "mediane", libelle, "masque")
    return Ligne(
        "mediane",
        "mediane",
        libelle,
        "arrondi",
        valeur=valeur,
        note="estimée d’après les classes publiées",
    )


def _interpoler_mediane(classes: list[tuple[int, int]]) -> float | None:
    """Median of counts by class, (number, last value of the class), values spread evenly."""
    moitie = sum(n for n, _ in classes) / 2
    if not moitie:
        return None
    passe, bas = 0, 1
    for n, haut in classes:
        if n and passe + n >= moitie:
            fin = min(haut, 2 * bas)
            return arrondir(bas + (fin - bas) * (moitie - passe) / n, 0)
        passe, bas = passe + n, haut + 1
    return None


_MOYENNES = (1.5, 4, 8, 15, 29, 55)
"""Mean number of interventions assumed within each class of `INTENSITES`."""


def _qualite(prevue: _Prevue, etat: Etat, contenus: list[Any]) -> tuple[Ligne, ...]:
    compte = _compte(prevue, etat, contenus[0])
    activite: dict[str, Any] = contenus[1] or {}
    lignes: list[Ligne] = []
    for serie in prevue.indicateur.series:
        if serie.modalites:
            lignes.extend(_serie(prevue, etat, compte, serie))
        elif serie.code == "interventions_par_jeune":
            lignes.append(_interventions_par_jeune(prevue, etat, compte))
        elif serie.code == "saisies_tardives":
            lignes.append(_saisies_tardives(prevue, etat, compte, activite, serie))
        elif _intensite_retenue(etat, compte):
            lignes.append(Ligne(serie.code, serie.code, serie.libelle, "non_diffuse"))
        elif _tous(etat, compte) < prevue.politique.assiette:
            # Months without any entry would tell nobody from somebody.
            lignes.append(Ligne(serie.code, serie.code, serie.libelle, "refuse"))
        else:
            valeur = activite.get("mois_sans_saisie")
            lignes.append(Ligne(serie.code, serie.code, serie.libelle, "exact", valeur=valeur))
    return tuple(lignes)


def _saisies_tardives(
    prevue: _Prevue, etat: Etat, compte: _Compte, activite: dict[str, Any], serie: Serie
) -> Ligne:
    """Share of the place's interventions that came late: events (rule 6), whatever the filters."""
    nom, libelle = serie.code, serie.libelle
    if compte.exact:
        nombre, total = activite.get(nom, (0, 0))
        part = arrondir(100 * nombre / total, 1) if total else None
        return Ligne(nom, nom, libelle, "exact", nombre, total, part)
    if _intensite_retenue(etat, compte):
        return Ligne(nom, nom, libelle, "non_diffuse")
    if _tous(etat, compte) < prevue.politique.assiette:
        return Ligne(nom, nom, libelle, "refuse")
    part, jeunes = activite.get(nom, (0, 0))
    if jeunes < prevue.politique.plancher:
        return Ligne(nom, nom, libelle, "masque")
    if part is None:
        return Ligne(nom, nom, libelle, "non_diffuse", note=NOTE_UN_SEUL_JEUNE)
    return Ligne(nom, nom, libelle, "arrondi", part=part)


def _intensite_retenue(etat: Etat, compte: _Compte) -> bool:
    """Whether the audit withheld something of the classes of intensity, or their base."""
    indicateur = etat.catalogue["intensite"]
    return compte.retenu(
        indicateur.colonne(), *(indicateur.colonne("", code) for code, _, _ in INTENSITES)
    )


def _tous(etat: Etat, compte: _Compte) -> int:
    """The base that is everyone in the population, capped as a base is (rule 2)."""
    return compte.n(etat.catalogue["intensite"].colonne())


def _interventions_par_jeune(prevue: _Prevue, etat: Etat, compte: _Compte) -> Ligne:
    nom, libelle = "interventions_par_jeune", "Interventions par jeune"
    if isinstance(compte.contenu, Exact):
        n = compte.n("effectif")
        valeur = arrondir(compte.contenu.interventions / n, 1) if n else None
        return Ligne(nom, nom, libelle, "exact", valeur=valeur)
    if _intensite_retenue(etat, compte):
        return Ligne(nom, nom, libelle, "non_diffuse")
    if _tous(etat, compte) < prevue.politique.assiette:
        return Ligne(nom, nom, libelle, "refuse")
    indicateur = etat.catalogue["intensite"]
    classes = [compte.n(indicateur.colonne("", code)) for code, _, _ in INTENSITES]
    montres = [x if x >= prevue.politique.plancher else 0 for x in classes]
    if not sum(montres):
        return Ligne(nom, nom, libelle, "masque")
    total = sum(x * m for x, m in zip(montres, _MOYENNES, strict=True))
    return Ligne(
        nom,
        nom,
        libelle,
        "arrondi",
        valeur=arrondir(total / sum(montres), 0),
        note="estimée d’après les classes d’intensité publiées",
    )


def _par_poste(prevue: _Prevue, etat: Etat, contenus: list[Any]) -> tuple[Ligne, ...]:
    """Youths (published number) by full-time equivalent open on 1 January."""
    jeunes = _effectif(prevue, _compte(prevue, etat, contenus[0]))
    etp = float((contenus[1] or {}).get("postes/etp", 0))
    libelle = prevue.indicateur.titre
    if jeunes.effectif is None:
        return (Ligne("", "", libelle, jeunes.statut, base=etp),)
    valeur = arrondir((jeunes.effectif or 0) / etp, 1) if etp else None
    return (
        Ligne("", "", libelle, jeunes.statut, effectif=jeunes.effectif, base=etp, valeur=valeur),
    )


def _activite(prevue: _Prevue, etat: Etat, contenu: dict[str, Any]) -> tuple[Ligne, ...]:
    """Actions, posts, collèges, conditions: exact for everyone, but for participants (rule 7)."""
    indicateur = prevue.indicateur
    lignes: list[Ligne] = []
    for serie in indicateur.series:
        if _activite_non_posee(prevue, etat, serie):
            lignes.extend(_toutes(serie, "non_pose"))
            continue
        base = contenu.get(indicateur.colonne(serie.code), 0)
        if indicateur.choix == "effectif":
            lignes.extend(_nombres(prevue, etat, contenu, serie))
            continue
        if indicateur.choix == "distribution" and (
            not prevue.politique.exacte and base < PROFESSIONNELS_MINIMUM
        ):
            lignes.extend(_toutes(serie, "refuse"))
            continue
        manquants = contenu.get("actions_nombre", 0) - base
        if indicateur.unite == "poste":
            manquants = contenu.get("fiches_attendues", 0) - base
        for m in serie.modalites:
            n = contenu.get(indicateur.colonne(serie.code, m.code), 0)
            part = arrondir(100 * n / base, 1 if prevue.politique.exacte else 0) if base else None
            lignes.append(
                Ligne(
                    serie.code, m.code, m.libelle, "exact", n, base, part, None, max(manquants, 0)
                )
            )
    return tuple(lignes)


def _activite_non_posee(prevue: _Prevue, etat: Etat, serie: Serie) -> bool:
    indicateur = prevue.indicateur
    if indicateur.id in ("conditions", "anciennete_alses"):
        colonne = serie.code if indicateur.id == "conditions" else f"anciennete_{serie.code}"
        return _jamais_posees(prevue.question, etat, {f"conditions.{colonne}"})
    if indicateur.unite != "action":
        return False
    champ = serie.code if indicateur.choix == "paire" else indicateur.champ
    if indicateur.id == "actions_nombre":
        types = {"ponctuelle": "actions_ponctuelles.type", "projet": "actions_projet.type"}
        return _jamais_posees(prevue.question, etat, {types[serie.code]})
    return _jamais_posees(prevue.question, etat, {f"actions.{c}" for c in champ.split(";")})


_COLONNES_DES_PARTICIPANTS = {"suivis": "actions.usagers", "nouveaux": "actions.autres_jeunes"}


def _nombres(prevue: _Prevue, etat: Etat, contenu: dict[str, Any], serie: Serie) -> list[Ligne]:
    indicateur = prevue.indicateur
    de_participants = indicateur.id == "actions_participants"
    participants = de_participants and not prevue.politique.exacte
    total = contenu.get(indicateur.colonne(serie.code), 0)
    lignes = []
    for m in serie.modalites:
        n = contenu.get(indicateur.colonne(serie.code, m.code), 0)
        if de_participants and _jamais_posees(
            prevue.question, etat, {_COLONNES_DES_PARTICIPANTS[m.code]}
        ):
            lignes.append(Ligne(serie.code, m.code, m.libelle, "non_pose"))
        elif not participants:
            manquants = None
            if indicateur.id == "actions_nombre":
                manquants = total - sum(
                    contenu.get(indicateur.colonne(serie.code, x.code), 0) for x in serie.modalites
                )
            if serie.code == "etp":
                lignes.append(Ligne(serie.code, m.code, m.libelle, "exact", valeur=n))
            else:
                lignes.append(
                    Ligne(
                        serie.code,
                        m.code,
                        m.libelle,
                        "exact",
                        n,
                        total or None,
                        None,
                        None,
                        manquants,
                    )
                )
        elif n < prevue.politique.plancher:
            lignes.append(Ligne(serie.code, m.code, m.libelle, "masque"))
        else:
            lignes.append(Ligne(serie.code, m.code, m.libelle, "arrondi", n))
    return lignes


def _croiser(prevue: _Prevue, etat: Etat, contenu: Any) -> tuple[Ligne, ...]:
    """Rows of a crossing: `modalite` is « a|b », a of the first indicator."""
    ici = prevue.indicateur
    autre = etat.catalogue[prevue.question.croiser or ""]
    ordre = list(etat.catalogue)
    inverse = ordre.index(ici.id) > ordre.index(autre.id)
    a, b = (autre, ici) if inverse else (ici, autre)
    page = etat.pages["croises"]
    if contenu is None:
        contenu = vide_exact(page) if prevue.politique.exacte else vide_publie(page, entete=False)
    compte = _Compte(contenu, page)
    nom = f"{a.id}*{b.id}"
    retenue = compte.retenu(nom)
    base = 0 if retenue else compte.n(nom)
    lignes = []
    jamais_pose = any(_non_pose(prevue.question, etat, i, i.series[0]) for i in (ici, autre))
    for x in ici.series[0].modalites:
        for y in autre.series[0].modalites:
            modalite = Modalite(f"{x.code}|{y.code}", f"{x.libelle} × {y.libelle}")
            if jamais_pose or retenue or base < prevue.politique.assiette:
                statut = "refuse"
                if jamais_pose or retenue:
                    statut = "non_pose" if jamais_pose else "non_diffuse"
                lignes.append(Ligne("croisement", modalite.code, modalite.libelle, statut))
                continue
            codes = (y.code, x.code) if inverse else (x.code, y.code)
            n = _nombre(compte, f"{nom}//{codes[0]}|{codes[1]}")
            plancher = max(
                prevue.politique.plancher_sensible
                if ici.sensible(x.code) or autre.sensible(y.code)
                else 0,
                prevue.politique.plancher,
            )
            if not compte.exact and n is not None and n < plancher:
                lignes.append(
                    Ligne("croisement", modalite.code, modalite.libelle, "masque", base=base)
                )
            else:
                lignes.append(_ligne(prevue, compte, "croisement", modalite, n, base, None))
    return tuple(lignes)
