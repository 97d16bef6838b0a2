"""What an XML document would cost to read, told before it is: a parser holds a hundred bytes and more for each tag."""

from __future__ import annotations

import codecs
import re

MAX_TAG = 65_536  # bytes from a "<" to the next ">" or "<"; real tags have a few hundred
_CDATA = re.compile(rb"<!\[CDATA\[.*?\]\]>", re.DOTALL)  # a feed may carry whole pages in it
_LONG_TAG = re.compile(rb"<[^<>]{%d,}" % MAX_TAG)
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})")


def costly_xml(body: bytes, max_tags: int) -> str:
    """Why `body` is not to be read: more than `max_tags` tags (opening and closing ones), a tag of more than MAX_TAG
    bytes, or an encoding in which they could not be counted. Empty where it may be read. Linear in its length."""
    declared = _DECLARED.search(body[:1_000])
    if declared and not _shows_tags(declared[1].decode("ascii")):
        return f"encoding {declared[1].decode('ascii')}"
    plain = _CDATA.sub(b"", body)
    if (tags := plain.count(b"<")) > max_tags:
        return f"{tags} tags, the most is {max_tags}"
    return f"a tag of more than {MAX_TAG} bytes" if _LONG_TAG.search(plain) else ""


def _shows_tags(encoding: str) -> bool:
    """Whether "<" is the byte 0x3C in `encoding`, alone or beside a zero, and nothing else stands for it."""
    name = encoding.lower().replace("_", "-")
    if name.startswith(("utf-7", "utf7", "u7", "unicode-1-1-utf-7")):
        return False
    try:
        return codecs.lookup(name).encode("<")[0].strip(b"\0\xff\xfe") == b"<"
    except (LookupError, TypeError, UnicodeError, AttributeError):
        return True  # unknown to the parsers too: they read it as UTF-8
