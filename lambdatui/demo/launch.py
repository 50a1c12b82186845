"""Runs ministack in the process that the emulator started, after mending where it differs from AWS.

Run as a plain script, as the warden is.
"""

import re
import runpy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import botocore
from ministack.core import router
from ministack.services import cloudwatch, cloudwatch_logs, lambda_svc

Matcher = Callable[[str], bool]
Query = Mapping[str, Any]
Answer = tuple[int, dict[str, str], bytes]
TERM = re.compile(r'\??"[^"]*"|\S+')


def know_services() -> None:
    """Tells which services AWS has, by the names of botocore's folders.

    ministack would read all models at the first request for a service that it lacks, and answer nobody for seconds.
    """
    models = Path(botocore.__file__).with_name("data")
    router._KNOWN_AWS_SERVICE_NAMES = frozenset(each.name for each in models.iterdir())


def with_any_of(compiled: Callable[[str], Matcher]) -> Callable[[str], Matcher]:
    """The filter patterns of logs with AWS's ``?a ?"b c"``, any of some terms, which ministack never finds."""

    def compile_pattern(pattern: str) -> Matcher:
        terms = TERM.findall(pattern)
        if not terms or not all(term.startswith("?") for term in terms):
            return compiled(pattern)
        matchers = [compiled(term.removeprefix("?")) for term in terms]
        return lambda message: any(matches(message) for matches in matchers)

    return compile_pattern


class Dimensions(dict[str, str]):
    """The dimensions of a metric that is asked for. None of them are some too: a metric of its own, on AWS.

    ministack takes an empty dict for a question without them, and adds up the metrics with whatever dimensions.
    """

    def __bool__(self) -> bool:
        return True


def dimensions_asked_for(dimensions: list[dict[str, Any]]) -> Dimensions:
    return Dimensions({each["Name"]: each["Value"] for each in dimensions})


def with_all_listed(get: Callable[[str, str], Answer]) -> Callable[[str, str], Answer]:
    """Provisioned concurrency with AWS's list of all that a function has, possibly none.

    ministack looks in its place for what ``$LATEST`` has, which can have none.
    """

    def get_or_list(function: str, qualifier: str) -> Answer:
        if qualifier or function not in lambda_svc._functions:
            return get(function, qualifier)
        listed = [
            {"FunctionArn": f"{lambda_svc._func_arn(function)}:{of}", **config}
            for of, config in lambda_svc._functions[function].get("provisioned_concurrency", {}).items()
        ]
        answer: Answer = lambda_svc.json_response({"ProvisionedConcurrencyConfigs": listed})
        return answer

    return get_or_list


def with_every_version(listed: Callable[[Query], Answer]) -> Callable[[Query], Answer]:
    """ListFunctions with AWS's ``FunctionVersion=ALL``, every version of every function, which ministack overlooks."""

    def list_functions(query: Query) -> Answer:
        if lambda_svc._qp_first(query, "FunctionVersion") != "ALL":
            return listed(query)
        every = [
            config
            for _, function in sorted(lambda_svc._functions.items())
            for config in (function["config"], *(each["config"] for each in function["versions"].values()))
        ]
        start = int(lambda_svc._qp_first(query, "Marker") or 0)
        end = start + int(lambda_svc._qp_first(query, "MaxItems", "50"))
        more = {"NextMarker": str(end)} if end < len(every) else {}
        answer: Answer = lambda_svc.json_response({"Functions": every[start:end], **more})
        return answer

    return list_functions


if __name__ == "__main__":
    know_services()
    cloudwatch._dims_from_list = dimensions_asked_for
    cloudwatch_logs._compile_filter_pattern = with_any_of(cloudwatch_logs._compile_filter_pattern)
    lambda_svc._list_functions = with_every_version(lambda_svc._list_functions)
    lambda_svc._get_provisioned_concurrency = with_all_listed(lambda_svc._get_provisioned_concurrency)
    runpy.run_module("ministack", run_name="__main__")
