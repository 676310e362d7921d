"""A private PgBouncer in front of a PostgreSQL server, for tests: see private_server.py."""
import signal
from urllib.parse import unquote, urlsplit

from private_parts import Child, Folder, Trouble, can_bind, need, start_somewhere, unprivileged

SETTINGS = """[databases]
* = host={host} port={upstream_port}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {users}
pool_mode = transaction
default_pool_size = {pool_size}
server_idle_timeout = 3
max_client_conn = 500
server_idle_timeout = 2
server_connect_timeout = 3
server_login_retry = 1
"""


class PrivatePgbouncer:
    """In transaction mode, with its strict defaults for the rest: a driver that sends what only a
    session can keep is refused."""

    def __init__(self, upstream, pool_size=10):
        self.program, self.user = need("pgbouncer", "pgbouncer"), unprivileged()
        self.upstream, self.pool_size, self.child = urlsplit(upstream), pool_size, None
        if self.upstream.scheme not in ("postgres", "postgresql") or not self.upstream.port:
            raise Trouble("--upstream needs a url like postgres://user@127.0.0.1:5432/database")
        self.folder = Folder(self.user)
        try:
            self.port = start_somewhere(self._start)
        except BaseException:
            self.close()
            raise

    @property
    def url(self):
        who = self.upstream.username or "postgres"
        return f"postgres://{who}@127.0.0.1:{self.port}{self.upstream.path}"

    def describe(self):
        return {"url": self.url, "port": self.port, "pid": self.child.pid,
                "folder": self.folder.path, "log": self.folder.file("log")}

    def start(self):
        if not self.child.runs:
            self._start(self.port)
        return self.describe()

    def stop(self, mode="fast"):
        """`fast` waits for nobody; `kill` gives it no time at all."""
        self.child.stop(signal.SIGKILL if mode == "kill" else signal.SIGTERM)
        return {"stopped": mode}

    def restart(self, mode="fast"):
        self.stop(mode)
        return self.start()

    def close(self):
        if self.child:
            self.child.stop(signal.SIGKILL)
        self.folder.close()

    @property
    def commands(self):
        return {"start": self.start, "stop": self.stop, "restart": self.restart}

    def _start(self, port):
        def quoted(text):
            return '"' + unquote(text or "").replace('"', '""') + '"'
        who = f'{quoted(self.upstream.username or "postgres")} {quoted(self.upstream.password)}\n'
        users = self.folder.file("users.txt", who, user=self.user)
        path = self.folder.file("pgbouncer.ini", SETTINGS.format(
            host=self.upstream.hostname, upstream_port=self.upstream.port, port=port, users=users,
            pool_size=self.pool_size), user=self.user)
        self.child = Child([self.program, path], self.folder.file("log"), self.user)
        # It answers as soon as it listens: its port can't be bound any more.
        self.child.wait_ready("PgBouncer", lambda: not can_bind(port))
        return port
