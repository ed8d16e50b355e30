"""Starts the process of a program: as the program at once, or as a spare that waits for its turn.

Either way it is told who supervises it, and its standard error goes to the program's log.
"""

import asyncio
import os
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path

from goldenhour.stack.program import Program
from ports.program import SUPERVISOR
from ports.spare.waiting import SPARE


async def launch(program: Program, home: Path, *, spare: bool = False) -> Process:
    """Start a process of a program; a spare has a standard input that is open."""
    log_file = program.log_file(home)
    log_file.parent.mkdir(parents=True, exist_ok=True)
    waits = {SPARE: "1"} if spare else {}
    with log_file.open("ab") as log:
        return await asyncio.create_subprocess_exec(
            *program.command,
            stdin=PIPE if spare else DEVNULL,
            stdout=PIPE,
            stderr=log,
            env={**os.environ, **program.environment, SUPERVISOR: str(os.getpid()), **waits},
            start_new_session=True,
        )
