"""Recordings on their way in over links that break: taken piece by piece, gone on with, handed to `ingest` when whole.

The protocol is tus 1.0.0 (https://tus.io/protocols/resumable-upload) with creation, checksum, expiration, termination.
"""
