"""Kills a worker with SIGKILL just when its jobs have come to a certain step, and tells what became
of them afterwards. For any provider whose submits can be counted."""
import sqlite3
from pathlib import Path

from support import until


def rows(site, sql, *values):
    """Read-only, beside the program."""
    path = Path(site.data) / "tallyman.db"
    store = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)
    try:
        return store.execute(sql, values).fetchall()
    finally:
        store.close()


def kill_at(running, reached, seconds=60):
    """Waits until `reached()` and kills at once."""
    until(reached, seconds, 0.005)
    running.kill()


def all_claimed(site, count):
    return lambda: len(rows(site, "SELECT id FROM jobs WHERE state = 1")) == count


def all_taken(site, count):
    return lambda: len(site.submitted()) >= count


def all_stored(site, count):
    return lambda: len(rows(site, "SELECT id FROM jobs WHERE task <> ''")) == count


def at_rest(site, ids, seconds=60):
    """The jobs, once each of them has ended or is parked."""
    jobs = {}

    def rests():
        for id_ in ids:
            jobs[id_] = site.job(id_)
        return all(job["state"] in ("completed", "failed", "cancelled") or job.get("parked")
                   for job in jobs.values())

    until(rests, seconds, 0.2)
    return jobs


def submits_of(site, id_):
    return [line for line in site.submitted() if line[0] == str(id_)]
