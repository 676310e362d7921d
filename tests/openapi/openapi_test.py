"""The description at /openapi.json: valid, linted, with examples that are right, and true: what
the running server answers is what it says. The client's types are made from it."""

import json
import os
import sqlite3
import sys
import time
import unittest
from pathlib import Path

import npm
from buying import Buying
from recorder import RunningTest, event_of, signed, token_of

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "orders")]
from order_rows import COLUMNS, an_order


class Description(Buying, RunningTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        npm.prepare_checks()

    def setUp(self):
        super().setUp()
        _, _, body = self.call("GET", "/openapi.json", headers={"X-Api-Key": None})
        self.document = self.write("openapi.json", body)

    def check(self, script, *arguments):
        try:
            npm.check(script, self.document, *arguments)
        except npm.Failed as failed:
            self.fail(str(failed))

    def test_pleases_a_linter(self):
        self.check("lint.mjs")

    def test_has_examples_that_are_as_it_says(self):
        self.check("examples.mjs")

    def test_is_what_the_types_of_the_client_are_made_from(self):
        npm.prepare_client()
        npm.run("npm", "run", "generate", "--", self.document, folder=npm.CLIENT)
        made = (npm.CLIENT / "src/schema.d.ts").read_text(encoding="utf-8")
        kept = (npm.TOP / "clients/typescript/src/schema.d.ts").read_text(encoding="utf-8")
        if made != kept:
            self.fail("the description has changed; its types are made by: cp "
                      f"{npm.CLIENT}/src/schema.d.ts clients/typescript/src/schema.d.ts")

    def test_is_what_the_server_does(self):
        self.jobs()
        self.job_refusals()
        self.credits()
        self.credit_refusals()
        self.sister_products()
        self.guards()
        self.points()
        self.payments()
        self.purchases()
        self.memberships()
        self.orders()
        self.streams()
        self.operating()
        self.providers()
        self.console()
        self.webhooks()
        self.strangers()
        kept = {"calls": self.calls, "events": self.events}
        self.check("answers.mjs", self.write("answers.json", json.dumps(kept)))

    def enqueue(self, service, simulate=None, **more):
        sent = {"service": service, "user_id": "ann", "input": {"text": "hello"}} | more
        if simulate is not None:
            sent["input"]["simulate"] = simulate
        return self.got(201, "POST", "/api/jobs", sent)

    def ended(self, job):
        path = f"/api/jobs/{job['id']}?wait=20"
        return self.until(lambda: next((seen for seen in [self.got(200, "GET", path)]
                                        if seen["state"] not in ("queued", "processing")), None))

    def jobs(self):
        script = self.enqueue("script", idempotency_key="one")
        self.got(200, "POST", "/api/jobs", {"service": "script", "user_id": "ann",
                                            "input": {"text": "hello"}, "idempotency_key": "one"})
        path = f"/api/jobs/{script['id']}"
        _, headers, _ = self.call("GET", path)
        self.got(304, "GET", path, headers={"If-None-Match": headers["etag"]})
        self.ended(script)
        self.got(200, "GET", f"{path}/result")
        self.refuses("404 no_result", "GET", f"{path}/result?file=none")
        self.got(204, "POST", "/api/provider/hint/1/00")
        self.got(200, "POST", "/api/provider/hint/1/00", {"challenge": "9e1c"})
        self.got(200, "GET", f"{path}/explain")
        self.ended(self.enqueue("tts", {"duration_ms": 1040}))
        self.ended(self.enqueue("script", {"outcome": "failed_final"}, priority=-5))
        self.files()
        later = self.enqueue("script", run_at=4102444800000, after=[script["id"]])
        self.got(200, "POST", f"/api/jobs/{later['id']}/cancel")
        self.got(200, "POST", f"/api/jobs/{later['id']}/retry")
        sent = {"jobs": [{"service": "title", "user_id": "bob", "idempotency_key": "b"},
                         {"service": "title", "user_id": "bob", "idempotency_key": "b"},
                         {"service": "poem", "user_id": "bob"}, {"service": "title"}]}
        results = self.got(200, "POST", "/api/jobs/batch", sent)["results"]
        self.assertEqual([one["status"] for one in results], [201, 200, 404, 422])
        page = self.got(200, "GET", "/api/jobs?limit=2&user_id=ann")
        self.got(200, "GET", f"/api/jobs?cursor={page['next_cursor']}&state=completed")

    def files(self):
        job = self.ended(self.enqueue("polish"))
        path = f"/api/jobs/{job['id']}/result"
        _, headers, body = self.call("GET", path)
        self.assertEqual(body, "hello\n")
        self.got(206, "GET", path, headers={"Range": "bytes=1-2"})
        self.got(304, "GET", path, headers={"If-None-Match": headers["etag"]})
        self.refuses("416 range_not_satisfiable", "GET", path, headers={"Range": "bytes=99-"})

    def job_refusals(self):
        at = "/api/jobs"
        self.refuses("400 invalid_json", "POST", at, '{"service":')
        self.refuses("402 insufficient_credits", "POST", at,
                     {"service": "tts", "user_id": "eve", "input": {"max_duration": 99999}})
        self.refuses("404 unknown_service", "POST", at, {"service": "poem", "user_id": "eve"})
        self.refuses("409 idempotency_conflict", "POST", at,
                     {"service": "title", "user_id": "ann", "idempotency_key": "one"})
        self.refuses("422 invalid_request", "POST", at,
                     {"service": "title", "user_id": 7, "priority": 1.5, "input": []})
        self.refuses("422 unknown_parent", "POST", at,
                     {"service": "title", "user_id": "eve", "after": ["999"]})
        self.refuses("422 needs_text_or_maximum", "POST", at,
                     {"service": "tts", "user_id": "eve"})
        self.refuses("404 unknown_job", "GET", f"{at}/999999")
        self.refuses("404 unknown_job", "POST", f"{at}/nothing/cancel")
        self.refuses("409 wrong_state", "POST", f"{at}/1/cancel")
        self.refuses("422 invalid_request", "GET", f"{at}?state=lost")
        waiting = self.enqueue("script", run_at=4102444800000)
        self.refuses("409 not_completed", "GET", f"{at}/{waiting['id']}/result")

    def credits(self):
        self.got(200, "PUT", "/api/accounts/cid", {"username": "Cid", "email": "cid@mail.example",
                                                   "tier": None, "time_zone": "Asia/Shanghai"})
        sent = {"user_id": "cid", "amount": 20, "action": "image", "description": "a cover",
                "reference": "r1"}
        first = self.got(200, "POST", "/api/credits/consume", sent)
        self.assertEqual(self.got(200, "POST", "/api/credits/consume", sent), first)
        self.got(200, "POST", "/api/credits/recharge",
                 {"user_id": "cid", "amount": 990, "credits": 1000, "payment_method": "wechat",
                  "order_id": "o1"})
        self.got(200, "GET", "/api/accounts/cid")
        self.got(200, "GET", "/api/credits/balance/cid")
        page = self.got(200, "GET", "/api/credits/history/cid?limit=1")
        self.got(200, "GET", f"/api/credits/history/cid?cursor={page['next_cursor']}")
        self.got(200, "GET", "/api/credits/history/ann")
        self.got(200, "GET", "/api/credits/stats/ann?from=2020-01-01")
        self.got(200, "GET", "/api/credits/statement/ann?from=2020-01-01")
        self.got(200, "GET", "/api/credits/statement/ann?by=kind")
        self.got(422, "GET", "/api/credits/statement/ann?by=week")
        self.assertTrue(self.got(200, "GET", "/api/credits/validate/ann")["valid"])

    def credit_refusals(self):
        at = "/api/credits"
        sent = {"user_id": "cid", "amount": 999999, "action": "image"}
        self.refuses("400 insufficient_credits", "POST", f"{at}/consume", sent)
        self.refuses("422 invalid_request", "POST", f"{at}/consume", sent | {"amount": 1.5})
        self.refuses("409 reference_conflict", "POST", f"{at}/consume",
                     sent | {"amount": 1, "reference": "r1"})
        self.refuses("404 unknown_account", "GET", f"{at}/balance/nobody")
        self.refuses("422 invalid_request", "GET", f"{at}/stats/ann?from=soon")
        self.refuses("403 forbidden", "DELETE", f"{at}/history/1-1")

    def guards(self):
        at = "/api/admin/accounts"
        self.got(200, "POST", f"{at}/cid/freeze", {"reason": "a look"})
        sent = {"user_id": "cid", "amount": 1, "action": "image"}
        self.refuses("403 account_frozen", "POST", "/api/credits/consume", sent)
        self.got(200, "GET", "/api/accounts/cid")
        self.got(200, "POST", f"{at}/cid/unfreeze")
        self.got(200, "POST", f"{at}/cid/release")
        self.got(200, "PUT", f"{at}/cid/caps", {"daily_cap": 1, "monthly_cap": None})
        self.refuses("429 over_daily_cap", "POST", "/api/credits/consume", sent | {"amount": 99})
        self.got(200, "PUT", f"{at}/cid/caps", {})
        self.refuses("422 invalid_request", "POST", f"{at}/cid/freeze", {})
        self.refuses("422 invalid_request", "PUT", f"{at}/cid/caps", {"daily_cap": -1})
        for method, what, body in [("POST", "freeze", {"reason": "x"}), ("POST", "unfreeze", None),
                                   ("POST", "release", None), ("PUT", "caps", {}),
                                   ("PUT", "membership", {"member_until": None, "reason": "x"})]:
            self.refuses("404 unknown_account", method, f"{at}/nobody/{what}", body)
        self.accounts(at)

    def accounts(self, at):
        member = {"member_until": int(time.time() * 1000) + 86_400_000, "reason": "a gift"}
        told = self.got(200, "PUT", f"{at}/cid/membership", member)
        self.assertEqual(told["member_until"], member["member_until"])
        over = self.got(200, "PUT", f"{at}/cid/membership", {"member_until": None, "reason": "x"})
        self.assertLess(over["member_until"], member["member_until"])
        for wrong in ({"member_until": 5}, {"member_until": 9e15}, {}, {"member_until": None}):
            wrong["reason"] = ""
            self.refuses("422 invalid_request", "PUT", f"{at}/cid/membership", wrong)
        first = self.got(200, "GET", f"{at}?limit=1")
        older = self.got(200, "GET", f"{at}?cursor={first['next_cursor']}&limit=1")
        self.assertNotEqual(first["accounts"], older["accounts"])
        found = self.got(200, "GET", f"{at}?prefix=ci")
        self.assertEqual([one["user_id"] for one in found["accounts"]], ["cid"])
        self.assertIsNone(found["next_cursor"])
        ordered = self.got(200, "GET", f"{at}?order=user_id&limit=1")
        self.got(200, "GET", f"{at}?order=user_id&cursor={ordered['next_cursor']}")
        for query in ("order=balance", "prefix=a&order=newest", "cursor=x", "limit=0",
                      "prefix=" + 129 * "x"):
            self.refuses("422 invalid_request", "GET", f"{at}?{query}")

    def payments(self):
        at = "/api/payment"
        order = self.open_order()
        self.got(401, "POST", f"{at}/callback/wechat", "x", {"X-Api-Key": None})
        self.got(404, "POST", f"{at}/callback/alipay", "x", {"X-Api-Key": None})
        self.got(400, "POST", f"{at}/callback/stripe", "x", {"X-Api-Key": None})
        text, headers = event_of(order)
        self.got(200, "POST", f"{at}/callback/stripe", text, headers)
        self.assertEqual(self.got(200, "POST", f"{at}/simulate/{order}")["status"], "paid")
        self.refuses("404 unknown_order", "POST", f"{at}/simulate/none")

    def open_order(self):
        with sqlite3.connect(os.path.join(self.data, "tallyman.db"), timeout=20) as store:
            account, = store.execute("SELECT id FROM accounts WHERE user = 'ann'").fetchone()
            row = an_order(1, account)
            store.execute(f"INSERT INTO orders ({', '.join(COLUMNS)}) VALUES "
                          f"({', '.join('?' * len(row))})", row)
        store.close()
        return row[0]

    def sister_products(self):
        at, admin = "/api/credits/sync", "/api/admin/sync"
        made = {"source": "novel", "secret": "s3cret", "previous_secret": "older",
                "allow": ["add", "deduct"], "daily_cap": 500}
        self.got(200, "POST", f"{admin}/sources", made)
        self.got(200, "GET", f"{admin}/sources")
        self.refuses("422 invalid_request", "POST", f"{admin}/sources", {"source": "a:b"})
        sent = signed(7, 100, external_reference="r1")
        self.assertEqual(self.got(200, "POST", at, sent), self.got(200, "POST", at, sent))
        items = [signed(8, 1), signed(8, -9999), signed(9, 1) | {"token": "x"}]
        batch = {"source": "novel", "items": items}
        self.assertEqual(self.got(200, "POST", f"{at}/batch", batch)["failed"], 2)
        self.refuses("422 invalid_request", "POST", f"{at}/batch", {"source": "novel"})
        self.got(200, "GET", f"{at}/balance/7?source=novel")
        self.got(200, "GET", f"{at}/records/7?limit=2")
        self.refuses("404 unknown_account", "GET", f"{at}/balance/nobody")
        self.refuses("400 insufficient_credits", "POST", at, signed(7, -9999))
        self.refuses("401 bad_token", "POST", at, signed(7, 1) | {"amount": 2})
        self.refuses("401 stale_token", "POST", at, signed(7, 1, away=-301))
        self.refuses("409 reference_conflict", "POST", at, signed(7, 1, external_reference="r1"))
        self.refuses("422 invalid_request", "POST", at, signed(7, 0))
        self.refuses("429 daily_cap", "POST", at, signed(7, 500))
        self.got(200, "POST", f"{admin}/sources", made | {"allow": ["add"], "daily_cap": None})
        self.refuses("403 direction_not_allowed", "POST", at, signed(7, -1))
        self.got(200, "POST", f"{admin}/links", {"telegram_id": "7", "user_id": "cid"})
        self.refuses("422 invalid_request", "POST", f"{admin}/links", {"telegram_id": "7"})
        self.got(200, "DELETE", f"{admin}/sources/novel")
        self.refuses("404 unknown_source", "DELETE", f"{admin}/sources/novel")

    def points(self):
        self.got(200, "POST", "/api/points/cost", {"service": "script"})
        self.got(200, "POST", "/api/points/cost",
                 {"service": "tts", "user_id": "ann", "duration": 2.5})
        sent = {"service": "script", "user_id": "ann", "reference": "p1"}
        self.got(200, "POST", "/api/points/consume", sent)
        self.got(200, "GET", "/api/points/prices")
        self.refuses("404 unknown_service", "POST", "/api/points/cost", {"service": "poem"})
        self.refuses("402 insufficient_credits", "POST", "/api/points/consume",
                     {"service": "tts", "user_id": "ann", "duration": 99999})

    def streams(self):
        job = self.enqueue("script", {"latency_ms": 700})
        path = f"/api/jobs/{job['id']}/events"
        heard = self.hear(path)
        self.assertLessEqual({"state", "money"}, {name for _, name, _ in heard})
        self.got(204, "GET", path, headers={"Last-Event-ID": heard[-1][0]})
        self.beginning("/api/events?user_id=ann")

    def operating(self):
        for path in ("/healthz", "/readyz", "/metrics", "/api/admin/overview", "/api/admin/keys"):
            self.got(200, "GET", path)
        for verb in ("pause", "drain"):
            self.got(200, "POST", f"/api/admin/queues/title/{verb}")
        self.refuses("503 queue_draining", "POST", "/api/jobs", {"service": "title",
                                                                 "user_id": "ann"})
        self.got(200, "POST", "/api/admin/queues/title/resume")
        self.refuses("404 unknown_service", "POST", "/api/admin/queues/poem/pause")
        self.got(200, "POST", "/api/admin/expire")
        self.got(200, "POST", "/api/admin/prices/reload")
        sent = {"name": "pipeline", "scopes": ["jobs"], "expires_at": 4102444800000}
        made = self.got(201, "POST", "/api/admin/keys", sent)
        self.got(200, "POST", f"/api/admin/keys/{made['number']}/revoke")
        self.refuses("404 unknown_key", "POST", "/api/admin/keys/999/revoke")
        self.refuses("422 invalid_request", "POST", "/api/admin/keys", {"name": "x"})
        _, headers, _ = self.call("GET", "/openapi.json")
        self.got(304, "GET", "/openapi.json", headers={"If-None-Match": headers["etag"]})

    def providers(self):
        for path in ("providers", "margin", "margin?by=day"):
            self.got(200, "GET", f"/api/admin/{path}")
        parked = self.enqueue("character")["id"]
        at = f"/api/admin/jobs/{parked}/resolve"
        self.until(lambda: self.got(200, "GET", "/api/admin/overview")["parked"])
        self.refuses("422 invalid_request", "POST", at, {"verdict": "perhaps"})
        self.got(200, "POST", at, {"verdict": "fail"})
        self.refuses("409 wrong_state", "POST", at, {"verdict": "fail"})

    def console(self):
        page = {"X-Api-Key": None, "X-Tallyman-Console": "1", "Origin": self.url}
        self.refuses("403 cross_site", "POST", "/api/session", {"key": self.key},
                     {"X-Api-Key": None})
        self.refuses("401 unknown_key", "POST", "/api/session", {"key": "x"}, page)
        self.refuses("422 invalid_request", "POST", "/api/session", {}, page)
        self.got(201, "POST", "/api/session", {"key": self.key}, page)
        self.got(200, "GET", "/api/session")
        self.got(204, "DELETE", "/api/session")
        self.refuses("401 session_over", "GET", "/api/session", headers=page | {
            "Cookie": "tallyman_session=x"})
        self.got(200, "GET", "/api/jobs/1/input")
        gift = {"kind": "adjust", "credits": -1, "reason": "counted twice", "reference": "case 1"}
        self.got(200, "POST", "/api/admin/accounts/ann/grant", gift)
        self.refuses("422 invalid_request", "POST", "/api/admin/accounts/ann/grant",
                     gift | {"credits": 0})
        self.ok("seals", "now")
        self.got(200, "GET", "/api/admin/seals")
        self.got(202, "POST", "/api/admin/audit")
        self.until(lambda: not self.got(200, "GET", "/api/admin/audit")["running"])
        self.assertTrue(self.got(200, "GET", "/api/admin/prices/book")["in_force"])
        for book in ("services:\n  script: {mode: fixed, credits: 6}\n", "services: 1"):
            self.got(200, "POST", "/api/admin/prices/try", {"prices": book})

    def webhooks(self):
        at = "/api/admin/webhooks"
        self.ended(self.enqueue("script", webhook="https://127.0.0.1:9/"))
        dead = []
        while not dead:  # nothing in private networks is posted to
            dead = self.got(200, "GET", f"{at}/messages?state=dead&limit=1")["messages"]
        one = f"{at}/messages/{dead[0]['id']}"
        self.got(200, "GET", one)
        self.got(200, "POST", f"{one}/replay")
        self.got(200, "POST", f"{at}/replay", {"since": 0})
        self.refuses("404 unknown_message", "GET", f"{at}/messages/msg_999")
        self.refuses("404 unknown_message", "POST", f"{at}/messages/msg_999/replay")
        self.refuses("422 invalid_request", "GET", f"{at}/messages?state=lost")
        self.refuses("422 invalid_request", "POST", f"{at}/replay", {})

    def strangers(self):
        """Whoever may not, and users."""
        at = "/api/jobs"
        self.refuses("401 unauthenticated", "GET", at, headers={"X-Api-Key": None})
        self.refuses("401 unknown_key", "GET", at, headers={"X-Api-Key": "tm_" + "A" * 43})
        bad = {"X-Api-Key": None, "Authorization": "Bearer a.b.c"}
        self.refuses("401 token_malformed", "GET", at, headers=bad)
        self.refuses("400 ambiguous_credentials", "GET", at, headers={"Authorization": "Bearer a"})
        ann = {"X-Api-Key": None, "Authorization": f"Bearer {token_of('ann')}"}
        self.assertTrue(self.got(200, "GET", at, headers=ann)["jobs"])
        self.refuses("403 forbidden", "GET", "/api/credits/balance/cid", headers=ann)
        key = self.ask("keys", "create", "slow", "--scope", "jobs", "--per-minute", "1")["key"]
        self.got(200, "GET", at, headers={"X-Api-Key": key})
        _, headers, _ = self.call("GET", at, headers={"X-Api-Key": key})
        self.assertGreaterEqual(int(headers["retry-after"]), 1)
        self.refuses("429 rate_limited", "GET", at, headers={"X-Api-Key": key})


if __name__ == "__main__":
    unittest.main()
