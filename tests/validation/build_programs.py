"""Builds the testbed's and the workloads' programs that are older than their sources, into a folder."""
import os
import shutil
import subprocess

HERE = os.path.dirname(os.path.realpath(__file__))
CC, CXX = ["cc", "-O2"], ["c++", "-std=c++20", "-O2", "-pthread"]
RULES = {
    "delayline": (CC, "testbed/delayline.c", []),
    "cpuslow": (CC, "testbed/cpuslow.c", ["-pthread"]),
    "timeit": (CC, "testbed/timeit.c", []),
    "ring": (CC, "programs/ring.c", []),
    "wal_writer": (CC, "programs/wal_writer.c", []),
    "barrier_threads": (CXX, "programs/barrier_threads.cc", []),
    "spin_wait": (CXX, "programs/spin_wait.cc", []),
    "work_stealing": (CXX, "programs/work_stealing.cc", []),
    "lock_convoy": (CXX, "programs/lock_convoy.cc", []),
    "timeout_adaptive": (CXX, "programs/timeout_adaptive.cc", []),
    "short_flows": (CXX, "programs/short_flows.cc", []),
    "workers": (CXX, "programs/workers.cc", []),
    "openmp_stencil": ([*CXX, "-fopenmp"], "programs/openmp_stencil.cc", []),
    "parallel_sums": (CXX, "programs/parallel_sums.cc", ["-ltbb"]),
    "mpi_kernels": (["mpicc", "-O2"], "programs/mpi_kernels.c", ["-lm"]),
    "ompi_kernels": (["mpicc.openmpi", "-O2"], "programs/mpi_kernels.c", ["-lm"]),
}
NEEDS = {"parallel_sums": "/usr/include/tbb/tbb.h"}
# Links under other names: a process is placed by its name.
ALIASES = [(f"ring-{r}", "ring") for r in range(4)] + [("mpi_kernels-0", "mpi_kernels"), ("mpi_kernels-1", "mpi_kernels"),
           ("ompi_kernels-0", "ompi_kernels"), ("ompi_kernels-1", "ompi_kernels"),
           ("timeout_adaptive-server", "timeout_adaptive"), ("short_flows-server", "short_flows"),
           ("workers-server", "workers"), ("far-workers", "workers")]
SCRIPTS = ("rsh", "rsh-loopback")
INSTALLED = [("far-redis-benchmark", "redis-benchmark"), ("far-ab", "ab")]


def build(folder):
    """Programs that cannot be built (no mpicc, no header) are missing afterwards: their cases are refused with the reason."""
    os.makedirs(folder, exist_ok=True)
    for name, (compiler, source, libraries) in RULES.items():
        out, src = f"{folder}/{name}", f"{HERE}/{source}"
        if os.path.exists(out) and os.path.getmtime(out) > os.path.getmtime(src):
            continue
        if shutil.which(compiler[0]) and os.path.exists(NEEDS.get(name, src)):
            subprocess.run([*compiler, "-o", out, src, *libraries], check=True)
    links = [(a, f"{folder}/{p}") for a, p in ALIASES] + [(a, shutil.which(p)) for a, p in INSTALLED]
    links += [(s, f"{HERE}/programs/{s}") for s in SCRIPTS]
    for alias, target in links:
        path = f"{folder}/{alias}"
        if target and os.path.exists(target) and not os.path.exists(path):
            if os.path.islink(path):
                os.unlink(path)
            os.symlink(target, path)
    return folder
