"""The money of accounts: account, history, grant, statement, expire, audit."""

import csv
import io
import os
import sqlite3
import time
import unittest

from support import CliTest

LARGEST = 2**63 - 1


class Grant(CliTest):
    def test_opens_the_account_with_its_gift(self):
        given = self.ask("grant", "ann", "100", "--kind", "bonus", "--note", "hello")
        self.assertEqual(given["balance"], 620)
        self.assertEqual(given["entry"]["amount"], 100)
        self.assertEqual(given["entry"]["action"], "bonus")
        self.assertEqual(given["entry"]["description"], "hello")

    def test_an_empty_reference_is_not_none(self):
        for option in ("--reference", "--expires"):
            self.refused(2, "grant", "ann", "100", option, "")

    def test_the_same_reference_has_one_effect(self):
        ask = ("grant", "ann", "100", "--reference", "order-1")
        first, again = self.ask(*ask), self.ask(*ask)
        self.assertEqual((first["repeated"], again["repeated"]), (False, True))
        self.assertEqual(first["entry"]["id"], again["entry"]["id"])
        self.assertEqual(self.ask("account", "ann")["balance"], 620)
        answer = self.refused(1, "--json", "grant", "ann", "101", "--reference", "order-1")
        self.assertEqual(answer.json["status"], 409)
        self.refused(1, "grant", "bob", "100", "--reference", "order-1")

    def test_amounts_are_whole_and_positive(self):
        for bad in ("0", "-5", "1.5", "1e3", "", "ten", "0x10", " 5", "9223372036854775808",
                    "-9223372036854775809", "-9223372036854775808"):
            self.refused(2, "grant", "ann", bad)
        self.refused(3, "account", "ann")

    def test_an_account_cannot_hold_more_than_64_bits(self):
        answer = self.refused(1, "--json", "grant", "ann", str(LARGEST))
        self.assertEqual(answer.json["code"], "overflow")
        self.ok("grant", "ann", str(LARGEST - 520))
        self.assertEqual(self.ask("account", "ann")["balance"], LARGEST)
        self.refused(1, "grant", "ann", "1")
        self.ok("audit")

    def test_an_adjustment_may_take_away_but_not_more_than_there_is(self):
        self.ok("grant", "ann", "80")
        self.assertEqual(self.ask("grant", "ann", "-100", "--kind", "adjust")["balance"], 500)
        answer = self.refused(1, "--json", "grant", "ann", "-501", "--kind", "adjust")
        self.assertEqual((answer.json["code"], answer.json["balance"]),
                         ("insufficient_credits", 500))
        self.ok("audit")

    def test_only_kinds_that_can_be_given(self):
        for kind in ("recharge", "bonus", "signup", "sync", "adjust"):
            self.ok("grant", "ann", "1", "--kind", kind)
        for kind in ("consume", "refund", "settle", "expire", "gift", ""):
            self.refused(2, "grant", "ann", "1", "--kind", kind)

    def test_a_grant_may_be_bound_to_a_service(self):
        self.ok("grant", "ann", "50", "--service", "tts")
        grants = self.ask("account", "ann")["grants"]
        self.assertEqual([g.get("service") for g in grants], [None, "tts"])
        self.refused(2, "grant", "ann", "50", "--service", "ttss")

    def test_expiry_is_a_date_a_time_or_a_duration(self):
        now = time.time() * 1000
        for text in ("2099-01-01", "2099-01-01T00:00:00Z", "2099-01-01T08:00:00+08:00"):
            self.ok("grant", "ann", "1", "--expires", text)
        self.ok("grant", "ann", "1", "--expires", "30d")
        grants = self.ask("account", "ann")["grants"]
        self.assertEqual({g["expires_at"] for g in grants[1:4]}, {4070908800000})
        self.assertAlmostEqual(grants[4]["expires_at"], now + 30 * 86_400_000, delta=60_000)
        self.refused(2, "grant", "ann", "1", "--expires", "tomorrow")
        self.refused(1, "grant", "ann", "1", "--expires", "2020-01-01")


class Consume(CliTest):
    ask_for = ("consume", "ann", "50", "--reason", "a poster")

    def test_takes_credits_and_says_what_for(self):
        taken = self.ask(*self.ask_for, "--action", "poster")
        self.assertEqual((taken["consumed"], taken["balance"], taken["repeated"]), (50, 470, False))
        self.assertEqual((taken["entry"]["action"], taken["entry"]["kind"]), ("poster", "consume"))
        self.assertEqual(taken["entry"]["description"], "a poster")
        self.assertIn("ann spent 50 credits; balance 420", self.ok(*self.ask_for).out)
        self.ok("audit")

    def test_the_same_reference_has_one_effect(self):
        first = self.ask(*self.ask_for, "--reference", "r")
        self.ok("grant", "ann", "5")
        again = self.ask(*self.ask_for, "--reference", "r")
        self.assertEqual((again["repeated"], again["balance"]), (True, 470))
        self.assertEqual(again["entry"], first["entry"])
        answer = self.refused(1, "--json", "consume", "ann", "51", "--reason", "a poster",
                              "--reference", "r")
        self.assertEqual(answer.json["code"], "reference_conflict")
        self.assertEqual(self.ask("account", "ann")["balance"], 475)
        self.ok("consume", "bob", "50", "--reason", "a poster", "--reference", "r")

    def test_takes_no_more_than_there_is(self):
        answer = self.refused(1, "--json", "consume", "ann", "521", "--reason", "x")
        self.assertEqual((answer.json["code"], answer.json["balance"]),
                         ("insufficient_credits", 520))
        self.refused(1, "account", "ann")

    def test_refuses_what_is_no_amount_or_has_no_reason(self):
        for bad in ("0", "-5", "1.5", "1e3", "", "1000000000000001"):
            self.refused(2, "consume", "ann", bad, "--reason", "x")
        self.refused(2, "consume", "ann", "5")
        self.refused(2, "consume", "ann", "5", "--reason", "x", "--action", "")


class Look(CliTest):
    def test_reading_an_unknown_account_creates_nothing(self):
        self.ok("migrate")
        for verb in ("account", "history"):
            answer = self.refused(1, "--json", verb, "ann")
            self.assertEqual((answer.json["status"], answer.json["code"]), (404, "unknown_account"))
        self.refused(1, "statement", "ann", "--from", "2020-01-01", "--to", "1d")
        self.refused(2, "audit", "--user", "ann")
        self.assertEqual(self.ask("audit")["checked"]["accounts"], 0)

    def test_account_has_the_shape_of_the_contract(self):
        self.ok("grant", "ann", "100", "--expires", "30d")
        account = self.ask("account", "ann")
        self.assertEqual(account["user_id"], "ann")
        self.assertEqual(account["balance"], 620)
        self.assertIn("tier", account)
        self.assertEqual(account["totals"],
                         {"recharged": 620, "consumed": 0, "refunded": 0, "expired": 0})
        first, second = account["grants"]
        self.assertEqual((first["kind"], first["amount"], first["remaining"]), ("signup", 520, 520))
        self.assertNotIn("expires_at", first)
        self.assertIsInstance(second["expires_at"], int)
        self.assertIn("620", self.ok("account", "ann").out)

    def test_accounts_are_listed_newest_first_or_by_the_beginning_of_their_ids(self):
        for user in ("bob", "ann", "anna"):
            self.ok("grant", user, "1")
        self.ok("account", "freeze", "ann", "--reason", "a look")

        def users(*args):
            return [one["user_id"] for one in self.ok("--json", "accounts", *args).lines]

        self.assertEqual(users(), ["anna", "ann", "bob"])
        self.assertEqual(users("--limit", "1"), ["anna"])
        self.assertEqual(users("ann"), ["ann", "anna"])
        self.assertEqual(users("ann", "--after", "ann"), ["anna"])
        self.assertEqual(users("x"), [])
        line = self.ok("--json", "accounts", "ann", "--limit", "1").lines[0]
        self.assertEqual((line["balance"], line["frozen"]), (521, True))
        self.assertRegex(self.ok("accounts").out, r"(?m)^ann +521 .*frozen$")
        self.assertIn("no accounts", self.ok("accounts", "x").out)

    def test_history_is_one_entry_a_line_newest_first(self):
        for amount in (1, 2, 3):
            self.ok("grant", "ann", str(amount))
        entries = self.ok("--json", "history", "ann").lines
        self.assertEqual([e["amount"] for e in entries], [3, 2, 1, 520])
        self.assertEqual([e["balanceAfter"] for e in entries], [526, 523, 521, 520])
        for entry in entries:
            self.assertLessEqual({"id", "action", "amount", "balanceAfter", "description",
                                  "createdAt"}, set(entry))
        rest = self.ok("--json", "history", "ann", "--limit", "1", "--before",
                       entries[1]["id"]).lines
        self.assertEqual([e["id"] for e in rest], [entries[2]["id"]])
        self.refused(2, "history", "ann", "--before", "x")


class Statement(CliTest):
    def setUp(self):
        super().setUp()
        self.ok("grant", "ann", "100", "--note", "=1+1, \"quoted\"")
        self.ok("grant", "ann", "-20", "--kind", "adjust")

    def statement(self, start, end):
        return self.ask("statement", "ann", "--from", start, "--to", end)

    def test_opening_lines_and_closing_add_up(self):
        whole = self.statement("2020-01-01", "1d")
        self.assertEqual((whole["opening"], whole["closing"]), (0, 600))
        self.assertEqual(sum(line["amount"] for line in whole["lines"]), 600)
        middle = whole["lines"][1]["createdAt"]
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(middle / 1000))
        cut = f"{stamp}.{middle % 1000:03}Z"
        before, after = self.statement("2020-01-01", cut), self.statement(cut, "1d")
        self.assertEqual(before["closing"], after["opening"])
        self.assertEqual(after["closing"], 600)
        self.assertEqual(len(before["lines"]) + len(after["lines"]), len(whole["lines"]))

    def test_a_period_without_entries_has_two_equal_balances(self):
        empty = self.statement("2020-01-01", "2020-02-01")
        self.assertEqual((empty["opening"], empty["lines"], empty["closing"]), (0, [], 0))

    def test_csv_can_be_read_and_runs_no_formula(self):
        text = self.ok("statement", "ann", "--from", "2020-01-01", "--to", "1d", "--csv").out
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        self.assertEqual([r["kind"] for r in rows],
                         ["opening", "signup", "recharge", "adjust", "closing"])
        balance = int(rows[0]["balance"])
        for row in rows[1:-1]:
            balance += int(row["amount"])
            self.assertEqual(balance, int(row["balance"]))
        self.assertEqual(balance, int(rows[-1]["balance"]))
        self.assertEqual(rows[2]["note"], "'=1+1, \"quoted\"")

    def test_sums_by_day_service_and_kind_add_up_too(self):
        self.ok("consume", "ann", "7", "--action", "chat", "--reason", "a line")
        for by in ("day", "service", "kind"):
            sums = self.ask("statement", "ann", "--from", "2020-01-01", "--to", "1d", "--by", by)
            balance = 0
            for group in sums["groups"]:
                balance += group["in"] - group["out"]
                self.assertEqual(group["balance"], balance, by)
            self.assertEqual(balance, sums["closing"])
            self.assertEqual(sum(group["entries"] for group in sums["groups"]), 4)
            text = self.ok("statement", "ann", "--from", "2020-01-01", "--to", "1d", "--by", by,
                           "--csv").out
            rows = list(csv.DictReader(io.StringIO(text, newline="")))
            self.assertEqual([row[by] for row in rows],
                             ["opening", *(group[by] for group in sums["groups"]), "closing"])
            self.assertEqual(rows[-2]["balance"], rows[-1]["balance"])
        page = self.ok("statement", "ann", "--from", "2020-01-01", "--to", "1d", "--by",
                       "service").out
        self.assertRegex(page, r"(?m)^chat +1 +\+0 +-7 +-?\d+$")
        self.refused(2, "statement", "ann", "--from", "2020-01-01", "--to", "1d", "--by", "week")

    def test_the_balance_at_a_past_time(self):
        first = self.ok("--json", "history", "ann").lines[-1]["createdAt"]
        def at(ms):
            stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(ms / 1000))
            return self.ask("account", "ann", "--at", f"{stamp}.{ms % 1000:03}Z")["balance"]
        self.assertEqual((at(first - 1), at(first)), (0, 620))
        self.assertEqual(self.ask("account", "ann", "--at", "1d")["balance"], 600)
        self.assertIn("ann had 0 at", self.ok("account", "ann", "--at", "2020-01-01").out)

    def test_the_page_shows_both_balances(self):
        page = self.ok("statement", "ann", "--from", "2020-01-01", "--to", "1d").out
        self.assertRegex(page, r"opening balance +0\n")
        self.assertRegex(page, r"closing balance +600\n")

    def test_needs_a_period_that_makes_sense(self):
        self.refused(2, "statement", "ann")
        self.refused(2, "statement", "ann", "--from", "2020-02-01", "--to", "2020-01-01")
        self.refused(2, "statement", "ann", "--from", "x", "--to", "2020-01-01")
        self.refused(2, "statement", "ann", "--from", "2020-02-31", "--to", "2020-03-01")


class Expire(CliTest):
    def test_expired_credits_are_gone_at_once_and_recorded_by_the_run(self):
        self.ok("grant", "ann", "100", "--expires", "300ms")
        self.ok("grant", "bob", "7", "--expires", "300ms")
        time.sleep(0.5)
        self.assertEqual(self.ask("account", "ann")["balance"], 520)
        self.assertEqual(self.ask("expire"), {"accounts": 2, "grants": 2, "credits": 107})
        self.assertEqual(self.ask("expire"), {"accounts": 0, "grants": 0, "credits": 0})
        account = self.ask("account", "ann")
        self.assertEqual((account["balance"], account["totals"]["expired"]), (520, 100))
        expiry = self.ok("--json", "history", "ann").lines[0]
        self.assertEqual(expiry["effectiveAt"], account["grants"][1]["expires_at"])
        self.ok("audit")


class Audit(CliTest):
    def test_clean_books_are_exit_0(self):
        self.ok("grant", "ann", "5")
        self.ok("enqueue", "script", "--user", "bob")
        report = self.ask("audit")
        self.assertEqual((report["clean"], report["checked"], report["findings"]),
                         (True, {"accounts": 2, "entries": 3, "jobs": 1}, []))
        self.assertEqual(report["runs"], 1)
        self.assertLessEqual(report["began_at"], report["ended_at"])
        self.assertEqual(self.ask("audit", "--user", "ann")["checked"]["accounts"], 1)

    def test_a_store_that_is_not_there_is_exit_2(self):
        self.refused(2, "audit")

    def test_tampering_is_exit_1_and_named(self):
        self.ok("grant", "ann", "5")
        store = sqlite3.connect(os.path.join(self.data, "tallyman.db"))
        names = [row[0] for row in
                 store.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
        self.assertTrue(names)
        for name in names:
            store.execute(f'DROP TRIGGER "{name}"')
        store.execute("UPDATE entries SET amount = amount + 1 WHERE seq = 2")
        store.commit()
        store.close()
        answer = self.tallyman("--json", "audit")
        self.assertEqual(answer.code, 1)
        self.assertFalse(answer.json["clean"])
        self.assertIn("ann", [f.get("account") for f in answer.json["findings"]])
        for finding in answer.json["findings"]:
            self.assertIsInstance(finding["invariant"], int)
            self.assertTrue(finding["what"])


if __name__ == "__main__":
    unittest.main()
