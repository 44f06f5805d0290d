"""`python -m wasl_media`: one media worker. The server starts it; see `process.py`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import ssl
import sys
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path

from wasl_media.captions import read_engines
from wasl_media.control import SECRET_VARIABLE
from wasl_media.errors import MediaError
from wasl_media.worker import WorkerSettings, run_worker

if sys.platform == "win32":
    new_event_loop = asyncio.SelectorEventLoop
else:
    from uvloop import new_event_loop


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a worker to its end; returns the exit status."""
    logging.basicConfig(level=logging.WARNING, format="wasl_media %(levelname)s %(message)s")
    settings = _settings(arguments)
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        try:
            runner.run(run_worker(settings))
        except (MediaError, OSError) as error:
            print(error, file=sys.stderr)
            return 1
    return 0


def _settings(arguments: Sequence[str] | None) -> WorkerSettings:
    parser = argparse.ArgumentParser("python -m wasl_media", description="One media worker of a Wasl desk.")
    parser.add_argument("--control", default="127.0.0.1:0", metavar="HOST:PORT", help="control channel; port 0: any")
    parser.add_argument("--certificate", metavar="FILE", help="encrypts the channel: certificate and key, PEM")
    parser.add_argument("--udp-host", default="127.0.0.1", help="address to bind the media port on")
    parser.add_argument("--udp-port", type=int, default=0, help="media port; 0: any")
    parser.add_argument("--advertise", default="127.0.0.1", help="addresses for pages, with commas")
    parser.add_argument("--captions", default="", help="engines, as language=engine:path with commas")
    parser.add_argument("--clips", type=Path, metavar="FOLDER", help="WebM files to show to people who wait")
    given = parser.parse_args(arguments)
    host, _, port = given.control.rpartition(":")
    secret = os.environ.pop(SECRET_VARIABLE, "")
    if not secret:
        parser.error(f"the environment variable {SECRET_VARIABLE} must hold the channel's secret")
    if not port.isdigit():
        parser.error("--control takes HOST:PORT")
    try:
        addresses = [str(ip_address(address.strip())) for address in given.advertise.split(",")]
    except ValueError:
        parser.error("--advertise takes IPv4 and IPv6 addresses with commas between them")
    try:
        engines = read_engines(given.captions)
    except ValueError as error:
        parser.error(str(error))
    tls = None if given.certificate is None else ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    if tls is not None:
        tls.load_cert_chain(given.certificate)
    return WorkerSettings(host, int(port), given.udp_host, given.udp_port, addresses, secret, engines, tls, given.clips)


if __name__ == "__main__":
    sys.exit(main())
