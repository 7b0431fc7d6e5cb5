# The tasks of this repository. `make` alone starts a server. CARGO_TARGET_DIR is honoured, as by cargo itself.

CARGO ?= cargo
TEST_PACKAGES := chromium chromium-driver irssi tmux weechat-headless

# How long each fuzz target runs, and which.
FUZZ_SECONDS ?= 60
FUZZ_TARGETS ?= frames irc json markdown msgpack names plain_text search tcp_frames tcp_words

.PHONY: run test features check e2e fuzz bench bench-small fmt icons tools

run: ## builds and starts a server with its data in ./data
	$(CARGO) run --release

test: tools ## every test, those with a browser included
	$(CARGO) test --no-fail-fast
	@$(MAKE) --no-print-directory bench-small

check: tools ## what has to pass before a change is handed in
	$(CARGO) fmt --check
	$(CARGO) clippy --all-targets -- -D warnings
	$(CARGO) clippy --all-targets --all-features -- -D warnings
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --no-deps --document-private-items
	@if $(CARGO) deny --version >/dev/null 2>&1; then \
		echo '$(CARGO) deny check bans licenses sources'; \
		$(CARGO) deny check bans licenses sources; \
	else \
		echo 'cargo-deny is not installed, so licences and banned crates were not checked: cargo install cargo-deny --locked'; \
	fi
	$(MAKE) --no-print-directory test
	$(MAKE) --no-print-directory features

# Apart from `test`, because everything is built once more for it.
features: tools ## the tests of what is built in on demand only: logins at a provider, passkeys, certificates by ACME
	$(CARGO) test --all-features --test suite -- provider passkeys acme
	$(CARGO) test --all-features --lib -- oidc outbound

e2e: tools ## the tests with a browser only
	$(CARGO) test --test suite browser

# The stable compiler is told to take the switches that cargo-fuzz passes to it; nothing else has to be installed. What is
# found lies in tests/fuzz/artifacts: mend it, and move the input to tests/fuzz/regressions.
fuzz: ## looks for inputs that break the readers of foreign bytes, a minute each
	@$(CARGO) fuzz --version >/dev/null 2>&1 || { \
		echo 'Installing cargo-fuzz, which `make fuzz` needs: cargo install cargo-fuzz --locked'; \
		$(CARGO) install cargo-fuzz --locked; \
	}
	@for target in $(FUZZ_TARGETS); do \
		mkdir -p tests/fuzz/corpus/$$target || exit 1; \
		echo "Fuzzing $$target for $(FUZZ_SECONDS) seconds"; \
		RUSTC_BOOTSTRAP=1 $(CARGO) fuzz run --fuzz-dir tests/fuzz \
			$${CARGO_TARGET_DIR:+--target-dir $$CARGO_TARGET_DIR/fuzz} $$target tests/fuzz/corpus/$$target tests/fuzz/seeds/$$target -- \
			-dict=tests/fuzz/dictionaries/$$target.dict -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -timeout=10 \
			-print_final_stats=1 -verbosity=0 || exit 1; \
	done

bench: ## measures the journal, the rendering of messages, the search and the doors; takes a quarter of an hour
	$(CARGO) bench --bench journal
	$(CARGO) bench --bench render
	$(CARGO) bench --bench search
	$(CARGO) bench --bench doors

# What nothing runs falls behind. The figures of these runs mean nothing.
bench-small: ## runs every bench with little to do, to see that it still can
	@$(CARGO) test --quiet --bench journal -- --senders 4 --messages 40 --rounds 1 --nonces >/dev/null
	@$(CARGO) test --quiet --bench render -- --rounds 1 >/dev/null
	@$(CARGO) test --quiet --bench search -- --messages 500 --rooms 5 --authors 10 --rate 100 --questions 2 >/dev/null
	@$(CARGO) test --quiet --bench doors -- --listeners 5 --messages 5 --idle 5 --rounds 1 >/dev/null

fmt: ## formats the code
	$(CARGO) fmt

# The pictures of static/icons from their drawings. Run it after changing one, and commit what comes out.
icons: tools ## draws the icons of the installed app
	@cd static/icons && for icon in icon:192 icon:512 maskable:512; do \
		name=$${icon%%:*}; size=$${icon##*:}; page=$$(mktemp --suffix=.html); \
		printf '<!doctype html><style>body{margin:0}svg{display:block;width:100vw;height:100vh}</style>' >"$$page"; cat "$$name.svg" >>"$$page"; \
		chromium --headless --no-sandbox --hide-scrollbars --default-background-color=00000000 --window-size=$$size,$$size \
			--force-device-scale-factor=1 --screenshot="$$PWD/$$name-$$size.png" "file://$$page" 2>/dev/null || exit 1; \
		rm -f "$$page"; \
	done

# Installs the browser, its driver, tmux and two IRC clients where they are missing. Other systems have to bring their own.
tools:
	@if command -v chromium >/dev/null && command -v chromedriver >/dev/null && command -v tmux >/dev/null \
		&& command -v irssi >/dev/null && command -v weechat-headless >/dev/null; then exit 0; fi; \
	if ! command -v apt-get >/dev/null; then \
		echo 'The tests need `chromium`, `chromedriver`, `tmux`, `irssi` and `weechat-headless`, and there is no apt-get here: install them and try again.' >&2; \
		exit 1; \
	fi; \
	if [ "$$(id -u)" -eq 0 ]; then as_root=; \
	elif command -v sudo >/dev/null; then as_root=sudo; \
	else \
		echo 'The tests need `chromium`, `chromedriver` and `tmux`. You are not root and there is no sudo; as root, run:' >&2; \
		echo '    apt-get install $(TEST_PACKAGES)' >&2; \
		exit 1; \
	fi; \
	echo 'Installing $(TEST_PACKAGES), which the tests need.'; \
	$$as_root apt-get update && \
	DEBIAN_FRONTEND=noninteractive $$as_root apt-get install -y --no-install-recommends $(TEST_PACKAGES) || { \
		echo '$(TEST_PACKAGES) could not be installed; install them by hand and try again.' >&2; \
		exit 1; \
	}
