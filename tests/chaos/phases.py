"""What happens in the mix: the bad days of tests/bad_days that fit, and those that need several
servers, hosts and a provider that counts. Each does its harm under load, and tells when it began
and when it was over."""
import copy
import os
import time
import urllib.request
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Callable

import days
from days import Skipped
from fault_proxy import FaultProxy
from private_parts import until

# The commits of a job's life, by what only they say, in the order of their coming.
COMMITS = {"enqueue": "insert_jobs(", "claim": "add_running(", "task": "update_running(",
           "finish": "drop_running("}
CANCEL = '\\"cancelled\\"'


@dataclass
class Phase:
    name: str
    harm: Callable


def replaced(world, running):
    world.kill(running)
    world.up()


def killed_at_commits(world):
    """kill -9 just before the server has a commit, and when it has it and has not answered: a
    worker for each commit, behind a proxy that holds it; and a sweep of credits that are over."""
    world.blow()
    for when in ("before", "after"):
        killed_while_sweeping(world, when)
        killed_at(world, when, {"cancel": CANCEL})  # alone: until then it keeps others waiting
        killed_at(world, when, COMMITS)
    world.over()


def killed_at(world, when, commits):
    proxies = {name: world.own(FaultProxy(world.postgres.url)) for name in commits}
    held = {name: world.up(TALLYMAN_STORE_URL=proxy.url) for name, proxy in proxies.items()}
    for name, proxy in proxies.items():
        proxy.hold_commit(when, commits[name])
    if "cancel" in held:
        cancel_by(world, held["cancel"], proxies["cancel"])
    for name, proxy in proxies.items():
        if not until(lambda one=proxy: one.status()["held"], 60, 0.02):
            world.wrong.append(f"no worker came to the commit of `{name}`")
    world.blow()
    for name, running in held.items():
        world.kill(running)
        proxies[name].close()


def cancel_by(world, running, proxy):
    """Asks this worker to cancel one job after another; some end before that."""
    end = time.monotonic() + 30
    while not proxy.status()["held"] and time.monotonic() < end:
        for job, *_ in world.books.some_waiting(time.time())[:1]:
            world.feeder.cancel(world.address_of(running), job)


def killed_while_sweeping(world, when):
    """An account of its own, so that no job comes across the grant first."""
    user = f"swept {when} {time.time():.0f}"
    world.site.ok("grant", user, "7", "--kind", "bonus", "--expires", "1s", "--reference", user)
    world.pass_time(1.5)
    proxy = world.own(FaultProxy(world.postgres.url))
    proxy.hold_commit(when, "insert_entries(")
    site = copy.copy(world.site)
    site.environment = {**site.environment, "TALLYMAN_STORE_URL": proxy.url}
    sweep = site.start("expire")
    if not until(lambda: proxy.status()["held"], 30, 0.02):
        world.wrong.append(f"no sweep came to its commit: {sweep.log}")
    sweep.kill()
    proxy.close()
    world.site.ok("expire")
    swept = world.books.number(
        "SELECT count(*) FROM tallyman.entries WHERE kind = 6 AND account = "
        f"(SELECT id FROM tallyman.accounts WHERE user_id = '{user}')")
    if swept != 1:
        world.wrong.append(f"a grant that was over was taken {swept} times")


def killed_at_submits(world):
    """kill -9 between the provider's taking a job and its answer, once with each of its ways."""
    world.blow()
    for _ in range(2):
        world.provider.tell("_hold")
        if not until(lambda: world.provider.tell("_seen")["held"], 20, 0.02):
            world.wrong.append("no submit came to the provider")
        # Nobody knows whose it was, so all go.
        world.blow()
        for running in list(world.ups):
            replaced(world, running)
        world.provider.tell("_release")
    world.over()


def failover(world):
    """The primary is gone for good; its replica is promoted, and gets one of its own."""
    world.blow()
    world.pair.fail_over()
    world.over()
    world.pass_time(3)
    world.pair.follow()


def replica_lost(world):
    """Commits wait for it, and go on when it is back."""
    world.blow()
    world.pair.replica.stop("immediate")
    world.pass_time(3)
    world.pair.replica.start()
    world.over()


def on_its_host(world):
    """A worker with jobs in its hands, and its host."""
    if not world.network.real:
        raise Skipped("no network namespaces here (not allowed, or no iproute2)")
    running = days.one_more_with_jobs(world)
    return running, world.host_of(running)


def without_answers(world, harm):
    """What it had is done elsewhere meanwhile; then it finds that out."""
    running, host = on_its_host(world)
    try:
        world.blow()
        harm(host)
        world.over()
        taken_away(world, running)
        world.pass_time(3)
    finally:
        host.mend()
    world.pass_time(2)


def taken_away(world, running):
    """If the harm did nothing, the worker would end its jobs itself."""
    days.wait_for_rescue(world, running, 35)
    if world.jobs_of(running) or not world.books.lost_attempts(world.blows[-1]):
        world.wrong.append("no job was taken from the worker that nobody could hear")


def partition(world):
    """Packets of one host are lost, both ways, and nobody is told."""
    without_answers(world, lambda host: host.cut())


def half_open(world):
    """What one host sends arrives; what it is answered is lost."""
    if not world.network.real:
        days.link_half_open(world)
        if not world.books.lost_attempts(world.blows[0]):
            world.wrong.append("no job was taken from the worker that nobody could hear")
        return
    without_answers(world, lambda host: host.deafen())


def redis_is_used(world):
    """The workers, not its replica and the Sentinels."""
    clients = world.redis.clients()
    if len(clients) < len(world.ups):
        world.wrong.append(f"{len(world.ups)} workers, and Redis knows of {len(clients)} clients")


def redis_wiped(world):
    redis_is_used(world)
    world.blow()
    for _ in range(40):
        world.redis.wipe()
        world.pass_time(0.1)
    world.over()


def redis_fails_over(world):
    """Its master is killed and the Sentinels choose another, which is wiped."""
    old = world.redis.master()["port"]
    redis_is_used(world)
    world.blow()
    world.redis.kill_master()
    if not until(lambda: world.redis.master()["port"] not in (0, old), 30, 0.2):
        world.wrong.append("the Sentinels chose no other master")
    world.redis.wipe()
    world.over()
    world.redis.revive()


def disk_full(world):
    if not world.disk:
        raise Skipped("a disk can't be mounted here")
    days.disk_full(world)


def clock_steps(world):
    """A worker's clock is set an hour forward while it works, then two back, then right."""
    path = os.path.join(world.site.folder, "clock")
    set_clock(path, 0)
    clock = days.shifted_clock(world, "+0", FAKETIME_TIMESTAMP_FILE=path,
                               FAKETIME_CACHE_DURATION="1")
    del clock["FAKETIME"]  # it would go before the file
    running = days.one_more_with_jobs(world, **clock)
    world.blow()
    for hours in (1, -1, 0):
        set_clock(path, hours)
        if not until(lambda wanted=hours: hours_off(world, running) == wanted, 10, 0.2):
            world.wrong.append(f"the clock is {hours_off(world, running)} hours off, not {hours}")
        world.pass_time(3)
    world.over()


def set_clock(path, hours):
    """Renamed into place: the program reads it at any time."""
    with open(f"{path}.part", "w", encoding="utf-8") as file:
        file.write(f"{3600 * hours:+d}\n")
    os.replace(f"{path}.part", path)


def hours_off(world, running):
    """By the date of its answers."""
    with urllib.request.urlopen(f"http://{world.address_of(running)}/healthz",
                                timeout=5) as answer:
        date = parsedate_to_datetime(answer.headers["Date"])
    return round((date.timestamp() - time.time()) / 3600)


def killed_again_and_again(world):
    """Every worker, at any time."""
    world.blow()
    for _ in range(6):
        world.pass_time(world.dice.uniform(0.1, 1.2))
        world.blow()
        replaced(world, world.dice.choice(world.ups))
    world.over()


PHASES = [
    Phase("workers killed at random", killed_again_and_again),
    Phase("killed at each commit", killed_at_commits),
    Phase("killed at a submit", killed_at_submits),
    Phase("PostgreSQL crashes", days.postgres_crashes),
    Phase("failover to the replica", failover),
    Phase("the replica is lost", replica_lost),
    Phase("backends terminated", days.backends_terminated),
    Phase("commit answers lost", days.commit_answers_lost),
    Phase("a host cut off", partition),
    Phase("a host's link half open", half_open),
    Phase("a worker suspended", days.worker_suspended),
    Phase("Redis wiped", redis_wiped),
    Phase("Redis fails over", redis_fails_over),
    Phase("disk full", disk_full),
    Phase("clocks an hour off", days.clock_off),
    Phase("a clock steps", clock_steps),
    Phase("migration under load", days.migration),
    Phase("two versions", days.versions_side_by_side),
]
