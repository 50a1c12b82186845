"""What the machine's AWS configuration says: profiles, regions, endpoints. Local files and environment, no calls.

The rules are those of the AWS CLI (AWS SDKs and Tools Reference Guide, "Shared config and credentials files" and
"Service-specific endpoints"). botocore follows them too, but the console shows profile, region and endpoint before
botocore could be imported: all that is taken from it here is its reader of the two files.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lambdatui.errors import SettingsError

REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")
PROFILE_VARIABLES = ("AWS_DEFAULT_PROFILE", "AWS_PROFILE")
"""In the order in which they count, which is the AWS CLI's."""


@dataclass(frozen=True)
class Profiles:
    """The shared config and credentials files, merged, and the environment over them."""

    profiles: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    services: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, environment: Mapping[str, str] = os.environ) -> Profiles:
        """Reads both files where they exist.

        Raises:
            SettingsError: a file cannot be parsed.
        """
        config = _read(environment.get("AWS_CONFIG_FILE") or "~/.aws/config", in_sections=True)
        credentials = _read(environment.get("AWS_SHARED_CREDENTIALS_FILE") or "~/.aws/credentials", in_sections=False)
        profiles = dict(config.get("profiles", {}))
        for name, values in credentials.items():
            profiles[name] = {**profiles.get(name, {}), **values}
        return cls(profiles, config.get("services", {}), environment)

    def current(self, profile: str | None = None) -> str | None:
        """The profile in force: the one asked for, else the environment's; None where neither names one."""
        return profile or self._first(PROFILE_VARIABLES)

    def region(self, profile: str | None = None) -> str | None:
        """The region in force for a profile; None where nothing configures one."""
        return self._first(REGION_VARIABLES) or self._of(profile).get("region")

    def endpoint_url(self, profile: str | None = None, service_id: str = "Lambda") -> str | None:
        """The endpoint configured in place of AWS's own; None where there is none, or they are to be ignored.

        Args:
            service_id: the service's id in AWS's models, such as ``CloudWatch Logs``.
        """
        chosen = self._of(profile)
        ignored = self.environment.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") or chosen.get(
            "ignore_configured_endpoint_urls", ""
        )
        if ignored.lower() == "true":
            return None
        service = service_id.lower().replace(" ", "_")
        section = self.services.get(chosen.get("services", ""), {}).get(service)
        return (
            self.environment.get(f"AWS_ENDPOINT_URL_{service.upper()}")
            or self.environment.get("AWS_ENDPOINT_URL")
            or (section.get("endpoint_url") if isinstance(section, Mapping) else None)
            or chosen.get("endpoint_url")
        )

    def _of(self, profile: str | None) -> Mapping[str, Any]:
        return self.profiles.get(self.current(profile) or "default", {})

    def _first(self, variables: tuple[str, ...]) -> str | None:
        return next((value for name in variables if (value := self.environment.get(name))), None)


def _read(path: str, *, in_sections: bool) -> dict[str, Any]:
    from botocore.configloader import load_config, raw_config_parse  # noqa: PLC0415 (start-up speed)
    from botocore.exceptions import ConfigNotFound, ConfigParseError  # noqa: PLC0415

    try:
        return (load_config if in_sections else raw_config_parse)(str(Path(path).expanduser())) or {}
    except ConfigNotFound:
        return {}
    except ConfigParseError:
        # The parser's own message quotes the line, which may hold a key.
        raise SettingsError(f"{path}: not an AWS configuration file", "mend it: aws configure list fails too") from None
