#include "trace-format/capnp_messages.h"

#include <kj/exception.h>

#include <cstring>

namespace simrec {
namespace {

// A zstd block with its own statistics costs about 100 bytes.
constexpr std::size_t kWorthCutting = 512;
// Our deepest value is a module's path: block, tables, list of images, list of modules, text.
constexpr int kNestingLimit = 16;
// Every byte is read once; the constant covers small messages, Cap'n Proto counts some pointers twice.
constexpr std::uint64_t traversal_limit(std::size_t words) { return 2 * words + 128; }

}  // namespace

void append_message(FrameContent& frame, capnp::MessageBuilder& message, std::span<const capnp::Data::Reader> columns) {
  const auto segments = message.getSegmentsForOutput();
  const kj::Array<capnp::word> words = capnp::messageToFlatArray(segments);
  const auto bytes = words.asBytes();
  if (segments.size() == 1) {
    // The stream's header is one word; then the segment as it is.
    const std::size_t content = frame.bytes.size() + sizeof(capnp::word);
    for (const capnp::Data::Reader column : columns) {
      if (column.size() < kWorthCutting) continue;
      const auto begin = content + static_cast<std::size_t>(column.begin() - segments[0].asBytes().begin());
      for (const std::size_t cut : {begin, begin + column.size()}) {
        if (frame.cuts.empty() || frame.cuts.back() + kWorthCutting <= cut) frame.cuts.push_back(cut);
      }
    }
  }
  frame.bytes.insert(frame.bytes.end(), bytes.begin(), bytes.end());
}

std::size_t read_message(std::span<const std::uint8_t> frame, std::size_t offset,
                         const std::function<void(capnp::MessageReader&)>& read) {
  const std::span<const std::uint8_t> rest = frame.subspan(offset);
  if (rest.size() % sizeof(capnp::word) != 0) throw FormatError("its size is no multiple of 8 bytes");
  const std::size_t words = rest.size() / sizeof(capnp::word);
  try {
    capnp::ReaderOptions options;
    options.traversalLimitInWords = traversal_limit(words);
    options.nestingLimit = kNestingLimit;
    const auto* begin = reinterpret_cast<const capnp::word*>(rest.data());
    capnp::FlatArrayMessageReader message(kj::arrayPtr(begin, words), options);
    read(message);
    return offset + static_cast<std::size_t>(message.getEnd() - begin) * sizeof(capnp::word);
  } catch (const kj::Exception& e) {
    throw FormatError(std::string("it is no valid Cap'n Proto message: ") + e.getDescription().cStr());
  }
}

}  // namespace simrec
