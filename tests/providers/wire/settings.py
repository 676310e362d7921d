"""The settings of a Tallyman whose providers are all simulated: a service for each dialect, and the
shipped dialects themselves with nothing changed but their patience.
"""
import json
import os
import re

from .protocol import KEY, SECRET

DIALECTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "config",
                        "dialects")
# Seconds of tests, not of life.
HASTE = ((r"\bfirst: \w+", "first: 50ms"), (r"\bevery: \w+", "every: 100ms"),
         (r"\bmost: \w+", "most: 300ms"), (r"\bgrace: \w+", "grace: 1s"),
         (r"\btimeout: \w+", "timeout: 6s"), (r"\bper_second: \w+", "per_second: 0"))
TEXTS = ("openai-chat", "dashscope-text", "openai-subtitles", "minimax-clone", "elevenlabs-clone")
NEEDED = {"volcengine-tts": {"app_id": "sim-app"}, "volcengine-tts-long": {"app_id": "sim-app"},
          "kling": {"secret": SECRET}}
FIXED = 3  # credits of what has no length
RATE = 2   # credits a second of what has one


# Whoever answers badly a few times in a row is left alone for a while, by all jobs. So faults that
# are about a provider and not about one job have providers of their own, in such groups.
GROUPS = {"lost": "a", "cut": "a", "huge": "a", "slow": "a", "200-html": "b", "empty": "b",
          "502-html": "b", "late-lookup": "b", "408-paid": "f", "409-paid": "f",
          "503-paid": "f", "200-odd": "f", "429": "c", "429-after": "c", "busy": "c",
          "key": "d", "redirect": "e"}


def service_for(dialect, fault):
    """The service, and the provider, that has this fault."""
    return f"{dialect}.{GROUPS[fault]}" if fault in GROUPS else dialect


def hasty(folder, dialect, changes=HASTE):
    """A copy of a shipped dialect that waits for hardly anything."""
    with open(os.path.join(DIALECTS, f"{dialect}.yaml"), encoding="utf-8") as file:
        text = file.read()
    for pattern, quick in changes:
        text = re.sub(pattern, quick, text)
    path = os.path.join(folder, f"{dialect}.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def settings_for(folder, address, dialects, changes=HASTE, whole=None, **more):
    """Writes tallyman.yaml, prices.yaml and the dialects; `more` are settings of every provider,
    `whole` are sections of the file."""
    providers, services, prices = {}, {}, {}
    for dialect in dialects:
        file = hasty(folder, dialect, changes)
        for name in {service_for(dialect, fault) for fault in ("fine", *GROUPS)}:
            providers[name] = {"kind": "http", "dialect_file": file, "key": KEY, "model": "sim",
                               "base_url": f"{address}/{dialect}", "allow_private": True,
                               **NEEDED.get(dialect, {}), **more}
            services[name] = {"provider": name}
            prices[name] = {"mode": "fixed", "credits": FIXED} if dialect in TEXTS else {
                "mode": "duration", "measure": "output", "per_second": RATE, "estimate": 3}
    settings = {
        "data_dir": os.path.join(folder, "data"), "prices": os.path.join(folder, "prices.yaml"),
        "log": {"level": "warning"},
        "worker": {"slots": 1000, "heartbeat": "1s", "lease": "4s", "poll": "200ms", "drain": "1s"},
        "media": {"allow_private": True, "input_dir": folder},
        "results": {"retry_for": "6s", "at_once": 32},
        "accounts": {"signup_gift": 1_000_000},
        "services": {"defaults": {"timeout": "10m", "max_attempts": 2, "backoff": "200ms",
                                  "backoff_cap": "400ms", "deadline": "1h"}, **services},
        "providers": providers, **(whole or {}),
    }
    for name, content in (("tallyman.yaml", settings), ("prices.yaml", {"services": prices})):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            json.dump(content, file, indent=1)  # which is YAML, too
    return os.path.join(folder, "tallyman.yaml")
