"""SIGTERM, SIGINT, SIGHUP, and what is left of the programs that were running."""
import json
import os
import signal
import time
import unittest

from support import CrashTest, processes_with, until

PRICES = "services:\n  script: {mode: fixed, credits: 5}\n  title: {mode: fixed, credits: 1}\n"


def settings(drain, provider="kind: simulated, submissions: submissions.log"):
    return f"""
prices: prices.yaml
worker: {{slots: 4, heartbeat: 500ms, lease: 2s, drain: {drain}, poll: 200ms}}
providers:
  demo: {{{provider}}}
"""


class Stopping(CrashTest):
    settings = settings("30s")
    prices = PRICES

    def running_job(self, latency_ms):
        up = self.up()
        id_ = self.site.enqueue(simulate={"latency_ms": latency_ms})
        self.reaches(id_, "processing")
        self.assertTrue(until(self.site.submitted, 5))
        return up, id_

    def test_an_idle_one_stops_at_once(self):
        for verb in ("up", "worker", "scheduler"):
            for which in (signal.SIGTERM, signal.SIGINT):
                running = self.up(verb)
                running.tell(which)
                self.assertEqual(running.ends(3), 0, f"{verb} {which}")

    def test_a_running_job_is_finished_and_a_waiting_one_is_left(self):
        up, id_ = self.running_job(2_000)
        up.tell(signal.SIGTERM)
        self.assertTrue(until(lambda: "stopping" in up.log, 5), up.log)
        waiting = self.site.enqueue()
        self.assertEqual(up.ends(15), 0)
        job = self.site.job(id_)
        self.assertEqual((job["state"], job["attempt"], job["charge"]["net"]),
                         ("completed", 1, 5))
        self.assertEqual(self.site.job(waiting)["state"], "queued")
        self.site.audit()

    def test_the_second_signal_stops_at_once(self):
        up, id_ = self.running_job(60_000)
        up.tell(signal.SIGTERM)
        self.assertTrue(until(lambda: "stopping" in up.log, 5), up.log)
        time.sleep(0.2)
        self.assertIsNone(up.process.poll())
        told = time.monotonic()
        up.tell(signal.SIGTERM)
        self.assertEqual(up.ends(10), 0)
        took = time.monotonic() - told
        print(f"signals: the second SIGTERM stopped it in {took:.2f} s")
        self.assertLess(took, 1.5)
        self.assertEqual(self.site.job(id_)["state"], "queued")
        self.assertEqual(self.losses(id_), [])
        self.site.audit()

    def test_jobs_are_still_looked_after_while_it_drains(self):
        up, id_ = self.running_job(4_000)  # twice the lease
        other = self.up("scheduler")
        up.tell(signal.SIGTERM)
        self.assertEqual(up.ends(15), 0)
        job = self.site.job(id_)
        self.assertEqual((job["state"], job["attempt"]), ("completed", 1))
        self.assertEqual(self.losses(id_), [])
        self.assertIsNone(other.process.poll())


class DrainTimeOut(CrashTest):
    settings = settings("500ms")
    prices = PRICES

    def test_jobs_are_handed_back_and_nothing_is_counted_against_them(self):
        id_ = self.site.enqueue(simulate={"latency_ms": 8_000})
        for attempt in (1, 2, 3, 4):  # more often than losses that make a job poison
            up = self.up()
            self.assertTrue(until(lambda: (job := self.site.job(id_))["attempt"] == attempt
                                  and job["state"] == "processing", 5), up.log)
            told = time.monotonic()
            up.tell(signal.SIGTERM)
            self.assertEqual(up.ends(5), 0)
            self.assertLess(time.monotonic() - told, 3)
            self.assertEqual(self.site.job(id_)["state"], "queued")
        self.up()
        job = self.reaches(id_, "completed")
        self.assertEqual((job["attempt"], job["charge"]["net"]), (5, 5))
        steps = [step["what"] for step in self.site.ask("explain", id_)["steps"]]
        self.assertEqual((steps.count("released"), steps.count("lost"), steps.count("retry")),
                         (4, 0, 0))
        self.assertIn("0 failed, 0 lost", self.site.ok("explain", id_).out)
        self.assertEqual(len(self.site.submitted()), 1)
        self.site.audit()


class Reload(CrashTest):
    settings = settings("1s")
    prices = PRICES

    def setUp(self):
        super().setUp()
        self.running = self.up()

    def quoted(self, id_):
        return self.site.job(id_)["price"]["quoted"]

    def test_new_jobs_get_the_new_price_and_queued_ones_keep_theirs(self):
        old = self.site.ask("enqueue", "script", "--user", "ann", "--run-at", "3s")["id"]
        self.site.write("prices.yaml", PRICES.replace("credits: 5", "credits: 7"))
        self.running.tell(signal.SIGHUP)
        self.assertTrue(until(lambda: "prices.changed" in self.running.log, 5), self.running.log)
        line = [line for line in self.running.log.splitlines() if "prices.changed" in line][0]
        for word in ("script", "5", "7"):
            self.assertIn(word, line)
        new = self.site.enqueue()
        self.assertEqual((self.quoted(old), self.quoted(new)), (5, 7))
        self.assertEqual(self.reaches(new, "completed")["charge"]["net"], 7)
        self.assertEqual(self.reaches(old, "completed")["charge"]["net"], 5)
        self.site.audit()

    def test_a_service_that_is_new_in_the_book_is_taken(self):
        self.site.write("prices.yaml", PRICES + "  compose: {mode: fixed, credits: 2}\n")
        self.running.tell(signal.SIGHUP)
        id_ = self.site.enqueue("compose")
        self.assertEqual(self.reaches(id_, "completed")["charge"]["net"], 2)

    def test_a_broken_book_is_refused_and_says_why(self):
        self.site.write("prices.yaml", PRICES.replace("credits: 5", "credits: five"))
        self.running.tell(signal.SIGHUP)
        self.assertTrue(until(lambda: "not reloaded" in self.running.log, 5), self.running.log)
        line = [line for line in self.running.log.splitlines() if "not reloaded" in line][0]
        for word in ("prices.yaml", "five", "credits"):
            self.assertIn(word, line)
        self.assertIsNone(self.running.process.poll())
        self.site.write("prices.yaml", PRICES)
        self.assertEqual(self.reaches(self.site.enqueue(), "completed")["charge"]["net"], 5)

    def test_a_book_that_is_gone_is_refused(self):
        os.rename(os.path.join(self.site.folder, "prices.yaml"),
                  os.path.join(self.site.folder, "away"))
        self.running.tell(signal.SIGHUP)
        self.assertTrue(until(lambda: "not reloaded" in self.running.log, 5), self.running.log)
        self.assertIsNone(self.running.process.poll())

    def test_many_reloads_at_once_disturb_nothing(self):
        jobs = [self.site.enqueue(simulate={"latency_ms": 300}) for _ in range(4)]
        for _ in range(200):
            self.running.tell(signal.SIGHUP)
        for id_ in jobs:
            self.assertEqual(self.reaches(id_, "completed")["charge"]["net"], 5)


class Children(CrashTest):
    """What a worker started does not outlive it, however it ends."""
    settings = settings("300ms", "kind: command, run: [sleep, '300']")
    prices = PRICES

    def setUp(self):
        super().setUp()
        self.running = self.up(start_new_session=True)
        self.id = self.site.enqueue()
        self.mark = f"TALLYMAN_RESULT_DIR={self.site.data}"
        self.assertTrue(until(lambda: processes_with(self.mark), 10), self.running.log)

    def nothing_is_left(self):
        self.assertTrue(until(lambda: not processes_with(self.mark), 2),
                        processes_with(self.mark))

    def test_ctrl_c_leaves_none(self):
        os.killpg(self.running.pid, signal.SIGINT)  # as a terminal does
        self.assertEqual(self.running.ends(10), 0)
        self.nothing_is_left()
        self.assertEqual(self.site.job(self.id)["state"], "queued")
        self.assertEqual(self.losses(self.id), [])

    def test_ctrl_c_twice_leaves_none(self):
        for _ in range(2):
            os.killpg(self.running.pid, signal.SIGINT)
            time.sleep(0.1)
        self.assertEqual(self.running.ends(10), 0)
        self.nothing_is_left()

    def test_a_killed_worker_leaves_none(self):
        self.running.kill()
        self.nothing_is_left()
        self.site.audit()

    def test_the_terminal_s_signal_does_not_reach_a_program_that_drains(self):
        self.site.write("tallyman.yaml", settings(
            "20s", "kind: command, run: [sh, -c, 'sleep 1.5; echo \"{\\\"result\\\": {}}\"']"))
        self.running.kill()
        again = self.up(start_new_session=True)
        id_ = self.site.enqueue()
        self.reaches(id_, "processing")
        self.assertTrue(until(lambda: processes_with(self.mark), 10), again.log)
        os.killpg(again.pid, signal.SIGINT)
        self.assertEqual(again.ends(15), 0)
        job = self.site.job(id_)
        self.assertEqual((job["state"], job["attempt"]), ("completed", 1), json.dumps(job))


if __name__ == "__main__":
    unittest.main()
