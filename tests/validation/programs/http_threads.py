"""Four threads of a pool fetch pages over a connection each: HOST PORT PAGES."""
import http.client
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

host, port, pages = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
own = threading.local()


def fetch(i):
    if not hasattr(own, "connection"):
        own.connection = http.client.HTTPConnection(host, port)
    own.connection.request("GET", f"/small.html?{i}")
    return sum(own.connection.getresponse().read())


with ThreadPoolExecutor(4) as pool:
    print(sum(pool.map(fetch, range(pages))))
