#!/usr/bin/env python3
"""Kills the program with SIGKILL at random moments, round after round, while callers enqueue,
cancel, retry and grant; then lets it drain and checks every job and every credit.

    TALLYMAN_BIN=build/release/bin/tallyman python3 tests/crash/kill_loop.py --rounds 200

`./test crash` runs 25 rounds. The same seed plays the same calls; when they happen is up to the
machine."""
import argparse
import random
import signal
import sys
import time

import books
from feeder import Feeder, Meddler, Notebook, ask_again
from support import Site, until

SETTINGS = """
prices: prices.yaml
worker: {slots: 24, heartbeat: 500ms, lease: 2s, drain: 5s, poll: 200ms}
services:
  defaults: {provider: slow, backoff: 50ms, backoff_cap: 400ms, max_attempts: 3}
  script: {provider: instant}
providers:
  instant: {kind: simulated, latency: 0ms, failure_rate: 0.1, final_rate: 0.02,
            submissions: submissions.log}
  slow: {kind: simulated, latency: 150ms, failure_rate: 0.1, final_rate: 0.02, unknown_rate: 0.05,
         seed: 2, submissions: submissions.log}
"""
PRICES = """
services:
  script: {mode: fixed, credits: 5}
  tts: {mode: duration, per_second: 0.25, measure: output, estimate: 3, overrun: charge}
  video: {mode: duration, per_second: 1.5, measure: declared, minimum: 2}
  compose: {mode: fixed, credits: 3, on_cancel: none}
  caption: {mode: free}
"""


class Loop:
    def __init__(self, rounds, seed):
        self.rounds, self.seed = rounds, seed
        self.random = random.Random(seed)
        self.site, self.notebook = Site(SETTINGS, PRICES), Notebook()
        self.ups, self.alive, self.granted_at = [], [], 0
        names = [(Feeder, "a"), (Feeder, "b"), (Feeder, "c"), (Meddler, "m")]
        self.callers = [made(self.site, self.notebook, seed, name) for made, name in names]

    def begin(self, verb):
        running = self.site.start(verb)
        running.schedules = verb == "up"
        self.ups.append(running)
        self.alive.append(running)
        return running

    def round(self, number):
        """Now and then there is a second worker, and either may be the one that is killed."""
        if not any(running.schedules for running in self.alive):
            up = self.begin("up")
            if self.random.random() < 0.15:  # in the middle of its start
                time.sleep(self.random.uniform(0, 0.1))
                self.kill(up)
                return
            up.ready()
        if len(self.alive) < 2 and self.random.random() < 0.3:
            self.begin("worker").ready()
        time.sleep(self.random.uniform(0.1, 1.6))
        self.kill(self.random.choice(self.alive))
        if number % 10 == 5:
            self.site.audit()

    def kill(self, running):
        running.kill()
        self.alive.remove(running)

    def play(self):
        for caller in self.callers:
            caller.start()
        for number in range(self.rounds):
            self.round(number)
            if self.notebook.wrong:
                break
        for caller in self.callers:
            caller.over.set()
        for caller in self.callers:
            caller.join()
        ask_again(self.site, self.notebook)
        self.granted_at = time.time()

    def drain(self):
        if not any(running.schedules for running in self.alive):
            self.begin("up").ready()
        # Twice round, since a job may go back from one state to the other between two looks.
        until(lambda: not any(self.site.ask("jobs", "--state", state, "--limit", "1")["jobs"]
                              for state in ("queued", "processing") * 2), 120, 0.3)
        for running in self.alive:
            running.tell(signal.SIGTERM)
        codes = [running.ends(30) for running in self.alive]
        return [f"ended with exit code {code}" for code in codes if code != 0]

    def check(self):
        jobs = self.site.all_jobs()
        submitted = self.site.submitted()
        again = {job["id"] for job in jobs if job["attempt"] > 1}
        stories = {id_: self.site.ask("explain", id_) for id_ in again}
        time.sleep(max(0, self.granted_at + 5 - time.time()))  # all that expires has expired
        self.site.ok("expire")
        wrong = list(self.notebook.wrong)
        wrong += books.check_promises(self.notebook, jobs)
        wrong += [what for job in jobs for what in books.check_bill(job)]
        wrong += books.check_accounts(self.site, self.notebook, jobs)
        wrong += books.check_submissions(jobs, stories, submitted)
        waits = list(books.rescue_times(stories, self.ups))
        if max(waits, default=0) > 5:
            wrong.append(f"a lost job waited for {max(waits):.1f} s beside a live scheduler")
        if self.rounds >= 20 and (len(jobs) < 3 * self.rounds or len(waits) < self.rounds / 4):
            wrong.append(f"too little happened: {len(jobs)} jobs, {len(waits)} rescued")
        self.sum_up(jobs, waits, submitted)
        return wrong

    def sum_up(self, jobs, waits, submitted):
        states = {state: sum(job["state"] == state for job in jobs)
                  for state in ("completed", "failed", "cancelled")}
        net = sum(job["charge"]["net"] for job in jobs)
        audit = self.site.audit()["checked"]
        print(f"kill loop: seed {self.seed}, {len(self.ups)} processes in {self.rounds} rounds, "
              f"{len(jobs)} jobs ({', '.join(f'{n} {state}' for state, n in states.items())}), "
              f"{len(submitted)} submissions, {len(waits)} rescued, "
              f"{sum(job.get('poison', False) for job in jobs)} poison, "
              f"longest rescue {max(waits, default=0):.2f} s, "
              f"{self.notebook.killed} callers killed, {self.notebook.repeats} keys repeated, "
              f"net {net} credits, audit clean over {audit['entries']} entries")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--keep", action="store_true", help="leave the folder for a look")
    arguments = parser.parse_args()
    print(f"kill loop: seed {arguments.seed}", flush=True)
    loop = Loop(arguments.rounds, arguments.seed)
    try:
        loop.play()
        wrong = loop.drain() + loop.check()
    finally:
        if arguments.keep:
            print(loop.site.folder)
        else:
            loop.site.close()
    for what in wrong[:40]:
        print(what)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
