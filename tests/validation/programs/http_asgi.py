"""An ASGI application that counts and answers, for uvicorn."""


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    body = b"".join(b"%d," % (i * i) for i in range(300))
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})
