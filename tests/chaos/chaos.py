"""The world of the chaos: a pair of PostgreSQL servers, Redis under Sentinel, a provider that
counts, workers on hosts of their own, and load. Bad days happen in it one after another; after each
the books must be right."""
import copy
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request

from books_of_sql import Books
from load import Load
from network import Host, Network, RealNetwork
from private_pair import PrivatePair
from private_parts import Child, Folder, free_port, until
from private_redis import PrivateSentinel
from support import Running, Site, read
from world import World

HERE = os.path.dirname(os.path.abspath(__file__))
WORKERS = 3
PATIENCE = 60  # seconds until all must be well again
SETTINGS = """
accounts: {signup_gift: 1000000}
worker: {slots: 64, drain: 10s, heartbeat: 2s, lease: 8s}
services:
  defaults: {provider: keyed, max_attempts: 1}
  title: {provider: asked}
providers:
  keyed: {kind: http, dialect_file: keyed.yaml, way: keyed, base_url: "BASE", allow_private: true}
  asked: {kind: http, dialect_file: asked.yaml, way: asked, base_url: "BASE", allow_private: true}
"""


class Provider:
    """The program provider.py."""

    def __init__(self, address):
        self.folder, port = Folder(), free_port()
        self.url = f"http://{address}:{port}"
        self.child = Child([sys.executable, "-B", os.path.join(HERE, "provider.py"), address,
                            str(port)], self.folder.file("log"))
        self.child.wait_ready("the provider", lambda: "ready" in open(
            self.folder.file("log"), encoding="utf-8").read())

    def tell(self, what):
        with urllib.request.urlopen(f"{self.url}/{what}", data=b"null", timeout=10) as answer:
            return json.load(answer)

    def close(self):
        self.child.stop()
        self.folder.close()


def small_disk(data):
    """The tables of a server are on a disk of their own; its log of changes is not. Returns what
    undoes it."""
    base = os.path.join(data, "base")
    os.mkdir(base)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512m", "tmpfs", base],
                             capture_output=True, check=False)
    if mounted.returncode != 0:
        os.rmdir(base)
        return None
    shutil.chown(base, os.stat(data).st_uid)
    os.chmod(base, 0o700)
    return lambda: subprocess.run(["umount", "-l", base], check=True)


class Chaos(World):
    in_hand = 5
    local = Host()  # where the servers are

    # Not World's, which has one server and one day.
    def __init__(self, a_second, seed, alone):  # pylint: disable=super-init-not-called
        self.closing, self.ups, self.wrong = [], [], []
        self.blows, self.rescues, self.began, self.over_at = [], [], 0.0, 0.0
        self.feeder, self.dice, self.api_key, self.addresses = None, None, "", {}
        self.site = Site("")
        self.closing.append(self.site.close)
        try:
            self.network = self.own(RealNetwork() if alone else Network())
            self.pair = self.own(PrivatePair(self.network.address, prepare=small_disk))
            self.redis = self.own(PrivateSentinel(self.network.address))
            self.provider = self.own(Provider(self.network.address))
            self.settle_down()
            self.hosts = [self.network.host() for _ in range(WORKERS + 2)]
        except BaseException:
            self.close()
            raise
        self.books = Books(self)
        self.feeder = Load(self, a_second, seed)

    def settle_down(self):
        """Settings, and what every program is told by its environment."""
        with open(os.path.join(HERE, "counted.yaml"), encoding="utf-8") as file:
            dialect = file.read()
        self.site.write("keyed.yaml", dialect)
        self.site.write("asked.yaml", dialect.replace("idempotency: honoured",
                                                      "idempotency: none"))
        self.site.write("tallyman.yaml", SETTINGS.replace("BASE", self.provider.url))
        sentinels = ", ".join(self.redis.describe()["sentinels"])
        self.site.environment |= {
            "TALLYMAN_STORE_URL": self.url, "TALLYMAN_REDIS_SENTINELS": f"[{sentinels}]",
            "TALLYMAN_REDIS_MASTER": self.redis.NAME}

    @property
    def url(self):
        return self.pair.url

    @property
    def postgres(self):
        """Whoever takes writes."""
        return self.pair.primary

    @property
    def disk(self):
        base = os.path.join(self.postgres.data, "base")
        return base if os.path.ismount(base) else None

    def close(self, keep=False):
        if self.feeder:
            self.feeder.stop()
            self.feeder = None
        super().close(keep)

    # Its programs.

    def host_of(self, running):
        return self.addresses[running.pid][1]

    def address_of(self, running):
        return self.addresses[running.pid][0]

    def someone(self, dice):
        """Where one of the workers listens."""
        ups = [self.addresses[up.pid][0] for up in list(self.ups) if up.pid in self.addresses]
        return dice.choice(ups) if ups else None

    def up(self, host=None, **environment):
        """On the host that has the fewest; where the servers are if it goes through a proxy."""
        busy = [self.host_of(up) for up in self.ups]
        if "TALLYMAN_STORE_URL" in environment:
            host = self.local
        host = host or min(self.hosts, key=busy.count)
        site = copy.copy(self.site)
        site.before = host.before
        site.environment = {**self.site.environment, "TALLYMAN_HTTP_HOST": host.address,
                            **environment}
        running = Running(site, len(self.site.running), ["up"])
        self.site.running.append(running)
        running.ready()
        listens = [line.split("//")[1] for line in read(running.printed).splitlines()
                   if line.startswith("listening on http://")]
        self.addresses[running.pid] = (listens[0], host)
        self.ups.append(running)
        return running

    def begin(self, workers=WORKERS):
        for _ in range(workers):
            self.up()
        self.api_key = self.site.ask("keys", "create", "load", "--scope", "jobs")["key"]
        self.feeder.start()

    def back_to_order(self):
        """As many workers as at first: those that came last are told to stop, and must do so in
        good order."""
        while len(self.ups) < WORKERS:
            self.up()
        extra, self.ups = self.ups[WORKERS:], self.ups[:WORKERS]
        for running in extra:
            running.tell(signal.SIGTERM)
        for running in extra:
            if code := running.ends(60):
                self.wrong.append(f"a worker ended with exit code {code}: {running.log[-1500:]}")

    # The end of a phase, and of it all.

    def wait_until_well(self):
        """Seconds from the end of the harm until the first job was done, and until they were done
        as fast as before; None for what did not happen in time."""
        def took():
            return self.recovery(self.books.ended_since(self.began))
        until(lambda: took() is not None, PATIENCE, 0.5)
        first = min((job["finished_at"] / 1000 - self.over_at
                     for job in self.books.ended_since(self.over_at)), default=None)
        whole = took()
        return first, None if None in (first, whole) else max(first, whole)

    def longest_pause(self):
        """Seconds without a job done, from the harm on."""
        ends = [job["finished_at"] / 1000 for job in self.books.ended_since(self.began)]
        ends = [max([at for at in ends if at < self.blows[0]], default=self.blows[0]),
                *(at for at in ends if at >= self.blows[0])]
        return max((later - at for at, later in zip(ends, ends[1:])), default=None)

    def none_stranded(self):
        left = self.over_at + PATIENCE - time.time()
        if not until(lambda: self.books.waiting(self.over_at) == 0, max(5, left), 0.5):
            self.wrong.append(f"{self.books.waiting(self.over_at)} jobs from before were stranded "
                              f"after {PATIENCE} s: {self.books.some_waiting(self.over_at)}")

    def finish(self):
        self.feeder.finish()
        self.wrong += self.feeder.gather("wrong")
        if not until(lambda: self.books.waiting(time.time()) == 0, PATIENCE, 0.5):
            self.wrong.append(f"some jobs did not end: {self.books.some_waiting(time.time())}")
        ups, self.ups = self.ups, []
        for running in ups:
            running.tell(signal.SIGTERM)
        for running in ups:
            try:
                if code := running.ends(60):
                    self.wrong.append(f"a worker ended with exit code {code}: "
                                      f"{running.log[-1500:]}")
            except subprocess.TimeoutExpired:
                self.wrong.append(f"a worker did not end: {running.log[-1500:]}")
