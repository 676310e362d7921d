"""What an operator sees and does over HTTP: health, metrics, the overview, admin calls; and that
what docs/ hold for Prometheus and Grafana names metrics that exist."""

import http.client
import json
import os
import re
import shutil
import subprocess
import unittest
from urllib.parse import urlsplit

from support import CliTest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DASHBOARD = os.path.join(ROOT, "docs", "grafana", "tallyman.json")
ALERTS = os.path.join(ROOT, "docs", "alerts.yml")
GUIDE = os.path.join(ROOT, "docs", "metrics.md")
# Words of the query language that look like metrics.
METRIC = re.compile(r"\b((?:tallyman|process)_[a-z0-9_]+)\b")


def names_in(expression):
    """Metrics of an expression, without what stands in braces and quotes."""
    return set(METRIC.findall(re.sub(r"\{[^}]*\}|\"[^\"]*\"", "", expression)))


def expressions(value):
    """Every `expr` anywhere within."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "expr":
                yield inner
            else:
                yield from expressions(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from expressions(inner)


class Running(CliTest):
    settings = """
providers:
  demo: {kind: simulated}
services:
  defaults: {provider: demo}
"""

    def setUp(self):
        super().setUp()
        self.write("prices.yaml", "services:\n  script: {mode: fixed, credits: 5}\n")
        self.environment["TALLYMAN_PRICES"] = os.path.join(self.folder, "prices.yaml")
        self.up = self.start("up", "--port", "0")
        self.address = urlsplit(self.line("listening on ").split()[-1])
        self.line("the first admin API key")
        with open(os.path.join(self.data, "admin.key"), encoding="utf-8") as file:
            self.key = file.read().strip()

    def line(self, beginning):
        for _ in range(5):
            line = self.up.stdout.readline().decode()
            if line.startswith(beginning):
                return line
        self.fail(f"it never said: {beginning}")

    def raw(self, method, path, body=None, key=""):
        connection = http.client.HTTPConnection(self.address.hostname, self.address.port,
                                                timeout=20)
        self.addCleanup(connection.close)
        used = self.key if key == "" else key
        connection.request(method, path, body=json.dumps(body) if body is not None else None,
                           headers={"X-Api-Key": used} if used else {})
        response = connection.getresponse()
        return response, response.read().decode()

    def call(self, method, path, body=None, status=200, **more):
        response, text = self.raw(method, path, body, **more)
        self.assertEqual(response.status, status, text)
        return json.loads(text)

    def scrape(self):
        response, text = self.raw("GET", "/metrics")
        self.assertEqual(response.status, 200, text)
        return text

    def value(self, name, **labels):
        """Of the one sample of that name and labels; none: 0."""
        for line in self.scrape().splitlines():
            found = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line)
            if found and found[1] == name:
                have = dict(re.findall(r'(\w+)="([^"]*)"', found[2] or ""))
                if all(have.get(k) == v for k, v in labels.items()):
                    return float(found[3])
        return 0

    def run_job(self, **simulate):
        job = self.call("POST", "/api/jobs", {"service": "script", "user_id": "ann",
                                              "input": {"simulate": simulate}}, 201)
        def ended():
            shown = self.call("GET", f"/api/jobs/{job['id']}")
            return shown if shown["state"] in ("completed", "failed") else None
        return self.until(ended)


class Operating(Running):
    def test_a_probe_needs_no_credentials_and_says_whether_it_serves(self):
        self.assertEqual(self.call("GET", "/healthz", key=None)["status"], "ok")
        ready = self.call("GET", "/readyz", key=None)
        self.assertEqual(ready, {"ready": True, "stopping": False, "parts": {"store": "ok"}})
        for path in ("/metrics", "/api/admin/overview"):
            self.call("GET", path, status=401, key=None)

    def test_what_happens_is_counted_once_it_is_committed(self):
        self.run_job(latency_ms=1)
        self.assertEqual(self.run_job(outcome="failed_final")["state"], "failed")
        count = self.value
        self.assertEqual(count("tallyman_jobs_submitted_total", service="script"), 2)
        self.assertEqual(count("tallyman_jobs_ended_total", service="script",
                               outcome="completed"), 1)
        self.assertEqual(sum(float(line.split()[-1]) for line in self.scrape().splitlines()
                             if line.startswith("tallyman_jobs_ended_total")
                             and 'outcome="failed"' in line), 1)
        self.assertEqual(count("tallyman_credits_debited_total", service="script"), 10)
        self.assertEqual(count("tallyman_credits_settled_total", service="script"), 5)
        self.assertEqual(count("tallyman_credits_refunded_total", service="script"), 5)
        self.assertEqual(count("tallyman_credits_granted_total", kind="signup"), 520)
        for name in ("pickup", "run"):
            self.assertEqual(count(f"tallyman_job_{name}_seconds_count", service="script"), 2)
        self.assertEqual(count("tallyman_job_duration_seconds_count", service="script"), 1)
        self.assertEqual(count("tallyman_http_requests_total", route="/api/jobs", method="POST",
                               status="2xx"), 2)
        self.assertEqual(count("tallyman_provider_verdicts_total", provider="demo",
                               verdict="completed"), 1)
        self.assertGreater(count("tallyman_store_call_seconds_count", call="transact"), 4)
        self.assertEqual(count("tallyman_store_up"), 1)
        self.assertGreater(count("process_resident_memory_bytes"), 1e6)
        self.assertNotIn("ann", self.scrape())

    def test_an_audit_is_told_by_metrics_and_overview(self):
        self.assertNotIn("audit", self.call("GET", "/api/admin/overview"))
        self.ok("audit")
        audit = self.until(lambda: self.call("GET", "/api/admin/overview").get("audit"))
        self.assertEqual(audit["findings"], 0)
        self.until(lambda: self.value("tallyman_audit_timestamp_seconds") > 1e9)

    def test_promtool_finds_nothing_to_say(self):
        self.run_job(latency_ms=1)
        self.ok("audit")
        self.until(lambda: self.value("tallyman_audit_timestamp_seconds") > 1e9)
        promtool = shutil.which("promtool")
        self.assertIsNotNone(promtool, "promtool is in the Debian package prometheus")
        checked = subprocess.run([promtool, "check", "metrics"], input=self.scrape().encode(),
                                 capture_output=True, timeout=60, check=False)
        self.assertEqual((checked.returncode, checked.stdout, checked.stderr), (0, b"", b""))
        rules = subprocess.run([promtool, "check", "rules", ALERTS], capture_output=True,
                               timeout=60, check=False)
        self.assertEqual(rules.returncode, 0, rules.stderr)

    def test_dashboard_alerts_and_guide_name_only_what_there_is(self):
        self.run_job(latency_ms=1)
        self.ok("audit")
        self.until(lambda: self.value("tallyman_audit_timestamp_seconds") > 1e9)
        text = self.scrape()
        there = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE ")}
        samples = {re.match(r"\w+", line)[0] for line in text.splitlines()
                   if line and not line.startswith("#")}
        with open(GUIDE, encoding="utf-8") as file:
            guide = set(METRIC.findall(file.read()))
        only_with_redis = {name for name in guide if name.startswith("tallyman_redis_")}
        self.assertGreater(len(only_with_redis), 3)
        with open(DASHBOARD, encoding="utf-8") as file:
            dashboard = json.load(file)
        with open(ALERTS, encoding="utf-8") as file:
            alerts = re.findall(r"expr: (?:\|\n((?:        +.*\n)+)|(.*))", file.read())
        used = {name for expr in expressions(dashboard["panels"]) for name in names_in(expr)}
        for several, one in alerts:
            used |= names_in(several or one)
        self.assertGreater(len(used), 30)
        self.assertEqual(used - samples - only_with_redis, set())
        self.assertEqual(there - guide, set(), "not in docs/metrics.md")
        self.assertEqual(guide - there - samples - only_with_redis, set(), "not in a scrape")

    def test_the_overview_begins_with_what_needs_attention(self):
        self.assertEqual(self.call("GET", "/api/admin/overview")["attention"], [])
        self.call("POST", "/api/admin/queues/script/pause")
        self.call("POST", "/api/jobs", {"service": "script", "user_id": "ann", "input": {}}, 201)
        view = self.until(lambda: (lambda view: view if view["attention"] else None)(
            self.call("GET", "/api/admin/overview")))
        self.assertEqual([concern["what"] for concern in view["attention"]], ["queue_paused"])
        self.assertEqual(view["states"]["ready"], 1)
        self.assertEqual([(queue["service"], queue["mode"], queue["ready"])
                          for queue in view["queues"]], [("script", "paused", 1)])
        self.assertEqual([worker["alive"] for worker in view["workers"]], [True])
        self.assertEqual(view["today"]["in"], 520)
        self.assertEqual(view["store"], {"ok": True})
        self.assertIn("rescue", [duty["name"] for duty in view["duties"]])

    def test_queues_are_steered_as_by_the_verb(self):
        answer = self.call("POST", "/api/admin/queues/script/drain")
        self.assertEqual(answer, {"service": "script", "mode": "draining"})
        self.assertEqual(self.ask("queues")["queues"], [answer])
        self.call("POST", "/api/admin/queues/script/resume")
        self.assertEqual(self.ask("queues")["queues"][0]["mode"], "running")
        problem = self.call("POST", "/api/admin/queues/scirpt/pause", status=404)
        self.assertEqual((problem["code"], problem["service"]), ("unknown_service", "scirpt"))

    def test_expiry_on_demand(self):
        self.ok("grant", "ann", "7", "--expires", "1s")
        answer = self.until(lambda: (lambda run: run if run["grants"] else None)(
            self.call("POST", "/api/admin/expire")))
        self.assertEqual(answer, {"accounts": 1, "grants": 1, "credits": 7})
        self.assertEqual(self.call("POST", "/api/admin/expire"),
                         {"accounts": 0, "grants": 0, "credits": 0})

    def test_prices_are_reloaded_or_the_mistake_is_named(self):
        self.write("prices.yaml", "services:\n  script: {mode: fixed, credits: 6}\n")
        answer = self.call("POST", "/api/admin/prices/reload")
        self.assertEqual(len(answer["changes"]), 1)
        self.assertIn("script", answer["changes"][0])
        self.assertEqual(self.call("POST", "/api/admin/prices/reload")["changes"], [])
        self.write("prices.yaml", "services:\n  script: {mode: fixed, credits: many}\n")
        problem = self.call("POST", "/api/admin/prices/reload", status=422)
        self.assertEqual(problem["code"], "invalid_prices")
        self.assertIn("credits", problem["problems"][0])
        self.assertEqual(self.run_job(latency_ms=1)["charge"]["net"], 6)

    def test_keys_are_made_used_and_revoked(self):
        made = self.call("POST", "/api/admin/keys", {"name": "eyes", "scopes": ["read"]}, 201)
        self.call("GET", "/api/admin/overview", key=made["key"])
        self.call("POST", "/api/admin/expire", status=403, key=made["key"])
        self.call("POST", "/api/admin/keys", {"name": "more", "scopes": ["admin"]}, 403,
                  key=made["key"])
        self.assertEqual(len(self.call("GET", "/api/admin/keys", key=made["key"])["keys"]), 2)
        listed = self.call("GET", "/api/admin/keys")["keys"]
        self.assertEqual([key["name"] for key in listed if key["number"] == made["number"]],
                         ["eyes"])
        self.assertNotIn(made["key"], json.dumps(listed))
        self.assertEqual(listed, self.ask("keys", "list")["keys"])
        revoked = self.call("POST", f"/api/admin/keys/{made['number']}/revoke")
        self.assertEqual(revoked["state"], "revoked")
        self.until(lambda: self.raw("GET", "/api/admin/overview",
                                    key=made["key"])[0].status == 401)
        for body, field in (({"scopes": ["read"]}, "name"), ({"name": "7", "scopes": ["read"]},
                            "name"), ({"name": "x", "scopes": []}, "scopes"),
                            ({"name": "x", "scopes": ["root"]}, "scopes"),
                            ({"name": "x", "scopes": ["read"], "per_minute": -1}, "per_minute"),
                            ({"name": "x", "scopes": ["read"], "expires_at": 1}, "expires_at")):
            problem = self.call("POST", "/api/admin/keys", body, 422)
            self.assertEqual(problem["field"], field, body)
        for number in ("999", "x", "-1", "99999999999999999999"):
            self.call("POST", f"/api/admin/keys/{number}/revoke", status=404)


class Open(Running):
    settings = Running.settings + "http: {metrics_open: true}\n"

    def test_everybody_may_scrape_where_that_is_configured(self):
        response, text = self.raw("GET", "/metrics", key=None)
        self.assertEqual(response.status, 200)
        self.assertTrue(response.headers["Content-Type"].startswith("text/plain; version=0.0.4"))
        self.assertIn("# HELP tallyman_jobs_submitted_total ", text)
        self.call("GET", "/api/admin/overview", status=401, key=None)


if __name__ == "__main__":
    unittest.main()
