"""A running `tallyman up` whose provider says that it made what the job's input names."""

import hashlib
import http.client
import io
import json
import math
import os
import struct
import sys
import wave
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("cli", "support")]
from files import Files
from private_s3 import PrivateS3
from support import CliTest

__all__ = ["PrivateS3", "ResultsTest", "sha256", "speech"]

PROVIDER = """#!/usr/bin/env python3
import json, os, sys
job = json.load(sys.stdin)
with open("submissions", "a") as file:
    file.write(job["job"] + "\\n")
for name, text in job["input"].get("write", {}).items():
    with open(os.path.join(os.environ["TALLYMAN_RESULT_DIR"], name), "w") as file:
        file.write(text)
print(json.dumps({"result": job["input"].get("result", {}), "made": job["input"].get("made", [])}))
"""

SETTINGS = """
providers:
  maker:
    kind: command
    run: [FOLDER/provider]
    allow_private: true
  stranger:
    kind: command
    run: [FOLDER/provider]
services:
  defaults:
    provider: maker
    max_attempts: 1
  polish:
    provider: stranger
  title:
    results: link
results:
  retry_for: 20s
MORE
"""


def speech(milliseconds, rate=8000):
    """A WAV file of a tone."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as out:
        out.setparams((1, 2, rate, 0, "NONE", ""))
        samples = rate * milliseconds // 1000
        out.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(i / 9)))
                                 for i in range(samples)))
    return buffer.getvalue()


def sha256(body):
    return hashlib.sha256(body).hexdigest()


class ResultsTest(CliTest):
    more = ""  # of the settings

    def setUp(self):
        super().setUp()
        self.files = Files()
        self.addCleanup(self.files.close)
        os.chmod(self.write("provider", PROVIDER.replace(
            '"submissions"', repr(os.path.join(self.folder, "submissions")))), 0o755)
        self.write("tallyman.yaml", SETTINGS.replace("FOLDER", self.folder)
                   .replace("MORE", self.more_settings()))
        self.up()

    def more_settings(self):
        return self.more

    def up(self):
        self.process = self.start("up", "--port", "0")
        for line in self.process.stdout:
            if line.startswith(b"listening on "):
                self.address = line.split(b"//")[1].strip().decode()
                break
        with open(os.path.join(self.data, "admin.key"), encoding="ascii") as file:
            self.key = file.read().strip()

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def call(self, method, path, body=None, **headers):
        """Status, headers in small letters, and the body's bytes."""
        wire = http.client.HTTPConnection(self.address, timeout=60)
        try:
            wire.request(method, path, None if body is None else json.dumps(body),
                         {"X-Api-Key": self.key, "Content-Type": "application/json", **headers})
            answer = wire.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        finally:
            wire.close()

    def enqueue(self, service="script", user="ann", **given):
        status, _, body = self.call("POST", "/api/jobs",
                                    {"service": service, "user_id": user, "input": given})
        self.assertEqual(status, 201, body)
        return json.loads(body)["id"]

    def job(self, number):
        return json.loads(self.call("GET", f"/api/jobs/{number}")[2])

    def ended(self, number, seconds=60):
        return self.until(lambda: (job := self.job(number))["state"] in (
            "completed", "failed", "cancelled") and job, seconds)

    def run_job(self, service="script", **given):
        return self.ended(self.enqueue(service, **given))

    def completed(self, service="script", **given):
        job = self.run_job(service, **given)
        self.assertEqual(job["state"], "completed", job)
        return job

    def balance(self, user="ann"):
        return json.loads(self.call("GET", f"/api/credits/balance/{user}")[2])["credits"]

    def submissions(self):
        try:
            with open(os.path.join(self.folder, "submissions"), encoding="ascii") as file:
                return file.read().split()
        except FileNotFoundError:
            return []

    def path_of(self, job, name):
        return os.path.join(self.data, "results", job["id"], name)
