"""Decides how Python code says when a deployment runs by itself.

    from martlet.schedules import Cron, Interval, RRule
    pipeline.serve("nightly", schedules=[Cron("0 6 * * *", timezone="Europe/Berlin"), Interval(3600)])
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, Mapping, Optional, Union

if TYPE_CHECKING:
    from martlet import v1

# Seconds, or a timedelta.
Seconds = Union[float, datetime.timedelta]


class Schedule:
    """When a deployment runs; use one of its kinds.

    `slug` names it among the schedules of the deployment, `parameters` are put over those of the deployment, and nothing
    happens while it is `paused`. `timezone` is an IANA zone whose clock the rule means; UTC when empty.
    """

    def __init__(
        self,
        timezone: str = "",
        *,
        slug: str = "",
        parameters: Optional[Mapping[str, Any]] = None,
        paused: bool = False,
    ) -> None:
        self.timezone, self.slug, self.parameters, self.paused = timezone, slug, parameters, paused

    def message(self) -> "v1.Schedule":
        """As the server is told. Raises TypeError and ValueError for parameters that are no JSON."""
        from martlet import v1, values

        out = v1.Schedule(slug=self.slug, time_zone=self.timezone, paused=self.paused)
        if self.parameters:
            out.parameters.CopyFrom(values.struct(self.parameters, "parameters"))
        self._say(out)
        return out

    def _say(self, out: "v1.Schedule") -> None:
        raise NotImplementedError


class Cron(Schedule):
    """By the fields of cron: five, six with seconds last, or a name such as `@daily`.

    With `day_or=False` a day must fit both the day of the month and that of the week, when both are given.
    """

    def __init__(self, cron: str, timezone: str = "", day_or: bool = True, **options: Any) -> None:
        super().__init__(timezone, **options)
        self.cron, self.day_or = cron, day_or

    def _say(self, out: "v1.Schedule") -> None:
        out.cron.expression, out.cron.day_and_weekday = self.cron, not self.day_or


class Interval(Schedule):
    """At a distance of so many seconds, counted from `anchor_date`."""

    def __init__(
        self,
        interval: Seconds,
        anchor_date: Optional[datetime.datetime] = None,
        timezone: str = "",
        **options: Any,
    ) -> None:
        super().__init__(timezone, **options)
        self.interval, self.anchor_date = interval, anchor_date

    def _say(self, out: "v1.Schedule") -> None:
        from martlet import values

        out.interval.length.CopyFrom(values.duration(self.interval))
        if self.anchor_date is not None:
            out.interval.anchor.CopyFrom(values.timestamp(self.anchor_date))


class RRule(Schedule):
    """By a recurrence of RFC 5545, such as `FREQ=WEEKLY;BYDAY=MO`."""

    def __init__(self, rrule: str, timezone: str = "", **options: Any) -> None:
        super().__init__(timezone, **options)
        self.rrule = rrule

    def _say(self, out: "v1.Schedule") -> None:
        out.recurrence.text = self.rrule


# As Prefect spells them.
CronSchedule, IntervalSchedule, RRuleSchedule = Cron, Interval, RRule
