"""What a front end sees of paying, with a platform that answers, is silent, or is gone."""
import os
import signal
import sqlite3
import sys
import threading
import time
from urllib.parse import urlsplit

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "web"))
sys.path.insert(0, HERE)

from served import Served  # noqa: E402
from wechat import MERCHANT, Platform  # noqa: E402


class Pay(Served):
    def setUp(self):
        self.platform = Platform()
        self.addCleanup(self.platform.close)
        self.platform_environment = self.platform.environment()
        super().setUp()

    def begin(self):
        self.environment.update(self.platform_environment)
        super().begin()

    def recharge(self, key=None, channel="wechat"):
        body = {"package": "50", "channel": channel}
        return self.as_user("ann", "POST", "/api/v1/credit/recharge",
                            body | ({"idempotency_key": key} if key else {}))

    def opened(self, **more):
        response, order = self.recharge(**more)
        self.assertEqual(response.status, 201, order)
        return order

    def order(self, number):
        response, order = self.as_user("ann", "GET", f"/api/v1/credit/recharge/orders/{number}")
        self.assertEqual(response.status, 200, order)
        return order

    def balance(self):
        return self.as_user("ann", "GET", "/api/v1/credit/balance")[1]["credits"]

    def tearDown(self):
        self.ok("audit")
        super().tearDown()

    def test_an_order_shows_the_code_that_its_platform_gives(self):
        order = self.opened()
        self.assertEqual(order["pay"], {"type": "qr_code",
                                        "code_url": f"weixin://wxpay/{order['order_id']}"})
        bill, = self.platform.bills
        self.assertEqual(bill["mchid"], MERCHANT)
        self.assertEqual(bill["amount"], {"total": 5000, "currency": "CNY"})
        self.assertEqual(bill["notify_url"],
                         "https://api.example.com/api/payment/callback/wechat")
        self.assertEqual(self.order(order["order_id"])["pay"], order["pay"])
        self.assertEqual(len(self.platform.bills), 1, "it is asked once")

    def test_a_platform_that_is_gone_leaves_the_order_open(self):
        self.platform.end()
        told = self.problem(502, "payment_platform_unavailable", self.recharge(key="tap"))
        number = told["order_id"]
        self.assertEqual(self.order(number)["status"], "pending")
        self.assertNotIn("pay", self.order(number))
        self.platform.begin()
        response, again = self.recharge(key="tap")
        self.assertEqual((response.status, again["order_id"]), (200, number))
        self.assertEqual(again["pay"]["type"], "qr_code")

    def test_what_is_missing_can_be_asked_for(self):
        self.platform.end()
        number = self.recharge()[1]["order_id"]
        self.platform.begin()
        response, order = self.as_user("ann", "POST",
                                       f"/api/v1/credit/recharge/orders/{number}/pay")
        self.assertEqual((response.status, order["pay"]["type"]), (200, "qr_code"))

    def test_a_silent_platform_holds_up_nobody_else(self):
        self.opened()
        self.platform.silence.clear()
        waiting = [threading.Thread(target=self.recharge) for _ in range(12)]
        for thread in waiting:
            thread.start()
        deadline = time.monotonic() + 30
        while len(self.list_orders()) < 13 and time.monotonic() < deadline:
            time.sleep(0.05)
        before = time.monotonic()
        for _ in range(20):
            self.assertEqual(self.balance(), 520)
        self.assertLess(time.monotonic() - before, 8, "less than a platform is given")
        self.assertTrue(all(thread.is_alive() for thread in waiting))
        self.platform.silence.set()
        for thread in waiting:
            thread.join()

    def list_orders(self):
        return self.as_user("ann", "GET", "/api/v1/credit/recharge/orders")[1]["orders"]

    def test_an_order_survives_the_death_of_who_asked_for_it(self):
        self.platform.silence.clear()
        asking = threading.Thread(target=self.swallow, args=[self.recharge, "tap"])
        asking.start()
        deadline = time.monotonic() + 30
        while not self.list_orders() and time.monotonic() < deadline:
            time.sleep(0.05)
        number = self.list_orders()[0]["order_id"]
        self.up.send_signal(signal.SIGKILL)
        self.up.wait()
        asking.join()
        self.platform.silence.set()
        self.up = self.start(*self.verb)
        self.address = urlsplit(self.line("listening on ").split()[-1])
        response, order = self.recharge(key="tap")
        self.assertEqual((response.status, order["order_id"]), (200, number))
        self.assertEqual(order["pay"]["type"], "qr_code")

    @staticmethod
    def swallow(call, *arguments):
        try:
            call(*arguments)
        except OSError:
            pass

    def test_a_payment_that_nobody_told_of_is_found_by_asking(self):
        number = self.opened()["order_id"]
        self.platform.pays(number)
        order = self.ask("orders", "query", number)
        self.assertEqual((order["status"], order["trade"]), ("paid", f"T{number}"))
        self.assertEqual(self.balance(), 1070)
        self.assertEqual(order["notices"][0]["kind"], "query: paid")
        self.assertEqual(self.ask("orders", "query", number)["status"], "paid")
        self.assertEqual(self.balance(), 1070, "one payment, one grant")
        page = self.ok("orders", "show", number).out
        for part in ("query: paid", "500 credits, 500 remain", f"payment T{number}"):
            self.assertIn(part, page)

    def test_the_duty_asks_about_what_stays_open(self):
        number = self.opened()["order_id"]
        self.platform.pays(number)
        with sqlite3.connect(os.path.join(self.data, "tallyman.db"), timeout=20) as store:
            changed = store.execute("UPDATE orders SET ask_at = created_at").rowcount
        self.assertEqual(changed, 1)
        deadline = time.monotonic() + 60
        while self.order(number)["status"] != "paid" and time.monotonic() < deadline:
            time.sleep(0.2)
        self.assertEqual(self.order(number)["status"], "paid")
        self.assertEqual(self.balance(), 1070)

    def test_a_platform_that_is_gone_is_told_and_kept(self):
        number = self.opened()["order_id"]
        self.platform.end()
        told = self.call("POST", f"/api/admin/orders/{number}/query")
        self.problem(502, "payment_platform_unavailable", told)
        story = self.call("GET", f"/api/admin/orders/{number}")[1]
        self.assertEqual(story["notices"][0]["kind"], "query: no answer")
        self.assertEqual(story["status"], "pending")
        self.platform.begin()
        self.platform.pays(number)
        response, story = self.call("POST", f"/api/admin/orders/{number}/query")
        self.assertEqual((response.status, story["status"]), (200, "paid"))

    def test_what_does_not_fit_waits_for_a_person(self):
        number = self.opened()["order_id"]
        self.platform.pays(number, amount=1)
        order = self.ask("orders", "query", number)
        self.assertEqual((order["status"], order["review"]), ("pending", ["wrong_amount"]))
        self.assertEqual(self.balance(), 520)
        waiting, = self.ask("orders", "review")["notices"]
        self.assertEqual(waiting["reasons"], ["wrong_amount"])
        what = str(waiting["number"])
        self.refused(2, "orders", "review", what, "accept")
        told = self.ask("orders", "review", what, "accept", "--reason", "it is in the bank")
        self.assertEqual(told["order"]["status"], "paid")
        self.assertEqual(told["order"]["flags"], ["overruled"])
        self.assertEqual(self.balance(), 1070)
        self.assertEqual(self.ask("orders", "review")["notices"], [])
        self.assertIn("it is in the bank", self.ok("orders", "show", number).out)
        self.refused(1, "orders", "review", what, "dismiss", "--reason", "x")

    def test_what_waits_is_decided_on_over_http_as_well(self):
        number = self.opened()["order_id"]
        self.platform.pays(number, amount=1)
        self.ask("orders", "query", number)
        waiting, = self.call("GET", "/api/admin/reviews")[1]["notices"]
        self.assertEqual(waiting["order_id"], number)
        at = f"/api/admin/orders/{number}/review"
        self.problem(422, "invalid_request", self.call("POST", at, {"decision": "accept"}))
        self.problem(404, "nothing_to_review", self.call(
            "POST", f"/api/admin/reviews/{waiting['number'] + 1}",
            {"decision": "accept", "reason": "x"}))
        response, told = self.call("POST", at, {"decision": "accept", "reason": "in the bank"})
        self.assertEqual((response.status, told["order"]["status"]), (200, "paid"), told)
        self.assertEqual(told["order"]["paid_fen"], 1)
        self.assertIn("API key", self.ok("orders", "show", number).out)
        self.problem(404, "nothing_to_review",
                     self.call("POST", at, {"decision": "dismiss", "reason": "x"}))
        self.assertEqual(self.call("GET", "/api/admin/reviews")[1], {"notices": []})

    def test_notices_that_wait_are_told_in_parts(self):
        for _ in range(3):
            number = self.opened()["order_id"]
            self.platform.pays(number, amount=1)
            self.ask("orders", "query", number)
        seen, cursor = [], ""
        while True:
            page = self.call("GET", f"/api/admin/reviews?limit=2{cursor}")[1]
            seen += [one["number"] for one in page["notices"]]
            if "next_cursor" not in page:
                break
            cursor = f"&cursor={page['next_cursor']}"
        self.assertEqual(seen, sorted(seen, reverse=True))
        self.assertEqual(len(seen), 3)
        older = self.ask("orders", "review", "--limit", "1", "--before", str(seen[1]))
        self.assertEqual([one["number"] for one in older["notices"]], seen[2:])

    def test_orders_are_listed_and_unknown_ones_are_told(self):
        number = self.opened()["order_id"]
        self.opened(channel="simulate")
        listed = self.ask("orders", "--user", "ann", "--limit", "1")
        self.assertEqual(len(listed["orders"]), 1)
        self.assertEqual(listed["orders"][0]["channel"], "simulate", "newest first")
        self.assertEqual(self.ask("orders", "--status", "paid"), {"orders": []})
        self.assertIn(number, self.ok("orders").out)
        self.refused(2, "orders", "--status", "lost")
        for what in ("show", "query"):
            self.refused(1, "orders", what, "nothing")

    def test_a_simulated_order_is_paid_by_the_call_that_it_names(self):
        order = self.opened(channel="simulate")
        response, _ = self.as_user("ann", order["pay"]["method"], order["pay"]["url"])
        self.assertEqual(response.status, 200)
        self.assertEqual(self.order(order["order_id"])["status"], "paid")
        self.assertEqual(self.balance(), 1070)
        self.refused(1, "orders", "query", order["order_id"])
