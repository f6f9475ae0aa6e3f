"""Vectors of the pass tokens: python tools/vectors write | check.

tests/data/tokens.json is made here with fixed keys, so that anybody who makes it again gets the same bytes. What each
case must come to is said by hand, and held against the library before it is written; the browser's twin of the library
is held to the same file.
"""

import json
import sys
from pathlib import Path
from typing import Any

import lists
import opening
from made import KEYS, ROOTS, Case, tokens

FILE = Path(__file__).resolve().parents[2] / "tests" / "data" / "tokens.json"


def claims_told(claims: tokens.Claims) -> dict[str, Any]:
    """Return claims as JSON and JavaScript have them."""
    found = {
        "issuer": claims.issuer,
        "expires": claims.expires,
        "notBefore": claims.not_before,
        "issued": claims.issued,
        "permit": claims.permit.hex(),
        "kind": claims.kind,
        "places": list(claims.places),
        "name": claims.name,
        "tail": claims.tail,
        "batch": claims.batch.hex(),
        "index": claims.index,
        "plate": claims.plate,
        "goods": claims.goods,
        "organisation": claims.organisation,
        "kid": claims.kid.hex(),
    }
    return {name: value for name, value in found.items() if value is not None}


def key_told(key: tokens.Key) -> dict[str, Any]:
    """Return a key as JSON and JavaScript have it, the point in hexadecimal."""
    return {
        "point": key.point.hex(),
        "places": list(key.places),
        "kinds": list(key.kinds),
        "notBefore": key.not_before,
        "notAfter": key.not_after,
    }


def keys_told(keys: Any) -> dict[str, Any]:
    """Return keys as JSON and JavaScript have them."""
    return {kid.hex(): key_told(key) for kid, key in keys.items()}


def trust_told(found: tokens.TrustList) -> dict[str, Any]:
    """Return a trust list as JSON and JavaScript have it."""
    return {
        "version": found.version,
        "issued": found.issued,
        "expires": found.expires,
        "keys": keys_told(found.keys),
    }


def status_told(found: tokens.StatusList) -> dict[str, Any]:
    """Return a status list as JSON and JavaScript have it."""
    return {
        "issuer": found.issuer,
        "batch": found.batch.hex(),
        "version": found.version,
        "issued": found.issued,
        "expires": found.expires,
        "size": found.size,
        "revoked": sorted(found.revoked),
        "kid": found.kid.hex(),
    }


def run(case: Case) -> dict[str, Any]:
    """Return what the library says to a case."""
    now = case["now"]
    if case["do"] == "open":
        return {"claims": claims_told(tokens.open_token(case["text"], KEYS[case["keys"]], now))}
    ages = {"at_least": case.get("at_least", 0), "must_be_fresh": case.get("must_be_fresh", False)}
    if case["do"] == "trust":
        found = tokens.open_trust(case["text"], ROOTS[case["roots"]], now, **ages)
        return {"trust": trust_told(found)}
    if case["do"] == "status":
        stated = tokens.open_status(case["text"], KEYS[case["keys"]], now, **ages)
        return {"status": status_told(stated)}
    trust = case["trust"] and tokens.open_trust(case["trust"], ROOTS["both"], now)
    keys = KEYS["every"]
    held = tokens.Lists(
        trust, tuple(tokens.open_status(one, keys, now) for one in case["statuses"])
    )
    early = tokens.open_token(case["pass"], keys, case["opened"])
    return {"verdict": tokens.check_at(early, case["place"], case["kind"], held, now)}


def said(case: Case) -> dict[str, Any]:
    """Return what the library says to a case, also when it refuses."""
    try:
        return run(case)
    except tokens.TokenRefused as refused:
        return {"refused": refused.reason}


def made() -> str:
    """Return the file, after every case came to what is said of it."""
    found, wrong = [], []
    for case in [*opening.cases(), *lists.cases()]:
        answer = said(case)
        for word in ("refused", "verdict"):
            if case.get(word) and answer != {word: case[word]}:
                wrong.append(f"{case['name']}: {case[word]} expected, {answer}")
        if case.get("refused") == "" and "refused" in answer:
            wrong.append(f"{case['name']}: taken expected, {answer}")
        told = {name: value for name, value in case.items() if name not in ("refused", "verdict")}
        found.append({**told, "expect": answer})
    names = [case["name"] for case in found]
    wrong += sorted({f"{name}: twice" for name in names if names.count(name) > 1})
    if wrong:
        sys.exit("\n".join(wrong))
    sets = {
        "keys": {name: keys_told(keys) for name, keys in KEYS.items()},
        "roots": {name: [point.hex() for point in points] for name, points in ROOTS.items()},
    }
    lines = ",\n".join(json.dumps(case, ensure_ascii=True) for case in found)
    return json.dumps(sets)[:-1] + ', "cases": [\n' + lines + "\n]}\n"


def main(words: list[str]) -> int:
    """Write the file, or tell whether it is as it would be written."""
    if words == ["write"]:
        FILE.write_text(made(), "utf-8")
        return 0
    if words == ["check"]:
        if FILE.read_text("utf-8") == made():
            return 0
        sys.stderr.write("tests/data/tokens.json is not what python tools/vectors write makes.\n")
        return 1
    sys.stderr.write(__doc__ or "")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
