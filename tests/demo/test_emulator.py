"""The emulator is caged: it comes up, hears only loopback, sees nothing of the machine, and leaves without trace."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from lambdatui.demo.cloud import Cloud
from lambdatui.demo.emulator import Emulator, EmulatorError
from lambdatui.demo.endpoint import DemoEndpoint
from lambdatui.demo.packages import packed
from tests.demo.processes import Trace

TELL_ENVIRONMENT = b"import os\ndef handler(event, context):\n    return dict(os.environ)\n"


def test_empty_emulator_answers_and_holds_nothing(empty_endpoint: DemoEndpoint) -> None:
    assert Cloud(empty_endpoint)["lambda"].list_functions()["Functions"] == []


def test_ministack_keeps_the_services_that_aws_has_where_it_is_told_them() -> None:
    from ministack.core import router

    assert hasattr(router, "_KNOWN_AWS_SERVICE_NAMES")


def test_a_filter_pattern_of_optional_terms_finds_events_with_any_of_them(empty_endpoint: DemoEndpoint) -> None:
    logs = Cloud(empty_endpoint)["logs"]
    group = {"logGroupName": "/aws/lambda/any-of"}
    logs.create_log_group(**group)
    logs.create_log_stream(**group, logStreamName="one")
    told = ["[ERROR] KeyError: amount", "Task timed out after 3.00 seconds", "all is well"]
    now = int(time.time() * 1_000)
    events = [{"timestamp": now, "message": message} for message in told]
    logs.put_log_events(**group, logStreamName="one", logEvents=events)
    found = logs.filter_log_events(**group, filterPattern='?"ERROR" ?"Task timed out"')["events"]
    assert [event["message"] for event in found] == told[:2]


def test_a_metric_without_dimensions_is_another_than_those_with_some(empty_endpoint: DemoEndpoint) -> None:
    cloudwatch = Cloud(empty_endpoint)["cloudwatch"]
    now = datetime.now(UTC)
    metric = {"MetricName": "Invocations", "Timestamp": now}
    of_function = {**metric, "Dimensions": [{"Name": "FunctionName", "Value": "one"}], "Value": 2.0}
    cloudwatch.put_metric_data(Namespace="any", MetricData=[of_function, {**metric, "Value": 3.0}])
    asked = {"Metric": {"Namespace": "any", "MetricName": "Invocations"}, "Period": 60, "Stat": "Sum"}
    found = cloudwatch.get_metric_data(
        MetricDataQueries=[{"Id": "region", "MetricStat": asked}],
        StartTime=now - timedelta(minutes=5),
        EndTime=now + timedelta(minutes=5),
    )
    assert found["MetricDataResults"][0]["Values"] == [3.0]


def test_every_version_of_every_function_is_listed_page_by_page(empty_endpoint: DemoEndpoint) -> None:
    functions = Cloud(empty_endpoint)["lambda"]
    for name in ("listed-1", "listed-2"):
        functions.create_function(
            FunctionName=name,
            Runtime="python3.12",
            Handler="app.handler",
            Role="arn:aws:iam::000000000000:role/listed",
            Code={"ZipFile": packed({"app.py": b"def handler(event, context): pass\n"})},
            Publish=True,
        )
    pages = functions.get_paginator("list_functions").paginate(FunctionVersion="ALL", PaginationConfig={"PageSize": 3})
    found = [(each["FunctionName"], each["Version"]) for page in pages for each in page["Functions"]]
    ours = [each for each in found if each[0].startswith("listed-")]
    assert ours == [(name, version) for name in ("listed-1", "listed-2") for version in ("$LATEST", "1")]


def test_all_provisioned_concurrency_of_a_function_is_listed(empty_endpoint: DemoEndpoint) -> None:
    functions = Cloud(empty_endpoint)["lambda"]
    function = {"FunctionName": "ready"}
    functions.create_function(
        **function,
        Runtime="python3.12",
        Handler="app.handler",
        Role="arn:aws:iam::000000000000:role/ready",
        Code={"ZipFile": packed({"app.py": b"def handler(event, context): pass\n"})},
        Publish=True,
    )
    assert functions.list_provisioned_concurrency_configs(**function)["ProvisionedConcurrencyConfigs"] == []
    functions.put_provisioned_concurrency_config(**function, Qualifier="1", ProvisionedConcurrentExecutions=2)
    (found,) = functions.list_provisioned_concurrency_configs(**function)["ProvisionedConcurrencyConfigs"]
    assert (found["FunctionArn"].rpartition(":")[2], found["RequestedProvisionedConcurrentExecutions"]) == ("1", 2)


def test_emulator_listens_on_loopback_only() -> None:
    with Emulator():
        ministack = Trace.of(os.getpid()).ministack
        listening = [each.laddr.ip for each in ministack.net_connections("inet") if each.status == "LISTEN"]
    assert listening == ["127.0.0.1"]


def test_stopped_emulator_leaves_no_process_and_no_folder() -> None:
    emulator = Emulator()
    emulator.start()
    trace = Trace.of(os.getpid())
    emulator.stop()
    assert trace.remains() == []


def test_stopping_an_emulator_twice_is_harmless() -> None:
    emulator = Emulator()
    emulator.start()
    emulator.stop()
    emulator.stop()


def test_emulator_leaves_no_trace_when_its_owner_is_killed() -> None:
    program = (
        "import sys; from lambdatui.demo.emulator import Emulator\nwith Emulator(): print(flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        owner.stdout.readline()
        trace = Trace.of(owner.pid)
        owner.kill()
    assert trace.remains() == []


def test_emulator_leaves_no_trace_when_ministack_dies() -> None:
    emulator = Emulator()
    emulator.start()
    trace = Trace.of(os.getpid())
    trace.ministack.send_signal(signal.SIGKILL)
    remains = trace.remains()
    emulator.stop()
    assert remains == []


def test_function_sees_nothing_of_the_hosts_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST_SECRET", "for the host alone")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "for the host alone")
    with Emulator() as endpoint:
        client = Cloud(endpoint)["lambda"]
        client.create_function(
            FunctionName="tell",
            Runtime="python3.12",
            Handler="app.handler",
            Role="arn:aws:iam::123456789012:role/tell",
            Code={"ZipFile": packed({"app.py": TELL_ENVIRONMENT})},
        )
        environment = json.load(client.invoke(FunctionName="tell")["Payload"])
    assert "for the host alone" not in environment.values()


def test_emulator_that_does_not_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lambdatui.demo.emulator.SETTINGS", {"BIND_HOST": "not an address"})
    with pytest.raises(EmulatorError, match="gaierror"):
        Emulator().start()
