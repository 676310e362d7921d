#!/usr/bin/env python3
"""Every fuzz target for a bounded time on the seeds in fuzz/corpus, one for each core at once.

    python3 tests/fuzz/run.py [--seconds 3] [--preset dev] [NAME…]

Needs the targets `fuzz_targets` of a preset: `dev`, which ./test builds, or for long runs `fuzz`, whose
are optimised. What a target finds is kept in build/found/NAME, and its last lines are printed. The one
that looks for faults of TagLib runs only when it is named: the sandbox is our answer to those.
"""
import argparse
import concurrent.futures
import os
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
SEEDS = {"media_taglib": "media_measure"}  # where the name is another


def fuzz(built, name, seconds):
    found = TOP / "build" / "found" / name
    found.mkdir(parents=True, exist_ok=True)
    seeds = TOP / "fuzz" / "corpus" / SEEDS.get(name, name)
    folders = [str(found)] + ([str(seeds)] if seeds.is_dir() else [])
    done = subprocess.run(
        [str(built / f"{name}_fuzz"), f"-max_total_time={seconds}", "-timeout=20",
         "-rss_limit_mb=2048", "-print_final_stats=1", f"-artifact_prefix={found}/", *folders],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False,
        timeout=seconds + 120)
    return name, done.returncode, done.stderr


def runs_of(output):
    line = next((line for line in output.splitlines() if "number_of_executed_units" in line), "")
    return int(line.split()[-1]) if line else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--preset", default="dev", choices=["dev", "fuzz"])
    wanted = parser.parse_args()
    there = sorted(path.stem.removesuffix("_fuzz") for path in (TOP / "fuzz").glob("*_fuzz.cpp"))
    there.remove("media_taglib")
    names = wanted.names or there
    built = TOP / "build" / wanted.preset / "bin"
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, code, output in pool.map(lambda name: fuzz(built, name, wanted.seconds), names):
            runs = runs_of(output)
            bad = code != 0 or runs == 0
            failed += bad
            print(f"{'FAILED' if bad else 'passed'}  {name}: {runs:,} runs", flush=True)
            if bad:
                print("\n".join(output.splitlines()[-30:]), flush=True)
    return 1 if failed or not names else 0


if __name__ == "__main__":
    sys.exit(main())
