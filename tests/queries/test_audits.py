"""What is read of the audits: added up by kind of attacker, without a name."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from data import schema as t
from queries.audits import Attaque, Publication, lire_audits, lire_publications
from tests.rapport import rediger

QUAND = dt.datetime(2026, 9, 12, 8, 30)


def test_les_attaquants_sont_additionnes_par_sorte(url_base: str) -> None:
    engine = t.ouvrir(url_base)
    t.creer(engine)
    with engine.begin() as conn:
        for numero in (4, 2):
            conn.execute(
                sa.insert(t.audits).values(
                    publication=numero, livraison=1, date=QUAND, rapport=rediger()
                )
            )
    with t.ouvrir(url_base, lecture_seule=True).connect() as conn:
        audits = lire_audits(conn)
    assert [a.publication for a in audits] == [2, 4]
    dernier = audits[-1]
    assert dernier.attaques == (
        Attaque("departement", 1, 500, 21, 0),
        Attaque("colleges", 2, 1000, 6, 0),
        Attaque("association", 3, 900, 60, 0),
    )
    assert (dernier.avant, dernier.apres) == (87, 0)
    assert (dernier.tables, dernier.retenues, dernier.nouvelles, dernier.entetes) == (90, 12, 5, 1)
    assert dernier.annees == ("2021-2022", "2019-2022")
    assert dernier.ecarts["college"].pire == 19.5
    assert "secrete" not in repr(audits)


def test_un_attaquant_inconnu_est_compte_quand_meme(url_sqlite: str) -> None:
    engine = t.ouvrir(url_sqlite)
    t.creer(engine)
    rapport = rediger()
    rapport["bilans"]["voisin:x"] = {"libelle": "", "cellules": 9, "avant": 4, "apres": 1}
    with engine.begin() as conn:
        conn.execute(
            sa.insert(t.audits).values(publication=1, livraison=1, date=QUAND, rapport=rapport)
        )
        (audit,) = lire_audits(conn)
    assert audit.attaques[-1] == Attaque("autre", 1, 9, 4, 1)
    assert audit.apres == 1


def test_un_audit_qui_laisse_savoir_ne_se_cache_pas(url_sqlite: str) -> None:
    engine = t.ouvrir(url_sqlite)
    t.creer(engine)
    with engine.begin() as conn:
        conn.execute(
            sa.insert(t.audits).values(
                publication=1, livraison=1, date=QUAND, rapport=rediger(apres=2)
            )
        )
        assert lire_audits(conn)[0].apres == 2


def test_une_base_d_avant_les_audits_n_en_a_pas(url_base: str) -> None:
    engine = t.ouvrir(url_base)
    t.creer(engine)
    t.audits.drop(engine)
    with engine.connect() as conn:
        assert lire_audits(conn) == ()


def test_les_publications_sont_lues_sans_leur_motif(url_sqlite: str) -> None:
    engine = t.ouvrir(url_sqlite)
    t.creer(engine)
    with engine.begin() as conn:
        conn.execute(
            sa.insert(t.publications).values(
                numero=1, livraison=1, date=QUAND, motif="Retrait des fiches de Secrète"
            )
        )
        assert lire_publications(conn) == (Publication(1, 1, QUAND),)
