"""A private server that speaks the documented protocol of every provider there is a dialect for,
and has their bad days: run by faults_test.py, or by hand (python3 -m wire in tests/providers).

Each provider lives under its own path: http://127.0.0.1:PORT/kling is the base_url of `kling`. What
goes wrong is said by a mark in the prompt or text of the job: "a cat [sim lost 7]" has the fault
`lost`, and is the job `7` among those. Every submission is recorded, paid ones are counted. GET
/_seen shows the record as JSON.

Faults of submits are in protocol.py, those of polls and results in tasks.py.
"""
import json
import os
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))

from private_parts import Folder, certificate, free_port  # noqa: E402 (needs the path)

from . import speech, tasks, tasks_asia  # noqa: E402
from .protocol import Book, Request  # noqa: E402

PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
HUGE = 256 << 20

# Answers of whoever stands between, or words that no documentation has: they prove nothing.
ODD = {"408-paid": 408, "409-paid": 409, "503-paid": 503, "200-odd": 200}
ODD_ERROR = {"error": {"code": "odd", "type": "odd", "message": "simulated"}, "code": 98765,
             "message": "simulated", "base_resp": {"status_code": 98765, "status_msg": "odd"},
             "detail": {"status": "odd", "message": "simulated"}}
PROTOCOLS = {kind.dialect: kind for kind in (*speech.ALL, *tasks.ALL, *tasks_asia.ALL)}


class Handler(BaseHTTPRequestHandler):
    """One connection."""
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def handle(self):
        try:
            super().handle()
        except (ConnectionError, ssl.SSLError, TimeoutError):
            pass

    def read_body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def do_POST(self):
        body = self.read_body()
        _, name, *rest = self.path.split("/", 2)
        if self.path == "/_seen":
            self.answer(200, self.server.book.as_json())
            return
        if name not in PROTOCOLS:
            self.answer(404, {"error": "no such provider"})
            return
        request = Request(self, name, "/" + "".join(rest), body)
        PROTOCOLS[name](self.server.book, self).serve(request)
    do_GET = do_DELETE = do_POST

    # Answers, good and bad.

    def answer(self, status, body, **headers):
        if not isinstance(body, bytes):
            body = json.dumps(body, ensure_ascii=False).encode()
            headers.setdefault("Content_Type", "application/json")
        self.head(status, Content_Length=len(body), **headers)
        self.wfile.write(body)

    def head(self, status, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()

    def unheard(self, fault, status, body):
        """The answer of a job that was taken, as it fails to come."""
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if fault == "cut":
            self.head(status, Content_Length=len(body) + 500, Content_Type="application/json")
            self.wfile.write(body[:len(body) // 2])
        elif fault == "200-html":
            self.answer(200, PAGE, Content_Type="text/html")
        elif fault in ODD:
            self.answer(ODD[fault], ODD_ERROR)
        elif fault == "empty":
            self.answer(200, b"{}", Content_Type="application/json")
        elif fault == "huge":
            self.huge()
        elif fault == "slow":
            self.head(status, Content_Length=len(body), Content_Type="application/json")
            for at in range(20):  # longer than anybody waits here, and then it is cut
                self.wfile.write(body[at:at + 1])
                time.sleep(1)
        self.close_connection = True

    def huge(self):
        self.head(200, Content_Length=HUGE, Content_Type="application/json")
        self.wfile.write(b'{"junk": "')
        for _ in range(HUGE >> 16):
            self.wfile.write(b"x" * 65536)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def handle_error(self, *_):
        pass


class Simulator:
    """Servers for as long as it is entered: one plain, one with TLS by an authority of its own."""

    def __enter__(self):
        self.folder = Folder()
        self.book = Book()
        chain, key, self.authority = certificate("good", self.folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, key)
        self.servers = []
        self.address = self.start(None)
        self.tls_address = self.start(context)
        return self

    def start(self, context):
        port = free_port()
        server = Server(("127.0.0.1", port), Handler)
        server.book = self.book
        server.address = f"{'https' if context else 'http'}://127.0.0.1:{port}"
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True,
                                                do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.servers.append(server)
        return server.address

    def __exit__(self, *_):
        for server in self.servers:
            server.shutdown()
            server.server_close()
        self.folder.close()
