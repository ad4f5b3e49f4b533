"""The settings of the charts hold whichever plotly.js is served, and whenever it comes."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import plotly
import pytest
from playwright.sync_api import Browser, Page

from tests import RACINE

ENTIER = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
CONFIG = "assets/plotly-config.js"
VENDOR = ["assets/vendor/plotly-basic.min.js", "assets/vendor/plotly-locale-fr.js"]
# What Dash does when no asset brings plotly.js: it asks for it with the first chart.
TARDIF = """
<script>
  setTimeout(function () {
    var script = document.createElement("script");
    script.src = "entier.js";
    script.onload = dessiner;
    document.head.appendChild(script);
  }, 50);
</script>
"""
# What the page says of it, and what Dash calls with its first question.
ANNONCE = """
<meta name="plotly" content="assets/vendor/plotly-basic.min.js">
<link rel="preload" as="script" data-plotly href="assets/vendor/plotly-basic.min.js">
"""
ATTENDU = """
<script>
  preparerLesGraphiques();
  // What a chart does.
  setTimeout(function () {
    Promise.resolve(window.Plotly).then(dessiner);
  }, 400);
</script>
"""
DESSIN = """
<div id="graphique" style="width:600px;height:400px"></div>
<script>
  function dessiner() {
    Plotly.newPlot("graphique", [{type: "bar", x: [0, 20000], y: ["a", "b"], orientation: "h"}],
      {xaxis: {tickformat: ",.1f", dtick: 20000}}, {displayModeBar: true})
      .then(function () { document.body.dataset.pret = "oui"; });
  }
</script>
"""


@pytest.fixture
def servir(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Serves a page beside the assets, and the plotly.js packaged with plotly.py; gives its URL."""
    (tmp_path / "assets").symlink_to(RACINE / "assets")
    (tmp_path / "entier.js").symlink_to(ENTIER)
    (tmp_path / "favicon.ico").touch()

    class Discret(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    serveur = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Discret, directory=str(tmp_path))
    )
    threading.Thread(target=serveur.serve_forever, daemon=True).start()

    def ecrire(corps: str) -> str:
        page = f'<!doctype html><html lang="fr"><meta charset="utf-8"><title>x</title>{corps}'
        (tmp_path / "page.html").write_text(page, encoding="utf-8")
        return f"http://127.0.0.1:{serveur.server_port}/page.html"

    yield ecrire
    serveur.shutdown()
    serveur.server_close()


def charger(*scripts: str) -> str:
    return "".join(f'<script src="{script}"></script>' for script in scripts)


@pytest.mark.parametrize(
    ("corps", "telecharger"),
    [
        pytest.param(
            charger(CONFIG, *VENDOR) + DESSIN + "<script>dessiner()</script>",
            "Télécharger le graphique en fichier PNG",
            id="npm-dans-l-ordre-de-dash",
        ),
        pytest.param(
            charger(*reversed(VENDOR), CONFIG) + DESSIN + "<script>dessiner()</script>",
            "Télécharger le graphique",
            id="npm-ordre-inverse",
        ),
        pytest.param(
            charger(CONFIG) + DESSIN + TARDIF,
            "Télécharger le graphique (PNG)",
            id="sans-npm-tardif",
        ),
        pytest.param(
            ANNONCE + charger(CONFIG, VENDOR[1]) + DESSIN + ATTENDU,
            "Télécharger le graphique en fichier PNG",
            id="npm-pendant-la-reponse",
        ),
        pytest.param(
            charger("entier.js", CONFIG) + DESSIN + "<script>dessiner()</script>",
            "Télécharger le graphique (PNG)",
            id="sans-npm-d-abord",
        ),
    ],
)
def test_les_graphiques_sont_en_francais_et_n_envoient_rien(
    page: Page, servir: Callable[[str], str], corps: str, telecharger: str
) -> None:
    page.goto(servir(corps))
    page.wait_for_selector("body[data-pret=oui]")
    boutons = page.eval_on_selector_all(
        ".modebar-btn", "bs => bs.map(b => b.getAttribute('data-title') || b.ariaLabel)"
    )
    assert any(bouton.startswith(telecharger) for bouton in boutons)
    assert not any("share" in bouton.lower() or "plotly" in bouton.lower() for bouton in boutons)
    reglages = page.evaluate("document.getElementById('graphique')._context")
    assert reglages["locale"] == "fr"
    assert reglages["showSendToCloud"] is False
    assert reglages["plotlyServerURL"] == ""
    assert reglages["displaylogo"] is False
    graduations = page.locator(".xtick text").all_text_contents()
    assert "20\u202f000,0" in graduations


def test_ce_que_dash_attend_est_le_plotly_annonce_demande_une_seule_fois(
    page: Page, servir: Callable[[str], str]
) -> None:
    demandes: list[str] = []
    page.on("request", lambda r: demandes.append(r.url))
    page.goto(servir(ANNONCE + charger(CONFIG)))
    page.evaluate("window._dashPlotlyJSURL = '/ailleurs.js'")
    assert page.evaluate("window._dashPlotlyJSURL") == "assets/vendor/plotly-basic.min.js"
    # Without a question, nothing is run; nor is it a second time.
    assert page.evaluate("window.Plotly") is None
    page.evaluate("preparerLesGraphiques(); preparerLesGraphiques()")
    page.wait_for_function("window.Plotly && typeof window.Plotly.newPlot === 'function'")
    page.evaluate("preparerLesGraphiques()")
    page.wait_for_timeout(500)
    assert page.evaluate("document.querySelectorAll('head script[src*=plotly-basic]').length") == 1
    assert sum("plotly-basic" in x for x in demandes) == 1


def test_un_plotly_qui_ne_vient_pas_peut_etre_demande_encore(
    navigateur: Browser, servir: Callable[[str], str]
) -> None:
    # A page whose console may say that a request failed.
    page = navigateur.new_page()
    page.route("**/plotly-basic*", lambda route: route.abort())
    page.goto(servir(ANNONCE + charger(CONFIG)))
    page.evaluate("preparerLesGraphiques()")
    page.wait_for_function("document.querySelector('head script[src*=plotly-basic]')")
    # Dash takes what is not there for something to ask for itself.
    page.wait_for_function("window.Plotly === undefined")
    page.close()


def test_la_police_est_servie_avec_ses_chiffres_alignes(
    page: Page, servir: Callable[[str], str]
) -> None:
    page.goto(
        servir(
            '<link rel="stylesheet" href="assets/vendor/polices.css">'
            "<p style=\"font:40px 'Source Sans 3 Variable'\">"
            "<span>11111</span> <span>88888</span> <span>Àéœ «»</span></p>"
        )
    )
    assert page.evaluate(
        "document.fonts.ready.then(() => document.fonts.check(\"40px 'Source Sans 3 Variable'\"))"
    )
    assert page.evaluate("[...document.fonts].map(f => f.status)") == ["loaded"]
    largeurs = page.eval_on_selector_all(
        "span", "ss => ss.map(s => s.getBoundingClientRect().width)"
    )
    assert largeurs[0] == pytest.approx(largeurs[1], abs=0.01)
