"""The order in which a paper's processes end."""

from broadsheet.conf.supervisor import Process, _end


class Child:
    def __init__(self, name, told):
        self.name, self.told = name, told

    def poll(self):
        return None

    def terminate(self):
        self.told.append(f"stop {self.name}")

    def wait(self, seconds):
        self.told.append(f"{self.name} ended")


def test_the_edge_ends_while_its_origin_is_still_there():
    told = []
    origin, edge = Process("origin", []), Process("edge", [], ends_first=True)
    origin.child, edge.child = Child("origin", told), Child("edge", told)

    _end([origin, edge])

    assert told == ["stop edge", "edge ended", "stop origin", "origin ended"]
