#include "trace-format/frame_file.h"

#include <fcntl.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "trace-format/trace_error.h"

namespace simrec {
namespace {

// zstd/contrib/seekable_format/zstd_seekable_compression_format.md
constexpr std::uint32_t kSkippableMagic = 0x184D2A50;  // …50 to …5F
constexpr std::uint32_t kSeekTableMagic = 0x184D2A5E;
constexpr std::uint32_t kSeekTableEnd = 0x8F92EAB1;
constexpr std::size_t kSeekEntryBytes = 8;
constexpr std::size_t kSeekFooterBytes = 9;
constexpr std::size_t kFrameHeaderBytes = 18;  // longest zstd frame header
constexpr std::size_t kBlockHeaderBytes = 3;
constexpr int kWindowLogMax = 23;  // 8 MiB: what every zstd level up to 19 needs

void put_u32(std::vector<std::uint8_t>& bytes, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<std::uint8_t>(value >> shift));
}

std::uint32_t get_u32(const std::uint8_t* bytes) {
  return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | static_cast<std::uint32_t>(bytes[3]) << 24;
}

void check(std::size_t code) {
  if (ZSTD_isError(code)) throw TraceError(std::string("zstd failed: ") + ZSTD_getErrorName(code));
}

/// Frames below their full size come at most once a second, so that a few ms for each are nothing; a program that
/// produces frame after frame pays for the fastest level only.
int level_of(std::size_t bytes, int full) {
  constexpr std::size_t kTiny = 32 * 1024, kSmall = 128 * 1024;
  constexpr int kTinyLevel = 15, kSmallLevel = 9;  // about 5 ms each at these sizes
  return bytes <= kTiny ? std::max(full, kTinyLevel) : bytes <= kSmall ? std::max(full, kSmallLevel) : full;
}

}  // namespace

struct FrameWriter::Context {
  std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> zstd{ZSTD_createCCtx(), &ZSTD_freeCCtx};
};

FrameWriter::FrameWriter(OutputFile& output, int compression_level)
    : output_(output), level_(compression_level), context_(std::make_unique<Context>()) {
  check(ZSTD_CCtx_setParameter(context_->zstd.get(), ZSTD_c_checksumFlag, 1));
  check(ZSTD_CCtx_setParameter(context_->zstd.get(), ZSTD_c_contentSizeFlag, 1));
}

FrameWriter::~FrameWriter() = default;

void FrameWriter::write(const FrameContent& content) {
  ZSTD_CCtx* zstd = context_->zstd.get();
  check(ZSTD_CCtx_reset(zstd, ZSTD_reset_session_only));
  check(ZSTD_CCtx_setParameter(zstd, ZSTD_c_compressionLevel, level_of(content.bytes.size(), level_)));
  check(ZSTD_CCtx_setPledgedSrcSize(zstd, content.bytes.size()));
  compressed_.resize(ZSTD_compressBound(content.bytes.size()) + kBlockHeaderBytes * content.cuts.size());
  ZSTD_outBuffer out{compressed_.data(), compressed_.size(), 0};
  ZSTD_inBuffer in{content.bytes.data(), 0, 0};
  const auto compress_up_to = [&](std::size_t position, ZSTD_EndDirective then) {
    in.size = position;
    std::size_t left = 0;
    do {
      left = ZSTD_compressStream2(zstd, &out, &in, then);
      check(left);
      if (left > 0 && out.pos == out.size) {
        compressed_.resize(2 * compressed_.size());
        out = {compressed_.data(), compressed_.size(), out.pos};
      }
    } while (left > 0);
  };
  for (const std::size_t cut : content.cuts) compress_up_to(cut, ZSTD_e_flush);
  compress_up_to(content.bytes.size(), ZSTD_e_end);
  output_.write({compressed_.data(), out.pos});
  frames_.push_back({static_cast<std::uint32_t>(out.pos), static_cast<std::uint32_t>(content.bytes.size())});
}

void FrameWriter::finish() {
  std::vector<std::uint8_t> table;
  put_u32(table, kSeekTableMagic);
  put_u32(table, static_cast<std::uint32_t>(frames_.size() * kSeekEntryBytes + kSeekFooterBytes));
  for (const FrameSize& frame : frames_) {
    put_u32(table, frame.compressed);
    put_u32(table, frame.decompressed);
  }
  put_u32(table, static_cast<std::uint32_t>(frames_.size()));
  table.push_back(0);  // descriptor: no checksums here, every frame carries its own
  put_u32(table, kSeekTableEnd);
  output_.write(table);
}

struct FrameReader::Context {
  std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> zstd{ZSTD_createDCtx(), &ZSTD_freeDCtx};
};

FrameReader::FrameReader(const std::string& path, std::uint64_t frame_bytes)
    : input_(path), frame_bytes_(frame_bytes), context_(std::make_unique<Context>()) {
  check(ZSTD_DCtx_setParameter(context_->zstd.get(), ZSTD_d_windowLogMax, kWindowLogMax));
  const auto start = input_.peek(4);
  if (start.empty()) throw TraceError(name() + " is empty");
  if (start.size() >= 4 && get_u32(start.data()) != ZSTD_MAGICNUMBER) {
    throw TraceError(name() + " was not written by simrec or simreplay: it does not start with a zstd frame");
  }
}

FrameReader::~FrameReader() = default;

void FrameReader::damaged(const std::string& what) const {
  throw TraceError(name() + " is damaged in frame " + std::to_string(frame_number_) + ", which starts at byte " +
                   std::to_string(frame_start_) + ": " + what + "; restore the file or make it again");
}

std::optional<std::span<const std::uint8_t>> FrameReader::next() {
  if (!at_data_frame()) return std::nullopt;
  const auto content = decompress();
  if (end_ == FrameEnd::cut) return std::nullopt;
  return content;
}

/// Moves over skippable frames. False at the end of the file, `end_` says which.
bool FrameReader::at_data_frame() {
  while (end_ == FrameEnd::no_seek_table) {
    frame_start_ = input_.position();
    frame_number_ = frames_.size() + 1;
    const auto start = input_.peek(8);
    if (start.empty()) return false;
    if (start.size() < 4) return cut_short();
    const std::uint32_t magic = get_u32(start.data());
    if (magic == ZSTD_MAGICNUMBER) return true;
    if ((magic & 0xFFFFFFF0) != kSkippableMagic) {
      if (magic == 0 && only_zeros_left()) return false;
      damaged("no frame begins there");
    }
    if (start.size() < 8) return cut_short();
    const std::uint32_t bytes = get_u32(start.data() + 4);
    if (magic == kSeekTableMagic) {
      check_seek_table(bytes);
    } else {
      skip_frame(bytes);
    }
  }
  return false;
}

/// The file ends inside a frame: a recording that was cut, unless a finished file's last bytes are there.
bool FrameReader::cut_short() {
  if (input_.last_word() == kSeekTableEnd) damaged("it runs past the end of the file");
  end_ = FrameEnd::cut;
  return false;
}

/// After a power cut a file system may have made the file longer than what was written.
bool FrameReader::only_zeros_left() {
  for (auto bytes = input_.peek(1); !bytes.empty(); bytes = input_.peek(1)) {
    if (std::ranges::any_of(bytes, [](std::uint8_t byte) { return byte != 0; })) return false;
    input_.consume(bytes.size());
  }
  end_ = FrameEnd::cut;
  return true;
}

void FrameReader::skip_frame(std::uint32_t bytes) {
  input_.consume(8);
  for (std::uint64_t left = bytes; left > 0;) {
    const std::size_t piece = std::min<std::uint64_t>(input_.peek(1).size(), left);
    if (piece == 0) {
      cut_short();
      return;
    }
    input_.consume(piece);
    left -= piece;
  }
  // A seek table counts the frame's own header, hence in 64 bits; longer ones cannot be listed in it.
  frames_.push_back({static_cast<std::uint32_t>(std::min<std::uint64_t>(bytes + 8ULL, UINT32_MAX)), 0});
}

/// The seek table must say exactly what was read: it is the file's own proof that no frame is missing.
void FrameReader::check_seek_table(std::uint32_t bytes) {
  input_.consume(8);
  if (bytes != frames_.size() * kSeekEntryBytes + kSeekFooterBytes) {
    damaged("the seek table does not list the frames before it");
  }
  for (const FrameSize& frame : frames_) {
    const auto entry = input_.peek(kSeekEntryBytes);
    if (entry.size() < kSeekEntryBytes) {
      cut_short();
      return;
    }
    if (FrameSize{get_u32(entry.data()), get_u32(entry.data() + 4)} != frame) {
      damaged("the seek table gives other sizes than the frames have");
    }
    input_.consume(kSeekEntryBytes);
  }
  const auto footer = input_.peek(kSeekFooterBytes + 1);
  if (footer.size() < kSeekFooterBytes) {
    cut_short();
    return;
  }
  if (get_u32(footer.data()) != frames_.size() || footer[4] != 0 || get_u32(footer.data() + 5) != kSeekTableEnd) {
    damaged("the seek table ends wrongly");
  }
  if (footer.size() > kSeekFooterBytes) damaged("there is more after the seek table, which ends a file");
  input_.consume(kSeekFooterBytes);
  end_ = FrameEnd::complete;
}

std::span<const std::uint8_t> FrameReader::decompress() {
  const std::string too_large = "it decompresses to more than " + std::to_string(frame_bytes_) + " bytes";
  const auto header = input_.peek(kFrameHeaderBytes);
  const unsigned long long known = ZSTD_getFrameContentSize(header.data(), header.size());
  const bool is_known = known != ZSTD_CONTENTSIZE_UNKNOWN && known != ZSTD_CONTENTSIZE_ERROR;
  if (is_known && known > frame_bytes_) damaged(too_large);

  const auto reserve = [this](std::size_t bytes, std::size_t keep) {
    if (bytes <= capacity_) return;
    auto larger = std::make_unique_for_overwrite<std::uint64_t[]>((bytes + 7) / 8);
    if (keep > 0) std::memcpy(larger.get(), content_.get(), keep);
    content_ = std::move(larger);
    capacity_ = (bytes + 7) / 8 * 8;
  };
  reserve(is_known ? known + 1 : 1 << 18, 0);
  check(ZSTD_DCtx_reset(context_->zstd.get(), ZSTD_reset_session_only));

  std::size_t produced = 0;
  for (;;) {
    const auto available = input_.peek(1);
    if (available.empty()) {
      cut_short();
      return {};
    }
    ZSTD_inBuffer in{available.data(), available.size(), 0};
    ZSTD_outBuffer out{content_.get(), capacity_, produced};
    const std::size_t left = ZSTD_decompressStream(context_->zstd.get(), &out, &in);
    if (ZSTD_isError(left)) damaged(std::string("zstd says: ") + ZSTD_getErrorName(left));
    input_.consume(in.pos);
    produced = out.pos;
    if (produced > frame_bytes_) damaged(too_large);
    if (left == 0) break;
    if (produced == capacity_) reserve(std::min<std::size_t>(2 * capacity_, frame_bytes_ + 1), produced);
  }
  frames_.push_back(
      {static_cast<std::uint32_t>(input_.position() - frame_start_), static_cast<std::uint32_t>(produced)});
  return {reinterpret_cast<const std::uint8_t*>(content_.get()), produced};
}

struct FrameLoader::Context {
  std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> zstd{ZSTD_createDCtx(), &ZSTD_freeDCtx};
};

FrameLoader::FrameLoader(const std::string& path)
    : name_(path), fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), context_(std::make_unique<Context>()) {
  if (fd_ < 0) throw TraceError("cannot open " + name_ + ": " + std::strerror(errno));
}

FrameLoader::~FrameLoader() { ::close(fd_); }

std::span<const std::uint8_t> FrameLoader::load(std::uint64_t start, FrameSize size) {
  compressed_.resize(size.compressed);
  for (std::size_t got = 0; got < compressed_.size();) {
    const ssize_t n = ::pread(fd_, compressed_.data() + got, compressed_.size() - got, static_cast<off_t>(start + got));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw TraceError("cannot read " + name_ + ": " + std::strerror(errno));
    if (n == 0) throw TraceError(name_ + " became shorter while it was read");
    got += static_cast<std::size_t>(n);
  }
  content_.resize((size.decompressed + 7ULL) / 8);
  const std::size_t bytes = ZSTD_decompressDCtx(context_->zstd.get(), content_.data(), content_.size() * 8,
                                                compressed_.data(), compressed_.size());
  if (ZSTD_isError(bytes) || bytes != size.decompressed)
    throw TraceError(name_ + " changed while it was read: the frame at byte " + std::to_string(start) +
                     " is another one now");
  return {reinterpret_cast<const std::uint8_t*>(content_.data()), bytes};
}

}  // namespace simrec
