/* Follows a file that is being made; when it is, the browser fetches it. */
(function () {
  "use strict";

  var section = document.querySelector("[data-travail]");
  if (!section) { return; }
  var adresse = section.getAttribute("data-travail");
  var barre = section.querySelector("progress");
  var etape = section.querySelector(".etape");
  var ATTENTE = 700;
  var PATIENCE = 3000;

  function suivre() {
    fetch(adresse + "/etat", { headers: { Accept: "application/json" }, cache: "no-store" })
      .then(function (reponse) {
        if (!reponse.ok) { throw new Error(String(reponse.status)); }
        return reponse.json();
      })
      .then(function (ou) {
        if (ou.fini) {
          if (ou.etat === "pret") { sessionStorage.setItem("livrable", adresse); }
          location.reload();
          return;
        }
        barre.value = ou.fait;
        if (etape.textContent !== ou.etape) { etape.textContent = ou.etape; }
        setTimeout(suivre, ATTENTE);
      })
      .catch(function () {
        etape.textContent = "Le serveur ne répond pas ; nouvel essai dans un instant.";
        setTimeout(suivre, PATIENCE);
      });
  }

  if (barre) {
    setTimeout(suivre, ATTENTE);
  } else if (section.querySelector(".telecharger") && sessionStorage.getItem("livrable") === adresse) {
    // Once, by itself, for who saw it being made.
    sessionStorage.removeItem("livrable");
    section.querySelector(".telecharger").click();
  }
})();
