"""A bare session with PostgreSQL, without a library: to hold connections and locks as other
programs would. Trust authentication and simple queries only."""
import socket
import struct


class Refused(Exception):
    """What the server said."""


class Session:
    def __init__(self, port, database, seconds=10):
        self.plug = socket.create_connection(("127.0.0.1", port), timeout=seconds)
        self.file = self.plug.makefile("rb")
        words = b"user\0postgres\0database\0" + database.encode() + b"\0\0"
        self.plug.sendall(struct.pack("!ii", len(words) + 8, 196608) + words)
        try:
            self._until_ready()
        except BaseException:
            self.close()
            raise

    def tell(self, sql):
        """Sends a statement and does not wait for it."""
        body = sql.encode() + b"\0"
        self.plug.sendall(b"Q" + struct.pack("!i", len(body) + 4) + body)

    def do(self, sql):
        self.tell(sql)
        self._until_ready()

    def close(self):
        self.file.close()
        self.plug.close()

    def _until_ready(self):
        refusal = None
        while True:
            head = self.file.read(5)
            if len(head) < 5:
                raise Refused(refusal or "the server closed the connection")
            body = self.file.read(struct.unpack("!i", head[1:])[0] - 4)
            if head[:1] == b"E":
                fields = dict((part[:1], part[1:]) for part in body.split(b"\0") if part)
                refusal = fields.get(b"M", b"").decode()
            if head[:1] == b"Z":
                break
        if refusal:
            raise Refused(refusal)
