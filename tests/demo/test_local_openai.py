"""The local server of the examples says what it is asked, in the forms that OpenAI has."""
import io
import json
import os
import re
import subprocess
import sys
import unittest
import urllib.error
import urllib.request
import wave

SERVER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples",
                      "local-openai", "server")
TEXT = "The first line is about ships. The second one is about the sea. A third is short."


class LocalOpenAi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = subprocess.Popen([sys.executable, "-B", SERVER, "--port", "0", "--key", "k1"],
                                      stdout=subprocess.PIPE, text=True)
        cls.address = re.search(r"http://\S+", cls.server.stdout.readline()).group()

    @classmethod
    def tearDownClass(cls):
        cls.server.terminate()
        cls.server.wait()
        cls.server.stdout.close()

    def post(self, path, body, kind="application/json", key="k1"):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        asked = urllib.request.Request(self.address + path, data=data, headers={
            "Content-Type": kind, "Authorization": f"Bearer {key}"})
        try:
            with urllib.request.urlopen(asked, timeout=60) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def speech(self, **more):
        status, body = self.post("/audio/speech", {"model": "m", "input": TEXT, "voice": "en",
                                                   "response_format": "wav", **more})
        self.assertEqual(status, 200, body)
        return body

    def seconds(self, audio):
        with wave.open(io.BytesIO(audio)) as sound:
            return sound.getnframes() / sound.getframerate()

    def transcribe(self, audio, **fields):
        parts = [f'--B\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
                 for name, value in fields.items()]
        parts.append(b'--B\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n'
                     b"Content-Type: application/octet-stream\r\n\r\n" + audio + b"\r\n--B--\r\n")
        kind = "multipart/form-data; boundary=B"
        return self.post("/audio/transcriptions", b"".join(parts), kind)

    def test_a_text_is_about_what_was_asked_for(self):
        status, body = self.post("/chat/completions", {"messages": [
            {"role": "system", "content": "s"}, {"role": "user", "content": "a lighthouse"}]})
        told = json.loads(body)
        self.assertEqual(status, 200)
        self.assertIn("a lighthouse", told["choices"][0]["message"]["content"])
        usage = told["usage"]
        self.assertEqual(usage["total_tokens"], usage["prompt_tokens"] + usage["completion_tokens"])

    def test_slow_speech_is_longer(self):
        self.assertGreater(self.seconds(self.speech(speed=0.5)), 1.5 * self.seconds(self.speech()))

    def test_subtitles_have_the_lines_in_the_pauses_of_the_audio(self):
        audio = self.speech()
        status, body = self.transcribe(audio, model="m", response_format="srt", prompt=TEXT)
        self.assertEqual(status, 200, body)
        text = body.decode()
        self.assertIn("The second one is about the sea.", text)
        ends = [sum(int(part) * scale for part, scale in zip(re.split("[:,]", end),
                                                             (3_600_000, 60_000, 1000, 1)))
                for end in re.findall(r"--> (\S+)", text)]
        self.assertEqual(len(ends), 3)
        self.assertEqual(ends, sorted(ends))
        self.assertLessEqual(ends[-1], self.seconds(audio) * 1000)

    def test_without_a_text_it_does_not_claim_to_have_heard_one(self):
        body = self.transcribe(self.speech(), model="m", response_format="vtt")[1].decode()
        self.assertTrue(body.startswith("WEBVTT"))
        self.assertIn("[speech]", body)

    def test_refusals_have_a_code(self):
        for path, body, status, code in (
                ("/audio/speech", {"input": "x", "voice": "en; rm"}, 400, "invalid_value"),
                ("/audio/speech", {"input": "x", "response_format": "exe"}, 400, "invalid_value"),
                ("/chat/completions", {"messages": []}, 400, "invalid_value"),
                ("/chat/completions", b"{", 400, "invalid_json"),
                ("/elsewhere", {}, 404, "not_found")):
            answer = self.post(path, body)
            self.assertEqual(answer[0], status, answer)
            self.assertEqual(json.loads(answer[1])["error"]["code"], code)
        self.assertEqual(self.post("/chat/completions", {}, key="k2")[0], 401)
        self.assertEqual(self.transcribe(b"<html>", model="m")[0], 400)


if __name__ == "__main__":
    unittest.main()
