"""A worker killed at each step of a submit: no job is bought twice, but where its provider says
that once more is cheap, and that is on record; no credit is lost; what nobody can tell, somebody
decides."""
import unittest

import steps
from support import CrashTest

DOUBTS = ("resubmit", "look_up", "resubmit_once", "park", "refund")
PRICES = "services:\n" + "".join(f"  {name}: {{mode: fixed, credits: 5}}\n"
                                 for name in DOUBTS + ("routed",))


def settings(**delays):
    """A service for each way to recover, each with a provider of its own; all count their submits
    in one file. `routed` has two providers and chooses at the submit."""
    slow = "".join(f", {name}: {delay}" for name, delay in delays.items())
    providers = "".join(f"  p_{name}: {{kind: simulated, submissions: submissions.log, "
                        f"on_doubt: {name}{slow}}}\n" for name in DOUBTS)
    services = "".join(f"  {name}: {{provider: p_{name}}}\n" for name in DOUBTS)
    return ("prices: prices.yaml\n"
            "worker: {slots: 24, heartbeat: 500ms, lease: 2s, drain: 5s, poll: 100ms}\n"
            f"services:\n{services}"
            "  routed: {route: [{provider: p_park, model: one}, {provider: p_refund}]}\n"
            f"providers:\n{providers}")


class KilledWhile(CrashTest):
    settings = settings()
    prices = PRICES

    def killed(self, reached, **delays):
        """Jobs of every service, after a worker was killed at that step and another one went on."""
        self.site.write("tallyman.yaml", settings(**delays))
        running = self.up()
        ids = {name: self.site.enqueue(name) for name in DOUBTS + ("routed",)}
        steps.kill_at(running, reached(self.site, len(ids)))
        self.site.write("tallyman.yaml", settings())
        self.up()
        jobs = steps.at_rest(self.site, ids.values())
        return {name: jobs[id_] for name, id_ in ids.items()}

    def submits(self, jobs):
        return {name: len(steps.submits_of(self.site, job["id"])) for name, job in jobs.items()}

    def check_money(self, jobs):
        self.assertTrue(self.site.audit()["clean"])
        for name, job in jobs.items():
            if job["state"] == "failed":
                self.assertEqual(job["charge"]["net"], 0, name)
            else:
                self.assertEqual(job["charge"]["net"], 5, name)

    def test_the_intent_is_on_record_and_nobody_was_called(self):
        jobs = self.killed(steps.all_claimed, take_after="60s")
        self.assertEqual(self.submits(jobs), {"resubmit": 1, "look_up": 1, "resubmit_once": 1,
                                              "park": 0, "refund": 0, "routed": 0})
        for name in ("resubmit", "look_up", "resubmit_once"):
            self.assertEqual(jobs[name]["state"], "completed", name)
        self.assertEqual(jobs["refund"]["error"]["code"], "unknown_fate")
        self.check_money(jobs)
        parked = {job["id"] for job in self.site.ask("jobs", "--parked")["jobs"]}
        self.assertEqual(parked, {jobs["park"]["id"], jobs["routed"]["id"]})
        self.assertEqual((jobs["routed"]["provider"], jobs["routed"]["model"]), ("p_park", "one"))
        for id_ in parked:
            self.site.ok("resolve", id_, "submit")
        ended = steps.at_rest(self.site, parked)
        self.assertEqual({job["state"] for job in ended.values()}, {"completed"})
        self.assertEqual([len(steps.submits_of(self.site, id_)) for id_ in parked], [1, 1])
        self.site.audit()

    def test_the_provider_has_it_and_its_answer_is_on_the_way(self):
        jobs = self.killed(steps.all_taken, answer_after="60s")
        self.assertEqual(self.submits(jobs), {"resubmit": 2, "look_up": 1, "resubmit_once": 2,
                                              "park": 1, "refund": 1, "routed": 1})
        self.assertEqual(len({line[2] for line in
                              steps.submits_of(self.site, jobs["resubmit"]["id"])}), 1)
        story = self.site.ask("explain", jobs["resubmit_once"]["id"])
        self.assertIn("resubmit", [step["what"] for step in story["steps"]])
        for name in ("resubmit", "look_up", "resubmit_once"):
            self.assertEqual(jobs[name]["state"], "completed", name)
        self.check_money(jobs)
        self.site.ok("resolve", jobs["park"]["id"], "task=sim:0:0:1")
        self.site.ok("resolve", jobs["routed"]["id"], "fail")
        ended = steps.at_rest(self.site, [jobs["park"]["id"], jobs["routed"]["id"]])
        self.assertEqual(ended[jobs["park"]["id"]]["state"], "completed")
        self.assertEqual(ended[jobs["routed"]["id"]]["error"]["code"], "unknown_fate")
        self.assertEqual(self.submits(jobs)["park"], 1)
        self.site.audit()

    def test_it_asks_about_a_task_that_is_on_record(self):
        jobs = self.killed(steps.all_stored, latency="1s")
        self.assertEqual(set(self.submits(jobs).values()), {1})
        self.assertEqual({job["state"] for job in jobs.values()}, {"completed"})
        self.check_money(jobs)


if __name__ == "__main__":
    unittest.main()
