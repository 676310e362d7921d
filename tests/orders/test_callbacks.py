"""Payment callbacks as platforms make them, and as those do who would like to be one."""

import time
import unittest
from urllib.parse import parse_qsl, urlencode

from paid import Paid

OK_V3, OK_V2, OK_STRIPE = '{"code":"SUCCESS","message":"OK"}', "SUCCESS", '{"received":true}'


class Callbacks(Paid):
    def refused(self, status, notice):
        answer = self.told(notice)
        self.assertEqual(answer[0], status, answer)
        self.assertNotIn("SUCCESS", answer[1])
        self.assertNotEqual(answer[1], "success")

    def test_each_platform_pays_and_is_answered_in_its_own_form(self):
        p = self.platforms
        for number, (notice, body) in enumerate([
                (p.wechat_paid(self.order(), trade="T1"), OK_V3),
                (p.alipay_paid(self.order()), "success"),
                (p.stripe_paid(self.order()), OK_STRIPE)]):
            if notice[0].endswith("stripe"):
                continue  # an order in CNY; see below
            self.assertEqual(self.told(notice), (200, body))
            self.assertEqual(self.balance(), 520 + 550 * (number + 1))
        order = self.order()
        status, body = self.told(p.wechat_v2_paid(order, trade="T9"))
        self.assertEqual(status, 200)
        self.assertIn("<return_code><![CDATA[SUCCESS]]></return_code>", body)
        self.assertEqual(self.state(order), ("paid", "", ""))
        self.assertEqual(self.balance(), 520 + 550 * 3)

    def test_stripe_pays_too_and_is_noted_as_another_channel(self):
        order = self.order()
        self.assertEqual(self.told(self.platforms.stripe_paid(order)), (200, OK_STRIPE))
        self.assertEqual(self.state(order), ("paid", "other_channel", ""))

    def test_a_notice_that_comes_again_has_one_effect(self):
        order = self.order()
        notice = self.platforms.wechat_paid(order)
        for _ in range(3):
            self.assertEqual(self.told(notice), (200, OK_V3))
        self.assertEqual(self.told(self.platforms.wechat_paid(order, id_="EV2")), (200, OK_V3))
        self.assertEqual(self.told(self.platforms.wechat_v2_paid(order))[0], 200)
        self.assertEqual(self.balance(), 1070)
        self.assertEqual(len(self.notices()), 3)

    def test_what_is_not_genuine_is_refused_and_leaves_nothing(self):
        p, order = self.platforms, self.order()
        path, body, headers = p.wechat_paid(order)
        spaced = body.replace(b'", "', b'","')
        self.assertNotEqual(spaced, body)
        old = int(time.time()) - 301
        for status, notice in [
                (401, p.wechat_paid(order, signer=p.stranger)),
                (401, p.wechat_paid(order, at=old)),
                (401, p.wechat_paid(order, at=int(time.time()) + 330)),
                (401, p.wechat_paid(order, serial="PUB_KEY_ID_0999")),
                (401, p.wechat_paid(order, prefix="WECHATPAY/SIGNTEST/")),
                (401, (path, spaced, headers)),
                (401, (path, body[:-1], headers)),
                (401, (path, b"", headers)),
                (401, (path, body + b" " * 70_000, headers)),
                (401, (path, body, {})),
                (400, p.wechat_v2_paid(order, key="0" * 32)),
                (400, p.alipay_paid(order, signer=p.stranger)),
                (400, p.stripe_paid(order, secret="whsec_guess")),
                (400, p.stripe_paid(order, at=old))]:
            self.refused(status, notice)
        self.assertEqual(self.notices(), [])
        self.assertEqual((self.balance(), self.state(order)[0]), (520, "pending"))

    def test_an_alipay_form_that_was_changed_or_cut_is_refused(self):
        path, body, headers = self.platforms.alipay_paid(self.order())
        fields = dict(parse_qsl(body.decode()))
        for changed in (urlencode(fields | {"total_amount": "5000.00"}),
                        urlencode({k: v for k, v in fields.items() if k != "total_amount"}),
                        body.decode() + "&trade_status=TRADE_FINISHED",
                        body.decode().replace("%2B", "+", 1), body.decode()[:-20]):
            self.refused(400, (path, changed.encode(), headers))
        self.assertEqual(self.told((path, body, headers)), (200, "success"))

    def test_what_is_genuine_and_not_as_ordered_grants_nothing(self):
        p = self.platforms
        for number, (word, notice) in enumerate([
                ("wrong_amount", lambda o: p.wechat_paid(o, id_="1", amount=4999)),
                ("wrong_merchant", lambda o: p.wechat_paid(o, id_="2", mchid="1900000109")),
                ("wrong_app", lambda o: p.wechat_paid(o, id_="3", appid="wx0")),
                ("wrong_currency", lambda o: p.wechat_paid(o, id_="4", currency="USD")),
                ("wrong_amount", lambda o: p.alipay_paid(o, amount="50.01")),
                ("wrong_merchant", lambda o: p.alipay_paid(o, id_="N2", seller_id="2088000000")),
                ("not_live", lambda o: p.stripe_paid(o, live=False))]):
            order = self.order()
            self.assertEqual(self.told(notice(order))[0], 200)
            self.assertEqual(self.state(order), ("pending", "", word))
            self.assertEqual(len(self.notices()), number + 1)
        self.assertEqual(self.balance(), 520)
        self.assertIn("tallyman_payment_notices_in_review 7", self.metrics())

    def metrics(self):
        connection = self.connect()
        connection.request("GET", "/metrics", headers={"X-Api-Key": self.key})
        return connection.getresponse().read().decode()

    def test_payments_of_no_order_and_second_payments_are_kept(self):
        order = self.order()
        self.told(self.platforms.wechat_paid("nobody's", trade="T0", id_="EV0"))
        self.told(self.platforms.wechat_paid(order, trade="T1", id_="EV1"))
        self.told(self.platforms.wechat_paid(order, trade="T2", id_="EV2"))
        self.told(self.platforms.wechat_paid(self.order(), trade="T1", id_="EV3"))
        review, paid = 4, 0
        self.assertEqual([outcome for _, _, outcome in self.notices()],
                         [review, paid, review, review])
        self.assertEqual(self.state(order), ("paid", "", "second_payment"))
        self.assertEqual(self.balance(), 1070)

    def test_refunds_and_disputes_take_back_what_was_granted(self):
        p = self.platforms
        order, other = self.order(), self.order()
        self.told(p.wechat_paid(order))
        self.told(p.wechat_refunded(order, 2500))
        self.told(p.wechat_refunded(order, 2500))
        self.assertEqual(self.balance(), 520 + 275)
        self.told(p.wechat_refunded(order, 2500, refund="R2"))
        self.assertEqual((self.balance(), self.state(order)[0]), (520, "refunded"))
        self.told(p.stripe_paid(other))
        self.told(p.stripe_disputed())
        self.assertEqual((self.balance(), self.state(other)[0]), (520, "refunded"))

    def test_a_payment_may_be_told_of_after_its_refund_or_its_end(self):
        p = self.platforms
        first, second = self.order(), self.order()
        self.told(p.wechat_refunded(first, 5000))
        self.told(p.wechat_paid(first))
        self.assertEqual(self.state(first), ("refunded", "refunded_first", ""))
        self.rows("UPDATE orders SET status = 3, closed_at = 1 WHERE id = ?", (second,))
        self.told(p.wechat_paid(second, trade="T2", id_="EV2"))
        self.assertEqual(self.state(second), ("paid", "late", ""))
        self.assertEqual(self.balance(), 1070)

    def test_payments_are_counted_and_the_raw_notice_is_kept(self):
        path, body, headers = self.platforms.alipay_paid(self.order())
        self.told((path, body, headers))
        self.told(self.platforms.wechat_paid("x", prefix="WECHATPAY/SIGNTEST/"))
        kept = self.rows("SELECT CAST(body AS BLOB), headers FROM payment_notices")[0]
        self.assertEqual(kept[0], body)
        self.assertEqual(kept[1], "content-type: application/x-www-form-urlencoded\n")
        text = self.metrics()
        self.assertIn('tallyman_payment_notices_total{outcome="paid",provider="alipay"} 1', text)
        self.assertIn('tallyman_payment_notices_total{outcome="probe",provider="wechat"} 1', text)
        self.assertIn('tallyman_orders_paid_total{provider="alipay"} 1', text)

    def test_nothing_is_simulated_unless_it_is_allowed(self):
        order = self.order()
        self.problem(404, "not_found", self.call("POST", f"/api/payment/simulate/{order}"))
        self.assertEqual(self.balance(), 520)


class Simulated(Paid):
    extra = {"TALLYMAN_PAYMENTS_SIMULATE": "true"}

    def test_an_order_is_paid_without_money_once(self):
        order = self.order()
        path = f"/api/payment/simulate/{order}"
        self.problem(401, "unauthenticated", self.call("POST", path, X_Api_Key=None))
        self.problem(404, "unknown_order", self.as_user("bob", "POST", path))
        for _ in range(3):
            response, told = self.as_user("ann", "POST", path)
            self.assertEqual((response.status, told["status"]), (200, "paid"))
        self.assertEqual(self.balance(), 1070)
        self.assertEqual(self.state(order)[1], "simulated")
        self.problem(404, "unknown_order", self.call("POST", "/api/payment/simulate/none"))


class NotConfigured(Paid):
    def begin(self):
        keys = self.platforms.environment
        self.platforms.environment = {}
        try:
            super().begin()
        finally:
            self.platforms.environment = keys

    def test_a_platform_that_is_not_configured_is_not_there(self):
        p = self.platforms
        self.assertEqual(self.told(p.wechat_paid("o"))[0], 404)
        self.assertIn("FAIL", self.told(p.wechat_paid("o"))[1])
        self.assertIn("<return_code><![CDATA[FAIL]]>", self.told(p.wechat_v2_paid("o"))[1])
        self.assertEqual(self.told(p.alipay_paid("o")), (404, "fail"))
        self.assertEqual(self.told(p.stripe_paid("o")), (404, '{"received":false}'))

    def test_a_key_that_is_broken_is_named_at_the_start(self):
        path = self.write("broken.pem", "no key\n")
        self.environment |= self.platforms.environment | {
            "TALLYMAN_PAYMENTS_ALIPAY_PUBLIC_KEY_FILES": f"[{path}]"}
        answer = self.refused(3, "api")
        self.assertIn("alipay.public_key_files", answer.err)


if __name__ == "__main__":
    unittest.main()
