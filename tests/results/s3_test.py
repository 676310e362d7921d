"""Results in S3: put there, served from there in parts, and nothing left on the disk."""

import os
import unittest

from running import PrivateS3, ResultsTest, sha256, speech


class InS3(ResultsTest):
    @classmethod
    def setUpClass(cls):
        cls.s3 = PrivateS3()
        cls.addClassCleanup(cls.s3.close)

    def more_settings(self):
        return f"""
  store: s3
  s3:
    endpoint: {self.s3.url}
    bucket: {self.s3.bucket}
    prefix: kept/
    key: S3RVER
    secret: S3RVER
"""

    def test_a_file_is_served_from_its_bucket(self):
        sound = speech(300_000)  # more than is read at once
        job = self.completed("tts", text="Hello there, how are you?",
                             made=[{"role": "audio", "url": self.files.put("/speech", sound)}])
        key = f"kept/{int(job['id']):020}/audio.wav"
        self.assertIn(key, self.s3.keys()["keys"])
        self.until(lambda: not os.path.exists(os.path.dirname(self.path_of(job, "x"))))
        at = f"/api/jobs/{job['id']}/result"
        status, headers, body = self.call("GET", at)
        self.assertEqual((status, headers["content-length"]), (200, str(len(sound))))
        self.assertEqual(sha256(body), sha256(sound))
        self.assertEqual(headers["content-type"], "audio/wav")
        for asked, first, last in (("bytes=0-9", 0, 9), ("bytes=2000000-2200000", 2000000, 2200000),
                                   ("bytes=-7", len(sound) - 7, len(sound) - 1)):
            status, headers, body = self.call("GET", at, Range=asked)
            self.assertEqual((status, headers["content-range"]),
                             (206, f"bytes {first}-{last}/{len(sound)}"))
            self.assertEqual(body, sound[first:last + 1])
        self.assertEqual(self.call("GET", at, Range=f"bytes={len(sound)}-")[0], 416)
        etag = headers["etag"]
        self.assertEqual(self.call("GET", at, **{"If-None-Match": etag})[0], 304)
        status, headers, body = self.call("HEAD", at)
        self.assertEqual((status, headers["content-length"], body), (200, str(len(sound)), b""))
        saved = os.path.join(self.folder, "saved.wav")
        self.ok("job", job["id"], "--save", saved)
        with open(saved, "rb") as file:
            self.assertEqual(sha256(file.read()), sha256(sound))

    def test_a_bucket_that_is_away_is_waited_for(self):
        self.s3.stop()
        number = self.enqueue(made=[{"role": "audio", "url": self.files.put(
            "/speech", speech(100))}])
        self.until(lambda: self.files.requests("/speech"))
        self.s3.start()
        job = self.ended(number)
        self.assertEqual(job["state"], "completed", job)
        self.assertEqual(len(self.submissions()), 1)

    def test_doctor_tries_it(self):
        told = self.tallyman("doctor").out
        self.assertIn("written, read, listed and removed", told)
        self.environment["TALLYMAN_RESULTS_S3_SECRET"] = "not-the-one"
        told = self.tallyman("doctor")
        self.assertIn("SignatureDoesNotMatch", told.out)
        self.assertNotIn("not-the-one", told.out)


if __name__ == "__main__":
    unittest.main()
