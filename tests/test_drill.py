"""The drill's page: every command in it is run as it stands there, from the first to the last."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import URL

PAGE = Path(__file__).resolve().parent.parent / "docs" / "drill.md"


@pytest.mark.skipif(bool(URL), reason="the drill's account lies in folders of its own")
def test_every_command_of_the_drill_works_as_written(tmp_path: Path) -> None:
    script = "\n".join(re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL))
    assert script.count("mingbai ") >= 18
    here = {
        **os.environ,
        "LC_ALL": "C.UTF-8",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    here.pop("MINGBAI_DATA", None)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path,
        env=here,
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert done.stdout.count("verified: ") == 3
    assert done.stdout.count('"behind": true') == 1, "the older backup does not sign at first"
