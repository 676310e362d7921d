"""A disk without room, a folder that can't be written."""
import json
import os
import resource
import shutil
import signal
import subprocess
import time
import unittest

from support import CrashTest, until

SETTINGS = """
worker: {slots: 4, heartbeat: 500ms, lease: 2s, drain: 2s, poll: 200ms}
services:
  defaults: {backoff: 50ms, backoff_cap: 100ms}
providers:
  demo: {kind: simulated, submissions: submissions.log}
"""
ENQUEUE = ("enqueue", "script", "--user", "ann", "--input",
           json.dumps({"topic": "x" * 1_500, "simulate": {"latency_ms": 10}}))
NOBODY = 65_534


def no_file_larger_than(size):
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


class NoRoomForACommand(CrashTest):
    settings = SETTINGS

    def test_it_says_so_and_leaves_nothing_half_written(self):
        self.site.ok(*ENQUEUE)
        limit = os.path.getsize(os.path.join(self.site.data, "tallyman.db"))
        taken, refused = [1], 0
        for number in range(40):  # the write-ahead log grows until it meets the limit
            answer = self.site.run(*ENQUEUE, "--key", f"k{number}",
                                   preexec_fn=no_file_larger_than(max(limit, 1) // 2))
            if answer.code == 0:
                taken.append(number)
                continue
            refused += 1
            self.assertIn("no room", self.one_line(answer, 3))
        self.assertGreater(refused, 0)
        self.assertEqual(len(self.site.all_jobs()), len(taken))
        self.site.audit()
        self.site.ok(*ENQUEUE)
        self.assertEqual(len(self.site.all_jobs()), len(taken) + 1)
        self.site.audit()

    def test_a_store_that_can_not_even_be_made_is_one_line(self):
        self.one_line(self.site.run(*ENQUEUE, preexec_fn=no_file_larger_than(1_000)), 3)
        self.site.ok(*ENQUEUE)
        self.assertEqual(len(self.site.all_jobs()), 1)
        self.site.audit()


@unittest.skipUnless(os.geteuid() == 0 and shutil.which("mount"), "only root can mount a disk")
class NoRoomForAnyone(CrashTest):
    """The whole program on a disk of 4 MB that fills up while jobs run."""
    settings = SETTINGS

    def setUp(self):
        super().setUp()
        os.mkdir(self.site.data)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs",
                                  self.site.data], capture_output=True, check=False)
        if mounted.returncode != 0:
            self.skipTest(f"a disk can't be mounted here: {mounted.stderr.decode()}")
        self.addCleanup(subprocess.run, ["umount", "-l", self.site.data], check=True)
        self.filler = os.path.join(self.site.data, "filler")

    def fill(self):
        with open(self.filler, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass

    def test_everything_goes_on_when_there_is_room_again(self):
        up = self.up()
        jobs = [self.site.enqueue(simulate={"latency_ms": 1_500}) for _ in range(4)]
        for id_ in jobs:
            self.reaches(id_, "processing")
        self.fill()
        refused = 0
        for number in range(30):
            answer = self.site.run(*ENQUEUE, "--key", f"k{number}")
            if answer.code != 0:
                refused += 1
                self.assertIn("no room", self.one_line(answer, 3))
        self.assertGreater(refused, 0)
        time.sleep(3)  # past the end of the jobs, and past their leases
        self.assertIsNone(up.process.poll(), up.log[-3000:])
        os.remove(self.filler)
        for number in range(30):
            self.site.ok(*ENQUEUE, "--key", f"k{number}")
        self.assertTrue(until(lambda: all(job["state"] == "completed"
                                          for job in self.site.all_jobs()), 20), up.log[-3000:])
        self.assertIsNone(up.process.poll())
        jobs = self.site.all_jobs()
        self.assertEqual(len(jobs), 34)
        self.assertTrue(all(job["charge"]["net"] == 5 for job in jobs))
        self.assertEqual(self.site.ask("account", "ann")["balance"], 520 - 34 * 5)
        self.site.audit()

    def test_killed_on_a_full_disk_it_starts_again(self):
        up = self.up()
        self.site.enqueue(simulate={"latency_ms": 60_000})
        id_ = self.site.enqueue(simulate={"latency_ms": 500})
        self.reaches(id_, "processing")
        self.fill()
        time.sleep(0.3)
        up.kill()
        self.one_line(self.site.run(*ENQUEUE), 3)
        os.remove(self.filler)
        self.up()
        self.assertEqual(self.reaches(id_, "completed")["charge"]["net"], 5)
        self.site.audit()

    def test_told_to_stop_on_a_full_disk_it_stops(self):
        up = self.up()
        id_ = self.site.enqueue(simulate={"latency_ms": 1_000})
        self.reaches(id_, "processing")
        self.fill()
        up.tell(signal.SIGTERM)
        self.assertEqual(up.ends(20), 0)  # drain, and five seconds to hand back
        os.remove(self.filler)
        self.up()
        self.assertEqual(self.reaches(id_, "completed")["charge"]["net"], 5)
        self.site.audit()


class ReadOnly(CrashTest):
    """As a user who may read and not write; root may always, so root becomes nobody for it."""
    settings = SETTINGS

    def setUp(self):
        super().setUp()
        self.site.program = shutil.copy(self.site.program, self.site.folder)
        self.user = {"user": NOBODY, "group": NOBODY} if os.geteuid() == 0 else {}
        os.chmod(self.site.folder, 0o755)

    def allow(self, folder_mode, file_mode):
        for folder, _, files in os.walk(self.site.data):
            os.chmod(folder, folder_mode)
            for name in files:
                os.chmod(os.path.join(folder, name), file_mode)

    def refused(self, *args):
        return self.one_line(self.site.run(*args, timeout=20, **self.user), 3)

    def test_it_says_so_and_changes_nothing(self):
        self.site.ok(*ENQUEUE)
        self.allow(0o555, 0o444)
        for args in (ENQUEUE, ("up",), ("worker",), ("scheduler",), ("grant", "ann", "5"),
                     ("cancel", "1"), ("expire",)):
            line = self.refused(*args)
            self.assertIn(self.site.data, line, args)
        self.allow(0o755, 0o644)
        self.assertEqual([job["state"] for job in self.site.all_jobs()], ["queued"])
        self.assertEqual(self.site.ask("account", "ann")["balance"], 520)
        self.site.audit()

    def test_an_empty_folder_without_permission_is_one_line(self):
        os.mkdir(self.site.data, 0o555)
        self.assertIn(self.site.data, self.refused(*ENQUEUE))
        self.assertIn(self.site.data, self.refused("up"))
        self.assertEqual(os.listdir(self.site.data), [])


if __name__ == "__main__":
    unittest.main()
