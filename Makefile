# Every target sets up .venv by itself when it is missing or older than the versions in constraints.txt.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
DEVELOPERS := .venv/.ready-dev
BENCH := .venv/.ready-bench
JAVASCRIPT := node_modules/.ready
SITE := .venv-site/.ready
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt
PYTEST := OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(BIN)/python -m pytest
on = $(filter-out 0 no off false,$(1))# an option that is set, and not to "off"
ROOT_USER := $(filter 0,$(shell id -u))

.PHONY: lab demo test lint lint-javascript bench soak matrix pins site dist wheels verify pictures clean

lab: $(READY)  ## open JupyterLab on the notebooks; formgrader needs the whole repository served
	$(BIN)/jupyter lab --preferred-dir notebooks $(if $(ROOT_USER),--allow-root)

demo: $(READY)  ## play a class through one assignment: release, submit, grade, feedback; with ALL=1 through all that give points
	$(BIN)/grader demo $(if $(call on,$(ALL)),--all)

test: $(DEVELOPERS)  ## run every test, or with ONLY="FILE ..." some of them
	$(PYTEST) -n 3 --dist worksteal $(ONLY)

verify: $(READY)  ## references earn everything, stubs nothing, every mistake is caught and named
	$(BIN)/grader verify

lint: $(DEVELOPERS)  ## style, types, import contracts, notebooks without outputs, JavaScript
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/ruff format --check --line-length 88 notebooks/*/*.ipynb
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/nbstripout --keep-id --verify notebooks/*/*.ipynb
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory lint-javascript; \
	  else echo "The JavaScript was not checked, because node and npm are not installed."; \
	  [ -z "$$REQUIRE_ALL$$CI" ]; fi

lint-javascript: $(JAVASCRIPT)
	npm run --silent lint
	npm run --silent types

bench: TO ?= dist/benchmarks
bench: $(BENCH)  ## print what layers, gradient checks, a check, the import, a widget and the grading of a class cost, beside PyTorch and nbgrader, and what misses its goal; TO=FOLDER; takes half an hour
	mkdir -p $(TO)
	$(BIN)/python tests/benchmarks/fast_layers.py --json $(TO)/layers.json
	$(BIN)/python tests/benchmarks/growth.py --json $(TO)/growth.json
	$(BIN)/python tests/benchmarks/digits.py --json $(TO)/digits.json
	$(BIN)/python tests/benchmarks/gradient_checks.py --json $(TO)/checks.json
	$(BIN)/python tests/benchmarks/charts.py $(TO)
	$(BIN)/python tests/benchmarks/check_and_import.py --json $(TO)/course.json
	$(BIN)/python tests/benchmarks/widgets.py --json $(TO)/widgets.json
	$(BIN)/python tests/benchmarks/grading.py --json $(TO)/grading.json
	if [ -d dist/site ]; then $(BIN)/python tests/benchmarks/site.py dist/site; fi
	$(BIN)/python tests/benchmarks/goals.py $(TO)

soak: $(DEVELOPERS)  ## what takes long: stock nbgrader, broken files, kills here and in a cluster, all widgets in three browser engines, the attacks as an ordinary user, trainings, mutants, many seeds
	$(PYTEST) -m soak -n 2 --dist worksteal
	SOAK=1 $(PYTEST) tests/exercises/test_*_solutions.py
	$(BIN)/python tests/soak/fuzz.py --minutes 30
	$(BIN)/python tests/soak/kills.py --rounds 200
	$(BIN)/python tests/soak/cluster.py --students 1000
	sh tests/soak/ordinary_user.sh
	$(BIN)/python tests/soak/trainings.py --seeds 50
	$(BIN)/python tests/soak/mutants.py
	$(BIN)/python tests/soak/beside_stock.py
	$(BIN)/grader verify --seeds 5000 --mistake-seeds 1000

matrix: $(DEVELOPERS)  ## the pins on every Python and platform; the tests on other Pythons, versions and processor features
	$(BIN)/python tests/matrix/resolve.py
	$(BIN)/python tests/matrix/machines.py

# PySocks comes with an extra of urllib3 that selenium asks for: the notes say "via urllib3", and the kit's pins would take it.
pins: $(DEVELOPERS)  ## choose the newest versions that fit every Python and platform of the course, into constraints.txt
	$(BIN)/uv pip compile --upgrade --universal --python-version 3.11.0 --python $(BIN)/python --no-python-downloads \
	  --extra dev --extra site --only-binary :all: --custom-compile-command "make pins" --no-emit-package pysocks \
	  --quiet -o constraints.txt pyproject.toml

site: $(SITE) $(JAVASCRIPT)  ## the course as web pages, into dist/site; with ALL=1 the last two notebooks in its lab too, OFFLINE=1, REPOSITORY=OWNER/NAME
	.venv-site/bin/grader site $(if $(call on,$(ALL)),--all) $(if $(call on,$(OFFLINE)),--offline) $(if $(REPOSITORY),--repository $(REPOSITORY)) $(if $(TO),-o $(TO))

dist: $(SITE) $(JAVASCRIPT)  ## what a release is, into dist/: both wheels, the kit, the site, notes on the upgrade; REPOSITORY=OWNER/NAME
	.venv-site/bin/grader dist $(if $(REPOSITORY),--repository $(REPOSITORY))

wheels: $(READY)  ## build the students' wheel, and the instructor's for machines without a clone, into dist/
	$(BIN)/grader wheels

pictures: $(DEVELOPERS)  ## take the pictures of the README from the running program
	$(BIN)/python docs/make_pictures.py

clean:  ## remove the environment and everything made at run time
	rm -rf .venv .venv-site node_modules course dist

define CHECK_PYTHON
@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else 1)' || \
  { echo "cnn-gradients needs Python 3.11 or newer; $(PYTHON) is `$(PYTHON) --version 2>&1`. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
endef

$(READY): pyproject.toml constraints.txt
	$(CHECK_PYTHON)
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(INSTALL) -e ".[instructor]"
	@touch $(READY)

$(DEVELOPERS): $(READY)
	$(INSTALL) -e ".[dev]"
	@touch $(DEVELOPERS)

$(BENCH): $(DEVELOPERS)
	$(INSTALL) -e ".[dev,bench]"
	@touch $(BENCH)

$(SITE): pyproject.toml constraints.txt
	$(CHECK_PYTHON)
	test -x .venv-site/bin/python || $(PYTHON) -m venv .venv-site
	.venv-site/bin/pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[site]"
	@touch $(SITE)

$(JAVASCRIPT): package.json package-lock.json
	npm ci --silent
	@touch $(JAVASCRIPT)
