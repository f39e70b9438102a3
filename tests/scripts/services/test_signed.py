"""The services of this run want to know who asks."""

import urllib.error
import urllib.request
from base64 import b64encode
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.services import Addresses

pytestmark = pytest.mark.contract


def test_elasticsearch_answers_nobody_without_its_password(elasticsearch: Addresses) -> None:
    parts = urlsplit(elasticsearch["ELASTICSEARCH_URL"])
    token = b64encode(f"{parts.username}:guessed".encode()).decode()
    request = urllib.request.Request(
        f"http://{parts.hostname}:{parts.port}/_cluster/health", headers={"Authorization": f"Basic {token}"}
    )
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(request, timeout=90)


def bucket(addresses: Addresses, secret: str):
    return boto3.client(
        "s3",
        endpoint_url=addresses["S3_ENDPOINT_URL"],
        aws_access_key_id=addresses["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=secret,
        region_name=addresses["AWS_DEFAULT_REGION"],
    )


def test_s3_answers_a_right_signature_and_refuses_a_wrong_one(s3: Addresses) -> None:
    name = s3["MEDIA_STORAGE"].removeprefix("s3://")
    client = bucket(s3, s3["AWS_SECRET_ACCESS_KEY"])
    client.put_object(Bucket=name, Key="services/signed", Body=b"yes")
    assert client.get_object(Bucket=name, Key="services/signed")["Body"].read() == b"yes"
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        bucket(s3, "guessed").get_object(Bucket=name, Key="services/signed")
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"{s3['S3_ENDPOINT_URL']}/{name}/services/signed")


def test_a_bucket_that_is_not_there_is_not_made_on_the_way(s3: Addresses) -> None:
    with pytest.raises(ClientError, match="NoSuchBucket"):
        bucket(s3, s3["AWS_SECRET_ACCESS_KEY"]).put_object(Bucket="elsewhere", Key="a", Body=b"")
