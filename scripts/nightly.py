#!/usr/bin/env python3
"""What takes too long for every change: once a night, or by hand.
  scripts/nightly.py                   everything, about four hours on two cores
  scripts/nightly.py --seconds 60      that long for each fuzz target; otherwise 600
  scripts/nightly.py STEP…             some of: fuzz, coverage, tsan, long
fuzz: all targets, optimised, and what leads further becomes a seed. coverage: the branches of the
core rooms. tsan: races. long: the suites that ./test leaves out (planted bugs, all bad days, …).
A line for each step at its end, and what each said in build/nightly/DATE/. Exit code 1: one failed.
"""
import argparse
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]


def long_suites():
    """Those with the label; ./test builds what they need."""
    subprocess.run(["./test", "--list"], cwd=TOP, check=True, stdout=subprocess.DEVNULL)
    told = subprocess.run(["ctest", "--test-dir", "build/dev", "-N", "-L", "^long$"], cwd=TOP,
                          check=True, capture_output=True, text=True).stdout
    names = [line.split(": ", 1)[1] for line in told.splitlines() if " Test " in line]
    return [["./test", f"^{name}$"] for name in names]


def steps(seconds):
    """The name of each and what it runs, one after the other; the first failure ends it."""
    fuzz = [["cmake", "--preset", "fuzz"],
            ["cmake", "--build", "build/fuzz", "--target", "fuzz_targets"],
            ["python3", "-B", "tests/fuzz/run.py", "--preset", "fuzz", "--keep",
             "--seconds", str(seconds)]]
    return {"fuzz": lambda: fuzz,
            "coverage": lambda: [["scripts/coverage.py"]],
            "tsan": lambda: [["scripts/tsan.py"]],
            "long": long_suites}


def take(name, commands, folder):
    """Runs one step; true if all went well. A long suite that fails does not keep off the next."""
    began = time.monotonic()
    good = True
    with open(folder / f"{name}.log", "w", encoding="utf-8") as log:
        try:
            chosen = commands()
        except (OSError, subprocess.CalledProcessError) as error:
            print(error, file=log)
            chosen = []
        if not chosen:
            print("nothing was found that is to run", file=log)
            good = False
        for words in chosen:
            print("==", *words, file=log, flush=True)
            done = subprocess.run(words, cwd=TOP, stdin=subprocess.DEVNULL, stdout=log,
                                  stderr=subprocess.STDOUT, check=False)
            good = good and done.returncode == 0
            if not good and name != "long":
                break
    last = (folder / f"{name}.log").read_text(errors="replace").strip().splitlines()[-1]
    line = f"{'passed' if good else 'FAILED'}  {name:<9}{time.monotonic() - began:7.0f} s  {last}"
    print(line, flush=True)
    with open(folder / "summary.txt", "a", encoding="utf-8") as summary:
        print(line, file=summary)
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("steps", nargs="*", metavar="STEP")
    wanted = parser.parse_args()
    there = steps(wanted.seconds)
    names = wanted.steps or list(there)
    if set(names) - set(there):
        parser.error(f"the steps are {', '.join(there)}")
    folder = TOP / "build" / "nightly" / datetime.now().strftime("%Y-%m-%d-%H%M%S")
    folder.mkdir(parents=True)
    good = [take(name, there[name], folder) for name in names]
    print(f"reports: {folder.relative_to(TOP)}")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
