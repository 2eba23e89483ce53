"""Servers of WHIP and WHEP that the benchmarks start: whip-relay and an SFU on Pion."""

import json
import os
import shutil
import subprocess
import tempfile

ROOT = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(ROOT)
# Debian's Go packages lie here; nothing is downloaded.
GO_PACKAGES = "/usr/share/gocode"


class Server:
    """A server that runs, alone on a core where one is given."""

    def __init__(self, name, command, core=None):
        self.name = name
        pinned = ["taskset", "-c", str(core)] if core is not None else []
        self.words = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            pinned + command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=self.words, text=True)
        self.pid = self.process.pid
        line = self.process.stdout.readline()
        if not line:
            self.words.seek(0)
            raise SystemExit(f"bench: {name} does not start: {self.words.read()}")
        self.url = self.read_url(line)

    def read_url(self, line):
        return line.strip()

    def whip(self, show):
        return f"{self.url}/whip/{show}"

    def whep(self, show):
        return f"{self.url}/whep/{show}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.words.close()


# One address stands for all viewers here: what is limited for each address must not be.
UNLIMITED = [
    "--max-sessions", "20000", "--max-viewers", "20000", "--max-requests", "100000",
    "--max-connections", "16000",
]


class Relay(Server):
    """whip-relay."""

    def __init__(self, host="127.0.0.1", core=None, options=()):
        super().__init__(
            "whip-relay",
            ["whip-relay", "--listen", f"{host}:0", "--udp", f"{host}:0", "--format", "json",
             "--log", "none"] + UNLIMITED + list(options), core)

    def read_url(self, line):
        return json.loads(line)["url"].rstrip("/")


class Pion(Server):
    """The SFU on Pion."""

    def __init__(self, host="127.0.0.1", core=None, options=()):
        super().__init__(
            "Pion v3", [build_pion(), "-http", f"{host}:0", "-udp", f"{host}:0"] + list(options),
            core)


def has_relay():
    return shutil.which("whip-relay") is not None


def has_pion():
    return shutil.which("go") is not None and os.path.isdir(f"{GO_PACKAGES}/src/github.com/pion")


def build_pion():
    """Gives the path of the SFU, built from Debian's packages alone."""
    folder = os.path.join(TOP, ".build", "pion")
    source = os.path.join(folder, "path", "src", "pion-sfu")
    os.makedirs(source, exist_ok=True)
    for name in ("sfu.go", "go.mod"):
        shutil.copy2(os.path.join(ROOT, "Pion", name), source)
    environment = {
        **os.environ, "GO111MODULE": "off", "GOFLAGS": "", "GOPROXY": "off",
        "GOPATH": f"{folder}/path:{GO_PACKAGES}", "GOCACHE": f"{folder}/cache",
    }
    program = os.path.join(folder, "pion-sfu")
    subprocess.run(["go", "build", "-o", program, "pion-sfu"], check=True, env=environment)
    return program


def swift_program(name):
    """Gives the path of a Swift program that only benchmarks need."""
    build = ["swift", "build", "-c", "release", "--static-swift-stdlib"]
    environment = {**os.environ, "LC_BENCH": "1"}
    subprocess.run(build + ["--quiet", "--product", name], check=True, cwd=TOP, env=environment)
    folder = subprocess.run(
        build + ["--show-bin-path"], check=True, cwd=TOP, env=environment, stdout=subprocess.PIPE,
        text=True).stdout.strip()
    return os.path.join(folder, name)
