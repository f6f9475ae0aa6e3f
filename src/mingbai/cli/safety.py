"""The verbs that keep an account safe: backup and restore, the care of keys, and the witness."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from mingbai.cli.main import REFUSED, Data, app, house, print_json, start, stop, verb


@app.command()
@verb
def backup(file: Path, data: Data = None) -> None:
    """Write the whole account into one file that only the recovery sheet opens."""
    print_json(house().back_up(file))


@app.command()
@verb
def restore(
    file: Path,
    data: Data = None,
    key: Annotated[
        str, typer.Option(help="A file with the lines of the recovery sheet, or - to type them.")
    ] = "-",
    go_on: Annotated[
        bool,
        typer.Option("--continue", help="Sign again, under a new origin that names what was lost."),
    ] = False,
) -> None:
    """Restore a backup; it does not sign while it stands behind a head that was already signed."""
    if not file.is_file():
        stop(f"There is no file {file}.", REFUSED)
    if key != "-" and not Path(key).is_file():
        stop(f"There is no file {key}.", REFUSED)
    print_json(house().restore(file, lambda: secret(key), go_on=go_on))


def secret(key: str) -> str:
    """Return the lines of the recovery sheet."""
    return sys.stdin.read() if key == "-" else Path(key).read_text("utf-8")


keys = typer.Typer(help="Keys: list them, make one anew, or make a new recovery sheet.")
app.add_typer(keys, name="keys", no_args_is_help=True)


@keys.command(name="list")
@verb
def list_(data: Data = None) -> None:
    """List every key by name and mark, never the key itself."""
    print_json(house().list_keys())


Root = Annotated[
    str | None,
    typer.Option("--root", help="A file with the lines of a pass root's sheet, or - to type them."),
]


def typed_root(root: str | None) -> str | None:
    """Return the lines of a pass root's sheet, when they are given."""
    if root is None or root == "-" or Path(root).is_file():
        return None if root is None else secret(root)
    stop(f"There is no file {root}.", REFUSED)


@keys.command()
@verb
def rotate(
    name: str,
    data: Data = None,
    root: Root = None,
    compromised: Annotated[
        bool,
        typer.Option(
            "--compromised", help="Somebody else has the pass key: it leaves the list at once."
        ),
    ] = False,
) -> None:
    """Make a key anew, as a change of keys or because it was lost; the pass key changes under a root sheet."""
    print_json(house().rotate_key(name, typed_root(root), compromised=compromised))


@keys.command()
@verb
def trust(root: Root = "-", data: Data = None) -> None:
    """Sign the list of pass keys anew with a root sheet, before it ends or after a pass key was lost."""
    print_json(house().renew_trust(typed_root(root) or ""))


@keys.command()
@verb
def sheet(
    data: Data = None,
    roots: Annotated[
        bool, typer.Option("--roots", help="The two pass roots, in an account that has none.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Other pass roots; every phone is enrolled anew.")
    ] = False,
) -> None:
    """Make a new recovery key, or the two pass roots, and print the sheet once; it is kept nowhere else."""
    for line in house().new_roots(again=again) if roots else house().new_sheet():
        print(line)  # noqa: T201 - printed once, for the sealed envelope


@app.command()
def witness(
    url: str,
    data: Data = None,
    authority: Annotated[
        Path | None,
        typer.Option(
            help="The authority of an account with a certificate of its own: the file from its /ca/, its signs compared."
        ),
    ] = None,
    head: Annotated[
        Path | None,
        typer.Option(
            help="A file with a head from a printed sheet, scanned or typed (SIZE CODE): the account has to contain it."
        ),
    ] = None,
) -> None:
    """Fetch an account's newest head, check that it continues the one kept here, and keep it; exit 1 is an alarm."""
    where = start(data)
    from_house = house()
    from_house.translate()
    try:
        print_json(from_house.witness(url, where, authority=authority, printed=head))
    except from_house.Alarm as alarm:
        print_json(alarm.as_json())
        raise typer.Exit(1) from None
    except from_house.Refused as refusal:
        print_json(refusal.as_json())
        raise typer.Exit(REFUSED) from None


@app.command()
@verb
def cert(name: str, data: Data = None) -> None:
    """Make a certificate for a machine's name or address, and the authority that phones install once."""
    for line in house().certificate(name):
        print(line)  # noqa: T201 - for the person at the machine
