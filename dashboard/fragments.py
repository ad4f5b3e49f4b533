"""A piece of HTML as one component: `assets/passerelle.js` writes `data-html` into the element."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.balises import Enfants, joindre


def fragment(*morceaux: Enfants, **attributs: Any) -> html.Div:
    """One `div` that shows these pieces (text is escaped, `Markup` is not)."""
    return html.Div(**{"data-html": str(joindre(*morceaux)), **attributs})
