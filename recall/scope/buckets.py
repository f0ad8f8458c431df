"""Where a unit can be, as a recall counts it: each in exactly one of these."""

BUCKETS: dict[str, tuple[str, ...]] = {
    "own": ("warehouse", "line"),
    "hold": ("hold",),
    "quarantine": ("quarantine",),
    "returns": ("returns",),
    "sample": ("sample",),
    "transit": ("transit",),
    "consignee": ("consignee",),
    "consumer": ("consumer",),
    "consumed": ("consumed",),
    "destroyed": ("destroyed",),
    "lost": ("lost",),
}
"""Kinds of places, in the order told. ``own`` is free stock: what stands there under a
hold in force counts as ``hold``, as does everything in the hold area."""

OWN = ("warehouse", "line", "hold", "quarantine", "returns", "sample")
"""Kinds of places in our own hands."""

_BUCKET_OF = {kind: bucket for bucket, kinds in BUCKETS.items() for kind in kinds}


def bucket_of(kind: str) -> str:
    """Where units at a kind of place count, when they are not on hold.

    >>> bucket_of("warehouse"), held_bucket_of("warehouse"), held_bucket_of("transit")
    ('own', 'hold', 'transit')
    """
    return _BUCKET_OF[kind]


def held_bucket_of(kind: str) -> str:
    """Where units under a hold in force count."""
    bucket = _BUCKET_OF[kind]
    return "hold" if bucket == "own" else bucket
