#!/usr/bin/env python3
"""How fast money moves over HTTP on a durable PostgreSQL: consume, recharge and sync over 10,000
accounts, in full and at about half of what must be; then pages of the history of one account with
very many entries, and its balance. Needs wrk and a quiet machine; medians are told.

    TALLYMAN_BIN=build/release/bin/tallyman python3 bench/money.py [--json] [--entries N]
"""
import hashlib
import hmac
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from face import ROUNDS, Face, PrivatePostgres, wrk

USERS = 10_000
SECRET = "bench-secret-of-a-sister-product"
SOURCE = "bench"

# Each request is one line of a file, with a number of its own in place of the mark.
LUA = """
wrk.method = "POST"
wrk.headers["X-Api-Key"] = "{key}"
wrk.headers["Content-Type"] = "application/json"
local bodies = {{}}
for line in io.lines("{bodies}") do bodies[#bodies + 1] = line end
local n = {first}
request = function()
  n = n + 1
  return wrk.format(nil, nil, nil, (bodies[math.random(#bodies)]:gsub("NUMBER", n)))
end
{delay}
done = function(summary, latency, requests)
  io.write(string.format("refused %d\\n", summary.errors.status))
end
"""


def token(telegram_id, amount, timestamp):
    text = f"{telegram_id}:{amount}:{SOURCE}:{timestamp}"
    return hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()


def consume(user, _now):
    return {"user_id": f"u{user}", "amount": 1, "action": "chat", "description": "a line",
            "reference": "rNUMBER"}


def recharge(user, _now):
    return {"user_id": f"u{user}", "amount": 10, "credits": 100, "payment_method": "wechat",
            "order_id": "oNUMBER"}


def sync(user, now):
    return {"telegram_id": str(user), "amount": 5, "source": SOURCE, "reason": "check-in",
            "timestamp": now, "token": token(user, 5, now), "external_reference": "xNUMBER"}


class Calls:
    """One kind of call, at full rate and calm."""

    def __init__(self, face, folder, path, body):
        self.face, self.folder, self.path, self.body = face, folder, path, body
        self.first = 0

    def run(self, delay):
        runs = []
        for _ in range(ROUNDS):
            now = int(time.time())
            bodies = self.folder / "bodies"
            bodies.write_text("\n".join(json.dumps(self.body(user, now))
                                        for user in range(1, USERS + 1)), encoding="ascii")
            self.first += 10_000_000
            script = self.folder / "post.lua"
            script.write_text(LUA.format(key=self.face.key, bodies=bodies, first=self.first,
                                         delay=delay), encoding="ascii")
            runs.append(wrk(self.face.url + self.path, "-s", str(script)))
        return [statistics.median(values) for values in zip(*runs)]

    def figures(self):
        self.run("")  # opens the accounts
        rate, p99 = self.run("")
        # 64 connections that rest for 20 ms after each answer ask about 2,500 times a second.
        half, calm = self.run("delay = function() return 20 end")
        return {"per_s": round(rate), "p99_ms": round(p99, 1),
                "at_half": {"per_s": round(half), "p99_ms": round(calm, 1)},
                "disk_sync_ms": sync_of_disk(self.folder)}


def sync_of_disk(folder):
    """What one write made durable takes by itself, without which a latency says little."""
    took = []
    with open(folder / "probe", "wb", buffering=0) as file:
        for _ in range(300):
            began = time.perf_counter()
            file.write(b"x" * 8192)
            os.fdatasync(file.fileno())
            took.append((time.perf_counter() - began) * 1_000)
    took.sort()
    return {"p50": round(took[150], 2), "p99": round(took[297], 2)}


# Copies of the account's last entry, which is the end of a run of credits that come in and go out
# again in turn: balance, grants and totals stay as they were. Not chained, so not to be audited.
COPIES = """
INSERT INTO {s}.entries (account, seq, amount, balance_after, job, recorded_at, effective_at,
    charge, kind, hash, draws, action, reference, note)
SELECT e.account, e.seq + g, 0, e.balance_after, 0, e.recorded_at, e.effective_at, 0, e.kind,
    e.hash, '', e.action, '', e.note
FROM {s}.accounts a JOIN {s}.entries e ON e.account = a.id AND e.seq = a.entries
    CROSS JOIN generate_series(1, {more}) AS g WHERE a.user_id = '{user}';
UPDATE {s}.accounts SET entries = entries + {more} WHERE user_id = '{user}';
ANALYZE {s}.entries;
"""


def fill(face, server, entries):
    """An account with so many entries: some by calls, the others by SQL."""
    amount, done = 1, 0
    while done < min(entries, 4_000):
        now = int(time.time())
        items = [{"telegram_id": "long", "amount": amount, "reason": "one more", "timestamp": now,
                  "token": token("long", amount, now), "external_reference": f"long{done + at}"}
                 for at in range(1_000)]
        answer = json.loads(face.call("POST", "/api/credits/sync/batch",
                                      {"source": SOURCE, "items": items}))
        if answer["failed"]:
            sys.exit(f"an entry was refused: {answer['results'][0]}")
        done += len(items)
        # Half of them take away what the others gave, so that few grants are left.
        amount = -amount
    if entries > done:
        server.psql(COPIES.format(s="tallyman", user="tg:long", more=entries - done))
    return "tg:long"


def timed(face, path, body=None):
    took = []
    for number in range(200):
        said = body and body | {"reference": f"{body['description']} {number}"}
        began = time.perf_counter()
        answer = json.loads(face.call("POST" if body else "GET", path, said))
        took.append((time.perf_counter() - began) * 1_000)
    took.sort()
    return answer, {"p50_ms": round(took[100], 2), "p99_ms": round(took[198], 2)}


def measure_reading(face, server, entries):
    user = fill(face, server, entries)
    figures = {"entries": entries}
    _, figures["balance"] = timed(face, f"/api/credits/balance/{user}")
    newest, figures["newest_page"] = timed(face, f"/api/credits/history/{user}?limit=50")
    oldest, figures["oldest_page"] = timed(
        face, f"/api/credits/history/{user}?limit=50&cursor={cursor_before(newest, 40)}")
    assert oldest["history"], "there is no such page"
    face.call("POST", "/api/credits/recharge", {
        "user_id": user, "amount": 1, "credits": 1_000, "payment_method": "wechat",
        "order_id": "for-the-caps"})
    taken = {"user_id": user, "amount": 1, "action": "chat", "description": "a line"}
    _, figures["consume"] = timed(face, "/api/credits/consume", taken)
    face.call("PUT", f"/api/admin/accounts/{user}/caps", {"daily_cap": 10**9, "monthly_cap": 10**9})
    face.call("POST", "/api/credits/consume", taken)  # adds up all of it, once
    _, figures["capped_consume"] = timed(
        face, "/api/credits/consume", taken | {"description": "the same under two caps"})
    return figures


def cursor_before(page, sequence):
    """The cursor of the page that ends with the account's first entries."""
    return str(page["next_cursor"]).rsplit("-", 1)[0] + f"-{sequence}" \
        if "-" in str(page["next_cursor"]) else str(sequence)


def main():
    entries = int(sys.argv[sys.argv.index("--entries") + 1]) if "--entries" in sys.argv \
        else 1_000_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = PrivatePostgres(durable=True)
        server.start()
        face = None
        try:
            face = Face(server.url, folder / "data")
            face.call("POST", "/api/admin/sync/sources", {"source": SOURCE, "secret": SECRET})
            figures = {}

            def found(what, values):
                figures[what] = values
                if "--json" not in sys.argv:
                    told = ", ".join(f"{key} {value}" for key, value in values.items())
                    print(f"{what}: {told}", flush=True)

            for what, path, body in (("consume", "/api/credits/consume", consume),
                                     ("recharge", "/api/credits/recharge", recharge),
                                     ("sync", "/api/credits/sync", sync)):
                found(what, Calls(face, folder, path, body).figures())
            found("reading", measure_reading(face, server, entries))
        finally:
            if face:
                face.stop()
            server.stop()
    if "--json" in sys.argv:
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
