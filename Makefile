# make run    the demo: sample outlets, the whole chain, the site at http://127.0.0.1:8001
# make test   lint and every test
# make bench  speed and memory beside named baselines
PY := .venv/bin/python
PORT ?= 8001

.PHONY: run test bench evaluation lock clean

.venv/installed: requirements.lock pyproject.toml
	test -x $(PY) || python3 -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(PY) -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	touch $@

run: .venv/installed
	PORT=$(PORT) $(PY) -m tracker demo

test: .venv/installed
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m pytest

bench: .venv/installed
	$(PY) -m pytest tests/bench -q -s -o addopts= -o python_files='bench_*.py'

# what the site's page on the method shows; a test fails where the extractor falls behind it
evaluation: .venv/installed
	$(PY) -m tracker evaluate tests/gold/held_back.jsonl --json data/evaluation.json

lock: .venv/installed
	.venv/bin/pip install --quiet pip-tools
	.venv/bin/pip-compile --quiet --extra dev --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url \
		--no-emit-find-links --no-emit-trusted-host --no-header --output-file requirements.lock pyproject.toml

clean:
	rm -rf .venv data/var .pytest_cache .ruff_cache .hypothesis
