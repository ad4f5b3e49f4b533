"""The classic traps of these counts, one named test each; expected numbers are counted by hand."""

from __future__ import annotations

import pytest

from queries.lecteur import Lecteur, Role
from queries.question import HorsTreillis, Lieu, QuestionRefusee
from tests.queries.comparaison import DEPARTEMENT, HABILITE, INVITE
from tests.queries.protection import publier_groupe
from tests.queries.recueil import Recueil, Reponses

C1, C2, SANS_POSTE = (Lieu("college", c) for c in ("c1", "c2", "sans-poste"))
T1, T2 = Lieu("territoire", "t1"), Lieu("territoire", "t2")
A, B = (Lieu("association", f"association-{x}") for x in "ab")
CHEF_A = Lecteur(Role.CHEF, ("association-a",))


def p_de(noms: list[str], plafond: int | None = None, association: str = "A") -> int:
    """Published number of these youths in 2021-2022."""
    return publier_groupe([(association, n, "2021-2022") for n in noms], plafond)


# --- Who is counted -------------------------------------------------------------------------------


def test_un_choix_multiple_ne_compte_pas_un_jeune_deux_fois(url_sqlite: str) -> None:
    r = Recueil()
    r.usager("u")
    r.situation("u", "2021-09-10", ressources="rsa|salaire|aah")
    r.acte("u", objectifs="scolarite|sante")
    r.acte("u", objectifs="scolarite")
    base = Reponses(url_sqlite, r)
    assert base.effectif() == 1
    assert base.nombres("ressources") == {"salaire": 1, "rsa": 1, "aah": 1}
    assert base.nombres("objectifs") == {"scolarite": 1, "sante": 1}
    assert {x.base for x in base.demander("objectifs").lignes} == {1}


def test_un_jeune_qui_change_de_college_n_est_que_dans_le_dernier(url_sqlite: str) -> None:
    r = Recueil()
    r.usager("u")
    r.situation("u", "2021-09-10", college="c1")
    r.situation("u", "2022-03-01", college="c2")
    r.acte("u", "2021-10-01")
    base = Reponses(url_sqlite, r)
    assert [base.effectif(x) for x in (C1, C2, T1, T2)] == [0, 1, 0, 1]


def test_le_meme_pseudonyme_dans_deux_associations_fait_deux_accompagnements(
    url_sqlite: str,
) -> None:
    r = Recueil()
    for association, sexe in (("A", "fille"), ("B", "garcon")):
        r.usager("u", association, sexe=sexe)
        r.acte("u", association=association)
    base = Reponses(url_sqlite, r)
    assert base.effectif() == 2
    assert [base.effectif(x) for x in (A, B)] == [1, 1]
    assert base.nombres("sexe", A) == {"fille": 1}
    assert base.nombres("sexe", B) == {"garcon": 1}


def test_l_annee_finit_le_31_aout_et_commence_le_1er_septembre(url_sqlite: str) -> None:
    r = Recueil()
    for nom, jour in (("avant", "2021-08-31"), ("debut", "2021-09-01"), ("fin", "2022-08-31")):
        r.usager(nom)
        r.acte(nom, jour)
    r.usager("apres")
    r.acte("apres", "2022-09-01")
    base = Reponses(url_sqlite, r)
    assert [base.effectif(annee=a) for a in ("2020-2021", "2021-2022", "2022-2023")] == [1, 2, 1]


def test_les_populations(url_sqlite: str) -> None:
    r = Recueil()
    for nom, acteurs, classe in (
        ("alses", ["alses"], "6e"),
        ("rue", ["educateur"], "lycee"),
        ("deux", ["alses", "educateur"], "segpa"),
        ("inconnue", ["educateur"], ""),
    ):
        r.usager(nom)
        r.situation(nom, "2021-09-10", classe=classe)
        for acteur in acteurs:
            r.acte(nom, acteur=acteur)
    base = Reponses(url_sqlite, r)
    effectifs = {p: base.effectif(population=p) for p in ("alses", "ps", "collegiens")}
    assert effectifs == {"alses": 2, "ps": 4, "collegiens": 2}


def test_une_population_propre_l_emporte_sur_la_demande(url_sqlite: str) -> None:
    r = Recueil()
    for nom, acteurs in (("a", ["alses"]), ("b", ["educateur"]), ("c", ["alses", "educateur"])):
        r.usager(nom)
        r.situation(nom, "2021-09-10", classe="5e")
        for acteur in acteurs:
            r.acte(nom, acteur=acteur)
    base = Reponses(url_sqlite, r)
    croises = base.demander("croises", population="ps")
    assert croises.population == "alses"
    assert base.nombres("croises", population="ps") == {"oui": 1, "non": 1}
    part = base.demander("part_alses", population="alses")
    assert part.population == "collegiens"
    assert base.nombres("part_alses") == {"alses": 2, "educateur": 1}


def test_croise_ne_compte_que_les_educateurs_de_la_meme_annee(url_sqlite: str) -> None:
    r = Recueil()
    r.usager("u")
    r.acte("u", "2021-11-01")
    r.acte("u", "2020-11-01", acteur="educateur")
    base = Reponses(url_sqlite, r)
    assert base.nombres("croises") == {"non": 1}


# --- Reference situation and place ----------------------------------------------------------------


def test_une_situation_d_apres_l_annee_est_ignoree(url_sqlite: str) -> None:
    r = Recueil()
    r.usager("u")
    r.situation("u", "2022-08-31", college="c1", classe="6e")
    r.situation("u", "2022-09-01", college="c2", classe="5e")
    r.acte("u")
    base = Reponses(url_sqlite, r)
    assert base.nombres("classe") == {"6e": 1}
    assert base.effectif(C2) == 0


def test_une_situation_d_une_annee_anterieure_vaut_encore(url_sqlite: str) -> None:
    r = Recueil()
    r.usager("u")
    r.situation("u", "2019-10-01", college="c1", classe="6e")
    r.acte("u")
    base = Reponses(url_sqlite, r)
    assert base.nombres("classe") == {"6e": 1}
    assert base.effectif(C1) == 1


def test_rien_ne_se_reporte_d_une_situation_plus_ancienne(url_sqlite: str) -> None:
    r = Recueil()
    r.usager("u", territoire="t2")
    r.situation("u", "2021-09-10", college="c1", classe="6e", hebergement="internat")
    r.situation("u", "2021-12-10", hebergement="deux_parents")
    r.acte("u")
    base = Reponses(url_sqlite, r)
    assert base.nombres("classe") == {}
    assert base.ligne("classe", "6e").non_renseigne == 1
    assert [base.effectif(x) for x in (C1, T1, T2)] == [0, 0, 1]


def test_le_territoire_du_college_l_emporte_sur_celui_de_l_usager(url_sqlite: str) -> None:
    r = Recueil()
    for nom, college in (("u", "c1"), ("v", "")):
        r.usager(nom, territoire="t2")
        r.situation(nom, "2021-09-10", college=college)
        r.acte(nom)
    base = Reponses(url_sqlite, r)
    assert [base.effectif(x) for x in (T1, T2)] == [1, 1]


def test_un_lyceen_reste_au_college_de_sa_situation(url_sqlite: str) -> None:
    r = Recueil()
    r.usager("u")
    r.situation("u", "2021-09-10", college="c1", classe="lycee")
    r.acte("u")
    base = Reponses(url_sqlite, r)
    assert base.effectif(C1) == 1
    assert base.effectif(population="collegiens") == 0


def test_un_college_a_deux_genres_de_poste_est_plan_pauvrete(url_sqlite: str) -> None:
    r = Recueil()
    for nom, college in (("u", "c2"), ("v", "c1"), ("w", "sans-poste")):
        r.usager(nom)
        r.situation(nom, "2021-09-10", college=college)
        r.acte(nom)
    base = Reponses(url_sqlite, r)
    plan, autre = Lieu("poste", "plan_pauvrete"), Lieu("poste", "autre")
    assert [base.effectif(x) for x in (plan, autre)] == [1, 1]
    # Its posts are where the collège is, whatever their own kind.
    assert base.nombres("colleges_equipes", plan) == {"hors": 1}
    assert base.nombres("postes", plan) == {"plan_pauvrete": 1, "autre": 1}
    assert base.nombres("postes", autre) == {"autre": 1}


def test_le_genre_de_poste_se_lit_au_1er_janvier(url_sqlite: str) -> None:
    postes = [
        {"college": "c1", "association": "A", "etp": "1", "plan_pauvrete": "oui", "fin": fin}
        | {"debut": debut}
        for debut, fin in (("2018-09-01", "2021-12-31"), ("2022-01-02", ""))
    ]
    postes.append({"college": "c2", "association": "A", "etp": "1", "plan_pauvrete": "oui"})
    postes[-1] |= {"debut": "2022-01-01", "fin": "2022-01-01"}
    r = Recueil(postes)
    r.jeunes(1)
    base = Reponses(url_sqlite, r)
    plan = Lieu("poste", "plan_pauvrete")
    assert base.effectif(plan) == 0
    assert base.nombres("postes") == {"plan_pauvrete": 1}
    assert base.nombres("colleges_equipes") == {"hors": 1}


def test_sans_lieu_compte_au_departement_et_nulle_part_ailleurs(url_sqlite: str) -> None:
    r = Recueil()
    r.usager("u")
    r.acte("u")
    base = Reponses(url_sqlite, r)
    assert base.effectif() == 1
    reseaux = [Lieu("reseau", x) for x in ("rep", "rep_plus", "hors")]
    assert [base.effectif(x) for x in (T1, T2, *reseaux)] == [0] * 5


def test_les_paires_viennent_des_postes_jamais_des_jeunes(url_sqlite: str) -> None:
    r = Recueil()
    r.usager("u", "B", territoire="t1")
    r.acte("u", association="B")
    base = Reponses(url_sqlite, r)
    with pytest.raises(QuestionRefusee):
        base.effectif(Lieu("association_territoire", "association-b/t1"))
    assert base.effectif(Lieu("association_territoire", "association-b/t2")) == 0


# --- Age and ancienneté ---------------------------------------------------------------------------


def test_l_age_est_celui_du_1er_janvier(url_sqlite: str) -> None:
    r = Recueil()
    for naissance in (2008, 2012, 2004, 2005):
        r.usager(f"u{naissance}", naissance=str(naissance))
        r.acte(f"u{naissance}")
    base = Reponses(url_sqlite, r)
    assert base.nombres("age") == {"moins_10": 1, "13": 1, "16": 1, "17_plus": 1}
    assert base.nombres("tranche_age") == {"moins_10": 1, "10_13": 1, "14_16": 1, "17_plus": 1}


def test_sans_debut_la_premiere_intervention_de_toute_annee_en_tient_lieu(url_sqlite: str) -> None:
    r = Recueil()
    for nom, debut in (("ancien", ""), ("neuf", ""), ("dit", "2021-08-31"), ("jour", "2021-09-01")):
        r.usager(nom, debut=debut)
        r.acte(nom)
    r.acte("ancien", "2020-06-01", acteur="educateur")
    base = Reponses(url_sqlite, r)
    assert base.nombres("anciennete") == {"poursuivi": 2, "nouveau": 2}


def test_une_intervention_plus_ancienne_livree_apres_change_l_anciennete(url_sqlite: str) -> None:
    r = Recueil()
    r.usager("u")
    r.acte("u")
    suite = Recueil()
    suite.formes.clear()
    suite.ajouter(
        "interventions",
        association="A",
        intervention="ancienne",
        usager="u",
        date="2020-05-01",
        acteur="alses",
    )
    base = Reponses(url_sqlite, r, suite)
    assert base.nombres("anciennete") == {"poursuivi": 1}


# --- Interventions --------------------------------------------------------------------------------


def test_la_population_alses_ne_lit_que_les_interventions_des_alses(url_sqlite: str) -> None:
    r = Recueil()
    r.usager("u")
    r.acte("u", lieu="local", objectifs="sante")
    r.acte("u", lieu="domicile", objectifs="loi", acteur="educateur")
    r.acte("u", lieu="domicile", acteur="educateur")
    base = Reponses(url_sqlite, r)
    assert base.nombres("lieu") == {"local": 1}
    assert base.nombres("lieu", population="ps") == {"local": 1, "domicile": 2}
    assert base.nombres("objectifs") == {"sante": 1}
    assert base.nombres("objectifs", population="ps") == {"sante": 1, "loi": 1}
    assert base.nombres("intensite") == {"1_2": 1}
    assert base.nombres("intensite", population="ps") == {"3_5": 1}


def test_les_interventions_se_comptent_et_les_jeunes_s_unissent(url_sqlite: str) -> None:
    r = Recueil()
    for nom, lieux in (("u", ["local", "local", "domicile"]), ("v", ["local", ""])):
        r.usager(nom)
        for lieu in lieux:
            r.acte(nom, lieu=lieu)
    base = Reponses(url_sqlite, r)
    assert base.nombres("lieu") == {"local": 3, "domicile": 1}
    ligne = base.ligne("lieu", "local")
    assert (ligne.base, ligne.part, ligne.non_renseigne) == (4, 75, 1)
    assert base.nombres("lieu_jeunes") == {"local": 2, "domicile": 1}


def test_une_mention_par_valeur_et_par_intervention(url_sqlite: str) -> None:
    r = Recueil()
    r.usager("u")
    r.acte("u", partenaires_territoire="ssd|soins|commune", partenaires_hors="ssd")
    r.acte("u", partenaires_territoire="ssd|etablissement_scolaire")
    base = Reponses(url_sqlite, r)
    assert base.nombres("implantation") == {"territoire": 5, "hors_territoire": 1}
    assert base.nombres("partenaires") == {
        "etablissements_scolaires": 1,
        "services_sociaux_pjj_soins": 3,
        "droit_commun": 1,
    }
    assert base.nombres("services") == {"ssd": 2, "soins": 1}
    droit_commun = base.demander("droit_commun")
    assert {x.base for x in droit_commun.lignes} == {4}
    assert droit_commun.ligne("services_sociaux_pjj_soins").part == 75
    assert {x.non_renseigne for x in droit_commun.lignes} == {None}


@pytest.mark.parametrize(
    ("nombre", "classe"), [(1, "1_2"), (2, "1_2"), (3, "3_5"), (20, "11_20"), (41, "plus_40")]
)
def test_les_classes_d_intensite(url_sqlite: str, nombre: int, classe: str) -> None:
    r = Recueil()
    r.usager("u")
    for _ in range(nombre):
        r.acte("u")
    assert Reponses(url_sqlite, r).nombres("intensite") == {classe: 1}


def test_la_mediane_de_deux_jeunes_est_a_mi_chemin(url_sqlite: str) -> None:
    r = Recueil()
    for nom, nombre in (("u", 1), ("v", 4)):
        r.usager(nom)
        for _ in range(nombre):
            r.acte(nom)
    base = Reponses(url_sqlite, r)
    assert base.demander("intensite").ligne("mediane", "mediane").valeur == 2.5


# --- Bases and non renseigné ----------------------------------------------------------------------


def test_le_non_renseigne_d_une_base_restreinte(url_sqlite: str) -> None:
    r = Recueil()
    for nom, origine, fonction in (
        ("dit", "etablissement_scolaire", "direction"),
        ("tait", "etablissement_scolaire", ""),
        ("vide", "", ""),
        ("ailleurs", "pjj", ""),
        ("rue", "travail_rue", ""),
    ):
        r.usager(nom, origine=origine, fonction_ecole=fonction)
        r.acte(nom)
    base = Reponses(url_sqlite, r)
    ligne = base.ligne("fonction_ecole", "direction")
    assert (ligne.effectif, ligne.base, ligne.part) == (1, 1, 100)
    # Inside without an answer, and without a parent; those sent by others are not missing.
    assert ligne.non_renseigne == 2
    ecole = base.ligne("origine_partenaires", "etablissement_scolaire")
    assert (ecole.effectif, ecole.base, ecole.part, ecole.non_renseigne) == (2, 3, 66.7, 1)
    assert base.ligne("origine_publics", "jeune").base == 0


def test_aucune_mesure_n_est_ni_une_mesure_ni_un_blanc(url_sqlite: str) -> None:
    r = Recueil()
    for nom, mesures in (("u", "aucune"), ("v", ""), ("w", "psy|ase_suivi"), ("x", "aucune|pjj")):
        r.usager(nom)
        r.situation(nom, "2021-09-10", mesures=mesures)
        r.acte(nom)
    base = Reponses(url_sqlite, r)
    connue = base.ligne("mesure_connue", "oui")
    assert (connue.effectif, connue.base, connue.non_renseigne) == (2, 4, 1)
    assert base.nombres("mesure_connue") == {"oui": 2, "non": 2}
    assert base.nombres("mesures") == {"ase_suivi": 1, "psy": 1, "pjj": 1}
    types = base.ligne("mesures", "psy")
    assert (types.base, types.non_renseigne) == (2, 1)


def test_avec_famille_a_tout_le_monde_pour_base(url_sqlite: str) -> None:
    r = Recueil()
    for nom, famille in (("u", "mere|pere"), ("v", "")):
        r.usager(nom)
        r.acte(nom, famille=famille)
    base = Reponses(url_sqlite, r)
    oui = base.ligne("avec_famille", "oui")
    assert (oui.effectif, oui.base, oui.part, oui.non_renseigne) == (1, 2, 50, 1)


def test_sans_salaire_est_sans_aucune_valeur_du_groupe_salaire(url_sqlite: str) -> None:
    r = Recueil()
    for nom, ressources in (("u", "rsa|prestations"), ("v", "rsa|salaire"), ("w", "")):
        r.usager(nom)
        r.situation(nom, "2021-09-10", ressources=ressources)
        r.acte(nom)
    base = Reponses(url_sqlite, r)
    assert base.nombres("ressources_hors_salaire") == {"sans_salaire": 1, "avec_salaire": 1}


def test_les_filtres_de_profil_ne_changent_que_les_jeunes_comptes(url_sqlite: str) -> None:
    r = Recueil()
    for nom, sexe, naissance in (("u", "fille", "2008"), ("v", "fille", ""), ("w", "garcon", "")):
        r.usager(nom, sexe=sexe, naissance=naissance)
        r.acte(nom)
    base = Reponses(url_sqlite, r)
    assert base.effectif(filtres=[("sexe", "fille")]) == 2
    assert base.effectif(filtres=[("age", "10_13"), ("sexe", "fille")]) == 1
    assert base.effectif(filtres=[("sexe", "fille"), ("age", "10_13")]) == 1
    with pytest.raises(HorsTreillis):
        base.effectif(A, filtres=[("sexe", "fille"), ("age", "10_13")])


# --- Cumul ----------------------------------------------------------------------------------------


def test_le_cumul_additionne_les_accompagnements_de_trois_ans(url_sqlite: str) -> None:
    r = Recueil()
    for nom, jours in (("u", ["2019-10-01", "2020-10-01", "2021-10-01"]), ("v", ["2021-10-01"])):
        r.usager(nom, sexe="fille")
        r.situation(nom, "2019-09-10", college="c1")
        for jour in jours:
            r.acte(nom, jour)
    base = Reponses(url_sqlite, r)
    assert base.effectif(C1, annee="2019-2022") == 4
    assert base.nombres("sexe", C1, annee="2019-2022") == {"fille": 4}
    with pytest.raises(HorsTreillis):
        base.effectif(annee="2019-2022")
    with pytest.raises(HorsTreillis):
        base.demander("postes", C1, annee="2019-2022")


# --- The number rule ------------------------------------------------------------------------------


def test_les_entetes_sont_exactes_pour_tous_et_elles_seules(url_sqlite: str) -> None:
    r = Recueil()
    noms = r.jeunes(23, sexe="fille")
    base = Reponses(url_sqlite, r)
    for lieu in (None, T1):
        for population in ("alses", "ps"):
            reponse = base.demander(
                "effectif",
                **({"lieu": lieu} if lieu else {}),
                population=population,
                lecteur=DEPARTEMENT,
            )
            assert (reponse.statut, reponse.lignes[0].effectif) == ("exact", 23)
    collegiens = base.demander("effectif", population="collegiens", lecteur=DEPARTEMENT)
    filles = base.demander("effectif", filtres=[("sexe", "fille")], lecteur=DEPARTEMENT)
    college = base.demander("effectif", C1, lecteur=DEPARTEMENT)
    for reponse in (collegiens, filles, college):
        assert (reponse.statut, reponse.lignes[0].effectif) == ("arrondi", p_de(noms))


def test_un_groupe_n_a_qu_un_nombre_sur_tous_les_ecrans(url_sqlite: str) -> None:
    r = Recueil()
    noms = r.jeunes(23, sexe="fille", naissance="2008")
    base = Reponses(url_sqlite, r)
    attendu = p_de(noms, 23)
    lus = [
        base.ligne("sexe", "fille", lecteur=DEPARTEMENT),
        base.ligne("sexe", "fille", C1, lecteur=DEPARTEMENT),
        base.ligne("age", "13", T1, lecteur=DEPARTEMENT),
        base.ligne("sexe", "fille", filtres=[("age", "10_13")], lecteur=DEPARTEMENT),
        base.ligne("classe", "6e", A, lecteur=DEPARTEMENT),
        base.demander("sexe", croiser="classe", lecteur=DEPARTEMENT).ligne(
            "fille|6e", "croisement"
        ),
    ]
    assert {x.effectif for x in lus} == {attendu}


def test_un_nombre_ne_depasse_pas_sa_base(url_sqlite: str) -> None:
    """19 youths all the same: p of the cell may draw 20, the cap leaves 15."""
    r = Recueil()
    noms = r.jeunes(19, sexe="fille")
    # Found by drawing names until the free number exceeds the cap.
    suffixe = 0
    while p_de(noms) != 20:
        suffixe += 1
        r = Recueil()
        noms = r.jeunes(19, f"u{suffixe}-", sexe="fille")
    base = Reponses(url_sqlite, r)
    assert base.demander("effectif", C1, lecteur=DEPARTEMENT).lignes[0].effectif == 20
    ligne = base.ligne("sexe", "fille", C1, lecteur=DEPARTEMENT)
    assert (ligne.effectif, ligne.base, ligne.part) == (15, 15, 100)


def test_oui_et_non_font_la_base(url_sqlite: str) -> None:
    r = Recueil()
    noms = r.jeunes(31)
    for nom in noms[:12]:
        r.acte(nom, acteur="educateur")
    base = Reponses(url_sqlite, r)
    oui, non = base.demander("croises", lecteur=DEPARTEMENT).lignes
    assert oui.effectif == p_de(noms[:12], 31)
    assert oui.effectif + non.effectif == oui.base == non.base
    assert non.effectif % 5 == 0


def test_un_oui_cache_ne_se_deduit_pas_du_non_d_un_lien(url_sqlite: str) -> None:
    """Under the floor of 10, « non » = base − « oui » would tell 5 from 0."""
    r = Recueil()
    noms = r.jeunes(40)
    for nom in noms[:5]:
        r.acte(nom, acteur="educateur")
    base = Reponses(url_sqlite, r)
    oui, non = base.demander("croises", lecteur=INVITE).lignes
    assert oui.statut == "masque"
    assert (non.statut, non.effectif, non.part) == ("non_diffuse", None, None)
    _, non = base.demander("croises", lecteur=DEPARTEMENT).lignes
    assert non.effectif == 35


def test_le_plancher_et_l_assiette(url_sqlite: str) -> None:
    r = Recueil()
    filles = r.jeunes(10, "f", sexe="fille")
    r.jeunes(10, "g", "c2", sexe="garcon")
    base = Reponses(url_sqlite, r)
    assert p_de(filles) == 10
    lignes = {x.modalite: x for x in base.demander("sexe", lecteur=DEPARTEMENT).lignes}
    assert (lignes["fille"].effectif, lignes["fille"].base, lignes["fille"].part) == (10, 20, 50)
    refusee = base.demander("sexe", C1, lecteur=DEPARTEMENT)
    assert refusee.statut == "refuse"
    assert all((x.effectif, x.base, x.part, x.non_renseigne) == (None,) * 4 for x in refusee.lignes)
    assert base.demander("effectif", C1, lecteur=DEPARTEMENT).lignes[0].effectif == 10
    # A link wants 25.
    assert base.demander("sexe", lecteur=INVITE).statut == "refuse"


def test_zero_et_quatre_se_ressemblent(url_sqlite: str) -> None:
    r = Recueil()
    r.jeunes(25, "a", sexe="fille")
    r.jeunes(1, "b", "c2", sexe="garcon")
    base = Reponses(url_sqlite, r)
    # One boy at c2, nobody at « sans-poste » (population ps), no boy at c1.
    un = base.demander("effectif", C2, population="ps", lecteur=DEPARTEMENT).lignes
    personne = base.demander("effectif", SANS_POSTE, population="ps", lecteur=DEPARTEMENT).lignes
    assert un == personne
    assert un[0].statut == "masque"
    garcon = base.ligne("sexe", "garcon", C1, lecteur=DEPARTEMENT)
    assert (garcon.statut, garcon.effectif, garcon.part) == ("masque", None, None)
    for indicateur in ("sexe", "intensite", "lieu", "qualite_saisie"):
        vides = [
            base.demander(indicateur, x, population="ps", lecteur=DEPARTEMENT).lignes
            for x in (C2, SANS_POSTE)
        ]
        assert vides[0] == vides[1]
    assert base.effectif(C2, population="ps") == 1
    assert base.effectif(SANS_POSTE, population="ps") == 0


def test_un_jeune_qui_fait_plus_de_la_moitie_des_mentions_les_retire(url_sqlite: str) -> None:
    r = Recueil()
    noms = r.jeunes(20)
    for nom in noms:
        r.acte(nom, partenaires_territoire="ssd|commune")
    for _ in range(21):
        r.acte(noms[0], partenaires_territoire="commune")
    base = Reponses(url_sqlite, r)
    lignes = {x.modalite: x for x in base.demander("partenaires", lecteur=DEPARTEMENT).lignes}
    # 20 + 21 mentions of town halls, 22 of them by one youth; 20 of social services.
    assert lignes["droit_commun"].statut == "non_diffuse"
    assert lignes["droit_commun"].part is None
    assert lignes["services_sociaux_pjj_soins"].part == 33
    assert lignes["etablissements_scolaires"].statut == "masque"
    exacte = base.ligne("partenaires", "droit_commun")
    assert (exacte.effectif, exacte.base, exacte.part) == (41, 61, 67.2)


def test_la_moitie_juste_se_montre(url_sqlite: str) -> None:
    r = Recueil()
    noms = r.jeunes(20)
    for nom in noms:
        r.acte(nom, lieu="local")
    for _ in range(18):
        r.acte(noms[0], lieu="local")
    base = Reponses(url_sqlite, r)
    assert base.ligne("lieu", "local", lecteur=DEPARTEMENT).part == 100
    r.acte(noms[0], lieu="local")
    encore = Recueil()
    encore.formes = {"interventions": r.formes["interventions"][-1:]}
    base = Reponses(url_sqlite, encore)
    assert base.ligne("lieu", "local", lecteur=DEPARTEMENT).statut == "non_diffuse"


def test_les_evenements_ne_donnent_que_leur_part(url_sqlite: str) -> None:
    r = Recueil()
    for nom in r.jeunes(20):
        r.acte(nom, lieu="local")
    ligne = Reponses(url_sqlite, r).ligne("lieu", "local", lecteur=DEPARTEMENT)
    assert (ligne.effectif, ligne.base, ligne.non_renseigne) == (None, None, None)
    assert ligne.part == 100


def test_le_non_renseigne_publie_est_population_moins_base(url_sqlite: str) -> None:
    r = Recueil()
    noms = r.jeunes(22, sexe="fille") + r.jeunes(9, "v")
    base = Reponses(url_sqlite, r)
    ligne = base.ligne("sexe", "fille", C1, lecteur=DEPARTEMENT)
    assert ligne.base == p_de(noms[:22], 31)
    assert ligne.non_renseigne == p_de(noms) - p_de(noms[:22], 31)


# --- Order of the blanks --------------------------------------------------------------------------


def test_non_pose_passe_avant_sans_objet_et_refuse(url_sqlite: str) -> None:
    """No file has `sexe`; `sans-poste` has no post; c1 has too few youths."""
    r = Recueil()
    noms = r.jeunes(2)
    r.usager("v")
    r.situation("v", "2021-09-10", college="sans-poste")
    r.acte("v")
    base = Reponses(url_sqlite, r)
    for lecteur in (HABILITE, DEPARTEMENT, INVITE):
        assert base.demander("sexe", C1, lecteur=lecteur).statut == "non_pose"
        assert base.demander("sexe", SANS_POSTE, lecteur=lecteur).statut == "non_pose"
        assert base.demander("anciennete", SANS_POSTE, lecteur=lecteur).statut == "sans_objet"
    assert base.demander("anciennete", C1, lecteur=DEPARTEMENT).statut == "refuse"
    effectif = base.demander("effectif", C1, lecteur=DEPARTEMENT)
    assert effectif.statut == ("arrondi" if p_de(noms) else "masque")


def test_une_colonne_presente_et_vide_est_posee(url_sqlite: str) -> None:
    r = Recueil()
    r.jeunes(16, sexe="")
    base = Reponses(url_sqlite, r)
    ligne = base.ligne("sexe", "fille")
    assert (ligne.statut, ligne.effectif, ligne.base, ligne.non_renseigne) == ("exact", 0, 0, 16)
    assert base.demander("sexe", lecteur=DEPARTEMENT).statut == "refuse"


def test_non_pose_se_dit_lieu_par_lieu(url_sqlite: str) -> None:
    premiere, seconde = Recueil(), Recueil()
    premiere.jeunes(2, "a", "c1", sexe="fille")
    seconde.jeunes(2, "b", "c2")
    for ligne in seconde.formes["interventions"]:
        ligne["intervention"] = "b" + ligne["intervention"]
    base = Reponses(url_sqlite, premiere, seconde)
    assert base.demander("sexe", C1).statut == "exact"
    assert base.demander("sexe", C2).statut == "non_pose"
    assert base.nombres("sexe") == {"fille": 2}


def test_sans_objet_ne_vaut_que_pour_les_alses(url_sqlite: str) -> None:
    r = Recueil()
    r.usager("u")
    r.situation("u", "2021-09-10", college="sans-poste", classe="6e")
    r.acte("u", acteur="educateur")
    base = Reponses(url_sqlite, r)
    assert base.demander("effectif", SANS_POSTE).statut == "sans_objet"
    assert base.demander("effectif", SANS_POSTE, population="ps").lignes[0].effectif == 1
    assert base.demander("croises", SANS_POSTE, population="ps").statut == "sans_objet"
    assert base.demander("part_alses", SANS_POSTE).ligne("educateur").effectif == 1


def test_un_poste_d_un_seul_jour_ote_le_sans_objet(url_sqlite: str) -> None:
    poste = {"college": "c1", "association": "A", "etp": "1", "plan_pauvrete": "non"}
    r = Recueil([poste | {"debut": "2022-08-31", "fin": ""}])
    r.jeunes(1)
    base = Reponses(url_sqlite, r)
    assert base.demander("effectif", C1).statut == "exact"
    assert base.nombres("postes", C1) == {}


# --- Activity -------------------------------------------------------------------------------------


def _action(r: Recueil, action: str, **cellules: str) -> None:
    r.ajouter("actions_ponctuelles", association="A", action=action, **cellules)


def test_les_participants_sont_distincts_sur_l_annee(url_sqlite: str) -> None:
    r = Recueil()
    noms = r.jeunes(13)
    _action(r, "1", date="2021-10-01", usagers="|".join(noms[:9]), autres_jeunes="4")
    _action(r, "2", date="2022-05-01", usagers="|".join(noms[5:]), autres_jeunes="8")
    _action(r, "3", date="2022-09-01", usagers=noms[0], autres_jeunes="50")
    base = Reponses(url_sqlite, r)
    assert base.nombres("actions_participants") == {"suivis": 13, "nouveaux": 12}
    lignes = base.demander("actions_participants", lecteur=DEPARTEMENT).lignes
    assert [x.effectif for x in lignes] == [p_de(noms), 10]
    assert {x.statut for x in lignes} == {"arrondi"}


def test_une_action_sans_college_n_a_pas_de_territoire(url_sqlite: str) -> None:
    r = Recueil()
    r.jeunes(1)
    _action(r, "1", date="2021-10-01", college="c1", type="debat")
    _action(r, "2", date="2021-10-01", college="", type="debat")
    base = Reponses(url_sqlite, r)
    assert base.nombres("actions_nombre") == {"debat": 2}
    assert base.nombres("actions_nombre", T1) == {"debat": 1}
    assert base.nombres("actions_nombre", A) == {"debat": 2}
    with pytest.raises(HorsTreillis):
        base.demander("actions_nombre", filtres=[("sexe", "fille")])


def test_les_deux_formes_d_action_ont_chacune_leurs_cles(url_sqlite: str) -> None:
    r = Recueil()
    r.jeunes(1)
    _action(r, "1", date="2021-10-01", type="debat")
    r.ajouter(
        "actions_projet",
        association="A",
        action="1",
        projet="P",
        debut="2021-10-01",
        type="debat",
    )
    reponse = Reponses(url_sqlite, r).demander("actions_nombre")
    assert reponse.ligne("debat", "ponctuelle").effectif == 1
    assert reponse.ligne("debat", "projet").effectif == 1


def test_une_forme_d_action_que_personne_n_a_remplie_n_est_pas_non_posee(url_sqlite: str) -> None:
    r = Recueil()
    r.jeunes(1)
    _action(r, "1", date="2021-10-01", type="debat")
    base = Reponses(url_sqlite, r)
    assert {x.statut for x in base.demander("actions_nombre").lignes} == {"exact"}
    assert base.demander("actions_thematique").statut == "non_pose"


def test_l_activite_est_exacte_pour_tous(url_sqlite: str) -> None:
    r = Recueil()
    r.jeunes(1)
    _action(r, "1", date="2021-10-01", type="debat", thematique="cps")
    base = Reponses(url_sqlite, r)
    for indicateur in ("postes", "colleges_equipes", "actions_nombre", "actions_thematique"):
        reponse = base.demander(indicateur, lecteur=DEPARTEMENT)
        assert reponse.statut == "exact"
        assert reponse.population == ""
    assert base.nombres("postes", lecteur=DEPARTEMENT) == {"plan_pauvrete": 1, "autre": 2}
    etp = base.demander("postes", lecteur=DEPARTEMENT).serie("etp")
    assert [x.valeur for x in etp] == [1, 1.5]
    assert base.nombres("colleges_equipes", lecteur=DEPARTEMENT) == {"rep": 1, "hors": 1}


def test_jeunes_par_poste_divise_par_les_etp_ouverts(url_sqlite: str) -> None:
    r = Recueil()
    r.jeunes(20)
    base = Reponses(url_sqlite, r)
    ligne = base.demander("jeunes_par_poste", lecteur=DEPARTEMENT).lignes[0]
    assert (ligne.effectif, ligne.base, ligne.valeur) == (20, 2.5, 8)


def test_la_derniere_fiche_conditions_de_chaque_poste_ouvert(url_sqlite: str) -> None:
    r = Recueil()
    r.jeunes(1)
    for college, association, date, convention in (
        ("c1", "A", "2021-10-01", "non"),
        ("c1", "A", "2022-08-31", "oui"),
        ("c1", "A", "2022-09-01", "ne_sait_pas"),
        ("c2", "A", "2019-10-01", "oui"),
        ("sans-poste", "A", "2021-10-01", "oui"),
    ):
        r.ajouter(
            "conditions",
            college=college,
            association=association,
            date=date,
            convention=convention,
        )
    ligne = Reponses(url_sqlite, r).demander("conditions").ligne("oui", "convention")
    # Three pairs have an open post: two of them have a row.
    assert (ligne.effectif, ligne.base, ligne.part, ligne.non_renseigne) == (2, 2, 100, 1)


def test_l_anciennete_des_professionnels_se_tait_sous_trois_postes(url_sqlite: str) -> None:
    r = Recueil()
    r.jeunes(1)
    for college, association, annees in (("c1", "A", "0.5"), ("c2", "A", "2"), ("c2", "B", "12")):
        r.ajouter(
            "conditions",
            college=college,
            association=association,
            date="2021-10-01",
            anciennete_alses=annees,
        )
    base = Reponses(url_sqlite, r)
    serie = base.demander("anciennete_alses", lecteur=DEPARTEMENT).serie("alses")
    nombres = {x.modalite: x.effectif for x in serie if x.effectif}
    assert nombres == {"moins_1": 1, "1_2": 1, "plus_10": 1}
    for lieu in (C1, T2, A):
        serie = base.demander("anciennete_alses", lieu, lecteur=DEPARTEMENT).serie("alses")
        assert {(x.statut, x.effectif, x.base) for x in serie} == {("refuse", None, None)}
    assert base.demander("anciennete_alses").serie("prevention")[0].statut == "non_pose"


# --- Who may ask ----------------------------------------------------------------------------------


def test_un_chef_lit_ses_chiffres_exacts_et_le_reste_arrondi(url_sqlite: str) -> None:
    r = Recueil()
    noms = r.jeunes(17)
    base = Reponses(url_sqlite, r)
    for lieu in (
        A,
        Lieu("association_territoire", "association-a/t1"),
        Lieu("association_college", "association-a/c1"),
    ):
        reponse = base.demander("effectif", lieu, lecteur=CHEF_A)
        assert (reponse.politique.nom, reponse.lignes[0].effectif) == ("exact", 17)
    college = base.demander("effectif", C1, lecteur=CHEF_A)
    assert (college.politique.nom, college.lignes[0].effectif) == ("protege", p_de(noms))
    assert base.demander("effectif", T1, lecteur=CHEF_A).politique.nom == "protege"


@pytest.mark.parametrize(
    ("type_", "code"),
    [
        ("association", "association-b"),
        ("association_territoire", "association-b/t2"),
        ("association_college", "association-b/c2"),
        ("college", "sans-poste"),
        ("reseau", "rep"),
        ("poste", "autre"),
    ],
)
def test_un_lieu_hors_du_perimetre_repond_comme_un_lieu_inconnu(
    url_sqlite: str, type_: str, code: str
) -> None:
    r = Recueil()
    r.jeunes(1)
    base = Reponses(url_sqlite, r)
    refus = []
    for lieu in (Lieu(type_, code), Lieu(type_, "inconnu"), Lieu(type_, "inconnu/inconnu")):
        with pytest.raises(QuestionRefusee) as erreur:
            base.demander("effectif", lieu, lecteur=CHEF_A)
        refus.append((type(erreur.value), str(erreur.value)))
    assert len(set(refus)) == 1
    assert code not in refus[0][1]


def test_une_association_dans_un_college_n_existe_qu_en_chiffres_exacts(url_sqlite: str) -> None:
    r = Recueil()
    r.jeunes(1)
    base = Reponses(url_sqlite, r)
    for lecteur in (DEPARTEMENT, INVITE):
        with pytest.raises(QuestionRefusee):
            base.demander(
                "effectif", Lieu("association_college", "association-a/c1"), lecteur=lecteur
            )


def test_un_jeune_garde_sa_cle_d_une_annee_a_l_autre_differente(url_sqlite: str) -> None:
    """The key holds the year: the same group may draw another number the year after."""
    noms = [f"u{i}" for i in range(17)]
    annees = ("2020-2021", "2021-2022", "2022-2023", "2023-2024")
    attendus = [publier_groupe([("A", n, a) for n in noms]) for a in annees]
    r = Recueil()
    for nom in noms:
        r.usager(nom)
        r.situation(nom, "2020-09-10", college="c1")
        for a in annees:
            r.acte(nom, f"{a[:4]}-10-01")
    base = Reponses(url_sqlite, r)
    lus = [
        base.demander("effectif", C1, annee=a, lecteur=DEPARTEMENT).lignes[0].effectif
        for a in annees
    ]
    assert lus == attendus
    assert set(attendus) <= {15, 20}
