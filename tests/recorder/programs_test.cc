// Every program of tests/programs, recorded: it must end as it does natively, its trace must be whole, and
// what it did must be in it.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/wait.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "tests/recorder/recorded.h"
#include "tests/recorder/run_simrec.h"
#include "trace-format/trace_reader.h"

namespace simrec::record::testing {
namespace {

struct Case {
  const char* name;
  std::function<void(const Recorded&)> check;
  bool has_unreadable_details = false;  ///< pointers to nowhere are its point
};

/// What a recording may lose: nothing, but for what cannot be read from where nothing is.
Losses allowed_losses(const Case& program, const Trace& trace) {
  Losses allowed;
  for (const NamedCount& loss : trace.footer->losses)
    if (program.has_unreadable_details && loss.name == "details of calls, in memory that could not be read")
      allowed[loss.name] = loss.count;
  return allowed;
}

bool near_ms(std::int64_t ns, double ms) {
  return static_cast<double>(ns) > ms * 0.5e6 && static_cast<double>(ns) <= ms * 1e6;
}

/// Both ends of a connection know each other's addresses.
void expect_mirrored(const Recorded& r, ObjectKind kind) {
  int mirrored = 0;
  for (const Object& a : r.objects(kind))
    for (const Object& b : r.objects(kind))
      mirrored += a.peer_address.value != 0 && a.local_address == b.peer_address && a.peer_address == b.local_address;
  EXPECT_EQ(mirrored, 2);
}

const Case kCases[] = {
    {"reading_clocks", [](const Recorded& r) { EXPECT_EQ(r.calls("clock_gettime") + r.calls("time"), 0); }},
    {"pipe_ping_pong",
     [](const Recorded& r) {
       EXPECT_GE(r.calls("write", 1), 200);
       EXPECT_GE(r.calls("read", 1), 200);
       EXPECT_EQ(r.calls("pipe") + r.calls("pipe2"), 2);
       EXPECT_EQ(r.processes(), 2U);
       r.each("pipe2", [&](const Event& e) {
         EXPECT_EQ(r.object(e.argument(3)).kind, ObjectKind::pipe);
         EXPECT_GT(r.object(e.argument(3)).capacity_bytes, 0U);
       });
     }},
    {"socketpair_echo",
     [](const Recorded& r) {
       EXPECT_EQ(r.bytes("sendto"), 1500);
       EXPECT_EQ(r.bytes("recvfrom"), 1500);
       const auto ends = r.objects(ObjectKind::unixStream);
       ASSERT_EQ(ends.size(), 2U);
       EXPECT_EQ(ends[0].peer, ends[1].id);
       EXPECT_EQ(ends[1].peer, ends[0].id);
     }},
    {"tcp_loopback",
     [](const Recorded& r) {
       EXPECT_EQ(r.bytes("sendto"), 10 * 64 + 10 * 256);
       EXPECT_EQ(r.bytes("recvfrom"), 10 * 64 + 10 * 256);
       expect_mirrored(r, ObjectKind::tcp);
       r.each("accept4", [&](const Event& e) { EXPECT_NE(r.object(e.argument(2)).cookie, 0U); });
       EXPECT_EQ(r.calls("shutdown"), 1);
       std::vector<std::pair<std::int64_t, std::int64_t>> options;
       r.each("setsockopt", [&](const Event& e) { options.emplace_back(e.argument(2), e.argument(3)); });
       EXPECT_EQ(options, (std::vector<std::pair<std::int64_t, std::int64_t>>{{TCP_NODELAY, 1}, {SO_LINGER, 30}}));
     }},
    {"tcp_nonblocking_connect",
     [](const Recorded& r) {
       EXPECT_EQ(r.calls("connect"), 1);
       expect_mirrored(r, ObjectKind::tcp);
     }},
    {"udp_datagrams",
     [](const Recorded& r) {
       EXPECT_EQ(r.bytes("sendto"), 5 * 400);
       EXPECT_EQ(r.bytes("recvfrom"), 5 * 400);
       const auto sockets = r.objects(ObjectKind::udp);
       ASSERT_EQ(sockets.size(), 2U);
       // The unbound sender's address, known only after its first datagram, is what the receiver saw.
       std::set<std::string> local{r.text(sockets[0].local_address), r.text(sockets[1].local_address)};
       r.each("recvfrom", [&](const Event& e) {
         const std::string from = r.text(StringId{static_cast<std::uint32_t>(e.argument(3))});
         if (from.empty()) return;
         const std::string port = from.substr(from.rfind(':'));
         EXPECT_TRUE(std::ranges::any_of(local, [&](const std::string& l) { return l.ends_with(port); })) << from;
       });
     }},
    {"unix_path_socket",
     [](const Recorded& r) {
       EXPECT_EQ(r.calls("accept"), 1);
       EXPECT_EQ(r.calls("connect", 0), 1);
       r.each("accept", [&](const Event& e) {
         const Object& server = r.object(e.argument(1));
         EXPECT_EQ(server.kind, ObjectKind::unixStream);
         EXPECT_EQ(r.trace().tables.object(server.peer).kind, ObjectKind::unixStream);
       });
     }},
    {"descriptor_passing",
     [](const Recorded& r) {
       std::vector<std::int64_t> sent, received;
       const auto collect = [](std::vector<std::int64_t>& into) {
         return [&into](const Event& e) {
           for (std::int64_t i = 0; i < e.argument(3); ++i)
             into.push_back(e.argument(static_cast<std::size_t>(5 + 2 * i)));
         };
       };
       r.each("sendmsg", collect(sent));
       r.each("recvmsg", collect(received));
       ASSERT_EQ(sent.size(), 2U);
       EXPECT_EQ(sent, received);
       EXPECT_EQ(r.object(sent[0]).kind, ObjectKind::eventfd);
       EXPECT_EQ(r.object(sent[1]).kind, ObjectKind::pipe);
     }},
    {"event_descriptors",
     [](const Recorded& r) {
       EXPECT_EQ(r.calls("epoll_ctl"), 3);
       EXPECT_EQ(r.values("epoll_ctl", 4), (std::set<std::int64_t>{100, 101, 102}));
       EXPECT_TRUE(r.values("timerfd_settime", 2).contains(5'000'000));
       for (const ObjectKind kind : {ObjectKind::eventfd, ObjectKind::timerfd, ObjectKind::signalfd, ObjectKind::epoll})
         EXPECT_EQ(r.objects(kind).size(), 1U) << static_cast<int>(kind);
     }},
    {"poll_timeouts",
     [](const Recorded& r) {
       EXPECT_TRUE(r.values("epoll_wait", 1).contains(3'000'000));
       EXPECT_EQ(r.calls("poll", 1), 1);
       r.each("poll", [](const Event& e) {
         EXPECT_EQ(e.argument(0), e.result == 1 ? -1 : 3'000'000);
         EXPECT_EQ(e.argument(1), 1);
         EXPECT_EQ(e.arguments.size(), e.result == 1 ? 4U : 2U);
       });
       EXPECT_EQ(r.calls("select"), 40);
       r.each("select", [](const Event& e) {
         EXPECT_EQ(e.argument(0), 50'000);
         EXPECT_EQ(e.argument(1), 0);
         EXPECT_EQ(e.arguments.size(), 2U);
       });
       EXPECT_EQ(r.calls("pselect6"), 103);
       int of_three = 0;
       r.each("pselect6", [&](const Event& e) {
         if (e.result != 2) return;
         ++of_three;
         ASSERT_EQ(e.arguments.size(), 6U);
         EXPECT_EQ(e.argument(0), 9'000'000'000);
         EXPECT_EQ(e.argument(1), 3);
         EXPECT_EQ(e.argument(3), POLLIN);
         EXPECT_EQ(e.argument(4), of_three > 100 ? 300 : 100);
         EXPECT_EQ(e.argument(5), POLLOUT);
       });
       EXPECT_EQ(of_three, 101);
     }},
    {"futex_threads",
     [](const Recorded& r) {
       EXPECT_EQ(r.threads(), 2U);
       EXPECT_EQ(r.processes(), 1U);
       EXPECT_EQ(r.values("futex", 4), std::set<std::int64_t>{0});
       EXPECT_NE(r.trace().tables.threads()[1].clear_tid_address, 0U);
     }},
    {"futex_shared",
     [](const Recorded& r) {
       std::set<std::pair<std::int64_t, std::int64_t>> keys;
       r.each("futex", [&](const Event& e) { keys.insert({e.argument(4), e.argument(5)}); });
       ASSERT_EQ(keys.size(), 1U);
       EXPECT_EQ(r.object(keys.begin()->first).kind, ObjectKind::sharedMemory);
     }},
    {"waiting_for_children",
     [](const Recorded& r) {
       EXPECT_TRUE(r.values("wait4", 2).contains(3 << 8));
       EXPECT_TRUE(r.values("waitid", 4).contains(SIGTERM));
       EXPECT_EQ(r.processes(), 3U);
     }},
    {"vfork_exec",
     [](const Recorded& r) {
       EXPECT_EQ(r.processes(), 3U);
       EXPECT_EQ(r.calls("execve", 0), 2);
       EXPECT_EQ(r.calls("exec-done"), 3);
     }},
    {"exec_from_thread",
     [](const Recorded& r) {
       EXPECT_EQ(r.processes(), 1U);
       EXPECT_EQ(r.threads(), 3U);
       EXPECT_EQ(r.calls("execve", 0), 1);
       EXPECT_EQ(r.calls("exec-done"), 2);
       EXPECT_EQ(r.calls("thread-exit"), 3);
       EXPECT_EQ(r.calls("exit_group"), 1);
     }},
    {"clone3_process",
     [](const Recorded& r) {
       EXPECT_EQ(r.processes(), 2U);
       r.each("clone3", [](const Event& e) { EXPECT_EQ(e.argument(1), 2); });
     }},
    {"daemon",
     [](const Recorded& r) {
       EXPECT_EQ(r.processes(), 3U);
       EXPECT_GT(r.trace().footer->end_ns, r.trace().footer->root_end_ns + 10'000'000);
     }},
    {"signals_and_restart",
     [](const Recorded& r) {
       EXPECT_GE(r.calls("read", -EINTR), 2);
       EXPECT_EQ(r.values("signal", 0), (std::set<std::int64_t>{SIGALRM, SIGCHLD}));
       EXPECT_TRUE(r.values("setitimer", 1).contains(10'000'000));
     }},
    {"job_control",
     [](const Recorded& r) {
       EXPECT_EQ(r.calls("stopped"), 2);
       EXPECT_EQ(r.calls("continued"), 2);
     }},
    {"sleeping",
     [](const Recorded& r) {
       EXPECT_EQ(r.calls("clock_nanosleep") + r.calls("nanosleep"), 2);
       r.each("clock_nanosleep", [](const Event& e) {
         EXPECT_TRUE(near_ms(e.argument(2), 10)) << e.argument(2);
         EXPECT_GE(e.exit_ns - e.entry_ns, 5'000'000);
       });
     }},
    {"file_locks",
     [](const Recorded& r) {
       EXPECT_EQ(r.calls("flock"), 3);
       int waits = 0, many = 0;
       r.each("fcntl", [&](const Event& e) {
         const bool known = e.arguments.size() > 6 && e.argument(4) == SEEK_SET;
         waits += known && e.argument(1) == F_SETLKW && e.argument(5) == 10 && e.argument(6) == 20;
         many += known && e.argument(1) == F_OFD_SETLK && e.argument(3) == F_RDLCK && e.argument(5) == 100 + many;
       });
       EXPECT_EQ(waits, 1);
       EXPECT_EQ(many, 100);
     }},
    {"moving_bytes",
     [](const Recorded& r) {
       EXPECT_EQ(r.bytes("sendfile"), 2000);
       EXPECT_EQ(r.bytes("copy_file_range"), 1500);
       EXPECT_EQ(r.bytes("splice"), 700);
       EXPECT_EQ(r.bytes("tee"), 700);
       for (const char* name : {"writev", "readv", "pwritev", "preadv"}) EXPECT_EQ(r.bytes(name), 300) << name;
       EXPECT_EQ(r.bytes("pwrite64"), 4096);
       EXPECT_EQ(r.calls("fsync") + r.calls("fdatasync"), 2);
     }},
    {"many_messages",
     [](const Recorded& r) {
       for (const char* name : {"sendmmsg", "recvmmsg"})
         r.each(name, [](const Event& e) {
           ASSERT_EQ(e.arguments.size(), 5U);
           EXPECT_EQ(e.argument(2) + e.argument(3) + e.argument(4), 60);
         });
       EXPECT_EQ(r.calls("recvmmsg", 3), 1);
     }},
    {"many_threads",
     [](const Recorded& r) {
       EXPECT_EQ(r.threads(), 201U);
       EXPECT_EQ(r.processes(), 1U);
     }},
    {"exit_with_threads",
     [](const Recorded& r) {
       EXPECT_EQ(r.flagged("read", kUnfinished), 2);
       EXPECT_EQ(r.threads(), 5U);
       EXPECT_EQ(r.processes(), 2U);
     }},
    {"duplicates_over_exec",
     [](const Recorded& r) {
       EXPECT_EQ(r.calls("dup", 0) + r.calls("dup2", 20) + r.calls("dup3", 21), 2);
       EXPECT_EQ(r.calls("exec-done"), 2);
     }},
    {"fast_signals",
     [](const Recorded& r) {
       EXPECT_GE(r.calls("signal"), 250);
       EXPECT_GE(r.calls("read", -EINTR), 30);
       EXPECT_EQ(r.calls("fork") + r.calls("clone"), 1);
       // Every byte of the checked registers loop, and nothing twice.
       int of_eight = 0;
       r.each("write", [&](const Event& e) { of_eight += e.argument(1) == 8; });
       EXPECT_EQ(of_eight, 5000);
     }},
    {"fast_threads",
     [](const Recorded& r) {
       EXPECT_EQ(r.processes(), 11U);
       EXPECT_EQ(r.threads(), 1U + 100 + 10 + 10 + 10 * 4);
       EXPECT_EQ(r.calls("exec-done"), 1 + 5);
       EXPECT_GE(r.bytes("write"), 100 * 60 + 10 * (50 + 5 + 40) + 10 * (400 + 60));
     }},
    {"fast_spawning",
     [](const Recorded& r) {
       EXPECT_EQ(r.processes(), 1U + 15 * 4);
       EXPECT_EQ(r.bytes("write"), 100 + 15 * (30 + 50 + 50 + 4 * 100));
     }},
    {"fast_generated_code",
     [](const Recorded& r) {
       EXPECT_EQ(r.calls("write", 32), 300);
       EXPECT_EQ(r.calls("read", 32), 300);
     }},
    {"fast_bad_pointers",
     [](const Recorded& r) {
       for (const char* name : {"write", "read", "poll", "epoll_wait", "sendmsg", "recvmsg"})
         EXPECT_EQ(r.calls(name, -EFAULT), 60) << name;
       EXPECT_EQ(r.calls("epoll_ctl"), 61);
       EXPECT_EQ(r.calls("nanosleep", -EFAULT) + r.calls("clock_nanosleep", -EFAULT), 60);
       EXPECT_EQ(r.calls("openat", -EFAULT), 120);
       EXPECT_EQ(r.calls("fcntl", -EFAULT), 60);
       EXPECT_EQ(r.calls("pselect6", -EFAULT), 120);
     },
     true},
    {"fast_sockets",
     [](const Recorded& r) {
       EXPECT_GE(r.calls("connect", -ECONNREFUSED), 40);
       EXPECT_EQ(r.calls("connect", -EAFNOSUPPORT), 40);
       EXPECT_EQ(r.calls("accept", -EINTR), 40);
       std::map<std::pair<std::int64_t, std::int64_t>, int> options;
       r.each("setsockopt", [&](const Event& e) { ++options[{e.argument(2), e.argument(3)}]; });
       const std::map<std::pair<std::int64_t, std::int64_t>, int> set{
           {{TCP_NODELAY, 0}, 80}, {{TCP_NODELAY, 1}, 160}, {{SO_LINGER, 7}, 80}};
       EXPECT_EQ(options, set);
       std::set<std::pair<std::string, std::string>> ends;
       for (const Object& socket : r.objects(ObjectKind::tcp))
         if (socket.peer_address.value != 0) ends.insert({r.text(socket.local_address), r.text(socket.peer_address)});
       EXPECT_GE(ends.size(), 160U);
       r.each("accept4", [&](const Event& e) {
         if (e.result < 0) return;
         const Object& accepted = r.object(e.argument(2));
         EXPECT_TRUE(ends.contains({r.text(accepted.peer_address), r.text(accepted.local_address)}));
       });
     }},
    {"fast_handed_sockets",
     [](const Recorded& r) {
       // Whichever thread's calls are seen first: one object each, known in full.
       EXPECT_EQ(r.objects(ObjectKind::tcp).size(), 1U + 2 * 300);
       for (const Object& socket : r.objects(ObjectKind::tcp))
         EXPECT_TRUE(socket.network_namespace != 0 && socket.cookie != 0 && socket.local_address.value != 0);
       std::set<std::int64_t> made;
       r.each("socket", [&](const Event& e) { made.insert(e.argument(3)); });
       r.each("connect", [&](const Event& e) {
         EXPECT_TRUE(made.contains(e.argument(1)));
         EXPECT_NE(r.object(e.argument(1)).peer_address.value, 0U);
       });
     }},
    {"system_v",
     [](const Recorded& r) {
       std::set<std::pair<std::int64_t, std::int64_t>> operations;
       r.each("semop", [&](const Event& e) { operations.insert({e.argument(2), e.argument(3)}); });
       r.each("semtimedop", [&](const Event& e) { operations.insert({e.argument(2), e.argument(3)}); });
       EXPECT_EQ(operations, (std::set<std::pair<std::int64_t, std::int64_t>>{{1, -1}, {1, 1}}));
       EXPECT_EQ(r.bytes("msgrcv"), 50);
     }},
};

/// How calls are intercepted: each must see the same.
struct Tier {
  const char* name;
  std::vector<std::string> options;
};
const Tier kTiers[] = {{"stops", {"--no-fast"}}, {"usual", {}}, {"fast_at_once", {"--fast-after", "1"}}};

class Programs : public ::testing::TestWithParam<std::tuple<Case, Tier>> {};

TEST_P(Programs, RecordedAsItRuns) {
  const auto& [program, tier] = GetParam();
  const ScratchDirectory directory;
  std::vector<std::string> arguments = tier.options;
  arguments.insert(arguments.end(), {"-q", "-o", "t.capnp", std::string(PROGRAMS_DIRECTORY "/") + program.name});
  const Finished finished = run_simrec(directory, arguments);
  ASSERT_EQ(finished.status, 0) << finished.err;
  EXPECT_EQ(finished.err, "");
  const Recorded recorded(load_trace(directory.file("t.capnp")));
  expect_whole(recorded, allowed_losses(program, recorded.trace()));
  program.check(recorded);
}

INSTANTIATE_TEST_SUITE_P(All, Programs, ::testing::Combine(::testing::ValuesIn(kCases), ::testing::ValuesIn(kTiers)),
                         [](const auto& info) {
                           return std::string(std::get<0>(info.param).name) + "_" + std::get<1>(info.param).name;
                         });

}  // namespace
}  // namespace simrec::record::testing
