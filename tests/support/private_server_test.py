"""The private servers themselves: each starts, serves, obeys, and leaves nothing behind."""
import json
import os
import signal
import socket
import subprocess
import sys
import unittest

from fault_proxy import FaultProxy
from private_parts import is_alive, until
from private_postgres import PrivatePostgres, clean_environment, programs
from private_redis import PrivateRedis, cli

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "private_server.py")
PSQL = os.path.join(programs(), "psql")
# Starts the server, tells its pid, and waits for the end.
GO_BETWEEN = """
import subprocess, sys
server = subprocess.Popen(sys.argv[1:], stdin=%s, stdout=subprocess.PIPE, text=True)
print(server.pid, server.stdout.readline(), flush=True)
sys.stdin.read()
"""


def psql(url, sql, seconds=10):
    """(exit code, what it printed)."""
    done = subprocess.run([PSQL, "-XAtq", url, "-c", sql], capture_output=True, text=True,
                          check=False, timeout=seconds, env=clean_environment())
    return done.returncode, (done.stdout + done.stderr).strip()


class Served(unittest.TestCase):
    def start(self, *args):
        server = subprocess.Popen([sys.executable, "-B", SCRIPT, *args], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, text=True)
        self.addCleanup(lambda: server.poll() is None and self.end(server))
        server.facts = json.loads(server.stdout.readline())
        return server

    def tell(self, server, line):
        print(line, file=server.stdin, flush=True)
        return json.loads(server.stdout.readline())

    def end(self, server):
        server.stdin.close()
        server.stdout.close()
        self.assertEqual(server.wait(20), 0)

    def nothing_left(self, facts, seconds=10):
        self.assertTrue(until(lambda: not is_alive(facts["pid"]), seconds))
        self.assertTrue(until(lambda: not os.path.exists(facts["folder"]), seconds))
        with socket.socket() as probe:
            self.assertNotEqual(probe.connect_ex(("127.0.0.1", facts["port"])), 0)


class Kinds(Served):
    def test_postgres_serves_and_comes_back_with_what_was_committed(self):
        server = self.start("postgres", "--setting", "work_mem=5MB", "--database", "books")
        url = server.facts["url"]
        self.assertEqual(psql(url, "SHOW work_mem"), (0, "5MB"))
        self.assertEqual(psql(url, "CREATE TABLE t AS SELECT 7 AS n")[0], 0)
        self.assertEqual(self.tell(server, "stop immediate"), {"stopped": "immediate"})
        self.assertNotEqual(psql(url, "SELECT 1")[0], 0)
        self.assertEqual(self.tell(server, "start")["url"], url)
        self.assertEqual(psql(url, "SELECT n FROM t"), (0, "7"))
        self.tell(server, "restart immediate")
        self.assertEqual(self.tell(server, "sql SELECT n, 'a  b' FROM t"), {"rows": "7|a  b"})
        fresh = [self.tell(server, "database")["url"] for _ in range(2)]
        self.assertEqual(len({url, *fresh}), 3)
        self.assertEqual(psql(fresh[1], "SELECT 1"), (0, "1"))
        self.assertIn("unknown command", self.tell(server, "fly")["error"])
        self.assertIn("unknown way", self.tell(server, "stop gently")["error"])
        self.end(server)
        self.nothing_left(server.facts)

    def test_postgres_is_durable_and_guarded_when_asked(self):
        server = self.start("postgres", "--durable", "--password", "a/b c'd", "--tls")
        url = server.facts["url"]
        self.assertEqual(psql(url, "SELECT ssl, current_setting('fsync') FROM pg_stat_ssl "
                              "WHERE pid = pg_backend_pid()"), (0, "t|on"))
        self.assertNotEqual(psql(url.replace("verify-full", "disable"), "SELECT 1")[0], 0)
        self.assertNotEqual(psql(url.replace("a%2Fb", "wrong"), "SELECT 1")[0], 0)
        self.end(server)

    def test_a_promoted_replica_has_what_was_committed(self):
        server = self.start("pair")
        url = server.facts["url"]
        self.assertEqual(psql(url, "CREATE TABLE t AS SELECT 7 AS n")[0], 0)
        self.assertGreater(self.tell(server, "fail-over")["seconds"], 0)
        self.assertEqual(psql(url, "SELECT n FROM t"), (0, "7"))
        self.assertEqual(psql(url, "INSERT INTO t VALUES (8)")[0], 0)
        self.end(server)

    def test_a_proxy_holds_a_commit(self):
        postgres = self.start("postgres")
        proxy = self.start("proxy", "--upstream", postgres.facts["url"])
        url = postgres.facts["url"]
        self.assertEqual(psql(url, "CREATE TABLE t (n int)")[0], 0)
        for when, there in (("before", "0"), ("after", "1")):
            self.tell(proxy, f"hold-commit {when} INSERT")
            asking = subprocess.Popen([PSQL, "-XAtq", proxy.facts["url"], "-c",
                                       "BEGIN; INSERT INTO t VALUES (1); COMMIT"])
            self.assertTrue(until(lambda: self.tell(proxy, "status")["held"], 10, 0.02))
            self.assertEqual(psql(url, "SELECT count(*) FROM t"), (0, there))
            asking.kill()
            asking.wait()
            self.tell(proxy, "cut")
            self.tell(proxy, "pass")
        self.end(proxy)
        self.end(postgres)

    def test_redis_forgets_when_killed(self):
        server = self.start("redis", "--maxmemory", "3mb")
        port = server.facts["port"]
        self.assertEqual(cli(port, "SET", "a", "1"), "OK")
        self.assertEqual(cli(port, "CONFIG", "GET", "maxmemory"), "maxmemory\n3145728")
        self.tell(server, "kill")
        self.assertEqual(cli(port, "PING"), "")
        self.assertEqual(self.tell(server, "start")["port"], port)
        self.assertEqual(cli(port, "GET", "a"), "")
        self.end(server)
        self.nothing_left(server.facts)

    def test_redis_keeps_asks_and_hides_when_asked(self):
        server = self.start("redis", "--aof", "--password", "secret", "--tls")
        port, ca = server.facts["port"], server.facts["ca"]
        self.assertEqual(cli(port, "SET", "a", "1", password="secret", ca=ca), "OK")
        self.assertEqual(cli(port, "GET", "a", password="secret"), "")
        self.assertIn("NOAUTH", cli(port, "GET", "a", ca=ca))
        self.tell(server, "restart")
        self.assertEqual(self.tell(server, "cli GET a"), {"answer": "1"})
        self.end(server)

    def test_pgbouncer_shares_connections_by_the_transaction(self):
        postgres = self.start("postgres")
        server = self.start("pgbouncer", "--upstream", postgres.facts["url"], "--pool-size", "1")
        url = server.facts["url"]
        mine = "SELECT pg_backend_pid()"
        self.assertEqual(psql(url, mine)[0], 0)
        self.assertEqual(psql(url, mine), psql(url, mine))
        strict = psql(f"{url}?options=-cwork_mem%3D5MB", mine)
        self.assertIn("unsupported startup parameter", strict[1])
        self.tell(server, "stop")
        self.assertNotEqual(psql(url, mine)[0], 0)
        self.tell(server, "start")
        self.assertEqual(psql(url, mine)[0], 0)
        self.end(server)
        self.nothing_left(server.facts)

    def test_sentinel_moves_the_master(self):
        server = self.start("sentinel")
        before = self.tell(server, "master")["port"]
        self.assertIn(before, server.facts["ports"])
        self.assertEqual(self.tell(server, "kill-master"), {"killed": before})
        after = next(port for port in server.facts["ports"] if port != before)
        self.assertTrue(until(lambda: self.tell(server, "master")["port"] == after, 15, 0.2))
        self.assertTrue(until(lambda: cli(after, "SET", "a", "1") == "OK", 5))
        self.end(server)


class Leaving(Served):
    def go_between(self, stdin, **more):
        between = subprocess.Popen([sys.executable, "-c", GO_BETWEEN % stdin, sys.executable, "-B",
                                    SCRIPT, "postgres"], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True, **more)
        pid, _, facts = between.stdout.readline().partition(" ")
        return between, int(pid), json.loads(facts)

    def killed_parent_leaves_nothing(self, stdin, **more):
        between, script, facts = self.go_between(stdin, **more)
        between.kill()
        between.communicate()
        self.nothing_left(facts)
        self.assertTrue(until(lambda: not is_alive(script), 10))

    def test_a_killed_parent_takes_its_server_along(self):
        self.killed_parent_leaves_nothing("subprocess.PIPE")

    def test_it_does_even_if_the_input_stays_open(self):
        reader, writer = os.pipe()
        self.addCleanup(os.close, writer)
        self.addCleanup(os.close, reader)
        self.killed_parent_leaves_nothing(str(reader), pass_fds=[reader])

    def test_a_killed_script_takes_its_server_along(self):
        server = self.start("redis")
        server.kill()
        server.communicate()
        self.nothing_left(server.facts)

    def test_a_signal_stops_it_in_order(self):
        for which, kind in ((signal.SIGTERM, "postgres"), (signal.SIGINT, "redis")):
            server = self.start(kind)
            server.send_signal(which)
            self.assertEqual(server.wait(20), 0)
            self.end(server)
            self.nothing_left(server.facts)

    def test_what_can_not_start_says_why_in_one_line(self):
        for args, why in ((["postgres", "--setting", "work_mem=much"], "work_mem"),
                          (["pgbouncer", "--upstream", "nowhere"], "--upstream"),
                          (["proxy", "--upstream", "nowhere"], "--upstream")):
            done = subprocess.run([sys.executable, "-B", SCRIPT, *args], capture_output=True,
                                  text=True, check=False, stdin=subprocess.DEVNULL, timeout=60)
            self.assertEqual((done.returncode, len(done.stderr.splitlines())), (2, 1), done.stderr)
            self.assertIn(why, done.stderr)


class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.postgres = PrivatePostgres()
        cls.addClassCleanup(cls.postgres.close)

    def setUp(self):
        self.proxy = FaultProxy(self.postgres.url)
        self.addCleanup(self.proxy.close)
        self.postgres.psql("DROP TABLE IF EXISTS t; CREATE TABLE t (n int)")

    def put(self, number):
        return psql(self.proxy.url, f"BEGIN; INSERT INTO t VALUES ({number}); COMMIT")

    def rows(self):
        return self.postgres.psql("SELECT n FROM t ORDER BY n").split()

    def session(self):
        """A psql that reads statements; it is answered."""
        process = subprocess.Popen([PSQL, "-XAtq", self.proxy.url], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                   env=clean_environment())
        self.addCleanup(process.communicate)  # after the kill
        self.addCleanup(process.kill)
        print("SELECT 'here';", file=process.stdin, flush=True)
        self.assertEqual(process.stdout.readline(), "here\n")
        return process

    def test_the_answer_to_the_nth_commit_is_lost_and_the_commit_is_not(self):
        self.proxy.drop_commit_answer(2)
        self.assertEqual(self.put(1), (0, ""))
        self.assertNotEqual(self.put(2)[0], 0)
        self.assertNotEqual(self.put(3)[0], 0)
        self.assertEqual(self.rows(), ["1", "2", "3"])
        self.assertEqual([self.proxy.status()[what] for what in ("commits", "faults")], [3, 2])
        self.proxy.pass_()
        self.assertEqual(self.put(4), (0, ""))

    def test_a_commit_that_was_cut_off_before_did_not_happen(self):
        self.proxy.cut_before_commit(1, 1)
        self.assertNotEqual(self.put(1)[0], 0)
        self.assertEqual(self.put(2), (0, ""))
        self.assertEqual(self.rows(), ["2"])
        self.assertEqual(self.proxy.status()["mode"], "pass")

    def test_a_black_hole_keeps_what_it_gets_until_it_ends(self):
        session = self.session()
        self.proxy.black_hole()
        print("INSERT INTO t VALUES (1); SELECT 'done';", file=session.stdin, flush=True)
        with self.assertRaises(subprocess.TimeoutExpired):
            psql(self.proxy.url, "SELECT 1", 1)
        self.assertEqual(self.rows(), [])
        self.assertIsNone(session.poll())
        self.proxy.pass_()
        self.assertEqual(session.stdout.readline(), "done\n")
        self.assertEqual(self.rows(), ["1"])

    def test_cut_ends_what_is_there_and_refuse_what_comes(self):
        session = self.session()
        self.proxy.refuse()
        self.assertIn("refused", psql(self.proxy.url, "SELECT 1")[1])
        print("SELECT 'still';", file=session.stdin, flush=True)
        self.assertEqual(session.stdout.readline(), "still\n")
        self.proxy.cut()
        self.assertEqual(self.proxy.pass_()["connections"], 0)
        print("SELECT 'never'; \\q", file=session.stdin, flush=True)
        self.assertNotEqual(session.communicate()[0], "never\n")
        self.assertEqual(psql(self.proxy.url, "SELECT 1"), (0, "1"))

    def test_redis_goes_through_with_a_delay(self):
        redis = PrivateRedis()
        self.addCleanup(redis.close)
        proxy = FaultProxy(redis.url)
        self.addCleanup(proxy.close)
        proxy.delay(400)
        self.assertEqual(cli(proxy.port, "PING", seconds=0.7), "")
        self.assertEqual(cli(proxy.port, "PING"), "PONG")


if __name__ == "__main__":
    unittest.main()
