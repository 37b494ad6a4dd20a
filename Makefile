# Two commands set up all they need on a machine with Python 3.11+ and make:
#   make serve   this project on http://127.0.0.1:8000
#   make test    the checks of the code and the whole test suite

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.PHONY: install serve test lint bench lock clean

install: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "kgraph needs Python 3.11 or newer; set PYTHON=…")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q src
	@touch $@

serve: $(STAMP)
	$(BIN)/kgraph serve

test: lint
	$(BIN)/python -m pytest

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# reasonable and Oxigraph's own server are peers of the bench only; where there is no wheel for one, it is left out
bench: $(STAMP)
	-$(BIN)/python -m pip install --quiet 'reasonable>=0.4'
	-$(BIN)/python -m pip install --quiet 'oxigraph>=0.5'
	$(BIN)/python -m bench

# Pin every direct and transitive dependency anew. The lock names no host.
lock:
	$(PYTHON) -m venv $(VENV)/lock
	$(VENV)/lock/bin/python -m pip install --quiet pip-tools
	CUSTOM_COMPILE_COMMAND="make lock" $(VENV)/lock/bin/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras \
		--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options --extra dev --output-file requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) .kgraph .mypy_cache .ruff_cache .pytest_cache .hypothesis
