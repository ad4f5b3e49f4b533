// The report: its button to print, which needs a script.
(function () {
  "use strict";

  document.querySelectorAll("[data-imprimer]").forEach(function (bouton) {
    bouton.hidden = false;
    bouton.addEventListener("click", function () { window.print(); });
  });
})();
