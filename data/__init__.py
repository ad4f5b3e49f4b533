"""How the consolidated database comes to be: schema, import, annual facts, publication."""
