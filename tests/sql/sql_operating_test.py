#!/usr/bin/env python3
"""migrate and doctor over PostgreSQL, as it is and as it should not be."""
import os
import unittest

from sql_support import PrivatePostgres, SqlTest
from private_pgbouncer import PrivatePgbouncer

SECRET = "open-sesame-7291"


class Operating(SqlTest):
    server_options = {"password": SECRET, "settings": {"fsync": "on"}}

    def setUp(self):
        super().setUp()
        self.said = []
        self.addCleanup(lambda: self.assertNotIn(SECRET, "".join(self.said), "the password!"))

    def tallyman(self, *args, url=None):
        if url:
            self.site.environment["TALLYMAN_STORE_URL"] = url
        answer = self.site.run(*args)
        self.said.append(answer.out + answer.err)
        return answer

    def checks(self, name=None, url=None):
        """Of the doctor: (exit code, its checks of that name)."""
        answer = self.tallyman("--json", "doctor", url=url)
        return answer.code, [check for check in answer.json["checks"]
                             if name in (None, check["name"])]

    def one(self, word, url=None):
        """The one check whose detail has this word."""
        code, checks = self.checks(url=url)
        found = [check for check in checks if word in check["detail"]]
        self.assertEqual(len(found), 1, (word, checks))
        return code, found[0]

    def app_url(self, schema="tallyman"):
        role = f"app_{self.database}"
        self.sql(f"CREATE ROLE {role} LOGIN PASSWORD '{SECRET}' IN ROLE {schema}_app")
        return self.url.replace("//postgres:", f"//{role}:")


class Migrate(Operating):
    def test_says_what_is_pending_and_brings_it_up_to_date(self):
        before = self.tallyman("--json", "migrate", "status")
        self.assertEqual(before.code, 1)
        self.assertEqual(before.json["version"], 0)
        self.assertTrue(before.json["pending"])
        self.assertRegex(before.json["server"], r"^PostgreSQL \d+\.\d+")
        self.assertEqual(self.sql("SELECT to_regnamespace('tallyman') IS NULL"), "t",
                         "status changes nothing")
        done = self.tallyman("migrate")
        self.assertEqual(done.code, 0)
        self.assertIn("migrated from version 0", done.out)
        self.assertIn("@127.0.0.1", done.out)
        after = self.tallyman("--json", "migrate", "status")
        self.assertEqual(after.code, 0)
        self.assertEqual((after.json["version"], after.json["before"], after.json["pending"]),
                         (after.json["wanted"], after.json["wanted"], []))
        self.assertIn("up to date", self.tallyman("migrate").out)

    def test_beside_running_workers_it_is_safe(self):
        self.up()
        self.assertEqual(self.tallyman("migrate").code, 0)
        self.reaches(self.site.enqueue("script"), "completed")

    def test_a_newer_schema_is_refused_and_left_alone(self):
        self.tallyman("migrate")
        self.sql("INSERT INTO tallyman.schema_steps (what) VALUES ('from the future')")
        for verb in (("migrate",), ("migrate", "status"), ("jobs",), ("up",),
                     ("enqueue", "script", "--user", "ann")):
            self.assertIn("use a newer tallyman", self.one_line(self.tallyman(*verb), 3))
        code, (broken,) = self.checks("store")
        self.assertEqual((code, broken["status"]), (1, "problem"))
        self.assertIn("use a newer tallyman", broken["detail"])

    def test_a_schema_of_another_name_is_another_store(self):
        self.site.environment["TALLYMAN_STORE_SCHEMA"] = "billing"
        self.assertEqual(self.tallyman("migrate").code, 0)
        self.assertEqual(self.sql("SELECT to_regnamespace('tallyman') IS NULL"), "t")
        self.assertEqual(self.sql("SELECT billing.enqueue('script', 'ann')"), "1")

    def test_a_store_that_is_not_migrated_says_what_to_do(self):
        self.assertIn("tallyman migrate", self.one_line(self.tallyman("jobs"), 3))


class Unreachable(Operating):
    VERBS = (("migrate",), ("migrate", "status"), ("jobs",), ("job", "1"), ("account", "ann"),
             ("enqueue", "script", "--user", "ann"), ("up",))

    def refused_everywhere(self, url, *words):
        for verb in self.VERBS:
            line = self.one_line(self.tallyman(*verb, url=url), 3)
            for word in words:
                self.assertIn(word, line)
        code, checks = self.checks("store", url)
        self.assertEqual((code, len(checks), checks[0]["status"]), (1, 1, "problem"))
        for word in words:
            self.assertIn(word, checks[0]["detail"])

    def test_a_server_that_is_down_is_one_line(self):
        url = self.url.replace(f":{self.server.port}/", ":1/")
        self.refused_everywhere(url, "127.0.0.1:1", "is the server running?")

    def test_a_wrong_password_is_one_line_without_it(self):
        url = self.url.replace(SECRET, SECRET[::-1])
        self.refused_everywhere(url, "check user and password")
        self.assertNotIn(SECRET[::-1], "".join(self.said))

    def test_a_database_that_is_not_there_is_one_line(self):
        self.refused_everywhere(self.url.replace(self.database, "nowhere"), "nowhere",
                                "create it first")


class Doctor(Operating):
    def test_a_fresh_database_wants_to_be_migrated(self):
        code, (schema,) = self.checks("schema")
        self.assertEqual((code, schema["status"]), (1, "problem"))
        self.assertIn("tallyman migrate", schema["todo"])

    def test_a_store_in_good_order_is_well(self):
        self.tallyman("migrate")
        code, checks = self.checks(url=self.app_url())
        self.assertEqual(code, 0, checks)
        self.assertEqual([check for check in checks if check["status"] != "ok"], [])
        names = [check["name"] for check in checks]
        self.assertLessEqual({"postgres", "schema", "store", "clock"}, set(names))
        version = self.sql("SHOW server_version").split()[0]
        self.assertIn(version, next(c["detail"] for c in checks if c["name"] == "postgres"))
        self.assertIn("can't change ledger entries", self.tallyman("doctor").out)

    def test_an_owner_or_superuser_is_warned_of_with_what_to_do(self):
        self.tallyman("migrate")
        code, found = self.one("only triggers")
        self.assertEqual((code, found["status"]), (0, "warning"))
        self.assertIn("tallyman_app", found["todo"])

    def test_a_clock_that_differs_is_a_problem(self):
        self.tallyman("migrate")
        self.sql("CREATE OR REPLACE FUNCTION tallyman.now_ms() RETURNS bigint LANGUAGE sql AS "
                 "'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint + 3600000'")
        code, (clock,) = self.checks("clock")
        self.assertEqual((code, clock["status"]), (1, "problem"))
        self.assertIn("NTP", clock["todo"])

    def test_settings_that_lose_commits_are_named(self):
        self.tallyman("migrate")
        self.sql(f"ALTER DATABASE {self.database} SET synchronous_commit = off")
        code, found = self.one("synchronous_commit is off")
        self.assertEqual((code, found["status"]), (0, "warning"))
        self.assertIn("postgresql.conf", found["todo"])

    def test_a_pooler_is_told_with_what_that_means(self):
        self.tallyman("migrate")
        pooler = PrivatePgbouncer(self.url)
        self.addCleanup(pooler.close)
        code, found = self.one("pooler", pooler.url)
        self.assertEqual((code, found["status"]), (0, "warning"))
        self.assertIn("lease", found["detail"])
        self.assertTrue(found["todo"])

    def test_what_came_by_sql_is_shown_among_the_duties(self):
        self.up("scheduler")
        self.sql("SELECT tallyman.enqueue('script', 'ann')")
        self.eventually(lambda: [c for c in self.checks("duty")[1]
                                 if "inbox" in c["detail"] and "1 taken up" in c["detail"]],
                        "no word of the inbox")


class Standby(PrivatePostgres):
    """A server that was told to be a replica."""

    def demote(self):
        self.stop()
        with open(os.path.join(self.data, "standby.signal"), "w", encoding="utf-8"):
            pass
        self.start()

    def _says_ready(self, pid):
        try:
            with open(os.path.join(self.data, "postmaster.pid"), encoding="utf-8") as file:
                return super()._says_ready(pid) or file.read().split()[-1] == "standby"
        except FileNotFoundError:
            return False


class Replica(Operating):
    @classmethod
    def setUpClass(cls):
        cls.server = Standby()
        cls.addClassCleanup(cls.server.close)

    def test_is_a_problem_and_writing_verbs_say_so(self):
        self.tallyman("migrate")
        self.server.demote()
        code, found = self.one("it is a replica")
        self.assertEqual((code, found["status"]), (1, "problem"))
        self.assertIn("primary", found["todo"])
        self.assertEqual(self.tallyman("jobs").code, 0, "reading is possible")
        self.assertIn("primary", self.one_line(
            self.tallyman("enqueue", "script", "--user", "ann"), 3))


if __name__ == "__main__":
    unittest.main()
