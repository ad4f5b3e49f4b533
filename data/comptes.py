"""Accounts: who may log in, and as what (contract, confidentialité, Access).

The reader behind a session is derived from the account at every request. What changes what an
account may see, and a new password, close its sessions at once.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from data import essais, mots_de_passe
from data.application import comptes, liens, maintenant, sessions, transaction, verrouiller
from data.refus import typographier
from data.secret_session import sceller

DEPARTEMENT, CHEF, ADMINISTRATEUR = "departement", "chef", "administrateur"
ROLES = {
    DEPARTEMENT: "Agent du Département",
    CHEF: "Chef de service",
    ADMINISTRATEUR: "Administrateur des comptes",
}
DUREE_DU_LIEN = dt.timedelta(hours=24)
OCTETS_DU_JETON = 16

_ADRESSE = re.compile(r"[^@\s,;:<>()\[\]\\\"\x00-\x1f\x7f]+@[^@\s,;:<>()\[\]\\\"]+\.[^@\s.]{2,}")


class CompteRefuse(ValueError):
    """What is asked of the accounts cannot be done; they are as they were. French text."""

    def __init__(self, message: str) -> None:
        super().__init__(typographier(message))


class CompteInconnu(CompteRefuse):
    """There is no such account."""


class IdentifiantsRefuses(Exception):
    """Unknown account, account that is not active, or wrong password: never said which."""


@dataclass(frozen=True, slots=True)
class Compte:
    """An account. `a_changer`: the password is a first one; `connecte_le`: UTC, last log-in."""

    numero: int
    identifiant: str
    nom: str
    role: str
    habilitation: bool
    associations: tuple[str, ...]
    actif: bool
    a_changer: bool
    cree_le: dt.datetime
    connecte_le: dt.datetime | None

    @property
    def intitule(self) -> str:
        """What the person is called on screens."""
        return self.nom or self.identifiant

    @property
    def libelle_du_role(self) -> str:
        """The role in French, with the habilitation."""
        return ROLES[self.role] + (", habilité" if self.habilitation else "")


def plier(identifiant: str) -> str:
    """An e-mail address as it is kept: no spaces around, lower case."""
    return unicodedata.normalize("NFKC", identifiant).strip().casefold()


def ajouter(
    identifiant: str,
    role: str,
    *,
    nom: str = "",
    habilitation: bool = False,
    associations: Iterable[str] = (),
    mot_de_passe: str | None = None,
) -> str:
    """Make an account and return its first password (drawn when None), to be changed.

    `associations`: codes, which the caller checked against the base. Raises CompteRefuse,
    MotDePasseRefuse, MagasinIndisponible.
    """
    adresse = plier(identifiant)
    if len(adresse) > 254 or not _ADRESSE.fullmatch(adresse):
        raise CompteRefuse("L’identifiant doit être une adresse électronique.")
    droits = _verifier_droits(role, habilitation, associations)
    premier = _prendre_mot_de_passe(mot_de_passe, adresse)
    with transaction() as conn:
        verrouiller(conn)
        if _chercher(conn, comptes.c.identifiant == adresse) is not None:
            raise CompteRefuse(f"Le compte {adresse} existe déjà.")
        conn.execute(
            sa.insert(comptes).values(
                identifiant=adresse,
                nom=_nettoyer(nom),
                mot_de_passe=mots_de_passe.hacher(premier),
                a_changer=True,
                actif=True,
                cree_le=maintenant(),
                **droits,
            )
        )
    return premier


def lister() -> list[Compte]:
    """Every account, active ones first, by identifier."""
    with transaction() as conn:
        lignes = conn.execute(
            sa.select(comptes).order_by(comptes.c.actif.desc(), comptes.c.identifiant)
        ).all()
    return [lire_ligne(x) for x in lignes]


def trouver(identifiant: str) -> Compte:
    """The account of this identifier. Raises CompteInconnu."""
    with transaction() as conn:
        compte = _chercher(conn, comptes.c.identifiant == plier(identifiant))
    if compte is None:
        raise CompteInconnu(f"Il n’y a pas de compte {plier(identifiant)}.")
    return compte


def lire(numero: int) -> Compte:
    """The account of this number. Raises CompteInconnu."""
    with transaction() as conn:
        return _lire(conn, numero)


def il_y_en_a() -> bool:
    """Whether somebody may log in: an active account exists."""
    with transaction() as conn:
        return conn.scalar(sa.select(comptes.c.id).where(comptes.c.actif).limit(1)) is not None


def verifier(identifiant: str, mot_de_passe: str, adresse: str) -> Compte:
    """The active account behind an identifier and its password. `adresse`: the caller's, of the
    network.

    Raises IdentifiantsRefuses, TropDEssais. Says nothing of whether the account exists, by its
    words nor by the time it takes.
    """
    plie = plier(identifiant)
    essais.compter_essai(plie, adresse)
    with transaction() as conn:
        ligne = conn.execute(sa.select(comptes).where(comptes.c.identifiant == plie)).one_or_none()
    hache = ligne.mot_de_passe if ligne is not None else None
    juste = mots_de_passe.verifier(hache, mot_de_passe)
    if ligne is None or not juste or not ligne.actif:
        raise IdentifiantsRefuses
    essais.absoudre(plie, adresse)
    if mots_de_passe.a_rehacher(ligne.mot_de_passe):
        nouveau = mots_de_passe.hacher(mot_de_passe)
        with transaction() as conn:
            # Unless it was changed meanwhile.
            conn.execute(
                sa.update(comptes)
                .where(comptes.c.id == ligne.id, comptes.c.mot_de_passe == ligne.mot_de_passe)
                .values(mot_de_passe=nouveau)
            )
    return lire_ligne(ligne)


def modifier(
    numero: int,
    *,
    role: str,
    habilitation: bool,
    associations: Iterable[str],
    nom: str | None = None,
) -> Compte:
    """Give an account other rights; its sessions are closed when they change.

    Raises CompteInconnu, CompteRefuse (last active administrator).
    """
    droits = _verifier_droits(role, habilitation, associations)
    with transaction() as conn:
        verrouiller(conn)
        avant = _lire(conn, numero)
        if droits["role"] != ADMINISTRATEUR:
            _garder_un_administrateur(conn, avant)
        valeurs = droits if nom is None else {**droits, "nom": _nettoyer(nom)}
        conn.execute(sa.update(comptes).where(comptes.c.id == numero).values(**valeurs))
        apres = _lire(conn, numero)
        if _droits(avant) != _droits(apres):
            _fermer(conn, numero)
    return apres


def desactiver(numero: int) -> Compte:
    """Nobody may log in with this account any more; its sessions and links are closed.

    Raises CompteInconnu, CompteRefuse (last active administrator).
    """
    with transaction() as conn:
        verrouiller(conn)
        _garder_un_administrateur(conn, _lire(conn, numero))
        conn.execute(sa.update(comptes).where(comptes.c.id == numero).values(actif=False))
        conn.execute(sa.delete(liens).where(liens.c.compte == numero))
        _fermer(conn, numero)
        return _lire(conn, numero)


def reactiver(numero: int) -> Compte:
    """The account may log in again, with the password it had. Raises CompteInconnu."""
    with transaction() as conn:
        verrouiller(conn)
        _lire(conn, numero)
        conn.execute(sa.update(comptes).where(comptes.c.id == numero).values(actif=True))
        return _lire(conn, numero)


def fermer_sessions(numero: int) -> int:
    """Close every session of an account; how many there were. Raises CompteInconnu."""
    with transaction() as conn:
        _lire(conn, numero)
        return _fermer(conn, numero)


def donner_mot_de_passe(numero: int, mot_de_passe: str | None = None) -> str:
    """Give an account a password that its holder must change (drawn when None); returns it.

    Raises CompteInconnu, MotDePasseRefuse.
    """
    compte = lire(numero)
    premier = _prendre_mot_de_passe(mot_de_passe, compte.identifiant)
    with transaction() as conn:
        verrouiller(conn)
        _poser_mot_de_passe(conn, numero, premier, a_changer=True)
    essais.oublier(compte.identifiant)
    return premier


def changer_mot_de_passe(numero: int, actuel: str, nouveau: str, adresse: str) -> None:
    """The holder changes the password; every session of the account is closed, this one too.

    Raises IdentifiantsRefuses, TropDEssais, MotDePasseRefuse.
    """
    compte = lire(numero)
    verifier(compte.identifiant, actuel, adresse)
    mots_de_passe.juger(nouveau, compte.identifiant)
    if nouveau == actuel:
        raise mots_de_passe.MotDePasseRefuse("Le nouveau mot de passe doit être différent.")
    with transaction() as conn:
        verrouiller(conn)
        _poser_mot_de_passe(conn, numero, nouveau, a_changer=False)


def creer_lien(numero: int) -> str:
    """Token of a link that lets its holder choose a password: once, within 24 hours.

    22 URL-safe characters, 128 random bits. Links made before are worth nothing any more. Raises
    CompteInconnu, CompteRefuse (account that is not active).
    """
    jeton = secrets.token_urlsafe(OCTETS_DU_JETON)
    instant = maintenant()
    with transaction() as conn:
        verrouiller(conn)
        compte = _lire(conn, numero)
        if not compte.actif:
            raise CompteRefuse(f"Le compte {compte.identifiant} est désactivé : réactivez-le.")
        conn.execute(
            sa.delete(liens).where((liens.c.compte == numero) | (liens.c.expire_le <= instant))
        )
        conn.execute(
            sa.insert(liens).values(
                jeton_hache=sceller("lien", jeton), compte=numero, expire_le=instant + DUREE_DU_LIEN
            )
        )
    return jeton


def lire_lien(jeton: str) -> Compte | None:
    """The account that a link is for; None when it was used, is too old or never was."""
    with transaction() as conn:
        return _compte_du_lien(conn, jeton)


def suivre_lien(jeton: str, mot_de_passe: str) -> Compte:
    """Give the account of a link the password its holder chose; the link is used up.

    Raises CompteRefuse (no such link), MotDePasseRefuse (the link stays good).
    """
    trop_tard = "Ce lien a déjà servi ou n’est plus valable : demandez-en un autre."
    compte = lire_lien(jeton)
    if compte is None:
        raise CompteRefuse(trop_tard)
    mots_de_passe.juger(mot_de_passe, compte.identifiant)
    with transaction() as conn:
        verrouiller(conn)
        # Another may have followed it in the meantime.
        if _compte_du_lien(conn, jeton) is None:
            raise CompteRefuse(trop_tard)
        _poser_mot_de_passe(conn, compte.numero, mot_de_passe, a_changer=False)
    essais.oublier(compte.identifiant)
    return compte


def lire_ligne(ligne: Any) -> Compte:
    """The account of a row that holds the columns of `application.comptes`."""
    return Compte(
        ligne.id,
        ligne.identifiant,
        ligne.nom,
        ligne.role,
        bool(ligne.habilitation),
        tuple(ligne.associations),
        bool(ligne.actif),
        bool(ligne.a_changer),
        ligne.cree_le,
        ligne.connecte_le,
    )


def _verifier_droits(role: str, habilitation: bool, associations: Iterable[str]) -> dict[str, Any]:
    siennes: Sequence[str] = list(dict.fromkeys(associations))
    if role not in ROLES:
        raise CompteRefuse(f"Rôle inconnu. Rôles possibles : {', '.join(ROLES)}.")
    if habilitation and role != DEPARTEMENT:
        raise CompteRefuse("Seul un agent du Département peut être habilité.")
    if role == CHEF and not siennes:
        raise CompteRefuse("Un chef de service a au moins une association.")
    if role != CHEF and siennes:
        raise CompteRefuse("Seul un chef de service a des associations.")
    return {"role": role, "habilitation": habilitation, "associations": siennes}


def _droits(compte: Compte) -> tuple[Any, ...]:
    return compte.role, compte.habilitation, compte.associations


def _prendre_mot_de_passe(donne: str | None, identifiant: str) -> str:
    if donne is None:
        return mots_de_passe.tirer()
    mots_de_passe.juger(donne, identifiant)
    return donne


def _poser_mot_de_passe(
    conn: sa.Connection, numero: int, mot_de_passe: str, *, a_changer: bool
) -> None:
    conn.execute(
        sa.update(comptes)
        .where(comptes.c.id == numero)
        .values(mot_de_passe=mots_de_passe.hacher(mot_de_passe), a_changer=a_changer)
    )
    conn.execute(sa.delete(liens).where(liens.c.compte == numero))
    _fermer(conn, numero)


def _garder_un_administrateur(conn: sa.Connection, compte: Compte) -> None:
    """Raises CompteRefuse when the account is the last that can manage the others."""
    if compte.role != ADMINISTRATEUR or not compte.actif:
        return
    autre = conn.scalar(
        sa.select(comptes.c.id)
        .where(comptes.c.role == ADMINISTRATEUR, comptes.c.actif, comptes.c.id != compte.numero)
        .limit(1)
    )
    if autre is None:
        raise CompteRefuse(
            f"{compte.identifiant} est le dernier administrateur actif : faites-en d’abord un "
            "autre."
        )


def _fermer(conn: sa.Connection, numero: int) -> int:
    return conn.execute(sa.delete(sessions).where(sessions.c.compte == numero)).rowcount


def _chercher(conn: sa.Connection, condition: sa.ColumnElement[bool]) -> Compte | None:
    ligne = conn.execute(sa.select(comptes).where(condition)).one_or_none()
    return None if ligne is None else lire_ligne(ligne)


def _lire(conn: sa.Connection, numero: int) -> Compte:
    compte = _chercher(conn, comptes.c.id == numero)
    if compte is None:
        raise CompteInconnu("Ce compte n’existe pas.")
    return compte


def _compte_du_lien(conn: sa.Connection, jeton: str) -> Compte | None:
    numero = conn.scalar(
        sa.select(liens.c.compte).where(
            liens.c.jeton_hache == sceller("lien", jeton), liens.c.expire_le > maintenant()
        )
    )
    compte = None if numero is None else _chercher(conn, comptes.c.id == numero)
    return compte if compte is not None and compte.actif else None


def _nettoyer(nom: str) -> str:
    return " ".join(nom.split())[:120]
