"""What a complaint may hold: lengths, consents, and how grave each kind is."""

from zoneinfo import ZoneInfo

from ...trace.errors import N_, InvalidInput, TooLarge
from .tables import KINDS

MOST = {"text": 2000, "health_text": 2000, "pack_text": 300, "contact": 200}
"""Characters each field may hold; answers and notes are ``text``."""
MOST_PHOTOS = 3
ZONE = ZoneInfo("Asia/Shanghai")
"""Where days and years of complaints begin and end."""

SEVERITIES = {
    "swollen": "quality",
    "foreign": "health",
    "smell": "health",
    "ill": "health",
    "label": "quality",
    "other": "service",
}
"""How grave a kind is until somebody knows more (domain.md §5.1)."""


def check_kind(kind: str) -> None:
    """Raises InvalidInput ``kind_missing``."""
    if kind not in KINDS:
        raise InvalidInput("kind_missing", N_("Choose what is wrong with the pack."))


def checked_text(text: str, if_empty: str) -> str:
    """``text`` without blanks around it; ``if_empty`` is said when none is left."""
    text = text.strip()
    if not text:
        raise InvalidInput("text_missing", if_empty)
    check_lengths(text=text)
    return text


def check_lengths(**fields: str) -> None:
    """Raises TooLarge ``<field>_too_long`` for the first one that is."""
    for name, text in fields.items():
        if len(text) > MOST[name]:
            raise TooLarge(
                f"{name}_too_long",
                N_(
                    "Expected at most %(most)s characters, got %(found)s: please "
                    "shorten the text. What you wrote is still here."
                ),
                most=f"{MOST[name]:,}",
                found=f"{len(text):,}",
            )


def check_photos(photos: list[str]) -> None:
    """Raises TooLarge ``too_many_photos``."""
    if len(photos) > MOST_PHOTOS:
        raise TooLarge(
            "too_many_photos",
            N_("Expected at most %(most)s photos, got %(found)s."),
            most=MOST_PHOTOS,
            found=len(photos),
        )


def check_consent(
    personal: bool, consent: bool, health: bool, health_consent: bool
) -> None:
    """Personal data needs consent (PIPL 13), health data a separate one (PIPL 29).

    Raises InvalidInput ``consent_missing`` or ``health_consent_missing``.
    """
    if personal and not consent:
        raise InvalidInput(
            "consent_missing",
            N_(
                "Tick this so that we may use your contact and photos, or take them "
                "out: the complaint counts without them too."
            ),
        )
    if health and not health_consent:
        raise InvalidInput(
            "health_consent_missing",
            N_(
                "Tick this so that we may use what you wrote about your health, or "
                "leave that field empty."
            ),
        )
