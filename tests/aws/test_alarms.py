"""The alarms of a region, at the wire and against the demo's account, and what they watch."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lambdatui.aws.alarms import list_alarms
from lambdatui.aws.connection import Connection
from lambdatui.errors import AccessDenied, Throttled
from lambdatui.models.alarm import AnyAlarm, Watch, watches
from tests.support.alarms import TRANSITIONED_S, alarms, arn, composite, dimensions, math_alarm, metric_alarm, query
from tests.support.endpoint import ScriptedEndpoint, error

pytestmark = pytest.mark.usefixtures("impatient")

EXPRESSION = {"Id": "rate", "Expression": "errors / invocations", "Label": "error rate"}


async def listed(connection: Connection) -> list[AnyAlarm]:
    return [alarm async for page in list_alarms(connection) for alarm in page]


async def watching(connection: Connection, endpoint: ScriptedEndpoint, *found: dict[str, Any]) -> dict[str, Watch]:
    endpoint.on("cloudwatch", "DescribeAlarms", alarms(*found))
    read = await listed(connection)
    return {watch.alarm.alarm_name: watch for watch in watches(read, read)}


# -- the sweep


async def test_composite_alarms_are_asked_for_for_aws_leaves_them_out_otherwise(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("cloudwatch", "DescribeAlarms", alarms())
    assert await listed(connection) == []
    assert json.loads(endpoint.requests[0].body) == {"AlarmTypes": ["MetricAlarm", "CompositeAlarm"], "MaxRecords": 100}


async def test_a_region_is_one_sweep_of_pages(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    pages = alarms(metric_alarm("a"), more="2"), alarms(composite("b", "TRUE"), metric_alarm("c"))
    endpoint.on("cloudwatch", "DescribeAlarms", *pages)
    assert [alarm.alarm_name for alarm in await listed(connection)] == ["a", "c", "b"]
    assert [json.loads(seen.body).get("NextToken") for seen in endpoint.requests] == [None, "2"]


async def test_the_first_page_is_there_though_the_second_fails(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    endpoint.on("cloudwatch", "DescribeAlarms", alarms(metric_alarm("a"), more="2"), error("Throttling"))
    pages = list_alarms(connection)
    assert [alarm.alarm_name for alarm in await anext(pages)] == ["a"]
    with pytest.raises(Throttled):
        await anext(pages)


async def test_a_refusal_names_the_action(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("cloudwatch", "DescribeAlarms", error("AccessDenied", 403))
    with pytest.raises(AccessDenied, match="cloudwatch:DescribeAlarms"):
        await listed(connection)


async def test_the_state_is_as_old_as_its_last_change(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    found = await watching(connection, endpoint, metric_alarm("a"))
    assert found["a"].alarm.since_ms == TRANSITIONED_S * 1000


async def test_where_the_last_change_is_not_told_the_last_update_stands_for_it(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    found = await watching(connection, endpoint, metric_alarm("a", StateTransitionedTimestamp=None))
    assert found["a"].alarm.since_ms == (TRANSITIONED_S + 600) * 1000


# -- what an alarm watches


def errors(**named: str) -> dict[str, Any]:
    return metric_alarm("alarm", Dimensions=dimensions(**named))


def insights(source: str, **particular: Any) -> dict[str, Any]:
    """An alarm on a Metrics Insights query."""
    return math_alarm("alarm", {"Id": "q", "Expression": f"SELECT SUM(Errors) {source}", "Period": 60, **particular})


@pytest.mark.parametrize(
    ("alarm", "watched"),
    [
        (errors(FunctionName="orders"), ["orders"]),
        (errors(FunctionName="orders", Resource="orders:live"), ["orders:live"]),
        (errors(Resource="orders:live", ExecutedVersion="7", FunctionName="orders"), ["orders:live version 7"]),
        (errors(), []),
        (errors(EventSourceMappingUUID="0-1"), []),
        ({**errors(FunctionName="orders"), "Namespace": "Shop"}, []),
        (math_alarm("alarm", EXPRESSION, query("errors", "Errors", FunctionName="orders")), ["orders"]),
        (
            math_alarm(
                "alarm",
                query("errors", "Errors", FunctionName="orders"),
                query("invocations", "Invocations", FunctionName="orders"),
                query("theirs", "Errors", FunctionName="refunds", Resource="refunds:live"),
                EXPRESSION,
            ),
            ["orders", "refunds:live"],
        ),
        (math_alarm("alarm", EXPRESSION, query("errors", "Errors", "Shop", FunctionName="orders")), []),
        (math_alarm("alarm", EXPRESSION, query("e", "Errors", account="210987654321", FunctionName="orders")), []),
        (
            math_alarm("alarm", EXPRESSION, query("e", "Errors", account="123456789012", FunctionName="orders")),
            ["orders"],
        ),
        (math_alarm("alarm", EXPRESSION), []),
        (insights("FROM SCHEMA(\"AWS/Lambda\", FunctionName) WHERE FunctionName = 'orders'"), ["orders"]),
        (
            insights('from schema( "AWS/Lambda",FunctionName,Resource ) where "Resource"=\'orders:live\''),
            ["orders:live"],
        ),
        (insights('FROM "AWS/Lambda" GROUP BY FunctionName ORDER BY SUM() DESC'), ["every function"]),
        (insights("FROM \"AWS/Lambda\" WHERE FunctionName != 'orders'"), ["every function"]),
        (insights('FROM SCHEMA("AWS/EC2", InstanceId)'), []),
        (insights('FROM "AWS/Lambda"', AccountId="210987654321"), []),
    ],
    ids=[
        "a function",
        "an alias",
        "a version behind an alias, dimensions in any order",
        "the region",
        "an event source mapping",
        "a metric of somebody else",
        "metric math over one function",
        "metric math over two functions",
        "metric math over metrics of somebody else",
        "a function of another account",
        "a function of this account, by name",
        "an expression alone",
        "a query over one function",
        "a query over an alias, written otherwise",
        "a query over all functions",
        "a query over all functions but one",
        "a query over metrics of somebody else",
        "a query in another account",
    ],
)
async def test_a_metric_alarm_watches(
    connection: Connection, endpoint: ScriptedEndpoint, alarm: dict[str, Any], watched: list[str]
) -> None:
    found = await watching(connection, endpoint, alarm)
    assert [str(one) for one in found["alarm"].watched] == watched


async def test_an_alarm_that_watches_every_function_concerns_each_and_names_none(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    found = await watching(connection, endpoint, insights('FROM "AWS/Lambda"'), composite("over", "ALARM(alarm)"))
    assert found["over"].concerns("orders")
    assert found["over"].functions == ()


LEAVES = (
    metric_alarm("orders errors", "orders"),
    metric_alarm("refunds", "refunds"),
    metric_alarm("cpu", Namespace="AWS/EC2"),
)


@pytest.mark.parametrize(
    ("rule", "functions"),
    [
        ('ALARM("orders errors")', ("orders",)),
        ("ALARM(refunds)", ("refunds",)),
        (f'ALARM("{arn("orders errors")}")', ("orders",)),
        (f"ALARM({arn('refunds')})", ("refunds",)),
        ('OK("orders errors") AND NOT INSUFFICIENT_DATA(refunds)', ("orders", "refunds")),
        ('( ALARM ( "refunds" )\nOR ALARM(cpu) )', ("refunds",)),
        ('AT_LEAST(1, ALARM, ("orders errors", refunds, cpu))', ("orders", "refunds")),
        ('ALARM("refunds") OR OK("refunds")', ("refunds",)),
        ("ALARM(cpu)", ()),
        ("ALARM(deleted)", ()),
        ("TRUE", ()),
        ('ALARM("never closed', ()),
        ("", ()),
        ('ALARM("arn:aws:cloudwatch:eu-west-1:210987654321:alarm:refunds")', ()),
        ('ALARM("say \\"ALARM(refunds)\\"")', ()),
    ],
)
async def test_a_composite_alarm_watches_what_the_alarms_in_its_rule_watch(
    connection: Connection, endpoint: ScriptedEndpoint, rule: str, functions: tuple[str, ...]
) -> None:
    found = await watching(connection, endpoint, *LEAVES, composite("shop", rule))
    assert found["shop"].functions == functions


async def test_a_quotation_mark_in_the_name_of_an_alarm_is_no_end_of_it(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    found = await watching(
        connection, endpoint, metric_alarm('say "orders"', "orders"), composite("shop", 'ALARM("say \\"orders\\"")')
    )
    assert found["shop"].functions == ("orders",)


async def test_an_alarm_over_an_alarm_over_an_alarm_watches_its_function(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    found = await watching(
        connection, endpoint, composite("top", "ALARM(middle)"), composite("middle", "OK(refunds)"), *LEAVES
    )
    assert found["top"].functions == ("refunds",)


async def test_rules_that_go_in_a_circle_are_followed_once(connection: Connection, endpoint: ScriptedEndpoint) -> None:
    found = await watching(
        connection,
        endpoint,
        composite("a", "ALARM(b) OR ALARM(a)"),
        composite("b", "ALARM(a) OR ALARM(refunds)"),
        *LEAVES,
    )
    assert (found["a"].functions, found["b"].functions) == (("refunds",), ("refunds",))


async def test_a_chain_of_a_thousand_composites_is_followed_to_its_end(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    chain = [composite(f"c{number}", f"ALARM(c{number + 1})") for number in range(1000)]
    found = await watching(connection, endpoint, *chain, metric_alarm("c1000", "orders"))
    assert found["c0"].functions == ("orders",)


async def test_an_alarm_that_says_nothing_of_itself_watches_nothing(
    connection: Connection, endpoint: ScriptedEndpoint
) -> None:
    found = await watching(connection, endpoint, {"AlarmName": "bare"})
    assert (found["bare"].watched, found["bare"].alarm.since_ms, found["bare"].alarm.muted) == ((), None, False)


# -- the demo


async def test_the_alarms_of_the_demo_watch_the_functions_they_were_made_for(demo: Connection) -> None:
    read = await listed(demo)
    found = {watch.alarm.alarm_name: [str(one) for one in watch.watched] for watch in watches(read, read)}
    assert found["payments-processor-errors"] == ["payments-processor:live"]
    assert found["shop-unwell"] == ["payments-processor:live", "search-query"]
    assert found["lost-events-not-empty"] == []
