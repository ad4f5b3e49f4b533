"""What a person sees: pages, charts, tables, texts, files. Never a figure of its own making."""
