#!/usr/bin/env python3
"""Does the simulation find bugs? Each patch in mutants/ plants one in a copy of a file of the
rules; the simulation that has it instead of the right one must fail.
  mutants.py            all of them, with what is built in build/dev (ninja simulation)
  mutants.py NAME…      only these
  mutants.py --check    only whether the patches still fit"""
import json
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[1]
BUILD = TOP / "build" / "dev"
SEEDS = 10_000  # those of every run
FEWEST = 20


def patch(folder, diff, *more):
    return subprocess.run(["patch", "-p1", "--force", *more, "-i", str(diff)], cwd=folder,
                          capture_output=True, text=True)


def check(diffs):
    """Whether all fit."""
    stale = 0
    for diff in diffs:
        done = patch(TOP, diff, "--dry-run")
        if done.returncode != 0:
            stale += 1
            print(f"{diff.name} does not fit any more: {done.stdout}{done.stderr}")
    print(f"{len(diffs) - stale} of {len(diffs)} planted bugs fit the rules")
    return stale == 0 and len(diffs) >= FEWEST


def compile_commands():
    """How each file of the simulation is compiled, several of the rules as one, and to which
    object."""
    commands = {}
    for each in json.loads((BUILD / "compile_commands.json").read_text()):
        words = shlex.split(each["command"])
        target = words[words.index("-o") + 1]
        if "simulation.dir" in target:
            commands[each["file"]] = (words, target)
    return commands


def build(folder, commands, file):
    """The simulation with that file of the folder in the place of the right one."""
    right = str(TOP / file)
    source = next(each for each in commands
                  if each == right or f'"{right}"' in Path(each).read_text())
    wrong = folder / "changed.cpp"
    wrong.write_text(Path(source).read_text().replace(right, str(folder / file)))
    words, target = commands[source]
    changed = folder / "changed.o"
    words = [str(wrong) if word == source else word for word in words]
    words[words.index("-o") + 1] = str(changed)
    if "-MF" in words:
        words[words.index("-MF") + 1] = str(folder / "changed.d")
    subprocess.run([*words, "-w"], cwd=BUILD, check=True)  # bugs leave parameters unused
    objects = [str(changed) if other == target else str(BUILD / other)
               for _, other in commands.values() if "cmake_pch" not in other]
    program = folder / "simulation"
    subprocess.run(["clang++-19", "-fuse-ld=lld", *objects, "-lcrypto", "-o", str(program)],
                   check=True)
    return program


def hunt(commands, diff):
    """What the simulation says of the bug; empty: nothing is wrong."""
    file = re.search(r"^\+\+\+ b/(\S+)", diff.read_text(), re.MULTILINE).group(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy = folder / file
        copy.parent.mkdir(parents=True)
        copy.write_text((TOP / file).read_text())
        done = patch(folder, diff)
        if done.returncode != 0:
            sys.exit(f"{diff.name} does not fit: {done.stdout}")
        program = build(folder, commands, file)
        done = subprocess.run([str(program), "--seeds", str(SEEDS)], capture_output=True,
                              text=True, errors="replace")
        return done.stdout if done.returncode == 1 else ""


def main(names):
    diffs = sorted((HERE / "mutants").glob("*.patch"))
    if names == ["--check"]:
        return 0 if check(diffs) else 1
    commands = compile_commands()
    diffs = [diff for diff in diffs if not names or diff.stem in names]
    missed = 0
    for diff in diffs:
        said = hunt(commands, diff)
        found = re.search(r"seed (\d+) fails, with (\d+) of its \d+ steps: *(.*)", said)
        missed += 0 if found else 1
        text = "seed {}, {} steps: {}".format(*found.groups()) if found else "NOT FOUND"
        print(f"{diff.stem}: {text}", flush=True)
    print(f"{len(diffs) - missed} of {len(diffs)} planted bugs found")
    return 1 if missed or not diffs else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
