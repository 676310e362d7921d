"""What providers and strangers do at the edges: a certificate that nobody signed, callbacks that
lie.
"""
import os
import sys
import tempfile
import time
import unittest
import urllib.request

sys.path.append(os.path.dirname(os.path.abspath(__file__)))

from faults_test import price_of, request_for  # noqa: E402 (needs the path)
from wire.protocol import KEY  # noqa: E402
from wire.running import ENDED, Tallyman  # noqa: E402
from wire.server import Simulator, free_port  # noqa: E402
from wire.settings import HASTE, settings_for  # noqa: E402


class Tls(unittest.TestCase):
    """One provider is trusted by its authority, the other one by nobody."""

    def run_one(self, trusted):
        with tempfile.TemporaryDirectory(prefix="tallyman-edges-") as folder, Simulator() as there:
            more = {"ca_file": there.authority} if trusted else {}
            settings = settings_for(folder, there.tls_address, ("elevenlabs",), **more)
            tallyman = Tallyman(folder, settings).start()
            try:
                job = tallyman.enqueue([request_for(folder, "elevenlabs", "fine")])[0]["id"]
                wait = 30 if trusted else 3
                jobs = tallyman.until(lambda jobs: jobs[job]["state"] in ENDED, wait)
                self.assertEqual(tallyman.audit(), [])
                with open(os.path.join(folder, "tallyman.log"), encoding="utf-8") as log:
                    told = log.read()
                return jobs[job], sum(there.book.submits.values()), told
            finally:
                tallyman.stop()

    def test_a_provider_whose_authority_is_known_is_spoken_to(self):
        job, submits, _ = self.run_one(trusted=True)
        self.assertEqual((job["state"], submits), ("completed", 1))
        self.assertEqual(job["charge"]["net"], price_of("elevenlabs", "fine"))

    def test_a_stranger_gets_neither_the_job_nor_the_key(self):
        job, submits, told = self.run_one(trusted=False)
        self.assertEqual(submits, 0)
        self.assertNotEqual(job["state"], "completed")
        self.assertNotIn(KEY, told)


class Callbacks(unittest.TestCase):
    """A callback only makes the program ask. What it says is not looked at, and whoever doesn't
    know the secret of a job is not listened to."""
    CASE = ("kling", "hold-poll", "1")
    LIE = b'{"task_id": "task-1", "task_status": "succeed", "final_unit_deduction": "0"}'

    @staticmethod
    def say(address, body=LIE):
        with urllib.request.urlopen(urllib.request.Request(address, data=body), timeout=10) as told:
            return told.status, told.read()

    def polls(self, there):
        return there.book.asked[(*self.CASE, "poll")]

    def asked_again(self, there, before, seconds):
        end = time.monotonic() + seconds
        while self.polls(there) == before and time.monotonic() < end:
            time.sleep(0.05)
        return self.polls(there) > before

    def test_only_the_true_address_has_the_provider_asked_and_only_the_provider_is_believed(self):
        slow = [(pattern, quick.replace("100ms", "5m").replace("300ms", "5m"))
                for pattern, quick in HASTE]
        with tempfile.TemporaryDirectory(prefix="tallyman-edges-") as folder, Simulator() as there:
            port = free_port()
            hints = {"public_url": f"http://127.0.0.1:{port}"}
            settings = settings_for(folder, there.address, ("kling",), slow, {"hints": hints})
            tallyman = Tallyman(folder, settings).start(port)
            try:
                job = tallyman.enqueue([request_for(folder, *self.CASE[:2])])[0]["id"]
                self.assertTrue(self.asked_again(there, 0, 20))
                address = there.book.callbacks[self.CASE]
                self.assertTrue(address.startswith(hints["public_url"]), address)
                before = self.polls(there)
                self.say(address[:-1] + ("0" if address[-1] != "0" else "1"))
                self.assertFalse(self.asked_again(there, before, 2))
                self.say(address)
                self.assertTrue(self.asked_again(there, before, 20))
                self.assertEqual(tallyman.jobs()[job]["state"], "processing")
                there.book.release.set()

                def is_done(jobs):
                    self.say(address)
                    return jobs[job]["state"] in ENDED
                self.assertEqual(tallyman.until(is_done, 30)[job]["state"], "completed")
                self.assertEqual(self.say(address, b'{"challenge": "c-7"}')[1],
                                 b'{"challenge":"c-7"}')
                self.assertEqual(tallyman.audit(), [])
            finally:
                tallyman.stop()


if __name__ == "__main__":
    unittest.main()
