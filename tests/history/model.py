"""One account and its jobs on one thread: what each commit must have moved, what the balance was
after it, and what stood on each job when. Of the store it believes only the order of the commits;
every amount, balance and state is worked out here, from what was asked for, and compared."""

from typing import NamedTuple

GIFT = 30


class Service(NamedTuple):
    """What the settings of the test say of it."""
    price: int
    ends: tuple  # how a run can end that nobody cancels and that was paid


SERVICES = {"sound": Service(7, ("completed",)),
            "shaky": Service(5, ("completed", "failed")),
            "doomed": Service(9, ("failed",))}
ENDED = ("completed", "failed", "cancelled")


class Entry(NamedTuple):
    """A line of the ledger, as the store has it. `charge` is which charge of the job."""
    kind: str
    job: str
    charge: int
    reference: str
    amount: int
    balance: int


class Job(NamedTuple):
    """What the store knows of a job's course: `events` are the cancellations and retries in their
    order, each with the attempts that had begun by then; `attempt` is how many there were."""
    id: str
    user: str
    service: str
    key: str
    body: dict
    attempt: int
    events: tuple


class Phase(NamedTuple):
    """A stretch of a job's life, and the places in the ledger between which it can have been."""
    entered: str  # created, retried, started, cancelled, failed or completed
    states: tuple
    number: int  # of its newest charge
    debited: int
    settled: int
    refunded: int
    attempts: tuple  # from, to
    first: int
    last: int

    def fits(self, told):
        charge = told["charge"]
        return (told["state"] in self.states
                and self.attempts[0] <= told["attempt"] <= self.attempts[1]
                and charge["open"] == (self.entered == "started")
                and (charge["number"], charge["debited"], charge["settled"], charge["refunded"],
                     charge["net"]) == (self.number, self.debited, self.settled, self.refunded,
                                        self.debited - self.refunded))


def runs_of(job):
    """From each enqueue or retry to its end: attempts before, attempts after, was it cancelled."""
    runs, before, cancelled = [], 0, False
    for kind, attempt in job.events:
        if kind == "retried":
            runs.append((before, attempt, cancelled))
            before, cancelled = attempt, False
        else:
            cancelled = True
    return runs + [(before, job.attempt, cancelled)]


class Course:
    """A job's phases, from its events and from where the ledger moved for it."""

    def __init__(self, job, moves, balances):
        self.job, self.moves, self.balances = job, dict(moves), balances
        self.service = SERVICES[job.service]
        self.phases, self.wrong = [], []
        self.number, self.at = 0, 0
        runs = runs_of(job)
        for which, (before, after, cancelled) in enumerate(runs):
            entered = "retried" if which else "created"
            if after > before:
                self.paid_run(entered, (before, after), cancelled)
            else:
                self.unpaid_run(entered, before, cancelled)
            if which + 1 < len(runs) and self.phases[-1].entered == "completed":
                self.complain("was retried though it had its result")
        for charge, kind in self.moves:
            self.complain(f"has a {kind} of charge {charge} that nothing explains")

    def complain(self, what):
        self.wrong.append(f"job {self.job.id} ({self.job.service}) {what}")

    def add(self, entered, states, debited, settled, refunded, attempts, first, last):
        self.phases.append(Phase(entered, states, self.number, debited, settled, refunded,
                                 attempts, first, last))

    def until_next(self):
        """The last place before it is charged again."""
        return self.moves.get((self.number + 1, "consume"), len(self.balances)) - 1

    def take(self, kind, after):
        place = self.moves.pop((self.number, kind), None)
        if place is not None and place <= after:
            self.complain(f"had its {kind} at {place}, before {after}")
        return place

    def paid_run(self, entered, attempts, cancelled):
        before, after = attempts
        price = self.service.price
        self.add(entered, ("queued",), 0, 0, 0, (before, before), self.at, self.until_next())
        self.number += 1
        debit = self.take("consume", self.at)
        if debit is None:
            self.complain(f"ran as attempt {before + 1} and was not charged")
            debit = self.at
        refund = self.take("refund", debit)
        end = "cancelled" if cancelled else "completed" if refund is None else "failed"
        last = self.until_next() if refund is None else refund - 1
        # Between two tries, and after a worker was lost, it is queued with its charge open.
        self.add("started", ("processing", "queued"), price, 0, 0, (before + 1, after), debit, last)
        if cancelled and refund is None:
            self.complain(f"was cancelled, and charge {self.number} was not given back")
        if not cancelled and end not in self.service.ends:
            self.complain(f"can't end as {end}")
        back = 0 if refund is None else price
        self.at = refund or debit
        self.add(end, (end,), price, price if end == "completed" else 0, back, (after, after),
                 self.at, self.until_next())

    def unpaid_run(self, entered, attempt, cancelled):
        last = self.until_next()
        end = "cancelled" if cancelled else "failed"
        self.add(entered, ("queued",), 0, 0, 0, (attempt, attempt), self.at, last)
        self.add(end, (end,), 0, 0, 0, (attempt, attempt), self.at, last)
        short = any(balance < self.service.price for balance in self.balances[self.at:last + 1])
        if not cancelled and not short:
            self.complain("was never started, and there were credits for it all the time")


class Account:
    """Its balance after each entry, where each reference stands, and the courses of its jobs.
    `amounts` says what was asked for under each reference, once for each amount."""

    def __init__(self, user, entries, jobs, amounts):
        self.user, self.amounts, self.wrong = user, amounts, []
        self.jobs = {job.id: job for job in jobs}
        self.balances, self.place, self.moved = [0], {}, {}
        self.moves = {job.id: {} for job in jobs}
        for entry in entries:
            self.commit(entry)
        self.by_key = {}
        for job in jobs:
            other = self.by_key.setdefault(job.key, job)
            if other is not job:
                self.complain(f"jobs {other.id} and {job.id} have one key, {job.key}")
        self.courses = {job.id: Course(job, self.moves[job.id], self.balances) for job in jobs}
        for course in self.courses.values():
            self.wrong += course.wrong

    def complain(self, what):
        self.wrong.append(f"{self.user}: {what}")

    def commit(self, entry):
        place = len(self.balances)
        amount = self.amount_of(entry, place)
        self.balances.append(self.balances[-1] + amount)
        if (entry.amount, entry.balance) != (amount, self.balances[-1]):
            self.complain(f"entry {place} is {entry}, and must be {amount}, {self.balances[-1]}")
        if self.balances[-1] < 0:
            self.complain(f"entry {place} overdraws: {entry}")

    def amount_of(self, entry, place):
        """What it must move; what nobody can have asked for moves nothing."""
        if entry.job in self.jobs:
            return self.job_moves(entry, place)
        if entry.kind == "signup" and place == 1:
            return GIFT
        if entry.reference in self.place:
            self.complain(f"{entry.reference} happened twice")
            return 0
        asked = self.amounts.get((entry.kind, entry.reference), [])
        if not asked:
            self.complain(f"nobody asked for {entry}")
            return 0
        # Which of several amounts came first, where no answer told, only the store can know.
        amount = entry.amount if entry.amount in asked else asked[0]
        self.place[entry.reference] = place
        self.moved[entry.reference] = amount
        return amount

    def job_moves(self, entry, place):
        moves = self.moves[entry.job]
        name = (entry.charge, entry.kind)
        if name in moves:
            self.complain(f"job {entry.job}: a second {entry.kind} of charge {entry.charge}")
            return 0
        if entry.kind == "refund" and (entry.charge, "consume") not in moves:
            self.complain(f"job {entry.job}: a refund of charge {entry.charge}, never taken")
        moves[name] = place
        price = SERVICES[self.jobs[entry.job].service].price
        return {"consume": -price, "refund": price}.get(entry.kind, 0)
