"""What is measured is what is billed, by the real program: results after the run, inputs before."""

import http.server
import json
import os
import subprocess
import sys
import threading
import unittest

from support import CliTest
from test_measure import RATE, mp3, wave

PAGE = b"<!DOCTYPE html><html><body>Please sign in.</body></html>"
MAKES = """
import json, os, shutil, sys
asked = json.load(sys.stdin)["input"]["make"]
os.chdir(os.environ["TALLYMAN_RESULT_DIR"])
if "copy" in asked:
    shutil.copy(asked["copy"], asked["name"])
answer = {"result": asked["result"]}
if "duration_ms" in asked:
    answer["duration_ms"] = asked["duration_ms"]
print(json.dumps(answer))
"""


class Web:
    """Files by their paths; what is not there is a 404. Without ranges."""

    def __init__(self):
        files = self.files = {}

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                data = files.get(self.path)
                self.send_response(404 if data is None else 200)
                self.send_header("Content-Length", str(len(data or b"")))
                self.end_headers()
                self.wfile.write(data or b"")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def put(self, path, data):
        self.files[path] = data
        return self.address + path

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class AudioTest(CliTest):
    allow_private = "true"

    def setUp(self):
        self.web = Web()
        self.addCleanup(self.web.close)
        self.settings = json.dumps({
            "media": {"allow_private": self.allow_private == "true", "helpers": 1},
            "providers": {"maker": {"kind": "command", "run": [sys.executable, "-c", MAKES]}},
            "services": {"defaults": {"provider": "maker", "max_attempts": 2, "backoff": "10ms"},
                         "tts": {}, "video": {}}})
        super().setUp()

    def put(self, name, data):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def up(self):
        up = self.start("up")
        self.assertIn(b"ready", up.stdout.readline())

    def make(self, *, data=None, name="speech.wav", result=None, text="x" * 60, **more):
        """A tts job of at most 20 seconds, to its end."""
        asked = {"result": result or {"file": name}, **more}
        if data is not None:
            asked.update(name=name, copy=self.put("made", data))
        answer = self.tallyman("--json", "enqueue", "tts", "--user", "ann", "--wait", "--input",
                               json.dumps({"text": text, "make": asked}))
        return answer.json


class Results(AudioTest):
    def setUp(self):
        super().setUp()
        self.up()

    def balance(self):
        return self.ask("account", "ann")["balance"]

    def test_a_result_is_charged_by_its_samples(self):
        job = self.make(data=wave(175_201))
        self.assertEqual(job["state"], "completed")
        self.assertEqual(job["duration_ms"], 7_301)
        self.assertEqual(job["measurement"], {
            "samples": 175_201, "rate": RATE, "basis": "frames", "codec": "pcm_s16le",
            "of": "output", "exact": True, "truncated": False})
        self.assertEqual((job["charge"]["debited"], job["charge"]["settled"]), (20, 8))
        page = self.ok("explain", job["id"]).out
        self.assertIn("measured 7.301 s (175,201 samples at 24,000 Hz, frames), settled at 8", page)
        self.assertIn("7.301 s", self.ok("job", job["id"]).out)
        self.ok("audit")

    def test_a_provider_that_says_more_is_not_believed(self):
        job = self.make(data=mp3(307), name="speech.mp3", duration_ms=15_000)
        self.assertEqual((job["duration_ms"], job["measurement"]["codec"]), (7_368, "mp3"))
        self.assertEqual(job["charge"]["settled"], 8)
        page = self.ok("explain", job["id"]).out
        self.assertIn("disagrees", page)
        self.assertIn("the provider says 15s, measured are 7.368 s", page)
        self.assertEqual(self.balance(), 512)

    def test_a_provider_that_says_less_is_charged_by_its_word(self):
        job = self.make(data=wave(RATE * 10), duration_ms=4_000)
        self.assertEqual((job["duration_ms"], job["charge"]["settled"]), (4_000, 4))
        self.assertEqual(job["measurement"]["of"], "provider")
        self.assertIn("240,000 samples", job["measurement"]["note"])

    def test_a_url_is_fetched(self):
        url = self.web.put("/a.wav?signature=secret", wave(RATE * 3))
        job = self.make(result={"text": "hello", "audio_url": url})
        self.assertEqual((job["duration_ms"], job["charge"]["settled"]), (3_000, 3))

    def test_a_page_instead_of_audio_is_no_result_and_is_refunded(self):
        url = self.web.put("/a.mp3", PAGE)
        for made in (self.make(result={"url": url}, duration_ms=3_000),
                     self.make(data=PAGE, name="a.mp3", duration_ms=3_000)):
            self.assertEqual(made["state"], "failed")
            self.assertEqual((made["error"]["code"], made["attempt"]), ("bad_result", 2))
            self.assertIn("not_audio", made["error"]["message"])
            self.assertEqual(made["charge"]["net"], 0)
        self.assertEqual(self.balance(), 520)
        self.ok("audit")

    def test_a_file_that_is_not_there_is_no_result(self):
        secret = self.write("secret.wav", "")
        for result in ({"file": "missing.wav"}, {"file": "../1/speech.wav"}, {"file": secret},
                       {"url": self.web.address + "/missing.wav"}):
            job = self.make(result=result)
            self.assertEqual(job["error"]["code"], "bad_result", result)
        self.assertEqual(self.balance(), 520)

    def test_a_result_that_names_nothing_is_charged_by_the_providers_word(self):
        job = self.make(result={"text": "hello"}, duration_ms=2_500)
        self.assertEqual((job["charge"]["settled"], job["measurement"]["of"]), (3, "provider"))
        self.assertIn("2.500 s as the provider says", self.ok("explain", job["id"]).out)

    def test_what_an_encoder_added_is_not_charged(self):
        path = self.put("source.wav", wave(175_200))
        subprocess.run(["lame", "--quiet", "-b", "64", path, path + ".mp3"], check=True)
        with open(path + ".mp3", "rb") as file:
            job = self.make(data=file.read(), name="speech.mp3")
        self.assertEqual((job["measurement"]["samples"], job["measurement"]["basis"]),
                         (175_200, "trimmed"))
        self.assertEqual(job["duration_ms"], 7_300)


class PrivateResults(AudioTest):
    allow_private = "false"

    def test_a_private_address_is_not_fetched_and_the_providers_word_is_charged(self):
        self.up()
        job = self.make(result={"url": self.web.put("/a.wav", wave(RATE * 9))}, duration_ms=3_000)
        self.assertEqual((job["state"], job["charge"]["settled"]), ("completed", 3))
        self.assertIn("not_measured", self.ok("explain", job["id"]).out)
        self.assertIn("forbidden_address", job["measurement"]["note"])


class Inputs(AudioTest):
    def video(self, audio, *more, **fields):
        return self.tallyman("--json", "enqueue", "video", "--user", "ann", *more, "--input",
                             json.dumps({"audio": audio, **fields}))

    def refusal(self, audio):
        answer = self.video(audio)
        self.assertEqual(answer.code, 1)
        self.assertEqual((answer.json["code"], answer.json["status"], answer.json["field"]),
                         ("unmeasurable_input", 422, "input.audio"))
        self.assertEqual(self.ask("jobs")["jobs"], [])
        return answer.json["detail"]

    def test_the_debit_is_exact_before_anything_runs(self):
        job = self.video(self.web.put("/a.wav", wave(RATE * 7 + 1_201)), duration=60).json
        self.assertEqual((job["price"]["quoted"], job["duration_ms"]), (40, 7_051))
        self.assertEqual(job["measurement"]["of"], "input")
        self.assertEqual(job["measurement"]["samples"], RATE * 7 + 1_201)
        self.assertIn("input measured 7.051 s", self.ok("explain", job["id"]).out)

    def test_fifty_milliseconds_over_a_second_are_free_and_not_a_sample_more(self):
        for samples, credits in ((RATE * 7 + 1_200, 35), (RATE * 7 + 1_201, 40)):
            url = self.web.put(f"/{samples}.wav", wave(samples))
            self.assertEqual(self.video(url).json["price"]["quoted"], credits, samples)

    def test_what_was_measured_outlives_the_run(self):
        self.up()
        url = self.web.put("/a.mp3", mp3(307))
        job = self.ask("enqueue", "video", "--user", "ann", "--wait", "--input", json.dumps(
            {"audio": url, "make": {"result": {"text": "x"}, "duration_ms": 99_000}}))
        self.assertEqual((job["charge"]["settled"], job["duration_ms"]), (40, 7_368))
        self.assertEqual(job["measurement"]["of"], "input")
        self.ok("audit")

    def test_without_audio_the_declaration_counts(self):
        job = self.ask("enqueue", "video", "--user", "ann", "--input", '{"duration": 12.5}')
        self.assertEqual((job["price"]["quoted"], job["measurement"]["of"]), (65, "declared"))

    def test_what_can_not_be_measured_is_refused(self):
        self.assertIn("(not_audio)", self.refusal(self.web.put("/page.mp3", PAGE)))
        self.assertIn("(http_404)", self.refusal(self.web.address + "/missing?signature=secret"))
        self.assertNotIn("secret", self.refusal(self.web.address + "/missing?signature=secret"))
        self.assertIn("media.input_dir", self.refusal("song.wav"))
        self.assertIn("(unsupported)", self.refusal("s3://bucket/song.wav"))
        other = Web()
        other.close()
        self.assertIn("try again", self.refusal(other.address + "/song.wav"))

    def test_a_path_leads_into_the_folder_of_inputs_only(self):
        uploads = os.path.join(self.folder, "uploads")
        os.mkdir(uploads)
        for name in ("uploads/song.wav", "song.wav"):
            self.put(name, wave(RATE * 2))
        os.symlink(os.path.join(self.folder, "song.wav"), os.path.join(uploads, "link.wav"))
        self.environment["TALLYMAN_MEDIA_INPUT_DIR"] = uploads
        self.assertIn("(outside)", self.refusal("../song.wav"))
        self.assertIn("(outside)", self.refusal("link.wav"))
        self.assertIn("(outside)", self.refusal(os.path.join(self.folder, "song.wav")))
        self.assertEqual(self.video("song.wav").json["price"]["quoted"], 10)
        self.assertEqual(self.video(os.path.join(uploads, "song.wav")).json["price"]["quoted"], 10)

    def test_a_repeated_key_answers_though_the_url_is_gone(self):
        url = self.web.put("/a.wav", wave(RATE))
        first = self.video(url, "--key", "k1").json
        del self.web.files["/a.wav"]
        self.assertEqual(self.video(url, "--key", "k1").json["id"], first["id"])
        other = self.video(url + "?other", "--key", "k1")
        self.assertEqual(other.json["status"], 409)

    def test_a_private_address_is_refused_as_shipped(self):
        self.environment["TALLYMAN_MEDIA_ALLOW_PRIVATE"] = "false"
        self.assertIn("(forbidden_address)", self.refusal(self.web.put("/a.wav", wave(RATE))))


if __name__ == "__main__":
    unittest.main()
