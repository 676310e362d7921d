"""The client for Python against the real program, also where answers get lost on the way."""

import http.client
import http.server
import threading
import time
import types
import unittest
from unittest import mock

import credit_sync_client
from credit_sync_client import CreditSyncClient
from sister import Sister


class Between:
    """Stands between a client and the program. `say(n)` decides what becomes of the n-th request:
    None goes through, "lost" is done but its answer is not, an answer is given in its place."""

    def __init__(self, address, say):
        outer, self.bodies = self, []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                outer.bodies.append(body)
                what = say(len(outer.bodies))
                if isinstance(what, tuple):
                    self.give(*what)
                    return
                there = http.client.HTTPConnection(address.hostname, address.port, timeout=20)
                there.request(self.command, self.path, body,
                              {"X-Api-Key": self.headers["X-Api-Key"]})
                answer = there.getresponse()
                text = answer.read()
                there.close()
                if what == "lost":
                    self.close_connection = True
                    return
                self.give(answer.status, text, {"Date": answer.headers["Date"]})

            do_GET = do_POST

            def give(self, status, text, headers):
                self.send_response_only(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Client(Sister):
    def setUp(self):
        super().setUp()
        self.pauses = []
        clock = types.SimpleNamespace(time=lambda: time.time() + self.wrong,
                                      sleep=self.pauses.append)
        self.wrong = 0
        patched = mock.patch.object(credit_sync_client, "time", clock)
        patched.start()
        self.addCleanup(patched.stop)
        self.client = self.client_of(f"http://{self.address.netloc}")

    def client_of(self, url, **more):
        return CreditSyncClient(url, self.sync_key, more.pop("secret", "s3cret"), "novel", **more)

    def between(self, say):
        proxy = Between(self.address, say)
        self.addCleanup(proxy.close)
        return proxy

    def test_adds_deducts_and_looks(self):
        added = self.client.add_credits(7, 100, "check-in", external_reference="r1")
        self.assertTrue(added.success)
        self.assertEqual((added.balance, added.code), (620, ""))
        self.assertIn("620", added.message)
        self.assertEqual(self.client.add_credits(7, 100, external_reference="r1").balance, 620)
        self.assertEqual(self.client.deduct_credits("7", 20, "a chapter").balance, 600)
        self.assertEqual(self.client.get_balance(7).balance, 600)
        records = self.client.get_records(7, limit=2).data["records"]
        self.assertEqual([(one["change"], one["reason"]) for one in records],
                         [(-20, "a chapter"), (100, "check-in")])
        self.call("PUT", "/api/accounts/tg:7", {"username": "Ann"})
        self.assertEqual(self.client.get_balance(7).data["nickname"], "Ann")

    def test_a_refusal_is_a_result(self):
        for result, code in (
                (self.client.deduct_credits(7, 999_999), "insufficient_credits"),
                (self.client_of(f"http://{self.address.netloc}", secret="x").add_credits(7, 1),
                 "bad_token"),
                (self.client.get_balance("nobody"), "unknown_account")):
            self.assertEqual((result.success, result.code), (False, code))
            self.assertTrue(result.message)
        self.assertEqual(self.pauses, [])

    def test_arguments_that_can_not_be_right_raise(self):
        for amount in (0, -1, 1.5, "5", True, None):
            with self.assertRaises(ValueError):
                self.client.add_credits(7, amount)
        for url in ("", "credits.example", "file:///etc/passwd"):
            with self.assertRaises(ValueError):
                CreditSyncClient(url, "k", "s", "novel")
        with self.assertRaises(ValueError):
            CreditSyncClient("http://x", "k", "", "novel")

    def test_a_lost_answer_is_no_second_change(self):
        proxy = self.between(lambda n: "lost" if n <= 3 else None)
        result = self.client_of(proxy.url).add_credits(7, 100)
        self.assertEqual((result.success, result.balance), (True, 620))
        self.assertEqual(len(proxy.bodies), 4)
        self.assertEqual(len(self.pauses), 3)
        self.assertEqual(self.balance(7), 620)

    def test_it_gives_up_and_says_so(self):
        proxy = self.between(lambda n: "lost")
        result = self.client_of(proxy.url, retries=1).add_credits(7, 100)
        self.assertEqual((result.success, result.code), (False, "network"))
        self.assertEqual(len(proxy.bodies), 2)
        self.assertEqual(self.balance(7), 620)  # which only the server can tell

    def test_it_waits_as_long_as_it_is_told(self):
        busy = (503, b'{"code":"overloaded","detail":"later"}', {"Retry-After": "7"})
        rate = (429, b'{"code":"rate_limited","detail":"later"}', {"Retry-After": "9"})
        proxy = self.between(lambda n: {1: busy, 2: rate}.get(n))
        self.assertEqual(self.client_of(proxy.url).add_credits(7, 1).balance, 521)
        self.assertGreaterEqual(self.pauses[0], 7)
        self.assertGreaterEqual(self.pauses[1], 9)

    def test_what_is_refused_for_today_is_not_tried_again(self):
        self.put_source(source="novel", secret="s3cret", daily_cap=5)
        proxy = self.between(lambda n: None)
        self.assertEqual(self.client_of(proxy.url).add_credits(7, 6).code, "daily_cap")
        self.assertEqual(len(proxy.bodies), 1)

    def test_a_redirect_is_not_followed(self):
        proxy = self.between(lambda n: (302, b"", {"Location": "http://127.0.0.1:1/"}))
        self.assertEqual(self.client_of(proxy.url).add_credits(7, 1).data["status"], 302)

    def test_a_wrong_clock_follows_the_servers(self):
        self.wrong = 86_400
        self.assertTrue(self.client.add_credits(7, 1).success)
        self.assertTrue(self.client.add_credits(7, 2).success)
        self.assertEqual(self.pauses, [])

    def test_a_batch_has_a_result_for_each_item(self):
        items = [{"telegram_id": n, "amount": 3} for n in range(1_000)]
        items += [{"telegram_id": 7, "amount": -99_999}, {"telegram_id": 7, "amount": -3}]
        proxy = self.between(lambda n: "lost" if n == 1 else None)
        result = self.client_of(proxy.url).batch_sync(items)
        self.assertFalse(result.success)
        self.assertEqual((result.data["success"], result.data["failed"]), (1_001, 1))
        self.assertEqual(len(proxy.bodies), 3)
        results = result.data["results"]
        self.assertEqual([one["success"] for one in results[999:]], [True, False, True])
        self.assertEqual(results[1_000]["code"], "insufficient_credits")
        self.assertEqual(self.balance(7), 520)
        self.assertEqual(self.balance(8), 523)

    def test_a_batch_that_is_lost_fails_item_by_item(self):
        self.client = self.client_of("http://127.0.0.1:1", retries=0)
        result = self.client.batch_sync([{"telegram_id": 7, "amount": 1}] * 2)
        self.assertEqual([one["code"] for one in result.data["results"]], ["network"] * 2)
        self.assertFalse(result.success)

    def test_no_secret_is_shown(self):
        self.assertNotIn("s3cret", repr(self.client))
        self.assertNotIn(self.sync_key, repr(self.client))


if __name__ == "__main__":
    unittest.main()
