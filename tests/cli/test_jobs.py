"""Jobs while no worker runs: enqueue, job, jobs, cancel, retry, explain."""

import json
import time
import unittest

from support import CliTest


class Enqueue(CliTest):
    def test_prints_the_job_as_http_has_it(self):
        before = int(time.time() * 1000)
        job = self.ask("enqueue", "script", "--user", "ann", "--input", '{"topic":"tea"}')
        self.assertIsInstance(job["id"], str)
        self.assertEqual(job["service"], "script")
        self.assertEqual(job["user_id"], "ann")
        self.assertEqual(job["state"], "queued")
        self.assertEqual(job["price"]["mode"], "fixed")
        self.assertEqual(job["price"]["quoted"], 5)
        self.assertIsInstance(job["price"]["version"], str)
        self.assertEqual({k: job["charge"][k] for k in
                          ("debited", "settled", "refunded", "waived", "net")},
                         {"debited": 0, "settled": 0, "refunded": 0, "waived": 0, "net": 0})
        for name in ("progress", "priority", "attempt"):
            self.assertEqual(job[name], 0)
        self.assertGreaterEqual(job["created_at"], before)
        self.assertIsNone(job["started_at"])
        self.assertIsNone(job["finished_at"])
        for absent in ("error", "result", "duration_ms"):
            self.assertNotIn(absent, job)

    def test_reads_its_input_from_standard_input_or_a_file(self):
        first = self.ask("enqueue", "tts", "--user", "ann", "--input", "-",
                         stdin='{"text":"积分不足"}'.encode())
        path = self.write("input.json", '{"text":"积分不足"}')
        second = self.ask("enqueue", "tts", "--user", "ann", "--input", "@" + path)
        self.assertEqual(first["price"]["quoted"], second["price"]["quoted"])
        self.refused(2, "enqueue", "tts", "--user", "ann", "--input", "@missing.json")

    def test_a_repeated_key_answers_with_the_first_job(self):
        ask = ("enqueue", "script", "--user", "ann", "--key", "k1", "--input")
        first = self.ask(*ask, '{"topic":"a","style":"b"}')
        again = self.ask(*ask, '{ "style": "b", "topic": "a" }')
        self.assertEqual(first["id"], again["id"])
        self.assertEqual(len(self.ask("jobs")["jobs"]), 1)

    def test_a_key_used_for_another_body_is_refused(self):
        ask = ("--json", "enqueue", "script", "--user", "ann", "--key", "k1", "--input")
        first = self.ok(*ask, '{"topic":"a"}').json
        answer = self.refused(1, *ask, '{"topic":"b"}')
        self.assertEqual(answer.json["status"], 409)
        self.assertEqual(answer.json["job"], first["id"])
        self.assertEqual(self.ask("enqueue", "script", "--user", "bob", "--key", "k1")["user_id"],
                         "bob")

    def test_without_funds_is_a_402_with_the_facts(self):
        self.environment["TALLYMAN_ACCOUNTS_SIGNUP_GIFT"] = "100"
        answer = self.refused(1, "--json", "enqueue", "voice_clone", "--user", "ann")
        problem = answer.json
        self.assertEqual(problem["code"], "insufficient_credits")
        self.assertEqual(problem["status"], 402)
        self.assertEqual(problem["required"], 200)
        self.assertEqual(problem["balance"], 100)
        for name in ("type", "title", "detail"):
            self.assertIsInstance(problem[name], str)
        job = self.ask("enqueue", "voice_clone", "--user", "ann", "--queue-anyway")
        self.assertEqual(job["state"], "queued")

    def test_an_unknown_service_is_a_404(self):
        answer = self.refused(1, "--json", "enqueue", "poem", "--user", "ann")
        self.assertEqual((answer.json["status"], answer.json["code"]), (404, "unknown_service"))

    def test_a_service_sold_by_duration_needs_one(self):
        answer = self.refused(1, "--json", "enqueue", "video", "--user", "ann")
        self.assertEqual(answer.json["code"], "needs_duration")
        job = self.ask("enqueue", "video", "--user", "ann", "--input", '{"duration":12.5}')
        self.assertEqual(job["price"]["quoted"], 65)
        self.assertEqual(job["price"]["per_second"], 5)

    def test_can_wait_for_a_time_and_for_another_job(self):
        parent = self.ask("enqueue", "script", "--user", "ann", "--run-at", "1h")
        self.assertGreater(parent["run_at"], parent["created_at"] + 3_500_000)
        child = self.ask("enqueue", "script", "--user", "ann", "--after", parent["id"],
                         "--priority", "7")
        self.assertEqual(child["after"], [parent["id"]])
        self.assertEqual(child["priority"], 7)
        answer = self.refused(1, "--json", "enqueue", "script", "--user", "bob", "--after",
                              parent["id"])
        self.assertEqual(answer.json["code"], "unknown_parent")

    def test_says_so_when_nobody_seems_to_work(self):
        process = self.start("enqueue", "script", "--user", "ann", "--wait")
        self.until(lambda: self.tallyman("jobs", "--user", "ann").code == 0)
        time.sleep(3)
        self.assertIsNone(process.poll())
        self.ok("cancel", "1")
        out, _ = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 1)
        self.assertIn("cancelled", out.decode())


class Look(CliTest):
    def setUp(self):
        super().setUp()
        self.first = self.ask("enqueue", "script", "--user", "ann")
        self.second = self.ask("enqueue", "tts", "--user", "bob", "--input", '{"text":"hi"}')

    def test_job_is_the_job(self):
        self.assertEqual(self.ask("job", self.first["id"])["service"], "script")
        self.assertIn("script", self.ok("job", self.first["id"]).out)

    def test_jobs_are_newest_first_and_can_be_filtered(self):
        ids = [job["id"] for job in self.ask("jobs")["jobs"]]
        self.assertEqual(ids, [self.second["id"], self.first["id"]])
        for options, expected in ((("--user", "ann"), self.first),
                                  (("--service", "tts"), self.second)):
            self.assertEqual([j["id"] for j in self.ask("jobs", *options)["jobs"]],
                             [expected["id"]])
        self.assertEqual(self.ask("jobs", "--state", "failed")["jobs"], [])
        page = self.ask("jobs", "--limit", "1")
        rest = self.ask("jobs", "--limit", "1", "--before", page["next_cursor"])
        self.assertEqual(rest["jobs"][0]["id"], self.first["id"])
        self.refused(2, "jobs", "--state", "sleeping")
        self.refused(2, "jobs", "--limit", "0")

    def test_what_is_not_there_is_a_no(self):
        for verb in ("job", "explain", "cancel", "retry"):
            answer = self.refused(1, "--json", verb, "999")
            self.assertEqual((answer.json["status"], answer.json["code"]), (404, "unknown_job"))
            for bad in ("x", "0", "-1", "1x", "99999999999999999999"):
                self.refused(2, verb, bad)

    def test_cancel_ends_a_queued_job_and_charges_nothing(self):
        job = self.ask("cancel", self.first["id"])
        self.assertEqual((job["state"], job["charge"]["net"]), ("cancelled", 0))
        answer = self.refused(1, "--json", "cancel", self.first["id"])
        self.assertEqual((answer.json["status"], answer.json["state"]), (409, "cancelled"))

    def test_retry_queues_a_cancelled_job_again(self):
        self.refused(1, "retry", self.first["id"])
        self.ok("cancel", self.first["id"])
        self.assertEqual(self.ask("retry", self.first["id"])["state"], "queued")

    def test_explain_begins_with_the_price_and_the_enqueue(self):
        story = self.ask("explain", self.first["id"])
        self.assertEqual(story["job"]["id"], self.first["id"])
        self.assertEqual(story["steps"][0]["what"], "created")
        self.assertEqual(story["net"], 0)
        page = self.ok("explain", self.first["id"]).out
        self.assertIn("5 credits", page)
        self.assertIn(self.first["price"]["version"], page)

    def test_a_pipe_gets_no_colours(self):
        for verb in (("jobs",), ("explain", "1"), ("prices", "show"), ("account", "ann")):
            self.assertNotIn("\x1b", self.ok(*verb).out)


class BadInput(CliTest):
    def enqueue(self, code, *more, **options):
        return self.refused(code, "--json", "enqueue", "script", "--user", "ann", *more, **options)

    def test_user_ids_are_printable(self):
        for bad in ("", "a\nb", "a\tb", "a\x1b[31mb", " a", "a ", "x" * 129, "a\u202eb", "a\x7f"):
            answer = self.refused(2, "--json", "enqueue", "script", "--user", bad)
            self.assertEqual(answer.json["field"], "user_id")
            self.assertNotIn("\x1b", answer.err)
            self.refused(2, "account", bad)
        self.refused(2, "enqueue", "script", "--user", b"a\xff")
        self.assertEqual(self.ask("enqueue", "script", "--user", "积" * 128)["user_id"], "积" * 128)

    def test_input_is_one_strict_json_object(self):
        deep = '{"a":' * 40 + "1" + "}" * 40
        for bad in (" ", "nope", "[]", '"x"', '{"a":1', '{"a":1}}', '{"a":1,"a":2}', deep,
                    '{"a":01}', "{'a':1}"):
            answer = self.enqueue(2, "--input", bad)
            self.assertEqual(answer.json["field"], "input", bad)
            self.assertEqual(answer.json["status"], 422)

    def test_input_is_valid_utf8_and_of_bounded_size(self):
        self.enqueue(2, "--input", "-", stdin=b'{"a":"\xff"}')
        huge = json.dumps({"a": "x" * 10_000_000}).encode()
        answer = self.enqueue(2, "--input", "-", stdin=huge[:65_600])
        self.assertIn("larger than", answer.json["detail"])
        path = self.write("huge.json", huge.decode())
        self.assertIn("larger than", self.enqueue(2, "--input", "@" + path).json["detail"])

    def test_fields_are_checked_and_named(self):
        answer = self.refused(2, "--json", "enqueue", "tts", "--user", "ann", "--input",
                              '{"text":5,"speed":9}')
        self.assertEqual([e["field"] for e in answer.json["errors"]],
                         ["input.text", "input.speed"])

    def test_durations_are_neither_negative_nor_absurd(self):
        for bad in ("-1", "-0.001", "1e300", "9999999999"):
            self.refused(2, "enqueue", "video", "--user", "ann", "--input",
                         '{"duration":%s}' % bad)

    def test_the_other_options_are_checked(self):
        self.enqueue(2, "--key", "a\nb")
        self.enqueue(2, "--key", "k" * 256)
        self.enqueue(2, "--key", "")
        self.refused(2, "enqueue", "script", "--user", "ann", "--run-at", "soon")
        self.refused(2, "enqueue", "script", "--user", "ann", "--after", "x")
        self.refused(2, "enqueue", "script", "--user", "ann", "--priority", "high")
        self.refused(2, "enqueue", "script", "--user", "ann", "--colour", "red")
        self.refused(2, "enqueue", "script")
        self.refused(2, "enqueue", "--user", "ann")


if __name__ == "__main__":
    unittest.main()
