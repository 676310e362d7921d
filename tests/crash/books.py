"""What must hold when the dust has settled, told from the outside: by what the program itself says
and by what the simulated providers wrote down."""
import re
from collections import Counter, defaultdict

ENDED = {"completed", "failed", "cancelled"}
ATTEMPT = re.compile(r"attempt (\d+)")
LOST = re.compile(r"attempt \d+: worker .*-(\d+)-[0-9a-f]+$")


def check_promises(notebook, jobs):
    """Every key that was ever used: one job if it was taken, none if it was refused."""
    counted = Counter(job.get("idempotency_key") for job in jobs)
    ids = {job["idempotency_key"]: job["id"] for job in jobs}
    for key, entry in notebook.jobs.items():
        if counted[key] != (1 if entry["id"] else 0) or ids.get(key) != entry["id"]:
            yield f"{key}: promised as job {entry['id']}, is {counted[key]} jobs ({ids.get(key)})"
    for key in counted.keys() - notebook.jobs.keys():
        yield f"a job with the key {key}, which nobody used"


def check_bill(job):
    state, charge, name = job["state"], job["charge"], f"job {job['id']}"
    if state not in ENDED:
        yield f"{name}: still {state}"
        return
    if charge["open"]:
        yield f"{name}: its charge is still open"
    # What a cancel did not give back: only `compose` has the rule `on_cancel: none`.
    kept = charge["net"] - (charge["settled"] if state == "completed" else 0)
    charges_before = charge["number"] - (1 if state == "completed" else 0)
    allowed = range(0, 3 * charges_before + 1, 3) if job["service"] == "compose" else [0]
    if kept not in allowed:
        yield f"{name}: {state}, settled at {charge['settled']}, and paid {charge['net']}"


def check_accounts(site, notebook, jobs):
    net, given = defaultdict(int), defaultdict(int)
    for job in jobs:
        net[job["user_id"]] += job["charge"]["net"]
    for entry in notebook.grants.values():
        given[entry["user"]] += entry["amount"]
    for user in net.keys() | given.keys():
        account = site.ask("account", user)
        totals = account["totals"]
        if net[user] != totals["consumed"] - totals["refunded"]:
            yield f"{user}: paid {net[user]} for its jobs, its totals say {totals}"
        if totals["recharged"] != 520 + given[user]:
            yield f"{user}: was given {520 + given[user]}, its totals say {totals}"
        rest = totals["recharged"] - net[user] - totals["expired"]
        if account["balance"] != rest:
            yield f"{user}: should have {rest}, has {account['balance']}"


def attempt_of(step):
    """Zero for what happened before the first one."""
    named = ATTEMPT.match(step["detail"])
    return int(named.group(1)) if named else 0


def steps_with(story, *kinds):
    """(step, its attempt) of the steps of these kinds."""
    return [(step, attempt_of(step)) for step in story["steps"]
            if step["what"] in kinds]


def check_submissions(jobs, stories, submitted):
    """No attempt reaches its provider twice, and none that took over a stored task does at all."""
    for line, count in Counter((job, attempt) for job, attempt, _ in submitted).items():
        if count > 1:
            yield f"job {line[0]} attempt {line[1]} was submitted {count} times"
    of_job = defaultdict(list)
    for job, attempt, _ in submitted:
        of_job[job].append(int(attempt))
    for job in jobs:
        attempts = of_job.pop(job["id"], [])
        if any(attempt > job["attempt"] for attempt in attempts):
            yield f"job {job['id']}: submitted by attempts {attempts}, it had {job['attempt']}"
        if job["state"] == "completed" and not attempts:
            yield f"job {job['id']}: completed and was never submitted"
        if job["id"] in stories:
            yield from check_resumed(job["id"], stories[job["id"]], attempts)
    for job in of_job:
        yield f"job {job} was submitted and does not exist"


def check_resumed(name, story, attempts):
    tasks = [attempt for _, attempt in steps_with(story, "submitted")]
    over = [attempt for _, attempt in steps_with(story, "retry", "retried", "gone")]
    for attempt in attempts:
        for task in tasks:
            if task < attempt and not any(task <= end < attempt for end in over):
                yield (f"job {name}: attempt {attempt} submitted again what attempt {task} had "
                       "stored a task of")


def rescue_times(stories, ups):
    """For each loss: how long a scheduler had been alive since that worker was killed. One that
    was only too slow to renew its leases was never killed."""
    gone = {running.pid: running.gone_at for running in ups}
    for story in stories.values():
        for step, _ in steps_with(story, "lost"):
            lost_at = step["at"] / 1000
            killed_at = gone[int(LOST.match(step["detail"]).group(1))] or lost_at
            yield sum(max(0.0, min(other.gone_at or lost_at, lost_at)
                          - max(other.ready_at, killed_at))
                      for other in ups if other.ready_at and other.schedules)
