"""Permissions: what tests/data/permissions.txt says by hand of who may do what, read for the test and for docs/permissions.md."""

from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent / "tests" / "data" / "permissions.txt"
ALONE = ("self", "public", "link", "shell", "house")
REACHES = ("own", "under", "below", "any")
ROLES = (
    *("keeper", "guard", "crew_lead", "desk", "clerk", "firm_head", "agent", "service_officer"),
    *("inspector", "organiser", "planner", "overseer", "appointing_office", "health", "leader"),
    *("auditor", "witness", "resident", "operator"),
)


@dataclass(frozen=True)
class Line:
    """What one line says: how far each role reaches, and which words stand alone."""

    name: str
    said: str
    reach: dict[str, str]
    words: frozenset[str]

    @property
    def open(self) -> bool:
        """Tell whether anyone is let in, whoever they are and wherever it is."""
        return bool(self.words & {"public", "link"})

    def lets_in(self, role: str, where: str) -> bool:
        """Tell whether a role whose office is at one place is let in at another: own, parent, child, neighbour, other county."""
        if self.open or ("self" in self.words and role != "anyone"):
            return True
        reach = self.reach.get(role)
        return {
            "own": where == "own",
            "under": where in ("own", "child"),
            "below": where == "child",
            "any": True,
            None: False,
        }[reach]


def read(text: str | None = None) -> dict[str, Line]:
    """Return every line by the name of its command or query; a line that says nothing known is an error."""
    groups: dict[str, list[str]] = {}
    found: dict[str, Line] = {}
    lines = (text if text is not None else FILE.read_text("utf-8")).splitlines()
    for number, raw in enumerate(lines, 1):
        line = raw.partition("#")[0].strip()
        if not line:
            continue
        if "=" in line:
            group, _equals, members = line.partition("=")
            groups[group.strip()] = members.split()
            continue
        name, _space, said = line.partition(" ")
        assert name not in found, f"line {number}: {name} has two lines"
        found[name] = line_of(name, said.strip(), groups, number)
    return found


def line_of(name: str, said: str, groups: dict[str, list[str]], number: int) -> Line:
    """Return what one line says."""
    reach: dict[str, str] = {}
    words = set()
    for part in said.split(","):
        match part.split():
            case [word] if word in ALONE:
                words.add(word)
            case [who, far] if far in REACHES:
                for role in groups.get(who, [who]):
                    assert role in ROLES, f"line {number}: there is no role {role}"
                    assert role not in reach, f"line {number}: {role} is named twice"
                    reach[role] = far
            case _:
                raise AssertionError(f"line {number}: what does {part.strip()!r} mean?")
    assert "house" not in words or (len(words) == 1 and not reach), (
        f"line {number}: the house is alone"
    )
    return Line(name, said, reach, frozenset(words))
