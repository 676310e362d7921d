"""The history of many clients at once, in the manner of Jepsen: who asked what when, and what the
answer was, or that none came. Two processes on one PostgreSQL serve them, and one of these is
killed again and again. In the end the ledger tells the order in which things were committed; played
in that order on one thread, each answer must come out as it was given, nothing may happen before it
was asked for or after it was answered, and what never got an answer happened once or not at all."""

import http.client
import json
import os
import random
import signal
import sys
import threading
import time
import unittest
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", folder) for folder in ("cli", "support")]

from private_postgres import PrivatePostgres  # noqa: E402
from support import CliTest  # noqa: E402

USERS = ["ann", "bob", "cid"]
GIFT = 30
CLIENTS = 8
CALLS = 60  # of each client
KILLS = 3


class Asked:
    """One call: its answer is None where none came."""

    def __init__(self, user, kind, amount, name):
        self.user, self.kind, self.amount, self.name = user, kind, amount, name
        self.begun = time.monotonic()
        self.ended = float("inf")
        self.status, self.answer = None, None

    @property
    def reference(self):
        """As the ledger has it."""
        return self.name if self.kind == "recharge" else f"consume:3:{self.user}:{self.name}"

    def __repr__(self):
        return f"{self.kind} {self.amount} {self.user} {self.name}: {self.status} {self.answer}"


class Ledger:
    """Of one account: its entries in the order of their commits, and the balance after each."""

    def __init__(self, rows):
        self.balances = [0]
        self.place = {}  # reference -> number of the entry
        for _, amount, reference in rows:
            self.balances.append(self.balances[-1] + amount)
            if reference:
                self.place[reference] = len(self.balances) - 1
        self.amounts = [amount for _, amount, _ in rows]


def replay(ledger, calls):
    """What does not agree, a line each."""
    wrong = []
    first_seen = []  # (ended, place): by then the ledger was that far
    for call in sorted(calls, key=lambda each: each.begun):
        low = max([place for ended, place in first_seen if ended < call.begun], default=0)
        place = ledger.place.get(call.reference) if call.kind != "look" else None
        if call.kind != "look" and call.status == 200:
            if place is None:
                wrong.append(f"{call} was answered, and never happened")
                continue
            if call.answer["credits"] != ledger.balances[place]:
                wrong.append(f"{call}: the balance was {ledger.balances[place]}")
        if place is not None:
            sign = 1 if call.kind == "recharge" else -1
            if ledger.amounts[place - 1] != sign * call.amount:
                wrong.append(f"{call} moved {ledger.amounts[place - 1]}")
            if place <= low:
                wrong.append(f"{call} happened at {place}, and {low} was seen before it was asked")
            first_seen.append((call.ended, place))
        elif call.status in (200, 400, 402):
            # A look, or a refusal: there must have been such a balance at some time between.
            until = [other for each, other in placed(ledger, calls) if each.begun > call.ended]
            high = min(until, default=len(ledger.balances)) - 1
            told = call.answer["credits"] if call.kind == "look" else call.answer["balance"]
            refused = call.kind != "look"
            fits = [at for at in range(low, high + 1)
                    if ledger.balances[at] == told and (not refused or told < call.amount)]
            if not fits:
                wrong.append(f"{call}: from {low} to {high} the balances were "
                             f"{ledger.balances[low:high + 1]}")
            else:
                first_seen.append((call.ended, fits[0]))
        elif call.status is not None:
            wrong.append(f"{call} is no answer")
    return wrong


def placed(ledger, calls):
    return [(each, ledger.place[each.reference]) for each in calls
            if each.kind != "look" and each.reference in ledger.place]


class Replay(unittest.TestCase):
    """The judge itself, on histories that are wrong."""

    @staticmethod
    def judge(rows, *told):
        calls = []
        for begun, ended, kind, amount, name, status, answer in told:
            call = Asked("ann", kind, amount, name)
            call.begun, call.ended, call.status, call.answer = begun, ended, status, answer
            calls.append(call)
        return replay(Ledger(rows), calls)

    rows = [("x", 30, ""), ("x", -10, "consume:3:ann:a"), ("x", 5, "r")]

    def test_a_right_history_is_right(self):
        self.assertEqual(self.judge(
            self.rows, (0, 1, "consume", 10, "a", 200, {"credits": 20}),
            (2, 3, "recharge", 5, "r", 200, {"credits": 25}),
            (4, 5, "look", 0, "", 200, {"credits": 25}),
            (4, 5, "consume", 99, "b", 400, {"balance": 25})), [])

    def test_what_is_wrong_is_found(self):
        right = (0, 1, "consume", 10, "a", 200, {"credits": 20})
        for what in [
                [(0, 1, "consume", 10, "a", 200, {"credits": 21})],  # another balance
                [(0, 1, "consume", 9, "a", 200, {"credits": 20})],  # another amount
                [(0, 1, "consume", 10, "lost", 200, {"credits": 20})],  # an effect that is lost
                [right, (2, 3, "look", 0, "", 200, {"credits": 30})],  # a look into the past
                [right, (2, 3, "consume", 25, "b", 400, {"balance": 30})],  # and a refusal
                [(0, 1, "recharge", 5, "r", 200, {"credits": 25}),
                 (2, 3, "consume", 10, "a", 200, {"credits": 20})],  # the other way round
                [(0, 1, "look", 0, "", 200, {"credits": 25}),
                 (2, 3, "recharge", 5, "r", 200, {"credits": 25})]]:  # seen before it was asked
            self.assertEqual(len(self.judge(self.rows, *what)), 1, what)


class History(CliTest):
    settings = f"accounts:\n  signup_gift: {GIFT}\n"

    def setUp(self):
        super().setUp()
        server = PrivatePostgres()
        self.addCleanup(server.close)
        self.server = server
        made = server.fresh_database()
        self.database = made["database"]
        self.environment |= {"TALLYMAN_STORE_URL": made["url"], "TALLYMAN_STORE_CONNECTIONS": "4"}
        self.ok("migrate")
        self.key = self.ask("keys", "create", "all", "--scope", "admin")["key"]
        self.calls = []
        self.hosts = [self.begin(), self.begin()]

    def begin(self):
        """(process, address)"""
        process = self.start("up", "--port", "0")
        for _ in range(20):
            line = process.stdout.readline().decode()
            if line.startswith("listening on "):
                return process, line.split()[-1]
        return self.fail("it does not listen")

    def call(self, asked, path, body=None):
        self.calls.append(asked)
        if not self.ask_host(asked, random.choice(self.hosts)[1], path, body):
            self.ask_host(asked, self.hosts[0][1], path, body)

    def ask_host(self, asked, address, path, body):
        """False: nobody is there to be asked."""
        request = urllib.request.Request(
            address + path, method="POST" if body else "GET",
            data=json.dumps(body).encode() if body else None, headers={"X-Api-Key": self.key})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                status, told = answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            status, told = error.code, json.load(error)
        except urllib.error.URLError as error:
            return not isinstance(error.reason, ConnectionRefusedError)
        except (OSError, ValueError, http.client.HTTPException):
            return True  # cut off in the middle of the answer: nobody knows
        if status < 500:
            asked.answer, asked.ended, asked.status = told, time.monotonic(), status
        return True

    def client(self, number):
        dice = random.Random(number)
        for each in range(CALLS):
            user, name = dice.choice(USERS), f"c{number}-{each}"
            kind = dice.choice(["consume", "consume", "recharge", "look"])
            asked = Asked(user, kind, dice.randint(1, 12), name)
            if kind == "look":
                self.call(asked, f"/api/credits/balance/{user}")
            elif kind == "consume":
                self.call(asked, "/api/credits/consume", {
                    "user_id": user, "amount": asked.amount, "action": "x", "description": "",
                    "reference": name})
            else:
                self.call(asked, "/api/credits/recharge", {
                    "user_id": user, "amount": 1, "credits": asked.amount,
                    "payment_method": "cash", "order_id": name})

    def test_answers_agree_with_one_order_of_commits(self):
        for user in USERS:
            self.ok("grant", user, "1")
        clients = [threading.Thread(target=self.client, args=(at,)) for at in range(CLIENTS)]
        for client in clients:
            client.start()
        for _ in range(KILLS):
            before = len(self.calls)
            while len(self.calls) < before + CLIENTS * CALLS // 5 and clients[0].is_alive():
                time.sleep(0.01)
            process, _ = self.hosts[1]
            process.send_signal(signal.SIGKILL)
            process.wait()
            self.hosts[1] = self.begin()
        for client in clients:
            client.join()
        rows = [line.split("|") for line in self.server.psql(
            "SELECT a.user_id, e.seq, e.amount, e.reference FROM tallyman.entries e JOIN "
            "tallyman.accounts a ON a.id = e.account ORDER BY e.account, e.seq",
            self.database).splitlines()]
        wrong = []
        for user in USERS:
            entries = [(row[1], int(row[2]), row[3]) for row in rows if row[0] == user]
            self.assertGreater(len(entries), 20)
            wrong += replay(Ledger(entries), [each for each in self.calls if each.user == user])
        self.assertEqual(wrong, [])
        self.assertEqual(len(self.calls), CLIENTS * CALLS)
        lost = [each for each in self.calls if each.status is None]
        references = {row[3] for row in rows}
        kept = [each for each in lost if each.kind != "look" and each.reference in references]
        print(f"{len(self.calls)} calls, {len(lost)} without an answer, {len(kept)} of these had "
              f"happened, {len(rows)} entries: all agree")
        self.ok("audit")


if __name__ == "__main__":
    unittest.main()
