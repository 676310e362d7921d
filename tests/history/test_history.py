"""The history of many clients at once, in the manner of Jepsen: who asked what when, and what the
answer was, or that none came. Two processes on one PostgreSQL serve them and run their jobs, and
one or the other is killed again and again. In the end the store tells the order in which things
were committed. An independent model (model.py) plays it on one thread, and each answer must be what
the model had at some time between the request and its end (judge.py); what never got an answer
happened once or not at all.

    python3 tests/history/test_history.py [--seed N]

What each client draws, and which host is killed after how many calls, comes from the seed; how the
calls meet is up to the machine, so that a seed is worth trying more than once."""

import json
import os
import random
import signal
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE] + [os.path.join(HERE, "..", folder) for folder in ("cli", "support")]

from broken import WAYS, broken  # noqa: E402
from clients import USERS, Client, Hosts  # noqa: E402
from judge import VIEW_AGE, Call, History  # noqa: E402
from judge_test import Judged  # noqa: E402, F401
from model import ENDED, GIFT, SERVICES, Entry, Job  # noqa: E402
from private_postgres import PrivatePostgres  # noqa: E402
from support import CliTest  # noqa: E402

SEED = random.SystemRandom().randrange(1_000_000)
CLIENTS = 8
CALLS = 75  # of each client
KILLS = 3
KINDS = ["recharge", "bonus", "signup", "consume", "settle", "refund", "expire", "sync", "adjust"]
# Lost jobs come back at once or after the lease, and no number of kills makes one poison.
SETTINGS = f"""accounts: {{signup_gift: {GIFT}}}
prices: prices.yaml
worker: {{slots: 8, heartbeat: 300ms, lease: 1s, drain: 1s, poll: 50ms, poison_losses: 100}}
services:
  defaults: {{backoff: 50ms, max_attempts: 2}}
  sound: {{provider: good}}
  shaky: {{provider: weak}}
  doomed: {{provider: bad}}
providers:
  good: {{kind: simulated}}
  weak: {{kind: simulated, failure_rate: 0.5, seed: SEED}}
  bad: {{kind: simulated, final_rate: 1}}
"""
PRICES = "services:\n" + "".join(
    f"  {name}: {{mode: fixed, credits: {service.price}}}\n" for name, service in SERVICES.items())


class Concurrent(CliTest):
    settings = SETTINGS

    def setUp(self):
        super().setUp()
        self.write("tallyman.yaml", SETTINGS.replace("SEED", str(SEED + 1)))
        self.write("prices.yaml", PRICES)
        server = PrivatePostgres()
        self.addCleanup(server.close)
        self.server = server
        made = server.fresh_database()
        self.database = made["database"]
        self.environment |= {"TALLYMAN_STORE_URL": made["url"], "TALLYMAN_STORE_CONNECTIONS": "4"}
        self.ok("migrate")
        self.hosts = Hosts(self.ask("keys", "create", "all", "--scope", "admin")["key"])
        self.processes = []
        for _ in range(2):
            process, address = self.begin()
            self.processes.append(process)
            self.hosts.addresses.append(address)
        self.calls = []

    def begin(self):
        """(process, address)"""
        process = self.start("up", "--port", "0")
        for _ in range(20):
            line = process.stdout.readline().decode()
            if line.startswith("listening on "):
                return process, line.split()[-1]
        return self.fail("it does not listen")

    def kill(self, dice, clients):
        """One of the hosts, after some more calls; another one is there soon."""
        until = len(self.calls) + dice.randint(CLIENTS * CALLS // 8, CLIENTS * CALLS // 5)
        while len(self.calls) < until and any(client.is_alive() for client in clients):
            time.sleep(0.005)
        which = dice.randrange(2)
        self.processes[which].send_signal(signal.SIGKILL)
        self.processes[which].wait()
        self.processes[which], self.hosts.addresses[which] = self.begin()

    def select(self, what):
        """Rows of text."""
        return [json.loads(line) for line in self.server.psql(
            f"SELECT json_build_array({what}", self.database).splitlines()]

    def read_jobs(self):
        events = {}
        for job, kind, attempt in self.select(
                "job::text, kind, attempt) FROM tallyman.job_events "
                "WHERE kind IN ('cancelled', 'retried') ORDER BY job, n"):
            events.setdefault(job, []).append((kind, attempt))
        return [Job(*row, tuple(events.get(row[0], ()))) for row in self.select(
            "id::text, user_id, service, key, input::json, attempt) FROM tallyman.jobs "
            "ORDER BY id")]

    def read_entries(self):
        entries = {user: [] for user in USERS}
        for user, kind, *rest in self.select(
                "a.user_id, e.kind, CASE e.job WHEN 0 THEN '' ELSE e.job::text END, e.charge, "
                "e.reference, e.amount, e.balance_after) FROM tallyman.entries e "
                "JOIN tallyman.accounts a ON a.id = e.account ORDER BY e.account, e.seq"):
            entries[user].append(Entry(KINDS[kind], *rest))
        return entries

    def look_last(self, jobs):
        """What is to be seen when all is over, and no view can be older than that."""
        time.sleep(VIEW_AGE)
        asked = [(Call(user, "look"), f"/api/credits/balance/{user}") for user in USERS]
        asked += [(Call(job.user, "get", job=job.id), f"/api/jobs/{job.id}") for job in jobs]
        for call, path in asked:
            call.begun, call.last = time.monotonic(), True
            self.hosts.ask(call, path)
            self.assertEqual(call.status, 200, call)
            self.calls.append(call)

    def at_rest(self):
        states = [row[0] for row in self.select("state) FROM tallyman.jobs WHERE state < 2")]
        return not states

    def open_accounts(self):
        """Whoever looks at an account must find one."""
        for user in USERS:
            call = Call(user, "recharge", name=f"opens {user}", amount=1)
            call.begun = time.monotonic()
            self.hosts.ask(call, "/api/credits/recharge", {
                "user_id": user, "amount": 1, "credits": 1, "payment_method": "cash",
                "order_id": f"opens {user}"})
            self.assertEqual(call.status, 200, call)
            self.calls.append(call)

    def run_clients(self):
        known = {user: [] for user in USERS}
        clients = [Client(at, SEED, CALLS, self.hosts, known, self.calls) for at in range(CLIENTS)]
        for client in clients:
            client.start()
        dice = random.Random(f"{SEED} kills")
        for _ in range(KILLS):
            self.kill(dice, clients)
        for client in clients:
            client.join()
        self.until(self.at_rest, 60)

    def test_answers_agree_with_one_order_of_commits(self):
        print(f"again with: python3 tests/history/test_history.py --seed {SEED}", flush=True)
        self.open_accounts()
        self.run_clients()
        jobs, entries = self.read_jobs(), self.read_entries()
        self.look_last(jobs)
        history = History(entries, jobs, self.calls)
        wrong = history.judge()
        self.assertEqual(wrong, [], f"seed {SEED}:\n" + "\n".join(wrong))
        self.assertGreaterEqual(len(self.calls), CLIENTS * CALLS)
        self.assertGreater(len(jobs), 50)
        self.assertGreater(min(map(len, entries.values())), 20)
        self.tell(history)
        found = broken(history)
        self.assertGreater(len(found), len(WAYS) * 3 // 4, [name for name, _ in found])
        self.assertEqual([name for name, wrong in found if not wrong], [])
        print(f"broken in {len(found)} ways, each found")
        self.ok("audit")

    def tell(self, history):
        lost = [call for call in self.calls if call.status is None]
        ended = [call.answer["state"] for call in self.calls if call.last and call.kind == "get"]
        states = ", ".join(f"{ended.count(state)} {state}" for state in ENDED)
        events = sum(len(job.events) for job in history.jobs)
        print(f"{len(self.calls)} calls, {len(lost)} without an answer, {len(history.jobs)} jobs "
              f"({states}; {events} cancels and retries), "
              f"{sum(map(len, history.entries.values()))} entries: all agree")


if __name__ == "__main__":
    if "--seed" in sys.argv:
        at = sys.argv.index("--seed")
        SEED = int(sys.argv[at + 1])
        del sys.argv[at:at + 2]
    unittest.main()
