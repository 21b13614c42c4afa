"""A queue of tasks served by multiprocessing.managers: server PORT | client HOST PORT TASKS. Two worker processes fetch and work."""
import queue
import sys
from multiprocessing import Process
from multiprocessing.managers import BaseManager


class Manager(BaseManager):
    pass


def work(host, port):
    manager = Manager((host, port), b"key")
    manager.connect()
    tasks, results = manager.tasks(), manager.results()
    while (n := tasks.get()) is not None:
        results.put(sum(i * i % 7 for i in range(n)))


def client(host, port, n):
    manager = Manager((host, port), b"key")
    manager.connect()
    workers = [Process(target=work, args=(host, port)) for _ in range(2)]
    for w in workers:
        w.start()
    tasks, results = manager.tasks(), manager.results()
    for i in range(n):
        tasks.put(5000 + i * 7919 % 20000)
    print(sum(results.get() for _ in range(n)))
    for _ in workers:
        tasks.put(None)
    for w in workers:
        w.join()


if __name__ == "__main__":
    if sys.argv[1] == "server":
        queues = queue.Queue(), queue.Queue()
        Manager.register("tasks", callable=lambda: queues[0])
        Manager.register("results", callable=lambda: queues[1])
        Manager(("0.0.0.0", int(sys.argv[2])), b"key").get_server().serve_forever()
    else:
        Manager.register("tasks")
        Manager.register("results")
        client(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
