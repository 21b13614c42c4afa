// Connections that a client makes because of another one, as ftp does for each file.
#include "replayer/compile/nested_connections.h"

#include <gtest/gtest.h>

namespace simrec::replay::causal {
namespace {

Op op(OpKind kind, std::uint32_t target, std::int64_t value = 0) { return {kind, Cause::none, 0, target, value}; }

/// Connection 0 is the outer one; c has streams 2c (sent) and 2c + 1 (received).
struct Ftp {
  Program program;
  ScratchSequence<Op> ops;
  std::vector<std::uint32_t> commands;  ///< ops that ask for a file, after the first
  std::int64_t answered = 0;

  Ftp() {
    for (std::uint32_t s = 0; s < 12; ++s) program.streams.emplace_back().connection_plus_one = s / 2 + 1;
    program.connections.resize(6);
  }
  void ask() {
    commands.push_back(static_cast<std::uint32_t>(ops.size()));
    ops.push_back(op(OpKind::send, 0, 10));
    ops.push_back(op(OpKind::recv, 1, answered += 20));
  }
  void begin(std::uint32_t file) { ops.push_back(op(OpKind::connect, file)); }
  void end(std::uint32_t file) {
    ops.push_back(op(OpKind::recv, 2 * file + 1, 5'000));
    ops.push_back(op(OpKind::finish, 2 * file));
    ops.push_back(op(OpKind::recv, 1, answered += 20));  // that all of it has been sent
  }
  std::optional<SourceKey> before(std::size_t command) const {
    return NestedConnections(program, ops).ended_before(commands[command]);
  }
};

TEST(NestedConnections, TheNextCommandComesAfterTheFile) {
  Ftp ftp;
  for (std::uint32_t file = 1; file <= 4; ++file) {
    ftp.ask();
    ftp.begin(file);
    ftp.end(file);
  }
  EXPECT_EQ(ftp.before(0), std::nullopt);
  for (std::uint32_t file = 1; file <= 3; ++file) EXPECT_EQ(ftp.before(file), file);
}

TEST(NestedConnections, ThoseThatOverlapAreIndependent) {
  Ftp ftp;
  for (std::uint32_t file = 1; file <= 3; ++file) {
    ftp.ask();
    ftp.begin(file);
    if (file > 1) ftp.end(file - 1);
  }
  ftp.ask();
  for (std::size_t command = 0; command < ftp.commands.size(); ++command) EXPECT_EQ(ftp.before(command), std::nullopt);
}

TEST(NestedConnections, TwoMayBeChance) {
  Ftp ftp;
  for (std::uint32_t file = 1; file <= 2; ++file) {
    ftp.ask();
    ftp.begin(file);
    ftp.end(file);
  }
  ftp.ask();
  EXPECT_EQ(ftp.before(2), std::nullopt);
}

}  // namespace
}  // namespace simrec::replay::causal
