"""The seventh held-out family: programs that pass on what comes from others, and threads of Python, written when both had just been modelled anew."""
from cases import Server
from families.held import PYTHON, parts
from families.network import NGINX_AT, REDIS

network, _, sizes = parts("heldout7", ("120m-9ms", "600m-1.2ms"), "ST", ())
REDIS_BEHIND = Server("h3", REDIS.command.replace("{p}", "{p3}"))
NGINX_BEHIND = Server("h3", "nginx -c {d}/nginx-{p3}.conf -p {out}")
BEHIND = ("redis-server=h3",)


def relayed(name, command, place, numbers, needs, inputs=(), options="-c 4"):
    """redis-benchmark, through something in between."""
    return network(name, command, BEHIND + place, "redis-benchmark -h {s} -p {p} -t set -d 100 --csv -n {n} " + options, numbers,
                   (*needs, "redis-server", "redis-benchmark"), inputs, (REDIS_BEHIND,))


WORKLOADS = [
    network("mqtt_requests", "mosquitto -c {d}/mosquitto-{p}.conf", ("mosquitto=h2", "cmd:*mqtt_requests.py responder*=h3"),
            PYTHON + " {d}/mqtt_requests.py client {s} {p} {n}", sizes(50, 300), ("mosquitto",), ("mqtt",),
            (Server("h3", PYTHON + " {d}/mqtt_requests.py responder {s} {p}", False),)),
    network("redis_pubsub", REDIS.command, ("redis-server=h2", "cmd:*redis_pubsub.py responder*=h3"),
            PYTHON + " {d}/redis_pubsub.py client {s} {p} {n}", sizes(50, 300), ("redis-server",), ("pubsub",),
            (Server("h3", PYTHON + " {d}/redis_pubsub.py responder {s} {p}", False),)),
    network("caddy_proxy", "caddy reverse-proxy --from :{p} --to {a3}", ("caddy=h2", "nginx=h3"), "ab -q -k -n {n} -c 4 http://{s}:{p}/small.html",
            sizes(240, 1200), ("caddy", "nginx", "ab"), ("web",), (NGINX_BEHIND,)),
    relayed("socat_relay", "socat TCP-LISTEN:{p},reuseaddr,fork TCP:{a3}", ("cmd:*LISTEN*=h2",), sizes(200, 1600), ("socat",)),
    relayed("haproxy_tcp", "haproxy -db -f {d}/haproxy-tcp-{p}.cfg", ("haproxy=h2",), sizes(400, 3200), ("haproxy",), (), "-c 8"),
    relayed("asyncio_relay", PYTHON + " {d}/asyncio_relay.py {p} {a3}", ("cmd:*asyncio_relay.py*=h2",), sizes(200, 1200), (), ("relays",)),
    relayed("threads_relay", PYTHON + " {d}/threads_relay.py {p} {a3}", ("cmd:*threads_relay.py*=h2",), sizes(200, 1200), (), ("relays",)),
    network("gunicorn_threads", "gunicorn -w 1 --threads 4 -b 0.0.0.0:{p} --chdir {d} wsgi_app:app", ("cmd:*gunicorn*=h2",),
            "ab -q -n {n} -c 4 http://{s}:{p}/", sizes(160, 600), ("gunicorn", "ab"), ("wsgi",)),
    network("waitress", "env PYTHONPATH={d} waitress-serve --port={p} --threads=4 wsgi_app:app", ("cmd:*waitress*=h2",), "ab -q -n {n} -c 4 http://{s}:{p}/", sizes(160, 600),
            ("waitress-serve", "ab"), ("wsgi",)),
    network("http_threads", "nginx -c {d}/nginx-{p}.conf -p {out}", NGINX_AT, PYTHON + " {d}/http_threads.py {s} {p} {n}", sizes(200, 1600), ("nginx",),
            ("web", "http_threads")),
]
