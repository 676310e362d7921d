"""The demo makes a real film, and its bill follows from the length of what was made."""
import math
import os
import shutil
import subprocess
import sys
import unittest

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))

from support import CliTest  # noqa: E402 (needs the path)


def length_of(path, stream):
    told = subprocess.run(["ffprobe", "-v", "error", "-select_streams", stream, "-show_entries",
                           "stream=duration", "-of", "csv=p=0", path], capture_output=True,
                          check=True)
    return float(told.stdout)


def price(ms, per_second):
    """The second that has begun counts, but for its first 50 milliseconds."""
    return max(1, math.ceil((ms - 50) / 1000)) * per_second


class Demo(CliTest):
    def run_demo(self, *more):
        return self.ask("demo", "--dir", "film", *more, timeout=240)

    def file(self, job, name):
        return os.path.join(self.folder, "film", "results", job["id"], name)

    def test_is_a_film_whose_every_step_is_billed_by_its_length(self):
        told = self.run_demo("--topic", "two lighthouses")
        script, speech, captions, video = told["jobs"]
        self.assertEqual([job["state"] for job in told["jobs"]], ["completed"] * 4)
        self.assertEqual(told["audit"], "clean")
        spoken = length_of(self.file(speech, "speech.wav"), "a:0")
        filmed = length_of(self.file(video, "video.mp4"), "v:0")
        self.assertAlmostEqual(speech["duration_ms"] / 1000, spoken, delta=0.01)
        self.assertAlmostEqual(filmed, spoken, delta=0.2)
        self.assertEqual(script["charge"]["net"], 5)
        self.assertEqual(speech["charge"]["net"], price(speech["duration_ms"], 1))
        self.assertEqual(captions["charge"]["net"], 0)
        self.assertEqual(video["charge"]["net"], price(video["duration_ms"], 5))
        spent = sum(job["charge"]["net"] for job in told["jobs"])
        self.assertEqual(told["ledger"][0]["balanceAfter"], 520 - spent)
        with open(self.file(captions, "captions.srt"), encoding="utf-8") as file:
            lines = file.read()
        self.assertIn("two lighthouses", lines)
        self.assertEqual(lines.count("-->"), 5)

    def test_begins_anew_where_there_was_one_and_leaves_what_is_not_its_own(self):
        told = self.run_demo()
        again = self.run_demo()
        self.assertEqual([job["id"] for job in told["jobs"]], [job["id"] for job in again["jobs"]])
        os.remove(os.path.join(self.folder, "film", "made-by-tallyman-demo"))
        refused = self.refused(2, "demo", "--dir", "film")
        self.assertIn("was not made by a demo", refused.err)
        self.assertTrue(os.path.exists(os.path.join(self.folder, "film", "tallyman.yaml")))

    def test_says_which_packages_are_missing(self):
        programs = os.path.join(self.folder, "bin")
        os.mkdir(programs)
        os.symlink(shutil.which("jq"), os.path.join(programs, "jq"))
        self.environment["PATH"] = programs
        refused = self.refused(2, "demo")
        self.assertIn("apt-get install espeak-ng ffmpeg", refused.err)
        self.assertNotIn("jq", refused.err)


if __name__ == "__main__":
    unittest.main()
