"""The calls by which credits and memberships are bought, and what an operator does about them."""


class Buying:
    """A part of the test of what the server does; see openapi_test.py."""

    def purchases(self):
        at, user = "/api/v1/credit", {"user_id": "buyer"}
        self.refuses("404 unknown_account", "GET", f"{at}/balance?user_id=buyer")
        wanted = user | {"package": "50", "channel": "wechat", "idempotency_key": "tap"}
        order = self.got(201, "POST", f"{at}/recharge", wanted)
        self.assertEqual(self.got(200, "POST", f"{at}/recharge", wanted), order)
        number = order["order_id"]
        self.got(200, "GET", f"{at}/recharge/orders/{number}")
        self.got(200, "POST", f"{at}/recharge/orders/{number}/pay")
        self.got(201, "POST", f"{at}/recharge", user | {"package": 10, "channel": "simulate"})
        page = self.got(200, "GET", f"{at}/recharge/orders?user_id=buyer&limit=1")
        self.got(200, "GET",
                 f"{at}/recharge/orders?user_id=buyer&cursor={page['next_cursor']}")
        for what in ("balance", "transactions", "packages"):
            self.got(200, "GET", f"{at}/{what}?user_id=buyer")
        self.refuses("409 order_conflict", "POST", f"{at}/recharge", wanted | {"package": "10"})
        self.refuses("404 unknown_package", "POST", f"{at}/recharge",
                     user | {"package": "x", "channel": "wechat"})
        self.refuses("422 invalid_request", "POST", f"{at}/recharge",
                     user | {"package": "50", "channel": "shells"})
        self.refuses("404 unknown_order", "GET", f"{at}/recharge/orders/nothing")
        self.platform.end()
        self.refuses("502 payment_platform_unavailable", "POST", f"{at}/recharge",
                     user | {"package": "50", "channel": "wechat"})
        self.platform.begin()

    def memberships(self):
        at, wanted = "/api/v1/credit/membership", {"user_id": "buyer", "term": "month"}
        self.got(200, "GET", f"{at}/prices")
        order = self.got(201, "POST", at, wanted | {"channel": "simulate"})
        self.got(200, "POST", f"/api/payment/simulate/{order['order_id']}")
        self.got(200, "GET", f"{at}/prices?user_id=buyer")
        self.got(200, "GET", f"{at}/orders?user_id=buyer")
        self.refuses("404 unknown_term", "POST", at, wanted | {"term": "x", "channel": "wechat"})
        self.refuses("422 not_sold", "POST", at, wanted | {"channel": "credits"})

    def orders(self):
        at = "/api/admin/orders"
        listed = self.got(200, "GET", f"{at}?user_id=buyer&status=pending")
        number = [one["order_id"] for one in listed["orders"] if one["channel"] == "wechat"][-1]
        self.platform.pays(number)
        story = self.got(200, "POST", f"{at}/{number}/query")
        self.assertEqual(story["status"], "paid")
        self.got(200, "GET", f"{at}/{number}")
        self.refuses("422 invalid_request", "GET", f"{at}?status=lost")
        self.refuses("404 unknown_order", "GET", f"{at}/nothing")
        other = [one["order_id"] for one in listed["orders"] if one["channel"] == "simulate"][0]
        self.refuses("409 not_askable", "POST", f"{at}/{other}/query")
        self.reviews()
        self.platform.end()
        self.refuses("502 payment_platform_unavailable", "POST", f"{at}/{number}/query")

    def reviews(self):
        wanted = {"user_id": "buyer", "package": "50", "channel": "wechat"}
        opened = self.got(201, "POST", "/api/v1/credit/recharge", wanted)["order_id"]
        self.platform.pays(opened, amount=1)
        at = f"/api/admin/orders/{opened}"
        self.got(200, "POST", f"{at}/query")
        waiting = self.got(200, "GET", "/api/admin/reviews?limit=1")["notices"][0]["number"]
        self.refuses("422 invalid_request", "GET", "/api/admin/reviews?cursor=x")
        decision = {"decision": "accept", "reason": "in the bank"}
        self.refuses("422 invalid_request", "POST", f"{at}/review", {"decision": "maybe"})
        self.refuses("404 unknown_order", "POST", "/api/admin/orders/nothing/review", decision)
        self.refuses("404 nothing_to_review", "POST", "/api/admin/reviews/999999", decision)
        self.refuses("409 not_acceptable", "POST", f"/api/admin/reviews/{waiting}",
                     decision | {"order_id": "nothing"})
        self.got(200, "POST", f"{at}/review", decision)
        more = self.got(201, "POST", "/api/v1/credit/recharge", wanted)["order_id"]
        self.platform.pays(more, amount=2)
        self.got(200, "POST", f"/api/admin/orders/{more}/query")
        number = self.got(200, "GET", "/api/admin/reviews")["notices"][0]["number"]
        self.got(200, "POST", f"/api/admin/reviews/{number}", decision | {"decision": "dismiss"})
        self.refuses("404 nothing_to_review", "POST", f"{at}/review", decision)
