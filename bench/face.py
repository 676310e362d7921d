#!/usr/bin/env python3
"""How fast the HTTP face answers: polls of a job's state beside nginx serving a static file of that
size, enqueues on a durable PostgreSQL, and 10,000 idle event streams. Needs wrk and nginx, and a
quiet machine; both sides of a comparison run in turns, and the medians are told.

    TALLYMAN_BIN=build/release/bin/tallyman python3 bench/face.py [--json]
"""
import json
import os
import re
import select
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))
from private_parts import free_port  # noqa: E402
from private_postgres import PrivatePostgres  # noqa: E402

ROUNDS = 3
SECONDS = 5
STREAMS = 10_000

NGINX = """
worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 2048; }}
http {{
  access_log off; keepalive_requests 10000000; sendfile on; open_file_cache max=100;
  root {folder}; types {{ application/json json; }}
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{ listen 127.0.0.1:{port}; }}
}}
"""

POST = """
wrk.method = "POST"
wrk.headers["X-Api-Key"] = "{key}"
wrk.headers["Content-Type"] = "application/json"
local body = '{{"service":"script","user_id":"u%d","input":{{"text":"a line to be spoken"}}}}'
request = function()
  return wrk.format(nil, nil, nil, string.format(body, math.random(1, 10000)))
end
{delay}
done = function(summary, latency, requests)
  io.write(string.format("refused %d\\n", summary.errors.status))
end
"""


def in_ms(text):
    value, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()
    return float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def wrk(url, *more):
    told = subprocess.run(["wrk", "-t1", "-c64", f"-d{SECONDS}s", "--latency", *more, url],
                          capture_output=True, text=True, check=True).stdout
    wrong = re.search(r"Non-2xx.*: (\d+)", told) or re.search(r"refused ([1-9]\d*)", told)
    if wrong:
        sys.exit(f"{wrong[1]} answers were refusals: {told}")
    return (float(re.search(r"Requests/sec:\s+([\d.]+)", told)[1]),
            in_ms(re.search(r"99%\s+(\S+)", told)[1]))


class Face:
    """`tallyman api` on a store of its own."""

    def __init__(self, url, folder):
        self.environment = {key: value for key, value in os.environ.items()
                            if not key.startswith("TALLYMAN_")}
        self.environment |= {"TALLYMAN_STORE_URL": url, "TALLYMAN_DATA_DIR": str(folder)}
        subprocess.run([os.environ["TALLYMAN_BIN"], "migrate"], check=True, env=self.environment,
                       stdout=subprocess.DEVNULL)
        self.key = subprocess.run(
            [os.environ["TALLYMAN_BIN"], "keys", "create", "bench", "--scope", "admin"], check=True,
            env=self.environment, capture_output=True, text=True).stdout.strip()
        self.process = subprocess.Popen([os.environ["TALLYMAN_BIN"], "api", "--port", "0"],
                                        stdout=subprocess.PIPE, text=True, env=self.environment)
        for line in self.process.stdout:
            if line.startswith("listening on "):
                self.url = line.split()[-1]
                break

    def call(self, method, path, body=None):
        request = urllib.request.Request(self.url + path, method=method,
                                         data=json.dumps(body).encode() if body else None,
                                         headers={"X-Api-Key": self.key})
        with urllib.request.urlopen(request) as answer:
            return answer.read()

    def memory(self):
        pages = Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGESIZE") / 1e6

    def stop(self):
        self.process.terminate()
        self.process.wait()


def measure_polls(face, folder):
    job = json.loads(face.call("POST", "/api/jobs", {
        "service": "script", "user_id": "ann", "input": {}, "run_at": 4102444800000}))
    text = face.call("GET", f"/api/jobs/{job['id']}")
    (folder / "job.json").write_bytes(text)
    port = free_port()
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port), encoding="ascii")
    nginx = subprocess.Popen(["/usr/sbin/nginx", "-c", str(folder / "nginx.conf")],
                             stderr=subprocess.DEVNULL)
    try:
        time.sleep(1)
        theirs, ours = [], []
        for _ in range(ROUNDS):
            theirs.append(wrk(f"http://127.0.0.1:{port}/job.json"))
            ours.append(wrk(f"{face.url}/api/jobs/{job['id']}", "-H", f"X-Api-Key: {face.key}"))
    finally:
        nginx.terminate()
        nginx.wait()
    median = [statistics.median(rate for rate, _ in runs) for runs in (theirs, ours)]
    return {"bytes": len(text), "nginx_per_s": round(median[0]), "polls_per_s": round(median[1]),
            "of_nginx": round(median[1] / median[0], 2),
            "p99_ms": round(statistics.median(p99 for _, p99 in ours), 1)}


def measure_enqueues(face, folder):
    def run(delay):
        script = folder / "post.lua"
        script.write_text(POST.format(key=face.key, delay=delay), encoding="ascii")
        runs = [wrk(face.url + "/api/jobs", "-s", str(script)) for _ in range(ROUNDS)]
        return [statistics.median(values) for values in zip(*runs)]

    run("")  # opens the accounts
    rate, p99 = run("")
    # 64 connections that rest for 11 ms after each answer ask about 4,000 times a second.
    half, calm = run("delay = function() return 11 end")
    return {"enqueues_per_s": round(rate), "p99_ms": round(p99, 1),
            "at_half": {"enqueues_per_s": round(half), "p99_ms": round(calm, 1)}}


def measure_streams(face):
    job = json.loads(face.call("POST", "/api/jobs", {
        "service": "script", "user_id": "ann", "input": {}, "run_at": 4102444800000}))
    host, port = face.url.removeprefix("http://").split(":")
    ask = (f"GET /api/jobs/{job['id']}/events HTTP/1.1\r\nHost: x\r\nX-Api-Key: {face.key}"
           "\r\n\r\n").encode()
    before = face.memory()
    poll, streams = select.epoll(), {}
    for _ in range(STREAMS):
        opened = socket.create_connection((host, int(port)))
        opened.sendall(ask)
        opened.setblocking(False)
        streams[opened.fileno()] = opened
        poll.register(opened.fileno(), select.EPOLLIN)

    def hear(what):
        left = set(streams)
        while left:
            for number, _ in poll.poll(10):
                if what in streams[number].recv(65_536):
                    left.discard(number)

    hear(b'"state":"queued"')
    idle = face.memory()
    began = time.monotonic()
    face.call("POST", f"/api/jobs/{job['id']}/cancel")
    hear(b'"state":"cancelled"')
    took = time.monotonic() - began
    for opened in streams.values():
        opened.close()
    return {"streams": STREAMS, "memory_mb": round(idle - before), "process_mb": round(idle),
            "event_to_all_s": round(took, 2)}


def main():
    import resource
    resource.setrlimit(resource.RLIMIT_NOFILE, (STREAMS + 1000, STREAMS + 1000))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = PrivatePostgres(durable=True)
        server.start()
        face = None
        try:
            face = Face(server.url, folder / "data")
            figures = {"polls": measure_polls(face, folder), "streams": measure_streams(face),
                       "enqueues": measure_enqueues(face, folder)}
        finally:
            if face:
                face.stop()
            server.stop()
    if "--json" in sys.argv:
        print(json.dumps(figures))
        return
    for what, values in figures.items():
        print(f"{what}: " + ", ".join(f"{key} {value}" for key, value in values.items()))


if __name__ == "__main__":
    main()
