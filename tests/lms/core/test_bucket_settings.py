"""`MEDIA_STORAGE` and what belongs to it are refused at start, each by its name; keys are never printed."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from lms.settings import storing
from lms.settings.environment import read

GOOD = {
    "MEDIA_STORAGE": "s3://fieldschool",
    "S3_ENDPOINT_URL": "https://s3.example.test:9000",
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "kept-to-ourselves",
}


def test_files_of_this_machine_by_default(tmp_path: Path) -> None:
    found = read({"DATA_DIR": str(tmp_path)})
    assert (found.bucket, found.media_delivery) == (None, "embedded")


def test_a_bucket(tmp_path: Path) -> None:
    bucket = read({**GOOD, "DATA_DIR": str(tmp_path), "AWS_REGION": "cn-north-1"}).bucket
    assert bucket is not None
    assert (bucket.name, bucket.region, bucket.origin) == ("fieldschool", "cn-north-1", "https://s3.example.test:9000")
    place = storing.place("sources", bucket=bucket)
    assert place["OPTIONS"]["location"] == "sources"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("MEDIA_STORAGE", "s3://"),
        ("MEDIA_STORAGE", "s3://Upper"),
        ("MEDIA_STORAGE", "gs://fieldschool"),
        ("MEDIA_STORAGE", "s3://fieldschool/folder"),
        ("S3_ENDPOINT_URL", "s3.example.test"),
        ("S3_ENDPOINT_URL", "https://key:kept-to-ourselves@s3.example.test"),
        ("S3_ENDPOINT_URL", "https://s3.example.test/bucket"),
        ("S3_ENDPOINT_URL", "http://127.0.0.1:port"),
        ("S3_PUBLIC_ENDPOINT_URL", "//s3"),
        ("AWS_ACCESS_KEY_ID", ""),
        ("AWS_SECRET_ACCESS_KEY", ""),
        ("MEDIA_DELIVERY", "apache"),
    ],
)
def test_a_wrong_value_is_named_and_no_key_is_printed(variable: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        read({**GOOD, "DATA_DIR": str(tmp_path), variable: value})
    assert variable in str(refused.value)
    assert "kept-to-ourselves" not in str(refused.value)


def test_nobody_is_sent_to_a_bucket_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="MEDIA_DELIVERY"):
        read({"DATA_DIR": str(tmp_path), "MEDIA_DELIVERY": "redirect"})
