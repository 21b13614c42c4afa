"""Servers and clients that were chosen for being common, before any of them had been looked at: databases, caches, web servers."""
from cases import Client, Server, Workload
from families.network import NET, sizes

SETTINGS = NET[:3]


def server_case(name, server, place, client, numbers, needs, inputs=()):
    return Workload(name, "servers", (Client("h1", client),), SETTINGS, (Server("h2", server),), (place,), numbers, needs,
                    inputs)


PGBENCH = "pgbench -n -M simple -S -h {s} -p {p} -U postgres -c %d -j %d -t {n} postgres"
POSTGRES = ("{d}/postgres/serve {p}", "cmd:*postgres*-D*=h2")

WORKLOADS = [
    server_case("pgbench_c1", *POSTGRES, PGBENCH % (1, 1), sizes(2500, 300, 60, 0), ("pgbench",), ("postgres",)),
    server_case("pgbench_c8", *POSTGRES, PGBENCH % (8, 1), sizes(1500, 250, 60, 0), ("pgbench",), ("postgres",)),
    server_case("pgbench_writes", *POSTGRES, PGBENCH.replace("-S", "-N") % (4, 2), sizes(200, 80, 16, 0), ("pgbench",), ("postgres",)),
    server_case("memcached", "memcached -u root -t 2 -p {p} -l 0.0.0.0", "memcached=h2",
                "memcslap --servers={s}:{p} --concurrency=4 --execute-number={n} --test=get --initial-load=200",
                sizes(3000, 400, 80, 0), ("memcached", "memcslap")),
    server_case("apache_single", "apache2 -X -f {d}/apache-prefork.conf -c 'Listen {p}'", "apache2=h2",
                "ab -q -n {n} -c 8 http://{s}:{p}/small.html", sizes(3000, 1200, 240, 0), ("apache2", "ab"), ("web", "apache")),
    server_case("apache_event", "apache2 -D FOREGROUND -f {d}/apache-event.conf -c 'Listen {p}'", "apache2=h2",
                "ab -q -k -n {n} -c 8 http://{s}:{p}/small.html", sizes(5000, 2000, 400, 0), ("apache2", "ab"), ("web", "apache")),
    server_case("lighttpd_wget", "lighttpd -D -f {d}/lighttpd-{p}.conf", "lighttpd=h2",
                "wget -q -O /dev/null -i {d}/urls-{n}.txt -B http://{s}:{p}/", sizes(800, 200, 40, 0), ("lighttpd", "wget"), ("web", "urls")),
    server_case("curl_parallel", "nginx -c {d}/nginx-{p}.conf -p {out}", "nginx=h2",
                "curl -s --parallel --parallel-max 4 -o /dev/null http://{s}:{p}/1m.bin?[1-{n}]", sizes(150, 100, 10, 0), ("nginx", "curl"),
                ("web",)),
    server_case("asyncio_echo", "python3 {d}/echo.py server {p}", "cmd:*echo.py server*=h2", "python3 {d}/echo.py client {s} {p} {n}",
                sizes(2000, 600, 160, 0), ("python3",), ("echo",)),
]
