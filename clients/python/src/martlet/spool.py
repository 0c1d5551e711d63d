"""Decides how reports wait on disk while the server is away.

One folder for each process, `<home>/spool/<server>/<session>/`, locked through its file `owner` for as long
as the process lives (the kernel lets go of the lock however the process ends), and in it one append-only
file for each run that has unanswered reports:

    magic   8 bytes, "MRTLSPL1"
    record  length (4 bytes, little-endian) | CRC-32 of kind and payload (4 bytes) | kind (1 byte) | payload

The first record is the HEADER: a BatchReportRequest with the namespace and the session, without reports. REPORT
records hold a RunReport each, in the order of the run. A REJECTED record holds the ordinal (4 bytes, from 0) of
a report with a seq that the server refused to decide: it consumed none, so those after it count one less.

Durability: a record is handed to the kernel before it counts as spooled, so the death of the process loses
nothing. fsync comes when work is flushed or the process ends, and at least once a second in between: a
power cut may cost the last second. What is cut short at the end of a file is ignored when it is read and
cut off before more is appended. A file is removed when every report in it has been answered; sending one twice
is harmless, because the server answers a seq, a log line or an artifact id that it knows as it did before.
"""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path
from typing import Iterator, List, NamedTuple, Optional, Tuple

from martlet import v1

try:
    import fcntl
except ImportError:  # not a Unix: folders of dead processes are then left for the same session only
    fcntl = None  # type: ignore[assignment]

MAGIC = b"MRTLSPL1"
HEADER, REPORT, REJECTED = 1, 2, 3
_FRAME = struct.Struct("<II")
_ORDINAL = struct.Struct("<I")
# No report is longer; a longer length is damage.
_LONGEST = 64 * 1024 * 1024
_SUFFIX = ".spool"


class SpoolEntry(NamedTuple):
    """A report on disk, numbered as the server now expects it."""

    ordinal: int
    end: int
    report: v1.RunReport


def home() -> Path:
    """The folder of everything that Martlet keeps for this user: $MARTLET_HOME or ~/.martlet."""
    return Path(os.environ.get("MARTLET_HOME") or Path.home() / ".martlet")


def record(kind: int, payload: bytes) -> bytes:
    """A record as it is on disk."""
    body = bytes([kind]) + payload
    return _FRAME.pack(len(body), zlib.crc32(body)) + body


def read_records(path: Path, start: int = 0) -> Iterator[Tuple[int, int, bytes]]:
    """The offset, kind and payload of every whole record; ends before the first that is cut short or damaged."""
    with open(path, "rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            return
        offset = max(start, len(MAGIC))
        file.seek(offset)
        while True:
            frame = file.read(_FRAME.size)
            if len(frame) < _FRAME.size:
                return
            length, crc = _FRAME.unpack(frame)
            if not 0 < length <= _LONGEST:
                return
            body = file.read(length)
            if len(body) < length or zlib.crc32(body) != crc:
                return
            yield offset, body[0], body[1:]
            offset += _FRAME.size + length


def _end(offset: int, payload: bytes) -> int:
    return offset + _FRAME.size + 1 + len(payload)


class RunSpool:
    """The file of one run. Opened only while it is written or read: there may be thousands."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self.rejected: List[int] = []
        self._end = 0
        self._unsynced = False

    @classmethod
    def create(cls, path: Path, header: v1.BatchReportRequest) -> "RunSpool":
        """Begins a file. Raises OSError."""
        spool = cls(path)
        try:
            with open(path, "xb") as file:
                file.write(MAGIC + record(HEADER, header.SerializeToString()))
                spool._end = file.tell()
        except FileExistsError:
            raise
        except OSError:
            # A file without a header would be in the way of the next attempt.
            path.unlink(missing_ok=True)
            raise
        spool._unsynced = True
        return spool

    @classmethod
    def load(cls, path: Path) -> Optional["RunSpool"]:
        """An existing file; None when not even its header is whole."""
        spool = cls(path)
        if spool.header() is None:
            return None
        for offset, kind, payload in read_records(path):
            spool._end = _end(offset, payload)
            if kind == REPORT:
                spool.count += 1
            elif kind == REJECTED:
                spool.rejected.append(_ORDINAL.unpack(payload)[0])
        return spool

    def header(self) -> Optional[v1.BatchReportRequest]:
        """The namespace and session of the reports."""
        for _, kind, payload in read_records(self.path):
            return v1.BatchReportRequest.FromString(payload) if kind == HEADER else None
        return None

    def append(self, reports: List[bytes]) -> int:
        """Appends serialized reports; returns the ordinal of the first. Raises OSError, having changed nothing."""
        first = self.count
        self._write(b"".join(record(REPORT, report) for report in reports))
        self.count += len(reports)
        return first

    def reject(self, ordinal: int) -> None:
        """Notes that the server refused to decide a report."""
        self._write(record(REJECTED, _ORDINAL.pack(ordinal)))
        self.rejected.append(ordinal)

    def entries(self, start: int, offset: int) -> Iterator[SpoolEntry]:
        """The reports from ordinal `start`; `offset` is where the record before it ends, 0 for the first."""
        ordinal = start
        lowered = sum(1 for number in self.rejected if number < start)
        for place, kind, payload in read_records(self.path, offset):
            if kind != REPORT:
                continue
            if ordinal in self.rejected:
                lowered += 1
            else:
                report = v1.RunReport.FromString(payload)
                if report.seq:
                    report.seq -= lowered
                yield SpoolEntry(ordinal, _end(place, payload), report)
            ordinal += 1

    def sync(self) -> None:
        """Makes what was appended survive a power cut."""
        if self._unsynced:
            with open(self.path, "rb") as file:
                os.fsync(file.fileno())
            self._unsynced = False

    def remove(self) -> None:
        """Removes the file."""
        self.path.unlink(missing_ok=True)

    def _write(self, data: bytes) -> None:
        with open(self.path, "r+b", buffering=0) as file:
            file.seek(self._end)
            file.truncate()
            view = memoryview(data)
            while view:
                view = view[file.write(view) :]
        self._end += len(data)
        self._unsynced = True


class SpoolFolder:
    """The folder of one process, locked while it lives."""

    def __init__(self, path: Path, lock: int) -> None:
        self.path = path
        self._lock = lock

    @classmethod
    def claim(cls, parent: Path, session: str) -> "SpoolFolder":
        """Makes and locks the folder of this process. Raises OSError."""
        for attempt in range(100):
            path = parent / (f"{session}.{attempt}" if attempt else session)
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = _lock(path / "owner")
            if lock is not None:
                return cls(path, lock)
        raise OSError(f"no folder to be had below {parent}")

    @classmethod
    def orphans(cls, parent: Path, own: Optional[Path]) -> Iterator["SpoolFolder"]:
        """The folders of processes that are dead, each locked for the caller."""
        if fcntl is None or not parent.is_dir():
            return
        for path in sorted(parent.iterdir()):
            if path == own or not (path / "owner").exists():
                continue
            try:
                lock = _lock(path / "owner")
            except OSError:
                continue  # its owner has just removed it
            if lock is not None:
                yield cls(path, lock)

    def spool(self, name: str, header: v1.BatchReportRequest) -> RunSpool:
        """Begins the file of one run. Raises OSError."""
        return RunSpool.create(self.path / (name + _SUFFIX), header)

    def spools(self) -> Iterator[RunSpool]:
        """The files in it; those that hold nothing readable are removed on the way."""
        for path in sorted(self.path.glob("*" + _SUFFIX)):
            spool = RunSpool.load(path)
            if spool is not None and spool.count:
                yield spool
            else:
                path.unlink(missing_ok=True)

    def sync(self) -> None:
        """Makes the names of the files survive a power cut."""
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def release(self) -> None:
        """Removes the folder when no run's file is left in it, and unlocks it."""
        if not any(self.path.glob("*" + _SUFFIX)):
            (self.path / "owner").unlink(missing_ok=True)
            try:
                self.path.rmdir()
            except OSError:
                pass
        self.abandon()

    def abandon(self) -> None:
        """Unlocks the folder, or lets go of it in a forked child."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def _lock(path: Path) -> Optional[int]:
    """A descriptor that holds the lock of an existing or new file; None when another process has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if fcntl is not None:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # The owner before may have removed the file between our opening and locking it.
        if os.fstat(descriptor).st_nlink:
            return descriptor
    except BlockingIOError:
        pass
    os.close(descriptor)
    return None
