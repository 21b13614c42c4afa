"""aiohttp client: HOST PORT REQUESTS CONNECTIONS."""
import asyncio
import sys

import aiohttp

host, port, requests, connections = sys.argv[1], *map(int, sys.argv[2:])


async def ask(session, n):
    for _ in range(n):
        async with session.get(f"http://{host}:{port}/") as answer:
            await answer.read()


async def main():
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=connections)) as session:
        await asyncio.gather(*(ask(session, requests // connections) for _ in range(connections)))

asyncio.run(main())
