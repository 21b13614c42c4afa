"""One host: core speed, number of cores, and recordings made on slower cores than the target's."""
from cases import Client, Workload

ALL = ("full", "half", "quarter", "one-core", "from-half", "from-quarter")

CACHE = ("full", "half", "one-core", "from-half")


def alone(name, command, needs=(), inputs=(), family="cpu", settings=ALL, quick=False):
    return Workload(name, family, (Client("", command),), settings, needs=needs, inputs=inputs, quick=quick)


WORKLOADS = [
    alone("gzip", "gzip -c -6 {d}/text.bin", ("gzip",), ("text",), quick=True),
    alone("python_pool", "/usr/bin/python3 {d}/pool.py", ("/usr/bin/python3",), ("pool",)),
    alone("make_j2", "make -s -j2 -C {d}/ctree OUT={out}", ("make", "gcc"), ("c_sources",)),
    alone("compile_link", "g++ -O2 -o {out}/program {d}/program.cc", ("g++",), ("cc_source",)),
    alone("sort_pipeline", "sh -c 'sort {d}/words.txt | uniq -c | sort -rn | head -n 100 > {out}/top'", ("sort",), ("words",)),
    alone("barrier_threads", "{b}/barrier_threads 4 150 3000000"),
    alone("xz", "xz -T2 -k -c -4 --block-size=1MiB {d}/half.bin", ("xz",), ("text",), "cache", CACHE),
    alone("zstd", "zstd -q -c -12 -T2 {d}/text.bin", ("zstd",), ("text",), "cache", CACHE),
]
