// Sums over a critical path: where the predicted time goes, by kind and by who.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "trace-format/prediction.h"

namespace simrec {

struct PathShare {
  PathKind kind = PathKind::compute;
  /// Process; "sender → receiver" of messages; "waiter, held by holder" of locks.
  std::string who{};
  Ns path_ns = 0;
  std::uint64_t steps = 0;
  Ns waited_ns = 0;  ///< of waits that ended on the path: how long they were
};

/// Time on the path by kind; together the predicted time.
std::array<Ns, kPathKinds> path_by_kind(const CriticalPath& path);

/// The same by kind and who, longest first. Processes of one name are one. Needs a path.
std::vector<PathShare> path_shares(const Prediction& prediction);

/// Functions of all threads of processes with one name together, overloads too, longest first.
struct FunctionShare {
  std::string process{}, function{};
  Ns path_ns = 0;
};
std::vector<FunctionShare> function_shares(const Prediction& prediction);

/// Waits for locks that ended on the path, by the thread that waited and the one that held the lock; longest first.
struct LockShare {
  std::string waiter{}, holder{};
  std::uint64_t waits = 0;
  Ns waited_ns = 0;
};
std::vector<LockShare> lock_shares(const Prediction& prediction);

/// Connections between the same two processes' names and hosts as one, those longest on the path, then longest waited
/// for, first.
struct ConnectionShare {
  std::string name{};  ///< of one of them
  std::string from{}, to{};
  std::string from_host{}, to_host{};
  std::uint64_t connections = 0, messages = 0, bytes = 0;
  Ns wait_ns = 0, path_ns = 0;
};
std::vector<ConnectionShare> connection_shares(const Prediction& prediction);

}  // namespace simrec
