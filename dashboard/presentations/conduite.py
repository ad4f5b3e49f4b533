"""The presenter's window: what leads the screens, and the only place where exact figures are.

Contract, confidentialité: what the room sees is the frozen view, whoever presents. The presenter's
own figures are asked anew, for the reader behind the session, by one route that no other answer
repeats; looking at them is in the journal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Response, abort, jsonify, request, url_for
from markupsafe import Markup

from dashboard.balises import joindre
from dashboard.connexion import page
from dashboard.erreurs import probleme, refuser
from dashboard.presentations import bandes, diapos, tableau, traces, vues
from dashboard.presentations.code_qr import abreger, dessiner_le_code
from dashboard.presentations.droits import a_lui, nommer_le_meneur, peut_mener
from dashboard.presentations.ecrans import ECRANS
from dashboard.presentations.ecrites import ecrire, inscrire_la_vue
from dashboard.presentations.figer import DiapoDessinee, Jeu
from dashboard.presentations.suivi import dire_l_etat
from dashboard.presentations.vues import VueDessinee
from dashboard.protections import meme_origine
from dashboard.session import (
    depot_courant,
    lecteur_courant,
    perimetre_courant,
    proprietaire_courant,
    qui_courant,
)
from data.journal import noter
from data.secret_session import egal, sceller
from queries import conduites, partages
from queries.conduites import Conduite, Etat, MainPrise
from queries.lecteur import EXACT
from queries.partages import Partage, PartageInconnu
from queries.presentations import FORMES, Vue
from queries.question import Lieu

_FENETRE = re.compile(r"[0-9a-f]{16,64}")
RYTHME = 2000
"""Milliseconds between two questions of the presenter's window."""


def ajouter(pages: Blueprint) -> None:
    """Add the presenter's routes to those of the shared pages."""
    pages.add_url_rule("/<jeton>/presentateur", "presentateur", _montrer)
    pages.add_url_rule("/<jeton>/conduite", "conduite", _dire)
    pages.add_url_rule("/<jeton>/conduire", "conduire", _conduire, methods=["POST"])
    pages.add_url_rule("/<jeton>/exacts", "exacts", _montrer_les_exacts)


def _ouvrir(jeton: str) -> Partage:
    """The view, for who may lead it; for anyone else there is none."""
    la = partages.ouvrir(jeton)
    if not peut_mener(la):
        raise PartageInconnu
    return la


def _sceau(la: Partage) -> str:
    """What a move must carry: only a page written for the same account has it. It outlives the
    session, so that moves wait while the presenter logs in again."""
    return sceller("conduite", f"{proprietaire_courant()}:{la.numero}")


def _montrer(jeton: str) -> Response:
    la = _ouvrir(jeton)
    ecrite = ecrire(la)
    inscrire_la_vue(qui_courant(), f"écran du présentateur : lien n° {la.numero}", ecrite.jeu)
    menee = conduites.lire(la.numero)
    adresse = url_for("partage.montrer", jeton=jeton, _external=True)
    return page(
        "presentateur.html",
        jeu=ecrite.jeu,
        diapos=ecrite.diapos,
        dits=[
            traces.ecrire_sous_la_diapo(la, d, url_for("partage.presentateur", jeton=jeton))
            for d in ecrite.jeu.diapos
        ],
        avant=[_rappeler(d) for d in ecrite.jeu.diapos],
        titres=[_intituler(d) for d in ecrite.jeu.diapos],
        gel=diapos.dire_le_gel(ecrite.jeu),
        notes=la.notes if a_lui(la) else {},
        conduire=url_for("partage.conduire", jeton=jeton),
        conduite=url_for("partage.conduite", jeton=jeton),
        exacts=url_for("partage.exacts", jeton=jeton),
        projecteur=url_for("partage.montrer", jeton=jeton, ecran=1),
        sceau=_sceau(la),
        version=menee.version,
        etat=dire_l_etat(menee),
        exact=lecteur_courant().exact_quelque_part(),
        code=dessiner_le_code(adresse),
        adresse=abreger(adresse),
    )


def _rappeler(diapo: DiapoDessinee) -> Markup:
    """What was said in earlier meetings under the charts of a slide."""
    vues = diapo.variantes[0].vues if diapo.variantes else ()
    return joindre(
        traces.ecrire_pour(v.indicateur, Lieu(*v.lieu), perimetre_courant(), annee=v.annee)
        for v in vues
    )


def _intituler(diapo: DiapoDessinee) -> str:
    return diapo.intituler() or diapo.texte.partition("\n")[0][:80] or "Diapositive sans titre"


def _dire(jeton: str) -> Response:
    """GET: how things stand, for a window that leads or would."""
    la = _ouvrir(jeton)
    fenetre = request.args.get("pilote", "")
    return jsonify(_decrire(la, conduites.lire(la.numero), fenetre))


def _decrire(la: Partage, menee: Conduite, fenetre: str) -> dict[str, Any]:
    return {
        "version": menee.version,
        "etat": dire_l_etat(menee),
        "geste": menee.geste,
        "a_vous": bool(fenetre) and menee.pilote == fenetre,
        "qui": menee.qui if menee.en_cours else "",
        "ecrans": ECRANS.compter(la.numero),
        "dans": RYTHME,
    }


def _conduire(jeton: str) -> Response:
    """POST: take the lead, move, or end. 409 when another window leads."""
    la = _ouvrir(jeton)
    corps: Any = request.get_json(silent=True)
    if not meme_origine() or not isinstance(corps, dict):
        abort(refuser(403 if isinstance(corps, dict) else 400))
    sceau, fenetre = corps.get("sceau"), corps.get("pilote")
    if not isinstance(sceau, str) or not egal(sceau, _sceau(la)):
        abort(refuser(403, "Cette fenêtre n’est plus valable : rechargez-la."))
    if not isinstance(fenetre, str) or not _FENETRE.fullmatch(fenetre):
        abort(refuser(400))
    try:
        menee = _agir(la, fenetre, corps)
    except MainPrise as refus:
        suite = _decrire(la, refus.conduite, fenetre)
        return probleme("Main prise", str(refus), 409, "main-prise", **suite)
    return jsonify(_decrire(la, menee, fenetre))


def _agir(la: Partage, fenetre: str, corps: Mapping[str, Any]) -> Conduite:
    jeu = ecrire(la).jeu
    action = corps.get("action")
    if action == "prendre":
        qui = nommer_le_meneur()
        ancien = corps.get("ancien")
        menee = conduites.prendre(
            la.numero,
            fenetre,
            qui,
            lire_l_etat(corps.get("etat"), jeu),
            ancien=ancien if isinstance(ancien, str) else "",
            force=corps.get("force") is True,
        )
        noter(qui_courant(), f"présentation menée : lien n° {la.numero}")
        return menee
    if action == "rendre":
        return conduites.rendre(la.numero, fenetre)
    geste = corps.get("geste")
    if action != "bouger" or type(geste) is not int or not 0 < geste < 2**53:
        abort(refuser(400))
    return conduites.bouger(la.numero, fenetre, geste, lire_l_etat(corps.get("etat"), jeu))


def lire_l_etat(contenu: Any, jeu: Jeu) -> Etat:
    """The state that a window asks for; nothing but what the frozen view has. Refuses (400)."""
    demande: Mapping[str, Any] = contenu if isinstance(contenu, dict) else {}
    diapo = next((d for d in jeu.diapos if d.id == demande.get("diapo")), None)
    if diapo is None:
        abort(refuser(400, "Cette diapositive n’est pas dans la présentation."))
    variante = demande.get("variante", 0)
    forme = demande.get("forme", diapo.forme)
    if type(variante) is not int or not 0 <= variante < max(len(diapo.variantes), 1):
        abort(refuser(400, "Cette variante n’est pas dans la diapositive."))
    if forme not in FORMES:
        abort(refuser(400))
    valeur = demande.get("valeur", "")
    if valeur and valeur not in _valeurs(diapo, variante):
        abort(refuser(400, "Cette valeur n’est pas dans la diapositive."))
    return Etat(
        diapo.id,
        variante,
        forme,
        valeur,
        demande.get("noir") is True,
        demande.get("code") is True,
    )


def _valeurs(diapo: DiapoDessinee, variante: int) -> set[str]:
    if not diapo.variantes:
        return set()
    return {
        nom
        for vue in diapo.variantes[variante].vues
        for noms in bandes.nommer_les_valeurs(vue)
        for nom in noms
    }


def _montrer_les_exacts(jeton: str) -> Response:
    """GET: the exact figures of the presenter for one variant, as HTML. They leave in no other
    answer, and only once the journal has them (`dashboard.consultations`)."""
    la = _ouvrir(jeton)
    jeu = ecrire(la).jeu
    diapo = next((d for d in jeu.diapos if d.id == request.args.get("diapo")), None)
    variante = request.args.get("variante", 0, type=int)
    exactes: list[VueDessinee] = []
    if diapo is not None and 0 <= variante < len(diapo.variantes):
        exactes = _redemander(diapo.variantes[variante].vues)
    return page(
        "presentateur_exacts.html",
        tableaux=[(v.nom, v.legende, v.grand, tableau.dessiner(v), v.base) for v in exactes],
    )


def _redemander(figees: tuple[VueDessinee, ...]) -> list[VueDessinee]:
    """The same questions, put for the reader behind the session; only what is exact for them."""
    lecteur = lecteur_courant()
    if not lecteur.exact_quelque_part():
        return []
    questions = [Vue(v.indicateur, _preciser(v), v.suivi) for v in figees]
    siennes = vues.dessiner(questions, lecteur, depot_courant())
    return [v for v in siennes if v is not None and v.politique == EXACT.nom]


def _preciser(vue: VueDessinee) -> str:
    """The address of a frozen view, with the year it was answered for: a newer one may be the
    default by now."""
    paires = parse_qsl(vue.requete)
    if not any(nom == "annee" for nom, _ in paires):
        paires.append(("annee", vue.annee))
    return urlencode(paires)
