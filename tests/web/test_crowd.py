"""Ten thousand at once, on one process."""

import resource
import selectors
import time
import unittest

from served import Served

CROWD = 10_000


class Crowd(Served):
    @classmethod
    def setUpClass(cls):
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    def setUp(self):
        super().setUp()
        self.job = self.enqueue(run_at=4102444800000)

    def ask_all(self, path, count=CROWD):
        request = (f"GET {path} HTTP/1.1\r\nHost: x\r\nX-Api-Key: {self.key}\r\n\r\n").encode()
        crowd = []
        for _ in range(count):
            crowd.append(self.socket())
            crowd[-1].sendall(request)
        return crowd

    def hear_all(self, crowd, what, seconds=60):
        """Until each of them has got that."""
        end = time.monotonic() + seconds
        heard = dict.fromkeys(crowd, b"")
        with selectors.DefaultSelector() as selector:
            for opened in crowd:
                opened.setblocking(False)
                selector.register(opened, selectors.EVENT_READ)
            while selector.get_map() and time.monotonic() < end:
                for event, _ in selector.select(timeout=1):
                    piece = event.fileobj.recv(65_536)
                    heard[event.fileobj] += piece
                    if what in heard[event.fileobj] or not piece:
                        selector.unregister(event.fileobj)
        self.assertEqual(sum(what in text for text in heard.values()), len(crowd))

    def test_connections_that_stay(self):
        crowd = self.ask_all(f"/api/jobs/{self.job['id']}")
        self.hear_all(crowd, b'"state":"queued"')
        began = time.monotonic()
        self.assertEqual(self.call("GET", f"/api/jobs/{self.job['id']}")[0].status, 200)
        self.assertLess(time.monotonic() - began, 2)

    def test_streams_hear_of_what_another_process_does(self):
        crowd = self.ask_all(f"/api/jobs/{self.job['id']}/events")
        self.hear_all(crowd, b'"state":"queued"')
        self.ask("cancel", self.job["id"])
        self.hear_all(crowd, b'"state":"cancelled"')


if __name__ == "__main__":
    unittest.main()
