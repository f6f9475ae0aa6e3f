"""Words: gather msgids, keep the .po files in step, compile .mo; pure Python, no gettext binary.

python tools/words.py gather | compile | check
"""

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).resolve().parent.parent / "src" / "mingbai"
LOCALE = SOURCE / "locale"
KEYWORDS: dict = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def sources() -> list[tuple[str, bytes]]:
    """Return every file that may hold words, as Python text: templates go through Django's own templatize."""
    from django.conf import settings
    from django.utils.translation.template import templatize

    if not settings.configured:
        settings.configure()
    found = []
    for path in sorted(SOURCE.rglob("*")):
        name = path.relative_to(SOURCE.parent.parent).as_posix()
        if path.suffix == ".py":
            found.append((name, path.read_bytes()))
        elif "templates" in path.parts and path.suffix in {".html", ".txt", ".js"}:
            text = templatize(path.read_text("utf-8"), origin=name)
            # Indentation means nothing here, and Python's tokenizer would trip over it.
            text = "\n".join(line.lstrip() for line in text.split("\n"))
            found.append((name, text.encode()))
    return found


def gather() -> Catalog:
    """Return the template catalogue of all msgids in the source."""
    template = Catalog(charset="utf-8")
    for name, content in sources():
        for line, message, comments, context in extract(
            "python",
            BytesIO(content),
            keywords=KEYWORDS,
            comment_tags=["Translators:"],
            options={"encoding": "utf-8"},
        ):
            template.add(message, locations=[(name, line)], auto_comments=comments, context=context)
    return template


def catalogs() -> list[tuple[Path, Catalog]]:
    """Return each .po file and what it holds."""
    found = []
    for path in sorted(LOCALE.glob("*/LC_MESSAGES/django.po")):
        with path.open("rb") as file:
            found.append(
                (
                    path,
                    read_po(
                        file, locale=path.parent.parent.name, domain="django", abort_invalid=True
                    ),
                )
            )
    return found


def rendered(catalog: Catalog) -> bytes:
    """Return the .po text in a form that changes only when a word changes: no line numbers, no dates."""
    out = BytesIO()
    write_po(
        out,
        catalog,
        width=100,
        sort_output=True,
        include_lineno=False,
        ignore_obsolete=True,
        omit_header=True,
    )
    head = (
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Language: {catalog.locale}\\n"\n"Plural-Forms: {catalog.plural_forms}\\n"\n\n'
    )
    return head.encode() + out.getvalue()


def compile_all() -> None:
    """Write a .mo beside every .po that is newer than it."""
    for path in sorted(LOCALE.glob("*/LC_MESSAGES/django.po")):
        target = path.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= path.stat().st_mtime_ns:
            continue
        with path.open("rb") as file:
            catalog = read_po(
                file, locale=path.parent.parent.name, domain="django", abort_invalid=True
            )
        with target.open("wb") as file:
            write_mo(file, catalog)


def faults() -> list[str]:
    """Return what is wrong: a stale file, a word without its translation, blanks that differ."""
    template, wrong = gather(), []
    for path, catalog in catalogs():
        name = path.parent.parent.name
        wanted = {(m.context, m.id if isinstance(m.id, str) else m.id[0]) for m in template if m.id}
        held = {(m.context, m.id if isinstance(m.id, str) else m.id[0]) for m in catalog if m.id}
        wrong += [f"{name}: not gathered yet: {key[1]!r}" for key in sorted(wanted - held, key=str)]
        wrong += [f"{name}: no longer used: {key[1]!r}" for key in sorted(held - wanted, key=str)]
        for message in catalog:
            if not message.id:
                continue
            strings = [message.string] if isinstance(message.string, str) else list(message.string)
            if message.fuzzy:
                wrong.append(f"{name}: fuzzy: {message.id!r}")
            if not all(strings) or (message.pluralizable and len(strings) != catalog.num_plurals):
                wrong.append(f"{name}: no translation: {message.id!r}")
            wrong += [f"{name}: {error}: {message.id!r}" for error in message.check(catalog)]
    return wrong


def main(verb: str) -> int:
    """Do one verb."""
    if verb == "compile":
        compile_all()
    elif verb == "gather":
        template = gather()
        for path, catalog in catalogs():
            catalog.update(template, no_fuzzy_matching=True)
            path.write_bytes(rendered(catalog))
    elif verb == "check":
        wrong = faults()
        sys.stderr.write("".join(f"{line}\n" for line in wrong))
        return 1 if wrong else 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
