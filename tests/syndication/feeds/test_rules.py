"""Our list of the W3C feed validator's rules agrees with the validator's own cases, for what our feeds are made of."""

import re
import tarfile

from tests.syndication.feeds import rules

# Their folders by element; those of what our feeds never hold (clouds, text inputs, XHTML, base64, …) are left out.
OURS = re.compile(
    r"testcases/(?:rss20/(?:element-(?:rss|channel(?:-(?:title|link|description|language|lastbuilddate|pubdate|docs|ttl|"
    r"image(?:-\w+)?|item(?:-(?:title|link|description|category|guid|pubdate|enclosure))?))?)|introduction|"
    r"namespace-elements-(?:atom-link|content|content-encoded)|data-types-(?:datetime|url))|"
    r"atom/(?:1\.1|3\.1\.1\.[12]|3\.2\.\d|3\.3|4\.1\.(?:1|1\.1|2|3\.1)|4\.2\.(?:2\.1|2\.3|4|5|6|7\.\d|9|10|12|14)|8\.2|must)|"
    r"ext/(?:media|fh))/"
)
OTHERS = re.compile(
    r"xhtml|base64|multipart|player|restriction|rating|category_scheme|credit_scheme|text_html|text_lang|category_|"
    r"copyright|dc_all|modified|xml_base|not_html|type_blank|type_not_mime|not_really|feed_missing"
)
# Cases that say something of one element where ours speaks of the whole feed, and what our feeds can't hold.
APART = {
    "everything.xml",
    "description_contains_import.xml",
    "html_in_item_description.xml",
    "invalid_html.xml",
    "type-xml.xml",
    "link-rel-iana.xml",
    "entry_author_inherit_from_feed.xml",
    "entry_summary_missing.xml",
    "feed_info_missing.xml",
    "unknown_element_in_known_namespace.xml",
    "invalid_media_content_channels.xml",
}
EXPECTED = re.compile(rb"Expect:\s*(!?)(\w+)")


def cases(corpora):
    """(name, whether it is said not to be broken, the rule, the feed)."""
    with tarfile.open(corpora / "corpora/feeds-w3cvalidator/testcases.tar.xz") as archive:
        for member in archive:
            if not (OURS.match(member.name) and member.name.endswith(".xml")) or OTHERS.search(member.name):
                continue
            feed = archive.extractfile(member).read()
            said = EXPECTED.search(feed)
            if said and member.name.rpartition("/")[2] not in APART:
                yield member.name, bool(said[1]), said[2].decode(), feed


def test_the_rules_find_what_the_validator_finds(corpora):
    agreed, wrong = 0, []
    for name, is_denied, rule, feed in cases(corpora):
        ours = rules.FAMILIES.get(rule, rule)
        if is_denied and rule in ("Error", "Warning"):
            is_right = not rules.errors(feed)
        elif ours in rules.RULES:
            is_right = (ours in rules.check(feed)) is not is_denied
        else:
            continue
        agreed += is_right
        wrong += [] if is_right else [(name, rule, rules.check(feed))]

    assert wrong == []
    assert agreed > 360
