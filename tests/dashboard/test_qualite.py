"""The page about the entries, and the warning of figures that rest on few answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from dashboard import cartes, exports, graphiques, tableaux
from dashboard.adresse import lire_adresse
from dashboard.pages import qualite as page
from data import schema as t
from data.catalogue import CHAMPS_QUALITE, CONSTATS
from queries.depot import Depot, Etat
from queries.lecteur import PROTEGE, Lecteur, Role
from queries.lieux import lister, nommer
from queries.question import NORD, Lieu, Question
from queries.reponses import (
    NOTE_FRAGILE,
    Ligne,
    Reponse,
    compter_les_connues,
    est_fragile,
    repondre,
)
from tests.attack.octets import Juge, Noms, chercher_noms
from tests.attack.parcours import Recu

DEPARTEMENT = Lecteur()
HABILITE = Lecteur(Role.HABILITE)
INVITE = Lecteur(Role.INVITE)
CHEF = Lecteur(Role.CHEF, ("itineraires",))
LECTEURS = {"departement": DEPARTEMENT, "habilite": HABILITE, "invite": INVITE, "chef": CHEF}

Regarder = Callable[..., str]


@pytest.fixture
def regarder(depot: Depot) -> Regarder:
    """The page as HTML, for a query string and a reader."""

    def composer(requete: str = "", lecteur: Lecteur = DEPARTEMENT) -> str:
        ctx, avis = lire_adresse(page.CHEMIN, requete, depot, lecteur)
        assert avis == []
        return "".join(getattr(x, "data-html") for x in page.composer(ctx))

    return composer


def section(texte: str, ancre: str) -> str:
    return texte.split(f'<section id="{ancre}"')[1].split("</section>")[0]


def rangs(texte: str) -> dict[str, list[str]]:
    """Heading of each row of a table → its cells, as text."""
    sortie = {}
    for rang in re.findall(r'<tr><th scope="row">(.*?)</tr>', texte):
        nom, *cases = re.split(r"</th>|</td>", rang)
        sortie[_texte(nom)] = [_texte(c) for c in cases if c]
    return sortie


def _texte(morceau: str) -> str:
    return re.sub(r"<[^>]+>", "", morceau).replace("\u00a0", " ").replace("\u202f", " ")


# --- the page -------------------------------------------------------------------------------------


def test_every_field_stands_in_one_form() -> None:
    classes = [champ for _, champs in page.GROUPES for champ in champs]
    assert sorted(classes) == sorted(champ for champ, _, _ in CHAMPS_QUALITE)


@pytest.mark.parametrize("nom", LECTEURS)
@pytest.mark.parametrize("requete", ["", "?population=ps", "?territoire=douai"])
def test_the_rates_are_those_of_the_answers(
    regarder: Regarder, depot: Depot, etat: Etat, nom: str, requete: str
) -> None:
    lecteur = LECTEURS[nom]
    annee = etat.annees[-1]
    population = "ps" if "ps" in requete else "alses"
    lieux = [NORD, *lister(etat, lecteur, "association", annee)]
    reponses = repondre(
        [Question("qualite_saisie", annee, x, population) for x in lieux], lecteur, depot
    )
    donnees = rangs(section(regarder(requete, lecteur), "par-association"))
    assert list(donnees) == [page.LIBELLES[c] for _, champs in page.GROUPES for c in champs]
    compares = 0
    for champ, _, _ in CHAMPS_QUALITE:
        cases = donnees[page.LIBELLES[champ]]
        assert len(cases) == len(lieux)
        for case, r in zip(cases, reponses, strict=True):
            x = r.ligne("renseigne", champ)
            if x.affichee and x.part is not None:
                attendu = graphiques.etiquette(x, 5, exact=r.politique.exacte)
                peu = " peu rempli" if x.part < 50 else ""
                assert case == _texte(attendu) + peu
                compares += 1
            else:
                assert not re.search(r"\d{2}", case) or case.startswith("&lt;")
    assert compares > 40


def test_the_years_are_those_of_the_place(regarder: Regarder, etat: Etat) -> None:
    texte = section(regarder("?territoire=douai"), "par-annee")
    assert "au fil des années\u00a0: Douai" in texte
    for annee in etat.annees:
        assert f">{annee}</th>" in texte


def test_what_is_said_of_the_others_is_certain(regarder: Regarder, depot: Depot) -> None:
    """The base less the rate: a difference of five may be of the same youths."""
    for lecteur in (DEPARTEMENT, INVITE):
        donnees = rangs(section(regarder("", lecteur), "rythme"))
        for cases in donnees.values():
            for case in cases[3:5]:
                nombres = re.match(r"≈ (\d+)soit \d+ %$", case)
                assert nombres or case[0] in "aNQPE0"
                assert not nombres or int(nombres[1]) >= 10


def test_an_exact_reader_has_the_true_numbers(regarder: Regarder, depot: Depot, etat: Etat) -> None:
    a = t.accompagnements.c
    annee = etat.annees[-1]
    with depot._engine.connect() as conn:
        usagers = set(conn.scalars(sa.select(a.usager).where(a.annee == int(annee[:4]), a.alses)))
        fin = f"{annee[5:]}-08-31"
        avec = set(
            conn.scalars(
                sa.text("SELECT DISTINCT usager FROM situations WHERE date <= :fin"), {"fin": fin}
            )
        )
        tot = dict(
            conn.execute(
                sa.text(
                    "SELECT usager, min(date) FROM interventions WHERE annee = :a GROUP BY usager"
                ),
                {"a": int(annee[:4])},
            ).all()
        )
        debuts = dict(conn.execute(sa.text("SELECT id, debut FROM usagers")).all())
    cases = rangs(section(regarder("", HABILITE), "rythme"))["Département du Nord"]
    sans = len(usagers - avec)
    apres = sum(debuts[u] is not None and debuts[u] > tot[u] for u in usagers)
    assert re.match(rf"{sans}(soit|$)", cases[3])
    assert re.match(rf"{apres}(soit|$)", cases[4])


def test_the_deliveries_say_number_and_date_and_no_count(regarder: Regarder, etat: Etat) -> None:
    texte = section(regarder(), "livraisons-recues")
    donnees = rangs(texte)
    assert len(donnees) == len(etat.geographie.associations)
    jour = f"{etat.livraison.date:%d/%m/%Y}"
    for cases in donnees.values():
        assert cases[2].startswith(f"n° {etat.livraison.numero} du {jour}")
    assert "Toutes les associations attendues" in texte
    sans = etat_sans(etat, "aae", "interventions")
    ctx, _ = lire_adresse(page.CHEMIN, "", _Fige(sans), DEPARTEMENT)
    texte = str(page._remises(ctx, etat.annees[-1], list(lister(sans, DEPARTEMENT, "association"))))
    assert rangs(texte)[nommer(etat, Lieu("association", "aae"))][2] == "non reçue"
    assert "1\u00a0association n’a remis aucune fiche d’intervention" in texte


def etat_sans(etat: Etat, association: str, formulaire: str) -> Etat:
    """The same state, had a form of an association never come."""
    reste = tuple(
        x for x in etat.remises if (x.association, x.formulaire) != (association, formulaire)
    )
    return replace(etat, remises=reste)


class _Fige:
    """A store that gives one state."""

    def __init__(self, etat: Etat) -> None:
        self._etat = etat

    def etat(self) -> Etat:
        return self._etat


def test_a_base_that_never_noted_its_deliveries_says_so(etat: Etat) -> None:
    ctx, _ = lire_adresse(page.CHEMIN, "", _Fige(replace(etat, remises=())), DEPARTEMENT)
    assert "n’est pas encore noté" in str(page._remises(ctx, etat.annees[-1], []))


def test_tables_have_captions_and_headers(regarder: Regarder) -> None:
    trouves = re.findall(r"<table.*?</table>", regarder())
    assert len(trouves) == 4
    for tableau in trouves:
        assert "<caption>" in tableau
        assert 'scope="col"' in tableau
        assert 'scope="row"' in tableau


@pytest.mark.parametrize("requete", ["?college=lille-nina-simone", "?association=itineraires"])
def test_every_place_has_its_page(regarder: Regarder, requete: str) -> None:
    assert "Qualité de la saisie" in regarder(requete)


# --- who reads ------------------------------------------------------------------------------------


def test_a_chef_reads_no_name_of_another_place(
    regarder: Regarder, base_demo: str, etat: Etat
) -> None:
    noms = Noms.lire(base_demo.removeprefix("sqlite:///"))
    for association in noms.associations:
        texte = regarder("", Lecteur(Role.CHEF, (association,)))
        recu = Recu("rappel", association, 200, texte.encode())
        assert list(chercher_noms([recu], noms.interdits(association))) == []


@pytest.mark.parametrize(("nom", "politique"), [("departement", "protege"), ("invite", "partage")])
def test_a_protected_reader_is_told_no_true_count(
    regarder: Regarder, nom: str, politique: str
) -> None:
    texte = regarder("", LECTEURS[nom])
    assert list(Juge(politique)._juger_page(_texte(texte))) == []
    assert "Chiffres exacts" not in texte
    for case in rangs(section(texte, "rythme")).values():
        arrondis = re.findall(r"^≈ ([\d ]+)$", case[0])
        assert all(int(x.replace(" ", "")) % 5 == 0 for x in arrondis)


# --- figures that rest on few answers -------------------------------------------------------------


@pytest.mark.parametrize(
    ("indicateur", "base", "manquants", "connues"),
    [
        # The base is those who answered.
        ("hebergement", 40, 41, (40, 81)),
        ("hebergement", 40, 40, (40, 80)),
        ("fonction_ecole", 15, 20, (15, 35)),
        ("lieu", 10, 50, (10, 60)),
        ("conditions", 3, 4, (3, 7)),
        # The base is everyone: those who did not answer are in it.
        ("mesure_connue", 80, 41, (39, 80)),
        ("avec_famille", 80, 40, (40, 80)),
        ("actions_nombre", 10, 6, (4, 10)),
    ],
)
def test_half_of_the_answers_is_counted_where_the_base_says(
    etat: Etat, indicateur: str, base: int, manquants: int, connues: tuple[int, int]
) -> None:
    ind = etat.catalogue[indicateur]
    serie = next(s for s in ind.series if s.modalites)
    x = Ligne(
        serie.code, serie.modalites[0].code, "", "arrondi", 5, base, 10, non_renseigne=manquants
    )
    assert compter_les_connues(ind, x) == connues
    assert est_fragile(ind, x) is (2 * connues[0] < connues[1])


def test_an_answer_that_does_not_say_what_is_missing_is_not_fragile(etat: Etat) -> None:
    ind = etat.catalogue["hebergement"]
    assert not est_fragile(ind, Ligne("", "famille", "", "arrondi", 5, 20, 25))
    assert not est_fragile(ind, Ligne("", "famille", "", "refuse"))


@pytest.fixture(scope="module")
def appauvrie(base_demo: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reponse]:
    """An answer that rests on few others."""
    depot = Depot(base_demo)
    (r,) = repondre([Question("hebergement", depot.etat().annees[-1])], DEPARTEMENT, depot)
    lignes = tuple(replace(x, non_renseigne=9_995, fragile=True) for x in r.lignes)
    yield replace(r, lignes=lignes)
    depot._engine.dispose()


def test_the_answers_themselves_carry_the_warning(depot: Depot, etat: Etat) -> None:
    """What `repondre` gives is marked by the one rule, for every indicator and reader."""
    marquees = 0
    for lecteur in (DEPARTEMENT, HABILITE):
        questions = [
            Question(i.id, a, NORD, p)
            for i in etat.catalogue.values()
            for a in etat.annees
            for p in ("alses", "ps")
        ]
        for r in repondre(questions, lecteur, depot):
            for x in r.lignes:
                assert x.fragile is est_fragile(r.indicateur, x), (r.question, x)
                marquees += x.fragile
    assert marquees > 0


def test_the_warning_follows_the_figure_everywhere(appauvrie: Reponse) -> None:
    r = appauvrie
    plates = exports.ligne_plate(r)
    assert all(NOTE_FRAGILE.replace(" :", "\u00a0:") in x["note"] for x in plates)
    for tableau in (
        tableaux.donnees([("Ici", r)]),
        tableaux.chaleur([("Ici", r), ("Là", r)]),
        tableaux._chaleur_debout([("Ici", r)], ""),
        tableaux.empilees([("Ici", r)]),
        tableaux.effectifs([("Ici", r)]),
        tableaux._effectifs_debout([("Ici", r)]),
    ):
        assert "moins de la moitié des réponses connues" in tableau
    montree = next(x for x in r.lignes if x.affichee)
    assert graphiques.MOINS_DE_LA_MOITIE in graphiques.decrire(montree, PROTEGE.plancher)


def test_the_warning_is_on_the_card_and_in_its_sentence(depot: Depot, appauvrie: Reponse) -> None:
    ctx, _ = lire_adresse("/situations", "", depot, DEPARTEMENT)
    matiere = cartes.Matiere(appauvrie.indicateur, (appauvrie,), None, None, ())
    texte = "".join(
        getattr(x, "data-html", "") or ""
        for racine in cartes.remplir(matiere, ctx)
        for x in [racine, *racine._traverse()]
    )
    alerte = NOTE_FRAGILE.replace(" :", "\u00a0:")
    assert f'<strong class="alerte">{alerte}</strong>' in texte
    (phrase,) = re.findall(r'<p class="phrase".*?</p>', texte)
    assert alerte in phrase


def test_a_figure_that_rests_on_enough_has_no_warning(depot: Depot, etat: Etat) -> None:
    (r,) = repondre([Question("sexe", etat.annees[-1])], DEPARTEMENT, depot)
    assert not any(x.fragile for x in r.lignes)
    assert "moins de la moitié" not in tableaux.donnees([("Ici", r)])
    assert all(NOTE_FRAGILE not in x["note"] for x in exports.ligne_plate(r))


def test_the_page_lists_them(regarder: Regarder, depot: Depot, etat: Etat) -> None:
    annee = etat.annees[-1]
    attendus = {
        f"{r.indicateur.numero} {r.indicateur.titre}"
        for i in etat.catalogue.values()
        if i.id != page.INDICATEUR
        for r in repondre([Question(i.id, annee)], DEPARTEMENT, depot)
        if any(x.fragile for x in r.lignes)
    }
    texte = section(regarder(), "fragiles")
    lus = {_texte(x) for x in re.findall(r"<a [^>]*>(.*?)</a>", texte)}
    assert lus == {_texte(x.replace("'", "’")) for x in attendus}
    assert attendus


def test_constats_are_not_fields_to_fill_in(depot: Depot, etat: Etat) -> None:
    """The sentence of the card names a field of a form."""
    from dashboard.phrases import resumer

    (r,) = repondre([Question("qualite_saisie", etat.annees[-1])], DEPARTEMENT, depot)
    faible = tuple(replace(x, part=1) if x.serie in CONSTATS else x for x in r.lignes)
    assert resumer(replace(r, lignes=faible), etat) == resumer(r, etat)
