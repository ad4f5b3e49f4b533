"""What a free text may give away of a child: a gentle reading, before it is kept.

It warns and asks to confirm, never blocks; neither the text nor what was found in it is logged.
"""

from __future__ import annotations

import re

from dashboard.nombres import MOIS

AVERTISSEMENT = (
    "N’écrivez rien qui permette de reconnaître un enfant : ni nom, ni prénom, ni initiales, ni "
    "date de naissance, ni adresse, ni récit d’une situation particulière."
)
"""Shown where a text is typed, before it is."""

_PERSONNES = (
    "élève|eleve|jeune|collégien|collégienne|enfant|fille|garçon|fils|frère|sœur|soeur|famille|"
    r"monsieur|madame|m\.|mme|mlle|prénom|prénommée?|nommée?|s[’']appelle|appelée?"
)
_NOM = r"[A-ZÀ-ÖØ-Þ](?:[a-zà-öø-ÿ’'-]+|\.)(?:[ -][A-ZÀ-ÖØ-Þ](?:[a-zà-öø-ÿ’'-]+|\.))?"
_MOTIFS = (
    (re.compile(rf"(?i:\b(?:{_PERSONNES}))\s+({_NOM})"), "ressemble au nom d’une personne"),
    (re.compile(r"\b([A-ZÀ-Þ][a-zà-ÿ]+ [A-ZÀ-Þ]\.)(?!\w)"), "ressemble au nom d’une personne"),
    (re.compile(r"\b([A-ZÀ-Þ]\. ?[A-ZÀ-Þ]\.)"), "ressemble à des initiales"),
    (re.compile(r"\b(\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4})\b"), "ressemble à une date de naissance"),
    (
        re.compile(rf"\b(\d{{1,2}}(?:er)? (?i:{'|'.join(MOIS)}) (?:19|20)\d\d)\b"),
        "ressemble à une date de naissance",
    ),
    (
        re.compile(r"(?<!\d)((?:\+33 ?|0)[1-9](?:[ .-]?\d{2}){4})(?!\d)"),
        "ressemble à un numéro de téléphone",
    ),
    (re.compile(r"([^\s@<>(),;]+@[^\s@<>(),;]+\.\w+)"), "ressemble à une adresse électronique"),
)


def relire(texte: str) -> list[str]:
    """What in this text could name a child, one French sentence each; [] when nothing does."""
    dits: dict[str, str] = {}
    for motif, quoi in _MOTIFS:
        for trouve in motif.finditer(texte):
            dits.setdefault(trouve.group(1), f"« {trouve.group(1)} » {quoi}.")
    return list(dits.values())
