"""The sentence of each chart: what it shows, in French, from the answer alone.

It is the chart's text alternative. A change or an order is asserted only when it is certain.
"""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.nombres import (
    INSECABLE,
    annee_d_avant,
    nombre,
    pluriel,
    points,
    pourcentage,
)
from data.catalogue import CONSTATS
from data.treillis import CHAMP_DU_PROFIL
from queries.changements import part_changee
from queries.depot import Etat
from queries.lieux import nommer
from queries.question import Lieu
from queries.reponses import NOTE_FRAGILE, STATUTS, Ligne, Reponse, certain

SUJETS = {
    "alses": "des jeunes accompagnés par les ALSES",
    "ps": "des jeunes accompagnés par la Prévention Spécialisée",
    "collegiens": "des collégiens accompagnés",
}
UNITES = {
    "jeune": "des jeunes",
    "intervention": "des interventions",
    "mention": "des partenaires cités",
    "action": "des actions",
    "poste": "des postes",
    "collège": "des collèges",
}


def nommer_filtres(filtres: Sequence[tuple[str, str]], etat: Etat) -> str:
    """Profile values in words: « Fille, 10-13 ans »."""
    noms = []
    for profil, code in filtres:
        liste = etat.listes[CHAMP_DU_PROFIL[profil]]
        noms.append(next((v.libelle for v in liste if v.code == code), code))
    return ", ".join(noms)


def situer(etat: Etat, lieu: Lieu) -> str:
    """A place as a sentence begins with it: « Dans le Nord », « À Douai »…"""
    nom = nommer(etat, lieu)
    if lieu.type == "departement":
        return "Dans le département"
    if lieu.type == "territoire":
        return f"Territoire de {nom}" if nom[0] not in "AEIOUÉÈH" else f"Territoire d’{nom}"
    if lieu.type == "college":
        return f"Collège {nom}" if not nom.lower().startswith("collège") else nom
    return nom


def resumer(
    reponse: Reponse,
    etat: Etat,
    reference: Reponse | None = None,
    precedente: Reponse | None = None,
    nom_reference: str = "Département",
) -> str:
    """One sentence (two at most): leading value, gap to the reference, change from last year."""
    lieu = situer(etat, reponse.question.lieu)
    if reponse.question.filtres:
        lieu += f" ({nommer_filtres(reponse.question.filtres, etat)})"
    statut = reponse.statut
    if not any(ligne.affichee for ligne in reponse.lignes):
        return f"{lieu}{INSECABLE}: {_pourquoi(reponse, statut)}."
    if reponse.indicateur.id == "effectif":
        return _phrase_effectif(reponse, lieu, reference, precedente, nom_reference)
    if reponse.indicateur.choix in ("effectif", "ratio") and reponse.indicateur.famille != (
        "qualite_saisie"
    ):
        return _phrase_nombres(reponse, lieu)
    if reponse.indicateur.famille == "qualite_saisie":
        return _phrase_qualite(reponse, lieu)
    return _phrase_parts(reponse, lieu, reference, precedente, nom_reference)


def _pourquoi(reponse: Reponse, statut: str) -> str:
    if statut == "masque":
        return f"moins de {reponse.politique.plancher} jeunes pour chaque réponse"
    texte = STATUTS.get(statut, STATUTS["refuse"])
    texte = texte[0].lower() + texte[1:]
    if statut == "non_diffuse":
        texte += " : recoupé avec d’autres, ce tableau laisserait connaître un très petit groupe"
    return texte


def _phrase_effectif(
    reponse: Reponse,
    lieu: str,
    reference: Reponse | None,
    precedente: Reponse | None,
    nom_reference: str,
) -> str:
    ligne = reponse.lignes[0]
    environ = "" if ligne.statut == "exact" else "environ "
    jeunes = pluriel(ligne.effectif or 0, "jeune accompagné", "jeunes accompagnés")
    phrase = f"{lieu}, {environ}{jeunes} en {reponse.question.annee}"
    avant = precedente.lignes[0] if precedente else None
    if avant and avant.effectif and ligne.effectif is not None:
        ecart = ligne.effectif - avant.effectif
        if ecart and (certain(avant, ligne) or (avant.statut == ligne.statut == "exact")):
            mot = "de plus" if ecart > 0 else "de moins"
            phrase += (
                f", soit {environ}{nombre(abs(ecart))} {mot} qu’en "
                f"{annee_d_avant(reponse.question.annee)}"
            )
        else:
            phrase += (
                f" ({environ}{nombre(avant.effectif)} en {annee_d_avant(reponse.question.annee)})"
            )
    return f"{phrase}."


def _phrase_nombres(reponse: Reponse, lieu: str) -> str:
    lignes = [ligne for ligne in reponse.lignes if ligne.affichee]
    if reponse.indicateur.id == "jeunes_par_poste":
        (ligne,) = lignes
        if ligne.valeur is None:
            return f"{lieu}{INSECABLE}: aucun poste ouvert au 1er janvier."
        environ = "" if ligne.statut == "exact" else "environ "
        return (
            f"{lieu}, {environ}{nombre(ligne.valeur)} jeunes accompagnés par équivalent temps "
            f"plein ({nombre(ligne.base or 0)} ETP ouverts au 1er janvier)."
        )
    series = [s for s in reponse.indicateur.series if reponse.serie(s.code)]
    morceaux = []
    for serie in series:
        valeurs = [x for x in reponse.serie(serie.code) if x.affichee]
        total = sum(x.effectif if x.effectif is not None else (x.valeur or 0) for x in valeurs)
        tete = f"{serie.libelle.lower()}{INSECABLE}: " if serie.libelle else ""
        if serie.libelle == "ETP":
            tete = f"ETP{INSECABLE}: "
        detail = ", ".join(
            f"{x.libelle} {nombre(x.effectif if x.effectif is not None else (x.valeur or 0))}"
            for x in sorted(valeurs, key=lambda x: -(x.effectif or x.valeur or 0))[:3]
            if (x.effectif or x.valeur)
        )
        ajout = f" ({detail})" if detail else ""
        if reponse.indicateur.id == "actions_participants":
            morceaux.append(detail or "0")
        else:
            morceaux.append(f"{tete}{nombre(total)}{ajout}")
    return f"{lieu}{INSECABLE}: {' ; '.join(morceaux)}."


def _phrase_qualite(reponse: Reponse, lieu: str) -> str:
    taux = [
        x
        for x in reponse.lignes
        if x.modalite == "renseigne"
        and x.serie not in CONSTATS
        and x.affichee
        and x.part is not None
    ]
    if not taux:
        return f"{lieu}{INSECABLE}: taux de réponse non disponibles."
    faible = min(taux, key=lambda x: x.part or 0)
    nom = faible.libelle.split(" : ")[0]
    return (
        f"{lieu}, le champ le moins renseigné est « {nom} » "
        f"({pourcentage(faible.part or 0)} des jeunes)."
    )


def _phrase_parts(
    reponse: Reponse,
    lieu: str,
    reference: Reponse | None,
    precedente: Reponse | None,
    nom_reference: str,
) -> str:
    ind = reponse.indicateur
    exact = reponse.politique.exacte
    phrases = []
    series = [s for s in ind.series if s.modalites]
    for serie in series:
        lignes = [x for x in reponse.serie(serie.code) if x.part is not None]
        if not lignes:
            continue
        tete = _tete(ind.id, lignes)
        part = pourcentage(tete.part or 0, exact=exact)
        environ = "" if tete.statut == "exact" else "environ "
        if len(series) > 1:
            nom = serie.libelle[0].lower() + serie.libelle[1:]
            phrases.append(f"{nom}, « {tete.libelle} » {environ}{part}")
            continue
        phrase = f"{lieu}, « {tete.libelle} » réunit {environ}{part} {_sujet(reponse)}"
        ecart = _ecart(tete, reference, serie.code, nom_reference, exact=exact)
        if ecart:
            phrase += f" ({ecart})"
        phrases.append(phrase)
        autre = _evolution(tete, precedente, serie.code, exact=exact)
        if autre:
            phrases.append(f"{autre} par rapport à {annee_d_avant(reponse.question.annee)}")
    texte = f"{INSECABLE}; ".join(phrases)
    if len(series) > 1:
        texte = f"{lieu}{INSECABLE}: {texte}"
    alerte = f" {NOTE_FRAGILE}" if any(x.fragile for x in reponse.lignes) else ""
    return f"{texte[:1].upper()}{texte[1:]}.{alerte}"


def _tete(indicateur: str, lignes: Sequence[Ligne]) -> Ligne:
    """The value a sentence is about: « oui » of a yes/no, the greatest share otherwise."""
    for ligne in lignes:
        if ligne.modalite in ("oui", "alses", "sans_salaire"):
            return ligne
    return max(lignes, key=lambda x: x.part or 0)


def _sujet(reponse: Reponse) -> str:
    unite = reponse.indicateur.unite
    if unite == "jeune" and not reponse.indicateur.base.startswith(("réponse", "tous", "pop")):
        return "des jeunes concernés"
    if unite == "jeune" and reponse.indicateur.base != "réponse connue":
        return SUJETS.get(reponse.population, "des jeunes")
    if unite == "jeune":
        return "des réponses connues"
    return UNITES[unite]


def _vis_a_vis(ligne: Ligne, autre: Reponse | None, serie: str) -> Ligne | None:
    """The same value in another answer, when both shares are shown."""
    if autre is None or ligne.part is None:
        return None
    for x in autre.serie(serie):
        if x.modalite == ligne.modalite and x.part is not None:
            return x
    return None


def _ecart(ligne: Ligne, reference: Reponse | None, serie: str, nom: str, *, exact: bool) -> str:
    autre = _vis_a_vis(ligne, reference, serie)
    if autre is None or reference is None:
        return ""
    exact = exact and reference.politique.exacte
    part = pourcentage(autre.part or 0, exact=exact)
    if ligne.part == autre.part:
        return f"comme {nom}{INSECABLE}: {part}"
    ecart = points((ligne.part or 0) - (autre.part or 0), exact=exact)
    return f"{nom}{INSECABLE}: {part}, {ecart}"


def _evolution(ligne: Ligne, precedente: Reponse | None, serie: str, *, exact: bool) -> str:
    avant = _vis_a_vis(ligne, precedente, serie)
    if avant is None:
        return ""
    ecart = (ligne.part or 0) - (avant.part or 0)
    if abs(ecart) < 0.5 or not part_changee(avant, ligne):
        environ = "" if avant.statut == "exact" else "environ "
        return f"pas de changement certain ({environ}{pourcentage(avant.part or 0, exact=exact)})"
    verbe = "en hausse" if ecart > 0 else "en baisse"
    return f"{verbe} ({points(ecart, exact=exact)})"
