"""The colours charts use; the style sheet has the same ones as custom properties.

Colour stands for a place or a population. Categories are coloured only up to six, in this order
everywhere. Both sets keep apart under the common colour-vision deficiencies.
"""

from __future__ import annotations

ENCRE = "#1c2b39"
GRIS = "#5b6b7a"
FILET = "#d9e0e6"
PAPIER = "#ffffff"

LIEU = "#0f6b6b"
DEPARTEMENT = "#27476e"
ENSEMBLE_PS = "#b05b08"
INSEE = "#7a4b94"
PASSE = "#61778a"

LIEUX = (LIEU, "#b05b08", "#27476e", "#9c2f5d", "#6b7a1e", "#7a4b94")
"""Places side by side."""

CATEGORIES = ("#27476e", "#4a9d98", "#d9a441", "#b3593b", "#84609f", "#9aa7b3")
"""Values of a single choice of at most six."""

ENCRE_SUR = {
    "#27476e": "#ffffff",
    "#4a9d98": "#10202e",
    "#d9a441": "#1c2b39",
    "#b3593b": "#ffffff",
    "#84609f": "#ffffff",
    "#9aa7b3": "#1c2b39",
}
"""Text colour on each category, contrast at least 4.5."""
