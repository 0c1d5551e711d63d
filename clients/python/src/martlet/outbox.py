"""Decides which reports go into the next frame, and to whom an answer belongs.

No I/O, no clock of its own, no threads. A frame is due at 100 reports, at 64 KiB, 20 ms after its first report, or at
once when somebody waits for a verdict.
"""

from __future__ import annotations

from collections import deque
from typing import Container, Deque, Dict, List, NamedTuple, Optional, Sequence, Tuple

from martlet import v1
from martlet.lane import Item, Lane
from martlet.reported_run import ReportedRun

FRAME_COUNT, FRAME_SIZE, FRAME_DELAY = 100, 64 * 1024, 0.020
NEVER = float("inf")

TERMINAL = frozenset(
    {
        v1.STATE_TYPE_COMPLETED,
        v1.STATE_TYPE_FAILED,
        v1.STATE_TYPE_CANCELLED,
        v1.STATE_TYPE_CRASHED,
    }
)


class Frame(NamedTuple):
    """Reports that were sent together, and the seq each was sent with."""

    sent_at: float
    size: int
    parts: List[Tuple[Lane, Item, int]]

    def fits(self, results: Sequence[v1.ReportResult]) -> bool:
        """Whether these may be its answers."""
        return len(results) == len(self.parts) and all(
            result.run_id == lane.run_id and result.seq == seq
            for (lane, _, seq), result in zip(self.parts, results)
        )


class Outbox:
    """The reports in memory: those to be sent and those that wait for answers."""

    def __init__(self) -> None:
        self.runs: Dict[Lane, ReportedRun] = {}
        self.by_id: Dict[str, Lane] = {}
        # The lanes that have something queued.
        self.ready: Deque[Lane] = deque()
        self.frames: Deque[Frame] = deque()
        self.held = 0
        self.held_size = 0
        self._due = NEVER

    def add(self, run: ReportedRun, item: Item, now: float) -> None:
        """Takes a report."""
        lane = run.lane
        if not lane.add(item):
            return
        if lane not in self.runs:
            self.runs[lane] = run
            self.by_id[lane.run_id] = lane
        if item.report.HasField("propose"):
            lane.ended = item.report.propose.type in TERMINAL
        self.held += 1
        self.held_size += item.size
        if len(lane.queued) == 1:
            self.ready.append(lane)
        self.hurry(now if item.urgent else now + FRAME_DELAY)

    def released(self, item: Item) -> None:
        """To be called with every report that leaves a lane."""
        self.held -= 1
        self.held_size -= item.size

    @property
    def bound(self) -> int:
        """How many reports wait for their run to be taken, which only this process may do."""
        return sum(len(lane.queued) for lane in self.ready if lane.binds)

    def hurry(self, at: float) -> None:
        """Makes a frame due at that time at the latest."""
        self._due = min(self._due, at)

    def wake_at(self) -> float:
        """When there may be a frame to send."""
        if not self.ready:
            return NEVER
        return max(self._due, min(lane.held_until for lane in self.ready))

    def compose(self, now: float, blocked: Container[Lane]) -> List[v1.RunReport]:
        """The reports of the next frame, which then wait for answers; none when it is not due.

        A blocked lane has earlier reports on disk: its turn comes when they were answered.
        """
        count = self.held - sum(len(frame.parts) for frame in self.frames)
        size = self.held_size - sum(frame.size for frame in self.frames)
        if now < self._due and count < FRAME_COUNT and size < FRAME_SIZE:
            return []
        parts: List[Tuple[Lane, Item, int]] = []
        room = FRAME_SIZE
        for _ in range(len(self.ready)):
            if len(parts) >= FRAME_COUNT or room <= 0:
                break
            lane = self.ready.popleft()
            if lane in blocked:
                self.ready.append(lane)
                continue
            for item in lane.take(FRAME_COUNT - len(parts), room, now):
                parts.append((lane, item, item.report.seq))
                room -= item.size
            if lane.queued:
                self.ready.append(lane)
        if not self.ready:
            self._due = NEVER
        elif not parts:
            self._due = now + FRAME_DELAY
        if parts:
            self.frames.append(Frame(now, FRAME_SIZE - room, parts))
        return [item.report for _, item, _ in parts]

    def answered(self, results: Sequence[v1.ReportResult], now: float) -> bool:
        """Takes the answers to a frame; False when they fit none that was sent."""
        frame = next((frame for frame in self.frames if frame.fits(results)), None)
        if frame is None:
            return False
        self.frames.remove(frame)
        for (lane, item, seq), result in zip(frame.parts, results):
            if not lane.answered(item, seq, result, now):
                self.renew(lane, now)
            if lane.closed is not None or (lane.ended and not len(lane)):
                self.forget(lane)
        return True

    def renew(self, lane: Lane, now: float) -> None:
        """Makes a lane ready that may have got something to send again."""
        if lane.queued and lane not in self.ready:
            self.ready.append(lane)
            self.hurry(now)

    def recall(self) -> None:
        """Takes back everything that was sent: its answers are lost."""
        flying = {lane for frame in self.frames for lane, _, _ in frame.parts}
        self.frames.clear()
        for lane in flying | set(self.runs):
            lane.recall()
        self.ready = deque(lane for lane in self.runs if lane.queued)

    def drop(self, lane: Lane) -> None:
        """Takes a lane whose reports went elsewhere out of the turn."""
        if lane in self.ready:
            self.ready.remove(lane)
        if not self.ready:
            self._due = NEVER

    def close(self, lane: Lane, why: BaseException) -> None:
        """Ends a lane: everything in it is settled with `why`."""
        lane.close(why)
        self.forget(lane)

    def forget(self, lane: Lane) -> None:
        """Lets go of a lane that has nothing more to say."""
        if self.runs.pop(lane, None) is not None:
            del self.by_id[lane.run_id]
        self.drop(lane)

    def oldest(self) -> Optional[Frame]:
        """The frame that has waited longest for its answers."""
        return self.frames[0] if self.frames else None
