"""The eighth held-out family: again other programs and platforms, first predicted before anything was changed for them."""
import dataclasses

from cases import Server
from families.held import PYTHON, parts
from families.heldout6 import MARIADB
from families.heldout7 import NGINX_BEHIND
from families.network import REDIS

network, _, sizes = parts("heldout8", ("90m-6ms", "450m-2ms"), "UV", ())
SLAP = ("mariadb-slap --no-defaults -h {s} -P {p} -u root --concurrency=4 --number-of-queries={n} --auto-generate-sql --auto-generate-sql-load-type=mixed "
        "--create-schema=slap -s")
UNISON = "env UNISON={out}/client unison -batch -auto -silent -confirmbigdel=false {d}/unison-{n} socket://{s}:{p}/{out}/copy"
CELERY = "env CELERY_REDIS={s}:{p} C_FORCE_ROOT=1 PYTHONPATH={d} /usr/bin/python3 -m celery -q -A celery_sums worker -c 2 -l error --without-gossip --without-mingle --without-heartbeat"


def datagrams(name, server, place, client, numbers, needs, inputs=()):
    """No port of the server's listens."""
    return dataclasses.replace(network(name, server, place, client, numbers, needs, inputs), servers=(Server("h2", server, False),))


WORKLOADS = [
    network("flask", PYTHON + " {d}/flask_app.py {p}", ("cmd:*flask_app*=h2",), "ab -q -n {n} -c 4 http://{s}:{p}/", sizes(200, 700), ("ab",), ("flask",)),
    network("tornado", PYTHON + " {d}/tornado_app.py {p}", ("cmd:*tornado_app*=h2",), "ab -q -k -n {n} -c 4 http://{s}:{p}/", sizes(500, 1500), ("ab",),
            ("tornado",)),
    network("mysqlslap", MARIADB, ("mariadbd=h2",), SLAP, sizes(300, 1200), ("mariadbd", "mariadb-slap"), ("mariadb",)),
    network("redis_replica", REDIS.command, ("redis-server=h2", "cmd:*--replicaof*=h3"), PYTHON + " {d}/redis_replica.py {s} {p} {n}", sizes(30, 120),
            ("redis-server",), ("replica",), (Server("h3", REDIS.command.replace("{p}", "{p3}") + " --replicaof {s} {p} --repl-diskless-sync-delay 0"),)),
    network("redis_pipe", REDIS.command, ("redis-server=h2",), "sh -c 'redis-cli -h {s} -p {p} --pipe < {d}/commands-{n}.txt'", sizes(20000, 100000),
            ("redis-server", "redis-cli"), ("commands",)),
    datagrams("tftp", "in.tftpd -L -a 0.0.0.0:{p} -s {d}/tftp", ("in.tftpd=h2",), "sh -c 'sleep 0.2; exec tftp -m binary {s} {p} -c get {n}.bin {out}/copy'", sizes(60, 300), ("in.tftpd", "tftp"), ("tftp",)),
    datagrams("coap", "coap-server-notls -A 0.0.0.0 -p {p}", ("coap-server*=h2",), "sh -c 'for i in $(seq {n}); do coap-client-notls -m get coap://{s}:{p}/ > /dev/null; done'", sizes(60, 120),
            ("coap-server-notls", "coap-client-notls"), ()),
    network("unison", "env UNISON={out}/server unison -socket {p}", ("cmd:*-socket*=h2",), UNISON, sizes("small", "medium"), ("unison",), ("unison",)),
    network("lftp_mirror", "nginx -c {d}/index-nginx-{p}.conf -p {out}", ("nginx=h2",),
            "lftp -c 'open http://{s}:{p}; mirror --parallel=3 /{n} {out}/copy'", sizes("small", "medium"), ("nginx", "lftp"), ("web", "mirror")),
    network("fossil", "env HOME={d} fossil server --port {p} {d}/{n}.fossil", ("cmd:fossil server*=h2",),
            "env HOME={out} USER=root fossil clone http://{s}:{p}/ {out}/clone.fossil", sizes("small", "medium"), ("fossil",), ("fossil",)),
    network("microsocks", "microsocks -p {p}", ("microsocks=h2", "nginx=h3"), "curl -s -o /dev/null --socks5 {s}:{p} http://{a3}/small.html?[1-{n}]",
            sizes(30, 50), ("microsocks", "nginx", "curl"), ("web",), (NGINX_BEHIND,)),
    network("hitch", "hitch --config={d}/hitch-{p}.conf", ("hitch=h2", "nginx=h3"), "ab -q -n {n} -c 4 https://{s}:{p}/small.html", sizes(80, 200),
            ("hitch", "nginx", "ab"), ("web", "hitch"), (NGINX_BEHIND,)),
    network("nuttcp", "nuttcp -1 -P {p} --nofork", ("cmd:nuttcp -1*=h2",), "nuttcp -P {p} -n {n}m {s}", sizes(12, 60), ("nuttcp",), ()),
    network("celery", REDIS.command, ("redis-server=h2", "cmd:*-m celery*=h3"), PYTHON + " {d}/celery_sums.py {s} {p} {n}", sizes(12, 24), ("redis-server",),
            ("celery",), (Server("h3", CELERY, False),)),
]
