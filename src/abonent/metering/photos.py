"""A photo of a meter: drawn anew (base/pictures.py), or the words that say why not."""

from abonent.base import pictures
from abonent.base.pictures import Picture
from abonent.metering.problems import Problem

MEGABYTES = 12
MEGAPIXELS = pictures.MEGAPIXELS
LONGEST_SIDE = 1600

__all__ = ["LONGEST_SIDE", "MEGABYTES", "MEGAPIXELS", "BadPictureError", "Picture", "prepare"]

_FACTS = {
    "picture_too_heavy": {"megabytes": MEGABYTES},
    "picture_too_large": {"megapixels": MEGAPIXELS},
}


class BadPictureError(ValueError):
    """`problem` says why, and what to do."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def prepare(file: bytes) -> Picture:
    """The photo as it is kept: JPEG, upright, at most 1600 dots a side, no metadata; of at most 12 MB and 40
    million dots. Raises `BadPictureError`."""
    try:
        return pictures.prepare(file, megabytes=MEGABYTES, longest_side=LONGEST_SIDE)
    except pictures.BadPictureError as error:
        raise BadPictureError(Problem(error.reason, _FACTS.get(error.reason, {}))) from error
