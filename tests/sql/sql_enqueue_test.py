#!/usr/bin/env python3
"""SELECT tallyman.enqueue(…): jobs that come with somebody else's transaction."""
import json
import signal
import unittest
from decimal import Decimal

from sql_support import Enqueue, quoted

PRICES = "services:\n  script: {mode: fixed, credits: %d}\n"


def exactly(text):
    """Numbers by what they are worth, to the last digit."""
    return json.loads(text, parse_int=Decimal, parse_float=Decimal)


class InATransaction(Enqueue):
    def test_the_job_exists_as_soon_as_it_is_committed_before_any_worker_ran(self):
        self.shop.ask("BEGIN")
        job = self.enqueue("'script'", "'ann'", "'{\"topic\": \"tea\"}'", "'k1'")
        self.assertEqual(self.site.run("job", job).code, 1, "not before the commit")
        self.shop.ask("COMMIT")
        seen = self.site.job(job)
        self.assertEqual((seen["id"], seen["state"], seen["service"], seen["user_id"]),
                         (job, "queued", "script", "ann"))
        self.assertEqual(seen["idempotency_key"], "k1")
        self.assertIn("queued", self.site.ok("explain", job).out)

    def test_rolled_back_there_is_no_job(self):
        scheduler = self.work()
        self.shop.ask("BEGIN")
        job = self.enqueue("'script'", "'ann'")
        self.shop.ask("ROLLBACK")
        self.shop.ask("BEGIN; SAVEPOINT here")
        undone = self.enqueue("'script'", "'ann'", key="'k1'")
        self.shop.ask("ROLLBACK TO here")
        other = self.enqueue("'script'", "'ann'", key="'k1'")
        self.shop.ask("COMMIT")
        self.reaches(other, "completed")
        for gone in (job, undone):
            self.assertEqual(self.site.run("job", gone).code, 1)
        self.assertEqual([found["id"] for found in self.site.all_jobs()], [other])
        self.assertNotIn("ERROR", scheduler.log)

    def test_it_is_part_of_the_caller_s_own_work(self):
        self.shop.ask("CREATE TABLE orders (n int PRIMARY KEY, job bigint)")
        self.shop.ask("BEGIN")
        self.shop.ask("INSERT INTO orders VALUES (1, tallyman.enqueue('script', 'ann'))")
        self.shop.ask("COMMIT")
        self.shop.ask("BEGIN")
        self.no("23505", self.shop,
                "INSERT INTO orders VALUES (1, tallyman.enqueue('script', 'ann'))")
        self.shop.ask("ROLLBACK")
        self.work()
        self.reaches(self.sql("SELECT job FROM orders"), "completed")
        self.assertEqual(len(self.site.all_jobs()), 1)

    def test_two_at_once_with_the_same_key_are_one_job(self):
        other = self.session()
        pid = other.pid
        self.shop.ask("BEGIN")
        job = self.enqueue("'script'", "'ann'", key="'k1'")
        other.begin("SELECT tallyman.enqueue('script', 'ann', key => 'k1')")
        self.blocked(pid)
        self.shop.ask("COMMIT")
        self.assertEqual(other.answer(), job)
        self.assertEqual(self.sql("SELECT count(*) FROM tallyman.inbox"), "1")

    def test_the_second_takes_over_where_the_first_rolls_back(self):
        other = self.session()
        pid = other.pid
        self.shop.ask("BEGIN")
        job = self.enqueue("'script'", "'ann'", key="'k1'")
        other.begin("SELECT tallyman.enqueue('script', 'ann', key => 'k1')")
        self.blocked(pid)
        self.shop.ask("ROLLBACK")
        second = other.answer()
        self.assertNotEqual(second, job)
        self.work()
        self.reaches(second, "completed")

    def test_a_key_that_becomes_a_job_at_this_moment_is_still_the_same_job(self):
        other = self.session()
        pid = other.pid
        self.shop.ask("BEGIN")
        job = self.enqueue("'script'", "'ann'", key="'k1'")
        # It waits for what it can't see yet; by then a scheduler has made a job of that.
        other.begin("SELECT tallyman.enqueue('script', 'ann', key => 'k1')")
        self.blocked(pid)
        self.insert("accounts", id="1000", user_id="'ann'")
        self.insert("jobs", id=job, account="1000", user_id="'ann'", service="'script'",
                    input="'{}'", key="'k1'", state="2")
        self.insert("job_keys", account="1000", key="'k1'", job=job)
        self.shop.ask("DELETE FROM tallyman.inbox")
        self.shop.ask("COMMIT")
        self.assertEqual(other.answer(), job)
        self.assertEqual(self.sql("SELECT count(*) FROM tallyman.inbox"), "0")

    def insert(self, table, **values):
        """A row with next to nothing in the columns that don't matter here."""
        columns = [line.split("|") for line in self.sql(
            "SELECT column_name, data_type FROM information_schema.columns WHERE "
            f"table_schema = 'tallyman' AND table_name = '{table}'").splitlines()]
        nothing = {"boolean": "false", "text": "''", "bytea": "''"}
        row = {name: values.get(name, nothing.get(kind, "0")) for name, kind in columns}
        self.shop.ask(f"INSERT INTO tallyman.{table} ({', '.join(row)}) "
                      f"VALUES ({', '.join(row.values())})")


class Keys(Enqueue):
    def test_the_same_key_is_the_same_job_at_every_stage_of_its_life(self):
        def again():
            return self.enqueue("'script'", "'ann'", "'{\"b\": 2, \"a\": 1.0}'", "'k1'")
        self.shop.ask("BEGIN")
        job = again()
        self.assertEqual(again(), job, "in the same transaction")
        self.shop.ask("COMMIT")
        self.assertEqual(again(), job, "while it waits in the inbox")
        scheduler = self.up("scheduler")
        self.taken_up(1)
        self.assertEqual(again(), job, "as a job")
        scheduler.tell(signal.SIGTERM)
        self.up("worker")
        self.reaches(job, "completed")
        self.assertEqual(again(), job, "when it is done")
        self.assertEqual(len(self.site.all_jobs()), 1)

    def test_another_request_under_the_same_key_is_refused_and_names_the_first(self):
        job = self.enqueue("'script'", "'ann'", "'{\"a\": 1}'", "'k1'")
        for _ in range(2):
            self.assertIn(f"job {job}", self.refusal("23505", "'script'", "'ann'",
                                                     "'{\"a\": 2}'", "'k1'"))
            self.refusal("23505", "'title'", "'ann'", "'{\"a\": 1}'", "'k1'")
            self.assertNotEqual(self.enqueue("'script'", "'bob'", "'{\"a\": 2}'", "'k1'"), job)
            if not self.site.running:
                self.up("scheduler")
            self.taken_up(2)

    def test_keys_of_the_command_line_and_of_sql_are_the_same_keys(self):
        by_hand = self.site.ask("enqueue", "script", "--user", "ann", "--key", "k1",
                                "--input", '{"a": [1, "x"]}')["id"]
        self.assertEqual(self.enqueue("'script'", "'ann'", "'{\"a\":[1,\"x\"]}'", "'k1'"), by_hand)
        nul = self.site.ask("enqueue", "script", "--user", "ann", "--key", "k2",
                            "--input", '{"a": "\\u0000"}')["id"]
        self.assertIn(f"job {nul}", self.refusal("23505", "'script'", "'ann'", key="'k2'"))

    def test_who_was_promised_an_id_finds_a_job_that_names_the_one_that_counts(self):
        promised = self.enqueue("'script'", "'ann'", key="'k1'")
        first = self.site.ask("enqueue", "script", "--user", "ann", "--key", "k1")["id"]
        self.work()
        job = self.reaches(promised, "failed")
        self.assertEqual((job["error"]["code"], job["charge"]["net"]), ("repeated", 0))
        self.assertIn(f"job {first}", job["error"]["message"])
        self.reaches(first, "completed")
        self.assertEqual(self.enqueue("'script'", "'ann'", key="'k1'"), first)
        self.site.audit()


class Checks(Enqueue):
    def test_what_can_not_be_a_job_is_refused_at_once_with_the_field_and_the_reason(self):
        for field, call in {
                "service: must be": ("NULL", "'ann'"),
                "service: must": ("'no such, really'", "'ann'"),
                "service: ": (quoted("x" * 65), "'ann'"),
                "user_id: must be": ("'script'", "NULL"),
                "user_id: must": ("'script'", "''"),
                "user_id: ": ("'script'", quoted("u" * 129)),
                "user_id:": ("'script'", "E'a\\nb'"),
                "user_id": ("'script'", "' ann'"),
                "user_": ("'script'", "U&'an\\200Bn'"),
                "input: must be a JSON object": ("'script'", "'ann'", "'[1]'"),
                "input: must": ("'script'", "'ann'", "'null'"),
                "input: is longer": ("'script'", "'ann'",
                                     "jsonb_build_object('a', repeat('x', 16777216))"),
                "key: must": ("'script'", "'ann'", "'{}'", quoted("k" * 256)),
                "key: ": ("'script'", "'ann'", "'{}'", "E'k\\t'"),
                "run_at: must be": ("'script'", "'ann'", "'{}'", "'k'", "'infinity'"),
                "run_at: ": ("'script'", "'ann'", "'{}'", "'k'", "'1969-12-31'"),
        }.items():
            self.assertIn(field, self.refusal("22023", *call), call)
        self.assertEqual(self.sql("SELECT count(*) FROM tallyman.inbox"), "0")

    def test_the_longest_and_oddest_names_are_taken_as_they_are(self):
        user, key = "ü" * 127 + "😀", "k" * 254 + "'"
        job = self.enqueue("'script'", quoted(user), "'{}'", quoted(key))
        self.work()
        done = self.reaches(job, "completed")
        self.assertEqual((done["user_id"], done["idempotency_key"]), (user, key))

    def test_a_draining_queue_takes_no_new_ones_and_works_off_what_was_committed(self):
        before = self.enqueue("'script'", "'ann'", key="'k1'")
        self.site.ok("queues", "drain", "script")
        self.assertIn("drained", self.refusal("55000", "'script'", "'ann'", key="'k2'"))
        self.assertEqual(self.enqueue("'script'", "'ann'", key="'k1'"), before)
        self.work()
        self.reaches(before, "completed")

    def test_whatever_settings_the_caller_has_it_works(self):
        self.shop.ask("SET standard_conforming_strings = off")
        self.shop.ask("SET search_path = pg_temp")
        self.shop.ask("SET client_encoding = LATIN1")
        self.shop.ask("SET plan_cache_mode = force_generic_plan")
        job = self.enqueue("'script'", "'ann'")
        self.assertIn("user_id", self.refusal("22023", "'script'", "chr(8203)"))
        self.shop.ask("BEGIN ISOLATION LEVEL SERIALIZABLE")
        other = self.enqueue("'script'", "'ann'", key="'k1'")
        self.assertEqual(self.enqueue("'script'", "'ann'", key="'k1'"), other)
        self.shop.ask("COMMIT")
        self.work()
        self.reaches(job, "completed")
        self.reaches(other, "completed")


class Parameters(Enqueue):
    def test_may_be_named_and_left_out(self):
        plain = self.enqueue("'script'", "'ann'")
        named = self.enqueue(user_id="'ann'", service="'title'", key="'k1'")
        empty = self.enqueue("'script'", "'ann'", "NULL", "NULL", "NULL")
        self.assertEqual(len({plain, named, empty}), 3)
        self.work()
        for job in (plain, named, empty):
            self.reaches(job, "completed")
        self.assertEqual(self.site.job(named)["service"], "title")

    def test_a_job_for_later_waits_for_its_time(self):
        job = self.enqueue("'script'", "'ann'", run_at="now() + interval '3 s'")
        due = self.sql("SELECT run_at FROM tallyman.inbox")
        later = self.enqueue("'script'", "'ann'", run_at="now() + interval '1 day'")
        past = self.enqueue("'script'", "'ann'", run_at="now() - interval '1 day'")
        self.work()
        self.reaches(past, "completed")
        self.assertEqual(self.site.job(job)["state"], "queued")
        self.assertGreaterEqual(self.reaches(job, "completed")["started_at"], int(due))
        self.assertEqual(self.site.job(later)["state"], "queued")

    def test_any_input_arrives_as_it_was_meant(self):
        odd = {"quote": "it's \"so\"", "back\\slash": "\\n \\u0041 \\", "unicode": "日本 😀 é \u0301",
               "schema": "{s}.jobs ? ?1 $1 $$ %s {} {0}", "lines": "a\nb\tc\r", "deep": [[[{}]]],
               "numbers": [0, -1, 1.5, 1e30, 12345678901234567890], "null": None, "yes": True,
               "sql": "'); DROP TABLE tallyman.jobs; --", "": "no name"}
        job = self.enqueue("'script'", "'ann'", quoted(json.dumps(odd)))
        ascii_free = self.enqueue("'script'", "'bob'", quoted(json.dumps(odd, ensure_ascii=False)))
        self.work()
        for id_ in (job, ascii_free):
            self.reaches(id_, "completed")
            kept = self.sql(f"SELECT input FROM tallyman.jobs WHERE id = {id_}")
            self.assertEqual(exactly(kept), exactly(json.dumps(odd)))


class Money(Enqueue):
    def test_the_whole_life_ends_with_a_bill(self):
        job = self.enqueue("'tts'", "'ann'", "'{\"text\": \"Hello from SQL\"}'")
        self.work()
        done = self.reaches(job, "completed")
        self.assertEqual(done["charge"]["net"], done["charge"]["settled"])
        self.assertGreater(done["charge"]["net"], 0)
        story = self.site.ask("explain", job)
        self.assertIn("consume", [step["what"] for step in story["steps"]])
        self.assertIn("net", self.site.ok("explain", job).out)
        self.assertEqual(self.site.ask("account", "ann")["balance"], 520 - done["charge"]["net"])
        self.site.audit()

    def failed(self, job, code):
        found = self.reaches(job, "failed")
        self.assertEqual(found["error"]["code"], code)
        self.assertEqual(found["charge"]["net"], 0)
        self.assertEqual([step for step in self.site.ask("explain", job)["steps"]
                          if "amount" in step], [])
        self.assertEqual(self.site.ask("account", found["user_id"])["balance"], 520)
        self.site.audit()
        return found["error"]["message"]

    def test_an_unknown_service_is_a_failed_job_that_costs_nothing(self):
        job = self.enqueue("'juggling'", "'ann'")
        self.up("scheduler")
        self.assertIn("juggling", self.failed(job, "unknown_service"))

    def test_an_input_that_does_not_fit_is_a_failed_job_that_says_why(self):
        self.up("scheduler")
        big = self.enqueue("'script'", "'ann'", "jsonb_build_object('a', repeat('x', 70000))")
        self.assertIn("larger", self.failed(big, "invalid_request"))
        endless = self.enqueue("'video'", "'ann'")
        self.assertIn("second", self.failed(endless, "needs_duration"))

    def test_without_the_credits_it_fails_at_its_start(self):
        job = self.enqueue("'video'", "'ann'", "'{\"duration\": 1000}'")
        self.work()
        self.failed(job, "insufficient_credits")

    def test_credits_that_come_before_its_turn_count(self):
        job = self.enqueue("'video'", "'ann'", "'{\"duration\": 1000}'")
        self.up("scheduler")
        self.taken_up(1)
        self.assertEqual(self.site.job(job)["state"], "queued")
        self.site.ok("grant", "ann", "5000")
        self.up("worker")
        self.assertEqual(self.reaches(job, "completed")["charge"]["debited"], 5000)

    def test_the_price_is_that_of_the_moment_it_is_taken_up(self):
        self.site.environment["TALLYMAN_PRICES"] = "prices.yaml"
        self.site.write("prices.yaml", PRICES % 5)
        early = self.enqueue("'script'", "'ann'")
        scheduler = self.up("scheduler")
        self.taken_up(1)
        scheduler.tell(signal.SIGTERM)
        scheduler.ends(20)
        late = self.enqueue("'script'", "'ann'")
        self.site.write("prices.yaml", PRICES % 9)
        self.work()
        self.assertEqual(self.reaches(early, "completed")["charge"]["net"], 5)
        self.assertEqual(self.reaches(late, "completed")["charge"]["net"], 9)


class Many(Enqueue):
    def test_thousands_are_taken_up_once_each_by_several_schedulers(self):
        self.shop.ask("SELECT count(tallyman.enqueue('caption', 'u' || n % 7, key => 'k' || n)) "
                      "FROM generate_series(1, 2500) AS n")
        schedulers = [self.up("scheduler"), self.up("scheduler")]
        self.taken_up(2500)
        self.assertEqual(self.sql("SELECT count(DISTINCT key) FROM tallyman.jobs WHERE state = 0"),
                         "2500")
        for scheduler in schedulers:
            self.assertNotIn("failed", scheduler.log)
        self.site.audit()

    def test_a_scheduler_that_is_killed_loses_none(self):
        for round_ in range(3):
            self.shop.ask("SELECT count(tallyman.enqueue('caption', 'ann')) "
                          "FROM generate_series(1, 700)")
            self.up("scheduler")
            self.eventually(lambda: self.sql("SELECT count(*) FROM tallyman.jobs") != "0", "idle")
            self.site.running[-1].kill()
            self.assertEqual(self.sql("SELECT (SELECT count(*) FROM tallyman.inbox) + "
                                      "(SELECT count(*) FROM tallyman.jobs)"),
                             str(700 * (round_ + 1)))
        self.up("scheduler")
        self.taken_up(2100)
        self.site.audit()


if __name__ == "__main__":
    unittest.main()
