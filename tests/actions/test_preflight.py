"""What is looked at before a shift, at the wire: each verdict with its evidence, and each by itself."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from lambdatui.actions.preflight import LOOKS, Check, preflight
from lambdatui.aws.connection import Connection
from lambdatui.errors import NotFound
from tests.support.alarms import alarms, dimensions, metric_alarm
from tests.support.codedeploy import CodeDeploy, target
from tests.support.endpoint import ACCOUNT, Answer, ScriptedEndpoint, Seen, error, json_answer, xml_answer, xml_error
from tests.support.metrics import result
from tests.support.releases import NO_POLICY, policy, provisioned, url
from tests.support.split_alias import SplitAlias

pytestmark = pytest.mark.usefixtures("impatient")

DENIED = error("AccessDeniedException", 403)
VERSIONS, ALIKE = "both versions published and Active", "same role and dead-letter queue"
STATEMENT = {"Sid": "s3", "Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}}


@pytest.fixture
def live(endpoint: ScriptedEndpoint) -> SplitAlias:
    """Nothing speaks against a shift of ``orders:live`` from version 1 to 2."""
    alias = SplitAlias()
    alias.behind(endpoint)
    CodeDeploy(endpoint)
    endpoint.on("lambda", "ListTags", json_answer({"Tags": {}}))
    endpoint.on("lambda", "ListEventSourceMappings", mappings("live"))
    endpoint.on("lambda", "ListFunctionUrlConfigs", json_answer({"FunctionUrlConfigs": []}))
    endpoint.on("lambda", "GetPolicy", NO_POLICY)
    endpoint.on("cloudwatch", "GetMetricData", invocations(1_200))
    endpoint.on("cloudwatch", "DescribeAlarms", alarms(metric_alarm("orders-errors", "orders")))
    return alias


def mappings(*qualifiers: str, state: str = "Enabled") -> Answer:
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:orders"
    found = [{"UUID": f"uuid-{each}", "FunctionArn": f"{arn}:{each}", "State": state} for each in qualifiers]
    return json_answer({"EventSourceMappings": found})


def invocations(count: float, code: str = "Complete") -> Any:
    """So many in the last hour."""

    def answer(seen: Seen) -> Answer:
        [query] = json.loads(seen.body)["MetricDataQueries"]
        points = {1_795_212_000_000: count} if count else {}
        return json_answer({"MetricDataResults": [result(query["Id"], points, code)]})

    return answer


def stack(status: str) -> Answer:
    return xml_answer(
        '<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult>'
        f"<Stacks><member><StackName>shop</StackName><StackStatus>{status}</StackStatus>"
        "<CreationTime>2026-11-20T10:11:12Z</CreationTime></member></Stacks>"
        "</DescribeStacksResult></DescribeStacksResponse>"
    )


async def checks(connection: Connection, new: str = "2") -> dict[str, Check]:
    found = await preflight(connection, "orders", "live", new)
    return {check.title: check for check in found}


async def verdict(connection: Connection, title: str, new: str = "2") -> tuple[str, str]:
    check = (await checks(connection, new))[title]
    return check.verdict, check.evidence


async def test_where_nothing_speaks_against_it_every_check_passes_with_its_evidence(
    connection: Connection, live: SplitAlias
) -> None:
    found = await checks(connection)
    assert {title: check.verdict for title, check in found.items()} == dict.fromkeys(LOOKS, "pass")
    assert {title: check.evidence for title, check in found.items()} == {
        "all traffic on one version": "version 1 has all of it",
        "RevisionId known": "00000000-0000-0000-0000-000000000001, which the first change names",
        "both versions published and Active": "version 1 is Active, version 2 is Active",
        "same role and dead-letter queue": "role orders; no dead letters",
        "no provisioned concurrency": "none on the alias",
        "no CodeDeploy deployment": "none is under way",
        "no CloudFormation update": "the function is of no stack",
        "invoked": "1,200 times in the last hour",
        "something calls the alias": "an event source mapping",
        "alarms watch it": "orders-errors watches it",
    }


async def test_what_speaks_against_it_comes_first(
    connection: Connection, endpoint: ScriptedEndpoint, live: SplitAlias
) -> None:
    live.versions["2"] = {"State": "Pending"}
    endpoint.on("cloudwatch", "GetMetricData", invocations(0))
    endpoint.on("cloudwatch", "DescribeAlarms", DENIED)
    found = [(check.verdict, check.title) for check in await preflight(connection, "orders", "live", "2")]
    assert found[:3] == [("fail", VERSIONS), ("warn", "invoked"), ("unknown", "alarms watch it")]
    assert {verdict for verdict, _ in found[3:]} == {"pass"}


async def test_only_reads_are_sent_and_each_version_is_read_once(
    connection: Connection, endpoint: ScriptedEndpoint, live: SplitAlias
) -> None:
    await checks(connection)
    assert endpoint.counts["lambda:GetFunction"] == 2
    assert set(endpoint.counts.values()) <= {1, 2}


async def test_without_the_alias_there_is_no_preflight(connection: Connection, live: SplitAlias) -> None:
    live.gone = True
    with pytest.raises(NotFound):
        await checks(connection)


async def test_an_alias_that_is_divided_already_fails(connection: Connection, live: SplitAlias) -> None:
    live.change("1", v3=0.25)
    told = "it is divided already, 25 % on version 3, 75 % on version 1: give all to one version first"
    assert await verdict(connection, "all traffic on one version") == ("fail", told)


async def test_a_weight_of_one_on_the_additional_version_is_told_as_what_it_is(
    connection: Connection, live: SplitAlias
) -> None:
    live.change("2", v1=1.0)
    found, told = await verdict(connection, "all traffic on one version")
    assert (found, told.partition(" by ")[0]) == ("fail", "all traffic is on version 1")


@pytest.mark.parametrize(
    ("new", "particular", "told"),
    [
        ("1", {}, ("fail", "version 1 has the traffic already")),
        ("$LATEST", {}, ("fail", "$LATEST is not published")),
        ("9", {}, ("fail", "orders has no version 9")),
        ("2", {"State": "Failed"}, ("fail", "version 2 is Failed, not Active")),
        (
            "2",
            {"LastUpdateStatus": "InProgress"},
            ("fail", "version 2's last update is InProgress, not Successful"),
        ),
        ("2", {"State": "Inactive"}, ("warn", "version 2 is Inactive: the first invocation of it fails")),
    ],
    ids=["same", "latest", "missing", "failed", "updating", "inactive"],
)
async def test_a_version_that_cannot_have_traffic_is_named(
    connection: Connection, live: SplitAlias, new: str, particular: dict[str, str], told: tuple[str, str]
) -> None:
    live.versions["2"] = particular
    assert await verdict(connection, "both versions published and Active", new) == told


@pytest.mark.parametrize(
    ("particular", "told"),
    [
        ({"Role": f"arn:aws:iam::{ACCOUNT}:role/other"}, "different execution roles"),
        ({"DeadLetterConfig": {"TargetArn": "arn:aws:sqs:us-east-1:1:dead"}}, "different dead-letter queues"),
    ],
    ids=["role", "dead letters"],
)
async def test_versions_that_may_not_share_an_alias_fail(
    connection: Connection, live: SplitAlias, particular: dict[str, Any], told: str
) -> None:
    live.versions["2"] = particular
    found, evidence = await verdict(connection, "same role and dead-letter queue")
    assert found == "fail"
    assert told in evidence


async def test_provisioned_concurrency_on_the_alias_is_warned_of_with_what_follows(
    connection: Connection, endpoint: ScriptedEndpoint, live: SplitAlias
) -> None:
    endpoint.on("lambda", "ListProvisionedConcurrencyConfigs", provisioned("live", "READY"))
    found, told = await verdict(connection, "no provisioned concurrency")
    assert (found, told.partition(":")[0]) == ("warn", "10 on the alias")


async def test_provisioned_concurrency_elsewhere_is_no_matter(
    connection: Connection, endpoint: ScriptedEndpoint, live: SplitAlias
) -> None:
    endpoint.on("lambda", "ListProvisionedConcurrencyConfigs", provisioned("beta", "READY"))
    assert (await verdict(connection, "no provisioned concurrency"))[0] == "pass"


async def test_a_deployment_under_way_fails_and_says_what_to_do(
    connection: Connection, endpoint: ScriptedEndpoint, live: SplitAlias
) -> None:
    CodeDeploy(endpoint).deploy("d-0", target(new="3"))
    found, told = await verdict(connection, "no CodeDeploy deployment")
    assert found == "fail"
    assert told.startswith("d-0 is InProgress, version 1 to 3")
    assert "stop the CodeDeploy deployment first" in told


@pytest.mark.parametrize(
    ("status", "found"),
    [
        ("UPDATE_IN_PROGRESS", "fail"),
        ("UPDATE_ROLLBACK_IN_PROGRESS", "fail"),
        ("UPDATE_COMPLETE", "pass"),
        ("REVIEW_IN_PROGRESS", "pass"),
    ],
)
async def test_a_stack_that_is_being_updated_owns_the_alias(
    connection: Connection, endpoint: ScriptedEndpoint, live: SplitAlias, status: str, found: str
) -> None:
    endpoint.on("lambda", "ListTags", json_answer({"Tags": {"aws:cloudformation:stack-name": "shop"}}))
    endpoint.on("cloudformation", "DescribeStacks", stack(status))
    judged, told = await verdict(connection, "no CloudFormation update")
    assert (judged, told.partition(status)[0]) == (found, "stack shop is ")


async def test_a_stack_that_may_not_be_looked_at_is_named_and_unknown(
    connection: Connection, endpoint: ScriptedEndpoint, live: SplitAlias
) -> None:
    endpoint.on("lambda", "ListTags", json_answer({"Tags": {"aws:cloudformation:stack-name": "shop"}}))
    endpoint.on("cloudformation", "DescribeStacks", xml_error("AccessDenied", 403))
    told = "stack shop may be setting the alias now: not permitted: cloudformation:DescribeStacks"
    assert await verdict(connection, "no CloudFormation update") == ("unknown", told)


@pytest.mark.parametrize(
    ("count", "code", "found"),
    [(0, "Complete", "warn"), (0, "Forbidden", "unknown"), (7, "PartialData", "pass")],
)
async def test_an_alias_that_nobody_invokes_cannot_be_judged(
    connection: Connection, endpoint: ScriptedEndpoint, live: SplitAlias, count: float, code: str, found: str
) -> None:
    endpoint.on("cloudwatch", "GetMetricData", invocations(count, code))
    assert (await verdict(connection, "invoked"))[0] == found


async def test_the_invocations_are_those_of_the_alias_in_the_last_hour(
    connection: Connection, endpoint: ScriptedEndpoint, live: SplitAlias
) -> None:
    await checks(connection)
    [asked] = [json.loads(seen.body) for seen in endpoint.requests if seen.operation == "GetMetricData"]
    [query] = asked["MetricDataQueries"]
    assert query["MetricStat"]["Metric"]["Dimensions"] == dimensions(FunctionName="orders", Resource="orders:live")
    assert asked["EndTime"] - asked["StartTime"] == 3_600


@pytest.mark.parametrize(
    ("operation", "answer", "told"),
    [
        ("ListEventSourceMappings", mappings("live"), "an event source mapping"),
        ("ListFunctionUrlConfigs", url("live"), "a function URL"),
        ("GetPolicy", policy(STATEMENT), "a resource policy lets others call it"),
    ],
)
async def test_any_of_its_callers_is_enough_even_where_the_others_may_not_be_seen(
    connection: Connection, endpoint: ScriptedEndpoint, live: SplitAlias, operation: str, answer: Answer, told: str
) -> None:
    for each in ("ListEventSourceMappings", "ListFunctionUrlConfigs", "GetPolicy"):
        endpoint.on("lambda", each, answer if each == operation else DENIED)
    assert await verdict(connection, "something calls the alias") == ("pass", told)


async def test_callers_of_the_function_or_another_alias_do_not_call_this_one(
    connection: Connection, endpoint: ScriptedEndpoint, live: SplitAlias
) -> None:
    endpoint.on("lambda", "ListEventSourceMappings", mappings("beta"))
    endpoint.on("lambda", "ListFunctionUrlConfigs", url("beta"))
    assert (await verdict(connection, "something calls the alias"))[0] == "warn"


async def test_a_mapping_that_is_disabled_does_not_call(
    connection: Connection, endpoint: ScriptedEndpoint, live: SplitAlias
) -> None:
    endpoint.on("lambda", "ListEventSourceMappings", mappings("live", state="Disabled"))
    assert (await verdict(connection, "something calls the alias"))[0] == "warn"


async def test_that_an_alarm_is_off_already_is_warned_of(
    connection: Connection, endpoint: ScriptedEndpoint, live: SplitAlias
) -> None:
    endpoint.on(
        "cloudwatch", "DescribeAlarms", alarms(metric_alarm("calm", "orders"), metric_alarm("loud", "orders", "ALARM"))
    )
    assert await verdict(connection, "alarms watch it") == ("warn", "in ALARM already: loud")


@pytest.mark.parametrize(
    ("resource", "found"), [("orders:live", "pass"), ("orders", "pass"), ("orders:beta", "warn"), ("orders:7", "warn")]
)
async def test_an_alarm_on_another_release_does_not_watch_the_alias(
    connection: Connection, endpoint: ScriptedEndpoint, live: SplitAlias, resource: str, found: str
) -> None:
    told = dimensions(FunctionName="orders", Resource=resource)
    endpoint.on("cloudwatch", "DescribeAlarms", alarms(metric_alarm("a", Dimensions=told)))
    assert (await verdict(connection, "alarms watch it"))[0] == found


FORBIDDEN = {
    "lambda:GetFunction": ("both versions published and Active", "same role and dead-letter queue"),
    "lambda:ListProvisionedConcurrencyConfigs": ("no provisioned concurrency",),
    "codedeploy:ListDeployments": ("no CodeDeploy deployment",),
    "lambda:ListTags": ("no CloudFormation update",),
    "cloudwatch:GetMetricData": ("invoked",),
    "cloudwatch:DescribeAlarms": ("alarms watch it",),
}


@pytest.mark.parametrize("action", FORBIDDEN)
async def test_what_may_not_be_seen_is_unknown_by_itself_and_names_the_permission(
    connection: Connection, endpoint: ScriptedEndpoint, live: SplitAlias, action: str
) -> None:
    endpoint.on(*action.split(":"), DENIED)
    found = await checks(connection)
    unknown = {title: check.evidence for title, check in found.items() if check.verdict != "pass"}
    assert unknown == dict.fromkeys(FORBIDDEN[action], f"not permitted: {action}")


@pytest.mark.parametrize("silent", [("cloudwatch", "GetMetricData"), ("lambda", "GetFunction")], ids=["one", "shared"])
async def test_who_does_not_answer_holds_no_other_check_up_and_is_unknown(
    silent: tuple[str, str],
    connection: Connection,
    live: SplitAlias,
    endpoint: ScriptedEndpoint,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await checks(connection)  # its clients are made, which takes longer than all that follows
    monkeypatch.setattr("lambdatui.actions.preflight.PATIENCE_S", 1.0)
    endpoint.on(*silent, Answer(after=asyncio.Event()))
    found = await checks(connection)
    unknown = {title for title, check in found.items() if check.verdict == "unknown"}
    assert unknown == ({"invoked"} if silent[0] == "cloudwatch" else {VERSIONS, ALIKE})
    assert {found[title].evidence for title in unknown} == {"no answer within 1 s"}


async def test_callers_that_may_not_be_seen_are_unknown_where_none_is_found(
    connection: Connection, endpoint: ScriptedEndpoint, live: SplitAlias
) -> None:
    endpoint.on("lambda", "ListEventSourceMappings", mappings())
    endpoint.on("lambda", "GetPolicy", DENIED)
    told = ("unknown", "not permitted: lambda:GetPolicy")
    assert await verdict(connection, "something calls the alias") == told
