"""An AWS account on loopback that serves any number of functions, cheaply, and counts what it is asked.

``python -m tests.support.account_server --functions 10000`` prints its port and serves until it is ended. It speaks
to Lambda's, STS's and IAM's clients as AWS does, for reads only: ListFunctions gives 50 a page whatever one asks
(facts 2.1), and what is not configured on a function is a 404 or absent, operation by operation (facts 1.1).
``GET /_counts`` answers with the requests so far by operation, such as ``{"ListFunctions": 200}``.
"""

from __future__ import annotations

import argparse
import base64
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

from tests.support.endpoint import ACCOUNT, REGION, identify

PAGE = 50
TEAMS = 40
RUNTIMES = ("python3.12", "nodejs22.x", "java21", "provided.al2023")

#: Anything that the SDK accepts as credentials.
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


class AccountServer:
    """Runs the server as a process of its own until the end of the `with` block.

    Args:
        functions: how many there are, named ``team-03-function-00042``.
        others: functions besides, each what is particular about its FunctionConfiguration.
        restless: whether every minute has other metrics than the one before.
    """

    def __init__(self, functions: int, others: Sequence[dict[str, Any]] = (), *, restless: bool = False) -> None:
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.support.account_server"),
                *("--functions", str(functions), "--others", json.dumps(list(others))),
                *(["--restless"] if restless else []),
            ],
            cwd=Path(__file__).resolve().parents[2],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def counts(self) -> Counter[str]:
        """The requests so far, by operation."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/_counts")
            return Counter(json.load(connection.getresponse()))
        finally:
            connection.close()


def function_name(number: int) -> str:
    """The name of the function of that number, from 0."""
    return f"team-{number % TEAMS:02d}-function-{number:05d}"


def configuration(number: int, **particular: Any) -> dict[str, Any]:
    """A FunctionConfiguration as ListFunctions sends it, which has the members that it omits as nulls."""
    name = particular.get("FunctionName", function_name(number))
    in_vpc = number % 5 == 0
    logs_json = number % 3 == 0
    layer = f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:observability:{number % 9 + 1}"
    variables = {"STAGE": "prod", "TABLE_NAME": f"orders-{number}", "LOG_LEVEL": "INFO", "QUEUE": "https://sqs/orders"}
    return {
        "FunctionName": name,
        "FunctionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}",
        "Runtime": RUNTIMES[number % len(RUNTIMES)],
        "Role": f"arn:aws:iam::{ACCOUNT}:role/service-role/{name}-role",
        "Handler": "app.handler",
        "CodeSize": 48_000 + number * 37,
        "Description": "Takes what the queue brings and writes what the table needs",
        "Timeout": (3, 15, 30, 60, 900)[number % 5],
        "MemorySize": (128, 256, 512, 1024)[number % 4],
        "LastModified": f"2026-{number % 9 + 1:02d}-{number % 28 + 1:02d}T{number % 24:02d}:11:12.000+0000",
        "CodeSha256": base64.b64encode(f"{number:032d}".encode()).decode(),
        "Version": "$LATEST",
        "VpcConfig": {
            "SubnetIds": [f"subnet-0a1b2c3d4e5f{number % 3}", "subnet-0f5e4d3c2b1a0"],
            "SecurityGroupIds": ["sg-0123456789abcdef0"],
            "VpcId": "vpc-0123456789abcdef0",
            "Ipv6AllowedForDualStack": False,
        }
        if in_vpc
        else {"SubnetIds": [], "SecurityGroupIds": [], "VpcId": "", "Ipv6AllowedForDualStack": False},
        "DeadLetterConfig": {"TargetArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead-letters"} if number % 7 == 0 else None,
        "Environment": {"Variables": variables, "Error": None},
        "KMSKeyArn": None,
        "TracingConfig": {"Mode": "Active" if number % 2 else "PassThrough"},
        "MasterArn": None,
        "RevisionId": f"{number:08x}-1b2c-4d5e-8f90-a1b2c3d4e5f6",
        "Layers": [{"Arn": layer, "CodeSize": 123_456, "SigningProfileVersionArn": None, "SigningJobArn": None}],
        "State": None,
        "LastUpdateStatus": None,
        "FileSystemConfigs": None,
        "PackageType": "Zip",
        "ImageConfigResponse": None,
        "SigningProfileVersionArn": None,
        "SigningJobArn": None,
        "Architectures": ["arm64" if number % 2 else "x86_64"],
        "EphemeralStorage": {"Size": 512},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "RuntimeVersionConfig": None,
        "LoggingConfig": {
            "LogFormat": "JSON" if logs_json else "Text",
            "ApplicationLogLevel": "INFO" if logs_json else None,
            "SystemLogLevel": "INFO" if logs_json else None,
            "LogGroup": f"/aws/lambda/{name}",
        },
        **particular,
    }


class Account:
    """What is in the account, and the answer to each operation as status, content type and body."""

    def __init__(self, functions: int, others: Sequence[dict[str, Any]], restless: bool) -> None:
        self._restless = restless
        fleet = [configuration(number) for number in range(functions)]
        fleet += [configuration(functions + number, **particular) for number, particular in enumerate(others)]
        self.functions = {function["FunctionName"]: function for function in fleet}
        self._encoded = [json.dumps(function).encode() for function in fleet]

    def list_functions(self, query: dict[str, str]) -> bytes:
        """One page: 50 functions at most, and the marker of the next where there is one."""
        start = int(base64.b64decode(query["Marker"])) if query.get("Marker") else 0
        end = start + min(int(query.get("MaxItems", PAGE)), PAGE)
        marker = base64.b64encode(str(end).encode()) if end < len(self._encoded) else None
        following = b'"%s"' % marker if marker else b"null"
        return b'{"NextMarker":%s,"Functions":[%s]}' % (following, b",".join(self._encoded[start:end]))

    def metrics(self, asked: dict[str, Any]) -> dict[str, Any]:
        """GetMetricData: a datapoint for each query. One that is not restless rests: all are 0."""
        until_s = int(asked["EndTime"])
        results = []
        for number, query in enumerate(asked["MetricDataQueries"]):
            metric = query["MetricStat"]["Metric"]
            name = {one["Name"]: one["Value"] for one in metric["Dimensions"]}.get("FunctionName", "")
            value = 100 + number % 7 + until_s // 60 % 800 if self._restless else 0
            if metric["MetricName"] not in {"Invocations", "Duration", "ConcurrentExecutions"}:
                value = 50 if self._restless and metric["MetricName"] == "Errors" and name.endswith("00") else 0
            results.append(
                {
                    "Id": query["Id"],
                    "Label": "",
                    "StatusCode": "Complete",
                    "Timestamps": [(until_s - 1_800) // 1_800 * 1_800],
                    "Values": [value],
                }
            )
        return {"MetricDataResults": results, "Messages": []}

    def details(self, operation: str, name: str) -> dict[str, Any] | None:
        """What one read about one function answers; None is a 404: it, or what was asked about it, does not exist."""
        if operation in ACCOUNT_WIDE:
            return ACCOUNT_WIDE[operation]
        if (function := self.functions.get(name.rpartition(":function:")[2])) is None:
            return None
        running = {**function, "State": "Active", "LastUpdateStatus": "Successful"}
        answers: dict[str, dict[str, Any]] = {
            "GetFunction": {
                "Configuration": running,
                "Code": {"RepositoryType": "S3", "Location": "https://code.invalid/presigned?X-Amz-Signature=secret"},
                "Tags": TAGS,
            },
            "GetFunctionConfiguration": running,
            "GetFunctionConcurrency": {},
            "GetFunctionRecursionConfig": {"RecursiveLoop": "Terminate"},
            "GetFunctionCodeSigningConfig": {"FunctionName": name},
            "GetRuntimeManagementConfig": {"UpdateRuntimeOn": "Auto", "FunctionArn": function["FunctionArn"]},
            "ListVersionsByFunction": {"Versions": [function]},
            "ListAliases": {"Aliases": []},
            "ListFunctionUrlConfigs": {"FunctionUrlConfigs": []},
            "ListFunctionEventInvokeConfigs": {"FunctionEventInvokeConfigs": []},
            "ListProvisionedConcurrencyConfigs": {"ProvisionedConcurrencyConfigs": []},
        }
        return answers.get(operation)


TAGS = {"team": "payments", "stage": "prod"}

ACCOUNT_WIDE: dict[str, dict[str, Any]] = {
    "GetAccountSettings": {
        "AccountLimit": {
            "TotalCodeSize": 80_530_636_800,
            "CodeSizeUnzipped": 262_144_000,
            "CodeSizeZipped": 52_428_800,
            "ConcurrentExecutions": 1000,
            "UnreservedConcurrentExecutions": 1000,
        },
        "AccountUsage": {"TotalCodeSize": 1_000_000, "FunctionCount": 1},
    },
    "ListEventSourceMappings": {"EventSourceMappings": []},
    "ListLayers": {"Layers": []},
    "ListTags": {"Tags": TAGS},
}

QUERY_ANSWERS = {
    "GetCallerIdentity": f"""<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>
    <Arn>arn:aws:iam::{ACCOUNT}:user/oncall</Arn><UserId>AIDAEXAMPLE</UserId><Account>{ACCOUNT}</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata><RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId></ResponseMetadata>
</GetCallerIdentityResponse>""",
    "ListAccountAliases": """<ListAccountAliasesResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
  <ListAccountAliasesResult>
    <IsTruncated>false</IsTruncated><AccountAliases><member>prod-payments</member></AccountAliases>
  </ListAccountAliasesResult>
  <ResponseMetadata><RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId></ResponseMetadata>
</ListAccountAliasesResponse>""",
}

#: The operations that have a name of their own for what is not configured (facts 1.1).
ABSENT = {"GetProvisionedConcurrencyConfig": "ProvisionedConcurrencyConfigNotFoundException"}
NOT_FOUND = b'{"Type":"User","Message":"The resource you requested does not exist."}'
DENIED = b'{"__type":"AccessDeniedException","message":"User is not authorized to perform this operation"}'
DENIED_XML = """<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>
  <Message>User is not authorized to perform this operation</Message></Error></ErrorResponse>"""


def serve(account: Account) -> None:
    """Serves the account on a free loopback port, printing the port when it listens, until SIGTERM."""
    import asyncio

    from aiohttp import web

    counts: Counter[str] = Counter()

    async def answer(request: web.BaseRequest) -> web.Response:
        if request.path == "/_counts":
            return web.json_response(counts)
        body = await request.read()
        service, operation = identify(request.method, request.raw_path, dict(request.headers), body)
        counts[operation] += 1
        if service in {"sts", "iam"}:
            known = QUERY_ANSWERS.get(operation)
            return web.Response(status=200 if known else 403, text=known or DENIED_XML, content_type="text/xml")
        if operation == "GetMetricData":
            return web.json_response(account.metrics(json.loads(body)))
        if service != "lambda":
            return web.Response(status=400, body=DENIED, content_type="application/x-amz-json-1.1")
        if operation == "ListFunctions":
            return web.Response(body=account.list_functions(dict(request.query)), content_type="application/json")
        name = re.search("/functions/([^/?]+)", request.raw_path)
        if (details := account.details(operation, unquote(name[1]) if name else "")) is not None:
            return web.json_response(details)
        headers = {"x-amzn-ErrorType": ABSENT.get(operation, "ResourceNotFoundException")}
        return web.Response(status=404, body=NOT_FOUND, content_type="application/json", headers=headers)

    async def run() -> None:
        runner = web.ServerRunner(web.Server(answer, access_log=None))
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        print(runner.addresses[0][1], flush=True)
        await asyncio.Event().wait()

    asyncio.run(run())


def main() -> None:
    """The command line of the server's process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--functions", type=int, default=1000)
    parser.add_argument("--others", type=json.loads, default=[], help="FunctionConfigurations in JSON")
    parser.add_argument("--restless", action="store_true", help="other metrics every minute")
    arguments = parser.parse_args()
    serve(Account(arguments.functions, arguments.others, arguments.restless))


if __name__ == "__main__":
    main()
