"""Fifty first uses of one account at once, over every face, by several processes on one
PostgreSQL: one account, one gift. And what many debits at once may take."""

import json
import os
import subprocess
import sys
import threading
import unittest
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", folder) for folder in ("sync", "web", "cli", "support")]

from private_postgres import PrivatePostgres  # noqa: E402
from sister import signed  # noqa: E402
from support import PROGRAM, CliTest  # noqa: E402

HOSTS = 2


def together(calls):
    """The answers to these calls, made at once."""
    answers = [None] * len(calls)
    gate = threading.Barrier(len(calls))

    def one(at):
        gate.wait()
        answers[at] = calls[at]()
    threads = [threading.Thread(target=one, args=(at,)) for at in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


class Hosts(CliTest):
    @classmethod
    def setUpClass(cls):
        cls.server = PrivatePostgres()
        cls.addClassCleanup(cls.server.close)

    def setUp(self):
        super().setUp()
        made = self.server.fresh_database()
        self.database = made["database"]
        self.environment |= {"TALLYMAN_STORE_URL": made["url"], "TALLYMAN_STORE_CONNECTIONS": "4"}
        self.ok("migrate")
        self.key = self.ask("keys", "create", "all", "--scope", "admin")["key"]
        self.addresses = []

    def begin(self, **settings):
        for name, value in settings.items():
            self.environment[f"TALLYMAN_{name.upper()}"] = str(value)
        for _ in range(HOSTS):
            up = self.start("up", "--port", "0")
            for _ in range(20):
                line = up.stdout.readline().decode()
                if line.startswith("listening on "):
                    self.addresses.append(line.split()[-1])
                    break
            else:
                self.fail("it does not listen")

    def call(self, host, method, path, body, key=None):
        request = urllib.request.Request(
            self.addresses[host] + path, method=method, data=json.dumps(body).encode(),
            headers={"X-Api-Key": key or self.key})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def verb(self, *args):
        return subprocess.run([PROGRAM, "--json", *args], capture_output=True, timeout=120,
                              cwd=self.folder, env=self.environment, check=False).returncode

    def tearDown(self):
        self.ok("audit")
        super().tearDown()


class FirstUse(Hosts):
    def test_fifty_over_every_face_open_one_account_with_one_gift(self):
        self.begin()
        status, told = self.call(0, "POST", "/api/admin/sync/sources",
                                 {"source": "novel", "secret": "s3cret"})
        self.assertEqual(status, 200, told)
        user = "tg:7"

        def consume(n):
            return lambda: self.call(n % HOSTS, "POST", "/api/credits/consume", {
                "user_id": user, "amount": 1, "action": "x", "description": ""})[0] == 200

        def put(n):
            return lambda: self.call(n % HOSTS, "PUT", f"/api/accounts/{user}", {})[0] == 200

        def enqueue(n):
            return lambda: self.call(n % HOSTS, "POST", "/api/jobs", {
                "service": "caption", "user_id": user, "input": {}})[0] == 201

        def sync(n):
            return lambda: self.call(n % HOSTS, "POST", "/api/credits/sync", signed(
                7, 1, external_reference=f"r{n}"))[0] == 200

        def grant(_):
            return lambda: self.verb("grant", user, "1") == 0

        def by_sql(_):
            return lambda: self.server.psql(
                f"SELECT tallyman.enqueue('caption', '{user}')", self.database) != ""

        kinds = ([consume] * 12 + [put] * 10 + [enqueue] * 10 + [sync] * 10 + [grant] * 3 +
                 [by_sql] * 5)
        self.assertEqual(len(kinds), 50)
        answers = together([kind(n) for n, kind in enumerate(kinds)])
        self.assertEqual(answers, [True] * 50)
        self.until(lambda: self.server.psql("SELECT count(*) FROM tallyman.inbox",
                                            self.database) == "0")
        self.assertEqual(self.ask("account", user)["balance"], 520 - 12 + 10 + 3)
        gifts = [line for line in self.ok("--json", "history", user, "--limit", "100").lines
                 if line["kind"] == "signup"]
        self.assertEqual(len(gifts), 1)
        self.assertEqual(self.server.psql("SELECT count(*) FROM tallyman.accounts",
                                          self.database), "1")


class Crowd(Hosts):
    def consume_two_hundred(self, user=lambda n: "ann", key=None):
        answers = together([
            lambda n=n: self.call(n % HOSTS, "POST", "/api/credits/consume", {
                "user_id": user(n), "amount": 1, "action": "x", "description": ""}, key)
            for n in range(200)])
        codes = [told.get("code") for _, told in answers]
        return codes.count(None), {code for code in codes if code}

    def test_two_hundred_debits_of_an_account_that_can_pay_ten(self):
        self.begin(accounts_signup_gift=10)
        self.assertEqual(self.consume_two_hundred(), (10, {"insufficient_credits"}))
        self.assertEqual(self.ask("account", "ann")["balance"], 0)

    def test_two_hundred_debits_under_a_daily_cap_for_ten(self):
        self.begin(guards_daily_cap=10)
        self.assertEqual(self.consume_two_hundred(), (10, {"over_daily_cap"}))

    def test_two_hundred_debits_of_twenty_accounts_under_a_keys_cap_for_ten(self):
        self.begin()
        key = self.ask("keys", "create", "shop", "--scope", "credits", "--daily-cap", "10")["key"]
        self.assertEqual(self.consume_two_hundred(lambda n: f"user-{n % 20}", key),
                         (10, {"over_key_daily_cap"}))


if __name__ == "__main__":
    unittest.main()
