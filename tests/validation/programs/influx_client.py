"""Writes n batches of 200 points to an InfluxDB and asks for a mean after each tenth."""
import http.client
import sys

host, port, n = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
connection = http.client.HTTPConnection(host, port)


def ask(method, path, body=None):
    connection.request(method, path, body)
    answer = connection.getresponse()
    data = answer.read()
    assert answer.status in (200, 204), data


ask("POST", "/query?q=CREATE+DATABASE+t")
for i in range(n):
    ask("POST", "/write?db=t&precision=s", "".join(f"m,host=h{k % 10} value={k * i % 97} {1600000000 + i * 200 + k}\n" for k in range(200)))
    if i % 10 == 9:
        ask("GET", "/query?db=t&q=SELECT+mean(value)+FROM+m+WHERE+time+%3E+0+GROUP+BY+host")
