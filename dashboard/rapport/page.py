"""The report as a page to read and to print: `/rapport` (contract, interface)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

from flask import Blueprint, Flask, Response, redirect, request
from markupsafe import Markup

from dashboard import chiffres_cles
from dashboard.auteurs import nommer_les_auteurs
from dashboard.erreurs import refuser
from dashboard.formulaires import exiger_formulaire
from dashboard.nombres import INSECABLE, annee_lisible, date_longue
from dashboard.pages.chapitre import INTRODUCTIONS
from dashboard.pages.methode import comptage, protection, references
from dashboard.pages.methode.section import Section
from dashboard.plan import RAPPORT
from dashboard.presentations import bandes, traces
from dashboard.presentations.site import rendre
from dashboard.prudence import AVERTISSEMENT, relire
from dashboard.rapport.composition import INTRODUCTION, Rapport, composer
from dashboard.rapport.demande import (
    MODIFIER,
    Demande,
    ecrire_la_demande,
    lire_la_demande,
    nommer_le_choix,
    offrir_les_annees,
    offrir_les_lieux,
)
from dashboard.session import (
    depot_courant,
    etat_courant,
    lecteur_courant,
    perimetre_courant,
    proprietaire_courant,
)
from data.catalogue import CHAPITRES
from queries import commentaires
from queries.commentaires import (
    SIGNES_AU_PLUS,
    Commentaire,
    CommentaireChange,
    CommentaireRefuse,
)
from queries.depot import Etat
from queries.reponses import NOTE_EXACT

POLITIQUES = {
    "exact": "Chiffres exacts – ne pas diffuser.",
    "protege": "Chiffres protégés : nombres arrondis au multiple de 5, pourcentages à l’unité, "
    "petits effectifs non montrés.",
    "partage": "Chiffres protégés pour être montrés à tous : nombres arrondis au multiple de 5, "
    "moins de 10 jeunes non montrés, détails à partir de 25 jeunes.",
}


@dataclass(frozen=True, slots=True)
class Saisie:
    """What somebody typed and that is not kept yet. `vu`: the date of what stood there, ISO or "";
    `messages`: why; `a_confirmer`: whether sending it again keeps it; `statut`: of the answer,
    which is no error when there is but something to read again."""

    section: str
    texte: str
    vu: str
    messages: tuple[str, ...]
    a_confirmer: bool = False
    statut: int = 409


def enregistrer(server: Flask) -> None:
    """Add the report to a server."""
    pages = Blueprint("rapport", "dashboard", template_folder="gabarits", url_prefix="/rapport")
    pages.add_url_rule("", "montrer", _montrer)
    pages.add_url_rule("/commentaires", "commenter", _commenter, methods=["POST"])
    server.register_blueprint(pages)


def liens_de_fichiers(rapport: Rapport) -> list[tuple[str, str]]:
    """Files of this report, (name, address), offered at its head. `rapport.requete` asks for it."""
    return [("Word, PDF et classeurs", f"/fichiers?{rapport.requete}")]


def _montrer() -> Response:
    etat, lecteur = etat_courant(), lecteur_courant()
    demande = lire_la_demande(request.args.to_dict(flat=False), etat, lecteur)
    if demande.choisie and not demande.avis:
        suite = f"&{MODIFIER}=1" if _modifie() else ""
        adresse = f"{RAPPORT.chemin}?{ecrire_la_demande(demande, etat, lecteur)}{suite}"
        return redirect(adresse, 303)  # type: ignore[return-value]
    return _ecrire(demande)


def _modifie() -> bool:
    return _peut_commenter() and request.args.get(MODIFIER) == "1"


def _peut_commenter() -> bool:
    return lecteur_courant().auteur


def _ecrire(demande: Demande, saisie: Saisie | None = None) -> Response:
    """The page. `saisie`: what is not kept yet, given back to its writer."""
    etat, lecteur = etat_courant(), lecteur_courant()
    perimetre = perimetre_courant()
    ecrits = commentaires.lire(perimetre, demande.lieu, demande.annee) if _peut_commenter() else {}
    rapport = composer(
        demande.lieu,
        demande.annee,
        lecteur,
        depot_courant(),
        {section: c.texte for section, c in ecrits.items()},
    )
    requete = ecrire_la_demande(demande, etat, lecteur)
    dits = traces.indexer(demande.lieu, demande.annee)
    return rendre(
        "rapport.html",
        RAPPORT,
        saisie.statut if saisie else 200,
        requete=f"?{requete}",
        question=requete,
        rapport=rapport,
        demande=demande,
        adresse=f"{RAPPORT.chemin}?{requete}",
        lieux=offrir_les_lieux(demande, etat, lecteur),
        lieu_choisi=nommer_le_choix(demande.lieu),
        annees=offrir_les_annees(etat),
        politique=POLITIQUES[rapport.politique],
        courant=Markup(_en_css(f"{rapport.titre} – {annee_lisible(rapport.annee)}")),
        marque=Markup(_en_css(NOTE_EXACT if rapport.exact else "")),
        chiffres=chiffres_cles.ecrire(rapport.chiffres),
        introductions=INTRODUCTIONS,
        bandes=bandes.dessiner,
        annexes=_composer_les_annexes(),
        fichiers=liens_de_fichiers(rapport),
        ecrits=ecrits,
        auteurs=nommer_les_auteurs(c.auteur for c in ecrits.values()),
        date=date_longue,
        annee_lisible=annee_lisible,
        dits=dits,
        dits_ailleurs=_ranger_les_autres(dits, rapport, etat),
        peut_commenter=_peut_commenter(),
        modifie=_peut_commenter() and (saisie is not None or _modifie()),
        saisie=saisie,
        avertissement=AVERTISSEMENT,
        signes=SIGNES_AU_PLUS,
        introduction=INTRODUCTION,
    )


def _ranger_les_autres(
    dits: Mapping[str, Markup], rapport: Rapport, etat: Etat
) -> dict[str, list[tuple[str, Markup]]]:
    """Chapter → what was said in meetings of charts that it cannot show, with their titles."""
    montres = {v.indicateur for c in rapport.chapitres for v in c.vues}
    ailleurs: dict[str, list[tuple[str, Markup]]] = {}
    for nom in dits.keys() - montres:
        ind = etat.catalogue.get(nom)
        if ind is not None:
            titre = f"{ind.numero}{INSECABLE}{ind.titre}"
            ailleurs.setdefault(ind.chapitre, []).append((titre, dits[nom]))
    return {chapitre: sorted(siens) for chapitre, siens in ailleurs.items()}


def _en_css(texte: str) -> str:
    """A text as a style holds it."""
    return "'" + re.sub(r"[^\w ]", lambda trouve: f"\\{ord(trouve[0]):x} ", texte) + "'"


def _composer_les_annexes() -> list[Section]:
    """How figures are counted and protected, words, documents: the sections of the methods page."""
    return [
        comptage.composer(),
        protection.composer(),
        references.composer_glossaire(),
        references.composer_sources(lecteur_courant()),
    ]


def _commenter() -> Response:
    """Keep what the author typed in one section, then show it there."""
    if not _peut_commenter():
        return refuser(
            403, "Les commentaires s’écrivent avec un compte du Département ou d’une association."
        )
    exiger_formulaire()
    etat, lecteur = etat_courant(), lecteur_courant()
    demande = lire_la_demande(parse_qs(request.form.get("rapport", "")), etat, lecteur)
    section = request.form.get("section", "")
    connues = {INTRODUCTION, *CHAPITRES, *etat.catalogue}
    if demande.avis or section not in connues:
        return refuser(400, "Ce rapport, ou cette section, n’existe pas.")
    texte, vu = request.form.get("texte", ""), request.form.get("vu", "")
    trouves = relire(texte)
    if trouves and request.form.get("confirme") != "oui":
        return _ecrire(demande, Saisie(section, texte, vu, tuple(trouves), True, 200))
    try:
        commentaires.garder(
            perimetre_courant(),
            proprietaire_courant(),
            demande.lieu,
            demande.annee,
            section,
            texte,
            vu=_lire_la_date(vu),
        )
    except CommentaireRefuse as refus:
        return _ecrire(demande, Saisie(section, texte, vu, (str(refus),)))
    except CommentaireChange as change:
        return _ecrire(demande, _dire_le_changement(section, texte, change.actuel))
    requete = ecrire_la_demande(demande, etat, lecteur)
    adresse = f"{RAPPORT.chemin}?{requete}&{MODIFIER}=1#section-{section}"
    return redirect(adresse, 303)  # type: ignore[return-value]


def _lire_la_date(texte: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(texte) if texte else None
    except ValueError:
        return dt.datetime.min


def _dire_le_changement(section: str, texte: str, actuel: Commentaire | None) -> Saisie:
    if actuel is None:
        message = "Ce commentaire a été effacé pendant que vous écriviez."
        return Saisie(section, texte, "", (message,), a_confirmer=True)
    qui = nommer_les_auteurs([actuel.auteur])[actuel.auteur]
    message = (
        f"Pendant que vous écriviez, {qui} a enregistré ici, le {date_longue(actuel.ecrit_le)} : "
        f"« {actuel.texte} ». Enregistrer votre texte remplacera le sien."
    )
    return Saisie(section, texte, actuel.ecrit_le.isoformat(), (message,), a_confirmer=True)
