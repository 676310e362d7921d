"""What private servers have in common: a folder, a port, processes that die with their owner."""
import ctypes
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time

# Below the range that outgoing connections take their ports from: a client that keeps trying a
# stopped server there could otherwise be connected to itself, and the port be gone.
PORTS = range(20000, 32000)
PR_SET_PDEATHSIG = 1
CERTIFICATES = ("good", "expired", "stranger", "self-signed")  # see certificate()


class Trouble(Exception):
    """One line for people: what, where, what to do."""


def need(program, package, *folders):
    """The program's path."""
    path = os.pathsep.join([*folders, os.environ.get("PATH", ""), "/usr/sbin", "/usr/bin"])
    found = shutil.which(program, path=path)
    if not found:
        raise Trouble(f"{program} is not installed; apt-get install {package}")
    return found


def die_with_parent():
    """A killed owner takes this process along. Strictly it is the owner's thread that counts: one
    that starts a server must live as long as the server is needed."""
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        raise SystemExit(0)


def leave_in_order():
    """From now on SIGTERM ends this program by way of what it has to do at its end."""
    def leave(_number, _frame):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise SystemExit(128 + signal.SIGTERM)
    signal.signal(signal.SIGTERM, leave)


def free_port():
    for port in random.SystemRandom().sample(PORTS, 200):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise Trouble("no free port between 20000 and 32000 on 127.0.0.1")


def is_alive(pid):
    """Whether there is such a process, other than one that only waits to be reaped."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def until(condition, seconds, pause=0.02):
    """What the condition gave once it was true; a false value if it was not in time."""
    end = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < end:
        time.sleep(pause)
    return found


class Folder:
    """A temporary folder. A small process removes it as soon as this one closes it, or is gone."""
    JANITOR = ('cat >/dev/null; for n in 1 2 3 4 5 6 7 8 9 10 11 12; do rm -rf -- "$0" 2>/dev/null;'
               ' [ -e "$0" ] || exit 0; sleep 0.2; done; exit 1')

    def __init__(self, user=None):
        self.path = tempfile.mkdtemp(prefix="tallyman-server-")
        self.janitor = subprocess.Popen(
            ["/bin/sh", "-c", self.JANITOR, self.path], stdin=subprocess.PIPE, cwd="/",
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        if user:
            shutil.chown(self.path, user)

    def file(self, name, text=None, mode=0o600, user=None):
        """The path of a file in it, with this text if there is one."""
        path = os.path.join(self.path, name)
        if text is not None:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(path, mode)
            if user:
                shutil.chown(path, user)
        return path

    def close(self):
        self.janitor.stdin.close()
        self.janitor.wait()


def unprivileged():
    """Whom servers that refuse to run as root run as; None: as we are."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise Trouble("there is no user postgres to run servers as; apt-get install postgresql-15")


def as_user(user, *more):
    """Words to put before a command, so that it runs as that user."""
    words = ["setpriv", *more]
    if user:
        words += [f"--reuid={user}", f"--regid={pwd.getpwnam(user).pw_gid}", "--init-groups"]
    return words + ["--"] if len(words) > 1 else []


class Child:
    """One server process. It gets `last_signal` if its owner is killed."""

    def __init__(self, argv, log, user=None, last_signal="KILL"):
        self.log = log
        with open(log, "ab") as out:
            self.process = subprocess.Popen(
                [*as_user(user, "--pdeathsig", last_signal), *argv], stdin=subprocess.DEVNULL,
                stdout=out, stderr=out, start_new_session=True, cwd=os.path.dirname(log))
        self.pid = self.process.pid

    @property
    def runs(self):
        return self.process.poll() is None

    def wait_ready(self, what, ready, seconds=60):
        if not until(lambda: ready() or not self.runs, seconds) or not self.runs:
            how = "did not start" if self.runs else f"ended with {self.process.returncode}"
            raise Trouble(f"{what} {how}: {self.last_line()}")

    def last_line(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            lines = [line.strip() for line in file if line.strip()]
        return lines[-1] if lines else "it said nothing"

    def stop(self, how=signal.SIGTERM, seconds=30):
        if self.runs:
            self.process.send_signal(how)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start_somewhere(begin, attempts=4):
    """Calls begin(port) with a free port; again if somebody else was quicker to take it."""
    for attempt in range(attempts):
        port = free_port()
        try:
            return begin(port)
        except Trouble:
            if attempt == attempts - 1 or can_bind(port):
                raise
    return None


def can_bind(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            return True
        except OSError:
            return False


def make_certificates(folder, user=None):
    """Paths of ca.crt, and of server.crt with server.key for 127.0.0.1 and localhost."""
    openssl = need("openssl", "openssl")
    files = [folder.file(name) for name in ("ca.crt", "server.crt", "server.key")]
    authority, certificate, key = files
    common = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    signed = ["-CA", authority, "-CAkey", folder.file("ca.key")]
    for args in (
            [*common, "-x509", "-days", "2", "-subj", "/CN=tallyman test authority",
             "-addext", "keyUsage=critical,keyCertSign", "-keyout", folder.file("ca.key"),
             "-out", authority],
            [*common, "-x509", *signed, "-days", "2", "-subj", "/CN=localhost", "-addext",
             "subjectAltName=IP:127.0.0.1,DNS:localhost", "-addext", "basicConstraints=CA:false",
             "-keyout", key, "-out", certificate]):
        done = subprocess.run([openssl, *args], capture_output=True, text=True, check=False)
        if done.returncode:
            raise Trouble(f"openssl could not make a certificate: {done.stderr.strip()}")
    for path in files:
        os.chmod(path, 0o600)
        if user:
            shutil.chown(path, user)
    return files


def certificate(kind, folder):
    """Paths of a server's certificate, its key and its authority, the certificate being good, or
    not what it should be: for another host, expired, or signed by nobody but itself."""
    authority, chain, key = make_certificates(folder)
    if kind == "good":
        return chain, key, authority
    openssl = need("openssl", "openssl")
    request, chain = folder.file("other.csr"), folder.file("other.crt")
    names = folder.file("names", "subjectAltName=" + (
        "DNS:elsewhere.example" if kind == "stranger" else "IP:127.0.0.1,DNS:localhost") + "\n")
    signer = ["-signkey", key] if kind == "self-signed" else [
        "-CA", authority, "-CAkey", folder.file("ca.key"), "-CAcreateserial"]
    for words in (["req", "-new", "-key", key, "-subj", "/CN=localhost", "-out", request],
                  ["x509", "-req", "-in", request, "-out", chain, "-extfile", names, *signer,
                   "-days", "-1" if kind == "expired" else "2"]):
        done = subprocess.run([openssl, *words], capture_output=True, text=True, check=False)
        if done.returncode:
            raise Trouble(f"openssl could not make a certificate: {done.stderr.strip()}")
    return chain, key, authority
