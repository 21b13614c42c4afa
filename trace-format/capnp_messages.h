// Cap'n Proto's stream encoding: messages one after the other in a frame, and its exceptions turned
// into ours. The only place that includes capnp/serialize.h; the codecs include it and their schema.
#pragma once

#include <capnp/message.h>
#include <capnp/serialize.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "trace-format/format_error.h"
#include "trace-format/frame_content.h"

namespace simrec {

/// Appends the message to a frame's content, cut where Data of at least kWorthCutting bytes begins or ends;
/// `columns` are the message's own Data fields.
void append_message(FrameContent& frame, capnp::MessageBuilder& message,
                    std::span<const capnp::Data::Reader> columns = {});

/// Calls `read` with the message that starts at `offset` of a frame's content (8-byte aligned) and
/// returns where the next one starts. Throws FormatError for anything that is not Cap'n Proto.
std::size_t read_message(std::span<const std::uint8_t> frame, std::size_t offset,
                         const std::function<void(capnp::MessageReader&)>& read);

/// Text or Data of a schema field as C++ string.
inline std::string to_string(capnp::Text::Reader text) { return {text.begin(), text.size()}; }
inline std::string to_string(capnp::Data::Reader data) {
  return {reinterpret_cast<const char*>(data.begin()), data.size()};
}
/// A string as Text; its bytes may be anything.
inline capnp::Text::Reader to_text(const std::string& text) { return {text.c_str(), text.size()}; }
/// Bytes as Data, without copying.
inline capnp::Data::Reader to_data(std::span<const std::uint8_t> bytes) { return {bytes.data(), bytes.size()}; }
inline capnp::Data::Reader to_data(const std::string& bytes) {
  return {reinterpret_cast<const capnp::byte*>(bytes.data()), bytes.size()};
}
inline std::span<const std::uint8_t> to_span(capnp::Data::Reader data) { return {data.begin(), data.size()}; }

/// Length of a list to be initialised; Cap'n Proto counts in 32 bits.
template <class Values>
unsigned length(const Values& values) {
  return static_cast<unsigned>(values.size());
}

/// A List(Text) from and to strings.
template <class TextListBuilder>
void fill_texts(TextListBuilder list, const std::vector<std::string>& texts) {
  for (unsigned i = 0; i < list.size(); ++i) list.set(i, to_text(texts[i]));
}
template <class TextListReader>
std::vector<std::string> to_strings(TextListReader list) {
  std::vector<std::string> texts;
  texts.reserve(list.size());
  for (const auto text : list) texts.push_back(to_string(text));
  return texts;
}

}  // namespace simrec
