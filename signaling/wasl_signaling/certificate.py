"""Self-signed certificates: for phones on the same network, which want one for their cameras, and for media workers."""

from __future__ import annotations

import ipaddress
import os
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from wasl_media.process import Door

LASTS = timedelta(days=397)  # browsers refuse certificates that last longer


def context(folder: Path, addresses: list[str]) -> ssl.SSLContext:
    """A TLS context with the folder's certificate, which is made when absent, old or for other addresses."""
    key_file, certificate_file = folder / "tls-key.pem", folder / "tls-certificate.pem"
    if not _usable(certificate_file, addresses):
        _make(key_file, certificate_file, addresses)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate_file, key_file)
    return tls


def door(control: str, folder: Path) -> Door:
    """Where a media worker is driven from: HOST:PORT. Beyond this machine with a new certificate, known by its hash."""
    host, _, port = control.rpartition(":")
    host = host.strip("[]")
    if host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback):
        return Door(host, int(port))
    key_file, certificate_file = folder / "control-key.pem", folder / "control-certificate.pem"
    _make(key_file, certificate_file, [host] if _is_address(host) else [])
    made = certificate_file.read_bytes()
    with key_file.open("ab") as both:
        both.write(made)
    fingerprint = x509.load_pem_x509_certificate(made).fingerprint(hashes.SHA256())
    return Door(host, int(port), certificate=key_file, fingerprint=fingerprint)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _usable(certificate_file: Path, addresses: list[str]) -> bool:
    try:
        certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
    except (OSError, ValueError):
        return False
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    covered = {str(address) for address in names.get_values_for_type(x509.IPAddress)}
    return covered >= set(addresses) and certificate.not_valid_after_utc > datetime.now(UTC)


def _make(key_file: Path, certificate_file: Path, addresses: list[str]) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Wasl")])
    names: list[x509.GeneralName] = [x509.DNSName("localhost"), x509.DNSName(socket.gethostname())]
    names += [x509.IPAddress(ipaddress.ip_address(address)) for address in addresses]
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + LASTS)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with open(os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(private)
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
