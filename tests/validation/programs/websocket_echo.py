"""Echoes over WebSockets: a server, or four clients of one process that send n messages together."""
import asyncio
import sys

import websockets


async def echo(connection):
    async for message in connection:
        await connection.send(message)


async def serve(port):
    async with websockets.serve(echo, "0.0.0.0", port, compression=None):
        await asyncio.Future()


async def ask(host, port, n):
    async with websockets.connect(f"ws://{host}:{port}", compression=None) as connection:
        for i in range(n):
            await connection.send(f"message {i} " + "x" * 200)
            await connection.recv()


async def clients(host, port, n):
    await asyncio.gather(*(ask(host, port, n // 4) for _ in range(4)))

if sys.argv[1] == "server":
    asyncio.run(serve(int(sys.argv[2])))
else:
    asyncio.run(clients(sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
