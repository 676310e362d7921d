#!/usr/bin/env python3
"""Every fuzz target for a bounded time on the seeds in fuzz/corpus, one for each core at once.

    python3 tests/fuzz/run.py [--seconds 60] [--preset dev] [--keep] [NAME…]

The seconds are by the clock, and targets take what others leave (nice 10), so that other suites can
run beside them; the line of each tells how much of a processor it had. Needs the targets
`fuzz_targets` of a preset: `dev`, which ./test builds, or for long runs `fuzz`, whose are
optimised. What a target finds is kept in build/found/NAME, and its last lines are printed.
--keep: inputs found that lead further than the seeds become seeds (fuzz/README.md). The target that
looks for faults of TagLib runs only when it is named: the sandbox is our answer to those.
"""
import argparse
import concurrent.futures
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))

from private_parts import die_with_parent  # noqa: E402

SEEDS = {"media_taglib": "media_measure"}  # where the name is another
LEASH = ("setpriv", "--pdeathsig", "KILL", "--")  # a target ends with this program
LARGEST = 4_096  # bytes of a seed that was found
MOST = 200  # seeds of one target


def program(wanted, name):
    return str(TOP / "build" / wanted.preset / "bin" / f"{name}_fuzz")


def folders(name):
    found = TOP / "build" / "found" / name
    seeds = TOP / "fuzz" / "corpus" / SEEDS.get(name, name)
    for folder in found, seeds:
        folder.mkdir(parents=True, exist_ok=True)
    return found, seeds


def run_once(words):
    """(exit code, what it said, seconds of a processor that it took)"""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen([*LEASH, *words], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        return (process.returncode, said.read().decode(errors="replace"),
                used.ru_utime + used.ru_stime)


def runs_of(output):
    line = next((line for line in output.splitlines() if "number_of_executed_units" in line), "")
    return int(line.split()[-1]) if line else 0


def fuzz(wanted, name):
    """(whether all is well, a line that says so)"""
    found, seeds = folders(name)
    # An input may take minutes only because others had the processor.
    code, output, used = run_once(
        [program(wanted, name), f"-max_total_time={wanted.seconds}", "-timeout=600",
         "-rss_limit_mb=2048", "-print_final_stats=1", f"-artifact_prefix={found}/",
         str(found), str(seeds)])
    runs = runs_of(output)
    share = used / wanted.seconds
    bad = code != 0 or runs == 0 or share < 0.1
    text = f"{'FAILED' if bad else 'passed'}  {name}: {runs:,} runs in {used:.0f} s"
    if share < 0.5:
        text += f" of {wanted.seconds}: others had the processor"
    return not bad, "\n".join([text, *(output.splitlines()[-30:] if bad else [])])


def keep(wanted, name):
    """Adds what leads further to the seeds, the smallest first, within the bounds."""
    found, seeds = folders(name)
    before = set(seeds.iterdir())
    with tempfile.TemporaryDirectory() as folder:
        for each in found.iterdir():
            if each.stat().st_size <= LARGEST and "-" not in each.name:  # crash-… is no seed yet
                shutil.copy(each, folder)
        code, output, _ = run_once([program(wanted, name), "-merge=1", str(seeds), folder])
    new = sorted(set(seeds.iterdir()) - before, key=lambda each: each.stat().st_size)
    room = max(0, MOST - len(before))
    for each in new[room:]:
        each.unlink()
    text = f"        {name}: {len(before)} seeds and {len(new[:room])} more"
    return code == 0, "\n".join([text, *(output.splitlines()[-5:] if code else [])])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--preset", default="dev", choices=["dev", "fuzz"])
    parser.add_argument("--keep", action="store_true")
    wanted = parser.parse_args()
    die_with_parent()
    os.nice(10)
    there = sorted(path.stem.removesuffix("_fuzz") for path in (TOP / "fuzz").glob("*_fuzz.cpp"))
    there.remove("media_taglib")
    names = wanted.names or there
    bad = not names
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for step in [fuzz, keep] if wanted.keep else [fuzz]:
            for good, text in pool.map(lambda name, do=step: do(wanted, name), names):
                bad = bad or not good
                print(text, flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
