"""The annual facts: one row per accompagnement, with what is counted of it (données §2)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from data import schema as t
from data.faits import (
    annee_scolaire,
    annees_saisies,
    bits,
    classer_age,
    classer_intensite,
    ecrire_annee,
    lire,
    recalculer,
)
from tests.queries.protection import SECRET
from tests.queries.recueil import Recueil, Reponses


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_ARRONDI", SECRET.decode())


def charger(url: str, *recueils: Recueil) -> sa.Engine:
    Reponses(url, *recueils).depot._engine.dispose()
    return t.ouvrir(url)


def un_suivi() -> Recueil:
    """A youth of two years; another whom only an educator sees, without a situation."""
    r = Recueil()
    r.usager("u", sexe="fille", naissance="2008", territoire="t2", origine="pjj", demande="loi")
    r.situation("u", "2021-09-10", college="c1", classe="6e", mesures="psy|pjj")
    r.acte("u", "2020-10-05", lieu="local", objectifs="loi")
    r.acte("u", "2021-10-05", lieu="local", objectifs="loi|sante", present="oui")
    r.acte("u", "2021-10-06", lieu="local", partenaires_territoire="ssd|pjj", present="non")
    r.acte("u", "2022-01-06", lieu="domicile", acteur="educateur", objectifs="scolarite")
    r.usager("v", debut="2022-01-10")
    r.acte("v", "2022-01-10", acteur="educateur", famille="mere")
    return r


def fait(engine: sa.Engine, usager: str, annee: int) -> dict[str, Any]:
    """The row of an accompagnement, codes instead of ranks."""
    with engine.connect() as conn:
        listes = t.lire_listes(conn)
        ligne = dict(
            conn.execute(
                sa.select(t.accompagnements)
                .join(t.usagers, t.usagers.c.id == t.accompagnements.c.usager)
                .where(t.usagers.c.usager == usager, t.accompagnements.c.annee == annee)
            )
            .mappings()
            .one()
        )
    for champ in ("sexe", "classe", "origine", "demande", "anciennete", "hebergement"):
        codes = {v.rang: v.code for v in listes[champ]} | {0: ""}
        ligne[champ] = codes[ligne[champ]]
    for champ in ("mesures", "aides"):
        ligne[champ] = {v.code for v in listes[champ] if ligne[champ] >> (v.rang - 1) & 1}
    return ligne


def test_une_ligne_par_usager_et_par_annee_d_intervention(url_base: str) -> None:
    engine = charger(url_base, un_suivi())
    with engine.connect() as conn:
        a, u = t.accompagnements.c, t.usagers.c
        lignes = conn.execute(
            sa.select(a.annee, u.usager)
            .join(t.usagers, u.id == a.usager)
            .order_by(a.annee, u.usager)
        ).all()
        assert [tuple(x) for x in lignes] == [(2020, "u"), (2021, "u"), (2021, "v")]
        assert annees_saisies(conn) == [2020, 2021]
    engine.dispose()


def test_ce_qui_est_compte_d_un_accompagnement(url_base: str) -> None:
    engine = charger(url_base, un_suivi())
    ligne = fait(engine, "u", 2021)
    assert (ligne["alses"], ligne["collegien"]) == (True, True)
    assert (ligne["college"], ligne["territoire"]) == ("c1", "t1")
    assert (ligne["sexe"], ligne["age"], ligne["anciennete"]) == ("fille", 13, "poursuivi")
    assert (ligne["classe"], ligne["mesures"], ligne["aides"]) == ("6e", {"psy", "pjj"}, set())
    assert (ligne["origine"], ligne["demande"], ligne["hebergement"]) == ("pjj", "loi", "")
    assert (ligne["debut_connu"], ligne["territoire_usager"]) == (False, True)
    # An intervention in October and one in January.
    assert ligne["mois"] == 1 << 9 | 1 << 0
    avant = fait(engine, "u", 2020)
    assert (avant["college"], avant["territoire"], avant["classe"]) == (None, "t2", "")
    assert (avant["age"], avant["anciennete"], avant["collegien"]) == (12, "nouveau", False)
    autre = fait(engine, "v", 2021)
    assert (autre["alses"], autre["college"], autre["territoire"]) == (False, None, None)
    assert (autre["age"], autre["debut_connu"]) == (None, True)
    engine.dispose()


def test_la_fiche_situation_et_le_debut_se_jugent_dans_l_annee(url_base: str) -> None:
    r = Recueil()
    for nom, debut in (("a", "2021-10-05"), ("b", "2021-10-06"), ("c", ""), ("d", "2021-01-01")):
        r.usager(nom, debut=debut)
        r.acte(nom, "2021-10-05")
        r.acte(nom, "2022-03-01", acteur="educateur")
    r.acte("b", "2022-10-01")
    r.situation("a", "2021-09-01", classe="6e")
    r.situation("b", "2022-08-31")
    r.situation("c", "2022-09-01")
    engine = charger(url_base, r)

    def lus(champ: str, annee: int) -> dict[str, int]:
        with engine.connect() as conn:
            faits = lire(conn, annee)
        return dict(zip(faits.pseudonyme, faits.champs[champ].tolist(), strict=True))

    assert lus("situation", 2021) == {"a": 1, "b": 1, "c": 0, "d": 0}
    # « b » is said to begin the day after the first intervention of 2021-2022, not of the next.
    assert lus("debut_coherent", 2021) == {"a": 1, "b": 0, "c": 0, "d": 1}
    assert lus("debut_coherent", 2022) == {"b": 1}
    # Facts settled by an earlier version do not hold the first day: the forms do.
    a = t.accompagnements
    with engine.begin() as conn:
        for usager, actes in conn.execute(sa.select(a.c.usager, a.c.actes)).all():
            sans = {nom: x for nom, x in actes.items() if nom != "premier"}
            conn.execute(sa.update(a).where(a.c.usager == usager).values(actes=sans))
    assert lus("debut_coherent", 2021) == {"a": 1, "b": 0, "c": 0, "d": 1}
    engine.dispose()


@pytest.mark.parametrize("jours", [("09-01",), ("08-31",), ("02-29", "12-31"), ("01-01", "10-09")])
def test_le_premier_jour_est_celui_de_l_annee_scolaire(
    url_sqlite: str, jours: tuple[str, ...]
) -> None:
    dates = [f"{2019 if j >= '09' else 2020}-{j}" for j in jours]
    r = Recueil()
    r.usager("u")
    for date in dates:
        r.acte("u", date)
    engine = charger(url_sqlite, r)
    with engine.connect() as conn:
        actes = conn.scalar(sa.select(t.accompagnements.c.actes))
    assert actes["premier"] == min(dates)
    engine.dispose()


def test_les_deux_lectures_des_interventions(url_base: str) -> None:
    engine = charger(url_base, un_suivi())
    with engine.connect() as conn:
        faits = lire(conn, 2021)
        listes = t.lire_listes(conn)
    engine.dispose()
    u, v = (faits.pseudonyme.index(x) for x in "uv")
    alses, ps = faits.actes["alses"], faits.actes["ps"]
    assert (alses.nombre[u], ps.nombre[u], alses.nombre[v], ps.nombre[v]) == (2, 3, 0, 1)

    def codes(champ: str, ensemble: int, liste: str = "") -> set[str]:
        return {x.code for x in listes[liste or champ] if ensemble >> (x.rang - 1) & 1}

    objectifs = [codes("objectifs", int(x.ensembles["objectifs"][u])) for x in (alses, ps)]
    assert objectifs == [{"loi", "sante"}, {"loi", "sante", "scolarite"}]
    rang = {x.code: x.rang for x in listes["lieu"]}
    lieux = [x.comptes["lieu"][u] for x in (alses, ps)]
    assert [x[rang["local"] - 1] for x in lieux] == [2, 2]
    assert [x[rang["domicile"] - 1] for x in lieux] == [0, 1]
    mentions = alses.comptes["partenaires_territoire"][u]
    assert mentions.sum() == 2
    assert not any(alses.ensembles[c][v] for c in alses.ensembles)
    assert codes("famille", int(ps.ensembles["famille"][v])) == {"mere"}
    assert codes("acteur", int(faits.champs["acteurs"][u])) == {"alses", "educateur"}


def test_recalculer_deux_fois_ne_change_rien(url_base: str) -> None:
    engine = charger(url_base, un_suivi())
    requete = sa.select(t.accompagnements).order_by(
        t.accompagnements.c.annee, t.accompagnements.c.usager
    )
    with engine.begin() as conn:
        avant = conn.execute(requete).all()
        recalculer(conn)
        assert conn.execute(requete).all() == avant
    engine.dispose()


def test_ne_recalculer_que_les_annees_demandees(url_base: str) -> None:
    engine = charger(url_base, un_suivi())
    a = t.accompagnements
    with engine.begin() as conn:
        conn.execute(sa.update(t.usagers).values(naissance=2009))
        recalculer(conn, {2021})
        ages = conn.execute(
            sa.select(a.c.annee, a.c.age).where(a.c.age.is_not(None)).order_by(a.c.annee)
        ).all()
        assert [tuple(x) for x in ages] == [(2020, 12), (2021, 12), (2021, 12)]
        # The year is to be published again, the other is not.
        assert list(conn.scalars(sa.select(t.etats_annees.c.annee))) == ["2020-2021"]
    engine.dispose()


def test_une_annee_sans_plus_d_intervention_perd_ses_accompagnements(url_base: str) -> None:
    engine = charger(url_base, un_suivi())
    with engine.begin() as conn:
        conn.execute(sa.delete(t.interventions).where(t.interventions.c.annee == 2020))
        recalculer(conn)
        annees = set(conn.scalars(sa.select(t.accompagnements.c.annee)))
        assert annees == {2021}
        # Without a debut, the first intervention left is now of this year.
        ligne = lire(conn, 2021)
        anciennetes = ligne.champs["anciennete"].tolist()
        assert len(set(anciennetes)) == 1
    engine.dispose()


@pytest.mark.parametrize(
    ("jour", "annee"),
    [((2021, 8, 31), 2020), ((2021, 9, 1), 2021), ((2021, 12, 31), 2021), ((2022, 1, 1), 2021)],
)
def test_l_annee_scolaire_d_un_jour(jour: tuple[int, int, int], annee: int) -> None:
    assert annee_scolaire(dt.date(*jour)) == annee
    assert ecrire_annee(annee) == f"{annee}-{annee + 1}"


def test_les_classes_d_intensite_aux_bornes() -> None:
    nombres = np.array([0, 1, 2, 3, 5, 6, 10, 11, 20, 21, 40, 41, 5000])
    rangs = [0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]
    assert classer_intensite(nombres).tolist() == [1 << (r - 1) if r else 0 for r in rangs]


def test_les_ages_aux_bornes(url_sqlite: str) -> None:
    engine = charger(url_sqlite, un_suivi())
    with engine.connect() as conn:
        listes = t.lire_listes(conn)
    engine.dispose()
    bande = {1 << (v.rang - 1): v.code for v in listes["tranche_age"]}
    lus = {a: classer_age(a, listes) for a in (3, 9, 10, 13, 14, 16, 17, 30)}
    assert {a: x.bit_length() - 1 for a, (x, _) in lus.items()} == {
        3: 0,
        9: 0,
        10: 1,
        13: 4,
        14: 5,
        16: 7,
        17: 8,
        30: 8,
    }
    assert [bande[x] for _, x in lus.values()] == [
        *("moins_10", "moins_10", "10_13", "10_13"),
        *("14_16", "14_16", "17_plus", "17_plus"),
    ]
    assert classer_age(None, listes) == (0, 0)


def test_un_rang_devient_un_bit_et_zero_reste_vide() -> None:
    assert bits(np.array([0, 1, 2, 63])).tolist() == [0, 1, 2, 1 << 62]
