#!/usr/bin/env python3
"""Bad days of a running system: the real program, real servers, load, harm; then every job must
have been run and paid exactly once, the audit be clean, and the work go on as fast as before soon.

    TALLYMAN_BIN=build/release/bin/tallyman python3 tests/bad_days/run.py [DAY…]
        --store postgres|sqlite    default postgres
        --rate N                   jobs a second, default 60
        --by sql|verb              how most of them are enqueued, default sql
        --keep                     leave the folders of days that went wrong, for a look

Prints a table: jobs, submissions to the provider, attempts that were lost with their worker, calls
to enqueue that failed, seconds until all was well again and how many are allowed."""
import argparse
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support"), os.path.join(HERE, "..", "crash")]

from days import DAYS, Skipped
from world import World

ROW = "{:22} {:>6} {:>10} {:>6} {:>8} {:>12} {:>8}  {}"


def seconds_until_well(day, world, jobs):
    if day.what == "full rate":
        return world.recovery(jobs)
    return max(world.rescues, default=None)


def live_through(day, given):
    """The row of the table, and what was wrong."""
    world = World(given.store, day, given.rate, given.by == "sql")
    try:
        world.begin(workers=2)
        day.harm(world)
        world.pass_time(4)
        world.drain()
        jobs, submitted = world.check()
        took = seconds_until_well(day, world, jobs)
        if took is None or took > day.limit:
            world.wrong.append(f"{day.what} took {took} s, at most {day.limit} are allowed")
        row = ROW.format(day.name, len(jobs), submitted, len(world.rescues), world.feeder.refusals,
                         "never" if took is None else f"{took:.1f}", day.limit,
                         "wrong" if world.wrong else "clean")
        return row, world.wrong
    finally:
        keep = given.keep and world.wrong
        if keep:
            print(f"left: {world.site.folder}")
        world.close(keep)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("days", nargs="*", metavar="DAY", choices=[[], *(d.name for d in DAYS)])
    parser.add_argument("--store", choices=["postgres", "sqlite"], default="postgres")
    parser.add_argument("--rate", type=int, default=60)
    parser.add_argument("--by", choices=["sql", "verb"], default="sql")
    parser.add_argument("--keep", action="store_true")
    return parser.parse_args()


def main():
    given, failed = parse(), 0
    print(ROW.format("bad day", "jobs", "submitted", "lost", "refused", "well after s", "allowed",
                     f"books ({given.store})"), flush=True)
    for day in DAYS:
        if given.days and day.name not in given.days:
            continue
        if given.store not in day.stores:
            continue
        try:
            row, wrong = live_through(day, given)
        except Skipped as why:
            row, wrong = f"{day.name:22} skipped: {why}", []
        except Exception as error:  # the other days are still worth having
            row, wrong = f"{day.name:22} broke off", [repr(error)]
        print("\n".join([row, *(f"    {what}" for what in wrong[:20])]), flush=True)
        failed += bool(wrong)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
