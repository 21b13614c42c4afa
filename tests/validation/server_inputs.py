"""Inputs of the second held-out family (families/heldout2.py): configurations and programs for its servers."""
import os
import shutil
import subprocess

HERE = os.path.dirname(os.path.realpath(__file__))

NGINX = """daemon off; worker_processes 1; pid {d}/{name}-{port}.pid; error_log {d}/nginx.err;
events {{ worker_connections 256; }}
http {{ access_log off; client_body_temp_path {d}; proxy_temp_path {d}; fastcgi_temp_path {d};
uwsgi_temp_path {d}; scgi_temp_path {d}; {before} server {{ {server} }} }}
"""
PHP_SERVER = """listen {port}; location / {{ fastcgi_pass {backend};
fastcgi_param SCRIPT_FILENAME {d}/page.php; fastcgi_param REQUEST_METHOD $request_method; }}"""
TLS_SERVER = "listen {port} ssl; ssl_certificate {d}/tls.crt; ssl_certificate_key {d}/tls.key; root {d}/www;"
PHP_FPM = """[global]
error_log = {d}/php.err
[www]
user = root
listen = 0.0.0.0:{port}
pm = static
pm.max_children = 2
"""
SQUID = """http_port {port}
http_access allow all
cache deny all
access_log none
cache_log /dev/null
cache_store_log none
pid_filename none
shutdown_lifetime 0 seconds
netdb_filename none
pinger_enable off
"""
VSFTPD = """listen=YES
listen_port={port}
background=NO
anonymous_enable=YES
no_anon_password=YES
anon_root={d}/ftp
secure_chroot_dir={d}/ftp-empty
ftp_username=daemon
seccomp_sandbox=NO
isolate=NO
isolate_network=NO
pasv_min_port={pasv}
pasv_max_port={pasv_end}
"""


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data if isinstance(data, bytes) else data.encode())


def nginx(d, name, port, server, before=""):
    """A configuration of nginx with one server and what it needs before that, {d}/NAME-PORT.conf."""
    write(f"{d}/{name}-{port}.conf", NGINX.format(d=d, name=name, port=port, server=server, before=before))


def configs(d, ports, addresses):
    """A file per port, for servers that take ports and addresses from a file only."""
    port = ports[1]
    nginx(d, "php-nginx", port, PHP_SERVER.format(d=d, port=port, backend=f"{addresses[2]}:{ports[2]}"))
    nginx(d, "tls-nginx", port, TLS_SERVER.format(d=d, port=port))
    write(f"{d}/php-fpm-{ports[2]}.conf", PHP_FPM.format(d=d, port=ports[2]))
    write(f"{d}/squid-{port}.conf", SQUID.format(port=port))
    write(f"{d}/vsftpd-{port}.conf", VSFTPD.format(d=d, port=port, pasv=20000, pasv_end=20999))


def script(d, name):
    shutil.copy(f"{HERE}/programs/{name}", f"{d}/{name}")


def page(d):
    script(d, "page.php")


def wsgi(d):
    script(d, "wsgi_app.py")


def zmq(d):
    script(d, "zmq_requests.py")
    script(d, "zmq_pipeline.py")


def grpc(d):
    script(d, "grpc_unary.py")


def redis_py(d):
    script(d, "redis_client.py")


def psycopg(d):
    script(d, "psycopg_client.py")


def perl_words(d):
    script(d, "words.pl")


def tls(d):
    if not os.path.exists(f"{d}/tls.crt"):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=v", "-days", "30", "-keyout", f"{d}/tls.key",
                        "-out", f"{d}/tls.crt"], check=True, stderr=subprocess.DEVNULL)


def ftp(d):
    os.makedirs(f"{d}/ftp-empty", mode=0o755, exist_ok=True)
    for name, files in (("large", 120), ("medium", 30), ("small", 4)):
        for i in range(files):
            write(f"{d}/ftp/{name}/f{i}", "0123456789abcdef" * (500 + i * 7919 % 4000))


def distcc(d):
    for n in (16, 8, 4):
        objects = " ".join(f"$(OUT)/f{i}.o" for i in range(n))
        write(f"{d}/distcc-{n}/Makefile", f"all: {objects}\n$(OUT)/%.o: %.c\n\tdistcc gcc -O2 -c -o $@ $<\n")
        for i in range(n):
            write(f"{d}/distcc-{n}/f{i}.c", "#include <stdio.h>\n" + "".join(
                f"double g{i}_{k}(double*a,int n){{double s={k};for(int j=0;j<n;j++)s+=a[j]*a[(j+{k})%n]/(j+1.0);return s;}}\n" for k in range(30)))


def go_channels(d):
    script(d, "channels.go")
    subprocess.run(["go", "build", "-o", f"{d}/channels", f"{d}/channels.go"], check=True, env=dict(os.environ, GOCACHE=f"{d}/go-cache", GO111MODULE="off"))


def sqlite_query(d):
    write(f"{d}/query.sql", "CREATE TABLE t(a, b);\nWITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 600000) "
          "INSERT INTO t SELECT i, i * 7919 % 10007 FROM c;\nCREATE INDEX x ON t(b);\n"
          "SELECT count(*), sum(n) FROM (SELECT b, count(*) AS n FROM t GROUP BY b HAVING n > 59);\n")
