#include "trace-format/table_reader.h"

#include <string>

#include "trace-format/format_error.h"

namespace simrec {
namespace {

/// Stores entries under their dense index. A message may add at most as many as it holds: otherwise one
/// entry with a huge index would make a huge table.
template <class Entry, class Index>
void store(std::vector<Entry>& table, std::vector<Entry>& entries, Index index_of, const char* what) {
  const std::size_t limit = table.size() + entries.size();
  for (Entry& entry : entries) {
    const std::size_t index = index_of(entry);
    if (index >= limit)
      throw FormatError(std::string(what) + " " + std::to_string(index) + " leaves a gap in its table");
    if (index >= table.size()) table.resize(index + 1);
    table[index] = std::move(entry);
  }
}

template <class Entry>
std::uint64_t size_of(const std::vector<Entry>& entries) {
  return entries.size() * sizeof(Entry);
}

}  // namespace

void TableReader::account(const TableEntries& entries) {
  constexpr std::uint64_t kMapNodeBytes = 64;
  memory_bytes_ += size_of(entries.strings) + size_of(entries.objects) + size_of(entries.processes) +
                   size_of(entries.threads) + size_of(entries.images) +
                   entries.stacks.size() * (sizeof(Stack) + kMapNodeBytes);
  for (const std::string& text : entries.strings) memory_bytes_ += text.size();
  for (const Stack& stack : entries.stacks) memory_bytes_ += size_of(stack.frames);
  for (const Process& process : entries.processes) memory_bytes_ += size_of(process.descriptors);
  for (const Image& image : entries.images) {
    memory_bytes_ += size_of(image.arguments) + size_of(image.modules) + kMapNodeBytes * image.modules.size();
  }
  if (memory_bytes_ > memory_limit_) {
    throw FormatError("its tables take more than the " + std::to_string(memory_limit_ >> 20) + " MiB allowed");
  }
}

void TableReader::check_references(const TableEntries& entries) const {
  const std::size_t processes = tables_.processes().size();
  for (const Thread& thread : entries.threads) {
    if (thread.process.value >= processes) throw FormatError("a thread belongs to an unknown process");
    if (thread.creator_plus_one > tables_.threads().size()) throw FormatError("a thread has an unknown creator");
  }
  for (const Process& process : entries.processes) {
    if (process.parent_plus_one > processes) throw FormatError("a process has an unknown parent");
  }
}

void TableReader::merge(TableEntries entries) {
  account(entries);
  // Strings are given in runs; a run may overlap what is known only by saying the same again.
  if (!entries.strings.empty() && entries.first_string > tables_.strings_.size()) {
    throw FormatError("string " + std::to_string(entries.first_string) + " leaves a gap in its table");
  }
  for (std::size_t i = 0; i < entries.strings.size(); ++i) {
    const std::size_t index = entries.first_string + i;
    if (index == 0) continue;  // always ""
    if (index >= tables_.strings_.size()) tables_.strings_.resize(index + 1);
    tables_.strings_[index] = std::move(entries.strings[i]);
  }
  // References are looked at before the entries are moved away, but against the tables with them inside.
  const TableEntries links{.first_string = 0,
                           .strings = {},
                           .objects = {},
                           .stacks = {},
                           .processes = entries.processes,
                           .threads = entries.threads,
                           .images = {}};
  store(
      tables_.objects_, entries.objects, [](const Object& o) { return o.id.value; }, "object");
  store(
      tables_.processes_, entries.processes, [](const Process& p) { return p.index.value; }, "process");
  store(
      tables_.threads_, entries.threads, [](const Thread& t) { return t.index.value; }, "thread");
  check_references(links);
  for (Stack& stack : entries.stacks) tables_.stacks_[stack.id.value] = std::move(stack);
  for (Image& image : entries.images) {
    if (image.process.value >= tables_.processes().size()) throw FormatError("an image belongs to an unknown process");
    tables_.add(std::move(image));
  }
}

}  // namespace simrec
