"""`tallyman sync`: sister products and their users from the command line."""

import os
import signal
import unittest

from sister import Sister, signed


class Verb(Sister):
    def test_a_source_is_added_and_its_secret_works(self):
        made = self.ask("sync", "add", "comic", "--allow", "add", "--daily-cap", "50")
        self.assertEqual((made["source"], made["allow"], made["daily_cap"], made["rotating"]),
                         ("comic", ["add"], 50, False))
        self.assertGreaterEqual(len(made["secret"]), 43)
        answer = self.sync(7, 50, source="comic", secret=made["secret"])
        self.assertEqual(answer[0].status, 200, answer[1])
        listed = self.ok("sync", "sources").out
        self.assertIn("comic", listed)
        self.assertNotIn(made["secret"], listed)
        self.assertNotIn("secret", self.ask("sync", "sources")["sources"][0])
        self.refused(1, "sync", "add", "comic")

    def test_a_rotation_keeps_the_old_secret_until_it_is_finished(self):
        made = self.ask("sync", "rotate", "novel")
        self.assertTrue(made["rotating"])
        self.assertEqual(self.sync(7, 1)[0].status, 200)
        self.assertEqual(self.sync(7, 2, secret=made["secret"])[0].status, 200)
        self.assertFalse(self.ask("sync", "rotate", "novel", "--finish")["rotating"])
        self.problem(401, "bad_token", self.sync(7, 3))
        self.assertEqual(self.sync(7, 4, secret=made["secret"])[0].status, 200)

    def test_a_secret_comes_from_a_file_and_is_not_printed(self):
        path = os.path.join(self.data, "secret")
        with open(path, "w", encoding="utf-8") as file:
            file.write("of our own making\n")
        told = self.ok("sync", "add", "comic", "--secret", "@" + path)
        self.assertNotIn("making", told.out + told.err)
        self.assertEqual(self.sync(7, 1, source="comic", secret="of our own making")[0].status, 200)
        self.refused(2, "sync", "add", "other", "--secret", "in the open")

    def test_a_removed_source_moves_nothing(self):
        self.ok("sync", "remove", "novel")
        self.problem(401, "bad_token", self.sync(7, 1))
        self.refused(1, "sync", "remove", "novel")
        self.refused(1, "sync", "rotate", "novel")

    def test_mistakes_are_one_line(self):
        for arguments in (("add", "a:b"), ("add", "b", "--allow", "steal"),
                          ("add", "b", "--daily-cap", "-1"), ("link", "a:b", "ann")):
            self.assertEqual(self.refused(2, "sync", *arguments).err.count("\n"), 1)

    def test_a_user_is_linked_with_its_credits_and_its_history(self):
        self.sync(7, 100)
        self.ok("grant", "ann", "1")
        linked = self.ask("sync", "link", "7", "ann")
        self.assertEqual((linked["user_id"], linked["credits"]), ("ann", 620))
        self.assertEqual(self.balance(7), 521 + 620)
        self.assertEqual(self.sync(7, 9)[1]["balance"], 521 + 629)
        self.assertEqual(self.ask("account", "tg:7")["balance"], 0)
        self.assertEqual(self.ask("sync", "link", "7")["user_id"], "tg:7")
        self.assertEqual(self.balance(7), 0)

    def test_a_link_is_made_over_http_too(self):
        self.sync(7, 100)
        response, told = self.call("POST", "/api/admin/sync/links",
                                   {"telegram_id": 7, "user_id": "ann"})
        self.assertEqual((response.status, told["user_id"], told["credits"]), (200, "ann", 620))
        response, told = self.call("POST", "/api/admin/sync/links",
                                   {"telegram_id": 7, "user_id": None})
        self.assertEqual(told["user_id"], "tg:7")
        self.problem(422, "invalid_request", self.call("POST", "/api/admin/sync/links",
                                                       {"telegram_id": 7}))


class Log(Sister):
    def start(self, *args, stderr=None):
        with open(os.path.join(self.folder, "log"), "wb") as file:
            return super().start(*args, stderr=file)

    def test_has_no_secret_and_no_token(self):
        self.sync(7, 1)
        self.put_source(source="novel", secret="another s3cret", previous_secret="s3cret")
        call = signed(7, 2)
        self.call("POST", "/api/credits/sync", call, X_Api_Key=self.sync_key)
        self.call("POST", "/api/credits/sync", call | {"amount": 3}, X_Api_Key=self.sync_key)
        self.up.send_signal(signal.SIGTERM)
        said = self.up.stdout.read()
        with open(os.path.join(self.folder, "log"), "rb") as file:
            said += file.read()
        self.assertIn(b"sync.source", said)
        self.assertNotIn(b"s3cret", said)
        self.assertNotIn(call["token"].encode(), said)


if __name__ == "__main__":
    unittest.main()
