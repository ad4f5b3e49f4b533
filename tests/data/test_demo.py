"""The synthetic deliveries: same seed, same files; and the printed figures, counted from them."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from data.__main__ import main
from data.demo import engendrer
from data.formulaires import FORMULAIRES
from data.importation import importer
from tests import RACINE
from tests.data.comptes import PROFESSIONNELS, PUBLICS, Comptes, lire
from tests.data.fabrique import composer, en_dossier, photographier
from tests.data.imprimes import (
    APPROCHES,
    IMPRIMES,
    MICHEL,
    PARTENAIRES,
    SIMONE,
    TERRITOIRES,
    Nord,
    effectif,
    hors,
    lire_publies,
)


@pytest.fixture(scope="session")
def nord(tmp_path_factory: pytest.TempPathFactory) -> Nord:
    """Six years of the Nord at scale 1."""
    return Nord(engendrer(tmp_path_factory.mktemp("nord")))


@pytest.mark.parametrize("chiffre", IMPRIMES)
def test_chiffre_imprime_egal_apres_arrondi(nord: Nord, chiffre: str) -> None:
    imprime = lire_publies()[chiffre]
    decimales = len(imprime["value"].partition(".")[2])
    obtenu = IMPRIMES[chiffre](nord)
    assert round(obtenu, decimales) == float(imprime["value"]), f"{obtenu} ({imprime['quote']})"


@pytest.mark.parametrize("chiffre", APPROCHES)
def test_chiffre_imprime_a_peu_pres(nord: Nord, chiffre: str) -> None:
    assert chiffre in lire_publies()
    calcul, bas, haut = APPROCHES[chiffre]
    assert bas <= calcul(nord) <= haut


# --- what the report says of the territoires ------------------------------------------------------


def _sexe(c: Comptes, **ou: str) -> float:
    return c.part("sexe", ["fille"], **ou)


def _champ(champ: str, *codes: str, parmi: set[str] | None = None) -> Callable[..., float]:
    return lambda c, **ou: c.part(champ, codes, parmi=parmi, **ou)


def _union(champ: str, code: str) -> Callable[..., float]:
    return lambda c, **ou: c.part_reunion(champ, code, **ou)


def _situation(champ: str, *codes: str) -> Callable[..., float]:
    return lambda c, **ou: c.part_ensemble(champ, codes, **ou)


_FAMILLE = _champ("origine", "famille", parmi=PUBLICS)
_JEUNE = _champ("origine", "jeune", parmi=PUBLICS)
_RUE = _champ("origine", "travail_rue", parmi=PROFESSIONNELS)
_ASE = ("ase_suivi", "ase_placement")

AU_DESSUS: dict[str, tuple[Callable[..., float], str]] = {
    "s-r21-filles-sup": (_sexe, "valenciennes cambrai flandres"),
    "s-r21-3e-sup": (_champ("classe", "3e"), "valenciennes vne flandres cambrai"),
    "s-r21-ase-sup": (
        _situation("mesures", *_ASE),
        "flandres douai sambre-avesnois valenciennes",
    ),
    "s-r21-psy-sup": (_situation("mesures", "psy"), "cambrai lille"),
    "s-r21-classique-territoires": (_champ("configuration", "couple"), "cambrai flandres"),
    "s-r21-origine-partenaires-territoires": (
        _champ("origine", *PARTENAIRES),
        "douai sambre-avesnois vne flandres",
    ),
    "s-r21-publics-jeune-sup": (_JEUNE, "cambrai valenciennes vne"),
    "s-r21-publics-famille-sup": (_FAMILLE, "lille douai sambre-avesnois"),
    "s-r21-as-inf-sup": (
        _champ("fonction_ecole", "as_infirmiere"),
        "valenciennes douai cambrai",
    ),
    "s-r21-pros-rue-douai-val": (_RUE, "douai valenciennes"),
    "s-r21-objectifs-mobilite-val": (_union("objectifs", "mobilite"), "valenciennes"),
    "s-r21-autres-membres-douai": (_union("famille", "autre"), "douai"),
    "s-r21-objfam-violences": (_union("objectifs_famille", "violences"), "valenciennes vne"),
    "s-r21-objfam-mediation": (
        _union("objectifs_famille", "mediation"),
        "douai cambrai valenciennes vne",
    ),
    "s-r21-mob-douai-famille": (_union("modalites", "famille"), "douai"),
    "s-r21-part-sur-inf": (
        lambda c, **ou: hors(c, **ou),
        "valenciennes douai flandres",
    ),
}
"""Statement → share, territoires above the département's (those not named are not, see below)."""

SANS_AUTRE = {
    "s-r21-filles-sup",
    "s-r21-3e-sup",
    "s-r21-ase-sup",
    "s-r21-psy-sup",
    "s-r21-origine-partenaires-territoires",
    "s-r21-publics-jeune-sup",
    "s-r21-objfam-violences",
    "s-r21-part-sur-inf",
}
"""Statements that leave the other territoires at or below."""

EN_DESSOUS: dict[str, tuple[Callable[..., float], str]] = {
    "s-r21-filles-inf": (_sexe, "douai vne sambre-avesnois"),
    "s-r21-publics-jeune-douai": (_JEUNE, "douai"),
    "s-r21-objectifs-scol-douai": (_union("objectifs", "scolarite"), "douai"),
    "s-r21-mob-douai-jeunes": (_union("modalites", "jeune"), "douai"),
    "s-r21-vie-scolaire-lille-sambre": (
        _champ("fonction_ecole", "vie_scolaire"),
        "lille sambre-avesnois",
    ),
}

PREMIERS: dict[str, tuple[str, str, tuple[str, ...], str]] = {
    # statement: kind of field, field, codes in order of share (first ones), territoires
    "s-r21-vie-scolaire-premiere-5": (
        "fiche",
        "fonction_ecole",
        ("vie_scolaire",),
        "cambrai douai valenciennes vne flandres",
    ),
    "s-r21-demande-2-douai": ("fiche", "demande", ("scolarite", "loisirs"), "douai"),
    "s-r21-demande-2-autres": (
        "fiche",
        "demande",
        ("scolarite", "parler"),
        "cambrai valenciennes sambre-avesnois vne lille flandres",
    ),
    "s-r21-scol-1-territoires": (
        "fiche",
        "demande_scolarite",
        ("relationnel",),
        "douai cambrai sambre-avesnois valenciennes",
    ),
    "s-r21-scol-1-lille": ("fiche", "demande_scolarite", ("apprentissage",), "lille"),
    "s-r21-objectifs-12-tous": (
        "union",
        "objectifs",
        ("scolarite", "parler"),
        " ".join(TERRITOIRES),
    ),
    "s-r21-mere-tous": ("union", "famille", ("mere",), " ".join(TERRITOIRES)),
    "s-r21-objfam-12-tous": (
        "union",
        "objectifs_famille",
        ("ecoute", "parentalite"),
        " ".join(TERRITOIRES),
    ),
    "s-r21-mob-12-tous": ("union", "modalites", ("jeune", "famille"), " ".join(TERRITOIRES)),
}


@pytest.mark.parametrize("enonce", AU_DESSUS)
def test_territoires_au_dessus_du_departement(nord: Nord, enonce: str) -> None:
    part, noms = AU_DESSUS[enonce]
    c = nord[2021]
    for t in noms.split():
        assert part(c, territoire=t) > part(c), t
    if enonce in SANS_AUTRE:
        for t in set(TERRITOIRES) - set(noms.split()):
            assert round(part(c, territoire=t)) <= round(part(c)), t


@pytest.mark.parametrize("enonce", EN_DESSOUS)
def test_territoires_en_dessous_du_departement(nord: Nord, enonce: str) -> None:
    part, noms = EN_DESSOUS[enonce]
    c = nord[2021]
    for t in noms.split():
        assert part(c, territoire=t) < part(c), t


def _classer(
    c: Comptes, nature: str, champ: str, population: str = "alses", **ou: str
) -> list[str]:
    """Codes of a field, the most frequent first."""
    if nature == "fiche":
        valeurs = c.population(population, **ou)[champ]
        return list(valeurs[valeurs != ""].value_counts().index)
    return list(c.reunion(champ, population, **ou).explode().value_counts().index)


@pytest.mark.parametrize("enonce", PREMIERS)
def test_premieres_reponses_des_territoires(nord: Nord, enonce: str) -> None:
    nature, champ, ordre, noms = PREMIERS[enonce]
    for t in noms.split():
        rangs = _classer(nord[2021], nature, champ, territoire=t)
        assert tuple(rangs[: len(ordre)]) == ordre, t


def test_les_autres_enonces_du_rapport(nord: Nord) -> None:
    c = nord[2021]
    par_t: dict[str, Callable[..., float]] = {
        "ulis": _champ("classe", "ulis_upe2a"),
        "loi": _champ("demande", "loi"),
        "separe": _champ("configuration", "separe"),
        "couple": _champ("configuration", "couple"),
        "10-13": _champ("age", "10", "11", "12", "13"),
    }
    parts = {nom: {t: f(c, territoire=t) for t in TERRITOIRES} for nom, f in par_t.items()}
    for nom in ("ulis", "loi", "separe"):
        assert max(parts[nom], key=parts[nom].__getitem__) == "douai", nom
    assert min(parts["couple"], key=parts["couple"].__getitem__) == "douai"
    assert min(parts["10-13"].values()) > 50
    assert round(_sexe(c, territoire="lille")) == round(_sexe(c))
    assert _FAMILLE(c, territoire="douai") > 2 * _FAMILLE(c)
    assert _RUE(c, territoire="lille") < 4
    assert _classer(c, "fiche", "classe")[0] == "3e"
    assert _classer(c, "fiche", "fonction_ecole")[0] == "vie_scolaire"
    for t in ("lille", "sambre-avesnois"):
        assert _classer(c, "fiche", "fonction_ecole", territoire=t)[0] != "vie_scolaire"
    assert c.part_ensemble("mesures", _ASE) > 55
    assert _classer(c, "union", "modalites")[:3] == ["jeune", "famille", "partenaires"]
    assert _classer(c, "union", "modalites", "ps")[:3] == ["jeune", "partenaires", "famille"]
    assert _classer(c, "union", "lieu", "ps")[0] == "local"
    assert _classer(c, "union", "objectifs")[:3] == ["scolarite", "parler", "famille"]
    assert _classer(c, "union", "objectifs", "ps")[:2] == ["parler", "scolarite"]
    assert _classer(c, "union", "objectifs_famille") == _classer(
        c, "union", "objectifs_famille", "ps"
    )
    assert hors(c) < hors(c, "ps")
    moindres = {
        code
        for code in _classer(c, "union", "objectifs")
        if c.part_reunion("objectifs", code) < c.part("demande", [code])
    }
    assert moindres == {"loisirs"}
    assert c.part_ensemble("aides", ["fonds_social"]) > 50


def test_itineraires_de_2022_2023_a_2023_2024(nord: Nord) -> None:
    avant, apres = nord[2022], nord[2023]

    def jeunes(c: Comptes, college: str) -> int:
        return effectif(c, college=f"lille-{college}")

    for college in ("louise-michel", "miriam-makeba"):
        assert 0 < jeunes(apres, college) - jeunes(avant, college) < 50
    for college in ("martha-desrumaux", "paul-verlaine"):
        assert jeunes(apres, college) == jeunes(avant, college)
    filles = {
        c: apres.part("sexe", ["fille"], college=f"lille-{c}")
        for c in (
            "boris-vian",
            "martha-desrumaux",
            "louise-michel",
            "miriam-makeba",
            "nina-simone",
            "paul-verlaine",
        )
    }
    assert {c for c, p in filles.items() if p > 48} == {"boris-vian", "martha-desrumaux"}
    assert min(filles, key=filles.__getitem__) == "nina-simone"
    for college in (SIMONE, MICHEL):
        assert apres.part("croise", ["oui"], college=college) > avant.part(
            "croise", ["oui"], college=college
        )
    assert _classer(apres, "fiche", "classe", association="Itinéraires")[0] == "4e"
    assert _classer(apres, "union", "famille", association="Itinéraires")[0] == "mere"


def test_actions_racontees_par_itineraires(nord: Nord) -> None:
    dossier = nord[2023].dossier
    ponctuelles, projets = lire(dossier, "actions_ponctuelles"), lire(dossier, "actions_projet")
    ici = ponctuelles[ponctuelles["college"] == "lille-paul-verlaine"]
    assert list(ici["type"]) == ["sortie_culturelle"] * 2
    groupes = projets[projets["college"] == "lille-paul-verlaine"]
    assert len(groupes) == 2
    suivis = {u for t in [*ici["usagers"], *groupes["usagers"]] for u in t.split("|")}
    assert len(suivis) + groupes["autres_jeunes"].astype(int).sum() == 33
    debats = ponctuelles[
        (ponctuelles["association"] == "Itinéraires")
        & (ponctuelles["type"] == "debat")
        & (ponctuelles["college"] == "")
    ]
    assert len(debats) == 3
    assert len({u for t in debats["usagers"] for u in t.split("|")}) == 10


def test_ateliers_culinaires_de_mars_2023(nord: Nord) -> None:
    projets = lire(nord[2022].dossier, "actions_projet")
    ateliers = projets[projets["projet"] == "Ateliers culinaires"]
    assert set(ateliers["college"]) == {"lille-boris-vian", "lille-martha-desrumaux"}
    assert len({u for t in ateliers["usagers"] for u in t.split("|")}) == 8


def test_ampleur(nord: Nord) -> None:
    total = sum(
        sum(1 for _ in (d / "interventions.csv").open(encoding="utf-8")) - 1
        for d in nord.livraisons[1:]
    )
    assert 1_100_000 < total < 1_300_000
    parts = nord[2021].interventions.groupby(["association", "usager"]).size()
    assert 27 < parts.mean() < 33
    assert parts.median() < 0.7 * parts.mean()


# --- the files themselves -------------------------------------------------------------------------


def _empreindre(livraisons: list[Path]) -> str:
    sha = hashlib.sha256()
    for d in livraisons:
        for f in sorted(d.iterdir()):
            sha.update(f"{d.name}/{f.name}".encode() + f.read_bytes())
    return sha.hexdigest()


def test_meme_graine_memes_fichiers(tmp_path: Path) -> None:
    a = engendrer(tmp_path / "a", annees=2, echelle=0.1, graine=5)
    b = engendrer(tmp_path / "b", annees=2, echelle=0.1, graine=5)
    autre = engendrer(tmp_path / "c", annees=2, echelle=0.1, graine=6)
    assert _empreindre(a) == _empreindre(b) != _empreindre(autre)


@pytest.mark.parametrize(
    ("annees", "attendues"),
    [
        (1, ["2021-2022"]),
        (2, ["2020-2021", "2021-2022"]),
        (3, ["2020-2021", "2021-2022", "2022-2023"]),
        (5, ["2019-2020", "2020-2021", "2021-2022", "2022-2023", "2023-2024"]),
        (10, [f"{a}-{a + 1}" for a in range(2015, 2025)]),
    ],
)
def test_annees_en_ordre(tmp_path: Path, annees: int, attendues: list[str]) -> None:
    dits: list[str] = []
    livraisons = engendrer(tmp_path, annees=annees, echelle=0.02, progression=dits.append)
    assert [d.name for d in livraisons] == ["00-reference", *attendues]
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(d.name for d in livraisons)
    assert len(dits) == annees + 1


def test_demandes_impossibles(tmp_path: Path) -> None:
    for mauvais in ({"annees": 0}, {"annees": 11}, {"echelle": 0.0}, {"departement": "gard"}):
        with pytest.raises(ValueError, match=r"\w"):
            engendrer(tmp_path, **mauvais)  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


def test_echelle(tmp_path: Path) -> None:
    livraisons = engendrer(tmp_path, annees=1, echelle=0.5)
    c = Comptes(livraisons, 2021)
    assert (effectif(c), len(c.jeunes)) == (1480, 3630)


@pytest.fixture(scope="session")
def fictif(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Five years of the fictional département."""
    return engendrer(tmp_path_factory.mktemp("fictif"), annees=5, departement="fictif")


def _verifier(livraisons: list[Path]) -> None:
    """Every file as the contract wants it: columns, codes, dates, references, ages."""
    codes: dict[str, set[str]] = {}
    with (RACINE / "data/reference/nomenclatures.csv").open(encoding="utf-8", newline="") as f:
        for r in csv.DictReader(f):
            codes.setdefault(r["champ"], set()).add(r["code"])
    colleges = set(lire(livraisons[0], "colleges")["code"])
    associations = set(lire(livraisons[0], "associations")["sigle"])
    territoires = set(lire(livraisons[0], "territoires")["code"])
    for d in livraisons:
        for fichier in d.iterdir():
            form = FORMULAIRES[fichier.stem]
            table = lire(d, fichier.stem)
            connues = {c.nom for c in form.colonnes}
            assert set(table.columns) <= connues
            assert not table.duplicated(list(form.cle)).any()
            for colonne in form.colonnes:
                if colonne.requise:
                    assert (table[colonne.nom] != "").all(), (fichier, colonne.nom)
                if colonne.nom not in table:
                    continue
                valeurs = set(table[colonne.nom].unique()) - {""}
                if colonne.liste:
                    seules = {v for t in valeurs for v in t.split("|")}
                    assert seules <= codes[colonne.liste], (fichier, colonne.nom)
                    if colonne.nature.value == "code":
                        assert not any("|" in v for v in valeurs), (fichier, colonne.nom)
                if colonne.nature.value == "date":
                    assert all("1990-01-01" <= v <= "2026-01-01" for v in valeurs)
            if "college" in table:
                assert set(table["college"]) - {""} <= colleges
            if "association" in table:
                assert set(table["association"]) <= associations
            if "territoire" in table:
                assert set(table["territoire"]) - {""} <= territoires
            if {"debut", "fin"} <= set(table):
                assert ((table["fin"] == "") | (table["fin"] >= table["debut"])).all()
        if d is livraisons[0]:
            continue
        annee = int(d.name[:4])
        usagers = lire(d, "usagers").set_index(["association", "usager"])
        for nom, jour in (("situations", "date"), ("interventions", "date")):
            table = lire(d, nom)
            assert set(table.groupby(["association", "usager"]).groups) <= set(usagers.index)
            assert table[jour].between(f"{annee}-09-01", f"{annee + 1}-08-31").all()
        naissance = usagers["naissance"][usagers["naissance"] != ""].astype(int)
        assert (annee - naissance).between(3, 30).all()
        assert (
            usagers["origine"][usagers["fonction_ecole"] != ""] == "etablissement_scolaire"
        ).all()
        assert (usagers["demande"][usagers["demande_scolarite"] != ""] == "scolarite").all()
        participants = lire(d, "actions_ponctuelles")[["association", "usagers"]]
        for a, u in participants.itertuples(index=False):
            assert all((a, x) in usagers.index for x in u.split("|") if x)


def test_livraisons_du_nord_conformes(nord: Nord) -> None:
    _verifier(nord.livraisons)


def test_livraisons_du_departement_fictif_conformes(fictif: list[Path]) -> None:
    _verifier(fictif)


def test_une_fiche_usager_ne_change_jamais(nord: Nord) -> None:
    lues: dict[tuple[str, str], tuple[str, ...]] = {}
    for d in nord.livraisons[1:]:
        for ligne in lire(d, "usagers").itertuples(index=False):
            cle = (ligne.association, ligne.usager)
            assert lues.setdefault(cle, tuple(ligne)) == tuple(ligne)
    assert len(lues) > 20_000


def test_le_suivi_commence_avant_les_interventions(nord: Nord) -> None:
    c = nord[2023]
    premieres = c.interventions.groupby(["association", "usager"])["date"].min()
    debuts = c.jeunes.set_index(["association", "usager"])["debut"]
    assert (premieres.reindex(debuts.index) >= debuts).all()


def test_le_departement_fictif_a_ses_pieges(fictif: list[Path]) -> None:
    reference, premiere, *_ = fictif
    postes, colleges = lire(reference, "postes"), lire(reference, "colleges")
    assert set(colleges["code"]) - set(postes["college"])  # a collège without a post
    places = postes.merge(colleges, left_on="college", right_on="code")
    assert places.groupby("association")["territoire"].nunique().max() == 2
    assert postes.groupby("college")["association"].count().max() == 2
    colonnes = set(lire(premiere, "situations").columns)
    assert not colonnes & {"aides", "ressources"}
    assert {"aides", "ressources"} <= set(lire(fictif[-1], "situations").columns)

    c = Comptes(fictif, 2021)
    assert 850 < len(c.jeunes) < 950
    assert (c.jeunes["date"] == "").any()  # no situation record
    assert (c.jeunes["territoire"] == "").any()
    assert c.jeunes["usager"].duplicated().any()  # alike pseudonyms in two associations
    assert (c.jeunes["ressources"] == "").mean() > 0.4
    situations = lire(c.dossier, "situations")
    situations = situations[situations["college"] != ""]
    assert situations.groupby(["association", "usager"])["college"].nunique().max() > 1
    premieres = c.interventions.groupby(["association", "usager"])["date"].min()
    debuts = c.jeunes.set_index(["association", "usager"])["debut"]
    assert (premieres.reindex(debuts.index) < debuts).any()


def test_la_demonstration_ne_se_mele_pas_a_de_vraies_fiches(
    base_sqlite: Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATABASE_URL", str(base_sqlite.url))
    importer(base_sqlite, en_dossier(tmp_path / "vraie", composer()), operateur="x")
    avant = photographier(base_sqlite)
    assert main(["demo", "--annees", "1", "--echelle", "0.05"]) == 1
    assert "cette base contient des données réelles" in capsys.readouterr().err
    assert photographier(base_sqlite) == avant
