"""Two to four hosts in a star: request/response, bulk, MPI. Sizes make 1 to 4 seconds of truth."""
from cases import Client, Server, Workload

NET = ("1g-0.4ms", "1g-4ms", "100m-20ms", "10m-40ms")
BOTH = ("1g-0.4ms-half", "100m-20ms-quarter")

REDIS = Server("h2", "redis-server --port {p} --save '' --appendonly no --protected-mode no --daemonize no --dir {out}")
NGINX = Server("h2", "nginx -c {d}/nginx-{p}.conf -p {out}")
REDIS_AT = ("redis-server=h2",)
NGINX_AT = ("nginx=h2",)


def sizes(a, b, d, e):
    return {"A": a, "B": b, "D": d, "E": e}


def redis(name, options, numbers, settings=NET, quick=False):
    return Workload(name, "network", (Client("h1", "redis-benchmark -h {s} -p {p} -t set -d 100 --csv -n {n} " + options),),
                    settings, (REDIS,), REDIS_AT, numbers, ("redis-server", "redis-benchmark"), quick=quick)


def nginx(name, page, options, numbers, settings=NET, quick=False):
    return Workload(name, "network", (Client("h1", "ab -q -n {n} " + options + " http://{s}:{p}/" + page),),
                    settings, (NGINX,), NGINX_AT, numbers, ("nginx", "ab"), ("web",), quick=quick)


def ring(name, size, work, numbers, settings=NET):
    def member(rank):
        return "{b}/ring-%d %d 4 {n} %d %d {a1} {a2} {a3} {a4}" % (rank, rank, size, work)
    return Workload(name, "network", (Client("h1", member(0)),), settings,
                    tuple(Server(f"h{r + 1}", member(r)) for r in (1, 2, 3)),
                    tuple(f"ring-{r}=h{r + 1}" for r in (1, 2, 3)), numbers)


# Ranks poll, and reach each other by TCP only, also on one machine.
MPI = ("mpirun -launcher rsh -launcher-exec {b}/rsh -genv MPIR_CVAR_NOLOCAL 1 -genv UCX_TLS tcp,self "
       "-genv UCX_NET_DEVICES eth0 -hosts h1,h2 -n 1 {b}/mpi_kernels-0 %s : -n 1 {b}/mpi_kernels-1 %s")
# Two addresses of loopback, so that mpirun starts a proxy for each rank there, too.
MPI_LOOPBACK = MPI.replace("{b}/rsh", "{b}/rsh-loopback").replace("-hosts h1,h2", "-hosts 127.0.0.1,127.0.0.2").replace("eth0", "lo")
MPI_AT = ("mpi_kernels-1=h2", "cmd:*hydra_pmi_proxy --control-port *--proxy-id 1=h2")


def mpi(name, kernel, numbers, settings=NET):
    return Workload(name, "network", (Client("h1", MPI % (kernel, kernel)),), settings, (), MPI_AT, numbers,
                    ("mpirun",), record=(("", MPI_LOOPBACK % (kernel, kernel)),))


WORKLOADS = [
    redis("redis_c1", "-c 1", sizes(3200, 320, 60, 36), NET + BOTH, quick=True),
    redis("redis_c16", "-c 16", sizes(40000, 5000, 1200, 640), NET + BOTH),
    redis("redis_c1_P16", "-c 1 -P 16", sizes(40000, 5000, 1200, 576)),
    redis("redis_c16_P16", "-c 16 -P 16", sizes(500000, 80000, 15000, 7000)),
    nginx("nginx_small", "small.html", "-c 8", sizes(6400, 1280, 240, 120), NET + BOTH),
    nginx("nginx_1m", "1m.bin", "-c 4", sizes(160, 160, 16, 4), NET + ("100m-20ms-quarter",)),
    Workload("iperf3", "network", (Client("h1", "iperf3 -c {s} -p {p} -n {n}M"),), NET,
             (Server("h2", "iperf3 -s -1 -p {p}"),), ("cmd:iperf3 -s *=h2",), sizes(150, 150, 16, 2), ("iperf3",)),
    Workload("bulk_up", "network", (Client("h1", "socat -b 65536 -t 60 STDIN!!OPEN:/dev/null TCP:{s}:{p} < {d}/{n}m.bin"),), NET,
             (Server("h2", "socat -b 65536 -u TCP-LISTEN:{p},reuseaddr OPEN:/dev/null"),), ("cmd:*LISTEN*=h2",),
             sizes(150, 150, 16, 2), ("socat",), ("zeros",)),
    ring("ring_1k", 1000, 0, sizes(1600, 160, 32, 16)),
    ring("ring_256k", 262144, 0, sizes(160, 80, 10, 2)),
    ring("ring_work", 64, 300000, sizes(400, 160, 30, 18), NET + BOTH),
    mpi("mpi_ring_1k", "ring {n} 1000", sizes(2500, 320, 60, 30)),
    mpi("mpi_alltoall_64k", "alltoall {n} 65536", sizes(700, 120, 20, 8)),
    mpi("mpi_jacobi_512", "jacobi {n} 512", sizes(2000, 300, 45, 28), NET + ("1g-0.4ms-half",)),
    Workload("git_clone", "network", (Client("h1", "git -c pack.threads=1 clone -q git://{s}:{p}/{n} {out}/clone"),), NET,
             (Server("h2", "git daemon --export-all --reuseaddr --base-path={d}/git --port={p}"),),
             ("cmd:*daemon --export-all*=h2", "cmd:*upload-pack*=h2", "cmd:*pack-objects*=h2"), sizes("large", "large", "medium", "small"),
             ("git",), ("repositories",)),
    Workload("rsync", "network", (Client("h1", "rsync -a rsync://{s}:{p}/files/{n} {out}/copy"),), NET,
             (Server("h2", "rsync --daemon --no-detach --port={p} --config={d}/rsyncd.conf"),), ("cmd:*--daemon*=h2",),
             sizes("large", "large", "medium", "small"), ("rsync",), ("trees",)),
]
