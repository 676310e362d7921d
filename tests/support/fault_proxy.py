"""A TCP proxy between the program and its PostgreSQL or Redis that does harm on command. Started by
private_server.py; from Python: FaultProxy(url), and its methods. The commands:

    pass                          forwards; what a black hole held goes on, as after a network fault
    black-hole                    both ways: sockets stay open, nothing gets through
    cut                           resets all connections; later ones are let in
    refuse                        lets no connection in; those that are there stay
    delay MS                      that much later, each way
    drop-commit-answer N [TIMES]  from the Nth commit on (1: the next) the server commits, and its
                                  answer is lost with the connection; TIMES: only so often
    cut-before-commit N [TIMES]   the same, but the commit does not reach the server
    hold-commit WHEN TEXT         the next commit that says TEXT is held `before` the server has it,
                                  or its answer is `after`; then it is a black hole, and `held`
                                  (`after`: once the server has committed and said so)
    status                        {"mode", "connections", "accepted", "commits", "faults", "held"}

`commits` counts those that reached the server. The harms to commits need PostgreSQL's protocol
without TLS, and a COMMIT that ends a simple query."""
import asyncio
import re
import socket
import struct
import threading
from urllib.parse import urlsplit, urlunsplit

from private_parts import Trouble, free_port

COMMIT = re.compile(rb"(?:^|;)\s*COMMIT\s*;?\s*\0?$", re.IGNORECASE)
SSL_REQUEST, GSS_REQUEST, CANCEL_REQUEST = 80877103, 80877104, 80877102
ASKS_FOR_READY = b"QSF"  # query, sync, function call: each is answered by one ReadyForQuery
RESET = struct.pack("ii", 1, 0)


class Cut(Exception):
    """This connection is to be reset."""


class Line:
    """One connection, both its sides, and where it stands in the protocol."""

    def __init__(self, proxy, client, server):
        self.proxy, self.client, self.server = proxy, client, server
        self.asked = self.answered = 0
        self.doomed_answer = None  # the number of the ReadyForQuery that must not get through
        self.held_answer, self.kept = None, b""  # of the one that is held, and what was kept of it

    async def run(self):
        ways = [asyncio.create_task(way()) for way in (self.forth, self.back)]
        try:
            ended, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            if not any(isinstance(way.exception(), Cut) for way in ended):
                await self.proxy.passage()  # a black hole does not tell who has gone away
                await self.close()
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            self.reset()

    async def close(self):
        for _, writer in (self.client, self.server):
            writer.close()
        for _, writer in (self.client, self.server):
            await writer.wait_closed()

    def reset(self):
        for _, writer in (self.client, self.server):
            plug = writer.get_extra_info("socket")
            if plug is not None and plug.fileno() >= 0:
                plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            writer.transport.abort()

    async def forth(self):
        reader, writer = self.client[0], self.server[1]
        if not self.proxy.speaks_postgres or not await self.greet(reader, writer):
            return await self.pour(reader, writer)
        while True:
            kind, body = await message(reader)
            if kind in ASKS_FOR_READY:
                self.asked += 1
            when = ""
            if kind == b"Q" and COMMIT.search(body):
                await self.proxy.passage()
                when = self.proxy.hold(body)
                if when == "before":
                    await self.proxy.passage()
                self.commit()
            if when == "after":
                self.held_answer = self.asked
                writer.write(kind + body_length(body) + body)
                continue
            await self.send(writer, kind + body_length(body) + body)

    async def back(self):
        reader, writer = self.server[0], self.client[1]
        if not self.proxy.speaks_postgres:
            return await self.pour(reader, writer)
        while True:
            kind, body = await message(reader)
            lost = self.doomed_answer is not None and self.answered == self.doomed_answer - 1
            held = self.held_answer is not None and self.answered == self.held_answer - 1
            if kind == b"Z":
                self.answered += 1
                if lost:
                    self.proxy.faults += 1
                    raise Cut
            if held:
                await self.hold(kind, body)
            elif not lost:
                await self.send(writer, kind + body_length(body) + body)

    async def hold(self, kind, body):
        """The answer to a commit is read to its end, and goes on when anything does."""
        self.kept += kind + body_length(body) + body
        if kind == b"Z":
            self.proxy.held = b"COMMIT\0" in self.kept
            kept, self.kept, self.held_answer = self.kept, b"", None
            await self.send(self.client[1], kept)

    def commit(self):
        harm = self.proxy.harm_to_commit()
        if harm == "cut-before-commit":
            self.proxy.faults += 1
            raise Cut
        self.proxy.commits += 1
        if harm == "drop-commit-answer" and self.doomed_answer is None:
            self.doomed_answer = self.asked

    async def greet(self, reader, writer):
        """Forwards the start of a session. False: what follows is not a session."""
        while True:
            length = await reader.readexactly(4)
            body = await reader.readexactly(struct.unpack("!i", length)[0] - 4)
            code = struct.unpack("!i", body[:4])[0]
            if code in (SSL_REQUEST, GSS_REQUEST):
                await self.send(self.client[1], b"N")
                continue
            self.asked += 1
            await self.send(writer, length + body)
            return code != CANCEL_REQUEST

    async def pour(self, reader, writer):
        while data := await reader.read(65536):
            await self.send(writer, data)

    async def send(self, writer, data):
        await self.proxy.passage()
        if self.proxy.delay_ms:
            await asyncio.sleep(self.proxy.delay_ms / 1000)
        writer.write(data)
        await writer.drain()


async def message(reader):
    """(its type, its body) of the next message."""
    head = await reader.readexactly(5)
    return head[:1], await reader.readexactly(struct.unpack("!i", head[1:])[0] - 4)


def body_length(body):
    return struct.pack("!i", len(body) + 4)


class FaultProxy:
    """Works from its constructor on, in a thread of its own."""

    def __init__(self, upstream):
        self.upstream = urlsplit(upstream)
        if not self.upstream.hostname or not self.upstream.port:
            raise Trouble("--upstream needs a url with host and port")
        self.speaks_postgres = self.upstream.scheme in ("postgres", "postgresql")
        self.mode, self.delay_ms = "pass", 0
        self.accepted = self.commits = self.faults = 0
        self.harm, self.harm_after, self.harm_times = "", 0, 0
        self.held, self.to_hold = False, None  # (when, text)
        self.lines, self.listener, self.port = {}, None, free_port()
        self.loop = asyncio.new_event_loop()
        self.open = asyncio.Event()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self._call(self._pass())

    @property
    def url(self):
        who, at, _ = self.upstream.netloc.rpartition("@")
        return urlunsplit(self.upstream._replace(netloc=f"{who}{at}127.0.0.1:{self.port}"))

    def describe(self):
        return {"url": self.url, "port": self.port}

    def pass_(self):
        return self._call(self._pass())

    def black_hole(self):
        return self._call(self._black_hole())

    def cut(self):
        return self._call(self._cut())

    def refuse(self):
        return self._call(self._refuse())

    def delay(self, milliseconds):
        return self._call(self._delay(int(milliseconds)))

    def drop_commit_answer(self, nth=1, times=0):
        """Both numbers may be text. 0 times: always."""
        return self._call(self._harm_commits("drop-commit-answer", int(nth), int(times)))

    def cut_before_commit(self, nth=1, times=0):
        return self._call(self._harm_commits("cut-before-commit", int(nth), int(times)))

    def hold_commit(self, when, text):
        return self._call(self._hold_commit(when, text.encode()))

    def status(self):
        return self._call(self._status())

    def close(self):
        if self.thread.is_alive():
            self._call(self._refuse())
            self._call(self._cut())
            self.loop.call_soon_threadsafe(self.loop.stop)
            self.thread.join()
            self.loop.close()

    @property
    def commands(self):
        return {"pass": self.pass_, "black-hole": self.black_hole, "cut": self.cut,
                "refuse": self.refuse, "delay": self.delay, "status": self.status,
                "drop-commit-answer": self.drop_commit_answer,
                "cut-before-commit": self.cut_before_commit, "hold-commit": self.hold_commit}

    # What follows runs in the proxy's own thread.

    def harm_to_commit(self):
        """What is to happen to the commit that is here now."""
        if not self.harm:
            return ""
        self.harm_after -= 1
        if self.harm_after > 0:
            return ""
        harm = self.harm
        if self.harm_times:
            self.harm_times -= 1
            if self.harm_times == 0:
                self.harm, self.mode = "", "pass"
        return harm

    def hold(self, commit):
        """When this commit is to be held; nothing if it is not."""
        if not self.to_hold or self.to_hold[1] not in commit:
            return ""
        when, self.to_hold = self.to_hold[0], None
        self.held = when == "before"
        self.mode = "black-hole"
        self.open.clear()
        return when

    async def passage(self):
        await self.open.wait()

    def _call(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    async def _status(self):
        return {"mode": self.mode, "connections": len(self.lines), "accepted": self.accepted,
                "commits": self.commits, "faults": self.faults, "held": self.held}

    async def _pass(self):
        self.mode, self.harm, self.delay_ms = "pass", "", 0
        self.open.set()
        if self.listener is None:
            self.listener = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        return await self._status()

    async def _black_hole(self):
        self.mode = "black-hole"
        self.open.clear()
        return await self._status()

    async def _cut(self):
        tasks = list(self.lines)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return await self._status()

    async def _refuse(self):
        self.mode = "refuse"
        if self.listener:
            self.listener.close()
            self.listener = None
        return await self._status()

    async def _hold_commit(self, when, text):
        if not self.speaks_postgres:
            raise Trouble("hold-commit needs PostgreSQL's protocol")
        self.to_hold, self.held = (when, text), False
        return await self._status()

    async def _delay(self, milliseconds):
        self.mode, self.delay_ms = "delay", milliseconds
        return await self._status()

    async def _harm_commits(self, harm, nth, times):
        if not self.speaks_postgres:
            raise Trouble(f"{harm} needs PostgreSQL's protocol")
        self.mode, self.harm, self.harm_after, self.harm_times = harm, harm, nth, times
        return await self._status()

    async def _serve(self, reader, writer):
        task = asyncio.current_task()
        self.lines[task] = True
        self.accepted += 1
        try:
            await self.passage()
            server = await asyncio.open_connection(self.upstream.hostname, self.upstream.port)
            await Line(self, (reader, writer), server).run()
        except (OSError, asyncio.CancelledError):
            pass  # no server behind us, or cut while there was none yet
        finally:
            writer.transport.abort()
            del self.lines[task]
