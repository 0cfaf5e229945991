# The book's commands. Each is idempotent, and quick the second time. `make help` lists them.
PYTHON ?= python3
VENV ?= venv
BIN := $(VENV)/bin
# One thread: two are slower on small matrices, and results should not depend on the machine's cores.
export OMP_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export PYDEVD_DISABLE_FILE_VALIDATION := 1
# Node from the machine, else the one that requirements.txt brings along.
NPM := $(shell command -v npm 2>/dev/null || echo $(BIN)/npm)

.PHONY: help book serve test check test-elsewhere lab homework bench experiments notebooks figures repository pins clean
.DEFAULT_GOAL := help

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

$(VENV)/.installed: requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	# torch first and alone: PyTorch's CPU index has no CUDA in it; where it cannot be reached, pip goes on without.
	$(BIN)/pip install --quiet --disable-pip-version-check --retries 1 --extra-index-url https://download.pytorch.org/whl/cpu $$(grep '^torch==' requirements.txt)
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

node_modules/.installed: package-lock.json $(VENV)/.installed
	PATH="$$PATH:$(CURDIR)/$(BIN)" $(NPM) ci --ignore-scripts --loglevel=error
	touch $@

book: $(VENV)/.installed node_modules/.installed  ## build the site: _build/html/index.html
	$(BIN)/jupyter-book build . --all -W -n --keep-going --quiet
	@echo "The book: _build/html/index.html"

serve: book  ## the site on http://127.0.0.1:8000
	$(BIN)/python -m http.server 8000 --bind 127.0.0.1 --directory _build/html

check: $(VENV)/.installed  ## lint, format, types, floors, spelling, notebooks' normal form
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell *.md *.cff Makefile book notebooks src tests tools homework benchmarks
	$(BIN)/python tools/notebooks.py --check
	$(BIN)/python tools/objectives.py --check
	$(BIN)/python tools/topics.py --check

test: check book  ## everything, in a real browser and a real JupyterLab
	$(BIN)/python tools/browser.py
	-$(BIN)/python -m tools.course.sandbox  # Linux only; without it the tests that grade are skipped, in CI they fail
	$(BIN)/python -m pytest -n 2 --dist loadgroup --durations 30  # most of the time they wait for a browser or a kernel

test-elsewhere: $(VENV)/.installed  ## fresh environments like Binder's and Colab's, each notebook in JupyterLab
	$(BIN)/python tools/browser.py
	$(BIN)/python -m pytest -m elsewhere -n 2 --dist loadfile tests/elsewhere

lab: $(VENV)/.installed  ## the notebooks in JupyterLab
	$(BIN)/jupyter lab --notebook-dir=notebooks

homework: $(VENV)/.installed  ## build nbgrader's releases and the archives to hand out, check all exercises
	$(BIN)/python -m tools.course.build
	$(BIN)/python -m pytest tests/test_homework.py

bench: $(VENV)/.installed  ## speed of the NumPy code, with its peers, in one run
	$(BIN)/python benchmarks/bench.py

experiments: $(VENV)/.installed  ## the long runs whose results are committed
	@for run in experiments/*.py; do test -e "$$run" || continue; $(BIN)/python "$$run"; done

notebooks: $(VENV)/.installed  ## bring notebooks into normal form, with fresh numbers in checked cells
	$(BIN)/python tools/notebooks.py --run

figures: $(VENV)/.installed  ## draw the diagrams
	$(BIN)/python tools/draw.py

# An empty URL takes the address out again; no URL at all prints the one in force.
repository:  ## make repository URL=https://github.com/owner/name writes the address everywhere
	$(PYTHON) tools/repository.py $(if $(filter undefined,$(origin URL)),,"$(URL)")

pins:  ## resolve pyproject.toml's dependency groups into requirements.txt
	rm -rf _build/pins && $(PYTHON) -m venv _build/pins
	_build/pins/bin/pip install --quiet --upgrade pip
	_build/pins/bin/pip install --quiet --retries 1 --extra-index-url https://download.pytorch.org/whl/cpu --group book --group test --group homework
	(grep '^#' requirements.txt; _build/pins/bin/pip freeze | sed 's/+cpu$$//') > _build/pins.txt && mv _build/pins.txt requirements.txt

clean:  ## remove what was built, keep what was installed
	rm -rf _build dist
