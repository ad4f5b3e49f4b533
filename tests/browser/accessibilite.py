"""axe-core on a page: the rules of WCAG 2.2 AA and the good practices."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Page

from tests import RACINE

AXE = RACINE / "node_modules" / "axe-core" / "axe.min.js"
ETIQUETTES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def relever_violations(page: Page) -> list[dict[str, Any]]:
    """Violations that axe-core finds in the page as it stands: rule, impact, help, elements.

    Runs through the browser's debugger, which a content security policy does not stop.
    """
    if not AXE.exists():
        raise FileNotFoundError("axe-core est introuvable : « make test » l’installe avec npm.")
    options = {"runOnly": {"type": "tag", "values": ETIQUETTES}, "resultTypes": ["violations"]}
    session = page.context.new_cdp_session(page)
    try:
        _evaluer(session, AXE.read_text(encoding="utf-8") + "\n;0")
        resultat = _evaluer(
            session, f"axe.run(document, {json.dumps(options)}).then(JSON.stringify)"
        )
    finally:
        session.detach()
    return [
        {
            "regle": violation["id"],
            "gravite": violation["impact"],
            "aide": violation["help"],
            "elements": [noeud["html"][:300] for noeud in violation["nodes"]],
        }
        for violation in json.loads(resultat)["violations"]
    ]


def _evaluer(session: Any, expression: str) -> Any:
    reponse = session.send(
        "Runtime.evaluate",
        {"expression": expression, "awaitPromise": True, "returnByValue": True},
    )
    if "exceptionDetails" in reponse:
        raise RuntimeError(f"axe-core: {reponse['exceptionDetails']}")
    return reponse["result"].get("value")
