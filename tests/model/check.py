#!/usr/bin/env python3
"""Checks job.pml with spin, every interleaving of it: as it is, it must hold; each broken variant
must fail. Writes one line for each."""
import subprocess
import sys
import tempfile
from pathlib import Path

MODEL = Path(__file__).resolve().parent / "job.pml"
RIGHT = [["JOBS=1"], ["JOBS=2", "CRASHES=1", "CANCELS=0"]]
BROKEN = [["UNFENCED_FINISH"], ["REFUND_UNCHECKED"], ["RESCUE_UNCHECKED"], ["CHARGE_APART"],
          ["REFUND_APART"], ["NEW_KEY"], ["OVERDRAW", "JOBS=2"], ["NO_RESCUE"]]


def search(defines, cycles=False, optimise="-O1"):
    """What spin's search of all states says: how many there are, and the first error; none: ''.
    `cycles`: looks for runs that never end."""
    flags = ["-D" + each for each in defines]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["spin", *flags, "-a", str(MODEL)], cwd=folder, check=True,
                       capture_output=True)
        kind = "-DNP" if cycles else "-DSAFETY"
        subprocess.run(["clang-19", optimise, "-w", kind, "-DMEMLIM=2000", "-o", "pan", "pan.c"],
                       cwd=folder, check=True)
        look = ["./pan", "-m100000", *(["-l"] if cycles else [])]
        said = subprocess.run(look, cwd=folder, capture_output=True, text=True).stdout
    states = [line.split()[0] for line in said.splitlines() if "states, stored" in line]
    errors = [line[len("pan:1: "):] for line in said.splitlines() if line.startswith("pan:1: ")]
    whole = "errors: 0" in said and "Search not completed" not in said and states
    if not whole and not errors:
        sys.exit(f"{defines}: the search did not come to its end\n{said}")
    return int(states[0]), errors[0] if errors else ""


def main():
    wrong = 0
    for defines in RIGHT:
        states, error = search(defines)
        wrong += 1 if error else 0
        print(f"{' '.join(defines)}: {error or 'holds'}, {states} states")
    states, error = search(RIGHT[0], cycles=True)
    wrong += 1 if error else 0
    print(f"{' '.join(RIGHT[0])}: {error or 'every run ends'}, {states} states")
    for defines in BROKEN:
        states, error = search(defines, optimise="-O0")  # soon found
        wrong += 0 if error else 1
        print(f"{' '.join(defines)}: {error or 'NOT FOUND'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
