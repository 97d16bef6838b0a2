"""One worker at a time in a home, whoever was killed before."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace

import pytest

from data.lock import FILE, VARIABLE, Holder, LockError, hold, is_dead

# Takes the lock as `tracker crawl`, says so, then does as told; {body} sees `lock`.
WORKER = """
import os, pathlib, subprocess, sys, time
from data.lock import hold
with hold(pathlib.Path(sys.argv[1]), "crawl") as lock:
    {body}
"""
WAIT = "print('held', flush=True); time.sleep(60)"
# ... starts a child that keeps the open file without entering itself, as a forked worker would, and dies.
LEAVE_ORPHAN = """
    child = subprocess.Popen(["sleep", "60"], pass_fds=(lock.handle,), stdout=subprocess.DEVNULL)
    print(child.pid, flush=True)
    os.kill(os.getpid(), 9)
"""
# ... starts a stage that works under the inherited lock, and dies.
LEAVE_STAGE = """
    code = "import pathlib, sys, time; from data.lock import hold\\nwith hold(pathlib.Path(sys.argv[1]), 'extract'):"
    code += " print('held', flush=True); time.sleep(60)"
    child = subprocess.Popen([sys.executable, "-c", code, sys.argv[1]], **lock.inheritance(), stdout=subprocess.PIPE)
    child.stdout.readline()
    print(child.pid, flush=True)
    os.kill(os.getpid(), 9)
"""


def start(home, body):
    code = WORKER.format(body=body.strip())
    worker = subprocess.Popen([sys.executable, "-c", code, str(home)], stdout=subprocess.PIPE, text=True)
    told = worker.stdout.readline().strip()
    assert told
    return worker, told


def holders(home):
    return [Holder(**json.loads(line)) for line in (home / FILE).read_text().splitlines()]


def test_a_second_start_is_refused_and_told_who_is_at_work(tmp_path):
    with (
        hold(tmp_path, "nightly"),
        pytest.raises(LockError, match=rf"`tracker nightly` \(process {os.getpid()}, since"),
    ):
        hold(tmp_path, "crawl").__enter__()
    with hold(tmp_path, "crawl"):
        assert [h.verb for h in holders(tmp_path)] == ["crawl"]


def test_two_homes_have_two_locks(tmp_path):
    with hold(tmp_path / "a", "crawl"), hold(tmp_path / "b", "crawl"):
        assert (tmp_path / "a" / FILE).exists()


def test_the_lock_of_a_killed_process_is_free_at_once(tmp_path):
    worker, _ = start(tmp_path, WAIT)
    with pytest.raises(LockError, match=f"process {worker.pid}"):
        hold(tmp_path, "nightly").__enter__()
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    with hold(tmp_path, "nightly"):
        assert [h.pid for h in holders(tmp_path)] == [os.getpid()]


def test_a_lock_that_outlives_its_dead_owner_is_taken_over(tmp_path):
    worker, orphan = start(tmp_path, LEAVE_ORPHAN)
    try:
        worker.wait()
        with (tmp_path / FILE).open() as file, pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the orphan really holds it
        with hold(tmp_path, "nightly"):
            assert [h.pid for h in holders(tmp_path)] == [os.getpid()]
            with pytest.raises(LockError):
                hold(tmp_path, "crawl").__enter__()
    finally:
        os.kill(int(orphan), signal.SIGKILL)


def test_a_stage_whose_night_was_killed_still_holds_the_lock(tmp_path):
    worker, stage = start(tmp_path, LEAVE_STAGE)
    try:
        worker.wait()
        with pytest.raises(LockError, match=rf"`tracker extract` \(process {stage}, since [^)]*\) is at work"):
            hold(tmp_path, "nightly").__enter__()
    finally:
        os.kill(int(stage), signal.SIGKILL)


@pytest.mark.parametrize("told", ["", "x", "9999", "0"])
def test_a_variable_that_names_no_lock_is_passed_over(tmp_path, monkeypatch, told):
    monkeypatch.setenv(VARIABLE, told)
    with hold(tmp_path, "link"):
        assert VARIABLE not in os.environ


def test_another_homes_lock_opens_no_door(tmp_path, monkeypatch):
    with hold(tmp_path / "a", "nightly") as ours, hold(tmp_path / "b", "crawl"):
        monkeypatch.setenv(VARIABLE, str(ours.handle))
        with pytest.raises(LockError):
            hold(tmp_path / "b", "extract").__enter__()


def test_a_process_id_given_away_again_is_not_the_owner(tmp_path):
    with hold(tmp_path, "crawl"):
        (me,) = holders(tmp_path)
    assert not is_dead(me)
    assert is_dead(replace(me, begun="1"))
    assert not is_dead(replace(me, begun="1", machine="elsewhere")), "nothing is known of another machine's processes"


def test_a_torn_file_is_no_reason_to_break_in(tmp_path):
    with (tmp_path / FILE).open("w") as file:
        file.write('{"pid": 1, "beg')
        file.flush()
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(LockError, match="another tracker is at work"):
            hold(tmp_path, "crawl").__enter__()
    with hold(tmp_path, "crawl"):
        assert len(holders(tmp_path)) == 1


def test_of_many_that_come_at_once_one_gets_in(tmp_path):
    together, inside, refused = threading.Barrier(8), [], []
    over = threading.Event()

    def come():
        together.wait()
        try:
            with hold(tmp_path, "crawl"):
                inside.append(1)
                over.wait(10)
        except LockError:
            refused.append(1)
            if len(refused) == 7:
                over.set()

    threads = [threading.Thread(target=come) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(15)
    assert (len(inside), len(refused)) == (1, 7)


def test_a_home_that_cannot_be_used_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(LockError, match=r"file"):
        hold(tmp_path / "file", "crawl").__enter__()
