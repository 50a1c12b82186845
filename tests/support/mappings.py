"""Event source mappings as ListEventSourceMappings sends them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.support.endpoint import ACCOUNT, REGION, Answer, Seen, json_answer

FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders"


def mapping(**particular: Any) -> dict[str, Any]:
    """A mapping of the queue ``orders`` to the function ``orders``; None takes a member away."""
    whole = {
        "UUID": "6c8b418c-162c-4920-8c81-9afa64b29959",
        "EventSourceArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders",
        "FunctionArn": FUNCTION,
        "State": "Enabled",
        "StateTransitionReason": "USER_INITIATED",
        "LastModified": 1_795_168_800,
        "BatchSize": 10,
        "MaximumBatchingWindowInSeconds": 0,
        **particular,
    }
    return {name: value for name, value in whole.items() if value is not None}


def mappings(*found: dict[str, Any], more: str = "") -> Answer:
    """One page of ListEventSourceMappings; `more` is the marker of the next one, empty on the last."""
    return json_answer({"EventSourceMappings": list(found), **({"NextMarker": more} if more else {})})


def of_function(*answers: Answer) -> Callable[[Seen], Answer]:
    """ListEventSourceMappings of a function: each answer serves once and the last ever after; its aliases have none."""
    left = list(answers)

    def answer(seen: Seen) -> Answer:
        if ":" in seen.query["FunctionName"]:
            return mappings()
        return left.pop(0) if len(left) > 1 else left[0]

    return answer
