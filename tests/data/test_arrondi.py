"""The rule that makes a published number (contract, confidentialité, rules 1 and 2)."""

from __future__ import annotations

import hashlib
import hmac
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from data.arrondi import cle, cles, lire_secret, publier_nombres, tirer

SECRET = b"secret des tests"

nombres = st.integers(0, 10_000)
sommes = st.integers(0, 2**48)


def lire_u(secret: bytes, somme: int) -> Fraction:
    """u as the contract writes it, one block at a time."""
    k = hmac.new(secret, b"cellule", hashlib.sha256).digest()
    chiffreur = Cipher(algorithms.AES(k), modes.ECB()).encryptor()
    bloc = chiffreur.update((somme % 2**32).to_bytes(16, "big"))
    return Fraction(int.from_bytes(bloc[:8], "big"), 2**64)


def publier_un(n: int, somme: int, plafond: int | None = None, secret: bytes = SECRET) -> int:
    bornes = None if plafond is None else np.array([plafond])
    return int(publier_nombres(secret, np.array([n]), np.array([somme]), bornes)[0])


@given(st.text(), st.text(), st.sampled_from(["2019-2020", "2021-2022"]))
def test_la_cle_est_le_debut_d_un_hmac(association: str, usager: str, annee: str) -> None:
    message = b"\x1f".join(x.encode() for x in (association, usager, annee))
    attendue = hmac.new(SECRET, message, hashlib.sha256).digest()[:4]
    assert cle(SECRET, association, usager, annee) == int.from_bytes(attendue, "big")


def test_la_cle_tient_a_l_association_a_l_usager_et_a_l_annee() -> None:
    trios = [("A", "u", "2021-2022"), ("B", "u", "2021-2022"), ("A", "v", "2021-2022")]
    trios.append(("A", "u", "2020-2021"))
    valeurs = cles(SECRET, trios)
    assert len(set(valeurs.tolist())) == 4
    assert (valeurs >= 0).all()
    assert (valeurs < 2**32).all()


def test_le_separateur_empeche_deux_accompagnements_de_se_confondre() -> None:
    assert cle(SECRET, "AB", "C", "2021-2022") != cle(SECRET, "A", "BC", "2021-2022")


@given(st.lists(sommes, min_size=1, max_size=20))
def test_le_tirage_est_celui_du_contrat(valeurs: list[int]) -> None:
    obtenus = tirer(SECRET, np.array(valeurs, dtype=np.int64))
    attendus = [float(lire_u(SECRET, v)) for v in valeurs]
    assert obtenus.tolist() == attendus


def test_le_tirage_garde_la_forme_et_le_modulo() -> None:
    table = np.array([[1, 2], [1 + 2**32, 3]], dtype=np.int64)
    u = tirer(SECRET, table)
    assert u.shape == (2, 2)
    assert u[0, 0] == u[1, 0]
    assert u[0, 1] != u[1, 1]


@given(nombres, sommes)
def test_un_nombre_publie_est_un_multiple_de_5_a_4_pres(n: int, somme: int) -> None:
    p = publier_un(n, somme)
    assert p % 5 == 0
    assert abs(p - n) <= 4
    assert p == n - n % 5 + (5 if lire_u(SECRET, somme) < Fraction(n % 5, 5) else 0)


@given(nombres, sommes, st.integers(0, 20))
def test_un_nombre_publie_ne_depasse_pas_la_base(n: int, somme: int, de_plus: int) -> None:
    plafond = n + de_plus
    p = publier_un(n, somme, plafond)
    assert p == min(publier_un(n, somme), 5 * (plafond // 5))


@given(st.integers(0, 2000), sommes)
def test_un_multiple_de_5_se_publie_tel_quel(cinquieme: int, somme: int) -> None:
    assert publier_un(5 * cinquieme, somme) == 5 * cinquieme


@pytest.mark.parametrize("n", [1, 2, 3, 4, 17, 38])
def test_l_arrondi_ne_penche_d_aucun_cote(n: int) -> None:
    tirages = 40_000
    p = publier_nombres(
        SECRET, np.full(tirages, n), np.arange(tirages, dtype=np.int64) * 7919, None
    )
    # Standard deviation of the mean: at most 2.5 / 200.
    assert abs(p.mean() - n) < 0.06


def test_un_autre_secret_tire_autrement() -> None:
    somme = np.arange(400, dtype=np.int64)
    n = np.full(400, 2)
    a, b = (publier_nombres(s, n, somme, None) for s in (b"un", b"deux"))
    assert 0 < (a != b).sum() < 400


def test_les_nombres_deja_publies_ne_changent_jamais() -> None:
    """Values written down once: another rule would publish every number a second time."""
    assert cle(b"secret", "BDJ", "U1", "2021-2022") == 4208616368
    assert [publier_un(3, s, secret=b"secret") for s in range(12)] == [
        5,
        0,
        5,
        0,
        5,
        5,
        5,
        0,
        5,
        0,
        5,
        5,
    ]


def test_le_secret_vient_de_l_environnement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_ARRONDI", "  un secret  ")
    assert lire_secret() == b"un secret"


def test_le_secret_fait_au_premier_besoin_ne_change_plus(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fichier = tmp_path / "dossier" / "secret"
    monkeypatch.delenv("SECRET_ARRONDI", raising=False)
    monkeypatch.setenv("FICHIER_SECRET_ARRONDI", str(fichier))
    premier = lire_secret()
    assert len(premier) == 64
    assert lire_secret() == premier
    assert fichier.stat().st_mode & 0o777 == 0o600
    fichier.unlink()
    assert lire_secret() != premier
