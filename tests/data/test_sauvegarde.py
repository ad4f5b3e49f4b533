"""A backup put back is what was there, to the row, on each engine."""

from __future__ import annotations

import json
import os
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from data import application, comptes, journal, sauvegarde
from data import schema as t
from data.__main__ import main
from tests.data.bases_anciennes import Lignes as Contenu
from tests.data.bases_anciennes import inserer
from tests.queries.protection import SECRET

Lignes = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(autouse=True)
def base(monkeypatch: pytest.MonkeyPatch, url_base: str, contenu: Contenu) -> str:
    """A small base with an account and a consultation, on each engine."""
    monkeypatch.setenv("SECRET_ARRONDI", SECRET.decode())
    monkeypatch.setenv("SECRET_SESSION", "7f3a9c5e1b8d4f60a2c4e6f8091b3d5f")
    monkeypatch.setenv("DATABASE_URL", url_base)
    engine = t.ouvrir(url_base)
    t.creer(engine)
    inserer(engine, contenu)
    engine.dispose()
    application.creer()
    comptes.ajouter("agent@nord.example", "departement", mot_de_passe="quatre mots sans rapport")
    journal.creer()
    return url_base


@pytest.fixture
def fichier(tmp_path: Path) -> Path:
    return tmp_path / "lundi.passerelle"


def photographier() -> Lignes:
    """Every row of every table of every store."""
    lignes: Lignes = {}
    for magasin in sauvegarde.enumerer():
        metadatas = [magasin.metadata]
        if magasin.schema and magasin.moteur == "postgresql":
            metadatas.append(journal.metadata)
        with sauvegarde._connecter(magasin) as conn:
            for metadata in metadatas:
                for table in metadata.sorted_tables:
                    requete = sa.select(table).order_by(*table.primary_key)
                    lignes[table.name] = [tuple(x) for x in conn.execute(requete)]
            if magasin.revisions:
                ou = f"{magasin.schema}." * (len(metadatas) - 1)
                revision = conn.scalar(sa.text(f"SELECT version_num FROM {ou}{magasin.revisions}"))
                lignes[magasin.revisions] = [(revision,)]
    return lignes


def detruire(url: str) -> None:
    """Everything, as if on a new machine."""
    if url.startswith("sqlite"):
        for magasin in sauvegarde.enumerer():
            for suffixe in ("", "-wal", "-shm"):
                Path(f"{magasin.fichier}{suffixe}").unlink(missing_ok=True)
    else:
        engine = t.ouvrir(url)
        with engine.begin() as conn:
            conn.execute(sa.text(f"DROP SCHEMA {application.SCHEMA} CASCADE"))
            t.metadata.drop_all(conn)
            conn.execute(sa.text(f"DROP TABLE {t.TABLE_DES_REVISIONS}"))
        engine.dispose()
    application._ouvrir.cache_clear()


def abimer(url: str) -> None:
    """Change what is there."""
    engine = t.ouvrir(url)
    with engine.begin() as conn:
        conn.execute(sa.delete(t.reponses))
        conn.execute(sa.update(t.usagers).values(sexe=2))
    engine.dispose()
    with application.transaction() as conn:
        conn.execute(sa.delete(application.comptes))


def sauvegarder_puis_abimer(base: str, fichier: Path) -> tuple[Lignes, Lignes]:
    """What was there when the backup was made, and what is there since."""
    avant = photographier()
    assert main(["sauvegarder", str(fichier)]) == 0
    abimer(base)
    return avant, photographier()


def test_detruite_puis_retablie(
    base: str, fichier: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    avant = photographier()
    assert all(avant[nom] for nom in ("usagers", "interventions", "reponses", "comptes"))
    assert avant[t.TABLE_DES_REVISIONS] == [(t.REVISION,)]
    assert main(["sauvegarder", str(fichier)]) == 0
    assert "ni le secret de l’arrondi" in capsys.readouterr().out
    assert stat.S_IMODE(fichier.stat().st_mode) == 0o600
    assert os.listdir(fichier.parent) == [fichier.name] or base.startswith("sqlite")
    detruire(base)
    assert main(["restaurer", str(fichier)]) == 0
    assert "Rétabli" in capsys.readouterr().out
    assert photographier() == avant


def test_ce_qui_est_en_place_n_est_perdu_que_si_on_le_dit(
    base: str, fichier: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    avant, change = sauvegarder_puis_abimer(base, fichier)
    contenu = fichier.read_bytes()
    assert change != avant
    for mots in (["sauvegarder", str(fichier)], ["restaurer", str(fichier)]):
        assert main(mots) == 1
        assert "--remplacer" in capsys.readouterr().err
    assert fichier.read_bytes() == contenu
    assert photographier() == change
    # Someone reads meanwhile, and sees what is put back.
    engine = t.ouvrir(base, lecture_seule=True)
    with engine.connect() as conn:
        assert not conn.execute(sa.select(t.reponses)).all()
    assert main(["restaurer", str(fichier), "--remplacer"]) == 0
    with engine.connect() as conn:
        assert len(conn.execute(sa.select(t.reponses)).all()) == len(avant["reponses"])
    engine.dispose()
    assert photographier() == avant
    assert main(["sauvegarder", str(fichier), "--remplacer"]) == 0


def test_une_sauvegarde_abimee_ne_touche_a_rien(
    base: str, fichier: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sauvegarder", str(fichier)]) == 0
    avant = photographier()
    tronquee, changee = tmp_path / "tronquee", tmp_path / "changee"
    tronquee.write_bytes(fichier.read_bytes()[:-200])
    with zipfile.ZipFile(fichier) as source, zipfile.ZipFile(changee, "w") as cible:
        for nom in source.namelist():
            octets = source.read(nom)
            if nom == "application":
                octets = octets[:-1] + bytes([octets[-1] ^ 1])
            cible.writestr(nom, octets)
    capsys.readouterr()
    for mauvaise, dit in ((tronquee, "abîmé"), (changee, "empreinte"), (tmp_path / "non", "abîmé")):
        assert main(["restaurer", str(mauvaise), "--remplacer"]) == 1
        assert dit in capsys.readouterr().err
    assert photographier() == avant


def test_une_restauration_qui_echoue_laisse_ce_qui_etait(
    base: str, fichier: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A member whose checksum is right and whose content is not."""
    assert main(["sauvegarder", str(fichier)]) == 0
    avant = photographier()
    with zipfile.ZipFile(fichier) as source:
        membres = {nom: source.read(nom) for nom in source.namelist()}
    membres["base"] = membres["base"][: len(membres["base"]) // 2]
    manifeste = json.loads(membres[sauvegarde.MANIFESTE])
    coupee = fichier.with_name("coupee")
    coupee.write_bytes(membres["base"])
    manifeste["membres"]["base"]["sha256"] = sauvegarde._condenser(coupee)
    membres[sauvegarde.MANIFESTE] = json.dumps(manifeste).encode()
    with zipfile.ZipFile(fichier, "w") as cible:
        for nom, octets in membres.items():
            cible.writestr(nom, octets)
    assert main(["restaurer", str(fichier), "--remplacer"]) == 1
    assert "Restauration impossible" in capsys.readouterr().err
    assert photographier() == avant


def test_personne_ne_reste_connecte(fichier: Path) -> None:
    """A session closed since the backup does not come back."""
    session = {
        "jeton_hache": "f" * 64,
        "moyen": "point_de_vue",
        "role": "departement",
        "associations": [],
        "chiffres_exacts": False,
        "creee_le": application.maintenant(),
        "vue_le": application.maintenant(),
    }
    with application.transaction() as conn:
        conn.execute(sa.insert(application.sessions).values(**session))
    assert main(["sauvegarder", str(fichier)]) == 0
    assert main(["restaurer", str(fichier), "--remplacer"]) == 0
    assert photographier()["sessions"] == []


def fermer_un_compte_et_consulter() -> None:
    """What an older backup knows nothing of."""
    with application.transaction() as conn:
        conn.execute(sa.update(application.comptes).values(actif=False))
    journal.noter("agent@nord.example (departement)", "effectif?annee=2021-2022")
    assert journal.vider()


def perdre_la_base(base: str) -> None:
    """The consolidated database alone: its file set aside, or its tables gone."""
    if base.startswith("sqlite"):
        fichier = Path(str(sa.make_url(base).database))
        for suffixe in ("", "-wal", "-shm"):
            abime = Path(f"{fichier}{suffixe}")
            if abime.exists():
                abime.rename(f"{abime}.abime")
        return
    engine = t.ouvrir(base)
    with engine.begin() as conn:
        t.metadata.drop_all(conn)
        conn.execute(sa.text(f"DROP TABLE {t.TABLE_DES_REVISIONS}"))
    engine.dispose()


def test_la_base_seule_revient_sans_toucher_aux_comptes_ni_au_journal(
    base: str, fichier: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sauvegarder", str(fichier)]) == 0
    fermer_un_compte_et_consulter()
    avant = photographier()
    assert avant["journal"]
    perdre_la_base(base)
    # Everything together would lose what is whole.
    assert main(["restaurer", str(fichier)]) == 1
    capsys.readouterr()
    assert main(["restaurer", str(fichier), "--seulement", "base"]) == 0
    dit = capsys.readouterr().out
    assert "la base consolidée." in dit
    assert "SECRET_ARRONDI" in dit
    assert "reconnecter" not in dit
    assert photographier() == avant


def test_la_base_seule_en_place_n_est_perdue_que_si_on_le_dit(
    base: str, fichier: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    avant, change = sauvegarder_puis_abimer(base, fichier)
    seule = ["restaurer", str(fichier), "--seulement", "base"]
    assert main(seule) == 1
    assert "--remplacer" in capsys.readouterr().err
    assert photographier() == change
    assert main([*seule, "--remplacer"]) == 0
    assert photographier() == {**avant, "comptes": []}


def test_les_comptes_seuls_reviennent_sans_toucher_a_la_base(
    base: str, fichier: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    avant, change = sauvegarder_puis_abimer(base, fichier)
    seuls = ["restaurer", str(fichier), "--remplacer", "--seulement"]
    assert main([*seuls, "application"]) == 0
    assert "reconnecter" in capsys.readouterr().out
    assert photographier() == {**change, "comptes": avant["comptes"]}
    # Under PostgreSQL the journal is in the application's store.
    assert main([*seuls, "journal"]) == int(not base.startswith("sqlite"))


def test_un_fichier_prepare_ne_survit_pas_a_ce_qu_il_dit(fichier: Path) -> None:
    from queries import travaux

    assert main(["sauvegarder", str(fichier)]) == 0
    travaux.demander("compte:1", "rapport.pdf", "application/pdf", {"sorte": "pdf"})
    assert main(["restaurer", str(fichier), "--remplacer", "--seulement", "base"]) == 0
    assert photographier()["travaux"] == []


def test_le_secret_n_y_est_pas(fichier: Path, tmp_path: Path) -> None:
    assert main(["sauvegarder", str(fichier)]) == 0
    with zipfile.ZipFile(fichier) as archive:
        assert set(archive.namelist()) >= {sauvegarde.MANIFESTE, "base", "application"}
        for nom in archive.namelist():
            octets = archive.read(nom)
            assert SECRET not in octets
            assert os.environ["SECRET_SESSION"].encode() not in octets


def test_une_autre_base_ou_une_version_plus_recente_est_refusee(
    base: str, fichier: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sauvegarder", str(fichier)]) == 0
    with zipfile.ZipFile(fichier) as source:
        membres = {nom: source.read(nom) for nom in source.namelist()}
    manifeste = json.loads(membres[sauvegarde.MANIFESTE])
    autre_moteur = {"sqlite": "postgresql", "postgresql": "sqlite"}
    moteur = manifeste["membres"]["base"]["moteur"]
    for change, dit in (
        ({"revision": "9999_plus"}, "9999_plus"),
        ({"format": 99}, "ne convient pas"),
        ({"membres": {"base": {"moteur": autre_moteur[moteur], "sha256": ""}}}, "même moteur"),
    ):
        with zipfile.ZipFile(fichier, "w") as cible:
            cible.writestr(sauvegarde.MANIFESTE, json.dumps({**manifeste, **change}))
        capsys.readouterr()
        assert main(["restaurer", str(fichier), "--remplacer"]) == 1
        assert dit in capsys.readouterr().err


@pytest.mark.parametrize("url_base", ["sqlite"], indirect=True)
def test_un_fichier_corrompu_est_nomme_puis_retabli(
    base: str, fichier: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sauvegarder", str(fichier)]) == 0
    avant = photographier()
    detruire(base)
    Path(str(sa.make_url(base).database)).write_bytes(b"ceci n'est pas une base" * 1000)
    capsys.readouterr()
    assert main(["sauvegarder", str(fichier.with_name("autre"))]) == 1
    assert "la base consolidée est illisible" in capsys.readouterr().err
    assert not fichier.with_name("autre").exists()
    assert main(["restaurer", str(fichier)]) == 1
    assert main(["restaurer", str(fichier), "--remplacer"]) == 0
    assert photographier() == avant
