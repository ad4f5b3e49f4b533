"""Erasing records for good (contract, données §1), on both engines."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from data import application
from data import schema as t
from data.__main__ import main
from data.importation import importer
from data.retrait import RetraitImpossible, retirer
from queries import travaux
from tests.data.fabrique import (
    Formulaires,
    comparer,
    composer,
    en_dossier,
    intervention,
    lire,
    photographier,
    usager,
)

TEMOIN = "PSEUDONYME-QUI-NE-DOIT-PAS-RESTER"


def _deux_associations() -> Formulaires:
    formulaires = composer()
    formulaires["usagers"] += [usager("B1", association="BDJ", sexe="fille")]
    formulaires["interventions"] += [
        intervention("B1", "B1", association="BDJ", date="2022-10-04"),
    ]
    return formulaires


def _avec_le_temoin() -> Formulaires:
    formulaires = _deux_associations()
    formulaires["usagers"].append(usager(TEMOIN, sexe="fille", naissance="2009"))
    formulaires["situations"].append(
        {"association": "AAE", "usager": TEMOIN, "date": "2021-09-20", "classe": "5e"}
    )
    for i in range(40):
        formulaires["interventions"].append(
            intervention(f"T{i}-{TEMOIN}", TEMOIN, date=f"20{20 + i % 4}-10-05")
        )
    formulaires["actions_ponctuelles"][0]["usagers"] += f"|{TEMOIN}"
    return formulaires


def test_retirer_un_usager(base: Engine, tmp_path: Path) -> None:
    """The database is then the one that never had the usager."""
    importer(base, en_dossier(tmp_path / "a", _deux_associations()), operateur="x")
    attendu = _faits(base)
    importer(base, en_dossier(tmp_path / "b", _avec_le_temoin()), operateur="x")
    assert _faits(base) != attendu
    retrait = retirer(base, "aae", TEMOIN)
    assert retrait.association == "AAE"
    assert retrait.complet
    assert retrait.comptes == {
        "actions_usagers": 1,
        "saisies_tardives": 0,
        "accompagnements": 4,
        "interventions": 40,
        "situations": 1,
        "usagers": 1,
    }
    assert _faits(base) == attendu
    assert [p["livraison"] for p in lire(base, "publications")] == [1, 2, 2]


def test_la_commande_efface_les_fichiers_prepares(
    base: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them, whoever asked and whenever: they were computed with what is erased."""
    monkeypatch.setenv("DATABASE_URL", base.url.render_as_string(hide_password=False))
    importer(base, en_dossier(tmp_path / "a", _avec_le_temoin()), operateur="x")
    retirer_le_temoin = ["retirer", "--association", "AAE", "--usager", TEMOIN]
    application.creer()
    for _ in range(2):
        travaux.demander("compte:1", "rapport.pdf", "application/pdf", {"sorte": "pdf"})
    pris = travaux.prendre()
    assert pris is not None
    assert main(retirer_le_temoin) == 0
    # One that was being made ends nowhere.
    travaux.finir(pris.id, b"%PDF")
    with application.transaction() as conn:
        assert conn.execute(sa.select(application.travaux.c.id)).all() == []


def test_la_commande_dit_que_les_fichiers_prepares_restent(
    base: Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATABASE_URL", base.url.render_as_string(hide_password=False))
    importer(base, en_dossier(tmp_path / "a", _avec_le_temoin()), operateur="x")
    monkeypatch.setenv("APPLICATION_URL", f"sqlite:///{tmp_path / 'a' / 'ailleurs'}")
    (tmp_path / "a" / "ailleurs").write_bytes(b"ceci n'est pas une base" * 100)
    assert main(["retirer", "--association", "AAE", "--usager", TEMOIN]) == 1
    assert "Les fichiers préparés" in capsys.readouterr().err


def test_la_commande_ne_fait_pas_de_magasin(
    base_sqlite: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever erases may be another account of the machine than the service."""
    monkeypatch.setenv("DATABASE_URL", base_sqlite.url.render_as_string(hide_password=False))
    importer(base_sqlite, en_dossier(tmp_path / "a", _avec_le_temoin()), operateur="x")
    assert main(["retirer", "--association", "AAE"]) == 0
    assert not list(tmp_path.rglob(application.FICHIER))


def test_ce_qui_fut_remis_ne_dit_plus_rien_de_l_usager(base: Engine, tmp_path: Path) -> None:
    """Neither a school year that only this usager had, nor a date later than those left."""
    importer(base, en_dossier(tmp_path / "a", _avec_le_temoin()), operateur="x")

    def remises() -> dict[int, str]:
        return {
            x["annee"]: str(x["jusqu_au"])
            for x in lire(base, "remises")
            if (x["formulaire"], x["association"]) == ("interventions", 1)
        }

    assert set(remises()) == {2020, 2021, 2022, 2023}
    retirer(base, "aae", TEMOIN)
    restent: dict[int, str] = {}
    for x in lire(base, "interventions"):
        if x["association"] == 1:
            restent[x["annee"]] = max(str(x["date"]), restent.get(x["annee"], ""))
    assert remises() == restent
    assert set(restent) < {2020, 2021, 2022, 2023}


def _faits(engine: Engine) -> dict[str, list[tuple[str, ...]]]:
    """Forms, facts and answers, without the number of the publication each answer dates from."""
    photo = comparer(engine)
    photo.pop("reponses_anterieures")
    photo.pop("mises_en_page")
    photo["reponses"] = [
        (x["cle"], str(x["contenu"]))  # type: ignore[misc]
        for x in lire(engine, "reponses")
    ]
    return photo


def test_retirer_une_association(base: Engine, tmp_path: Path) -> None:
    importer(base, en_dossier(tmp_path / "b", _avec_le_temoin()), operateur="x")
    retirer(base, "Association d'action éducative")
    assert [u["usager"] for u in lire(base, "usagers")] == ["B1"]
    assert [i["intervention"] for i in lire(base, "interventions")] == ["B1"]
    for table in ("situations", "actions", "actions_usagers", "conditions"):
        assert lire(base, table) == [], table
    assert [(a["annee"], a["association"]) for a in lire(base, "accompagnements")] == [(2022, 2)]
    # The association itself and its posts are about nobody.
    assert len(lire(base, "associations")) == 2
    assert len(lire(base, "postes")) == 1
    siennes = [r for r in lire(base, "reponses_exactes") if r["annee"] == "2021-2022"]
    assert siennes == []


def test_rien_ne_reste_dans_les_fichiers_de_sqlite(
    base_sqlite: Engine, tmp_path: Path, url_sqlite: str
) -> None:
    importer(base_sqlite, en_dossier(tmp_path / "b", _avec_le_temoin()), operateur="x")
    fichier = Path(url_sqlite.removeprefix("sqlite:///"))

    def presences() -> int:
        return sum(
            f.read_bytes().count(TEMOIN.encode()) for f in fichier.parent.glob(f"{fichier.name}*")
        )

    assert presences()
    retirer(base_sqlite, "AAE", TEMOIN)
    assert presences() == 0


def test_un_lecteur_retarde_le_nettoyage_sans_l_empecher(
    base_sqlite: Engine, tmp_path: Path
) -> None:
    importer(base_sqlite, en_dossier(tmp_path / "b", _avec_le_temoin()), operateur="x")
    with base_sqlite.connect() as lecteur:
        lecteur.exec_driver_sql("BEGIN")
        compte = sa.select(sa.func.count()).select_from(t.interventions)
        avant = lecteur.scalar(compte)
        assert not retirer(base_sqlite, "AAE", TEMOIN).complet
        assert lecteur.scalar(compte) == avant
    assert len(lire(base_sqlite, "interventions")) == 3


@pytest.mark.parametrize(
    ("association", "pseudonyme"), [("XYZ", None), ("XYZ", "U1"), ("AAE", "U9"), ("BDJ", "U1")]
)
def test_association_ou_usager_inconnu(
    base: Engine, tmp_path: Path, association: str, pseudonyme: str | None
) -> None:
    importer(base, en_dossier(tmp_path / "a", composer()), operateur="x")
    avant = photographier(base)
    with pytest.raises(RetraitImpossible) as erreur:
        retirer(base, association, pseudonyme)
    assert ("AAE, BDJ" in str(erreur.value)) == (association == "XYZ")
    assert photographier(base) == avant


def test_une_base_vide(url_base: str) -> None:
    engine = sa.create_engine(url_base)
    with pytest.raises(RetraitImpossible):
        retirer(engine, "AAE")
    engine.dispose()
