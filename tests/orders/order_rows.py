"""Orders as rows, for tests that need one without opening it."""
import time

COLUMNS = ("id", "account", "bought", "channel", "amount", "currency", "status", "created_at",
           "expires_at", "flags", "review", "asked", "provider", "trade", "grant_number",
           "bonus_number", "returns", "revoked", "owed", "lost")


def an_order(number, account, life_s=7200):
    """A row for the package `50`, as it is opened: 500 credits and 50 more, for 50 yuan."""
    now = int(time.time() * 1000)
    return (f"{now:013}{number:0>19}", account, "credits:50:500:50:-:1", "wechat", 5000, "CNY", 0,
            now, now + life_s * 1000, "", "", 0, "", "", 0, 0, "", 0, 0, 0)
