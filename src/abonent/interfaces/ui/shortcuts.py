"""A key that presses a control of a queue (scripts/queue.js), announced to readers of the screen. Pure."""


def shortcut(key: str) -> dict[str, str]:
    """The attributes of a control pressed by `key`: `a`, `1`, `shift+a`, `space`, `enter` or `?`."""
    said = "+".join(part if len(part) == 1 else part.capitalize() for part in key.split("+"))
    return {"data-key": key, "aria-keyshortcuts": said}
