#!/usr/bin/python3
"""Measures reservations: pairs of reserve and confirm a second on SQLite and on Redis, beside
redis-benchmark with the same scripts, plain DECR, and PostgreSQL; what open holds cost; and
`lcctl reserve` as a process. Prints Markdown.

All servers are started here, on sockets in a folder that is gone afterwards.
"""

import json
import os
import pwd
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

SKUS = 1000
CLIENTS = [1, 50, 500]
PROCESSES = [2, 10, 50]
SECONDS = int(os.environ.get("LC_BENCH_SECONDS", "3"))
ROUNDS = int(os.environ.get("LC_BENCH_ROUNDS", "3"))
# What redis-benchmark confirms is held before; so many that few are confirmed twice.
HELD = int(os.environ.get("LC_BENCH_HELD", "300000"))
OPEN_HOLDS = [10, 100, 1_000, 10_000, 100_000, 1_000_000]
PROCESS_ROUNDS = 60


def say(line=""):
    print(line, flush=True)


def run(command, **options):
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False, **options)
    if done.returncode != 0:
        raise SystemExit(f"bench: '{' '.join(command)}' ended with {done.returncode}: {done.stderr}")
    return done.stdout


def median(values):
    return statistics.median(values)


class Server:
    """A server that was started here, ended by its process."""

    def __init__(self, command, ready, **options):
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            **options)
        deadline = time.monotonic() + 30
        while not ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"bench: {command[0]} does not start")
            time.sleep(0.05)

    def stop(self, signal=None):
        if signal:
            self.process.send_signal(signal)
        else:
            self.process.terminate()
        self.process.wait()


class Redis(Server):
    """redis-server as it is shipped, but that it keeps nothing on the disk: the quickest it can be,
    and so the hardest peer. Both sides talk to the same one."""

    def __init__(self, folder):
        self.port = free_port()
        self.address = f"redis://127.0.0.1:{self.port}"
        super().__init__(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
             "--appendonly", "no", "--dir", folder], self.answers)

    def cli(self, *words):
        return run(["redis-cli", "-p", str(self.port), *words])

    def answers(self):
        return subprocess.run(
            ["redis-cli", "-p", str(self.port), "ping"], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, check=False).returncode == 0

    def events(self):
        return int(self.cli("hget", "lc:{default}:meta", "seq"))

    def rate(self, clients, requests, words, random_range=2_000_000_000):
        """Requests a second and the p99 in milliseconds, of redis-benchmark."""
        output = run(
            ["redis-benchmark", "-h", "127.0.0.1", "-p", str(self.port), "-c", str(clients), "-n",
             str(requests), "-r", str(random_range), "--csv", *words])
        fields = [field.strip('"') for field in output.strip().splitlines()[-1].split('","')]
        return float(fields[-7]), float(fields[-2])

    def calls(self, bench):
        """The words of one reserve and one confirm, as our client sends them."""
        with subprocess.Popen(
                ["redis-cli", "-p", str(self.port), "monitor"], stdout=subprocess.PIPE,
                text=True) as monitor:
            monitor.stdout.readline()
            run([bench, "pairs", self.address, "1", "1", "0"])
            found = {}
            for line in monitor.stdout:
                if " lua] " in line:
                    continue
                words = re.findall(r'"((?:[^"\\]|\\.)*)"', line)
                if words and words[0].upper() == "EVALSHA" and words[7:8] == [""]:
                    name = "reserve" if len(words) > 9 else "confirm"
                    if words[8].startswith("rsv_"):
                        found.setdefault(name, words)
                if len(found) == 2:
                    break
            monitor.terminate()
        return found["reserve"], found["confirm"]


def free_port():

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class PostgreSQL(Server):
    """PostgreSQL 15 with Debian's settings, as somebody who is not root."""

    BIN = "/usr/lib/postgresql/15/bin"
    SCHEMA = f"""
        CREATE TABLE sku (
          code text PRIMARY KEY, on_hand bigint NOT NULL, stock bigint NOT NULL,
          price bigint NOT NULL) WITH (fillfactor = 50);
        INSERT INTO sku
          SELECT 'TEE-' || n, 1000000000, 1000000000, 1999 FROM generate_series(0, {SKUS - 1}) n;
        CREATE TABLE reservation (
          id text PRIMARY KEY, buyer text NOT NULL, code text NOT NULL, quantity int NOT NULL,
          price bigint NOT NULL, state text NOT NULL, deadline timestamptz NOT NULL);
        CREATE INDEX ON reservation (deadline) WHERE state = 'held';
        """
    PAIR = """
        \\set sku random(0, :skus - 1)
        \\set id random(1, 1000000000000)
        BEGIN;
        UPDATE sku SET stock = stock - 1 WHERE code = 'TEE-' || :sku AND stock >= 1;
        INSERT INTO reservation VALUES ('rsv_' || :id, 'buyer-' || :id, 'TEE-' || :sku, 1, 1999,
          'held', now() + interval '90 s');
        END;
        UPDATE reservation SET state = 'confirmed' WHERE id = 'rsv_' || :id AND state = 'held';
        """

    def __init__(self, folder):
        self.folder = os.path.join(folder, "pg")
        os.mkdir(self.folder)
        options = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
            options = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        data = os.path.join(self.folder, "data")
        run([f"{self.BIN}/initdb", "-D", data, "-A", "trust", "-U", "bench"], cwd=self.folder,
            **options)
        self.environment = {
            **os.environ, "PGHOST": self.folder, "PGUSER": "bench", "PGDATABASE": "postgres"}
        super().__init__(
            [f"{self.BIN}/postgres", "-D", data, "-k", self.folder, "-c", "listen_addresses=",
             "-c", "max_connections=600"], self.answers, cwd=self.folder, **options)
        run(["psql", "-q", "-c", self.SCHEMA], env=self.environment)
        self.script = os.path.join(self.folder, "pair.sql")
        with open(self.script, "w", encoding="ascii") as file:
            file.write(self.PAIR)

    def answers(self):
        return subprocess.run(
            ["psql", "-q", "-c", "SELECT 1"], env=self.environment, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, check=False).returncode == 0

    def rate(self, skus, clients):
        """Pairs a second; pgbench has no percentiles but in its log."""
        with tempfile.TemporaryDirectory(dir=self.folder) as logs:
            output = run(
                ["pgbench", "-n", "-f", self.script, "-D", f"skus={skus}", "-c", str(clients),
                 "-j", "2", "-M", "prepared", "-T", str(SECONDS), "-l", "--log-prefix",
                 os.path.join(logs, "log")], env=self.environment)
            waits = []
            for name in os.listdir(logs):
                with open(os.path.join(logs, name), encoding="ascii") as file:
                    waits += [int(line.split()[2]) for line in file]
        waits.sort()
        rate = re.search(r"tps = ([0-9.]+)", output)
        # With hundreds of clients on one row it may not end a single one.
        return (float(rate.group(1)) if rate else 0,
                waits[len(waits) * 99 // 100] / 1000 if waits else 0)


def pairs(bench, address, skus, clients, connections=1):
    figures = json.loads(run(
        [bench, "pairs", address, str(skus), str(clients), str(SECONDS), str(connections)]))
    return figures["pairs_per_second"], figures["p99_us"] / 1000


def pairs_of_processes(bench, address, processes):
    """So many processes, each with one client."""
    started = [
        subprocess.Popen(
            [bench, "pairs", address, "1", "1", str(SECONDS)], stdout=subprocess.PIPE, text=True)
        for _ in range(processes)
    ]
    figures = [json.loads(one.communicate()[0]) for one in started]
    return (sum(one["pairs_per_second"] for one in figures),
            max(one["p99_us"] for one in figures) / 1000)


def in_turn(cases):
    """Runs the cases in turn, so that a drift of the machine hits all of them alike."""
    results = {name: [] for name in cases}
    for _ in range(ROUNDS):
        for name, case in cases.items():
            results[name].append(case())
    return {
        name: (median([rate for rate, _ in values]), median([wait for _, wait in values]))
        for name, values in results.items()
    }


def peer_pairs(redis, clients, reserve, confirm):
    """Pairs a second of redis-benchmark: as if each connection did one after the other."""
    requests = 3_000 if clients == 1 else 15_000
    events = redis.events()
    reserved, first = redis.rate(clients, requests, reserve)
    confirmed, second = redis.rate(clients, requests, confirm, HELD)
    if redis.events() - events < requests * 1.5:
        raise SystemExit("bench: redis-benchmark was refused")
    return 1 / (1 / reserved + 1 / confirmed), max(first, second)


def with_words(words, place, word):
    return [*words[:place], word, *words[place + 1:]]


def bench_pairs(bench, folder, redis, postgres):
    say("### Reserve and confirm")
    say()
    say(f"Pairs a second, and milliseconds that 99 of 100 verbs waited at the most; {ROUNDS} rounds")
    say(f"of {SECONDS} s in turn. Clients are requests in flight: one process hands them in together,")
    say("on one connection, as a gateway does. Redis keeps nothing on the disk, for both who use it;")
    say("SQLite syncs every confirmation, and so does PostgreSQL (pgbench, two transactions a pair:")
    say("UPDATE … WHERE stock >= 1 with INSERT, then the confirmation; its p99 is of a whole pair).")
    say("redis-benchmark calls the same scripts, each client on a connection of its own.")
    say()
    sqlite = os.path.join(folder, "pairs.db")
    for address in (sqlite, redis.address):
        run([bench, "fill", address, str(SKUS)])
    run([bench, "hold", redis.address, str(HELD)])
    reserve, confirm = redis.calls(bench)
    reserve = with_words(reserve, 8, "rsv_b__rand_int__")
    confirm = with_words(confirm, 8, "rsv___rand_int__")
    say("| SKUs | clients | Redis store | p99 | redis-benchmark | p99 | ratio | SQLite store | p99 "
        "| PostgreSQL | p99 | SQLite to PostgreSQL | SQLite to Redis store |")
    say("|" + "---|" * 13)
    for skus in (1, SKUS):
        for clients in CLIENTS:
            cases = {
                "redis": lambda: pairs(bench, redis.address, skus, clients),
                "sqlite": lambda: pairs(bench, sqlite, skus, clients),
                "postgres": lambda: postgres.rate(skus, clients),
            }
            if skus == 1:
                cases["peer"] = lambda: peer_pairs(redis, clients, reserve, confirm)
            row = in_turn(cases)
            peer = row.get("peer")
            say(f"| {skus:,} | {clients} | {cell(row['redis'])} | "
                + (f"{cell(peer)} | {row['redis'][0] / peer[0]:.2f}" if peer else " | | ")
                + f" | {cell(row['sqlite'])} | {cell(row['postgres'])} "
                f"| {ratio(row['sqlite'], row['postgres'])} "
                f"| {row['sqlite'][0] / row['redis'][0]:.2f} |")
    say()
    say("| plain DECR of redis-benchmark | a second | p99 |")
    say("|---|---|---|")
    for clients in CLIENTS:
        requests = 5_000 if clients == 1 else 100_000
        say(f"| {clients} clients | {cell(redis.rate(clients, requests, ['DECR', 'plain']))} |")
    say()
    bench_processes(bench, sqlite)


def bench_processes(bench, sqlite):
    say("Processes with a connection and a client each, on one SKU of the SQLite store; they share")
    say("the syncs of the disk.")
    say()
    say("| processes | pairs a second | p99 |")
    say("|---|---|---|")
    rows = in_turn({
        count: lambda count=count: pairs_of_processes(bench, sqlite, count)
        for count in [1, *PROCESSES]
    })
    for count, row in rows.items():
        say(f"| {count} | {cell(row)} |")
    say()


def ratio(ours, theirs):
    return f"{ours[0] / theirs[0]:.1f}" if theirs[0] > 0 else "-"


def cell(figures):
    rate, wait = figures
    return f"{rate:,.0f} | {wait:.2f}"


def bench_holds(bench, folder, redis):
    say("### Open holds")
    say()
    say("Microseconds for a pair, of 50 clients, while so many holds of one SKU are open: the median")
    say("of a hundred batches, and the least.")
    say()
    columns = {}
    for name, address in {
        "SQLite store": os.path.join(folder, "holds.db"), "Redis store": redis.address,
    }.items():
        if name == "Redis store":
            redis.cli("flushall")
            redis.cli("script", "flush")
        run([bench, "fill", address, "1"])
        lines = run([bench, "holds", address, "5000", *map(str, OPEN_HOLDS)]).splitlines()
        for key, word in (("pair_us", ""), ("least_us", ", least")):
            columns[name + word] = [json.loads(line)[key] for line in lines]
    say("| open holds | " + " | ".join(columns) + " |")
    say("|---|" + "---|" * len(columns))
    for place, count in enumerate(OPEN_HOLDS):
        say(f"| {count:,} | "
            + " | ".join(f"{values[place]:.1f}" for values in columns.values()) + " |")
    say("| most to least | "
        + " | ".join(f"{max(values) / min(values):.2f}" for values in columns.values()) + " |")
    say()


def bench_commands(bench, folder, redis):
    say("### A process for each call")
    say()
    say(f"Milliseconds from spawn to exit; {PROCESS_ROUNDS} rounds in turn.")
    say()
    sqlite = os.path.join(folder, "calls.db")
    plain = os.path.join(folder, "plain.db")
    redis.cli("flushall")
    for address in (sqlite, redis.address):
        run([bench, "fill", address, str(SKUS)])
    reserve, _ = redis.calls(bench)
    run(["sqlite3", plain, "PRAGMA journal_mode = WAL; CREATE TABLE sku(code TEXT PRIMARY KEY, "
         "stock INT); CREATE TABLE r(id INTEGER PRIMARY KEY, code TEXT); "
         "INSERT INTO sku VALUES ('TEE-0', 1000000000)"])
    numbers = iter(range(1_000_000))
    cases = {
        "redis-cli EVALSHA": lambda: [
            "redis-cli", "-p", str(redis.port), *with_words(reserve, 8, f"rsv_c{next(numbers)}")],
        "lcctl reserve, on Redis": lambda: [
            "lcctl", "--store", redis.address, "reserve", "TEE-0", "--buyer", "B"],
        "lcctl reserve, on SQLite": lambda: [
            "lcctl", "--store", sqlite, "reserve", "TEE-0", "--buyer", "B"],
        "sqlite3 with UPDATE and INSERT": lambda: [
            "sqlite3", plain, "BEGIN IMMEDIATE; UPDATE sku SET stock = stock - 1 WHERE "
            "code = 'TEE-0' AND stock >= 1; INSERT INTO r(code) VALUES ('TEE-0'); COMMIT"],
        "redis-cli --version": lambda: ["redis-cli", "--version"],
        "lcctl --version": lambda: ["lcctl", "--version"],
        "lcctl sku get": lambda: ["lcctl", "--store", sqlite, "sku", "get", "TEE-5"],
    }
    waits = {name: [] for name in cases}
    for number in range(PROCESS_ROUNDS + 1):
        for name, case in cases.items():
            command = case()
            start = time.perf_counter()
            run(command)
            if number > 0:  # the first round warms up
                waits[name].append((time.perf_counter() - start) * 1000)
    peer = median(waits["redis-cli EVALSHA"])
    say("| command | median ms | min | ratio to `redis-cli EVALSHA` |")
    say("|---|---|---|---|")
    for name, values in waits.items():
        say(f"| `{name}` | {median(values):.2f} | {min(values):.2f} | {median(values) / peer:.2f} |")
    say()


def main():
    bench = sys.argv[1]
    parts = {"pairs", "holds", "commands"}
    wanted = set(sys.argv[2:]) or parts
    for program in ("redis-server", "redis-benchmark", "pgbench", "sqlite3", "lcctl"):
        if not shutil.which(program):
            raise SystemExit(f"bench: {program} is missing")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        redis = Redis(folder)
        try:
            if "pairs" in wanted:

                postgres = PostgreSQL(folder)
                try:
                    bench_pairs(bench, folder, redis, postgres)
                finally:
                    postgres.stop(signal.SIGINT)
            if "holds" in wanted:
                bench_holds(bench, folder, redis)
            if "commands" in wanted:
                bench_commands(bench, folder, redis)
        finally:
            redis.stop()


main()
