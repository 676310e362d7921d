"""Ways to break a history. Each takes one that is right, changes a copy of it as a broken product
would have, and says what it did; the judge must find every one of them."""

import copy

from model import Entry


def first(of):
    """Of those that there are; a history without any is too poor to be broken so."""
    found = next(iter(of), None)
    if found is None:
        raise LookupError("there is nothing to break")
    return found


def answered(history, kind, status):
    return [call for call in history.calls if (call.kind, call.status) == (kind, status)]


def commits(history, true):
    """(ledger of its user, place)"""
    return ((entries, at) for entries in history.entries.values()
            for at, entry in enumerate(entries) if true(entry))


def rewrite(entries):
    """The balances again, as a ledger would have them that is wrong and adds up."""
    balance = 0
    for at, entry in enumerate(entries):
        balance += entry.amount
        entries[at] = entry._replace(balance=balance)


def drop(entries, at):
    del entries[at]
    rewrite(entries)


def doubled_charge(history):
    entries, at = first(commits(history, lambda entry: entry.kind == "consume" and entry.job))
    entries.insert(at + 1, entries[at])
    rewrite(entries)


def charged_under_another_number(history):
    entries, at = first(commits(history, lambda entry: entry.kind == "consume" and entry.job))
    entries.append(entries[at]._replace(charge=9))
    rewrite(entries)


def lost_refund(history):
    drop(*first(commits(history, lambda entry: entry.kind == "refund")))


def doubled_refund(history):
    entries, at = first(commits(history, lambda entry: entry.kind == "refund"))
    entries.append(entries[at])
    rewrite(entries)


def refund_too_small(history):
    entries, at = first(commits(history, lambda entry: entry.kind == "refund"))
    entries[at] = entries[at]._replace(amount=entries[at].amount - 1)
    rewrite(entries)


def uncharged_run(history):
    ended = {call.answer["id"] for call in history.calls if call.last and call.kind == "get"
             and call.answer["state"] == "completed"}
    drop(*first(commits(history, lambda e: e.kind == "consume" and e.job in ended)))


def lost_recharge(history):
    names = {call.reference for call in answered(history, "recharge", 200)}
    drop(*first(commits(history, lambda entry: entry.reference in names)))


def credits_from_nowhere(history):
    entries = first(history.entries.values())
    entries.append(Entry("recharge", "", 0, "nobody's", 5, entries[-1].balance + 5))


def wrong_balance_in_an_answer(history):
    first(answered(history, "consume", 200)).answer["credits"] += 1


def wrong_balance_in_a_refusal(history):
    first(call for call in history.calls
          if "balance" in (call.answer or ())).answer["balance"] += 1


def again_later(history, kind, true, seconds):
    """A last look once more, after a while."""
    last = first(call for call in history.calls if call.kind == kind and call.last and true(call))
    call = copy.deepcopy(last)
    call.begun, call.ended, call.last = last.ended + seconds, last.ended + seconds + 1, False
    history.calls.append(call)
    return call


def stale_balance(history):
    call = again_later(history, "look", lambda call: True, 0.1)
    entries = history.entries[call.user]
    call.answer["credits"] = first(entry.balance for entry in entries
                                   if entry.balance != entries[-1].balance)


def stale_job(history):
    call = again_later(history, "get", lambda call: call.answer["state"] == "completed", 2)
    call.answer["state"] = "processing"
    call.answer["charge"] |= {"open": True, "settled": 0}


def read_before_it_happened(history):
    call = first(call for call in history.calls if call.kind == "get" and call.last)
    call.begun, call.ended, call.last = -2.0, -1.0, False


def result_that_is_none(history):
    call = first(call for call in history.calls if call.kind == "get" and call.last
                 and call.answer["state"] == "failed")
    call.answer["state"] = "completed"


def two_jobs_for_one_key(history):
    job = history.jobs[0]
    history.jobs.append(job._replace(id="1000000", attempt=0, events=(("cancelled", 0),)))


def repeat_with_another_job(history):
    first(answered(history, "enqueue", 200)).answer["id"] = "1000000"


def key_taken_for_two_bodies(history):
    call = first(answered(history, "enqueue", 409))
    made = first(other for other in answered(history, "enqueue", 201)
                 if other.answer["id"] == call.answer["job"])
    call.status, call.answer = 200, made.answer


def job_that_nobody_asked_for(history):
    key = first(answered(history, "enqueue", 201)).asked["key"]
    history.calls = [call for call in history.calls
                     if call.kind != "enqueue" or call.asked["key"] != key]


def cancel_that_nobody_asked_for(history):
    job = first(answered(history, "cancel", 200)).asked["job"]
    history.calls = [call for call in history.calls
                     if call.kind != "cancel" or call.asked["job"] != job]


def retry_that_never_happened(history):
    call = first(answered(history, "retry", 409))
    call.status, call.answer = 200, {"id": call.asked["job"], "state": "queued", "attempt": 1,
                                     "charge": {"number": 1, "open": False, "debited": 0,
                                                "settled": 0, "refunded": 0, "net": 0}}


def cancel_refused_while_it_ran(history):
    first(answered(history, "cancel", 409)).answer["state"] = "processing"


WAYS = [doubled_charge, charged_under_another_number, lost_refund, doubled_refund,
        refund_too_small, uncharged_run, lost_recharge, credits_from_nowhere,
        wrong_balance_in_an_answer, wrong_balance_in_a_refusal, stale_balance, stale_job,
        read_before_it_happened, result_that_is_none, two_jobs_for_one_key,
        repeat_with_another_job, key_taken_for_two_bodies, job_that_nobody_asked_for,
        cancel_that_nobody_asked_for, retry_that_never_happened, cancel_refused_while_it_ran]


def broken(history):
    """(name of the way, what the judge says of it), of each way that fits this history."""
    found = []
    for way in WAYS:
        one = copy.deepcopy(history)
        try:
            way(one)
        except LookupError:
            continue
        found.append((way.__name__, one.judge()))
    return found
