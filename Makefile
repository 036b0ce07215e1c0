# Needs GNU make and Python 3.10 or newer; `make` alone says what there is.

PYTHON ?= python3
LABFLAGS ?=

export PIP_DISABLE_PIP_VERSION_CHECK = 1

# Always by way of its Python: the scripts beside it cannot be trusted when the path has spaces in it.
python := .venv/bin/python

.PHONY: help lab test notebooks solutions slides format benchmark clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

lab: .venv/ready-for-lab  ## install what the lesson needs and open the notebooks
	@$(python) -m jupyterlab $(LABFLAGS) notebooks

test: .venv/ready-for-test  ## install what the tests need and run them all
	@$(python) -m pytest

notebooks: .venv/ready-for-test  ## make the student notebooks from solutions/, and the tutor's sheet
	@$(python) -m tools.generate
	@$(python) -m tools.tutor_sheet

solutions: .venv/ready-for-test  ## run the solved notebooks again, keep their outputs, make the student notebooks
	@$(python) -m tools.execute
	@$(python) -m tools.generate

slides: .venv/ready-for-test  ## make slides of the notebooks in build/slides; needs npm
	@$(python) -m tools.slides

format: .venv/ready-for-test  ## tidy Python and notebooks
	@$(python) -m ruff check --fix --quiet
	@$(python) -m ruff format --quiet

benchmark: .venv/ready-for-test  ## measure the speeds that the lesson promises
	@$(python) -m benchmarks

clean:  ## remove the environment
	@rm -rf .venv

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

.venv/made:
	@command -v "$(PYTHON)" > /dev/null || { \
	    echo >&2 "There is no $(PYTHON) here. Install Python 3.10 or newer, or name yours: make lab PYTHON=python3.12"; \
	    exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	    echo >&2 "The lesson needs Python 3.10 or newer, and $(PYTHON) is $$("$(PYTHON)" --version 2>&1)." \
	        "If you have a newer one, name it: make lab PYTHON=python3.12"; \
	    exit 1; }
	@"$(PYTHON)" -m venv --clear .venv || { \
	    rm -rf .venv; \
	    echo >&2 "$(PYTHON) could not make a virtual environment; its reason stands above." \
	        "On Debian and Ubuntu: sudo apt install python3-venv, and then the same command again."; \
	    exit 1; }
	@mkdir -p .venv/etc/jupyter/labconfig
	@echo '$(quiet_lab)' > .venv/etc/jupyter/labconfig/page_config.json
	@touch $@
