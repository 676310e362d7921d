#!/usr/bin/env python3
"""How soon the console shows something useful with a million billed jobs in the store: from the
address to the first row, in Debian's Chromium, signed in, medians of several visits. The jobs are
those of `tallyman bench` on a private PostgreSQL with durable settings, or are in the store that
is named. Needs what ./test console does.

    TALLYMAN_BIN=build/release/bin/tallyman python3 bench/console.py [--jobs N] [--store URL]
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TOP / "tests/openapi"), str(TOP / "tests/support")]
import npm  # noqa: E402
from private_postgres import PrivatePostgres  # noqa: E402

PACKAGES = npm.PROGRAM.parents[1] / "console-tests"
LIMIT_MS = 500


def start(environment):
    # pylint: disable=consider-using-with
    up = subprocess.Popen([npm.PROGRAM, "up", "--port", "0"], env=environment,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    for line in up.stdout:
        if line.startswith(b"listening on "):
            return up, line.split()[-1].decode()
    raise SystemExit("the server did not start")


def call(url, key, path, body=None):
    request = urllib.request.Request(url + path, data=body, headers={"X-Api-Key": key})
    with urllib.request.urlopen(request, timeout=60) as response:
        return response.read()


def enqueue(url, key):
    """A few jobs beside the many, so that every screen has something of its own."""
    for service in ("script", "tts", "title", "polish"):
        call(url, key, "/api/jobs", b'{"service": "%b", "user_id": "ann", "input": {"text": '
             b'"Every credit is counted."}}' % service.encode())
    failing = b'{"service": "script", "user_id": "ann", "input": {"simulate": {"outcome": ' \
              b'"failed_final"}}}'
    call(url, key, "/api/jobs", failing)
    while b'"finished_at":null' in call(url, key, "/api/jobs?user_id=ann"):
        time.sleep(0.1)


def measure(environment, folder):
    up, url = start(environment)
    try:
        made = subprocess.run([npm.PROGRAM, "--json", "keys", "create", f"bench {os.getpid()}",
                               "--scope", "admin"], env=environment, check=True,
                              capture_output=True)
        key = json.loads(made.stdout)["key"]
        enqueue(url, key)
        return subprocess.run(["node", TOP / "bench/console.mjs"], check=False, env={
            **environment, "TALLYMAN_URL": url, "TALLYMAN_KEY": key, "LIMIT_MS": str(LIMIT_MS),
            "CONSOLE_PACKAGES": str(PACKAGES), "CONSOLE_SHOTS": folder}).returncode
    finally:
        up.terminate()
        up.wait()


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--jobs", type=int, default=1_000_000)
    arguments.add_argument("--store", help="measure on this one, as it is")
    wanted = arguments.parse_args()
    npm.install(TOP / "tests/console", PACKAGES)
    server = None if wanted.store else PrivatePostgres(durable=True)
    try:
        with tempfile.TemporaryDirectory(prefix="tallyman-console-bench-") as folder:
            environment = {name: value for name, value in os.environ.items()
                           if not name.startswith("TALLYMAN_")}
            environment |= {"TALLYMAN_DATA_DIR": str(Path(folder, "data"))}
            if server:
                server.start()
                subprocess.run([npm.PROGRAM, "bench", "--store", server.url, "--users", "100000",
                                "--jobs", str(wanted.jobs)], env=environment, check=True)
                server.psql("VACUUM (ANALYZE)")
                server.psql("CHECKPOINT")
            environment["TALLYMAN_STORE_URL"] = wanted.store or server.url
            return measure(environment, folder)
    finally:
        if server:
            server.stop()


if __name__ == "__main__":
    sys.exit(main())
