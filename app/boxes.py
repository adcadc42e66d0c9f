"""Boxes and lines of a drawing, and whether they touch. SVG's way round: y grows downwards."""

from dataclasses import dataclass
from math import hypot


@dataclass(frozen=True, slots=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def holds(self, other: "Box") -> bool:
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.top <= other.top
            and other.bottom <= self.bottom
        )

    def grown(self, by: float) -> "Box":
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def distance(self, x: float, y: float) -> float:
        across = self.left - x if x < self.left else x - self.right if x > self.right else 0.0
        down = self.top - y if y < self.top else y - self.bottom if y > self.bottom else 0.0
        return hypot(across, down)


@dataclass(frozen=True, slots=True)
class Segment:
    x1: float
    y1: float
    x2: float
    y2: float

    def crosses(self, box: Box) -> bool:
        """Whether any of it lies within the box (Liang and Barsky's clipping)."""
        dx, dy = self.x2 - self.x1, self.y2 - self.y1
        enter, leave = 0.0, 1.0
        for direction, room in (
            (-dx, self.x1 - box.left),
            (dx, box.right - self.x1),
            (-dy, self.y1 - box.top),
            (dy, box.bottom - self.y1),
        ):
            if direction == 0:
                if room <= 0:
                    return False
            elif direction < 0:
                enter = max(enter, room / direction)
            else:
                leave = min(leave, room / direction)
        return enter < leave

    def box(self) -> Box:
        return Box(min(self.x1, self.x2), min(self.y1, self.y2), max(self.x1, self.x2), max(self.y1, self.y2))
