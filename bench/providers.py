#!/usr/bin/env python3
"""What the whole program takes for jobs whose provider is asked every five seconds: `tallyman up`
with so many tasks in flight, and the simulated provider in a process of its own.

    bench/providers.py [--jobs 5000] [--seconds 60] [--bin build/release/bin]
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, "..", "tests", "providers"))

DIALECT = """dialect: bench
submit: {url: "http://127.0.0.1:PORT/task", json: {text: "{{input.text}}"}, task: /id}
poll:
  url: "http://127.0.0.1:PORT/t/{{task}}"
  first: 5s
  every: 5s
  most: 5s
  status: /status
  words: {running: [running], completed: [done], failed: [failed]}
result: {made: [{role: text, text: /text}]}
"""


def settings_of(folder, port, jobs):
    """Everything is SQLite and in one process."""
    dialect = os.path.join(folder, "bench.yaml")
    with open(dialect, "w", encoding="utf-8") as file:
        file.write(DIALECT.replace("PORT", port))
    settings = {"data_dir": os.path.join(folder, "data"),
                "prices": os.path.join(folder, "prices.yaml"), "log": {"level": "warning"},
                "worker": {"slots": jobs + 100}, "accounts": {"signup_gift": 1_000_000},
                "services": {"video": {"provider": "bench", "timeout": "1h", "deadline": "1h"}},
                "providers": {"bench": {"kind": "http", "dialect_file": dialect,
                                        "allow_private": True}}}
    prices = {"services": {"video": {"mode": "fixed", "credits": 1}}}
    for name, content in (("tallyman.yaml", settings), ("prices.yaml", prices)):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            json.dump(content, file)
    return os.path.join(folder, "tallyman.yaml")


def seconds_of(pid):
    """CPU seconds of each of its threads, by name and number."""
    found = {}
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/stat", encoding="utf-8") as file:
            name, _, rest = file.read().partition(") ")
        user, system = rest.split()[11:13]
        ticks = os.sysconf("SC_CLK_TCK")
        found[name.partition("(")[2], thread] = (int(user) + int(system)) / ticks
    return found


def measure(tallyman, wanted):
    tallyman.start()
    many = [{"service": "video", "user_id": f"user-{i % 50}", "input": {"text": f"scene {i}"}}
            for i in range(wanted.jobs)]
    for at in range(0, len(many), 500):
        tallyman.enqueue(many[at:at + 500])
    while True:
        overview = tallyman.call("GET", "/api/admin/overview")
        running = overview["states"]["processing"]
        if running == wanted.jobs:
            break
        time.sleep(1)
    time.sleep(10)  # all have been asked about
    before, begun = seconds_of(tallyman.process.pid), time.monotonic()
    time.sleep(wanted.seconds)
    after, took = seconds_of(tallyman.process.pid), time.monotonic() - begun
    share = {key: (after[key] - before.get(key, 0)) / took for key in after}
    print(f"{wanted.jobs} polls in flight, every 5 s: {sum(share.values()) * 100:.1f} % of a core; "
          f"its busiest thread {max(share.values()) * 100:.1f} %")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--jobs", type=int, default=5000)
    options.add_argument("--seconds", type=int, default=60)
    options.add_argument("--bin", default="build/release/bin")
    wanted = options.parse_args()
    os.environ["TALLYMAN_BIN"] = os.path.abspath(os.path.join(wanted.bin, "tallyman"))
    from wire.running import Tallyman  # needs the path of the program
    with tempfile.TemporaryDirectory(prefix="tallyman-bench-") as folder:
        server = subprocess.Popen([os.path.join(wanted.bin, "providers_bench"), "serve"],
                                  stdout=subprocess.PIPE)
        port = server.stdout.readline().decode().strip()
        tallyman = Tallyman(folder, settings_of(folder, port, wanted.jobs))
        try:
            measure(tallyman, wanted)
        finally:
            tallyman.process.kill()
            tallyman.process.wait()
            server.kill()
            server.wait()


if __name__ == "__main__":
    main()
