"""All that the portal holds about a person: every room's facts, in the order of the floors."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from abonent.base.facts import plain
from abonent.personal_data.rooms import ROOMS
from abonent.portal.current import portal

FORMAT = "abonent personal data 1"


def facts_about(user_id: int, *, now: datetime) -> dict[str, Any]:
    """JSON-ready: `{"format", "portal", "made_at", "facts": {room: {section: [row, …]}}}`.

    Keys are stable English words, amounts are text, times ISO in UTC. As many queries as there are tables,
    whatever their size; in the caller's transaction.
    """
    return {
        "format": FORMAT,
        "portal": portal().code,
        "made_at": plain(now),
        "facts": {name: room.facts_about(user_id) for name, room in ROOMS.items()},
    }


def words_of(room: str) -> Mapping[str, str]:
    """What a room calls its sections, keys and codes, in the current language."""
    return {key: str(said) for key, said in ROOMS[room].WORDS.items()}
