"""A folder with settings and a store of its own, and the program run in it."""
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

PROGRAM = os.path.abspath(os.environ.get("TALLYMAN_BIN", "build/dev/bin/tallyman"))


class Answer:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def json(self):
        return json.loads(self.out)


class Running:
    """A program that runs on; a killed test takes it along. What it prints is kept in two files, so
    that it never blocks."""
    LEASH = ("setpriv", "--pdeathsig", "KILL", "--")

    def __init__(self, site, number, args, **more):
        self.printed = os.path.join(site.folder, f"{number}.out")
        self.logged = os.path.join(site.folder, f"{number}.log")
        with open(self.printed, "wb") as out, open(self.logged, "wb") as log:
            self.process = subprocess.Popen([*self.LEASH, *site.before, site.program, *args],
                                            stdout=out, stderr=log, stdin=subprocess.DEVNULL,
                                            cwd=site.folder, env=site.environment, **more)
        self.pid = self.process.pid
        self.ready_at = self.gone_at = None  # seconds since the epoch

    def ready(self, seconds=30):
        until(lambda: "ready" in read(self.printed) or self.process.poll() is not None, seconds,
              0.01)
        if "ready" not in read(self.printed):
            raise AssertionError(f"it did not start: {read(self.logged)}")
        self.ready_at = time.time()
        return self

    @property
    def log(self):
        return read(self.logged)

    def tell(self, which):
        self.process.send_signal(which)

    def ends(self, seconds):
        """Its exit code; it is a failure if it is still there by then."""
        return self.process.wait(timeout=seconds)

    def kill(self):
        self.gone_at = self.gone_at or time.time()
        self.process.kill()
        self.process.wait()


class Site:
    def __init__(self, settings, prices=None):
        self.folder = tempfile.mkdtemp(prefix="tallyman-crash-")
        self.data = os.path.join(self.folder, "data")
        self.submissions = os.path.join(self.folder, "submissions.log")
        self.program = PROGRAM
        self.before = ()  # words that start a program that runs on, such as nsenter's
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("TALLYMAN_")}
        self.environment.update(TALLYMAN_DATA_DIR=self.data, TALLYMAN_HTTP_PORT="0",
                                TZ="UTC")
        self.running = []
        self.write("tallyman.yaml", settings)
        if prices:
            self.write("prices.yaml", prices)

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def run(self, *args, kill_after=None, timeout=120, **more):
        """One verb. With `kill_after` it is killed after so many seconds, if it lives that long."""
        process = subprocess.Popen([self.program, *args], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   cwd=self.folder, env=self.environment, **more)
        try:
            out, err = process.communicate(timeout=timeout if kill_after is None else kill_after)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            if kill_after is None:
                raise
        return Answer(process.returncode, out.decode(), err.decode())

    def ok(self, *args, **more):
        answer = self.run(*args, **more)
        assert answer.code == 0, f"{args}: exit {answer.code}: {answer.err}{answer.out}"
        return answer

    def ask(self, *args, **more):
        return self.ok("--json", *args, **more).json

    def enqueue(self, service="script", user="ann", simulate=None, **input_):
        if simulate:
            input_["simulate"] = simulate
        return self.ask("enqueue", service, "--user", user, "--input", json.dumps(input_))["id"]

    def job(self, id_):
        return self.ask("job", id_)

    def all_jobs(self):
        jobs, more = [], []
        while True:
            page = self.ask("jobs", "--limit", "200", *more)["jobs"]
            jobs += page
            if not page:
                return jobs
            more = ["--before", page[-1]["id"]]

    def start(self, *args, **more):
        running = Running(self, len(self.running), args, **more)
        self.running.append(running)
        return running

    def submitted(self):
        """(job, attempt, key) of each line that the simulated providers wrote."""
        return [tuple(line.split()) for line in read(self.submissions).splitlines()]

    def audit(self):
        answer = self.run("--json", "audit")
        assert answer.code == 0, f"audit: exit {answer.code}: {answer.out[:3000]}{answer.err}"
        return answer.json

    def close(self, keep=False):
        """Its programs end in any case; the folder can be kept for a look."""
        for running in self.running:
            if running.process.poll() is None:
                running.tell(signal.SIGCONT)
                running.kill()
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)


class CrashTest(unittest.TestCase):
    settings = ""
    prices = None

    def setUp(self):
        self.site = Site(self.settings, self.prices)
        self.addCleanup(self.site.close)

    def up(self, *args, **more):
        return self.site.start(*(args or ("up",)), **more).ready()

    def reaches(self, id_, state, seconds=20):
        """The job, once it is in that state."""
        job = {}

        def there():
            job.update(self.site.job(id_))
            return job["state"] == state
        self.assertTrue(until(there, seconds), f"job {id_} is not {state}: {job}")
        return job

    def losses(self, id_):
        return [step for step in self.site.ask("explain", id_)["steps"] if step["what"] == "lost"]

    def one_line(self, answer, code):
        """Exit code, and one line on standard error that starts with the program's name."""
        self.assertEqual(answer.code, code, answer.err + answer.out)
        self.assertEqual(len(answer.err.splitlines()), 1, answer.err)
        self.assertTrue(answer.err.startswith("tallyman: "), answer.err)
        return answer.err


def until(condition, seconds, pause=0.05):
    """Whether it came true in time."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return found


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def processes_with(text):
    """Numbers of the live processes in whose environment this text is."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                if text.encode() in file.read():
                    found.append(int(pid))
        except OSError:
            continue  # it has ended, or is not ours
    return found
