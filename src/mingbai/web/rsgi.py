"""The application as the server calls it: a request is taken in whole before a thread of the house is given to it.

The house has a few threads, each with its connections to the account. Were a thread to read a request's body itself, as
the WSGI of a server has it, four clients that send half a body and fall silent would hold up everyone.
"""

import asyncio
import logging
import sys
from concurrent.futures import ThreadPoolExecutor
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from granian.rsgi import (  # type: ignore[attr-defined]  # it gives them under these names
    HTTPProtocol,
    ProtocolClosed,
    ProtocolError,
    Scope,
)

from mingbai.web.wsgi import application as house

THREADS = 2
BODY_MOST = 64_000_000
IN_MEMORY = 1_000_000
SLOWEST = 120.0  # seconds for a whole request; a slow line holds up nobody but its own
TEXT = [("content-type", "text/plain; charset=utf-8")]
LOG = logging.getLogger("mingbai.errors")
POOL = ThreadPoolExecutor(THREADS, thread_name_prefix="house")

Answer = tuple[int, list[tuple[str, str]], bytes]


async def application(scope: Scope, protocol: HTTPProtocol) -> None:
    """Take a request in, let the house answer it, and send the answer; who hangs up meanwhile costs nothing."""
    if scope.proto != "http":
        protocol.close(403)  # type: ignore[attr-defined]  # a socket's, which the house has none of
        return
    with SpooledTemporaryFile(max_size=IN_MEMORY) as body:
        try:
            fault = await asyncio.wait_for(take(scope, protocol, body), SLOWEST)
            if fault is None:
                loop = asyncio.get_running_loop()
                answer = await loop.run_in_executor(POOL, answered, environ(scope, body))
            else:
                answer = fault
            protocol.response_bytes(*answer)
        except TimeoutError:
            protocol.response_empty(408, [("connection", "close")])
        except (ProtocolClosed, ProtocolError):
            return


async def take(scope: Scope, protocol: HTTPProtocol, body: IO[bytes]) -> Answer | None:
    """Take in a request's body; return an answer when it will not be taken."""
    said = scope.headers.get("content-length", "")
    most = min(int(said), BODY_MOST) if said.isdigit() else BODY_MOST
    if said.isdigit() and int(said) > BODY_MOST:
        return 413, [*TEXT, ("connection", "close")], b""
    length = 0
    async for part in protocol:
        length += len(part)
        if length > most:
            return 413, [*TEXT, ("connection", "close")], b""
        body.write(part)
    if said.isdigit() and length < int(said):
        raise ProtocolClosed  # the sender hung up in the middle
    body.seek(0)
    return None


def environ(scope: Scope, body: IO[bytes]) -> dict[str, Any]:
    """Return a request as WSGI describes it."""
    client, _colon, client_port = scope.client.rpartition(":")
    server, _colon, port = scope.server.rpartition(":")
    found: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": server.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": client.strip("[]"),
        "REMOTE_PORT": client_port,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if scope.authority:
        found["HTTP_HOST"] = scope.authority
    for name, value in scope.headers.items():
        if "_" in name:
            continue  # it would be read as the header of the same name with dashes
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        between = "; " if key == "HTTP_COOKIE" else ","
        found[key] = f"{found[key]}{between}{value}" if key in found else value
    body.seek(0, 2)
    found["CONTENT_LENGTH"] = str(body.tell())
    body.seek(0)
    return found


def answered(request: dict[str, Any]) -> Answer:
    """Let the house answer a request, in one of its threads."""
    began: dict[str, Any] = {}

    def start(status: str, headers: list[tuple[str, str]], _fault: Any = None) -> None:
        began.update(status=int(status.split(" ", 1)[0]), headers=headers)

    parts = house(request, start)  # type: ignore[arg-type]  # nothing in the house writes by itself
    try:
        content = b"".join(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
    return began["status"], began["headers"], content
