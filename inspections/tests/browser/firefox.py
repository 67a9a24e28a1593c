#!/usr/bin/env python
"""An ordinary Firefox for Playwright: run this file in its place, with the browser's own arguments.

    HAIRLINE_FIREFOX=/usr/bin/firefox-esr python firefox.py --headless …

Playwright drives Firefox through WebDriver BiDi, and asks for commands that Firefox 153 does not know yet. This stands
between the two and answers those that are only about looks; all others pass as they are.
"""

import asyncio
import json
import os
import re
import sys
from asyncio.subprocess import DEVNULL, PIPE

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

UNKNOWN_TO_FIREFOX = {"emulation.setMediaFeaturesOverride"}
LISTENING = "WebDriver BiDi listening on"


async def stand_between(arguments: list[str]) -> int:
    """Start the browser and pass messages on until it ends. Returns its exit status."""
    browser = await asyncio.create_subprocess_exec(
        os.environ["HAIRLINE_FIREFOX"], *arguments, stdout=DEVNULL, stderr=PIPE
    )
    assert browser.stderr is not None
    address = await _address(browser.stderr)
    # Left unread, what the browser says would fill its pipe and stop it.
    silence = asyncio.create_task(_read_to_the_end(browser.stderr))

    async def pass_on(playwright: ServerConnection) -> None:
        path = playwright.request.path if playwright.request else "/session"
        async with connect(address + path, max_size=None, compression=None) as firefox:

            async def answers() -> None:
                async for message in firefox:
                    await playwright.send(message)

            listening = asyncio.create_task(answers())
            async for message in playwright:
                command = json.loads(message)
                if command.get("method") in UNKNOWN_TO_FIREFOX:
                    await playwright.send(json.dumps({"type": "success", "id": command["id"], "result": {}}))
                else:
                    await firefox.send(message)
            listening.cancel()

    async with serve(pass_on, "127.0.0.1", 0, max_size=None, compression=None) as door:
        host, port = next(iter(door.sockets)).getsockname()
        sys.stderr.write(f"{LISTENING} ws://{host}:{port}\n")
        sys.stderr.flush()
        status = await browser.wait()
    await silence
    return status


async def _address(said: asyncio.StreamReader) -> str:
    async for line in said:
        found = re.search(LISTENING + r" (ws://\S+)", line.decode(errors="replace"))
        if found:
            return found[1]
    raise SystemExit("Firefox ended before it was ready.")


async def _read_to_the_end(said: asyncio.StreamReader) -> None:
    async for _line in said:
        pass


if __name__ == "__main__":
    sys.exit(asyncio.run(stand_between(sys.argv[1:])))
