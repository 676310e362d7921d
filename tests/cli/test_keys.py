"""keys: making, listing and revoking API keys, and the first admin key of `up`."""

import hashlib
import os
import re
import stat
import time
import unittest

from support import CliTest

SHAPE = r"tm_[A-Za-z0-9_-]{43}"


class Keys(CliTest):
    def create(self, *args):
        return self.ask("keys", "create", *args)

    def keys(self):
        return self.ask("keys", "list")["keys"]

    def test_a_key_is_shown_once_and_kept_nowhere(self):
        made = self.create("pipeline", "--scope", "jobs,credits", "--per-minute", "600")
        self.assertRegex(made["key"], f"^{SHAPE}$")
        self.assertEqual(made["scopes"], ["jobs", "credits"])
        self.assertTrue(made["key"].startswith(made["prefix"]))
        kept = self.keys()[0]
        self.assertEqual((kept["name"], kept["per_minute"], kept["state"], kept["number"]),
                         ("pipeline", 600, "live", 1))
        self.assertNotIn("key", kept)
        self.assertNotIn("expires_at", kept)
        found = b""
        for name in os.listdir(self.data):
            path = os.path.join(self.data, name)
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    found += file.read()
        self.assertNotIn(made["key"][7:].encode(), found)
        self.assertIn(hashlib.sha256(made["key"].encode()).hexdigest().encode(), found)

    def test_for_scripts_the_key_alone_is_on_standard_output(self):
        answer = self.ok("keys", "create", "ci", "--scope", "read")
        self.assertRegex(answer.out, f"^{SHAPE}\n$")
        self.assertIn("it is shown only now", answer.err)

    def test_scopes_may_be_repeated_or_listed(self):
        self.assertEqual(self.create("a", "--scope", "jobs", "--scope", "read")["scopes"],
                         ["jobs", "read"])
        self.assertEqual(self.create("b", "--scope", "sync,sync")["scopes"], ["sync"])

    def test_a_key_expires_after_a_while_or_at_a_date(self):
        made = self.create("a", "--scope", "jobs", "--expires", "90d")
        self.assertAlmostEqual(made["expires_at"] - made["created_at"], 90 * 24 * 3600 * 1000,
                               delta=5000)
        made = self.create("b", "--scope", "jobs", "--expires", "2099-01-01")
        self.assertEqual(made["expires_at"], 4070908800000)
        self.create("c", "--scope", "jobs", "--expires", "1ms")
        time.sleep(0.01)
        self.assertEqual([k["state"] for k in self.keys()], ["live", "live", "expired"])

    def test_what_is_wrong_is_said(self):
        for args, what in ((("a",), "--scope"),
                           (("a", "--scope", "root"), "root"),
                           (("a", "--scope", "jobs", "--expires", "soon"), "--expires"),
                           (("a", "--scope", "jobs", "--expires", "2001-01-01"), "--expires"),
                           (("a", "--scope", "jobs", "--expires", "0s"), "--expires"),
                           (("7", "--scope", "jobs"), "NAME"),
                           (("", "--scope", "jobs"), "NAME"),
                           (("a\n", "--scope", "jobs"), "NAME"),
                           (("a" * 65, "--scope", "jobs"), "NAME")):
            self.assertIn(what, self.refused(2, "keys", "create", *args).err)
        self.ok("migrate")
        self.assertEqual(self.keys(), [])

    def test_a_key_is_revoked_by_number_or_by_name(self):
        for name in ("one", "two", "two"):
            self.create(name, "--scope", "jobs")
        self.assertEqual(self.ask("keys", "revoke", "1")["state"], "revoked")
        self.assertEqual(self.ask("keys", "revoke", "1")["state"], "revoked")
        self.assertIn("2, 3", self.refused(2, "keys", "revoke", "two").err)
        self.ok("keys", "revoke", "2")
        self.assertEqual(self.ask("keys", "revoke", "two")["number"], 3)
        for nobody in ("two", "9", "nobody"):
            self.refused(1, "keys", "revoke", nobody)
        self.assertEqual({k["state"] for k in self.keys()}, {"revoked"})

    def test_the_list_is_for_people(self):
        self.create("pipeline", "--scope", "jobs", "--per-minute", "60")
        text = self.ok("keys", "list").out
        self.assertRegex(text, r"(?m)^ *1  pipeline +tm_.{4}… +jobs +60 +any +any +live "
                         r"+never +never *$")
        self.assertEqual(self.ok("keys").out, text)


class FirstAdminKey(CliTest):
    def up(self):
        process = self.start("up")
        self.assertIn("ready", process.stdout.readline().decode())
        self.assertIn("listening", process.stdout.readline().decode())
        return process

    def key_file(self):
        return os.path.join(self.data, "admin.key")

    def read(self):
        with open(self.key_file(), encoding="utf-8") as file:
            return file.read()

    def test_up_writes_it_once_and_says_where(self):
        first = self.up()
        line = first.stdout.readline().decode()
        self.assertIn(self.key_file(), line)
        self.assertRegex(self.read(), f"^{SHAPE}\n$")
        self.assertNotIn(self.read().strip(), line)
        self.assertEqual(stat.S_IMODE(os.stat(self.key_file()).st_mode), 0o600)
        key, = self.ask("keys", "list")["keys"]
        self.assertEqual((key["name"], key["scopes"]), ("admin", ["admin"]))
        before = self.read()
        self.stop(first)
        self.stop(self.up())
        self.assertEqual(self.read(), before)
        self.assertEqual(len(self.ask("keys", "list")["keys"]), 1)

    def test_it_does_not_come_back_once_it_is_revoked(self):
        self.stop(self.up())
        self.ok("keys", "revoke", "admin")
        os.remove(self.key_file())
        self.stop(self.up())
        self.assertFalse(os.path.exists(self.key_file()))

    def test_it_may_be_elsewhere(self):
        place = os.path.join(self.folder, "elsewhere.key")
        self.environment["TALLYMAN_AUTH_ADMIN_KEY_FILE"] = place
        self.stop(self.up())
        with open(place, encoding="utf-8") as file:
            self.assertTrue(re.fullmatch(SHAPE, file.read().strip()))
        self.assertFalse(os.path.exists(self.key_file()))

    def test_a_worker_alone_makes_none(self):
        process = self.start("worker")
        self.assertIn("ready", process.stdout.readline().decode())
        self.stop(process)
        self.assertFalse(os.path.exists(self.key_file()))


if __name__ == "__main__":
    unittest.main()
