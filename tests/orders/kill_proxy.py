"""A TCP proxy between the program and its PostgreSQL that kills the program with the transaction of
an order half done: before the server gets the Nth thing that is said in it, or after the server has
done it and before the program hears of it."""
import socket
import threading


class KillProxy:
    def __init__(self, host, port):
        self.upstream = (host, port)
        self.kill = None          # called once, at the place that `arm` names
        self.at, self.after = 0, False
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def arm(self, kill, at, after):
        self.kill, self.at, self.after = kill, at, after

    def fire(self):
        kill, self.kill = self.kill, None
        kill()

    def accept(self):
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        upstream = socket.create_connection(self.upstream)
        fatal = threading.Event()  # what the server says next must not get through
        threading.Thread(target=self.back, args=(upstream, client, fatal), daemon=True).start()
        said = None  # how many things since the order was locked, itself included
        try:
            while data := client.recv(1 << 20):
                if b"orders" in data and b"FOR UPDATE" in data:
                    said = 0
                here = said is not None and said == self.at and self.kill is not None
                if said is not None:
                    said += 1
                if here and not self.after:
                    self.fire()
                    break
                if here:
                    fatal.set()
                upstream.sendall(data)
        except OSError:
            pass
        self.hang_up(client, upstream)

    def back(self, upstream, client, fatal):
        try:
            while data := upstream.recv(1 << 20):
                if fatal.is_set():
                    self.fire()
                    break
                client.sendall(data)
        except OSError:
            pass
        self.hang_up(client, upstream)

    @staticmethod
    def hang_up(*both):
        """At once, though another thread may be waiting for what comes next."""
        for each in both:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            each.close()

    def close(self):
        self.server.close()
