from itertools import count

MOST_STEPS = 4


def ticks(lowest: int, highest: int) -> list[int]:
    """Return round numbers, evenly apart, from 0 or less to 0 or more, which enclose both."""
    lowest, highest = min(lowest, 0), max(highest, 0)
    step = round_step(highest - lowest)
    first, last = lowest // step, -(-highest // step)
    return [step * n for n in range(first, max(last, first + 1) + 1)]


def round_step(span: int) -> int:
    """Return the smallest of 1, 2, 5, 10, 20, 50, ... that needs no more than so many steps."""
    steps = (digit * 10**zeros for zeros in count() for digit in (1, 2, 5))
    return next(step for step in steps if step * MOST_STEPS >= span)
