"""The verb `test`."""
from argparse import Namespace


def test(arguments: Namespace, rest: list[str]) -> int:
    return 0
