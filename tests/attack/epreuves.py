"""T6, T7 and the perimeter: what the API gives and refuses, asked in every way."""

from __future__ import annotations

import csv
import io
import itertools
import zipfile
from typing import Any

import orjson

from tests.attack.campagne import Resultat
from tests.attack.enumeration import Guichet
from tests.attack.groupes import PROFILS, valeurs_du_filtre
from tests.attack.verite import Verite

REPETITIONS = 5
QUESTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("sexe", {}),
    ("classe", {"par": "territoire"}),
    ("mesures", {"population": "ps"}),
    ("effectif", {"par": "college"}),
    ("tranche_age", {"par": "association", "sexe": "fille"}),
    ("demande", {"croiser": "hebergement"}),
)


def lire_questions(guichet: Guichet, annee: str) -> dict[str, bytes]:
    """The answers to `QUESTIONS`, as bytes, deliveries apart."""
    sortie = {}
    for nom, parametres in QUESTIONS:
        lignes = guichet.lignes(nom, {"annee": annee, **parametres})
        for x in lignes:
            del x["livraison"]
        sortie[nom] = orjson.dumps(lignes)
    return sortie


def repeter(url: str, annee: str, autres: tuple[str, ...] = ()) -> Resultat:
    """T6: the same questions again and again, in every format, after a restart, and on `autres`
    (databases made by importing the same content anew): one number each."""
    premier = Guichet(url)
    reference = lire_questions(premier, annee)
    tirages, differents = 0, 0
    exemples: list[str] = []
    for guichet in (*[premier] * REPETITIONS, Guichet(url), *(Guichet(u) for u in autres)):
        for nom, corps in lire_questions(guichet, annee).items():
            tirages += 1
            if corps != reference[nom]:
                differents += 1
                exemples.append(f"{nom} : deux réponses à la même question")
    for nom, parametres in QUESTIONS:
        attendus = [x["effectif"] for x in orjson.loads(reference[nom])]
        for format_ in ("csv", "xlsx"):
            tirages += 1
            if (
                _nombres(premier, nom, {"annee": annee, **parametres, "format": format_})
                != attendus
            ):
                differents += 1
                exemples.append(f"{nom} : un autre nombre en {format_}")
    return Resultat("T6 répétition", "Département", tirages, 0, differents, "", tuple(exemples))


def _nombres(guichet: Guichet, nom: str, parametres: dict[str, Any]) -> list[int | None]:
    statut, corps = guichet.lire(f"indicateurs/{nom}", parametres)
    assert statut == 200
    if parametres["format"] == "csv":
        lignes = csv.DictReader(io.StringIO(corps.decode("utf-8-sig")), delimiter=";")
        return [int(x["effectif"]) if x["effectif"] else None for x in lignes]
    import openpyxl

    assert zipfile.is_zipfile(io.BytesIO(corps))
    feuille = openpyxl.load_workbook(io.BytesIO(corps), data_only=True).worksheets[0]
    toutes = list(feuille.iter_rows(values_only=True))
    tete = next(i for i, ligne in enumerate(toutes) if "effectif" in ligne)
    place = toutes[tete].index("effectif")
    fin = toutes[tete].index("statut")
    return [
        None if x[place] in (None, "") else int(str(x[place]))
        for x in toutes[tete + 1 :]
        if len(x) > fin and x[fin]
    ]


def unir(url: str, annees: list[str]) -> Resultat:
    """T7: repeated parameters give the single answers side by side; the rest is refused."""
    guichet = Guichet(url)
    lieux = guichet.json("lieux")
    annee = annees[-1]
    essais, fautes = 0, 0
    exemples: list[str] = []
    repetes: list[dict[str, list[str]]] = [
        {"college": [x["code"] for x in lieux["college"][:6]]},
        {"territoire": [x["code"] for x in lieux["territoire"]]},
        {"association": [x["code"] for x in lieux["association"][:4]]},
        {"reseau": ["rep", "rep_plus"]},
        {"poste": ["plan_pauvrete", "autre"]},
        {"annee": annees},
        *({p: list(valeurs_du_filtre(p))} for p in PROFILS),
        {"sexe": list(valeurs_du_filtre("sexe")), "classe": list(valeurs_du_filtre("classe"))},
    ]
    for nom, repete in itertools.product(("effectif", "hebergement"), repetes):
        essais += 1
        commun: dict[str, Any] = {} if "annee" in repete else {"annee": annee}
        ensemble = guichet.lignes(nom, {**commun, **repete})
        une_a_une = [
            x
            for valeurs in itertools.product(*repete.values())
            for x in guichet.lignes(nom, {**commun, **dict(zip(repete, valeurs, strict=True))})
        ]
        if sorted(map(orjson.dumps, ensemble)) != sorted(map(orjson.dumps, une_a_une)):
            fautes += 1
            exemples.append(f"{nom} {repete} : autre chose que les réponses une à une")
    college = lieux["college"][0]["code"]
    association, territoire = lieux["association"][0]["code"], lieux["territoire"][0]["code"]
    trois = {"sexe": "fille", "age": "10_13", "classe": "6e"}
    hors: list[dict[str, Any]] = [
        trois,
        {**trois, "territoire": territoire},
        {"college": college, "sexe": "fille", "classe": "6e"},
        {"association": association, "sexe": "fille", "classe": "6e"},
        {"reseau": "rep", "sexe": "fille", "classe": "6e"},
        {"college": college, "association": association},
        {"college": college, "territoire": territoire},
        {"college": college, "reseau": "rep"},
        {"reseau": "rep", "poste": "autre"},
        {"territoire": territoire, "reseau": "rep"},
        {"sexe": "fille", "classe": "6e", "par": "age"},
        {"college": college, "croiser": "demande"},
        {"croiser": "demande", "classe": "6e"},
        {"croiser": "demande", "population": "ps"},
        {"croiser": "mesures"},
    ]
    for parametres in hors:
        essais += 1
        statut, _ = guichet.lire("indicateurs/hebergement", {"annee": annee, **parametres})
        if statut != 400:
            fautes += 1
            exemples.append(f"{parametres} : {statut} au lieu de 400")
    return Resultat("T7 unions", "Département", essais, 0, fautes, "", tuple(exemples))


def sortir_du_perimetre(url: str, secret: bytes, annee: str) -> list[Resultat]:
    """Each chef de service: the own records exact, the others' places like those that are not."""
    verite = Verite(url, secret)
    resultats = []
    debut = int(annee[:4])
    jeunes = verite.jeunes(debut)
    carte = verite.carte(debut)
    guichet = Guichet(url)
    for a in carte.associations:
        guichet.entrer(f"chef:{a}")
        siens = verite.colleges_avec_poste([debut], a)
        essais, fautes = 0, 0
        exemples: list[str] = []
        vrai = sum(
            x == a and bool(p)
            for x, p in zip(jeunes.places["association"], jeunes.population["alses"], strict=True)
        )
        essais += 1
        (ligne,) = guichet.lignes("effectif", {"annee": annee, "association": a})
        if (ligne["statut"], ligne["effectif"]) != ("exact", vrai):
            fautes += 1
            exemples.append(f"{a} : {ligne['effectif']} au lieu de {vrai}")
        etrangers = [("college", c) for c in carte.territoire_du if c not in siens]
        etrangers += [("association", x) for x in carte.associations if x != a]
        etrangers += [("reseau", "rep"), ("poste", "autre")]
        for genre, code in etrangers:
            essais += 1
            ici = guichet.lire("indicateurs/sexe", {"annee": annee, genre: code})
            nulle_part = guichet.lire("indicateurs/sexe", {"annee": annee, genre: "nulle-part"})
            if ici != nulle_part or ici[0] != 400:
                fautes += 1
                exemples.append(f"chef {a} : {genre} {code} répond {ici[0]}")
        resultats.append(
            Resultat("T1 périmètre", f"chef {a}", essais, 0, fautes, "", tuple(exemples[:4]))
        )
    return resultats
