"""Whether the keys at hand are the ones that codes were made with.

A wrong key reads no printed code and makes codes that nobody else can read, without an
error anywhere. So each version's check value is kept in the database.
"""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..errors import N_, Conflict
from .keys import KeyRing
from .tables import KnownKey


def check_keys(session: Session, ring: KeyRing) -> bool:
    """Whether all versions of the ring are known; False when some are new.

    Raises Conflict ``code_key_missing`` or ``code_key_changed`` when a version that
    codes were made with is not in the ring, or is another key there.
    """
    at_hand = {key.version: key.check_value for key in ring.keys}
    known = session.execute(sa.select(KnownKey.version, KnownKey.check_value)).all()
    for row in known:
        if row.version not in at_hand:
            raise Conflict(
                "code_key_missing",
                N_(
                    "Code key version %(version)s is not at hand, but codes were made "
                    "with it. Restore the key file or LOTMARK_CODE_KEYS from the "
                    "backup."
                ),
                version=row.version,
            )
        if at_hand[row.version] != row.check_value:
            raise Conflict(
                "code_key_changed",
                N_(
                    "Code key version %(version)s is not the key that codes were made "
                    "with. Restore the key file or LOTMARK_CODE_KEYS from the backup."
                ),
                version=row.version,
            )
    return len(known) == len(at_hand)


def remember_keys(session: Session, ring: KeyRing) -> None:
    """Keep the check values of versions that are new."""
    known = set(session.scalars(sa.select(KnownKey.version)))
    session.add_all(
        KnownKey(version=key.version, check_value=key.check_value)
        for key in ring.keys
        if key.version not in known
    )
