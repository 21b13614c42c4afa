"""A client of PostgreSQL, transactions and a bulk COPY: HOST PORT TRANSACTIONS."""
import io
import sys

import psycopg2

host, port, n = sys.argv[1], sys.argv[2], int(sys.argv[3])
connection = psycopg2.connect(host=host, port=port, user="postgres", dbname="postgres")
cursor = connection.cursor()
cursor.execute("CREATE TEMPORARY TABLE t(i int, s text)")
for i in range(n):
    cursor.execute("INSERT INTO t VALUES (%s, %s)", (i, "x" * 100))
    cursor.execute("SELECT abalance FROM pgbench_accounts WHERE aid = %s", (i * 37 % 100000 + 1,))
    cursor.fetchone()
    connection.commit()
cursor.copy_from(io.StringIO("".join(f"{i}\ty\n" for i in range(200 * n))), "t")
cursor.execute("SELECT * FROM t")
assert len(cursor.fetchall()) == 201 * n
connection.commit()
