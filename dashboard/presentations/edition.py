"""One presentation, edited: plain forms, each button keeping everything typed before it acts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request, url_for

from dashboard.nombres import annee_lisible
from dashboard.plan import PRESENTATIONS
from dashboard.presentations import figer, gestes, liens, saisie, variantes
from dashboard.presentations.figer import DiapoDessinee, Jeu, VarianteDessinee
from dashboard.presentations.marques import RIEN, Marque, marquer
from dashboard.presentations.saisie import Saisie
from dashboard.presentations.site import rendre
from dashboard.session import (
    depot_courant,
    etat_courant,
    lecteur_courant,
    proprietaire_courant,
)
from data.refus import typographier
from queries import partages, presentations
from queries.depot import Etat
from queries.lecteur import Lecteur
from queries.lieux import NOMS_DES_TYPES, lister, nommer
from queries.presentations import (
    FORMES,
    TEXTE,
    VARIANTES_PAR_DIAPO,
    Diapo,
    Presentation,
    PresentationChangee,
    PresentationRefusee,
    Variante,
    Vue,
)
from queries.selection import joindre

ESSAIS = 3
"""How many times what another window does at the same instant is taken up again."""

TYPES_OFFERTS = ("departement", "territoire", "association", "college", "reseau", "poste")
DISPARU = Marque(RIEN, "Ne montrera rien : cet indicateur n’existe plus.")
AILLEURS = (
    "Ce graphique n’existe pas pour ce lieu cette année-là, ou ce lieu n’est pas dans votre "
    "périmètre : choisissez un autre lieu ou une autre année."
)
AILLEURS_SANS_ANNEE = (
    "C’est déjà le lieu de ce graphique, ou ce lieu n’est pas dans votre périmètre : choisissez un "
    "autre lieu."
)
ANNONCES = {
    "enregistrer": "Présentation enregistrée.",
    "reprise": "Présentation enregistrée ; ce qui a été changé dans une autre fenêtre est gardé.",
    "charger": "Présentation chargée. Vérifiez-la avec l’aperçu avant de la partager.",
    "ajout": "Graphique ajouté : c’est la dernière diapositive.",
    "monter": "Diapositive montée d’un rang.",
    "descendre": "Diapositive descendue d’un rang.",
    "retirer": "Diapositive retirée.",
    "remettre": "Diapositive remise.",
    "mots": "Diapositive de texte ajoutée.",
    "joindre": "Les deux graphiques sont côte à côte.",
    "separer": "Les deux graphiques sont sur deux diapositives.",
    "variante": "Variante ajoutée.",
    "oter": "Variante retirée.",
    "dabord": "Cette variante sera montrée d’abord.",
    "remplacer": "Cette variante sera montrée d’abord.",
}
"""What a gesture has done."""


@dataclass(frozen=True, slots=True)
class VarianteEditee:
    """A variant in the form: its rank, its name, its mark."""

    rang: int
    nom: str
    marque: Marque


@dataclass(frozen=True, slots=True)
class DiapoEditee:
    """A slide in the form. `base`: print of what is kept. `phrase`: the title proposed.
    `graphiques`: number, title and address of its charts. `propositions`: value and name of the
    variants offered."""

    rang: int
    diapo: Diapo
    base: str
    phrase: str
    legende: str
    graphiques: tuple[tuple[str, str], ...]
    variantes: tuple[VarianteEditee, ...]
    propositions: tuple[tuple[str, str], ...]
    premiere: bool
    derniere: bool
    joignable: bool
    separable: bool

    @property
    def ailleurs(self) -> str:
        """What else may be asked of its charts: not another year, when they follow the years."""
        suivie = bool(self.diapo.variantes) and variantes.suit_les_annees(self.diapo.variantes[0])
        return "un autre lieu" if suivie else "un autre lieu ou une autre année"

    @property
    def marque(self) -> Marque | None:
        """The mark of what is shown first."""
        return self.variantes[0].marque if self.variantes else None

    @property
    def mots(self) -> bool:
        """Whether it holds words only."""
        return self.diapo.genre == TEXTE

    @property
    def nom(self) -> str:
        """What the buttons call it."""
        dit = self.diapo.titre or self.phrase or self.diapo.texte.split("\n")[0] or "texte"
        return dit if len(dit) < 70 else f"{dit[:66]}…"


def enregistrer(pages: Blueprint) -> None:
    """Add these pages."""
    pages.add_url_rule("/<int:numero>", "presentation", _repondre, methods=["GET", "POST"])
    pages.add_url_rule(
        "/<int:numero>/diapos/<diapo>", "variante", _ailleurs, methods=["GET", "POST"]
    )


def _repondre(numero: int) -> Any:
    if request.method == "POST":
        return _changer(numero)
    la = presentations.trouver(numero, proprietaire_courant())
    return _montrer(Saisie(la), la)


def _changer(numero: int) -> Any:
    """Keep what was typed, then do what the button says."""
    qui = proprietaire_courant()
    verbe, diapo, detail = _lire_le_geste(request.form.get("geste", ""))
    for _ in range(ESSAIS):
        la = presentations.trouver(numero, qui)
        lue = saisie.reporter(la, request.form)
        if not lue.sans_heurt:
            break
        faite = _agir(lue.presentation, verbe, diapo, detail)
        try:
            gardee = presentations.garder(faite, qui)
        except PresentationChangee:
            continue
        except PresentationRefusee as refus:
            return _montrer(lue, la, 400, str(refus))
        reprise = request.form.get("version") != str(la.version)
        try:
            return _suivre(gardee, verbe, diapo, detail, la, reprise=reprise)
        except PresentationRefusee as refus:
            # What was typed is kept; the link is not made.
            return _montrer(Saisie(gardee), gardee, 400, str(refus))
    return _montrer(lue, la, 409)


def _lire_le_geste(texte: str) -> tuple[str, str, str]:
    verbe, _, suite = texte.partition(":")
    diapo, _, detail = suite.partition(":")
    return verbe or "enregistrer", diapo, detail


def _agir(la: Presentation, verbe: str, diapo: str, detail: str) -> Presentation:
    if verbe in gestes.SIMPLES:
        return gestes.SIMPLES[verbe](la, diapo, detail)
    if verbe in ("variante", "remplacer"):
        etat, lecteur = etat_courant(), lecteur_courant()
        cible = variantes.lire_la_cible(detail, etat, lecteur)
        sienne = next((d for d in la.diapos if d.id == diapo and d.variantes), None)
        if cible is not None and sienne is not None:
            nouvelle = variantes.deplacer(sienne.variantes[0], cible, etat, lecteur)
            if nouvelle is not None:
                return gestes.ajouter_la_variante(la, diapo, nouvelle, d_abord=verbe == "remplacer")
    return la


def _suivre(
    la: Presentation, verbe: str, diapo: str, detail: str, avant: Presentation, *, reprise: bool
) -> Any:
    """Where a gesture leads, the focus with it."""
    if verbe == "partager":
        return liens.partager(la)
    if verbe == "apercu":
        return redirect(url_for("atelier.apercu", numero=la.numero), 303)
    if verbe == "ailleurs":
        return redirect(url_for("atelier.variante", numero=la.numero, diapo=diapo), 303)
    if request.form.get("suite") == "apercu":
        return redirect(url_for("atelier.apercu", numero=la.numero, ici=diapo, fait=verbe), 303)
    suite: dict[str, Any] = {"ici": diapo} if diapo else {}
    if verbe == "retirer":
        rang = next((i for i, d in enumerate(avant.diapos) if d.id == diapo), 0)
        suite["rang"] = str(rang)
    if verbe == "mots":
        avants = {d.id for d in avant.diapos}
        suite["ici"] = next((d.id for d in la.diapos if d.id not in avants), diapo)
    fait = "reprise" if reprise and verbe == "enregistrer" else verbe
    return redirect(url_for("atelier.presentation", numero=la.numero, fait=fait, **suite), 303)


def _montrer(lue: Saisie, gardee: Presentation, statut: int = 200, erreur: str = "") -> Response:
    etat, lecteur = etat_courant(), lecteur_courant()
    jeu = figer.figer(lue.presentation, lecteur, depot_courant())
    fait = request.args.get("fait", "") if request.method == "GET" else ""
    ici = request.args.get("ici", "")
    retirees = lue.presentation.retirees
    return rendre(
        "presentation.html",
        PRESENTATIONS,
        statut,
        presentation=lue.presentation,
        titre_base=saisie.empreindre_le_titre(gardee.titre),
        diapos=_editer(lue.presentation, gardee, jeu, etat, lecteur),
        formes=FORMES,
        heurts=lue.heurts,
        orphelines=lue.orphelines,
        erreur=erreur,
        annonce=ANNONCES.get(fait),
        fait=fait,
        visee=ici,
        rang=request.args.get("rang", ""),
        a_remettre=next((d for d in retirees if d.id == ici), None) if fait == "retirer" else None,
        retour=_retour_au_graphique(lue.presentation, ici, etat) if fait == "ajout" else None,
        liens=partages.lister_les_liens(proprietaire_courant(), gardee.numero),
        jours=partages.JOURS_AU_PLUS,
        intituler=lambda d: _intituler_la_retiree(d, etat),
    )


def _editer(
    la: Presentation, gardee: Presentation, jeu: Jeu, etat: Etat, lecteur: Lecteur
) -> list[DiapoEditee]:
    bases = {d.id: saisie.empreindre(d) for d in gardee.diapos}
    dessinees = {d.id: d for d in jeu.diapos}
    return [
        _editer_la_diapo(la, rang, bases.get(d.id, ""), dessinees.get(d.id), etat, lecteur)
        for rang, d in enumerate(la.diapos)
    ]


def _editer_la_diapo(
    la: Presentation,
    rang: int,
    base: str,
    dessinee: DiapoDessinee | None,
    etat: Etat,
    lecteur: Lecteur,
) -> DiapoEditee:
    diapo = la.diapos[rang]
    faces = list(apparier(diapo, dessinee, etat))
    premiere = next((face for _, face in faces if face), None)
    propositions: list[tuple[str, str]] = []
    if diapo.variantes and len(diapo.variantes) < VARIANTES_PAR_DIAPO:
        propositions = [
            (variantes.ecrire_la_cible(cible), v.nom)
            for cible, v in variantes.proposer(diapo, etat, lecteur)
        ]
    return DiapoEditee(
        rang,
        diapo,
        base,
        premiere.vues[0].phrases[0] if premiere else "",
        " + ".join(dict.fromkeys(v.legende for v in premiere.vues)) if premiere else "",
        tuple(adresser(v, etat) for v in diapo.variantes[0].vues) if diapo.variantes else (),
        tuple(
            VarianteEditee(
                i, v.nom or (face.nom if face else ""), marquer(face) if face else DISPARU
            )
            for i, (v, face) in enumerate(faces)
        ),
        tuple(propositions),
        rang == 0,
        rang == len(la.diapos) - 1,
        gestes.peut_se_joindre(la, diapo.id),
        any(len(v.vues) > 1 for v in diapo.variantes),
    )


def apparier(
    diapo: Diapo, dessinee: DiapoDessinee | None, etat: Etat
) -> Iterator[tuple[Variante, VarianteDessinee | None]]:
    """Each variant and its face; None when its indicators do not exist any more."""
    faces = iter(dessinee.variantes if dessinee else ())
    for v in diapo.variantes:
        la = any(x.indicateur in etat.catalogue for x in v.vues)
        yield v, next(faces, None) if la else None


def adresser(vue: Vue, etat: Etat) -> tuple[str, str]:
    """The name of a chart, and the address of its card ("" when there is none)."""
    ind = etat.catalogue.get(vue.indicateur)
    if ind is None:
        return vue.indicateur, ""
    nom = f"{ind.numero} {ind.titre}"
    if vue.suivi is not None:
        propres = {"indicateur": ind.id, **asdict(vue.suivi)}
        suite = urlencode({n: v for n, v in propres.items() if v})
        return f"{nom}, d’une année à l’autre", f"/evolution?{joindre(vue.requete, suite)}"
    suite = f"?{vue.requete}" if vue.requete else ""
    return nom, f"/{ind.chapitre}{suite}#{ind.id}"


def _retour_au_graphique(la: Presentation, diapo: str, etat: Etat) -> str:
    for d in la.diapos:
        if d.id == diapo and d.variantes:
            return adresser(d.variantes[0].vues[0], etat)[1]
    return ""


def _intituler_la_retiree(diapo: Diapo, etat: Etat) -> str:
    if diapo.titre or not diapo.variantes:
        return diapo.titre or diapo.texte.split("\n")[0] or "Texte"
    return adresser(diapo.variantes[0].vues[0], etat)[0]


def _ailleurs(numero: int, diapo: str) -> Any:
    """Another place, another year, chosen in lists."""
    qui = proprietaire_courant()
    la = presentations.trouver(numero, qui)
    sienne = la.diapo(diapo)
    etat, lecteur = etat_courant(), lecteur_courant()
    selection = variantes.viser_de(sienne, etat, lecteur)
    if selection is None:
        return redirect(url_for("atelier.presentation", numero=numero), 303)
    lieu = request.form.get("lieu", f"{selection.lieu.type}:{selection.lieu.code}")
    annee = request.form.get("annee", selection.annee)
    suivie = variantes.suit_les_annees(sienne.variantes[0])
    erreur = ""
    if request.method == "POST":
        cible = variantes.lire_la_cible(f"{lieu}:{annee}", etat, lecteur)
        nouvelle = cible and variantes.deplacer(sienne.variantes[0], cible, etat, lecteur)
        if nouvelle:
            presentations.garder(gestes.ajouter_la_variante(la, diapo, nouvelle), qui)
            return redirect(
                url_for("atelier.presentation", numero=numero, ici=diapo, fait="variante"), 303
            )
        erreur = AILLEURS_SANS_ANNEE if suivie else AILLEURS
    groupes = [
        (
            NOMS_DES_TYPES[type_],
            [
                (f"{x.type}:{x.code}", nommer(etat, x))
                for x in lister(etat, lecteur.pour_partage(), type_)
            ],
        )
        for type_ in TYPES_OFFERTS
        if lecteur.pour_partage().voit_type(type_)
    ]
    return rendre(
        "presentation_variante.html",
        PRESENTATIONS,
        400 if erreur else 200,
        presentation=la,
        diapo=sienne,
        intitule=typographier(_intituler_la_retiree(sienne, etat)),
        groupes=[(nom, choix) for nom, choix in groupes if choix],
        annees=[]
        if suivie
        else [(a, annee_lisible(a)) for a in (*reversed(etat.annees), *reversed(etat.cumuls))],
        lieu=lieu,
        annee=annee,
        erreur=erreur,
    )
