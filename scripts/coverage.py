#!/usr/bin/env python3
"""How much of the core rooms (jobs, ledger, pricing) the tests of these rooms and the simulation go
through, by branches. Builds these in build/coverage, apart from everything else.
  scripts/coverage.py           a line for each file, one for each room, and the sum
  scripts/coverage.py --show    and each branch that nobody takes
  scripts/coverage.py --again   without building and running, from what is there
Not counted are the failing sides of CHECK, which end the program, and comparisons that the compiler
writes (`= default`), and the way past all cases of a switch. Exit code 1: fewer than 95 %."""
import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
BUILD = TOP / "build" / "coverage"
PROGRAMS = ["pricing_test", "ledger_test", "cron_test", "jobs_test", "simulation"]
ROOMS = ("jobs", "ledger", "pricing")
LEAST = 95
NOT_COUNTED = re.compile(r"\bCHECK\(|= default;|\bswitch \(")


def run(*words, **more):
    return subprocess.run([str(word) for word in words], cwd=TOP, check=True, **more)


def measure():
    run("cmake", "--preset", "coverage", stdout=subprocess.DEVNULL)
    run("ninja", "-C", BUILD, *PROGRAMS)
    for old in BUILD.glob("*.profraw"):
        old.unlink()
    for program in PROGRAMS:
        what = ["--seeds", "2000", "--here"] if program == "simulation" else ["--gtest_brief=1"]
        environment = os.environ | {"LLVM_PROFILE_FILE": str(BUILD / f"{program}-%p.profraw")}
        run(BUILD / "bin" / program, *what, env=environment)
    run("llvm-profdata-19", "merge", "-sparse", "-o", BUILD / "all.profdata",
        *BUILD.glob("*.profraw"))


def branches():
    """(file, line, column) -> how often each side was taken, over all that was compiled of it."""
    taken = defaultdict(lambda: [0, 0])
    for program in PROGRAMS:
        told = run("llvm-cov-19", "export", "-format=text", "-skip-expansions",
                   BUILD / "bin" / program, "-instr-profile", BUILD / "all.profdata",
                   *(TOP / room for room in ROOMS), stdout=subprocess.PIPE,
                   stderr=subprocess.DEVNULL).stdout
        for file in json.loads(told)["data"][0]["files"]:
            name = str(Path(file["filename"]).relative_to(TOP))
            for line, column, _, _, true, false, *_ in file["branches"]:
                sides = taken[name, line, column]
                sides[0] += true
                sides[1] += false
    return taken


def added(pairs):
    pairs = list(pairs)
    return tuple(sum(each[at] for each in pairs) for at in (0, 1))


def line_of(sides, name):
    taken, count = sides
    return f"{100 * taken / max(count, 1):6.1f} %  {taken:4} of {count:4}  {name}"


def main(options):
    if "--again" not in options:
        measure()
    lines = {}
    sums = defaultdict(lambda: [0, 0])  # file -> taken, all
    for (name, line, column), sides in sorted(branches().items()):
        text = lines.setdefault(name, (TOP / name).read_text().splitlines())[line - 1]
        if NOT_COUNTED.search(text):
            continue
        sums[name][0] += sum(1 for side in sides if side > 0)
        sums[name][1] += 2
        for side, word in zip(sides, ("true", "false")):
            if side == 0 and "--show" in options:
                print(f"{name}:{line}:{column}: never {word}: {text.strip()}")
    for name, sides in sums.items():
        print(line_of(sides, name))
    for room in ROOMS:
        print(line_of(added(sides for name, sides in sums.items() if name.startswith(room + "/")),
                      room))
    taken, count = added(sums.values())
    percent = 100 * taken / max(count, 1)
    print(line_of((taken, count), f"branches of the core rooms; at least {LEAST}"))
    return 0 if percent >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
