"""What this portal calls a field: its profile's own word, or the usual one."""

from typing import Any

from abonent.interfaces.ui.environment import local
from abonent.portal.current import portal
from abonent.portal.profile import Label


def label(name: Label, usual: Any) -> Any:
    """The profile's word (`[labels]`) in the language of the page, or `usual`."""
    own = portal().labels.get(name)
    return local(own) if own else usual
