"""Prints random schedules with the instants that croniter, python-dateutil and zoneinfo find.

ScheduleCrossCheckTests.swift starts this with a seed, a number of cases, "zones" for a line for each zone, and the directory of zones. A line is a kind and
its fields, with tabs between them; what is known to differ is not made:

cron, against croniter 6.2:
- a range of one value (`5-5`, `7/5` at the field's end) is that value; croniter takes it for the whole field;
- a step in a range that goes round (`22-5/3`) goes on across the end; croniter is one off when the step passes it;
- `15W` or `5#2` beside the other day field, with day_or: either is enough, as with plain days; croniter forgets the other;
- `5#2` beside plain weekdays, `5L`, 7 for Sunday in six fields: croniter refuses them;
- 0 for a day in six fields, seven fields: Martlet refuses them;
- a rule with no match in 50 years: croniter gives up, Martlet looks at all 400 years of the calendar, once.

Recurrences, against python-dateutil 2.9:
- BYDAY with both plain and counted weekdays means either; dateutil wants both at once;
- the first week of FREQ=WEEKLY with BYSETPOS is a whole week; dateutil begins it at DTSTART;
- BYWEEKNO -51 to -53 counts from the end in the first days of a week of the next year too; dateutil leaves them out
  (its own source says so), and takes the last week of the year before wrongly for 52 or 53 now and then;
- EXDATE of a date alone excludes that day; dateutil excludes midnight;
- `Z` means UTC; Prefect reads it as local;
- counted weekdays with FREQ=WEEKLY or shorter, and COUNT beside UNTIL, Martlet refuses as RFC 5545 does;
- what never matches is refused at once; dateutil searches to the year 9999.

Zones and policies: the local time of a whole-day interval comes back after a night that shifted it; Prefect keeps the
shifted one for ever. An interval of days and hours counts elapsed time; Prefect mixes both.
"""

import decimal  # noqa: F401 - what others load on the way is not to be cut off by the alarm
import random
import signal
import struct
import sys
import warnings
import zoneinfo
from datetime import datetime, timedelta, timezone

from croniter import croniter, CroniterBadDateError
from dateutil.rrule import rrulestr

warnings.simplefilter("ignore")

UTC, EPOCH = timezone.utc, datetime(1970, 1, 1)
FIRST = int(datetime(1970, 1, 2, tzinfo=UTC).timestamp())
LAST = int(datetime(2040, 1, 1, tzinfo=UTC).timestamp())
TICKS = 10
FREQUENCIES = ["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"]
DAYS = "MO TU WE TH FR SA SU".split()
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
WEEKDAYS = "sun mon tue wed thu fri sat".split()


class TooSlow(BaseException):
    pass


def give_up(*_):
    raise TooSlow


def timed(make, rng):
    """A case, unless it takes Python long: never matching rules, above all. The alarm repeats, for it may be swallowed. Most of the
    time would go into cases that come to nothing, so only some of the slow ones are waited for."""
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.05 if rng.random() < 0.03 else 0.006, 0.02)
        try:
            return make()
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    except (TooSlow, ValueError, OverflowError, IndexError):
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        return None


def transitions(directory, name):
    """The seconds that a zone's file names: those of its second, 64-bit part."""
    with open(f"{directory}/{name}", "rb") as file:
        data = file.read()
    header = struct.Struct(">20x6l")
    utc, standard, leaps, times, types, letters = header.unpack_from(data)
    start = header.size + times * 5 + types * 6 + letters + leaps * 8 + standard + utc
    times = header.unpack_from(data, start)[3]
    return struct.unpack_from(f">{times}q", data, start + header.size)


class Maker:
    def __init__(self, seed, directory):
        self.rng = random.Random(seed)
        self.directory = directory
        zoneinfo.reset_tzpath([directory])
        self.names = sorted(name for name in zoneinfo.available_timezones() if name not in ("localtime", "Factory"))
        self.zones = {name: zoneinfo.ZoneInfo(name) for name in self.names}
        self.changes = {}

    def offset(self, zone, second):
        return int(datetime.fromtimestamp(second, UTC).astimezone(zone).utcoffset().total_seconds())

    def changes_of(self, name):
        """Seconds near which the offset changes, by days."""
        if name not in self.changes:
            zone, before, written = self.zones[name], None, transitions(self.directory, name)
            found = [
                second for second in written
                if FIRST < second < LAST and self.offset(zone, second - 1) != self.offset(zone, second)
            ]
            # What the file only has a rule for.
            for second in range(max(FIRST, written[-1] if written else FIRST), LAST, 14 * 86400):
                offset = self.offset(zone, second)
                if before is not None and offset != before:
                    low, high = second - 14 * 86400, second
                    while high - low > 1:
                        middle = (low + high) // 2
                        low, high = (low, middle) if self.offset(zone, middle) == offset else (middle, high)
                    found.append(high)
                before = offset
            self.changes[name] = found
        return self.changes[name]

    def moment(self, name):
        rng = self.rng
        changes = self.changes_of(name)
        if changes and rng.random() < 0.6:
            return rng.choice(changes) + rng.choice([rng.randint(-90000, 90000), rng.randint(-4000, 4000), -3600, 0, 3600])
        return rng.randint(FIRST, LAST)

    # Instants of local times

    def instants(self, name, start, policy, walls_from):
        """The first instants from `start` on, of local times that `walls_from` yields from a local time on."""
        zone = self.zones[name]
        offsets = [self.offset(zone, start + hours * 3600) for hours in (-26, -3, 0, 3, 26)]
        look_back = max(offsets) - min(offsets)
        found, sure = set(), None
        for wall in walls_from(EPOCH + timedelta(seconds=start + offsets[2] - look_back)):
            seconds = round((wall - EPOCH).total_seconds())
            first = int(wall.replace(tzinfo=zone, fold=0).utcoffset().total_seconds())
            second = int(wall.replace(tzinfo=zone, fold=1).utcoffset().total_seconds())
            if first < second:
                mine = [seconds - first] if policy[0] == "shift" else []
            elif first > second:
                mine = {"first": [seconds - first], "second": [seconds - second]}.get(
                    policy[1], [seconds - first, seconds - second])
            else:
                mine = [seconds - first]
            found.update(instant for instant in mine if instant >= start)
            if first == second:
                sure = seconds - first
                if sum(instant <= sure for instant in found) >= TICKS:
                    break
        else:
            sure = None
        found = sorted(found)
        # Without an end, what comes after the last unambiguous local time is not known.
        return [instant for instant in found if sure is None or instant <= sure][:TICKS], sure is None

    def policy(self):
        if self.rng.random() < 0.5:
            return ("shift", "first")
        return (self.rng.choice(["shift", "skip"]), self.rng.choice(["first", "second", "both"]))

    # Cron

    def field(self, low, high, names=None, sparse=False):
        rng = self.rng
        write = lambda value: rng.choice([names[value - low], names[value - low].upper()]) if names and rng.random() < 0.4 else str(value)
        kind = rng.random()
        if kind < (0.1 if sparse else 0.3):
            return "*"
        if kind < 0.4:
            return f"*/{rng.randint(1, max(2, (high - low) // 2))}"
        if kind < 0.45 and low < high - 1:
            return f"{rng.randint(low, high - 1)}/{rng.randint(1, high)}"
        if kind < 0.55:
            first, last = sorted(rng.sample(range(low, high + 1), 2))
            return f"{write(first)}-{write(last)}" + (f"/{rng.randint(1, 4)}" if rng.random() < 0.4 else "")
        if kind < 0.6:
            last, first = sorted(rng.sample(range(low, high + 1), 2))
            return f"{write(first)}-{write(last)}"
        count = 1 if kind < 0.85 else rng.randint(2, 4)
        return ",".join(write(rng.randint(low, high)) for _ in range(count))

    def cron(self):
        rng = self.rng
        if rng.random() < 0.02:
            return rng.choice(["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"])
        minute, hour = self.field(0, 59, sparse=True), self.field(0, 23, sparse=rng.random() < 0.5)
        if rng.random() < 0.25:
            hour = str(rng.choice([0, 1, 2, 3, 23]))
        day, month, weekday = self.field(1, 31), self.field(1, 12, MONTHS), self.field(0, 6, WEEKDAYS)
        if rng.random() < 0.4:
            month = "*"
        if rng.random() < 0.5:
            weekday = rng.choice(["*", "*", "?"])
        elif rng.random() < 0.5:
            day = rng.choice(["*", "*", "?"])
        kind = rng.random()
        if kind < 0.08:
            day = rng.choice(["L", "l", "15,L", "L,1", f"{rng.randint(1, 30)}-L"])
        elif kind < 0.13:
            day, weekday = rng.choice(["{}W", "W{}"]).format(rng.randint(1, 31)), "*"
        elif kind < 0.2:
            day = "*"
            weekday = ",".join(
                rng.choice([f"{rng.randint(0, 6)}#{rng.randint(1, 5)}", f"{rng.choice(WEEKDAYS)}#{rng.randint(1, 5)}", f"L{rng.randint(0, 6)}"])
                for _ in range(rng.choice([1, 1, 2])))
        elif kind < 0.23:
            weekday = rng.choice(["7", "5-7", "0-7", "1-7", "6,7"])
            return " ".join([minute, hour, day, month, weekday])
        fields = [minute, hour, day, month, weekday]
        if rng.random() < 0.15:
            fields.append(rng.choice(["0", "30", "*/20", "7", "0,59", "10-12", "*/45"]))
        return " ".join(fields)

    def cron_case(self):
        rng = self.rng
        name, text, day_or, policy = rng.choice(self.names), self.cron(), rng.random() < 0.8, self.policy()
        start = self.moment(name)

        def walls(start):
            iterator = croniter(text, start - timedelta(seconds=1), ret_type=datetime, day_or=day_or)
            try:
                while True:
                    yield iterator.get_next()
            except CroniterBadDateError:
                return

        found, _ = self.instants(name, start, policy, walls)
        return ["cron", name, *policy, str(start), text, "or" if day_or else "and", found]

    # Recurrences

    def numbers(self, low, high, signed=False, most=3):
        rng = self.rng
        signs = [1, 1, -1] if signed else [1]
        return ",".join(str(rng.randint(low, high) * rng.choice(signs)) for _ in range(rng.choice([1, 1, 2, most])))

    def rule(self, start, frequency, ends=True):
        rng, index = self.rng, FREQUENCIES.index(frequency)
        parts = [f"FREQ={frequency}"]
        by_month = rng.random() < 0.25
        if by_month:
            parts.append("BYMONTH=" + self.numbers(1, 12))
        if rng.random() < 0.25:
            parts.append("BYMONTHDAY=" + self.numbers(1, 31 if rng.random() < 0.3 else 28, signed=True))
        if rng.random() < (0.2 if index == 0 else 0.03):
            parts.append("BYYEARDAY=" + self.numbers(1, 366, signed=True, most=20))
        if rng.random() < (0.2 if index == 0 else 0.03):
            parts.append("BYWEEKNO=" + ",".join(str(rng.choice([rng.randint(1, 51), -rng.randint(1, 50)])) for _ in range(rng.randint(1, 6))))
        if rng.random() < 0.4:
            days = rng.sample(DAYS, rng.choice([1, 1, 2, 3]))
            if index < 2 and rng.random() < 0.6:
                most = 5 if index == 1 or by_month else 53
                days = [f"{rng.choice(['', '+', '-'])}{rng.randint(1, most)}{day}" for day in days]
            parts.append("BYDAY=" + ",".join(days))
        if rng.random() < (0.5 if index >= 4 else 0.25):
            parts.append("BYHOUR=" + self.numbers(0, 23, most=8))
        if rng.random() < (0.4 if index >= 5 else 0.2):
            parts.append("BYMINUTE=" + self.numbers(0, 59, most=12))
        if rng.random() < (0.4 if index == 6 else 0.1):
            parts.append("BYSECOND=" + self.numbers(0, 59, most=12))
        weekstart = "MO"
        if rng.random() < 0.3:
            weekstart = rng.choice(DAYS)
            parts.append("WKST=" + weekstart)
        begins_week = DAYS[start.weekday()] == weekstart
        if len(parts) > 1 + ("WKST" in parts[-1]) and rng.random() < 0.25 and (index != 2 or begins_week):
            parts.append("BYSETPOS=" + self.numbers(1, 5, signed=True))
        if rng.random() < 0.4:
            parts.append(f"INTERVAL={rng.choice([1, 2, 3, 4, 5, 7, 10, 13, 36, 90])}")
        if ends and rng.random() < 0.2:
            parts.append(f"COUNT={rng.choice([1, 2, 5, 20, 100])}")
        elif ends and rng.random() < 0.2:
            until = start + timedelta(days=rng.randint(0, 3000) if index < 4 else rng.randint(0, 10))
            parts.append("UNTIL=" + until.strftime(rng.choice(["%Y%m%d", "%Y%m%dT%H%M%S"])))
        rng.shuffle(parts)
        return ";".join(parts)

    def recurrence_case(self):
        rng = self.rng
        name, policy = rng.choice(self.names), self.policy()
        from_ = self.moment(name)
        reach = [12000, 4000, 1500, 800, 30, 2, 0.02]
        shape = rng.choice(FREQUENCIES)
        behind = rng.random() * reach[FREQUENCIES.index(shape)] * rng.choice([0.01, 0.2, 1])
        start = EPOCH + timedelta(seconds=from_ - int(behind * 86400))
        if rng.random() < 0.5:
            start = start.replace(second=0, minute=rng.choice([0, 15, 30]), hour=rng.choice([0, 1, 2, 3, start.hour]))
        text = self.rule(start, shape)
        lines = ["DTSTART:" + start.strftime("%Y%m%dT%H%M%S").rjust(15, "0"), "RRULE:" + text]
        if rng.random() < 0.2:
            near = lambda: EPOCH + timedelta(seconds=from_ + rng.randint(-200000, 2000000))
            if rng.random() < 0.4:
                other = self.rule(start, rng.choice(FREQUENCIES[max(0, FREQUENCIES.index(shape) - 1):5]))
                lines.append("RRULE:" + other)
            if rng.random() < 0.5:
                lines.append("RDATE:" + ",".join(near().strftime("%Y%m%dT%H%M%S") for _ in range(rng.randint(1, 4))))
            if rng.random() < 0.4:
                other = self.rule(start, shape, ends=False)
                lines.append("EXRULE:" + other)
            if rng.random() < 0.6:
                few = []
                for wall in rrulestr(lines[0] + "\n" + lines[1]).xafter(EPOCH + timedelta(seconds=from_ - 90000), inc=True):
                    few.append(wall)
                    if len(few) > 8:
                        break
                if few:
                    lines.append("EXDATE:" + ",".join(wall.strftime("%Y%m%dT%H%M%S") for wall in rng.sample(few, min(len(few), 3))))
        if len(lines) > 2:
            # A rule of a set that never matches is refused, though others match.
            for line in lines[1:]:
                if line.startswith("RRULE") and next(iter(rrulestr(lines[0] + "\n" + line)), None) is None:
                    raise ValueError
        rule = rrulestr("\n".join(lines))
        found, is_all = self.instants(name, from_, policy, lambda start: rule.xafter(start, inc=True))
        return ["rrule", name, *policy, str(from_), "|".join(lines), "all" if is_all else "first", found]

    # Intervals

    def interval_case(self):
        rng = self.rng
        name, policy = rng.choice(self.names), self.policy()
        start = self.moment(name)
        anchor = start + rng.randint(-10**8, 10**7)
        if rng.random() < 0.5:
            days = rng.choice([1, 1, 2, 7, 30])
            wall = EPOCH + timedelta(seconds=anchor + self.offset(self.zones[name], anchor))

            def walls(start):
                step = timedelta(days=days)
                wall_ = wall + -((wall - start) // step) * step
                while True:
                    yield wall_
                    wall_ += step

            found, _ = self.instants(name, start, policy, walls)
            length = days * 86400
        else:
            length = rng.choice([1, 60, 900, 3600, 5400, 43200, 86399, 90000, rng.randint(1, 10**6)])
            first = anchor + -((anchor - start) // length) * length
            found = [first + index * length for index in range(TICKS)]
        return ["interval", name, *policy, str(start), f"{length} {anchor}", "-", found]

    def zone_case(self, name):
        moments = [self.moment(name) for _ in range(40)] + [self.rng.randint(-(2**31), 2**33) for _ in range(20)]
        changes = self.changes_of(name)
        moments += [second + delta for second in self.rng.sample(changes, min(20, len(changes))) for delta in (-1, 0)]
        offsets = [f"{second}:{self.offset(self.zones[name], second)}" for second in moments]
        return ["zone", name, "-", "-", "0", "-", "-", offsets]


def main(seed, count, has_zones, directory):
    maker = Maker(seed, directory)
    for name in maker.names:
        maker.changes_of(name)
    # Who is started by a Swift program has its signals blocked.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGVTALRM})
    signal.signal(signal.SIGVTALRM, give_up)
    patience = random.Random(seed)
    kinds = [maker.cron_case] * 5 + [maker.recurrence_case] * 5 + [maker.interval_case]
    lines = [maker.zone_case(name) for name in maker.names] if has_zones else []
    lines += [timed(maker.rng.choice(kinds), patience) for _ in range(count)]
    for line in filter(None, lines):
        print(*line[:-1], ",".join(map(str, line[-1])), sep="\t")
    print("end", lines.count(None), sep="\t")


main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "zones", sys.argv[4])
