"""Passes on what comes on PORT to HOST:PORT and back, one event loop: PORT HOST:PORT."""
import asyncio
import sys

port, (host, peer) = int(sys.argv[1]), sys.argv[2].rsplit(":", 1)


async def pump(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


async def relay(reader, writer):
    to_reader, to_writer = await asyncio.open_connection(host, int(peer))
    await asyncio.gather(pump(reader, to_writer), pump(to_reader, writer))


async def serve():
    async with await asyncio.start_server(relay, "0.0.0.0", port) as server:
        await server.serve_forever()

asyncio.run(serve())
