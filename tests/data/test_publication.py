"""Storing the answers: only what changed, all at once, the published apart from the exact."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from data import schema as t
from data.atelier import Atelier
from data.audit import conduite
from data.audit.charpente import Charpente, dresser_charpente, dresser_croisements
from data.audit.memoire import (
    CROISES,
    JEUNES,
    Souvenir,
    deballer_souvenir,
    emballer_souvenir,
)
from data.audit.propagation import Bornes, Nombres
from data.audit.retenue import Drapeaux
from data.audit.trame import AUTRES
from data.faits import recalculer
from data.publication import publier
from queries.depot import Depot
from queries.question import Lieu, Question
from queries.reponses import repondre
from tests.queries.comparaison import HABILITE
from tests.queries.protection import SECRET
from tests.queries.recueil import Recueil, Reponses

A_C1 = Lieu("association_college", "association-a/c1")


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_ARRONDI", SECRET.decode())


def deux_colleges() -> Recueil:
    """Two collèges of two territoires, over two school years."""
    r = Recueil()
    for nom in r.jeunes(17, "a", "c1", sexe="fille"):
        r.acte(nom, "2020-11-02")
    r.jeunes(18, "b", "c2", sexe="garcon")
    return r


def ouvrir(url: str, *recueils: Recueil) -> sa.Engine:
    Reponses(url, *recueils).depot._engine.dispose()
    return t.ouvrir(url)


def contenu(conn: sa.Connection, table: sa.Table = t.reponses) -> dict[str, tuple[Any, ...]]:
    """Key → page, publication (when there is one), packed answers."""
    return {
        x["cle"]: (x["mise_en_page"], x.get("publication"), bytes(x["contenu"]))
        for x in conn.execute(sa.select(table)).mappings()
    }


def refaire(conn: sa.Connection) -> int:
    recalculer(conn)
    return publier(conn, livraison=1, motif="essai")


def test_publier_sans_rien_de_nouveau_ne_change_aucune_reponse(url_base: str) -> None:
    engine = ouvrir(url_base, deux_colleges())
    with engine.begin() as conn:
        avant, exactes = contenu(conn), contenu(conn, t.reponses_exactes)
        assert refaire(conn) == 2
        assert contenu(conn) == avant
        assert contenu(conn, t.reponses_exactes) == exactes
        assert {p for _, p, _ in avant.values()} == {1}
        assert conn.scalar(sa.select(sa.func.count()).select_from(t.reponses_anterieures)) == 0
    engine.dispose()


def test_ce_qui_change_est_garde_et_le_reste_ne_bouge_pas(url_base: str) -> None:
    engine = ouvrir(url_base, deux_colleges())
    with engine.begin() as conn:
        avant = contenu(conn)
        # A girl of c2, five times over so that every number behind her moves for certain.
        b = sa.select(t.usagers.c.id).where(t.usagers.c.usager.like("b%"))
        qui = list(conn.scalars(b))[:10]
        conn.execute(sa.update(t.usagers).where(t.usagers.c.id.in_(qui)).values(sexe=1))
        numero = refaire(conn)
        apres = contenu(conn)
        changees = {c for c, x in apres.items() if avant.get(c) != x}
        assert changees
        assert {apres[c][1] for c in changees} == {numero}
        assert "2021-2022|alses|college|c2|" in changees
        # Another place and another year keep their numbers, to the byte.
        assert not [c for c in changees if c.startswith("2020") or "|college|c1|" in c]
        gardees = {
            x.cle: (x.mise_en_page, x.publication, bytes(x.contenu))
            for x in conn.execute(sa.select(t.reponses_anterieures))
        }
        remplacees = {c for c in changees if c in avant} | (avant.keys() - apres.keys())
        assert gardees == {c: avant[c] for c in remplacees}
    engine.dispose()


def test_les_lecteurs_gardent_l_ancien_jusqu_a_la_fin_de_la_transaction(url_base: str) -> None:
    engine = ouvrir(url_base, deux_colleges())
    depot = Depot(url_base)
    question = Question("effectif", "2021-2022")

    def lire() -> tuple[int, float | None]:
        (reponse,) = repondre([question], HABILITE, depot)
        return depot.etat().publication, reponse.lignes[0].effectif

    assert lire() == (1, 35)
    with engine.begin() as conn:
        conn.execute(sa.delete(t.interventions).where(t.interventions.c.intervention == "i40"))
        refaire(conn)
        assert lire() == (1, 35)
    assert lire() == (2, 34)
    depot._engine.dispose()
    engine.dispose()


def test_une_transaction_abandonnee_ne_laisse_rien(url_base: str) -> None:
    engine = ouvrir(url_base, deux_colleges())
    with engine.connect() as conn:
        avant = contenu(conn)
    conn = engine.connect()
    transaction = conn.begin()
    conn.execute(sa.delete(t.interventions))
    refaire(conn)
    transaction.rollback()
    conn.close()
    with engine.connect() as conn:
        assert contenu(conn) == avant
        assert conn.scalar(sa.select(sa.func.max(t.publications.c.numero))) == 1
    engine.dispose()


def test_une_annee_vide_est_retiree_et_ce_qu_elle_disait_est_garde(url_base: str) -> None:
    engine = ouvrir(url_base, deux_colleges())
    with engine.begin() as conn:
        disait = {c for c in contenu(conn) if c.startswith("2020-2021")}
        assert disait
        conn.execute(sa.delete(t.interventions).where(t.interventions.c.annee == 2020))
        refaire(conn)
        for table in (t.reponses, t.reponses_exactes):
            assert {c.split("|")[0] for c in contenu(conn, table)} == {"2021-2022"}
        gardees = set(conn.scalars(sa.select(t.reponses_anterieures.c.cle)))
        assert disait <= gardees
    depot = Depot(url_base)
    assert depot.etat().annees == ("2021-2022",)
    depot._engine.dispose()
    engine.dispose()


def test_les_reponses_exactes_sont_a_part_et_par_association(url_base: str) -> None:
    engine = ouvrir(url_base, deux_colleges())
    with engine.connect() as conn:
        assert not [c for c in contenu(conn) if "|association_college|" in c]
        e = t.reponses_exactes.c
        proprietaires: dict[str, set[str]] = {}
        for cle, association in conn.execute(sa.select(e.cle, e.association)):
            proprietaires.setdefault(cle.split("|")[2], set()).add(association)
    engine.dispose()
    siennes = {"association", "association_territoire", "association_college"}
    for type_, codes in proprietaires.items():
        if type_ in siennes:
            assert codes <= {"association-a", "association-b"}
        else:
            assert codes == {""}
    assert siennes <= proprietaires.keys()


def test_un_code_ajoute_a_une_liste_fait_tout_publier_a_nouveau(url_base: str) -> None:
    engine = ouvrir(url_base, deux_colleges())
    nouveau = {"champ": "sexe", "code": "autre", "libelle": "Autre", "ordre": 3, "rang": 3}
    with engine.begin() as conn:
        conn.execute(sa.insert(t.nomenclatures).values(**nouveau, groupe="", provenance=""))
        publier(conn, livraison=1, motif="essai")
        pages = {c: p for c, (p, _, _) in contenu(conn).items() if "|alses|" in c}
        assert len(set(pages.values())) == 1
        assert max(pages.values()) == conn.scalar(
            sa.select(sa.func.max(t.mises_en_page.c.id)).where(t.mises_en_page.c.nom == "jeunes")
        )
    depot = Depot(url_base)
    for annee, nombres in (("2020-2021", [17, 0, 0]), ("2021-2022", [17, 18, 0])):
        (reponse,) = repondre([Question("sexe", annee)], HABILITE, depot)
        assert [x.effectif for x in reponse.lignes] == nombres
    depot._engine.dispose()
    engine.dispose()


def test_une_annee_qui_n_a_que_des_actions(url_base: str) -> None:
    r = deux_colleges()
    r.ajouter(
        "actions_ponctuelles",
        association="A",
        action="1",
        date="2018-10-01",
        college="c1",
        type="debat",
    )
    base = Reponses(url_base, r)
    assert base.depot.etat().annees == ("2018-2019", "2020-2021", "2021-2022")
    assert base.effectif(annee="2018-2019") == 0
    assert base.nombres("actions_nombre", annee="2018-2019") == {"debat": 1}
    base.depot._engine.dispose()


def un_jeune_de_2019() -> Recueil:
    """What a second delivery adds: one youth of c1, in the first of three years."""
    suite = Recueil()
    suite.formes.clear()
    suite.usager("de-plus")
    suite.situation("de-plus", "2019-09-10", college="c1")
    suite.acte("de-plus", "2019-10-01")
    suite.formes["interventions"][0]["intervention"] = "de-plus"
    return suite


def test_un_cumul_suit_chacune_de_ses_trois_annees(url_base: str) -> None:
    r = Recueil()
    for nom in r.jeunes(4):
        for annee in (2019, 2020):
            r.acte(nom, f"{annee}-10-01")
    base = Reponses(url_base, r, un_jeune_de_2019())
    c1 = Lieu("college", "c1")
    # The four were not at c1 before September 2021: no situation says so.
    assert [base.effectif(c1, annee=a) for a in ("2019-2020", "2021-2022")] == [1, 4]
    assert base.effectif(c1, annee="2019-2022") == 5
    assert base.effectif(A_C1, annee="2019-2022") == 5
    assert base.depot.etat().cumuls == ("2019-2022",)
    base.depot._engine.dispose()


def test_chaque_publication_dit_sa_livraison_et_son_motif(url_base: str) -> None:
    engine = ouvrir(url_base, deux_colleges())
    with engine.connect() as conn:
        (ligne,) = conn.execute(sa.select(t.publications)).all()
        assert (ligne.numero, ligne.livraison, ligne.motif) == (1, 1, "Livraison n° 1")
    engine.dispose()


def test_un_cumul_se_fait_de_ce_qu_une_version_d_avant_a_retenu(
    url_base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which had not counted the youths whom no ALSES follows: they are found again."""

    def sans_les_autres(
        charpente: Charpente, bornes: Bornes, verite: Nombres, lignes: Drapeaux | None
    ) -> bytes:
        gardees = np.array([[population != AUTRES] for population, *_ in charpente.cles])
        return emballer_souvenir(
            charpente, bornes, verite, gardees if lignes is None else gardees & lignes
        )

    r = Recueil()
    for i in range(20):
        r.usager(f"u{i}")
        for annee in (2019, 2020, 2021):
            r.situation(f"u{i}", f"{annee}-09-10", college="c1", classe="6e")
            r.acte(f"u{i}", f"{annee}-11-15", acteur="educateur")
    with monkeypatch.context() as avant:
        avant.setattr(conduite, "emballer_souvenir", sans_les_autres)
        Reponses(url_base, r).depot.fermer()
    base = Reponses(url_base, un_jeune_de_2019())
    assert base.effectif(Lieu("college", "c1"), annee="2019-2022", population="ps") == 61
    base.depot.fermer()


def deplacer(combien: int, filles: int) -> Recueil:
    """An association's own youths: so many girls, the others boys."""
    suite = Recueil()
    suite.formes.clear()
    for i in range(combien):
        suite.usager(f"a{i}", "A", sexe="fille" if i < filles else "garcon")
    return suite


def retenu_par(conn: sa.Connection, genre: str) -> tuple[Charpente, Souvenir]:
    """What association A keeps of the school year."""
    a = Atelier(conn)
    annee = 2021
    faire = {
        JEUNES: lambda: dresser_charpente(a.plan, a.catalogue, a.listes, a.geographie, annee),
        CROISES: lambda: dresser_croisements(
            a.plan, a.croise, a.catalogue, a.listes, a.geographie, annee
        ),
    }
    charpente = faire[genre]()
    ici = (t.savoirs.c.annee == "2021-2022", t.savoirs.c.genre == genre)
    contenu = conn.scalar(
        sa.select(t.savoirs.c.contenu).where(*ici, t.savoirs.c.attaquant == "association-a")
    )
    assert contenu is not None
    return charpente, deballer_souvenir(bytes(contenu), charpente)


@pytest.mark.parametrize("genre", [JEUNES, CROISES])
def test_une_association_n_oublie_rien_des_autres(tmp_path: Path, genre: str) -> None:
    """It moves its own youths out of a context and in again: what it read of the others before,
    who did not change, it still knows. It is by doing so that it could read them several times."""
    r = Recueil()
    for nom in r.jeunes(14, "a", "c2", sexe="fille"):
        r.situation(nom, "2021-10-10", college="c2", classe="5e")
    for i in range(23):
        nom = f"b{i}"
        r.usager(nom, "B", sexe=("fille", "garcon")[i % 2], naissance=str(2008 + i % 3))
        r.situation(nom, "2021-09-10", "B", college="c2", classe=("6e", "5e", "4e")[i % 3])
        r.acte(nom, association="B")
    bornes = []
    for suite in (r, *(deplacer(14, n) for n in (0, 14, 0, 6))):
        engine = ouvrir(f"sqlite:///{tmp_path}/base.sqlite", suite)
        with engine.connect() as conn:
            bornes.append(retenu_par(conn, genre))
        engine.dispose()
    charpente, dernier = bornes[-1]
    filles = [i for i, c in enumerate(charpente.cles) if c[3] == "sexe=fille" or genre == CROISES]
    comparees = 0
    for _, avant in bornes[:-1]:
        su = avant.su[filles] & dernier.su[filles]
        comparees += int(su.sum())
        assert (avant.bornes.bas[filles] <= dernier.bornes.bas[filles])[su].all()
        assert (avant.bornes.haut[filles] >= dernier.bornes.haut[filles])[su].all()
    assert comparees > 1000
