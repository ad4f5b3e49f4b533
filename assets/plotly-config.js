/* Settings of every chart: French, nothing sent to another host, no logo.

   They are applied the moment plotly.js appears, whichever way it comes: from assets/vendor/,
   after this file, or later still, when Dash fetches its own copy with the first chart. */
(function () {
  "use strict";

  var REGLAGES = {
    locale: "fr",
    showSendToCloud: false,
    plotlyServerURL: "",
    displaylogo: false,
  };

  /* The buttons and dates of a chart; the whole locale, when assets/vendor/ has it, replaces it. */
  var FRANCAIS = {
    moduleType: "locale",
    name: "fr",
    dictionary: {
      "Autoscale": "Échelle automatique",
      "Box Select": "Sélection rectangulaire",
      "Compare data on hover": "Comparer les données au survol",
      "Double-click on legend to isolate one trace":
        "Double-cliquer sur la légende pour isoler une série",
      "Double-click to zoom back out": "Double-cliquer pour revenir à la vue d’ensemble",
      "Download plot": "Télécharger le graphique",
      "Download plot as a PNG": "Télécharger le graphique (PNG)",
      "Lasso Select": "Sélection au lasso",
      "Pan": "Déplacer",
      "Reset": "Réinitialiser",
      "Reset axes": "Réinitialiser les axes",
      "Show closest data on hover": "Montrer la donnée la plus proche au survol",
      "Snapshot succeeded": "Image enregistrée",
      "Sorry, there was a problem downloading your snapshot!":
        "L’image n’a pas pu être enregistrée",
      "Taking snapshot - this may take a few seconds": "Préparation de l’image…",
      "Toggle Spike Lines": "Afficher ou masquer les lignes de repère",
      "trace": "série",
      "Zoom": "Zoom",
      "Zoom in": "Agrandir",
      "Zoom out": "Réduire",
    },
    format: {
      days: ["dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"],
      shortDays: ["dim.", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam."],
      months: [
        "janvier", "février", "mars", "avril", "mai", "juin",
        "juillet", "août", "septembre", "octobre", "novembre", "décembre",
      ],
      shortMonths: [
        "janv.", "févr.", "mars", "avr.", "mai", "juin",
        "juil.", "août", "sept.", "oct.", "nov.", "déc.",
      ],
      date: "%d/%m/%Y",
      decimal: ",",
      thousands: "\u202f",
      year: "%Y",
      month: "%b %Y",
      dayMonth: "%-d %b",
      dayMonthYear: "%-d %b %Y",
    },
  };

  function regler(plotly) {
    plotly.setPlotConfig(REGLAGES);
  }

  /* plotly.js registers what waits here when it starts, before it shows itself as `Plotly`;
     the last one of a name wins, hence ours first. */
  if (window.Plotly) {
    window.Plotly.register(FRANCAIS);
    regler(window.Plotly);
    return;
  }
  window.PlotlyLocales = [FRANCAIS].concat(window.PlotlyLocales || []);
  Object.defineProperty(window, "Plotly", {
    configurable: true,
    enumerable: true,
    get: function () {
      return undefined;
    },
    set: function (plotly) {
      Object.defineProperty(window, "Plotly", {
        configurable: true,
        enumerable: true,
        writable: true,
        value: plotly,
      });
      regler(plotly);
    },
  });
})();
