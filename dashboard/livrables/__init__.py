"""Files to keep: slides, the whole report, the workbook of a chapter, a page that needs no network.

What is written is what answers already hold, and nothing else: a value that may not be shown is
an empty cell and a few words (contract, confidentialité, Words). Heavy libraries are imported
where they are used, so that a process that answers pages does not carry them.
"""
