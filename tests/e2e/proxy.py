"""A link that can be cut: what connects to the proxy's port is connected to another port of this machine."""

import socket
import threading


class Proxy:
    """Threads of its own. cut() breaks every connection and lets no new one through until heal()."""

    def __init__(self, target_port):
        self.target = ("127.0.0.1", target_port)
        self.listener = socket.create_server(("127.0.0.1", 0))
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
            pair = Pair(near, far, self)
            for source, sink in ((near, far), (far, near)):
                source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=pair.pump, args=(source, sink), daemon=True).start()

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
                sink.sendall(data)
        except OSError:
            pass
        for one in self.ends:
            shut(one)
        with self.proxy.lock:
            self.running -= 1
            last = self.running == 0
        if last:
            self.proxy.forget(*self.ends)


def shut(one):
    try:
        one.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
