"""The certificate of the phone's server: made on this machine, for this machine, by itself."""

import datetime
import hashlib
import ipaddress
import ssl
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lbm_studio.core.private import write_private

CERTIFICATE_FILE = "certificate.pem"
"""The certificate and its key, readable by its owner alone."""

_VALID_FOR = datetime.timedelta(days=365)
_RENEW_BEFORE = datetime.timedelta(days=30)
_CLOCKS_DIFFER = datetime.timedelta(days=1)
_PRIVATE_FOLDER = 0o700


def server_context(folder: Path, addresses: Sequence[str]) -> tuple[ssl.SSLContext, str]:
    """Return what the server encrypts with, and the SHA-256 of its certificate for people.

    A certificate that was made before is used again, so that a phone that trusts it goes on to.

    Args:
        folder: where it is kept.
        addresses: under which the server is reached.
    """
    file = folder / CERTIFICATE_FILE
    if not _is_valid(file, addresses):
        folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        write_private(file, _make(addresses))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(file)
    return context, _fingerprint(file)


def _make(addresses: Sequence[str]) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "LBM Studio phone")])
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCKS_DIFFER)
        .not_valid_after(now + _VALID_FOR)
        .add_extension(x509.SubjectAlternativeName(_names(addresses)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )
    certificate = builder.sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)


def _names(addresses: Sequence[str]) -> list[x509.GeneralName]:
    numbers = [x509.IPAddress(ipaddress.ip_address(address)) for address in addresses]
    return [x509.DNSName("localhost"), *numbers]


def _is_valid(file: Path, addresses: Sequence[str]) -> bool:
    """Whether there is a certificate for these addresses that does not run out soon."""
    try:
        certificate = x509.load_pem_x509_certificate(file.read_bytes())
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (OSError, ValueError, x509.ExtensionNotFound):
        return False
    numbers = {str(address) for address in names.value.get_values_for_type(x509.IPAddress)}
    left = certificate.not_valid_after_utc - datetime.datetime.now(datetime.UTC)
    return numbers.issuperset(addresses) and left > _RENEW_BEFORE


def _fingerprint(file: Path) -> str:
    certificate = x509.load_pem_x509_certificate(file.read_bytes())
    digest = hashlib.sha256(certificate.public_bytes(serialization.Encoding.DER)).hexdigest()
    return ":".join(digest[i : i + 2] for i in range(0, len(digest), 2)).upper()
