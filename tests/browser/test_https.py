"""Phones need HTTPS: the account's own certificate under a name that is not this machine's, checked and then used."""

import base64
import hashlib
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from http.client import HTTPSConnection

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.browser.conftest import own_database
from tests.browser.phones import FLAGS

NAME = "mingbai.lan"


@pytest.fixture(scope="module")
def secure(tmp_path_factory):
    """An account that is served over HTTPS; its folder, port and the administrator's password."""
    folder = tmp_path_factory.mktemp("secure")
    data = folder / "account"
    environment = {**os.environ, "LC_ALL": "C.UTF-8"} | own_database()

    def call(*words):
        done = subprocess.run(
            [sys.executable, "-m", "mingbai", *words, "--data", str(data)],
            capture_output=True,
            text=True,
            env=environment,
            check=True,
        )
        return done.stdout

    password = re.search(r"password: (\S+)", call("init", "--office", "值班室"))[1]
    made = call("cert", NAME)
    cert, key = re.search(r"--cert (\S+) --key (\S+)", made).groups()
    log = folder / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "mingbai", "run", "--data", str(data), "--port", "0"]
            + ["--cert", cert, "--key", key],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=environment,
        )
    for _attempt in range(1200):
        assert process.poll() is None, log.read_text("utf-8")
        found = re.search(r"https://127\.0\.0\.1:(\d+)", log.read_text("utf-8"))
        if found:
            try:
                socket.create_connection(("127.0.0.1", int(found[1])), 1).close()
                break
            except OSError:
                pass
        time.sleep(0.05)
    yield data, int(found[1]), password, environment
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=60)


def speak(data, port, name):
    """Ask for the first page as a client that trusts the authority alone, under a name."""
    context = ssl.create_default_context(cafile=str(data / "tls" / "authority.pem"))
    connection = HTTPSConnection(name, port, context=context, timeout=60)
    raw = socket.create_connection(("127.0.0.1", port), 60)
    connection.sock = context.wrap_socket(raw, server_hostname=name)
    connection.request("GET", "/ca/")
    answered = connection.getresponse()
    text = answered.read().decode()
    connection.close()
    return answered, text


def test_a_client_that_trusts_the_authority_is_let_in_under_the_name_alone(secure):
    data, port, *_more = secure
    for _attempt in range(600):
        try:
            answered, text = speak(data, port, NAME)
            break
        except ConnectionError:
            time.sleep(0.1)
    assert answered.status == 200
    held = x509.load_pem_x509_certificate((data / "tls" / "authority.pem").read_bytes())
    print_of = hashlib.sha256(held.public_bytes(Encoding.DER)).hexdigest().upper()
    assert print_of[:4] in text and print_of[-4:] in text
    with pytest.raises(ssl.SSLCertVerificationError):
        speak(data, port, "elsewhere.lan")
    with pytest.raises((OSError, urllib.error.URLError)):
        urllib.request.urlopen(f"https://127.0.0.1:{port}/", timeout=10)


def test_the_field_app_has_all_it_needs_under_the_name(secure, player, chromium):
    data, port, password, _environment = secure
    chain = x509.load_pem_x509_certificates((data / "tls" / f"{NAME}.pem").read_bytes())
    keys = [
        base64.b64encode(
            hashlib.sha256(
                one.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            ).digest()
        ).decode()
        for one in chain
    ]
    browser = player.chromium.launch(
        executable_path=chromium,
        args=[
            *FLAGS,
            f"--host-resolver-rules=MAP {NAME} 127.0.0.1",
            f"--ignore-certificate-errors-spki-list={','.join(keys)}",
        ],
    )
    page = browser.new_page(locale="zh-CN")
    page.goto(f"https://{NAME}:{port}/sign-in/")
    page.fill("input[name=login]", "administrator")
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    cookies = page.context.cookies()
    assert cookies and all(cookie["secure"] for cookie in cookies)
    assert "sessionid" in {cookie["name"] for cookie in cookies}
    page.goto(f"https://{NAME}:{port}/field/")
    assert page.evaluate("() => isSecureContext && !!navigator.serviceWorker && !!crypto.subtle")
    assert page.evaluate("() => navigator.serviceWorker.ready.then(r => !!r.active)")
    browser.close()


def test_a_pair_that_does_not_fit_is_refused(secure, tmp_path):
    data, *_more = secure
    done = subprocess.run(
        [sys.executable, "-m", "mingbai", "run", "--data", str(data), "--port", "0"]
        + ["--cert", str(data / "tls" / f"{NAME}.pem"), "--key", str(tmp_path / "none.key")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "CLI-6" in done.stdout


def test_behind_a_proxy_only_the_proxy_says_for_whom_it_speaks(secure, tmp_path):
    data, _port, _password, environment = secure
    for proxy, scheme in (("127.0.0.1", "https"), ("192.0.2.9", "http")):
        log = tmp_path / f"{scheme}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "mingbai", "run", "--data", str(data), "--port", "0"]
                + ["--behind-proxy", proxy],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=environment,
            )
        try:
            for _attempt in range(2400):
                found = re.search(r"http://127\.0\.0\.1:\d+", log.read_text("utf-8"))
                try:
                    request = urllib.request.Request(
                        (found[0] if found else "http://127.0.0.1:9") + "/ca/",
                        headers={
                            "X-Forwarded-Proto": "https",
                            "X-Forwarded-For": "198.51.100.7",
                            "Host": "account.example",
                        },
                    )
                    text = urllib.request.urlopen(request, timeout=10).read().decode()
                    break
                except OSError:
                    time.sleep(0.05)
            assert f"{scheme}://account.example/ca/" in text
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)
