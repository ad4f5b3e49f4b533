"""How the forms are filled in: answer rates, rhythm of entries, deliveries, fragile figures.

Every figure about youths is an answer (`queries.reponses`): what a reader may not know of an
association, or of a small group, is not here either.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from dashboard import balises as html
from dashboard import tableaux
from dashboard.contexte import Contexte
from dashboard.fragments import fragment
from dashboard.graphiques import decrire, etiquette
from dashboard.nombres import INSECABLE, nombre, pluriel, pourcentage
from data.catalogue import CHAMPS_QUALITE, CONSTATS, POPULATIONS
from data.refus import typographier
from queries.encadrement import PAS
from queries.lieux import existe, lister, nommer
from queries.question import NORD, Lieu, Question
from queries.reponses import NOTE_ARRONDI, NOTE_EXACT, STATUTS, Ligne, Reponse, repondre
from queries.selection import derniere_annee, ecrire_lieux

TITRE = "Qualité de la saisie"
CHEMIN = "/qualite"
INDICATEUR = "qualite_saisie"

MOITIE = 50
"""Per cent under which a field is said to be little filled in."""

GROUPES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Fiche usager",
        (
            *("sexe", "age", "debut", "territoire_usager", "origine"),
            *("fonction_ecole", "demande", "demande_scolarite"),
        ),
    ),
    (
        "Fiche situation",
        (
            *("college", "classe", "hebergement", "configuration"),
            *("mesures", "aides", "ressources"),
        ),
    ),
    (
        "Fiches d’intervention de l’année",
        (
            *("present", "lieu", "objectifs", "modalites", "famille"),
            *("objectifs_famille", "partenaires_territoire", "partenaires_hors"),
        ),
    ),
    ("Cohérence", tuple(CONSTATS)),
)
"""Forms, and the fields of each."""

LIBELLES = {
    **{champ: libelle for champ, libelle, _ in CHAMPS_QUALITE},
    "situation": "Fiche situation présente",
    "debut_coherent": "Début au plus tard à la première intervention",
}

FORMULAIRES: dict[str, str] = {
    "usagers": "Fiches usager (toutes années)",
    "situations": "Fiches situation",
    "interventions": "Fiches d’intervention",
    "actions_ponctuelles": "Actions ponctuelles",
    "actions_projet": "Actions dans un projet",
    "conditions": "Conditions d’exercice",
}
"""Form that an association hands over → its heading."""

DEFINITIONS: tuple[tuple[str, str], ...] = (
    (
        "Taux de réponse",
        "Part des jeunes dont le champ est rempli. Pour les fiches d’intervention, il suffit qu’il "
        "le soit une fois dans l’année. Un champ qui ne se remplit que dans un cas (fonction dans "
        "l’établissement, demande concernant la scolarité) est rapporté à ce cas.",
    ),
    (
        "Fiche situation présente",
        "Le jeune a une fiche situation datée du 31 août de l’année scolaire au plus tard.",
    ),
    (
        "Début postérieur",
        "La fiche usager dit une date de début plus tardive qu’une intervention de l’année. Part "
        "des jeunes dont la date de début est connue.",
    ),
    (
        "Mois sans saisie",
        "Mois de l’année scolaire, sur douze, sans aucune intervention.",
    ),
    (
        "Saisies tardives",
        "Part des interventions arrivées pour la première fois alors qu’une livraison précédente "
        "de la même association allait déjà, pour cette année scolaire, au-delà de leur date. Ce "
        "qu’apporte la première livraison d’une année n’est jamais tardif. Tous les acteurs sont "
        "comptés, quels que soient les jeunes choisis.",
    ),
)

Colonnes = Sequence[tuple[str, Reponse]]


def composer(ctx: Contexte) -> list[Any]:
    """The page."""
    annee = derniere_annee(ctx.selection.annee)
    associations = list(lister(ctx.etat, ctx.lecteur, "association", annee))
    par_association = _demander(ctx, [(x, annee) for x in (NORD, *associations)])
    ici = ctx.selection.lieu
    annees = [(ici, a) for a in ctx.etat.annees if existe(ctx.etat, ctx.lecteur, ici, a)]
    par_annee = _demander(ctx, annees)
    blocs = [
        html.Header(
            [
                html.P(f"Année scolaire {annee}", className="surtitre"),
                html.H1(TITRE),
                html.P(_introduire(ctx), className="introduction"),
            ],
            className="tete-page",
        ),
        _rythme(ctx, annee, associations, par_association),
        _champs_par_association(ctx, annee, associations, par_association),
        _champs_par_annee(ctx, par_annee),
        _remises(ctx, annee, associations),
        _fragiles(ctx, annee),
        _definitions(),
    ]
    return [fragment(*blocs, className="qualite")]


def _introduire(ctx: Contexte) -> str:
    jeunes = POPULATIONS[ctx.selection.population]
    return (
        "Comment les fiches sont remplies, à quel rythme elles arrivent, et quels chiffres "
        f"reposent sur trop peu de réponses. Jeunes comptés : {jeunes}."
    )


def _demander(ctx: Contexte, ou: Iterable[tuple[Lieu, str]]) -> list[Reponse]:
    questions = [Question(INDICATEUR, annee, lieu, ctx.selection.population) for lieu, annee in ou]
    return repondre(questions, ctx.lecteur, ctx.depot)


def _sigle(ctx: Contexte, lieu: Lieu) -> str:
    return str(ctx.etat.geographie.associations[lieu.code]["sigle"])


# --- pieces ---------------------------------------------------------------------------------------


def _tabler(
    legende: str, entetes: Sequence[str], rangs: Sequence[Markup], classe: str, cases: str = ""
) -> Markup:
    """A table with a row an association. `cases`: class of the columns after the first."""
    colonnes = [html.Th(x, scope="col", className=cases) for x in entetes]
    return html.Table(
        [
            html.Caption(html.Span(legende)),
            html.Thead(html.Tr([html.Th("Association", scope="col"), *colonnes])),
            html.Tbody(rangs),
        ],
        className=classe,
    )


def _carte(ancre: str, titre: str, *contenu: Any) -> Markup:
    return html.Section(
        [html.H2(titre, id=f"titre-{ancre}"), *contenu],
        id=ancre,
        className="carte",
        **{"aria-labelledby": f"titre-{ancre}"},
    )


def _defiler(tableau: Markup, legende: str) -> Markup:
    return html.Div(
        tableau, className="defile", tabIndex=0, role="region", **{"aria-label": legende}
    )


def _notes(reponses: Iterable[Reponse]) -> Markup:
    """What the numbers of these answers are worth."""
    reponses = list(reponses)
    notes: list[Any] = []
    if any(x.statut in ("arrondi", "masque") for r in reponses for x in r.lignes):
        notes += [html.Span(NOTE_ARRONDI, className="protection"), " "]
    if any(r.politique.exacte for r in reponses):
        notes.append(html.Strong(f"{NOTE_EXACT}.", className="exact"))
    return html.P(notes, className="notes aide")


def _telecharger(ctx: Contexte, quoi: str, paires: Sequence[tuple[str, str]]) -> Markup:
    """The same answers as files, from the API."""
    liens = []
    for format_ in ("csv", "xlsx"):
        requete = urlencode(
            [*paires, ("population", ctx.selection.population), ("format", format_)]
        )
        liens.append(
            html.Li(
                html.A(
                    format_.upper(),
                    href=f"/api/v1/indicateurs/{INDICATEUR}?{requete}",
                    download="",
                    **{"aria-label": f"Télécharger {quoi} en {format_.upper()}"},
                )
            )
        )
    return html.Ul(liens, className="outils")


def _case(x: Ligne, r: Reponse, quoi: str) -> Markup:
    """One rate, darker as it is greater; under half, said in words as well."""
    plancher, exact = r.politique.plancher, r.politique.exacte
    texte = etiquette(x, plancher, exact=exact)
    bulle = f"{quoi}{INSECABLE}: {decrire(x, plancher, exact=exact)}"
    if not x.affichee or x.part is None:
        if x.statut != "masque":
            texte = _COURTS.get(x.statut, texte)
        return html.Td(texte, className=f"nombre chaud {x.statut}", title=bulle)
    peu = x.part < MOITIE
    return html.Td(
        [texte, html.Span(" peu rempli", className="hors-vue")] if peu else texte,
        className=f"nombre chaud {x.statut}{' peu' if peu else ''}",
        style={"--chaleur": f"{x.part / 100:.2f}"},
        title=bulle,
    )


_COURTS = {
    "refuse": "–",
    "non_diffuse": "n.d.",
    "non_pose": "n.p.",
    "sans_objet": "s.o.",
}
_LEGENDE = (
    f"Souligné{INSECABLE}: moins de la moitié. «{INSECABLE}–{INSECABLE}»{INSECABLE}: "
    f"effectif trop faible pour être détaillé. n.d.{INSECABLE}: non diffusé. n.p.{INSECABLE}: "
    f"question non posée cette année-là. s.o.{INSECABLE}: pas d’ALSES ici cette année-là."
)


def _chaleur(colonnes: Colonnes, noms: Sequence[Any], legende: str) -> Markup:
    """Fields by places or years: one heat table, form by form."""
    corps = []
    for groupe, champs in GROUPES:
        rangs = [
            html.Tr(html.Th(groupe, colSpan=1 + len(colonnes), scope="rowgroup"), className="serie")
        ]
        for champ in champs:
            cases = []
            for titre, r in colonnes:
                x = r.ligne("renseigne", champ)
                cases.append(_case(x, r, f"{titre} – {LIBELLES[champ]}"))
            rangs.append(html.Tr([html.Th(LIBELLES[champ], scope="row"), *cases]))
        corps.append(html.Tbody(rangs))
    tete = html.Tr(
        [
            html.Th("Champ", scope="col"),
            *(html.Th(nom, scope="col", className="nombre") for nom in noms),
        ]
    )
    return _defiler(
        html.Table(
            [html.Caption(html.Span(legende)), html.Thead(tete), *corps],
            className="tableau chaleur debout taux",
        ),
        legende,
    )


# --- sections -------------------------------------------------------------------------------------


def _rythme(
    ctx: Contexte, annee: str, associations: Sequence[Lieu], reponses: Sequence[Reponse]
) -> Markup:
    """One row per association: how much, how often, how late, and what is missing."""
    population = ctx.selection.population
    lieux = (NORD, *associations)
    effectifs = repondre(
        [Question("effectif", annee, x, population) for x in lieux], ctx.lecteur, ctx.depot
    )
    rangs = []
    for lieu, r, effectif in zip(lieux, reponses, effectifs, strict=True):
        cases = [_nombre(effectif.lignes[0], effectif)]
        cases.append(_nombre(r.ligne("interventions_par_jeune", "interventions_par_jeune"), r))
        cases.append(_nombre(r.ligne("mois_sans_saisie", "mois_sans_saisie"), r))
        cases += [_autres(r.ligne("renseigne", c), r) for c in CONSTATS]
        cases.append(_nombre(r.ligne("saisies_tardives", "saisies_tardives"), r))
        rangs.append(html.Tr([html.Th(nommer(ctx.etat, lieu), scope="row"), *cases]))
    legende = f"Par association, {annee}"
    entetes = (
        "Jeunes",
        "Interventions par jeune",
        "Mois sans saisie",
        "Jeunes sans fiche situation",
        "Début postérieur à une intervention",
        "Saisies tardives",
    )
    tableau = _tabler(legende, entetes, rangs, "tableau rythme", "nombre")
    return _carte(
        "rythme",
        "Le rythme et la cohérence de la saisie",
        _defiler(tableau, legende),
        _notes([*reponses, *effectifs]),
    )


def _autres(x: Ligne, r: Reponse) -> Markup:
    """Those who are not in a rate: the base less those who are (confidentialité, rule 5).

    Two rounded numbers that are five apart may be of the same youths: it is said only when it is
    certain that there are some.
    """
    if not x.affichee or x.effectif is None or x.base is None:
        return _nombre(x if x.statut != "masque" else replace(x, statut="non_diffuse"), r)
    n = x.base - x.effectif
    if not r.politique.exacte and n < 2 * PAS:
        return html.Td("aucun cas certain", className="nombre masque")
    part = round(100 - (x.part or 0), 1)
    if not n:
        return html.Td("0", className="nombre")
    return html.Td(
        [
            html.Span(_environ(x) + nombre(n)),
            html.Span(f"soit {pourcentage(part, exact=r.politique.exacte)}", className="depuis"),
        ],
        className="nombre",
    )


def _environ(x: Ligne) -> str:
    return f"≈{INSECABLE}" if x.statut == "arrondi" else ""


def _nombre(x: Ligne, r: Reponse) -> Markup:
    plancher, exact = r.politique.plancher, r.politique.exacte
    if x.statut == "masque":
        return html.Td(f"moins de {plancher} jeunes", className="nombre masque")
    if not x.affichee:
        return html.Td(STATUTS[x.statut], className=f"nombre {x.statut}", title=x.note or None)
    environ = _environ(x)
    if x.part is not None:
        petit = x.part < 1 and x.effectif
        texte = f"<{INSECABLE}1{INSECABLE}%" if petit else pourcentage(x.part, exact=exact)
        return html.Td(f"{'' if petit else environ}{texte}", className="nombre")
    texte = etiquette(x, plancher, exact=exact)
    return html.Td(f"{environ}{texte}" if texte != "–" else texte, className="nombre")


def _champs_par_association(
    ctx: Contexte, annee: str, associations: Sequence[Lieu], reponses: Sequence[Reponse]
) -> Markup:
    lieux = (NORD, *associations)
    colonnes = [(nommer(ctx.etat, x), r) for x, r in zip(lieux, reponses, strict=True)]
    noms: list[Any] = ["Département"]
    for x in associations:
        nom = nommer(ctx.etat, x)
        noms.append(html.Span(_sigle(ctx, x), title=nom))
    legende = f"Part des jeunes dont le champ est rempli, par association, {annee}"
    return _carte(
        "par-association",
        "Les réponses, champ par champ, selon l’association",
        html.P(_pire(reponses[0]), className="phrase"),
        _chaleur(colonnes, noms, legende),
        html.P(_LEGENDE, className="aide"),
        _notes(reponses),
        _telecharger(
            ctx, "les taux de réponse par association", [("annee", annee), ("par", "association")]
        ),
    )


def _pire(r: Reponse) -> str:
    """The field that the Département fills in least, and how many are under half."""
    taux = [
        x
        for x in r.lignes
        if x.modalite == "renseigne" and x.serie not in CONSTATS and x.part is not None
    ]
    if not taux:
        return "Dans le Département, aucun taux de réponse n’est disponible."
    faible = min(taux, key=lambda x: x.part or 0)
    peu = sum((x.part or 0) < MOITIE for x in taux)
    suite = (
        f"{pluriel(peu, 'champ l’est', 'champs le sont')} pour moins de la moitié des jeunes"
        if peu
        else "tous le sont pour la moitié des jeunes au moins"
    )
    environ = "" if r.politique.exacte else "environ "
    part = pourcentage(faible.part or 0, exact=r.politique.exacte)
    return (
        f"Dans le Département, le champ le moins rempli est « {LIBELLES[faible.serie]} » "
        f"({environ}{part} des jeunes) ; {suite}."
    )


def _champs_par_annee(ctx: Contexte, reponses: Sequence[Reponse]) -> Markup:
    lieu = ctx.selection.lieu
    nom = nommer(ctx.etat, lieu)
    colonnes = [(r.question.annee, r) for r in reponses]
    legende = f"Part des jeunes dont le champ est rempli, par année, {nom}"
    if not colonnes:
        return _carte(
            "par-annee",
            "Les réponses, champ par champ, au fil des années",
            html.P("Ce lieu n’existe dans aucune année de votre périmètre."),
        )
    return _carte(
        "par-annee",
        f"Les réponses, champ par champ, au fil des années : {nom}",
        _chaleur(colonnes, [a for a, _ in colonnes], legende),
        html.P(_LEGENDE, className="aide"),
        _notes(reponses),
        _telecharger(
            ctx,
            "les taux de réponse par année",
            [*ecrire_lieux([lieu], ctx.lecteur), ("par", "annee")],
        ),
    )


def _remises(ctx: Contexte, annee: str, associations: Sequence[Lieu]) -> Markup:
    """Which form of which association was received: number and date, never how many rows."""
    titre = "Les livraisons reçues"
    etat = ctx.etat
    if not etat.remises:
        texte = (
            "Ce que chaque association a remis n’est pas encore noté dans cette base : ce le sera "
            "à partir de la prochaine livraison."
        )
        return _carte("livraisons-recues", titre, html.P(texte))
    debut = int(annee[:4])
    recues: dict[tuple[str, str], list[tuple[int, Any]]] = {}
    for x in etat.remises:
        if x.annee in (debut, 0):
            recues.setdefault((x.association, x.formulaire), []).append((x.numero, x.date))
    attendues = {p["association"] for p in etat.geographie.postes_de_l_annee(debut)}
    attendues |= {a for a, formulaire in recues if formulaire != "usagers"}
    rangs, manquantes = [], 0
    for lieu in associations:
        if lieu.code not in attendues:
            continue
        cases = []
        for formulaire in FORMULAIRES:
            lots = recues.get((lieu.code, formulaire), [])
            if lots:
                numero, date = lots[-1]
                derniere = f"n°{INSECABLE}{numero} du {date:%d/%m/%Y}"
                reste = html.Span(f"et {len(lots) - 1} avant", className="depuis")
                cases.append(html.Td([derniere, reste if len(lots) > 1 else None]))
            else:
                manquantes += formulaire == "interventions"
                cases.append(html.Td("non reçue", className="manque"))
        rangs.append(html.Tr([html.Th(nommer(etat, lieu), scope="row"), *cases]))
    legende = f"Fiches de l’année {annee}, par association : dernière livraison qui en apporte"
    tableau = _tabler(legende, list(FORMULAIRES.values()), rangs, "tableau remises")
    phrase = (
        f"{pluriel(manquantes, 'association n’a', 'associations n’ont')} remis aucune fiche "
        f"d’intervention de {annee}."
        if manquantes
        else f"Toutes les associations attendues ont remis des fiches d’intervention de {annee}."
    )
    return _carte(
        "livraisons-recues",
        titre,
        html.P(phrase if rangs else "Aucune association n’est attendue ici.", className="phrase"),
        _defiler(tableau, legende) if rangs else None,
        html.P(
            "Sont attendues les associations qui ont un poste ouvert dans l’année, ou qui ont "
            "remis des fiches. Une absence peut être normale : toutes ne mènent pas d’action "
            "collective. Le nombre de fiches n’est pas montré : ce serait un chiffre exact.",
            className="aide",
        ),
    )


def _fragiles(ctx: Contexte, annee: str) -> Markup:
    """Which figures of the place rest on fewer than half of the answers."""
    lieu, s = ctx.selection.lieu, ctx.selection
    if not existe(ctx.etat, ctx.lecteur, lieu, annee):
        lieu = NORD
    catalogue = [i for i in ctx.etat.catalogue.values() if i.id != INDICATEUR]
    questions = [Question(i.id, annee, lieu, s.population) for i in catalogue]
    trouves = [
        r for r in repondre(questions, ctx.lecteur, ctx.depot) if any(x.fragile for x in r.lignes)
    ]
    nom = nommer(ctx.etat, lieu)
    lignes = []
    for r in trouves:
        ind = r.indicateur
        adresse = f"{ctx.adresse(chemin=f'/{ind.chapitre}', propres=[])}#{ind.id}"
        lignes.append(
            html.Li([html.Lien(f"{ind.numero} {ind.titre}", adresse), tableaux.AVERTISSEMENT])
        )
    combien = pluriel(len(trouves), "indicateur repose", "indicateurs reposent")
    phrase = (
        f"{combien} sur moins de la moitié des réponses. L’avertissement les suit partout : "
        "graphiques, tableaux, fichiers."
        if trouves
        else "Aucun indicateur ne repose sur moins de la moitié des réponses."
    )
    return _carte(
        "fragiles",
        f"Les chiffres à lire avec prudence : {nom}, {annee}",
        html.P(phrase, className="phrase"),
        html.Ul(lignes, className="puces") if lignes else None,
    )


def _definitions() -> Markup:
    return _carte(
        "definitions",
        "Ce que ces mots veulent dire",
        html.Dl(
            [html.Div([html.Dt(mot), html.Dd(typographier(sens))]) for mot, sens in DEFINITIONS],
            className="mots",
        ),
    )
