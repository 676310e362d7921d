"""A running `tallyman up` with a sister product registered, and signed calls to it."""

import hashlib
import hmac
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "web"))
sys.path.insert(0, os.path.join(HERE, "..", "..", "clients", "python"))

from served import Served  # noqa: E402


def signed(telegram_id, amount, source="novel", secret="s3cret", at=None, **more):
    timestamp = int(time.time()) if at is None else at
    text = f"{telegram_id}:{amount}:{source}:{timestamp}"
    token = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return {"telegram_id": telegram_id, "amount": amount, "source": source, "reason": "a reason",
            "timestamp": timestamp, "token": token} | more


class Sister(Served):
    def setUp(self):
        super().setUp()
        self.put_source(source="novel", secret="s3cret")
        self.sync_key = self.key_with("sync")

    def put_source(self, **source):
        response, told = self.call("POST", "/api/admin/sync/sources", source)
        self.assertEqual(response.status, 200, told)
        return told

    def sync(self, *args, **more):
        return self.call("POST", "/api/credits/sync", signed(*args, **more),
                         X_Api_Key=self.sync_key)

    def balance(self, telegram_id):
        response, told = self.call("GET", f"/api/credits/sync/balance/{telegram_id}",
                                   X_Api_Key=self.sync_key)
        self.assertEqual(response.status, 200, told)
        return told["credits"]

    def tearDown(self):
        self.ok("audit")
        super().tearDown()
