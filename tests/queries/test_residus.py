"""What stands out of a crossed table: against a reference, and never beyond the rule."""

from __future__ import annotations

import itertools
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from queries.residus import (
    ATTENDU_MINIMAL,
    GROUPE_MINIMAL,
    INCONNU,
    Bornes,
    residu,
    seuil,
    signe_certain,
)


def test_the_residual_is_that_of_the_reference() -> None:
    hasard = np.random.default_rng(4)
    for _ in range(40):
        table = hasard.integers(1, 300, size=(4, 5))
        attendus = stats.contingency.expected_freq(table)
        total = table.sum()
        lignes, colonnes = table.sum(axis=1), table.sum(axis=0)
        reference = (table - attendus) / np.sqrt(
            attendus * (1 - lignes / total)[:, None] * (1 - colonnes / total)[None, :]
        )
        for i, j in itertools.product(range(4), range(5)):
            trouve = residu(table[i, j], lignes[i], colonnes[j], total)
            assert trouve == pytest.approx(reference[i, j])


def test_its_square_is_the_chi_squared_of_two_proportions() -> None:
    for n, r, c, total in ((40, 60, 90, 300), (5, 70, 30, 200), (120, 150, 160, 240)):
        quatre = [[n, r - n], [c - n, total - r - c + n]]
        chi2 = stats.chi2_contingency(quatre, correction=False).statistic
        trouve = residu(n, r, c, total)
        assert trouve is not None
        assert trouve**2 == pytest.approx(chi2)


@pytest.mark.parametrize(("r", "c"), [(0, 10), (10, 0), (50, 10), (10, 50)])
def test_an_empty_or_full_row_has_no_residual(r: int, c: int) -> None:
    assert residu(0, r, c, 50) is None


@pytest.mark.parametrize("comparaisons", [1, 2, 20, 154])
def test_the_limit_holds_for_the_whole_table(comparaisons: int) -> None:
    assert seuil(comparaisons) == pytest.approx(stats.norm.ppf(1 - 0.025 / comparaisons))
    assert seuil(1) == pytest.approx(1.959964, abs=1e-6)


@st.composite
def _tableaux(draw: st.DrawFn) -> tuple[Bornes, Bornes, Bornes, Bornes]:
    """Bounds around a possible table, as published numbers give them."""
    total = draw(st.integers(60, 3000))
    r, c = draw(st.integers(1, total - 1)), draw(st.integers(1, total - 1))
    n = draw(st.integers(max(r + c - total, 0), min(r, c)))
    flous = [draw(st.sampled_from((0, 2, 4, 9))) for _ in range(4)]
    return tuple(  # type: ignore[return-value]
        Bornes(max(x - f, 0), x + f) for x, f in zip((n, r, c, total), flous, strict=True)
    )


@given(_tableaux())
def test_a_certain_sign_holds_wherever_the_true_numbers_are(
    bornes: tuple[Bornes, Bornes, Bornes, Bornes],
) -> None:
    limite = seuil(1)
    signe = signe_certain(*bornes, limite=limite)
    if not signe:
        return
    n, r, c, total = bornes
    coins = list(itertools.product(*((b.bas, b.haut, b.milieu) for b in (n, r, c, total))))
    for vrais in coins:
        vn, vr, vc, vt = vrais
        if not (max(vr + vc - vt, 0) <= vn <= min(vr, vc) and max(vr, vc) < vt):
            continue
        vrai = residu(vn, vr, vc, vt)
        assert vrai is not None
        assert signe * vrai >= limite - 1e-9
        assert min(vr, vc, vt - vr, vt - vc) >= GROUPE_MINIMAL
        assert vr * vc / vt >= ATTENDU_MINIMAL


def test_numbers_that_are_exact_need_only_be_beyond_chance() -> None:
    def exact(*nombres: int) -> list[Bornes]:
        return [Bornes(x, x) for x in nombres]

    assert signe_certain(*exact(45, 60, 100, 300), limite=1.96) == 1
    assert signe_certain(*exact(5, 60, 100, 300), limite=1.96) == -1
    assert signe_certain(*exact(22, 60, 100, 300), limite=1.96) == 0
    # The same, but the row has less than thirty youths.
    assert signe_certain(*exact(22, 28, 100, 300), limite=1.96) == 0


def test_what_the_rounding_may_have_made_is_not_certain() -> None:
    n, r, c, total = 30, 60, 100, 300
    assert (residu(n, r, c, total) or 0) > 1.96
    flous = [Bornes(x - 4, x + 4) for x in (n, r, c, total)]
    assert signe_certain(*flous, limite=1.96) == 0


def test_less_than_ten_youths_away_is_not_certain() -> None:
    flous = [Bornes(x - 4, x + 4) for x in (85, 100, 4000, 8000)]
    assert signe_certain(*flous, limite=1.96, ecart=10) == 1
    assert signe_certain(*flous, limite=1.96, ecart=40) == 0


def test_a_masked_cell_may_be_certainly_below_its_share() -> None:
    masquee = Bornes(0, 4)
    autres = [Bornes(x - 4, x + 4) for x in (150, 300, 900)]
    assert signe_certain(masquee, *autres, limite=3, ecart=10) == -1
    assert signe_certain(INCONNU, *autres, limite=3) == 0
    assert signe_certain(masquee, *autres[:2], Bornes(800, inf), limite=3) == 0


def test_bounds_meet() -> None:
    assert Bornes(2, 9).dans(Bornes(4, inf)) == Bornes(4, 9)
    assert Bornes(2, 9).dans(Bornes(12, 20)) == Bornes(2, 9)
    assert not Bornes(2, 9).exactes
    assert Bornes(3, 3).exactes
    assert residu(10, 20, 50, 100) == pytest.approx(0)
