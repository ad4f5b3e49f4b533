"""What an author does to the slides of a presentation: pure, from one presentation to another.

A gesture is written in a form as « verb:slide:details ». What cannot be done (the first slide
raised, a slide that is not there any more) changes nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace

from queries.presentations import (
    GRAPHIQUES,
    SIGNES_D_UN_TEXTE,
    TEXTE,
    VUES_PAR_DIAPO,
    Diapo,
    Presentation,
    Variante,
)


def _ranger(la: Presentation, nom: str, pas: int) -> Presentation:
    rang, diapos = _rang(la, nom), list(la.diapos)
    cible = rang + pas
    if rang >= 0 and 0 <= cible < len(diapos):
        diapos[rang], diapos[cible] = diapos[cible], diapos[rang]
    return la.avec(diapos)


def monter(la: Presentation, nom: str, _: str = "") -> Presentation:
    """One place earlier."""
    return _ranger(la, nom, -1)


def descendre(la: Presentation, nom: str, _: str = "") -> Presentation:
    """One place later."""
    return _ranger(la, nom, 1)


def retirer(la: Presentation, nom: str, _: str = "") -> Presentation:
    """Taken out; it can be put back."""
    partie = [d for d in la.diapos if d.id == nom]
    autres = [d for d in la.retirees if d.id != nom] if partie else list(la.retirees)
    return replace(
        la,
        diapos=tuple(d for d in la.diapos if d.id != nom),
        retirees=(*partie, *autres),
    )


def remettre(la: Presentation, nom: str, rang: str = "") -> Presentation:
    """Put back at a rank (from 0), or at the end."""
    trouvees = [d for d in la.retirees if d.id == nom]
    if not trouvees or nom in {d.id for d in la.diapos}:
        return la
    ou = int(rang) if rang.isascii() and rang.isdigit() and len(rang) < 4 else len(la.diapos)
    diapos = [*la.diapos[:ou], trouvees[0], *la.diapos[ou:]]
    return replace(la.avec(diapos), retirees=tuple(d for d in la.retirees if d.id != nom))


def ajouter_des_mots(la: Presentation, nom: str = "", _: str = "") -> Presentation:
    """A slide of words after this one, or at the end."""
    ou = _rang(la, nom) + 1 or len(la.diapos)
    return la.avec([*la.diapos[:ou], Diapo(TEXTE), *la.diapos[ou:]])


def peut_se_joindre(la: Presentation, nom: str) -> bool:
    """Whether a slide and the next one can be shown side by side: one chart each."""
    rang = _rang(la, nom)
    deux = la.diapos[rang : rang + 2] if rang >= 0 else ()
    return len(deux) == 2 and all(
        d.genre == GRAPHIQUES and all(len(v.vues) == 1 for v in d.variantes) for d in deux
    )


def joindre(la: Presentation, nom: str, _: str = "") -> Presentation:
    """A slide and the next one side by side: beside each variant, that of the same name, or else
    the first."""
    if not peut_se_joindre(la, nom):
        return la
    rang = _rang(la, nom)
    une, autre = la.diapos[rang : rang + 2]
    voisines = {v.nom: v.vues for v in autre.variantes[1:]}
    premiere, *suite = une.variantes
    variantes = [
        Variante(premiere.nom, (*premiere.vues, *autre.variantes[0].vues)),
        *(Variante(v.nom, (*v.vues, *voisines.get(v.nom, autre.variantes[0].vues))) for v in suite),
    ]
    jointe = replace(
        une,
        titre=une.titre or autre.titre,
        notes="\n".join(n for n in (une.notes, autre.notes) if n)[:SIGNES_D_UN_TEXTE],
        variantes=tuple(variantes),
    )
    return la.avec([*la.diapos[:rang], jointe, *la.diapos[rang + 2 :]])


def separer(la: Presentation, nom: str, _: str = "") -> Presentation:
    """Two charts side by side become two slides."""
    rang = _rang(la, nom)
    if rang < 0 or all(len(v.vues) < VUES_PAR_DIAPO for v in la.diapos[rang].variantes):
        return la
    jointe = la.diapos[rang]
    gauche = tuple(Variante(v.nom, v.vues[:1]) for v in jointe.variantes)
    droite = tuple(
        dict.fromkeys(Variante(v.nom, v.vues[1:]) for v in jointe.variantes if v.vues[1:])
    )
    deux = [
        replace(jointe, variantes=gauche),
        Diapo(variantes=droite, forme=jointe.forme, id=secrets.token_hex(4)),
    ]
    return la.avec([*la.diapos[:rang], *deux, *la.diapos[rang + 1 :]])


def oter_la_variante(la: Presentation, nom: str, rang: str = "") -> Presentation:
    """A slide without one of its variants, the last one excepted."""
    return _changer(la, nom, lambda vs: vs if len(vs) < 2 else [*_sans(vs, rang)])


def montrer_d_abord(la: Presentation, nom: str, rang: str = "") -> Presentation:
    """The variant of a rank first."""
    return _changer(la, nom, lambda vs: [*_la(vs, rang), *_sans(vs, rang)])


def ajouter_la_variante(
    la: Presentation, nom: str, variante: Variante, *, d_abord: bool = False
) -> Presentation:
    """A slide with one more variant, once; first if told."""

    def ajouter(variantes: list[Variante]) -> list[Variante]:
        autres = [v for v in variantes if v.vues != variante.vues]
        if len(autres) < len(variantes) and not d_abord:
            return variantes
        return [variante, *autres] if d_abord else [*autres, variante]

    return _changer(la, nom, ajouter)


def _changer(
    la: Presentation, nom: str, geste: Callable[[list[Variante]], list[Variante]]
) -> Presentation:
    return la.avec(
        replace(d, variantes=tuple(geste(list(d.variantes)))) if d.id == nom else d
        for d in la.diapos
    )


def _la(variantes: list[Variante], rang: str) -> list[Variante]:
    return [v for i, v in enumerate(variantes) if str(i) == rang]


def _sans(variantes: list[Variante], rang: str) -> list[Variante]:
    return [v for i, v in enumerate(variantes) if str(i) != rang]


def _rang(la: Presentation, nom: str) -> int:
    return next((i for i, d in enumerate(la.diapos) if d.id == nom), -1)


SIMPLES: dict[str, Callable[[Presentation, str, str], Presentation]] = {
    "monter": monter,
    "descendre": descendre,
    "retirer": retirer,
    "remettre": remettre,
    "mots": ajouter_des_mots,
    "joindre": joindre,
    "separer": separer,
    "oter": oter_la_variante,
    "dabord": montrer_d_abord,
}
"""Verb → what it does to a presentation, a slide, a detail."""
