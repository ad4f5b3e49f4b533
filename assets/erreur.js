/* A page of a service that is down asks now and then whether it is back, and then reloads: the
   same address, hence the same view. */
(function () {
  "use strict";

  var SECONDES = 5;

  function guetter() {
    window.fetch("/pret", { cache: "no-store" }).then(function (reponse) {
      if (!reponse.ok) { throw new Error(); }
      document.getElementById("retabli").textContent =
        "Le service répond de nouveau : la page se recharge.";
      window.location.reload();
    }).catch(function () { window.setTimeout(guetter, SECONDES * 1000); });
  }

  window.setTimeout(guetter, SECONDES * 1000);
})();
