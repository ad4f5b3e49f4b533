"""`repondre` and the arithmetic around it: statuses, refusals, estimates, comparisons."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import schema as t
from data.catalogue import INTENSITES
from queries.comparaisons import annee_precedente, au_departement, dans_l_ensemble
from queries.depot import BaseIndisponible, Depot
from queries.lecteur import Lecteur, Role
from queries.question import NORD, HorsTreillis, IndicateurInconnu, Lieu, Question, QuestionRefusee
from queries.reponses import (
    STATUTS,
    Ligne,
    _interpoler_mediane,
    arrondir,
    certain,
    intervalle,
    repondre,
)
from tests.queries.comparaison import DEPARTEMENT, HABILITE
from tests.queries.naif import codes, indicateurs
from tests.queries.protection import SECRET
from tests.queries.recueil import ANNEE, Recueil, Reponses

C1, T1 = Lieu("college", "c1"), Lieu("territoire", "t1")
A = Lieu("association", "association-a")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reponses]:
    """Forty youths over three school years, one collège, half girls."""
    with pytest.MonkeyPatch.context() as reglages:
        reglages.setenv("SECRET_ARRONDI", SECRET.decode())
        r = Recueil()
        filles = r.jeunes(20, "f", sexe="fille", naissance="2008")
        garcons = r.jeunes(20, "g", sexe="garcon", naissance="2009")
        for nom in filles + garcons:
            r.acte(nom, "2020-11-02")
            r.acte(nom, "2019-11-02")
        for nom in garcons:
            for _ in range(7):
                r.acte(nom)
        dossier: Path = tmp_path_factory.mktemp("reponses")
        chargee = Reponses(f"sqlite:///{dossier / 'base.sqlite'}", r)
    yield chargee
    chargee.depot._engine.dispose()


def test_les_50_indicateurs_repondent_a_tous_les_lecteurs(base: Reponses) -> None:
    etat = base.depot.etat()
    assert list(etat.catalogue) == list(indicateurs())
    assert len(etat.catalogue) == 50
    for role in set(Role) - {Role.ADMINISTRATEUR}:
        lecteur = Lecteur(role, ("association-a",) if role is Role.CHEF else ())
        for lieu in (NORD, T1, A, C1):
            questions = [Question(i, ANNEE, lieu) for i in etat.catalogue]
            reponses = repondre(questions, lecteur, base.depot)
            assert [r.question for r in reponses] == questions
            for reponse in reponses:
                assert reponse.lignes
                assert {x.statut for x in reponse.lignes} <= STATUTS.keys()
                cles = [(x.serie, x.modalite) for x in reponse.lignes]
                assert len(cles) == len(set(cles))


def test_les_lignes_sont_toutes_la_dans_l_ordre_de_la_liste(base: Reponses) -> None:
    for nom in ("sexe", "classe", "hebergement", "objectifs", "ressources", "lieu"):
        for lecteur in (HABILITE, DEPARTEMENT):
            lignes = base.demander(nom, lecteur=lecteur).lignes
            assert tuple(x.modalite for x in lignes) == codes(nom)


def test_plusieurs_questions_se_repondent_dans_l_ordre(base: Reponses) -> None:
    questions = [Question("sexe", ANNEE, x) for x in (C1, NORD, C1, T1)]
    reponses = repondre(questions, HABILITE, base.depot)
    assert [r.question.lieu for r in reponses] == [C1, NORD, C1, T1]
    assert reponses[0].lignes == reponses[2].lignes


def test_une_reponse_dit_sa_livraison(base: Reponses) -> None:
    livraison = base.demander("sexe").livraison
    assert livraison.numero == 1
    assert livraison.synthetique
    assert livraison.texte == f"1 ({livraison.date:%Y-%m-%d})"


def test_le_statut_d_ensemble(base: Reponses) -> None:
    assert base.demander("sexe", lecteur=HABILITE).statut == "exact"
    # All fillings of `classe` are 6e: the other classes are hidden, the whole is rounded.
    classe = base.demander("classe", lecteur=DEPARTEMENT)
    assert {x.statut for x in classe.lignes} == {"arrondi", "masque"}
    assert classe.statut == "arrondi"
    assert base.demander("hebergement", lecteur=DEPARTEMENT).statut == "non_pose"


@pytest.mark.parametrize(
    ("question", "erreur", "mots"),
    [
        (Question("inconnu", ANNEE), IndicateurInconnu, "inconnu"),
        (Question("sexe", "1999-2000"), QuestionRefusee, "2021-2022"),
        (Question("sexe", "n’importe quoi"), QuestionRefusee, "Année inconnue"),
        (Question("sexe", ANNEE, population="tous"), QuestionRefusee, "Population"),
        (Question("sexe", ANNEE, Lieu("commune", "lille")), QuestionRefusee, "périmètre"),
        (Question("sexe", ANNEE, filtres=(("sexe", "inconnu"),)), QuestionRefusee, "sexe"),
        (Question("sexe", ANNEE, filtres=(("taille", "grand"),)), QuestionRefusee, "taille"),
        (
            Question("sexe", ANNEE, C1, filtres=(("sexe", "fille"), ("classe", "6e"))),
            HorsTreillis,
            "1 filtre de profil au plus",
        ),
        (
            Question("sexe", ANNEE, filtres=(("sexe", "fille"), ("sexe", "garcon"))),
            HorsTreillis,
            "filtres",
        ),
        (Question("sexe", "2019-2022"), HorsTreillis, "collèges"),
        (Question("postes", "2019-2022", C1), HorsTreillis, "cumule"),
        (Question("postes", ANNEE, filtres=(("sexe", "fille"),)), HorsTreillis, "profil"),
        (Question("sexe", ANNEE, croiser="inconnu"), QuestionRefusee, "inconnu"),
        (Question("sexe", ANNEE, croiser="age"), HorsTreillis, "tranche_age"),
        (Question("sexe", ANNEE, croiser="sexe"), HorsTreillis, "croise"),
        (Question("sexe", ANNEE, C1, croiser="classe"), HorsTreillis, "territoire"),
        (Question("sexe", ANNEE, population="ps", croiser="classe"), HorsTreillis, "alses"),
        (
            Question("sexe", ANNEE, filtres=(("anciennete", "nouveau"),), croiser="classe"),
            HorsTreillis,
            "sans filtre",
        ),
    ],
)
def test_ce_qui_ne_se_demande_pas(
    base: Reponses, question: Question, erreur: type[Exception], mots: str
) -> None:
    for role in set(Role) - {Role.ADMINISTRATEUR}:
        lecteur = Lecteur(role, ("association-a",) if role is Role.CHEF else ())
        with pytest.raises(erreur, match=mots):
            repondre([question], lecteur, base.depot)


def test_une_base_sans_livraison_le_dit(url_base: str) -> None:
    engine = t.ouvrir(url_base)
    t.creer(engine)
    engine.dispose()
    depot = Depot(url_base)
    with pytest.raises(BaseIndisponible, match="Aucune livraison"):
        repondre([Question("sexe", ANNEE)], DEPARTEMENT, depot)
    depot._engine.dispose()


# --- Arithmetic on published numbers --------------------------------------------------------------


@pytest.mark.parametrize(
    ("valeur", "decimales", "attendue"),
    [(0.5, 0, 1), (2.5, 0, 3), (2.4999, 0, 2), (33.333, 1, 33.3), (66.65, 1, 66.7), (0, 0, 0)],
)
def test_les_demis_s_arrondissent_vers_le_haut(
    valeur: float, decimales: int, attendue: float
) -> None:
    assert arrondir(valeur, decimales) == attendue


@given(st.integers(0, 5000), st.integers(1, 5000))
def test_une_part_s_arrondit_comme_la_fraction(n: int, base: int) -> None:
    # Whole numbers only: floor(100 n / base + 1/2).
    assert arrondir(100 * n / base, 0) == (200 * n + base) // (2 * base)
    assert arrondir(100 * n / base, 1) == (2000 * n + base) // (2 * base) / 10


@pytest.mark.parametrize(
    ("effectif", "statut", "attendu"),
    [(35, "arrondi", (31, 39)), (5, "arrondi", (1, 9)), (35, "exact", (35, 35))],
)
def test_ce_qu_un_nombre_peut_cacher(effectif: int, statut: str, attendu: tuple[int, int]) -> None:
    assert intervalle(effectif, statut) == attendu


@pytest.mark.parametrize(
    ("avant", "apres", "statut", "attendu"),
    [
        (30, 40, "arrondi", True),
        (30, 35, "arrondi", False),
        (40, 30, "arrondi", True),
        (30, 31, "exact", True),
        (30, 30, "exact", False),
        (30, None, "masque", False),
    ],
)
def test_un_changement_n_est_affirme_que_s_il_est_certain(
    avant: int, apres: int | None, statut: str, attendu: bool
) -> None:
    def ligne(n: int | None) -> Ligne:
        return Ligne("", "", "", statut, n)

    assert certain(ligne(avant), ligne(apres)) is attendu


@given(st.lists(st.integers(0, 40).map(lambda x: 5 * x), min_size=6, max_size=6))
def test_la_mediane_publiee_est_dans_la_classe_mediane(effectifs: list[int]) -> None:
    hauts = [haut for _, _, haut in INTENSITES]
    valeur = _interpoler_mediane(list(zip(effectifs, hauts, strict=True)))
    if not sum(effectifs):
        assert valeur is None
        return
    assert valeur is not None
    rang = next(i for i in range(6) if 2 * sum(effectifs[: i + 1]) >= sum(effectifs))
    bas = hauts[rang - 1] if rang else 1
    assert bas <= valeur <= hauts[rang]


def test_la_mediane_se_tait_comme_une_repartition(base: Reponses) -> None:
    exacte = base.demander("intensite").ligne("mediane", "mediane")
    assert (exacte.statut, exacte.valeur) == ("exact", 4.5)
    publiee = base.demander("intensite", lecteur=DEPARTEMENT).ligne("mediane", "mediane")
    assert publiee.statut == "arrondi"
    assert publiee.valeur is not None
    assert publiee.valeur == int(publiee.valeur)
    assert publiee.note
    filtre = base.demander("intensite", C1, filtres=[("classe", "5e")], lecteur=DEPARTEMENT).ligne(
        "mediane", "mediane"
    )
    assert (filtre.statut, filtre.valeur) == ("refuse", None)


# --- Questions beside a question ------------------------------------------------------------------


def test_les_comparaisons_d_une_question(base: Reponses) -> None:
    etat = base.depot.etat()
    sexe, effectif = etat.catalogue["sexe"], etat.catalogue["effectif"]
    question = Question("sexe", ANNEE, T1)
    avant = annee_precedente(question, sexe, etat)
    assert avant == Question("sexe", "2020-2021", T1)
    assert annee_precedente(Question("sexe", "2019-2020", T1), sexe, etat) is None
    assert annee_precedente(question, etat.catalogue["conditions"], etat) is None
    assert au_departement(question, sexe) == Question("sexe", ANNEE)
    assert au_departement(Question("sexe", ANNEE), sexe) is None
    assert dans_l_ensemble(question, sexe) == Question("sexe", ANNEE, T1, "ps")
    assert dans_l_ensemble(Question("sexe", ANNEE, T1, "ps"), sexe) is None
    assert dans_l_ensemble(Question("effectif", ANNEE), effectif) is not None
    for nom in ("postes", "part_alses", "jeunes_par_poste"):
        assert dans_l_ensemble(Question(nom, ANNEE), etat.catalogue[nom]) is None
