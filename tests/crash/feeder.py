"""Callers that enqueue, repeat, cancel, retry, grant and expire while everything is being killed,
and a notebook of what they were promised."""
import json
import random
import threading
import time

USERS = [f"user{n}" for n in range(8)]
KILLED, REFUSED = -9, 1


class Notebook:
    """What was asked for, and what the answer was. Shared by the callers."""

    def __init__(self):
        self.lock = threading.Lock()
        self.jobs = {}    # key -> {"user", "args", "id": None until it is known}
        self.grants = {}  # reference -> {"user", "amount", "args", "given": whether it is known}
        self.repeats = self.killed = self.refused = 0
        self.wrong = []   # each a sentence; must stay empty

    def count(self, code):
        with self.lock:
            self.killed += code == KILLED
            self.refused += code == REFUSED

    def ids(self):
        with self.lock:
            return [entry["id"] for entry in self.jobs.values() if entry["id"]]

    def complain(self, what):
        with self.lock:
            self.wrong.append(what)


class Caller(threading.Thread):
    """One client, with a random course of its own."""

    def __init__(self, site, notebook, seed, name):
        super().__init__(name=name, daemon=True)
        self.site, self.notebook = site, notebook
        self.random = random.Random(f"{seed} {name}")
        self.over = threading.Event()
        self.made = 0

    def run(self):
        while not self.over.is_set():
            try:
                self.act()
            except Exception as error:  # a caller that stops silently would hide what it found
                self.notebook.complain(f"{self.name}: {error!r}")
                return
            time.sleep(self.random.uniform(0.0, 0.08))

    def call(self, *args):
        """Now and then the caller is killed itself, anywhere between its start and its answer."""
        killed = self.random.random() < 0.12
        answer = self.site.run("--json", *args,
                               kill_after=self.random.uniform(0, 0.05) if killed else None)
        self.notebook.count(answer.code)
        if answer.code not in (0, KILLED, REFUSED):
            self.notebook.complain(f"{args}: exit {answer.code}: {answer.err}")
        return answer


class Feeder(Caller):
    def act(self):
        known = list(self.notebook.jobs)
        if known and self.random.random() < 0.12:
            self.repeat(self.random.choice(known[-50:]))
        else:
            self.enqueue(known)

    def enqueue(self, known):
        self.made += 1
        key, user = f"{self.name}-{self.made}", self.random.choice(USERS)
        service = self.random.choice(["script", "script", "tts", "video", "compose", "caption"])
        args = ["enqueue", service, "--user", user, "--key", key, "--input",
                json.dumps(self.input_for(service))]
        if self.random.random() < 0.2:
            args += ["--queue-anyway", "--priority", str(self.random.randint(0, 3))]
        parent = self.notebook.jobs[self.random.choice(known[-20:])] if known else None
        if parent and parent["id"] and parent["user"] == user:
            args += ["--after", parent["id"]]
        with self.notebook.lock:
            self.notebook.jobs[key] = {"user": user, "args": args, "id": None}
        self.learn(key, self.call(*args))

    def input_for(self, service):
        """Mostly short, now and then long enough to be lost several times."""
        long_one = self.random.random() < 0.06
        latency = self.random.randint(1500, 4000) if long_one else self.random.randint(50, 300)
        made = {"simulate": {"latency_ms": latency}}
        if service == "script":
            made["simulate"] = {}  # its provider answers at once
        if service == "tts":
            made["text"] = "x" * self.random.randint(1, 120)
            made["simulate"]["duration_ms"] = self.random.randint(500, 60_000)
        if service == "video":
            made["duration"] = self.random.randint(1, 9)
        return made

    def repeat(self, key):
        entry = self.notebook.jobs[key]
        with self.notebook.lock:
            self.notebook.repeats += 1
        if entry["id"] and self.random.random() < 0.3:
            other = [arg.replace("{", '{"other": 1, ', 1) for arg in entry["args"]]
            if self.call(*other).code == 0:
                self.notebook.complain(f"{key}: was taken again with another body")
            return
        self.learn(key, self.call(*entry["args"]))

    def learn(self, key, answer):
        if answer.code != 0:
            return
        with self.notebook.lock:
            entry, id_ = self.notebook.jobs[key], answer.json["id"]
            if entry["id"] not in (None, id_):
                self.notebook.wrong.append(f"{key}: is job {entry['id']} and job {id_}")
            entry["id"] = id_


class Meddler(Caller):
    def act(self):
        ids = self.notebook.ids()
        what = self.random.random()
        if ids and what < 0.35:
            self.call("cancel", self.random.choice(ids[-15:]))
        elif ids and what < 0.6:
            self.call("retry", self.random.choice(ids))
        elif what < 0.92:
            self.grant()
        else:
            self.call("expire")

    def grant(self):
        references = list(self.notebook.grants)
        if references and self.random.random() < 0.25:
            self.give(self.random.choice(references[-10:]))
            return
        self.made += 1
        reference, user = f"{self.name}-{self.made}", self.random.choice(USERS)
        amount = self.random.randint(5, 120)
        args = ["grant", user, str(amount), "--reference", reference, "--kind",
                self.random.choice(["recharge", "bonus"])]
        if self.random.random() < 0.7:  # gone within seconds, often while a job holds them
            args += ["--expires", self.random.choice(["1s", "2s", "4s"])]
        with self.notebook.lock:
            self.notebook.grants[reference] = {"user": user, "amount": amount, "args": args,
                                               "given": False}
        self.give(reference)

    def give(self, reference):
        entry = self.notebook.grants[reference]
        entry["given"] |= self.call(*entry["args"]).code == 0


def ask_again(site, notebook):
    """What every caller does that got no answer: the same once more, with the same key."""
    for key, entry in notebook.jobs.items():
        if entry["id"] is None:
            answer = site.run("--json", *entry["args"])
            if answer.code == 0:
                entry["id"] = answer.json["id"]
            elif answer.code != REFUSED:
                notebook.complain(f"{key}: exit {answer.code}: {answer.err}")
    for entry in notebook.grants.values():
        if not entry["given"]:
            site.ok(*entry["args"])
            entry["given"] = True
