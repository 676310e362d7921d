"""A worker is killed by force at each step of three kinds of provider, and the next one goes on:
one that can be asked by our key (kling), one that honours it (sync-lipsync), one that knows none
(runway). Nobody is paid twice, and nobody gets money back for what was delivered.
"""
import os
import sys
import tempfile
import time
import unittest

sys.path.append(os.path.dirname(os.path.abspath(__file__)))

from faults_test import price_of, request_for  # noqa: E402 (needs the path)
from wire.running import ENDED, Tallyman  # noqa: E402
from wire.server import Simulator  # noqa: E402
from wire.settings import settings_for  # noqa: E402

DIALECTS = ("kling", "runway", "sync-lipsync")
STEPS = ("hold-submit", "hold-poll", "hold-fetch")
CASES = [(name, step) for name in DIALECTS for step in STEPS]
PARKED = ("runway", "hold-submit")  # the one of which nobody can say what became of it


class Kill(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="tallyman-kill-")
        cls.addClassCleanup(folder.cleanup)
        cls.simulator = Simulator().__enter__()
        cls.addClassCleanup(cls.simulator.__exit__)
        cls.book = cls.simulator.book
        settings = settings_for(folder.name, cls.simulator.address, DIALECTS)
        cls.tallyman = Tallyman(folder.name, settings).start()
        cls.addClassCleanup(cls.tallyman.stop)
        cls.ids = [job["id"] for job in cls.tallyman.enqueue(
            [request_for(folder.name, *case) for case in CASES])]
        cls.reached = cls.wait_until_held()
        cls.tallyman.kill()
        cls.tallyman.start()
        cls.book.release.set()

        def settled(jobs):
            return all(jobs[id]["state"] in ENDED or (case == PARKED and jobs[id].get("parked"))
                       for case, id in zip(CASES, cls.ids))
        jobs = cls.tallyman.until(settled, 60)
        cls.jobs = {case: jobs[id] for case, id in zip(CASES, cls.ids)}

    @classmethod
    def wait_until_held(cls):
        """Whether every job has come to the step at which its worker is to be killed."""
        def there(name, step):
            counts = {"hold-submit": cls.book.paid.get((name, step, "1"), 0),
                      "hold-poll": cls.book.asked.get((name, step, "1", "poll"), 0) // 2,
                      "hold-fetch": cls.book.asked.get((name, step, "1", "fetch"), 0)}
            return counts[step] > 0
        end = time.monotonic() + 60
        while not all(there(*case) for case in CASES) and time.monotonic() < end:
            time.sleep(0.05)
        return [case for case in CASES if not there(*case)]

    def test_every_step_was_reached_before_the_kill(self):
        self.assertEqual(self.reached, [])

    def test_each_generation_is_paid_for_once(self):
        paid = {case: self.book.paid.get((*case, "1"), 0) for case in CASES}
        self.assertEqual(paid, {case: 1 for case in CASES})

    def test_jobs_are_completed_at_their_price(self):
        for case in CASES:
            with self.subTest(case), self.subTest(job=self.jobs[case]):
                if case != PARKED:
                    self.assertEqual(self.jobs[case]["state"], "completed")
                    self.assertEqual(self.jobs[case]["charge"]["net"], price_of(*case))

    def test_what_nobody_can_tell_is_kept_with_its_charge(self):
        job = self.jobs[PARKED]
        self.assertEqual((job["state"], job.get("parked")), ("processing", True))
        self.assertGreater(job["charge"]["debited"], 0)
        self.assertEqual(job["charge"]["refunded"], 0)
        self.assertEqual(self.book.submits[(*PARKED, "1")], 1)

    def test_the_books_are_clean(self):
        self.assertEqual(self.tallyman.audit(), [])


if __name__ == "__main__":
    unittest.main()
