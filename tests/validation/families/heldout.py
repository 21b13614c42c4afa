"""Programs and platforms that nobody had looked at when the models were made: what a new user's first prediction is worth."""
from cases import Server
from families.held import parts

network, alone, sizes = parts("heldout", ("1g-0.4ms", "300m-2ms", "40m-60ms"), "AFG", ("full", "third", "one-core", "from-half"))
SSH = "ssh -q -F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -i {d}/ssh/key -p {p}"

WORKLOADS = [
    network("haproxy", "haproxy -db -f {d}/haproxy.cfg -f {d}/haproxy-{p}.cfg", ("haproxy=h2", "nginx=h3"),
            "ab -q -k -n {n} -c 4 http://{s}:{p}/small.html", sizes(4000, 1200, 100), ("haproxy", "nginx", "ab"), ("web", "haproxy"),
            (Server("h3", "nginx -c {d}/nginx-{p3}.conf -p {out}"),)),
    network("ssh_cat", "/usr/sbin/sshd -D -f {d}/ssh/sshd_config -p {p}", ("sshd=h2", "cat=h2"),
            SSH + " root@{s} cat {d}/{n}m.bin > /dev/null", sizes(150, 150, 16), ("/usr/sbin/sshd", "ssh"), ("zeros", "ssh")),
    network("rsync_ssh", "/usr/sbin/sshd -D -f {d}/ssh/sshd_config -p {p}",
            ("sshd=h2", "cmd:rsync --server*=h2"),
            "rsync -a -e '" + SSH + "' root@{s}:{d}/trees/{n} {out}/copy", sizes("large", "large", "medium"),
            ("/usr/sbin/sshd", "ssh", "rsync"), ("trees", "ssh")),
    network("node_http", "node {d}/http_server.js {p}", ("cmd:node *http_server.js*=h2",), "node {d}/http_client.js {s} {p} {n} 4",
            sizes(4000, 1600, 120), ("node",), ("node_http",)),
    network("mosquitto_qos1", "mosquitto -c {d}/mosquitto-{p}.conf", ("mosquitto=h2",),
            "mosquitto_pub -h {s} -p {p} -t t -q 1 -l < {d}/lines-{n}.txt", sizes(20000, 12000, 800), ("mosquitto", "mosquitto_pub"), ("lines",)),
    network("mariadb", "mariadbd --no-defaults --user=mysql --datadir={d}/mariadb --port={p} --socket={d}/mariadb/s "
            "--bind-address=0.0.0.0 --skip-grant-tables --innodb-flush-log-at-trx-commit=0", ("mariadbd=h2",),
            "mysqlslap --no-defaults -h {s} -P {p} -u root --protocol=tcp --concurrency=4 --number-of-queries={n} --create-schema=mysql "
            "--query='select count(*) from help_topic where help_topic_id < 50'", sizes(6000, 2400, 160), ("mariadbd", "mysqlslap"),
            ("mariadb",)),
    network("iperf_P4", "iperf -s -p {p}", ("cmd:iperf -s*=h2",), "iperf -c {s} -p {p} -P 4 -n {n}M", sizes(60, 30, 4), ("iperf",)),
    network("tar_gzip_socat", "socat -u TCP-LISTEN:{p},reuseaddr EXEC:'tar xz -C {out}'",
            ("cmd:*LISTEN*=h2", "cmd:tar xz*=h2", "cmd:gzip -d*=h2"),
            "sh -c 'tar c -C {d}/trees {n} | gzip -1 | socat -u -t 60 STDIN TCP:{s}:{p}'", sizes("large", "large", "medium"),
            ("socat", "tar", "gzip"), ("trees",)),
    network("java_http", "java -Xmx200m -cp {d}/java Http {p} 2", ("java=h2",), "ab -q -n {n} -c 4 http://{s}:{p}/", sizes(3000, 1000, 80),
            ("java", "javac", "ab"), ("java_http",)),
    network("curl_downloads", "lighttpd -D -f {d}/lighttpd-{p}.conf", ("lighttpd=h2",), "curl -s -o /dev/null http://{s}:{p}/1m.bin?[1-{n}]",
            sizes(200, 60, 6), ("lighttpd", "curl"), ("web",)),
    alone("pigz", "pigz -c -6 -p 2 {d}/text.bin", ("pigz",), ("text",)),
    alone("xargs_sha", "sh -c 'ls {d}/trees/large/*/* | xargs -P 2 -n 20 sha512sum > /dev/null'", ("xargs", "sha512sum"), ("trees",)),
    alone("openmp_stencil", "{b}/openmp_stencil 2 400 400000"),
    alone("awk_groups", "sh -c 'awk \"{{ n[substr(\\$1, 1, 3)]++ }} END {{ for (k in n) print n[k], k }}\" {d}/words.txt | sort -n > {out}/top'",
          ("awk", "sort"), ("words",)),
    alone("node_cpu", "node {d}/work.js", ("node",), ("node_cpu",)),
    alone("ruby_threads", "ruby {d}/threads.rb", ("ruby",), ("ruby_threads",)),
    alone("java_pool", "java -Xmx200m -cp {d}/java Pool 2", ("java", "javac"), ("java_pool",)),
]
