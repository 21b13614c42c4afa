// File descriptors: fd -> open description -> kernel object, over dup, fork, exec, close_range, SCM_RIGHTS.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "trace-format/ids.h"
#include "trace-format/scratch_sequence.h"

namespace simrec::replay::causal {

using DescriptionId = Id<struct DescriptionTag>;  ///< 0 = none

enum DescriptionMode : std::uint8_t { kReads = 1, kWrites = 2, kModeUnknown = 4 };

/// An open file description, shared by every descriptor that was dup'ed, inherited or passed.
struct Description {
  ObjectId object;
  std::uint32_t references = 0;
  std::uint8_t mode = kReads | kWrites;
  bool locked = false;                ///< flock may be held through it
  std::uint32_t reader_plus_one = 0;  ///< first process that read through it
};

/// All descriptor tables of a trace. Functions that may close append the descriptions that died to `dead`.
class DescriptorTables {
 public:
  using Dead = std::vector<DescriptionId>;

  explicit DescriptorTables(std::size_t processes, std::shared_ptr<ScratchSpace> space = nullptr);

  DescriptionId create(ObjectId object, std::uint8_t mode);
  Description& operator[](DescriptionId id) { return descriptions_[id.value]; }

  DescriptionId find(std::uint32_t process, std::int64_t fd) const;
  /// Puts a description behind a number; what was there is closed, as dup2 does.
  void install(std::uint32_t process, std::int64_t fd, DescriptionId description, bool close_on_exec, Dead& dead);
  void set_close_on_exec(std::uint32_t process, std::int64_t fd, bool on);
  void close(std::uint32_t process, std::int64_t fd, Dead& dead);
  /// close_range(2); with `only_mark` (CLOSE_RANGE_CLOEXEC) sets close-on-exec instead.
  void close_range(std::uint32_t process, std::int64_t first, std::int64_t last, bool only_mark, Dead& dead);
  /// The child gets a copy, or shares the table (CLONE_FILES).
  void fork(std::uint32_t parent, std::uint32_t child, bool share);
  /// Stops sharing a table with other processes.
  void unshare(std::uint32_t process);
  void exec(std::uint32_t process, Dead& dead);
  /// The process ended.
  void release(std::uint32_t process, Dead& dead);
  /// A reference held by a message in flight.
  void hold(DescriptionId id) { ++descriptions_[id.value].references; }
  void drop(DescriptionId id, Dead& dead);

 private:
  struct Slot {
    DescriptionId description;
    bool close_on_exec = false;
  };
  struct Table {
    std::vector<Slot> slots;
    std::uint32_t users = 0;
  };
  Table& table(std::uint32_t process);

  ScratchSequence<Description> descriptions_;
  std::vector<Table> tables_{Table{}};
  std::vector<std::uint32_t> table_of_;  ///< by process; 0 = none yet
};

}  // namespace simrec::replay::causal
