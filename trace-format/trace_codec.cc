#include "trace-format/trace_codec.h"

#include <iterator>

#include "trace-format/capnp_messages.h"
#include "trace-format/header_codec.h"
#include "trace-format/table_columns.h"
#include "trace.capnp.h"

namespace simrec {
namespace {

// Reading: one function per schema struct.

// What lists are made of, declared for read_list().
Object read(schema::Object::Reader in);
Frame read(schema::Frame::Reader in);
Stack read(schema::Stack::Reader in);
Descriptor read(schema::Descriptor::Reader in);
Process read(schema::Process::Reader in);
Thread read(schema::Thread::Reader in);
Module read(schema::Module::Reader in);
Image read(schema::Image::Reader in);
NamedCount read(schema::Count::Reader in);

/// Every element of a list of structs.
template <class Value, class ListReader>
std::vector<Value> read_list(ListReader list) {
  std::vector<Value> values;
  values.reserve(list.size());
  for (const auto item : list) values.push_back(read(item));
  return values;
}

Object read(schema::Object::Reader in) {
  return {.id = {in.getId()},
          .kind = static_cast<ObjectKind>(in.getKind()),
          .device = in.getDevice(),
          .inode = in.getInode(),
          .path = {in.getPath()},
          .local_address = {in.getLocalAddress()},
          .peer_address = {in.getPeerAddress()},
          .cookie = in.getCookie(),
          .network_namespace = in.getNetworkNamespace(),
          .peer = {in.getPeer()},
          .capacity_bytes = in.getCapacityBytes(),
          .send_buffer_bytes = in.getSendBufferBytes(),
          .receive_buffer_bytes = in.getReceiveBufferBytes(),
          .peer_inode = in.getPeerInode(),
          .nonblocking = in.getNonblocking(),
          .close_on_exec = in.getCloseOnExec(),
          .size_bytes = in.getSeekableSize()};
}

Frame read(schema::Frame::Reader in) {
  return {.function = {in.getFunction()}, .module = {in.getModule()}, .offset = in.getOffset()};
}

Stack read(schema::Stack::Reader in) { return {.id = {in.getId()}, .frames = read_list<Frame>(in.getFrames())}; }

Descriptor read(schema::Descriptor::Reader in) {
  return {.fd = in.getFd(),
          .object = {in.getObject()},
          .close_on_exec = in.getCloseOnExec(),
          .nonblocking = in.getNonblocking()};
}

Process read(schema::Process::Reader in) {
  return {.index = {in.getIndex()},
          .pid = in.getPid(),
          .parent_plus_one = in.getParent(),
          .start_ns = in.getStartNs(),
          .descriptors = read_list<Descriptor>(in.getDescriptors())};
}

Thread read(schema::Thread::Reader in) {
  return {.index = {in.getIndex()},
          .process = {in.getProcess()},
          .tid = in.getTid(),
          .namespace_tid = in.getNamespaceTid(),
          .creator_plus_one = in.getCreator(),
          .start_ns = in.getStartNs(),
          .clone_flags = in.getCloneFlags(),
          .clear_tid_address = in.getClearTidAddress()};
}

Module read(schema::Module::Reader in) {
  return {.path = {in.getPath()}, .build_id = to_string(in.getBuildId()), .sha256 = to_string(in.getSha256())};
}

Image read(schema::Image::Reader in) {
  Image image{.process = {in.getProcess()},
              .start_ns = in.getStartNs(),
              .name = {in.getName()},
              .executable = {in.getExecutable()},
              .arguments = {},
              .modules = read_list<Module>(in.getModules()),
              .working_directory = {in.getWorkingDirectory()}};
  for (const std::uint32_t argument : in.getArguments()) image.arguments.push_back({argument});
  return image;
}

ColumnViews views_of(capnp::List<capnp::Data>::Reader columns) {
  ColumnViews views;
  for (const auto column : columns) views.push_back(to_span(column));
  return views;
}

template <class Entry>
void append(std::vector<Entry>& to, std::vector<Entry> more) {
  to.insert(to.end(), std::move_iterator(more.begin()), std::move_iterator(more.end()));
}

/// Lists of structs are from writers of format version 1, columns from later ones.
TableEntries read(schema::Tables::Reader in) {
  TableEntries tables{.first_string = in.getFirstString(),
                      .strings = to_strings(in.getStrings()),
                      .objects = read_list<Object>(in.getObjects()),
                      .stacks = read_list<Stack>(in.getStacks()),
                      .processes = read_list<Process>(in.getProcesses()),
                      .threads = read_list<Thread>(in.getThreads()),
                      .images = read_list<Image>(in.getImages())};
  const auto bytes = in.getStringBytes().asChars();
  append(tables.strings,
         decode_strings(to_span(in.getStringShared()), to_span(in.getStringLengths()), {bytes.begin(), bytes.size()}));
  append(tables.objects, decode_objects(views_of(in.getObjectColumns())));
  append(tables.processes, decode_processes(views_of(in.getProcessColumns())));
  append(tables.threads, decode_threads(views_of(in.getThreadColumns())));
  append(tables.images, decode_images(views_of(in.getImageColumns()), read_list<Module>(in.getModules())));
  return tables;
}

EventBlock read(schema::Events::Reader in) {
  EventBlock block;
  block.thread = {in.getThread()};
  block.count = in.getCount();
  block.start_ns = in.getStartNs();
  block.wall_unit_ns = in.getWallUnitNs();
  block.cpu_unit_ns = in.getCpuUnitNs();
  block.columns = {to_span(in.getKind()),    to_span(in.getBurst()),   to_span(in.getExcess()),
                   to_span(in.getCallCpu()), to_span(in.getBlocked()), to_span(in.getReady()),
                   to_span(in.getResult()),  to_span(in.getFlags()),   to_span(in.getArgumentCount()),
                   to_span(in.getStack())};
  block.wall = {in.getScaleBits(), in.getWallShift()};
  block.cpu = {in.getScaleBits(), in.getCpuShift()};
  block.segments = decode_segments(to_span(in.getSegmentThreads()), to_span(in.getSegmentCounts()),
                                   to_span(in.getSegmentStarts()), block.wall_unit_ns);
  block.id_arguments = decode_id_arguments(to_span(in.getIdArguments()));
  const auto lists = in.getArguments();
  if (lists.size() > kArgumentLists) throw FormatError("it has more than 8 argument lists");
  for (unsigned i = 0; i < lists.size(); ++i) block.arguments[i] = to_span(lists[i]);
  return block;
}

NamedCount read(schema::Count::Reader in) { return {.name = to_string(in.getName()), .count = in.getCount()}; }

Footer read(schema::Footer::Reader in) {
  return {.end_ns = in.getEndNs(),
          .root_exit_status = in.getRootExitStatus(),
          .root_end_ns = in.getRootEndNs(),
          .events = in.getEvents(),
          .processes = in.getProcesses(),
          .threads = in.getThreads(),
          .losses = read_list<NamedCount>(in.getLosses()),
          .calls = read_list<NamedCount>(in.getCalls()),
          .recorder_cpu_ns = in.getRecorderCpuNs(),
          .truncated_by = to_string(in.getTruncatedBy())};
}

Block read(schema::Block::Reader in) {
  switch (in.which()) {
    case schema::Block::HEADER:
      return read_header(in.getHeader());
    case schema::Block::TABLES:
      return read(in.getTables());
    case schema::Block::EVENTS:
      return read(in.getEvents());
    case schema::Block::FOOTER:
      return read(in.getFooter());
  }
  return UnknownBlock{};
}

// Writing: the same structs, the other way.

// What lists are made of, declared for write_list().
void write(schema::Frame::Builder out, const Frame& frame);
void write(schema::Stack::Builder out, const Stack& stack);
void write(schema::Module::Builder out, const Module& module);
void write(schema::Count::Builder out, const NamedCount& count);

/// Fills a list of structs made for as many values.
template <class ListBuilder, class Value>
void write_list(ListBuilder list, const std::vector<Value>& values) {
  for (unsigned i = 0; i < list.size(); ++i) write(list[i], values[i]);
}

void write(schema::Frame::Builder out, const Frame& frame) {
  out.setFunction(frame.function.value);
  out.setModule(frame.module.value);
  out.setOffset(frame.offset);
}

void write(schema::Stack::Builder out, const Stack& stack) {
  out.setId(stack.id.value);
  write_list(out.initFrames(length(stack.frames)), stack.frames);
}

void write(schema::Module::Builder out, const Module& module) {
  out.setPath(module.path.value);
  out.setBuildId(to_data(module.build_id));
  out.setSha256(to_data(module.sha256));
}

template <class Init>
void write_columns(const CodedTable& table, Init init) {
  if (table.empty()) return;
  auto columns = init(length(table));
  for (unsigned i = 0; i < columns.size(); ++i) columns.set(i, to_data(table[i]));
}

void write(schema::Tables::Builder out, const TableEntries& tables) {
  out.setFirstString(tables.first_string);
  const CodedStrings strings = code_strings(tables.strings);
  if (!tables.strings.empty()) {
    out.setStringShared(to_data(strings.shared));
    out.setStringLengths(to_data(strings.lengths));
    out.setStringBytes(to_data(strings.bytes));
  }
  if (!tables.stacks.empty()) write_list(out.initStacks(length(tables.stacks)), tables.stacks);
  std::vector<Module> modules;
  write_columns(code_objects(tables.objects), [&](unsigned n) { return out.initObjectColumns(n); });
  write_columns(code_processes(tables.processes), [&](unsigned n) { return out.initProcessColumns(n); });
  write_columns(code_threads(tables.threads), [&](unsigned n) { return out.initThreadColumns(n); });
  write_columns(code_images(tables.images, modules), [&](unsigned n) { return out.initImageColumns(n); });
  if (!modules.empty()) write_list(out.initModules(length(modules)), modules);
}

void write(schema::Events::Builder out, const EventBlock& block) {
  out.setThread(block.thread.value);
  out.setCount(block.count);
  out.setStartNs(block.start_ns);
  out.setWallUnitNs(block.wall_unit_ns);
  out.setCpuUnitNs(block.cpu_unit_ns);
  out.setScaleBits(block.wall.bits);
  out.setCpuShift(block.cpu.shift);
  out.setWallShift(block.wall.shift);
  if (!block.segments.empty()) {
    const CodedSegments segments = code_segments(block.segments, block.wall_unit_ns);
    out.setSegmentThreads(to_data(segments.threads));
    out.setSegmentCounts(to_data(segments.counts));
    out.setSegmentStarts(to_data(segments.starts));
  }
  if (!block.id_arguments.empty()) out.setIdArguments(to_data(code_id_arguments(block.id_arguments)));
  using Set = void (schema::Events::Builder::*)(capnp::Data::Reader);
  static constexpr std::array<Set, kColumns> kSetters = {
      &schema::Events::Builder::setKind,          &schema::Events::Builder::setBurst,
      &schema::Events::Builder::setExcess,        &schema::Events::Builder::setCallCpu,
      &schema::Events::Builder::setBlocked,       &schema::Events::Builder::setReady,
      &schema::Events::Builder::setResult,        &schema::Events::Builder::setFlags,
      &schema::Events::Builder::setArgumentCount, &schema::Events::Builder::setStack};
  for (std::size_t i = 0; i < kColumns; ++i) {
    if (!block.columns[i].empty()) (out.*kSetters[i])(to_data(block.columns[i]));
  }
  std::size_t lists = kArgumentLists;
  while (lists > 0 && block.arguments[lists - 1].empty()) --lists;
  if (lists == 0) return;
  auto arguments = out.initArguments(static_cast<unsigned>(lists));
  for (unsigned i = 0; i < lists; ++i) arguments.set(i, to_data(block.arguments[i]));
}

void write(schema::Count::Builder out, const NamedCount& count) {
  out.setName(to_text(count.name));
  out.setCount(count.count);
}

void write(schema::Footer::Builder out, const Footer& footer) {
  out.setEndNs(footer.end_ns);
  out.setRootExitStatus(footer.root_exit_status);
  out.setRootEndNs(footer.root_end_ns);
  out.setEvents(footer.events);
  out.setProcesses(footer.processes);
  out.setThreads(footer.threads);
  write_list(out.initLosses(length(footer.losses)), footer.losses);
  write_list(out.initCalls(length(footer.calls)), footer.calls);
  out.setRecorderCpuNs(footer.recorder_cpu_ns);
  out.setTruncatedBy(to_text(footer.truncated_by));
}

/// Room for an event block in one segment, so that the message has no far pointers.
unsigned words_for(const EventBlock& block) {
  std::size_t bytes = 1024 + 24 * block.segments.size() + 4 * block.id_arguments.size();
  for (const auto& column : block.columns) bytes += column.size();
  for (const auto& list : block.arguments) bytes += list.size();
  return static_cast<unsigned>(bytes / sizeof(capnp::word));
}

}  // namespace

bool TableEntries::empty() const {
  return strings.empty() && objects.empty() && stacks.empty() && processes.empty() && threads.empty() && images.empty();
}

void append_block(FrameContent& frame, const Header& header) {
  capnp::MallocMessageBuilder message;
  write_header(message.initRoot<schema::Block>().initHeader(), header);
  append_message(frame, message);
}

void append_block(FrameContent& frame, const TableEntries& tables) {
  capnp::MallocMessageBuilder message;
  const auto root = message.initRoot<schema::Block>().initTables();
  write(root, tables);
  const auto stored = root.asReader();
  std::vector<capnp::Data::Reader> columns = {stored.getStringShared(), stored.getStringLengths(),
                                              stored.getStringBytes()};
  for (const auto table :
       {stored.getObjectColumns(), stored.getProcessColumns(), stored.getThreadColumns(), stored.getImageColumns()}) {
    for (const auto column : table) columns.push_back(column);
  }
  append_message(frame, message, columns);
}

void append_block(FrameContent& frame, const EventBlock& events) {
  capnp::MallocMessageBuilder message(words_for(events));
  const auto root = message.initRoot<schema::Block>().initEvents();
  write(root, events);
  const auto stored = root.asReader();
  std::vector<capnp::Data::Reader> columns = {
      stored.getKind(),  stored.getBurst(),  stored.getExcess(), stored.getCallCpu(),       stored.getBlocked(),
      stored.getReady(), stored.getResult(), stored.getFlags(),  stored.getArgumentCount(), stored.getStack()};
  for (const auto list : stored.getArguments()) columns.push_back(list);
  append_message(frame, message, columns);
}

void append_block(FrameContent& frame, const Footer& footer) {
  capnp::MallocMessageBuilder message;
  write(message.initRoot<schema::Block>().initFooter(), footer);
  append_message(frame, message);
}

Block read_block(std::span<const std::uint8_t> frame, std::size_t& offset) {
  Block block;
  offset = read_message(frame, offset,
                        [&](capnp::MessageReader& message) { block = read(message.getRoot<schema::Block>()); });
  return block;
}

}  // namespace simrec
