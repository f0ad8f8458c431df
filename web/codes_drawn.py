"""QR codes on pages of ours, as drawings that print sharply at any size."""

from markupsafe import Markup

from ..labels.engine.qr import QUIET, dark_runs, modules


def code_picture(payload: str) -> Markup:
    """The QR code of a text, with its white edge; the text is not said beside it."""
    dark = modules(payload)
    side = len(dark) + 2 * QUIET
    path = "".join(
        f"M{column + QUIET} {row + QUIET}h{length}v1h-{length}z"
        for row, column, length in dark_runs(dark)
    )
    return Markup(
        '<svg class="qr" viewBox="0 0 {0} {0}" aria-hidden="true" '
        'shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{0}v{0}H0z"/>'
        '<path d="{1}"/></svg>'
    ).format(side, path)
