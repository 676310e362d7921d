"""Every dialect through one table of faults, with the real program and real money: what becomes of
the job, what it costs its user, and how often a provider was paid for it.
"""
import math
import os
import sys
import tempfile
import time
import unittest

sys.path.append(os.path.dirname(os.path.abspath(__file__)))

from wire import media, speech  # noqa: E402 (needs the path)
from wire.running import ENDED, Tallyman  # noqa: E402
from wire.server import PROTOCOLS, Simulator  # noqa: E402
from wire.settings import FIXED, RATE, TEXTS, service_for, settings_for  # noqa: E402
from wire.tasks import Tasks  # noqa: E402

# What each does about an answer that was lost, as docs/providers.md has it.
LOOKS_UP = ("kling", "kling-3", "ark-video", "volcengine-tts-long", "elevenlabs-clone")
HONOURED = ("sync-lipsync", "minimax-clone")
PARKS = ("dashscope-video", "dashscope-lipsync", "runway", "minimax-video", "minimax-video-2",
         "openai-video")
TASKS = tuple(name for name, kind in PROTOCOLS.items() if issubclass(kind, Tasks))
LINKS = tuple(name for name, kind in PROTOCOLS.items()
              if any(serve in ("open_media", "content") for _, _, serve in kind.routes))
BYTES = ("openai-speech", "openai-subtitles", "elevenlabs")  # the body of an answer is the result

# Which have no word for moderation when they are asked for something.
SILENT = ("openai-subtitles", "sync-lipsync", "volcengine-tts", "volcengine-tts-long")

LOST = ("lost", "cut", "huge", "slow", "408-paid", "409-paid", "503-paid", "200-odd")
JUNK = ("200-html", "empty")
PATIENCE = 50  # seconds, for all of them together


class Expected:
    """What may become of a job: its state, its error code, generations paid for."""

    def __init__(self, *states, code=None, paid=(1,)):
        self.states, self.code, self.paid = states, code, paid


DONE = Expected("completed")
WAITS = Expected("processing", paid=(1,))
TWICE_AT_MOST = Expected("completed", paid=(1, 2))


def lost_answer(name):
    if name in PARKS:
        return WAITS
    return DONE if name in LOOKS_UP or name in HONOURED else TWICE_AT_MOST


def table(name):
    """The faults that a dialect can meet, and what is to come of each."""
    rows = {"fine": DONE, "429": DONE, "429-after": DONE, "busy": DONE,
            "moderation": Expected("failed", paid=(0,),
                                   code="provider_refused" if name in SILENT else "moderation"),
            "bad-input": Expected("failed", code="provider_refused", paid=(0,)),
            "key": Expected("failed", "queued", "processing", paid=(0,)),
            "502-html": Expected("processing", paid=(0,)) if name in PARKS else DONE,
            # Nobody is followed to elsewhere with a paid job; it is the operator's to look at.
            "redirect": Expected("failed", "queued", "processing", paid=(0,))}
    rows.update({fault: lost_answer(name) for fault in LOST})
    rows["huge"] = Expected("failed", *lost_answer(name).states, paid=(1, 2))
    if name in ("kling", "kling-3"):  # it takes the provider a while to find what it has taken
        rows["late-lookup"] = DONE
    rows.update({fault: Expected("failed", "completed", paid=(1, 2)) if name in BYTES
                 else lost_answer(name) for fault in JUNK})
    if name == "volcengine-tts":  # the same reqid again proves that it was made, and it is gone
        rows.update({fault: Expected("failed", "completed", paid=(1, 2)) for fault in LOST + JUNK})
    if hasattr(PROTOCOLS[name], "problems") and issubclass(PROTOCOLS[name], speech.OpenAi):
        rows["json-audio"] = Expected("failed", code="provider_refused", paid=(0,))
    if name in TASKS:
        rows.update({fault: DONE for fault in (
            "number-id", "poll-500", "poll-429", "poll-html", "poll-cut", "odd-word", "lost-once")})
        rows["gone"] = WAITS
        rows["fails"] = Expected("failed", paid=(1, 2))
        # One of them doesn't say why: it is tried again.
        rows["fails-moderation"] = rows["fails"] if name == "volcengine-tts-long" else Expected(
            "failed", code="moderation")
        if PROTOCOLS[name].stopped:
            rows["cancelled"] = Expected("failed", "cancelled", paid=(1, 2))
    if name in LINKS:
        rows.update({fault: DONE for fault in ("flaky-link", "cut-result", "odd-type",
                                               "slow-result")})
        rows["junk-result"] = Expected("failed", paid=(1, 2))
        if name in TASKS:
            rows["dead-link"] = DONE  # asked again, it signs another one
    return rows


def request_for(folder, name, fault, tag="1"):
    """A job whose input has the mark of its fault in it, wherever its provider will see it."""
    mark = f"[sim {fault} {tag}]"
    text = {"text": f"A counting house at dusk. {mark}", "max_duration": 60}
    if "clone" in name or name == "openai-subtitles":
        sample = f"sample-{name}-{fault}-{tag}.wav"
        with open(os.path.join(folder, sample), "wb") as file:
            file.write(speech.marked_sample(mark))
        text = {"audio": sample, "text": mark}
    elif "lipsync" in name:
        there = f"https://media.example/{mark.replace(' ', '%20')}"
        text.update(video=f"https://media.example/face.mp4#{mark}", audio=there)
    return {"service": service_for(name, fault), "user_id": f"user-{name}", "input": text}


def price_of(name, fault, tag="1"):
    """What a completed job must have cost, by the length of the very bytes that were served."""
    if name in TEXTS:
        return FIXED
    kind = PROTOCOLS[name]

    class Asked:
        pass
    asked = Asked()
    asked.fault, asked.tag = fault, tag
    made = kind(None, None)
    made.request = asked
    form = getattr(kind, "kind", "mp3") if name in LINKS else "mp3"
    if name == "openai-video":
        form = "mp4"
    step = {"mp3": media.FRAME_MS, "mp4": 40, "wav": 1}[form]
    length = made.length() // step * step
    return math.ceil((length - 50) / 1000) * RATE


class Faults(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="tallyman-faults-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.simulator = cls.enterClassContext(Simulator()) if hasattr(cls, "enterClassContext") \
            else cls.enter(Simulator())
        cls.cases = [(name, fault) for name in sorted(PROTOCOLS) for fault in table(name)]
        settings = settings_for(cls.folder.name, cls.simulator.address, sorted(PROTOCOLS))
        cls.tallyman = Tallyman(cls.folder.name, settings).start()
        cls.addClassCleanup(cls.tallyman.stop)
        cls.run_all()

    @classmethod
    def enter(cls, context):
        cls.addClassCleanup(context.__exit__, None, None, None)
        return context.__enter__()

    @classmethod
    def run_all(cls):
        requests = [request_for(cls.folder.name, *case) for case in cls.cases]
        begun = time.monotonic()
        ids = [job["id"] for job in cls.tallyman.enqueue(requests)]

        def settled(jobs):
            return all(jobs[id]["state"] in ENDED or "processing" in table(name)[fault].states
                       for (name, fault), id in zip(cls.cases, ids))
        jobs = cls.tallyman.until(settled, PATIENCE)
        time.sleep(1)  # what waits must go on waiting
        jobs = cls.tallyman.jobs()
        cls.took = time.monotonic() - begun
        cls.jobs = {case: jobs[id] for case, id in zip(cls.cases, ids)}

    def counted(self, counter, name, fault):
        return counter.get((name, fault, "1"), 0)

    def problems(self, name, fault):
        expected, job = table(name)[fault], self.jobs[name, fault]
        charge, error = job["charge"], job.get("error", {})
        paid = self.counted(self.simulator.book.paid, name, fault)
        if job["state"] not in expected.states:
            yield f"is {job['state']} {error}, expected {expected.states}"
        if paid not in expected.paid:
            yield f"was paid for {paid} times, expected {expected.paid}"
        if job["state"] == "completed" and charge["net"] != price_of(name, fault):
            yield f"cost {charge['net']}, expected {price_of(name, fault)}"
        if job["state"] in ("failed", "cancelled"):
            if charge["net"] != 0:
                yield f"failed and cost {charge['net']}"
            if expected.code and error.get("code") != expected.code:
                yield f"failed with {error}, expected {expected.code}"
        if job["state"] == "processing" and charge["refunded"] != 0:
            yield "waits, and was refunded"
        if name in PARKS and fault in (*LOST, *JUNK, "502-html") and fault != "huge" \
                and not job.get("parked"):
            yield "is not shown to the operator as parked"

    def test_every_dialect_meets_every_fault(self):
        found = [f"{name} {fault}: {what}" for name, fault in self.cases
                 for what in self.problems(name, fault)]
        self.assertEqual(found, [], f"{len(found)} of {len(self.cases)} in {self.took:.0f} s")

    def test_every_request_was_as_its_provider_documents_it(self):
        self.assertEqual(sorted(set(self.simulator.book.wrong)), [])

    def test_nobody_is_paid_for_what_was_never_asked_for(self):
        asked = {(name, fault, "1") for name, fault in self.cases}
        self.assertLessEqual({(n, f, t) for n, f, t in self.simulator.book.paid}, asked)

    def test_the_books_are_clean(self):
        self.assertEqual(self.tallyman.audit(), [])


if __name__ == "__main__":
    unittest.main()
