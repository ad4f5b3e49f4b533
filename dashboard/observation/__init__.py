"""What operators see of the service: probes, technical log, counters. Never a figure, a place, an
address with its parameters or a token (contract, confidentialité, Words).

`demandes` sees every request once; `ecriture` writes what it saw, one line each; `compteurs` adds
it up over all the processes; `sondes` has the three addresses, open to no reader's figures.
"""
