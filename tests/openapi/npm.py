"""Node's packages, installed as their lock files say, beside what is built: sources stay clean."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("TALLYMAN_BIN", TOP / "build/dev/bin/tallyman")).resolve()
FOLDER = PROGRAM.parents[1] / "openapi-tests"

CHECKS = FOLDER / "checks"  # for tests/openapi/*.mjs
CLIENT = FOLDER / "client"  # a copy of clients/typescript


class Failed(Exception):
    """A program of Node's said no; all that it said."""


def run(*command, folder=TOP, environment=None, timeout=300):
    """What it prints."""
    done = subprocess.run([str(part) for part in command], cwd=folder, timeout=timeout,
                          env=os.environ | (environment or {}), stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False)
    text = done.stdout.decode(errors="replace")
    if done.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{text}")
    return text


def install(source, folder):
    """npm ci, unless that is what is there already."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(source / name, folder / name)
    lock = hashlib.sha256((source / "package-lock.json").read_bytes()).hexdigest()
    mark = folder / "node_modules/.installed"
    if not mark.exists() or mark.read_text(encoding="ascii") != lock:
        run("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", folder=folder)
        mark.write_text(lock, encoding="ascii")


def prepare_checks():
    install(TOP / "tests/openapi", CHECKS)


def prepare_client():
    source = TOP / "clients/typescript"
    install(source, CLIENT)
    for name in ("src", "test", "dist"):
        shutil.rmtree(CLIENT / name, ignore_errors=True)
    for name in ("src", "test"):
        shutil.copytree(source / name, CLIENT / name)
    for name in ("tsconfig.json", "README.md"):
        shutil.copy(source / name, CLIENT / name)


def check(script, *arguments):
    return run("node", TOP / "tests/openapi" / script, *arguments,
               environment={"CHECKS_FOLDER": str(CHECKS)})
