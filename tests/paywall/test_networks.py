from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.paywall.networks import Networks

LISTED = [
    ("192.0.2.0/24", ["stories"]),
    ("192.0.2.128/25", ["epaper"]),
    ("192.0.2.200/32", ["stories", "epaper"]),
    ("2001:db8::/32", ["stories"]),
    ("2001:db8:1::/48", ["archive"]),
]


@pytest.mark.parametrize(
    ("address", "scopes"),
    [
        ("192.0.2.1", {"stories"}),
        ("192.0.2.129", {"epaper"}),
        ("192.0.2.200", {"stories", "epaper"}),
        ("192.0.3.1", set()),
        ("::ffff:192.0.2.1", {"stories"}),
        ("2001:db8::1", {"stories"}),
        ("2001:db8:1::9", {"archive"}),
        ("2001:db9::1", set()),
        ("fe80::1%eth0", set()),
        ("", set()),
        ("unix", set()),
        ("192.0.2", set()),
    ],
)
def test_the_longest_prefix_that_holds_an_address_counts(address, scopes):
    networks = Networks(LISTED)

    assert networks.scopes(address) == scopes
    assert networks.scopes(address) == scopes, "the second time, from memory"


@pytest.mark.parametrize(
    "text", ["0.0.0.0/0", "1.0.0.0/7", "::/0", "2000::/3", "nonsense", "192.0.2.0/33", ""]
)
def test_what_is_no_network_or_a_continent_opens_nothing(text):
    networks = Networks([(text, ["stories"])])

    assert not networks
    assert networks.scopes("1.2.3.4") == networks.scopes("2001:db8::1") == frozenset()


cidrs = st.one_of(
    st.tuples(st.integers(0, 2**32 - 1), st.integers(8, 32)).map(
        lambda pair: str(ip_network((pair[0], pair[1]), strict=False))
    ),
    st.tuples(st.integers(0, 2**128 - 1), st.integers(16, 128)).map(
        lambda pair: str(ip_network((pair[0], pair[1]), strict=False))
    ),
)


@given(
    listed=st.lists(cidrs, max_size=12, unique=True),
    number=st.integers(0, 2**32 - 1),
    pick=st.integers(0, 11),
)
def test_it_answers_as_a_search_through_the_list_does(listed, number, pick):
    networks = Networks([(text, [text]) for text in listed])
    inside = ip_network(listed[pick % len(listed)]) if listed else None
    for address in [ip_address(number), *([inside[number % inside.num_addresses]] if inside else [])]:
        holding = [n for n in map(ip_network, listed) if n.version == address.version and address in n]
        best = max(holding, key=lambda n: n.prefixlen, default=None)

        assert networks.scopes(str(address)) == ({str(best)} if best else set())
