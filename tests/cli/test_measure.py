"""measure: exact durations by the real program, through its real helpers."""

import json
import os
import struct
import unittest

from support import CliTest

RATE = 24_000


def wave(samples, declared=None):
    size = samples * 2 if declared is None else declared
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", (36 + size) & 0xFFFFFFFF, b"WAVE", b"fmt ",
                       16, 1, 1, RATE, RATE * 2, 2, 16, b"data", size)
    return head + bytes(samples * 2)


def mp3(frames):
    """64 kb/s, 24 kHz, mono: 576 samples a frame; without a header frame."""
    return (bytes.fromhex("fff384c4") + bytes(188)) * frames


class Measure(CliTest):
    def put(self, name, data):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)
        return name

    def test_one_line_a_file_in_their_order(self):
        names = [self.put(f"{i}.wav", wave(100 * i + 1)) for i in range(200)]
        lines = self.ok("--json", "measure", *names).lines
        self.assertEqual([line["file"] for line in lines], names)
        self.assertEqual([line["samples"] for line in lines], [100 * i + 1 for i in range(200)])

    def test_json_has_what_was_promised(self):
        self.put("a.wav", wave(175_200))
        line = self.ask("measure", "a.wav")
        self.assertEqual({key: line[key] for key in (
            "file", "codec", "duration_ms", "samples", "rate", "basis", "exact", "truncated",
            "segments", "taglib_ms")}, {
                "file": "a.wav", "codec": "pcm_s16le", "duration_ms": 7_300, "samples": 175_200,
                "rate": RATE, "basis": "frames", "exact": True, "truncated": False, "segments": 1,
                "taglib_ms": 7_300})

    def test_people_get_a_line_with_what_is_odd(self):
        self.put("a.wav", wave(RATE * 3_723 // 1000))
        self.assertRegex(self.ok("measure", "a.wav").out,
                         r"^ +0:03\.723  pcm_s16le +24000 Hz  a\.wav\n$")
        self.put("cut.wav", wave(RATE, declared=100_000))
        self.assertIn("(truncated", self.ok("measure", "cut.wav").out)

    def test_content_decides_and_not_the_name(self):
        self.put("speech.wav", mp3(307))
        line = self.ask("measure", "speech.wav")
        self.assertEqual((line["codec"], line["samples"]), ("mp3", 176_832))

    def test_errors_are_lines_too_and_the_exit_code_is_1(self):
        self.put("good.wav", wave(100))
        self.put("page.mp3", b"<html><body>502 Bad Gateway</body></html>")
        self.put("empty.mp3", b"")
        self.put("folder/x", b"")
        answer = self.tallyman("--json", "measure", "page.mp3", "good.wav", "empty.mp3", "missing",
                               "folder", "/dev/null")
        self.assertEqual(answer.code, 1)
        self.assertEqual([line.get("error", {}).get("code") for line in answer.lines],
                         ["not_audio", None, "empty", "not_found", "is_a_folder", "not_a_file"])
        answer = self.refused(1, "measure", "page.mp3")
        self.assertIn("page.mp3", answer.err)
        self.assertEqual(answer.out, "")

    def test_standard_input_from_a_pipe_and_from_a_file(self):
        self.assertEqual(self.ok("--json", "measure", "-", stdin=wave(4_800)).json["samples"],
                         4_800)
        self.put("a.wav", wave(4_801))
        done = self.tallyman("--json", "measure", "-", stdin=wave(1) + bytes(7))
        self.assertEqual(done.code, 0, done.err)

    def test_raw_samples_are_what_they_are_said_to_be(self):
        self.put("raw", bytes(48_000))
        line = self.ask("measure", "--raw", "s16le:24000:2", "raw")
        self.assertEqual((line["samples"], line["rate"], line["duration_ms"]), (12_000, RATE, 500))
        self.assertEqual(self.ask("measure", "--raw", "mulaw:8000", "raw")["duration_ms"], 6_000)
        for wrong in ("s16le", "s16le:0", "s16le:24000:x", "s16le:24000:1:1", ":24000"):
            self.assertIn("CODEC:RATE:CHANNELS", self.refused(2, "measure", "--raw", wrong,
                                                              "raw").err)

    def test_folders_with_recursive(self):
        for name in ("f/b.wav", "f/a.wav", "f/deep/c.wav"):
            self.put(name, wave(10))
        os.symlink("..", os.path.join(self.folder, "f", "loop"))
        lines = self.ok("--json", "measure", "--recursive", "f").lines
        self.assertEqual([line["file"] for line in lines],
                         ["f/a.wav", "f/b.wav", "f/deep/c.wav"])

    def test_settings_bound_what_is_measured(self):
        self.put("a.wav", wave(RATE * 2))
        for variable, value, code in (("MAX_SIZE", "1000", "too_large"),
                                      ("MAX_DURATION", "1s", "implausible")):
            self.environment = {**self.environment, f"TALLYMAN_MEDIA_{variable}": value}
            answer = self.tallyman("--json", "measure", "a.wav")
            self.assertEqual((answer.code, answer.json["error"]["code"]), (1, code))
            del self.environment[f"TALLYMAN_MEDIA_{variable}"]

    def test_taglib_is_asked_only_if_wanted(self):
        self.put("a.wav", wave(RATE))
        self.environment["TALLYMAN_MEDIA_TAGLIB"] = "false"
        self.assertIsNone(self.ask("measure", "a.wav")["taglib_ms"])

    def test_names_that_are_no_text_stay_json(self):
        name = os.fsencode(self.folder) + b"/\xff.wav"
        with open(name, "wb") as file:
            file.write(wave(5))
        answer = self.tallyman("--json", "measure", os.fsdecode(name))
        self.assertEqual(json.loads(answer.out)["samples"], 5)

    def test_urls_lead_nowhere_private(self):
        answer = self.tallyman("--json", "measure", "http://127.0.0.1:8000/a.mp3?token=secret")
        self.assertEqual((answer.code, answer.json["error"]["code"]), (1, "forbidden_address"))
        self.assertNotIn("secret", answer.json["error"]["message"])

    def test_the_helper_is_for_the_program_itself(self):
        self.refused(2, "media-helper")
        self.assertNotIn("media-helper", self.ok("--help").out)


if __name__ == "__main__":
    unittest.main()
