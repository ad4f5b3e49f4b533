/* What a page asks the server, when the server does not answer: what is displayed stays, a line says
   so in French, the same question is asked again until it is answered, and nothing else is lost.
   The questions of a page only read: asking twice changes nothing. */
(function () {
  "use strict";

  var ATTENTES = [1, 2, 4, 8, 15];
  var INDISPONIBLE = "Le service ne répond pas.";
  var ECHEC = "Cette vue n’a pas pu être calculée.";

  var demander = window.fetch;
  var dernieres = {};
  var enPanne = new Set();
  var quittee = false;

  window.addEventListener("pagehide", function () { quittee = true; });
  window.addEventListener("pageshow", function () { quittee = false; });

  /* ---- the line at the foot of the screen ---- */

  var ligne = document.createElement("div");
  ligne.className = "panne";
  ligne.hidden = true;
  ligne.innerHTML = '<p role="status" aria-live="polite"></p>' +
    '<button type="button">Réessayer maintenant</button>';
  ligne.querySelector("button").addEventListener("click", function () {
    enPanne.forEach(function (panne) { panne.reprendre(); });
  });

  function poser() { document.body.appendChild(ligne); }
  if (document.body) { poser(); } else { document.addEventListener("DOMContentLoaded", poser); }

  function montrer() {
    var derniere = Array.from(enPanne).pop();
    ligne.hidden = !derniere;
    var dit = ligne.querySelector("p");
    var texte = derniere ? derniere.texte : "";
    if (dit.textContent !== texte) { dit.textContent = texte; }
  }

  function suite(seule) {
    return " Ce qui est affiché reste en place" +
      (seule ? " ; la page reprendra d’elle-même." : ".");
  }

  /* ---- one question, asked until it is answered, or until a newer one takes its place ---- */

  function nommer(adresse, options) {
    try {
      return adresse.split("?")[0] + " " + JSON.parse(options.body).output;
    } catch (_) {
      return adresse.split("?")[0];
    }
  }

  function rienDeNeuf() { return new Response(null, { status: 204 }); }

  function attendre(panne, secondes) {
    return new Promise(function (continuer) {
      panne.reprendre = continuer;
      if (secondes) { window.setTimeout(continuer, secondes * 1000); }
    });
  }

  /* Why an answer is no answer, and whether to ask again without being told to; null: it is one. */
  function juger(reponse) {
    if (reponse === null || [502, 503, 504].indexOf(reponse.status) >= 0) {
      return { texte: INDISPONIBLE, seule: true };
    }
    if (reponse.status === 429) {
      return { texte: "Trop de demandes à la fois.", seule: true };
    }
    return reponse.status >= 500 ? { texte: ECHEC, seule: false } : null;
  }

  /* The reason the server gives in French, if it gives one that says more. */
  function lireLeMotif(reponse) {
    if (reponse === null || reponse.status !== 503) { return Promise.resolve(""); }
    return reponse.json().then(function (p) { return p.detail || ""; }, function () { return ""; });
  }

  function insister(adresse, options) {
    var nom = nommer(adresse, options || {});
    var panne = { texte: "", reprendre: function () {} };
    var ancienne = dernieres[nom];
    dernieres[nom] = panne;
    if (ancienne) { ancienne.reprendre(); }
    var essai = 0;

    function finir(reponse) {
      if (dernieres[nom] === panne) { delete dernieres[nom]; }
      enPanne.delete(panne);
      montrer();
      return reponse;
    }

    function demanderEncore() {
      return demander(adresse, options).catch(function () { return null; }).then(function (reponse) {
        if (reponse && reponse.status === 401) {
          // A session that is over: the page asked again leads to the log-in.
          window.location.reload();
          return new Promise(function () {});
        }
        var defaut = juger(reponse);
        if (!defaut) { return finir(reponse); }
        if (dernieres[nom] !== panne) { return finir(rienDeNeuf()); }
        if (quittee) { return new Promise(function () {}); }
        return lireLeMotif(reponse).then(function (motif) {
          panne.texte = (motif || defaut.texte) + suite(defaut.seule);
          enPanne.add(panne);
          // The first time, once nobody would be told of what is over already.
          if (essai > 0 || !defaut.seule) { montrer(); }
          var secondes = ATTENTES[Math.min(essai, ATTENTES.length - 1)];
          essai += 1;
          return attendre(panne, defaut.seule ? secondes : 0);
        }).then(function () {
          return dernieres[nom] === panne ? demanderEncore() : finir(rienDeNeuf());
        });
      });
    }

    return demanderEncore();
  }

  window.fetch = function (adresse, options) {
    var texte = String(adresse && adresse.url ? adresse.url : adresse);
    if (texte.indexOf("/_dash-") < 0) { return demander.apply(window, arguments); }
    return insister(texte, options);
  };
})();
