"""What stands under the chart of evolution: table, change of the forms, printed figures, foot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from dashboard import balises as html
from dashboard import graphiques, pieds
from dashboard.contexte import Contexte
from dashboard.filtres import LIEUX_ENSEMBLE
from dashboard.nombres import (
    INSECABLE,
    nombre,
)
from dashboard.pages.evolution.mots import ecrire_imprime, pourcentage_imprime, sourcer
from dashboard.pages.evolution.vue import (
    Vue,
    a_dessiner,
    adresser,
    dater,
    imprimes_de_la_suite,
    nommer_cible,
    rang_de,
    reunir_imprimes,
    titrer,
    trouver_rupture,
)
from dashboard.pages.publications import PARAMETRE as DOCUMENT
from dashboard.pages.publications.mots import dire_periode
from data.catalogue import CHAPITRES, POPULATIONS, Indicateur
from data.imprimes import Imprime, lire_ruptures
from queries.constantes import constantes_de
from queries.evolutions import (
    Point,
)
from queries.reponses import NOTE_ARRONDI, NOTE_EXACT, NOTE_MULTIPLE, STATUTS
from queries.selection import ecrire, ecrire_lieux, joindre


def composer_suite(vue: Vue, ctx: Contexte) -> list[Any]:
    """Everything under the chart."""
    if not vue.lignes:
        return []
    tableau = html.Div(_dresser(vue, ctx), className="defile", tabIndex=0)
    corps: list[Any] = []
    if vue.trop:
        corps.append(
            html.P(
                f"{LIEUX_ENSEMBLE} lieux ou profils au plus sont suivis ensemble : "
                f"{vue.trop} de plus sont laissés de côté.",
                className="raison",
            )
        )
    if ctx.selection.vue == "tableau":
        corps.append(tableau)
    else:
        corps.append(
            html.Details([html.Summary("Les chiffres en tableau"), tableau], className="chiffres")
        )
    corps += [_dire_rupture(vue, ctx), _lister_imprimes(vue, ctx), _pied(vue, ctx)]
    return corps


def _dresser(vue: Vue, ctx: Contexte) -> Markup:
    """Every line by year; printed figures of years without data in columns of their own."""
    assert vue.groupe is not None
    rangs = dater(vue, ctx)
    duree = 3 if vue.cumul else 1
    connus = {p.rang for x in vue.lignes for p in x.points}
    tete = html.Tr(
        [
            html.Th("Lieu" if len(vue.cibles) > 1 else "Réponse", scope="col"),
            *(
                html.Th(
                    f"{x}-{x + duree}" + ("" if x in connus else " (imprimé)"),
                    scope="col",
                    className="nombre",
                )
                for x in rangs
            ),
        ]
    )
    lignes = [*zip(vue.noms, vue.lignes, strict=True)]
    if vue.reference:
        lignes.append(vue.reference)
    corps = []
    for nom, suite in lignes:
        points_ = {p.rang: p for p in suite.points}
        imprimes = imprimes_de_la_suite(suite, vue.groupe, ctx) if suite in vue.lignes else []
        cases = []
        for rang in rangs:
            siens = [x for x in imprimes if rang_de(x.annee) == rang]
            cases.append(_case(points_.get(rang), siens))
        titre = vue.indicateur.titre if len(vue.cibles) == 1 and not suite.modalite else nom
        corps.append(html.Tr([html.Th(titre, scope="row"), *cases]))
    legende = html.Caption(html.Span(f"{titrer(vue)}, par année scolaire"))
    return html.Table([legende, html.Thead(tete), html.Tbody(corps)], className="tableau evolution")


def _case(point: Point | None, imprimes: Sequence[Imprime]) -> Markup:
    if imprimes:
        textes = [f"★{INSECABLE}{ecrire_imprime(x)}" for x in imprimes]
        if point is not None:
            textes.append(STATUTS[point.ligne.statut])
        return html.Td(" ; ".join(textes), className="nombre imprime")
    if point is None:
        return html.Td("–", className="nombre")
    ligne, politique = point.ligne, point.reponse.politique
    if not ligne.affichee:
        texte = STATUTS[ligne.statut].format(plancher=politique.plancher)
        classe = "masque chaud" if ligne.statut == "masque" else ligne.statut
        return html.Td(texte, className=f"nombre {classe}")
    texte = graphiques.etiquette(ligne, politique.plancher, exact=politique.exacte)
    suite = None
    if ligne.part is not None and ligne.effectif is not None:
        environ = f"≈{INSECABLE}" if ligne.statut == "arrondi" else ""
        suite = html.Span(f"{environ}{nombre(ligne.effectif)}", className="compte")
    return html.Td([texte, suite], className="nombre")


def _dire_rupture(vue: Vue, ctx: Contexte) -> Markup | None:
    """The change of the forms, as printed."""
    if not trouver_rupture(vue, dater(vue, ctx)):
        return None
    siennes = [
        x for x in lire_ruptures() if not x.indicateurs or vue.indicateur.id in x.indicateurs
    ]
    return html.Div(
        [
            html.H3("Ce qui a changé en 2021-2022"),
            *(
                html.P(
                    f"{x.texte} « {x.citation.rstrip('.')} » ({sourcer(x.source, '', x.pages)})."
                )
                for x in siennes
            ),
        ],
        className="a-lire",
    )


def _lister_imprimes(vue: Vue, ctx: Contexte) -> Markup | None:
    """Printed figures of years without data, with their quote; national ones beside them."""
    listes: dict[str, list[Any]] = {}
    for suite in vue.lignes:
        nom = nommer_cible(suite.cible, ctx)
        listes.setdefault(nom, [])
        for x in reunir_imprimes(suite, ctx):
            if x not in listes[nom]:
                listes[nom].append(x)
    plusieurs = len(vue.cibles) > 1
    lignes = [
        html.Li(_dire_imprime(x, vue.indicateur, nom if plusieurs else "", ctx))
        for nom, siens in listes.items()
        for x in siens
    ]
    constantes = constantes_de(vue.indicateur.id) if "insee" in vue.indicateur.comparaisons else ()
    libelles = {m.code: m.libelle for s in vue.indicateur.series for m in s.modalites}
    nationaux = [
        html.Li(
            f"{libelles.get(k.modalite, k.modalite)} : {pourcentage_imprime(k.part)}. {k.source}."
        )
        for k in constantes
    ]
    if not lignes and not nationaux:
        return None
    return html.Div(
        [
            *(
                [
                    html.H3("Chiffres imprimés, pour les années sans données"),
                    html.Ul(lignes, className="puces"),
                ]
                if lignes
                else []
            ),
            *(
                [html.H3("Repères nationaux"), html.Ul(nationaux, className="puces")]
                if nationaux
                else []
            ),
        ],
        className="a-lire",
    )


def _dire_imprime(x: Imprime, ind: Indicateur, nom: str, ctx: Contexte) -> list[Any]:
    libelles = {m.code: m.libelle for s in ind.series for m in s.modalites}
    quoi = " + ".join(libelles.get(m, m) for m in x.modalites)
    base = f", parmi : {POPULATIONS[x.base]}" if x.base in POPULATIONS else ""
    tete = " – ".join(m for m in (nom, x.annee, quoi) if m)
    return [
        html.Strong(f"{tete} : {ecrire_imprime(x)}{base}"),
        f" (imprimé pour « {dire_periode(x.periode)} »). ",
        f"« {x.citation.rstrip('.')} » : {sourcer(x.source, x.section, x.pages)}.",
        f" {x.a_savoir} " if x.a_savoir else " ",
        html.Lien(
            "Voir ce qui est imprimé",
            ctx.adresse(propres=[(DOCUMENT, x.theme)], chemin="/publications") + f"#{x.carte}",
            **{"aria-label": f"Voir ce qui est imprimé : {ecrire_imprime(x)}, {x.annee}"},
        ),
    ]


def _pied(vue: Vue, ctx: Contexte) -> Markup:
    ind = vue.indicateur
    reponses = [p.reponse for x in vue.lignes for p in x.points]
    statuts = {p.ligne.statut for x in vue.lignes for p in x.points}
    notes: list[Any] = []
    if any(s.multiple for s in ind.series):
        notes.append(html.Span(NOTE_MULTIPLE))
    if vue.cumul:
        notes.append(html.Span("Deux cumuls qui se suivent ont deux années en commun."))
    if statuts & {"arrondi", "masque"}:
        notes.append(html.Span(NOTE_ARRONDI, className="protection"))
    if any(r.politique.exacte for r in reponses):
        notes.append(html.Strong(f"{NOTE_EXACT}.", className="exact"))
    return pieds.composer(notes, pieds.dire_la_source(ctx.etat), _outils(vue, ctx))


def adresse_api(vue: Vue, ctx: Contexte, format_: str) -> str:
    """Address of the same answers as a file, year by year."""
    s, ind = ctx.selection, vue.indicateur
    paires = [("annee", a) for a in ctx.etat.cumuls] if vue.cumul else []
    paires += ecrire_lieux(dict.fromkeys(lieu for lieu, _ in vue.cibles), ctx.lecteur)
    if ind.de_jeunes or ind.famille == "qualite_saisie":
        paires += [(p, v) for p, valeurs in s.filtres for v in valeurs]
        paires.append(("population", s.population))
    if not vue.cumul:
        paires.append(("par", "annee"))
    paires.append(("format", format_))
    return f"/api/v1/indicateurs/{ind.id}?{urlencode(paires)}"


def _requete_de_la_diapo(vue: Vue, requete: str) -> str:
    """What a slide must know to follow the same: `periode` is always told, for it says that this
    is no chart of one year."""
    suite = {"periode": "cumul" if vue.cumul else "annee", "valeur": vue.demande}
    return joindre(requete, urlencode({n: v for n, v in suite.items() if v}))


def _outils(vue: Vue, ctx: Contexte) -> Markup:
    ind = vue.indicateur
    nom = f"« {ind.titre} »"
    requete = ecrire(ctx.selection, ctx.etat, ctx.lecteur)
    outils = pieds.lier_les_fichiers(
        lambda format_: adresse_api(vue, ctx, format_),
        f"Télécharger les chiffres {nom}",
        ", année par année",
    )
    if ctx.selection.vue != "tableau" and a_dessiner(vue, ctx):
        outils += pieds.offrir_les_images("evolution", f"Télécharger le graphique {nom}")
    outils += [
        pieds.copier_le_lien(adresser(vue, ctx), nom),
        *pieds.offrir_la_presentation(
            ind.id, _requete_de_la_diapo(vue, requete), f"{nom}, d’une année à l’autre", ctx.lecteur
        ),
        html.Lien(
            f"Voir dans le chapitre {CHAPITRES[ind.chapitre][0]}",
            f"/{ind.chapitre}{'?' + requete if requete else ''}#{ind.id}",
        ),
    ]
    return pieds.lister(outils)
