"""A provider on the web that counts what it is asked to make, as one would that charges for it. Run
as a program of its own: provider.py ADDRESS PORT.

    POST /keyed/tasks      a repeat under the same Idempotency-Key gives the first task back
    POST /asked/tasks      every call is a new task; GET /asked/find?key=K tells of one
    GET  /…/tasks/ID       running, completed or failed
    POST /_hold            the next submit is taken, and its answer held until POST /_release
    GET  /_seen            {"made": {job: how many tasks}, "keyed_calls": {job: how many submits
                           under its key}, "calls": N, "held": N}"""
import asyncio
import json
import sys
import time
from urllib.parse import parse_qs, urlsplit

REASONS = {200: "OK", 404: "Not Found"}


class Book:
    def __init__(self):
        self.made, self.tasks, self.keys, self.keyed_calls = {}, {}, {}, {}
        self.calls = self.held = self.to_hold = 0
        self.released = asyncio.Event()

    def begin(self, key, body):
        task = f"task-{len(self.tasks) + 1}"
        self.tasks[task] = (time.monotonic() + body["ms"] / 1000, body["fail"])
        self.made[body["job"]] = self.made.get(body["job"], 0) + 1
        self.keys[key] = task
        return task

    async def submit(self, kind, key, body):
        self.calls += 1
        if kind == "keyed":
            self.keyed_calls[body["job"]] = self.keyed_calls.get(body["job"], 0) + 1
        known = self.keys.get(key) if kind == "keyed" else None
        task = known or self.begin(key, body)
        if self.to_hold:
            self.to_hold -= 1
            self.held += 1
            await self.released.wait()
        return 200, {"task": task}

    def look(self, task):
        if task not in self.tasks:
            return 404, {"error": "no such task"}
        end, fails = self.tasks[task]
        if time.monotonic() < end:
            return 200, {"status": "running"}
        return 200, {"status": "failed" if fails else "completed", "text": f"made by {task}"}

    def find(self, key):
        return 200, {"task": self.keys[key]} if key in self.keys else {"code": "absent"}

    async def answer(self, method, target, headers, body):
        place = urlsplit(target)
        words = place.path.strip("/").split("/")
        if words == ["_hold"]:
            self.to_hold, self.held = 1, 0
            self.released.clear()
            return 200, {}
        if words == ["_release"]:
            self.to_hold = 0
            self.released.set()
            return 200, {}
        if words == ["_seen"]:
            return 200, {"made": self.made, "keyed_calls": self.keyed_calls, "calls": self.calls,
                         "held": self.held}
        if method == "POST":
            return await self.submit(words[0], headers.get("idempotency-key", ""), body)
        if words[1] == "find":
            return self.find(parse_qs(place.query)["key"][0])
        return self.look(words[2])


async def serve(book, reader, writer):
    """One connection."""
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            first, *lines = head.decode("latin-1").split("\r\n")
            method, target, _ = first.split(" ")
            headers = {name.lower(): value.strip() for name, _, value in
                       (line.partition(":") for line in lines if line)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            status, told = await book.answer(method, target, headers,
                                             json.loads(body) if body else None)
            text = json.dumps(told).encode()
            head = (f"HTTP/1.1 {status} {REASONS[status]}\r\nContent-Type: application/json\r\n"
                    f"Content-Length: {len(text)}\r\n\r\n")
            writer.write(head.encode() + text)
            await writer.drain()
    except (OSError, asyncio.IncompleteReadError):
        pass  # it has gone
    finally:
        writer.transport.abort()


async def main(address, port):
    book = Book()
    server = await asyncio.start_server(lambda *ends: serve(book, *ends), address, port,
                                        backlog=1000)
    print("ready", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
