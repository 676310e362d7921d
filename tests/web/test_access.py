"""Who may do what: each kind of call without, with wrong, and with weaker credentials."""

import base64
import json
import time
import unittest

from served import Served, token

# One call of each kind, and the scopes that are enough for it; "user": one's own token is.
CALLS = [
    ("POST", "/api/jobs", {"jobs", "admin", "user"}),
    ("POST", "/api/jobs/batch", {"jobs", "admin", "user"}),
    ("GET", "/api/jobs", {"jobs", "read", "admin", "user"}),
    ("GET", "/api/jobs/1", {"jobs", "read", "admin", "user"}),
    ("GET", "/api/jobs/1/explain", {"jobs", "read", "admin", "user"}),
    ("GET", "/api/jobs/1/result", {"jobs", "read", "admin", "user"}),
    ("POST", "/api/jobs/1/cancel", {"jobs", "admin", "user"}),
    ("POST", "/api/jobs/1/retry", {"jobs", "admin", "user"}),
    ("PUT", "/api/accounts/ann", {"credits", "admin", "user"}),
    ("POST", "/api/credits/consume", {"credits", "admin", "user"}),
    ("POST", "/api/credits/recharge", {"credits", "admin"}),
    ("GET", "/api/credits/balance/ann", {"credits", "read", "admin", "user"}),
    ("GET", "/api/credits/history/ann", {"credits", "read", "admin", "user"}),
    ("GET", "/api/credits/stats/ann", {"credits", "read", "admin", "user"}),
    ("POST", "/api/points/consume", {"credits", "admin", "user"}),
    ("POST", "/api/points/cost", {"credits", "read", "admin", "user"}),
]


def forged(user, header, sign=b""):
    def part(value):
        return base64.urlsafe_b64encode(value).rstrip(b"=")
    body = json.dumps({"sub": user, "exp": int(time.time()) + 600}).encode()
    return b".".join([part(json.dumps(header).encode()), part(body), part(sign)]).decode()


class Access(Served):
    def status(self, method, path, **headers):
        response, _ = self.call(method, path, {} if method in ("POST", "PUT") else None,
                                **({"X_Api_Key": None} | headers))
        return response.status

    def test_nobody_is_nobody(self):
        wrong = [{}, {"X_Api_Key": ""}, {"X_Api_Key": "tm_" + "A" * 43},
                 {"X_Api_Key": self.key + "x"}, {"X_Api_Key": self.key[:-1]},
                 {"Authorization": "Bearer "}, {"Authorization": "Bearer x.y.z"},
                 {"Authorization": "Basic YTpi"}, {"Authorization": f"Bearer {self.key}"},
                 {"X_Api_Key": token("ann")}, {"X_User_Id": "ann"},
                 {"Authorization": "Bearer " + token("ann", secret="another secret, as long as it")},
                 {"Authorization": "Bearer " + token("ann", exp=1)},
                 {"Authorization": "Bearer " + token("ann", nbf=int(time.time()) + 3600)},
                 {"Authorization": "Bearer " + token("ann", aud="others")},
                 {"Authorization": "Bearer " + token("")},
                 {"Authorization": "Bearer " + forged("ann", {"alg": "none"})},
                 {"Authorization": "Bearer " + forged("ann", {"alg": "RS256"}, b"x" * 256)},
                 {"Authorization": "Bearer " + "x" * 12_000}]
        for method, path, _ in CALLS:
            for headers in wrong if path == "/api/jobs/1" else wrong[:4]:
                self.assertEqual(self.status(method, path, **headers), 401, (method, path, headers))

    def test_each_scope_opens_its_own_doors(self):
        self.enqueue(user_id="ann")
        keys = {scope: self.key_with(scope) for scope in ("jobs", "credits", "sync", "read")}
        keys["admin"] = self.key
        for method, path, enough in CALLS:
            for scope, key in keys.items():
                status = self.status(method, path, X_Api_Key=key)
                self.assertEqual(status != 403, scope in enough, (method, path, scope, status))
            status = self.status(method, path, Authorization=f"Bearer {token('ann')}")
            self.assertEqual(status != 403, "user" in enough, (method, path, status))

    def test_another_users_job_is_as_unknown_as_one_that_never_was(self):
        job = self.enqueue(user_id="ann", run_at=4102444800000)
        for method, rest in (("GET", ""), ("GET", "/events"), ("GET", "/result"),
                             ("GET", "/explain"), ("POST", "/cancel"), ("POST", "/retry")):
            answers = []
            for number in (job["id"], "999999"):
                told = self.problem(404, "unknown_job", self.as_user(
                    "bob", method, f"/api/jobs/{number}{rest}", X_User_Id="ann"))
                answers.append(json.dumps(told).replace(number, "N"))
            self.assertEqual(*answers)
        self.assertEqual(self.as_user("bob", "GET", "/api/jobs?user_id=ann")[1]["jobs"], [])
        self.problem(403, "forbidden", self.as_user("bob", "GET", "/api/credits/balance/ann"))

    def test_a_user_is_whom_the_token_names_whatever_else_is_said(self):
        response, job = self.as_user("bob", "POST", "/api/jobs", {
            "service": "script", "user_id": "ann", "input": {}}, X_User_Id="ann")
        self.assertEqual((response.status, job["user_id"]), (201, "bob"))

    def test_a_revoked_key_is_refused_soon_and_a_used_up_one_is_told_when_to_come_again(self):
        key = self.ask("keys", "create", "pipe", "--scope", "jobs", "--per-minute", "3")["key"]
        for left in ("2", "1", "0"):
            response, _ = self.call("GET", "/api/jobs", X_Api_Key=key)
            self.assertEqual(response.status, 200)
            self.assertEqual(response.headers["RateLimit-Remaining"], left)
        answer = self.call("GET", "/api/jobs", X_Api_Key=key)
        self.problem(429, "rate_limited", answer)
        self.assertGreaterEqual(int(answer[0].headers["Retry-After"]), 1)
        other = self.ask("keys", "create", "gone", "--scope", "jobs")
        self.assertEqual(self.status("GET", "/api/jobs", X_Api_Key=other["key"]), 200)
        self.ok("keys", "revoke", "gone")
        self.until(lambda: self.status("GET", "/api/jobs", X_Api_Key=other["key"]) == 401,
                   seconds=3)


if __name__ == "__main__":
    unittest.main()
