# Pages of Tornado, which answers all in one event loop: PORT.
import asyncio
import sys

import tornado.web


class Page(tornado.web.RequestHandler):
    async def get(self):
        await asyncio.sleep(0)
        self.write({"sum": sum(i * i % 7 for i in range(2000))})


async def main():
    tornado.web.Application([("/", Page)]).listen(int(sys.argv[1]))
    await asyncio.Event().wait()


asyncio.run(main())
