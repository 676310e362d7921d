"""Messages of Tallyman, believed only where their signature is right. Standard library only."""

import hashlib
import hmac
import json
import time


class NotGenuine(ValueError):
    """It is not from Tallyman, or it is too old."""


def verify_webhook(body, signature, *secrets, tolerance=300, now=None):
    """The message in `body` (bytes, as they came). `signature` is the header Tallyman-Signature;
    several secrets may be given while one is rotated. Raises NotGenuine."""
    if not secrets or not all(secrets):
        raise ValueError("a secret is needed")
    parts = [part.strip().split("=", 1) for part in (signature or "").split(",") if "=" in part]
    at = next((value for name, value in parts if name == "t"), "")
    if not (at.isascii() and at.isdigit()):
        raise NotGenuine("there is no signature")
    if abs((time.time() if now is None else now) - int(at)) > tolerance:
        raise NotGenuine("the signature is too old, or from the future")
    text = at.encode() + b"." + body
    right = [hmac.new(secret.encode(), text, hashlib.sha256).hexdigest() for secret in secrets]
    given = [value.encode() for name, value in parts if name == "v1"]
    if not any([hmac.compare_digest(one, each.encode()) for one in given for each in right]):
        raise NotGenuine("the signature is not right")
    return json.loads(body)
