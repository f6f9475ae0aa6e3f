"""The import contracts hold, and each of them catches what it is there for."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SAID = re.compile(r"^(.+) (KEPT|BROKEN)$", re.M)
DUTY = '"""A second desk."""\n'

# contract -> what is written into which file of a copy
BREACHES: list[tuple[str, dict[str, str]]] = [
    ("floors", {"kernel/clock.py": "import mingbai.flows.imports\n"}),
    ("floors", {"kernel/clock.py": "def late() -> None:\n    import mingbai.web.forms\n"}),
    ("floors", {"kernel/clock.py": "if typing.TYPE_CHECKING:\n    import mingbai.cli.main\n"}),
    ("floors", {"extra/__init__.py": '"""A room on no floor."""\n'}),
    (
        "desks",
        {
            "domains/duty/__init__.py": DUTY,
            "domains/duty/words.py": "import mingbai.domains.supplies.words\n",
        },
    ),
    ("rooms", {"domains/supplies/words.py": "import mingbai.domains.supplies.rules\n"}),
    ("rooms", {"domains/supplies/models.py": "import mingbai.domains.supplies.queries\n"}),
    ("pure", {"proofs/merkle.py": "import django\n"}),
    ("pure", {"proofs/notes.py": "import mingbai.kernel.clock\n"}),
    ("rules", {"domains/supplies/rules.py": "from django.db import models\n"}),
    ("tables", {"flows/imports.py": "import mingbai.domains.supplies.models\n"}),
    (
        "knots",
        {
            "kernel/one.py": "import mingbai.kernel.other\n",
            "kernel/other.py": "import mingbai.kernel.one\n",
        },
    ),
]


def contracts() -> dict[str, str]:
    """Return the contracts' names by their ids."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return {one["id"]: one["name"] for one in config["tool"]["importlinter"]["contracts"]}


def lint(where: Path) -> dict[str, str]:
    """Return what became of each contract in a tree."""
    ran = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"],
        cwd=where,
        env={**os.environ, "PYTHONPATH": str(where / "src")},
        capture_output=True,
        text=True,
    )
    said = dict(SAID.findall(ran.stdout))
    assert said, ran.stdout + ran.stderr
    assert (ran.returncode == 0) == ("BROKEN" not in said.values())
    return said


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the house that may be spoiled."""
    ignored = shutil.ignore_patterns("__pycache__", "locale", "static", "templates", "data")
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_contract_is_kept() -> None:
    assert lint(ROOT) == dict.fromkeys(contracts().values(), "KEPT")


def test_no_contract_goes_untried() -> None:
    assert {contract for contract, _spoiled in BREACHES} == set(contracts())


@pytest.mark.parametrize(("contract", "spoiled"), BREACHES)
def test_a_breach_is_caught(copy: Path, contract: str, spoiled: dict[str, str]) -> None:
    for name, text in spoiled.items():
        path = copy / "src/mingbai" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text("utf-8") if path.exists() else '"""New."""\n'
        path.write_text(before + "\n" + text, "utf-8")
    assert lint(copy)[contracts()[contract]] == "BROKEN"
