"""The verbs of passes: issue them to a roster in one go, and print a batch once more."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from mingbai.cli.main import REFUSED, Data, app, house, print_json, stop, verb

permits = typer.Typer(help="Passes: issue them to a roster, or print a batch once more.")
app.add_typer(permits, name="permits", no_args_is_help=True)
Language = Annotated[
    Literal["zh", "en"],
    typer.Option(help="The language of the printed passes, whatever this shell speaks."),
]
As = Annotated[str | None, typer.Option("--as", help="The sign-in name of who issues.")]


@permits.command()
@verb
def issue(
    roster: Path,
    place: Annotated[str, typer.Option(help="The code of the place that issues.")],
    to: Annotated[
        Path, typer.Option(help="A folder for permits.csv, sheets.pdf and refused.xlsx.")
    ],
    data: Data = None,
    valid_days: Annotated[
        int, typer.Option("--valid-days", help="Until the end of how many days from today.", min=1)
    ] = 14,
    batch: Annotated[
        str | None, typer.Option(help="The batch's name; today's date when none is given.")
    ] = None,
    language: Language = "zh",
    as_: As = None,
) -> None:
    """Issue passes to everybody on a roster: good rows at once, bad ones listed, nobody twice."""
    if not roster.is_file():
        stop(f"There is no file {roster}.", REFUSED)
    options = {"valid_days": valid_days, "batch": batch, "language": language, "as_": as_}
    print_json(house().issue_permits(roster, place, to, **options))


@permits.command(name="print")
@verb
def print_(
    batch: str,
    data: Data = None,
    place: Annotated[str | None, typer.Option(help="The code of the place.")] = None,
    to: Annotated[Path, typer.Option(help="The file to write.")] = Path("sheets.pdf"),
    language: Language = "zh",
    as_: As = None,
) -> None:
    """Write the sheets of a batch once more, those of revoked passes left out."""
    print_json(house().print_permits(batch, place, to, as_, language))
