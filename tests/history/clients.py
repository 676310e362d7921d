"""The clients of the history: each draws from its own seed what it asks for, asks one host or the
other, and writes down what it was answered, and when."""

import http.client
import json
import random
import threading
import time
import urllib.error
import urllib.request

from judge import Call
from model import SERVICES

USERS = ["ann", "bob", "cid"]


class Hosts:
    """The addresses that can be asked now; whoever kills one puts another in its place."""

    def __init__(self, key):
        self.key, self.addresses = key, []

    def ask(self, call, path, body=None, at=0):
        """Whoever is not there has done nothing, so that the other one may be asked."""
        for which in (at, 1 - at):
            if self.ask_one(call, self.addresses[which], path, body):
                return

    def ask_one(self, call, address, path, body):
        """False: nobody is there to be asked."""
        request = urllib.request.Request(
            address + path, method="GET" if body is None else "POST",
            data=None if body is None else json.dumps(body).encode(),
            headers={"X-Api-Key": self.key})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                status, told = answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                status, told = error.code, json.load(error)
        except urllib.error.URLError as error:
            return not isinstance(error.reason, ConnectionRefusedError)
        except (OSError, ValueError, http.client.HTTPException):
            return True  # cut off in the middle of the answer: nobody knows
        if status < 500:
            call.answer, call.ended, call.status = told, time.monotonic(), status
        return True


class Client(threading.Thread):
    """`known` are the jobs of each user that anybody was told of: all clients steer them all.
    `calls` is everybody's, too."""

    def __init__(self, number, seed, count, hosts, known, calls):
        super().__init__()
        self.number, self.count, self.hosts = number, count, hosts
        self.dice = random.Random(f"{seed} client {number}")
        self.known, self.calls = known, calls
        self.spent, self.enqueued = [], []  # what it may say once more

    def run(self):
        ways = {self.spend: 4, self.spend_again: 1, self.recharge: 4, self.look: 3,
                self.enqueue: 7, self.enqueue_again: 3, self.get: 4, self.cancel: 4, self.retry: 4}
        for each in range(self.count):
            way = self.dice.choices(list(ways), list(ways.values()))[0]
            way(self.dice.choice(USERS), f"c{self.number}-{each}")

    def ask(self, call, path, body=None):
        self.calls.append(call)
        at = self.dice.randrange(2)
        call.begun = time.monotonic()
        self.hosts.ask(call, path, body, at)

    def spend(self, user, name):
        self.spent.append((user, {"name": name, "amount": self.dice.randint(1, 12)}))
        self.consume(*self.spent[-1])

    def spend_again(self, user, name):
        if not self.spent:
            return self.spend(user, name)
        user, asked = self.dice.choice(self.spent)
        return self.consume(user, asked | {"amount": asked["amount"] + self.dice.randrange(2)})

    def consume(self, user, asked):
        self.ask(Call(user, "consume", **asked), "/api/credits/consume", {
            "user_id": user, "amount": asked["amount"], "action": "x", "description": "",
            "reference": asked["name"]})

    def recharge(self, user, name):
        asked = {"name": name, "amount": self.dice.randint(4, 20)}
        for _ in range(self.dice.choice([1, 1, 1, 2])):
            self.ask(Call(user, "recharge", **asked), "/api/credits/recharge", {
                "user_id": user, "amount": 1, "credits": asked["amount"],
                "payment_method": "cash", "order_id": name})

    def look(self, user, _name):
        self.ask(Call(user, "look"), f"/api/credits/balance/{user}")

    def enqueue(self, user, name):
        ms = self.dice.randrange(20, 250)
        self.enqueued.append((user, {"key": name, "service": self.dice.choice(list(SERVICES)),
                                     "body": {"n": 0, "simulate": {"latency_ms": ms}}}))
        self.enqueue_as(*self.enqueued[-1])

    def enqueue_again(self, user, name):
        if not self.enqueued:
            return self.enqueue(user, name)
        user, asked = self.dice.choice(self.enqueued)
        other = self.dice.randrange(3)
        if other == 1:
            asked = asked | {"body": asked["body"] | {"n": 1}}
        elif other == 2:
            asked = asked | {"service": self.dice.choice(list(SERVICES))}
        return self.enqueue_as(user, asked)

    def enqueue_as(self, user, asked):
        call = Call(user, "enqueue", **asked)
        self.ask(call, "/api/jobs", {"service": asked["service"], "user_id": user,
                                     "input": asked["body"], "idempotency_key": asked["key"]})
        if call.status in (200, 201):
            self.known[user].append(call.answer["id"])

    def steer(self, user, kind, verb, body):
        known = self.known[user]
        if not known:
            return self.look(user, "")
        # The youngest are those with which something is going on.
        job = self.dice.choice(known[-12:] if self.dice.random() < 0.7 else known)
        return self.ask(Call(user, kind, job=job), f"/api/jobs/{job}{verb}", body)

    def get(self, user, _name):
        self.steer(user, "get", "", None)

    def cancel(self, user, _name):
        self.steer(user, "cancel", "/cancel", {})

    def retry(self, user, _name):
        self.steer(user, "retry", "/retry", {})
