"""Presentations as their authors keep them: slides, the questions they ask, the words they add.

No figure is in them: a slide names indicators and addresses (`queries.selection`), and is answered
when it is looked at, for whoever looks. What others will see is frozen apart (`queries.partages`).
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from data import application as t
from data.application import maintenant, transaction
from queries.evolutions import PERIODES

GRAPHIQUES, TEXTE = "graphiques", "texte"
FORMES = {"graphique": "Graphique", "tableau": "Tableau"}
VUES_PAR_DIAPO = 2
"""Most charts side by side."""

VARIANTES_PAR_DIAPO = 8
DIAPOS_PAR_PRESENTATION = 80
SIGNES_D_UN_TITRE = 300
SIGNES_D_UN_TEXTE = 4000
RETIREES_AU_PLUS = 5
"""How many of the slides taken out can be put back."""

SANS_TITRE = "Présentation sans titre"
FORMAT = "passerelle-presentation"
"""How a file says what it is."""

_NUMERO_AU_PLUS = 2**31 - 1
_A_OTER = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
"""Signs that no store keeps: control characters, halves of characters."""


class PresentationInconnue(LookupError):
    """There is no such presentation for this owner."""

    def __init__(self) -> None:
        super().__init__("Cette présentation n’existe pas, ou n’est pas la vôtre.")


class PresentationChangee(RuntimeError):
    """Somebody else changed the presentation in the meantime. French text."""

    def __init__(self) -> None:
        super().__init__(
            "Cette présentation a été modifiée dans une autre fenêtre : rechargez la page, puis "
            "recommencez."
        )


class PresentationRefusee(ValueError):
    """What was given is not a presentation. French text."""


@dataclass(frozen=True, slots=True)
class Suivi:
    """How a chart follows its indicator over the school years, as the page of evolution does.
    `periode`: a key of `queries.evolutions.PERIODES`. `valeur`: code of the value, or of the group
    of values, followed; "" for the first."""

    periode: str = "annee"
    valeur: str = ""


@dataclass(frozen=True, slots=True)
class Vue:
    """One chart of a slide. `requete`: query string, without `?`, of the page it was taken from
    (`queries.selection.PARAMETRES`). `suivi`: None for a chart of one year."""

    indicateur: str
    requete: str = ""
    suivi: Suivi | None = None


@dataclass(frozen=True, slots=True)
class Variante:
    """What a slide may show instead: another place, another year. `nom`: as it is offered."""

    nom: str
    vues: tuple[Vue, ...]


@dataclass(frozen=True, slots=True)
class Diapo:
    """One slide. `titre` empty: the sentence of its first chart. `texte`: of a slide of words.
    `notes`: for who presents, never shared. `forme`: a key of `FORMES`."""

    genre: str = GRAPHIQUES
    titre: str = ""
    texte: str = ""
    notes: str = ""
    variantes: tuple[Variante, ...] = ()
    forme: str = "graphique"
    id: str = field(default_factory=lambda: secrets.token_hex(4))


@dataclass(frozen=True, slots=True)
class Presentation:
    """A presentation. `numero` 0: not kept yet. `retirees`: slides taken out, the last first;
    they can be put back, and are in no file and no link."""

    titre: str
    diapos: tuple[Diapo, ...] = ()
    numero: int = 0
    version: int = 0
    archivee: bool = False
    modifiee_le: Any = None
    retirees: tuple[Diapo, ...] = ()

    def diapo(self, nom: str) -> Diapo:
        """The slide of an identifier. Raises PresentationInconnue."""
        for d in self.diapos:
            if d.id == nom:
                return d
        raise PresentationInconnue

    def avec(self, diapos: Iterable[Diapo]) -> Presentation:
        """The same with these slides."""
        return replace(self, diapos=tuple(diapos))


def en_clair(presentation: Presentation) -> dict[str, Any]:
    """A presentation as JSON writes it, in the store and in a file."""
    return {"titre": presentation.titre, "diapos": [asdict(d) for d in presentation.diapos]}


def ecrire_le_fichier(presentation: Presentation) -> str:
    """The file that keeps a presentation apart (JSON, read again by `lire_le_fichier`)."""
    contenu = {"format": FORMAT, **en_clair(presentation)}
    return json.dumps(contenu, ensure_ascii=False, separators=(",", ":")) + "\n"


def lire_le_fichier(texte: str) -> Presentation:
    """The presentation of a file. Raises PresentationRefusee: what is wrong, and what to do."""
    if not texte.strip():
        raise PresentationRefusee(
            "Ce fichier est vide : choisissez un fichier « passerelle-….json », téléchargé depuis "
            "une présentation."
        )
    try:
        contenu = json.loads(texte.lstrip("\ufeff"))
    except json.JSONDecodeError as erreur:
        raise PresentationRefusee(
            f"Ce fichier n’est pas lisible (ligne {erreur.lineno}, signe {erreur.colno}) : est-il "
            "entier ? Téléchargez-le de nouveau depuis la présentation."
        ) from erreur
    except (ValueError, RecursionError) as erreur:
        raise PresentationRefusee(
            "Ce fichier n’est pas une présentation de Passerelle : choisissez un fichier "
            "« passerelle-….json », téléchargé depuis une présentation."
        ) from erreur
    return lire_en_clair(contenu)


def lire_en_clair(contenu: Any) -> Presentation:
    """The presentation that this JSON writes. Raises PresentationRefusee, which names what is
    wrong."""
    if not isinstance(contenu, Mapping):
        raise PresentationRefusee("Ce fichier n’est pas une présentation de Passerelle.")
    diapos = contenu.get("diapos")
    if not isinstance(diapos, Sequence) or isinstance(diapos, str):
        raise PresentationRefusee("Ce fichier n’a pas de liste « diapos ».")
    if len(diapos) > DIAPOS_PAR_PRESENTATION:
        raise PresentationRefusee(
            f"Cette présentation aurait {len(diapos)} diapositives : {DIAPOS_PAR_PRESENTATION} au "
            "plus. Retirez-en, ou faites-en deux présentations."
        )
    lues = [_lire_la_diapo(d, rang) for rang, d in enumerate(diapos, start=1)]
    if len({d.id for d in lues}) < len(lues):
        lues = [replace(d, id=secrets.token_hex(4)) for d in lues]
    titre = _texte(contenu, "titre", SIGNES_D_UN_TITRE, "La présentation")
    return Presentation(titre or SANS_TITRE, tuple(lues))


def _lire_la_diapo(contenu: Any, rang: int) -> Diapo:
    ou = f"La diapositive {rang}"
    if not isinstance(contenu, Mapping):
        raise PresentationRefusee(f"{ou} n’est pas lisible.")
    genre = contenu.get("genre", GRAPHIQUES)
    forme = contenu.get("forme", "graphique")
    variantes = contenu.get("variantes", [])
    if (
        genre not in (GRAPHIQUES, TEXTE)
        or not isinstance(forme, str)
        or forme not in FORMES
        or not isinstance(variantes, list | tuple)
    ):
        raise PresentationRefusee(f"{ou} n’est pas lisible : genre, forme ou variantes inconnus.")
    if len(variantes) > VARIANTES_PAR_DIAPO:
        raise PresentationRefusee(f"{ou} a trop de variantes : {VARIANTES_PAR_DIAPO} au plus.")
    if genre == GRAPHIQUES and not variantes:
        raise PresentationRefusee(f"{ou} n’a pas de graphique.")
    nom = contenu.get("id")
    garde = isinstance(nom, str) and nom.isalnum() and nom.isascii() and len(nom) <= 16
    return Diapo(
        genre,
        _texte(contenu, "titre", SIGNES_D_UN_TITRE, ou),
        _texte(contenu, "texte", SIGNES_D_UN_TEXTE, ou),
        _texte(contenu, "notes", SIGNES_D_UN_TEXTE, ou),
        tuple(_lire_la_variante(v, ou) for v in variantes) if genre == GRAPHIQUES else (),
        forme,
        nom if garde and isinstance(nom, str) else secrets.token_hex(4),
    )


def _lire_la_variante(contenu: Any, ou: str) -> Variante:
    vues = contenu.get("vues") if isinstance(contenu, Mapping) else None
    if not isinstance(vues, list | tuple) or not 1 <= len(vues) <= VUES_PAR_DIAPO:
        raise PresentationRefusee(f"{ou} a une variante sans graphique, ou avec plus de deux.")
    lues = []
    for v in vues:
        if not isinstance(v, Mapping) or not isinstance(v.get("indicateur"), str):
            raise PresentationRefusee(f"{ou} a un graphique sans indicateur.")
        requete = _texte(v, "requete", 600, ou).lstrip("?")
        suivi = _lire_le_suivi(v.get("suivi"), ou)
        lues.append(Vue(_texte(v, "indicateur", 80, ou), requete, suivi))
    return Variante(_texte(contenu, "nom", 120, ou), tuple(lues))


def _lire_le_suivi(contenu: Any, ou: str) -> Suivi | None:
    if contenu is None:
        return None
    periode = contenu.get("periode", "annee") if isinstance(contenu, Mapping) else None
    if not isinstance(periode, str) or periode not in PERIODES:
        raise PresentationRefusee(
            f"{ou} suit un graphique d’une année à l’autre d’une manière inconnue : "
            f"« periode » vaut {' ou '.join(PERIODES)}."
        )
    return Suivi(periode, _texte(contenu, "valeur", 80, ou))


def _texte(contenu: Mapping[str, Any], nom: str, longueur: int, ou: str) -> str:
    valeur = contenu.get(nom, "")
    if not isinstance(valeur, str):
        raise PresentationRefusee(f"{ou} : « {nom} » n’est pas un texte.")
    valeur = _A_OTER.sub("", valeur.replace("\r\n", "\n")).strip()
    if len(valeur) > longueur:
        raise PresentationRefusee(
            f"{ou} : « {nom} » a {len(valeur)} signes, {longueur} au plus. Raccourcissez-le."
        )
    return valeur


def lister(proprietaire: str, *, archivees: bool = False) -> list[Presentation]:
    """Presentations of an owner, the last changed first. Raises MagasinIndisponible."""
    with transaction() as conn:
        lignes = conn.execute(
            sa.select(t.presentations)
            .where(
                t.presentations.c.proprietaire == proprietaire,
                t.presentations.c.archivee.is_(archivees),
            )
            .order_by(t.presentations.c.modifiee_le.desc(), t.presentations.c.id.desc())
        ).all()
    return [_de_la_base(x) for x in lignes]


def trouver(numero: int, proprietaire: str) -> Presentation:
    """One presentation. Raises PresentationInconnue, MagasinIndisponible."""
    if not 0 < numero <= _NUMERO_AU_PLUS:
        raise PresentationInconnue
    with transaction() as conn:
        ligne = conn.execute(
            sa.select(t.presentations).where(
                t.presentations.c.id == numero, t.presentations.c.proprietaire == proprietaire
            )
        ).one_or_none()
    if ligne is None:
        raise PresentationInconnue
    return _de_la_base(ligne)


def garder(presentation: Presentation, proprietaire: str) -> Presentation:
    """Keep a presentation, new or changed; with its number and version.

    Raises PresentationRefusee, PresentationInconnue, PresentationChangee, MagasinIndisponible.
    """
    # What is kept can be read again.
    relue = lire_en_clair(en_clair(presentation))
    contenu = en_clair(relue)
    retirees = presentation.retirees[:RETIREES_AU_PLUS]
    contenu["retirees"] = [asdict(d) for d in retirees]
    heure = maintenant()
    valeurs = {"titre": contenu["titre"], "contenu": contenu, "modifiee_le": heure}
    with transaction() as conn:
        if not presentation.numero:
            fait = conn.execute(
                t.presentations.insert().values(
                    proprietaire=proprietaire, version=1, archivee=False, creee_le=heure, **valeurs
                )
            )
            (numero,) = fait.inserted_primary_key or (0,)
            version = 1
        else:
            numero, version = presentation.numero, presentation.version + 1
            fait = conn.execute(
                t.presentations.update()
                .where(
                    t.presentations.c.id == numero,
                    t.presentations.c.proprietaire == proprietaire,
                    t.presentations.c.version == presentation.version,
                )
                .values(version=version, archivee=presentation.archivee, **valeurs)
            )
            if not fait.rowcount:
                la = conn.execute(
                    sa.select(t.presentations.c.id).where(
                        t.presentations.c.id == numero,
                        t.presentations.c.proprietaire == proprietaire,
                    )
                ).scalar()
                raise PresentationInconnue if la is None else PresentationChangee
    return replace(
        relue,
        numero=numero,
        version=version,
        archivee=presentation.archivee,
        modifiee_le=heure,
        retirees=retirees,
    )


def dupliquer(numero: int, proprietaire: str) -> Presentation:
    """A copy, with slides of its own. Raises as `trouver`."""
    modele = trouver(numero, proprietaire)
    titre = f"{modele.titre} (copie)"[:SIGNES_D_UN_TITRE]
    diapos = tuple(replace(d, id=secrets.token_hex(4)) for d in modele.diapos)
    return garder(Presentation(titre, diapos), proprietaire)


def archiver(numero: int, proprietaire: str, *, archivee: bool = True) -> None:
    """Put a presentation away, or back. Raises as `garder`."""
    garder(replace(trouver(numero, proprietaire), archivee=archivee), proprietaire)


def effacer(numero: int, proprietaire: str) -> None:
    """Erase a presentation for good, with its links and what they show.

    What was written in a meeting and kept on purpose (`garder`) stays, apart from any link.
    Raises PresentationInconnue, MagasinIndisponible.
    """
    trouver(numero, proprietaire)
    siens = sa.select(t.partages.c.id).where(
        t.partages.c.presentation == numero, t.partages.c.proprietaire == proprietaire
    )
    with transaction() as conn:
        conn.execute(t.conduites.delete().where(t.conduites.c.partage.in_(siens)))
        notees = t.traces.c.partage.in_(siens)
        conn.execute(t.traces.update().where(notees, t.traces.c.garder).values(partage=None))
        conn.execute(t.traces.delete().where(notees))
        conn.execute(t.partages.delete().where(t.partages.c.id.in_(siens)))
        conn.execute(
            t.presentations.delete().where(
                t.presentations.c.id == numero, t.presentations.c.proprietaire == proprietaire
            )
        )


def compter_les_traces(numero: int, proprietaire: str) -> int:
    """How many decisions and questions of the meetings of a presentation are not kept on purpose:
    they go with it. Raises MagasinIndisponible."""
    with transaction() as conn:
        return (
            conn.scalar(
                sa.select(sa.func.count())
                .select_from(t.traces.join(t.partages, t.traces.c.partage == t.partages.c.id))
                .where(
                    t.partages.c.presentation == numero,
                    t.partages.c.proprietaire == proprietaire,
                    t.traces.c.garder.is_(False),
                )
            )
            or 0
        )


def _de_la_base(ligne: Any) -> Presentation:
    lue = lire_en_clair(ligne.contenu)
    retirees = ligne.contenu.get("retirees", [])
    return replace(
        lue,
        retirees=lire_en_clair({"titre": "", "diapos": retirees}).diapos,
        titre=ligne.titre,
        numero=ligne.id,
        version=ligne.version,
        archivee=ligne.archivee,
        modifiee_le=ligne.modifiee_le,
    )
