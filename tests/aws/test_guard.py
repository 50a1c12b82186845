"""The gate, held against botocore's own models and driven through real clients."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore.session import Session

from lambdatui.aws.guard import BILLED_READS, CHANGES, READS, SESSION_SETUP
from lambdatui.errors import BilledReadOff, ConsoleError, ReadOnly
from tests.aws.conftest import Connect
from tests.support.endpoint import Answer, ScriptedEndpoint, json_answer
from tests.support.machine import Machine
from tests.support.parameters import least_parameters

LISTS = {"read": READS, "billed": BILLED_READS, "set-up": SESSION_SETUP, "change": CHANGES}
SERVICES = sorted(READS)


@pytest.fixture(scope="session")
def models() -> Session:
    return Session()


def listed(service: str) -> frozenset[str]:
    return frozenset().union(*(names.get(service, frozenset()) for names in (READS, BILLED_READS, SESSION_SETUP)))


@pytest.mark.parametrize("kind", LISTS)
def test_every_listed_operation_exists_in_botocores_model(models: Session, kind: str) -> None:
    for service, names in LISTS[kind].items():
        assert names <= set(models.get_service_model(service).operation_names), service


def test_lambdas_list_is_what_the_model_calls_read_only_save_the_sdks_own_call(models: Session) -> None:
    model = models.get_service_model("lambda")
    reads = {name for name in model.operation_names if model.operation_model(name)._operation_model.get("readonly")}
    assert reads - READS["lambda"] == {"GetDurableExecutionState"}
    assert READS["lambda"] <= reads


def test_no_operation_is_listed_twice() -> None:
    pairs = [(s, name) for names_of in LISTS.values() for s, names in names_of.items() for name in names]
    assert len(pairs) == len(set(pairs))


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("lambda", "Invoke"),
        ("lambda", "GetDurableExecutionState"),
        ("sqs", "ReceiveMessage"),
        ("kinesis", "GetRecords"),
        ("apigateway", "TestInvokeMethod"),
        ("iam", "GenerateServiceLastAccessedDetails"),
        ("cloudtrail", "StartQuery"),
        ("kms", "Decrypt"),
    ],
)
def test_what_only_sounds_like_a_read_is_not_listed(service: str, operation: str) -> None:
    assert operation not in listed(service)


@pytest.mark.parametrize("service", SERVICES)
async def test_every_unlisted_operation_is_refused_before_it_is_sent(
    connect: Connect, endpoint: ScriptedEndpoint, service: str
) -> None:
    connection = connect(read_only=True)
    client = await connection.client(service)
    model = client.meta.service_model
    let_through = []
    for name in set(model.operation_names) - listed(service):
        try:
            await client._make_api_call(name, least_parameters(model.operation_model(name).input_shape))
        except ReadOnly:
            continue
        let_through.append(name)
    assert (let_through, endpoint.operations, connection.requests_sent) == ([], [], 0)


async def test_every_listed_read_of_lambda_is_sent(connect: Connect, endpoint: ScriptedEndpoint) -> None:
    connection = connect(read_only=True)
    endpoint.on("lambda", "*", json_answer({}))
    model = (await connection.client("lambda")).meta.service_model
    for name in READS["lambda"]:
        await connection.call("lambda", name, **least_parameters(model.operation_model(name).input_shape))
    assert set(endpoint.operations) == {f"lambda:{name}" for name in READS["lambda"]}


@pytest.mark.parametrize("operation", sorted(BILLED_READS["logs"]))
@pytest.mark.parametrize("read_only", [True, False])
async def test_a_billed_read_is_refused_where_the_settings_do_not_allow_it(
    connect: Connect, endpoint: ScriptedEndpoint, operation: str, read_only: bool
) -> None:
    connection = connect(read_only=read_only, billed_reads=False)
    model = (await connection.client("logs")).meta.service_model
    with pytest.raises(BilledReadOff, match=f"logs:{operation}.*billed_reads_when_read_only"):
        await connection.call("logs", operation, **least_parameters(model.operation_model(operation).input_shape))
    assert endpoint.operations == []


async def test_a_billed_read_is_sent_in_read_only_mode_where_the_settings_allow_it(
    connect: Connect, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("logs", "StartQuery", json_answer({"queryId": "1"}))
    asked = {"startTime": 0, "endTime": 1, "queryString": "fields @message", "logGroupName": "g"}
    await connect(read_only=True).call("logs", "StartQuery", **asked)
    assert endpoint.operations == ["logs:StartQuery"]


def unmasking(models: Session) -> Iterator[str]:
    model = models.get_service_model("logs")
    for name in model.operation_names:
        shape = model.operation_model(name).input_shape
        if shape and "unmask" in shape.members and name in listed("logs"):
            yield name


@pytest.mark.parametrize("operation", sorted(unmasking(Session())))
async def test_masked_log_data_is_not_unmasked_in_read_only_mode(
    connect: Connect, endpoint: ScriptedEndpoint, operation: str
) -> None:
    connection = connect(read_only=True)
    endpoint.on("logs", "*", json_answer({}))
    shape = (await connection.client("logs")).meta.service_model.operation_model(operation).input_shape
    with pytest.raises(ReadOnly):
        await connection.call("logs", operation, **least_parameters(shape), unmask=True)
    await connection.call("logs", operation, **least_parameters(shape), unmask=False)
    assert endpoint.operations == [f"logs:{operation}"]


async def test_a_change_is_sent_where_the_connection_is_not_read_only(
    connect: Connect, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("lambda", "DeleteFunction", Answer(status=204))
    await connect().call("lambda", "DeleteFunction", FunctionName="f")
    assert endpoint.operations == ["lambda:DeleteFunction"]


async def test_the_refusal_names_the_operation(connect: Connect) -> None:
    with pytest.raises(ReadOnly, match="lambda:DeleteFunction was not sent"):
        await connect(read_only=True).call("lambda", "DeleteFunction", FunctionName="f")


async def test_the_clients_that_fetch_credentials_pass_the_same_gate(
    connect: Connect, endpoint: ScriptedEndpoint, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.set("AWS_ENDPOINT_URL", endpoint.url)
    machine.config("[profile base]\n[profile deploy]\nrole_arn=arn:aws:iam::123456789012:role/d\nsource_profile=base\n")
    machine.credentials("[base]\naws_access_key_id=AKIAEXAMPLE\naws_secret_access_key=example\n")
    monkeypatch.setattr("lambdatui.aws.guard.SESSION_SETUP", {})
    with pytest.raises(ConsoleError, match="sts:AssumeRole was not sent"):
        await connect(profile="deploy", read_only=True).call("lambda", "ListFunctions")
    assert endpoint.operations == []
