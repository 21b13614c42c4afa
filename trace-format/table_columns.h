// Tables as columns, as format version 2 stores them (FORMAT.md, "Tables").
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "trace-format/trace_codec.h"

namespace simrec {

/// Columns of one table, each coded; views into a message or into CodedTable.
using ColumnViews = std::vector<std::span<const std::uint8_t>>;
using CodedTable = std::vector<std::vector<std::uint8_t>>;

/// Strings of a message: how many bytes each shares with the one before, how many follow, and those.
struct CodedStrings {
  std::vector<std::uint8_t> shared, lengths;
  std::string bytes;
};

CodedStrings code_strings(const std::vector<std::string>& strings);
CodedTable code_objects(const std::vector<Object>& objects);
CodedTable code_processes(const std::vector<Process>& processes);
CodedTable code_threads(const std::vector<Thread>& threads);
/// `modules` gets each module of the images once.
CodedTable code_images(const std::vector<Image>& images, std::vector<Module>& modules);

// The other way. A few bytes can stand for many: what decodes to more than 64 MiB throws FormatError, as does anything
// that fits no field.
std::vector<std::string> decode_strings(std::span<const std::uint8_t> shared, std::span<const std::uint8_t> lengths,
                                        std::string_view bytes);
std::vector<Object> decode_objects(const ColumnViews& columns);
std::vector<Process> decode_processes(const ColumnViews& columns);
std::vector<Thread> decode_threads(const ColumnViews& columns);
std::vector<Image> decode_images(const ColumnViews& columns, const std::vector<Module>& modules);

}  // namespace simrec
