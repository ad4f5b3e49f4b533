"""A meeting about one collège: what can be shown of it to those who will be there.

Every candidate is answered as a guest would be before it is taken (contract, confidentialité,
`partage`): a slide that would show little is left out, or shows three years at once, or the
territoire.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dashboard.nombres import annee_d_avant, annee_lisible
from dashboard.presentations import variantes, vues
from dashboard.presentations.vues import VueDessinee
from queries.depot import Depot, Etat
from queries.lecteur import Lecteur
from queries.lieux import RESEAUX, existe, lister, nommer_college
from queries.presentations import (
    SIGNES_D_UN_TITRE,
    TEXTE,
    Diapo,
    Presentation,
    Variante,
)
from queries.question import NORD, Lieu, QuestionRefusee
from queries.selection import derniere_annee

ACTIVITE = (
    "postes",
    "actions_nombre",
    "actions_thematique",
    "actions_objectifs",
    "actions_participants",
    "actions_partenaires",
)
"""What the ALSES do, the most telling first."""

JEUNES = (
    "effectif",
    "sexe",
    "tranche_age",
    "classe",
    "anciennete",
    "configuration",
    "origine_groupe",
    "demande",
    "objectifs",
    "modalites",
    "lieu_jeunes",
    "avec_famille",
    "presence",
    "ressources_hors_salaire",
)
"""Whom they follow, the most telling first."""

ACTIVITE_AU_PLUS, JEUNES_AU_PLUS, TERRITOIRE_AU_PLUS = 4, 7, 5
"""Most slides of each part: a meeting has an hour."""


class CollegeInconnu(QuestionRefusee):
    """There is no such collège that year for this reader. French text."""

    def __init__(self) -> None:
        super().__init__(
            "Ce collège n’existe pas, ou n’est pas dans votre périmètre cette année-là : "
            "choisissez-en un dans la liste."
        )


@dataclass(frozen=True, slots=True)
class Etude:
    """What can be shown of a collège: each chart wanted, by indicator and target."""

    college: Lieu
    territoire: Lieu
    annee: str
    cumul: str
    avant: str
    dessinees: dict[tuple[str, variantes.Cible], VueDessinee]

    def voir(self, indicateur: str, cible: variantes.Cible) -> VueDessinee | None:
        """A chart that shows enough; None when it does not."""
        vue = self.dessinees.get((indicateur, cible))
        return vue if vue is not None and not vue.montre_peu and not _vide(vue) else None

    @property
    def du_college(self) -> list[variantes.Cible]:
        """The collège that year, or three years at once."""
        return [(self.college, a) for a in (self.annee, self.cumul) if a]

    def choisir(self, indicateur: str) -> variantes.Cible | None:
        """What to look at to show an indicator of the collège; None when nothing can be."""
        return next((c for c in self.du_college if self.voir(indicateur, c)), None)


def _vide(vue: VueDessinee) -> bool:
    """Whether there is nothing but zeros: « no action » is no slide."""
    lignes = [x for d in vue.dessins for t in d.traces if not t.repere for x in t.lignes]
    return bool(lignes) and not vue.grand and not any(x.effectif or x.valeur for x in lignes)


def lire_le_college(code: str, annee: str, etat: Etat, lecteur: Lecteur) -> Lieu:
    """The collège of a code, inside the perimeter. Raises CollegeInconnu."""
    lieu = Lieu("college", code)
    if annee not in etat.annees or not existe(etat, lecteur.pour_partage(), lieu, annee):
        raise CollegeInconnu
    return lieu


def grouper_les_colleges(etat: Etat, lecteur: Lecteur) -> list[tuple[str, list[tuple[str, str]]]]:
    """Collèges inside the perimeter, code and name, by territoire."""
    groupes: dict[str, list[tuple[str, str]]] = {nom: [] for nom in etat.geographie.territoires}
    for lieu in lister(etat, lecteur.pour_partage(), "college"):
        territoire = str(etat.geographie.colleges[lieu.code]["territoire"])
        groupes[territoire].append((lieu.code, nommer_college(etat, lieu.code)))
    return [(etat.geographie.territoires[t], noms) for t, noms in groupes.items() if noms]


def etudier(
    college: Lieu, annee: str, indicateurs: Iterable[str], lecteur: Lecteur, depot: Depot
) -> Etude:
    """Answer every candidate as a guest would be. Raises BaseIndisponible."""
    etat = depot.etat()
    territoire = Lieu("territoire", str(etat.geographie.colleges[college.code]["territoire"]))
    cumul = next((c for c in reversed(etat.cumuls) if derniere_annee(c) == annee), "")
    avant = annee_d_avant(annee)
    avant = avant if avant in etat.annees else ""
    cibles: list[variantes.Cible] = [
        (college, annee),
        *([(college, cumul)] if cumul else []),
        (territoire, annee),
        (NORD, annee),
        *([(college, avant), (territoire, avant)] if avant else []),
    ]
    demandes = [(i, c) for i in indicateurs if i in etat.catalogue for c in cibles]
    dessinees = vues.dessiner(
        [variantes.viser(*c, i, etat) for i, c in demandes], lecteur.pour_partage(), depot
    )
    # What an address asks outside the perimeter is ignored, hence not what was asked.
    lues = {d: v for d, v in zip(demandes, dessinees, strict=True) if v is not None and not v.avis}
    return Etude(college, territoire, annee, cumul, avant, lues)


def composer(code: str, annee: str, lecteur: Lecteur, depot: Depot) -> Presentation:
    """The prefilled presentation of a collège and a school year, not kept yet.

    Raises CollegeInconnu, BaseIndisponible.
    """
    etat = depot.etat()
    college = lire_le_college(code, annee, etat, lecteur)
    etude = etudier(college, annee, (*ACTIVITE, *JEUNES), lecteur, depot)
    activite = [i for i in ACTIVITE if etude.voir(i, (college, annee))][:ACTIVITE_AU_PLUS]
    jeunes = [(i, c) for i in JEUNES if (c := etude.choisir(i)) is not None][:JEUNES_AU_PLUS]
    montres = {i for i, _ in jeunes}
    ailleurs = [i for i in JEUNES if i not in montres and etude.voir(i, (etude.territoire, annee))][
        :TERRITOIRE_AU_PLUS
    ]
    diapos = [
        *(_illustrer(i, (college, annee), etude, etat) for i in activite),
        *(_illustrer(i, c, etude, etat) for i, c in jeunes),
        *(_illustrer(i, (etude.territoire, annee), etude, etat) for i in ailleurs),
    ]
    titre = f"Réunion – {nommer_college(etat, code)}, {annee}"[:SIGNES_D_UN_TITRE]
    ouverture = _ouvrir(etude, etat, bool(activite), bool(jeunes), bool(ailleurs))
    return Presentation(titre, (ouverture, *diapos, _clore()))


def _illustrer(indicateur: str, cible: variantes.Cible, etude: Etude, etat: Etat) -> Diapo:
    """One slide, and what it may show instead: only what shows enough."""
    annee = etude.annee
    suite: Sequence[variantes.Cible] = [
        (etude.territoire, annee),
        (NORD, annee),
        *([(cible[0], etude.avant)] if etude.avant else []),
    ]
    faces = [cible, *(c for c in suite if c != cible and etude.voir(indicateur, c))]
    return Diapo(
        variantes=tuple(
            Variante(_nommer(c, cible, etat), (variantes.viser(*c, indicateur, etat),))
            for c in faces
        )
    )


def _nommer(cible: variantes.Cible, premiere: variantes.Cible, etat: Etat) -> str:
    lieu, annee = cible
    if cible == premiere or lieu != premiere[0]:
        autre = annee != derniere_annee(premiere[1])
        return variantes.nommer_le_lieu(lieu, etat) + (f", {annee_lisible(annee)}" if autre else "")
    return annee_lisible(annee)


def situer(college: Lieu, etat: Etat) -> list[str]:
    """Where a collège is: territoire, priority education when it is in it."""
    fiche = etat.geographie.colleges[college.code]
    reseau = RESEAUX.get(str(fiche["education_prioritaire"]), "")
    return [
        variantes.nommer_le_lieu(Lieu("territoire", str(fiche["territoire"])), etat),
        *([reseau] if reseau else []),
    ]


def nommer_seul(college: Lieu, etat: Etat) -> str:
    """« Collège Jules Ferry », without its town."""
    nom = str(etat.geographie.colleges[college.code]["nom"])
    return nom if nom.lower().startswith("collège") else f"Collège {nom}"


def _ouvrir(etude: Etude, etat: Etat, activite: bool, jeunes: bool, ailleurs: bool) -> Diapo:
    fiche = etat.geographie.colleges[etude.college.code]
    verrons = [
        *(["l’activité des ALSES au collège"] if activite else []),
        *(["les jeunes accompagnés, dans la mesure où ils peuvent être montrés"] if jeunes else []),
        *(["le territoire, pour situer le collège"] if ailleurs else []),
        "vos questions, et ce que nous décidons",
    ]
    lignes = [
        " · ".join([str(fiche["commune"]), *situer(etude.college, etat)]),
        f"Année scolaire {etude.annee}",
        "Ce que nous verrons :",
        *(f"– {v}" for v in verrons),
    ]
    return Diapo(TEXTE, titre=nommer_seul(etude.college, etat), texte="\n".join(lignes))


def _clore() -> Diapo:
    return Diapo(
        TEXTE,
        titre="Questions et décisions",
        texte="Qu’est-ce qui vous surprend ?\nQue voulons-nous changer d’ici l’an prochain ?\n"
        "Qui fait quoi, et pour quand ?",
    )
