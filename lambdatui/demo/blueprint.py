"""The vocabulary in which fleet.py declares the account. Plain data: no I/O, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal


class Trouble(Enum):
    """A trouble planted on exactly one function, for the console's checks to find."""

    FAILING_SINCE_RELEASE = "its newest version fails"
    NEAR_TIMEOUT = "its duration comes close to its timeout"
    NEAR_OUT_OF_MEMORY = "it uses almost all of its memory"
    THROTTLED = "its reserved concurrency throttles it"
    STREAM_BEHIND = "its stream is falling behind"
    DEPRECATED_RUNTIME = "its runtime is deprecated"
    PUBLIC_URL = "anyone may call its URL"
    PLAINTEXT_SECRET = "a secret stands in its environment"  # noqa: S105 (a description)
    SHORT_VISIBILITY = "its queue's visibility timeout is too short"
    NO_DEAD_LETTER = "its failed asynchronous events are lost"
    LOGS_NEVER_EXPIRE = "its log group never expires"
    SLOW_COLD_START = "its cold starts are slow"
    FAILING_MAPPING = "its event source mapping fails"


@dataclass(frozen=True, kw_only=True)
class Failure:
    """How a function fails: the exception as its runtime writes it to the log."""

    kind: str
    message: str
    trace: tuple[str, ...]
    """Frames, as the runtime prints them, outermost first."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """How a function is used and how it behaves, for the invocations that traffic.py plays."""

    per_minute: float
    duration_ms: float
    """Median; the tail is log-normal and ends at the timeout."""
    spread: float = 0.35
    """Sigma of the logarithm of the duration."""
    init_ms: float = 320.0
    cold: float = 0.02
    """Share of invocations that start a new environment, 0..1."""
    memory_mb: int = 74
    errors: float = 0.0
    """Share of invocations that fail, 0..1; where some do, the function declares its `failure`."""
    throttles: float = 0.0
    """Throttled requests for each invocation."""
    iterator_age_ms: float | None = None
    """Of a stream's consumer, an hour before the account's making."""
    behind_ms_per_minute: float = 0.0
    """How fast the iterator age grows."""
    says: tuple[str, ...] = ()
    """Log lines of an invocation; ``{id}`` stands for an order number."""


@dataclass(frozen=True, kw_only=True)
class Version:
    """A published version."""

    description: str
    source: str = ""
    """A file of functions/ where it differs from the function's own."""
    errors: float | None = None
    """Share of its invocations that fail, 0..1, where it differs from the function's."""


@dataclass(frozen=True, kw_only=True)
class Alias:
    """An alias, its main version, and what it sends to a second version."""

    name: str
    version: str
    description: str = ""
    second: str = ""
    weight: float = 0.0
    """Share of the traffic that the second version gets, 0..1."""
    moved_min: float | None = None
    """Minutes before the account's making at which it moved here from the version before."""


@dataclass(frozen=True, kw_only=True)
class Function:
    """A function with everything of its own."""

    name: str
    team: str
    description: str
    load: Load | None
    """None where nobody calls it: it has no log group either."""
    runtime: str = "python3.12"
    source: str = ""
    """The file of functions/ that holds its code, without suffix; by default its name with underscores."""
    handler: str = "app.handler"
    memory_mb: int = 256
    timeout_s: int = 15
    architecture: str = "x86_64"
    storage_mb: int = 512
    environment: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    layers: tuple[str, ...] = ()
    """``name:version`` of a layer of ours, or the ARN of another account's."""
    versions: tuple[Version, ...] = ()
    aliases: tuple[Alias, ...] = ()
    reserved: int | None = None
    dead_letter: str = ""
    """Name of a queue."""
    on_failure: str = ""
    """Name of a queue that gets failed asynchronous events."""
    tracing: bool = False
    json_logs: bool = False
    retention_days: int | None = 30
    url: str = ""
    """AuthType of its function URL, or none."""
    in_vpc: bool = False
    failure: Failure | None = None
    sample: Mapping[str, object] = field(default_factory=dict)
    """An event that it takes."""
    executed: bool = False
    """Whether traffic.py really invokes it, beside the invocations that are played."""
    trouble: Trouble | None = None

    @property
    def source_name(self) -> str:
        return self.source or self.name.replace("-", "_")

    @property
    def log_group(self) -> str:
        return f"/aws/lambda/{self.name}"


@dataclass(frozen=True, kw_only=True)
class Layer:
    """A layer of ours; each version is a file of layers/, oldest first."""

    name: str
    description: str
    module: str
    versions: tuple[str, ...]
    runtimes: tuple[str, ...] = ("python3.11", "python3.12", "python3.13")


@dataclass(frozen=True, kw_only=True)
class Queue:
    """An SQS queue."""

    name: str
    visibility_s: int = 30
    retention_s: int = 345_600
    dead_letter: str = ""
    max_receives: int = 5
    holds: tuple[str, ...] = ()
    """Messages that lie in it from the start."""


@dataclass(frozen=True, kw_only=True)
class EventSource:
    """An event source mapping; exactly one of `queue`, `stream` and `table` is set."""

    function: str
    queue: str = ""
    stream: str = ""
    table: str = ""
    qualifier: str = ""
    batch_size: int = 10
    window_s: int = 0
    enabled: bool = True
    on_failure: str = ""
    max_concurrency: int | None = None


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """A service that calls a function of its own accord: both its source and the permission are made."""

    kind: Literal["rest-api", "http-api", "load-balancer", "bucket", "topic", "rule", "logs"]
    function: str
    source: str
    """Name of the API, load balancer, bucket, topic, rule or log group."""
    detail: str = ""
    """Route, path, object prefix, schedule or event pattern, filter pattern."""
    qualifier: str = ""
