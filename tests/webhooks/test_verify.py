"""The helper for receivers in Python."""

import hashlib
import hmac
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..",
                                "clients", "python"))

from tallyman_webhook import NotGenuine, verify_webhook  # noqa: E402

BODY = '{"id":"msg_1","data":{"name":"积分"}}'.encode()
AT = 1795251200


def sign(secret, at=AT, body=BODY):
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


class Verify(unittest.TestCase):
    def test_a_message_with_its_signature_is_believed(self):
        both = f"t={AT},v1={sign('new')},v1={sign('old')}"
        for secrets in (("new",), ("old",), ("older", "old")):
            self.assertEqual(verify_webhook(BODY, both, *secrets, now=AT + 299)["id"], "msg_1")

    def test_anything_else_is_not(self):
        right = f"t={AT},v1={sign('s')}"
        for body, header, now in [
                (BODY + b" ", right, AT), (BODY, f"t={AT + 1},v1={sign('s')}", AT),
                (BODY, f"t={AT},v1={sign('another')}", AT), (BODY, f"t={AT},v1=", AT),
                (BODY, f"v1={sign('s')}", AT), (BODY, "", AT), (BODY, None, AT),
                (BODY, right, AT + 301), (BODY, right, AT - 301),
                (BODY, f"t={AT},v1=积分", AT), (BODY, "t=²,v1=x", AT),
                (BODY, right.replace("v1=", "v0="), AT)]:
            with self.assertRaises(NotGenuine):
                verify_webhook(body, header, "s", now=now)
        for secrets in ((), ("",)):
            with self.assertRaises(ValueError):
                verify_webhook(BODY, right, *secrets, now=AT)


if __name__ == "__main__":
    unittest.main()
