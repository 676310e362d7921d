"""A running `tallyman up` with users, keys and a provider of files; what it answers is kept."""

import base64
import hashlib
import hmac
import http.client
import json
import os
import socketserver
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("cli", "pay")]
from support import CliTest
from wechat import Platform

SECRET = "known to this test and to its server, and long enough"

SETTINGS = f"""
auth:
  jwt:
    secret: {SECRET}
payments:
  simulate: true
  stripe:
    secret: whsec_known
providers:
  demo:
    kind: simulated
    latency: 50ms
  files:
    kind: command
    run: [./leave-a-file]
  silent:
    kind: http
    dialect: openai-chat
    base_url: http://127.0.0.1:9
    model: none
    allow_private: true
    on_doubt: park
services:
  defaults:
    provider: demo
  polish:
    provider: files
  character:
    provider: silent
"""


class Silent(socketserver.BaseRequestHandler):
    """Takes what it is sent and hangs up: whether it began anything, nobody knows."""

    def handle(self):
        self.request.recv(65536)

PROVIDER = """#!/bin/sh
read -r job
echo hello > "$TALLYMAN_RESULT_DIR/said.txt"
echo '{"progress": 50, "note": "half of it"}'
echo '{"result": {"file": "said.txt"}}'
"""


def token_of(user):
    def part(value):
        return base64.urlsafe_b64encode(value).rstrip(b"=")

    claims = {"sub": user, "exp": int(time.time()) + 3600}
    text = part(b'{"alg":"HS256"}') + b"." + part(json.dumps(claims).encode())
    seal = hmac.new(SECRET.encode(), text, hashlib.sha256).digest()
    return (text + b"." + part(seal)).decode()


def event_of(order):
    """Stripe's word that the order was paid, and its headers."""
    text = json.dumps({"id": "evt_1", "type": "payment_intent.succeeded", "livemode": True,
                       "created": int(time.time()),
                       "data": {"object": {"id": "pi_1", "amount": 5000, "currency": "cny",
                                           "metadata": {"order_id": order}}}})
    stamp = int(time.time())
    sign = hmac.new(b"whsec_known", f"{stamp}.{text}".encode(), hashlib.sha256).hexdigest()
    return text, {"X-Api-Key": None, "Stripe-Signature": f"t={stamp},v1={sign}"}


def signed(telegram_id, amount, away=0, **more):
    """A sister product's call, as the source novel signs it, so many seconds away from now."""
    timestamp = int(time.time()) + away
    text = f"{telegram_id}:{amount}:novel:{timestamp}"
    token = hmac.new(b"s3cret", text.encode(), hashlib.sha256).hexdigest()
    return {"telegram_id": str(telegram_id), "amount": amount, "source": "novel", "reason": "why",
            "timestamp": timestamp, "token": token} | more


class RunningTest(CliTest):
    settings = SETTINGS

    def setUp(self):
        super().setUp()
        os.chmod(self.write("leave-a-file", PROVIDER), 0o755)
        self.calls, self.events = [], []
        self.platform = Platform()
        self.addCleanup(self.platform.close)
        self.environment.update(self.platform.environment())
        silent = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Silent)
        threading.Thread(target=silent.serve_forever, daemon=True).start()
        self.addCleanup(silent.server_close)
        self.addCleanup(silent.shutdown)
        at = f"http://127.0.0.1:{silent.server_address[1]}"
        self.environment["TALLYMAN_PROVIDERS_SILENT_BASE_URL"] = at
        up = self.start("up", "--port", "0")
        line = ""
        while not line.startswith("listening on "):
            line = up.stdout.readline().decode()
            self.assertTrue(line, "it ended before it listened")
        self.url = line.split()[-1]
        path = os.path.join(self.data, "admin.key")
        self.until(lambda: os.path.exists(path))
        with open(path, encoding="utf-8") as file:
            self.key = file.read().strip()

    def call(self, method, target, sent=None, headers=None):
        """Status, headers and body; by the admin key unless the headers say otherwise."""
        connection, headers = self.connect(headers)
        text = sent if sent is None or isinstance(sent, str) else json.dumps(sent)
        connection.request(method, target, body=text,
                           headers={k: v for k, v in headers.items() if v is not None})
        response = connection.getresponse()
        body = response.read().decode()
        connection.close()
        got = self.keep(method, target, response, body, None if isinstance(sent, str) else sent)
        return response.status, got, body

    def connect(self, headers=None):
        address = urlsplit(self.url)
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        return connection, {"X-Api-Key": self.key} | (headers or {})

    def keep(self, method, target, response, body, sent=None):
        # pylint: disable=too-many-arguments,too-many-positional-arguments
        got = {name.lower(): value for name, value in response.getheaders()}
        self.calls.append({"method": method, "target": target, "status": response.status,
                           "headers": got, "body": body, "sent": sent})
        return got

    def got(self, status, method, target, sent=None, headers=None):
        """The body of an answer that has this status."""
        seen, _, body = self.call(method, target, sent, headers)
        self.assertEqual(seen, status, f"{method} {target}: {body}")
        return json.loads(body) if body[:1] in ("{", "[") else body

    def refuses(self, problem, method, target, sent=None, headers=None):
        """`problem` is "404 unknown_job"."""
        status, code = problem.split()
        said = self.got(int(status), method, target, sent, headers)
        self.assertEqual(said["code"], code, said)

    def hear(self, target, headers=None):
        """The events of a stream that has an end: (id, name, data) of each."""
        _, got, body = self.call("GET", target, headers=headers)
        self.assertTrue(got["content-type"].startswith("text/event-stream"))
        heard = []
        for block in body.split("\n\n"):
            fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
            if "data" in fields:
                heard.append((fields["id"], fields["event"], json.loads(fields["data"])))
        self.events += [{"event": name, "data": data} for _, name, data in heard]
        return heard

    def beginning(self, target):
        """Of a stream without an end; it is kept as if that were all."""
        connection, headers = self.connect()
        connection.request("GET", target, headers=headers)
        response = connection.getresponse()
        body = response.readline().decode()
        self.keep("GET", target, response, body)
        connection.close()
