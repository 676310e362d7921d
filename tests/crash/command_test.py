"""Programs that are cancelled, that print nonsense, that print without end."""
import signal
import unittest

from support import CrashTest, processes_with, until

SETTINGS = """
worker: {slots: 8, heartbeat: 500ms, lease: 2s, drain: 2s, poll: 200ms}
services:
  defaults: {provider: sleeper, backoff: 50ms, backoff_cap: 100ms, max_attempts: 2}
  script: {provider: sleeper}
  polish: {provider: stubborn}
  title: {provider: garbage}
  character: {provider: endless}
  compose: {provider: crasher}
  cover_design: {provider: family}
providers:
  sleeper: {kind: command, run: [sleep, '300']}
  stubborn: {kind: command, kill_after: 1s, run: [sh, -c, 'trap "" TERM INT; sleep 300; sleep 300']}
  garbage:
    kind: command
    run: [sh, -c, 'head -c 200000 /dev/urandom; echo; echo "{\\"result\\": ["']
  endless: {kind: command, run: [sh, -c, 'yes "{\\"progress\\": 5}" | head -c 2000000000']}
  crasher: {kind: command, run: [sh, -c, 'kill -SEGV $$']}
  family: {kind: command, run: [sh, -c, 'sleep 300 & sleep 300 & wait']}
"""


class Programs(CrashTest):
    settings = SETTINGS

    def setUp(self):
        super().setUp()
        self.worker = self.up()
        self.mark = f"TALLYMAN_RESULT_DIR={self.site.data}"

    def balance(self):
        return self.site.ask("account", "ann")["balance"]

    def cancelled(self, service, price, processes=1):
        id_ = self.site.enqueue(service)
        self.reaches(id_, "processing")
        self.assertTrue(until(lambda: len(processes_with(self.mark)) >= processes, 10))
        self.assertEqual(self.balance(), 520 - price)
        job = self.site.ask("cancel", id_)
        self.assertEqual((job["state"], job["charge"]["net"]), ("cancelled", 0))
        self.assertEqual(self.balance(), 520)
        self.assertTrue(until(lambda: not processes_with(self.mark), 3), self.worker.log)
        self.assertEqual(self.site.job(id_)["state"], "cancelled")
        self.site.audit()

    def test_a_cancelled_one_is_stopped_and_refunded(self):
        self.cancelled("script", 5)

    def test_one_that_does_not_listen_is_killed(self):
        self.cancelled("polish", 1)

    def test_what_it_started_itself_goes_with_it(self):
        self.cancelled("cover_design", 2, processes=3)

    def fails(self, service, code):
        job = self.reaches(self.site.enqueue(service), "failed", 60)
        self.assertEqual((job["error"]["code"], job["charge"]["net"]), (code, 0), job["error"])
        self.assertLess(len(job["error"]["message"]), 2_000)
        self.assertTrue(job["error"]["message"].isprintable(), job["error"])
        self.assertEqual(self.balance(), 520)
        self.assertIsNone(self.worker.process.poll())
        return job

    def test_garbage_is_a_failure(self):
        self.fails("title", "bad_output")

    def test_a_crash_is_a_failure(self):
        job = self.fails("compose", "provider_failed")
        self.assertEqual(job["attempt"], 2)

    def test_two_gigabytes_are_cut_off(self):
        self.fails("character", "output_too_large")
        with open(f"/proc/{self.worker.pid}/status", encoding="utf-8") as file:
            peak = [line for line in file if line.startswith("VmHWM")][0]
        self.assertLess(int(peak.split()[1]), 400_000, "kB of memory")
        self.assertFalse(processes_with(self.mark))
        self.site.audit()

    def test_cancelled_and_retried_at_once_runs_once_more(self):
        id_ = self.site.enqueue("script")
        for attempt in (1, 2, 3):
            self.assertTrue(until(lambda: (job := self.site.job(id_))["attempt"] == attempt
                                  and job["state"] == "processing", 10), self.worker.log)
            self.site.ask("cancel", id_)
            self.site.ask("retry", id_)
        self.assertTrue(until(lambda: self.site.job(id_)["attempt"] == 4, 10), self.worker.log)
        self.assertTrue(until(lambda: len(processes_with(self.mark)) == 1, 5), self.worker.log)
        self.site.ask("cancel", id_)
        self.assertTrue(until(lambda: not processes_with(self.mark), 5), self.worker.log)
        self.assertEqual(self.balance(), 520)
        self.worker.tell(signal.SIGTERM)
        self.assertEqual(self.worker.ends(10), 0)
        self.site.audit()


if __name__ == "__main__":
    unittest.main()
