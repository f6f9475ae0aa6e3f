"""Search of places: by name, other name, whole pinyin, initials, and words of two characters."""

from collections.abc import Iterable, Iterator, Sequence

from django.db.models import Q

from mingbai.kernel.derived import derived
from mingbai.kernel.gazetteer import PlaceLine, short_name
from mingbai.kernel.guard import door
from mingbai.kernel.models import Place, PlaceAlias, PlacePair, PlaceWord
from mingbai.kernel.rows import Store
from mingbai.kernel.spelling import match_keys, pinyin_initials, pinyin_whole

AT_ONCE = 2000
LEVELS = ("country", "province", "prefecture", "county", "town", "village")
LOOKED_THROUGH = 400


def pairs(text: str) -> set[str]:
    """Return the pairs of neighbouring characters in a text."""
    return {text[at : at + 2] for at in range(len(text) - 1)}


Word = tuple[str, str, str, str, str]  # place, level, name, pinyin, initials


def word_of(line: PlaceLine) -> Word:
    """Return what the index holds of a place's name."""
    short = short_name(line.name, str(line.level))
    return (
        line.code,
        str(line.level),
        line.name,
        pinyin_whole(short)[:240],
        pinyin_initials(short)[:80],
    )


def index_places(store: Store, lines: Iterable[PlaceLine]) -> None:
    """Put names into the search index; the pairs of characters are cut by the database itself."""
    words = [word_of(line) for line in lines]
    ((before,),) = store.run("SELECT COALESCE(MAX(id), 0) FROM kernel_placeword").fetchall()
    with door():
        for start in range(0, len(words), AT_ONCE):
            part = words[start : start + AT_ONCE]
            holes = ", ".join(["(%s, %s, %s, %s, %s)"] * len(part))
            sql = "INSERT INTO kernel_placeword (place, level, name, pinyin, initials) VALUES "
            store.run(sql + holes, [column for word in part for column in word])
        store.run(
            "WITH RECURSIVE letter(at) AS (SELECT 1 UNION ALL SELECT at + 1 FROM letter WHERE at < %s) "
            "INSERT INTO kernel_placepair (pair, word_id) "
            "SELECT DISTINCT substr(word.name, letter.at, 2), word.id FROM kernel_placeword word, letter "
            "WHERE word.id > %s AND letter.at < length(word.name) "
            "AND NOT EXISTS (SELECT 1 FROM kernel_placepair pair WHERE pair.word_id = word.id)",
            [max((len(word[2]) for word in words), default=1), before],
        )


@derived("kernel_placeword", "kernel_placepair")
def rebuilt(store: Store) -> Iterator[str]:
    """Give the key of every index row that differs from what the names give."""
    lines = [
        PlaceLine(code, name, level)
        for code, name, level in Place.objects.exclude(level="country").values_list(
            "code", "name", "level"
        )
    ]
    levels = {line.code: line.level for line in lines}
    lines += [
        PlaceLine(place, name, levels.get(place, "village"))
        for place, name in PlaceAlias.objects.values_list("place", "name")
    ]
    wanted: dict[tuple[str, ...], int] = {}
    for line in lines:
        key: tuple[str, ...] = word_of(line)
        wanted[key] = wanted.get(key, 0) + 1
    words: dict[int, str] = {}
    for number, *columns in PlaceWord.objects.values_list(
        "id", "place", "level", "name", "pinyin", "initials"
    ):
        key = tuple(str(column) for column in columns)
        words[number] = key[2]
        if wanted.get(key, 0) == 0:
            yield str(number)
        else:
            wanted[key] -= 1
    for key, left in wanted.items():
        if left:
            yield "/".join(key)
    held: dict[int, list[tuple[str, int]]] = {}
    for number, word_id, pair in PlacePair.objects.values_list("id", "word_id", "pair"):
        held.setdefault(word_id, []).append((pair, number))
    for word_id, name in words.items():
        there = held.pop(word_id, [])
        missing = pairs(name)
        for pair, number in there:
            if pair not in missing:
                yield f"pair {number}"
            missing.discard(pair)
        if missing:
            yield f"pairs of {word_id}"
    for there in held.values():
        yield from (f"pair {number}" for _pair, number in there)


def search(text: str, *, under: str = "", most: int = 20) -> Sequence[PlaceWord]:
    """Return the places whose name a text may mean, upper levels first."""
    key = match_keys(text)
    if not key:
        return []
    found = PlaceWord.objects.all()
    if under:
        found = found.filter(place__startswith=under)
    if key.isascii() and not key.isdigit():
        letters = key.replace(" ", "").replace("'", "")
        found = found.filter(Q(initials__startswith=letters) | Q(pinyin__startswith=letters))
    elif key.isdigit():
        found = found.filter(place__startswith=key)
    elif len(key) == 1:
        found = found.filter(name__startswith=key)
    else:
        for pair in pairs(key):
            found = found.filter(pairs__pair=pair)
        found = found.filter(name__contains=key)
    rows = list(found.distinct()[:LOOKED_THROUGH])
    rows.sort(
        key=lambda row: (
            row.name != key,
            not row.name.startswith(key),
            LEVELS.index(row.level),
            len(row.name),
            row.place,
        )
    )
    return rows[:most]
