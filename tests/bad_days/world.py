"""A store, workers and a feeder, in which a bad day happens; and what must hold when it is over."""
import copy
import signal
import time

import books
from enqueuer import Enqueuer
from private_parts import until
from private_postgres import PrivatePostgres
from private_redis import PrivateRedis
from support import Running, Site

GIFT = 1_000_000
SETTINGS = f"""
accounts: {{signup_gift: {GIFT}}}
worker: {{slots: 64, drain: 10s}}
services:
  defaults: {{provider: demo}}
providers:
  demo: {{kind: simulated, latency: 300ms, submissions: submissions.log}}
"""


class World:
    in_hand = 40  # jobs that a worker should have in its hands before harm is done to it
    disk = None   # what the store's tables are on, where that is small

    def __init__(self, store, day, a_second, by_sql):
        self.closing, self.ups, self.wrong = [], [], []
        self.site, self.postgres, self.pgbouncer, self.redis = Site(SETTINGS), None, None, None
        self.feeder = None
        self.blows, self.rescues = [], []  # each: seconds since the epoch; seconds that it took
        self.began = self.over_at = 0.0    # seconds since the epoch
        self.closing.append(self.site.close)
        try:
            if store == "postgres":
                self.postgres = self.own(PrivatePostgres(settings=day.settings))
                self.site.environment["TALLYMAN_STORE_URL"] = self.postgres.url
            if day.redis:
                self.redis = self.own(PrivateRedis())
                self.site.environment["TALLYMAN_REDIS_URL"] = self.redis.url
            day.prepare(self)
        except BaseException:
            self.close()
            raise
        self.feeder = Enqueuer(self, a_second, by_sql and store == "postgres")

    def own(self, server):
        self.closing.append(server.close)
        return server

    def close(self, keep=False):
        if self.feeder and self.feeder.is_alive():
            self.feeder.over.set()
            self.feeder.join()
        for close in reversed(self.closing):
            if close == self.site.close:
                close(keep)
            else:
                close()

    # Its programs.

    def up(self, **environment):
        """A worker with a scheduler, and what its environment has more than ours."""
        site = copy.copy(self.site)
        site.environment = {**self.site.environment, **environment}
        running = Running(site, len(self.site.running), ["up"])
        self.site.running.append(running)
        self.ups.append(running)
        return running.ready()

    def jobs_of(self, running):
        """How many the store believes to be in the hands of this worker. PostgreSQL only."""
        return int(self.postgres.psql("SELECT count(*) FROM tallyman.running WHERE worker LIKE "
                                      f"'%-{running.pid}-%'").strip())

    def kill(self, running):
        running.kill()
        self.ups.remove(running)

    def begin(self, workers):
        """The first worker makes the schema."""
        for _ in range(workers):
            self.up()
        self.began = time.time()
        self.feeder.start()
        self.pass_time(3)

    def blow(self):
        """Harm is done now."""
        self.blows.append(time.time())

    def over(self):
        """From now on it must get better."""
        self.over_at = time.time()

    def pass_time(self, seconds):
        """Load goes on meanwhile; a worker that ends by itself is wrong."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for running in list(self.ups):
                if running.process.poll() is not None:
                    self.wrong.append(f"a worker ended by itself with {running.process.poll()}: "
                                      f"{running.log[-1500:]}")
                    self.ups.remove(running)
            time.sleep(0.1)

    # The end of it.

    def drain(self):
        self.feeder.finish()
        if not until(self.all_ended, 90, 0.5):
            self.wrong.append("some jobs did not end within 90 s")
        for running in self.ups:
            running.tell(signal.SIGTERM)
        for running in self.ups:
            if code := running.ends(30):
                self.wrong.append(f"a worker ended with exit code {code}: {running.log[-1500:]}")
        self.ups.clear()

    def all_ended(self):
        """Some may not be listed yet: workers take up by and by what came in by SQL."""
        if any(self.site.ask("jobs", "--state", state, "--limit", "1")["jobs"]
               for state in ("queued", "processing")):
            return False
        jobs = self.site.all_jobs()
        return (len(jobs) >= len(self.feeder.asked)
                and not any(job["state"] in ("queued", "processing") for job in jobs))

    def check(self):
        """The jobs; what is wrong with them goes to self.wrong."""
        jobs, wrong = self.site.all_jobs(), self.wrong
        submitted = self.site.submitted()
        stories = {job["id"]: self.site.ask("explain", job["id"]) for job in jobs
                   if job["attempt"] > 1}
        lost = [step["at"] / 1000 for story in stories.values() for step in story["steps"]
                if step["what"] == "lost"]
        self.rescues = [at - max((blow for blow in self.blows if blow <= at), default=at)
                        for at in lost]
        wrong += self.feeder.wrong
        wrong += self.check_promises(jobs)
        wrong += [what for job in jobs for what in check_job(job)]
        wrong += books.check_submissions(jobs, stories, submitted)
        wrong += self.check_accounts(jobs)
        audit = self.site.run("--json", "audit")
        if audit.code != 0:
            wrong.append(f"audit: exit {audit.code}: {audit.out[:2000]}{audit.err}")
        return jobs, len(submitted)

    def check_promises(self, jobs):
        made = sorted(job["idempotency_key"] for job in jobs)
        if made != sorted(self.feeder.asked):
            lost, more = set(self.feeder.asked) - set(made), len(made) - len(set(made))
            yield f"{len(self.feeder.asked)} jobs were asked for: {len(lost)} lost, {more} doubled"

    def check_accounts(self, jobs):
        for user in sorted({job["user_id"] for job in jobs}):
            spent = 5 * sum(job["user_id"] == user for job in jobs)
            has = self.site.ask("account", user)["balance"]
            if has != GIFT - spent:
                yield f"{user} has {has}, should have {GIFT - spent}"

    def recovery(self, jobs):
        """Seconds from the end of the harm until jobs were completed as fast as they came in before
        it; None if they never were."""
        ends = sorted(job["finished_at"] / 1000 for job in jobs if job.get("finished_at"))
        before = [at for at in ends if self.began + 1 <= at < self.blows[0]]
        rate = len(before) / max(0.1, self.blows[0] - self.began - 1)
        for tenth in range(600):
            at = self.over_at + tenth / 10
            if sum(at <= end < at + 1 for end in ends) >= 0.8 * rate:
                return tenth / 10
        return None


def check_job(job):
    charge, name = job["charge"], f"job {job['id']}"
    if job["state"] != "completed":
        yield f"{name} is {job['state']}: {job.get('error')}"
    elif charge["open"] or charge["net"] != 5 or charge["number"] != 1:
        yield f"{name} is completed, and its charge is {charge}"
