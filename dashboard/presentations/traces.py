"""What was decided and asked in meetings: typed under a slide, found again under the same chart.

Those of the same perimeter read it, on `/traces`, under the cards of the chapters, in the report
and in the presenter's window; whoever holds a link reads what was ticked for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, Response, current_app, redirect, render_template, request
from markupsafe import Markup

from dashboard import balises as html
from dashboard.auteurs import nommer_les_auteurs
from dashboard.erreurs import page_d_erreur, refuser
from dashboard.formulaires import chemin_sur, exiger_formulaire
from dashboard.nombres import INSECABLE, annee_lisible, date_longue
from dashboard.plan import TRACES
from dashboard.presentations import figer
from dashboard.presentations.figer import DiapoDessinee
from dashboard.presentations.site import rendre
from dashboard.prudence import AVERTISSEMENT, relire
from dashboard.session import (
    etat_courant,
    lecteur_courant,
    perimetre_courant,
    proprietaire_courant,
)
from queries import traces
from queries.depot import Etat
from queries.lieux import existe, nommer
from queries.partages import Partage, PartageInconnu
from queries.question import Lieu
from queries.selection import derniere_annee
from queries.traces import GENRES, SIGNES_AU_PLUS, Sujet, Trace, TraceInconnue, TraceRefusee

TITRE_DES_DITS = "Dit lors des réunions précédentes"
AILLEURS = "Autre lieu"
SANS_GRAPHIQUE = "Sans graphique"


@dataclass(frozen=True, slots=True)
class Saisie:
    """What somebody typed. `messages`: why it is not kept yet; `a_confirmer`: whether sending it
    again keeps it, which is no error."""

    genre: str = "decision"
    texte: str = ""
    dans_le_lien: bool = False
    garder: bool = False
    messages: tuple[str, ...] = ()
    a_confirmer: bool = False

    @property
    def statut(self) -> int:
        """Of the answer that gives it back."""
        return 200 if self.a_confirmer else 409


def enregistrer(server: Flask) -> None:
    """Add the traces to a server; those that are too old go. Raises MagasinIndisponible."""
    traces.purger()
    pages = Blueprint("traces", "dashboard", template_folder="gabarits", url_prefix="/traces")
    pages.before_request(_garder)
    pages.add_url_rule("", "liste", _lister)
    pages.add_url_rule("/ajouter", "ajouter", _ajouter, methods=["POST"])
    pages.add_url_rule("/<int:numero>/modifier", "modifier", _modifier, methods=["POST"])
    pages.add_url_rule("/<int:numero>/effacer", "effacer", _effacer, methods=["POST"])
    for genre in (TraceInconnue, PartageInconnu):
        pages.register_error_handler(genre, _inconnue)
    server.register_blueprint(pages)


# What other pages show


def ecrire_pour(indicateur: str, lieu: Lieu, perimetre: str, *, annee: str = "") -> Markup:
    """What was said of this indicator and place by those of this perimeter; "" when nothing was.

    `annee`: of the chart it stands under, what was said of later ones is left out; "" for all.
    """
    trouvees = traces.sous(perimetre, _nommer_les_cles(lieu), indicateur)
    return _ecrire_les_dits(_d_avant(trouvees, annee))


def indexer(lieu: Lieu, annee: str = "") -> dict[str, Markup]:
    """The same for whoever asks now, of every indicator at once: those something was said of."""
    if not _peut_ecrire():
        return {}
    par_indicateur: dict[str, list[Trace]] = {}
    for trace in _d_avant(traces.sous(perimetre_courant(), _nommer_les_cles(lieu)), annee):
        par_indicateur.setdefault(trace.sujet.indicateur, []).append(trace)
    return {nom: _ecrire_les_dits(siennes) for nom, siennes in par_indicateur.items()}


def du_lien(partage: Partage) -> list[Trace]:
    """What whoever holds the link of a share may read: what was ticked for it, the first first."""
    return traces.du_lien(partage.numero)[::-1]


def ecrire_du_lien(partage: Partage) -> dict[str, Markup]:
    """The same by slide, as the shared page shows it: without who wrote it."""
    par_diapo: dict[str, list[Trace]] = {}
    for trace in du_lien(partage):
        par_diapo.setdefault(trace.diapo, []).append(trace)
    return {
        diapo: _ecrire_la_boite("Dit pendant la réunion", siennes)
        for diapo, siennes in par_diapo.items()
    }


def ecrire_sous_la_diapo(partage: Partage, diapo: DiapoDessinee, suivant: str) -> Markup:
    """What was said under a slide, and the form to write there, for who may present this share.

    `suivant`: page of this site that the form comes back to without a script.
    """
    siennes = traces.de_la_diapo(perimetre_courant(), partage.numero, diapo.id)
    return Markup(
        render_template(
            "trace_sous_diapo.html",
            dits=_ecrire_la_liste(siennes[::-1]),
            **_valeurs_de_l_ajout(partage, diapo, suivant, Saisie()),
        )
    )


def _nommer_les_cles(lieu: Lieu) -> list[str]:
    """A place as traces name it. The records of one association in a collège are that collège's
    in a meeting, where nothing is exact."""
    cles = [f"{lieu.type}:{lieu.code}"]
    if lieu.type == "association_college":
        cles.append(f"college:{lieu.second}")
    return cles


def _d_avant(trouvees: Iterable[Trace], annee: str) -> list[Trace]:
    return [
        x
        for x in trouvees
        if not annee or not x.sujet.annee or derniere_annee(x.sujet.annee) <= derniere_annee(annee)
    ]


def _ecrire_les_dits(trouvees: Sequence[Trace]) -> Markup:
    return _ecrire_la_boite(TITRE_DES_DITS, trouvees) if trouvees else Markup("")


def _ecrire_la_boite(titre: str, trouvees: Sequence[Trace]) -> Markup:
    return html.Div(
        [html.P(titre, className="titre-dits"), _ecrire_la_liste(trouvees)],
        className="dits",
        role="group",
        **{"aria-label": titre},
    )


def _ecrire_la_liste(trouvees: Sequence[Trace]) -> Markup:
    return html.Ul(
        [
            html.Li(
                [
                    html.Span(dater(x), className="quand"),
                    html.Strong(f"{x.intitule}{INSECABLE}: "),
                    html.Span(x.texte, className="dit"),
                ]
            )
            for x in trouvees
        ]
    )


def dater(trace: Trace) -> str:
    """« 25 novembre 2026, sur 2021-2022 »."""
    quand = date_longue(trace.ecrite_le)
    return f"{quand}, sur {annee_lisible(trace.sujet.annee)}" if trace.sujet.annee else quand


# The pages


def _peut_ecrire() -> bool:
    return lecteur_courant().auteur


def _garder() -> Any:
    if not _peut_ecrire():
        return refuser(
            403,
            "Les traces des réunions se lisent avec un compte du Département ou d’une association.",
        )
    if request.method == "POST":
        exiger_formulaire()
    return None


def _inconnue(erreur: Any) -> Response:
    return page_d_erreur("Trace introuvable", str(erreur), 404, (TRACES.chemin, "Les traces"))


def _lister() -> Response:
    """Those of the perimeter by place, then indicator, then date."""
    siennes = traces.lister(perimetre_courant())
    etat = etat_courant()
    return rendre(
        "traces.html",
        TRACES,
        groupes=_grouper(siennes, etat),
        combien=len(siennes),
        auteurs=nommer_les_auteurs(x.auteur for x in siennes),
        **_communes(),
    )


def _communes() -> dict[str, Any]:
    return {
        "genres": GENRES,
        "signes": SIGNES_AU_PLUS,
        "avertissement": AVERTISSEMENT,
        "date": date_longue,
        "dater": dater,
    }


def _grouper(siennes: Sequence[Trace], etat: Etat) -> list[tuple[str, list[tuple[str, list]]]]:
    groupes: dict[str, dict[str, list[Trace]]] = {}
    for x in siennes:
        ou = _nommer_le_lieu(x.sujet.lieu, etat)
        indicateur = etat.catalogue.get(x.sujet.indicateur)
        quoi = f"{indicateur.numero}{INSECABLE}{indicateur.titre}" if indicateur else SANS_GRAPHIQUE
        groupes.setdefault(ou, {}).setdefault(quoi, []).append(x)
    return [(ou, list(par.items())) for ou, par in groupes.items()]


def _nommer_le_lieu(cle: str, etat: Etat) -> str:
    type_, _, code = cle.partition(":")
    lieu = Lieu(type_, code)
    if not cle:
        return SANS_GRAPHIQUE
    return nommer(etat, lieu) if existe(etat, lecteur_courant(), lieu) else AILLEURS


def _ajouter() -> Response:
    """Keep what was said under a slide."""
    numero = request.form.get("partage", type=int) or 0
    partage = traces.trouver_le_partage(numero, proprietaire_courant(), perimetre_courant())
    jeu = figer.lire_en_clair(partage.contenu)
    diapo = next((d for d in jeu.diapos if d.id == request.form.get("diapo", "")), None)
    if diapo is None:
        raise PartageInconnu
    sujets = [s for s, _ in lister_les_sujets(diapo)]
    rang = request.form.get("sujet", type=int) or 0
    saisie = _lire_la_saisie()
    if not saisie.messages:
        try:
            traces.ajouter(
                perimetre_courant(),
                proprietaire_courant(),
                partage.numero,
                diapo.id,
                sujets[rang] if 0 <= rang < len(sujets) else sujets[0],
                saisie.genre,
                saisie.texte,
                dans_le_lien=saisie.dans_le_lien,
                garder=saisie.garder,
            )
            return _rendre_compte(partage, diapo)
        except TraceRefusee as refus:
            saisie = _refuser(saisie, refus)
    if _pour_un_script():
        corps = {"messages": saisie.messages, "a_confirmer": saisie.a_confirmer}
        return Response(_ecrire_en_json(corps), saisie.statut, mimetype="application/json")
    return rendre(
        "trace_a_revoir.html",
        TRACES,
        saisie.statut,
        action="/traces/ajouter",
        **_valeurs_de_l_ajout(partage, diapo, _suivant(), saisie, rang),
    )


def _rendre_compte(partage: Partage, diapo: DiapoDessinee) -> Response:
    if _pour_un_script():
        siennes = traces.de_la_diapo(perimetre_courant(), partage.numero, diapo.id)
        corps = {"html": _ecrire_la_liste(siennes[::-1])}
        return Response(_ecrire_en_json(corps), mimetype="application/json")
    return redirect(_suivant(), 303)  # type: ignore[return-value]


def _modifier(numero: int) -> Response:
    """Write a trace again, or keep it on purpose."""
    trace = traces.trouver(numero, perimetre_courant())
    saisie = _lire_la_saisie()
    if not saisie.messages:
        try:
            traces.modifier(
                numero,
                perimetre_courant(),
                proprietaire_courant(),
                saisie.genre,
                saisie.texte,
                dans_le_lien=saisie.dans_le_lien,
                garder=saisie.garder,
            )
            return redirect(f"{TRACES.chemin}#trace-{numero}", 303)  # type: ignore[return-value]
        except TraceRefusee as refus:
            saisie = _refuser(saisie, refus)
    return rendre(
        "trace_a_revoir.html",
        TRACES,
        saisie.statut,
        action=f"/traces/{trace.numero}/modifier",
        saisie=saisie,
        suivant=TRACES.chemin,
        sujets=(),
        **_communes(),
    )


def _effacer(numero: int) -> Response:
    """Erase a trace, at once and for good."""
    traces.effacer(numero, perimetre_courant())
    return redirect(_suivant(), 303)  # type: ignore[return-value]


def lister_les_sujets(diapo: DiapoDessinee) -> list[tuple[Sujet, str]]:
    """What may be said under a slide is about one of its charts: each once, with its name."""
    sujets: dict[Sujet, str] = {}
    for v in (v for variante in diapo.variantes for v in variante.vues):
        sujet = Sujet(v.indicateur, f"{v.lieu[0]}:{v.lieu[1]}", v.annee)
        sujets.setdefault(sujet, f"{v.titre}{INSECABLE}– {v.legende}")
    return list(sujets.items()) or [(Sujet(), SANS_GRAPHIQUE)]


def _valeurs_de_l_ajout(
    partage: Partage, diapo: DiapoDessinee, suivant: str, saisie: Saisie, rang: int = 0
) -> dict[str, Any]:
    return {
        "partage": partage.numero,
        "diapo": diapo.id,
        "sujets": [nom for _, nom in lister_les_sujets(diapo)],
        "rang": rang,
        "suivant": suivant,
        "saisie": saisie,
        **_communes(),
    }


def _lire_la_saisie() -> Saisie:
    """What the form holds; with what must be confirmed first, if anything."""
    f = request.form
    texte = f.get("texte", "")
    trouves = () if f.get("confirme") == "oui" else tuple(relire(texte))
    return Saisie(
        f.get("genre", ""),
        texte,
        f.get("dans_le_lien") == "oui",
        f.get("garder") == "oui",
        trouves,
        bool(trouves),
    )


def _refuser(saisie: Saisie, refus: TraceRefusee) -> Saisie:
    return Saisie(saisie.genre, saisie.texte, saisie.dans_le_lien, saisie.garder, (str(refus),))


def _suivant() -> str:
    demande = request.form.get("suivant", "")
    return demande if chemin_sur(demande) else TRACES.chemin


def _pour_un_script() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _ecrire_en_json(corps: dict[str, Any]) -> str:
    return str(current_app.json.dumps(corps, ensure_ascii=False))
