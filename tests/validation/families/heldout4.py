"""The fourth held-out family: again other programs and platforms, first predicted before anything was changed for them."""
from families.held import PYTHON, parts

network, alone, sizes = parts("heldout4", ("400m-1.6ms", "uneven-17ms"), "MN", ("full", "two-fifths", "one-core"))

WORKLOADS = [
    network("smtp", "smtp-sink -u nobody 0.0.0.0:{p} 100", ("smtp-sink=h2",), "smtp-source -s 4 -m {n} -l 4000 {s}:{p}", sizes(600, 120),
            ("smtp-sink", "smtp-source")),
    network("ldap", "slapd -d 0 -h ldap://0.0.0.0:{p} -f {d}/ldap/slapd.conf", ("slapd=h2",),
            "ldapsearch -x -LLL -H ldap://{s}:{p} -b dc=t -f {d}/ldap/uids-{n}.txt '(uid=%s)' cn > {out}/found", sizes(1000, 60),
            ("slapd", "ldapsearch", "slapadd"), ("ldap",)),
    network("http2", "nghttpd --no-tls -d {d}/www {p}", ("nghttpd=h2",), "h2load -n {n} -c 4 -m 4 http://{s}:{p}/small.html", sizes(12000, 1200),
            ("nghttpd", "h2load"), ("web",)),
    network("subversion", "svnserve -d --foreground --listen-port {p} -r {d}/svn", ("svnserve=h2",), "svn checkout -q svn://{s}:{p}/{n} {out}/wc",
            sizes("large", "medium"), ("svnserve", "svn", "svnadmin"), ("subversion",)),
    network("mercurial", PYTHON + " /usr/bin/hg serve -R {d}/hg/{n} -p {p} -A /dev/null", ("cmd:*hg serve*=h2",),
            PYTHON + " /usr/bin/hg clone -q http://{s}:{p} {out}/clone", sizes("large", "medium"), ("hg",), ("mercurial",)),
    network("erlang_echo", "erl -noshell -pa {d} -s echo server {p}", ("cmd:*echo server*=h2",), "erl -noshell -pa {d} -s echo client {s} {p} {n}",
            sizes(6000, 240), ("erl", "erlc"), ("erlang",)),
    network("puma", "puma -q -b tcp://0.0.0.0:{p} -t 4:4 {d}/sums.ru", ("cmd:*puma*=h2",), "ab -q -n {n} -c 4 http://{s}:{p}/", sizes(1200, 160),
            ("puma", "ab"), ("puma",)),
    network("twisted", PYTHON + " /usr/bin/twistd3 -n --pidfile= -l /dev/null web --path {d}/www --port tcp:{p}", ("cmd:*twistd3*=h2",),
            "ab -q -n {n} -c 4 http://{s}:{p}/small.html", sizes(1600, 160), ("twistd3", "ab"), ("web",)),
    network("beanstalkd", "beanstalkd -l 0.0.0.0 -p {p}", ("beanstalkd=h2",), PYTHON + " {d}/jobs.py {s} {p} {n}", sizes(240, 24),
            ("beanstalkd",), ("jobs",)),
    network("netpipe", "NPtcp -P {p} -n {n} -u 65536 -o {out}/served", ("cmd:NPtcp -P*=h2",), "NPtcp -h {s} -P {p} -n {n} -u 65536 -o {out}/measured",
            sizes(5, 1), ("NPtcp",)),
    network("pg_copy", "{d}/postgres/serve {p}", ("cmd:*postgres*-D*=h2",),
            "psql -q -h {s} -p {p} -U postgres -c 'copy (select i, md5(i::text) from generate_series(1, {n}) i) to stdout' -o {out}/rows postgres",
            sizes(600000, 160000), ("psql",), ("postgres",)),
    alone("rustc", "/usr/bin/rustc -O -o {out}/words {d}/words.rs", ("/usr/bin/rustc",), ("rust_source",)),
    alone("pandoc", "pandoc -o {out}/text.html {d}/text.md", ("pandoc",), ("markdown",)),
    alone("blas", "env OPENBLAS_NUM_THREADS=2 " + PYTHON + " {d}/blas.py", (), ("blas",)),
    alone("image", "convert -seed 1 -size 900x900 plasma:fractal -blur 0x6 -resize 50% {out}/image.png", ("convert",)),
    alone("thread_pool", PYTHON + " {d}/thread_pool.py", (), ("thread_pool",)),
    alone("sysbench", "sysbench threads --threads=4 --events=300 --time=0 --thread-locks=2 run", ("sysbench",)),
    alone("hackbench", "hackbench -s 100 -l 6000 -g 4 -f 4", ("hackbench",)),
]
