"""The program over a private PostgreSQL, and sessions of other programs beside it."""
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "crash"), os.path.join(HERE, "..", "support")]

from private_parts import need, until  # noqa: E402
from private_postgres import PrivatePostgres, clean_environment, programs, quoted  # noqa: E402
from support import CrashTest  # noqa: E402

SETTINGS = """
worker: {slots: 8, heartbeat: 500ms, lease: 2s, drain: 5s}
providers:
  quick: {kind: simulated, latency: 20ms}
"""
END = "--answered--"


class Refused(Exception):
    """What the server said no with."""

    def __init__(self, said):
        first = next(line for line in said.splitlines() if line.startswith("ERROR:"))
        self.code, self.text = first.removeprefix("ERROR:").strip().split(": ", 1)
        super().__init__(first)


class Session:
    """A connection of somebody else's: statements one by one, as psql sends them."""

    def __init__(self, url):
        self.psql = subprocess.Popen(
            [need("psql", "postgresql-client", programs()), "-XAtq", "-v", "VERBOSITY=verbose",
             url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, env=clean_environment())

    def begin(self, statement):
        """Sends it, and does not wait."""
        self.psql.stdin.write(f"{statement}\n;\n\\echo {END}\n")
        self.psql.stdin.flush()

    def answer(self):
        said = ""
        for line in iter(self.psql.stdout.readline, ""):
            if line.strip() == END:
                break
            said += line
        if "ERROR:" in said:
            raise Refused(said)
        return said.strip()

    def ask(self, statement):
        self.begin(statement)
        return self.answer()

    @property
    def pid(self):
        return self.ask("SELECT pg_backend_pid()")

    def close(self):
        self.psql.stdin.close()
        self.psql.wait()
        self.psql.stdout.close()


class SqlTest(CrashTest):
    settings = SETTINGS
    server_options = {}

    @classmethod
    def setUpClass(cls):
        cls.server = PrivatePostgres(**cls.server_options)
        cls.addClassCleanup(cls.server.close)

    def setUp(self):
        super().setUp()
        made = self.server.fresh_database()
        self.url, self.database = made["url"], made["database"]
        self.site.environment["TALLYMAN_STORE_URL"] = self.url

    def session(self, url=None):
        session = Session(url or self.url)
        self.addCleanup(session.close)
        return session

    def sql(self, statement):
        """As the owner, in a connection of its own."""
        return self.server.psql(statement, self.database)

    def no(self, code, session, statement):
        """What it is refused with."""
        with self.assertRaises(Refused) as caught:
            session.ask(statement)
        self.assertEqual(caught.exception.code, code, caught.exception)
        return caught.exception.text

    def eventually(self, condition, what, seconds=20):
        self.assertTrue(until(condition, seconds), what)


class Enqueue(SqlTest):
    def setUp(self):
        super().setUp()
        self.site.ok("migrate")
        self.shop = self.session()

    def enqueue(self, *args, by=None, **named):
        words = [*args, *(f"{name} => {value}" for name, value in named.items())]
        return (by or self.shop).ask(f"SELECT tallyman.enqueue({', '.join(words)})")

    def refusal(self, code, *args, **named):
        words = [*args, *(f"{name} => {value}" for name, value in named.items())]
        return self.no(code, self.shop, f"SELECT tallyman.enqueue({', '.join(words)})")

    def taken_up(self, count):
        """Waits until a scheduler has made jobs of so many requests."""
        self.eventually(lambda: self.sql("SELECT count(*) FROM tallyman.jobs") == str(count),
                        f"not {count} jobs")
        self.assertEqual(self.sql("SELECT count(*) FROM tallyman.inbox"), "0")

    def work(self):
        self.up("worker")
        return self.up("scheduler")

    def blocked(self, pid):
        self.eventually(lambda: self.sql(
            f"SELECT wait_event_type FROM pg_stat_activity WHERE pid = {pid}") == "Lock",
            "it does not wait for the other")


__all__ = ["Enqueue", "PrivatePostgres", "Refused", "Session", "SqlTest", "quoted", "until"]
