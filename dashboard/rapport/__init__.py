"""The report of a place and a year, rebuilt as the printed one is: a page, and files."""
