"""The admin room: keys of machines, and the page of all components."""

from flask import Blueprint

from ..auth.views import log_in_required
from ..shown import staff_context

room = Blueprint("admin", __name__, template_folder="templates")
room.before_request(log_in_required)
room.context_processor(staff_context)
