"""WeChat Pay as far as it is called: it believes signed calls only, and signs what it answers."""
import base64
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MERCHANT, APP = "1230000109", "wx1"


def openssl(*arguments, text=b""):
    return subprocess.run(("openssl", *arguments), input=text, check=True,
                          capture_output=True).stdout


class Keys:
    """A pair of RSA keys in a folder."""

    def __init__(self, folder, name):
        self.private = os.path.join(folder, f"{name}.pem")
        self.public = os.path.join(folder, f"{name}.pub")
        openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out",
                self.private)
        openssl("pkey", "-in", self.private, "-pubout", "-out", self.public)

    def sign(self, text):
        return base64.b64encode(openssl("dgst", "-sha256", "-sign", self.private,
                                        text=text)).decode()

    def verifies(self, text, signature):
        with tempfile.NamedTemporaryFile() as file:
            file.write(base64.b64decode(signature))
            file.flush()
            told = subprocess.run(
                ("openssl", "dgst", "-sha256", "-verify", self.public, "-signature", file.name),
                input=text, capture_output=True, check=False)
        return told.returncode == 0


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        world = self.server.world
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        world.silence.wait()
        if not self.is_signed(body):
            return self.answer(401, {"code": "SIGN_ERROR", "message": "x"})
        if self.command == "GET":
            order = re.match(r"/v3/pay/transactions/out-trade-no/(\w+)\?", self.path)[1]
            world.asked.append(order)
            told = world.says.get(order)
            return self.answer(200 if told else 404,
                               told or {"code": "ORDER_NOT_EXIST", "message": "x"})
        bill = json.loads(body)
        world.bills.append(bill)
        return self.answer(200, {"code_url": f"weixin://wxpay/{bill['out_trade_no']}"})

    do_GET = do_POST

    def is_signed(self, body):
        told = dict(re.findall(r'(\w+)="([^"]*)"', self.headers.get("Authorization", "")))
        text = (f"{self.command}\n{self.path}\n{told.get('timestamp')}\n{told.get('nonce_str')}\n"
                ).encode() + body + b"\n"
        return (told.get("mchid") == MERCHANT and told.get("serial_no") == "AB12"
                and self.server.world.merchant.verifies(text, told.get("signature", "")))

    def answer(self, status, told):
        body = json.dumps(told).encode()
        timestamp, nonce = str(int(time.time())), "593BEC0C930BF1AFEB40B4A08C8FB242"
        sign = self.server.world.keys.sign(f"{timestamp}\n{nonce}\n".encode() + body + b"\n")
        self.send_response(status)
        for name, value in (("Wechatpay-Timestamp", timestamp), ("Wechatpay-Nonce", nonce),
                            ("Wechatpay-Signature", sign), ("Wechatpay-Serial", "PUB_KEY_ID_1"),
                            ("Content-Type", "application/json"),
                            ("Content-Length", str(len(body)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    world = None

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):  # who asked may be dead by now
            super().handle_error(request, client_address)


class Platform:
    """Starts with the constructor, in a folder of its own with all keys."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="tallyman-pay-")
        self.keys = Keys(self.folder.name, "platform")
        self.merchant = Keys(self.folder.name, "merchant")
        self.bills, self.asked, self.says = [], [], {}
        self.silence = threading.Event()  # while it is clear nobody is answered
        self.silence.set()
        self.server = None
        self.port = 0
        self.begin()

    def begin(self):
        self.server = Server(("127.0.0.1", self.port), Handler)
        self.server.world = self
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=[0.05], daemon=True).start()

    def end(self):
        self.server.shutdown()
        self.server.server_close()

    def close(self):
        self.silence.set()
        self.end()
        self.folder.cleanup()

    def environment(self):
        with open(os.path.join(self.folder.name, "v3"), "w", encoding="utf-8") as file:
            file.write("0123456789abcdef0123456789ABCDEF")
        wechat = {"MERCHANT_ID": MERCHANT, "APP_ID": APP,
                  "API_V3_KEY_FILE": os.path.join(self.folder.name, "v3"),
                  "PUBLIC_KEYS": "{PUB_KEY_ID_1: %s}" % self.keys.public,
                  "MERCHANT_SERIAL": "AB12", "MERCHANT_KEY_FILE": self.merchant.private,
                  "API_URL": f"http://127.0.0.1:{self.port}"}
        return ({f"TALLYMAN_PAYMENTS_WECHAT_{name}": value for name, value in wechat.items()}
                | {"TALLYMAN_PAYMENTS_PUBLIC_URL": "https://api.example.com",
                   "TALLYMAN_PAYMENTS_SIMULATE": "true"})

    def pays(self, order, amount=5000):
        self.says[order] = {
            "mchid": MERCHANT, "appid": APP, "out_trade_no": order, "transaction_id": f"T{order}",
            "trade_state": "SUCCESS", "trade_state_desc": "x",
            "amount": {"total": amount, "currency": "CNY"}}
