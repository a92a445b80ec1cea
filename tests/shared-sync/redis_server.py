"""redis_server.py - real Redis servers on free ports of loopback, and what can stand between them and us

Redis(options) is one server, with .port, .socket, .command(...), .pause(), .go_on(), .kill(), .start(), .stop(); Sentinel
watches one; Cluster is three nodes that share the slots. Proxy carries bytes to a server and can cut, hold or spoil
them. Scripted answers what a function says. All are context managers, and end by their process ids.

The server is redis-server where that is installed, else Debian's redis-check-rdb, which is the same program.
"""
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

START_S = 30


def program():
    """The path of a program that is Redis when it is called redis-server; None without one."""
    return shutil.which("redis-server") or shutil.which("redis-check-rdb")


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def wait_for(what, condition, seconds=START_S):
    """Waits until condition() is true, and gives what it gave."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("waited %d s for %s" % (seconds, what))


class RedisError(Exception):
    pass


class Client:
    """A small client of our own: command() gives bytes, int, None or lists of them."""

    def __init__(self, address):
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        self.sock = socket.socket(family, socket.SOCK_STREAM)
        self.sock.settimeout(20)
        self.sock.connect(address)
        self.file = self.sock.makefile("rb")

    def close(self):
        self.file.close()
        self.sock.close()

    def send(self, *words):
        words = [word if isinstance(word, bytes) else str(word).encode() for word in words]
        self.sock.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in words))

    def read(self):
        line = self.file.readline()
        if not line.endswith(b"\r\n"):
            raise OSError("the server has hung up")
        kind, rest = line[:1], line[1:-2]
        if kind == b"+":
            return rest
        if kind == b"-":
            raise RedisError(rest.decode())
        if kind == b":":
            return int(rest)
        if int(rest) < 0:
            return None
        if kind == b"$":
            return self.file.read(int(rest) + 2)[:-2]
        return [self.read() for _ in range(int(rest))]

    def command(self, *words):
        self.send(*words)
        return self.read()


class Redis:
    """One server; `options` are lines of redis.conf. port=0: no TCP, its unix socket only."""

    sentinel = False

    def __init__(self, *options, port=None, start=True):
        self.folder = tempfile.mkdtemp(prefix="redis-")
        self.socket = os.path.join(self.folder, "redis.sock")
        self.options = list(options)
        self.fixed_port = port
        self.process = None
        if start:
            self.start()

    def config(self):
        return ["bind 127.0.0.1", "port %d" % self.port, 'dir "%s"' % self.folder, "protected-mode no",
                'unixsocket "%s"' % self.socket, 'logfile "redis.log"', 'save ""', "repl-diskless-sync-delay 0",
                "appendonly no"] + self.options

    def start(self):
        """Starts it, again on the port that it had."""
        for _ in range(10):  # somebody may take the port before it does
            if self.fixed_port is None:
                self.port = free_port()
            else:
                self.port = self.fixed_port
            if self.try_start():
                self.fixed_port = self.port
                return
        raise RuntimeError("Redis does not start: " + self.log()[-2000:])

    def try_start(self):
        path = os.path.join(self.folder, "redis.conf")
        if not (self.sentinel and os.path.exists(path)):  # Sentinel writes its own
            with open(path, "w", encoding="ascii") as out:
                out.write("\n".join(self.config()) + "\n")
        argv = ["redis-server", path] + (["--sentinel"] if self.sentinel else [])
        self.process = subprocess.Popen(argv, executable=program(), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + START_S
        while time.monotonic() < end and self.process.poll() is None:
            if self.answers():
                return True
            time.sleep(0.02)
        self.kill()
        os.unlink(path)
        return False

    def answers(self):
        try:
            client = self.client()
            try:
                client.command("PING")
            except RedisError as error:  # it wants a password: it is there
                return str(error).startswith("NOAUTH")
            finally:
                client.close()
        except OSError:
            return False
        return True

    def log(self):
        try:
            with open(os.path.join(self.folder, "redis.log"), encoding="latin-1") as log:
                return log.read()
        except OSError:
            return ""

    @property
    def url(self):
        return "redis://127.0.0.1:%d" % self.port

    def client(self):
        return Client(self.socket if self.port == 0 else ("127.0.0.1", self.port))

    def command(self, *words):
        client = self.client()
        try:
            return client.command(*words)
        finally:
            client.close()

    def info(self, name):
        """A field of INFO."""
        for line in self.command("INFO", "everything").decode().splitlines():
            key, _, value = line.partition(":")
            if key == name:
                return value
        return None

    def pause(self):
        """It keeps its connections and says nothing more."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop(self):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Sentinel(Redis):
    """Watches `master` under a name; alone it decides."""

    sentinel = True

    def __init__(self, master, name="feed", down_ms=400):
        self.master, self.name, self.down_ms = master, name, down_ms
        super().__init__()

    def config(self):
        return ["bind 127.0.0.1", "port %d" % self.port, 'dir "%s"' % self.folder, 'logfile "redis.log"',
                "protected-mode no", "sentinel monitor %s 127.0.0.1 %d 1" % (self.name, self.master.port),
                "sentinel down-after-milliseconds %s %d" % (self.name, self.down_ms),
                "sentinel failover-timeout %s 3000" % self.name]

    @property
    def url(self):
        return "sentinel://127.0.0.1:%d/%s" % (self.port, self.name)


class Cluster:
    """Three nodes, a third of the slots each."""

    def __init__(self, *options):
        self.nodes = []
        try:
            self.build(options)
        except Exception:
            self.stop()
            raise

    def build(self, options):
        for _ in range(3):
            bus = free_port()
            self.nodes.append(Redis("cluster-enabled yes", "cluster-port %d" % bus, "cluster-node-timeout 5000",
                                    "cluster-config-file nodes.conf", *options))
            self.nodes[-1].bus = bus
        first = self.nodes[0]
        for i, node in enumerate(self.nodes):
            node.command("CLUSTER", "ADDSLOTSRANGE", i * 16384 // 3, (i + 1) * 16384 // 3 - 1)
            if i > 0:
                node.command("CLUSTER", "SET-CONFIG-EPOCH", i + 1)
                first.command("CLUSTER", "MEET", "127.0.0.1", node.port, node.bus)
        for node in self.nodes:
            node.id = node.command("CLUSTER", "MYID").decode()
            wait_for("a whole Cluster", lambda: b"cluster_state:ok" in node.command("CLUSTER", "INFO") and
                     b"known_nodes:3" in node.command("CLUSTER", "INFO"))

    def owner_of(self, key):
        """The node that has the key's slot, another one, and the slot."""
        slot = self.nodes[0].command("CLUSTER", "KEYSLOT", key)
        owner = next(node for i, node in enumerate(self.nodes) if slot < (i + 1) * 16384 // 3)
        return owner, next(node for node in self.nodes if node is not owner), slot

    def stop(self):
        for node in self.nodes:
            node.stop()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Listener:
    """A port of loopback; serve(connection) runs in a thread for each connection."""

    def __init__(self):
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.accepted = 0
        self.connections = []
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def url(self):
        return "redis://127.0.0.1:%d" % self.port

    def accept(self):
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            self.accepted += 1
            self.connections.append(connection)
            threading.Thread(target=self.run, args=(connection,), daemon=True).start()

    def run(self, connection):
        try:
            self.serve(connection)
        except OSError:
            pass
        finally:
            hang_up(connection)

    def cut(self):
        """Ends all connections, now."""
        for connection in self.connections:
            hang_up(connection)
        self.connections = []

    def stop(self):
        hang_up(self.listening)
        self.cut()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def hang_up(connection):
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    connection.close()


class Scripted(Listener):
    """Answers each command with what answer(words, number of the connection) gives; None: it hangs up."""

    def __init__(self, answer):
        self.answer = answer
        super().__init__()

    def serve(self, connection):
        number = self.accepted
        file = connection.makefile("rb")
        while True:
            line = file.readline()
            if not line:
                return
            words = []
            for _ in range(int(line[1:])):
                size = int(file.readline()[1:])
                words.append(file.read(size + 2)[:-2])
            reply = self.answer(words, number)
            if reply is None:
                return
            for piece in [reply] if isinstance(reply, bytes) else reply:
                connection.sendall(piece)


class Proxy(Listener):
    """Carries bytes to and from a port. What it does to those of the server can be changed while it runs:

    .chunk: bytes at a time; .pause_s: a wait before each; .spoil: a function of the bytes; .held: an Event
    that must be set; .cut_after: bytes after which it hangs up."""

    def __init__(self, port):
        self.target = port
        self.chunk, self.pause_s, self.spoil, self.cut_after = 65536, 0, None, None
        self.held = threading.Event()
        self.held.set()
        super().__init__()

    def serve(self, connection):
        upstream = socket.create_connection(("127.0.0.1", self.target))
        self.connections.append(upstream)
        threading.Thread(target=self.carry_up, args=(connection, upstream), daemon=True).start()
        carried = 0
        while True:
            data = upstream.recv(self.chunk)
            if not data:
                return
            self.held.wait()
            if self.pause_s:
                time.sleep(self.pause_s)
            if self.spoil:
                data = self.spoil(data)
            if self.cut_after is not None and carried + len(data) > self.cut_after:
                connection.sendall(data[:self.cut_after - carried])
                hang_up(upstream)
                return
            connection.sendall(data)
            carried += len(data)

    @staticmethod
    def carry_up(connection, upstream):
        try:
            while True:
                data = connection.recv(65536)
                if not data:
                    break
                upstream.sendall(data)
        except OSError:
            pass
        hang_up(upstream)
