// The workshop of presentations: what a form cannot do alone. Every page works without it.
(function () {
  "use strict";

  document.querySelectorAll(".avec-script").forEach(function (e) { e.hidden = false; });

  // Copy an address.
  document.querySelectorAll("[data-copier]").forEach(function (bouton) {
    bouton.addEventListener("click", function () {
      var champ = document.getElementById(bouton.getAttribute("data-copier"));
      var dire = document.querySelector("[data-copie]");
      function fait() { dire.textContent = "Lien copié."; }
      function aLaMain() {
        champ.focus();
        champ.select();
        dire.textContent = "Le lien est sélectionné : copiez-le avec Ctrl + C.";
      }
      if (!navigator.clipboard) { aLaMain(); return; }
      navigator.clipboard.writeText(champ.value).then(fait, aLaMain);
    });
  });
  document.querySelectorAll("[data-tout-choisir]").forEach(function (champ) {
    champ.addEventListener("focus", function () { champ.select(); });
  });

  document.querySelectorAll("[data-imprimer]").forEach(function (bouton) {
    bouton.addEventListener("click", function () { window.print(); });
  });

  // A file is read here and only its text is sent: the server reads nothing longer.
  var LONGUEUR_AU_PLUS = 260000;
  document.querySelectorAll("[data-lire-dans]").forEach(function (choix) {
    var champ = document.getElementById(choix.getAttribute("data-lire-dans"));
    var message = choix.form.querySelector("[data-message-fichier]");
    function refuser(texte) { message.textContent = texte; message.hidden = false; }
    choix.addEventListener("change", function () {
      var fichier = choix.files[0];
      message.hidden = true;
      if (!fichier) { return; }
      var trop = "Ce fichier est trop long pour être une présentation de Passerelle. Choisissez "
        + "un fichier téléchargé depuis une présentation.";
      if (fichier.size > LONGUEUR_AU_PLUS) { refuser(trop); return; }
      fichier.text().then(function (texte) {
        if (new URLSearchParams({ x: texte }).toString().length > LONGUEUR_AU_PLUS) {
          refuser(trop);
          return;
        }
        champ.value = texte;
        choix.form.requestSubmit();
      }, function () {
        refuser("Ce fichier n’a pas pu être lu. Ouvrez-le, copiez son contenu et collez-le.");
      });
    });
  });

  // What is typed is not lost by leaving.
  var edition = function () { return document.querySelector("[data-edition]"); };
  var change = false;
  if (edition()) {
    document.addEventListener("input", function (e) {
      if (e.target.form === edition()) { change = true; }
    });
    window.addEventListener("beforeunload", function (e) {
      if (change) { e.preventDefault(); }
    });
    // Ctrl + S keeps.
    document.addEventListener("keydown", function (e) {
      if ((e.ctrlKey || e.metaKey) && !e.altKey && e.key.toLowerCase() === "s") {
        e.preventDefault();
        edition().requestSubmit(edition().querySelector("[value='enregistrer']"));
      }
    });
    document.addEventListener("submit", soumettre);
  }

  // A gesture changes the page where it stands: same place, same keyboard focus, what was open
  // stays open. Without this the form does the same with a page of its own.
  var annonce = document.createElement("div");
  annonce.className = "hors-vue";
  annonce.setAttribute("role", "status");
  document.body.appendChild(annonce);
  var AILLEURS = ["partager", "apercu", "ailleurs"];

  function soumettre(e) {
    var form = e.target;
    var bouton = e.submitter;
    change = false;
    if (form !== edition() || !bouton || AILLEURS.indexOf(bouton.value.split(":")[0]) >= 0) {
      return;
    }
    var donnees = new URLSearchParams(new FormData(form));
    donnees.set("geste", bouton.value);
    e.preventDefault();
    fetch(form.action, { method: "POST", body: donnees, headers: { Accept: "text/html" } })
      .then(function (reponse) {
        return reponse.text().then(function (texte) { remplacer(texte, reponse.url); });
      })
      .catch(function () { envoyer(form, bouton.value); });
  }

  function envoyer(form, geste) {
    var champ = document.createElement("input");
    champ.type = "hidden";
    champ.name = "geste";
    champ.value = geste;
    form.appendChild(champ);
    form.submit();
  }

  function remplacer(texte, adresse) {
    var page = new DOMParser().parseFromString(texte, "text/html");
    var nouveau = page.getElementById("contenu");
    if (!nouveau || !nouveau.querySelector("[data-edition]")) { throw new Error("autre page"); }
    var ouverts = Array.prototype.map.call(
      document.querySelectorAll(".diapo-editee details[open]"),
      function (d) { return d.closest("li").id; }
    );
    document.getElementById("contenu").replaceChildren.apply(
      document.getElementById("contenu"), Array.prototype.slice.call(nouveau.childNodes)
    );
    document.title = page.title;
    history.replaceState(null, "", adresse);
    ouverts.forEach(function (nom) {
      var d = document.querySelector("[id='" + nom + "'] details");
      if (d) { d.open = true; }
    });
    var suite = document.querySelector("#contenu [autofocus]");
    if (suite) {
      suite.focus({ preventScroll: true });
      suite.scrollIntoView({ block: "nearest" });
    } else if (document.querySelector("#contenu [role='alert']")) {
      document.querySelector("#contenu [role='alert']").scrollIntoView();
    }
    var dit = document.querySelector("#contenu .message");
    annonce.textContent = dit ? dit.textContent : "";
  }
})();
