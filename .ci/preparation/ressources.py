"""What the browser loads and others wrote: plotly.js, its French locale, the font.

They come from npm into `assets/vendor/`, which Dash serves and Git ignores. Without npm the
dashboard still works: Dash serves the full plotly.js packaged with it, larger, and the browser
uses the fonts of the machine.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from pathlib import Path

from console import Arret, annoncer, etape, executer

PLOTLY = Path("plotly.js-basic-dist-min")
LOCALE = Path("plotly.js-locales")
POLICE = Path("@fontsource-variable/source-sans-3")
FAMILLE = "Source Sans 3 Variable"

# The locale is a CommonJS module. It is registered at once when plotly.js is there, else kept
# where plotly.js looks when it starts. Thousands take the narrow no-break space of the house.
ENVELOPPE = """\
(function () {{
  "use strict";
  var module = {{ exports: {{}} }};
{source}
  var locale = module.exports;
  locale.format.thousands = "\\u202f";
  if (window.Plotly) {{
    window.Plotly.register(locale);
  }} else {{
    window.PlotlyLocales = window.PlotlyLocales || [];
    window.PlotlyLocales.push(locale);
  }}
}})();
"""

FONTE = """\
@font-face {{
  font-family: "{famille}";
  font-style: normal;
  font-weight: 200 900;
  font-display: swap;
  src: url("{fichier}") format("woff2");
}}
"""


def preparer_ressources(racine: Path, *, essais: bool, exigees: bool = False) -> None:
    """Fills `assets/vendor/` from npm, and `node_modules/` with axe-core when `essais`.

    Does nothing when the stamps of the last installation still fit. Without npm, or when npm
    fails, leaves things as they are and says so; under `essais` or `exigees` that is an `Arret`.
    """
    exigees = exigees or essais
    empreinte = _calculer_empreinte(racine)
    if _lire(racine / "assets" / "vendor" / ".empreinte") == empreinte and (
        not essais or _lire(racine / "node_modules" / ".empreinte") == empreinte
    ):
        return
    npm = shutil.which("npm")
    if npm is None:
        if exigees:
            raise Arret("npm est introuvable : installez-le (paquet Debian npm), puis recommencez.")
        _annoncer_repli(racine, "npm n’est pas installé (paquet Debian npm).")
        return
    try:
        with etape("Installation des ressources du navigateur (npm)"):
            _installer_modules(racine, npm, empreinte, essais=essais)
            _ecrire_vendor(racine, empreinte)
    except Arret as arret:
        if exigees:
            raise
        _annoncer_repli(racine, str(arret).splitlines()[0])


def envelopper_locale(source: str) -> str:
    """JavaScript that registers a plotly.js locale, given as the text of its CommonJS module."""
    return ENVELOPPE.format(source=source)


def _installer_modules(racine: Path, npm: str, empreinte: str, *, essais: bool) -> None:
    executer(
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        # Without a network, give up in a second rather than in minutes.
        + ["--fetch-retries=1", "--fetch-retry-mintimeout=500"]
        + ([] if essais else ["--omit=dev"]),
        dossier=racine,
        echec="npm n’a pas pu installer les ressources du navigateur.",
    )
    if essais:
        (racine / "node_modules" / ".empreinte").write_text(empreinte, encoding="ascii")


def _ecrire_vendor(racine: Path, empreinte: str) -> None:
    """Builds the folder aside and puts it in place at the end, so that it is never half there."""
    modules = racine / "node_modules"
    vendor = racine / "assets" / "vendor"
    atelier = Path(tempfile.mkdtemp(prefix=".vendor-", dir=modules))
    shutil.copy(modules / PLOTLY / "plotly-basic.min.js", atelier)
    locale = (modules / LOCALE / "fr.js").read_text(encoding="utf-8")
    (atelier / "plotly-locale-fr.js").write_text(envelopper_locale(locale), encoding="utf-8")
    # Kept a year by browsers: the version is in the name.
    police = f"source-sans-3-{_lire_version(modules / POLICE)}.woff2"
    shutil.copy(modules / POLICE / "files/source-sans-3-latin-wght-normal.woff2", atelier / police)
    (atelier / "polices.css").write_text(
        FONTE.format(famille=FAMILLE, fichier=police), encoding="utf-8"
    )
    licences = [
        f"{paquet} {_lire_version(modules / paquet)}\n\n{_lire(modules / paquet / 'LICENSE')}"
        for paquet in (PLOTLY, LOCALE, POLICE)
    ]
    (atelier / "licences.txt").write_text("\n\n----\n\n".join(licences), encoding="utf-8")
    (atelier / ".empreinte").write_text(empreinte, encoding="ascii")
    atelier.chmod(0o755)
    shutil.rmtree(vendor, ignore_errors=True)
    atelier.rename(vendor)


def _annoncer_repli(racine: Path, raison: str) -> None:
    annoncer(raison)
    if (racine / "assets" / "vendor").exists():
        annoncer("  Les ressources installées auparavant restent en service.")
    else:
        annoncer(
            "  Passerelle fonctionne sans : graphiques par la bibliothèque que Dash fournit, "
            "polices du poste. La première page est plus lourde."
        )


def _calculer_empreinte(racine: Path) -> str:
    contenu = (racine / "package-lock.json").read_bytes() + Path(__file__).read_bytes()
    return hashlib.sha256(contenu).hexdigest()


def _lire(fichier: Path) -> str:
    return fichier.read_text(encoding="utf-8") if fichier.exists() else ""


def _lire_version(paquet: Path) -> str:
    return str(json.loads((paquet / "package.json").read_text(encoding="utf-8"))["version"])
