// Between trace.capnp and the model: one message in, one value out, and back. Only this one
// and header_codec.h include the generated trace schema.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "trace-format/event_columns.h"
#include "trace-format/frame_content.h"
#include "trace-format/model.h"

namespace simrec {

/// Schema struct Tables: new or changed entries.
struct TableEntries {
  std::uint32_t first_string = 0;
  std::vector<std::string> strings;
  std::vector<Object> objects;
  std::vector<Stack> stacks;
  std::vector<Process> processes;
  std::vector<Thread> threads;
  std::vector<Image> images;
  bool empty() const;
};

/// A message this version does not know: written by a newer simrec, to be skipped.
struct UnknownBlock {};

using Block = std::variant<Header, TableEntries, EventBlock, Footer, UnknownBlock>;

/// Appends the value as one message to a frame's content.
void append_block(FrameContent& frame, const Header& header);
void append_block(FrameContent& frame, const TableEntries& tables);
void append_block(FrameContent& frame, const EventBlock& events);
void append_block(FrameContent& frame, const Footer& footer);

/// Decodes the message at `offset` and moves `offset` behind it. An EventBlock's columns point into the
/// frame. Throws FormatError.
Block read_block(std::span<const std::uint8_t> frame, std::size_t& offset);

}  // namespace simrec
