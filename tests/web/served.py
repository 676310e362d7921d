"""A running `tallyman up` and calls to it, as whoever one likes."""

import base64
import hashlib
import hmac
import http.client
import json
import os
import socket
import sys
import time
from urllib.parse import urlsplit

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))

from support import CliTest  # noqa: E402

SECRET = "a secret of the issuer, 32 bytes or more"


def token(user, secret=SECRET, **claims):
    """A token as the issuer would sign it."""
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")
    text = part({"alg": "HS256", "typ": "JWT"}) + b"." + part(
        {"sub": user, "exp": int(time.time()) + 600} | claims)
    sign = hmac.new(secret.encode(), text, hashlib.sha256).digest()
    return (text + b"." + base64.urlsafe_b64encode(sign).rstrip(b"=")).decode()


class Served(CliTest):
    verb = ("up", "--port", "0")

    def setUp(self):
        super().setUp()
        self.environment["TALLYMAN_AUTH_JWT_SECRET"] = SECRET
        self.begin()

    def begin(self):
        self.up = self.start(*self.verb)
        self.address = urlsplit(self.line("listening on ").split()[-1])
        self.line("the first admin API key")
        with open(os.path.join(self.data, "admin.key"), encoding="utf-8") as file:
            self.key = file.read().strip()

    def line(self, beginning):
        for _ in range(5):
            line = self.up.stdout.readline().decode()
            if line.startswith(beginning):
                return line
        self.fail(f"it never said: {beginning}")

    def connect(self):
        connection = http.client.HTTPConnection(self.address.hostname, self.address.port,
                                                timeout=20)
        self.addCleanup(connection.close)
        return connection

    def socket(self):
        opened = socket.create_connection((self.address.hostname, self.address.port), timeout=20)
        self.addCleanup(opened.close)
        return opened

    def call(self, method, path, body=None, **headers):
        """The answer and its JSON. The body is JSON, or bytes as they are; headers are added to
        those of the admin's key, and None takes one away."""
        connection = self.connect()
        headers = {"X-Api-Key": self.key} | {k.replace("_", "-"): v for k, v in headers.items()}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        connection.request(method, path, body=body,
                           headers={k: v for k, v in headers.items() if v is not None})
        response = connection.getresponse()
        text = response.read()
        is_json = "json" in (response.headers["Content-Type"] or "")
        return response, json.loads(text) if text and is_json else None

    def as_user(self, user, method, path, body=None, **headers):
        return self.call(method, path, body, X_Api_Key=None,
                         Authorization=f"Bearer {token(user)}", **headers)

    def key_with(self, scope):
        return self.ask("keys", "create", f"key-{scope}", "--scope", scope)["key"]

    def problem(self, status, code, answer):
        """It is that problem, in the form of all problems."""
        response, told = answer
        self.assertEqual((response.status, told and told.get("code")), (status, code), told)
        self.assertEqual(response.headers["Content-Type"].split(";")[0],
                         "application/problem+json")
        self.assertEqual(told["status"], status)
        self.assertTrue(told["title"] and told["detail"])
        self.assertTrue(response.headers["X-Request-Id"])
        return told

    def enqueue(self, simulate=None, **more):
        body = {"service": "script", "user_id": "ann",
                "input": {"simulate": simulate or {"latency_ms": 1}}} | more
        response, job = self.call("POST", "/api/jobs", body)
        self.assertEqual(response.status, 201, job)
        return job
