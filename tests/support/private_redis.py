"""Private Redis servers for tests, alone, under Sentinel or in a cluster: see
private_server.py."""
import os
import signal
import subprocess
from urllib.parse import quote

from private_parts import (Child, Folder, Trouble, free_port, make_certificates, need,
                           start_somewhere, until)


def cli(port, *words, password=None, ca=None, seconds=5):
    """What redis-cli prints; nothing if there is no server or no answer in time."""
    program = need("redis-cli", "redis-tools")
    tls = ["--tls", "--cacert", ca] if ca else []
    environment = {**os.environ, **({"REDISCLI_AUTH": password} if password else {})}
    try:
        done = subprocess.run([program, "-h", "127.0.0.1", "-p", str(port), *tls, *words],
                              capture_output=True, text=True, check=False, timeout=seconds,
                              env=environment)
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


class PrivateRedis:
    """Starts with the constructor. Without `aof` nothing is on disk, and a kill loses it all.
    `addresses` are others at which it listens."""

    def __init__(self, password=None, tls=False, maxmemory=None, aof=False, more=(), addresses=()):
        self.program = need("redis-server", "redis-server")
        self.password, self.tls, self.port, self.child = password, tls, None, None
        self.maxmemory, self.aof, self.more, self.addresses = maxmemory, aof, more, addresses
        self.folder = Folder()
        try:
            self.certificates = make_certificates(self.folder) if tls else []
            self.ca = self.certificates[0] if tls else None
            self.port = start_somewhere(self._start)
        except BaseException:
            self.close()
            raise

    @property
    def url(self):
        secret = f":{quote(self.password, safe='')}@" if self.password else ""
        return f"{'rediss' if self.tls else 'redis'}://{secret}127.0.0.1:{self.port}"

    @property
    def pid(self):
        return self.child.pid

    def describe(self):
        facts = {"url": self.url, "port": self.port, "pid": self.pid, "folder": self.folder.path,
                 "socket": self.folder.file("redis.sock"), "log": self.folder.file("log")}
        return facts | ({"ca": self.ca} if self.ca else {})

    def cli(self, *words):
        return cli(self.port, *words, password=self.password, ca=self.ca)

    def start(self):
        """At the same port as before."""
        if not self.child.runs:
            self._start(self.port)
        return self.describe()

    def kill(self):
        self.child.stop(signal.SIGKILL)
        return {"stopped": "kill"}

    def restart(self):
        self.child.stop()
        return self.start()

    def close(self):
        if self.child:
            self.child.stop(signal.SIGKILL)
        self.folder.close()

    @property
    def commands(self):
        return {"start": self.start, "kill": self.kill, "restart": self.restart,
                "cli": lambda *words: {"answer": self.cli(*words)}}

    def _configuration(self, port):
        yield from (f"bind 127.0.0.1 {' '.join(self.addresses)}".strip(),
                    f"protected-mode {'no' if self.addresses else 'yes'}", "save ''",
                    f"appendonly {'yes' if self.aof else 'no'}",
                    f"unixsocket {self.folder.file('redis.sock')}", f"dir {self.folder.path}",
                    f"{'tls-port' if self.tls else 'port'} {port}")
        if self.tls:
            authority, certificate, key = self.certificates
            yield from ("port 0", f"tls-ca-cert-file {authority}", f"tls-key-file {key}",
                        f"tls-cert-file {certificate}", "tls-auth-clients no")
        if self.password:
            yield f'requirepass "{self.password}"'
        if self.maxmemory:
            yield from (f"maxmemory {self.maxmemory}", "maxmemory-policy noeviction")
        yield from self.more

    def _start(self, port):
        lines = "\n".join([*self._configuration(port), ""])
        # Its own file, which it may rewrite: under Sentinel it learns whom it follows.
        path = self.folder.file("redis.conf")
        if self.port != port:
            self.folder.file("redis.conf", lines)
        self.port = port
        self.child = Child([self.program, path], self.folder.file("log"))
        self.child.wait_ready("Redis", lambda: self.cli("PING") == "PONG")
        return port


class PrivateCluster:
    """Three masters that share the slots, without replicas."""

    def __init__(self):
        self.nodes = []
        try:
            for _ in range(3):
                self.nodes.append(PrivateRedis(more=("cluster-enabled yes",
                                                     f"cluster-port {free_port()}")))
            places = [f"127.0.0.1:{node.port}" for node in self.nodes]
            # It knows no way to give the ports at which nodes talk, other than behind an @.
            buses = [f"{place}@{node.more[1].split()[1]}"
                     for place, node in zip(places, self.nodes)]
            cli(self.nodes[0].port, "--cluster", "create", *buses, "--cluster-yes", seconds=30)
            if not until(lambda: all("cluster_state:ok" in node.cli("CLUSTER", "INFO")
                                     for node in self.nodes), 30, 0.1):
                raise Trouble("the nodes of the cluster did not find each other within 30 s")
        except BaseException:
            self.close()
            raise

    def cli(self, *words):
        """Follows the command to its node."""
        return self.nodes[0].cli("-c", *words)

    def close(self):
        for node in self.nodes:
            node.close()


class Watcher:
    """One Sentinel."""

    def __init__(self, name, master_port, address="127.0.0.1"):
        self.folder, self.child, self.name = Folder(), None, name
        self.master_port, self.address = master_port, address
        self.port = start_somewhere(self._start)

    def ask(self, *words):
        return cli(self.port, "SENTINEL", *words).splitlines()

    def facts(self):
        answer = self.ask("MASTER", self.name)
        return dict(zip(answer[::2], answer[1::2]))

    def close(self):
        if self.child:
            self.child.stop(signal.SIGKILL)
        self.folder.close()

    def _start(self, port):
        path = self.folder.file("sentinel.conf", "\n".join([
            f"port {port}", f"bind {' '.join(sorted({'127.0.0.1', self.address}))}",
            "protected-mode no", f"dir {self.folder.path}",
            f"sentinel monitor {self.name} {self.address} {self.master_port} 2",
            f"sentinel down-after-milliseconds {self.name} 500",
            f"sentinel failover-timeout {self.name} 3000", ""]))
        program = need("redis-server", "redis-server")
        self.child = Child([program, path, "--sentinel"], self.folder.file("log"))
        self.child.wait_ready("Sentinel", lambda: cli(port, "PING") == "PONG")
        return port


class PrivateSentinel:
    """A master, a replica and three Sentinels that agree on them. At another address than the
    loopback's, all of them are known by that one."""
    NAME = "tallyman"

    def __init__(self, address="127.0.0.1"):
        self.servers, self.watchers, self.address = [], [], address
        others = () if address == "127.0.0.1" else (address,)
        known = (f"replica-announce-ip {address}",)
        try:
            master = PrivateRedis(more=("repl-diskless-sync yes", "repl-diskless-sync-delay 0",
                                        *known), addresses=others)
            self.servers.append(master)
            self.servers.append(PrivateRedis(more=(f"replicaof {address} {master.port}", *known),
                                             addresses=others))
            for _ in range(3):
                self.watchers.append(Watcher(self.NAME, master.port, address))
            if not until(self._agree, 30, 0.1):
                raise Trouble("the Sentinels did not find each other within 30 s")
        except BaseException:
            self.close()
            raise

    def describe(self):
        addresses = [f"{self.address}:{watcher.port}" for watcher in self.watchers]
        return {"sentinels": addresses, "master_name": self.NAME, "pid": os.getpid(),
                "port": self.servers[0].port, "ports": [server.port for server in self.servers],
                "url": self.servers[0].url, "folder": self.servers[0].folder.path}

    def master(self):
        """What most Sentinels say."""
        said = [tuple(watcher.ask("GET-MASTER-ADDR-BY-NAME", self.NAME))
                for watcher in self.watchers]
        host, port = max(set(said), key=said.count) or ("", "0")
        return {"host": host, "port": int(port)}

    def kill_master(self):
        port = self.master()["port"]
        for server in self.servers:
            if server.port == port:
                server.kill()
        return {"killed": port}

    def wipe(self):
        """Whoever is the master now."""
        cli(self.master()["port"], "FLUSHALL")

    def clients(self):
        """Who is connected to the master: neither its replicas nor the Sentinels, nor who asks."""
        lines = cli(self.master()["port"], "CLIENT", "LIST").splitlines()
        return [line for line in lines if " flags=S " not in line
                and " name=sentinel-" not in line and " cmd=client" not in line]

    def revive(self):
        """Those that were killed come back, and are told by the Sentinels whom they follow."""
        for server in self.servers:
            server.start()

    def close(self):
        for one in [*self.watchers, *self.servers]:
            one.close()

    @property
    def commands(self):
        return {"master": self.master, "kill-master": self.kill_master}

    def _agree(self):
        return all(facts.get("num-slaves") == "1" and facts.get("num-other-sentinels") == "2"
                   for facts in (watcher.facts() for watcher in self.watchers)) \
            and "master_link_status:up" in self.servers[1].cli("INFO", "replication")
