"""Providers that answer at once: texts, speech, subtitles, voices."""
import base64

from . import media
from .links import LINK, TEXTS, Linked
from .protocol import Protocol

STORY = "At dusk the counting house closes its books, and every coin is where it was said to be."


class OpenAi(Protocol):
    """What has errors as OpenAI has them."""
    problems = {"moment": (429, "rate_limit_exceeded", "rate_limit_error"),
                "busy": (429, "rate_limit_exceeded", "requests"),
                "key": (401, "invalid_api_key", "invalid_request_error"),
                "content": (400, "content_policy_violation", "image_generation_user_error"),
                "job": (400, "invalid_value", "invalid_request_error")}

    def refusal(self, kind):
        status, code, group = self.problems[kind]
        return status, {"error": {"message": f"simulated: {code}", "type": group, "param": None,
                                  "code": code}}

    def submit(self, *more):
        if self.request.fault == "json-audio":  # an error that a proxy serves as what was asked for
            self.count(self.book.submits)
            self.handler.answer(200, self.refusal("job")[1], Content_Type="audio/mpeg")
        else:
            super().submit(*more)


class Chat(OpenAi):
    dialect = "openai-chat"
    routes = (("POST", "/chat/completions", "submit"),)

    def check(self):
        self.need(model=str, messages=list, messages__0__role=str, messages__0__content=str)

    def begin(self):
        self.count(self.book.paid)
        return 200, {
            "id": f"chatcmpl-{self.book.next_id()}", "object": "chat.completion",
            "created": 1763700000, "model": self.request.json.get("model"),
            "choices": [{"index": 0, "finish_reason": "stop", "logprobs": None,
                         "message": {"role": "assistant", "content": STORY, "refusal": None}}],
            "usage": {"prompt_tokens": 24, "completion_tokens": 21, "total_tokens": 45},
        }, {"X_Request_Id": "req_sim"}


class Speech(OpenAi):
    dialect = "openai-speech"
    routes = (("POST", "/audio/speech", "submit"),)

    def check(self):
        self.need(model=str, input=str, voice=str, response_format=str)

    def begin(self):
        self.count(self.book.paid)
        wished = self.request.json.get("response_format")
        kind, body = self.made("wav" if wished == "wav" else "mp3")
        return 200, body, {"Content_Type": kind}


class Subtitles(OpenAi):
    dialect = "openai-subtitles"
    routes = (("POST", "/audio/transcriptions", "submit"),)

    def check(self):
        if not (self.request.part("file") or b"").startswith(b"RIFF"):
            self.wrong("the file is not what the job names")
        if not self.request.part("model"):
            self.wrong("no model")

    def begin(self):
        self.count(self.book.paid)
        kind, text = TEXTS.get((self.request.part("response_format") or b"srt").decode())
        return 200, text.encode(), {"Content_Type": kind}


class DashScope(Linked):
    problems = {"moment": (429, "Throttling.RateQuota"), "busy": (429, "Throttling"),
                "key": (401, "InvalidApiKey"), "content": (400, "DataInspectionFailed"),
                "job": (400, "InvalidParameter")}

    def refusal(self, kind):
        status, code = self.problems[kind]
        return status, {"code": code, "message": f"simulated: {code}", "request_id": "sim"}


class DashScopeText(DashScope):
    dialect = "dashscope-text"
    routes = (("POST", "/api/v1/services/aigc/text-generation/generation", "submit"),)

    def check(self):
        self.need(model=str, input__messages=list, parameters__result_format="message")

    def begin(self):
        self.count(self.book.paid)
        message = {"role": "assistant", "content": STORY}
        return 200, {"request_id": "sim", "usage": {"input_tokens": 24, "output_tokens": 21},
                     "output": {"choices": [{"finish_reason": "stop", "message": message}]}}, {}


class CosyVoice(DashScope):
    dialect = "cosyvoice"
    kind = "mp3"
    routes = (("POST", "/api/v1/services/audio/tts/SpeechSynthesizer", "submit"), LINK)

    def check(self):
        self.need(model=str, input__text=str, input__voice=str)

    def begin(self):
        self.count(self.book.paid)
        audio = {"url": self.link(), "data": "", "id": "audio_sim", "expires_at": 1763786400}
        return 200, {"request_id": "sim", "usage": {"characters": 31},
                     "output": {"finish_reason": "stop", "audio": audio}}, {}


class QwenTts(CosyVoice):
    dialect = "qwen-tts"
    kind = "wav"
    routes = (("POST", "/api/v1/services/aigc/multimodal-generation/generation", "submit"), LINK)


class MiniMax(Protocol):
    """Everything is 200 there."""
    problems = {"moment": 1002, "busy": 1041, "key": 1004, "content": 1026, "job": 2013}

    def refusal(self, kind):
        return 200, {"base_resp": {"status_code": self.problems[kind], "status_msg": "simulated"}}

    ok = {"status_code": 0, "status_msg": "success"}


class MiniMaxSpeech(MiniMax):
    dialect = "minimax-speech"
    routes = (("POST", "/v1/t2a_v2", "submit"),)

    def check(self):
        self.need(model=str, text=str, stream=False, voice_setting__voice_id=str,
                  audio_setting__sample_rate=int, audio_setting__bitrate=int)

    def begin(self):
        self.count(self.book.paid)
        body = self.made("mp3")[1]
        return 200, {"data": {"audio": body.hex(), "status": 2}, "trace_id": "sim",
                     "extra_info": {"audio_length": self.length() - 107, "audio_format": "mp3",
                                    "usage_characters": 31}, "base_resp": self.ok}, {}


class MiniMaxClone(MiniMax):
    dialect = "minimax-clone"
    routes = (("POST", "/v1/files/upload", "upload"), ("POST", "/v1/voice_clone", "submit"))

    def upload(self):
        """The sample has the mark of the job in it, since the clone itself has no text."""
        if not (self.request.part("file") or b"").startswith(b"RIFF"):
            self.wrong("the sample is not what the job names")
        file = self.book.next_id()
        with self.book.lock:
            self.book.tasks[self.name, file] = (self.request.fault, self.request.tag)
        self.handler.answer(200, {"file": {"file_id": file, "bytes": 9, "purpose": "voice_clone"},
                                  "base_resp": self.ok})

    def submit(self, *more):
        file = self.request.json.get("file_id")
        found = self.book.tasks.get((self.name, file))
        if found is None:
            self.wrong(f"a file that was not uploaded: {file!r}")
        self.request.fault, self.request.tag = found or ("", "")
        super().submit(*more)

    def check(self):
        self.need(file_id=int, voice_id=str)

    def accept(self, fault):
        voice = self.request.json["voice_id"]
        with self.book.lock:
            known = (self.name, voice) in self.book.keys
            self.book.keys[self.name, voice] = voice
        if known:
            self.handler.answer(200, {"base_resp": {"status_code": 2039,
                                                    "status_msg": "voice id duplicate"}})
        else:
            super().accept(fault)

    def begin(self):
        self.count(self.book.paid)
        return 200, {"input_sensitive": False, "demo_audio": "", "base_resp": self.ok}, {}


class Volcengine(Protocol):
    dialect = "volcengine-tts"
    auth = "semicolon"
    routes = (("POST", "/api/v1/tts", "submit"),)
    problems = {"moment": (200, 3003), "busy": (200, 3005), "key": (401, 4001),
                "content": (200, 3011), "job": (200, 3010)}

    def check(self):
        self.need(app__appid=str, app__cluster=str, user__uid=str, audio__voice_type=str,
                  audio__encoding=str, request__reqid=str, request__text=str,
                  request__operation="query")

    def refusal(self, kind):
        status, code = self.problems[kind]
        return status, {"reqid": "sim", "code": code, "operation": "query", "sequence": 0,
                        "message": "simulated"}

    def accept(self, fault):
        reqid = self.request.json["request"]["reqid"]
        with self.book.lock:
            known = (self.name, reqid) in self.book.keys
            self.book.keys[self.name, reqid] = reqid
        if known:
            self.handler.answer(200, {"reqid": reqid, "code": 3006, "message": "repeated reqid"})
        else:
            super().accept(fault)

    def begin(self):
        self.count(self.book.paid)
        told = base64.b64encode(self.made("mp3")[1]).decode()
        return 200, {"reqid": self.request.json["request"]["reqid"], "code": 3000, "sequence": -1,
                     "operation": "query", "message": "Success", "data": told,
                     "addition": {"duration": str(self.length())}}, {}


class ElevenLabs(Protocol):
    dialect = "elevenlabs"
    auth = "xi-api-key"
    routes = (("POST", r"/v1/text-to-speech/(\w+)", "submit"),)
    problems = {"moment": (429, "too_many_concurrent_requests"), "busy": (429, "system_busy"),
                "key": (401, "quota_exceeded"), "content": (400, "content_against_policy"),
                "job": (400, "max_character_limit_exceeded")}

    def check(self):
        self.need(text=str, model_id=str)
        if not self.request.query.get("output_format", "").startswith("mp3_"):
            self.wrong("no output_format")

    def refusal(self, kind):
        status, code = self.problems[kind]
        return status, {"detail": {"status": code, "message": "simulated"}}

    def begin(self):
        self.count(self.book.paid)
        kind, body = self.made("mp3")
        return 200, body, {"Content_Type": kind, "Character_Cost": "31", "Request_Id": "sim"}


class ElevenLabsClone(ElevenLabs):
    dialect = "elevenlabs-clone"
    routes = (("POST", "/v1/voices/add", "submit"), ("GET", "/v2/voices", "voices"))

    def check(self):
        if not (self.request.part("files") or b"").startswith(b"RIFF"):
            self.wrong("the sample is not what the job names")
        if not self.request.part("name"):
            self.wrong("no name")

    def begin(self):
        self.count(self.book.paid)
        voice, name = f"voice{self.book.next_id()}", self.request.part("name").decode()
        with self.book.lock:
            self.book.keys[self.name, voice] = name
        return 200, {"voice_id": voice, "requires_verification": False}, {}

    def voices(self):
        wanted = self.request.query.get("search", "")
        with self.book.lock:
            known = [(voice, name) for (who, voice), name in self.book.keys.items()
                     if who == self.name and wanted in name]
        self.handler.answer(200, {"voices": [{"voice_id": voice, "name": name, "category": "cloned"}
                                             for voice, name in known], "has_more": False})


def marked_sample(mark):
    """A sample whose bytes carry the mark of a job, for services that have no other text."""
    return media.wav(12_000) + mark.encode()


ALL = (Chat, Speech, Subtitles, DashScopeText, CosyVoice, QwenTts, MiniMaxSpeech, MiniMaxClone,
       Volcengine, ElevenLabs, ElevenLabsClone)
