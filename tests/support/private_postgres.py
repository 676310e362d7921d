"""A private PostgreSQL server in a folder of its own, for tests: see private_server.py."""
import os
import re
import shutil
import signal
import subprocess
import tempfile
from urllib.parse import quote

from private_parts import (Child, Folder, Trouble, as_user, make_certificates, need,
                           start_somewhere, unprivileged)

STOPS = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}
HASTE = {"fsync": "off"}


def programs():
    """The folder with the newest PostgreSQL's programs."""
    home = "/usr/lib/postgresql"
    found = [int(name) for name in (os.listdir(home) if os.path.isdir(home) else [])
             if name.isdigit() and int(name) >= 15
             and os.path.exists(os.path.join(home, name, "bin", "postgres"))]
    if not found:
        raise Trouble("PostgreSQL 15 or newer is not installed; apt-get install postgresql-15")
    return os.path.join(home, str(max(found)), "bin")


def clean_environment():
    """Without variables that would send a client elsewhere."""
    return {key: value for key, value in os.environ.items() if not key.startswith("PG")}


def run_quietly(argv, what):
    done = subprocess.run(argv, capture_output=True, text=True, check=False, cwd="/",
                          env=clean_environment())
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise Trouble(f"{what}: {lines[0] if lines else 'it failed and said nothing'}")
    return done.stdout


class PrivatePostgres:
    """Starts with the constructor. Without `durable` it does not wait for the disk: a crash of the
    machine would ruin it, its own does not. With a password (scram) or TLS, whoever comes by the
    port needs them. `addresses` are others at which it listens, open to their /24; with
    `replica_of` another one it starts as a copy that follows it; `prepare` is given the empty
    folder of its data, and may return what undoes it."""

    def __init__(self, durable=False, settings=None, database="postgres", password=None, tls=False,
                 addresses=(), replica_of=None, port=None, prepare=None):
        self.bin, self.user = programs(), unprivileged()
        self.database, self.password, self.tls = database, password, tls
        self.settings = {"logging_collector": "off", "log_line_prefix": "%m [%p] ",
                         **({} if durable else HASTE), **(settings or {})}
        self.addresses, self.replica_of, self.prepare = addresses, replica_of, prepare
        self.made, self.child, self.ca, self.undo = 0, None, None, None
        self.folder = Folder(self.user)
        self.data = self.folder.file("data")
        try:
            self._make_data(durable)
            self.port = self._start(port) if port else start_somewhere(self._start)
            if password and not replica_of:
                self.psql(f"ALTER ROLE postgres PASSWORD {quoted(password)}", "postgres")
            if database != "postgres" and not replica_of:
                self.psql(f'CREATE DATABASE "{database}"', "postgres")
        except BaseException:
            self.close()
            raise

    @property
    def url(self):
        return self.url_of(self.database)

    def url_of(self, database):
        secret = f":{quote(self.password, safe='')}" if self.password else ""
        tls = f"?sslmode=verify-full&sslrootcert={self.ca}" if self.tls else ""
        return f"postgres://postgres{secret}@127.0.0.1:{self.port}/{database}{tls}"

    @property
    def pid(self):
        return self.child.pid

    def describe(self):
        facts = {"url": self.url, "port": self.port, "pid": self.pid, "folder": self.folder.path,
                 "data": self.data, "log": self.folder.file("log")}
        return facts | ({"ca": self.ca} if self.ca else {})

    def start(self):
        """At the same port as before."""
        if not self.child.runs:
            self._start(self.port)
        return self.describe()

    def stop(self, mode="fast"):
        """`immediate` is what a crash of the server leaves behind."""
        if mode not in STOPS:
            raise Trouble(f"unknown way to stop PostgreSQL: {mode}; fast or immediate")
        self.child.stop(STOPS[mode])
        return {"stopped": mode}

    def restart(self, mode="fast"):
        self.stop(mode)
        return self.start()

    def promote(self):
        """A replica begins to take writes. It is done when this returns."""
        self.psql("SELECT pg_promote(true, 60)", "postgres")
        self.replica_of = None

    def psql(self, sql, database=None):
        """The rows as text: a line each, columns between bars. By the socket, so as superuser."""
        program = need("psql", "postgresql-client", self.bin)
        return run_quietly([program, "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", self.folder.path, "-p",
                            str(self.port), "-U", "postgres", "-d", database or self.database,
                            "-c", sql], "psql").strip()

    def fresh_database(self):
        """Its url."""
        self.made += 1
        name = f"test_{self.made}"
        self.psql(f'CREATE DATABASE "{name}"')
        return {"url": self.url_of(name), "database": name}

    def close(self):
        if self.child:
            self.child.stop(signal.SIGQUIT)
        if self.undo:
            self.undo()
            self.undo = None
        self.folder.close()

    @property
    def commands(self):
        return {"start": self.start, "stop": self.stop, "restart": self.restart,
                "database": self.fresh_database,
                "sql": lambda statement: {"rows": self.psql(statement)}}

    def _as_user(self, program, *args, what):
        return run_quietly([*as_user(self.user), program, *args], what)

    def _make_data(self, durable):
        os.mkdir(self.data, 0o700)
        if self.user:
            shutil.chown(self.data, self.user)
        if self.prepare:
            self.undo = self.prepare(self.data)
        if self.replica_of:
            self._copy_of(self.replica_of)
            return
        self._as_user("tar", "-xf", self._initdb(), "-C", self.data, what="unpacking the template")
        if durable:
            self._as_user(os.path.join(self.bin, "initdb"), "--sync-only", "-D", self.data,
                          what="initdb")
        if self.tls:
            self.ca, certificate, key = make_certificates(self.folder, self.user)
            self.settings |= {"ssl": "on", "ssl_cert_file": certificate, "ssl_key_file": key}
        how = "scram-sha-256" if self.password else "trust"
        kind = "hostssl" if self.tls else "host"
        nets = ["127.0.0.1/32", *(f"{address}/24" for address in self.addresses)]
        self.folder.file("data/pg_hba.conf", "local all,replication all trust\n" + "".join(
            f"{kind} all all {net} {how}\n" for net in nets), user=self.user)

    def _copy_of(self, primary):
        """What it follows is a setting of its own; a file tells it that it does."""
        part = self.folder.file("copy")
        self._as_user(os.path.join(self.bin, "pg_basebackup"), "-h", primary.folder.path, "-p",
                      str(primary.port), "-U", "postgres", "-D", part, "-X", "stream", "-c", "fast",
                      "--no-sync", what="pg_basebackup")
        self._as_user("cp", "-a", f"{part}/.", self.data, what="copying the data")
        shutil.rmtree(part)
        self.folder.file("data/standby.signal", "", user=self.user)
        self.settings |= {"primary_conninfo": f"host={primary.folder.path} port={primary.port} "
                                              "user=postgres application_name=replica"}

    def _initdb(self):
        """A tar file of a new cluster: initdb takes seconds, and this one only the first time. It
        is renamed into place, so that others find all of it or none."""
        version = run_quietly([os.path.join(self.bin, "postgres"), "--version"], "postgres")
        name = f"tallyman-initdb-{os.getuid()}-{re.sub(r'[^0-9.]+', '-', version).strip('-')}.tar"
        kept = os.path.join(tempfile.gettempdir(), name)
        owner = os.stat(self.folder.path).st_uid
        if os.path.exists(kept) and os.stat(kept).st_uid == owner:
            return kept
        template, packed = self.folder.file("template"), self.folder.file("template.tar")
        self._as_user(os.path.join(self.bin, "initdb"), "-D", template, "--no-sync", "-U",
                      "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-instructions",
                      what="initdb")
        self._as_user("tar", "-cf", packed, "-C", template, ".", what="packing the template")
        shutil.rmtree(template)
        try:
            part = shutil.copyfile(packed, f"{kept}.{os.getpid()}")
            shutil.chown(part, owner)
            os.replace(part, kept)
        except OSError:  # somebody else's file is there; this one serves as well
            return packed
        return kept

    def _start(self, port):
        settings = {"port": port, "listen_addresses": ",".join(["127.0.0.1", *self.addresses]),
                    "unix_socket_directories": self.folder.path, **self.settings}
        words = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        self.child = Child([os.path.join(self.bin, "postgres"), "-D", self.data, *words],
                           self.folder.file("log"), self.user, "QUIT")
        self.child.wait_ready("PostgreSQL", lambda: self._says_ready(self.child.pid))
        return port

    def _says_ready(self, pid):
        """Its eighth line is what the server says of itself; the first is who says so."""
        try:
            with open(os.path.join(self.data, "postmaster.pid"), encoding="utf-8") as file:
                lines = file.read().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"


def quoted(text):
    return "'" + text.replace("'", "''") + "'"
