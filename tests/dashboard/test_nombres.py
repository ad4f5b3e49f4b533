"""Numbers, dates and words the French way."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from dashboard.nombres import (
    FINE,
    INSECABLE,
    annee_d_avant,
    couper,
    date_longue,
    enumerer,
    nombre,
    pluriel,
    points,
    pourcentage,
)


def test_numbers_have_narrow_spaces_and_a_comma() -> None:
    assert nombre(2960) == f"2{FINE}960"
    assert nombre(1234567) == f"1{FINE}234{FINE}567"
    assert nombre(40.5) == "40,5"
    assert nombre(40.0) == "40"


def test_shares_are_whole_unless_exact() -> None:
    assert pourcentage(15.3) == f"15{INSECABLE}%"
    assert pourcentage(15.3, exact=True) == f"15,3{INSECABLE}%"


def test_gaps_keep_their_sign() -> None:
    assert points(-6) == f"−{FINE}6{INSECABLE}points"
    assert points(1) == f"+{FINE}1{INSECABLE}point"


def test_dates() -> None:
    assert date_longue(dt.date(2023, 10, 12)) == "12 octobre 2023"
    assert date_longue(dt.date(2020, 3, 1)) == "1er mars 2020"


def test_plural_and_enumeration() -> None:
    assert pluriel(1, "jeune") == f"1{INSECABLE}jeune"
    assert pluriel(2960, "jeune") == f"2{FINE}960{INSECABLE}jeunes"
    assert enumerer(["a", "b", "c"]) == "a, b et c"
    assert enumerer(["a"]) == "a"


def test_the_year_before() -> None:
    assert annee_d_avant("2021-2022") == "2020-2021"
    assert annee_d_avant("2019-2022") == "2018-2021"


@given(st.text(alphabet="abcdé ", max_size=200), st.integers(5, 60))
def test_cutting_a_label_loses_no_word_and_cuts_none(texte: str, largeur: int) -> None:
    lignes = couper(texte, largeur).split("<br>")
    assert " ".join(lignes).split() == texte.split()
    for ligne in lignes:
        assert len(ligne) <= largeur or " " not in ligne
