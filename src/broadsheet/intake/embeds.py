"""Players and posts of other sites: what a frame, a script or an address of theirs shows, and on which page it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from . import addresses
from .incoming import IncomingBlock


@dataclass(frozen=True, slots=True)
class _Provider:
    """`hosts` end like one of these. `page` finds an item's id in an address; `url` and `frame` are made of it."""

    name: str
    kind: str
    hosts: tuple[str, ...]
    ids: re.Pattern[str] | None = None
    url: str = ""
    frame: str = ""


def _ids(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


_PROVIDERS = (
    _Provider(
        "YouTube",
        "video",
        ("youtube.com", "youtu.be", "youtube-nocookie.com"),
        _ids(r"(?:[?&]v=|/embed/|/v/|/shorts/|/live/|youtu\.be/)([\w-]{6,20})"),
        "https://www.youtube.com/watch?v={}",
        "https://www.youtube-nocookie.com/embed/{}",
    ),
    _Provider(
        "Vimeo",
        "video",
        ("vimeo.com",),
        _ids(r"vimeo\.com/(?:video/|channels/[\w-]+/|groups/[\w-]+/videos/|.*clip_id=)?(\d{4,12})"),
        "https://vimeo.com/{}",
        "https://player.vimeo.com/video/{}",
    ),
    _Provider(
        "Dailymotion",
        "video",
        ("dailymotion.com", "dai.ly"),
        _ids(r"(?:/video/|dai\.ly/|[?&]video=)([A-Za-z0-9]{5,12})"),
        "https://www.dailymotion.com/video/{}",
        "https://www.dailymotion.com/embed/video/{}",
    ),
    _Provider(
        "TED",
        "video",
        ("ted.com",),
        _ids(r"/talks/(?:lang/\w+/)?([\w-]+)"),
        "https://www.ted.com/talks/{}",
        "https://embed.ted.com/talks/{}",
    ),
    _Provider("Rumble", "video", ("rumble.com",)),
    _Provider("Twitch", "video", ("twitch.tv",)),
    _Provider("VideoPress", "video", ("videopress.com", "video.wordpress.com")),
    _Provider("WordPress.tv", "video", ("wordpress.tv",)),
    _Provider(
        "Rutube",
        "video",
        ("rutube.ru",),
        _ids(r"/(?:play/embed|video)/(\w{10,40})"),
        "https://rutube.ru/video/{}/",
        "https://rutube.ru/play/embed/{}",
    ),
    _Provider("VK", "video", ("vk.com", "vkvideo.ru")),
    _Provider("OK", "video", ("ok.ru",)),
    _Provider("Streamable", "video", ("streamable.com",)),
    _Provider("Wistia", "video", ("wistia.com", "wistia.net")),
    _Provider("Brightcove", "video", ("brightcove.net", "brightcove.com")),
    _Provider("JW Player", "video", ("jwplatform.com", "jwplayer.com")),
    _Provider("Funny or Die", "video", ("funnyordie.com",)),
    _Provider("Hulu", "video", ("hulu.com",)),
    _Provider("Blip", "video", ("blip.tv",)),
    _Provider("Internet Archive", "video", ("archive.org",)),
    _Provider("C-SPAN", "video", ("c-span.org",)),
    _Provider("SoundCloud", "audio", ("soundcloud.com",)),
    _Provider(
        "Spotify",
        "audio",
        ("spotify.com",),
        _ids(r"/(?:embed/)?((?:track|album|episode|show|playlist|artist)/\w+)"),
        "https://open.spotify.com/{}",
        "https://open.spotify.com/embed/{}",
    ),
    _Provider("Apple Podcasts", "audio", ("podcasts.apple.com", "music.apple.com")),
    _Provider("Bandcamp", "audio", ("bandcamp.com",)),
    _Provider("Mixcloud", "audio", ("mixcloud.com",)),
    _Provider("Rdio", "audio", ("rdio.com",)),
    _Provider("ReverbNation", "audio", ("reverbnation.com",)),
    _Provider("Podbean", "audio", ("podbean.com",)),
    _Provider("Libsyn", "audio", ("libsyn.com",)),
    _Provider("Buzzsprout", "audio", ("buzzsprout.com",)),
    _Provider("Acast", "audio", ("acast.com",)),
    _Provider("Simplecast", "audio", ("simplecast.com",)),
    _Provider(
        "X",
        "post",
        ("twitter.com", "x.com"),
        _ids(r"/(?:\w+/status(?:es)?/|i/web/status/|.*[?&]id=)(\d{5,25})"),
        "",
        "https://platform.twitter.com/embed/Tweet.html?id={}",
    ),
    _Provider(
        "Instagram",
        "post",
        ("instagram.com",),
        _ids(r"/(?:p|reel|tv)/([\w-]+)"),
        "https://www.instagram.com/p/{}/",
        "https://www.instagram.com/p/{}/embed/",
    ),
    _Provider("Facebook", "post", ("facebook.com", "fb.watch")),
    _Provider(
        "TikTok",
        "video",
        ("tiktok.com",),
        _ids(r"/(?:video|embed(?:/v2)?)/(\d{8,25})"),
        "",
        "https://www.tiktok.com/embed/v2/{}",
    ),
    _Provider("Threads", "post", ("threads.net", "threads.com")),
    _Provider("Bluesky", "post", ("bsky.app",)),
    _Provider(
        "Telegram",
        "post",
        ("t.me", "telegram.me"),
        _ids(r"t\.me/(?:s/)?(\w+/\d+)"),
        "https://t.me/{}",
        "https://t.me/{}?embed=1",
    ),
    _Provider("Reddit", "post", ("reddit.com", "redditmedia.com")),
    _Provider("Tumblr", "post", ("tumblr.com",)),
    _Provider("Pinterest", "post", ("pinterest.com", "pin.it")),
    _Provider("LinkedIn", "post", ("linkedin.com",)),
    _Provider("Imgur", "post", ("imgur.com",)),
    _Provider("Flickr", "other", ("flickr.com", "flic.kr")),
    _Provider("Giphy", "other", ("giphy.com",)),
    _Provider("SlideShare", "other", ("slideshare.net",)),
    _Provider("Speaker Deck", "other", ("speakerdeck.com",)),
    _Provider("Scribd", "other", ("scribd.com",)),
    _Provider("Issuu", "other", ("issuu.com",)),
    _Provider("DocumentCloud", "other", ("documentcloud.org",)),
    _Provider("Datawrapper", "other", ("dwcdn.net", "datawrapper.de")),
    _Provider("Flourish", "other", ("flo.uri.sh", "flourish.studio")),
    _Provider("Infogram", "other", ("infogram.com",)),
    _Provider("Knight Lab", "other", ("knightlab.com",)),
    _Provider("GitHub Gist", "other", ("gist.github.com",)),
    _Provider("CodePen", "other", ("codepen.io",)),
    _Provider("Kickstarter", "other", ("kickstarter.com",)),
    _Provider("Polldaddy", "other", ("polldaddy.com", "crowdsignal.com", "poll.fm")),
    _Provider("Smugmug", "other", ("smugmug.com",)),
    _Provider("Google Maps", "other", ("maps.google.com", "google.com/maps")),
    _Provider("Google Docs", "other", ("docs.google.com", "drive.google.com")),
    _Provider("OpenStreetMap", "other", ("openstreetmap.org",)),
)
_BY_HOST = {host: provider for provider in _PROVIDERS for host in provider.hosts}
# Class of a quoted post → its provider's host.
POST_CLASSES = {
    "twitter-tweet": "twitter.com",
    "twitter-video": "twitter.com",
    "instagram-media": "instagram.com",
    "tiktok-embed": "tiktok.com",
    "fb-post": "facebook.com",
    "fb-video": "facebook.com",
    "fb-xfbml-parse-ignore": "facebook.com",
    "bluesky-embed": "bsky.app",
    "text-post-media": "threads.net",
    "reddit-card": "reddit.com",
    "reddit-embed-bq": "reddit.com",
    "imgur-embed-pub": "imgur.com",
    "mastodon-embed": "",
    "wp-embedded-content": "",
    "embedly-card": "",
}
_WIDGET = re.compile(
    r"platform\.(?:twitter|x)\.com|instagram\.com/(?:static/)?.*embed|tiktok\.com/embed\.js|connect\.facebook\.net|"
    r"embed\.bsky\.app|threads\.(?:net|com)/embed\.js|embed(?:\.reddit|\.redditmedia)?\.(?:com|reddit\.com)/widgets|"
    r"redditmedia\.com/widgets|imgur\.com/min/embed\.js|embedly\.com|assets\.pinterest\.com|player\.vimeo\.com/api",
)
_AUDIO = re.compile(r"\.(?:mp3|m4a|ogg|oga|opus|wav|flac|aac|wma)$", re.IGNORECASE)
_VIDEO = re.compile(r"\.(?:mp4|m4v|webm|ogv|mov|avi|wmv|mpe?g|3gp|flv|m3u8)$", re.IGNORECASE)


def _provider(url: str) -> _Provider | None:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    if host.endswith("google.com") and parts.path.startswith("/maps"):
        return _BY_HOST["maps.google.com"]
    labels = host.split(".")
    for start in range(len(labels) - 1):
        if found := _BY_HOST.get(".".join(labels[start:])):
            return found
    return None


def is_known(url: str) -> bool:
    """Whether an address standing alone in the text means what it shows (oEmbed): of a provider, and of one item."""
    provider = _provider(url)
    if provider is None:
        return False
    if provider.ids is not None:
        return provider.ids.search(url) is not None
    return len(urlsplit(url).path) > 1


def is_widget(url: str) -> bool:
    """Whether a script only draws what its markup already says (a post's, a player's)."""
    return _WIDGET.search(url) is not None


def media_kind(url: str) -> str:
    """`audio` or `video` for the address of such a file, else ""."""
    path = url.split("?")[0].split("#")[0]
    return "audio" if _AUDIO.search(path) else "video" if _VIDEO.search(path) else ""


def embed_of(url: str, *, title: str = "", is_frame: bool = False, kind: str = "") -> IncomingBlock:
    """The block for an absolute http(s) address: of a page, or with `is_frame` of the frame itself."""
    provider = _provider(url)
    page, frame = url, url if is_frame else ""
    if provider is not None:
        if provider.ids is not None and (found := provider.ids.search(url)):
            page = provider.url.format(found[1]) if provider.url and is_frame else url
            frame = provider.frame.format(found[1])
            if provider.name == "X" and is_frame:
                page = f"https://twitter.com/i/web/status/{found[1]}"
        elif is_frame:
            page = _inside(url) or url
        elif provider.name == "SoundCloud":
            frame = f"https://w.soundcloud.com/player/?url={quote(url, safe='')}"
    if frame and not addresses.is_public(frame):
        # A reader's own network is not shown to them in our page; the link stays.
        frame = ""
    name = provider.name if provider else (urlsplit(url).hostname or "").removeprefix("www.")
    value: dict[str, Any] = {
        "url": page,
        "frame_url": frame.replace("http://", "https://", 1) if frame.startswith("http://") else frame,
        "provider": name,
        "title": title or name,
        "kind": kind or (provider.kind if provider else "") or media_kind(url) or "other",
    }
    return IncomingBlock("embed", value)


def _inside(url: str) -> str:
    """The address that a player's own address holds (`?href=`, `?url=`)."""
    asked = parse_qs(urlsplit(url).query)
    for name in ("href", "url", "u"):
        for value in asked.get(name, ()):
            if value.startswith(("http://", "https://")) and "api." not in value:
                return value
    return ""
