# For GNU make 3.81 (that of macOS) and newer, and any POSIX shell. All paths are relative, so that
# the folder's own may have spaces.
.POSIX:
.SUFFIXES:
.NOTPARALLEL:

VENV = .venv
PY = $(VENV)/bin/python
PIP = $(PY) -m pip install --quiet --disable-pip-version-check

.PHONY: demo test newest check fix bench docs help exiftool

help: ## show these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' Makefile

demo: exiftool $(VENV)/.package ## run the whole job on painted photos in demo/: no key, no internet
	@$(VENV)/bin/batchcap demo demo

test: exiftool $(VENV)/.dev ## run all tests on two cores
	@$(PY) -m pytest -n 2

newest: $(VENV)/.dev ## run the metadata tests again, on the newest ExifTool (needs npm)
	@folder=$$(sh .ci/newest $(VENV)/newest) && PATH="$$folder:$$PATH" $(PY) -m pytest -n 2 tests/metadata

check: exiftool $(VENV)/.dev ## format, lint, types, docs up to date, and the wheel on its own
	@$(PY) -m ruff format --check
	@$(PY) -m ruff check
	@$(PY) -m mypy
	@$(PY) docs/generate.py --check
	@$(PY) .ci/wheel

fix: $(VENV)/.dev ## format, repair what ruff can repair, write the generated docs
	@$(PY) -m ruff format
	@$(PY) -m ruff check --fix
	@$(PY) docs/generate.py

bench: exiftool $(VENV)/.dev ## measure speed and memory
	@$(PY) docs/bench.py

docs: $(VENV)/.package ## write the generated docs
	@$(PY) docs/generate.py

exiftool:
	@sh .ci/exiftool

# The stamps lie inside the environment, so that one made anew has none. `demo` needs no development
# tools; `test` after `demo` adds them, and fills both stamps when it comes first.
$(VENV)/.made:
	@python=$$(sh .ci/python) && echo "Making $(VENV) with $$python" && "$$python" -m venv --clear $(VENV)
	@touch $(VENV)/.made

# An environment whose Python was moved or removed is made anew.
ifeq ($(realpath $(PY)),)
.PHONY: $(VENV)/.made
endif

$(VENV)/.package: $(VENV)/.made pyproject.toml
	@echo "Installing batchcap"
	@$(PIP) --editable .
	@touch $(VENV)/.package

$(VENV)/.dev: $(VENV)/.made pyproject.toml
	@echo "Installing batchcap and its development tools"
	@$(PIP) --editable '.[dev]'
	@touch $(VENV)/.package $(VENV)/.dev
