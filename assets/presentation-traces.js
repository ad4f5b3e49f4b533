// Decisions and questions typed under a slide, kept without leaving it.
(function () {
  "use strict";

  function dire(ou, messages, suite) {
    ou.replaceChildren();
    ou.className = messages.length ? "message erreur" : "";
    messages.concat(suite ? [suite] : []).forEach(function (texte) {
      var p = document.createElement("p");
      p.textContent = texte;
      ou.append(p);
    });
  }

  function confirmer(formulaire, oui) {
    var champ = formulaire.querySelector("input[name='confirme']");
    if (!oui) { if (champ) { champ.remove(); } return; }
    if (champ) { return; }
    champ = document.createElement("input");
    champ.type = "hidden";
    champ.name = "confirme";
    champ.value = "oui";
    formulaire.append(champ);
  }

  document.addEventListener("submit", function (evenement) {
    var formulaire = evenement.target.closest("form[data-trace]");
    if (!formulaire) { return; }
    evenement.preventDefault();
    var ou = formulaire.querySelector("[data-messages]");
    var bouton = formulaire.querySelector("button");
    bouton.disabled = true;
    fetch(formulaire.action, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(new FormData(formulaire))
    }).then(function (reponse) {
      return reponse.headers.get("Content-Type").startsWith("application/json")
        ? reponse.json() : Promise.reject();
    }).then(function (dit) {
      if (dit.html === undefined) {
        dire(ou, dit.messages, dit.a_confirmer ? "Relisez, puis validez de nouveau pour enregistrer." : "");
        confirmer(formulaire, dit.a_confirmer);
        return;
      }
      formulaire.closest("[data-traces]").querySelector("[data-dits]").innerHTML = dit.html;
      formulaire.querySelector("textarea").value = "";
      confirmer(formulaire, false);
      dire(ou, [], "");
    }).catch(function () {
      dire(ou, ["Rien n’a pu être enregistré : réessayez dans un instant."], "");
    }).finally(function () { bouton.disabled = false; });
  });

  // What was read again is what is kept: another text is read anew.
  document.addEventListener("input", function (evenement) {
    var formulaire = evenement.target.closest("form[data-trace]");
    if (formulaire) { confirmer(formulaire, false); }
  });
})();
