"""The audit at import: its relations hold, its bounds are sound, what it withholds is enough."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from data import schema as t
from data.atelier import AnneeComptee, Atelier
from data.audit.charpente import Charpente, Famille, dresser_charpente
from data.audit.conduite import _assembler_jeunes, _avec_les_autres
from data.audit.examen import nommer_les_attaquants
from data.audit.programmes import Programmes
from data.audit.propagation import (
    INFINI,
    AuditImpossible,
    Bornes,
    Trace,
    propager,
    verifier,
)
from data.audit.regions import Partage
from data.audit.retenue import Retenue, chercher
from data.audit.savoir import Publiables, savoir_du_departement, savoir_prealable
from data.audit.trame import AUTRES, Soustraction
from data.treillis import lire_geographie
from tests.attack.mutations import SECRET, fabriquer

ANNEE = "2021-2022"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """A small fictional département, imported and so audited."""
    url = f"sqlite:///{tmp_path_factory.mktemp('audit') / 'base.sqlite'}"
    with pytest.MonkeyPatch.context() as m:
        m.setenv("SECRET_ARRONDI", SECRET.decode())
        fabriquer(url)
        yield t.ouvrir(url)


@pytest.fixture(scope="module")
def annee(base: sa.Engine) -> tuple[Charpente, Publiables, AnneeComptee]:
    with base.connect() as conn:
        a = Atelier(conn)
        charpente = dresser_charpente(a.plan, a.catalogue, a.listes, a.geographie, int(ANNEE[:4]))
        comptee = a.compter_annee(int(ANNEE[:4]), a.extraire(int(ANNEE[:4])))
    matieres = _avec_les_autres(comptee.matieres, charpente)
    return charpente, _assembler_jeunes(charpente, comptee, matieres), comptee


# ---- on a real département


def test_ce_qui_n_a_pas_de_lieu_est_compte(
    annee: tuple[Charpente, Publiables, AnneeComptee],
) -> None:
    """Whom places leave beside their parts has rows of its own, which nobody can ask about."""
    charpente, pub, comptee = annee
    places = comptee.matieres["ps"].places
    attendus = {
        ("sans_territoire", "nord"): [t is None for t in places["territoire"]],
        ("sans_poste", "nord"): [x is None for x in places["poste"]],
    }
    for ici in {*places["territoire"]} - {None}:
        attendus["hors_association", str(ici)] = [
            x == ici and y is None
            for x, y in zip(places["territoire"], places["association_territoire"], strict=True)
        ]
    for ici in {*places["association"]} - {None}:
        attendus["hors_territoire", str(ici)] = [
            x == ici and y is None
            for x, y in zip(places["association"], places["association_territoire"], strict=True)
        ]
    assert sum(any(x) for x in attendus.values()) > 4
    assert {
        x[1:3]
        for x, vue in zip(charpente.cles, charpente.visibles, strict=True)
        if not vue and x[0] != AUTRES
    } == set(attendus)
    for cle, qui in attendus.items():
        ligne = charpente.ligne("ps", *cle)
        assert not charpente.visibles[ligne]
        assert pub.n[ligne, 0] == sum(qui)


def test_ceux_qu_aucun_alses_ne_suit_sont_une_population(
    annee: tuple[Charpente, Publiables, AnneeComptee],
) -> None:
    """Under every filter and in every place, nobody can ask about them."""
    charpente, pub, comptee = annee
    jeunes = {p: set(comptee.matieres[p].cles.tolist()) for p in ("ps", "alses")}
    autres = jeunes["ps"] - jeunes["alses"]
    assert 0 < len(autres) < len(jeunes["ps"])
    assert pub.n[charpente.ligne(AUTRES, "departement", "nord"), 0] == len(autres)
    lignes = [i for i, cle in enumerate(charpente.cles) if cle[0] == AUTRES]
    assert not charpente.visibles[lignes].any()
    for i in lignes:
        ps, alses = (charpente.ligne(p, *charpente.cles[i][1:]) for p in ("ps", "alses"))
        assert pub.n[i, 0] == pub.n[ps, 0] - pub.n[alses, 0]


def test_ce_qui_n_a_pas_de_lieu_entre_dans_toutes_les_sommes(
    annee: tuple[Charpente, Publiables, AnneeComptee],
) -> None:
    """Nobody of a value is outside the associations of a territoire, so no ALSES's youth either:
    what its other associations have of it leaves one number to the last."""
    charpente, pub, _ = annee
    essais = 0
    for _, type_, territoire, filtres in charpente.cles[
        : len(charpente.cles) // len(charpente.populations)
    ]:
        if type_ != "territoire" or filtres:
            continue
        lignes = {
            p: [
                charpente.ligne(p, type_, territoire),
                *(
                    charpente.ligne(p, t, x)
                    for population, t, x, f in charpente.cles
                    if population == p
                    and t == "association_territoire"
                    and x.endswith(f"/{territoire}")
                    and not f
                ),
            ]
            for p in ("ps", "alses")
        }
        dehors = pub.n[lignes["ps"][0]] - pub.n[lignes["ps"][1:]].sum(axis=0)
        petite = (pub.n[lignes["alses"][-1]] >= 1) & (pub.n[lignes["alses"][-1]] <= 4)
        famille = next(f for f in charpente.familles if f.nom == "alses et autres")
        for k in np.flatnonzero((dehors == 0) & petite & famille.colonnes)[:3].tolist():
            bornes = Bornes(np.zeros_like(pub.n), np.full_like(pub.n, INFINI))
            sues = [*lignes["ps"], *lignes["alses"][:-1]]
            bornes.bas[sues, k] = bornes.haut[sues, k] = pub.n[sues, k]
            apprises = np.zeros(charpente.forme, dtype=bool)
            apprises[sues, k] = True
            propager(bornes, charpente, apprises)
            verifier(bornes, pub.n)
            derniere = lignes["alses"][-1]
            assert bornes.bas[derniere, k] == bornes.haut[derniere, k] == pub.n[derniere, k]
            essais += 1
    assert essais


def test_ceux_qu_aucun_alses_ne_suit_entrent_dans_toutes_les_sommes(
    annee: tuple[Charpente, Publiables, AnneeComptee],
) -> None:
    """Where everyone's sexe is known, so is every ALSES's youth's, whatever is said of theirs."""
    charpente, pub, _ = annee
    sexes = sorted({f for *_, f in charpente.cles if f.startswith("sexe=") and "&" not in f})
    essais = 0
    for type_, lieu in sorted({x[1:3] for x in charpente.cles if x[1] == "college"}):
        toutes = {p: charpente.ligne(p, type_, lieu) for p in ("ps", "alses")}
        par_sexe = {p: [charpente.ligne(p, type_, lieu, f) for f in sexes] for p in toutes}
        derniere = par_sexe["alses"][-1]
        inconnus = pub.n[toutes["ps"], 0] - pub.n[par_sexe["ps"], 0].sum()
        if inconnus or not 1 <= pub.n[derniere, 0] <= 4:
            continue
        bornes = Bornes(np.zeros_like(pub.n), np.full_like(pub.n, INFINI))
        sues = [*toutes.values(), *par_sexe["ps"], *par_sexe["alses"][:-1]]
        bornes.bas[sues, 0] = bornes.haut[sues, 0] = pub.n[sues, 0]
        apprises = np.zeros(charpente.forme, dtype=bool)
        apprises[sues, 0] = True
        propager(bornes, charpente, apprises)
        verifier(bornes, pub.n)
        assert bornes.bas[derniere, 0] == bornes.haut[derniere, 0] == pub.n[derniere, 0]
        essais += 1
    assert essais


def test_les_relations_tiennent_sur_la_verite(
    annee: tuple[Charpente, Publiables, AnneeComptee],
) -> None:
    """Bounds closed on the truth do not move: no relation says more than what is."""
    charpente, pub, _ = annee
    bornes = Bornes(pub.n.copy(), pub.n.copy())
    assert not propager(bornes, charpente).any()
    assert (bornes.bas == pub.n).all()


def test_ce_qui_se_sait_contient_la_verite(
    annee: tuple[Charpente, Publiables, AnneeComptee],
) -> None:
    charpente, pub, _ = annee
    bornes = savoir_du_departement(charpente, pub)
    verifier(bornes, pub.n)
    libres = (bornes.haut - bornes.bas).astype(np.int64).sum()
    touchees = propager(bornes, charpente)
    verifier(bornes, pub.n)
    assert touchees.any()
    assert (bornes.haut - bornes.bas).astype(np.int64).sum() < libres


def test_une_suite_suffit_apres_un_changement(
    annee: tuple[Charpente, Publiables, AnneeComptee],
) -> None:
    """From a fixpoint, looking only at what moved leads where looking at everything does."""
    charpente, pub, _ = annee
    bornes = savoir_du_departement(charpente, pub)
    propager(bornes, charpente)
    apprises = np.zeros(charpente.forme, dtype=bool)
    hasard = np.random.default_rng(7)
    apprises[hasard.integers(0, charpente.forme[0], 60), hasard.integers(0, 40, 60)] = True
    bornes.bas[apprises] = bornes.haut[apprises] = pub.n[apprises]
    autres = bornes.copier()
    propager(bornes, charpente, apprises)
    propager(autres, charpente)
    assert (bornes.bas == autres.bas).all()
    assert (bornes.haut == autres.haut).all()


def test_un_chef_d_etablissement_n_apprend_pas_ce_que_ses_marges_disent(
    annee: tuple[Charpente, Publiables, AnneeComptee], base: sa.Engine
) -> None:
    charpente, pub, _ = annee
    college = next(lieu for _, type_, lieu, _ in charpente.cles if type_ == "college")
    connues = savoir_prealable(charpente, pub.n, [college])
    ligne = charpente.ligne("alses", "college", college, "sexe=fille")
    assert connues[ligne, 0]
    ailleurs = [x for _, type_, x, _ in charpente.cles if type_ == "college" and x != college]
    assert not connues[charpente.ligne("alses", "college", ailleurs[0], "sexe=fille"), 0]


def test_tous_les_attaquants_du_contrat_sont_essayes(base: sa.Engine) -> None:
    """Readers of everything, every school head, every association; none knows anything after."""
    with base.connect() as conn:
        geographie = lire_geographie(conn)
        colleges, associations = list(geographie.colleges), list(geographie.associations)
        rapports = conn.scalars(sa.select(t.audits.c.rapport)).all()
    attendus = nommer_les_attaquants(colleges, associations)
    assert sorted(c for x in attendus for c in x.colleges) == sorted(colleges)
    assert {x.association for x in attendus} - {""} == set(associations)
    for rapport in rapports:
        assert {x.nom for x in attendus} | {"departement"} == set(rapport["bilans"])
        assert all(b["cellules"] > 100 for b in rapport["bilans"].values())
        assert all(b["apres"] == 0 for b in rapport["bilans"].values())
    assert any(b["avant"] for r in rapports for b in r["bilans"].values())


def test_une_tete_trop_precise_fait_retenir(
    annee: tuple[Charpente, Publiables, AnneeComptee],
) -> None:
    """Given every number exactly, the search finds small cells, and hiding makes it find fewer."""
    charpente, pub, _ = annee
    tout = Publiables(
        pub.n.copy(), pub.p.copy(), np.ones_like(pub.entetes), np.zeros_like(pub.retenues)
    )
    bornes = savoir_du_departement(charpente, tout)
    propager(bornes, charpente)
    trouvees = chercher(charpente, bornes, pub.n)
    assert len(trouvees) > 50
    retenue = Retenue(charpente, tout)
    for tour in range(3):
        assert retenue.retenir(trouvees, None, None, tour)
        bornes = savoir_du_departement(charpente, tout)
        propager(bornes, charpente)
        verifier(bornes, pub.n)
        restantes = chercher(charpente, bornes, pub.n)
        assert len(restantes) < len(trouvees)
        trouvees = restantes


# ---- on frames made by hand


def tracer(
    lignes: int, colonnes: int, familles: list[Famille], partages: list[Partage]
) -> Charpente:
    """A frame with these relations and nothing else."""
    cles = tuple(("alses", "territoire", str(i), "") for i in range(lignes))
    return Charpente(
        ("alses",),
        cles,
        {c: i for i, c in enumerate(cles)},
        tuple(frozenset({("champ", frozenset({str(k)}))}) for k in range(colonnes)),
        np.arange(colonnes),
        np.arange(colonnes),
        tuple(partages),
        (),
        tuple(familles),
        (),
        (),
        (),
        np.ones(lignes, dtype=bool),
        {},
        Soustraction(*(np.zeros(0, dtype=np.int64) for _ in range(4))),
    )


def sommer(colonnes: int, parent: int, enfants: list[int], *, reste: bool = False) -> Famille:
    return Famille(
        f"{parent}",
        np.array([parent]),
        np.array([0]),
        np.array(enfants),
        reste,
        np.ones(colonnes, dtype=bool),
        False,
    )


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_aucune_borne_n_exclut_une_verite_possible(donnees: st.DataObject) -> None:
    """Whatever the table, what follows from bounds around it keeps it inside, and every bound can
    be reached by a table that fits them (2 × 2, all tables tried)."""
    n = np.array(
        [[donnees.draw(st.integers(0, 3)) for _ in range(2)] for _ in range(2)], dtype=np.int32
    )
    verite = np.zeros((3, 3), dtype=np.int32)
    verite[1:, 1:] = n
    verite[0, 1:], verite[1:, 0] = n.sum(axis=0), n.sum(axis=1)
    verite[0, 0] = n.sum()
    charpente = tracer(3, 3, [sommer(3, 0, [1, 2])], [Partage(0, (1, 2), reste=False)])
    flou = np.array(
        [[donnees.draw(st.integers(0, 2)) for _ in range(3)] for _ in range(3)], dtype=np.int32
    )
    bornes = Bornes(np.maximum(verite - flou, 0), verite + flou)
    depart = bornes.copier()
    propager(bornes, charpente)
    verifier(bornes, verite)
    vues = [
        v for v in _toutes_les_tables(6) if (v >= depart.bas).all() and (v <= depart.haut).all()
    ]
    for v in vues:
        verifier(bornes, v)


def _toutes_les_tables(plus: int) -> Iterator[np.ndarray]:
    for case in np.ndindex(plus, plus, plus, plus):
        n = np.array(case, dtype=np.int32).reshape(2, 2)
        v = np.zeros((3, 3), dtype=np.int32)
        v[1:, 1:], v[0, 1:], v[1:, 0], v[0, 0] = n, n.sum(axis=0), n.sum(axis=1), n.sum()
        yield v


def test_un_programme_voit_ce_que_les_intervalles_ne_voient_pas() -> None:
    """x + y = 4, x + z = 4, x + y + z = 5 leave one solution, though each by itself leaves many."""
    colonnes = 7
    partages = [
        Partage(4, (1, 2), reste=False),
        Partage(5, (1, 3), reste=False),
        Partage(6, (1, 2, 3), reste=False),
    ]
    charpente = tracer(2, colonnes, [sommer(colonnes, 0, [1], reste=True)], partages)
    verite = np.tile(np.array([9, 3, 1, 1, 4, 4, 5], dtype=np.int32), (2, 1))
    bornes = Bornes(np.zeros_like(verite), np.full_like(verite, INFINI))
    bornes.bas[:, 4:] = bornes.haut[:, 4:] = verite[:, 4:]
    bornes.haut[:, 0] = 9
    propager(bornes, charpente)
    assert bornes.bas[0, 1] < bornes.haut[0, 1]
    programmes = Programmes(charpente)
    assert programmes.eprouver(bornes, verite, [(0, 1), (1, 1)]) == [(0, 1), (1, 1)]
    # With one relation less, another solution exists.
    charpente = tracer(2, colonnes, [sommer(colonnes, 0, [1], reste=True)], partages[:2])
    bornes.bas[:, 6], bornes.haut[:, 6] = 0, 9
    assert Programmes(charpente).eprouver(bornes, verite, [(0, 1)]) == []


def test_la_trace_dit_d_ou_vient_une_borne() -> None:
    charpente = tracer(3, 1, [sommer(1, 0, [1, 2])], [])
    verite = np.array([[5], [3], [2]], dtype=np.int32)
    bornes = Bornes(np.array([[5], [0], [2]], np.int32), np.array([[5], [9], [2]], np.int32))
    trace = Trace(charpente.forme)
    propager(bornes, charpente, None, trace)
    assert bornes.bas[1, 0] == bornes.haut[1, 0] == verite[1, 0]
    assert trace.bas[1, 0] > 0
    assert trace.bas[0, 0] == trace.haut[2, 0] == 0


def test_des_bornes_contradictoires_arretent_tout() -> None:
    charpente = tracer(3, 1, [sommer(1, 0, [1, 2])], [])
    bornes = Bornes(np.array([[9], [0], [0]], np.int32), np.array([[9], [2], [2]], np.int32))
    with pytest.raises(AuditImpossible, match="contradictoires"):
        propager(bornes, charpente)


def test_des_relations_contradictoires_d_une_ligne_arretent_tout() -> None:
    """x + y cannot be 4 and 5: bounds that have crossed must not go on drifting apart."""
    partages = [Partage(3, (1, 2), reste=False), Partage(4, (1, 2), reste=False)]
    charpente = tracer(2, 5, [sommer(5, 0, [1], reste=True)], partages)
    bornes = Bornes(np.zeros((2, 5), dtype=np.int32), np.full((2, 5), 9, dtype=np.int32))
    for colonne, n in ((3, 4), (4, 5)):
        bornes.bas[:, colonne] = bornes.haut[:, colonne] = n
    with pytest.raises(AuditImpossible, match="contradictoires"):
        propager(bornes, charpente)


def test_des_bornes_fausses_arretent_tout() -> None:
    un = np.ones((1, 1), dtype=np.int32)
    with pytest.raises(AuditImpossible, match="excluent le vrai nombre"):
        verifier(Bornes(2 * un, 3 * un), un)
