"""Configuration, layers, tags, log retention and versions: in the emulator, and what is refused at the wire."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from lambdatui.actions.action import Subject
from lambdatui.actions.configuration import Settings
from lambdatui.actions.layers import Layers
from lambdatui.actions.log_retention import Retention
from lambdatui.actions.tags import Tag, TagKey
from lambdatui.actions.versions import Publication
from lambdatui.demo.cloud import Cloud
from lambdatui.demo.packages import packed
from lambdatui.errors import AccessDenied, NotFound, RequestRefused
from tests.actions.acting import Acting
from tests.support.endpoint import Answer, ScriptedEndpoint, Seen, error, function, json_answer
from tests.support.releases import history, version, versions

ORDERS = Subject(function="orders")


def configuration(cloud: Cloud) -> dict[str, Any]:
    found: dict[str, Any] = cloud["lambda"].get_function_configuration(FunctionName="orders")
    return found


def serve(endpoint: ScriptedEndpoint, tags: dict[str, str] | None = None, **particular: Any) -> None:
    """GetFunction of ``orders``."""
    endpoint.on("lambda", "GetFunction", json_answer({"Configuration": function("orders", **particular), "Tags": tags}))


# -- configuration


def settings(cloud: Cloud) -> tuple[int, int, int, str]:
    now = configuration(cloud)
    return now["MemorySize"], now["Timeout"], now["EphemeralStorage"]["Size"], now["Description"]


async def test_a_configuration_is_edited_and_taken_back(at_cloud: Acting, cloud: Cloud, orders: None) -> None:
    before = settings(cloud)
    edited = Settings(memory_mb=512, timeout_s=30, ephemeral_mb=1024, description="takes orders")
    await at_cloud.do("configuration-edit", ORDERS, edited)
    assert settings(cloud) == (512, 30, 1024, "takes orders")
    await at_cloud.undo()
    assert settings(cloud) == before


async def test_a_configuration_that_somebody_changed_meanwhile_is_left_alone(
    at_cloud: Acting, cloud: Cloud, orders: None
) -> None:
    """The other change is one that the plan does not show: only the RevisionId tells of it."""
    plan = await at_cloud.plan("configuration-edit", ORDERS, Settings(memory_mb=512, timeout_s=30, ephemeral_mb=512))
    cloud["lambda"].update_function_configuration(FunctionName="orders", Handler="other.handler")
    outcome = await at_cloud.perform("configuration-edit", plan)
    assert (outcome.result, at_cloud.last.result) == ("conflict", "conflict")
    assert settings(cloud)[0] == 128


async def test_what_somebody_set_while_the_form_was_open_stays_and_is_not_taken_back_either(
    acting: Acting, endpoint: ScriptedEndpoint
) -> None:
    serve(endpoint, Timeout=77)
    plan = await acting.plan("configuration-edit", ORDERS, Settings(memory_mb=512))
    assert plan.calls[0].parameters.keys() == {"FunctionName", "RevisionId", "MemorySize"}
    assert (plan.before, plan.after) == ({"memory": "128 MB"}, {"memory": "512 MB"})
    assert plan.inverse is not None
    assert plan.inverse.params.model_dump(exclude_unset=True) == {"memory_mb": 128}


async def test_the_form_starts_with_what_is_there_and_names_the_bounds(at_cloud: Acting, orders: None) -> None:
    draft = await at_cloud.draft("configuration-edit", ORDERS)
    assert draft.params == Settings(memory_mb=128, timeout_s=3, ephemeral_mb=512)
    assert draft.remarks == ("memory: 128 to 10,240 MB · timeout: 1 to 900 s · ephemeral storage: 512 to 10,240 MB",)


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (Settings(memory_mb=64, timeout_s=3, ephemeral_mb=512), "memory must be 128 to 10,240 MB"),
        (Settings(memory_mb=128, timeout_s=901, ephemeral_mb=512), "timeout must be 1 to 900 s"),
        (Settings(memory_mb=128, timeout_s=3, ephemeral_mb=20_000), "ephemeral storage must be 512 to 10,240 MB"),
    ],
)
async def test_a_setting_out_of_bounds_is_refused(
    wanted: Settings, why: str, acting: Acting, endpoint: ScriptedEndpoint
) -> None:
    serve(endpoint)
    with pytest.raises(RequestRefused, match=why):
        await acting.plan("configuration-edit", ORDERS, wanted)


async def test_a_setting_that_is_not_changed_may_be_out_of_bounds(acting: Acting, endpoint: ScriptedEndpoint) -> None:
    serve(endpoint, MemorySize=12_288)
    now = (await acting.draft("configuration-edit", ORDERS)).params
    plan = await acting.plan("configuration-edit", ORDERS, now.model_copy(update={"description": "big"}))
    assert plan.calls[0].parameters.keys() == {"FunctionName", "RevisionId", "Description"}


# -- layers


def layers(cloud: Cloud) -> list[str]:
    return [layer["Arn"] for layer in configuration(cloud).get("Layers", [])]


async def test_layers_are_attached_reordered_detached_and_taken_back(
    at_cloud: Acting, cloud: Cloud, orders: None
) -> None:
    client = cloud["lambda"]
    content = {"ZipFile": packed({"python/money.py": b""})}
    money, tax = (
        client.publish_layer_version(LayerName=name, Content=content)["LayerVersionArn"] for name in ("money", "tax")
    )
    await at_cloud.do("layers-edit", ORDERS, Layers(layers=f"{money}\n{tax}\n"))
    assert layers(cloud) == [money, tax]
    await at_cloud.do("layers-edit", ORDERS, Layers(layers=f"{tax}\n{money}"))
    assert layers(cloud) == [tax, money]
    await at_cloud.undo()
    assert layers(cloud) == [money, tax]
    await at_cloud.do("layers-edit", ORDERS, Layers(layers=""))
    assert layers(cloud) == []


async def test_of_layers_only_the_places_are_told_that_are_or_were_taken(
    acting: Acting, endpoint: ScriptedEndpoint
) -> None:
    arn = "arn:aws:lambda:us-east-1:123456789012:layer:money:2"
    serve(endpoint, Layers=[{"Arn": arn}])
    plan = await acting.plan("layers-edit", ORDERS, Layers(layers=""))
    assert (plan.before, plan.after) == ({"layer 1": arn}, {"layer 1": None})


async def test_layers_that_were_not_touched_stay_as_somebody_else_made_them(
    acting: Acting, endpoint: ScriptedEndpoint
) -> None:
    serve(endpoint, Layers=[{"Arn": "one"}])
    assert (await acting.plan("layers-edit", ORDERS, Layers())).calls == ()


async def test_the_form_holds_the_layers_one_a_line(acting: Acting, endpoint: ScriptedEndpoint) -> None:
    serve(endpoint, Layers=[{"Arn": "one"}, {"Arn": "two"}])
    assert (await acting.draft("layers-edit", ORDERS)).params == Layers(layers="one\ntwo")


async def test_two_versions_of_a_layer_are_refused(acting: Acting, endpoint: ScriptedEndpoint) -> None:
    serve(endpoint)
    arn = "arn:aws:lambda:us-east-1:123456789012:layer:money"
    with pytest.raises(RequestRefused, match="is there twice"):
        await acting.plan("layers-edit", ORDERS, Layers(layers=f"{arn}:1\n{arn}:2"))


# -- tags


def tags(cloud: Cloud) -> dict[str, str]:
    found: dict[str, str] = cloud["lambda"].get_function(FunctionName="orders")["Tags"]
    return found


async def test_a_tag_is_set_anew_and_taken_back(at_cloud: Acting, cloud: Cloud, orders: None) -> None:
    await at_cloud.do("tag-set", ORDERS, Tag(key="stage", value="live"))
    assert tags(cloud) == {"team": "payments", "stage": "live"}
    await at_cloud.undo()
    assert tags(cloud) == {"team": "payments"}


async def test_a_tag_gets_another_value_and_the_former_one_back(at_cloud: Acting, cloud: Cloud, orders: None) -> None:
    await at_cloud.do("tag-set", ORDERS, Tag(key="team", value="billing"))
    assert tags(cloud) == {"team": "billing"}
    await at_cloud.undo()
    assert tags(cloud) == {"team": "payments"}


async def test_a_tag_is_removed_and_taken_back(at_cloud: Acting, cloud: Cloud, orders: None) -> None:
    draft = await at_cloud.draft("tag-remove", ORDERS)
    assert draft.choices == {"key": ("team",)}
    await at_cloud.do("tag-remove", ORDERS, draft.params)
    assert tags(cloud) == {}
    await at_cloud.undo()
    assert tags(cloud) == {"team": "payments"}


async def test_a_tag_that_somebody_changed_meanwhile_is_left_alone(
    at_cloud: Acting, cloud: Cloud, orders: None
) -> None:
    plan = await at_cloud.plan("tag-set", ORDERS, Tag(key="team", value="billing"))
    cloud["lambda"].tag_resource(Resource=cloud.function_arn("orders"), Tags={"team": "checkout"})
    outcome = await at_cloud.perform("tag-set", plan)
    assert outcome.result == "conflict"
    assert str(outcome.error).startswith("tag team was payments and is checkout")
    assert tags(cloud) == {"team": "checkout"}


@pytest.mark.parametrize(
    ("tag", "why"),
    [
        (Tag(), "a tag needs a key"),
        (Tag(key="aws:owner", value="me"), "reserved for AWS"),
        (Tag(key="new", value="one too many"), "51 tags: 50 are allowed"),
    ],
)
async def test_a_tag_that_aws_would_refuse_is_refused(
    tag: Tag, why: str, acting: Acting, endpoint: ScriptedEndpoint
) -> None:
    serve(endpoint, tags={f"tag-{number}": "x" for number in range(50)})
    with pytest.raises(RequestRefused, match=why):
        await acting.plan("tag-set", ORDERS, tag)


async def test_tags_of_aws_are_not_offered_for_removal(acting: Acting, endpoint: ScriptedEndpoint) -> None:
    serve(endpoint, tags={"aws:cloudformation:stack-name": "shop"})
    with pytest.raises(RequestRefused, match="orders has no tags of its own"):
        await acting.draft("tag-remove", ORDERS)
    with pytest.raises(RequestRefused, match="reserved for AWS"):
        await acting.plan("tag-remove", ORDERS, TagKey(key="aws:cloudformation:stack-name"))


async def test_tags_that_may_not_be_seen_are_not_taken_for_none(acting: Acting, endpoint: ScriptedEndpoint) -> None:
    detail = {"Configuration": function("orders"), "TagsError": {"ErrorCode": "AccessDeniedException", "Message": "x"}}
    endpoint.on("lambda", "GetFunction", json_answer(detail))
    with pytest.raises(AccessDenied, match="lambda:ListTags"):
        await acting.plan("tag-set", ORDERS, Tag(key="team", value="billing"))


# -- log retention


def retention(cloud: Cloud) -> int | None:
    (group,) = cloud["logs"].describe_log_groups(logGroupNamePrefix="/aws/lambda/orders")["logGroups"]
    days: int | None = group.get("retentionInDays")
    return days


async def test_retention_is_set_ended_and_taken_back(at_cloud: Acting, cloud: Cloud, orders: None) -> None:
    cloud["logs"].create_log_group(logGroupName="/aws/lambda/orders")
    await at_cloud.do("log-retention", ORDERS, Retention(days=30))
    assert retention(cloud) == 30
    await at_cloud.do("log-retention", ORDERS, Retention(days=None))
    assert retention(cloud) is None
    await at_cloud.undo()
    assert retention(cloud) == 30


def group(endpoint: ScriptedEndpoint, name: str, days: int) -> None:
    endpoint.on(
        "logs", "DescribeLogGroups", json_answer({"logGroups": [{"logGroupName": name, "retentionInDays": days}]})
    )


async def test_shorter_retention_warns_of_what_is_deleted(acting: Acting, endpoint: ScriptedEndpoint) -> None:
    serve(endpoint)
    group(endpoint, "/aws/lambda/orders", 30)
    plan = await acting.plan("log-retention", ORDERS, Retention(days=7))
    assert plan.warnings == ("log events older than 7 days are deleted for good",)
    longer = await acting.plan("log-retention", ORDERS, Retention(days=60))
    assert longer.warnings == ()


async def test_a_shared_log_group_is_warned_of(acting: Acting, endpoint: ScriptedEndpoint) -> None:
    serve(endpoint, LoggingConfig={"LogFormat": "JSON", "LogGroup": "/shop/all"})
    group(endpoint, "/shop/all", 30)
    plan = await acting.plan("log-retention", ORDERS, Retention(days=60))
    assert plan.warnings == ("other functions may log to /shop/all too: it counts for all of them",)
    assert plan.calls[0].sent() == {"logGroupName": "/shop/all", "retentionInDays": 60}


async def test_a_group_that_does_not_exist_yet_is_not_found(acting: Acting, endpoint: ScriptedEndpoint) -> None:
    serve(endpoint)
    endpoint.on("logs", "DescribeLogGroups", json_answer({"logGroups": []}))
    with pytest.raises(NotFound, match="log group /aws/lambda/orders not found"):
        await acting.plan("log-retention", ORDERS, Retention(days=7))


def test_a_number_of_days_that_aws_does_not_take_is_refused_in_the_form() -> None:
    with pytest.raises(ValidationError, match="must be one of 1, 3, 5, 7"):
        Retention(days=8)


# -- versions


def published(cloud: Cloud) -> list[tuple[str, str]]:
    found = cloud["lambda"].list_versions_by_function(FunctionName="orders")["Versions"]
    return [(each["Version"], each["Description"]) for each in found if each["Version"] != "$LATEST"]


async def test_a_version_is_published_once(at_cloud: Acting, cloud: Cloud, orders: None) -> None:
    outcome = await at_cloud.do("version-publish", ORDERS, Publication(description="first"))
    assert published(cloud) == [("1", "first")]
    assert at_cloud.told[-1] == "version 1 is the newest"
    assert outcome.plan.remarks[0] == "no version was ever published"


async def test_nothing_changed_since_the_last_version_is_said(acting: Acting, endpoint: ScriptedEndpoint) -> None:
    serve(endpoint, CodeSha256="code-of-2")
    endpoint.on("lambda", "ListVersionsByFunction", versions(*history("orders", 2)))
    plan = await acting.plan("version-publish", ORDERS, Publication())
    assert plan.remarks[0] == "nothing changed since version 2, which AWS would answer with"
    assert plan.calls == ()


def newest(endpoint: ScriptedEndpoint, latest: dict[str, Any], second: dict[str, Any]) -> None:
    """``$LATEST`` and version 2 as GetFunction tells them."""
    endpoint.on("lambda", "ListVersionsByFunction", versions(*history("orders", 2)))
    endpoint.on(
        "lambda",
        "GetFunction",
        lambda seen: json_answer({"Configuration": second if "Qualifier" in seen.query else latest}),
    )


async def test_what_differs_from_the_last_version_is_named(acting: Acting, endpoint: ScriptedEndpoint) -> None:
    latest = function("orders", MemorySize=512, CodeSha256="code-of-now", Environment={"Variables": {"A": "1"}})
    newest(endpoint, latest, version("orders", 2))
    draft = await acting.draft("version-publish", ORDERS)
    assert draft.remarks == ("differs from version 2 in code, MemorySize, environment",)


async def test_where_only_the_description_differs_aws_may_make_no_version(
    acting: Acting, endpoint: ScriptedEndpoint
) -> None:
    newest(endpoint, function("orders", CodeSha256="code-of-2"), version("orders", 2, Description="second"))
    plan = await acting.plan("version-publish", ORDERS, Publication())
    assert plan.warnings == ("only the description differs: AWS may make no version, and answer with version 2",)
    assert len(plan.calls) == 1


async def test_what_is_published_is_what_was_looked_at(acting: Acting, endpoint: ScriptedEndpoint) -> None:
    newest(endpoint, function("orders", CodeSha256="code-of-now"), version("orders", 2))
    plan = await acting.plan("version-publish", ORDERS, Publication(description="third"))
    assert plan.calls[0].sent() == {
        "FunctionName": "orders",
        "CodeSha256": "code-of-now",
        "RevisionId": "00000000-0000-0000-0000-000000000000",
        "Description": "third",
    }


async def test_that_aws_made_no_version_is_told(acting: Acting, endpoint: ScriptedEndpoint) -> None:
    newest(endpoint, function("orders", CodeSha256="code-of-2"), version("orders", 2, Description="second"))
    endpoint.on("lambda", "PublishVersion", json_answer(version("orders", 2)))
    await acting.do("version-publish", ORDERS, Publication())
    assert acting.told == ["no version was made: version 2 is the same"]


async def test_a_version_is_watched_until_it_is_ready(acting: Acting, endpoint: ScriptedEndpoint) -> None:
    """With SnapStart a version takes minutes."""
    newest(endpoint, function("orders", CodeSha256="code-of-now"), version("orders", 2))
    plan = await acting.plan("version-publish", ORDERS, Publication())
    endpoint.on("lambda", "PublishVersion", json_answer(version("orders", 3)))
    states = iter(("Pending", "Active"))

    def detail(seen: Seen) -> Answer:
        asked = seen.query.get("Qualifier")
        made = {"State": next(states)} if asked == "3" else {}
        found = version("orders", asked, **made) if asked else function("orders", CodeSha256="code-of-now")
        return json_answer({"Configuration": found})

    endpoint.on("lambda", "GetFunction", detail)
    endpoint.on("lambda", "ListVersionsByFunction", versions(*history("orders", 2)), versions(*history("orders", 3)))
    await acting.perform("version-publish", plan)
    assert acting.told == ["version 3: Pending…", "version 3 is the newest"]


async def test_a_function_that_is_not_there_is_not_found(acting: Acting, endpoint: ScriptedEndpoint) -> None:
    endpoint.on("lambda", "GetFunction", error("ResourceNotFoundException", 404, "Function not found: orders"))
    with pytest.raises(NotFound):
        await acting.plan("version-publish", ORDERS, Publication())
