/* Slides one at a time: what shows a state (slide, variant, chart or table, highlighted value).
   Shared by those who follow, the projector and the presenter's window. */
(function () {
  "use strict";

  document.documentElement.classList.add("suivie");

  function tous(element, selecteur) { return Array.prototype.slice.call(element.querySelectorAll(selecteur)); }

  window.PasserelleScene = function (racine) {
    var diapos = tous(racine, ".diapo");

    function rang(etat) {
      var i = etat ? diapos.findIndex(function (d) { return d.dataset.diapo === etat.diapo; }) : 0;
      return Math.max(i, 0);
    }

    function faces(i) { return tous(diapos[i], ".face"); }

    function face(etat) {
      var siennes = faces(rang(etat));
      return siennes[etat.variante] || siennes[0];
    }

    /* A slide as it is when one arrives there. */
    function depart(i) {
      var diapo = diapos[Math.min(Math.max(i, 0), diapos.length - 1)];
      return {
        diapo: diapo.dataset.diapo, variante: 0, forme: diapo.dataset.depart, valeur: "",
        noir: false, code: false,
      };
    }

    function changer(etat, autres) { return Object.assign({}, etat, autres); }

    function montrer(etat) {
      var ici = rang(etat);
      diapos.forEach(function (diapo, i) {
        diapo.classList.toggle("courante", i === ici);
      });
      var diapo = diapos[ici];
      diapo.dataset.forme = etat.forme;
      var montree = face(etat);
      faces(ici).forEach(function (autre) { autre.hidden = autre !== montree; });
      tous(montree, ".en-tableau").forEach(function (volet) { volet.open = etat.forme === "tableau"; });
      tous(diapo, ".montree").forEach(function (ligne) { ligne.classList.remove("montree"); });
      tous(montree, ".en-valeur").forEach(function (table) { table.classList.remove("en-valeur"); });
      if (etat.valeur) {
        tous(montree, "tr[data-valeur]").forEach(function (ligne) {
          if (ligne.dataset.valeur !== etat.valeur) { return; }
          ligne.classList.add("montree");
          ligne.classList.remove("hors-place");
          ligne.closest("table").classList.add("en-valeur");
        });
      }
    }

    function titre(etat) {
      var tete = face(etat).querySelector("h2");
      return tete ? tete.textContent : "";
    }

    /* Names of the values of what is shown, in order, each once. */
    function valeurs(etat) {
      var vus = [];
      var genre = etat.forme === "tableau" ? ".en-tableau" : ".en-graphique";
      tous(face(etat), genre + " tr[data-valeur]").forEach(function (ligne) {
        if (vus.indexOf(ligne.dataset.valeur) < 0 && ligne.offsetParent !== null) { vus.push(ligne.dataset.valeur); }
      });
      return vus;
    }

    function aUnTableau(etat) { return face(etat).querySelector(".en-tableau") !== null; }

    /* Buttons of the variants, and of chart or table; `choisir` is told what changes. */
    function offrir(boite, etat, choisir) {
      var focus = boite.contains(document.activeElement) ? document.activeElement.dataset.face : "";
      boite.textContent = "";
      function bouton(nom, presse, face, autres) {
        var b = document.createElement("button");
        b.type = "button";
        b.textContent = nom;
        b.dataset.face = face;
        b.setAttribute("aria-pressed", String(presse));
        b.addEventListener("click", function () { choisir(autres); });
        boite.appendChild(b);
        if (focus === face) { b.focus(); }
      }
      var siennes = faces(rang(etat));
      if (aUnTableau(etat)) {
        bouton("Graphique", etat.forme !== "tableau", "g", { forme: "graphique" });
        bouton("Tableau", etat.forme === "tableau", "t", { forme: "tableau" });
      }
      if (siennes.length > 1) {
        siennes.forEach(function (f, i) {
          bouton(f.dataset.nom, i === etat.variante, "v" + i, { variante: i, valeur: "" });
        });
      }
      boite.hidden = !boite.childElementCount;
    }

    diapos.forEach(function (diapo) { diapo.dataset.depart = diapo.dataset.forme; });

    return {
      diapos: diapos, rang: rang, faces: faces, face: face, depart: depart, changer: changer,
      montrer: montrer, titre: titre, valeurs: valeurs, offrir: offrir, aUnTableau: aUnTableau,
    };
  };

  /* Until a time that grows at each failure, with some chance in it: a whole room does not come
     back at once. */
  window.PasserelleScene.delai = function (echecs) {
    return Math.min(700 * Math.pow(1.7, echecs), 4000) * (0.7 + 0.6 * Math.random());
  };

  /* An answer in JSON: {statut, corps}; rejects when the server did not answer. */
  window.PasserelleScene.demander = function (adresse, options) {
    var patience = new AbortController();
    var fin = setTimeout(function () { patience.abort(); }, 10000);
    return fetch(adresse, Object.assign({ cache: "no-store", credentials: "same-origin", signal: patience.signal }, options))
      .then(function (reponse) {
        return reponse.json().then(function (corps) { return { statut: reponse.status, corps: corps }; });
      })
      .finally(function () { clearTimeout(fin); });
  };

  window.PasserelleScene.numero = function () {
    var octets = crypto.getRandomValues(new Uint8Array(12));
    return Array.prototype.map.call(octets, function (x) { return ("0" + x.toString(16)).slice(-2); }).join("");
  };
})();
