"""What the spool survives: torn tails, damage, kill -9 in the middle of a write, two processes."""

import errno
import os
import random
import signal
import subprocess
import sys
import textwrap

import pytest

from martlet import v1
from martlet.spool import MAGIC, RunSpool, SpoolFolder, read_records

HEADER = v1.BatchReportRequest(namespace="x", session=v1.Session(id="s"))


def reports(count, first=1):
    return [
        v1.RunReport(run_id="r", epoch=1, seq=number, propose=v1.State(message="m" * number))
        for number in range(first, first + count)
    ]


def filled(path, count):
    spool = RunSpool.create(path, HEADER)
    spool.append([report.SerializeToString() for report in reports(count)])
    return spool


def read(spool):
    return [entry.report for entry in spool.entries(0, 0)]


def test_what_is_written_is_read(tmp_path):
    spool = filled(tmp_path / "a.spool", 5)
    again = RunSpool.load(tmp_path / "a.spool")
    assert again.header() == HEADER
    assert again.count == spool.count == 5
    assert read(again) == read(spool) == reports(5)


def test_reading_goes_on_where_it_ended(tmp_path):
    spool = filled(tmp_path / "a.spool", 5)
    entries = list(spool.entries(0, 0))
    rest = list(spool.entries(3, entries[2].end))
    assert [entry.ordinal for entry in rest] == [3, 4]
    assert [entry.report for entry in rest] == reports(5)[3:]


def test_every_torn_tail_is_tolerated_and_cut_off(tmp_path):
    whole = tmp_path / "whole.spool"
    filled(whole, 4)
    data = whole.read_bytes()
    ends = [0] + [offset for offset, _, _ in read_records(whole)][1:] + [len(data)]
    for size in range(len(MAGIC), len(data)):
        torn = tmp_path / "torn.spool"
        torn.write_bytes(data[:size])
        spool = RunSpool.load(torn)
        if size < ends[1]:
            assert spool is None, "no header, nothing to replay"
            continue
        expected = max(index for index, end in enumerate(ends[1:]) if end <= size)
        assert read(spool) == reports(expected)
        spool.append([report.SerializeToString() for report in reports(1, first=9)])
        assert read(RunSpool.load(torn)) == reports(expected) + reports(1, first=9)


def test_damage_ends_the_file_there(tmp_path):
    seed = random.randrange(2**32)
    print("seed", seed)
    chance = random.Random(seed)
    path = tmp_path / "a.spool"
    filled(path, 10)
    data = path.read_bytes()
    for _ in range(200):
        place = chance.randrange(len(data))
        damaged = bytearray(data)
        damaged[place] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        spool = RunSpool.load(path)
        if spool is not None:
            found = read(spool)
            assert found == reports(10)[: len(found)]
            assert len(found) < 10


def test_rejected_reports_lower_the_rest(tmp_path):
    spool = filled(tmp_path / "a.spool", 5)
    spool.reject(1)
    spool.reject(3)
    for again in (spool, RunSpool.load(tmp_path / "a.spool")):
        assert [(entry.ordinal, entry.report.seq) for entry in again.entries(0, 0)] == [(0, 1), (2, 2), (4, 3)]
        end = list(again.entries(0, 0))[1].end
        assert [(entry.ordinal, entry.report.seq) for entry in again.entries(3, end)] == [(4, 3)]


def test_a_file_that_could_not_be_begun_is_not_in_the_way(tmp_path, monkeypatch):
    path = tmp_path / "a.spool"

    def refuse(kind, payload):
        raise OSError(errno.ENOSPC, "no room")

    with monkeypatch.context() as full:
        full.setattr("martlet.spool.record", refuse)
        with pytest.raises(OSError):
            RunSpool.create(path, HEADER)
    assert not path.exists()
    assert read(filled(path, 2)) == reports(2)
    with pytest.raises(FileExistsError):
        RunSpool.create(path, HEADER)
    assert read(RunSpool.load(path)) == reports(2)


def test_a_folder_is_one_process(tmp_path):
    folder = SpoolFolder.claim(tmp_path, "s")
    folder.spool("run", HEADER).append([b""])
    assert list(SpoolFolder.orphans(tmp_path, None)) == []
    other = SpoolFolder.claim(tmp_path, "s")
    assert other.path != folder.path
    other.release()
    assert not other.path.exists()
    folder.abandon()
    (orphan,) = SpoolFolder.orphans(tmp_path, None)
    assert orphan.path == folder.path
    assert list(SpoolFolder.orphans(tmp_path, None)) == [], "one adopter at a time"
    for spool in orphan.spools():
        spool.remove()
    orphan.release()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("attempt", range(5))
def test_kill_in_the_middle_of_writing_loses_nothing_acknowledged(tmp_path, attempt):
    program = """
        import sys
        from pathlib import Path
        from martlet import v1
        from martlet.spool import SpoolFolder
        folder = SpoolFolder.claim(Path(sys.argv[1]), "s")
        spool = folder.spool("run", v1.BatchReportRequest(namespace="x"))
        number = 0
        while True:
            batch = []
            for _ in range(20):
                number += 1
                report = v1.RunReport(run_id="r", seq=number, propose=v1.State(message="x" * 5000))
                batch.append(report.SerializeToString())
            spool.append(batch)
            print(number, flush=True)
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    writer = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program), str(tmp_path)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    acknowledged = 0
    for _ in range(random.randrange(1, 60)):
        acknowledged = int(writer.stdout.readline())
    writer.send_signal(signal.SIGKILL)
    acknowledged = int((writer.stdout.read().split() or [acknowledged])[-1])
    writer.wait()
    (folder,) = SpoolFolder.orphans(tmp_path, None)
    (spool,) = folder.spools()
    found = [entry.report.seq for entry in spool.entries(0, 0)]
    assert found == list(range(1, len(found) + 1))
    assert len(found) >= acknowledged
