"""What drawing a page needs to know: what is looked at, by whom, in which state of the database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from queries.depot import Depot, Etat
from queries.lecteur import Lecteur
from queries.selection import Selection, ecrire, encoder, joindre

Paires = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Contexte:
    """`chemin`: path of the page. `etroit`: a phone's screen. `propres`: parameters that only this
    page has, (name, value) in the order of the address."""

    selection: Selection
    etat: Etat
    lecteur: Lecteur
    depot: Depot
    chemin: str
    etroit: bool = False
    propres: Paires = ()

    def valeurs(self, nom: str) -> list[str]:
        """Values of a parameter of the page's own, each once."""
        return list(dict.fromkeys(v for n, v in self.propres if n == nom))

    def adresse(
        self,
        selection: Selection | None = None,
        propres: Iterable[tuple[str, str]] | None = None,
        chemin: str | None = None,
    ) -> str:
        """Address of this page, or another, looked at otherwise."""
        requete = joindre(
            ecrire(selection or self.selection, self.etat, self.lecteur),
            encoder(self.propres if propres is None else propres),
        )
        return f"{self.chemin if chemin is None else chemin}{'?' + requete if requete else ''}"

    def adresse_avec(self, nom: str, *valeurs: str, selection: Selection | None = None) -> str:
        """The same with these values for a parameter of the page's own."""
        autres = [(n, v) for n, v in self.propres if n != nom]
        return self.adresse(selection, [*autres, *((nom, v) for v in valeurs)])
