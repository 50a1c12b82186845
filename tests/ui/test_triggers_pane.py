"""The triggers of a function: what is found where, what its sources say, and what could not be read."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from lambdatui.demo.endpoint import DemoEndpoint
from lambdatui.models.trigger import Trigger
from lambdatui.ui.panes import TABS
from lambdatui.ui.panes.triggers import TriggersPane
from tests.support.endpoint import Answer, ScriptedEndpoint, error, json_answer, xml_answer, xml_error
from tests.support.mappings import FUNCTION, mapping, mappings, of_function
from tests.support.releases import NO_POLICY, alias, aliases, policy
from tests.support.triggers import (
    DEAD,
    RULE,
    TOPIC,
    a_queue,
    many_triggers,
    metrics,
    policies,
    statement,
    url,
)
from tests.ui.answers import one_function
from tests.ui.conftest import Clock, MakeConsole
from tests.ui.stage import NARROW, WIDE, Stage, on_stage
from tests.ui.test_looks import Compare, until
from tests.ui.test_looks import shown as shown_on

TAB = str([entry.id for entry in TABS].index("triggers") + 1)
BROAD = (190, 40)
"""Whole sentences fit into a row."""
DENIED = error("AccessDeniedException", 403)
BROKEN = error("ServiceException", 500)
METRICS = "cloudwatch:GetMetricData"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lambdatui.ui.panes.reading_pane.REST_S", 0.0)
    monkeypatch.setattr("lambdatui.ui.panes.reading_pane.WATCH_S", 0.02)


@pytest.fixture
def account(endpoint: ScriptedEndpoint) -> ScriptedEndpoint:
    """One function with a trigger from each of the three places."""
    one_function(endpoint)
    many_triggers(endpoint)
    return endpoint


def shown(stage: Stage) -> Sequence[Trigger]:
    return stage.app.screen_stack[0].query_one(TriggersPane).table.shown


def row(stage: Stage, source: str) -> str:
    """The row of a source, as it is drawn."""
    return next((line for line in stage.text.splitlines() if line.strip().startswith(source)), "")


async def open_triggers(stage: Stage) -> None:
    await stage.wait_until_read()
    await stage.press(TAB)
    await stage.wait_for("SOURCE")


async def open_trigger(stage: Stage, source: str) -> None:
    """Opens the detail of one row."""
    await stage.wait_for(lambda: row(stage, source))
    trigger = next(one for one in shown(stage) if one.source == source)
    stage.app.screen.query_one(TriggersPane).table.move_to(trigger.key)
    await stage.press("enter")


# -- what is found


async def test_triggers_come_from_all_three_places(console: MakeConsole, account: ScriptedEndpoint) -> None:
    async with on_stage(console(account.url), BROAD) as stage:
        await open_triggers(stage)
        await stage.wait_for("Triggers 4")
        assert {(one.what, str(one.kind), one.qualifier) for one in shown(stage)} == {
            ("SQS", "poll-based", "$LATEST"),
            ("EventBridge", "asynchronous", "$LATEST"),
            ("SNS", "asynchronous", "live"),
            ("Function URL", "synchronous", "live"),
        }


async def test_policies_and_mappings_are_read_for_the_function_and_for_each_alias_and_nothing_else(
    console: MakeConsole, account: ScriptedEndpoint
) -> None:
    account.on("lambda", "ListAliases", aliases(alias("live", 1), alias("beta", 1)))
    account.on("lambda", "GetPolicy", policies(latest=NO_POLICY, live=NO_POLICY, beta=NO_POLICY))
    async with on_stage(console(account.url), NARROW) as stage:
        await stage.wait_until_read()
        before = account.counts.copy()
        await open_triggers(stage)
        await stage.wait_for("Triggers 2")
        asked = account.counts - before
        assert (asked["lambda:GetPolicy"], asked["lambda:ListAliases"]) == (3, 1)
        assert (asked["lambda:ListEventSourceMappings"], asked["lambda:ListFunctionUrlConfigs"]) == (3, 1)
        assert METRICS not in asked


@pytest.mark.parametrize(
    ("function", "what", "kind", "qualifier"),
    [
        ("payments-processor", "API Gateway", "synchronous", "live"),
        ("fraud-scoring", "API Gateway", "synchronous", "live"),
        ("search-query", "ALB", "synchronous", "live"),
        ("thumbnails", "S3", "asynchronous", "live"),
        ("notifications-push", "SNS", "asynchronous", "live"),
        ("inventory-sync", "EventBridge", "asynchronous", "$LATEST"),
        ("audit-trail", "CloudWatch Logs", "asynchronous", "$LATEST"),
        ("refunds-worker", "SQS", "poll-based", "live"),
        ("clickstream-archive", "Kinesis", "poll-based", "$LATEST"),
        ("orders-stream", "DynamoDB Streams", "poll-based", "live"),
    ],
)
async def test_every_kind_of_trigger_in_the_demo_has_its_row(
    console: MakeConsole, demo_endpoint: DemoEndpoint, function: str, what: str, kind: str, qualifier: str
) -> None:
    app = console(
        demo_endpoint.endpoint,
        access_key_id=demo_endpoint.access_key_id,
        secret_access_key=demo_endpoint.secret_access_key,
    )
    async with on_stage(app, NARROW) as stage:
        await stage.wait_until_read()
        await app.go(function)
        await stage.press(TAB)
        await stage.wait_for("Triggers 1")
        (found,) = shown(stage)
        assert (found.what, str(found.kind), found.qualifier) == (what, kind, qualifier)


async def test_a_function_that_nothing_invokes_says_where_nobody_looked(
    console: MakeConsole, account: ScriptedEndpoint
) -> None:
    account.on("lambda", "ListEventSourceMappings", of_function(mappings()))
    account.on("lambda", "ListFunctionUrlConfigs", json_answer({"FunctionUrlConfigs": []}))
    account.on("lambda", "GetPolicy", NO_POLICY)
    async with on_stage(console(account.url), NARROW) as stage:
        await open_triggers(stage)
        await stage.wait_for("Nothing on orders says that anything invokes it.")
        await stage.wait_for("Scheduler, Pipes, Step Functions, CloudFront leave no trace on a function")


async def test_a_statement_that_is_not_understood_has_a_row_and_is_shown_as_it_stands(
    console: MakeConsole, account: ScriptedEndpoint
) -> None:
    odd = {"Sid": "odd", "Effect": "Allow", "NotPrincipal": {"AWS": "1"}, "Action": "lambda:*", "Steam": "hot"}
    account.on("lambda", "GetPolicy", policies(latest=policy(odd), live=NO_POLICY))
    async with on_stage(console(account.url), BROAD) as stage:
        await open_triggers(stage)
        await stage.wait_for(lambda: "not understood: NotPrincipal, Steam, Principal" in row(stage, "odd"))
        await open_trigger(stage, "odd")
        await stage.wait_for('"Steam": "hot"')


# -- what could not be read


@pytest.mark.parametrize(
    ("operation", "rows"),
    [("ListEventSourceMappings", 5), ("ListFunctionUrlConfigs", 4), ("ListAliases", 4), ("GetPolicy", 4)],
)
async def test_a_forbidden_part_is_a_row_of_its_own_beside_the_others(
    console: MakeConsole, account: ScriptedEndpoint, operation: str, rows: int
) -> None:
    account.on("lambda", operation, DENIED)
    async with on_stage(console(account.url), BROAD) as stage:
        await open_triggers(stage)
        await stage.wait_for(f"⊘ not permitted: lambda:{operation}")
        await stage.wait_for(f"Triggers {rows}")
        asked = account.counts[f"lambda:{operation}"]
        assert asked == (2 if operation in {"GetPolicy", "ListEventSourceMappings"} else 1)


async def test_a_part_that_failed_is_said_and_tried_again_until_it_comes(
    console: MakeConsole, account: ScriptedEndpoint
) -> None:
    gate = asyncio.Event()
    whole = mappings(mapping())
    account.on("lambda", "ListEventSourceMappings", of_function(BROKEN, replace(whole, after=gate)))
    async with on_stage(console(account.url), BROAD) as stage:
        await open_triggers(stage)
        await stage.wait_for(lambda: "! lambda is out of order" in row(stage, "event source mappings"))
        await stage.wait_for(lambda: row(stage, "hourly"))
        gate.set()
        await stage.wait_for(lambda: row(stage, "orders") and not row(stage, "event source mappings"))


async def test_a_function_that_is_gone_is_not_a_function_without_triggers(
    console: MakeConsole, account: ScriptedEndpoint
) -> None:
    gone = error("ResourceNotFoundException", 404, f"Function not found: {FUNCTION}")
    account.on("lambda", "ListEventSourceMappings", of_function(mappings()))
    for operation in ("ListAliases", "GetPolicy", "ListFunctionUrlConfigs"):
        account.on("lambda", operation, gone)
    async with on_stage(console(account.url), NARROW) as stage:
        await open_triggers(stage)
        await stage.wait_for("Function not found")
        assert "Nothing on orders" not in stage.text


async def test_an_alias_that_was_deleted_meanwhile_takes_nothing_else_away(
    console: MakeConsole, account: ScriptedEndpoint
) -> None:
    gone = error("ResourceNotFoundException", 404, f"Function not found: {FUNCTION}:live")
    account.on("lambda", "GetPolicy", policies(latest=policy(statement("events", RULE)), live=gone))
    async with on_stage(console(account.url), NARROW) as stage:
        await open_triggers(stage)
        await stage.wait_for("Triggers 3")
        assert not stage.app.session.errors


# -- watching


async def test_a_mapping_that_is_being_created_is_watched_until_it_is_enabled(
    console: MakeConsole, account: ScriptedEndpoint
) -> None:
    gate = asyncio.Event()
    enabled = replace(mappings(mapping()), after=gate)
    account.on("lambda", "ListEventSourceMappings", of_function(mappings(mapping(State="Creating")), enabled))
    async with on_stage(console(account.url), NARROW) as stage:
        await open_triggers(stage)
        await stage.wait_for("Creating")
        gate.set()
        await stage.wait_for("Enabled")
        await stage.wait_for(lambda: account.counts["lambda:ListEventSourceMappings"] >= 4)


async def test_a_mapping_that_is_deleted_under_the_cursor_goes_with_a_note(
    console: MakeConsole, account: ScriptedEndpoint
) -> None:
    gate = asyncio.Event()
    deleting = mappings(mapping(State="Deleting"))
    account.on("lambda", "ListEventSourceMappings", of_function(deleting, replace(mappings(), after=gate)))
    async with on_stage(console(account.url), NARROW) as stage:
        await open_triggers(stage)
        await stage.wait_for("Deleting")
        gate.set()
        await stage.wait_for("orders is gone")
        await stage.wait_for("Triggers 3")


# -- what the source says


async def checked(stage: Stage, source: str, told: str) -> None:
    """Opens a permission, waits for what the check gives, and goes back to the list."""
    await open_trigger(stage, source)
    await stage.wait_for(told)
    await stage.press("escape")
    await stage.wait_for(lambda: told in row(stage, source))


async def test_a_source_that_calls_is_confirmed_in_its_row(console: MakeConsole, account: ScriptedEndpoint) -> None:
    async with on_stage(console(account.url), BROAD) as stage:
        await open_triggers(stage)
        await stage.wait_for(lambda: "unchecked" in row(stage, "hourly"))
        await checked(stage, "hourly", "✓ confirmed")


async def test_a_source_that_calls_no_more_is_gone_in_its_row(console: MakeConsole, account: ScriptedEndpoint) -> None:
    account.on("events", "ListTargetsByRule", json_answer({"Targets": []}))
    async with on_stage(console(account.url), BROAD) as stage:
        await open_triggers(stage)
        await checked(stage, "hourly", "✗ gone")


async def test_a_source_that_may_not_be_asked_is_neither(console: MakeConsole, account: ScriptedEndpoint) -> None:
    account.on("events", "DescribeRule", DENIED)
    async with on_stage(console(account.url), BROAD) as stage:
        await open_triggers(stage)
        await checked(stage, "hourly", "⊘ not permitted: events:DescribeRule")


async def test_a_source_that_did_not_answer_is_told_as_failed(console: MakeConsole, account: ScriptedEndpoint) -> None:
    account.on("events", "DescribeRule", BROKEN)
    async with on_stage(console(account.url), BROAD) as stage:
        await open_triggers(stage)
        await checked(stage, "hourly", "! events is out of order")


async def test_a_source_of_another_account_cannot_be_checked(console: MakeConsole, account: ScriptedEndpoint) -> None:
    foreign = statement("sns", TOPIC.replace("123456789012", "999999999999"))
    account.on("lambda", "GetPolicy", policies(latest=policy(foreign), live=NO_POLICY))
    async with on_stage(console(account.url), BROAD) as stage:
        await open_triggers(stage)
        await open_trigger(stage, "mails")
        await stage.wait_for("the source belongs to account 999999999999")
        await stage.press("escape")
        await stage.wait_for(lambda: "cannot be checked" in row(stage, "mails"))


async def test_a_source_is_asked_again_by_a_key(console: MakeConsole, account: ScriptedEndpoint) -> None:
    targets = {"Targets": [{"Id": "1", "Arn": FUNCTION}]}
    account.on("events", "ListTargetsByRule", json_answer({"Targets": []}), json_answer(targets))
    async with on_stage(console(account.url), BROAD) as stage:
        await open_triggers(stage)
        await open_trigger(stage, "hourly")
        await stage.wait_for("✗ gone")
        await stage.press("ctrl+r")
        await stage.wait_for("✓ confirmed")


# -- a mapping in detail


async def test_a_mapping_tells_its_queue_and_its_dead_letters_with_one_billed_request(
    console: MakeConsole, account: ScriptedEndpoint
) -> None:
    account.on("lambda", "GetEventSourceMapping", json_answer(mapping()))
    a_queue(account)
    account.on("cloudwatch", "GetMetricData", metrics(720.0))
    async with on_stage(console(account.url), BROAD) as stage:
        await open_triggers(stage)
        await stage.wait_for("Triggers 4")
        assert account.counts[METRICS] == 0
        await open_trigger(stage, "orders")
        for told in ("messages waiting", "1,234", "in flight", "after 5 receives to orders-dead", "! 2", "12 m"):
            await stage.wait_for(told)
        assert account.counts[METRICS] == 1


@pytest.mark.parametrize(
    ("service", "operation", "told"),
    [
        ("sqs", "GetQueueAttributes", "⊘ not permitted: sqs:GetQueueAttributes"),
        ("cloudwatch", "GetMetricData", "⊘ not permitted: cloudwatch:GetMetricData"),
    ],
)
async def test_a_forbidden_part_of_the_detail_hides_no_other(
    console: MakeConsole, account: ScriptedEndpoint, service: str, operation: str, told: str
) -> None:
    account.on("lambda", "GetEventSourceMapping", json_answer(mapping()))
    a_queue(account)
    account.on("cloudwatch", "GetMetricData", metrics(720.0))
    account.on(service, operation, DENIED)
    async with on_stage(console(account.url), BROAD) as stage:
        await open_triggers(stage)
        await open_trigger(stage, "orders")
        await stage.wait_for(told)
        await stage.wait_for("12 m" if service == "sqs" else "1,234")


async def test_a_dead_letter_queue_that_is_gone_is_said(console: MakeConsole, account: ScriptedEndpoint) -> None:
    a_queue(account)
    gone = error("AWS.SimpleQueueService.NonExistentQueue", 400, "no such queue")

    def address(seen: Any) -> Answer:
        return gone if b"orders-dead" in seen.body else json_answer({"QueueUrl": f"{account.url}/1/orders"})

    account.on("sqs", "GetQueueUrl", address)
    async with on_stage(console(account.url), BROAD) as stage:
        await open_triggers(stage)
        await open_trigger(stage, "orders")
        await stage.wait_for("✗ gone: there is no such queue")


async def test_the_settings_of_a_stream_are_told_and_minus_one_is_until_expiry(
    console: MakeConsole, account: ScriptedEndpoint
) -> None:
    stream = mapping(
        EventSourceArn="arn:aws:kinesis:us-east-1:123456789012:stream/clicks",
        MaximumRetryAttempts=-1,
        MaximumRecordAgeInSeconds=-1,
        BisectBatchOnFunctionError=True,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        StartingPosition="TRIM_HORIZON",
        ParallelizationFactor=3,
        TumblingWindowInSeconds=60,
        DestinationConfig={"OnFailure": {"Destination": DEAD}},
        FilterCriteria={"Filters": [{"Pattern": '{"data": {"kind": ["sale"]}}'}]},
    )
    account.on("lambda", "ListEventSourceMappings", of_function(mappings(stream)))
    async with on_stage(console(account.url), (140, 60)) as stage:
        await open_triggers(stage)
        await open_trigger(stage, "clicks")
        await stage.wait_for("until the record expires")
        for told in ("TRIM_HORIZON", "tumbling window", "concurrency per shard", "bisect batch", DEAD, '["sale"]'):
            assert told in stage.text


async def test_encrypted_filters_are_read_from_the_mapping_itself(
    console: MakeConsole, account: ScriptedEndpoint
) -> None:
    key = "arn:aws:kms:us-east-1:123456789012:key/k"
    account.on("lambda", "ListEventSourceMappings", of_function(mappings(mapping(KMSKeyArn=key))))
    pattern = {"Filters": [{"Pattern": '{"body": ["tea"]}'}]}
    account.on("lambda", "GetEventSourceMapping", json_answer(mapping(KMSKeyArn=key, FilterCriteria=pattern)))
    async with on_stage(console(account.url), BROAD) as stage:
        await open_triggers(stage)
        await open_trigger(stage, "orders")
        await stage.wait_for('{"body": ["tea"]}')


async def test_encrypted_filters_that_nobody_may_read_are_not_told_as_none(
    console: MakeConsole, account: ScriptedEndpoint
) -> None:
    key = "arn:aws:kms:us-east-1:123456789012:key/k"
    account.on("lambda", "ListEventSourceMappings", of_function(mappings(mapping(KMSKeyArn=key))))
    account.on("lambda", "GetEventSourceMapping", DENIED)
    async with on_stage(console(account.url), BROAD) as stage:
        await open_triggers(stage)
        await open_trigger(stage, "orders")
        await stage.wait_for("not known: they are encrypted")


async def test_a_mapping_that_was_deleted_since_is_said_in_its_detail(
    console: MakeConsole, account: ScriptedEndpoint
) -> None:
    account.on("lambda", "GetEventSourceMapping", error("ResourceNotFoundException", 404, "does not exist"))
    async with on_stage(console(account.url), BROAD) as stage:
        await open_triggers(stage)
        await open_trigger(stage, "orders")
        await stage.wait_for("deleted since the list was read")


# -- elsewhere


def nothing_elsewhere(endpoint: ScriptedEndpoint) -> None:
    endpoint.on("scheduler", "ListSchedules", json_answer({"Schedules": []}))
    endpoint.on("pipes", "ListPipes", json_answer({"Pipes": []}))
    endpoint.on("cloudfront", "ListDistributions", xml_answer("<DistributionList></DistributionList>"))
    endpoint.on("stepfunctions", "ListStateMachines", json_answer({"stateMachines": []}))


async def test_other_services_are_searched_only_when_a_key_asks_for_it(
    console: MakeConsole, account: ScriptedEndpoint
) -> None:
    nothing_elsewhere(account)
    schedule = {"Name": "nightly", "GroupName": "shop", "State": "ENABLED", "Target": {"Arn": f"{FUNCTION}:live"}}
    account.on("scheduler", "ListSchedules", json_answer({"Schedules": [schedule]}))
    async with on_stage(console(account.url), BROAD) as stage:
        await open_triggers(stage)
        await stage.wait_for("not searched: Scheduler, Pipes, Step Functions, CloudFront")
        assert not any(
            operation.startswith(("scheduler", "pipes", "stepf", "cloudfront")) for operation in account.counts
        )
        await stage.press("o")
        await stage.wait_for(lambda: "found there" in row(stage, "shop/nightly"))
        await stage.wait_for("looked also in Scheduler, Pipes, Step Functions, CloudFront")


async def test_a_service_that_may_not_be_searched_is_a_row(console: MakeConsole, account: ScriptedEndpoint) -> None:
    nothing_elsewhere(account)
    account.on("pipes", "ListPipes", DENIED)
    async with on_stage(console(account.url), BROAD) as stage:
        await open_triggers(stage)
        await stage.wait_for("Triggers 4")
        await stage.press("o")
        await stage.wait_for(lambda: "⊘ not permitted: pipes:ListPipes" in row(stage, "Pipes"))


async def test_what_was_found_elsewhere_stays_without_searching_again(
    console: MakeConsole, account: ScriptedEndpoint
) -> None:
    nothing_elsewhere(account)
    gate = asyncio.Event()
    settled = replace(mappings(mapping()), after=gate)
    account.on("lambda", "ListEventSourceMappings", of_function(mappings(mapping(State="Updating")), settled))
    async with on_stage(console(account.url), BROAD) as stage:
        await open_triggers(stage)
        await stage.press("o")
        gate.set()
        await stage.wait_for("looked also in")
        await stage.wait_for("Enabled")
        assert account.counts["scheduler:ListSchedules"] == 1


# -- looks


def a_shop(endpoint: ScriptedEndpoint) -> None:
    one_function(endpoint)
    many_triggers(endpoint)
    bucket = statement("s3", "arn:aws:s3:::tea-shop-pictures")
    anyone = {"Sid": "open", "Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction"}
    endpoint.on(
        "lambda",
        "GetPolicy",
        policies(
            latest=policy(statement("events", RULE), bucket, anyone), live=policy(statement("sns", TOPIC, "live"))
        ),
    )
    failing = mapping(LastProcessingResult="PROBLEM: Function call failed")
    endpoint.on("lambda", "ListEventSourceMappings", of_function(mappings(failing)))
    endpoint.on("lambda", "ListFunctionUrlConfigs", json_answer({"FunctionUrlConfigs": [url(auth="NONE")]}))
    endpoint.on("lambda", "GetEventSourceMapping", json_answer(failing))
    endpoint.on("s3", "*", xml_error("AccessDenied", 403))
    a_queue(endpoint)
    endpoint.on("cloudwatch", "GetMetricData", metrics(720.0))
    endpoint.on(
        "sns",
        "ListSubscriptionsByTopic",
        xml_answer(
            "<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult><Subscriptions/>"
            "</ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>"
        ),
    )


SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "140x40"])


@SIZES
@pytest.mark.parametrize("looked_at", ["list", "mapping", "permission"])
def test_how_it_looks(
    snap_compare: Compare,
    console: MakeConsole,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
    looked_at: str,
) -> None:
    for module in ("session", "panes.overview"):
        monkeypatch.setattr(f"lambdatui.ui.{module}.FIRST_RETRY_S", 3600.0)
    with ScriptedEndpoint.in_thread() as account:
        account.many_functions(0)
        a_shop(account)

        async def prepare(pilot: Pilot[None]) -> None:
            await shown_on(pilot, "123456789012")
            await pilot.press(TAB)
            await shown_on(pilot, "Triggers 6")
            await until(pilot, lambda text: "reading" not in text.splitlines()[-1])
            await pilot.press(*(["plus"] if size == WIDE else []))
            table = pilot.app.screen.query_one(TriggersPane).table
            sources = [trigger.source for trigger in table.shown]
            if looked_at == "mapping":
                table.move_to(table.shown[sources.index("orders")].key)
                await pilot.press("enter")
                await shown_on(pilot, "dead letters" if size == WIDE else "UUID")
                await until(pilot, lambda text: size == NARROW or "12 m" in text)
            if looked_at == "permission":
                table.move_to(table.shown[sources.index("mails")].key)
                await pilot.press("enter")
                await shown_on(pilot, "✗ gone")

        assert snap_compare(console(account.url), terminal_size=size, run_before=prepare)
