"""queues: what pausing, draining and resuming one does to the jobs of its service."""

import unittest

from support import CliTest


class Queues(CliTest):
    def setUp(self):
        super().setUp()
        self.ok("migrate")

    def modes(self):
        return {q["service"]: q["mode"] for q in self.ask("queues")["queues"]}

    def test_every_service_of_the_book_is_listed(self):
        modes = self.modes()
        self.assertEqual(set(modes), set(self.ask("prices", "show")["services"]))
        self.assertEqual(set(modes.values()), {"running"})
        self.assertEqual(self.ok("queues").out, self.ok("queues", "list").out)
        self.assertRegex(self.ok("queues").out, r"(?m)^script +running *$")

    def test_a_mode_is_set_and_shown(self):
        self.assertEqual(self.ask("queues", "pause", "tts"), {"service": "tts", "mode": "paused"})
        self.assertEqual(self.ask("queues", "drain", "video")["mode"], "draining")
        modes = self.modes()
        self.assertEqual((modes["tts"], modes["video"]), ("paused", "draining"))
        self.assertRegex(self.ok("queues").out, r"(?m)^tts +paused +takes new jobs and starts none")
        self.assertIn("running", self.ok("queues", "resume", "tts").out)
        self.assertEqual(self.modes()["tts"], "running")

    def test_a_paused_queue_waits_until_it_is_resumed(self):
        self.ok("queues", "pause", "script")
        held = self.ask("enqueue", "script", "--user", "ann")["id"]
        self.start("up")
        other = self.ask("enqueue", "caption", "--user", "ann", "--wait")
        self.assertEqual(other["state"], "completed")
        self.assertEqual(self.ask("job", held)["state"], "queued")
        self.ok("queues", "resume", "script")
        self.until(lambda: self.ask("job", held)["state"] == "completed")

    def test_a_draining_queue_refuses_new_jobs(self):
        self.ok("queues", "drain", "script")
        problem = self.refused(1, "--json", "enqueue", "script", "--user", "ann").json
        self.assertEqual((problem["code"], problem["status"]), ("queue_draining", 503))
        self.ok("queues", "resume", "script")
        self.ok("enqueue", "script", "--user", "ann")

    def test_an_unknown_service_is_a_mistake_with_the_nearest_known_one(self):
        for word in ("pause", "drain", "resume"):
            self.assertIn("`video`", self.refused(2, "queues", word, "vidoe").err)
            self.refused(2, "queues", word)
        self.assertEqual(set(self.modes().values()), {"running"})

    def test_a_service_that_left_the_book_can_still_be_resumed(self):
        self.ok("queues", "pause", "script")
        self.write("prices.yaml", "services:\n  poem: {mode: fixed, credits: 3}\n")
        self.environment["TALLYMAN_PRICES"] = "prices.yaml"
        self.assertEqual(self.modes(), {"poem": "running", "script": "paused"})
        self.ok("queues", "resume", "script")
        self.assertEqual(self.modes(), {"poem": "running"})


if __name__ == "__main__":
    unittest.main()
