"""gRPC without generated code: server PORT | client HOST PORT CALLS THREADS."""
import sys
import threading
from concurrent import futures

import grpc

role, *rest = sys.argv[1:]


def reverse(request, context):
    return request[::-1]


if role == "server":
    server = grpc.server(futures.ThreadPoolExecutor(4))
    handler = grpc.unary_unary_rpc_method_handler(reverse)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Echo", {"Reverse": handler}),))
    server.add_insecure_port(f"0.0.0.0:{rest[0]}")
    server.start()
    server.wait_for_termination()
else:
    host, port, calls, threads = rest[0], rest[1], int(rest[2]), int(rest[3])
    with grpc.insecure_channel(f"{host}:{port}") as channel:
        call = channel.unary_unary("/test.Echo/Reverse")

        def work():
            for i in range(calls // threads):
                call(b"x" * (100 + i % 300))
        workers = [threading.Thread(target=work) for _ in range(threads)]
        for w in workers:
            w.start()
        for w in workers:
            w.join()
