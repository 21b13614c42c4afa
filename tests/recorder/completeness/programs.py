"""What is recorded to see whether a call is missed. `$BIN` stands for the folder of tests/programs, `$PYTHON` for this one."""

# Of a table kind whose count is left to chance, with the reason. Everywhere else agreement must be exact.
FUTEX = {"futex": "whether a lock is contended, or a thread still runs when it is joined, is chance"}

# (name, what it is about, command in an empty folder, kinds left to chance)
DETERMINISTIC = [
    ("pipe_ping_pong", "pipes", "$BIN/pipe_ping_pong", {}),
    ("moving_bytes", "files, splice, sendfile", "$BIN/moving_bytes", {}),
    ("tcp_loopback", "sockets", "$BIN/tcp_loopback", {}),
    ("many_messages", "sendmmsg, recvmmsg", "$BIN/many_messages", {}),
    ("descriptor_passing", "SCM_RIGHTS", "$BIN/descriptor_passing", {}),
    ("event_descriptors", "epoll, eventfd, timerfd", "$BIN/event_descriptors", {}),
    ("many_threads", "200 threads, short-lived", "$BIN/many_threads", FUTEX),
    ("exit_with_threads", "exit_group while others are in calls", "$BIN/exit_with_threads", {}),
    ("vfork_exec", "vfork, posix_spawn", "$BIN/vfork_exec", {}),
    ("duplicates_over_exec", "dup over execve", "$BIN/duplicates_over_exec", {}),
    ("forks_from_threads", "fork in a threaded program", "$BIN/forks_from_threads", FUTEX),
    ("fast_spawning", "processes made in all ways, among many calls", "$BIN/fast_spawning", {}),
    ("daemon", "a process that outlives the root", "$BIN/daemon", {}),
    ("signals_and_restart", "interrupted and restarted calls", "$BIN/signals_and_restart", {}),
    ("signals_in_flight", "1,000 signals into a storm of calls", "$BIN/signals_in_flight", FUTEX),
    ("sh loop", "40 processes", "i=0; while [ $i -lt 20 ]; do /bin/true; cat /dev/null; i=$((i+1)); done", {}),
    ("tar", "archive of a small tree", "mkdir t; i=0; while [ $i -lt 30 ]; do echo $i > t/$i; i=$((i+1)); done; tar -cf t.tar t", {}),
    ("cp -r", "copy of a small tree", "mkdir -p a/b/c; for f in a/1 a/b/2 a/b/c/3; do echo x > $f; done; cp -r a z", {}),
    ("sort", "one thread", "seq 20000 > in; sort --parallel=1 -r in > out", {}),
    ("python3", "an interpreter", "$PYTHON -c 'import json; json.dump(list(range(9999)), open(\"o\", \"w\"))'", {}),
    ("sqlite3", "locks, fsync, journal", "sqlite3 d 'create table t(a); insert into t values(1); select * from t'", {}),
]

# Left to chance in many ways, so a second run proves nothing: compared with counters in the kernel during the same run.
SAME_RUN = [
    ("signals_in_flight", "$BIN/signals_in_flight"),
    ("forks_from_threads", "$BIN/forks_from_threads"),
    ("fast_signals", "$BIN/fast_signals"),
    ("fast_threads", "$BIN/fast_threads"),
    ("futex_threads", "$BIN/futex_threads"),
    ("many_threads", "$BIN/many_threads"),
    ("exec_from_thread", "$BIN/exec_from_thread"),
    ("exit_with_threads", "$BIN/exit_with_threads"),
    ("pipeline", "seq 200000 | tr 1 2 | sort -u | wc -l"),
    ("python threads", "$PYTHON -c 'import threading as t; q = [t.Thread(target=lambda: [open(\"/dev/null\").close() for _ in range(100)]) "
     "for _ in range(8)]; [x.start() for x in q]; [x.join() for x in q]'"),
    ("redis", "redis-server --port 0 --unixsocket $PWD/s --save '' --appendonly no > log & n=0; until [ -S s ]; do n=$((n+1)); "
     "[ $n -lt 400 ] || exit 99; sleep 0.05; done; "
     "redis-benchmark -s $PWD/s -t set,get -c 20 -n 2000 -q > out; kill $!; wait $!"),
]
