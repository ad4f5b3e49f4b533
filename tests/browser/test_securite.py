"""The content policy in a real browser: every page, its charts and its pictures under it, and what
it stops. A refusal is an error in the console, which fails the test (see `ouvrir_page`)."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Response, Route

from data.catalogue import CHAPITRES

GUET = """
window.refus = [];
document.addEventListener("securitypolicyviolation", (e) => {
  window.refus.push(e.effectiveDirective + " " + e.blockedURI + " " + e.sourceFile);
});
"""
ATTENDRE_LES_CARTES = """
() => !document.querySelector(".carte[data-indicateur]:not(.pliee) .attente")
"""


def ouvrir(page: Page, adresse: str) -> Response:
    """Open a page, scroll through it until every card is drawn."""
    reponse = page.goto(adresse)
    assert reponse is not None
    page.locator("h1").first.wait_for()
    hauteur = page.evaluate("document.body.scrollHeight")
    haut = 0
    while haut < hauteur:
        page.evaluate("y => window.scrollTo(0, y)", haut)
        page.wait_for_timeout(60)
        hauteur = page.evaluate("document.body.scrollHeight")
        haut += 600
    page.wait_for_function(ATTENDRE_LES_CARTES)
    return reponse


@pytest.mark.parametrize(
    "chemin",
    ["/", *(f"/{c}" for c in CHAPITRES), "/situations?vue=tableau", "/methode", "/nulle-part"],
)
def test_no_page_is_hindered_by_its_policy(page: Page, serveur: str, chemin: str) -> None:
    page.add_init_script(GUET)
    reponse = ouvrir(page, serveur + chemin)
    politique = reponse.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in politique
    script = next(r for r in politique.split("; ") if r.startswith("script-src "))
    assert "unsafe" not in script
    assert page.evaluate("window.refus") == []


def test_charts_can_be_read_and_saved(page: Page, serveur: str, tmp_path: Path) -> None:
    page.add_init_script(GUET)
    ouvrir(page, f"{serveur}/situations")
    graphe = page.locator(".js-plotly-plot").first
    graphe.scroll_into_view_if_needed()
    boite = graphe.bounding_box()
    assert boite is not None
    page.mouse.move(boite["x"] + boite["width"] / 2, boite["y"] + boite["height"] / 2)
    for format_ in ("png", "svg"):
        with page.expect_download() as telechargement:
            page.locator(f"[data-image={format_}]").first.click()
        fichier = tmp_path / f"image.{format_}"
        telechargement.value.save_as(fichier)
        debut = fichier.read_bytes()[:400]
        assert debut.startswith(b"\x89PNG") if format_ == "png" else b"<svg" in debut
    for format_ in ("CSV", "XLSX"):
        with page.expect_download() as telechargement:
            page.get_by_role("link", name=f"en {format_}").first.click()
        assert telechargement.value.suggested_filename.endswith(format_.lower())
    assert page.evaluate("window.refus") == []


def test_a_page_of_refusal_is_dressed(page: Page, serveur: str) -> None:
    """Its style sheet is read, nothing of it is refused, it fits a phone."""
    page.add_init_script(GUET)
    page.set_viewport_size({"width": 390, "height": 844})
    # A refusal is a page too; the browser says its status in the console, which is not watched.
    page.route("**/refus", lambda route: _refuser(route, serveur))
    page.goto(f"{serveur}/refus")
    assert page.locator("h1").inner_text() == "Page introuvable"
    assert page.evaluate("getComputedStyle(document.body).maxWidth") != "none"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("window.refus") == []


def _refuser(route: Route, serveur: str) -> None:
    reponse = route.fetch(url=f"{serveur}/assets/absent.css")
    assert reponse.status == 404
    route.fulfill(
        status=200,
        body=reponse.text(),
        headers={n: v for n, v in reponse.headers.items() if n != "content-encoding"},
    )


def test_what_is_planted_in_a_page_does_not_run(navigateur: Browser, serveur: str) -> None:
    """A script, a handler, a frame, a form and a base planted in the page: none of them acts."""
    # Not watched: the refusals are expected in the console.
    contexte = navigateur.new_context()
    page = contexte.new_page()
    page.add_init_script(GUET)
    refusees: list[str] = []
    page.on("requestfailed", lambda r: refusees.append(f"{r.url} {r.failure}"))
    arrivees: list[str] = []
    page.on("response", lambda r: arrivees.append(r.url))
    page.goto(serveur)
    page.locator("h1").first.wait_for()
    page.evaluate(
        """() => {
          document.body.insertAdjacentHTML("beforeend", `
            <img src="/absente" onerror="window.pris = 1">
            <iframe srcdoc="<script>parent.pris = 2</script>"></iframe>
            <object data="/api/v1/annees"></object>
            <img src="https://ailleurs.example/vol.png">
            <base href="https://ailleurs.example/">
            <form id="vol" action="https://ailleurs.example/" method="post"></form>`);
          const script = document.createElement("script");
          script.textContent = "window.pris = 3";
          document.body.append(script);
          // Later, in the page itself: what a debugger evaluates is allowed to.
          setTimeout(() => { try { eval("window.pris = 4"); } catch (e) { window.vu = 1; } });
          setTimeout(() => { new Function("window.pris = 5")(); });
          document.getElementById("vol").submit();
        }"""
    )
    page.wait_for_timeout(500)
    assert page.evaluate("window.pris") is None
    assert page.url.startswith(serveur)
    assert page.evaluate("document.baseURI").startswith(serveur)
    refus = {x.split()[0] for x in page.evaluate("window.refus")}
    assert {"script-src-elem", "script-src-attr", "script-src", "form-action", "img-src"} <= refus
    contexte.close()
    # Refused by the policy, not for want of a network.
    assert "https://ailleurs.example/vol.png csp" in refusees
    assert not any("ailleurs.example" in x for x in arrivees)


def test_no_other_page_can_frame_it(navigateur: Browser, serveur: str) -> None:
    contexte = navigateur.new_context()
    page = contexte.new_page()
    page.set_content(f"<iframe id='f' src='{serveur}/'></iframe>")
    page.wait_for_timeout(1500)
    cadre = page.frames[-1]
    assert cadre.url.startswith(("chrome-error:", "about:")) or "Les ALSES" not in cadre.content()
    contexte.close()
