"""top: one frame, one object, and live in a terminal that is left as it was found."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
import unittest

from support import PROGRAM, CliTest

ENTER = b"\x1b[?1049h"
LEAVE = b"\x1b[?1049l"
SHOW_CURSOR = b"\x1b[?25h"


class Terminal:
    """A pseudo-terminal with a program in it."""

    def __init__(self, command, folder, environment, columns=100, rows=40):
        self.master, self.slave = pty.openpty()
        self.size(columns, rows)
        self.before = termios.tcgetattr(self.slave)
        self.seen = b""
        self.process = subprocess.Popen(command, stdin=self.slave, stdout=self.slave,
                                        stderr=self.slave, cwd=folder, env=environment,
                                        start_new_session=True, preexec_fn=self.take_over)

    def take_over(self):
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def size(self, columns, rows):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds):
        if select.select([self.master], [], [], seconds)[0]:
            self.seen += os.read(self.master, 65536)

    def until(self, condition, seconds=20):
        """What came since, when the condition holds for it."""
        end = time.monotonic() + seconds
        while not condition(self.seen):
            if time.monotonic() > end:
                raise AssertionError(f"it did not come: {self.seen!r}")
            self.read(0.2)
        seen, self.seen = self.seen, b""
        return seen

    def press(self, keys):
        os.write(self.master, keys)

    def ends(self, seconds=20):
        """Exit code, and what it said at last."""
        end = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < end:
            self.read(0.05)
        code = self.process.poll()
        self.read(0)
        return code, self.seen

    def is_stopped(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="utf-8") as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "T"

    def is_as_before(self):
        return termios.tcgetattr(self.slave) == self.before

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self.slave)


class Top(CliTest):
    def setUp(self):
        super().setUp()
        self.ok("migrate")

    def top(self):
        return self.ask("top")

    def problems(self):
        return [problem["what"] for problem in self.top()["problems"]]

    def queue(self, service):
        return next(q for q in self.top()["queues"] if q["service"] == service)

    def up(self):
        up = self.start("up")
        self.assertIn("ready", up.stdout.readline().decode())
        return up

    def test_an_empty_store_has_nothing_to_show(self):
        board = self.top()
        self.assertEqual(board["problems"], [])
        self.assertEqual(board["states"],
                         {"ready": 0, "held": 0, "running": 0, "unseen": 0, "inbox": 0})
        self.assertEqual((board["workers"], board["throughput"]), ([], {}))
        self.assertIn("nothing needs attention", self.ok("top", "--once").out)

    def test_a_store_that_is_not_there_is_said(self):
        self.environment["TALLYMAN_DATA_DIR"] = os.path.join(self.folder, "elsewhere")
        self.refused(3, "top", "--once")

    def test_jobs_that_nobody_can_take_are_a_problem(self):
        self.ok("enqueue", "script", "--user", "ann")
        self.ok("enqueue", "script", "--user", "ann", "--run-at", "1h")
        board = self.top()
        self.assertEqual([p["what"] for p in board["problems"]], ["no_worker"])
        self.assertEqual((board["states"]["ready"], board["states"]["held"]), (1, 1))
        self.assertEqual(self.queue("script")["ready"], 1)
        page = self.ok("top", "--once").out
        self.assertIn("! no worker is alive", page.splitlines()[1])
        self.assertNotIn("\x1b", page)

    def test_a_paused_queue_with_jobs_is_one_too(self):
        self.ok("queues", "pause", "script")
        self.up()
        self.until(lambda: self.top()["workers"])
        self.assertEqual(self.problems(), [])
        self.ok("enqueue", "script", "--user", "ann")
        self.assertEqual(self.problems(), ["queue_paused"])
        self.assertEqual(self.queue("script")["mode"], "paused")

    def test_what_a_worker_does_is_seen(self):
        self.up()
        for _ in range(3):
            self.ok("enqueue", "script", "--user", "ann", "--wait")
        board = self.until(lambda: (b := self.top())["minute"]["completed"] == 3 and b)
        self.assertEqual(board["minute"]["started"], 3)
        self.assertEqual((board["minute"]["debited"], board["minute"]["settled"]), (15, 15))
        self.assertEqual(board["today"]["settled"], 15)
        self.assertGreater(board["throughput"]["billed_per_s"], 0)
        self.assertEqual(self.queue("script")["minute"]["completed"], 3)
        worker, = board["workers"]
        self.assertTrue(worker["alive"])
        self.assertGreater(worker["slots"], 0)
        self.assertLessEqual({"expiry", "rescue", "wake"},
                             {duty["name"] for duty in self.until(lambda: self.top()["duties"])})
        page = self.ok("top", "--once").out
        self.assertRegex(page, r"(?m)^script +3 +3 *$")
        self.assertRegex(page, r"(?m)^last minute +15 +15 +0 ")

    def test_a_time_that_is_none_is_a_mistake(self):
        for text in ("soon", "0s", "1ms", "2h", "-1s"):
            self.refused(2, "top", "--once", "--every", text)


class Live(CliTest):
    def setUp(self):
        super().setUp()
        self.ok("migrate")
        self.environment.pop("NO_COLOR", None)
        self.environment["TERM"] = "xterm-256color"

    def live(self, every="200ms", **more):
        terminal = Terminal([PROGRAM, "top", "--every", every], self.folder, self.environment,
                            **more)
        self.addCleanup(terminal.close)
        return terminal

    def left_clean(self, terminal):
        code, last = terminal.ends()
        self.assertEqual(code, 0)
        self.assertTrue(last.rstrip().endswith(LEAVE), last)
        self.assertIn(SHOW_CURSOR, last)
        self.assertTrue(terminal.is_as_before())

    def test_shows_frame_after_frame_and_q_leaves_the_terminal_clean(self):
        terminal = self.live()
        first = terminal.until(lambda seen: b"nothing needs attention" in seen)
        self.assertIn(ENTER, first)
        self.assertFalse(terminal.is_as_before())
        self.ok("enqueue", "script", "--user", "ann")
        # The workers' part of a frame says the same in grey; a problem is red and comes first.
        alarm = re.compile(rb"\x1b\[1;31m[^\n]*no worker is alive")
        second = terminal.until(alarm.search)
        self.assertNotIn(ENTER, second)
        terminal.press(b"q")
        self.left_clean(terminal)

    def test_so_do_ctrl_c_and_the_signals_that_end_a_program(self):
        for end in (lambda t: t.press(b"\x03"), lambda t: t.process.send_signal(signal.SIGTERM),
                    lambda t: t.process.send_signal(signal.SIGHUP)):
            terminal = self.live()
            terminal.until(lambda seen: b"nothing needs attention" in seen)
            end(terminal)
            self.left_clean(terminal)

    def test_does_not_wait_for_the_next_look_to_end(self):
        terminal = self.live(every="1h")
        terminal.until(lambda seen: b"nothing needs attention" in seen)
        terminal.press(b"q")
        self.left_clean(terminal)

    def test_fits_the_window_as_it_changes(self):
        terminal = self.live(columns=60, rows=8)
        small = terminal.until(lambda seen: b"more lines" in seen)
        frame = small.split(b"\x1b[H")[-1]
        self.assertEqual(frame.count(b"\r\n"), 7)
        for line in re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]", b"", frame).decode().split("\n"):
            self.assertLessEqual(len(line.strip("\r")), 60, line)
        terminal.size(100, 50)
        terminal.until(lambda seen: b"voice_clone" in seen)
        terminal.press(b"q")
        self.left_clean(terminal)

    def test_stops_and_goes_on(self):
        terminal = self.live()
        terminal.until(lambda seen: b"nothing needs attention" in seen)
        terminal.press(b"\x1a")
        terminal.until(lambda seen: LEAVE in seen)
        self.until(terminal.is_stopped)
        terminal.process.send_signal(signal.SIGCONT)
        terminal.until(lambda seen: ENTER in seen and b"nothing needs attention" in seen)
        terminal.press(b"q")
        self.left_clean(terminal)

    def test_has_no_colour_where_none_is_wanted(self):
        self.environment["NO_COLOR"] = "1"
        terminal = self.live()
        seen = terminal.until(lambda seen: b"nothing needs attention" in seen)
        self.assertIsNone(re.search(rb"\x1b\[[0-9;]+m", seen))
        terminal.press(b"q")
        self.left_clean(terminal)

    def test_keys_that_mean_nothing_do_nothing(self):
        terminal = self.live()
        terminal.until(lambda seen: b"nothing needs attention" in seen)
        terminal.press(b"x\x1b[A")
        self.ok("enqueue", "script", "--user", "ann")
        terminal.until(lambda seen: b"no worker is alive" in seen)
        terminal.press(b"q")
        self.left_clean(terminal)


if __name__ == "__main__":
    unittest.main()
