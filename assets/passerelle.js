/* What the browser does by itself: follow a choice to its address, tell the server which cards
   are in view, copy a link, save a chart as a picture, open the sheet of filters on a phone. */
(function () {
  "use strict";

  /* ---- addresses ---- */

  var ancreSuivie = null;

  function aller(adresse) {
    if (adresse === window.location.pathname + window.location.search) { return; }
    window.history.pushState({}, "", adresse);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  }

  document.addEventListener("change", function (evenement) {
    var choix = evenement.target;
    if (choix.tagName === "SELECT" && choix.closest("[data-navigation]")) {
      aller(choix.value);
    }
  });

  document.addEventListener("click", function (evenement) {
    var lien = evenement.target.closest("a[data-interne]");
    if (!lien || evenement.defaultPrevented || evenement.button !== 0 || evenement.metaKey ||
        evenement.ctrlKey || evenement.shiftKey || evenement.altKey) { return; }
    evenement.preventDefault();
    var page = lien.pathname !== window.location.pathname;
    if (lien.hash) {
      window.history.pushState({}, "", lien.href);
      ancreSuivie = null;
      window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
      return;
    }
    aller(lien.pathname + lien.search);
    if (page) { window.scrollTo({ top: 0, behavior: "instant" }); }
  });

  /* ---- fragments: HTML that the server wrote, one attribute for a whole piece ---- */

  function ecrireFragment(element) {
    var texte = element.getAttribute("data-html");
    if (element.fragment === texte) { return; }
    var ouverts = Array.from(element.querySelectorAll("details[open]:not(.menu)")).map(function (d) {
      return d.className;
    });
    element.fragment = texte;
    element.innerHTML = texte || "";
    element.querySelectorAll("details").forEach(function (d) {
      if (ouverts.indexOf(d.className) >= 0) { d.open = true; }
    });
  }

  function ecrireFragments(mutations) {
    mutations.forEach(function (mutation) {
      if (mutation.type === "attributes") {
        ecrireFragment(mutation.target);
        return;
      }
      mutation.addedNodes.forEach(function (noeud) {
        if (noeud.nodeType !== 1) { return; }
        if (noeud.hasAttribute("data-html")) { ecrireFragment(noeud); }
        noeud.querySelectorAll("[data-html]").forEach(ecrireFragment);
      });
    });
  }

  new MutationObserver(ecrireFragments).observe(document.documentElement, {
    attributes: true,
    attributeFilter: ["data-html"],
    childList: true,
    subtree: true,
  });

  /* ---- cards in view ---- */

  var enVue = new Set();
  var envoi = 0;

  function envoyer() {
    window.clearTimeout(envoi);
    envoi = window.setTimeout(function () {
      if (window.dash_clientside && window.dash_clientside.set_props) {
        window.dash_clientside.set_props("visibles", { data: Array.from(enVue) });
      }
    }, 16);
  }

  var guetteur = new IntersectionObserver(function (entrees) {
    entrees.forEach(function (entree) {
      var nom = entree.target.dataset.indicateur;
      if (entree.isIntersecting) { enVue.add(nom); } else { enVue.delete(nom); }
    });
    envoyer();
  }, { rootMargin: "250px 0px" });

  var guettees = new Set();

  function guetter() {
    guettees.forEach(function (carte) {
      if (!carte.isConnected) {
        guetteur.unobserve(carte);
        guettees.delete(carte);
        enVue.delete(carte.dataset.indicateur);
      }
    });
    document.querySelectorAll(".carte[data-indicateur]").forEach(function (carte) {
      if (!guettees.has(carte)) {
        guettees.add(carte);
        guetteur.observe(carte);
      }
    });
  }

  var attente = 0;
  new MutationObserver(function () {
    if (attente) { return; }
    attente = window.requestAnimationFrame(function () {
      attente = 0;
      guetter();
      suivreAncre();
      document.querySelectorAll(".defile").forEach(marquerLaSuite);
    });
  }).observe(document.documentElement, { childList: true, subtree: true });

  /* A table wider than its place fades where it goes on. */
  function marquerLaSuite(cadre) {
    var reste = cadre.scrollWidth - cadre.clientWidth - cadre.scrollLeft;
    cadre.classList.toggle("suite-a-droite", reste > 2);
  }

  document.addEventListener("scroll", function (evenement) {
    var cadre = evenement.target;
    if (cadre.classList && cadre.classList.contains("defile")) { marquerLaSuite(cadre); }
  }, { passive: true, capture: true });

  window.addEventListener("resize", function () {
    document.querySelectorAll(".defile").forEach(marquerLaSuite);
  });

  /* The index shows which card is being read. */
  var lecture = 0;

  function suivreLecture() {
    lecture = 0;
    var liens = document.querySelectorAll(".index a");
    if (!liens.length) { return; }
    var ici = null;
    document.querySelectorAll(".carte[data-indicateur], .carte.texte").forEach(function (carte) {
      if (carte.offsetParent && carte.getBoundingClientRect().top < window.innerHeight * 0.4) {
        ici = carte.id;
      }
    });
    liens.forEach(function (lien) {
      lien.classList.toggle("ici", lien.hash === "#" + ici);
    });
  }

  window.addEventListener("scroll", function () {
    if (!lecture) { lecture = window.requestAnimationFrame(suivreLecture); }
  }, { passive: true });

  /* An address with an anchor leads to its card, once the page has been written. */
  function suivreAncre() {
    var ancre = decodeURIComponent(window.location.hash.slice(1));
    var cible = ancre && document.getElementById(ancre);
    var ici = window.location.pathname + window.location.hash;
    if (cible && ancreSuivie !== ici) {
      ancreSuivie = ici;
      cible.scrollIntoView({ behavior: "instant" });
    }
  }

  window.addEventListener("hashchange", function () { ancreSuivie = null; suivreAncre(); });

  /* ---- buttons ---- */

  /* What opens over the page closes when one goes elsewhere. */
  var VOLETS = ".points-de-vue[open], .menu[open]";

  function annoncer(texte) {
    var annonce = document.getElementById("annonce");
    if (annonce) { annonce.textContent = texte; }
  }

  function dire(bouton, texte) {
    var avant = bouton.textContent;
    bouton.textContent = texte;
    annoncer(texte);
    window.setTimeout(function () { bouton.textContent = avant; }, 1800);
  }

  /* Into the clipboard: the address of a card, or its sentence. */
  function copier(bouton, texte, fait) {
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(texte).then(function () { dire(bouton, fait); });
      return;
    }
    var zone = document.createElement("textarea");
    zone.value = texte;
    document.body.appendChild(zone);
    zone.select();
    document.execCommand("copy");
    zone.remove();
    dire(bouton, fait);
  }

  function photographier(bouton) {
    var carte = document.getElementById(bouton.dataset.carte);
    var graphes = carte ? carte.querySelectorAll(".js-plotly-plot") : [];
    if (!graphes.length || !window.Plotly) {
      dire(bouton, "Pas de graphique ici");
      return;
    }
    var titre = carte.querySelector("h2").textContent;
    var phrase = carte.querySelector(".phrase .tete").textContent;
    var source = carte.querySelector(".pied-carte .source").textContent;
    var notes = Array.from(carte.querySelectorAll(".protection, .exact")).map(function (n) {
      return n.textContent;
    }).join(" ");
    Array.from(graphes).forEach(function (graphe, rang) {
      var largeur = 960;
      var haut = 96;
      var bas = 64;
      var mise = JSON.parse(JSON.stringify(graphe.layout));
      mise.width = largeur;
      mise.height = (graphe.layout.height || 400) + haut + bas;
      mise.paper_bgcolor = "#ffffff";
      var marges = mise.margin;
      // The picture is drawn with the fonts of the machine, often wider than the page's.
      marges.l = Math.round(marges.l * 1.2);
      marges.t += haut;
      marges.b += bas;
      function ecrire(texte, taille, couleur, enHaut, decalage) {
        return {
          text: texte, showarrow: false, align: "left", xref: "paper", yref: "paper",
          x: 0, xanchor: "left", xshift: 24 - marges.l, font: { size: taille, color: couleur },
          y: enHaut ? 1 : 0, yanchor: enHaut ? "top" : "bottom",
          yshift: enHaut ? marges.t - decalage : decalage - marges.b,
        };
      }
      mise.annotations = (mise.annotations || []).concat([
        ecrire("<b>" + titre + "</b>", 20, "#1c2b39", true, 14),
        ecrire(couper(phrase, 115), 14, "#1c2b39", true, 44),
        ecrire(couper(notes + " " + source, 150), 11, "#4d5d6c", false, 10),
      ]);
      window.Plotly.downloadImage(
        { data: graphe.data, layout: mise },
        {
          format: bouton.dataset.image,
          width: mise.width,
          height: mise.height,
          scale: 2,
          filename: "passerelle-" + bouton.dataset.carte + (rang ? "-" + (rang + 1) : ""),
        }
      );
    });
    annoncer("Image enregistrée");
  }

  function couper(texte, largeur) {
    var lignes = [""];
    texte.trim().split(/\s+/).forEach(function (mot) {
      var derniere = lignes[lignes.length - 1];
      if (derniere && derniere.length + 1 + mot.length > largeur) {
        lignes.push(mot);
      } else {
        lignes[lignes.length - 1] = (derniere + " " + mot).trim();
      }
    });
    return lignes.join("<br>");
  }

  /* ---- the sheet of filters, on a phone ---- */

  function decrireFeuille() {
    var ouverte = document.body.classList.contains("feuille-ouverte");
    var feuille = document.getElementById("feuille");
    var bouton = document.getElementById("ouvrir-feuille");
    if (!feuille || !bouton) { return; }
    bouton.setAttribute("aria-expanded", String(ouverte));
    if (!ouverte) {
      ["role", "aria-modal", "aria-labelledby"].forEach(function (nom) { feuille.removeAttribute(nom); });
      return;
    }
    feuille.setAttribute("role", "dialog");
    feuille.setAttribute("aria-modal", "true");
    feuille.setAttribute("aria-labelledby", "titre-feuille");
  }

  window.matchMedia("(max-width: 640px)").addEventListener("change", function (ecran) {
    if (!ecran.matches) {
      document.body.classList.remove("feuille-ouverte");
      decrireFeuille();
    }
  });

  /* Dash may build the bar, or the choices of a page, again after a choice: what was open stays
     open, what had the focus keeps it. */
  var tenu = "";
  var panneauOuvert = false;

  document.addEventListener("focusin", function (evenement) {
    tenu = evenement.target.closest("#barre, [data-navigation]") ? evenement.target.id : "";
  });

  document.addEventListener("toggle", function (evenement) {
    if (evenement.target.id === "panneau-filtres") { panneauOuvert = evenement.target.open; }
  }, true);

  new MutationObserver(function () {
    var panneau = document.getElementById("panneau-filtres");
    if (panneau && panneau !== panneauConnu) {
      panneauConnu = panneau;
      panneau.open = panneauOuvert;
      decrireFeuille();
    }
    var choix = tenu && document.getElementById(tenu);
    if (choix && document.activeElement === document.body) { choix.focus({ preventScroll: true }); }
  }).observe(document.documentElement, { childList: true, subtree: true });

  var panneauConnu = null;

  function ouvrirFeuille(ouverte) {
    document.body.classList.toggle("feuille-ouverte", ouverte);
    decrireFeuille();
    var cible = document.getElementById(ouverte ? "fermer-feuille" : "ouvrir-feuille");
    if (cible) { cible.focus(); }
  }

  document.addEventListener("click", function (evenement) {
    document.querySelectorAll(VOLETS).forEach(function (volet) {
      if (!volet.contains(evenement.target)) { volet.open = false; }
    });
    var bouton = evenement.target.closest("button");
    if (!bouton) { return; }
    if (bouton.dataset.lien) {
      copier(bouton, window.location.origin + bouton.dataset.lien, "Lien copié");
    }
    var phrase = bouton.dataset.texte && document.getElementById(bouton.dataset.texte);
    if (phrase) { copier(bouton, phrase.textContent, "Phrase copiée"); }
    if (bouton.dataset.image) { photographier(bouton); }
    if (bouton.id === "ouvrir-feuille") { ouvrirFeuille(true); }
    if (bouton.id === "fermer-feuille") { ouvrirFeuille(false); }
  });

  document.addEventListener("keydown", function (evenement) {
    if (evenement.key === "Escape") {
      if (document.body.classList.contains("feuille-ouverte")) { ouvrirFeuille(false); }
      document.querySelectorAll(VOLETS).forEach(function (volet) {
        if (volet.contains(document.activeElement)) { volet.querySelector("summary").focus(); }
        volet.open = false;
      });
    }
    if (evenement.key === "Tab" && document.body.classList.contains("feuille-ouverte")) {
      var feuille = document.getElementById("feuille");
      var prenables = Array.from(
        feuille.querySelectorAll("button, select, summary, a[href]")
      ).filter(function (e) { return !e.disabled && e.offsetParent !== null; });
      var premier = prenables[0];
      var dernier = prenables[prenables.length - 1];
      if (evenement.shiftKey && document.activeElement === premier) {
        evenement.preventDefault();
        dernier.focus();
      } else if (!evenement.shiftKey && document.activeElement === dernier) {
        evenement.preventDefault();
        premier.focus();
      }
    }
  });

  window.addEventListener("popstate", function () { ancreSuivie = null; });
})();
