"""What providers and strangers do at the edges: a certificate that nobody signed.
"""
import os
import sys
import tempfile
import unittest

sys.path.append(os.path.dirname(os.path.abspath(__file__)))

from faults_test import price_of, request_for  # noqa: E402 (needs the path)
from wire.protocol import KEY  # noqa: E402
from wire.running import ENDED, Tallyman  # noqa: E402
from wire.server import Simulator  # noqa: E402
from wire.settings import settings_for  # noqa: E402


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


if __name__ == "__main__":
    unittest.main()
