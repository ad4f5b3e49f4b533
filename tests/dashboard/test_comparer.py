"""The comparison: what it shows, to whom, and what the address keeps of it."""

from __future__ import annotations

import html
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
import sqlalchemy as sa
from scipy import stats

from dashboard.contexte import Contexte
from dashboard.pages import comparer
from dashboard.pages.comparer import synthese, variation
from dashboard.pages.comparer.vue import PARAMETRES, lignes_a_montrer, preparer
from dashboard.serveur import lire_adresse
from data import schema as t
from data.refus import typographier
from queries.depot import Depot
from queries.ecarts import Verdict
from queries.lecteur import Lecteur, Role
from queries.lieux import lister, nommer, nommer_college
from queries.question import Question
from queries.reponses import repondre

CHEMIN = "/comparer"
DEPARTEMENT, HABILITE, INVITE = Lecteur(), Lecteur(Role.HABILITE), Lecteur(Role.INVITE)
CHEF = Lecteur(Role.CHEF, ("itineraires",))
SEUL = Lecteur(Role.CHEF, ("tremplin-jeunes",))
LECTEURS = {
    "departement": DEPARTEMENT,
    "habilite": HABILITE,
    "invite": INVITE,
    "chef": CHEF,
    "chef d’un seul collège": SEUL,
}
TERRITOIRES = "?territoire=lille&territoire=valenciennes&territoire=vne"
COLLEGES = (
    "?college=lille-nina-simone&college=lille-paul-verlaine&college=lille-miriam-makeba"
    "&indicateur=sexe&indicateur=demande&indicateur=effectif&indicateur=lieu&population=ps"
)


@pytest.fixture(scope="module")
def depot(base_demo: str) -> Depot:
    return Depot(base_demo)


def contexte(
    depot: Depot, requete: str, lecteur: Lecteur = DEPARTEMENT, *, etroit: bool = False
) -> tuple[Contexte, list[str]]:
    return lire_adresse(CHEMIN, requete, depot, lecteur, etroit=etroit)


def arbre(depot: Depot, requete: str, lecteur: Lecteur = DEPARTEMENT) -> list[Any]:
    """Every component of the page and of its bar."""
    ctx, _ = contexte(depot, requete, lecteur)
    racines = [*comparer.barre(ctx), *comparer.composer(ctx)]
    return [c for r in racines for c in (r, *(r._traverse() if hasattr(r, "_traverse") else ()))]


def figures(composants: list[Any]) -> Iterator[dict[str, Any]]:
    return (c.figure for c in composants if type(c).__name__ == "Graph")


def ecrire(composants: list[Any]) -> str:
    """All that the browser is sent, as text."""
    morceaux = [str(getattr(c, "data-html", "")) for c in composants]
    morceaux += [str(getattr(c, "aria-label", "")) for c in composants]
    morceaux += [json.dumps(f, ensure_ascii=False) for f in figures(composants)]
    morceaux += [
        json.dumps(c.options, ensure_ascii=False)
        for c in composants
        if type(c).__name__ == "Select"
    ]
    return "\n".join(morceaux)


def lisible(texte: str) -> str:
    brut = html.unescape(re.sub(r"<[^>]*>", " ", texte))
    return re.sub(r"[\s\u00a0\u202f]+", " ", brut)


def page(depot: Depot, requete: str, lecteur: Lecteur = DEPARTEMENT) -> str:
    return lisible(ecrire(arbre(depot, requete, lecteur)))


def adresses(composants: list[Any]) -> set[str]:
    """Every address of this page that the page leads to."""
    textes = " ".join(str(getattr(c, "data-html", "")) for c in composants)
    trouvees = set(re.findall(r'href="(/comparer[^"#]*)"', textes))
    for c in composants:
        if type(c).__name__ == "Select":
            trouvees |= {o["value"] for o in c.options}
    return {html.unescape(a) for a in trouvees}


@pytest.mark.parametrize("lecteur", LECTEURS.values(), ids=LECTEURS)
@pytest.mark.parametrize(
    "requete",
    [
        "",
        TERRITOIRES,
        f"{TERRITOIRES}&vue=tableau&tri=rapport",
        COLLEGES,
        f"{COLLEGES}&tri=taux&repere=territoire",
        f"{COLLEGES}&repere=comparables&vue=tableau",
        "?association=itineraires&association=capep&indicateur=conditions&indicateur=postes",
        "?reseau=rep&reseau=hors&reference=annee_precedente&indicateur=intensite",
        "?association=itineraires&territoire=lille&reference=ps&indicateur=qualite_saisie",
        "?college=lille-nina-simone&sexe=fille&reference=aucune",
        "?territoire=atlantide&indicateur=rien&tri=hasard&repere=lune&comparables=x&valeur=y",
    ],
)
def test_la_page_s_ecrit_pour_chaque_lecteur(depot: Depot, requete: str, lecteur: Lecteur) -> None:
    composants = arbre(depot, requete, lecteur)
    texte = ecrire(composants)
    assert texte.count("<h1>") == 1
    assert "None" not in texte
    assert not re.search(r"\b(nan|True|False)\b", lisible(texte))
    for figure in figures(composants):
        json.dumps(figure, allow_nan=False)
    noms = [c.id for c in composants if isinstance(getattr(c, "id", None), str)]
    assert len(noms) == len(set(noms))
    for c in composants:
        if type(c).__name__ == "Figure":
            assert getattr(c, "aria-label").endswith(".")
    for tableau in re.findall(r"<table.*?</table>", texte, re.DOTALL):
        assert "<caption>" in tableau
        assert all("scope=" in th for th in re.findall(r"<th[ >][^>]*", tableau))


def test_sans_lieu_la_page_propose_des_comparaisons_qui_s_ouvrent(depot: Depot) -> None:
    for lecteur in (DEPARTEMENT, CHEF):
        proposees = adresses(arbre(depot, "", lecteur)) - {CHEMIN}
        assert len(proposees) > 5
        for adresse in proposees:
            ctx, avis = contexte(depot, "?" + urlsplit(adresse).query, lecteur)
            assert avis == []
            assert preparer(ctx).avis == []


@pytest.mark.parametrize("lecteur", [DEPARTEMENT, HABILITE, CHEF])
@pytest.mark.parametrize("requete", [TERRITOIRES, COLLEGES])
def test_chaque_choix_mene_a_une_adresse_entendue(
    depot: Depot, requete: str, lecteur: Lecteur
) -> None:
    ctx, _ = contexte(depot, requete, lecteur)
    for adresse in adresses(arbre(depot, requete, lecteur)):
        autre, avis = contexte(depot, "?" + urlsplit(adresse).query, lecteur)
        assert avis == []
        vue = preparer(autre)
        assert vue.avis == []
        assert len({x.type for x in vue.lieux}) <= 1
        # Written again it is the same: what is seen is what the address says.
        assert sorted(parse_qsl(urlsplit(autre.adresse()).query)) == sorted(
            parse_qsl(urlsplit(adresse).query)
        )
    assert ctx.adresse().startswith(CHEMIN)


def test_l_adresse_garde_lieux_indicateurs_et_ordre(depot: Depot) -> None:
    requete = "?territoire=vne&territoire=lille&indicateur=demande&indicateur=sexe"
    vue = preparer(contexte(depot, requete)[0])
    assert [x.code for x in vue.lieux] == ["vne", "lille"]
    assert [i.id for i in vue.indicateurs] == ["demande", "sexe"]
    liens = [parse_qs(urlsplit(a).query) for a in adresses(arbre(depot, requete))]
    assert any(x.get("territoire") == ["lille", "vne"] for x in liens), "mettre en premier"
    assert any(x.get("territoire") == ["vne"] for x in liens), "retirer"
    assert any(x.get("territoire") == ["vne", "lille", "douai"] for x in liens), "ajouter"
    assert any(x.get("territoire") == ["douai", "lille"] for x in liens), "mettre à la place"
    assert any(x.get("indicateur") == ["demande"] for x in liens)
    assert any(x.get("indicateur") == ["demande", "sexe", "age"] for x in liens)


def test_ce_qui_n_est_pas_entendu_est_dit_et_ignore(depot: Depot) -> None:
    texte = page(
        depot,
        f"{TERRITOIRES}&indicateur=rien&tri=hasard&tri=taux&repere=comparables&valeur=x",
    )
    assert "Indicateur inconnu : « rien », ignoré." in texte
    assert "Valeur inconnue pour « tri » : « hasard », ignorée." in texte
    assert "Le tri par taux ne vaut que pour des collèges" in texte
    assert "Les collèges comparables ne valent que pour des collèges" in texte
    assert "Valeur inconnue pour « valeur »" in page(depot, f"{COLLEGES}&valeur=x.y")


def test_six_lieux_et_huit_indicateurs_au_plus(depot: Depot) -> None:
    etat = depot.etat()
    lieux = [("territoire", code) for code in etat.geographie.territoires]
    assert len(lieux) > 6
    requete = "?" + urlencode(lieux + [("indicateur", i) for i in list(etat.catalogue)[:9]])
    vue = preparer(contexte(depot, requete)[0])
    assert len(vue.lieux) == 6
    assert len(vue.indicateurs) == 8
    assert len(vue.avis) == 2


def test_une_seule_echelle_et_le_repere_dans_chaque_panneau(depot: Depot) -> None:
    composants = arbre(depot, f"{TERRITOIRES}&indicateur=demande")
    panneaux = [c for c in composants if str(getattr(c, "id", "")).startswith("panneau-demande")]
    assert len(panneaux) == 3
    echelles = {tuple(p.figure["layout"]["xaxis"]["range"]) for p in panneaux}
    assert len(echelles) == 1
    assert len({p.figure["layout"]["height"] for p in panneaux}) == 1
    (nord,) = repondre([Question("demande", depot.etat().annees[-1])], DEPARTEMENT, depot)
    for p in panneaux:
        (repere,) = [t for t in p.figure["data"] if t.get("name") == "Département"]
        montrees = 0
        for x, base, largeur in zip(nord.lignes, repere["base"], repere["x"], strict=True):
            if x.affichee:
                montrees += 1
                assert base + largeur / 2 == pytest.approx(x.part)
            else:
                assert base is None
        assert montrees > 3


def test_les_plus_grands_ecarts_viennent_d_abord(depot: Depot) -> None:
    vue = preparer(contexte(depot, f"{TERRITOIRES}&indicateur=sexe&indicateur=demande")[0])
    rangees = synthese.ranger(vue)
    tailles = [x.plus_grand for x in rangees]
    assert tailles == sorted(tailles, reverse=True)
    assert tailles[0] > 0
    for x in rangees:
        for lieu, e in zip(vue.lieux, x.ecarts, strict=True):
            ligne = vue.reponses[x.ind.id, lieu].ligne(x.ligne.modalite, x.ligne.serie)
            assert e.ligne == ligne
            if e.points is not None:
                assert e.repere is not None
                assert e.points == pytest.approx((ligne.part or 0) - (e.repere.part or 0))
    vue.tri = "rapport"
    attendues = [
        x.modalite
        for ind in vue.indicateurs
        for x in lignes_a_montrer(vue.reponses[ind.id, vue.lieux[0]])
    ]
    assert [x.ligne.modalite for x in synthese.ranger(vue)] == attendues


def test_un_ecart_n_est_retenu_que_certain_et_au_dela_du_hasard(depot: Depot) -> None:
    indicateurs = "&".join(f"indicateur={i}" for i in ("sexe", "demande", "classe", "objectifs"))
    for lecteur in (DEPARTEMENT, HABILITE):
        vue = preparer(contexte(depot, f"{TERRITOIRES}&population=ps&{indicateurs}", lecteur)[0])
        forts = [
            (x, e, rang)
            for x in synthese.ranger(vue)
            for rang, e in enumerate(x.ecarts)
            if e.verdict is Verdict.FORT
        ]
        for x, e, _ in forts:
            assert e.repere is not None
            a, b = e.ligne, e.repere
            tableau = [
                [a.effectif, a.base - a.effectif],
                [b.effectif, b.base - b.effectif],
            ]
            assert stats.chi2_contingency(tableau, correction=False).pvalue < 0.05, x
            assert min(a.base, b.base) >= 30
        assert len(synthese.retenir(vue, synthese.ranger(vue))) == min(len(forts), 5)


def test_sous_trente_jeunes_huit_sur_douze_plutot_qu_un_pourcentage(depot: Depot) -> None:
    for lecteur, requete in ((HABILITE, COLLEGES), (CHEF, COLLEGES.replace("&population=ps", ""))):
        ctx, _ = contexte(depot, requete, lecteur)
        vue = preparer(ctx)
        petits = [
            (lieu, r)
            for (nom, lieu), r in vue.reponses.items()
            if nom == "sexe" and any(x.base and x.base < 30 and x.part for x in r.lignes)
        ]
        assert petits, "la démonstration n’a plus de petit collège ici"
        texte = page(depot, requete, lecteur)
        for _, r in petits:
            for x in r.lignes:
                assert f"{x.effectif:.0f} sur {x.base:.0f}" in texte
    ctx, _ = contexte(depot, COLLEGES, DEPARTEMENT)
    for r in preparer(ctx).reponses.values():
        for x in r.lignes:
            if x.statut == "arrondi" and x.base and x.base < 30 and x.effectif:
                assert f"environ {x.effectif:.0f} sur {x.base:.0f}" in page(depot, COLLEGES)


def test_l_entonnoir_d_un_lecteur_exact_est_la_loi_binomiale(depot: Depot) -> None:
    requete = f"{COLLEGES}&valeur=sexe.fille"
    vue = preparer(contexte(depot, requete, HABILITE)[0])
    e = variation.preparer(vue)
    assert e is not None
    assert e.p is not None
    figure = variation.figurer(vue, e)
    lignes = [t for t in figure["data"] if t["mode"] == "lines"]
    assert len(lignes) == 5
    for trace, q in zip(lignes[:4], (0.025, 0.975, 0.001, 0.999), strict=True):
        for n, part in zip(trace["x"], trace["y"], strict=True):
            assert part == pytest.approx(100 * stats.binom.ppf(q, n, e.p) / n)
    for p in e.points:
        if p.compte is None:
            continue
        bas, haut = stats.binom.ppf([0.025, 0.975], p.compte.n, e.p)
        assert p.position is not None
        assert p.position.dehors == (not bas <= p.compte.x <= haut)


@pytest.mark.parametrize("lecteur", [DEPARTEMENT, INVITE])
def test_l_entonnoir_ne_place_que_ce_qui_est_publie(depot: Depot, lecteur: Lecteur) -> None:
    vus = 0
    for valeur in ("sexe.fille", "demande.scolarite", "demande.sante_addiction"):
        requete = f"{COLLEGES}&valeur={valeur}"
        vue = preparer(contexte(depot, requete, lecteur)[0])
        e = variation.preparer(vue)
        assert e is not None
        caches = [p for p in e.points if not p.ligne.affichee]
        montres = [p for p in e.points if p.ligne.affichee]
        assert all(p.compte is None for p in caches)
        composants = arbre(depot, requete, lecteur)
        dessins = lisible(
            " ".join(
                json.dumps(c.figure, ensure_ascii=False)
                for c in composants
                if getattr(c, "id", "") == "graphe-variation"
            )
        )
        assert dessins
        texte = page(depot, requete, lecteur)
        for p in caches:
            nom = lisible(typographier(nommer_college(vue.ctx.etat, p.lieu.second)))
            assert nom not in dessins
            assert nom in texte
        for p in montres:
            assert p.compte is not None
            assert p.compte.x % 5 == p.compte.n % 5 == 0
        vus += len(montres)
        if e.p is not None and montres:
            for trace in variation.figurer(vue, e)["data"]:
                if trace["mode"] != "lines":
                    assert all(n % 5 == 0 for n in trace["x"])
    assert vus


def test_le_tri_par_taux_dit_pourquoi_il_trompe(depot: Depot) -> None:
    sans = page(depot, COLLEGES, HABILITE)
    avec = page(depot, f"{COLLEGES}&tri=taux", HABILITE)
    assert "n’est pas un palmarès" not in sans
    assert "Ce tri n’est pas un palmarès" in avec
    texte = ecrire(arbre(depot, f"{COLLEGES}&tri=taux&valeur=sexe.fille", HABILITE))
    tableau = texte.split('id="variation"')[0].split("collège par collège")[-1]
    parts = [
        float(a) / float(b) if b else float(a.replace(",", ".")) / 100
        for a, b in re.findall(
            r"<td class=\"nombre\">(\d+(?:,\d)?)(?: sur (\d+)|\u00a0%)</td>", tableau
        )
    ]
    assert len(parts) > 20
    assert parts == sorted(parts, reverse=True)


def test_le_perimetre_d_un_chef_est_le_sien(depot: Depot) -> None:
    etat = depot.etat()
    siens = {x.code for x in lister(etat, CHEF, "college", etat.annees[-1])}
    autres = set(etat.geographie.colleges) - siens
    autre = sorted(autres)[0]
    for requete in ("", COLLEGES, f"{COLLEGES}&college={autre}&comparables={autre}", TERRITOIRES):
        texte = page(depot, requete, CHEF)
        for code in autres:
            assert lisible(typographier(nommer_college(etat, code))) not in texte
        for association in etat.geographie.associations.values():
            if association["code"] != "itineraires":
                assert str(association["nom"]) not in texte
    vue = preparer(contexte(depot, COLLEGES, CHEF)[0])
    assert all(x.type == "association_college" for x in vue.lieux)
    assert all(r.politique.exacte for r in vue.reponses.values())


def test_un_college_hors_du_perimetre_est_comme_un_college_qui_n_existe_pas(
    depot: Depot,
) -> None:
    etat = depot.etat()
    siens = {x.code for x in lister(etat, CHEF, "college", etat.annees[-1])}
    autre = sorted(set(etat.geographie.colleges) - siens)[0]

    def vu(code: str) -> tuple[str, list[str]]:
        requete = f"?college=lille-nina-simone&comparables={code}&college={code}"
        _, avis = contexte(depot, requete, CHEF)
        texte = page(depot, requete, CHEF)
        return texte.replace(code, "…"), [a.replace(code, "…") for a in avis]

    assert vu(autre) == vu("nulle-part-ailleurs")


def test_les_comparables_se_choisissent_et_restent_dans_l_adresse(depot: Depot) -> None:
    requete = "?college=lille-nina-simone"
    vue = preparer(contexte(depot, requete)[0])
    assert vue.comparables is not None
    cinq = vue.comparables.codes
    assert len(cinq) == 5
    assert "lille-nina-simone" not in cinq
    liens = [parse_qs(urlsplit(a).query) for a in adresses(arbre(depot, requete))]
    assert any(x.get("comparables") == cinq[1:] for x in liens), "retirer"
    assert any(x.get("comparables", [])[:5] == cinq and len(x["comparables"]) == 6 for x in liens)
    assert any(x.get("college") == ["lille-nina-simone", *cinq] for x in liens), "côte à côte"
    garde = "".join(f"&comparables={c}" for c in cinq[2:])
    vue = preparer(contexte(depot, requete + garde)[0])
    assert vue.comparables is not None
    assert vue.comparables.codes == cinq[2:]
    assert "moyenne de quatre écarts" in page(depot, requete)


def test_sans_deux_comparables_le_territoire_et_le_departement_sont_le_repere(
    depot: Depot,
) -> None:
    for lecteur, requete in (
        (DEPARTEMENT, "?college=lille-nina-simone&repere=comparables&comparables=aucun"),
        (CHEF, "?college=lille-nina-simone&repere=comparables&comparables=lille-paul-verlaine"),
    ):
        vue = preparer(contexte(depot, requete, lecteur)[0])
        assert vue.comparables is not None
        assert len(vue.comparables.choisis) < 2
        for reperes in vue.reperes.values():
            assert [r.genre for r in reperes] == ["territoire", "departement"]
        assert "Moins de deux collèges comparables restent" in page(depot, requete, lecteur)


def test_le_repere_des_comparables_est_la_somme_de_leurs_nombres_publies(depot: Depot) -> None:
    requete = "?college=lille-nina-simone&repere=comparables&indicateur=sexe&population=ps"
    vue = preparer(contexte(depot, requete, HABILITE)[0])
    assert vue.comparables is not None
    annee = depot.etat().annees[-1]
    reponses = repondre(
        [Question("sexe", annee, x.portrait.lieu, "ps") for x in vue.comparables.choisis],
        HABILITE,
        depot,
    )
    (repere,) = vue.reperes["sexe", vue.lieux[0]]
    compte = repere.comptes["", "fille"]
    assert compte.x == sum(r.ligne("fille").effectif or 0 for r in reponses)
    assert compte.n == sum(r.ligne("fille").base or 0 for r in reponses)


def test_l_association_d_un_chef_est_exacte_et_les_territoires_proteges(depot: Depot) -> None:
    vue = preparer(contexte(depot, "?association=itineraires&indicateur=demande", CHEF)[0])
    (lieu,) = vue.lieux
    assert vue.reponses["demande", lieu].politique.exacte
    (repere,) = vue.reperes["demande", lieu]
    assert not repere.reponse.politique.exacte
    assert all(c.marge for c in repere.comptes.values())
    texte = page(depot, "?association=itineraires&indicateur=demande", CHEF)
    assert "Chiffres exacts – ne pas diffuser" in texte
    assert nommer(depot.etat(), lieu) in texte


def test_la_page_a_ses_parametres_et_son_menu(depot: Depot) -> None:
    from dashboard.plan import ANALYSER, trouver

    ici = trouver(CHEMIN)
    assert (ici.groupe, ici.parametres) == (ANALYSER, PARAMETRES)
    _, avis = contexte(depot, "?territoire=douai&couleur=rouge")
    assert avis == ["Paramètre inconnu : « couleur », ignoré."]


def test_la_page_d_un_lecteur_protege_ne_depend_d_aucun_nombre_vrai(
    base_demo: str, tmp_path: Path
) -> None:
    """The same bytes once every exact answer has been erased."""
    copie = tmp_path / "base.sqlite"
    shutil.copy(base_demo.removeprefix("sqlite:///"), copie)
    with t.ouvrir(f"sqlite:///{copie}").begin() as conn:
        conn.execute(sa.delete(t.reponses_exactes))
    entiere, videe = Depot(base_demo), Depot(f"sqlite:///{copie}")
    for lecteur in (DEPARTEMENT, INVITE):
        for requete in (TERRITOIRES, f"{COLLEGES}&repere=comparables&tri=taux"):
            assert ecrire(arbre(entiere, requete, lecteur)) == ecrire(
                arbre(videe, requete, lecteur)
            )
    assert ecrire(arbre(entiere, COLLEGES, HABILITE)) != ecrire(arbre(videe, COLLEGES, HABILITE))
