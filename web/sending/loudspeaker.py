"""Factory broadcast by a command of the plant's own, e.g. text to speech."""

import subprocess

from .port import Outgoing, Send, SendError

PATIENCE = 90.0
"""Seconds it may take to speak; less than a worker's lease."""


def by_command(command: tuple[str, ...]) -> Send:
    """Runs ``command`` with the script on its standard input."""

    def send(outgoing: Outgoing) -> str:
        try:
            done = subprocess.run(  # noqa: S603 - the plant's own, from its file
                command,
                input=outgoing.script.encode(),
                capture_output=True,
                timeout=PATIENCE,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as fault:
            raise SendError(f"{command[0]}: {fault}") from None
        if done.returncode:
            said = done.stderr[-300:].decode("utf-8", "replace")
            raise SendError(f"{command[0]} ended with {done.returncode}: {said}")
        return done.stdout[:200].decode("utf-8", "replace")

    return send
