"""The published facts: read whole, checked, silent about what must not be reused."""

from __future__ import annotations

import csv
import re
import shutil
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from data.catalogue import REFERENCE
from data.publications import DOSSIER, assembler, lire
from data.rapprochement import interdit, lire_chiffres
from data.tableaux_publies import MODELES, PublicationsInvalides

TUS = 18
JARGON = re.compile(
    r"graine|seed|sums\.md|page-2019|note-2020|itineraires-2023|jeu fictif"
    r"|\bL\. ?\d|https?:|\w\.(?:org|fr|com)\b"
)


def rangees(nom: str) -> list[dict[str, str]]:
    with (DOSSIER / nom).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def test_chaque_chiffre_permis_est_dans_une_carte_et_une_seule() -> None:
    permis = [x["id"] for x in lire_chiffres() if not interdit(x)]
    dits = [x.id for theme in lire().themes for x in theme.chiffres]
    assert Counter(dits) == Counter(permis)
    assert len(permis) == len(lire_chiffres()) - TUS


def test_ce_qui_ne_doit_pas_etre_repris_est_compte_jamais_donne() -> None:
    tus = [x for x in lire_chiffres() if interdit(x)]
    assert len(tus) == TUS == sum(theme.tus for theme in lire().themes)
    textes = [fichier.read_text(encoding="utf-8") for fichier in DOSSIER.glob("*.csv")]
    for x in tus:
        for texte in textes:
            assert x["id"] not in texte
            assert x["quote"] not in texte
            assert x["category"] not in texte
    lues = lire()
    assert not {x["id"] for x in tus} & set(lues.chiffres)
    # The note of the figure beside them would let one be worked out.
    assert "62" not in lues.chiffres["i23-my-sans-solution"].note
    assert not any("sans hébergement" in x["controle"] for x in rangees("controles.csv"))


def test_un_chiffre_interdit_ne_peut_etre_dessine(tmp_path: Path) -> None:
    interdit_ = next(x["id"] for x in lire_chiffres() if interdit(x))
    copie = copier(tmp_path)
    with (copie / "graphiques.csv").open("a", encoding="utf-8") as f:
        f.write(f"spot-jeunes,Problématiques,{interdit_},Une,\n")
    with pytest.raises(PublicationsInvalides, match="ne peut être montré"):
        assembler(copie)


@pytest.mark.parametrize(
    ("fichier", "ajout", "message"),
    [
        ("sections.csv", "flyer,Qu'est-ce qu'un ALSES ?,dispositif", "en double"),
        ("graphiques.csv", "nulle-part,Titre,fl-alses-postes,Une,", "cartes inconnues"),
        ("graphiques.csv", "age-2021,Mêlés,r21-jeunes,A,\nage-2021,Mêlés,r21-age-12,B,", "mêle"),
        ("graphiques.csv", "age-2021,Deux,r21-age-12,A,\nage-2021,Deux,r21-age-14,A,", "en double"),
        ("cartes.csv", "perdue,atlantide,1,Titre,Texte,", "thèmes inconnus"),
        ("notes.csv", "personne,Une note", "lignes inconnues"),
        ("contradictions.csv", "43,Titre,Texte,note-2020,personne", "chiffres inconnus"),
        ("contradictions.csv", "43,Titre,Texte,atlantide,", "thèmes"),
        ("contradictions.csv", "7,Titre,Texte,note-2020,", "numéros"),
        ("structures.csv", "X,,,institution,,atlantide,Cité,", "documents inconnus"),
    ],
)
def test_des_fichiers_qui_se_contredisent_sont_refuses(
    tmp_path: Path, fichier: str, ajout: str, message: str
) -> None:
    copie = copier(tmp_path)
    with (copie / fichier).open("a", encoding="utf-8") as f:
        f.write(f"{ajout}\n")
    with pytest.raises(PublicationsInvalides, match=message):
        assembler(copie)


def copier(dossier: Path) -> Path:
    copie = dossier / "publications"
    shutil.copytree(DOSSIER, copie)
    assert assembler(copie) == lire()
    return copie


def test_chaque_ligne_de_chaque_fichier_est_montree_une_fois() -> None:
    lues = lire()
    for fichier in {modele.fichier or code for code, modele in MODELES.items()}:
        montrees = [
            tuple(x.items())
            for code, modele in MODELES.items()
            if (modele.fichier or code) == fichier
            for x in lues.tableaux[code].lignes
        ]
        assert Counter(montrees) == Counter(tuple(x.items()) for x in rangees(f"{fichier}.csv"))
    affirmations = [x.id for theme in lues.themes for x in theme.affirmations]
    assert Counter(affirmations) == Counter(x["id"] for x in rangees("affirmations.csv"))
    assert len(affirmations) == 168
    assert [c.numero for c in lues.contradictions] == list(range(1, 43))
    assert sum(len(c.contradictions) for t in lues.themes for c in t.cartes) == 42


def test_tous_les_fichiers_servent() -> None:
    lus = {modele.fichier or code for code, modele in MODELES.items()}
    lus |= {"themes", "cartes", "sections", "graphiques"}
    lus |= {"affirmations", "contradictions", "notes"}
    assert {f.stem for f in DOSSIER.glob("*.csv")} == lus
    assert not any(
        "seed" in colonne for f in DOSSIER.glob("*.csv") for colonne in rangees(f.name)[0]
    )


def test_les_tableaux_sont_ceux_des_documents() -> None:
    lues = lire()
    comptes = {code: len(lues.tableaux[code].lignes) for code in lues.tableaux}
    assert comptes["deploiement_2019"] == 11
    assert comptes["liste_2019"] == 42
    assert comptes["nouveaux_2020"] == 17
    assert comptes["reunions_2020"] == 8
    for code, champ, total, figure in (
        ("deploiement_2019", "etp", 11, "p19-table-deploiement-total"),
        ("liste_2019", "alses", 41, "p19-table-liste-total"),
    ):
        somme = sum(Decimal(x[champ]) for x in lues.tableaux[code].lignes)
        assert somme == total == Decimal(lues.chiffres[figure].valeur)


@pytest.mark.parametrize("carte", ["deploiement-2019", "liste-2019", "nouveaux-2020"])
def test_les_barres_d_un_tableau_comptent_toutes_ses_lignes(carte: str) -> None:
    totaux = {"deploiement-2019": 11, "liste-2019": 41, "nouveaux-2020": 17}
    siens = next(c for t in lire().themes for c in t.cartes if c.code == carte)
    calcules = [g for g in siens.graphiques if not any(p.chiffre for p in g.points)]
    assert len(calcules) >= 2
    for graphique in calcules:
        # Each condition, and each of the two lengths of service, counts every post.
        par_groupe: Counter[str] = Counter()
        for p in graphique.points:
            groupe = p.ligne if "conditions" in graphique.titre else p.serie
            par_groupe[groupe] += int(Decimal(p.valeur) * 2)
        assert set(par_groupe.values()) == {2 * totaux[carte]}


def test_un_graphique_compare_ce_qui_se_compare() -> None:
    lues = lire()
    for theme in lues.themes:
        for carte in theme.cartes:
            for graphique in carte.graphiques:
                assert len(graphique.points) >= 2, graphique.titre
                assert len({p.unite == "%" for p in graphique.points}) == 1
                for p in graphique.points:
                    if p.chiffre:
                        assert p.valeur == lues.chiffres[p.chiffre].valeur


def test_aucune_personne_n_est_decrite() -> None:
    """Neither a name, nor how long the ALSES of one collège has worked."""
    assert "anciennete" not in " ".join(rangees("nouveaux_2020.csv")[0])
    connus = (REFERENCE.parent / "demo" / "reference" / "conditions_2020.csv").read_text("utf-8")
    assert "anciennete_alses" in connus  # What is left out does exist.
    for fichier in DOSSIER.glob("*.csv"):
        for x in rangees(fichier.name):
            for texte in x.values():
                assert not re.search(r"\bans? (\d+(,\d)? ans?|OUI|NON|Agil)", texte), texte
                assert not re.search(r"\b(M\.|Mme|Monsieur|Madame)\b", texte), texte
    for x in lire().chiffres.values():
        assert not re.search(r"(Bayard|Turgot) \d", x.note)


def test_les_remarques_se_lisent() -> None:
    lues = lire()
    notes = [x.note for x in lues.chiffres.values()]
    notes += [x.note for t in lues.themes for x in t.affirmations]
    notes += [c.texte for c in lues.contradictions]
    notes += [
        x[c.champ]
        for t in lues.tableaux.values()
        for c in t.montrees
        if c.genre != "documents"
        for x in t.lignes
    ]
    assert [n for n in notes if JARGON.search(n)] == []


def test_les_chiffres_contredits_menent_a_leur_explication() -> None:
    lues = lire()
    contredits = {x.id: x.contredit for x in lues.chiffres.values() if x.contredit}
    assert 4 in contredits["r21-postes-total"]
    assert contredits["i23-conc-mediateurs"] == contredits["i23-med-total"]
    for id_, numeros in contredits.items():
        theme, _ = lues.lieu_de(id_)
        for numero in numeros:
            contradiction = lues.contradictions[numero - 1]
            assert id_ in contradiction.chiffres
            assert theme.code in contradiction.themes, (id_, numero)
