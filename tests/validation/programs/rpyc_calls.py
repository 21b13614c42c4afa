"""Remote calls with RPyC, every tenth of which calls back: server PORT | client HOST PORT N."""
import sys

import rpyc
from rpyc.utils.server import ThreadedServer


class Sums(rpyc.Service):
    def exposed_sum(self, n):
        return sum(range(n))

    def exposed_visit(self, visitor, n):
        return visitor(sum(range(n)))


if sys.argv[1] == "server":
    ThreadedServer(Sums, port=int(sys.argv[2])).start()
else:
    link = rpyc.connect(sys.argv[2], int(sys.argv[3]))
    for i in range(int(sys.argv[4])):
        link.root.visit(lambda s: s + 1, 2000) if i % 10 == 0 else link.root.sum(20000)
    link.close()
