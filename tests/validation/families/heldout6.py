"""The sixth held-out family: again other programs and platforms, first predicted before anything was changed for them."""
from cases import Client, Server, Workload
from families.heldout import SSH
from families.held import PYTHON, parts

network, alone, sizes = parts("heldout6", ("35m-14ms", "250m-3ms"), "QR", ("full", "one-core"))
MARIADB = ("mariadbd --no-defaults --user=mysql --datadir={d}/mariadb --port={p} --socket={d}/mariadb/s --bind-address=0.0.0.0 --skip-grant-tables "
           "--innodb-flush-log-at-trx-commit=0")
SYSBENCH = "sysbench oltp_read_write --mysql-host={s} --mysql-port={p} --mysql-user=root --mysql-db=mysql --table-size=200 --threads=4 --rand-seed=1 "
OPEN_MPI = "mpirun.openmpi --allow-run-as-root --bind-to none --mca btl tcp,self --mca pml ob1 --mca plm_rsh_agent {b}/rsh --mca btl_tcp_if_include eth0 --mca oob_tcp_if_include eth0"
# Two addresses of loopback, so that mpirun starts a daemon for the second rank there, too; and without the store of its start-up in
# shared memory, which it uses within one host: those processes could not be put on two.
OPEN_MPI_LOOPBACK = "env PMIX_MCA_gds=hash " + OPEN_MPI.replace("{b}/rsh", "{b}/rsh-loopback").replace("eth0", "lo")


def two_ranks(name, family, settings, first, second, place, numbers, needs, inputs=()):
    """An Open MPI program, a rank on each of two hosts."""
    def launched(how, *hosts):
        return f"{how} --host {hosts[0]} -np 1 {first} : --host {hosts[1]} -np 1 {second}"
    return Workload(name, family, (Client("h1", launched(OPEN_MPI, "h1", "h2")),), settings, (), (place, "cmd:*orted -mca*=h2"), numbers,
                    ("mpirun.openmpi", *needs), inputs, record=(("", launched(OPEN_MPI_LOOPBACK, "127.0.0.1", "127.0.0.2")),))


WORKLOADS = [
    network("nats", "nats-server -a 0.0.0.0 -p {p}", ("nats-server=h2", "cmd:*nats_requests.py responder*=h3"),
            PYTHON + " {d}/nats_requests.py client {s} {p} {n}", sizes(70, 300), ("nats-server",), ("nats",),
            (Server("h3", PYTHON + " {d}/nats_requests.py responder {s} {p}", False),)),
    network("dask", "dask-scheduler --host 0.0.0.0 --port {p} --no-dashboard", ("cmd:*dask-scheduler*=h2", "cmd:*dask-worker*=h3"),
            PYTHON + " {d}/dask_sums.py {s} {p} {n}", sizes(40, 120), ("dask-scheduler", "dask-worker"), ("dask",),
            (Server("h3", "dask-worker tcp://{s}:{p} --contact-address tcp://{a3} --listen-address tcp://0.0.0.0:{p3} --no-nanny "
                    "--no-dashboard --nthreads 2 --local-directory {out}"),)),
    network("sysbench_oltp", MARIADB, ("mariadbd=h2",), f"sh -c '{SYSBENCH} prepare && {SYSBENCH} --time=0 --events={{n}} run && {SYSBENCH} cleanup'",
            sizes(24, 120), ("mariadbd", "sysbench"), ("mariadb",)),
    network("restic", "rclone serve restic --addr 0.0.0.0:{p} {d}/restic/{n}", ("rclone=h2",),
            "env RESTIC_PASSWORD=p restic -q --no-cache -r rest:http://{s}:{p}/ restore latest --target {out}/copy", sizes("small", "medium"),
            ("rclone", "restic"), ("restic",)),
    network("starman", "starman --workers 2 --host 0.0.0.0 --port {p} {d}/page.psgi", ("cmd:*starman*=h2",), "ab -q -n {n} -c 4 http://{s}:{p}/",
            sizes(160, 800), ("starman", "ab"), ("psgi",)),
    network("busybox_httpd", "busybox httpd -f -p {p} -h {d}/www", ("busybox=h2",), "ab -q -n {n} -c 4 http://{s}:{p}/small.html", sizes(160, 800),
            ("busybox", "ab"), ("web",)),
    network("snmp", "snmpd -f -C -c {d}/snmpd.conf -Ln udp:{p},tcp:{p}", ("snmpd=h2",),
            "sh -c 'for i in $(seq {n}); do snmpwalk -v2c -c public {s}:{p} 1.3.6.1.2.1.1 > {out}/walk; done'", sizes(2, 10), ("snmpd", "snmpwalk"), ("snmp",)),
    two_ranks("open_mpi", "heldout6", ("35m-14ms", "250m-3ms"), "{b}/ompi_kernels-0 jacobi {n} 256", "{b}/ompi_kernels-1 jacobi {n} 256",
              "ompi_kernels-1=h2", sizes(50, 200), ()),
    network("registry", "docker-registry serve {d}/registry-{p}.yml", ("docker-registry=h2",),
            "skopeo copy -q --src-tls-verify=false docker://{s}:{p}/image:{n} dir:{out}/image", sizes("small", "large"), ("docker-registry", "skopeo"),
            ("registry",)),
    network("node_chat", "env NODE_PATH=/usr/share/nodejs node {d}/chat.js server {p}", ("cmd:node *chat.js server*=h2",), "env NODE_PATH=/usr/share/nodejs node {d}/chat.js client {s} {p} {n}", sizes(60, 300),
            ("node",), ("chat",)),
    network("nginx_proxy", "nginx -c {d}/proxy-nginx-{p}.conf -p {out}", ("nginx=h3", "cmd:*proxy-nginx*=h2"),
            "ab -q -k -n {n} -c 8 http://{s}:{p}/small.html", sizes(300, 1500), ("nginx", "ab"), ("web",),
            (Server("h3", "nginx -c {d}/nginx-{p3}.conf -p {out}"),)),
    network("iperf3_P4", "iperf3 -s -1 -p {p}", ("cmd:iperf3 -s *=h2",), "iperf3 -c {s} -p {p} -P 4 -n {n}M", sizes(8, 50), ("iperf3",)),
    network("ssh_tunnel", "/usr/sbin/sshd -D -f {d}/ssh/sshd_config -p {p}", ("sshd=h2", "nginx=h3"), "curl -s -o /dev/null http://{a1}/small.html?[1-{n}]",
            sizes(20, 100), ("/usr/sbin/sshd", "ssh", "nginx", "curl"), ("ssh", "web"),
            (Server("h3", "nginx -c {d}/nginx-{p3}.conf -p {out}"), Server("h1", f"sh -c 'sleep 0.3; exec {SSH} -N -L {{a1}}:{{a3}} root@{{s}}'"))),
    network("curl_uploads", "nginx -c {d}/dav-nginx-{p}.conf -p {out}", ("nginx=h2",),
            "sh -c 'for i in $(seq {n}); do curl -s -T {d}/www/1m.bin http://{s}:{p}/f$i; done'", sizes(6, 40), ("nginx", "curl"), ("web", "uploads")),
    network("git_push", "sh -c 'git init -q --bare {out}/r && exec git daemon --reuseaddr --enable=receive-pack --export-all --base-path={out} --port={p}'",
            ("cmd:*daemon --reuseaddr*=h2", "cmd:git init*=h2", "cmd:*receive-pack*=h2", "cmd:*index-pack*=h2", "cmd:*rev-list*--not*=h2",
             "cmd:*for-each-ref*=h2", "cmd:*git gc*=h2"),
            "git -C {d}/git/{n} push -q git://{s}:{p}/r HEAD:refs/heads/main", sizes("medium", "large"), ("git",), ("repositories",)),
    network("ssh_commands", "/usr/sbin/sshd -D -f {d}/ssh/sshd_config -p {p}", ("sshd=h2", "uname=h2"),
            f"sh -c 'for i in $(seq {{n}}); do {SSH} root@{{s}} uname -r; done'", sizes(5, 12), ("/usr/sbin/sshd", "ssh"), ("ssh",)),
    alone("bwa", "sh -c 'bwa mem -t 2 {d}/genome.fa {d}/reads.fq > {out}/aligned.sam'", ("bwa",), ("genome",)),
    alone("pandas", PYTHON + " {d}/groups.py", (), ("pandas",)),
    alone("torch", PYTHON + " {d}/train.py", (), ("torch",)),
    alone("cmake_ninja", "sh -c 'cmake -G Ninja -S {d}/cproject -B {out}/b > {out}/log && ninja -C {out}/b > {out}/log'", ("cmake", "ninja", "gcc"), ("cproject",)),
    alone("jq", "sh -c 'jq -c \"group_by(.k) | map({{k: .[0].k, n: length}})\" {d}/items.json > {out}/groups'", ("jq",), ("items",)),
    alone("glpsol", "glpsol --math {d}/transport.mod -o {out}/solution", ("glpsol",), ("transport",)),
    alone("openssl_files", "sh -c 'for i in 1 2 3 4; do openssl enc -aes-256-ctr -pbkdf2 -k p -in {d}/150m.bin | sha256sum > {out}/sum$i; done'", ("openssl",),
          ("zeros",)),
]
