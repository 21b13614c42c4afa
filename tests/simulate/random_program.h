// Random causal programs that can be executed, from a seed: a random interleaving of small scenarios (computing,
// messages, connections, tokens, locks, event loops, sleeps, timers, disks, late threads), so that everything awaited
// is provided earlier in it.
#pragma once

#include <algorithm>
#include <random>
#include <set>
#include <utility>

#include "tests/simulate/program_builder.h"

namespace simrec::replay::test {

class RandomProgram {
 public:
  explicit RandomProgram(std::uint32_t seed) : random_(seed) {}

  Program make() {
    const std::uint32_t processes = pick(2, 5);
    for (std::uint32_t p = 0; p < processes; ++p) builder_.process("p" + std::to_string(p), {}, time(0, 3 * kMs));
    const std::uint32_t extra = pick(0, 3);
    for (std::uint32_t i = 0; i < extra; ++i) builder_.thread(pick(0, processes - 1), {}, 0);
    threads_ = static_cast<std::uint32_t>(builder_.program.threads.size());
    for (std::uint32_t t = processes; t < threads_; ++t) {
      builder_.spawned(t);
      push(pick(0, processes - 1), spawn(t));
    }
    builder_.program.wake_up_ns = pick(0, 1) ? time(1 * kUs, 60 * kUs) : 0;
    builder_.program.timer_slack_ns = pick(0, 1) ? time(1 * kUs, 80 * kUs) : 0;
    builder_.program.cold_ns = pick(0, 1) ? time(1 * kUs, 200 * kUs) : 0;
    builder_.program.cold_long_ns = 2 * builder_.program.cold_ns;
    for (ProgramProcess& p : builder_.program.processes)
      if (pick(0, 4) == 0) p.interpreter_slice_ns = time(500 * kUs, 6 * kMs);
    make_channels();
    const std::uint32_t steps = pick(20, 80);
    for (std::uint32_t i = 0; i < steps; ++i) step();
    end_streams();
    for (ProgramThread& t : builder_.program.threads) {  // exit goes last
      std::vector<Op> ops(t.ops.begin() + 1, t.ops.end());
      ops.push_back({});
      t.ops = ops;
    }
    return builder_.program;
  }

 private:
  std::uint32_t pick(std::uint32_t from, std::uint32_t to) {
    return std::uniform_int_distribution<std::uint32_t>(from, to)(random_);
  }
  Ns time(Ns from, Ns to) { return std::uniform_int_distribution<Ns>(from, to)(random_); }
  std::uint32_t any_thread() { return pick(0, threads_ - 1); }
  std::uint32_t other_thread(std::uint32_t t) { return (t + pick(1, threads_ - 1)) % threads_; }
  void push(std::uint32_t t, Op op) { builder_.program.threads[t].ops.push_back(op); }
  void think(std::uint32_t t) {
    if (pick(0, 2)) push(t, compute(time(20 * kUs, 4 * kMs)));
  }

  void make_channels() {
    const std::uint32_t count = pick(1, 4);
    for (std::uint32_t i = 0; i < count; ++i) channel();
  }
  void channel() {
    const std::uint32_t a = any_thread(), b = other_thread(a);
    const auto transport = static_cast<Transport>(pick(0, 2));
    const std::int64_t capacity =
        pick(0, 2) ? static_cast<std::int64_t>(pick(4, 512)) * 1024 + pick(0, 99) : kUnlimited;
    std::uint32_t connection_plus_one = 0;
    if (transport == Transport::tcp && pick(0, 1)) {
      connection_plus_one = builder_.connection(a, b) + 1;
      push(a, connect(connection_plus_one - 1, pick(0, 1) ? kNonblocking : 0));
      push(b, accept(connection_plus_one - 1));
    }
    for (const auto& [from, to] : {std::pair(a, b), std::pair(b, a)})
      open_.push_back({builder_.stream(from, to, capacity, transport, connection_plus_one), 0});
    if (connection_plus_one && pick(0, 1)) push(a, send(open_[open_.size() - 2].stream, 0));  // it learns of it
  }

  void step() {
    const std::uint32_t t = any_thread();
    switch (pick(0, 13)) {
      case 0:
      case 1:
        push(t, compute(time(20 * kUs, 9 * kMs)));
        if (pick(0, 2) == 0) builder_.program.threads[t].ops.back().flags |= kUnlocked;
        break;
      case 2:
        push(t, sleep(time(50 * kUs, 5 * kMs), pick(0, 1) ? kWoke : 0));
        break;
      case 3:
        meet(t);
        break;
      case 4:
        timer(t);
        break;
      case 5:
        disk(t);
        break;
      case 6:
        lock();
        break;
      case 7:
        if (pick(0, 2) == 0) channel();
        break;
      case 8:
        if (pick(0, 2) == 0) event_loop(t);
        break;
      default:
        message();
        break;
    }
  }
  void message() {
    auto& [s, sent] = open_[pick(0, static_cast<std::uint32_t>(open_.size()) - 1)];
    const Stream& stream = builder_.program.streams[s];
    const std::int64_t bytes = pick(0, 2) ? pick(1, 3000) : pick(3000, 900'000);
    think(stream.writer_thread);
    const std::uint32_t pieces = pick(1, 3);
    if (stream.transport == Transport::tcp && pick(0, 9) == 0) {
      Op held = sleep(time(50 * kUs, 5 * kMs), kWoke | kNagle);
      held.target = s;
      push(stream.reader_thread, held);
    }
    const std::uint16_t flags = stream.transport == Transport::tcp && pick(0, 1) ? kNagle : 0;
    for (std::uint32_t i = 0; i < pieces; ++i) {
      push(stream.writer_thread, send(s, bytes, flags));
      if (pick(0, 3) == 0) think(stream.writer_thread);
    }
    // Like read(): as much at once as a call returned
    think(stream.reader_thread);
    const std::int64_t end = sent + bytes * pieces, most = std::max<std::int64_t>(1, bytes / pick(1, 4));
    while (sent < end) {
      sent = std::min(end, sent + most);
      const bool polled = pick(0, 5) == 0;
      if (polled) push(stream.reader_thread, sleep(time(50 * kUs, 2 * kMs), kInterruptible, 1));
      push(stream.reader_thread, recv(s, sent, sent % 4 == 0 ? kPolls : 0));
      if (pick(0, 1)) think(stream.reader_thread);
    }
  }
  /// A lock that goes from hand to hand, with work while it is held.
  void lock() {
    const std::uint32_t owners = pick(2, 4);
    std::uint32_t t = any_thread();
    for (std::uint32_t i = 0; i < owners; ++i) {
      const std::uint32_t released = builder_.program.tokens++;
      think(t);
      if (i > 0) push(t, perhaps_free(wait(released - 1)));
      push(t, compute(time(20 * kUs, 600 * kUs)));
      push(t, signal(released));
      t = other_thread(t);
    }
  }
  /// The lock may be free here: if something else has not happened yet.
  Op perhaps_free(Op op) {
    if (pick(0, 1)) return op;
    const Open& open = open_[pick(0, static_cast<std::uint32_t>(open_.size()) - 1)];
    builder_.program.gates.push_back({OpKind::recv, Cause::none, 0, open.stream, std::max<std::int64_t>(open.sent, 1)});
    op.value = static_cast<std::int64_t>(builder_.program.gates.size());
    if (pick(0, 3)) op.flags |= kYields;
    return op;
  }
  /// Clients ask a thread that serves whoever is ready first: its handlers per client are fibers.
  void event_loop(std::uint32_t owner) {
    const std::uint32_t sources = pick(2, 4), first_done = builder_.program.tokens;
    builder_.program.tokens += sources;
    const std::uint32_t colleague = colleague_of(owner);
    const auto worker = [&](std::uint32_t source) { return source % 2 ? colleague : owner; };
    std::vector<std::uint32_t> fibers;
    for (std::uint32_t i = 0; i < sources; ++i) {
      fibers.push_back(builder_.thread(builder_.program.threads[worker(i)].process, {}, 0));
      builder_.spawned(fibers.back());
      builder_.program.threads[fibers.back()].loop_plus_one = worker(i) + 1;
      push(worker(i), spawn(fibers.back()));
    }
    for (std::uint32_t i = 0; i < sources; ++i) {
      Op done = wait(first_done + i);
      done.flags = kTurn;
      push(worker(i), done);
      std::uint32_t client = other_thread(owner);
      while (client == colleague) client = other_thread(owner);
      visits(client, fibers[i]);
      push(fibers[i], signal(first_done + i));
    }
  }
  /// A thread that shares the owner's work: they are a pool from then on. Itself: none does.
  std::uint32_t colleague_of(std::uint32_t owner) {
    const std::uint32_t other = other_thread(owner);
    const ProgramThread &mine = builder_.program.threads[owner], &its = builder_.program.threads[other];
    const bool free = !mine.pool_plus_one && !its.pool_plus_one && !leads_.contains(other);
    if (threads_ < 3 || !free || pick(0, 1)) return owner;
    builder_.program.threads[other].pool_plus_one = owner + 1;
    leads_.insert(owner);
    return other;
  }
  /// A client's questions and the handlers that answer them.
  void visits(std::uint32_t client, std::uint32_t fiber) {
    const auto transport = static_cast<Transport>(pick(0, 2));
    const std::uint32_t there = builder_.stream(client, fiber, kUnlimited, transport);
    const std::uint32_t back = builder_.stream(fiber, client, kUnlimited, transport);
    const std::uint32_t rounds = pick(1, 5);
    std::int64_t asked = 0, answered = 0;
    for (std::uint32_t i = 0; i < rounds; ++i) {
      think(client);
      const std::int64_t question = pick(1, 3000), answer = pick(0, 3) ? pick(1, 3000) : pick(3000, 200'000);
      push(client, send(there, question));
      Op head = recv(there, asked += question);
      head.flags = kTurn;
      push(fiber, head);
      push(fiber, compute(time(20 * kUs, 900 * kUs)));
      push(fiber, send(back, answer));
      push(client, recv(back, answered += answer));
    }
  }
  void meet(std::uint32_t t) {
    const std::uint32_t token = builder_.program.tokens++, other = other_thread(t);
    think(t);
    push(t, signal(token));
    think(other);
    if (pick(0, 1)) push(other, sleep(time(50 * kUs, 4 * kMs), kInterruptible, 1));
    push(other, wait(token, static_cast<Cause>(pick(3, 4))));
  }
  void timer(std::uint32_t t) {
    const std::uint32_t timer = builder_.program.timers++, other = pick(0, 1) ? t : other_thread(t);
    push(t, arm(timer));
    think(other);
    push(other, expire(timer, time(100 * kUs, 5 * kMs)));
  }
  void disk(std::uint32_t t) {
    const auto entry = static_cast<std::uint32_t>(builder_.program.ios.size());
    builder_.program.ios.push_back({static_cast<std::int64_t>(pick(1, 400'000)), pick(0, 1) == 1, "file"});
    push(t, io(entry, time(10 * kUs, 3 * kMs)));
  }
  void end_streams() {
    for (const Open& open : open_) {
      if (pick(0, 1)) continue;
      const std::uint16_t flags = pick(0, 2) == 0 ? kLingers : 0;
      push(builder_.program.streams[open.stream].writer_thread, finish(open.stream, flags));
      push(builder_.program.streams[open.stream].reader_thread, recv_end(open.stream));
    }
  }

  /// A stream that messages may use, and the bytes sent over it so far.
  struct Open {
    std::uint32_t stream;
    std::int64_t sent;
  };

  std::mt19937 random_;
  ProgramBuilder builder_;
  std::uint32_t threads_ = 0;  ///< without fibers
  std::vector<Open> open_;
  std::set<std::uint32_t> leads_;  ///< first threads of pools
};

}  // namespace simrec::replay::test
