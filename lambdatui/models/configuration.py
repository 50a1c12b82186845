"""One function in detail, as AWS describes it: names as in AWS's API, absent where AWS sent nothing.

Every model keeps the fields that it does not know in ``model_extra``: they are shown raw, never dropped. Environment
values are `SecretStr` from here on, and a presigned download URL never gets past its model.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic.alias_generators import to_pascal

from lambdatui.models.function import epoch_ms


class AwsModel(BaseModel):
    """A structure of AWS's API.

    Fields are read by AWS's names. Every one of them may be absent, for AWS omits what is not set; None always means
    absent. A value that does not fit is an error that does not quote the value.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="allow",
        alias_generator=to_pascal,
        validate_by_name=True,
        hide_input_in_errors=True,
        defer_build=True,
    )

    @property
    def unknown(self) -> Mapping[str, Any]:
        """The fields that AWS sent and this model does not know, by AWS's names."""
        return self.model_extra or {}

    @model_validator(mode="before")
    @classmethod
    def _drop_transport(cls, data: Any) -> Any:
        """Leaves out botocore's own key beside a response's members: it is about the request, not about the thing."""
        if isinstance(data, Mapping):
            return {name: value for name, value in data.items() if name != "ResponseMetadata"}
        return data

    def masked_json(self) -> str:
        """What AWS sent as indented JSON, by AWS's names, secrets masked."""
        return self.model_dump_json(by_alias=True, exclude_unset=True, indent=2)


class Fault(AwsModel):
    """Why a part of an answer could not be filled."""

    error_code: str | None = None
    message: str | None = None


class Environment(AwsModel):
    """Environment variables; `error` says why they could not be decrypted, and then `variables` is empty."""

    variables: dict[str, SecretStr] = {}
    error: Fault | None = None


class VpcConfig(AwsModel):
    """Where in a VPC the function has its network interfaces; all empty outside a VPC."""

    subnet_ids: tuple[str, ...] = ()
    security_group_ids: tuple[str, ...] = ()
    vpc_id: str | None = None
    ipv6_allowed_for_dual_stack: bool | None = None


class DeadLetterConfig(AwsModel):
    """The queue or topic that takes what an asynchronous invocation could not process."""

    target_arn: str | None = None


class TracingConfig(AwsModel):
    """``Active`` or ``PassThrough``."""

    mode: str | None = None


class LayerReference(AwsModel):
    """A layer version that the function uses; `code_size` in bytes."""

    arn: str
    code_size: int | None = None
    signing_profile_version_arn: str | None = None
    signing_job_arn: str | None = None


class FileSystemConfig(AwsModel):
    """A file system and where the function sees it."""

    arn: str | None = None
    local_mount_path: str | None = None


class ImageConfig(AwsModel):
    """What overrides the container image's own settings."""

    entry_point: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    working_directory: str | None = None


class ImageConfigResponse(AwsModel):
    """An `ImageConfig`, or why it could not be read."""

    image_config: ImageConfig | None = None
    error: Fault | None = None


class EphemeralStorage(AwsModel):
    """``/tmp``; `size` in MB."""

    size: int | None = None


class SnapStart(AwsModel):
    """`apply_on` is ``PublishedVersions`` or ``None``; `optimization_status` ``On`` or ``Off``."""

    apply_on: str | None = None
    optimization_status: str | None = None


class RuntimeVersionConfig(AwsModel):
    """The exact runtime in use, or why it is not known."""

    runtime_version_arn: str | None = None
    error: Fault | None = None


class LoggingConfig(AwsModel):
    """Format (``Text`` or ``JSON``), levels (JSON only) and log group."""

    log_format: str | None = None
    application_log_level: str | None = None
    system_log_level: str | None = None
    log_group: str | None = None


class FunctionConfiguration(AwsModel):
    """The configuration of one version of a function."""

    function_name: str
    function_arn: str
    version: str | None = None
    runtime: str | None = None
    """Absent for container images."""
    handler: str | None = None
    role: str | None = None
    description: str | None = None
    memory_size: int | None = None
    """MB."""
    timeout: int | None = None
    """Seconds."""
    code_size: int | None = None
    """Bytes, compressed."""
    code_sha256: str | None = None
    last_modified: str | None = None
    """As AWS wrote it; `last_modified_ms` reads it."""
    revision_id: str | None = None
    package_type: str | None = None
    architectures: tuple[str, ...] = ()
    state: str | None = None
    state_reason: str | None = None
    state_reason_code: str | None = None
    last_update_status: str | None = None
    last_update_status_reason: str | None = None
    last_update_status_reason_code: str | None = None
    environment: Environment | None = None
    kms_key_arn: str | None = Field(None, alias="KMSKeyArn")
    layers: tuple[LayerReference, ...] = ()
    vpc_config: VpcConfig | None = None
    dead_letter_config: DeadLetterConfig | None = None
    tracing_config: TracingConfig | None = None
    file_system_configs: tuple[FileSystemConfig, ...] = ()
    image_config_response: ImageConfigResponse | None = None
    ephemeral_storage: EphemeralStorage | None = None
    snap_start: SnapStart | None = None
    runtime_version_config: RuntimeVersionConfig | None = None
    logging_config: LoggingConfig | None = None
    signing_profile_version_arn: str | None = None
    signing_job_arn: str | None = None
    master_arn: str | None = None
    """The function in us-east-1 that this Lambda@Edge replica copies (facts 3.14)."""

    @property
    def last_modified_ms(self) -> int | None:
        """Epoch ms; None where AWS sent no time that can be read."""
        return epoch_ms(self.last_modified)


class Downloadable(AwsModel):
    """An archive. ``Location``, a presigned download URL, is dropped here: nobody may see or log it (facts 1.1)."""

    @model_validator(mode="before")
    @classmethod
    def _drop_location(cls, data: Any) -> Any:
        if isinstance(data, Mapping):
            return {name: value for name, value in data.items() if name != "Location"}
        return data


class FunctionCode(Downloadable):
    """Where the code is kept."""

    repository_type: str | None = None
    image_uri: str | None = None
    resolved_image_uri: str | None = None
    source_kms_key_arn: str | None = Field(None, alias="SourceKMSKeyArn")
    error: Fault | None = None


class Concurrency(AwsModel):
    """Reserved concurrency; 0 means that the function is switched off."""

    reserved_concurrent_executions: int | None = None


class FunctionDetail(AwsModel):
    """What GetFunction says of a function, version or alias."""

    configuration: FunctionConfiguration
    code: FunctionCode | None = None
    tags: dict[str, str] = {}
    tags_error: Fault | None = None
    """Why `tags` could not be filled: the caller lacks ``lambda:ListTags`` (facts 1.1)."""
    concurrency: Concurrency | None = None

    @property
    def reserved_concurrency(self) -> int | None:
        """Reserved concurrent executions; None where nothing is reserved, 0 where the function is switched off."""
        return self.concurrency.reserved_concurrent_executions if self.concurrency else None


class Destination(AwsModel):
    """The ARN that takes the record of an asynchronous invocation."""

    destination: str | None = None


class DestinationConfig(AwsModel):
    """Where the records of asynchronous invocations go, by outcome."""

    on_success: Destination | None = None
    on_failure: Destination | None = None


class EventInvokeConfig(AwsModel):
    """How asynchronous invocations are retried and where their records go."""

    function_arn: str | None = None
    last_modified: datetime | None = None
    maximum_retry_attempts: int | None = None
    maximum_event_age_in_seconds: int | None = None
    destination_config: DestinationConfig | None = None

    @property
    def on_failure(self) -> str | None:
        """The ARN of what takes those that failed; None where nothing does."""
        failed = self.destination_config.on_failure if self.destination_config else None
        return failed.destination if failed else None


class Cors(AwsModel):
    """What browsers may do with a function URL; `max_age` in seconds."""

    allow_credentials: bool | None = None
    allow_headers: tuple[str, ...] = ()
    allow_methods: tuple[str, ...] = ()
    allow_origins: tuple[str, ...] = ()
    expose_headers: tuple[str, ...] = ()
    max_age: int | None = None


class FunctionUrl(AwsModel):
    """A function's own HTTPS address; `auth_type` is ``AWS_IAM`` or ``NONE``."""

    function_url: str
    function_arn: str | None = None
    auth_type: str | None = None
    invoke_mode: str | None = None
    cors: Cors | None = None
    creation_time: str | None = None
    last_modified_time: str | None = None


class RuntimeManagement(AwsModel):
    """When the runtime is updated: ``Auto``, ``FunctionUpdate`` or ``Manual``."""

    update_runtime_on: str | None = None
    function_arn: str | None = None
    runtime_version_arn: str | None = None


class Recursion(AwsModel):
    """What Lambda does about a recursive loop: ``Terminate`` or ``Allow``."""

    recursive_loop: str | None = None
