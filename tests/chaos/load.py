"""Programs that ask for jobs on and on, over HTTP, by SQL and by the command line, and keep what
they were answered."""
import http.client
import json
import random
import subprocess

from enqueuer import Enqueuer
from private_parts import need
from private_postgres import clean_environment, programs

SERVICES = ("script", "title")  # a provider each: see world.py


class Asker(Enqueuer):
    """What it was promised stands in `promised`: the id of each key's job."""

    def __init__(self, world, name, a_second, seed):
        super().__init__(world, a_second, False)
        self.prefix = f"{name}-"
        self.every = max(0.1, 1 / a_second)
        self.random = random.Random(f"{seed} {name}")
        self.bodies, self.promised = {}, {}

    def ask_for(self, count):
        """A repeat must say the same, so that it is noted what is asked for."""
        for at in range(len(self.asked), len(self.asked) + count):
            super().ask_for(1)
            self.bodies[f"{self.prefix}{at}"] = (
                self.random.choice(SERVICES),
                {"topic": "tea", "ms": self.latency_ms, "fail": self.random.random() < 0.03})

    def promise(self, key, id_):
        known = self.promised.setdefault(key, id_)
        if known != id_:
            self.wrong.append(f"{key} was promised as job {known} and as job {id_}")


class HttpAsker(Asker):
    """Asks one worker or another, as a balancer would. Now and then it cancels what it has."""

    def way(self):
        return 1, self.by_http

    def by_http(self, keys):
        key = keys[0]
        service, input_ = self.bodies[key]
        answer = self.call("/api/jobs", {"service": service, "user_id": self.asked[key],
                                         "input": input_, "idempotency_key": key,
                                         "queue_anyway": True})
        if answer is None:
            return False
        self.promise(key, answer["id"])
        if self.random.random() < 0.03:
            self.call(f"/api/jobs/{answer['id']}/cancel", {})
        return True

    def call(self, path, body, address=None, seconds=5):
        """None: there was no answer that is worth anything."""
        address = address or self.world.someone(self.random)
        if not address:
            return None
        link = http.client.HTTPConnection(address, timeout=seconds)
        try:
            link.request("POST", path, json.dumps(body), {
                "Content-Type": "application/json", "X-Api-Key": self.world.api_key})
            answer = link.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            link.close()
        if answer.status >= 500 or answer.status == 429:
            return None
        if answer.status >= 400 and "cancel" not in path:
            self.wrong.append(f"{path} {body}: {answer.status} {text[:300]}")
            return None
        return json.loads(text)


class SqlAsker(Asker):
    """As a program would that has the store's url."""

    def way(self):
        return 100, self.by_sql

    def by_sql(self, keys):
        rows = ", ".join(
            f"('{self.bodies[key][0]}', '{self.asked[key]}', '{json.dumps(self.bodies[key][1])}', "
            f"'{key}')" for key in keys)
        words = [need("psql", "postgresql-client", programs()), "-XAtq", "-v", "ON_ERROR_STOP=1",
                 "-d", self.world.url, "-c",
                 "SET statement_timeout = '10s'; SELECT k, tallyman.enqueue(s, u, i::jsonb, k, "
                 f"NULL) FROM (VALUES {rows}) AS r (s, u, i, k)"]
        try:
            done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=20,
                                  env={**clean_environment(), "PGCONNECT_TIMEOUT": "3"})
        except subprocess.TimeoutExpired:
            return False
        # In doubt, if it was sent: then it is asked for again with the same keys.
        if done.returncode != 0:
            return False
        for line in done.stdout.splitlines():
            key, _, id_ = line.partition("|")
            self.promise(key, id_)
        return True


class VerbAsker(Asker):
    def way(self):
        return 1, self.by_verb

    def by_verb(self, keys):
        key = keys[0]
        service, input_ = self.bodies[key]
        answer = self.world.site.run("--json", "enqueue", service, "--user", self.asked[key],
                                     "--key", key, "--input", json.dumps(input_), "--queue-anyway")
        if answer.code not in (0, 3):
            self.wrong.append(f"enqueue {key}: exit {answer.code}: {answer.err}")
        if answer.code == 0:
            self.promise(key, answer.json["id"])
        return answer.code == 0


class Load:
    """All of them, as one."""

    def __init__(self, world, a_second, seed):
        self.askers = [HttpAsker(world, "h1", a_second * 0.35, seed),
                       HttpAsker(world, "h2", a_second * 0.35, seed),
                       SqlAsker(world, "sql", a_second * 0.3, seed),
                       VerbAsker(world, "verb", 0.5, seed)]

    def start(self):
        for asker in self.askers:
            asker.start()

    def stop(self):
        for asker in self.askers:
            asker.over.set()
        for asker in self.askers:
            if asker.is_alive():
                asker.join()

    def finish(self):
        for asker in self.askers:
            asker.finish()

    def gather(self, what):
        """One of the askers' collections, as one."""
        of_each = [getattr(asker, what) for asker in self.askers]
        if isinstance(of_each[0], dict):
            return {key: value for each in of_each for key, value in list(each.items())}
        return [item for each in of_each for item in list(each)]

    def cancel(self, address, job):
        self.askers[0].call(f"/api/jobs/{job}/cancel", {}, address, seconds=1)

    @property
    def refusals(self):
        return sum(asker.refusals for asker in self.askers)

    @property
    def latency_ms(self):
        return self.askers[0].latency_ms

    @latency_ms.setter
    def latency_ms(self, value):
        for asker in self.askers:
            asker.latency_ms = value
