"""What the protocols of all providers have in common here: what came in, what was begun, and the
bad days of a submit.
"""
import base64
import hashlib
import hmac
import json
import re
import threading
import time
from collections import Counter

from . import media

MARK = re.compile(rb"\[sim ([a-z0-9-]+)(?: ([A-Za-z0-9-]+))?\]")
KEY, SECRET = "sim-key-7", "sim-secret-7"

# Before it has taken anything the provider says so, once, and takes it the second time.
ONCE = {"429": "moment", "429-after": "moment", "busy": "busy"}
# It says no, as often as it is asked.
ALWAYS = {"key": "key", "moderation": "content", "bad-input": "job"}
# It has taken the job and will be paid for it: the answer does not arrive. Once, too.
UNHEARD = ("lost", "cut", "200-html", "huge", "slow", "empty", "late-lookup", "408-paid",
           "409-paid", "503-paid", "200-odd")
# It has taken the job, and answers nothing for as long as Book.release isn't set.
HOLD = "hold-submit"


class Request:
    """What came in, as protocols look at it."""

    def __init__(self, handler, protocol, rest, body):
        self.method, self.headers, self.body = handler.command, handler.headers, body
        self.path, _, query = rest.partition("?")
        self.query = dict(pair.partition("=")[::2] for pair in query.split("&") if pair)
        self.base = f"{handler.server.address}/{protocol}"
        found = MARK.search(body)
        self.fault = found.group(1).decode() if found else ""
        self.tag = (found.group(2) or b"").decode() if found else ""

    @property
    def json(self):
        try:
            found = json.loads(self.body or b"null")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def part(self, name):
        """The bytes of a part of a multipart body."""
        kind = self.headers.get("Content-Type", "")
        mark = re.search(r'boundary="?([^";]+)', kind)
        if not mark:
            return None
        for piece in self.body.split(b"--" + mark.group(1).encode()):
            head, _, content = piece.partition(b"\r\n\r\n")
            if f'name="{name}"'.encode() in head:
                return content.removesuffix(b"\r\n")
        return None


class Book:
    """What was asked of whom, and what it will cost. One for the whole server."""

    def __init__(self):
        self.lock = threading.Lock()
        self.submits = Counter()  # (protocol, fault, tag): requests
        self.paid = Counter()     # … generations begun
        self.wrong = []           # what broke a provider's documented rules
        self.tasks = {}           # (protocol, id): tasks.Task
        self.keys = {}            # (protocol, key of theirs): id
        self.asked = Counter()    # (protocol, fault, tag, what)
        self.last = 9_007_199_254_740_993  # beyond what a double can tell apart
        self.release = threading.Event()   # ends what is held: the faults named hold-…
        self.callbacks = {}                # of a job: where it is to be called back

    def next_id(self):
        with self.lock:
            self.last += 2
            return self.last

    def as_json(self):
        def flat(counter):
            return {" ".join(key): count for key, count in counter.items()}
        with self.lock:
            return {"submits": flat(self.submits), "paid": flat(self.paid),
                    "asked": flat(self.asked), "wrong": list(self.wrong)}



class Protocol:
    """One provider, for one request. Subclasses say what its paths, words and answers are."""
    auth = "bearer"
    routes = ()  # (method, pattern of the path, name of the method that serves it)

    def __init__(self, book, handler):
        self.book, self.handler = book, handler

    @property
    def name(self):
        return type(self).dialect

    def serve(self, request):
        self.request = request
        for method, pattern, name in self.routes:
            found = re.fullmatch(pattern, request.path)
            if found and method == request.method:
                if not name.startswith("open_") and not self.let_in():
                    self.wrong("without the credentials that its documentation asks for")
                    self.handler.answer(*self.refusal("key"))
                    return
                getattr(self, name)(*found.groups())
                return
        self.wrong(f"no such call: {request.method} {request.path}")
        self.handler.answer(404, {"error": {"message": "no such call", "code": "not_found"}})

    def wrong(self, what):
        with self.book.lock:
            self.book.wrong.append(f"{self.name}: {what}")

    def need(self, **fields):
        """What a documented body must have: /path=type or a value."""
        for path, wanted in fields.items():
            found = self.request.json
            for step in path.split("__"):
                found = found[int(step)] if isinstance(found, list) and step.isdigit() and \
                    int(step) < len(found) else found.get(step) if isinstance(found, dict) else None
            right = isinstance(found, wanted) and not (wanted is int and isinstance(found, bool)) \
                if isinstance(wanted, (type, tuple)) else found == wanted
            if not right:
                self.wrong(f"{path.replace('__', '/')} is {found!r}, expected {wanted}")

    def let_in(self):
        headers = self.request.headers
        if self.auth == "bearer":
            return headers.get("Authorization") == f"Bearer {KEY}"
        if self.auth == "semicolon":
            return headers.get("Authorization") == f"Bearer;{KEY}"
        if self.auth == "jwt":
            return is_signed(headers.get("Authorization", "").removeprefix("Bearer "))
        return headers.get(self.auth) == KEY

    # A submit: what was asked is counted, and what goes wrong goes wrong.

    def count(self, counter, *more):
        key = (self.name, self.request.fault or "fine", self.request.tag or "-", *more)
        with self.book.lock:
            counter[key] += 1
            return counter[key]

    def submit(self, *_):
        fault = self.request.fault
        number = self.count(self.book.submits)
        self.check()
        if fault in ALWAYS:
            self.handler.answer(*self.refusal(ALWAYS[fault]))
        elif fault in ONCE and number == 1:
            status, body = self.refusal(ONCE[fault])
            after = {"Retry_After": "1"} if fault == "429-after" else {}
            self.handler.answer(429 if fault == "429-after" else status, body, **after)
        elif fault == "502-html" and number == 1:
            self.handler.answer(502, PAGE, Content_Type="text/html")
        elif fault == "redirect" and number == 1:
            self.handler.answer(307, b"", Location=self.request.base + "/elsewhere")
        else:
            self.accept(fault if fault in (*UNHEARD, HOLD) and number == 1 else "")

    def accept(self, fault):
        status, body, headers = self.begin()
        if fault == HOLD:
            self.book.release.wait(120)
            self.handler.close_connection = True
        elif fault:
            self.handler.unheard(fault, status, body)
        else:
            self.handler.answer(status, body, **headers)

    def begin(self):
        raise NotImplementedError

    def check(self):
        """Notes what breaks the documented rules of a submit."""

    def refusal(self, kind):
        raise NotImplementedError

    # What it makes.

    def length(self):
        """From two to seven seconds, different for different jobs."""
        told = f"{self.name} {self.request.fault} {self.request.tag}".encode()
        return 2400 + 24 * (hashlib.sha256(told).digest()[0] % 200)

    def made(self, kind):
        return media.of(kind, self.length())


PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


def is_signed(token):
    """HS256, as Kling has it: who, until when, from when."""
    def of(text):
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    try:
        head, claims, mark = token.split(".")
        right = hmac.new(SECRET.encode(), f"{head}.{claims}".encode(), hashlib.sha256).digest()
        told, now = json.loads(of(claims)), time.time()
        return hmac.compare_digest(of(mark), right) and json.loads(of(head))["alg"] == "HS256" \
            and told["iss"] == KEY and told["nbf"] <= now < told["exp"] <= now + 1900
    except (ValueError, KeyError):
        return False
