"""« Pourquoi ce chiffre ? »: what a card counts, where it comes from, what is left out, how it is
protected, which delivery it rests on (contract, interface, « A chart card »)."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from dashboard import balises as html
from dashboard.nombres import INSECABLE, annee_lisible, date_longue, enumerer
from data.catalogue import LISTE_DU_CHAMP, ORIGINE_DES_CHAMPS, POPULATIONS, Indicateur, Valeur
from queries.depot import Etat
from queries.reponses import Reponse

FORMULAIRES = {
    "usagers": "fiche usager",
    "situations": "fiche situation",
    "interventions": "fiche d’intervention",
    "actions": "fiches d’action collective, ponctuelle et de projet",
    "postes": "table des postes",
    "colleges": "table des collèges",
    "conditions": "table des conditions d’exercice",
}
AUTRES_ORIGINES = {
    "acteur": ("interventions", ("acteur",)),
    "anciennete": ("usagers", ("debut",)),
    "plan_pauvrete": ("postes", ("plan_pauvrete", "etp", "debut", "fin")),
    "education_prioritaire": ("colleges", ("education_prioritaire",)),
}
"""Field of the catalogue → form and columns, where the annual facts derive it."""

PAR_UNITE = {"action": "actions", "poste": "conditions"}
"""Unit → form of the fields that `ORIGINE_DES_CHAMPS` does not know."""

SANS_CHAMP = {
    "effectif": ("interventions", ("date", "acteur")),
    "jeunes_par_poste": ("postes", ("etp",)),
    "intensite": ("interventions", ("date", "acteur")),
    "actions_participants": ("actions", ("usagers", "autres_jeunes")),
}
DEFINITIONS = {
    "effectif": "Un jeune accompagné est un jeune d’une association qui a eu au moins une "
    "intervention dans l’année scolaire (du 1er septembre au 31 août). Le même jeune suivi par "
    "deux associations compte deux fois.",
    "age": "Âge au 1er janvier de l’année scolaire.",
    "tranche_age": "Âge au 1er janvier de l’année scolaire.",
    "anciennete": "Poursuivi quand l’accompagnement a commencé avant l’année scolaire ; nouveau "
    "sinon. Sans date de début, celle de la première intervention.",
    "conditions": "La dernière fiche de chaque poste ouvert au 1er janvier.",
    "lieu": "Part des interventions : un jeune rencontré vingt fois compte vingt fois.",
    "presence": "Part des interventions : un jeune rencontré vingt fois compte vingt fois.",
}
SITUATION = (
    "La dernière fiche situation avant le 31 août, telle qu’elle est : rien n’est repris des "
    "précédentes."
)


def expliquer(reponse: Reponse, etat: Etat) -> Markup:
    """The folded explanation under a card."""
    lignes = [(mot, sens) for mot, sens in definir(reponse, etat) if sens]
    return html.Details(
        [
            html.Summary("Pourquoi ce chiffre ?"),
            html.Dl([y for mot, sens in lignes for y in (html.Dt(mot), html.Dd(sens))]),
        ],
        className="pourquoi",
    )


def definir(reponse: Reponse, etat: Etat) -> Iterator[tuple[str, str | list[Markup] | Markup]]:
    """Words and their explanation, in order; those with nothing to say are empty."""
    ind = reponse.indicateur
    yield "Question", ind.question
    note = f"{ind.note[0].upper()}{ind.note[1:]}." if ind.note else ""
    yield "Définition", " ".join(x for x in (DEFINITIONS.get(ind.id, ""), note) if x)
    if reponse.population:
        annee = annee_lisible(reponse.question.annee)
        yield "Population", f"{POPULATIONS[reponse.population]}, {annee}"
    origines = provenance(ind)
    yield (
        "Formulaire et champ",
        " ; ".join(
            f"{FORMULAIRES[forme]}, {'champs' if len(colonnes) > 1 else 'champ'} "
            f"{enumerer([f'« {c} »' for c in colonnes])}"
            for forme, colonnes in origines.items()
        ),
    )
    yield "Fiche retenue", SITUATION if "situations" in origines else ""
    yield "Liste des réponses", _lister_les_codes(ind, etat)
    yield "Base", "" if ind.base == "-" else ind.base
    yield "Ce qui est laissé de côté", _exclure(ind)
    yield "Unité comptée", ind.unite
    yield "Protection", _proteger(reponse)
    livraison = reponse.livraison
    yield (
        "Livraison",
        f"n°{INSECABLE}{livraison.numero} du {date_longue(livraison.date)}"
        + (", données de démonstration synthétiques" if livraison.synthetique else ""),
    )


def provenance(ind: Indicateur) -> dict[str, tuple[str, ...]]:
    """Forms (keys of `FORMULAIRES`) an indicator is read from → their columns; empty when it is
    about every form."""
    if ind.id in SANS_CHAMP:
        return dict([SANS_CHAMP[ind.id]])
    origines: dict[str, tuple[str, ...]] = {}
    for champ in ind.champ.split(";"):
        if champ in ("", "tous"):
            continue
        forme, colonnes = _origine(champ, ind.unite)
        origines[forme] = (*origines.get(forme, ()), *colonnes)
    return origines


def _origine(champ: str, unite: str) -> tuple[str, tuple[str, ...]]:
    if champ in AUTRES_ORIGINES:
        return AUTRES_ORIGINES[champ]
    if unite in PAR_UNITE:
        return PAR_UNITE[unite], (champ,)
    forme, colonne = ORIGINE_DES_CHAMPS[champ].split(".")
    return forme, (colonne,)


def _lister_les_codes(ind: Indicateur, etat: Etat) -> Markup | str:
    """Codes and labels of the answers, the list's own when there is one."""
    if ind.famille == "qualite_saisie":
        return ""
    listes: list[tuple[str, list[tuple[str, str]]]] = []
    for serie in ind.series:
        valeurs = [(m.code, m.libelle) for m in serie.modalites]
        if valeurs and valeurs not in [v for _, v in listes]:
            listes.append((serie.libelle, valeurs))
    if not listes:
        return ""
    montrees = [
        html.Li(
            [html.Strong(f"{nom}{INSECABLE}: ") if nom and len(listes) > 1 else ""]
            + [" ; ".join(f"{libelle} ({code})" for code, libelle in valeurs)]
        )
        for nom, valeurs in listes
    ]
    champ = ind.champ.split(";")[0]
    liste = etat.listes.get(LISTE_DU_CHAMP.get(champ, champ), ())
    suite = _groupes(ind, liste)
    return html.Ul([*montrees, *([html.Li(suite)] if suite else [])], className="codes")


def _groupes(ind: Indicateur, liste: tuple[Valeur, ...]) -> str:
    """What each group holds, for the indicators whose answers are groups of a list."""
    codes = {m.code for s in ind.series for m in s.modalites}
    if codes & {v.code for v in liste}:
        return ""
    groupes: dict[str, list[str]] = {}
    for v in liste:
        if v.groupe:
            groupes.setdefault(v.groupe, []).append(v.libelle)
    if len(groupes) < 2 or ind.id in ("avec_famille", "mesure_connue"):
        return ""
    return " · ".join(f"{g} = {' ; '.join(noms)}" for g, noms in groupes.items())


def _exclure(ind: Indicateur) -> str:
    if ind.base == "-" or not ind.de_jeunes:
        return ""
    if ind.base.startswith(("tous", "pop")):
        return "Personne : toute la population est dans la base, réponses vides comprises."
    textes = [
        "Les réponses non renseignées : leur nombre est sous le graphique, jamais dans les parts."
    ]
    if "aucune" in ind.note:
        textes.append("Les jeunes dont la réponse est « aucune ».")
    if "origine" in ind.base or "demande =" in ind.base or "mentions" in ind.base:
        textes.append("Ce que la base ne nomme pas.")
    return " ".join(textes)


def _proteger(reponse: Reponse) -> str:
    ind, politique = reponse.indicateur, reponse.politique
    if politique.exacte:
        return "Aucune : ces chiffres sont exacts et ne sortent pas de votre service."
    if ind.famille == "activite" and ind.id != "actions_participants":
        return "Aucune : l’activité ne décrit pas des jeunes, ses nombres sont exacts."
    if ind.famille == "evenements":
        return (
            "Seules des parts entières sont données, quand assez de jeunes sont derrière et "
            "qu’aucun ne pèse plus de la moitié."
        )
    texte = (
        f"Nombres arrondis au multiple de 5, rien sous {politique.plancher}, pas de détail sous "
        f"{politique.assiette} réponses ; un audit retient ce qui se laisserait déduire."
    )
    if ind.valeurs_sensibles and politique.plancher_sensible > politique.plancher:
        texte += f" Valeurs sensibles : rien sous {politique.plancher_sensible}."
    return texte
