"""In which order the files of tests are begun."""

from __future__ import annotations

LONGS = (
    "data/test_rapprochement",
    "browser/test_pages",
    "queries/test_differentiel",
    "attack/test_octets",
    "browser/test_reunion",
    "data/test_importation",
    "data/test_validation",
    "queries/test_confidentialite",
    "queries/test_pieges",
    "attack/test_liens",
    "attack/test_attaques",
    "browser/test_parcours",
    "browser/test_presentations",
    "dashboard/test_comparer",
    "data/test_audit",
)
"""The longest files, the longest first: they are begun first, so that none is left alone at the
end. A file goes to one process, whole."""
