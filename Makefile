# make run | test | test-slow | bench | setup   — each sets up what it needs, or says in one line what is missing
VENV := .venv
PYTHON := $(VENV)/bin/python
PEER_LOCK := $(VENV)/bin/uv pip compile --universal --generate-hashes --no-emit-index-url -q \
	--custom-compile-command "make lock"
LOCK := $(PEER_LOCK) pyproject.toml

.PHONY: setup run test trained lint test-slow bench lock chromium miniprogram kannel peers rasa rasa-server

setup: $(VENV)/requirements-dev.lock

# The lock names everything, so nothing is resolved; only a lock that changed since is installed again.
$(VENV)/%.lock: %.lock
	@sh tools/venv.sh $(VENV)
	$(PYTHON) -m pip install -q --disable-pip-version-check --no-compile --no-deps --require-hashes -r $<
	@cp $< $@

run: $(VENV)/requirements.lock
	exec $(PYTHON) -m gateway run --demo

# Compiled modules are kept, pytest's rewritten ones too: compiling them costs each of the two workers five seconds.
test: export PYTHONDONTWRITEBYTECODE =
test: export PYTHONPYCACHEPREFIX = $(CURDIR)/.cache/bytecode
test: setup chromium kannel
	@$(MAKE) --no-print-directory -j 2 trained lint miniprogram
	$(PYTHON) -m pytest -q -n 2 --dist loadfile -m "not slow and not browser and not programs"
	$(PYTHON) -m pytest -q -n 2 --dist loadfile -m "(browser or programs) and not slow"

trained: setup
	HUIYIN_DATA_DIR=.cache $(PYTHON) -m gateway train

lint: setup
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy

test-slow: trained chromium kannel rasa
	@sh tools/node.sh
	$(PYTHON) -m pytest -q -m slow

# Rasa's environment and a model of ours; and its server, which `[nlu] engine = "rasa"` asks.
rasa: setup
	@sh tools/rasa.sh
	$(PYTHON) -m nlu.rasa_training train .cache/models

rasa-server: rasa
	exec $(PYTHON) -m nlu.rasa_training serve .cache/models

bench: setup peers
	$(PYTHON) -m bench --full

miniprogram: setup
	@sh tools/node.sh
	npm --prefix tests/miniprogram test

chromium:
	@sh tools/chromium.sh

kannel:
	@sh tools/kannel.sh

# What the bench sets us beside, Rasa among them (Python 3.10): what cannot be had is left out of the measuring.
peers: setup
	-@sh tools/peers.sh
	-@nice -n 10 sh tools/rasa.sh

lock: setup
	$(PYTHON) -m pip install --quiet uv
	$(LOCK) -o requirements.lock
	$(LOCK) --group dev -o requirements-dev.lock
	$(PEER_LOCK) --python-version 3.10 nlu/rasa/requirements.in -o nlu/rasa/requirements.lock
	$(PEER_LOCK) --python-version 3.11 bench/peers/opsdroid.in -o bench/peers/opsdroid.lock
	$(PEER_LOCK) --python-version 3.11 bench/peers/werobot.in -o bench/peers/werobot.lock
