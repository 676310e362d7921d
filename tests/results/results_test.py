"""What providers made is fetched, checked, kept, served, and billed by what it is."""

import os
import unittest

from running import ResultsTest, sha256, speech


class OnDisk(ResultsTest):
    def test_a_file_is_kept_measured_and_served(self):
        sound = speech(2500)
        url = self.files.put("/speech", sound)
        job = self.completed("tts", text="Hello there, how are you?",
                             made=[{"role": "audio", "url": url}])
        self.assertEqual(job["duration_ms"], 2500)
        self.assertEqual(job["charge"]["net"], 3)
        self.assertEqual(job["result"], {"audio": "audio.wav", "files": [
            {"name": "audio.wav", "role": "audio", "type": "audio/wav", "size": len(sound),
             "sha256": sha256(sound)}]})
        self.assertEqual(os.listdir(os.path.dirname(self.path_of(job, "x"))), ["audio.wav"])
        status, headers, body = self.call("GET", f"/api/jobs/{job['id']}/result")
        self.assertEqual((status, headers["content-type"], body), (200, "audio/wav", sound))
        self.assertEqual(headers["etag"], f'"{sha256(sound)}"')
        self.assertEqual(headers["content-disposition"],
                         f'inline; filename="job-{job["id"]}-audio.wav"')
        saved = os.path.join(self.folder, "saved.wav")
        self.ok("job", job["id"], "--save", saved)
        with open(saved, "rb") as file:
            self.assertEqual(file.read(), sound)

    def test_several_files_have_a_name_each(self):
        words = "1\n00:00:00,000 --> 00:00:01,000\nHello\n".encode()
        image = b"\x89PNG\r\n\x1a\n" + bytes(50)
        job = self.completed(result={"title": "x"}, write={"notes.txt": "mine"}, made=[
            {"role": "subtitles", "url": self.files.put("/a", words)},
            {"role": "image", "url": self.files.put("/b", image)},
            {"role": "image", "url": self.files.put("/b", image)},
            {"role": "text", "file": "notes.txt"}])
        self.assertEqual([file["name"] for file in job["result"]["files"]],
                         ["subtitles.srt", "image.png", "image-2.png", "notes.txt"])
        self.assertEqual(job["result"]["image"], "image.png")
        self.assertEqual(job["result"]["title"], "x")
        at = f"/api/jobs/{job['id']}/result"
        self.assertEqual(self.call("GET", at)[2], words)
        self.assertEqual(self.call("GET", at + "?file=image-2.png")[2], image)
        status, headers, body = self.call("GET", at + "?file=notes.txt", Range="bytes=1-2")
        self.assertEqual((status, body), (206, b"in"))
        self.assertEqual(headers["content-range"], "bytes 1-2/4")
        for name in ("none", "../../admin.key", "provider"):
            self.assertEqual(self.call("GET", f"{at}?file={name}")[0], 404, name)
        saved = os.path.join(self.folder, "saved")
        os.mkdir(saved)
        self.ok("job", job["id"], "--save", saved)
        self.assertEqual(sorted(os.listdir(saved)),
                         ["image-2.png", "image.png", "notes.txt", "subtitles.srt"])

    def test_a_link_that_is_late_or_breaks_is_followed_to_its_end(self):
        sound = speech(20_000)
        url = self.files.put("/speech", sound)
        self.files.refuse["/speech"] = 1
        self.files.broken["/speech"] = 100_000
        job = self.completed(made=[{"role": "audio", "url": url,
                                    "headers": {"Authorization": "Bearer key"}}])
        self.assertEqual(job["result"]["files"][0]["sha256"], sha256(sound))
        ranges = [asked[1] for asked in self.files.requests("/speech")]
        self.assertEqual(ranges, ["", "", "bytes=100000-", "bytes=200000-", "bytes=300000-"])
        self.assertTrue(all(asked[2] == "Bearer key"
                            for asked in self.files.requests("/speech")))
        self.assertEqual(len(self.submissions()), 1)

    def test_what_is_gone_is_lost_and_refunded(self):
        gone = self.enqueue(made=[{"role": "audio", "url": self.files.url + "/none"}])
        private = self.enqueue("polish", made=[{"role": "audio", "url": self.files.put(
            "/speech", speech(100))}])
        job = self.ended(private)
        self.assertEqual((job["state"], job["error"]["code"]), ("failed", "result_lost"))
        self.assertIn("forbidden_address", job["error"]["message"])
        self.assertEqual(self.files.requests("/speech"), [])
        job = self.ended(gone)
        self.assertEqual((job["state"], job["error"]["code"]), ("failed", "result_lost"))
        self.assertEqual(job["charge"]["net"], 0)
        self.assertEqual(self.balance(), 520)
        self.assertEqual(len(self.submissions()), 2)

    def test_a_service_may_want_links(self):
        url = self.files.put("/speech", speech(100))
        job = self.completed("title", made=[{"role": "audio", "url": url}])
        self.assertEqual(job["result"], {"audio": url, "url": url})
        status, headers, _ = self.call("GET", f"/api/jobs/{job['id']}/result")
        self.assertEqual((status, headers["location"]), (302, url))

    def test_a_kill_while_it_is_fetched_makes_nothing_twice(self):
        sound = speech(5_000)
        url = self.files.put("/speech", sound)
        self.files.held.add("/speech")
        number = self.enqueue("tts", text="Hello there", made=[{"role": "audio", "url": url}])
        self.assertTrue(self.files.halfway.wait(60))
        self.kill()
        self.files.held.clear()
        self.files.go_on.set()
        self.up()
        job = self.ended(number)
        self.assertEqual(job["state"], "completed", job)
        self.assertEqual(job["attempt"], 2)
        self.assertEqual(job["result"]["files"][0]["sha256"], sha256(sound))
        self.assertEqual(os.listdir(os.path.dirname(self.path_of(job, "x"))), ["audio.wav"])
        self.assertEqual(len(self.submissions()), 1)
        self.assertTrue(self.ask("audit")["clean"])


class Hints(ResultsTest):
    more = "hints: {public_url: https://tallyman.example}"

    def test_forged_and_unknown_ones_are_answered_alike(self):
        answers = []
        for path in ("1/00", "99/" + "a" * 64, "x/y", "1/"  + "z" * 500):
            for body in (None, {"state": "done"}):
                answer = self.call("POST", "/api/provider/hint/" + path, body)
                answers.append((answer[0], answer[2], sorted(
                    set(answer[1]) - {"date", "x-request-id"})))
        self.assertEqual(len(set(map(str, answers))), 1, answers)
        self.assertEqual(answers[0][0], 204)

    def test_a_challenge_is_said_again(self):
        status, _, body = self.call("POST", "/api/provider/hint/1/2", {"challenge": "9e1c"})
        self.assertEqual((status, body), (200, b'{"challenge":"9e1c"}'))


if __name__ == "__main__":
    unittest.main()
