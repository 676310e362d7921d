"""A private web server for tests whose files are served in all the ways that servers serve files,
and lie about them: see private_server.py. The path says how and how much: /whole/70000. Each method
of Handler named serve_… is a way."""
import json
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from private_content import Content
from private_downloads import PAGE, PrivateDownloads
from private_parts import Folder, certificate, free_port

DATE = "Sat, 21 Nov 2026 05:51:25 GMT"


class Handler(PrivateDownloads, BaseHTTPRequestHandler):
    """One connection."""
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    content = Content()

    def setup(self):
        super().setup()
        self.asked = 0
        self.number = self.server.owner.count_connection()

    def log_message(self, *_):
        pass

    def handle(self):
        try:
            super().handle()
        except (ConnectionError, ssl.SSLError):
            pass  # it went away in the middle of a body, as clients do

    def do_GET(self):
        self.asked += 1
        split = urlsplit(self.path)
        _, way, *rest = split.path.split("/")
        self.size = int(rest[0]) if rest and rest[0].isdigit() else 0
        self.query = parse_qs(split.query)
        names = ("Range", "If-Range", "Accept-Encoding", "User-Agent", "Host")
        told = {name: self.headers.get(name, "") for name in names}
        self.server.owner.note({"path": self.path, "connection": self.number, **told})
        getattr(self, "serve_" + way.replace("-", "_"))()
    do_POST = do_GET

    # Parts of answers.

    def asked_range(self):
        """(first, last) of what is asked for, within the file; nothing without a Range."""
        given = self.headers.get("Range", "")
        if not given:
            return None
        first, _, last = given.removeprefix("bytes=").partition("-")
        return int(first), min(int(last) if last else self.size, self.size - 1)

    def head(self, status, **fields):
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()

    def put(self, body):
        for at in range(0, len(body), 65536):
            self.wfile.write(body[at:at + 65536])
            self.server.owner.sent += len(body[at:at + 65536])

    def hang_up(self):
        self.close_connection = True

    def all(self, status=200, **fields):
        self.head(status, Content_Length=self.size, **fields)
        self.put(self.content.first(self.size))

    def part(self, first, last, said="", **fields):
        said = said or f"bytes {first}-{last}/{self.size}"
        self.head(206, Content_Length=last - first + 1, Content_Range=said, **fields)
        self.put(self.content.first(self.size)[first:last + 1])

    def text(self, status, body, kind, **fields):
        self.head(status, Content_Length=len(body), Content_Type=kind, **fields)
        self.put(body)

    def ranges(self, **fields):
        asked = self.asked_range()
        if not asked:
            self.all(**fields)
        elif asked[0] >= self.size:
            self.head(416, Content_Length=0, Content_Range=f"bytes */{self.size}")
        else:
            self.part(*asked, **fields)

    # Well-behaved servers.

    def serve_file(self):
        match = self.headers.get("If-Range", '"v1"') == '"v1"'
        (self.ranges if match else self.all)(ETag='"v1"', Last_Modified=DATE)

    def serve_dated(self):
        match = self.headers.get("If-Range", DATE) == DATE
        (self.ranges if match else self.all)(Last_Modified=DATE)

    def serve_bare(self):
        self.ranges()

    def serve_weak(self):
        """A weak tag never matches in an If-Range."""
        (self.all if "If-Range" in self.headers else self.ranges)(ETag='W/"v1"', Last_Modified=DATE)

    def serve_whole(self):
        self.all(Content_Type="audio/mpeg")

    def serve_chunked(self):
        self.head(200, Transfer_Encoding="chunked")
        body = self.content.first(self.size)
        for at in range(0, self.size, 10007):
            piece = bytes(body[at:at + 10007])
            self.put(b"%x;why=not\r\n%s\r\n" % (len(piece), piece))
        self.put(b"0\r\nX-Trailer: yes\r\n\r\n")

    def serve_until_close(self):
        self.head(200, Connection="close")
        self.put(self.content.first(self.size))
        self.hang_up()

    def serve_close(self):
        self.ranges(Connection="close")
        self.hang_up()

    def serve_interim(self):
        self.wfile.write(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n")
        self.ranges()

    def serve_capped(self):
        """Gives less than is asked for."""
        first, last = self.asked_range()
        self.part(first, min(last, first + 99_999))

    def serve_status(self):
        self.text(self.size, PAGE, "text/html")

    def serve_echo(self):
        told = {"method": self.command, "path": self.path, "headers": dict(self.headers.items()),
                "body": self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()}
        self.text(self.size, json.dumps(told).encode(), "application/json", X_Signed="yes")

    def serve_to(self):
        self.head(int(self.query.get("code", ["302"])[0]), Content_Length=0,
                  Location=self.query["url"][0])

    def serve_hop(self):
        where = f"{self.size - 1}?token=x" if self.size > 1 else "/file/50000"
        self.text(307, PAGE, "text/html", Location=where)

    def serve_unnamed(self):
        self.text(302, PAGE, "text/html")

    def serve_far_away(self):
        self.head(302, Content_Length=0, Location="/" + "x" * 5000)

    # Servers in a bad state.

    def serve_moody(self):
        """Gives the whole whenever there is an If-Range."""
        (self.all if "If-Range" in self.headers else self.ranges)(ETag='"v1"')

    def serve_drop(self):
        """Closes a connection that was to be kept."""
        self.ranges()
        self.hang_up()

    def serve_drop_all(self):
        self.hang_up()

    def serve_cut(self):
        self.head(200, Content_Length=self.size)
        self.put(self.content.first(self.size)[:self.size // 2])
        self.hang_up()

    def serve_cut_chunks(self):
        self.head(200, Transfer_Encoding="chunked")
        self.put(b"ffff\r\n\0\0\0")
        self.hang_up()

    def serve_cut_parts(self):
        """From the second part on nothing comes of what is promised."""
        first, last = self.asked_range()
        if first == 0:
            self.part(first, last)
        else:
            self.head(206, Content_Length=last - first + 1,
                      Content_Range=f"bytes {first}-{last}/{self.size}")
            self.hang_up()

    def serve_short_parts(self):
        """Says in its length that it is less than in its range."""
        first, last = self.asked_range()
        if first == 0:
            self.part(first, last)
        else:
            self.head(206, Content_Length=1, Content_Range=f"bytes {first}-{last}/{self.size}")
            self.put(b"x")

    def serve_flaky(self):
        """Each connection breaks after 50,000 bytes of body."""
        first, last = self.asked_range()
        self.head(206, Content_Length=last - first + 1,
                  Content_Range=f"bytes {first}-{last}/{self.size}")
        self.put(self.content.first(self.size)[first:min(last + 1, first + 50_000)])
        if last + 1 > first + 50_000:
            self.hang_up()

    def serve_wrong_part(self):
        first, last = self.asked_range()
        self.part(first, last, "" if first == 0 else f"bytes {first + 1}-{last + 1}/{self.size}")

    def serve_wrong_first(self):
        asked = self.asked_range()
        self.part(*asked, f"bytes 5-9/{self.size}") if asked else self.all()

    def serve_wrong_always(self):
        self.part(0, 9, "bytes 3-4/10")

    def serve_more(self):
        """More comes than the part, in chunks."""
        first, last = self.asked_range()
        if first == 0:
            self.part(first, last)
            return
        self.head(206, Transfer_Encoding="chunked",
                  Content_Range=f"bytes {first}-{last}/{self.size}")
        piece = bytes(self.content.first(self.size)[first:last + 2])
        self.put(b"%x\r\n%s\r\n0\r\n\r\n" % (len(piece), piece))

    def serve_star(self):
        asked = self.asked_range()
        self.part(*asked, f"bytes {asked[0]}-{asked[1]}/*") if asked else self.all()

    def serve_several(self):
        body = b"--x\r\nContent-Range: bytes 0-1/2\r\n\r\nab\r\n--x--\r\n"
        self.text(206, body, "multipart/byteranges; boundary=x")

    def serve_changed(self):
        tag = '"%d"' % self.server.owner.count()
        (self.all if "If-Range" in self.headers else self.ranges)(ETag=tag)

    def serve_retagged(self):
        """Knows no If-Range."""
        self.ranges(ETag='"%d"' % self.server.owner.count())

    def serve_resized(self):
        first, last = self.asked_range()
        self.part(first, last, f"bytes {first}-{last}/{self.size + (first > 0)}")

    def serve_shrunk(self):
        first, last = self.asked_range()
        if first == 0:
            self.part(first, last)
        else:
            self.head(416, Content_Length=0, Content_Range="bytes */100")

    def serve_gzip(self):
        self.ranges(Content_Encoding="gzip")

    def serve_page(self):
        self.text(200, PAGE, "text/html; charset=utf-8")

    def serve_page_as_audio(self):
        size = len(PAGE)
        self.text(206, PAGE, "audio/mpeg", Content_Range=f"bytes 0-{size - 1}/{size}")

    def serve_audio_as_page(self):
        self.ranges(Content_Type="text/html")

    def serve_json(self):
        self.text(200, b'\n {"error": {"code": "AccessDenied"}}', "audio/wav")

    def serve_line(self):
        self.text(200, b"quota exceeded", "text/plain")

    def serve_silence(self):
        time.sleep(30)

    def serve_slow_head(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for _ in range(600):
            self.wfile.write(b"X-Slow: x\r\n")
            time.sleep(0.05)

    def serve_slow_body(self):
        self.head(200, Content_Length=self.size)
        for at in range(self.size):
            self.put(self.content.first(self.size)[at:at + 1])
            time.sleep(0.05)

    def serve_big_head(self):
        self.ranges(X_Big="x" * 17_000)

    def serve_garbage(self):
        self.wfile.write(b"220 mail.example ESMTP\r\n")
        self.hang_up()

    def serve_two_lengths(self):
        self.head(200, Content_Length=5, content_length=6)
        self.put(b"\0" * 6)
        self.hang_up()


class Server(ThreadingHTTPServer):
    """TLS is shaken hands for by the thread of the connection, so that nobody waits for another."""
    daemon_threads = True
    owner, context = None, None

    def finish_request(self, request, client_address):
        if self.context:
            try:
                request.settimeout(20)
                request = self.context.wrap_socket(request, server_side=True)
            except OSError:
                return  # the client did not trust it
        super().finish_request(request, client_address)

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class PrivateHttp:
    """Starts with the constructor."""

    def __init__(self, tls=None):
        self.tls, self.sent, self.requests, self.seen = tls, 0, [], set()
        self.connections, self.counted, self.lock = 0, 0, threading.Lock()
        self.folder = Folder()
        try:
            self.authority = None
            self.server = Server(("127.0.0.1", free_port()), Handler)
            self.server.owner = self
            if tls:
                chain, key, self.authority = certificate(tls, self.folder)
                self.server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                self.server.context.load_cert_chain(chain, key)
            self.thread = threading.Thread(target=self.server.serve_forever, args=[0.05],
                                           daemon=True)
            self.thread.start()
        except BaseException:
            self.folder.close()
            raise

    def describe(self):
        port = self.server.server_address[1]
        url = f"{'https' if self.tls else 'http'}://127.0.0.1:{port}"
        return {"url": url, "port": port, "ca": self.authority or ""}

    def count_connection(self):
        with self.lock:
            self.connections += 1
            return self.connections

    def count(self):
        with self.lock:
            self.counted += 1
            return self.counted

    def first_of(self, path):
        with self.lock:
            seen = path in self.seen
            self.seen.add(path)
            return not seen

    def note(self, request):
        with self.lock:
            self.requests.append(request)

    def log(self):
        """What was asked for since it was last asked for this."""
        with self.lock:
            told = {"requests": self.requests, "sent": self.sent}
            self.requests, self.sent = [], 0
            return told

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.folder.close()

    @property
    def commands(self):
        return {"log": self.log}
