#!/usr/bin/env python3
"""Starts a private server for a test, in a temporary folder and on a free port of 127.0.0.1:

    private_server.py postgres [--durable] [--setting k=v …] [--database NAME] [--password P]
                               [--tls]
    private_server.py redis [--password P] [--tls] [--maxmemory N] [--aof]
    private_server.py pgbouncer --upstream URL [--pool-size N]
    private_server.py sentinel
    private_server.py pair
    private_server.py http [--tls good|expired|stranger|self-signed]
    private_server.py s3
    private_server.py proxy --upstream URL

Once it is ready it prints one line of JSON: url, port, pid, folder, and ca with --tls. Each line on
standard input is a command, answered with one line of JSON, {"error": "…"} if it failed:

    postgres    stop [fast|immediate], start, restart [fast|immediate], sql STATEMENT,
                database (makes a fresh one, answers with its url)
    redis       kill, start, restart, cli WORD…
    pair        fail-over (the replica is promoted), sql STATEMENT (of who takes writes)
    pgbouncer   stop [fast|kill], start, restart [fast|kill]
    sentinel    master, kill-master
    http        log (what was asked for since the last log); its files: see private_http.py
    s3          stop, start, keys
    proxy       see fault_proxy.py

When standard input ends, with SIGTERM or SIGINT, or when its parent dies, it stops what it started
and removes the folder. Exit code 2, and one line, if it can't start. The classes can be used from
Python as well.
"""
import argparse
import json
import signal
import sys

from fault_proxy import FaultProxy
from private_http import PrivateHttp
from private_pair import PrivatePair
from private_parts import CERTIFICATES, Trouble, die_with_parent
from private_pgbouncer import PrivatePgbouncer
from private_postgres import PrivatePostgres
from private_redis import PrivateRedis, PrivateSentinel
from private_s3 import PrivateS3


def setting(text):
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise argparse.ArgumentTypeError(f"{text} is not like work_mem=4MB")
    return key, value


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    kinds = parser.add_subparsers(dest="kind", required=True)
    postgres = kinds.add_parser("postgres")
    postgres.add_argument("--durable", action="store_true", help="as a server is by default")
    postgres.add_argument("--setting", type=setting, action="append", default=[])
    postgres.add_argument("--database", default="postgres")
    redis = kinds.add_parser("redis")
    redis.add_argument("--maxmemory")
    redis.add_argument("--aof", action="store_true")
    for kind in (postgres, redis):
        kind.add_argument("--password")
        kind.add_argument("--tls", action="store_true")
    pgbouncer = kinds.add_parser("pgbouncer")
    pgbouncer.add_argument("--pool-size", type=int, default=10)
    for kind in (pgbouncer, kinds.add_parser("proxy")):
        kind.add_argument("--upstream", required=True)
    kinds.add_parser("sentinel")
    kinds.add_parser("pair")
    kinds.add_parser("s3")
    kinds.add_parser("http").add_argument("--tls", choices=CERTIFICATES)
    return parser.parse_args()


def start(given):
    if given.kind == "postgres":
        return PrivatePostgres(given.durable, dict(given.setting), given.database, given.password,
                               given.tls)
    if given.kind == "redis":
        return PrivateRedis(given.password, given.tls, given.maxmemory, given.aof)
    if given.kind == "pgbouncer":
        return PrivatePgbouncer(given.upstream, given.pool_size)
    if given.kind == "proxy":
        return FaultProxy(given.upstream)
    if given.kind == "pair":
        return PrivatePair()
    if given.kind == "http":
        return PrivateHttp(given.tls)
    if given.kind == "s3":
        return PrivateS3()
    return PrivateSentinel()


def say(answer):
    print(json.dumps(answer), flush=True)


def obey(server, line):
    name, _, rest = line.strip().partition(" ")
    words = [rest] if name == "sql" else rest.split()
    command = server.commands.get(name)
    try:
        if not command:
            raise Trouble(f"unknown command {name}; one of {', '.join(server.commands)}")
        return command(*words)
    except (Trouble, TypeError, ValueError) as error:
        return {"error": str(error)}


def leave(_number, _frame):
    raise SystemExit(0)


def main():
    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    die_with_parent()
    server = None
    try:
        server = start(parse())
        say(server.describe())
        for line in sys.stdin:
            if line.strip():
                say(obey(server, line))
    except Trouble as error:
        print(f"private_server: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        pass  # whoever started it does not listen any more
    finally:
        for which in (signal.SIGTERM, signal.SIGINT):
            signal.signal(which, signal.SIG_IGN)
        if server:
            server.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
