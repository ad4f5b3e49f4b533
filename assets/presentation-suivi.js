/* Who follows: a phone, which may wander and rejoin, or the projector (`data-ecran`), which may
   not. Asks where the presentation is, again and again, and never gives up. */
(function () {
  "use strict";

  function demarrer() {
    var racine = document.querySelector("[data-suivi]");
    if (!racine || !racine.querySelector(".diapo")) { return; }
    var Scene = window.PasserelleScene;
    var scene = Scene(racine);
    var ecran = "ecran" in racine.dataset;
    var presente = JSON.parse(racine.dataset.etat);
    var version = Number(racine.dataset.version);
    var mien = presente || scene.depart(0);
    var suit = true;
    var echecs = 0;
    var fini = false;
    var attente = null;
    var enCours = false;
    var numero = Scene.numero();

    function un(selecteur) { return document.querySelector(selecteur); }

    function dire(texte) {
      var boite = un(".etat-du-suivi [role=status]");
      if (boite && boite.textContent !== texte) { boite.textContent = texte; }
    }

    function annoncer() {
      var texte = "Diapositive " + (scene.rang(mien) + 1) + " sur " + scene.diapos.length + "\u00a0: " + scene.titre(mien);
      var boite = un(".annonce");
      if (boite.textContent !== texte) { boite.textContent = texte; }
    }

    function peindre() {
      var voile = un(".voile");
      var masque = Boolean(suit && presente && presente.noir);
      document.body.classList.toggle("masquee", masque);
      voile.hidden = !masque;
      scene.montrer(mien);
      if (ecran) {
        un(".rejoindre-la-salle").hidden = masque || !(presente && presente.code);
        ajuster();
      } else {
        peindreLesCommandes();
      }
      annoncer();
    }

    function peindreLesCommandes() {
      var ici = scene.rang(mien);
      un(".parcours .rang").textContent = (ici + 1) + "\u00a0/\u00a0" + scene.diapos.length;
      un("[data-geste=avant]").disabled = ici === 0;
      un("[data-geste=apres]").disabled = ici === scene.diapos.length - 1;
      var rejoindre = un("[data-geste=rejoindre]");
      var avaitLeFocus = document.activeElement === rejoindre;
      rejoindre.hidden = suit || !presente;
      if (avaitLeFocus && rejoindre.hidden) { racine.focus({ preventScroll: true }); }
      scene.offrir(un(".commandes .faces"), mien, function (autres) { flaner(scene.changer(mien, autres)); });
      var etat = un(".etat-du-suivi");
      etat.dataset.suivi = echecs > 1 ? "coupe" : !presente ? "libre" : suit ? "suit" : "flane";
      if (echecs > 1) { dire("Connexion perdue, nouvelle tentative…"); }
      else if (!presente) { dire("Personne ne présente\u00a0: parcourez à votre rythme."); }
      else if (suit) { dire("Vous suivez la présentation."); }
      else { dire("Vous parcourez librement. La présentation en est à la diapositive " + (scene.rang(presente) + 1) + "."); }
    }

    function flaner(etat) {
      // While nobody leads there is nothing to leave.
      if (presente) { suit = false; }
      mien = etat;
      peindre();
    }

    function aller(pas) {
      var ou = scene.rang(mien) + pas;
      if (ou >= 0 && ou < scene.diapos.length) {
        flaner(scene.depart(ou));
        window.scrollTo(0, 0);
      }
    }

    function rejoindre() {
      suit = true;
      mien = presente || mien;
      peindre();
      window.scrollTo(0, 0);
    }

    function recevoir(corps) {
      echecs = 0;
      // Another process may answer what it knew a moment ago.
      if ("etat" in corps && corps.version >= version) {
        version = corps.version;
        presente = corps.etat;
        if (!presente) { suit = true; }
        var avant = mien.diapo;
        if (suit && presente) { mien = presente; }
        peindre();
        if (!ecran && avant !== mien.diapo) { window.scrollTo(0, 0); }
      } else if (!ecran) {
        peindreLesCommandes();
      }
      return corps.dans;
    }

    function finir(texte) {
      fini = true;
      document.body.classList.add("finie");
      racine.textContent = "";
      var message = document.createElement("p");
      message.className = "message erreur";
      message.setAttribute("role", "alert");
      message.textContent = texte;
      racine.appendChild(message);
      var commandes = un(".commandes");
      if (commandes) { commandes.remove(); }
    }

    function demander() {
      clearTimeout(attente);
      if (fini || enCours) { return; }
      enCours = true;
      var adresse = racine.dataset.suivi + "?v=" + version + "&e=" + numero + (ecran ? "&ecran=1" : "");
      Scene.demander(adresse).then(function (reponse) {
        if (reponse.statut === 200) { return recevoir(reponse.corps); }
        if ((reponse.statut === 404 || reponse.statut === 410) && reponse.corps.type === "urn:passerelle:lien") {
          return finir(reponse.corps.detail);
        }
        throw new Error("statut " + reponse.statut);
      }).catch(function () {
        echecs += 1;
        if (!ecran && !fini) { peindreLesCommandes(); }
        return Scene.delai(echecs);
      }).then(function (dans) {
        enCours = false;
        if (fini) { return; }
        var voulu = (dans || 700) * (0.85 + 0.3 * Math.random());
        attente = setTimeout(demander, document.hidden ? voulu * 5 : voulu);
      });
    }

    /* On the projector nothing is scrolled: what does not fit is counted, and left to the phones. */
    function ajuster() {
      var face = scene.face(mien);
      var corps = face.querySelector(".corps");
      if (!corps) { return; }
      Array.prototype.forEach.call(face.querySelectorAll(".hors-place"), function (x) { x.classList.remove("hors-place"); });
      function direLeReste(reste, combien) {
        reste.textContent = combien ? "et " + combien + " autre" + (combien > 1 ? "s " : " ") + reste.dataset.chose + (combien > 1 ? "s" : "") + (mien.forme === "tableau" ? ", sur votre téléphone" : ", dans le tableau") : "";
      }
      Array.prototype.forEach.call(face.querySelectorAll(".reste"), function (x) {
        if (x.classList.contains("ajoute")) { x.remove(); } else { direLeReste(x, Number(x.dataset.reste)); }
      });
      var genre = mien.forme === "tableau" && scene.aUnTableau(mien) ? ".en-tableau" : ".en-graphique";
      Array.prototype.forEach.call(corps.querySelectorAll(".vue"), function (vue) {
        var lignes = Array.prototype.filter.call(vue.querySelectorAll(genre + " tr[data-valeur]"), function (x) {
          return x.offsetParent !== null && !x.classList.contains("montree");
        });
        lignes.sort(function (a, b) { return Number(a.dataset.ordre || 0) - Number(b.dataset.ordre || 0); });
        var reste = null;
        var otees = 0;
        while (vue.scrollHeight > corps.clientHeight + 1 && lignes.length > 3) {
          lignes.pop().classList.add("hors-place");
          otees += 1;
          reste = reste || vue.querySelector(genre + " .reste:last-child");
          if (!reste) {
            reste = document.createElement("p");
            reste.className = "reste ajoute";
            reste.dataset.reste = "0";
            reste.dataset.chose = vue.querySelector("[data-chose]").dataset.chose;
            vue.querySelector(genre).appendChild(reste);
          }
          direLeReste(reste, Number(reste.dataset.reste) + otees);
        }
      });
    }

    var modifie = function (e) { return e.altKey || e.ctrlKey || e.metaKey; };

    function brancherLeProjecteur() {
      var bouton = un(".plein-ecran");
      var relais = "BroadcastChannel" in window ? new BroadcastChannel("passerelle:" + location.pathname) : null;
      function basculer() {
        if (document.fullscreenElement) { document.exitFullscreen(); }
        else if (document.documentElement.requestFullscreen) {
          document.documentElement.requestFullscreen().catch(function () { return null; });
        }
      }
      bouton.hidden = false;
      bouton.addEventListener("click", basculer);
      document.addEventListener("fullscreenchange", function () { bouton.hidden = Boolean(document.fullscreenElement); });
      document.addEventListener("keydown", function (e) {
        if (modifie(e)) { return; }
        if (e.key === "f" || e.key === "F") { basculer(); return; }
        if (e.key === " " && e.target === bouton) { return; }
        // The remote control speaks to the window in front: it is meant for the presenter's.
        if (relais) { relais.postMessage(e.key); }
      });
      window.addEventListener("resize", ajuster);
      if (document.fonts) { document.fonts.ready.then(ajuster); }
    }

    function brancherLeTelephone() {
      un(".commandes").hidden = false;
      un("[data-geste=avant]").addEventListener("click", function () { aller(-1); });
      un("[data-geste=apres]").addEventListener("click", function () { aller(1); });
      un("[data-geste=rejoindre]").addEventListener("click", rejoindre);
      document.addEventListener("keydown", function (e) {
        if (fini || modifie(e)) { return; }
        if (e.key === "ArrowRight" || e.key === "PageDown") { e.preventDefault(); aller(1); }
        if (e.key === "ArrowLeft" || e.key === "PageUp") { e.preventDefault(); aller(-1); }
      });
      var depart = null;
      racine.addEventListener("touchstart", function (e) {
        depart = e.touches.length === 1 ? e.touches[0] : null;
      }, { passive: true });
      racine.addEventListener("touchend", function (e) {
        if (!depart || fini) { return; }
        var fin = e.changedTouches[0];
        var x = fin.clientX - depart.clientX;
        var y = fin.clientY - depart.clientY;
        depart = null;
        if (Math.abs(x) > 60 && Math.abs(x) > 2 * Math.abs(y)) { aller(x < 0 ? 1 : -1); }
      }, { passive: true });
    }

    if (ecran) { brancherLeProjecteur(); } else { brancherLeTelephone(); }
    document.addEventListener("visibilitychange", function () { if (!document.hidden) { demander(); } });
    window.addEventListener("online", demander);
    peindre();
    demander();
  }

  document.addEventListener("DOMContentLoaded", demarrer);
})();
