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

  // A file is read here and only its text is sent.
  document.querySelectorAll("[data-lire-dans]").forEach(function (choix) {
    var champ = document.getElementById(choix.getAttribute("data-lire-dans"));
    var message = choix.form.querySelector("[data-message-fichier]");
    function refuser(texte) { message.textContent = texte; message.hidden = false; }
    choix.addEventListener("change", function () {
      var fichier = choix.files[0];
      message.hidden = true;
      if (!fichier) { return; }
      if (fichier.size > 120000) {
        refuser("Ce fichier est trop long pour être une présentation de Passerelle. Choisissez "
          + "un fichier téléchargé depuis une présentation.");
        return;
      }
      fichier.text().then(function (texte) {
        champ.value = texte;
        choix.form.requestSubmit();
      }, function () {
        refuser("Ce fichier n’a pas pu être lu. Ouvrez-le, copiez son contenu et collez-le.");
      });
    });
  });

  // What is typed is not lost by leaving.
  var edition = document.querySelector("[data-edition]");
  if (edition) {
    var change = false;
    edition.addEventListener("input", function () { change = true; });
    edition.addEventListener("submit", function () { change = false; });
    window.addEventListener("beforeunload", function (e) {
      if (change) { e.preventDefault(); }
    });
    // Ctrl + S keeps.
    document.addEventListener("keydown", function (e) {
      if ((e.ctrlKey || e.metaKey) && !e.altKey && e.key.toLowerCase() === "s") {
        e.preventDefault();
        edition.requestSubmit(edition.querySelector("[value='enregistrer']"));
      }
    });
  }
})();
