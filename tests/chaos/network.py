"""Several hosts on one machine: network namespaces that share a bridge, with links that can be cut.
All of it is in a network of its own (see alone()), and gone with the process."""
import os
import shutil
import subprocess
import sys

from private_parts import Trouble, need, until

OURS = "10.99.0."
NOWHERE = "02:00:00:00:00:fe"  # an address of no card
MARK = "--alone"
# All that is done here later; not every root may do it.
PROBE = "ip link set lo up && ip link add bridge type bridge && ip link set bridge up && " \
    "ip link add host0 type veth peer name end0 && unshare --net true"


def alone():
    """Starts this program anew in a network, and with mounts, of its own. Returns whether it is
    there; False where that is not allowed."""
    if MARK in sys.argv:
        sys.argv.remove(MARK)
        ip("link", "set", "lo", "up")
        return True
    tried = subprocess.run(["unshare", "--net", "--mount", "sh", "-c", PROBE], capture_output=True,
                           check=False) if shutil.which("ip") and os.getuid() == 0 else None
    if tried is None or tried.returncode != 0:
        return False
    os.execvp("unshare", ["unshare", "--net", "--mount", sys.executable, "-B", *sys.argv, MARK])


def ip(*words):
    done = subprocess.run([need("ip", "iproute2"), *words], capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise Trouble(f"ip {' '.join(words)}: {done.stderr.strip()}")


class Host:
    """A place where programs run."""
    before = ()              # what starts a program there
    address = "127.0.0.1"


class Network:
    """Without hosts of its own: everything is on the loopback."""
    address = "127.0.0.1"
    real = False

    def host(self):
        return Host()

    def close(self):
        pass


class RealHost(Host):
    def __init__(self, number):
        self.address, self.link = f"{OURS}{number + 10}", f"host{number}"
        self.holder = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "--", "unshare", "--net",
                                        "sleep", "infinity"])
        self.before = ("nsenter", f"--net=/proc/{self.holder.pid}/ns/net", "--")
        here = os.readlink("/proc/self/ns/net")
        until(lambda: os.readlink(f"/proc/{self.holder.pid}/ns/net") != here, 10)
        ip("link", "add", self.link, "type", "veth", "peer", "name", "eth0", "netns",
           str(self.holder.pid))
        ip("link", "set", self.link, "master", "bridge", "up")
        for words in (("link", "set", "lo", "up"), ("link", "set", "eth0", "up"),
                      ("addr", "add", f"{self.address}/24", "dev", "eth0")):
            subprocess.run([*self.before, "ip", *words], check=True)

    def cut(self):
        """Nothing gets through any more, and nobody is told."""
        ip("link", "set", self.link, "nomaster")

    def deafen(self):
        """What it says is heard; what is said to it is lost."""
        ip("neigh", "replace", self.address, "lladdr", NOWHERE, "dev", "bridge", "nud", "permanent")

    def mend(self):
        ip("link", "set", self.link, "master", "bridge")
        ip("neigh", "flush", "all")
        subprocess.run(["ip", "neigh", "del", self.address, "dev", "bridge"], capture_output=True,
                       check=False)

    def close(self):
        self.holder.kill()
        self.holder.wait()


class RealNetwork(Network):
    """Servers listen at `address`."""
    address, real = f"{OURS}1", True

    def __init__(self):
        self.hosts = []
        ip("link", "add", "bridge", "type", "bridge")
        ip("addr", "add", f"{self.address}/24", "dev", "bridge")
        ip("link", "set", "bridge", "up")

    def host(self):
        self.hosts.append(RealHost(len(self.hosts)))
        return self.hosts[-1]

    def close(self):
        for host in self.hosts:
            host.close()
