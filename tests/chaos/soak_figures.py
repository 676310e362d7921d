"""What is counted during and after the soak."""
import time

from books_of_sql import DOUBLE_CHARGES, DRIFT, WRONG_BILLS
from private_parts import Trouble

# Tables that must not grow with the number of jobs that are done.
HOT = ("ready", "running", "waiting", "inbox", "floors", "workers", "duties", "accounts")
HOT_SIZE = "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c JOIN " \
    "pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'tallyman' AND c.relkind = 'r' " \
    f"AND c.relname IN ({', '.join(repr(name) for name in HOT)})"
MB = 1 << 20
LEAST = 8  # samples; of fewer no quarter means anything


class Gauge:
    """Looks at the run once a second, and keeps what it sees of memory and tables every 5 s."""

    def __init__(self, soak):
        self.soak, self.samples = soak, []
        self.backlog, self.done, self.failed, self.due = 0, 0, [], 0.0

    def look(self):
        """PostgreSQL may be away."""
        try:
            waiting, failed, hot = (self.soak.postgres.psql(sql) for sql in (
                "SELECT count(*) FROM tallyman.ready",
                "SELECT job FROM tallyman.failures ORDER BY job DESC LIMIT 50",
                HOT_SIZE))
        except Trouble:
            return
        self.backlog, self.failed = int(waiting), failed.split()
        asked = sum(caller.promised for caller in self.soak.callers[:2])
        self.done = asked - self.backlog
        if time.time() < self.due:
            return
        self.due = time.time() + 5
        self.samples.append({
            "at": round(time.time() - self.soak.began), "done": self.done, "hot_mb": int(hot) / MB,
            "rss_mb": {verb: rss(part.pid) for verb, part in self.soak.parts.items()}})

    def unfinished(self):
        try:
            return int(self.soak.postgres.psql("SELECT count(*) FROM tallyman.job_now WHERE "
                                               "state < 2"))
        except Trouble:
            return -1

    def show(self):
        if self.samples:
            last = self.samples[-1]
            memory = ", ".join(f"{verb} {size:.0f}" for verb, size in last["rss_mb"].items())
            print(f"{last['at']:5} s  {last['done']:8} done  {self.backlog:6} wait  "
                  f"{last['hot_mb']:6.1f} MB hot  RSS MB: {memory}", flush=True)

    def sum_up(self, wrong):
        """Of each figure how it was in the quarters of the time; flat is from the third to the
        last. Sizes are of files, which dead rows that nobody clears away make larger; how many
        there are, PostgreSQL forgets when it recovers."""
        def quarter(number, of):
            total = len(self.samples)
            return [of(sample)
                    for sample in self.samples[total * (number - 1) // 4:total * number // 4]]

        if len(self.samples) < LEAST:
            wrong.append(f"only {len(self.samples)} looks at memory and tables; {LEAST} are needed")
            return {}
        figures = {}
        for name, of, choose, slack in (
                ("memory of `up`, MB", lambda s: s["rss_mb"]["up"], middle, 8),
                ("size of hot tables, MB", lambda s: s["hot_mb"], max, 0)):
            second, third, last = (choose(quarter(number, of)) for number in (2, 3, 4))
            figures[name] = f"{second:.0f}, {third:.0f} and {last:.0f} in the last three quarters"
            if last > third * 1.15 + slack:
                wrong.append(f"{name} is not flat: {figures[name]}")
        return figures


def middle(numbers):
    return sorted(numbers)[len(numbers) // 2]


def rss(pid):
    """MB; 0 of a process that has gone."""
    try:
        with open(f"/proc/{pid}/statm", encoding="utf-8") as file:
            return int(file.read().split()[1]) * 4096 / MB
    except (OSError, IndexError):
        return 0.0


def counts(postgres):
    """By SQL of our own, not the program's."""
    def number(sql):
        return int(postgres.psql(sql))

    states = dict(line.split("|") for line in postgres.psql(
        "SELECT state, count(*) FROM tallyman.jobs GROUP BY state").splitlines())
    kinds = dict(line.split("|") for line in postgres.psql(
        "SELECT kind, count(*) FROM tallyman.entries GROUP BY kind").splitlines())
    return {
        "jobs": sum(int(count) for count in states.values()),
        "completed": int(states.get("2", 0)), "failed": int(states.get("3", 0)),
        "cancelled": int(states.get("4", 0)),
        "tries that failed": number("SELECT sum(failures) FROM tallyman.jobs"),
        "tried again by hand": number("SELECT count(*) FROM tallyman.jobs WHERE charge > 1"),
        "rescued": number("SELECT count(*) FROM tallyman.job_events WHERE kind = 'lost'"),
        "ledger entries": sum(int(count) for count in kinds.values()),
        "refunds": int(kinds.get("5", 0)), "expiries": int(kinds.get("6", 0)),
        "double charges": number(DOUBLE_CHARGES), "lost refunds": number(WRONG_BILLS),
        "drift": number(DRIFT)}


def verdicts(figures):
    for what in ("double charges", "lost refunds", "drift"):
        if figures[what]:
            yield f"{what}: {figures[what]}"
    for what in ("failed", "cancelled", "refunds", "expiries", "kills", "rescued"):
        if not figures[what]:
            yield f"{what}: none; too little happened"
