"""The state of a view as the URL writes it: read, written, split, inside a perimeter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.depot import Etat
from queries.lecteur import Lecteur, Role
from queries.lieux import existe, lister
from queries.question import NORD, HorsTreillis, Lieu, Question, QuestionRefusee
from queries.reponses import repondre
from queries.selection import (
    PAR,
    PARAMETRES,
    Selection,
    croiser_lieux,
    derniere_annee,
    eclater,
    ecrire,
    lire,
    sous_lieux,
)
from tests.queries.comparaison import DEPARTEMENT, HABILITE, INVITE
from tests.queries.protection import SECRET
from tests.queries.recueil import ANNEE, Recueil, Reponses

CHEF = Lecteur(Role.CHEF, ("association-a",))
CHEF_B = Lecteur(Role.CHEF, ("association-b",))
LECTEURS = (DEPARTEMENT, HABILITE, INVITE, CHEF, CHEF_B)
T1 = Lieu("territoire", "t1")
A = Lieu("association", "association-a")
C1 = Lieu("college", "c1")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reponses]:
    """Three school years of a few youths."""
    with pytest.MonkeyPatch.context() as reglages:
        reglages.setenv("SECRET_ARRONDI", SECRET.decode())
        r = Recueil()
        for nom in r.jeunes(3, sexe="fille"):
            r.acte(nom, "2020-11-02")
            r.acte(nom, "2019-11-02")
        dossier: Path = tmp_path_factory.mktemp("selection")
        chargee = Reponses(f"sqlite:///{dossier / 'base.sqlite'}", r)
    yield chargee
    chargee.depot._engine.dispose()


@pytest.fixture(scope="module")
def base_des_annees(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reponses]:
    """Two school years; association A has a post at c2 in the second only."""
    postes = [
        {"college": "c1", "association": "A", "etp": "1", "plan_pauvrete": "non"},
        {
            "college": "c2",
            "association": "A",
            "etp": "1",
            "plan_pauvrete": "non",
            "debut": "2021-09-01",
        },
    ]
    with pytest.MonkeyPatch.context() as reglages:
        reglages.setenv("SECRET_ARRONDI", SECRET.decode())
        r = Recueil(postes)
        for nom in r.jeunes(3, sexe="fille"):
            r.acte(nom, "2020-11-02")
        dossier: Path = tmp_path_factory.mktemp("annees")
        chargee = Reponses(f"sqlite:///{dossier / 'base.sqlite'}", r)
    yield chargee
    chargee.depot._engine.dispose()


@pytest.fixture
def etat(base: Reponses) -> Etat:
    return base.depot.etat()


def test_sans_parametre_le_departement_et_la_derniere_annee(etat: Etat) -> None:
    lue = lire({}, etat, DEPARTEMENT)
    assert lue.avis == []
    assert lue.selection == Selection((ANNEE,))
    assert ecrire(lue.selection, etat) == ""


def test_un_etat_complet_se_relit_tel_quel(etat: Etat) -> None:
    parametres = {
        "annee": ["2020-2021", "2019-2020"],
        "territoire": ["t1", "t2"],
        "sexe": ["fille"],
        "age": ["10_13", "14_16"],
        "population": ["ps"],
        "reference": ["annee_precedente"],
        "vue": ["tableau"],
    }
    lue = lire(parametres, etat, DEPARTEMENT)
    assert lue.avis == []
    assert parse_qs(ecrire(lue.selection, etat)) == parametres
    assert set(parametres) <= set(PARAMETRES)
    assert lue.selection.profils() == [
        (("sexe", "fille"), ("age", "10_13")),
        (("sexe", "fille"), ("age", "14_16")),
    ]


@pytest.mark.parametrize(
    ("parametres", "mots"),
    [
        ({"annee": ["1999-2000"]}, "2021-2022"),
        ({"territoire": ["inconnu"]}, "t2, t1"),
        ({"sexe": ["autre"]}, "fille, garcon"),
        ({"population": ["tous"]}, "alses"),
        ({"reference": ["x"]}, "departement"),
        ({"vue": ["x"]}, "tableau"),
        ({"annee": ["2019-2022"]}, "collèges"),
        ({"territoire": ["t1"], "reseau": ["rep"]}, "treillis"),
        ({"college": ["c1"], "sexe": ["fille"], "classe": ["6e"]}, "« classe » est ignoré"),
        ({"association": ["association-b"], "territoire": ["t1"]}, "pas de poste"),
        ({"association": ["association-a"], "college": ["c1"]}, "chiffres exacts"),
    ],
)
def test_une_valeur_inconnue_est_ignoree_avec_un_avis(
    etat: Etat, parametres: dict[str, list[str]], mots: str
) -> None:
    lue = lire(parametres, etat, DEPARTEMENT)
    assert len(lue.avis) == 1
    assert mots in lue.avis[0]
    for lieu in lue.selection.lieux:
        assert existe(etat, DEPARTEMENT, lieu, lue.selection.annee)


def test_une_valeur_d_hors_du_perimetre_se_dit_comme_une_inconnue(etat: Etat) -> None:
    for nom, dehors in (("association", "association-b"), ("college", "sans-poste")):
        avis = [lire({nom: [v]}, etat, CHEF).avis for v in (dehors, "ailleurs")]
        assert avis[0][0].replace(dehors, "…") == avis[1][0].replace("ailleurs", "…")
        connus = avis[0][0].split("Valeurs possibles")[1]
        assert dehors not in connus


def test_le_sigle_d_une_association_vaut_son_code(etat: Etat) -> None:
    assert lire({"association": ["a"]}, etat, DEPARTEMENT).selection.lieux == (A,)


def test_deux_sortes_de_lieu_se_croisent(etat: Etat) -> None:
    choix = {"association": ["association-a", "association-b"], "territoire": ["t1", "t2"]}
    lieux = croiser_lieux(choix, etat, DEPARTEMENT, (ANNEE,))
    assert [x.code for x in lieux] == ["association-a/t1", "association-a/t2", "association-b/t2"]
    choix = {"association": ["association-a"], "college": ["c1"]}
    assert croiser_lieux(choix, etat, HABILITE, (ANNEE,)) == [
        Lieu("association_college", "association-a/c1")
    ]
    with pytest.raises(HorsTreillis):
        croiser_lieux(choix, etat, DEPARTEMENT, (ANNEE,))


def test_pour_un_chef_un_college_est_celui_de_ses_fiches(etat: Etat) -> None:
    lue = lire({"college": ["c1"]}, etat, CHEF)
    assert lue.selection.lieux == (Lieu("association_college", "association-a/c1"),)
    assert parse_qs(ecrire(lue.selection, etat, CHEF)) == {"college": ["c1"]}


def test_un_lieu_existe_quand_il_existe_chacune_des_annees_demandees(
    base_des_annees: Reponses,
) -> None:
    """The post of association A at c2 opened in September 2021 only."""
    etat = base_des_annees.depot.etat()
    ensemble = ["2021-2022", "2020-2021"]
    for annees in (ensemble, ensemble[::-1]):
        lue = lire({"annee": annees, "college": ["c1", "c2"]}, etat, CHEF)
        assert [x.code for x in lue.selection.lieux] == ["association-a/c1"]
        assert lue.selection.annees == tuple(annees)
        # Said as of a collège that does not exist.
        inconnue = lire({"annee": annees, "college": ["c1", "ailleurs"]}, etat, CHEF)
        assert lue.avis[0].replace("c2", "…", 1) == inconnue.avis[0].replace("ailleurs", "…")
        questions = lue.selection.questions(etat.catalogue["sexe"])
        assert len(repondre(questions, CHEF, base_des_annees.depot)) == 2
    seule = lire({"annee": ["2021-2022"], "college": ["c2"]}, etat, CHEF)
    assert [x.code for x in seule.selection.lieux] == ["association-a/c2"]
    avant = lire({"annee": ["2020-2021"], "college": ["c2"]}, etat, CHEF)
    assert avant.selection.lieux == (NORD,)


def test_aucun_lieu_n_existe_pour_l_administrateur_des_comptes(etat: Etat, base: Reponses) -> None:
    administrateur = Lecteur(Role.ADMINISTRATEUR)
    for type_ in ("departement", "territoire", "association", "college", "reseau", "poste"):
        assert list(lister(etat, administrateur, type_)) == []
    for lieu in (NORD, T1, A, C1):
        with pytest.raises(QuestionRefusee):
            repondre([Question("effectif", ANNEE, lieu)], administrateur, base.depot)


def test_les_questions_d_une_selection(etat: Etat) -> None:
    selection = Selection(
        ("2020-2021", ANNEE), (NORD, T1), (("sexe", ("fille", "garcon")),), population="ps"
    )
    questions = selection.questions(etat.catalogue["classe"])
    assert len(questions) == len(set(questions)) == 8
    assert {q.population for q in questions} == {"ps"}
    # Profile filters do not bear on activity.
    assert len(selection.questions(etat.catalogue["postes"])) == 4
    # What cannot be summed over three years is asked of the last.
    cumul = Selection(("2019-2022",), (C1,))
    assert [q.annee for q in cumul.questions(etat.catalogue["sexe"])] == ["2019-2022"]
    assert [q.annee for q in cumul.questions(etat.catalogue["postes"])] == [ANNEE]
    assert derniere_annee("2019-2022") == derniere_annee(ANNEE) == ANNEE


valeurs = st.sampled_from(
    [
        *(
            "2020-2021",
            "2021-2022",
            "2019-2022",
            "t1",
            "t2",
            "association-a",
            "association-b",
            "c1",
            "c2",
        ),
        *("sans-poste", "rep", "hors", "autre", "fille", "garcon", "10_13", "6e", "nouveau", "ps"),
        *("alses", "tableau", "", "inconnu", "a/b", "t1|t2"),
    ]
)


@given(
    parametres=st.dictionaries(
        st.sampled_from(PARAMETRES), st.lists(valeurs, max_size=3), max_size=5
    ),
    rang=st.integers(0, len(LECTEURS) - 1),
)
def test_toute_adresse_donne_des_questions_qui_se_repondent(
    base: Reponses, parametres: dict[str, list[str]], rang: int
) -> None:
    """Whatever the address, what is read of it is inside the lattice and the perimeter, and what
    is written of it reads back the same."""
    etat, lecteur = base.depot.etat(), LECTEURS[rang]
    selection = lire(parametres, etat, lecteur).selection
    questions = [q for i in ("sexe", "postes") for q in selection.questions(etat.catalogue[i])]
    assert len(repondre(questions, lecteur, base.depot)) == len(questions)
    relue = lire(parse_qs(ecrire(selection, etat, lecteur)), etat, lecteur)
    assert relue.avis == []
    assert relue.selection == selection


@pytest.mark.parametrize("lecteur", LECTEURS, ids=lambda x: f"{x.role.value}{x.associations}")
def test_un_decoupage_reste_dans_le_perimetre(etat: Etat, lecteur: Lecteur, base: Reponses) -> None:
    for lieu in (NORD, T1, A, C1):
        if not existe(etat, lecteur, lieu, ANNEE):
            continue
        for par in PAR:
            question = Question("effectif", ANNEE, lieu)
            try:
                morceaux = eclater(question, par, etat, lecteur)
            except HorsTreillis:
                continue
            for q in morceaux:
                assert existe(etat, lecteur, q.lieu, q.annee)
            assert len(repondre(morceaux, lecteur, base.depot)) == len(morceaux)


def test_un_lieu_se_decoupe_en_plus_petits(etat: Etat) -> None:
    def codes(lieu: Lieu, par: str, lecteur: Lecteur) -> list[str]:
        return sorted(x.code for x in sous_lieux(lieu, par, etat, lecteur, ANNEE))

    assert codes(NORD, "territoire", DEPARTEMENT) == ["t1", "t2"]
    assert codes(NORD, "college", DEPARTEMENT) == ["c1", "c2", "sans-poste"]
    assert codes(NORD, "college", CHEF_B) == ["association-b/c2"]
    assert codes(NORD, "association", CHEF_B) == ["association-b"]
    assert codes(T1, "college", DEPARTEMENT) == ["c1", "sans-poste"]
    assert codes(T1, "association", DEPARTEMENT) == ["association-a/t1"]
    assert codes(A, "territoire", DEPARTEMENT) == ["association-a/t1", "association-a/t2"]
    assert codes(A, "college", DEPARTEMENT) == ["c1", "c2"]
    assert codes(A, "college", CHEF) == ["association-a/c1", "association-a/c2"]
    with pytest.raises(HorsTreillis):
        codes(C1, "territoire", DEPARTEMENT)


def test_les_listes_de_choix_d_un_chef(etat: Etat) -> None:
    assert [x.code for x in lister(etat, CHEF, "association", ANNEE)] == ["association-a"]
    assert [x.code for x in lister(etat, CHEF_B, "college", ANNEE)] == ["c2"]
    assert list(lister(etat, CHEF, "reseau", ANNEE)) == []
    assert len(list(lister(etat, CHEF, "territoire", ANNEE))) == 2
    assert list(lister(etat, DEPARTEMENT, "association_college", ANNEE)) == []
