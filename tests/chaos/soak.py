#!/usr/bin/env python3
"""A soak: a million billed jobs on PostgreSQL, of which some fail, are cancelled or tried again by
hand, with grants that end all the time, while every 20 seconds a random process is killed with -9:
a worker, the scheduler, the HTTP face, or a backend of PostgreSQL, which then recovers. In the end
no charge may be doubled, no refund lost, no credit adrift; memory and tables must be flat from the
third quarter of the time to the last.

    TALLYMAN_BIN=build/release/bin/tallyman python3 tests/chaos/soak.py
        --jobs N       default 1000000
        --every S      seconds between two kills, default 20
        --seed N       what is killed, and what jobs are like
        --json FILE    the figures, too
        --keep         leave the folder of a run that went wrong, for a look"""
import argparse
import json
import os
import random
import signal
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", folder) for folder in ("support", "crash")]

from private_parts import Trouble, leave_in_order, until  # noqa: E402
from private_postgres import PrivatePostgres  # noqa: E402
from soak_callers import Feeder, Meddler  # noqa: E402
from soak_figures import Gauge, counts, verdicts  # noqa: E402
from support import Running, Site  # noqa: E402

SETTINGS = """
prices: prices.yaml
accounts: {signup_gift: 100000000}
expiry_every: 5s
log: {level: warning}
worker: {slots: 256, drain: 10s}
services:
  defaults: {provider: instant, backoff: 100ms, backoff_cap: 1s, max_attempts: 3}
  video: {provider: slow}
providers:
  instant: {kind: simulated, latency: 0ms, failure_rate: 0.04, final_rate: 0.01}
  slow: {kind: simulated, latency: 150ms, failure_rate: 0.04, final_rate: 0.01, seed: 2}
"""
PRICES = """
services:
  script: {mode: fixed, credits: 5}
  tts: {mode: duration, per_second: 0.25, measure: output, estimate: 3}
  video: {mode: duration, per_second: 1.5, measure: declared, minimum: 2}
"""
# Its parts; the first lives to the end, so that its memory tells something.
PARTS = ("up", "worker", "scheduler", "api")


class Soak:
    def __init__(self, given):
        self.given, self.wrong = given, []
        self.dice = random.Random(given.seed)
        self.site = Site(SETTINGS, PRICES)
        self.postgres = PrivatePostgres(durable=True)
        self.site.environment["TALLYMAN_STORE_URL"] = self.postgres.url
        self.parts, self.addresses, self.kills = {}, {}, dict.fromkeys((*PARTS, "backend"), 0)
        self.gauge = Gauge(self)
        self.began = time.time()

    def server_is_there(self):
        try:
            self.postgres.psql("SELECT 1")
            return True
        except Trouble:
            return False

    def start(self, verb):
        """PostgreSQL may be recovering, or be killed just now: then it is started anew."""
        for patience in range(5, -1, -1):
            until(self.server_is_there, 60, 0.2)
            running = Running(self.site, len(self.site.running), [verb])
            self.site.running.append(running)
            try:
                running.ready()
                break
            except AssertionError:
                if not patience:
                    raise
        with open(running.printed, encoding="utf-8") as file:
            for line in file:
                if line.startswith("listening on http://"):
                    self.addresses[verb] = line.strip().rpartition("/")[2]
        self.parts[verb] = running

    def begin(self):
        for verb in PARTS:
            self.start(verb)
        self.key = self.site.ask("keys", "create", "soak", "--scope", "jobs", "--scope",
                                 "admin")["key"]
        self.callers = [Feeder(self, number) for number in range(2)] + [Meddler(self)]
        for caller in self.callers:
            caller.start()

    def kill_one(self):
        """A random process. What belongs to the program is started again at once."""
        victim = self.dice.choice((*PARTS[1:], "backend"))
        self.kills[victim] += 1
        if victim == "backend":
            self.kill_backend()
        else:
            self.parts[victim].kill()
            self.start(victim)

    def kill_backend(self):
        """PostgreSQL then throws all its sessions out and recovers."""
        until(self.server_is_there, 60, 0.2)
        pids = self.postgres.psql("SELECT pid FROM pg_stat_activity WHERE backend_type = "
                                  "'client backend' AND pid <> pg_backend_pid()").split()
        if pids:
            os.kill(int(self.dice.choice(pids)), signal.SIGKILL)

    def play(self):
        due = time.monotonic() + self.given.every
        shown = 0
        while any(caller.is_alive() for caller in self.callers[:2]):
            time.sleep(1)
            for verb, running in self.parts.items():
                if running.process.poll() is not None:
                    self.wrong.append(f"`{verb}` ended by itself: {running.log[-1500:]}")
                    return
            self.gauge.look()
            if time.monotonic() >= due:
                due += self.given.every
                self.kill_one()
            if time.monotonic() >= shown + 10:
                shown = time.monotonic()
                self.gauge.show()

    def drain(self):
        self.callers[-1].over.set()
        for caller in self.callers:
            caller.join()
            self.wrong += caller.wrong
        if not until(lambda: self.gauge.unfinished() == 0, 180, 1):
            self.wrong.append(f"{self.gauge.unfinished()} jobs did not end")
        self.took = time.time() - self.began
        for verb, running in self.parts.items():
            running.tell(signal.SIGTERM)
            if code := running.ends(60):
                self.wrong.append(f"`{verb}` ended with exit code {code}: {running.log[-1500:]}")

    def check(self):
        """The table."""
        asked = sum(caller.promised for caller in self.callers[:2])
        figures = counts(self.postgres)
        if figures["jobs"] != asked:
            self.wrong.append(f"{asked} jobs were promised, {figures['jobs']} are there")
        began = time.time()
        audit = self.site.run("--json", "audit", timeout=1800)
        figures |= {"seconds": round(self.took), "jobs a second": round(asked / self.took),
                    "kills": sum(self.kills.values()),
                    "killed": ", ".join(f"{part} {n}" for part, n in self.kills.items() if n),
                    "calls without an answer": sum(caller.refusals for caller in self.callers),
                    "audit": "clean" if audit.code == 0 else "findings",
                    "audit took s": round(time.time() - began)}
        if audit.code != 0:
            self.wrong.append(f"audit: exit {audit.code}: {audit.out[:2000]}{audit.err}")
        figures |= self.gauge.sum_up(self.wrong)
        self.wrong += verdicts(figures)
        return figures

    def close(self, keep):
        for caller in getattr(self, "callers", []):
            caller.over.set()
        self.postgres.close()
        if keep:
            print(f"left: {self.site.folder}")
        self.site.close(keep)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--jobs", type=int, default=1_000_000)
    parser.add_argument("--every", type=float, default=20)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--keep", action="store_true")
    return parser.parse_args()


def main():
    given = parse()
    again = (f"TALLYMAN_BIN={os.environ.get('TALLYMAN_BIN', '…')} python3 tests/chaos/soak.py "
             f"--jobs {given.jobs} --every {given.every:g} --seed {given.seed}")
    leave_in_order()
    print(f"soak: {given.jobs} jobs, a kill every {given.every:g} s, seed {given.seed}", flush=True)
    soak = Soak(given)
    figures = {}
    try:
        soak.begin()
        soak.play()
        soak.drain()
        figures = soak.check()
    finally:
        soak.close(given.keep and bool(soak.wrong))
    for what, figure in figures.items():
        print(f"{what:28} {figure}")
    if given.json:
        with open(given.json, "w", encoding="utf-8") as file:
            json.dump({"seed": given.seed, **figures, "wrong": soak.wrong}, file, indent=1)
    for what in soak.wrong[:20]:
        print(f"wrong: {what}")
    if soak.wrong:
        print(f"soak: {len(soak.wrong)} things are wrong; repeat it: {again}")
        return 1
    print(f"soak: seed {given.seed}: nothing lost, nothing doubled, nothing adrift, flat")
    return 0


if __name__ == "__main__":
    sys.exit(main())
