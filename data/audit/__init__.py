"""The audit of the answers about to be published (contract, confidentialité, « Audit at import »).

It plays what a reader of the published numbers may work out, before anyone reads them: sound
interval propagation over the additive relations of the lattice, then linear programming on what
is left nearly known. A table that lets a cell of 1 to 4 youths be known for certain is withheld.

`regions` (what a column counts) → `charpente` (rows, columns and the relations between them) →
`savoir` (what an attacker starts from) → `propagation` (what follows; its loops, compiled, are in
`noyau`) → `programmes` (linear programming) → `retenue` (what to withhold, found by `explication`)
→ `examen` (every attacker, one year) and `cumul` (the three-year cumuls, all together) →
`conduite` (the whole, in the import; `memoire` keeps what was known before) → `rapport`.
"""
