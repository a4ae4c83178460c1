"""Desk of one arm, as far as its published interface (v1) concerns brakes, FCI and control."""

import base64
import json
import ssl
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"
USER, PASSWORD = "operator", "correct horse"
JOINTS = 7
TOKEN = "token of the test"


class DeskStub:
    """Answers over HTTPS on loopback. A context manager.

    Args:
        folder: for its certificate.
    """

    def __init__(self, folder: Path) -> None:
        self.is_locked = True
        self.is_fci_active = False
        self.holder = ""
        self.requests: list[str] = []
        self._server = ThreadingHTTPServer((HOST, 0), _handler(self))
        self._server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(_certificate(folder))
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def address(self) -> str:
        return f"{HOST}:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, method: str, path: str, token: str) -> tuple[int, object]:
        """Return the status and the body of an answer."""
        self.requests.append(f"{method} {path}")
        match method, path:
            case "GET", "/api/system":
                return 200, {"status": "Started"}
            case "GET", "/api/system/control-token":
                return 200, {"tokenId": 7, "owner": self.holder} if self.holder else {}
            case "POST", "/api/system/control-token:take":
                if self.holder not in ("", USER):
                    return 424, {"code": "Timeout"}
                self.holder = USER
                return 200, {"tokenId": 7, "token": TOKEN}
            case "GET", "/api/arm/joints":
                state = "Locked" if self.is_locked else "Unlocked"
                return 200, [{"brakeStatus": state}] * JOINTS
            case "GET", "/api/fci":
                return 200, {"status": "Active" if self.is_fci_active else "Inactive"}
            case "POST", _ if token != TOKEN:
                return 403, {"code": "ControlTokenRequired"}
            case _:
                return self._change(path)

    def _change(self, path: str) -> tuple[int, object]:
        match path:
            case "/api/arm/joints:unlock" | "/api/arm/joints:lock":
                self.is_locked = path.endswith(":lock")
            case "/api/fci:activate" | "/api/fci:deactivate":
                if self.is_locked:
                    return 409, {"code": "JointsLocked"}
                self.is_fci_active = path.endswith(":activate")
            case "/api/system/control-token:release":
                self.holder = ""
            case _:
                return 404, {"code": "NotFound"}
        return 204, None


def _handler(desk: DeskStub) -> type[BaseHTTPRequestHandler]:
    expected = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self._answer("POST")

        def _answer(self, method: str) -> None:
            if self.headers.get("Authorization") != expected:
                status, body = 401, {"code": "Unauthorized"}
            else:
                token = self.headers.get("X-Control-Token", "")
                status, body = desk.answer(method, self.path, token)
            data = b"" if body is None else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            return

    return Handler


def _certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "arm")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    file = folder / "arm.pem"
    file.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file
