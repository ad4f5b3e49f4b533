"""Files that take time: turns, signs of life, owners, the end of a day. On both engines."""

from __future__ import annotations

import datetime as dt

import pytest

from data import application as t
from data.application import maintenant, transaction
from queries import travaux
from queries.travaux import TravailInconnu, TropDeTravaux

MOI, AUTRE = "compte:1", "compte:2"


@pytest.fixture(autouse=True)
def magasin(url_base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APPLICATION_URL", url_base)
    t.creer()


def demander(qui: str = MOI, nom: str = "rapport.pdf") -> str:
    return travaux.demander(qui, nom, "application/pdf", {"sorte": "pdf"})


def vieillir(numero: str, **ecarts: dt.timedelta) -> None:
    """Take a time of a demand back."""
    with transaction() as conn:
        conn.execute(
            t.travaux.update()
            .where(t.travaux.c.id == numero)
            .values({nom: maintenant() - ecart for nom, ecart in ecarts.items()})
        )


def test_une_demande_attend_est_prise_avance_et_finit() -> None:
    numero = demander()
    assert travaux.trouver(numero, MOI).etat == travaux.ATTENTE
    pris = travaux.prendre()
    assert pris is not None
    assert (pris.id, pris.demande, pris.etat) == (numero, {"sorte": "pdf"}, travaux.COURS)
    travaux.avancer(numero, "Chapitre 1", 40)
    assert (travaux.trouver(numero, MOI).etape, travaux.trouver(numero, MOI).fait) == (
        "Chapitre 1",
        40,
    )
    assert not travaux.trouver(numero, MOI).fini
    with pytest.raises(TravailInconnu):
        travaux.ouvrir(numero, MOI)
    travaux.finir(numero, b"%PDF")
    fini = travaux.trouver(numero, MOI)
    assert (fini.etat, fini.fait, fini.taille, fini.defaut) == (travaux.PRET, 100, 4, "")
    assert travaux.ouvrir(numero, MOI) == b"%PDF"
    # Late news of it change nothing.
    travaux.echouer(numero, "Trop tard.")
    assert travaux.trouver(numero, MOI).etat == travaux.PRET


def test_chacun_son_tour_et_pas_plus_de_deux_ensemble() -> None:
    numeros = [demander(f"compte:{i}") for i in range(4)]
    for rang, numero in enumerate(numeros):
        vieillir(numero, demande_le=dt.timedelta(minutes=10 - rang))
    pris = [travaux.prendre() for _ in range(3)]
    assert [p.id if p else None for p in pris] == [numeros[0], numeros[1], None]
    travaux.echouer(numeros[0], "Impossible. Recommencez.")
    suivant = travaux.prendre()
    assert suivant is not None
    assert suivant.id == numeros[2]
    # One whose maker died keeps nobody waiting.
    vieillir(numeros[1], vu_le=travaux.SILENCE * 2)
    dernier = travaux.prendre()
    assert dernier is not None
    assert dernier.id == numeros[3]


def test_sans_signe_de_vie_une_demande_est_dite_interrompue() -> None:
    numero = demander()
    travaux.prendre()
    vieillir(numero, vu_le=travaux.SILENCE * 2)
    perdu = travaux.trouver(numero, MOI)
    assert (perdu.etat, perdu.fini) == (travaux.INTERROMPU, True)
    assert "interrompue" in perdu.defaut
    assert "Recommencez" in perdu.defaut
    # It was only slow.
    travaux.battre(numero)
    assert travaux.trouver(numero, MOI).etat == travaux.COURS


def test_une_demande_n_existe_que_pour_qui_l_a_faite() -> None:
    numero = demander()
    travaux.prendre()
    travaux.finir(numero, b"%PDF")
    with pytest.raises(TravailInconnu) as autrui:
        travaux.trouver(numero, AUTRE)
    with pytest.raises(TravailInconnu) as inconnue:
        travaux.trouver("jamais-demande", MOI)
    assert str(autrui.value) == str(inconnue.value)
    with pytest.raises(TravailInconnu):
        travaux.ouvrir(numero, AUTRE)
    assert travaux.lister(AUTRE) == []
    assert [x.id for x in travaux.lister(MOI)] == [numero]


def test_on_n_attend_pas_plus_de_trois_fichiers() -> None:
    for _ in range(travaux.PAR_PERSONNE):
        demander()
    with pytest.raises(TropDeTravaux, match="attendez"):
        demander()
    demander(AUTRE)
    pris = travaux.prendre()
    assert pris is not None
    travaux.finir(pris.id, b"%PDF")
    demander()


def test_un_fichier_disparait_apres_un_jour() -> None:
    numero = demander()
    travaux.prendre()
    travaux.finir(numero, b"%PDF")
    vieillir(numero, demande_le=travaux.VIE + dt.timedelta(minutes=1))
    with pytest.raises(TravailInconnu):
        travaux.trouver(numero, MOI)
    with pytest.raises(TravailInconnu):
        travaux.ouvrir(numero, MOI)
    demander(AUTRE)
    with transaction() as conn:
        assert conn.execute(t.travaux.select().where(t.travaux.c.id == numero)).first() is None
