# An HTTP server on one thread: PORT.
import std/[asynchttpserver, asyncdispatch, os, strutils]

proc answer(request: Request) {.async, gcsafe.} =
  await request.respond(Http200, "hello ".repeat(200))

waitFor newAsyncHttpServer().serve(Port(parseInt(paramStr(1))), answer)
