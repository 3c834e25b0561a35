# Every target sets up .venv by itself when it is missing or older than the versions in constraints.txt.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: lab demo test lint bench soak verify pictures clean

lab: $(READY)  ## open JupyterLab on the notebooks; formgrader needs the whole repository served
	$(BIN)/jupyter lab --preferred-dir notebooks $(if $(filter 0,$(shell id -u)),--allow-root)

demo: $(READY)  ## play a whole class: release, submit, grade, feedback
	$(BIN)/grader demo

test: $(READY)  ## run every test
	OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 3 --dist worksteal

verify: $(READY)  ## references earn everything, stubs nothing, every mistake is caught and named
	$(BIN)/grader verify

lint: $(READY)  ## style, types, import contracts, notebooks without outputs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/nbstripout --keep-id --verify notebooks/*/*.ipynb

bench: $(READY)  ## print what a check, the import, a widget and the grading of a class cost; stock nbgrader takes ten minutes of it
	$(BIN)/python tests/benchmarks/bench.py
	$(BIN)/python tests/benchmarks/widgets.py
	$(BIN)/python tests/benchmarks/grading.py

soak: $(READY)  ## what takes long: broken files, kills, the attacks as an ordinary user, trainings, mutants, many seeds, stock nbgrader
	OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m soak -n 2 --dist worksteal
	SOAK=1 $(BIN)/python -m pytest tests/test_*_solutions.py
	$(BIN)/python tests/soak/fuzz.py --minutes 30
	$(BIN)/python tests/soak/kills.py --rounds 200
	sh tests/soak/ordinary_user.sh
	$(BIN)/python tests/soak/trainings.py --seeds 50
	$(BIN)/python tests/soak/mutants.py
	$(BIN)/grader verify --seeds 5000 --mistake-seeds 1000

pictures: $(READY)  ## take the pictures of the README from the running program
	$(BIN)/python docs/make_pictures.py

clean:  ## remove the environment and everything made at run time
	rm -rf .venv course

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else 1)' || \
	  { echo "cnn-gradients needs Python 3.11 or newer; $(PYTHON) is `$(PYTHON) --version 2>&1`. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $(READY)
