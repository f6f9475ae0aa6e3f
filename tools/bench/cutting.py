"""Cutting: clients that hang up in the middle of a request, as phones in the hills do; nothing here needs the house."""

import http.client
import json
import socket
import sqlite3
import struct
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

Request = tuple[str, bytes, dict[str, str]]
WAYS = (
    "in the middle of the headers",
    "before the body",
    "in the middle of the body",
    "after the last byte",
    "after the last byte, with a reset",
    "in the middle of the body, with a reset",
)
AT_ONCE = 50


def whole(request: Request) -> tuple[bytes, bytes]:
    """Return a request as its head and its body."""
    path, body, headers = request
    lines = [f"POST {path} HTTP/1.1", "Host: here", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode(), body


def sent(request: Request, way: str) -> bytes:
    """Return what a client sends before it hangs up."""
    head, body = whole(request)
    if "headers" in way:
        return head[: len(head) // 2]
    if "before" in way:
        return head
    return head + (body[: len(body) // 2] if "middle" in way else body)


def reset(client: socket.socket) -> None:
    """Have a socket close with a reset instead of a farewell."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def cut(port: int, requests: Iterator[Request], times: int) -> int:
    """Send so many requests, many at once, and hang up in the middle of each; return how many were sent whole."""
    complete, numbers = 0, count()
    while (first := next(numbers)) * AT_ONCE < times:
        with ExitStack() as open_ones:
            for number in range(first * AT_ONCE, min(times, (first + 1) * AT_ONCE)):
                way = WAYS[number % len(WAYS)]
                client = open_ones.enter_context(
                    socket.create_connection(("127.0.0.1", port), timeout=30)
                )
                client.sendall(sent(next(requests), way))
                if "reset" in way:
                    reset(client)
                complete += "after" in way
    return complete


def held_open(port: int, requests: Iterator[Request], times: int) -> ExitStack:
    """Send half of so many requests and say no more, without hanging up; closing what is returned hangs up."""
    opened = ExitStack()
    for _number in range(times):
        client = opened.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))
        client.sendall(sent(next(requests), "in the middle of the body"))
    return opened


def answered_in(port: int, request: Request, within: float = 60) -> float:
    """Send a request and wait for its answer; return the seconds that it took."""
    path, body, headers = request
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=within)
    began = time.perf_counter()
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    assert answer.status == 200, content
    return time.perf_counter() - began


def worker_silent(port: int) -> float:
    """Return for how long the worker has not been heard of."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/health")
    told = json.loads(connection.getresponse().read())
    connection.close()
    assert told["worker"] == "working", told
    return float(told["silent_seconds"])


def write_lock_held(file: Path) -> bool:
    """Tell whether somebody holds the one right to write into a SQLite file."""
    connection = sqlite3.connect(file, timeout=0, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    except sqlite3.OperationalError:
        return True
    finally:
        connection.close()
    return False
