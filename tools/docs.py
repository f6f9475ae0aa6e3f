"""Documents made from the code: python tools/docs.py write | check.

docs/commands.md, docs/rules.md, docs/glossary.md and docs/rows.md are written from the registry, the rules' sentences,
the glossary, and the tags "Rows: T02, T03." in the docstrings of the story tests; docs/permissions.md from the page
that is written by hand, tests/data/permissions.txt.
"""

import ast
import os
import re
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
TAG = re.compile(r"Rows: ([A-Z]\d+(?:, [A-Z]\d+)*)\.")
HEAD = "<!-- Made by tools/docs.py from the code; do not edit. -->\n\n"


def both(text: object) -> tuple[str, str]:
    """Return a sentence in English and in Chinese."""
    from django.utils import translation

    found = []
    for language in ("en", "zh-hans"):
        with translation.override(language):
            found.append(str(text).replace("|", "\\|").replace("\n", " "))
    return found[0], found[1]


def commands() -> str:
    """Return the page of every command and query."""
    from mingbai.kernel.asks import fields_of
    from mingbai.kernel.registry import REGISTRY

    lines = ["# Commands and queries 事项与查询\n"]
    lines.append(
        "Every command is also `POST /api/DESK/NAME`, a form at `/do/DESK/NAME/` and `mingbai do DESK.NAME`;"
    )
    lines.append(
        "every query is `GET` (or `POST`) `/api/DESK/NAME`, a table at `/ask/DESK/NAME/` and `mingbai ask DESK.NAME`."
    )
    lines.append(
        "A field in *italics* is private: the journal holds a commitment to it, never the value.\n"
    )
    for heading, found in (("Commands", REGISTRY.commands), ("Queries", REGISTRY.queries)):
        lines.append(f"## {heading}\n")
        lines.append("| name | 中文 | what it does | who | fields |")
        lines.append("|---|---|---|---|---|")
        for name, one in sorted(found.items()):
            who = ", ".join(sorted(one.roles)) or "anyone"
            if heading == "Queries":
                who = f"{one.scope}: {who}"
            fields = [
                f"`{key}`{'' if one.ask.model_fields[key].is_required() else '?'}"
                if is_open or nested
                else f"*`{key}`*{'' if one.ask.model_fields[key].is_required() else '?'}"
                for key, (is_open, nested) in fields_of(one.ask).items()
            ]
            lines.append(
                f"| `{name}` | {both(one.title)[1]} | {one.summary} | {who} | {', '.join(fields)} |"
            )
        lines.append("")
    return "\n".join(lines)


def rules() -> str:
    """Return the page of every rule with its sentence in both languages."""
    from mingbai.kernel.refusals import SENTENCES

    lines = ["# Rules and refusals 规矩\n", "| id | English | 中文 |", "|---|---|---|"]
    for code in sorted(SENTENCES, key=lambda code: (code.split("-")[0], int(code.split("-")[1]))):
        english, chinese = both(SENTENCES[code])
        lines.append(f"| {code} | {english} | {chinese} |")
    return "\n".join(lines) + "\n"


def glossary() -> str:
    """Return the page of every word."""
    from mingbai.kernel.glossary import TERMS

    lines = [
        "# Glossary 词汇\n",
        "One word, one meaning.\n",
        "| word in code | English | 中文 |",
        "|---|---|---|",
    ]
    for word in sorted(TERMS):
        english, chinese = both(TERMS[word])
        lines.append(f"| `{word}` | {english} | {chinese} |")
    return "\n".join(lines) + "\n"


def rows() -> str:
    """Return which requirement is shown by which test, and what waits for which system."""
    shown: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and (
                match := TAG.search(ast.get_docstring(node) or "")
            ):
                for row in match[1].split(", "):
                    shown[row].append(f"`{path.relative_to(ROOT).as_posix()}::{node.name}`")
    lines = [
        "# Requirements and where they are shown 要求在哪里兑现\n",
        "| row | shown by |",
        "|---|---|",
    ]
    lines += [f"| {row} | {', '.join(tests)} |" for row, tests in sorted(shown.items())]
    waiting = (
        (DOCS / "waiting.txt").read_text("utf-8").strip().splitlines()
        if (DOCS / "waiting.txt").exists()
        else []
    )
    if waiting:
        lines += ["", "## What waits 还等什么\n", *(f"- {line}" for line in waiting)]
    return "\n".join(lines) + "\n"


FAR = {
    "own": ("at their place", "在本地"),
    "under": ("at their place and under it", "在本地及下级"),
    "below": ("under their place", "在下级"),
    "any": ("anywhere", "任何地方"),
}
OTHERS = {
    "public": ("anyone", "任何人"),
    "self": ("anyone signed in, about themselves", "登录者本人，只关于自己"),
    "link": ("whoever holds the code", "持码者"),
    "shell": ("the machine's shell", "本机命令行"),
    "house": ("the house alone", "只由系统自己"),
}


def permissions() -> str:
    """Return the page of who may do what and how far, as it was written by hand."""
    from permissions import read

    from mingbai.kernel.registry import REGISTRY
    from mingbai.kernel.words import ROLE_TITLES, Role

    lines = [
        "# Who may do what, and how far 谁能做什么，管到哪里\n",
        "Written by hand in `tests/data/permissions.txt`; `tests/kernel/test_permissions.py` has every role try every line at its own",
        "place, the one above, one below, the one next door and another county, and compares. What is not named here is refused.\n",
        "各角色在本地、上级、下级、邻地和外县逐项试过，结果与此页逐格相符。没有写到的，一律不许。\n",
    ]
    known = {**REGISTRY.commands, **REGISTRY.queries}
    for heading, found in (
        ("Commands 事项", REGISTRY.commands),
        ("Queries 查询", REGISTRY.queries),
    ):
        lines += [f"## {heading}\n", "| name | 中文 | who | 谁 |", "|---|---|---|---|"]
        for name, line in sorted(read().items()):
            if name not in found:
                continue
            said = []
            for at in (0, 1):
                by_far: dict[str, list[str]] = {}
                for role, far in line.reach.items():
                    by_far.setdefault(far, []).append(both(ROLE_TITLES[Role(role)])[at])
                comma, colon, end = (", ", ": ", "; ") if at == 0 else ("、", "：", "；")
                parts = [f"{FAR[far][at]}{colon}{comma.join(who)}" for far, who in by_far.items()]
                parts += [OTHERS[word][at] for word in OTHERS if word in line.words]
                said.append(end.join(parts))
            lines.append(f"| `{name}` | {both(known[name].title)[1]} | {said[0]} | {said[1]} |")
        lines.append("")
    return "\n".join(lines)


def pages() -> dict[str, str]:
    """Return every page by its name."""
    made = {
        "commands.md": commands,
        "rules.md": rules,
        "glossary.md": glossary,
        "rows.md": rows,
        "permissions.md": permissions,
    }
    return {name: HEAD + make().rstrip("\n") + "\n" for name, make in made.items()}


def main(verb: str) -> int:
    """Write the pages, or say which of them are stale."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingbai.settings")
    os.environ.setdefault("MINGBAI_DATA", tempfile.gettempdir())
    import django

    django.setup()
    from importlib import import_module

    for module in ("mingbai.web.urls", "mingbai.flows.imports", "mingbai.cli.house"):
        import_module(module)
    stale = []
    for name, text in pages().items():
        path = DOCS / name
        if verb == "write":
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
        elif not path.exists() or path.read_text("utf-8") != text:
            stale.append(f"docs/{name} is stale: python tools/docs.py write")
    sys.stderr.write("".join(f"{line}\n" for line in stale))
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
