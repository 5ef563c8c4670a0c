"""A link that can be cut: what connects to the proxy's port is connected to another port of this machine. KafkaProxy
knows where requests begin and end, and can hold one back."""

import socket
import struct
import threading


class Proxy:
    """Threads of its own. cut() breaks every connection and lets no new one through until heal(). `port`: its own; 0: a
    free one."""

    def __init__(self, target_port, target_host="127.0.0.1", port=0):
        self.target = (target_host, target_port)
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port = self.listener.getsockname()[1]
        self.lock = threading.Lock()
        self.sockets = set()
        self.whole = True
        self.cuts = 0  # connections broken by cut()
        threading.Thread(target=self.accept, daemon=True).start()

    def cut(self):
        with self.lock:
            self.whole = False
            self.cuts += len(self.sockets) // 2
            for one in self.sockets:
                # Not close: another thread may be reading, and the number could be used again.
                shut(one)

    def heal(self):
        with self.lock:
            self.whole = True

    def close(self):
        shut(self.listener)
        self.listener.close()
        self.cut()

    def accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(self.target, timeout=5)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            with self.lock:
                if not self.whole:
                    near.close()
                    far.close()
                    continue
                self.sockets |= {near, far}
            pair = self.pair(near, far)
            for source, sink in ((near, far), (far, near)):
                source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=pair.pump, args=(source, sink), daemon=True).start()

    def pair(self, near, far):
        return Pair(near, far, self)

    def forget(self, near, far):
        with self.lock:
            self.sockets -= {near, far}
        near.close()
        far.close()


class Pair:
    def __init__(self, near, far, proxy):
        self.ends = (near, far)
        self.proxy = proxy
        self.running = 2

    def pump(self, source, sink):
        try:
            while True:
                data = source.recv(1 << 16)
                if not data:
                    break
                self.forward(data, sink)
        except OSError:
            pass
        for one in self.ends:
            shut(one)
        with self.proxy.lock:
            self.running -= 1
            last = self.running == 0
        if last:
            self.proxy.forget(*self.ends)

    def forward(self, data, sink):
        sink.sendall(data)


def is_commit(request):
    """Of a transaction: EndTxn (26), whose last field says so; from version 3 on a byte for no tags follows."""
    kind, version = struct.unpack_from(">hh", request, 4)
    return kind == 26 and request[-2 if version >= 3 else -1] == 1


class KafkaProxy(Proxy):
    """hold() takes the next commit out of its connection, which breaks for the client; the broker's end stays open, so
    that the commit can be delivered later, as often as wanted."""

    def __init__(self, target_port):
        super().__init__(target_port)
        self.wanted = False
        self.held = None

    def pair(self, near, far):
        return KafkaPair(near, far, self)

    def hold(self):
        with self.lock:
            self.held, self.wanted = None, True

    def release(self):
        """Nothing is taken any more. The HeldCommit if one was."""
        with self.lock:
            self.wanted = False
            return self.held

    def takes(self, request, far):
        """The HeldCommit if it is the one that is wanted."""
        with self.lock:
            if not self.wanted or not is_commit(request):
                return None
            self.held, self.wanted = HeldCommit(request, far), False
            return self.held


class KafkaPair(Pair):
    def __init__(self, near, far, proxy):
        super().__init__(near, far, proxy)
        self.near, self.far = near, far
        self.waiting = b""  # the beginning of a request
        self.held = None

    def forward(self, data, sink):
        if sink is self.near:
            return self.held.take(data) if self.held else sink.sendall(data)
        self.waiting += data
        while len(self.waiting) >= 4:
            end = 4 + struct.unpack_from(">i", self.waiting)[0]
            if len(self.waiting) < end:
                return
            request, self.waiting = self.waiting[:end], self.waiting[end:]
            self.held = self.proxy.takes(request, self.far)
            if self.held:
                shut(self.near)
                self.held.over.wait()
                return
            sink.sendall(request)


class HeldCommit:
    def __init__(self, request, far):
        self.request, self.far = request, far
        self.bytes = b""  # of answers
        self.errors = []
        self.changed = threading.Condition()
        self.over = threading.Event()  # then the broker's end is closed as well

    def take(self, data):
        with self.changed:
            self.bytes += data
            while len(self.bytes) >= 4 and len(self.bytes) >= (end := 4 + struct.unpack_from(">i", self.bytes)[0]):
                answer, self.bytes = self.bytes[:end], self.bytes[end:]
                # Correlation id, from version 3 on no tags, throttle time; then the error.
                if answer[4:8] == self.request[8:12]:
                    version = struct.unpack_from(">h", self.request, 6)[0]
                    self.errors.append(struct.unpack_from(">h", answer, 12 + (version >= 3))[0])
            self.changed.notify_all()

    def deliver(self, times):
        """What the broker answers, as Kafka's error numbers; fewer where the connection is no more."""
        try:
            for _ in range(times):
                self.far.sendall(self.request)
        except OSError:
            pass
        with self.changed:
            self.changed.wait_for(lambda: len(self.errors) >= times, 10)
        self.over.set()
        return self.errors


def shut(one):
    try:
        one.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
