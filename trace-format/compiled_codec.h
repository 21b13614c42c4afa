// Between program.capnp and compiled_blocks.h. The only place that includes the generated program schema.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "trace-format/compiled_blocks.h"
#include "trace-format/frame_content.h"

namespace simrec {

/// Appends the value as one message to a frame's content.
void append_block(FrameContent& frame, const CompiledSummary& summary);
void append_block(FrameContent& frame, const CompiledTables& tables);
void append_block(FrameContent& frame, const CompiledOps& ops);
void append_block(FrameContent& frame, EndOfProgram end);

/// Decodes the message at `offset` and moves `offset` behind it. A summary of another kind of file has nothing but its
/// tool version. Throws FormatError.
CompiledBlock read_compiled_block(std::span<const std::uint8_t> frame, std::size_t& offset);

/// Is it a compiled program? False for what cannot be read twice (standard input, pipes). Throws TraceError for files
/// that cannot be read or are none of ours.
bool is_compiled_program(const std::string& path);

}  // namespace simrec
