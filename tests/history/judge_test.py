"""The judge itself: a small history that is right, and others that are not."""

import copy
import unittest

from broken import WAYS, broken
from judge import FOREVER, Call, History
from model import Entry, Job

SOUND, DOOMED = 7, 9


def called(begun, kind, status, answer, **asked):
    call = Call("ann", kind, **asked)
    call.begun, call.ended, call.status, call.answer = begun, begun + 1, status, answer
    return call


def job(id_, state, attempt=0, **charge):
    bill = {"number": 0, "open": False, "debited": 0, "settled": 0, "refunded": 0} | charge
    return {"id": id_, "state": state, "attempt": attempt,
            "charge": bill | {"net": bill["debited"] - bill["refunded"]}}


def asked_for(begun, status, answer, key, service="sound", n=0):
    return called(begun, "enqueue", status, answer, key=key, service=service, body={"n": n})


def last(call):
    call.last = True
    return call


def right():
    """A job is cancelled while it runs, one fails for good, one is completed."""
    entries = [Entry("signup", "", 0, "", 30, 30),
               Entry("consume", "1", 1, "", -SOUND, 23),
               Entry("consume", "", 0, "consume:3:ann:a", -10, 13),
               Entry("refund", "1", 1, "", SOUND, 20),
               Entry("recharge", "", 0, "r", 5, 25),
               Entry("consume", "2", 1, "", -DOOMED, 16),
               Entry("refund", "2", 1, "", DOOMED, 25),
               Entry("consume", "3", 1, "", -SOUND, 18)]
    jobs = [Job("1", "ann", "sound", "k1", {"n": 0}, 1, (("cancelled", 1),)),
            Job("2", "ann", "doomed", "k2", {"n": 0}, 1, ()),
            Job("3", "ann", "sound", "k3", {"n": 0}, 1, ())]
    cancelled = job("1", "cancelled", 1, number=1, debited=SOUND, refunded=SOUND)
    failed = job("2", "failed", 1, number=1, debited=DOOMED, refunded=DOOMED)
    done = job("3", "completed", 1, number=1, debited=SOUND, settled=SOUND)
    calls = [asked_for(0, 201, job("1", "queued"), "k1"),
             called(10, "get", 200, job("1", "processing", 1, number=1, open=True, debited=SOUND),
                    job="1"),
             called(20, "consume", 200, {"credits": 13}, name="a", amount=10),
             called(20, "look", 200, {"credits": 23}),  # at the same time, so before it or after
             called(30, "cancel", 200, cancelled, job="1"),
             called(40, "recharge", 200, {"credits": 25}, name="r", amount=5),
             asked_for(50, 201, job("2", "queued"), "k2", "doomed"),
             called(60, "get", 200, failed, job="2"),
             asked_for(70, 201, job("3", "queued"), "k3"),
             asked_for(80, 200, done, "k3"),
             asked_for(90, 409, {"job": "3"}, "k3", n=1),
             called(100, "consume", 200, {"credits": 13}, name="a", amount=10),  # once more
             called(110, "consume", 409, {}, name="a", amount=11),
             called(120, "consume", 400, {"balance": 18}, name="b", amount=99),
             called(130, "cancel", 409, {"state": "completed"}, job="3"),
             called(140, "retry", 409, {"state": "completed"}, job="3")]
    calls += [last(called(200, "look", 200, {"credits": 18}))]
    calls += [last(called(200, "get", 200, told, job=told["id"]))
              for told in (cancelled, failed, done)]
    return History({"ann": entries}, jobs, copy.deepcopy(calls))


class Judged(unittest.TestCase):
    def judge(self, *more):
        history = right()
        history.calls += more
        return history.judge()

    def test_a_right_history_is_right(self):
        self.assertEqual(self.judge(), [])

    def test_each_way_to_break_it_is_found(self):
        found = broken(right())
        self.assertEqual([name for name, _ in found], [way.__name__ for way in WAYS])
        self.assertEqual([name for name, wrong in found if not wrong], [])

    def test_what_was_not_answered_happened_once_or_not_at_all(self):
        for name in ("cancel", "never"):
            history = right()
            for call in history.calls:
                if call.kind == "cancel" and call.status == 200:
                    call.status, call.answer, call.ended = None, None, FOREVER
            if name == "never":
                history.calls.append(called(150, "cancel", None, None, job="1"))
                history.calls.append(called(150, "recharge", None, None, name="no", amount=3))
            self.assertEqual(history.judge(), [], name)

    def test_a_refusal_needs_a_time_at_which_there_was_too_little(self):
        for balance in (13, 3):  # 13 is enough for 9, and 3 there never was
            told = {"balance": balance, "required": DOOMED}
            self.assertEqual(len(self.judge(asked_for(20, 402, told, "k9", "doomed"))), 1, told)
        for begun, wrong in [(20, 0), (41.5, 1)]:  # by then it was more
            call = called(begun, "consume", 400, {"balance": 13}, name="c", amount=14)
            self.assertEqual(len(self.judge(call)), wrong, call)

    def test_a_job_may_be_shown_as_it_was_a_second_ago_and_no_more(self):
        ran = job("3", "processing", 1, number=1, open=True, debited=SOUND)
        for begun, wrong in [(81.5, 0), (83, 1)]:
            self.assertEqual(len(self.judge(called(begun, "get", 200, ran, job="3"))), wrong)

    def test_a_job_is_made_once(self):
        self.assertNotEqual(self.judge(asked_for(85, 201, job("3", "queued"), "k3")), [])

    def test_a_retry_that_was_short_of_credits_needs_a_job_that_ended_without_a_result(self):
        short = {"balance": 3, "required": SOUND}
        self.assertNotEqual(self.judge(called(85, "retry", 402, short, job="3")), [])
        self.assertNotEqual(self.judge(called(85, "retry", 402, short, job="1")), [])


if __name__ == "__main__":
    unittest.main()
