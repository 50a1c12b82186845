"""Whom an encrypted connection trusts."""

from __future__ import annotations

import ssl
from pathlib import Path

from botocore.httpsession import where

from lambdatui.aws.connection import Connection
from tests.aws.conftest import Connect
from tests.support.machine import Machine


async def trusted(connection: Connection, service: str) -> ssl.SSLContext:
    client = await connection.client(service)
    context, of_proxy = client._endpoint.http_session._build_ssl_contexts(None)
    assert of_proxy is None
    return context


def one_authority(folder: Path) -> Path:
    """A bundle of nothing but the first authority of botocore's."""
    first, end, _ = Path(where()).read_text().partition("-----END CERTIFICATE-----\n")
    bundle = folder / "office.pem"
    bundle.write_text(first + end)
    return bundle


async def test_the_authorities_are_read_once_for_all_services_and_regions(connection: Connection) -> None:
    first = await trusted(connection, "lambda")
    assert await trusted(connection, "logs") is first
    assert await trusted(connection.in_region("eu-west-1"), "lambda") is first


async def test_a_server_must_show_its_own_name_by_an_authority(connection: Connection) -> None:
    context = await trusted(connection, "lambda")
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


async def test_the_machines_own_bundle_takes_the_place_of_aws_authorities(
    connect: Connect, machine: Machine, tmp_path: Path
) -> None:
    machine.set("AWS_CA_BUNDLE", str(one_authority(tmp_path)))
    context = await trusted(connect(), "lambda")
    assert len(context.get_ca_certs()) == 1
