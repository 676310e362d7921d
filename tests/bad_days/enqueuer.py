"""A program that enqueues on, whatever happens, and asks again until it is promised each job."""
import json
import threading
import time

from private_parts import Trouble

USERS = 20


class Enqueuer(threading.Thread):
    """Ten times a second some jobs: by the SQL function if the store has one, and now and
    then, or else always, by the command line. What got no answer is asked for again with the same
    key."""
    prefix = "k"  # of its keys
    every = 0.1   # seconds between two askings

    def __init__(self, world, a_second, knows_sql):
        super().__init__(daemon=True)
        self.world, self.a_second, self.knows_sql = world, a_second, knows_sql
        self.over = threading.Event()
        self.latency_ms = 300
        self.asked = {}      # key -> user
        self.pending = []    # keys without a promise
        self.refusals = 0    # how often there was no answer
        self.rounds = 0
        self.wrong = []

    def run(self):
        try:
            self.ask_on()
        except Exception as error:  # load that stops silently would hide what comes after
            self.wrong.append(f"{self.prefix}: the load broke off: {error!r}")

    def ask_on(self):
        due = time.monotonic()
        while not self.over.is_set():
            due += self.every
            self.ask_for(max(1, round(self.a_second * self.every)))
            self.enqueue()
            self.over.wait(max(0.0, due - time.monotonic()))
            due = max(due, time.monotonic() - 0.5)  # it does not make up for a long fault at once

    def finish(self):
        """Stops asking for more, and sees to it that all it asked for is promised."""
        self.over.set()
        self.join()
        end = time.monotonic() + 60
        while self.pending and time.monotonic() < end:
            if not self.enqueue():
                time.sleep(0.2)
        if self.pending:
            self.wrong.append(f"{len(self.pending)} jobs could not be enqueued, the first of them "
                              f"is {self.pending[0]}")

    def ask_for(self, count):
        for _ in range(count):
            key = f"{self.prefix}{len(self.asked)}"
            self.asked[key] = f"user{len(self.asked) % USERS}"
            self.pending.append(key)

    def way(self):
        """How many it asks for at once, and how."""
        if self.knows_sql and self.rounds % 10:
            return 200, self.by_sql
        return 1, self.by_verb

    def enqueue(self):
        """Whether all were promised."""
        while self.pending:
            self.rounds += 1
            most, promised = self.way()
            some = self.pending[:most]
            if not promised(some):
                self.refusals += 1
                return False
            del self.pending[:len(some)]
        return True

    def input(self):
        return json.dumps({"simulate": {"latency_ms": self.latency_ms}})

    def by_verb(self, keys):
        answer = self.world.site.run("--json", "enqueue", "script", "--user", self.asked[keys[0]],
                                     "--key", keys[0], "--input", self.input(), "--queue-anyway")
        if answer.code not in (0, 3):
            self.wrong.append(f"enqueue {keys[0]}: exit {answer.code}: {answer.err}")
        return answer.code == 0

    def by_sql(self, keys):
        rows = ", ".join(f"('{self.asked[key]}', '{key}')" for key in keys)
        try:
            self.world.postgres.psql(
                f"SET statement_timeout = '20s'; SELECT count(tallyman.enqueue('script', u, "
                f"'{self.input()}'::jsonb, k, NULL)) FROM (VALUES {rows}) AS r (u, k)")
            return True
        except Trouble:
            return False
