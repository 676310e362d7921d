"""The web console, used by Debian's Chromium as people use it: what is done there is looked up in
the store by the program itself. Screenshots are kept in build/dev/console-shots."""

import math
import os
import struct
import subprocess
import sys
import unittest
import wave
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "openapi")]
import npm
from recorder import SETTINGS, RunningTest, token_of

HERE = Path(__file__).resolve().parent
PACKAGES = npm.PROGRAM.parents[1] / "console-tests"
SHOTS = npm.PROGRAM.parents[1] / "console-shots"
SOURCES = npm.TOP / "build/console"

MARKUP = "<img src=x onerror=alert(document.domain)><script>alert(1)</script>"

PROVIDER = f"""#!/bin/sh
read -r job
case "$job" in
*speak*) cp tone.wav "$TALLYMAN_RESULT_DIR/said.wav"
    echo '{{"result": {{"file": "said.wav"}}}}' ;;
*) echo '{{"progress": 40, "note": "{MARKUP}"}}'
    echo '{{"error": {{"code": "broken", "message": "{MARKUP}"}}}}' ;;
esac
"""


class Console(RunningTest):
    settings = SETTINGS

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        npm.install(HERE, PACKAGES)

    def setUp(self):
        super().setUp()

    def write(self, name, text):
        """The provider of files is ours here: it speaks, or it fails with markup."""
        if name == "leave-a-file":
            self.tone(Path(self.folder, "tone.wav"))
            text = PROVIDER.replace("tone.wav", str(Path(self.folder, "tone.wav")))
        return super().write(name, text)

    @staticmethod
    def tone(path):
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            samples = (int(9000 * math.sin(n * 0.35)) for n in range(8000))
            file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))

    def run_node(self, script, **more):
        environment = {k: v for k, v in os.environ.items() if "proxy" not in k.lower()}
        environment |= {
            "TALLYMAN_URL": self.url, "TALLYMAN_KEY": self.key, "TALLYMAN_TOKEN": token_of("ann"),
            "CONSOLE_PACKAGES": str(PACKAGES), "CONSOLE_SHOTS": str(SHOTS), "MARKUP": MARKUP} | more
        done = subprocess.run(["node", str(HERE / script)], env=environment, timeout=240,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        self.assertEqual(done.returncode, 0, done.stdout.decode(errors="replace"))

    def test_every_screen_is_reached_and_accessible(self):
        self.run_node("screens.mjs")

    def test_every_action_does_what_it_says(self):
        self.run_node("actions.mjs")
        account = self.ask("account", "ann")
        # 520 as a gift, 300 and 9007199254740993 given, 20 taken back: exactly.
        self.assertEqual(account["balance"], 520 + 300 + 900719925474099 - 20)
        kinds = [grant["kind"] for grant in account["grants"]]
        self.assertIn("bonus", kinds)
        story = self.ask("explain", "1")
        self.assertEqual(story["job"]["state"], "cancelled")
        keys = {key["name"]: key for key in self.ask("keys", "list")["keys"]}
        self.assertEqual(keys["for the front desk"]["state"], "revoked")
        self.assertTrue(self.ask("audit")["clean"])

    def test_nothing_that_users_write_is_run_and_a_stolen_cookie_is_worth_nothing(self):
        self.run_node("safety.mjs")

    def test_users_see_their_credits_and_recharge(self):
        self.run_node("users.mjs")
        account = self.ask("account", "ann")
        self.assertEqual(account["totals"]["recharged"], 520 + 550)
        self.assertIn("member_until", account)

    def test_numbers_are_exact_and_codes_can_be_scanned(self):
        self.run_node("units.mjs", CONSOLE_SOURCES=str(SOURCES))

    def test_its_types_are_right(self):
        npm.run("node", "node_modules/typescript/bin/tsc", "--noEmit", folder=SOURCES)

    def test_first_load_is_small(self):
        _, headers, body = self.call("GET", "/", headers={"X-Api-Key": None})
        self.assertIn("frame-ancestors 'none'", headers["content-security-policy"])
        self.assertNotIn("http://", body)
        self.assertNotIn("https://", body)
        total = 0
        for name in sorted(part.split('"')[0] for part in body.split('"/assets/')[1:]):
            connection, _ = self.connect()
            connection.request("GET", f"/assets/{name}", headers={"Accept-Encoding": "gzip"})
            answer = connection.getresponse()
            self.assertIn("immutable", answer.headers["Cache-Control"])
            total += len(answer.read())
            connection.close()
        self.assertGreater(total, 20_000)
        self.assertLess(total, 60_000)


if __name__ == "__main__":
    unittest.main()
