"""A web server whose files are made by the test, and served as it says: whole, late, broken off,
or never."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        files = self.server.files
        path = self.path.split("?")[0]
        with files.lock:
            files.asked.append((path, self.headers.get("Range", ""),
                                self.headers.get("Authorization", "")))
            refusals = files.refuse.get(path, 0)
            files.refuse[path] = max(refusals - 1, 0)
        if refusals or path not in files.content:
            self.answer(404, b"<html>gone</html>", "text/html")
            return
        kind, body = files.content[path]
        if path in files.held:
            self.hold(files, kind, body)
        elif path in files.broken:
            self.break_off(body, files.broken[path])
        else:
            self.answer(200, body, kind)

    def answer(self, status, body, kind):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body)

    def hold(self, files, kind, body):
        """Half of it, and the rest when the test lets go."""
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", kind)
        self.end_headers()
        half = len(body) // 2
        try:
            self.wfile.write(body[:half])
            self.wfile.flush()
            files.halfway.set()
            files.go_on.wait(60)
            self.wfile.write(body[half:])
        except OSError:
            pass  # its client was killed

    def break_off(self, body, after):
        first = int((self.headers.get("Range") or "bytes=0-")[6:].split("-")[0])
        self.send_response(206 if first else 200)
        if first:
            self.send_header("Content-Range", f"bytes {first}-{len(body) - 1}/{len(body)}")
        self.send_header("ETag", '"one"')
        self.send_header("Content-Length", str(len(body) - first))
        self.end_headers()
        self.wfile.write(body[first:first + after])
        self.close_connection = True


class Files:
    def __init__(self):
        self.lock = threading.Lock()
        self.content, self.refuse, self.broken = {}, {}, {}
        self.held, self.asked = set(), []
        self.halfway, self.go_on = threading.Event(), threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.files = self
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=[0.05], daemon=True).start()

    def put(self, path, body, kind="application/octet-stream"):
        self.content[path] = (kind, body)
        return self.url + path

    def requests(self, path):
        with self.lock:
            return [entry for entry in self.asked if entry[0] == path]

    def close(self):
        self.go_on.set()
        self.server.shutdown()
        self.server.server_close()
