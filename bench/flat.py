#!/usr/bin/env python3
"""Whether PostgreSQL stays as fast with a long history: measures `tallyman bench` on a fresh
private server with durable settings, adds finished jobs (10 million unless told otherwise) and a
long queue of another service (1 million), and measures again. That queue is paused, or the workers
measured would work it off too. Prints both and the ratio.

    TALLYMAN_BIN=build/release/bin/tallyman python3 bench/flat.py [FINISHED [QUEUED [JOBS]]]
"""
import json
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))
from private_postgres import PrivatePostgres  # noqa: E402

FREE_JOB = """
INSERT INTO tallyman.jobs SELECT {first} + i, 1 + i % {accounts}, 1700000000000, 0,
  1700000000000, 0, 0, 1700000000000, {finished}, 1700000000000, 0, 0, 0, 0, 0, 0, -1, 0,
  {attempt}, 0, 0, 0, 100, {state}, 0, false, false, false, false, false, false, false, false,
  '', 'demo', '', '', '', '', '{{"ok":true}}', '', 'someone', 'other', '', '\\x', '', '', '',
  '{terms}', 'v', '{{"text":"a line of text to be spoken, sixty bytes of it"}}'
FROM generate_series(1, {count}) AS i
"""


def bench(url, jobs):
    environment = {key: value for key, value in os.environ.items()
                   if not key.startswith("TALLYMAN_")}
    answer = subprocess.run(
        [os.environ["TALLYMAN_BIN"], "--json", "bench", "--store", url, "--jobs", str(jobs),
         "--users", "100000"], capture_output=True, text=True, check=True, env=environment)
    return json.loads(answer.stdout)


def fill(server, finished, queued):
    """Free jobs: they need no entries, and the audit still checks each."""
    terms = server.psql("SELECT 'free'").strip()
    step = 1_000_000
    for done in range(0, finished + queued, step):
        count = min(step, finished + queued - done)
        ended = done < finished
        first = int(server.psql(f"SELECT setval('tallyman.job_ids', nextval('tallyman.job_ids') "
                                f"+ {count + 1})").strip()) - count - 1
        server.psql("SELECT tallyman.make_room()")
        server.psql(FREE_JOB.format(first=first, count=count, accounts=100_000, terms=terms,
                                    finished=1700000000000 if ended else 0,
                                    attempt=1 if ended else 0, state=2 if ended else 0))
        if not ended:
            server.psql("INSERT INTO tallyman.ready SELECT id, id, account, 0, service FROM "
                        f"tallyman.jobs WHERE id > {first} AND state = 0 AND service = 'other'")
        print(f"  {done + count:,} jobs added", flush=True)
    server.psql("INSERT INTO tallyman.queues VALUES ('other', 1)")
    server.psql("VACUUM (ANALYZE)")
    server.psql("CHECKPOINT")  # what the filling left to write must not be written while we measure


def main():
    finished, queued, jobs = (int(given) if given else default for given, default in zip(
        sys.argv[1:] + [""] * 3, (10_000_000, 1_000_000, 200_000)))
    server = PrivatePostgres(durable=True)
    server.start()
    try:
        bench(server.url, 20_000)  # the schema, and warm files
        empty = bench(server.url, jobs)
        fill(server, finished, queued)
        full = bench(server.url, jobs)
    finally:
        server.stop()
    print(f"{'':28}{'empty':>10}{'full':>10}{'ratio':>8}")
    for key in ("billed_per_s", "processed_per_s", "enqueue_per_s"):
        print(f"{key:28}{empty[key]:>10}{full[key]:>10}{full[key] / empty[key]:>8.2f}")
    print(f"audit: {empty['audit']}, {full['audit']}")
    return 0 if full["billed_per_s"] >= 0.85 * empty["billed_per_s"] else 1


if __name__ == "__main__":
    sys.exit(main())
