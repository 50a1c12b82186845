"""The models of one function in detail: nothing secret gets out, nothing unknown gets lost."""

from __future__ import annotations

import json
import pickle

import pytest
from botocore.session import Session
from pydantic import ValidationError

from lambdatui.models.configuration import AwsModel, FunctionConfiguration, FunctionDetail, FunctionUrl
from tests.support.endpoint import function

PRESIGNED = "https://awslambda-us-east-1-tasks.s3.amazonaws.com/code?X-Amz-Signature=abc"


def detail(**configuration: object) -> FunctionDetail:
    answer = {
        "ResponseMetadata": {"HTTPStatusCode": 200},
        "Configuration": function("f", **configuration),
        "Code": {"RepositoryType": "S3", "Location": PRESIGNED},
        "Tags": {"team": "payments"},
    }
    return FunctionDetail.model_validate(answer)


def with_secret() -> FunctionDetail:
    return detail(Environment={"Variables": {"PASSWORD": "hunter2", "EMPTY": ""}})


def test_the_json_names_the_variables_and_masks_their_values() -> None:
    environment = json.loads(with_secret().masked_json())["Configuration"]["Environment"]
    assert environment["Variables"].keys() == {"PASSWORD", "EMPTY"}
    assert "hunter2" not in with_secret().masked_json()


def test_an_environment_value_is_in_no_repr() -> None:
    assert "hunter2" not in repr(with_secret()) + str(with_secret())


def test_an_environment_value_can_be_revealed_on_purpose() -> None:
    environment = with_secret().configuration.environment
    assert environment is not None
    assert environment.variables["PASSWORD"].get_secret_value() == "hunter2"


def test_the_presigned_url_is_nowhere() -> None:
    known = detail()
    assert b"X-Amz-Signature" not in pickle.dumps(known)
    assert "Location" not in known.masked_json()


def test_the_json_is_what_aws_sent_by_its_names_and_nothing_that_it_did_not_send() -> None:
    sent = function("f")
    assert json.loads(detail().masked_json()) == {
        "Configuration": sent,
        "Code": {"RepositoryType": "S3"},
        "Tags": {"team": "payments"},
    }


def test_an_unknown_field_is_kept_wherever_it_is() -> None:
    known = detail(Novelty={"Deep": [1]}, EphemeralStorage={"Size": 512, "Colour": "blue"})
    assert known.configuration.unknown == {"Novelty": {"Deep": [1]}}
    assert known.configuration.ephemeral_storage is not None
    assert known.configuration.ephemeral_storage.unknown == {"Colour": "blue"}
    assert '"Novelty"' in known.masked_json()


def test_an_environment_that_could_not_be_decrypted_says_why() -> None:
    problem = {"ErrorCode": "AccessDeniedException", "Message": "kms:Decrypt"}
    environment = detail(Environment={"Error": problem}).configuration.environment
    assert environment is not None
    assert environment.error is not None
    assert (environment.variables, environment.error.message) == ({}, "kms:Decrypt")


def test_a_value_that_does_not_fit_is_not_quoted() -> None:
    with pytest.raises(ValidationError) as raised:
        detail(Environment={"Variables": {"PASSWORD": ["hunter2"]}})
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    ("model", "shape"),
    [(FunctionConfiguration, "FunctionConfiguration"), (FunctionUrl, "GetFunctionUrlConfigResponse")],
)
def test_every_field_has_awss_own_name(model: type[AwsModel], shape: str) -> None:
    members = Session().get_service_model("lambda").shape_for(shape).members
    assert {field.alias for field in model.model_fields.values()} <= set(members)
