"""Event source mappings, and the queues and streams that they read, as AWS describes them (facts 4.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import Field

from lambdatui.models.arn import Arn, function_name, qualifier_of
from lambdatui.models.configuration import AwsModel, DestinationConfig, Fault

TRANSITIONAL = frozenset({"Creating", "Enabling", "Disabling", "Updating", "Deleting"})
"""States that AWS leaves by itself (facts 4.3)."""

SERVICES = {
    "sqs": "SQS",
    "kinesis": "Kinesis",
    "dynamodb": "DynamoDB Streams",
    "kafka": "MSK",
    "mq": "MQ",
    "rds": "DocumentDB",
}
"""What a mapping reads, by the service in its EventSourceArn (facts 4.2)."""
SELF_MANAGED_KAFKA = "Kafka"


class ScalingConfig(AwsModel):
    """How many invocations a queue's mapping may run at once."""

    maximum_concurrency: int | None = None


class ProvisionedPollerConfig(AwsModel):
    """How many pollers are kept, at least and at most."""

    minimum_pollers: int | None = None
    maximum_pollers: int | None = None
    poller_group_name: str | None = None


class Filter(AwsModel):
    """One pattern; a record that fits any of a mapping's passes."""

    pattern: str | None = None


class FilterCriteria(AwsModel):
    """Which records are handed to the function."""

    filters: tuple[Filter, ...] = ()


class MetricsConfig(AwsModel):
    """Which groups of metrics the mapping publishes: ``EventCount``, ``ErrorCount``, ``KafkaMetrics``."""

    metrics: tuple[str, ...] = ()


class SelfManagedEventSource(AwsModel):
    """A Kafka cluster that AWS does not run."""

    endpoints: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class SourceAccess(AwsModel):
    """How the source is reached: a kind and the ARN of a secret, or of a subnet or a security group."""

    type: str | None = None
    uri: str | None = Field(None, alias="URI")


class DocumentDBSource(AwsModel):
    """Which collection of a DocumentDB cluster is read."""

    database_name: str | None = None
    collection_name: str | None = None
    full_document: str | None = None


class EventSourceMapping(AwsModel):
    """What polls a source and invokes a function with what it found.

    `batching_window_s`, `record_age_s` and `tumbling_window_s` are seconds. For retries and record age -1 means "until
    the record expires", and None that the setting does not exist for this kind of source (facts 4.3).
    """

    uuid: str = Field(alias="UUID")
    event_source_mapping_arn: str | None = None
    event_source_arn: str | None = None
    function_arn: str | None = None
    state: str | None = None
    """``Enabled``, ``Disabled``, one of `TRANSITIONAL`, or a word that AWS invented since."""
    state_transition_reason: str | None = None
    last_processing_result: str | None = None
    last_modified: datetime | None = None
    batch_size: int | None = None
    batching_window_s: int | None = Field(None, alias="MaximumBatchingWindowInSeconds")
    parallelization_factor: int | None = None
    starting_position: str | None = None
    starting_position_timestamp: datetime | None = None
    maximum_retry_attempts: int | None = None
    record_age_s: int | None = Field(None, alias="MaximumRecordAgeInSeconds")
    bisect_batch_on_function_error: bool | None = None
    tumbling_window_s: int | None = Field(None, alias="TumblingWindowInSeconds")
    function_response_types: tuple[str, ...] = ()
    destination_config: DestinationConfig | None = None
    scaling_config: ScalingConfig | None = None
    provisioned_poller_config: ProvisionedPollerConfig | None = None
    filter_criteria: FilterCriteria | None = None
    """None in a list where the filters are encrypted with a key of the account's own; `kms_key_arn` tells."""
    filter_criteria_error: Fault | None = None
    kms_key_arn: str | None = Field(None, alias="KMSKeyArn")
    metrics_config: MetricsConfig | None = None
    queues: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    self_managed_event_source: SelfManagedEventSource | None = None
    source_access_configurations: tuple[SourceAccess, ...] = ()
    document_db_event_source_config: DocumentDBSource | None = Field(None, alias="DocumentDBEventSourceConfig")

    @property
    def service(self) -> str:
        """The service in the source's ARN, such as ``sqs``; empty for a Kafka cluster that AWS does not run."""
        arn = Arn.parse(self.event_source_arn or "")
        return arn.service if arn else ""

    @property
    def what(self) -> str:
        """The kind of source in an operator's words; the service as AWS names it where it is not known."""
        if not self.event_source_arn:
            return SELF_MANAGED_KAFKA if self.self_managed_event_source else "unknown"
        return SERVICES.get(self.service, self.service or self.event_source_arn)

    @property
    def source(self) -> str:
        """The source's short name: queue, stream, table, cluster or broker."""
        arn = Arn.parse(self.event_source_arn or "")
        if arn is None:
            servers = [server for group in self._endpoints.values() for server in group]
            return self.event_source_arn or ", ".join(servers) or "unknown"
        if arn.service in {"sqs", "rds", "mq"}:
            return arn.resource.replace("cluster:", "").replace("broker:", "").partition(":")[0]
        parts = arn.resource.split("/")
        return parts[1] if len(parts) > 1 else arn.resource

    @property
    def _endpoints(self) -> dict[str, tuple[str, ...]]:
        return self.self_managed_event_source.endpoints if self.self_managed_event_source else {}

    @property
    def function_name(self) -> str:
        """The name of the function that it invokes; empty where AWS sent no ARN."""
        return function_name(self.function_arn or "")

    @property
    def qualifier(self) -> str:
        """The alias or version that it invokes; ``$LATEST`` where it names none (facts 4.3)."""
        return qualifier_of(self.function_arn or "")

    @property
    def failing(self) -> bool:
        """Whether its last processing failed: only the beginning of the result is fixed (facts 4.3)."""
        return (self.last_processing_result or "").upper().startswith(("PROBLEM", "FAILED"))

    @property
    def changing(self) -> bool:
        """Whether AWS is about to change its state by itself."""
        return self.state in TRANSITIONAL

    @property
    def on_failure(self) -> str | None:
        """Where batches go that failed for good; None where they go nowhere."""
        targets = self.destination_config
        return targets.on_failure.destination if targets and targets.on_failure else None

    @property
    def modified_ms(self) -> int | None:
        """When it was last changed, epoch ms; None where AWS did not say."""
        return None if self.last_modified is None else int(self.last_modified.timestamp() * 1000)

    @property
    def metric_groups(self) -> tuple[str, ...]:
        """The metrics that it publishes beside the function's own; each costs."""
        return self.metrics_config.metrics if self.metrics_config else ()

    @property
    def unseen_filters(self) -> bool:
        """Whether it may have filters that this answer does not show, for they are encrypted."""
        return self.filter_criteria is None and self.kms_key_arn is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueState:
    """A queue now. Counts are SQS's own approximations, times are seconds."""

    name: str
    visible: int
    in_flight: int
    delayed: int
    visibility_timeout_s: int
    retention_s: int
    dead_letter_arn: str | None = None
    max_receives: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamState:
    """A stream now."""

    status: str
    shards: int
    """Open ones: those that still take records."""
    retention_h: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterState:
    """A Kafka or DocumentDB cluster, or a broker, in AWS's word for its state."""

    status: str


SourceState = QueueState | StreamState | ClusterState


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricValue:
    """A metric over the last hour, in its own unit."""

    name: str
    latest: float | None
    """The newest value; None where there was none."""
    total: float
    """The sum of all values, for a count."""
