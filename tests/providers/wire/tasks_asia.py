"""More providers with tasks: DashScope, Ark, MiniMax, Volcengine's long speech."""
import time

from .links import LINK
from .speech import DashScope, MiniMax
from .tasks import Plain, Tasks


class DashScopeVideo(Tasks):
    dialect = "dashscope-video"
    waiting, working, done, failed, stopped = \
        "PENDING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELED"
    path = "/api/v1/services/aigc/video-generation/video-synthesis"
    routes = (("POST", path, "submit"), ("GET", r"/api/v1/tasks/([\w-]+)", "poll"),
              ("POST", r"/api/v1/tasks/([\w-]+)/cancel", "cancel"), LINK)
    problems = DashScope.problems
    refusal = DashScope.refusal

    def check(self):
        self.need(model=str, input__prompt=str, parameters__duration=int,
                  parameters__resolution=str)
        self.check_async()

    def check_async(self):
        if self.request.headers.get("X-DashScope-Async") != "enable":
            self.wrong("without X-DashScope-Async")

    def taken(self, task_id):
        return {"request_id": "sim", "output": {"task_id": task_id, "task_status": self.waiting}}

    def unknown(self, task_id):
        """Of an id they don't know, or no longer: with status 200."""
        self.handler.answer(200, {"request_id": "sim",
                                  "output": {"task_id": task_id, "task_status": "UNKNOWN"}})

    def state(self, task_id, word, task):
        output = {"task_id": task_id, "task_status": word,
                  "submit_time": "2026-11-21 08:00:00.000"}
        told = {"request_id": "sim", "output": output}
        if word == self.done:
            output.update(video_url=self.link(self.turn(task)), orig_prompt="a cat")
            told["usage"] = {"duration": 5, "video_count": 1, "SR": 720}
        elif word == self.failed:
            output.update(message="simulated", code="DataInspectionFailed"
                          if task.fault == "fails-moderation" else "InternalError.Algo")
        return told


class DashScopeLipsync(DashScopeVideo):
    dialect = "dashscope-lipsync"
    path = "/api/v1/services/aigc/image2video/video-synthesis/?"
    routes = (("POST", path, "submit"), *DashScopeVideo.routes[1:])

    def check(self):
        self.need(model=str, input__video_url=str, input__audio_url=str)
        self.check_async()


class Ark(Plain):
    dialect = "ark-video"
    stopped = "cancelled"
    path = "/contents/generations/tasks"
    routes = (("POST", path, "submit"), ("GET", path, "items"),
              ("GET", path + r"/([\w-]+)", "poll"), ("DELETE", path + r"/([\w-]+)", "cancel"), LINK)
    problems = {"moment": (429, "RateLimitExceeded.EndpointRPMExceeded"),
                "busy": (429, "ServerOverloaded"), "key": (401, "AuthenticationError"),
                "content": (400, "InputTextSensitiveContentDetected"),
                "job": (400, "InvalidParameter")}

    def check(self):
        self.need(model=str, content__0__type="text", content__0__text=str, duration=int, seed=int,
                  execution_expires_after=int)

    def items(self):
        """Newest first, as they list them, and page by page: no prompt in it, but the seed. Others
        of the account have been busy since, and before.
        """
        now = int(time.time())
        with self.book.lock:
            mine = [(task_id, task) for (name, task_id), task in self.book.tasks.items()
                    if name == self.name]
        def of(task_id, seed, at):
            return {"id": task_id, "seed": seed, "status": self.working, "model": "ep-1",
                    "created_at": at}
        items = [*(of(f"new-{i}", i, now) for i in range(250)),
                 *(of(task_id, task.seed, now) for task_id, task in reversed(mine)),
                 *(of(f"old-{i}", i, now - 9_000 - i) for i in range(2_000))]
        size, page = (int(self.request.query[key]) for key in ("page_size", "page_num"))
        self.handler.answer(200, {"items": items[(page - 1) * size:page * size],
                                  "total": len(items)})

    def state(self, task_id, word, task):
        told = {"id": task_id, "status": word, "seed": task.seed, "model": "simulated"}
        if word == self.done:
            told.update(content={"video_url": self.link(self.turn(task))}, duration=5,
                        usage={"completion_tokens": 108900, "total_tokens": 108900})
        elif word == self.failed:
            told["error"] = {"message": "simulated", "code": "OutputVideoSensitiveContentDetected"
                             if task.fault == "fails-moderation" else "InternalServiceError"}
        return told


class MiniMaxTasks(Tasks):
    ids_are_numbers = True
    waiting, working, done, failed = "Queueing", "Processing", "Success", "Fail"
    problems, refusal, ok = MiniMax.problems, MiniMax.refusal, MiniMax.ok

    def taken(self, task_id):
        return {"task_id": task_id, "base_resp": self.ok}

    def asked_id(self):
        return self.request.query.get("task_id", "")

    def unknown(self, task_id):
        self.handler.answer(200, {"base_resp": {"status_code": 2013, "status_msg": "no such task"}})

    def state(self, task_id, word, task):
        told = {"task_id": task_id, "status": word, "base_resp": dict(self.ok)}
        if word == self.done:
            told["file_id"] = int(task_id) + 1
        elif word == self.failed and task.fault == "fails-moderation":
            told["base_resp"] = {"status_code": 1027, "status_msg": "output sensitive"}
        return told

    def file(self):
        """The second call, with the name of a file that is beyond what a double can hold."""
        task = self.book.tasks.get((self.name, str(int(self.request.query["file_id"]) - 1)))
        if task is None:
            self.wrong(f"no file {self.request.query}")
            self.handler.answer(200, {"base_resp": {"status_code": 2013, "status_msg": "no file"}})
            return
        self.request.fault, self.request.tag = task.fault, task.tag
        turn = self.count(self.book.asked, "file")
        self.handler.answer(200, {"file": {"file_id": int(self.request.query["file_id"]),
                                           "download_url": self.link(turn)}, "base_resp": self.ok})


class MiniMaxVideo(MiniMaxTasks):
    dialect = "minimax-video"
    routes = (("POST", "/v1/video_generation", "submit"),
              ("GET", "/v1/query/video_generation", "poll"), ("GET", "/v1/files/retrieve", "file"),
              LINK)

    def check(self):
        self.need(model=str, prompt=str, duration=int, resolution=str)


class MiniMaxLong(MiniMaxTasks):
    dialect = "minimax-speech-async"
    kind = "mp3"
    waiting, working, done, failed = "Processing", "processing", "success", "failed"
    routes = (("POST", "/v1/t2a_async_v2", "submit"),
              ("GET", "/v1/query/t2a_async_query_v2", "poll"),
              ("GET", "/v1/files/retrieve", "file"), LINK)

    def check(self):
        self.need(model=str, text=str, voice_setting__voice_id=str)


class MiniMaxVideo2(MiniMaxTasks):
    dialect = "minimax-video-2"
    ids_are_numbers = False
    waiting, working, done, failed = "queued", "running", "succeeded", "failed"
    stopped = "cancelled"
    routes = (("POST", "/v2/video_generation", "submit"),
              ("GET", r"/v2/query/video_generation/([\w-]+)", "poll"),
              ("DELETE", r"/v2/video_generation/([\w-]+)", "cancel"), LINK)

    def check(self):
        self.need(model=str, prompt=str, duration=int)

    def taken(self, task_id):
        return {"task": {"id": task_id, "status": self.waiting}, "base_resp": self.ok}

    def state(self, task_id, word, task):
        told = {"id": task_id, "status": word}
        if word == self.done:
            told.update(content={"url": self.link(self.turn(task))}, duration=6,
                        usage={"total_seconds": 6, "input_seconds": 0, "output_seconds": 6})
        elif word == self.failed:
            told["error"] = {"code": 1027 if task.fault == "fails-moderation" else 1000,
                             "message": "simulated"}
        return {"task": told, "base_resp": self.ok}


class VolcengineLong(Tasks):
    dialect = "volcengine-tts-long"
    auth = "X-Api-Access-Key"
    kind = "mp3"
    unique_keys = True
    waiting, working, done, failed = 1, 1, 2, 3
    routes = (("POST", "/api/v3/tts/submit", "submit"), ("POST", "/api/v3/tts/query", "poll"), LINK)
    problems = {"moment": (429, 45000292), "busy": (200, 45000292), "key": (403, 45000010),
                "content": (400, 45000002), "job": (400, 45000000)}

    def check(self):
        self.need(unique_id=str, req_params__text=str, req_params__speaker=str)
        if not 20 <= len(self.key() or "") <= 64:
            self.wrong("unique_id has not 20 to 64 characters")

    def refusal(self, kind):
        status, code = self.problems[kind]
        return status, {"code": code, "message": "simulated"}

    def repeated(self):
        return 200, {"code": 45000001, "message": "unique_id is repeated"}

    def key(self):
        return self.request.json.get("unique_id")

    def taken(self, task_id):
        return {"code": 20000000, "message": "ok", "data": {"task_id": task_id}}

    def asked_id(self):
        if self.key():
            return str(self.book.keys.get((self.name, self.key()), ""))
        return str(self.request.json.get("task_id", ""))

    def unknown(self, task_id):
        self.handler.answer(200, {"code": 45000003, "message": f"no task {task_id}"})

    def state(self, task_id, word, task):
        data = {"task_id": task_id, "task_status": word}
        if word == self.done:
            data["audio_url"] = self.link(self.turn(task))
        return {"code": 20000000, "message": "ok", "data": data}


ALL = (DashScopeVideo, DashScopeLipsync, Ark, MiniMaxVideo, MiniMaxLong, MiniMaxVideo2,
       VolcengineLong)
