"""Two PostgreSQL servers of which one follows the other, for tests that fail over. A commit is
acknowledged when both have it, so that a promoted replica has all that anybody was told."""
import time

from private_parts import Trouble, free_port, until
from private_postgres import PrivatePostgres

SETTINGS = {"wal_retrieve_retry_interval": "200ms", "max_wal_senders": "4",
            "wal_keep_size": "256MB", "hot_standby": "on"}


class PrivatePair:
    """`primary` and `replica` change places. A client is given both places, and asks for the one
    that takes writes."""

    def __init__(self, address="127.0.0.1", settings=None, prepare=None):
        self.address, self.prepare = address, prepare
        self.settings = {**SETTINGS, **(settings or {})}
        self.ports = []
        while len(self.ports) < 2:
            self.ports += [port for port in [free_port()] if port not in self.ports]
        self.primary = self._server(self.ports[0], None)
        self.replica = None
        try:
            self.follow()
        except BaseException:
            self.close()
            raise

    @property
    def url(self):
        places = ",".join(f"{self.address}:{port}" for port in self.ports)
        return f"postgres://postgres@{places}/postgres?target_session_attrs=read-write"

    def describe(self):
        return {"url": self.url, "ports": self.ports, "pid": self.primary.pid}

    @property
    def commands(self):
        return {"fail-over": lambda: {"seconds": self.fail_over()},
                "sql": lambda statement: {"rows": self.primary.psql(statement)}}

    def follow(self):
        """Makes a replica where there is none; returns when commits wait for it."""
        port = next(port for port in self.ports if port != self.primary.port)
        self.replica = self._server(port, self.primary)
        self._wait_until_it_follows()
        self.primary.psql("ALTER SYSTEM SET synchronous_standby_names = '*'", "postgres")
        self.primary.psql("SELECT pg_reload_conf()", "postgres")
        if not until(lambda: self._state() == "sync", 20, 0.05):
            raise Trouble("the replica follows, but commits don't wait for it")

    def fail_over(self):
        """The primary is gone for good, as if its machine had burnt; seconds until the other one
        took writes."""
        self.primary.stop("immediate")
        began = time.monotonic()
        self.primary.close()
        self.replica.promote()
        self.primary, self.replica = self.replica, None
        return time.monotonic() - began

    def close(self):
        for server in (self.replica, self.primary):
            if server:
                server.close()

    def _server(self, port, primary):
        addresses = () if self.address == "127.0.0.1" else (self.address,)
        return PrivatePostgres(settings=self.settings, addresses=addresses, port=port,
                               replica_of=primary, prepare=self.prepare)

    def _state(self):
        return self.primary.psql("SELECT sync_state FROM pg_stat_replication WHERE state = "
                                 "'streaming'", "postgres")

    def _wait_until_it_follows(self):
        if not until(self._state, 30, 0.05):
            raise Trouble(f"the replica does not follow: {self.replica.child.last_line()}")
