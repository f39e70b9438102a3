"""What has happened to media, for the rooms above."""

from django.dispatch import Signal

# Sent (at least once, after commit, by a worker) with `asset_id` when an asset became playable, ready or failed.
asset_changed = Signal()
