"""The second held-out family: other programs, languages and platforms, first predicted before anything was changed for them."""
from cases import Server
from families.held import PYTHON, parts

network, alone, sizes = parts("heldout2", ("100m-1ms", "500m-10ms", "20m-100ms"), "HIJ", ("full", "fifth", "one-core", "from-half"))
LIBRARIES = "/usr/lib/x86_64-linux-gnu"

WORKLOADS = [
    network("go_http", "caddy file-server --listen :{p} --root {d}/www", ("caddy=h2",), "hey -n {n} -c 4 http://{s}:{p}/small.html",
            sizes(4000, 600, 64), ("caddy", "hey"), ("web",)),
    network("php_fpm", "nginx -c {d}/php-nginx-{p}.conf -p {out}", ("nginx=h2", "php-fpm8.2=h3"), "ab -q -n {n} -c 4 http://{s}:{p}/",
            sizes(1200, 240, 24), ("nginx", "php-fpm8.2", "ab"), ("page",),
            (Server("h3", "php-fpm8.2 -F -R -n -y {d}/php-fpm-{p3}.conf"),)),
    network("gunicorn", PYTHON + " /usr/bin/gunicorn -w 2 -b 0.0.0.0:{p} --chdir {d} --log-level critical wsgi_app:app", ("cmd:*gunicorn*=h2",),
            "ab -q -n {n} -c 4 http://{s}:{p}/", sizes(1000, 240, 32), ("gunicorn", "ab"), ("wsgi",)),
    network("redis_py", "redis-server --port {p} --save '' --appendonly no --protected-mode no --daemonize no --dir {out}",
            ("redis-server=h2",), PYTHON + " {d}/redis_client.py {s} {p} {n}", sizes(250, 40, 5), ("redis-server",), ("redis_py",)),
    network("squid", "squid -N -f {d}/squid-{p}.conf", ("squid=h2", "lighttpd=h3"),
            "curl -s -x http://{s}:{p} -o /dev/null http://{a3}/small.html?[1-{n}]", sizes(400, 80, 10), ("squid", "lighttpd", "curl"), ("web",),
            (Server("h3", "lighttpd -D -f {d}/lighttpd-{p3}.conf"),)),
    network("distcc", "distccd --no-detach --daemon --allow 0.0.0.0/0 -p {p} -j 2 --enable-tcp-insecure --user nobody --log-file {out}/log",
            ("distccd=h2", "cmd:*distccd_*=h2"),
            "sh -c 'DISTCC_FALLBACK=0 DISTCC_DIR={out} DISTCC_HOSTS={s}:{p}/2 make -s -j2 -C {d}/distcc-{n} OUT={out}'", sizes(16, 8, 4),
            ("distcc", "distccd", "make", "gcc"), ("distcc",)),
    network("zmq_requests", PYTHON + " {d}/zmq_requests.py server {p}", ("cmd:*zmq_requests.py server*=h2",),
            PYTHON + " {d}/zmq_requests.py client {s} {p} {n}", sizes(1200, 200, 20), (), ("zmq",)),
    network("zmq_pipeline", PYTHON + " {d}/zmq_pipeline.py worker-1 {p}", ("cmd:*worker-1*=h2", "cmd:*worker-2*=h3"),
            PYTHON + " {d}/zmq_pipeline.py dealer {a2} {a3} {n}", sizes(1500, 600, 60), (), ("zmq",),
            (Server("h3", PYTHON + " {d}/zmq_pipeline.py worker-2 {p3}"),)),
    network("grpc", PYTHON + " {d}/grpc_unary.py server {p}", ("cmd:*grpc_unary.py server*=h2",),
            PYTHON + " {d}/grpc_unary.py client {s} {p} {n} 4", sizes(2000, 400, 48), (), ("grpc",)),
    network("psycopg", "{d}/postgres/serve {p}", ("cmd:*postgres*-D*=h2",), PYTHON + " {d}/psycopg_client.py {s} {p} {n}", sizes(300, 40, 4),
            ("pgbench",), ("postgres", "psycopg")),
    network("https", "nginx -c {d}/tls-nginx-{p}.conf -p {out}", ("nginx=h2",), "ab -q -n {n} -c 2 https://{s}:{p}/small.html",
            sizes(500, 80, 10), ("nginx", "ab"), ("web", "tls")),
    network("ftp", "vsftpd {d}/vsftpd-{p}.conf", ("vsftpd=h2",),
            "lftp -c 'set ftp:sync-mode on; open {s}:{p}; mirror {n} {out}/copy'", {"H": "large", "I": "medium", "J": "small"}, ("vsftpd", "lftp"),
            ("ftp",)),
    alone("ffmpeg", "ffmpeg -v error -f lavfi -i testsrc=size=320x240:rate=25 -t 8 -c:v libx264 -threads 2 -y {out}/o.mp4", ("ffmpeg",)),
    alone("ripgrep", "sh -c \"rg -j 2 -a -c '[a-f]{{2}}[0-9]+x'" + 8 * " {d}/trees" + " > {out}/found\"", ("rg",), ("trees",)),
    alone("sort_parallel", "sort --parallel=2 -S 8M -T {out} -o {out}/sorted {d}/words.txt", ("sort",), ("words",)),
    alone("perl_words", "perl {d}/words.pl {d}/words.txt", ("perl",), ("words", "perl_words")),
    alone("go_channels", "{d}/channels", ("go",), ("go_channels",)),
    alone("sqlite_query", "sqlite3 -init {d}/query.sql :memory: .quit", ("sqlite3",), ("sqlite_query",)),
    # The reference libraries, whichever others are installed: those of OpenBLAS compute with two threads.
    alone("numpy_svd", f"env LD_LIBRARY_PATH={LIBRARIES}/blas:{LIBRARIES}/lapack " + PYTHON + " -c 'import numpy as n; r = n.random.default_rng(1); "
          "print(sum(n.linalg.svd(r.random((300, 300)))[1][0] for _ in range(4)))'"),
]
