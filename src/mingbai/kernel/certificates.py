"""Certificates: a small authority of the account's own, so that phones of one place may use it over HTTPS.

The authority may vouch for the one name that it was made for and for nothing else, so that a phone that trusts it trusts it
with this address alone.
"""

import datetime as dt
import hashlib
import ipaddress
import os
import re
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.utils.translation import gettext_lazy as _

from mingbai.kernel.clock import day, machine_now
from mingbai.kernel.folder import folder, write_safely
from mingbai.kernel.refusals import Refused, sentences

AUTHORITY_DAYS, CERTIFICATE_DAYS = 3650, 397
WARN_BEFORE = dt.timedelta(days=30)
SERVED = "MINGBAI_CERT"  # the file that this machine serves with, for its workers to know
HOST = re.compile(
    r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
)

sentences(
    {
        "TLS-1": _(
            "%(name)s is not the name or address of a machine. Write it as phones will type it, like mingbai.lan or 192.168.1.20."
        ),
        "TLS-2": _(
            "The certificate ends on %(until)s, and from then on no phone reaches the account. Make another one, "
            "mingbai cert NAME, and start mingbai run anew with it. What phones hold meanwhile is not lost."
        ),
    }
)


def general_name(name: str) -> x509.GeneralName:
    """Return a host name or address as a certificate writes it."""
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def permitted(name: str) -> x509.GeneralName:
    """Return the only name or address that an authority may vouch for."""
    try:
        return x509.IPAddress(ipaddress.ip_network(name))
    except ValueError:
        return x509.DNSName(name)


def paths(name: str) -> tuple[Path, Path]:
    """Return where the certificate and the key of a name lie."""
    where = folder() / "tls"
    return where / f"{name.replace(':', '_')}.pem", where / f"{name.replace(':', '_')}.key"


def make(name: str) -> dict[str, Any]:
    """Make a certificate for a name, and the authority that vouches for it when there is none for that name yet."""
    name = name.strip().lower()
    if not HOST.fullmatch(name) and not address(name):
        raise Refused("TLS-1", name=name[:60])
    key, authority = authority_for(name)
    own = ec.generate_private_key(ec.SECP256R1())
    now = machine_now()
    certificate = (
        _begun(f"Mingbai {name}", authority.subject, own, now, CERTIFICATE_DAYS)
        .add_extension(x509.SubjectAlternativeName([general_name(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
        )
        .sign(key, SHA256())
    )
    file, secret = paths(name)
    write_safely(secret, _private(own))
    chain = certificate.public_bytes(Encoding.PEM) + authority.public_bytes(Encoding.PEM)
    write_safely(file, chain, 0o644)
    return {
        "name": name,
        "cert": str(file),
        "key": str(secret),
        "authority": str(folder() / "tls" / "authority.pem"),
        "fingerprint": fingerprint(authority),
        "until": day(certificate.not_valid_after_utc).isoformat(),
    }


def address(name: str) -> bool:
    """Tell whether a name is an address of a machine."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _begun(
    name: str,
    issuer: x509.Name | None,
    key: ec.EllipticCurvePrivateKey,
    now: dt.datetime,
    days: int,
) -> x509.CertificateBuilder:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def authority_for(name: str) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """Return the authority that may vouch for a name; an authority for another name is replaced."""
    where = folder() / "tls"
    held = authority()
    if held is not None and (where / "authority.key").exists():
        allowed = held.extensions.get_extension_for_class(x509.NameConstraints).value
        if allowed.permitted_subtrees == [permitted(name)]:
            key = load_pem_private_key((where / "authority.key").read_bytes(), None)
            assert isinstance(key, ec.EllipticCurvePrivateKey)
            return key, held
    key = ec.generate_private_key(ec.SECP256R1())
    made = (
        _begun(f"Mingbai authority for {name}", None, key, machine_now(), AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(
            x509.NameConstraints(permitted_subtrees=[permitted(name)], excluded_subtrees=None),
            critical=True,
        )
        .sign(key, SHA256())
    )
    write_safely(where / "authority.key", _private(key))
    write_safely(where / "authority.pem", made.public_bytes(Encoding.PEM), 0o644)
    return key, made


def authority() -> x509.Certificate | None:
    """Return the account's own authority, or nothing when it never made one."""
    path = folder() / "tls" / "authority.pem"
    return x509.load_pem_x509_certificate(path.read_bytes()) if path.exists() else None


def ends_of(file: Path) -> dt.datetime:
    """Return when a certificate in a file ends."""
    return x509.load_pem_x509_certificate(file.read_bytes()).not_valid_after_utc


def ends_soon(file: Path) -> Refused | None:
    """Return what to say of a certificate that has ended or soon will."""
    ends = ends_of(file)
    if ends - machine_now() > WARN_BEFORE:
        return None
    return Refused("TLS-2", until=day(ends))


def served_ends_soon() -> Refused | None:
    """Return what to say of the certificate that this machine serves with, when it soon ends."""
    path = os.environ.get(SERVED)
    return ends_soon(Path(path)) if path and Path(path).exists() else None


def fingerprint(certificate: x509.Certificate) -> str:
    """Return by what a person tells a certificate from another: SHA-256 in groups of four."""
    text = hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest().upper()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))
