"""A receiver of webhooks that behaves as a test wants, and a `tallyman up` that tells it."""

import hashlib
import hmac
import http.server
import json
import os
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "web"))

from served import Served  # noqa: E402

SECRET = "the secret of an endpoint"
OWN_SECRET = "the secret of jobs' own addresses"


class Told:
    """One delivery, as it came in."""

    def __init__(self, handler, raw):
        self.path = handler.path
        self.headers = handler.headers
        self.raw = raw
        self.body = json.loads(raw)
        self.at = time.monotonic()

    @property
    def kind(self):
        return self.body["type"]

    @property
    def id(self):
        return self.body["id"]

    def signed_with(self, secret):
        given = dict(part.split("=", 1) for part in
                     reversed(self.headers["Tallyman-Signature"].split(",")))
        text = given["t"].encode() + b"." + self.raw
        right = hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()
        all_given = [part[3:] for part in self.headers["Tallyman-Signature"].split(",")
                     if part.startswith("v1=")]
        return right in all_given and abs(int(given["t"]) - time.time()) < 120


class Receiver:
    """`answer(told)` gives the status, or (status, headers); it may take its time."""

    def __init__(self, answer=lambda told: 200):
        self.answer = answer
        self.told = []
        self.changed = threading.Condition()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                told = Told(self, raw)
                with outer.changed:
                    outer.told.append(told)
                    outer.changed.notify_all()
                given = outer.answer(told)
                status, headers = given if isinstance(given, tuple) else (given, {})
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def wait(self, count, fits=lambda told: True, timeout=60):
        """Until so many that fit have come; all of those."""
        def found():
            return [told for told in self.told if fits(told)]
        with self.changed:
            self.changed.wait_for(lambda: len(found()) >= count, timeout)
            return found()


class Telling(Served):
    """`endpoints` are lines of the section, made with the receivers of `receivers()`."""

    more = ""

    def receivers(self):
        self.receiver = self.receive()
        return self.endpoint("crm", self.receiver.url)

    def endpoint(self, name, url, events='["*"]', secret=SECRET, more=""):
        return (f"    {name}:\n      url: {url}/{name}\n      secret: {secret}\n"
                f"      events: {events}\n{more}")

    def receive(self, answer=lambda told: 200):
        receiver = Receiver(answer)
        self.addCleanup(receiver.close)
        return receiver

    def setUp(self):
        endpoints = self.receivers()
        if endpoints:
            endpoints = "  endpoints:\n" + endpoints
        self.settings = (
            "webhooks:\n"
            f"  secret: \"{OWN_SECRET}\"\n"
            "  allow_http: true\n  allow_private: true\n"
            "  timeout: 1s\n  first_retry: 100ms\n  longest_retry: 400ms\n"
            "  warn_every: 300ms\n" + self.more + endpoints)
        super().setUp()

    def until(self, what, timeout=60):
        """What `what()` gives, once that is something."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if given := what():
                return given
            time.sleep(0.05)
        self.fail("it did not come to pass in time")

    def messages(self, *more):
        return self.ok("--json", "webhooks", "list", *more).lines
