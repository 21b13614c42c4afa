#include "trace-format/table_columns.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <tuple>
#include <type_traits>

#include "trace-format/varint.h"

namespace simrec {
namespace {

/// Bytes a message may still decode to.
class Budget {
 public:
  void take(std::uint64_t bytes) {
    if (bytes > left_) throw FormatError("its tables decode to more than 64 MiB");
    left_ -= bytes;
  }

 private:
  std::uint64_t left_ = 64ULL << 20;
};

// A field's value as a number and back.
template <class Value>
std::uint64_t number_of(const Value& value) {
  if constexpr (requires { value.value; }) {
    return value.value;
  } else {
    return static_cast<std::uint64_t>(value);
  }
}

template <class Value>
void set_number(Value& value, std::uint64_t number) {
  if constexpr (requires { value.value; }) {
    set_number(value.value, number);
  } else {
    value = static_cast<Value>(number);
    if (number_of(value) != number) throw FormatError("a table's column has a value that does not fit its field");
  }
}

template <class Row>
struct Field {
  std::uint64_t (*get)(const Row&);
  void (*set)(Row&, std::uint64_t);
};

template <class Row, auto Member>
constexpr Field<Row> field() {
  return {[](const Row& row) { return number_of(row.*Member); },
          [](Row& row, std::uint64_t number) { set_number(row.*Member, number); }};
}

// In the order of the schema's field numbers.
constexpr std::array kObjectFields = {field<Object, &Object::id>(),
                                      field<Object, &Object::kind>(),
                                      field<Object, &Object::device>(),
                                      field<Object, &Object::inode>(),
                                      field<Object, &Object::path>(),
                                      field<Object, &Object::local_address>(),
                                      field<Object, &Object::peer_address>(),
                                      field<Object, &Object::cookie>(),
                                      field<Object, &Object::network_namespace>(),
                                      field<Object, &Object::peer>(),
                                      field<Object, &Object::capacity_bytes>(),
                                      field<Object, &Object::send_buffer_bytes>(),
                                      field<Object, &Object::receive_buffer_bytes>(),
                                      field<Object, &Object::peer_inode>(),
                                      field<Object, &Object::nonblocking>(),
                                      field<Object, &Object::close_on_exec>(),
                                      field<Object, &Object::size_bytes>()};
constexpr std::array kThreadFields = {field<Thread, &Thread::index>(),
                                      field<Thread, &Thread::process>(),
                                      field<Thread, &Thread::tid>(),
                                      field<Thread, &Thread::namespace_tid>(),
                                      field<Thread, &Thread::creator_plus_one>(),
                                      field<Thread, &Thread::start_ns>(),
                                      field<Thread, &Thread::clone_flags>(),
                                      field<Thread, &Thread::clear_tid_address>()};
constexpr std::array kProcessFields = {field<Process, &Process::index>(), field<Process, &Process::pid>(),
                                       field<Process, &Process::parent_plus_one>(),
                                       field<Process, &Process::start_ns>()};
constexpr std::array kDescriptorFields = {
    field<Descriptor, &Descriptor::fd>(), field<Descriptor, &Descriptor::object>(),
    field<Descriptor, &Descriptor::close_on_exec>(), field<Descriptor, &Descriptor::nonblocking>()};
constexpr std::array kImageFields = {field<Image, &Image::process>(), field<Image, &Image::start_ns>(),
                                     field<Image, &Image::name>(), field<Image, &Image::executable>(),
                                     field<Image, &Image::working_directory>()};

/// A column: differences, and nothing when all are 0. The first one of a table is kept: it says how many rows there
/// are.
class ColumnBuilder {
 public:
  void add(std::uint64_t number) {
    all_zero_ &= number == previous_;
    put_varint(coded_, zigzag(static_cast<std::int64_t>(number - previous_)));
    previous_ = number;
  }
  std::vector<std::uint8_t> take(bool keep_zeros = false) {
    if (all_zero_ && !keep_zeros) coded_.clear();
    return std::move(coded_);
  }

 private:
  std::vector<std::uint8_t> coded_;
  std::uint64_t previous_ = 0;
  bool all_zero_ = true;
};

template <class Row, std::size_t N>
void code_fields(CodedTable& table, const std::vector<Row>& rows, const std::array<Field<Row>, N>& fields) {
  const bool first_of_table = table.empty();
  for (std::size_t i = 0; i < N; ++i) {
    ColumnBuilder column;
    for (const Row& row : rows) column.add(fields[i].get(row));
    table.push_back(column.take(first_of_table && i == 0));
  }
}

/// Lengths of the rows' lists.
template <class Row, class List>
void code_lengths(CodedTable& table, const std::vector<Row>& rows, List Row::*list) {
  ColumnBuilder column;
  for (const Row& row : rows) column.add((row.*list).size());
  table.push_back(column.take());
}

/// Takes the columns of a table one after the other.
class TableDecoder {
 public:
  explicit TableDecoder(const ColumnViews& columns) : columns_(columns) {
    if (columns.empty()) return;
    rows_ = static_cast<std::size_t>(std::ranges::count_if(columns[0], [](std::uint8_t byte) { return byte < 0x80; }));
  }
  std::size_t rows() const { return rows_; }
  Budget& budget() { return budget_; }

  /// Calls store(i, number) for each of `count` values of the next column; columns an older writer lacks are zeros.
  template <class Store>
  void next(std::size_t count, Store store) {
    const auto coded = next_ < columns_.size() ? columns_[next_] : std::span<const std::uint8_t>();
    ++next_;
    if (coded.empty()) return;
    ColumnReader column(coded, "of a table");
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < count; ++i) {
      number += static_cast<std::uint64_t>(column.get_signed());
      store(i, number);
    }
    column.expect_end();
  }

  template <class Row, std::size_t N>
  void fields(std::vector<Row>& rows, std::size_t count, const std::array<Field<Row>, N>& fields) {
    budget_.take(count * sizeof(Row));
    Row zero;
    for (const Field<Row>& field : fields) field.set(zero, 0);
    rows.assign(count, zero);
    for (const Field<Row>& field : fields) {
      next(count, [&](std::size_t i, std::uint64_t number) { field.set(rows[i], number); });
    }
  }

  /// Resizes the rows' lists to the lengths in the next column. Returns the sum.
  template <class Row, class List>
  std::size_t lengths(std::vector<Row>& rows, List Row::*list) {
    std::size_t sum = 0;
    next(rows.size(), [&](std::size_t i, std::uint64_t length) {
      budget_.take(std::min<std::uint64_t>(length, 1ULL << 40) * sizeof((rows[i].*list)[0]));
      (rows[i].*list).resize(length);
      sum += length;
    });
    return sum;
  }

 private:
  const ColumnViews& columns_;
  std::size_t next_ = 0;
  std::size_t rows_ = 0;
  Budget budget_;
};

/// The lists of all rows, one after the other.
template <class Row, class Item>
std::vector<Item> joined(const std::vector<Row>& rows, std::vector<Item> Row::*list) {
  std::vector<Item> all;
  for (const Row& row : rows) all.insert(all.end(), (row.*list).begin(), (row.*list).end());
  return all;
}

template <class Row, class Item>
void split(const std::vector<Item>& all, std::vector<Row>& rows, std::vector<Item> Row::*list) {
  auto from = all.begin();
  for (Row& row : rows) {
    const auto to = from + static_cast<std::ptrdiff_t>((row.*list).size());
    std::copy(from, to, (row.*list).begin());
    from = to;
  }
}

/// Bytes two strings share at their beginnings, up to a '/': names stay whole, for those who read the bytes.
std::size_t shared_bytes(std::string_view a, std::string_view b) {
  const auto differ = std::ranges::mismatch(a, b).in1;
  const auto slash = std::string_view(a.begin(), differ).rfind('/');
  return slash == std::string_view::npos ? 0 : slash + 1;
}

}  // namespace

CodedStrings code_strings(const std::vector<std::string>& strings) {
  CodedStrings coded;
  std::string_view previous;
  for (const std::string& text : strings) {
    const std::size_t shared = shared_bytes(previous, text);
    put_varint(coded.shared, shared);
    put_varint(coded.lengths, text.size() - shared);
    coded.bytes.append(text, shared);
    previous = text;
  }
  return coded;
}

std::vector<std::string> decode_strings(std::span<const std::uint8_t> shared, std::span<const std::uint8_t> lengths,
                                        std::string_view bytes) {
  Budget budget;
  std::vector<std::string> strings;
  ColumnReader shared_column(shared, "stringShared"), length_column(lengths, "stringLengths");
  while (length_column.has_more()) {
    const std::string_view previous = strings.empty() ? std::string_view() : std::string_view(strings.back());
    const std::size_t kept = shared_column.get_up_to(previous.size());
    const std::size_t own = length_column.get_up_to(bytes.size());
    budget.take(sizeof(std::string) + kept + own);
    std::string text(previous.substr(0, kept));
    text.append(bytes.substr(0, own));
    bytes.remove_prefix(own);
    strings.push_back(std::move(text));
  }
  shared_column.expect_end();
  if (!bytes.empty()) throw FormatError("stringBytes has more than the lengths say");
  return strings;
}

CodedTable code_objects(const std::vector<Object>& objects) {
  CodedTable table;
  if (!objects.empty()) code_fields(table, objects, kObjectFields);
  return table;
}

CodedTable code_threads(const std::vector<Thread>& threads) {
  CodedTable table;
  if (!threads.empty()) code_fields(table, threads, kThreadFields);
  return table;
}

CodedTable code_processes(const std::vector<Process>& processes) {
  CodedTable table;
  if (processes.empty()) return table;
  code_fields(table, processes, kProcessFields);
  code_lengths(table, processes, &Process::descriptors);
  code_fields(table, joined(processes, &Process::descriptors), kDescriptorFields);
  return table;
}

CodedTable code_images(const std::vector<Image>& images, std::vector<Module>& modules) {
  CodedTable table;
  if (images.empty()) return table;
  code_fields(table, images, kImageFields);
  code_lengths(table, images, &Image::arguments);
  ColumnBuilder arguments;
  for (const Image& image : images) {
    for (const StringId argument : image.arguments) arguments.add(argument.value);
  }
  table.push_back(arguments.take());
  code_lengths(table, images, &Image::modules);
  ColumnBuilder positions;
  std::map<std::tuple<std::uint32_t, std::string_view, std::string_view>, std::size_t> known;
  for (const Image& image : images) {
    for (const Module& module : image.modules) {
      const auto [found, is_new] =
          known.try_emplace({module.path.value, module.build_id, module.sha256}, modules.size());
      if (is_new) modules.push_back(module);
      positions.add(found->second);
    }
  }
  table.push_back(positions.take());
  return table;
}

std::vector<Object> decode_objects(const ColumnViews& columns) {
  std::vector<Object> objects;
  TableDecoder table(columns);
  table.fields(objects, table.rows(), kObjectFields);
  return objects;
}

std::vector<Thread> decode_threads(const ColumnViews& columns) {
  std::vector<Thread> threads;
  TableDecoder table(columns);
  table.fields(threads, table.rows(), kThreadFields);
  return threads;
}

std::vector<Process> decode_processes(const ColumnViews& columns) {
  std::vector<Process> processes;
  TableDecoder table(columns);
  table.fields(processes, table.rows(), kProcessFields);
  std::vector<Descriptor> descriptors;
  table.fields(descriptors, table.lengths(processes, &Process::descriptors), kDescriptorFields);
  split(descriptors, processes, &Process::descriptors);
  return processes;
}

std::vector<Image> decode_images(const ColumnViews& columns, const std::vector<Module>& modules) {
  std::vector<Image> images;
  TableDecoder table(columns);
  table.fields(images, table.rows(), kImageFields);
  std::vector<StringId> arguments(table.lengths(images, &Image::arguments));
  table.next(arguments.size(), [&](std::size_t i, std::uint64_t number) { set_number(arguments[i], number); });
  split(arguments, images, &Image::arguments);
  std::vector<std::uint64_t> positions(table.lengths(images, &Image::modules));
  table.next(positions.size(), [&](std::size_t i, std::uint64_t number) { positions[i] = number; });
  auto position = positions.begin();
  for (Image& image : images) {
    for (Module& module : image.modules) {
      if (*position >= modules.size()) throw FormatError("an image has a module that its message has not");
      const Module& known = modules[*position++];
      table.budget().take(known.build_id.size() + known.sha256.size());
      module = known;
    }
  }
  return images;
}

}  // namespace simrec
