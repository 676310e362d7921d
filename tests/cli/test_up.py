"""The verbs beside a running `tallyman up`."""

import os
import signal
import unittest

from support import CliTest


class Up(CliTest):
    def setUp(self):
        super().setUp()
        self.up = self.start("up")
        line = self.up.stdout.readline().decode()
        self.assertIn("ready", line)

    def enqueue(self, service, simulate, *more):
        return ("enqueue", service, "--user", "ann", "--input",
                '{"text":"hello","simulate":%s}' % simulate, *more)

    def test_wait_prints_the_job_at_its_end(self):
        job = self.ask(*self.enqueue("script", '{"latency_ms":50}', "--wait"))
        self.assertEqual(job["state"], "completed")
        self.assertEqual({k: job["charge"][k] for k in ("debited", "settled", "refunded", "net")},
                         {"debited": 5, "settled": 5, "refunded": 0, "net": 5})
        self.assertEqual(job["attempt"], 1)
        self.assertLessEqual(job["created_at"], job["started_at"])
        self.assertLessEqual(job["started_at"], job["finished_at"])
        self.assertEqual(self.ask("account", "ann")["balance"], 515)
        self.ok("audit")

    def test_wait_in_a_pipe_tells_states_and_the_bill(self):
        text = self.ok(*self.enqueue("script", '{"latency_ms":300}', "--wait")).out
        self.assertIn("processing", text)
        self.assertIn("completed", text)
        self.assertRegex(text, r"net +5\n")
        self.assertRegex(text, r"balance +515\n")
        self.assertNotIn("\r", text)

    def test_output_is_settled_on_what_was_measured(self):
        job = self.ask(*self.enqueue("tts", '{"latency_ms":10,"duration_ms":1040}', "--wait"))
        self.assertEqual(job["duration_ms"], 1040)
        self.assertEqual(job["charge"]["settled"], 1)
        self.assertEqual(job["charge"]["debited"], job["price"]["quoted"])
        self.assertGreater(job["charge"]["debited"], 1)
        story = self.ask("explain", job["id"])
        amounts = [s["amount"] for s in story["steps"] if "amount" in s]
        self.assertEqual(sum(amounts), -1)
        self.assertEqual([s["what"] for s in story["steps"] if "amount" in s],
                         ["consume", "settle"])
        page = self.ok("explain", job["id"]).out
        for word in ("signup", "consume", "settle", "completed", "net 1 credit"):
            self.assertIn(word, page)

    def test_a_job_that_fails_costs_nothing_and_is_a_no(self):
        answer = self.tallyman("--json",
                               *self.enqueue("script", '{"outcome":"failed_final"}', "--wait"))
        self.assertEqual(answer.code, 1)
        job = answer.json
        self.assertEqual(job["state"], "failed")
        self.assertEqual((job["charge"]["refunded"], job["charge"]["net"]), (5, 0))
        self.assertLessEqual({"code", "message", "retryable"}, set(job["error"]))
        self.assertEqual(self.ask("account", "ann")["balance"], 520)
        again = self.ask("retry", job["id"])
        self.assertEqual(again["state"], "queued")
        ended = self.ask("job", job["id"], "--watch")
        self.assertEqual(ended["charge"]["number"], 2)
        self.assertEqual(self.ask("account", "ann")["balance"], 520)
        self.ok("audit")

    def test_a_running_job_can_be_cancelled_and_is_refunded(self):
        job = self.ask(*self.enqueue("script", '{"latency_ms":60000}'))
        self.until(lambda: self.ask("job", job["id"])["state"] == "processing")
        self.assertEqual(self.ask("account", "ann")["balance"], 515)
        cancelled = self.ask("cancel", job["id"])
        self.assertEqual((cancelled["state"], cancelled["charge"]["net"]), ("cancelled", 0))
        self.assertEqual(self.ask("account", "ann")["balance"], 520)
        kinds = [s["what"] for s in self.ask("explain", job["id"])["steps"]]
        self.assertLess(kinds.index("consume"), kinds.index("refund"))
        self.ok("audit")

    def test_children_wait_for_their_parent(self):
        parent = self.ask(*self.enqueue("script", '{"latency_ms":300}'))
        child = self.ask(*self.enqueue("script", '{"latency_ms":1}', "--after", parent["id"],
                                       "--wait"))
        self.assertEqual(child["state"], "completed")
        self.assertGreaterEqual(child["started_at"],
                                self.ask("job", parent["id"])["finished_at"])

    def test_migrate_beside_it_is_safe(self):
        self.ok("migrate")
        self.ok("doctor")

    def test_stops_when_told_to(self):
        self.up.send_signal(signal.SIGTERM)
        self.assertEqual(self.up.wait(timeout=30), 0)


class NothingToWorkWith(CliTest):
    def test_up_says_what_is_wrong_with_its_store(self):
        self.environment["TALLYMAN_DATA_DIR"] = os.path.join(self.write("file", ""), "data")
        self.refused(3, "up", timeout=30)


if __name__ == "__main__":
    unittest.main()
