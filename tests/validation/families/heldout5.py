"""The fifth held-out family: again other programs and platforms, first predicted before anything was changed for them."""
from cases import Server
from families.held import PYTHON, parts

network, alone, sizes = parts("heldout5", ("150m-8ms", "800m-0.8ms"), "OP", ("full", "seven-tenths", "one-core"))
ZOOKEEPER = "java -Xmx200m -cp '/usr/share/java/*' -Dzookeeper.admin.enableServer=false org.apache.zookeeper.server.ZooKeeperServerMain {p} {out}/zk"

WORKLOADS = [
    network("samba", "timeout 900 smbd -F -s {d}/samba-{p}.conf", ("cmd:*smbd*=h2",),
            "smbclient //{s}/files -p {p} -N -s {d}/samba-{p}.conf -D {n} -c 'lcd {out}; recurse; prompt; mget *'", sizes("small", "medium"),
            ("smbd", "smbclient"), ("samba", "trees")),
    network("dovecot", "dovecot -F -c {d}/dovecot-{p}.conf", ("cmd:*dovecot*=h2",), PYTHON + " {d}/imap_fetch.py {s} {p} {n}", sizes(80, 300),
            ("dovecot",), ("mail", "imap")),
    network("nbdcopy", "nbdkit -f -p {p} pattern {n}M", ("nbdkit=h2",), "nbdcopy nbd://{s}:{p} null:", sizes(16, 96), ("nbdkit", "nbdcopy")),
    network("gearman", "gearmand -L 0.0.0.0 -p {p} -l /dev/null", ("gearmand=h2", "cmd:gearman -w*=h3", "cmd:wc -c=h3"),
            "gearman -h {s} -p {p} -f wc -n -I < {d}/lines-{n}.txt", sizes(80, 400), ("gearmand", "gearman"), ("job_lines",),
            (Server("h3", "gearman -w -h {s} -p {p} -f wc -- wc -c", False),)),
    network("uwsgi", "uwsgi --plugin python3 --http-socket 0.0.0.0:{p} --chdir {d} --module wsgi_app:app --master --processes 2 --disable-logging --die-on-term",
            ("cmd:uwsgi*=h2",), "ab -q -n {n} -c 4 http://{s}:{p}/", sizes(200, 800), ("uwsgi", "ab"), ("wsgi",)),
    network("zookeeper", ZOOKEEPER, ("java=h2",), PYTHON + " {d}/zookeeper_client.py {s} {p} {n}", sizes(60, 300), ("java",), ("zookeeper",)),
    network("influxdb", "env INFLUXDB_HTTP_BIND_ADDRESS=0.0.0.0:{p} INFLUXDB_BIND_ADDRESS=127.0.0.1:0 INFLUXDB_META_DIR={out}/meta "
            "INFLUXDB_DATA_DIR={out}/data INFLUXDB_DATA_WAL_DIR={out}/wal INFLUXDB_REPORTING_DISABLED=true influxd run -config /dev/null",
            ("influxd=h2",), PYTHON + " {d}/influx_client.py {s} {p} {n}", sizes(70, 200), ("influxd",), ("influx",)),
    network("httperf", "h2o -c {d}/h2o-{p}.conf", ("h2o=h2",), "httperf --server {s} --port {p} --uri /small.html --num-conns {n} --num-calls 4",
            sizes(30, 300), ("h2o", "httperf"), ("web",)),
    network("tinyproxy", "tinyproxy -d -c {d}/tinyproxy-{p}.conf", ("tinyproxy=h2", "nginx=h3"),
            "curl -s -o /dev/null -x http://{s}:{p} http://{a3}/small.html?[1-{n}]", sizes(60, 300), ("tinyproxy", "nginx", "curl"), ("web",),
            (Server("h3", "nginx -c {d}/nginx-{p3}.conf -p {out}"),)),
    network("borg", "socat TCP-LISTEN:{p},reuseaddr EXEC:'borg serve'", ("cmd:*LISTEN*=h2", "cmd:*borg serve*=h2"),
            "sh -c 'cd {out} && BORG_PEER={s}:{p} BORG_RSH={d}/borg-connect BORG_BASE_DIR={d}/borg-client "
            "BORG_RELOCATED_REPO_ACCESS_IS_OK=yes BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes borg extract ssh://x{d}/borg/{n}::a'",
            sizes("small", "medium"), ("borg", "socat"), ("borg",)),
    network("dnsperf", "unbound -c {d}/unbound-{p}.conf", ("unbound=h2",), "dnsperf -s {s} -p {p} -d {d}/queries-{n}.txt -q 20", sizes(4000, 8000),
            ("unbound", "dnsperf"), ("queries",)),
    network("axel", "lighttpd -D -f {d}/lighttpd-{p}.conf", ("lighttpd=h2",), "axel -q -n 4 -o {out}/file http://{s}:{p}/{n}m.bin", sizes(16, 32),
            ("lighttpd", "axel"), ("downloads",)),
    network("websockets", PYTHON + " {d}/websocket_echo.py server {p}", ("cmd:*websocket_echo.py server*=h2",),
            PYTHON + " {d}/websocket_echo.py client {s} {p} {n}", sizes(400, 2000), (), ("websockets",)),
    network("sftp", "/usr/sbin/sshd -D -f {d}/ssh/sshd_config -p {p}", ("sshd=h2", "sftp-server=h2"),
            "sh -c 'cd {out} && sftp -q -F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -i {d}/ssh/key -P {p} "
            "-s /usr/lib/openssh/sftp-server -b {d}/get-{n} root@{s}'", sizes("small", "medium"), ("/usr/sbin/sshd", "sftp"), ("trees", "ssh", "batch")),
    network("sipp", "sipp -sn uas -t t1 -p {p} -nostdin", ("cmd:sipp -sn uas*=h2",), "sipp -sn uac -t t1 {s}:{p} -m {n} -r 400 -d 0 -nostdin", sizes(300, 600),
            ("sipp",)),
    network("pg_dump", "{d}/postgres/serve {p}", ("cmd:*postgres*-D*=h2",),
            "pg_dump -h {s} -p {p} -U postgres -t pgbench_{n} -f {out}/dump postgres", sizes("accounts", "accounts"), ("pg_dump",), ("postgres",)),
    alone("stockfish", "/usr/games/stockfish bench 16 2 9", ("/usr/games/stockfish",)),
    alone("octave", "octave-cli -q --no-window-system {d}/solve.m", ("octave-cli",), ("octave",)),
    alone("samtools", "samtools sort -@ 2 -o {out}/sorted.bam {d}/reads.sam", ("samtools",), ("alignments",)),
    alone("ghostscript", "gs -q -dNOPAUSE -dBATCH -sDEVICE=png16m -r150 -o {out}/page%d.png {d}/page.ps", ("gs",), ("postscript",)),
    alone("flac", "flac -s -f -8 -o {out}/sound.flac {d}/sound.wav", ("flac",), ("sound",)),
    alone("z3", "z3 {d}/pigeons.smt2", ("z3",), ("formula",)),
    alone("openscad", "openscad -o {out}/part.stl {d}/part.scad", ("openscad",), ("part",)),
    alone("lua", "lua5.4 {d}/queens.lua", ("lua5.4",), ("lua",)),
]
