"""A worker dies or falls silent while another lives on the same store."""
import signal
import time
import unittest

from support import CrashTest, processes_with, until

SETTINGS = """
worker: {slots: 8, heartbeat: 300ms, lease: 1s, drain: 1s, poll: 200ms}
services:
  defaults: {provider: demo}
  compose: {provider: program}
providers:
  demo: {kind: simulated, submissions: submissions.log}
  program: {kind: command, run: [sleep, '300']}
"""


class Rescue(CrashTest):
    settings = SETTINGS

    def test_jobs_of_a_killed_worker_are_taken_over_at_once(self):
        first = self.up("worker")
        jobs = [self.site.enqueue(simulate={"latency_ms": 60_000}) for _ in range(5)]
        for id_ in jobs:
            self.reaches(id_, "processing")
        self.assertTrue(until(lambda: len(self.site.submitted()) == 5, 5))
        second = self.up()
        killed_at = time.time()
        first.kill()
        self.assertTrue(until(lambda: all(self.site.job(id_)["attempt"] == 2 for id_ in jobs), 10))
        waited = [self.losses(id_)[0]["at"] / 1000 - killed_at for id_ in jobs]
        print(f"rescue: {len(jobs)} jobs of a killed worker were back in {max(waited):.2f} s")
        self.assertLess(max(waited), 5)
        for id_ in jobs:
            self.assertEqual((len(self.losses(id_)), self.site.job(id_)["charge"]["net"]), (1, 5))
            self.assertEqual(self.site.ask("cancel", id_)["charge"]["net"], 0)
        self.assertEqual(len(self.site.submitted()), 5)  # taken over, not submitted again
        second.tell(signal.SIGTERM)
        self.assertEqual(second.ends(10), 0)
        self.site.audit()

    def test_jobs_of_a_killed_worker_wait_for_the_next_one(self):
        first = self.up()
        id_ = self.site.enqueue(simulate={"latency_ms": 1_000})
        self.reaches(id_, "processing")
        self.assertTrue(until(self.site.submitted, 5))
        first.kill()
        self.assertEqual(self.site.job(id_)["state"], "processing")
        self.up()
        job = self.reaches(id_, "completed", 10)
        self.assertEqual((job["attempt"], job["charge"]["net"]), (2, 5))
        self.site.audit()

    def test_the_third_worker_that_is_taken_down_makes_it_poison(self):
        id_ = self.site.enqueue(simulate={"latency_ms": 60_000})
        for attempt in (1, 2, 3):
            up = self.up()
            self.assertTrue(until(lambda: (job := self.site.job(id_))["attempt"] == attempt
                                  and job["state"] == "processing", 10))
            up.kill()
        self.up()
        job = self.reaches(id_, "failed", 10)
        self.assertTrue(job["poison"])
        self.assertEqual((job["error"]["code"], job["charge"]["net"]), ("poison", 0))
        self.assertEqual(self.site.ask("account", "ann")["balance"], 520)
        self.site.audit()


class Silence(CrashTest):
    """A worker that is stopped for longer than its lease, and then goes on as if nothing were."""
    settings = SETTINGS

    def setUp(self):
        super().setUp()
        self.silent = self.up("worker")

    def stop_between_two_writes(self, id_):
        """In the middle of one it would hold SQLite's lock, and nobody else could write."""
        self.assertTrue(until(lambda: "submitted" in self.site.ok("explain", id_).out, 5))
        time.sleep(0.05)
        self.silent.tell(signal.SIGSTOP)

    def silence(self, simulate):
        id_ = self.site.enqueue(simulate=simulate)
        self.stop_between_two_writes(id_)
        silent_at = time.time()
        self.up()
        self.assertTrue(until(lambda: self.site.job(id_)["attempt"] == 2, 10))
        waited = self.losses(id_)[0]["at"] / 1000 - silent_at
        print(f"rescue: a job of a silent worker was back in {waited:.2f} s, its lease is 1 s")
        self.assertLess(waited, 5)
        return id_

    def test_its_late_result_changes_nothing(self):
        id_ = self.silence({"latency_ms": 2_500})
        before = self.reaches(id_, "completed")
        history = self.site.ok("--json", "history", "ann").out
        self.silent.tell(signal.SIGCONT)
        self.assertTrue(until(lambda: "job.stale" in self.silent.log, 10), self.silent.log)
        self.assertEqual(self.site.job(id_), before)
        self.assertEqual(self.site.ok("--json", "history", "ann").out, history)
        self.assertEqual((before["attempt"], before["charge"]["net"]), (2, 5))
        self.site.audit()

    def test_it_lets_go_of_a_job_that_is_another_s_by_now(self):
        id_ = self.silence({"latency_ms": 60_000})
        self.silent.tell(signal.SIGCONT)
        self.assertTrue(until(lambda: "job.stale" in self.silent.log, 10), self.silent.log)
        job = self.site.job(id_)
        self.assertEqual((job["state"], job["attempt"]), ("processing", 2))
        self.assertEqual(len(self.site.submitted()), 1)
        self.silent.tell(signal.SIGTERM)
        self.assertEqual(self.silent.ends(10), 0)
        self.site.audit()

    def test_its_program_is_stopped_when_another_runs_by_now(self):
        mark = f"TALLYMAN_RESULT_DIR={self.site.data}"
        id_ = self.site.enqueue("compose")
        self.stop_between_two_writes(id_)
        first = processes_with(mark)
        self.up()
        self.assertTrue(until(lambda: len(processes_with(mark)) == 2, 10))
        self.silent.tell(signal.SIGCONT)
        self.assertTrue(until(lambda: len(processes_with(mark)) == 1, 5), self.silent.log)
        self.assertNotEqual(processes_with(mark), first)
        self.assertEqual(self.site.job(id_)["state"], "processing")
        self.site.ask("cancel", id_)
        self.assertTrue(until(lambda: not processes_with(mark), 5))
        self.site.audit()

    def test_its_late_result_after_a_cancel_is_not_charged(self):
        id_ = self.site.enqueue(simulate={"latency_ms": 1_000})
        self.stop_between_two_writes(id_)
        self.assertEqual(self.site.ask("cancel", id_)["charge"]["net"], 0)
        time.sleep(1.2)
        self.silent.tell(signal.SIGCONT)
        self.assertTrue(until(lambda: "job.stale" in self.silent.log, 10), self.silent.log)
        job = self.site.job(id_)
        self.assertEqual((job["state"], job["charge"]["net"]), ("cancelled", 0))
        self.assertEqual(self.site.ask("account", "ann")["balance"], 520)
        self.site.audit()


class Alone(CrashTest):
    """The only worker is stopped past its leases, as by a suspended machine: nobody else can have
    taken its jobs, but its own scheduler may find them lost."""
    settings = SETTINGS

    def test_it_takes_up_its_own_jobs_again(self):
        up = self.up()
        jobs = [self.site.enqueue(simulate={"latency_ms": 6_000}) for _ in range(6)]
        for id_ in jobs:
            self.reaches(id_, "processing")
        for _ in range(2):  # a third loss would make them poison
            up.tell(signal.SIGSTOP)
            time.sleep(1.5)
            up.tell(signal.SIGCONT)
            time.sleep(0.7)
            self.assertIsNone(up.process.poll(), up.log[-2000:])
        for id_ in jobs:
            job = self.reaches(id_, "completed")
            self.assertEqual(job["charge"]["net"], 5)
        self.assertEqual(len(self.site.submitted()), 6)
        self.site.audit()


if __name__ == "__main__":
    unittest.main()
