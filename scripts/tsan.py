#!/usr/bin/env python3
"""The concurrent parts under ThreadSanitizer: the suites of everything that has threads, and the
program itself, built with it, under the load of suites that start it. Builds in build/tsan.
  scripts/tsan.py            all of them
  scripts/tsan.py NAME…      some
Prints each race that was found. Exit code 1: there is one, or a suite failed."""
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
BUILD = TOP / "build" / "tsan"
# Not those of single-threaded rooms, nor those that run other programs most of the time.
SUITES = ["worker_test", "http_test", "fetch_test", "redis_test", "postgres_test", "contract_test",
          "face_test", "face_money_test", "metrics_test", "identity_test", "providers_test",
          "http_provider_test", "payments_test", "storage_test", "webhooks_parts_test",
          "inbox_duty_test",
          "history", "redis_e2e", "web_test", "webhooks_test", "results", "sync_test", "bad_days"]


def run(*words, **more):
    return subprocess.run([str(word) for word in words], cwd=TOP, check=False, **more).returncode


def needed(names):
    lines = (BUILD / "suites.txt").read_text().splitlines()
    return sorted({target for line in lines for name, *targets in [line.split()] if name in names
                   for target in targets})


def races():
    """Each as the sanitizer told it, but once for each place."""
    told = {}
    for file in sorted(BUILD.glob("race.*")):
        for one in file.read_text(errors="replace").split("=" * 18):
            place = re.search(r"^SUMMARY: (.*)", one, re.MULTILINE)
            if place:
                told.setdefault(place[1], one.strip())
    return told


def main(names):
    unknown = set(names) - set(SUITES)
    if unknown:
        sys.exit(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(SUITES)}")
    names = names or SUITES
    if run("cmake", "--preset", "tsan", stdout=subprocess.DEVNULL) != 0:
        return 2
    if run("cmake", "--build", BUILD, "--", *needed(names)) != 0:
        return 2
    for old in BUILD.glob("race.*"):
        old.unlink()
    failed = run("ctest", "--test-dir", BUILD, "--output-on-failure", "--no-tests=error", "-j", 2,
                 "-R", f"^({'|'.join(names)})$")
    found = races()
    for place, story in found.items():
        print(f"\n{place}\n{story}")
    print(f"{len(names)} suites under ThreadSanitizer, {len(found)} races")
    return 1 if failed or found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
