# Needs GNU make and Python 3.10 or newer; `make` alone says what there is.

PYTHON ?= python3
LABFLAGS ?=
DEMOFLAGS ?=

export PIP_DISABLE_PIP_VERSION_CHECK = 1

# Always by way of its Python: the scripts beside it cannot be trusted when the path has spaces in it.
python := .venv/bin/python

# The Python whose environment is made like Colab's, and the oldest one that the lesson supports.
COLAB_BASE ?= $(firstword $(foreach each,python3.13 python3.12 $(PYTHON),$(if $(shell $(each) -c '' 2>&1 || echo no),,$(each))))
OLDEST_BASE ?= python3.10

.PHONY: help lab test check test-colab test-oldest test-processors notebooks solutions solved-uploads slides demo site format benchmark clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' Makefile

lab: .venv/ready-for-lab  ## install what the lesson needs and open the notebooks
	@$(python) -m jupyterlab $(LABFLAGS) notebooks

test: .venv/ready-for-test  ## install what the tests need and run them all
	@$(python) -m pytest

check: .venv/ready-for-test  ## run the quick tests: no notebook, explorer or browser is run, no class reviewed, no claim of the text checked
	@$(python) -m pytest tests -k "not runs_with" \
	    $(foreach name,browser test_claims.py test_explore.py test_review* test_slides.py test_nbgrader.py test_single_file.py test_site.py,--ignore-glob='tests/$(name)')

# The first one alone, since its first cell may have to install the photographs.
test-colab: .venv/ready-for-test .venv-colab/ready  ## run every student notebook alone, with Colab's libraries
	@COLAB_PYTHON="$(CURDIR)/.venv-colab/bin/python" $(python) -m pytest -n 0 tests/test_single_file.py -k "unsolved and faces"
	@COLAB_PYTHON="$(CURDIR)/.venv-colab/bin/python" $(python) -m pytest --dist load tests/test_single_file.py

test-oldest: .venv-oldest/ready  ## run the tests with the oldest libraries that pyproject.toml allows
	@.venv-oldest/bin/python -m pytest --ignore=solutions

# OpenBLAS, which numpy and scipy carry, adds up in another order on each.
test-processors: .venv/ready-for-test  ## run the solved notebooks again as three kinds of processor would
	@for processor in Haswell SkylakeX Nehalem; do \
	    for threads in 1 2; do \
	        echo "OPENBLAS_CORETYPE=$$processor, threads: $$threads"; \
	        OPENBLAS_CORETYPE=$$processor OPENBLAS_NUM_THREADS=$$threads OMP_NUM_THREADS=$$threads \
	            $(python) -m pytest solutions || failed=yes; \
	    done; \
	done; [ -z "$$failed" ]

notebooks: .venv/ready-for-test  ## make the student notebooks from solutions/, and the tutor's sheet
	@$(python) -m tools.generate
	@$(python) -m tools.tutor_sheet

solutions: .venv/ready-for-test  ## run the solved notebooks again, keep their outputs, make the student notebooks
	@$(python) -m tools.execute
	@$(python) -m tools.generate

solved-uploads: .venv/ready-for-test  ## write solved notebooks that work alone, for Colab, into build/solved-uploads
	@$(python) -m tools.generate --solved build/solved-uploads

slides: .venv/ready-for-test  ## make slides of the notebooks in build/slides; needs npm
	@$(python) -m tools.slides

demo: .venv/ready-for-test  ## serve the explorers as one page without code, and open it
	@$(python) -m tools.demo $(DEMOFLAGS)

site: .venv/ready-for-test  ## build the lesson's pages in build/site; needs npm
	@$(python) -m tools.site

format: .venv/ready-for-test  ## tidy Python and notebooks
	@$(python) -m ruff check --fix --quiet
	@$(python) -m ruff format --quiet

benchmark: .venv/ready-for-test  ## measure the speeds that the lesson promises
	@$(python) -m benchmarks

clean:  ## remove the environments
	@rm -rf .venv .venv-colab .venv-oldest

# An empty file stands for each thing that is done, so that doing it again is quick and silent.

# An environment remembers the folder that it installed the lesson from: after a move it has to do so again.
ifneq ($(shell cat .venv/folder 2>/dev/null),$(CURDIR))
.PHONY: .venv/ready-for-lab .venv/ready-for-test
endif

.venv/ready-for-lab: pyproject.toml .venv/made
	@echo "Installing what the lesson needs; the first time this takes a minute or two."
	@$(python) -m pip install --quiet --editable .
	@printf '%s\n' "$(CURDIR)" > .venv/folder
	@touch $@

.venv/ready-for-test: pyproject.toml .venv/made
	@echo "Installing what the tests need; the first time this takes a minute or two."
	@$(python) -m pip install --quiet --editable '.[test]'
	@printf '%s\n' "$(CURDIR)" > .venv/folder
	@touch .venv/ready-for-lab $@

# JupyterLab should not ask about news on its first start, nor look for updates; and nbgrader comes with the tests for
# what it does to notebooks, not for its buttons.
quiet_lab = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": true, "@jupyter/nbgrader": true}}

# An environment that is here already, from uv or made by hand, is taken as it is.
begin_with = $(shell $(python) -c '' 2> /dev/null && echo $(python) || echo "$(PYTHON)")

.venv/made:
	@[ -w . ] || { \
	    echo >&2 "The environment is made in the folder of the lesson, and you may not write into this one:" \
	        "$(CURDIR). Put a copy of it where you may."; \
	    exit 1; }
	@command -v "$(begin_with)" > /dev/null || { \
	    echo >&2 "There is no $(PYTHON) here. Install Python 3.10 or newer, or name yours: make lab PYTHON=python3.12"; \
	    exit 1; }
	@"$(begin_with)" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	    echo >&2 "The lesson needs Python 3.10 or newer, and $(begin_with) is $$("$(begin_with)" --version 2>&1)." \
	        "If you have a newer one, name it (and move an older .venv away): make lab PYTHON=python3.12"; \
	    exit 1; }
	@[ "$(begin_with)" = $(python) ] || "$(PYTHON)" -m venv --clear .venv || { \
	    rm -rf .venv; \
	    echo >&2 "$(PYTHON) could not make a virtual environment; its reason stands above." \
	        "On Debian and Ubuntu: sudo apt install python3-venv, and then the same command again."; \
	    exit 1; }
	@$(python) -c 'import pip' 2> /dev/null || $(python) -m ensurepip > /dev/null
	@mkdir -p .venv/etc/jupyter/labconfig
	@echo '$(quiet_lab)' > .venv/etc/jupyter/labconfig/page_config.json
	@touch $@

.venv-colab/ready: tests/colab-requirements.txt
	@"$(COLAB_BASE)" -m venv --clear .venv-colab
	@echo "Installing the libraries of Colab; this takes a minute or two."
	@.venv-colab/bin/python -m pip install --quiet --requirement $<
	@touch $@

.venv-oldest/ready: pyproject.toml .venv/ready-for-test
	@"$(OLDEST_BASE)" -m venv --clear .venv-oldest
	@echo "Installing the oldest libraries that are allowed; this takes a minute or two."
	@$(python) -m tools.oldest > .venv-oldest/requirements.txt
	@.venv-oldest/bin/python -m pip install --quiet --requirement .venv-oldest/requirements.txt
	@.venv-oldest/bin/python -m pip install --quiet --no-deps --editable .
	@touch $@
