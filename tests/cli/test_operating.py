"""Help, prices, quote, migrate, doctor, completion, and what goes wrong around the store."""

import os
import sqlite3
import subprocess
import unittest

from support import CliTest

VERBS = ("up worker scheduler migrate enqueue job jobs cancel retry explain queues account "
         "accounts history grant statement expire audit prices quote measure doctor bench version "
         "completion").split()


class Help(CliTest):
    def test_names_every_verb_and_opens_nothing(self):
        self.environment["TALLYMAN_CONFIG"] = "/nonexistent.yaml"
        text = self.ok("--help").out
        for verb in VERBS:
            self.assertRegex(text, rf"(?m)^  {verb} ")
        self.assertFalse(os.path.exists(self.data))

    def test_each_verb_teaches_with_an_example(self):
        for verb in VERBS:
            text = self.ok(verb, "--help").out
            self.assertIn("Example:", text, verb)
            self.assertIn(f"tallyman {verb}", text)
            self.assertEqual(self.ok("help", verb).out, text)
        self.assertFalse(os.path.exists(self.data))

    def test_version(self):
        self.assertRegex(self.ok("--version").out, r"^tallyman \d+\.\d+\.\d+\n$")
        self.assertEqual(self.ok("version").out, self.ok("--version").out)
        self.assertIn(self.ask("version")["version"], self.ok("version").out)

    def test_mistakes_are_one_line_and_exit_2(self):
        self.assertIn("enqueue", self.refused(2, "enque").err)
        self.refused(2, "frobnicate", "--x")
        self.refused(2, "--frobnicate", "jobs")
        self.refused(2, "account")
        self.refused(2, "account", "a", "b")
        self.assertEqual(self.tallyman().code, 2)


class Completion(CliTest):
    def test_bash_completes_verbs_and_options(self):
        script = self.ok("completion", "bash").out
        words = "COMP_WORDS=({}); COMP_CWORD={}; _tallyman; echo ${{COMPREPLY[@]}}"
        for line, word, expected in (("tallyman enq", 1, "enqueue"),
                                     ("tallyman grant ann --exp", 3, "--expires"),
                                     ("tallyman --config x prices ch", 4, "check")):
            done = subprocess.run(["bash", "-c", script + words.format(line, word)],
                                  capture_output=True, check=True)
            self.assertEqual(done.stdout.decode().strip(), expected)

    def test_the_other_shells_know_the_same_words(self):
        for shell in ("zsh", "fish"):
            text = self.ok("completion", shell).out
            for word in VERBS:
                self.assertIn(word, text)
            self.assertIn("expires", text)
        self.refused(2, "completion")
        self.refused(2, "completion", "tcsh")


class Prices(CliTest):
    def test_show_lists_every_service(self):
        text = self.ok("prices", "show").out
        for word in ("script", "5 credits", "voice_clone", "200 credits", "caption", "free"):
            self.assertIn(word, text)
        book = self.ask("prices", "show")
        self.assertEqual(book["services"]["script"][0]["credits"], 5)
        self.assertEqual(self.ok("prices").out, text)

    def test_check_names_every_mistake_with_its_line(self):
        good = self.write("good.yaml", "services:\n  poem: {mode: fixed, credits: 3}\n")
        self.assertTrue(self.ask("prices", "check", good)["ok"])
        bad = self.write("bad.yaml", "services:\n  poem: {mode: fixed, credits: -3}\n"
                                     "  song: {mode: sometimes}\n")
        answer = self.tallyman("prices", "check", bad)
        self.assertEqual(answer.code, 1)
        self.assertIn("bad.yaml:2", answer.err)
        self.assertIn("bad.yaml:3", answer.err)
        problems = self.tallyman("--json", "prices", "check", bad).json["problems"]
        self.assertLessEqual({2, 3}, {p["line"] for p in problems})
        self.refused(2, "prices", "check", "missing.yaml")
        self.ok("prices", "check")

    def test_quote_needs_no_store(self):
        self.assertEqual(self.ask("quote", "script")["credits"], 5)
        quote = self.ask("quote", "video", "--duration", "12.5")
        self.assertEqual({k: quote[k] for k in ("service", "credits", "mode")},
                         {"service": "video", "credits": 65, "mode": "duration"})
        self.assertNotIn("balance", quote)
        self.assertFalse(os.path.exists(self.data))

    def test_quote_needs_no_more_than_the_length(self):
        self.assertEqual(self.ask("quote", "tts", "--duration", "5")["credits"], 5)

    def test_quote_rounds_up_once_at_the_end(self):
        for seconds, credits in (("0", 1), ("1", 5), ("1.05", 5), ("1.051", 10), ("60", 300)):
            self.assertEqual(self.ask("quote", "video", "--duration", seconds)["credits"], credits,
                             seconds)

    def test_quote_for_a_user_says_whether_it_is_enough(self):
        self.ok("grant", "ann", "1")
        quote = self.ask("quote", "video", "--duration", "105", "--user", "ann")
        self.assertEqual((quote["credits"], quote["sufficient"], quote["balance"]),
                         (525, False, 521))
        self.assertTrue(self.ask("quote", "script", "--user", "ann")["sufficient"])
        self.assertTrue(self.ask("quote", "script", "--user", "new")["sufficient"])
        self.refused(1, "account", "new")

    def test_quote_refuses_what_it_cannot_price(self):
        self.refused(1, "quote", "poem")
        self.refused(1, "quote", "video")
        self.refused(2, "quote", "video", "--duration", "-1")
        self.refused(2, "quote", "video", "--duration", "long")
        self.refused(2, "quote", "script", "--input", "[]")


class Store(CliTest):
    def test_reading_verbs_want_a_store_that_is_there(self):
        for verb in (("jobs",), ("job", "1"), ("account", "ann"), ("history", "ann"),
                     ("explain", "1"), ("cancel", "1"), ("expire",), ("queues",),
                     ("queues", "pause", "tts")):
            self.refused(3, *verb)
        self.assertFalse(os.path.exists(self.data))

    def test_migrate_brings_it_up_to_date_and_says_so(self):
        before = self.tallyman("--json", "migrate", "status")
        self.assertEqual(before.code, 1)
        self.assertTrue(before.json["pending"])
        self.ok("migrate")
        after = self.ask("migrate", "status")
        self.assertEqual((after["version"], after["pending"]), (after["wanted"], []))
        self.ok("migrate")
        self.assertEqual(os.stat(self.data).st_mode & 0o777, 0o700)

    def test_a_newer_schema_is_refused_untouched(self):
        self.ok("migrate")
        path = os.path.join(self.data, "tallyman.db")
        store = sqlite3.connect(path)
        version = store.execute("PRAGMA user_version").fetchone()[0]
        store.execute(f"PRAGMA user_version = {version + 1000}")
        store.commit()
        store.close()
        for verb in (("jobs",), ("enqueue", "script", "--user", "ann"), ("migrate",)):
            self.refused(3, *verb)
        self.refused(2, "audit")
        self.assertEqual(self.tallyman("doctor").code, 1)

    def test_a_file_that_is_no_store_is_refused(self):
        os.mkdir(self.data)
        with open(os.path.join(self.data, "tallyman.db"), "wb") as file:
            file.write(b"not a database, just some text " * 100)
        self.refused(3, "jobs")
        self.refused(3, "enqueue", "script", "--user", "ann")

    def test_a_data_folder_that_cannot_be_made_or_written(self):
        blocked = self.write("file", "in the way")
        self.environment["TALLYMAN_DATA_DIR"] = os.path.join(blocked, "data")
        answer = self.refused(3, "enqueue", "script", "--user", "ann")
        self.assertIn("TALLYMAN_DATA_DIR", answer.err)
        self.assertEqual(self.tallyman("doctor").code, 1)

    @unittest.skipIf(os.geteuid() == 0, "root may write anywhere")
    def test_a_read_only_data_folder(self):
        os.mkdir(self.data, 0o500)
        self.refused(3, "enqueue", "script", "--user", "ann")

    def test_a_store_of_another_kind_is_a_mistake_in_the_configuration(self):
        self.environment["TALLYMAN_STORE_URL"] = "oracle://scott:tiger@db/prod"
        answer = self.refused(2, "jobs")
        self.assertNotIn("tiger", answer.err)


class Configuration(CliTest):
    def test_mistakes_are_all_named(self):
        self.write("tallyman.yaml", "workr: {}\nlog: {level: loud}\n")
        answer = self.tallyman("jobs")
        self.assertEqual(answer.code, 2)
        self.assertIn("workr", answer.err)
        self.assertIn("loud", answer.err)
        for line in answer.err.splitlines():
            self.assertTrue(line.startswith("tallyman: "))
        doctor = self.tallyman("--json", "doctor")
        self.assertEqual(doctor.code, 1)
        self.assertFalse(doctor.json["ok"])

    def test_is_found_by_option_environment_and_place(self):
        for name, gift in (("a.yaml", 11), ("b.yaml", 22), ("tallyman.yaml", 33)):
            self.write(name, f"accounts: {{signup_gift: {gift}}}\n")
        self.ok("enqueue", "title", "--user", "place")
        self.environment["TALLYMAN_CONFIG"] = "b.yaml"
        self.ok("enqueue", "title", "--user", "environment")
        self.ok("enqueue", "title", "--user", "option", "--config", "a.yaml")
        balances = [self.ask("account", user)["balance"]
                    for user in ("option", "environment", "place")]
        self.assertEqual(balances, [11, 22, 33])
        self.refused(2, "jobs", "--config", "missing.yaml")


class Doctor(CliTest):
    def test_a_fresh_machine_is_well(self):
        report = self.ask("doctor")
        self.assertTrue(report["ok"])
        names = {check["name"] for check in report["checks"]}
        self.assertLessEqual({"configuration", "prices", "provider", "data folder", "disk", "store",
                              "clock"}, names)
        self.assertFalse(os.path.exists(self.data))
        self.ok("migrate")
        self.ok("doctor")

    def test_a_missing_program_is_named_with_what_to_do(self):
        self.write("tallyman.yaml",
                   "providers:\n  gone: {kind: command, run: [/no/such/program]}\n")
        answer = self.tallyman("--json", "doctor")
        self.assertEqual(answer.code, 1, answer.out)
        broken = [c for c in answer.json["checks"] if c["status"] == "problem"]
        self.assertIn("/no/such/program", broken[0]["detail"])
        self.assertTrue(broken[0]["todo"])

    def test_payment_platforms_are_told_and_their_keys_are_not(self):
        self.write("secret", "whsec_hunter2\n")
        self.write("tallyman.yaml", "payments: {simulate: true, stripe: {secret_file: secret}}\n")
        told = [(c["status"], c["detail"]) for c in self.ask("doctor")["checks"]
                if c["name"] == "payments"]
        self.assertEqual(told, [
            ("ok", "stripe: 1 secret"),
            ("warning", "payments.simulate is on: orders can be paid without money")])

    def test_a_payment_key_that_is_none_is_named_by_its_setting(self):
        self.write("key.pem", "hunter2")
        self.write("tallyman.yaml", "payments: {alipay: {app_id: '1', seller_id: '2', "
                                    "public_key_files: [key.pem]}}\n")
        answer = self.tallyman("--json", "doctor")
        self.assertEqual(answer.code, 1, answer.out)
        broken = [c for c in answer.json["checks"] if c["status"] == "problem"]
        self.assertIn("payments.alipay.public_key_files: ", broken[0]["detail"])
        self.assertNotIn("hunter2", answer.out + answer.err)


if __name__ == "__main__":
    unittest.main()
