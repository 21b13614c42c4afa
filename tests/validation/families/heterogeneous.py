"""Hosts whose links differ: a near and a far client of one server, a fast and a slow link, asymmetric up and down."""
from cases import Client, Server, Workload
from families.network import NGINX, NGINX_AT, REDIS, REDIS_AT

BENCHMARK = "redis-benchmark -h {s} -p {p} -t set -d %d --csv -c %d -n %d"


def two_clients(name, server, place, near, far, settings, needs, inputs=(), quick=False):
    """The far client is told from the near one by its program's name, a symbolic link."""
    return Workload(name, "heterogeneous", (Client("h1", near, "near"), Client("h3", "{b}/far-" + far, "far")), settings,
                    (server,), place + ("far-*=h3",), needs=needs, inputs=inputs, quick=quick)


def workers(kind):
    """Workers that serve one connection at a time: who serves which is chance."""
    return two_clients(f"workers_{kind}", Server("h2", "{b}/workers-server " + kind + " {p} 4"),
                       ("cmd:*/workers-server *=h2",), "{b}/workers client {s} {p} 1600",
                       "workers client {s} {p} 120", ("near-far",), ())


WORKLOADS = [
    two_clients("redis_two_clients", REDIS, REDIS_AT, BENCHMARK % (100, 4, 16000), BENCHMARK % (100, 4, 500), ("near-far",),
                ("redis-server", "redis-benchmark")),
    two_clients("redis_two_single", REDIS, REDIS_AT, BENCHMARK % (100, 1, 4000), BENCHMARK % (100, 1, 160), ("near-far",),
                ("redis-server", "redis-benchmark")),
    two_clients("nginx_two_clients", NGINX, NGINX_AT, "ab -q -n 6000 -c 4 http://{s}:{p}/small.html",
                "ab -q -n 300 -c 4 http://{s}:{p}/small.html", ("near-far",), ("nginx", "ab"), ("web",)),
    two_clients("nginx_two_links", NGINX, NGINX_AT, "ab -q -n 150 -c 2 http://{s}:{p}/1m.bin",
                "ab -q -n 2 -c 2 http://{s}:{p}/1m.bin", ("fast-slow",), ("nginx", "ab"), ("web",)),
    workers("prefork"),
    workers("queue"),
    workers("pool"),
    two_clients("python_http", Server("h2", "python3 {d}/http_server.py {d}/www {p}"), ("cmd:*http_server*=h2",),
                "ab -q -n 800 -c 4 http://{s}:{p}/small.html", "ab -q -n 120 -c 4 http://{s}:{p}/small.html", ("near-far",),
                ("ab", "python3"), ("web", "http_server")),
    Workload("adsl_down", "heterogeneous", (Client("h1", "ab -q -n 10 -c 2 http://{s}:{p}/1m.bin"),), ("adsl",), (NGINX,),
             NGINX_AT, needs=("nginx", "ab"), inputs=("web",)),
    Workload("adsl_up", "heterogeneous", (Client("h1", "socat -b 65536 -t 60 STDIN!!OPEN:/dev/null TCP:{s}:{p} < {d}/1m.bin"),),
             ("adsl",), (Server("h2", "socat -b 65536 -u TCP-LISTEN:{p},reuseaddr OPEN:/dev/null"),), ("cmd:*LISTEN*=h2",),
             needs=("socat",), inputs=("zeros",)),
    Workload("adsl_redis_set", "heterogeneous", (Client("h1", BENCHMARK % (1000, 8, 800)),), ("adsl",), (REDIS,), REDIS_AT,
             needs=("redis-server", "redis-benchmark")),
]
