"""The third held-out family: again other programs and platforms, first predicted before anything was changed for them."""
from cases import Server
from families.held import PYTHON, parts

network, alone, sizes = parts("heldout3", ("200m-4ms", "50m-30ms"), "KL", ("full", "three-fifths", "one-core", "from-half"))
NGINX = "nginx -c {d}/nginx-{p}.conf -p {out}"
LIGHTTPD_H3 = Server("h3", "lighttpd -D -f {d}/lighttpd-{p3}.conf")

WORKLOADS = [
    network("varnish", "varnishd -F -j none -n {out}/varnish -a 0.0.0.0:{p} -b {a3} -s malloc,50M", ("varnishd=h2", "lighttpd=h3"),
            "ab -q -n {n} -c 4 http://{s}:{p}/small.html", sizes(1200, 200), ("varnishd", "lighttpd", "ab", "gcc"), ("web",), (LIGHTTPD_H3,)),
    network("etcd", "etcd --log-level error --data-dir {out}/etcd --listen-client-urls http://0.0.0.0:{p} "
            "--advertise-client-urls http://{s}:{p} --listen-peer-urls http://127.0.0.1:0", ("etcd=h2",),
            "sh -c 'for i in $(seq {n}); do etcdctl --endpoints={s}:{p} put k$i v >/dev/null; done'", sizes(24, 10), ("etcd", "etcdctl")),
    network("dns", "dnsmasq -k -p {p} -u root -C /dev/null -R -h -A /test/10.1.2.3", ("dnsmasq=h2",),
            "sh -c 'dig +short @{s} -p {p} -f {d}/names-{n}.txt > {out}/answers'", sizes(240, 40), ("dnsmasq", "dig"), ("names",)),
    network("aria2", "lighttpd -D -f {d}/lighttpd-{p}.conf", ("lighttpd=h2",),
            "aria2c -q -x4 -s4 -k1M -d {out} http://{s}:{p}/{n}m.bin", sizes(32, 8), ("lighttpd", "aria2c"), ("downloads",)),
    network("siege", NGINX, ("nginx=h2",), "siege -q -b -c 4 -r {n} http://{s}:{p}/small.html", sizes(160, 24), ("nginx", "siege"), ("web",)),
    network("pgbouncer", "pgbouncer -u postgres {d}/pgbouncer-{p}.ini", ("pgbouncer=h2", "cmd:*postgres*-D*=h3"),
            "pgbench -n -S -M simple -h {s} -p {p} -U postgres -c 4 -j 2 -t {n} postgres", sizes(120, 20), ("pgbouncer", "pgbench"), ("postgres",),
            (Server("h3", "{d}/postgres/serve {p3}"),)),
    network("stunnel", "stunnel {d}/stunnel-{p}.conf", ("stunnel=h2", "lighttpd=h3"),
            "curl -s -k -o /dev/null https://{s}:{p}/small.html?[1-{n}]", sizes(240, 40), ("stunnel", "lighttpd", "curl"), ("web", "tls"),
            (LIGHTTPD_H3,)),
    network("rclone", "rclone serve webdav --addr {s}:{p} {d}/trees", ("cmd:rclone serve*=h2",),
            "rclone copy --config /dev/null --webdav-url http://{s}:{p} :webdav:{n} {out}/copy", {"K": "medium", "L": "small"}, ("rclone",),
            ("trees",)),
    network("aiohttp", PYTHON + " -m uvicorn --app-dir {d} --host 0.0.0.0 --port {p} --log-level critical http_asgi:app", ("cmd:*uvicorn*=h2",),
            PYTHON + " {d}/aio_client.py {s} {p} {n} 4", sizes(1200, 160), (), ("aiohttp",)),
    network("task_queue", PYTHON + " {d}/task_queue.py server {p}", ("cmd:*task_queue.py server*=h2",),
            PYTHON + " {d}/task_queue.py client {s} {p} {n}", sizes(120, 16), (), ("task_queue",)),
    network("ncat", "sh -c 'ncat -l -p {p} > {out}/received'", ("cmd:ncat -l*=h2",), "sh -c 'ncat --send-only {s} {p} < {d}/{n}m.bin'",
            sizes(16, 8), ("ncat",), ("downloads",)),
    network("iperf3_reverse", "iperf3 -s -1 -p {p}", ("cmd:iperf3 -s *=h2",), "iperf3 -R -P 3 -c {s} -p {p} -n {n}M", sizes(32, 8), ("iperf3",)),
    alone("lbzip2", "lbzip2 -c -n 2 {d}/half.bin", ("lbzip2",), ("text",)),
    alone("povray", "povray +I{d}/scene.pov +W320 +H240 +A0.3 -D +WT2 +O{out}/scene.png", ("povray",), ("scene",)),
    alone("gnu_parallel", "sh -c 'parallel -j 2 gzip -9 -c {{}} \"|\" wc -c ::: {d}/trees/small/*/* > {out}/sizes'", ("parallel", "gzip"), ("trees",)),
    alone("r_model", "Rscript {d}/model.R", ("Rscript",), ("r_model",)),
    alone("javac", "javac -d {out} -sourcepath {d}/classes {d}/classes/Main.java", ("javac",), ("java_classes",)),
    alone("seven_zip", "7z a -mx=3 -mmt=2 -bd {out}/a.7z {d}/words.txt", ("7z",), ("words",)),
]
