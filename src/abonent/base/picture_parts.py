"""How many parts a picture file has, counted before anything is unpacked. Pure, standard library only.

A few kilobytes may hold thousands of scans (JPEG) or profiles (PNG), each of which is worked through again:
hours of work in a file that breaks no bound of size. No camera and no program writes so many.
"""

import re

#: Progressive pictures have about ten.
SCANS = 30
#: All that is no picture data: headers, tables, texts, what a camera wrote beside.
OTHER_PARTS = 300
#: Programs write PNG data in pieces of 4 KB and more.
DATA_PIECES = 16_384
#: Between two parts of a JPEG's head; programs write none.
FILLING = 64

_JPEG, _PNG = b"\xff\xd8", b"\x89PNG\r\n\x1a\n"
_SCAN, _END = b"\xff\xda", b"\xff\xd9"
#: What parts a JPEG: neither a stuffed nought, nor a restart, nor filling.
_MARKER = re.compile(rb"\xff[\x02-\xcf\xd8-\xfe]")


def has_too_many_parts(file: bytes) -> bool:
    """Whether a JPEG or a PNG has more parts than pictures have; of other files never."""
    if file.startswith(_JPEG):
        return _jpeg(file)
    return file.startswith(_PNG) and _png(file)


def _jpeg(file: bytes) -> bool:
    """From marker to marker as decoders go: what is appended behind the end does not count."""
    at, scans, others = len(_JPEG), 0, 0
    while scans <= SCANS and others <= OTHER_PARTS:
        found = _MARKER.search(file, at)
        if found is None or (scans and found[0] == _END):
            return False
        if not scans and found.start() - at > FILLING:
            return True
        scans += found[0] == _SCAN
        others += found[0] != _SCAN
        at = found.end() + max(int.from_bytes(file[found.end() : found.end() + 2]), 2)
    return True


def _png(file: bytes) -> bool:
    at, pieces, profiles, others = len(_PNG), 0, 0, 0
    while pieces <= DATA_PIECES and profiles <= 1 and others <= OTHER_PARTS:
        kind = file[at + 4 : at + 8]
        if kind in (b"", b"IEND"):
            return False
        pieces += kind == b"IDAT"
        profiles += kind == b"iCCP"
        others += kind not in (b"IDAT", b"iCCP")
        at += 12 + int.from_bytes(file[at : at + 4])
    return True
