"""A year of families, hour by hour: how much they do, and how many streams are open. The same one each time."""

import random
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from math import sqrt
from statistics import fmean, quantiles
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tracking.benchmarks.simulation import habits

BEGINNING, HOURS = datetime(2027, 1, 1, tzinfo=UTC), 365 * 24
SEED = 7


class Hour(NamedTuple):
    """Of one family, in the mean of all: what it does in this hour, and which part of a tablet streams."""

    acts: float
    openings: float
    tablets: float


class Load(NamedTuple):
    """Each a second, but for `streams`, which are open at once. With the app a stream is opened."""

    acts: float
    openings: float
    pages: float
    streams: float
    messages: float


def hours(zones: Mapping[str, float]) -> list[Hour]:
    """Return the hours of a year."""
    of_zones = [_hours_in(ZoneInfo(zone), share / 100) for zone, share in zones.items()]
    return [Hour(*map(sum, zip(*alike, strict=True))) for alike in zip(*of_zones, strict=True)]


def _hours_in(zone: ZoneInfo, share: float) -> list[Hour]:
    weather = cache(_weather_of(zone))
    return [_hour((BEGINNING + timedelta(hours=number)).astimezone(zone), share, weather) for number in range(HOURS)]


def _weather_of(zone: ZoneInfo) -> Callable[[date], float]:
    """Whether families are at home, or it is a holiday: by the day and the zone, whichever is asked for first."""
    return lambda day: random.Random(f"{SEED} {zone} {day}").gauss(1, habits.WEATHER)  # noqa: S311


def _hour(moment: datetime, share: float, weather: Callable[[date], float]) -> Hour:
    part = share * habits.part_of_a_day(moment) * weather(moment.date())
    return Hour(
        acts=part * habits.ACTS,
        openings=part * habits.OPENINGS,
        tablets=share * habits.TABLETS * (moment.hour in habits.LIT),
    )


class Year(NamedTuple):
    """That of so many families: what one of them does in it, in a mean hour, in one that one hour of a hundred exceeds, and in the fullest."""

    families: int
    acts: float
    mean_hour: Hour
    busy: Hour
    fullest: Hour

    @classmethod
    def lived(cls, families: int, zones: Mapping[str, float]) -> "Year":
        """Of whom so many, in per cent, live in each zone."""
        each = [*zip(*hours(zones), strict=True)]
        busy = (quantiles(values, n=100)[98] for values in each)
        return cls(families, sum(each[0]), Hour(*map(fmean, each)), Hour(*busy), Hour(*map(max, each)))

    @property
    def events(self) -> float:
        return self.families * self.acts

    @property
    def mean(self) -> Load:
        return self._load(self.mean_hour)

    @property
    def busy_hour(self) -> Load:
        return self._load(self.busy)

    @property
    def peak_minute(self) -> Load:
        """The fullest of the fullest hour, and three standard deviations of chance more: the few families of a small server may well agree."""
        acts, openings = (_by_chance(self.families * each / 60) * 60 for each in self.fullest[:2])
        return self._load(Hour(acts / self.families, openings / self.families, self.fullest.tablets))

    def _load(self, hour: Hour) -> Load:
        acts, openings, tablets = (self.families * each for each in hour)
        return Load(
            acts=acts / 3600,
            openings=openings / 3600,
            pages=habits.PAGES * openings / 3600,
            streams=tablets + openings * habits.PHONE_MINUTES / 60,
            messages=habits.LISTENING * acts / 3600,
        )


def _by_chance(in_a_mean_minute: float) -> float:
    fullest = habits.BUNCHING * in_a_mean_minute
    return fullest + 3 * sqrt(fullest)
