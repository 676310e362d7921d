#!/usr/bin/env python3
"""How fast audio is measured beside others: makes a mixed corpus of 1,000 files with ffmpeg and
lame, measures it with `tallyman measure` (a release build), mutagen and ffprobe, and prints files
for each second of one core's time (user and system, helpers included). Needs ffmpeg, lame and
python3-mutagen.

    TALLYMAN_BIN=build/release/bin/tallyman python3 bench/media.py [--corpus FOLDER] [--runs N]

Starting is not what is compared: mutagen is counted from after its import on, and Tallyman measures
the corpus ten times over. ffprobe is a program for each file, as it is mostly used.
"""
import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FILES = 1_000
TIMES = 10  # that Tallyman is given each of them
# Name, rate, channels, and how ffmpeg makes it; lame is given where it is the encoder.
KINDS = [
    ("mp3", 24_000, 1, ["-b:a", "64k"]),
    ("mp3", 44_100, 2, ["-q:a", "4"]),
    ("lame.mp3", 24_000, 1, ["--quiet", "-V", "4"]),
    ("wav", 24_000, 1, []),
    ("flac", 24_000, 1, []),
    ("ogg", 44_100, 2, ["-c:a", "libvorbis"]),
    ("opus", 48_000, 1, ["-c:a", "libopus", "-b:a", "32k"]),
    ("m4a", 44_100, 2, ["-c:a", "aac", "-b:a", "96k"]),
    ("aac", 24_000, 1, ["-c:a", "aac", "-b:a", "48k"]),
    ("aiff", 24_000, 1, []),
]
SECONDS = [0, 1, 2, 3, 4, 5, 7, 10, 15, 30]  # as generated speech is: mostly short


def encode(target, kind, rate, channels, options, seconds):
    source = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i",
              f"anoisesrc=amplitude=0.02:color=pink:sample_rate={rate}:duration={seconds}.123"]
    if kind != "lame.mp3":
        subprocess.run([*source, "-ac", str(channels), *options, target], check=True)
        return
    wave = f"{target}.wav"
    subprocess.run([*source, "-ac", str(channels), wave], check=True)
    subprocess.run(["lame", *options, wave, target], check=True)
    os.unlink(wave)


def corpus(folder):
    """1,000 files; each encoded one is there ten times, under different names."""
    for kind, rate, channels, options in KINDS:
        for seconds in SECONDS:
            first = folder / f"{rate}-{seconds}-0.{kind}"
            if not first.exists():
                encode(str(first), kind, rate, channels, options, seconds)
            for copy in range(1, FILES // len(KINDS) // len(SECONDS)):
                target = folder / f"{rate}-{seconds}-{copy}.{kind}"
                if not target.exists():
                    shutil.copy(first, target)
    return sorted(str(path) for path in folder.iterdir())


def children_time():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def of_children(run):
    """(wall seconds, CPU seconds) of the programs that `run` starts and waits for."""
    wall, used = time.perf_counter(), children_time()
    run()
    return time.perf_counter() - wall, children_time() - used


def tallyman(files, taglib):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TALLYMAN_")}
    environment["TALLYMAN_MEDIA_TAGLIB"] = taglib

    def run():
        done = subprocess.run([os.environ["TALLYMAN_BIN"], "--json", "measure", *files * TIMES],
                              capture_output=True, env=environment, check=False)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        failed = [line for line in lines if "error" in line]
        if len(lines) != len(files) * TIMES or failed:
            sys.exit(f"tallyman failed: {failed[:3]} {done.stderr.decode()[:500]}")
    return of_children(run)


# In a process of its own, so that nothing of this one counts.
MUTAGEN = """
import sys, time, mutagen
files = sys.stdin.read().splitlines()
wall, used = time.perf_counter(), time.process_time()
for file in files:
    mutagen.File(file).info.length
print(time.perf_counter() - wall, time.process_time() - used)
"""


def mutagen(files):
    done = subprocess.run(["/usr/bin/python3", "-c", MUTAGEN], input="\n".join(files), text=True,
                          capture_output=True, check=True)
    wall, used = done.stdout.split()
    return float(wall), float(used)


def ffprobe(files):
    def run():
        for file in files:
            subprocess.run(["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of",
                            "csv=p=0", file], stdout=subprocess.DEVNULL, check=True)
    return of_children(run)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", help="kept there and used again; otherwise temporary")
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tallyman-bench-") as scratch:
        folder = Path(given.corpus or scratch)
        folder.mkdir(parents=True, exist_ok=True)
        files = corpus(folder)
        size = sum(os.path.getsize(file) for file in files)
        print(f"{len(files)} files, {size / 1e6:.0f} MB, {os.cpu_count()} cores")
        many = files * TIMES
        few = files[::10]  # a process each: a hundred of them are enough
        contestants = {
            "tallyman, without TagLib": (lambda: tallyman(files, "false"), many),
            "tallyman, TagLib of a sample": (lambda: tallyman(files, "sample"), many),
            "tallyman, TagLib of all": (lambda: tallyman(files, "true"), many),
            "mutagen": (lambda: mutagen(files), files),
            "ffprobe": (lambda: ffprobe(few), few),
        }
        times = {name: [] for name in contestants}
        for _ in range(given.runs):  # in turns, so that a noisy minute is shared
            for name, (run, _) in contestants.items():
                times[name].append(run())
        report(times, {name: len(of) for name, (_, of) in contestants.items()})


def report(times, counts):
    rates = {name: counts[name] / statistics.median(used for _, used in runs)
             for name, runs in times.items()}
    print(f"{'':<30}{'files/s, wall':>14}{'per core':>10}{'x mutagen':>11}{'x ffprobe':>11}")
    for name, runs in times.items():
        wall = counts[name] / statistics.median(wall for wall, _ in runs)
        print(f"{name:<30}{wall:>14,.0f}{rates[name]:>10,.0f}"
              f"{rates[name] / rates['mutagen']:>11.1f}{rates[name] / rates['ffprobe']:>11.0f}")


if __name__ == "__main__":
    main()
