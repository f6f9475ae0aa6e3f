"""The command line: every verb prints what it has to say and nothing else; JSON where programs read it."""

import json
import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, NoReturn

import django
import typer

app = typer.Typer(
    name="mingbai",
    help="Mingbai 明白: an account anyone can read.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
Data = Annotated[
    Path | None, typer.Option("--data", help="The account's folder.", show_default="./mingbai-data")
]
REFUSED = 2


def say(text: str) -> None:
    """Say something to the person; standard output stays free for what programs read."""
    sys.stderr.write(text + "\n")


def print_json(found: Any) -> None:
    """Print one JSON value on standard output."""
    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")


def start(data: Path | None) -> Path:
    """Point this process at an account's folder and load the house."""
    where = (data or Path(os.environ.get("MINGBAI_DATA", "mingbai-data"))).absolute()
    os.environ["MINGBAI_DATA"] = str(where)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingbai.settings")
    django.setup()
    return where


def verb(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let a verb answer a refusal as JSON with exit code 2, in the language of the person's machine."""

    @wraps(function)
    def run(*args: Any, **options: Any) -> Any:
        # The house is loaded only once the folder is known, so what it offers is looked up here.
        start(options.get("data"))
        from_house = house()
        from_house.translate()
        try:
            return function(*args, **options)
        except from_house.Refused as refusal:
            print_json(refusal.as_json())
            raise typer.Exit(REFUSED) from None
        except from_house.DISK_FAULTS as fault:
            if not from_house.no_room(fault):
                raise
            print_json(from_house.NoRoom("DSK-1").as_json())
            raise typer.Exit(REFUSED) from None

    return run


def house() -> Any:
    """Return what the verbs need of the house, once it is loaded."""
    return __import__("mingbai.cli.house", fromlist=["house"])


def stop(sentence: str, code: int = 1) -> NoReturn:
    """Say why nothing more is done, and leave."""
    say(sentence)
    raise typer.Exit(code)


@app.command()
@verb
def init(
    data: Data = None,
    office: Annotated[str, typer.Option(help="Who keeps this account.")] = "Mingbai",
) -> None:
    """Make an empty real account: places, one administrator and keys."""
    for line in house().initialise(office):
        print(line)  # noqa: T201 - printed once, for the sealed envelope


@app.command()
@verb
def demo(
    story: Annotated[str, typer.Argument(help="Which story.")] = "matou",
    data: Data = None,
) -> None:
    """Load a story through real commands."""
    print_json(house().load_demo(story))


@app.command()
@verb
def do(
    name: str,
    data: Data = None,
    ask: Annotated[str, typer.Option("--json", help="A file, or - for standard input.")] = "-",
    as_: Annotated[str | None, typer.Option("--as", help="The sign-in name of who acts.")] = None,
    mandate: Annotated[str | None, typer.Option(help="As which office.")] = None,
    at: Annotated[str | None, typer.Option(help="When it happened.")] = None,
    known: Annotated[str, typer.Option(help="observed, reported or hearsay.")] = "observed",
    case: Annotated[str | None, typer.Option(help="The matter of a limited mandate.")] = None,
    request_id: Annotated[str | None, typer.Option(help="A UUID; the same for a resend.")] = None,
) -> None:
    """Do a command and print its receipt."""
    print_json(
        house().do(
            name,
            read(ask),
            as_=as_,
            mandate=mandate,
            at=at,
            known=known,
            case=case,
            request_id=request_id,
        )
    )


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
@verb
def ask(
    context: typer.Context,
    name: str,
    data: Data = None,
    body: Annotated[
        str | None, typer.Option("--json", help="A file, or - for standard input.")
    ] = None,
    as_: Annotated[str | None, typer.Option("--as", help="The sign-in name of who asks.")] = None,
    mandate: Annotated[str | None, typer.Option(help="As which office.")] = None,
) -> None:
    """Ask a query and print its answer; its fields may be given as --key value."""
    fields = read(body) if body else {}
    words = list(context.args)
    while words:
        key = words.pop(0)
        if not key.startswith("--"):
            stop(f"What is {key}? Give fields as --key value.", REFUSED)
        name_of, equals, value = key[2:].partition("=")
        fields[name_of.replace("-", "_")] = value if equals else (words.pop(0) if words else "")
    print_json(house().ask(name, fields, as_=as_, mandate=mandate))


def read(source: str) -> dict[str, Any]:
    """Return the JSON object in a file or on standard input."""
    if source != "-" and not Path(source).is_file():
        stop(f"There is no file {source}.", REFUSED)
    text = sys.stdin.read() if source == "-" else Path(source).read_text("utf-8")
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        stop("That is not a JSON object.", REFUSED)
    return found


@app.command(name="import")
@verb
def import_(
    kind: str,
    file: Path,
    place: Annotated[str, typer.Option(help="The code of the place.")],
    data: Data = None,
    point: Annotated[str | None, typer.Option(help="The point's name.")] = None,
    year: Annotated[int | None, typer.Option(help="The year of dates without one.")] = None,
    as_: Annotated[
        str | None, typer.Option("--as", help="The sign-in name of who imports.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look.")] = False,
    errors: Annotated[Path | None, typer.Option(help="Where to write the rows to mend.")] = None,
) -> None:
    """Import a workbook and print what became of each row."""
    if not file.exists():
        stop(f"There is no file {file}.", REFUSED)
    print_json(
        house().import_file(
            kind, file, place, point=point, year=year, as_=as_, dry_run=dry_run, errors=errors
        )
    )


@app.command()
@verb
def verify(
    data: Data = None,
    against: Annotated[Path | None, typer.Option(help="An older signed head.")] = None,
) -> None:
    """Verify every row and the whole journal; exit 1 and a line per fault when something was changed."""
    faults, lines = house().verify(against.read_text("utf-8") if against else None)
    for line in lines:
        print(line)  # noqa: T201
    if faults:
        raise typer.Exit(1)


@app.command()
@verb
def receipt(entry: str, data: Data = None) -> None:
    """Print the proof of an entry."""
    print_json(house().receipt(entry))


@app.command()
@verb
def work(data: Data = None) -> None:
    """Number and seal what waits, and do what is due, once."""
    print_json(house().work())


@app.command()
@verb
def find(word: str, data: Data = None) -> None:
    """Print rules, commands and queries that match a word, with file and line."""
    for line in house().find(word):
        print(line)  # noqa: T201


@app.command()
@verb
def run(
    data: Data = None,
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(help="The port; a free one if it is taken; 0 for any.")
    ] = 8000,
    cert: Annotated[Path | None, typer.Option(help="A certificate: serve HTTPS.")] = None,
    key: Annotated[Path | None, typer.Option(help="The certificate's key.")] = None,
    proxy: Annotated[
        str | None,
        typer.Option(
            "--behind-proxy",
            help="The address of a proxy that speaks HTTPS and says for whom it speaks.",
        ),
    ] = None,
    demo_if_none: Annotated[
        bool, typer.Option("--demo", help="Make a demo when there is no account.")
    ] = False,
) -> None:
    """Serve an account."""
    from_house = house()
    from_house.serve(from_house.Way(host, port, cert, key, proxy), demo_if_none)
