// The container of traces and predictions: zstd frames and the seek table of the zstd seekable
// format at the end (FORMAT.md). The only place that knows zstd.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "trace-format/frame_content.h"
#include "trace-format/input_file.h"
#include "trace-format/output_file.h"

namespace simrec {

/// Sizes of one frame, as the seek table lists them.
struct FrameSize {
  std::uint32_t compressed = 0;
  std::uint32_t decompressed = 0;
  bool operator==(const FrameSize&) const = default;
};

/// Compresses whole frames into an output file.
class FrameWriter {
 public:
  /// `compression_level`: of frames that are full. Small ones, which are written once a second, are compressed harder.
  FrameWriter(OutputFile& output, int compression_level);
  ~FrameWriter();
  FrameWriter(const FrameWriter&) = delete;
  FrameWriter& operator=(const FrameWriter&) = delete;

  /// One frame, with content size and checksum. Throws TraceError.
  void write(const FrameContent& content);
  /// The seek table. Nothing may follow it.
  void finish();

 private:
  struct Context;
  OutputFile& output_;
  int level_;
  std::unique_ptr<Context> context_;
  std::vector<std::uint8_t> compressed_;
  std::vector<FrameSize> frames_;
};

/// How a file of frames ended.
enum class FrameEnd {
  complete,       ///< with its seek table
  no_seek_table,  ///< after a whole frame
  cut,            ///< inside a frame or the seek table, or in zeros the file system filled in
};

/// Decompresses frame by frame. Every damage throws TraceError with frame and byte.
class FrameReader {
 public:
  /// `frame_bytes`: largest decompressed frame accepted.
  FrameReader(const std::string& path, std::uint64_t frame_bytes);
  ~FrameReader();
  FrameReader(const FrameReader&) = delete;
  FrameReader& operator=(const FrameReader&) = delete;

  /// Content of the next frame, 8-byte aligned, valid until the next call; nullopt at the end of the file.
  std::optional<std::span<const std::uint8_t>> next();

  FrameEnd end() const { return end_; }                         ///< once next() returned nullopt
  std::uint64_t frames() const { return frames_.size(); }       ///< read so far
  std::uint64_t frame_start() const { return frame_start_; }    ///< byte the latest frame starts at
  FrameSize last_size() const { return frames_.back(); }        ///< of the latest frame
  std::uint64_t position() const { return input_.position(); }  ///< compressed bytes read so far
  const std::string& name() const { return input_.name(); }
  /// Throws TraceError: "<name> is damaged: <what>, in frame N at byte B …".
  [[noreturn]] void damaged(const std::string& what) const;

 private:
  struct Context;
  std::span<const std::uint8_t> decompress();
  bool at_data_frame();
  void skip_frame(std::uint32_t bytes);
  void check_seek_table(std::uint32_t bytes);
  bool only_zeros_left();
  bool cut_short();

  InputFile input_;
  std::uint64_t frame_bytes_;
  std::unique_ptr<Context> context_;
  std::unique_ptr<std::uint64_t[]> content_;
  std::size_t capacity_ = 0;
  std::vector<FrameSize> frames_;
  std::uint64_t frame_start_ = 0;
  std::uint64_t frame_number_ = 1;  ///< of the latest frame, from 1
  FrameEnd end_ = FrameEnd::no_seek_table;
};

/// Decompresses single frames of a file whose places are known from a FrameReader. Forked children may share it.
class FrameLoader {
 public:
  /// Throws TraceError when the file cannot be opened.
  explicit FrameLoader(const std::string& path);
  ~FrameLoader();
  FrameLoader(const FrameLoader&) = delete;
  FrameLoader& operator=(const FrameLoader&) = delete;

  /// Content of the frame that starts at that byte, 8-byte aligned, valid until the next call. Throws TraceError when
  /// it is not what was read there before.
  std::span<const std::uint8_t> load(std::uint64_t start, FrameSize size);

 private:
  struct Context;
  std::string name_;
  int fd_;
  std::unique_ptr<Context> context_;
  std::vector<std::uint8_t> compressed_;
  std::vector<std::uint64_t> content_;
};

}  // namespace simrec
