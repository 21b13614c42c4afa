// Random traffic between many hosts, from a seed: streams of their own threads, most of them busy at once, so that who
// gets how much of which link decides when everything ends.
#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "tests/simulate/program_builder.h"

namespace simrec::replay::test {

class RandomTraffic {
 public:
  RandomTraffic(std::uint32_t seed, std::vector<std::string> hosts) : random_(seed), hosts_(std::move(hosts)) {}

  /// One process on each host, in the order of `hosts`.
  Program make() {
    for (std::size_t h = 0; h < hosts_.size(); ++h) builder_.process("p" + std::to_string(h), {}, time(0, 10 * kUs));
    const std::uint32_t streams = pick(5, 40);
    for (std::uint32_t i = 0; i < streams; ++i) stream();
    return builder_.program;
  }
  std::vector<PlaceRule> placement() const {
    std::vector<PlaceRule> rules;
    for (std::size_t h = 0; h < hosts_.size(); ++h) rules.push_back({"p" + std::to_string(h), hosts_[h]});
    return rules;
  }

 private:
  std::uint32_t pick(std::uint32_t from, std::uint32_t to) {
    return std::uniform_int_distribution<std::uint32_t>(from, to)(random_);
  }
  Ns time(Ns from, Ns to) { return std::uniform_int_distribution<Ns>(from, to)(random_); }

  void stream() {
    const auto last = static_cast<std::uint32_t>(hosts_.size() - 1);
    const std::uint32_t from = pick(0, last), to = (from + pick(1, last)) % (last + 1);
    const std::uint32_t writer = builder_.thread(from, {}, time(0, 3 * kMs)), reader = builder_.thread(to, {}, 0);
    // Without a congestion window as often as with one: whole messages share the links then.
    const Transport transport = pick(0, 1) ? Transport::datagram : Transport::tcp;
    const std::uint32_t index = builder_.stream(writer, reader, kUnlimited, transport);
    std::vector<Op> writes, reads;
    std::int64_t sent = 0;
    const std::uint32_t messages = pick(1, 12);
    for (std::uint32_t i = 0; i < messages; ++i) {
      const std::int64_t bytes = pick(0, 2) ? pick(3000, 900'000) : pick(1, 3000);
      writes.push_back(send(index, bytes));
      if (pick(0, 1)) writes.push_back(sleep(time(50 * kUs, 5 * kMs)));
      reads.push_back(recv(index, sent += bytes));
    }
    add(writer, std::move(writes));
    add(reader, std::move(reads));
  }
  void add(std::uint32_t thread, std::vector<Op> ops) {
    auto& all = builder_.program.threads[thread].ops;
    for (const Op& last : all) ops.push_back(last);  // exit
    all = ops;
  }

  ProgramBuilder builder_;
  std::mt19937 random_;
  std::vector<std::string> hosts_;
};

}  // namespace simrec::replay::test
