"""What CodeDeploy does to aliases, at the wire (facts 10.4)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lambdatui.aws.codedeploy import (
    get_alias_deployment,
    get_group,
    get_target,
    groups_of,
    list_alias_deployments,
    list_groups,
    list_under_way,
)
from lambdatui.aws.connection import Connection
from lambdatui.errors import AccessDenied, RequestRefused
from lambdatui.insight.appspec import AppSpec
from lambdatui.models.codedeploy import LambdaFunctionInfo
from tests.support.codedeploy import CREATED_S, CodeDeploy, group, target
from tests.support.endpoint import ScriptedEndpoint, error

pytestmark = pytest.mark.usefixtures("impatient")


@pytest.fixture
def codedeploy(endpoint: ScriptedEndpoint) -> CodeDeploy:
    return CodeDeploy(endpoint)


def waiting(codedeploy: CodeDeploy, deployment_id: str, spec: AppSpec) -> None:
    """A deployment that has not started: AWS tells of its AppSpec the SHA-256 alone."""
    content = spec.revision["appSpecContent"]
    codedeploy.revisions[content["sha256"]] = content["content"]
    revision = {"revisionType": "AppSpecContent", "appSpecContent": {"sha256": content["sha256"]}}
    codedeploy.deploy(deployment_id, status="Created", revision=revision)
    del codedeploy.targets[deployment_id]


SPEC = AppSpec(function="orders", alias="live", current="1", target="2")


async def of_live(connection: Connection) -> list[str]:
    return [each.info.deployment_id for each in await list_alias_deployments(connection, "orders", "live")]


async def test_where_nothing_is_under_way_one_request_tells(
    connection: Connection, endpoint: ScriptedEndpoint, codedeploy: CodeDeploy
) -> None:
    codedeploy.deploy("d-0")
    codedeploy.end("d-0")
    assert await of_live(connection) == []
    assert endpoint.operations == ["codedeploy:ListDeployments"]


async def test_every_page_is_read_and_told_of_25_at_a_time(
    connection: Connection, endpoint: ScriptedEndpoint, codedeploy: CodeDeploy
) -> None:
    for number in range(31):
        codedeploy.deploy(f"d-{number}")
    assert len(await list_under_way(connection)) == 31
    batches = [json.loads(seen.body)["deploymentIds"] for seen in endpoint.requests if "Batch" in seen.operation]
    assert ([len(batch) for batch in batches], endpoint.counts["codedeploy:ListDeployments"]) == ([25, 6], 4)


async def test_a_deployment_to_servers_is_no_matter_of_aliases(connection: Connection, codedeploy: CodeDeploy) -> None:
    codedeploy.deploy("d-0", computePlatform="Server")
    assert await list_under_way(connection) == ()


async def test_what_ended_while_it_was_read_is_not_under_way(
    connection: Connection, endpoint: ScriptedEndpoint, codedeploy: CodeDeploy
) -> None:
    codedeploy.deploy("d-0")
    listing = codedeploy._answer

    def ended(seen: Any) -> Any:
        answer = listing(seen)
        codedeploy.end("d-0")
        return answer

    endpoint.on("codedeploy", "ListDeployments", ended)
    assert await list_under_way(connection) == ()


async def test_only_a_deployment_of_the_very_alias_counts(connection: Connection, codedeploy: CodeDeploy) -> None:
    codedeploy.deploy("d-0", target(alias="beta"))
    codedeploy.deploy("d-1", target(function="orders-export"))
    codedeploy.deploy("d-2")
    assert await of_live(connection) == ["d-2"]


async def test_a_function_told_by_its_arn_is_the_same(connection: Connection, codedeploy: CodeDeploy) -> None:
    codedeploy.deploy("d-0", target("arn:aws:lambda:us-east-1:123456789012:function:orders"))
    assert await of_live(connection) == ["d-0"]


async def test_how_far_it_is_comes_with_it(connection: Connection, codedeploy: CodeDeploy) -> None:
    codedeploy.deploy("d-0")
    [deployment] = await list_alias_deployments(connection, "orders", "live")
    assert deployment.target.stage == "AllowTraffic InProgress"
    assert deployment.target.lambda_function_info.target_version_weight == 10


async def test_one_that_failed_says_why_when_and_what_takes_it_back(
    connection: Connection, codedeploy: CodeDeploy
) -> None:
    codedeploy.deploy("d-1", completeTime=CREATED_S + 90, rollbackInfo={"rollbackDeploymentId": "d-2"})
    why = {"code": "ALARM_ACTIVE", "message": "orders-errors went off"}
    codedeploy.end("d-1", "Failed", errorInformation=why, deploymentStatusMessages=["stopped by an alarm"])
    info = (await get_alias_deployment(connection, "d-1")).info
    assert (info.under_way, info.taken_back_by) == (False, "d-2")
    assert info.why == "ALARM_ACTIVE: orders-errors went off; stopped by an alarm"
    assert info.create_time and info.complete_time
    assert (info.complete_time - info.create_time).total_seconds() == 90


async def test_one_that_has_not_started_is_known_by_its_revision(
    connection: Connection, codedeploy: CodeDeploy
) -> None:
    waiting(codedeploy, "d-0", SPEC)
    [deployment] = await list_alias_deployments(connection, "orders", "live")
    assert deployment.target.lambda_function_info == LambdaFunctionInfo(
        function_name="orders", function_alias="live", current_version="1", target_version="2"
    )


async def test_one_that_has_not_started_and_whose_revision_lies_in_s3_has_no_target_yet(
    connection: Connection, codedeploy: CodeDeploy
) -> None:
    codedeploy.deploy("d-0", status="Queued", revision={"revisionType": "S3", "s3Location": {"bucket": "b"}})
    del codedeploy.targets["d-0"]
    [deployment] = await list_under_way(connection)
    assert (await get_target(connection, deployment)).lambda_function_info == LambdaFunctionInfo.from_app_spec("")


async def test_another_refusal_than_not_started_is_told(
    connection: Connection, endpoint: ScriptedEndpoint, codedeploy: CodeDeploy
) -> None:
    codedeploy.deploy("d-0")
    endpoint.on("codedeploy", "ListDeploymentTargets", error("DeploymentDoesNotExistException", 400, "it is gone"))
    with pytest.raises(RequestRefused, match="it is gone"):
        await of_live(connection)


async def test_a_refusal_names_the_permission(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("codedeploy", "ListDeployments", error("AccessDeniedException"))
    with pytest.raises(AccessDenied, match="codedeploy:ListDeployments"):
        await of_live(connection)


async def test_groups_are_those_of_applications_for_lambda(
    connection: Connection, endpoint: ScriptedEndpoint, codedeploy: CodeDeploy
) -> None:
    codedeploy.groups = [group(f"g-{number}") for number in range(27)] + [group("other", "refunds")]
    codedeploy.servers = ("website",)
    groups = [str(each) for each in await list_groups(connection)]
    assert groups == [*(f"orders / g-{number}" for number in range(27)), "refunds / other"]
    asked = [json.loads(seen.body)["applicationName"] for seen in endpoint.requests if "Groups" in seen.operation]
    assert "website" not in asked


async def test_a_group_that_deployed_the_alias_last_is_its_own(connection: Connection, codedeploy: CodeDeploy) -> None:
    codedeploy.groups = [group("fresh"), group("beta", last="d-0"), group("live", last="d-1")]
    codedeploy.deploy("d-0", target(alias="beta"), status="Succeeded")
    codedeploy.deploy("d-1", status="Succeeded")
    groups = await list_groups(connection)
    assert [str(each) for each in await groups_of(connection, "orders", "live", groups)] == ["orders / live"]


async def test_a_last_deployment_that_is_kept_no_more_says_nothing_of_its_group(
    connection: Connection, endpoint: ScriptedEndpoint, codedeploy: CodeDeploy
) -> None:
    codedeploy.groups = [group("live", last="d-1")]
    endpoint.on("codedeploy", "GetDeployment", error("DeploymentDoesNotExistException", 400, "it is gone"))
    assert await groups_of(connection, "orders", "live", await list_groups(connection)) == ()


async def test_a_group_that_is_not_there_is_refused_in_awss_words(
    connection: Connection, codedeploy: CodeDeploy
) -> None:
    with pytest.raises(RequestRefused, match="no deployment group found"):
        await get_group(connection, "orders", "nowhere")
