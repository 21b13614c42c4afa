"""The tenth held-out family: everyday commands and small servers; first predicted before anything was changed for them."""
from families.held import PYTHON, parts
from families.heldout6 import MARIADB
from families.network import NGINX_AT

network, alone, sizes = parts("heldout10", ("80m-7ms", "300m-2.5ms"), "YZ", ("full", "one-core"))
NGINX = "nginx -c {d}/nginx-{p}.conf -p {out}"
SSHD = "/usr/sbin/sshd -D -f {d}/ssh/sshd_config -p {p}"
SCP = "scp -O -q -r -F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -i {d}/ssh/key -P {p}"

WORKLOADS = [
    network("curl_tls", "openssl s_server -quiet -accept {p} -cert {d}/tls.crt -key {d}/tls.key -www", ("cmd:openssl s_server*=h2",),
            "sh -c 'for i in $(seq {n}); do curl -s -k -o /dev/null https://{s}:{p}/; done'", sizes(20, 60), ("openssl", "curl"), ("tls",)),
    network("scp_tree", SSHD, ("sshd=h2", "cmd:scp*-f*=h2"), SCP + " root@{s}:{d}/trees/{n} {out}/copy", sizes("small", "medium"), ("/usr/sbin/sshd", "scp"), ("trees", "ssh")),
    network("redis_io", "redis-server --port {p} --save '' --appendonly no --protected-mode no --io-threads 2", ("redis-server=h2",),
            "redis-benchmark -h {s} -p {p} -t lpush,lrange_100 -c 20 --csv -n {n}", sizes(1000, 4000), ("redis-server", "redis-benchmark")),
    network("psql_script", "{d}/postgres/serve {p}", ("cmd:*postgres*-D*=h2",), "psql -q -o /dev/null -h {s} -p {p} -U postgres -f {d}/statements-{n}.sql postgres",
            sizes(30, 250), ("psql",), ("postgres", "statements")),
    network("mariadb_dump", MARIADB, ("mariadbd=h2",), "mariadb-dump --no-defaults --skip-lock-tables -h {s} -P {p} -u root -r {out}/dump mysql {n}",
            sizes("help_keyword", "help_topic help_keyword help_relation"), ("mariadbd", "mariadb-dump"), ("mariadb",)),
    network("go_http", "{d}/go_http server {p}", ("cmd:*go_http server*=h2",), "{d}/go_http client {s} {p} {n}", sizes(400, 2000), ("go",), ("go_http",)),
    network("apt_download", NGINX, NGINX_AT, "sh {d}/apt_fetch.sh http://{s}:{p} {n} {out}", sizes(3, 8), ("/usr/lib/apt/apt-helper", "nginx"), ("web", "apt_fetch")),
    network("socat_exec", "socat TCP-LISTEN:{p},reuseaddr,fork EXEC:\"wc -c\"", ("cmd:socat*LISTEN*=h2", "cmd:wc*=h2"),
            "sh -c 'for i in $(seq {n}); do echo hello | nc.openbsd -N {s} {p}; done'", sizes(40, 120), ("socat", "nc.openbsd")),
    network("ffmpeg_http", NGINX, NGINX_AT, "ffmpeg -v error -threads 1 -i http://{s}:{p}/movie-{n}.mkv -f null -", sizes(2, 8), ("ffmpeg", "nginx"), ("web", "movie")),
    network("curl_gunzip", NGINX, NGINX_AT, "sh -c 'curl -s http://{s}:{p}/numbers-{n}.gz | gunzip | sort -n | tail -1'", sizes(250000, 1500000), ("curl", "nginx"),
            ("web", "packed_numbers")),
    network("rsync_z", "rsync --daemon --no-detach --config={d}/rsyncd.conf --port={p}", ("cmd:rsync --daemon*=h2",),
            "rsync -az rsync://{s}:{p}/files/{n} {out}/copy", sizes("small", "medium"), ("rsync",), ("trees",)),
    network("wget_python", PYTHON + " -m http.server -d {d}/www {p}", ("cmd:*http.server*=h2",),
            "sh -c 'for i in $(seq {n}); do wget -q -O /dev/null http://{s}:{p}/1m.bin; done'", sizes(2, 8), ("wget",), ("web",)),
    alone("zip_tree", "zip -q -r {out}/tree.zip {d}/trees/large", ("zip",), ("trees",)),
    alone("awk_sort", "sh -c \"gawk '{{ s[\\$3] += \\$2 }} END {{ for (k in s) print k, s[k] }}' {d}/table.txt | sort -k2n > {out}/sums; sort -k1n {d}/table.txt | uniq -c | wc -l\"",
          ("gawk",), ("table",)),
    alone("bc_pi", "sh -c 'echo \"scale=1500; 4*a(1)\" | bc -l > {out}/pi'", ("bc",)),
    alone("mandel_go", "{d}/mandel", ("go",), ("mandel",)),
    alone("primes_php", "php {d}/primes.php", ("php",), ("primes",)),
    alone("deflate_node", "node {d}/deflate.js {d}/text.bin", ("node",), ("deflate", "text")),
]
