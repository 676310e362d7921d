"""Providers that begin a task and are asked about it. A task is waiting at the first question, at
work at the second, done at the third; unless its fault says otherwise.
"""
import threading
import time

from .links import LINK, Linked
from .protocol import PAGE

CUT, HTML, BUSY, BROKEN = "poll-cut", "poll-html", "poll-429", "poll-500"


class Task:
    def __init__(self, request, key):
        self.fault, self.tag, self.key = request.fault, request.tag, key
        self.seed = request.json.get("seed")
        self.polls = 0
        self.begun = time.monotonic()
        self.cancelled = False
        self.lock = threading.Lock()


class Tasks(Linked):
    """Subclasses name the words, and put what a task says into its form."""
    ids_are_numbers = False
    honours_keys = False
    unique_keys = False
    waiting, working, done = "queued", "running", "succeeded"
    failed, stopped = "failed", None  # None: there is no such word

    def key(self):
        """The client's own name for it, where the protocol has one."""
        return None

    def accept(self, fault):
        key = self.key()
        with self.book.lock:
            known = self.book.keys.get((self.name, key)) if key else None
        if known and self.unique_keys:
            self.handler.answer(*self.repeated())
        elif known and self.honours_keys:
            self.handler.answer(200, self.taken(known))
        else:
            super().accept(fault)

    def begin(self):
        self.count(self.book.paid)
        number = self.book.next_id()
        as_number = self.ids_are_numbers or self.request.fault == "number-id"
        task_id = number if as_number else f"task-{number}"
        with self.book.lock:
            self.book.tasks[self.name, str(task_id)] = Task(self.request, self.key())
            job = (self.name, self.request.fault or "fine", self.request.tag or "-")
            self.book.callbacks[job] = self.callback()
            if self.key():
                self.book.keys[self.name, self.key()] = task_id
        return 200, self.taken(task_id), {}

    def poll(self, task_id=None):
        task_id = self.asked_id() if task_id is None else task_id
        task = self.book.tasks.get((self.name, task_id))
        if task is None:
            self.unknown(task_id)
            return
        with task.lock:
            task.polls += 1
            number = task.polls
        self.request.fault, self.request.tag = task.fault, task.tag
        self.count(self.book.asked, "poll")
        if not self.trouble(task.fault, number, task_id):
            self.handler.answer(200, self.state(task_id, self.word(task, number), task))

    def trouble(self, fault, number, task_id):
        """A bad answer to a question: it says nothing about the task."""
        handler = self.handler
        if fault == BROKEN and number in (2, 3):
            handler.answer(500, {"error": {"message": "internal", "code": "internal"}})
        elif fault == BUSY and number == 2:
            handler.answer(*self.refusal("moment"), Retry_After="1")
        elif fault == HTML and number == 2:
            handler.answer(502, PAGE, Content_Type="text/html")
        elif fault == CUT and number == 2:
            handler.unheard("cut", 200, self.state(task_id, self.done, Task(self.request, None)))
        elif fault == "lost-once" and number in (2, 3):
            self.unknown(task_id)
        elif fault == "gone":
            self.unknown(task_id)
        else:
            return False
        return True

    def word(self, task, number):
        fault = task.fault
        if task.cancelled or (fault == "cancelled" and number >= 2):
            return self.stopped
        if fault in ("fails", "fails-moderation") and number >= 2:
            return self.failed
        if fault == "odd-word" and number in (2, 3):
            return "HIBERNATING"
        if fault == "hold-poll" and not self.book.release.is_set():
            return self.working
        return {1: self.waiting, 2: self.working}.get(number, self.done)

    def turn(self, task):
        """How often its links have been signed."""
        return max(1, task.polls - 2)

    def known_by(self, key):
        """The task of a key of the client; a while after it was begun, where the fault is that."""
        task_id = self.book.keys.get((self.name, key))
        task = self.book.tasks.get((self.name, str(task_id)))
        late = task and task.fault == "late-lookup" and time.monotonic() - task.begun < 0.5
        return None if late else task_id

    def callback(self):
        """Where the client wants to hear that there is news."""
        body = self.request.json
        told = body.get("callback_url") or body.get("webhookUrl")
        return told or (body.get("options") or {}).get("callback_url")

    def asked_id(self):
        raise NotImplementedError

    def unknown(self, task_id):
        self.handler.answer(404, {"error": {"message": f"no task {task_id}", "code": "not_found"}})

    def taken(self, task_id):
        return {"id": task_id}

    def state(self, task_id, word, task):
        raise NotImplementedError

    def repeated(self):
        raise NotImplementedError

    def cancel(self, task_id):
        self.count(self.book.asked, "cancel")
        task = self.book.tasks.get((self.name, task_id))
        if task:
            task.cancelled = True
        self.handler.answer(200, {})


class Plain(Tasks):
    """Providers whose errors are {"error": {"code", "message"}}."""
    problems = {"moment": (429, "rate_limit_exceeded"), "busy": (429, "rate_limit_exceeded"),
                "key": (401, "invalid_api_key"), "content": (400, "moderation_blocked"),
                "job": (400, "invalid_value")}

    def refusal(self, kind):
        status, code = self.problems[kind]
        return status, {"error": {"code": code, "message": f"simulated: {code}"}}


class Kling(Tasks):
    dialect = "kling"
    auth = "jwt"
    unique_keys = True
    waiting, working, done = "submitted", "processing", "succeed"
    problems = {"moment": (429, 1302), "busy": (429, 1303), "key": (401, 1002),
                "content": (400, 1301), "job": (400, 1201)}
    path = "/v1/videos/text2video"
    routes = (("POST", path, "submit"), ("GET", path + r"/([\w-]+)", "poll_or_find"), LINK)

    def refusal(self, kind):
        status, code = self.problems[kind]
        return status, {"code": code, "message": f"simulated {code}", "request_id": "sim"}

    def repeated(self):
        return 400, {"code": 1201, "message": "external_task_id must be unique"}

    def check(self):
        self.need(model_name=str, prompt=str, duration=str, external_task_id=str)
        if self.request.json.get("duration") not in ("5", "10"):
            self.wrong("duration is neither \"5\" nor \"10\"")

    def key(self):
        return self.request.json.get("external_task_id")

    def taken(self, task_id):
        return {"code": 0, "message": "SUCCEED", "request_id": "sim",
                "data": {"task_id": task_id, "task_status": self.waiting,
                         "task_info": {"external_task_id": self.key()}}}

    def poll_or_find(self, name):
        """One call for both: by their name for it, or by ours."""
        known = self.known_by(name)
        self.poll(str(known) if known is not None else name)

    def unknown(self, task_id):
        self.handler.answer(400, {"code": 1203, "message": f"no such task {task_id}"})

    def state(self, task_id, word, task):
        data = {"task_id": task_id, "task_status": word, "task_status_msg": "",
                "task_info": {"external_task_id": task.key}}
        if word == self.done:
            video = {"id": "v", "url": self.link(self.turn(task)),
                     "duration": f"{self.length() / 1000}"}
            data.update(task_result={"videos": [video]}, final_unit_deduction="10")
        elif word == self.failed:
            data["task_status_msg"] = "Failure to pass the risk control system" \
                if task.fault == "fails-moderation" else "internal error"
        return {"code": 0, "message": "SUCCEED", "request_id": "sim", "data": data}


class Kling3(Kling):
    dialect = "kling-3"
    auth = "bearer"
    done = "succeeded"
    routes = (("POST", "/text-to-video/kling-3.0", "submit"), ("GET", "/tasks", "poll_or_list"),
              LINK)

    def check(self):
        self.need(prompt=str, settings__duration=int, settings__resolution=str,
                  options__external_task_id=str)

    def key(self):
        return (self.request.json.get("options") or {}).get("external_task_id")

    def taken(self, task_id):
        return {"code": 0, "message": "ok", "request_id": "sim",
                "data": {"id": task_id, "status": self.waiting, "external_id": self.key()}}

    def poll_or_list(self):
        ours = self.request.query.get("external_task_ids")
        known = self.known_by(ours)
        if ours and known is None:
            self.handler.answer(200, {"code": 0, "data": []})
        else:
            self.poll(str(known) if ours else self.request.query.get("task_ids", ""))

    def unknown(self, task_id):
        self.handler.answer(200, {"code": 0, "message": "ok", "data": []})

    def state(self, task_id, word, task):
        found = {"id": task_id, "status": word, "message": "", "external_id": task.key,
                 "outputs": []}
        if word == self.done:
            found["outputs"] = [{"type": "video", "url": self.link(self.turn(task)),
                                 "duration": f"{self.length() / 1000}"}]
            found["billing"] = [{"charge_type": "unit", "amount": "12.5", "currency": "unit"}]
        elif word == self.failed and task.fault == "fails-moderation":
            found["message"] = "Failure to pass the risk control system"
        return {"code": 0, "message": "ok", "data": [found]}


class Runway(Tasks):
    dialect = "runway"
    waiting, working, done, failed, stopped = \
        "PENDING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"
    routes = (("POST", "/v1/text_to_video", "submit"), ("GET", r"/v1/tasks/([\w-]+)", "poll"),
              ("DELETE", r"/v1/tasks/([\w-]+)", "cancel"), LINK)
    problems = {"moment": 429, "busy": 429, "key": 401, "content": 400, "job": 400}

    def refusal(self, kind):
        code = {"failureCode": "SAFETY.INPUT.TEXT"} if kind == "content" else {}
        return self.problems[kind], {"error": "simulated", **code}

    def check(self):
        self.need(model=str, promptText=str, duration=int, ratio=str)
        if self.request.headers.get("X-Runway-Version") != "2024-11-06":
            self.wrong("without X-Runway-Version")

    def unknown(self, task_id):
        self.handler.answer(404, {"error": f"no task {task_id}"})

    def state(self, task_id, word, task):
        told = {"id": task_id, "status": word, "createdAt": "2026-11-21T00:00:00Z"}
        if word == self.done:
            told["output"] = [self.link(self.turn(task))]
        elif word == self.failed:
            told["failure"] = "simulated"
            told["failureCode"] = "SAFETY.OUTPUT.VIDEO" \
                if task.fault == "fails-moderation" else "THIRD_PARTY.UNAVAILABLE"
        return told


class OpenAiVideo(Plain):
    dialect = "openai-video"
    stopped = "cancelled"
    working, done = "in_progress", "completed"
    routes = (("POST", "/videos", "submit"), ("GET", r"/videos/([\w-]+)", "poll"),
              ("DELETE", r"/videos/([\w-]+)", "cancel"),
              ("GET", r"/videos/([\w-]+)/content", "content"))

    def check(self):
        self.need(model=str, prompt=str, seconds=str, size=str)

    def state(self, task_id, word, task):
        told = {"id": task_id, "object": "video", "status": word, "seconds": "4",
                "progress": {self.waiting: 0, self.working: 40}.get(word, 100)}
        if word == self.failed:
            told["error"] = {"message": "simulated", "code": "moderation_blocked"
                             if task.fault == "fails-moderation" else "internal_error"}
        return told

    def content(self, task_id):
        """Only with the key: it is a call, not a link."""
        task = self.book.tasks[self.name, task_id]
        self.request.query["signed"] = "1" if self.count_content(task) < 2 else "2"
        self.open_media(task.fault or "fine", task.tag or "-")

    def count_content(self, task):
        self.request.fault, self.request.tag = task.fault, task.tag
        return self.count(self.book.asked, "content")


class SyncLipsync(Plain):
    dialect = "sync-lipsync"
    auth = "x-api-key"
    honours_keys = True
    waiting, working, done, failed, stopped = \
        "PENDING", "PROCESSING", "COMPLETED", "FAILED", "CANCELED"
    routes = (("POST", "/v2/generate", "submit"), ("GET", r"/v2/generate/([\w-]+)", "poll"), LINK)

    def check(self):
        self.need(model=str, input__0__type="video", input__0__url=str, input__1__type="audio",
                  input__1__url=str)

    def key(self):
        return self.request.headers.get("Idempotency-Key")

    def taken(self, task_id):
        return {"id": task_id, "status": self.waiting}

    def state(self, task_id, word, task):
        if word == self.failed and task.fault == "fails-moderation":
            word = "REJECTED"
        told = {"id": task_id, "status": word, "model": "lipsync-2"}
        if word == self.done:
            told.update(outputUrl=self.link(self.turn(task)), outputDuration=self.length() / 1000)
        return told


ALL = (Kling, Kling3, Runway, OpenAiVideo, SyncLipsync)
