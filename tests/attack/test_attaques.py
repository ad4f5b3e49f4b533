"""The bounded attack suite: a small fictional département, every attack, a few indicators.

`make attack` runs the whole of it on the demonstration database.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.attack.campagne import (
    Campagne,
    Resultat,
    attaquer,
    contraster,
    lire_tout,
)
from tests.attack.epreuves import repeter, sortir_du_perimetre, unir
from tests.attack.groupes import colonnes, inclusions, questions, sommes, unions
from tests.attack.mutations import ANNEE, INDICATEURS, MUTATIONS, PEU, SECRET, fabriquer, lancer
from tests.attack.verite import publier
from tests.queries.protection import publier_groupe

RAPIDES = [nom for nom, (_, _, importee) in MUTATIONS.items() if not importee]
"""Mutations that need no import of their own; `make attack` tries them all."""


@pytest.fixture(scope="module")
def modele(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small database made through the import, under `SECRET`."""
    base = tmp_path_factory.mktemp("attaque") / "passerelle.sqlite"
    with pytest.MonkeyPatch.context() as m:
        m.setenv("SECRET_ARRONDI", SECRET.decode())
        fabriquer(f"sqlite:///{base}")
        yield base


@pytest.fixture(scope="module")
def url(modele: Path) -> str:
    return f"sqlite:///{modele}"


@pytest.fixture(scope="module")
def campagne(url: str) -> Campagne:
    return lire_tout(url, SECRET, ("departement",), annees=[ANNEE], indicateurs=INDICATEURS)


@pytest.fixture(scope="module")
def resultats(campagne: Campagne) -> list[Resultat]:
    colleges = list(campagne.lecteur.treillis(int(ANNEE[:4])).carte.territoire_du)
    return attaquer(campagne, programmes=20, paires=False, colleges=colleges[:4])


def _nommer(resultats: list[Resultat]) -> str:
    return "\n".join(
        f"{r.attaque} {r.role} : {r.connues} connues, {r.fausses} fausses sur {r.cellules}\n  "
        + "\n  ".join(r.exemples[:5])
        for r in resultats
    )


def test_le_compteur_des_attaques_est_juste(campagne: Campagne) -> None:
    """The relations the attackers use hold of the truth."""
    vrai = campagne.vrai
    assert (vrai > 0).sum() > 10_000
    for parents, enfants, debuts, cp, ce in campagne.charpente.sommes:
        p = vrai[parents] if cp is None else vrai[np.ix_(parents, cp)]
        e = vrai[enfants] if ce is None else vrai[np.ix_(enfants, ce)]
        assert (np.add.reduceat(e, debuts, axis=0) == p).all()
    for dedans, dehors in inclusions():
        assert (vrai[:, dedans] <= vrai[:, dehors]).all()
    for total, parts in sommes():
        assert (vrai[:, total] == vrai[:, list(parts)].sum(axis=1)).all()
    for total, parts in unions():
        assert (vrai[:, total] <= vrai[:, list(parts)].sum(axis=1)).all()


def test_l_arrondi_en_nombre_est_celui_du_contrat(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.queries import protection

    monkeypatch.setattr(protection, "SECRET", SECRET)
    for n in range(40):
        groupe = [("A", f"u{i}", ANNEE) for i in range(n)]
        somme = sum(protection.cle(i) for i in groupe)
        assert publier(SECRET, np.array([n]), np.array([somme]))[0] == publier_groupe(groupe)


def test_toutes_les_questions_de_jeunes_sont_attaquees() -> None:
    from tests.queries.comparaison import de_jeunes
    from tests.queries.naif import indicateurs

    connues = {q.indicateur for q in questions()}
    assert {nom for nom in indicateurs() if de_jeunes(nom)} == connues
    assert len(colonnes()) > 200


@pytest.mark.parametrize("attaque", ["T1", "T2", "T3", "T4", "T5"])
def test_aucune_petite_cellule_n_est_connue(resultats: list[Resultat], attaque: str) -> None:
    siens = [r for r in resultats if r.attaque.startswith(attaque)]
    assert siens
    if attaque != "T4":
        assert all(r.cellules > 100 for r in siens)
    rouges = [r for r in siens if r.rouge]
    assert not rouges, _nommer(rouges)


def test_un_invite_ne_recoit_que_ce_que_dit_la_regle(url: str) -> None:
    c = lire_tout(
        url, SECRET, ("invite",), annees=[ANNEE], indicateurs=PEU, populations=["alses", "ps"]
    )
    ecarts = c.ecarts["invite"]
    assert ecarts.lignes > 10_000
    assert ecarts.fautes == 0, ecarts.exemples


def test_la_meme_question_a_toujours_la_meme_reponse(
    modele: Path, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Again, restarted, in other formats, and after the same deliveries came a second time."""
    copie = tmp_path / "passerelle.sqlite"
    shutil.copyfile(modele, copie)
    autre = f"sqlite:///{copie}"
    monkeypatch.setenv("SECRET_ARRONDI", SECRET.decode())
    fabriquer(autre)
    resultat = repeter(url, ANNEE, (autre,))
    assert not resultat.rouge, resultat.exemples


def test_aucune_union_ne_se_demande(url: str) -> None:
    resultat = unir(url, [ANNEE])
    assert not resultat.rouge, resultat.exemples


def test_un_chef_de_service_ne_sort_pas_de_son_perimetre(url: str) -> None:
    for resultat in sortir_du_perimetre(url, SECRET, ANNEE):
        assert not resultat.rouge, resultat.exemples


def test_la_politique_naive_ne_protege_pas(campagne: Campagne) -> None:
    """The attackers are worth their name: the same ones read most of what « under 5 » hides."""
    for resultat in contraster(campagne):
        assert resultat.fausses == 0
        assert resultat.connues > 1_000, resultat
        if resultat.attaque == "T3 cellules masquées":
            assert resultat.connues > resultat.cellules / 10, resultat


@pytest.mark.parametrize("nom", RAPIDES)
def test_une_protection_otee_se_voit(modele: Path, tmp_path: Path, nom: str) -> None:
    base = tmp_path / "modele.sqlite"
    shutil.copyfile(modele, base)
    vue, par = lancer(nom, base)
    assert vue, par
