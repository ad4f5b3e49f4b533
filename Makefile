# Everything starts here; « make aide » lists the targets.
# The set-up (.ci/preparation) needs Python 3.11 and nothing else; it does only what is not done.

PYTHON ?= python3
PORT ?= 8050
# Processes that share the tests.
PROCESSUS ?= 2
OPTIONS ?=
PARALLELE = $(PY) -m pytest -n $(PROCESSUS) --dist loadfile --no-loadscope-reorder

# By module: a folder that was moved or renamed still works.
PY := .venv/bin/python
UV ?= uv
VERROU := $(UV) pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet

.DEFAULT_GOAL := aide
.PHONY: aide run test lint format bench attack pannes rechargement sbom verrous

aide: ## cette liste
	@echo "Passerelle : les commandes de make"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

run: ## tout préparer, puis ouvrir le tableau de bord (PORT, 8050 par défaut)
	@PORT=$(PORT) $(PYTHON) .ci/preparation run
	@PORT=$(PORT) exec $(PY) -m gunicorn app:server --config python:dashboard.gunicorn \
		--bind 127.0.0.1:$(PORT) --log-level warning

test: ## tout préparer (navigateur et PostgreSQL compris), contrôler le code, lancer les tests
	@$(PYTHON) .ci/preparation test
	@$(MAKE) --no-print-directory controles
	$(PARALLELE) --ignore=tests/browser $(OPTIONS)
	$(PARALLELE) tests/browser $(OPTIONS)

lint: ## contrôler le code : ruff, mypy
	@$(PYTHON) .ci/preparation lint
	@$(MAKE) --no-print-directory controles

.PHONY: controles
controles:
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

format: ## mettre le code en forme
	@$(PYTHON) .ci/preparation lint
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: ## mesurer les pages, la charge, le navigateur, la mémoire et le démarrage
	@$(PYTHON) .ci/preparation lint
	$(PY) -m tests.bench

attack: ## attaquer les chiffres publiés comme le ferait un curieux (longtemps)
	@$(PYTHON) .ci/preparation lint
	$(PY) -m tests.attack --processus $(PROCESSUS) $(OPTIONS)

pannes: ## essayer chaque panne : morts, dégâts, livraisons et demandes déformées (longtemps)
	@$(PYTHON) .ci/preparation lint
	$(PY) -m tests.pannes $(OPTIONS)

rechargement: ## recharger le service sous charge : aucune demande perdue
	@$(PYTHON) .ci/preparation lint
	$(PY) -m tests.rechargement $(OPTIONS)

sbom: ## lister tous les composants et leurs licences (CycloneDX)
	@$(PYTHON) .ci/preparation lint
	$(PY) .ci/preparation/dependances.py sbom.json

verrous: ## recalculer les fichiers de verrouillage (demande uv et npm)
	$(VERROU) --output-file requirements.txt
	$(VERROU) --group dev --constraint requirements.txt --output-file requirements-dev.txt
	npm install --package-lock-only --ignore-scripts --no-audit --no-fund
