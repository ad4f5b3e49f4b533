"""No true small count leaves `repondre` under `protege` or `partage`: properties of any answer.

These hold whatever the rule's detail: they are read off the answers alone, beside the truth.
"""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from data import schema as t
from queries.depot import Depot
from queries.lecteur import PARTAGE, PROTEGE, Lecteur, Politique, Role
from queries.question import Lieu, Question
from queries.reponses import Ligne, Reponse, repondre
from tests.queries.comparaison import DEPARTEMENT, HABILITE, INVITE, poser, tirer_contextes
from tests.queries.livraisons import Tirage, charger, tirer
from tests.queries.naif import Activite, Base, Demande, Verite
from tests.queries.protection import SECRET, entete, sensible

TIRAGES = [
    Tirage(11, jeunes=140, vides=1, melange=3),
    Tirage(12, jeunes=60, vides=3, absentes=8),
    Tirage(13, jeunes=14, annees=1),
]
POLITIQUES = {"protege": (DEPARTEMENT, PROTEGE), "partage": (INVITE, PARTAGE)}


@pytest.fixture(scope="module")
def chargees(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[tuple[Depot, Verite]]]:
    """Random databases, and what is true of each."""
    sorties = []
    with pytest.MonkeyPatch.context() as reglages:
        reglages.setenv("SECRET_ARRONDI", SECRET.decode())
        for tirage in TIRAGES:
            dossier: Path = tmp_path_factory.mktemp(f"tirage-{tirage.graine}")
            url = f"sqlite:///{dossier / 'base.sqlite'}"
            livraisons = tirer(tirage)
            engine = t.ouvrir(url)
            charger(engine, livraisons, dossier)
            engine.dispose()
            sorties.append((Depot(url), Verite(Base(livraisons))))
    yield sorties
    for depot, _ in sorties:
        depot._engine.dispose()


Vue = tuple[Demande, Reponse, Verite, Politique]


@pytest.fixture(scope="module")
def vues(chargees: list[tuple[Depot, Verite]]) -> list[Vue]:
    """Answers of both protected policies to some thousand questions."""
    sorties: list[Vue] = []
    for rang, (depot, verite) in enumerate(chargees):
        demandes = [
            q for q in tirer_contextes(verite.base, rang, 25) if q.lieu[0] != "association_college"
        ]
        for lecteur, politique in POLITIQUES.values():
            reponses = repondre([poser(q) for q in demandes], lecteur, depot)
            sorties.extend(
                zip(demandes, reponses, itertools.repeat(verite), itertools.repeat(politique))
            )
    return sorties


def nombres(ligne: Ligne) -> list[float]:
    """Whatever a row says in numbers."""
    dits = (ligne.effectif, ligne.base, ligne.part, ligne.valeur, ligne.non_renseigne)
    return [x for x in dits if x is not None]


def de_jeunes(vue: Vue) -> bool:
    """Whether the rows count youths (activity is exact for everyone)."""
    _, reponse, _, _ = vue
    return reponse.indicateur.famille != "activite"


def test_les_reponses_sont_nombreuses_et_de_toutes_sortes(vues: list[Vue]) -> None:
    statuts = {x.statut for _, r, _, _ in vues for x in r.lignes}
    assert {"exact", "arrondi", "masque", "refuse", "non_pose", "sans_objet"} <= statuts
    assert sum(x.statut == "arrondi" for _, r, _, _ in vues for x in r.lignes) > 1000


def test_la_politique_est_celle_du_lecteur(vues: list[Vue]) -> None:
    assert all(r.politique == politique for _, r, _, politique in vues)


def test_tout_nombre_de_jeunes_est_un_multiple_de_5_au_dessus_du_plancher(vues: list[Vue]) -> None:
    for vue in filter(de_jeunes, vues):
        q, reponse, _, politique = vue
        if q.indicateur in ("effectif", "jeunes_par_poste") and entete(q):
            continue
        for ligne in reponse.lignes:
            if ligne.effectif is None:
                continue
            plancher = (
                politique.plancher_sensible if sensible(q, ligne.modalite) else politique.plancher
            )
            assert ligne.effectif % 5 == 0, (q, ligne)
            assert ligne.effectif >= plancher, (q, ligne)
            if q.indicateur not in ("effectif", "jeunes_par_poste"):
                assert ligne.base is not None
                assert ligne.base % 5 == 0, (q, ligne)
                assert ligne.base >= politique.assiette, (q, ligne)
                assert ligne.effectif <= ligne.base, (q, ligne)


def test_seules_les_entetes_et_l_activite_sont_exactes(vues: list[Vue]) -> None:
    for vue in filter(de_jeunes, vues):
        q, reponse, _, _ = vue
        for ligne in reponse.lignes:
            if ligne.statut != "exact" or ligne.modalite == "mois_sans_saisie":
                continue
            assert q.indicateur in ("effectif", "jeunes_par_poste"), (q, ligne)
            assert entete(q), (q, ligne)


def test_ce_qui_n_est_pas_montre_ne_dit_aucun_nombre(vues: list[Vue]) -> None:
    for q, reponse, _, _ in vues:
        for ligne in reponse.lignes:
            if ligne.statut in ("refuse", "non_pose", "sans_objet"):
                assert nombres(ligne) == [], (q, ligne)
            elif ligne.statut in ("masque", "non_diffuse"):
                assert (ligne.effectif, ligne.part, ligne.valeur) == (None, None, None), (q, ligne)


def test_les_parts_sont_entieres_et_se_calculent_des_nombres_montres(vues: list[Vue]) -> None:
    for q, reponse, _, _ in vues:
        evenements = reponse.indicateur.famille == "evenements"
        for ligne in reponse.lignes:
            if ligne.part is None:
                continue
            assert ligne.part == int(ligne.part)
            if evenements:
                assert (ligne.effectif, ligne.base) == (None, None), (q, ligne)
            else:
                assert ligne.effectif is not None
                assert ligne.base
                assert abs(ligne.part - 100 * ligne.effectif / ligne.base) <= 0.5


def test_aucun_compte_de_1_a_4_n_est_dit(vues: list[Vue]) -> None:
    """Wherever the truth is 1 to 4 youths, what is said is nothing, or a multiple of 5."""
    petits = 0
    for vue in filter(de_jeunes, vues):
        q, reponse, verite, _ = vue
        if entete(q) and q.indicateur in ("effectif", "jeunes_par_poste"):
            continue
        for cellule, ligne in zip(verite.cellules(q), reponse.lignes, strict=True):
            assert not isinstance(cellule, Activite)
            if 1 <= len(cellule.membres) <= 4:
                petits += 1
                assert ligne.effectif in (None, 5), (q, ligne)
    assert petits > 1000


def test_zero_et_un_petit_nombre_se_lisent_pareil(vues: list[Vue]) -> None:
    """Of rows that nobody has and rows that p = 0 hides, what is read is the same."""
    lus: dict[tuple[str, str, float | None], set[tuple[str, object, object]]] = defaultdict(set)
    for vue in filter(de_jeunes, vues):
        q, reponse, verite, politique = vue
        for cellule, ligne in zip(verite.cellules(q), reponse.lignes, strict=True):
            assert not isinstance(cellule, Activite)
            vrai = len(cellule.membres)
            if vrai < 5 and ligne.statut == "masque":
                cle = (politique.nom, q.indicateur, ligne.base)
                lus[cle].add((ligne.statut, ligne.effectif, ligne.part))
    assert lus
    assert all(len(x) == 1 for x in lus.values())


def test_le_meme_groupe_de_jeunes_n_a_qu_un_nombre_par_base(vues: list[Vue]) -> None:
    dits: dict[tuple[int, frozenset[object], int], set[float]] = defaultdict(set)
    ecrans = 0
    for vue in filter(de_jeunes, vues):
        q, reponse, verite, _ = vue
        for cellule, ligne in zip(verite.cellules(q), reponse.lignes, strict=True):
            assert not isinstance(cellule, Activite)
            if ligne.statut != "arrondi" or ligne.effectif is None or cellule.complement:
                continue
            if not cellule.base:
                continue
            cle = (id(verite), frozenset(cellule.membres), len(cellule.base) // 5)
            dits[cle].add(ligne.effectif)
            ecrans += 1
    assert ecrans > len(dits)
    assert all(len(x) == 1 for x in dits.values())


def test_un_lecteur_protege_ne_lit_que_les_reponses_publiees(
    chargees: list[tuple[Depot, Verite]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The door to the exact answers stays shut: not one of their keys is asked for."""
    depot, verite = chargees[0]
    demandees: list[str] = []
    ancien = Depot._chercher

    def chercher(self: Depot, conn, etat, cles, droits):  # type: ignore[no-untyped-def]
        listees = list(cles)
        if droits is not None:
            demandees.extend(listees)
        return ancien(self, conn, etat, listees, droits)

    monkeypatch.setattr(Depot, "_chercher", chercher)
    questions = [
        poser(q) for q in tirer_contextes(verite.base, 5, 6) if q.lieu[0] != "association_college"
    ]
    for lecteur in (DEPARTEMENT, INVITE):
        repondre(questions, lecteur, depot)
    assert demandees == []
    repondre(questions, HABILITE, depot)
    assert demandees


def test_un_chef_ne_lit_d_exact_que_ce_qui_est_a_lui(
    chargees: list[tuple[Depot, Verite]],
) -> None:
    depot, verite = chargees[0]
    chef = Lecteur(Role.CHEF, ("association-a",))
    de = random.Random(3)
    vus = set()
    for type_, code in verite.base.lieux():
        lieu = Lieu(type_, code)
        question = Question("sexe", "2020-2021", lieu, de.choice(["alses", "ps"]))
        try:
            (reponse,) = repondre([question], chef, depot)
        except ValueError:
            continue
        sien = lieu.association == "association-a"
        assert reponse.politique.exacte is sien
        assert lieu.association in ("", "association-a")
        vus.add((type_, sien))
    assert {("association", True), ("association_college", True), ("territoire", False)} <= vus


def test_croiser_dans_un_sens_ou_dans_l_autre_dit_la_meme_chose(
    chargees: list[tuple[Depot, Verite]],
) -> None:
    depot, _ = chargees[0]
    aller = Question("mesure_connue", "2020-2021", croiser="hebergement")
    retour = replace(aller, indicateur="hebergement", croiser="mesure_connue")
    for lecteur in (HABILITE, DEPARTEMENT, INVITE):
        a, b = repondre([aller, retour], lecteur, depot)
        dits = {
            tuple(x.modalite.split("|")): (x.statut, x.effectif, x.base, x.part) for x in a.lignes
        }
        assert {
            tuple(x.modalite.split("|")[::-1]): (x.statut, x.effectif, x.base, x.part)
            for x in b.lignes
        } == dits
        assert len(set(dits.values())) > 1
