"""traceparent: taken, kept on the job, handed to the provider, written in the log."""

import json
import os
import urllib.request
import unittest

from support import CliTest

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
OTHER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"
ECHO = r"""
input=$(cat)
case $input in *'"traceparent":"'"$TRACEPARENT"'"'*) told=true;; *) told=false;; esac
echo "{\"result\": {\"trace\": \"${TRACEPARENT-none}\", \"told\": $told}}"
"""
NOT_VALID = ("00", "00-0-0-00", TRACE.upper(), "01" + TRACE[2:], TRACE + "-00",
             "00-" + "0" * 32 + TRACE[35:])


def trace_id(traceparent):
    return traceparent.split("-")[1]


class Trace(CliTest):
    settings = json.dumps({
        "log": {"format": "json"},
        "providers": {"echo": {"kind": "command", "run": ["sh", "-c", ECHO]}},
        "services": {"script": {"provider": "echo"}}})

    def setUp(self):
        super().setUp()
        self.environment.pop("TRACEPARENT", None)

    def log_of(self, *args):
        """Starts a program; returns it and the file that its log goes to."""
        path = os.path.join(self.folder, "log")
        with open(path, "wb") as file:
            return self.start(*args, stderr=file), path

    def finished(self, *args):
        return self.ask("enqueue", "script", "--user", "ann", "--wait", *args)

    def test_a_provider_gets_a_span_of_its_own_in_the_trace_of_its_job(self):
        _, log = self.log_of("up")
        job = self.finished("--trace", TRACE)
        self.assertEqual(job["traceparent"], TRACE)
        theirs = job["result"]["trace"]
        self.assertTrue(job["result"]["told"])
        self.assertEqual(trace_id(theirs), trace_id(TRACE))
        self.assertNotEqual(theirs, TRACE)
        self.assertEqual(len(theirs), len(TRACE))
        self.assertIn(TRACE, self.ok("explain", job["id"]).out)
        self.assertIn(TRACE, self.ok("job", job["id"]).out)
        with open(log, encoding="utf-8") as file:
            lines = [json.loads(line) for line in file]
        events = {line["event"]: line["trace"] for line in lines if line["kind"] == "business"}
        self.assertEqual(events, {"job.started": trace_id(TRACE),
                                  "job.completed": trace_id(TRACE)})

    def test_without_one_none_is_made_up(self):
        _, log = self.log_of("up")
        job = self.finished()
        self.assertNotIn("traceparent", job)
        self.assertEqual(job["result"], {"trace": "none", "told": False})
        with open(log, encoding="utf-8") as file:
            self.assertNotIn('"trace"', file.read())

    def test_the_environment_says_which_unless_the_call_does(self):
        self.environment["TRACEPARENT"] = TRACE
        self.assertEqual(self.ask("enqueue", "script", "--user", "ann")["traceparent"], TRACE)
        job = self.ask("enqueue", "script", "--user", "ann", "--trace", OTHER)
        self.assertEqual(job["traceparent"], OTHER)

    def test_one_that_is_not_valid_is_overlooked(self):
        for text in NOT_VALID:
            job = self.ask("enqueue", "script", "--user", "ann", "--trace", text)
            self.assertNotIn("traceparent", job, text)

    def test_a_repeat_with_another_trace_is_the_same_job(self):
        first = self.ask("enqueue", "script", "--user", "ann", "--key", "k", "--trace", TRACE)
        again = self.ask("enqueue", "script", "--user", "ann", "--key", "k", "--trace", OTHER)
        self.assertEqual((again["id"], again["traceparent"]), (first["id"], TRACE))


class OverHttp(CliTest):
    def setUp(self):
        super().setUp()
        up = self.start("up")
        line = self.until(lambda: up.stdout.readline().decode().split("listening on ")[1:])
        self.address = line[0].strip()
        with open(os.path.join(self.data, "admin.key"), encoding="utf-8") as file:
            self.key = file.read().strip()

    def post(self, path, body, **headers):
        request = urllib.request.Request(self.address + path, json.dumps(body).encode(), {
            "Content-Type": "application/json", "X-Api-Key": self.key, **headers})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def test_the_header_says_which(self):
        asked = {"service": "script", "user_id": "ann"}
        self.assertEqual(self.post("/api/jobs", asked, traceparent=TRACE)["traceparent"], TRACE)
        self.assertNotIn("traceparent", self.post("/api/jobs", asked))
        for text in NOT_VALID:
            self.assertNotIn("traceparent", self.post("/api/jobs", asked, traceparent=text), text)

    def test_each_job_of_a_batch_may_have_its_own(self):
        asked = {"service": "script", "user_id": "ann"}
        results = self.post("/api/jobs/batch", {"jobs": [
            asked, {**asked, "traceparent": OTHER}, {**asked, "traceparent": "00-x"},
            {**asked, "traceparent": 7}]}, traceparent=TRACE)["results"]
        self.assertEqual([result["status"] for result in results], [201] * 4)
        self.assertEqual([result["job"]["traceparent"] for result in results],
                         [TRACE, OTHER, TRACE, TRACE])


if __name__ == "__main__":
    unittest.main()
