"""Messages reach their receivers: signed, in order, at least once, and nobody waits for others."""

import os
import signal
import socket
import threading
import time
import unittest

from receiver import OWN_SECRET, SECRET, Telling


def ends(told):
    return told.kind in ("job.completed", "job.failed", "job.cancelled")


class Delivery(Telling):
    def test_a_job_is_told_from_its_first_day_to_its_last(self):
        job = self.enqueue()
        told = self.receiver.wait(1, ends)[0]
        kinds = [each.kind for each in self.receiver.told]
        self.assertEqual(kinds, ["job.queued", "charge.debited", "job.started", "charge.settled",
                                 "job.completed"])
        self.assertEqual(told.body["user_id"], "ann")
        self.assertEqual(told.body["data"]["id"], job["id"])
        self.assertEqual(told.body["data"]["state"], "completed")
        self.assertEqual(told.headers["Content-Type"], "application/json")
        self.assertEqual(told.headers["Tallyman-Event"], "job.completed")
        self.assertEqual(told.headers["Tallyman-Message"], told.id)
        self.assertTrue(told.headers["Tallyman-Delivery"].startswith(told.id + "-"))
        for each in self.receiver.told:
            self.assertTrue(each.signed_with(SECRET))
            self.assertFalse(each.signed_with("another secret than that"))
        self.until(lambda: not self.messages("--state", "pending"))
        self.assertEqual(len(self.messages("--state", "delivered")), 5)

    def test_an_account_hears_in_order_while_the_receiver_stumbles(self):
        stumbles = {}

        def answer(told):
            stumbles[told.id] = stumbles.get(told.id, 0) + 1
            return 500 if stumbles[told.id] == 1 and int(told.id[4:]) % 3 == 0 else 200
        self.receiver.answer = answer
        for number in range(10):
            for user in ("ann", "bob", "eve"):
                self.call("POST", "/api/credits/consume", {
                    "user_id": user, "amount": number + 1, "action": "a", "description": "d"})
        self.until(lambda: len(self.messages("--state", "delivered", "--limit", "100")) == 30)
        for user in ("ann", "bob", "eve"):
            heard = []
            for told in self.receiver.told:
                amount = told.body["data"]["debited"]
                if told.body["user_id"] == user and amount not in heard:
                    heard.append(amount)
            self.assertEqual(heard, list(range(1, 11)))

    def test_a_test_message_is_sent_and_shown(self):
        sent = self.ask("webhooks", "test", "crm")
        told = self.receiver.wait(1)[0]
        self.assertEqual((told.kind, told.id), ("test", sent["id"]))
        self.until(lambda: self.ask("webhooks", "show", sent["id"])["state"] == "delivered")
        self.refused(1, "webhooks", "test", "nobody")

    def test_no_secret_is_logged_or_shown(self):
        self.receiver.answer = lambda told: 500
        up = self.start("scheduler", stderr=-1)
        self.ask("webhooks", "test", "crm")
        self.receiver.wait(3)
        up.send_signal(signal.SIGTERM)
        said = up.communicate(timeout=60)[1].decode()
        shown = said + self.ok("webhooks", "list").out + str(self.messages())
        for secret in (SECRET, OWN_SECRET, "/crm"):
            self.assertNotIn(secret, shown)

    def test_the_metrics_and_the_overview_tell(self):
        self.receiver.answer = lambda told: 410
        self.ask("webhooks", "test", "crm")
        self.until(lambda: self.messages("--state", "dead"))

        def told():
            _, view = self.call("GET", "/api/admin/overview")
            return any(c["what"] == "webhooks_dead" for c in view["attention"]) and view
        self.assertEqual(self.until(told)["webhooks"]["dead"], 1)
        connection = self.connect()
        connection.request("GET", "/metrics", headers={"X-Api-Key": self.key})
        text = connection.getresponse().read().decode()
        self.assertIn('tallyman_webhook_attempts_total{endpoint="crm",outcome="dead"} 1', text)
        self.assertIn("tallyman_webhook_dead_messages 1", text)


class OwnAddresses(Telling):
    def receivers(self):
        self.receiver = self.receive()
        return ""

    def test_a_job_tells_its_own_address_of_its_end_and_of_nothing_else(self):
        self.enqueue(webhook=self.receiver.url + "/done?x=1")
        self.enqueue()
        told = self.receiver.wait(1)[0]
        self.assertEqual((told.kind, told.path), ("job.completed", "/done?x=1"))
        self.assertTrue(told.signed_with(OWN_SECRET))
        self.until(lambda: not self.messages("--state", "pending"))
        self.assertEqual(len(self.messages()), 1)

    def test_the_command_line_offers_it(self):
        self.ok("enqueue", "script", "--user", "bob", "--webhook", self.receiver.url + "/x",
                "--wait")
        self.assertEqual(self.receiver.wait(1)[0].body["user_id"], "bob")

    def test_a_slow_receiver_delays_nobody_else(self):
        hold = threading.Event()
        self.addCleanup(hold.set)
        slow = [self.receive(lambda told: hold.wait(30) and 200) for _ in range(12)]
        for receiver in slow:
            for user in ("ann", "bob"):
                self.enqueue(user_id=user, webhook=receiver.url + "/slow")
        for receiver in slow[:4]:
            receiver.wait(1)
        began = time.monotonic()
        self.enqueue(user_id="eve", webhook=self.receiver.url + "/quick")
        told = self.receiver.wait(1, timeout=30)
        self.assertEqual(len(told), 1)
        self.assertLess(told[0].at - began, 20)


class Killed(Telling):
    def receivers(self):
        self.receiver = self.receive()
        return self.endpoint("crm", self.receiver.url, '["charge.debited"]')

    def test_what_a_killed_process_had_taken_arrives_all_the_same(self):
        hold = threading.Event()
        self.addCleanup(hold.set)
        self.receiver.answer = lambda told: hold.wait(20) and 200
        for number in range(20):
            self.call("POST", "/api/credits/consume", {
                "user_id": f"u{number % 4}", "amount": number + 1, "action": "a",
                "description": "d"})
        self.receiver.wait(1)
        os.kill(self.up.pid, signal.SIGKILL)
        self.up.wait()
        hold.set()
        self.receiver.answer = lambda told: 200
        self.begin_again()
        self.until(lambda: len(self.messages("--state", "delivered")) == 20, timeout=90)
        heard = {told.body["data"]["debited"] for told in self.receiver.told}
        self.assertEqual(heard, set(range(1, 21)))
        for user in range(4):
            mine = []
            for told in self.receiver.told:
                amount = told.body["data"]["debited"]
                if told.body["user_id"] == f"u{user}" and amount not in mine:
                    mine.append(amount)
            self.assertEqual(mine, sorted(mine))

    def begin_again(self):
        self.up = self.start(*self.verb)
        self.line("listening on ")


class Dead(Telling):
    more = "  retry_for: 1s\n"

    def receivers(self):
        self.receiver = self.receive(lambda told: 503)
        self.other = self.receive()
        return (self.endpoint("crm", self.receiver.url, '["charge.debited"]') +
                self.endpoint("erp", self.other.url, '["charge.debited"]'))

    def spend(self, amount):
        self.call("POST", "/api/credits/consume", {
            "user_id": "ann", "amount": amount, "action": "a", "description": "d"})

    def test_what_never_gets_through_is_given_up_kept_and_delivered_again_when_asked(self):
        self.spend(7)
        dead = self.until(lambda: self.messages("--state", "dead"))[0]
        self.assertEqual((dead["target"], dead["status"]), ("crm", 503))
        self.assertGreater(dead["attempts"], 1)
        self.assertEqual(len(self.other.wait(1)), 1)
        self.receiver.answer = lambda told: 200
        before = len(self.receiver.told)
        self.assertEqual(self.ask("webhooks", "replay", "--dead", "--since", "1h"),
                         {"replayed": 1})
        self.until(lambda: self.ask("webhooks", "show", dead["id"])["state"] == "delivered")
        again = self.receiver.told[before:]
        self.assertEqual([told.id for told in again], [dead["id"]])
        self.assertEqual(again[0].raw, self.receiver.told[0].raw)
        self.assertNotEqual(again[0].headers["Tallyman-Delivery"],
                            self.receiver.told[0].headers["Tallyman-Delivery"])
        self.ask("webhooks", "replay", dead["id"])
        self.receiver.wait(before + 2)
        self.refused(1, "webhooks", "replay", "msg_999")

    def test_the_calls_do_the_same(self):
        self.spend(7)
        dead = self.until(lambda: self.messages("--state", "dead"))[0]
        _, page = self.call("GET", "/api/admin/webhooks/messages?state=dead")
        self.assertEqual(([m["id"] for m in page["messages"]], page["dead"]), ([dead["id"]], 1))
        _, one = self.call("GET", f"/api/admin/webhooks/messages/{dead['id']}")
        self.assertEqual(one["message"]["data"]["debited"], 7)
        self.receiver.answer = lambda told: 200
        response, _ = self.call("POST", f"/api/admin/webhooks/messages/{dead['id']}/replay")
        self.assertEqual(response.status, 200)
        self.until(lambda: self.ask("webhooks", "show", dead["id"])["state"] == "delivered")
        response, told = self.call("POST", "/api/admin/webhooks/replay", {"since": 0})
        self.assertEqual((response.status, told), (200, {"replayed": 0}))
        self.problem(404, "unknown_message", self.call(
            "POST", "/api/admin/webhooks/messages/msg_999/replay"))
        self.problem(422, "invalid_request", self.call("POST", "/api/admin/webhooks/replay", {}))

    def test_a_dead_endpoint_blocks_no_other(self):
        self.receiver.close()
        for amount in range(1, 6):
            self.spend(amount)
        told = self.other.wait(5)
        self.assertEqual([each.body["data"]["debited"] for each in told], [1, 2, 3, 4, 5])


class Expiry(Telling):
    def receivers(self):
        self.receiver = self.receive()
        return self.endpoint("crm", self.receiver.url, "[grant.expiring, balance.low]")

    more = "  balance_low: 500\n"

    def runs(self):
        _, view = self.call("GET", "/api/admin/overview")
        return next((d["runs"] for d in view["duties"] if d["name"] == "warnings"), 0)

    def test_a_low_balance_is_told_and_a_grant_that_was_never_longer_is_no_news(self):
        self.ok("grant", "ann", "10", "--expires", "6d")
        self.ok("grant", "bob", "30", "--expires", "20h")
        before = self.runs()
        self.until(lambda: self.runs() >= before + 2)
        self.call("POST", "/api/credits/consume", {
            "user_id": "bob", "amount": 60, "action": "a", "description": "d"})
        low = self.receiver.wait(1)
        self.assertEqual([(told.kind, told.body["data"]) for told in low],
                         [("balance.low", {"balance": 490, "threshold": 500})])


class Forbidden(Telling):
    """Without leave nothing goes into private networks, whatever leads there."""

    def receivers(self):
        self.receiver = self.receive()
        self.inside = self.receive()
        return self.endpoint("crm", self.receiver.url)

    def setUp(self):
        super().setUp()
        self.stop(self.up)
        self.write("tallyman.yaml", self.settings.replace("allow_private: true",
                                                          "allow_private: false"))
        self.up = self.start(*self.verb)
        self.address = __import__("urllib.parse").parse.urlsplit(
            self.line("listening on ").split()[-1])

    def test_private_addresses_and_names_that_lead_to_them(self):
        port = self.inside.url.rsplit(":", 1)[1]
        for address in (f"http://127.0.0.1:{port}/", f"http://localhost:{port}/",
                        f"http://[::1]:{port}/", "http://169.254.169.254/latest/meta-data",
                        f"http://0.0.0.0:{port}/", f"http://[::ffff:127.0.0.1]:{port}/",
                        f"http://{socket.gethostname()}:{port}/"):
            self.enqueue(webhook=address)
        dead = self.until(lambda: (lambda all: len(all) >= 7 and all)(
            self.messages("--state", "dead", "--limit", "100")))
        for message in dead:
            self.assertNotIn("status", message)
        self.assertEqual(self.inside.told, [])
        self.assertEqual(self.receiver.told, [])


class Redirects(Telling):
    def receivers(self):
        self.inside = self.receive()
        self.receiver = self.receive(lambda told: (307, {"Location": self.inside.url + "/in"}))
        return self.endpoint("crm", self.receiver.url)

    def test_are_not_followed(self):
        self.ask("webhooks", "test", "crm")
        self.receiver.wait(2)
        self.assertEqual(self.inside.told, [])
        self.assertIn("redirect", self.until(
            lambda: self.messages("--state", "pending")[0].get("error")))


class Rotation(Telling):
    def receivers(self):
        self.receiver = self.receive()
        return self.endpoint("crm", self.receiver.url,
                             more="      previous_secret: the secret until now\n")

    def test_two_secrets_sign_while_one_is_rotated(self):
        self.ask("webhooks", "test", "crm")
        told = self.receiver.wait(1)[0]
        self.assertTrue(told.signed_with(SECRET))
        self.assertTrue(told.signed_with("the secret until now"))


class Pauses(Telling):
    def test_retry_after_is_obeyed(self):
        self.receiver.answer = lambda told: (429, {"Retry-After": "3"}) \
            if len(self.receiver.told) == 1 else 200
        self.ask("webhooks", "test", "crm")
        told = self.receiver.wait(2)
        self.assertEqual(len(told), 2)
        self.assertGreater(told[1].at - told[0].at, 2.5)


if __name__ == "__main__":
    unittest.main()
