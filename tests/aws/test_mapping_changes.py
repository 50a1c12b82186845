"""Settings of event source mappings, changed and brought back in the demo's account."""

from __future__ import annotations

import json
from dataclasses import replace

from lambdatui.aws.connection import Connection
from lambdatui.aws.event_sources import get_event_source_mapping, list_event_source_mappings
from lambdatui.demo.endpoint import DemoEndpoint
from lambdatui.insight.mapping_settings import call_parameters, of, problems
from tests.aws.conftest import Connect, where

PATTERN = json.dumps({"body": {"status": ["paid"]}})


async def test_the_settings_of_a_queue_change_and_come_back(connect: Connect, demo_endpoint: DemoEndpoint) -> None:
    account: Connection = connect(**where(demo_endpoint))
    listed = [one async for page in list_event_source_mappings(account) for one in page]
    mapping = next(one for one in listed if one.service == "sqs")
    before = of(mapping)
    after = replace(before, batch_size=20, batching_window_s=3, maximum_concurrency=5, filters=(PATTERN,))
    try:
        assert problems(mapping, after) == {}
        await account.call("lambda", "UpdateEventSourceMapping", **call_parameters(mapping, before, after))
        changed = await get_event_source_mapping(account, mapping.uuid)
        assert of(changed) == after
    finally:
        await account.call("lambda", "UpdateEventSourceMapping", **call_parameters(mapping, after, before))
    assert of(await get_event_source_mapping(account, mapping.uuid)) == before
