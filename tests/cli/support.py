"""Runs the program given by TALLYMAN_BIN, each test in a folder of its own."""

import json
import os
import signal
import subprocess
import tempfile
import time
import unittest

PROGRAM = os.path.abspath(os.environ.get("TALLYMAN_BIN", "build/dev/bin/tallyman"))


class Answer:
    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout.decode()
        self.err = done.stderr.decode()

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def lines(self):
        return [json.loads(line) for line in self.out.splitlines()]


class CliTest(unittest.TestCase):
    settings = ""  # the text of tallyman.yaml; empty: no file, the built-in settings

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tallyman-cli-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.data = os.path.join(self.folder, "data")
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("TALLYMAN_")}
        self.environment.update(TALLYMAN_DATA_DIR=self.data, TALLYMAN_HTTP_PORT="0", TZ="UTC")
        if self.settings:
            self.write("tallyman.yaml", self.settings)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def tallyman(self, *args, stdin=b"", timeout=60):
        done = subprocess.run([PROGRAM, *args], input=stdin, capture_output=True, timeout=timeout,
                              cwd=self.folder, env=self.environment, check=False)
        return Answer(done)

    def ok(self, *args, **more):
        answer = self.tallyman(*args, **more)
        self.assertEqual(answer.code, 0, f"{args}: {answer.err}")
        return answer

    def ask(self, *args, **more):
        """What a verb prints with --json."""
        return self.ok("--json", *args, **more).json

    def refused(self, code, *args, **more):
        """Exit code, one line on standard error that starts with the program's name."""
        answer = self.tallyman(*args, **more)
        self.assertEqual(answer.code, code, f"{args}: {answer.out} {answer.err}")
        self.assertEqual(len(answer.err.splitlines()), 1, answer.err)
        self.assertTrue(answer.err.startswith("tallyman: "), answer.err)
        return answer

    def start(self, *args, stderr=subprocess.DEVNULL):
        """A program that runs on; stopped at the end of the test."""
        process = subprocess.Popen([PROGRAM, *args], stdout=subprocess.PIPE,
                                   stderr=stderr, cwd=self.folder,
                                   env=self.environment)
        self.addCleanup(self.stop, process)
        return process

    def stop(self, process):
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if not process.stdout.closed:
            process.stdout.close()

    def until(self, condition, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = condition()
            if found:
                return found
            time.sleep(0.1)
        self.fail("it did not come true in time")
