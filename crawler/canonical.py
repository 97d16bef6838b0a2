"""One address for one story: the form in which an address is requested, compared and archived."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from courlan import normalize_url

MAX_URL = 2_000  # characters
# Names that only ever say where a reader came from. Short names that may also name a story (cid, eid, uid) stay.
_TRACKING = re.compile(
    r"^(?:(?:utm|mc|mkt|mtm|itm|pk|ga|gs|vero|hsa|oly|at|guce)_\w+|_ga|_gl|(?:fbc|gc|dc|yc|ysc|twc|ttc|msclk)l?id|"
    r"igshid|cmpid|cmp|ncid|icid|ito|ocid|s_cid|sr_share|share|smid|smtyp|partner|rss|feed|feedname|ref|referrer|"
    r"source|src|tracking_id|wt\.mc_id|xtor|taid|guccounter|outputtype|output|amp|print|printable|printview|mode|view|"
    r"replytocom|spm|trk|campaign|sessionid|jsessionid|phpsessid)$",
    re.IGNORECASE,
)
# A parameter of these names is dropped only with such a value: `output=1` may name a page, `output=amp` does not.
_ONLY_IF = {
    "mode": {"print", "amp"},
    "view": {"print", "amp"},
    "output": {"amp", "print", "rss"},
    "feed": {"rss", "rss2", "atom"},
    "source": {"rss", "feed", "email", "facebook", "twitter", "social", "newsletter", "home", "homepage"},
}
_VARIANTS = (
    (re.compile(r"\.amp(?P<rest>\.html?)?$", re.IGNORECASE), r"\g<rest>"),
    (re.compile(r"/(?:amp|print|printable)(?P<slash>/?)$", re.IGNORECASE), r"\g<slash>"),
    (re.compile(r"^/amp(?P<rest>/.+)", re.IGNORECASE), r"\g<rest>"),
    (re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE), ""),
)
_PORTS = {"http": 80, "https": 443}


def canonical_url(url: str, base: str = "") -> str | None:
    """`url` (relative to `base`) in its canonical form, or None where it is no usable web address.

    Lower-case scheme and host, no default port, user, fragment or tracking parameter; parameters in order; the page
    itself rather than its AMP or print variant. Canonical addresses stay as they are when put in again.
    """
    if len(url) + len(base) > 2 * MAX_URL:  # not worth remembering
        return _canonical.__wrapped__(url, base)
    return _canonical(url, base)


@lru_cache(maxsize=4096)
def _canonical(url: str, base: str) -> str | None:
    """Remembered: an address is put into this form as it is listed, asked for, arrived at and named by its page."""
    if not url.strip():
        return None
    try:
        joined = urljoin(base, url.strip())
        parts = urlsplit(joined)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not host or len(joined) > MAX_URL or re.search(r"[\s\"<>\\]", host):
        return None
    netloc = f"[{host}]" if ":" in host else host.rstrip(".")
    netloc += f":{port}" if port and port != _PORTS[parts.scheme] else ""
    page = _normal(urlunsplit((parts.scheme, netloc, _story_path(parts.path), "", "")))
    query = _story_query(parts.query)
    return f"{page}?{query}" if page and query else page


def host_of(url: str) -> str:
    """The host of `url` in lower case without a leading www, "" where there is none."""
    try:
        return (urlsplit(url).hostname or "").lower().removeprefix("www.")
    except ValueError:
        return ""


def belongs(url: str, domain: str) -> bool:
    """Whether `url` lies on `domain` or below it (`www.`, `news.`)."""
    host, home = host_of(url), domain.lower().removeprefix("www.").partition(":")[0]
    return bool(host) and (host == home or host.endswith(f".{home}"))


def _normal(url: str) -> str | None:
    try:
        return normalize_url(url) or None
    except (ValueError, AttributeError):
        return None


def _story_path(path: str) -> str:
    for pattern, story in _VARIANTS:
        path = pattern.sub(lambda found, story=story: found.expand(story) if "g<" in story else story, path)
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            segments = segments[:-1] or [""]
        elif segment != ".":
            segments.append(segment)
    cleaned = re.sub(r"/{2,}", "/", "/".join(segments)) or "/"
    return cleaned if cleaned.startswith("/") else f"/{cleaned}"


def _story_query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=200) if query.count("&") < 200 else []
    return urlencode(sorted((name, value) for name, value in pairs if not _is_tracking(name, value)))


def _is_tracking(name: str, value: str) -> bool:
    if not _TRACKING.match(name):
        return False
    return name.lower() not in _ONLY_IF or value.lower() in _ONLY_IF[name.lower()]
