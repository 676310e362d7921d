"""audit: its report, its progress, and how it goes on after it was interrupted."""

import json
import os
import signal
import sqlite3
import stat
import subprocess
import time
import unittest

from support import PROGRAM, CliTest


class Audit(CliTest):
    def setUp(self):
        super().setUp()
        self.ok("migrate")
        self.ok("grant", "ann", "100")
        self.ok("consume", "ann", "30", "--reason", "a poster")
        self.state = os.path.join(self.folder, "audit.state")

    def store(self, *statements):
        """Changes what no guard keeps."""
        with sqlite3.connect(os.path.join(self.data, "tallyman.db")) as database:
            for statement in statements:
                database.execute(statement)
        database.close()

    def many_accounts(self, number):
        """Accounts without an entry, which is honest of them."""
        none = dict.fromkeys(("balance", "debt", "entries", "grants", "recharged", "consumed",
                              "refunded", "expired"), "0")
        none |= {"id": "id + i", "user": "'u' || i", "head": f"x'{'00' * 32}'"}
        with sqlite3.connect(os.path.join(self.data, "tallyman.db")) as database:
            columns = [row[1] for row in database.execute("PRAGMA table_info(accounts)")]
            values = ", ".join(none.get(column, column) for column in columns)
            database.execute(f"""WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
                WHERE i < {number}) INSERT INTO accounts SELECT {values} FROM
                (SELECT * FROM accounts WHERE user = 'ann'), n""")
        database.close()

    def stopped(self, *args, by=signal.SIGINT):
        """An audit with a state, told to stop once it has kept how far it has come."""
        process = subprocess.Popen([PROGRAM, *args, "audit", "--state", self.state],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   cwd=self.folder, env=self.environment)
        self.addCleanup(process.kill)
        while not self.kept().get("accounts") and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(by)
        out, err = process.communicate(timeout=60)
        return process.returncode, out.decode(), err.decode()

    def kept(self):
        try:
            with open(self.state, encoding="utf-8") as file:
                return json.load(file)
        except FileNotFoundError:
            return {}

    def test_the_report_says_what_was_looked_at_and_when(self):
        report = self.ask("audit")
        self.assertEqual((report["clean"], report["findings"]), (True, []))
        self.assertEqual(report["checked"], {"accounts": 1, "entries": 3, "jobs": 0})
        self.assertIn("tallyman.db", report["store"])
        self.assertLessEqual(report["began_at"], report["ended_at"])
        self.assertEqual(report["runs"], 1)
        self.assertLess(report["took_ms"], 60_000)
        self.assertGreaterEqual(report["entries_per_s"], 0)

    def test_findings_are_named_and_the_exit_code_tells(self):
        self.store("UPDATE accounts SET balance = balance + 1")
        answer = self.tallyman("audit")
        self.assertEqual(answer.code, 1)
        self.assertIn("invariant 1: ann: the account says balance", answer.out)
        report = self.tallyman("--json", "audit", "--state", self.state)
        self.assertEqual((report.code, report.json["clean"]), (1, False))
        self.assertFalse(os.path.exists(self.state), "it came to its end")

    def test_progress_is_told_where_it_is_asked_for(self):
        self.assertEqual(self.ok("audit").err, "")
        told = self.ok("audit", "--progress").err
        self.assertRegex(told, r"^audit \d+%: \d+ entries of 1 accounts")

    def test_stopped_in_order_it_says_how_to_go_on_and_does(self):
        self.many_accounts(60_000)
        code, out, err = self.stopped()
        self.assertEqual((code, out), (2, ""), err)
        self.assertRegex(err, r"^tallyman: the audit was stopped after \d+ accounts, 0 findings so "
                              r"far; the same command goes on from there\n$")
        self.assertEqual(stat.S_IMODE(os.stat(self.state).st_mode), 0o600)
        before = self.kept()
        self.assertGreater(before["accounts"], 1)
        self.store("UPDATE accounts SET balance = balance + 1 WHERE user = 'u60000'")
        report = self.tallyman("--json", "audit", "--state", self.state)
        self.assertEqual(report.code, 1)
        self.assertEqual(report.json["checked"]["accounts"], 60_001)
        self.assertEqual(report.json["runs"], 2)
        self.assertEqual(report.json["began_at"], before["began_at"])
        self.assertEqual({found["account"] for found in report.json["findings"]}, {"u60000"})
        self.assertFalse(os.path.exists(self.state))

    def test_killed_it_goes_on_as_well(self):
        self.many_accounts(60_000)
        code, _, _ = self.stopped(by=signal.SIGKILL)
        self.assertEqual(code, -signal.SIGKILL)
        report = self.ask("audit", "--state", self.state)
        self.assertEqual((report["runs"], report["checked"]["accounts"]), (2, 60_001))

    def test_a_state_that_is_not_its_own_is_refused_and_left_alone(self):
        notes = self.write("notes.txt", "not to be lost")
        answer = self.refused(2, "audit", "--state", notes)
        self.assertIn("is not the state of an audit; name another file", answer.err)
        with open(notes, encoding="utf-8") as file:
            self.assertEqual(file.read(), "not to be lost")
        answer = self.refused(2, "audit", "--state", os.path.join(self.folder, "no", "where"))
        self.assertIn("No such file or directory", answer.err)
        self.refused(2, "audit", "--user", "ann", "--state", self.state)


if __name__ == "__main__":
    unittest.main()
