"""The printed figures beside the computed ones: a summary, then every figure, document by document.

What may be shown of each is decided in `queries.rapprochement`; here it is filtered, written, and
laid out as rows for the files (`dashboard.fichiers`).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from dash import html as composants
from markupsafe import Markup

from dashboard import balises as html
from dashboard.choix import dire_avis
from dashboard.contexte import Contexte
from dashboard.exports import NOTE_SYNTHETIQUE
from dashboard.filtres import Barre
from dashboard.fragments import fragment
from dashboard.nombres import FINE, INSECABLE, date_longue, nombre, pluriel
from dashboard.pages import affirmations
from data.lexique import Document, lire_documents
from data.rapprochement import (
    A_EXPLIQUER,
    EGAL,
    EXPLIQUE,
    NON_EXPRIMABLE,
    Rapprochement,
    trouver_page,
)
from queries.lecteur import Lecteur
from queries.rapprochement import HORS_PERIMETRE, NON_PUBLIE, Feuille, lire

TITRE = "Rapprochement"
CHEMIN = "/rapprochement"
PARAMETRES = ("document", "chapitre", "verdict")

CODES: dict[str, str] = {
    EGAL: "egal",
    A_EXPLIQUER: "different",
    EXPLIQUE: "explique",
    NON_PUBLIE: "non-publie",
    NON_EXPRIMABLE: "non-exprimable",
    HORS_PERIMETRE: "hors-perimetre",
}
"""State → how an address writes it, in the order it is spoken of."""

COLONNES: tuple[str, ...] = (
    "document",
    "chapitre",
    "page",
    "chiffre",
    "précision",
    "période",
    "lieu",
    "imprimé",
    "unité",
    "approché",
    "calculé",
    "écart",
    "verdict",
    "explication",
    "citation",
    "livraison",
    "note",
)
"""Columns of the files."""

LIGNES_OUVERTES = 200
"""Most rows that are unfolded at once."""

_MARQUES = re.compile(r"\*\*|</?su[bp]>")
_RENVOI = re.compile(r" \(contrôles? [\d., et]+\)")
"""A reference to the notes that the project keeps on the documents' contradictions."""


@dataclass(frozen=True, slots=True)
class Filtre:
    """What is kept: source of a document, code of a chapter, state; "" = all."""

    document: str = ""
    chapitre: str = ""
    verdict: str = ""

    def garder(self, lignes: Iterable[Rapprochement]) -> list[Rapprochement]:
        """The figures that are kept, in order."""
        return [
            x
            for x in lignes
            if self.document in ("", x.source)
            and self.chapitre in ("", coder(x.section))
            and self.verdict in ("", x.etat)
        ]


def nettoyer(texte: str) -> str:
    """A printed text without the marks of its transcription, each word kept as it is."""
    return _MARQUES.sub("", texte).strip()


def coder(section: str) -> str:
    """A chapter of a document, as an address writes it."""
    plat = unicodedata.normalize("NFKD", nettoyer(section)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plat.lower()).strip("-")[:60].rstrip("-")


def titrer(section: str) -> str:
    """A chapter of a document, as a person reads it."""
    return nettoyer(section).rstrip(" ,:").replace(" > ", " › ")


def expliquer(x: Rapprochement) -> str:
    """Why the figures differ, or how the computed one was found."""
    return _RENVOI.sub("", x.explication)


def lire_filtre(paires: Iterable[tuple[str, str]], feuille: Feuille) -> tuple[Filtre, list[str]]:
    """What an address asks to keep, and what of it had to be ignored, in French."""
    lignes = feuille.lignes
    verdicts = {code: etat for etat, code in CODES.items() if etat in feuille.verdicts}
    connus = {
        "document": {coder_document(x.source): x.source for x in lignes},
        "chapitre": {coder(x.section): coder(x.section) for x in lignes if x.section},
        "verdict": verdicts,
    }
    retenus: dict[str, str] = {}
    avis = []
    for nom, valeur in paires:
        if valeur in connus[nom] and nom not in retenus:
            retenus[nom] = connus[nom][valeur]
        elif valeur in connus[nom]:
            avis.append(f"« {nom} » ne se choisit qu’une fois : le premier est gardé.")
        else:
            avis.append(f"Valeur inconnue pour « {nom} » : « {valeur[:60]} », ignorée.")
    return Filtre(**retenus), avis


def coder_document(source: str) -> str:
    """A document as an address writes it: its association is not named there."""
    association = _document(source).association
    return source.replace(association, "association") if association else source


def nommer_document(source: str, lecteur: Lecteur) -> str:
    """Its title, or what may be said of it to who may not read the name of its association."""
    d = _document(source)
    if d.association and lecteur.restreint and d.association not in lecteur.associations:
        return d.anonyme
    return d.titre


def _document(source: str) -> Document:
    return next(d for d in lire_documents() if d.code == source)


def composer(ctx: Contexte) -> list[Any]:
    """The page."""
    feuille = lire(ctx.depot, ctx.etat, ctx.lecteur)
    filtre, avis = lire_filtre(ctx.propres, feuille)
    lignes = filtre.garder(feuille.lignes)
    tete = html.Header(
        [
            html.H1(TITRE),
            html.P(
                "Chaque chiffre imprimé dans les documents publics, à côté de celui que la base "
                "donne. Rien d’imprimé n’est corrigé : un écart est montré, et expliqué quand la "
                "source se contredit.",
                className="introduction",
            ),
        ],
        className="tete-page",
    )
    blocs: list[Markup | None] = [tete, dire_avis(avis)]
    if not feuille.calcule:
        blocs.append(
            html.P(
                "Le rapprochement n’a pas encore été calculé : il le sera au prochain chargement "
                "d’une livraison.",
                className="bandeau",
            )
        )
    return [
        fragment(*blocs, _resumer(feuille, ctx)),
        composants.Section(
            [
                fragment(html.H2("Les chiffres, un par un", id="titre-chiffres")),
                composants.Div(_choix(feuille, filtre, ctx), className="rang-choix"),
                fragment(_dire(lignes, feuille, ctx), *_tables(lignes, feuille, ctx)),
            ],
            className="carte rapprochement",
            **{"aria-labelledby": "titre-chiffres"},
        ),
        fragment(
            affirmations.composer(
                ctx, filtre.document, lambda source: nommer_document(source, ctx.lecteur), nettoyer
            )
        ),
    ]


# --- summary --------------------------------------------------------------------------------------


def _resumer(feuille: Feuille, ctx: Contexte) -> Markup:
    comptes = Counter(x.etat for x in feuille.lignes)
    total = len(feuille.lignes) + feuille.interdits
    calcules = sum(n for etat, n in comptes.items() if etat in (EGAL, A_EXPLIQUER, EXPLIQUE))
    accord = ("égal", "égaux") if feuille.exact else ("concordant", "concordants")
    autres = ("différent", "différents") if feuille.exact else ("non concordant", "non concordants")
    phrase = (
        f"Sur {pluriel(total, 'chiffre imprimé', 'chiffres imprimés')}, {nombre(calcules)} se "
        f"calculent dans la base : {pluriel(comptes[EGAL], *accord)}, "
        f"{pluriel(comptes[EXPLIQUE], 'qui s’écarte', 'qui s’écartent')} pour une raison connue, "
        f"{pluriel(comptes[A_EXPLIQUER], *autres) if comptes[A_EXPLIQUER] else 'aucun autre'}."
    )
    regle = (
        "Les données sont synthétiques : le chiffre calculé est exact, et comparé à la précision "
        "du chiffre imprimé."
        if feuille.exact
        else "Le chiffre calculé est celui que le Département peut lire, arrondi pour protéger les "
        "jeunes : il est dit concordant quand le vrai nombre peut être celui qui est imprimé."
    )
    definitions = [
        (etat, mots, _EXPLICATIONS[etat])
        for etat, mots in feuille.verdicts.items()
        if comptes[etat] or etat in (EGAL, A_EXPLIQUER)
    ]
    lignes = [
        html.Li(
            [
                html.Lien(
                    [html.Span(nombre(comptes[etat]), className="grand"), _pastille(etat, mots)],
                    ctx.adresse(propres=[("verdict", CODES[etat])]),
                ),
                html.Span(explication, className="depuis"),
            ]
        )
        for etat, mots, explication in definitions
    ]
    lignes.append(
        html.Li(
            [
                html.Span(
                    [
                        html.Span(nombre(feuille.interdits), className="grand"),
                        html.Span("à ne pas réutiliser"),
                    ],
                    className="sans-lien",
                ),
                html.Span(
                    "Ils décrivent trop précisément quelques jeunes : comptés, jamais montrés.",
                    className="depuis",
                ),
            ]
        )
    )
    return html.Section(
        [
            html.H2("En résumé", id="titre-resume"),
            html.P(phrase, className="phrase"),
            html.P(regle, className="aide"),
            html.Ul(lignes, className="bilan"),
            _par_document(feuille, ctx),
        ],
        className="carte",
        **{"aria-labelledby": "titre-resume"},
    )


_EXPLICATIONS = {
    EGAL: "Le chiffre calculé, arrondi comme l’imprimé, est le même.",
    A_EXPLIQUER: "L’écart n’a pas d’explication connue.",
    EXPLIQUE: "La source se contredit, ou parle autrement.",
    NON_PUBLIE: "Les réponses publiées ne permettent pas de le calculer.",
    NON_EXPRIMABLE: "Aucune fiche de la base ne porte ce qu’il mesure.",
    HORS_PERIMETRE: "Seul le chiffre imprimé vous est montré.",
}


def _pastille(etat: str, mots: str) -> Markup:
    return html.Span(mots, className=f"verdict {CODES[etat]}")


def _par_document(feuille: Feuille, ctx: Contexte) -> Markup:
    """Documents by verdicts, each number leading to its figures."""
    presents = {x.etat for x in feuille.lignes}
    etats = [e for e in feuille.verdicts if e in presents]
    rangs = []
    for source, groupe in groupby(feuille.lignes, key=lambda x: x.source):
        comptes = Counter(x.etat for x in groupe)
        nom, code = nommer_document(source, ctx.lecteur), coder_document(source)
        cases = []
        for etat in etats:
            n = comptes[etat]
            lien = ctx.adresse(propres=[("document", code), ("verdict", CODES[etat])])
            # A link is read out of its row and column.
            hors_vue = f" {feuille.verdicts[etat]}, {nom}"
            contenu: Any = "–"
            if n:
                contenu = html.Lien([nombre(n), html.Span(hors_vue, className="hors-vue")], lien)
            cases.append(html.Td(contenu, className="nombre"))
        rangs.append(
            html.Tr(
                [
                    html.Th(html.Lien(nom, ctx.adresse(propres=[("document", code)])), scope="row"),
                    *cases,
                    html.Td(nombre(comptes.total()), className="nombre"),
                ]
            )
        )
    entetes = [html.Th("Document", scope="col")]
    entetes += [html.Th(feuille.verdicts[e], scope="col", className="nombre") for e in etats]
    entetes.append(html.Th("ensemble", scope="col", className="nombre"))
    return html.Div(
        html.Table(
            [
                html.Caption("Par document, sans les chiffres à ne pas réutiliser"),
                html.Thead(html.Tr(entetes)),
                html.Tbody(rangs),
            ],
            className="tableau par-document",
        ),
        className="defile",
        tabIndex=0,
        role="region",
        **{"aria-label": "Verdicts par document"},
    )


# --- choosing -------------------------------------------------------------------------------------


def _choix(feuille: Feuille, filtre: Filtre, ctx: Contexte) -> list[Any]:
    barre = Barre(ctx)

    def vers(document: str, chapitre: str, verdict: str) -> str:
        ecrit = coder_document(document) if document else ""
        valeurs = (ecrit, chapitre, CODES.get(verdict, ""))
        paires = zip(PARAMETRES, valeurs, strict=True)
        return ctx.adresse(propres=[(nom, v) for nom, v in paires if v])

    f = filtre
    sources = list(dict.fromkeys(x.source for x in feuille.lignes))
    chapitres = {
        coder(x.section): _situer(x, ctx) if not f.document else titrer(x.section)
        for x in feuille.lignes
        if x.section and f.document in ("", x.source)
    }
    presents = {x.etat for x in feuille.lignes}
    verdicts = [e for e in feuille.verdicts if e in presents or e == f.verdict]
    return [
        barre.choisir(
            "document",
            "Document",
            [("Tous", vers("", "", f.verdict))]
            + [(nommer_document(s, ctx.lecteur), vers(s, "", f.verdict)) for s in sources],
            vers(f.document, "", f.verdict),
        ),
        barre.choisir(
            "chapitre",
            "Chapitre du document",
            [("Tous", vers(f.document, "", f.verdict))]
            + [(titre, vers(f.document, code, f.verdict)) for code, titre in chapitres.items()],
            vers(f.document, f.chapitre, f.verdict),
        ),
        barre.choisir(
            "verdict",
            "Verdict",
            [("Tous", vers(f.document, f.chapitre, ""))]
            + [
                (feuille.verdicts[e].capitalize(), vers(f.document, f.chapitre, e))
                for e in verdicts
            ],
            vers(f.document, f.chapitre, f.verdict),
        ),
    ]


def _majuscule(texte: str) -> str:
    return texte[:1].upper() + texte[1:]


def _situer(x: Rapprochement, ctx: Contexte) -> str:
    return f"{titrer(x.section)} ({_document(x.source).date})"


def _dire(lignes: Sequence[Rapprochement], feuille: Feuille, ctx: Contexte) -> Markup:
    """How many are shown, and the same as files."""
    combien = pluriel(len(lignes), "chiffre montré", "chiffres montrés")
    if len(lignes) < len(feuille.lignes):
        combien += f" sur {nombre(len(feuille.lignes))}"
    requete = ctx.adresse(chemin="")
    outils = [
        html.Li(
            html.A(
                titre,
                href=f"{CHEMIN}.{format_}{requete}",
                download="",
                **{"aria-label": f"Télécharger ces chiffres en {titre}"},
            )
        )
        for format_, titre in (("csv", "CSV"), ("xlsx", "XLSX"))
    ]
    if ctx.propres:
        outils.append(html.Li(html.Lien("Tout montrer", ctx.adresse(propres=[]))))
    return html.Div(
        [
            html.P(f"{combien}.", role="status"),
            html.Ul(outils, className="outils") if lignes else None,
        ],
        className="rang-fichiers",
    )


# --- tables ---------------------------------------------------------------------------------------


def _tables(lignes: Sequence[Rapprochement], feuille: Feuille, ctx: Contexte) -> Iterator[Markup]:
    if not lignes:
        yield html.P("Aucun chiffre ne répond à ces choix.")
    ouverts = len(lignes) <= LIGNES_OUVERTES
    for source, groupe in groupby(lignes, key=lambda x: x.source):
        nom = nommer_document(source, ctx.lecteur)
        d = _document(source)
        combien = 0
        corps: list[Markup] = []
        for section, siennes in groupby(groupe, key=lambda x: x.section):
            rangs = [_rang(x, feuille) for x in siennes]
            combien += len(rangs)
            titre = titrer(section)
            if titre:
                entete = html.Th(titre, colSpan=5, scope="rowgroup")
                rangs.insert(0, html.Tr(entete, className="serie"))
            corps.append(html.Tbody(rangs))
        tableau = html.Table(
            [
                html.Caption(f"{nom} : imprimé et calculé", className="hors-vue"),
                html.Thead(
                    html.Tr(
                        [
                            html.Th("Chiffre", scope="col"),
                            html.Th("Imprimé", scope="col", className="nombre"),
                            html.Th("Calculé", scope="col", className="nombre"),
                            html.Th("Écart", scope="col", className="nombre"),
                            html.Th("Verdict", scope="col"),
                        ]
                    )
                ),
                *corps,
            ],
            className="tableau chiffres-imprimes",
        )
        yield html.Details(
            [
                html.Summary(
                    [
                        html.H3(nom),
                        html.Span(f" {d.date} · {pluriel(combien, 'chiffre')}", className="depuis"),
                    ]
                ),
                tableau,
            ],
            open=ouverts,
            className="document",
        )


def _rang(x: Rapprochement, feuille: Feuille) -> Markup:
    chiffre = feuille.chiffres[x.id]
    ou = ", ".join(y for y in _lieu_et_periode(x, chiffre) if y)
    page = trouver_page(chiffre)
    if page:
        ou += f", p.{INSECABLE}{page}"
    nom: list[Any] = [_libeller(x, chiffre), html.Span(ou, className="depuis")]
    if x.citation:
        citation = nettoyer(x.citation)
        nom.append(
            html.Details(
                [
                    html.Summary(
                        ["Citation", html.Span(f" : {_libeller(x, chiffre)}", className="hors-vue")]
                    ),
                    # Word for word: nothing is respaced in what is printed.
                    html.P(Markup("«\u00a0{}\u00a0»").format(citation), lang="fr"),
                ],
                className="citation",
            )
        )
    return html.Tr(
        [
            html.Th(nom, scope="row"),
            _case("Imprimé", _avec_unite(x.imprime, x.unite)),
            _case("Calculé", x.calcule),
            _case("Écart", x.ecart),
            html.Td(
                [
                    _pastille(x.etat, feuille.verdicts[x.etat]),
                    html.P(expliquer(x), className="explication") if x.explication else None,
                ],
                **{"data-titre": "Verdict"},
            ),
        ]
    )


def _case(titre: str, texte: str) -> Markup:
    return html.Td(
        texte or "–", className="nombre" if texte else "nombre sans", **{"data-titre": titre}
    )


def _avec_unite(imprime: str, unite: str) -> str:
    if unite == "année" or imprime.endswith("%"):
        return imprime
    return f"{imprime}{INSECABLE}{unite}"


def _libeller(x: Rapprochement, chiffre: Any) -> str:
    """What the figure is; of one outside the perimeter, nothing that may name a place."""
    if x.etat == HORS_PERIMETRE or not chiffre["category"]:
        return str(chiffre["indicator"])
    return f"{chiffre['indicator']} : {chiffre['category']}"


def _lieu_et_periode(x: Rapprochement, chiffre: Any) -> tuple[str, str]:
    lieu = "" if x.etat == HORS_PERIMETRE else str(chiffre["scope"]).replace("|", ", ")
    return lieu, str(chiffre["period"])


# --- files ----------------------------------------------------------------------------------------


def lignes_plates(
    lignes: Iterable[Rapprochement], feuille: Feuille, ctx: Contexte
) -> list[dict[str, Any]]:
    """The same figures as rows of a file, keys `COLONNES` in order."""
    livraison = ctx.etat.livraison.texte
    note = f"{NOTE_SYNTHETIQUE.capitalize()}." if ctx.etat.synthetique else ""
    sortie = []
    for x in lignes:
        chiffre = feuille.chiffres[x.id]
        lieu, periode = _lieu_et_periode(x, chiffre)
        valeurs = (
            nommer_document(x.source, ctx.lecteur),
            titrer(x.section),
            trouver_page(chiffre),
            str(chiffre["indicator"]),
            "" if x.etat == HORS_PERIMETRE else str(chiffre["category"]),
            periode,
            lieu,
            float(chiffre["value"]),
            x.unite,
            "oui" if chiffre["approx"] == "true" else "non",
            _en_nombre(x.calcule),
            _en_nombre(x.ecart),
            feuille.verdicts[x.etat],
            expliquer(x),
            nettoyer(x.citation),
            livraison,
            note,
        )
        sortie.append({c: _entier(v) for c, v in zip(COLONNES, valeurs, strict=True)})
    return sortie


def _en_nombre(texte: str) -> float | str | None:
    """« 2 960 » as a number; a text that is none as it is, None when empty."""
    plat = texte.replace(FINE, "").replace(",", ".").replace("−", "-")
    try:
        return float(plat) if plat else None
    except ValueError:
        return texte


def _entier(valeur: Any) -> Any:
    return int(valeur) if isinstance(valeur, float) and valeur.is_integer() else valeur


def notice(lignes: Sequence[Any], feuille: Feuille, ctx: Contexte) -> list[tuple[str, str]]:
    """What a person must know to read the file: name, text."""
    livraison = ctx.etat.livraison
    return [
        ("Contenu", "Chiffres imprimés dans les documents publics, et chiffres calculés"),
        ("Lignes", f"{nombre(len(lignes))} sur {nombre(len(feuille.lignes))}"),
        (
            "À ne pas réutiliser",
            f"{nombre(feuille.interdits)} chiffres imprimés, comptés et jamais montrés",
        ),
        ("Livraison", f"n° {livraison.numero} du {date_longue(livraison.date)}"),
        *((f"Verdict « {mots} »", _EXPLICATIONS[etat]) for etat, mots in feuille.verdicts.items()),
        *([("Note", f"{NOTE_SYNTHETIQUE.capitalize()}.")] if ctx.etat.synthetique else []),
    ]
