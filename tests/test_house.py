"""The house's own rules, read from its source: what every room must look like, whoever wrote it."""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.apps import apps
from django.db import router
from django.utils import translation

from mingbai.kernel.asks import Answer, Ask, Row, inner_ask, is_open
from mingbai.kernel.fields import HOUSE_FIELDS
from mingbai.kernel.glossary import TERMS
from mingbai.kernel.holding import labels
from mingbai.kernel.models import Derived, Kept
from mingbai.kernel.refusals import SENTENCES, Refused
from mingbai.kernel.registry import REGISTRY, Scope

ROOT = Path(__file__).resolve().parent.parent
HOUSE = ROOT / "src" / "mingbai"
FUNCTION_MOST = 60
FILE_MOST = 500
HOLE = re.compile(r"%\((\w+)\)")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
NEVER = re.compile(r"失败|非法|异常|系统错误|\binvalid\b|\boops\b", re.IGNORECASE)
OTHER_WAYS = {
    "save",
    "create",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "acreate",
    "asave",
    "abulk_create",
}
# Who fills a derived table, which verify computes anew.
DERIVED = {"src/mingbai/kernel/place_search.py"}
# The one that must go on whatever fails; it logs what, and every desk sees it.
GOES_ON = "src/mingbai/kernel/worker.py"
PICTURES = "src/mingbai/kernel/attachments.py"  # it saves pictures, which are no rows
JOURNAL = "mingbai.kernel.models.journal"

# Modules that do something when they are loaded, so that no test loads them.
ACTS = {"wsgi", "rsgi", "__main__", "working"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def source() -> dict[str, ast.Module]:
    """Return every module of the house, migrations aside, by its path."""
    return {
        str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8"))
        for path in sorted(HOUSE.rglob("*.py"))
        if "migrations" not in path.parts
    }


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    """Load every module, so that every rule and word is registered."""
    for path in source():
        parts = Path(path).with_suffix("").parts[1:]
        if parts[-1] not in ACTS:
            import_module(".".join(part for part in parts if part != "__init__"))


def nodes(*kinds: type[ast.AST]) -> Iterator[tuple[str, ast.AST]]:
    """Give every node of these kinds in the house, with the path of its module."""
    for path, tree in source().items():
        for node in ast.walk(tree):
            if isinstance(node, kinds):
                yield path, node


def at(path: str, node: ast.AST, more: str = "") -> str:
    """Return where a node stands."""
    return f"{path}:{getattr(node, 'lineno', 1)} {more}".strip()


def is_sentence(text: str | None) -> bool:
    """Tell whether a docstring says something in one plain sentence, which may be followed by more."""
    first = (text or "").strip().split("\n\n")[0].strip()
    return first.endswith((".", "。")) and len(first) > 4


def test_every_module_says_what_it_is() -> None:
    assert [
        path for path, tree in source().items() if not is_sentence(ast.get_docstring(tree))
    ] == []


def test_every_public_function_and_class_says_what_it_does() -> None:
    silent = []
    for path, tree in source().items():
        methods = [part for one in tree.body if isinstance(one, ast.ClassDef) for part in one.body]
        for node in [*tree.body, *methods]:
            if not isinstance(node, Function | ast.ClassDef) or node.name.startswith("_"):
                continue
            if node.name != "Meta" and not is_sentence(ast.get_docstring(node)):
                silent.append(at(path, node, node.name))
    assert silent == [], silent


def test_every_command_and_query_says_what_it_does_and_is_named_in_words() -> None:
    for one in [*REGISTRY.commands.values(), *REGISTRY.queries.values()]:
        assert is_sentence(one.summary), one.name
        assert str(one.title).strip(), one.name


def test_functions_and_files_can_be_read_at_a_glance() -> None:
    long = [
        at(path, node, f"{node.name} has {node.end_lineno - node.lineno + 1} lines")
        for path, node in nodes(ast.FunctionDef, ast.AsyncFunctionDef)
        if isinstance(node, Function) and (node.end_lineno or 0) - node.lineno >= FUNCTION_MOST
    ]
    for path in sorted([*HOUSE.rglob("*.py"), *(ROOT / "tools").rglob("*.py")]):
        lines = len(path.read_text("utf-8").splitlines())
        if lines > FILE_MOST and "migrations" not in path.parts:
            long.append(f"{path.relative_to(ROOT)} has {lines} lines")
    assert long == []


@cache
def chinese() -> Catalog:
    """Return the Chinese words."""
    with (HOUSE / "locale/zh_Hans/LC_MESSAGES/django.po").open("rb") as file:
        return read_po(file, locale="zh_Hans", domain="django")


def english(text: object) -> str:
    """Return a sentence as it stands in the source."""
    with translation.override("en"):
        return str(text)


def holes(text: str) -> set[str]:
    """Return the names of what is put into a sentence."""
    return set(HOLE.findall(text))


def test_every_rule_has_its_sentence_in_both_languages() -> None:
    wrong = []
    for code, sentence in sorted(SENTENCES.items()):
        here = english(sentence)
        if not re.search(r"[A-Za-z]{2}", re.sub(r"%\(\w+\)[a-z]", "", here)):
            continue  # it only puts other sentences together
        message = chinese().get(here)
        there = str(message.string) if message else ""
        if not CHINESE.search(there):
            wrong.append(f"{code}: no Chinese for {here!r}")
        elif holes(here) != holes(there):
            wrong.append(f"{code}: {sorted(holes(here))} here, {sorted(holes(there))} in Chinese")
        if not here.endswith((".", "?", ")s")):
            wrong.append(f"{code}: not a sentence: {here!r}")
    assert wrong == [], wrong


def refusals() -> Iterator[tuple[str, ast.Call, str]]:
    """Give every place where a rule says no, with the rule's id."""
    names = {"Refused", "Stopped"} | {kind.__name__ for kind in subclasses(Refused)}
    for path, node in nodes(ast.Call):
        assert isinstance(node, ast.Call)
        called = node.func
        name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
        if name in names and node.args and isinstance(node.args[0], ast.Constant):
            yield path, node, str(node.args[0].value)


def subclasses(kind: type) -> Iterator[type]:
    """Give a class's descendants."""
    for one in kind.__subclasses__():
        yield one
        yield from subclasses(one)


def test_every_refusal_gives_what_its_sentence_tells() -> None:
    wrong, used = [], set()
    for path, node, code in refusals():
        used.add(code)
        if code not in SENTENCES:
            wrong.append(at(path, node, f"{code} has no sentence"))
            continue
        given = {word.arg for word in node.keywords}
        missing = holes(english(SENTENCES[code])) - {word for word in given if word}
        if missing and None not in given:
            wrong.append(at(path, node, f"{code} does not say {sorted(missing)}"))
    assert wrong == [], wrong
    text = "".join(path.read_text("utf-8") for path in sorted(HOUSE.rglob("*.py")))
    assert [code for code in SENTENCES if text.count(f'"{code}"') < 2] == [], "no rule says this"
    assert used


def test_every_rule_of_a_desk_says_its_id() -> None:
    wrong = []
    for path, tree in source().items():
        if not path.endswith("/rules.py"):
            continue
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and raises(node):
                first = (ast.get_docstring(node) or "").split(" ")[0]
                if first not in SENTENCES:
                    wrong.append(at(path, node, node.name))
    assert wrong == [], wrong


def raises(node: ast.AST) -> bool:
    """Tell whether a function may say no."""
    return any(isinstance(part, ast.Raise) for part in ast.walk(node))


def fields(kind: type[Ask]) -> Iterator[str]:
    """Give the fields of an ask, also of those nested in it."""
    for name, field in kind.model_fields.items():
        yield name
        if nested := inner_ask(field.annotation):
            yield from fields(nested)  # type: ignore[arg-type]


def test_every_field_of_every_ask_has_a_word_in_the_glossary() -> None:
    missing: dict[str, list[str]] = {}
    for one in [*REGISTRY.commands.values(), *REGISTRY.queries.values()]:
        for name in fields(one.ask):
            if name not in TERMS:
                missing.setdefault(name, []).append(one.name)
    assert missing == {}, missing


def test_every_column_of_every_answer_has_a_word_in_the_glossary() -> None:
    missing: dict[str, list[str]] = {}
    for one in REGISTRY.queries.values():
        for name in one.row.model_fields:
            if name not in TERMS:
                missing.setdefault(name, []).append(one.name)
    assert missing == {}, missing


def test_every_word_of_the_glossary_is_there_in_chinese() -> None:
    words = {word: english(meaning) for word, meaning in TERMS.items()}
    assert [
        word for word, text in words.items() if not (m := chinese().get(text)) or not m.string
    ] == []


def test_what_a_command_answers_holds_no_private_text() -> None:
    told = []
    for one in REGISTRY.commands.values():
        if one.answer is None:
            continue
        for name, field in one.answer.model_fields.items():
            nested = inner_ask(field.annotation)
            if nested is None and not is_open(field.annotation, tuple(field.metadata)):
                told.append(f"{one.name}: {name}")
    assert told == [], "it is kept in the entry's body, which is never erased"


def test_answers_and_rows_are_not_changed_once_given() -> None:
    for one in REGISTRY.commands.values():
        assert one.answer is None or issubclass(one.answer, Answer), one.name
    for query in REGISTRY.queries.values():
        assert issubclass(query.row, Row) and query.row.model_config.get("frozen"), query.name


def names_in(node: ast.AST) -> Iterable[str]:
    """Give the names that a chain of attributes and calls goes through."""
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute):
            yield part.attr
        elif isinstance(part, ast.Name):
            yield part.id


def test_nobody_writes_past_the_one_way_to_write() -> None:
    written = []
    for path, node in nodes(ast.Call):
        assert isinstance(node, ast.Call)
        if not isinstance(node.func, ast.Attribute) or path in DERIVED | {PICTURES}:
            continue
        name, through = node.func.attr, set(names_in(node.func.value))
        tables = through & {"objects", "_base_manager", "_default_manager"}
        if name in OTHER_WAYS or (tables and name in {"update", "delete", "adelete", "aupdate"}):
            written.append(at(path, node, name))
    assert written == [], written


def test_nobody_catches_everything() -> None:
    caught = []
    for path, node in nodes(ast.ExceptHandler):
        assert isinstance(node, ast.ExceptHandler)
        everything = node.type is None or "Exception" in set(names_in(node.type))
        last = node.body[-1]
        kept_silent = (
            node.type is not None
            and "BaseException" in set(names_in(node.type))
            and not (isinstance(last, ast.Raise) and last.exc is None)
        )
        if (everything and path != GOES_ON) or kept_silent:
            caught.append(at(path, node))
    assert caught == []


def test_imports_stand_at_the_top() -> None:
    hidden = []
    for path, node in nodes(ast.FunctionDef, ast.AsyncFunctionDef):
        hidden += [
            at(path, part)
            for part in ast.walk(node)
            if isinstance(part, ast.Import | ast.ImportFrom)
        ]
    assert hidden == []


def test_only_the_kernel_speaks_to_the_driver() -> None:
    found = []
    for path, node in nodes(ast.Attribute):
        assert isinstance(node, ast.Attribute)
        inside = isinstance(node.value, ast.Name | ast.Attribute) and "connection" in {
            getattr(node.value, "id", ""),
            getattr(node.value, "attr", ""),
        }
        if node.attr == "connection" and inside and "/kernel/" not in path:
            found.append(at(path, node))
    assert found == []


def test_no_signals_and_no_unfinished_words() -> None:
    allowed = {"src/mingbai/kernel/account.py"}
    signals = [
        at(path, node)
        for path, node in nodes(ast.ImportFrom)
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").endswith(("signals", "dispatch"))
        and path not in allowed
    ]
    assert signals == []
    unfinished = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    assert [
        str(path.relative_to(ROOT))
        for path in sorted(HOUSE.rglob("*"))
        if path.suffix in {".py", ".html", ".js", ".css", ".po"}
        and unfinished.search(path.read_text("utf-8"))
    ] == []


def test_no_foreign_key_between_desks() -> None:
    for model in apps.get_models():
        if not model.__module__.startswith("mingbai.domains."):
            continue
        for field in model._meta.get_fields():
            if field.many_to_one or field.one_to_one or field.many_to_many:
                other = field.related_model._meta.app_label
                assert other in {model._meta.app_label, "kernel"}, field


def test_the_kernel_knows_no_desk_of_the_floor_above() -> None:
    """A new desk is a new folder: no name of a desk, of its tables or of its acts stands in the kernel."""
    desks = {path.name for path in (HOUSE / "domains").iterdir() if (path / "apps.py").exists()}
    tables = {model.__name__ for model in apps.get_models() if model._meta.app_label in desks}
    acts = {name for name in [*REGISTRY.commands, *REGISTRY.queries] if of_desk(name) in desks}
    assert {"supplies", "movement"} <= desks and tables and acts
    found = []
    for path, node in nodes(ast.Constant, ast.Name, ast.Attribute, ast.Import, ast.ImportFrom):
        if not path.startswith("src/mingbai/kernel/"):
            continue
        if isinstance(node, ast.Constant):
            text = node.value if isinstance(node.value, str) else ""
            wrong = of_desk(text) in desks and " " not in text or text in bare_names(acts)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            whole = [getattr(node, "module", None) or "", *(one.name for one in node.names)]
            wrong = any("mingbai.domains" in one for one in whole)
        else:
            wrong = getattr(node, "id", getattr(node, "attr", "")) in tables | desks
        if wrong:
            found.append(at(path, node))
    assert found == [], found


def of_desk(name: str) -> str:
    """Return the desk in the name of a command, a query, a table or an open item."""
    return name.partition(".")[0]


def bare_names(acts: set[str]) -> set[str]:
    """Return the names of acts without their desk; a single word may mean anything."""
    return {bare for name in acts if "_" in (bare := name.partition(".")[2])}


def test_every_table_of_the_account_is_of_a_known_class() -> None:
    unknown = [
        model._meta.label
        for model in apps.get_models()
        if router.allow_migrate_model("default", model)
        and not issubclass(model, Kept | Derived)
        and model.__module__ != JOURNAL
    ]
    assert unknown == []
    ours = {model for model in apps.get_models() if model.__module__.startswith("mingbai.")}
    assert [model for model in ours if not router.allow_migrate_model("default", model)] == []


def test_no_table_holds_what_the_two_databases_write_differently() -> None:
    banned = {"FloatField", "JSONField", "DecimalField", "DurationField", "TimeField"}
    assert [
        str(field)
        for model in apps.get_models()
        if issubclass(model, Kept)
        for field in model._meta.concrete_fields
        if field.get_internal_type() in banned
    ] == []


def test_every_query_names_its_scope_and_for_whom_it_is() -> None:
    for query in REGISTRY.queries.values():
        assert isinstance(query.scope, Scope), query.name
        if query.scope not in (Scope.PUBLIC, Scope.OWN):
            assert query.roles, query.name
            assert "place" in query.ask.model_fields, query.name


def test_what_anyone_may_ask_for_is_limited() -> None:
    assert [one.name for one in REGISTRY.commands.values() if one.public and not one.per_hour] == []


def test_every_field_that_a_query_says_it_holds_is_in_its_answer_and_held_once() -> None:
    seen: dict[str, str] = {}
    for one in REGISTRY.queries.values():
        for column, field in one.holds:
            assert column in one.row.model_fields, f"{one.name} has no {column}"
            assert field.where is None or field.where[0] in one.row.model_fields, field.code
            assert seen.setdefault(field.code, one.name) == one.name, field.code
            assert set(one.ask.model_fields) >= {"place"}, one.name
            needed = {n for n, info in one.ask.model_fields.items() if info.is_required()}
            assert needed <= {"place", "organisation"}, one.name
            assert ("organisation" in needed) == (field.about == "organisation"), field.code
    assert set(HOUSE_FIELDS) == set(seen), "a field that nobody holds"
    assert labels(), "no two fields share a name"


def spoken() -> Iterator[tuple[str, str]]:
    """Give every text that a person may read, with where it stands."""
    for message in chinese():
        for text in (message.id, message.string):
            for one in [text] if isinstance(text, str) else text:
                yield f"words: {message.id!r}", one
    tags = re.compile(r"\{[%#].*?[%#]\}|\{\{.*?\}\}|<[^>]*>", re.S)
    for path in sorted(HOUSE.rglob("*.html")):
        text = path.read_text("utf-8")
        yield str(path.relative_to(ROOT)), tags.sub(" ", text)
    for path in sorted(HOUSE.rglob("*.js")):
        said = path.read_text("utf-8").replace("aria-invalid", "")
        for one in re.findall(r"\"[^\"\n]*\"|'[^'\n]*'|`[^`]*`", said):
            yield str(path.relative_to(ROOT)), one


def test_the_words_that_the_house_never_uses() -> None:
    assert [
        f"{where}: {found[0]}" for where, text in spoken() if (found := NEVER.search(text))
    ] == []


def test_no_page_is_written_in_one_language_alone() -> None:
    # What is marked with its language is meant to stand in that one.
    tags = re.compile(
        r"\{%.*?%\}|\{#.*?#\}|\{\{.*?\}\}|<!--.*?-->|<(\w+)[^>]* lang=\"[^>]*>[^<]*</\1>", re.S
    )
    found = [
        f"{path.relative_to(ROOT)}: {CHINESE.search(text)[0]}"
        for path in sorted(HOUSE.rglob("*.html"))
        if CHINESE.search(text := tags.sub(" ", path.read_text("utf-8")))
    ]
    assert found == []
