"""Where files are asked for and fetched: `/fichiers`, and `/<chapitre>.xlsx`.

Who asks is derived from the session, as everywhere; what is not one's own does not exist. Files
quickly made are answered at once; the whole report is made apart (`dashboard.livrables.fabrique`)
and its page says how far it is.
"""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    jsonify,
    redirect,
    request,
    url_for,
)

from dashboard.adresse import lire_adresse
from dashboard.erreurs import page_d_erreur, refuser
from dashboard.formulaires import exiger_formulaire
from dashboard.livrables import classeur, lancement, menage, page_seule
from dashboard.livrables.fabrique import ecrire_la_demande, ecrire_le_lecteur
from dashboard.livrables.noms import (
    DOCX,
    GENRES,
    HTML,
    PDF,
    PPTX,
    XLSX,
    nommer_la_presentation,
    nommer_le_rapport,
)
from dashboard.memoire import Memoire
from dashboard.plan import PRESENTATIONS
from dashboard.presentations import ecrites, figer
from dashboard.presentations.ecrites import inscrire_la_vue
from dashboard.presentations.figer import Jeu
from dashboard.presentations.partage import nommer_l_invite
from dashboard.presentations.site import rendre
from dashboard.session import (
    depot_courant,
    etat_courant,
    lecteur_courant,
    perimetre_courant,
    proprietaire_courant,
    qui_courant,
)
from data.catalogue import CHAPITRES
from data.journal import noter
from data.refus import typographier
from queries import commentaires, partages, presentations, travaux
from queries.lecteur import Role
from queries.lieux import existe, nommer
from queries.partages import Partage, PartageInconnu
from queries.presentations import PresentationInconnue
from queries.question import Lieu, QuestionRefusee
from queries.selection import Lue, Selection, derniere_annee, ecrire, lire_requete
from queries.travaux import Travail, TravailInconnu, TropDeTravaux

_PAQUET = "dashboard"
_CLE_DES_GARDES = "passerelle_diapos_gardees"
GARDES = 8
"""Most files of links that a process keeps (about half a megabyte each)."""

SORTES = {DOCX: "document Word", PDF: "PDF"}
"""Kinds of file of the whole report, and what they are called."""

ETATS = {
    travaux.ATTENTE: "en attente de son tour",
    travaux.COURS: "en préparation",
    travaux.PRET: "prêt",
    travaux.ECHEC: "non fait",
    travaux.INTERROMPU: "interrompu",
}
"""What a demand may be at, in words."""


def enregistrer(server: Flask) -> None:
    """Add the files to a server that `acces.enregistrer` already knows."""
    server.extensions[_CLE_DES_GARDES] = Memoire[tuple[bytes, str]](GARDES)
    pages = Blueprint("livrables", _PAQUET, template_folder="gabarits")
    sortes = f"<any({PPTX}, {HTML}):sorte>"
    pages.add_url_rule("/fichiers", "liste", _lister)
    pages.add_url_rule("/fichiers/rapport", "rapport", _demander_le_rapport, methods=["POST"])
    pages.add_url_rule(
        f"/fichiers/presentation/<int:numero>.{sortes}", "presentation", _presentation
    )
    pages.add_url_rule(
        f"/fichiers/partage/<int:numero>.{sortes}", "partage", _partage, methods=["GET", "POST"]
    )
    pages.add_url_rule("/fichiers/<numero>", "travail", _travail)
    pages.add_url_rule("/fichiers/<numero>/etat", "etat", _etat)
    pages.add_url_rule("/fichiers/<numero>/fichier", "fichier", _fichier)
    pages.add_url_rule("/fichiers/<numero>/encore", "encore", _recommencer, methods=["POST"])
    # Whoever holds a link may keep what it shows.
    pages.add_url_rule(f"/p/<jeton>/diapos.{sortes}", "diapos", _diapos_du_lien)
    pages.add_url_rule(
        f"/<any({', '.join(CHAPITRES)}):chapitre>.xlsx", "chapitre", _classeur_du_chapitre
    )
    pages.register_error_handler(TravailInconnu, _introuvable)
    pages.register_error_handler(PresentationInconnue, _introuvable)
    pages.register_error_handler(PartageInconnu, _introuvable)
    pages.register_error_handler(TropDeTravaux, _trop)
    server.register_blueprint(pages)
    menage.enregistrer(server)


def _introuvable(erreur: Any) -> Response:
    return page_d_erreur("Fichier introuvable", str(erreur), 404)


def _trop(erreur: Any) -> Response:
    return page_d_erreur("Trop de fichiers", str(erreur), 429, ("/fichiers", "Vos fichiers"))


def _exiger_un_lecteur() -> None:
    if lecteur_courant().role is Role.ADMINISTRATEUR:
        abort(refuser(403, "Votre compte gère les comptes : il ne donne accès à aucun chiffre."))


def _exiger_un_auteur() -> None:
    if not lecteur_courant().auteur:
        abort(
            refuser(
                403,
                "Les présentations se préparent avec un compte du Département ou d’une "
                "association.",
            )
        )


def _envoyer(octets: bytes, nom: str, sorte: str) -> Response:
    reponse = Response(octets)
    reponse.headers["Content-Type"] = GENRES[sorte]
    reponse.headers["Content-Disposition"] = f'attachment; filename="{nom}"'
    return reponse


def _classeur_du_chapitre(chapitre: str) -> Response:
    _exiger_un_lecteur()
    requete = request.query_string.decode("utf-8", "replace")
    ctx, avis = lire_adresse(f"/{chapitre}", requete, depot_courant(), lecteur_courant())
    if avis:
        abort(refuser(400, typographier(" ".join(avis))))
    try:
        fait = classeur.ecrire(chapitre, ctx)
    except QuestionRefusee as refus:
        abort(refuser(400, typographier(str(refus))))
    return _envoyer(fait.octets, fait.nom, XLSX)


def _presentation(numero: int, sorte: str) -> Response:
    """A presentation as a guest would see it now, with its author's notes (PPTX)."""
    _exiger_un_auteur()
    la = presentations.trouver(numero, proprietaire_courant())
    jeu = figer.figer(la, lecteur_courant(), depot_courant())
    return _envoyer_les_diapos(jeu, sorte, {d.id: d.notes for d in la.diapos if d.notes})


def _partage(numero: int, sorte: str) -> Response:
    """A frozen view of one's own; with the way back when its link is sent along (`jeton`), which
    only its owner knows."""
    _exiger_un_auteur()
    partage = partages.trouver(numero, proprietaire_courant())
    lien = ""
    if request.method == "POST":
        exiger_formulaire()
        jeton = request.form.get("jeton", "")
        if partages.ouvrir(jeton).numero != partage.numero:
            raise PartageInconnu
        lien = _adresse_du_lien(jeton)
    jeu = figer.lire_en_clair(partage.contenu)
    inscrire_la_vue(qui_courant(), _raconter(partage, sorte), jeu, fichier=True)
    return _envoyer_les_diapos(jeu, sorte, partage.notes, lien)


def _diapos_du_lien(jeton: str, sorte: str) -> Response:
    """What a link shows, to keep. Neither the reader nor the notes are known here."""
    partage = partages.ouvrir(jeton)
    jeu = ecrites.ecrire(partage).jeu
    inscrire_la_vue(nommer_l_invite(partage), _raconter(partage, sorte), jeu, fichier=True)
    lien = _adresse_du_lien(jeton)
    # A room full of people may ask for the same file, and what is frozen does not change.
    gardes: Memoire[tuple[bytes, str]] = current_app.extensions[_CLE_DES_GARDES]
    cle = (partage.numero, sorte, lien)
    fait = gardes.lire(cle)
    if fait is None:
        fait = gardes.garder(cle, _ecrire_les_diapos(jeu, sorte, {}, lien))
    return _envoyer(*fait, sorte)


def _adresse_du_lien(jeton: str) -> str:
    return url_for("partage.montrer", jeton=jeton, _external=True)


def _raconter(partage: Partage, sorte: str) -> str:
    return f"fichier {sorte.upper()} d’une vue partagée (n° {partage.numero})"


def _envoyer_les_diapos(jeu: Jeu, sorte: str, notes: dict[str, str], lien: str = "") -> Response:
    return _envoyer(*_ecrire_les_diapos(jeu, sorte, notes, lien), sorte)


def _ecrire_les_diapos(jeu: Jeu, sorte: str, notes: dict[str, str], lien: str) -> tuple[bytes, str]:
    """A file of slides, and its name."""
    politiques = {v.politique for v in jeu.vues}
    nom = nommer_la_presentation(jeu.titre, politiques, sorte)
    if sorte == HTML:
        return page_seule.ecrire(jeu, lien), nom
    # A tenth of a second and 15 MB that a page never needs.
    from dashboard.livrables import diaporama

    return diaporama.ecrire(jeu, notes, lien), nom


def _demander_le_rapport() -> Response:
    """Ask for the whole report of a place and a year. Form: `sorte` (docx, pdf), `requete` (query
    string of the page: one place, one year)."""
    _exiger_un_lecteur()
    exiger_formulaire()
    sorte = request.form.get("sorte", "")
    if sorte not in SORTES:
        abort(refuser(400, "Le rapport se fait en document Word (docx) ou en PDF (pdf)."))
    lue = _lire_la_selection(request.form.get("requete", "").lstrip("?"))
    s = lue.selection
    if lue.avis:
        abort(refuser(400, typographier(" ".join(lue.avis))))
    if len(s.lieux) > 1 or len(s.annees) > 1:
        abort(refuser(400, "Le rapport se fait pour un seul lieu et une seule année."))
    return _demander(sorte, s.lieu, derniere_annee(s.annee))


def _lire_la_selection(requete: str) -> Lue:
    return lire_requete(requete, etat_courant(), lecteur_courant())


def _recommencer(numero: str) -> Response:
    """Ask again for the same report, as the reader is now. Form: `sorte`."""
    exiger_formulaire()
    demande = _trouver(numero).demande
    sorte = request.form.get("sorte", "")
    lieu, annee = Lieu(*demande["lieu"]), demande["annee"]
    if sorte not in SORTES or not existe(etat_courant(), lecteur_courant(), lieu, annee):
        raise TravailInconnu
    return _demander(sorte, lieu, annee)


def _demander(sorte: str, lieu: Lieu, annee: str) -> Response:
    lecteur = lecteur_courant()
    ecrits = {
        section: c.texte
        for section, c in commentaires.lire(perimetre_courant(), lieu, annee).items()
    }
    numero = travaux.demander(
        proprietaire_courant(),
        nommer_le_rapport(lieu, annee, lecteur.politique(lieu).nom, sorte),
        GENRES[sorte],
        ecrire_la_demande(sorte, lieu, annee, lecteur, qui_courant(), ecrits),
    )
    lancement.lancer()
    return redirect(url_for("livrables.travail", numero=numero), 303)  # type: ignore[return-value]


def _lister() -> Response:
    """One's files of the day, and what can be asked for: what the address looks at, as on the
    other pages."""
    _exiger_un_lecteur()
    etat, lecteur = etat_courant(), lecteur_courant()
    lue = _lire_la_selection(request.query_string.decode("utf-8", "replace"))
    s = lue.selection
    du_rapport = Selection((derniere_annee(s.annee),), (s.lieu,))
    return rendre(
        "livrables.html",
        PRESENTATIONS,
        travaux=travaux.lister(proprietaire_courant()),
        etats=ETATS,
        sortes=SORTES,
        avis=lue.avis,
        nom=nommer(etat, s.lieu),
        annee=du_rapport.annee,
        requete=ecrire(s, etat, lecteur),
        requete_du_rapport=ecrire(du_rapport, etat, lecteur),
        chapitres=CHAPITRES,
    )


def _travail(numero: str) -> Response:
    """How far a file is; where to fetch it once it is made."""
    travail = _trouver(numero)
    return rendre(
        "livrable.html",
        PRESENTATIONS,
        travail=travail,
        sorte=SORTES[travail.demande["sorte"]],
        taille=_dire_la_taille(travail.taille),
    )


def _etat(numero: str) -> Response:
    travail = _trouver(numero)
    return jsonify(
        etat=travail.etat,
        etape=typographier(travail.etape),
        fait=travail.fait,
        fini=travail.fini,
    )


def _fichier(numero: str) -> Response:
    """The file itself, to who asked for it and may still see what it holds."""
    travail = _trouver(numero)
    politique = travail.demande["politique"]
    if politique != "partage" and travail.demande["lecteur"] != ecrire_le_lecteur(
        lecteur_courant()
    ):
        abort(
            refuser(
                403,
                "Ce fichier a été fait avec d’autres droits que ceux que vous avez maintenant : "
                "demandez-le à nouveau.",
            )
        )
    octets = travaux.ouvrir(numero, proprietaire_courant())
    noter(qui_courant(), f"fichier {travail.nom}", politique=politique, fichier=True)
    return _envoyer(octets, travail.nom, travail.demande["sorte"])


def _trouver(numero: str) -> Travail:
    _exiger_un_lecteur()
    travail = travaux.trouver(numero, proprietaire_courant())
    if travail.etat == travaux.ATTENTE:
        # Whoever should have made it may be dead.
        lancement.lancer()
    return travail


def _dire_la_taille(octets: int) -> str:
    """« 450 ko », « 1,2 Mo »."""
    if octets < 1_000_000:
        return f"{max(1, round(octets / 1000))} ko"
    return f"{octets / 1_000_000:.1f} Mo".replace(".", ",")
