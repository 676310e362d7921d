"""What goes wrong between two products, against the real program."""

import threading
import time
import unittest

from sister import Sister, signed


class BadDays(Sister):
    def together(self, count, what):
        """The answers to `count` calls of `what(n)` that are made at once."""
        answers = [None] * count
        gate = threading.Barrier(count)

        def one(number):
            gate.wait()
            answers[number] = what(number)
        threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def test_a_token_replayed_has_one_effect(self):
        call = signed(7, 100)
        first = self.call("POST", "/api/credits/sync", call, X_Api_Key=self.sync_key)
        again = self.call("POST", "/api/credits/sync", call, X_Api_Key=self.sync_key)
        self.assertEqual(first[0].status, 200)
        self.assertEqual((again[0].status, again[1]), (200, first[1]))
        self.assertEqual(self.balance(7), 620)

    def test_a_token_is_of_its_values_and_its_time(self):
        now = int(time.time())
        for status, code, call in [
                (401, "bad_token", signed(7, 100) | {"amount": 1000}),
                (401, "bad_token", signed(7, 100) | {"telegram_id": 8}),
                (401, "bad_token", signed(7, 100) | {"source": "comic"}),
                (401, "bad_token", signed(7, 100, secret="guess")),
                (401, "stale_token", signed(7, 100, at=now - 301)),
                (401, "stale_token", signed(7, 100, at=now + 310)),
                (422, "invalid_request", signed(7, 2 ** 63)),
                (422, "invalid_request", signed(7, 0))]:
            self.problem(status, code, self.call("POST", "/api/credits/sync", call,
                                                 X_Api_Key=self.sync_key))
        self.problem(404, "unknown_account", self.call(
            "GET", "/api/credits/sync/balance/7", X_Api_Key=self.sync_key))

    def test_two_secrets_live_while_one_is_rotated(self):
        self.put_source(source="novel", secret="newer", previous_secret="s3cret")
        self.assertEqual(self.sync(7, 1)[0].status, 200)
        self.assertEqual(self.sync(7, 2, secret="newer")[0].status, 200)
        self.put_source(source="novel", secret="newer")
        self.problem(401, "bad_token", self.sync(7, 3))
        self.assertEqual(self.balance(7), 523)

    def test_fifty_first_uses_at_once_open_one_account(self):
        answers = self.together(50, lambda n: self.sync(7, 10, external_reference=f"first-{n}"))
        self.assertEqual([answer[0].status for answer in answers], [200] * 50)
        self.assertEqual(self.balance(7), 520 + 50 * 10)
        self.assertEqual(sorted(told["balance"] for _, told in answers),
                         [530 + 10 * n for n in range(50)])

    def test_one_reference_at_once_is_one_change(self):
        answers = self.together(30, lambda n: self.sync(7, 10, external_reference="same"))
        self.assertEqual({told["balance"] for _, told in answers}, {530})
        self.assertEqual(self.balance(7), 530)

    def test_racing_deductions_never_overdraw(self):
        self.sync(7, -420, external_reference="down to a hundred")
        answers = self.together(40, lambda n: self.sync(7, -10, external_reference=f"take-{n}"))
        codes = [told.get("code", "") for _, told in answers]
        self.assertEqual(codes.count(""), 10)
        self.assertEqual(codes.count("insufficient_credits"), 30)
        self.assertEqual(self.balance(7), 0)

    def test_a_cap_holds_under_a_crowd(self):
        self.put_source(source="novel", secret="s3cret", daily_cap=100)
        answers = self.together(40, lambda n: self.sync(n, 10, external_reference=f"add-{n}"))
        codes = [told.get("code", "") for _, told in answers]
        self.assertEqual((codes.count(""), codes.count("daily_cap")), (10, 30))

    def test_a_batch_of_a_thousand_stands_alone_item_by_item(self):
        items = [signed(n, 5) for n in range(998)]
        items += [signed(1, -9999), signed(2, 1) | {"token": "x"}]
        response, told = self.call("POST", "/api/credits/sync/batch",
                                   {"source": "novel", "items": items}, X_Api_Key=self.sync_key)
        self.assertEqual(response.status, 200)
        self.assertEqual((told["success"], told["failed"]), (998, 2))
        self.assertEqual(told["results"][998]["code"], "insufficient_credits")
        self.assertEqual(told["results"][999]["code"], "bad_token")
        self.assertEqual(self.balance(997), 525)

    def test_nothing_but_a_key_for_sync_gets_in(self):
        for key in (None, self.key_with("credits"), self.key_with("read")):
            response, _ = self.call("POST", "/api/credits/sync", signed(7, 1), X_Api_Key=key)
            self.assertEqual(response.status, 401 if key is None else 403)


if __name__ == "__main__":
    unittest.main()
