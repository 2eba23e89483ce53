#!/usr/bin/python3
"""Measures whip-relay beside an SFU on Pion under relay-load, each alone on a core, and prints
Markdown.

A server that is overloaded falls behind before it loses anything, so a step holds only where
everything came and the 99th percentile of the added delay stays below 100 ms. A step in which the
generator was the limit is void, and says so.
"""

import json
import os
import subprocess
import sys

import servers

# The server's core, and the generator's.
SERVER_CORE, LOAD_CORE = 0, 1
SECONDS = 8
# Viewers of each step: the same ones for both first, then as far as each gets.
STEPS = {
    "whip-relay": [100, 300, 1000, 2000, 3000, 4000],
    "Pion v3": [100, 200, 300, 400, 500, 600],
}
# The first step that both have is where they are compared packet by packet.
COMPARED = 300


def load(program, server, steps, *options):
    """Runs steps until the server falls behind; gives what each came to."""
    run = subprocess.run(
        [program, "--whip", server.whip("load"), "--whep", server.whep("load"),
         "--viewers", ",".join(map(str, steps)), "--seconds", str(SECONDS), "--stop-when-behind",
         "--server-pid", str(server.pid), "--server-core", str(SERVER_CORE),
         "--core", str(LOAD_CORE)] + list(options),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    results = [json.loads(line) for line in run.stdout.splitlines()]
    if run.returncode != 0:
        results.append({"failure": run.stderr.strip().replace("\n", " ")[:200]})
    return results


def row(name, step):
    if "viewers" not in step:
        return f"| {name} | void: {step['failure']} | | | | | | | | | | |"
    verdict = "yes" if step["holds"] else "no"
    if step["void"]:
        verdict = "void: " + "; ".join(step["void"])
    return (
        f"| {name} | {step['viewers']} | {verdict} | {step['delivered'] * 100:.2f} "
        f"| {step['gaps']} | {step['delay_p50_us'] / 1000:.2f} | {step['delay_p99_us'] / 1000:.2f} "
        f"| {step['server_us_per_packet']:.2f} | {step['server_cpu_share'] * 100:.0f} "
        f"| {step['server_kb_per_viewer']:.1f} | {step['keyframe_p99_ms']:.0f} "
        f"| {step['generator_core_share'] * 100:.0f} |")


def held(steps):
    """The most viewers that a server had in a step that held."""
    return max((s["viewers"] for s in steps if s.get("holds") and not s["void"]), default=0)


def compare(results):
    """What the two have in common, as ratios of one run."""
    ours, theirs = results.get("whip-relay", []), results.get("Pion v3", [])
    pair = [
        next((s for s in steps if s.get("viewers") == COMPARED), None) for steps in (ours, theirs)
    ]
    lines = ["| what | whip-relay | Pion v3 | ratio |", "|---|---|---|---|"]

    def line(what, values, decimals):
        quotient = f"{values[1] / values[0]:.1f}" if values[0] > 0 and values[1] > 0 else "-"
        lines.append(
            f"| {what} | {values[0]:.{decimals}f} | {values[1]:.{decimals}f} | {quotient} |")

    most = held(ours), held(theirs)
    if ours and theirs and most[1]:
        lines.append(
            f"| most viewers of a step that held | {most[0]} | {most[1]} "
            f"| {most[0] / most[1]:.1f} |")
    if all(pair):
        for what, key, scale, decimals in (
                ("CPU µs a forwarded packet", "server_us_per_packet", 1, 2),
                ("added delay, p50, ms", "delay_p50_us", 1000, 2),
                ("added delay, p99, ms", "delay_p99_us", 1000, 2),
                ("memory a viewer, kB", "server_kb_per_viewer", 1, 1)):
            line(f"{what}, {COMPARED} viewers", [s[key] / scale for s in pair], decimals)
    return lines + [""] if len(lines) > 2 else []


def main():
    if (os.cpu_count() or 1) < 2:
        print("Relays are not measured: that takes a core for the server and one for the load.\n")
        return
    program = servers.swift_program("relay-load")
    kinds = []
    if servers.has_relay():
        kinds.append(servers.Relay)
    if servers.has_pion():
        kinds.append(servers.Pion)
    print("### Relays\n")
    print("720p30 H.264 and Opus, 1.1 Mbit/s in 178 packets a second, to every viewer over loopback;")
    print(f"the server alone on one core, relay-load (publisher and viewers) on another; {SECONDS} s")
    print("a step after all have joined. Added delay is from the publisher's socket to the kernel's")
    print("receipt at the viewer's. A step holds when everything came and p99 is below 100 ms.\n")
    print("| server | viewers | holds | came % | gaps | delay p50 ms | p99 ms | CPU µs a packet "
          "| core % | kB a viewer | keyframe p99 ms | generator's core % |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|", flush=True)
    results = {}
    for kind in kinds:
        with kind(core=SERVER_CORE) as server:
            steps = load(program, server, STEPS[server.name])
            results[server.name] = steps
            for step in steps:
                print(row(server.name, step), flush=True)
    print()
    for line in compare(results):
        print(line)


if __name__ == "__main__":
    sys.exit(main())
