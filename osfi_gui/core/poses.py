"""Which head pose to ask for next, and whether a face shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from osfi_gui.core.enrolment import Pose

if TYPE_CHECKING:
    from osfi_gui.core.values import Quality

STRAIGHT = 0.25
"""A face whose yaw lies within looks straight ahead."""
TURN = 0.28
"""Yaw from which a head is turned; the quality gate ends it at the other side."""
TILT = 0.22
"""Change of pitch against the person's own frontal shot from which a head is raised or lowered."""

ORDER = (Pose.FRONT, Pose.LEFT, Pose.RIGHT, Pose.UP, Pose.DOWN)


def next_pose(taken: frozenset[Pose]) -> Pose | None:
    """Give the pose to ask for next; None when all were taken."""
    return next((pose for pose in ORDER if pose not in taken), None)


def shows(pose: Pose, quality: Quality, *, front: Quality | None) -> bool:
    """Say whether a face shows a pose.

    Parameters
    ----------
    pose : Pose
        Left and right as the person in front of the camera turns, in a picture that is not mirrored.
    quality : Quality
    front : Quality or None
        Of the same person's frontal shot: where the nose lies at rest differs from face to face, so up and down are
        measured against it, and shown by nobody before it is there.
    """
    if pose is Pose.FRONT:
        return abs(quality.yaw) <= STRAIGHT
    if pose is Pose.LEFT:
        return quality.yaw >= TURN
    if pose is Pose.RIGHT:
        return quality.yaw <= -TURN
    if front is None or abs(quality.yaw) > STRAIGHT:
        return False
    change = quality.pitch - front.pitch
    return change <= -TILT if pose is Pose.UP else change >= TILT
