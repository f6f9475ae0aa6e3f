"""Firing: requests made beforehand go out on a few connections at once; the same client for us and for a peer."""

import json
import socket
import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Fired:
    """What came of a volley of requests."""

    wall: float = 0.0
    taken: list[float] = field(default_factory=list)
    answers: list[tuple[int, bytes]] = field(default_factory=list)
    again: int = 0

    @property
    def rate(self) -> float:
        """Return how many were answered a second."""
        return len(self.taken) / self.wall

    def times(self) -> str:
        """Return the median and the slow end in words."""
        slow = statistics.quantiles(self.taken, n=100)[-1]
        return f"median {statistics.median(self.taken):.1f} ms, p99 {slow:.0f} ms"


def post(path: str, ask: object, port: int, **headers: str) -> bytes:
    """Return a whole request as it travels."""
    body = json.dumps(ask, ensure_ascii=False).encode()
    told = {
        "Host": f"127.0.0.1:{port}",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
    }
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def read_answer(connection: socket.socket) -> tuple[int, bytes, bool]:
    """Return an answer's status and body, and whether the other side closes the connection after it."""
    got = b""
    while b"\r\n\r\n" not in got:
        part = connection.recv(65_536)
        if not part:
            raise SystemExit(f"The server hung up: {got!r}")
        got += part
    head, body = got.split(b"\r\n\r\n", 1)
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    length = int(headers["content-length"])
    while len(body) < length:
        part = connection.recv(65_536)
        if not part:
            raise SystemExit("The server hung up in the middle of an answer.")
        body += part
    return int(first.split(" ")[1]), body, headers.get("connection", "").lower() == "close"


class Lane:
    """One connection; it is made again where the other side closes it after each answer."""

    def __init__(self, port: int) -> None:
        """Remember where to; connect when there is something to send."""
        self.port = port
        self.connection: socket.socket | None = None

    def send(self, request: bytes) -> tuple[int, bytes]:
        """Send a request; return the answer's status and body."""
        if self.connection is None:
            self.connection = socket.create_connection(("127.0.0.1", self.port), timeout=120)
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connection.sendall(request)
        status, body, closes = read_answer(self.connection)
        if closes:
            self.close()
        return status, body

    def close(self) -> None:
        """Hang up."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def send_all(port: int, requests: Sequence[bytes], into: Fired, tries: int) -> None:
    """Send requests one after the other; what breaks down is sent again, and its time counts as one request's."""
    lane = Lane(port)
    for request in requests:
        began = time.perf_counter()
        for left in reversed(range(tries)):
            status, body = lane.send(request)
            if status < 500 or not left:
                break
            into.again += 1
        into.taken.append(1000 * (time.perf_counter() - began))
        into.answers.append((status, body))
    lane.close()


def fire(port: int, lanes: Sequence[Sequence[bytes]], tries: int = 1) -> Fired:
    """Send each lane's requests on a connection of its own, all lanes at once."""
    fired = Fired()
    threads = [threading.Thread(target=send_all, args=(port, lane, fired, tries)) for lane in lanes]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    fired.wall = time.perf_counter() - began
    assert len(fired.taken) == sum(len(lane) for lane in lanes), "an answer is missing"
    return fired
