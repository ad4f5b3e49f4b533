/* A chart with the keyboard: the arrows walk its values one by one, each is shown as with the mouse
   and spoken in the live region; T opens the table of figures. */
(function () {
  "use strict";

  /* Values of a chart in reading order: value by value, then the traces that show it. */
  function lister(graphe) {
    var points = [];
    (graphe.data || []).forEach(function (trace, courbe) {
      var textes = trace.hovertext;
      if (!Array.isArray(textes)) { return; }
      textes.forEach(function (texte, rang) {
        if (texte) { points.push({ courbe: courbe, rang: rang, texte: texte }); }
      });
    });
    return points.sort(function (a, b) { return a.rang - b.rang || a.courbe - b.courbe; });
  }

  function enClair(texte) {
    var boite = document.createElement("div");
    boite.innerHTML = texte.replace(/<br\s*\/?>/g, ", ");
    return boite.textContent.replace(/\s+/g, " ").replace(/ ,/g, ",").trim();
  }

  function dire(texte) {
    var annonce = document.getElementById("annonce");
    if (annonce) { annonce.textContent = texte; }
  }

  function montrer(figure, graphe, points, rang) {
    figure.rangLu = rang;
    var point = points[rang];
    if (window.Plotly && window.Plotly.Fx) {
      try {
        window.Plotly.Fx.hover(graphe, [{ curveNumber: point.courbe, pointNumber: point.rang }]);
      } catch (erreur) {
        // A value without a mark (masked, absent) has nothing to point at: it is spoken.
        window.Plotly.Fx.unhover(graphe);
      }
    }
    dire(enClair(point.texte) + " (" + (rang + 1) + " sur " + points.length + ")");
  }

  function cacher(figure) {
    var graphe = figure.querySelector(".js-plotly-plot");
    if (graphe && window.Plotly && window.Plotly.Fx) { window.Plotly.Fx.unhover(graphe); }
  }

  /* The table of the same figures: folded under the chart, or beside it. */
  function allerAuTableau(figure) {
    var carte = figure.closest(".carte, section");
    var volet = carte && carte.querySelector("details.chiffres");
    if (volet) { volet.open = true; }
    var tableau = (volet || carte) && (volet || carte).querySelector(".defile, table");
    if (!tableau) { return dire("Pas de tableau ici"); }
    if (!tableau.hasAttribute("tabindex")) { tableau.setAttribute("tabindex", "-1"); }
    tableau.focus();
    tableau.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", function (evenement) {
    var figure = evenement.target;
    if (!figure.matches || !figure.matches("figure.graphique")) { return; }
    if (evenement.altKey || evenement.ctrlKey || evenement.metaKey) { return; }
    var graphe = figure.querySelector(".js-plotly-plot");
    var points = graphe ? lister(graphe) : [];
    if (evenement.key === "t" || evenement.key === "T") {
      evenement.preventDefault();
      allerAuTableau(figure);
      return;
    }
    if (evenement.key === "Escape") { cacher(figure); return; }
    var ici = figure.rangLu === undefined ? -1 : figure.rangLu;
    var vers = {
      ArrowRight: ici + 1, ArrowDown: ici + 1, ArrowLeft: ici - 1, ArrowUp: ici - 1,
      Home: 0, End: points.length - 1,
    }[evenement.key];
    if (vers === undefined || !points.length) { return; }
    evenement.preventDefault();
    montrer(figure, graphe, points, Math.min(Math.max(vers, 0), points.length - 1));
  });

  document.addEventListener("focusout", function (evenement) {
    var figure = evenement.target;
    if (!figure.matches || !figure.matches("figure.graphique")) { return; }
    figure.rangLu = undefined;
    cacher(figure);
  });
})();
