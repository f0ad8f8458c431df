"""QA: holds, traces and scopes."""
