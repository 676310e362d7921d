"""Freezing, releasing and capping an account by the verbs and the calls, as an operator does."""

import json
import os
import sys
import time
import unittest
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", folder) for folder in ("web", "cli")]

from served import Served  # noqa: E402


class Operator(Served):
    def test_a_freeze_keeps_everything_and_a_release_lets_jobs_go_on(self):
        self.ok("grant", "ann", "100")
        slow = self.enqueue(simulate={"latency_ms": 1500})
        self.until(lambda: self.ask("job", slow["id"])["state"] == "processing")
        frozen = self.ask("account", "freeze", "ann", "--reason", "order 17")
        self.assertEqual(frozen["freeze"]["reason"], "order 17")
        self.assertEqual(frozen["freeze"]["by"], "command line")
        shown = self.ok("account", "ann").out
        self.assertIn("(frozen)", shown)
        self.assertIn("order 17", shown)
        refused = self.problem(403, "account_frozen", self.call(
            "POST", "/api/jobs", {"service": "script", "user_id": "ann", "input": {}}))
        self.assertEqual(refused["guard"], "freeze")
        self.problem(403, "account_frozen", self.call("POST", "/api/credits/consume", {
            "user_id": "ann", "amount": 1, "action": "x", "description": ""}))
        self.ok("grant", "ann", "50")
        self.until(lambda: self.ask("job", slow["id"])["state"] == "completed")
        self.assertEqual(self.ask("account", "ann")["balance"], 520 + 150 - 5)
        response, told = self.call("POST", "/api/admin/accounts/ann/unfreeze")
        self.assertEqual(response.status, 200, told)
        self.assertNotIn("frozen", told)
        self.enqueue()

    def test_what_waited_for_a_freeze_goes_on_when_it_ends(self):
        due = int(time.time() * 1000) + 3000
        waiting = [self.enqueue(run_at=due)["id"] for _ in range(5)]
        self.ok("account", "freeze", "ann", "--reason", "a look")
        # Another account's job that is due later has run, so that these have been looked at.
        other = self.enqueue(user_id="bob", run_at=due + 1500)["id"]
        self.until(lambda: self.ask("job", other)["state"] == "completed")
        self.assertEqual({self.ask("job", job)["state"] for job in waiting}, {"queued"})
        self.ok("account", "unfreeze", "ann")
        self.until(lambda: all(self.ask("job", job)["state"] == "completed" for job in waiting))

    def test_an_account_may_be_called_like_a_word(self):
        self.ok("grant", "freeze", "100")
        self.assertEqual(self.ask("account", "show", "freeze")["user_id"], "freeze")
        self.assertIn("account show USER", self.ok("account", "--help").out)

    def test_an_account_that_may_not_spend_is_told_of(self):
        self.ok("grant", "ann", "100")
        self.ok("account", "freeze", "ann", "--reason", "order 17")
        self.until(lambda: self.sees("account_frozen"))
        self.until(lambda: b'tallyman_accounts_stopped{why="frozen"} 1' in self.metrics())
        self.ok("account", "unfreeze", "ann")
        self.until(lambda: not self.sees("account_frozen"))

    def sees(self, concern):
        """Whether the overview says so."""
        view = self.call("GET", "/api/admin/overview")[1]
        return concern in json.dumps(view)

    def metrics(self):
        asked = urllib.request.Request(f"http://{self.address.netloc}/metrics",
                                       headers={"X-Api-Key": self.key})
        with urllib.request.urlopen(asked) as answer:
            return answer.read()

    def test_caps_of_an_account_are_its_own(self):
        self.ok("grant", "ann", "100")
        capped = self.ask("account", "caps", "ann", "--daily", "7", "--job", "none")
        self.assertEqual(capped["caps"], {"daily_cap": 7, "job_cap": 0})
        self.ok("consume", "ann", "5", "--reason", "x")
        refused = self.refused(1, "consume", "ann", "3", "--reason", "x")
        self.assertIn("7 a day", refused.err)
        self.assertEqual(self.ask("account", "caps", "ann")["caps"], {"daily_cap": 7, "job_cap": 0},
                         "to ask takes nothing away")
        self.assertIn("7  (its own)", self.ok("account", "caps", "ann").out)
        capped = self.ask("account", "caps", "ann", "--job", "9")
        self.assertEqual(capped["caps"], {"daily_cap": 7, "job_cap": 9}, "the others stay")
        self.refused(2, "account", "caps", "ann", "--none", "--job", "9")
        self.assertNotIn("caps", self.ask("account", "caps", "ann", "--none"))
        self.ok("consume", "ann", "3", "--reason", "x")
        self.refused(2, "account", "caps", "ann", "--daily", "lots")
        self.refused(1, "account", "freeze", "nobody", "--reason", "x")
        self.refused(2, "account")

    def test_keys_have_caps_and_show_them(self):
        made = self.ask("keys", "create", "shop", "--scope", "credits", "--daily-cap", "10",
                        "--monthly-cap", "100", "--rate", "600")
        self.assertEqual((made["daily_cap"], made["monthly_cap"], made["per_minute"]),
                         (10, 100, 600))
        self.assertIn("100", self.ok("keys", "list").out)
        response, told = self.call("POST", "/api/admin/keys", {
            "name": "web", "scopes": ["credits"], "monthly_cap": 5})
        self.assertEqual((response.status, told["monthly_cap"]), (201, 5))
        sent = {"user_id": "ann", "amount": 6, "action": "x", "description": ""}
        refused = self.problem(429, "over_key_monthly_cap", self.call(
            "POST", "/api/credits/consume", sent, X_Api_Key=told["key"]))
        self.assertEqual((refused["guard"], refused["limit"], refused["used"]),
                         ("key_monthly_cap", 5, 0))
        self.assertGreater(refused["frees_at"], 0)

    def tearDown(self):
        self.ok("audit")
        super().tearDown()


if __name__ == "__main__":
    unittest.main()
