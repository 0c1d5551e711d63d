"""Decides how a function says that it is tried again, and how long it waits when the server cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING, List, Optional, Sequence, Union

if TYPE_CHECKING:
    from martlet import v1


class exponential:
    """Delays that grow: `first` seconds, then `factor` times the one before, at most `longest`."""

    def __init__(self, first: float, factor: float = 2, longest: Optional[float] = None) -> None:
        self.first, self.factor, self.longest = first, factor, longest


Delays = Union[float, Sequence[float], exponential]


class Retries:
    """How often a run is tried again, after which delays, and how many of them it has used."""

    def __init__(self, count: int, delays: Delays = 0, jitter: float = 0) -> None:
        self.count, self.delays, self.jitter = count, delays, jitter
        self._used = 0

    def copy(self) -> "Retries":
        """The same for another run, with none used."""
        return Retries(self.count, self.delays, self.jitter)

    def policy(self) -> "v1.RetryPolicy":
        """As the server is told."""
        from martlet import v1, values

        policy = v1.RetryPolicy(max_retries=self.count, jitter=self.jitter)
        if isinstance(self.delays, exponential):
            policy.exponential.first.CopyFrom(values.duration(self.delays.first))
            policy.exponential.factor = self.delays.factor
            if self.delays.longest is not None:
                policy.exponential.max.CopyFrom(values.duration(self.delays.longest))
        else:
            policy.delays.extend(values.duration(delay) for delay in self._listed())
        return policy

    def next_delay(self) -> Optional[float]:
        """Uses one retry and returns its delay in seconds, without the jitter; None when none is left."""
        self._used += 1
        if self._used > self.count:
            return None
        if isinstance(self.delays, exponential):
            delay = self.delays.first * self.delays.factor ** (self._used - 1)
            return delay if self.delays.longest is None else min(delay, self.delays.longest)
        listed = self._listed()
        return listed[min(self._used, len(listed)) - 1] if listed else 0.0

    def delay_after(self, verdict: "Optional[v1.Verdict]") -> Optional[float]:
        """The delay in seconds before the next attempt, after a failure was reported; None when there is none.

        The verdict decides. Without one, when the server is away, the own policy does, as it will when the report is heard.
        """
        from martlet import v1

        if verdict is None:
            return self.next_delay()
        if verdict.code != v1.Verdict.CODE_REPLACED or verdict.state.type != v1.STATE_TYPE_SCHEDULED:
            return None
        self.next_delay()
        if not verdict.state.scheduled.HasField("due_time"):
            return 0.0
        due = verdict.state.scheduled.due_time
        return max(0, due.ToNanoseconds() - verdict.state.time.ToNanoseconds()) / 1e9

    @classmethod
    def of(cls, policy: "v1.RetryPolicy") -> "Retries":
        """As the server says that a run is tried again."""
        delays: Delays = [delay.ToTimedelta().total_seconds() for delay in policy.delays]
        if policy.HasField("exponential"):
            grown = policy.exponential
            longest = grown.max.ToTimedelta().total_seconds() if grown.HasField("max") else None
            delays = exponential(grown.first.ToTimedelta().total_seconds(), grown.factor or 2, longest)
        return cls(policy.max_retries, delays, policy.jitter)

    def _listed(self) -> List[float]:
        return [float(self.delays)] if isinstance(self.delays, (int, float)) else list(self.delays)  # type: ignore[arg-type]
