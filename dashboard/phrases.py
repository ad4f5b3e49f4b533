"""The sentence of each chart: what it shows, in French, from the answer alone.

It is the chart's text alternative. What it asserts comes from `queries.constats`; every number in
it is one of the table's, or a difference of two of them. A change or an order is asserted only
when it is certain, and what chance may explain is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dashboard.nombres import (
    INSECABLE,
    annee_d_avant,
    annee_lisible,
    enumerer,
    nombre,
    pluriel,
    pourcentage,
)
from dashboard.tournures import TOURNURES, Groupes, Part, Tete
from data.catalogue import CONSTATS, Indicateur
from data.treillis import CHAMP_DU_PROFIL
from queries.changements import bornes
from queries.constats import Constat, Ecart, Jugement, Rangs, constater
from queries.depot import Etat
from queries.lieux import nommer, nommer_college
from queries.question import Lieu
from queries.reponses import NOTE_FRAGILE, STATUTS, Ligne, Reponse, certain
from queries.statistiques import MINIMUM

SUJETS = {
    "alses": "jeunes accompagnés par les ALSES",
    "ps": "jeunes accompagnés par la Prévention Spécialisée",
    "collegiens": "collégiens accompagnés",
}
UNITES = {
    "intervention": "interventions",
    "mention": "partenaires cités",
    "action": "actions",
    "poste": "postes",
    "collège": "collèges",
}
RESTREINTS = {
    "mesures": "jeunes ayant une mesure connue",
    "aides": "jeunes ayant une aide connue",
    "configuration": "jeunes dont la configuration familiale est connue",
    "ressources": "jeunes dont les ressources familiales sont connues",
    "ressources_hors_salaire": "jeunes dont les ressources familiales sont connues",
    "origine_publics": "jeunes venus par les publics",
    "origine_partenaires": "jeunes orientés par des partenaires",
    "fonction_ecole": "jeunes orientés par un établissement scolaire",
    "autres_partenaires": "jeunes orientés par un partenaire hors école",
    "origine_professionnels": "jeunes orientés par des professionnels de la Prévention Spécialisée",
    "demande_scolarite": "jeunes dont la demande concerne la scolarité",
}
"""Indicator → of whom its share is a share, where its base is not simply the known answers."""

TRES_GRANDE = 80.0
"""Per cent above which a majority is « très grande »."""

FRACTIONS = (
    (25.0, "un quart"),
    (100 / 3, "un tiers"),
    (50.0, "la moitié"),
    (200 / 3, "deux tiers"),
    (75.0, "trois quarts"),
)


def nommer_filtres(filtres: Sequence[tuple[str, str]], etat: Etat) -> str:
    """Profile values in words: « Fille, 10-13 ans »."""
    noms = []
    for profil, code in filtres:
        liste = etat.listes[CHAMP_DU_PROFIL[profil]]
        noms.append(next((v.libelle for v in liste if v.code == code), code))
    return ", ".join(noms)


def situer(etat: Etat, lieu: Lieu) -> str:
    """A place as a sentence begins with it: « Dans le département »."""
    nom = nommer(etat, lieu)
    if lieu.type == "departement":
        return "Dans le département"
    if lieu.type == "territoire":
        return f"Sur le territoire {_de(nom)}"
    if lieu.type == "college":
        return _au_college(nom)
    if lieu.type == "reseau":
        return (
            "Dans les collèges hors éducation prioritaire"
            if lieu.code == "hors"
            else (f"Dans les collèges {nom}")
        )
    if lieu.type == "poste":
        return f"Dans les {nom[0].lower()}{nom[1:]}"
    if lieu.type == "association_territoire":
        association = etat.geographie.associations[lieu.association]["nom"]
        return (
            f"Pour {association}, sur le territoire {_de(etat.geographie.territoires[lieu.second])}"
        )
    if lieu.type == "association_college":
        association = etat.geographie.associations[lieu.association]["nom"]
        college = _au_college(nommer_college(etat, lieu.second))
        return f"Pour {association}, {college[0].lower()}{college[1:]}"
    return f"Pour {nom}"


def _de(nom: str) -> str:
    return f"d’{nom}" if nom[0] in "AEIOUÉÈH" else f"de {nom}"


def _au_college(nom: str) -> str:
    return (
        f"Au {nom[0].lower()}{nom[1:]}"
        if nom.lower().startswith("collège")
        else (f"Au collège {nom}")
    )


def resumer(
    reponse: Reponse,
    etat: Etat,
    reference: Reponse | None = None,
    precedente: Reponse | None = None,
    nom_reference: str = "Département",
    alentours: Iterable[Reponse] = (),
) -> list[str]:
    """What an answer shows, sentence by sentence: scope and leading value (a title by itself), gap
    to the reference, change from the year before, territoires above and below."""
    lieu = situer(etat, reponse.question.lieu)
    annee = annee_lisible(reponse.question.annee)
    portee = f"{lieu} en {annee}"
    if reponse.question.filtres:
        portee += f" ({nommer_filtres(reponse.question.filtres, etat)})"
    if not any(ligne.affichee for ligne in reponse.lignes):
        return [f"{portee}{INSECABLE}: {_pourquoi(reponse)}."]
    ind = reponse.indicateur
    if ind.id == "effectif":
        return _phrase_effectif(reponse, portee, reference, precedente, nom_reference)
    if ind.famille == "qualite_saisie":
        return [_phrase_qualite(reponse, portee)]
    if ind.choix in ("effectif", "ratio"):
        return [_phrase_nombres(reponse, portee, precedente)]
    constats = constater(reponse, reference, precedente, alentours)
    if not constats:
        return [f"{portee}{INSECABLE}: {_pourquoi(reponse)}."]
    series = [s for s in ind.series if s.modalites]
    if len(series) > 1:
        return [_phrase_series(reponse, portee, constats)]
    (constat,) = constats
    phrases = [_dire_la_tete(reponse, portee, constat)]
    if constat.ecart and reference:
        phrases.append(_dire_l_ecart(constat, reponse, reference, nom_reference))
    phrases.append(_dire_l_evolution(constat, reponse))
    if constat.rangs:
        phrases.append(_dire_les_rangs(constat.rangs, reponse, etat))
    if any(x.fragile for x in reponse.lignes):
        phrases.append(NOTE_FRAGILE)
    return [p for p in phrases if p]


def _pourquoi(reponse: Reponse) -> str:
    """Why there is nothing to say."""
    statuts = {ligne.statut for ligne in reponse.lignes}
    if statuts == {"masque"}:
        return f"moins de {reponse.politique.plancher} jeunes pour chaque réponse"
    if len(statuts) > 1:
        return "effectifs trop petits, aucune réponse ne peut être montrée"
    (statut,) = statuts
    texte = STATUTS[statut]
    texte = texte[0].lower() + texte[1:]
    if statut == "non_diffuse":
        texte += " : recoupé avec d’autres, ce tableau laisserait connaître un très petit groupe"
    return texte


def _phrase_effectif(
    reponse: Reponse,
    portee: str,
    reference: Reponse | None,
    precedente: Reponse | None,
    nom_reference: str,
) -> list[str]:
    ligne = reponse.lignes[0]
    environ = "" if ligne.statut == "exact" else "environ "
    plusieurs = SUJETS.get(reponse.population, "jeunes accompagnés")
    un = plusieurs.replace("jeunes", "jeune").replace("collégiens", "collégien")
    jeunes = pluriel(ligne.effectif or 0, un.replace("accompagnés", "accompagné"), plusieurs)
    phrases = [f"{portee}, {environ}{jeunes}"]
    if reference and reference.lignes[0].effectif and nom_reference == "Ensemble PS":
        autre = reference.lignes[0]
        environ = "" if autre.statut == "exact" else "environ "
        phrases[0] += (
            (
                f", des {environ}{nombre(autre.effectif or 0)} accompagnés par l’ensemble de la "
                "Prévention Spécialisée"
            )
            .replace("des environ", "parmi environ")
            .replace(", des ", ", sur les ")
        )
    avant = precedente.lignes[0] if precedente else None
    if avant and avant.effectif and ligne.effectif is not None:
        annee = annee_d_avant(reponse.question.annee)
        environ = "" if ligne.statut == avant.statut == "exact" else "environ "
        ecart = ligne.effectif - avant.effectif
        if not certain(avant, ligne):
            phrases.append(f"Pas de changement certain depuis {annee} ({nombre(avant.effectif)})")
        else:
            mot = "de plus" if ecart > 0 else "de moins"
            phrases.append(
                f"C’est {environ}{nombre(abs(ecart))} {mot} qu’en {annee} "
                f"({nombre(avant.effectif)})"
            )
    return [f"{p}." for p in phrases]


def _phrase_nombres(reponse: Reponse, portee: str, precedente: Reponse | None) -> str:
    """Numbers of posts, actions, collèges, participants; a ratio. What they were the year before,
    when both are exact."""
    ind = reponse.indicateur
    avant = f" ({{}} en {annee_d_avant(reponse.question.annee)})"
    if ind.choix == "ratio":
        (ligne,) = reponse.lignes
        if ligne.valeur is None:
            return f"{portee}{INSECABLE}: aucun poste ouvert au 1er janvier."
        alors = precedente.lignes[0].valeur if precedente else None
        etp = ligne.base or 0
        ouverts = "ouverts" if etp >= 2 else "ouvert"
        return (
            f"{portee}, {_environ(ligne)}{nombre(ligne.valeur)} jeunes accompagnés par équivalent "
            f"temps plein, pour {nombre(etp)} ETP {ouverts} au 1er janvier"
            f"{avant.format(nombre(alors)) if alors is not None else ''}."
        )
    morceaux = []
    for serie in ind.series:
        valeurs = [x for x in reponse.serie(serie.code) if x.affichee]
        if not valeurs:
            continue
        exacte = all(x.statut == "exact" for x in reponse.serie(serie.code))
        details = [
            f"{x.libelle} {nombre(_combien(x))}"
            for x in sorted(valeurs, key=lambda x: -_combien(x))[:3]
            if _combien(x)
        ]
        tete = f"{serie.libelle if serie.libelle.isupper() else serie.libelle.lower()}"
        tete += f"{INSECABLE}: " if tete else ""
        if not exacte or ind.id == "actions_participants":
            morceaux.append(f"{tete}{enumerer(details) or '0'}")
            continue
        alors = _total(precedente, serie.code)
        morceaux.append(
            f"{tete}{nombre(sum(map(_combien, valeurs)))}"
            f"{avant.format(nombre(alors)) if alors is not None else ''}"
            f"{f', dont {enumerer(details)}' if len(details) > 1 else ''}"
        )
    return f"{portee}{INSECABLE}: {f'{INSECABLE}; '.join(morceaux)}."


def _combien(ligne: Ligne) -> float:
    return ligne.effectif if ligne.effectif is not None else (ligne.valeur or 0)


def _total(reponse: Reponse | None, serie: str) -> float | None:
    lignes = reponse.serie(serie) if reponse else ()
    if not lignes or any(x.statut != "exact" for x in lignes):
        return None
    return sum(map(_combien, lignes))


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
        f"({pourcentage(faible.part or 0, exact=reponse.politique.exacte)} des jeunes)."
    )


def _majuscule(texte: str) -> str:
    return texte[:1].upper() + texte[1:]


def _petit(ligne: Ligne) -> bool:
    """Whether a share would mislead: it is said as a number out of a number."""
    return bool(ligne.base) and (ligne.base or 0) < MINIMUM and ligne.effectif is not None


def _environ(ligne: Ligne) -> str:
    return "" if ligne.statut == "exact" else "environ "


def _mesurer(ligne: Ligne, *, exact: bool) -> str:
    """« 44 % », « 8 sur 12 »."""
    if _petit(ligne):
        return f"{nombre(ligne.effectif or 0)} sur {nombre(ligne.base or 0)}"
    return pourcentage(ligne.part or 0, exact=exact)


def _partager(ligne: Ligne, unites: str, *, exact: bool) -> tuple[str, str]:
    """A share and of whom: « environ 44 % », « des réponses connues »; « 8 », « des 12 réponses
    connues »."""
    environ = _environ(ligne)
    if ligne.base == 1:
        return f"{nombre(ligne.effectif or 0)} sur 1", ""
    if _petit(ligne):
        return f"{environ}{nombre(ligne.effectif or 0)}", f"des {nombre(ligne.base or 0)} {unites}"
    return f"{environ}{pourcentage(ligne.part or 0, exact=exact)}", f"des {unites}"


def _fraction(constat: Constat) -> str:
    """« , soit deux tiers », « , une majorité », or nothing."""
    ligne = constat.tete
    if _petit(ligne):
        return ""
    for valeur, mots in FRACTIONS:
        if abs((ligne.part or 0) - valeur) <= 0.7:
            return f", soit {mots}"
    if not constat.majorite:
        return ""
    return ", une très grande majorité" if bornes(ligne)[0] > TRES_GRANDE else ", une majorité"


def _sujet(reponse: Reponse) -> str:
    """The units a share is a share of: « jeunes accompagnés par les ALSES », « interventions »."""
    ind = reponse.indicateur
    if ind.unite != "jeune":
        return UNITES[ind.unite]
    return SUJETS.get(reponse.population, "jeunes")


def _base(ind: Indicateur) -> str:
    """Of what the share is a share, when that is not every unit the sentence has named."""
    if ind.id in RESTREINTS:
        return RESTREINTS[ind.id]
    if ind.unite == "jeune" and ind.base.startswith("réponse"):
        return "réponses connues"
    return ""


def _parmi(reponse: Reponse, tournure: Tete) -> str:
    parmi = f"parmi les {_sujet(reponse)}" if tournure.parmi is None else tournure.parmi
    return f" {parmi}" if parmi else ""


def _dire_la_tete(reponse: Reponse, portee: str, constat: Constat) -> str:
    ind, tete = reponse.indicateur, constat.tete
    exact = reponse.politique.exacte
    tournure = TOURNURES.get(ind.id)
    base = _base(ind)
    if isinstance(tournure, Part):
        part, des = _partager(tete, RESTREINTS.get(ind.id, _sujet(reponse)), exact=exact)
        return f"{portee}, {tournure.texte.format(part=part, des=des)}{_fraction(constat)}."
    part, des = _partager(tete, base or _sujet(reponse), exact=exact)
    mesure = f"{part} {des}".strip() if base or _petit(tete) else part
    if isinstance(tournure, Groupes) and constat.premiere:
        nom, nombreux = tournure.noms[tete.modalite]
        return (
            f"{portee}, {nom} sont les plus {nombreux} parmi les {_sujet(reponse)}{INSECABLE}: "
            f"{mesure}{_fraction(constat)}."
        )
    if isinstance(tournure, Tete) and constat.premiere:
        return (
            f"{portee}, {tournure.un}{_parmi(reponse, tournure)} est « {tete.libelle} »{INSECABLE}:"
            f" {mesure}{_fraction(constat)}."
        )
    return f"{portee}, {_dire_les_egales(reponse, constat, tournure)}."


def _dire_les_egales(
    reponse: Reponse, constat: Constat, tournure: Part | Groupes | Tete | None
) -> str:
    """Several values come first, in no certain order; or one that others, hidden, may exceed."""
    ind, exact = reponse.indicateur, reponse.politique.exacte
    egales = sorted((constat.tete, *constat.egales), key=lambda x: -(x.part or 0))[:3]
    if len(egales) < 2:
        part, des = _partager(constat.tete, _base(ind) or _sujet(reponse), exact=exact)
        return f"« {constat.tete.libelle} » réunit {part} {des}"
    cites = enumerer([f"« {x.libelle} » ({_mesurer(x, exact=exact)})" for x in egales])
    base = _base(ind)
    parts = f"{INSECABLE}; parts des {base}" if base and not _petit(constat.tete) else ""
    if isinstance(tournure, Tete):
        debut = f"{tournure.plusieurs}{_parmi(reponse, tournure)}"
        return f"{debut} sont {cites}, sans ordre certain{parts}"
    return f"{cites} se partagent les {_sujet(reponse)}, sans ordre certain{parts}"


def _dire_les_points(ecart: Ecart, *, exact: bool) -> str:
    valeur = abs(ecart.points)
    mot = "point" if valeur < 2 else "points"
    return f"{nombre(valeur, 1 if exact else 0)}{INSECABLE}{mot}"


def _dire_le_jugement(jugement: Jugement) -> str:
    """« un écart net »: certain and beyond chance; nothing where chance is not judged."""
    if not jugement.certain:
        return "un écart que l’arrondi ne permet pas d’affirmer"
    if jugement.hasard:
        return "un écart net, au-delà du hasard"
    return "un écart que le hasard peut expliquer" if jugement.hasard is False else ""


NOMS_DES_REFERENCES = {
    "Département": "dans le département",
    "Ensemble PS": "pour l’ensemble de la Prévention Spécialisée",
}


def _dire_l_ecart(constat: Constat, reponse: Reponse, reference: Reponse, nom: str) -> str:
    ecart = constat.ecart
    if ecart is None or reference.question.annee != reponse.question.annee:
        # When the reference is the year before, it is said as an evolution.
        return ""
    exact = reponse.politique.exacte and reference.politique.exacte
    autre = _mesurer(ecart.autre, exact=exact)
    ou = NOMS_DES_REFERENCES.get(nom, f"en {nom}")
    if _petit(ecart.ligne) or _petit(ecart.autre):
        return f"C’est trop peu pour comparer avec ce que l’on voit {ou} ({autre})."
    de_qui = f"Pour « {ecart.ligne.libelle} », c’est" if constat.egales else "C’est"
    if not ecart.points:
        return f"{de_qui} comme {ou} ({autre})."
    sens = "de plus" if ecart.points > 0 else "de moins"
    jugement = _dire_le_jugement(ecart.jugement)
    return (
        f"{de_qui} {_dire_les_points(ecart, exact=exact)} {sens} que {ou} ({autre})"
        f"{f', {jugement}' if jugement else ''}."
    )


def _dire_l_evolution(constat: Constat, reponse: Reponse) -> str:
    evolution = constat.evolution
    if evolution is None or _petit(evolution.ligne) or _petit(evolution.autre):
        return ""
    avant = annee_d_avant(reponse.question.annee)
    exact = reponse.politique.exacte
    autre = pourcentage(evolution.autre.part or 0, exact=exact)
    jugement = evolution.jugement
    de_qui = f"« {evolution.ligne.libelle} », depuis" if constat.egales else "Depuis"
    if not evolution.points or not jugement.certain:
        nom = f"« {evolution.ligne.libelle} »{INSECABLE}: pas" if constat.egales else "Pas"
        return f"{nom} de changement certain depuis {avant} ({autre})."
    sens = "hausse" if evolution.points > 0 else "baisse"
    combien = f"de {_dire_les_points(evolution, exact=exact)}"
    suite = ""
    if jugement.hasard:
        suite = " qui dépasse le hasard"
    elif jugement.hasard is False:
        suite = " que le hasard peut expliquer"
    return f"{de_qui} {avant} ({autre}), c’est une {sens} {combien}{suite}."


def _dire_les_rangs(rangs: Rangs, reponse: Reponse, etat: Etat) -> str:
    """« Au-dessus, de façon certaine : Cambrai et Flandres ; au-dessous : Douai. »"""
    if not rangs.dessus and not rangs.dessous:
        return ""
    morceaux: list[str] = []
    for lieux, sens in ((rangs.dessus, "au-dessus"), (rangs.dessous, "au-dessous")):
        if lieux:
            nombre_ = "un" if len(lieux) == 1 else nombre(len(lieux))
            combien = nombre_ if morceaux else f"{nombre_} territoire{'s' * (len(lieux) > 1)}"
            est = "est" if len(lieux) == 1 else "sont"
            surement = " de façon certaine" if not morceaux else ""
            noms = enumerer([_court(nommer(etat, x)) for x, _ in lieux])
            verbe = f" {est} {sens}{surement}" if not morceaux else f" {sens}"
            morceaux.append(f"{combien}{verbe}{INSECABLE}: {noms}")
    return f"{_majuscule(f'{INSECABLE}; '.join(morceaux))}."


def _court(nom: str) -> str:
    """« VNE (Versant Nord-Est) » → « VNE »."""
    return nom.split(" (")[0]


def _phrase_series(reponse: Reponse, portee: str, constats: Sequence[Constat]) -> str:
    """The leading value of each series."""
    ind, exact = reponse.indicateur, reponse.politique.exacte
    noms = {s.code: s.libelle for s in ind.series}
    morceaux: list[str] = []
    for constat in constats:
        nom = noms[constat.serie]
        mesure = _mesurer(constat.tete, exact=exact)
        if not morceaux:
            mesure = _environ(constat.tete) + mesure
        morceaux.append(f"{nom[0].lower()}{nom[1:]}, « {constat.tete.libelle} » {mesure}")
    return f"{portee}{INSECABLE}: {f'{INSECABLE}; '.join(morceaux)}."
