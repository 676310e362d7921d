"""A private server of S3's protocol, s3rver, behind AWS's own signer, which checks signatures: see
private_server.py. Its packages come from npm, as the lock file in s3/ says, into the build folder.
"""
import fcntl
import hashlib
import os
import shutil
import socket
import subprocess
from pathlib import Path

from private_parts import Child, Folder, Trouble, need, start_somewhere

SOURCE = Path(__file__).resolve().parent / "s3"
INSTALLED = Path(__file__).resolve().parents[2] / "build/s3-tests"
KEY = SECRET = "S3RVER"  # that server knows no others


def install():
    """npm ci, unless that is what is there already; one at a time."""
    INSTALLED.mkdir(parents=True, exist_ok=True)
    mark = INSTALLED / "node_modules/.installed"
    lock = hashlib.sha256((SOURCE / "package-lock.json").read_bytes()).hexdigest()
    with open(INSTALLED / ".lock", "w", encoding="ascii") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if mark.exists() and mark.read_text(encoding="ascii") == lock:
            return
        for name in ("package.json", "package-lock.json"):
            shutil.copy(SOURCE / name, INSTALLED / name)
        done = subprocess.run(
            [need("npm", "npm"), "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
            cwd=INSTALLED, capture_output=True, text=True, check=False, timeout=300)
        if done.returncode != 0:
            raise Trouble(f"npm ci failed: {done.stderr.strip()[-300:]}")
        mark.write_text(lock, encoding="ascii")


class PrivateS3:
    """Starts with the constructor, with one empty bucket."""
    bucket = "artifacts"

    def __init__(self):
        install()
        self.program = need("node", "nodejs")
        self.port, self.child = None, None
        self.folder = Folder()
        try:
            self.port = start_somewhere(self._start)
        except BaseException:
            self.close()
            raise

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def describe(self):
        return {"url": self.url, "port": self.port, "pid": self.child.pid,
                "folder": self.folder.path, "bucket": self.bucket, "key": KEY, "secret": SECRET}

    def _start(self, port):
        child = Child(["env", f"S3_PACKAGES={INSTALLED}", self.program, str(SOURCE / "server.mjs"),
                       str(port), self.folder.path, self.bucket], self.folder.file("log"))
        self.child = child
        child.wait_ready("s3rver", lambda: self._answers(port))
        return port

    @staticmethod
    def _answers(port):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    @property
    def commands(self):
        return {"stop": self.stop, "start": self.start, "keys": self.keys}

    def stop(self):
        self.child.stop()
        return {}

    def start(self):
        """At the same port as before, with what it had."""
        self._start(self.port)
        return {}

    def keys(self):
        """The objects that there are."""
        top = os.path.join(self.folder.path, self.bucket)
        suffix = "._S3rver_object"
        found = [os.path.relpath(os.path.join(folder, name), top)[:-len(suffix)]
                 for folder, _, names in os.walk(top) for name in names if name.endswith(suffix)]
        return {"keys": sorted(found)}

    def close(self):
        if self.child:
            self.child.stop()
        self.folder.close()
