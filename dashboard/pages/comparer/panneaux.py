"""Small multiples: one panel a place, the same scale and the reference in each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html as composants
from markupsafe import Markup

from dashboard import balises as html
from dashboard import graphiques, pieds
from dashboard.cartes import Matiere, adresse_api
from dashboard.figures import encadrer
from dashboard.fragments import fragment
from dashboard.nombres import INSECABLE, enumerer, nombre, pluriel
from dashboard.pages.comparer.choix import couleur, numero
from dashboard.pages.comparer.vue import Repere, Vue, lignes_a_montrer
from data.catalogue import Indicateur
from data.refus import typographier
from queries.question import Lieu
from queries.reponses import NOTE_ARRONDI, NOTE_EXACT, NOTE_MULTIPLE, STATUTS, Ligne, Reponse
from queries.selection import ecrire
from queries.statistiques import MINIMUM

NOTE_SOMME = (
    " (somme des nombres publiés ; sans repère là où l’un d’eux ne montre pas cette réponse)"
)
DITES = 3
"""Values a panel says in words, the largest first."""


def composer(vue: Vue, ind: Indicateur) -> composants.Section:
    """The card of an indicator: its panels, then the same as a table."""
    reponses = [(lieu, vue.reponses[ind.id, lieu]) for lieu in vue.lieux]
    tableau = html.Div(_tableau(vue, ind, reponses), className="defile", tabIndex=0)
    tete = html.Header(
        [
            html.Span(ind.numero, className="numero"),
            html.H2(ind.titre, id=f"titre-{ind.id}"),
            html.P(ind.question, className="question"),
        ],
        className="tete-carte",
    )
    corps: list[Any] = [fragment(tete, _legende(vue, ind))]
    if vue.ctx.selection.vue == "tableau":
        corps.append(fragment(tableau))
    else:
        corps.append(_panneaux(vue, ind, reponses))
        corps.append(
            fragment(
                html.Details(
                    [html.Summary("Les chiffres en tableau"), tableau], className="chiffres"
                )
            )
        )
    corps.append(fragment(_pied(vue, ind, [r for _, r in reponses])))
    return composants.Section(
        corps,
        id=f"comparer-{ind.id}",
        className="carte comparaison",
        **{"aria-labelledby": f"titre-{ind.id}"},
    )


def _noms_des_reperes(vue: Vue, ind: Indicateur) -> dict[str, Repere]:
    """The references in the panels, by name."""
    trouves: dict[str, Repere] = {}
    for lieu in vue.lieux:
        for r in vue.reperes[ind.id, lieu]:
            trouves.setdefault(r.nom, r)
    return trouves


def _legende(vue: Vue, ind: Indicateur) -> Markup | None:
    reperes = _noms_des_reperes(vue, ind)
    if not reperes:
        return None
    par_genre: dict[str, list[Repere]] = {}
    for r in reperes.values():
        par_genre.setdefault(r.genre, []).append(r)
    return html.Ul(
        [
            html.Li(
                [
                    html.Span(className="trait-repere", style={"background": siens[0].couleur}),
                    enumerer([r.nom for r in siens], "ou"),
                    NOTE_SOMME if any(r.somme for r in siens) else "",
                ]
            )
            for siens in par_genre.values()
        ],
        className="legende",
        **{"aria-label": "Repères"},
    )


def _traces(vue: Vue, ind: Indicateur, lieu: Lieu, rang: int) -> list[graphiques.Trace]:
    r = vue.reponses[ind.id, lieu]
    lignes = lignes_a_montrer(r)
    traces = [
        graphiques.Trace(
            vue.nom(lieu),
            lignes,
            couleur(rang),
            r.politique.plancher,
            r.politique.exacte,
            petits=MINIMUM,
        )
    ]
    for repere in vue.reperes[ind.id, lieu]:
        autre = repere.reponse
        siennes = [repere.ligne(x) or x for x in lignes]
        if not any(x.affichee for x in siennes):
            continue
        traces.append(
            graphiques.Trace(
                repere.nom,
                siennes,
                repere.couleur,
                autre.politique.plancher,
                autre.politique.exacte,
                repere=True,
                petits=MINIMUM,
            )
        )
    return traces


def _panneaux(vue: Vue, ind: Indicateur, reponses: Sequence[tuple[Lieu, Reponse]]) -> composants.Ul:
    traces = [_traces(vue, ind, lieu, rang) for rang, (lieu, _) in enumerate(reponses)]
    maximum = max(graphiques.etendue(t) for t in traces)
    cases = []
    for rang, ((lieu, r), siennes) in enumerate(zip(reponses, traces, strict=True)):
        tete = html.Div(
            [numero(rang), html.H3(vue.nom(lieu)), html.P(dire_base(r), className="base")],
            className="tete-panneau",
        )
        contenu: list[Any] = [fragment(tete)]
        if any(x.affichee or x.statut == "masque" for x in r.lignes):
            figure = graphiques.barres(
                siennes, unite=ind.unite, etroit=True, maximum=maximum, avec_legende=False
            )
            contenu.append(encadrer(f"panneau-{ind.id}-{rang}", figure, dire(vue, ind, lieu)))
            contenu.append(fragment(_valeurs(r)))
        else:
            contenu.append(fragment(html.P(_pourquoi_vide(r), className="panneau-vide")))
        cases.append(composants.Li(contenu, className="panneau-lieu"))
    return composants.Ul(cases, className=f"panneaux de-{len(cases)}")


def _pourquoi_vide(r: Reponse) -> str:
    statut = r.lignes[0].statut if r.lignes else "refuse"
    return STATUTS[statut].format(plancher=r.politique.plancher)


def _valeurs(r: Reponse) -> list[Markup]:
    """Medians and averages, which are no bars."""
    if not any(s.modalites for s in r.indicateur.series):
        return []
    return [
        html.P(
            [
                f"{x.libelle}{INSECABLE}: ",
                html.Strong(("environ " if x.statut == "arrondi" else "") + nombre(x.valeur)),
            ],
            className="valeur",
        )
        for x in r.lignes
        if x.valeur is not None and x.serie != "etp"
    ]


def dire_base(r: Reponse) -> str:
    """« Base : environ 45 jeunes · non renseigné : 5 »."""
    ind = r.indicateur
    x = next((y for y in r.lignes if y.base), None)
    if x is None or not x.base or not (ind.de_jeunes or ind.famille == "qualite_saisie"):
        return ""
    environ = "" if r.politique.exacte else "environ "
    texte = f"Base{INSECABLE}: {environ}{pluriel(x.base, ind.unite)}"
    if x.non_renseigne:
        texte += f" · non renseigné{INSECABLE}: {nombre(x.non_renseigne)}"
    return texte


def dire(vue: Vue, ind: Indicateur, lieu: Lieu) -> str:
    """A panel in one sentence: its largest values, each beside the reference."""
    r = vue.reponses[ind.id, lieu]
    lignes = [x for x in lignes_a_montrer(r) if x.affichee]
    if not lignes:
        return typographier(f"{vue.nom(lieu)} : {_pourquoi_vide(r).lower()}.")
    lignes.sort(key=lambda x: -(x.part or x.valeur or x.effectif or 0))
    reperes = vue.reperes[ind.id, lieu]
    morceaux = []
    for x in lignes[:DITES]:
        texte = f"« {x.libelle} » {cellule(x, r)}"
        autre = reperes[0].ligne(x) if reperes else None
        if autre is not None and autre.affichee:
            texte += f" ({reperes[0].nom} : {cellule(autre, reperes[0].reponse)})"
        morceaux.append(texte)
    return typographier(f"{vue.nom(lieu)} : {', '.join(morceaux)}.")


def cellule(ligne: Ligne, r: Reponse) -> str:
    """A value in a few words: « 45 % », « environ 10 sur 15 », « moins de 5 », a status."""
    plancher = r.politique.plancher
    if ligne.statut == "masque":
        return f"moins de {plancher}" if not ligne.note else "–"
    if not ligne.affichee:
        return STATUTS[ligne.statut]
    texte = graphiques.etiquette(ligne, plancher, exact=r.politique.exacte, petits=MINIMUM)
    return f"environ {texte}" if " sur " in texte and ligne.statut == "arrondi" else texte


def cellule_du_repere(ligne: Ligne | None, repere: Repere) -> str:
    """The same of a reference; a sum that one of its parts does not show is not said at all."""
    if ligne is None or (repere.somme and not ligne.affichee):
        return "–"
    return cellule(ligne, repere.reponse)


def _tableau(vue: Vue, ind: Indicateur, reponses: Sequence[tuple[Lieu, Reponse]]) -> Markup:
    """Values in rows; places, then references, in columns."""
    reperes = _noms_des_reperes(vue, ind)
    par_lieu = [({(x.serie, x.modalite): x for x in r.lignes}, r) for _, r in reponses]
    rangees = lignes_a_montrer(reponses[0][1])
    rangees += [
        x
        for x in reponses[0][1].lignes
        if (x.serie, x.modalite) not in {(y.serie, y.modalite) for y in rangees}
    ]
    corps = []
    for x in rangees:
        cases = []
        for lignes, r in par_lieu:
            ligne = lignes[x.serie, x.modalite]
            cases.append(html.Td(cellule(ligne, r), className=f"nombre {ligne.statut}"))
        for repere in reperes.values():
            autre = repere.ligne(x)
            cases.append(html.Td(cellule_du_repere(autre, repere), className="nombre"))
        corps.append(html.Tr([html.Th(x.libelle, scope="row"), *cases]))
    tete = html.Tr(
        [
            html.Th("Réponse", scope="col"),
            *(
                html.Th(nom, scope="col", className="nombre")
                for nom in (*(vue.nom(lieu) for lieu, _ in reponses), *reperes)
            ),
        ]
    )
    return html.Table(
        [
            html.Caption(html.Span(f"{ind.titre}, lieu par lieu")),
            html.Thead(tete),
            html.Tbody(corps),
        ],
        className="tableau compare",
    )


def notes(reponses: Sequence[Reponse]) -> list[Any]:
    """How these numbers are protected."""
    sortie: list[Any] = []
    if any(x.statut in ("arrondi", "masque") for r in reponses for x in r.lignes):
        sortie.append(html.Span(NOTE_ARRONDI, className="protection"))
    if any(r.politique.exacte for r in reponses):
        sortie.append(html.Strong(NOTE_EXACT, className="exact"))
    return sortie


def _pied(vue: Vue, ind: Indicateur, reponses: Sequence[Reponse]) -> Markup:
    tetes = [html.Span(NOTE_MULTIPLE)] if any(s.multiple for s in ind.series) else []
    matiere = Matiere(ind, tuple(reponses), None, None, ())
    fichiers = pieds.lier_les_fichiers(
        lambda format_: adresse_api(matiere, vue.ctx, format_), f"Télécharger « {ind.titre} »"
    )
    requete = ecrire(vue.ctx.selection, vue.ctx.etat, vue.ctx.lecteur)
    outils = [
        *fichiers,
        html.Lien("Voir dans le rapport", _au_rapport(vue, ind)),
        *pieds.offrir_la_presentation(ind.id, requete, f"« {ind.titre} »", vue.ctx.lecteur),
    ]
    return pieds.composer(
        [*tetes, *notes(reponses)], pieds.dire_la_source(vue.ctx.etat), pieds.lister(outils)
    )


def _au_rapport(vue: Vue, ind: Indicateur) -> str:
    return f"{vue.ctx.adresse(propres=(), chemin=f'/{ind.chapitre}')}#{ind.id}"
