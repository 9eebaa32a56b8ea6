# make demo    decode a bundled photograph into demo/, verify its fingerprint, and say how to go on
# make test    run the test suite; the unit tests of the lower packages with a floor for their coverage
# make check   format, lint, types
# make site    the documentation as a site with search, in build/site; every link is checked
# make bench   speed of every stage on this machine
# make fuzz    coverage-guided fuzzing for FUZZ_SECONDS (600), then findings are listed
# Everything happens in .venv; nothing else is touched.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := demo
JOBS ?= 2
FUZZ_SECONDS ?= 600
# The training kit is tested with PyTorch's build for CPUs, which is a tenth of the other; where pip does not find that
# build, the other is taken.
TORCH ?= torch==2.13.0+cpu
# Unit tests that run nearly every line of their packages; pyproject.toml names those, and the floor.  Left out is a file
# that reads millions of elements, which measuring makes three times slower.
MEASURED_PACKAGES := arithmetic bitstream bundles entropy formats latent metrics picture picture/filters plugins tiling \
	trace weights
MEASURED := $(filter-out %/bitstream/test_locate.py,$(wildcard $(MEASURED_PACKAGES:%=tests/unit/%/test_*.py))) \
	tests/unit/test_clauses.py tests/unit/test_every_error.py

.PHONY: demo test check bench fuzz docs site clean

$(VENV)/.runtime: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check '$(TORCH)' || \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[train]'
	@touch $@

demo: $(VENV)/.runtime
	@mkdir -p $(DEMO)
	$(BIN)/refdec demo $(DEMO)/photo.png --stream $(DEMO)/photo.jai
	@echo "The command is $(BIN)/refdec; to go on with README.md:  . $(VENV)/bin/activate && cd $(DEMO)"

test: $(VENV)/.test
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(addprefix --ignore=,$(MEASURED))
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(MEASURED) --cov

check: $(VENV)/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy refdec encoders tasks tests

bench: $(VENV)/.runtime
	$(BIN)/refdec bench speed

fuzz: $(VENV)/.test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[fuzz]'
	$(BIN)/python -m tests.fuzz.run --seconds $(FUZZ_SECONDS)

docs: $(VENV)/.test
	$(BIN)/python docs/generate.py

site: docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict
	@echo "Look at it:  $(BIN)/python -m http.server --bind 127.0.0.1 --directory build/site"

clean:
	rm -rf $(VENV) $(DEMO) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
