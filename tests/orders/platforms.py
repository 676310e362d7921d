"""Payment platforms as they call: keys, seals and signatures, and notices that are genuine until a
test changes them. OpenSSL's program does the arithmetic."""
import base64
import hashlib
import hmac
import json
import os
import subprocess
import time
from urllib.parse import urlencode

API_V3_KEY = "0123456789abcdef0123456789ABCDEF"
API_V2_KEY = "192006250b4c09247ec02edce69f6a2d"
PUBLIC_KEY_ID = "PUB_KEY_ID_0112233"
WECHAT = {"mchid": "1230000109", "appid": "wxd678efh567hg6787"}
ALIPAY = {"app_id": "2014072300007148", "seller_id": "2088102119685838"}
STRIPE_SECRET = "whsec_a-secret-of-an-endpoint"


def openssl(*args, given=b""):
    return subprocess.run(["openssl", *args], input=given, capture_output=True,
                          check=True).stdout


def times(x, y):
    """Multiplication of 128-bit blocks, as GCM defines it."""
    product = 0
    for bit in range(127, -1, -1):
        if x >> bit & 1:
            product ^= y
        y = y >> 1 ^ (0xE1 << 120 if y & 1 else 0)
    return product


def padded(data):
    return data + bytes(-len(data) % 16)


def seal(key, nonce, associated, text):
    """AES-256-GCM: the ciphertext with its tag. OpenSSL's program offers the cipher without the
    mode, so that the mode is here."""
    key = key.hex()
    whole = openssl("enc", "-aes-256-ctr", "-K", key, "-iv", (nonce + b"\0\0\0\1").hex(),
                    given=bytes(16) + text)
    mask, sealed = whole[:16], whole[16:]
    factor = int.from_bytes(openssl("enc", "-aes-256-ecb", "-nopad", "-K", key, given=bytes(16)),
                            "big")
    lengths = (len(associated) * 8).to_bytes(8, "big") + (len(sealed) * 8).to_bytes(8, "big")
    blocks, sum_ = padded(associated) + padded(sealed) + lengths, 0
    for at in range(0, len(blocks), 16):
        sum_ = times(sum_ ^ int.from_bytes(blocks[at:at + 16], "big"), factor)
    return sealed + bytes(a ^ b for a, b in zip(sum_.to_bytes(16, "big"), mask))


class Signer:
    """Somebody with an RSA key."""

    def __init__(self, folder, name):
        self.key = os.path.join(folder, f"{name}.pem")
        self.public = os.path.join(folder, f"{name}-public.pem")
        openssl("genrsa", "-out", self.key, "2048")
        openssl("rsa", "-in", self.key, "-pubout", "-out", self.public)

    def sign(self, text):
        return base64.b64encode(openssl("dgst", "-sha256", "-sign", self.key, given=text)).decode()


class Platforms:
    """All three, with what the program has to be told of them."""

    def __init__(self, folder):
        self.wechat, self.alipay = Signer(folder, "wechat"), Signer(folder, "alipay")
        self.stranger = Signer(folder, "stranger")
        self.environment = {
            "TALLYMAN_PAYMENTS_WECHAT_MERCHANT_ID": WECHAT["mchid"],
            "TALLYMAN_PAYMENTS_WECHAT_APP_ID": WECHAT["appid"],
            "TALLYMAN_PAYMENTS_WECHAT_API_V3_KEY": API_V3_KEY,
            "TALLYMAN_PAYMENTS_WECHAT_API_V2_KEY": API_V2_KEY,
            "TALLYMAN_PAYMENTS_WECHAT_PUBLIC_KEYS": f"{{{PUBLIC_KEY_ID}: {self.wechat.public}}}",
            "TALLYMAN_PAYMENTS_ALIPAY_APP_ID": ALIPAY["app_id"],
            "TALLYMAN_PAYMENTS_ALIPAY_SELLER_ID": ALIPAY["seller_id"],
            "TALLYMAN_PAYMENTS_ALIPAY_PUBLIC_KEY_FILES": f"[{self.alipay.public}]",
            "TALLYMAN_PAYMENTS_STRIPE_SECRET": STRIPE_SECRET}

    # Each: (path, body, headers).

    def wechat_v3(self, inner, id_, event="TRANSACTION.SUCCESS", signer=None, at=None,
                  serial=PUBLIC_KEY_ID, prefix=""):
        nonce = b"fdasflkja484"
        sealed = seal(API_V3_KEY.encode(), nonce, b"transaction", json.dumps(inner).encode())
        body = json.dumps({
            "id": id_, "create_time": "2027-01-15T16:00:00+08:00", "event_type": event,
            "resource_type": "encrypt-resource", "summary": "支付成功",
            "resource": {"original_type": "transaction", "algorithm": "AEAD_AES_256_GCM",
                         "ciphertext": base64.b64encode(sealed).decode(),
                         "associated_data": "transaction", "nonce": nonce.decode()}}).encode()
        stamp = str(int(time.time()) if at is None else at)
        signature = (signer or self.wechat).sign(f"{stamp}\nN1\n".encode() + body + b"\n")
        return "/api/payment/callback/wechat", body, {
            "Content-Type": "application/json", "Wechatpay-Timestamp": stamp,
            "Wechatpay-Nonce": "N1", "Wechatpay-Signature": prefix + signature,
            "Wechatpay-Serial": serial}

    def wechat_paid(self, order, trade="T1", id_="EV1", amount=5000, **more):
        changed = {key: more.pop(key) for key in ("mchid", "appid", "currency") if key in more}
        inner = WECHAT | {key: changed[key] for key in changed if key != "currency"} | {
            "out_trade_no": order, "transaction_id": trade, "trade_state": "SUCCESS",
            "success_time": "2027-01-15T16:00:00+08:00",
            "amount": {"total": amount, "currency": changed.get("currency", "CNY")}}
        return self.wechat_v3(inner, id_, **more)

    def wechat_refunded(self, order, returned, refund="R1", trade="T1", amount=5000):
        inner = {"mchid": WECHAT["mchid"], "out_trade_no": order, "transaction_id": trade,
                 "refund_id": refund, "out_refund_no": f"ours-{refund}", "refund_status": "SUCCESS",
                 "success_time": "2027-01-15T16:00:00+08:00",
                 "amount": {"total": amount, "refund": returned}}
        return self.wechat_v3(inner, f"EV-{refund}", event="REFUND.SUCCESS")

    @staticmethod
    def wechat_v2_paid(order, trade="T1", amount=5000, key=API_V2_KEY):
        fields = {"appid": WECHAT["appid"], "mch_id": WECHAT["mchid"], "nonce_str": "n",
                  "out_trade_no": order, "transaction_id": trade, "total_fee": str(amount),
                  "fee_type": "CNY", "return_code": "SUCCESS", "result_code": "SUCCESS",
                  "time_end": "20270115160000"}
        text = "&".join(f"{name}={fields[name]}" for name in sorted(fields)) + f"&key={key}"
        fields["sign"] = hashlib.md5(text.encode()).hexdigest().upper()
        body = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items())
        return "/api/payment/callback/wechat", f"<xml>{body}</xml>".encode(), {
            "Content-Type": "text/xml"}

    def alipay_paid(self, order, trade="A1", amount="50.00", id_="N1", signer=None, **more):
        fields = ALIPAY | {
            "notify_id": id_, "notify_type": "trade_status_sync", "charset": "utf-8",
            "notify_time": "2027-01-15 16:00:00", "gmt_payment": "2027-01-15 16:00:00",
            "trade_no": trade, "out_trade_no": order, "trade_status": "TRADE_SUCCESS",
            "total_amount": amount, "subject": "积分 + 550"} | more
        text = "&".join(f"{name}={fields[name]}" for name in sorted(fields))
        fields |= {"sign": (signer or self.alipay).sign(text.encode()), "sign_type": "RSA2"}
        return "/api/payment/callback/alipay", urlencode(fields).encode(), {
            "Content-Type": "application/x-www-form-urlencoded"}

    @staticmethod
    def stripe(kind, object_, id_="evt_1", secret=STRIPE_SECRET, at=None, live=True):
        stamp = int(time.time()) if at is None else at
        body = json.dumps({"id": id_, "object": "event", "type": kind, "created": stamp,
                           "livemode": live, "data": {"object": object_}}).encode()
        sign = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        return "/api/payment/callback/stripe", body, {
            "Content-Type": "application/json", "Stripe-Signature": f"t={stamp},v1={sign}"}

    def stripe_paid(self, order, trade="pi_1", amount=5000, currency="cny", **more):
        return self.stripe("payment_intent.succeeded",
                           {"id": trade, "object": "payment_intent", "amount": amount,
                            "amount_received": amount, "currency": currency,
                            "status": "succeeded", "metadata": {"order_id": order}}, **more)

    def stripe_disputed(self, trade="pi_1", amount=5000, currency="cny", **more):
        return self.stripe("charge.dispute.created",
                           {"id": "dp_1", "object": "dispute", "amount": amount,
                            "currency": currency, "payment_intent": trade, "charge": "ch_1"},
                           **({"id_": "evt_dispute"} | more))
