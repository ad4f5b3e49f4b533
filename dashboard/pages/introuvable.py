"""The page there is not."""

from __future__ import annotations

from typing import Any

from dashboard import balises as html
from dashboard.fragments import fragment


def composer() -> list[Any]:
    """Says so, and offers a way back."""
    return [
        fragment(
            html.Header(
                [
                    html.H1("Cette page n’existe pas"),
                    html.P(
                        "L’adresse a peut-être été mal recopiée, ou la page a changé de place.",
                        className="introduction",
                    ),
                    html.P(html.Lien("Revenir à la vue d’ensemble", href="/")),
                ],
                className="tete-page",
            )
        )
    ]
