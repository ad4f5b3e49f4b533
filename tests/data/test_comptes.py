"""Accounts, their passwords and the attempts to log in, on each engine."""

from __future__ import annotations

import datetime as dt
import os
import re
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from data import application, comptes, essais, journal, mots_de_passe, secret_session
from data.comptes import CompteInconnu, CompteRefuse, IdentifiantsRefuses
from data.essais import TropDEssais
from data.mots_de_passe import MotDePasseRefuse
from queries import sessions
from queries.lecteur import Lecteur, Role
from tests import RACINE
from tests.magasin import MOT_DE_PASSE, ajouter

ICI = "192.0.2.1"
AILLEURS = "192.0.2.2"
AGENT = "agent@nord.example"


@pytest.fixture(autouse=True)
def magasin(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A store of its own. SQLite unless the test asks for `deux_magasins`."""
    monkeypatch.setenv("APPLICATION_URL", f"sqlite:///{tmp_path / 'application.sqlite'}")
    if "deux_magasins" not in request.fixturenames:
        application.creer()


@pytest.fixture(params=["sqlite", "postgresql"])
def deux_magasins(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, magasin: None
) -> None:
    """The same test on each engine."""
    if request.param == "postgresql":
        monkeypatch.setenv("APPLICATION_URL", request.getfixturevalue("url_base_postgresql"))
        monkeypatch.setenv("SECRET_SESSION", "7f3a9c5e1b8d4f60a2c4e6f8091b3d5f")
    application.creer()


def executer(requete: Any) -> Any:
    """Rows that a statement gives, or nothing."""
    with application.transaction() as conn:
        resultat = conn.execute(requete)
        return resultat.all() if resultat.returns_rows else None


def avancer(duree: dt.timedelta, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make it that much later, for everything that reads the clock of the store."""
    apres = application.maintenant() + duree
    for module in (application, comptes, essais, sessions):
        monkeypatch.setattr(module, "maintenant", lambda: apres)


@pytest.fixture
def horloge_arretee(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time passes when the test says so only: on a slow machine trying passwords takes a while."""
    avancer(dt.timedelta(0), monkeypatch)


def echouer(fois: int, qui: str = AGENT, adresse: str = ICI) -> None:
    for _ in range(fois):
        with pytest.raises(IdentifiantsRefuses):
            comptes.verifier(qui, "pas le bon", adresse)


# Accounts


def test_un_compte_se_fait_et_se_retrouve(deux_magasins: None) -> None:
    premier = comptes.ajouter("  Agent@Nord.EXAMPLE ", "departement", nom=" A  B ")
    compte = comptes.trouver("AGENT@nord.example")
    assert (compte.identifiant, compte.nom, compte.role) == (AGENT, "A B", "departement")
    assert (compte.habilitation, compte.actif, compte.a_changer) == (False, True, True)
    assert re.fullmatch(r"([a-z0-9]{4}-){4}[a-z0-9]{4}", premier)
    assert comptes.verifier("AGENT@NORD.example", premier, ICI) == compte
    assert comptes.lister() == [compte]
    with pytest.raises(CompteRefuse, match="existe déjà"):
        comptes.ajouter(AGENT.upper(), "departement")


def test_le_mot_de_passe_est_garde_en_argon2id() -> None:
    ajouter(AGENT, "departement")
    ((hache,),) = executer(sa.select(application.comptes.c.mot_de_passe))
    assert hache.startswith("$argon2id$")
    assert MOT_DE_PASSE not in hache


def test_un_hachage_d_un_autre_temps_est_refait(monkeypatch: pytest.MonkeyPatch) -> None:
    from argon2 import PasswordHasher

    ajouter(AGENT, "departement")
    faible = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(MOT_DE_PASSE)
    executer(sa.update(application.comptes).values(mot_de_passe=faible))
    comptes.verifier(AGENT, MOT_DE_PASSE, ICI)
    ((hache,),) = executer(sa.select(application.comptes.c.mot_de_passe))
    assert hache != faible
    assert not mots_de_passe.a_rehacher(hache)
    comptes.verifier(AGENT, MOT_DE_PASSE, ICI)


@pytest.mark.parametrize("identifiant", ["", "agent", "a@b", "a b@c.fr", "a@b.fr, c@d.fr", "@b.fr"])
def test_l_identifiant_est_une_adresse(identifiant: str) -> None:
    with pytest.raises(CompteRefuse, match="adresse électronique"):
        comptes.ajouter(identifiant, "departement")


@pytest.mark.parametrize(
    "droits",
    [
        {"role": "chef"},
        {"role": "departement", "associations": ["aae"]},
        {"role": "chef", "associations": ["aae"], "habilitation": True},
        {"role": "administrateur", "habilitation": True},
        {"role": "invite"},
    ],
)
def test_des_droits_qui_ne_vont_pas_ensemble(droits: dict[str, Any]) -> None:
    with pytest.raises(CompteRefuse):
        comptes.ajouter(AGENT, **droits)
    assert comptes.lister() == []


@pytest.mark.parametrize(
    "faible",
    [
        "court",
        "onze signes",
        AGENT,
        "AGENT@nord.example",
        "azerty123456",
        "Mot de Passe 1234",
        "aaaaaaaaaaaaaaaaaa",
        "ababababababab",
        "x" * 300,
    ],
)
def test_un_mot_de_passe_trop_faible_est_refuse(faible: str) -> None:
    with pytest.raises(MotDePasseRefuse) as refus:
        mots_de_passe.juger(faible, AGENT)
    assert faible not in str(refus.value)


@pytest.mark.parametrize("bon", ["ours de bois vert", "tout en minuscules", "éàü ôîé ûâ ñç"])
def test_ni_majuscule_ni_chiffre_ne_sont_exiges(bon: str) -> None:
    mots_de_passe.juger(bon, AGENT)


def test_un_accent_ecrit_autrement_est_le_meme_mot_de_passe() -> None:
    assert mots_de_passe.verifier(mots_de_passe.hacher("e\u0301tincelle bleue"), "étincelle bleue")


def test_le_dernier_administrateur_reste(deux_magasins: None) -> None:
    un = ajouter("un@nord.example", "administrateur")
    with pytest.raises(CompteRefuse, match="dernier administrateur"):
        comptes.desactiver(un.numero)
    with pytest.raises(CompteRefuse, match="dernier administrateur"):
        comptes.modifier(un.numero, role="departement", habilitation=False, associations=[])
    deux = ajouter("deux@nord.example", "administrateur")
    comptes.desactiver(un.numero)
    with pytest.raises(CompteRefuse, match="dernier administrateur"):
        comptes.desactiver(deux.numero)


def test_deux_administrateurs_ne_se_desactivent_pas_ensemble(deux_magasins: None) -> None:
    numeros = [ajouter(f"{x}@nord.example", "administrateur").numero for x in "ab"]
    refus: list[CompteRefuse] = []

    def desactiver(numero: int) -> None:
        try:
            comptes.desactiver(numero)
        except CompteRefuse as erreur:
            refus.append(erreur)

    fils = [threading.Thread(target=desactiver, args=(n,)) for n in numeros]
    for f in fils:
        f.start()
    for f in fils:
        f.join()
    assert len(refus) == 1
    assert sum(c.actif for c in comptes.lister()) == 1


def test_un_compte_inconnu() -> None:
    for agir in (comptes.desactiver, comptes.reactiver, comptes.fermer_sessions, comptes.lire):
        with pytest.raises(CompteInconnu):
            agir(404)


# Sessions


def test_le_lecteur_vient_du_compte_a_chaque_fois(deux_magasins: None) -> None:
    chef = ajouter("chef@aae.example", "chef", associations=("aae", "gap"))
    jeton = sessions.ouvrir_session(chef, sessions.MOT_DE_PASSE)

    def lecteur() -> Lecteur | None:
        session = sessions.lire_session(jeton)
        return session and session.lecteur

    assert lecteur() == Lecteur(Role.CHEF, ("aae", "gap"))
    # Even if nobody had closed the session.
    executer(sa.update(application.comptes).values(associations=["gap"]))
    assert lecteur() == Lecteur(Role.CHEF, ("gap",))
    executer(sa.update(application.comptes).values(role="administrateur", associations=[]))
    assert lecteur() == Lecteur(Role.ADMINISTRATEUR)
    executer(sa.update(application.comptes).values(actif=False))
    assert lecteur() is None


@pytest.mark.parametrize(
    "changer",
    [
        lambda n: comptes.desactiver(n),
        lambda n: comptes.donner_mot_de_passe(n),
        lambda n: comptes.changer_mot_de_passe(n, MOT_DE_PASSE, "un tout autre que lui", ICI),
        lambda n: comptes.suivre_lien(comptes.creer_lien(n), "un tout autre que lui"),
        lambda n: comptes.modifier(n, role="chef", habilitation=False, associations=["gap"]),
        lambda n: comptes.modifier(n, role="departement", habilitation=False, associations=[]),
        lambda n: comptes.fermer_sessions(n),
    ],
    ids=["desactiver", "donner", "changer", "lien", "associations", "role", "fermer"],
)
def test_ce_qui_change_un_compte_ferme_ses_sessions(changer: Any) -> None:
    chef = ajouter("chef@aae.example", "chef", associations=("aae",))
    autre = ajouter(AGENT, "departement")
    jetons = [sessions.ouvrir_session(chef, sessions.MOT_DE_PASSE) for _ in range(2)]
    epargne = sessions.ouvrir_session(autre, sessions.MOT_DE_PASSE)
    changer(chef.numero)
    assert [sessions.lire_session(j) for j in jetons] == [None, None]
    assert sessions.lire_session(epargne) is not None


def test_un_nom_change_sans_deranger_personne() -> None:
    agent = ajouter(AGENT, "departement")
    jeton = sessions.ouvrir_session(agent, sessions.MOT_DE_PASSE)
    comptes.modifier(
        agent.numero, role="departement", habilitation=False, associations=[], nom="Autre"
    )
    assert sessions.lire_session(jeton) is not None


def test_l_habilitation_dort_jusqu_a_ce_qu_on_l_allume(deux_magasins: None) -> None:
    agent = ajouter(AGENT, "departement", habilitation=True)
    jeton = sessions.ouvrir_session(agent, sessions.MOT_DE_PASSE)
    autre = sessions.ouvrir_session(agent, sessions.MOT_DE_PASSE)

    def role(j: str) -> Role | None:
        session = sessions.lire_session(j)
        return session and session.lecteur.role

    assert role(jeton) is Role.DEPARTEMENT
    sessions.montrer_chiffres_exacts(jeton, True)
    assert (role(jeton), role(autre)) == (Role.HABILITE, Role.DEPARTEMENT)
    # Without the right, the switch of the session is worth nothing.
    executer(sa.update(application.comptes).values(habilitation=False))
    assert role(jeton) is Role.DEPARTEMENT


def test_une_session_finit(monkeypatch: pytest.MonkeyPatch) -> None:
    agent = ajouter(AGENT, "departement")
    jeton = sessions.ouvrir_session(agent, sessions.MOT_DE_PASSE)
    for _ in range(20):
        avancer(dt.timedelta(hours=8), monkeypatch)
        assert sessions.lire_session(jeton) is not None
    # Used all along, it ends after seven days all the same.
    avancer(dt.timedelta(hours=9), monkeypatch)
    assert sessions.lire_session(jeton) is None
    jeton = sessions.ouvrir_session(agent, sessions.MOT_DE_PASSE)
    avancer(dt.timedelta(hours=12, minutes=1), monkeypatch)
    assert sessions.lire_session(jeton) is None


def test_une_copie_du_magasin_n_ouvre_rien(monkeypatch: pytest.MonkeyPatch) -> None:
    agent = ajouter(AGENT, "departement")
    monkeypatch.setenv("SECRET_SESSION", "7f3a9c5e1b8d4f60a2c4e6f8091b3d5f")
    jeton, lien = sessions.ouvrir_session(agent, sessions.MOT_DE_PASSE), comptes.creer_lien(1)
    voles = [
        x for t in application.metadata.tables.values() for r in executer(sa.select(t)) for x in r
    ]
    assert jeton not in voles
    assert lien not in voles
    for valeur in map(str, voles):
        assert sessions.lire_session(valeur) is None
        assert comptes.lire_lien(valeur) is None
    # Nor a token that a row was made up for, without the secret.
    monkeypatch.setenv("SECRET_SESSION", "un autre secret, tout aussi long que lui")
    assert sessions.lire_session(jeton) is None
    assert comptes.lire_lien(lien) is None


def test_le_magasin_n_est_lu_que_par_son_proprietaire(tmp_path: Path) -> None:
    sessions.ouvrir_session(ajouter(AGENT, "departement"), sessions.MOT_DE_PASSE)
    for nom in ("application.sqlite", secret_session.FICHIER):
        assert stat.S_IMODE((tmp_path / nom).stat().st_mode) == 0o600


# One-time links


def test_un_lien_sert_une_fois(deux_magasins: None) -> None:
    agent = ajouter(AGENT, "departement", premier=True)
    jeton = comptes.creer_lien(agent.numero)
    assert len(jeton) == 22
    with pytest.raises(MotDePasseRefuse):
        comptes.suivre_lien(jeton, "court")
    comptes.suivre_lien(jeton, "un tout autre que lui")
    assert comptes.verifier(AGENT, "un tout autre que lui", ICI).a_changer is False
    assert comptes.lire_lien(jeton) is None
    with pytest.raises(CompteRefuse, match="déjà servi"):
        comptes.suivre_lien(jeton, "encore un autre essai")


def test_un_lien_vaut_24_heures_et_le_dernier_seul(monkeypatch: pytest.MonkeyPatch) -> None:
    agent = ajouter(AGENT, "departement")
    ancien, jeton = comptes.creer_lien(agent.numero), comptes.creer_lien(agent.numero)
    assert comptes.lire_lien(ancien) is None
    assert comptes.lire_lien(jeton) == agent
    avancer(dt.timedelta(hours=24), monkeypatch)
    assert comptes.lire_lien(jeton) is None


def test_un_compte_desactive_n_a_pas_de_lien() -> None:
    agent = ajouter(AGENT, "departement")
    jeton = comptes.creer_lien(agent.numero)
    comptes.desactiver(agent.numero)
    assert comptes.lire_lien(jeton) is None
    with pytest.raises(CompteRefuse, match="désactivé"):
        comptes.creer_lien(agent.numero)
    comptes.reactiver(agent.numero)
    assert comptes.lire_lien(jeton) is None


# Attempts


def test_un_compte_desactive_n_entre_pas() -> None:
    agent = ajouter(AGENT, "departement")
    comptes.desactiver(agent.numero)
    with pytest.raises(IdentifiantsRefuses):
        comptes.verifier(AGENT, MOT_DE_PASSE, ICI)
    with pytest.raises(IdentifiantsRefuses):
        sessions.ouvrir_session(agent, sessions.OIDC)


def test_un_compte_inconnu_prend_le_meme_chemin(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash of the same cost is computed whether or not the account exists."""
    ajouter(AGENT, "departement")
    hachages: list[str] = []

    class Temoin:
        def verify(self, hache: str, essaye: str) -> bool:
            hachages.append(hache)
            return vrai.verify(hache, essaye)

        def __getattr__(self, nom: str) -> Any:
            return getattr(vrai, nom)

    vrai = mots_de_passe._hacheur
    monkeypatch.setattr(mots_de_passe, "_hacheur", Temoin())
    for qui in (AGENT, "personne@nord.example"):
        with pytest.raises(IdentifiantsRefuses):
            comptes.verifier(qui, "pas le bon du tout", ICI)
    connu, inconnu = (h.rsplit("$", 2)[0] for h in hachages)
    assert connu == inconnu


@pytest.mark.parametrize("qui", [AGENT, "personne@nord.example"])
def test_les_essais_sont_ralentis_puis_arretes(
    deux_magasins: None, horloge_arretee: None, qui: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An account that does not exist behaves the same."""
    ajouter(AGENT, "departement")
    echouer(5, qui)
    attentes = []
    for rang in range(8):
        with pytest.raises(TropDEssais) as trop:
            comptes.verifier(qui, MOT_DE_PASSE, f"198.51.100.{rang}")
        attente = trop.value.attente
        attentes.append(round(attente.total_seconds()))
        avancer(attente, monkeypatch)
        echouer(1, qui, f"198.51.100.{rang}")
    assert attentes == [15, 30, 60, 120, 240, 480, 900, 900]


def test_un_bon_mot_de_passe_efface_les_essais_du_compte(horloge_arretee: None) -> None:
    ajouter(AGENT, "departement")
    for _ in range(3):
        echouer(4)
        comptes.verifier(AGENT, MOT_DE_PASSE, ICI)


def test_un_mot_de_passe_donne_efface_les_essais(horloge_arretee: None) -> None:
    agent = ajouter(AGENT, "departement")
    echouer(5)
    with pytest.raises(TropDEssais):
        comptes.verifier(AGENT, MOT_DE_PASSE, AILLEURS)
    comptes.suivre_lien(comptes.creer_lien(agent.numero), "un tout autre que lui")
    comptes.verifier(AGENT, "un tout autre que lui", AILLEURS)


def test_une_adresse_qui_essaie_tout_le_monde_est_arretee(horloge_arretee: None) -> None:
    ajouter(AGENT, "departement")
    for rang in range(essais.LIBRES_PAR_ADRESSE + 1):
        echouer(1, f"p{rang}@nord.example")
    with pytest.raises(TropDEssais):
        comptes.verifier(AGENT, MOT_DE_PASSE, ICI)
    comptes.verifier(AGENT, MOT_DE_PASSE, AILLEURS)


def test_son_propre_compte_n_absout_pas_l_adresse(horloge_arretee: None) -> None:
    """Somebody with an account does not buy guesses at the others with it."""
    ajouter(AGENT, "departement")
    for rang in range(essais.LIBRES_PAR_ADRESSE):
        echouer(1, f"p{rang}@nord.example")
        comptes.verifier(AGENT, MOT_DE_PASSE, ICI)
    echouer(1, "encore@nord.example")
    with pytest.raises(TropDEssais):
        comptes.verifier("autre@nord.example", "x", ICI)


def test_des_essais_simultanes_comptent_un_par_un(
    deux_magasins: None, horloge_arretee: None
) -> None:
    ajouter(AGENT, "departement")
    issues: list[str] = []

    def essayer(rang: int) -> None:
        try:
            comptes.verifier(AGENT, "pas le bon", f"198.51.100.{rang}")
        except (TropDEssais, IdentifiantsRefuses) as refus:
            issues.append(type(refus).__name__)

    fils = [threading.Thread(target=essayer, args=(i,)) for i in range(12)]
    for f in fils:
        f.start()
    for f in fils:
        f.join()
    assert sorted(issues) == ["IdentifiantsRefuses"] * 5 + ["TropDEssais"] * 7


def test_le_magasin_ne_garde_pas_ce_qui_est_tape() -> None:
    echouer(1, "ce n’est pas une adresse mais un mot de passe")
    assert "mot de passe" not in str(executer(sa.select(essais.essais)))


# The secret


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "court",
        "7f3a9c5e1b8d4f60a2c4e6f8091b3d5",
        "a" * 64,
        "abc123" * 10,
        "changeme-changeme-2026-0987654321-zyx",
        "Passerelle, le secret de nos sessions !",
        "0123456789abcdef0123456789abcdef",
    ],
)
def test_un_secret_connu_ou_court_est_refuse(secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_SESSION", secret)
    defaut = secret_session.juger_secret()
    assert "SECRET_SESSION" in defaut
    assert not secret or secret not in defaut


def test_un_secret_tire_au_hasard_convient(monkeypatch: pytest.MonkeyPatch) -> None:
    import secrets

    for _ in range(200):
        monkeypatch.setenv("SECRET_SESSION", secrets.token_hex(32))
        assert secret_session.juger_secret() == ""


def test_sans_secret_les_processus_gardent_le_meme(tmp_path: Path) -> None:
    code = "from data.secret_session import sceller; print(sceller('essai', 'x'))"
    processus = [
        subprocess.Popen(
            [sys.executable, "-c", code], cwd=RACINE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    dits = {p.communicate()[0].strip() for p in processus}
    assert len(dits) == 1
    assert re.fullmatch(r"[0-9a-f]{64}", dits.pop())
    assert [f.name for f in tmp_path.iterdir() if "secret" in f.name] == [secret_session.FICHIER]


# The command


def commander(
    base: str, *mots: str, entree: str = "", **reglages: str
) -> subprocess.CompletedProcess[str]:
    """`python -m data comptes …` on this base."""
    return subprocess.run(
        [sys.executable, "-m", "data", "comptes", *mots],
        cwd=RACINE,
        env={**os.environ, "DATABASE_URL": base, **reglages},
        input=entree,
        capture_output=True,
        text=True,
        check=False,
    )


def test_la_commande(base_demo: str) -> None:
    fait = commander(
        base_demo, "ajouter", "chef@aae.example", "--role", "chef", "--association", "aae"
    )
    assert (fait.returncode, fait.stderr) == (0, "")
    (premier,) = re.findall(r"^Mot de passe : (\S+)$", fait.stdout, re.MULTILINE)
    compte = comptes.verifier("chef@aae.example", premier, ICI)
    assert (compte.associations, compte.a_changer) == (("aae",), True)

    fait = commander(
        base_demo,
        "mot-de-passe",
        "chef@aae.example",
        "--mot-de-passe-stdin",
        entree="quatre petits mots\n",
    )
    assert fait.returncode == 0
    assert "quatre" not in fait.stdout
    assert comptes.verifier("chef@aae.example", "quatre petits mots", ICI).a_changer

    assert commander(base_demo, "desactiver", "chef@aae.example").returncode == 0
    assert "désactivé" in commander(base_demo, "lister").stdout
    assert commander(base_demo, "reactiver", "chef@aae.example").returncode == 0
    fait = commander(base_demo, "lien", "chef@aae.example")
    (jeton,) = re.findall(r"^/lien/(\S+)$", fait.stdout, re.MULTILINE)
    assert comptes.lire_lien(jeton) is not None
    assert "0 session fermée" in commander(base_demo, "fermer-sessions", "chef@aae.example").stdout
    ecrites = [e.quoi for e in journal.lire()]
    assert len(ecrites) == 6
    assert not any(premier in q or jeton in q for q in ecrites)


@pytest.mark.parametrize(
    ("mots", "statut", "message"),
    [
        (["ajouter", "x", "--role", "departement"], 1, "adresse électronique"),
        (["ajouter", "c@d.fr", "--role", "chef"], 1, "au moins une association"),
        (["ajouter", "c@d.fr", "--role", "chef", "--association", "nulle"], 1, "aae, aapi"),
        (["ajouter", "c@d.fr", "--role", "roi"], 2, "choix inconnu"),
        (["ajouter", "c@d.fr"], 2, "il manque"),
        (["desactiver", "personne@d.fr"], 1, "pas de compte"),
        (
            ["ajouter", "c@d.fr", "--role", "departement", "--mot-de-passe-stdin"],
            1,
            "12 caractères",
        ),
    ],
)
def test_la_commande_refuse_en_francais(
    base_demo: str, mots: list[str], statut: int, message: str
) -> None:
    fait = commander(base_demo, *mots, entree="court\n")
    assert fait.returncode == statut
    assert message in fait.stderr.replace("\u00a0", " ")
    assert "Traceback" not in fait.stderr
    assert comptes.lister() == []
