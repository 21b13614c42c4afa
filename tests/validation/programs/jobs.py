"""Jobs through a beanstalkd: puts n, reserves and deletes them."""
import socket
import sys

host, port, n = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
connection = socket.create_connection((host, port))
answers = connection.makefile("rb")


def ask(command):
    connection.sendall(command)
    return answers.readline().split()


for i in range(n):
    assert ask(b"put 0 0 60 5\r\njob%02d\r\n" % (i % 100))[0] == b"INSERTED"
for _ in range(n):
    job = ask(b"reserve\r\n")
    answers.readline()
    assert ask(b"delete " + job[1] + b"\r\n")[0] == b"DELETED"
