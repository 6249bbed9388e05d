"""nginx and Caddy as docs/deployment has them, before servers of several processes, and asked by curl over TLS."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.conf import settings

from tracking.tests.installation import PATIENCE
from tracking.tests.live import free_port, wait_until

FOLDER = settings.BASE_DIR / "docs" / "deployment"
CADDYFILE = """
{{
    admin off
    http_port {http}
    skip_install_trust
}}
import {site}
"""
NGINX_CONF = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {site};
}}
"""


class Upstreams(NamedTuple):
    """Where each process listens, as host:port."""

    home: str
    workers: str
    stream: str


class Answer(NamedTuple):
    status: int
    protocol: str
    body: str

    @property
    def told(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Proxy:
    address: str

    def ask(
        self, path: str, body: Any = None, *, token: str = "", headers: Sequence[str] = (), more: Sequence[str] = ()
    ) -> Answer:
        """Ask over HTTP/2, with a POST where there is a body."""
        sent = ["--json", json.dumps(body)] if body is not None else []
        form = r"\n%{http_code} %{http_version}"
        said = subprocess.run(
            [*self._curl(path, token, headers), *sent, *more, "--write-out", form],
            capture_output=True,
            text=True,
            check=True,
            timeout=PATIENCE,
        ).stdout
        text, _, end = said.rpartition("\n")
        status, protocol = end.split()
        return Answer(int(status), protocol, text)

    @contextmanager
    def stream(self, token: str) -> Iterator[Iterator[str]]:
        """Yield the lines of the stream, as they come."""
        command = self._curl("/api/v1/tracking/stream/", token, ())
        with subprocess.Popen(
            [*command, "--no-buffer", "--max-time", str(PATIENCE)], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            try:
                yield (line.rstrip("\n") for line in process.stdout)
            finally:
                process.kill()

    def _curl(self, path: str, token: str, headers: Sequence[str]) -> list[str]:
        theirs = [*headers, *([f"Authorization: Bearer {token}"] if token else [])]
        told = [part for header in theirs for part in ("--header", header)]
        return ["curl", "--silent", "--show-error", "--insecure", "--http2", *told, f"{self.address}{path}"]


@contextmanager
def caddy(folder: Path, upstreams: Upstreams) -> Iterator[Proxy]:
    """Run Caddy with the Caddyfile as it is, and a certificate of its own authority."""
    port = free_port()
    wrapper = _written(folder / "Caddyfile", CADDYFILE.format(http=free_port(), site=FOLDER / "Caddyfile"))
    names = {
        "CHORE_HOSTNAME": f"localhost:{port}",
        "CHORE_HOME": upstreams.home,
        "CHORE_WORKERS": upstreams.workers,
        "CHORE_STREAM": upstreams.stream,
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
    }
    with _running(["caddy", "run", "--config", str(wrapper)], port, folder, os.environ | names) as proxy:
        yield proxy


@contextmanager
def nginx(folder: Path, upstreams: Upstreams) -> Iterator[Proxy]:
    """Run nginx with nginx.conf, but for its addresses and its certificate."""
    port = free_port()
    site = (FOLDER / "nginx.conf").read_text()
    for old, new in {
        r"^ *listen \[::\]:.*\n": "",
        r"listen 80;": f"listen {free_port()};",
        r"listen 443 ": f"listen {port} ",
        r"/etc/letsencrypt/live/chore.example.org": _made_certificate(folder),
        r"(?<=upstream chore_home {\n    server )127.0.0.1:8000": upstreams.home,
        r"(?<=upstream chore_workers {\n    server )127.0.0.1:8000": upstreams.workers,
        r"(?<=least_conn;\n    server )127.0.0.1:8000": upstreams.stream,
    }.items():
        site, count = re.subn(old, new, site, flags=re.MULTILINE)
        assert count, old
    conf = NGINX_CONF.format(folder=folder, site=_written(folder / "chore.conf", site))
    with _running(["nginx", "-c", str(_written(folder / "nginx.conf", conf))], port, folder, os.environ) as proxy:
        yield proxy


@contextmanager
def _running(command: Sequence[str], port: int, folder: Path, environment: Mapping[str, str]) -> Iterator[Proxy]:
    """Yield once it answers. Skips where there is none; fails in CI."""
    log = folder / "output.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [found(command[0]), *command[1:]], cwd=folder, env=environment, stdout=output, stderr=output
        )
    proxy = Proxy(f"https://localhost:{port}")

    def answers() -> bool:
        assert process.poll() is None, log.read_text()
        try:
            return proxy.ask("/healthz").status == 200
        except subprocess.CalledProcessError:
            return False

    try:
        wait_until(answers, "an answer")
        yield proxy
    finally:
        process.terminate()
        process.wait(PATIENCE)


def found(tool: str) -> str:
    """Return where it is, also where only root looks for it."""
    path = shutil.which(tool, path=f"{os.environ['PATH']}:/usr/sbin")
    if path is None:
        assert os.environ.get("CI") != "true", f"CI needs {tool}"
        pytest.skip(f"needs {tool}")
    return path


def _made_certificate(folder: Path) -> str:
    files = ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost"]
    subprocess.run([found("openssl"), "req", "-x509", *kind, *files], check=True, capture_output=True, timeout=PATIENCE)
    return str(folder)


def _written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path
