// Merges table messages into the tables, refusing entries that could not be.
#pragma once

#include "trace-format/trace.h"
#include "trace-format/trace_codec.h"

namespace simrec {

/// Keeps Tables consistent: indices dense, every index a consumer follows in range.
class TableReader {
 public:
  /// `memory_limit`: bytes the tables may take, about.
  explicit TableReader(std::uint64_t memory_limit) : memory_limit_(memory_limit) {}

  /// Merges the entries of one message. Throws FormatError.
  void merge(TableEntries entries);
  const Tables& tables() const { return tables_; }
  Tables take() { return std::move(tables_); }
  std::uint64_t memory_bytes() const { return memory_bytes_; }

 private:
  void account(const TableEntries& entries);
  void check_references(const TableEntries& entries) const;

  Tables tables_;
  std::uint64_t memory_limit_;
  std::uint64_t memory_bytes_ = 0;
};

}  // namespace simrec
