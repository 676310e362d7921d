"""Adds and deducts credits of users that a sister product shares with Tallyman.

    client = CreditSyncClient("https://credits.example", api_key, secret_key, source="novel")
    result = client.add_credits(123456, 100, "daily check-in", external_reference="checkin-17")
    if not result.success:
        log.warning("no credits: %s", result.message)

Every change has a reference. Where the caller gives none the client makes one, and all tries of
one call use the same, so that a lost answer never becomes a second change. A change that must
happen once even if this process dies needs a reference of the caller's own, stored before the call.

Python 3.9 or newer, standard library only. A client may be used by several threads at once.
"""

from __future__ import annotations

import email.utils
import hashlib
import hmac
import http.client
import json
import random
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from dataclasses import dataclass, field
from typing import Any, Iterable, Mapping, Optional, Union

__all__ = ["CreditSyncClient", "SyncResult"]

TelegramId = Union[int, str]

_MOST_ITEMS = 1_000  # of one call
_MOST_BYTES = 16 << 20  # of an answer
_LONGEST_PAUSE = 10.0
# What these say may be otherwise a moment later; the same reference makes another try safe.
_PASSING = frozenset({408, 500, 502, 503, 504})


@dataclass(frozen=True)
class SyncResult:
    """What became of one call.

    success: it went through, now or at an earlier try.
    balance: what the user can spend after it; None where that is not known.
    message: one line for people.
    data: the whole answer. Of a refusal `data["code"]` says why ("insufficient_credits",
        "bad_token", ...); where there was no answer at all it is "network".
    """

    success: bool
    balance: Optional[int] = None
    message: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """Why it was refused; empty where it was not."""
        return "" if self.success else str(self.data.get("code", ""))


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """The key goes to nobody else."""

    def redirect_request(self, *_args: Any) -> None:
        return None


class CreditSyncClient:
    """Calls the sync API of one Tallyman as one source."""

    def __init__(self, base_url: str, api_key: str, secret_key: str, source: str, *,
                 timeout: float = 10.0, retries: int = 4) -> None:
        """`api_key` has the scope sync; `secret_key` is the source's. `retries` is how often a call
        is sent again after a failure that may pass, with growing pauses."""
        address = urllib.parse.urlsplit(base_url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise ValueError(f"base_url: expected http://… or https://…, got {base_url!r}")
        if not api_key or not secret_key or not source:
            raise ValueError("api_key, secret_key and source are needed")
        self.source = source
        self._base = base_url.rstrip("/")
        self._api_key = api_key
        self._secret = secret_key.encode()
        self._timeout = timeout
        self._retries = max(0, retries)
        self._ahead = 0.0  # how far the server's clock is ahead of this one, once it matters
        self._open = urllib.request.build_opener(_NoRedirects).open

    def __repr__(self) -> str:
        return f"CreditSyncClient({self._base!r}, source={self.source!r})"

    def add_credits(self, telegram_id: TelegramId, amount: int, reason: str = "",
                    external_reference: Optional[str] = None) -> SyncResult:
        """Gives the user so many credits; `amount` is more than zero."""
        return self._change(telegram_id, _positive(amount), reason, external_reference)

    def deduct_credits(self, telegram_id: TelegramId, amount: int, reason: str = "",
                       external_reference: Optional[str] = None) -> SyncResult:
        """Takes so many credits from the user, all of them or none; `amount` is more than zero."""
        return self._change(telegram_id, -_positive(amount), reason, external_reference)

    def get_balance(self, telegram_id: TelegramId) -> SyncResult:
        """What the user can spend now, as `balance`; `data` may have a "nickname"."""
        return self._look("balance", telegram_id, {})

    def get_records(self, telegram_id: TelegramId, limit: int = 50) -> SyncResult:
        """The newest changes of the user's account as `data["records"]`, each with "change",
        "reason" and "created_at" (milliseconds since 1970)."""
        return self._look("records", telegram_id, {"limit": str(limit)})

    def batch_sync(self, items: Iterable[Mapping[str, Any]]) -> SyncResult:
        """Many changes in few calls. An item has "telegram_id", "amount" (below zero: deducted),
        and may have "reason" and "external_reference". Each stands alone: `data["results"]` has one
        for each, in order, and `success` says that all of them went through."""
        wanted = [self._item(item["telegram_id"], item["amount"], item.get("reason", ""),
                             item.get("external_reference")) for item in items]
        results: list[Mapping[str, Any]] = []
        for begin in range(0, len(wanted), _MOST_ITEMS):
            part = wanted[begin:begin + _MOST_ITEMS]
            answer = self._send("POST", "/api/credits/sync/batch", lambda part=part: {
                "source": self.source, "items": [self._signed(item) for item in part]})
            told = answer.data.get("results")
            if not answer.success or not isinstance(told, list) or len(told) != len(part):
                lost = {"success": False, "message": answer.message, **answer.data}
                told = [{**lost, "success": False, "telegram_id": item["telegram_id"]}
                        for item in part]
            results.extend(told)
        failed = sum(not result.get("success") for result in results)
        return SyncResult(failed == 0, None, f"{len(results) - failed} done, {failed} failed",
                          {"success": len(results) - failed, "failed": failed, "results": results})

    def _change(self, telegram_id: TelegramId, amount: int, reason: str,
                reference: Optional[str]) -> SyncResult:
        item = self._item(telegram_id, amount, reason, reference)
        return self._send("POST", "/api/credits/sync",
                          lambda: {"source": self.source, **self._signed(item)})

    def _look(self, what: str, telegram_id: TelegramId, query: Mapping[str, str]) -> SyncResult:
        name = urllib.parse.quote(str(telegram_id), safe="")
        asked = urllib.parse.urlencode({"source": self.source, **query})
        return self._send("GET", f"/api/credits/sync/{what}/{name}?{asked}", None)

    @staticmethod
    def _item(telegram_id: TelegramId, amount: int, reason: str,
              reference: Optional[str]) -> dict[str, Any]:
        if isinstance(amount, bool) or not isinstance(amount, int) or amount == 0:
            raise ValueError(f"amount: expected a whole number other than 0, got {amount!r}")
        return {"telegram_id": str(telegram_id), "amount": amount, "reason": reason,
                "external_reference": reference or uuid.uuid4().hex}

    def _signed(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """With a token of now: each try has its own, under the one reference."""
        timestamp = int(time.time() + self._ahead)
        text = f"{item['telegram_id']}:{item['amount']}:{self.source}:{timestamp}"
        token = hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()
        return {**item, "timestamp": timestamp, "token": token}

    def _send(self, method: str, path: str, make_body: Any) -> SyncResult:
        failure = SyncResult(False, None, "not tried", {"code": "network"})
        corrected = False
        tries = 0
        while tries <= self._retries:
            status, headers, answer = self._once(method, path, make_body)
            if status == 200:
                return _done(answer)
            failure = _refused(status, answer)
            if failure.code == "stale_token" and not corrected:
                corrected = True  # our clock is wrong: go by the server's, and try at once
                self._follow_clock(headers)
                continue
            passing = status in _PASSING or status == 0
            if not passing and failure.code not in ("rate_limited", "too_many_attempts"):
                return failure
            tries += 1
            if tries <= self._retries:
                time.sleep(_pause(tries, headers))
        return failure

    def _once(self, method: str, path: str, make_body: Any
              ) -> tuple[int, Mapping[str, str], Mapping[str, Any]]:
        """One try: status (0: there was no answer), headers, JSON."""
        headers = {"X-Api-Key": self._api_key, "Accept": "application/json"}
        body = None
        if make_body is not None:
            body = json.dumps(make_body()).encode()
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(self._base + path, body, headers, method=method)
        try:
            with self._open(request, timeout=self._timeout) as response:
                answer = json.loads(response.read(_MOST_BYTES))
                return response.status, response.headers, _object(answer)
        except urllib.error.HTTPError as error:
            return error.code, error.headers, _problem_of(error)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return 0, {}, {"code": "network", "detail": f"no answer that can be read: {error}"}

    def _follow_clock(self, headers: Mapping[str, str]) -> None:
        try:
            there = email.utils.parsedate_to_datetime(headers["Date"])
            self._ahead = there.timestamp() - time.time()
        except (KeyError, TypeError, ValueError):
            pass  # then the next try is refused as this one was


def _positive(amount: int) -> int:
    if isinstance(amount, bool) or not isinstance(amount, int) or amount <= 0:
        raise ValueError(f"amount: expected a whole number above 0, got {amount!r}")
    return amount


def _object(answer: Any) -> Mapping[str, Any]:
    return answer if isinstance(answer, dict) else {}


def _problem_of(error: urllib.error.HTTPError) -> Mapping[str, Any]:
    """What stands in a refusal; whoever is between may answer with something else."""
    try:
        with error:
            return _object(json.loads(error.read(_MOST_BYTES)))
    except (OSError, http.client.HTTPException, ValueError):
        return {}


def _done(answer: Mapping[str, Any]) -> SyncResult:
    balance = answer.get("balance", answer.get("credits"))
    return SyncResult(True, balance if isinstance(balance, int) else None,
                      str(answer.get("message", "")), answer)


def _refused(status: int, answer: Mapping[str, Any]) -> SyncResult:
    message = str(answer.get("detail") or f"refused with status {status}")
    balance = answer.get("balance")
    return SyncResult(False, balance if isinstance(balance, int) else None, message,
                      {"status": status, **answer})


def _pause(tries: int, headers: Mapping[str, str]) -> float:
    """Grows, never two the same, and never less than the server asked for."""
    asked = headers.get("Retry-After") or ""
    least = float(asked) if asked.isdigit() else 0.0
    grown = min(_LONGEST_PAUSE, 0.2 * 2 ** tries)
    return max(min(least, 60.0), grown * (0.5 + random.random() / 2))
