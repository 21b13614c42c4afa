"""The ninth held-out family: MPI programs that others wrote, servers' pools of threads, pipelines over a network, and programs recorded on one core only;
first predicted before anything was changed for them."""
from families.held import PYTHON, parts
from families.heldout6 import two_ranks

NETWORKS = ("60m-12ms", "750m-1ms")
network, alone, sizes = parts("heldout9", NETWORKS, "WX", ("full", "one-core", "from-one-core"))

WORKLOADS = [
    two_ranks("mpi4py", "heldout9", NETWORKS, PYTHON + " {d}/mpi_sums.py first {n}", PYTHON + " {d}/mpi_sums.py second {n}", "cmd:/usr/bin/python3 *mpi_sums.py second*=h2", sizes(40, 300), (),
              ("mpi4py",)),
    two_ranks("lammps", "heldout9", NETWORKS, "lmp -in {d}/melt.lmp -log none -var steps {n}", "lmp -in {d}/melt.lmp -log none -var steps {n} -var rank second",
              "cmd:lmp *-var rank second*=h2", sizes(25, 150), ("lmp",), ("melt",)),
    network("proftpd", "proftpd -q -n -c {d}/proftpd-{p}.conf", ("proftpd*=h2",), "sh -c 'curl -s ftp://ftp:x@{s}:{p}/[0-{n}].bin -o {out}/#1'", sizes(12, 70),
            ("proftpd", "curl"), ("proftpd",)),
    network("aiosmtpd", PYTHON + " -m aiosmtpd -n -l 0.0.0.0:{p} -c aiosmtpd.handlers.Sink", ("cmd:*aiosmtpd*=h2",),
            "smtp-source -s 4 -m {n} -l 4000 -t a@example.org -f b@example.org {s}:{p}", sizes(60, 200), ("smtp-source",)),
    network("express", "env NODE_PATH=/usr/share/nodejs node {d}/express_app.js {p}", ("node=h2",), "ab -q -k -n {n} -c 8 http://{s}:{p}/", sizes(600, 3000), ("node", "ab"),
            ("express",)),
    network("tomcat", "env CATALINA_BASE={d}/tomcat-{p} CATALINA_TMPDIR={out} sh /usr/share/tomcat10/bin/catalina.sh run", ("java=h2", "cmd:*catalina*=h2"),
            "ab -q -n {n} -c 4 http://{s}:{p}/small.html", sizes(100, 500), ("java", "ab"), ("tomcat",)),
    network("mini_httpd", "mini_httpd -D -u root -p {p} -d {d}/www", ("mini_httpd=h2",), "ab -q -n {n} -c 4 http://{s}:{p}/small.html", sizes(100, 500), ("mini_httpd", "ab"),
            ("web",)),
    network("drb", "ruby {d}/drb.rb server {p}", ("cmd:ruby *drb.rb server*=h2",), "ruby {d}/drb.rb client {s} {p} {n}", sizes(60, 400), ("ruby",), ("drb",)),
    network("brz", "env PATH=/usr/bin:/bin brz serve --listen=0.0.0.0 --port={p} --directory={d}/brz", ("cmd:*brz serve*=h2",), "env PATH=/usr/bin:/bin brz branch -q bzr://{s}:{p}/{n} {out}/copy", sizes("small", "medium"),
            ("brz",), ("brz",)),
    network("tar_over_nc", "sh -c 'nc.openbsd -l {p} | zstd -q -d -c | tar x -C {out}'", ("cmd:*nc.openbsd -l*=h2", "cmd:zstd -q -d*=h2", "cmd:tar x*=h2"),
            "sh -c 'tar c -C {d}/pile {n} | zstd -q -c -3 | nc.openbsd -N {s} {p}'", sizes("medium", "large"), ("nc.openbsd", "zstd", "tar"), ("pile",)),
    network("mbuffer", "mbuffer -q -m 4M -I {p} -o {out}/copy", ("cmd:mbuffer*-I*=h2",), "mbuffer -q -m 4M -i {d}/{n}m.bin -O {s}:{p}", sizes(8, 64), ("mbuffer",), ("loads",)),
    network("xmlrpc", PYTHON + " {d}/xml_rpc.py server {p}", ("cmd:*xml_rpc.py server*=h2",), PYTHON + " {d}/xml_rpc.py client {s} {p} {n}", sizes(40, 200), (), ("xml_rpc",)),
    network("webdav", "rclone serve webdav --addr 0.0.0.0:{p} {d}/pile", ("cmd:rclone serve*=h2",),
            "env HOME={out} rclone copy --transfers 4 --webdav-url http://{s}:{p} :webdav:{n} {out}/copy", sizes("small", "medium"), ("rclone",), ("pile",)),
    network("php_server", "php -S 0.0.0.0:{p} -t {d}/php", ("php*=h2",), "ab -q -n {n} -c 4 http://{s}:{p}/page.php", sizes(100, 500), ("php", "ab"), ("php",)),
    alone("minimap2", "minimap2 -a -t 2 -o {out}/aligned.sam {d}/genome.fa {d}/reads.fq", ("minimap2",), ("genome",)),
    alone("squashfs", "mksquashfs {d}/pile {out}/image -quiet -no-progress -processors 2", ("mksquashfs",), ("pile",)),
    alone("x264", "x264 --quiet --threads 2 --preset fast -o {out}/clip.264 {d}/clip.y4m", ("x264",), ("clip",)),
    alone("svt_av1", "SvtAv1EncApp -i {d}/clip.y4m -b {out}/clip.ivf --preset 11 --lp 2 --progress 0", ("SvtAv1EncApp",), ("clip",)),
    alone("forest", PYTHON + " {d}/forest.py", (), ("forest",)),
    alone("tbb", "{b}/parallel_sums 30"),
    alone("plzip", "plzip -n 2 -3 -c {d}/half.bin", ("plzip",), ("text",)),
    alone("vips", "vips gaussblur {d}/picture.ppm {out}/picture.v 9", ("vips",), ("picture",)),
    alone("gcc_lto", "sh -c 'gcc -O2 -flto=2 -shared -fPIC -o {out}/all.so {d}/ctree/*.c'", ("gcc",), ("c_sources",)),
    alone("go_build", "env GOCACHE={out}/cache GO111MODULE=off GOFLAGS=-p=2 go build -o {out}/program {d}/gobuild.go", ("go",), ("gobuild",)),
    alone("xargs", "sh -c 'find {d}/pile/large -type f | xargs -P 2 -n 4 sha512sum > {out}/sums'", ("xargs",), ("pile",)),
]
