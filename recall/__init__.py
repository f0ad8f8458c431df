"""From a complaint to the last unit accounted for."""
