"""What leaves the server, byte by byte: a fictitious département is walked as each reader may.

`parcours` walks, `octets` judges. The sizes of the answers and the time they take are not looked
at. A bounded part of the questions is walked here; `PARCOURS_COMPLET=1` walks them all, and
`PARCOURS_BASE` (an SQLite URL) walks another base.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from dashboard.serveur import creer_application
from data import comptes, journal
from data import schema as t
from queries import sessions
from queries.lecteur import EXACT, Lecteur
from tests.attack.octets import (
    Juge,
    Noms,
    chercher_noms,
    comparer,
    effacer_la_verite,
    lire_lignes,
    resumer,
)
from tests.attack.parcours import Etendue, Recu, Visiteur
from tests.demonstration import FICTIVE, Demonstrations
from tests.queries.comparaison import est_retenue
from tests.queries.livraisons import Tirage, charger, tirer
from tests.queries.naif import Base, Demande, Verite
from tests.queries.protection import (
    ESTIMEE,
    PARTAGE,
    PROTEGE,
    SECRET,
    Attendue,
    Seuils,
    attendre_protege,
)

COMPLET = bool(os.environ.get("PARCOURS_COMPLET"))
ASSOCIATIONS = ("la-boussole", "rue-des-rencontres", "tremplin-des-monts", "l-escale")
"""Those of the fictitious département, in its order."""


def etendue(pas: int, phase: int = 0) -> Etendue:
    """A part of everything, or everything."""
    return Etendue(complet=True) if COMPLET else Etendue(pas, phase)


@pytest.fixture(scope="module")
def fichier(demonstrations: Demonstrations) -> str:
    """An SQLite file: three years of a fictitious département."""
    url = os.environ.get("PARCOURS_BASE", "")
    return url.removeprefix("sqlite:///") or str(demonstrations.copier(*FICTIVE))


@pytest.fixture(scope="module")
def servir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], FlaskClient]]:
    """Makes the whole application on an SQLite file, and a caller of it."""
    with pytest.MonkeyPatch.context() as reglages:
        magasin = tmp_path_factory.mktemp("application") / "application.sqlite"
        reglages.setenv("APPLICATION_URL", f"sqlite:///{magasin}")
        yield lambda fichier: creer_application(f"sqlite:///{fichier}").server.test_client()
        assert journal.vider()


@pytest.fixture(autouse=True)
def magasin_de_chacun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sessions and journal of each test are its own."""
    monkeypatch.setenv("APPLICATION_URL", f"sqlite:///{tmp_path / 'application.sqlite'}")


@pytest.fixture(scope="module")
def noms(fichier: str) -> Noms:
    """What this base calls its associations and collèges."""
    return Noms.lire(fichier)


def entrer(client: FlaskClient, association: str) -> FlaskClient:
    """The same caller, logged in as the chef de service of an association (`CONNEXION=exigee`)."""
    identifiant = f"chef@{association}.example"
    comptes.ajouter(identifiant, "chef", associations=[association])
    jeton = sessions.ouvrir_session(comptes.trouver(identifiant), "oidc")
    client.set_cookie("passerelle_session", jeton)
    return client


def associations(noms: Noms) -> list[str]:
    return list(noms.associations)


# ---- every number follows the rule


@pytest.mark.parametrize(
    ("point_de_vue", "politique"), [("departement", "protege"), ("invite", "partage")]
)
def test_every_number_sent_follows_the_rule(
    servir: Callable[[str], FlaskClient], fichier: str, point_de_vue: str, politique: str
) -> None:
    visiteur = Visiteur(servir(fichier), point_de_vue, etendue=etendue(9))
    juge = Juge(politique)
    # Headlines first: other rows are arithmetic on them.
    assert list(juge.juger(tetes(visiteur))) == []
    assert list(juge.juger(visiteur.parcourir())) == []
    assert juge.vus["arrondi"] > 2_000
    assert {"exact", "arrondi", "masque", "refuse", "sans_objet"} <= set(juge.vus)


def tetes(visiteur: Visiteur) -> Iterator[Recu]:
    """The numbers that the report prints, exact for everyone."""
    ans = tuple(("annee", a) for a in visiteur.annees)
    for population in ("alses", "ps"):
        for par in ((), (("par", "territoire"),)):
            yield visiteur.interroger("effectif", (*ans, ("population", population), *par))


def test_a_reader_who_is_given_too_much_is_seen(
    servir: Callable[[str], FlaskClient], fichier: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The judge is not blind: true counts sent to the Département are found, row by row."""
    monkeypatch.setattr(Lecteur, "politique", lambda self, lieu: EXACT)
    visiteur = Visiteur(servir(fichier), "departement", etendue=Etendue(60))
    juge = Juge("protege")
    fautes = list(juge.juger(visiteur.lire_l_api()))
    fautes += juge.juger(visiteur.regarder("/situations"))
    fautes += juge.juger(visiteur.lire_les_fichiers())
    assert any("sans être une tête" in x for x in fautes)
    assert any("chiffres exacts sont annoncés" in x for x in fautes)
    assert any("format=csv" in x for x in fautes)


# ---- the numbers themselves, against the contract's rule recomputed


@pytest.fixture(scope="module")
def tiree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Verite]]:
    """A small random base, and what is true of it."""
    dossier = tmp_path_factory.mktemp("tiree")
    fichier = dossier / "base.sqlite"
    livraisons = tirer(Tirage(11, jeunes=140, vides=1, melange=3))
    with pytest.MonkeyPatch.context() as reglages:
        reglages.setenv("SECRET_ARRONDI", SECRET.decode())
        engine = t.ouvrir(f"sqlite:///{fichier}")
        charger(engine, livraisons, dossier)
        engine.dispose()
        yield str(fichier), Verite(Base(livraisons))


@pytest.mark.parametrize(
    ("point_de_vue", "seuils"), [("departement", PROTEGE), ("invite", PARTAGE)]
)
def test_every_row_of_the_api_is_the_one_of_the_contract(
    servir: Callable[[str], FlaskClient],
    tiree: tuple[str, Verite],
    point_de_vue: str,
    seuils: Seuils,
) -> None:
    fichier, verite = tiree
    with t.ouvrir(f"sqlite:///{fichier}", lecture_seule=True).connect() as conn:
        auditees = {tuple(cle.split("|")) for cle in conn.scalars(sa.select(t.retenues.c.cle))}
    visiteur = Visiteur(servir(fichier), point_de_vue, etendue=etendue(23))
    comparees = petites = 0
    for recu in visiteur.lire_l_api():
        croiser = dict(recu.paires).get("croiser")
        reponses: dict[Demande, list[dict[str, Any]]] = {}
        for ligne in lire_lignes(recu):
            reponses.setdefault(_demande(ligne, croiser), []).append(ligne)
        for demande, lignes in reponses.items():
            attendues = attendre_protege(verite, demande, seuils)
            assert len(lignes) == len(attendues)
            for ligne, attendue in zip(lignes, attendues, strict=True):
                donnee = _attendue(ligne)
                # What the audit withholds, or rounds, says less than the rule would have said.
                tu = ligne["statut"] == "non_diffuse" and ligne["effectif"] is None
                tu |= _contexte(demande) in auditees and est_retenue(donnee, attendue)
                assert tu or donnee == attendue, (recu.demande, demande)
            comparees += len(lignes)
            petites += sum(
                1 <= len(getattr(c, "membres", None) or ()) <= 4 for c in verite.cellules(demande)
            )
    # Of the rows compared, many stand for one to four youths.
    assert comparees > 2_000
    assert petites > 200


def _contexte(demande: Demande) -> tuple[str, ...]:
    """Key of a context, as the store writes it."""
    filtres = "&".join(f"{p}={v}" for p, v in demande.filtres)
    population = "croises" if demande.croiser else demande.population_reelle
    return (demande.annee, population, *demande.lieu, filtres)


def _demande(ligne: dict[str, Any], croiser: str | None) -> Demande:
    filtres = tuple((p, ligne[p]) for p in ("sexe", "age", "classe", "anciennete") if ligne[p])
    return Demande(
        ligne["indicateur"],
        ligne["annee"],
        (ligne["lieu_type"], ligne["lieu"]),
        ligne["population"] or "alses",
        filtres,
        croiser,
    )


def _attendue(ligne: dict[str, Any]) -> Attendue:
    statut, valeur = ligne["statut"], ligne["valeur"]
    if statut == "arrondi" and ligne["modalite"] in ("mediane", "interventions_par_jeune"):
        statut, valeur = ESTIMEE, None
    return Attendue(
        ligne["serie"],
        ligne["modalite"],
        statut,
        ligne["effectif"],
        ligne["base"],
        ligne["part"],
        valeur,
        ligne["non_renseigne"],
    )


# ---- no byte depends on the truth


@pytest.mark.parametrize("point_de_vue", ["departement", "invite"])
def test_no_byte_depends_on_a_true_count(
    servir: Callable[[str], FlaskClient], fichier: str, tmp_path: Path, point_de_vue: str
) -> None:
    """Take every true count and every form away: not one byte of what is sent moves."""
    vide = shutil.copy(fichier, tmp_path / "sans-verite.sqlite")
    effacer_la_verite(str(vide))
    avant, apres = (
        resumer(Visiteur(servir(f), point_de_vue, etendue=etendue(19, 3)).parcourir())
        for f in (fichier, str(vide))
    )
    assert comparer(avant, apres) == []


@pytest.mark.parametrize("rang", range(len(ASSOCIATIONS)))
def test_no_byte_of_a_chef_depends_on_other_associations(
    servir: Callable[[str], FlaskClient], fichier: str, noms: Noms, tmp_path: Path, rang: int
) -> None:
    sienne = associations(noms)[rang]
    autre = shutil.copy(fichier, tmp_path / "sans-les-autres.sqlite")
    effacer_la_verite(str(autre), sauf=sienne)
    avant, apres = (
        resumer(Visiteur(servir(f), f"chef:{sienne}", etendue=etendue(29, rang)).parcourir())
        for f in (fichier, str(autre))
    )
    assert comparer(avant, apres) == []


def test_bytes_that_depend_on_the_truth_are_seen(
    servir: Callable[[str], FlaskClient], fichier: str, tmp_path: Path
) -> None:
    """The comparison is not blind: an exact reader's answers do change."""
    vide = shutil.copy(fichier, tmp_path / "sans-verite.sqlite")
    effacer_la_verite(str(vide))
    avant, apres = (
        resumer(Visiteur(servir(f), "habilite", etendue=Etendue(97)).parcourir())
        for f in (fichier, str(vide))
    )
    differentes = comparer(avant, apres)
    assert any("/api/v1/indicateurs/" in x for x in differentes)
    assert any("barre.children" in x or "dessinees.data" in x for x in differentes)


# ---- no name from outside the perimeter


@pytest.mark.parametrize("rang", range(len(ASSOCIATIONS)))
def test_a_chef_is_never_sent_the_name_of_another_place(
    servir: Callable[[str], FlaskClient],
    fichier: str,
    noms: Noms,
    rang: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By an account: the viewpoints of a demonstration are named to everyone, on purpose."""
    monkeypatch.setenv("CONNEXION", "exigee")
    sienne = associations(noms)[rang]
    interdits = noms.interdits(sienne)
    assert len(interdits) > 10
    client = entrer(servir(fichier), sienne)
    visiteur = Visiteur(client, etendue=etendue(13, rang), chef=True)
    juge = Juge("protege", chef=sienne)
    fautes: list[str] = []

    def observer() -> Iterator[Recu]:
        for recu in visiteur.parcourir():
            fautes.extend(chercher_noms([recu], interdits))
            yield recu

    # One walk: names are looked for while numbers are judged.
    assert list(juge.juger(observer())) == []
    assert fautes == []
    assert juge.vus["exact"] > 500
    assert juge.vus["arrondi"] > 200


def test_names_are_looked_for_where_they_are(
    servir: Callable[[str], FlaskClient], fichier: str, noms: Noms
) -> None:
    """The search is not blind: the Département is sent the names that a chef is not."""
    une, autre, *_ = associations(noms)
    visiteur = Visiteur(servir(fichier), "departement")
    interdits = noms.interdits(une)
    sortes = {
        recu.sorte
        for recu in (
            visiteur.demander("/api/v1/lieux", sorte="api-liste"),
            *visiteur.regarder("/situations"),
            visiteur.interroger("effectif", (("par", "college"), ("format", "csv"))),
            visiteur.interroger("effectif", (("association", autre), ("format", "xlsx"))),
        )
        if list(chercher_noms([recu], interdits))
    }
    assert sortes == {"api-liste", "rappel", "fichier"}


# ---- outside the perimeter is nowhere


def _inventer(code: str) -> str:
    """A code of the same length that no place has."""
    return re.sub(r"[a-z]", "z", code)


@pytest.mark.parametrize("rang", range(len(ASSOCIATIONS)))
def test_outside_the_perimeter_is_answered_as_nowhere(
    servir: Callable[[str], FlaskClient],
    fichier: str,
    noms: Noms,
    rang: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Same status, same body, same headers, for a page, a callback, the API and files; what was
    asked is taken out of the body, where a page repeats it."""
    monkeypatch.setenv("CONNEXION", "exigee")
    sienne = associations(noms)[rang]
    visiteur = Visiteur(entrer(servir(fichier), sienne), chef=True)
    etranger = next(c for c in noms.colleges if c not in noms.postes[sienne])
    # Known by its sigle too, which is not its code, and is no part of a word of the pages.
    autre, sigle = max(
        (
            (a, _abreger(s))
            for a, (s, _) in noms.associations.items()
            if a != sienne and _abreger(s) != a
        ),
        key=lambda x: len(x[1]),
    )
    territoire = visiteur.lieux["territoire"][0]["code"]
    sien = visiteur.lieux["college"][0]["code"]
    compares = 0
    demandes = (("college", etranger), ("association", autre), ("association", sigle))
    for genre, code in demandes:
        invente = _inventer(code)
        assert invente not in {*noms.colleges, *noms.associations}
        for reste in (
            (),
            (("annee", visiteur.annees[0]),),
            (("territoire", territoire),),
            (("college", sien),),
            (("association", sienne),),
            (("par", "classe"),),
            (("par", "college"),),
            (("sexe", "fille"),),
        ):
            recus = [
                list(_demander_partout(visiteur, ((genre, c), *reste))) for c in (code, invente)
            ]
            for vrai, faux in zip(*recus, strict=True):
                assert vrai.statut == faux.statut, vrai.demande
                assert _sans(vrai.corps, code) == _sans(faux.corps, invente), vrai.demande
                assert _entetes(vrai, code) == _entetes(faux, invente), vrai.demande
                compares += 1
    assert compares > 100


def _abreger(sigle: str) -> str:
    """A sigle in the manner of a code, as an address may name an association."""
    return sigle.lower().replace(" ", "-")


def _demander_partout(visiteur: Visiteur, paires: Any) -> Iterator[Recu]:
    for nom, format_ in (("sexe", "json"), ("effectif", "csv"), ("postes", "xlsx")):
        yield visiteur.interroger(nom, (*paires, ("format", format_)))
    yield visiteur.interroger("mesure_connue", (*paires, ("croiser", "hebergement")))
    sans_api = tuple(p for p in paires if p[0] != "par")
    for chemin in ("/rapport", "/fichiers"):
        yield visiteur.demander(f"{chemin}?{'&'.join('='.join(p) for p in sans_api)}")
    for chemin in ("/", "/situations"):
        yield visiteur.demander(f"{chemin}?{'&'.join('='.join(p) for p in sans_api)}")
        yield from visiteur.regarder(chemin, sans_api)


def _sans(corps: bytes, code: str) -> bytes:
    return corps.replace(code.encode(), b"CODE")


def _entetes(recu: Recu, code: str) -> list[tuple[str, str]]:
    return sorted((n, v.replace(code, "CODE")) for n, v in recu.entetes if n != "Date")


# ---- the journal of all this


def test_the_journal_of_a_walk_holds_no_figure(
    servir: Callable[[str], FlaskClient], fichier: str
) -> None:
    """An exact reader is shown true counts; the journal's own file holds none of them."""
    visiteur = Visiteur(servir(fichier), "habilite", etendue=Etendue(37))
    recus = list(visiteur.parcourir())
    assert journal.vider()
    codes = {x["code"] for genre in visiteur.lieux.values() for x in genre}
    codes |= {c for liste in visiteur.profils.values() for c in liste}
    entrees = list(journal.lire())
    assert len(entrees) > len(recus)
    for entree in entrees:
        for mot in re.split(r"[?&/=]", entree.quoi):
            assert mot in codes or re.fullmatch(r"\d{4}-\d{4}|[a-z_]+", mot), entree.quoi
        assert not re.search(r"\d", entree.qui)
