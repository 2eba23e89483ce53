# The front doors. `make help` lists them.

PREFIX ?= /usr/local
DESTDIR ?=
FUZZ_SECONDS ?= 60

PROGRAMS := lcctl whip-push whip-relay whep-probe vod-cut
RELEASE := swift build -c release --static-swift-stdlib --quiet
RELEASE_BIN = $(shell swift build -c release --static-swift-stdlib --show-bin-path)

# What is used, one package a line with its reason. Swift itself is the one thing expected.
define PACKAGES
libsqlite3-dev       the embedded store
libhiredis-dev       reads the protocol of the store on Redis
libssl-dev           DTLS, TLS and the ciphers of SRTP
libsrtp2-dev         SRTP
libcurl4-openssl-dev the HTTP client
libavformat-dev      reads and writes files and streams of media
libavcodec-dev       decodes and encodes
libavutil-dev        what they share
libswscale-dev       scales pictures
libswresample-dev    resamples sound
libavdevice-dev      captures from devices; opened only when one is named
pkg-config           finds C libraries for the build
binutils             the linker's companions; strip for the size figure
git                  tests ask it for the files of the tree
bsdutils             script, the terminal that tests give a program
sqlite3              tests look into the store from outside; peer in the benchmarks
mandoc               checks the manual pages
python3              runs the benchmarks and the schema checker
python3-jsonschema   checks the answers against docs/schemas
zsh                  completion is tested in the real shell
fish                 completion is tested in the real shell
redis-server         the store's real server in tests
redis-sentinel       promotes replicas in tests
redis-tools          redis-cli and redis-benchmark, peers in the benchmarks
faketime             steps the clock of programs in tests
strace               sees what is on the disk before a sale is told, in tests
postgresql           a peer of the stores in the benchmarks
openssl              certificates for tests of TLS
curl                 a real client of the HTTP server in tests
python3-venv         holds aiortc and ffmpeg 9, peers in the interop tests (scripts/peers)
ffmpeg               makes and decodes the media of the interop tests
chromium             a real browser to publish and play with
coturn               a real TURN server
util-linux           unshare and taskset, for namespaces and benchmarks
iproute2             network namespaces for peers that shun loopback
python3-gst-1.0      GStreamer's webrtcbin as a peer, with the plugins below
gstreamer1.0-nice    its ICE
gstreamer1.0-plugins-base  its test sources, Opus and VP8
gstreamer1.0-plugins-good  its RTP and VP8
gstreamer1.0-plugins-bad   webrtcbin, its DTLS and SRTP
gstreamer1.0-plugins-ugly  its H.264 encoder
gir1.2-gst-plugins-bad-1.0 webrtcbin from Python
nginx                a real server of RTMP, with the module below
libnginx-mod-rtmp    its RTMP
xvfb                 a screen to capture
golang-go            builds the SFU that whip-relay is measured beside
golang-github-pion-webrtc.v3-dev  its library
endef
export PACKAGES

.DEFAULT_GOAL := help
.PHONY: help deps peers demo test build install uninstall bench fuzz sanitize format lint docs clean

help:  ## list the doors
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 12

deps:  ## install the Debian packages that are missing
	@scripts/deps

peers:  ## make the Python of the interop tests, from PyPI
	@scripts/peers

demo: deps build  ## show the main job, end to end
	@PATH="$(RELEASE_BIN):$$PATH" demo/run
	@PATH="$(RELEASE_BIN):$$PATH" demo/show-run .build/demo

test: deps peers build lint  ## install, build, and run every test on what is shipped
	@LC_PROGRAMS="$(RELEASE_BIN)" scripts/run-tests

build:  ## build the programs for use
	$(foreach program,$(PROGRAMS),$(RELEASE) --product $(program) &&) true

install: build  ## put programs, manual pages and completions below PREFIX
	install -d "$(DESTDIR)$(PREFIX)/bin" "$(DESTDIR)$(PREFIX)/share/man/man1" \
		"$(DESTDIR)$(PREFIX)/share/bash-completion/completions" \
		"$(DESTDIR)$(PREFIX)/share/zsh/site-functions" \
		"$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d"
	for program in $(PROGRAMS); do \
		install -m 755 "$(RELEASE_BIN)/$$program" "$(DESTDIR)$(PREFIX)/bin/" && \
		install -m 644 completions/$$program.bash \
			"$(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$program" && \
		install -m 644 completions/_$$program "$(DESTDIR)$(PREFIX)/share/zsh/site-functions/" && \
		install -m 644 completions/$$program.fish \
			"$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/" || exit 1; \
	done
	install -m 644 man/*.1 "$(DESTDIR)$(PREFIX)/share/man/man1/"

uninstall:  ## remove exactly what install put there
	for program in $(PROGRAMS); do \
		rm -f "$(DESTDIR)$(PREFIX)/bin/$$program" \
			"$(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$program" \
			"$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_$$program" \
			"$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/$$program.fish"; \
	done
	for page in $(notdir $(wildcard man/*.1)); do \
		rm -f "$(DESTDIR)$(PREFIX)/share/man/man1/$$page"; \
	done

bench: deps build  ## measure beside known peers; RECORD=1 keeps the result
	@PATH="$(RELEASE_BIN):$$PATH" Benchmarks/run $(if $(RECORD),--record)

fuzz:  ## fuzz every parser for FUZZ_SECONDS each
	@FUZZ_SECONDS=$(FUZZ_SECONDS) Fuzz/run

# Programs, their peers and the store's processes are left out: the leak checker and the slowness of
# the sanitizers change what those tests measure.
sanitize: deps  ## run the tests that stay in one process under the address and thread sanitizers
	ASAN_OPTIONS=detect_leaks=0 swift test -c release -Xswiftc -enable-testing --quiet \
		--sanitize=address --scratch-path .build/asan \
		--skip EndToEndTests --skip InteropTests --skip StoresTests
	swift test --quiet --sanitize=thread --scratch-path .build/tsan \
		--filter 'NetworkTests|SecureTransportTests|SimulationTests'

format:  ## format the sources
	swift format -i -r Sources Tests Fuzz Benchmarks Package.swift

lint:  ## check the format of the sources
	swift format lint --strict -r Sources Tests Fuzz Benchmarks Package.swift

docs:  ## generate manual pages, completions and the table of exit statuses
	swift run --quiet docgen .

clean:  ## remove what was built
	rm -rf .build
