"""What a trial found, and how the trials are printed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Constat:
    """One line of the table. `essais`: how many times; `tenus`: how many held; `manques`: what
    happened in the others, a few of them; `detail`: what else is worth saying."""

    epreuve: str
    essais: int = 0
    tenus: int = 0
    detail: str = ""
    manques: list[str] = field(default_factory=list)

    def noter(self, tenu: bool, manque: str = "") -> None:
        """One more try."""
        self.essais += 1
        self.tenus += tenu
        if not tenu:
            self.manques.append(manque)

    @property
    def entier(self) -> bool:
        """Whether every try held, and there was one."""
        return self.essais > 0 and self.tenus == self.essais


def imprimer(constats: Iterable[Constat]) -> None:
    """The table, then what did not hold."""
    constats = list(constats)
    large = max(len(c.epreuve) for c in constats)
    print(f"\n{'épreuve':{large}}  essais  tenus  détail")
    for c in constats:
        print(f"{c.epreuve:{large}}  {c.essais:6}  {c.tenus:5}  {c.detail}")
    for c in constats:
        for manque in c.manques[:10]:
            print(f"✗ {c.epreuve} : {manque}")
