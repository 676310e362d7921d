"""seals: made, listed, and what the audit finds with them when somebody cuts the ledger."""

import os
import sqlite3
import stat
import unittest

from support import CliTest


class Seals(CliTest):
    def setUp(self):
        super().setUp()
        self.ok("migrate")
        self.ok("grant", "ann", "100")
        self.ok("consume", "ann", "30", "--reason", "a poster")
        self.ok("grant", "ben", "5")

    def cut(self, *statements):
        """Changes the store behind its guards, which stand again afterwards."""
        with sqlite3.connect(os.path.join(self.data, "tallyman.db")) as database:
            guards = database.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for name, _ in guards:
                database.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                database.execute(statement)
            for _, sql in guards:
                database.execute(sql)
        database.close()

    def cut_the_last_entry_of_ann(self):
        """All that stands in the store adds up afterwards."""
        ann = "(SELECT id FROM accounts WHERE user = 'ann')"
        self.cut(
            f"DELETE FROM entries WHERE account = {ann} AND kind = 3",
            "UPDATE grants SET remaining = amount, open = 1 WHERE account = " + ann,
            f"""UPDATE accounts SET balance = balance + 30, consumed = consumed - 30,
                entries = entries - 1, head = (SELECT hash FROM entries WHERE account = {ann}
                ORDER BY seq DESC LIMIT 1) WHERE id = {ann}""")

    def findings(self):
        answer = self.tallyman("--json", "audit")
        self.assertEqual(answer.code, 1 if answer.json["findings"] else 0)
        return [(found["invariant"], found["what"]) for found in answer.json["findings"]]

    def test_a_cut_that_adds_up_is_found_with_a_seal_and_not_without(self):
        self.cut_the_last_entry_of_ann()
        self.assertEqual(self.findings(), [])
        self.ok("consume", "ann", "30", "--reason", "a poster")
        self.ask("seals", "now")
        self.assertEqual(self.findings(), [])
        self.cut_the_last_entry_of_ann()
        self.assertEqual(self.findings(),
                         [(10, "entries up to 3 were sealed, 2 are left")])
        self.ask("seals", "now")  # does not wash it clean
        self.assertEqual(self.findings(),
                         [(10, "entries up to 3 were sealed, 2 are left")])

    def test_so_is_an_account_that_is_gone(self):
        self.ask("seals", "now")
        self.cut(*(f"DELETE FROM {table} WHERE account = (SELECT id FROM accounts "
                   "WHERE user = 'ben')" for table in ("entries", "grants")),
                 "DELETE FROM accounts WHERE user = 'ben'")
        self.assertTrue(any("seals of account" in what for _, what in self.findings()))

    def test_what_is_kept_of_a_seal_and_the_seals_themselves_are_checked(self):
        self.ask("seals", "now")
        self.ok("grant", "ann", "1")
        self.ask("seals", "now")
        self.cut("UPDATE sealed_heads SET seq = seq - 1")
        self.assertTrue(any("what is kept of it" in what for _, what in self.findings()))
        self.cut("UPDATE sealed_heads SET seq = seq + 1")
        self.assertEqual(self.findings(), [])
        self.cut("UPDATE seals SET entries = entries + 1 WHERE number = 1")
        whats = [what for _, what in self.findings()]
        self.assertEqual(whats, ["seal 1 has a signature that is not its key's",
                                 "seal 2 does not follow from the one before it"])

    def test_are_made_listed_and_counted(self):
        self.assertIn("there is no seal yet", self.ok("seals").out)
        first = self.ask("seals", "now")
        self.assertEqual((first["number"], first["accounts"], first["entries"]), (1, 2, 5))
        self.assertEqual(first["previous"], "0" * 64)
        second = self.ask("seals", "now")
        self.assertEqual(second["root"], first["root"])
        self.assertNotEqual(second["previous"], first["previous"])
        self.assertEqual(self.ok("--json", "seals").lines, [second, first])
        self.assertEqual(self.ok("--json", "seals", "list", "--limit", "1").lines, [second])
        self.assertIn("2 seals checked", self.ok("audit").out)
        mode = os.stat(os.path.join(self.data, "seal.key")).st_mode
        self.assertEqual(stat.S_IMODE(mode), 0o600)

    def test_a_key_that_is_not_trusted_is_a_finding_where_keys_are_named(self):
        seal = self.ask("seals", "now")
        self.environment["TALLYMAN_SEALS_TRUSTED_KEYS"] = f"['{seal['key']}']"
        self.assertEqual(self.findings(), [])
        os.remove(os.path.join(self.data, "seal.key"))
        other = self.ask("seals", "now")
        self.assertNotEqual(other["key"], seal["key"])
        self.assertEqual(len(self.findings()), 1)
        self.environment["TALLYMAN_SEALS_TRUSTED_KEYS"] = "[abc]"
        self.refused(2, "audit")

    def test_a_key_that_others_can_read_is_not_used(self):
        self.ask("seals", "now")
        os.chmod(os.path.join(self.data, "seal.key"), 0o644)
        self.assertIn("chmod 600", self.tallyman("seals", "now").err)

    def test_a_scheduler_makes_one(self):
        self.start("scheduler")
        seal = self.until(lambda: (lines := self.ok("--json", "seals").lines) and lines[0])
        self.assertEqual(seal["accounts"], 2)
        self.assertEqual(self.findings(), [])


if __name__ == "__main__":
    unittest.main()
