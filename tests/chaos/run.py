#!/usr/bin/env python3
"""Chaos on the real thing: PostgreSQL with a replica, Redis under Sentinel, workers on hosts of
their own, a provider that counts, load that never stops; and one bad day after another, in an order
that the seed gives. After each phase every job and every credit must be where it belongs.

    TALLYMAN_BIN=build/release/bin/tallyman python3 tests/chaos/run.py --minutes 10
        --minutes N       on and on for so long; each phase once in any case (default: that)
        --seed N          the order of an earlier run
        --only NAME…      these phases only
        --rate N          jobs a second, default 30
        --json FILE       the figures, too
        --keep            leave the folder of a run that went wrong, for a look

It prints for each phase: the longest time without a job done; how long after the harm was over the
first one was done, and jobs were done as fast as before; attempts lost with their worker, and after
how long the last was rescued; and what must be 0: promised jobs that are lost, jobs that the
provider made twice, charges debited twice. `submits` is how often one job was submitted at the most
until then under a key that the provider honours: more than once only where an attempt was lost or
tried again."""
import argparse
import json
import os
import random
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", folder) for folder in ("support", "crash", "bad_days")]

import network  # noqa: E402
from chaos import Chaos  # noqa: E402
from days import Skipped  # noqa: E402
from phases import PHASES  # noqa: E402
from private_parts import Trouble, leave_in_order  # noqa: E402

ROW = "{:26} {:>5} {:>6} {:>7} {:>8} {:>10} {:>7} {:>7} {:>5} {:>10} {:>7} {:>8}  {}"
HEAD = ("phase", "at s", "jobs", "pause s", "first s", "full rate", "rescued", "after s", "lost",
        "made twice", "submits", "debited", "books")


def seconds(figure):
    return "–" if figure is None else f"{figure:.1f}"


class Run:
    def __init__(self, given, alone):
        self.given, self.figures, self.wrong = given, [], []
        self.dice = random.Random(given.seed)
        self.world = Chaos(given.rate, given.seed, alone)
        self.world.dice = random.Random(f"{given.seed} harm")
        self.began = time.time()

    def order(self):
        """Each phase once, in some order; then on, if there is time."""
        chosen = [phase for phase in PHASES if not self.given.only or phase.name in self.given.only]
        while True:
            yield from self.dice.sample(chosen, len(chosen))

    def play(self):
        self.world.begin()
        for number, phase in enumerate(self.order()):
            once = number >= len(self.given.only or PHASES)
            if once and time.time() - self.began > self.given.minutes * 60:
                break
            self.one(phase)
            if self.wrong:
                break

    def one(self, phase):
        world = self.world
        world.wrong, world.blows, world.began = [], [], time.time()
        row = {"phase": phase.name, "at": round(world.began - self.began, 1)}
        try:
            world.pass_time(3)
            phase.harm(world)
            row["harm_s"] = round(time.time() - world.began, 1)
            self.judge(row)
            row["took_s"] = round(time.time() - world.began, 1)
        except Skipped as why:
            row["skipped"] = str(why)
        except Exception as error:  # what went before is still worth having
            world.wrong.append(f"it broke off: {error!r}")
        world.feeder.latency_ms = 300
        row["wrong"] = world.wrong
        self.wrong += world.wrong
        self.figures.append(row)
        self.show(row)

    def judge(self, row):
        world = self.world
        row["first_s"], row["full_rate_s"] = world.wait_until_well()
        row["pause_s"] = world.longest_pause()
        if row["full_rate_s"] is None:
            world.wrong.append("jobs are not done as fast as before, after 60 s")
        world.none_stranded()
        world.back_to_order()
        lost = world.books.lost_attempts(world.began)
        row["rescued"] = len(lost)
        row["rescue_s"] = max((at - max((blow for blow in world.blows if blow <= at), default=at)
                               for at in lost), default=None)
        row |= world.books.check()

    def show(self, row):
        if "skipped" in row:
            print(f"{row['phase']:26} skipped: {row['skipped']}", flush=True)
            return
        print(ROW.format(
            row["phase"], f"{row['at']:.0f}", row.get("jobs", "–"), seconds(row.get("pause_s")),
            seconds(row.get("first_s")),
            seconds(row.get("full_rate_s")), row.get("rescued", "–"), seconds(row.get("rescue_s")),
            row.get("lost", "–"), row.get("made_twice", "–"), row.get("most_submits", "–"),
            row.get("charged_twice", "–"), "wrong" if row["wrong"] else "clean"), flush=True)
        for what in row["wrong"][:20]:
            print(f"    {what}", flush=True)

    def end(self):
        """All that was asked for has come to its end, and all programs end in good order."""
        world = self.world
        world.wrong = []
        world.finish()
        row = {"phase": "the end", "at": round(time.time() - self.began, 1)} | world.books.check()
        row["wrong"] = world.wrong
        self.wrong += world.wrong
        self.figures.append(row)
        self.show(row)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--minutes", type=float, default=0)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=[p.name for p in PHASES])
    parser.add_argument("--rate", type=int, default=30)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--keep", action="store_true")
    return parser.parse_args()


def main():
    alone = network.alone()
    given = parse()
    leave_in_order()
    try:
        return play(given, alone)
    except Trouble as error:
        print(f"chaos: {error}", file=sys.stderr)
        return 2


def play(given, alone):
    again = f"python3 tests/chaos/run.py --seed {given.seed} --rate {given.rate}"
    again += f" --minutes {given.minutes:g}" if given.minutes else ""
    again += " --only " + " ".join(f"'{name}'" for name in given.only) if given.only else ""
    print(f"chaos: seed {given.seed}, {given.rate} jobs a second, "
          f"{'hosts are network namespaces' if alone else 'all on one host'}", flush=True)
    print(ROW.format(*HEAD), flush=True)
    run = Run(given, alone)
    try:
        run.play()
        if not run.wrong:
            run.end()
    finally:
        if given.keep and run.wrong:
            print(f"left: {run.world.site.folder}")
        run.world.close(given.keep and bool(run.wrong))
    if given.json:
        with open(given.json, "w", encoding="utf-8") as file:
            json.dump({"seed": given.seed, "rate": given.rate, "phases": run.figures}, file,
                      indent=1)
    if run.wrong:
        print(f"chaos: {len(run.wrong)} things are wrong, the first: {run.wrong[0][:300]}\n"
              f"repeat it: TALLYMAN_BIN={os.environ.get('TALLYMAN_BIN', '…')} {again}")
        return 1
    skipped = sorted({row["phase"] for row in run.figures if "skipped" in row})
    done = sum("skipped" not in row for row in run.figures) - 1
    if not done:
        print(f"chaos: no phase could be had here; skipped: {', '.join(skipped)}")
        return 1
    print(f"chaos: {done} phases in {time.time() - run.began:.0f} s, "
          f"{len(skipped)} skipped{''.join(f' ({name})' for name in skipped)}, seed "
          f"{given.seed}: nothing lost, nothing doubled, the books are clean")
    return 0


if __name__ == "__main__":
    sys.exit(main())
