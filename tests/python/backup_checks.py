"""Backups in a bucket, as a server that speaks S3 (moto) has it: copied there, and brought back from there alone.

    BINARY=target/debug/belle-house python tests/python/backup_checks.py
"""

import json
import re
import secrets
import sqlite3
import subprocess
import sys
import tempfile
import urllib.request
import uuid
from pathlib import Path

import boto3

from product import ADMIN, PASSWORD, BINARY, Checks, Product, free_port, until

BUCKET = "house-backups"


class Bucket:
    """moto's server with one bucket."""

    def __enter__(self):
        self.port = free_port()
        self.log = tempfile.TemporaryFile()
        self.start()
        self.s3 = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{self.port}", region_name="us-east-1", aws_access_key_id="id",
                               aws_secret_access_key="secret")
        self.s3.create_bucket(Bucket=BUCKET)
        return self

    def start(self):
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log)
        until("the bucket's server answers", self.answers, 30)

    def answers(self):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/moto-api/", timeout=5).close()
            return True
        except OSError:
            return False

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)

    def read(self, key):
        return self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()

    def write(self, key, content):
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=content)

    def keys(self):
        return [one["Key"] for one in self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]

    def backups(self):
        """Those that are whole: with their descriptions."""
        keys = self.keys()
        return sorted(key for key in keys if key.endswith(".age") and f"{key}.json" in keys)

    def settings(self, **more):
        return {"BACKUP_S3_BUCKET": BUCKET, "BACKUP_S3_ENDPOINT": f"http://127.0.0.1:{self.port}", "BACKUP_S3_ACCESS_KEY_ID": "id",
                "BACKUP_S3_SECRET_ACCESS_KEY": "secret", **more}


class OtherMachine(Product):
    """A machine without anything: no server runs on it, and it has no administrator."""

    def __enter__(self):
        return self

    def command(self, *arguments):
        status, told = self.run(*arguments)
        assert status == 0, told
        return told

    def folder_holds(self):
        folder = self.folder / "data/backups"
        return sorted(path.name for path in folder.iterdir() if not path.name == ".lock") if folder.exists() else []


def fill(product):
    """More than one part of what is sent at once (5 MB), of what can't be compressed: past the server, which is stopped."""
    with sqlite3.connect(product.folder / "data/belle-house.sqlite3") as database:
        database.row_factory = sqlite3.Row
        row = dict(database.execute("SELECT * FROM contact_inquiries LIMIT 1").fetchone())
        marks = ", ".join("?" for _ in row)
        for _ in range(40):
            other = {**row, "message": secrets.token_hex(200_000), "idempotency_key": None}
            other = {name: value for name, value in other.items() if name in row}
            other["id"] = uuid.uuid4().bytes if isinstance(row["id"], bytes) else str(uuid.uuid4())
            database.execute(f"INSERT INTO contact_inquiries ({', '.join(row)}) VALUES ({marks})", [other[name] for name in row])
    database.close()


def main():
    checks = Checks(limit=240)
    keys = Path(tempfile.mkdtemp(prefix="belle-house-keys."))
    identity = keys / "identity"
    told = subprocess.run([BINARY, "backup", "keygen", str(identity)], check=True, stdout=subprocess.PIPE, text=True, timeout=30).stdout
    recipient = re.search(r"BACKUP_RECIPIENT=(age1\w+)", told)[1]
    with Bucket() as bucket:
        settings = bucket.settings(BACKUP_RECIPIENT=recipient)
        with Product(**settings) as product:
            def the_server_copies_what_it_makes():
                until("a backup with its description in the bucket", bucket.backups, 60)
                [name] = bucket.backups()
                described = json.loads(bucket.read(f"{name}.json"))
                assert described["proven_at"] and described["problem"] is None, described
                assert len(bucket.read(name)) == described["bytes"]

            def a_large_one_goes_in_parts():
                product.inquire(message="Ce que dit le dernier message.")
                product.stop()
                fill(product)
                status, told = product.run("backup")
                assert status == 0 and f"Copied into the bucket {BUCKET}" in told, told
                newest = bucket.backups()[-1]
                assert len(bucket.read(newest)) > 6_000_000
                status, told = product.run("doctor")
                assert f"copies: {newest} is in the bucket" in told, told

            checks.check("the server copies what it makes, proven, with its description", the_server_copies_what_it_makes)
            checks.check("a large one goes in parts", a_large_one_goes_in_parts)
        # That machine is gone.
        newest = bucket.backups()[-1]

        def it_is_listed_and_proven_elsewhere():
            with OtherMachine(**settings) as other:
                assert newest in other.command("backup", "list")
                assert other.folder_holds() == []
                told = other.command("backup", "verify", newest, "--identity", str(identity))
                assert "comes back" in told, told

        def it_comes_back_elsewhere():
            with OtherMachine(**settings) as other:
                told = other.command("restore", newest, "--identity", str(identity))
                assert "Restored as of" in told, told
                other.start()
                found = other.gql("{ inquiries(first: 1) { totalCount } }")
                assert found["inquiries"]["totalCount"] == 41, found
                assert other.login(ADMIN, PASSWORD)

        def a_flipped_byte_is_refused():
            whole = bucket.read(newest)
            middle = len(whole) // 2
            bucket.write(newest, whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1:])
            with OtherMachine(**settings) as other:
                status, told = other.run("restore", newest, "--identity", str(identity))
                assert status != 0 and "damaged" in told, told
                assert other.folder_holds() == [], other.folder_holds()
            bucket.write(newest, whole)

        def what_is_superfluous_goes():
            with Product(**settings, BACKUP_KEEP_DAILY="1", BACKUP_KEEP_WEEKLY="0", BACKUP_KEEP_MONTHLY="0") as product:
                product.stop()
                status, told = product.run("backup")
                assert status == 0, told
                [kept] = bucket.backups()
                assert kept > newest and len(bucket.keys()) == 2, bucket.keys()

        def without_the_bucket_it_is_told_and_kept_here():
            with Product(**settings) as product:
                product.stop()
                bucket.process.terminate()
                bucket.process.wait(20)
                status, told = product.run("backup")
                assert status != 0 and "can't be copied into the bucket" in told, told
                status, told = product.run("doctor")
                assert status != 0 and "WRONG   copies" in told and "is proven" in told, told

        checks.check("it is listed, fetched and proven on another machine", it_is_listed_and_proven_elsewhere)
        checks.check("it comes back on another machine", it_comes_back_elsewhere)
        checks.check("a flipped byte in the bucket is refused, and leaves nothing", a_flipped_byte_is_refused)
        checks.check("what needn't be kept goes from the bucket too", what_is_superfluous_goes)
        checks.check("without the bucket that is told, and the backup is kept here", without_the_bucket_it_is_told_and_kept_here)
    checks.end()


if __name__ == "__main__":
    main()
