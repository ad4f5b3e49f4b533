"""Where the answers are kept: store those that changed, keep those they replace.

Rule source: contract, confidentialité, « The lattice » (last paragraph).
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from data import schema as t

Lot = dict[str, tuple[str, bytes]]
"""Key of a context → the association that owns it ("" when none does), packed answers."""


def garder_la_mise_en_page(conn: sa.Connection, nom: str, contenu: str) -> int:
    """Identifier of a layout, kept for ever once used."""
    trouve = conn.scalar(
        sa.select(t.mises_en_page.c.id).where(
            t.mises_en_page.c.nom == nom, t.mises_en_page.c.contenu == contenu
        )
    )
    if trouve is not None:
        return int(trouve)
    identifiant: int = (conn.scalar(sa.select(sa.func.max(t.mises_en_page.c.id))) or 0) + 1
    conn.execute(sa.insert(t.mises_en_page).values(id=identifiant, nom=nom, contenu=contenu))
    return identifiant


def _genre(cle: str) -> str:
    population = cle.split("|", 2)[1]
    return population if population in ("croises", "activite") else "jeunes"


def ranger(conn: sa.Connection, annee: str, page: int, numero: int, lot: Lot, genre: str) -> None:
    """Store the published answers of a year that changed; keep those they replace."""
    r = t.reponses
    deja = {
        cle: (mise, publication, bytes(contenu))
        for cle, mise, publication, contenu in conn.execute(
            sa.select(r.c.cle, r.c.mise_en_page, r.c.publication, r.c.contenu).where(
                r.c.annee == annee
            )
        )
        if _genre(cle) == genre
    }
    nouveaux, changes, remplaces = [], [], []
    for cle, (_, contenu) in lot.items():
        avant = deja.pop(cle, None)
        ligne = {
            "cle": cle,
            "annee": annee,
            "mise_en_page": page,
            "publication": numero,
            "contenu": contenu,
        }
        if avant is None:
            nouveaux.append(ligne)
        elif avant[0] != page or avant[2] != contenu:
            changes.append(ligne)
            remplaces.append((cle, avant))
    remplaces.extend(deja.items())
    if remplaces:
        conn.execute(
            sa.insert(t.reponses_anterieures),
            [
                {"cle": cle, "mise_en_page": m, "publication": p, "contenu": c}
                for cle, (m, p, c) in remplaces
            ],
        )
        _effacer(conn, r, [cle for cle, _ in remplaces])
    if nouveaux or changes:
        conn.execute(sa.insert(r), nouveaux + changes)


def ranger_exacts(
    conn: sa.Connection, annee: str, lots: Iterable[tuple[int, Lot]], *, activite: bool = False
) -> None:
    """Store the true answers of a year, in place of those it had."""
    e = t.reponses_exactes
    motif = e.c.cle.like("%|activite|%")
    conn.execute(sa.delete(e).where(e.c.annee == annee, motif if activite else ~motif))
    for page, lot in lots:
        if lot:
            conn.execute(
                sa.insert(e),
                [
                    {
                        "cle": cle,
                        "annee": annee,
                        "association": association,
                        "mise_en_page": page,
                        "contenu": contenu,
                    }
                    for cle, (association, contenu) in lot.items()
                ],
            )


def ranger_non_poses(
    conn: sa.Connection, annee: str, champs: dict[tuple[str, str], list[str]]
) -> None:
    """Store the columns that no file brought, by place (« question non posée »)."""
    q = t.questions_non_posees
    conn.execute(sa.delete(q).where(q.c.annee == annee))
    if champs:
        conn.execute(
            sa.insert(q),
            [
                {"annee": annee, "lieu_type": type_, "lieu": lieu, "champs": noms}
                for (type_, lieu), noms in champs.items()
            ],
        )


def oublier(conn: sa.Connection, vues: set[str], numero: int) -> None:
    """Withdraw the answers of school years that hold nothing any more."""
    for annee in set(conn.scalars(sa.select(t.reponses.c.annee).distinct())) - vues:
        for genre in ("jeunes", "croises", "activite"):
            ranger(conn, annee, 0, numero, {}, genre)
        conn.execute(sa.delete(t.reponses_exactes).where(t.reponses_exactes.c.annee == annee))
        q = t.questions_non_posees
        conn.execute(sa.delete(q).where(q.c.annee == annee))
        conn.execute(sa.delete(t.etats_annees).where(t.etats_annees.c.annee == annee))


def _effacer(conn: sa.Connection, table: sa.Table, cles_: list[str]) -> None:
    for i in range(0, len(cles_), 500):
        conn.execute(sa.delete(table).where(table.c.cle.in_(cles_[i : i + 500])))
