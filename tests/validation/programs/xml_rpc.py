# Remote calls: server PORT | client HOST PORT NUMBER, from two threads.
import socketserver
import sys
import threading
import xmlrpc.client
import xmlrpc.server


class Server(socketserver.ThreadingMixIn, xmlrpc.server.SimpleXMLRPCServer):
    daemon_threads = True


def ask(n):
    with xmlrpc.client.ServerProxy(f"http://{sys.argv[2]}:{sys.argv[3]}") as proxy:
        for i in range(n):
            proxy.squares(list(range(i % 50)))


if sys.argv[1] == "server":
    server = Server(("0.0.0.0", int(sys.argv[2])), logRequests=False)
    server.register_function(lambda numbers: [n * n for n in numbers], "squares")
    server.serve_forever()
else:
    threads = [threading.Thread(target=ask, args=(int(sys.argv[4]) // 2,)) for _ in range(2)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
