"""The owner's side of sharing: open a link, see what it shows, renew it, revoke it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for

from dashboard.nombres import date_longue
from dashboard.plan import PRESENTATIONS
from dashboard.presentations import diapos, figer
from dashboard.presentations.code_qr import dessiner_le_code
from dashboard.presentations.ecrites import inscrire_la_vue
from dashboard.presentations.figer import Jeu
from dashboard.presentations.marques import marquer, resumer
from dashboard.presentations.site import rendre
from dashboard.session import (
    depot_courant,
    lecteur_courant,
    perimetre_courant,
    proprietaire_courant,
    qui_courant,
)
from data.application import maintenant
from data.journal import noter
from queries import partages, presentations
from queries.partages import JOURS_AU_PLUS, Partage
from queries.presentations import Presentation, PresentationRefusee


def enregistrer(pages: Blueprint) -> None:
    """Add these pages."""
    pages.add_app_template_global(dire_l_etat, "dire_l_etat")
    pages.add_url_rule("/<int:numero>/partager", "partager", _partager, methods=["GET", "POST"])
    pages.add_url_rule("/partages/<int:numero>", "partage", _revoir)
    pages.add_url_rule(
        "/partages/<int:numero>/renouveler", "renouveler", _renouveler, methods=["GET", "POST"]
    )
    pages.add_url_rule("/partages/<int:numero>/revoquer", "revoquer", _revoquer, methods=["POST"])


def lire_la_duree(texte: str | None) -> int:
    """Days a link works, 30 when nothing is said. Raises PresentationRefusee."""
    texte = (texte or "").strip() or str(JOURS_AU_PLUS)
    jours = int(texte) if texte.isascii() and texte.isdigit() and len(texte) < 4 else 0
    if not 1 <= jours <= JOURS_AU_PLUS:
        raise PresentationRefusee(
            f"Un lien dure de 1 à {JOURS_AU_PLUS} jours : choisissez un nombre entre les deux."
        )
    return jours


def _partager(numero: int) -> Any:
    if request.method == "GET":
        # The address of a page that was shown once, asked again.
        return redirect(url_for("atelier.presentation", numero=numero), 303)
    return partager(presentations.trouver(numero, proprietaire_courant()))


def partager(la: Presentation) -> Response:
    """Freeze a presentation and open a link to it, shown once. Raises PresentationRefusee."""
    jours = lire_la_duree(request.form.get("jours"))
    qui = proprietaire_courant()
    jeu = figer.figer(la, lecteur_courant(), depot_courant())
    if not jeu.diapos:
        raise PresentationRefusee(
            "Cette présentation n’a encore rien à montrer : ajoutez-lui un graphique ou un texte "
            "avant de la partager."
        )
    numero, jeton = partages.creer(
        qui,
        la.titre,
        figer.en_clair(jeu),
        jeu.livraison,
        presentation=la.numero,
        notes={d.id: d.notes for d in la.diapos if d.notes},
        perimetre=perimetre_courant(),
        jours=jours,
    )
    noter(
        qui_courant(),
        f"lien de partage n° {numero} créé : présentation n° {la.numero}, {jours} jours",
    )
    return _montrer_le_lien(partages.trouver(numero, qui), jeton, jeu, renouvele=False)


def _montrer_le_lien(partage: Partage, jeton: str, jeu: Jeu, *, renouvele: bool) -> Response:
    adresse = url_for("partage.montrer", jeton=jeton, _external=True)
    faces = [(i, d, [marquer(v) for v in d.variantes]) for i, d in enumerate(jeu.diapos, start=1)]
    return rendre(
        "lien_de_partage.html",
        PRESENTATIONS,
        partage=partage,
        adresse=adresse,
        ecran=f"{adresse}?ecran=1",
        presentateur=f"{adresse}/presentateur",
        jeton=jeton,
        code=dessiner_le_code(adresse),
        fin=dire_le_jour(partage.expire_le),
        diapos=faces,
        resume=resumer(m[0] for _, _, m in faces if m),
        renouvele=renouvele,
    )


def _revoir(numero: int) -> Response:
    """The frozen view as its owner finds it again, its link over or not."""
    partage = partages.trouver(numero, proprietaire_courant())
    jeu = figer.lire_en_clair(partage.contenu)
    inscrire_la_vue(qui_courant(), f"vue figée n° {numero} revue", jeu)
    return rendre(
        "presentation_figee.html",
        PRESENTATIONS,
        partage=partage,
        jeu=jeu,
        diapos=[(d, partage.notes.get(d.id, "")) for d in jeu.diapos],
        ecrites=diapos.ecrire(jeu),
        gel=diapos.dire_le_gel(jeu),
        jours=JOURS_AU_PLUS,
    )


def _renouveler(numero: int) -> Any:
    if request.method == "GET":
        return redirect(url_for("atelier.partage", numero=numero), 303)
    qui = proprietaire_courant()
    jours = lire_la_duree(request.form.get("jours"))
    jeton = partages.renouveler(numero, qui, jours=jours)
    noter(qui_courant(), f"lien de partage n° {numero} renouvelé, {jours} jours")
    partage = partages.trouver(numero, qui)
    jeu = figer.lire_en_clair(partage.contenu)
    return _montrer_le_lien(partage, jeton, jeu, renouvele=True)


def _revoquer(numero: int) -> Any:
    qui = proprietaire_courant()
    partages.revoquer(numero, qui)
    noter(qui_courant(), f"lien de partage n° {numero} révoqué")
    return redirect(url_for("atelier.partage", numero=numero), 303)


def dire_le_jour(quand: dt.datetime) -> str:
    """« 25 novembre 2026 »."""
    return date_longue(quand)


def dire_l_etat(lien: Any) -> str:
    """« Ouvert jusqu’au 25 décembre 2026 », « Expiré le … », « Révoqué »."""
    if lien.revoque:
        return "Révoqué"
    if lien.expire_le <= maintenant():
        return f"Expiré le {date_longue(lien.expire_le)}"
    return f"Ouvert jusqu’au {date_longue(lien.expire_le)}"
