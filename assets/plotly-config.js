/* Settings of every chart: French, nothing sent to another host, no logo.

   They are applied the moment plotly.js appears, whichever way it comes. The page says where it
   is, when assets/vendor/ has it; Dash fetches its own copy otherwise. It is the longest script to
   run: a page that will show charts asks for it once its first question has left, and it runs
   while the server answers; the other pages wait for their first chart. */
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

  var adresse = document.querySelector('meta[name="plotly"]');
  var annoncee = document.querySelector('link[rel="preload"][data-plotly]');
  var venue;

  if (adresse) {
    /* Dash writes there where its own copy is. */
    Object.defineProperty(window, "_dashPlotlyJSURL", {
      get: function () { return adresse.content; },
      set: function () {},
    });
  }

  function faireVenir() {
    if (window.Plotly) { return; }
    venue = new Promise(function (tenir, rompre) {
      var script = document.createElement("script");
      script.src = adresse.content;
      script.onload = function () { tenir(window.Plotly); };
      script.onerror = function () {
        /* The next chart asks for it again. */
        venue = undefined;
        rompre(new Error("plotly.js"));
      };
      document.head.appendChild(script);
    });
    venue.catch(function () {});
  }

  /* Called by Dash before each question. */
  window.preparerLesGraphiques = function () {
    if (!adresse || !annoncee) { return; }
    annoncee = null;
    if (window.requestIdleCallback) {
      window.requestIdleCallback(faireVenir, { timeout: 300 });
    } else {
      window.setTimeout(faireVenir, 50);
    }
  };

  Object.defineProperty(window, "Plotly", {
    configurable: true,
    enumerable: true,
    /* Asked for, and not there yet: the first chart waits for it. */
    get: function () {
      return venue;
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
