"""The real program, `tallyman up`, as tests of providers drive it."""
import json
import os
import re
import signal
import subprocess
import time
import urllib.request

PROGRAM = os.path.abspath(os.environ.get("TALLYMAN_BIN", "build/dev/bin/tallyman"))
ENDED = ("completed", "failed", "cancelled")


class Tallyman:
    """One process and its store; `kill` is kill -9, `start` begins another on the same store."""

    def __init__(self, folder, settings):
        self.folder, self.settings = folder, settings
        self.log = open(os.path.join(folder, "tallyman.log"), "ab")
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("TALLYMAN_")}

    def start(self, port=0):
        self.process = subprocess.Popen(
            [PROGRAM, "--config", self.settings, "up", "--port", str(port)], stdout=subprocess.PIPE,
            stderr=self.log, cwd=self.folder, env=self.environment)
        found = None
        while not found:
            line = self.process.stdout.readline().decode()
            if not line:
                raise AssertionError(f"it did not start:\n{self.told()}")
            found = re.search(r"listening on (http://\S+)", line)
        self.address = found.group(1)
        with open(os.path.join(self.folder, "data", "admin.key"), encoding="utf-8") as file:
            self.key = file.read().strip()
        return self

    def told(self):
        with open(self.log.name, encoding="utf-8", errors="replace") as file:
            return file.read()[-4000:]

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.log.close()

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(self.address + path, data=data, method=method,
                                       headers={"X-Api-Key": self.key})
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return json.load(answer)

    def enqueue(self, requests):
        """The jobs, in order."""
        told = self.call("POST", "/api/jobs/batch", {"jobs": requests})["results"]
        bad = [answer for answer in told if "job" not in answer]
        assert not bad, bad[:3]
        return [answer["job"] for answer in told]

    def jobs(self):
        """All jobs by id, as they are now."""
        found, cursor = {}, ""
        while cursor is not None:
            page = self.call("GET", f"/api/jobs?limit=100{cursor}")
            found.update((job["id"], job) for job in page["jobs"])
            following = page.get("next_cursor")
            cursor = f"&cursor={following}" if following else None
        return found

    def until(self, condition, seconds):
        """The jobs as soon as the condition holds of them, or as they are after so long."""
        end = time.monotonic() + seconds
        while True:
            jobs = self.jobs()
            if condition(jobs) or time.monotonic() > end:
                return jobs
            time.sleep(0.3)

    def audit(self):
        done = subprocess.run([PROGRAM, "--config", self.settings, "--json", "audit"],
                              capture_output=True, env=self.environment, check=False, timeout=120)
        assert done.returncode in (0, 1), done.stderr.decode()
        return json.loads(done.stdout)["findings"]
