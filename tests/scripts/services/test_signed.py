"""The services of this run want to know who asks."""

import json
import re
import time
import urllib.error
import urllib.request
from base64 import b64encode
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.services import Addresses, Nodes

pytestmark = pytest.mark.contract


def health(url: str, password: str | None = None) -> dict[str, object]:
    parts = urlsplit(url)
    token = b64encode(f"{parts.username}:{password or parts.password}".encode()).decode()
    address = f"http://{parts.hostname}:{parts.port}/_cluster/health?wait_for_nodes=2&timeout=60s"
    request = urllib.request.Request(address, headers={"Authorization": f"Basic {token}"})
    with urllib.request.urlopen(request, timeout=90) as answer:
        return json.load(answer)


def test_elasticsearch_answers_nobody_without_its_password(elasticsearch: Addresses) -> None:
    with pytest.raises(urllib.error.HTTPError, match="401"):
        health(elasticsearch["ELASTICSEARCH_URL"], password="guessed")


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


def nodes_seen(url: str) -> int:
    """How many nodes a node counts; 0 while it has no master."""
    try:
        return int(health(url)["number_of_nodes"])
    except urllib.error.HTTPError as error:
        if error.code != 503:
            raise
        return 0


def test_of_three_nodes_two_answer_when_one_is_killed(elasticsearch_nodes: Nodes) -> None:
    urls = elasticsearch_nodes.addresses["ELASTICSEARCH_URL"].split(",")
    assert len({re.sub(r":\d+$", "", url) for url in urls}) == 1
    elasticsearch_nodes.kill(1)
    until = time.monotonic() + 180
    while nodes_seen(urls[1]) != 2:  # until another master is chosen it answers 503
        assert time.monotonic() < until, "the two that are left find no master"
        time.sleep(0.5)
