"""The eleventh held-out family: proxies, remote calls, servers of other languages' libraries, tools of the sciences; first predicted before anything was changed for them."""
from families.held import PYTHON, parts
from families.heldout import SSH
from families.heldout7 import REDIS_BEHIND
from families.heldout10 import NGINX, SSHD
from families.network import NGINX_AT

network, alone, sizes = parts("heldout11", ("70m-16ms", "350m-1.5ms"), "ab", ("full", "one-core"))

WORKLOADS = [
    network("nutcracker", "nutcracker -c {d}/nutcracker-{p}.yml -o {out}/log", ("nutcracker=h2", "redis-server=h3"), "redis-benchmark -h {s} -p {p} -t get,set -c 10 --csv -n {n}", sizes(300, 2500),
            ("nutcracker", "redis-server", "redis-benchmark"), (), (REDIS_BEHIND,)),
    network("rsyslog", "rsyslogd -n -f {d}/rsyslog-{p}.conf -i {out}/pid", ("rsyslogd=h2",), "sh -c 'seq {n} | logger -T -n {s} -P {p}'",
            sizes(60000, 200000), ("rsyslogd", "logger")),
    network("cvs_checkout", "socat TCP-LISTEN:{p},reuseaddr,fork EXEC:\"cvs -f --allow-root={d}/cvs pserver\"", ("cmd:socat*LISTEN*=h2",),
            "env -C {out} cvs -Q -f -d :pserver:anonymous:@{s}:{p}{d}/cvs checkout -d copy {n}", sizes("small", "medium"), ("cvs", "socat"), ("cvs",)),
    network("mojolicious", "perl -Mojo -e 'a(\"/\" => sub {{ shift->render(text => \"hello\" x 100) }})->start' daemon -l http://*:{p}", ("cmd:perl -Mojo*=h2",),
            "ab -q -n {n} -c 8 http://{s}:{p}/", sizes(300, 1500), ("perl", "ab")),
    network("java_fetch", "java -cp {d}/fetch HttpFetch server {p}", ("cmd:java*HttpFetch server*=h2",), "java -cp {d}/fetch HttpFetch client {s} {p} {n}", sizes(100, 600), ("java", "javac"), ("fetch",)),
    network("rpyc", PYTHON + " {d}/rpyc_calls.py server {p}", ("cmd:*rpyc_calls.py server*=h2",), PYTHON + " {d}/rpyc_calls.py client {s} {p} {n}", sizes(40, 300), (), ("rpyc",)),
    network("rdiff_backup", SSHD, ("sshd=h2",),
            f"rdiff-backup --api-version 201 --remote-schema '{SSH} {{{{h}}}} rdiff-backup server' backup {{d}}/trees/{{n}}/1 root@{{s}}::{{out}}/kept",
            sizes("small", "medium"), ("/usr/sbin/sshd", "ssh", "rdiff-backup"), ("trees", "ssh")),
    network("tar_ssh", SSHD, ("sshd=h2",), f"sh -c 'tar c -C {{d}}/pile {{n}} | {SSH} root@{{s}} \"tar x -C {{out}}\"'", sizes("small", "large"), ("/usr/sbin/sshd", "ssh", "tar"), ("pile", "ssh")),
    network("git_ssh", SSHD, ("sshd=h2",), f"env GIT_SSH_COMMAND='{SSH}' git clone -q ssh://root@{{s}}{{d}}/git/{{n}} {{out}}/clone", sizes("small", "medium"),
            ("/usr/sbin/sshd", "ssh", "git"), ("repositories", "ssh")),
    network("node_fetch", NGINX, NGINX_AT, "node {d}/http_client.js {s} {p} {n} 6", sizes(200, 1500), ("node", "nginx"), ("web", "node_http")),
    network("webrick", "ruby {d}/webrick_app.rb server {p}", ("cmd:ruby *webrick_app.rb server*=h2",), "ruby {d}/webrick_app.rb client {s} {p} {n}", sizes(40, 200), ("ruby",), ("webrick",)),
    network("nim_http", "{d}/nim_http {p}", ("nim_http=h2",), "ab -q -n {n} -c 8 http://{s}:{p}/", sizes(300, 3000), ("nim", "ab"), ("nim_http",)),
    network("asio_echo", "{d}/asio_echo server {p}", ("cmd:*asio_echo server*=h2",), "{d}/asio_echo client {s} {p} {n}", sizes(40, 400), ("g++",), ("asio_echo",)),
    alone("gromacs", "env -C {out} gmx mdrun -quiet -nt 2 -nobackup -noconfout -s {d}/gromacs/run.tpr", ("gmx",), ("gromacs",)),
    alone("blastp", "blastp -num_threads 2 -db {d}/blast/db -query {d}/blast/queries.fa -out {out}/hits", ("blastp",), ("blast",)),
    alone("hmmsearch", "hmmsearch --cpu 2 -o {out}/hits {d}/blast/family.hmm {d}/blast/all.fa", ("hmmsearch",), ("blast",)),
    alone("bowtie2", "bowtie2 -p 2 -x {d}/bowtie/genome -U {d}/reads.fq -S {out}/aligned.sam --quiet", ("bowtie2",), ("bowtie",)),
    alone("pbzip2", "pbzip2 -p2 -k -c {d}/text.bin", ("pbzip2",), ("text",)),
    alone("pari", "sh -c 'echo \"for(i=1,60,factor(2^(100+i)-1))\" | gp -q -f > {out}/factors'", ("gp",)),
]
