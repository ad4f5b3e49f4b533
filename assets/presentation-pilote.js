/* The presenter's window: each move is shown here at once, then sent, in order, until the server
   has it. */
(function () {
  "use strict";

  function demarrer() {
    var racine = document.querySelector("[data-conduire]");
    if (!racine || !racine.querySelector(".diapo")) { return; }
    var Scene = window.PasserelleScene;
    var scene = Scene(racine.querySelector(".scene"));
    var adresses = racine.dataset;
    var fenetre = Scene.numero();
    var cle = "passerelle-pilote:" + location.pathname;
    var etat = JSON.parse(adresses.etat) || scene.depart(0);
    var mene = false;
    var file = [];
    var envoi = false;
    var echecs = 0;
    var geste = 0;
    var version = 0;
    var debut = 0;
    var attente = null;
    var demande = false;
    var exactsDe = "";

    function un(selecteur) { return document.querySelector(selecteur); }
    function chaque(selecteur, faire) { Array.prototype.forEach.call(document.querySelectorAll(selecteur), faire); }

    function dire(texte, genre) {
      var boite = un(".titre-cadre .etat-du-suivi");
      boite.dataset.suivi = genre;
      if (boite.textContent !== texte) { boite.textContent = texte; }
    }

    function peindre() {
      var ici = scene.rang(etat);
      scene.montrer(etat);
      un(".titre-cadre .rang").textContent = (ici + 1) + "\u00a0/\u00a0" + scene.diapos.length;
      un("[data-geste=avant]").disabled = !mene || ici === 0;
      un("[data-geste=apres]").disabled = !mene || ici === scene.diapos.length - 1;
      chaque("[data-geste=noir]", function (b) { b.disabled = !mene; b.setAttribute("aria-pressed", String(etat.noir)); });
      chaque("[data-geste=code]", function (b) { b.disabled = !mene; b.setAttribute("aria-pressed", String(etat.code)); });
      chaque("[data-geste=rendre]", function (b) { b.disabled = !mene; });
      scene.offrir(un(".cadre-commandes .faces"), etat, function (autres) { bouger(scene.changer(etat, autres)); });
      chaque(".cadre-commandes .faces button", function (b) { b.disabled = !mene; });
      chaque("[data-vers]", function (b) {
        if (Number(b.dataset.vers) === ici) { b.setAttribute("aria-current", "step"); } else { b.removeAttribute("aria-current"); }
        b.disabled = !mene;
      });
      chaque("[data-note]", function (n) { n.hidden = n.dataset.note !== etat.diapo; });
      chaque(".scene button.valeur", function (b) {
        b.disabled = !mene;
        b.setAttribute("aria-pressed", String(b.closest("tr").dataset.valeur === etat.valeur));
      });
      document.body.classList.toggle("masquee", etat.noir);
      document.body.classList.toggle("code-montre", etat.code);
      montrerLaSuivante(ici);
      montrerLesExacts();
    }

    function montrerLaSuivante(ici) {
      var apercu = un(".apercu");
      if (apercu.dataset.rang === String(ici)) { return; }
      apercu.dataset.rang = String(ici);
      apercu.textContent = "";
      var suivante = scene.diapos[ici + 1];
      if (!suivante) { apercu.textContent = "Fin de la présentation."; return; }
      var copie = suivante.cloneNode(true);
      copie.removeAttribute("id");
      copie.classList.add("courante");
      copie.dataset.forme = suivante.dataset.depart;
      Array.prototype.forEach.call(copie.querySelectorAll(".face"), function (f, i) { f.hidden = i > 0; });
      Array.prototype.forEach.call(copie.querySelectorAll(".montree, .en-valeur"), function (x) { x.classList.remove("montree", "en-valeur"); });
      apercu.appendChild(copie);
    }

    function montrerLesExacts() {
      var volet = un(".cadre-exacts");
      if (!volet || !volet.open) { return; }
      var demande = adresses.exacts + "?diapo=" + encodeURIComponent(etat.diapo) + "&variante=" + etat.variante;
      if (exactsDe === demande) { return; }
      exactsDe = demande;
      var boite = un(".chiffres-exacts");
      boite.textContent = "…";
      fetch(demande, { cache: "no-store", credentials: "same-origin" }).then(function (reponse) {
        if (!reponse.ok) { throw new Error(String(reponse.status)); }
        return reponse.text();
      }).then(function (texte) {
        if (exactsDe === demande) { boite.innerHTML = texte; }
      }).catch(function () {
        if (exactsDe === demande) { exactsDe = ""; boite.textContent = "Ces chiffres ne peuvent pas être affichés pour l’instant."; }
      });
    }

    /* Moves. */
    function bouger(voulu) {
      if (!mene) { return; }
      etat = voulu;
      geste += 1;
      peindre();
      file.push({ action: "bouger", geste: geste, etat: etat });
      envoyer();
    }

    function aller(ou) {
      var borne = Math.min(Math.max(ou, 0), scene.diapos.length - 1);
      if (borne !== scene.rang(etat)) { bouger(scene.changer(scene.depart(borne), { code: false, noir: false })); }
    }

    function prendre(force) {
      file.push({ action: "prendre", force: force, etat: etat, ancien: lireAncien() });
      envoyer();
    }

    function lireAncien() {
      try { return sessionStorage.getItem(cle) || ""; } catch (erreur) { return ""; }
    }

    function garderAncien() {
      try { sessionStorage.setItem(cle, fenetre); } catch (erreur) { return; }
    }

    function envoyer() {
      if (envoi || !file.length) { return; }
      envoi = true;
      var tete = file[0];
      var corps = Object.assign({ pilote: fenetre, sceau: adresses.sceau }, tete);
      Scene.demander(adresses.conduire, {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(corps),
      }).then(function (reponse) {
        if (reponse.statut === 200 || reponse.statut === 409) {
          echecs = 0;
          file = reponse.statut === 200 ? file.slice(1) : [];
          recevoir(reponse.corps, tete.action);
          return 0;
        }
        if (reponse.statut >= 400 && reponse.statut < 500 && reponse.statut !== 401 && reponse.statut !== 408 && reponse.statut !== 429) {
          file = [];
          barrer(reponse.corps.detail || "Cette fenêtre n’est plus valable\u00a0: rechargez-la.", "");
          return 0;
        }
        if (reponse.statut === 401) { dire("Votre session est terminée\u00a0: reconnectez-vous dans un autre onglet, vos gestes attendent.", "coupe"); }
        throw new Error("statut " + reponse.statut);
      }).catch(function (erreur) {
        echecs += 1;
        if (echecs > 1 && erreur.message !== "statut 401") { dire("Connexion perdue\u00a0: vos gestes attendent (" + file.length + ").", "coupe"); }
        return Scene.delai(Math.min(echecs, 3));
      }).then(function (dans) {
        envoi = false;
        if (file.length) { setTimeout(envoyer, dans); }
      });
    }

    /* How things stand, as the server says. */
    function recevoir(corps, action) {
      // A question may be answered by a process that remembers how things stood a moment ago.
      if (action === "poll" && corps.version < version) { return; }
      version = Math.max(version, corps.version);
      var menait = mene;
      if (action !== "poll" || !file.length) { mene = Boolean(corps.a_vous); }
      un(".ecrans").textContent = String(corps.ecrans);
      if (mene) {
        geste = Math.max(geste, corps.geste);
        if (action === "prendre") {
          garderAncien();
          if (corps.etat) { etat = corps.etat; }
          if (!debut) { debut = Date.now(); }
        }
        dire("Vous menez la présentation.", "suit");
        un(".main-prise").hidden = true;
        if (!menait || action === "prendre") { peindre(); }
        return;
      }
      if (corps.etat) { etat = corps.etat; }
      peindre();
      if (!corps.qui) { barrer(action === "rendre" || menait ? "La présentation est terminée." : "Personne ne présente.", "Reprendre la main"); }
      else if (menait) { barrer(corps.qui + " a pris la main.", "Reprendre la main"); }
      else if (un(".main-prise").hidden) { barrer(corps.qui + " présente en ce moment.", "Prendre la main"); }
      dire("Vous ne menez pas.", "libre");
    }

    /* Take the lead when nobody has it, or this window had it before it was loaded again. */
    function ouvrir() {
      var ancien = lireAncien();
      Scene.demander(adresses.conduite + "?pilote=" + (ancien || fenetre)).then(function (reponse) {
        if (reponse.statut !== 200) { throw new Error("statut " + reponse.statut); }
        if (!reponse.corps.qui || reponse.corps.a_vous) { prendre(false); } else { recevoir(reponse.corps, "poll"); }
        demander();
      }).catch(function () { setTimeout(ouvrir, Scene.delai(2)); });
    }

    function barrer(texte, bouton) {
      var barre = un(".main-prise");
      barre.hidden = false;
      barre.querySelector("p").textContent = texte;
      var b = barre.querySelector("button");
      b.hidden = !bouton;
      b.textContent = bouton;
      if (!bouton) { mene = false; peindre(); }
    }

    function demander() {
      clearTimeout(attente);
      if (demande) { return; }
      demande = true;
      Scene.demander(adresses.conduite + "?pilote=" + fenetre).then(function (reponse) {
        if (reponse.statut === 200) {
          // What was answered before a move that waits says nothing of it.
          if (!file.length && !envoi) { recevoir(reponse.corps, "poll"); }
          return reponse.corps.dans;
        }
        if (reponse.statut === 404 && reponse.corps.type === "urn:passerelle:lien") {
          barrer(reponse.corps.detail, "");
          return 30000;
        }
        throw new Error("statut " + reponse.statut);
      }).catch(function () { return Scene.delai(3); }).then(function (dans) {
        demande = false;
        attente = setTimeout(demander, dans);
      });
    }

    /* Highlighted value. */
    function mettreEnValeur(nom) { bouger(scene.changer(etat, { valeur: nom === etat.valeur ? "" : nom })); }

    function parcourirLesValeurs(pas) {
      var noms = scene.valeurs(etat);
      if (!noms.length) { return; }
      var ici = noms.indexOf(etat.valeur);
      var ou = ici < 0 ? (pas > 0 ? 0 : noms.length - 1) : ici + pas;
      if (ou >= 0 && ou < noms.length) { bouger(scene.changer(etat, { valeur: noms[ou] })); }
    }

    function rendreCliquables() {
      chaque(".scene tr[data-valeur] > th", function (tete) {
        var bouton = document.createElement("button");
        bouton.type = "button";
        bouton.className = "valeur";
        bouton.setAttribute("aria-pressed", "false");
        while (tete.firstChild) { bouton.appendChild(tete.firstChild); }
        tete.appendChild(bouton);
      });
      un(".scene").addEventListener("click", function (e) {
        var ligne = e.target.closest("tr[data-valeur]");
        if (ligne) { mettreEnValeur(ligne.dataset.valeur); }
      });
    }

    function varianteSuivante() {
      var combien = scene.faces(scene.rang(etat)).length;
      if (combien > 1) { bouger(scene.changer(etat, { variante: (etat.variante + 1) % combien, valeur: "" })); }
    }

    function pleinEcran() {
      if (document.fullscreenElement) { document.exitFullscreen(); }
      else { document.documentElement.requestFullscreen().catch(function () { return null; }); }
    }

    function toucher(touche) {
      // Whoever dictates to the computer must be able to do without the keys of one letter.
      if (/^[a-z.]$/i.test(touche) && !un(".lettres").checked) { return false; }
      var ici = scene.rang(etat);
      var gestes = {
        ArrowRight: function () { aller(ici + 1); }, PageDown: function () { aller(ici + 1); }, " ": function () { aller(ici + 1); },
        ArrowLeft: function () { aller(ici - 1); }, PageUp: function () { aller(ici - 1); },
        Home: function () { aller(0); }, End: function () { aller(scene.diapos.length - 1); },
        ArrowDown: function () { parcourirLesValeurs(1); }, ArrowUp: function () { parcourirLesValeurs(-1); },
        Escape: function () { if (etat.valeur || etat.code || etat.noir) { bouger(scene.changer(etat, { valeur: "", code: false, noir: false })); } },
        b: function () { bouger(scene.changer(etat, { noir: !etat.noir })); },
        ".": function () { bouger(scene.changer(etat, { noir: !etat.noir })); },
        v: varianteSuivante,
        t: function () {
          if (scene.aUnTableau(etat)) { bouger(scene.changer(etat, { forme: etat.forme === "tableau" ? "graphique" : "tableau" })); }
        },
        q: function () { bouger(scene.changer(etat, { code: !etat.code })); },
        f: pleinEcran,
      };
      var faire = gestes[touche.length === 1 ? touche.toLowerCase() : touche];
      if (faire) { faire(); }
      return Boolean(faire);
    }

    function brancher() {
      var gestes = {
        avant: function () { toucher("ArrowLeft"); }, apres: function () { toucher("ArrowRight"); },
        noir: function () { toucher("b"); }, code: function () { toucher("q"); },
        prendre: function () { prendre(true); },
        rendre: function () { file.push({ action: "rendre" }); envoyer(); },
      };
      chaque("[data-geste]", function (b) { b.addEventListener("click", gestes[b.dataset.geste]); });
      chaque("[data-vers]", function (b) { b.addEventListener("click", function () { aller(Number(b.dataset.vers)); }); });
      document.addEventListener("keydown", function (e) {
        if (e.altKey || e.ctrlKey || e.metaKey || e.target.matches("input:not([type=checkbox]), textarea, select")) { return; }
        if (e.key === " " && e.target.matches("button, summary, a, input")) { return; }
        if (toucher(e.key)) { e.preventDefault(); }
      });
      var volet = un(".cadre-exacts");
      if (volet) { volet.addEventListener("toggle", function () { exactsDe = ""; un(".chiffres-exacts").textContent = ""; montrerLesExacts(); }); }
      if ("BroadcastChannel" in window) {
        var relais = new BroadcastChannel("passerelle:" + location.pathname.replace(/\/presentateur\/?$/, ""));
        relais.onmessage = function (e) { if (typeof e.data === "string") { toucher(e.data); } };
      }
      window.addEventListener("online", function () { envoyer(); demander(); });
      window.addEventListener("beforeunload", function (e) { if (file.length) { e.preventDefault(); } });
    }

    function compterLeTemps() {
      var maintenant = new Date();
      un(".horloge").textContent = maintenant.toLocaleTimeString("fr-FR", { hour: "2-digit", minute: "2-digit" }).replace(":", "\u00a0h\u00a0");
      if (!debut) { return; }
      var s = Math.floor((Date.now() - debut) / 1000);
      un(".duree").textContent = Math.floor(s / 60) + "\u00a0min\u00a0" + ("0" + (s % 60)).slice(-2);
    }

    rendreCliquables();
    brancher();
    peindre();
    compterLeTemps();
    setInterval(compterLeTemps, 1000);
    ouvrir();
  }

  document.addEventListener("DOMContentLoaded", demarrer);
})();
