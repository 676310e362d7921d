"""What must hold of jobs and money, counted by SQL of our own beside the audit of the program, and
by what the provider has made."""
import json

LIVE = """SELECT id FROM tallyman.job_now WHERE state < 2 AND created_at <= {at}
UNION SELECT id FROM tallyman.inbox WHERE created_at <= {at}"""
DOUBLE_CHARGES = """SELECT count(*) FROM (SELECT FROM tallyman.entries WHERE kind = 3 AND job <> 0
GROUP BY job, charge HAVING count(*) > 1) AS twice"""
# A job that ended is paid for what it was settled at, or not at all.
WRONG_BILLS = """SELECT count(*) FROM tallyman.jobs j LEFT JOIN (SELECT job, -sum(amount) AS paid
FROM tallyman.entries WHERE job <> 0 GROUP BY job) AS e ON e.job = j.id WHERE j.state >= 2 AND
coalesce(e.paid, 0) <> CASE WHEN j.state = 2 THEN j.settled ELSE 0 END"""
DRIFT = """SELECT count(*) FROM tallyman.accounts a JOIN (SELECT account, sum(amount) AS all_of_it
FROM tallyman.entries GROUP BY account) AS e ON e.account = a.id WHERE
a.balance - a.debt <> e.all_of_it"""


class Books:
    def __init__(self, world):
        self.world = world

    def rows(self, sql):
        return [line.split("|") for line in self.world.postgres.psql(sql).splitlines()]

    def number(self, sql):
        return int(self.world.postgres.psql(sql))

    def ended_since(self, at):
        return [{"finished_at": int(row[0])} for row in self.rows(
            f"SELECT finished_at FROM tallyman.jobs WHERE finished_at >= {int(at * 1000)} "
            "ORDER BY finished_at")]

    def waiting(self, at):
        return self.number(f"SELECT count(*) FROM ({LIVE.format(at=int(at * 1000))}) AS live")

    def some_waiting(self, at):
        return self.rows(
            "SELECT id, service, state, attempt, worker, task, fate_unknown, progress_note FROM "
            f"tallyman.job_now WHERE id IN ({LIVE.format(at=int(at * 1000))}) LIMIT 5")

    def lost_attempts(self, since):
        """When workers were found to have gone with a job, seconds since the epoch."""
        return [int(row[0]) / 1000 for row in self.rows(
            "SELECT at FROM tallyman.job_events WHERE kind = 'lost' AND at >= "
            f"{int(since * 1000)}")]

    def check(self):
        """The figures; what is wrong goes to the world."""
        world, wrong = self.world, self.world.wrong
        promised = world.feeder.gather("promised")
        jobs = self.rows("SELECT id, key FROM tallyman.jobs UNION ALL SELECT id, key FROM "
                         "tallyman.inbox")
        ids = {}
        for id_, key in jobs:
            ids.setdefault(key, set()).add(id_)
        lost = [key for key, id_ in promised.items() if id_ not in ids.get(key, ())]
        wrong += [f"{key} was promised as job {promised[key]} and is {ids.get(key)}"
                  for key in lost[:5]]
        doubled = [key for key, each in ids.items() if len(each) > 1]
        wrong += [f"{key} is several jobs: {ids[key]}" for key in doubled[:5]]
        done = {row[0] for row in self.rows("SELECT id FROM tallyman.jobs WHERE state = 2")}
        seen = world.provider.tell("_seen")
        made = seen["made"]
        twice = [job for job, count in made.items() if count > 1]
        wrong += [f"job {job} was made {made[job]} times: {self.story(job)}" for job in twice[:3]]
        wrong += [f"job {job} is completed and was never made"
                  for job in list(done - set(made))[:3]]
        double_charges = self.number(DOUBLE_CHARGES)
        for what, count in (("charges were debited twice", double_charges),
                            ("jobs that ended have entries that are not their bill",
                             self.number(WRONG_BILLS)),
                            ("accounts drifted from their entries", self.number(DRIFT))):
            if count:
                wrong.append(f"{count} {what}")
        audit = world.site.run("--json", "audit")
        if audit.code != 0:
            wrong.append(f"audit: exit {audit.code}: {audit.out[:2000]}{audit.err}")
        return {"jobs": len(jobs), "lost": len(lost), "made": sum(made.values()),
                "made_twice": len(twice), "charged_twice": double_charges,
                "most_submits": self.most_submits(seen["keyed_calls"])}

    def most_submits(self, calls):
        """Of a job whose key the provider honours. More than one only where an attempt was lost, or
        nobody knew what had become of its submit."""
        often = [job for job, count in calls.items() if count > 1]
        with_cause = {row[0] for row in self.rows(
            "SELECT DISTINCT job FROM tallyman.job_events WHERE kind IN ('lost', 'retry', "
            f"'unknown') AND job = ANY('{{{','.join(often)}}}')")}
        self.world.wrong += [f"job {job} was submitted {calls[job]} times without a cause: "
                             f"{self.story(job)}" for job in list(set(often) - with_cause)[:3]]
        return max(calls.values(), default=0)

    def story(self, job):
        steps = self.world.site.ask("explain", job)["steps"]
        return json.dumps([(step["what"], step["detail"]) for step in steps])
