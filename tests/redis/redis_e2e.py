#!/usr/bin/env python3
"""The real program with a real Redis: requests by XADD, live status, and Redis going away."""
import json
import os
import signal
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "crash"), os.path.join(HERE, "..", "support")]

from private_redis import PrivateCluster, PrivateRedis  # noqa: E402
from support import CrashTest, read, until  # noqa: E402

PASSWORD = "open-sesame-7291"
SETTINGS = """
worker: {slots: 4, heartbeat: 500ms, lease: 2s, drain: 5s, poll: 200ms}
providers:
  quick: {kind: simulated, latency: 50ms}
"""


def pairs(lines):
    lines = lines.splitlines()
    return dict(zip(lines[::2], lines[1::2]))


class RedisTest(CrashTest):
    settings = SETTINGS

    def setUp(self):
        super().setUp()
        self.redis = PrivateRedis(password=PASSWORD)
        self.addCleanup(self.redis.close)
        self.site.environment["TALLYMAN_REDIS_URL"] = self.redis.url
        self.said = []

    def tearDown(self):
        """Whatever happened, nobody has said the password."""
        for running in self.site.running:
            self.said += [running.log, read(running.printed)]
        self.assertNotIn(PASSWORD, "".join(self.said))

    def xadd(self, **fields):
        words = [word for pair in fields.items() for word in pair]
        return self.redis.cli("XADD", "tallyman:intake", "*", *words)

    def state(self, job):
        return self.redis.cli("HGET", f"tallyman:job:{job}", "state")

    def listen(self, channel):
        listener = subprocess.Popen(
            ["redis-cli", "-h", "127.0.0.1", "-p", str(self.redis.port), "SUBSCRIBE", channel],
            stdout=subprocess.PIPE, text=True, env={**os.environ, "REDISCLI_AUTH": PASSWORD})
        self.addCleanup(listener.stdout.close)
        self.addCleanup(listener.wait)
        self.addCleanup(listener.kill)
        for _ in range(3):  # subscribe, channel, 1
            listener.stdout.readline()
        return listener

    @staticmethod
    def next_event(listener):
        """The next message: three lines, "message", the channel, and the event."""
        return json.loads([listener.stdout.readline() for _ in range(3)][2])

    def test_a_message_becomes_a_job_with_live_status_and_events(self):
        up = self.up()
        listener = self.listen("tallyman:events:ann")
        self.xadd(service="script", user="ann", input='{"topic": "tea"}', key="k1")
        self.xadd(service="script", user="ann", input='{"topic": "tea"}', key="k1")
        events = []
        while not events or events[-1]["state"] != "completed":
            events.append(self.next_event(listener))
        states = list(dict.fromkeys(event["state"] for event in events))
        self.assertEqual(states, ["queued", "processing", "completed"])
        job = events[-1]["id"]
        self.assertEqual(self.site.job(job)["state"], "completed")
        status = pairs(self.redis.cli("HGETALL", f"tallyman:job:{job}"))
        self.assertEqual((status["state"], status["user_id"], status["net"]),
                         ("completed", "ann", "5"))
        self.assertTrue(until(lambda: self.redis.cli("XLEN", "tallyman:intake") == "0", 10))
        self.assertEqual(len(self.site.all_jobs()), 1)
        self.site.audit()
        up.tell(signal.SIGTERM)
        self.assertEqual(up.ends(10), 0)
        self.assertEqual(self.redis.cli("XINFO", "CONSUMERS", "tallyman:intake", "tallyman"), "",
                         "a worker that leaves is no longer a consumer")

    def test_what_can_not_be_taken_is_a_dead_letter(self):
        self.up()
        message = self.xadd(service="nope", user="ann", input="{}")
        self.assertTrue(until(lambda: self.redis.cli("XLEN", "tallyman:intake:dead") == "1", 10))
        letter = self.redis.cli("XRANGE", "tallyman:intake:dead", "-", "+").splitlines()
        fields = dict(zip(letter[1::2], letter[2::2]))
        self.assertEqual((fields["reason"], fields["id"], fields["service"]),
                         ("unknown_service", message, "nope"))

    def test_verbs_tell_redis_too(self):
        listener = self.listen("tallyman:events:ann")
        job = self.site.enqueue("script")
        self.assertEqual(self.next_event(listener)["state"], "queued")
        self.site.ok("cancel", job)
        self.assertEqual(self.next_event(listener)["state"], "cancelled")
        self.assertEqual(self.state(job), "cancelled")

    def test_redis_may_go_and_come_back_and_is_mentioned_once(self):
        up = self.up()
        self.xadd(service="script", user="ann", key="before")
        self.assertTrue(until(lambda: self.state(1) == "completed", 10))
        self.redis.kill()
        self.assertTrue(until(lambda: "redis: away" in up.log, 10), up.log)
        for _ in range(3):
            self.reaches(self.site.enqueue("script"), "completed")
        self.redis.start()
        self.assertTrue(until(lambda: "redis: back" in up.log, 10), up.log)
        self.xadd(service="script", user="bob", key="after")
        self.assertTrue(until(lambda: len(self.site.all_jobs()) == 5, 10))
        self.assertEqual((up.log.count("redis: away"), up.log.count("redis: back")), (1, 1))
        self.site.audit()

    def test_a_redis_that_comes_and_goes_does_not_fill_the_log(self):
        up = self.up()
        for _ in range(8):
            self.redis.kill()
            self.redis.start()
            self.assertTrue(until(lambda: int(self.redis.cli("PUBSUB", "NUMSUB", "tallyman:wake")
                                              .splitlines()[1]) == 1, 10))
        self.assertIn(up.log.count("redis: away"), (1, 2))  # a second, if this took ten seconds
        self.assertLessEqual(up.log.count("redis: back"), 2)

    def test_killed_between_the_commit_and_the_acknowledgement_it_is_still_one_job(self):
        """The right to acknowledge is taken away, so that the worker stays in between for sure."""
        self.redis.cli("ACL", "SETUSER", "default", "-eval")
        messages = [self.xadd(service="script", user="ann"),
                    self.xadd(service="script", user="ann", key="k1")]
        up = self.up()
        self.assertTrue(until(lambda: len(self.site.all_jobs()) == 2, 10), up.log)
        up.kill()
        left = self.redis.cli("XPENDING", "tallyman:intake", "tallyman", "-", "+", "9").splitlines()
        self.assertEqual(left[::4], messages, "nothing was acknowledged")
        self.redis.cli("ACL", "SETUSER", "default", "+eval")
        # As if the half minute had passed after which messages of a dead worker are taken over.
        self.redis.cli("XCLAIM", "tallyman:intake", "tallyman", left[1], "0", *messages,
                       "IDLE", "60000", "RETRYCOUNT", "1", "JUSTID")
        self.up()
        self.assertTrue(until(lambda: self.redis.cli("XLEN", "tallyman:intake") == "0", 20))
        jobs = self.site.all_jobs()
        for job in jobs:
            self.reaches(job["id"], "completed")
        self.assertEqual(len(jobs), 2)
        self.assertEqual(self.site.ask("account", "ann")["balance"], 520 - 2 * 5)
        self.assertEqual(self.redis.cli("EXISTS", "tallyman:intake:dead"), "0")
        self.site.audit()

    def test_a_cluster_is_followed(self):
        cluster = PrivateCluster()
        self.addCleanup(cluster.close)
        for seed in cluster.nodes:
            self.site.environment["TALLYMAN_REDIS_URL"] = seed.url
            found, = self.redis_lines()
            self.assertEqual(found["status"], "ok")
            self.assertIn("in a cluster", found["detail"])
            up = self.up()
            before = len(self.site.all_jobs())
            for _ in range(5):
                cluster.cli("XADD", "tallyman:intake", "*", "service", "script", "user", "ann")
            self.assertTrue(until(lambda: len(self.site.all_jobs()) == before + 5, 10), up.log)
            for job in self.site.all_jobs():
                self.reaches(job["id"], "completed")
                self.assertTrue(until(lambda job=job: cluster.cli(
                    "HGET", f"tallyman:job:{job['id']}", "state") == "completed", 10), up.log)
            self.assertEqual(up.log.count("redis: away"), 0, up.log)
            up.tell(signal.SIGTERM)
            self.assertEqual(up.ends(10), 0)
        self.site.audit()

    def test_without_redis_everything_works_by_polling(self):
        self.redis.kill()
        up = self.up()
        job = self.site.enqueue("script")
        self.assertEqual(self.reaches(job, "completed")["charge"]["net"], 5)
        up.tell(signal.SIGTERM)
        self.assertEqual(up.ends(10), 0)
        self.site.audit()

    def test_wiped_every_moment_no_job_is_lost(self):
        self.up()
        jobs = []
        for _ in range(20):
            jobs.append(self.site.enqueue("script", user="ann"))
            self.redis.cli("FLUSHALL")
        for job in jobs:
            self.reaches(job, "completed")
        self.assertEqual(self.site.ask("account", "ann")["balance"], 520 - 5 * len(jobs))
        self.site.audit()

    def redis_lines(self):
        answer = self.site.run("--json", "doctor")
        self.said.append(answer.out + answer.err)
        return [check for check in answer.json["checks"] if check["name"] == "redis"]

    def test_the_doctor_knows_how_it_is(self):
        fine, = self.redis_lines()
        self.assertEqual(fine["status"], "ok")
        self.assertIn("master", fine["detail"])
        self.redis.cli("CONFIG", "SET", "maxmemory", "50mb")
        self.redis.cli("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        self.assertIn("evict", self.redis_lines()[1]["detail"])
        self.redis.kill()
        gone, = self.redis_lines()
        self.assertEqual(gone["status"], "problem")
        self.assertIn("is Redis running there?", gone["detail"])

    def test_a_wrong_password_is_named_by_its_key(self):
        self.redis.cli("CONFIG", "SET", "requirepass", "another")
        self.redis.password = "another"
        wrong, = self.redis_lines()
        self.assertIn("redis.password", wrong["detail"])

    def test_the_password_may_come_from_a_file(self):
        self.site.write("secret", PASSWORD + "\n")
        self.site.environment["TALLYMAN_REDIS_URL"] = f"redis://127.0.0.1:{self.redis.port}"
        self.site.environment["TALLYMAN_REDIS_PASSWORD_FILE"] = "secret"
        self.assertEqual(self.redis_lines()[0]["status"], "ok")

    def test_a_url_that_is_wrong_is_a_mistake_of_configuration(self):
        for url in (f"http://:{PASSWORD}@h", f"redis://:{PASSWORD}@h:x"):
            self.site.environment["TALLYMAN_REDIS_URL"] = url
            answer = self.site.run("jobs")
            self.said.append(answer.out + answer.err)
            self.assertEqual(answer.code, 2)
            self.assertIn("REDIS_URL" if url.startswith("http") else "redis.url", answer.err)


if __name__ == "__main__":
    unittest.main()
