"""What may be set on a function, its aliases, its tags and its log group, checked before AWS is asked.

Every ``..._problem`` says in one sentence what is wrong, or None where nothing is. No sentence quotes the value of an
environment variable.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import SecretStr

from lambdatui.insight.quantities import counted
from lambdatui.models.arn import LATEST, Arn
from lambdatui.models.configuration import FunctionConfiguration


@dataclass(frozen=True, slots=True)
class Bounds:
    """Which whole numbers a setting takes."""

    low: int
    high: int
    unit: str = ""
    default: int | None = None
    """What AWS takes where nothing is set; None where no number says it."""
    besides: int | None = None
    """One more number that is allowed, such as -1 for "for ever"."""

    def __str__(self) -> str:
        besides = "" if self.besides is None else f"{self.besides} or "
        return f"{besides}{self.low:,} to {self.high:,} {self.unit}".rstrip()

    def problem(self, value: int) -> str | None:
        """What is wrong with a number."""
        return None if value == self.besides or self.low <= value <= self.high else f"must be {self}"


# -- memory, time, disk

_MEMORY = Bounds(128, 10_240, "MB")
_TIMEOUT = Bounds(1, 900, "s")
_EPHEMERAL = Bounds(512, 10_240, "MB")
_ROOMY_MB = 32_768
_MANAGED_TIMEOUT_S = 5_400


def memory_bounds(configuration: FunctionConfiguration) -> Bounds:
    """The memory that a function can have, MB: more on Managed Instances and accelerators (facts 3.7)."""
    roomy = _managed(configuration) or _accelerated(configuration)
    return replace(_MEMORY, high=_ROOMY_MB) if roomy else _MEMORY


def timeout_bounds(configuration: FunctionConfiguration) -> Bounds:
    """The timeout that a function can have, seconds: longer on Managed Instances (facts 3.7)."""
    return replace(_TIMEOUT, high=_MANAGED_TIMEOUT_S) if _managed(configuration) else _TIMEOUT


def ephemeral_bounds(configuration: FunctionConfiguration) -> Bounds:
    """The size that ``/tmp`` can have, MB: more on accelerators, the least with SnapStart (facts 3.7, 3.10)."""
    if configuration.snap_start and configuration.snap_start.apply_on == "PublishedVersions":
        return replace(_EPHEMERAL, high=_EPHEMERAL.low)
    return replace(_EPHEMERAL, high=_ROOMY_MB) if _accelerated(configuration) else _EPHEMERAL


def _managed(configuration: FunctionConfiguration) -> bool:
    return bool(configuration.unknown.get("CapacityProviderConfig"))


def _accelerated(configuration: FunctionConfiguration) -> bool:
    return bool(configuration.unknown.get("AcceleratorConfig"))


# -- description

DESCRIPTION_LENGTH = 256
"""Characters, of functions, versions and aliases alike (facts 3.7)."""


# -- environment

ENVIRONMENT_BYTES = 4_096
"""For all variables together (facts 3.7)."""

RESERVED_VARIABLES = frozenset(
    {
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
    }
)
"""Set by Lambda itself, and refused in a configuration (lambda/latest/dg/configuration-envvars.html)."""

_VARIABLE = re.compile(r"[a-zA-Z][a-zA-Z0-9_]+")


def variable_problem(name: str) -> str | None:
    """What is wrong with the name of an environment variable (EnvironmentVariableName in AWS's model)."""
    if name in RESERVED_VARIABLES:
        return f"{name} is reserved: Lambda sets it"
    if not _VARIABLE.fullmatch(name):
        return "a name is a letter followed by letters, digits and _, two characters at least"
    return None


def environment_size(variables: Mapping[str, SecretStr]) -> int:
    """Bytes that count against `ENVIRONMENT_BYTES`.

    Lambda measures the variables as one JSON object: names, quotes, commas and escapes count. It says so where it
    refuses ("String measured: {...}").
    """
    plain = {name: value.get_secret_value() for name, value in variables.items()}
    return len(json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass"))


def environment_problem(configuration: FunctionConfiguration, variables: Mapping[str, SecretStr]) -> str | None:
    """What is wrong with giving a function these variables in place of those that it has.

    Names that the function has already are not looked at again.
    """
    present = configuration.environment
    if present and present.error:
        reason = present.error.message or present.error.error_code or "AWS does not say why"
        return f"the present variables could not be decrypted and would all be lost: {reason}"
    known = present.variables if present else {}
    wrong = next((found for name in variables if name not in known and (found := variable_problem(name))), None)
    if wrong:
        return wrong
    size = environment_size(variables)
    if size > ENVIRONMENT_BYTES:
        return f"{size:,} bytes, names and quotes included: {ENVIRONMENT_BYTES:,} are allowed"
    return None


def environment_warning(configuration: FunctionConfiguration) -> str | None:
    """What is to be said before variables are changed that are encrypted with a key of the account's own."""
    key = configuration.kms_key_arn
    return f"encrypted with {key}: the caller and the function's role need kms:Decrypt on it" if key else None


# -- layers

LAYERS = 5
"""Of one function (facts 3.7)."""


def layers_problem(configuration: FunctionConfiguration, arns: Sequence[str]) -> str | None:
    """What is wrong with a function's having these layer versions, in this order; a later one covers an earlier one.

    Args:
        arns: of layer versions, all that the function shall have.
    """
    if arns and configuration.package_type == "Image":
        return "a function from a container image has no layers"
    if len(arns) > LAYERS:
        return f"{len(arns)} layers: {LAYERS} are allowed"
    function = Arn.parse(configuration.function_arn)
    layers: Counter[str] = Counter()
    for arn in arns:
        parsed = Arn.parse(arn)
        if parsed is None or not _LAYER.fullmatch(parsed.resource):
            return f"{arn} is no layer version's ARN"
        if function and parsed.region not in {"", function.region}:
            return f"{arn} is in another region than the function"
        layers[arn.rpartition(":")[0] if parsed.region else arn] += 1
    repeated = next((layer for layer, count in layers.items() if count > 1), None)
    return f"{repeated} is there twice: a function uses one version of a layer" if repeated else None


_LAYER = re.compile(r"layer:[a-zA-Z0-9-_]+:[0-9]+|awslayer:[a-zA-Z0-9-_]+")
"""The resource in an ARN (LayerVersionArn in AWS's model)."""

# -- aliases

ALIAS_LENGTH = 128
_ALIAS = re.compile(r"(?!\d+$)[a-zA-Z0-9-_]+")


def alias_name_problem(name: str, taken: Collection[str] = ()) -> str | None:
    """What is wrong with the name of a new alias (facts 3.2).

    Args:
        taken: the names of the function's aliases.
    """
    if name in taken:
        return f"there is an alias {name} already"
    if not _ALIAS.fullmatch(name):
        return "a name has letters, digits, - and _, and is no number"
    return None if len(name) <= ALIAS_LENGTH else f"{len(name)} characters: {ALIAS_LENGTH} are allowed"


def alias_version_problem(version: str, published: Collection[str], *, provisioned: bool = False) -> str | None:
    """What is wrong with an alias' pointing at a version (facts 3.2, 3.3).

    Args:
        version: digits, or ``$LATEST``.
        published: the numbers of the function's published versions.
        provisioned: whether the alias has provisioned concurrency.
    """
    if version not in {LATEST, *published}:
        return f"there is no version {version}"
    if version == LATEST and provisioned:
        return f"{LATEST} cannot have the alias' provisioned concurrency"
    return None


# -- log retention

RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545),
    *(731, 1_096, 1_827, 2_192, 2_557, 2_922, 3_288, 3_653),
)
"""What PutRetentionPolicy takes (AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html)."""


def retention_problem(days: int | None) -> str | None:
    """What is wrong with keeping log events for so long; None for ever."""
    if days is None or days in RETENTION_DAYS:
        return None
    return f"must be one of {', '.join(str(allowed) for allowed in RETENTION_DAYS)} days"


def retention_warning(before: int | None, after: int | None) -> str | None:
    """What is lost by keeping log events for `after` days and no longer for `before`; None for ever."""
    if after is None or (before is not None and before <= after):
        return None
    return f"log events older than {counted(after, 'days')} are deleted for good"


# -- tags

TAGS = 50
"""Of one function, without those that AWS set itself."""
TAG_KEY_LENGTH, TAG_VALUE_LENGTH = 128, 256
_AWS = "aws:"


def tag_problem(key: str, value: str) -> str | None:
    """What is wrong with one tag (TagKey and TagValue in AWS's model; lambda/latest/dg/configuration-tags.html)."""
    if not key:
        return "a tag needs a key"
    for what, text, longest in (("key", key, TAG_KEY_LENGTH), ("value", value, TAG_VALUE_LENGTH)):
        if len(text) > longest:
            return f"the {what} has {len(text)} characters: {longest} are allowed"
        if text.lower().startswith(_AWS):
            return f"the {what} begins with {_AWS}, which is reserved for AWS"
        if not all(map(_in_tags, text)):
            return f"the {what} has a character other than letters, digits, spaces and _ . : / = + - @"
    return None


def tags_problem(tags: Mapping[str, str]) -> str | None:
    """What is wrong with a function's having all these tags; those that AWS set itself do not count."""
    own = {key: value for key, value in tags.items() if not key.lower().startswith(_AWS)}
    if len(own) > TAGS:
        return f"{len(own)} tags: {TAGS} are allowed"
    return next((found for key, value in own.items() if (found := tag_problem(key, value))), None)


def _in_tags(character: str) -> bool:
    return character in "_.:/=+-@" or unicodedata.category(character)[0] in "LZN"
