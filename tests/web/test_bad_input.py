"""What nobody should send, and what comes of it: a problem that says what was wrong, or a closed
connection; never a charge, and never a program that has gone."""

import json
import struct
import socket
import unittest

from served import Served

MEGABYTE = 1024 * 1024


class BadInput(Served):
    def setUp(self):
        super().setUp()
        self.call("PUT", "/api/accounts/ann", {"username": "Ann"})

    def tearDown(self):
        """Whatever a test has sent: nothing was taken, and all is well."""
        _, balance = self.call("GET", "/api/credits/balance/ann")
        self.assertEqual(balance["credits"], 520)
        self.assertIsNone(self.up.poll())
        self.ok("audit")

    def test_json_that_is_none_or_not_as_it_should_be(self):
        whole = b'{"service":"script","user_id":"ann","input":{"topic":"x"}}'
        for body in (whole[:1], whole[:-1], whole[:20], whole + b"x", whole + whole, b"[]", b"null",
                     b'"x"', b"7", b"{]", b"'a'", b'{"service":"script",}', b"\xef\xbb\xbf" + whole,
                     b'{"service":"script","service":"script","user_id":"ann"}',
                     b'{"service":"script","user_id":"ann","input":{"a":1,"a":2}}',
                     b'{"service":"script","user_id":"\xff\xfe"}',
                     b'{"service":"script","user_id":"\xed\xa0\x80"}',
                     b'{"service":"script","user_id":"\xc0\xaf"}',
                     b'{"service":"script","user_id":"\\ud800"}',
                     b'{"service":"script","input":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
                     b'{"a":' * 100_000 + b"1" + b"}" * 100_000, b"[" * MEGABYTE):
            answer = self.call("POST", "/api/jobs", body)
            self.problem(400, "invalid_json", answer)
        self.assertEqual(self.call("GET", "/api/jobs")[1]["jobs"], [])

    def test_fields_that_are_not_what_they_should_be(self):
        for field, value in (("service", 7), ("user_id", 7), ("input", "x"), ("input", []),
                             ("priority", 1.5), ("priority", "9"), ("priority", 10**30),
                             ("run_at", "tomorrow"), ("run_at", -1.5), ("after", "1"),
                             ("after", ["x"]), ("after", [[]]), ("queue_anyway", 1),
                             ("idempotency_key", 7), ("idempotency_key", "k" * MEGABYTE),
                             ("user_id", "u" * MEGABYTE), ("user_id", "a\nb"), ("user_id", "")):
            body = {"service": "script", "user_id": "ann", "input": {}} | {field: value}
            with self.subTest(field=field, value=str(value)[:40]):
                told = self.problem(422, "invalid_request", self.call("POST", "/api/jobs", body))
                self.assertTrue(told["field"].startswith(field), (field, str(value)[:40], told))
        self.assertEqual(self.call("GET", "/api/jobs")[1]["jobs"], [])

    def test_amounts_that_are_no_amounts(self):
        for amount in ("1e3", "-0", "0", "-5", "1.0", "0.5", "1e400", "9223372036854775808",
                       "18446744073709551616", "9" * 400, '"5"', "true", "null", "[5]", "{}", "1E0"):
            body = (b'{"user_id":"ann","action":"a","description":"d","amount":'
                    + amount.encode() + b"}")
            told = self.problem(422, "invalid_request",
                                self.call("POST", "/api/credits/consume", body))
            self.assertEqual(told["field"], "amount", amount)
            body = (b'{"user_id":"ann","amount":1,"payment_method":"x","order_id":"o","credits":'
                    + amount.encode() + b"}")
            told = self.problem(422, "invalid_request",
                                self.call("POST", "/api/credits/recharge", body))
            self.assertEqual(told["field"], "credits", amount)
        for amount in ("01", "+5", ".5", "5.", "0x10", "NaN", "Infinity", "1_000"):
            body = b'{"user_id":"ann","action":"a","description":"d","amount":' + amount.encode() + b"}"
            self.problem(400, "invalid_json", self.call("POST", "/api/credits/consume", body))

    def test_ids_that_are_none(self):
        job = self.enqueue(run_at=4102444800000)
        for name in ("0", "-1", "1e3", "99", "18446744073709551616", "9" * 1000, "abc", "%00",
                     job["id"] + "x", "0" + job["id"], "+" + job["id"], "%20" + job["id"]):
            answer = self.call("GET", f"/api/jobs/{name}")
            self.assertIn(answer[0].status, (400, 404), name)
        self.problem(414, "uri_too_long", self.call("GET", "/api/jobs/" + "1" * 16_000))
        self.call("POST", f"/api/jobs/{job['id']}/cancel")

    def test_questions_that_are_none(self):
        for query in ("limit=0", "limit=-1", "limit=x", "limit=1.5", "state=nonsense", "cursor=x",
                      "cursor=-1"):
            self.problem(422, "invalid_request", self.call("GET", "/api/jobs?" + query))
        self.problem(400, "bad_request", self.call("GET", "/api/jobs?user_id=%FF"))

    def test_bodies_and_heads_that_are_too_large(self):
        big = json.dumps({"service": "script", "user_id": "ann",
                          "input": {"x": "y" * 100_000}}).encode()
        self.problem(422, "invalid_request", self.call("POST", "/api/jobs", big))
        opened = self.socket()
        opened.sendall(b"POST /api/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n")
        self.assertIn(b" 413 ", opened.recv(4096))
        opened = self.socket()
        try:
            opened.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
                           + b"".join(b"X-%d: %s\r\n" % (i, b"v" * 90) for i in range(10_000)))
        except OSError:
            pass  # it has seen enough
        self.assertIn(b" 431 ", self.all_of(opened))

    def all_of(self, opened):
        text = b""
        try:
            while piece := opened.recv(65_536):
                text += piece
        except OSError:
            pass
        return text

    def test_requests_that_could_be_read_in_two_ways(self):
        inner = b"GET /api/jobs HTTP/1.1\r\nHost: x\r\n\r\n"
        for head in (b"Content-Length: 5\r\nContent-Length: 6\r\n",
                     b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                     b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
                     b"Transfer-Encoding: xchunked\r\n", b"Transfer-Encoding : chunked\r\n",
                     b"Content-Length: +5\r\n", b"Content-Length: 5, 6\r\n",
                     b"Content-Length: -1\r\n", b"Content-Length: 0x5\r\n",
                     b"X-A: b\r\n Content-Length: 5\r\n", b"X-A: b\nContent-Length: 5\r\n",
                     b"X A: b\r\n", b": b\r\n", b"X-A\x00: b\r\n"):
            opened = self.socket()
            opened.sendall(b"POST /api/jobs HTTP/1.1\r\nHost: x\r\nX-Api-Key: " + self.key.encode()
                           + b"\r\n" + head + b"\r\n12345" + inner)
            answers = self.all_of(opened)
            self.assertEqual(answers.count(b"HTTP/1.1 "), 1, (head, answers))
            self.assertRegex(answers, rb"^HTTP/1.1 (400|501) ", head)

    def test_lines_that_are_no_request(self):
        for line in (b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET  / HTTP/1.1\r\n\r\n",
                     b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64,
                     b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
                     b"GET http://other/ HTTP/1.1\r\n\r\n", b"\x00" * 100 + b"\r\n\r\n"):
            opened = self.socket()
            opened.sendall(line)
            opened.shutdown(socket.SHUT_WR)
            answers = self.all_of(opened)
            self.assertNotIn(b" 200 ", answers, line)

    def test_clients_that_go_in_the_middle(self):
        job = self.enqueue(run_at=4102444800000)
        key = self.key.encode()
        asks = (b"GET /api/jobs/%s/events HTTP/1.1\r\nHost: x\r\nX-Api-Key: %s\r\n\r\n"
                % (job["id"].encode(), key),
                b"GET /api/jobs/%s?wait=30 HTTP/1.1\r\nHost: x\r\nX-Api-Key: %s\r\n\r\n"
                % (job["id"].encode(), key),
                b"POST /api/jobs HTTP/1.1\r\nHost: x\r\nX-Api-Key: %s\r\nContent-Length: 500\r\n\r\n{"
                % key,
                b"GET /api/jo")
        for _ in range(25):
            for ask in asks:
                opened = self.socket()
                opened.sendall(ask)
                opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                opened.close()
        self.assertEqual(self.call("GET", f"/api/jobs/{job['id']}")[0].status, 200)
        self.call("POST", f"/api/jobs/{job['id']}/cancel")

    def test_slow_ones_keep_nobody_else_waiting(self):
        for i in range(200):
            opened = self.socket()
            opened.sendall(b"POST /api/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n"
                           + (b"\r\n{" if i % 2 else b"X-A: "))
        self.assertEqual(self.call("GET", "/api/jobs")[0].status, 200)


if __name__ == "__main__":
    unittest.main()
