"""What is assumed of families: how much they do, when, where they live, and what listens. Nothing here was measured."""

from datetime import datetime
from typing import NamedTuple


class Habit(NamedTuple):
    """A kind of family: its share of all, and what one of them does a day, in the mean of a year."""

    name: str
    share: float
    acts: float
    openings: float  # of the app, on any of the family's phones


HABITS = (
    Habit("forgot it", 0.20, 0.2, 0.3),
    Habit("a few", 0.35, 3, 3),
    Habit("usual", 0.33, 7, 6),
    Habit("eager", 0.10, 18, 12),
    Habit("tireless", 0.02, 50, 25),
)
PAGES = 1.5  # of the trail, looked at in each opening, beyond the first
PHONE_MINUTES = 4  # for which each opening streams
TABLETS = 0.3  # of families have one on the wall, which streams while it is lit
LIT = range(7, 21)  # hours of the day
LISTENING = 1 + TABLETS  # streams of the family that acts: the phone that was tapped, and the tablet

# Shares of the world's people, in per cent, by a zone near most of them. Who serves one country has them all in one.
WORLD = {
    "Asia/Shanghai": 20,
    "Asia/Kolkata": 19,
    "Asia/Jakarta": 8,
    "Africa/Nairobi": 8,
    "Africa/Lagos": 7,
    "Europe/Berlin": 6,
    "Africa/Johannesburg": 6,
    "America/New_York": 4,
    "America/Mexico_City": 4,
    "America/Sao_Paulo": 4,
    "Asia/Karachi": 4,
    "Asia/Dhaka": 3,
    "Asia/Tokyo": 3,
    "Europe/London": 3,
    "America/Los_Angeles": 1,
}
ONE_COUNTRY = {"Europe/Berlin": 100}

# Of 100 acts of a day, how many in each hour from 0 on: before school, after it, in the evening.
ON_SCHOOL_DAYS = (0, 0, 0, 0, 0, 0, 2, 7, 3, 1, 1, 1, 2, 4, 5, 9, 12, 12, 13, 13, 9, 4, 1.5, 0.5)
ON_WEEKENDS = (0, 0, 0, 0, 0, 0, 0, 2, 4, 7, 9, 9, 7, 6, 6, 6, 7, 8, 10, 9, 6, 3, 1, 0)
DAYS = (0.95, 0.95, 0.95, 0.95, 0.95, 1.0, 1.25)  # Monday first; on Sunday the week is settled
WEATHER = 0.08  # standard deviation of a day of one zone, as a part of it
BUNCHING = 1.5  # the fullest minute of an hour beside the mean one

ACTS = sum(habit.share * habit.acts for habit in HABITS)  # of a family and day
OPENINGS = sum(habit.share * habit.openings for habit in HABITS)


def part_of_a_day(moment: datetime) -> float:
    """Return which part of a mean day's acts are done in the hour of a moment, by the clock on the wall."""
    hours = ON_WEEKENDS if moment.weekday() >= 5 else ON_SCHOOL_DAYS
    return DAYS[moment.weekday()] * hours[moment.hour] / sum(hours)
