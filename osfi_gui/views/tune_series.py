"""A curve that is fed point by point and never holds more points than a screen can show."""

from __future__ import annotations

from array import array

MOST_POINTS = 2000


class Series:
    """Points whose neighbours are averaged, two by two, whenever there are too many.

    What comes in costs the same however much was there before: a point is put into the last average, and all the
    averages are halved once for every doubling of the points.

    Parameters
    ----------
    most : int
        Points shown at most, even.
    """

    def __init__(self, most: int = MOST_POINTS) -> None:
        self._most = most
        self.clear()

    def clear(self) -> None:
        """Forget every point."""
        self._x, self._y = array("d"), array("d")
        self._each = 1
        self._count = 0

    def __len__(self) -> int:
        """Count the points shown."""
        return len(self._x)

    def add(self, x: float, y: float) -> None:
        """Add a point behind the last one."""
        if self._count == 0:
            if len(self._x) == self._most:
                self._halve()
            self._x.append(x)
            self._y.append(y)
        self._count += 1
        # The running mean of the points that share the last place.
        self._x[-1] += (x - self._x[-1]) / self._count
        self._y[-1] += (y - self._y[-1]) / self._count
        if self._count == self._each:
            self._count = 0

    def points(self) -> tuple[array[float], array[float]]:
        """Give x and y, each at most ``most`` long."""
        return self._x, self._y

    def _halve(self) -> None:
        for name in ("_x", "_y"):
            values: array[float] = getattr(self, name)
            setattr(self, name, array("d", ((a + b) / 2 for a, b in zip(values[::2], values[1::2], strict=True))))
        self._each *= 2
