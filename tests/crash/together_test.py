"""Several programs on one store: they share the work, and nothing runs twice."""
import signal
import unittest
from collections import Counter

from support import CrashTest, until

SETTINGS = """
worker: {slots: 4, heartbeat: 500ms, lease: 2s, drain: 5s, poll: 200ms}
services:
  defaults: {provider: slow, backoff: 50ms, backoff_cap: 100ms, max_attempts: 5}
  caption: {provider: instant}
providers:
  slow: {kind: simulated, latency: 100ms, failure_rate: 0.2, submissions: submissions.log}
  instant: {kind: simulated, latency: 0ms, failure_rate: 0.2, submissions: submissions.log}
"""


class Together(CrashTest):
    settings = SETTINGS

    def test_they_share_the_work_and_no_attempt_runs_twice(self):
        jobs = [self.site.enqueue("caption" if n % 4 == 0 else "script", user=f"user{n % 5}")
                for n in range(60)]
        ups = [self.site.start("up") for _ in range(2)]
        for up in ups:
            up.ready()
        jobs += [self.site.enqueue(user=f"user{n % 5}") for n in range(20)]
        self.assertTrue(until(lambda: all(job["state"] in ("completed", "failed")
                                          for job in self.site.all_jobs()), 60))
        for up in ups:
            up.tell(signal.SIGTERM)
            self.assertEqual(up.ends(10), 0)
        submitted = self.site.submitted()
        self.assertEqual(set(Counter(submitted).values()), {1})
        tries = Counter(job for job, _, _ in submitted)
        for job in self.site.all_jobs():
            self.assertEqual(tries[job["id"]], job["attempt"], job)
        started = [up.log.count("job.started") for up in ups]
        print(f"together: {len(jobs)} jobs, {len(submitted)} attempts, shared {started}")
        self.assertEqual(sum(started), len(submitted))
        self.assertGreater(min(started), 10)
        self.site.audit()

    def test_they_may_all_start_at_once_where_there_is_no_store_yet(self):
        ups = [self.site.start(verb) for verb in ("up", "up", "worker", "scheduler", "up")]
        for up in ups:
            up.ready()
        id_ = self.site.enqueue("script", simulate={"latency_ms": 10, "outcome": "completed"})
        self.assertEqual(self.reaches(id_, "completed")["charge"]["net"], 5)
        for up in ups:
            up.tell(signal.SIGTERM)
        self.assertEqual([up.ends(10) for up in ups], [0] * len(ups))
        self.site.audit()


if __name__ == "__main__":
    unittest.main()
