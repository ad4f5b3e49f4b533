/* The slides of a file that needs no network: arrows, variants, one at a time or all. */
(function () {
  "use strict";

  var corps = document.body;
  var diapos = Array.prototype.slice.call(document.querySelectorAll(".diapo"));
  var commandes = document.querySelector(".commandes");
  if (!diapos.length || !commandes) { return; }
  var precedent = commandes.querySelector("[data-aller='-1']");
  var suivant = commandes.querySelector("[data-aller='1']");
  var tout = commandes.querySelector("[data-tout]");
  var rang = commandes.querySelector(".rang");
  var variantes = commandes.querySelector(".variantes");
  var ici = Math.max(0, diapos.findIndex(function (d) { return "#" + d.id === location.hash; }));

  function faces(diapo) { return Array.prototype.slice.call(diapo.querySelectorAll(".face")); }

  function choisir(diapo, laquelle) {
    faces(diapo).forEach(function (face, i) { face.classList.toggle("montree", i === laquelle); });
    Array.prototype.forEach.call(variantes.children, function (bouton, i) {
      bouton.setAttribute("aria-pressed", String(i === laquelle));
    });
  }

  function offrir(diapo) {
    var siennes = faces(diapo);
    variantes.textContent = "";
    if (siennes.length > 1) {
      siennes.forEach(function (face, i) {
        var bouton = document.createElement("button");
        bouton.type = "button";
        bouton.textContent = face.getAttribute("data-nom");
        bouton.addEventListener("click", function () { choisir(diapo, i); });
        variantes.appendChild(bouton);
      });
    }
    choisir(diapo, Math.max(0, siennes.findIndex(function (f) { return f.classList.contains("montree"); })));
  }

  function montrer(laquelle) {
    ici = Math.max(0, Math.min(diapos.length - 1, laquelle));
    diapos.forEach(function (d, i) { d.classList.toggle("montree", i === ici); });
    rang.textContent = (ici + 1) + " sur " + diapos.length;
    precedent.disabled = ici === 0;
    suivant.disabled = ici === diapos.length - 1;
    offrir(diapos[ici]);
    window.scrollTo(0, 0);
  }

  function basculer(uneALaFois) {
    corps.classList.toggle("une-a-la-fois", uneALaFois);
    tout.textContent = uneALaFois ? "Tout voir" : "Une à la fois";
    precedent.hidden = suivant.hidden = rang.hidden = variantes.hidden = !uneALaFois;
  }

  commandes.addEventListener("click", function (evenement) {
    var bouton = evenement.target.closest("button");
    if (!bouton) { return; }
    if (bouton.hasAttribute("data-aller")) { montrer(ici + Number(bouton.getAttribute("data-aller"))); }
    if (bouton === tout) { basculer(!corps.classList.contains("une-a-la-fois")); }
    if (bouton.hasAttribute("data-imprimer")) { window.print(); }
  });

  document.addEventListener("keydown", function (evenement) {
    if (evenement.altKey || evenement.ctrlKey || evenement.metaKey) { return; }
    if (!corps.classList.contains("une-a-la-fois")) { return; }
    var pas = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 }[evenement.key];
    if (pas) { montrer(ici + pas); evenement.preventDefault(); }
    if (evenement.key === "Home") { montrer(0); evenement.preventDefault(); }
    if (evenement.key === "End") { montrer(diapos.length - 1); evenement.preventDefault(); }
  });

  commandes.hidden = false;
  basculer(true);
  montrer(ici);
})();
