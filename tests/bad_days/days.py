"""The bad days. Each is a function that does the harm while two workers run under load, and tells
when the harm began and when it was over; `limit` is how many seconds may pass from there."""
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from typing import Callable

from fault_proxy import FaultProxy
from private_parts import Trouble, until
from private_pgbouncer import PrivatePgbouncer
from session import Refused, Session

TERMINATE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
CLIENTS = "backend_type = 'client backend' AND pid <> pg_backend_pid()"


class Skipped(Exception):
    """Why this day can't be had here."""


@dataclass
class Day:
    name: str
    harm: Callable
    limit: float
    what: str                   # the limit is of: "full rate" or "rescue"
    stores: tuple = ("postgres",)
    redis: bool = False
    settings: dict = field(default_factory=dict)  # PostgreSQL's
    prepare: Callable = lambda world: None


def worker_killed(world):
    for _ in range(3):
        world.blow()
        world.kill(world.ups[0])
        world.up()
        world.pass_time(2)
    world.over()


def postgres_crashes(world):
    world.blow()
    world.postgres.stop("immediate")
    world.pass_time(2)
    world.postgres.start()
    world.over()


def backends_terminated(world):
    world.blow()
    for _ in range(8):
        world.postgres.psql(f"{TERMINATE} WHERE {CLIENTS}")
        world.pass_time(0.5)
    world.over()


def connections_used_up(world):
    """The workers lose theirs, and others are quicker to take all there are."""
    port, held = world.postgres.port, []
    admin = Session(port, "postgres")
    world.blow()
    try:
        end = time.monotonic() + 5
        while time.monotonic() < end:
            admin.do(f"{TERMINATE} WHERE {CLIENTS} AND application_name <> ''")
            while True:
                try:
                    held.append(Session(port, "postgres"))
                except (Refused, OSError):
                    break
            world.pass_time(0.2)
    finally:
        for session in [*held, admin]:
            session.close()
    world.over()


def small_disk(world):
    """All the store's tables are on a disk of 48 MB; the server's log of changes is not."""
    disk = world.disk = os.path.join(world.postgres.folder.path, "disk")
    os.mkdir(disk)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", disk],
                             capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        raise Skipped(f"a disk can't be mounted here: {mounted.stderr.strip()}")
    # Before the folder is removed, and after the server is gone.
    world.closing.append(lambda: subprocess.run(["umount", "-l", disk], check=True))
    world.closing.append(lambda: world.postgres.stop("immediate"))
    shutil.chown(disk, world.postgres.user)
    os.chmod(disk, 0o700)
    world.postgres.psql(f"CREATE TABLESPACE small LOCATION '{disk}'")
    world.postgres.psql("CREATE DATABASE books TABLESPACE small")
    world.postgres.database = "books"
    world.site.environment["TALLYMAN_STORE_URL"] = world.postgres.url


def disk_full(world):
    filler = os.path.join(world.disk, "filler")
    refused = world.feeder.refusals
    world.blow()
    end = time.monotonic() + 15
    while time.monotonic() < end and world.feeder.refusals < refused + 3:
        try:
            with open(filler, "ab", buffering=0) as file:
                while file.write(bytes(4096)):
                    pass
        except OSError:
            world.pass_time(0.2)
    os.remove(filler)
    world.over()
    if world.feeder.refusals == refused:
        world.wrong.append("the disk was full, and nobody was refused")


def table_locked(world):
    """For longer than a statement may take."""
    session = Session(world.postgres.port, world.postgres.database, seconds=60)
    session.do("BEGIN")
    session.do("LOCK TABLE tallyman.accounts IN ACCESS EXCLUSIVE MODE")
    world.blow()
    world.pass_time(17)
    session.close()
    world.over()


def one_more_with_jobs(world, **environment):
    """A third worker, with slow jobs in its hands."""
    world.feeder.latency_ms = 3000  # more of them at once than the other two have slots for
    running = world.up(**environment)
    if not until(lambda: world.jobs_of(running) >= world.in_hand, 20, 0.05):
        world.wrong.append("the third worker got no jobs")
    world.feeder.latency_ms = 300
    return running


def wait_for_rescue(world, running, seconds):
    end = time.monotonic() + seconds
    while world.jobs_of(running) and time.monotonic() < end:
        world.pass_time(0.2)


def link_half_open(world):
    """One worker is behind a proxy that swallows everything; its jobs must not wait for it."""
    proxy = world.own(FaultProxy(world.postgres.url))
    running = one_more_with_jobs(world, TALLYMAN_STORE_URL=proxy.url)
    proxy.black_hole()
    world.blow()
    world.over()
    wait_for_rescue(world, running, 35)
    world.pass_time(2)
    proxy.pass_()
    world.pass_time(2)


def worker_suspended(world):
    """For longer than its lease, with its connections open; then it goes on with what it has."""
    running = one_more_with_jobs(world, TALLYMAN_WORKER_HEARTBEAT="2s", TALLYMAN_WORKER_LEASE="5s")
    running.tell(signal.SIGSTOP)
    world.blow()
    world.over()
    wait_for_rescue(world, running, 35)
    world.pass_time(4)  # so that what it had is done elsewhere before it can say anything
    running.tell(signal.SIGCONT)
    world.pass_time(2)
    if not until(lambda: "job.stale" in running.log, 10):
        world.wrong.append("the suspended worker was not told that its jobs are others' by now")


def through_pgbouncer(world):
    """Workers and verbs; the SQL function is called directly."""
    world.pgbouncer = world.own(PrivatePgbouncer(world.postgres.url, pool_size=20))
    world.site.environment["TALLYMAN_STORE_URL"] = world.pgbouncer.url


def pgbouncer_killed(world):
    world.blow()
    for _ in range(3):
        world.pgbouncer.stop("kill")
        world.pass_time(1)
        world.pgbouncer.start()
        world.pass_time(1.5)
    world.over()


def commit_answers_lost(world):
    """Of every 20 commits of one worker one is done and not answered, and one never arrives."""
    proxy = world.own(FaultProxy(world.postgres.url))
    world.up(TALLYMAN_STORE_URL=proxy.url)
    world.blow()
    for number in range(12):
        (proxy.cut_before_commit if number % 2 else proxy.drop_commit_answer)(10, 1)
        until(lambda: proxy.status()["faults"] > number, 5, 0.05)
        world.pass_time(0.1)
    if proxy.status()["faults"] < 6:
        world.wrong.append(f"too few commits were harmed: {proxy.status()}")
    proxy.pass_()
    world.over()


def clock_off(world):
    """One worker's clock is an hour ahead, another's an hour behind; due times are the store's."""
    clocks = [shifted_clock(world, shift) for shift in ("+1h", "-1h")]
    world.blow()
    for clock in clocks:
        world.up(**clock)
    world.pass_time(4)
    world.over()


def shifted_clock(world, shift, **more):
    """What a program needs in its environment to have it. Not run by `faketime` itself, which would
    stay between us and it."""
    faketime = shutil.which("faketime")
    if not faketime:
        raise Skipped("faketime is not installed")
    library = subprocess.run([faketime, "-f", shift, "printenv", "LD_PRELOAD"],
                             capture_output=True, text=True, check=True).stdout.strip()
    clock = {"LD_PRELOAD": library, "FAKETIME": shift, "DONT_FAKE_MONOTONIC": "1", **more}
    tried = subprocess.run([world.site.program, "version"], capture_output=True, check=False,
                           env={**world.site.environment, **clock})
    if tried.returncode != 0:
        raise Skipped("faketime does not work with this build of the program")
    return clock


def migration(world):
    world.blow()
    for _ in range(5):
        world.site.ok("migrate")
        world.pass_time(0.5)
    world.over()


# What the next version's migration may do beside workers of this one: it adds, under names of its
# own, and removes nothing. Tables that workers write get a column, locked as long as it takes; not
# `running`, whose rows workers write whole: what is added to these goes into a table beside it.
NEXT_VERSION = """
BEGIN;
SET LOCAL lock_timeout = '5s';
SELECT pg_advisory_xact_lock(hashtextextended('tallyman schema tallyman', 0));
ALTER TABLE tallyman.accounts ADD COLUMN IF NOT EXISTS of_the_next text NOT NULL DEFAULT '';
ALTER TABLE tallyman.grants ADD COLUMN IF NOT EXISTS of_the_next bigint;
ALTER TABLE tallyman.entries ADD COLUMN IF NOT EXISTS of_the_next text NOT NULL DEFAULT '';
ALTER TABLE tallyman.jobs ADD COLUMN IF NOT EXISTS of_the_next bigint;
CREATE TABLE IF NOT EXISTS tallyman.of_the_next (account bigint PRIMARY KEY);
INSERT INTO tallyman.schema_steps (what) VALUES ('of the next version');
COMMIT;
"""


def versions_side_by_side(world):
    """Workers of this version work on while the next one's `migrate` changes the schema under them;
    a worker of this version that comes later does not touch what it does not know."""
    world.blow()
    if not until(lambda: migrated(world), 20, 0.2):
        world.wrong.append("the migration got no locks beside the workers")
    late = world.site.run("migrate", "status")
    if late.code == 0 or "newer tallyman" not in late.err:
        world.wrong.append(f"a late one was not refused: {late.code} {late.out} {late.err}")
    world.pass_time(2)
    # Its tables stay; what looks at the books afterwards is of this version, too.
    world.postgres.psql("DELETE FROM tallyman.schema_steps WHERE what = 'of the next version'")
    world.over()


def migrated(world):
    try:
        world.postgres.psql(NEXT_VERSION)
    except Trouble:  # no lock in time, or a deadlock: it is begun anew
        return False
    return True


def redis_wiped(world):
    if len(world.redis.cli("CLIENT", "LIST").splitlines()) < 2:
        world.wrong.append("no worker has a connection to Redis")
    world.blow()
    for number in range(50):
        if number % 15 == 10:
            world.redis.kill()
            world.pass_time(1)
            world.redis.start()
        world.redis.cli("FLUSHALL")
        world.pass_time(0.1)
    world.over()


BOTH = ("postgres", "sqlite")
DAYS = [
    Day("worker-killed", worker_killed, 5, "rescue", BOTH),
    Day("postgres-crashes", postgres_crashes, 10, "full rate"),
    Day("backends-terminated", backends_terminated, 10, "full rate"),
    Day("connections-used-up", connections_used_up, 10, "full rate",
        settings={"max_connections": "30"}),
    Day("disk-full", disk_full, 10, "full rate", prepare=small_disk),
    Day("table-locked", table_locked, 10, "full rate"),
    Day("link-half-open", link_half_open, 30, "rescue"),
    Day("worker-suspended", worker_suspended, 10, "rescue"),
    Day("pgbouncer-killed", pgbouncer_killed, 10, "full rate", prepare=through_pgbouncer),
    Day("commit-answers-lost", commit_answers_lost, 10, "full rate"),
    Day("clock-off", clock_off, 5, "full rate"),
    Day("migration", migration, 5, "full rate", BOTH),
    Day("two-versions", versions_side_by_side, 5, "full rate"),
    Day("redis-wiped", redis_wiped, 5, "full rate", BOTH, redis=True),
]
