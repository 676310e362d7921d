"""Compares what clients were answered with the model: each answer must be what the model had at
some time between its request and its end, and nothing may be older than what somebody had seen
before it was asked."""

import bisect

from model import ENDED, SERVICES, Account

FOREVER = float("inf")
# What is shown of a job may be this old, in seconds (docs/http.md); all else is as it is.
VIEW_AGE = 1.0


class Call:
    """A request and its answer; without one the status is None, and nobody knows."""

    def __init__(self, user, kind, **asked):
        self.user, self.kind, self.asked = user, kind, asked
        self.begun, self.ended = 0.0, FOREVER
        self.status, self.answer = None, None
        self.last = False  # asked when all was over: only the end will do

    @property
    def fresh(self):
        """Since when its answer must be true at the earliest."""
        return self.begun - (VIEW_AGE if self.kind == "get" else 0)

    @property
    def reference(self):
        """As the ledger has it."""
        name = self.asked["name"]
        return name if self.kind == "recharge" else f"consume:3:{self.user}:{name}"

    @property
    def amount(self):
        return self.asked["amount"] * (1 if self.kind == "recharge" else -1)

    def __repr__(self):
        return f"{self.kind} {self.user} {self.asked}: {self.status} {self.answer}"


def amounts_of(calls):
    """What was asked for under each reference; where an answer tells the amount, that alone."""
    amounts, told = {}, {}
    for call in calls:
        if call.kind in ("consume", "recharge"):
            name = (call.kind, call.reference)
            amounts.setdefault(name, []).append(call.amount)
            if call.status == 200:
                told.setdefault(name, []).append(call.amount)
    return amounts | told


class Seen:
    """How far the ledger was known to be by when; what tells nothing new is not kept."""

    def __init__(self):
        self.times, self.places = [], []

    def add(self, ended, place):
        at = bisect.bisect_right(self.times, ended)
        if at and self.places[at - 1] >= place:
            return
        until = at
        while until < len(self.places) and self.places[until] <= place:
            until += 1
        self.times[at:until], self.places[at:until] = [ended], [place]

    def before(self, time):
        at = bisect.bisect_left(self.times, time)
        return self.places[at - 1] if at else 0


class Judge:
    """Of one account. Calls are taken in the order in which they were asked, and each is put at the
    earliest place at which its answer was true: what that place excludes, every other would."""

    def __init__(self, user, entries, jobs, calls):
        self.calls = sorted(calls, key=lambda call: call.begun)
        self.account = Account(user, entries, jobs, amounts_of(calls))
        self.balances = self.account.balances
        self.wrong = self.account.wrong
        self.seen = Seen()
        self.seen_of = {}  # job -> [(ended, phase)]
        self.made = set()
        for call in self.calls:
            if call.status is not None:
                self.look_at(call)
        self.causes()

    def complain(self, call, why):
        self.wrong.append(f"{call}: {why}")

    def look_at(self, call):
        ways = {"consume": self.spent, "recharge": self.spent, "look": self.looked,
                "enqueue": self.enqueued, "get": self.got, "cancel": self.steered,
                "retry": self.steered}
        if not ways[call.kind](call):
            self.complain(call, "is no answer")

    def floor(self, call):
        """How far the ledger was when it was asked, at least."""
        return self.seen.before(call.fresh)

    def floor_of(self, job, call):
        """The phase in which somebody had seen the job, or -1."""
        return max((phase for ended, phase in self.seen_of.get(job, []) if ended < call.fresh),
                   default=-1)

    def place_where(self, call, first, last, true):
        """The first place that will do, from what had been seen on."""
        low = max(first, self.floor(call))
        return next((at for at in range(low, last + 1) if true(self.balances[at])), None)

    # Money

    def spent(self, call):
        place = self.account.place.get(call.reference)
        if call.status == 400 and call.kind == "consume":
            last = len(self.balances) if place is None else place
            self.refused(call, 0, last - 1, call.asked["amount"])
            return True
        if call.status not in (200, 409):
            return False
        if place is None:
            self.complain(call, "never happened")
            return True
        same = self.account.moved[call.reference] == call.amount
        if same != (call.status == 200):
            self.complain(call, f"it moved {self.account.moved[call.reference]}")
        if call.status == 200 and call.answer["credits"] != self.balances[place]:
            self.complain(call, f"the balance was {self.balances[place]}")
        self.seen.add(call.ended, place)
        return True

    def refused(self, call, first, last, needed):
        """For want of credits: there must have been such a balance, and too low a one."""
        told = call.answer["balance"]
        place = self.place_where(call, first, last, lambda balance: balance == told < needed)
        if place is None:
            self.complain(call, f"from {max(first, self.floor(call))} to {last} the balances were "
                          f"{self.balances[max(first, self.floor(call)):last + 1]}")
            return False
        self.seen.add(call.ended, place)
        return True

    def looked(self, call):
        if call.status != 200:
            return False
        end = len(self.balances) - 1
        place = self.place_where(call, end if call.last else 0, end,
                                 lambda balance: balance == call.answer["credits"])
        if place is None:
            self.complain(call, f"from {self.floor(call)} on the balances were "
                          f"{self.balances[self.floor(call):]}")
        else:
            self.seen.add(call.ended, place)
        return True

    # Jobs

    def enqueued(self, call):
        job = self.account.by_key.get(call.asked["key"])
        price = SERVICES[call.asked["service"]].price
        if call.status == 402:
            if job is not None and self.floor_of(job.id, call) >= 0:
                self.complain(call, f"the key was that of job {job.id} already")
            if call.answer["required"] != price:
                self.complain(call, f"the price is {price}")
            last = self.account.courses[job.id].phases[0].last if job else len(self.balances) - 1
            self.refused(call, 0, last, price)
            return True
        if call.status not in (200, 201, 409):
            return False
        told = call.answer["job" if call.status == 409 else "id"]
        if job is None or job.id != told:
            self.complain(call, f"the key's job is {job and job.id}")
            return True
        same = (job.service, job.body) == (call.asked["service"], call.asked["body"])
        if same != (call.status != 409):
            self.complain(call, f"the job asks for {job.service} {job.body}")
        if call.status == 409:
            self.put(call, job.id, lambda phase: True)
        elif call.status == 200:
            self.put(call, job.id, lambda phase: phase.fits(call.answer))
        else:
            self.created(call, job, price)
        return True

    def created(self, call, job, price):
        if job.id in self.made or self.floor_of(job.id, call) >= 0:
            self.complain(call, "it was there before")
        self.made.add(job.id)
        self.put(call, job.id, lambda phase: phase.entered == "created"
                 and phase.fits(call.answer), lambda balance: balance >= price)

    def got(self, call):
        if call.status == 200:
            course = self.account.courses.get(call.answer["id"])
            end = course and course.phases[-1]
            self.put(call, call.asked["job"], lambda phase: phase.fits(call.answer)
                     and (not call.last or phase is end))
        return call.status == 200

    def steered(self, call):
        """A cancel or a retry: done, forbidden by the state, or short of credits."""
        job, lacking = call.asked["job"], ("failed", "cancelled")
        done = {"cancel": "cancelled", "retry": "retried"}[call.kind]
        if call.status == 200:
            self.put(call, job, lambda phase: phase.entered == done and phase.fits(call.answer),
                     new=True)
        elif call.status == 409:
            state = call.answer["state"]
            if (state in ENDED) if call.kind == "cancel" else (state not in lacking):
                self.put(call, job, lambda phase: state in phase.states)
            else:
                self.complain(call, "that state allows it")
        elif call.status == 402 and call.kind == "retry":
            told, price = call.answer["balance"], SERVICES[self.account.jobs[job].service].price
            self.put(call, job, lambda phase: phase.states[0] in lacking,
                     lambda balance: balance == told < price)
        else:
            return False
        return True

    def put(self, call, job, fits, true=lambda balance: True, new=False):
        """At the job's first phase that fits, and the ledger's first place in it. What is `new`
        nobody had seen before it was asked for."""
        course = self.account.courses.get(job)
        if course is None:
            self.complain(call, "there is no such job")
            return
        low = self.floor_of(job, call) + new
        for at, phase in enumerate(course.phases):
            if at < max(low, 0) or not fits(phase):
                continue
            moved = new and phase.refunded > 0
            if moved and phase.first <= self.floor(call):
                continue
            place = self.place_where(call, phase.first, phase.last, true)
            if place is not None:
                self.seen.add(call.ended, place)
                self.seen_of.setdefault(job, []).append((call.ended, at))
                return
        self.complain(call, f"from place {self.floor(call)} and phase {low} on there was no such "
                      f"time in {course.phases}")

    # Causes

    def causes(self):
        """Nothing happens unasked, or was seen before it was asked for."""
        first = {}
        for call in self.calls:
            if call.kind in ("consume", "recharge") and call.status in (None, 200) \
                    and self.account.moved.get(call.reference) == call.amount:
                first.setdefault(call.reference, call)
        for reference, place in self.account.place.items():
            if reference not in first or place <= self.floor(first[reference]):
                self.wrong.append(f"{reference} at {place} was there before it was asked for")
        for job in self.account.jobs.values():
            self.cause_of(job)

    def cause_of(self, job):
        asked = [call for call in self.calls if call.kind == "enqueue"
                 and call.asked["key"] == job.key and call.status in (None, 201)
                 and (call.asked["service"], call.asked["body"]) == (job.service, job.body)]
        if not asked:
            self.wrong.append(f"nobody asked for {job}")
        elif self.floor_of(job.id, asked[0]) >= 0:
            self.wrong.append(f"{job} was there before it was asked for")
        phases = self.account.courses[job.id].phases
        if asked and len(phases) > 1 and phases[1].entered == "started" and \
                phases[1].first <= self.floor(asked[0]):
            self.wrong.append(f"{job} was charged before it was asked for")
        for kind, effect in (("cancel", "cancelled"), ("retry", "retried")):
            calls = [call for call in self.calls
                     if call.kind == kind and call.asked["job"] == job.id]
            answered = sum(call.status == 200 for call in calls)
            unknown = sum(call.status is None for call in calls)
            happened = sum(phase.entered == effect for phase in phases)
            if not answered <= happened <= answered + unknown:
                self.wrong.append(f"{job}: {effect} {happened} times, {answered} answers say so, "
                                  f"{unknown} calls had none")


class History:
    """All that was asked, and the order of the commits."""

    def __init__(self, entries, jobs, calls):
        self.entries, self.jobs, self.calls = entries, jobs, calls  # entries: user -> list

    def judge(self):
        """What does not agree, a line each."""
        wrong = []
        for user, entries in self.entries.items():
            wrong += Judge(user, entries, [job for job in self.jobs if job.user == user],
                           [call for call in self.calls if call.user == user]).wrong
        return wrong
