"""What each association handed over, and what came late."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
import sqlalchemy as sa

from data import schema as t
from data.retrait import retirer
from queries.depot import Depot
from queries.lecteur import Lecteur, Role
from queries.question import NORD, Lieu
from queries.reponses import Ligne
from tests.queries.comparaison import DEPARTEMENT, INVITE
from tests.queries.protection import SECRET, publier_groupe
from tests.queries.recueil import Recueil, Reponses

A = Lieu("association", "association-a")
CHEF = Lecteur(Role.CHEF, ("association-a",))


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_ARRONDI", SECRET.decode())


def premier_trimestre(combien: int = 30) -> Recueil:
    """Each youth has ten interventions, from 1 October to 30 November."""
    r = Recueil()
    for nom in r.jeunes(combien):
        for jour in range(9):
            r.acte(nom, f"2021-10-{2 * jour + 1:02}")
        r.acte(nom, "2021-11-30")
    return r


_lots = itertools.count(1)


def suite(noms: list[str], jours: list[str]) -> Recueil:
    """A later delivery: new interventions, identified apart from all others."""
    r = Recueil()
    r.formes = {}
    r._numero = 10_000 * next(_lots)
    for nom in noms:
        for jour in jours:
            r.acte(nom, jour)
    return r


def notees(engine: sa.Engine) -> dict[tuple[str, int], int]:
    s, u = t.saisies_tardives.c, t.usagers.c
    with engine.connect() as conn:
        lignes = conn.execute(
            sa.select(u.usager, s.annee, s.nombre).join(t.usagers, u.id == s.usager)
        )
        return {(usager, annee): nombre for usager, annee, nombre in lignes}


def part(base: Reponses, lieu: Lieu = NORD, lecteur: Lecteur = DEPARTEMENT, **autres: str) -> Ligne:
    reponse = base.demander("qualite_saisie", lieu, lecteur=lecteur, **autres)
    return reponse.ligne("saisies_tardives", "saisies_tardives")


def test_n_est_tardif_que_ce_qu_une_livraison_precedente_depassait(url_base: str) -> None:
    premier = premier_trimestre(3)
    dans_l_ordre = suite(["u0"], ["2021-11-30", "2021-12-01", "2022-03-01"])
    en_retard = suite(["u1"], ["2021-11-29", "2021-09-01"])
    autre_annee = suite(["u2"], ["2020-10-05"])
    Reponses(url_base, premier, dans_l_ordre, en_retard, autre_annee).depot._engine.dispose()
    engine = t.ouvrir(url_base)
    assert notees(engine) == {("u1", 2021): 2}
    engine.dispose()


def test_une_correction_n_est_pas_une_saisie_tardive(url_base: str) -> None:
    """A known intervention that comes again, changed or not, had come before."""
    premier = premier_trimestre(3)
    entier = premier_trimestre(3)
    for x in entier.formes["interventions"]:
        x["lieu"] = "local"
    Reponses(url_base, premier, entier).depot._engine.dispose()
    engine = t.ouvrir(url_base)
    assert notees(engine) == {}
    engine.dispose()


def test_une_association_ne_met_pas_l_autre_en_retard(url_base: str) -> None:
    premier = premier_trimestre(3)
    de_b = Recueil()
    de_b.formes = {}
    de_b.usager("z", "B")
    de_b.acte("z", "2021-09-15", "B")
    Reponses(url_base, premier, de_b).depot._engine.dispose()
    engine = t.ouvrir(url_base)
    assert notees(engine) == {}
    engine.dispose()


def test_la_part_est_entiere_et_tue_sous_le_plancher(url_sqlite: str) -> None:
    premier = premier_trimestre(30)
    noms = [f"u{i}" for i in range(20)]
    base = Reponses(url_sqlite, premier, suite(noms, ["2021-10-15"]))
    # 20 late ones among 30 × 11 + 20.
    assert part(base) == Ligne(
        "saisies_tardives", "saisies_tardives", "Saisies tardives", "arrondi", part=6
    )
    assert part(base, A, CHEF).effectif == 20
    assert part(base, A, CHEF).base == 350
    assert part(base, A, CHEF).part == 5.7
    assert part(base, lecteur=INVITE).part == 6
    assert part(base, annee="2021-2022", filtres=[("sexe", "fille")]).statut == "refuse"


def test_quelques_jeunes_ne_se_distinguent_pas_d_aucun(url_sqlite: str) -> None:
    premier = premier_trimestre(30)
    # One whose published number is 0: every fifth one is published as 5 (rule 1).
    seul = next(f"u{i}" for i in range(30) if not publier_groupe([("A", f"u{i}", "2021-2022")]))
    base = Reponses(url_sqlite, premier, suite([seul], ["2021-10-15", "2021-10-16"]))
    assert part(base).statut == "masque"
    assert (part(base).part, part(base).effectif, part(base).base) == (None, None, None)


def test_un_jeune_qui_pese_plus_de_la_moitie_tait_la_part(url_sqlite: str) -> None:
    premier = premier_trimestre(30)
    seconde = suite([f"u{i}" for i in range(12)], ["2021-10-15"])
    for jour in range(1, 28):
        seconde.acte("u0", f"2021-10-{jour:02}")
    base = Reponses(url_sqlite, premier, seconde)
    assert part(base).statut == "non_diffuse"
    assert part(base).part is None
    assert part(base, A, CHEF).effectif == 39


def test_une_seule_livraison_n_a_rien_de_tardif(url_sqlite: str) -> None:
    base = Reponses(url_sqlite, premier_trimestre(30))
    assert part(base).statut == "masque"
    assert part(base, A, CHEF).part == 0


def test_les_remises_disent_qui_a_remis_quoi_et_pour_quelle_annee(url_base: str) -> None:
    premier = premier_trimestre(3)
    premier.ajouter("actions_projet", association="B", action="1", projet="P", debut="2020-10-01")
    seconde = suite(["u1"], ["2022-09-01", "2022-10-01"])
    base = Reponses(url_base, premier, seconde)
    etat = base.depot.etat()
    lues = [(x.association, x.formulaire, x.annee, x.numero) for x in etat.remises]
    assert sorted(lues) == [
        ("association-a", "interventions", 2021, 1),
        ("association-a", "interventions", 2022, 2),
        ("association-a", "situations", 2021, 1),
        ("association-a", "usagers", 0, 1),
        ("association-b", "actions_projet", 2020, 1),
    ]
    engine = t.ouvrir(url_base)
    with engine.connect() as conn:
        r = t.remises.c
        dernier = conn.scalar(
            sa.select(r.jusqu_au).where(r.formulaire == "interventions", r.annee == 2022)
        )
    assert dernier == dt.date(2022, 10, 1)
    base.depot._engine.dispose()
    engine.dispose()


def test_effacer_un_usager_efface_ses_saisies_tardives(url_base: str) -> None:
    premier = premier_trimestre(3)
    Reponses(url_base, premier, suite(["u0", "u1"], ["2021-10-15"])).depot._engine.dispose()
    engine = t.ouvrir(url_base)
    retirer(engine, "A", "u0")
    assert notees(engine) == {("u1", 2021): 1}
    retirer(engine, "A")
    assert notees(engine) == {}
    with engine.connect() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(t.remises)) == 0
    engine.dispose()


def test_une_base_sans_remises_se_lit(url_sqlite: str) -> None:
    Reponses(url_sqlite, premier_trimestre(3)).depot._engine.dispose()
    engine = t.ouvrir(url_sqlite)
    t.remises.drop(engine)
    engine.dispose()
    assert Depot(url_sqlite).etat().remises == ()
