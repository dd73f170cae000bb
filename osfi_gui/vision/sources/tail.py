"""Whether a video ends where it was meant to, told by its container and not by counting frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from io import BufferedReader
    from pathlib import Path

_SYNC = 0x47
_TS_PACKETS = {188: 0, 192: 4}
"""Bytes of a packet of a transport stream, and where in it the sync byte is: ``.ts``, and ``.m2ts`` of cameras."""
_LOOKED_AT = 100
_HEAD, _TAIL = 4096, 1 << 17
_PACK, _END, _FIRST_STREAM = 0xBA, 0xB9, 0xBB
_PADDING = 2048
"""A program stream may be filled up with zeros to a disc's sector."""
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_EBML, _SEGMENT = bytes.fromhex("1a45dfa3"), bytes.fromhex("18538067")
_JPEG_BEGINS, _JPEG_ENDS = b"\xff\xd8\xff", b"\xff\xd9"
_JPEG_PADDING = 1024


def is_cut_off(path: Path) -> bool:
    """Say whether the end of a file is missing or overwritten, by the structure of its container.

    Transport streams consist of whole packets (ISO/IEC 13818-1, 2.4.3), program streams of packets that give their
    lengths (2.5.3), ASF gives the size of its file (ASF 1.2, 3.2), RIFF and Matroska's segment (RFC 9559, 5.1) and
    MP4's boxes (ISO/IEC 14496-12, 4.2) theirs, FLV ends with the length of its last tag, and a JPEG picture with FF D9.
    What was cut exactly between two packets or boxes is a shorter file, not a broken one; so is one whose writer never
    filled in its size.

    Parameters
    ----------
    path : Path

    Returns
    -------
    bool
        False for a whole file, for other containers, and for a file that is gone.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
            size = file.seek(0, 2)
            file.seek(max(0, size - _TAIL))
            tail = file.read()
            if head[4:8] == b"ftyp":
                return _mp4_is_cut(file, size)
    except OSError:
        return False
    for begins, judge in _JUDGES:
        if head.startswith(begins):
            return judge(head, tail, size)
    return _transport_stream_is_cut(head, tail, size)


def _transport_stream_is_cut(head: bytes, tail: bytes, size: int) -> bool:
    for length, at in _TS_PACKETS.items():
        if len(head) > 3 * length and all(head[at + length * number] == _SYNC for number in range(3)):
            packets = min(_LOOKED_AT, len(tail) // length)
            synced = all(tail[len(tail) - number * length + at] == _SYNC for number in range(1, packets + 1))
            return size % length != 0 or not synced
    return False


def _program_stream_is_cut(_: bytes, tail: bytes, __: int) -> bool:
    """Go from the last pack's header from packet to packet: the last one has to end with the file."""
    at = tail.rfind(b"\0\0\1\xba")
    while 0 <= at < len(tail):
        if tail[at : at + 3] != b"\0\0\1":
            return len(tail) - at > _PADDING or any(tail[at:])
        if at + 6 > len(tail):
            return tail[at + 3 :] != bytes([_END])
        kind = tail[at + 3]
        if kind == _END:
            at += 4
        elif kind == _PACK:
            # MPEG-2 has 14 bytes and up to 7 that fill up, MPEG-1 has 12.
            two = tail[at + 4] >> 6 == 1
            at += 14 + (tail[at + 13] & 7 if two and at + 13 < len(tail) else 0) if two else 12
        elif kind >= _FIRST_STREAM:
            at += 6 + int.from_bytes(tail[at + 4 : at + 6])
        else:
            return True
    return at != len(tail)


def _asf_is_cut(head: bytes, _: bytes, size: int) -> bool:
    at = head.find(_ASF_PROPERTIES)
    # After the name of the object its length (8), the file's id (16), then the file's size.
    announced = int.from_bytes(head[at + 40 : at + 48], "little") if at >= 0 else 0
    return size < announced


def _mp4_is_cut(file: BufferedReader, size: int) -> bool:
    at = 0
    while at < size:
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            return True
        length = int.from_bytes(head[:4])
        if length == 0:  # up to the end, wherever that is
            return False
        if length == 1:
            length = int.from_bytes(head[8:16])
        if length < 8:  # no box begins like this
            return True
        at += length
    return at > size


def _matroska_is_cut(head: bytes, _: bytes, size: int) -> bool:
    at = head.find(_SEGMENT)
    if at < 0 or at + 5 > len(head):
        return False
    # The number of leading zero bits says how many bytes the length has; all ones: unknown.
    first = head[at + 4]
    width = 9 - first.bit_length()
    announced = int.from_bytes(head[at + 4 : at + 4 + width]) - (1 << 7 * width)
    unknown = (1 << 7 * width) - 1
    return announced != unknown and size < at + 4 + width + announced


def _flv_is_cut(_: bytes, tail: bytes, size: int) -> bool:
    length = int.from_bytes(tail[-4:])
    at = len(tail) - 4 - length
    # A tag longer than what was looked at is judged by whether the file has room for it.
    lies = length < 11 or length > size
    return lies or (at >= 0 and int.from_bytes(tail[at + 1 : at + 4]) + 11 != length)


def _riff_is_cut(head: bytes, _: bytes, size: int) -> bool:
    return size < 8 + int.from_bytes(head[4:8], "little")


def _jpeg_is_cut(_: bytes, tail: bytes, __: int) -> bool:
    ends = tail.rfind(_JPEG_ENDS)
    return ends < len(tail) - _JPEG_PADDING or ends < tail.rfind(_JPEG_BEGINS)


_JUDGES = (
    (b"\0\0\1\xba", _program_stream_is_cut),
    (_ASF, _asf_is_cut),
    (_EBML, _matroska_is_cut),
    (b"RIFF", _riff_is_cut),
    (b"FLV", _flv_is_cut),
    (_JPEG_BEGINS, _jpeg_is_cut),
)
"""How a file begins, and who says of its first bytes, its last bytes and its size whether it is cut off."""
