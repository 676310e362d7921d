"""Who calls the program during the soak: feeders that enqueue in batches, and one that cancels,
tries again by hand and grants credits that end soon. What got no answer is asked for again with the
same keys."""
import http.client
import json
import random
import threading
import time

BATCH = 500
BACKLOG = 20_000  # jobs that wait at the most
USERS = 2_000


class Caller(threading.Thread):
    def __init__(self, soak, name):
        super().__init__(name=name, daemon=True)
        self.soak, self.over, self.wrong, self.refusals = soak, threading.Event(), [], 0
        self.random = random.Random(f"{soak.given.seed} {name}")
        self.link, self.at = None, None

    def run(self):
        try:
            self.work()
        except Exception as error:  # a caller that stops silently would hide what it found
            self.wrong.append(f"{self.name}: {error!r}")

    def call(self, path, body):
        """(status, what was answered); None: there was no answer that is worth anything."""
        try:
            if self.link is None:
                self.at = self.random.choice(list(self.soak.addresses.values()))
                self.link = http.client.HTTPConnection(self.at, timeout=30)
            self.link.request("POST", path, json.dumps(body), {
                "Content-Type": "application/json", "X-Api-Key": self.soak.key})
            answer = self.link.getresponse()
            text = answer.read()
            if answer.status < 500:
                return answer.status, json.loads(text)
        except (OSError, http.client.HTTPException, ValueError):
            pass
        if self.link:
            self.link.close()
        self.link = None
        self.refusals += 1
        self.over.wait(0.2)
        return None


class Feeder(Caller):
    def __init__(self, soak, number):
        super().__init__(soak, f"f{number}")
        self.to_ask, self.promised = soak.given.jobs // 2, 0
        self.recent = []  # ids, for the meddler

    def work(self):
        while self.promised < self.to_ask and not self.over.is_set():
            if self.soak.gauge.backlog > BACKLOG:
                time.sleep(0.1)
                continue
            self.batch(min(BATCH, self.to_ask - self.promised))

    def batch(self, size):
        jobs = [self.job(f"{self.name}-{self.promised + at}") for at in range(size)]
        while (answer := self.call("/api/jobs/batch", {"jobs": jobs})) is None:
            if self.over.is_set():
                return
        status, told = answer
        answers = told.get("results", []) if status == 200 else []
        bad = [each for each in answers if each["status"] not in (200, 201)]
        if len(answers) != size or bad:
            self.wrong.append(f"a batch was answered {status}: {json.dumps(bad or told)[:500]}")
            self.over.set()
            return
        self.promised += size
        self.recent = [each["id"] for each in answers]

    def job(self, key):
        service = self.random.choices(("script", "tts", "video"), (80, 15, 5))[0]
        made = {"simulate": {}}
        if service == "tts":
            made["text"] = "x" * self.random.randint(10, 120)
            made["simulate"]["duration_ms"] = self.random.randint(500, 20_000)
        if service == "video":
            made["duration"] = self.random.randint(1, 9)
        return {"service": service, "user_id": f"user{self.random.randrange(USERS)}",
                "input": made, "idempotency_key": key, "queue_anyway": True}


class Meddler(Caller):
    """Counts what came of it."""

    def __init__(self, soak):
        super().__init__(soak, "m")
        self.grants = 0

    def work(self):
        while not self.over.is_set():
            dice = self.random.random()
            recent = [id_ for feeder in self.soak.callers[:2] for id_ in feeder.recent]
            failed = self.soak.gauge.failed
            if dice < 0.5 and recent:
                self.call(f"/api/jobs/{self.random.choice(recent[-100:])}/cancel", {})
            elif dice < 0.6 and failed:
                self.call(f"/api/jobs/{self.random.choice(failed)}/retry", {})
            else:
                self.grant()
            self.over.wait(0.01)

    def grant(self):
        """Gone within seconds, often while a job holds them."""
        self.grants += 1
        user, body = f"user{self.random.randrange(USERS)}", {
            "kind": "bonus", "credits": self.random.randint(5, 200), "reason": "soak",
            "reference": f"soak-{self.grants}",
            "expires_at": int(1000 * (time.time() + self.random.choice((2, 5, 20))))}
        answer = self.call(f"/api/admin/accounts/{user}/grant", body)
        if answer and answer[0] not in (200, 201, 404, 409, 422):
            self.wrong.append(f"a grant was answered {answer}")
