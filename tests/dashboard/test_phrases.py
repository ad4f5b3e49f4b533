"""The sentences: every number in them is the table's, and nothing is asserted that is not certain.

The numbers are read back from the sentence and looked for in the answers it was written from;
what it asserts is recomputed here from the shown numbers, another way.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator

import pytest

from dashboard import cartes, phrases
from dashboard.contexte import Contexte
from data.refus import typographier
from queries.depot import Depot, Etat
from queries.lecteur import Lecteur, Role
from queries.lieux import lister, nommer
from queries.question import NORD, Lieu
from queries.reponses import Ligne, Reponse
from queries.selection import Selection

LECTEURS = {
    "departement": Lecteur(),
    "habilite": Lecteur(Role.HABILITE),
    "chef": Lecteur(Role.CHEF, ("aae",)),
    "invite": Lecteur(Role.INVITE),
}
GENRES = ("territoire", "association", "college", "reseau", "poste", "association_territoire")
NOMBRE = re.compile(r"\d+(?: \d{3})*(?:,\d+)?")
FRACTIONS = {"un quart": 25, "un tiers": 33, "la moitié": 50, "deux tiers": 67, "trois quarts": 75}
COMPLET = bool(os.environ.get("PHRASES_COMPLETES"))
"""Every place and year of the base named by `PHRASES_BASE`, instead of a part of them."""


@pytest.fixture(scope="module")
def base(request: pytest.FixtureRequest) -> Depot:
    url = os.environ.get("PHRASES_BASE", "")
    return Depot(url) if url else request.getfixturevalue("depot")


def vues(depot: Depot, lecteur: Lecteur) -> Iterator[Contexte]:
    """Every place and year this reader has (or one in five small ones), both populations."""
    etat = depot.etat()
    for annee in (*etat.annees, *etat.cumuls):
        cumul = annee in etat.cumuls
        lieux: list[Lieu] = [] if cumul else [NORD]
        genres = ("college", "association_college") if cumul else (*GENRES, "association_college")
        for genre in genres:
            if not lecteur.voit_type(genre):
                continue
            tous = list(lister(etat, lecteur, genre, annee))
            pas = 1 if COMPLET or genre in ("territoire", "reseau") else 5
            lieux += tous[::pas]
        for lieu, population in itertools.product(lieux, ("alses", "ps")):
            if population == "ps" and lieu.type not in ("departement", "territoire"):
                continue
            s = Selection((annee,), (lieu,), (), population)
            yield Contexte(s, etat, lecteur, depot, "/situations")


def ecrire(matiere: cartes.Matiere, etat: Etat) -> str:
    """The sentence of a card, as the card writes it."""
    return typographier(" ".join(cartes.resumer(matiere, etat)))


def nettoyer(phrase: str, matiere: cartes.Matiere, etat: Etat) -> str:
    """What is left when names, years and labels are taken out: words and numbers."""
    texte = phrase.replace("\u202f", " ").replace("\u00a0", " ")
    noms = {nommer(etat, r.question.lieu) for r in (*matiere.principales, *matiere.alentours)}
    noms |= {phrases.situer(etat, r.question.lieu) for r in matiere.principales}
    noms |= {x.libelle for r in matiere.principales for x in r.lignes}
    for nom in sorted(noms, key=len, reverse=True):
        texte = texte.replace(typographier(nom).replace("\u00a0", " ").replace("\u202f", " "), " ")
    texte = re.sub(r"\d{4}-\d{4}", " ", texte)
    return re.sub(r"1er janvier", " ", texte)


def lire(texte: str) -> list[float]:
    """The numbers of a text."""
    return [float(x.replace(" ", "").replace(",", ".")) for x in NOMBRE.findall(texte)]


def permis(matiere: cartes.Matiere) -> set[float]:
    """Numbers of the table: what is shown of these answers, and of those they are compared to."""
    reponses: list[Reponse] = [*matiere.principales]
    reponses += [matiere.reference[1]] if matiere.reference else []
    reponses += [matiere.precedente] if matiere.precedente else []
    dits: set[float] = {float(n) for n in range(len(matiere.alentours))} - {0.0}
    for r in reponses:
        for x in r.lignes:
            dits |= {float(r.politique.plancher)} if x.statut == "masque" else set()
            dits |= {round(v, 1) for v in (x.effectif, x.base, x.part, x.valeur) if v is not None}
        for serie in {x.serie for x in r.lignes}:
            lignes = [x for x in r.serie(serie) if x.affichee]
            dits.add(round(sum(x.effectif or x.valeur or 0 for x in lignes), 1))
    ici = [x for x in matiere.principales[0].lignes if x.affichee]
    for autre in reponses[1:]:
        for x, y in itertools.product(ici, autre.lignes):
            if (x.serie, x.modalite) == (y.serie, y.modalite) and y.affichee:
                dits.add(round(abs((x.part or 0) - (y.part or 0)), 1))
                dits.add(abs(int((x.part or 0) + 0.5) - int((y.part or 0) + 0.5)))
                dits.add(abs((x.effectif or 0) - (y.effectif or 0)))
    return dits


@pytest.mark.parametrize("qui", LECTEURS)
def test_chaque_nombre_d_une_phrase_est_celui_du_tableau(base: Depot, qui: str) -> None:
    etat = base.etat()
    verifies = longues = 0
    for ctx in vues(base, LECTEURS[qui]):
        for matiere in cartes.rassembler(list(etat.catalogue.values()), ctx):
            phrase = ecrire(matiere, etat)
            nombres = lire(nettoyer(phrase, matiere, etat))
            inconnus = set(nombres) - permis(matiere)
            assert not inconnus, (phrase, inconnus)
            verifies += len(nombres)
            longues += len(phrase) > 900
            assert phrase.endswith(".")
            assert "None" not in phrase
            assert "  " not in phrase
    print(f"{qui} : {verifies} nombres vérifiés")
    assert verifies > 2_000
    assert longues == 0


@pytest.mark.parametrize("qui", ["departement", "invite", "habilite"])
def test_ce_qui_est_affirme_est_certain(base: Depot, qui: str) -> None:
    """A rise, a fall, a net gap, a territoire above: recomputed from the shown numbers."""
    etat = base.etat()
    affirmes: dict[str, int] = {}
    for ctx in vues(base, LECTEURS[qui]):
        for matiere in cartes.rassembler(list(etat.catalogue.values()), ctx):
            phrase = ecrire(matiere, etat).replace("\u00a0", " ")
            r = matiere.principales[0]
            if not r.indicateur.de_jeunes or r.indicateur.choix == "paire":
                continue
            if r.indicateur.famille == "evenements":
                continue
            tete = _tete(phrase, r)
            for mot, autre in (
                ("c’est une hausse", matiere.precedente),
                ("c’est une baisse", matiere.precedente),
                ("un écart net", matiere.reference[1] if matiere.reference else None),
            ):
                if mot in phrase:
                    assert autre is not None
                    assert tete is not None, phrase
                    face = autre.ligne(tete.modalite, tete.serie)
                    sens = _sens(face, tete)
                    assert sens, phrase
                    if mot != "un écart net":
                        assert (sens > 0) == ("hausse" in mot), phrase
                    affirmes[mot] = affirmes.get(mot, 0) + 1
            for mot, voulu in (("au-dessus", 1), ("au-dessous", -1)):
                for nom in _cites(phrase, mot):
                    (autre,) = [
                        x
                        for x in matiere.alentours
                        if nommer(etat, x.question.lieu).split(" (")[0] == nom
                    ]
                    assert tete is not None
                    assert _sens(tete, autre.ligne(tete.modalite, tete.serie)) == voulu, phrase
                    affirmes[mot] = affirmes.get(mot, 0) + 1
            for mots, valeur in FRACTIONS.items():
                if f"soit {mots}" in phrase:
                    assert tete is not None
                    assert abs((tete.part or 0) - valeur) <= 1, phrase
                    affirmes[mots] = affirmes.get(mots, 0) + 1
            if "une majorité" in phrase or "grande majorité" in phrase:
                assert tete is not None
                assert _bornes(tete)[0] > 50, phrase
    assert affirmes["au-dessus"] > 20
    assert affirmes["un écart net"] > 20
    if qui != "invite":
        assert affirmes.get("c’est une hausse", 0) > 5


def _tete(phrase: str, reponse: Reponse) -> Ligne | None:
    """The value a sentence is about, from the words of the sentence."""
    shown = [x for x in reponse.lignes if x.part is not None]
    cites = [x for x in shown if f"« {typographier(x.libelle)} »".replace("\u00a0", " ") in phrase]
    if cites:
        return max(cites, key=lambda x: x.part or 0)
    noms = {"fille": "les filles", "garcon": "les garçons", "nouveau": "les nouveaux"}
    noms["poursuivi"] = "poursuivis sont"
    for x in shown:
        if noms.get(x.modalite, "\0") in phrase:
            return x
    return shown[0] if shown else None


def _bornes(x: Ligne) -> tuple[float, float]:
    if x.statut == "exact":
        return (x.part or 0, x.part or 0)
    assert x.effectif is not None
    assert x.base
    return 100 * max(x.effectif - 4, 0) / (x.base + 4), 100 * (x.effectif + 4) / (x.base - 4)


def _sens(avant: Ligne, apres: Ligne) -> int:
    """1 when the share is certainly larger, −1 smaller, 0 when nobody can tell."""
    (a, b), (c, d) = _bornes(avant), _bornes(apres)
    return 1 if b < c else -1 if d < a else 0


def _cites(phrase: str, mot: str) -> list[str]:
    """Territoires named as above, or below."""
    trouve = re.search(rf"{mot}(?: de façon certaine)? : ([^;.]+)", phrase)
    return re.split(r", | et ", trouve.group(1).strip()) if trouve else []


def test_un_petit_effectif_se_dit_en_nombres(base: Depot) -> None:
    """Under thirty, « 8 des 12 » rather than a percentage."""
    etat = base.etat()
    vus = 0
    for ctx in vues(base, LECTEURS["habilite"]):
        if ctx.selection.lieu.type != "association_college":
            continue
        for matiere in cartes.rassembler([etat.catalogue["demande"]], ctx):
            (r,) = matiere.principales
            base_ = r.lignes[0].base
            phrase = ecrire(matiere, etat)
            if base_ and 1 < base_ < 30 and any(x.effectif for x in r.lignes):
                assert f"sur {base_:g}" in phrase or f"des {base_:g} réponses" in phrase
                assert "point" not in phrase
                vus += 1
    assert vus > 3


def test_situer_un_lieu(etat: Etat) -> None:
    assert phrases.situer(etat, NORD) == "Dans le département"
    assert phrases.situer(etat, Lieu("territoire", "douai")) == "Sur le territoire de Douai"
    assert phrases.situer(etat, Lieu("reseau", "rep")) == "Dans les collèges REP"
    college = next(iter(etat.geographie.colleges))
    assert phrases.situer(etat, Lieu("college", college)).startswith("Au collège ")
