"""The table of the printed statements, and the words that compare: each threshold from both sides.

What the demonstration makes of the statements is in `tests/data/test_rapprochement.py`, where the
database that holds every year they speak of is built.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field, replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.catalogue import CHAPITRES, REFERENCE
from queries import enonces as e
from queries.constats import additionner, encadrer, rapporter, sens_certain
from queries.question import NORD, Lieu, Question
from queries.relations import DEGRES, RELATIONS, Controle, Mesure, graduer
from queries.reponses import Ligne
from queries.statistiques import au_dela_d_une_constante, ordre_au_dela_du_hasard

ENONCES = e.lire_enonces()
EVALUES = [x for x in ENONCES if x.evaluable]


# --- the table ------------------------------------------------------------------------------------


def test_les_168_enonces_ont_chacun_un_verdict_declare() -> None:
    assert len(ENONCES) == 168
    assert {x.verdict for x in ENONCES} <= set(e.DECLARES)
    comptes = {v: sum(x.verdict == v for x in ENONCES) for v in e.DECLARES}
    assert comptes == {
        e.RETROUVE: 134,
        e.EXPLIQUE: 5,
        e.INEXPRIMABLE: 29,
        e.NE_PAS_REUTILISER: 0,
    }


def test_ce_qui_n_est_pas_retrouve_dit_pourquoi() -> None:
    for x in ENONCES:
        assert x.citation, x.id
        if x.verdict != e.RETROUVE:
            assert x.explication, x.id
        assert bool(x.attendu) is (x.verdict == e.EXPLIQUE), x.id
        assert not re.search(r" [:;?!%»]|« ", x.explication), x.id


def test_un_enonce_non_exprimable_ne_pose_aucune_question() -> None:
    for x in ENONCES:
        if not x.evaluable:
            assert (x.indicateur, x.relation, x.lieux, x.annee) == ("", (), (), ""), x.id


@pytest.mark.parametrize("x", EVALUES, ids=lambda x: x.id)
def test_le_vocabulaire_est_ferme(x: e.Enonce) -> None:
    assert x.chapitre in CHAPITRES
    assert x.relation
    for nom in x.relation:
        code, arobase, decalage = nom.partition("@")
        assert code in RELATIONS
        assert not arobase or decalage in e.DECALAGES
    assert x.degre in ("", *DEGRES)
    assert re.fullmatch(r"|departement|insee|annee_precedente|(alses|ps)(:\w+)?", x.reference), (
        x.reference
    )
    assert bool(x.valeur) is bool(x.unite)
    assert re.fullmatch(r"\d{4}-\d{4}", x.annee)


def test_les_documents_sont_ceux_des_chiffres_et_le_rapport_a_ses_pages() -> None:
    with (REFERENCE / "chiffres_publies.csv").open(encoding="utf-8", newline="") as f:
        sources = {c["source"] for c in csv.DictReader(f)}
    assert {x.source for x in ENONCES} <= sources
    assert sum(x.source == "rapport-2021-2022" and x.page != "" for x in ENONCES) == 113


def test_un_enonce_a_ne_pas_reutiliser_est_lu_sans_ses_mots() -> None:
    vide = dict.fromkeys(("citation", "section", "explication", "valeur"), "x")
    lu = e._lire({"id": "s-1", "source": "note", "verdict": e.NE_PAS_REUTILISER} | vide)
    assert lu == e.Enonce("s-1", "note", verdict=e.NE_PAS_REUTILISER)


# --- choosing and counting ------------------------------------------------------------------------


def test_choisir_par_document_chapitre_et_verdict() -> None:
    toutes = [e.Verification(x, x.verdict, "") for x in ENONCES]
    assert len(e.choisir(toutes)) == 168
    documents = {x.source for x in ENONCES}
    assert sum(len(e.choisir(toutes, document=d)) for d in documents) == 168
    familles = e.choisir(toutes, document="rapport-2021-2022", chapitre="familles")
    assert {v.enonce.section[:2] for v in familles} == {"2."}
    assert e.choisir(toutes, verdict=e.EXPLIQUE, document="flyer") == []


def test_le_bilan_compte_a_part_ce_qui_est_certain_et_au_dela_du_hasard() -> None:
    x = ENONCES[0]
    juges = [(True, True), (True, False), (True, None), (False, True), (None, None)]
    toutes = [e.Verification(x, e.RETROUVE, "", (), c, h) for c, h in juges]
    toutes.append(e.Verification(x, e.EXPLIQUE, "", (), True, True))
    bilan = e.compter(toutes)
    assert (bilan.total, bilan.sures, bilan.certaines, bilan.non_jugees) == (6, 1, 3, 1)
    assert bilan.par_verdict == {e.RETROUVE: 5, e.EXPLIQUE: 1}


# --- relations ------------------------------------------------------------------------------------

ICI = Question("demande", "2021-2022")
DOUAI = Lieu("territoire", "douai")


def mesure(code: str, n: int, base: int = 1000, lieu: Lieu = NORD) -> Mesure:
    ligne = rapporter(Ligne("", code, code, "exact", n, base), base)
    return Mesure(replace(ICI, lieu=lieu), code, code, ligne, ligne)


@dataclass
class Feinte:
    """A reading made of given numbers: values of one place, and those of its reference."""

    valeurs_ici: dict[str, int]
    reference: dict[str, int] = field(default_factory=dict)
    nommes: tuple[str, ...] = ()
    valeurs: tuple[str, ...] = ()

    def groupes(self) -> list[list[Mesure]]:
        return [[mesure(c, self.valeurs_ici[c]) for c in self.nommes or self.valeurs_ici]]

    def toutes(self, _: Mesure) -> list[Mesure]:
        return [mesure(c, n) for c, n in self.valeurs_ici.items()]

    def autres(self, m: Mesure) -> list[Mesure]:
        return [x for x in self.toutes(m) if x.modalite != m.modalite]

    def face(self, m: Mesure) -> Mesure:
        return mesure(m.modalite, self.reference[m.modalite], lieu=DOUAI)

    def ailleurs(self, m: Mesure) -> list[Mesure]:
        return [
            mesure(m.modalite, n, lieu=Lieu("territoire", c)) for c, n in self.reference.items()
        ]


def dire(relation: str, lecture: Feinte) -> bool:
    """Whether the relation holds of what is read."""
    controles = RELATIONS[relation][1](relation, lecture)
    assert controles
    return all(c.vrai for c in controles)


@pytest.mark.parametrize(
    ("relation", "valeurs", "nommes", "vrai"),
    [
        ("premier", {"a": 500, "b": 300}, ("a",), True),
        ("premier", {"a": 300, "b": 300}, ("a",), False),
        ("rang_2", {"a": 500, "b": 300, "c": 200}, ("b",), True),
        ("rang_2", {"a": 500, "b": 300, "c": 300}, ("b",), False),
        ("rang_3", {"a": 500, "b": 300, "c": 200}, ("c",), True),
        ("premiers", {"a": 500, "b": 300, "c": 200}, ("a", "b"), True),
        ("premiers", {"a": 500, "b": 300, "c": 200}, ("b", "a"), False),
        ("majoritaire", {"a": 501, "b": 499}, ("a",), True),
        ("majoritaire", {"a": 500, "b": 499}, ("a",), False),
        ("majoritaire", {"a": 600, "b": 700}, ("a",), False),
        ("faible", {"a": 200}, ("a",), True),
        ("faible", {"a": 201}, ("a",), False),
        ("tres_faible", {"a": 50}, ("a",), True),
        ("tres_faible", {"a": 51}, ("a",), False),
        ("tres_forte", {"a": 750}, ("a",), True),
        ("tres_forte", {"a": 749}, ("a",), False),
        ("nul", {"a": 0}, ("a",), True),
        ("nul", {"a": 1}, ("a",), False),
        ("equilibre", {"a": 550, "b": 450}, (), True),
        ("equilibre", {"a": 551, "b": 449}, (), False),
        ("variable", {"a": 300, "b": 200}, (), True),
        ("variable", {"a": 299, "b": 200}, (), False),
        ("choix_unique", {"a": 600, "b": 400}, (), True),
        ("choix_unique", {"a": 600, "b": 401}, (), False),
        ("choix_multiple", {"a": 600, "b": 401}, (), True),
        ("choix_multiple", {"a": 600, "b": 400}, (), False),
    ],
)
def test_les_relations_d_un_seul_lieu(
    relation: str, valeurs: dict[str, int], nommes: tuple[str, ...], vrai: bool
) -> None:
    assert dire(relation, Feinte(valeurs, nommes=nommes)) is vrai


@pytest.mark.parametrize(
    ("relation", "ici", "la", "vrai"),
    [
        ("superieur", 301, 300, True),
        ("superieur", 300, 300, False),
        ("inferieur", 299, 300, True),
        ("inferieur", 300, 300, False),
        ("hausse", 299, 300, False),
        ("baisse", 299, 300, True),
        ("au_plus", 300, 300, True),
        ("au_plus", 301, 300, False),
        ("egal", 310, 300, True),
        ("egal", 311, 300, False),
        ("stable", 280, 300, True),
        ("stable", 279, 300, False),
        ("double", 420, 200, True),
        ("double", 421, 200, False),
        ("double", 380, 200, True),
        ("double", 379, 200, False),
        ("plus_du_double", 401, 200, True),
        ("plus_du_double", 400, 200, False),
        ("tous_presents", 1, 300, True),
        ("tous_presents", 0, 300, False),
    ],
)
def test_les_relations_a_une_reference(relation: str, ici: int, la: int, vrai: bool) -> None:
    assert dire(relation, Feinte({"a": ici}, {"a": la})) is vrai


def test_six_fois_et_de_zero_a_vingt_quatre() -> None:
    assert dire("fois", Feinte({"a": 600}, {"a": 100}, valeurs=("6",)))
    assert not dire("fois", Feinte({"a": 560}, {"a": 100}, valeurs=("6",)))
    assert dire("intervalle", Feinte({"a": 0, "b": 240}, valeurs=("0", "24")))
    assert not dire("intervalle", Feinte({"a": 0, "b": 250}, valeurs=("0", "24")))


@pytest.mark.parametrize("relation", ["equilibre", "intervalle", "variable"])
def test_une_etendue_veut_au_moins_deux_nombres(relation: str) -> None:
    with pytest.raises(ValueError, match="nothing to compare"):
        dire(relation, Feinte({"a": 300}, valeurs=("0", "24")))


def test_l_ordre_se_compare_a_celui_de_la_reference() -> None:
    ici, meme, inverse = {"a": 500, "b": 300}, {"a": 40, "b": 30}, {"a": 30, "b": 40}
    assert dire("meme_ordre", Feinte(ici, meme))
    assert not dire("meme_ordre", Feinte(ici, inverse))
    assert not dire("meme_ordre", Feinte(ici, {"a": 30, "b": 30}))
    assert dire("ordre_inverse", Feinte(ici, inverse))
    assert not dire("ordre_inverse", Feinte(ici, meme))


def test_seul_inferieur_veut_que_tous_les_autres_soient_superieurs() -> None:
    ici = {"a": 60, "b": 300, "c": 0}
    assert dire("seul_inferieur", Feinte(ici, {"a": 90, "b": 200, "c": 0}, ("a",)))
    assert not dire("seul_inferieur", Feinte(ici, {"a": 90, "b": 300, "c": 0}, ("a",)))
    assert not dire("seul_inferieur", Feinte(ici, {"a": 50, "b": 200, "c": 0}, ("a",)))


def test_l_ordre_des_lieux() -> None:
    lieux = {"x": 300, "y": 200}
    assert dire("premier_des_lieux", Feinte({"a": 301}, lieux, ("a",)))
    assert not dire("premier_des_lieux", Feinte({"a": 300}, lieux, ("a",)))
    assert dire("dernier_des_lieux", Feinte({"a": 199}, lieux, ("a",)))
    assert not dire("dernier_des_lieux", Feinte({"a": 250}, lieux, ("a",)))


@pytest.mark.parametrize(
    ("degre", "ici", "la", "vrai"),
    [
        ("legerement", 350, 300, True),
        ("legerement", 351, 300, False),
        ("legerement", 249, 300, False),
        ("largement", 400, 300, True),
        ("largement", 399, 300, False),
        ("largement", 75, 50, True),
        ("largement", 50, 75, True),
        ("largement", 50, 74, False),
    ],
)
def test_les_mots_de_degre(degre: str, ici: int, la: int, vrai: bool) -> None:
    c = Controle("superieur", mesure("a", ici), mesure("a", la), True)
    assert graduer(degre, c).vrai is vrai
    with pytest.raises(ValueError, match="no gap"):
        graduer(degre, replace(c, autre=None))


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_superieur_et_inferieur_ne_sont_jamais_vrais_ensemble(ici: int, la: int) -> None:
    lecture = Feinte({"a": ici}, {"a": la})
    assert dire("superieur", lecture) + dire("inferieur", lecture) == (ici != la)
    assert dire("superieur", lecture) is not dire("au_plus", lecture)


# --- how sure -------------------------------------------------------------------------------------


def arrondie(n: int, base: int) -> Ligne:
    return rapporter(Ligne("", "a", "a", "arrondi", n, base), base)


@given(
    st.tuples(st.integers(0, 300), st.integers(0, 300)),
    st.tuples(st.integers(0, 4), st.integers(0, 4)),
    st.integers(300, 400),
)
def test_un_ordre_dit_certain_est_toujours_le_vrai(
    vrais: tuple[int, int], restes: tuple[int, int], base: int
) -> None:
    """Whatever the rounding drew, for two values of one answer."""
    a, b = (n - n % 5 + 5 * (u < n % 5) for n, u in zip(vrais, restes, strict=True))
    publie = 5 * (base // 5)
    sens = sens_certain(arrondie(a, publie), arrondie(b, publie), memes=True)
    if sens:
        assert sens == (vrais[0] > vrais[1]) - (vrais[0] < vrais[1])


@given(
    st.tuples(st.integers(15, 60), st.integers(15, 60)),
    st.tuples(st.floats(0, 1), st.floats(0, 1)),
    st.lists(st.integers(0, 4), min_size=4, max_size=4),
)
def test_deux_parts_de_bases_differentes_ne_se_rangent_que_sans_doute(
    bases: tuple[int, int], parts: tuple[float, float], tires: list[int]
) -> None:
    """Two bases published alike may differ by 8: the numbers alone do not order the shares."""
    vrais = [round(n * p) for n, p in zip(bases, parts, strict=True)]
    a, b, m, n = (x - x % 5 + 5 * (u < x % 5) for x, u in zip((*vrais, *bases), tires, strict=True))
    sens = sens_certain(arrondie(min(a, m), m), arrondie(min(b, n), n))
    if sens:
        ici, la = (Fraction(x, y) for x, y in zip(vrais, bases, strict=True))
        assert sens == (ici > la) - (ici < la)


def test_deux_bases_publiees_pareilles_ne_sont_pas_la_meme() -> None:
    assert sens_certain(arrondie(20, 20), arrondie(10, 20), memes=True) == 1
    assert sens_certain(arrondie(20, 20), arrondie(10, 20)) == 0


def test_une_somme_de_nombres_arrondis_demande_un_plus_grand_ecart() -> None:
    a, b = arrondie(110, 500), arrondie(100, 500)
    assert sens_certain(a, b, memes=True) == 1
    assert sens_certain(a, b, termes=3, memes=True) == 0
    assert sens_certain(arrondie(115, 500), b, termes=3, memes=True) == 1
    assert encadrer(a, 2)[0] < encadrer(a)[0] < 100 * 110 / 500 < encadrer(a)[1] < encadrer(a, 2)[1]


def test_une_valeur_masquee_compte_pour_zero_et_une_retenue_pour_rien() -> None:
    masquee = Ligne("", "b", "b", "masque", base=500)
    total = additionner([arrondie(110, 500), masquee], "a+b", "a + b")
    assert total is not None
    assert (total.effectif, total.base, total.statut, total.part) == (110, 500, "arrondi", 22)
    assert additionner([arrondie(110, 500), replace(masquee, statut="non_diffuse")], "", "") is None


def test_le_hasard_entre_deux_valeurs_et_face_a_une_constante() -> None:
    assert ordre_au_dela_du_hasard(60, 36)
    assert not ordre_au_dela_du_hasard(56, 40)
    assert not ordre_au_dela_du_hasard(29, 0)
    assert au_dela_d_une_constante(60, 100, 0.5)
    assert not au_dela_d_une_constante(59, 100, 0.5)
    assert not au_dela_d_une_constante(29, 29, 0.5)
    assert not au_dela_d_une_constante(10, 100, 0)


def test_un_nombre_n_est_pas_arrondi_avant_d_etre_compare() -> None:
    assert mesure("a", 1, 3).nombre == Fraction(100, 3)
    sans_base = Ligne("", "", "", "exact", 12)
    assert Mesure(ICI, "", "", sans_base, None).nombre == 12
    assert not Mesure(ICI, "", "", sans_base, None).en_pourcent
