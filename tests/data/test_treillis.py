"""The lattice: its places, and which youths stand in which context."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.contextes import dresser, placer
from data.treillis import (
    FILTRES_PERMIS,
    PROFILS,
    TYPES_EXACTS,
    Geographie,
    ecrire_cle,
    ecrire_filtres,
)


def poste(
    college: str,
    association: str,
    debut: tuple[int, int, int] = (2018, 9, 1),
    fin: tuple[int, int, int] | None = None,
    *,
    plan: bool = False,
) -> dict[str, object]:
    return {
        "college": college,
        "association": association,
        "plan_pauvrete": plan,
        "etp": 1.0,
        "debut": dt.date(*debut),
        "fin": dt.date(*fin) if fin else None,
    }


def geographie(*postes: dict[str, object]) -> Geographie:
    colleges = {
        "c1": {"territoire": "t1", "education_prioritaire": "rep"},
        "c2": {"territoire": "t2", "education_prioritaire": "rep_plus"},
        "c3": {"territoire": "t2", "education_prioritaire": ""},
    }
    return Geographie(
        {"t1": "Un", "t2": "Deux"}, {"a": {"code": "a"}, "b": {"code": "b"}}, colleges, postes
    )


GEO = geographie(
    poste("c1", "a"),
    poste("c2", "a", plan=True),
    poste("c2", "a"),
    poste("c3", "b", (2021, 9, 1), (2021, 12, 31)),
)


def test_les_lieux_du_treillis() -> None:
    lieux = list(GEO.lieux())
    assert len(lieux) == len(set(lieux))
    assert {type_ for type_, _ in lieux} == set(FILTRES_PERMIS)
    par_type = {t: [c for x, c in lieux if x == t] for t in FILTRES_PERMIS}
    assert par_type == {
        "departement": ["nord"],
        "territoire": ["t1", "t2"],
        "association": ["a", "b"],
        "association_territoire": ["a/t1", "a/t2", "b/t2"],
        "college": ["c1", "c2", "c3"],
        "reseau": ["rep", "rep_plus", "hors"],
        "poste": ["plan_pauvrete", "autre"],
        "association_college": ["a/c1", "a/c2", "b/c3"],
    }


def test_deux_filtres_au_departement_et_aux_territoires_un_ailleurs() -> None:
    assert {t for t, d in FILTRES_PERMIS.items() if d == 2} == {"departement", "territoire"}
    assert {d for t, d in FILTRES_PERMIS.items() if t not in ("departement", "territoire")} == {1}
    assert frozenset({"association_college"}) == TYPES_EXACTS


def test_une_cle_ne_depend_pas_de_l_ordre_des_filtres() -> None:
    filtres = (("anciennete", "nouveau"), ("sexe", "fille"))
    assert (
        ecrire_filtres(filtres) == ecrire_filtres(filtres[::-1]) == "sexe=fille&anciennete=nouveau"
    )
    cle = ecrire_cle("2021-2022", "alses", "college", "c1", "sexe=fille")
    assert cle == "2021-2022|alses|college|c1|sexe=fille"


@pytest.mark.parametrize(
    ("debut", "fin", "ouvert", "de_l_annee"),
    [
        ((2022, 1, 1), None, True, True),
        ((2022, 1, 2), None, False, True),
        ((2018, 9, 1), (2022, 1, 1), True, True),
        ((2018, 9, 1), (2021, 12, 31), False, True),
        ((2018, 9, 1), (2021, 9, 1), False, True),
        ((2018, 9, 1), (2021, 8, 31), False, False),
        ((2022, 8, 31), None, False, True),
        ((2022, 9, 1), None, False, False),
    ],
)
def test_un_poste_est_ouvert_le_1er_janvier_ou_un_jour_de_l_annee(
    debut: tuple[int, int, int],
    fin: tuple[int, int, int] | None,
    ouvert: bool,
    de_l_annee: bool,
) -> None:
    geo = geographie(poste("c1", "a", debut, fin))
    assert bool(geo.postes_ouverts(2021)) is ouvert
    assert bool(geo.postes_de_l_annee(2021)) is de_l_annee


def test_le_genre_de_poste_d_un_college() -> None:
    assert GEO.genre_de_poste(2021) == {"c1": "autre", "c2": "plan_pauvrete"}


def test_chaque_jeune_a_un_lieu_de_chaque_sorte_ou_aucun() -> None:
    places = placer(
        GEO, 2021, ["a", "a", "b", "b"], ["c1", None, "c3", None], ["t1", "t2", "t2", None]
    )
    assert places == {
        "departement": ["nord"] * 4,
        "territoire": ["t1", "t2", "t2", None],
        "association": ["a", "a", "b", "b"],
        "association_territoire": ["a/t1", "a/t2", "b/t2", None],
        "college": ["c1", None, "c3", None],
        "association_college": ["a/c1", None, "b/c3", None],
        "reseau": ["rep", None, "hors", None],
        "poste": ["autre", None, None, None],
    }


codes = st.sampled_from([None, "x", "y", "z"])
jeunes = st.lists(st.tuples(*[codes] * (2 + len(PROFILS))), max_size=12)


@given(jeunes)
def test_les_contextes_sont_tous_les_groupes_non_vides(
    lignes: list[tuple[str | None, ...]],
) -> None:
    colonnes = list(zip(*lignes, strict=True)) if lignes else [()] * (2 + len(PROFILS))
    places = {"territoire": list(colonnes[0]), "college": list(colonnes[1])}
    profils = {p: list(v) for p, v in zip(PROFILS, colonnes[2:], strict=True)}
    contextes = dresser(places, profils, ("territoire", "college"))
    obtenus: dict[tuple[str, str, str], set[int]] = {}
    for ligne, jeune in zip(contextes.lignes.tolist(), contextes.colonnes.tolist(), strict=True):
        obtenus.setdefault(contextes.cles[ligne], set()).add(jeune)
    attendus: dict[tuple[str, str, str], set[int]] = {}
    for rang in range(len(lignes)):
        for type_, permis in (("territoire", 2), ("college", 1)):
            lieu = places[type_][rang]
            if lieu is None:
                continue
            for d in range(permis + 1):
                for choix in itertools.combinations(PROFILS, d):
                    valeurs = [(p, profils[p][rang]) for p in choix]
                    if all(v is not None for _, v in valeurs):
                        texte = "&".join(f"{p}={v}" for p, v in valeurs)
                        attendus.setdefault((type_, lieu, texte), set()).add(rang)
    assert obtenus == attendus
    assert len(contextes.cles) == len(set(contextes.cles))


def test_moins_de_filtres_que_le_treillis_n_en_permet() -> None:
    places = {"departement": ["nord", "nord"]}
    profils = {p: ["x", "y"] for p in PROFILS}
    assert dresser(places, profils, ("departement",), filtres=0).cles == [
        ("departement", "nord", "")
    ]
