#!/usr/bin/env python3
"""How soon the console shows something useful with a million jobs in the store: from the address to
the first row, in Debian's Chromium, signed in, medians of several visits. The jobs are copies of a
few that ran, put into the embedded store by SQL; nobody bills them. Needs what ./test console does.

    TALLYMAN_BIN=build/release/bin/tallyman python3 bench/console.py [--jobs N]
"""
import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOP / "tests/openapi"))
import npm  # noqa: E402

PACKAGES = npm.PROGRAM.parents[1] / "console-tests"


def fill(file, jobs):
    store = sqlite3.connect(file, timeout=60)
    names = [row[1] for row in store.execute("PRAGMA table_info(jobs)")]
    given = ["? + n.value" if name == "id" else name for name in names]
    ids = [row[0] for row in store.execute("SELECT id FROM jobs ORDER BY id")]
    store.execute("PRAGMA synchronous = OFF")
    with store:
        for number, job in enumerate(ids):
            store.execute(
                "WITH RECURSIVE n(value) AS (SELECT 0 UNION ALL SELECT value + ? FROM n LIMIT ?)"
                f" INSERT INTO jobs SELECT {', '.join(given)} FROM jobs, n WHERE jobs.id = ?",
                (len(ids), jobs // len(ids), max(ids) + 1 + number, job))
    count = store.execute("SELECT count(*) FROM jobs").fetchone()[0]
    store.close()
    return count


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


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--jobs", type=int, default=1_000_000)
    wanted = arguments.parse_args()
    npm.install(TOP / "tests/console", PACKAGES)
    with tempfile.TemporaryDirectory(prefix="tallyman-console-bench-") as folder:
        data = Path(folder, "data")
        environment = {**os.environ, "TALLYMAN_DATA_DIR": str(data)}
        environment.pop("TALLYMAN_BIN", None)
        up, url = start(environment)
        key = (data / "admin.key").read_text(encoding="utf-8").strip()
        for service in ("script", "tts", "title", "polish"):
            call(url, key, "/api/jobs", b'{"service": "%b", "user_id": "ann", "input": {"text": '
                 b'"Every credit is counted."}}' % service.encode())
        while b'"finished_at":null' in call(url, key, "/api/jobs"):
            time.sleep(0.1)
        up.terminate()
        up.wait()
        print(f"{fill(next(data.glob('*.db')), wanted.jobs):,} jobs")
        up, url = start(environment)
        done = subprocess.run(["node", TOP / "bench/console.mjs"], check=False, env={
            **environment, "TALLYMAN_URL": url, "TALLYMAN_KEY": key,
            "CONSOLE_PACKAGES": str(PACKAGES), "CONSOLE_SHOTS": folder})
        up.terminate()
        up.wait()
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
