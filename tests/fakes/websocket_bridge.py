#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A WebSocket listener in front of an MQTT broker's TCP port, by a WebSocket implementation that is not ours (Debian's
mosquitto has none). Speaks subprotocol "mqtt", pings often, and sends some answers in pieces, as servers and proxies do.

websocket_bridge.py LISTEN_PORT BROKER_PORT [CERT KEY]
"""
import asyncio
import ssl
import sys

import websockets


async def serve(websocket):
    if websocket.subprotocol != "mqtt":
        return await websocket.close(1002, "this is MQTT")
    reader, writer = await asyncio.open_connection("127.0.0.1", int(sys.argv[2]))

    async def up():
        async for message in websocket:
            writer.write(message)
            await writer.drain()

    async def down():
        while chunk := await reader.read(65536):
            middle = len(chunk) // 2
            await websocket.send([chunk[:middle], chunk[middle:]] if middle > 0 else chunk)

    tasks = [asyncio.create_task(up()), asyncio.create_task(down())]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    writer.close()
    await websocket.close()


async def main():
    context = None
    if len(sys.argv) > 4:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[3], sys.argv[4])
    async with websockets.serve(serve, "127.0.0.1", int(sys.argv[1]), subprotocols=["mqtt"], ping_interval=0.2,
                                ping_timeout=5, max_size=None, compression=None, ssl=context):
        await asyncio.Future()


asyncio.run(main())
