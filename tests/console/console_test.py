"""The web console, used by Debian's Chromium as people use it: what is done there is looked up in
the store by the program itself. Screenshots are kept in build/dev/console-shots."""

import math
import os
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import unittest
import wave
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "openapi")]
import npm
from recorder import SETTINGS, RunningTest, token_of

HERE = Path(__file__).resolve().parent
PACKAGES = npm.PROGRAM.parents[1] / "console-tests"
SHOTS = npm.PROGRAM.parents[1] / "console-shots"
SOURCES = npm.TOP / "build/console"

MARKUP = "<img src=x onerror=alert(document.domain)><script>alert(1)</script>"

# It speaks, shows something, writes; or it fails with markup.
PROVIDER = f"""#!/bin/sh
read -r job
made() {{ echo "{{\\"result\\": {{\\"file\\": \\"$1\\"}}}}"; }}
cd "$TALLYMAN_RESULT_DIR" || exit 1
case "$job" in
*speak*) cp tone.wav said.wav && made said.wav ;;
*watch*) printf 'no film, but called one' >said.mp4 && made said.mp4 ;;
*look*) base64 -d >said.png <<'END' && made said.png
iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGOoBwAAgQCA05RTSgAAAABJRU5ErkJggg==
END
    ;;
*read*) echo '三个词 of <b>text</b>' >said.txt && made said.txt ;;
*) echo '{{"progress": 40, "note": "{MARKUP}"}}'
    echo '{{"error": {{"code": "broken", "message": "{MARKUP}"}}}}' ;;
esac
"""


def plain():
    return {k: v for k, v in os.environ.items() if "proxy" not in k.lower()}


class Site(BaseHTTPRequestHandler):
    """Somebody else's: an empty page."""

    def log_message(self, *_):
        pass

    def do_GET(self):
        page = b"<!doctype html><title>a site</title><body>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)


class Console(RunningTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        npm.install(HERE, PACKAGES)
        site = ThreadingHTTPServer(("127.0.0.1", 0), Site)
        threading.Thread(target=site.serve_forever, args=[0.05], daemon=True).start()
        cls.addClassCleanup(site.server_close)
        cls.addClassCleanup(site.shutdown)
        port = site.server_address[1]
        # The same page under two names: one is let in, the other is not.
        cls.friend, cls.stranger = f"http://127.0.0.1:{port}", f"http://localhost:{port}"
        cls.settings = f"{SETTINGS}http:\n  cors_origins: ['{cls.friend}']\n"
        browser = subprocess.Popen(["node", str(HERE / "serve.mjs")], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, env=plain() | {
                                       "CONSOLE_PACKAGES": str(PACKAGES)})
        cls.addClassCleanup(browser.wait, 30)
        cls.addClassCleanup(browser.stdin.close)
        cls.addClassCleanup(browser.stdout.close)
        cls.browser = browser.stdout.readline().decode().strip()

    def write(self, name, text):
        """The provider of files is ours here."""
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

    def run_nodes(self, *scripts, **more):
        """Beside each other, in one browser."""
        environment = plain() | {
            "CONSOLE_BROWSER": self.browser, "FRIEND": self.friend, "STRANGER": self.stranger,
            "TALLYMAN_URL": self.url, "TALLYMAN_KEY": self.key, "TALLYMAN_TOKEN": token_of("ann"),
            "FRAMED_TOKEN": token_of("fay"), "CONSOLE_PACKAGES": str(PACKAGES),
            "CONSOLE_SHOTS": str(SHOTS), "MARKUP": MARKUP} | more
        running = [subprocess.Popen(["node", str(HERE / script)], env=environment,
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                   for script in scripts]
        for script, one in zip(scripts, running):
            self.addCleanup(one.kill)
            said = one.communicate(timeout=240)[0].decode(errors="replace")
            self.assertEqual(one.returncode, 0, f"{script}: {said}")

    def test_every_screen_is_reached_and_accessible(self):
        self.run_nodes("screens.mjs")

    def test_every_action_does_what_it_says(self):
        self.run_nodes("actions.mjs")
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

    def test_what_waits_for_a_person_is_found_and_decided(self):
        wanted = {"user_id": "payer", "package": "50", "channel": "wechat"}
        orders = [self.got(201, "POST", "/api/v1/credit/recharge", wanted)["order_id"]
                  for _ in range(3)]
        for order, amount in zip(orders, (5000, 1, 2)):
            self.platform.pays(order, amount=amount)
        self.got(200, "PUT", "/api/accounts/braked", {})
        store = sqlite3.connect(next(Path(self.data).glob("*.db")), timeout=30)
        with store:
            store.execute("UPDATE accounts SET standing = 'brake=1700000000000,0,,too much' "
                          "WHERE user = 'braked'")
        store.close()
        self.run_nodes("desk.mjs", ORDERS=",".join(orders))
        self.assertTrue(self.ask("audit")["clean"])

    def test_visitors_see_their_own_and_strangers_nothing(self):
        """Users recharge; other sites frame their pages only where they are let; nothing that users
        write is run, and a stolen cookie is worth nothing."""
        self.run_nodes("users.mjs", "embed.mjs", "safety.mjs")
        account = self.ask("account", "ann")
        self.assertEqual(account["totals"]["recharged"], 520 + 550)
        self.assertIn("member_until", account)
        self.first_load_is_small()

    def first_load_is_small(self):
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


class Sources(unittest.TestCase):
    """What can be told without a server."""

    def test_numbers_are_exact_and_codes_can_be_scanned(self):
        environment = plain() | {"CONSOLE_SOURCES": str(SOURCES)}
        npm.run("node", HERE / "units.mjs", environment=environment)

    def test_without_node_the_build_says_so_and_goes_on(self):
        with tempfile.TemporaryDirectory() as folder:
            for program in ("bash", "cat"):
                os.symlink(shutil.which(program), Path(folder, program))
            made = Path(folder, "assets.cpp")
            done = subprocess.run(
                [shutil.which("bash"), npm.TOP / "console/build.sh", npm.TOP / "console",
                 Path(folder, "built"), made, "1"],
                env={"PATH": folder}, capture_output=True, text=True, check=True)
            self.assertIn("there is no Node (apt install nodejs)", done.stderr)
            self.assertIn("WITHOUT ITS WEB CONSOLE", done.stderr)
            self.assertIn("return {};", made.read_text(encoding="utf-8"))

    def test_its_types_are_right(self):
        npm.run("node", "node_modules/typescript/bin/tsc", "--noEmit", folder=SOURCES)


if __name__ == "__main__":
    unittest.main()
