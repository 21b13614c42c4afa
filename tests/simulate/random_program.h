// Random causal programs that can be executed, from a seed: a random interleaving of small scenarios (computing,
// messages, tokens, sleeps, timers, disks, late threads), so that everything awaited is provided earlier in it.
#pragma once

#include <algorithm>
#include <random>

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
    for (std::uint32_t t = processes; t < threads(); ++t) {
      builder_.spawned(t);
      push(pick(0, processes - 1), spawn(t));
    }
    builder_.program.wake_up_ns = pick(0, 1) ? time(1 * kUs, 60 * kUs) : 0;
    builder_.program.timer_slack_ns = pick(0, 1) ? time(1 * kUs, 80 * kUs) : 0;
    make_channels();
    const std::uint32_t steps = pick(20, 80);
    for (std::uint32_t i = 0; i < steps; ++i) step();
    end_streams();
    for (ProgramThread& t : builder_.program.threads) {  // exit goes last
      t.ops.erase(t.ops.begin());
      t.ops.push_back({});
    }
    return builder_.program;
  }

 private:
  std::uint32_t pick(std::uint32_t from, std::uint32_t to) {
    return std::uniform_int_distribution<std::uint32_t>(from, to)(random_);
  }
  Ns time(Ns from, Ns to) { return std::uniform_int_distribution<Ns>(from, to)(random_); }
  std::uint32_t threads() const { return static_cast<std::uint32_t>(builder_.program.threads.size()); }
  std::uint32_t any_thread() { return pick(0, threads() - 1); }
  std::uint32_t other_thread(std::uint32_t t) { return (t + pick(1, threads() - 1)) % threads(); }
  void push(std::uint32_t t, Op op) { builder_.program.threads[t].ops.push_back(op); }
  void think(std::uint32_t t) {
    if (pick(0, 2)) push(t, compute(time(20 * kUs, 4 * kMs)));
  }

  void make_channels() {
    const std::uint32_t count = pick(1, 4);
    for (std::uint32_t i = 0; i < count; ++i) {
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
      builder_.stream(a, b, capacity, transport, connection_plus_one);
      builder_.stream(b, a, capacity, transport, connection_plus_one);
    }
    sent_.resize(builder_.program.streams.size());
  }

  void step() {
    const std::uint32_t t = any_thread();
    switch (pick(0, 9)) {
      case 0:
      case 1:
        push(t, compute(time(20 * kUs, 9 * kMs)));
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
      default:
        message();
        break;
    }
  }
  void message() {
    const std::uint32_t s = pick(0, static_cast<std::uint32_t>(sent_.size()) - 1);
    const Stream& stream = builder_.program.streams[s];
    const std::int64_t bytes = pick(0, 2) ? pick(1, 3000) : pick(3000, 900'000);
    think(stream.writer_thread);
    const std::uint32_t pieces = pick(1, 3);
    for (std::uint32_t i = 0; i < pieces; ++i) push(stream.writer_thread, send(s, bytes));
    // Like read(): as much at once as a call returned
    think(stream.reader_thread);
    const std::int64_t end = sent_[s] + bytes * pieces, most = std::max<std::int64_t>(1, bytes / pick(1, 4));
    while (sent_[s] < end) {
      sent_[s] = std::min(end, sent_[s] + most);
      const bool polled = pick(0, 5) == 0;
      if (polled) push(stream.reader_thread, sleep(time(50 * kUs, 2 * kMs), kInterruptible, 1));
      push(stream.reader_thread, recv(s, sent_[s]));
      if (pick(0, 1)) think(stream.reader_thread);
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
    for (std::uint32_t s = 0; s < sent_.size(); ++s) {
      if (pick(0, 1)) continue;
      push(builder_.program.streams[s].writer_thread, finish(s));
      push(builder_.program.streams[s].reader_thread, recv_end(s));
    }
  }

  std::mt19937 random_;
  ProgramBuilder builder_;
  std::vector<std::int64_t> sent_;
};

}  // namespace simrec::replay::test
