"""The life of a job over HTTP, as a program sees it that enqueues, polls and listens."""

import json
import os
import signal
import stat
import time
import unittest

from served import CliTest, Served


class Http(Served):
    def follow(self, path, last=None):
        """Events of one stream, to its end."""
        connection = self.connect()
        headers = {"X-Api-Key": self.key} | ({"Last-Event-ID": last} if last else {})
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        self.assertTrue(response.headers["Content-Type"].startswith("text/event-stream"))
        event = {}
        while line := response.readline().decode():
            name, _, value = line.rstrip("\n").partition(": ")
            if name:
                event[name] = value
            elif "id" in event:
                yield event["id"], event["event"], json.loads(event["data"])
                event = {}

    def test_a_job_runs_and_shows_its_bill(self):
        job = self.enqueue({"latency_ms": 200})
        states = [data["state"] for _, name, data in self.follow(f"/api/jobs/{job['id']}/events")
                  if name == "state"]
        self.assertEqual(states[-1], "completed")
        response, shown = self.call("GET", f"/api/jobs/{job['id']}")
        self.assertEqual(shown["charge"]["net"], 5)
        again, _ = self.call("GET", f"/api/jobs/{job['id']}", If_None_Match=response.headers["ETag"])
        self.assertEqual(again.status, 304)
        self.assertEqual(self.ask("job", job["id"]), shown)
        _, story = self.call("GET", f"/api/jobs/{job['id']}/explain")
        self.assertEqual(story, self.ask("explain", job["id"]))
        self.ok("audit")

    def test_nobody_is_let_in_without_a_key(self):
        job = self.enqueue({"latency_ms": 1})
        for key in (None, "", "tm_" + "A" * 43, "x"):
            response, problem = self.call("GET", f"/api/jobs/{job['id']}", X_Api_Key=key)
            self.assertEqual(response.status, 401, key)
            self.assertEqual(response.headers["Content-Type"].split(";")[0],
                             "application/problem+json")
            self.assertIn("code", problem)

    def test_waiting_ends_when_the_job_moves(self):
        job = self.enqueue({"latency_ms": 60000})
        self.until(lambda: self.call("GET", f"/api/jobs/{job['id']}")[1]["state"] == "processing")
        began = time.monotonic()
        connection = self.connect()
        connection.request("GET", f"/api/jobs/{job['id']}?wait=20", headers={"X-Api-Key": self.key})
        self.ask("cancel", job["id"])  # by another process
        shown = json.loads(connection.getresponse().read())
        self.assertEqual(shown["state"], "cancelled")
        self.assertLess(time.monotonic() - began, 10)

    def test_streams_end_and_the_program_too_when_it_is_told_to(self):
        job = self.enqueue({"latency_ms": 200}, run_at=4102444800000)
        stream = self.follow(f"/api/jobs/{job['id']}/events")
        self.assertEqual(next(stream)[2]["state"], "queued")
        self.up.send_signal(signal.SIGTERM)
        self.assertEqual(list(stream), [])
        self.assertEqual(self.up.wait(timeout=30), 0)

    def test_a_taken_port_is_one_clear_line(self):
        answer = self.refused(2, "up", "--port", str(self.address.port), timeout=30)
        self.assertIn(str(self.address.port), answer.err)


class Api(CliTest):
    def test_answers_without_working_jobs(self):
        up = self.start("up", "--port", "0")
        up.stdout.readline()
        self.until(lambda: os.path.exists(os.path.join(self.data, "admin.key")))
        self.stop(up)
        api = self.start("api", "--port", "0")
        lines = [api.stdout.readline().decode() for _ in range(2)]
        self.assertIn("no worker here", lines[0])
        self.assertTrue(lines[1].startswith("listening on http://127.0.0.1:"), lines[1])


if __name__ == "__main__":
    unittest.main()
